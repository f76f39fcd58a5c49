//! Sentences and commands with `{captures}` in them.
//!
//! May import: nothing of ours.
//!
//! `{name}` is a capture, `{name|text}` a capture with what to write when the log does not show it; `${name|text}` is one
//! behind a dollar sign. Everything else in braces (`${NPM_TOKEN}`, `{"react": "18"}`, `${{ secrets.X }}`) stays as it is.

/// A piece of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Text as it stands.
    Plain(&'a str),
    /// A capture, and what to write without it.
    Capture {
        /// Its name.
        name: &'a str,
        /// The text behind `|`.
        default: Option<&'a str>,
    },
}

/// Splits a template into its pieces.
///
/// ```
/// use lognosis::catalog::template::{Piece, pieces};
/// let found: Vec<_> = pieces("npm view {package|a-package} ${HOME}").collect();
/// assert_eq!(found[1], Piece::Capture { name: "package", default: Some("a-package") });
/// assert_eq!(found[2], Piece::Plain(" ${HOME}"));
/// ```
pub fn pieces(template: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = template;
    let mut pending: Option<Piece<'_>> = None;
    std::iter::from_fn(move || {
        if let Some(piece) = pending.take() {
            return Some(piece);
        }
        if rest.is_empty() {
            return None;
        }
        let mut from = 0;
        while let Some(open) = rest[from..].find('{').map(|at| at + from) {
            if let Some((capture, length)) = capture_at(rest, open) {
                let before = &rest[..open];
                rest = &rest[open + length..];
                if before.is_empty() {
                    return Some(capture);
                }
                pending = Some(capture);
                return Some(Piece::Plain(before));
            }
            from = open + 1;
        }
        let plain = rest;
        rest = "";
        Some(Piece::Plain(plain))
    })
}

/// The names of the captures in a template.
pub fn captures(template: &str) -> impl Iterator<Item = &str> {
    pieces(template).filter_map(|piece| match piece {
        Piece::Capture { name, .. } => Some(name),
        Piece::Plain(_) => None,
    })
}

/// The first capture of a template whose fallback is not closed, or holds a brace: the first `}` ends a fallback, so what
/// stands behind it would be written as it is.
///
/// ```
/// use lognosis::catalog::template::broken_fallback;
/// assert_eq!(broken_fallback("npm view {package|{name}}"), Some("{package|{name}"));
/// assert_eq!(broken_fallback("npm view {package|a-package"), Some("{package|a-package"));
/// assert_eq!(broken_fallback("npm view {package|a-package} ${HOME}"), None);
/// ```
#[must_use]
pub fn broken_fallback(template: &str) -> Option<&str> {
    let mut from = 0;
    while let Some(open) = template[from..].find('{').map(|at| at + from) {
        from = open + 1;
        let Some((name, fallback)) = template[from..].split_once('|').filter(|_| !is_foreign(template, open)) else { continue };
        if !is_name(name) {
            continue;
        }
        let Some(close) = fallback.find('}') else { return Some(&template[open..]) };
        if fallback[..close].contains('{') {
            return Some(&template[open..from + name.len() + 1 + close + 1]);
        }
    }
    None
}

/// Fills a template; `value` gives a capture's text. A capture without value and default is written as `<name>`.
///
/// ```
/// use lognosis::catalog::template::fill;
/// assert_eq!(fill("npm view {package}@{range|latest}", |name| (name == "package").then(|| "left-pad".into())),
///            "npm view left-pad@latest");
/// ```
pub fn fill(template: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(template.len());
    for piece in pieces(template) {
        match piece {
            Piece::Plain(text) => out.push_str(text),
            Piece::Capture { name, default } => match (value(name), default) {
                (Some(text), _) => out.push_str(&text),
                (None, Some(default)) => out.push_str(default),
                (None, None) => {
                    out.push('<');
                    out.push_str(name.rsplit('.').next().unwrap_or(name));
                    out.push('>');
                }
            },
        }
    }
    // An empty default leaves two blanks, or a blank before a stop.
    while let Some(at) = out.find("  ") {
        out.remove(at);
    }
    out.trim().to_owned()
}

/// The capture that opens at byte `open`, and its length in bytes.
fn capture_at(text: &str, open: usize) -> Option<(Piece<'_>, usize)> {
    let inner = &text[open + 1..];
    let close = inner.find('}')?;
    let body = &inner[..close];
    let (name, default) = match body.split_once('|') {
        Some((name, default)) => (name, Some(default)),
        None => (body, None),
    };
    // No shell has `${name|text}`: there a capture follows a dollar sign.
    let is_foreign = is_foreign(text, open) && !(text[..open].ends_with('$') && default.is_some());
    (!is_foreign && is_name(name)).then_some((Piece::Capture { name, default }, close + 2))
}

/// Whether the brace at byte `open` is a shell's, a CI system's or a date format's.
fn is_foreign(text: &str, open: usize) -> bool {
    text[..open].ends_with(['$', '{', '%'])
}

fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    let starts = bytes.next().is_some_and(|b| b.is_ascii_lowercase());
    starts && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'.')
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn leaves_foreign_braces_alone() {
        let text = r#"echo "{\"a\": 1}" ${HOME} ${{ secrets.T }} {a b} {}"#;
        assert_eq!(fill(text, |_| Some("X".into())), text);
    }

    #[test]
    fn a_capture_may_follow_a_dollar_sign() {
        assert_eq!(
            fill("npm pkg set 'overrides.{package}=${package|<package>}'", |_| Some("axios".into())),
            "npm pkg set 'overrides.axios=$axios'"
        );
    }

    #[test]
    fn an_empty_default_leaves_no_hole() {
        assert_eq!(fill("The registry {registry|} did not accept it", |_| None), "The registry did not accept it");
    }
}
