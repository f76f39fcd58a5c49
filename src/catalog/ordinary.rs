//! How often letters stand together in logs of which nothing is wrong.
//!
//! May import: nothing of ours.
//!
//! `ordinary.txt` holds some thousand lines that clients, compilers, test runners and CI systems print on good days, each
//! kind about once. A guard that stands in many of them makes every scan slow, so it is not chosen where a pattern
//! has another one. Is a log slow to scan that has no failure, then lines of it are missing there.

use std::collections::HashMap;
use std::sync::LazyLock;

/// The runs that are counted: three bytes, a gram, and a gram with two or four bytes behind it.
const LENGTHS: [usize; 4] = [3, 4, 6, 8];

/// A run's length and its bytes.
type Counts = HashMap<(usize, u64), u32>;

/// How often each run of these lengths stands in the lines, folded ..
static COUNTS: LazyLock<Counts> = LazyLock::new(|| count_all(folded));
/// .. and as it is written.
static EXACT_COUNTS: LazyLock<Counts> = LazyLock::new(|| count_all(written));

fn count_all(key: impl Fn(&[u8]) -> (usize, u64)) -> Counts {
    let mut counts = HashMap::new();
    for line in include_str!("ordinary.txt").lines() {
        for length in LENGTHS {
            for run in line.as_bytes().windows(length) {
                *counts.entry(key(run)).or_insert(0) += 1;
            }
        }
    }
    counts
}

/// How often a run of three, four, six or eight bytes stands in ordinary lines, letter case aside.
pub(super) fn count(run: &[u8]) -> u32 {
    COUNTS.get(&folded(run)).copied().unwrap_or(0)
}

/// The same where letter case counts.
pub(super) fn count_exact(run: &[u8]) -> u32 {
    EXACT_COUNTS.get(&written(run)).copied().unwrap_or(0)
}

/// How often a text may stand in ordinary lines, letter case aside: as often as the rarest run in it.
pub(super) fn estimate(text: &[u8]) -> u32 {
    let length = LENGTHS.into_iter().rev().find(|length| *length <= text.len()).unwrap_or(LENGTHS[0]);
    text.windows(length).map(count).min().unwrap_or(0)
}

fn folded(run: &[u8]) -> (usize, u64) {
    let (length, bytes) = written(run);
    (length, bytes | 0x2020_2020_2020_2020)
}

fn written(run: &[u8]) -> (usize, u64) {
    (run.len(), run.iter().rev().fold(0, |all, byte| all << 8 | u64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::{count, count_exact, estimate};

    #[test]
    fn common_letters_are_counted() {
        assert!(count(b"node") > 50);
        assert!(count(b"NPM") > 50);
        assert_eq!(count(b"eint"), 0);
        assert_eq!(count_exact(b"NpM"), 0);
        assert!(count_exact(b"error") <= count(b"error"));
        assert!(estimate(b"npm http fetch GET 200") > estimate(b"npm http fetch GET 403"));
        assert_eq!(estimate(b"code EINTEGRITY"), 0);
    }
}
