//! What people put in front of a log that they paste: the `>` of a Markdown quotation, the bar of a drawn box, the `+` of
//! a diff.
//!
//! May import: `text::frame`.
//!
//! npm echoes a script's command behind `> `, and reports draw boxes of their own: so only a line of a client or program
//! behind the mark proves a quotation.

use super::client::is_npm;
use super::stamp::is_stamped;
use super::{Peel, digits};

pub(super) fn peel(peel: &mut Peel<'_>) -> bool {
    let text = peel.rest.trim_start();
    // Almost no line begins with any of this, and each line asks.
    match text.as_bytes().first() {
        Some(b'>') => quotation(peel),
        Some(b'|' | 0xe2 | 0xc2 | b'0'..=b'9' | b'A'..=b'Z' | b's' | b'+' | b'*' | b'-' | b'`' | b'<')
            if text.contains("npm ") || text.contains(" ERR!") =>
        {
            before_npm(peel, text, column(text), false) || before_npm(peel, text, listed(text), true)
        }
        _ => false,
    }
}

/// Takes off what stands before `inner`, if that is npm's. `is_told`: somebody tells of a log.
fn before_npm<'a>(peel: &mut Peel<'a>, text: &str, inner: &'a str, is_told: bool) -> bool {
    if inner.len() == text.len() || !is_npm(inner) {
        return false;
    }
    peel.indented |= is_told;
    peel.rest = inner;
    true
}

/// `> npm ERR! code E401`, `> > npm ..` of a quotation in a quotation.
fn quotation(peel: &mut Peel<'_>) -> bool {
    let text = peel.rest.trim_start();
    let inner = text.trim_start_matches(['>', ' ']);
    if inner.len() == text.len() || !text.starts_with('>') || !says_a_client(inner) {
        return false;
    }
    peel.rest = inner;
    true
}

/// What tools put in a column of its own before npm's lines: `│ npm error`, `10:11:12 npm error`, `ERROR: npm error`. Gives
/// what stands behind it.
fn column(text: &str) -> &str {
    let inner = text.trim_start_matches(['\u{2502}', '\u{2503}', '\u{2551}', '|', ' ']);
    if inner.len() < text.len() { inner } else { behind_clock(text).or_else(|| behind_level(text)).unwrap_or(text) }
}

/// What people put before npm's lines: the `+` of a diff, a bullet, a number, the marks of code. Somebody tells of a log,
/// unless the rest of this one says that npm ran here. Gives what stands behind it.
fn listed(text: &str) -> &str {
    let number = digits(text);
    if number > 0 && number < 6 {
        text[number..].trim_start().trim_start_matches(['|', ':', '.', ')']).trim_start()
    } else {
        let inner = ["<pre>", "<code>"].iter().fold(text, |text, tag| text.strip_prefix(tag).unwrap_or(text));
        inner.strip_prefix(['+', '*', '-', '\u{2022}', '\u{b7}']).unwrap_or(inner).trim_start_matches(['`', ' '])
    }
}

/// The text behind `10:11:12 ` or `10:11:12,345 `.
fn behind_clock(text: &str) -> Option<&str> {
    let (clock, rest) = text.split_once([' ', '\t'])?;
    let clock = clock.split(['.', ',']).next().unwrap_or(clock);
    let mut parts = clock.split(':');
    let two = |part: Option<&str>| part.is_some_and(|part| part.len() == 2 && digits(part) == 2);
    (two(parts.next()) && two(parts.next()) && two(parts.next()) && parts.next().is_none()).then(|| rest.trim_start())
}

/// The text behind `INFO: ` or `ERROR `.
fn behind_level(text: &str) -> Option<&str> {
    let (word, rest) = text.split_once(' ')?;
    is_level(word.trim_end_matches(':')).then(|| rest.trim_start_matches(['-', '|', ' ']))
}

/// Whether a word is the level of some logger.
pub(super) fn is_level(word: &str) -> bool {
    ["INFO", "ERROR", "WARN", "WARNING", "DEBUG", "STDERR", "STDOUT", "stderr", "stdout", "FATAL"].contains(&word)
}

/// Whether a line begins as those of clients, node and shells do, which are no commands that a script could run.
fn says_a_client(text: &str) -> bool {
    let starts = [
        "$ ",
        "error ",
        "warning ",
        "info ",
        "ERR_PNPM_",
        "\u{2009}ERR_PNPM_",
        "WARN ",
        "\u{2009}WARN\u{2009}",
        "gyp ERR!",
        "YN0",
        "\u{27a4} YN0",
        "sh: ",
        "/bin/sh: ",
        "bash: ",
        "fatal: ",
        "node:internal/",
        "##[",
        "[1/4] ",
        "[2/4] ",
        "[3/4] ",
        "[4/4] ",
        "Done in ",
        "Trace:",
        "up to date",
    ];
    is_npm(text)
        || is_stamped(text)
        || starts.iter().any(|start| text.starts_with(start))
        || names_an_error(text)
        || is_banner(text)
        || is_count(text)
}

/// `Error: ..`, `TypeError: ..`, `Error [ERR_REQUIRE_ESM]: ..`
fn names_an_error(text: &str) -> bool {
    let word = text.split([':', ' ']).next().unwrap_or(text);
    word.ends_with("Error") && word.starts_with(|c: char| c.is_ascii_uppercase()) && text.contains(':')
}

/// `yarn install v1.22.19`, `bun install v1.1.0`
fn is_banner(text: &str) -> bool {
    let mut words = text.split(' ');
    let client = matches!(words.next(), Some("yarn" | "bun"));
    client
        && words
            .next_back()
            .is_some_and(|word| word.len() > 2 && word.starts_with('v') && word[1..].starts_with(|c: char| c.is_ascii_digit()))
}

/// `added 5 packages in 2s`
fn is_count(text: &str) -> bool {
    let mut words = text.split(' ');
    matches!(words.next(), Some("added" | "removed" | "changed" | "audited"))
        && words.next().is_some_and(|word| word.parse::<u32>().is_ok())
        && words.next().is_some_and(|word| word.starts_with("package"))
}

#[cfg(test)]
mod tests {
    use crate::catalog::Level;
    use crate::text::{Format, Line};

    #[test]
    fn peels_quotations() {
        for (raw, text, level) in [
            ("> npm ERR! code E401", "code E401", Level::Error),
            (">npm error code E401", "code E401", Level::Error),
            ("> > npm error code E401", "code E401", Level::Error),
            ("\u{2502} npm error code E401", "code E401", Level::Error),
            ("| npm ERR! code E401", "code E401", Level::Error),
            ("\u{2502} \u{2502} npm error code E401", "code E401", Level::Error),
            ("10:11:12 npm error code E401", "code E401", Level::Error),
            ("10:11:12,345 npm error code E401", "code E401", Level::Error),
            ("INFO: npm error code E401", "code E401", Level::Error),
            ("> 2026-11-20T10:11:12.1234567Z npm error code E401", "code E401", Level::Error),
            ("* npm error code E401", "code E401", Level::Error),
            ("```npm error code E401", "code E401", Level::Error),
            ("<pre><code>npm error code E401", "code E401", Level::Error),
            ("  12 | npm error code E401", "code E401", Level::Error),
            ("3. npm error code E401", "code E401", Level::Error),
            ("+npm ERR! code E401", "code E401", Level::Error),
            ("> $ npm install", "$ npm install", Level::None),
            ("> yarn install v1.22.19", "yarn install v1.22.19", Level::None),
            ("> error An unexpected error occurred", "error An unexpected error occurred", Level::None),
            (">  ERR_PNPM_OUTDATED_LOCKFILE  Cannot install", "ERR_PNPM_OUTDATED_LOCKFILE  Cannot install", Level::None),
            ("> Error: Cannot find module 'x'", "Error: Cannot find module 'x'", Level::None),
            ("> added 5 packages in 2s", "added 5 packages in 2s", Level::None),
        ] {
            let line = Line::new(raw, Format::Plain);
            assert_eq!((line.text(), line.level), (text, level), "{raw}");
        }
        for (raw, told) in [("+npm ERR! x", true), ("- npm ERR! x", true), ("> npm ERR! x", false), ("INFO: npm ERR! x", false)] {
            assert_eq!(Line::new(raw, Format::Plain).indented, told, "{raw}");
        }
    }

    #[test]
    fn leaves_what_is_no_quotation() {
        for raw in [
            "> web@1.0.0 build",
            "> tsc -p . && vite build",
            "> npm run build",
            "> node server.js",
            "> yarn build",
            "+ npm ci",
            "+npm install",
            "| 12 | const x = 1",
            "\u{2502} Details:",
            "> error-handler --check",
            "# npm ERR! code E401 (fixture)",
            "I got npm ERR! code E401",
            "10:11:12 npm install",
            "ERROR: npm install failed",
            "12 | npm install",
        ] {
            assert_eq!(Line::new(raw, Format::Plain).text(), raw);
        }
    }
}
