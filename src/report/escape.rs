//! Makes log text harmless for where it is shown.
//!
//! May import: nothing of ours.

use std::borrow::Cow;
use std::io::{self, Write};

/// Text that can be written to a terminal: control characters and marks that turn the writing direction are shown, not
/// obeyed. Line ends are shown too: whoever wants lines splits before.
///
/// A CI system reads what a job prints, so the commands of GitHub (`::error::`, `##[..]`), Azure (`##vso[..]`) and
/// `TeamCity` (`##teamcity[..]`) are shown with one character in hexadecimal as well.
///
/// ```
/// use lognosis::report::terminal_safe;
/// assert_eq!(terminal_safe("code \u{1b}[2J E401\u{202e}"), "code \\x1b[2J E401\\u{202e}");
/// assert_eq!(terminal_safe("@acme/ui \u{2014} na\u{ef}ve"), "@acme/ui \u{2014} na\u{ef}ve");
/// assert_eq!(terminal_safe("::error::x ##vso[a]y"), ":\\x3aerror::x ##vso\\x5ba]y");
/// assert_eq!(terminal_safe("std::io ::1 ##[1]"), "std::io ::1 ##\\x5b1]");
/// ```
#[must_use]
pub fn terminal_safe(text: &str) -> Cow<'_, str> {
    if !text.contains("::") && !text.contains("##") && !text.chars().any(is_harmful) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for (at, c) in text.char_indices() {
        match c {
            '\t' => out.push(' '),
            c if (is_harmful(c) || is_ci_command(text, at, c)) && u32::from(c) < 0x100 => {
                out.push_str(&format!("\\x{:02x}", u32::from(c)));
            }
            c if is_harmful(c) => out.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Whether the character makes a CI command of what is before it: the second colon of a word that begins with `::name`, the
/// bracket of `##name[`.
fn is_ci_command(text: &str, at: usize, c: char) -> bool {
    let (before, after) = (&text[..at], &text[at + c.len_utf8()..]);
    match c {
        ':' => {
            let Some(word) = before.strip_suffix(':') else { return false };
            word.chars().next_back().is_none_or(|c| c.is_whitespace() || c.is_control())
                && after.starts_with(|c: char| c.is_ascii_alphabetic())
        }
        '[' => before.trim_end_matches(|c: char| c.is_ascii_alphabetic()).ends_with("##"),
        _ => false,
    }
}

/// Whether the character would be obeyed and not shown.
pub(super) fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{feff}')
}

/// JSON on its way out: a second `#` is written as an escape, which says the same. Azure's and GitHub's agents look for
/// `##vso[` and `##[` anywhere in what a job prints, and no structure of JSON holds that sign.
pub(super) struct JsonOut<'w> {
    out: &'w mut dyn Write,
    after_sign: bool,
}

impl<'w> JsonOut<'w> {
    pub(super) fn new(out: &'w mut dyn Write) -> Self {
        Self { out, after_sign: false }
    }
}

impl Write for JsonOut<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut rest = bytes;
        while let Some(at) = memchr::memchr(b'#', rest) {
            let is_second = at == 0 && self.after_sign;
            self.out.write_all(&rest[..at])?;
            self.out.write_all(if is_second { b"\\u0023" } else { b"#" })?;
            self.after_sign = !is_second;
            rest = &rest[at + 1..];
        }
        if !rest.is_empty() {
            self.after_sign = false;
            self.out.write_all(rest)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// The text, cut to that many characters.
pub(super) fn shorten(text: &str, characters: usize) -> Cow<'_, str> {
    match text.char_indices().nth(characters) {
        None => Cow::Borrowed(text),
        Some(_) => Cow::Owned(text.chars().take(characters.saturating_sub(1)).chain(['\u{2026}']).collect()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::JsonOut;

    #[test]
    fn no_two_signs_stand_together_however_they_are_written() {
        let text = r####""a#b ##vso[x]y ###[error] ##" "####;
        for chunk in 1..text.len() {
            let mut bytes = Vec::new();
            let mut out = JsonOut::new(&mut bytes);
            text.as_bytes().chunks(chunk).for_each(|piece| out.write_all(piece).unwrap());
            assert_eq!(String::from_utf8(bytes).unwrap(), r#""a#b #\u0023vso[x]y #\u0023#[error] #\u0023" "#);
        }
    }
}
