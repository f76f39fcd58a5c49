//! The members of zip and tar archives, one after the other.
//!
//! May import: `error`, `input::{counter, layout, limits, looks, meter, source, stream, visit, zip_stream}`.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use zip::read::{Config, OwnedZipFileEntry};
use zip::result::ZipError;
use zip::{CompressionMethod, ZipReadOptions};
// Not stable in name only: it gives entries one by one, where `ZipArchive` holds as many as a hostile file has.
use zip::unstable::read::ZipIterable;

use super::counter::{Counter, Share};
use super::layout::JobLogs;
use super::limits::Limits;
use super::looks::{Container, Look};
use super::meter::{Passed, RATIO_FREE};
use super::source::open;
use super::stream::Stream;
use super::visit::{Place, UNPACK, Visit, nothing_in};
use super::zip_stream::{DEFLATED, Header, Member, STORED};
use crate::error::{Error, Result};

/// Bytes of a directory, or of the headers before one member, that are held in memory.
const HEADERS: u64 = 32 << 20;

/// A log in a zip file, or whatever else is worth a look there.
#[derive(Debug)]
pub(super) struct ZipMember {
    archive: Arc<PathBuf>,
    name: String,
    look: Look,
    entry: OwnedZipFileEntry,
    counter: Option<Counter>,
}

/// The members of a zip file in the order of its directory; nothing where the file is none, or its directory is lost
/// and it has to be read from its beginning.
pub(super) fn zip_members(path: &Path, explicit: bool, limits: &Limits, counter: Option<&Counter>) -> Option<Vec<Result<ZipMember>>> {
    // Looking into a pipe would take from it.
    if limits.depth == 0 || !path.metadata().is_ok_and(|metadata| metadata.is_file()) {
        return None;
    }
    let mut file = File::open(path).ok()?;
    let mut magic = [0; 4];
    if file.read_exact(&mut magic).is_err() || Container::detect(&magic) != Some(Container::Zip) {
        return None;
    }
    let name = path.display().to_string();
    // Its iterator goes back to the file for every entry, so a large buffer would be filled for each.
    let mut archive = ZipIterable::try_new(BufReader::with_capacity(512, file), Config::default()).ok()?;
    let mut list = Listing { archive: &name, entries: Vec::new(), jobs: JobLogs::default(), stopped: None };
    let (mut count, mut first) = (0, None);
    for entry in archive.files().ok()? {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                list.stopped = Some(zip_error(&name, error));
                break;
            }
        };
        let begin = *first.get_or_insert(entry.central_header_start());
        count += 1;
        if count > limits.members {
            list.stopped = Some(Passed::Members(limits.members).at(&name));
            break;
        }
        if entry.central_header_start() - begin > HEADERS {
            list.stopped = Some(Passed::Headers(HEADERS).at(&name));
            break;
        }
        list.add(entry.into());
    }
    let members = list.finish(path, explicit, limits, counter);
    if let Some(counter) = counter {
        // The directory, and what nobody wants to read.
        let packed = members.iter().flatten().map(|member| member.entry.compressed_size()).sum();
        counter.add(path.metadata().map_or(0, |metadata| metadata.len()).saturating_sub(packed));
    }
    Some(members)
}

/// The members worth a look, while the directory is read.
struct Listing<'l> {
    archive: &'l str,
    entries: Vec<OwnedZipFileEntry>,
    jobs: JobLogs,
    /// Why the directory was not read to its end.
    stopped: Option<Error>,
}

impl Listing<'_> {
    fn add(&mut self, entry: OwnedZipFileEntry) {
        // Names in no known encoding are in code page 437, in which every byte means something.
        let Ok(path) = entry.name() else { return };
        if entry.is_file() && Look::of(&path) != Look::Other {
            self.jobs.announce(&path);
            self.entries.push(entry);
        }
    }

    /// Weighs what the directory says of each member, so that what is too large costs nothing and the answer does not
    /// depend on which member is read first.
    fn finish(mut self, path: &Path, explicit: bool, limits: &Limits, counter: Option<&Counter>) -> Vec<Result<ZipMember>> {
        let archive = Arc::new(path.to_owned());
        let mut unpacked = 0u64;
        let mut members = Vec::new();
        for entry in self.entries {
            let path = entry.name().unwrap_or_default().into_owned();
            if !self.jobs.admits(&path) {
                continue;
            }
            let name = member_name(self.archive, &path);
            let size = entry.size();
            members.push(if unpacked.saturating_add(size) > limits.size {
                Err(Passed::Size(limits.size).at(&name))
            } else if size > RATIO_FREE && size > entry.compressed_size().saturating_mul(limits.ratio) {
                Err(Passed::Ratio(limits.ratio).at(&name))
            } else {
                unpacked += size;
                Ok(ZipMember { archive: Arc::clone(&archive), look: Look::of(&path), name, entry, counter: counter.cloned() })
            });
        }
        members.extend(self.stopped.map(Err));
        if members.is_empty() && explicit {
            members.push(Err(nothing_in(self.archive)));
        }
        members
    }
}

impl ZipMember {
    pub(super) fn visit(&self, visit: &mut Visit<'_>) {
        let place = Place { name: &self.name, look: self.look, depth: 1, decoded: false, check_text: true };
        let file = match open(&self.archive) {
            Ok(file) => file,
            Err(error) => return visit.fail(Error::read(&self.archive, error)),
        };
        let share = Share::new(self.counter.as_ref(), || self.entry.compressed_size());
        let mut file = visit.meter.raw(share.reader(file));
        // Unless it is asked, the crate tells only when the member is read.
        #[allow(deprecated)]
        if let CompressionMethod::Unsupported(method) = self.entry.compression() {
            return visit.fail(Error::unsupported(&self.name, method_name(method), UNPACK));
        }
        match self.entry.as_ref().with_reader(&mut file, ZipReadOptions::default()) {
            Ok(mut member) => {
                let mut unpacked = visit.meter.bounded(&mut member, &Rc::default());
                visit.open(&place, &mut unpacked);
            }
            Err(error) => visit.fail(zip_error(&self.name, error)),
        }
    }
}

fn zip_error(name: &str, error: ZipError) -> Error {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => Error::unsupported(name, "encrypted", UNPACK),
        ZipError::Io(error) => Error::unpack(name, error),
        other => Error::unpack(name, io::Error::new(io::ErrorKind::InvalidData, other)),
    }
}

/// How a member is packed, in the words of the programs that do it.
fn method_name(method: u16) -> String {
    let known = match method {
        9 => "Deflate64",
        12 => "bzip2",
        14 => "LZMA",
        93 => "Zstandard",
        95 => "xz",
        98 => "PPMd",
        other => return format!("packed in an unknown way ({other})"),
    };
    format!("packed with {known}")
}

fn member_name(archive: &str, path: &str) -> String {
    format!("{archive}!{}", path.strip_prefix("./").unwrap_or(path))
}

/// Reads the members of a tar archive.
pub(super) fn tar(visit: &mut Visit<'_>, place: &Place<'_>, input: &mut Stream<'_>) {
    let gate = Gate { inner: input, left: Rc::default(), broken: Rc::default() };
    let (left, broken) = (Rc::clone(&gate.left), Rc::clone(&gate.broken));
    let mut archive = tar::Archive::new(gate);
    let mut walk = Walk::new(place);
    // Entries of a new archive can always be had.
    let Ok(mut entries) = archive.entries() else { return };
    loop {
        // Long names and the like are held in memory, whatever size they have.
        left.set(HEADERS);
        let mut entry = match entries.next() {
            None => return,
            Some(Ok(entry)) => entry,
            Some(Err(error)) => {
                let error = if left.get() == 0 { Passed::Headers(HEADERS).at(place.name) } else { visit.failure(place, error) };
                return visit.fail(error);
            }
        };
        left.set(u64::MAX);
        if !walk.counts(visit) {
            return;
        }
        let kind = entry.header().entry_type();
        let is_file = kind.is_file() || kind.is_contiguous() || kind.is_gnu_sparse();
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let errors = visit.errors;
        if is_file && walk.admits(&path) {
            walk.open(visit, &path, &mut entry);
        }
        // What is left is read here and not by the next step, which may read headers only.
        let rest = io::copy(&mut entry, &mut io::sink());
        if let Err(error) = rest {
            // An error of the archive itself has been told if one of its member has met it.
            if visit.errors == errors {
                let error = visit.failure(place, error);
                visit.fail(error);
            }
            return;
        }
        if broken.get() {
            return;
        }
    }
}

/// Reads the members of a zip file whose end cannot be reached first.
pub(super) fn zip(visit: &mut Visit<'_>, place: &Place<'_>, input: &mut Stream<'_>) {
    let mut walk = Walk::new(place);
    loop {
        let header = match Header::read(input) {
            Ok(Some(header)) => header,
            Ok(None) => return,
            Err(error) => {
                let error = visit.failure(place, error);
                return visit.fail(error);
            }
        };
        if !walk.counts(visit) {
            return;
        }
        let errors = visit.errors;
        let wanted = !header.is_folder() && walk.admits(&header.name);
        let obstacle = obstacle(&header);
        if let (true, Some(what)) = (wanted, &obstacle) {
            let name = member_name(place.name, &header.name);
            visit.fail(Error::unsupported(&name, what, UNPACK));
        }
        let mut member = Member::new(&header, input);
        if wanted && obstacle.is_none() {
            walk.open(visit, &header.name, &mut member);
        }
        let passed_over = if header.has_length() {
            member.skip()
        } else if obstacle.is_none() {
            // Only its own end tells where the next member begins.
            let mut unpacked = visit.meter.bounded(&mut member, &walk.unpacked);
            io::copy(&mut unpacked, &mut io::sink()).and_then(|_| member.skip())
        } else {
            Err(io::Error::new(io::ErrorKind::InvalidData, "nothing tells where the member behind it begins"))
        };
        if let Err(error) = passed_over {
            if visit.errors == errors {
                let error = visit.failure(place, error);
                visit.fail(error);
            }
            return;
        }
    }
}

/// Why a member cannot be read, if it cannot.
fn obstacle(header: &Header) -> Option<String> {
    if header.is_encrypted() {
        return Some("encrypted".to_owned());
    }
    match header.method {
        DEFLATED => None,
        STORED if header.has_length() => None,
        STORED => Some("stored without its length".to_owned()),
        other => Some(method_name(other)),
    }
}

/// What is remembered from member to member.
struct Walk<'p> {
    place: &'p Place<'p>,
    jobs: JobLogs,
    count: u64,
    unpacked: Rc<Cell<u64>>,
}

impl<'p> Walk<'p> {
    fn new(place: &'p Place<'p>) -> Self {
        Self { place, jobs: JobLogs::default(), count: 0, unpacked: Rc::default() }
    }

    /// Whether one more member is allowed.
    fn counts(&mut self, visit: &mut Visit<'_>) -> bool {
        self.count += 1;
        let allowed = self.count <= visit.limits.members;
        if !allowed {
            visit.fail(Passed::Members(visit.limits.members).at(self.place.name));
        }
        allowed
    }

    fn admits(&mut self, path: &str) -> bool {
        Look::of(path) != Look::Other && self.jobs.admits(path)
    }

    fn open(&self, visit: &mut Visit<'_>, path: &str, member: &mut dyn Read) {
        let name = member_name(self.place.name, path);
        let mut unpacked = visit.meter.bounded(member, &self.unpacked);
        visit.open(&Place { name: &name, look: Look::of(path), ..*self.place }, &mut unpacked);
    }
}

/// Lets a limited number of bytes through, and remembers whether reading failed.
struct Gate<'a, 'r> {
    inner: &'a mut Stream<'r>,
    left: Rc<Cell<u64>>,
    broken: Rc<Cell<bool>>,
}

impl Read for Gate<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.left.get();
        if left == 0 {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let room = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        match self.inner.read(&mut buffer[..room]) {
            Ok(length) => {
                self.left.set(left.saturating_sub(length as u64));
                Ok(length)
            }
            Err(error) => {
                self.broken.set(true);
                Err(error)
            }
        }
    }
}
