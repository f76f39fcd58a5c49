//! How far a long command has come: a bar on stderr, for people at a terminal only.
//!
//! May import: `cli::settings`, `input` (what is counted).

use std::io::IsTerminal;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::settings::Settings;
use crate::input::{Counter, Discovery};

/// What is done sooner needs no bar.
const PATIENCE: Duration = Duration::from_millis(400);
/// Between two looks at the counter: a single log may take minutes.
const TICK: Duration = Duration::from_millis(100);
const LOOK: &str = "{wide_bar} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left, {msg}";
/// Of a pipe nobody knows how long it is.
const LOOK_OF_A_PIPE: &str = "{spinner} {bytes}, {bytes_per_sec}, {msg}";

/// A bar, or nothing: in a pipe, with --quiet.
#[derive(Debug)]
pub(super) struct Progress {
    bar: Option<Bar>,
    logs: u64,
    failed: u64,
}

#[derive(Debug)]
struct Bar {
    shown: ProgressBar,
    ticker: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    pub(super) fn new(found: &mut Discovery, settings: &Settings) -> Self {
        let wanted = !settings.quiet && std::io::stderr().is_terminal();
        Self { bar: wanted.then(|| Bar::new(found)), logs: 0, failed: 0 }
    }

    /// One more log is done.
    pub(super) fn log(&mut self, failed: bool) {
        self.logs += 1;
        self.failed += u64::from(failed);
        if let Some(bar) = &self.bar {
            let logs = if self.logs == 1 { "log" } else { "logs" };
            bar.shown.set_message(format!("{} {logs}, {} failed", self.logs, self.failed));
        }
    }

    /// Writes something past the bar.
    pub(super) fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) => bar.shown.suspend(write),
            None => write(),
        }
    }

    /// Takes the bar away.
    pub(super) fn finish(&mut self) {
        self.bar = None;
    }
}

impl Bar {
    fn new(found: &mut Discovery) -> Self {
        let (counter, total) = found.count();
        let shown = ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden());
        let look = ProgressStyle::with_template(if total.is_some() { LOOK } else { LOOK_OF_A_PIPE });
        shown.set_style(look.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("\u{2501}\u{2578}\u{2500}"));
        shown.set_message("0 logs");
        let (stop, stopped) = mpsc::channel();
        let bar = shown.clone();
        let ticker = thread::spawn(move || {
            let begun = Instant::now();
            while stopped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                if bar.is_hidden() && begun.elapsed() > PATIENCE {
                    bar.set_draw_target(ProgressDrawTarget::stderr());
                }
                follow(&bar, &counter);
            }
        });
        Self { shown, ticker: Some((stop, ticker)) }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some((stop, ticker)) = self.ticker.take() {
            drop(stop);
            // It panics only where the bar itself does, and then there is nothing to take away.
            let _ = ticker.join();
        }
        self.shown.finish_and_clear();
    }
}

fn follow(bar: &ProgressBar, counter: &Counter) {
    bar.set_position(counter.bytes());
    bar.tick();
}
