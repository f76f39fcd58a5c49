//! Takes off a line what machinery put in front of it: time stamps, CI commands, container and workspace prefixes, the
//! client's own `npm error`. Frames nest, so the peelers run again and again until none of them finds anything.
//!
//! May import: `catalog` (levels and origins), `text::ansi`.
//!
//! Every peeler is a small function on a `&str` that gives the rest of the line, so that a frame inside a frame inside
//! colours needs no code of its own. They are hand-written and not regexes: start-up pays for no compilation.

mod ci;
mod client;
mod container;
mod detect;
mod quote;
mod stamp;
mod workspace;

use std::borrow::Cow;

use super::ansi::strip_ansi;
use crate::catalog::{Level, Origin};

pub use detect::Format;
pub(crate) use detect::SAMPLE_BYTES;

/// More nested frames than this are not frames but an attack or a coincidence.
const MAX_FRAMES: usize = 16;

/// Months, as logs abbreviate them.
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A line without its frames.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    clean: Cow<'a, str>,
    start: usize,
    /// The level that the innermost client or CI prefix gives.
    pub level: Level,
    /// Who wrote it.
    pub origin: Origin,
    /// What tells interleaved outputs apart: job, container step, workspace package. Empty: nothing.
    pub lane: String,
    /// npm's prefix stands behind white space or a diff's plus: somebody quotes npm, or shifts all of its output.
    pub indented: bool,
    stamp: Option<(usize, usize)>,
}

impl<'a> Line<'a> {
    /// Cleans one raw line (without its line end).
    ///
    /// ```
    /// use lognosis::catalog::Level;
    /// use lognosis::text::{Format, Line};
    /// let raw = "2026-11-20T10:11:12.1234567Z #12 4.49 \u{1b}[31mnpm ERR!\u{1b}[0m code E401";
    /// let line = Line::new(raw, Format::GithubActions);
    /// assert_eq!((line.text(), line.level, line.lane.as_str()), ("code E401", Level::Error, "#12"));
    /// assert_eq!(line.stamp(), Some("2026-11-20T10:11:12.1234567Z"));
    /// ```
    #[must_use]
    pub fn new(raw: &'a str, format: Format) -> Self {
        let clean = strip_ansi(raw);
        let mut peel = Peel::new(&clean);
        peel.run(format);
        let text = peel.rest.trim_start();
        let start = clean.len() - text.len();
        let stamp = peel.stamp.map(|stamp| {
            let at = stamp.as_ptr() as usize - clean.as_ptr() as usize;
            (at, at + stamp.len())
        });
        let Peel { level, origin, lane, indented, .. } = peel;
        Self { clean, start, level, origin, lane, indented, stamp }
    }

    /// What is left: the message.
    #[must_use]
    pub fn text(&self) -> &str {
        self.clean[self.start..].trim_end()
    }

    /// The message with the blanks before it, of which one may be a frame's.
    #[must_use]
    pub fn indented_text(&self) -> &str {
        let frames = &self.clean[..self.start];
        self.clean[frames.trim_end_matches(' ').len()..].trim_end()
    }

    /// The line without colours, frames and all. Only what a spinner left before it is taken off.
    #[must_use]
    pub fn clean(&self) -> &str {
        self.clean.trim_end().trim_start_matches(is_spinner)
    }

    /// The time stamp as it stands there.
    #[must_use]
    pub fn stamp(&self) -> Option<&str> {
        self.stamp.map(|(from, to)| &self.clean[from..to])
    }
}

/// A line under peeling.
#[derive(Debug)]
struct Peel<'a> {
    rest: &'a str,
    level: Level,
    origin: Origin,
    lane: String,
    indented: bool,
    stamp: Option<&'a str>,
}

impl<'a> Peel<'a> {
    fn new(clean: &'a str) -> Self {
        Self { rest: clean, level: Level::None, origin: Origin::Output, lane: String::new(), indented: false, stamp: None }
    }

    fn run(&mut self, format: Format) {
        if format == Format::GhRunView {
            ci::gh_run_view(self);
        }
        for _ in 0..MAX_FRAMES {
            let before = self.rest.len();
            let peeled = self.noise()
                || quote::peel(self)
                || stamp::peel(self, format)
                || ci::peel(self, format)
                || container::peel(self)
                || workspace::peel(self)
                || client::peel(self, format);
            if !peeled || self.rest.len() == before {
                break;
            }
        }
    }

    /// Byte order marks and spinner frames.
    fn noise(&mut self) -> bool {
        let rest = self.rest.trim_start_matches(|c: char| c == '\u{feff}' || is_spinner(c));
        let found = rest.len() != self.rest.len();
        if found {
            self.rest = rest.trim_start_matches(' ');
        }
        found
    }

    /// Adds a part to the lane.
    fn enter(&mut self, lane: &str) {
        if !self.lane.is_empty() {
            self.lane.push('/');
        }
        self.lane.push_str(lane);
    }
}

/// A frame of the spinners of npm, pnpm and others: braille dots.
fn is_spinner(c: char) -> bool {
    ('\u{2800}'..='\u{28ff}').contains(&c)
}

/// Splits a raw line at carriage returns: a progress bar rewrites its line, and an error may hide behind it. The last
/// segment comes last; empty ones are left out.
pub fn segments(raw: &str) -> impl Iterator<Item = &str> {
    raw.split('\r').filter(|segment| !segment.is_empty())
}

/// The white space that all lines of a sample begin with, as in a log that was pasted into a list or a quotation. Few
/// lines tell nothing.
///
/// ```
/// use lognosis::text::common_indent;
/// assert_eq!(common_indent("  a\n  b\n\n    c\n  d\n"), 2);
/// assert_eq!(common_indent("  a\n  b\n"), 0);
/// ```
#[must_use]
pub fn common_indent(sample: &str) -> usize {
    // The sample's last line may be cut.
    let whole = sample.rsplit_once('\n').map_or("", |(whole, _)| whole);
    let (mut lines, mut least) = (0, usize::MAX);
    for line in whole.lines().filter(|line| !line.trim().is_empty()) {
        lines += 1;
        least = least.min(line.bytes().take_while(|byte| *byte == b' ' || *byte == b'\t').count());
        if least == 0 {
            break;
        }
    }
    if lines < 4 { 0 } else { least }
}

/// Splits at the first `mark`, which `pivot`, a byte of it, leads to: each line is asked for many marks, and most have none.
/// A search that is made for one mark would cost more to make than to run.
fn split_at_mark<'a>(text: &'a str, mark: &str, pivot: u8) -> Option<(&'a str, &'a str)> {
    let ahead = mark.bytes().position(|byte| byte == pivot)?;
    let starts = memchr::memchr_iter(pivot, text.as_bytes()).filter_map(|at| at.checked_sub(ahead));
    let mut found = starts.filter(|start| text.as_bytes()[*start..].starts_with(mark.as_bytes()));
    let at = found.next()?;
    Some((text.get(..at)?, text.get(at + mark.len()..)?))
}

/// The length of the run of digits at the start.
fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}
