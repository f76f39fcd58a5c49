//! The outside world as logs: files, folders, globs, stdin, npm's own log folder.
//!
//! May import: `error`, `text` (encodings and formats, to tell a log from another file).

mod discover;
mod npm_logs;
mod source;

pub use discover::{Discovery, discover};
pub use npm_logs::{newest_first, npm_log_folders};
pub use source::Source;
