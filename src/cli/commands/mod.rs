//! One file a command.
//!
//! May import: everything.

pub(super) mod bare;
pub(super) mod diff;
pub(super) mod explain;
pub(super) mod pipe;
pub(super) mod rules;
pub(super) mod scan;
pub(super) mod triage;

use super::args::FailOn;
use super::exit::Exit;
use crate::diagnose::{LogReport, Outcome};

/// The exit code that one report asks for.
fn exit_of(log: &LogReport, fail_on: FailOn) -> Exit {
    let found = match fail_on {
        FailOn::Never => false,
        // Without a baseline every failure is new.
        FailOn::Error | FailOn::New => log.outcome == Outcome::Failed,
        FailOn::Warning => log.outcome == Outcome::Failed || !log.diagnoses.is_empty(),
    };
    if found { Exit::Found } else { Exit::Fine }
}
