//! Prefixes of monorepo tools: pnpm -r, turbo, nx, lerna, concurrently.
//!
//! May import: `text::frame`.

use super::{Peel, digits};

pub(super) fn peel(peel: &mut Peel<'_>) -> bool {
    pnpm(peel) || turbo(peel) || brackets(peel)
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
    let Some((prefix, rest)) = peel.rest.split_once(": ").or_else(|| peel.rest.strip_suffix(':').map(|p| (p, ""))) else {
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

/// `[pkg] npm ERR! text` and `[0] text`: brackets are common, so only a number or a client behind them proves a prefix.
fn brackets(peel: &mut Peel<'_>) -> bool {
    let Some((name, rest)) = peel.rest.strip_prefix('[').and_then(|body| body.split_once("] ")) else { return false };
    let number = !name.is_empty() && digits(name) == name.len();
    let client = ["npm ", "yarn ", "pnpm ", "gyp ERR!", "> "].iter().any(|start| rest.starts_with(start));
    let plain = name.len() <= 80 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"@/:._- ".contains(&b));
    if !(number || client && plain) {
        return false;
    }
    peel.enter(name);
    peel.rest = rest;
    true
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
            "src/a.c error: boom",
            "npm: not found",
            "fatal: could not read",
            "https://x.example/a b: c",
        ] {
            assert_eq!(Line::new(raw, Format::Plain).text(), raw);
        }
    }
}
