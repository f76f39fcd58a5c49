//! What the gate looks for, worked out once: when the built-in catalogue is packed, or when a user's is loaded.
//!
//! May import: `catalog::{literal, model}`.
//!
//! A gate has to find a few thousand texts at the speed of counting lines. It does so in two looks. The first one only
//! says "perhaps": anchors of seven characters and more are told by *grams*, four folded bytes at every fourth place of the
//! log, for such an anchor covers four bytes at one of these places wherever it begins; shorter ones are told by
//! *fragments*, few and rare enough for a packed SIMD search. The second look, at the few lines that the first one
//! points to, finds the texts themselves.
//!
//! Some patterns only add to what others have found (details, conditions) and stand on many ordinary lines. They are
//! *deferred*: looked for near a line that starts a diagnosis, and nowhere else.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::literal::{Phrase, in_common_word};
use super::model::Text;

/// Words of this length and more are told by their grams: four bytes at four neighbouring offsets.
const LONG: usize = 7;
/// A packed searcher takes about sixty; there are as many searchers as are needed, up to these.
const MAX_FRAGMENTS: usize = 240;
/// A fragment has at least this many bytes.
const MIN_FRAGMENT: usize = 3;

/// The tables of the gate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Gate {
    /// Texts of the patterns that are looked for everywhere.
    pub everywhere: Phrases,
    /// Texts of the deferred patterns.
    pub deferred: Phrases,
    /// Folded four-byte pieces of the long anchors.
    pub grams: Vec<u32>,
    /// Pieces of the short anchors, in the spellings that occur.
    pub fragments: Vec<Text>,
    /// Short anchors that no fragment covers: they cost a search of their own.
    pub loose: Vec<Text>,
}

/// Texts and the patterns that they guard.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Phrases {
    /// All texts, each once.
    pub texts: Vec<Text>,
    /// For each text whether letter case does not count; then it is in lower case.
    pub ignores_case: Vec<bool>,
    /// For each text the patterns that it guards.
    pub users: Vec<Vec<u32>>,
    /// Patterns that no text guards.
    pub unguarded: Vec<u32>,
}

/// One pattern on its way into the gate.
#[derive(Debug)]
pub(super) struct Guarded {
    pub(super) pattern: u32,
    pub(super) phrases: Option<Vec<Phrase>>,
    pub(super) is_deferred: bool,
}

/// Four bytes, ASCII letters folded. Some other bytes fold together too, which costs a look and loses nothing.
///
/// ```
/// use lognosis::catalog::fold_gram;
/// assert_eq!(fold_gram(*b"E401"), fold_gram(*b"e401"));
/// assert_ne!(fold_gram(*b"E401"), fold_gram(*b"E404"));
/// ```
#[must_use]
pub fn fold_gram(bytes: [u8; 4]) -> u32 {
    u32::from_le_bytes(bytes) | 0x2020_2020
}

impl Gate {
    /// Longer texts are cut to this many bytes.
    pub const MAX_TEXT: usize = 48;

    /// Works out the tables. `extra` are texts whose lines matter although no pattern asks for them.
    pub(super) fn new(patterns: &[Guarded], extra: &[&str]) -> Self {
        let (deferred, everywhere): (Vec<&Guarded>, Vec<&Guarded>) = patterns.iter().partition(|pattern| pattern.is_deferred);
        let mut gate = Self { everywhere: phrases(&everywhere, extra), deferred: phrases(&deferred, &[]), ..Self::default() };
        let mut short: BTreeSet<Phrase> = BTreeSet::new();
        let mut grams = BTreeSet::new();
        for phrase in everywhere.iter().filter_map(|pattern| pattern.phrases.as_ref()).flatten() {
            // A cut text is found by what is left of it.
            let anchor = phrase.first(Self::MAX_TEXT).anchor();
            let folded = cut(&anchor.folded()).to_owned();
            if folded.len() >= LONG {
                grams.extend(grams_of(folded.as_bytes()));
            } else {
                short.insert(anchor);
            }
        }
        for text in extra.iter().filter(|text| text.len() >= LONG) {
            grams.extend(grams_of(text.to_ascii_lowercase().as_bytes()));
        }
        gate.grams = grams.into_iter().collect();
        let structural = extra.iter().filter(|text| text.len() < LONG).map(|text| (*text).to_owned());
        gate.cover(&short, structural);
        gate
    }

    /// Chooses fragments so that every short word holds one, the cheapest for the most words first.
    fn cover(&mut self, short: &BTreeSet<Phrase>, structural: impl Iterator<Item = String>) {
        let mut chosen: BTreeSet<String> = structural.collect();
        // Every piece of every word, and the words that it covers.
        let words: Vec<&Phrase> = short.iter().collect();
        let mut pieces: BTreeMap<Vec<String>, BTreeSet<usize>> = BTreeMap::new();
        for (number, word) in words.iter().enumerate() {
            for length in MIN_FRAGMENT..=word.len() {
                for start in 0..=word.len() - length {
                    if let Some(spellings) = word.spellings(start, length) {
                        pieces.entry(spellings).or_default().insert(number);
                    }
                }
            }
        }
        let mut open: BTreeSet<usize> = (0..words.len()).collect();
        while !open.is_empty() {
            let worth = |(spellings, covers): &(&Vec<String>, &BTreeSet<usize>)| {
                covers.intersection(&open).count() * 1000 / (spellings.len() * spellings.iter().map(|text| cost(text)).max().unwrap_or(1))
            };
            let Some((spellings, covers)) = pieces.iter().max_by_key(worth) else { break };
            let new: Vec<String> = spellings.iter().filter(|text| !chosen.contains(*text)).cloned().collect();
            if covers.intersection(&open).next().is_none() || chosen.len() + new.len() > MAX_FRAGMENTS {
                break;
            }
            chosen.extend(new);
            let covered: Vec<usize> = covers.iter().copied().collect();
            covered.iter().for_each(|number| {
                open.remove(number);
            });
        }
        self.fragments = chosen.into_iter().map(Text::from).collect();
        let loose: BTreeSet<String> = open.into_iter().map(|number| words[number].folded()).collect();
        self.loose = loose.into_iter().map(Text::from).collect();
    }
}

/// A text as it is looked for: folded, and not too long.
fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(Gate::MAX_TEXT)]
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
            let (text, ignores_case) = phrase.spelling();
            users.entry((cut(&text).to_owned(), ignores_case)).or_default().insert(guarded.pattern);
        }
    }
    Phrases {
        texts: users.keys().map(|(text, _)| Text::from(text.clone())).collect(),
        ignores_case: users.keys().map(|(_, ignores_case)| *ignores_case).collect(),
        users: users.into_values().map(|patterns| patterns.into_iter().collect()).collect(),
        unguarded,
    }
}

/// The grams of a long word, taken where they look rarest.
fn grams_of(word: &[u8]) -> Vec<u32> {
    let all: Vec<[u8; 4]> = word.windows(4).filter_map(|window| window.try_into().ok()).collect();
    let best = all.windows(4).min_by_key(|four| four.iter().map(gram_cost).sum::<u32>());
    best.unwrap_or_default().iter().map(|gram| fold_gram(*gram)).collect()
}

/// How often four letters stand in ordinary logs, by a rule of thumb: frequent letters make frequent grams.
fn gram_cost(gram: &[u8; 4]) -> u32 {
    let letter = |byte: u8| match byte.to_ascii_lowercase() {
        b'e' | b't' | b'a' | b'o' | b'i' | b'n' | b's' | b'r' | b' ' => 4,
        b'c' | b'd' | b'l' | b'p' | b'u' | b'm' | b'.' | b'/' | b'0' | b'1' => 3,
        b'a'..=b'z' | b'-' | b'0'..=b'9' => 2,
        _ => 1,
    };
    let is_common = std::str::from_utf8(gram).is_ok_and(in_common_word);
    gram.iter().map(|byte| letter(*byte)).product::<u32>() / 8 + if is_common { 60 } else { 0 }
}

/// What a fragment costs: capitals and digits are rare, small letters are everywhere.
fn cost(fragment: &str) -> usize {
    let unusual =
        fragment.bytes().filter(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_' || !byte.is_ascii()).count();
    match (unusual, fragment.len()) {
        (0, 3) => 60,
        (0, 4) => 25,
        (0, _) => 12,
        (1, length) => 10usize.saturating_sub(length),
        (_, _) => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::super::literal::required_phrases;
    use super::{Gate, Guarded, fold_gram};

    fn gate(patterns: &[&str]) -> Gate {
        let guarded =
            |(pattern, regex): (u32, &&str)| Guarded { pattern, phrases: required_phrases(regex), is_deferred: regex.starts_with("^http") };
        let patterns: Vec<Guarded> = (0..).zip(patterns).map(guarded).collect();
        Gate::new(&patterns, &["\u{2500}\u{25b6}"])
    }

    #[test]
    fn short_anchors_share_fragments_and_long_ones_have_grams() {
        let gate = gate(&["code E401", "code E403", "Permission denied", r"\d+", "^http fetch"]);
        assert!(gate.fragments.iter().any(|fragment| &**fragment == "E40"), "{:?}", gate.fragments);
        assert!(gate.loose.is_empty());
        assert_eq!(gate.everywhere.unguarded, [3]);
        assert_eq!(gate.grams.len(), 4);
        assert!(gate.everywhere.texts.iter().any(|text| &**text == "Permission denied"));
        assert_eq!(gate.deferred.texts.len(), 1);
    }

    #[test]
    fn a_long_anchor_has_a_gram_at_every_alignment() {
        let gate = gate(&["EINTEGRITY"]);
        for shift in 0..4 {
            let text = format!("{}npm error code EINTEGRITY, sorry", &"xxx"[..shift.min(3)]);
            let found = text.as_bytes().chunks_exact(4).any(|chunk| gate.grams.contains(&fold_gram(chunk.try_into().unwrap())));
            assert!(found, "{shift}");
        }
    }
}
