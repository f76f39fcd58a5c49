//! Prefixes of monorepo tools: pnpm -r, turbo, nx, lerna, yarn workspaces, concurrently.
//!
//! May import: `text::frame`.

use super::client::is_npm;
use super::quote::is_level;
use super::{Peel, digits, split_at_mark};

pub(super) fn peel(peel: &mut Peel<'_>) -> bool {
    pnpm(peel) || turbo(peel) || lerna(peel) || foreach(peel) || brackets(peel)
}

/// `packages/a build: text`, `. prepare: text`, `.../node_modules/x postinstall: text`; `$` in place of `:` echoes a command.
fn pnpm(peel: &mut Peel<'_>) -> bool {
    let Some((folder, rest)) = peel.rest.split_once(' ') else { return false };
    if folder != "." && (!folder.contains('/') || folder.starts_with('/') || folder.contains("//") || folder.contains(':')) {
        return false;
    }
    let rest = rest.trim_start();
    let length = rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || b"_-:".contains(b)).count();
    let word = &rest[..length];
    let (script, text) = if let Some(script) = word.strip_suffix(':') {
        (script, &rest[length..])
    } else if rest[length..].starts_with("$ ") {
        (word, &rest[length..])
    } else {
        return false;
    };
    if !is_task(script) || !text.is_empty() && !text.starts_with([' ', '$']) {
        return false;
    }
    peel.enter(folder);
    peel.rest = text.trim_start_matches(' ');
    true
}

/// `web:build: text`, `@acme/web:build: text`, `web#build: text`.
fn turbo(peel: &mut Peel<'_>) -> bool {
    let Some((prefix, rest)) = split_at_mark(peel.rest, ": ", b':').or_else(|| peel.rest.strip_suffix(':').map(|p| (p, ""))) else {
        return false;
    };
    let Some((package, task)) = prefix.split_once([':', '#']) else { return false };
    let name = |text: &str| {
        text.starts_with(|c: char| c == '@' || c.is_ascii_lowercase())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"@/._-".contains(&b))
    };
    if !name(package) || package == "node" || package == "error" || !is_task(task) || task.contains('/') {
        return false;
    }
    peel.enter(package);
    peel.rest = rest;
    true
}

/// `@acme/ui: text` of `lerna run --stream`; a package without scope looks like anything, so a client behind it must prove it.
fn lerna(peel: &mut Peel<'_>) -> bool {
    let Some((name, rest)) = split_at_mark(peel.rest, ": ", b':') else { return false };
    let is_scoped =
        name.strip_prefix('@').and_then(|name| name.split_once('/')).is_some_and(|(scope, name)| is_name(scope) && is_name(name));
    if !(is_scoped || is_name(name) && is_npm(rest)) {
        return false;
    }
    peel.enter(name);
    peel.rest = rest;
    true
}

/// `[@acme/ui]: text` of `yarn workspaces foreach`.
fn foreach(peel: &mut Peel<'_>) -> bool {
    let body = peel.rest.strip_prefix("YN0000: ").unwrap_or(peel.rest);
    let Some((name, rest)) = body.strip_prefix('[').and_then(|body| body.split_once("]:")) else { return false };
    let plain = name.strip_prefix('@').unwrap_or(name).split('/').all(is_name);
    if !plain || !rest.is_empty() && !rest.starts_with(' ') {
        return false;
    }
    peel.enter(name);
    peel.rest = rest.trim_start_matches(' ');
    true
}

/// `[pkg] npm ERR! text` and `[0] text`: brackets are common, so only a number or a client behind them proves a prefix.
fn brackets(peel: &mut Peel<'_>) -> bool {
    let Some((name, rest)) = peel.rest.strip_prefix('[').and_then(|body| body.split_once("] ")) else { return false };
    let number = !name.is_empty() && digits(name) == name.len();
    let client = ["npm ", "yarn ", "pnpm ", "gyp ERR!", "> "].iter().any(|start| rest.starts_with(start));
    let plain = name.len() <= 80 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"@/:._- ".contains(&b));
    // pnpm's `[ERR_PNPM_X] pnpm v11 ..` is a code and no name.
    if !(number || client && plain) || name.starts_with("ERR_") {
        return false;
    }
    // Maven writes `[INFO] ` and `[ERROR] ` before the lines of one and the same npm.
    if !is_level(name) {
        peel.enter(name);
    }
    peel.rest = rest;
    true
}

/// A part of a package's name.
fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b))
}

/// A script or task name, and not the `error` or `12` of a compiler message.
fn is_task(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-:".contains(&b))
        && !["error", "warning", "note", "info", "warn", "fatal", "debug", "internal"].contains(&text)
}

#[cfg(test)]
mod tests {
    use crate::text::{Format, Line};

    #[test]
    fn peels_packages() {
        for (raw, text, lane) in [
            ("packages/a build: npm ERR! code E401", "code E401", "packages/a"),
            (". prepare: husky: not found", "husky: not found", "."),
            (".../node_modules/esbuild postinstall: Error: boom", "Error: boom", ".../node_modules/esbuild"),
            ("web:build: npm error code E401", "code E401", "web"),
            ("@acme/web:build: boom", "boom", "@acme/web"),
            ("web#build: boom", "boom", "web"),
            ("[api] npm ERR! code E401", "code E401", "api"),
            ("[0] boom", "boom", "0"),
            ("[ERROR] npm ERR! code E401", "code E401", ""),
            ("@acme/web: src/a.ts(1,2): error TS2322: boom", "src/a.ts(1,2): error TS2322: boom", "@acme/web"),
            ("web: npm ERR! code E401", "code E401", "web"),
            ("[@acme/web]: npm error code E401", "code E401", "@acme/web"),
            ("\u{27a4} YN0000: [api]: boom", "boom", "api"),
        ] {
            let line = Line::new(raw, Format::Plain);
            assert_eq!((line.text(), line.lane.as_str()), (text, lane), "{raw}");
        }
        for raw in [
            "src/a.ts:10:5: error TS2322",
            "Error: ENOENT: no such file",
            "error:0308010C:digital envelope routines::unsupported",
            "node:internal/modules/cjs/loader:1080",
            "[ERR_PNPM_FETCH_401] GET",
            "[ERR_PNPM_BROKEN_PNPM_RELEASE] pnpm v11.0.9 is a broken release",
            "src/a.c error: boom",
            "npm: not found",
            "@acme/web@npm:1.0.0: boom",
            "[2026-11-20]: boom boom",
            "web: boom",
            "fatal: could not read",
            "https://x.example/a b: c",
        ] {
            assert_eq!(Line::new(raw, Format::Plain).text(), raw);
        }
    }
}
