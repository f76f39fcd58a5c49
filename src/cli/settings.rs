//! Arguments, environment and terminal made into what commands need. Nothing is read while arguments are parsed.
//!
//! May import: `cli::{args, ui}`, `catalog`, `input`, `report`.

use std::env;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use anstream::{AutoStream, ColorChoice};

use super::args::{ColorWhen, Common, FailOn};
use super::output::OutputFile;
use super::ui::CommandError;
use crate::catalog::{Catalog, CatalogBuilder, FileMistakes};
use crate::error::Error;
use crate::input::Limits;
use crate::report::{Format, Style};
use crate::session::{Local, SessionOptions};
use crate::text;

/// Wider lines are hard to read.
const PROSE_WIDTH: usize = 80;
/// The project's own rules.
const PROJECT_RULES: &str = ".lognosis.toml";

/// What commands need to know.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) format: Format,
    pub(super) outputs: Vec<OutputFile>,
    pub(super) style: Style,
    pub(super) err_style: Style,
    /// Columns of the terminal, for tables.
    pub(super) columns: usize,
    pub(super) quiet: bool,
    pub(super) local: bool,
    pub(super) project: Option<PathBuf>,
    pub(super) redact: bool,
    pub(super) fail_on: FailOn,
    pub(super) transient_exit: Option<u8>,
    /// Where GitHub Actions takes a summary of the step from.
    pub(super) step_summary: Option<PathBuf>,
    log_format: Option<text::Format>,
    all_causes: bool,
    limits: Limits,
    rules: Vec<PathBuf>,
}

impl Settings {
    pub(super) fn new(common: &Common) -> Result<Self, CommandError> {
        if let Some(jobs) = common.jobs {
            // A pool that exists already (in tests) serves as well.
            let _ = rayon::ThreadPoolBuilder::new().num_threads(jobs.get()).build_global();
        }
        let columns = terminal_columns();
        let coloured = |auto: ColorChoice| match common.color {
            ColorWhen::Always => true,
            ColorWhen::Never => false,
            ColorWhen::Auto => auto != ColorChoice::Never,
        };
        if let Some(project) = &common.project {
            if !project.is_dir() {
                let message = format!("--project {} is no folder", project.display());
                return Err(CommandError::usage(message, "name the folder that holds the package.json"));
            }
        }
        let formats = common.output.iter().filter_map(|file| file.format);
        if let Some(format) = formats.chain([common.format]).find(|format| !format.is_built()) {
            let message = format!("this lognosis was built without {}", format.name());
            let hint = format!("build it with the feature: cargo install --path . --features {}", format.name());
            return Err(CommandError::usage(message, hint));
        }
        if common.format == Format::Parquet && std::io::stdout().is_terminal() {
            return Err(CommandError::usage("parquet is nothing to read at a terminal", "name a file: -o logs.parquet"));
        }
        let width = columns.clamp(40, PROSE_WIDTH);
        Ok(Self {
            format: common.format,
            outputs: common.output.clone(),
            style: Style { coloured: coloured(AutoStream::choice(&std::io::stdout())), width },
            err_style: Style { coloured: coloured(AutoStream::choice(&std::io::stderr())), width },
            columns,
            quiet: common.quiet,
            local: !common.no_local,
            project: common.project.clone(),
            redact: !common.no_redact,
            fail_on: common.fail_on,
            transient_exit: common.transient_exit,
            step_summary: env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()).map(PathBuf::from),
            log_format: common.log_format,
            all_causes: common.all_causes,
            limits: common.archives.into(),
            rules: common.rules.clone(),
        })
    }

    /// Refuses formats that a command does not write.
    pub(super) fn only_formats(&self, formats: &[Format]) -> Result<(), CommandError> {
        let mut wanted = self.outputs.iter().filter_map(|file| file.format).chain([self.format]);
        let Some(other) = wanted.find(|format| !formats.contains(format)) else { return Ok(()) };
        let names: Vec<&str> = formats.iter().map(|format| format.name()).collect();
        let message = format!("this command does not write {}", other.name());
        Err(CommandError::usage(message, format!("it writes {}", names.join(", "))))
    }

    /// How logs from anywhere are looked at: without a look at this machine, unless the user says which project they are of.
    pub(super) fn session(&self) -> SessionOptions {
        let local = self.project.clone().map_or(Local::Never, Local::Project);
        SessionOptions { format: self.log_format, ruled_out: self.all_causes, local, limits: self.limits, alarming: false }
    }

    /// The same for logs that can be this machine's own.
    pub(super) fn session_with(&self, local: Local) -> SessionOptions {
        let session = self.session();
        if self.local && session.local == Local::Never { SessionOptions { local, ..session } } else { session }
    }

    /// The same for what comes out of a command in the current folder.
    pub(super) fn session_here(&self) -> SessionOptions {
        self.session_with(env::current_dir().map_or(Local::OwnLogs, Local::Here))
    }

    /// The built-in catalogue, with the user's, the project's and the command line's rules on top. The later ones win.
    pub(super) fn catalog(&self) -> Result<CatalogChoice, CommandError> {
        self.catalog_with(&[])
    }

    /// The same, with more files on top.
    pub(super) fn catalog_with(&self, more: &[PathBuf]) -> Result<CatalogChoice, CommandError> {
        let mut files = Vec::new();
        if self.local {
            if let Some(folder) = user_rules() {
                files.extend(rule_files(&folder)?);
            }
            files.extend(project_rules());
        }
        for path in &self.rules {
            files.extend(rule_files(path)?);
        }
        for path in more {
            files.extend(rule_files(path)?);
        }
        if files.is_empty() {
            return Ok(CatalogChoice::Builtin(Catalog::builtin()));
        }
        let (catalog, _) = extended(&files)?;
        Ok(CatalogChoice::Extended(Box::new(catalog)))
    }
}

/// The catalogue in use.
#[derive(Debug)]
pub(super) enum CatalogChoice {
    Builtin(&'static Catalog),
    Extended(Box<Catalog>),
}

impl std::ops::Deref for CatalogChoice {
    type Target = Catalog;

    fn deref(&self) -> &Catalog {
        match self {
            Self::Builtin(catalog) => catalog,
            Self::Extended(catalog) => catalog,
        }
    }
}

/// The built-in catalogue with these files on top, and the files' warnings.
pub(super) fn extended(files: &[PathBuf]) -> Result<(Catalog, Vec<FileMistakes>), CommandError> {
    build(CatalogBuilder::extending(Catalog::builtin()), files)
}

/// The rules in a file or folder and nothing else.
pub(super) fn standalone(path: &Path) -> Result<Catalog, CommandError> {
    Ok(build(CatalogBuilder::new(), &rule_files(path)?)?.0)
}

fn build(mut builder: CatalogBuilder<'_>, files: &[PathBuf]) -> Result<(Catalog, Vec<FileMistakes>), CommandError> {
    for path in files {
        let source = std::fs::read_to_string(path).map_err(|error| Error::read(path, error))?;
        builder.add(path.display().to_string(), source);
    }
    Ok(builder.finish().map_err(Error::catalog)?)
}

/// A rule file, or all of a folder by name.
pub(super) fn rule_files(path: &Path) -> Result<Vec<PathBuf>, CommandError> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(path).sort_by_file_name() {
        let entry = entry.map_err(|error| Error::read(path, error.into()))?;
        if entry.path().extension().is_some_and(|extension| extension == "toml") {
            files.push(entry.into_path());
        }
    }
    Ok(files)
}

/// `~/.config/lognosis`, or what the system has in its place; only if it exists.
fn user_rules() -> Option<PathBuf> {
    let from = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = from("XDG_CONFIG_HOME").or_else(|| from("APPDATA")).or_else(|| from("HOME").map(|home| home.join(".config")))?;
    Some(base.join("lognosis")).filter(|folder| folder.is_dir())
}

/// `.lognosis.toml` of the nearest folder upwards.
fn project_rules() -> Option<PathBuf> {
    let here = env::current_dir().ok()?;
    here.ancestors().map(|folder| folder.join(PROJECT_RULES)).find(|path| path.is_file())
}

fn terminal_columns() -> usize {
    if let Some((width, _)) = terminal_size::terminal_size() {
        if std::io::stdout().is_terminal() {
            return usize::from(width.0);
        }
    }
    env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).unwrap_or(PROSE_WIDTH)
}
