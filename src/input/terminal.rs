//! A pseudo-terminal for a child's output, on Unix.
//!
//! May import: nothing of ours.
//!
//! The child keeps our real terminal: as its stdin, as its controlling terminal, in our foreground group. So passwords are
//! asked for on `/dev/tty`, Ctrl-C and Ctrl-Z reach it from the kernel, and nothing has to be put back when we end. Only
//! stdout and stderr lead to the pseudo-terminal, so that the child sees a terminal there and we see what it writes.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;

use rustix::fs::{Mode, OFlags};
use rustix::io::FdFlags;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, OutputModes, Winsize, tcgetattr, tcgetwinsize, tcsetattr, tcsetwinsize};

/// Both ends of a pseudo-terminal.
#[derive(Debug)]
pub(super) struct Terminal {
    /// Ours: what the child writes comes out here.
    pub(super) ours: File,
    /// The child's.
    pub(super) childs: OwnedFd,
}

impl Terminal {
    /// Opens one that is as large as ours, and that hands bytes on as they are.
    pub(super) fn open() -> io::Result<Self> {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
        rustix::io::fcntl_setfd(&ours, FdFlags::CLOEXEC)?;
        grantpt(&ours)?;
        unlockpt(&ours)?;
        let name = ptsname(&ours, Vec::new())?;
        let childs = rustix::fs::open(&*name, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty())?;
        let mut modes = tcgetattr(&childs)?;
        // The real terminal turns line ends into what it needs; done twice, bytes would not be the child's.
        modes.output_modes.remove(OutputModes::OPOST);
        tcsetattr(&childs, OptionalActions::Now, &modes)?;
        let terminal = Self { ours: File::from(ours), childs };
        if let Some(size) = size() {
            tcsetwinsize(&terminal.childs, size)?;
        }
        Ok(terminal)
    }
}

/// Gives a pseudo-terminal the size that ours has now.
pub(super) fn resize(ours: &File) {
    if let Some(size) = size() {
        // The child may be gone already.
        let _ = tcsetwinsize(ours, size);
    }
}

/// The size of the terminal that we write to.
fn size() -> Option<Winsize> {
    tcgetwinsize(rustix::stdio::stdout()).or_else(|_| tcgetwinsize(rustix::stdio::stderr())).ok()
}
