//! Configuration files and environment made into facts, the strongest first; of each key only the one in force is kept.
//!
//! May import: `facts`.

use std::path::Path;

use super::environment::Environment;
use super::locate::Places;
use super::npmrc::{self, Filled};
use super::shape::shape;
use super::{Text, read_text, yaml};
use crate::facts::{Credential, Dialect, Facts, Kind, Layer, MissingFile, PUBLIC_REGISTRY, Place, Setting, nerf_dart, without_userinfo};

/// Options that say something about failures. No other is kept: who knows what it holds.
const OPTIONS: &[&str] = &[
    "registry",
    "proxy",
    "https-proxy",
    "http-proxy",
    "noproxy",
    "no-proxy",
    "strict-ssl",
    "cafile",
    "loglevel",
    "engine-strict",
    "legacy-peer-deps",
    "min-release-age",
    "minimum-release-age",
    "before",
    "offline",
    "prefer-offline",
    "always-auth",
    "replace-registry-host",
    "package-lock",
    "ignore-scripts",
    "omit",
    "only",
    "production",
    "cache",
    "prefix",
    "fetch-timeout",
    "fetch-retries",
    "maxsockets",
    "node-linker",
];
/// Options of .yarnrc.yml that are kept, with the names that they have here.
const BERRY_OPTIONS: &[(&str, &str)] = &[
    ("npmRegistryServer", "registry"),
    ("httpProxy", "http-proxy"),
    ("httpsProxy", "https-proxy"),
    ("enableStrictSsl", "enableStrictSsl"),
    ("npmMinimalAgeGate", "npmMinimalAgeGate"),
    ("nodeLinker", "nodeLinker"),
    ("enableNetwork", "enableNetwork"),
];
/// Variables that clients look at. Only whether the last ones are set is kept.
const VARIABLES: &[&str] = &[
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "PROXY",
    "proxy",
    "ALL_PROXY",
    "all_proxy",
    "NO_PROXY",
    "no_proxy",
    "NODE_EXTRA_CA_CERTS",
    "SSL_CERT_FILE",
    "NODE_TLS_REJECT_UNAUTHORIZED",
    "NODE_USE_SYSTEM_CA",
    "NODE_ENV",
    "CI",
];
const SECRET_VARIABLES: &[&str] = &["NPM_TOKEN", "NODE_AUTH_TOKEN", "NPM_ID_TOKEN"];

/// Reads the configuration in force.
pub(super) fn configuration(places: &Places, environment: &Environment, facts: &mut Facts) {
    for (key, value, variable) in environment.npm_config() {
        let place = Place::Variable(variable);
        entry(&key, &npmrc::fill(&value, |_| None), place, Layer::Environment, facts);
    }
    let project = places.root.join(".npmrc");
    let is_user_file = places.user_npmrc.as_ref() == Some(&project);
    if !is_user_file {
        npmrc_file(&project, Layer::Project, environment, facts);
    }
    let member = places.project.join(".npmrc");
    if places.project != places.root && member.is_file() {
        facts.ignored_npmrc = Some(environment.display(&member));
    }
    if let Some(path) = &places.user_npmrc {
        npmrc_file(path, Layer::User, environment, facts);
    }
    if let Some(path) = places.global_npmrc.as_ref().filter(|path| Some(*path) != places.user_npmrc.as_ref()) {
        npmrc_file(path, Layer::Global, environment, facts);
    }
    berry(places, environment, facts);
    pnpm_workspace(&places.root, environment, facts);
    cafile(&places.project, environment, facts);
}

fn npmrc_file(path: &Path, layer: Layer, environment: &Environment, facts: &mut Facts) {
    let name = environment.display(path);
    let text = match read_text(path) {
        Text::Missing => return,
        Text::Unreadable(_) => return facts.unread.push(name),
        Text::Read(text) => text,
    };
    // In one file the last of several wins.
    for known in npmrc::parse(&text).into_iter().rev() {
        let lookup = |name: &str| environment.get(name);
        let key = npmrc::fill(&known.key, lookup);
        let place = Place::File { name: name.clone(), line: known.line };
        entry(&key.text, &npmrc::fill(&known.value, lookup), place, layer, facts);
    }
    facts.files.push(name);
}

/// Takes in one key, unless a stronger place has it.
fn entry(key: &str, filled: &Filled, place: Place, layer: Layer, facts: &mut Facts) {
    if let Some((owner, name, kind)) = credential_key(key) {
        return add_credential(owner, name, kind, filled, (place, layer, Dialect::Npm), facts);
    }
    let is_kept = OPTIONS.contains(&key) || key.ends_with(":registry") || key.ends_with(":always-auth");
    if is_kept {
        add_setting(key, filled, place, layer, Dialect::Npm, facts);
    }
}

fn add_setting(key: &str, filled: &Filled, place: Place, layer: Layer, dialect: Dialect, facts: &mut Facts) {
    if facts.setting(dialect, key).is_none() {
        let value = without_userinfo(&filled.text);
        facts.settings.push(Setting { key: key.to_owned(), value, place, layer, dialect, missing: filled.missing.clone() });
    }
}

fn add_credential(owner: &str, name: &str, kind: Kind, filled: &Filled, from: (Place, Layer, Dialect), facts: &mut Facts) {
    let (place, layer, dialect) = from;
    let is_known = facts.credentials.iter().any(|known| known.dialect == dialect && known.key == owner && known.name == name);
    if is_known {
        return;
    }
    facts.credentials.push(Credential {
        key: owner.to_owned(),
        name: name.to_owned(),
        kind,
        shape: shape(kind, owner, filled),
        place,
        layer,
        dialect,
        missing: filled.missing.clone(),
        is_literal: !filled.has_variable,
    });
}

/// `//host/path/:_authToken` cut into the key and the credential's name. Spellings that no client reads are told too.
fn credential_key(key: &str) -> Option<(&str, &str, Kind)> {
    let (owner, name) = match key.rsplit_once(':') {
        Some((owner, name)) if owner.contains("//") => (owner, name),
        Some(_) => return None,
        None => ("", key),
    };
    let kind = match name.to_ascii_lowercase().as_str() {
        "_authtoken" => Kind::Token,
        "_auth" => Kind::Basic,
        "_password" => Kind::Password,
        "username" => Kind::Username,
        "certfile" | "keyfile" if !owner.is_empty() => Kind::Certificate,
        _ => return None,
    };
    // `npm_config__authtoken` of the environment is in lower case of necessity.
    Some((owner, name, kind))
}

/// `.yarnrc.yml` of the project and of the person. Credentials stand under the registry or scope that they are for.
fn berry(places: &Places, environment: &Environment, facts: &mut Facts) {
    let user = environment.home().map(|home| home.join(".yarnrc.yml"));
    let project = places.root.join(".yarnrc.yml");
    let files = std::iter::once((project, Layer::Project)).chain(user.map(|path| (path, Layer::User)));
    let mut found = Vec::new();
    for (path, layer) in files {
        let Text::Read(text) = read_text(&path) else { continue };
        let name = environment.display(&path);
        for scalar in yaml::scalars(&text) {
            let place = Place::File { name: name.clone(), line: scalar.line };
            found.push((scalar.path, npmrc::fill(&scalar.value, |name| environment.get(name)), place, layer));
        }
        if !facts.files.contains(&name) {
            facts.files.push(name);
        }
    }
    for (path, filled, place, layer) in &found {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let key = match path.as_slice() {
            [option] => BERRY_OPTIONS.iter().find(|(theirs, _)| theirs == option).map(|(_, ours)| (*ours).to_owned()),
            ["npmScopes", scope, "npmRegistryServer"] => Some(format!("@{scope}:registry")),
            _ => None,
        };
        if let Some(key) = key {
            add_setting(&key, filled, place.clone(), *layer, Dialect::Berry, facts);
        }
    }
    for (path, filled, place, layer) in &found {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let (owner, option) = match path.as_slice() {
            [option] => (berry_key(facts, "registry"), *option),
            ["npmScopes", scope, option] => (berry_key(facts, &format!("@{scope}:registry")), *option),
            ["npmRegistries", registry, option] => (format!("{}/", registry.trim_end_matches('/')), *option),
            _ => continue,
        };
        let kind = match option {
            "npmAuthToken" => Kind::Token,
            "npmAuthIdent" => Kind::Basic,
            _ => continue,
        };
        let name = if kind == Kind::Token { "_authToken" } else { "_auth" };
        add_credential(&owner, name, kind, filled, (place.clone(), *layer, Dialect::Berry), facts);
    }
}

/// The key of a registry of .yarnrc.yml, as .npmrc would write it.
fn berry_key(facts: &Facts, setting: &str) -> String {
    let known = facts.setting(Dialect::Berry, setting).or_else(|| facts.setting(Dialect::Berry, "registry"));
    let url = known.map_or(PUBLIC_REGISTRY, |setting| setting.value.as_str());
    nerf_dart(&format!("{}/", url.trim_end_matches('/'))).unwrap_or_default()
}

fn pnpm_workspace(root: &Path, environment: &Environment, facts: &mut Facts) {
    let path = root.join("pnpm-workspace.yaml");
    let Text::Read(text) = read_text(&path) else { return };
    let name = environment.display(&path);
    for scalar in yaml::scalars(&text) {
        if let ["minimumReleaseAge" | "nodeLinker" | "engineStrict"] = scalar.path.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            let place = Place::File { name: name.clone(), line: scalar.line };
            let filled = npmrc::fill(&scalar.value, |name| environment.get(name));
            add_setting(&scalar.path[0], &filled, place, Layer::Project, Dialect::Pnpm, facts);
        }
    }
    facts.files.push(name);
}

/// Files that options name and that are not there.
fn cafile(folder: &Path, environment: &Environment, facts: &mut Facts) {
    let Some(setting) = facts.setting(Dialect::Npm, "cafile").filter(|setting| !matches!(setting.value.as_str(), "" | "null")) else {
        return;
    };
    if !environment.resolve(folder, &setting.value).is_file() {
        let missing = MissingFile { option: setting.key.clone(), path: setting.value.clone(), place: setting.place.clone() };
        facts.missing_files.push(missing);
    }
}

/// Variables that clients look at.
pub(super) fn environment(environment: &Environment, folder: &Path, facts: &mut Facts) {
    for name in VARIABLES {
        if let Some(value) = environment.filled(name) {
            facts.environment.insert((*name).to_owned(), without_userinfo(&value));
        }
    }
    for name in SECRET_VARIABLES {
        if let Some(value) = environment.get(name) {
            let state = if value.is_empty() { "(empty)" } else { "(set)" };
            facts.environment.insert((*name).to_owned(), state.to_owned());
        }
    }
    for name in ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"] {
        let Some(value) = environment.filled(name) else { continue };
        if !folder.join(&*value).is_file() {
            let place = Place::Variable(name.to_owned());
            facts.missing_files.push(MissingFile { option: name.to_owned(), path: value.into_owned(), place });
        }
    }
}
