//! Apache Parquet, for DuckDB, Spark and pandas: a row for each diagnosis, with typed columns. Behind the feature
//! `parquet`.
//!
//! May import: `diagnose` (the model), `triage` (facts, moments), `report::finding` (names).
//!
//! The table is written while logs come in: what waits for its row group is all that is held. A Parquet file keeps its
//! values by column, so every column is told once, in [`COLUMNS`]: name, type, and where its value comes from.

use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;

use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use super::finding::{UNKNOWN, UNKNOWN_TITLE};
use crate::catalog::Transience;
use crate::diagnose::{Diagnosis, LogReport, Outcome, RankedCause, ReportStep, Unknown};
use crate::triage::{LogFacts, Moment};

/// Rows of a row group: readers take or leave whole ones.
const GROUP_ROWS: usize = 50_000;
/// Bytes of text that wait for their row group.
const GROUP_BYTES: usize = 32 << 20;

/// One diagnosis with its log; neither of the two for a log in which nothing was found.
struct Row<'a> {
    log: &'a LogReport,
    facts: &'a LogFacts,
    known: Option<&'a Diagnosis>,
    unknown: Option<&'a Unknown>,
    /// The log failed and no rule knows why.
    is_unknown: bool,
}

impl<'a> Row<'a> {
    fn cause(&self) -> Option<&'a RankedCause> {
        self.known.and_then(|known| known.causes.first())
    }

    fn step(&self) -> Option<&'a ReportStep> {
        self.cause().and_then(|cause| cause.steps.first())
    }

    /// The line that tells.
    fn text(&self) -> Option<&'a str> {
        let lines = self.known.map(|known| &known.evidence).or_else(|| self.unknown.map(|unknown| &unknown.lines));
        lines.and_then(|lines| lines.first()).map(|line| line.text.as_str())
    }
}

/// Where a column's value comes from, and of which type it is.
enum Take {
    Text(for<'a> fn(&Row<'a>) -> Option<&'a str>),
    Number(fn(&Row<'_>) -> Option<u64>),
    Time(fn(&Row<'_>) -> Option<Moment>),
    Json(fn(&Row<'_>) -> Option<String>),
}

impl Take {
    /// The type as Parquet's schema language writes it.
    fn kind(&self) -> (&'static str, &'static str) {
        match self {
            Self::Text(_) => ("binary", "STRING"),
            Self::Number(_) => ("int64", "INTEGER(64,true)"),
            Self::Time(_) => ("int64", "TIMESTAMP(MILLIS,true)"),
            Self::Json(_) => ("binary", "JSON"),
        }
    }
}

/// The columns. Further ones may be added; none is removed or changed.
const COLUMNS: &[(&str, Take)] = &[
    ("path", Take::Text(|row| Some(&row.log.path))),
    ("format", Take::Text(|row| Some(&row.log.format))),
    ("outcome", Take::Text(|row| Some(row.log.outcome.name()))),
    ("retry", Take::Text(|row| row.log.retry.map(Transience::name))),
    ("lines", Take::Number(|row| Some(row.log.lines))),
    ("bytes", Take::Number(|row| Some(row.log.bytes))),
    ("first_seen", Take::Time(|row| row.facts.first_seen)),
    ("last_seen", Take::Time(|row| row.facts.last_seen)),
    ("seconds", Take::Number(|row| row.facts.seconds)),
    ("repository", Take::Text(|row| row.facts.repository.as_deref())),
    ("workflow", Take::Text(|row| row.facts.workflow.as_deref())),
    ("job", Take::Text(|row| row.facts.job.as_deref())),
    ("step", Take::Text(|row| row.facts.step.as_deref())),
    ("branch", Take::Text(|row| row.facts.branch.as_deref())),
    ("commit", Take::Text(|row| row.facts.commit.as_deref())),
    ("runner", Take::Text(|row| row.facts.runner.as_deref())),
    ("client", Take::Text(|row| row.facts.client.as_deref())),
    ("role", Take::Text(|row| row.known.map(|known| known.role.name()).or_else(|| row.is_unknown.then_some("root")))),
    ("rule", Take::Text(|row| row.known.map(|known| known.rule.as_str()).or_else(|| row.is_unknown.then_some(UNKNOWN)))),
    ("code", Take::Text(|row| row.known.and_then(|known| known.code.as_deref()))),
    (
        "title",
        Take::Text(|row| match row.known {
            Some(known) => Some(&known.title),
            None => row.is_unknown.then_some(UNKNOWN_TITLE),
        }),
    ),
    ("family", Take::Text(|row| row.known.map(|known| known.family.as_str()))),
    ("severity", Take::Text(|row| row.known.map(|known| known.severity.name()))),
    ("transient", Take::Text(|row| row.known.map(|known| known.transient.name()))),
    ("owner", Take::Text(|row| row.known.map(|known| known.owner.name()))),
    ("cause", Take::Text(|row| row.cause().map(|cause| cause.id.as_str()))),
    ("cause_title", Take::Text(|row| row.cause().map(|cause| cause.title.as_str()))),
    ("verdict", Take::Text(|row| row.cause().map(|cause| cause.verdict.name()))),
    ("count", Take::Number(|row| row.known.map(|known| known.count))),
    ("first_line", Take::Number(|row| row.known.map(|known| known.first_line).or_else(|| row.unknown.map(|one| one.first_line)))),
    ("last_line", Take::Number(|row| row.known.map(|known| known.last_line).or_else(|| row.unknown.map(|one| one.last_line)))),
    ("text", Take::Text(|row| row.text())),
    ("template", Take::Text(|row| row.unknown.map(|unknown| unknown.template.as_str()))),
    ("captures", Take::Json(|row| row.known.and_then(|known| serde_json::to_string(&known.captures).ok()))),
    ("first_step", Take::Text(|row| row.step().map(|step| step.text.as_str()))),
    ("command", Take::Text(|row| row.step().and_then(|step| step.command.as_deref()))),
    ("fingerprint", Take::Text(|row| row.known.map(|known| known.fingerprint.as_str()))),
];

/// A column's values that wait for their row group.
struct Buffer {
    values: Values,
    /// 1 where a row has a value.
    levels: Vec<i16>,
}

enum Values {
    Texts(Vec<ByteArray>),
    Numbers(Vec<i64>),
}

impl Buffer {
    fn new(take: &Take) -> Self {
        let values = match take {
            Take::Text(_) | Take::Json(_) => Values::Texts(Vec::new()),
            Take::Number(_) | Take::Time(_) => Values::Numbers(Vec::new()),
        };
        Self { values, levels: Vec::new() }
    }

    /// Takes a row's value and gives its size.
    fn add(&mut self, take: &Take, row: &Row<'_>) -> usize {
        let (text, number) = match take {
            Take::Text(of) => (of(row).map(|text| ByteArray::from(text.as_bytes().to_vec())), None),
            Take::Json(of) => (of(row).map(|text| ByteArray::from(text.into_bytes())), None),
            Take::Number(of) => (None, of(row).map(|number| i64::try_from(number).unwrap_or(i64::MAX))),
            Take::Time(of) => (None, of(row).map(|moment| moment.seconds().saturating_mul(1000))),
        };
        self.levels.push(i16::from(text.is_some() || number.is_some()));
        let size = text.as_ref().map_or(size_of::<i64>(), ByteArray::len);
        match &mut self.values {
            Values::Texts(texts) => texts.extend(text),
            Values::Numbers(numbers) => numbers.extend(number),
        }
        size
    }
}

/// A table of logs in the making: `lognosis.report/1` as rows.
///
/// ```
/// use lognosis::report::LogTable;
/// let table = LogTable::new(Vec::new())?;
/// let file = table.finish()?;
/// assert!(file.starts_with(b"PAR1") && file.ends_with(b"PAR1"));
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct LogTable<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    buffers: Vec<Buffer>,
    rows: usize,
    bytes: usize,
}

impl<W: Write + Send> fmt::Debug for LogTable<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogTable").field("rows", &self.rows).finish_non_exhaustive()
    }
}

impl<W: Write + Send> LogTable<W> {
    /// Begins a table.
    ///
    /// # Errors
    ///
    /// When the writer fails.
    pub fn new(out: W) -> io::Result<Self> {
        let mut schema = String::from("message lognosis {\n");
        for (name, take) in COLUMNS {
            let (physical, logical) = take.kind();
            schema.push_str(&format!("  optional {physical} {name} ({logical});\n"));
        }
        schema.push('}');
        let schema = Arc::new(parse_message_type(&schema).map_err(failed)?);
        let properties = Arc::new(WriterProperties::builder().set_compression(Compression::SNAPPY).build());
        let writer = SerializedFileWriter::new(out, schema, properties).map_err(failed)?;
        Ok(Self { writer, buffers: COLUMNS.iter().map(|(_, take)| Buffer::new(take)).collect(), rows: 0, bytes: 0 })
    }

    /// Adds a log: a row for each diagnosis, and one where there is none.
    ///
    /// # Errors
    ///
    /// When the writer fails.
    pub fn add(&mut self, log: &LogReport, facts: &LogFacts) -> io::Result<()> {
        let row = Row { log, facts, known: None, unknown: None, is_unknown: false };
        if log.outcome == Outcome::Failed && log.answer().is_none() {
            self.row(&Row { unknown: log.unknown.first(), is_unknown: true, ..row })?;
        } else if log.diagnoses.is_empty() {
            self.row(&row)?;
        }
        log.diagnoses.iter().try_for_each(|diagnosis| self.row(&Row { known: Some(diagnosis), ..row }))
    }

    /// Writes what is left, and the file's end.
    ///
    /// # Errors
    ///
    /// When the writer fails.
    pub fn finish(mut self) -> io::Result<W> {
        self.write_group()?;
        self.writer.into_inner().map_err(failed)
    }

    fn row(&mut self, row: &Row<'_>) -> io::Result<()> {
        for (buffer, (_, take)) in self.buffers.iter_mut().zip(COLUMNS) {
            self.bytes += buffer.add(take, row);
        }
        self.rows += 1;
        if self.rows >= GROUP_ROWS || self.bytes >= GROUP_BYTES { self.write_group() } else { Ok(()) }
    }

    fn write_group(&mut self) -> io::Result<()> {
        if self.rows == 0 {
            return Ok(());
        }
        (self.rows, self.bytes) = (0, 0);
        let mut group = self.writer.next_row_group().map_err(failed)?;
        for (buffer, (_, take)) in self.buffers.iter_mut().zip(COLUMNS) {
            let full = std::mem::replace(buffer, Buffer::new(take));
            let Some(mut column) = group.next_column().map_err(failed)? else { continue };
            let written = match &full.values {
                Values::Texts(texts) => column.typed::<ByteArrayType>().write_batch(texts, Some(&full.levels), None),
                Values::Numbers(numbers) => column.typed::<Int64Type>().write_batch(numbers, Some(&full.levels), None),
            };
            written.and_then(|_| column.close()).map_err(failed)?;
        }
        group.close().map(drop).map_err(failed)
    }
}

/// Writes a scan.
pub(super) fn write(logs: &[LogReport], out: &mut dyn Write) -> io::Result<()> {
    // The crate asks for a writer that may go to another thread, which not every one of ours may.
    let mut table = LogTable::new(Vec::new())?;
    logs.iter().try_for_each(|log| table.add(log, &LogFacts::of(log, None)))?;
    out.write_all(&table.finish()?)
}

fn failed(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::other(other),
    }
}
