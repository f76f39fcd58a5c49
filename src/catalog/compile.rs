//! The catalogue's patterns in one flat list, and the gate that guards them.
//!
//! May import: `catalog::{gate, literal, model, search}`.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::gate::{Gate, Guarded};
use super::later::Later;
use super::literal::{Phrase, is_weak_guard, required_phrases};
use super::model::{Condition, Level, Marker, MarkerKind, Origin, Provider, Rule, Signature, SignatureRole, Text};
use super::search::{Form, search_form};

/// What a pattern is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Purpose {
    /// `rules[rule].signatures[signature]`.
    Signature {
        /// Index of the rule.
        rule: u32,
        /// Index of the signature in it.
        signature: u16,
    },
    /// `markers[_]`.
    Marker(u32),
    /// A line of `providers[_]`.
    Provider(u32),
    /// A URL of `providers[_]`; looked for in URLs, not in lines.
    ProviderUrl(u32),
    /// A `log` or `absent` of some condition; conditions find it by its text.
    Condition,
}

/// A regex that is looked for on every line that holds one of its words, see [`Gate`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Pattern {
    /// What a match means.
    pub purpose: Purpose,
    /// What is searched for.
    pub form: Later<Form>,
}

/// Lines that hold one of these are looked at although no pattern asks for them. They are the branches of pnpm 12's
/// reports, whose messages are wrapped so that a pattern's word may be torn.
const STRUCTURAL: &[&str] = &["\u{2500}\u{25b6}", " \u{d7} ", "  help: "];

/// Flattens the catalogue. The order is that of the parts, so that equal catalogues give equal lists.
pub(super) fn patterns(rules: &[Later<Rule>], markers: &[Marker], providers: &[Provider]) -> Vec<Pattern> {
    let mut out = Vec::new();
    let mut push = |source: &Text, purpose: Purpose| {
        out.push(Pattern { purpose, form: search_form(source).into() });
    };
    for (index, marker) in (0..).zip(markers) {
        push(&marker.pattern, Purpose::Marker(index));
    }
    for (index, rule) in (0..).zip(rules) {
        for (at, signature) in (0..).zip(&rule.signatures) {
            push(&signature.pattern, Purpose::Signature { rule: index, signature: at });
        }
    }
    for (index, provider) in (0..).zip(providers) {
        for line in &provider.lines {
            push(line, Purpose::Provider(index));
        }
        for url in &provider.urls {
            push(url, Purpose::ProviderUrl(index));
        }
    }
    // Many conditions ask for the same line; one pattern serves them all.
    let mut seen = HashSet::new();
    for regex in rules.iter().flat_map(|rule| conditions(rule)).flat_map(regexes) {
        if seen.insert(regex.clone()) {
            push(regex, Purpose::Condition);
        }
    }
    out
}

/// The signature of which a pattern is.
pub(super) fn signature_of<'r>(pattern: &Pattern, rules: &'r [Later<Rule>]) -> Option<&'r Signature> {
    match pattern.purpose {
        Purpose::Signature { rule, signature } => rules.get(rule as usize)?.signatures.get(usize::from(signature)),
        _ => None,
    }
}

/// The marker of which a pattern is.
pub(super) fn marker_of<'m>(pattern: &Pattern, markers: &'m [Marker]) -> Option<&'m Marker> {
    match pattern.purpose {
        Purpose::Marker(marker) => markers.get(marker as usize),
        _ => None,
    }
}

impl Signature {
    /// Whether it is looked for on a line of this level, which this one wrote.
    #[must_use]
    pub fn may_stand_on(&self, level: Level, origin: Origin) -> bool {
        is_among(level, &self.levels) && is_among(origin, &self.origins)
    }
}

impl Marker {
    /// Whether it is looked for on a line of this level, which this one wrote.
    #[must_use]
    pub fn may_stand_on(&self, level: Level, origin: Origin) -> bool {
        is_among(level, &self.levels) && is_among(origin, &self.origins)
    }
}

/// Whether a list names it, or nothing and so anything.
fn is_among<T: PartialEq>(one: T, list: &[T]) -> bool {
    list.is_empty() || list.contains(&one)
}

/// The gate for these patterns. Suspects and noise are looked for only in the few lines around an unknown failure, and
/// some signatures only in a log's last line.
pub(super) fn gate(patterns: &[Pattern], rules: &[Later<Rule>], markers: &[Marker]) -> Gate {
    let is_gated = |pattern: &Pattern| {
        let is_for_few_lines =
            marker_of(pattern, markers).is_some_and(|marker| matches!(marker.kind, MarkerKind::Suspect | MarkerKind::Noise));
        let is_for_urls = matches!(pattern.purpose, Purpose::ProviderUrl(_));
        !is_for_urls && !is_for_few_lines && signature_of(pattern, rules).is_none_or(|signature| !signature.last)
    };
    // A condition on the whole log has to be found wherever it stands.
    let whole_log: HashSet<&Text> =
        rules.iter().flat_map(|rule| conditions(rule)).filter(|condition| condition.whole_log).flat_map(regexes).collect();
    let mut wanted_by: HashMap<&Text, Vec<u32>> = HashMap::new();
    for (number, rule) in (0..).zip(rules) {
        for source in conditions(rule).flat_map(regexes) {
            let rules = wanted_by.entry(source).or_default();
            if rules.last() != Some(&number) {
                rules.push(number);
            }
        }
    }
    // The rules for whose sake a pattern is looked for that only adds to what others find.
    let adds_to = |pattern: &Pattern| match pattern.purpose {
        Purpose::Signature { rule, .. } => {
            let is_detail = signature_of(pattern, rules).is_some_and(|signature| signature.role == SignatureRole::Detail);
            is_detail.then(|| vec![rule])
        }
        Purpose::Condition if whole_log.contains(&pattern.form.source) => None,
        Purpose::Condition => Some(wanted_by.get(&pattern.form.source).cloned().unwrap_or_default()),
        Purpose::Provider(_) => Some(Vec::new()),
        Purpose::Marker(_) | Purpose::ProviderUrl(_) => None,
    };
    let mut known: HashMap<&str, (Option<Vec<Phrase>>, bool)> = HashMap::new();
    let mut guarded = Vec::new();
    for (number, pattern) in (0..).zip(patterns).filter(|(_, pattern)| is_gated(pattern)) {
        let (phrases, is_weak) = known
            .entry(&pattern.form.source)
            .or_insert_with(|| (required_phrases(&pattern.form.source), is_weak_guard(&pattern.form.source)));
        guarded.push(Guarded { pattern: number, phrases: phrases.clone(), deferred_for: if *is_weak { adds_to(pattern) } else { None } });
    }
    let is_last = |pattern: &Pattern| signature_of(pattern, rules).is_some_and(|signature| signature.last);
    let last_line = (0..).zip(patterns).filter(|(_, pattern)| is_last(pattern)).map(|(number, _)| number).collect();
    Gate::new(&guarded, STRUCTURAL, last_line)
}

/// The patterns of conditions, by a hash of the regex that the condition has, sorted by it.
pub(super) fn condition_patterns(patterns: &[Pattern]) -> Vec<(u64, u32)> {
    let conditions = (0..).zip(patterns).filter(|(_, pattern)| pattern.purpose == Purpose::Condition);
    let mut out: Vec<(u64, u32)> = conditions.map(|(number, pattern)| (hash(&pattern.form.source), number)).collect();
    out.sort_unstable();
    out
}

/// The pattern that a condition's `log` or `absent` became.
pub(super) fn condition_pattern(regex: &str, known: &[(u64, u32)], patterns: &[Pattern]) -> Option<u32> {
    let hash = hash(regex);
    let first = known.partition_point(|(known, _)| *known < hash);
    let alike = known[first..].iter().take_while(|(known, _)| *known == hash);
    alike.map(|(_, number)| *number).find(|number| *patterns[*number as usize].form.source == *regex)
}

/// FNV-1a: the same in the build script and in the program, whatever compiled them.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The lines that a condition asks for or forbids.
fn regexes(condition: &Condition) -> impl Iterator<Item = &Text> {
    [&condition.log, &condition.absent].into_iter().flatten()
}

/// All conditions of a rule, in file order.
pub(super) fn conditions(rule: &Rule) -> impl Iterator<Item = &Condition> {
    rule.causes.iter().flat_map(|cause| cause.confirmed_by.iter().chain(&cause.suggested_by).chain(&cause.ruled_out_by))
}
