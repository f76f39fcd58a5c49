//! Lines that look like a failure although no rule knows them. Looked for in a few lines only, never by the gate.
//!
//! May import: `catalog`, `engine::matcher`.

use super::matcher::Engine;
use crate::catalog::{Catalog, Level, MarkerKind};

/// The catalogue's markers for logs whose failure nobody knows.
#[derive(Clone, Copy, Debug)]
pub struct Suspects<'e> {
    engine: &'e Engine<'e>,
    kinds: &'e Kinds,
}

/// The numbers of their patterns.
#[derive(Debug)]
pub(super) struct Kinds {
    suspects: Vec<u32>,
    noise: Vec<u32>,
    steps: Vec<u32>,
}

impl Kinds {
    pub(super) fn of(catalog: &Catalog) -> Self {
        let of = |kind: MarkerKind| -> Vec<u32> {
            let all = (0..).zip(catalog.patterns());
            all.filter(|(_, pattern)| catalog.marker(pattern).is_some_and(|marker| marker.kind == kind)).map(|(number, _)| number).collect()
        };
        Self { suspects: of(MarkerKind::Suspect), noise: of(MarkerKind::Noise), steps: of(MarkerKind::StepStart) }
    }
}

impl<'e> Suspects<'e> {
    pub(super) fn new(engine: &'e Engine<'e>, kinds: &'e Kinds) -> Self {
        Self { engine, kinds }
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
    pub fn weight(self, text: &str, level: Level) -> u32 {
        if level < Level::Error && level != Level::None || self.kinds.noise.iter().any(|noise| self.engine.is_match(*noise, text)) {
            return 0;
        }
        let kinds = self.kinds.suspects.iter().map(|suspect| u32::from(self.engine.is_match(*suspect, text))).sum::<u32>();
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
    pub fn starts_step(self, text: &str) -> bool {
        self.kinds.steps.iter().any(|step| self.engine.is_match(*step, text))
    }
}

/// `Error: ..`, `fatal: ..`, `java.lang.IllegalStateException: ..`
fn names_an_error(text: &str) -> bool {
    let Some((head, _)) = text.split_once([':', ' ']) else { return false };
    let head = head.trim_matches(|c: char| !c.is_alphanumeric());
    ["error", "fatal", "panic", "uncaught", "err"].iter().any(|word| head.eq_ignore_ascii_case(word))
        || ["Error", "Exception"].iter().any(|ending| head.ends_with(ending))
}
