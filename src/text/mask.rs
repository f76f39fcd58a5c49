//! Lines with what differs from run to run taken out: numbers, hashes, paths, times, versions, URLs.
//!
//! May import: nothing of ours.
//!
//! Equal failures have equal masks, so that they can be counted, looked up and told from what passing logs say too. What
//! names the failure stays: words, package names, error codes (`E401`, `TS2304`).

/// A mask longer than this tells no more.
const MAX_LENGTH: usize = 400;
/// Hex digits inside a word, as in `main.1a2b3c4d.js`, that are no number any more.
const EMBEDDED_HASH: usize = 8;
/// What a value may be wrapped in.
const PUNCTUATION: &[char] =
    &['\'', '"', '`', '(', ')', '[', ']', '{', '}', '<', '>', ',', ';', ':', '.', '!', '?', '|', '\u{2018}', '\u{2019}'];

/// What a masked value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mask {
    /// `12`, `4.5`, `1,024`.
    Number,
    /// A commit, digest or integrity value.
    Hash,
    /// A file or folder, with line and column.
    Path,
    /// `https://..`.
    Url,
    /// A UUID.
    Uuid,
    /// A day, a time of day, or both.
    Time,
    /// `1.2.3`, `v20.11.1-rc.1`.
    Version,
    /// `10.0.0.1`, with port.
    Address,
}

impl Mask {
    /// The word that stands in a template.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Number => "<n>",
            Self::Hash => "<hash>",
            Self::Path => "<path>",
            Self::Url => "<url>",
            Self::Uuid => "<uuid>",
            Self::Time => "<time>",
            Self::Version => "<version>",
            Self::Address => "<address>",
        }
    }
}

/// A piece of a line: as it stands, or a value to be masked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    /// What it is; nothing where it stands as it is.
    pub mask: Option<Mask>,
    /// The text. Any white space between two words is one blank.
    pub text: &'a str,
}

/// A line with its values masked.
///
/// ```
/// use lognosis::text::mask;
/// assert_eq!(mask("job 123 failed after 4.5s at /srv/a/x.js:10"), "job <n> failed after <n>s at <path>");
/// assert_eq!(mask("commit 1a2b3c4d5e broke @acme/ui@1.2.3 (E401)"), "commit <hash> broke @acme/ui@<version> (E401)");
/// ```
#[must_use]
pub fn mask(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(MAX_LENGTH));
    mask_into(text, &mut out);
    out
}

/// Appends a line's mask to `out`.
pub fn mask_into(text: &str, out: &mut String) {
    let end = out.len() + MAX_LENGTH;
    pieces(text, |piece| {
        if out.len() < end {
            out.push_str(piece.mask.map_or(piece.text, |mask| mask.word()));
        }
    });
    if out.len() > end {
        let mut cut = end;
        while !out.is_char_boundary(cut) {
            cut -= 1;
        }
        out.truncate(cut);
    }
}

/// Cuts a line into pieces.
pub fn pieces<'a>(text: &'a str, mut take: impl FnMut(Piece<'a>)) {
    for (at, word) in text.split_whitespace().enumerate() {
        if at > 0 {
            take(Piece { mask: None, text: " " });
        }
        cut(word, &mut take);
    }
}

fn plain<'a>(text: &'a str, take: &mut impl FnMut(Piece<'a>)) {
    if !text.is_empty() {
        take(Piece { mask: None, text });
    }
}

fn cut<'a>(word: &'a str, take: &mut impl FnMut(Piece<'a>)) {
    let rest = word.trim_start_matches(PUNCTUATION);
    let core = rest.trim_end_matches(PUNCTUATION);
    // `./x` and `../x` begin with what looks like punctuation.
    let dots = word[..word.len() - rest.len()].bytes().rev().take_while(|byte| *byte == b'.').count();
    let from = word.len() - rest.len() - if core.starts_with(['/', '\\']) { dots } else { 0 };
    let until = word.len() - rest.len() + core.len();
    let (before, core, after) = (&word[..from], &word[from..until], &word[until..]);
    if let Some(mask) = whole(core) {
        plain(before, take);
        take(Piece { mask: Some(mask), text: core });
        return plain(after, take);
    }
    // `key=value`, `name@version`: only the second half differs.
    let halves = core.find('=').filter(|at| is_name(&core[..*at])).or_else(|| core.rfind('@').filter(|at| *at > 0));
    if let Some(at) = halves {
        let value_at = at + 1 + core[at + 1..].bytes().take_while(|byte| b"^~=<>".contains(byte)).count();
        if let Some(mask) = whole(&core[value_at..]) {
            plain(before, take);
            plain(&core[..value_at], take);
            take(Piece { mask: Some(mask), text: &core[value_at..] });
            return plain(after, take);
        }
    }
    if is_code(core) {
        return plain(word, take);
    }
    numbers(word, take);
}

/// Masks the numbers and digests inside a word.
fn numbers<'a>(word: &'a str, take: &mut impl FnMut(Piece<'a>)) {
    let bytes = word.as_bytes();
    let (mut done, mut at) = (0, 0);
    while at < bytes.len() {
        let run = bytes[at..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        if run == 0 {
            at += 1;
            continue;
        }
        if run >= EMBEDDED_HASH && is_hex(&bytes[at..at + run]) {
            plain(&word[done..at], take);
            take(Piece { mask: Some(Mask::Hash), text: &word[at..at + run] });
            at += run;
            done = at;
            continue;
        }
        let end = at + run;
        while let Some(from) = bytes[at..end].iter().position(u8::is_ascii_digit).map(|digit| at + digit) {
            let until = number_end(bytes, from);
            plain(&word[done..from], take);
            take(Piece { mask: Some(Mask::Number), text: &word[from..until] });
            (done, at) = (until, until);
            if until >= end {
                break;
            }
        }
        at = at.max(end);
    }
    plain(&word[done..], take);
}

/// The end of a number: `12`, `1,024`, `4.5`.
fn number_end(bytes: &[u8], from: usize) -> usize {
    let mut until = from;
    loop {
        until += bytes[until..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let goes_on = matches!(bytes.get(until), Some(b'.' | b',')) && bytes.get(until + 1).is_some_and(u8::is_ascii_digit);
        if !goes_on {
            return until;
        }
        until += 1;
    }
}

fn is_hex(bytes: &[u8]) -> bool {
    bytes.iter().all(u8::is_ascii_hexdigit) && bytes.iter().any(u8::is_ascii_alphabetic) && bytes.iter().any(u8::is_ascii_digit)
}

/// What a whole word is, if it is a value.
fn whole(word: &str) -> Option<Mask> {
    let bytes = word.as_bytes();
    if bytes.len() < 3 {
        return None;
    }
    if word.contains("://") {
        return Some(Mask::Url);
    }
    if is_path(word) {
        return Some(Mask::Path);
    }
    if !bytes.iter().any(u8::is_ascii_digit) {
        return None;
    }
    if is_uuid(bytes) {
        return Some(Mask::Uuid);
    }
    if shape(bytes, b"dddd-dd-dd") || shape(bytes, b"dd:dd:dd") {
        return Some(Mask::Time);
    }
    let digest = ["sha512-", "sha384-", "sha256-", "sha1-", "sha256:", "sha512:"].iter().any(|prefix| word.starts_with(prefix));
    if digest || bytes.len() >= 7 && is_hex(bytes) {
        return Some(Mask::Hash);
    }
    if is_address(word) {
        return Some(Mask::Address);
    }
    is_version(word).then_some(Mask::Version)
}

/// Whether a word begins with digits (`d`) and other bytes in this order.
fn shape(bytes: &[u8], shape: &[u8]) -> bool {
    bytes.len() >= shape.len()
        && bytes.iter().zip(shape).all(|(byte, want)| if *want == b'd' { byte.is_ascii_digit() } else { byte == want })
}

fn is_name(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}

/// `E401`, `TS2304`, `YN0041`: the number is what tells one failure from another.
fn is_code(word: &str) -> bool {
    let letters = word.bytes().take_while(|byte| byte.is_ascii_uppercase() || *byte == b'_').count();
    let digits = word.len() - letters;
    (1..=16).contains(&letters) && (2..=5).contains(&digits) && word.bytes().skip(letters).all(|byte| byte.is_ascii_digit())
}

fn is_path(word: &str) -> bool {
    let bytes = word.as_bytes();
    if ["./", "../", "~/", "\\\\", ".\\", "..\\"].iter().any(|start| word.starts_with(start)) {
        return true;
    }
    // `C:\Users`, `D:/a`
    if bytes[0].is_ascii_alphabetic() && bytes[1] == b':' && matches!(bytes[2], b'\\' | b'/') {
        return true;
    }
    if bytes[0] == b'/' {
        return bytes[1] != b'/';
    }
    if bytes[0] == b'@' || !word.contains(['/', '\\']) {
        return false;
    }
    // `src/a.ts:10:5`, and no `and/or`.
    let last = word.rsplit(['/', '\\']).next().unwrap_or(word);
    let last = last.split([':', '(']).next().unwrap_or(last);
    last.rsplit_once('.').is_some_and(|(stem, ending)| {
        !stem.is_empty() && (1..=5).contains(&ending.len()) && ending.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

fn is_uuid(bytes: &[u8]) -> bool {
    bytes.len() == 36
        && bytes.iter().enumerate().all(|(at, byte)| if matches!(at, 8 | 13 | 18 | 23) { *byte == b'-' } else { byte.is_ascii_hexdigit() })
}

/// `10.0.0.1`, `10.0.0.1:443`.
fn is_address(word: &str) -> bool {
    let (host, port) = word.split_once(':').unwrap_or((word, "0"));
    let parts = host.split('.');
    parts.clone().count() == 4
        && parts.into_iter().chain(std::iter::once(port)).all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// `1.2.3`, `v20.11.1-rc.1`.
fn is_version(word: &str) -> bool {
    let word = word.strip_prefix('v').unwrap_or(word);
    let mut parts = word.splitn(3, '.');
    let mut number = || parts.next().is_some_and(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    if !number() || !number() {
        return false;
    }
    parts.next().is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_ascii_digit()) && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-+".contains(&byte))
    })
}

#[cfg(test)]
mod tests {
    use super::{mask, pieces};

    #[test]
    fn equal_failures_have_equal_masks() {
        for (one, other) in [
            ("job 123 failed after 4.5s at /home/a/x.js:10", "job 9 failed after 17.25s at /srv/b/y.js:2"),
            ("commit 1a2b3c4d5e broke it", "commit 99aabbccdd0011 broke it"),
            ("FAIL src/a/b.test.ts (3.5 s)", "FAIL packages/c.spec.tsx (12 s)"),
            ("  at 2026-11-20T10:11:12Z   [12%] done", "at 2025-01-02T03:04:05.123Z [100%] done"),
            (
                "connect to 10.0.0.1:443 id 0f8fad5b-d9cb-469f-a165-70867728950e",
                "connect to 8.8.8.8:80 id 7c9e6679-7425-40de-944b-e07fc1f90ae7",
            ),
            ("GET https://a.example/x?y=1 gave up", "GET http://b.example gave up"),
            ("C:\\Users\\a\\x.js is locked", "D:\\b.js is locked"),
            ("--cache=/tmp/x1 needs node@>=18.1.0", "--cache=/var/y needs node@>=20.11.1-rc.1"),
            ("origin +0a1b2c3d4e5f60718293:refs/heads", "origin +99887766554433221100aa:refs/heads"),
            ("asset main.1a2b3c4d.js|x", "asset main.99aabb00.js|x"),
            ("(../a/b.c:3) integrity sha512-abc123==", "(./c.c:17) integrity sha512-Zq9+/w=="),
        ] {
            assert_eq!(mask(one), mask(other));
        }
    }

    #[test]
    fn what_names_the_failure_stays() {
        for (one, other) in
            [("could not find foo", "could not find bar"), ("error TS2304: x", "error TS2345: x"), ("@a/b is gone", "@a/c is gone")]
        {
            assert_ne!(mask(one), mask(other));
        }
        assert_eq!(mask("yes and/or no, n/a, E404!"), "yes and/or no, n/a, E404!");
        assert_eq!(mask("took 12ms (3/7) v2"), "took <n>ms (<n>/<n>) v<n>");
    }

    #[test]
    fn pieces_put_together_are_the_line() {
        for line in
            ["a=1 (/x/y.js:1:2), 'b@1.2.3' \u{2018}1,024\u{2019} \u{00e9}12\u{00e9}", "..", "/", "=", "@", "./", "a@", "1.", "...x", "</a>"]
        {
            let mut out = String::new();
            pieces(line, |piece| out.push_str(piece.text));
            assert_eq!(out, line);
        }
    }

    #[test]
    fn masks_are_short() {
        assert!(mask(&"w\u{00f6}rd ".repeat(1000)).len() <= 400);
    }
}
