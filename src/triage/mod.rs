//! Many logs, one picture: causes by how often they broke something, failures that nobody knows yet, what is new. Pure:
//! reports in, rows out.
//!
//! May import: `diagnose` (the model), `catalog` (the word lists), `text` (masks, lines).
//!
//! Whatever the number of logs, memory is bounded: rows, fingerprints, templates and the samples of each have a ceiling,
//! and what is beyond it is counted and not kept.

mod baseline;
mod cluster;
mod compare;
mod detail;
mod draft;
mod facts;
mod group;
mod moment;
mod row;
mod unknowns;

use std::collections::BTreeMap;

use regex::Regex;
use serde::Serialize;

use crate::catalog::Transience;
use crate::diagnose::{LogReport, Outcome, Summary};
use group::{NOT_TOLD, cause_id, subject};
use moment::Times;
use row::{Tally, percent};
use unknowns::Unknowns;

pub use baseline::{BASELINE_SCHEMA, Baseline, BaselineError, Entry, Standing, State};
pub use compare::{NovelLine, NovelLines, Ordinary};
pub use detail::{CauseDetail, Sample};
pub use draft::{Draft, DraftError};
pub use facts::{LogFacts, META_NAMES};
pub use group::GroupBy;
pub use moment::{Days, Moment, Period, sparkline};
pub use row::{Place, TriageRow};
pub use unknowns::Cluster;

/// Rows that are told apart; what is beyond them is one row.
const ROWS: usize = 10_000;
/// Fingerprints that are kept for a baseline.
const FINGERPRINTS: usize = 100_000;
/// Logs of unknown failures that are listed.
const LISTED: usize = 5_000;
/// Buckets of a trend where no width is asked for.
pub(crate) const BUCKETS: usize = 60;
/// The row of what had no room.
const OTHERS: &str = "(others)";

/// How logs are to be counted.
#[derive(Clone, Debug, Default)]
pub struct TriageOptions {
    /// What a row stands for.
    pub group_by: GroupBy,
    /// Leave out logs that ended before.
    pub since: Option<Moment>,
    /// Leave out logs that began then or later.
    pub until: Option<Moment>,
    /// A pattern on paths whose groups ([`META_NAMES`]) are facts of the log.
    pub meta: Option<Regex>,
}

/// What is collected over all logs.
///
/// ```
/// use lognosis::triage::Triage;
/// let triage = Triage::default();
/// assert!(triage.rows().is_empty());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Triage {
    options: TriageOptions,
    causes: BTreeMap<String, Tally>,
    unknown: Vec<UnknownLog>,
    unknown_logs: usize,
    unknown_days: Days,
    unknowns: Unknowns,
    fingerprints: BTreeMap<String, Seen>,
    summary: Summary,
    transient: usize,
    times: Times,
    days: Days,
    without_date: usize,
    left_out: usize,
    standing: Option<Standing>,
    partial: bool,
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

/// A fingerprint in all logs.
#[derive(Clone, Debug)]
struct Seen {
    title: String,
    logs: usize,
    times: Times,
}

impl Triage {
    /// A triage that counts by something, or looks only at some logs.
    #[must_use]
    pub fn new(options: TriageOptions) -> Self {
        Self { options, ..Self::default() }
    }

    /// Takes in one more log, and tells where it comes from; nothing for one that is left out.
    pub fn add(&mut self, log: &LogReport) -> Option<LogFacts> {
        let facts = LogFacts::of(log, self.options.meta.as_ref());
        if !self.is_in_period(&facts) {
            self.left_out += 1;
            return None;
        }
        self.summary.add(log.outcome);
        self.transient += usize::from(log.outcome == Outcome::Failed && log.retry == Some(Transience::Yes));
        self.times.add(facts.last_seen);
        match facts.last_seen {
            Some(seen) => self.days.add(seen),
            None => self.without_date += 1,
        }
        let is_unknown = log.outcome == Outcome::Failed && log.answer().is_none();
        if is_unknown {
            self.add_unknown(log, &facts);
        } else {
            self.unknowns.ordinary(log);
        }
        if log.outcome == Outcome::Failed {
            self.add_roots(log, &facts);
        }
        Some(facts)
    }

    fn is_in_period(&self, facts: &LogFacts) -> bool {
        let (since, until) = (self.options.since, self.options.until);
        if since.is_none() && until.is_none() {
            return true;
        }
        // A log without a date is of no period.
        let Some((first, last)) = facts.first_seen.zip(facts.last_seen) else { return false };
        since.is_none_or(|since| last >= since) && until.is_none_or(|until| first < until)
    }

    fn add_roots(&mut self, log: &LogReport, facts: &LogFacts) {
        let by = self.options.group_by;
        let mut seen: Vec<String> = Vec::new();
        let mut fingerprints: Vec<&str> = Vec::new();
        for root in log.roots() {
            if !fingerprints.contains(&root.fingerprint.as_str()) {
                fingerprints.push(&root.fingerprint);
                self.add_fingerprint(&root.fingerprint, || cause_id(root), facts.last_seen);
            }
            let key = by.key(Some(root), facts);
            // A log that shows a cause twice failed once because of it.
            if seen.contains(&key) {
                continue;
            }
            let tally = self.tally(&key);
            tally.add(log, Some(root), facts);
            if by == GroupBy::Cause && tally.subject.is_empty() {
                tally.subject = subject(root).map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter().collect();
            }
            seen.push(key);
        }
        if seen.is_empty() && by.holds_unknown() {
            self.tally(&by.key(None, facts)).add(log, None, facts);
        }
    }

    fn tally(&mut self, key: &str) -> &mut Tally {
        let key = if self.causes.len() >= ROWS && !self.causes.contains_key(key) { OTHERS } else { key };
        self.causes.entry(key.to_owned()).or_default()
    }

    fn add_fingerprint(&mut self, fingerprint: &str, title: impl FnOnce() -> String, at: Option<Moment>) {
        if self.fingerprints.len() >= FINGERPRINTS && !self.fingerprints.contains_key(fingerprint) {
            return;
        }
        let seen =
            self.fingerprints.entry(fingerprint.to_owned()).or_insert_with(|| Seen { title: title(), logs: 0, times: Times::default() });
        seen.logs += 1;
        seen.times.add(at);
    }

    fn add_unknown(&mut self, log: &LogReport, facts: &LogFacts) {
        self.unknown_logs += 1;
        facts.last_seen.into_iter().for_each(|seen| self.unknown_days.add(seen));
        self.unknowns.failed(log, facts);
        if self.unknown.len() >= LISTED {
            return;
        }
        let first = log.unknown.first();
        let telling = first.and_then(|unknown| {
            let line = unknown.lines.iter().find(|line| crate::text::mask(&line.text) == unknown.template);
            line.or_else(|| unknown.lines.first())
        });
        self.unknown.push(UnknownLog {
            path: log.path.clone(),
            line: telling.map_or(0, |line| line.line),
            text: telling.map(|line| line.text.clone()).unwrap_or_default(),
            template: first.map(|unknown| unknown.template.clone()).unwrap_or_default(),
        });
    }

    /// Compares what was seen with a baseline, on a given day. Rows and clusters tell their state from then on.
    pub fn compare(&mut self, baseline: &Baseline, today: Moment) {
        self.standing = Some(baseline.compare(&self.entries(), today));
    }

    /// Says that not all logs were read.
    pub fn set_partial(&mut self) {
        self.partial = true;
    }

    /// What was seen, as a baseline keeps it.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        let known = self.fingerprints.iter().map(|(fingerprint, seen)| {
            let (first_seen, last_seen) = seen.times.texts();
            let (fingerprint, title) = (fingerprint.clone(), seen.title.clone());
            Entry { fingerprint, title, first_seen, last_seen, count: seen.logs, ..Entry::default() }
        });
        known.chain(self.unknowns.clusters().iter().map(Entry::from)).collect()
    }

    /// Causes, or what else the rows stand for, the most frequent first.
    #[must_use]
    pub fn rows(&self) -> Vec<TriageRow> {
        self.rows_by(self.period(BUCKETS))
    }

    /// The same with trends over a period that is cut to fit a place.
    #[must_use]
    pub fn rows_by(&self, period: Option<Period>) -> Vec<TriageRow> {
        let state = |tally: &Tally| {
            let standing = self.standing.as_ref()?;
            tally.fingerprints.iter().filter_map(|fingerprint| standing.state(fingerprint)).max()
        };
        let write_up = |(id, tally): (&String, &Tally)| TriageRow {
            share_percent: percent(tally.logs, self.summary.failed),
            trend: period.map(|period| period.trend(&tally.days)).unwrap_or_default(),
            state: state(tally),
            ..tally.row(id, self.options.group_by == GroupBy::Cause)
        };
        let mut rows: Vec<TriageRow> = self.causes.iter().map(write_up).collect();
        let by_day = self.options.group_by == GroupBy::Day;
        rows.sort_by(|a, b| {
            let rest = |row: &TriageRow| [OTHERS, NOT_TOLD].contains(&row.id.as_str());
            let frequency = if by_day { std::cmp::Ordering::Equal } else { b.logs.cmp(&a.logs) };
            rest(a).cmp(&rest(b)).then(frequency).then_with(|| a.id.cmp(&b.id))
        });
        rows
    }

    /// Logs that failed without a known cause, in input order; the first thousands of them.
    #[must_use]
    pub fn unknown(&self) -> &[UnknownLog] {
        &self.unknown
    }

    /// What is told of the row of that id beyond the row itself.
    #[must_use]
    pub fn detail(&self, id: &str) -> Option<&CauseDetail> {
        self.causes.get(id).and_then(Tally::detail)
    }

    /// The days of the logs that failed without a known cause.
    #[must_use]
    pub fn unknown_days(&self) -> &Days {
        &self.unknown_days
    }

    /// How many logs failed without a known cause.
    #[must_use]
    pub fn unknown_logs(&self) -> usize {
        self.unknown_logs
    }

    /// The failures that no rule knows, brought together by what they say; the most frequent first.
    #[must_use]
    pub fn clusters(&self) -> Vec<Cluster> {
        let mut clusters = self.unknowns.clusters();
        if let Some(standing) = &self.standing {
            for cluster in &mut clusters {
                cluster.state = standing.state(&cluster.id);
            }
        }
        clusters
    }

    /// From the first to the last log, without the few that lie far off, in at most that many buckets; nothing where no
    /// log has a date.
    #[must_use]
    pub fn period(&self, most: usize) -> Option<Period> {
        Period::of(&self.days, self.times, most)
    }

    /// How the logs ended.
    #[must_use]
    pub fn summary(&self) -> Summary {
        self.summary
    }

    /// Failed logs for which running the same again can be enough.
    #[must_use]
    pub fn transient(&self) -> usize {
        self.transient
    }

    /// What the rows stand for.
    #[must_use]
    pub fn group_by(&self) -> GroupBy {
        self.options.group_by
    }

    /// How it stands to the baseline, if it was compared with one.
    #[must_use]
    pub fn standing(&self) -> Option<&Standing> {
        self.standing.as_ref()
    }

    /// Logs that are not of the period that was asked for, or have no date to tell.
    #[must_use]
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// Logs without any date.
    #[must_use]
    pub fn without_date(&self) -> usize {
        self.without_date
    }

    /// Whether not all logs were read.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.partial
    }
}
