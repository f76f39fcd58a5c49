//! How much an archive may cost.
//!
//! May import: nothing of ours.

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

/// Letters for sizes, and the powers of two that they are.
pub(super) const UNITS: &[(&str, u32)] = &[("T", 40), ("G", 30), ("M", 20), ("K", 10)];

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

#[cfg(test)]
mod tests {
    use super::parse_size;

    #[test]
    fn sizes_are_read() {
        for (text, bytes) in [("0", 0), ("64g", 64 << 30), ("500 M", 500 << 20), ("0.5K", 512), ("2TiB", 2 << 40), ("7b", 7)] {
            assert_eq!(parse_size(text), Ok(bytes), "{text}");
        }
        for text in ["", "G", "-1", "1.2.3M", "10 bananas", "99999999999G"] {
            assert!(parse_size(text).is_err(), "{text}");
        }
    }
}
