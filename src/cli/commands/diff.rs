//! `lognosis diff GOOD... BAD`: what the failing log says that passing ones never do.
//!
//! May import: everything.

use rayon::prelude::*;

use super::bare::engine;
use super::exit_of;
use super::scan::complain;
use crate::catalog::Level;
use crate::cli::args::DiffArgs;
use crate::cli::exit::Exit;
use crate::cli::output;
use crate::cli::settings::Settings;
use crate::cli::ui::{CommandError, Ui};
use crate::diagnose::{LogReport, Outcome};
use crate::error::Error;
use crate::input::{Source, discover};
use crate::report::{DiffReport, Format, InputError, Style};
use crate::session::Session;
use crate::text::{Line, LineReader};
use crate::triage::{NovelLines, Ordinary};

pub(in crate::cli) fn run(args: &DiffArgs, settings: &Settings, ui: &mut Ui) -> Result<Exit, CommandError> {
    settings.only_formats(&[Format::Human, Format::Json, Format::Ndjson])?;
    let mut errors: Vec<InputError> = Vec::new();
    let (good, bad) = sources(args, ui, &mut errors)?;
    let catalog = settings.catalog()?;
    let engine = engine(&catalog, settings)?;
    let session = Session::new(&engine, settings.session());
    let read_one = |source: &Source| {
        let mut ordinary = Ordinary::default();
        let log = read(source, &session, settings, &mut |_, line| ordinary.add(line))?;
        Ok((ordinary, log.outcome))
    };
    let (mut ordinary, mut names) = (Ordinary::default(), Vec::new());
    // A few at a time: each has a set of its own until it is merged.
    for sources in good.chunks(rayon::current_num_threads().max(1)) {
        let results: Vec<Result<(Ordinary, Outcome), Error>> = sources.par_iter().map(read_one).collect();
        for (source, result) in sources.iter().zip(results) {
            match result {
                Ok((own, outcome)) => {
                    if outcome == Outcome::Failed {
                        ui.note(&format!("{} failed too; what both say is taken for ordinary", source.name()));
                    }
                    ordinary.merge(&own);
                    names.push(source.name().to_owned());
                }
                Err(error) => complain(&error, ui, &mut errors),
            }
        }
    }
    let weigh = |text: &str, level: Level| engine.suspects().weight(text, level);
    let mut novel = NovelLines::new(&ordinary, &weigh, settings.redact);
    let log = read(&bad, &session, settings, &mut |number, line| novel.take(number, line))?;
    let (lines, more) = novel.finish(args.lines, &telling(&log));
    let report = DiffReport { good: &names, bad: &log, lines: &lines, more, incomplete: ordinary.overflowed, errors: &errors };
    let style = ui.style;
    output::write_all(settings, ui, |format, out, is_terminal| {
        report.write(format, if is_terminal { style } else { Style::default() }, out)
    })?;
    Ok(if errors.is_empty() { exit_of(&log, settings) } else { Exit::Trouble })
}

/// The lines that tell of the failure, known or not.
fn telling(log: &LogReport) -> Vec<u64> {
    let known = log.roots().flat_map(|root| &root.evidence);
    known.chain(log.unknown.iter().flat_map(|unknown| &unknown.lines)).map(|line| line.line).collect()
}

/// The passing logs and the failing one.
fn sources(args: &DiffArgs, ui: &Ui, errors: &mut Vec<InputError>) -> Result<(Vec<Source>, Source), CommandError> {
    let (bad, rest) = args.paths.split_last().ok_or_else(|| CommandError::usage("there is no log", "lognosis diff good.log bad.log"))?;
    let good: Vec<String> = args.good.iter().chain(rest).cloned().collect();
    if good.is_empty() {
        return Err(CommandError::usage(
            format!("there is no passing log to compare {bad} with"),
            "name the passing logs first and the failing one last: lognosis diff good.log bad.log",
        ));
    }
    let mut found = discover(std::slice::from_ref(bad));
    if let Some(error) = found.errors.pop() {
        return Err(error.into());
    }
    let (Some(bad_source), true) = (found.sources.pop(), found.sources.is_empty()) else {
        return Err(CommandError::usage(format!("{bad} is not one log"), "name the one log that failed last"));
    };
    let mut found = discover(&good);
    for error in &found.errors {
        complain(error, ui, errors);
    }
    // It may lie in the folder of the others.
    let path = |source: &Source| source.path().and_then(|path| path.canonicalize().ok());
    let bad_path = path(&bad_source);
    found
        .sources
        .retain(|source| source.name() != bad_source.name() && (bad_path.is_none() || path(source) != bad_path || source.path().is_none()));
    if found.sources.is_empty() {
        return Err(CommandError::usage("no passing log was found", "name files, folders or quoted patterns such as 'good/*.log'"));
    }
    Ok((found.sources, bad_source))
}

/// Reads a log once for its diagnosis and for its lines.
pub(super) fn read(
    source: &Source,
    session: &Session<'_>,
    settings: &Settings,
    take: &mut impl FnMut(u64, &Line<'_>),
) -> Result<LogReport, Error> {
    let mut lines = LineReader::new(settings.session().format);
    let report = session.report_with(source, &mut |bytes| lines.push(bytes, take))?;
    lines.finish(take);
    Ok(report)
}
