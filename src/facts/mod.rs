//! What is known of this machine: configuration, lockfile, environment, as plain data without secrets.
//!
//! May import: nothing of ours.
//!
//! Pure: whoever fills [`Facts`] has looked at files and variables before and has left every secret behind. Of a
//! credential only its key, kind and shape are kept.

mod check;
mod credentials;
mod problems;
mod project;
mod settings;
mod url;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;

pub use check::{Finding, Subject};
pub use problems::{Gravity, Problem};
pub use url::{host_of, is_http_url, nerf_dart, without_userinfo};

/// The registry that clients use when nothing else is configured.
pub const PUBLIC_REGISTRY: &str = "https://registry.npmjs.org/";

/// Where something is written. As text, and in JSON: `~/.npmrc:3`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A line of a file, from 1. The name is as a person would write it: `~/.npmrc`.
    File {
        /// The file's name.
        name: String,
        /// The line; 0 stands for the whole file.
        line: u32,
    },
    /// An environment variable.
    Variable(String),
    /// The client's own default.
    Default,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { name, line: 0 } => f.write_str(name),
            Self::File { name, line } => write!(f, "{name}:{line}"),
            Self::Variable(name) => write!(f, "the environment variable {name}"),
            Self::Default => f.write_str("the default"),
        }
    }
}

impl Serialize for Place {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Which configuration wins: the first of these that has a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layer {
    /// `npm_config_*`.
    Environment,
    /// The project's `.npmrc`, or another file of the project.
    Project,
    /// The person's `~/.npmrc`.
    User,
    /// The installation's `etc/npmrc`.
    Global,
}

/// Whose configuration it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dialect {
    /// `.npmrc`: npm, pnpm, yarn 1 and bun.
    Npm,
    /// `.yarnrc.yml`: yarn 2 and later.
    Berry,
    /// `pnpm-workspace.yaml`.
    Pnpm,
}

/// What became of a `${VARIABLE}` in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// It is set, to nothing.
    pub is_empty: bool,
}

/// One option in force. Values that could hold a secret are cut down before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Setting {
    /// The option: `registry`, `@acme:registry`, `strict-ssl`.
    pub key: String,
    /// Its value, variables filled in.
    pub value: String,
    /// Where it stands.
    pub place: Place,
    /// How strong it is.
    pub layer: Layer,
    /// Whose it is.
    pub dialect: Dialect,
    /// Variables of its value that are unset or empty.
    pub missing: Vec<Variable>,
}

/// What kind of credential a key holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// `_authToken`: a bearer token.
    Token,
    /// `_auth`: `user:password` in base64.
    Basic,
    /// `_password`, with a `username` beside it.
    Password,
    /// `username`, of no use without `_password`.
    Username,
    /// `certfile` or `keyfile`: a client certificate.
    Certificate,
}

/// What a credential looks like, without its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    /// Nothing is odd about it.
    Usable,
    /// A text that stands for a token: `YOUR_TOKEN`, `xxxx`.
    Placeholder,
    /// A name with a dollar or percent sign that clients do not fill in: `$NPM_TOKEN`.
    UnbracedVariable,
    /// A UUID for registry.npmjs.org: a classic token.
    Legacy,
    /// It refers to a variable that is not set.
    UnsetVariable,
    /// There is nothing.
    Empty,
    /// It should be base64 and is not.
    NotBase64,
}

/// A credential, known by its key and its looks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Credential {
    /// What it is for: `//host/path/`; empty where it stands without one.
    pub key: String,
    /// The name behind the key: `_authToken`.
    pub name: String,
    /// What kind it is.
    pub kind: Kind,
    /// What it looks like.
    pub shape: Shape,
    /// Where it stands.
    pub place: Place,
    /// How strong it is.
    pub layer: Layer,
    /// Whose it is.
    pub dialect: Dialect,
    /// Variables of it that are unset or empty.
    pub missing: Vec<Variable>,
    /// It stands in the file as it is, and not as a `${VARIABLE}`.
    pub is_literal: bool,
}

/// What a lockfile is good for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileState {
    /// It can be read.
    Fine,
    /// It holds merge conflict markers, the first on this line.
    Conflict(u32),
    /// It is not JSON: the parser's word.
    NotJson(String),
    /// It cannot be read, or is larger than is looked at: what stands in the way.
    Unread(String),
}

/// A host that a lockfile fetches from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LockedHost {
    /// `host` or `host:port`.
    pub host: String,
    /// How many packages come from there.
    pub packages: u32,
    /// The first line that names it.
    pub line: u32,
    /// The scopes that come from there.
    pub scopes: BTreeSet<String>,
}

/// A lockfile of the project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lockfile {
    /// Whose it is: npm, pnpm, yarn, bun.
    pub client: &'static str,
    /// Its name.
    pub name: String,
    /// Whether it can be read.
    pub state: FileState,
    /// Where its packages come from.
    pub hosts: Vec<LockedHost>,
}

/// What package.json says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Manifest {
    /// The file's name.
    pub name: String,
    /// Whether it can be read.
    pub state: FileState,
    /// `"private": true`.
    pub is_private: bool,
    /// `packageManager`: `pnpm@9.1.0`.
    pub package_manager: Option<String>,
    /// `engines`.
    pub engines: BTreeMap<String, String>,
    /// `publishConfig.registry`.
    pub publish_registry: Option<String>,
    /// The first dependency with `workspace:`, and its line.
    pub workspace_protocol: Option<(String, u32)>,
}

/// The project's node_modules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NodeModules {
    /// The client that made it, and the file that says so.
    pub made_by: Option<(&'static str, String)>,
}

/// A file that something names and that is not there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MissingFile {
    /// What names it: `cafile`.
    pub option: String,
    /// The file.
    pub path: String,
    /// Where that is written.
    pub place: Place,
}

/// Facts of one project folder on this machine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Facts {
    /// The folder that was looked at.
    pub folder: String,
    /// Configuration files that were read.
    pub files: Vec<String>,
    /// Configuration files that are there and could not be read.
    pub unread: Vec<String>,
    /// A workspace member's `.npmrc`, which npm ignores.
    pub ignored_npmrc: Option<String>,
    /// Options in force.
    pub settings: Vec<Setting>,
    /// Credentials in force.
    pub credentials: Vec<Credential>,
    /// Environment variables that clients look at (proxies, certificates), without secrets.
    pub environment: BTreeMap<String, String>,
    /// Files that are named and do not exist.
    pub missing_files: Vec<MissingFile>,
    /// package.json.
    pub manifest: Option<Manifest>,
    /// All lockfiles.
    pub lockfiles: Vec<Lockfile>,
    /// node_modules.
    pub node_modules: Option<NodeModules>,
    /// The version of the npm that `PATH` leads to.
    pub npm_version: Option<String>,
}

/// A registry in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Registry {
    /// The scope it is for; none: all other packages.
    pub scope: Option<String>,
    /// Its URL as it is written.
    pub url: String,
    /// Where.
    pub place: Place,
}

impl Facts {
    /// The option of that name, where it is set.
    ///
    /// ```
    /// use lognosis::facts::{Dialect, Facts};
    /// assert!(Facts::default().setting(Dialect::Npm, "registry").is_none());
    /// ```
    #[must_use]
    pub fn setting(&self, dialect: Dialect, key: &str) -> Option<&Setting> {
        self.settings.iter().find(|setting| setting.dialect == dialect && setting.key == key)
    }

    /// The registries in force: the default one first, then those of scopes.
    ///
    /// ```
    /// use lognosis::facts::{Dialect, Facts, PUBLIC_REGISTRY};
    /// assert_eq!(Facts::default().registries(Dialect::Npm)[0].url, PUBLIC_REGISTRY);
    /// ```
    #[must_use]
    pub fn registries(&self, dialect: Dialect) -> Vec<Registry> {
        let default = self.setting(dialect, "registry").filter(|setting| setting.missing.is_empty() && !setting.value.is_empty());
        let mut out = vec![match default {
            Some(setting) => Registry { scope: None, url: setting.value.clone(), place: setting.place.clone() },
            None => Registry { scope: None, url: PUBLIC_REGISTRY.to_owned(), place: Place::Default },
        }];
        for setting in self.settings.iter().filter(|setting| setting.dialect == dialect) {
            if let Some(scope) = setting.key.strip_suffix(":registry").filter(|scope| scope.starts_with('@')) {
                out.push(Registry { scope: Some(scope.to_owned()), url: setting.value.clone(), place: setting.place.clone() });
            }
        }
        out
    }

    /// The registry that a package comes from.
    fn registry_of(&self, dialect: Dialect, package: &str) -> Registry {
        let scope = package.split_once('/').map(|(scope, _)| scope).filter(|scope| scope.starts_with('@'));
        let mut registries = self.registries(dialect);
        match registries.iter().position(|registry| registry.scope.is_some() && registry.scope.as_deref() == scope) {
            Some(at) => registries.swap_remove(at),
            None => registries.swap_remove(0),
        }
    }
}
