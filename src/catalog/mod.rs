//! What lognosis knows: the catalogue of failures, its file format, its checks. Pure: no files, no environment.
//!
//! May import: nothing of ours. The build script compiles this module too, to read, check and pack the rule files, so
//! it must not reach into the rest of the crate.
//!
//! A catalogue is built from named TOML texts with [`CatalogBuilder`]; later files win by id. It is immutable then and
//! shared by all threads.

mod border;
mod check;
mod common;
mod compile;
mod explain;
mod flat;
mod gate;
mod later;
mod literal;
mod message;
mod mistake;
mod model;
mod ordinary;
mod parse;
mod reader;
mod search;
mod tables;
pub mod template;
mod texts;
mod version;
mod vocabulary;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

pub use compile::{Pattern, Purpose};
pub use explain::{Explanation, explain_rule, find_rules, reference_index};
pub use flat::Flat;
pub use gate::{Gate, Phrases};
pub use later::Later;
pub use literal::required_literals;
pub use message::render_mistakes;
pub use mistake::{FileMistakes, Gravity, Mistake, MistakeKind, closest};
pub use model::{
    Cause, Condition, CounterExample, Example, Level, Marker, MarkerKind, Neighbour, Never, Origin, Os, Owner, Place, Provider, Reach,
    Rule, Severity, Shell, Signature, SignatureRole, Standing, Status, Step, Strength, Text, Transience, Where,
};
pub use parse::{Item, Parsed, SCHEMA_VERSION, parse};
pub use reader::Spans;
pub(crate) use search::search_form;
pub use search::{Form, Sought};
pub use tables::{Entry, Finder, Tables, fold_gram};
pub use version::{VersionTest, parse_version, version_requirement};
pub use vocabulary::{CI_SYSTEMS, DERIVED_CAPTURES, FAMILIES, LOCAL_CHECKS};

/// Rules, markers and providers, checked and ready to be searched for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Catalog {
    rules: Vec<Later<Rule>>,
    markers: Vec<Marker>,
    providers: Vec<Provider>,
    patterns: Vec<Pattern>,
    gate: Later<Gate>,
    conditions: Vec<(u64, u32)>,
}

impl Catalog {
    /// All rules, sorted by id.
    #[must_use]
    pub fn rules(&self) -> &[Later<Rule>] {
        &self.rules
    }

    /// All markers, sorted by id.
    #[must_use]
    pub fn markers(&self) -> &[Marker] {
        &self.markers
    }

    /// All providers, sorted by id.
    #[must_use]
    pub fn providers(&self) -> &[Provider] {
        &self.providers
    }

    /// All patterns that are looked for in a log.
    #[must_use]
    pub fn patterns(&self) -> &[Pattern] {
        &self.patterns
    }

    /// The signature of which a pattern is, if it is one's.
    #[must_use]
    pub fn signature(&self, pattern: &Pattern) -> Option<&Signature> {
        compile::signature_of(pattern, &self.rules)
    }

    /// The marker of which a pattern is, if it is one's.
    #[must_use]
    pub fn marker(&self, pattern: &Pattern) -> Option<&Marker> {
        compile::marker_of(pattern, &self.markers)
    }

    /// The number of the pattern that a condition's `log` or `absent` became.
    #[must_use]
    pub fn condition_pattern(&self, regex: &str) -> Option<u32> {
        compile::condition_pattern(regex, &self.conditions, &self.patterns)
    }

    /// What guards the patterns.
    #[must_use]
    pub fn gate(&self) -> &Gate {
        &self.gate
    }

    /// The rule of that id.
    #[must_use]
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.binary_search_by(|rule| (*rule.id).cmp(id)).ok().map(|index| &*self.rules[index])
    }

    /// The provider of that id.
    #[must_use]
    pub fn provider(&self, id: &str) -> Option<&Provider> {
        self.providers.iter().find(|provider| *provider.id == *id)
    }
}

/// Puts a catalogue together from files; later ones win by id.
///
/// ```
/// use lognosis::catalog::CatalogBuilder;
/// let mut builder = CatalogBuilder::new();
/// builder.add("mine.toml", r#"
/// schema = 1
/// [[rule]]
/// id = "mine/vault"
/// title = "The vault is sealed"
/// summary = "The deploy script could not read its secrets."
/// family = "deploy"
/// owner = "you"
/// transient = "no"
/// since = "0.1.0"
/// [[rule.signature]]
/// pattern = 'vault is sealed'
/// [[rule.cause]]
/// id = "sealed"
/// title = "Nobody has unsealed the vault since its restart"
/// [[rule.cause.step]]
/// text = "Unseal it"
/// "#);
/// let (catalog, warnings) = builder.finish().unwrap();
/// assert_eq!(catalog.rules().len(), 1);
/// assert_eq!(warnings[0].mistakes.len(), 2); // no example, no counter-example
/// ```
#[derive(Clone, Debug, Default)]
pub struct CatalogBuilder<'a> {
    base: Option<&'a Catalog>,
    files: Vec<(String, String)>,
}

impl<'a> CatalogBuilder<'a> {
    /// An empty catalogue to add to.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts from an existing catalogue, usually the built-in one.
    #[must_use]
    pub fn extending(base: &'a Catalog) -> Self {
        Self { base: Some(base), files: Vec::new() }
    }

    /// Adds a rule file. `name` is used in messages.
    pub fn add(&mut self, name: impl Into<String>, source: impl Into<String>) -> &mut Self {
        self.files.push((name.into(), source.into()));
        self
    }

    /// Parses, checks and merges.
    ///
    /// The second part of the answer is the files that have warnings.
    ///
    /// # Errors
    ///
    /// Every file that has a mistake which keeps the catalogue from loading, with all its mistakes.
    pub fn finish(&self) -> Result<(Catalog, Vec<FileMistakes>), Vec<FileMistakes>> {
        let parsed: Vec<Parsed> = self.files.iter().map(|(name, source)| parse(name, source)).collect();
        let mut rules: HashMap<&str, &Rule> = HashMap::new();
        let mut markers: HashMap<&str, &Marker> = HashMap::new();
        let mut providers: HashMap<&str, &Provider> = HashMap::new();
        if let Some(base) = self.base {
            rules.extend(base.rules.iter().map(|rule| (&*rule.id, &**rule)));
            markers.extend(base.markers.iter().map(|marker| (&*marker.id, marker)));
            providers.extend(base.providers.iter().map(|provider| (&*provider.id, provider)));
        }
        for file in &parsed {
            rules.extend(file.rules.iter().map(|item| (&*item.value.id, &item.value)));
            markers.extend(file.markers.iter().map(|item| (&*item.value.id, &item.value)));
            providers.extend(file.providers.iter().map(|item| (&*item.value.id, &item.value)));
        }
        let known = check::Known::new(rules.values().copied(), providers.values().copied());
        let elsewhere = check::Elsewhere::new(self.files.iter().map(|(name, _)| name.as_str()).zip(&parsed));
        let checked: Vec<FileMistakes> = self
            .files
            .iter()
            .zip(&parsed)
            .map(|((name, source), parsed)| check::check(name, source, parsed, &known, &elsewhere))
            .filter(|file| !file.mistakes.is_empty())
            .collect();
        if checked.iter().any(FileMistakes::is_fatal) {
            return Err(checked.into_iter().filter(FileMistakes::is_fatal).collect());
        }
        let mut catalog = Catalog {
            rules: rules.into_values().cloned().map(Later::from).collect(),
            markers: markers.into_values().cloned().collect(),
            providers: providers.into_values().cloned().collect(),
            patterns: Vec::new(),
            gate: Later::default(),
            conditions: Vec::new(),
        };
        catalog.rules.sort_by(|a, b| a.id.cmp(&b.id));
        catalog.markers.sort_by(|a, b| a.id.cmp(&b.id));
        catalog.providers.sort_by(|a, b| a.id.cmp(&b.id));
        catalog.patterns = compile::patterns(&catalog.rules, &catalog.markers, &catalog.providers);
        catalog.conditions = compile::condition_patterns(&catalog.patterns);
        catalog.gate = compile::gate(&catalog.patterns, &catalog.rules, &catalog.markers).into();
        Ok((catalog, checked))
    }
}
