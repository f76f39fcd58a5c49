//! What the gate looks for, worked out once: when the built-in catalogue is packed, or when a user's is loaded.
//!
//! May import: `catalog::{border, flat, literal, model, ordinary, tables}`.
//!
//! A gate has to find a few thousand texts at the speed of counting lines. It looks at *grams*: four bytes, letters
//! folded, at every second place of the log. Of two grams of a text, one at an even distance from its start and one at an
//! odd, one is always at such a place, so two rare grams are enough to find it; a short text is found with whatever byte
//! stands beside it. Where a gram of some text stands, that text is compared, and nothing else is.
//!
//! Some patterns only add to what others have found (details, conditions) and stand on many ordinary lines. They are
//! *deferred*: looked for near a line that starts a diagnosis of a rule which wants them, and nowhere else.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::border::{self, Kinds, kind};
use super::flat::Flat;
use super::literal::Phrase;
use super::ordinary::count;
use super::tables::{Finder, Tables};

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
    wanted_by: Flat,
    /// Where they end for each pattern.
    wanted_ends: Flat,
    /// Patterns that are looked for in a log's last line only.
    pub last_line: Vec<u32>,
}

/// Texts and the patterns that they guard, read where they lie.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Phrases {
    /// All texts, each once, none shorter than three bytes, one behind the other ..
    texts: Flat,
    /// .. and where each of them ends.
    text_ends: Flat,
    /// Three bytes for each text: whether letter case does not count (then it is in lower case), what may stand right before
    /// it, and right behind it.
    kinds: Flat,
    /// The patterns that each text guards ..
    users: Flat,
    /// .. and where they end; none where the text's line is looked at for another reason.
    user_ends: Flat,
    /// Patterns that no text guards.
    unguarded: Vec<u32>,
    /// What finds the texts in a log.
    tables: Tables,
}

/// One pattern on its way into the gate.
#[derive(Debug)]
pub(super) struct Guarded {
    pub(super) pattern: u32,
    pub(super) phrases: Option<Vec<Phrase>>,
    /// Looked for only near a line of these rules (of any, if there are none).
    pub(super) deferred_for: Option<Vec<u32>>,
}

impl Gate {
    /// Longer texts are cut to this many bytes.
    pub const MAX_TEXT: usize = 48;
    /// Shorter texts are no guards.
    pub const MIN_TEXT: usize = 3;

    /// Works out the tables. `extra` are texts whose lines matter although no pattern asks for them.
    pub(super) fn new(patterns: &[Guarded], extra: &[&str], last_line: Vec<u32>) -> Self {
        let (deferred, everywhere): (Vec<&Guarded>, Vec<&Guarded>) = patterns.iter().partition(|pattern| pattern.deferred_for.is_some());
        let rules_of: BTreeMap<u32, &[u32]> =
            deferred.iter().map(|guarded| (guarded.pattern, guarded.deferred_for.as_deref().unwrap_or_default())).collect();
        let count = rules_of.last_key_value().map_or(0, |(last, _)| last + 1);
        let lists = || (0..count).map(|pattern| rules_of.get(&pattern).copied().unwrap_or_default());
        Self {
            everywhere: phrases(&everywhere, extra),
            deferred: phrases(&deferred, &[]),
            wanted_by: lists().flatten().copied().collect(),
            wanted_ends: ends(lists().map(<[u32]>::len)),
            last_line,
        }
    }

    /// The rules for whose sake a deferred pattern is looked for; `None` where it is for the sake of any.
    ///
    /// ```
    /// use lognosis::catalog::Catalog;
    /// let gate = Catalog::builtin().gate();
    /// assert!(gate.deferred.patterns().filter_map(|pattern| gate.wanted_by(pattern)).all(|mut rules| rules.next().is_some()));
    /// ```
    #[must_use]
    pub fn wanted_by(&self, pattern: u32) -> Option<impl Iterator<Item = u32> + Clone> {
        let rules = self.wanted_ends.items(pattern as usize, &self.wanted_by);
        rules.clone().next().map(|_| rules)
    }
}

/// Where lists of these lengths end, one behind the other.
fn ends(lengths: impl Iterator<Item = usize>) -> Flat {
    let sums = lengths.scan(0, |sum, length| {
        *sum += length;
        Some(*sum)
    });
    sums.map(|sum| u32::try_from(sum).unwrap_or(u32::MAX)).collect()
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
    let kinds = known.iter().flat_map(|((_, ignores_case), found)| [u8::from(*ignores_case), found.borders.0, found.borders.1]);
    Phrases {
        texts: known.keys().flat_map(|(text, _)| text.bytes()).collect::<Vec<u8>>().into(),
        text_ends: ends(known.keys().map(|(text, _)| text.len())),
        kinds: kinds.collect::<Vec<u8>>().into(),
        users: known.values().flat_map(|found| found.patterns.iter().copied()).collect(),
        user_ends: ends(known.values().map(|found| found.patterns.len())),
        unguarded,
        tables: Tables::new(known.keys().map(|(text, ignores_case)| (text.as_bytes(), rarest_grams(text.as_bytes()), *ignores_case))),
    }
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

    /// What finds the texts in a log.
    #[must_use]
    pub fn finder(&self) -> Finder<'_> {
        self.tables.finder()
    }

    /// A text, by its number.
    #[must_use]
    pub fn text(&self, number: u32) -> &str {
        std::str::from_utf8(self.bytes(number)).unwrap_or_default()
    }

    /// The bytes of a text.
    #[must_use]
    #[inline]
    pub fn bytes(&self, number: u32) -> &[u8] {
        self.texts.bytes().get(self.text_ends.part(number as usize)).unwrap_or_default()
    }

    /// Whether letter case does not count in a text; then it is in lower case.
    #[must_use]
    #[inline]
    pub fn ignores_case(&self, number: u32) -> bool {
        self.kinds_of(number)[0] != 0
    }

    /// Whether a text may stand between these bytes, as far as some pattern of its users goes. A log's ends, or a region's,
    /// are no bytes.
    #[must_use]
    #[inline]
    pub fn may_stand_between(&self, number: u32, before: Option<u8>, after: Option<u8>) -> bool {
        let [_, first, last] = self.kinds_of(number);
        before.is_none_or(|byte| first & kind(byte) != 0) && after.is_none_or(|byte| last & kind(byte) != 0)
    }

    #[inline]
    fn kinds_of(&self, number: u32) -> [u8; 3] {
        self.kinds.records().get(number as usize).copied().unwrap_or_default()
    }

    /// The patterns that a text guards; none where its line is looked at for another reason.
    pub fn users(&self, number: u32) -> impl Iterator<Item = u32> + Clone {
        self.user_ends.items(number as usize, &self.users)
    }

    /// Patterns that no text guards.
    #[must_use]
    pub fn unguarded(&self) -> &[u32] {
        &self.unguarded
    }

    /// All patterns that are looked for by these texts, and those that no text guards.
    pub fn patterns(&self) -> impl Iterator<Item = u32> {
        self.users.records::<4>().iter().map(|record| u32::from_le_bytes(*record)).chain(self.unguarded.iter().copied())
    }
}

/// The rarest gram at an even distance from the text's start, and the rarest at an odd one. One of the two is at a place of
/// the log that is looked at. A gram may begin a byte before the text or end a byte behind it.
fn rarest_grams(text: &[u8]) -> [i8; 2] {
    let last = i8::try_from(text.len().saturating_sub(Gate::MIN_TEXT)).unwrap_or(0);
    let rarest = |first: i8| (first..=last).step_by(2).min_by_key(|at| cost_at(text, *at)).unwrap_or(first);
    [rarest(0), rarest(-1)]
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
        let users: Vec<Vec<u32>> = numbers().map(|number| gate.everywhere.users(number).collect()).collect();
        assert_eq!(users, [vec![1], vec![0], vec![4], vec![4], vec![]]);
        let ignores_case: Vec<bool> = numbers().map(|number| gate.everywhere.ignores_case(number)).collect();
        assert_eq!(ignores_case, [false, false, true, true, false]);
        assert_eq!(gate.everywhere.unguarded, [2]);
        assert_eq!(gate.deferred.len(), 1);
        assert_eq!(gate.wanted_by(3).map(Iterator::collect), Some(vec![7]));
        assert!(gate.wanted_by(2).is_none());
        // `code` is a common word.
        let [even, odd] = super::rarest_grams(texts[1].as_bytes());
        assert!(even % 2 == 0 && odd % 2 != 0 && even > 1 && odd > 1, "{even} {odd}");
    }
}
