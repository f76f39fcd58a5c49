//! One mistake in a catalogue file, with the place and the way out.
//!
//! May import: nothing of ours.

use std::ops::Range;

/// How bad a mistake is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gravity {
    /// The catalogue loads, but something in it is not as it should be.
    Warning,
    /// The catalogue does not load.
    Error,
}

/// What kind of mistake it is. The number is stable, so that people can look it up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum MistakeKind {
    /// Not TOML.
    Syntax,
    /// A schema version that this program does not know.
    Schema,
    /// A key that does not exist.
    UnknownKey,
    /// A key that must be there.
    MissingKey,
    /// A value of the wrong type.
    WrongType,
    /// A value that is not in the list.
    UnknownValue,
    /// A regex that does not compile.
    Regex,
    /// An id that stands twice.
    DuplicateId,
    /// An id that two files of one catalogue define: the later one wins.
    Overridden,
    /// A reference to nothing.
    UnknownReference,
    /// A signature that can never match.
    DeadSignature,
    /// A signature that stands in another rule, too.
    ShadowedSignature,
    /// A regex that misses a line of the rule's own examples by nothing but letter case.
    LetterCase,
    /// A capture whose fallback holds a brace or is not closed.
    BrokenFallback,
    /// A reference to a rule that is not loaded: harmless, but perhaps a slip.
    DanglingRule,
    /// A capture that nothing sets.
    UnknownCapture,
    /// A value that is not well formed: a version requirement, a date, a URL.
    Malformed,
    /// Rules that follow from each other in a circle.
    Cycle,
    /// A signature that no literal guards, so that it runs on every line.
    NoLiteral,
    /// A rule without an example or counter-example.
    NoExample,
    /// A capture that nothing uses.
    UnusedCapture,
}

impl MistakeKind {
    /// The code that is printed: `L003`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Syntax => "L001",
            Self::Schema => "L002",
            Self::UnknownKey => "L003",
            Self::MissingKey => "L004",
            Self::WrongType => "L005",
            Self::UnknownValue => "L006",
            Self::Regex => "L007",
            Self::DuplicateId => "L008",
            Self::UnknownReference => "L009",
            Self::UnknownCapture => "L010",
            Self::Malformed => "L011",
            Self::Cycle => "L012",
            Self::NoLiteral => "L013",
            Self::NoExample => "L014",
            Self::UnusedCapture => "L015",
            Self::DanglingRule => "L016",
            Self::Overridden => "L017",
            Self::DeadSignature => "L018",
            Self::ShadowedSignature => "L019",
            Self::LetterCase => "L020",
            Self::BrokenFallback => "L021",
        }
    }

    /// Whether the catalogue loads in spite of it.
    #[must_use]
    pub fn gravity(self) -> Gravity {
        match self {
            Self::NoLiteral
            | Self::NoExample
            | Self::UnusedCapture
            | Self::DanglingRule
            | Self::Overridden
            | Self::DeadSignature
            | Self::ShadowedSignature
            | Self::LetterCase => Gravity::Warning,
            _ => Gravity::Error,
        }
    }
}

/// One mistake in one catalogue file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// What kind.
    pub kind: MistakeKind,
    /// The headline: ``unknown key `patern` ``.
    pub title: String,
    /// Bytes of the file that it is about.
    pub span: Range<usize>,
    /// What stands under the marked bytes.
    pub label: String,
    /// The way out.
    pub help: Option<String>,
}

/// A catalogue file as it was read, with what is wrong in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileMistakes {
    /// The file's name as the user gave it.
    pub path: String,
    /// Its text.
    pub source: String,
    /// The mistakes, by place.
    pub mistakes: Vec<Mistake>,
}

impl FileMistakes {
    /// Whether any mistake keeps the catalogue from loading.
    #[must_use]
    pub fn is_fatal(&self) -> bool {
        self.mistakes.iter().any(|mistake| mistake.kind.gravity() == Gravity::Error)
    }
}

/// The entry of `known` that `word` was probably meant to be.
///
/// ```
/// use lognosis::catalog::closest;
/// assert_eq!(closest("patern", ["pattern", "role"]), Some("pattern"));
/// assert_eq!(closest("zzz", ["pattern", "role"]), None);
/// ```
#[must_use]
pub fn closest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&word.to_lowercase(), &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= (candidate.len().max(word.len()) / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}
