//! Labelled logs: folders with a log and a `label.json` that tells the right answer.
//!
//! May import: `error`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use walkdir::WalkDir;

use crate::error::{Error, Result};

/// Names of the logs that may stand beside a label.
const LOGS: &[&str] = &["log.txt", "console.txt", "debug.log"];

/// What is known of a log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Label {
    /// The client that was run.
    #[serde(default)]
    pub client: Option<String>,
    /// Whether the run failed; if not, every root is a false alarm.
    pub failed: bool,
    /// The right answer, in the words of a [`super::Vocabulary`] or as a rule's id.
    pub primary: String,
    /// Other right answers.
    #[serde(default)]
    pub also_acceptable: Vec<String>,
    /// What was wrong outside of the log: configuration, environment.
    #[serde(default)]
    pub local_state: Option<String>,
    /// Values that a good answer names, and where each can be seen: `console`, `debug`, `project`, `nowhere`.
    #[serde(default)]
    pub captures_seen_in: BTreeMap<String, Vec<String>>,
}

/// One labelled log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The log.
    pub log: PathBuf,
    /// What is known of it.
    pub label: Label,
}

/// Finds all labelled logs below a folder, in the order of their names.
///
/// # Errors
///
/// When a folder or label cannot be read, a label is not what it should be, or there is none.
pub fn find_cases(folder: &Path) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    for entry in WalkDir::new(folder).sort_by_file_name() {
        let entry = entry.map_err(|error| Error::read(error.path().unwrap_or(folder).to_owned().as_path(), error.into()))?;
        if entry.file_name() != "label.json" {
            continue;
        }
        let path = entry.path();
        let text = fs::read_to_string(path).map_err(|error| Error::read(path, error))?;
        let label: Label = serde_json::from_str(&text).map_err(|error| {
            Error::nothing(format!("{}: {error}", path.display()), "a label needs `failed` (true or false) and `primary` (a text)")
        })?;
        let beside = path.parent().unwrap_or(folder);
        for log in LOGS.iter().map(|name| beside.join(name)).filter(|log| log.is_file()) {
            cases.push(Case { log, label: label.clone() });
        }
    }
    if cases.is_empty() {
        return Err(Error::nothing(
            format!("no labelled log below {}", folder.display()),
            "a case is a folder with label.json and log.txt, console.txt or debug.log",
        ));
    }
    Ok(cases)
}
