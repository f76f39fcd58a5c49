//! Regexes that miss a line of their own rule's examples by nothing but letter case.
//!
//! May import: `catalog`, `text`.
//!
//! A test of the examples does not tell: another signature finds the failure, and a cause that nothing confirms is still
//! possible. The lines of the examples are the spellings that are known, so a regex that would match one of them if its
//! words had another letter case was meant to. Its classes stay as they are: `[A-Z]` is there to tell a name from a word.

use regex::Regex;
use regex_syntax::hir::{Capture, Class, ClassBytes, ClassBytesRange, Hir, HirKind, Repetition};

use crate::catalog::{Condition, Item, Level, Mistake, MistakeKind, Origin, Rule, Signature, parse};
use crate::text::{LineReader, ReportBlock};

/// A line of an example as signatures see it.
struct Line {
    text: String,
    level: Level,
    origin: Origin,
}

/// A regex of a rule.
struct Part<'r> {
    /// The path of its key in the rule.
    path: String,
    pattern: &'r str,
    signature: Option<&'r Signature>,
}

/// The mistakes of this kind in a rule file, by place. What else is wrong with the file is not looked at.
///
/// ```
/// let file = r"
/// schema = 1
/// [[rule]]
/// id = 'acme/sealed'
/// [[rule.signature]]
/// pattern = 'vault is sealed'
/// [[rule.cause]]
/// confirmed_by = [{ log = 'vault restarted' }]
/// [[rule.example]]
/// log = '''
/// Vault restarted
/// vault is sealed'''
/// ";
/// let mistakes = lognosis::trial::letter_case(file);
/// assert_eq!(mistakes.len(), 1);
/// assert_eq!(&file[mistakes[0].span.clone()], "'vault restarted'");
/// ```
#[must_use]
pub fn letter_case(source: &str) -> Vec<Mistake> {
    let mut mistakes: Vec<Mistake> = parse("", source).rules.iter().flat_map(mistakes_of).collect();
    mistakes.sort_by_key(|mistake| mistake.span.start);
    mistakes
}

fn mistakes_of(item: &Item<Rule>) -> Vec<Mistake> {
    let rule = &item.value;
    let lines = lines_of(rule);
    let mut out = Vec::new();
    for parts in [signatures(rule), conditions(rule)] {
        let exact: Vec<Option<Regex>> = parts.iter().map(|part| Regex::new(part.pattern).ok()).collect();
        // A spelling that another part of the same kind has is not forgotten.
        let forgotten = |line: &&Line| !exact.iter().flatten().any(|regex| regex.is_match(&line.text));
        let forgotten: Vec<&Line> = lines.iter().filter(forgotten).collect();
        for part in &parts {
            let Some(any_case) = any_case(part.pattern) else { continue };
            let Some(line) = forgotten.iter().find(|line| part.may_stand_on(line) && any_case.is_match(&line.text)) else { continue };
            out.push(Mistake {
                kind: MistakeKind::LetterCase,
                title: format!("this misses a line of the rule's own example by letter case: `{}`", line.text),
                span: item.spans.of(&part.path),
                label: "would match it in another letter case".to_owned(),
                help: Some("add the other spelling as `[Aa]`, or put `(?i)` in front".to_owned()),
            });
        }
    }
    out
}

impl Part<'_> {
    fn may_stand_on(&self, line: &Line) -> bool {
        self.signature.is_none_or(|signature| signature.may_stand_on(line.level, line.origin))
    }
}

/// The regex with all its words in any letter case.
fn any_case(pattern: &str) -> Option<Regex> {
    let hir = regex_syntax::parse(pattern).ok()?;
    Regex::new(&folded(hir).to_string()).ok()
}

fn folded(hir: Hir) -> Hir {
    match hir.into_kind() {
        HirKind::Literal(literal) => Hir::concat(literal.0.iter().copied().map(folded_byte).collect()),
        HirKind::Capture(capture) => Hir::capture(Capture { sub: Box::new(folded(*capture.sub)), ..capture }),
        HirKind::Repetition(repetition) => Hir::repetition(Repetition { sub: Box::new(folded(*repetition.sub)), ..repetition }),
        HirKind::Concat(parts) => Hir::concat(parts.into_iter().map(folded).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.into_iter().map(folded).collect()),
        HirKind::Empty => Hir::empty(),
        HirKind::Class(class) => Hir::class(class),
        HirKind::Look(look) => Hir::look(look),
    }
}

fn folded_byte(byte: u8) -> Hir {
    if !byte.is_ascii_alphabetic() {
        return Hir::literal([byte]);
    }
    let either = [byte.to_ascii_lowercase(), byte.to_ascii_uppercase()].map(|byte| ClassBytesRange::new(byte, byte));
    Hir::class(Class::Bytes(ClassBytes::new(either)))
}

fn lines_of(rule: &Rule) -> Vec<Line> {
    let mut lines = Vec::new();
    for example in &rule.examples {
        let mut reader = LineReader::new(None);
        let mut take = |_: u64, line: &crate::text::Line<'_>| {
            // A report's line is searched only when it is joined with those that go on with it.
            if !ReportBlock::starts(line.text()) {
                lines.push(Line { text: line.text().to_owned(), level: line.level, origin: line.origin });
            }
        };
        reader.push(example.log.as_bytes(), &mut take);
        reader.finish(&mut take);
    }
    lines
}

fn signatures(rule: &Rule) -> Vec<Part<'_>> {
    let all = rule.signatures.iter().enumerate();
    all.map(|(at, signature)| Part { path: format!("signature.{at}.pattern"), pattern: &signature.pattern, signature: Some(signature) })
        .collect()
}

fn conditions(rule: &Rule) -> Vec<Part<'_>> {
    let mut out = Vec::new();
    for (at, cause) in rule.causes.iter().enumerate() {
        let lists: [(&[Condition], &str); 3] =
            [(&cause.confirmed_by, "confirmed_by"), (&cause.suggested_by, "suggested_by"), (&cause.ruled_out_by, "ruled_out_by")];
        for (list, list_key) in lists {
            for (index, condition) in list.iter().enumerate() {
                for (pattern, key) in [(&condition.log, "log"), (&condition.absent, "absent")] {
                    let path = || format!("cause.{at}.{list_key}.{index}.{key}");
                    out.extend(pattern.as_deref().map(|pattern| Part { path: path(), pattern, signature: None }));
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::letter_case;

    fn traps(patterns: &[&str], example: &str) -> usize {
        let signatures: String = patterns.iter().map(|pattern| format!("[[rule.signature]]\npattern = '{pattern}'\n")).collect();
        letter_case(&format!("schema = 1\n[[rule]]\nid = 'acme/x'\n{signatures}[[rule.example]]\nlog = '{example}'\n")).len()
    }

    #[test]
    fn words_that_miss_an_example_by_letter_case_are_traps() {
        assert_eq!(traps(&["^code e401$"], "npm error code E401"), 1);
        assert_eq!(traps(&["^Host key for \\S+ has changed"], "RSA host key for h has changed"), 0, "the anchor forbids it too");
        assert_eq!(traps(&["Host key for \\S+ has changed"], "RSA host key for h has changed"), 1);
        assert_eq!(traps(&["^(?i:vault) is Sealed"], "vault is sealed"), 1, "(?i) on a part only");
    }

    #[test]
    fn other_spellings_and_classes_are_none() {
        assert_eq!(traps(&["^code E401$", "^code e401$"], "npm error code E401\nnpm error code e401"), 0, "each has its signature");
        assert_eq!(traps(&["^[A-Z]+ failed"], "it failed"), 0, "a class tells names from words");
        assert_eq!(traps(&["^(?i)code e401$"], "npm error code E401"), 0);
        assert_eq!(traps(&["^code E404$"], "npm error code E401"), 0);
        assert_eq!(traps(&["^\u{e9}chec: code"], "\u{c9}chec: code"), 0, "only ASCII letters are folded");
    }
}
