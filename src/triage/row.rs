//! One row of the triage: counted while logs come in, written up at the end.
//!
//! May import: `catalog` (the word lists), `diagnose` (the model), `triage`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::baseline::State;
use super::detail::CauseDetail;
use super::facts::LogFacts;
use super::group::cause_id;
use super::moment::{Days, Times};
use crate::catalog::{Owner, Transience};
use crate::diagnose::{Diagnosis, LogReport, ReportStep};

/// Places of a row that are kept.
const PLACES: usize = 3;
/// Causes of a row, where it holds several, that are told apart.
const CAUSES: usize = 64;
/// Fingerprints of a row that are compared with a baseline.
const FINGERPRINTS: usize = 256;

/// One cause, or one repository, host .., in all logs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TriageRow {
    /// What the row stands for; of a cause the rule, the cause where the evidence tells it, and what it is about:
    /// `npm/e401/token-missing (npm.pkg.github.com)`.
    pub id: String,
    /// One line.
    pub title: String,
    /// Logs that failed because of it.
    pub logs: usize,
    /// Of the failed logs, in percent.
    pub share_percent: usize,
    /// Time stamp of the first log that shows it.
    pub first_seen: Option<String>,
    /// Time stamp of the last one.
    pub last_seen: Option<String>,
    /// Whether a retry can help; `depends` where its failures differ.
    pub transient: Transience,
    /// Of its failures, those that a retry can cure, in percent.
    pub transient_percent: usize,
    /// Who must act, for most of them.
    pub owner: Owner,
    /// One place: `path:line`.
    pub example: String,
    /// Failures by bucket of the period; empty where no log has a date.
    pub trend: Vec<u32>,
    /// The rule of most of them; none where most are unknown.
    pub rule: Option<String>,
    /// What it is about, by the capture's name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub subject: BTreeMap<String, String>,
    /// The first thing to do.
    pub first_step: Option<ReportStep>,
    /// Seconds that its logs ran for, as far as they tell.
    pub seconds: u64,
    /// A few places with what is known of them.
    pub places: Vec<Place>,
    /// How it stands to the baseline, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
}

/// Where a failure shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The log.
    pub path: String,
    /// The line, from 1.
    pub line: u64,
    /// Where the log comes from.
    #[serde(flatten)]
    pub facts: LogFacts,
}

/// A row in the making.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pub(super) logs: usize,
    times: Times,
    pub(super) days: Days,
    pub(super) fingerprints: BTreeSet<String>,
    transient: usize,
    transience: Option<Transience>,
    owners: BTreeMap<Owner, usize>,
    causes: BTreeMap<String, Top>,
    seconds: u64,
    places: Vec<Place>,
    detail: Option<CauseDetail>,
    /// What it is about, where the row is one cause's.
    pub(super) subject: BTreeMap<String, String>,
}

/// A cause within a row.
#[derive(Clone, Debug)]
struct Top {
    logs: usize,
    title: String,
    rule: Option<String>,
    step: Option<ReportStep>,
}

impl Tally {
    /// Counts one more log; without a root, one whose failure nobody knows.
    pub(super) fn add(&mut self, log: &LogReport, root: Option<&Diagnosis>, facts: &LogFacts) {
        self.logs += 1;
        self.seconds += facts.seconds.unwrap_or(0);
        self.saw(facts);
        let line = root.map_or_else(|| log.unknown.first().map_or(0, |unknown| unknown.first_line), |root| root.first_line);
        if self.places.len() < PLACES {
            self.places.push(Place { path: log.path.clone(), line, facts: facts.clone() });
        }
        let detail = self.detail.get_or_insert_with(|| CauseDetail::new(root));
        detail.add_sample(log, root);
        // The first root is the log's answer: by day, each log counts once.
        let is_answer = root.map(|root| &root.rule) == log.answer().map(|answer| &answer.rule);
        if let Some(seen) = facts.last_seen.filter(|_| is_answer) {
            detail.days.add(seen);
        }
        let transience = root.map_or(Transience::No, |root| root.transient);
        self.transient += usize::from(transience == Transience::Yes);
        self.transience = Some(match self.transience {
            Some(known) if known != transience => Transience::Depends,
            _ => transience,
        });
        *self.owners.entry(root.map_or(Owner::You, |root| root.owner)).or_default() += 1;
        if let Some(root) = root.filter(|_| self.fingerprints.len() < FINGERPRINTS) {
            self.fingerprints.insert(root.fingerprint.clone());
        }
        let id = root.map_or_else(String::new, cause_id);
        if self.causes.len() < CAUSES || self.causes.contains_key(&id) {
            self.causes.entry(id).or_insert_with(|| Top::new(root)).logs += 1;
        }
    }

    fn saw(&mut self, facts: &LogFacts) {
        // A log tells of a failure at its end, not where it begins.
        self.times.add(facts.last_seen);
        facts.last_seen.into_iter().for_each(|last| self.days.add(last));
    }

    /// What is told beyond the row.
    pub(super) fn detail(&self) -> Option<&CauseDetail> {
        self.detail.as_ref()
    }

    /// Its row, without trend, share and state.
    pub(super) fn row(&self, id: &str, is_cause: bool) -> TriageRow {
        let top = self.causes.values().max_by_key(|top| top.logs);
        let title = top.map(|top| top.title.clone()).unwrap_or_default();
        let others = self.causes.len().saturating_sub(1);
        let title = if is_cause || others == 0 { title } else { format!("{title}, and {others} more") };
        let most_owners = self.owners.iter().max_by_key(|(owner, logs)| (**logs, std::cmp::Reverse(**owner)));
        let place = self.places.first();
        let (first_seen, last_seen) = self.times.texts();
        TriageRow {
            id: id.to_owned(),
            title,
            logs: self.logs,
            share_percent: 0,
            first_seen,
            last_seen,
            transient: self.transience.unwrap_or(Transience::No),
            transient_percent: percent(self.transient, self.logs),
            owner: most_owners.map_or(Owner::You, |(owner, _)| *owner),
            example: place.map(|place| format!("{}:{}", place.path, place.line)).unwrap_or_default(),
            trend: Vec::new(),
            rule: top.and_then(|top| top.rule.clone()),
            subject: self.subject.clone(),
            first_step: top.and_then(|top| top.step.clone()),
            seconds: self.seconds,
            places: self.places.clone(),
            state: None,
        }
    }
}

impl Top {
    fn new(root: Option<&Diagnosis>) -> Self {
        let Some(root) = root else {
            return Self { logs: 0, title: "no rule knows why".to_owned(), rule: None, step: None };
        };
        let decided = root.causes.first().filter(|cause| cause.verdict <= crate::diagnose::Verdict::Likely);
        Self {
            logs: 0,
            title: decided.map_or_else(|| root.title.clone(), |cause| cause.title.clone()),
            rule: Some(root.rule.clone()),
            step: root.causes.first().and_then(|cause| cause.steps.first()).cloned(),
        }
    }
}

/// A part of a whole, rounded.
pub(super) fn percent(part: usize, whole: usize) -> usize {
    let whole = whole.max(1);
    (part * 100 + whole / 2) / whole
}
