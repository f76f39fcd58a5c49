//! What the bytes of a log are: UTF-8, UTF-16, or no text at all.
//!
//! May import: nothing of ours.

/// How a log's bytes are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, or something close enough (invalid bytes are shown as U+FFFD).
    Utf8,
    /// UTF-16, low byte first: what `PowerShell` 5 writes with `>`.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// Not text: an image, an archive, a program.
    Binary,
}

impl Encoding {
    /// Tells the encoding from the first bytes of a log. A few hundred are enough.
    ///
    /// ```
    /// use lognosis::text::Encoding;
    /// assert_eq!(Encoding::detect(b"npm ERR! code E401\n"), Encoding::Utf8);
    /// assert_eq!(Encoding::detect(b"\xff\xfen\0p\0m\0"), Encoding::Utf16Le);
    /// assert_eq!(Encoding::detect(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0"), Encoding::Binary);
    /// ```
    #[must_use]
    pub fn detect(sample: &[u8]) -> Self {
        if sample.starts_with(&[0xff, 0xfe]) {
            return Self::Utf16Le;
        }
        if sample.starts_with(&[0xfe, 0xff]) {
            return Self::Utf16Be;
        }
        let sample = &sample[..sample.len().min(4096)];
        let zeros = memchr::memchr_iter(0, sample).count();
        if zeros == 0 {
            return Self::Utf8;
        }
        // UTF-16 without a mark: Latin text has a zero in nearly every second place, always on the same side.
        let odd = sample.iter().skip(1).step_by(2).filter(|b| **b == 0).count();
        let half = sample.len() / 2;
        if half >= 4 && odd * 10 >= half * 7 && odd * 10 >= zeros * 9 {
            return Self::Utf16Le;
        }
        if half >= 4 && (zeros - odd) * 10 >= half * 7 && (zeros - odd) * 10 >= zeros * 9 {
            return Self::Utf16Be;
        }
        // Terminals and progress bars leave a stray zero now and then; programs and images hold many.
        if zeros * 20 > sample.len() { Self::Binary } else { Self::Utf8 }
    }
}

/// Turns a stream of UTF-16 bytes into UTF-8, chunk by chunk.
#[derive(Clone, Debug)]
pub struct Utf16Decoder {
    big_endian: bool,
    odd: Option<u8>,
    high: Option<u16>,
}

impl Utf16Decoder {
    /// A decoder for one log.
    #[must_use]
    pub fn new(big_endian: bool) -> Self {
        Self { big_endian, odd: None, high: None }
    }

    /// Decodes a chunk and appends the text to `out`. Lone surrogates become U+FFFD.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let mut rest = bytes;
        while let Some((byte, behind)) = rest.split_first() {
            if self.odd.is_none() && self.high.is_none() {
                let left = self.ascii::<8>(self.ascii::<64>(rest, out), out);
                if left.len() < rest.len() {
                    rest = left;
                    continue;
                }
            }
            self.byte(*byte, out);
            rest = behind;
        }
    }

    /// Decodes so many characters at a time while all of them are ASCII. Gives the rest.
    fn ascii<'b, const COUNT: usize>(&self, bytes: &'b [u8], out: &mut Vec<u8>) -> &'b [u8] {
        let mut pairs = bytes.as_chunks::<2>().0;
        while let Some((block, rest)) = pairs.split_first_chunk::<COUNT>() {
            let units = block.map(|pair| self.unit(pair));
            if units.iter().fold(0, |all, unit| all | unit) >= 0x80 {
                break;
            }
            out.extend_from_slice(&units.map(|unit| unit.to_le_bytes()[0]));
            pairs = rest;
        }
        &bytes[bytes.len() / 2 * 2 - pairs.len() * 2..]
    }

    fn unit(&self, pair: [u8; 2]) -> u16 {
        if self.big_endian { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }
    }

    fn byte(&mut self, byte: u8, out: &mut Vec<u8>) {
        let Some(first) = self.odd.take() else {
            self.odd = Some(byte);
            return;
        };
        let unit = self.unit([first, byte]);
        let units = [self.high.take().unwrap_or_default(), unit];
        let had_high = units[0] != 0;
        if !had_high && (0xd800..0xdc00).contains(&unit) {
            self.high = Some(unit);
            return;
        }
        let from = usize::from(!had_high);
        let mut buffer = [0; 4];
        for decoded in char::decode_utf16(units[from..].iter().copied()) {
            let c = decoded.unwrap_or(char::REPLACEMENT_CHARACTER);
            out.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
        }
    }
}

/// How many bytes a UTF-8 text takes in UTF-16.
#[must_use]
pub fn utf16_len(text: &[u8]) -> u64 {
    // Every byte that begins a character is one unit, and characters of four bytes are two. Counts of one byte let the
    // compiler take many bytes at once.
    let units = |chunk: &[u8]| {
        let begin: u8 = chunk.iter().map(|b| u8::from((b & 0xc0) != 0x80)).sum();
        let long: u8 = chunk.iter().map(|b| u8::from(*b >= 0xf0)).sum();
        u64::from(begin) + u64::from(long)
    };
    text.chunks(usize::from(u8::MAX)).map(units).sum::<u64>() * 2
}

#[cfg(test)]
mod tests {
    use super::{Utf16Decoder, utf16_len};

    #[test]
    fn decodes_at_any_chunk_size() {
        let text = "npm ERR! \u{fc}\u{1f4a5} \u{4e2d} and a longer run of ASCII, then \u{1f4a5}\n".replace(" ASCII", &" ASCII".repeat(30));
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for size in 1..bytes.len() {
            let mut decoder = Utf16Decoder::new(false);
            let mut out = Vec::new();
            for chunk in bytes.chunks(size) {
                decoder.push(chunk, &mut out);
            }
            assert_eq!(String::from_utf8(out).unwrap(), text);
        }
        assert_eq!(utf16_len(text.as_bytes()), bytes.len() as u64);
    }
}
