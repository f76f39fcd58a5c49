//! The tables by which the gate finds texts, worked out once.
//!
//! May import: `catalog::{border, flat}`.
//!
//! Three looks follow each other. A bit for each gram tells whether some text is found by it. A bit for each *run*, which is a
//! gram with the two bytes behind it, tells whether they are such a text's, too. Behind the run's slot stand the texts.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::border::{Kinds, kind};
use super::flat::Flat;

/// Bits of a gram's hash. The bitmap of 128 KiB stays in the second-level cache, and few bits of it are set.
const GRAM_BITS: u32 = 20;
/// Slots by which texts are found are as many as there are entries, but not fewer than this.
const MIN_SLOTS: usize = 1 << 10;
/// Bits for each slot in the bitmap of the runs ..
const RUN_BITS: usize = 32;
/// .. and in that of what texts are found by which are too short for a run, of which there are few.
const SHORT_BITS: usize = 2;

/// Bytes of a gram ..
pub(super) const GRAM: usize = 4;
/// .. of a run ..
pub(super) const RUN: usize = 6;
/// .. and the most of a key.
pub(super) const KEY: usize = 8;
/// Bytes of a packed entry. Three of them tell the text: more than 16 million there are not.
const ENTRY: usize = 16;
/// Beside a packed entry's length: letter case does not count.
const FOLDED: u8 = 0x80;

/// Four bytes, ASCII letters folded. Some other bytes fold together too, which costs a look and loses nothing.
///
/// ```
/// use lognosis::catalog::fold_gram;
/// assert_eq!(fold_gram(*b"E401"), fold_gram(*b"e401"));
/// assert_ne!(fold_gram(*b"E401"), fold_gram(*b"E404"));
/// ```
#[must_use]
#[inline(always)]
pub fn fold_gram(bytes: [u8; 4]) -> u32 {
    u32::from_le_bytes(bytes) | 0x2020_2020
}

/// A gram and the four bytes behind it, folded alike.
#[inline(always)]
fn fold(eight: u64) -> u64 {
    eight | 0x2020_2020_2020_2020
}

/// The packed tables.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Tables {
    /// A bit for the hash of each gram that some text is found by.
    grams: Flat,
    /// A bit for the hash of each run that some text is found by.
    runs: Flat,
    /// A bit for the hash of each gram, and of each three bytes, that some text is found by which has no run there.
    short: Flat,
    /// Where the entries of each slot end.
    ends: Flat,
    /// Sorted by slot.
    entries: Flat,
}

/// The tables, ready to be asked.
#[derive(Clone, Copy, Debug)]
pub struct Finder<'t> {
    grams: &'t [[u8; 8]; 1 << (GRAM_BITS - 6)],
    runs: Bitmap<'t>,
    short: Bitmap<'t>,
    /// Bits of the hash that is a slot.
    slot_bits: u32,
    ends: &'t Flat,
    entries: &'t [[u8; ENTRY]],
}

/// A text to be found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text<'t> {
    /// In lower case where letter case does not count.
    pub(super) bytes: &'t [u8],
    pub(super) ignores_case: bool,
    /// What may stand right before it ..
    pub(super) before: Kinds,
    /// .. and right behind it.
    pub(super) after: Kinds,
}

/// A text and what it is found by: all that tells it from others before it is compared, in one place.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// A gram and up to four bytes behind it, folded where letter case does not count; or a `Side::key`, which no bytes of a
    /// text are, and behind it its three bytes as they are written.
    key: u64,
    /// The text's number.
    pub text: u32,
    /// Bytes from the text's start to the gram, which may begin one before it.
    place: i8,
    /// Bytes of the key that count; none where it is a `Side::key`.
    length: u8,
    /// Bytes of the text.
    text_length: u8,
    /// Letter case does not count in the text.
    pub ignores_case: bool,
    before: Kinds,
    after: Kinds,
}

impl Default for Tables {
    fn default() -> Self {
        Self::new([])
    }
}

impl Tables {
    /// The tables for texts, in order, each with the two distances from its start at which its grams are (an even one and an odd
    /// one).
    #[must_use]
    pub(super) fn new<'t>(texts: impl IntoIterator<Item = (Text<'t>, [i8; 2])>) -> Self {
        let texts: Vec<(Text<'t>, [i8; 2])> = texts.into_iter().collect();
        let slots = (texts.len() * 2).next_power_of_two().max(MIN_SLOTS);
        let slot_bits = slots.trailing_zeros();
        let [mut grams, mut runs, mut short] = [1 << GRAM_BITS, slots * RUN_BITS, slots * SHORT_BITS].map(|bits| vec![0; bits / 8]);
        let mut found = Vec::new();
        for (number, (Text { bytes, ignores_case, before, after }, places)) in (0..).zip(texts) {
            // Texts are cut where they are longer.
            let text_length = u8::try_from(bytes.len()).unwrap_or(u8::MAX);
            for place in places {
                let (slot, key, length) = match Key::of(bytes, place) {
                    Key::Gram(eight, length) => {
                        let folded = fold(eight);
                        set(&mut grams, hash(low(folded), GRAM_BITS));
                        let slot = if usize::from(length) < RUN {
                            set_hashed(&mut short, low(folded));
                            slot(low(folded), slot_bits)
                        } else {
                            let bits = bits_of(&runs);
                            set(&mut runs, hash_run(folded, bits));
                            hash_run(folded, slot_bits)
                        };
                        (slot, if ignores_case { folded } else { eight }, length)
                    }
                    Key::Three(written, side) => {
                        let three = fold_three(written);
                        side.each_gram(three, |gram| set(&mut grams, hash(gram, GRAM_BITS)));
                        set_hashed(&mut short, side.key(three));
                        let key = side.key(three);
                        (slot(key, slot_bits), u64::from(key) | u64::from(written) << 32, 0)
                    }
                };
                found.push((slot, Entry { key, text: number, place, length, text_length, ignores_case, before, after }));
            }
        }
        found.sort_by_key(|(slot, _)| *slot);
        let ends = (0..slots).map(|slot| found.partition_point(|(slot_of, _)| *slot_of <= slot));
        let ends = ends.map(|end| u32::try_from(end).unwrap_or(u32::MAX)).collect();
        Self {
            grams: grams.into(),
            runs: runs.into(),
            short: short.into(),
            ends,
            entries: found.iter().flat_map(|(_, entry)| entry.packed()).collect::<Vec<u8>>().into(),
        }
    }

    /// The tables, ready to be asked.
    #[must_use]
    pub fn finder(&self) -> Finder<'_> {
        Finder {
            // The build script made them as long as they are.
            grams: self.grams.records().first_chunk().unwrap_or(&[[0; 8]; 1 << (GRAM_BITS - 6)]),
            runs: Bitmap::new(&self.runs),
            short: Bitmap::new(&self.short),
            slot_bits: self.ends.len().trailing_zeros(),
            ends: &self.ends,
            entries: self.entries.records(),
        }
    }
}

impl<'t> Finder<'t> {
    /// One where some text may have this gram, zero elsewhere.
    #[must_use]
    #[inline(always)]
    pub fn is_known(&self, gram: u32) -> u64 {
        let hash = hash(gram, GRAM_BITS);
        u64::from_le_bytes(self.grams[hash >> 6]) >> (hash & 63) & 1
    }
    /// One where some text may have these eight bytes, as far as they are its own.
    #[must_use]
    #[inline(always)]
    pub fn is_likely(&self, eight: u64) -> u64 {
        let eight = fold(eight);
        let gram = low(eight);
        let three = |side: Side| self.short.bit_of(side.key(side.of(gram)));
        self.runs.bit(hash_run(eight, self.runs.bits)) | self.short.bit_of(gram) | three(Side::Lower) | three(Side::Upper)
    }

    /// The texts that may have these eight bytes.
    #[inline(always)]
    pub fn texts(&self, eight: u64, mut take: impl FnMut(Entry)) {
        let folded = fold(eight);
        let gram = low(folded);
        let has_key = |entry: &Entry| {
            let bytes = if entry.ignores_case { folded } else { eight };
            (entry.key ^ bytes) << (64 - 8 * u32::from(entry.length)) == 0
        };
        if self.runs.bit(hash_run(folded, self.runs.bits)) != 0 {
            let is_it = |entry: &Entry| usize::from(entry.length) >= RUN && has_key(entry);
            self.entries(hash_run(folded, self.slot_bits)).filter(is_it).for_each(&mut take);
        }
        if self.short.bit_of(gram) != 0 {
            let is_it = |entry: &Entry| (1..RUN).contains(&usize::from(entry.length)) && has_key(entry);
            self.entries(slot(gram, self.slot_bits)).filter(is_it).for_each(&mut take);
        }
        for side in [Side::Lower, Side::Upper] {
            let (key, written) = (side.key(side.of(gram)), side.of(low(eight)));
            if self.short.bit_of(key) != 0 {
                let is_it = |entry: &Entry| {
                    entry.length == 0 && low(entry.key) == key && (entry.ignores_case || entry.key >> 32 == u64::from(written))
                };
                self.entries(slot(key, self.slot_bits)).filter(is_it).for_each(&mut take);
            }
        }
    }

    /// All entries: two for each text.
    pub fn all(&self) -> impl Iterator<Item = Entry> + use<'t> {
        self.entries.iter().map(Entry::of)
    }

    /// The entries of a slot.
    fn entries(&self, slot: usize) -> impl Iterator<Item = Entry> + use<'t> {
        self.entries.get(self.ends.part(slot)).unwrap_or_default().iter().map(Entry::of)
    }
}

impl Entry {
    /// Where the text stands, if its gram is at `place` of these bytes and what is on both sides of it may be there. A log's
    /// ends, or a region's, may be on any side.
    #[must_use]
    #[inline]
    pub fn range(&self, bytes: &[u8], place: usize) -> Option<Range<usize>> {
        let start = place.checked_add_signed(-isize::from(self.place))?;
        let end = start + usize::from(self.text_length);
        let may_stand = |kinds: Kinds, byte: Option<&u8>| byte.is_none_or(|byte| kinds & kind(*byte) != 0);
        let is_here = end <= bytes.len()
            && may_stand(self.before, start.checked_sub(1).and_then(|before| bytes.get(before)))
            && may_stand(self.after, bytes.get(end));
        is_here.then_some(start..end)
    }

    fn packed(&self) -> [u8; ENTRY] {
        let mut out = [0; ENTRY];
        out[..8].copy_from_slice(&self.key.to_le_bytes());
        out[8..11].copy_from_slice(&self.text.to_le_bytes()[..3]);
        let folded = if self.ignores_case { FOLDED } else { 0 };
        out[11..].copy_from_slice(&[self.place.to_le_bytes()[0], self.length | folded, self.text_length, self.before, self.after]);
        out
    }

    #[inline]
    fn of(record: &[u8; ENTRY]) -> Self {
        let [k0, k1, k2, k3, k4, k5, k6, k7, t0, t1, t2, place, length, text_length, before, after] = *record;
        Self {
            key: u64::from_le_bytes([k0, k1, k2, k3, k4, k5, k6, k7]),
            text: u32::from_le_bytes([t0, t1, t2, 0]),
            place: i8::from_le_bytes([place]),
            length: length & !FOLDED,
            text_length,
            ignores_case: length & FOLDED != 0,
            before,
            after,
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
        if text.len() < from + GRAM {
            return Self::Three(three(from), Side::Lower);
        }
        let eight = u64::from_le_bytes(std::array::from_fn(|index| byte(from + index)));
        Self::Gram(eight, u8::try_from((text.len() - from).min(KEY)).unwrap_or(8))
    }
}

impl Side {
    /// The three bytes of a gram on this side.
    #[inline(always)]
    fn of(self, gram: u32) -> u32 {
        match self {
            Self::Lower => gram & THREE,
            Self::Upper => gram >> 8,
        }
    }

    /// The three bytes and the side.
    #[inline(always)]
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

/// Three bytes folded.
fn fold_three(three: u32) -> u32 {
    fold_gram(three.to_le_bytes()) & THREE
}

/// The gram of eight bytes.
#[inline(always)]
#[allow(clippy::cast_possible_truncation)]
fn low(eight: u64) -> u32 {
    eight as u32
}

fn set(bitmap: &mut [u8], hash: usize) {
    bitmap[hash >> 3] |= 1 << (hash & 7);
}

fn set_hashed(bitmap: &mut [u8], value: u32) {
    let bits = bits_of(bitmap);
    set(bitmap, hash(value, bits));
}

/// Bits of the hashes for which a bitmap has bits.
fn bits_of(bitmap: &[u8]) -> u32 {
    (bitmap.len() * 8).trailing_zeros()
}

/// Bits that are read where they lie.
#[derive(Clone, Copy, Debug)]
struct Bitmap<'b> {
    bytes: &'b [u8],
    /// Bits of a hash.
    bits: u32,
}

impl<'b> Bitmap<'b> {
    fn new(flat: &'b Flat) -> Self {
        Self { bytes: flat.bytes(), bits: bits_of(flat.bytes()) }
    }

    #[inline(always)]
    fn bit(self, hash: usize) -> u64 {
        self.bytes.get(hash >> 3).map_or(0, |byte| u64::from(byte >> (hash & 7) & 1))
    }

    /// The bit for the hash of a value.
    #[inline(always)]
    fn bit_of(self, value: u32) -> u64 {
        self.bit(hash(value, self.bits))
    }
}

/// Hashes a folded run: the lower six of eight bytes.
#[inline(always)]
#[allow(clippy::cast_possible_truncation)]
fn hash_run(eight: u64, bits: u32) -> usize {
    ((eight << 16).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - bits)) as usize
}

/// Hashes a folded gram to a slot, by other bits: most of those that share a bit with a known gram share no slot with it.
#[inline]
fn slot(gram: u32, bits: u32) -> usize {
    hash(gram.rotate_left(15), bits)
}

#[inline(always)]
fn hash(value: u32, bits: u32) -> usize {
    (value.wrapping_mul(0x9e37_79b1) >> (32 - bits)) as usize
}
