//! `lognosis triage PATH...`: one table for many logs.
//!
//! May import: everything.

use std::io::Write;

use serde::Serialize;

use super::bare::engine;
use super::exit_of;
use super::scan::complain;
use crate::cli::args::TriageArgs;
use crate::cli::exit::Exit;
use crate::cli::settings::Settings;
use crate::cli::ui::{CommandError, Ui};
use crate::input::discover;
use crate::report::{Format, InputError, Style, Summary, triage_table};
use crate::session::Session;
use crate::triage::{Triage, TriageRow, UnknownLog};

/// The name and version of the machine-readable triage.
const SCHEMA: &str = "lognosis.triage/1";

#[derive(Debug, Serialize)]
struct JsonTriage<'a> {
    schema: &'static str,
    causes: &'a [TriageRow],
    unknown: &'a [UnknownLog],
    summary: Summary,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [InputError],
}

pub(in crate::cli) fn run(args: &TriageArgs, settings: &Settings, ui: &mut Ui) -> Result<Exit, CommandError> {
    let found = discover(&args.paths);
    let mut errors: Vec<InputError> = Vec::new();
    for error in &found.errors {
        complain(error, ui, &mut errors);
    }
    for folder in &found.empty_folders {
        ui.note(&format!("no log in {}", folder.display()));
    }
    let catalog = settings.catalog()?;
    let engine = engine(&catalog, settings)?;
    let session = Session::new(&engine, settings.session());
    let mut triage = Triage::default();
    let mut exit = Exit::Fine;
    session.report_all(&found.sources, |_, result| match result {
        Ok(log) => {
            exit = exit.max(exit_of(&log, settings.fail_on));
            triage.add(&log);
        }
        Err(error) => complain(&error, ui, &mut errors),
    });
    let mut out = ui.out();
    let rows = triage.rows();
    match settings.format {
        Format::Human => {
            let style = Style { width: settings.columns, ..ui.style };
            write!(out, "{}", triage_table(&triage, style))?;
        }
        Format::Json => {
            let report =
                JsonTriage { schema: SCHEMA, causes: &rows, unknown: triage.unknown(), summary: triage.summary(), errors: &errors };
            serde_json::to_writer_pretty(&mut out, &report).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
        Format::Ndjson => {
            for row in &rows {
                serde_json::to_writer(&mut out, row).map_err(std::io::Error::from)?;
                writeln!(out)?;
            }
        }
    }
    out.flush()?;
    Ok(if errors.is_empty() { exit } else { Exit::Trouble })
}
