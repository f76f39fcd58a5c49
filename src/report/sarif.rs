//! SARIF 2.1.0 (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/>) for code scanning: rules with their help, results
//! with the place in the log, what could not be read. Only the parts of the standard that are used.
//!
//! May import: `catalog`, `diagnose` and `triage` (the models), `report`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::escape::{JsonOut, terminal_safe};
use super::human::{headline, retry_and_owner, verdict_words};
use super::{InputError, Report, TriageReport};
use crate::catalog::{Catalog, Severity, explain_rule, template};
use crate::diagnose::{Diagnosis, EvidenceLine, LogReport, Outcome, Role, Unknown};
use crate::triage::{CauseDetail, TriageRow, UnknownLog};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The rule of failures that no rule knows.
const UNKNOWN_RULE: &str = "lognosis/unknown-failure";

/// The names of the fingerprints, with the version of what goes into them.
const FINGERPRINT: &str = "lognosisFailure/v1";
const CAUSE_FINGERPRINT: &str = "lognosisCause/v1";
const TEMPLATE_FINGERPRINT: &str = "lognosisTemplate/v1";

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Sarif {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    invocations: [Invocation; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    artifacts: Vec<Artifact>,
    results: Vec<SarifResult>,
}

#[derive(Debug, Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<RuleHelp>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RuleHelp {
    id: String,
    short_description: Message,
    full_description: Message,
    help: Message,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<String>,
    default_configuration: Configuration,
    properties: Map<String, Value>,
}

#[derive(Debug, Serialize)]
struct Configuration {
    level: Level,
}

#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum Level {
    Note,
    Warning,
    Error,
}

#[derive(Debug, Serialize)]
struct Message {
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    markdown: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Debug, Serialize)]
struct Notification {
    level: Level,
    message: Message,
}

#[derive(Debug, Serialize)]
struct Artifact {
    location: ArtifactLocation,
    length: u64,
    roles: [&'static str; 1],
}

#[derive(Debug, Serialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    snippet: Option<Message>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult {
    rule_id: String,
    rule_index: usize,
    level: Level,
    message: Message,
    locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    #[serde(skip_serializing_if = "Option::is_none")]
    occurrence_count: Option<u64>,
    partial_fingerprints: BTreeMap<&'static str, String>,
    properties: Map<String, Value>,
}

/// Writes a scan: a result a diagnosis.
pub(super) fn write_scan(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut results: Vec<SarifResult> = Vec::new();
    for log in report.logs {
        results.extend(log.diagnoses.iter().map(|diagnosis| of_diagnosis(log, diagnosis)));
        if log.outcome == Outcome::Failed && log.answer().is_none() {
            results.extend(log.unknown.iter().map(|unknown| of_unknown(log, unknown)));
        }
    }
    let artifacts = report
        .logs
        .iter()
        .map(|log| Artifact { location: ArtifactLocation { uri: uri(&log.path) }, length: log.bytes, roles: ["analysisTarget"] })
        .collect();
    write(report.catalog, artifacts, results, report.errors, out)
}

/// Writes a triage: a result a cause.
pub(super) fn write_triage(report: &TriageReport<'_>, out: &mut dyn Write) -> io::Result<()> {
    let triage = report.triage;
    let failed = triage.summary().failed;
    let rows = triage.rows();
    let causes = rows.iter().filter_map(|row| Some(of_row(row, triage.detail(&row.id)?, failed)));
    let results = causes.chain(triage.unknown().iter().map(of_unknown_log)).collect();
    write(report.catalog, Vec::new(), results, report.errors, out)
}

fn write(
    catalog: &Catalog,
    artifacts: Vec<Artifact>,
    mut results: Vec<SarifResult>,
    errors: &[InputError],
    out: &mut dyn Write,
) -> io::Result<()> {
    // Only the rules that have a result: a catalogue of hundreds would bury them.
    let ids: BTreeSet<String> = results.iter().map(|result| result.rule_id.clone()).collect();
    let index: BTreeMap<&str, usize> = ids.iter().map(String::as_str).zip(0..).collect();
    for result in &mut results {
        result.rule_index = index.get(&*result.rule_id).copied().unwrap_or_default();
    }
    let rules = ids.iter().map(|id| rule_help(catalog, id)).collect();
    let driver = Driver { name: "lognosis", semantic_version: env!("CARGO_PKG_VERSION"), rules };
    let invocation =
        Invocation { execution_successful: errors.is_empty(), tool_execution_notifications: errors.iter().map(notification).collect() };
    let run = Run { tool: Tool { driver }, invocations: [invocation], artifacts, results };
    serde_json::to_writer_pretty(&mut JsonOut::new(out), &Sarif { schema: SCHEMA, version: "2.1.0", runs: [run] })?;
    out.write_all(b"\n")
}

fn notification(error: &InputError) -> Notification {
    let hint = error.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
    Notification { level: Level::Error, message: message(&format!("{}{hint}", error.message)) }
}

fn rule_help(catalog: &Catalog, id: &str) -> RuleHelp {
    let Some(rule) = catalog.rule(id) else {
        let text = "The log shows a failure that no rule knows.".to_owned();
        return RuleHelp {
            id: id.to_owned(),
            short_description: plain(text.clone()),
            full_description: plain(text.clone()),
            help: plain(format!("{text} The result quotes the lines that look most like it.")),
            help_uri: None,
            default_configuration: Configuration { level: Level::Error },
            properties: Map::new(),
        };
    };
    let markdown = explain_rule(rule);
    let mut tags: Vec<&str> = vec![&rule.family];
    // The standard wants each tag once; a family may have its tool's name.
    tags.extend(rule.tools.iter().map(|tool| &**tool).filter(|tool| *tool != &*rule.family));
    RuleHelp {
        id: id.to_owned(),
        short_description: plain(template::fill(&rule.title, |_| None)),
        full_description: plain(rule.summary.trim().to_owned()),
        help: Message { text: markdown.clone(), markdown: Some(markdown) },
        help_uri: rule.docs.first().map(ToString::to_string).filter(|url| url.starts_with("https://") || url.starts_with("http://")),
        default_configuration: Configuration { level: level(rule.severity) },
        properties: object(json!({ "tags": tags, "owner": rule.owner, "transient": rule.transient })),
    }
}

fn of_diagnosis(log: &LogReport, diagnosis: &Diagnosis) -> SarifResult {
    let cause = diagnosis.causes.first();
    let mut text = headline(diagnosis);
    if let Some(cause) = cause {
        let _ = write!(text, "\n{} ({})", cause.title, verdict_words(cause.verdict));
        if !cause.because.is_empty() {
            let _ = write!(text, " because {}", cause.because.join("; "));
        }
        for (number, step) in (1..).zip(&cause.steps) {
            let command = step.command.as_ref().map(|command| format!(": {command}")).unwrap_or_default();
            let _ = write!(text, "\n{number}. {}{command}", step.text.trim_end_matches([':', '.']));
        }
    }
    let advice = retry_and_owner(diagnosis.transient, diagnosis.transient_when.as_deref(), diagnosis.owner);
    if !advice.is_empty() {
        let _ = write!(text, "\n{advice}");
    }
    let (shown, others): (Vec<&EvidenceLine>, Vec<&EvidenceLine>) =
        diagnosis.evidence.iter().partition(|line| line.line == diagnosis.first_line);
    let first = location(&log.path, diagnosis.first_line, shown.first().map(|line| &*line.text));
    SarifResult {
        rule_id: diagnosis.rule.clone(),
        rule_index: 0,
        level: if diagnosis.role == Role::Root { level(diagnosis.severity) } else { Level::Note },
        message: message(&text),
        locations: vec![first],
        related_locations: others.iter().map(|line| location(&log.path, line.line, Some(&line.text))).collect(),
        occurrence_count: Some(diagnosis.count).filter(|count| *count > 1),
        partial_fingerprints: BTreeMap::from([(FINGERPRINT, diagnosis.fingerprint.clone())]),
        properties: object(json!({
            "code": diagnosis.code,
            "family": diagnosis.family,
            "role": diagnosis.role,
            "cause": cause.map(|cause| &cause.id),
            "verdict": cause.map(|cause| cause.verdict),
            "owner": diagnosis.owner,
            "transient": diagnosis.transient,
            "captures": diagnosis.captures,
            "consequences": diagnosis.consequences,
        })),
    }
}

fn of_unknown(log: &LogReport, unknown: &Unknown) -> SarifResult {
    let lines: Vec<&str> = unknown.lines.iter().map(|line| &*line.text).collect();
    let mut places = unknown.lines.iter().map(|line| location(&log.path, line.line, Some(&line.text)));
    let first = places.next().unwrap_or_else(|| location(&log.path, unknown.first_line, None));
    SarifResult { related_locations: places.collect(), locations: vec![first], ..unknown_result(&lines.join("\n"), &unknown.template) }
}

fn of_unknown_log(log: &UnknownLog) -> SarifResult {
    let snippet = Some(&*log.text).filter(|text| !text.is_empty());
    SarifResult { locations: vec![location(&log.path, log.line, snippet)], ..unknown_result(&log.text, &log.template) }
}

/// A failure that no rule knows, without its place.
fn unknown_result(lines: &str, template: &str) -> SarifResult {
    SarifResult {
        rule_id: UNKNOWN_RULE.to_owned(),
        rule_index: 0,
        level: Level::Error,
        message: message(format!("It failed, and no rule knows why.\n{lines}").trim_end()),
        locations: Vec::new(),
        related_locations: Vec::new(),
        occurrence_count: None,
        partial_fingerprints: BTreeMap::from([(TEMPLATE_FINGERPRINT, template.to_owned())]),
        properties: Map::new(),
    }
}

fn of_row(row: &TriageRow, detail: &CauseDetail, failed: usize) -> SarifResult {
    let mut text = format!("{}\nIn {} of {failed} failed logs ({}%)", row.title, row.logs, row.share_percent);
    if let (Some(first), Some(last)) = (&row.first_seen, &row.last_seen) {
        let _ = write!(text, ", first seen {first}, last seen {last}");
    }
    let advice = retry_and_owner(row.transient, detail.transient_when.as_deref(), row.owner);
    if !advice.is_empty() {
        let _ = write!(text, "\n{advice}");
    }
    let mut places = detail.samples.iter().map(|sample| location(&sample.path, sample.line, Some(&sample.text)));
    let first = places.next();
    SarifResult {
        rule_id: detail.rule.clone(),
        rule_index: 0,
        level: level(detail.severity),
        message: message(&text),
        locations: first.into_iter().collect(),
        related_locations: places.collect(),
        occurrence_count: u64::try_from(row.logs).ok(),
        partial_fingerprints: BTreeMap::from([(CAUSE_FINGERPRINT, row.id.clone())]),
        properties: object(json!({
            "cause": row.id,
            "family": detail.family,
            "logs": row.logs,
            "sharePercent": row.share_percent,
            "firstSeen": row.first_seen,
            "lastSeen": row.last_seen,
            "owner": row.owner,
            "transient": row.transient,
        })),
    }
}

fn level(severity: Severity) -> Level {
    match severity {
        Severity::Info => Level::Note,
        Severity::Warning => Level::Warning,
        Severity::Error => Level::Error,
    }
}

/// The fields that have a value.
fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields.into_iter().filter(|(_, value)| !value.is_null()).collect(),
        _ => Map::new(),
    }
}

fn location(path: &str, line: u64, snippet: Option<&str>) -> Location {
    let snippet = snippet.map(|text| plain(terminal_safe(text).into_owned()));
    // A line 0 means that no line tells: the standard counts from 1.
    let region = Some(Region { start_line: line, snippet }).filter(|region| region.start_line > 0);
    Location { physical_location: PhysicalLocation { artifact_location: ArtifactLocation { uri: uri(path) }, region } }
}

/// A text of our own catalogue.
fn plain(text: String) -> Message {
    Message { text, markdown: None }
}

/// A message with text of the log in it: control characters are shown, and what a viewer takes for a link
/// (`[text](address)`, 3.11.6 of the standard) or for a placeholder (`{0}`, 3.11.5) is escaped as the standard says.
fn message(text: &str) -> Message {
    let lines: Vec<_> = text.lines().map(terminal_safe).collect();
    let mut text = lines.join("\n");
    if text.contains("](") {
        text = text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]");
    }
    if has_placeholder(&text) {
        text = text.replace('{', "{{").replace('}', "}}");
    }
    plain(text)
}

fn has_placeholder(text: &str) -> bool {
    text.match_indices('{').any(|(at, _)| {
        let rest = &text[at + 1..];
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        digits > 0 && rest[digits..].starts_with('}')
    })
}

/// A path as a URI: a relative one stays relative, an absolute one becomes a `file:` URI, all else is percent-encoded.
fn uri(path: &str) -> String {
    let bytes = path.as_bytes();
    let has_drive = bytes.len() > 2 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':' && matches!(bytes[2], b'\\' | b'/');
    let is_windows = has_drive || path.starts_with("\\\\") || std::path::MAIN_SEPARATOR == '\\';
    let path = if is_windows { path.replace('\\', "/") } else { path.to_owned() };
    let (start, rest) = if has_drive {
        (format!("file:///{}", &path[..2]), &path[2..])
    } else if path.starts_with("//") && is_windows {
        ("file:".to_owned(), &*path)
    } else if path.starts_with('/') {
        // More slashes would begin a host's name.
        ("file:///".to_owned(), path.trim_start_matches('/'))
    } else {
        (String::new(), path.strip_prefix("./").unwrap_or(&path))
    };
    let mut out = start;
    for byte in rest.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{message, uri};

    #[test]
    fn paths_become_uris() {
        assert_eq!(uri("logs/a b#1?.log"), "logs/a%20b%231%3F.log");
        assert_eq!(uri("./a:b"), "a%3Ab");
        assert_eq!(uri("/var/log/100%.txt"), "file:///var/log/100%25.txt");
        assert_eq!(uri("//a"), "file:///a");
        assert_eq!(uri("C:\\Users\\Zo\u{eb}\\npm.log"), "file:///C:/Users/Zo%C3%AB/npm.log");
        assert_eq!(uri("\\\\server\\share\\x.log"), "file://server/share/x.log");
        assert_eq!(uri("-"), "-");
    }

    #[test]
    fn a_log_cannot_put_a_link_or_a_placeholder_into_a_message() {
        assert_eq!(message("see [docs](http://evil.example)").text, "see \\[docs\\](http://evil.example)");
        assert_eq!(message("[1/4] installing").text, "[1/4] installing");
        assert_eq!(message("{0} and {x}").text, "{{0}} and {{x}}");
        assert_eq!(message("{\"a\": 1}\n\u{1b}[2J").text, "{\"a\": 1}\n\\x1b[2J");
    }
}
