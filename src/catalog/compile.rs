//! The catalogue's patterns in one flat list, each with the literals that guard it.
//!
//! May import: `catalog::{model, literal}`.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::literal::required_literals;
use super::model::{Condition, Marker, Provider, Rule, Text};

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
    /// A `log` or `absent` of some condition; conditions find it by its text.
    Condition,
}

/// A regex that is looked for on every candidate line that holds one of its literals.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Pattern {
    /// The regex.
    pub regex: Text,
    /// One of these stands on every line that matches; empty: the pattern runs on every line.
    pub literals: Vec<Text>,
    /// What a match means.
    pub purpose: Purpose,
}

/// Flattens the catalogue. The order is that of the parts, so that equal catalogues give equal lists.
pub(super) fn patterns(rules: &[Rule], markers: &[Marker], providers: &[Provider]) -> Vec<Pattern> {
    let mut literals: HashMap<Text, Vec<Text>> = HashMap::new();
    let mut out = Vec::new();
    let mut push = |regex: &Text, purpose: Purpose, out: &mut Vec<Pattern>| {
        let literals = literals
            .entry(regex.clone())
            .or_insert_with(|| required_literals(regex).unwrap_or_default().into_iter().map(Text::from).collect());
        out.push(Pattern { regex: regex.clone(), literals: literals.clone(), purpose });
    };
    for (index, marker) in (0..).zip(markers) {
        push(&marker.pattern, Purpose::Marker(index), &mut out);
    }
    for (index, rule) in (0..).zip(rules) {
        for (at, signature) in (0..).zip(&rule.signatures) {
            push(&signature.pattern, Purpose::Signature { rule: index, signature: at }, &mut out);
        }
    }
    for (index, provider) in (0..).zip(providers) {
        for line in &provider.lines {
            push(line, Purpose::Provider(index), &mut out);
        }
    }
    // Many conditions ask for the same line; one pattern serves them all.
    let mut seen = std::collections::HashSet::new();
    for condition in rules.iter().flat_map(conditions) {
        for regex in [&condition.log, &condition.absent].into_iter().flatten() {
            if seen.insert(regex.clone()) {
                push(regex, Purpose::Condition, &mut out);
            }
        }
    }
    out
}

/// All conditions of a rule, in file order.
pub(super) fn conditions(rule: &Rule) -> impl Iterator<Item = &Condition> {
    rule.causes.iter().flat_map(|cause| cause.confirmed_by.iter().chain(&cause.suggested_by).chain(&cause.ruled_out_by))
}
