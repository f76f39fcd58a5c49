//! What a scan finds: where, not what it means.
//!
//! May import: `catalog`, `text`.

use std::collections::{BTreeMap, VecDeque};

use crate::catalog::{Level, Origin};
use crate::text::{Encoding, Format};

/// How many marks of one pattern are kept from the start of a log, and as many from its end. A failure that is printed
/// a million times is counted, not stored.
const KEEP: usize = 128;

/// A pattern found on a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Index into `Catalog::patterns`.
    pub pattern: u32,
    /// Number of the line in the raw log, from 1.
    pub line: u64,
    /// The last line, where a message was wrapped over several.
    pub last_line: u64,
    /// Bytes of the raw log before the line.
    pub offset: u64,
    /// The cleaned line, secrets taken out.
    pub text: String,
    /// Named groups of the pattern that took part, in the pattern's order; secrets taken out.
    pub captures: Vec<(String, String)>,
    /// The line's level.
    pub level: Level,
    /// Who wrote the line.
    pub origin: Origin,
    /// npm's prefix stands behind white space, as where a test prints what npm once said.
    pub indented: bool,
    /// What tells interleaved outputs apart.
    pub lane: String,
    /// The line's time stamp.
    pub stamp: Option<String>,
}

/// The lines before a failure, for logs whose failure nobody knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    /// The line of the mark that it belongs to; for the log's tail, the last line.
    pub line: u64,
    /// Line numbers, offsets and cleaned texts, in order.
    pub lines: Vec<ContextLine>,
}

/// One line of a [`Context`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContextLine {
    /// Number of the line in the raw log, from 1.
    pub line: u64,
    /// Bytes of the raw log before the line.
    pub offset: u64,
    /// The cleaned line, secrets taken out.
    pub text: String,
    /// The line's level.
    pub level: Level,
}

/// All that is known of one log after reading it once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scan {
    /// The system that wrote it.
    pub format: Format,
    /// How its bytes were read.
    pub encoding: Encoding,
    /// Raw lines.
    pub lines: u64,
    /// Raw bytes.
    pub bytes: u64,
    /// Marks by line, then by pattern.
    pub marks: Vec<Mark>,
    /// How often each pattern was found, where marks were dropped or not.
    pub counts: BTreeMap<u32, u64>,
    /// Lines before marks that say that something failed.
    pub contexts: Vec<Context>,
    /// The last lines of the log.
    pub tail: Context,
    /// Time stamp of the first line that has one.
    pub first_stamp: Option<String>,
    /// Time stamp of the last line that has one, near the end.
    pub last_stamp: Option<String>,
}

/// Keeps the first and last marks of each pattern.
#[derive(Clone, Debug, Default)]
pub(super) struct MarkStore {
    patterns: BTreeMap<u32, Kept>,
}

#[derive(Clone, Debug, Default)]
struct Kept {
    first: Vec<Mark>,
    last: VecDeque<Mark>,
    count: u64,
}

impl Kept {
    fn push(&mut self, mark: Mark) {
        self.count += 1;
        if self.first.len() < KEEP {
            self.first.push(mark);
        } else {
            if self.last.len() == KEEP {
                self.last.pop_front();
            }
            self.last.push_back(mark);
        }
    }
}

impl MarkStore {
    /// Adds a mark; marks of one pattern come in line order.
    pub(super) fn push(&mut self, mark: Mark) {
        self.patterns.entry(mark.pattern).or_default().push(mark);
    }

    /// Changes each mark.
    pub(super) fn each(&mut self, mut change: impl FnMut(&mut Mark)) {
        self.patterns.values_mut().flat_map(|kept| kept.first.iter_mut().chain(&mut kept.last)).for_each(&mut change);
    }

    /// Adds the marks of a later part of the log.
    pub(super) fn append(&mut self, later: Self) {
        for (pattern, kept) in later.patterns {
            let mine = self.patterns.entry(pattern).or_default();
            let dropped = kept.count - (kept.first.len() + kept.last.len()) as u64;
            for mark in kept.first.into_iter().chain(kept.last) {
                mine.push(mark);
            }
            mine.count += dropped;
        }
    }

    pub(super) fn into_parts(self) -> (Vec<Mark>, BTreeMap<u32, u64>) {
        let counts = self.patterns.iter().map(|(pattern, kept)| (*pattern, kept.count)).collect();
        let mut marks: Vec<Mark> = self.patterns.into_values().flat_map(|kept| kept.first.into_iter().chain(kept.last)).collect();
        marks.sort_by_key(|mark| (mark.line, mark.pattern));
        (marks, counts)
    }
}
