//! Many logs, one picture: causes by how often they broke something. Pure: reports in, rows out.
//!
//! May import: `diagnose` (the model), `catalog` (the word lists).

mod detail;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::catalog::{Owner, Transience};
use crate::diagnose::{LogReport, Outcome, Summary, Verdict};

pub use detail::{CauseDetail, Days, Sample, day_of};

/// What is collected over all logs.
///
/// ```
/// use lognosis::triage::Triage;
/// let triage = Triage::default();
/// assert!(triage.rows().is_empty());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Triage {
    causes: BTreeMap<String, Tally>,
    unknown: Vec<UnknownLog>,
    unknown_days: Days,
    summary: Summary,
}

/// One cause in all logs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TriageRow {
    /// Rule, and cause where the evidence tells it: `npm/e401/token-missing`.
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
    /// Whether a retry can help.
    pub transient: Transience,
    /// Who must act.
    pub owner: Owner,
    /// One place: `path:line`.
    pub example: String,
}

/// A log that failed without a known cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnknownLog {
    /// The log.
    pub path: String,
    /// The line that looks most like the failure.
    pub line: u64,
    /// Its text.
    pub text: String,
    /// Its template.
    pub template: String,
}

#[derive(Clone, Debug)]
struct Tally {
    title: String,
    logs: usize,
    first_seen: Option<String>,
    last_seen: Option<String>,
    transient: Transience,
    owner: Owner,
    example: String,
    detail: CauseDetail,
}

impl Triage {
    /// Takes in one more log.
    pub fn add(&mut self, log: &LogReport) {
        self.summary.add(log.outcome);
        if log.outcome != Outcome::Failed {
            return;
        }
        let mut seen: Vec<String> = Vec::new();
        let day = log.last_seen.as_deref().and_then(day_of).or_else(|| log.first_seen.as_deref().and_then(day_of));
        for root in log.roots() {
            let cause = root.causes.first().filter(|cause| cause.verdict <= Verdict::Likely);
            let id = match cause {
                Some(cause) => format!("{}/{}", root.rule, cause.id),
                None => root.rule.clone(),
            };
            // A log that shows a cause twice failed once because of it.
            if seen.contains(&id) {
                continue;
            }
            let stamp = log.last_seen.clone().or_else(|| log.first_seen.clone());
            let tally = self.causes.entry(id.clone()).or_insert_with(|| Tally {
                title: cause.map_or_else(|| root.title.clone(), |cause| cause.title.clone()),
                logs: 0,
                first_seen: stamp.clone(),
                last_seen: stamp.clone(),
                transient: root.transient,
                owner: root.owner,
                example: format!("{}:{}", log.path, root.first_line),
                detail: CauseDetail::new(root),
            });
            tally.logs += 1;
            tally.detail.add_sample(log, root);
            // The first root is the log's answer: by day, each log counts once.
            if let Some(day) = day.as_ref().filter(|_| seen.is_empty()) {
                *tally.detail.days.entry(day.clone()).or_default() += 1;
            }
            if let Some(stamp) = stamp {
                if tally.first_seen.as_ref().is_none_or(|first| stamp < *first) {
                    tally.first_seen = Some(stamp.clone());
                }
                if tally.last_seen.as_ref().is_none_or(|last| stamp > *last) {
                    tally.last_seen = Some(stamp);
                }
            }
            seen.push(id);
        }
        if seen.is_empty() {
            if let Some(day) = day {
                *self.unknown_days.entry(day).or_default() += 1;
            }
            let first = log.unknown.first();
            self.unknown.push(UnknownLog {
                path: log.path.clone(),
                line: first.map_or(0, |unknown| unknown.first_line),
                text: first.and_then(|unknown| unknown.lines.first()).map(|line| line.text.clone()).unwrap_or_default(),
                template: first.map(|unknown| unknown.template.clone()).unwrap_or_default(),
            });
        }
    }

    /// Causes, the most frequent first.
    #[must_use]
    pub fn rows(&self) -> Vec<TriageRow> {
        let failed = self.summary.failed.max(1);
        let mut rows: Vec<TriageRow> = self
            .causes
            .iter()
            .map(|(id, tally)| TriageRow {
                id: id.clone(),
                title: tally.title.clone(),
                logs: tally.logs,
                share_percent: (tally.logs * 100 + failed / 2) / failed,
                first_seen: tally.first_seen.clone(),
                last_seen: tally.last_seen.clone(),
                transient: tally.transient,
                owner: tally.owner,
                example: tally.example.clone(),
            })
            .collect();
        rows.sort_by(|a, b| b.logs.cmp(&a.logs).then_with(|| a.id.cmp(&b.id)));
        rows
    }

    /// Logs that failed without a known cause, in input order.
    #[must_use]
    pub fn unknown(&self) -> &[UnknownLog] {
        &self.unknown
    }

    /// What is told of the cause of that id beyond its row.
    #[must_use]
    pub fn detail(&self, id: &str) -> Option<&CauseDetail> {
        self.causes.get(id).map(|tally| &tally.detail)
    }

    /// The days of the logs that failed without a known cause.
    #[must_use]
    pub fn unknown_days(&self) -> &Days {
        &self.unknown_days
    }

    /// How the logs ended.
    #[must_use]
    pub fn summary(&self) -> Summary {
        self.summary
    }
}
