//! `lognosis rules docs --out FOLDER`: the catalogue as Markdown, one page a rule and an index.
//!
//! May import: everything.

use std::fs;
use std::path::Path;

use crate::catalog::{explain_rule, reference_index};
use crate::cli::args::RulesDocsArgs;
use crate::cli::exit::Exit;
use crate::cli::settings::Settings;
use crate::cli::ui::{CommandError, Ui};

pub(super) fn run(args: &RulesDocsArgs, settings: &Settings, ui: &Ui) -> Result<Exit, CommandError> {
    let catalog = settings.catalog()?;
    for rule in catalog.rules() {
        write(&args.out.join(format!("{}.md", rule.id)), &explain_rule(rule))?;
    }
    write(&args.out.join("README.md"), &reference_index(&catalog))?;
    ui.note(&format!("{} pages and an index in {}", catalog.rules().len(), args.out.display()));
    Ok(Exit::Fine)
}

fn write(path: &Path, text: &str) -> Result<(), CommandError> {
    let failed = |error: std::io::Error| {
        CommandError::usage(format!("cannot write {}: {error}", path.display()), "name a folder that you may write to")
    };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    fs::write(path, text).map_err(failed)
}
