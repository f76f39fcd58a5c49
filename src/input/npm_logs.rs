//! npm's own log folder, wherever the system, the environment or .npmrc put it.
//!
//! May import: `input::discover`, `input::source`.
//!
//! Source: npm's `cache`, `logs-dir` options (<https://docs.npmjs.com/cli/v11/using-npm/config#logs-dir>). npm 7 and later
//! keep `<cache>/_logs`, the cache being `~/.npm`, on Windows `%LocalAppData%\npm-cache` (npm 6: `%AppData%`).

use std::env;
use std::fs;
use std::path::PathBuf;

use super::discover::discover;
use super::source::Source;

/// The person's home folder.
pub(super) fn home() -> Option<PathBuf> {
    ["HOME", "USERPROFILE"].into_iter().filter_map(env::var_os).map(PathBuf::from).find(|path| !path.as_os_str().is_empty())
}

/// The folders in which npm may have written debug logs, the likeliest first; only those that exist.
#[must_use]
pub fn npm_log_folders() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = Vec::new();
    let option = |name: &str| {
        // npm takes its environment settings in any letter case.
        env::vars_os()
            .find(|(key, _)| key.to_string_lossy().to_lowercase().replace('-', "_") == format!("npm_config_{name}"))
            .map(|(_, value)| PathBuf::from(value))
    };
    folders.extend(option("logs_dir"));
    let npmrc = option("userconfig").or_else(|| home().map(|home| home.join(".npmrc")));
    let settings = npmrc.and_then(|path| fs::read_to_string(path).ok()).unwrap_or_default();
    let setting = |key: &str| {
        settings.lines().filter_map(|line| line.split_once('=')).find(|(name, _)| name.trim() == key).and_then(|(_, value)| expand(value))
    };
    folders.extend(setting("logs-dir"));
    folders.extend(option("cache").or_else(|| setting("cache")).map(|cache| cache.join("_logs")));
    folders.extend(home().map(|home| home.join(".npm").join("_logs")));
    for variable in ["LOCALAPPDATA", "APPDATA"] {
        folders.extend(env::var_os(variable).map(|base| PathBuf::from(base).join("npm-cache").join("_logs")));
    }
    let mut seen = std::collections::HashSet::new();
    folders.retain(|folder| folder.is_dir() && seen.insert(folder.clone()));
    folders
}

/// `~/x`, `${HOME}/x` or a plain path, quotes taken off.
fn expand(value: &str) -> Option<PathBuf> {
    let value = value.trim().trim_matches(['"', '\'']);
    for start in ["~/", "${HOME}/", "${USERPROFILE}/"] {
        if let Some(rest) = value.strip_prefix(start) {
            return home().map(|home| home.join(rest));
        }
    }
    (!value.is_empty() && !value.contains("${")).then(|| PathBuf::from(value))
}

/// The logs of a folder of npm's, the newest run first. The names begin with the time of the run.
#[must_use]
pub fn newest_first(folder: &std::path::Path) -> Vec<Source> {
    let mut sources = discover(&[folder.display().to_string()]).sources;
    sources.sort_by(|a, b| b.path().and_then(|p| p.file_name()).cmp(&a.path().and_then(|p| p.file_name())));
    sources
}
