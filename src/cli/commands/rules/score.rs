//! `lognosis rules test --cases FOLDER`: how good the answers on labelled logs are.
//!
//! May import: everything.

use std::collections::HashMap;
use std::io::Write;
use std::path::Path;

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ContentArrangement, Table};

use crate::cli::args::RulesTestArgs;
use crate::cli::commands::bare::engine;
use crate::cli::exit::Exit;
use crate::cli::settings::Settings;
use crate::cli::ui::{CommandError, Ui};
use crate::error::Error;
use crate::input::Source;
use crate::report::terminal_safe;
use crate::session::Session;
use crate::trial::{Answer, Asked, Grade, Label, Score, ScoreRow, Vocabulary, find_cases, grade, log_can_tell};

pub(super) fn run(folder: &Path, args: &RulesTestArgs, settings: &Settings, ui: &Ui) -> Result<Exit, CommandError> {
    let catalog = settings.catalog_with(&args.paths)?;
    let vocabulary = vocabulary(args.vocabulary.as_deref())?;
    for target in vocabulary.dangling(&catalog) {
        ui.note(&format!("the vocabulary names {target}, which the rules do not have"));
    }
    let cases = find_cases(folder)?;
    let sources: Vec<Source> = cases.iter().map(|case| Source::file(&case.log, true)).collect();
    let engine = engine(&catalog, settings)?;
    let session = Session::new(&engine, settings.session());
    let mut out = ui.out();
    let mut score = Score::default();
    let labels: HashMap<&Path, &Label> = cases.iter().map(|case| (case.log.as_path(), &case.label)).collect();
    let mut written = Ok(());
    session.report_all(&sources, |source, result| {
        let Some((path, label)) = source.path().and_then(|path| labels.get_key_value(path)) else { return };
        let report = match result {
            Ok(report) => report,
            Err(error) => return ui.error(&error.to_string(), error.hint().as_deref()),
        };
        let answer = Answer::of(&report);
        let (grade, cause) = grade(&answer, label, &vocabulary);
        let asked = Asked { cause, log_can_tell: log_can_tell(path, label, &report) };
        score.add(grade, asked, label, &vocabulary, &catalog);
        if !grade.is_best() && written.is_ok() {
            let excuse = if grade == Grade::OtherCause && !asked.log_can_tell { " (the log cannot tell)" } else { "" };
            let line = format!("{:<11} {}: {} and not {}{excuse}", grade.name(), source.name(), answer.name(), label.primary);
            written = writeln!(out, "{}", terminal_safe(&line));
        }
    });
    written?;
    write_table(&score, settings, &mut out)?;
    for (label, logs) in &score.unmapped {
        ui.note(&format!("the vocabulary does not know the label {label} ({logs} logs)"));
    }
    Ok(if score.all.false_alarms + score.all.wrong > 0 { Exit::Found } else { Exit::Fine })
}

/// The file that the user names, else the one that is part of the program.
pub(super) fn vocabulary(path: Option<&Path>) -> Result<Vocabulary, CommandError> {
    let Some(path) = path else { return Ok(Vocabulary::builtin()?) };
    let text = std::fs::read_to_string(path).map_err(|error| Error::read(path, error))?;
    Ok(Vocabulary::parse(&path.display().to_string(), &text)?)
}

fn write_table(score: &Score, settings: &Settings, out: &mut impl Write) -> std::io::Result<()> {
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(settings.columns.max(100)).unwrap_or(u16::MAX));
    table.set_header(["", "failed", "top-1", "top-3", "cause top-1", "where told", "wrong", "silent", "harmless", "false alarms"]);
    let clients = score.clients.iter().map(|(name, row)| (format!("client {name}"), row));
    let families = score.families.iter().map(|(name, row)| (format!("family {name}"), row));
    for (name, row) in clients.chain(families).chain(std::iter::once(("all".to_owned(), &score.all))) {
        table.add_row(cells(&name, row));
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    writeln!(out, "\n{table}")
}

fn cells(name: &str, row: &ScoreRow) -> [String; 10] {
    let share = |part: usize, whole: usize| match whole {
        0 => "-".to_owned(),
        _ => format!("{}.{}%", part * 100 / whole, part * 1000 / whole % 10),
    };
    [
        name.to_owned(),
        row.failed.to_string(),
        share(row.first, row.failed),
        share(row.top_three, row.failed),
        share(row.cause_first, row.causes),
        share(row.told_first, row.told),
        row.wrong.to_string(),
        row.silent.to_string(),
        row.harmless.to_string(),
        row.false_alarms.to_string(),
    ]
}
