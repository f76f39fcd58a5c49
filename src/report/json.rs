//! The report contract `lognosis.report/1`; its JSON Schema is `docs/report-1.schema.json`.
//!
//! May import: `diagnose` (the model), `report`.

use std::io::{self, Write};

use serde::Serialize;

use super::escape::JsonOut;
use super::{InputError, Report};
use crate::diagnose::{LogReport, Summary};

/// The contract's name and version.
pub const SCHEMA: &str = "lognosis.report/1";

/// The whole of `--format json`.
#[derive(Clone, Debug, Serialize)]
struct JsonReport<'a> {
    schema: &'static str,
    tool: Tool,
    logs: &'a [LogReport],
    summary: Summary,
    /// Inputs that could not be read.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [InputError],
}

#[derive(Clone, Debug, Serialize)]
struct Tool {
    version: &'static str,
    rules: usize,
}

/// Writes the report as one object, indented so that people can read it too.
pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let tool = Tool { version: env!("CARGO_PKG_VERSION"), rules: report.catalog.rules().len() };
    let json = JsonReport { schema: SCHEMA, tool, logs: report.logs, summary: report.summary(), errors: report.errors };
    serde_json::to_writer_pretty(&mut JsonOut::new(out), &json)?;
    out.write_all(b"\n")
}

/// Writes one log as a line of NDJSON.
///
/// # Errors
///
/// When the writer fails.
pub fn write_ndjson(log: &LogReport, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut JsonOut::new(out), log)?;
    out.write_all(b"\n")
}
