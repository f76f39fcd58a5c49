//! The outside world as logs: files, folders, globs, stdin, npm's own log folder, the output of a command.
//!
//! May import: `error`, `text` (encodings and formats, to tell a log from another file).

mod command;
mod discover;
mod npm_logs;
#[cfg(unix)]
mod signals;
mod source;
#[cfg(unix)]
mod terminal;

pub use command::{Command, CommandEnd, StartError};
pub use discover::{Discovery, discover};
pub use npm_logs::{newest_first, npm_log_folders};
pub use source::Source;
