//! `lognosis` without arguments: a pipe if there is one, else the newest failed run in npm's log folder.
//!
//! May import: everything.

use std::io::{IsTerminal, Write};

use super::{exit_of, pipe};
use crate::cli::exit::Exit;
use crate::cli::output::write_files;
use crate::cli::settings::Settings;
use crate::cli::ui::{CommandError, Ui};
use crate::diagnose::Outcome;
use crate::engine::Engine;
use crate::input::{newest_first, npm_log_folders};
use crate::report::{Report, Style};
use crate::session::Session;

/// Runs are kept for days; one that failed further back is not what the person means.
const RUNS_LOOKED_AT: usize = 100;

pub(in crate::cli) fn run(settings: &Settings, ui: &mut Ui) -> Result<Exit, CommandError> {
    if !std::io::stdin().is_terminal() {
        return pipe::run(settings, ui);
    }
    let folders = npm_log_folders();
    if folders.is_empty() {
        return Err(CommandError::usage(
            "npm has no log folder here",
            "pipe a command into lognosis: npm install 2>&1 | lognosis; or name a log: lognosis build.log",
        ));
    }
    let catalog = settings.catalog()?;
    let engine = engine(&catalog, settings)?;
    let session = Session::new(&engine, settings.session_here());
    let sources = folders.iter().flat_map(|folder| newest_first(folder));
    for (looked_at, source) in sources.take(RUNS_LOOKED_AT).enumerate() {
        let report = match session.report(&source) {
            Ok(report) => report,
            Err(error) => {
                ui.error(&error.to_string(), error.hint().as_deref());
                continue;
            }
        };
        if report.outcome != Outcome::Failed {
            continue;
        }
        let newer = if looked_at == 0 { "it is the newest run".to_owned() } else { format!("{looked_at} newer runs did not fail") };
        ui.note(&format!("the newest failed run in {} ({newer})", source.path().and_then(|p| p.parent()).unwrap_or(&folders[0]).display()));
        let mut out = ui.out();
        let whole = Report { catalog: &catalog, logs: std::slice::from_ref(&report), errors: &[] };
        whole.write(settings.format, ui.style, &mut out)?;
        out.flush()?;
        write_files(settings, |format, out| whole.write(format, Style::default(), out))?;
        return Ok(exit_of(&report, settings));
    }
    let list: Vec<String> = folders.iter().map(|folder| folder.display().to_string()).collect();
    ui.note(&format!("no failed run in {}", list.join(", ")));
    Ok(Exit::Fine)
}

/// An engine over a catalogue, with or without redaction.
pub(super) fn engine<'c>(catalog: &'c crate::catalog::Catalog, settings: &Settings) -> Result<Engine<'c>, CommandError> {
    let engine = Engine::new(catalog)?;
    Ok(if settings.redact { engine } else { engine.without_redaction() })
}
