//! Reads one log, chunk by chunk, and collects its marks.
//!
//! May import: `catalog`, `text`, the other files of `engine`.
//!
//! A scanner keeps a window of the log: some lines before the place it has reached, for neighbours, and some after,
//! which it waits for before it moves on. Both are bounded, so memory is, and the answer does not depend on how the log
//! was cut into chunks.

use std::ops::Range;

use memchr::{memchr, memrchr};

use super::deferred::{BEFORE, Deferred};
use super::judge::shorten;
use super::look::Scratch;
use super::mark::{Context, ContextLine, MarkStore, Scan};
use super::matcher::Engine;
use super::neighbour::Rows;
use super::part::Part;
use crate::text::{Encoding, Format, Line, SAMPLE_BYTES, Utf16Decoder, Wrapping, common_indent, segments, utf16_len};

/// Bytes of context that are kept on either side of the line under work.
pub(super) const WINDOW: usize = 16 * 1024;
/// A line longer than this is looked at around its literals only.
pub(super) const LONG_LINE: usize = 32 * 1024;
/// Without a line end for this long, the line is cut.
pub(super) const CUT: usize = 512 * 1024;
/// Lines of context before a failure that nobody knows, and at the log's end.
const CONTEXT_LINES: usize = 60;
/// Failures whose context is kept.
pub(super) const CONTEXTS: usize = 16;

/// Scans one log. Push its bytes in any chunks, then finish.
#[derive(Debug)]
pub struct LogScanner<'e> {
    pub(super) engine: &'e Engine<'e>,
    pub(super) format: Option<Format>,
    decoder: Option<Utf16Decoder>,
    pub(super) encoding: Option<Encoding>,
    pub(super) wrapping: Option<Wrapping>,
    /// White space that all lines begin with.
    pub(super) indent: usize,
    /// Raw bytes that wait for the encoding to be told.
    head: Vec<u8>,
    /// Decoded text: context, then what is to be done.
    pub(super) buffer: Vec<u8>,
    /// First byte of the buffer that has not been done.
    pub(super) core: usize,
    /// Number of the line at `core`.
    pub(super) line: u64,
    /// Raw bytes before the buffer.
    base: u64,
    bytes: u64,
    pub(super) store: MarkStore,
    pub(super) contexts: Vec<Context>,
    pub(super) scratch: Scratch,
    pub(super) rows: Rows,
    pub(super) first_stamp: Option<String>,
    /// A log whose last line has no line end still counts it.
    pub(super) open_line: bool,
    /// Lines up to here belong to a report or wrapped message that was handled as one.
    pub(super) handled: u64,
    pub(super) deferred: Deferred,
    /// Decoded bytes before the buffer.
    pub(super) decoded_base: u64,
    /// Where the lines begin that are this scanner's to tell of, in decoded bytes of the log.
    pub(super) own: Range<u64>,
    /// What other scanners found before.
    pub(super) before: Part,
}

impl<'e> LogScanner<'e> {
    /// A scanner that tells the log's format by itself.
    #[must_use]
    pub fn new(engine: &'e Engine<'e>) -> Self {
        Self {
            engine,
            format: None,
            decoder: None,
            encoding: None,
            wrapping: None,
            indent: 0,
            head: Vec::new(),
            buffer: Vec::new(),
            core: 0,
            line: 1,
            base: 0,
            bytes: 0,
            store: MarkStore::default(),
            contexts: Vec::new(),
            scratch: Scratch::default(),
            rows: Rows::default(),
            first_stamp: None,
            open_line: false,
            handled: 0,
            deferred: Deferred::default(),
            decoded_base: 0,
            own: 0..u64::MAX,
            before: Part::default(),
        }
    }

    /// A scanner for a log whose format is known.
    #[must_use]
    pub fn with_format(engine: &'e Engine<'e>, format: Option<Format>) -> Self {
        Self { format, ..Self::new(engine) }
    }

    /// Takes the next bytes of the log.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        if self.encoding.is_none() {
            self.head.extend_from_slice(bytes);
            if self.head.len() >= SAMPLE_BYTES {
                self.begin();
            }
            return;
        }
        // Large chunks are taken in pieces, so that a caller's block size does not become our memory.
        for piece in bytes.chunks(CUT) {
            self.append(piece);
            self.work(false);
        }
    }

    /// Ends the log and gives what was found.
    #[must_use]
    pub fn finish(mut self) -> Scan {
        if self.encoding.is_none() {
            self.begin();
        }
        self.work(true);
        self.last_line();
        self.deferred_lines(self.decoded_base + self.core as u64);
        let found = self.all_found();
        let tail = self.context_before(self.buffer.len(), self.line + u64::from(self.open_line));
        let last_stamp = self.last_stamp();
        let format = self.format.unwrap_or(Format::Plain);
        let (marks, counts) = found.store.into_parts();
        Scan {
            format,
            encoding: self.encoding.unwrap_or(Encoding::Utf8),
            lines: self.line - 1 + u64::from(self.open_line),
            bytes: self.bytes,
            marks,
            counts,
            contexts: found.contexts,
            tail,
            first_stamp: self.first_stamp,
            last_stamp,
        }
    }

    /// Does all lines that were pushed.
    pub(super) fn work_all(&mut self) {
        self.work(true);
        self.deferred_lines(self.decoded_base + self.core as u64);
    }

    /// Goes on in the middle of a log in UTF-8.
    pub(super) fn go_on(&mut self, offset: u64, line: u64, indent: usize, first_stamp: Option<String>) {
        self.encoding = Some(Encoding::Utf8);
        (self.base, self.decoded_base, self.bytes) = (offset, offset, offset);
        (self.line, self.indent, self.first_stamp) = (line, indent, first_stamp);
    }

    /// Tells encoding, format and wrapping from the first bytes.
    fn begin(&mut self) {
        let head = std::mem::take(&mut self.head);
        let encoding = Encoding::detect(&head);
        self.encoding = Some(encoding);
        match encoding {
            Encoding::Utf16Le => self.decoder = Some(Utf16Decoder::new(false)),
            Encoding::Utf16Be => self.decoder = Some(Utf16Decoder::new(true)),
            Encoding::Utf8 | Encoding::Binary => {}
        }
        self.append(&head);
        let sample = String::from_utf8_lossy(&self.buffer[..self.buffer.len().min(SAMPLE_BYTES)]).into_owned();
        self.indent = common_indent(&sample);
        if self.format.is_none() {
            let shifted: Vec<&str> = sample.lines().map(|line| self.outdent(line)).collect();
            self.format = Some(if self.indent == 0 { Format::detect(&sample) } else { Format::detect(&shifted.join("\n")) });
        }
        self.wrapping = Wrapping::detect(&sample);
        self.first_stamp = sample.lines().take(50).find_map(|raw| self.framed(raw).stamp().map(str::to_owned));
        self.work(false);
    }

    fn format(&self) -> Format {
        self.format.unwrap_or(Format::Plain)
    }

    /// A raw line without the white space that all lines begin with.
    fn outdent<'a>(&self, raw: &'a str) -> &'a str {
        let blank = raw.bytes().take(self.indent).take_while(|byte| *byte == b' ' || *byte == b'\t').count();
        &raw[blank..]
    }

    /// Cleans a raw line.
    pub(super) fn framed<'a>(&self, raw: &'a str) -> Line<'a> {
        Line::new(self.outdent(raw), self.format())
    }

    fn append(&mut self, bytes: &[u8]) {
        match &mut self.decoder {
            Some(decoder) => decoder.push(bytes, &mut self.buffer),
            None => self.buffer.extend_from_slice(bytes),
        }
    }

    /// Does all lines that have enough context behind them, then drops what no line can need any more.
    fn work(&mut self, last: bool) {
        let ready = if last { self.buffer.len() } else { self.buffer.len().saturating_sub(WINDOW) };
        while self.core < ready {
            let line_end = memchr(b'\n', &self.buffer[self.core..ready.min(self.core + CUT)]);
            let limit = match line_end {
                _ if last => ready,
                Some(_) => memrchr(b'\n', &self.buffer[self.core..ready]).map_or(ready, |newline| self.core + newline + 1),
                // The line is cut at the same place whatever the chunks were.
                None if ready - self.core >= CUT => self.core + CUT,
                None => break,
            };
            self.lines_until(limit);
            self.deferred_lines((self.decoded_base + self.core as u64).saturating_sub(BEFORE as u64));
        }
        let keep = self.core.saturating_sub(WINDOW + BEFORE);
        if keep > CUT {
            self.base += self.raw_len(&self.buffer[..keep]);
            self.decoded_base += keep as u64;
            self.buffer.drain(..keep);
            self.core -= keep;
        }
    }

    fn raw_len(&self, text: &[u8]) -> u64 {
        if self.decoder.is_some() { utf16_len(text) } else { text.len() as u64 }
    }

    pub(super) fn offset(&self, at: usize) -> u64 {
        self.base + self.raw_len(&self.buffer[..at])
    }

    /// The lines before the byte `at`, which is in line `number`.
    pub(super) fn context_before(&self, at: usize, number: u64) -> Context {
        let from = at.saturating_sub(WINDOW);
        let mut lines = Vec::new();
        let mut end = at;
        let mut line = number;
        while end > from && lines.len() < CONTEXT_LINES {
            let end_of_line = if self.buffer[end - 1] == b'\n' { end - 1 } else { end };
            let start = memrchr(b'\n', &self.buffer[from..end_of_line]).map_or(from, |newline| from + newline + 1);
            line = line.saturating_sub(1);
            let raw = String::from_utf8_lossy(&self.buffer[start..end_of_line.min(start + LONG_LINE)]);
            if let Some(segment) = segments(&raw).last() {
                let cleaned = self.framed(segment);
                let text = self.clean(shorten(cleaned.text()));
                if !text.is_empty() {
                    lines.push(ContextLine { line: line.max(1), offset: self.offset(start), text, level: cleaned.level });
                }
            }
            end = start;
        }
        lines.reverse();
        Context { line: number, lines }
    }

    fn last_stamp(&self) -> Option<String> {
        let from = self.buffer.len().saturating_sub(WINDOW);
        let text = String::from_utf8_lossy(&self.buffer[from..]);
        text.lines().rev().take(50).find_map(|raw| self.framed(raw).stamp().map(str::to_owned))
    }
}
