//! `npm install 2>&1 | lognosis`: the input goes through as it comes, then the diagnosis follows.
//!
//! May import: everything.
//!
//! What is packed (`cat log.gz | lognosis`) goes through as it is, too, so that the next program gets what was sent; only
//! the diagnosis looks inside.

use std::io::{self, IsTerminal, Read, StdinLock, StdoutLock, Write};

use super::bare::engine;
use super::exit_of;
use super::scan::complain;
use crate::cli::exit::Exit;
use crate::cli::output::write_files;
use crate::cli::settings::Settings;
use crate::cli::ui::{CommandError, Ui};
use crate::diagnose::{LogReport, Outcome};
use crate::input::{is_packed, visit_reader};
use crate::report::{Format, HumanReport, InputError, Report, Style};
use crate::session::Session;

/// A pipe holds 64 KiB on Linux; more cannot arrive at once.
const CHUNK: usize = 64 * 1024;

/// stdin, whose bytes go on to stdout before anybody else sees them.
struct Tee {
    input: StdinLock<'static>,
    out: StdoutLock<'static>,
    passes_through: bool,
    total: u64,
    last_byte: u8,
    /// What came is packed, and a terminal is no place for it.
    hidden: bool,
    /// Why nothing can be passed on any more.
    broken: Option<io::Error>,
}

impl Read for Tee {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.broken.is_some() {
            return Ok(0);
        }
        let room = buffer.len().min(CHUNK);
        // A signal that came in between is no reason to stop.
        let length = loop {
            match self.input.read(&mut buffer[..room]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        let bytes = &buffer[..length];
        if self.total == 0 && self.passes_through && is_packed(bytes) && self.out.is_terminal() {
            (self.passes_through, self.hidden) = (false, true);
        }
        if self.passes_through {
            // Before anything else is done with them: a prompt without a line end must reach the person now.
            if let Err(error) = self.out.write_all(bytes).and_then(|()| self.out.flush()) {
                self.broken = Some(error);
                return Ok(0);
            }
        }
        self.total += length as u64;
        self.last_byte = bytes.last().copied().unwrap_or(self.last_byte);
        Ok(length)
    }
}

pub(in crate::cli) fn run(settings: &Settings, ui: &mut Ui) -> Result<Exit, CommandError> {
    let catalog = settings.catalog()?;
    let engine = engine(&catalog, settings)?;
    let options = settings.session_here();
    let limits = options.limits;
    let session = Session::new(&engine, options);
    let mut tee = Tee {
        input: io::stdin().lock(),
        out: ui.out(),
        passes_through: settings.format == Format::Human && !settings.quiet,
        total: 0,
        last_byte: b'\n',
        hidden: false,
        broken: None,
    };
    let mut logs: Vec<LogReport> = Vec::new();
    let mut troubles = Vec::new();
    visit_reader("-", &mut tee, &limits, &mut |log| {
        let log = match log {
            Ok(log) => log,
            Err(error) => return troubles.push(error),
        };
        let name = log.name().to_owned();
        let (read, scan) = session.scan(log, &mut |_| true);
        troubles.extend(read.err());
        logs.push(session.conclude(&name, &scan, None));
    });
    // What nobody wanted to look at goes on, too.
    let rest = io::copy(&mut tee, &mut io::sink());
    let Tee { mut out, passes_through, total, last_byte, hidden, broken, .. } = tee;
    if let Some(error) = broken {
        return Err(error.into());
    }
    if let (Err(error), true) = (rest, troubles.is_empty()) {
        troubles.push(crate::error::Error::read(std::path::Path::new("-"), error));
    }
    if total == 0 && troubles.is_empty() && settings.format == Format::Human {
        ui.note("nothing came through the pipe (npm writes errors to stderr: npm install 2>&1 | lognosis)");
        return Ok(Exit::Fine);
    }
    let mut errors: Vec<InputError> = Vec::new();
    troubles.iter().for_each(|error| complain(error, ui, &mut errors));
    let whole = Report { catalog: &catalog, logs: &logs, errors: &errors };
    if passes_through {
        if last_byte != b'\n' {
            writeln!(out)?;
        }
        let bar = "\u{2500}".repeat(ui.style.width.saturating_sub(13));
        writeln!(out, "\n{}", ui.style.faint(&format!("\u{2500}\u{2500} lognosis {bar}")))?;
    }
    match (settings.format, logs.as_slice()) {
        (Format::Human, [only]) => HumanReport::new(ui.style).unnamed().write(only, &mut out)?,
        (format, _) => whole.write(format, ui.style, &mut out)?,
    }
    out.flush()?;
    drop(out);
    write_files(settings, |format, out| whole.write(format, Style::default(), out))?;
    if settings.format == Format::Human {
        if hidden {
            ui.note("what came through the pipe is packed, and was not written to the terminal");
        }
        if let [LogReport { outcome: Outcome::Unknown, .. }] = logs.as_slice() {
            ui.note("if it did fail, its errors may have gone past the pipe: npm install 2>&1 | lognosis");
        }
    }
    let exit = logs.iter().map(|log| exit_of(log, settings)).max().unwrap_or(Exit::Fine);
    Ok(if errors.is_empty() { exit } else { Exit::Trouble })
}
