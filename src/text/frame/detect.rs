//! Which system wrote a log, told from its first lines.
//!
//! May import: `text::frame`.

use std::fmt;
use std::sync::LazyLock;

use aho_corasick::packed::Searcher;

use super::super::ansi::strip_ansi;
use super::client::debug_prefix;

/// Enough to see a log's head, little enough to cost nothing.
pub(crate) const SAMPLE_BYTES: usize = 32 * 1024;

macro_rules! formats {
    ($($(#[$doc:meta])* $variant:ident = $name:literal),+ $(,)?) => {
        /// The system that wrote a log: it decides which prefixes its lines carry.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Format { $($(#[$doc])* $variant),+ }

        impl Format {
            /// All formats with the names that `--log-format` takes and reports show.
            pub const ALL: &'static [(Format, &'static str)] = &[$((Format::$variant, $name)),+];
        }
    };
}

formats! {
    /// Console output, or anything without a frame of its own.
    Plain = "plain",
    /// npm's debug log.
    NpmDebug = "npm-debug",
    /// GitHub Actions, as the API and the log archive give it.
    GithubActions = "github-actions",
    /// `gh run view --log`.
    GhRunView = "gh-run-view",
    /// GitLab CI.
    Gitlab = "gitlab",
    /// Azure Pipelines.
    AzurePipelines = "azure-pipelines",
    /// Jenkins' console text.
    Jenkins = "jenkins",
    /// CircleCI.
    CircleCi = "circleci",
    /// Buildkite.
    Buildkite = "buildkite",
    /// Travis CI.
    Travis = "travis",
    /// Bitbucket Pipelines.
    Bitbucket = "bitbucket",
    /// TeamCity.
    TeamCity = "teamcity",
    /// AWS CodeBuild.
    CodeBuild = "codebuild",
    /// Vercel.
    Vercel = "vercel",
    /// Netlify.
    Netlify = "netlify",
    /// Heroku.
    Heroku = "heroku",
    /// Google Cloud Build.
    CloudBuild = "cloud-build",
    /// `docker build` with BuildKit.
    BuildKit = "docker-buildkit",
    /// docker compose.
    Compose = "docker-compose",
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Format {
    /// The name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(format, _)| *format == self).map_or("plain", |(_, name)| name)
    }

    /// The format of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(format, _)| *format)
    }

    /// The CI system whose log this is, if it is one's.
    #[must_use]
    pub fn ci(self) -> Option<&'static str> {
        match self {
            Self::Plain | Self::NpmDebug | Self::Compose => None,
            Self::GhRunView => Some("github-actions"),
            Self::BuildKit => Some("docker"),
            other => Some(other.name()),
        }
    }

    /// Tells the format from the start of a log. The strongest sign wins; without one it is plain.
    ///
    /// ```
    /// use lognosis::text::Format;
    /// assert_eq!(Format::detect("0 verbose cli /usr/bin/node /usr/bin/npm\n1 info using npm@10.9.4\n"), Format::NpmDebug);
    /// assert_eq!(Format::detect("added 5 packages in 2s\n"), Format::Plain);
    /// ```
    #[must_use]
    pub fn detect(sample: &str) -> Self {
        let mut votes = Votes::default();
        let mut signs = SEARCHER.iter().flat_map(|searcher| searcher.find_iter(sample)).map(|sign| sign.start()).peekable();
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', sample.as_bytes()).chain([sample.len()]).take(400) {
            let has_sign = signs.peek().is_some_and(|sign| *sign < end);
            votes.line(&sample[start..end], has_sign || SEARCHER.is_none());
            while signs.next_if(|sign| *sign < end).is_some() {}
            start = (end + 1).min(sample.len());
        }
        votes.winner()
    }
}

/// What only one system writes, wherever in a line it stands.
mod signs {
    pub(super) const BUILDKITE: &[&str] = &["\u{1b}_bk;t="];
    pub(super) const GITLAB: &[&str] = &["section_start:", "Running with gitlab-runner"];
    pub(super) const TRAVIS: &[&str] = &["travis_fold:", "travis_time:"];
    pub(super) const AZURE: &[&str] = &["##[section]Starting:", "Task         :", "Agent name:", "##[section]Finishing:"];
    pub(super) const GITHUB: &[&str] =
        &["##[group]Run ", "Current runner version:", "Complete job name:", "##[group]GITHUB_TOKEN Permissions"];
    pub(super) const JENKINS: &[&str] = &["] [Pipeline] "];
    pub(super) const CIRCLE: &[&str] = &["CircleCI received exit code", "#!/bin/bash -eo pipefail", "#!/bin/sh -eo pipefail"];
    pub(super) const HEROKU: &[&str] = &["remote: -----> ", "-----> Node.js app detected", "-----> Building on the Heroku", " app[web."];
    pub(super) const VERCEL: &[&str] = &["Running \"vercel build\"", "Vercel CLI"];
    /// turbo's is `Running build in 3 packages`.
    pub(super) const VERCEL_REGION: &str = "Running build in ";
    pub(super) const NETLIFY: &[&str] = &["Netlify Build", "$ netlify ", "build-image version:"];
    pub(super) const BITBUCKET: &[&str] = &["Build setup", "BITBUCKET_"];
    pub(super) const COMPOSE: &str = " | ";

    pub(super) const ALL: [&[&str]; 13] =
        [BUILDKITE, GITLAB, TRAVIS, AZURE, GITHUB, JENKINS, CIRCLE, HEROKU, VERCEL, &[VERCEL_REGION], NETLIFY, BITBUCKET, &[COMPOSE]];
}

/// Finds all signs at once; none where the machine has no instructions for it. Most lines have no sign, and are asked for none.
static SEARCHER: LazyLock<Option<Searcher>> = LazyLock::new(|| Searcher::new(signs::ALL.iter().copied().flatten()));

/// How many lines spoke for what.
#[derive(Debug, Default)]
struct Votes {
    lines: usize,
    debug: usize,
    tabs: usize,
    github_stamps: usize,
    clock_stamps: usize,
    timestamper: usize,
    netlify_stamps: usize,
    compose: usize,
    buildkit: usize,
    heroku: usize,
    sure: Option<Format>,
    likely: Option<Format>,
}

/// `[10:11:12]W:`, as `TeamCity` gives its logs out.
fn is_teamcity_line(text: &str) -> bool {
    let shape = b"[dd:dd:dd]";
    let fits = |(byte, want): (u8, &u8)| if *want == b'd' { byte.is_ascii_digit() } else { byte == *want };
    let Some(rest) = text.get(shape.len()..) else { return false };
    text.bytes().zip(shape).all(fits) && ["W:", "E:", "F:", "i:", " :"].iter().any(|mark| rest.starts_with(mark))
}

impl Votes {
    /// `has_sign`: one of `signs` stands in the line as it is written.
    fn line(&mut self, raw: &str, has_sign: bool) {
        let clean = strip_ansi(raw);
        // Sequences may have stood within a sign.
        let may_have_sign = has_sign || clean.len() != raw.len();
        let sign = |text: &str, signs: &[&str]| may_have_sign && signs.iter().any(|sign| text.contains(sign));
        if sign(raw, signs::BUILDKITE) {
            self.sure.get_or_insert(Format::Buildkite);
        }
        if sign(raw, signs::GITLAB) {
            self.sure.get_or_insert(Format::Gitlab);
        }
        if sign(raw, signs::TRAVIS) {
            self.sure.get_or_insert(Format::Travis);
        }
        let text = clean.trim_start_matches('\u{feff}').trim_end();
        if text.is_empty() {
            return;
        }
        self.lines += 1;
        self.debug += usize::from(debug_prefix(text).is_some());
        let stamped = is_dotnet_stamp(text);
        self.github_stamps += usize::from(stamped);
        let body = if stamped { text[28..].trim_start() } else { text };
        if let Some(second) = memchr::memchr_iter(b'\t', text.as_bytes()).nth(1) {
            self.tabs += usize::from(is_dotnet_stamp(text[second + 1..].trim_start_matches('\u{feff}')));
        }
        if sign(body, signs::AZURE) || body.starts_with("##vso[") {
            self.sure.get_or_insert(Format::AzurePipelines);
        }
        if sign(body, signs::GITHUB) {
            self.sure.get_or_insert(Format::GithubActions);
        }
        if body.starts_with("[Pipeline] ") || body.starts_with("Started by ") || sign(body, signs::JENKINS) {
            self.sure.get_or_insert(Format::Jenkins);
        }
        if sign(body, signs::CIRCLE) {
            self.sure.get_or_insert(Format::CircleCi);
        }
        if text.starts_with("##teamcity[") || is_teamcity_line(text) {
            self.sure.get_or_insert(Format::TeamCity);
        }
        if text.starts_with("[Container] 20") {
            self.sure.get_or_insert(Format::CodeBuild);
        }
        if text.starts_with("Step #0") || text.starts_with("FETCHSOURCE") || text.starts_with("Step #1 - \"") {
            self.sure.get_or_insert(Format::CloudBuild);
        }
        if sign(text, signs::HEROKU) {
            self.heroku += 1;
        }
        let region = may_have_sign.then(|| text.split_once(signs::VERCEL_REGION)).flatten().map(|(_, region)| region);
        let names_a_region = region.is_some_and(|region| region.starts_with(|c: char| c.is_ascii_uppercase()));
        if sign(text, signs::VERCEL) || names_a_region {
            self.sure.get_or_insert(Format::Vercel);
        }
        if sign(text, signs::NETLIFY) {
            self.sure.get_or_insert(Format::Netlify);
        }
        if sign(text, signs::BITBUCKET) {
            self.likely.get_or_insert(Format::Bitbucket);
        }
        if body.starts_with("~~~ ") && body.len() > 4 {
            self.likely.get_or_insert(Format::Buildkite);
        }
        if stamped && body.starts_with("##[") {
            self.likely.get_or_insert(Format::GithubActions);
        }
        self.brackets(text, may_have_sign);
    }

    fn brackets(&mut self, text: &str, may_have_sign: bool) {
        let bytes = text.as_bytes();
        let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
        if bytes.first() == Some(&b'#')
            && digit(1)
            && text.split(' ').nth(1).is_some_and(|w| w.starts_with(['[']) || w.contains('.') || w == "DONE" || w == "CACHED")
        {
            self.buildkit += 1;
        }
        if text.starts_with("[20") && text.get(5..6) == Some("-") && text.contains("Z] ") {
            self.likely.get_or_insert(Format::Jenkins);
        }
        if digit(0) && bytes.get(2) == Some(&b':') && bytes.get(5) == Some(&b':') && bytes.get(8) == Some(&b'.') {
            self.clock_stamps += 1;
        }
        // Jenkins' Timestamper writes two blanks behind a bare clock time.
        let two_digits = [0, 1, 3, 4, 6, 7].into_iter().all(digit);
        if two_digits && bytes.get(2) == Some(&b':') && bytes.get(5) == Some(&b':') && text.get(8..10).is_none_or(|rest| rest == "  ") {
            self.timestamper += 1;
        }
        if digit(0) && (text.contains(" AM: ") || text.contains(" PM: ")) && text.find(": ").is_some_and(|at| at <= 12) {
            self.netlify_stamps += 1;
        }
        if let Some((name, _)) = may_have_sign.then(|| text.split_once(signs::COMPOSE)).flatten() {
            let service = name.trim_end();
            let plain = !service.is_empty() && !service.contains(' ') && !service.bytes().all(|b| b.is_ascii_digit());
            self.compose += usize::from(plain && service.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b)));
        }
    }

    fn winner(&self) -> Format {
        let most = |count: usize| count > 0 && count * 2 >= self.lines;
        if most(self.tabs) {
            return Format::GhRunView;
        }
        if most(self.debug) {
            return Format::NpmDebug;
        }
        if let Some(sure) = self.sure {
            return sure;
        }
        if most(self.heroku) || self.heroku > 2 {
            return Format::Heroku;
        }
        if let Some(likely) = self.likely {
            return likely;
        }
        if most(self.github_stamps) {
            return Format::GithubActions;
        }
        if most(self.clock_stamps) {
            return Format::Vercel;
        }
        if most(self.timestamper) {
            return Format::Jenkins;
        }
        if most(self.netlify_stamps) {
            return Format::Netlify;
        }
        if most(self.compose) {
            return Format::Compose;
        }
        if self.buildkit > 1 {
            return Format::BuildKit;
        }
        Format::Plain
    }
}

/// `2026-11-20T10:11:12.1234567Z`: the seven digits are .NET's, hence GitHub's and Azure's.
fn is_dotnet_stamp(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 28
        && bytes[4] == b'-'
        && bytes[10] == b'T'
        && bytes[19] == b'.'
        && bytes[20..27].iter().all(u8::is_ascii_digit)
        && bytes[27] == b'Z'
        && text.is_char_boundary(28)
}

#[cfg(test)]
mod tests {
    use super::Format;

    #[test]
    fn every_sign_is_found_in_the_midst_of_a_log() {
        for sign in super::signs::ALL.concat() {
            let log = format!("npm ci\n{sign} x\nadded 5 packages\n");
            let mut votes = super::Votes::default();
            log.lines().for_each(|line| votes.line(line, true));
            assert_eq!(Format::detect(&log), votes.winner(), "{sign}");
        }
    }

    #[test]
    fn tells_formats_by_their_head() {
        for (sample, format) in [
            ("2026-11-20T10:11:12.1234567Z ##[group]Run npm ci\n", Format::GithubActions),
            ("build\tUNKNOWN STEP\t2026-11-20T10:11:12.1234567Z hello\n", Format::GhRunView),
            ("2026-11-20T10:11:12.1234567Z ##[section]Starting: npm ci\n", Format::AzurePipelines),
            ("\u{1b}[0Ksection_start:1700000000:step_script\r\u{1b}[0KExecuting\n", Format::Gitlab),
            ("Started by user alice\n[Pipeline] node\n", Format::Jenkins),
            ("\u{1b}_bk;t=1700000000123\u{7}~~~ Preparing\n", Format::Buildkite),
            ("travis_fold:start:install\r\u{1b}[0K$ npm ci\n", Format::Travis),
            ("#1 [internal] load build definition\n#1 DONE 0.0s\n", Format::BuildKit),
            ("web-1  | npm error code E401\nweb-1  | npm error x\n", Format::Compose),
            ("02:12:42  + npm ci\n02:12:43  npm ERR! code E401\n", Format::Jenkins),
            ("10:11:12.345 npm ci\n10:11:13.000 added\n", Format::Vercel),
            ("10:11:12 Running build in Washington, D.C., USA (East)\n", Format::Vercel),
            ("[10:11:12] :\t [Step 1/2] npm ci\n[10:11:13]W:\t [Step 1/2] npm error code E401\n", Format::TeamCity),
            ("[10:11:12] npm error code E401\n", Format::Plain),
            ("npm ERR! code E401\n", Format::Plain),
            ("\u{2022} Running build in 3 packages\n", Format::Plain),
            ("npm ci\nNetlify \u{1b}[1mBuild\u{1b}[0m\n", Format::Netlify),
            ("npm ci\nCircleCI received exit code", Format::CircleCi),
            ("", Format::Plain),
        ] {
            assert_eq!(Format::detect(sample), format, "{sample:?}");
        }
    }
}
