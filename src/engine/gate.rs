//! Finds the lines that may matter, at about the speed of counting them.
//!
//! May import: `catalog`.
//!
//! See `catalog::Gate` for the method: grams and fragments say "perhaps", words decide.

use aho_corasick::packed::{self, MatchKind};
use aho_corasick::{AhoCorasick, AhoCorasickKind};

use crate::catalog::{self, fold_gram};

/// Bits of a gram's hash. The bitmap of 64 KiB stays in the second-level cache, and few bits of it are set.
const GRAM_BITS: u32 = 19;
/// Bits of the hash by which words are found.
const WORD_BITS: u32 = 13;
/// Bytes around a "perhaps" that are searched for words.
const AROUND: usize = 4096;
/// No word is longer.
const MAX_WORD: usize = catalog::Gate::MAX_WORD;

/// The gate at work.
#[derive(Debug)]
pub(super) struct Gate<'c> {
    tables: &'c catalog::Gate,
    grams: Box<[u64]>,
    fragments: Option<packed::Searcher>,
    loose: Option<AhoCorasick>,
    /// Words by the hash of their rarest three bytes: first entry of each bucket, and the entries.
    buckets: Box<[u32]>,
    anchors: Vec<Anchor>,
}

/// Three bytes of a word.
#[derive(Clone, Copy, Debug)]
struct Anchor {
    key: u32,
    word: u32,
    at: u32,
}

/// How far the two looks have come in a buffer.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cursor {
    gram: Option<usize>,
    fragment: Option<usize>,
}

impl<'c> Gate<'c> {
    pub(super) fn new(tables: &'c catalog::Gate) -> Self {
        let mut grams = vec![0u64; 1 << (GRAM_BITS - 6)].into_boxed_slice();
        for gram in &tables.grams {
            let hash = gram_hash(*gram);
            grams[hash >> 6] |= 1 << (hash & 63);
        }
        let fragments = (!tables.fragments.is_empty())
            .then(|| {
                let pieces = tables.fragments.iter().map(|fragment| fragment.as_bytes());
                packed::Config::new().match_kind(MatchKind::LeftmostFirst).builder().extend(pieces).build()
            })
            .flatten();
        // Where the processor has no SIMD for it, or words are left over, an ordinary automaton does the same slower.
        let missing: &[catalog::Text] = if fragments.is_none() { &tables.fragments } else { &[] };
        let rest: Vec<&str> = tables.loose.iter().chain(missing).map(|text| &**text).collect();
        let loose = (!rest.is_empty())
            .then(|| AhoCorasick::builder().ascii_case_insensitive(true).kind(Some(AhoCorasickKind::ContiguousNFA)).build(rest).ok())
            .flatten();
        let (buckets, anchors) = index(tables);
        Self { tables, grams, fragments, loose, buckets, anchors }
    }

    /// Whether some pattern has to run on every line.
    pub(super) fn is_unguarded(&self) -> bool {
        !self.tables.unguarded.is_empty()
    }

    /// The patterns that may match `text`, in order and without repeats.
    pub(super) fn candidates(&self, text: &str, out: &mut Vec<u32>) {
        out.clear();
        out.extend(&self.tables.unguarded);
        self.words(text.as_bytes(), |_, word| {
            out.extend(&self.tables.users[word]);
            true
        });
        out.sort_unstable();
        out.dedup();
    }

    /// The first place at or after `at` and before `limit` where a word begins that some pattern asks for. `cursor` is of
    /// this buffer and goes with rising `at`.
    pub(super) fn find(&self, cursor: &mut Cursor, buffer: &[u8], mut at: usize, limit: usize) -> Option<usize> {
        while at < limit {
            let perhaps = self.perhaps(cursor, buffer, at, limit)?;
            // Words hold no line end, so those of the lines around are out of reach.
            let from = perhaps.saturating_sub(MAX_WORD).max(at);
            let from = memchr::memrchr(b'\n', &buffer[from..perhaps]).map_or(from, |newline| from + newline + 1);
            let cut = (perhaps + AROUND).min(limit);
            let newline = memchr::memchr(b'\n', &buffer[perhaps..cut]).map(|newline| perhaps + newline);
            let to = newline.unwrap_or(cut);
            let mut found = None;
            self.words(&buffer[from..to], |start, _| {
                found = Some(from + start);
                false
            });
            if found.is_some() {
                return found;
            }
            at = match newline {
                Some(newline) => newline + 1,
                // The rest of a long line: a word may begin before the cut.
                None if to < limit => to.saturating_sub(MAX_WORD).max(perhaps + 1),
                None => limit,
            };
        }
        None
    }

    /// The next place that a gram or fragment points to.
    fn perhaps(&self, cursor: &mut Cursor, buffer: &[u8], at: usize, limit: usize) -> Option<usize> {
        let gram = match cursor.gram {
            Some(gram) if gram >= at => gram,
            _ => self.next_gram(&buffer[at..limit]).map_or(limit, |found| at + found),
        };
        let fragment = match cursor.fragment {
            Some(fragment) if fragment >= at => fragment,
            _ => self.next_fragment(&buffer[at..limit]).map_or(limit, |found| at + found),
        };
        *cursor = Cursor { gram: Some(gram), fragment: Some(fragment) };
        Some(gram.min(fragment)).filter(|found| *found < limit)
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

    fn next_fragment(&self, bytes: &[u8]) -> Option<usize> {
        let packed = self.fragments.as_ref().and_then(|searcher| searcher.find(bytes)).map(|found| found.start());
        let loose = self.loose.as_ref().and_then(|searcher| searcher.find(bytes)).map(|found| found.start());
        match (packed, loose) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    /// Calls `take` with each word in `bytes` and where it begins, until it answers false.
    fn words(&self, bytes: &[u8], mut take: impl FnMut(usize, usize) -> bool) {
        for (place, three) in bytes.windows(3).enumerate() {
            let key = three_key([three[0], three[1], three[2]]);
            let bucket = word_bucket(key);
            let (first, last) = (self.buckets[bucket] as usize, self.buckets[bucket + 1] as usize);
            for anchor in &self.anchors[first..last] {
                if anchor.key != key {
                    continue;
                }
                let Some(start) = place.checked_sub(anchor.at as usize) else { continue };
                let word = self.tables.words[anchor.word as usize].as_bytes();
                let stands = bytes.get(start..start + word.len()).is_some_and(|text| text.eq_ignore_ascii_case(word));
                if stands && !take(start, anchor.word as usize) {
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

fn word_bucket(key: u32) -> usize {
    (key.wrapping_mul(0x85eb_ca6b) >> (32 - WORD_BITS)) as usize
}

/// All words by three bytes of theirs.
fn index(tables: &catalog::Gate) -> (Box<[u32]>, Vec<Anchor>) {
    let anchor = |(number, word): (u32, &catalog::Text)| {
        let rank = |(_, three): &(u32, &[u8])| three.iter().map(|byte| u32::from(b"etaoinsr".contains(byte))).sum::<u32>();
        let (at, three) = (0..).zip(word.as_bytes().windows(3)).min_by_key(rank)?;
        Some(Anchor { key: three_key([three[0], three[1], three[2]]), word: number, at })
    };
    let mut anchors: Vec<Anchor> = (0..).zip(&tables.words).filter_map(anchor).collect();
    anchors.sort_by_key(|anchor| word_bucket(anchor.key));
    let mut buckets = vec![0u32; (1 << WORD_BITS) + 1].into_boxed_slice();
    for anchor in &anchors {
        buckets[word_bucket(anchor.key) + 1] += 1;
    }
    for bucket in 1..buckets.len() {
        buckets[bucket] += buckets[bucket - 1];
    }
    (buckets, anchors)
}

#[cfg(test)]
mod tests {
    use super::{Cursor, Gate};
    use crate::catalog::Catalog;

    fn first(gate: &Gate<'_>, text: &str) -> Option<usize> {
        gate.find(&mut Cursor::default(), text.as_bytes(), 0, text.len())
    }

    #[test]
    fn finds_words_wherever_they_begin() {
        let gate = Gate::new(Catalog::builtin().gate());
        for word in gate.tables.words.iter().filter(|word| word.is_ascii()) {
            for shift in 0..5 {
                let text = format!("{}{}{word}", "~".repeat(shift), if shift > 2 { "\n" } else { "" });
                assert!(first(&gate, &text).is_some(), "{word} after {shift}");
                let upper = text.to_ascii_uppercase();
                let mut patterns = Vec::new();
                gate.candidates(&upper, &mut patterns);
                let own = gate.tables.words.binary_search(word).map(|at| &gate.tables.users[at]).unwrap();
                assert!(own.iter().all(|pattern| patterns.contains(pattern)), "{word}");
            }
        }
        assert_eq!(first(&gate, &"~ 1234 ".repeat(10_000)), None);
    }

    #[test]
    fn a_long_line_is_searched_to_its_end() {
        let gate = Gate::new(Catalog::builtin().gate());
        for filler in ["~ ", "certific", "E40 "] {
            let text = format!("{}EINTEGRITY", filler.repeat(20_000));
            let found = first(&gate, &text).unwrap();
            assert!(text[found..].to_ascii_lowercase().starts_with("eintegrity") || filler != "~ ", "{found}");
        }
    }
}
