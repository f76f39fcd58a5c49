//! What a failing log says that passing ones never do, for people and programs (`lognosis.diff/1`).
//!
//! May import: `diagnose` (the model), `triage` (the model), `report`.

use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;

use super::escape::{JsonOut, terminal_safe};
use super::{Format, HumanReport, InputError, Style};
use crate::diagnose::{Diagnosis, LogReport, Outcome, Role};
use crate::triage::NovelLine;

/// The name and version of the machine-readable comparison.
pub const DIFF_SCHEMA: &str = "lognosis.diff/1";

/// What a comparison found, ready to be written.
#[derive(Clone, Copy, Debug)]
pub struct DiffReport<'a> {
    /// The logs that passed.
    pub good: &'a [String],
    /// The failing log's own diagnosis.
    pub bad: &'a LogReport,
    /// What only the failing log says, the most telling first.
    pub lines: &'a [NovelLine],
    /// How many lines more there are.
    pub more: usize,
    /// The passing logs have more kinds of lines than were kept.
    pub incomplete: bool,
    /// What could not be read.
    pub errors: &'a [InputError],
}

#[derive(Clone, Debug, Serialize)]
struct JsonDiff<'a> {
    schema: &'static str,
    good: &'a [String],
    bad: &'a str,
    outcome: Outcome,
    diagnoses: Vec<&'a Diagnosis>,
    lines: &'a [NovelLine],
    more: usize,
    incomplete: bool,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [InputError],
}

impl DiffReport<'_> {
    /// Writes the comparison: for people, one line of JSON a line of the log, or one object.
    ///
    /// # Errors
    ///
    /// When the writer fails.
    pub fn write(&self, format: Format, style: Style, out: &mut dyn Write) -> io::Result<()> {
        match format {
            Format::Human => self.write_human(style, out),
            Format::Ndjson => {
                for line in self.lines {
                    serde_json::to_writer(&mut JsonOut::new(out), line)?;
                    out.write_all(b"\n")?;
                }
                Ok(())
            }
            _ => {
                serde_json::to_writer_pretty(&mut JsonOut::new(out), &self.json())?;
                out.write_all(b"\n")
            }
        }
    }

    fn json(&self) -> JsonDiff<'_> {
        JsonDiff {
            schema: DIFF_SCHEMA,
            good: self.good,
            bad: &self.bad.path,
            outcome: self.bad.outcome,
            diagnoses: self.bad.diagnoses.iter().filter(|diagnosis| diagnosis.role == Role::Root).collect(),
            lines: self.lines,
            more: self.more,
            incomplete: self.incomplete,
            errors: self.errors,
        }
    }

    fn write_human(&self, style: Style, out: &mut dyn Write) -> io::Result<()> {
        if self.bad.answer().is_some() {
            HumanReport::new(style).write(self.bad, out)?;
        } else {
            let text = match self.bad.outcome {
                Outcome::Failed => "It failed, and no rule knows why.",
                Outcome::Succeeded => "Nothing in it says that it failed.",
                Outcome::Unknown => "Nothing in it says how it ended.",
            };
            writeln!(out, "{}\n{text}", style.head(&terminal_safe(&self.bad.path)))?;
        }
        let logs = if self.good.len() == 1 { "log never says".to_owned() } else { format!("{} logs never say", self.good.len()) };
        if self.lines.is_empty() {
            return writeln!(out, "\nIt says nothing that the passing {logs}.");
        }
        writeln!(out, "\n{}", style.head(&format!("What it says and the passing {logs}")))?;
        for line in self.lines {
            let mut text = terminal_safe(&line.text).into_owned();
            if line.count > 1 {
                let _ = write!(text, "  ({} times)", line.count);
            }
            let number = format!("  {:>6} | ", line.line);
            let shown = style.cut(&text, number.chars().count());
            writeln!(out, "{}{}", style.faint(&number), if line.weight > 0 { style.warn(&shown) } else { shown })?;
        }
        if self.more > 0 {
            writeln!(out, "         and {} more lines", self.more)?;
        }
        if self.incomplete {
            writeln!(out, "The passing logs are too different to be kept whole: some of these lines may be theirs, too.")?;
        }
        Ok(())
    }
}
