//! The report contract `lognosis.report/1`; its JSON Schema is `docs/report-1.schema.json`.
//!
//! May import: `diagnose` (the model).

use std::io::{self, Write};

use serde::Serialize;

use crate::diagnose::{LogReport, Outcome};

/// The contract's name and version.
pub const SCHEMA: &str = "lognosis.report/1";

/// The whole of `--format json`.
#[derive(Clone, Debug, Serialize)]
pub struct JsonReport<'a> {
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

/// How many logs ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// All.
    pub logs: usize,
    /// Those that failed.
    pub failed: usize,
    /// Those that did not.
    pub succeeded: usize,
    /// Those that do not tell.
    pub unknown: usize,
}

impl Summary {
    /// Counts one more log.
    pub fn add(&mut self, outcome: Outcome) {
        self.logs += 1;
        match outcome {
            Outcome::Failed => self.failed += 1,
            Outcome::Succeeded => self.succeeded += 1,
            Outcome::Unknown => self.unknown += 1,
        }
    }
}

/// An input that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InputError {
    /// What went wrong, with the file's name.
    pub message: String,
    /// The way out.
    pub hint: Option<String>,
}

impl<'a> JsonReport<'a> {
    /// A report on logs, made with a catalogue of so many rules.
    #[must_use]
    pub fn new(rules: usize, logs: &'a [LogReport], errors: &'a [InputError]) -> Self {
        let mut summary = Summary::default();
        for log in logs {
            summary.add(log.outcome);
        }
        Self { schema: SCHEMA, tool: Tool { version: env!("CARGO_PKG_VERSION"), rules }, logs, summary, errors }
    }

    /// Writes the report, indented so that people can read it too.
    ///
    /// # Errors
    ///
    /// When the writer fails.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, self)?;
        out.write_all(b"\n")
    }
}
