//! One log to be read, wherever it is.
//!
//! May import: `error`, `text`.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::text::Encoding;

/// Large enough that system calls cost nothing, small enough that many threads fit in memory.
const CHUNK: usize = 256 * 1024;

/// A log: a file, the files of one rotated log, or stdin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    name: String,
    parts: Vec<PathBuf>,
    /// Named by the user, so read whatever it looks like.
    explicit: bool,
}

impl Source {
    /// A file.
    #[must_use]
    pub fn file(path: &Path, explicit: bool) -> Self {
        Self { name: path.display().to_string(), parts: vec![path.to_owned()], explicit }
    }

    /// Standard input.
    #[must_use]
    pub fn stdin() -> Self {
        Self { name: "-".to_owned(), parts: Vec::new(), explicit: true }
    }

    /// The log's name in reports.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file it is, or starts with; nothing for stdin.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.parts.first().map(PathBuf::as_path)
    }

    /// Adds a further file of the same, rotated log.
    pub(super) fn add_part(&mut self, path: &Path) {
        self.parts.push(path.to_owned());
    }

    /// Reads the log and hands its bytes on, chunk by chunk.
    ///
    /// # Errors
    ///
    /// When a file cannot be read, or is no text: what was handed on before stands.
    pub fn read(&self, mut take: impl FnMut(&[u8])) -> Result<()> {
        if self.parts.is_empty() {
            return copy(&mut io::stdin().lock(), Path::new("-"), &mut take, false);
        }
        for path in &self.parts {
            // Opening a folder works on Unix and reading from it fails with an odd message.
            if path.is_dir() {
                return Err(Error::read(path, io::Error::from(io::ErrorKind::IsADirectory)));
            }
            let mut file = File::open(path).map_err(|error| Error::read(path, error))?;
            copy(&mut file, path, &mut take, true)?;
        }
        Ok(())
    }
}

fn copy(reader: &mut impl Read, path: &Path, take: &mut impl FnMut(&[u8]), check: bool) -> Result<()> {
    let mut buffer = vec![0; CHUNK];
    let mut first = check;
    loop {
        let length = match reader.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Error::read(path, error)),
        };
        if first && Encoding::detect(&buffer[..length]) == Encoding::Binary {
            return Err(Error::binary(path));
        }
        first = false;
        take(&buffer[..length]);
    }
}
