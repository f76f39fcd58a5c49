//! Signals while a child runs, on Unix: none of them ends us before the child, and what only we got is handed on.
//!
//! May import: `input::terminal`.

use std::fs::File;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH};
use signal_hook::iterator::{Handle, Signals};

use super::terminal::resize;

/// What is known of the child by the thread that takes signals.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// The child has ended: its number may be somebody else's by now.
    pub(super) is_over: AtomicBool,
    /// Somebody has interrupted the command.
    pub(super) is_interrupted: AtomicBool,
}

/// The handlers, from before the child starts until it has ended.
#[derive(Debug)]
pub(super) struct Watch {
    signals: Option<Signals>,
    handle: Handle,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    /// Takes over the signals. A child that starts now has the usual answers to them: handlers are not inherited.
    pub(super) fn new() -> io::Result<Self> {
        let signals = Signals::new([SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGWINCH, SIGCONT, SIGUSR1, SIGUSR2])?;
        let handle = signals.handle();
        Ok(Self { signals: Some(signals), handle, thread: None })
    }

    /// Hands signals on to the child. `has_terminal`: it sits at our terminal, and so in our foreground group.
    pub(super) fn hand_on(&mut self, child: u32, has_terminal: bool, terminals: Vec<File>, shared: Arc<Shared>) {
        let Some(mut signals) = self.signals.take() else { return };
        let Some(child) = i32::try_from(child).ok().and_then(Pid::from_raw) else { return };
        self.thread = Some(std::thread::spawn(move || {
            for number in signals.forever() {
                if let Some(signal) = reaction(number, has_terminal, &terminals, &shared) {
                    if !shared.is_over.load(Ordering::SeqCst) {
                        // A child that has just ended needs no signal.
                        let _ = kill_process(child, signal);
                    }
                }
            }
        }));
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.handle.close();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The signal that the child is to get.
fn reaction(number: i32, has_terminal: bool, terminals: &[File], shared: &Shared) -> Option<Signal> {
    match number {
        SIGINT | SIGQUIT => {
            shared.is_interrupted.store(true, Ordering::SeqCst);
            // Ctrl-C goes to the whole foreground group: the child has it already, and a second one means more to npm.
            let signal = if number == SIGINT { Signal::INT } else { Signal::QUIT };
            (!has_terminal).then_some(signal)
        }
        SIGWINCH | SIGCONT => {
            terminals.iter().for_each(resize);
            // It may have asked for the size before it was right.
            (!terminals.is_empty()).then_some(Signal::WINCH)
        }
        SIGTERM => Some(Signal::TERM),
        SIGHUP => Some(Signal::HUP),
        SIGUSR1 => Some(Signal::USR1),
        SIGUSR2 => Some(Signal::USR2),
        _ => None,
    }
}
