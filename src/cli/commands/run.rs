//! `lognosis run -- npm ci`: the command as it is, then why it failed, if it did.
//!
//! May import: everything.

use std::io::{self, Write};

use super::bare::engine;
use crate::catalog::Transience;
use crate::cli::args::RunArgs;
use crate::cli::exit::Exit;
use crate::cli::output::write_files;
use crate::cli::settings::Settings;
use crate::cli::ui::{CommandError, Ui};
use crate::input::{Command, CommandEnd};
use crate::report::{Format, HumanReport, Report, Style};
use crate::session::Session;

pub(in crate::cli) fn run(args: RunArgs, settings: &Settings, ui: &mut Ui) -> Result<Exit, CommandError> {
    // Rules that do not load are told before anything is started: nobody wants to wait for that until the end of a build.
    let catalog = settings.catalog()?;
    let engine = engine(&catalog, settings)?;
    let session = Session::new(&engine, settings.session_here());
    let mut scanner = session.scanner();
    let command = Command::new(args.words);
    let end = match command.run(io::stdout(), io::stderr(), |bytes| scanner.push(bytes)) {
        Ok(end) => end,
        Err(error) => {
            ui.error(&error.to_string(), Some(error.hint()));
            return Ok(Exit::Command(error.code()));
        }
    };
    let report = session.conclude_run(&command.line(), &scanner.finish(), None, Some(end.code));
    let whole = Report { catalog: &catalog, logs: std::slice::from_ref(&report), errors: &[] };
    // Whoever presses Ctrl-C knows why it ended, and so does whoever reads only its first lines.
    if end.code != 0 && !end.is_interrupted && !end.is_unread {
        let (mut err, style) = ui.err();
        if settings.format == Format::Human {
            headline(end, style, settings.quiet, &mut err)?;
            HumanReport::new(style).unnamed().write(&report, &mut err)?;
        } else {
            whole.write(settings.format, style, &mut err)?;
        }
        err.flush()?;
    }
    write_files(settings, |format, out| whole.write(format, Style::default(), out))?;
    let own = exit_byte(end.code);
    // Whoever asks for a code of retries wants it here, too; without that option the code is the command's.
    let retry = settings.transient_exit.filter(|_| own != 0 && !end.is_interrupted && report.retry == Some(Transience::Yes));
    Ok(Exit::Command(retry.unwrap_or(own)))
}

/// Sets the diagnosis apart from the command's own output.
fn headline(end: CommandEnd, style: Style, quiet: bool, err: &mut impl Write) -> io::Result<()> {
    if style.coloured {
        // A command that was killed may have left its colours on and the cursor hidden.
        write!(err, "\x1b[0m\x1b[?25h")?;
    }
    if end.last_byte.is_some_and(|byte| byte != b'\n') {
        writeln!(err)?;
    }
    if quiet {
        return Ok(());
    }
    let text = format!("\u{2500}\u{2500} lognosis: {} ", how_it_ended(end.code));
    let bar = "\u{2500}".repeat(style.width.saturating_sub(text.chars().count() + 1));
    writeln!(err, "\n{}", style.faint(&format!("{text}{bar}")))
}

fn how_it_ended(code: i32) -> String {
    const SIGNALS: &[(i32, &str)] = &[
        (1, "SIGHUP"),
        (2, "SIGINT"),
        (3, "SIGQUIT"),
        (4, "SIGILL"),
        (6, "SIGABRT"),
        (8, "SIGFPE"),
        (9, "SIGKILL"),
        (11, "SIGSEGV"),
        (13, "SIGPIPE"),
        (15, "SIGTERM"),
    ];
    match SIGNALS.iter().find(|(signal, _)| code == 128 + signal) {
        Some((_, name)) => format!("exit code {code} ({name})"),
        None => format!("exit code {code}"),
    }
}

/// An exit code as a byte. Codes of Windows are larger; none of them that is a failure becomes a success.
fn exit_byte(code: i32) -> u8 {
    match code.to_le_bytes()[0] {
        0 if code != 0 => 1,
        byte => byte,
    }
}

#[cfg(test)]
mod tests {
    use super::exit_byte;

    #[test]
    fn a_failure_never_becomes_a_success() {
        assert_eq!([0, 1, 7, 143, 255, 256, -1, -4058].map(exit_byte), [0, 1, 7, 143, 255, 1, 255, 38]);
    }
}
