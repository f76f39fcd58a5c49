//! Takes terminal control sequences off a line.
//!
//! May import: nothing of ours.
//!
//! Handled: CSI (`ESC [ 31 m`), OSC with BEL or ST (hyperlinks, titles), APC/DCS/PM (Buildkite's time stamps), two-byte
//! escapes, Jenkins' console notes (`ESC [8mha:..ESC [0m`), and what copying leaves of colours: `^[[31m`, and a bare
//! `[31m` where the line shows several of them.

use std::borrow::Cow;

/// No escape sequence is longer than this.
const SEQUENCE: usize = 8 * 1024;

const ESC: char = '\u{1b}';

/// The line without control sequences; borrowed where there are none.
///
/// ```
/// use lognosis::text::strip_ansi;
/// assert_eq!(strip_ansi("\u{1b}[31mnpm ERR!\u{1b}[0m code E401"), "npm ERR! code E401");
/// assert_eq!(strip_ansi("see [1m]"), "see [1m]");
/// ```
#[must_use]
pub fn strip_ansi(line: &str) -> Cow<'_, str> {
    let bytes = line.as_bytes();
    // One pass that needs no branches: almost no line has any of it.
    let (controls, brackets) = bytes.iter().fold((false, false), |(controls, brackets), byte| {
        (controls | (*byte < 0x20) | (*byte == 0x7f) | (*byte == 0x9b), brackets | (*byte == b'['))
    });
    let stripped = if controls { Cow::Owned(strip_escapes(line)) } else { Cow::Borrowed(line) };
    if brackets && (stripped.contains("^[[") || bare_colours(&stripped) > 1) {
        return Cow::Owned(strip_bare(&stripped));
    }
    stripped
}

/// Appends `text` to `out` without the escape sequences of terminals; its line ends stay where they are. This is the look of
/// a log that is searched quickly; a line that matters is cleaned by [`strip_ansi`], which takes off more.
///
/// ```
/// let mut out = Vec::new();
/// lognosis::text::strip_sequences(b"\x1b[31mnpm ERR!\x1b[0m code\n\x1b]0;t\x07E401\n", &mut out);
/// assert_eq!(out, b"npm ERR! code\nE401\n");
/// ```
pub fn strip_sequences(text: &[u8], out: &mut Vec<u8>) {
    let mut rest = text;
    while let Some(at) = memchr::memchr(0x1b, rest) {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
        let line = &rest[..memchr::memchr(b'\n', &rest[..rest.len().min(SEQUENCE)]).unwrap_or(rest.len().min(SEQUENCE))];
        let length = match line.first() {
            Some(b'[') => line[1..].iter().position(|byte| !(0x20..=0x3f).contains(byte)).map_or(line.len(), |end| {
                // Not a sequence after all: what stands there stays.
                let ends = (0x40..=0x7e).contains(&line[end + 1]);
                end + 1 + usize::from(ends)
            }),
            Some(b']' | b'_' | b'P' | b'^' | b'X') => {
                let end = line[1..].iter().position(|byte| matches!(byte, 0x07 | 0x1b));
                // A sequence without an end is read as text, as the careful look does.
                end.map_or(1, |end| end + 1 + usize::from(line[end + 1] == 0x07))
            }
            Some(b'(' | b')' | b'*' | b'+' | b'#' | b'%') => line.len().min(2),
            Some(byte) if byte.is_ascii() => 1,
            _ => 0,
        };
        rest = &rest[length..];
    }
    out.extend_from_slice(rest);
}

fn strip_escapes(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find(|c: char| c.is_control()) {
        out.push_str(&rest[..at]);
        let mut chars = rest[at..].chars();
        let control = chars.next().unwrap_or_default();
        let after = chars.as_str();
        rest = match control {
            ESC => after_escape(after),
            '\u{9b}' => after_csi(after),
            // A tab is white space that patterns may rely on; every other control character goes.
            '\t' => {
                out.push('\t');
                after
            }
            _ => after,
        };
    }
    out.push_str(rest);
    out
}

/// What follows one escape sequence, given the text behind its ESC.
fn after_escape(text: &str) -> &str {
    match text.as_bytes().first() {
        Some(b'[') => {
            // Jenkins hides notes of some kilobytes in concealed text.
            if let Some(note) = text.strip_prefix("[8mha:") {
                return note.find("\u{1b}[0m").map_or("", |end| &note[end + 4..]);
            }
            after_csi(&text[1..])
        }
        Some(b']' | b'_' | b'P' | b'^' | b'X') => {
            let body = &text[1..];
            match body.find(['\u{7}', ESC, '\u{9c}']) {
                Some(end) => {
                    let ended = &body[end..];
                    ended.strip_prefix("\u{1b}\\").unwrap_or_else(|| {
                        let mut chars = ended.chars();
                        // A new escape ends an unfinished one and is read again; BEL and ST belong to it.
                        if !ended.starts_with(ESC) {
                            chars.next();
                        }
                        chars.as_str()
                    })
                }
                None => body,
            }
        }
        Some(b'(' | b')' | b'*' | b'+' | b'#' | b'%') => text.get(2..).unwrap_or(""),
        Some(byte) if byte.is_ascii() => &text[1..],
        _ => text,
    }
}

/// What follows a control sequence, given the text behind its introducer.
fn after_csi(text: &str) -> &str {
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            0x20..=0x3f => {}
            0x40..=0x7e => return &text[at + 1..],
            // Not a sequence after all: keep what stands there.
            _ => return &text[at..],
        }
    }
    ""
}

/// The length of `[31m` or `[1;31m` at the start of `text`.
fn bare_colour(text: &str) -> Option<usize> {
    let body = text.strip_prefix('[')?;
    let end = body.find('m')?;
    let digits = &body[..end];
    let well_formed = end <= 11 && digits.split(';').all(|part| (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()));
    well_formed.then_some(end + 2)
}

fn bare_colours(line: &str) -> usize {
    line.match_indices('[').filter(|(at, _)| bare_colour(&line[*at..]).is_some()).count()
}

fn strip_bare(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find(['[', '^']) {
        out.push_str(&rest[..at]);
        let tail = &rest[at..];
        let caret = if tail.starts_with("^[") { 2 } else { 0 };
        if let Some(length) = bare_colour(&tail[caret..]) {
            rest = &tail[caret + length..];
        } else if caret == 2 && tail[2..].starts_with('[') {
            rest = after_csi(&tail[3..]);
        } else {
            out.push_str(&tail[..1]);
            rest = &tail[1..];
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::{strip_ansi, strip_sequences};

    #[test]
    fn the_quick_look_agrees_with_the_careful_one() {
        for raw in [
            "\u{1b}[0m\u{1b}[37;40mnpm\u{1b}[0m ERR!",
            "\u{1b}]8;;https://x\u{7}link\u{1b}]8;;\u{7}",
            "\u{1b}]0;title\u{1b}\\text",
            "\u{1b}[",
            "\u{1b}(Btext",
            "\u{1b}[31\u{e9}",
            "a\u{1b}",
        ] {
            let mut out = Vec::new();
            strip_sequences(raw.as_bytes(), &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), strip_ansi(raw), "{raw:?}");
        }
    }

    #[test]
    fn removes_every_kind_of_sequence() {
        for (raw, clean) in [
            ("\u{1b}[0m\u{1b}[37;40mnpm\u{1b}[0m \u{1b}[31;40mERR!\u{1b}[0m code", "npm ERR! code"),
            ("\u{1b}]8;;https://x\u{7}link\u{1b}]8;;\u{7}", "link"),
            ("\u{1b}]0;title\u{1b}\\text", "text"),
            ("\u{1b}_bk;t=1700000000123\u{7}text", "text"),
            ("\u{1b}[8mha:////4AAAA\u{1b}[0mtext", "text"),
            ("\u{1b}[0Ktext\u{1b}[?25l", "text"),
            ("\u{1b}(Btext", "text"),
            ("a\u{8}b\u{0}c\td", "abc\td"),
            ("^[[31mred^[[0m", "red"),
            ("[36;1mnpm ci[0m", "npm ci"),
            ("\u{1b}[", ""),
            ("\u{1b}", ""),
            ("\u{1b}]never ends", "never ends"),
            ("array[1] and [2m]", "array[1] and [2m]"),
            ("\u{1b}[31\u{e9}", "\u{e9}"),
        ] {
            assert_eq!(strip_ansi(raw), clean, "{raw:?}");
        }
    }
}
