//! `lognosis triage PATH...`: one table for many logs.
//!
//! May import: everything.

use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::{SystemTime, UNIX_EPOCH};

use super::bare::engine;
use super::exit_of;
use super::scan::{complain, find, note_empty};
use crate::cli::args::{FailOn, TriageArgs};
use crate::cli::exit::Exit;
use crate::cli::interrupt;
use crate::cli::output;
use crate::cli::progress::Progress;
use crate::cli::settings::Settings;
use crate::cli::tables::Tables;
use crate::cli::ui::{CommandError, Ui};
use crate::diagnose::Outcome;
use crate::error::Error;
use crate::report::{Format, InputError, Style, TriageReport};
use crate::session::{Session, SessionOptions};
use crate::triage::{Baseline, Moment, Triage, TriageOptions};

pub(in crate::cli) fn run(args: &TriageArgs, settings: &Settings, ui: &mut Ui) -> Result<Exit, CommandError> {
    // Before hours of reading: a file that will be refused is refused now.
    let baselines = Baselines::read(args, settings)?;
    let mut tables = Tables::open(settings)?;
    let stop = interrupt::watch();
    let mut found = find(&args.paths, &args.files_from, ui)?;
    let mut errors: Vec<InputError> = Vec::new();
    for error in &found.errors {
        complain(error, ui, &mut errors);
    }
    note_empty(&found, ui);
    let catalog = settings.catalog()?;
    let engine = engine(&catalog, settings)?;
    let session = Session::new(&engine, SessionOptions { alarming: true, ..settings.session() });
    let mut triage = Triage::new(options(args));
    let mut exit = Exit::Fine;
    let mut tabled = Ok(());
    let mut progress = Progress::new(&mut found, settings);
    session.report_until(&found.sources, &stop, |_, result| match result {
        Ok(log) => {
            if let Some(facts) = triage.add(&log) {
                exit = exit.max(exit_of(&log, settings));
                if tabled.is_ok() {
                    tabled = tables.add(&log, &facts);
                }
            }
            progress.log(log.outcome == Outcome::Failed);
        }
        Err(error) => {
            progress.log(false);
            progress.aside(|| complain(&error, ui, &mut errors));
        }
    });
    progress.finish();
    tabled?;
    let interrupted = stop.load(Ordering::Relaxed);
    if interrupted {
        triage.set_partial();
    }
    if let Some(known) = &baselines.known {
        triage.compare(known, today());
    }
    if settings.fail_on == FailOn::New {
        exit = if triage.standing().is_some_and(crate::triage::Standing::is_worse) { Exit::Found } else { Exit::Fine };
    }
    let report = TriageReport { catalog: &catalog, triage: &triage, errors: &errors };
    let style = Style { width: settings.columns, ..ui.style };
    tables.finish()?;
    output::write_all_but(Some(Format::Parquet), settings, ui, |format, out, is_terminal| {
        report.write(format, if is_terminal { style } else { Style::default() }, out)
    })?;
    baselines.write(&triage, ui)?;
    Ok(match (interrupted, errors.is_empty()) {
        (true, _) => Exit::Interrupted,
        (false, true) => exit,
        (false, false) => Exit::Trouble,
    })
}

/// What the arguments ask of a triage.
fn options(args: &TriageArgs) -> TriageOptions {
    TriageOptions { group_by: args.group_by, since: args.since, until: args.until, meta: args.meta.clone() }
}

/// The baselines of the arguments, read.
struct Baselines<'a> {
    /// What to compare with.
    known: Option<Baseline>,
    /// What to write, and what it holds now.
    target: Option<(&'a Path, Baseline)>,
}

impl<'a> Baselines<'a> {
    fn read(args: &'a TriageArgs, settings: &Settings) -> Result<Self, CommandError> {
        if settings.fail_on == FailOn::New && args.baseline.is_none() {
            return Err(CommandError::usage("--fail-on new needs to know what is not new", "name the known failures with --baseline FILE"));
        }
        let known = args.baseline.as_deref().map(read).transpose()?;
        let target = match args.write_baseline.as_deref() {
            // What people wrote into the file is theirs.
            Some(path) if path.exists() => Some((path, read(path)?)),
            Some(path) => Some((path, known.clone().unwrap_or_default())),
            None => None,
        };
        Ok(Self { known, target })
    }

    fn write(self, triage: &Triage, ui: &Ui) -> Result<(), CommandError> {
        let Some((path, baseline)) = self.target else { return Ok(()) };
        if triage.is_partial() {
            ui.note(&format!("interrupted, so {} is left as it is", path.display()));
            return Ok(());
        }
        // Reading the logs may have taken hours, and somebody may have written a note, or another job its failures.
        let mut baseline = if path.exists() { read(path)? } else { baseline };
        baseline.update(&triage.entries());
        output::write_file(path, |out| out.write_all(baseline.to_json().as_bytes()))?;
        ui.note(&format!("{} failures are in {}", baseline.entries().count(), path.display()));
        Ok(())
    }
}

fn read(path: &Path) -> Result<Baseline, CommandError> {
    let text = std::fs::read_to_string(path).map_err(|error| Error::read(path, error))?;
    Baseline::parse(&path.display().to_string(), &text).map_err(|error| {
        CommandError::usage(error.to_string(), "mend the file, or move it away to begin with a new one; it was left as it is")
    })
}

fn today() -> Moment {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    Moment::of_seconds(i64::try_from(seconds).unwrap_or(i64::MAX))
}
