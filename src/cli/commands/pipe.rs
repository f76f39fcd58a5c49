//! `npm install 2>&1 | lognosis`: the input goes through as it comes, then the diagnosis follows.
//!
//! May import: everything.

use std::io::{self, Read, Write};

use super::bare::engine;
use super::exit_of;
use crate::cli::exit::Exit;
use crate::cli::output::write_files;
use crate::cli::settings::Settings;
use crate::cli::ui::{CommandError, Ui};
use crate::diagnose::Outcome;
use crate::report::{Format, HumanReport, Report, Style};
use crate::session::Session;

/// A pipe holds 64 KiB on Linux; more cannot arrive at once.
const CHUNK: usize = 64 * 1024;

pub(in crate::cli) fn run(settings: &Settings, ui: &mut Ui) -> Result<Exit, CommandError> {
    let catalog = settings.catalog()?;
    let engine = engine(&catalog, settings)?;
    let session = Session::new(&engine, settings.session_here());
    let mut scanner = session.scanner();
    let passes_through = settings.format == Format::Human && !settings.quiet;
    let mut input = io::stdin().lock();
    let mut out = ui.out();
    let mut buffer = vec![0; CHUNK];
    let (mut total, mut last_byte) = (0u64, b'\n');
    loop {
        let length = match input.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(crate::error::Error::read(std::path::Path::new("-"), error).into()),
        };
        let bytes = &buffer[..length];
        if passes_through {
            // Before anything else is done with them: a prompt without a line end must reach the person now.
            out.write_all(bytes)?;
            out.flush()?;
        }
        total += length as u64;
        last_byte = bytes[length - 1];
        scanner.push(bytes);
    }
    if total == 0 && settings.format == Format::Human {
        ui.note("nothing came through the pipe (npm writes errors to stderr: npm install 2>&1 | lognosis)");
        return Ok(Exit::Fine);
    }
    let report = session.conclude("-", scanner, None);
    let whole = Report { catalog: &catalog, logs: std::slice::from_ref(&report), errors: &[] };
    if settings.format == Format::Human {
        if passes_through {
            if last_byte != b'\n' {
                writeln!(out)?;
            }
            let bar = "\u{2500}".repeat(ui.style.width.saturating_sub(13));
            writeln!(out, "\n{}", ui.style.faint(&format!("\u{2500}\u{2500} lognosis {bar}")))?;
        }
        HumanReport::new(ui.style).unnamed().write(&report, &mut out)?;
    } else {
        whole.write(settings.format, ui.style, &mut out)?;
    }
    out.flush()?;
    drop(out);
    write_files(settings, |format, out| whole.write(format, Style::default(), out))?;
    if report.outcome == Outcome::Unknown && settings.format == Format::Human {
        ui.note("if it did fail, its errors may have gone past the pipe: npm install 2>&1 | lognosis");
    }
    Ok(exit_of(&report, settings))
}
