//! What each pattern costs: for authors of rules.
//!
//! May import: nothing of ours.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What one pattern cost in all scans of an engine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PatternCost {
    /// Lines on which one of the texts stands that guard it: each costs a look for the other texts.
    pub guarded: u64,
    /// Lines that hold all texts that it demands: each is cleaned and framed.
    pub candidates: u64,
    /// Lines on which it was found.
    pub hits: u64,
    /// Time in its regex and in those of its neighbours.
    pub time: Duration,
}

/// Counters that threads share.
#[derive(Debug)]
pub(super) struct Profile {
    patterns: Vec<Counters>,
}

#[derive(Debug, Default)]
struct Counters {
    guarded: AtomicU64,
    candidates: AtomicU64,
    hits: AtomicU64,
    nanoseconds: AtomicU64,
}

impl Profile {
    pub(super) fn new(patterns: usize) -> Self {
        Self { patterns: std::iter::repeat_with(Counters::default).take(patterns).collect() }
    }

    pub(super) fn guarded(&self, pattern: u32) {
        self.patterns[pattern as usize].guarded.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn candidate(&self, pattern: u32) {
        self.patterns[pattern as usize].candidates.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn matched(&self, pattern: u32, time: Duration, is_hit: bool) {
        let counters = &self.patterns[pattern as usize];
        counters.nanoseconds.fetch_add(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
        counters.hits.fetch_add(u64::from(is_hit), Ordering::Relaxed);
    }

    pub(super) fn costs(&self) -> Vec<PatternCost> {
        let cost = |counters: &Counters| PatternCost {
            guarded: counters.guarded.load(Ordering::Relaxed),
            candidates: counters.candidates.load(Ordering::Relaxed),
            hits: counters.hits.load(Ordering::Relaxed),
            time: Duration::from_nanos(counters.nanoseconds.load(Ordering::Relaxed)),
        };
        self.patterns.iter().map(cost).collect()
    }
}
