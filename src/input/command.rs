//! Runs a command: its output goes on as it comes, byte for byte, to the streams it was meant for, and to us.
//!
//! May import: `input::{signals, terminal}`.
//!
//! On Unix a stream of ours that is a terminal is one for the child as well (see `terminal`); a stream that is a pipe or
//! a file is a pipe. On Windows both are pipes. stdin is the child's own.

use std::ffi::{OsStr, OsString};
use std::fmt;
#[cfg(unix)]
use std::io::IsTerminal;
use std::io::{self, Read, Write};
use std::process::{Child, Command as Process, ExitStatus, Stdio};
#[cfg(unix)]
use std::sync::Arc;
#[cfg(unix)]
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

#[cfg(unix)]
use super::{signals, terminal::Terminal};

/// What a pipe holds on Linux.
const CHUNK: usize = 64 * 1024;
/// Chunks that may wait to be looked at. Then the child waits, as it would for a slow terminal.
const WAITING: usize = 64;
/// How long to wait for more output when the child has ended and something that it left behind keeps its streams open.
const PATIENCE: Duration = Duration::from_millis(500);
/// A line that is longer than this is looked at in pieces.
const LONGEST_LINE: usize = 64 * 1024;

/// A command to be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    words: Vec<OsString>,
}

/// How a command ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CommandEnd {
    /// Its exit code; 128 and the signal's number if a signal ended it.
    pub code: i32,
    /// The person interrupted it.
    pub is_interrupted: bool,
    /// Whoever read its output has gone away.
    pub is_unread: bool,
    /// The last byte that went to the terminal, if any did.
    pub last_byte: Option<u8>,
}

/// Why a command could not be started.
#[derive(Debug)]
pub struct StartError {
    program: String,
    source: io::Error,
}

impl StartError {
    /// The exit code that shells give: 127 if there is no such command, 126 if it cannot be run.
    #[must_use]
    pub fn code(&self) -> u8 {
        if self.source.kind() == io::ErrorKind::NotFound { 127 } else { 126 }
    }

    /// What the person can do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self.source.kind() {
            io::ErrorKind::NotFound => "check the spelling; a shell's own words (|, &&, cd) need a shell: lognosis run -- sh -c '..'",
            io::ErrorKind::PermissionDenied => "make it executable: chmod +x FILE",
            _ => "try to run it without lognosis",
        }
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.source.kind() {
            io::ErrorKind::NotFound => write!(f, "there is no command '{}'", self.program),
            _ => write!(f, "cannot run '{}': {}", self.program, self.source),
        }
    }
}

impl std::error::Error for StartError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stream {
    Out,
    Err,
}

enum Event {
    Bytes(Stream, Vec<u8>),
    /// Its end, or the reader's: the reader has gone away.
    Closed {
        is_unread: bool,
    },
    Ended(io::Result<ExitStatus>),
}

impl Command {
    /// A command by its words. The first is the program.
    #[must_use]
    pub fn new(words: Vec<OsString>) -> Self {
        Self { words }
    }

    /// The words in one line.
    #[must_use]
    pub fn line(&self) -> String {
        let words: Vec<String> = self.words.iter().map(|word| word.to_string_lossy().into_owned()).collect();
        words.join(" ")
    }

    /// Runs it to its end. `take` gets the output line by line, as far as lines are whole; `out` and `err` get every byte
    /// at once.
    ///
    /// # Errors
    ///
    /// When it cannot be started. A reader that goes away is no error: the child is told so, as it would be without us.
    pub fn run(
        &self,
        out: impl Write + Send + 'static,
        err: impl Write + Send + 'static,
        mut take: impl FnMut(&[u8]),
    ) -> Result<CommandEnd, StartError> {
        let program = self.words.first().cloned().unwrap_or_default();
        let fail = |source| StartError { program: program.to_string_lossy().into_owned(), source };
        let (sender, receiver) = sync_channel(WAITING);
        #[cfg(unix)]
        let mut watch = signals::Watch::new().map_err(fail)?;
        let mut process = Process::new(resolve(&program));
        process.args(self.words.iter().skip(1)).stdin(Stdio::inherit());
        #[cfg_attr(not(unix), allow(unused_mut))]
        let mut started = start(process, out, err, &sender).map_err(fail)?;
        #[cfg(unix)]
        let shared = {
            let shared = Arc::new(signals::Shared::default());
            let has_terminal = io::stdin().is_terminal() || io::stdout().is_terminal() || io::stderr().is_terminal();
            watch.hand_on(started.child.id(), has_terminal, std::mem::take(&mut started.terminals), Arc::clone(&shared));
            shared
        };
        let mut child = started.child;
        #[cfg(unix)]
        let over = Arc::clone(&shared);
        std::thread::spawn(move || {
            let status = child.wait();
            #[cfg(unix)]
            over.is_over.store(true, Ordering::SeqCst);
            // The receiver is gone only when the run is over.
            let _ = sender.send(Event::Ended(status));
        });
        let (status, mut end) = collect(&receiver, started.readers, &mut take);
        #[cfg(unix)]
        {
            end.is_interrupted = shared.is_interrupted.load(Ordering::SeqCst);
        }
        end.code = status.map_err(fail).map(code_of)?;
        Ok(end)
    }
}

struct Started {
    child: Child,
    /// Streams that are read.
    readers: usize,
    #[cfg(unix)]
    terminals: Vec<std::fs::File>,
}

/// Starts the child with its streams connected, and a thread for each.
#[cfg(unix)]
fn start(
    mut process: Process,
    out: impl Write + Send + 'static,
    err: impl Write + Send + 'static,
    sender: &SyncSender<Event>,
) -> io::Result<Started> {
    let (wants_out, wants_err) = (io::stdout().is_terminal(), io::stderr().is_terminal());
    // Where no pseudo-terminal is to be had, a pipe serves: the command matters more than its colours.
    let terminal = if wants_out || wants_err { Terminal::open().ok() } else { None };
    let connected = |wanted: bool| match &terminal {
        Some(terminal) if wanted => terminal.childs.try_clone().map(Stdio::from),
        _ => Ok(Stdio::piped()),
    };
    process.stdout(connected(wants_out)?).stderr(connected(wants_err)?);
    let mut child = process.spawn()?;
    // The command holds copies of the child's end: the last one closed is the end of the output.
    drop(process);
    let mut readers = 0;
    let mut terminals = Vec::new();
    let (mut out, mut err) = (Some(out), Some(err));
    if let Some(pipe) = child.stdout.take() {
        readers += 1;
        if let Some(out) = out.take() {
            spawn_reader(pipe, out, Stream::Out, sender.clone());
        }
    }
    if let Some(pipe) = child.stderr.take() {
        readers += 1;
        if let Some(err) = err.take() {
            spawn_reader(pipe, err, Stream::Err, sender.clone());
        }
    }
    if let Some(Terminal { ours, childs }) = terminal {
        drop(childs);
        terminals.push(ours.try_clone()?);
        readers += 1;
        // One terminal for both streams, as it is without us: what comes out of it goes to stdout if that is a terminal.
        match (out, err) {
            (Some(out), _) => spawn_reader(ours, out, Stream::Out, sender.clone()),
            (None, Some(err)) => spawn_reader(ours, err, Stream::Err, sender.clone()),
            (None, None) => readers -= 1,
        }
    }
    Ok(Started { child, readers, terminals })
}

/// Starts the child with pipes, and a thread for each.
#[cfg(not(unix))]
fn start(
    mut process: Process,
    out: impl Write + Send + 'static,
    err: impl Write + Send + 'static,
    sender: &SyncSender<Event>,
) -> io::Result<Started> {
    let mut child = process.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let mut readers = 0;
    if let Some(pipe) = child.stdout.take() {
        readers += 1;
        spawn_reader(pipe, out, Stream::Out, sender.clone());
    }
    if let Some(pipe) = child.stderr.take() {
        readers += 1;
        spawn_reader(pipe, err, Stream::Err, sender.clone());
    }
    Ok(Started { child, readers })
}

/// Passes a stream on, chunk by chunk, and hands each chunk to the collector.
fn spawn_reader(mut from: impl Read + Send + 'static, mut to: impl Write + Send + 'static, stream: Stream, sender: SyncSender<Event>) {
    std::thread::spawn(move || {
        let mut buffer = vec![0; CHUNK];
        let mut is_unread = false;
        loop {
            let length = match from.read(&mut buffer) {
                Ok(0) => break,
                Ok(length) => length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                // A pseudo-terminal that nobody writes to any more gives an error on Linux.
                Err(_) => break,
            };
            let bytes = &buffer[..length];
            is_unread = to.write_all(bytes).and_then(|()| to.flush()).is_err();
            if sender.send(Event::Bytes(stream, bytes.to_vec())).is_err() || is_unread {
                // Our end closes, so that the child sees that nobody reads any more.
                break;
            }
        }
        drop(from);
        let _ = sender.send(Event::Closed { is_unread });
    });
}

/// Takes events until the child has ended and its streams are closed, or nothing comes any more.
fn collect(receiver: &Receiver<Event>, mut open: usize, take: &mut impl FnMut(&[u8])) -> (io::Result<ExitStatus>, CommandEnd) {
    let mut lines = [Lines::default(), Lines::default()];
    let mut status = None;
    let mut end = CommandEnd::default();
    while open > 0 || status.is_none() {
        let event = match status {
            None => receiver.recv().ok(),
            Some(_) => receiver.recv_timeout(PATIENCE).ok(),
        };
        match event {
            Some(Event::Bytes(stream, bytes)) => {
                end.last_byte = bytes.last().copied().or(end.last_byte);
                lines[stream as usize].push(&bytes, take);
            }
            Some(Event::Closed { is_unread }) => {
                open -= 1;
                end.is_unread |= is_unread;
            }
            Some(Event::Ended(ended)) => status = Some(ended),
            None => break,
        }
    }
    for rest in &mut lines {
        rest.finish(take);
    }
    (status.unwrap_or_else(|| Err(io::Error::other("it was lost sight of"))), end)
}

/// Keeps the unfinished line of a stream, so that two streams never mix within a line.
#[derive(Debug, Default)]
struct Lines {
    unfinished: Vec<u8>,
}

impl Lines {
    fn push(&mut self, bytes: &[u8], take: &mut impl FnMut(&[u8])) {
        let end = memchr::memrchr(b'\n', bytes).map_or(0, |at| at + 1);
        if end > 0 {
            self.unfinished.extend_from_slice(&bytes[..end]);
            take(&self.unfinished);
            self.unfinished.clear();
        }
        self.unfinished.extend_from_slice(&bytes[end..]);
        if self.unfinished.len() > LONGEST_LINE {
            take(&self.unfinished);
            self.unfinished.clear();
        }
    }

    fn finish(&mut self, take: &mut impl FnMut(&[u8])) {
        if !self.unfinished.is_empty() {
            self.unfinished.push(b'\n');
            take(&self.unfinished);
            self.unfinished.clear();
        }
    }
}

#[cfg(unix)]
fn code_of(status: ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt;
    status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(1)
}

#[cfg(not(unix))]
fn code_of(status: ExitStatus) -> i32 {
    status.code().unwrap_or(1)
}

/// On Windows `npm` is `npm.cmd`, which only a shell finds by itself.
fn resolve(program: &OsStr) -> OsString {
    if !cfg!(windows) || program.to_string_lossy().contains(['/', '\\']) {
        return program.to_owned();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let endings = std::env::var("PATHEXT").unwrap_or_else(|_| ".COM;.EXE;.BAT;.CMD".to_owned());
    let folders: Vec<std::path::PathBuf> = std::env::split_paths(&path).collect();
    find_program(program, &folders, &endings).unwrap_or_else(|| program.to_owned())
}

/// The first file of that name with one of the endings, folder by folder.
fn find_program(program: &OsStr, folders: &[std::path::PathBuf], endings: &str) -> Option<OsString> {
    let has_ending = std::path::Path::new(program).extension().is_some();
    folders.iter().find_map(|folder| {
        let exact = folder.join(program);
        if has_ending && exact.is_file() {
            return Some(exact.into_os_string());
        }
        endings.split(';').filter(|ending| !ending.is_empty()).find_map(|ending| {
            let mut name = program.to_owned();
            name.push(ending.to_ascii_lowercase());
            let path = folder.join(name);
            path.is_file().then(|| path.into_os_string())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::{Lines, find_program};

    #[test]
    fn lines_of_two_streams_stay_whole() {
        let mut seen: Vec<Vec<u8>> = Vec::new();
        let mut lines = Lines::default();
        for chunk in [&b"npm err"[..], b"or code E401\nnpm ", b"error x\nrest"] {
            lines.push(chunk, &mut |bytes| seen.push(bytes.to_vec()));
        }
        lines.finish(&mut |bytes| seen.push(bytes.to_vec()));
        assert_eq!(seen, [b"npm error code E401\n".to_vec(), b"npm error x\n".to_vec(), b"rest\n".to_vec()]);
    }

    #[test]
    fn windows_programs_are_found_by_their_endings() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("npm.cmd"), "").unwrap();
        let folders = [folder.path().to_owned()];
        let found = find_program("npm".as_ref(), &folders, ".COM;.EXE;.CMD").unwrap();
        assert!(found.to_string_lossy().ends_with("npm.cmd"));
        assert!(find_program("npm.cmd".as_ref(), &folders, ".EXE").is_some());
        assert!(find_program("pnpm".as_ref(), &folders, ".EXE;.CMD").is_none());
    }
}
