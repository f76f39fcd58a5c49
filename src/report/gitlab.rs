//! GitLab's code quality report, a small part of Code Climate's format.
//!
//! See <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>. GitLab ignores fields that it does not
//! know, such as our `retry`.
//!
//! May import: `report::{escape, finding}`.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::escape::{JsonOut, shorten, terminal_safe};
use super::finding::{Finding, Level, UNKNOWN};

/// Characters of a description, which GitLab shows in a line of a merge request.
const DESCRIPTION: usize = 500;

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
    #[serde(skip_serializing_if = "str::is_empty")]
    retry: &'a str,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u64,
}

/// Writes one array. An input that could not be read has no place in it: a finding needs a path.
pub(super) fn write(findings: &[Finding], out: &mut dyn Write) -> io::Result<()> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let issues: Vec<Issue<'_>> =
        findings.iter().filter(|finding| !finding.path.is_empty()).map(|finding| issue(finding, &mut seen)).collect();
    serde_json::to_writer_pretty(&mut JsonOut::new(out), &issues)?;
    out.write_all(b"\n")
}

fn issue<'a>(finding: &'a Finding, seen: &mut BTreeMap<String, usize>) -> Issue<'a> {
    let path = terminal_safe(finding.file().unwrap_or(&finding.path)).into_owned();
    // What happened and why; the steps would not fit the line that it is shown in.
    let description: Vec<&str> = std::iter::once(&finding.headline).chain(finding.details.first()).map(String::as_str).collect();
    Issue {
        description: shorten(&terminal_safe(&description.join(" \u{b7} ")), DESCRIPTION).into_owned(),
        check_name: &finding.check,
        fingerprint: fingerprint(finding, seen),
        severity: match finding.level {
            Level::Error if finding.check == UNKNOWN => "major",
            Level::Error => "critical",
            Level::Warning => "minor",
            Level::Notice => "info",
        },
        location: Location { path, lines: Lines { begin: finding.line.max(1) } },
        retry: finding.retry_name(),
    }
}

/// GitLab takes findings of one fingerprint for one, so those alike are numbered. The line does not count: it differs from run
/// to run.
fn fingerprint(finding: &Finding, seen: &mut BTreeMap<String, usize>) -> String {
    let base = format!("{}\0{}", finding.check, finding.fingerprint);
    let nth = seen.entry(base.clone()).or_default();
    *nth += 1;
    let hash = format!("{base}\0{nth}").bytes().fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128, |hash, byte| {
        // FNV-1a of 128 bits: with 64, a large archive could see two alike.
        (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
    });
    format!("{hash:032x}")
}
