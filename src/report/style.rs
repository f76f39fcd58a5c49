//! The palette, and text broken to a width.
//!
//! May import: nothing of ours.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Effects, Style as Ansi};
use textwrap::{Options, WordSeparator, WordSplitter};

/// How a report looks: colours or none, and how wide it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether to colour.
    pub coloured: bool,
    /// Columns.
    pub width: usize,
}

impl Default for Style {
    fn default() -> Self {
        Self { coloured: false, width: 80 }
    }
}

impl Style {
    fn paint(self, style: Ansi, text: &str) -> String {
        if self.coloured { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    /// Something failed.
    #[must_use]
    pub fn bad(self, text: &str) -> String {
        self.paint(Ansi::new().fg_color(Some(AnsiColor::Red.into())).effects(Effects::BOLD), text)
    }

    /// All is well.
    #[must_use]
    pub fn good(self, text: &str) -> String {
        self.paint(Ansi::new().fg_color(Some(AnsiColor::Green.into())).effects(Effects::BOLD), text)
    }

    /// Worth a look.
    #[must_use]
    pub fn warn(self, text: &str) -> String {
        self.paint(Ansi::new().fg_color(Some(AnsiColor::Yellow.into())), text)
    }

    /// A heading.
    #[must_use]
    pub fn head(self, text: &str) -> String {
        self.paint(Ansi::new().effects(Effects::BOLD), text)
    }

    /// Something to type.
    #[must_use]
    pub fn command(self, text: &str) -> String {
        self.paint(Ansi::new().fg_color(Some(AnsiColor::Cyan.into())), text)
    }

    /// Of less weight.
    #[must_use]
    pub fn faint(self, text: &str) -> String {
        self.paint(Ansi::new().effects(Effects::DIMMED), text)
    }

    /// A text cut to what is left of the width behind `used` columns: for lines of a log, which are evidence, not prose.
    #[must_use]
    pub fn cut(self, text: &str, used: usize) -> String {
        let room = self.width.saturating_sub(used).max(20);
        let mut shown = String::new();
        let mut width = 0;
        for c in text.chars() {
            let columns = unicode_width::UnicodeWidthChar::width(c).unwrap_or(0);
            if width + columns > room - 1 {
                shown.push('\u{2026}');
                break;
            }
            width += columns;
            shown.push(c);
        }
        shown
    }

    /// Breaks a text to the width, `first` before its first line and `rest` before the others.
    #[must_use]
    pub fn wrap(self, first: &str, rest: &str, text: &str) -> String {
        let options = Options::new(self.width.max(20))
            .initial_indent(first)
            .subsequent_indent(rest)
            // URLs, package names and paths must be copied whole: Unicode would break them behind a slash.
            .word_separator(WordSeparator::AsciiSpace)
            .word_splitter(WordSplitter::NoHyphenation)
            .break_words(false);
        let mut out = String::new();
        for line in textwrap::wrap(text, options) {
            let _ = writeln!(out, "{line}");
        }
        out
    }
}
