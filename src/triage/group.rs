//! What a row of the triage stands for.
//!
//! May import: `diagnose` (the model), `triage::{facts, moment}`.

use super::facts::LogFacts;
use crate::diagnose::{Diagnosis, Verdict};

/// What failures are counted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GroupBy {
    /// Rule, first cause, and the registry, package or the like that it is about.
    #[default]
    Cause,
    /// Rule.
    Rule,
    /// Host, mostly a registry's.
    Host,
    /// Package.
    Package,
    /// Repository.
    Repo,
    /// CI job.
    Job,
    /// Who must act.
    Owner,
    /// npm, pnpm, yarn ..
    Client,
    /// Day.
    Day,
}

impl GroupBy {
    /// All of them with their names.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::Cause, "cause"),
        (Self::Rule, "rule"),
        (Self::Host, "host"),
        (Self::Package, "package"),
        (Self::Repo, "repo"),
        (Self::Job, "job"),
        (Self::Owner, "owner"),
        (Self::Client, "client"),
        (Self::Day, "day"),
    ];

    /// The one of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(group, _)| *group)
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(group, _)| *group == self).map_or("cause", |(_, name)| name)
    }

    /// Whether failures that no rule knows have a place in it.
    pub(super) fn holds_unknown(self) -> bool {
        matches!(self, Self::Repo | Self::Job | Self::Client | Self::Day)
    }

    /// The row that a root, or an unknown failure, belongs to. What the log does not tell is `(not told)`.
    pub(super) fn key(self, root: Option<&Diagnosis>, facts: &LogFacts) -> String {
        let capture = |name: &str| root.and_then(|root| root.captures.get(name)).cloned();
        let value = match self {
            Self::Cause => root.map(cause_key),
            Self::Rule => root.map(|root| root.rule.clone()),
            Self::Host => capture("host"),
            Self::Package => capture("package"),
            Self::Repo => facts.repository.clone(),
            Self::Job => facts.job.clone(),
            Self::Owner => root.map(|root| root.owner.to_string()),
            Self::Client => facts.client.clone(),
            Self::Day => facts.last_seen.map(super::Moment::date),
        };
        value.unwrap_or_else(|| NOT_TOLD.to_owned())
    }
}

/// The row of what no log tells.
pub(super) const NOT_TOLD: &str = "(not told)";

/// Rule and cause: `npm/e401/token-missing`; the rule alone where the evidence does not tell the cause.
pub(super) fn cause_id(root: &Diagnosis) -> String {
    match root.causes.first().filter(|cause| cause.verdict <= Verdict::Likely) {
        Some(cause) => format!("{}/{}", root.rule, cause.id),
        None => root.rule.clone(),
    }
}

/// Rule, cause and what it is about: `npm/e401/token-missing (npm.pkg.github.com)`.
fn cause_key(root: &Diagnosis) -> String {
    let id = cause_id(root);
    match subject(root) {
        Some((_, value)) => format!("{id} ({value})"),
        None => id,
    }
}

/// The capture that tells one failure of a kind from another: that of a registry by its host, that of a package by its name.
pub(super) fn subject(root: &Diagnosis) -> Option<(&str, &str)> {
    let names: &[&str] = match root.family.as_str() {
        "auth" | "network" | "proxy" | "tls" | "registry" if root.code.as_deref() != Some("E404") => &["variable", "host"],
        "git" => &["host"],
        _ => &["package", "module", "program", "variable", "script", "host"],
    };
    names.iter().find_map(|name| root.captures.get_key_value(*name)).map(|(name, value)| (name.as_str(), value.as_str()))
}
