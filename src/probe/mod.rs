//! A read-only look at this machine: .npmrc files, package.json, lockfile, environment.
//!
//! May import: `facts`.
//!
//! Nothing is written, no program is started, no connection is opened. What cannot be read is left out, and said so where
//! it matters. Secrets are looked at in `shape` and go no further.

mod collect;
mod environment;
mod locate;
mod lockfile;
mod manifest;
mod npmrc;
mod shape;
mod yaml;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::facts::Facts;

pub use environment::Environment;

/// No configuration file is larger.
const MOST_BYTES: u64 = 4 * 1024 * 1024;

/// Looks at a project's folder and at the person's own configuration.
///
/// ```
/// use lognosis::facts::Subject;
/// use lognosis::probe::{Environment, probe};
/// let facts = probe(".".as_ref(), &Environment::here());
/// let _ = facts.check("npmrc.unset-variable", &Subject::default());
/// ```
#[must_use]
pub fn probe(folder: &Path, environment: &Environment) -> Facts {
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let places = locate::Places::find(&folder, environment);
    let mut facts = Facts { folder: folder.display().to_string(), ..Facts::default() };
    collect::configuration(&places, environment, &mut facts);
    collect::environment(environment, &folder, &mut facts);
    facts.manifest = manifest::read(&places.project, environment);
    facts.lockfiles = lockfile::read_all(&places.root, environment);
    if places.project != places.root && facts.lockfiles.is_empty() {
        facts.lockfiles = lockfile::read_all(&places.project, environment);
    }
    facts.node_modules = manifest::node_modules(&places.root);
    facts.npm_version = places.npm_version(environment);
    facts
}

/// What became of a small file.
enum Text {
    Missing,
    Unreadable(String),
    Read(String),
}

/// A text file, up to a limit. Bytes that are no UTF-8 are replaced: keys are ASCII.
fn read_text(path: &Path) -> Text {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Text::Missing,
        Err(error) => return Text::Unreadable(error.to_string()),
    };
    // A pipe or a device would never end.
    if file.metadata().is_ok_and(|metadata| !metadata.is_file()) {
        return Text::Unreadable("it is no file".to_owned());
    }
    let mut bytes = Vec::new();
    match file.take(MOST_BYTES).read_to_end(&mut bytes) {
        Ok(_) => Text::Read(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) => Text::Unreadable(error.to_string()),
    }
}

/// The line, from 1, at which a byte stands.
fn line_at(bytes: &[u8], at: usize) -> u32 {
    u32::try_from(memchr::memchr_iter(b'\n', &bytes[..at.min(bytes.len())]).count() + 1).unwrap_or(u32::MAX)
}

/// The first line of a file that git left for somebody to resolve.
fn conflict_line(bytes: &[u8]) -> Option<u32> {
    let finder = memchr::memmem::Finder::new(b"<<<<<<<");
    let starts_line = |at: &usize| *at == 0 || bytes[*at - 1] == b'\n';
    finder.find_iter(bytes).find(starts_line).map(|at| line_at(bytes, at))
}
