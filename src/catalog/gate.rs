//! What the gate looks for, worked out once: when the built-in catalogue is packed, or when a user's is loaded.
//!
//! May import: `catalog::{border, literal, model, ordinary}`.
//!
//! A gate has to find a few thousand texts at the speed of counting lines. It looks at *grams*: four bytes, letters
//! folded, at every second place of the log. Of two grams of a text, one at an even distance from its start and one at an
//! odd, one is always at such a place, so two rare grams are enough to find it; a short text is found with whatever byte
//! stands beside it. Where a gram of some text stands, that text is compared, and nothing else is.
//!
//! Some patterns only add to what others have found (details, conditions) and stand on many ordinary lines. They are
//! *deferred*: looked for near a line that starts a diagnosis of a rule which wants them, and nowhere else.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::border::{self, Kinds, kind};
use super::literal::Phrase;
use super::model::Text;
use super::ordinary::count;

/// What a gram costs that has any byte at its end: it stands for many, and they fill the table.
const WILD: u32 = 2000;
/// What a gram costs behind which no more bytes of the text can be looked at.
const SHORT: u32 = 100;

/// The tables of the gate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Gate {
    /// Texts of the patterns that are looked for everywhere.
    pub everywhere: Phrases,
    /// Texts of the deferred patterns.
    pub deferred: Phrases,
    /// The rules for whose sake a deferred pattern is looked for, by pattern; none where it is for the sake of any.
    wanted_by: Vec<Vec<u32>>,
    /// Patterns that are looked for in a log's last line only.
    pub last_line: Vec<u32>,
}

/// Texts and the patterns that they guard. Flat lists, for they are unpacked at every start.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Phrases {
    /// All texts, each once, none shorter than three bytes, one behind the other ..
    texts: Text,
    /// .. and where each of them ends.
    text_ends: Vec<u32>,
    /// For each text whether letter case does not count; then it is in lower case.
    ignores_case: Vec<bool>,
    /// For each text what may stand right before it, and right behind it.
    borders: Vec<(Kinds, Kinds)>,
    /// For each text the two grams by which it is found, in bytes from its start: an even distance and an odd one.
    grams: Vec<(i8, i8)>,
    /// The patterns that each text guards ..
    users: Vec<u32>,
    /// .. and where they end; none where the text's line is looked at for another reason.
    user_ends: Vec<u32>,
    /// Patterns that no text guards.
    unguarded: Vec<u32>,
}

/// One pattern on its way into the gate.
#[derive(Debug)]
pub(super) struct Guarded {
    pub(super) pattern: u32,
    pub(super) phrases: Option<Vec<Phrase>>,
    /// Looked for only near a line of these rules (of any, if there are none).
    pub(super) deferred_for: Option<Vec<u32>>,
}

/// Four bytes, ASCII letters folded. Some other bytes fold together too, which costs a look and loses nothing.
///
/// ```
/// use lognosis::catalog::fold_gram;
/// assert_eq!(fold_gram(*b"E401"), fold_gram(*b"e401"));
/// assert_ne!(fold_gram(*b"E401"), fold_gram(*b"E404"));
/// ```
#[must_use]
#[inline]
pub fn fold_gram(bytes: [u8; 4]) -> u32 {
    u32::from_le_bytes(bytes) | 0x2020_2020
}

impl Gate {
    /// Longer texts are cut to this many bytes.
    pub const MAX_TEXT: usize = 48;
    /// Shorter texts are no guards.
    pub const MIN_TEXT: usize = 3;

    /// Works out the tables. `extra` are texts whose lines matter although no pattern asks for them.
    pub(super) fn new(patterns: &[Guarded], extra: &[&str], last_line: Vec<u32>) -> Self {
        let (deferred, everywhere): (Vec<&Guarded>, Vec<&Guarded>) = patterns.iter().partition(|pattern| pattern.deferred_for.is_some());
        let mut wanted_by = Vec::new();
        for guarded in &deferred {
            let pattern = guarded.pattern as usize;
            wanted_by.resize(wanted_by.len().max(pattern + 1), Vec::new());
            wanted_by[pattern] = guarded.deferred_for.clone().unwrap_or_default();
        }
        Self { everywhere: phrases(&everywhere, extra), deferred: phrases(&deferred, &[]), wanted_by, last_line }
    }

    /// The rules for whose sake a deferred pattern is looked for; `None` where it is for the sake of any.
    ///
    /// ```
    /// use lognosis::catalog::Catalog;
    /// let gate = Catalog::builtin().gate();
    /// assert!(gate.deferred.patterns().filter_map(|pattern| gate.wanted_by(pattern)).all(|rules| !rules.is_empty()));
    /// ```
    #[must_use]
    pub fn wanted_by(&self, pattern: u32) -> Option<&[u32]> {
        self.wanted_by.get(pattern as usize).map(Vec::as_slice).filter(|rules| !rules.is_empty())
    }
}

/// What a text is looked for.
#[derive(Debug, Default)]
struct Use {
    patterns: BTreeSet<u32>,
    borders: (Kinds, Kinds),
}

fn phrases(patterns: &[&Guarded], extra: &[&str]) -> Phrases {
    let mut known: BTreeMap<(String, bool), Use> = BTreeMap::new();
    for text in extra {
        known.entry(((*text).to_owned(), false)).or_default().borders = (border::ANY, border::ANY);
    }
    let mut unguarded = Vec::new();
    for guarded in patterns {
        let Some(phrases) = &guarded.phrases else {
            unguarded.push(guarded.pattern);
            continue;
        };
        for phrase in phrases {
            let (mut text, ignores_case) = phrase.spelling();
            let is_cut = text.len() > Gate::MAX_TEXT;
            text.truncate(text.floor_char_boundary(Gate::MAX_TEXT));
            let entry = known.entry((text, ignores_case)).or_default();
            entry.patterns.insert(guarded.pattern);
            entry.borders.0 |= phrase.before;
            entry.borders.1 |= if is_cut { border::ANY } else { phrase.after };
        }
    }
    let mut out = Phrases { unguarded, ..Phrases::default() };
    let mut texts = String::new();
    for ((text, ignores_case), Use { patterns, borders }) in known {
        texts.push_str(&text);
        out.text_ends.push(u32::try_from(texts.len()).unwrap_or(u32::MAX));
        out.ignores_case.push(ignores_case);
        out.borders.push(borders);
        out.grams.push(rarest_grams(text.as_bytes()));
        out.users.extend(patterns);
        out.user_ends.push(u32::try_from(out.users.len()).unwrap_or(u32::MAX));
    }
    out.texts = Text::from(texts);
    out
}

impl Phrases {
    /// How many texts there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.text_ends.len()
    }

    /// Whether there is no text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text_ends.is_empty()
    }

    /// A text, by its number.
    #[must_use]
    pub fn text(&self, number: u32) -> &str {
        &self.texts[part(&self.text_ends, number)]
    }

    /// Whether letter case does not count in a text; then it is in lower case.
    #[must_use]
    pub fn ignores_case(&self, number: u32) -> bool {
        self.ignores_case[number as usize]
    }

    /// Whether a text may stand between these bytes, as far as some pattern of its users goes. A log's ends, or a region's,
    /// are no bytes.
    #[must_use]
    pub fn may_stand_between(&self, number: u32, before: Option<u8>, after: Option<u8>) -> bool {
        let (first, last) = self.borders[number as usize];
        before.is_none_or(|byte| first & kind(byte) != 0) && after.is_none_or(|byte| last & kind(byte) != 0)
    }

    /// The two grams by which a text is found, in bytes from its start: an even distance and an odd one.
    #[must_use]
    pub fn grams(&self, number: u32) -> (i8, i8) {
        self.grams[number as usize]
    }

    /// The patterns that a text guards; none where its line is looked at for another reason.
    #[must_use]
    pub fn users(&self, number: u32) -> &[u32] {
        &self.users[part(&self.user_ends, number)]
    }

    /// Patterns that no text guards.
    #[must_use]
    pub fn unguarded(&self) -> &[u32] {
        &self.unguarded
    }

    /// All patterns that are looked for by these texts, and those that no text guards.
    pub fn patterns(&self) -> impl Iterator<Item = u32> {
        self.users.iter().chain(&self.unguarded).copied()
    }
}

/// The part of a flat list that belongs to `number`.
fn part(ends: &[u32], number: u32) -> Range<usize> {
    let number = number as usize;
    let start = number.checked_sub(1).map_or(0, |before| ends[before]);
    start as usize..ends[number] as usize
}

/// The rarest gram at an even distance from the text's start, and the rarest at an odd one. One of the two is at a place of
/// the log that is looked at. A gram may begin a byte before the text or end a byte behind it.
fn rarest_grams(text: &[u8]) -> (i8, i8) {
    let last = i8::try_from(text.len().saturating_sub(Gate::MIN_TEXT)).unwrap_or(0);
    let rarest = |first: i8| (first..=last).step_by(2).min_by_key(|at| cost_at(text, *at)).unwrap_or(first);
    (rarest(0), rarest(-1))
}

/// What it costs to look for a text by the gram at this distance from its start.
fn cost_at(text: &[u8], at: i8) -> u32 {
    let Ok(from) = usize::try_from(at) else { return WILD + count(&text[..3]) * 100 };
    match text.len() - from {
        ..=3 => WILD + count(&text[from..]) * 100,
        length @ (4 | 5) => SHORT + gram_cost(&text[from..from + length]),
        length => gram_cost(&text[from..from + length.min(8)]),
    }
}

/// What a gram costs with the bytes behind it: at each place of an ordinary log where it stands they are looked at, and
/// where they stand, too, the text is compared. Of a gram that stands nowhere in the lines we know, its two halves tell how
/// often it may stand elsewhere.
fn gram_cost(run: &[u8]) -> u32 {
    let gram = &run[..4];
    let whole = count(&run[..run.len() & !1]);
    whole * 100 + count(gram) * 100 + count(&gram[..3]).min(count(&gram[1..])) * 4 + 1
}

#[cfg(test)]
mod tests {
    use super::super::literal::required_phrases;
    use super::{Gate, Guarded};

    fn gate(patterns: &[&str]) -> Gate {
        let guarded = |(pattern, regex): (u32, &&str)| Guarded {
            pattern,
            phrases: required_phrases(regex),
            deferred_for: regex.starts_with("^http").then(|| vec![7]),
        };
        let patterns: Vec<Guarded> = (0..).zip(patterns).map(guarded).collect();
        Gate::new(&patterns, &["\u{2500}\u{25b6}"], Vec::new())
    }

    #[test]
    fn a_text_tells_what_may_stand_beside_it() {
        let gate = gate(&[r"\d+ failed jobs [A-Z]", r"^(?:x|y)? failed tests"]);
        let between = |number, before, after| gate.everywhere.may_stand_between(number, Some(before), Some(after));
        assert_eq!((gate.everywhere.text(0), gate.everywhere.text(1)), (" failed jobs ", " failed tests"));
        assert!(between(0, b'3', b'A') && !between(0, b'e', b'A') && !between(0, b'3', b'a'));
        // Frames stand before the start of a line.
        assert!(between(1, b'3', b'A') && gate.everywhere.may_stand_between(0, None, None));
    }

    #[test]
    fn every_text_has_its_patterns_and_its_grams() {
        let gate = gate(&["code E401", "Permission denied", r"\d+", "^http fetch", "(?i)E(?:401|403)"]);
        let numbers = || 0..u32::try_from(gate.everywhere.len()).unwrap();
        let texts: Vec<&str> = numbers().map(|number| gate.everywhere.text(number)).collect();
        assert_eq!(texts, ["Permission denied", "code E401", "e401", "e403", "\u{2500}\u{25b6}"]);
        let users: Vec<&[u32]> = numbers().map(|number| gate.everywhere.users(number)).collect();
        assert_eq!(users, [&[1][..], &[0], &[4], &[4], &[]]);
        assert_eq!(gate.everywhere.ignores_case, [false, false, true, true, false]);
        assert_eq!(gate.everywhere.unguarded, [2]);
        assert_eq!(gate.deferred.len(), 1);
        assert_eq!((gate.wanted_by(3), gate.wanted_by(2)), (Some(&[7][..]), None));
        // `code` is a common word.
        let (even, odd) = gate.everywhere.grams[1];
        assert!(even % 2 == 0 && odd % 2 != 0 && even > 1 && odd > 1, "{:?}", gate.everywhere.grams);
    }
}
