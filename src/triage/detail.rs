//! What is told of a cause beyond its row: what to do, where it shows, on which days.
//!
//! May import: `diagnose` (the model), `catalog` (the word lists), `triage::moment`.

use super::moment::Days;
use crate::catalog::Severity;
use crate::diagnose::{Diagnosis, LogReport, ReportStep, Verdict, Warning};

/// Places of a cause that are kept.
const SAMPLES: usize = 5;

/// One cause in detail, worded as in the first log that shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CauseDetail {
    /// The rule's id: `npm/e401`.
    pub rule: String,
    /// The topic.
    pub family: String,
    /// How bad.
    pub severity: Severity,
    /// What to do.
    pub steps: Vec<ReportStep>,
    /// A command that shows that the cure worked.
    pub verify: Option<String>,
    /// What not to do.
    pub never: Vec<Warning>,
    /// On what a retry depends, where it does.
    pub transient_when: Option<String>,
    /// Authoritative pages.
    pub docs: Vec<String>,
    /// A few places, in input order.
    pub samples: Vec<Sample>,
    /// The days of the logs whose answer it is.
    pub days: Days,
}

/// One place where a cause shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// The log.
    pub path: String,
    /// The line, from 1.
    pub line: u64,
    /// Its text.
    pub text: String,
    /// How sure the cause is there.
    pub verdict: Option<Verdict>,
    /// Because of what.
    pub because: Vec<String>,
}

impl CauseDetail {
    /// The detail of a root's first cause, without a place; without a root, that of a failure that nobody knows.
    pub(super) fn new(root: Option<&Diagnosis>) -> Self {
        let cause = root.and_then(|root| root.causes.first());
        Self {
            rule: root.map_or_else(|| "unknown".to_owned(), |root| root.rule.clone()),
            family: root.map_or_else(|| "unknown".to_owned(), |root| root.family.clone()),
            severity: root.map_or(Severity::Error, |root| root.severity),
            steps: cause.map(|cause| cause.steps.clone()).unwrap_or_default(),
            verify: cause.and_then(|cause| cause.verify.clone()),
            never: root.map(|root| root.never.clone()).unwrap_or_default(),
            transient_when: root.and_then(|root| root.transient_when.clone()),
            docs: root.map(|root| root.docs.clone()).unwrap_or_default(),
            samples: Vec::new(),
            days: Days::default(),
        }
    }

    /// Keeps one more place, if there is room.
    pub(super) fn add_sample(&mut self, log: &LogReport, root: Option<&Diagnosis>) {
        if self.samples.len() >= SAMPLES {
            return;
        }
        let unknown = log.unknown.first();
        let line = root.map_or_else(|| unknown.map_or(0, |unknown| unknown.first_line), |root| root.first_line);
        let lines = root.map(|root| &root.evidence).or_else(|| unknown.map(|unknown| &unknown.lines));
        let shown = lines.and_then(|lines| lines.iter().find(|shown| shown.line == line).or_else(|| lines.first()));
        let cause = root.and_then(|root| root.causes.first());
        self.samples.push(Sample {
            path: log.path.clone(),
            line,
            text: shown.map(|line| line.text.clone()).unwrap_or_default(),
            verdict: cause.map(|cause| cause.verdict),
            because: cause.map(|cause| cause.because.clone()).unwrap_or_default(),
        });
    }
}
