//! Joins the parts: sources in, reports out, many at a time, in order.
//!
//! May import: everything but `cli`. The only user of threads.

mod feed;
mod slices;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};

use rayon::prelude::*;

use self::feed::Feed;
use crate::diagnose::{LogReport, Options, Outcome, diagnose};
use crate::engine::{Engine, LogScanner, Scan};
use crate::error::{Error, Result};
use crate::facts::Facts;
use crate::input::{Limits, Log, Source, Unit};
use crate::probe::{Environment, probe};
use crate::text::Format;

/// Folders whose facts are kept; logs of more projects than that are looked up again.
const FOLDERS_KEPT: usize = 256;

/// Which folder of this machine a log is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Local {
    /// None is looked at.
    #[default]
    Never,
    /// This one: the user says so.
    Project(PathBuf),
    /// This one, for a log that comes out of a command here; one that names a folder or a system of its own is believed.
    Here(PathBuf),
    /// The folder that one of npm's debug logs names, if it is there.
    OwnLogs,
}

/// How a session looks at logs.
#[derive(Clone, Debug, Default)]
pub struct SessionOptions {
    /// The logs' format, where the user says it.
    pub format: Option<Format>,
    /// Show causes that are ruled out.
    pub ruled_out: bool,
    /// Which folder of this machine is looked at for causes.
    pub local: Local,
    /// What archives may cost.
    pub limits: Limits,
    /// Keep what only looks like a failure, which a triage compares unknown failures with.
    pub alarming: bool,
}

/// An engine at work on logs.
#[derive(Debug)]
pub struct Session<'e> {
    engine: &'e Engine<'e>,
    options: SessionOptions,
    /// What is known of folders. Many logs are about the same one.
    known: Mutex<BTreeMap<PathBuf, Arc<Facts>>>,
    environment: Environment,
}

impl<'e> Session<'e> {
    /// A session. It looks at this machine only as far as the options say, and only for logs that failed.
    #[must_use]
    pub fn new(engine: &'e Engine<'e>, options: SessionOptions) -> Self {
        let environment = if options.local == Local::Never { Environment::default() } else { Environment::here() };
        Self { engine, options, known: Mutex::default(), environment }
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

    /// Reads a log, and scans it beside the reading where it is long. `goes_on` sees all bytes; those of which it says no are
    /// left out. What could be read of a damaged log has been scanned.
    pub fn scan(&self, log: Log<'_>, goes_on: &mut dyn FnMut(&[u8]) -> bool) -> (Result<()>, Scan) {
        std::thread::scope(|scope| {
            let mut feed = Feed::new(scope, self.scanner(), || rayon::current_num_threads() > 1);
            let read = log.read(&mut |bytes| {
                if goes_on(bytes) {
                    feed.push(bytes);
                }
            });
            (read, feed.finish().unwrap_or_else(|| self.scanner()).finish())
        })
    }

    /// Diagnoses what was found in a log, with these facts, or with those of the folder that it is about.
    #[must_use]
    pub fn conclude(&self, name: &str, scan: &Scan, facts: Option<&Facts>) -> LogReport {
        self.conclude_run(name, scan, facts, None)
    }

    /// The same for a command of which it is known how it ended.
    #[must_use]
    pub fn conclude_run(&self, name: &str, scan: &Scan, facts: Option<&Facts>, exit_code: Option<i32>) -> LogReport {
        let options = Options { facts, ruled_out: self.options.ruled_out, exit_code, alarming: self.options.alarming };
        let report = diagnose(self.engine, name, scan, &options);
        if facts.is_some() || report.outcome != Outcome::Failed {
            return report;
        }
        match self.folder_of(&report).map(|folder| self.facts(&folder)) {
            Some(facts) => diagnose(self.engine, name, scan, &Options { facts: Some(&facts), ..options }),
            None => report,
        }
    }

    /// The folder on this machine that a log is about.
    fn folder_of(&self, report: &LogReport) -> Option<PathBuf> {
        let here = match &self.options.local {
            Local::Never => return None,
            Local::Project(folder) => return Some(folder.clone()),
            Local::Here(folder) => Some(folder),
            Local::OwnLogs if report.format != Format::NpmDebug.name() => return None,
            Local::OwnLogs => None,
        };
        if !self.may_be_of_this_machine(report) {
            return None;
        }
        match report.runs.iter().find_map(|run| run.cwd.as_deref()) {
            Some(cwd) => Some(PathBuf::from(cwd)).filter(|folder| folder.parent().is_some() && folder.is_absolute() && folder.is_dir()),
            None => here.cloned(),
        }
    }

    /// A CI system's log that is read elsewhere, or another operating system's, tells nothing of this machine.
    fn may_be_of_this_machine(&self, report: &LogReport) -> bool {
        let is_of_ci = match Format::from_name(&report.format).and_then(Format::ci) {
            // What runs in a container sees another machine, here as in CI.
            Some("docker") => return false,
            ci => ci.is_some(),
        };
        let is_other_os = report.runs.iter().filter_map(|run| run.os).any(|os| os.to_string() != self.environment.os());
        !is_other_os && (!is_of_ci || self.environment.is_ci())
    }

    fn facts(&self, folder: &Path) -> Arc<Facts> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(facts) = known.get(folder) {
            return Arc::clone(facts);
        }
        let facts = Arc::new(probe(folder, &self.environment));
        if known.len() < FOLDERS_KEPT {
            known.insert(folder.to_owned(), Arc::clone(&facts));
        }
        facts
    }

    /// Reads and diagnoses a source that is one log; of an archive, its first log.
    ///
    /// # Errors
    ///
    /// When the log cannot be read, or is no text.
    pub fn report(&self, source: &Source) -> Result<LogReport> {
        self.report_with(source, &mut |_| {})
    }

    /// The same; the log's bytes are handed to somebody else, too.
    ///
    /// # Errors
    ///
    /// When the log cannot be read, or is no text.
    pub fn report_with(&self, source: &Source, also: &mut dyn FnMut(&[u8])) -> Result<LogReport> {
        let mut first = None;
        for unit in source.units(&self.options.limits) {
            self.visit(unit, &AtomicBool::new(false), also, &mut |report| {
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
    pub fn report_all(&self, sources: &[Source], take: impl FnMut(&Source, Result<LogReport>)) {
        self.report_until(sources, &AtomicBool::new(false), take);
    }

    /// The same, until `stop` is set: logs that are not whole by then are left out.
    pub fn report_until(&self, sources: &[Source], stop: &AtomicBool, mut take: impl FnMut(&Source, Result<LogReport>)) {
        let mut known = None;
        if let [source] = sources {
            let units = source.units(&self.options.limits);
            // One log needs no threads, unless it is long: starting them takes as long as a short one.
            if units.len() == 1 {
                if let Some(scan) = self.scan_in_slices(source, stop) {
                    if !stop.load(Ordering::Relaxed) {
                        take(source, Ok(self.conclude(source.name(), &scan, None)));
                    }
                    return;
                }
                return units.into_iter().for_each(|unit| self.visit(unit, stop, &mut |_| {}, &mut |report| take(source, report)));
            }
            known = Some(units);
        }
        let (sender, receiver) = mpsc::channel();
        let mut units_of = |source: &Source| known.take().unwrap_or_else(|| source.units(&self.options.limits));
        let units = sources.iter().flat_map(move |source| units_of(source).into_iter().map(move |unit| (source, unit)));
        std::thread::scope(|scope| {
            scope.spawn(move || {
                // Bridged and not split in halves: logs are taken in order, so few finished ones wait for a slow one.
                units.enumerate().par_bridge().for_each_with(sender, |sender, (at, (source, unit))| {
                    // The receiver is gone only when its owner panicked.
                    if !stop.load(Ordering::Relaxed) {
                        self.visit(unit, stop, &mut |_| {}, &mut |report| drop(sender.send((at, source, Some(report)))));
                    }
                    let _ = sender.send((at, source, None));
                });
            });
            let mut order = Order::default();
            for (at, source, report) in receiver {
                order.add(at, report.map(|report| (source, report)), &mut |(source, report)| take(source, report));
            }
        });
    }

    /// What is found in the long file that a source is, if more threads than one can read it.
    fn scan_in_slices(&self, source: &Source, stop: &AtomicBool) -> Option<Scan> {
        let slices = source.slices().filter(|_| rayon::current_num_threads() > 1)?;
        slices::scan(self.scanner(), &slices, stop)
    }

    /// Reads and diagnoses all logs of a unit, until `stop` is set.
    fn visit(&self, unit: Unit, stop: &AtomicBool, also: &mut dyn FnMut(&[u8]), take: &mut dyn FnMut(Result<LogReport>)) {
        let is_stopped = || stop.load(Ordering::Relaxed);
        unit.visit(&self.options.limits, &mut |log| {
            if is_stopped() {
                return;
            }
            let log = match log {
                Ok(log) => log,
                Err(error) => return take(Err(error)),
            };
            let name = log.name().to_owned();
            let (read, scan) = self.scan(log, &mut |bytes| {
                let goes_on = !is_stopped();
                if goes_on {
                    also(bytes);
                }
                goes_on
            });
            if is_stopped() {
                return;
            }
            let report = self.conclude(&name, &scan, None);
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
