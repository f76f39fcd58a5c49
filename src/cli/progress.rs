//! How far a long command has come: a bar on stderr, for people at a terminal only.
//!
//! May import: `cli::settings`.

use std::cell::Cell;
use std::fmt;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::settings::Settings;

/// What is done sooner needs no bar.
const PATIENCE: Duration = Duration::from_millis(400);
const LOOK: &str = "{bar:24} {pos}/{len} logs, {rate} a second, {eta} left, {msg}";

/// A bar, or nothing: in a pipe, with --quiet, for a single log.
#[derive(Debug)]
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    begun: Instant,
    shown: Cell<bool>,
    failed: Cell<u64>,
}

impl Progress {
    pub(super) fn new(logs: usize, settings: &Settings) -> Self {
        let wanted = logs > 1 && !settings.quiet && std::io::stderr().is_terminal();
        let bar = wanted.then(|| {
            let bar = ProgressBar::with_draw_target(u64::try_from(logs).ok(), ProgressDrawTarget::hidden());
            let look = ProgressStyle::with_template(LOOK).unwrap_or_else(|_| ProgressStyle::default_bar());
            let rate = |state: &ProgressState, out: &mut dyn fmt::Write| {
                let _ = write!(out, "{:.0}", state.per_sec());
            };
            bar.set_style(look.with_key("rate", rate).progress_chars("\u{2501}\u{2578}\u{2500}"));
            bar.set_message("none failed");
            bar
        });
        Self { bar, begun: Instant::now(), shown: Cell::new(false), failed: Cell::new(0) }
    }

    /// One more log is done.
    pub(super) fn log(&self, failed: bool) {
        let Some(bar) = &self.bar else { return };
        if !self.shown.get() && self.begun.elapsed() > PATIENCE {
            self.shown.set(true);
            bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        if failed {
            self.failed.set(self.failed.get() + 1);
            bar.set_message(format!("{} failed", self.failed.get()));
        }
        bar.inc(1);
    }

    /// Writes something past the bar.
    pub(super) fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// Takes the bar away.
    pub(super) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
