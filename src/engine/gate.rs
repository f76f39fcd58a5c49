//! Finds the texts that guard the patterns, at about the speed of counting lines.
//!
//! May import: `catalog`.
//!
//! See `catalog::Gate` for the method: grams at every second place say "perhaps", the text itself decides. Between the
//! two, where a gram is known, the two bytes behind it are looked at, too: that leaves few texts to be compared. All that
//! is asked at every place is one bit of a table; where few bits are set, few branches are taken.

use crate::catalog::{Phrases, fold_gram};

/// Bits of a gram's hash. The bitmap of 128 KiB stays in the second-level cache, and few bits of it are set.
const GRAM_BITS: u32 = 20;
/// The same of a key's hash: a table of 8 KiB, which stays in the first-level cache.
const KEY_BITS: u32 = 16;
/// Bits of the hash by which texts are found.
const BUCKET_BITS: u32 = 13;
/// Bytes that are looked at in one go ..
const BLOCK: usize = 16;
/// .. and those behind them that its last gram and the two bytes after it need.
const BEHIND: usize = 4;

/// The gate at work on one table of texts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gate<'g> {
    phrases: &'g Phrases,
    tables: &'g Tables,
    /// Its patterns only add to what others find.
    is_deferred: bool,
}

/// What finds the texts.
#[derive(Debug)]
pub(super) struct Tables {
    /// A bit for the hash of each gram that some text is found by.
    grams: Box<Bitmap<{ words(GRAM_BITS) }>>,
    /// The same for the keys.
    keys: Box<Bitmap<{ words(KEY_BITS) }>>,
    /// The entry of each bucket that was added last; `NONE` where there is none.
    buckets: Box<[u32]>,
    entries: Vec<Entry>,
    /// For each entry the bytes from the text's start to the gram; negative where the gram begins before it.
    places: Vec<i8>,
}

/// No entry.
const NONE: u32 = u32::MAX;

type Bitmap<const WORDS: usize> = [u64; WORDS];

/// Words of a bitmap with a bit for each hash.
const fn words(bits: u32) -> usize {
    1 << (bits - 6)
}

/// A text that a gram may stand for.
#[derive(Clone, Copy, Debug)]
struct Entry {
    /// `Key::value`.
    key: u64,
    text: u32,
    /// The entry of the same bucket that was added before.
    before: u32,
}

/// What a text is told by: folded bytes from the place of a gram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    /// The gram and two bytes behind it.
    Six(u64),
    /// The gram.
    Four(u32),
    /// Its first three bytes; any byte may follow.
    First(u32),
    /// Its last three bytes; any byte may come before them.
    Last(u32),
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
        let (mut grams, mut known) = (Box::new([0; words(GRAM_BITS)]), Box::new([0; words(KEY_BITS)]));
        let mut buckets = vec![NONE; 1 << BUCKET_BITS].into_boxed_slice();
        let mut entries = Vec::with_capacity(phrases.len() * 2);
        let mut places = Vec::with_capacity(phrases.len() * 2);
        for (number, text) in (0..).take(phrases.len()).map(|text| (text, phrases.text(text).as_bytes())) {
            for (key, at) in keys(text, phrases.grams(number)) {
                key.each_gram(|gram| set(&mut grams, gram_hash(gram)));
                set(&mut known, key.hash(KEY_BITS));
                let newest = &mut buckets[key.hash(BUCKET_BITS)];
                let before = std::mem::replace(newest, u32::try_from(entries.len()).unwrap_or(NONE));
                entries.push(Entry { key: key.value(), text: number, before });
                places.push(at);
            }
        }
        Self { grams, keys: known, buckets, entries, places }
    }
}

impl<'g> Gate<'g> {
    pub(super) fn new(phrases: &'g Phrases, tables: &'g Tables, is_deferred: bool) -> Self {
        Self { phrases, tables, is_deferred }
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
        while let Some(block) = bytes.get(at..).and_then(|rest| rest.first_chunk::<{ BLOCK + BEHIND }>()) {
            let known = self.known_places(block);
            if known != 0 {
                self.look(bytes, at, block, known, hits);
            }
            at += BLOCK;
        }
        // The rest is looked at with line ends behind it: a text may end where the log does.
        let mut padded = [b'\n'; 2 * BLOCK + BEHIND];
        let rest = bytes.get(at..).unwrap_or_default();
        padded[..rest.len()].copy_from_slice(rest);
        for start in [0, BLOCK] {
            if let Some(block) = padded[start..].first_chunk::<{ BLOCK + BEHIND }>() {
                self.look(bytes, at + start, block, self.known_places(block), hits);
            }
        }
        // Grams come in order, and texts begin at different distances before theirs.
        if !hits.is_sorted() {
            hits.sort_unstable();
        }
    }

    /// A bit for each second place of the block where some text's gram may be.
    #[inline]
    fn known_places(&self, block: &[u8; BLOCK + BEHIND]) -> u64 {
        let mut places = 0;
        for place in 0..BLOCK / 2 {
            places |= bit(&self.tables.grams, gram_hash(gram_at(block, place * 2))) << place;
        }
        places
    }

    /// Compares the texts of the grams at these places of a block, which begins at `at`.
    #[inline(never)]
    fn look(&self, bytes: &[u8], at: usize, block: &[u8; BLOCK + BEHIND], mut places: u64, hits: &mut Vec<Hit>) {
        while places != 0 {
            let place = places.trailing_zeros() as usize * 2;
            places &= places - 1;
            let gram = gram_at(block, place);
            let six = Key::Six(six(gram, block[place + 4], block[place + 5]));
            for key in [six, Key::Four(gram), Key::First(gram & FIRST), Key::Last(gram & LAST)] {
                if bit(&self.tables.keys, key.hash(KEY_BITS)) != 0 {
                    self.compare(bytes, at + place, key, hits);
                }
            }
        }
    }

    fn compare(&self, bytes: &[u8], place: usize, key: Key, hits: &mut Vec<Hit>) {
        let mut next = self.tables.buckets[key.hash(BUCKET_BITS)];
        while let Some(entry) = self.tables.entries.get(next as usize) {
            let number = next as usize;
            next = entry.before;
            if entry.key != key.value() {
                continue;
            }
            let text = self.phrases.text(entry.text).as_bytes();
            let Some(start) = place.checked_add_signed(-isize::from(self.tables.places[number])) else { continue };
            let Some(piece) = bytes.get(start..start + text.len()) else { continue };
            let ignores_case = self.phrases.ignores_case(entry.text);
            // Most that differ do so in the letter case of the first byte, or in the last one.
            let fold = if ignores_case { 0x20 } else { 0 };
            let differs = |at: usize| (piece[at] | fold) != (text[at] | fold);
            if differs(0) || differs(text.len() - 1) {
                continue;
            }
            if if ignores_case { piece.eq_ignore_ascii_case(text) } else { piece == text } {
                // A region of a log is far smaller than 4 GiB.
                hits.push(Hit { start: u32::try_from(start).unwrap_or(u32::MAX), text: entry.text });
            }
        }
    }
}

/// The lower three bytes of a gram, and the upper ones.
const FIRST: u32 = 0x00ff_ffff;
const LAST: u32 = 0xffff_ff00;

impl Key {
    /// The key as a number.
    #[inline]
    fn value(self) -> u64 {
        match self {
            Self::Six(six) => six,
            Self::Four(gram) => u64::from(gram) | 1 << 56,
            Self::First(gram) => u64::from(gram) | 2 << 56,
            Self::Last(gram) => u64::from(gram) | 3 << 56,
        }
    }

    /// So many bits of a hash.
    #[inline]
    fn hash(self, bits: u32) -> usize {
        (self.value().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - bits)) as usize
    }

    /// Calls `take` with each folded gram that the key stands for.
    fn each_gram(self, mut take: impl FnMut(u32)) {
        let any = (0..=255u32).filter(|byte| byte & 0x20 != 0);
        match self {
            // The gram is the lower half.
            #[allow(clippy::cast_possible_truncation)]
            Self::Six(six) => take(six as u32),
            Self::Four(gram) => take(gram),
            Self::First(gram) => any.for_each(|byte| take(gram | byte << 24)),
            Self::Last(gram) => any.for_each(|byte| take(gram | byte)),
        }
    }
}

/// The keys by which a text is found: one at an even distance from its start, and one at an odd one.
fn keys(text: &[u8], (even, odd): (i8, i8)) -> [(Key, i8); 2] {
    [even, odd].map(|at| (key(text, at), at))
}

/// The key of a text at this distance from its start.
fn key(text: &[u8], at: i8) -> Key {
    let byte = |index: usize| text.get(index).copied().unwrap_or_default();
    let gram = |start: usize| fold_gram([byte(start), byte(start + 1), byte(start + 2), byte(start + 3)]);
    let Ok(from) = usize::try_from(at) else { return Key::Last(gram(0) << 8) };
    match text.len().saturating_sub(from) {
        0..=3 => Key::First(gram(from) & FIRST),
        4 | 5 => Key::Four(gram(from)),
        _ => Key::Six(six(gram(from), byte(from + 4), byte(from + 5))),
    }
}

/// The folded gram at a place of a block.
#[inline]
fn gram_at(block: &[u8; BLOCK + BEHIND], place: usize) -> u32 {
    fold_gram([block[place], block[place + 1], block[place + 2], block[place + 3]])
}

/// A folded gram and the two bytes behind it.
#[inline]
fn six(gram: u32, fifth: u8, sixth: u8) -> u64 {
    u64::from(gram) | u64::from(fifth | 0x20) << 32 | u64::from(sixth | 0x20) << 40
}

fn set<const WORDS: usize>(bitmap: &mut Bitmap<WORDS>, hash: usize) {
    bitmap[hash >> 6] |= 1 << (hash & 63);
}

#[inline]
fn bit<const WORDS: usize>(bitmap: &Bitmap<WORDS>, hash: usize) -> u64 {
    bitmap[hash >> 6] >> (hash & 63) & 1
}

/// Hashes a folded gram to a bit.
#[inline]
fn gram_hash(gram: u32) -> usize {
    (gram.wrapping_mul(0x9e37_79b1) >> (32 - GRAM_BITS)) as usize
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
                for before in [0, 1, 2, 15, 16, 17] {
                    for after in ["", "~", "\n", "~~~~~~~~~~~~~~~~~~~~~"] {
                        let log = format!("{}{}{after}", "~".repeat(before), text);
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
