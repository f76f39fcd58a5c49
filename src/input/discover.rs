//! Paths, globs and folders to logs. Explicit files are always read; found ones must look like a log.
//!
//! May import: `error`, `text`, `input::source`.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::source::Source;
use crate::error::{Error, Result};
use crate::text::{Encoding, Format};

/// Endings of files that are logs by their name.
const LOG_ENDINGS: &[&str] = &["log", "txt", "out", "err", "trace", "console"];
/// Endings of files that are something else, however they look.
const OTHER_ENDINGS: &[&str] = &[
    "js", "mjs", "cjs", "ts", "tsx", "jsx", "json", "md", "html", "css", "yml", "yaml", "toml", "lock", "xml", "svg", "png", "jpg", "gif",
    "map", "rs", "py", "go", "c", "h", "cc", "cpp", "java", "sh", "ps1", "bat", "cmd", "env", "ini", "cfg", "snap", "csv",
];
/// Folders that hold no logs but many files.
const SKIPPED_FOLDERS: &[&str] = &["node_modules", ".git", "_cacache"];

/// What was found for a list of paths.
#[derive(Debug, Default)]
pub struct Discovery {
    /// Logs in the order of the paths; inside a folder, by name.
    pub sources: Vec<Source>,
    /// What could not be found or read.
    pub errors: Vec<Error>,
    /// Folders in which no file looks like a log.
    pub empty_folders: Vec<PathBuf>,
}

/// Finds the logs that paths, globs and `-` stand for. A log that several of them name is read once.
///
/// ```
/// let found = lognosis::input::discover(&["no/such/file.log".to_owned()]);
/// assert!(found.sources.is_empty() && found.errors[0].is_read());
/// ```
#[must_use]
pub fn discover(paths: &[String]) -> Discovery {
    let mut found = Discovery::default();
    for path in paths {
        if let Err(error) = one(path, &mut found) {
            found.errors.push(error);
        }
    }
    let mut seen = std::collections::HashSet::new();
    found.sources.retain(|source| seen.insert(source.name().to_owned()));
    found
}

fn one(text: &str, found: &mut Discovery) -> Result<()> {
    if text == "-" {
        found.sources.push(Source::stdin());
        return Ok(());
    }
    let path = expand_home(text);
    match path.symlink_metadata() {
        Ok(_) => add(&path, found),
        // A file whose name holds a `[` is a file; only what does not exist is taken for a pattern.
        Err(_) if text.contains(['*', '?', '[']) => expand(text, &path, found)?,
        Err(error) => return Err(Error::read(&path, error)),
    }
    Ok(())
}

/// A quoted `~/..` reaches us as it stands.
fn expand_home(text: &str) -> PathBuf {
    match text.strip_prefix("~/").and_then(|rest| super::npm_logs::home().map(|home| home.join(rest))) {
        Some(path) => path,
        None => PathBuf::from(text),
    }
}

fn expand(text: &str, path: &Path, found: &mut Discovery) -> Result<()> {
    let pattern = path.to_string_lossy();
    let matches = glob::glob(&pattern).map_err(|error| Error::glob(text, error))?;
    let before = found.sources.len() + found.empty_folders.len();
    for entry in matches {
        match entry {
            Ok(path) => add(&path, found),
            Err(error) => found.errors.push(Error::read(error.path(), std::io::Error::other(error.error().to_string()))),
        }
    }
    if found.sources.len() + found.empty_folders.len() == before {
        return Err(Error::nothing(format!("no file matches '{text}'"), "check the pattern; `**/` looks into all folders below"));
    }
    Ok(())
}

fn add(path: &Path, found: &mut Discovery) {
    if path.is_dir() { folder(path, found) } else { found.sources.push(Source::file(path, true)) }
}

fn folder(path: &Path, found: &mut Discovery) {
    let before = found.sources.len();
    let skip = |entry: &walkdir::DirEntry| {
        entry.depth() > 0 && entry.file_type().is_dir() && SKIPPED_FOLDERS.iter().any(|name| entry.file_name() == OsStr::new(name))
    };
    let walk = WalkDir::new(path).sort_by_file_name().into_iter().filter_entry(|entry| !skip(entry));
    for entry in walk {
        match entry {
            Ok(entry) if entry.file_type().is_file() && looks_like_log(entry.path()) => {
                if !join_rotated(entry.path(), found) {
                    found.sources.push(Source::file(entry.path(), false));
                }
            }
            Ok(_) => {}
            Err(error) => {
                let at = error.path().unwrap_or(path).to_owned();
                found.errors.push(Error::read(&at, error.into()));
            }
        }
    }
    if found.sources.len() == before {
        found.empty_folders.push(path.to_owned());
    }
}

/// npm starts a new file after 50,000 events: `..-debug-0.log`, `..-debug-1.log`. They are one log.
fn join_rotated(path: &Path, found: &mut Discovery) -> bool {
    let Some((stem, number)) = rotation(path) else { return false };
    if number == 0 {
        return false;
    }
    let Some(first) = found.sources.iter_mut().rev().find(|source| {
        source.path().and_then(rotation).is_some_and(|(other, zero)| zero == 0 && other == stem)
            && source.path().and_then(Path::parent) == path.parent()
    }) else {
        return false;
    };
    first.add_part(path);
    true
}

fn rotation(path: &Path) -> Option<(&str, u32)> {
    let name = path.file_name()?.to_str()?.strip_suffix(".log")?;
    let (stem, number) = name.rsplit_once("-debug-")?;
    Some((stem, number.parse().ok()?))
}

/// By its name, else by how it begins.
fn looks_like_log(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    // npm writes these beside its logs: a report without a log's lines, and timings.
    if name.ends_with("-eresolve-report.txt") || name.ends_with("-timing.json") {
        return false;
    }
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    if LOG_ENDINGS.contains(&ending) || name.contains(".log.") {
        return true;
    }
    if OTHER_ENDINGS.contains(&ending) || name.starts_with('.') {
        return false;
    }
    let mut sample = vec![0; 4096];
    let Ok(length) = File::open(path).and_then(|mut file| file.read(&mut sample)) else {
        // It will be reported as unreadable when its turn comes.
        return true;
    };
    sample.truncate(length);
    if length == 0 || Encoding::detect(&sample) == Encoding::Binary {
        return false;
    }
    let text = String::from_utf8_lossy(&sample);
    Format::detect(&text) != Format::Plain || ["npm ERR!", "npm error", "npm WARN", "npm warn"].iter().any(|sign| text.contains(sign))
}
