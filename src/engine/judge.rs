//! Cleans the lines that the gate found, and runs their patterns.
//!
//! May import: `catalog`, `text`, the other files of `engine`.

use std::time::Instant;

use memchr::memchr;
use regex_automata::meta::Regex;
use regex_automata::{Input, PatternID};

use super::mark::Mark;
use super::neighbour::{Center, Rows};
use super::scanner::{CONTEXTS, LogScanner, WINDOW};
use crate::text::{Line, ReportBlock, redact, segments};

/// Places of groups for which no memory is asked for.
const SLOTS: usize = 32;

/// A line, or several that were joined, in the buffer and in the log.
#[derive(Clone, Copy, Debug)]
struct Span {
    start: usize,
    end: usize,
    line: u64,
    last_line: u64,
}

impl LogScanner<'_> {
    /// Cleans the line at `start..end` and runs these patterns on it, or those of the message of several lines that begins
    /// there, if one may.
    pub(super) fn one_line(&mut self, start: usize, end: usize, line: u64, patterns: &[u32], may_report: bool) {
        let raw = String::from_utf8_lossy(&self.buffer[start..end]).into_owned();
        let span = Span { start, end, line, last_line: line };
        for segment in segments(&raw) {
            let cleaned = self.framed(segment);
            if may_report && self.report_block(&cleaned, start, end, line) {
                return;
            }
            self.match_text(&cleaned, cleaned.text(), span, patterns);
        }
    }

    /// Joins a message that `PowerShell` wrapped, and matches it.
    pub(super) fn wrapped_line(&mut self, start: usize, end: usize, line: u64) {
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
            self.match_joined(&cleaned, cleaned.text(), Span { start, end: at, line, last_line });
        }
    }

    /// Puts a branch of a pnpm 12 report together and matches its paragraphs. False where the line is of no report.
    fn report_block(&mut self, cleaned: &Line<'_>, start: usize, end: usize, line: u64) -> bool {
        if !ReportBlock::starts(cleaned.indented_text()) {
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
            // Indentation counts behind the last branch.
            let Some(piece) = ReportBlock::continuation(next.indented_text()) else { break };
            last_line += 1;
            if piece.is_empty() {
                self.match_joined(
                    cleaned,
                    &paragraph,
                    Span { start: paragraph_start, end: at, line: first_line, last_line: last_line - 1 },
                );
                paragraph.clear();
                first_line = last_line + 1;
                paragraph_start = (next_end + 1).min(self.buffer.len());
            } else {
                ReportBlock::push(&mut paragraph, piece);
            }
            at = next_end;
        }
        if !paragraph.is_empty() {
            let span = Span { start: paragraph_start.min(at), end: at, line: first_line, last_line: last_line.max(first_line) };
            self.match_joined(cleaned, &paragraph, span);
        }
        self.handled = last_line;
        true
    }

    /// Runs all patterns on a joined message: its texts may be torn in the log, so they are looked for again.
    fn match_joined(&mut self, line: &Line<'_>, text: &str, span: Span) {
        let (mut patterns, mut hits) = (Vec::new(), Vec::new());
        for gate in [self.engine.gate(), self.engine.deferred_gate()] {
            gate.candidates(text, &mut hits, &mut patterns);
            self.match_text(line, text, span, &patterns);
        }
    }

    /// Runs patterns on a cleaned text.
    fn match_text(&mut self, line: &Line<'_>, text: &str, span: Span, patterns: &[u32]) {
        let mut rows = std::mem::take(&mut self.rows);
        for pattern in patterns.iter().copied() {
            if !self.engine.allows(pattern, line) || !self.engine.holds_texts(pattern, text) {
                continue;
            }
            let started = self.engine.profiler().map(|profile| (profile, Instant::now()));
            let captures = self.match_pattern(pattern, line, text, span, &mut rows);
            if let Some((profile, started)) = started {
                profile.matched(pattern, started.elapsed(), captures.is_some());
            }
            let Some(captures) = captures else { continue };
            let shown = if text.len() == line.text().len() { line.clean() } else { text };
            if let Some(rule) = self.engine.rule_started_by(pattern) {
                self.ask_for_deferred(rule, span.start, span.end);
            }
            if !self.own.contains(&(self.decoded_base + span.start as u64)) {
                continue;
            }
            let mark = Mark {
                pattern,
                line: span.line,
                last_line: span.last_line,
                offset: self.offset(span.start),
                text: self.clean(shorten(unframed(shown, text, line))),
                captures,
                level: line.level,
                origin: line.origin,
                indented: line.indented,
                lane: line.lane.clone(),
                stamp: line.stamp().map(str::to_owned),
            };
            if self.engine.is_failure(pattern) && self.contexts.len() < CONTEXTS {
                let context = self.context_before(span.start, span.line);
                self.contexts.push(context);
            }
            self.store.push(mark);
        }
        self.rows = rows;
    }

    /// What a pattern and its neighbours capture; nothing where one of them is missing.
    fn match_pattern(&self, pattern: u32, line: &Line<'_>, text: &str, span: Span, rows: &mut Rows) -> Option<Vec<(String, String)>> {
        let mut captures = self.captures(self.engine.regex(pattern)?, text)?;
        captures.extend(self.neighbours(pattern, Center::new(line, text, span.start, span.end), rows)?);
        Some(captures)
    }

    pub(super) fn clean(&self, text: &str) -> String {
        if self.engine.redacts() { redact(text).into_owned() } else { text.to_owned() }
    }

    /// The named groups of a match, in the pattern's order, secrets taken out; nothing where the text does not match.
    pub(super) fn captures(&self, regex: &Regex, text: &str) -> Option<Vec<(String, String)>> {
        let groups = regex.group_info();
        // On the stack: most patterns have a few groups, and most lines match none of them.
        let (mut few, mut many) = ([None; SLOTS], Vec::new());
        let slots = if groups.slot_len() <= SLOTS {
            &mut few[..groups.slot_len()]
        } else {
            many.resize(groups.slot_len(), None);
            many.as_mut_slice()
        };
        regex.search_slots(&Input::new(text), slots)?;
        let value = |(group, name): (usize, Option<&str>)| {
            let (start, end) = (slots[group * 2]?.get(), slots[group * 2 + 1]?.get());
            Some((name?.to_owned(), self.clean(text.get(start..end)?.trim())))
        };
        Some(groups.pattern_names(PatternID::ZERO).enumerate().filter_map(value).collect())
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
pub(super) fn shorten(text: &str) -> &str {
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
