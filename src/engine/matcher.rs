//! The gate and the regexes behind it.
//!
//! May import: `catalog`, `text`, `error`.

use std::sync::OnceLock;

use regex_automata::meta::Regex;

use super::gate::Gate;
use super::needle::Needle;
use super::neighbour::Neighbours;
use super::profile::{PatternCost, Profile};
use super::searcher::Searcher;
use super::suspect::{Kinds, Suspects};
use crate::catalog::{Catalog, MarkerKind, Neighbour, Pattern, Provider, Purpose, SignatureRole};
use crate::error::Error;
use crate::text::Line;

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
    /// What searches for each pattern, made when it is first needed.
    tools: Vec<OnceLock<Box<Tools>>>,
    /// Pattern and provider of each URL, in the providers' order.
    provider_urls: Vec<(u32, u32)>,
    kinds: OnceLock<Kinds>,
    redacts: bool,
    profile: Option<Profile>,
}

/// What searches for one pattern.
#[derive(Debug)]
struct Tools {
    needles: Vec<Needle>,
    searcher: Searcher,
    neighbours: OnceLock<Neighbours>,
}

impl<'c> Engine<'c> {
    /// Makes a catalogue ready. No regex is compiled yet.
    ///
    /// # Errors
    ///
    /// None today; a catalogue that cannot be searched for would be one.
    pub fn new(catalog: &'c Catalog) -> Result<Self, Error> {
        let count = catalog.patterns().len();
        let provider_of = |pattern: &Pattern| if let Purpose::ProviderUrl(provider) = pattern.purpose { Some(provider) } else { None };
        let provider_urls = (0..).zip(catalog.patterns()).filter_map(|(number, pattern)| Some((number, provider_of(pattern)?))).collect();
        Ok(Self {
            catalog,
            tools: std::iter::repeat_with(OnceLock::new).take(count).collect(),
            provider_urls,
            kinds: OnceLock::new(),
            redacts: true,
            profile: None,
        })
    }

    /// Keeps secrets as they stand in the log. Off unless the user asks for it.
    #[must_use]
    pub fn without_redaction(mut self) -> Self {
        self.redacts = false;
        self
    }

    /// Counts from now on what each pattern costs, which costs something itself.
    #[must_use]
    pub fn with_profile(mut self) -> Self {
        self.profile = Some(Profile::new(self.catalog.patterns().len()));
        self
    }

    /// What each pattern of `Catalog::patterns` has cost so far; nothing where it is not counted.
    #[must_use]
    pub fn profile(&self) -> Vec<PatternCost> {
        self.profile.as_ref().map(Profile::costs).unwrap_or_default()
    }

    pub(super) fn profiler(&self) -> Option<&Profile> {
        self.profile.as_ref()
    }

    /// The catalogue that is searched for.
    #[must_use]
    pub fn catalog(&self) -> &'c Catalog {
        self.catalog
    }

    /// The registry product that a URL belongs to.
    #[must_use]
    pub fn provider_of_url(&self, url: &str) -> Option<&'c Provider> {
        let (_, provider) = self.provider_urls.iter().find(|(pattern, _)| self.is_match(*pattern, url))?;
        self.catalog.providers().get(*provider as usize)
    }

    /// What tells lines that look like a failure no rule knows.
    #[must_use]
    pub fn suspects(&self) -> Suspects<'_> {
        Suspects::new(self, self.kinds.get_or_init(|| Kinds::of(self.catalog)))
    }

    /// Whether a pattern matches a cleaned text, its neighbours aside.
    pub(super) fn is_match(&self, pattern: u32, text: &str) -> bool {
        self.holds_texts(pattern, text) && self.regex(pattern).is_some_and(|regex| regex.is_match(text))
    }

    pub(super) fn last_line_patterns(&self) -> &[u32] {
        &self.catalog.gate().last_line
    }

    pub(super) fn redacts(&self) -> bool {
        self.redacts
    }

    pub(super) fn gate(&self) -> Gate<'_> {
        Gate::new(&self.catalog.gate().everywhere, false)
    }

    pub(super) fn deferred_gate(&self) -> Gate<'_> {
        Gate::new(&self.catalog.gate().deferred, true)
    }

    /// The pattern's regex, compiled now if it was not before.
    pub(super) fn regex(&self, pattern: u32) -> Option<&Regex> {
        self.tools(pattern).searcher.regex(&self.pattern(pattern).form.regex)
    }

    fn tools(&self, pattern: u32) -> &Tools {
        self.tools[pattern as usize].get_or_init(|| {
            let needles = Needle::all(&self.pattern(pattern).form);
            Box::new(Tools { needles, searcher: Searcher::new(), neighbours: OnceLock::new() })
        })
    }

    /// Whether `text` holds what every match of the pattern holds: a look that needs no regex.
    pub(super) fn holds_texts(&self, pattern: u32, text: &str) -> bool {
        text.starts_with(&*self.pattern(pattern).form.prefix) && self.may_hold_texts(pattern, text.as_bytes())
    }

    /// Whether a raw line, frames and all, holds what every match of the pattern holds.
    pub(super) fn may_hold_texts(&self, pattern: u32, raw: &[u8]) -> bool {
        self.tools(pattern).needles.iter().all(|needle| needle.stands_in(raw))
    }

    /// Whether a line is of the kind that the pattern may stand on.
    pub(super) fn allows(&self, pattern: u32, line: &Line<'_>) -> bool {
        let pattern = self.pattern(pattern);
        let (signature, marker) = (self.catalog.signature(pattern), self.catalog.marker(pattern));
        signature.is_none_or(|signature| signature.may_stand_on(line.level, line.origin))
            && marker.is_none_or(|marker| marker.may_stand_on(line.level, line.origin))
    }

    fn pattern(&self, number: u32) -> &'c Pattern {
        &self.catalog.patterns()[number as usize]
    }

    /// The compiled neighbours of a pattern; `None` where it has none.
    pub(super) fn neighbours(&self, pattern: u32) -> Option<&Neighbours> {
        let known = self.pattern(pattern);
        let (near, unless): (&[Neighbour], &[Neighbour]) = match (self.catalog.signature(known), self.catalog.marker(known)) {
            (Some(signature), _) => (&signature.near, &signature.unless),
            (None, Some(marker)) => (&[], &marker.unless),
            (None, None) => return None,
        };
        if near.is_empty() && unless.is_empty() {
            return None;
        }
        Some(self.tools(pattern).neighbours.get_or_init(|| Neighbours::new(near, unless)))
    }

    /// The rule of which a pattern starts a diagnosis.
    pub(super) fn rule_started_by(&self, pattern: u32) -> Option<u32> {
        let pattern = self.pattern(pattern);
        let Purpose::Signature { rule, .. } = pattern.purpose else { return None };
        self.catalog.signature(pattern).filter(|signature| signature.role == SignatureRole::Start).map(|_| rule)
    }

    /// Whether a pattern is a marker that says that something failed.
    pub(super) fn is_failure(&self, pattern: u32) -> bool {
        self.catalog.marker(self.pattern(pattern)).is_some_and(|marker| marker.kind == MarkerKind::Failure)
    }
}
