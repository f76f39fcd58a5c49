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

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use super::border::{self, Kinds};
use super::flat::Flat;
use super::literal::Phrase;
use super::ordinary::{count, count_exact};
use super::tables::{Finder, GRAM, KEY, RUN, Tables, Text};

// What ways to find a text cost, for each ordinary line in which they are taken.
/// A gram is known, and its run is looked at.
const LOOK: u32 = 30;
/// The run is known, too, and texts are looked for ..
const COMPARE: u32 = 100;
/// .. and this is one of them ..
const ENTRY: u32 = 30;
/// .. whose key stands there.
const CONFIRM: u32 = 100;
/// What it costs in all that a gram may have any byte at its end: it stands for many, and they fill the table.
const WILD: u32 = 2000;
/// What it costs that no bytes behind the gram are the text's.
const SHORT: u32 = 100;
/// What each text costs that is found by the same run.
const CROWD: u32 = 1;
/// How often texts choose again.
const ROUNDS: usize = 2;

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
    let all = known.iter().map(|((text, ignores_case), found)| {
        let (before, after) = found.borders;
        Text { bytes: text.as_bytes(), ignores_case: *ignores_case, before, after }
    });
    let all: Vec<Text<'_>> = all.collect();
    Phrases {
        texts: known.keys().flat_map(|(text, _)| text.bytes()).collect::<Vec<u8>>().into(),
        text_ends: ends(known.keys().map(|(text, _)| text.len())),
        users: known.values().flat_map(|found| found.patterns.iter().copied()).collect(),
        user_ends: ends(known.values().map(|found| found.patterns.len())),
        unguarded,
        tables: Tables::new(all.iter().copied().zip(Choice::of(&all))),
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

/// Chooses what texts are found by. What is looked for anyway, for the sake of other texts, costs little more.
#[derive(Debug, Default)]
struct Choice {
    /// How many texts are looked for by folded bytes ..
    looked_for: HashMap<Vec<u8>, u32>,
    /// .. and how many are compared with what stands there.
    compared: HashMap<Vec<u8>, u32>,
}

/// What a text is found by.
struct Way<'t> {
    /// A gram; or three bytes, where that is all of the text.
    gram: &'t [u8],
    /// What decides that the text is compared: the gram with two bytes behind it, if the text has them.
    run: &'t [u8],
    /// All that is compared before the text itself.
    key: &'t [u8],
}

impl Choice {
    /// For each text the cheapest gram at an even distance from its start, and the cheapest at an odd one. One of the two is at a
    /// place of the log that is looked at. A gram may begin a byte before the text or end a byte behind it.
    fn of(texts: &[Text<'_>]) -> Vec<[i8; 2]> {
        let mut choice = Self::default();
        let cheapest = |choice: &Self, text: &Text<'_>| [0, -1].map(|first| choice.cheapest(text, first));
        let mut chosen: Vec<[i8; 2]> = texts.iter().map(|text| cheapest(&choice, text)).collect();
        texts.iter().zip(&chosen).for_each(|(text, places)| choice.take(text, *places, 1));
        // Now that the others' choices are known, each chooses again.
        for _ in 0..ROUNDS {
            for (text, places) in texts.iter().zip(&mut chosen) {
                choice.take(text, *places, -1);
                *places = cheapest(&choice, text);
                choice.take(text, *places, 1);
            }
        }
        chosen
    }

    /// Takes down that a text is found, or no longer, at these places.
    fn take(&mut self, text: &Text<'_>, places: [i8; 2], times: i32) {
        for way in places.map(|at| Way::of(text.bytes, at)) {
            for (users, bytes) in [(&mut self.looked_for, way.gram), (&mut self.compared, way.run)] {
                let users = users.entry(bytes.to_ascii_lowercase()).or_default();
                *users = users.saturating_add_signed(times);
            }
        }
    }

    fn cheapest(&self, text: &Text<'_>, first: i8) -> i8 {
        let last = i8::try_from(text.bytes.len().saturating_sub(Gate::MIN_TEXT)).unwrap_or(0);
        (first..=last).step_by(2).min_by_key(|at| self.cost(&Way::of(text.bytes, *at), text.ignores_case)).unwrap_or(first)
    }

    fn cost(&self, way: &Way<'_>, ignores_case: bool) -> u32 {
        let users = |of: &HashMap<Vec<u8>, u32>, bytes: &[u8]| of.get(&bytes.to_ascii_lowercase()).copied().unwrap_or(0);
        let mut cost = count(way.run) * ENTRY + if ignores_case { count(way.key) } else { count_exact(way.key) } * CONFIRM;
        if users(&self.looked_for, way.gram) == 0 {
            // Of a gram that stands nowhere in the lines we know, its two halves tell how often it may stand elsewhere.
            let halves = [&way.gram[..3], &way.gram[way.gram.len() - 3..]].map(count);
            cost += count(way.gram) * LOOK + halves[0].min(halves[1]) * 4 + if way.gram.len() < GRAM { WILD } else { 0 };
        }
        match users(&self.compared, way.run) {
            0 => cost += count(way.run) * COMPARE + if way.run.len() < RUN { SHORT } else { 0 },
            // In logs that are not ordinary all of them are compared.
            others => cost += others * CROWD,
        }
        cost
    }
}

impl<'t> Way<'t> {
    /// By what a text is found at this distance from its start.
    fn of(text: &'t [u8], at: i8) -> Self {
        let from = usize::try_from(at).unwrap_or(0);
        let end = if at < 0 { Gate::MIN_TEXT } else { text.len() };
        let first = |length: usize| &text[from..end.min(from + length)];
        let (gram, run, key) = (first(GRAM), first(RUN), first(KEY));
        // Runs of five and seven bytes are not counted.
        let even = if key.len() < GRAM { key.len() } else { key.len() & !1 };
        Self { gram, run: if run.len() < RUN { gram } else { run }, key: &key[..even] }
    }
}

#[cfg(test)]
mod tests {
    use super::super::literal::required_phrases;
    use super::super::tables::Text;
    use super::{BTreeSet, Gate, Guarded};

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
        let stands = |text: u32, log: &str| {
            let is_there = |range: std::ops::Range<usize>| log.get(range) == Some(gate.everywhere.text(text));
            let mut entries = gate.everywhere.finder().all().filter(|entry| entry.text == text);
            entries.any(|entry| (0..log.len()).any(|place| entry.range(log.as_bytes(), place).is_some_and(is_there)))
        };
        assert_eq!((gate.everywhere.text(0), gate.everywhere.text(1)), (" failed jobs ", " failed tests"));
        assert!(stands(0, "3 failed jobs A") && !stands(0, "e failed jobs A") && !stands(0, "3 failed jobs a"));
        // Frames stand before the start of a line.
        assert!(stands(1, "3 failed testsA") && stands(0, " failed jobs "));
    }

    #[test]
    fn texts_share_what_they_are_found_by() {
        let gate = &super::super::Catalog::builtin().gate().everywhere;
        let all = (0..).take(gate.len()).map(|number| Text { bytes: gate.bytes(number), ignores_case: false, before: 0, after: 0 });
        let all: Vec<Text<'_>> = all.collect();
        // Ordinary lines at which one has to look, once for each gram.
        let looks = |chosen: Vec<[i8; 2]>| -> u32 {
            let ways = all.iter().zip(chosen).flat_map(|(text, places)| places.map(|at| super::Way::of(text.bytes, at)));
            let grams: BTreeSet<Vec<u8>> = ways.map(|way| way.gram.to_ascii_lowercase()).collect();
            grams.iter().map(|gram| super::count(gram)).sum()
        };
        let alone = all.iter().map(|text| super::Choice::of(&[*text])[0]).collect();
        assert!(looks(super::Choice::of(&all)) < looks(alone));
    }

    #[test]
    fn every_text_has_its_patterns_and_its_grams() {
        let gate = gate(&["code E401", "Permission denied", r"\d+", "^http fetch", "(?i)E(?:401|403)"]);
        let numbers = || 0..u32::try_from(gate.everywhere.len()).unwrap();
        let texts: Vec<&str> = numbers().map(|number| gate.everywhere.text(number)).collect();
        assert_eq!(texts, ["Permission denied", "code E401", "e401", "e403", "\u{2500}\u{25b6}"]);
        let users: Vec<Vec<u32>> = numbers().map(|number| gate.everywhere.users(number).collect()).collect();
        assert_eq!(users, [vec![1], vec![0], vec![4], vec![4], vec![]]);
        let folded: BTreeSet<u32> = gate.everywhere.finder().all().filter(|entry| entry.ignores_case).map(|entry| entry.text).collect();
        assert_eq!(folded, [2, 3].into());
        assert_eq!(gate.everywhere.unguarded, [2]);
        assert_eq!(gate.deferred.len(), 1);
        assert_eq!(gate.wanted_by(3).map(Iterator::collect), Some(vec![7]));
        assert!(gate.wanted_by(2).is_none());
        // `code` is a common word.
        let text = Text { bytes: texts[1].as_bytes(), ignores_case: false, before: 0, after: 0 };
        let [even, odd] = super::Choice::of(&[text])[0];
        assert!(even % 2 == 0 && odd % 2 != 0 && even > 1 && odd > 1, "{even} {odd}");
    }
}
