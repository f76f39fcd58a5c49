//! Joins the parts: sources in, reports out, many at a time, in order.
//!
//! May import: everything but `cli`. The only user of threads.

use std::collections::BTreeMap;
use std::sync::mpsc;

use rayon::prelude::*;

use crate::diagnose::{LogReport, Options, Outcome, diagnose};
use crate::engine::{Engine, LogScanner};
use crate::error::{Error, Result};
use crate::facts::Facts;
use crate::input::{Limits, Source, Unit};
use crate::text::Format;

/// How a session looks at logs.
#[derive(Clone, Debug, Default)]
pub struct SessionOptions {
    /// The logs' format, where the user says it.
    pub format: Option<Format>,
    /// Show causes that are ruled out.
    pub ruled_out: bool,
    /// What archives may cost.
    pub limits: Limits,
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

    /// Reads and diagnoses a source that is one log; of an archive, its first log.
    ///
    /// # Errors
    ///
    /// When the log cannot be read, or is no text.
    pub fn report(&self, source: &Source) -> Result<LogReport> {
        let mut first = None;
        for unit in source.units(&self.options.limits) {
            self.visit(unit, &mut |report| {
                first.get_or_insert(report);
            });
            if let Some(report) = first {
                return report;
            }
        }
        Err(Error::nothing(format!("no log in {}", source.name()), ""))
    }

    /// Reads and diagnoses many logs on all threads and hands each report on as soon as it and all before it are done.
    /// A source that is an archive has a report for each log in it. A log that is cut off or damaged has a report, if
    /// what could be read of it tells a failure, and then an error.
    pub fn report_all(&self, sources: &[Source], mut take: impl FnMut(&Source, Result<LogReport>)) {
        let (sender, receiver) = mpsc::channel();
        let units = sources.iter().flat_map(|source| source.units(&self.options.limits).into_iter().map(move |unit| (source, unit)));
        std::thread::scope(|scope| {
            scope.spawn(move || {
                // Bridged and not split in halves: logs are taken in order, so few finished ones wait for a slow one.
                units.enumerate().par_bridge().for_each_with(sender, |sender, (at, (source, unit))| {
                    // The receiver is gone only when its owner panicked.
                    self.visit(unit, &mut |report| drop(sender.send((at, source, Some(report)))));
                    let _ = sender.send((at, source, None));
                });
            });
            let mut order = Order::default();
            for (at, source, report) in receiver {
                order.add(at, report.map(|report| (source, report)), &mut |(source, report)| take(source, report));
            }
        });
    }

    /// Reads and diagnoses all logs of a unit.
    fn visit(&self, unit: Unit, take: &mut dyn FnMut(Result<LogReport>)) {
        unit.visit(&self.options.limits, &mut |log| {
            let log = match log {
                Ok(log) => log,
                Err(error) => return take(Err(error)),
            };
            let name = log.name().to_owned();
            let mut scanner = self.scanner();
            let read = log.read(&mut |bytes| scanner.push(bytes));
            let report = self.conclude(&name, scanner, None);
            match read {
                Ok(()) => take(Ok(report)),
                Err(error) => {
                    // The log of a job that was killed is often cut off, and its failure is what the person asks for.
                    if report.outcome == Outcome::Failed {
                        take(Ok(report));
                    }
                    take(Err(error));
                }
            }
        });
    }
}

/// Puts what many threads make into the order of the units.
struct Order<T> {
    next: usize,
    waiting: BTreeMap<usize, (Vec<T>, bool)>,
}

impl<T> Default for Order<T> {
    fn default() -> Self {
        Self { next: 0, waiting: BTreeMap::new() }
    }
}

impl<T> Order<T> {
    /// Takes one thing that a unit made, or nothing for its end, and hands on all that need not wait.
    fn add(&mut self, at: usize, made: Option<T>, take: &mut dyn FnMut(T)) {
        if at != self.next {
            let (waiting, ended) = self.waiting.entry(at).or_default();
            match made {
                Some(made) => waiting.push(made),
                None => *ended = true,
            }
            return;
        }
        match made {
            Some(made) => return take(made),
            None => self.next += 1,
        }
        while let Some((waiting, ended)) = self.waiting.remove(&self.next) {
            waiting.into_iter().for_each(&mut *take);
            if !ended {
                return;
            }
            self.next += 1;
        }
    }
}
