//! The library's one error type.
//!
//! May import: `catalog` (its mistakes).

use std::fmt;
use std::path::{Path, PathBuf};

use crate::catalog::FileMistakes;

/// What went wrong, with the file it went wrong at. Ask it with the `is_*` methods.
#[derive(Debug)]
pub struct Error {
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    /// Reading a file or folder.
    Read { path: PathBuf, source: std::io::Error },
    /// Nothing there to read.
    Nothing { what: String, hint: String },
    /// A pattern that is no glob.
    Glob { pattern: String, source: glob::PatternError },
    /// A catalogue that does not load.
    Catalog(Vec<FileMistakes>),
    /// Not a text.
    Binary { path: PathBuf },
    /// A compressed log, an archive or a member of one that is not whole.
    Unpack { name: String, source: std::io::Error },
    /// An archive, or a member of one, in a form that is not read.
    Unsupported { name: String, what: String, hint: String },
    /// A log or archive that costs more than it may.
    #[cfg_attr(not(feature = "archives"), allow(dead_code))]
    Limit { name: String, what: String, hint: String },
}

/// A result with the library's error.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub(crate) fn read(path: &Path, source: std::io::Error) -> Self {
        Self { kind: Kind::Read { path: path.to_owned(), source } }
    }

    pub(crate) fn nothing(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { kind: Kind::Nothing { what: what.into(), hint: hint.into() } }
    }

    pub(crate) fn glob(pattern: &str, source: glob::PatternError) -> Self {
        Self { kind: Kind::Glob { pattern: pattern.to_owned(), source } }
    }

    pub(crate) fn catalog(files: Vec<FileMistakes>) -> Self {
        Self { kind: Kind::Catalog(files) }
    }

    pub(crate) fn binary(path: &Path) -> Self {
        Self { kind: Kind::Binary { path: path.to_owned() } }
    }

    pub(crate) fn unpack(name: &str, source: std::io::Error) -> Self {
        Self { kind: Kind::Unpack { name: name.to_owned(), source } }
    }

    pub(crate) fn unsupported(name: &str, what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { kind: Kind::Unsupported { name: name.to_owned(), what: what.into(), hint: hint.into() } }
    }

    #[cfg(feature = "archives")]
    pub(crate) fn limit(name: &str, what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { kind: Kind::Limit { name: name.to_owned(), what: what.into(), hint: hint.into() } }
    }

    /// Whether a file or folder could not be read.
    #[must_use]
    pub fn is_read(&self) -> bool {
        matches!(self.kind, Kind::Read { .. })
    }

    /// Whether there was nothing to read: no such file, an empty glob, no logs.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        matches!(&self.kind, Kind::Nothing { .. })
    }

    /// Whether an input was no text.
    #[must_use]
    pub fn is_binary(&self) -> bool {
        matches!(self.kind, Kind::Binary { .. })
    }

    /// Whether a compressed log or an archive was damaged, cut off, encrypted or of a kind that is not read.
    #[must_use]
    pub fn is_unpack(&self) -> bool {
        matches!(self.kind, Kind::Unpack { .. } | Kind::Unsupported { .. })
    }

    /// Whether an archive passed a limit of [`crate::input::Limits`].
    #[must_use]
    pub fn is_limit(&self) -> bool {
        matches!(self.kind, Kind::Limit { .. })
    }

    /// The mistakes of a catalogue that does not load.
    #[must_use]
    pub fn catalog_mistakes(&self) -> Option<&[FileMistakes]> {
        match &self.kind {
            Kind::Catalog(files) => Some(files),
            _ => None,
        }
    }

    /// What the person can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match &self.kind {
            Kind::Read { source, .. } => match source.kind() {
                std::io::ErrorKind::PermissionDenied => Some("read it as a user who may, or copy it".to_owned()),
                std::io::ErrorKind::NotFound => Some("check the spelling; a pattern such as 'logs/**/*.log' may be quoted".to_owned()),
                _ => None,
            },
            Kind::Nothing { hint, .. } => (!hint.is_empty()).then(|| hint.clone()),
            Kind::Glob { .. } => Some("quote the pattern; `*`, `?`, `[..]` and `**/` are special".to_owned()),
            Kind::Catalog(_) => None,
            Kind::Binary { .. } => Some("logs are text in UTF-8 or UTF-16".to_owned()),
            Kind::Unpack { source, .. } => Some(match source.kind() {
                std::io::ErrorKind::UnexpectedEof => "it is cut off: fetch it again; what was there has been read".to_owned(),
                std::io::ErrorKind::OutOfMemory => "it was packed with a very large window: unpack it, and name the files".to_owned(),
                _ => "it is damaged: fetch it again, or unpack what can be unpacked and name the files".to_owned(),
            }),
            Kind::Unsupported { hint, .. } | Kind::Limit { hint, .. } => Some(hint.clone()),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Read { path, source } => write!(f, "cannot read {}: {source}", path.display()),
            Kind::Nothing { what, .. } => f.write_str(what),
            Kind::Glob { pattern, source } => write!(f, "'{pattern}' is no pattern: {source}"),
            Kind::Catalog(files) => {
                let count: usize = files.iter().map(|file| file.mistakes.len()).sum();
                write!(f, "the rules do not load: {count} mistakes in {} files", files.len())
            }
            Kind::Binary { path } => write!(f, "{} is not a text file", path.display()),
            Kind::Unpack { name, source } => write!(f, "cannot unpack {name}: {source}"),
            Kind::Unsupported { name, what, .. } => write!(f, "{name} is {what} and cannot be read"),
            Kind::Limit { name, what, .. } => write!(f, "{name} {what}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.kind {
            Kind::Read { source, .. } | Kind::Unpack { source, .. } => Some(source),
            Kind::Glob { source, .. } => Some(source),
            _ => None,
        }
    }
}
