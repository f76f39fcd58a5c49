//! A long log in parts that are scanned side by side.
//!
//! May import: `catalog`, `text`, the other files of `engine`.
//!
//! Each part has a scanner of its own, which also reads what stands before and behind the part: as much as a line's
//! neighbours, its deferred patterns and a message of several lines can need. Only lines that begin in its part are its
//! own, so all scanners together find what one would have found.

use memchr::memchr_iter;

use super::deferred::BEFORE;
use super::mark::{Context, MarkStore, Scan};
use super::matcher::Engine;
use super::scanner::{CONTEXTS, LogScanner, WINDOW};
use crate::text::{Encoding, Format};

/// Bytes before and behind a part that its scanner has to see.
pub const AROUND: usize = BEFORE + 4 * WINDOW;

/// The number before that of a part's first line: how many lines really stand before it is not known yet.
const FAR: u64 = 1 << 48;

/// What is known of a log behind its first bytes: enough to scan the rest elsewhere.
///
/// ```
/// use lognosis::catalog::Catalog;
/// use lognosis::engine::{AROUND, Engine, LogScanner};
/// let engine = Engine::new(Catalog::builtin())?;
/// let log = "an ordinary line\n".repeat(30_000) + "npm error code E401\n";
/// let (before, behind) = log.as_bytes().split_at(17 * 20_000);
/// let mut first = LogScanner::new(&engine);
/// first.push(before);
/// let seed = first.seed().expect("text in UTF-8");
/// let lead = &before[before.len() - 17 * 10_000..];
/// let mut second = seed.scanner(lead, before.len() as u64);
/// second.push(behind);
/// first.end_at(before.len() as u64);
/// first.push(&behind[..behind.len().min(AROUND)]);
/// let scan = second.finish_behind(first.into_part(20_000));
/// assert_eq!((scan.lines, scan.marks[0].line), (30_001, 30_001));
/// # Ok::<(), lognosis::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Seed<'e> {
    engine: &'e Engine<'e>,
    format: Option<Format>,
    indent: usize,
    first_stamp: Option<String>,
}

/// What stands in a part of a log.
#[derive(Debug, Default)]
pub struct Part {
    pub(super) store: MarkStore,
    pub(super) contexts: Vec<Context>,
    /// Lines of it and of all parts before it that were added.
    lines: u64,
}

impl Part {
    /// Adds what stands in the part behind this one.
    pub fn append(&mut self, mut later: Self) {
        later.store.each(|mark| {
            mark.line = self.line(mark.line);
            mark.last_line = self.line(mark.last_line);
        });
        for context in &mut later.contexts {
            context.line = self.line(context.line);
            context.lines.iter_mut().for_each(|line| line.line = self.line(line.line));
        }
        self.store.append(later.store);
        self.contexts.extend(later.contexts);
        self.contexts.truncate(CONTEXTS);
        self.lines += later.lines;
    }

    /// The number in the log of a line whose number was counted from [`FAR`].
    fn line(&self, number: u64) -> u64 {
        if number >= FAR / 2 { number - FAR + self.lines } else { number }
    }
}

impl<'e> Seed<'e> {
    /// A scanner for a part of the log that begins at the byte `from`; `lead` are whole lines before it.
    #[must_use]
    pub fn scanner(&self, lead: &[u8], from: u64) -> LogScanner<'e> {
        let mut scanner = LogScanner::with_format(self.engine, self.format);
        let line = FAR + 1 - memchr_iter(b'\n', lead).count() as u64;
        scanner.go_on(from.saturating_sub(lead.len() as u64), line, self.indent, self.first_stamp.clone());
        scanner.own.start = from;
        scanner.push(lead);
        scanner
    }
}

impl<'e> LogScanner<'e> {
    /// What others need to scan the rest of this log; nothing where it cannot be parted.
    #[must_use]
    pub fn seed(&self) -> Option<Seed<'e>> {
        let is_plain = self.encoding == Some(Encoding::Utf8) && self.wrapping.is_none();
        is_plain.then(|| Seed { engine: self.engine, format: self.format, indent: self.indent, first_stamp: self.first_stamp.clone() })
    }

    /// Lines that begin at `offset` or later are another's.
    pub fn end_at(&mut self, offset: u64) {
        self.own.end = offset;
    }

    /// Ends a part that is not the log's last and has so many lines.
    #[must_use]
    pub fn into_part(mut self, lines: u64) -> Part {
        self.work_all();
        Part { store: self.store, contexts: self.contexts, lines }
    }

    /// Ends the log, of which `before` stands before this scanner's part, and gives what was found.
    #[must_use]
    pub fn finish_behind(mut self, before: Part) -> Scan {
        self.before = before;
        self.finish()
    }

    /// What was found, behind what others found before.
    pub(super) fn all_found(&mut self) -> Part {
        let own = Part { store: std::mem::take(&mut self.store), contexts: std::mem::take(&mut self.contexts), lines: 0 };
        let mut all = std::mem::take(&mut self.before);
        self.line = all.line(self.line);
        all.append(own);
        all
    }
}
