//! How much an archive may cost, and the readers that see to it.
//!
//! May import: `error`.

#[cfg(feature = "archives")]
use std::cell::Cell;
use std::fmt;
#[cfg(feature = "archives")]
use std::io::{self, Read};
#[cfg(feature = "archives")]
use std::rc::Rc;

use crate::error::Error;

/// Unpacked bytes before the ratio counts: a small file may well be one line a thousand times.
pub(super) const RATIO_FREE: u64 = 10 << 20;

/// What an archive or compressed log may cost, so that a hostile one costs little.
///
/// ```
/// use lognosis::input::Limits;
/// let limits = Limits { size: 500 << 20, ..Limits::default() };
/// assert_eq!(limits.depth, 3);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Archives inside archives. A compressed archive (`.tar.gz`) counts once.
    pub depth: u32,
    /// Members of one archive, folders among them.
    pub members: u64,
    /// Unpacked bytes of one archive.
    pub size: u64,
    /// Unpacked bytes for each byte of the file, after the first 10 MiB.
    pub ratio: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 3, members: 100_000, size: 64 << 30, ratio: 1000 }
    }
}

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
            Self::Members(members) => ("--max-members", members.saturating_mul(10).to_string()),
            Self::Size(size) => ("--max-size", Bytes(size.saturating_mul(2)).short()),
            Self::Ratio(ratio) => ("--max-ratio", ratio.saturating_mul(10).to_string()),
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
            Self::Size(size) => write!(f, "unpacks to more than {}", Bytes(size)),
            Self::Ratio(ratio) => write!(f, "unpacks to more than {ratio} times its size"),
            Self::Headers(size) => write!(f, "has more than {} of names and headers", Bytes(size)),
        }
    }
}

/// A number of bytes as people write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Bytes(u64);

const UNITS: &[(&str, u32)] = &[("T", 40), ("G", 30), ("M", 20), ("K", 10)];

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

/// Reads a size: bytes, or a number with K, M, G or T, which are powers of 1024.
///
/// ```
/// use lognosis::input::parse_size;
/// assert_eq!(parse_size("10G"), Ok(10 << 30));
/// assert_eq!(parse_size("1.5 MiB"), Ok(3 << 19));
/// assert_eq!(parse_size("4096"), Ok(4096));
/// assert!(parse_size("much").is_err());
/// ```
///
/// # Errors
///
/// Says how a size is written, when the text is none.
pub fn parse_size(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit = unit.trim().to_ascii_uppercase();
    let unit = unit.strip_suffix("IB").or_else(|| unit.strip_suffix('B')).unwrap_or(&unit);
    let bits = match unit {
        "" => Some(0),
        unit => UNITS.iter().find(|(name, _)| *name == unit).map(|(_, bits)| *bits),
    };
    let wrong = || format!("'{text}' is no size; write bytes, or 500M, 10G");
    let bits = bits.ok_or_else(wrong)?;
    if let Ok(whole) = number.parse::<u64>() {
        return whole.checked_mul(1 << bits).ok_or_else(|| format!("'{text}' is too much"));
    }
    let fraction: f64 = number.parse().map_err(|_| wrong())?;
    // A fraction of a byte is nobody's intent, and what is too large for 64 bits becomes their maximum.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
    Ok((fraction * (1u64 << bits) as f64) as u64)
}

/// Counts what a source has cost so far. Its clones count together.
#[cfg(feature = "archives")]
#[derive(Clone, Debug)]
pub(super) struct Meter {
    limits: Limits,
    raw: Rc<Cell<u64>>,
    passed: Rc<Cell<Option<Passed>>>,
}

#[cfg(feature = "archives")]
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
#[cfg(feature = "archives")]
#[derive(Debug)]
pub(super) struct Raw<R> {
    inner: R,
    raw: Rc<Cell<u64>>,
}

#[cfg(feature = "archives")]
impl<R: Read> Read for Raw<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.raw.set(self.raw.get() + length as u64);
        Ok(length)
    }
}

#[cfg(feature = "archives")]
impl<R: io::Seek> io::Seek for Raw<R> {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

/// Stops a stream of unpacked bytes at the limits.
#[cfg(feature = "archives")]
#[derive(Debug)]
pub(super) struct Bounded<R> {
    inner: R,
    meter: Meter,
    total: Rc<Cell<u64>>,
    own: u64,
}

#[cfg(feature = "archives")]
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
    use super::{Bytes, parse_size};

    #[test]
    fn sizes_are_read_and_written() {
        for (text, bytes) in [("0", 0), ("64g", 64 << 30), ("500 M", 500 << 20), ("0.5K", 512), ("2TiB", 2 << 40), ("7b", 7)] {
            assert_eq!(parse_size(text), Ok(bytes), "{text}");
        }
        for text in ["", "G", "-1", "1.2.3M", "10 bananas", "99999999999G"] {
            assert!(parse_size(text).is_err(), "{text}");
        }
        assert_eq!(Bytes(64 << 30).to_string(), "64 GiB");
        assert_eq!(Bytes(1000).to_string(), "1000 bytes");
        assert_eq!(Bytes(1536).short(), "1536");
    }
}
