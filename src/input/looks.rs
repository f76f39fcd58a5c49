//! Whether a file that nobody named is a log: by its name, else by how it begins. And what it is packed in.
//!
//! May import: `text`, `input::messages`.

use super::messages;
use crate::text::{Encoding, Format};

/// Bytes that tell what a file is.
pub(super) const SAMPLE: usize = 4096;
/// Endings of files that are logs by their name.
const LOG_ENDINGS: &[&str] = &["log", "txt", "out", "err", "trace", "console"];
/// Endings of files that are something else, however they look.
const OTHER_ENDINGS: &[&str] = &[
    "js", "mjs", "cjs", "ts", "tsx", "jsx", "md", "html", "css", "yml", "yaml", "toml", "lock", "xml", "svg", "png", "jpg", "gif", "map",
    "rs", "py", "go", "c", "h", "cc", "cpp", "java", "sh", "ps1", "bat", "cmd", "env", "ini", "cfg", "snap", "csv",
    // Archives of something else.
    "jar", "war", "whl", "docx", "xlsx", "pptx", "odt", "apk", "ipa", "nupkg", "vsix", "xpi", "crx", "gem", "deb",
];
/// What a compressed file has behind its own ending.
const PACKED_ENDINGS: &[&str] = &["gz", "zst", "xz", "bz2"];
/// Folders that hold no logs but many files.
const SKIPPED_FOLDERS: &[&str] = &["node_modules", ".git", "_cacache", "__MACOSX"];

/// What a name says of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// Named by the user, so it is read whatever it looks like.
    Named,
    /// A log by its name.
    Log,
    /// A log if it begins like one.
    Unclear,
    /// A log if it is the JSON that CI systems give logs out in.
    Json,
    /// No log.
    Other,
}

impl Look {
    /// By the name of a file, or the path of an archive's member.
    pub(super) fn of(path: &str) -> Self {
        let mut folders = path.split(['/', '\\']);
        let name = folders.next_back().unwrap_or_default().to_lowercase();
        if folders.any(|folder| SKIPPED_FOLDERS.contains(&folder)) {
            return Self::Other;
        }
        let packed =
            |name: &str| name.rsplit_once('.').filter(|(_, ending)| PACKED_ENDINGS.contains(ending)).map(|(rest, _)| rest.to_owned());
        let name = packed(&name).unwrap_or(name);
        // npm writes these beside its logs: a report without a log's lines, and timings.
        if name.ends_with("-eresolve-report.txt") || name.ends_with("-timing.json") {
            return Self::Other;
        }
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        if LOG_ENDINGS.contains(&ending) || name.contains(".log.") {
            return Self::Log;
        }
        if OTHER_ENDINGS.contains(&ending) || name.starts_with('.') {
            return Self::Other;
        }
        if matches!(ending, "json" | "jsonl" | "ndjson") { Self::Json } else { Self::Unclear }
    }

    /// Whether a text that begins like this is to be read.
    pub(super) fn accepts(self, head: &[u8]) -> bool {
        match self {
            Self::Named | Self::Log => true,
            Self::Other => false,
            Self::Json => messages::is_messages(head),
            Self::Unclear => messages::is_messages(head) || begins_like_log(head),
        }
    }
}

/// Whether a folder is not worth a look.
pub(super) fn is_skipped_folder(name: &std::ffi::OsStr) -> bool {
    SKIPPED_FOLDERS.iter().any(|skipped| name == *skipped)
}

fn begins_like_log(head: &[u8]) -> bool {
    if head.is_empty() || Encoding::detect(head) == Encoding::Binary {
        return false;
    }
    let text = String::from_utf8_lossy(head);
    Format::detect(&text) != Format::Plain || ["npm ERR!", "npm error", "npm WARN", "npm warn"].iter().any(|sign| text.contains(sign))
}

/// What bytes are packed in. Told by the bytes: names lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Container {
    Gzip,
    Zstd,
    Xz,
    Bzip2,
    Zip,
    Tar,
    /// Known, and not read.
    Foreign(&'static str),
}

impl Container {
    /// From the first bytes of a file; 512 are enough.
    pub(super) fn detect(head: &[u8]) -> Option<Self> {
        const MAGIC: &[(&[u8], Container)] = &[
            (b"\x1f\x8b\x08", Container::Gzip),
            (b"\x28\xb5\x2f\xfd", Container::Zstd),
            (b"\xfd7zXZ\0", Container::Xz),
            (b"PK\x03\x04", Container::Zip),
            (b"PK\x05\x06", Container::Zip),
            (b"PK\x07\x08PK\x03\x04", Container::Zip),
            (b"7z\xbc\xaf\x27\x1c", Container::Foreign("a 7-Zip archive")),
            (b"Rar!\x1a\x07", Container::Foreign("a RAR archive")),
            (b"\x04\x22\x4d\x18", Container::Foreign("compressed with lz4")),
            (b"\x1f\x9d", Container::Foreign("compressed with compress")),
            (b"LZIP\x01", Container::Foreign("compressed with lzip")),
        ];
        let bzip2 = head.len() >= 10
            && head.starts_with(b"BZh")
            && (b'1'..=b'9').contains(&head[3])
            && (head[4..].starts_with(b"\x31\x41\x59\x26\x53\x59") || head[4..].starts_with(b"\x17\x72\x45\x38\x50\x90"));
        if bzip2 {
            return Some(Self::Bzip2);
        }
        // A frame to skip may come first, as a table of contents does.
        if head.len() >= 4 && head[0] & 0xf0 == 0x50 && head[1..4] == *b"\x2a\x4d\x18" {
            return Some(Self::Zstd);
        }
        let found = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, container)| *container);
        found.or_else(|| is_tar(head).then_some(Self::Tar))
    }

    /// Whether it is worth a look inside.
    pub(super) fn is_read(self) -> bool {
        !matches!(self, Self::Foreign(_))
    }

    /// Whether many files can be in it.
    #[cfg(feature = "archives")]
    pub(super) fn is_archive(self) -> bool {
        matches!(self, Self::Zip | Self::Tar)
    }
}

/// Whether bytes that begin like this are a compressed file or an archive.
///
/// ```
/// assert!(lognosis::input::is_packed(b"PK\x03\x04"));
/// assert!(!lognosis::input::is_packed(b"npm error"));
/// ```
#[must_use]
pub fn is_packed(head: &[u8]) -> bool {
    Container::detect(head).is_some()
}

/// Old archives have no magic bytes; the sum of the first header is right in all of them.
fn is_tar(head: &[u8]) -> bool {
    let Some(header) = head.get(..512) else { return false };
    let written = std::str::from_utf8(&header[148..156]).ok().and_then(|text| {
        let text = text.trim_matches([' ', '\0']);
        u32::from_str_radix(text, 8).ok()
    });
    let sum: u32 = header[..148].iter().chain(&header[156..]).map(|byte| u32::from(*byte)).sum();
    written == Some(sum + 8 * u32::from(b' '))
}

#[cfg(test)]
mod tests {
    use super::{Container, Look};

    #[test]
    fn names_tell() {
        for (name, look) in [
            ("build.log", Look::Log),
            ("app.log.1", Look::Log),
            ("build.LOG.gz", Look::Log),
            ("a/b/3_Run npm ci.txt", Look::Log),
            ("a\\b\\out.txt.zst", Look::Log),
            ("console", Look::Unclear),
            ("logs.tar.gz", Look::Unclear),
            ("logs.zip", Look::Unclear),
            ("output.json", Look::Json),
            ("1.jsonl.gz", Look::Json),
            ("bundle.js.gz", Look::Other),
            ("app.jar", Look::Other),
            ("node_modules/a/log.txt", Look::Other),
            ("__MACOSX/._a.txt", Look::Other),
            (".npmrc", Look::Other),
        ] {
            assert_eq!(Look::of(name), look, "{name}");
        }
    }

    #[test]
    fn bytes_tell_the_container() {
        assert_eq!(Container::detect(b"BZh91AY&SY.."), Some(Container::Bzip2));
        assert_eq!(Container::detect(b"BZh9 is how it begins"), None);
        assert_eq!(Container::detect(b"PK\x03\x04"), Some(Container::Zip));
        assert_eq!(Container::detect(b"\x52\x2a\x4d\x18\0"), Some(Container::Zstd));
        assert_eq!(Container::detect(b""), None);
        assert_eq!(Container::detect(&[b' '; 512]), None);
    }
}
