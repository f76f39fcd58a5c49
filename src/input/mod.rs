//! The outside world as logs: files, folders, globs, archives, stdin, npm's own log folder.
//!
//! May import: `error`, `text` (encodings and formats, to tell a log from another file).

#[cfg(feature = "archives")]
mod archive;
#[cfg(feature = "archives")]
mod compress;
mod discover;
mod layout;
mod limits;
mod looks;
mod messages;
#[cfg(feature = "archives")]
mod meter;
mod npm_logs;
mod source;
mod stream;
mod visit;
#[cfg(feature = "archives")]
mod zip_stream;

pub use discover::{Discovery, discover, read_list};
pub use limits::{Limits, parse_size};
pub use npm_logs::{newest_first, npm_log_folders};
pub use source::{Source, Unit};
pub use visit::Log;
