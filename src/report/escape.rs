//! Makes log text harmless for where it is shown.
//!
//! May import: nothing of ours.

use std::borrow::Cow;

/// Text that can be written to a terminal: control characters and marks that turn the writing direction are shown, not
/// obeyed. Line ends are shown too: whoever wants lines splits before.
///
/// ```
/// use lognosis::report::terminal_safe;
/// assert_eq!(terminal_safe("code \u{1b}[2J E401\u{202e}"), "code \\x1b[2J E401\\u{202e}");
/// assert_eq!(terminal_safe("@acme/ui \u{2014} na\u{ef}ve"), "@acme/ui \u{2014} na\u{ef}ve");
/// ```
#[must_use]
pub fn terminal_safe(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_harmful) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\t' => out.push(' '),
            c if is_harmful(c) && u32::from(c) < 0x100 => out.push_str(&format!("\\x{:02x}", u32::from(c))),
            c if is_harmful(c) => out.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Whether the character would be obeyed and not shown.
pub(super) fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{feff}')
}
