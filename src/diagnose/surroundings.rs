//! What the lines around the marks tell.
//!
//! May import: `engine`.

use crate::engine::{ContextLine, Engine, Scan};

/// The lines of a log that are kept beside its marks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Surroundings<'a> {
    engine: &'a Engine<'a>,
    scan: &'a Scan,
}

impl<'a> Surroundings<'a> {
    pub(super) fn new(engine: &'a Engine<'a>, scan: &'a Scan) -> Self {
        Self { engine, scan }
    }

    /// Whether a line behind `line` looks like a failure.
    pub(super) fn says_more(self, line: u64) -> bool {
        let suspects = self.engine.suspects();
        let lines = self.scan.contexts.iter().chain(std::iter::once(&self.scan.tail)).flat_map(|context| &context.lines);
        lines.filter(|later| later.line > line).any(|later| suspects.weight(&later.text, later.level) > 0)
    }

    /// Whether all that is there is a few lines that people cut out of a log: all of them are kept, and none tells of a
    /// script or of tests, which print what others said.
    pub(super) fn is_excerpt(self) -> bool {
        let lines = &self.scan.tail.lines;
        lines.first().is_some_and(|first| first.line <= 3) && !lines.iter().any(tells_of_a_program)
    }
}

/// `> shop@1.0.0 test`, `  ok: gave up`, `3 passing`
fn tells_of_a_program(line: &ContextLine) -> bool {
    let text = line.text.as_str();
    let words = ["pass", "passed", "passing", "ok", "skipped", "tests"];
    let mut all = text.split(|c: char| !c.is_ascii_alphanumeric());
    text.starts_with("> ")
        || text.starts_with(['\u{2713}', '\u{2714}', '\u{221a}', '\u{2716}', '\u{25cf}'])
        || all.any(|word| words.iter().any(|known| word.eq_ignore_ascii_case(known)))
}
