//! Lines that look like a failure although no rule knows them. Looked for in a few lines only, never by the gate.
//!
//! May import: `catalog`.

use super::searcher::Searcher;
use crate::catalog::{Catalog, Level, MarkerKind, Pattern, Purpose};

/// The catalogue's markers for logs whose failure nobody knows.
#[derive(Debug)]
pub struct Suspects {
    suspects: Vec<Lazy>,
    noise: Vec<Lazy>,
    steps: Vec<Lazy>,
}

/// A pattern that is compiled when a text holds what it demands.
#[derive(Debug)]
struct Lazy {
    pattern: Pattern,
    searcher: Searcher,
}

impl Lazy {
    fn is_match(&self, text: &str) -> bool {
        self.pattern.holds_texts(text) && self.searcher.regex(&self.pattern.regex).is_some_and(|regex| regex.is_match(text))
    }
}

impl Suspects {
    pub(super) fn new(catalog: &Catalog) -> Self {
        let of = |kind: MarkerKind| -> Vec<Lazy> {
            let is_kind =
                |pattern: &&Pattern| matches!(pattern.purpose, Purpose::Marker(at) if catalog.markers()[at as usize].kind == kind);
            catalog.patterns().iter().filter(is_kind).map(|pattern| Lazy { pattern: pattern.clone(), searcher: Searcher::new() }).collect()
        };
        Self { suspects: of(MarkerKind::Suspect), noise: of(MarkerKind::Noise), steps: of(MarkerKind::StepStart) }
    }

    /// How much a cleaned line looks like the failure; 0: not at all.
    ///
    /// ```
    /// use lognosis::catalog::{Catalog, Level};
    /// use lognosis::engine::Engine;
    /// let engine = Engine::new(Catalog::builtin())?;
    /// let weight = |text| engine.suspects().weight(text, Level::None);
    /// assert!(weight("Error: the vault is sealed") > weight("the vault could not be opened"));
    /// assert_eq!((weight("Unpacking vault"), weight("12 passed, 0 failed")), (0, 0));
    /// # Ok::<(), lognosis::Error>(())
    /// ```
    #[must_use]
    pub fn weight(&self, text: &str, level: Level) -> u32 {
        if level < Level::Error && level != Level::None || self.noise.iter().any(|noise| noise.is_match(text)) {
            return 0;
        }
        let kinds = self.suspects.iter().map(|suspect| u32::from(suspect.is_match(text))).sum::<u32>();
        // A stack's frames are many and say where, not what.
        if text.starts_with("at ") && text.contains(':') {
            return 0;
        }
        let shouts = u32::from(level == Level::Error) * 2;
        // A bare code says less than the sentence that follows it.
        let speaks = u32::from(kinds + shouts > 0 && text.split_whitespace().nth(3).is_some());
        kinds + shouts + speaks + if kinds > 0 && names_an_error(text) { 2 } else { 0 }
    }

    /// Whether a step of a CI job begins here.
    #[must_use]
    pub fn starts_step(&self, text: &str) -> bool {
        self.steps.iter().any(|step| step.is_match(text))
    }
}

/// `Error: ..`, `fatal: ..`, `java.lang.IllegalStateException: ..`
fn names_an_error(text: &str) -> bool {
    let Some((head, _)) = text.split_once([':', ' ']) else { return false };
    let head = head.trim_matches(|c: char| !c.is_alphanumeric());
    ["error", "fatal", "panic", "uncaught", "err"].iter().any(|word| head.eq_ignore_ascii_case(word))
        || ["Error", "Exception"].iter().any(|ending| head.ends_with(ending))
}
