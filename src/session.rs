//! Joins the parts: sources in, reports out, many at a time, in order.
//!
//! May import: everything but `cli`. The only user of threads.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;

use rayon::prelude::*;

use crate::diagnose::{LogReport, Options, diagnose};
use crate::engine::{Engine, LogScanner};
use crate::error::Result;
use crate::facts::Facts;
use crate::input::Source;
use crate::text::Format;

/// How a session looks at logs.
#[derive(Clone, Debug, Default)]
pub struct SessionOptions {
    /// The logs' format, where the user says it.
    pub format: Option<Format>,
    /// Show causes that are ruled out.
    pub ruled_out: bool,
}

/// An engine at work on logs.
#[derive(Debug)]
pub struct Session<'e> {
    engine: &'e Engine<'e>,
    options: SessionOptions,
}

impl<'e> Session<'e> {
    /// A session that knows nothing of this machine.
    #[must_use]
    pub fn new(engine: &'e Engine<'e>, options: SessionOptions) -> Self {
        Self { engine, options }
    }

    /// The engine.
    #[must_use]
    pub fn engine(&self) -> &'e Engine<'e> {
        self.engine
    }

    /// A scanner for one more log.
    #[must_use]
    pub fn scanner(&self) -> LogScanner<'e> {
        LogScanner::with_format(self.engine, self.options.format)
    }

    /// Diagnoses what a scanner has read.
    #[must_use]
    pub fn conclude(&self, name: &str, scanner: LogScanner<'_>, facts: Option<&Facts>) -> LogReport {
        let options = Options { facts, ruled_out: self.options.ruled_out };
        diagnose(self.engine, name, &scanner.finish(), &options)
    }

    /// Reads and diagnoses one log.
    ///
    /// # Errors
    ///
    /// When the log cannot be read, or is no text.
    pub fn report(&self, source: &Source) -> Result<LogReport> {
        let mut scanner = self.scanner();
        source.read(|bytes| scanner.push(bytes))?;
        Ok(self.conclude(source.name(), scanner, None))
    }

    /// Reads and diagnoses many logs on all threads and hands each report on as soon as it and all before it are done.
    pub fn report_all(&self, sources: &[Source], take: impl FnMut(&Source, Result<LogReport>)) {
        self.report_until(sources, &AtomicBool::new(false), take);
    }

    /// The same, until `stop` is set: logs that are not whole by then are left out.
    pub fn report_until(&self, sources: &[Source], stop: &AtomicBool, mut take: impl FnMut(&Source, Result<LogReport>)) {
        let (sender, receiver) = mpsc::channel();
        std::thread::scope(|scope| {
            scope.spawn(move || {
                // Bridged and not split in halves: logs are taken in order, so few finished ones wait for a slow one.
                sources.iter().enumerate().par_bridge().for_each_with(sender, |sender, (at, source)| {
                    if let Some(report) = self.report_unless(source, stop) {
                        // The receiver is gone only when its owner panicked.
                        let _ = sender.send((at, report));
                    }
                });
            });
            let mut waiting = BTreeMap::new();
            let mut next = 0;
            for (at, report) in receiver {
                waiting.insert(at, report);
                while let Some(report) = waiting.remove(&next) {
                    take(&sources[next], report);
                    next += 1;
                }
            }
            // Only after a stop: what is whole stands behind a log that is not.
            for (at, report) in waiting {
                take(&sources[at], report);
            }
        });
    }

    fn report_unless(&self, source: &Source, stop: &AtomicBool) -> Option<Result<LogReport>> {
        let is_stopped = || stop.load(Ordering::Relaxed);
        if is_stopped() {
            return None;
        }
        let mut scanner = self.scanner();
        let read = source.read(|bytes| {
            if !is_stopped() {
                scanner.push(bytes);
            }
        });
        if is_stopped() {
            return None;
        }
        Some(read.map(|()| self.conclude(source.name(), scanner, None)))
    }
}
