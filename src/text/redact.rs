//! Takes secrets out of text before anything stores or shows it.
//!
//! May import: nothing of ours.
//!
//! Shapes of tokens come from their issuers' documentation: npm granular tokens `npm_` + 36, GitHub `ghp_` and kin,
//! GitLab `glpat-`, Azure DevOps 52 base32 or 84 with `AZDO`, Artifactory `AKC` and `cmVmdGtu`, AWS `AKIA`, JWTs. Beside
//! shapes, places tell: `_authToken=`, `Authorization:`, `user:password@`, `--otp`. A name in place of a value
//! (`${NPM_TOKEN}`) is no secret and often the very clue, so it stays.

use std::borrow::Cow;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use regex::{Captures, Regex};

const MASK: &str = "***";

/// A pattern, the words of which one must be there before it is tried, and which group holds the secret. Compiling one
/// takes longer than all else that a short log costs, so URLs, which are everywhere, need a byte more.
struct Shape {
    hints: &'static [&'static str],
    byte: Option<u8>,
    regex: LazyLock<Option<Regex>>,
}

macro_rules! shapes {
    ($($hints:expr $(; $byte:literal)? => $pattern:literal),+ $(,)?) => {
        [$(Shape { hints: &$hints, byte: shapes!(@byte $($byte)?), regex: LazyLock::new(|| Regex::new($pattern).ok()) }),+]
    };
    (@byte) => { None };
    (@byte $byte:literal) => { Some($byte) };
}

// Each pattern has one group, `s`: what is masked.
static SHAPES: [Shape; 19] = shapes![
    ["npm_", "npms_"] => r"\b(?P<s>npms?_[A-Za-z0-9]{30,64})\b",
    ["gh"] => r"\b(?P<s>gh[pousr]_[A-Za-z0-9]{20,255})\b",
    ["github_pat_"] => r"\b(?P<s>github_pat_[A-Za-z0-9_]{20,255})\b",
    ["gl"] => r"\b(?P<s>gl(?:pat|ptt|dt|rt|cbt|oas|soat|ft|imt)-[A-Za-z0-9_.=-]{16,})",
    ["eyJ"] => r"\b(?P<s>eyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*)?)",
    ["AK", "AS"] => r"\b(?P<s>(?:AKIA|ASIA)[0-9A-Z]{16}|AKC[A-Za-z0-9]{10,})\b",
    ["cmVmdGtu"] => r"(?P<s>cmVmdGtu[A-Za-z0-9+/=_-]{16,})",
    ["AZDO"] => r"\b(?P<s>[A-Za-z0-9]{70,90}AZDO[A-Za-z0-9]{4})\b",
    ["xox"] => r"\b(?P<s>xox[abposr]-[A-Za-z0-9-]{10,})",
    ["PRIVATE KEY"] => r"(?P<s>-----BEGIN [A-Z ]*PRIVATE KEY-----.*)",
    ["://"]; b'@' => r"(?:https?|git\+https|ftp|socks5?)://(?P<s>[^\s/@'\x22]+(?:@[^\s/@'\x22]+)*)@",
    ["_auth", "_password", "_Auth"] => r#"_(?:auth|authToken|password)["']?\s*[=:]\s*["']?(?P<s>[^\s"',}]+)"#,
    ["_auth", "_password"] => r#"(?:--|//)[\w./:@-]*_?(?:auth|authToken|password)["']?[ =]+["']?(?P<s>[^\s"']+)"#,
    ["uthorization"] => r#"(?i)authorization["']?\s*[:=]\s*["']?(?:(?:basic|bearer|token)\s+)?(?P<s>[^\s"',]+)"#,
    ["earer ", "asic "] => r"\b(?:[Bb]earer|[Bb]asic) (?P<s>[A-Za-z0-9+/=_.~-]{16,})",
    ["otp"] => r#"--otp["']?[ =]+["']?(?P<s>\d{6,8})\b"#,
    ["TOKEN", "SECRET", "PASSWORD", "PASSWD", "_KEY", "_PAT"] =>
        r#"\b[A-Z0-9_]*(?:TOKEN|SECRET|PASSWORD|PASSWD|API_?KEY|ACCESS_KEY|PRIVATE_KEY|_PAT)[A-Z0-9_]*["']?\s*[=:]\s*["']?(?P<s>[^\s"',;]{6,})"#,
    ["oken=", "sig=", "ignature=", "ey=", "ecret=", "assword="] =>
        r"(?i)[?&](?:access_token|auth_token|private_token|token|sig|x-amz-signature|x-amz-security-token|signature|api_?key|client_secret|password)=(?P<s>[^\s&'\x22]+)",
    ["password", "passwd", "Password"] => r#"(?i)\bpassw(?:or)?d["']?\s*[=:]\s*["']?(?P<s>[^\s"',;]{4,})"#,
];

/// The text without its secrets; borrowed where there are none.
///
/// ```
/// use lognosis::text::redact;
/// assert_eq!(redact("//registry.example.com/:_authToken=s3cr3t"), "//registry.example.com/:_authToken=***");
/// assert_eq!(redact("GET https://bob:hunter2@npm.example.com/x"), "GET https://***@npm.example.com/x");
/// assert_eq!(redact("_authToken=${NPM_TOKEN}"), "_authToken=${NPM_TOKEN}");
/// ```
#[must_use]
pub fn redact(text: &str) -> Cow<'_, str> {
    let mut out = Cow::Borrowed(text);
    let hinted = hinted(text);
    for (_, shape) in SHAPES.iter().enumerate().filter(|(number, _)| hinted >> number & 1 != 0) {
        if shape.byte.is_some_and(|byte| !text.as_bytes().contains(&byte)) {
            continue;
        }
        let Some(regex) = shape.regex.as_ref() else { continue };
        if regex.is_match(&out) {
            let replaced = regex.replace_all(&out, |captures: &Captures<'_>| mask(captures)).into_owned();
            out = Cow::Owned(replaced);
        }
    }
    if out.bytes().any(|b| b.is_ascii_digit()) {
        if let Some(masked) = mask_azure_token(&out) {
            out = Cow::Owned(masked);
        }
    }
    out
}

/// One search for all words that hint at a secret, and the shape of each.
static HINTS: LazyLock<(Option<AhoCorasick>, Vec<usize>)> = LazyLock::new(|| {
    let all = || SHAPES.iter().enumerate().flat_map(|(number, shape)| shape.hints.iter().map(move |hint| (number, hint)));
    let searcher = AhoCorasick::builder().kind(Some(AhoCorasickKind::ContiguousNFA)).build(all().map(|(_, hint)| hint));
    (searcher.ok(), all().map(|(number, _)| number).collect())
});

/// A bit for each shape of which a hint stands in the text.
fn hinted(text: &str) -> u32 {
    let (searcher, shapes) = &*HINTS;
    match searcher {
        Some(searcher) => {
            let found = searcher.find_overlapping_iter(text).filter_map(|found| shapes.get(found.pattern().as_usize()));
            found.fold(0, |bits, number| bits | 1 << number)
        }
        None => u32::MAX,
    }
}

fn mask(captures: &Captures<'_>) -> String {
    let (Some(whole), Some(secret)) = (captures.get(0), captures.name("s")) else { return MASK.to_owned() };
    let (from, to) = (secret.start() - whole.start(), secret.end() - whole.start());
    let text = whole.as_str();
    if is_placeholder(secret.as_str()) {
        return text.to_owned();
    }
    format!("{}{MASK}{}", &text[..from], &text[to..])
}

/// A variable's name, a mask that somebody else put there, or a word that only looks like a value.
fn is_placeholder(value: &str) -> bool {
    let value = value.trim_matches(['"', '\'', '`']);
    value.starts_with("${")
        || value.starts_with("$(")
        || value.starts_with("$env:")
        || value.starts_with('%') && value.ends_with('%')
        || value.starts_with('$') && value[1..].bytes().all(|b| b.is_ascii_uppercase() || b == b'_')
        || value.starts_with('<') && value.ends_with('>')
        || value.chars().all(|c| c == '*' || c == 'x' || c == 'X' || c == '-')
        || ["[MASKED]", "[REDACTED]", "[secure]", "(protected)", "[hidden]", "null", "undefined", "true", "false"].contains(&value)
        || value.ends_with("[hidden]")
}

/// Azure DevOps' old personal access tokens: 52 characters of base32 in lower case, and nothing beside.
fn mask_azure_token(text: &str) -> Option<String> {
    let is_base32 = |word: &str| {
        word.len() == 52
            && word.bytes().all(|b| b.is_ascii_lowercase() || (b'2'..=b'7').contains(&b))
            && word.bytes().any(|b| b.is_ascii_digit())
    };
    let word = text.split(|c: char| !c.is_ascii_alphanumeric()).find(|word| is_base32(word))?;
    Some(text.replace(word, MASK))
}

#[cfg(test)]
mod tests {
    use super::redact;

    #[test]
    fn masks_every_shape_and_place() {
        let npm = format!("npm_{}", "a1B2".repeat(9));
        let gh = format!("ghp_{}", "a1B2".repeat(9));
        let pat = "abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrst";
        for (text, secret) in [
            (format!("token {npm} used"), npm.as_str()),
            (format!("x {gh}"), gh.as_str()),
            (format!("//pkgs.dev.azure.com/x/:_password={pat}"), pat),
            (format!("token {pat} here"), pat),
            ("npm config set //r.example/:_authToken hunter2hunter2".into(), "hunter2hunter2"),
            ("verbose argv \"publish\" \"--otp\" \"123456\"".into(), "123456"),
            ("verbose argv \"publish\" \"--_auth\" \"c2VjcmV0OnM=\"".into(), "c2VjcmV0OnM="),
            ("npm publish --otp=123456".into(), "123456"),
            ("Authorization: Basic Ym9iOmh1bnRlcjI=".into(), "Ym9iOmh1bnRlcjI="),
            ("authorization: Bearer abcdefghijklmnop".into(), "abcdefghijklmnop"),
            ("{\"_authToken\": \"s3cr3t\"}".into(), "s3cr3t"),
            ("git+https://x-access-token:abc123@github.com/o/r".into(), "abc123"),
            ("https://abc123def@github.com/o/r.git".into(), "abc123def"),
            ("http://bob:p@ss@proxy:8080".into(), "p@ss"),
            ("export NPM_TOKEN=verysecret1".into(), "verysecret1"),
            ("https://x.example/a.tgz?sig=AbC%2F123&se=1".into(), "AbC%2F123"),
            ("-----BEGIN RSA PRIVATE KEY-----MIIabc".into(), "MIIabc"),
            ("eyJhbGciOiJI.eyJzdWIiOiIx.sig_nature".into(), "eyJzdWIiOiIx"),
        ] {
            let redacted = redact(&text);
            assert!(!redacted.contains(secret), "{text} -> {redacted}");
        }
    }

    #[test]
    fn leaves_clues_alone() {
        for text in [
            "Failed to replace env in config: ${NPM_TOKEN}",
            "//registry.npmjs.org/:_authToken=${NPM_TOKEN}",
            "git ls-remote ssh://git@github.com/o/r.git",
            "An authorization header was used: Bearer abcd[hidden]",
            "basic authentication failed",
            "sha512-abcdefghijklmnopqrstuvwxyz234567ABCDEFGH==",
            "https://registry.npmjs.org/@acme%2fui",
            "node_modules/@scope/pkg@1.0.0",
            "NODE_AUTH_TOKEN: ***",
        ] {
            assert_eq!(redact(text), text);
        }
    }
}
