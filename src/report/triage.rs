//! The triage of many logs in every format; the machine-readable one is `lognosis.triage/1`, its JSON Schema
//! `docs/triage-1.schema.json`.
//!
//! May import: `triage` (the model), `diagnose` (the summary), `report`.

use std::io::{self, Write};

use serde::Serialize;

use super::escape::JsonOut;
use super::table::triage_table;
use super::{Format, InputError, Style, azure, csv, finding, github, gitlab, html, junit, markdown, sarif};
use crate::catalog::Catalog;
use crate::diagnose::{ReportStep, Summary};
use crate::triage::{Cluster, Period, Standing, Triage, TriageRow, UnknownLog};

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
    /// Not all logs were read.
    partial: bool,
    /// What `causes` are counted by.
    group_by: &'static str,
    period: Option<Period>,
    causes: &'a [TriageRow],
    clusters: &'a [Cluster],
    unknown: &'a [UnknownLog],
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline: Option<&'a Standing>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_step: Option<&'a ReportStep>,
    summary: Summary,
    /// Failed logs for which a retry can be enough.
    transient: usize,
    /// Logs of another period, or of none where one was asked for.
    left_out: usize,
    without_date: usize,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [InputError],
}

impl TriageReport<'_> {
    /// Writes the triage.
    ///
    /// # Errors
    ///
    /// When the writer fails. [`Format::Parquet`] is a table of logs, which a triage does not keep: a `LogTable` takes
    /// them one by one.
    pub fn write(&self, format: Format, style: Style, out: &mut dyn Write) -> io::Result<()> {
        let triage = self.triage;
        match format {
            Format::Human => write!(out, "{}", triage_table(triage, style)),
            Format::Json => self.write_json(out),
            Format::Ndjson => self.write_records(out),
            Format::Markdown => markdown::write_triage(self, out),
            Format::Junit => junit::write_triage(self, out),
            Format::Github => github::write(&finding::of_triage(self), out),
            Format::Gitlab => gitlab::write(&finding::of_triage(self), out),
            Format::Azure => azure::write(&finding::of_triage(self), out),
            Format::Csv => csv::write_triage(self, out),
            Format::Html => html::write_triage(self, out),
            Format::Sarif => sarif::write_triage(self, out),
            Format::Parquet => {
                Err(io::Error::new(io::ErrorKind::Unsupported, "a triage keeps no logs: a `LogTable` takes them as they come"))
            }
        }
    }

    /// One object a line: the causes first, the summary last, and `record` tells what each is.
    fn write_records(&self, out: &mut dyn Write) -> io::Result<()> {
        let triage = self.triage;
        triage.rows().iter().try_for_each(|row| record("cause", row, out))?;
        triage.clusters().iter().try_for_each(|cluster| record("cluster", cluster, out))?;
        if let Some(standing) = triage.standing() {
            for (name, entries) in [("new", &standing.new), ("expired", &standing.expired), ("gone", &standing.gone)] {
                entries.iter().try_for_each(|entry| record(name, entry, out))?;
            }
        }
        self.errors.iter().try_for_each(|error| record("error", error, out))?;
        let counts = Counts {
            schema: TRIAGE_SCHEMA,
            partial: triage.is_partial(),
            group_by: triage.group_by().name(),
            period: triage.period(crate::triage::BUCKETS),
            summary: triage.summary(),
            transient: triage.transient(),
            known: triage.standing().map(|standing| standing.known),
            left_out: triage.left_out(),
            without_date: triage.without_date(),
        };
        record("summary", &counts, out)
    }

    fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let triage = self.triage;
        let (rows, clusters) = (triage.rows(), triage.clusters());
        let json = JsonTriage {
            schema: TRIAGE_SCHEMA,
            partial: triage.is_partial(),
            group_by: triage.group_by().name(),
            period: triage.period(crate::triage::BUCKETS),
            causes: &rows,
            clusters: &clusters,
            unknown: triage.unknown(),
            baseline: triage.standing(),
            first_step: rows.first().and_then(|row| row.first_step.as_ref()),
            summary: triage.summary(),
            transient: triage.transient(),
            left_out: triage.left_out(),
            without_date: triage.without_date(),
            errors: self.errors,
        };
        serde_json::to_writer_pretty(&mut JsonOut::new(out), &json)?;
        out.write_all(b"\n")
    }
}

/// How the logs ended, as a record.
#[derive(Clone, Debug, Serialize)]
struct Counts {
    schema: &'static str,
    partial: bool,
    group_by: &'static str,
    period: Option<Period>,
    #[serde(flatten)]
    summary: Summary,
    transient: usize,
    /// Failures that are in the baseline, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    known: Option<usize>,
    left_out: usize,
    without_date: usize,
}

#[derive(Clone, Debug, Serialize)]
struct Record<'a, T> {
    record: &'static str,
    #[serde(flatten)]
    of: &'a T,
}

fn record<T: Serialize>(record: &'static str, of: &T, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut JsonOut::new(out), &Record { record, of })?;
    out.write_all(b"\n")
}

/// The day of a time stamp that is a moment's.
pub(super) fn day(stamp: &Option<String>) -> Option<&str> {
    stamp.as_deref().and_then(|stamp| stamp.get(..10))
}
