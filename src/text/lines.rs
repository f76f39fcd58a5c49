//! A log's lines, one after the other, from bytes that arrive in any chunks. For work that needs every line; the engine
//! looks only at those that may matter.
//!
//! May import: `text::{encoding, frame}`.

use memchr::memchr;

use super::encoding::{Encoding, Utf16Decoder};
use super::frame::{Format, Line, SAMPLE_BYTES, common_indent, segments};

/// Without a line end for this long, the line is cut.
const CUT: usize = 64 * 1024;

/// Cuts a log into cleaned lines.
///
/// ```
/// use lognosis::text::LineReader;
/// let mut seen = Vec::new();
/// let mut reader = LineReader::new(None);
/// reader.push(b"npm error code E4", &mut |number, line| seen.push((number, line.text().to_owned())));
/// reader.push(b"01\nbye", &mut |number, line| seen.push((number, line.text().to_owned())));
/// reader.finish(&mut |number, line| seen.push((number, line.text().to_owned())));
/// assert_eq!(seen, [(1, "code E401".to_owned()), (2, "bye".to_owned())]);
/// ```
#[derive(Debug)]
pub struct LineReader {
    format: Option<Format>,
    begun: bool,
    decoder: Option<Utf16Decoder>,
    indent: usize,
    buffer: Vec<u8>,
    number: u64,
}

impl LineReader {
    /// A reader for one log; without a format it tells it by itself.
    #[must_use]
    pub fn new(format: Option<Format>) -> Self {
        Self { format, begun: false, decoder: None, indent: 0, buffer: Vec::new(), number: 1 }
    }

    /// Takes the next bytes and hands on the lines that are whole, with their numbers from 1.
    pub fn push(&mut self, bytes: &[u8], take: &mut impl FnMut(u64, &Line<'_>)) {
        // Large chunks are taken in pieces, so that a caller's block size does not become our memory.
        for piece in bytes.chunks(CUT) {
            match &mut self.decoder {
                Some(decoder) => decoder.push(piece, &mut self.buffer),
                None => self.buffer.extend_from_slice(piece),
            }
            if self.begun || self.buffer.len() >= SAMPLE_BYTES {
                self.begin();
                self.lines(take);
            }
        }
    }

    /// Hands on what is left.
    pub fn finish(mut self, take: &mut impl FnMut(u64, &Line<'_>)) {
        self.begin();
        self.lines(take);
        let rest = std::mem::take(&mut self.buffer);
        self.hand_on(&rest, take);
    }

    fn begin(&mut self) {
        if self.begun {
            return;
        }
        self.begun = true;
        let big_endian = match Encoding::detect(&self.buffer) {
            Encoding::Utf16Le => Some(false),
            Encoding::Utf16Be => Some(true),
            Encoding::Utf8 | Encoding::Binary => None,
        };
        if let Some(big_endian) = big_endian {
            let mut decoder = Utf16Decoder::new(big_endian);
            let raw = std::mem::take(&mut self.buffer);
            decoder.push(&raw, &mut self.buffer);
            self.decoder = Some(decoder);
        }
        let sample = String::from_utf8_lossy(&self.buffer[..self.buffer.len().min(SAMPLE_BYTES)]);
        self.indent = common_indent(&sample);
        if self.format.is_none() {
            let shifted: Vec<&str> = sample.lines().map(|line| outdent(line, self.indent)).collect();
            self.format = Some(Format::detect(&shifted.join("\n")));
        }
    }

    fn lines(&mut self, take: &mut impl FnMut(u64, &Line<'_>)) {
        let buffer = std::mem::take(&mut self.buffer);
        let mut at = 0;
        while let Some(end) = memchr(b'\n', &buffer[at..]) {
            self.hand_on(&buffer[at..at + end], take);
            self.number += 1;
            at += end + 1;
        }
        if buffer.len() - at >= CUT {
            self.hand_on(&buffer[at..], take);
            at = buffer.len();
        }
        self.buffer = buffer;
        self.buffer.drain(..at);
    }

    fn hand_on(&self, raw: &[u8], take: &mut impl FnMut(u64, &Line<'_>)) {
        let raw = String::from_utf8_lossy(raw);
        let format = self.format.unwrap_or(Format::Plain);
        for segment in segments(&raw) {
            take(self.number, &Line::new(outdent(segment, self.indent), format));
        }
    }
}

/// A line without the white space that all lines begin with.
fn outdent(raw: &str, indent: usize) -> &str {
    let blank = raw.bytes().take(indent).take_while(|byte| *byte == b' ' || *byte == b'\t').count();
    &raw[blank..]
}

#[cfg(test)]
mod tests {
    use super::LineReader;

    fn read(log: &[u8], chunk: usize) -> Vec<(u64, String)> {
        let mut seen = Vec::new();
        let mut reader = LineReader::new(None);
        for piece in log.chunks(chunk) {
            reader.push(piece, &mut |number, line| seen.push((number, line.text().to_owned())));
        }
        reader.finish(&mut |number, line| seen.push((number, line.text().to_owned())));
        seen
    }

    #[test]
    fn the_lines_do_not_depend_on_the_chunks() {
        let mut log = b"one\r\n  10%\r100%\n\n".to_vec();
        log.extend((0..5000).flat_map(|number| format!("2026-01-15T10:20:30.0000000Z line {number}\n").into_bytes()));
        log.extend_from_slice(b"last");
        let whole = read(&log, log.len());
        assert_eq!(whole.last(), Some(&(5004, "last".to_owned())));
        assert!(whole.contains(&(2, "100%".to_owned())));
        for chunk in [1, 7, 4096] {
            assert_eq!(read(&log, chunk), whole);
        }
    }

    #[test]
    fn wide_logs_and_endless_lines_are_read() {
        let wide: Vec<u8> = "\u{feff}npm error code E401\nx\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read(&wide, 3)[0].1, "code E401");
        let endless = vec![b'x'; 1 << 20];
        assert!(read(&endless, 1 << 20).iter().all(|(number, text)| *number == 1 && text.len() <= 128 * 1024));
    }
}
