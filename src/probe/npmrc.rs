//! Reads .npmrc files the way npm does.
//!
//! May import: `facts`.
//!
//! Source: the `ini` package (`decode`, `unsafe`) and @npmcli/config's `env-replace.js`.

use std::borrow::Cow;

use crate::facts::Variable;

/// One `key = value` of a file, quotes taken off, variables not yet filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) value: String,
    /// From 1.
    pub(super) line: u32,
}

/// The entries of a file in its order.
pub(super) fn parse(text: &str) -> Vec<Entry> {
    let mut out = Vec::new();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (number, line) in (1u32..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with([';', '#']) {
            continue;
        }
        // What stands in a section is a nested object, and no option of npm's is one.
        if line.starts_with('[') && line.ends_with(']') {
            break;
        }
        let (key, value) = line.split_once('=').map_or((line, "true"), |(key, value)| (key, value));
        let key = unquote(key.trim());
        let key = key.strip_suffix("[]").unwrap_or(&key).to_owned();
        out.push(Entry { key, value: unquote(value.trim()), line: number });
    }
    out
}

/// Takes quotes off; without quotes a `;` or `#` begins a comment.
fn unquote(text: &str) -> String {
    let quoted = |quote: char| text.len() >= 2 && text.starts_with(quote) && text.ends_with(quote);
    if quoted('"') {
        return serde_json::from_str(text).unwrap_or_else(|_| text[1..text.len() - 1].to_owned());
    }
    if quoted('\'') {
        return text[1..text.len() - 1].to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            ';' | '#' => break,
            '\\' => match chars.next() {
                Some(escaped @ (';' | '#' | '\\')) => out.push(escaped),
                Some(other) => out.extend(['\\', other]),
                None => out.push('\\'),
            },
            c => out.push(c),
        }
    }
    out.trim_end().to_owned()
}

/// A value with its variables filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Filled {
    pub(super) text: String,
    /// Variables that are unset or empty.
    pub(super) missing: Vec<Variable>,
    /// It refers to a variable at all.
    pub(super) has_variable: bool,
}

/// Fills in `${NAME}`. An unset one stays as it stands, unless it is written `${NAME?}` (npm 11.6) or, as pnpm and yarn
/// know it, with a default: `${NAME-default}`, `${NAME:-default}`.
pub(super) fn fill<'e>(value: &str, lookup: impl Fn(&str) -> Option<Cow<'e, str>>) -> Filled {
    let mut filled = Filled { text: String::with_capacity(value.len()), missing: Vec::new(), has_variable: false };
    let mut rest = value;
    while let Some(at) = rest.find("${") {
        let Some(length) = rest[at + 2..].find(['$', '{', '}']).filter(|end| *end > 0 && rest[at + 2 + end..].starts_with('}')) else {
            filled.text.push_str(&rest[..at + 2]);
            rest = &rest[at + 2..];
            continue;
        };
        let reference = &rest[at..at + 2 + length + 1];
        let before = &rest[..at];
        rest = &rest[at + reference.len()..];
        filled.text.push_str(before);
        let backslashes = before.len() - before.trim_end_matches('\\').len();
        if backslashes % 2 == 1 {
            filled.text.push_str(reference);
            continue;
        }
        filled.has_variable = true;
        one(&reference[2..reference.len() - 1], reference, &lookup, &mut filled);
    }
    filled.text.push_str(rest);
    filled
}

fn one<'e>(inner: &str, reference: &str, lookup: &impl Fn(&str) -> Option<Cow<'e, str>>, filled: &mut Filled) {
    let is_optional = inner.ends_with('?');
    let inner = inner.trim_end_matches('?');
    let (name, default) = match inner.split_once(":-").or_else(|| inner.split_once('-')) {
        Some((name, default)) => (name, Some(default)),
        None => (inner, None),
    };
    match lookup(name) {
        Some(value) if !value.is_empty() => filled.text.push_str(&value),
        _ if default.is_some() => filled.text.push_str(default.unwrap_or_default()),
        _ if is_optional => {}
        Some(_) => filled.missing.push(Variable { name: name.to_owned(), is_empty: true }),
        None => {
            filled.text.push_str(reference);
            filled.missing.push(Variable { name: name.to_owned(), is_empty: false });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{fill, parse};
    use std::borrow::Cow;

    fn entries(text: &str) -> Vec<(String, String, u32)> {
        parse(text).into_iter().map(|entry| (entry.key, entry.value, entry.line)).collect()
    }

    #[test]
    fn reads_what_npm_reads() {
        let text = "\u{feff}registry = https://h/\r\n; comment\n#another\n\n//h/:_authToken=\"a;b\"\nfund=false # why\nca[]='x'\nalways-auth\na\\;b=c\\#d\n";
        let expected = [
            ("registry", "https://h/", 1),
            ("//h/:_authToken", "a;b", 5),
            ("fund", "false", 6),
            ("ca", "x", 7),
            ("always-auth", "true", 8),
            ("a;b", "c#d", 9),
        ];
        let expected: Vec<_> = expected.iter().map(|(key, value, line)| ((*key).to_owned(), (*value).to_owned(), *line)).collect();
        assert_eq!(entries(text), expected);
    }

    #[test]
    fn an_unquoted_comment_sign_cuts_a_token() {
        assert_eq!(entries("_auth=ab#cd")[0].1, "ab");
        assert_eq!(entries("[section]\nregistry=x"), []);
        assert_eq!(entries("_auth=abc==")[0].1, "abc==");
        assert_eq!(entries("=\n\"\n'")[0].0, "");
    }

    #[test]
    fn fills_in_variables() {
        let lookup = |name: &str| match name {
            "SET" => Some(Cow::Borrowed("value")),
            "EMPTY" => Some(Cow::Borrowed("")),
            _ => None,
        };
        let filled = |text: &str| {
            let filled = fill(text, lookup);
            (filled.text, filled.missing.into_iter().map(|variable| (variable.name, variable.is_empty)).collect::<Vec<_>>())
        };
        assert_eq!(filled("a${SET}b$SET"), ("avalueb$SET".to_owned(), vec![]));
        assert_eq!(filled("${UNSET}"), ("${UNSET}".to_owned(), vec![("UNSET".to_owned(), false)]));
        assert_eq!(filled("${EMPTY}"), (String::new(), vec![("EMPTY".to_owned(), true)]));
        assert_eq!(filled("${UNSET?}x"), ("x".to_owned(), vec![]));
        assert_eq!(filled("${UNSET:-d}${UNSET-e}"), ("de".to_owned(), vec![]));
        assert_eq!(filled("\\${SET}"), ("\\${SET}".to_owned(), vec![]));
        for odd in ["${", "${}", "${${SET}}", "$${SET", "\u{e4}${\u{f6}"] {
            let _ = filled(odd);
        }
        assert_eq!(filled("${${SET}}").0, "${value}");
    }
}
