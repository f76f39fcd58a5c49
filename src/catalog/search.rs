//! The form in which a pattern is searched for: the same regex made cheap, and the texts that every match holds.
//!
//! May import: `catalog::model`.
//!
//! A log of a few kilobytes must not pay for the compilation of hundreds of regexes. Two things help. Most patterns that
//! share a word with a line fail on another text that they demand, and looking for a text needs no compilation. And what
//! makes compiling slow is Unicode: `\w` alone is some seven hundred ranges. Here a class that speaks of letters at all
//! takes everything beyond ASCII in, so that names in any script are still matched, and so does one that takes most of it
//! (`\S`, `[^"]`); digits are ASCII's, and word boundaries are those of ASCII.

use regex_syntax::hir::{
    Capture, Class, ClassBytes, ClassBytesRange, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Look, Repetition, print::Printer,
};
use regex_syntax::utf8::{Utf8Sequence, Utf8Sequences};
use serde::{Deserialize, Serialize};

use super::model::Text;

/// More ranges beyond ASCII than this are a Unicode property and not somebody's list of characters.
const PROPERTY: usize = 50;
/// A class that takes so many characters beyond ASCII takes them all.
const MOST: u32 = 0x8_0000;
/// Kelvin's sign and the long s, which are a k and an s to a regex that ignores case, and to no log.
const LOOKALIKES: [char; 2] = ['\u{212a}', '\u{17f}'];
/// Shorter texts are not worth a look.
const MIN_TEXT: usize = 3;
/// So many texts are looked for.
const MAX_TEXTS: usize = 3;

/// What is searched for, and the texts that tell quickly that it is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Form {
    /// The regex as it is searched for: the rule's own one made cheap to compile.
    pub regex: Text,
    /// Every text that matches begins with this.
    pub prefix: Text,
    /// Every text that matches holds all of these.
    pub texts: Vec<Sought>,
    /// The regex as the rule has it, by which a condition finds its pattern.
    pub source: Text,
}

/// A text that is looked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Sought {
    /// The text; in lower case where letter case does not count.
    pub text: Text,
    /// Whether ASCII letters may stand in either case.
    pub ignores_case: bool,
}

/// The search form of a regex; a pattern that is no regex stays as it is, and matches nothing.
pub(crate) fn search_form(pattern: &str) -> Form {
    let source = Text::from(pattern.to_owned());
    let Ok(hir) = regex_syntax::parse(pattern) else {
        return Form { regex: source.clone(), source, ..Form::default() };
    };
    let mut demands = Demands::default();
    demands.walk(&hir);
    demands.end_run();
    let mut texts = demands.texts;
    texts.retain(|sought| sought.text.len() >= MIN_TEXT && *sought.text != *demands.prefix);
    texts.sort_by_key(|sought| std::cmp::Reverse(sought.text.len()));
    texts.dedup();
    texts.truncate(MAX_TEXTS);
    let mut regex = String::new();
    // Writing to a string does not fail.
    let _ = Printer::new().print(&simplified(&hir), &mut regex);
    Form { regex: regex.into(), prefix: demands.prefix.into(), texts, source }
}

/// Collects the texts that every match holds.
#[derive(Debug, Default)]
struct Demands {
    run: String,
    /// Letters of the run may stand in either case.
    ignores_case: bool,
    /// The run begins where the text does.
    at_start: bool,
    started: bool,
    prefix: String,
    texts: Vec<Sought>,
}

impl Demands {
    fn walk(&mut self, hir: &Hir) {
        match hir.kind() {
            HirKind::Literal(literal) => match std::str::from_utf8(&literal.0) {
                Ok(text) => {
                    self.run.push_str(text);
                    self.started = true;
                }
                Err(_) => self.end_run(),
            },
            HirKind::Look(Look::Start) if !self.started => self.at_start = true,
            HirKind::Look(_) | HirKind::Empty => {}
            HirKind::Capture(capture) => self.walk(&capture.sub),
            HirKind::Concat(parts) => parts.iter().for_each(|part| self.walk(part)),
            HirKind::Repetition(repetition) if repetition.min >= 1 => {
                self.end_run();
                // What is repeated is there once; where the next repetition begins is unknown.
                self.walk(&repetition.sub);
                self.end_run();
            }
            HirKind::Class(class) => match either_case(class) {
                Some(letter) => {
                    self.run.push(letter);
                    (self.ignores_case, self.started) = (true, true);
                }
                None => self.end_run(),
            },
            HirKind::Repetition(_) | HirKind::Alternation(_) => self.end_run(),
        }
    }

    fn end_run(&mut self) {
        let (mut run, ignores_case) = (std::mem::take(&mut self.run), std::mem::take(&mut self.ignores_case));
        if ignores_case {
            run.make_ascii_lowercase();
        } else if self.at_start {
            self.prefix.clone_from(&run);
        }
        self.texts.push(Sought { text: run.into(), ignores_case });
        (self.at_start, self.started) = (false, true);
    }
}

/// The letter that a class stands for in either case: `[Kk]`, and `[Kk\u{212a}]`, which is what `(?i)k` means.
fn either_case(class: &Class) -> Option<char> {
    let Class::Unicode(class) = class else { return None };
    let mut letters = class.ranges().iter().flat_map(|range| range.start()..=range.end()).filter(|c| !LOOKALIKES.contains(c));
    match (letters.next()?, letters.next()?, letters.next()) {
        (upper, lower, None) if upper.is_ascii_uppercase() && lower == upper.to_ascii_lowercase() => Some(lower),
        _ => None,
    }
}

/// The regex without Unicode properties.
fn simplified(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Empty => Hir::empty(),
        HirKind::Literal(literal) => Hir::literal(literal.0.clone()),
        HirKind::Class(Class::Unicode(class)) => simplified_class(class),
        HirKind::Class(class) => Hir::class(class.clone()),
        HirKind::Look(look) => Hir::look(match look {
            Look::WordUnicode => Look::WordAscii,
            Look::WordUnicodeNegate => Look::WordAsciiNegate,
            Look::WordStartUnicode => Look::WordStartAscii,
            Look::WordEndUnicode => Look::WordEndAscii,
            Look::WordStartHalfUnicode => Look::WordStartHalfAscii,
            Look::WordEndHalfUnicode => Look::WordEndHalfAscii,
            other => *other,
        }),
        HirKind::Repetition(repetition) => Hir::repetition(Repetition {
            min: repetition.min,
            max: repetition.max,
            greedy: repetition.greedy,
            sub: Box::new(simplified(&repetition.sub)),
        }),
        HirKind::Capture(capture) => {
            Hir::capture(Capture { index: capture.index, name: capture.name.clone(), sub: Box::new(simplified(&capture.sub)) })
        }
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(simplified).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.iter().map(simplified).collect()),
    }
}

/// The class as a choice of bytes: compiling a class of characters takes a table of some hundred kilobytes, whatever it holds.
fn simplified_class(class: &ClassUnicode) -> Hir {
    let (ascii, beyond): (Vec<&ClassUnicodeRange>, Vec<&ClassUnicodeRange>) =
        class.ranges().iter().partition(|range| range.start() <= '\u{7f}');
    let straddling = ascii.last().filter(|range| range.end() > '\u{7f}').map(|range| ClassUnicodeRange::new('\u{80}', range.end()));
    let beyond: Vec<ClassUnicodeRange> = straddling.into_iter().chain(beyond.into_iter().copied()).collect();
    let ascii = ascii.iter().map(|range| ClassUnicodeRange::new(range.start(), range.end().min('\u{7f}')));
    let ascii = ClassUnicode::new(ascii);
    let mut choices = Vec::new();
    if !ascii.ranges().is_empty() {
        choices.push(Hir::class(Class::Unicode(ascii)));
    }
    // `(?i)` takes these in.
    if !choices.is_empty() && beyond.iter().all(|range| range.start() == range.end() && LOOKALIKES.contains(&range.start())) {
        return Hir::alternation(choices);
    }
    let covered: u32 = beyond.iter().map(|range| u32::from(range.end()) - u32::from(range.start()) + 1).sum();
    let has_letters = beyond.iter().any(|range| range.start() <= '\u{e9}' && '\u{e9}' <= range.end());
    if covered > MOST || beyond.len() > PROPERTY && has_letters {
        choices.push(beyond_ascii());
    } else if beyond.len() <= PROPERTY {
        choices.extend(beyond.iter().flat_map(|range| Utf8Sequences::new(range.start(), range.end())).map(|sequence| bytes(&sequence)));
    }
    Hir::alternation(choices)
}

/// Any character beyond ASCII: a byte that begins one and those that continue it. The text is UTF-8 and no pattern matches
/// a byte that continues a character by itself, so this takes whole characters.
fn beyond_ascii() -> Hir {
    let rest = Repetition { min: 1, max: None, greedy: true, sub: Box::new(byte(0x80, 0xbf)) };
    Hir::concat(vec![byte(0xc2, 0xf4), Hir::repetition(rest)])
}

/// The characters that these bytes make.
fn bytes(sequence: &Utf8Sequence) -> Hir {
    Hir::concat(sequence.as_slice().iter().map(|range| byte(range.start, range.end)).collect())
}

fn byte(first: u8, last: u8) -> Hir {
    Hir::class(Class::Bytes(ClassBytes::new([ClassBytesRange::new(first, last)])))
}

#[cfg(test)]
mod tests {
    use super::{Form, search_form};

    #[test]
    fn texts_and_prefix_are_what_every_match_holds() {
        let texts = |form: &Form| -> Vec<(String, bool)> {
            form.texts.iter().map(|sought| (sought.text.to_string(), sought.ignores_case)).collect()
        };
        let exact = |all: &[&str]| -> Vec<(String, bool)> { all.iter().map(|text| ((*text).to_owned(), false)).collect() };
        let form = search_form(r#"^error: script "(?P<script>[^"]+)" (?:exited|died) with code (?P<code>\d+)$"#);
        assert_eq!(&*form.prefix, "error: script \"");
        assert_eq!(texts(&form), exact(&[" with code "]));
        let form = search_form(r"connection|foo(?:bar)?");
        assert_eq!((&*form.prefix, form.texts.len()), ("", 0));
        let form = search_form(r"^(?:a|b) npm (?:ERR!)+ code");
        assert_eq!((&*form.prefix, texts(&form)), ("", exact(&[" npm ", " code", "ERR!"])));
        let form = search_form(r"(?i)^Kelvin's \d+ Sign");
        assert_eq!((&*form.prefix, texts(&form)), ("", vec![("kelvin's ".to_owned(), true), (" sign".to_owned(), true)]));
        assert_eq!(&*form.regex, r"(?:\A[Kk][Ee][Ll][Vv][Ii][Nn]'[Ss] [0-9]+ [Ss][Ii][Gg][Nn])");
        assert_eq!(&*search_form(r"^(?:code E401)+$").prefix, "");
    }

    #[test]
    fn a_property_of_letters_becomes_short() {
        assert!(search_form(r"^\w+$").regex.len() < 100);
    }

    #[test]
    fn the_search_form_matches_what_the_pattern_matches() {
        for (pattern, matching, other) in [
            (
                r"^(?P<path>[\w./-]+): not found$",
                &["/home/\u{e9}l\u{e8}ve/x: not found", "\u{d55c}\u{ae00}: not found"][..],
                "a b: not found",
            ),
            (r"^\W{0,3}Error: \d+$", &["\u{2716} Error: 12", "Error: 1"][..], "an Error: 12"),
            (r"\bE401\b", &["code E401", "(E401)"][..], "xE401"),
            (r"^[^\w\s]{1,2}x$", &["\u{d7}x", "--x"][..], "aax"),
        ] {
            let regex = regex::bytes::Regex::new(&search_form(pattern).regex).unwrap();
            for text in matching {
                assert!(regex.is_match(text.as_bytes()), "{pattern} on {text}");
            }
            assert!(!regex.is_match(other.as_bytes()), "{pattern} on {other}");
        }
        assert!(!regex::bytes::Regex::new(&search_form(r"^\d+$").regex).unwrap().is_match("\u{663}".as_bytes()));
    }
}
