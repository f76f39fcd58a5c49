//! The command line: arguments, terminal, exit codes.
//!
//! May import: everything. Nothing else may print or read the environment for settings.

mod args;
mod commands;
mod exit;
mod interrupt;
mod output;
mod progress;
mod settings;
mod tables;
mod ui;

use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command};
use exit::Exit;
use settings::Settings;
use ui::Ui;

/// Runs the program. Usage errors have exit code 2, as clap gives them.
#[must_use]
pub fn main() -> ExitCode {
    let args = Args::parse();
    let settings = match Settings::new(&args.common) {
        Ok(settings) => settings,
        Err(error) => return Ui::plain().fail(&error).into(),
    };
    let mut ui = Ui::new(&settings);
    let result = match args.command {
        Some(Command::Run(command)) => commands::run::run(command, &settings, &mut ui),
        Some(Command::Scan(command)) => commands::scan::run(&command.paths, &command.files_from, &settings, &mut ui),
        Some(Command::Triage(command)) => commands::triage::run(&command, &settings, &mut ui),
        Some(Command::Diff(command)) => commands::diff::run(&command, &settings, &mut ui),
        Some(Command::Explain(command)) => commands::explain::run(&command, &settings, &mut ui),
        Some(Command::Doctor(command)) => commands::doctor::run(&command, &settings, &mut ui),
        Some(Command::Rules(command)) => commands::rules::run(&command.command, &settings, &mut ui),
        None if args.paths.is_empty() => commands::bare::run(&settings, &mut ui),
        None => commands::scan::run(&args.paths, &[], &settings, &mut ui),
    };
    match result {
        Ok(exit) => exit.into(),
        // A reader that has seen enough (`| head`) is no failure of ours.
        Err(error) if error.is_broken_pipe() => Exit::Fine.into(),
        Err(error) => ui.fail(&error).into(),
    }
}
