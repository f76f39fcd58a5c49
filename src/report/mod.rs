//! Reports as bytes: the same model for every format, one file a format. Knows no files, terminals or exit codes.
//!
//! May import: `diagnose` (the model), `triage` (the model), `catalog` (the word lists).

mod diff;
mod escape;
mod format;
mod human;
mod json;
mod style;
mod table;
mod triage;

use std::io::{self, Write};

use serde::Serialize;

use crate::diagnose::{LogReport, Summary};

pub use diff::{DIFF_SCHEMA, DiffReport};
pub use escape::terminal_safe;
pub use format::Format;
pub use human::HumanReport;
pub use json::{SCHEMA, write_ndjson};
pub use style::Style;
pub use triage::{TRIAGE_SCHEMA, TriageReport};

/// An input that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InputError {
    /// What went wrong, with the file's name.
    pub message: String,
    /// The way out.
    pub hint: Option<String>,
}

/// What a scan found, ready to be written in any format.
///
/// ```
/// use lognosis::report::{Format, Report, Style};
/// let report = Report { rules: 0, logs: &[], errors: &[] };
/// let mut out = Vec::new();
/// report.write(Format::Json, Style::default(), &mut out)?;
/// assert!(out.starts_with(b"{\n  \"schema\": \"lognosis.report/1\""));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// How many rules were looked for.
    pub rules: usize,
    /// The logs, in the order in which they were named.
    pub logs: &'a [LogReport],
    /// What could not be read.
    pub errors: &'a [InputError],
}

impl Report<'_> {
    /// How many logs ended how.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for log in self.logs {
            summary.add(log.outcome);
        }
        summary
    }

    /// Writes the report.
    ///
    /// # Errors
    ///
    /// When the writer fails.
    pub fn write(&self, format: Format, style: Style, out: &mut dyn Write) -> io::Result<()> {
        match format {
            Format::Human => human::write(self, style, out),
            Format::Json => json::write(self, out),
            Format::Ndjson => self.logs.iter().try_for_each(|log| write_ndjson(log, out)),
        }
    }
}
