//! What CI systems show at a place: the failures of a scan and the rows of a triage, in one shape.
//!
//! May import: `diagnose` (the model), `triage` (the model), `report::{escape, human}`.

use super::escape::shorten;
use super::human::{headline, retry_and_owner, step_tag, verdict_words};
use super::{Report, TriageReport};
use crate::catalog::{Severity, Transience};
use crate::diagnose::{Diagnosis, EvidenceLine, LogReport, Outcome, RankedCause, Role};
use crate::triage::TriageRow;

/// The check's name where a log failed and no rule knows why.
pub(super) const UNKNOWN: &str = "lognosis/unknown-failure";
/// What is said of it.
pub(super) const UNKNOWN_TITLE: &str = "It failed, and no rule knows why";
/// The check's name where a log does not tell how it ended.
pub(super) const UNDECIDED: &str = "lognosis/no-outcome";
/// The check's name where an input could not be read.
pub(super) const UNREADABLE: &str = "lognosis/unreadable";

/// Characters of a quoted line.
const QUOTE: usize = 500;

/// How a CI system is to mark a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// Why something failed.
    Error,
    /// Worth a look.
    Warning,
    /// Good to know.
    Notice,
}

/// One thing to show. Its texts are as the log has them: each format escapes what it must.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    pub(super) level: Level,
    /// Whether it stands for its log: shown first where only a few can be.
    pub(super) is_answer: bool,
    /// The rule, with the cause in a triage.
    pub(super) check: String,
    /// What the tool prints.
    pub(super) code: Option<String>,
    /// One line.
    pub(super) headline: String,
    /// Why, and what to do, in lines.
    pub(super) details: Vec<String>,
    /// The lines that tell, with their numbers.
    pub(super) evidence: Vec<String>,
    /// The log; empty where there is none.
    pub(super) path: String,
    /// From 1; 0 where there is none.
    pub(super) line: u64,
    /// The same for the same failure in the same log, or for the same cause in a triage; nearly unique.
    pub(super) fingerprint: String,
    /// Whether running the same again can be enough.
    pub(super) retry: Option<Transience>,
}

impl Finding {
    fn new(level: Level, check: &str, headline: String) -> Self {
        // Readers drop what has no text.
        let headline = if headline.trim().is_empty() { check.to_owned() } else { headline };
        Self {
            level,
            is_answer: true,
            check: check.to_owned(),
            code: None,
            headline,
            details: Vec::new(),
            evidence: Vec::new(),
            path: String::new(),
            line: 0,
            fingerprint: check.to_owned(),
            retry: None,
        }
    }

    fn at(mut self, path: &str, line: u64) -> Self {
        path.clone_into(&mut self.path);
        self.line = line;
        self
    }

    /// The log as a path that a CI system can find in the checkout; nothing for a pipe.
    pub(super) fn file(&self) -> Option<&str> {
        Some(self.path.strip_prefix("./").unwrap_or(&self.path)).filter(|path| !path.is_empty() && *path != "-")
    }

    /// The last line of a message, for programs; nothing where there is no failure.
    pub(super) fn retry_line(&self) -> String {
        self.retry.map(|retry| format!("\nretry: {}", retry.name())).unwrap_or_default()
    }

    /// The `retry` of machine formats.
    pub(super) fn retry_name(&self) -> &'static str {
        self.retry.map_or("", Transience::name)
    }
}

/// The findings of a scan, log by log.
pub(super) fn of_scan(report: &Report<'_>) -> Vec<Finding> {
    let logs = report.logs.iter().flat_map(of_log);
    logs.chain(report.errors.iter().map(|error| unreadable(&error.message, error.hint.as_deref()))).collect()
}

/// The findings of a triage: the causes, the most frequent first, then the logs that nobody knows.
pub(super) fn of_triage(report: &TriageReport<'_>) -> Vec<Finding> {
    let failed = report.triage.summary().failed;
    let mut findings: Vec<Finding> = report.triage.rows().iter().map(|row| of_row(row, failed)).collect();
    for log in report.triage.unknown() {
        let mut finding = Finding::new(Level::Error, UNKNOWN, unknown_headline(&log.text)).at(&log.path, log.line);
        finding.fingerprint = format!("{}\0{}", log.path, log.template);
        findings.push(finding);
    }
    findings.extend(report.errors.iter().map(|error| unreadable(&error.message, error.hint.as_deref())));
    findings
}

/// What there is to show of one log, its answer first.
pub(super) fn of_log(log: &LogReport) -> Vec<Finding> {
    let mut findings = Vec::new();
    for diagnosis in log.diagnoses.iter().filter(|diagnosis| diagnosis.role != Role::Consequence) {
        let is_answer = diagnosis.role == Role::Root && findings.is_empty();
        findings.push(Finding { is_answer, ..of_diagnosis(log, diagnosis) });
    }
    if log.outcome == Outcome::Failed && log.answer().is_none() {
        findings.insert(0, of_unknown(log));
    }
    if log.outcome == Outcome::Unknown {
        let mut finding = Finding::new(Level::Warning, UNDECIDED, undecided(log).to_owned()).at(&log.path, 0);
        finding.fingerprint.clone_from(&log.path);
        findings.insert(0, finding);
    }
    findings
}

fn of_diagnosis(log: &LogReport, diagnosis: &Diagnosis) -> Finding {
    let level = match (diagnosis.role, diagnosis.severity) {
        (Role::Root, _) => Level::Error,
        (_, Severity::Info) => Level::Notice,
        _ => Level::Warning,
    };
    let mut finding = Finding::new(level, &diagnosis.rule, headline(diagnosis)).at(&log.path, diagnosis.first_line);
    finding.code.clone_from(&diagnosis.code);
    finding.fingerprint = format!("{}\0{}", log.path, diagnosis.fingerprint);
    // What only looks alarming needs no cure, and no second try.
    if level == Level::Error {
        finding.retry = Some(diagnosis.transient);
        finding.details = advice(diagnosis);
    }
    finding.evidence = quotes(&diagnosis.evidence);
    finding
}

fn of_unknown(log: &LogReport) -> Finding {
    let unknown = log.unknown.first();
    let lines = unknown.map(|unknown| unknown.lines.as_slice()).unwrap_or_default();
    let text = lines.first().map(|line| line.text.as_str()).unwrap_or_default();
    let mut finding =
        Finding::new(Level::Error, UNKNOWN, unknown_headline(text)).at(&log.path, unknown.map_or(0, |unknown| unknown.first_line));
    finding.evidence = quotes(lines);
    finding.fingerprint = format!("{}\0{}", log.path, unknown.map(|unknown| unknown.template.as_str()).unwrap_or_default());
    finding
}

fn of_row(row: &TriageRow, failed: usize) -> Finding {
    let headline = format!("{}: {} of {failed} failed logs ({}%)", row.title, row.logs, row.share_percent);
    let (path, line) = split_place(&row.example);
    let mut finding = Finding::new(Level::Error, &row.id, headline).at(path, line);
    finding.retry = Some(row.transient);
    if let (Some(first), Some(last)) = (&row.first_seen, &row.last_seen) {
        finding.details.push(format!("First seen {first}, last seen {last}"));
    }
    finding.details.extend(Some(retry_and_owner(row.transient, None, row.owner)).filter(|text| !text.is_empty()));
    finding
}

/// Lines with their numbers, each of a length that can be looked at.
pub(super) fn quotes(lines: &[EvidenceLine]) -> Vec<String> {
    lines.iter().map(|line| format!("{} | {}", line.line, shorten(&line.text, QUOTE))).collect()
}

/// Log and line of `path:line`.
fn split_place(place: &str) -> (&str, u64) {
    let split = place.rsplit_once(':').and_then(|(path, line)| Some((path, line.parse().ok()?)));
    split.unwrap_or((place, 0))
}

fn unreadable(message: &str, hint: Option<&str>) -> Finding {
    let mut finding = Finding::new(Level::Error, UNREADABLE, message.to_owned());
    finding.details.extend(hint.map(str::to_owned));
    finding
}

/// What is said of a failure that no rule knows.
pub(super) fn unknown_headline(text: &str) -> String {
    if text.is_empty() { UNKNOWN_TITLE.to_owned() } else { format!("{UNKNOWN_TITLE}: {text}") }
}

/// What is said of a log that does not tell how it ended.
pub(super) fn undecided(log: &LogReport) -> &'static str {
    if log.bytes == 0 {
        "The log is empty: nothing can be told from it."
    } else {
        "No known failure in this log, and nothing in it says how the command ended."
    }
}

/// Why, what to do, and whether to try again.
fn advice(root: &Diagnosis) -> Vec<String> {
    let mut lines = root.causes.first().map(why_and_what).unwrap_or_default();
    lines.extend(Some(retry_and_owner(root.transient, root.transient_when.as_deref(), root.owner)).filter(|text| !text.is_empty()));
    lines.push(format!("More: lognosis explain {}", root.rule));
    lines
}

fn why_and_what(cause: &RankedCause) -> Vec<String> {
    let mut lines = vec![format!("Why: {} ({})", cause.title, verdict_words(cause.verdict))];
    lines.extend(cause.because.iter().map(|reason| format!("  because {reason}")));
    for (number, step) in (1..).zip(&cause.steps) {
        let text = format!("{number}. {}{}", step_tag(step), step.text);
        lines.push(match &step.command {
            Some(command) => format!("{}: {}", text.trim_end_matches([':', '.']), one_line(command)),
            None => text,
        });
        lines.extend(step.danger.as_ref().map(|danger| format!("   careful: {danger}")));
    }
    lines.extend(cause.verify.as_ref().map(|verify| format!("Check that it worked: {}", one_line(verify))));
    lines
}

/// The commands of several lines in one.
pub(super) fn one_line(command: &str) -> String {
    command.lines().collect::<Vec<_>>().join("; ")
}
