//! Where patterns are looked for that only add to what others find: around the lines that start a diagnosis of a rule
//! that wants them.
//!
//! May import: nothing of ours.
//!
//! A line is looked at when all is known that may ask for it, which is when the scan is [`BEFORE`] bytes ahead. So the
//! answer does not depend on how the log was cut into chunks.

use std::collections::{BTreeMap, VecDeque};

/// Bytes before a line that starts a diagnosis in which deferred patterns are looked for ..
pub(super) const BEFORE: usize = 96 * 1024;
/// .. and behind it.
const BEHIND: u64 = 16 * 1024;

/// A stretch of the decoded log. Lines belong to the one in which they begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) from: u64,
    pub(super) until: u64,
}

/// What has been asked for and was not done yet.
#[derive(Debug, Default)]
pub(super) struct Deferred {
    /// By rule, in order; none of them touch.
    places: BTreeMap<u32, Vec<Stretch>>,
    /// All of them together.
    stretches: VecDeque<Stretch>,
    /// Everything before this has been looked at.
    done: u64,
}

impl Deferred {
    /// Asks for the deferred patterns of a rule, one of whose lines stands at `start..end`. Lines come in order.
    pub(super) fn ask(&mut self, rule: u32, start: u64, end: u64) {
        let stretch = Stretch { from: start.saturating_sub(BEFORE as u64), until: end + BEHIND };
        let places = self.places.entry(rule).or_default();
        if !places.last_mut().is_some_and(|last| last.join(stretch)) {
            places.push(stretch);
        }
        if !self.stretches.back_mut().is_some_and(|last| last.join(stretch)) {
            self.stretches.push_back(stretch);
        }
    }

    /// Whether one of these rules asked for the line that begins at `place`.
    pub(super) fn is_asked_for(&self, rules: impl Iterator<Item = u32>, place: u64) -> bool {
        rules.filter_map(|rule| self.places.get(&rule)).any(|places| places.iter().rev().any(|stretch| stretch.holds(place)))
    }

    /// Whether one of these rules asked for any line that was not looked at.
    pub(super) fn is_asked_for_anywhere(&self, mut rules: impl Iterator<Item = u32>) -> bool {
        rules.any(|rule| self.places.contains_key(&rule))
    }

    /// The next stretch to look at, given that everything before `ready` can be.
    pub(super) fn next(&mut self, ready: u64) -> Option<Stretch> {
        while let Some(stretch) = self.stretches.front() {
            if stretch.until > self.done {
                let next = Stretch { from: stretch.from.max(self.done), until: stretch.until.min(ready) };
                return (next.from < next.until).then_some(next);
            }
            self.stretches.pop_front();
        }
        None
    }

    /// Everything before `until` has been looked at.
    pub(super) fn have_done(&mut self, until: u64) {
        self.done = self.done.max(until);
        self.places.retain(|_, places| {
            places.retain(|stretch| stretch.until > until);
            !places.is_empty()
        });
    }
}

impl Stretch {
    /// Takes in a stretch that touches this one; false where it does not.
    fn join(&mut self, other: Self) -> bool {
        let touches = other.from <= self.until;
        if touches {
            self.until = self.until.max(other.until);
        }
        touches
    }

    fn holds(self, place: u64) -> bool {
        self.from <= place && place < self.until
    }
}

#[cfg(test)]
mod tests {
    use super::{BEFORE, BEHIND, Deferred, Stretch};

    #[test]
    fn stretches_are_joined_and_done_in_order() {
        let before = BEFORE as u64;
        let mut deferred = Deferred::default();
        deferred.ask(1, 10, 20);
        deferred.ask(2, 30, 40);
        let far = 10 * before;
        deferred.ask(1, far, far + 5);
        let first = 40 + BEHIND;
        assert!(
            deferred.is_asked_for([2].into_iter(), 0)
                && deferred.is_asked_for([1].into_iter(), far)
                && !deferred.is_asked_for([2, 3].into_iter(), far)
        );
        assert_eq!(deferred.next(15), Some(Stretch { from: 0, until: 15 }));
        deferred.have_done(18);
        assert_eq!(deferred.next(18), None);
        assert_eq!(deferred.next(u64::MAX), Some(Stretch { from: 18, until: first }));
        deferred.have_done(first + 3);
        assert_eq!(deferred.next(u64::MAX), Some(Stretch { from: far - before, until: far + 5 + BEHIND }));
        assert!(!deferred.is_asked_for([1].into_iter(), 20) && deferred.is_asked_for([1].into_iter(), far));
    }
}
