//! The catalogue's plain data: what a rule, a marker and a provider are. No logic beyond small accessors.
//!
//! May import: `catalog::later`. Everything here is serialised by the build script and read back at start-up without
//! copying the strings, hence [`Text`].

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::ops::Deref;

use serde::de::{Deserialize, Deserializer, Visitor};
use serde::{Deserialize as DeserializeDerive, Serialize, Serializer};

use super::later::Later;

/// A string of the catalogue: borrowed from the binary for built-in rules, owned for a user's.
///
/// ```
/// use lognosis::catalog::Text;
/// let text = Text::from("npm/e401".to_owned());
/// assert_eq!(&*text, "npm/e401");
/// ```
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Text(Cow<'static, str>);

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Text {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(Cow::Owned(text))
    }
}

impl From<&'static str> for Text {
    fn from(text: &'static str) -> Self {
        Self(Cow::Borrowed(text))
    }
}

// By hand and not derived: serde's derive makes an owned string of every `Cow` that stands inside a `Vec`.
impl<'de: 'static> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;
        impl<'de: 'static> Visitor<'de> for TextVisitor {
            type Value = Text;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Text, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(TextVisitor)
    }
}

/// Declares an enum whose variants have fixed names in TOML and JSON, so that reading, writing, listing and the
/// "did you mean" of an error message all use one list.
macro_rules! named_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$doc])* $variant),+ }

        // The first one, for values that are about to be filled in.
        impl Default for $name {
            fn default() -> Self {
                Self::ALL[0].0
            }
        }

        impl $name {
            /// All values by name, in declaration order.
            pub const ALL: &'static [($name, &'static str)] = &[$(($name::$variant, $text)),+];

            /// The value's name in TOML and in reports.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $($name::$variant => $text),+ }
            }

            /// The value of that name, if there is one.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().find(|(_, text)| *text == name).map(|(value, _)| *value)
            }
        }

        // The name for people, a number in the packed catalogue.
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() { serializer.serialize_str(self.name()) } else { serializer.serialize_u8(*self as u8) }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let unknown = || serde::de::Error::custom(concat!("not a ", stringify!($name)));
                if deserializer.is_human_readable() {
                    let name: std::borrow::Cow<'de, str> = Deserialize::deserialize(deserializer)?;
                    return Self::from_name(&name).ok_or_else(unknown);
                }
                let number: u8 = Deserialize::deserialize(deserializer)?;
                Self::ALL.get(usize::from(number)).map(|(value, _)| *value).ok_or_else(unknown)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}

named_enum! {
    /// How much a failure of this kind matters.
    Severity {
        /// Worth a line, fails nothing by itself.
        Info = "info",
        /// Points at trouble, fails nothing by itself.
        Warning = "warning",
        /// The command or job fails.
        Error = "error",
    }
}

named_enum! {
    /// How settled a rule is.
    Status {
        /// Seen in real logs, worded for good.
        Stable = "stable",
        /// New or seen only in documentation: may change.
        Preview = "preview",
        /// Kept for old logs.
        Deprecated = "deprecated",
    }
}

named_enum! {
    /// Who has to act so that the failure goes away.
    Owner {
        /// The person or team whose command failed.
        You = "you",
        /// Whoever runs the package registry.
        RegistryAdmin = "registry-admin",
        /// Whoever runs network, proxy, DNS and certificates.
        NetworkTeam = "network-team",
        /// The author of the package that fails.
        PackageAuthor = "package-author",
        /// The CI provider or whoever runs the runners.
        CiProvider = "ci-provider",
        /// Nobody: it is as it is, or time heals it.
        Nobody = "nobody",
    }
}

named_enum! {
    /// Whether running the same thing again can be enough.
    Transience {
        /// No: the same run fails again.
        No = "no",
        /// It depends; the rule says on what.
        Depends = "depends",
        /// Yes: a retry often cures it.
        Yes = "yes",
    }
}

named_enum! {
    /// What a rule's message is worth beside others in the same run. Higher yields to lower.
    Standing {
        /// The machine under the job gave way: outranks what tools printed last.
        Infrastructure = "infrastructure",
        /// Names a cause of its own.
        Specific = "specific",
        /// Names what was missing, often because an earlier step failed: yields to a specific failure before it.
        Symptom = "symptom",
        /// Says only that something inside failed: yields to anything that says what.
        Wrapper = "wrapper",
        /// A catch-all for codes without a rule of their own: shown only if nothing else fired in the run.
        Generic = "generic",
    }
}

named_enum! {
    /// What a signature does when it is found.
    SignatureRole {
        /// Starts a diagnosis.
        Start = "start",
        /// Adds captures and evidence to a diagnosis of the same rule in the same run, starts none.
        Detail = "detail",
    }
}

named_enum! {
    /// How much a found signature proves.
    Strength {
        /// Printed only when the thing is broken, whatever is said afterwards: a success line behind it is wrong.
        Fatal = "fatal",
        /// Printed only when the thing failed.
        Strong = "strong",
        /// Also printed by programs and tests that go on: counts only where something else says that the run failed.
        Weak = "weak",
    }
}

named_enum! {
    /// The level that a line's own prefix gives it (`npm error`, `##[warning]`, `12 silly`).
    Level {
        /// No prefix that tells a level.
        None = "none",
        /// `silly`, `sill`.
        Silly = "silly",
        /// `verbose`, `verb`, `##[debug]`.
        Verbose = "verbose",
        /// `timing`.
        Timing = "timing",
        /// `http`.
        Http = "http",
        /// `info`.
        Info = "info",
        /// `notice`.
        Notice = "notice",
        /// `warn`, `WARN`.
        Warn = "warn",
        /// `error`, `ERR!`.
        Error = "error",
    }
}

named_enum! {
    /// Who wrote a line, as far as its prefix tells.
    Origin {
        /// A program's output without a prefix that we know.
        Output = "output",
        /// npm (or a tool with npm's logger): the prefix has been taken off.
        Npm = "npm",
        /// The CI system itself: `##[error]`, `Error: ` of a step.
        Ci = "ci",
    }
}

named_enum! {
    /// Where a neighbouring line is looked for.
    Place {
        /// In the lines before the signature's.
        Before = "before",
        /// In the lines after it.
        After = "after",
        /// On either side, or on the line itself.
        Around = "around",
    }
}

named_enum! {
    /// An operating system that a step, a cause or a log is about.
    Os {
        /// Linux, containers and WSL included.
        Linux = "linux",
        /// macOS.
        Macos = "macos",
        /// Windows.
        Windows = "windows",
    }
}

named_enum! {
    /// A shell that a command is written for.
    Shell {
        /// sh, bash, zsh.
        Posix = "posix",
        /// `PowerShell`.
        Powershell = "powershell",
        /// cmd.exe.
        Cmd = "cmd",
    }
}

named_enum! {
    /// Where a step is to be done.
    Where {
        /// At a person's machine.
        Developer = "developer",
        /// In the CI configuration.
        Ci = "ci",
        /// In a Dockerfile or image.
        Docker = "docker",
    }
}

named_enum! {
    /// What a marker tells about the log.
    MarkerKind {
        /// A command of a client begins.
        RunStart = "run-start",
        /// A command of a client has ended.
        RunEnd = "run-end",
        /// A step of a CI job begins.
        StepStart = "step-start",
        /// A fact about the run: versions, directory, exit code.
        Fact = "fact",
        /// Something ended well.
        Success = "success",
        /// Something ended badly.
        Failure = "failure",
        /// A line that looks like an error, for logs whose failure nobody knows.
        Suspect = "suspect",
        /// A line that looks like an error and is none.
        Noise = "noise",
    }
}

named_enum! {
    /// How far a success or failure marker reaches.
    Reach {
        /// The client's run.
        Run = "run",
        /// The CI step.
        Step = "step",
        /// The whole job, hence the log.
        Job = "job",
    }
}

/// A neighbouring line that must, or must not, be there.
#[derive(Clone, Debug, PartialEq, Serialize, DeserializeDerive)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Neighbour {
    /// A regex on the cleaned line.
    pub pattern: Text,
    /// How many lines away it may be.
    pub within: u16,
    /// On which side.
    pub place: Place,
}

/// One look of a failure.
#[derive(Clone, Debug, PartialEq, Serialize, DeserializeDerive)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Signature {
    /// A regex on the cleaned line; named groups become captures.
    pub pattern: Text,
    /// Starts a diagnosis or adds to one.
    pub role: SignatureRole,
    /// Whether the line proves a failure by itself.
    pub strength: Strength,
    /// Levels that the line may have; empty: any.
    pub levels: Vec<Level>,
    /// Who may have written the line; empty: anyone.
    pub origins: Vec<Origin>,
    /// Lines that must be near; all of them.
    pub near: Vec<Neighbour>,
    /// Lines that must not be near; none of them.
    pub unless: Vec<Neighbour>,
    /// The line is the log's last one that is not blank.
    pub last: bool,
}

/// A test on the log, the run's facts, the captures or this machine. All given parts must hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, DeserializeDerive)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Condition {
    /// A regex that a line of the run matches; its named groups become captures.
    pub log: Option<Text>,
    /// Look for `log` and `absent` in the whole log, not only in the run.
    pub whole_log: bool,
    /// A regex that no line of the run matches.
    pub absent: Option<Text>,
    /// `npm < 6.8`: the client's name, and a version requirement on it.
    pub client: Option<Text>,
    /// A version requirement on node: `>= 17`.
    pub node: Option<Text>,
    /// The operating system of the run is one of these.
    pub os: Vec<Os>,
    /// The CI system is one of these; `any` for any, `none` for a log without one.
    pub ci: Vec<Text>,
    /// The registry's provider is one of these.
    pub provider: Vec<Text>,
    /// The name of a capture that `matches`, or that is set where `matches` is not given.
    pub capture: Option<Text>,
    /// A regex on that capture.
    pub matches: Option<Text>,
    /// A regex that the capture does not match.
    pub differs: Option<Text>,
    /// A read-only check of this machine, by name.
    pub check: Option<Text>,
    /// A rule that fired in the same run.
    pub rule: Option<Text>,
    /// The run's date is on or after this day (`2025-12-09`).
    pub since: Option<Text>,
    /// The sentence that the verdict gives as reason; `{captures}` are filled in.
    pub because: Option<Text>,
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Serialize, DeserializeDerive)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Step {
    /// The sentence.
    pub text: Text,
    /// The command, with `{captures}`.
    pub command: Option<Text>,
    /// Operating systems it is for; empty: all.
    pub os: Vec<Os>,
    /// The shell that the command is written for; absent: any.
    pub shell: Option<Shell>,
    /// Places it is for; empty: all.
    pub place: Vec<Where>,
    /// A client version it is for: `npm >= 7`.
    pub client: Option<Text>,
    /// Providers it is for, `any` for any known one; empty: for logs without one, too.
    pub provider: Vec<Text>,
    /// Providers it is not for, `any` for any known one.
    pub unless_provider: Vec<Text>,
    /// What it destroys or weakens, if it does.
    pub danger: Option<Text>,
}

/// Why the failure happens.
#[derive(Clone, Debug, PartialEq, Serialize, DeserializeDerive)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Cause {
    /// Unique within the rule.
    pub id: Text,
    /// One line, with `{captures}`.
    pub title: Text,
    /// Any of these proves it.
    pub confirmed_by: Vec<Condition>,
    /// Each of these speaks for it.
    pub suggested_by: Vec<Condition>,
    /// Any of these rules it out.
    pub ruled_out_by: Vec<Condition>,
    /// Who must act, where it differs from the rule's.
    pub owner: Option<Owner>,
    /// Whether a retry helps, where it differs from the rule's.
    pub transient: Option<Transience>,
    /// What to do, in order.
    pub steps: Vec<Step>,
    /// A command that shows that the cure worked.
    pub verify: Option<Text>,
}

/// Folk advice to warn against.
#[derive(Clone, Debug, PartialEq, Serialize, DeserializeDerive)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Never {
    /// What people are told to do.
    pub advice: Text,
    /// Why not.
    pub because: Text,
}

/// A log that the rule must diagnose.
#[derive(Clone, Debug, PartialEq, Serialize, DeserializeDerive)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Example {
    /// The log.
    pub log: Text,
    /// Captures that must come out, by name.
    pub captures: Vec<(Text, Text)>,
    /// The cause that must come first.
    pub cause: Option<Text>,
    /// Its verdict, where it matters.
    pub verdict: Option<Text>,
}

/// A log that looks like the rule's and is not.
#[derive(Clone, Debug, PartialEq, Serialize, DeserializeDerive)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct CounterExample {
    /// The log.
    pub log: Text,
    /// Why it is none.
    pub why: Text,
}

/// One kind of failure.
#[derive(Clone, Debug, Default, PartialEq, Serialize, DeserializeDerive)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Rule {
    /// Stable, never reused: `npm/e401`.
    pub id: Text,
    /// What the tool prints: `E401`. May hold a capture: `{code}`.
    pub code: Option<Text>,
    /// Other codes that lead here in `explain`.
    pub aliases: Vec<Text>,
    /// One line, with `{captures}`.
    pub title: Text,
    /// What it means, for `explain`.
    pub summary: Text,
    /// Who prints it.
    pub tools: Vec<Text>,
    /// Topic: `auth`, `network`, ..
    pub family: Text,
    /// How bad it is.
    pub severity: Severity,
    /// How settled the rule is.
    pub status: Status,
    /// The version of lognosis that brought it.
    pub since: Text,
    /// Who must act.
    pub owner: Owner,
    /// Whether a retry helps.
    pub transient: Transience,
    /// On what that depends.
    pub transient_when: Option<Text>,
    /// What it is worth beside others.
    pub standing: Standing,
    /// Rules (`npm/e401`) or families (`family:auth`) that it follows from.
    pub consequence_of: Vec<Text>,
    /// Authoritative pages.
    pub docs: Vec<Text>,
    /// How it looks.
    pub signatures: Later<Vec<Signature>>,
    /// Why it happens.
    pub causes: Later<Vec<Cause>>,
    /// What not to do.
    pub never: Vec<Never>,
    /// Logs that it must diagnose.
    pub examples: Later<Vec<Example>>,
    /// Logs that it must leave alone.
    pub counter_examples: Later<Vec<CounterExample>>,
    /// The file that it comes from, as it was named.
    pub file: Text,
}

/// A line that tells where a run or step begins or ends, how it ended, or a fact about it.
#[derive(Clone, Debug, PartialEq, Serialize, DeserializeDerive)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Marker {
    /// Unique.
    pub id: Text,
    /// What it tells.
    pub kind: MarkerKind,
    /// A regex on the cleaned line; named groups become facts.
    pub pattern: Text,
    /// Levels that the line may have; empty: any.
    pub levels: Vec<Level>,
    /// Who may have written the line; empty: anyone.
    pub origins: Vec<Origin>,
    /// Lines that must not be near; none of them.
    pub unless: Vec<Neighbour>,
    /// How far success or failure reaches.
    pub reach: Reach,
    /// The client that writes it.
    pub client: Option<Text>,
    /// The CI system that writes it.
    pub ci: Option<Text>,
    /// A fact that the line implies by its mere look: `npm >= 10.6`.
    pub implies: Option<Text>,
    /// The file that it comes from.
    pub file: Text,
}

/// A registry product: how to tell it, how credentials are set up there.
#[derive(Clone, Debug, PartialEq, Serialize, DeserializeDerive)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Provider {
    /// `github-packages`.
    pub id: Text,
    /// `GitHub Packages`.
    pub name: Text,
    /// Regexes on a URL of the registry; any.
    pub urls: Vec<Text>,
    /// Regexes on a line of the run (realm, wording); any.
    pub lines: Vec<Text>,
    /// The part of a URL that is the registry, as a regex with one group; without it the origin is taken.
    pub base: Option<Text>,
    /// Setting up credentials at a developer's machine.
    pub developer: Vec<Step>,
    /// Setting up credentials in CI.
    pub ci: Vec<Step>,
    /// What to know about its credentials: kinds, life time.
    pub credentials: Text,
    /// Authoritative pages.
    pub docs: Vec<Text>,
    /// The file that it comes from.
    pub file: Text,
}
