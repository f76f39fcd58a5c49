//! The environment as the probe sees it: variables, the person's home, the system.
//!
//! May import: nothing of ours.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};

/// Variables, home and system: of this process, or made up for a test.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    is_windows: bool,
}

impl Environment {
    /// That of this process.
    #[must_use]
    pub fn here() -> Self {
        let variables = env::vars_os().map(|(name, value)| (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned()));
        Self { variables: variables.collect(), is_windows: cfg!(windows) }
    }

    /// A made-up one.
    ///
    /// ```
    /// use lognosis::probe::{Environment, probe};
    /// let nobody = Environment::of([("HOME", "/no/such/home")]);
    /// assert!(probe("/no/such/folder".as_ref(), &nobody).files.is_empty());
    /// ```
    #[must_use]
    pub fn of<'v>(variables: impl IntoIterator<Item = (&'v str, &'v str)>) -> Self {
        let variables = variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self { variables: variables.collect(), is_windows: cfg!(windows) }
    }

    /// A variable, set or not. Windows does not tell letter case apart.
    pub(super) fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        if self.is_windows {
            return self
                .variables
                .iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(name))
                .map(|(_, value)| Cow::Borrowed(value.as_str()));
        }
        self.variables.get(name).map(|value| Cow::Borrowed(value.as_str()))
    }

    /// A variable that is set and not empty.
    pub(super) fn filled(&self, name: &str) -> Option<Cow<'_, str>> {
        self.get(name).filter(|value| !value.is_empty())
    }

    /// Whether this is a CI machine.
    #[must_use]
    pub fn is_ci(&self) -> bool {
        let is_set = |name: &&str| self.filled(name).is_some_and(|value| value != "false" && value != "0");
        ["CI", "TF_BUILD", "JENKINS_URL", "TEAMCITY_VERSION"].iter().any(is_set)
    }

    /// The operating system, as runs name it: linux, macos, windows.
    #[must_use]
    pub fn os(&self) -> &'static str {
        env::consts::OS
    }

    pub(super) fn home(&self) -> Option<PathBuf> {
        ["HOME", "USERPROFILE"].into_iter().find_map(|name| self.filled(name)).map(|home| PathBuf::from(&*home))
    }

    /// `npm_config_*` by npm's own names. npm takes no notice of empty ones.
    ///
    /// Source: `loadEnv` of @npmcli/config: a key of a registry is taken as it is, others in lower case with `-` for `_`.
    pub(super) fn npm_config(&self) -> Vec<(String, String, String)> {
        const PREFIX: &str = "npm_config_";
        let mut out = Vec::new();
        for (variable, value) in self.variables.iter().filter(|(_, value)| !value.is_empty()) {
            let Some(name) =
                variable.get(..PREFIX.len()).filter(|start| start.eq_ignore_ascii_case(PREFIX)).map(|_| &variable[PREFIX.len()..])
            else {
                continue;
            };
            let key = if name.starts_with("//") { name.to_owned() } else { option_name(name) };
            out.push((key, value.clone(), variable.clone()));
        }
        out
    }

    /// The program of that name that `PATH` leads to.
    pub(super) fn program(&self, name: &str) -> Option<PathBuf> {
        let path = self.filled("PATH")?;
        let file = if self.is_windows { format!("{name}.exe") } else { name.to_owned() };
        env::split_paths(&*path).map(|folder| folder.join(&file)).find(|program| program.is_file())
    }

    pub(super) fn is_windows(&self) -> bool {
        self.is_windows
    }

    /// A path as a person would write it: `~` for home, nothing for the folder that they are in.
    pub(super) fn display(&self, path: &Path) -> String {
        let here = env::current_dir().ok().filter(|here| here.parent().is_some());
        if let Some(inner) = here.as_deref().and_then(|here| path.strip_prefix(here).ok()).filter(|inner| !inner.as_os_str().is_empty()) {
            return inner.display().to_string();
        }
        match self.home().as_deref().and_then(|home| path.strip_prefix(home).ok()) {
            Some(inner) if !inner.as_os_str().is_empty() => Path::new("~").join(inner).display().to_string(),
            _ => path.display().to_string(),
        }
    }

    /// `~/x` and relative paths, as npm reads paths in its options.
    pub(super) fn resolve(&self, folder: &Path, value: &str) -> PathBuf {
        match (value.strip_prefix("~/"), self.home()) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => folder.join(value),
        }
    }
}

/// `strict_ssl` and `STRICT_SSL` are `strict-ssl`; a leading underscore stays.
fn option_name(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let body = lower.trim_start_matches('_');
    format!("{}{}", &lower[..lower.len() - body.len()], body.replace('_', "-"))
}
