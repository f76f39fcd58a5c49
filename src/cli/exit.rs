//! Exit codes, and which of two wins.
//!
//! May import: nothing of ours.

use std::process::ExitCode;

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Exit {
    /// No failure found.
    Fine,
    /// A failure was found, known or unknown.
    Found,
    /// We could not do our own work.
    Trouble,
    /// The person stopped it: what was printed is not the whole.
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Fine => 0,
            Exit::Found => 1,
            Exit::Trouble => 2,
            // What a shell gives for a program that Ctrl-C ended.
            Exit::Interrupted => 130,
        })
    }
}
