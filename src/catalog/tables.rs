//! The tables by which the gate finds texts, worked out once.
//!
//! May import: `catalog::flat`.
//!
//! Three looks follow each other. A bit for each gram tells whether some text is found by it. A slot for each gram tells what
//! follows it there. Behind the slot stand the texts.

use serde::{Deserialize, Serialize};

use super::flat::Flat;

/// Bits of a gram's hash. The bitmap of 128 KiB stays in the second-level cache, and few bits of it are set.
const GRAM_BITS: u32 = 20;
/// Bits of the hash by which texts are found; as many as there are grams in a large catalogue.
const SLOT_BITS: u32 = 14;
/// Bits of the hash of the three bytes of a short text.
const SHORT_BITS: u32 = 12;

const SLOTS: usize = 1 << SLOT_BITS;
/// Bytes of a packed entry.
const ENTRY: usize = 16;

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

/// A gram and the four bytes behind it, folded alike.
#[inline]
fn fold(eight: u64) -> u64 {
    eight | 0x2020_2020_2020_2020
}

/// The packed tables.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Tables {
    /// A bit for the hash of each gram that some text is found by.
    grams: Flat,
    /// What follows the grams of a slot, four bytes each: for each of four bytes a bit for its `eighth`.
    followers: Flat,
    /// Where the entries of each slot end.
    ends: Flat,
    /// Sorted by slot.
    entries: Flat,
    /// A bit for the hash of each three bytes that some short text is found by.
    short: Flat,
}

/// The tables, ready to be asked.
#[derive(Clone, Copy, Debug)]
pub struct Finder<'t> {
    grams: &'t [[u8; 8]; 1 << (GRAM_BITS - 6)],
    followers: &'t [[u8; 4]],
    ends: &'t Flat,
    entries: &'t [[u8; ENTRY]],
    short: &'t [u8; 1 << (SHORT_BITS - 3)],
}

/// A text and what it is found by.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// A gram and up to four bytes behind it, folded where letter case does not count; or a `Side::key`, which no bytes of a
    /// text are, and behind it its three bytes as they are written.
    key: u64,
    /// The text's number.
    pub text: u32,
    /// Bytes from the text's start to the gram, which may begin one before it.
    pub place: i8,
    /// Bytes of the key that count.
    length: u8,
    /// Letter case does not count in the text.
    pub ignores_case: bool,
}

impl Default for Tables {
    fn default() -> Self {
        Self::new([])
    }
}

impl Tables {
    /// The tables for texts, in order, each with the two distances from its start at which its grams are (an even one and an odd
    /// one), and whether letter case does not count in it.
    #[must_use]
    pub fn new<'t>(texts: impl IntoIterator<Item = (&'t [u8], [i8; 2], bool)>) -> Self {
        let mut grams = vec![0; 1 << (GRAM_BITS - 3)];
        let mut short = vec![0; 1 << (SHORT_BITS - 3)];
        let mut followers = vec![0u32; SLOTS];
        let mut found = Vec::new();
        for (number, (text, places, ignores_case)) in (0..).zip(texts) {
            for place in places {
                let (slot, key, length) = match Key::of(text, place) {
                    Key::Gram(eight, length) => {
                        let folded = fold(eight);
                        set(&mut grams, hash(low(folded), GRAM_BITS));
                        followers[slot(low(folded))] |= followers_of(folded, length);
                        (slot(low(folded)), if ignores_case { folded } else { eight }, length)
                    }
                    Key::Three(written, side) => {
                        let three = fold_three(written);
                        side.each_gram(three, |gram| set(&mut grams, hash(gram, GRAM_BITS)));
                        set(&mut short, hash(three, SHORT_BITS));
                        let key = side.key(three);
                        (slot(key), u64::from(key) | u64::from(written) << 32, 8)
                    }
                };
                found.push((slot, Entry { key, text: number, place, length, ignores_case }));
            }
        }
        found.sort_by_key(|(slot, _)| *slot);
        let ends = (0..SLOTS).map(|slot| found.partition_point(|(slot_of, _)| *slot_of <= slot));
        let ends = ends.map(|end| u32::try_from(end).unwrap_or(u32::MAX)).collect();
        Self {
            grams: grams.into(),
            followers: followers.into_iter().collect(),
            ends,
            entries: found.iter().flat_map(|(_, entry)| entry.packed()).collect::<Vec<u8>>().into(),
            short: short.into(),
        }
    }

    /// The tables, ready to be asked.
    #[must_use]
    pub fn finder(&self) -> Finder<'_> {
        Finder {
            // The build script made them as long as they are.
            grams: self.grams.records().first_chunk().unwrap_or(&[[0; 8]; 1 << (GRAM_BITS - 6)]),
            followers: self.followers.records(),
            ends: &self.ends,
            entries: self.entries.records(),
            short: self.short.bytes().first_chunk().unwrap_or(&[0; 1 << (SHORT_BITS - 3)]),
        }
    }
}

impl<'t> Finder<'t> {
    /// One where some text may have this gram, zero elsewhere.
    #[must_use]
    #[inline]
    pub fn is_known(&self, gram: u32) -> u64 {
        let hash = hash(gram, GRAM_BITS);
        u64::from_le_bytes(self.grams[hash >> 6]) >> (hash & 63) & 1
    }

    /// One where some text may have these eight bytes, as far as they are its own.
    #[must_use]
    #[inline]
    pub fn is_likely(&self, eight: u64) -> u64 {
        let eight = fold(eight);
        let gram = low(eight);
        let followers = self.followers.get(slot(gram)).map_or(0, |record| u32::from_le_bytes(*record));
        let follows = |index: u32| followers >> (8 * index + eighth(eight, index));
        let short = bit(self.short, hash(gram & THREE, SHORT_BITS)) | bit(self.short, hash(gram >> 8, SHORT_BITS));
        u64::from(follows(0) & follows(1) & follows(2) & follows(3) & 1) | short
    }

    /// The texts that may have these eight bytes.
    #[inline]
    pub fn texts(&self, eight: u64, mut take: impl FnMut(Entry)) {
        let folded = fold(eight);
        let gram = low(folded);
        for entry in self.entries(slot(gram)) {
            let bytes = if entry.ignores_case { folded } else { eight };
            if (entry.key ^ bytes) << (64 - 8 * u32::from(entry.length)) == 0 {
                take(entry);
            }
        }
        for (three, written, side) in [(gram & THREE, low(eight) & THREE, Side::Lower), (gram >> 8, low(eight) >> 8, Side::Upper)] {
            if bit(self.short, hash(three, SHORT_BITS)) != 0 {
                let key = side.key(three);
                let is_it = |entry: &Entry| low(entry.key) == key && (entry.ignores_case || entry.key >> 32 == u64::from(written));
                self.entries(slot(key)).filter(is_it).for_each(&mut take);
            }
        }
    }

    /// The entries of a slot.
    fn entries(&self, slot: usize) -> impl Iterator<Item = Entry> + use<'t> {
        self.entries.get(self.ends.part(slot)).unwrap_or_default().iter().map(Entry::of)
    }
}

impl Entry {
    fn packed(&self) -> [u8; ENTRY] {
        let mut out = [0; ENTRY];
        out[..8].copy_from_slice(&self.key.to_le_bytes());
        out[8..12].copy_from_slice(&self.text.to_le_bytes());
        out[12..15].copy_from_slice(&[self.place.to_le_bytes()[0], self.length, u8::from(self.ignores_case)]);
        out
    }

    #[inline]
    fn of(record: &[u8; ENTRY]) -> Self {
        let [k0, k1, k2, k3, k4, k5, k6, k7, t0, t1, t2, t3, place, length, ignores_case, _] = *record;
        Self {
            key: u64::from_le_bytes([k0, k1, k2, k3, k4, k5, k6, k7]),
            text: u32::from_le_bytes([t0, t1, t2, t3]),
            place: i8::from_le_bytes([place]),
            length,
            ignores_case: ignores_case != 0,
        }
    }
}

/// What a text is found by at one parity, as it is written.
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
        let three = |start: usize| u32::from_le_bytes([byte(start), byte(start + 1), byte(start + 2), 0]);
        let Ok(from) = usize::try_from(at) else { return Self::Three(three(0), Side::Upper) };
        if text.len() < from + 4 {
            return Self::Three(three(from), Side::Lower);
        }
        let eight = u64::from_le_bytes(std::array::from_fn(|index| byte(from + index)));
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
fn followers_of(eight: u64, length: u8) -> u32 {
    let bits = |index: u32| if u32::from(length) > 4 + index { 1 << eighth(eight, index) } else { 0xff };
    (0..4).map(|index| bits(index) << (8 * index)).fold(0, |all, bits: u32| all | bits)
}

/// Three bytes folded.
fn fold_three(three: u32) -> u32 {
    fold_gram(three.to_le_bytes()) & THREE
}

/// The gram of eight bytes.
#[inline]
#[allow(clippy::cast_possible_truncation)]
fn low(eight: u64) -> u32 {
    eight as u32
}

/// Three bits of one of the four bytes behind a gram, by which letters, digits and blanks differ.
#[inline]
#[allow(clippy::cast_possible_truncation)]
fn eighth(eight: u64, index: u32) -> u32 {
    let byte = (eight >> (32 + 8 * index)) as u32;
    (byte ^ byte >> 3) & 7
}

fn set(bitmap: &mut [u8], hash: usize) {
    bitmap[hash >> 3] |= 1 << (hash & 7);
}

#[inline]
fn bit<const BYTES: usize>(bitmap: &[u8; BYTES], hash: usize) -> u64 {
    u64::from(bitmap[hash >> 3] >> (hash & 7) & 1)
}

/// Hashes a folded gram to a slot, by other bits: most of those that share a bit with a known gram share no slot with it.
#[inline]
fn slot(gram: u32) -> usize {
    hash(gram.rotate_left(15), SLOT_BITS)
}

#[inline]
fn hash(value: u32, bits: u32) -> usize {
    (value.wrapping_mul(0x9e37_79b1) >> (32 - bits)) as usize
}
