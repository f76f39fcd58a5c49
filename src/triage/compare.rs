//! What a failing log says that passing ones never do.
//!
//! May import: `catalog` (levels), `text` (lines, masks).

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use crate::catalog::Level;
use crate::text::{Line, mask, mask_into, redact};

/// Kinds of lines of the passing logs that are kept: 16 bytes each.
const KINDS: usize = 4_000_000;
/// Kinds of lines of the failing log that are kept, of those that look like a failure and of others.
const NOVEL: usize = 4_096;
/// Characters of a line that is shown.
const SHOWN: usize = 1_000;

/// What passing logs say: a set of hashes of masked lines.
///
/// ```
/// use lognosis::text::{Format, Line};
/// use lognosis::triage::Ordinary;
/// let mut ordinary = Ordinary::default();
/// ordinary.add(&Line::new("12 tests passed in 3s", Format::Plain));
/// assert!(ordinary.knows(&Line::new("7 tests passed in 11s", Format::Plain)));
/// assert!(!ordinary.knows(&Line::new("7 tests failed in 11s", Format::Plain)));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Ordinary {
    kinds: HashSet<u64>,
    text: String,
    /// There were more kinds of lines than can be kept.
    pub overflowed: bool,
}

impl Ordinary {
    /// Takes in one line of a passing log.
    pub fn add(&mut self, line: &Line<'_>) {
        let hash = hash_of(line, &mut self.text);
        self.insert(hash);
    }

    /// Takes in what another log says.
    pub fn merge(&mut self, other: &Self) {
        let mut kinds: Vec<u64> = other.kinds.iter().copied().collect();
        // So that the same kinds are kept in every run, should there be too many.
        kinds.sort_unstable();
        for kind in kinds {
            self.insert(kind);
        }
        self.overflowed |= other.overflowed;
    }

    /// Whether a passing log has a line like this one.
    #[must_use]
    pub fn knows(&self, line: &Line<'_>) -> bool {
        self.kinds.contains(&hash_of(line, &mut String::new()))
    }

    fn insert(&mut self, hash: u64) {
        if self.kinds.len() < KINDS {
            self.kinds.insert(hash);
        } else if !self.kinds.contains(&hash) {
            self.overflowed = true;
        }
    }
}

/// FNV-1a over the masked line.
fn hash_of(line: &Line<'_>, masked: &mut String) -> u64 {
    masked.clear();
    mask_into(line.text(), masked);
    masked.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// A line of the failing log whose like no passing log has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NovelLine {
    /// Its number, from 1: the first one of its kind.
    pub line: u64,
    /// Its text, without frames, secrets taken out.
    pub text: String,
    /// Its text with what differs masked.
    pub template: String,
    /// How often the failing log says it.
    pub count: u64,
    /// How much it looks like a failure; 0: not at all.
    pub weight: u32,
}

/// Collects the lines of the failing log that passing ones do not have.
pub struct NovelLines<'a> {
    ordinary: &'a Ordinary,
    weigh: &'a dyn Fn(&str, Level) -> u32,
    redacts: bool,
    /// With the number of the last line of each kind.
    found: HashMap<u64, (NovelLine, u64)>,
    alarming: usize,
    masked: String,
    dropped: usize,
}

impl std::fmt::Debug for NovelLines<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NovelLines").field("found", &self.found).field("dropped", &self.dropped).finish_non_exhaustive()
    }
}

impl<'a> NovelLines<'a> {
    /// Compares with what passing logs say. `weigh` tells how much a line looks like a failure.
    #[must_use]
    pub fn new(ordinary: &'a Ordinary, weigh: &'a dyn Fn(&str, Level) -> u32, redacts: bool) -> Self {
        Self { ordinary, weigh, redacts, found: HashMap::new(), alarming: 0, masked: String::new(), dropped: 0 }
    }

    /// Takes in the next line.
    pub fn take(&mut self, number: u64, line: &Line<'_>) {
        let hash = hash_of(line, &mut self.masked);
        if self.ordinary.kinds.contains(&hash) || !tells(&self.masked) {
            return;
        }
        if let Some((known, last)) = self.found.get_mut(&hash) {
            known.count += 1;
            *last = number;
            return;
        }
        let weight = (self.weigh)(line.text(), line.level);
        // Lines that look like nothing must not take the room of those that look like the failure.
        let room = if weight > 0 { self.alarming < NOVEL } else { self.found.len() - self.alarming < NOVEL };
        if !room {
            self.dropped += 1;
            return;
        }
        self.alarming += usize::from(weight > 0);
        let text: String = line.text().chars().take(SHOWN).collect();
        let text = if self.redacts { redact(&text).into_owned() } else { text };
        // Of the text that has no secrets any more: a mask would hide half of a token from the redaction.
        let template = mask(&text);
        self.found.insert(hash, (NovelLine { line: number, text, template, count: 1, weight }, number));
    }

    /// The lines, those that tell of the failure by the log's diagnosis (`telling`) first, then those that look most like
    /// one; and how many more there are.
    #[must_use]
    pub fn finish(self, most: usize, telling: &[u64]) -> (Vec<NovelLine>, usize) {
        let mut lines: Vec<(NovelLine, u64)> = self.found.into_values().collect();
        // What the log says again and again is less of a surprise.
        lines.sort_by_key(|(line, last)| {
            let tells = telling.contains(&line.line) || telling.contains(last);
            (std::cmp::Reverse(tells), std::cmp::Reverse(line.weight), line.count > 20, line.line)
        });
        let mut lines: Vec<NovelLine> = lines.into_iter().map(|(line, _)| line).collect();
        let more = lines.len().saturating_sub(most) + self.dropped;
        lines.truncate(most);
        (lines, more)
    }
}

/// Whether a masked line has a word: bars, boxes and bare numbers tell nothing.
fn tells(masked: &str) -> bool {
    masked.split(' ').any(|word| !word.starts_with('<') && word.chars().filter(|c| c.is_alphabetic()).count() >= 3)
}

#[cfg(test)]
mod tests {
    use super::{NovelLines, Ordinary};
    use crate::catalog::Level;
    use crate::text::{Format, Line};

    #[test]
    fn only_what_passing_logs_never_say_is_found_and_the_worst_first() {
        let line = |text| Line::new(text, Format::Plain);
        let mut ordinary = Ordinary::default();
        for text in ["added 5 packages in 2s", "warning: x is old", "Error: expected (a test)"] {
            ordinary.add(&line(text));
        }
        let weigh = |text: &str, _: Level| u32::from(text.contains("rror"));
        let mut novel = NovelLines::new(&ordinary, &weigh, true);
        let log = [
            "added 17 packages in 9s",
            "a strange word",
            "Error: expected (a test)",
            "----",
            "12 34",
            "Error: token=hunter2hunter2 boom 1",
            "Error: token=hunter2hunter2 boom 2",
        ];
        for (number, text) in (1..).zip(log) {
            novel.take(number, &line(text));
        }
        let (lines, more) = novel.finish(1, &[]);
        assert_eq!((lines.len(), lines[0].line, lines[0].count, more), (1, 6, 2, 1));
    }
}
