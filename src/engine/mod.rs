//! Finds the catalogue's patterns in a log: a stream of bytes in, marks out. Pure: no files, no threads.
//!
//! May import: `catalog`, `text`, `error`.
//!
//! Almost no line of a log matters, so almost no line costs anything. The [`Engine`] holds one automaton over the
//! literals that guard the patterns (`catalog::required_literals`). It runs over raw bytes; only a line that holds one
//! of the literals is cleaned and framed, and only the patterns whose literal stands on the cleaned line run their
//! regex, which is compiled when it is first needed. What the marks mean is `diagnose`'s business.

mod mark;
mod matcher;
mod scanner;

pub use mark::{Context, ContextLine, Mark, Scan};
pub use matcher::Engine;
pub use scanner::LogScanner;
