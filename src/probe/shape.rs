//! What a credential looks like. The only place that sees its value; nothing of it goes any further.
//!
//! May import: `facts`.

use super::npmrc::Filled;
use crate::facts::{Kind, Shape, host_of};

/// The shape of a credential's value.
pub(super) fn shape(kind: Kind, key: &str, filled: &Filled) -> Shape {
    let value = filled.text.trim();
    if filled.missing.iter().any(|variable| !variable.is_empty) {
        return Shape::UnsetVariable;
    }
    if value.is_empty() {
        return Shape::Empty;
    }
    match kind {
        Kind::Username | Kind::Certificate => Shape::Usable,
        _ if is_unbraced_variable(value) => Shape::UnbracedVariable,
        _ if is_placeholder(value) => Shape::Placeholder,
        Kind::Token if is_uuid(value) && host_of(key).as_deref() == Some("registry.npmjs.org") => Shape::Legacy,
        Kind::Basic | Kind::Password if !is_base64(value) => Shape::NotBase64,
        _ => Shape::Usable,
    }
}

/// `$NPM_TOKEN`, `%NPM_TOKEN%`, `$env:NPM_TOKEN`, `{{ secrets.NPM_TOKEN }}`: nothing fills these in.
fn is_unbraced_variable(value: &str) -> bool {
    let is_name = |name: &str| {
        let plain = name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
        plain && name.len() > 2 && name.contains(|c: char| c.is_ascii_uppercase())
    };
    let dollar = value.strip_prefix('$').map(|name| name.strip_prefix("env:").unwrap_or(name)).is_some_and(is_name);
    let percent = value.strip_prefix('%').and_then(|rest| rest.strip_suffix('%')).is_some_and(is_name);
    let template = value.contains("{{") && value.contains("}}") || value.starts_with("$(") && value.ends_with(')');
    dollar || percent || template
}

/// A text that says what belongs there.
fn is_placeholder(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    if value.starts_with('<') && value.ends_with('>') || value.starts_with('[') && value.ends_with(']') {
        return true;
    }
    let body = lower.strip_prefix("npm_").or_else(|| lower.strip_prefix("ghp_")).unwrap_or(&lower);
    let of_one = |c: char| body.chars().all(|other| other == c || matches!(other, '-' | '_' | ' ')) && body.contains(c);
    if ['x', '*', '.', '\u{2022}', '\u{2026}'].into_iter().any(of_one) {
        return true;
    }
    let words: Vec<&str> = lower.split(['-', '_', ' ', '.']).filter(|word| !word.is_empty()).collect();
    let noun = |word: &&str| matches!(*word, "token" | "authtoken" | "key" | "secret" | "password" | "pat" | "apikey" | "auth" | "base64");
    let opener =
        |word: &str| matches!(word, "your" | "my" | "insert" | "put" | "paste" | "replace" | "add" | "change" | "changeme" | "enter");
    match words.as_slice() {
        [] => false,
        ["token" | "authtoken" | "secret" | "password" | "changeme" | "placeholder" | "todo" | "tbd" | "dummy" | "null" | "undefined"] => {
            true
        }
        ["npm" | "auth" | "access" | "node" | "github", rest @ ..] if !rest.is_empty() => {
            rest.iter().all(|word| noun(word) || matches!(*word, "auth" | "access")) && rest.iter().any(noun)
        }
        [first, rest @ ..] => opener(first) && rest.iter().any(noun) || first.starts_with("your") && words.iter().any(noun),
    }
}

fn is_uuid(value: &str) -> bool {
    let lengths: Vec<usize> = value.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && value.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
}

fn is_base64(value: &str) -> bool {
    let body = value.trim_end_matches('=');
    let digits = body.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-' | b'_'));
    digits && body.len() % 4 != 1
}

#[cfg(test)]
mod tests {
    use super::shape;
    use crate::facts::{Kind, Shape};
    use crate::probe::npmrc::fill;

    fn of(kind: Kind, key: &str, value: &str) -> Shape {
        shape(kind, key, &fill(value, |_| None))
    }

    #[test]
    fn placeholders_are_told_from_tokens() {
        for value in [
            "YOUR_TOKEN",
            "<token>",
            "xxxx-xxxx",
            "npm_xxxxxxxxxxxx",
            "my-token-here",
            "***",
            "XXXXX-XXXXX-XXXXX-XXXXX",
            "changeme",
            "your_npm_token",
            "NPM_TOKEN",
            "auth-token",
        ] {
            assert_eq!(of(Kind::Token, "//h/", value), Shape::Placeholder, "{value}");
        }
        for value in ["FAKE-LAB-TOKEN", "npm_a1B2a1B2a1B2", "eyJhbGciOi.J9.x", "glpat-abcdef", "AKCp8abc", "token-4711-abc"] {
            assert_eq!(of(Kind::Token, "//h/", value), Shape::Usable, "{value}");
        }
    }

    #[test]
    fn other_shapes() {
        let uuid = "12345678-90ab-cdef-1234-567890abcdef";
        assert_eq!(of(Kind::Token, "//registry.npmjs.org/", uuid), Shape::Legacy);
        assert_eq!(of(Kind::Token, "//npm.fontawesome.com/", uuid), Shape::Usable);
        assert_eq!(of(Kind::Token, "//h/", "${NPM_TOKEN}"), Shape::UnsetVariable);
        for value in ["$NPM_TOKEN", "%NPM_TOKEN%", "$env:NPM_TOKEN", "${{ secrets.NPM_TOKEN }}", "$(NPM_TOKEN)"] {
            assert_eq!(of(Kind::Token, "//h/", value), Shape::UnbracedVariable, "{value}");
        }
        assert_eq!(of(Kind::Basic, "//h/", "bob:secret!"), Shape::NotBase64);
        assert_eq!(of(Kind::Basic, "//h/", "Ym9iOnNlY3JldA=="), Shape::Usable);
        assert_eq!(of(Kind::Token, "//h/", ""), Shape::Empty);
    }
}
