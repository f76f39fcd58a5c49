//! How often letters stand together in logs of which nothing is wrong.
//!
//! May import: `catalog::gate` (the gram's form).
//!
//! `ordinary.txt` holds some thousand lines that clients, compilers, test runners and CI systems print on good days, each
//! kind about once. A guard that stands in many of them makes every scan slow, so it is not chosen where a pattern
//! has another one. Is a log slow to scan that has no failure, then lines of it are missing there.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::gate::fold_gram;

/// How often each folded run of four bytes stands in the lines, and each of three with a zero behind it.
static COUNTS: LazyLock<HashMap<u32, u32>> = LazyLock::new(|| {
    let mut counts = HashMap::new();
    for line in include_str!("ordinary.txt").lines() {
        let bytes = line.as_bytes();
        for length in [3, 4] {
            for run in bytes.windows(length) {
                *counts.entry(key(run)).or_insert(0) += 1;
            }
        }
    }
    counts
});

/// How often a run of three or four bytes stands in ordinary lines, letter case aside.
pub(super) fn gram_count(run: &[u8]) -> u32 {
    COUNTS.get(&key(run)).copied().unwrap_or(0)
}

/// How often a text may stand in ordinary lines, letter case aside: as often as its rarest four bytes.
pub(super) fn estimate(text: &[u8]) -> u32 {
    text.windows(text.len().clamp(3, 4)).map(gram_count).min().unwrap_or(0)
}

fn key(run: &[u8]) -> u32 {
    let byte = |index: usize| run.get(index).copied().unwrap_or_default();
    let folded = fold_gram([byte(0), byte(1), byte(2), byte(3)]);
    if run.len() > 3 { folded } else { folded & 0x00ff_ffff }
}

#[cfg(test)]
mod tests {
    use super::{estimate, gram_count};

    #[test]
    fn common_letters_are_counted() {
        assert!(gram_count(b"node") > 50);
        assert!(gram_count(b"NPM") > 50);
        assert_eq!(gram_count(b"eint"), 0);
        assert!(estimate(b"npm http fetch GET 200") > estimate(b"npm http fetch GET 403"));
        assert_eq!(estimate(b"code EINTEGRITY"), 0);
    }
}
