//! Everything that is printed goes through here: reports to stdout, messages to stderr.
//!
//! May import: `cli::{settings, exit}`, `report`, `error`.

use std::fmt::{self, Display};
use std::io::{self, StderrLock, StdoutLock, Write};

use super::exit::Exit;
use super::settings::Settings;
use crate::catalog::render_mistakes;
use crate::error::Error;
use crate::report::{Style, terminal_safe};

/// What a command can fail with.
#[derive(Debug)]
pub(super) enum CommandError {
    /// The library's error.
    Library(Error),
    /// Writing the report failed.
    Output(io::Error),
    /// The user's doing, with the way out.
    Usage { message: String, hint: Option<String> },
}

impl CommandError {
    pub(super) fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Usage { message: message.into(), hint: Some(hint.into()) }
    }

    pub(super) fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

impl From<Error> for CommandError {
    fn from(error: Error) -> Self {
        Self::Library(error)
    }
}

impl From<io::Error> for CommandError {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Library(error) => error.fmt(f),
            Self::Output(error) => write!(f, "cannot write the report: {error}"),
            Self::Usage { message, .. } => f.write_str(message),
        }
    }
}

/// The two streams and how they look.
#[derive(Debug)]
pub(super) struct Ui {
    /// How stdout looks.
    pub(super) style: Style,
    err_style: Style,
    quiet: bool,
}

impl Ui {
    pub(super) fn new(settings: &Settings) -> Self {
        Self { style: settings.style, err_style: settings.err_style, quiet: settings.quiet }
    }

    /// For trouble before the settings are known.
    pub(super) fn plain() -> Self {
        Self { style: Style::default(), err_style: Style::default(), quiet: false }
    }

    pub(super) fn out(&self) -> StdoutLock<'static> {
        io::stdout().lock()
    }

    /// stderr, for a report that must not mix with a command's own output, and how it looks there.
    pub(super) fn err(&self) -> (StderrLock<'static>, Style) {
        (io::stderr().lock(), self.err_style)
    }

    /// Says something on stderr. A stderr that is gone is no reason to fail.
    pub(super) fn note(&self, text: &str) {
        if !self.quiet {
            let _ = writeln!(io::stderr(), "lognosis: {}", terminal_safe(text));
        }
    }

    /// Reports an error that does not stop the command.
    pub(super) fn error(&self, message: &str, hint: Option<&str>) {
        let mut err = io::stderr().lock();
        let _ = writeln!(err, "lognosis: {} {}", self.err_style.bad("error:"), terminal_safe(message));
        if let Some(hint) = hint {
            let _ = writeln!(err, "  {} {}", self.err_style.head("hint:"), terminal_safe(hint));
        }
    }

    /// Reports the error that ends the program.
    pub(super) fn fail(&self, error: &CommandError) -> Exit {
        match error {
            CommandError::Library(library) => {
                if let Some(files) = library.catalog_mistakes() {
                    for file in files {
                        let _ = write!(io::stderr(), "{}", render_mistakes(file, self.err_style.coloured));
                    }
                }
                self.error(&library.to_string(), library.hint().as_deref());
            }
            CommandError::Usage { message, hint } => self.error(message, hint.as_deref()),
            CommandError::Output(_) => self.error(&error.to_string(), None),
        }
        Exit::Trouble
    }
}
