//! What may stand right before and right behind a text that a regex demands.
//!
//! May import: nothing of ours.
//!
//! Of ` failed` in `\d+ failed$` a digit stands before, and most lines that hold the word have a letter there. Bytes are told
//! apart coarsely, so that a set of them is a byte. Those that may be left of a terminal's sequence or of a quotation, and
//! all beyond ASCII, may stand anywhere: a raw line has them where the text that the regex sees has nothing.

use regex_syntax::hir::{Class, Hir, HirKind, Look};

/// A set of kinds of bytes.
pub(crate) type Kinds = u8;

/// Every byte.
pub(crate) const ANY: Kinds = 0x3f;
/// The kinds, a bit each.
const ANYWHERE: Kinds = 1;
const DIGIT: Kinds = 1 << 1;
const UPPER: Kinds = 1 << 2;
const LOWER: Kinds = 1 << 3;
const BLANK: Kinds = 1 << 4;
const PUNCTUATION: Kinds = 1 << 5;

/// The kind of each byte.
const KINDS: [Kinds; 256] = {
    let mut kinds = [ANYWHERE; 256];
    let mut byte = 0u8;
    while byte < 0x80 {
        kinds[byte as usize] = kind_of(byte);
        byte += 1;
    }
    kinds
};

/// The kind of a byte.
#[inline]
pub(crate) fn kind(byte: u8) -> Kinds {
    KINDS[usize::from(byte)]
}

const fn kind_of(byte: u8) -> Kinds {
    match byte {
        b'm' | b'K' | b'[' | b'"' | b'\'' | b'\\' => ANYWHERE,
        b'0'..=b'9' => DIGIT,
        b'A'..=b'Z' => UPPER,
        b'a'..=b'z' => LOWER,
        b' ' | b'\t' => BLANK,
        b'!'..=b'~' => PUNCTUATION,
        _ => ANYWHERE,
    }
}

/// What may stand before the end of these parts of a regex.
pub(super) fn before(parts: &[&Hir]) -> Kinds {
    let borders = parts.iter().rev().map(|part| Border::of(part));
    first_of(borders.map(|border| (border.last, border.may_be_empty)))
}

/// What may stand where these parts of a regex begin.
pub(super) fn after(parts: &[&Hir]) -> Kinds {
    let borders = parts.iter().map(|part| Border::of(part));
    first_of(borders.map(|border| (border.first, border.may_be_empty)))
}

/// The union up to the first part that takes a byte; anything where there is none.
fn first_of(parts: impl Iterator<Item = (Kinds, bool)>) -> Kinds {
    let mut kinds = ANYWHERE;
    for (of_part, may_be_empty) in parts {
        kinds |= of_part;
        if !may_be_empty {
            return kinds;
        }
    }
    ANY
}

/// The bytes by which what a regex matches begins and ends.
#[derive(Clone, Copy)]
struct Border {
    first: Kinds,
    last: Kinds,
    may_be_empty: bool,
}

impl Border {
    const NOTHING: Self = Self { first: 0, last: 0, may_be_empty: true };

    fn of(hir: &Hir) -> Self {
        match hir.kind() {
            HirKind::Empty => Self::NOTHING,
            // Frames stand before a line's start and behind its end.
            HirKind::Look(Look::Start | Look::End | Look::StartLF | Look::EndLF | Look::StartCRLF | Look::EndCRLF) => Self::both(ANY),
            HirKind::Look(_) => Self::NOTHING,
            HirKind::Literal(literal) => {
                let at = |byte: Option<&u8>| byte.map_or(ANY, |byte| kind(*byte));
                Self { first: at(literal.0.first()), last: at(literal.0.last()), may_be_empty: literal.0.is_empty() }
            }
            HirKind::Class(class) => Self::both(kinds(class)),
            HirKind::Capture(capture) => Self::of(&capture.sub),
            HirKind::Repetition(repetition) => {
                let once = Self::of(&repetition.sub);
                Self { may_be_empty: once.may_be_empty || repetition.min == 0, ..once }
            }
            HirKind::Concat(parts) => parts.iter().map(Self::of).fold(Self::NOTHING, Self::then),
            HirKind::Alternation(branches) => branches.iter().map(Self::of).fold(Self { may_be_empty: false, ..Self::NOTHING }, Self::or),
        }
    }

    fn both(kinds: Kinds) -> Self {
        Self { first: kinds, last: kinds, may_be_empty: false }
    }

    fn then(self, next: Self) -> Self {
        Self {
            first: self.first | if self.may_be_empty { next.first } else { 0 },
            last: next.last | if next.may_be_empty { self.last } else { 0 },
            may_be_empty: self.may_be_empty && next.may_be_empty,
        }
    }

    fn or(self, other: Self) -> Self {
        Self { first: self.first | other.first, last: self.last | other.last, may_be_empty: self.may_be_empty || other.may_be_empty }
    }
}

/// The kinds of the bytes of a class.
fn kinds(class: &Class) -> Kinds {
    let ranges: Vec<(u32, u32)> = match class {
        Class::Unicode(class) => class.ranges().iter().map(|range| (range.start().into(), range.end().into())).collect(),
        Class::Bytes(class) => class.ranges().iter().map(|range| (range.start().into(), range.end().into())).collect(),
    };
    let takes = |byte: u8| ranges.iter().any(|(first, last)| (*first..=*last).contains(&u32::from(byte)));
    (0..0x80).filter(|byte| takes(*byte)).fold(ANYWHERE, |all, byte| all | kind(byte))
}

#[cfg(test)]
mod tests {
    use super::{ANY, ANYWHERE, BLANK, DIGIT, LOWER, PUNCTUATION, UPPER, after, before};
    use regex_syntax::hir::HirKind;

    fn borders(pattern: &str) -> (u8, u8) {
        let hir = regex_syntax::parse(pattern).unwrap();
        let parts: Vec<_> = if let HirKind::Concat(parts) = hir.kind() { parts.iter().collect() } else { vec![&hir] };
        (before(&parts), after(&parts))
    }

    #[test]
    fn the_bytes_at_either_end_are_told() {
        for (pattern, kinds) in [
            (r"[0-9]+", (ANYWHERE | DIGIT, ANYWHERE | DIGIT)),
            (r"[A-Z][a-z]*", (ANYWHERE | UPPER | LOWER, ANYWHERE | UPPER)),
            (r"(?: x)?\b\(", (ANYWHERE | PUNCTUATION, ANYWHERE | BLANK | PUNCTUATION)),
            (r"^ ?", (ANY, ANY)),
            (r"x?", (ANY, ANY)),
            (r"(?:a|[0-9]|B?) ", (ANYWHERE | BLANK, ANYWHERE | LOWER | DIGIT | UPPER | BLANK)),
            (r"\S", (ANY & !BLANK, ANY & !BLANK)),
        ] {
            assert_eq!(borders(pattern), kinds, "{pattern}");
        }
    }
}
