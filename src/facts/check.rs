//! The checks that conditions of the catalogue can ask for, by name.
//!
//! May import: nothing of ours.

use super::url::{Address, is_public};
use super::{Dialect, Facts};

/// What a check is about: what the diagnosis that asks knows of the failing request and of the client that made it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Subject<'a> {
    /// The registry's URL.
    pub registry: Option<&'a str>,
    /// The package's name.
    pub package: Option<&'a str>,
    /// npm, pnpm, yarn, bun.
    pub client: Option<&'a str>,
    /// Its version. Where nothing says it, the client is taken for a present one.
    pub client_version: Option<&'a str>,
    /// The command line.
    pub command: Option<&'a str>,
}

impl Subject<'_> {
    fn major(&self) -> Option<u64> {
        self.client_version?.trim_start_matches('v').split('.').next()?.parse().ok()
    }
}

/// A check that holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Finding {
    /// The sentence, with file and line: `~/.npmrc:3 refers to ${NPM_TOKEN}, which is not set`.
    pub reason: String,
    /// What it brought to light, by the names that templates use.
    pub captures: Vec<(&'static str, String)>,
}

impl Finding {
    pub(super) fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), captures: Vec::new() }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.captures.push((name, value.into()));
        self
    }

    /// Adds the registry that the finding is about, in the forms that steps need.
    pub(super) fn at_registry(self, url: &str) -> Self {
        match Address::parse(url) {
            Some(address) => {
                let host = address.host.split(':').next().unwrap_or_default().to_owned();
                self.with("registry", url).with("registry_key", address.full_key()).with("host", host)
            }
            None => self,
        }
    }
}

/// How a client finds the credential for a registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lookup {
    /// Under exactly the nerf dart: npm 6, and every npm that publishes or asks who you are.
    Exact,
    /// Under exactly the registry's path with a slash: yarn 1.
    Full,
    /// Under the registry's path and every folder above, with a slash: pnpm up to 9.
    Folders,
    /// The same, slash or not: npm 7 and later when it reads, pnpm 10 and later, bun.
    Loose,
}

/// Facts with a question in mind.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look<'a> {
    pub(super) facts: &'a Facts,
    pub(super) subject: Subject<'a>,
    pub(super) dialect: Dialect,
    pub(super) lookup: Lookup,
}

type Check = fn(&Look<'_>) -> Option<Finding>;

/// Every check with its name. The catalogue's list of names (`LOCAL_CHECKS`) says what each means.
const CHECKS: &[(&str, Check)] = &[
    ("npmrc.no-credentials-for-registry", |look| look.no_credentials()),
    ("npmrc.credentials-for-registry", |look| look.has_credentials()),
    ("npmrc.key-path-mismatch", |look| look.key_path_mismatch()),
    ("npmrc.registry-without-trailing-slash", |look| look.registry_without_slash()),
    ("npmrc.key-without-trailing-slash", |look| look.key_without_slash()),
    ("npmrc.credentials-for-other-host", |look| look.credentials_for_other_host()),
    ("npmrc.scope-not-mapped", |look| look.scope_not_mapped()),
    ("npmrc.scope-mapping-typo", |look| look.scope_typo()),
    ("npmrc.unset-variable", |look| look.unset_variable()),
    ("npmrc.unscoped-auth", |look| look.unscoped_auth()),
    ("npmrc.always-auth", |look| look.always_auth()),
    ("npmrc.legacy-token", |look| look.legacy_token()),
    ("npmrc.placeholder-token", |look| look.placeholder_token()),
    ("npmrc.proxy-set", |look| look.proxy_set()),
    ("npmrc.no-proxy-set", |look| look.no_proxy_set()),
    ("npmrc.strict-ssl-false", |look| look.strict_ssl_false()),
    ("npmrc.cafile-missing", |look| look.cafile_missing()),
    ("npmrc.invalid-registry", |look| look.invalid_registry()),
    ("npmrc.invalid-loglevel", |look| look.invalid_loglevel()),
    ("npmrc.engine-strict", |look| look.engine_strict()),
    ("npmrc.legacy-peer-deps", |look| look.legacy_peer_deps()),
    ("npmrc.min-release-age", |look| look.min_release_age()),
    ("npmrc.offline", |look| look.offline()),
    ("lockfile.missing", |look| look.lockfile_missing()),
    ("lockfile.not-json", |look| look.lockfile_not_json()),
    ("lockfile.conflict-markers", |look| look.lockfile_conflict()),
    ("lockfile.host-differs-from-registry", |look| look.lockfile_host_differs()),
    ("lockfile.other-client", |look| look.lockfile_of_other_client()),
    ("package.missing", |look| look.package_missing()),
    ("package.conflict-markers", |look| look.package_conflict()),
    ("package.workspace-protocol", |look| look.workspace_protocol()),
    ("package.private", |look| look.package_private()),
    ("node_modules.missing", |look| look.node_modules_missing()),
    ("node_modules.foreign", |look| look.node_modules_foreign()),
];

impl Facts {
    /// What a check finds, or nothing where it does not hold or is not known.
    ///
    /// ```
    /// use lognosis::facts::{Facts, Subject};
    /// let subject = Subject { registry: Some("https://npm.example.com/"), ..Subject::default() };
    /// let finding = Facts::default().check("npmrc.no-credentials-for-registry", &subject).unwrap();
    /// assert_eq!(finding.reason, "no .npmrc in force has a credential for https://npm.example.com/");
    /// ```
    #[must_use]
    pub fn check(&self, name: &str, subject: &Subject<'_>) -> Option<Finding> {
        let (_, check) = CHECKS.iter().find(|(known, _)| *known == name)?;
        check(&self.look(subject))
    }

    /// The names of all checks.
    pub fn checks() -> impl Iterator<Item = &'static str> {
        CHECKS.iter().map(|(name, _)| *name)
    }

    pub(super) fn look<'a>(&'a self, subject: &Subject<'a>) -> Look<'a> {
        Look { facts: self, subject: *subject, dialect: self.dialect(subject), lookup: lookup(subject) }
    }

    fn dialect(&self, subject: &Subject<'_>) -> Dialect {
        let has = |ending: &str| self.files.iter().any(|file| file.ends_with(ending));
        let is_berry = match (subject.client, subject.major()) {
            (Some("berry"), _) => true,
            (Some("yarn"), Some(major)) => major >= 2,
            (Some("yarn"), None) => has(".yarnrc.yml"),
            _ => false,
        };
        if is_berry { Dialect::Berry } else { Dialect::Npm }
    }
}

fn lookup(subject: &Subject<'_>) -> Lookup {
    match (subject.client.unwrap_or("npm"), subject.major()) {
        ("npm", Some(..=6)) => Lookup::Exact,
        ("npm", _) if asks_who_you_are(subject.command) => Lookup::Exact,
        ("pnpm", Some(..=9)) => Lookup::Folders,
        ("yarn", Some(..=1)) => Lookup::Full,
        _ => Lookup::Loose,
    }
}

/// Commands for which npm itself looks whether there is a credential, before any request.
pub(super) fn asks_who_you_are(command: Option<&str>) -> bool {
    const COMMANDS: &[&str] = &["publish", "unpublish", "whoami", "logout", "token"];
    let words = command.unwrap_or_default().split_whitespace();
    words.filter(|word| !word.starts_with('-')).take(2).any(|word| COMMANDS.contains(&word.trim_matches('"')))
}

impl<'a> Look<'a> {
    /// The registries that the failing request can have gone to: the one that the log names, else the one that is
    /// configured for the package, else all private ones that are configured.
    pub(super) fn targets(&self) -> Vec<String> {
        if let Some(registry) = self.subject.registry {
            return vec![registry.to_owned()];
        }
        if let Some(package) = self.subject.package {
            return vec![self.facts.registry_of(self.dialect, package).url];
        }
        let all: Vec<String> = self.facts.registries(self.dialect).into_iter().map(|registry| registry.url).collect();
        let is_private = |url: &String| Address::parse(url).is_none_or(|address| !is_public(&address.host));
        let private: Vec<String> = all.iter().filter(|url| is_private(url)).cloned().collect();
        if private.is_empty() { all } else { private }
    }

    /// The scope of the package in question.
    pub(super) fn scope(&self) -> Option<&'a str> {
        let (scope, _) = self.subject.package?.split_once('/')?;
        scope.starts_with('@').then_some(scope)
    }

    /// What holds for every one of the targets: the finding for the first, its registry named only if it is the only one.
    pub(super) fn for_all(&self, find: impl Fn(&str) -> Option<Finding>) -> Option<Finding> {
        let targets = self.targets();
        let mut findings = targets.iter().map(|target| find(target)).collect::<Option<Vec<_>>>()?;
        let first = if findings.is_empty() { None } else { Some(findings.swap_remove(0)) };
        match targets.as_slice() {
            [only] => first.map(|finding| finding.at_registry(only)),
            _ => first,
        }
    }

    /// What holds for one of the targets.
    pub(super) fn for_any(&self, find: impl Fn(&str) -> Option<Finding>) -> Option<Finding> {
        self.targets().iter().find_map(|target| find(target).map(|finding| finding.at_registry(target)))
    }
}
