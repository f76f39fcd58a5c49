//! From a stream of bytes to the logs in it, however deep they are packed. Nothing is unpacked to disk or held whole.
//!
//! May import: `error`, `text`, `input::{archive, compress, limits, looks, messages, meter, stream}`.

use std::cell::Cell;
use std::io::{self, BufRead, Read};
use std::path::Path;
#[cfg(feature = "archives")]
use std::rc::Rc;

#[cfg(feature = "archives")]
use super::compress::{Decoder, INNER_WINDOW, WINDOW};
use super::limits::Limits;
use super::looks::{Container, Look, SAMPLE};
use super::messages;
#[cfg(feature = "archives")]
use super::meter::{Meter, Passed};
use super::stream::Stream;
use crate::error::{Error, Result};
use crate::text::Encoding;

/// What helps where we cannot unpack.
#[cfg(feature = "archives")]
pub(super) const UNPACK: &str = "unpack it, and name the files";

/// Takes a log to read, or the error in its place.
pub(super) type Take<'t> = dyn FnMut(Result<Log<'_>>) + 't;

/// A log that can be read now.
pub struct Log<'l> {
    name: &'l str,
    input: &'l mut dyn BufRead,
    form: Form,
    fail: &'l dyn Fn(io::Error) -> Error,
}

/// How a log is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    Messages,
    Binary,
}

impl Form {
    /// The form of a log that begins like this. What is no text is told where that is asked for.
    pub(super) fn of(head: &[u8], check_text: bool) -> Self {
        match Encoding::detect(head) {
            Encoding::Binary if check_text => Self::Binary,
            _ if messages::is_messages(head) => Self::Messages,
            _ => Self::Text,
        }
    }
}

impl Log<'_> {
    /// Its name in reports: `build.log`, `logs.zip!inner.tar!build.log`.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name
    }

    /// Reads the log and hands its bytes on, chunk by chunk.
    ///
    /// # Errors
    ///
    /// When it cannot be read to its end, or is no text: what was handed on before stands.
    pub fn read(self, take: &mut dyn FnMut(&[u8])) -> Result<()> {
        match self.form {
            Form::Text => copy(self.input, take).map_err(self.fail),
            Form::Messages => messages::read(self.input, take).map_err(self.fail),
            Form::Binary => Err(Error::binary(Path::new(self.name))),
        }
    }
}

impl std::fmt::Debug for Log<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Log").field("name", &self.name).field("form", &self.form).finish_non_exhaustive()
    }
}

fn copy(input: &mut dyn BufRead, take: &mut dyn FnMut(&[u8])) -> io::Result<()> {
    loop {
        let bytes = input.fill_buf()?;
        let length = bytes.len();
        if length == 0 {
            return Ok(());
        }
        take(bytes);
        input.consume(length);
    }
}

/// Where a stream stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'p> {
    pub(super) name: &'p str,
    pub(super) look: Look,
    /// Archives and compressions around it.
    pub(super) depth: u32,
    /// Comes straight out of a decoder, so an archive here is one with its compression.
    #[cfg_attr(not(feature = "archives"), allow(dead_code))]
    pub(super) decoded: bool,
    /// What is no text is an error.
    pub(super) check_text: bool,
}

/// One way through a source.
pub(super) struct Visit<'v> {
    #[cfg_attr(not(feature = "archives"), allow(dead_code))]
    pub(super) limits: Limits,
    #[cfg(feature = "archives")]
    pub(super) meter: Meter,
    /// Decoders around this place that hold a window.
    #[cfg(feature = "archives")]
    windows: u32,
    take: &'v mut Take<'v>,
    /// Logs and errors handed on.
    pub(super) logs: u64,
    pub(super) errors: u64,
}

impl<'v> Visit<'v> {
    pub(super) fn new(limits: Limits, take: &'v mut Take<'_>) -> Self {
        Self {
            limits,
            #[cfg(feature = "archives")]
            meter: Meter::new(limits),
            #[cfg(feature = "archives")]
            windows: 0,
            take,
            logs: 0,
            errors: 0,
        }
    }

    /// Hands an error on.
    pub(super) fn fail(&mut self, error: Error) {
        self.errors += 1;
        (self.take)(Err(error));
    }

    /// Reads a whole source.
    pub(super) fn root(&mut self, place: &Place<'_>, reader: &mut dyn Read) {
        #[cfg(feature = "archives")]
        let reader = &mut self.meter.raw(reader);
        self.open(place, reader);
        if self.logs + self.errors == 0 && place.look == Look::Named {
            self.fail(nothing_in(place.name));
        }
    }

    /// Reads what is in a stream: a log, or whatever holds logs.
    pub(super) fn open(&mut self, place: &Place<'_>, reader: &mut dyn Read) {
        let mut input = Stream::new(reader);
        let detected = match input.peek(SAMPLE) {
            Ok(head) => Container::detect(head),
            Err(error) => {
                let error = self.failure(place, error);
                return self.fail(error);
            }
        };
        match detected {
            Some(container) => self.container(place, container, &mut input),
            None => self.log(place, &mut input),
        }
    }

    fn log(&mut self, place: &Place<'_>, input: &mut Stream<'_>) {
        // It was looked at before, so it is there.
        let head = input.peek(SAMPLE).unwrap_or_default();
        if !place.look.accepts(head) {
            return;
        }
        let form = Form::of(head, place.check_text);
        self.logs += 1;
        let failed = Cell::new(false);
        #[cfg(feature = "archives")]
        let meter = self.meter.clone();
        let fail = |error| {
            failed.set(true);
            #[cfg(feature = "archives")]
            if let Some(passed) = meter.take_passed() {
                return passed.at(place.name);
            }
            failure(place, error)
        };
        (self.take)(Ok(Log { name: place.name, input, form, fail: &fail }));
        self.errors += u64::from(failed.get());
    }

    /// What a failed read means.
    pub(super) fn failure(&self, place: &Place<'_>, error: io::Error) -> Error {
        #[cfg(feature = "archives")]
        if let Some(passed) = self.meter.take_passed() {
            return passed.at(place.name);
        }
        failure(place, error)
    }

    #[cfg(not(feature = "archives"))]
    fn container(&mut self, place: &Place<'_>, _: Container, _: &mut Stream<'_>) {
        let hint = "this build reads no archives: install lognosis with its feature `archives`, or unpack it";
        self.fail(Error::unsupported(place.name, "packed", hint));
    }

    #[cfg(feature = "archives")]
    fn container(&mut self, place: &Place<'_>, container: Container, input: &mut Stream<'_>) {
        if let Container::Foreign(what) = container {
            if matches!(place.look, Look::Named | Look::Log) {
                self.fail(Error::unsupported(place.name, what, UNPACK));
            }
            return;
        }
        let depth = if place.decoded && container.is_archive() { place.depth } else { place.depth + 1 };
        if depth > self.limits.depth {
            return self.fail(Passed::Depth(self.limits.depth).at(place.name));
        }
        let inner = Place { depth, decoded: false, check_text: true, ..*place };
        match container {
            Container::Tar => super::archive::tar(self, &inner, input),
            Container::Zip => super::archive::zip(self, &inner, input),
            _ => {
                let window = if self.windows == 0 { WINDOW } else { INNER_WINDOW };
                let has_window = u32::from(matches!(container, Container::Xz | Container::Zstd));
                let mut decoder = Decoder::new(container, input, window);
                let mut unpacked = self.meter.bounded(&mut decoder, &Rc::default());
                self.windows += has_window;
                self.open(&Place { decoded: true, ..inner }, &mut unpacked);
                self.windows -= has_window;
            }
        }
    }
}

fn failure(place: &Place<'_>, error: io::Error) -> Error {
    if place.depth == 0 { Error::read(Path::new(place.name), error) } else { Error::unpack(place.name, error) }
}

/// The error for an archive that the user named.
pub(super) fn nothing_in(name: &str) -> Error {
    Error::nothing(format!("no log in {name}"), "its members look like other files; unpack it, and name the files that are logs")
}

#[cfg(all(test, not(feature = "archives")))]
mod tests {
    use super::{Limits, Look, Place, Visit};

    #[test]
    fn a_build_without_archives_says_so() {
        let mut errors = Vec::new();
        let mut take = |log: super::Result<super::Log<'_>>| errors.push(log.unwrap_err());
        let place = Place { name: "a.gz", look: Look::Named, depth: 0, decoded: false, check_text: true };
        Visit::new(Limits::default(), &mut take).root(&place, &mut &b"\x1f\x8b\x08\0"[..]);
        assert_eq!(errors[0].to_string(), "a.gz is packed and cannot be read");
        assert!(errors[0].hint().unwrap().contains("feature `archives`"));
    }
}
