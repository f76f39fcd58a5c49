//! `lognosis rules check PATH...`.
//!
//! May import: everything.

use std::io::Write;

use super::files_of;
use crate::catalog::{Catalog, CatalogBuilder, FileMistakes, render_mistakes};
use crate::cli::args::RulesCheckArgs;
use crate::cli::exit::Exit;
use crate::cli::ui::{CommandError, Ui};
use crate::error::Error;
use crate::trial::letter_case;

pub(super) fn run(args: &RulesCheckArgs, ui: &Ui) -> Result<Exit, CommandError> {
    let files = files_of(&args.paths)?;
    let mut builder = CatalogBuilder::extending(Catalog::builtin());
    let mut sources = Vec::new();
    for path in &files {
        let source = std::fs::read_to_string(path).map_err(|error| Error::read(path, error))?;
        builder.add(path.display().to_string(), source.clone());
        sources.push((path.display().to_string(), source));
    }
    let (mut mistaken, fatal): (Vec<FileMistakes>, bool) = match builder.finish() {
        Ok((_, warnings)) => (warnings, false),
        Err(mistaken) => (mistaken, true),
    };
    // The catalogue does not run regexes when it loads; whoever asks for a check has the time. Not on a file that does not
    // load: its mistakes come first.
    if !fatal {
        for (path, source) in sources {
            add(&mut mistaken, path, source);
        }
    }
    let mut out = ui.out();
    let mut count = 0;
    for file in &mistaken {
        count += file.mistakes.len();
        write!(out, "{}", render_mistakes(file, ui.style.coloured))?;
    }
    writeln!(out, "{} files checked, {count} mistakes or warnings", files.len())?;
    Ok(if fatal || args.deny_warnings && count > 0 { Exit::Trouble } else { Exit::Fine })
}

/// Adds what only the examples of a file tell.
fn add(mistaken: &mut Vec<FileMistakes>, path: String, source: String) {
    let mistakes = letter_case(&source);
    if mistakes.is_empty() {
        return;
    }
    match mistaken.iter_mut().find(|file| file.path == path) {
        Some(file) => {
            file.mistakes.extend(mistakes);
            file.mistakes.sort_by_key(|mistake| (mistake.span.start, mistake.kind));
        }
        None => mistaken.push(FileMistakes { path, source, mistakes }),
    }
}
