//! The outside world as logs: files, folders, globs, archives, stdin, npm's own log folder, the output of a command.
//!
//! May import: `error`, `text` (encodings and formats, to tell a log from another file).

#[cfg(feature = "archives")]
mod archive;
mod command;
#[cfg(feature = "archives")]
mod compress;
mod counter;
mod discover;
mod layout;
mod limits;
mod looks;
mod messages;
#[cfg(feature = "archives")]
mod meter;
mod npm_logs;
#[cfg(unix)]
mod signals;
mod slices;
mod source;
mod stream;
#[cfg(unix)]
mod terminal;
mod visit;
#[cfg(feature = "archives")]
mod zip_stream;

pub use command::{Command, CommandEnd, StartError};
pub use counter::Counter;
pub use discover::{Discovery, discover, read_list};
pub use limits::{Limits, parse_size};
pub use looks::is_packed;
pub use npm_logs::{newest_first, npm_log_folders};
pub use slices::Slices;
pub use source::{Source, Unit, visit_reader};
pub use visit::Log;
