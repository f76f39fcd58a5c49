//! Reads one log, chunk by chunk, and collects its marks.
//!
//! May import: `catalog`, `text`, the other files of `engine`.
//!
//! A scanner keeps a window of the log: some lines before the place it has reached, for neighbours, and some after,
//! which it waits for before it moves on. Both are bounded, so memory is, and the answer does not depend on how the log
//! was cut into chunks.

use memchr::{memchr, memchr_iter, memrchr};
use regex::{Captures, Regex};

use super::gate::Cursor;
use super::mark::{Context, ContextLine, Mark, MarkStore, Scan};
use super::matcher::Engine;
use crate::catalog::{Neighbour, Place};
use crate::text::{
    Encoding, Format, Line, ReportBlock, SAMPLE_BYTES, Utf16Decoder, Wrapping, common_indent, redact, segments, strip_sequences, utf16_len,
};

/// Bytes of context that are kept on either side of the line under work.
const WINDOW: usize = 16 * 1024;
/// Bytes before a line that starts a diagnosis in which deferred patterns are looked for ..
const DEFERRED_BEFORE: usize = 96 * 1024;
/// .. and behind it.
const DEFERRED_BEHIND: u64 = 16 * 1024;
/// A line longer than this is looked at around its literals only.
const LONG_LINE: usize = 32 * 1024;
/// Without a line end for this long, the line is cut.
const CUT: usize = 512 * 1024;
/// Lines of context before a failure that nobody knows, and at the log's end.
const CONTEXT_LINES: usize = 60;
/// Failures whose context is kept.
const CONTEXTS: usize = 16;

/// Scans one log. Push its bytes in any chunks, then finish.
#[derive(Debug)]
pub struct LogScanner<'e> {
    engine: &'e Engine<'e>,
    format: Option<Format>,
    decoder: Option<Utf16Decoder>,
    encoding: Option<Encoding>,
    wrapping: Option<Wrapping>,
    /// White space that all lines begin with.
    indent: usize,
    /// Raw bytes that wait for the encoding to be told.
    head: Vec<u8>,
    /// Decoded text: context, then what is to be done.
    buffer: Vec<u8>,
    /// First byte of the buffer that has not been done.
    core: usize,
    /// Number of the line at `core`.
    line: u64,
    /// Raw bytes before the buffer.
    base: u64,
    bytes: u64,
    store: MarkStore,
    contexts: Vec<Context>,
    candidates: Vec<u32>,
    /// Scratch for a coloured block.
    plain: Vec<u8>,
    first_stamp: Option<String>,
    /// A log whose last line has no line end still counts it.
    open_line: bool,
    /// Lines up to here belong to a report or wrapped message that was handled as one.
    handled: u64,
    /// Deferred patterns have been looked for up to here, in decoded bytes of the log.
    deferred_done: u64,
    /// .. and are to be looked for up to here.
    deferred_until: u64,
    /// Decoded bytes before the buffer, and lines before them.
    decoded_base: u64,
    base_line: u64,
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
            candidates: Vec::new(),
            plain: Vec::new(),
            first_stamp: None,
            open_line: false,
            handled: 0,
            deferred_done: 0,
            deferred_until: 0,
            decoded_base: 0,
            base_line: 1,
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
        let tail = self.context_before(self.buffer.len(), self.line + u64::from(self.open_line));
        let last_stamp = self.last_stamp();
        let format = self.format.unwrap_or(Format::Plain);
        let (marks, counts) = self.store.into_parts();
        Scan {
            format,
            encoding: self.encoding.unwrap_or(Encoding::Utf8),
            lines: self.line - 1 + u64::from(self.open_line),
            bytes: self.bytes,
            marks,
            counts,
            contexts: self.contexts,
            tail,
            first_stamp: self.first_stamp,
            last_stamp,
        }
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
    fn framed<'a>(&self, raw: &'a str) -> Line<'a> {
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
            self.deferred_lines();
        }
        let keep = self.core.saturating_sub(WINDOW + DEFERRED_BEFORE);
        if keep > CUT {
            self.base += self.raw_len(&self.buffer[..keep]);
            self.decoded_base += keep as u64;
            self.base_line += memchr_iter(b'\n', &self.buffer[..keep]).count() as u64;
            self.buffer.drain(..keep);
            self.core -= keep;
        }
    }

    /// Asks for a look at the deferred patterns around the line at `start..end`.
    fn ask_for_deferred(&mut self, start: usize, end: usize) {
        let from = self.decoded_base + start.saturating_sub(DEFERRED_BEFORE) as u64;
        // What lies between two such places is not looked at.
        if self.deferred_until <= from {
            self.deferred_done = self.deferred_done.max(from);
        }
        self.deferred_until = self.deferred_until.max(self.decoded_base + end as u64 + DEFERRED_BEHIND);
    }

    /// Looks for deferred patterns on the whole lines that were asked for and have been done.
    fn deferred_lines(&mut self) {
        let done = self.decoded_base + self.core as u64;
        if self.deferred_done >= self.deferred_until.min(done) {
            return;
        }
        let place = |offset: u64| usize::try_from(offset.saturating_sub(self.decoded_base)).unwrap_or(0).min(self.core);
        let (mut at, until) = (place(self.deferred_done), place(self.deferred_until));
        if at > 0 && self.buffer[at - 1] != b'\n' {
            at = memchr(b'\n', &self.buffer[at..self.core]).map_or(self.core, |newline| at + newline + 1);
        }
        let mut line = self.base_line + memchr_iter(b'\n', &self.buffer[..at]).count() as u64;
        while at < until {
            let end = memchr(b'\n', &self.buffer[at..self.core]).map_or(self.core, |newline| at + newline);
            if end - at <= LONG_LINE {
                self.deferred_line(at, end, line);
            }
            at = end + 1;
            line += 1;
        }
        self.deferred_done = self.deferred_done.max(self.decoded_base + at.min(self.core) as u64);
    }

    fn deferred_line(&mut self, start: usize, end: usize, line: u64) {
        let raw = String::from_utf8_lossy(&self.buffer[start..end]).into_owned();
        for segment in segments(&raw) {
            let cleaned = self.framed(segment);
            self.match_line(&cleaned, cleaned.text(), start, end, line, line, true);
        }
    }

    fn raw_len(&self, text: &[u8]) -> u64 {
        if self.decoder.is_some() { utf16_len(text) } else { text.len() as u64 }
    }

    fn offset(&self, at: usize) -> u64 {
        self.base + self.raw_len(&self.buffer[..at])
    }

    /// Does the lines from `core` to `limit`, which is a line's end, a cut, or the end of the log.
    fn lines_until(&mut self, limit: usize) {
        let is_coloured = self.wrapping.is_none() && memchr(0x1b, &self.buffer[self.core..limit]).is_some();
        if is_coloured && !self.engine.gate().is_unguarded() {
            self.coloured_lines_until(limit);
            return;
        }
        let every_line = self.wrapping.is_some() || self.engine.gate().is_unguarded();
        // `row` is where the current line begins, `counted` the place up to which line ends have been counted.
        let mut cursor = Cursor::default();
        let (mut at, mut row, mut line, mut counted) = (self.core, self.core, self.line, self.core);
        while at < limit {
            let found = if every_line {
                at
            } else {
                match self.engine.gate().find(&mut cursor, &self.buffer, at, limit) {
                    Some(found) => found,
                    None => break,
                }
            };
            if let Some(newline) = memrchr(b'\n', &self.buffer[at..found]) {
                row = at + newline + 1;
                at = row;
            }
            // An endless line is taken in pieces of a fixed size.
            let start = at.max(row + (found - row) / CUT * CUT);
            let cut = (row + ((found - row) / CUT + 1) * CUT).min(limit);
            let end = memchr(b'\n', &self.buffer[found..cut]).map_or(cut, |newline| found + newline);
            line += memchr_iter(b'\n', &self.buffer[counted..start]).count() as u64;
            counted = start;
            at = if end - start > LONG_LINE && !every_line {
                self.long_line(start, found, end, line)
            } else {
                self.one_line(start, end, line);
                end
            };
            if at >= end && end < limit && self.buffer[end] == b'\n' {
                at = end + 1;
                row = at;
            }
        }
        line += memchr_iter(b'\n', &self.buffer[counted..limit]).count() as u64;
        self.open_line = limit > 0 && self.buffer[limit - 1] != b'\n';
        self.line = line;
        self.core = limit;
    }

    /// The same for lines in colours: the gate looks at a copy without them, which has the same line ends.
    fn coloured_lines_until(&mut self, limit: usize) {
        let mut plain = std::mem::take(&mut self.plain);
        plain.clear();
        strip_sequences(&self.buffer[self.core..limit], &mut plain);
        let mut cursor = Cursor::default();
        // `row` is where the line of `at` begins in the buffer.
        let (mut at, mut row, mut line) = (0, self.core, self.line);
        while let Some(found) = self.engine.gate().find(&mut cursor, &plain, at, plain.len()) {
            let passed = memchr_iter(b'\n', &plain[at..found]).count();
            if passed > 0 {
                row += memchr_iter(b'\n', &self.buffer[row..limit]).nth(passed - 1).map_or(0, |newline| newline + 1);
                line += passed as u64;
            }
            let end = memchr(b'\n', &self.buffer[row..limit]).map_or(limit, |newline| row + newline);
            let mut start = row;
            while start < end {
                let piece = char_boundary(&self.buffer, (start + LONG_LINE).min(end));
                self.one_line(start, piece, line);
                start = piece;
            }
            let Some(newline) = memchr(b'\n', &plain[found..]) else { break };
            at = found + newline + 1;
            row = (end + 1).min(limit);
            line += 1;
        }
        line = self.line + memchr_iter(b'\n', &plain).count() as u64;
        self.plain = plain;
        self.open_line = limit > 0 && self.buffer[limit - 1] != b'\n';
        self.line = line;
        self.core = limit;
    }

    /// Looks at a very long line around one literal. Gives the place to go on from.
    fn long_line(&mut self, start: usize, found: usize, end: usize, line: u64) -> usize {
        let half = LONG_LINE / 2;
        let from = char_boundary(&self.buffer, found.saturating_sub(half).max(start));
        let to = char_boundary(&self.buffer, (found + half).min(end));
        self.one_line(from, to, line);
        to.max(found + 1)
    }

    /// Cleans and matches the line at `start..end`.
    fn one_line(&mut self, start: usize, end: usize, line: u64) {
        if line <= self.handled {
            return;
        }
        if self.wrapping.is_some() {
            self.wrapped_line(start, end, line);
            return;
        }
        let raw = String::from_utf8_lossy(&self.buffer[start..end]).into_owned();
        for segment in segments(&raw) {
            let cleaned = self.framed(segment);
            if self.report_block(&cleaned, start, end, line) {
                return;
            }
            self.match_line(&cleaned, cleaned.text(), start, end, line, line, false);
        }
    }

    /// Joins a message that `PowerShell` wrapped, and matches it.
    fn wrapped_line(&mut self, start: usize, end: usize, line: u64) {
        let Some(wrapping) = self.wrapping else { return };
        let mut joined = String::from_utf8_lossy(&self.buffer[start..end]).trim_end_matches('\r').to_owned();
        let mut last_piece = joined.clone();
        let (mut at, mut last_line) = (end, line);
        while at < self.buffer.len() && joined.len() < WINDOW / 2 {
            let next_end = memchr(b'\n', &self.buffer[at + 1..]).map_or(self.buffer.len(), |newline| at + 1 + newline);
            let next = String::from_utf8_lossy(&self.buffer[at + 1..next_end]).trim_end_matches('\r').to_owned();
            if !wrapping.continues(&last_piece, &next) {
                break;
            }
            joined.push_str(&next);
            last_piece = next;
            at = next_end;
            last_line += 1;
        }
        self.handled = last_line;
        for segment in segments(&joined) {
            let cleaned = self.framed(segment);
            self.match_joined(&cleaned, cleaned.text(), start, at, line, last_line);
        }
    }

    /// Puts a branch of a pnpm 12 report together and matches its paragraphs. False where the line is of no report.
    fn report_block(&mut self, cleaned: &Line<'_>, start: usize, end: usize, line: u64) -> bool {
        let body = cleaned.clean();
        if !ReportBlock::starts(body) && !ReportBlock::starts(cleaned.text()) {
            return false;
        }
        let mut paragraph = String::new();
        ReportBlock::push(&mut paragraph, ReportBlock::unmark(cleaned.text()));
        let (mut first_line, mut last_line) = (line, line);
        let (mut paragraph_start, mut at) = (start, end);
        while at + 1 < self.buffer.len() && at - end < WINDOW / 2 {
            let next_end = memchr(b'\n', &self.buffer[at + 1..]).map_or(self.buffer.len(), |newline| at + 1 + newline);
            let raw = String::from_utf8_lossy(&self.buffer[at + 1..next_end]).into_owned();
            let next = self.framed(&raw);
            // Indentation counts behind the last branch, so the frames' rest is not enough.
            let piece = ReportBlock::continuation(next.clean()).or_else(|| ReportBlock::continuation(next.text()));
            let Some(piece) = piece else { break };
            last_line += 1;
            if piece.is_empty() {
                self.match_joined(cleaned, &paragraph, paragraph_start, at, first_line, last_line - 1);
                paragraph.clear();
                first_line = last_line + 1;
                paragraph_start = (next_end + 1).min(self.buffer.len());
            } else {
                ReportBlock::push(&mut paragraph, piece);
            }
            at = next_end;
        }
        if !paragraph.is_empty() {
            self.match_joined(cleaned, &paragraph, paragraph_start.min(at), at, first_line, last_line.max(first_line));
        }
        self.handled = last_line;
        true
    }

    /// Runs all patterns on a joined message: it has no line of its own for the look at the deferred ones.
    fn match_joined(&mut self, line: &Line<'_>, text: &str, start: usize, end: usize, number: u64, last: u64) {
        for deferred in [false, true] {
            self.match_line(line, text, start, end, number, last, deferred);
        }
    }

    /// Runs the patterns that may match `text`.
    #[allow(clippy::too_many_arguments)]
    fn match_line(&mut self, line: &Line<'_>, text: &str, start: usize, end: usize, number: u64, last: u64, deferred: bool) {
        let mut candidates = std::mem::take(&mut self.candidates);
        self.engine.gate().candidates(text, deferred, &mut candidates);
        for pattern in candidates.iter().copied() {
            if !self.engine.holds_texts(pattern, text) || !self.engine.allows(pattern, line) {
                continue;
            }
            let Some(regex) = self.engine.regex(pattern) else { continue };
            let Some(found) = regex.captures(text) else { continue };
            let mut captures = self.named(regex, &found);
            let Some(neighbouring) = self.neighbours(pattern, text, start, end) else { continue };
            captures.extend(neighbouring);
            let shown = if text.len() == line.text().len() { line.clean() } else { text };
            let mark = Mark {
                pattern,
                line: number,
                last_line: last,
                offset: self.offset(start),
                text: self.clean(shorten(unframed(shown, text, line))),
                captures,
                level: line.level,
                origin: line.origin,
                indented: line.indented,
                lane: line.lane.clone(),
                stamp: line.stamp().map(str::to_owned),
            };
            if self.engine.is_failure(pattern) && self.contexts.len() < CONTEXTS {
                let context = self.context_before(start, number);
                self.contexts.push(context);
            }
            self.store.push(mark);
            if self.engine.is_start(pattern) {
                self.ask_for_deferred(start, end);
            }
        }
        self.candidates = candidates;
    }

    fn clean(&self, text: &str) -> String {
        if self.engine.redacts() { redact(text).into_owned() } else { text.to_owned() }
    }

    /// The named groups that took part, secrets taken out.
    fn named(&self, regex: &Regex, found: &Captures<'_>) -> Vec<(String, String)> {
        let names = regex.capture_names().flatten();
        names.filter_map(|name| found.name(name).map(|value| (name.to_owned(), self.clean(value.as_str().trim())))).collect()
    }

    /// Checks `near` and `unless` against the lines around `start..end`. Gives what the near ones captured; nothing where
    /// a near line is missing or an unwanted one is there.
    fn neighbours(&self, pattern: u32, text: &str, start: usize, end: usize) -> Option<Vec<(String, String)>> {
        let Some(neighbours) = self.engine.neighbours(pattern) else { return Some(Vec::new()) };
        if neighbours.unless.iter().any(|(regex, n)| self.neighbour(regex, n, text, start, end).is_some()) {
            return None;
        }
        let mut captures = Vec::new();
        for (regex, n) in &neighbours.near {
            captures.extend(self.neighbour(regex, n, text, start, end)?);
        }
        Some(captures)
    }

    /// What the nearest neighbour that fits captures.
    fn neighbour(&self, regex: &Regex, neighbour: &Neighbour, text: &str, start: usize, end: usize) -> Option<Vec<(String, String)>> {
        let fits = |raw: &[u8]| {
            let raw = String::from_utf8_lossy(raw);
            segments(&raw).find_map(|segment| {
                let line = self.framed(segment);
                regex.captures(line.text()).map(|found| self.named(regex, &found))
            })
        };
        let within = usize::from(neighbour.within);
        if neighbour.place == Place::Around {
            if let Some(found) = regex.captures(text) {
                return Some(self.named(regex, &found));
            }
        }
        let after = || {
            let until = (end + WINDOW).min(self.buffer.len());
            let after = self.buffer.get(end + 1..until).unwrap_or_default();
            after.split(|b| *b == b'\n').take(within).find_map(fits)
        };
        let before = || {
            let from = start.saturating_sub(WINDOW);
            let before = &self.buffer[from..start.saturating_sub(1).max(from)];
            before.rsplit(|b| *b == b'\n').take(within).find_map(fits)
        };
        match neighbour.place {
            Place::Before => before(),
            Place::After => after(),
            Place::Around => before().or_else(after),
        }
    }

    /// The lines before the byte `at`, which is in line `number`.
    fn context_before(&self, at: usize, number: u64) -> Context {
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

/// What a report quotes of a line: without time stamps and lanes, with the client's prefix.
fn unframed<'a>(shown: &'a str, text: &'a str, line: &Line<'_>) -> &'a str {
    let framed = line.stamp().is_some() || !line.lane.is_empty();
    if !framed {
        return shown;
    }
    // The client's prefix stands right before the text; whatever stands before that is a frame.
    let head_len = shown.len().saturating_sub(text.len());
    let Some(head) = shown.get(..head_len) else { return text };
    let prefix = ["npm ERR!", "npm error", "npm WARN", "npm warn", "npm notice", "##[error]", "##[warning]"]
        .iter()
        .filter_map(|prefix| head.rfind(prefix))
        .min();
    prefix.and_then(|at| shown.get(at..)).unwrap_or(text)
}

/// A line as long as a report may quote.
fn shorten(text: &str) -> &str {
    const MAX: usize = 2000;
    if text.len() <= MAX {
        return text;
    }
    let mut end = MAX;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// The first byte at or after `at` that does not continue a character.
fn char_boundary(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() && (bytes[at] & 0xc0) == 0x80 {
        at += 1;
    }
    at
}
