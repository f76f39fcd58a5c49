//! Reports as bytes: the same model for every format, one file a format. Knows no files, terminals or exit codes.
//!
//! May import: `diagnose` (the model), `triage` (the model), `facts` (the model), `catalog` (the word lists).

mod azure;
mod csv;
mod diff;
mod doctor;
mod escape;
mod finding;
mod format;
mod github;
mod gitlab;
mod html;
mod human;
mod json;
mod junit;
mod markdown;
#[cfg(feature = "parquet")]
mod parquet;
mod sarif;
mod style;
mod table;
mod triage;

use std::io::{self, Write};

use serde::Serialize;

use crate::catalog::Catalog;
use crate::diagnose::{LogReport, Summary};

pub use diff::{DIFF_SCHEMA, DiffReport};
pub use doctor::{DOCTOR_SCHEMA, DoctorReport};
pub use escape::terminal_safe;
pub use format::Format;
pub use human::HumanReport;
pub use json::{SCHEMA, write_ndjson};
pub use markdown::{STEP_SUMMARY, step_summary};
#[cfg(feature = "parquet")]
pub use parquet::LogTable;
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
/// use lognosis::catalog::Catalog;
/// use lognosis::report::{Format, Report, Style};
/// let report = Report { catalog: Catalog::builtin(), logs: &[], errors: &[] };
/// let mut out = Vec::new();
/// report.write(Format::Json, Style::default(), &mut out)?;
/// assert!(out.starts_with(b"{\n  \"schema\": \"lognosis.report/1\""));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// The rules that were looked for.
    pub catalog: &'a Catalog,
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
    /// When the writer fails, or this build does not know the format ([`Format::is_built`]).
    pub fn write(&self, format: Format, style: Style, out: &mut dyn Write) -> io::Result<()> {
        match format {
            Format::Human => human::write(self, style, out),
            Format::Json => json::write(self, out),
            Format::Ndjson => self.logs.iter().try_for_each(|log| write_ndjson(log, out)),
            Format::Markdown => markdown::write(self, out),
            Format::Junit => junit::write(self, out),
            Format::Github => github::write(&finding::of_scan(self), out),
            Format::Gitlab => gitlab::write(&finding::of_scan(self), out),
            Format::Azure => azure::write(&finding::of_scan(self), out),
            Format::Csv => csv::write(self, out),
            Format::Html => html::write_scan(self, out),
            Format::Sarif => sarif::write_scan(self, out),
            #[cfg(feature = "parquet")]
            Format::Parquet => parquet::write(self.logs, out),
            #[cfg(not(feature = "parquet"))]
            Format::Parquet => Err(not_built()),
        }
    }
}

#[cfg(not(feature = "parquet"))]
fn not_built() -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, "this build does not write parquet: it lacks the feature `parquet`")
}
