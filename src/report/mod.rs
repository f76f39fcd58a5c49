//! Reports as bytes: the same model for every format. Knows no files, terminals or exit codes.
//!
//! May import: `diagnose` (the model), `catalog`.

mod escape;
mod human;
mod json;
mod style;
mod table;

use std::io::{self, Write};

pub use escape::terminal_safe;
pub use human::HumanReport;
pub use json::{InputError, JsonReport, SCHEMA, Summary};
pub use style::Style;
pub use table::triage_table;

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// For people.
    Human,
    /// One JSON object.
    Json,
    /// One JSON object a line, one line a log.
    Ndjson,
}

impl Format {
    /// All formats with the names that `--format` takes.
    pub const ALL: &'static [(Format, &'static str)] = &[(Self::Human, "human"), (Self::Json, "json"), (Self::Ndjson, "ndjson")];

    /// The format of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(format, _)| *format)
    }

    /// Whether a program reads it.
    #[must_use]
    pub fn is_machine(self) -> bool {
        self != Self::Human
    }
}

/// Writes one log as a line of NDJSON.
///
/// # Errors
///
/// When the writer fails.
pub fn write_ndjson(log: &crate::diagnose::LogReport, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, log)?;
    out.write_all(b"\n")
}
