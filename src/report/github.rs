//! Workflow commands of GitHub Actions: annotations at the log's lines.
//!
//! GitHub shows ten errors and ten warnings a step and cuts messages at 4096 characters, so no more is written. See
//! <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>.
//!
//! May import: `report::{escape, finding}`.

use std::io::{self, Write};

use super::escape::{shorten, terminal_safe};
use super::finding::{Finding, Level};

/// Annotations of each level that GitHub shows a step.
const SHOWN: usize = 10;
/// UTF-16 units of a message, escapes counted.
const MESSAGE: usize = 4096;
/// Characters of a title or path: GitHub names no limit, a screen has one.
const PROPERTY: usize = 250;

/// Writes the commands: the answers of logs first, then what failed beside them, then warnings.
pub(super) fn write(findings: &[Finding], out: &mut dyn Write) -> io::Result<()> {
    let mut left_out = 0;
    for (level, command) in [(Level::Error, "error"), (Level::Warning, "warning")] {
        let of_level = || findings.iter().filter(|finding| finding.level == level);
        let ordered = of_level().filter(|finding| finding.is_answer).chain(of_level().filter(|finding| !finding.is_answer));
        for finding in ordered.take(SHOWN) {
            annotation(command, finding, out)?;
        }
        left_out += of_level().count().saturating_sub(SHOWN);
    }
    if left_out > 0 {
        writeln!(out, "::notice title=lognosis::{left_out} more findings: GitHub shows ten errors and ten warnings a step")?;
    }
    Ok(())
}

fn annotation(command: &str, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let mut properties = Vec::new();
    if let Some(file) = finding.file() {
        properties.push(format!("file={}", property(file)));
        if finding.line > 0 {
            properties.push(format!("line={}", finding.line));
        }
    }
    properties.push(format!("title={}", property(&finding.headline)));
    writeln!(out, "::{command} {}::{}", properties.join(","), message(finding))
}

fn message(finding: &Finding) -> String {
    let mut lines: Vec<String> = finding.details.iter().chain(&finding.evidence).map(|line| terminal_safe(line).into_owned()).collect();
    if lines.is_empty() {
        // A command without a message is shown as nothing at all.
        lines.push(terminal_safe(&finding.headline).into_owned());
    }
    // What programs read stays whole.
    let (mut out, mut last) = (String::new(), String::new());
    finding.retry_line().chars().for_each(|c| push(c, false, &mut last));
    let mut units = last.len();
    for c in lines.join("\n").chars() {
        units += escape(c, false).map_or(c.len_utf16(), str::len);
        if units >= MESSAGE {
            out.push('\u{2026}');
            break;
        }
        push(c, false, &mut out);
    }
    out + &last
}

fn property(text: &str) -> String {
    let mut out = String::new();
    for c in shorten(&terminal_safe(text), PROPERTY).chars() {
        push(c, true, &mut out);
    }
    out
}

fn push(c: char, in_property: bool, out: &mut String) {
    match escape(c, in_property) {
        Some(piece) => out.push_str(piece),
        None => out.push(c),
    }
}

/// What a character is written as, where not as itself.
fn escape(c: char, in_property: bool) -> Option<&'static str> {
    match c {
        '%' => Some("%25"),
        '\r' => Some("%0D"),
        '\n' => Some("%0A"),
        ':' if in_property => Some("%3A"),
        ',' if in_property => Some("%2C"),
        _ => None,
    }
}
