//! Finds the catalogue's patterns in a log: a stream of bytes in, marks out. Pure: no files, no threads.
//!
//! May import: `catalog`, `text`, `error`.
//!
//! Almost no line of a log matters, so almost no line costs anything. The [`Engine`]'s gate runs over raw bytes and finds
//! the lines that hold a word which guards some pattern (`catalog::Gate`); only these are cleaned and framed, and only the
//! patterns whose word stands on the cleaned line run their regex, which is compiled when it is first needed. What the
//! marks mean is `diagnose`'s business.

mod deferred;
mod gate;
mod judge;
mod look;
mod mark;
mod matcher;
mod needle;
mod neighbour;
mod part;
mod profile;
mod scanner;
mod searcher;
mod suspect;

pub use mark::{Context, ContextLine, Mark, Scan};
pub use matcher::Engine;
pub use part::{AROUND, Part, Seed};
pub use profile::PatternCost;
pub use scanner::LogScanner;
pub use suspect::Suspects;
