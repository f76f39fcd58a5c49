//! The integration tests.

/// Logs in archives, compressed logs, lists of files.
mod archives;
