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

pub(super) fn run(args: &RulesCheckArgs, ui: &Ui) -> Result<Exit, CommandError> {
    let files = files_of(&args.paths)?;
    let mut builder = CatalogBuilder::extending(Catalog::builtin());
    for path in &files {
        let source = std::fs::read_to_string(path).map_err(|error| Error::read(path, error))?;
        builder.add(path.display().to_string(), source);
    }
    let (mistaken, fatal): (Vec<FileMistakes>, bool) = match builder.finish() {
        Ok((_, warnings)) => (warnings, false),
        Err(mistaken) => (mistaken, true),
    };
    let mut out = ui.out();
    let mut count = 0;
    for file in &mistaken {
        count += file.mistakes.len();
        write!(out, "{}", render_mistakes(file, ui.style.coloured))?;
    }
    writeln!(out, "{} files checked, {count} mistakes or warnings", files.len())?;
    Ok(if fatal || args.deny_warnings && count > 0 { Exit::Trouble } else { Exit::Fine })
}
