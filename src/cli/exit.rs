//! Exit codes, and which of two wins.
//!
//! May import: nothing of ours.

use std::process::ExitCode;

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Exit {
    /// No failure found.
    Fine,
    /// All that failed may pass when it is run again: the code of `--transient-exit`. Yields to any other failure.
    Retry(u8),
    /// A failure was found, known or unknown.
    Found,
    /// We could not do our own work.
    Trouble,
    /// The exit code of the command that was run.
    Command(u8),
    /// The person stopped it: what was printed is not the whole.
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Fine => 0,
            Exit::Retry(code) => code,
            Exit::Found => 1,
            Exit::Trouble => 2,
            Exit::Command(code) => code,
            // What a shell gives for a program that Ctrl-C ended.
            Exit::Interrupted => 130,
        })
    }
}
