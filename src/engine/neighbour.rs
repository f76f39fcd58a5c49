//! The lines around a match that a signature asks for (`near`) or forbids (`unless`).
//!
//! May import: `catalog`, `text`, the other files of `engine`.
//!
//! In a log of nothing but errors every line has neighbours that are looked at, so a line is cleaned once for all of
//! them, and a regex runs only where the texts stand that it demands.

use std::collections::HashMap;
use std::ops::Range;

use memchr::{memchr, memrchr};
use regex_automata::meta::Regex;

use super::needle::Needle;
use super::scanner::{LogScanner, WINDOW};
use super::searcher::Searcher;
use crate::catalog::{Form, Neighbour, Place, search_form};
use crate::text::{Line, segments};

/// The `near` and `unless` of one signature, ready to be searched for.
#[derive(Debug, Default)]
pub(super) struct Neighbours {
    near: Vec<Nearby>,
    unless: Vec<Nearby>,
}

/// One neighbour.
#[derive(Debug)]
struct Nearby {
    neighbour: Neighbour,
    form: Form,
    needles: Vec<Needle>,
    searcher: Searcher,
}

impl Neighbours {
    pub(super) fn new(near: &[Neighbour], unless: &[Neighbour]) -> Self {
        let all = |list: &[Neighbour]| list.iter().map(Nearby::new).collect();
        Self { near: all(near), unless: all(unless) }
    }
}

impl Nearby {
    fn new(neighbour: &Neighbour) -> Self {
        let form = search_form(&neighbour.pattern);
        let needles = Needle::all(&form);
        Self { neighbour: neighbour.clone(), form, needles, searcher: Searcher::new() }
    }

    /// Whether a raw line without control sequences, frames and all, holds what every match holds.
    fn may_stand_in(&self, raw: &[u8]) -> bool {
        self.needles.iter().all(|needle| needle.stands_in(raw))
    }

    /// Its regex, where the text matches it.
    fn regex_of(&self, text: &str) -> Option<&Regex> {
        if !text.starts_with(&*self.form.prefix) || !self.may_stand_in(text.as_bytes()) {
            return None;
        }
        self.searcher.regex(&self.form.regex).filter(|regex| regex.is_match(text))
    }
}

/// Lines that were cleaned for their neighbours' sake, by the place of their bytes in the decoded log.
#[derive(Debug, Default)]
pub(super) struct Rows {
    rows: HashMap<(u64, u64), Vec<Row>>,
}

/// What of a cleaned line counts for its neighbours.
#[derive(Debug)]
struct Row {
    lane: String,
    text: String,
}

impl Rows {
    /// More lines than this are cleaned anew: those far behind are not asked for again.
    const MAX: usize = 512;

    /// The segments of the row at this place, cleaned now if they were not before.
    fn get(&mut self, place: (u64, u64), clean: impl FnOnce() -> Vec<Row>) -> &[Row] {
        if self.rows.len() >= Self::MAX {
            self.rows.clear();
        }
        self.rows.entry(place).or_insert_with(clean)
    }
}

/// The line whose neighbours are looked at, and where it stands in the buffer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Center<'l> {
    pub(super) lane: &'l str,
    pub(super) text: &'l str,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl LogScanner<'_> {
    /// Checks `near` and `unless` against the lines around `center`. Gives what the near ones captured; nothing where
    /// a near line is missing or an unwanted one is there.
    pub(super) fn neighbours(&self, pattern: u32, center: Center<'_>, rows: &mut Rows) -> Option<Vec<(String, String)>> {
        let Some(neighbours) = self.engine.neighbours(pattern) else { return Some(Vec::new()) };
        if neighbours.unless.iter().any(|nearby| self.neighbour(nearby, center, rows).is_some()) {
            return None;
        }
        let mut captures = Vec::new();
        for nearby in &neighbours.near {
            captures.extend(self.neighbour(nearby, center, rows)?);
        }
        Some(captures)
    }

    /// What the nearest neighbour that fits captures. Lines of another job or package that stand between are passed over.
    fn neighbour(&self, nearby: &Nearby, center: Center<'_>, rows: &mut Rows) -> Option<Vec<(String, String)>> {
        let place = nearby.neighbour.place;
        if place == Place::Around
            && let Some(found) = self.found(nearby, center.text)
        {
            return Some(found);
        }
        let end = self.buffer.len();
        let mut before = rows_before(&self.buffer, center.start.saturating_sub(WINDOW)..center.start.saturating_sub(1));
        let mut after = rows_after(&self.buffer, (center.end + 1).min(end)..(center.end + WINDOW).min(end));
        match place {
            Place::Before => self.nearest(nearby, center, &mut before, rows),
            Place::After => self.nearest(nearby, center, &mut after, rows),
            Place::Around => self.nearest(nearby, center, &mut before, rows).or_else(|| self.nearest(nearby, center, &mut after, rows)),
        }
    }

    /// What the first of so many lines that fits captures.
    fn nearest(
        &self,
        nearby: &Nearby,
        center: Center<'_>,
        lines: &mut dyn Iterator<Item = Range<usize>>,
        rows: &mut Rows,
    ) -> Option<Vec<(String, String)>> {
        let mut left = nearby.neighbour.within;
        while left > 0 {
            let row = lines.next()?;
            // Most lines fall away without being cleaned, where no lane has to be known to count them.
            let raw = &self.buffer[row.clone()];
            if center.lane.is_empty() && is_plain(raw) && !nearby.may_stand_in(raw) {
                left -= u16::from(!raw.is_empty());
                continue;
            }
            let place = (self.decoded_base + row.start as u64, self.decoded_base + row.end as u64);
            let segments = rows.get(place, || self.rows_of(raw));
            let mut is_ours = false;
            for row in segments.iter().filter(|row| !is_elsewhere(&row.lane, center.lane)) {
                is_ours = true;
                if let Some(found) = self.found(nearby, &row.text) {
                    return Some(found);
                }
            }
            left -= u16::from(is_ours);
        }
        None
    }

    /// Cleans a raw line.
    fn rows_of(&self, raw: &[u8]) -> Vec<Row> {
        let raw = String::from_utf8_lossy(raw);
        let clean = |segment| {
            let line = self.framed(segment);
            Row { text: line.text().to_owned(), lane: line.lane }
        };
        segments(&raw).map(clean).collect()
    }

    /// What a neighbour captures of a text; nothing where it does not match.
    fn found(&self, nearby: &Nearby, text: &str) -> Option<Vec<(String, String)>> {
        self.captures(nearby.regex_of(text)?, text)
    }
}

impl<'l> Center<'l> {
    pub(super) fn new(line: &'l Line<'_>, text: &'l str, start: usize, end: usize) -> Self {
        Self { lane: &line.lane, text, start, end }
    }
}

/// Whether cleaning takes nothing out of the middle of a line: no control sequence, nor what copying leaves of one.
fn is_plain(raw: &[u8]) -> bool {
    !raw.iter().fold(false, |special, byte| special | (*byte < 0x20) | (*byte == 0x7f) | (*byte == b'[') | (*byte == 0xc2))
}

/// The lines in a part of `bytes`, the last one first.
fn rows_before(bytes: &[u8], part: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let mut left = (part.start <= part.end).then_some(part.end);
    std::iter::from_fn(move || {
        let end = left?;
        let newline = memrchr(b'\n', &bytes[part.start..end]).map(|at| part.start + at);
        left = newline;
        Some(newline.map_or(part.start, |newline| newline + 1)..end)
    })
}

/// The lines in a part of `bytes`.
fn rows_after(bytes: &[u8], part: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let mut left = (part.start <= part.end).then_some(part.start);
    std::iter::from_fn(move || {
        let start = left?;
        let newline = memchr(b'\n', &bytes[start..part.end]).map(|at| start + at);
        left = newline.map(|newline| newline + 1);
        Some(start..newline.unwrap_or(part.end))
    })
}

/// Whether two lines are of different jobs, layers or packages; a line without a lane may belong to any.
fn is_elsewhere(lane: &str, other: &str) -> bool {
    !lane.is_empty() && !other.is_empty() && lane != other
}
