//! Finds the lines that may matter, at about the speed of counting them.
//!
//! May import: `catalog`.
//!
//! See `catalog::Gate` for the method: grams and fragments say "perhaps", texts decide.

use aho_corasick::packed::{self, MatchKind};
use aho_corasick::{AhoCorasick, AhoCorasickKind};

use crate::catalog::{self, Phrases, fold_gram};

/// Bits of a gram's hash. The bitmap of 64 KiB stays in the second-level cache, and few bits of it are set.
const GRAM_BITS: u32 = 19;
/// Bits of the hash by which texts are found.
const BUCKET_BITS: u32 = 13;
/// Fragments of one packed searcher.
const GROUP: usize = 60;
/// Packed searchers.
const GROUPS: usize = 4;
/// Bytes behind a "perhaps" that are searched for texts.
const AROUND: usize = 4096;
/// No text is longer.
const MAX_TEXT: usize = catalog::Gate::MAX_TEXT;

/// The gate at work.
#[derive(Debug)]
pub(super) struct Gate<'c> {
    grams: Box<[u64]>,
    /// Fragments in groups that a packed searcher can take, the rarest first.
    fragments: Vec<packed::Searcher>,
    loose: Option<AhoCorasick>,
    everywhere: Index<'c>,
    deferred: Index<'c>,
}

/// Texts by the hash of their rarest three bytes.
#[derive(Debug)]
struct Index<'c> {
    phrases: &'c Phrases,
    /// First entry of each bucket.
    buckets: Box<[u32]>,
    anchors: Vec<Anchor>,
}

/// Three bytes of a text.
#[derive(Clone, Copy, Debug)]
struct Anchor {
    key: u32,
    text: u32,
    at: u32,
    /// The text's first byte, folded.
    first: u8,
}

/// How far the two looks have come in a buffer.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cursor {
    gram: Option<usize>,
    fragments: [Option<usize>; GROUPS],
    loose: Option<usize>,
}

impl<'c> Gate<'c> {
    pub(super) fn new(tables: &'c catalog::Gate) -> Self {
        let mut grams = vec![0u64; 1 << (GRAM_BITS - 6)].into_boxed_slice();
        for gram in &tables.grams {
            let hash = gram_hash(*gram);
            grams[hash >> 6] |= 1 << (hash & 63);
        }
        let packed = |group: &[catalog::Text]| {
            let pieces = group.iter().map(|fragment| fragment.as_bytes());
            packed::Config::new().match_kind(MatchKind::LeftmostFirst).builder().extend(pieces).build()
        };
        let groups: Vec<&[catalog::Text]> = tables.fragments.chunks(GROUP).collect();
        let fragments: Vec<packed::Searcher> = groups.iter().filter_map(|group| packed(group)).collect();
        // Where the processor has no SIMD for it, or words are left over, an ordinary automaton does the same slower.
        let missing: &[catalog::Text] = if fragments.len() < groups.len() { &tables.fragments } else { &[] };
        let rest: Vec<&str> = tables.loose.iter().chain(missing).map(|text| &**text).collect();
        let loose = (!rest.is_empty())
            .then(|| AhoCorasick::builder().ascii_case_insensitive(true).kind(Some(AhoCorasickKind::ContiguousNFA)).build(rest).ok())
            .flatten();
        Self { grams, fragments, loose, everywhere: Index::new(&tables.everywhere), deferred: Index::new(&tables.deferred) }
    }

    /// Whether some pattern has to run on every line.
    pub(super) fn is_unguarded(&self) -> bool {
        !self.everywhere.phrases.unguarded.is_empty()
    }

    /// The patterns that may match `text`, in order and without repeats: those that are looked for everywhere, or those
    /// that are looked for near a start only.
    pub(super) fn candidates(&self, text: &str, deferred: bool, out: &mut Vec<u32>) {
        let index = if deferred { &self.deferred } else { &self.everywhere };
        out.clear();
        out.extend(&index.phrases.unguarded);
        index.texts(text.as_bytes(), |text| {
            out.extend(&index.phrases.users[text]);
            true
        });
        out.sort_unstable();
        out.dedup();
    }

    /// The first place at or after `at` and before `limit` on whose line a text may stand that some pattern asks for. `cursor` is of
    /// this buffer and goes with rising `at`.
    pub(super) fn find(&self, cursor: &mut Cursor, buffer: &[u8], mut at: usize, limit: usize) -> Option<usize> {
        while at < limit {
            let perhaps = self.perhaps(cursor, buffer, at, limit)?;
            // Texts hold no line end, so those of the lines around are out of reach.
            let from = perhaps.saturating_sub(MAX_TEXT).max(at);
            let from = memchr::memrchr(b'\n', &buffer[from..perhaps]).map_or(from, |newline| from + newline + 1);
            let cut = (perhaps + AROUND).min(limit);
            let newline = memchr::memchr(b'\n', &buffer[perhaps..cut]).map(|newline| perhaps + newline);
            let to = newline.unwrap_or(cut);
            let mut found = false;
            self.everywhere.texts(&buffer[from..to], |_| {
                found = true;
                false
            });
            if found {
                return Some(perhaps);
            }
            at = match newline {
                Some(newline) => newline + 1,
                // The rest of a long line: a text may begin before the cut.
                None if to < limit => to.saturating_sub(MAX_TEXT).max(perhaps + 1),
                None => limit,
            };
        }
        None
    }

    /// The next place that a gram or fragment points to.
    fn perhaps(&self, cursor: &mut Cursor, buffer: &[u8], at: usize, limit: usize) -> Option<usize> {
        // Each look goes on where it stopped: none is repeated because another one found something first.
        let next = |known: Option<usize>, look: &dyn Fn(&[u8]) -> Option<usize>| match known {
            Some(known) if known >= at => known,
            _ => look(&buffer[at..limit]).map_or(limit, |found| at + found),
        };
        let gram = next(cursor.gram, &|bytes| self.next_gram(bytes));
        let mut first = gram;
        for (known, searcher) in cursor.fragments.iter_mut().zip(&self.fragments) {
            let found = next(*known, &|bytes| Some(searcher.find(bytes)?.start()));
            *known = Some(found);
            first = first.min(found);
        }
        let loose = next(cursor.loose, &|bytes| Some(self.loose.as_ref()?.find(bytes)?.start()));
        (cursor.gram, cursor.loose) = (Some(gram), Some(loose));
        Some(first.min(loose)).filter(|found| *found < limit)
    }

    fn next_gram(&self, bytes: &[u8]) -> Option<usize> {
        let (chunks, _) = bytes.as_chunks::<4>();
        let is_known = |chunk: &[u8; 4]| {
            let hash = gram_hash(fold_gram(*chunk));
            self.grams[hash >> 6] >> (hash & 63) & 1
        };
        let (blocks, rest) = chunks.as_chunks::<8>();
        for (number, block) in blocks.iter().enumerate() {
            if block.iter().fold(0, |any, chunk| any | is_known(chunk)) != 0 {
                let first = block.iter().position(|chunk| is_known(chunk) != 0)?;
                return Some((number * 8 + first) * 4);
            }
        }
        let first = rest.iter().position(|chunk| is_known(chunk) != 0)?;
        Some((blocks.len() * 8 + first) * 4)
    }
}

impl<'c> Index<'c> {
    fn new(phrases: &'c Phrases) -> Self {
        let anchor = |(number, text): (u32, &catalog::Text)| {
            let rank = |(_, three): &(u32, &[u8])| three.iter().map(|byte| u32::from(b"etaoinsr ".contains(byte))).sum::<u32>();
            let (at, three) = (0..).zip(text.as_bytes().windows(3)).min_by_key(rank)?;
            Some(Anchor { key: three_key([three[0], three[1], three[2]]), text: number, at, first: text.as_bytes()[0] | 0x20 })
        };
        let mut anchors: Vec<Anchor> = (0..).zip(&phrases.texts).filter_map(anchor).collect();
        anchors.sort_by_key(|anchor| bucket_of(anchor.key));
        let mut buckets = vec![0u32; (1 << BUCKET_BITS) + 1].into_boxed_slice();
        for anchor in &anchors {
            buckets[bucket_of(anchor.key) + 1] += 1;
        }
        for bucket in 1..buckets.len() {
            buckets[bucket] += buckets[bucket - 1];
        }
        Self { phrases, buckets, anchors }
    }

    /// Calls `take` with each text that stands in `bytes`, until it answers false.
    fn texts(&self, bytes: &[u8], mut take: impl FnMut(usize) -> bool) {
        for (place, three) in bytes.windows(3).enumerate() {
            let key = three_key([three[0], three[1], three[2]]);
            let bucket = bucket_of(key);
            let (first, last) = (self.buckets[bucket] as usize, self.buckets[bucket + 1] as usize);
            for anchor in &self.anchors[first..last] {
                if anchor.key != key {
                    continue;
                }
                let Some(start) = place.checked_sub(anchor.at as usize) else { continue };
                // Most that share three bytes differ in the first one.
                if bytes[start] | 0x20 != anchor.first {
                    continue;
                }
                let text = self.phrases.texts[anchor.text as usize].as_bytes();
                let Some(piece) = bytes.get(start..start + text.len()) else { continue };
                let ignores_case = self.phrases.ignores_case[anchor.text as usize];
                let stands = if ignores_case { piece.eq_ignore_ascii_case(text) } else { piece == text };
                if stands && !take(anchor.text as usize) {
                    return;
                }
            }
        }
    }
}

/// Hashes a folded gram to a bit.
fn gram_hash(gram: u32) -> usize {
    (gram.wrapping_mul(0x9e37_79b1) >> (32 - GRAM_BITS)) as usize
}

/// Three bytes, ASCII letters folded.
fn three_key(bytes: [u8; 3]) -> u32 {
    fold_gram([bytes[0], bytes[1], bytes[2], 0])
}

fn bucket_of(key: u32) -> usize {
    (key.wrapping_mul(0x85eb_ca6b) >> (32 - BUCKET_BITS)) as usize
}

#[cfg(test)]
mod tests {
    use super::{Cursor, Gate};
    use crate::catalog::Catalog;

    fn first(gate: &Gate<'_>, text: &str) -> Option<usize> {
        gate.find(&mut Cursor::default(), text.as_bytes(), 0, text.len())
    }

    #[test]
    fn finds_texts_wherever_they_begin() {
        let tables = Catalog::builtin().gate();
        let gate = Gate::new(tables);
        for (text, users) in tables.everywhere.texts.iter().zip(&tables.everywhere.users).filter(|(text, _)| text.is_ascii()) {
            let mut patterns = Vec::new();
            gate.candidates(&format!("~ {} ~", &**text), false, &mut patterns);
            assert!(users.iter().all(|pattern| patterns.contains(pattern)), "{text}");
        }
        assert_eq!(first(&gate, &"~ 1234 ".repeat(10_000)), None);
    }

    #[test]
    fn finds_every_example_at_every_alignment() {
        let gate = Gate::new(Catalog::builtin().gate());
        for rule in Catalog::builtin().rules() {
            for example in &rule.examples {
                for shift in 0..4 {
                    let log = format!("{}\n{}", "~".repeat(shift), &*example.log);
                    assert!(first(&gate, &log).is_some(), "{} {shift}", rule.id);
                }
            }
        }
    }

    #[test]
    fn a_long_line_is_searched_to_its_end() {
        let gate = Gate::new(Catalog::builtin().gate());
        for filler in ["~ ", "certific", "E40 "] {
            assert!(first(&gate, &format!("{}code EINTEGRITY", filler.repeat(20_000))).is_some());
        }
    }
}
