//! The page of a triage: numbers, trend, causes, and what no rule knows.
//!
//! May import: `triage` and `diagnose` (the models), `report`.

use std::collections::BTreeMap;
use std::io::{self, Write};

use askama::Template;

use super::chart::{Chart, Series};
use super::{Choice, POLICY, SCRIPT, STYLE, VERSION, advice, is_web, sureness};
use crate::diagnose::Summary;
use crate::report::{InputError, TriageReport};
use crate::triage::{CauseDetail, Days, Triage, TriageRow, UnknownLog, day_of};

/// Causes with a colour of their own in the chart.
const COLOURS: usize = 5;
/// The colours of what is left.
const OTHER: usize = 6;
const UNKNOWN: usize = 7;

/// Kinds of unknown failures that are shown: nobody reads more of them on a page.
const UNKNOWN_SHOWN: usize = 200;
/// Places that are named of each.
const PLACES: usize = 3;

#[derive(Debug, Template)]
#[template(path = "triage.html")]
struct TriagePage<'a> {
    rules: usize,
    errors: &'a [InputError],
    summary: Summary,
    causes: Vec<CauseView<'a>>,
    chart: Option<Chart>,
    /// Failures without a date.
    undated: usize,
    unknown: Vec<UnknownGroup<'a>>,
    unknown_logs: usize,
    unknown_left_out: usize,
    choices: Vec<Choice>,
}

#[derive(Debug)]
struct CauseView<'a> {
    row: &'a TriageRow,
    detail: &'a CauseDetail,
    first: String,
    last: String,
}

/// Unknown failures that look the same.
#[derive(Debug)]
struct UnknownGroup<'a> {
    text: &'a str,
    logs: usize,
    places: Vec<String>,
}

impl TriagePage<'_> {
    fn percent(&self, part: &usize, whole: &usize) -> usize {
        (part * 100 + whole / 2) / (*whole).max(1)
    }

    fn explained(&self) -> usize {
        self.summary.failed.saturating_sub(self.unknown_logs)
    }
}

pub(super) fn write(report: &TriageReport<'_>, out: &mut dyn Write) -> io::Result<()> {
    let triage = report.triage;
    let rows = triage.rows();
    let causes: Vec<CauseView<'_>> = rows
        .iter()
        .filter_map(|row| Some(CauseView { row, detail: triage.detail(&row.id)?, first: day(&row.first_seen), last: day(&row.last_seen) }))
        .collect();
    let chart = Chart::new(series(triage, &causes));
    let failed = triage.summary().failed;
    let mut unknown = grouped(triage.unknown());
    let unknown_left_out = unknown.len().saturating_sub(UNKNOWN_SHOWN);
    unknown.truncate(UNKNOWN_SHOWN);
    let choices = [
        Choice::new("family", "Family", causes.iter().map(|cause| cause.detail.family.clone())),
        Choice::new("owner", "Who must act", causes.iter().map(|cause| cause.row.owner.to_string())),
        Choice::new("retry", "Retry helps", causes.iter().map(|cause| cause.row.transient.to_string())),
    ];
    let page = TriagePage {
        rules: report.catalog.rules().len(),
        errors: report.errors,
        summary: triage.summary(),
        undated: failed.saturating_sub(chart.as_ref().map_or(0, Chart::total)),
        chart,
        unknown,
        unknown_logs: triage.unknown().len(),
        unknown_left_out,
        choices: choices.into_iter().flatten().collect(),
        causes,
    };
    page.write_into(out)
}

/// The top causes, the others together, and what no rule knows.
fn series(triage: &Triage, causes: &[CauseView<'_>]) -> Vec<Series> {
    let (top, others) = causes.split_at(causes.len().min(COLOURS));
    let mut series: Vec<Series> =
        (1..).zip(top).map(|(colour, cause)| Series::new(cause.row.title.clone(), cause.detail.days.clone(), colour)).collect();
    let mut rest = Days::new();
    for (day, count) in others.iter().flat_map(|cause| &cause.detail.days) {
        *rest.entry(day.clone()).or_default() += count;
    }
    series.push(Series::new("other causes".to_owned(), rest, OTHER));
    series.push(Series::new("no rule knows why".to_owned(), triage.unknown_days().clone(), UNKNOWN));
    series.retain(|one| one.total > 0);
    series
}

/// Equal failures together, the most frequent first, then in input order.
fn grouped(logs: &[UnknownLog]) -> Vec<UnknownGroup<'_>> {
    let mut groups: Vec<UnknownGroup<'_>> = Vec::new();
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    for log in logs {
        let at = *known.entry(&log.template).or_insert_with(|| {
            groups.push(UnknownGroup { text: &log.text, logs: 0, places: Vec::new() });
            groups.len() - 1
        });
        let group = &mut groups[at];
        group.logs += 1;
        if group.places.len() < PLACES {
            group.places.push(if log.line > 0 { format!("{}:{}", log.path, log.line) } else { log.path.clone() });
        }
    }
    groups.sort_by_key(|group| std::cmp::Reverse(group.logs));
    groups
}

/// The day of a time stamp, or a dash.
fn day(stamp: &Option<String>) -> String {
    stamp.as_deref().and_then(day_of).unwrap_or_else(|| "-".to_owned())
}
