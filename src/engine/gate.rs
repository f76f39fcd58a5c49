//! Finds the texts that guard the patterns, at about the speed of counting lines.
//!
//! May import: `catalog`.
//!
//! See `catalog::Gate` for the method: grams at every second place say "perhaps", the text itself decides. Three looks
//! follow each other, and each leaves few places to the next. The first asks at every second place one bit of a table; the
//! second looks at the four bytes behind a known gram, without a branch; the last compares texts.

use crate::catalog::{Entry, Finder, Phrases, fold_gram};

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
                places |= self.finder.is_known(gram_at(block, row * ROW + place * 2)) << place;
            }
            known |= places << (row * ROW / 2);
        }
        let mut likely = 0;
        while known != 0 {
            let place = known.trailing_zeros() as usize;
            known &= known - 1;
            likely |= self.finder.is_likely(eight_at(block, place * 2)) << place;
        }
        while likely != 0 {
            let place = likely.trailing_zeros() as usize * 2;
            likely &= likely - 1;
            self.compare(bytes, at + place, eight_at(block, place), hits);
        }
    }

    /// Compares the texts that the eight bytes at `place` may belong to.
    #[inline(never)]
    fn compare(&self, bytes: &[u8], place: usize, eight: u64, hits: &mut Vec<Hit>) {
        self.finder.texts(eight, |entry| self.confirm(bytes, place, entry, hits));
    }

    /// Takes the text of an entry if it stands in the log with its gram at `place`.
    fn confirm(&self, bytes: &[u8], place: usize, entry: Entry, hits: &mut Vec<Hit>) {
        let number = entry.text;
        if self.wanted.get(number as usize).is_some_and(|is_wanted| !is_wanted) {
            return;
        }
        let text = self.phrases.bytes(number);
        let Some(start) = place.checked_add_signed(-isize::from(entry.place)) else { return };
        let end = start + text.len();
        let Some(piece) = bytes.get(start..end) else { return };
        let before = start.checked_sub(1).map(|before| bytes[before]);
        if !self.phrases.may_stand_between(number, before, bytes.get(end).copied()) {
            return;
        }
        if if entry.ignores_case { piece.eq_ignore_ascii_case(text) } else { piece == text } {
            // A region of a log is far smaller than 4 GiB.
            hits.push(Hit { start: u32::try_from(start).unwrap_or(u32::MAX), text: number });
        }
    }
}

/// The folded gram at a place of a block.
#[inline]
fn gram_at(block: &[u8; BLOCK + BEHIND], place: usize) -> u32 {
    fold_gram([block[place], block[place + 1], block[place + 2], block[place + 3]])
}

/// The gram at a place of a block as it is written, with the four bytes behind it.
#[inline]
fn eight_at(block: &[u8; BLOCK + BEHIND], place: usize) -> u64 {
    u64::from_le_bytes(block[place..].first_chunk().copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::Gate;
    use crate::catalog::Catalog;

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
        let gate = Gate::new(phrases, false);
        for rule in Catalog::builtin().rules() {
            for example in &rule.examples {
                assert!(!starts(&gate, example.log.as_bytes()).is_empty(), "{}", rule.id);
            }
        }
    }
}
