//! One file a command.
//!
//! May import: everything.

pub(super) mod bare;
pub(super) mod diff;
pub(super) mod doctor;
pub(super) mod explain;
pub(super) mod pipe;
pub(super) mod rules;
pub(super) mod run;
pub(super) mod scan;
pub(super) mod triage;

use super::args::FailOn;
use super::exit::Exit;
use super::settings::Settings;
use crate::catalog::Transience;
use crate::diagnose::{LogReport, Outcome};

/// The exit code that one report asks for.
fn exit_of(log: &LogReport, settings: &Settings) -> Exit {
    let found = match settings.fail_on {
        FailOn::Never => false,
        // Without a baseline every failure is new.
        FailOn::Error | FailOn::New => log.outcome == Outcome::Failed,
        FailOn::Warning => log.outcome == Outcome::Failed || !log.diagnoses.is_empty(),
    };
    match settings.transient_exit.filter(|_| log.retry == Some(Transience::Yes)) {
        Some(code) if found => Exit::Retry(code),
        _ if found => Exit::Found,
        _ => Exit::Fine,
    }
}
