//! Tables of logs (Parquet), which are written while logs come in: a triage holds no logs.
//!
//! May import: `cli::{output, settings, ui}`, `report`, `diagnose` and `triage` (the models).

use crate::diagnose::LogReport;
#[cfg(feature = "parquet")]
use crate::report::{Format, LogTable};
use crate::triage::LogFacts;

#[cfg(feature = "parquet")]
use super::output::{Pending, cannot_write};
use super::settings::Settings;
use super::ui::CommandError;

/// The tables that the arguments ask for; a build without Parquet has none.
#[derive(Debug)]
pub(super) struct Tables {
    #[cfg(feature = "parquet")]
    stdout: Option<LogTable<std::io::BufWriter<std::io::Stdout>>>,
    #[cfg(feature = "parquet")]
    files: Vec<(std::path::PathBuf, LogTable<Pending>)>,
}

#[cfg(not(feature = "parquet"))]
#[expect(clippy::unnecessary_wraps, clippy::unused_self, reason = "the same as with the feature")]
impl Tables {
    pub(super) fn open(_: &Settings) -> Result<Self, CommandError> {
        Ok(Self {})
    }

    pub(super) fn add(&mut self, _: &LogReport, _: &LogFacts) -> Result<(), CommandError> {
        Ok(())
    }

    pub(super) fn finish(self) -> Result<(), CommandError> {
        Ok(())
    }
}

#[cfg(feature = "parquet")]
impl Tables {
    pub(super) fn open(settings: &Settings) -> Result<Self, CommandError> {
        let stdout = || LogTable::new(std::io::BufWriter::new(std::io::stdout()));
        let stdout = (settings.format == Format::Parquet).then(stdout).transpose()?;
        let mut files = Vec::new();
        for file in settings.outputs.iter().filter(|file| file.format == Some(Format::Parquet)) {
            let table = Pending::begin(&file.path).and_then(LogTable::new);
            files.push((file.path.clone(), table.map_err(|error| cannot_write(&file.path, &error))?));
        }
        Ok(Self { stdout, files })
    }

    pub(super) fn add(&mut self, log: &LogReport, facts: &LogFacts) -> Result<(), CommandError> {
        if let Some(table) = &mut self.stdout {
            table.add(log, facts)?;
        }
        for (path, table) in &mut self.files {
            table.add(log, facts).map_err(|error| cannot_write(path, &error))?;
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Result<(), CommandError> {
        if let Some(table) = self.stdout {
            std::io::Write::flush(&mut table.finish()?)?;
        }
        for (path, table) in self.files {
            table.finish().and_then(Pending::finish).map_err(|error| cannot_write(&path, &error))?;
        }
        Ok(())
    }
}
