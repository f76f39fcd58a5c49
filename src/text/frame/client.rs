//! The client's own prefix: `npm ERR! `, `npm error `, `12 error ` of a debug log, berry's arrow, PowerShell's echo.
//!
//! May import: `text::frame`, `catalog`.

use super::{Format, Peel, digits, split_at_mark};
use crate::catalog::{Level, Origin};

pub(super) fn peel(peel: &mut Peel<'_>, format: Format) -> bool {
    npm(peel) || (format == Format::NpmDebug && debug_log(peel)) || berry(peel) || berry_output(peel) || powershell(peel)
}

/// `npm ERR! text` up to npm 10.5, `npm error text` from 10.6; any heading before `ERR!`, for `heading` is an option
/// that lerna and others set. node-gyp's lines keep their mark, rules read it.
fn npm(peel: &mut Peel<'_>) -> bool {
    let text = peel.rest.trim_start();
    let Some((length, level)) = npm_prefix(text) else { return false };
    peel.indented |= text.len() < peel.rest.len();
    set(peel, level, &text[length..])
}

/// Whether a line begins with npm's prefix.
pub(super) fn is_npm(text: &str) -> bool {
    npm_prefix(text).is_some()
}

/// npm's own heading has three letters.
const MAX_HEADING: usize = 24;

/// The length of `npm error` at the start, with its level.
fn npm_prefix(text: &str) -> Option<(usize, Level)> {
    let heading = text.bytes().take(MAX_HEADING).take_while(|b| b.is_ascii_alphanumeric() || b"-_".contains(b)).count();
    if heading > 0 && text[heading..].starts_with(" ERR!") && !text[..heading].ends_with("gyp") {
        return Some((heading + 5, Level::Error));
    }
    let body = text.strip_prefix("npm ")?;
    let word = body.split([' ', '\t']).next().unwrap_or(body);
    Some((4 + word.len(), level(word)?))
}

fn set<'a>(peel: &mut Peel<'a>, level: Level, rest: &'a str) -> bool {
    peel.level = level;
    peel.origin = Origin::Npm;
    peel.rest = rest.strip_prefix(' ').unwrap_or(rest);
    true
}

fn level(word: &str) -> Option<Level> {
    Some(match word {
        "error" => Level::Error,
        "WARN" | "warn" => Level::Warn,
        "notice" => Level::Notice,
        "http" => Level::Http,
        "info" => Level::Info,
        "timing" => Level::Timing,
        "verb" | "verbose" => Level::Verbose,
        "sill" | "silly" => Level::Silly,
        _ => return None,
    })
}

/// The length of `12 error` at the start of a debug log's line.
pub(super) fn debug_prefix(text: &str) -> Option<(usize, Level)> {
    let number = digits(text);
    if number == 0 || number > 7 {
        return None;
    }
    let body = text[number..].strip_prefix(' ')?;
    let word = body.split([' ', '\t']).next().unwrap_or(body);
    let level = match word {
        "WARN" | "sill" | "verb" => return None,
        _ => level(word)?,
    };
    Some((number + 1 + word.len(), level))
}

fn debug_log(peel: &mut Peel<'_>) -> bool {
    let Some((length, level)) = debug_prefix(peel.rest) else { return false };
    set(peel, level, &peel.rest[length..])
}

/// The arrow and its blank have four bytes; read in a wrong encoding, ten.
const MAX_GLYPHS: usize = 12;

/// The arrow before `YN0041:`, which some terminals turn into other glyphs.
fn berry(peel: &mut Peel<'_>) -> bool {
    // Glyphs are beyond ASCII, blanks or dots.
    let at = peel.rest.bytes().take(MAX_GLYPHS + 1).take_while(|byte| !byte.is_ascii_alphanumeric()).count();
    let Some(code) = peel.rest.get(at..) else { return false };
    let is_arrow = (1..=MAX_GLYPHS).contains(&at) && code.starts_with("YN0");
    if !is_arrow || code.as_bytes().get(6) != Some(&b':') {
        return false;
    }
    peel.rest = code;
    true
}

/// `YN0000: │ pkg@npm:1.0.4 STDERR text`: what a build script says, under the name of its package.
fn berry_output(peel: &mut Peel<'_>) -> bool {
    let Some(body) = peel.rest.strip_prefix("YN0000: ") else { return false };
    let body = body.trim_start_matches(|c: char| !c.is_ascii_alphanumeric() && c != '@');
    let Some((package, rest)) = body.split_once(' ') else { return false };
    let Some(text) = ["STDERR", "STDOUT"].iter().find_map(|stream| rest.strip_prefix(stream)) else { return false };
    if !package.contains('@') {
        return false;
    }
    peel.enter(package);
    peel.rest = text.strip_prefix(' ').unwrap_or(text);
    true
}

/// `node.exe : text`: how `PowerShell` 5 shows the first line that a program wrote to stderr.
fn powershell(peel: &mut Peel<'_>) -> bool {
    let Some((program, rest)) = split_at_mark(peel.rest, " : ", b':') else { return false };
    let name = program.rsplit(['\\', '/']).next().unwrap_or(program);
    let stem = [".exe", ".cmd", ".ps1", ".bat"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
    let known = ["node", "npm", "npx", "pnpm", "yarn", "bun", "corepack", "git", "docker", "docker-compose", "cmd", "tsc", "next", "vite"];
    if !known.contains(&stem.to_ascii_lowercase().as_str()) {
        return false;
    }
    peel.rest = rest;
    true
}

#[cfg(test)]
mod tests {
    use crate::catalog::{Level, Origin};
    use crate::text::{Format, Line};

    #[test]
    fn peels_every_client() {
        for (raw, format, level) in [
            ("npm ERR! code E401", Format::Plain, Level::Error),
            ("npm error code E401", Format::Plain, Level::Error),
            ("npm error npm error code E401", Format::Plain, Level::Error),
            ("lerna ERR! code E401", Format::Plain, Level::Error),
            ("58 error code E401", Format::NpmDebug, Level::Error),
            ("58 error npm ERR! code E401", Format::NpmDebug, Level::Error),
            ("npm WARN code E401", Format::Plain, Level::Warn),
            ("    npm ERR! code E401", Format::Plain, Level::Error),
            ("node.exe : npm error code E401", Format::Plain, Level::Error),
            ("C:\\Program Files\\nodejs\\npm.cmd : npm ERR! code E401", Format::Plain, Level::Error),
        ] {
            let line = Line::new(raw, format);
            assert_eq!((line.text(), line.level, line.origin), ("code E401", level, Origin::Npm), "{raw}");
        }
        assert_eq!(Line::new("\u{27a4} YN0041: \u{2502} x", Format::Plain).text(), "YN0041: \u{2502} x");
        let line = Line::new("\u{27a4} YN0000: \u{2502} ui@npm:1.0.4 STDERR Error: boom", Format::Plain);
        assert_eq!((line.text(), line.lane.as_str()), ("Error: boom", "ui@npm:1.0.4"));
        for raw in ["gyp ERR! find Python", "# npm ERR! code E401 (fixture)", "npm install", "1 error and 2 warnings"] {
            let line = Line::new(raw, Format::Plain);
            assert_eq!((line.text(), line.level), (raw, Level::None));
        }
    }
}
