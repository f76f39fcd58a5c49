//! A long log in a file, of which several places are read at once.
//!
//! May import: `input::{counter, looks, source, visit}`.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;

use memchr::memchr;

use super::counter::Counter;
use super::looks::{Container, SAMPLE};
use super::source::{Source, open};
use super::visit::Form;

/// Shorter files are read from one end to the other.
const LONG: u64 = 16 << 20;
/// Bytes that are read at once.
const CHUNK: usize = 256 * 1024;
/// Where no line begins within so many bytes, none is looked for.
const LINE: u64 = 64 * 1024;

/// A file that is one log, not packed, and long.
#[derive(Debug)]
pub struct Slices {
    path: PathBuf,
    length: u64,
    counter: Option<Counter>,
}

impl Source {
    /// The source as a long file that can be read in slices, if it is one.
    #[must_use]
    pub fn slices(&self) -> Option<Slices> {
        let path = self.only_file()?;
        let metadata = path.metadata().ok()?;
        if !metadata.is_file() || metadata.len() < LONG {
            return None;
        }
        let slices = Slices { path: path.to_owned(), length: metadata.len(), counter: self.counter().cloned() };
        let head = slices.bytes(0, SAMPLE as u64).ok()?;
        let is_log = Container::detect(&head).is_none() && self.look().accepts(&head) && Form::of(&head, true) == Form::Text;
        is_log.then_some(slices)
    }
}

impl Slices {
    /// Bytes of the file when it was looked at.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Hands the bytes from one place to another on, or to the file's end where no other is named, chunk by chunk.
    ///
    /// # Errors
    ///
    /// When they cannot be read, or the file has become shorter.
    pub fn read(&self, from: u64, until: Option<u64>, take: &mut dyn FnMut(&[u8])) -> io::Result<()> {
        let mut file = self.at(from)?;
        let mut buffer = vec![0; CHUNK];
        let mut left = until.map_or(u64::MAX, |until| until.saturating_sub(from));
        while left > 0 {
            let wanted = usize::try_from(left).unwrap_or(CHUNK).min(CHUNK);
            match file.read(&mut buffer[..wanted]) {
                Ok(0) if until.is_none() => break,
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(length) => {
                    take(&buffer[..length]);
                    left -= length as u64;
                    if let Some(counter) = &self.counter {
                        counter.add(length as u64);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// So many bytes from a place on, fewer where the file ends.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    pub fn bytes(&self, from: u64, length: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.at(from)?.take(length).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Where the first line begins at this place or behind it; nothing where that is far away.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn line_start(&self, place: u64) -> io::Result<Option<u64>> {
        let Some(before) = place.checked_sub(1) else { return Ok(Some(0)) };
        let bytes = self.bytes(before, LINE)?;
        Ok(memchr(b'\n', &bytes).map(|newline| before + newline as u64 + 1))
    }

    fn at(&self, place: u64) -> io::Result<File> {
        let mut file = open(&self.path)?;
        file.seek(SeekFrom::Start(place))?;
        Ok(file)
    }
}

#[cfg(test)]
mod tests {
    use super::{LONG, Source};

    #[test]
    fn a_long_file_is_read_from_anywhere() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("long.log");
        let line = "an ordinary line\n";
        std::fs::write(&path, line.repeat(usize::try_from(LONG).unwrap() / line.len() + 1)).unwrap();
        let slices = Source::file(&path, true).slices().unwrap();
        assert_eq!(slices.line_start(0).unwrap(), Some(0));
        assert_eq!(slices.line_start(17).unwrap(), Some(17));
        assert_eq!(slices.line_start(18).unwrap(), Some(34));
        let mut bytes = Vec::new();
        slices.read(17, Some(51), &mut |piece| bytes.extend_from_slice(piece)).unwrap();
        assert_eq!(bytes, line.repeat(2).as_bytes());
        assert!(slices.read(17, Some(2 * LONG), &mut |_| {}).is_err());
        assert_eq!(slices.bytes(slices.length() - 5, 100).unwrap(), b"line\n");

        std::fs::write(&path, "x".repeat(usize::try_from(LONG).unwrap())).unwrap();
        assert_eq!(Source::file(&path, true).slices().unwrap().line_start(5).unwrap(), None);
        std::fs::write(&path, line).unwrap();
        assert!(Source::file(&path, true).slices().is_none());
    }
}
