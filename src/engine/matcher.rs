//! The automaton over all literals and the regexes behind them.
//!
//! May import: `catalog`, `text`, `error`.

use std::collections::HashMap;
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use regex::Regex;

use crate::catalog::{Catalog, Level, MarkerKind, Neighbour, Origin, Provider, Purpose, Text};
use crate::error::Error;
use crate::text::Line;

/// Literals of the text layer: lines that hold one are looked at although no pattern asks for them. They are the
/// branches of pnpm 12's reports, whose messages are wrapped so that a pattern's literal may be torn.
const STRUCTURAL: &[&str] = &["\u{2500}\u{25b6}", "  \u{d7} ", "  help: "];

/// A catalogue made ready for searching. One engine serves any number of logs and threads.
///
/// ```
/// use lognosis::catalog::Catalog;
/// use lognosis::engine::{Engine, LogScanner};
/// let engine = Engine::new(Catalog::builtin())?;
/// let mut scanner = LogScanner::new(&engine);
/// scanner.push(b"npm error code E401\n");
/// let scan = scanner.finish();
/// assert_eq!(scan.lines, 1);
/// assert!(scan.marks.iter().any(|mark| mark.text == "npm error code E401"));
/// # Ok::<(), lognosis::Error>(())
/// ```
#[derive(Debug)]
pub struct Engine<'c> {
    catalog: &'c Catalog,
    gate: AhoCorasick,
    /// Patterns by literal of the gate.
    by_literal: Vec<Vec<u32>>,
    /// Patterns that no literal guards.
    unguarded: Vec<u32>,
    regexes: Vec<OnceLock<Option<Regex>>>,
    neighbours: Vec<OnceLock<Neighbours>>,
    conditions: OnceLock<HashMap<Text, u32>>,
    provider_urls: OnceLock<Vec<Vec<Regex>>>,
    redacts: bool,
}

/// Compiled `near` and `unless` of one signature.
#[derive(Debug, Default)]
pub(super) struct Neighbours {
    pub(super) near: Vec<(Regex, Neighbour)>,
    pub(super) unless: Vec<(Regex, Neighbour)>,
}

impl<'c> Engine<'c> {
    /// Builds the automaton. No regex is compiled yet.
    ///
    /// # Errors
    ///
    /// When the catalogue has more literals than an automaton can hold, which takes millions.
    pub fn new(catalog: &'c Catalog) -> Result<Self, Error> {
        let mut literals: Vec<&str> = Vec::new();
        let mut by_literal: Vec<Vec<u32>> = Vec::new();
        let mut index: HashMap<&str, usize> = HashMap::new();
        let mut unguarded = Vec::new();
        for (number, pattern) in (0u32..).zip(catalog.patterns()) {
            if is_suspect(catalog, pattern.purpose) {
                continue;
            }
            if pattern.literals.is_empty() {
                unguarded.push(number);
            }
            for literal in &pattern.literals {
                let slot = *index.entry(literal).or_insert_with(|| {
                    literals.push(literal);
                    by_literal.push(Vec::new());
                    literals.len() - 1
                });
                by_literal[slot].push(number);
            }
        }
        for literal in STRUCTURAL {
            index.entry(literal).or_insert_with(|| {
                literals.push(literal);
                by_literal.push(Vec::new());
                literals.len() - 1
            });
        }
        // The contiguous automaton is built in a millisecond; the full table would be faster on gigabytes and cost every
        // small log more than its scan.
        let gate = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(&literals)
            .map_err(|error| Error::too_many_literals(&error))?;
        let count = catalog.patterns().len();
        Ok(Self {
            catalog,
            gate,
            by_literal,
            unguarded,
            regexes: std::iter::repeat_with(OnceLock::new).take(count).collect(),
            neighbours: std::iter::repeat_with(OnceLock::new).take(count).collect(),
            conditions: OnceLock::new(),
            provider_urls: OnceLock::new(),
            redacts: true,
        })
    }

    /// Keeps secrets as they stand in the log. Off unless the user asks for it.
    #[must_use]
    pub fn without_redaction(mut self) -> Self {
        self.redacts = false;
        self
    }

    /// The catalogue that is searched for.
    #[must_use]
    pub fn catalog(&self) -> &'c Catalog {
        self.catalog
    }

    /// The number of the pattern that a condition's `log` or `absent` became.
    #[must_use]
    pub fn condition_pattern(&self, regex: &str) -> Option<u32> {
        let table = self.conditions.get_or_init(|| {
            let all = (0u32..).zip(self.catalog.patterns());
            all.filter(|(_, pattern)| pattern.purpose == Purpose::Condition)
                .map(|(number, pattern)| (pattern.regex.clone(), number))
                .collect()
        });
        table.get(regex).copied()
    }

    /// The registry product that a URL belongs to.
    #[must_use]
    pub fn provider_of_url(&self, url: &str) -> Option<&'c Provider> {
        let table = self.provider_urls.get_or_init(|| {
            let compile = |provider: &Provider| provider.urls.iter().filter_map(|url| Regex::new(url).ok()).collect();
            self.catalog.providers().iter().map(compile).collect()
        });
        let at = table.iter().position(|urls: &Vec<Regex>| urls.iter().any(|regex| regex.is_match(url)))?;
        self.catalog.providers().get(at)
    }

    pub(super) fn redacts(&self) -> bool {
        self.redacts
    }

    pub(super) fn gate(&self) -> &AhoCorasick {
        &self.gate
    }

    /// Whether some pattern has to run on every line.
    pub(super) fn is_unguarded(&self) -> bool {
        !self.unguarded.is_empty()
    }

    /// The patterns whose literal stands in `text`, in order and without repeats.
    pub(super) fn candidates(&self, text: &str, out: &mut Vec<u32>) {
        out.clear();
        out.extend(&self.unguarded);
        for found in self.gate.find_overlapping_iter(text) {
            out.extend(&self.by_literal[found.pattern().as_usize()]);
        }
        out.sort_unstable();
        out.dedup();
    }

    /// The pattern's regex, compiled now if it was not before.
    pub(super) fn regex(&self, pattern: u32) -> Option<&Regex> {
        let index = pattern as usize;
        self.regexes[index].get_or_init(|| Regex::new(&self.catalog.patterns()[index].regex).ok()).as_ref()
    }

    /// Whether a line is of the kind that the pattern may stand on.
    pub(super) fn allows(&self, pattern: u32, line: &Line<'_>) -> bool {
        let (levels, origins): (&[Level], &[Origin]) = match self.catalog.patterns()[pattern as usize].purpose {
            Purpose::Signature { rule, signature } => {
                let signature = &self.catalog.rules()[rule as usize].signatures[signature as usize];
                (&signature.levels, &signature.origins)
            }
            Purpose::Marker(marker) => {
                let marker = &self.catalog.markers()[marker as usize];
                (&marker.levels, &marker.origins)
            }
            Purpose::Provider(_) | Purpose::Condition => (&[], &[]),
        };
        (levels.is_empty() || levels.contains(&line.level)) && (origins.is_empty() || origins.contains(&line.origin))
    }

    /// The compiled neighbours of a pattern; `None` where it has none.
    pub(super) fn neighbours(&self, pattern: u32) -> Option<&Neighbours> {
        let index = pattern as usize;
        let (near, unless): (&[Neighbour], &[Neighbour]) = match self.catalog.patterns()[index].purpose {
            Purpose::Signature { rule, signature } => {
                let signature = &self.catalog.rules()[rule as usize].signatures[signature as usize];
                (&signature.near, &signature.unless)
            }
            Purpose::Marker(marker) => (&[], &self.catalog.markers()[marker as usize].unless),
            Purpose::Provider(_) | Purpose::Condition => return None,
        };
        if near.is_empty() && unless.is_empty() {
            return None;
        }
        let compile =
            |list: &[Neighbour]| list.iter().filter_map(|n| Regex::new(&n.pattern).ok().map(|regex| (regex, n.clone()))).collect();
        Some(self.neighbours[index].get_or_init(|| Neighbours { near: compile(near), unless: compile(unless) }))
    }

    /// Whether a pattern is a marker that says that something failed.
    pub(super) fn is_failure(&self, pattern: u32) -> bool {
        matches!(self.catalog.patterns()[pattern as usize].purpose,
            Purpose::Marker(marker) if self.catalog.markers()[marker as usize].kind == MarkerKind::Failure)
    }
}

/// Suspects are looked for only in the few lines around an unknown failure, see `diagnose::unknown`.
fn is_suspect(catalog: &Catalog, purpose: Purpose) -> bool {
    matches!(purpose, Purpose::Marker(marker)
        if matches!(catalog.markers()[marker as usize].kind, MarkerKind::Suspect | MarkerKind::Noise))
}
