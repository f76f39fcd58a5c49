//! What a diagnosis is made of. These types are the report contract's `logs[]`: their field names are part of it.
//!
//! May import: `catalog` (the word lists).

use std::collections::BTreeMap;

use serde::Serialize;

use crate::catalog::{Os, Owner, Severity, Shell, Transience, Where};

/// How a log ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Something failed.
    Failed,
    /// Nothing failed, however alarming it looks.
    Succeeded,
    /// The log does not tell.
    Unknown,
}

impl Outcome {
    /// The word in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Succeeded => "succeeded",
            Self::Unknown => "unknown",
        }
    }
}

/// What part a diagnosis plays in its log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// A cause of the failure.
    Root,
    /// Happened because of a root.
    Consequence,
    /// Worth knowing, failed nothing.
    Warning,
}

impl Role {
    /// The word in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Consequence => "consequence",
            Self::Warning => "warning",
        }
    }
}

/// How sure a cause is. Every verdict says because of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The evidence proves it.
    Confirmed,
    /// Some evidence speaks for it.
    Likely,
    /// Nothing speaks against it.
    Possible,
    /// The evidence excludes it.
    RuledOut,
}

impl Verdict {
    /// The word in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Likely => "likely",
            Self::Possible => "possible",
            Self::RuledOut => "ruled-out",
        }
    }
}

/// One invocation of a client inside a log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Run {
    /// npm, pnpm, yarn, bun, node ..
    pub client: Option<String>,
    /// Its version.
    pub client_version: Option<String>,
    /// node's version.
    pub node: Option<String>,
    /// linux, macos or windows.
    pub os: Option<Os>,
    /// The command line, as far as the log shows it.
    pub command: Option<String>,
    /// The registry that it talked to.
    pub registry: Option<String>,
    /// Its exit status.
    pub exit_code: Option<i64>,
    /// First line, from 1.
    pub first_line: u64,
    /// Last line.
    pub last_line: u64,
    /// The working directory.
    pub cwd: Option<String>,
    /// The step of the CI job that it ran in.
    pub step: Option<String>,
}

/// What a log tells of the CI job that wrote it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Job {
    /// `acme/shop`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// The workflow or pipeline: `.github/workflows/ci.yml`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workflow: Option<String>,
    /// `build (20, ubuntu-latest)`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The branch, tag or pull request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// The commit, whole or in short.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runner: Option<String>,
}

impl Job {
    /// The slot of a marker's group of that name.
    pub(super) fn slot(&mut self, name: &str) -> Option<&mut Option<String>> {
        Some(match name {
            "repository" => &mut self.repository,
            "workflow" => &mut self.workflow,
            "job" => &mut self.name,
            "branch" => &mut self.branch,
            "commit" => &mut self.commit,
            "runner" => &mut self.runner,
            _ => return None,
        })
    }

    fn is_unknown(&self) -> bool {
        *self == Self::default()
    }
}

/// A line of the log that speaks for a diagnosis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EvidenceLine {
    /// Number of the raw line, from 1.
    pub line: u64,
    /// Bytes of the raw log before that line.
    pub offset: u64,
    /// The cleaned line, secrets taken out.
    pub text: String,
}

/// Something to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReportStep {
    /// The sentence.
    pub text: String,
    /// The command, ready to be copied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// Where it is to be done; absent: anywhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Where>,
    /// Operating systems it is for; absent: any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub os: Vec<Os>,
    /// The shell the command is for; absent: any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shell: Option<Shell>,
    /// What it destroys or weakens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub danger: Option<String>,
}

/// A cause with its verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RankedCause {
    /// Unique within the rule.
    pub id: String,
    /// One line.
    pub title: String,
    /// How sure.
    pub verdict: Verdict,
    /// Because of what.
    pub because: Vec<String>,
    /// What to do.
    pub steps: Vec<ReportStep>,
    /// A command that shows that the cure worked.
    pub verify: Option<String>,
    /// Who must act.
    pub owner: Owner,
    /// Whether a retry can help.
    pub transient: Transience,
}

/// Folk advice to warn against.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// What people are told to do.
    pub advice: String,
    /// Why not.
    pub because: String,
}

/// One failure, or one thing that looks like one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnosis {
    /// The rule's id.
    pub rule: String,
    /// What the tool prints.
    pub code: Option<String>,
    /// One line.
    pub title: String,
    /// The topic.
    pub family: String,
    /// How bad.
    pub severity: Severity,
    /// Root, consequence or warning.
    pub role: Role,
    /// Whether a retry can help.
    pub transient: Transience,
    /// Who must act.
    pub owner: Owner,
    /// Index into `runs`.
    pub run: Option<usize>,
    /// How often it was seen.
    pub count: u64,
    /// Values from the log, by name.
    pub captures: BTreeMap<String, String>,
    /// First line it was seen on.
    pub first_line: u64,
    /// Last line it was seen on.
    pub last_line: u64,
    /// The lines that tell.
    pub evidence: Vec<EvidenceLine>,
    /// Causes, most probable first.
    pub causes: Vec<RankedCause>,
    /// Rules that fired only because of this one.
    pub consequences: Vec<String>,
    /// The same for the same failure in other logs.
    pub fingerprint: String,
    /// Authoritative pages.
    pub docs: Vec<String>,
    /// What not to do.
    pub never: Vec<Warning>,
    /// On what `transient` depends, where it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transient_when: Option<String>,
}

/// A failure that no rule knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unknown {
    /// First of the lines.
    pub first_line: u64,
    /// Last of the lines.
    pub last_line: u64,
    /// The lines that look most like the failure.
    pub lines: Vec<EvidenceLine>,
    /// The most telling of them with numbers, paths and hashes masked: equal for equal failures.
    pub template: String,
}

/// All that is told of one log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LogReport {
    /// The log's name.
    pub path: String,
    /// The system that wrote it.
    pub format: String,
    /// Raw lines.
    pub lines: u64,
    /// Raw bytes.
    pub bytes: u64,
    /// How it ended.
    pub outcome: Outcome,
    /// Whether running the same again can be enough: no better than the worst of the roots. Nothing where nothing failed or no
    /// rule knows why.
    pub retry: Option<Transience>,
    /// Invocations of clients.
    pub runs: Vec<Run>,
    /// Roots first, the most probable first.
    pub diagnoses: Vec<Diagnosis>,
    /// Failures that no rule knows.
    pub unknown: Vec<Unknown>,
    /// Time stamp of the first line that has one.
    pub first_seen: Option<String>,
    /// Time stamp of the last line that has one.
    pub last_seen: Option<String>,
    /// The CI job, as far as the log tells of it.
    #[serde(skip_serializing_if = "Job::is_unknown")]
    pub job: Job,
    /// Lines near the log's end that look like a failure and are none, or none of an unknown kind; where
    /// `Options::alarming` asks for them. Not part of reports: a triage needs them to tell what is special about the failures that no rule knows.
    #[serde(skip)]
    pub alarming: Vec<String>,
}

impl LogReport {
    /// The diagnosis that is the answer: the first root.
    #[must_use]
    pub fn answer(&self) -> Option<&Diagnosis> {
        self.diagnoses.first().filter(|diagnosis| diagnosis.role == Role::Root)
    }

    /// All roots, the most probable first.
    pub fn roots(&self) -> impl Iterator<Item = &Diagnosis> {
        self.diagnoses.iter().filter(|diagnosis| diagnosis.role == Role::Root)
    }
}

/// How many logs ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// All.
    pub logs: usize,
    /// Those that failed.
    pub failed: usize,
    /// Those that did not.
    pub succeeded: usize,
    /// Those that do not tell.
    pub unknown: usize,
}

impl Summary {
    /// Counts one more log.
    pub fn add(&mut self, outcome: Outcome) {
        self.logs += 1;
        match outcome {
            Outcome::Failed => self.failed += 1,
            Outcome::Succeeded => self.succeeded += 1,
            Outcome::Unknown => self.unknown += 1,
        }
    }
}
