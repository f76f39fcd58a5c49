//! Finds the texts that guard the patterns, at about the speed of counting lines.
//!
//! May import: `catalog`.
//!
//! See `catalog::Gate` for the method: grams at every second place say "perhaps", the text itself decides. Three looks
//! follow each other, and each leaves few places to the next. The first asks at every second place one bit of a table; the
//! second looks at the two bytes behind a known gram; the last compares texts.

use std::ops::Range;

use crate::catalog::{Entry, Finder, Gate as CatalogGate, Phrases, fold_gram};

/// Bytes that go through one look before the next ..
const CHUNK: usize = 32 * BLOCK;
/// .. the places in them ..
const PLACES: usize = CHUNK / 2;
/// .. and those that are written down for each block in any case.
const SURE: usize = 6;
/// Bytes that are looked at in one go ..
const BLOCK: usize = 128;
/// .. so many of them without a loop ..
const ROW: usize = 16;
/// .. and those behind them that the last gram and the four bytes after it need.
const BEHIND: usize = 8;

/// The gate at work on one table of texts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gate<'g> {
    phrases: &'g Phrases,
    finder: Finder<'g>,
    /// Its patterns only add to what others find.
    is_deferred: bool,
    /// For each text whether it is looked for; all are where nothing is said.
    wanted: &'g [bool],
}

/// A text that stands in a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Hit {
    /// Where it begins.
    pub(super) start: u32,
    /// Index into `Phrases::texts`.
    pub(super) text: u32,
}

/// All looks at some bytes.
struct Looks<'l> {
    gate: &'l Gate<'l>,
    bytes: &'l [u8],
    hits: &'l mut Vec<Hit>,
}

impl pulp::NullaryFnOnce for Looks<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        self.gate.look_at_all(self.bytes, self.hits);
    }
}

impl<'g> Gate<'g> {
    pub(super) fn new(phrases: &'g Phrases, is_deferred: bool) -> Self {
        Self { phrases, finder: phrases.finder(), is_deferred, wanted: &[] }
    }

    /// The same for some texts only.
    pub(super) fn only(self, wanted: &'g [bool]) -> Self {
        Self { wanted, ..self }
    }

    /// Puts into `wanted` for each text whether some of its patterns is. Those that no text guards are not asked for.
    pub(super) fn want(&self, mut is_wanted: impl FnMut(u32) -> bool, wanted: &mut Vec<bool>) {
        wanted.clear();
        let texts = 0..u32::try_from(self.phrases.len()).unwrap_or(u32::MAX);
        wanted.extend(texts.map(|text| self.phrases.users(text).any(&mut is_wanted)));
    }

    /// Whether its patterns only add to what others find.
    pub(super) fn is_deferred(&self) -> bool {
        self.is_deferred
    }

    /// Whether some pattern has to run on every line.
    pub(super) fn is_unguarded(&self) -> bool {
        !self.phrases.unguarded().is_empty()
    }

    /// How long a text is.
    pub(super) fn length(&self, text: u32) -> usize {
        self.phrases.bytes(text).len()
    }

    /// The patterns that may match `text`, in order and without repeats.
    pub(super) fn candidates(&self, text: &str, hits: &mut Vec<Hit>, out: &mut Vec<u32>) {
        self.find(text.as_bytes(), hits);
        self.patterns(hits.iter(), out);
    }

    /// The patterns that these hits ask for, and those that no text guards; in order and without repeats. True where a hit
    /// has no pattern: its line is looked at for its place in a message.
    pub(super) fn patterns<'h>(&self, hits: impl Iterator<Item = &'h Hit>, out: &mut Vec<u32>) -> bool {
        out.clear();
        out.extend(self.phrases.unguarded());
        let mut may_report = false;
        for hit in hits {
            let known = out.len();
            out.extend(self.phrases.users(hit.text));
            may_report |= out.len() == known;
        }
        out.sort_unstable();
        out.dedup();
        may_report
    }

    /// All texts that stand in `bytes`, by place.
    pub(super) fn find(&self, bytes: &[u8], hits: &mut Vec<Hit>) {
        hits.clear();
        // The looks are compiled twice, and newer processors, which have better instructions for bits, take the other one.
        pulp::Arch::new().dispatch(Looks { gate: self, bytes, hits });
    }

    #[inline(always)]
    fn look_at_all(&self, bytes: &[u8], hits: &mut Vec<Hit>) {
        let mut at = 0;
        while let Some(chunk) = bytes.get(at..at + CHUNK + BEHIND) {
            self.look(bytes, at, chunk, hits);
            at += CHUNK;
        }
        // The rest is looked at with line ends behind it: a text may end where the log does.
        let rest = bytes.get(at..).unwrap_or_default();
        let mut padded = [b'\n'; CHUNK + BLOCK + 2 * BEHIND];
        padded[..rest.len()].copy_from_slice(rest);
        self.look(bytes, at, &padded[..rest.len().next_multiple_of(BLOCK) + BEHIND], hits);
    }

    /// Looks at a chunk, which begins at `at`: some blocks, and a few bytes behind them.
    ///
    /// Each look is a loop of its own, so that the processor need not guess how many places pass the one before.
    #[inline(always)]
    fn look(&self, bytes: &[u8], at: usize, chunk: &[u8], hits: &mut Vec<Hit>) {
        let mut places = [0; PLACES + SURE];
        let mut known = 0;
        for start in (0..chunk.len() - BEHIND).step_by(BLOCK) {
            let Some(block) = chunk.get(start..).and_then(|rest| rest.first_chunk()) else { break };
            known += positions(self.known(block), start, &mut places[known..]);
        }
        let mut likely = 0;
        for index in 0..known {
            let place = places[index];
            places[likely] = place;
            likely += self.finder.is_likely(eight_at(chunk, place)) as usize;
        }
        for place in &places[..likely] {
            self.finder.texts(eight_at(chunk, *place), |entry| self.confirm(bytes, at + usize::from(*place), entry, hits));
        }
        // Grams come in order, and texts begin at different distances before theirs, perhaps in the chunk before.
        let unsorted = hits.iter().rposition(|hit| (hit.start as usize) + CatalogGate::MAX_TEXT < at).map_or(0, |before| before + 1);
        hits[unsorted..].sort_unstable();
    }

    /// A bit for each second place of a block at which a known gram stands.
    #[inline(always)]
    fn known(&self, block: &[u8; BLOCK + BEHIND]) -> u64 {
        let mut known = 0;
        for row in 0..BLOCK / ROW {
            let mut places = 0;
            for place in 0..ROW / 2 {
                places |= self.finder.is_known(gram_at(block, row * ROW + place * 2)) << place;
            }
            known |= places << (row * ROW / 2);
        }
        known
    }

    /// Takes the text of an entry if it stands in the log with its gram at `place`.
    fn confirm(&self, bytes: &[u8], place: usize, entry: Entry, hits: &mut Vec<Hit>) {
        let number = entry.text;
        if self.wanted.get(number as usize).is_some_and(|is_wanted| !is_wanted) {
            return;
        }
        let Some(Range { start, end }) = entry.range(bytes, place) else { return };
        let (piece, text) = (&bytes[start..end], self.phrases.bytes(number));
        if if entry.ignores_case { piece.eq_ignore_ascii_case(text) } else { piece == text } {
            // A region of a log is far smaller than 4 GiB.
            hits.push(Hit { start: u32::try_from(start).unwrap_or(u32::MAX), text: number });
        }
    }
}

/// The folded gram at a place of a block.
#[inline(always)]
fn gram_at(block: &[u8; BLOCK + BEHIND], place: usize) -> u32 {
    fold_gram([block[place], block[place + 1], block[place + 2], block[place + 3]])
}

/// The gram at a place of a chunk as it is written, with the four bytes behind it.
#[inline(always)]
fn eight_at(chunk: &[u8], place: u16) -> u64 {
    u64::from_le_bytes(chunk.get(usize::from(place)..).and_then(|rest| rest.first_chunk()).copied().unwrap_or_default())
}

/// Writes down the places of a block that begins at `start`, and tells how many there are. There is room for all.
#[inline(always)]
#[allow(clippy::cast_possible_truncation)]
fn positions(mut known: u64, start: usize, places: &mut [u16]) -> usize {
    let count = known.count_ones() as usize;
    let mut next = || {
        let place = start + known.trailing_zeros() as usize * 2;
        known &= known.wrapping_sub(1);
        place as u16
    };
    // Almost no block has more than these, and writing too many is cheaper than to ask.
    let (sure, more) = places.split_at_mut(SURE);
    sure.iter_mut().for_each(|place| *place = next());
    if count > SURE {
        more[..count - SURE].iter_mut().for_each(|place| *place = next());
    }
    count
}

#[cfg(test)]
mod tests {
    use super::Gate;
    use crate::catalog::{Catalog, Entry};

    fn starts(gate: &Gate<'_>, text: &[u8]) -> Vec<(u32, u32)> {
        let mut hits = Vec::new();
        gate.find(text, &mut hits);
        hits.iter().map(|hit| (hit.start, hit.text)).collect()
    }

    #[test]
    fn finds_every_text_wherever_it_begins_and_ends() {
        for phrases in [&Catalog::builtin().gate().everywhere, &Catalog::builtin().gate().deferred] {
            let gate = Gate::new(phrases, false);
            for number in (0..).take(phrases.len()) {
                let text = phrases.text(number);
                for before in [0, 1, 2, 127, 128, 129] {
                    // A bracket may stand beside every text.
                    for after in ["", "[", "\n", "[[[[[[[[[[[[[[[[[[[[["] {
                        let log = format!("{}{}{after}", "[".repeat(before), text);
                        assert!(starts(&gate, log.as_bytes()).contains(&(u32::try_from(before).unwrap(), number)), "{log}");
                    }
                }
            }
            assert_eq!(starts(&gate, "~ 1234 ".repeat(1000).as_bytes()), []);
        }
    }

    #[test]
    fn letter_case_counts_where_the_pattern_says_so() {
        let phrases = &Catalog::builtin().gate().everywhere;
        let gate = Gate::new(phrases, false);
        let (folded, exact): (Vec<Entry>, Vec<Entry>) = phrases.finder().all().partition(|entry| entry.ignores_case);
        for number in exact.iter().map(|entry| entry.text) {
            let text = phrases.text(number);
            if !text.bytes().any(|byte| byte.is_ascii_alphabetic()) {
                continue;
            }
            let swapped: String =
                text.chars().map(|c| if c.is_ascii_uppercase() { c.to_ascii_lowercase() } else { c.to_ascii_uppercase() }).collect();
            assert!(!starts(&gate, swapped.as_bytes()).contains(&(0, number)), "{swapped}");
        }
        for number in folded.iter().map(|entry| entry.text) {
            let text = phrases.text(number);
            assert!(starts(&gate, text.to_ascii_uppercase().as_bytes()).contains(&(0, number)), "{}", text);
        }
    }

    #[test]
    fn every_example_is_found() {
        let phrases = &Catalog::builtin().gate().everywhere;
        let gate = Gate::new(phrases, false);
        for rule in Catalog::builtin().rules() {
            for example in &rule.examples {
                assert!(!starts(&gate, example.log.as_bytes()).is_empty(), "{}", rule.id);
            }
        }
    }
}
