//! Paths, globs and folders to logs. Explicit files are always read; found ones must look like a log.
//!
//! May import: `error`, `input::{counter, layout, looks, source}`.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::counter::Counter;
use super::layout::JobLogs;
use super::looks::{Container, Look, SAMPLE, is_skipped_folder};
use super::source::{Source, open};
use crate::error::{Error, Result};

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

impl Discovery {
    /// Counts the bytes that are read of all sources from now on. Gives the counter, and how many there are in all:
    /// none where a pipe is among them.
    pub fn count(&mut self) -> (Counter, Option<u64>) {
        let counter = Counter::default();
        self.sources.iter_mut().for_each(|source| source.count_with(&counter));
        let whole = self.sources.iter().all(|source| source.path().is_some());
        (counter, whole.then(|| self.sources.iter().map(Source::size).sum()))
    }
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

/// The paths of a list: separated by NUL if there is one, else one a line. `-` is a list on stdin.
///
/// # Errors
///
/// When the list cannot be read.
pub fn read_list(list: &Path) -> Result<Vec<String>> {
    let mut bytes = Vec::new();
    let read = if list == Path::new("-") {
        io::stdin().lock().read_to_end(&mut bytes)
    } else {
        open(list).and_then(|mut file| file.read_to_end(&mut bytes))
    };
    read.map_err(|error| Error::read(list, error))?;
    let text = String::from_utf8_lossy(&bytes);
    let separator = if text.contains('\0') { '\0' } else { '\n' };
    let paths = text.split(separator).map(|path| if separator == '\n' { path.trim_end_matches('\r') } else { path });
    // A file of a list is a file, also when its name is the one for stdin.
    Ok(paths.filter(|path| !path.is_empty()).map(|path| if path == "-" { "./-".to_owned() } else { path.to_owned() }).collect())
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
    let skip = |entry: &walkdir::DirEntry| entry.depth() > 0 && entry.file_type().is_dir() && is_skipped_folder(entry.file_name());
    let walk = WalkDir::new(path).sort_by_file_name().into_iter().filter_entry(|entry| !skip(entry));
    let mut files: Vec<(PathBuf, String)> = Vec::new();
    let mut jobs = JobLogs::default();
    for entry in walk {
        match entry {
            Ok(entry) if entry.file_type().is_file() => {
                let below = entry.path().strip_prefix(path).unwrap_or(entry.path()).to_string_lossy().into_owned();
                let look = Look::of(&entry.file_name().to_string_lossy());
                if looks_like_log(entry.path(), look) {
                    jobs.announce(&below);
                    files.push((entry.into_path(), below));
                }
            }
            Ok(_) => {}
            Err(error) => {
                let at = error.path().unwrap_or(path).to_owned();
                found.errors.push(Error::read(&at, error.into()));
            }
        }
    }
    for (file, below) in files {
        if jobs.admits(&below) && !join_rotated(&file, found) {
            found.sources.push(Source::file(&file, false));
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

/// By its name, else by how it begins. What is packed is looked into when it is read.
fn looks_like_log(path: &Path, look: Look) -> bool {
    if matches!(look, Look::Log | Look::Other) {
        return look == Look::Log;
    }
    let mut sample = Vec::with_capacity(SAMPLE);
    if File::open(path).and_then(|file| file.take(SAMPLE as u64).read_to_end(&mut sample)).is_err() {
        // It will be reported as unreadable when its turn comes.
        return true;
    }
    Container::detect(&sample).is_some_and(Container::is_read) || look.accepts(&sample)
}
