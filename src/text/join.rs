//! Messages that were wrapped before they reached the log.
//!
//! May import: nothing of ours.
//!
//! Two programs do that to us. `PowerShell` 5 prints what a program writes to stderr as error records, broken at the
//! window's width, in the middle of words where they do not fit. pnpm 12 draws its reports as a tree of at most 80 columns
//! and breaks behind `-` and `/`.

/// How `PowerShell` wrapped a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wrapping {
    width: usize,
}

impl Wrapping {
    /// Tells from the start of a log whether and at which width it was wrapped.
    ///
    /// ```
    /// use lognosis::text::Wrapping;
    /// let log = "node.exe : npm error code \nETARGET\nAt line:1 char:1\n    + CategoryInfo          \n";
    /// let wrapping = Wrapping::detect(log).unwrap();
    /// assert!(wrapping.continues("node.exe : npm error code ", "ETARGET"));
    /// assert!(!wrapping.continues("ETARGET", "At line:1 char:1"));
    /// assert_eq!(Wrapping::detect("npm error code ETARGET\n"), None);
    /// ```
    #[must_use]
    pub fn detect(sample: &str) -> Option<Self> {
        let record =
            sample.contains("    + CategoryInfo") && (sample.contains(" char:") || sample.contains("At line:") || sample.contains(".ps1:"));
        if !record {
            return None;
        }
        // Lines of a record never pass the width; lines of stdout, which is not wrapped, may. Those that were broken between
        // words keep their blank at the end, and the tildes under a long command fill their line.
        let width = sample
            .lines()
            .map(|line| line.trim_end_matches('\r'))
            .filter(|line| line.ends_with(' ') || line.ends_with("~~~") || is_start(line))
            .map(|line| line.chars().count())
            .filter(|length| *length <= 240)
            .max()?;
        Some(Self { width })
    }

    /// Whether `next` goes on where `line` was broken off.
    #[must_use]
    pub fn continues(self, line: &str, next: &str) -> bool {
        let line = line.trim_end_matches('\r');
        let next = next.trim_end_matches('\r');
        if line.trim().is_empty() || next.trim().is_empty() || is_start(next) {
            return false;
        }
        line.ends_with(' ') || line.chars().count() >= self.width
    }
}

/// A line that begins a message of its own, wherever the one before ended.
fn is_start(line: &str) -> bool {
    let text = line.trim_start();
    ["npm error", "npm ERR!", "npm warn", "npm WARN", "npm notice", "npm verb", "npm info", "npm http", "At line:", "At C:", "+ "]
        .iter()
        .any(|start| text.starts_with(start))
}

/// One paragraph of a pnpm 12 report, put together again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportBlock;

impl ReportBlock {
    /// Whether a line (frames off, indentation kept) begins a branch of a report: `× `, `├─▶ `, `╰─▶ `, `help: `.
    #[must_use]
    pub fn starts(line: &str) -> bool {
        let text = line.trim_start();
        text.starts_with("\u{d7} ")
            || text.starts_with("\u{251c}\u{2500}\u{25b6}")
            || text.starts_with("\u{2570}\u{2500}\u{25b6}")
            || (line.starts_with("  ") && text.starts_with("help: ") || text.starts_with("Error:   \u{d7} "))
    }

    /// What a line says, if it goes on a branch: `│   text`, or text that is indented as the last branch's is. An empty
    /// answer is a blank line, which ends a paragraph.
    #[must_use]
    pub fn continuation(line: &str) -> Option<&str> {
        if Self::starts(line) {
            return None;
        }
        let text = line.trim_start();
        if let Some(rest) = text.strip_prefix('\u{2502}') {
            return Some(rest.trim());
        }
        // Behind the last branch and behind `help:` there is no bar, only blanks.
        if line.starts_with("      ") { Some(text.trim_end()) } else { None }
    }

    /// Takes the tree's glyphs off a line that [`ReportBlock::starts`].
    #[must_use]
    pub fn unmark(line: &str) -> &str {
        let text = line.trim();
        let text = text.strip_prefix("Error:").map_or(text, str::trim_start);
        text.trim_start_matches(['\u{d7}', '\u{251c}', '\u{2570}', '\u{2500}', '\u{25b6}']).trim_start()
    }

    /// Adds the next piece to a paragraph: no blank where the break was behind `-` or `/`.
    pub fn push(paragraph: &mut String, piece: &str) {
        if !paragraph.is_empty() && !paragraph.ends_with(['-', '/']) {
            paragraph.push(' ');
        }
        paragraph.push_str(piece);
    }
}

#[cfg(test)]
mod tests {
    use super::{ReportBlock, Wrapping};

    #[test]
    fn joins_words_that_were_broken() {
        let log = "node.exe : npm error code \nETARGET\nAt line:1 char:1\n+ ~~~~~~~~~~~~~~~~~~~~~~~~~~\n    + CategoryInfo          \n";
        let wrapping = Wrapping::detect(log).unwrap();
        assert!(wrapping.continues("this run can be found in: C:", "\\Users\\x"));
        assert!(wrapping.continues("matching version found for ", "babel-preset-expo@^54.0.12."));
        assert!(!wrapping.continues("babel-preset-expo@^54.0.12.", "npm error notarget In most "));
        assert!(!wrapping.continues("requesting ", ""));
    }

    #[test]
    fn joins_a_report_behind_dashes_and_slashes() {
        let mut text = String::new();
        for line in
            ["  \u{2570}\u{2500}\u{25b6} GET https://gitlab.intranet.example/", "  \u{2502}   acme/internal-", "      lib.git failed"]
        {
            let piece = if ReportBlock::starts(line) { Some(ReportBlock::unmark(line)) } else { ReportBlock::continuation(line) };
            ReportBlock::push(&mut text, piece.unwrap());
        }
        assert_eq!(text, "GET https://gitlab.intranet.example/acme/internal-lib.git failed");
        assert_eq!(ReportBlock::continuation("added 5 packages"), None);
    }
}
