//! `lognosis rules ..`: for those who write rules. One file a subcommand.
//!
//! May import: everything.

mod check;
mod diff;
mod docs;
mod list;
mod new;
mod profile;
mod score;
mod test;

use std::path::PathBuf;

use crate::cli::args::RulesCommand;
use crate::cli::exit::Exit;
use crate::cli::settings::{Settings, rule_files};
use crate::cli::ui::{CommandError, Ui};

pub(in crate::cli) fn run(command: &RulesCommand, settings: &Settings, ui: &mut Ui) -> Result<Exit, CommandError> {
    match command {
        RulesCommand::List(args) => list::run(args, settings, ui),
        RulesCommand::Check(args) => check::run(args, ui),
        RulesCommand::Test(args) => match &args.cases {
            Some(folder) => score::run(folder, args, settings, ui),
            None => test::run(&args.paths, settings, ui),
        },
        RulesCommand::New(args) => new::run(args, settings, ui),
        RulesCommand::Diff(args) => diff::run(args, settings, ui),
        RulesCommand::Profile(args) => profile::run(args, settings, ui),
        RulesCommand::Docs(args) => docs::run(args, settings, ui),
    }
}

fn files_of(paths: &[PathBuf]) -> Result<Vec<PathBuf>, CommandError> {
    let mut files = Vec::new();
    for path in paths {
        files.extend(rule_files(path)?);
    }
    if files.is_empty() {
        let list: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        return Err(CommandError::usage(format!("no rule file in {}", list.join(", ")), "rule files end in .toml"));
    }
    Ok(files)
}
