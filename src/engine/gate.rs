//! Finds the texts that guard the patterns, at about the speed of counting lines.
//!
//! May import: `catalog`.
//!
//! See `catalog::Gate` for the method: grams at every second place say "perhaps", the text itself decides. Three looks
//! follow each other, and each leaves few places to the next. The first asks at every second place one bit of a table; the
//! second looks at the four bytes behind a known gram, without a branch; the last compares texts.

use crate::catalog::{Phrases, fold_gram};

/// Bits of a gram's hash. The bitmap of 128 KiB stays in the second-level cache, and few bits of it are set.
const GRAM_BITS: u32 = 20;
/// Bits of the hash by which texts are found; as many as there are grams in a large catalogue.
const SLOT_BITS: u32 = 14;
/// Bits of the hash of the three bytes of a short text.
const SHORT_BITS: u32 = 12;
/// Bytes that are looked at in one go ..
const BLOCK: usize = 128;
/// .. so many of them without a loop ..
const ROW: usize = 16;
/// .. and those behind them that its last gram and the four bytes after it need.
const BEHIND: usize = 8;

/// The gate at work on one table of texts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gate<'g> {
    phrases: &'g Phrases,
    tables: &'g Tables,
    /// Its patterns only add to what others find.
    is_deferred: bool,
    /// For each text whether it is looked for; all are where nothing is said.
    wanted: &'g [bool],
}

/// What finds the texts.
#[derive(Debug)]
pub(super) struct Tables {
    /// A bit for the hash of each gram that some text is found by.
    grams: Box<Bitmap<{ words(GRAM_BITS) }>>,
    /// What follows the grams of a slot: for each of four bytes a bit for its `half`.
    followers: Box<[u64]>,
    /// Where the entries of each slot end.
    ends: Box<[u32]>,
    /// Sorted by slot.
    entries: Vec<Entry>,
    /// A bit for the hash of each three bytes that some short text is found by.
    short: Box<Bitmap<{ words(SHORT_BITS) }>>,
}

type Bitmap<const WORDS: usize> = [u64; WORDS];

/// Words of a bitmap with a bit for each hash.
const fn words(bits: u32) -> usize {
    1 << (bits - 6)
}

/// A text and what it is found by.
#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    /// A gram and up to four bytes behind it, folded; or a `Side::key`, which no eight folded bytes are.
    key: u64,
    text: u32,
    /// Bytes from the text's start to the gram, which may begin one before it.
    place: i8,
    /// Bytes of the key that count.
    length: u8,
}

/// A text that stands in a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Hit {
    /// Where it begins.
    pub(super) start: u32,
    /// Index into `Phrases::texts`.
    pub(super) text: u32,
}

impl Tables {
    pub(super) fn new(phrases: &Phrases) -> Self {
        let mut grams = Box::new([0; words(GRAM_BITS)]);
        let mut short = Box::new([0; words(SHORT_BITS)]);
        let mut followers = vec![0; 1 << SLOT_BITS].into_boxed_slice();
        let mut found = Vec::with_capacity(phrases.len() * 2);
        for (number, text) in (0..).take(phrases.len()).map(|text| (text, phrases.text(text).as_bytes())) {
            let (even, odd) = phrases.grams(number);
            for at in [even, odd] {
                let (key, length) = match Key::of(text, at) {
                    Key::Gram(eight, length) => {
                        set(&mut grams[..], gram_hash(low(eight)));
                        followers[slot(low(eight))] |= followers_of(eight, length);
                        (eight, length)
                    }
                    Key::Three(three, side) => {
                        side.each_gram(three, |gram| set(&mut grams[..], gram_hash(gram)));
                        set(&mut short[..], short_hash(three));
                        (u64::from(side.key(three)), 8)
                    }
                };
                found.push(Entry { key, text: number, place: at, length });
            }
        }
        let (ends, entries) = by_slot(&found);
        Self { grams, followers, ends, entries, short }
    }

    /// The entries of a slot.
    fn entries(&self, slot: usize) -> &[Entry] {
        let start = slot.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.entries[start as usize..self.ends[slot] as usize]
    }
}

/// Where the entries of each slot end, and the entries in the order of their slots.
fn by_slot(found: &[Entry]) -> (Box<[u32]>, Vec<Entry>) {
    // Counts first, then where a slot begins, and where it ends once its entries are there.
    let mut ends = vec![0; 1 << SLOT_BITS].into_boxed_slice();
    for entry in found {
        ends[slot(low(entry.key))] += 1;
    }
    let mut sum = 0;
    for end in &mut ends {
        sum += std::mem::replace(end, sum);
    }
    let mut entries = vec![Entry::default(); found.len()];
    for entry in found {
        let place = &mut ends[slot(low(entry.key))];
        entries[*place as usize] = *entry;
        *place += 1;
    }
    (ends, entries)
}

impl<'g> Gate<'g> {
    pub(super) fn new(phrases: &'g Phrases, tables: &'g Tables, is_deferred: bool) -> Self {
        Self { phrases, tables, is_deferred, wanted: &[] }
    }

    /// The same for some texts only.
    pub(super) fn only(self, wanted: &'g [bool]) -> Self {
        Self { wanted, ..self }
    }

    /// Puts into `wanted` for each text whether some of its patterns is. Those that no text guards are not asked for.
    pub(super) fn want(&self, mut is_wanted: impl FnMut(u32) -> bool, wanted: &mut Vec<bool>) {
        wanted.clear();
        let texts = 0..u32::try_from(self.phrases.len()).unwrap_or(u32::MAX);
        wanted.extend(texts.map(|text| self.phrases.users(text).iter().any(|pattern| is_wanted(*pattern))));
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
        self.phrases.text(text).len()
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
            let users = self.phrases.users(hit.text);
            may_report |= users.is_empty();
            out.extend(users);
        }
        out.sort_unstable();
        out.dedup();
        may_report
    }

    /// All texts that stand in `bytes`, by place.
    pub(super) fn find(&self, bytes: &[u8], hits: &mut Vec<Hit>) {
        hits.clear();
        let mut at = 0;
        while let Some(block) = bytes.get(at..).and_then(|rest| rest.first_chunk()) {
            self.look(bytes, at, block, hits);
            at += BLOCK;
        }
        // The rest is looked at with line ends behind it: a text may end where the log does.
        let rest = bytes.get(at..).unwrap_or_default();
        let mut padded = [b'\n'; 2 * BLOCK + BEHIND];
        padded[..rest.len()].copy_from_slice(rest);
        for start in (0..rest.len()).step_by(BLOCK) {
            if let Some(block) = padded[start..].first_chunk() {
                self.look(bytes, at + start, block, hits);
            }
        }
        // Grams come in order, and texts begin at different distances before theirs.
        if !hits.is_sorted() {
            hits.sort_unstable();
        }
    }

    /// Looks at a block, which begins at `at`.
    #[inline]
    fn look(&self, bytes: &[u8], at: usize, block: &[u8; BLOCK + BEHIND], hits: &mut Vec<Hit>) {
        let mut known = 0;
        for row in 0..BLOCK / ROW {
            let mut places = 0;
            for place in 0..ROW / 2 {
                places |= bit(&self.tables.grams, gram_hash(gram_at(block, row * ROW + place * 2))) << place;
            }
            known |= places << (row * ROW / 2);
        }
        let mut likely = 0;
        while known != 0 {
            let place = known.trailing_zeros() as usize;
            known &= known - 1;
            likely |= self.tables.is_likely(eight_at(block, place * 2)) << place;
        }
        while likely != 0 {
            let place = likely.trailing_zeros() as usize * 2;
            likely &= likely - 1;
            self.compare(bytes, at + place, eight_at(block, place), hits);
        }
    }

    /// Compares the texts that the eight bytes at `place`, folded, may belong to.
    #[inline(never)]
    fn compare(&self, bytes: &[u8], place: usize, eight: u64, hits: &mut Vec<Hit>) {
        let gram = low(eight);
        for entry in self.tables.entries(slot(gram)) {
            if (entry.key ^ eight) << (64 - 8 * u32::from(entry.length)) == 0 {
                self.confirm(bytes, place, entry, hits);
            }
        }
        for (three, side) in [(gram & THREE, Side::Lower), (gram >> 8, Side::Upper)] {
            if bit(&self.tables.short, short_hash(three)) != 0 {
                let key = side.key(three);
                for entry in self.tables.entries(slot(key)).iter().filter(|entry| entry.key == u64::from(key)) {
                    self.confirm(bytes, place, entry, hits);
                }
            }
        }
    }

    /// Takes the text of an entry if it stands in the log with its gram at `place`.
    fn confirm(&self, bytes: &[u8], place: usize, entry: &Entry, hits: &mut Vec<Hit>) {
        let number = entry.text;
        if self.wanted.get(number as usize).is_some_and(|is_wanted| !is_wanted) {
            return;
        }
        let text = self.phrases.text(number).as_bytes();
        let Some(start) = place.checked_add_signed(-isize::from(entry.place)) else { return };
        let end = start + text.len();
        let Some(piece) = bytes.get(start..end) else { return };
        let before = start.checked_sub(1).map(|before| bytes[before]);
        if !self.phrases.may_stand_between(number, before, bytes.get(end).copied()) {
            return;
        }
        if if self.phrases.ignores_case(number) { piece.eq_ignore_ascii_case(text) } else { piece == text } {
            // A region of a log is far smaller than 4 GiB.
            hits.push(Hit { start: u32::try_from(start).unwrap_or(u32::MAX), text: number });
        }
    }
}

impl Tables {
    /// One where a text may have its gram at the start of these eight bytes.
    #[inline]
    fn is_likely(&self, eight: u64) -> u64 {
        let gram = low(eight);
        let followers = self.followers[slot(gram)];
        let follows = |index: u32| followers >> (16 * index + half(eight, index));
        let short = bit(&self.short, short_hash(gram & THREE)) | bit(&self.short, short_hash(gram >> 8));
        follows(0) & follows(1) & follows(2) & follows(3) & 1 | short
    }
}

/// What a text is found by at one parity.
enum Key {
    /// A gram with what follows it, and how many bytes are the text's.
    Gram(u64, u8),
    /// Three bytes, for no gram is wholly in the text.
    Three(u32, Side),
}

/// The bytes of a gram that three bytes are.
#[derive(Clone, Copy)]
enum Side {
    Lower,
    Upper,
}

const THREE: u32 = 0x00ff_ffff;

impl Key {
    /// The key of a text at this distance from its start.
    fn of(text: &[u8], at: i8) -> Self {
        let byte = |index: usize| text.get(index).copied().unwrap_or_default();
        let three = |start: usize| fold_gram([byte(start), byte(start + 1), byte(start + 2), 0]) & THREE;
        let Ok(from) = usize::try_from(at) else { return Self::Three(three(0), Side::Upper) };
        if text.len() < from + 4 {
            return Self::Three(three(from), Side::Lower);
        }
        let eight = fold(std::array::from_fn(|index| byte(from + index)));
        // At most eight.
        Self::Gram(eight, u8::try_from((text.len() - from).min(8)).unwrap_or(8))
    }
}

impl Side {
    /// The three bytes and the side.
    fn key(self, three: u32) -> u32 {
        match self {
            Self::Lower => three,
            Self::Upper => three | 1 << 24,
        }
    }

    /// Calls `take` with each folded gram that holds these three bytes.
    fn each_gram(self, three: u32, take: impl FnMut(u32)) {
        let any = (0..=255u32).filter(|byte| byte & 0x20 != 0);
        match self {
            Self::Lower => any.map(|byte| three | byte << 24).for_each(take),
            Self::Upper => any.map(|byte| three << 8 | byte).for_each(take),
        }
    }
}

/// The bits of `Tables::followers` for a gram with so many bytes of a text in all.
fn followers_of(eight: u64, length: u8) -> u64 {
    let bits = |index: u32| if u32::from(length) > 4 + index { 1 << half(eight, index) } else { 0xffff };
    (0..4).map(|index| bits(index) << (16 * index)).fold(0, |all, bits: u64| all | bits)
}

/// The folded gram at a place of a block.
#[inline]
fn gram_at(block: &[u8; BLOCK + BEHIND], place: usize) -> u32 {
    fold_gram([block[place], block[place + 1], block[place + 2], block[place + 3]])
}

/// The folded gram at a place of a block, with the four bytes behind it.
#[inline]
fn eight_at(block: &[u8; BLOCK + BEHIND], place: usize) -> u64 {
    fold(block[place..].first_chunk().copied().unwrap_or_default())
}

#[inline]
fn fold(bytes: [u8; 8]) -> u64 {
    u64::from_le_bytes(bytes) | 0x2020_2020_2020_2020
}

/// The gram of eight bytes.
#[inline]
#[allow(clippy::cast_possible_truncation)]
fn low(eight: u64) -> u32 {
    eight as u32
}

/// Four bits of one of the four bytes behind a gram, by which letters, digits and blanks differ.
#[inline]
fn half(eight: u64, index: u32) -> u32 {
    let byte = (eight >> (32 + 8 * index)) as u32;
    (byte ^ byte >> 4) & 15
}

fn set(bitmap: &mut [u64], hash: usize) {
    bitmap[hash >> 6] |= 1 << (hash & 63);
}

#[inline]
fn bit<const WORDS: usize>(bitmap: &Bitmap<WORDS>, hash: usize) -> u64 {
    bitmap[hash >> 6] >> (hash & 63) & 1
}

/// Hashes a folded gram to a bit.
#[inline]
fn gram_hash(gram: u32) -> usize {
    hash(gram, GRAM_BITS)
}

/// Hashes a folded gram to a slot, by other bits: most of those that share a bit with a known gram share no slot with it.
#[inline]
fn slot(gram: u32) -> usize {
    hash(gram.rotate_left(15), SLOT_BITS)
}

#[inline]
fn short_hash(three: u32) -> usize {
    hash(three, SHORT_BITS)
}

#[inline]
fn hash(value: u32, bits: u32) -> usize {
    (value.wrapping_mul(0x9e37_79b1) >> (32 - bits)) as usize
}

#[cfg(test)]
mod tests {
    use super::{Gate, Tables};
    use crate::catalog::Catalog;

    fn starts(gate: &Gate<'_>, text: &[u8]) -> Vec<(u32, u32)> {
        let mut hits = Vec::new();
        gate.find(text, &mut hits);
        hits.iter().map(|hit| (hit.start, hit.text)).collect()
    }

    #[test]
    fn finds_every_text_wherever_it_begins_and_ends() {
        for phrases in [&Catalog::builtin().gate().everywhere, &Catalog::builtin().gate().deferred] {
            let tables = Tables::new(phrases);
            let gate = Gate::new(phrases, &tables, false);
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
        let tables = Tables::new(phrases);
        let gate = Gate::new(phrases, &tables, false);
        let exact = (0u32..)
            .take(phrases.len())
            .map(|number| (number, phrases.text(number)))
            .filter(|(number, text)| !phrases.ignores_case(*number) && text.bytes().any(|byte| byte.is_ascii_alphabetic()));
        for (number, text) in exact {
            let swapped: String =
                text.chars().map(|c| if c.is_ascii_uppercase() { c.to_ascii_lowercase() } else { c.to_ascii_uppercase() }).collect();
            assert!(!starts(&gate, swapped.as_bytes()).contains(&(0, number)), "{swapped}");
        }
        let folded = (0u32..).take(phrases.len()).filter(|number| phrases.ignores_case(*number));
        for number in folded {
            let text = phrases.text(number);
            assert!(starts(&gate, text.to_ascii_uppercase().as_bytes()).contains(&(0, number)), "{}", text);
        }
    }

    #[test]
    fn every_example_is_found() {
        let phrases = &Catalog::builtin().gate().everywhere;
        let tables = Tables::new(phrases);
        let gate = Gate::new(phrases, &tables, false);
        for rule in Catalog::builtin().rules() {
            for example in &rule.examples {
                assert!(!starts(&gate, example.log.as_bytes()).is_empty(), "{}", rule.id);
            }
        }
    }
}
