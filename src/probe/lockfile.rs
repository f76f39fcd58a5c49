//! Lockfiles: whose they are, whether they can be read, and which hosts they fetch from.
//!
//! May import: `facts`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::Path;

use memchr::memmem::Finder;

use super::environment::Environment;
use super::{conflict_line, line_at};
use crate::facts::{FileState, LockedHost, Lockfile, host_of};

/// Lockfiles of large monorepos reach a tenth of this.
const MOST_BYTES: u64 = 128 * 1024 * 1024;
/// Hosts and scopes that are kept: more are no project's but an attack's.
const MOST_HOSTS: usize = 64;
const MOST_SCOPES: usize = 256;

/// Lockfile names: whose, whether it is JSON, and what stands before an address.
const KNOWN: &[(&str, &str, bool, &str)] = &[
    // npm prefers the shrinkwrap where both are there.
    ("npm-shrinkwrap.json", "npm", true, "\"resolved\""),
    ("package-lock.json", "npm", true, "\"resolved\""),
    ("pnpm-lock.yaml", "pnpm", false, "tarball:"),
    ("yarn.lock", "yarn", false, "resolved "),
    ("bun.lock", "bun", false, ""),
    ("bun.lockb", "bun", false, ""),
];

/// All lockfiles of a folder.
pub(super) fn read_all(folder: &Path, environment: &Environment) -> Vec<Lockfile> {
    let there = KNOWN.iter().filter(|(name, ..)| folder.join(name).is_file());
    there.map(|(name, client, is_json, before)| read(&folder.join(name), client, *is_json, before, environment)).collect()
}

fn read(path: &Path, client: &'static str, is_json: bool, before: &str, environment: &Environment) -> Lockfile {
    let mut lockfile = Lockfile { client, name: environment.display(path), state: FileState::Fine, hosts: Vec::new() };
    if before.is_empty() {
        return lockfile;
    }
    let bytes = match contents(path) {
        Ok(bytes) => bytes,
        Err(why) => return Lockfile { state: FileState::Unread(why), ..lockfile },
    };
    lockfile.state = match conflict_line(&bytes) {
        Some(line) => FileState::Conflict(line),
        None if is_json => json_state(&bytes),
        None => FileState::Fine,
    };
    lockfile.hosts = hosts(&bytes, before);
    lockfile
}

fn contents(path: &Path) -> Result<Vec<u8>, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > MOST_BYTES { Err("it is too large".to_owned()) } else { Ok(bytes) }
}

/// Whether a text is JSON, without building what it says.
pub(super) fn json_state(bytes: &[u8]) -> FileState {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match serde_json::from_slice::<serde::de::IgnoredAny>(bytes) {
        Ok(_) => FileState::Fine,
        Err(error) => FileState::NotJson(error.to_string()),
    }
}

/// Hosts by how many packages come from them.
fn hosts(bytes: &[u8], before: &str) -> Vec<LockedHost> {
    let mut found: BTreeMap<String, (usize, usize, BTreeSet<String>)> = BTreeMap::new();
    let mut seen: BTreeSet<u64> = BTreeSet::new();
    for at in Finder::new(before).find_iter(bytes) {
        let Some(url) = address_after(&bytes[at + before.len()..]).filter(|url| is_of_registry(url)) else { continue };
        let Some(host) = host_of(url) else { continue };
        if !found.contains_key(&host) && found.len() >= MOST_HOSTS {
            continue;
        }
        let (first, count, scopes) = found.entry(host).or_insert((at, 0, BTreeSet::new()));
        *first = (*first).min(at);
        // package-lock.json of version 2 names each package twice.
        *count += usize::from(seen.insert(hash(url)));
        if let Some(scope) = scope_of(url).filter(|_| scopes.len() < MOST_SCOPES) {
            scopes.insert(scope);
        }
    }
    let mut hosts: Vec<LockedHost> = found
        .into_iter()
        .map(|(host, (first, count, scopes))| LockedHost {
            host,
            packages: u32::try_from(count).unwrap_or(u32::MAX),
            line: line_at(bytes, first),
            scopes,
        })
        .collect();
    hosts.sort_by(|a, b| b.packages.cmp(&a.packages).then_with(|| a.host.cmp(&b.host)));
    hosts
}

fn hash(text: &str) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// The address that follows on the same line: `: "https://..` or `"https://..#hash"`.
fn address_after(rest: &[u8]) -> Option<&str> {
    let rest = &rest[..rest.len().min(2048)];
    let start = rest.iter().position(|b| !matches!(b, b':' | b' ' | b'"' | b'\''))?;
    let rest = &rest[start..];
    let end = rest.iter().position(|b| matches!(b, b'"' | b'\'' | b'\n' | b'\r' | b' ' | b',' | b'}' | b'#')).unwrap_or(rest.len());
    std::str::from_utf8(&rest[..end]).ok()
}

/// A package of a registry, and no archive that package.json names by its address.
fn is_of_registry(url: &str) -> bool {
    url.starts_with("http") && (url.contains("/-/") || url.contains("/download/@"))
}

fn scope_of(url: &str) -> Option<String> {
    let at = url.find("/@").map(|at| at + 1).or_else(|| url.to_ascii_lowercase().find("/%40").map(|at| at + 1))?;
    let rest = url[at..].trim_start_matches("%40").trim_start_matches('@');
    let end = rest.find(['/', '%'])?;
    Some(format!("@{}", &rest[..end]))
}

#[cfg(test)]
mod tests {
    use super::hosts;

    #[test]
    fn hosts_are_counted_once_a_package() {
        let lock = br#"{
  "packages": {
    "node_modules/a": { "resolved": "https://nexus.example/repository/g/a/-/a-1.0.0.tgz" },
    "node_modules/@s/b": {"resolved":"https://registry.npmjs.org/@s/b/-/b-1.0.0.tgz"},
    "node_modules/g": { "resolved": "git+ssh://git@github.com/a/b.git#abc" },
    "node_modules/t": { "resolved": "https://example.com/t.tgz" }
  },
  "dependencies": { "a": { "resolved": "https://nexus.example/repository/g/a/-/a-1.0.0.tgz" } }
}"#;
        let found: Vec<(String, u32, u32)> = hosts(lock, "\"resolved\"").into_iter().map(|h| (h.host, h.packages, h.line)).collect();
        assert_eq!(found, [("nexus.example".to_owned(), 1, 3), ("registry.npmjs.org".to_owned(), 1, 4)]);
        assert_eq!(hosts(lock, "\"resolved\"")[1].scopes.iter().next().map(String::as_str), Some("@s"));
    }

    #[test]
    fn yarns_and_pnpms_are_read_too() {
        let yarn = b"a@^1:\n  version \"1.0.0\"\n  resolved \"https://h/a/-/a-1.0.0.tgz#abc\"\n";
        assert_eq!(hosts(yarn, "resolved ")[0].host, "h");
        let pnpm = b"  a@1.0.0:\n    resolution: {integrity: x, tarball: https://npm.pkg.github.com/download/@s/a/1.0.0/abc}\n";
        assert_eq!(hosts(pnpm, "tarball:")[0].host, "npm.pkg.github.com");
    }
}
