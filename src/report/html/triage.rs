//! The page of a triage: numbers, trend, causes, and what no rule knows.
//!
//! May import: `triage` and `diagnose` (the models), `report`.

use std::io::{self, Write};

use askama::Template;

use super::chart::{Chart, Series};
use super::{Choice, POLICY, SCRIPT, STYLE, VERSION, advice, is_web, sureness, who};
use crate::diagnose::Summary;
use crate::report::triage::day;
use crate::report::{InputError, TriageReport};
use crate::triage::{CauseDetail, Cluster, Days, Entry, GroupBy, Standing, State, Triage, TriageRow};

/// Causes with a colour of their own in the chart.
const COLOURS: usize = 5;
/// The colours of what is left.
const OTHER: usize = 6;
const UNKNOWN: usize = 7;

/// Causes, kinds of unknown failures, and entries of a baseline that are shown: nobody reads more of them on a page.
const SHOWN: usize = 500;
/// Places that are named of each kind.
const PLACES: usize = 3;

#[derive(Debug, Template)]
#[template(path = "triage.html")]
struct TriagePage<'a> {
    rules: usize,
    errors: &'a [InputError],
    triage: &'a Triage,
    summary: Summary,
    /// What the causes are counted by, where that is not the cause.
    by: Option<&'static str>,
    /// From when to when.
    span: Option<String>,
    rows: usize,
    causes: Vec<CauseView<'a>>,
    chart: Option<Chart>,
    /// Failures without a date.
    undated: usize,
    /// Logs of times far off.
    outside: u32,
    clusters: usize,
    unknown: Vec<UnknownView<'a>>,
    baseline: Option<BaselineView<'a>>,
    choices: Vec<Choice>,
}

#[derive(Debug)]
struct CauseView<'a> {
    row: &'a TriageRow,
    detail: &'a CauseDetail,
    first: &'a str,
    last: &'a str,
}

/// Unknown failures that say the same.
#[derive(Debug)]
struct UnknownView<'a> {
    cluster: &'a Cluster,
    /// The line itself where all logs say the same; nothing where none tells.
    text: &'a str,
    last: Option<&'a str>,
    places: &'a [String],
}

/// What is new, over and gone.
#[derive(Debug)]
struct BaselineView<'a> {
    standing: &'a Standing,
    lists: Vec<(&'static str, &'a [Entry], usize)>,
}

impl TriagePage<'_> {
    fn percent(&self, part: &usize, whole: &usize) -> usize {
        (part * 100 + whole / 2) / (*whole).max(1)
    }

    fn explained(&self) -> usize {
        self.summary.failed.saturating_sub(self.triage.unknown_logs())
    }
}

pub(super) fn write(report: &TriageReport<'_>, out: &mut dyn Write) -> io::Result<()> {
    let triage = report.triage;
    let (rows, clusters) = (triage.rows(), triage.clusters());
    let view = |row| {
        Some(CauseView {
            row,
            detail: triage.detail(&row.id)?,
            first: day(&row.first_seen).unwrap_or("-"),
            last: day(&row.last_seen).unwrap_or("-"),
        })
    };
    let mut causes: Vec<CauseView<'_>> = rows.iter().filter_map(view).collect();
    let period = triage.period(1);
    let days = period.map(|whole| (whole.from.day(), whole.until.day()));
    let chart = days.and_then(|days| Chart::new(series(triage, &causes, days), days));
    causes.truncate(SHOWN);
    let states = causes.iter().map(|cause| cause.row.state).chain(clusters.iter().map(|cluster| cluster.state));
    let choices = [
        Choice::new("family", "Family", causes.iter().map(|cause| cause.detail.family.clone())),
        Choice::new("owner", "Who must act", causes.iter().map(|cause| cause.row.owner.to_string())),
        Choice::new("retry", "Retry helps", causes.iter().map(|cause| cause.row.transient.to_string())),
        Choice::new("state", "Baseline", states.map(|one| state(&one).to_owned())),
    ];
    let span = period.map(|whole| match (whole.from.date(), whole.until.date()) {
        (from, until) if from == until => from,
        (from, until) => format!("{from} to {until}"),
    });
    let page = TriagePage {
        rules: report.catalog.rules().len(),
        errors: report.errors,
        triage,
        summary: triage.summary(),
        by: Some(triage.group_by()).filter(|by| *by != GroupBy::Cause).map(GroupBy::name),
        span,
        rows: rows.len(),
        undated: triage.summary().failed.saturating_sub(chart.as_ref().map_or(0, Chart::total)),
        outside: period.map_or(0, |whole| whole.outside),
        chart,
        clusters: clusters.len(),
        unknown: clusters.iter().take(SHOWN).map(unknown).collect(),
        baseline: triage.standing().map(baseline),
        choices: choices.into_iter().flatten().collect(),
        causes,
    };
    page.write_into(out)
}

/// The causes that broke most of what has a day in that time, the others together, and what no rule knows.
fn series(triage: &Triage, causes: &[CauseView<'_>], (from, until): (i64, i64)) -> Vec<Series> {
    let dated = |cause: &CauseView<'_>| -> u32 {
        cause.detail.days.iter().filter(|(day, _)| (from..=until).contains(day)).map(|(_, count)| count).sum()
    };
    let mut order: Vec<&CauseView<'_>> = causes.iter().collect();
    order.sort_by_cached_key(|cause| std::cmp::Reverse(dated(cause)));
    let (top, others) = order.split_at(order.len().min(COLOURS));
    let mut series: Vec<Series> =
        (1..).zip(top).map(|(colour, cause)| Series::new(cause.row.title.clone(), cause.detail.days.clone(), colour)).collect();
    let mut rest = Days::default();
    others.iter().for_each(|cause| rest.merge(&cause.detail.days));
    series.push(Series::new("other causes".to_owned(), rest, OTHER));
    series.push(Series::new("no rule knows why".to_owned(), triage.unknown_days().clone(), UNKNOWN));
    series
}

fn unknown(cluster: &Cluster) -> UnknownView<'_> {
    let text = match cluster.samples.as_slice() {
        [] => "",
        [only] => only,
        _ => &cluster.template,
    };
    UnknownView { cluster, text, last: day(&cluster.last_seen), places: &cluster.places[..cluster.places.len().min(PLACES)] }
}

fn baseline(standing: &Standing) -> BaselineView<'_> {
    let lists = [("New", &standing.new), ("Expired", &standing.expired), ("Gone", &standing.gone)];
    let lists = lists.into_iter().filter(|(_, entries)| !entries.is_empty());
    let lists = lists.map(|(name, entries)| (name, &entries[..entries.len().min(SHOWN)], entries.len().saturating_sub(SHOWN)));
    BaselineView { standing, lists: lists.collect() }
}

fn state(state: &Option<State>) -> &'static str {
    state.map_or("", State::name)
}
