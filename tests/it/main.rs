//! The integration tests.

/// Logs in archives, compressed logs, lists of files.
#[cfg(feature = "archives")]
mod archives;
