//! Logging commands of Azure Pipelines: errors and warnings of the build.
//!
//! See <https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands>.
//!
//! May import: `report::{escape, finding}`.

use std::io::{self, Write};

use super::escape::{shorten, terminal_safe};
use super::finding::{Finding, Level};

/// Characters of a message: more is not read in a list of issues.
const MESSAGE: usize = 4000;
/// Characters of a path or code.
const PROPERTY: usize = 250;

/// Writes a command for each error and warning; Azure knows nothing less.
pub(super) fn write(findings: &[Finding], out: &mut dyn Write) -> io::Result<()> {
    for finding in findings {
        let kind = match finding.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Notice => continue,
        };
        issue(kind, finding, out)?;
    }
    Ok(())
}

fn issue(kind: &str, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "##vso[task.logissue type={kind};")?;
    if let Some(file) = finding.file() {
        write!(out, "sourcepath={};", property(file))?;
        if finding.line > 0 {
            write!(out, "linenumber={};", finding.line)?;
        }
    }
    writeln!(out, "code={};]{}", property(finding.code.as_deref().unwrap_or(&finding.check)), message(finding))
}

fn message(finding: &Finding) -> String {
    let mut lines = vec![terminal_safe(&finding.headline).into_owned()];
    lines.extend(finding.details.iter().chain(&finding.evidence).map(|line| terminal_safe(line).into_owned()));
    escape(&(shorten(&lines.join("\n"), MESSAGE).into_owned() + &finding.retry_line()), false)
}

fn property(text: &str) -> String {
    escape(&shorten(&terminal_safe(text), PROPERTY), true)
}

/// As the agent's own task library does it: `%AZP25` and not `%25`, because older agents leave `%25` as it is.
fn escape(text: &str, in_property: bool) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '%' => out.push_str("%AZP25"),
            '\r' => out.push_str("%0D"),
            '\n' => out.push_str("%0A"),
            ']' if in_property => out.push_str("%5D"),
            ';' if in_property => out.push_str("%3B"),
            c => out.push(c),
        }
    }
    out
}
