//! Prefixes of containers and remote builders: BuildKit, compose, Heroku, Cloud Build, `git push`, a server's journal.
//!
//! May import: `text::frame`.

use super::{MONTHS, Peel, digits, split_at_mark};

pub(super) fn peel(peel: &mut Peel<'_>) -> bool {
    buildkit(peel)
        || buildkit_tail(peel)
        || buildkit_terminal(peel)
        || compose(peel)
        || dyno(peel)
        || syslog(peel)
        || cloud_build(peel)
        || remote(peel)
}

/// `#12 4.493 text`, `#12 ERROR: text`, `#12 [3/5] RUN npm ci`.
fn buildkit(peel: &mut Peel<'_>) -> bool {
    let Some(body) = peel.rest.strip_prefix('#') else { return false };
    let length = digits(body);
    if length == 0 || length > 5 {
        return false;
    }
    let Some(rest) = body[length..].strip_prefix(' ') else { return false };
    let vertex = &peel.rest[..=length];
    if let Some(text) = seconds(rest) {
        peel.enter(vertex);
        peel.rest = text;
        return true;
    }
    let own = ["[", "DONE", "CACHED", "CANCELED", "ERROR", "WARN", "...", "sha256:", "transferring", "resolve ", "exporting", "extracting"];
    if own.iter().any(|word| rest.starts_with(word)) {
        peel.enter(vertex);
        peel.rest = rest;
        return true;
    }
    false
}

/// `4.493 text`: the last lines of a vertex, which BuildKit prints again.
fn buildkit_tail(peel: &mut Peel<'_>) -> bool {
    let Some(text) = seconds(peel.rest) else { return false };
    if text.is_empty() {
        return false;
    }
    peel.rest = text;
    true
}

/// The text behind `4.493 `.
fn seconds(text: &str) -> Option<&str> {
    let whole = digits(text);
    let rest = text[whole..].strip_prefix('.')?;
    let fraction = digits(rest);
    if whole == 0 || !(1..=3).contains(&fraction) {
        return None;
    }
    match rest.as_bytes().get(fraction) {
        None => Some(""),
        // `1.25 MB` and `4.2 s` are amounts.
        Some(b' ') => {
            let text = &rest[fraction + 1..];
            let word = text.split(' ').next().unwrap_or(text);
            (!["MB", "kB", "KB", "GB", "B", "s", "ms", "seconds", "minutes", "MiB", "%", "->"].contains(&word)).then_some(text)
        }
        Some(_) => None,
    }
}

/// ` => => # text` of BuildKit on a terminal.
fn buildkit_terminal(peel: &mut Peel<'_>) -> bool {
    let Some(rest) = peel.rest.trim_start().strip_prefix("=> ") else { return false };
    peel.rest = rest.strip_prefix("=> # ").unwrap_or(rest);
    true
}

/// `web-1  | text` of docker compose.
fn compose(peel: &mut Peel<'_>) -> bool {
    let Some((name, rest)) = peel.rest.split_once('|') else { return false };
    let service = name.trim_end();
    let plain = !service.is_empty() && service.len() <= 60 && service.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    // Code frames number their lines in the same way.
    // Services have small letters; `FAILED | 1 passed` is a test runner's.
    if !plain
        || !service.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        || name.len() == service.len()
        || service.bytes().all(|b| b.is_ascii_digit())
        || !rest.starts_with(' ') && !rest.is_empty()
    {
        return false;
    }
    peel.enter(service);
    peel.rest = rest.strip_prefix(' ').unwrap_or(rest);
    true
}

/// `app[web.1]: text` of Heroku.
fn dyno(peel: &mut Peel<'_>) -> bool {
    let Some((name, rest)) = split_at_mark(peel.rest, "]: ", b']') else { return false };
    let Some((source, dyno)) = name.split_once('[') else { return false };
    // `error[no-unused-vars]: ` is a linter's or compiler's.
    if matches!(source, "error" | "warning" | "note" | "help" | "info") {
        return false;
    }
    let word = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b));
    if !word(source) || !word(dyno) {
        return false;
    }
    peel.enter(name.trim_end_matches(']'));
    peel.rest = rest;
    true
}

/// `Nov 20 10:11:12 host shop[123]: text` of the journal of a server.
fn syslog(peel: &mut Peel<'_>) -> bool {
    let Some((head, rest)) = split_at_mark(peel.rest, "]: ", b']') else { return false };
    let words: Vec<&str> = head.split_ascii_whitespace().collect();
    let [month, day, clock, _, process] = words.as_slice() else { return false };
    let is_clock = clock.len() >= 8 && clock.bytes().all(|b| b.is_ascii_digit() || b == b':' || b == b'.');
    let Some((name, pid)) = process.split_once('[') else { return false };
    if !MONTHS.contains(month) || digits(day) != day.len() || !is_clock || digits(pid) != pid.len() {
        return false;
    }
    peel.enter(name);
    peel.rest = rest;
    true
}

/// `Step #1 - "builder": text` of Google Cloud Build.
fn cloud_build(peel: &mut Peel<'_>) -> bool {
    let Some(body) = peel.rest.strip_prefix("Step #") else { return false };
    let length = digits(body);
    let rest = &body[length..];
    let (name, text) = match rest.strip_prefix(" - \"") {
        Some(named) => match named.split_once("\": ") {
            Some((name, text)) => (name, text),
            None => return false,
        },
        None => match rest.strip_prefix(": ") {
            Some(text) => (&body[..length], text),
            None => return false,
        },
    };
    peel.enter(name);
    peel.rest = text;
    true
}

/// `remote:        text` of a build that runs behind `git push`.
fn remote(peel: &mut Peel<'_>) -> bool {
    let Some(rest) = peel.rest.strip_prefix("remote: ") else { return false };
    // git's own messages keep the mark: rules read `remote: Repository not found.`
    if !rest.starts_with("  ") && !rest.starts_with("----->") {
        return false;
    }
    peel.rest = rest.trim_start();
    true
}

#[cfg(test)]
mod tests {
    use crate::text::{Format, Line};

    #[test]
    fn peels_containers() {
        for (raw, text, lane) in [
            ("#12 4.493 npm ERR! code E401", "code E401", "#12"),
            ("#12 ERROR: process failed", "ERROR: process failed", "#12"),
            ("#9 [deps 3/3] RUN npm ci", "[deps 3/3] RUN npm ci", "#9"),
            ("0.72 npm ERR! code E401", "code E401", ""),
            (" => => # npm ERR! code E401", "code E401", ""),
            ("web-1  | npm error code E401", "code E401", "web-1"),
            ("2026-11-22T02:24:49.359+00:00 app[web.1]: npm error code E401", "code E401", "app[web.1"),
            ("Nov 20 10:11:12 host shop[123]: npm error code E401", "code E401", "shop"),
            ("Step #1 - \"builder\": npm error code E401", "code E401", "builder"),
            ("remote:        npm ERR! code E401", "code E401", ""),
        ] {
            let line = Line::new(raw, Format::Plain);
            assert_eq!((line.text(), line.lane.as_str()), (text, lane), "{raw}");
        }
        for raw in [
            "1.25 MB downloaded",
            "12  | const x = 1",
            "remote: Repository not found.",
            "#1234 is an issue",
            "error[no-unused-vars]: `a` is never used",
            "FAILED | 1 passed | 1 failed (12ms)",
        ] {
            assert_eq!(Line::new(raw, Format::Plain).text(), raw);
        }
    }
}
