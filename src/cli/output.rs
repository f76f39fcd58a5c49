//! Where reports go: stdout in the format of `--format`, and the files of `-o`.
//!
//! May import: `cli::{settings, ui}`, `report`, `error`.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::settings::Settings;
use super::ui::{CommandError, Ui};
use crate::report::{Format, STEP_SUMMARY, step_summary};

/// The ending of rule files.
const RULES_ENDING: &str = "toml";

/// A file to write a report to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OutputFile {
    /// The report's format; nothing for a rule file, which is no report.
    pub(super) format: Option<Format>,
    pub(super) path: PathBuf,
}

impl OutputFile {
    /// Reads `FORMAT:FILE`, or a file whose ending tells the format.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if let Some((format, path)) = text.split_once(':').and_then(|(name, path)| Some((Format::from_name(name)?, path))) {
            return Ok(Self { format: Some(format), path: PathBuf::from(path) });
        }
        let path = PathBuf::from(text);
        let ending = path.extension().map(|ending| ending.to_string_lossy().into_owned()).unwrap_or_default();
        if ending.eq_ignore_ascii_case(RULES_ENDING) {
            return Ok(Self { format: None, path });
        }
        match Format::from_ending(&ending) {
            Some(format) => Ok(Self { format: Some(format), path }),
            None => {
                let names: Vec<&str> = Format::ALL.iter().map(|(_, name, _)| *name).collect();
                Err(format!("the ending of '{text}' tells no format; write FORMAT:FILE with one of {}", names.join(", ")))
            }
        }
    }
}

/// Hands `write` every place that a report goes to: its format, its writer, and whether it is stdout.
pub(super) fn write_all(
    settings: &Settings,
    ui: &Ui,
    write: impl FnMut(Format, &mut dyn Write, bool) -> io::Result<()>,
) -> Result<(), CommandError> {
    write_all_but(None, settings, ui, write)
}

/// The same without the places of one format, which is written otherwise.
pub(super) fn write_all_but(
    but: Option<Format>,
    settings: &Settings,
    ui: &Ui,
    mut write: impl FnMut(Format, &mut dyn Write, bool) -> io::Result<()>,
) -> Result<(), CommandError> {
    if but != Some(settings.format) {
        let mut out = ui.out();
        write(settings.format, &mut out, true)?;
        out.flush()?;
    }
    write_files_but(but, settings, |format, out| write(format, out, false))
}

/// Hands `write` the files of `-o`, and the step summary that goes with `github`. A file appears when it is whole, and never
/// in part.
pub(super) fn write_files(settings: &Settings, write: impl FnMut(Format, &mut dyn Write) -> io::Result<()>) -> Result<(), CommandError> {
    write_files_but(None, settings, write)
}

fn write_files_but(
    but: Option<Format>,
    settings: &Settings,
    mut write: impl FnMut(Format, &mut dyn Write) -> io::Result<()>,
) -> Result<(), CommandError> {
    for file in &settings.outputs {
        let Some(format) = file.format else {
            let message = format!("{} is the name of a rule file, and this is a report", file.path.display());
            return Err(CommandError::usage(message, "write FORMAT:FILE for a report; `rules new` writes rules"));
        };
        if but != Some(format) {
            write_file(&file.path, |out| write(format, out))?;
        }
    }
    let is_github = settings.format == Format::Github || settings.outputs.iter().any(|file| file.format == Some(Format::Github));
    match &settings.step_summary {
        Some(path) if is_github => append_summary(path, write).map_err(|error| {
            CommandError::usage(format!("cannot write {}: {error}", path.display()), "GITHUB_STEP_SUMMARY names a file to append to")
        }),
        _ => Ok(()),
    }
}

/// Appends to what the step has written before, as far as GitHub takes it: of a summary that is too large it shows nothing.
fn append_summary(path: &Path, mut write: impl FnMut(Format, &mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut markdown = Vec::new();
    write(Format::Markdown, &mut markdown)?;
    let mut file = fs::OpenOptions::new().create(true).append(true).open(path)?;
    let used = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
    let text = String::from_utf8_lossy(&markdown);
    // A blank line, so that what the step has written before ends here.
    let gap = if used > 0 { "\n\n" } else { "" };
    let text = step_summary(&text, STEP_SUMMARY.saturating_sub(used + gap.len()));
    if text.is_empty() { Ok(()) } else { file.write_all(format!("{gap}{text}").as_bytes()) }
}

/// Writes a file, which appears when it is whole, and never in part.
pub(super) fn write_file(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), CommandError> {
    let written = Pending::begin(path).and_then(|mut file| write(&mut file).and_then(|()| file.finish()));
    written.map_err(|error| cannot_write(path, &error))
}

pub(super) fn cannot_write(path: &Path, error: &io::Error) -> CommandError {
    CommandError::usage(format!("cannot write {}: {error}", path.display()), "name a file in a folder that you may write to")
}

/// A file that appears under its name when it is finished; given up, it leaves nothing behind.
#[derive(Debug)]
pub(super) struct Pending {
    path: PathBuf,
    temporary: PathBuf,
    out: BufWriter<fs::File>,
}

impl Pending {
    pub(super) fn begin(path: &Path) -> io::Result<Self> {
        let mut name = path.file_name().unwrap_or_default().to_os_string();
        name.push(format!(".{}.tmp", std::process::id()));
        let temporary = path.with_file_name(name);
        let out = BufWriter::new(fs::File::create(&temporary)?);
        Ok(Self { path: path.to_owned(), temporary, out })
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        self.out.flush()?;
        fs::rename(&self.temporary, &self.path)
    }
}

impl Write for Pending {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        // What is left of a report that could not be finished is of no use to anybody. A finished one has moved away.
        let _ = fs::remove_file(&self.temporary);
    }
}

#[cfg(test)]
mod tests {
    use super::{Format, OutputFile};

    #[test]
    fn the_format_is_named_or_told_by_the_ending() {
        let parsed = |text: &str| OutputFile::parse(text).map(|file| (file.format, file.path.display().to_string()));
        assert_eq!(parsed("a/b.json"), Ok((Some(Format::Json), "a/b.json".to_owned())));
        assert_eq!(parsed("ndjson:x"), Ok((Some(Format::Ndjson), "x".to_owned())));
        assert_eq!(parsed("C:\\x.json"), Ok((Some(Format::Json), "C:\\x.json".to_owned())));
        assert_eq!(parsed("rule.toml"), Ok((None, "rule.toml".to_owned())));
        assert!(parsed("x").is_err());
    }
}
