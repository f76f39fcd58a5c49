//! JUnit's XML, which CI systems show as test results: a test suite a log, a failed test case a cause.
//!
//! There is no one schema: the suites are written so that both Jenkins' (`junit-4.xsd`, in `fixtures/schemas`) and Ant's, the
//! stricter one, accept them. Ant wants each suite's time, host and both outputs, though there is nothing to say.
//!
//! May import: `diagnose` (the model), `report::{escape, finding}`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

use super::escape::terminal_safe;
use super::finding::{self, Finding, Level, UNDECIDED, UNREADABLE};
use super::{Report, TriageReport};
use crate::diagnose::LogReport;

/// Where a log tells no time: the schema wants one, and a report must not depend on when it was written.
const NO_TIME: &str = "1970-01-01T00:00:00";

/// One test suite.
struct Suite<'a> {
    name: &'a str,
    timestamp: String,
    properties: Vec<(&'static str, &'a str)>,
    /// What failed or does not tell.
    cases: Vec<&'a Finding>,
    /// What is only worth a look.
    notes: Vec<&'a Finding>,
}

/// Writes a scan.
pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    open(out)?;
    for (id, log) in report.logs.iter().enumerate() {
        let findings = finding::of_log(log);
        let mut properties = vec![("outcome", log.outcome.name()), ("log-format", log.format.as_str())];
        properties.extend(log.retry.map(|retry| ("retry", retry.name())));
        suite(id, &Suite::new(&log.path, timestamp(log), properties, &findings), out)?;
    }
    let unreadable = Report { logs: &[], ..*report };
    let findings = finding::of_scan(&unreadable);
    if !findings.is_empty() {
        suite(report.logs.len(), &Suite::new("lognosis", NO_TIME.to_owned(), Vec::new(), &findings), out)?;
    }
    writeln!(out, "</testsuites>")
}

/// Writes a triage as one suite: its test cases are the causes.
pub(super) fn write_triage(report: &TriageReport<'_>, out: &mut dyn Write) -> io::Result<()> {
    open(out)?;
    let findings = finding::of_triage(report);
    if !findings.is_empty() {
        suite(0, &Suite::new("lognosis triage", NO_TIME.to_owned(), Vec::new(), &findings), out)?;
    }
    writeln!(out, "</testsuites>")
}

impl<'a> Suite<'a> {
    fn new(name: &'a str, timestamp: String, properties: Vec<(&'static str, &'a str)>, findings: &'a [Finding]) -> Self {
        let is_case = |finding: &&Finding| finding.level == Level::Error || finding.check == UNDECIDED;
        let (cases, notes) = findings.iter().partition(is_case);
        let name = if name.is_empty() { "log" } else { name };
        Self { name, timestamp, properties, cases, notes }
    }
}

fn open(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>")
}

fn suite(id: usize, suite: &Suite<'_>, out: &mut dyn Write) -> io::Result<()> {
    let Suite { name, timestamp, properties, cases, notes } = suite;
    let name = xml(name);
    let errors = cases.iter().filter(|case| is_error(case)).count();
    let (tests, failures) = (cases.len().max(1), cases.len() - errors);
    writeln!(
        out,
        "  <testsuite name=\"{name}\" package=\"lognosis\" id=\"{id}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" time=\"0\" timestamp=\"{timestamp}\" hostname=\"localhost\">"
    )?;
    if properties.is_empty() {
        // Jenkins' schema wants a property, Ant's the element.
        writeln!(out, "    <properties><property name=\"tool\" value=\"lognosis\"/></properties>")?;
    } else {
        writeln!(out, "    <properties>")?;
        for (key, value) in properties {
            writeln!(out, "      <property name=\"{key}\" value=\"{}\"/>", xml(value))?;
        }
        writeln!(out, "    </properties>")?;
    }
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    for case in cases {
        let nth = names.entry(&case.check).or_default();
        *nth += 1;
        test_case(&name, case, *nth, out)?;
    }
    if cases.is_empty() {
        writeln!(out, "    <testcase name=\"no failure\" classname=\"{name}\" time=\"0\"/>")?;
    }
    write!(out, "    <system-out>")?;
    for note in notes {
        writeln!(out, "{} (line {})", xml(&note.headline), note.line)?;
    }
    writeln!(out, "</system-out>\n    <system-err></system-err>\n  </testsuite>")
}

/// A test case by the rule's name, so that a CI system can tell since when it fails. Several of a rule are numbered: some
/// systems drop a second test case of the same name.
fn test_case(suite: &str, case: &Finding, nth: usize, out: &mut dyn Write) -> io::Result<()> {
    let element = if is_error(case) { "error" } else { "failure" };
    let (check, message) = (xml(&case.check), xml(&case.headline));
    let number = if nth > 1 { format!(" #{nth}") } else { String::new() };
    writeln!(out, "    <testcase name=\"{check}{number}\" classname=\"{suite}\" time=\"0\">")?;
    write!(out, "      <{element} type=\"{check}\" message=\"{message}\">")?;
    let lines = case.details.iter().chain(&case.evidence);
    let text: Vec<Cow<'_, str>> = std::iter::once(&case.headline).chain(lines).map(|line| xml(line)).collect();
    writeln!(out, "{}</{element}>\n    </testcase>", text.join("\n"))
}

/// A test that could not be made, and not one that failed.
fn is_error(case: &Finding) -> bool {
    [UNDECIDED, UNREADABLE].contains(&&*case.check)
}

/// The log's first time stamp as the schema has it: to the second, without a time zone.
fn timestamp(log: &LogReport) -> String {
    let stamp = log.first_seen.as_deref().and_then(|stamp| stamp.get(..19)).unwrap_or_default().replace(' ', "T");
    if is_time(&stamp) { stamp } else { NO_TIME.to_owned() }
}

/// Whether a text is `2026-11-20T10:11:12` and names a day that there can be.
fn is_time(text: &str) -> bool {
    let shape = text.bytes().map(|byte| if byte.is_ascii_digit() { b'0' } else { byte }).eq(*b"0000-00-00T00:00:00");
    let number = |from: usize, to: usize| text.get(from..to).and_then(|digits| digits.parse::<u32>().ok()).unwrap_or(u32::MAX);
    let days = match number(5, 7) {
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    let leaps = number(5, 7) == 2 && number(0, 4) % 4 == 0 && (number(0, 4) % 100 != 0 || number(0, 4) % 400 == 0);
    shape
        && number(0, 4) > 0
        && (1..=days + u32::from(leaps)).contains(&number(8, 10))
        && number(11, 13) < 24
        && number(14, 16) < 60
        && number(17, 19) < 60
}

/// Text for an element or an attribute. What XML 1.0 cannot hold is shown, not written.
fn xml(text: &str) -> Cow<'_, str> {
    let safe = terminal_safe(text);
    if !safe.contains(['&', '<', '>', '"', '\u{fffe}', '\u{ffff}']) {
        return safe;
    }
    let mut out = String::with_capacity(safe.len() + 16);
    for c in safe.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{fffe}' => out.push_str("\\u{fffe}"),
            '\u{ffff}' => out.push_str("\\u{ffff}"),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::is_time;

    #[test]
    fn only_days_that_there_can_be_are_times() {
        for time in ["2026-11-20T10:11:12", "2024-02-29T00:00:00", "2000-02-29T23:59:59"] {
            assert!(is_time(time), "{time}");
        }
        for time in ["", "2026-11-20 10:11:12", "2026-02-29T00:00:00", "1900-02-29T00:00:00", "2026-13-01T00:00:00", "0000-01-01T00:00:00"]
        {
            assert!(!is_time(time), "{time}");
        }
        assert!(!is_time("2026-11-00T00:00:00") && !is_time("2026-11-31T00:00:00") && !is_time("2026-11-20T24:00:00"));
    }
}
