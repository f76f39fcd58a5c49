//! `lognosis doctor [FOLDER]`: what is wrong with .npmrc, lockfile and environment.
//!
//! May import: everything.

use std::path::PathBuf;

use crate::cli::args::{DoctorArgs, FailOn};
use crate::cli::exit::Exit;
use crate::cli::output;
use crate::cli::settings::Settings;
use crate::cli::ui::{CommandError, Ui};
use crate::facts::Gravity;
use crate::probe::{Environment, probe};
use crate::report::{DoctorReport, Format, Style};

pub(in crate::cli) fn run(args: &DoctorArgs, settings: &Settings, ui: &mut Ui) -> Result<Exit, CommandError> {
    settings.only_formats(&[Format::Human, Format::Json, Format::Ndjson])?;
    if !settings.local {
        return Err(CommandError::usage("the doctor looks at this machine, and --no-local forbids it", "leave --no-local out"));
    }
    let folder = args.folder.clone().or_else(|| settings.project.clone()).unwrap_or_else(|| PathBuf::from("."));
    if !folder.is_dir() {
        return Err(CommandError::usage(format!("{} is no folder", folder.display()), "name the folder that holds the package.json"));
    }
    let facts = probe(&folder, &Environment::here());
    let problems = facts.problems();
    let report = DoctorReport { facts: &facts, problems: &problems };
    output::write_all(settings, ui, |format, out, is_terminal| {
        report.write(format, if is_terminal { ui.style } else { Style::default() }, out)
    })?;
    let counts = |gravity: Gravity| match settings.fail_on {
        FailOn::Never => false,
        FailOn::Error | FailOn::New => gravity == Gravity::Problem,
        FailOn::Warning => true,
    };
    let found = problems.iter().any(|problem| counts(problem.gravity));
    Ok(if found { Exit::Found } else { Exit::Fine })
}
