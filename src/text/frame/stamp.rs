//! Time stamps at the start of a line.
//!
//! May import: `text::frame`.

use super::{Format, MONTHS, Peel, digits};

/// Peels one stamp: RFC 3339 in all its looks, in brackets or not, and the clock times of some build hosts.
pub(super) fn peel(peel: &mut Peel<'_>, format: Format) -> bool {
    let text = peel.rest;
    // Jenkins' Timestamper puts the stamp in brackets, Vercel sometimes does.
    let (inner, bracket) = match text.strip_prefix('[') {
        Some(inner) => (inner, true),
        None => (text, false),
    };
    let Some(mut length) = rfc3339(inner).or_else(|| clock(inner, format)).or_else(|| render(inner)) else { return false };
    let stamp = &inner[..length];
    if bracket {
        if !inner[length..].starts_with(']') {
            return false;
        }
        length += 2;
    }
    let rest = &text[length..];
    if let Some(rest) = gitlab_stream(rest) {
        peel.stamp.get_or_insert(stamp);
        peel.rest = rest;
        return true;
    }
    if !rest.is_empty() && !rest.starts_with([' ', '\t']) && !bracket {
        return false;
    }
    peel.stamp.get_or_insert(stamp);
    peel.rest = amplify(rest.strip_prefix([' ', '\t']).unwrap_or(rest));
    true
}

/// What stands behind the level that AWS Amplify puts behind its stamp. All that a command writes to stderr is a
/// `[WARNING]: ` there, so the level says nothing.
fn amplify(text: &str) -> &str {
    ["[INFO]: ", "[WARNING]: ", "[ERROR]: "].iter().find_map(|level| text.strip_prefix(level)).unwrap_or(text)
}

/// Whether a line begins with an RFC 3339 stamp.
pub(super) fn is_stamped(text: &str) -> bool {
    rfc3339(text).is_some()
}

/// The length of `2026-11-20T10:11:12.1234567Z`; a blank for the `T`, a comma for the dot and an offset for the `Z` will do.
fn rfc3339(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let shape = b"dddd-dd-ddTdd:dd:dd";
    if bytes.len() < shape.len() {
        return None;
    }
    for (byte, want) in bytes.iter().zip(shape) {
        let fits = match want {
            b'd' => byte.is_ascii_digit(),
            b'T' => matches!(byte, b'T' | b' ' | b'_'),
            b'-' => matches!(byte, b'-' | b'/'),
            _ => byte == want,
        };
        if !fits {
            return None;
        }
    }
    let mut length = shape.len();
    if matches!(bytes.get(length), Some(b'.' | b',')) {
        let fraction = digits(&text[length + 1..]);
        if fraction > 0 {
            length += 1 + fraction;
        }
    }
    match bytes.get(length) {
        Some(b'Z') => length += 1,
        Some(b'+' | b'-') => {
            let hours = digits(&text[length + 1..]);
            if matches!(hours, 2 | 4) {
                length += 1 + hours;
                if hours == 2 && text[length..].starts_with(':') && digits(&text[length + 1..]) == 2 {
                    length += 3;
                }
            }
        }
        _ => {}
    }
    Some(length)
}

/// `10:11:12.345` of Vercel and Cloudflare, `1:39:49 PM:` of Netlify, `10:11:12` of `TeamCity` and Jenkins.
fn clock(text: &str, format: Format) -> Option<usize> {
    let hour = digits(text);
    let bytes = text.as_bytes();
    let two = |at: usize| bytes.get(at..at + 2).is_some_and(|pair| pair.iter().all(u8::is_ascii_digit));
    if !(1..=2).contains(&hour) || bytes.get(hour) != Some(&b':') || !two(hour + 1) || bytes.get(hour + 3) != Some(&b':') {
        return None;
    }
    if !two(hour + 4) {
        return None;
    }
    let mut length = hour + 6;
    if bytes.get(length) == Some(&b'.') && digits(&text[length + 1..]) == 3 {
        return Some(length + 4);
    }
    if let Some(rest) = text.get(length..) {
        if rest.starts_with(" AM: ") || rest.starts_with(" PM: ") {
            length += 4;
            return Some(length);
        }
    }
    // A bare clock time is common in programs' own output: only formats that print it lose it.
    matches!(format, Format::Jenkins | Format::TeamCity).then_some(length)
}

/// The length of `Jan 2 03:04:05 AM `, as Render's dashboard has it.
fn render(text: &str) -> Option<usize> {
    let (month, rest) = text.split_at_checked(3)?;
    let rest = rest.strip_prefix(' ')?;
    let day = digits(rest);
    let clock = rest.get(day..)?.strip_prefix(' ')?;
    let hour = digits(clock);
    let fits = |at: usize, byte: u8| {
        clock.as_bytes().get(at).is_some_and(|found| if byte == b'd' { found.is_ascii_digit() } else { *found == byte })
    };
    let is_clock = b":dd:dd".iter().zip(hour..).all(|(byte, at)| fits(at, *byte));
    let half = clock.get(hour + 6..)?;
    let is_stamp = MONTHS.contains(&month) && (1..=2).contains(&day) && (1..=2).contains(&hour) && is_clock;
    (is_stamp && (half.starts_with(" AM ") || half.starts_with(" PM "))).then_some(3 + 1 + day + 1 + hour + 6 + 4)
}

/// GitLab's two hex digits, stream and continuation mark behind the stamp: ` 00O `.
fn gitlab_stream(rest: &str) -> Option<&str> {
    let bytes = rest.as_bytes();
    let fits = bytes.len() >= 5
        && bytes[0] == b' '
        && bytes[1].is_ascii_hexdigit()
        && bytes[2].is_ascii_hexdigit()
        && matches!(bytes[3], b'O' | b'E')
        && matches!(bytes[4], b' ' | b'+');
    fits.then(|| &rest[5..])
}

#[cfg(test)]
mod tests {
    use crate::text::{Format, Line};

    #[test]
    fn every_systems_stamp_goes() {
        for (raw, format) in [
            ("2026-11-20T10:11:12.1234567Z npm ci", Format::GithubActions),
            ("\u{feff}2026-11-20T10:11:12.1234567Z npm ci", Format::GithubActions),
            ("2026-11-20T10:11:12.123456Z 01O npm ci", Format::Gitlab),
            ("2026-11-20T10:11:12.123456Z 01E+npm ci", Format::Gitlab),
            ("[2026-11-20T04:56:49.483Z] npm ci", Format::Jenkins),
            ("21:51:15  npm ci", Format::Jenkins),
            ("10:11:12.345 npm ci", Format::Vercel),
            ("10:11:12.345\tnpm ci", Format::Plain),
            ("1:39:49 PM: npm ci", Format::Netlify),
            ("2026-11-20T10:11:12+00:00 npm ci", Format::Plain),
            ("2026/11/20 07:27:53.678464 npm ci", Format::Plain),
            ("Jan 2 03:04:05 AM  npm ci", Format::Plain),
            ("2026-11-20T10:11:12.123Z [WARNING]: npm ci", Format::Plain),
        ] {
            assert_eq!(Line::new(raw, format).text(), "npm ci", "{raw}");
        }
        assert_eq!(Line::new("10:11:12 is a time", Format::Plain).text(), "10:11:12 is a time");
        assert_eq!(Line::new("2026-11-20T10:11:12Zulu", Format::Plain).text(), "2026-11-20T10:11:12Zulu");
    }
}
