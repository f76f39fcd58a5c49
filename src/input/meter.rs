//! Readers that see to it that no archive costs more than its limits.
//!
//! May import: `error`, `input::limits`.

use std::cell::Cell;
use std::fmt;
use std::io::{self, Read};
use std::rc::Rc;

use super::limits::{Limits, UNITS};
use crate::error::Error;

/// Unpacked bytes before the ratio counts: a small file may well be one line a thousand times.
pub(super) const RATIO_FREE: u64 = 10 << 20;

/// A limit that was passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Passed {
    Depth(u32),
    Members(u64),
    Size(u64),
    Ratio(u64),
    /// Bytes of names and headers, which are held in memory.
    Headers(u64),
}

impl Passed {
    /// The error that names the log or archive.
    pub(super) fn at(self, name: &str) -> Error {
        Error::limit(name, self.to_string(), self.hint())
    }

    fn hint(self) -> String {
        let (option, value) = match self {
            Self::Depth(depth) => ("--max-depth", depth.saturating_add(1).to_string()),
            Self::Members(members) => ("--max-members", members.max(1).saturating_mul(10).to_string()),
            Self::Size(size) => ("--max-size", Bytes(size.max(1 << 20).saturating_mul(2)).short()),
            Self::Ratio(ratio) => ("--max-ratio", ratio.max(1).saturating_mul(10).to_string()),
            Self::Headers(_) => return "it is damaged, or made to do harm".to_owned(),
        };
        format!("if you trust it, raise the limit: {option} {value}")
    }
}

impl fmt::Display for Passed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Depth(depth) => write!(f, "lies in more than {depth} archives inside each other"),
            Self::Members(members) => write!(f, "has more than {members} members"),
            Self::Size(size) => write!(f, "unpacks past the limit of {}", Bytes(size)),
            Self::Ratio(ratio) => write!(f, "unpacks to more than {ratio} times its size"),
            Self::Headers(size) => write!(f, "has more than {} of names and headers", Bytes(size)),
        }
    }
}

/// A number of bytes as people write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Bytes(u64);

impl Bytes {
    /// As options take it: `64G`.
    fn short(self) -> String {
        let whole = UNITS.iter().find(|(_, bits)| self.0 != 0 && self.0.is_multiple_of(1 << bits));
        whole.map_or_else(|| self.0.to_string(), |(unit, bits)| format!("{}{unit}", self.0 >> bits))
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = self.short();
        match short.strip_suffix(|c: char| c.is_ascii_alphabetic()) {
            Some(number) => write!(f, "{number} {}iB", &short[number.len()..]),
            None => write!(f, "{short} bytes"),
        }
    }
}

/// Counts what a source has cost so far. Its clones count together.
#[derive(Clone, Debug)]
pub(super) struct Meter {
    limits: Limits,
    raw: Rc<Cell<u64>>,
    passed: Rc<Cell<Option<Passed>>>,
}

impl Meter {
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, raw: Rc::default(), passed: Rc::default() }
    }

    /// A reader of the file itself: what it reads is what the unpacked bytes are measured by.
    pub(super) fn raw<R>(&self, inner: R) -> Raw<R> {
        Raw { inner, raw: Rc::clone(&self.raw) }
    }

    /// A reader of unpacked bytes; `total` is what the archive has given so far.
    pub(super) fn bounded<R: Read>(&self, inner: R, total: &Rc<Cell<u64>>) -> Bounded<R> {
        Bounded { inner, meter: self.clone(), total: Rc::clone(total), own: 0 }
    }

    /// The limit that made a reader fail, once.
    pub(super) fn take_passed(&self) -> Option<Passed> {
        self.passed.take()
    }
}

/// Counts the bytes of a source.
#[derive(Debug)]
pub(super) struct Raw<R> {
    inner: R,
    raw: Rc<Cell<u64>>,
}

impl<R: Read> Read for Raw<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.raw.set(self.raw.get() + length as u64);
        Ok(length)
    }
}

impl<R: io::Seek> io::Seek for Raw<R> {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

/// Stops a stream of unpacked bytes at the limits.
#[derive(Debug)]
pub(super) struct Bounded<R> {
    inner: R,
    meter: Meter,
    total: Rc<Cell<u64>>,
    own: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.own += length as u64;
        let total = self.total.get() + length as u64;
        self.total.set(total);
        let limits = self.meter.limits;
        let passed = if total > limits.size {
            // What is cut off does not count against the archive's other members.
            self.total.set(total - self.own);
            Passed::Size(limits.size)
        } else if self.own > RATIO_FREE && self.own > self.meter.raw.get().saturating_mul(limits.ratio) {
            Passed::Ratio(limits.ratio)
        } else {
            return Ok(length);
        };
        self.meter.passed.set(Some(passed));
        Err(io::Error::other(passed.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::Bytes;

    #[test]
    fn sizes_are_written() {
        assert_eq!(Bytes(64 << 30).to_string(), "64 GiB");
        assert_eq!(Bytes(1000).to_string(), "1000 bytes");
        assert_eq!(Bytes(1536).short(), "1536");
    }
}
