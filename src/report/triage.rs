//! The triage of many logs in every format; the machine-readable one is `lognosis.triage/1`.
//!
//! May import: `triage` (the model), `diagnose` (the summary), `report`.

use std::io::{self, Write};

use serde::Serialize;

use super::table::triage_table;
use super::{Format, InputError, Style, azure, csv, finding, github, gitlab, html, junit, markdown, sarif};
use crate::catalog::Catalog;
use crate::diagnose::Summary;
use crate::triage::{Triage, TriageRow, UnknownLog};

/// The name and version of the machine-readable triage.
pub const TRIAGE_SCHEMA: &str = "lognosis.triage/1";

/// What a triage found, ready to be written in any format.
#[derive(Clone, Copy, Debug)]
pub struct TriageReport<'a> {
    /// The rules that were looked for.
    pub catalog: &'a Catalog,
    /// What was collected.
    pub triage: &'a Triage,
    /// What could not be read.
    pub errors: &'a [InputError],
}

#[derive(Clone, Debug, Serialize)]
struct JsonTriage<'a> {
    schema: &'static str,
    causes: &'a [TriageRow],
    unknown: &'a [UnknownLog],
    summary: Summary,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [InputError],
}

impl TriageReport<'_> {
    /// Writes the triage.
    ///
    /// # Errors
    ///
    /// When the writer fails.
    pub fn write(&self, format: Format, style: Style, out: &mut dyn Write) -> io::Result<()> {
        let triage = self.triage;
        let rows = triage.rows();
        match format {
            Format::Human => write!(out, "{}", triage_table(triage, style)),
            Format::Json => {
                let summary = triage.summary();
                let json = JsonTriage { schema: TRIAGE_SCHEMA, causes: &rows, unknown: triage.unknown(), summary, errors: self.errors };
                serde_json::to_writer_pretty(&mut *out, &json)?;
                out.write_all(b"\n")
            }
            Format::Ndjson => {
                for row in &rows {
                    serde_json::to_writer(&mut *out, row)?;
                    out.write_all(b"\n")?;
                }
                Ok(())
            }
            Format::Markdown => markdown::write_triage(self, out),
            Format::Junit => junit::write_triage(self, out),
            Format::Github => github::write(&finding::of_triage(self), out),
            Format::Gitlab => gitlab::write(&finding::of_triage(self), out),
            Format::Azure => azure::write(&finding::of_triage(self), out),
            Format::Csv => csv::write_triage(self, out),
            Format::Html => html::write_triage(self, out),
            Format::Sarif => sarif::write_triage(self, out),
        }
    }
}
