//! Which texts a line must hold so that a regex can match it.
//!
//! May import: `catalog::{border, common, ordinary}`.
//!
//! The gate looks for these texts in a log and everything that follows happens only on lines that hold one. So they must
//! be *necessary* (every match holds one of the set) and should be *rare*. Of `code (?:E401|E403)\b` the set is {`code
//! e401`, `code e403`}. Letter case is folded, so that a pattern that ignores case needs one text and not all its
//! spellings.

use regex_syntax::hir::{Class, Hir, HirKind};

use super::border::{self, Kinds};
use super::common::COMMON;
use super::ordinary::estimate;

/// More alternatives than this are not worth a set.
const MAX_SET: usize = 64;
/// Guards below this stand on too many lines of ordinary logs.
const WEAK_SCORE: i32 = 12;
/// Shorter literals hit too many lines.
const MIN_LENGTH: usize = 3;
/// One character of a word, and whether it may stand in either case.
type Unit = (char, bool);

/// A text that a match holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Phrase {
    units: Vec<Unit>,
    /// What may stand right before it, and right behind it.
    pub(super) before: Kinds,
    pub(super) after: Kinds,
}

impl Phrase {
    fn new(units: &[Unit], before: Kinds, after: Kinds) -> Self {
        Self { units: units.to_vec(), before, after }
    }

    /// The text with ASCII letters in lower case.
    pub(super) fn folded(&self) -> String {
        self.units.iter().map(|(c, _)| c.to_ascii_lowercase()).collect()
    }

    /// The text as it is written, and whether letters of it may stand in either case: then they are folded.
    pub(super) fn spelling(&self) -> (String, bool) {
        let ignores_case = self.units.iter().any(|(c, either)| *either && c.is_ascii_alphabetic());
        (if ignores_case { self.folded() } else { self.units.iter().map(|(c, _)| *c).collect() }, ignores_case)
    }

    fn is_common(&self) -> bool {
        let folded = self.folded();
        let word = folded.trim_matches(|c: char| c.is_ascii_punctuation() && c != '/' && c != ':');
        word.is_empty() || word.len() < MIN_LENGTH || COMMON.binary_search(&word).is_ok() || COMMON.binary_search(&&*folded).is_ok()
    }

    /// How rare a word is in logs, by a rule of thumb: long is rare, capitals, digits and underscores are rarer, and
    /// a few small letters are part of many words.
    fn word_rarity(&self) -> i32 {
        let is_unusual = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_' || !c.is_ascii();
        let unusual = self.units.iter().filter(|(c, either)| !either && is_unusual(*c)).count();
        let length = i32::try_from(self.units.len().min(14)).unwrap_or(0);
        let odd = i32::try_from(unusual.min(4)).unwrap_or(0);
        if self.units.iter().all(|(c, _)| c.is_ascii_digit()) {
            return length.min(4);
        }
        if unusual > 1 || length >= 7 { length + odd } else { (length - 3).max(0) + odd }
    }

    /// How rare the text is: as its best word, or, where that tells little, the rarer the longer the text is.
    fn rarity(&self) -> i32 {
        let words: Vec<Self> =
            self.units.split(|(c, _)| c.is_whitespace()).map(|units| Self::new(units, border::ANY, border::ANY)).collect();
        let best = words.iter().filter(|word| !word.is_common()).map(Self::word_rarity).max().unwrap_or(0);
        let length = i32::try_from(self.folded().trim().len().min(20)).unwrap_or(0);
        match words.iter().filter(|word| !word.units.is_empty()).count() {
            0 | 1 => best,
            _ => (best + length / 6).max((length / 4).min(5)),
        }
    }
}

/// The texts of which every match of `pattern` holds at least one, letters folded to lower case; `None` where there is no
/// such set, or the pattern is not a regex.
///
/// ```
/// use lognosis::catalog::required_literals;
/// assert_eq!(required_literals(r"code (?:E401|E403)\b").unwrap(), ["code e401", "code e403"]);
/// assert_eq!(required_literals(r"(?i)connection died").unwrap(), ["connection died"]);
/// assert_eq!(required_literals(r"\d+ of \d+"), None);
/// ```
#[must_use]
pub fn required_literals(pattern: &str) -> Option<Vec<String>> {
    let mut set: Vec<String> = required_phrases(pattern)?.iter().map(Phrase::folded).collect();
    set.sort();
    set.dedup();
    Some(set)
}

/// The same with what is known of the letters' case.
pub(super) fn required_phrases(pattern: &str) -> Option<Vec<Phrase>> {
    let hir = regex_syntax::parse(pattern).ok()?;
    Some(best(&hir)?.phrases)
}

/// A necessary set and how good a guard it is.
#[derive(Clone, Debug)]
struct Guard {
    phrases: Vec<Phrase>,
    score: i32,
}

impl Guard {
    fn new(mut phrases: Vec<Phrase>) -> Option<Self> {
        phrases.sort();
        phrases.dedup();
        if phrases.is_empty() || phrases.len() > MAX_SET || phrases.iter().any(|phrase| phrase.folded().trim().len() < MIN_LENGTH) {
            return None;
        }
        let weakest = phrases.iter().map(Phrase::rarity).min()?;
        let cost = phrases.len().ilog2().cast_signed();
        let seen: u32 = phrases.iter().map(|phrase| estimate(phrase.folded().as_bytes())).sum();
        let noise = (seen + 1).ilog2().cast_signed() * 5;
        Some(Self { score: weakest * 2 - cost - noise, phrases })
    }
}

fn best(hir: &Hir) -> Option<Guard> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) | HirKind::Class(_) => None,
        HirKind::Literal(_) => exact(hir).and_then(|texts| guard_of_exact(&texts, border::ANY, border::ANY)),
        HirKind::Capture(capture) => best(&capture.sub),
        HirKind::Repetition(repetition) => {
            if repetition.min >= 1 {
                best(&repetition.sub)
            } else {
                None
            }
        }
        HirKind::Alternation(branches) => {
            let whole = exact(hir).and_then(|texts| guard_of_exact(&texts, border::ANY, border::ANY));
            let mut phrases = Vec::new();
            let mut complete = true;
            for branch in branches {
                match best(branch) {
                    Some(guard) => phrases.extend(guard.phrases),
                    None => complete = false,
                }
            }
            let union = if complete { Guard::new(phrases) } else { None };
            better(whole, union)
        }
        HirKind::Concat(_) => {
            let mut parts = Vec::new();
            flatten(hir, &mut parts);
            let mut found: Option<Guard> = None;
            // Neighbouring parts with few possible texts are read as one: `E` + `401|403` is `E401|E403`. Where they become
            // too many, the first ones are left out.
            let mut run = Run::default();
            for (at, part) in parts.iter().copied().enumerate() {
                if let Some(texts) = exact(part) {
                    if !run.push(&texts) {
                        found = better(found, run.guard(&parts));
                        while !run.push(&texts) && run.drop_first() {}
                    }
                } else if let Some(once) = repeated(part) {
                    // Of ` +` there is one behind what comes before it, and one before what comes behind.
                    run.ends_repeated = run.push(&once);
                    found = better(found, run.guard(&parts));
                    run = Run { first: at, ..Run::default() };
                    run.starts_repeated = run.push(&once);
                } else {
                    found = better(found, run.guard(&parts));
                    run = Run { first: at + 1, ..Run::default() };
                    found = better(found, best(part));
                }
            }
            found = better(found, run.guard(&parts));
            for (at, part) in parts.iter().copied().enumerate() {
                let alone =
                    exact(part).and_then(|texts| guard_of_exact(&texts, border::before(&parts[..at]), border::after(&parts[at + 1..])));
                found = better(better(found, alone), best(part));
            }
            found
        }
    }
}

/// Neighbouring parts of a pattern of which all texts are known.
#[derive(Debug, Default)]
struct Run {
    parts: Vec<Vec<Vec<Unit>>>,
    /// The index of the first part.
    first: usize,
    /// The first part, or the last one, is repeated, and one time of it is here.
    starts_repeated: bool,
    ends_repeated: bool,
}

impl Run {
    /// Adds a part; false where the texts would be too many.
    fn push(&mut self, texts: &[Vec<Unit>]) -> bool {
        let count = self.parts.iter().map(Vec::len).product::<usize>() * texts.len();
        let fits = count <= MAX_SET;
        if fits {
            self.parts.push(texts.to_vec());
        }
        fits
    }

    /// Leaves out the first part; false where there is none.
    fn drop_first(&mut self) -> bool {
        if self.parts.is_empty() {
            return false;
        }
        self.parts.remove(0);
        self.first += 1;
        self.starts_repeated = false;
        true
    }

    /// The guard that its texts are; `all` are the parts of the pattern.
    fn guard(&self, all: &[&Hir]) -> Option<Guard> {
        let texts = self.parts.iter().try_fold(vec![Vec::new()], |run, part| product(&run, part))?;
        let end = self.first + self.parts.len();
        let mut before = border::before(&all[..self.first]);
        if self.starts_repeated {
            before |= border::before(&all[..=self.first]);
        }
        let mut after = border::after(&all[end..]);
        if self.ends_repeated {
            after |= border::after(&all[end - 1..]);
        }
        guard_of_exact(&texts, before, after)
    }
}

/// What is repeated at least once, and as often as one likes.
fn repeated(hir: &Hir) -> Option<Vec<Vec<Unit>>> {
    match hir.kind() {
        HirKind::Repetition(repetition) if repetition.min >= 1 => exact(&repetition.sub),
        _ => None,
    }
}

/// The parts of nested concatenations and groups, in a row.
fn flatten<'h>(hir: &'h Hir, out: &mut Vec<&'h Hir>) {
    match hir.kind() {
        HirKind::Concat(parts) => parts.iter().for_each(|part| flatten(part, out)),
        HirKind::Capture(capture) => flatten(&capture.sub, out),
        _ => out.push(hir),
    }
}

fn better(a: Option<Guard>, b: Option<Guard>) -> Option<Guard> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if b.score > a.score { b } else { a }),
        (a, b) => a.or(b),
    }
}

/// All texts that `hir` can match, if they are few. A letter in either case counts as one.
fn exact(hir: &Hir) -> Option<Vec<Vec<Unit>>> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Some(vec![Vec::new()]),
        HirKind::Literal(literal) => std::str::from_utf8(&literal.0).ok().map(|text| vec![text.chars().map(|c| (c, false)).collect()]),
        HirKind::Class(Class::Unicode(class)) => {
            let size: u32 = class.ranges().iter().map(|r| u32::from(r.end()) - u32::from(r.start()) + 1).sum();
            if size > 10 {
                return None;
            }
            let all: Vec<char> = class.ranges().iter().flat_map(|r| r.start()..=r.end()).collect();
            let has_other_case = |c: &char| c.is_ascii_uppercase() && all.contains(&c.to_ascii_lowercase());
            let units =
                all.iter().filter(|c| !has_other_case(c)).map(|c| (*c, all.contains(&c.to_ascii_uppercase()) && c.is_ascii_lowercase()));
            Some(units.map(|unit| vec![unit]).collect())
        }
        HirKind::Class(Class::Bytes(_)) => None,
        HirKind::Capture(capture) => exact(&capture.sub),
        HirKind::Repetition(repetition) => {
            let sub = exact(&repetition.sub)?;
            match (repetition.min, repetition.max) {
                (0, Some(1)) => {
                    let mut texts = vec![Vec::new()];
                    texts.extend(sub);
                    Some(texts)
                }
                (1, Some(1)) => Some(sub),
                // ` {1,3}` and the like: a few texts.
                (min, Some(max)) if max <= 6 && sub.len() == 1 => Some((min..=max).map(|times| sub[0].repeat(times as usize)).collect()),
                _ => None,
            }
        }
        HirKind::Alternation(branches) => {
            let mut texts = Vec::new();
            for branch in branches {
                texts.extend(exact(branch)?);
                if texts.len() > MAX_SET {
                    return None;
                }
            }
            Some(texts)
        }
        HirKind::Concat(parts) => {
            let mut texts = vec![Vec::new()];
            for part in parts {
                texts = product(&texts, &exact(part)?)?;
            }
            Some(texts)
        }
    }
}

fn product(left: &[Vec<Unit>], right: &[Vec<Unit>]) -> Option<Vec<Vec<Unit>>> {
    if left.len() * right.len() > MAX_SET {
        return None;
    }
    Some(left.iter().flat_map(|l| right.iter().map(move |r| l.iter().chain(r).copied().collect())).collect())
}

fn guard_of_exact(texts: &[Vec<Unit>], before: Kinds, after: Kinds) -> Option<Guard> {
    Guard::new(texts.iter().map(|units| Phrase::new(units, before, after)).collect())
}

/// Whether the best guard of a pattern is of little use: its texts stand on many ordinary lines.
pub(super) fn is_weak_guard(pattern: &str) -> bool {
    let guard = regex_syntax::parse(pattern).ok().and_then(|hir| best(&hir));
    guard.is_none_or(|guard| guard.score < WEAK_SCORE)
}

#[cfg(test)]
mod tests {
    use super::required_literals;

    fn of(pattern: &str) -> Vec<String> {
        required_literals(pattern).unwrap_or_default()
    }

    #[test]
    fn finds_the_rarest_phrase() {
        assert_eq!(of(r"npm error code EINTEGRITY"), ["npm error code eintegrity"]);
        assert_eq!(of(r"^fetch from \S+ failed with EINTEGRITY$"), [" failed with eintegrity"]);
    }

    #[test]
    fn joins_split_alternatives() {
        assert_eq!(of(r"E(?:401|404) "), ["e401 ", "e404 "]);
        assert_eq!(of(r"self[- ]signed certificate in certificate chain"), ["signed certificate in certificate chain"]);
    }

    #[test]
    fn a_short_word_does_not_hide_a_longer_one() {
        assert_eq!(of(r"^not ok \d+"), ["not ok "]);
    }

    #[test]
    fn optional_parts_are_not_required() {
        assert_eq!(of(r"(?:foobar )?ECONNRESET"), ["econnreset"]);
        assert!(of(r"(?:ECONNRESET)?").is_empty());
        assert!(of(r"ECONNRESET|\d+").is_empty());
    }

    #[test]
    fn a_pattern_that_ignores_case_is_guarded_by_one_word() {
        assert_eq!(of(r"(?i)connection"), ["connection"]);
        // Kelvin's sign is a k to a regex that ignores case, and not to a gate that folds ASCII.
        assert_eq!(of(r"(?i)killed"), ["killed", "\u{212a}illed"]);
    }
}
