//! The page of a scan: a card a log, the answer first.
//!
//! May import: `diagnose` (the model), `report`.

use std::io::{self, Write};

use askama::Template;

use super::{Choice, POLICY, SCRIPT, STYLE, VERSION, advice, is_web, sureness};
use crate::diagnose::{Diagnosis, LogReport, Outcome, Role, Summary};
use crate::report::{InputError, Report};

/// Logs from which on filters are of use.
const MANY: usize = 4;

#[derive(Debug, Template)]
#[template(path = "scan.html")]
struct ScanPage<'a> {
    rules: usize,
    errors: &'a [InputError],
    logs: &'a [LogReport],
    summary: Summary,
    /// Logs that are told in full.
    cards: Vec<Card<'a>>,
    /// Those of many logs in which nothing failed.
    quiet: Vec<Card<'a>>,
    choices: Vec<Choice>,
    has_filters: bool,
}

#[derive(Debug)]
struct Card<'a> {
    log: &'a LogReport,
    failed: bool,
    roots: Vec<&'a Diagnosis>,
    warnings: Vec<&'a Diagnosis>,
    /// What is said of a log without a root.
    verdict: &'static str,
    family: &'a str,
    owner: &'static str,
    retry: &'static str,
}

impl<'a> Card<'a> {
    fn new(log: &'a LogReport) -> Self {
        let answer = log.answer();
        Self {
            log,
            failed: log.outcome == Outcome::Failed,
            roots: log.roots().collect(),
            warnings: log.diagnoses.iter().filter(|diagnosis| diagnosis.role == Role::Warning).collect(),
            verdict: match log.outcome {
                Outcome::Failed => "It failed, and no rule knows why.",
                Outcome::Succeeded => "No failure in this log.",
                Outcome::Unknown if log.bytes == 0 => "The log is empty: nothing can be told from it.",
                Outcome::Unknown => "No known failure in this log, and nothing in it says how the command ended.",
            },
            family: answer.map_or("", |answer| &answer.family),
            owner: answer.map_or("", |answer| answer.owner.name()),
            retry: answer.map_or("", |answer| answer.transient.name()),
        }
    }
}

impl ScanPage<'_> {
    fn heading(&self) -> String {
        match self.logs {
            [log] if log.outcome == Outcome::Failed => "Why it failed".to_owned(),
            [_] => "Nothing known failed".to_owned(),
            _ => format!("{} of {} logs failed", self.summary.failed, self.summary.logs),
        }
    }
}

pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let several = report.logs.len() > 1;
    let (quiet, cards): (Vec<Card<'_>>, Vec<Card<'_>>) =
        report.logs.iter().map(Card::new).partition(|card| several && !card.failed && card.roots.is_empty());
    let choices = [
        Choice::new("family", "Family", cards.iter().map(|card| card.family.to_owned())),
        Choice::new("owner", "Who must act", cards.iter().map(|card| card.owner.to_owned())),
        Choice::new("retry", "Retry helps", cards.iter().map(|card| card.retry.to_owned())),
    ];
    let page = ScanPage {
        rules: report.catalog.rules().len(),
        errors: report.errors,
        logs: report.logs,
        summary: report.summary(),
        has_filters: cards.len() >= MANY,
        choices: choices.into_iter().flatten().collect(),
        cards,
        quiet,
    };
    page.write_into(out)
}
