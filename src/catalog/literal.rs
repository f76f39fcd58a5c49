//! Which words a line must hold so that a regex can match it.
//!
//! May import: nothing of ours.
//!
//! The gate looks for these words in the raw bytes of a log and everything that follows happens only on lines that hold
//! one. So they must be *necessary* (every match holds one of the set), should be *rare*, and must survive colour codes: a
//! terminal program colours words, so a literal never spans white space. Of `code (?:E401|E403)\b` the set is {`e401`,
//! `e403`}: rarer than `code`, and not torn by `code\x1b[0m E401`. Letter case is folded, so that a pattern that ignores
//! case needs one word and not all its spellings; each word remembers which letters may stand in either case.

use regex_syntax::hir::{Class, Hir, HirKind};

/// More alternatives than this are not worth a set.
const MAX_SET: usize = 24;
/// Shorter literals hit too many lines.
const MIN_LENGTH: usize = 3;
/// Words that stand on very many lines of ordinary logs: as good as no literal at all where another one is to be had.
const COMMON: &[&str] = &[
    "error",
    "err!",
    "failed",
    "fail",
    "npm",
    "package",
    "version",
    "code",
    "http",
    "https",
    "https://",
    "http://",
    "registry",
    "node",
    "node_modules",
    "found",
    "file",
    "install",
    "from",
    "the",
    "with",
    "not",
    "and",
    "this",
    "that",
    "for",
    "module",
    "command",
    "request",
    "get",
    "warn",
    "notice",
    "info",
    "verbose",
    "silly",
    "test",
    "tests",
    "build",
    "line",
    "src",
    "your",
    "you",
    "was",
    "are",
    "can",
    "run",
    "exit",
    "path",
    "reason",
    "reason:",
    "at:",
    "json",
    "package.json",
    "modules",
    "import",
    "export",
    "packages",
    "function",
    "installed",
    "running",
    "script",
    "output",
    "config",
    "docker",
    "github",
    "actions",
    "docs",
    "must",
    "use",
    "used",
    "when",
    "name",
    "type",
    "no",
];

/// One character of a word, and whether it may stand in either case.
type Unit = (char, bool);

/// A word that a match holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Word {
    units: Vec<Unit>,
}

impl Word {
    /// The word with ASCII letters in lower case.
    pub(super) fn folded(&self) -> String {
        self.units.iter().map(|(c, _)| c.to_ascii_lowercase()).collect()
    }

    /// The spellings of a piece of the word, `length` characters from `start`; nothing where they are too many.
    pub(super) fn spellings(&self, start: usize, length: usize) -> Option<Vec<String>> {
        let mut out = vec![String::new()];
        for (c, either) in self.units.get(start..start + length)? {
            if *either && c.is_ascii_alphabetic() {
                let upper: Vec<String> = out.iter().map(|text| format!("{text}{}", c.to_ascii_uppercase())).collect();
                out.iter_mut().for_each(|text| text.push(c.to_ascii_lowercase()));
                out.extend(upper);
            } else {
                out.iter_mut().for_each(|text| text.push(*c));
            }
            if out.len() > 16 {
                return None;
            }
        }
        Some(out)
    }

    /// How many characters it has.
    pub(super) fn len(&self) -> usize {
        self.units.len()
    }

    /// How rare it is in logs, by a rule of thumb: long is rare, capitals, digits and underscores are rarer.
    fn rarity(&self) -> i32 {
        let folded = self.folded();
        if COMMON.contains(&folded.as_str()) {
            return 1;
        }
        let unusual =
            self.units.iter().filter(|(c, either)| !either && (c.is_ascii_uppercase() || c.is_ascii_digit() || *c == '_')).count();
        i32::try_from(self.units.len().min(14) + unusual.min(4)).unwrap_or(0)
    }
}

/// The words of which every match of `pattern` holds at least one, letters folded to lower case; `None` where there is no
/// such set, or the pattern is not a regex.
///
/// ```
/// use lognosis::catalog::required_literals;
/// assert_eq!(required_literals(r"code (?:E401|E403)\b").unwrap(), ["e401", "e403"]);
/// assert_eq!(required_literals(r"(?i)connection refused").unwrap(), ["connection"]);
/// assert_eq!(required_literals(r"\d+ of \d+"), None);
/// ```
#[must_use]
pub fn required_literals(pattern: &str) -> Option<Vec<String>> {
    let mut set: Vec<String> = required_words(pattern)?.iter().map(Word::folded).collect();
    set.sort();
    set.dedup();
    Some(set)
}

/// The same with what is known of the letters' case.
pub(super) fn required_words(pattern: &str) -> Option<Vec<Word>> {
    let hir = regex_syntax::parse(pattern).ok()?;
    Some(best(&hir)?.words)
}

/// A necessary set and how good a guard it is.
#[derive(Clone, Debug)]
struct Guard {
    words: Vec<Word>,
    score: i32,
}

impl Guard {
    fn new(mut words: Vec<Word>) -> Option<Self> {
        words.sort();
        words.dedup();
        if words.is_empty() || words.len() > MAX_SET || words.iter().any(|word| word.len() < MIN_LENGTH) {
            return None;
        }
        let weakest = words.iter().map(Word::rarity).min()?;
        let cost = words.len().ilog2().cast_signed();
        Some(Self { score: weakest * 2 - cost, words })
    }
}

fn best(hir: &Hir) -> Option<Guard> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) | HirKind::Class(_) => None,
        HirKind::Literal(_) => exact(hir).and_then(|texts| guard_of_exact(&texts)),
        HirKind::Capture(capture) => best(&capture.sub),
        HirKind::Repetition(repetition) => {
            if repetition.min >= 1 {
                best(&repetition.sub)
            } else {
                None
            }
        }
        HirKind::Alternation(branches) => {
            let whole = exact(hir).and_then(|texts| guard_of_exact(&texts));
            let mut words = Vec::new();
            let mut complete = true;
            for branch in branches {
                match best(branch) {
                    Some(guard) => words.extend(guard.words),
                    None => complete = false,
                }
            }
            let union = if complete { Guard::new(words) } else { None };
            better(whole, union)
        }
        HirKind::Concat(parts) => {
            let mut found: Option<Guard> = None;
            // Neighbouring parts with few possible texts are read as one: `E` + `401|403` is `E401|E403`.
            let mut run: Vec<Vec<Unit>> = vec![Vec::new()];
            for part in parts {
                let grown = exact(part).and_then(|texts| product(&run, &texts));
                if let Some(grown) = grown {
                    run = grown;
                } else {
                    found = better(found, guard_of_exact(&run));
                    run = vec![Vec::new()];
                    match exact(part).and_then(|texts| product(&run, &texts)) {
                        Some(grown) => run = grown,
                        None => found = better(found, best(part)),
                    }
                }
            }
            found = better(found, guard_of_exact(&run));
            for part in parts {
                found = better(found, best(part));
            }
            found
        }
    }
}

fn better(a: Option<Guard>, b: Option<Guard>) -> Option<Guard> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if b.score > a.score { b } else { a }),
        (a, b) => a.or(b),
    }
}

/// All texts that `hir` can match, if they are few. A letter in either case counts as one.
fn exact(hir: &Hir) -> Option<Vec<Vec<Unit>>> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Some(vec![Vec::new()]),
        HirKind::Literal(literal) => std::str::from_utf8(&literal.0).ok().map(|text| vec![text.chars().map(|c| (c, false)).collect()]),
        HirKind::Class(Class::Unicode(class)) => {
            let size: u32 = class.ranges().iter().map(|r| u32::from(r.end()) - u32::from(r.start()) + 1).sum();
            if size > 8 {
                return None;
            }
            let all: Vec<char> = class.ranges().iter().flat_map(|r| r.start()..=r.end()).collect();
            let has_other_case = |c: &char| c.is_ascii_uppercase() && all.contains(&c.to_ascii_lowercase());
            let units =
                all.iter().filter(|c| !has_other_case(c)).map(|c| (*c, all.contains(&c.to_ascii_uppercase()) && c.is_ascii_lowercase()));
            Some(units.map(|unit| vec![unit]).collect())
        }
        HirKind::Class(Class::Bytes(_)) => None,
        HirKind::Capture(capture) => exact(&capture.sub),
        HirKind::Repetition(repetition) => {
            let sub = exact(&repetition.sub)?;
            match (repetition.min, repetition.max) {
                (0, Some(1)) => {
                    let mut texts = vec![Vec::new()];
                    texts.extend(sub);
                    Some(texts)
                }
                (1, Some(1)) => Some(sub),
                _ => None,
            }
        }
        HirKind::Alternation(branches) => {
            let mut texts = Vec::new();
            for branch in branches {
                texts.extend(exact(branch)?);
                if texts.len() > MAX_SET {
                    return None;
                }
            }
            Some(texts)
        }
        HirKind::Concat(parts) => {
            let mut texts = vec![Vec::new()];
            for part in parts {
                texts = product(&texts, &exact(part)?)?;
            }
            Some(texts)
        }
    }
}

fn product(left: &[Vec<Unit>], right: &[Vec<Unit>]) -> Option<Vec<Vec<Unit>>> {
    if left.len() * right.len() > MAX_SET {
        return None;
    }
    Some(left.iter().flat_map(|l| right.iter().map(move |r| l.iter().chain(r).copied().collect())).collect())
}

/// The best white-space-free word of each text.
fn guard_of_exact(texts: &[Vec<Unit>]) -> Option<Guard> {
    let mut words = Vec::new();
    for text in texts {
        let candidates = text.split(|(c, _)| c.is_whitespace()).map(|units| Word { units: units.to_vec() });
        words.push(candidates.filter(|word| word.len() >= MIN_LENGTH).max_by_key(Word::rarity)?);
    }
    Guard::new(words)
}

#[cfg(test)]
mod tests {
    use super::required_literals;

    fn of(pattern: &str) -> Vec<String> {
        required_literals(pattern).unwrap_or_default()
    }

    #[test]
    fn chooses_the_rarest_word_of_a_phrase() {
        assert_eq!(of(r"npm error code EINTEGRITY"), ["eintegrity"]);
        assert_eq!(of(r"^Incorrect or missing password\.$"), ["incorrect"]);
    }

    #[test]
    fn a_short_word_does_not_hide_a_longer_one() {
        assert_eq!(of(r"^not ok \d+"), ["not"]);
    }

    #[test]
    fn joins_split_alternatives() {
        assert_eq!(of(r"E(?:401|404) "), ["e401", "e404"]);
        assert_eq!(of(r"self[- ]signed certificate in certificate chain"), ["certificate"]);
    }

    #[test]
    fn optional_parts_are_not_required() {
        assert_eq!(of(r"(?:foobar )?ECONNRESET"), ["econnreset"]);
        assert!(of(r"(?:ECONNRESET)?").is_empty());
        assert!(of(r"ECONNRESET|\d+").is_empty());
    }

    #[test]
    fn a_pattern_that_ignores_case_is_guarded_by_one_word() {
        assert_eq!(of(r"(?i)connection"), ["connection"]);
        // Kelvin's sign is a k to a regex that ignores case, and not to a gate that folds ASCII.
        assert_eq!(of(r"(?i)killed"), ["\u{212a}illed", "killed"]);
    }
}
