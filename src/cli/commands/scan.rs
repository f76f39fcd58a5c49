//! `lognosis scan PATH...`: one diagnosis a log.
//!
//! May import: everything.

use std::io::{IsTerminal, Write};

use super::bare::engine;
use super::{bare, exit_of};
use crate::cli::exit::Exit;
use crate::cli::settings::Settings;
use crate::cli::ui::{CommandError, Ui};
use crate::diagnose::{LogReport, Outcome};
use crate::error::Error;
use crate::input::{Discovery, discover, npm_log_folders};
use crate::report::{Format, HumanReport, InputError, JsonReport, Summary, write_ndjson};
use crate::session::Session;

pub(in crate::cli) fn run(paths: &[String], settings: &Settings, ui: &mut Ui) -> Result<Exit, CommandError> {
    if paths.is_empty() {
        return without_paths(settings, ui);
    }
    let found = discover(paths);
    report(&found, settings, ui)
}

/// `scan` alone reads what is piped into it, else npm's log folders.
fn without_paths(settings: &Settings, ui: &mut Ui) -> Result<Exit, CommandError> {
    if !std::io::stdin().is_terminal() {
        return report(&discover(&["-".to_owned()]), settings, ui);
    }
    let folders: Vec<String> = npm_log_folders().iter().map(|folder| folder.display().to_string()).collect();
    if folders.is_empty() {
        return bare::run(settings, ui);
    }
    report(&discover(&folders), settings, ui)
}

fn report(found: &Discovery, settings: &Settings, ui: &mut Ui) -> Result<Exit, CommandError> {
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
    let mut out = ui.out();
    let several = found.sources.len() > 1;
    let human = HumanReport::new(ui.style);
    let mut kept: Vec<LogReport> = Vec::new();
    let mut summary = Summary::default();
    let mut exit = Exit::Fine;
    let mut written: Result<(), std::io::Error> = Ok(());
    session.report_all(&found.sources, |_, result| {
        let log = match result {
            Ok(log) => log,
            Err(error) => {
                complain(&error, ui, &mut errors);
                return;
            }
        };
        summary.add(log.outcome);
        exit = exit.max(exit_of(&log, settings.fail_on));
        if written.is_err() {
            return;
        }
        match settings.format {
            Format::Json => kept.push(log),
            Format::Ndjson => written = write_ndjson(&log, &mut out),
            Format::Human => {
                written = if several && log.outcome != Outcome::Failed {
                    one_line(&log, ui, &mut out)
                } else {
                    human.write(&log, &mut out).and_then(|()| if several { writeln!(out) } else { Ok(()) })
                };
            }
        }
    });
    written?;
    match settings.format {
        Format::Json => JsonReport::new(catalog.rules().len(), &kept, &errors).write(&mut out)?,
        Format::Human if several => writeln!(
            out,
            "{} logs: {} failed, {} succeeded, {} do not tell",
            summary.logs, summary.failed, summary.succeeded, summary.unknown
        )?,
        Format::Human | Format::Ndjson => {}
    }
    out.flush()?;
    Ok(if errors.is_empty() { exit } else { Exit::Trouble })
}

/// A log without a failure among many.
fn one_line(log: &LogReport, ui: &Ui, out: &mut impl Write) -> std::io::Result<()> {
    let (mark, text) = match log.outcome {
        Outcome::Succeeded => (ui.style.good("\u{2714}"), "no failure"),
        _ if log.bytes == 0 => (ui.style.warn("?"), "empty"),
        _ => (ui.style.warn("?"), "no known failure"),
    };
    writeln!(out, "{mark} {}: {text}", crate::report::terminal_safe(&log.path))
}

pub(super) fn complain(error: &Error, ui: &Ui, errors: &mut Vec<InputError>) {
    ui.error(&error.to_string(), error.hint().as_deref());
    errors.push(InputError { message: error.to_string(), hint: error.hint() });
}
