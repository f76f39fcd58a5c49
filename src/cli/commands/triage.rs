//! `lognosis triage PATH...`: one table for many logs.
//!
//! May import: everything.

use super::bare::engine;
use super::exit_of;
use super::scan::{complain, find, note_empty};
use crate::cli::args::TriageArgs;
use crate::cli::exit::Exit;
use crate::cli::output;
use crate::cli::settings::Settings;
use crate::cli::ui::{CommandError, Ui};
use crate::report::{InputError, Style, TriageReport};
use crate::session::Session;
use crate::triage::Triage;

pub(in crate::cli) fn run(args: &TriageArgs, settings: &Settings, ui: &mut Ui) -> Result<Exit, CommandError> {
    let found = find(&args.paths, &args.files_from, ui)?;
    let mut errors: Vec<InputError> = Vec::new();
    for error in &found.errors {
        complain(error, ui, &mut errors);
    }
    note_empty(&found, ui);
    let catalog = settings.catalog()?;
    let engine = engine(&catalog, settings)?;
    let session = Session::new(&engine, settings.session());
    let mut triage = Triage::default();
    let mut exit = Exit::Fine;
    session.report_all(&found.sources, |_, result| match result {
        Ok(log) => {
            exit = exit.max(exit_of(&log, settings));
            triage.add(&log);
        }
        Err(error) => complain(&error, ui, &mut errors),
    });
    let report = TriageReport { catalog: &catalog, triage: &triage, errors: &errors };
    let style = Style { width: settings.columns, ..ui.style };
    output::write_all(settings, ui, |format, out, is_terminal| {
        report.write(format, if is_terminal { style } else { Style::default() }, out)
    })?;
    Ok(if errors.is_empty() { exit } else { Exit::Trouble })
}
