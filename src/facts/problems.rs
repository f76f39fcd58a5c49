//! What is wrong with a project's set-up, each with the way out: the answers of `lognosis doctor`.
//!
//! May import: nothing of ours.

use serde::Serialize;

use super::check::{Finding, Look};
use super::credentials::{kind_name, missing, right_name};
use super::url::{Address, host_of, is_http_url, is_public};
use super::{Credential, Dialect, Facts, FileState, Kind, Layer, Registry, Setting, Shape, Subject};

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gravity {
    /// It breaks something.
    Problem,
    /// Worth knowing.
    Note,
}

/// Something that is wrong, or worth knowing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// A check's name where there is one.
    pub id: &'static str,
    /// How much it matters.
    pub gravity: Gravity,
    /// The sentence, with file and line.
    pub text: String,
    /// What to do.
    pub fix: String,
    /// The command that does it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
}

#[derive(Debug, Default)]
struct List {
    problems: Vec<Problem>,
}

impl List {
    fn add(&mut self, gravity: Gravity, id: &'static str, text: impl Into<String>, fix: impl Into<String>, command: Option<String>) {
        let problem = Problem { id, gravity, text: text.into(), fix: fix.into(), command };
        // Two registries on one host make the same finding twice.
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    fn problem(&mut self, id: &'static str, text: impl Into<String>, fix: impl Into<String>) {
        self.add(Gravity::Problem, id, text, fix, None);
    }

    fn note(&mut self, id: &'static str, text: impl Into<String>, fix: impl Into<String>) {
        self.add(Gravity::Note, id, text, fix, None);
    }
}

impl Facts {
    /// The client that the project is for: `packageManager` says so, else the only lockfile does, else it is npm.
    #[must_use]
    pub fn client(&self) -> &str {
        let named = self.manifest.as_ref().and_then(|manifest| manifest.package_manager.as_deref());
        if let Some((client, _)) = named.map(|named| named.split_once('@').unwrap_or((named, ""))) {
            return client;
        }
        match self.lockfiles.as_slice() {
            [only] => only.client,
            _ => "npm",
        }
    }

    /// The version that `packageManager` asks for.
    fn client_version(&self) -> Option<&str> {
        let (client, version) = self.manifest.as_ref()?.package_manager.as_deref()?.split_once('@')?;
        if client == "npm" { self.npm_version.as_deref().or(Some(version)) } else { Some(version) }
    }

    /// The subject that stands for the project's own client.
    #[must_use]
    pub fn subject(&self) -> Subject<'_> {
        let version = self.client_version().or(if self.client() == "npm" { self.npm_version.as_deref() } else { None });
        Subject { client: Some(self.client()), client_version: version, ..Subject::default() }
    }

    /// Whose configuration the project's client reads.
    #[must_use]
    pub fn own_dialect(&self) -> Dialect {
        self.look(&self.subject()).dialect
    }

    /// The credential that the project's client sends to a registry.
    #[must_use]
    pub fn credential_for(&self, registry: &str) -> Option<&Credential> {
        self.look(&self.subject()).credential(registry)
    }

    /// Everything that is wrong, problems first.
    ///
    /// ```
    /// use lognosis::facts::{Facts, Gravity};
    /// assert!(Facts::default().problems().iter().all(|problem| problem.gravity == Gravity::Note));
    /// ```
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let subject = self.subject();
        let look = self.look(&subject);
        let mut list = List::default();
        for file in &self.unread {
            list.problem(
                "npmrc.unread",
                format!("{file} cannot be read, so nothing in it is in force"),
                "Make it a file that you may read",
            );
        }
        self.missing_variables(&mut list);
        self.registries_of(look.dialect, &mut list);
        for credential in self.credentials.iter().filter(|known| known.dialect == look.dialect) {
            credential_problems(credential, &mut list);
        }
        self.unused_credentials(look.dialect, &mut list);
        self.switches(&look, &mut list);
        self.lockfile_problems(&look, &mut list);
        self.manifest_problems(&look, &mut list);
        list.problems.sort_by_key(|problem| problem.gravity);
        list.problems
    }

    fn missing_variables(&self, list: &mut List) {
        let settings = self.settings.iter().flat_map(|known| known.missing.iter().map(|variable| (&known.place, variable)));
        let credentials = self.credentials.iter().flat_map(|known| known.missing.iter().map(|variable| (&known.place, variable)));
        for (place, variable) in settings.chain(credentials) {
            let Finding { reason, .. } = missing(place, variable);
            let fix = format!("Set {} where npm runs, or take the line out", variable.name);
            list.problem("npmrc.unset-variable", reason, fix);
        }
    }

    fn registries_of(&self, dialect: Dialect, list: &mut List) {
        for setting in self.settings.iter().filter(|known| known.dialect == dialect && known.missing.is_empty()) {
            registry_setting(setting, list);
        }
        for registry in self.registries(dialect) {
            self.registry(&registry, list);
        }
    }

    fn registry(&self, registry: &Registry, list: &mut List) {
        let Some(address) = Address::parse(&registry.url) else { return };
        let base = self.subject();
        let subject = Subject { registry: Some(&registry.url), ..base };
        let login = || Some(format!("npm login --registry={}", registry.url));
        let look = self.look(&subject);
        if let Some(found) =
            look.key_path_mismatch().or_else(|| look.credential(&registry.url).is_none().then(|| look.key_without_slash())?)
        {
            let key = address.full_key();
            list.problem("npmrc.key-path-mismatch", found.reason, format!("Write the key as {key}:_authToken, then take the old line out"));
        } else if look.credential(&registry.url).is_some() && look.key_without_slash().is_some() {
            let found = look.key_without_slash().unwrap_or_default();
            list.note("npmrc.key-without-trailing-slash", found.reason, "Add the slash: npm 6, pnpm 9, yarn 1 and `npm publish` need it");
        }
        if let Some(found) = look.registry_without_slash() {
            list.note("npmrc.registry-without-trailing-slash", found.reason, "Add the slash: npm 6 and `npm publish` need it");
        }
        if look.no_credentials().is_some() && !is_public(&address.host) {
            let what = registry.scope.as_ref().map_or_else(String::new, |scope| format!(" ({scope})"));
            let text = format!("no credential is configured for {}{what}", registry.url);
            list.add(Gravity::Note, "npmrc.no-credentials-for-registry", text, "If it asks for one, log in", login());
        }
        if address.scheme == "http" && !is_loopback(&address.host) {
            let text = format!("{} sets {}: packages and tokens travel unencrypted", registry.place, registry.url);
            list.note("npmrc.http-registry", text, "Use https where the registry has it");
        }
    }

    /// Credentials for a host that no registry in force has.
    fn unused_credentials(&self, dialect: Dialect, list: &mut List) {
        let used: Vec<String> = self.registries(dialect).iter().filter_map(|known| host_of(&known.url)).collect();
        for known in self.credentials.iter().filter(|known| known.dialect == dialect && known.kind != Kind::Username) {
            let Some(host) = host_of(&known.key) else { continue };
            if !used.contains(&host) && !is_public(&host) {
                let text = format!("{} has a {} for {host}, and no registry in force is there", known.place, kind_name(known.kind));
                let fix = format!("Set a scope's registry to it (@scope:registry=https:{}), or take the line out", known.key);
                list.note("npmrc.credentials-for-other-host", text, fix);
            }
        }
    }

    fn switches(&self, look: &Look<'_>, list: &mut List) {
        if let Some(found) = look.strict_ssl_false() {
            let fix = "Give npm the certificate of your proxy or registry instead: npm config set cafile /path/to/ca.pem";
            list.problem("npmrc.strict-ssl-false", found.reason, fix);
        }
        if let Some(found) = look.cafile_missing() {
            list.problem("npmrc.cafile-missing", found.reason, "Correct the path, or take the setting out");
        }
        if let Some(found) = look.invalid_loglevel() {
            list.problem("npmrc.invalid-loglevel", found.reason, "Write one of silent, error, warn, notice, http, info, verbose, silly");
        }
        if let Some(found) = look.always_auth() {
            let fix = "Take it out: npm 7 and later ignore it, npm 9 and later refuse to set it";
            list.note("npmrc.always-auth", found.reason, fix);
        }
        for (check, fix) in [
            (look.offline(), "Take it out to install what is not in the cache"),
            (look.legacy_peer_deps(), "It hides peer dependency conflicts; keep it only with a reason"),
            (look.min_release_age(), "Versions younger than that are not installed"),
        ] {
            if let Some(found) = check {
                list.note("npmrc.option", found.reason, fix);
            }
        }
        for setting in self.settings.iter().filter(|known| ["proxy", "https-proxy", "http-proxy"].contains(&known.key.as_str())) {
            let is_off = matches!(setting.value.as_str(), "" | "null" | "false");
            if !is_off && setting.missing.is_empty() && !is_http_url(&setting.value) && !setting.value.starts_with("socks") {
                let text = format!("{} sets {} to '{}', which is no URL", setting.place, setting.key, setting.value);
                list.problem("proxy.invalid", text, "Write http://host:port, and escape special characters of the password (%40 for @)");
            }
        }
        if let Some(file) = &self.ignored_npmrc {
            list.note(
                "npmrc.ignored",
                format!("npm ignores {file}: it stands in a workspace member"),
                "Move its lines to the .npmrc of the root",
            );
        }
    }

    fn lockfile_problems(&self, look: &Look<'_>, list: &mut List) {
        for lockfile in &self.lockfiles {
            let name = &lockfile.name;
            match &lockfile.state {
                FileState::Conflict(line) => {
                    let fix = "Take one side, then let the client repair it: npm install --package-lock-only";
                    list.problem("lockfile.conflict-markers", format!("{name}:{line} holds a merge conflict marker"), fix);
                }
                FileState::NotJson(why) => {
                    list.problem("lockfile.not-json", format!("{name} is not JSON: {why}"), "Take it from git again, or write it anew");
                }
                FileState::Unread(why) => list.note("lockfile.unread", format!("{name} was not looked at: {why}"), "Make it readable"),
                FileState::Fine => {}
            }
        }
        let clients: std::collections::BTreeSet<&str> = self.lockfiles.iter().map(|lockfile| lockfile.client).collect();
        if clients.len() > 1 {
            let names: Vec<&str> = self.lockfiles.iter().map(|lockfile| lockfile.name.as_str()).collect();
            let fix = format!("Keep the one of {}, remove the others from git", self.client());
            list.problem("lockfile.several", format!("there are lockfiles of several clients: {}", names.join(", ")), fix);
        }
        let named = self.manifest.as_ref().and_then(|manifest| manifest.package_manager.as_deref());
        if let (Some(named), false, false) = (named, clients.is_empty(), clients.contains(self.client())) {
            let text = format!("packageManager in package.json is {named}, and the lockfile is that of {}", self.lockfiles[0].client);
            let fix = format!("Install with {} and commit its lockfile, or correct packageManager", self.client());
            list.problem("package.manager-differs", text, fix);
        }
        if clients.is_empty() && self.manifest.is_some() {
            list.note("lockfile.missing", "the project has no lockfile", format!("Write one with {} install and commit it", self.client()));
        }
        if let Some(found) = look.lockfile_host_differs() {
            let fix = "Rewrite the hosts of `resolved` only, or let npm do it; do not delete the lockfile";
            let command = (self.client() == "npm").then(|| "npm install --replace-registry-host=always".to_owned());
            list.add(Gravity::Problem, "lockfile.host-differs-from-registry", found.reason, fix, command);
        }
    }

    fn manifest_problems(&self, look: &Look<'_>, list: &mut List) {
        match self.manifest.as_ref().map(|manifest| (&manifest.name, &manifest.state)) {
            None => {
                list.note("package.missing", format!("there is no package.json in {}", self.folder), "Look in the project's own folder")
            }
            Some((name, FileState::Conflict(line))) => {
                list.problem("package.conflict-markers", format!("{name}:{line} holds a merge conflict marker"), "Resolve the conflict");
            }
            Some((name, FileState::NotJson(why) | FileState::Unread(why))) => {
                list.problem("package.not-json", format!("{name} cannot be read: {why}"), "Correct it there");
            }
            Some((_, FileState::Fine)) => {}
        }
        if let Some(found) = look.node_modules_foreign() {
            let fix = format!("Remove node_modules and install again with {}", self.client());
            list.problem("node_modules.foreign", format!("{}, and the project is for {}", found.reason, self.client()), fix);
        }
        if let Some((package, line)) = self.manifest.as_ref().and_then(|manifest| manifest.workspace_protocol.as_ref()) {
            if self.client() == "npm" {
                let text = format!("package.json:{line} asks for {package} with the workspace: protocol, which npm does not know");
                list.problem("package.workspace-protocol", text, "Install with pnpm or yarn, or write a version");
            }
        }
    }
}

fn registry_setting(setting: &Setting, list: &mut List) {
    let Setting { key, value, place, .. } = setting;
    let Some(scope) = key.strip_suffix("registry").and_then(|rest| rest.strip_suffix(':').or((rest.is_empty()).then_some(rest))) else {
        return;
    };
    if !scope.is_empty() && !scope.starts_with('@') && !scope.starts_with("//") {
        list.problem("npmrc.scope-key-malformed", format!("{place} sets {key}, which no client reads"), format!("Write @{key}"));
    }
    if !is_http_url(value) {
        let text = format!("{place} sets {key} to '{value}', which is no URL");
        list.problem("npmrc.invalid-registry", text, format!("Write {key}=https://host/path/"));
    }
}

fn credential_problems(credential: &Credential, list: &mut List) {
    let Credential { place, key, name, kind, .. } = credential;
    let what = kind_name(*kind);
    match credential.shape {
        Shape::Placeholder => {
            list.problem(
                "npmrc.placeholder-token",
                format!("the {what} in {place} is a placeholder"),
                "Put the real one there, as ${NAME}",
            );
        }
        Shape::UnbracedVariable => {
            let text = format!("{place} names a variable without braces, so its name is sent as the {what}");
            list.problem("npmrc.dollar-without-braces", text, "Write ${NAME}: nothing else is filled in");
        }
        Shape::Legacy => {
            let text = format!("the token in {place} is a classic one; they were all revoked on 9 December 2025");
            list.add(Gravity::Problem, "npmrc.legacy-token", text, "Make a new one", Some("npm login".to_owned()));
        }
        Shape::Empty if credential.missing.is_empty() => {
            list.problem("npmrc.empty-credential", format!("the {what} in {place} is empty"), "Give it a value, or take the line out");
        }
        Shape::NotBase64 => {
            let text = format!("{name} in {place} is not base64");
            list.problem(
                "npmrc.password-not-base64",
                text,
                "Encode it: printf %s 'user:password' | base64 -w0 (_password: the password alone)",
            );
        }
        _ => {}
    }
    if key.is_empty() && credential.dialect == Dialect::Npm {
        let text = format!("{place} has {name} without a //host/ key before it, which npm 9 and later refuse");
        list.add(Gravity::Problem, "npmrc.unscoped-auth", text, "Let npm give it its key", Some("npm config fix".to_owned()));
    } else if key.starts_with("http://") || key.starts_with("https://") {
        let fix = format!("Begin the key with //: {}", key.split_once(':').map_or("", |(_, rest)| rest));
        list.problem("npmrc.key-with-scheme", format!("the key {key} in {place} begins with a scheme, so no client finds it"), fix);
    } else if right_name(name) != name && name.eq_ignore_ascii_case(right_name(name)) {
        let text = format!("{place} spells {name}, which no client reads");
        list.problem("npmrc.key-lowercase", text, format!("Write {}", right_name(name)));
    }
    if credential.is_literal && credential.layer == Layer::Project && credential.shape == Shape::Usable && *kind != Kind::Username {
        let fix = "Write ${NAME} there and set the variable, or move the line to your own ~/.npmrc";
        list.note("npmrc.token-in-project-file", format!("{place} holds a {what} in clear text, in a file that git may track"), fix);
    }
}

fn is_loopback(host: &str) -> bool {
    let name = host.split(':').next().unwrap_or_default();
    name == "localhost" || name.starts_with("127.") || host.starts_with('[')
}
