//! `lognosis rules diff --cases FOLDER [--against OLD]`: every log whose answer a change of rules changes.
//!
//! May import: everything.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::score::vocabulary;
use crate::catalog::Catalog;
use crate::cli::args::RulesDiffArgs;
use crate::cli::commands::bare::engine;
use crate::cli::exit::Exit;
use crate::cli::settings::{Settings, standalone};
use crate::cli::ui::{CommandError, Ui};
use crate::input::{Source, discover};
use crate::report::terminal_safe;
use crate::session::Session;
use crate::trial::{Answer, Grade, Label, Vocabulary, find_cases, grade};

pub(super) fn run(args: &RulesDiffArgs, settings: &Settings, ui: &Ui) -> Result<Exit, CommandError> {
    let new = settings.catalog_with(&args.paths)?;
    let own;
    let old: &Catalog = match &args.against {
        Some(path) => {
            own = standalone(path)?;
            &own
        }
        None => Catalog::builtin(),
    };
    // Labels tell better from worse; without any, the logs are compared all the same.
    let labels: BTreeMap<PathBuf, Label> = match find_cases(&args.cases) {
        Ok(cases) => cases.into_iter().map(|case| (case.log, case.label)).collect(),
        Err(error) if error.is_nothing() => BTreeMap::new(),
        Err(error) => return Err(error.into()),
    };
    let sources: Vec<Source> = if labels.is_empty() {
        discover(&[args.cases.display().to_string()]).sources
    } else {
        labels.keys().map(|path| Source::file(path, true)).collect()
    };
    let vocabulary = vocabulary(args.vocabulary.as_deref())?;
    let before = answers(old, &sources, settings, ui)?;
    let after = answers(&new, &sources, settings, ui)?;
    let mut out = ui.out();
    let (mut changed, mut better, mut worse) = (0, 0, 0);
    for (name, (path, before)) in &before {
        let Some((_, after)) = after.get(name) else { continue };
        if before == after {
            continue;
        }
        changed += 1;
        let label = path.as_ref().and_then(|path| labels.get(path));
        let word = judge(before, after, label, &vocabulary);
        better += usize::from(word == "better");
        worse += usize::from(word == "worse");
        let line = format!("{word:<7} {name}: {} -> {}", before.name(), after.name());
        writeln!(out, "{}", terminal_safe(&line))?;
    }
    writeln!(out, "{} logs, {changed} answers changed: {better} better, {worse} worse", before.len())?;
    Ok(if worse > 0 { Exit::Found } else { Exit::Fine })
}

fn judge(before: &Answer, after: &Answer, label: Option<&Label>, vocabulary: &Vocabulary) -> &'static str {
    let Some(label) = label else { return "changed" };
    // Silence is better than a wrong word, so the order of the grades is not the order of their worth.
    let worth = |answer: &Answer| match grade(answer, label, vocabulary).0 {
        Grade::Right | Grade::Quiet => 4,
        Grade::OtherCause => 3,
        Grade::InTopThree => 2,
        Grade::Silent => 1,
        Grade::Wrong | Grade::FalseAlarm => 0,
    };
    match worth(after).cmp(&worth(before)) {
        std::cmp::Ordering::Greater => "better",
        std::cmp::Ordering::Less => "worse",
        std::cmp::Ordering::Equal => "changed",
    }
}

/// The answer for each log by its name, and the file that the log is in.
type Answers = BTreeMap<String, (Option<PathBuf>, Answer)>;

fn answers(catalog: &Catalog, sources: &[Source], settings: &Settings, ui: &Ui) -> Result<Answers, CommandError> {
    let engine = engine(catalog, settings)?;
    let session = Session::new(&engine, settings.session());
    let mut out = Answers::new();
    session.report_all(sources, |source, result| match result {
        Ok(report) => {
            out.insert(report.path.clone(), (source.path().map(Path::to_owned), Answer::of(&report)));
        }
        Err(error) => ui.error(&error.to_string(), error.hint().as_deref()),
    });
    Ok(out)
}
