//! Where logs are: a file, the files of one rotated log, an archive, or stdin.
//!
//! May import: `error`, `input::{archive, counter, limits, looks, visit}`.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::counter::{Counter, Share};
use super::limits::Limits;
use super::looks::Look;
use super::visit::{Place, Take, Visit};
use crate::error::Error;

/// Something that holds logs: a file, the files of one rotated log, or stdin. A file may be compressed or an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    name: String,
    parts: Vec<PathBuf>,
    /// Named by the user, so read whatever it looks like.
    explicit: bool,
    counter: Option<Counter>,
}

impl Source {
    /// A file.
    #[must_use]
    pub fn file(path: &Path, explicit: bool) -> Self {
        Self { name: path.display().to_string(), parts: vec![path.to_owned()], explicit, counter: None }
    }

    /// Standard input.
    #[must_use]
    pub fn stdin() -> Self {
        Self { name: "-".to_owned(), parts: Vec::new(), explicit: true, counter: None }
    }

    /// The name of the log, or of what holds the logs, in reports.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file it is, or starts with; nothing for stdin.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.parts.first().map(PathBuf::as_path)
    }

    /// Its file, if it is one and no more.
    pub(super) fn only_file(&self) -> Option<&Path> {
        if let [path] = self.parts.as_slice() { Some(path) } else { None }
    }

    /// How closely it is looked at.
    pub(super) fn look(&self) -> Look {
        if self.explicit { Look::Named } else { Look::of(&self.name) }
    }

    pub(super) fn counter(&self) -> Option<&Counter> {
        self.counter.as_ref()
    }

    /// Adds a further file of the same, rotated log.
    pub(super) fn add_part(&mut self, path: &Path) {
        self.parts.push(path.to_owned());
    }

    /// Bytes of its files; none for a pipe.
    pub(super) fn size(&self) -> u64 {
        self.parts.iter().filter_map(|path| path.metadata().ok()).map(|metadata| metadata.len()).sum()
    }

    /// Counts what is read of it from now on.
    pub(super) fn count_with(&mut self, counter: &Counter) {
        self.counter = Some(counter.clone());
    }

    /// The parts that can be read at the same time: the members of a zip file one by one, anything else as a whole.
    ///
    /// ```
    /// use lognosis::input::{Limits, Source};
    /// let limits = Limits::default();
    /// let mut names = Vec::new();
    /// for unit in Source::file("Cargo.toml".as_ref(), true).units(&limits) {
    ///     unit.visit(&limits, &mut |log| names.push(log.unwrap().name().to_owned()));
    /// }
    /// assert_eq!(names, ["Cargo.toml"]);
    /// ```
    #[must_use]
    pub fn units(&self, limits: &Limits) -> Vec<Unit> {
        #[cfg(feature = "archives")]
        if let Some(path) = self.only_file() {
            if let Some(members) = super::archive::zip_members(path, self.explicit, limits, self.counter.as_ref()) {
                return members.into_iter().map(|member| Unit(Piece::Member(member))).collect();
            }
        }
        let _ = limits;
        vec![Unit(Piece::Whole(self.clone()))]
    }

    fn visit(&self, visit: &mut Visit<'_>) {
        // stdin may be whatever it likes: nobody could look at it before.
        let place = Place { name: &self.name, look: self.look(), depth: 0, decoded: false, check_text: !self.parts.is_empty() };
        if self.parts.is_empty() {
            visit.root(&place, &mut io::stdin().lock());
            return;
        }
        let share = Share::new(self.counter.as_ref(), || self.size());
        let mut parts = Parts { left: self.parts.iter(), open: None };
        match parts.next() {
            Ok(_) => visit.root(&place, &mut share.reader(parts)),
            Err(error) => visit.fail(Error::read(&self.parts[0], error)),
        }
    }
}

/// Finds the logs in bytes that somebody else reads, such as a pipe that is passed on at the same time.
///
/// ```
/// use lognosis::input::{Limits, visit_reader};
/// let mut text = Vec::new();
/// visit_reader("-", &mut &b"npm error code E401\n"[..], &Limits::default(), &mut |log| {
///     log.unwrap().read(&mut |bytes| text.extend_from_slice(bytes)).unwrap();
/// });
/// assert_eq!(text, b"npm error code E401\n");
/// ```
pub fn visit_reader(name: &str, reader: &mut dyn Read, limits: &Limits, take: &mut Take<'_>) {
    let place = Place { name, look: Look::Named, depth: 0, decoded: false, check_text: false };
    Visit::new(*limits, take).root(&place, reader);
}

/// A part of a source that is read from its beginning to its end.
#[derive(Debug)]
pub struct Unit(Piece);

#[derive(Debug)]
enum Piece {
    Whole(Source),
    #[cfg(feature = "archives")]
    Member(crate::error::Result<super::archive::ZipMember>),
}

impl Unit {
    /// Hands on each log, or the error in its place, in order.
    pub fn visit(self, limits: &Limits, take: &mut Take<'_>) {
        let mut visit = Visit::new(*limits, take);
        match self.0 {
            Piece::Whole(source) => source.visit(&mut visit),
            #[cfg(feature = "archives")]
            Piece::Member(Ok(member)) => member.visit(&mut visit),
            #[cfg(feature = "archives")]
            Piece::Member(Err(error)) => visit.fail(error),
        }
    }
}

/// Opens a file to be read.
pub(super) fn open(path: &Path) -> io::Result<File> {
    // Opening a folder works on Unix and reading from it fails with an odd message.
    if path.is_dir() {
        return Err(io::Error::from(io::ErrorKind::IsADirectory));
    }
    File::open(path)
}

/// Files one after the other.
struct Parts<'p> {
    left: std::slice::Iter<'p, PathBuf>,
    open: Option<File>,
}

impl Parts<'_> {
    fn next(&mut self) -> io::Result<bool> {
        self.open = self.left.next().map(|path| open(path)).transpose()?;
        Ok(self.open.is_some())
    }
}

impl Read for Parts<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(file) = &mut self.open {
            let length = file.read(buffer)?;
            if length > 0 || !self.next()? {
                return Ok(length);
            }
        }
        Ok(0)
    }
}
