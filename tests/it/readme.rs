//! Commands and claims of README.md.
