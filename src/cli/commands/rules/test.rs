//! `lognosis rules test PATH...`: the examples and counter-examples.
//!
//! May import: everything.

use std::io::Write;
use std::path::PathBuf;

use super::files_of;
use crate::catalog::Catalog;
use crate::cli::commands::bare::engine;
use crate::cli::exit::Exit;
use crate::cli::settings::{Settings, extended};
use crate::cli::ui::{CommandError, Ui};
use crate::trial::try_rule;

pub(super) fn run(paths: &[PathBuf], settings: &Settings, ui: &Ui) -> Result<Exit, CommandError> {
    let own;
    let (catalog, only): (&Catalog, Option<Vec<String>>) = if paths.is_empty() {
        (Catalog::builtin(), None)
    } else {
        let files = files_of(paths)?;
        own = extended(&files)?.0;
        (&own, Some(files.iter().map(|path| path.display().to_string()).collect()))
    };
    let engine = engine(catalog, settings)?;
    let mut out = ui.out();
    let (mut rules, mut examples, mut surprises) = (0, 0, 0);
    for rule in catalog.rules() {
        if only.as_ref().is_some_and(|files| !files.iter().any(|file| **file == *rule.file)) {
            continue;
        }
        rules += 1;
        examples += rule.examples.len() + rule.counter_examples.len();
        for surprise in try_rule(&engine, rule) {
            surprises += 1;
            writeln!(out, "{} {}, {} {}", ui.style.bad("\u{2718}"), surprise.rule, surprise.which, surprise.what)?;
        }
    }
    writeln!(out, "{rules} rules, {examples} examples, {surprises} surprises")?;
    Ok(if surprises > 0 { Exit::Trouble } else { Exit::Fine })
}
