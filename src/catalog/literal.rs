//! Which literals a line must hold so that a regex can match it.
//!
//! May import: nothing of ours.
//!
//! The gate looks for these literals in the raw bytes of a log and everything that follows happens only on lines that
//! hold one. So they must be *necessary* (every match holds one of the set), should be *rare*, and must survive colour
//! codes: a terminal program colours words, so a literal never spans white space. Of `code (?:E401|E403)\b` the set is
//! {`E401`, `E403`}: rarer than `code`, and not torn by `code\x1b[0m E401`.

use regex_syntax::hir::{Class, Hir, HirKind};

/// More alternatives than this are not worth a set.
const MAX_SET: usize = 24;
/// Shorter literals hit too many lines.
const MIN_LENGTH: usize = 3;
/// Words that stand on very many lines of ordinary logs: as good as no literal at all where another one is to be had.
const COMMON: &[&str] = &[
    "error",
    "Error",
    "ERR!",
    "failed",
    "Failed",
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
    "GET",
    "warn",
    "WARN",
    "notice",
    "info",
    "verbose",
    "silly",
    "test",
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
];

/// The literals of which every match of `pattern` holds at least one; `None` where there is no such set, or the pattern
/// is not a regex.
///
/// ```
/// use lognosis::catalog::required_literals;
/// assert_eq!(required_literals(r"code (?:E401|E403)\b").unwrap(), ["E401", "E403"]);
/// assert_eq!(required_literals(r"\d+ of \d+"), None);
/// ```
#[must_use]
pub fn required_literals(pattern: &str) -> Option<Vec<String>> {
    let hir = regex_syntax::parse(pattern).ok()?;
    let mut set: Vec<String> = best(&hir)?.words;
    set.sort();
    set.dedup();
    Some(set)
}

/// A necessary set and how good a guard it is.
#[derive(Clone, Debug)]
struct Guard {
    words: Vec<String>,
    score: i32,
}

impl Guard {
    fn new(mut words: Vec<String>) -> Option<Self> {
        words.sort();
        words.dedup();
        if words.is_empty() || words.len() > MAX_SET || words.iter().any(|word| word.len() < MIN_LENGTH) {
            return None;
        }
        let weakest = words.iter().map(|word| rarity(word)).min()?;
        let cost = words.len().ilog2().cast_signed();
        Some(Self { score: weakest * 2 - cost, words })
    }
}

/// How rare a word is in logs, by a rule of thumb: long is rare, capitals, digits and underscores are rarer.
fn rarity(word: &str) -> i32 {
    if COMMON.contains(&word) {
        return 1;
    }
    let unusual = word.bytes().filter(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_').count();
    i32::try_from(word.len().min(14) + unusual.min(4)).unwrap_or(0)
}

fn best(hir: &Hir) -> Option<Guard> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) | HirKind::Class(_) => None,
        HirKind::Literal(_) => exact(hir).and_then(|words| guard_of_exact(&words)),
        HirKind::Capture(capture) => best(&capture.sub),
        HirKind::Repetition(repetition) => {
            if repetition.min >= 1 {
                best(&repetition.sub)
            } else {
                None
            }
        }
        HirKind::Alternation(branches) => {
            let whole = exact(hir).and_then(|words| guard_of_exact(&words));
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
            let mut run: Vec<String> = vec![String::new()];
            for part in parts {
                let grown = exact(part).and_then(|texts| product(&run, &texts));
                if let Some(grown) = grown {
                    run = grown;
                } else {
                    found = better(found, guard_of_exact(&run));
                    run = vec![String::new()];
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

/// All texts that `hir` can match, if they are few.
fn exact(hir: &Hir) -> Option<Vec<String>> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Some(vec![String::new()]),
        HirKind::Literal(literal) => std::str::from_utf8(&literal.0).ok().map(|text| vec![text.to_owned()]),
        HirKind::Class(Class::Unicode(class)) => {
            let size: u32 = class.ranges().iter().map(|r| u32::from(r.end()) - u32::from(r.start()) + 1).sum();
            if size > 8 {
                return None;
            }
            Some(class.ranges().iter().flat_map(|r| r.start()..=r.end()).map(String::from).collect())
        }
        HirKind::Class(Class::Bytes(_)) => None,
        HirKind::Capture(capture) => exact(&capture.sub),
        HirKind::Repetition(repetition) => {
            let sub = exact(&repetition.sub)?;
            match (repetition.min, repetition.max) {
                (0, Some(1)) => {
                    let mut texts = vec![String::new()];
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
            let mut texts = vec![String::new()];
            for part in parts {
                texts = product(&texts, &exact(part)?)?;
            }
            Some(texts)
        }
    }
}

fn product(left: &[String], right: &[String]) -> Option<Vec<String>> {
    if left.len() * right.len() > MAX_SET {
        return None;
    }
    Some(left.iter().flat_map(|l| right.iter().map(move |r| format!("{l}{r}"))).collect())
}

/// The best white-space-free word of each text.
fn guard_of_exact(texts: &[String]) -> Option<Guard> {
    let mut words = Vec::new();
    for text in texts {
        words.push(text.split_whitespace().filter(|word| word.len() >= MIN_LENGTH).max_by_key(|word| rarity(word))?.to_owned());
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
        assert_eq!(of(r"npm error code EINTEGRITY"), ["EINTEGRITY"]);
        assert_eq!(of(r"^Incorrect or missing password\.$"), ["Incorrect"]);
    }

    #[test]
    fn a_short_word_does_not_hide_a_longer_one() {
        assert_eq!(of(r"^not ok \d+"), ["not"]);
    }

    #[test]
    fn joins_split_alternatives() {
        assert_eq!(of(r"E(?:401|404) "), ["E401", "E404"]);
        assert_eq!(of(r"self[- ]signed certificate in certificate chain"), ["certificate"]);
    }

    #[test]
    fn optional_parts_are_not_required() {
        assert_eq!(of(r"(?:foobar )?ECONNRESET"), ["ECONNRESET"]);
        assert!(of(r"(?:ECONNRESET)?").is_empty());
        assert!(of(r"ECONNRESET|\d+").is_empty());
    }

    #[test]
    fn a_pattern_that_ignores_case_is_guarded_by_few_letters() {
        let words = of(r"(?i)connection");
        assert!(!words.is_empty() && words.len() <= 16);
        assert!(words.iter().all(|word| "connection".contains(&word.to_lowercase())));
    }
}
