//! Comma-separated values for spreadsheets, as RFC 4180 has them: a row for each diagnosis, or for each cause of a triage.
//!
//! May import: `diagnose` (the model), `triage` (the model), `report::{escape, finding}`.

use std::io::{self, Write};

use super::escape::terminal_safe;
use super::finding::{UNKNOWN, UNKNOWN_TITLE, UNREADABLE, one_line};
use super::{InputError, Report, TriageReport};
use crate::catalog::Transience;
use crate::diagnose::{Diagnosis, LogReport, Outcome};

const SCAN: [&str; 17] = [
    "log",
    "outcome",
    "retry",
    "role",
    "rule",
    "code",
    "title",
    "cause",
    "verdict",
    "owner",
    "line",
    "count",
    "step",
    "command",
    "verify",
    "evidence",
    "fingerprint",
];
const TRIAGE: [&str; 9] = ["logs", "share_percent", "cause", "title", "first_seen", "last_seen", "retry", "owner", "example"];

/// Writes a scan. A log without a diagnosis has a row too, so that rows can be counted.
pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    row(&SCAN, out)?;
    for log in report.logs {
        if log.outcome == Outcome::Failed && log.answer().is_none() {
            unknown(log, out)?;
        } else if log.diagnoses.is_empty() {
            scan_row(log, &[], out)?;
        }
        for diagnosis in &log.diagnoses {
            known(log, diagnosis, out)?;
        }
    }
    for InputError { message, .. } in report.errors {
        let mut cells = [""; SCAN.len()];
        (cells[1], cells[4], cells[6]) = ("unreadable", UNREADABLE, message);
        row(&cells, out)?;
    }
    Ok(())
}

/// A log's own cells, then those of what was found in it.
fn scan_row(log: &LogReport, found: &[&str], out: &mut dyn Write) -> io::Result<()> {
    let mut cells = vec![log.path.as_str(), log.outcome.name(), log.retry.map_or("", Transience::name)];
    cells.extend(found);
    cells.resize(SCAN.len(), "");
    row(&cells, out)
}

fn known(log: &LogReport, diagnosis: &Diagnosis, out: &mut dyn Write) -> io::Result<()> {
    let cause = diagnosis.causes.first();
    let step = cause.and_then(|cause| cause.steps.first());
    let (line, count) = (diagnosis.first_line.to_string(), diagnosis.count.to_string());
    let found = [
        diagnosis.role.name(),
        &diagnosis.rule,
        diagnosis.code.as_deref().unwrap_or_default(),
        &diagnosis.title,
        cause.map(|cause| cause.title.as_str()).unwrap_or_default(),
        cause.map(|cause| cause.verdict.name()).unwrap_or_default(),
        diagnosis.owner.name(),
        &line,
        &count,
        step.map(|step| step.text.as_str()).unwrap_or_default(),
        &step.and_then(|step| step.command.as_deref()).map(one_line).unwrap_or_default(),
        &cause.and_then(|cause| cause.verify.as_deref()).map(one_line).unwrap_or_default(),
        diagnosis.evidence.first().map(|line| line.text.as_str()).unwrap_or_default(),
        &diagnosis.fingerprint,
    ];
    scan_row(log, &found, out)
}

fn unknown(log: &LogReport, out: &mut dyn Write) -> io::Result<()> {
    let unknown = log.unknown.first();
    let line = unknown.map(|unknown| unknown.first_line.to_string()).unwrap_or_default();
    let text = unknown.and_then(|unknown| unknown.lines.first()).map(|line| line.text.as_str()).unwrap_or_default();
    let mut found = [""; SCAN.len() - 3];
    (found[0], found[1], found[3]) = ("root", UNKNOWN, UNKNOWN_TITLE);
    (found[7], found[12]) = (&line, text);
    scan_row(log, &found, out)
}

/// Writes a triage: the causes, then the logs that failed without a known one.
pub(super) fn write_triage(report: &TriageReport<'_>, out: &mut dyn Write) -> io::Result<()> {
    row(&TRIAGE, out)?;
    for cause in report.triage.rows() {
        row(
            &[
                &cause.logs.to_string(),
                &cause.share_percent.to_string(),
                &cause.id,
                &cause.title,
                cause.first_seen.as_deref().unwrap_or_default(),
                cause.last_seen.as_deref().unwrap_or_default(),
                cause.transient.name(),
                cause.owner.name(),
                &cause.example,
            ],
            out,
        )?;
    }
    for log in report.triage.unknown() {
        row(&["1", "", UNKNOWN, &log.text, "", "", "", "", &format!("{}:{}", log.path, log.line)], out)?;
    }
    for error in report.errors {
        row(&["", "", UNREADABLE, &error.message, "", "", "", "", ""], out)?;
    }
    Ok(())
}

fn row(cells: &[&str], out: &mut dyn Write) -> io::Result<()> {
    for (at, text) in cells.iter().enumerate() {
        if at > 0 {
            out.write_all(b",")?;
        }
        out.write_all(cell(text).as_bytes())?;
    }
    out.write_all(b"\r\n")
}

/// A cell. One that begins like a formula gets an apostrophe, which spreadsheets take for "this is text". The wide forms of
/// the signs count too: some spreadsheets take them for the narrow ones.
fn cell(text: &str) -> String {
    let starts_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}']);
    let safe = terminal_safe(text);
    let mark = if starts_formula { "'" } else { "" };
    // A semicolon parts cells where the comma is the decimal point.
    if safe.contains(['"', ',', ';']) { format!("\"{mark}{}\"", safe.replace('"', "\"\"")) } else { format!("{mark}{safe}") }
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn cells_are_quoted_where_they_must_and_never_formulas() {
        for (text, written) in [
            ("npm/e401", "npm/e401"),
            ("a,b", "\"a,b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("=cmd()", "'=cmd()"),
            ("-1,2", "\"'-1,2\""),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "' =1"),
            ("\r=1", "'\\x0d=1"),
            ("a\r\nb", "a\\x0d\\x0ab"),
        ] {
            assert_eq!(cell(text), written);
        }
    }
}
