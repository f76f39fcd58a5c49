//! What the gate looks for, worked out once: when the built-in catalogue is packed, or when a user's is loaded.
//!
//! May import: `catalog::{literal, model, ordinary}`.
//!
//! A gate has to find a few thousand texts at the speed of counting lines. It looks at *grams*: four bytes, letters
//! folded, at every second place of the log. Of two grams of a text, one at an even distance from its start and one at an
//! odd, one is always at such a place, so two rare grams are enough to find it; a short text is found with whatever byte
//! stands beside it. Where a gram of some text stands, that text is compared, and nothing else is.
//!
//! Some patterns only add to what others have found (details, conditions) and stand on many ordinary lines. They are
//! *deferred*: looked for near a line that starts a diagnosis, and nowhere else.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::literal::Phrase;
use super::model::Text;
use super::ordinary::gram_count;

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
}

/// Texts and the patterns that they guard.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Phrases {
    /// All texts, each once, none shorter than three bytes.
    pub texts: Vec<Text>,
    /// For each text whether letter case does not count; then it is in lower case.
    pub ignores_case: Vec<bool>,
    /// For each text the two grams by which it is found, in bytes from its start: an even distance and an odd one.
    pub grams: Vec<(i8, i8)>,
    /// For each text the patterns that it guards; none where its line is looked at for another reason.
    pub users: Vec<Vec<u32>>,
    /// Patterns that no text guards.
    pub unguarded: Vec<u32>,
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
    pub(super) fn new(patterns: &[Guarded], extra: &[&str]) -> Self {
        let (deferred, everywhere): (Vec<&Guarded>, Vec<&Guarded>) = patterns.iter().partition(|pattern| pattern.deferred_for.is_some());
        let mut wanted_by = Vec::new();
        for guarded in &deferred {
            let pattern = guarded.pattern as usize;
            wanted_by.resize(wanted_by.len().max(pattern + 1), Vec::new());
            wanted_by[pattern] = guarded.deferred_for.clone().unwrap_or_default();
        }
        Self { everywhere: phrases(&everywhere, extra), deferred: phrases(&deferred, &[]), wanted_by }
    }

    /// The rules for whose sake a deferred pattern is looked for; `None` where it is for the sake of any.
    ///
    /// ```
    /// use lognosis::catalog::Catalog;
    /// let gate = Catalog::builtin().gate();
    /// let deferred = gate.deferred.users.iter().flatten();
    /// assert!(deferred.filter_map(|pattern| gate.wanted_by(*pattern)).all(|rules| !rules.is_empty()));
    /// ```
    #[must_use]
    pub fn wanted_by(&self, pattern: u32) -> Option<&[u32]> {
        self.wanted_by.get(pattern as usize).map(Vec::as_slice).filter(|rules| !rules.is_empty())
    }
}

fn phrases(patterns: &[&Guarded], extra: &[&str]) -> Phrases {
    let mut users: BTreeMap<(String, bool), BTreeSet<u32>> =
        extra.iter().map(|text| (((*text).to_owned(), false), BTreeSet::new())).collect();
    let mut unguarded = Vec::new();
    for guarded in patterns {
        let Some(phrases) = &guarded.phrases else {
            unguarded.push(guarded.pattern);
            continue;
        };
        for phrase in phrases {
            let (mut text, ignores_case) = phrase.spelling();
            text.truncate(text.floor_char_boundary(Gate::MAX_TEXT));
            users.entry((text, ignores_case)).or_default().insert(guarded.pattern);
        }
    }
    Phrases {
        texts: users.keys().map(|(text, _)| Text::from(text.clone())).collect(),
        ignores_case: users.keys().map(|(_, ignores_case)| *ignores_case).collect(),
        grams: users.keys().map(|(text, _)| rarest_grams(text.as_bytes())).collect(),
        users: users.into_values().map(|patterns| patterns.into_iter().collect()).collect(),
        unguarded,
    }
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
    let Ok(from) = usize::try_from(at) else { return WILD + gram_count(&text[..3]) * 100 };
    match text.len() - from {
        ..=3 => WILD + gram_count(&text[from..]) * 100,
        4 | 5 => SHORT + gram_cost(&text[from..from + 4]),
        _ => gram_cost(&text[from..from + 4]),
    }
}

/// What a gram costs: each place of an ordinary log where it stands is looked at. Of one that stands nowhere in the
/// lines we know, its two halves tell how often it may stand elsewhere.
fn gram_cost(gram: &[u8]) -> u32 {
    gram_count(gram) * 100 + gram_count(&gram[..3]).min(gram_count(&gram[1..])) * 4 + 1
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
        Gate::new(&patterns, &["\u{2500}\u{25b6}"])
    }

    #[test]
    fn every_text_has_its_patterns_and_its_grams() {
        let gate = gate(&["code E401", "Permission denied", r"\d+", "^http fetch", "(?i)E(?:401|403)"]);
        let texts: Vec<&str> = gate.everywhere.texts.iter().map(|text| &**text).collect();
        assert_eq!(texts, ["Permission denied", "code E401", "e401", "e403", "\u{2500}\u{25b6}"]);
        assert_eq!(gate.everywhere.users, [vec![1], vec![0], vec![4], vec![4], vec![]]);
        assert_eq!(gate.everywhere.ignores_case, [false, false, true, true, false]);
        assert_eq!(gate.everywhere.unguarded, [2]);
        assert_eq!(gate.deferred.texts.len(), 1);
        assert_eq!((gate.wanted_by(3), gate.wanted_by(2)), (Some(&[7][..]), None));
        // `code` is a common word.
        let (even, odd) = gate.everywhere.grams[1];
        assert!(even % 2 == 0 && odd % 2 != 0 && even > 1 && odd > 1, "{:?}", gate.everywhere.grams);
    }
}
