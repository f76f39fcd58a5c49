//! `lognosis scan PATH...`: one diagnosis a log.
//!
//! May import: everything.

use std::io::{BufWriter, IsTerminal, Write};
use std::path::PathBuf;

use super::bare::engine;
use super::{bare, exit_of};
use crate::cli::exit::Exit;
use crate::cli::output::write_files;
use crate::cli::progress::Progress;
use crate::cli::settings::Settings;
use crate::cli::ui::{CommandError, Ui};
use crate::diagnose::{LogReport, Outcome, Summary};
use crate::error::Error;
use crate::input::{Discovery, discover, npm_log_folders, read_list};
use crate::report::{Format, HumanReport, InputError, Report, Style, write_ndjson};
use crate::session::{Local, Session, SessionOptions};

pub(in crate::cli) fn run(paths: &[String], lists: &[PathBuf], settings: &Settings, ui: &mut Ui) -> Result<Exit, CommandError> {
    if paths.is_empty() && lists.is_empty() {
        return without_paths(settings, ui);
    }
    let mut found = find(paths, lists, ui)?;
    report(&mut found, settings.session_with(Local::OwnLogs), settings, ui)
}

/// The logs of paths and of lists of paths.
pub(super) fn find(paths: &[String], lists: &[PathBuf], ui: &Ui) -> Result<Discovery, CommandError> {
    let mut all = paths.to_vec();
    for list in lists {
        let listed = read_list(list)?;
        if listed.is_empty() {
            ui.note(&format!("no file is listed in {}", list.display()));
        }
        all.extend(listed);
    }
    Ok(discover(&all))
}

/// `scan` alone reads what is piped into it, else npm's log folders.
fn without_paths(settings: &Settings, ui: &mut Ui) -> Result<Exit, CommandError> {
    if !std::io::stdin().is_terminal() {
        return report(&mut discover(&["-".to_owned()]), settings.session_here(), settings, ui);
    }
    let folders: Vec<String> = npm_log_folders().iter().map(|folder| folder.display().to_string()).collect();
    if folders.is_empty() {
        return bare::run(settings, ui);
    }
    report(&mut discover(&folders), settings.session_here(), settings, ui)
}

fn report(found: &mut Discovery, options: SessionOptions, settings: &Settings, ui: &mut Ui) -> Result<Exit, CommandError> {
    let mut errors: Vec<InputError> = Vec::new();
    for error in &found.errors {
        complain(error, ui, &mut errors);
    }
    note_empty(found, ui);
    let catalog = settings.catalog()?;
    let engine = engine(&catalog, settings)?;
    let session = Session::new(&engine, options);
    let mut out = BufWriter::new(ui.out());
    // One source can hold many logs, so the first one waits for a second to be told as one of several.
    let mut several = found.sources.len() > 1;
    let mut alone: Option<LogReport> = None;
    let human = HumanReport::new(ui.style);
    let mut kept: Vec<LogReport> = Vec::new();
    let mut summary = Summary::default();
    let mut exit = Exit::Fine;
    let mut written: Result<(), std::io::Error> = Ok(());
    let mut progress = Progress::new(found, settings);
    session.report_all(&found.sources, |_, result| {
        let log = match result {
            Ok(log) => log,
            Err(error) => {
                progress.log(false);
                return progress.aside(|| complain(&error, ui, &mut errors));
            }
        };
        progress.log(log.outcome == Outcome::Failed);
        summary.add(log.outcome);
        exit = exit.max(exit_of(&log, settings));
        if written.is_err() {
            return;
        }
        // What can be told log by log is told at once; the rest is kept.
        match settings.format {
            Format::Ndjson => written = progress.aside(|| write_ndjson(&log, &mut out).and_then(|()| out.flush())),
            Format::Human if several => written = progress.aside(|| tell(&human, &[&log], &mut out)),
            Format::Human => match alone.take() {
                None => alone = Some(log.clone()),
                Some(first) => {
                    several = true;
                    written = progress.aside(|| tell(&human, &[&first, &log], &mut out));
                }
            },
            _ => {}
        }
        if !is_streamed(settings.format) || !settings.outputs.is_empty() {
            kept.push(log);
        }
    });
    progress.finish();
    written?;
    if let Some(log) = alone {
        human.write_one_of(&log, false, &mut out)?;
    }
    let report = Report { catalog: &catalog, logs: &kept, errors: &errors };
    match settings.format {
        Format::Human if several => human.write_counts(summary, &mut out)?,
        format if is_streamed(format) => {}
        format => report.write(format, ui.style, &mut out)?,
    }
    out.flush()?;
    write_files(settings, |format, out| report.write(format, Style::default(), out))?;
    Ok(if errors.is_empty() { exit } else { Exit::Trouble })
}

/// Tells of some of several logs, at once.
fn tell(human: &HumanReport, logs: &[&LogReport], out: &mut impl Write) -> std::io::Result<()> {
    for log in logs {
        human.write_one_of(log, true, out)?;
    }
    out.flush()
}

fn is_streamed(format: Format) -> bool {
    matches!(format, Format::Human | Format::Ndjson)
}

pub(super) fn note_empty(found: &Discovery, ui: &Ui) {
    for folder in &found.empty_folders {
        ui.note(&format!("no log in {}", folder.display()));
    }
}

pub(super) fn complain(error: &Error, ui: &Ui, errors: &mut Vec<InputError>) {
    ui.error(&error.to_string(), error.hint().as_deref());
    errors.push(InputError { message: error.to_string(), hint: error.hint() });
}
