//! Finds the lines of a region that some pattern may match.
//!
//! May import: `catalog`, `text`, the other files of `engine`.
//!
//! The gate tells where texts stand that guard patterns. Of the lines around them most fall away again without being
//! cleaned, for a pattern that shares one text with a line rarely finds all that it demands there.

use memchr::{memchr, memchr_iter, memrchr};

use super::gate::{Gate, Hit};
use super::scanner::{CUT, LONG_LINE, LogScanner};
use crate::text::strip_sequences;

/// Memory that the looks of one log share.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    hits: Vec<Hit>,
    patterns: Vec<u32>,
    /// A region without its colours.
    plain: Vec<u8>,
    /// The deferred texts that some rule of the log asks for.
    wanted: Vec<bool>,
}

impl LogScanner<'_> {
    /// Does the lines from `core` to `limit`, which is a line's end, a cut, or the end of the log.
    pub(super) fn lines_until(&mut self, limit: usize) {
        let engine = self.engine;
        if self.wrapping.is_some() {
            self.each_line(limit);
        } else {
            self.look(engine.gate(), self.core, limit, self.line);
        }
        self.line += memchr_iter(b'\n', &self.buffer[self.core..limit]).count() as u64;
        self.open_line = limit > 0 && self.buffer[limit - 1] != b'\n';
        self.core = limit;
    }

    /// Messages that are wrapped are joined before they are looked at.
    fn each_line(&mut self, limit: usize) {
        let (mut at, mut line) = (self.core, self.line);
        while at < limit {
            let end = memchr(b'\n', &self.buffer[at..limit]).map_or(limit, |newline| at + newline);
            if line > self.handled {
                self.wrapped_line(at, end, line);
            }
            (at, line) = (end + 1, line + 1);
        }
    }

    /// Matches what the gate finds in `from..limit`, which begins in line `line`.
    fn look(&mut self, gate: Gate<'_>, from: usize, limit: usize, line: u64) {
        let mut scratch = std::mem::take(&mut self.scratch);
        if memchr(0x1b, &self.buffer[from..limit]).is_some() {
            self.look_behind_colours(gate, from, limit, line, &mut scratch);
        } else {
            gate.find(&self.buffer[from..limit], &mut scratch.hits);
            self.plain_lines(gate, from, limit, line, &mut scratch);
        }
        self.scratch = scratch;
    }

    fn plain_lines(&mut self, gate: Gate<'_>, from: usize, limit: usize, first_line: u64, scratch: &mut Scratch) {
        let Scratch { hits, patterns, .. } = scratch;
        let mut hits = hits.as_slice();
        // Line ends before `at` have been counted.
        let (mut at, mut line) = (from, first_line);
        while at < limit {
            let start = match hits.first() {
                _ if gate.is_unguarded() => at,
                Some(hit) => {
                    let found = from + hit.start as usize;
                    memrchr(b'\n', &self.buffer[at..found]).map_or(at, |newline| at + newline + 1)
                }
                None => break,
            };
            line += memchr_iter(b'\n', &self.buffer[at..start]).count() as u64;
            let end = memchr(b'\n', &self.buffer[start..limit]).map_or(limit, |newline| start + newline);
            let count = hits.partition_point(|hit| from + (hit.start as usize) < end);
            let (of_line, rest) = hits.split_at(count);
            hits = rest;
            if gate.is_deferred() || line > self.handled {
                self.pieces(gate, start, end, line, from, of_line, patterns);
            }
            (at, line) = (end + 1, line + 1);
        }
    }

    /// Matches a line; of a long one what is around its texts. `of_line` are the line's hits, counted from `from`.
    #[allow(clippy::too_many_arguments)]
    fn pieces(&mut self, gate: Gate<'_>, start: usize, end: usize, line: u64, from: usize, of_line: &[Hit], patterns: &mut Vec<u32>) {
        let within = |hit: &Hit, start: usize, end: usize| {
            let at = from + hit.start as usize;
            at >= start && at + gate.length(hit.text) <= end
        };
        if end - start <= LONG_LINE {
            self.piece(gate, start, end, line, of_line.iter(), patterns);
            return;
        }
        // An endless line is taken in pieces of a fixed size, so that the answer does not depend on how it came.
        for cut in (start..end).step_by(CUT) {
            let cut_end = (cut + CUT).min(end);
            let mut at = cut;
            while let Some(hit) = of_line.iter().find(|hit| within(hit, at, cut_end)) {
                let found = from + hit.start as usize;
                let piece = char_boundary(&self.buffer, found.saturating_sub(LONG_LINE / 2).max(cut));
                let piece_end = char_boundary(&self.buffer, (found + LONG_LINE / 2).min(cut_end));
                let of_piece = of_line.iter().filter(|hit| within(hit, piece, piece_end));
                self.piece(gate, piece, piece_end, line, of_piece, patterns);
                at = piece_end.max(found + 1);
            }
        }
    }

    /// Runs the patterns whose texts all stand in `start..end`.
    fn piece<'h>(
        &mut self,
        gate: Gate<'_>,
        start: usize,
        end: usize,
        line: u64,
        hits: impl Iterator<Item = &'h Hit>,
        patterns: &mut Vec<u32>,
    ) {
        let may_report = gate.patterns(hits, patterns);
        self.keep_wanted(gate, start, patterns);
        self.keep_candidates(&self.buffer[start..end], patterns);
        if may_report || !patterns.is_empty() {
            self.one_line(start, end, line, patterns, may_report);
        }
    }

    /// Leaves the patterns whose texts all stand in the line.
    fn keep_candidates(&self, raw: &[u8], patterns: &mut Vec<u32>) {
        let Some(profile) = self.engine.profiler() else {
            patterns.retain(|pattern| self.engine.may_hold_texts(*pattern, raw));
            return;
        };
        patterns.iter().for_each(|pattern| profile.guarded(*pattern));
        patterns.retain(|pattern| self.engine.may_hold_texts(*pattern, raw));
        patterns.iter().for_each(|pattern| profile.candidate(*pattern));
    }

    /// The same for lines in colours: the gate looks at a copy without them, which has the same line ends.
    fn look_behind_colours(&mut self, gate: Gate<'_>, from: usize, limit: usize, first_line: u64, scratch: &mut Scratch) {
        let Scratch { hits, patterns, plain, .. } = scratch;
        plain.clear();
        strip_sequences(&self.buffer[from..limit], plain);
        gate.find(plain, hits);
        let mut hits = hits.as_slice();
        // `row` is where the line of `at` begins in the buffer.
        let (mut at, mut row, mut line) = (0, from, first_line);
        while at < plain.len() {
            let found = match hits.first() {
                _ if gate.is_unguarded() => at,
                Some(hit) => hit.start as usize,
                None => break,
            };
            let start = memrchr(b'\n', &plain[at..found]).map_or(at, |newline| at + newline + 1);
            let passed = memchr_iter(b'\n', &plain[at..start]).count();
            if passed > 0 {
                row += memchr_iter(b'\n', &self.buffer[row..limit]).nth(passed - 1).map_or(0, |newline| newline + 1);
                line += passed as u64;
            }
            let end = memchr(b'\n', &plain[start..]).map_or(plain.len(), |newline| start + newline);
            let row_end = memchr(b'\n', &self.buffer[row..limit]).map_or(limit, |newline| row + newline);
            let (of_line, rest) = hits.split_at(hits.partition_point(|hit| (hit.start as usize) < end));
            hits = rest;
            let may_report = gate.patterns(of_line.iter(), patterns);
            self.keep_wanted(gate, row, patterns);
            self.keep_candidates(&plain[start..end], patterns);
            if (gate.is_deferred() || line > self.handled) && (may_report || !patterns.is_empty()) {
                let mut piece = row;
                while piece < row_end {
                    let piece_end = char_boundary(&self.buffer, (piece + LONG_LINE).min(row_end));
                    self.one_line(piece, piece_end, line, patterns, may_report);
                    piece = piece_end;
                }
            }
            (at, row, line) = (end + 1, (row_end + 1).min(limit), line + 1);
        }
    }

    /// Looks at the log's last line for the patterns that are meant for it.
    pub(super) fn last_line(&mut self) {
        let engine = self.engine;
        let text = self.buffer.trim_ascii_end();
        let end = text.len();
        let start = memrchr(b'\n', text).map_or(0, |newline| newline + 1);
        if start == end || end - start > LONG_LINE {
            return;
        }
        let line = self.line - memchr_iter(b'\n', &self.buffer[end..]).count() as u64;
        self.one_line(start, end, line, engine.last_line_patterns(), false);
    }

    /// Asks for a look at the deferred patterns of the rule whose line stands at `start..end`.
    pub(super) fn ask_for_deferred(&mut self, rule: u32, start: usize, end: usize) {
        self.deferred.ask(rule, self.decoded_base + start as u64, self.decoded_base + end as u64);
    }

    /// Looks for deferred patterns on the lines that were asked for and begin before `ready`.
    pub(super) fn deferred_lines(&mut self, ready: u64) {
        let engine = self.engine;
        while let Some(stretch) = self.deferred.next(ready) {
            let place = |offset: u64| usize::try_from(offset.saturating_sub(self.decoded_base)).unwrap_or(0).min(self.core);
            let line_after = |at: usize| match at {
                0 => 0,
                _ => memchr(b'\n', &self.buffer[at - 1..self.core]).map_or(self.core, |newline| at + newline),
            };
            let (at, until) = (line_after(place(stretch.from)), line_after(place(stretch.until)));
            let line = self.line - memchr_iter(b'\n', &self.buffer[at..self.core]).count() as u64;
            let mut wanted = std::mem::take(&mut self.scratch.wanted);
            let gate = engine.deferred_gate();
            gate.want(|pattern| self.wanted_by(pattern).is_none_or(|rules| self.deferred.is_asked_for_anywhere(rules)), &mut wanted);
            self.look(gate.only(&wanted), at, until.max(at), line);
            self.scratch.wanted = wanted;
            self.deferred.have_done(self.decoded_base + until as u64);
        }
    }

    /// Leaves the patterns that are looked for on the line at `start`, if they come from the gate of the deferred ones.
    fn keep_wanted(&self, gate: Gate<'_>, start: usize, patterns: &mut Vec<u32>) {
        if gate.is_deferred() {
            let place = self.decoded_base + start as u64;
            patterns.retain(|pattern| self.wanted_by(*pattern).is_none_or(|rules| self.deferred.is_asked_for(rules, place)));
        }
    }

    /// The rules for whose sake a deferred pattern is looked for; `None` where it is for the sake of any.
    fn wanted_by(&self, pattern: u32) -> Option<impl Iterator<Item = u32>> {
        self.engine.catalog().gate().wanted_by(pattern)
    }
}

/// The first byte at or after `at` that does not continue a character.
fn char_boundary(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() && (bytes[at] & 0xc0) == 0x80 {
        at += 1;
    }
    at
}
