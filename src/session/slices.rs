//! Scans a long file in slices, side by side.
//!
//! May import: `engine`, `input`.
//!
//! A slice ends with a line. Its scanner also reads what stands before and behind it, as far as a line's neighbours go, and
//! tells of its own lines only. How many lines stand before a slice is known when all before it are read. The answer is that
//! of one scanner, whatever the number of threads.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use memchr::memchr_iter;
use rayon::prelude::*;

use crate::engine::{AROUND, LogScanner, Part, Scan, Seed};
use crate::input::Slices;

/// Large beside what is read twice, small beside a file that is worth it.
const SLICE: u64 = 8 << 20;
/// Bytes by which a log's format is told: more than the scanner looks at.
const HEAD: u64 = 1 << 20;
/// Slices for each thread before what they found is put together.
const BATCH: usize = 4;

/// Where a slice begins, and what is read before it.
#[derive(Clone, Copy, Debug)]
struct Start {
    lead: u64,
    own: u64,
}

/// What was found in one slice.
enum Found<'e> {
    Part(Part),
    /// The last slice ends with the log.
    Last(Box<LogScanner<'e>>),
}

/// What is needed to scan any slice.
struct Plan<'p, 'e> {
    slices: &'p Slices,
    stop: &'p AtomicBool,
    seed: Seed<'e>,
    starts: Vec<Start>,
    /// The first slice's scanner, which has had the head, and the head's lines.
    first: Mutex<Option<(LogScanner<'e>, u64)>>,
}

/// What a new scanner finds in the file; nothing where it has to be read from one end to the other, be it that its lines are
/// too long, or that a slice cannot be read.
pub(super) fn scan<'e>(mut scanner: LogScanner<'e>, slices: &Slices, stop: &AtomicBool) -> Option<Scan> {
    let head = slices.bytes(0, HEAD).ok()?;
    scanner.push(&head);
    let seed = scanner.seed()?;
    let starts = starts(slices).ok()?;
    let first = Mutex::new(Some((scanner, lines_in(&head))));
    let plan = Plan { slices, stop, seed, starts, first };
    let mut before = Part::default();
    let numbers: Vec<usize> = (0..=plan.starts.len()).collect();
    for batch in numbers.chunks(BATCH * rayon::current_num_threads()) {
        let found: Vec<io::Result<Found<'e>>> = batch.par_iter().map(|number| plan.slice(*number)).collect();
        for found in found {
            match found.ok()? {
                Found::Part(part) => before.append(part),
                Found::Last(scanner) => return Some(scanner.finish_behind(before)),
            }
        }
    }
    None
}

impl<'e> Plan<'_, 'e> {
    fn slice(&self, number: usize) -> io::Result<Found<'e>> {
        let (mut scanner, from, mut lines) = match number.checked_sub(1).map(|before| self.starts[before]) {
            None => {
                let first = self.first.lock().unwrap_or_else(PoisonError::into_inner).take();
                let (scanner, lines) = first.ok_or(io::ErrorKind::NotFound)?;
                (scanner, HEAD, lines)
            }
            Some(start) => {
                let lead = self.slices.bytes(start.lead, start.own - start.lead)?;
                (self.seed.scanner(&lead, start.own), start.own, 0)
            }
        };
        let until = self.starts.get(number).map(|next| next.own);
        self.slices.read(from, until, &mut |bytes| {
            // Whoever stops does not want to know what was found.
            if !self.stop.load(Ordering::Relaxed) {
                scanner.push(bytes);
                lines += lines_in(bytes);
            }
        })?;
        let Some(until) = until else { return Ok(Found::Last(Box::new(scanner))) };
        scanner.end_at(until);
        scanner.push(&self.slices.bytes(until, AROUND as u64)?);
        Ok(Found::Part(scanner.into_part(lines)))
    }
}

/// Where all slices but the first one begin. A line that is longer than what is read before a slice ends none.
fn starts(slices: &Slices) -> io::Result<Vec<Start>> {
    let mut starts = Vec::new();
    for place in (1..).map(|number| number * SLICE).take_while(|place| *place < slices.length()) {
        let Some(own) = slices.line_start(place)? else { continue };
        let Some(lead) = slices.line_start(own - AROUND as u64)? else { continue };
        if lead < own && own < slices.length() {
            starts.push(Start { lead, own });
        }
    }
    Ok(starts)
}

fn lines_in(bytes: &[u8]) -> u64 {
    memchr_iter(b'\n', bytes).count() as u64
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::atomic::AtomicBool;

    use crate::catalog::Catalog;
    use crate::engine::{Engine, LogScanner, Scan};
    use crate::input::Source;

    fn both(path: &Path, log: &[u8]) -> (Option<Scan>, Scan) {
        let engine = Engine::new(Catalog::builtin()).unwrap();
        std::fs::write(path, log).unwrap();
        let slices = Source::file(path, true).slices().unwrap();
        let mut one = LogScanner::new(&engine);
        log.chunks(100_003).for_each(|chunk| one.push(chunk));
        (super::scan(LogScanner::new(&engine), &slices, &AtomicBool::new(false)), one.finish())
    }

    #[test]
    fn slices_find_what_one_scanner_finds() {
        let folder = tempfile::tempdir().unwrap();
        let examples = Catalog::builtin().rules().iter().flat_map(|rule| rule.examples.iter().map(|example| example.log.to_string()));
        let failures: Vec<String> = examples.filter(|log| !log.contains('\u{2500}')).collect();
        let calm = "an ordinary line of a long log, as there are many of them\n";
        // Failures stand thick and thin, so that slices are cut within and between them.
        let mut log = String::new();
        for round in 0.. {
            for (number, failure) in failures.iter().enumerate() {
                log.push_str(failure);
                log.push_str(&calm.repeat((number * 7 + round * 13) % 60));
            }
            if log.len() > 28 << 20 {
                break;
            }
        }
        for end in ["npm error code E404\n", "npm error code E404"] {
            let (sliced, one) = both(&folder.path().join("long.log"), format!("{log}{end}").as_bytes());
            let sliced = sliced.unwrap();
            assert_eq!(sliced.marks.len(), one.marks.len());
            for (mark, expected) in sliced.marks.iter().zip(&one.marks) {
                assert_eq!(mark, expected);
            }
            assert!(sliced == one, "all but the marks");
            assert!(one.marks.len() > 1000);
        }
    }

    #[test]
    fn endless_lines_are_not_cut() {
        let folder = tempfile::tempdir().unwrap();
        let log = format!("begin\n{}\nnpm error code E404\n", "npm error code E401 ".repeat((17 << 20) / 20));
        let (sliced, one) = both(&folder.path().join("endless.log"), log.as_bytes());
        assert!(sliced.unwrap() == one);
    }
}
