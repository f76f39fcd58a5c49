//! Where the files are: the project's folder, its workspace root, the user's and the global npmrc.
//!
//! May import: nothing of ours.
//!
//! Source: @npmcli/config's `loadLocalPrefix`, and its defaults of `userconfig`, `globalconfig`, `prefix`.

use std::fs;
use std::path::{Path, PathBuf};

use super::environment::Environment;
use super::{Text, npmrc, read_text};

/// The files' places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Places {
    /// The folder with the package.json.
    pub(super) project: PathBuf,
    /// The workspace's root; the project itself where there is none.
    pub(super) root: PathBuf,
    pub(super) user_npmrc: Option<PathBuf>,
    pub(super) global_npmrc: Option<PathBuf>,
    /// The folder of the installation: `/usr/local`.
    prefix: Option<PathBuf>,
}

impl Places {
    pub(super) fn find(folder: &Path, environment: &Environment) -> Self {
        let is_project = |folder: &&Path| folder.join("package.json").is_file() || folder.join("node_modules").is_dir();
        let project = folder.ancestors().find(is_project).unwrap_or(folder).to_owned();
        let root = workspace_root(&project).unwrap_or_else(|| project.clone());
        let options = environment.npm_config();
        let option = |name: &str| options.iter().find(|(key, _, _)| key == name).map(|(_, value, _)| environment.resolve(folder, value));
        let user_npmrc = option("userconfig").or_else(|| environment.home().map(|home| home.join(".npmrc")));
        let prefix = option("prefix")
            .or_else(|| environment.filled("PREFIX").map(|prefix| PathBuf::from(&*prefix)))
            .or_else(|| user_npmrc.as_deref().and_then(|path| prefix_of(path, environment)));
        let installed = installation(environment);
        let globals = option("globalconfig").or_else(|| prefix.as_ref().map(|prefix| prefix.join("etc").join("npmrc")));
        let global_npmrc = globals.or_else(|| default_global(installed.as_deref(), environment));
        Self { project, root, user_npmrc, global_npmrc, prefix: installed }
    }

    /// The version of the installed npm, from its own package.json.
    pub(super) fn npm_version(&self, environment: &Environment) -> Option<String> {
        let prefix = self.prefix.as_ref()?;
        let modules = if environment.is_windows() { prefix.join("node_modules") } else { prefix.join("lib").join("node_modules") };
        let Text::Read(text) = read_text(&modules.join("npm").join("package.json")) else { return None };
        let manifest: serde_json::Value = serde_json::from_str(&text).ok()?;
        manifest.get("version")?.as_str().map(str::to_owned)
    }
}

/// `prefix` of a file.
fn prefix_of(path: &Path, environment: &Environment) -> Option<PathBuf> {
    let Text::Read(text) = read_text(path) else { return None };
    let entry = npmrc::parse(&text).into_iter().rev().find(|entry| entry.key == "prefix")?;
    let filled = npmrc::fill(&entry.value, |name| environment.get(name));
    filled.missing.is_empty().then(|| environment.resolve(Path::new(""), &filled.text))
}

/// Where node is installed: the folder above `bin`, on Windows that of `node.exe`.
fn installation(environment: &Environment) -> Option<PathBuf> {
    let node = fs::canonicalize(environment.program("node")?).ok()?;
    let folder = node.parent()?;
    if environment.is_windows() { Some(folder.to_owned()) } else { folder.parent().map(Path::to_owned) }
}

/// The installer for Windows sets the prefix to `%AppData%\npm`.
fn default_global(installed: Option<&Path>, environment: &Environment) -> Option<PathBuf> {
    let base = match environment.filled("APPDATA").filter(|_| environment.is_windows()) {
        Some(roaming) => PathBuf::from(&*roaming).join("npm"),
        None => installed?.to_owned(),
    };
    Some(base.join("etc").join("npmrc"))
}

/// The folder above whose package.json or pnpm-workspace.yaml has the project among its workspaces.
fn workspace_root(project: &Path) -> Option<PathBuf> {
    project.ancestors().skip(1).find(|folder| has_member(folder, project)).map(Path::to_owned)
}

fn has_member(folder: &Path, project: &Path) -> bool {
    let mut patterns = Vec::new();
    if let Text::Read(text) = read_text(&folder.join("package.json")) {
        let manifest: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        let workspaces = &manifest["workspaces"];
        let list = workspaces.as_array().or_else(|| workspaces["packages"].as_array());
        patterns.extend(list.into_iter().flatten().filter_map(|pattern| pattern.as_str().map(str::to_owned)));
    }
    if folder.join("pnpm-workspace.yaml").is_file() {
        patterns.push("**".to_owned());
    }
    let Ok(inner) = project.strip_prefix(folder) else { return false };
    let options = glob::MatchOptions { require_literal_separator: true, ..glob::MatchOptions::default() };
    patterns.iter().any(|pattern| {
        let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
        glob::Pattern::new(pattern).is_ok_and(|pattern| pattern.matches_path_with(inner, options))
    })
}
