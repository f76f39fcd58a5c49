//! Checks on credentials: is there one for the registry, does its key fit, does it look right.
//!
//! May import: nothing of ours.

use super::check::{Finding, Look, Lookup, asks_who_you_are};
use super::url::{Address, host_of, is_public, nerf_dart};
use super::{Credential, Kind, Place, Shape, Variable};

/// The names that clients know. They take no notice of other spellings.
const NAMES: &[&str] = &["_authToken", "_auth", "_password", "username", "certfile", "keyfile"];

impl<'a> Look<'a> {
    fn credentials(&self) -> impl Iterator<Item = &'a Credential> + use<'a> {
        let dialect = self.dialect;
        self.facts.credentials.iter().filter(move |credential| credential.dialect == dialect)
    }

    /// The keys under which the client looks for a registry's credential, the first hit wins.
    fn keys(&self, registry: &str) -> Vec<String> {
        let Some(address) = Address::parse(registry) else { return Vec::new() };
        match self.lookup {
            Lookup::Exact => nerf_dart(registry).into_iter().collect(),
            Lookup::Full => vec![address.full_key()],
            Lookup::Folders | Lookup::Loose => {
                let mut keys = Vec::new();
                let mut key = address.full_key();
                while key.len() > "//".len() {
                    if self.lookup == Lookup::Loose || key.ends_with('/') {
                        keys.push(key.clone());
                    }
                    let cut = key.trim_end_matches('/').len();
                    // As npm does: first the slash goes, then the segment before it.
                    key.truncate(if cut < key.len() { cut } else { key.rfind('/').map_or(0, |at| at + 1) });
                }
                keys
            }
        }
    }

    /// The credential that the client sends to a registry. A password counts with its user name only.
    pub(super) fn credential(&self, registry: &str) -> Option<&'a Credential> {
        let under = |key: &str, kind: Kind| {
            self.credentials().find(|known| known.key == key && known.kind == kind && NAMES.contains(&known.name.as_str()))
        };
        self.keys(registry).iter().find_map(|key| {
            let password = || under(key, Kind::Username).and_then(|_| under(key, Kind::Password));
            under(key, Kind::Token).or_else(|| under(key, Kind::Basic)).or_else(password).or_else(|| under(key, Kind::Certificate))
        })
    }

    pub(super) fn has_credentials(&self) -> Option<Finding> {
        self.for_all(|registry| {
            let found = self.credential(registry)?;
            let is_sent = !matches!(found.shape, Shape::UnsetVariable | Shape::Empty);
            is_sent.then(|| Finding::new(format!("{} has a {} for {}", found.place, kind_name(found.kind), found.key)))
        })
    }

    /// There is none at all, and nothing more special is the matter.
    pub(super) fn no_credentials(&self) -> Option<Finding> {
        let is_special = self.unset_variable().is_some() || self.scope_typo().is_some() || self.registry_is_only_in_the_lockfile();
        if is_special || self.is_guess_at_the_public_registry() {
            return None;
        }
        self.for_all(|registry| {
            let is_special = self.credential(registry).is_some() || self.same_host(registry).is_some() || self.stray(registry).is_some();
            if is_special || self.unscoped_counts() {
                return None;
            }
            let files = match self.dialect {
                super::Dialect::Berry => "no .yarnrc.yml",
                _ => "no .npmrc",
            };
            Some(Finding::new(format!("{files} in force has a credential for {registry}")))
        })
    }

    /// Nothing says which registry was asked. The public one wants to know who you are only for some commands.
    fn is_guess_at_the_public_registry(&self) -> bool {
        let is_known = self.subject.registry.is_some() || self.subject.package.is_some() || asks_who_you_are(self.subject.command);
        !is_known && self.targets().iter().all(|target| host_of(target).is_some_and(|host| is_public(&host)))
    }

    /// A credential for the same host that the client does not find.
    pub(super) fn same_host(&self, registry: &str) -> Option<&'a Credential> {
        if self.credential(registry).is_some() {
            return None;
        }
        let name = |host: &str| host.split(':').next().unwrap_or_default().to_owned();
        let wanted = name(&host_of(registry)?);
        let mut fitting = self.credentials().filter(|known| known.kind != Kind::Username);
        fitting.find(|known| host_of(&known.key).is_some_and(|host| name(&host) == wanted))
    }

    pub(super) fn key_path_mismatch(&self) -> Option<Finding> {
        self.for_any(|registry| {
            let found = self.same_host(registry)?;
            let full = Address::parse(registry)?.full_key();
            if format!("{}/", found.key) == full {
                return None;
            }
            let wanted = self.keys(registry).into_iter().next().unwrap_or(full);
            let text = if NAMES.contains(&found.name.as_str()) {
                format!("{} has a {} for {}, and the registry's key is {wanted}", found.place, kind_name(found.kind), found.key)
            } else {
                format!("{} spells {} where clients read {}", found.place, found.name, right_name(&found.name))
            };
            Some(Finding::new(text))
        })
    }

    pub(super) fn key_without_slash(&self) -> Option<Finding> {
        self.for_any(|registry| {
            let full = Address::parse(registry)?.full_key();
            let found = self.credentials().find(|known| format!("{}/", known.key) == full)?;
            Some(Finding::new(format!("{} has the key {} without a slash at its end", found.place, found.key)))
        })
    }

    /// A credential for a host that no registry in force has, while the registry asked has none: it was meant for another.
    fn stray(&self, registry: &str) -> Option<&'a Credential> {
        if self.credential(registry).is_some() || self.same_host(registry).is_some() {
            return None;
        }
        let used: Vec<String> = self.facts.registries(self.dialect).iter().filter_map(|known| host_of(&known.url)).collect();
        let asked = host_of(registry);
        self.credentials().filter(|known| known.kind != Kind::Username && !known.key.is_empty()).find(|known| {
            let host = host_of(&known.key);
            // Beside the registry that was asked, a registry in force explains its own credential.
            host.is_some() && host != asked && !host.is_some_and(|host| used.contains(&host))
        })
    }

    pub(super) fn credentials_for_other_host(&self) -> Option<Finding> {
        if self.registry_is_only_in_the_lockfile() || self.scope_typo().is_some() {
            return None;
        }
        self.for_all(|registry| {
            let found = self.stray(registry)?;
            let asked = host_of(registry)?;
            Some(Finding::new(format!("{} has a {} for {} and none for {asked}", found.place, kind_name(found.kind), found.key)))
        })
    }

    pub(super) fn unset_variable(&self) -> Option<Finding> {
        let credential = self.targets().iter().find_map(|registry| {
            self.credential(registry).filter(|found| !found.missing.is_empty()).map(|found| (found, registry.clone()))
        });
        if let Some((found, registry)) = credential {
            return Some(missing(&found.place, &found.missing[0]).at_registry(&registry));
        }
        // pnpm up to 10 drops the whole file when one variable in it is unset.
        let drops_file = self.subject.client == Some("pnpm");
        let mut any = self.credentials().filter(|known| known.missing.iter().any(|variable| !variable.is_empty));
        if let Some(found) = any.next().filter(|_| drops_file) {
            return Some(missing(&found.place, &found.missing[0]));
        }
        let scope = self.scope().map(|scope| format!("{scope}:registry"));
        let mut registries = self.facts.settings.iter().filter(|setting| setting.dialect == self.dialect && !setting.missing.is_empty());
        let found = registries.find(|setting| setting.key == "registry" || Some(&setting.key) == scope.as_ref())?;
        Some(missing(&found.place, &found.missing[0]))
    }

    /// npm up to 8 sends a credential without a key to the default registry.
    fn unscoped_counts(&self) -> bool {
        let is_old = self.subject.client.unwrap_or("npm") == "npm" && self.major().is_some_and(|major| major < 9);
        is_old && self.credentials().any(|known| known.key.is_empty())
    }

    pub(super) fn major(&self) -> Option<u64> {
        self.subject.client_version?.trim_start_matches('v').split('.').next()?.parse().ok()
    }

    pub(super) fn unscoped_auth(&self) -> Option<Finding> {
        let found = self.credentials().find(|known| known.key.is_empty())?;
        Some(Finding::new(format!("{} has {} without a //host/ key before it", found.place, found.name)).with("key", found.name.clone()))
    }

    pub(super) fn legacy_token(&self) -> Option<Finding> {
        self.for_any(|registry| {
            let found = self.credential(registry).filter(|found| found.shape == Shape::Legacy)?;
            Some(Finding::new(format!("the token in {} is a classic one; they were all revoked on 9 December 2025", found.place)))
        })
    }

    pub(super) fn placeholder_token(&self) -> Option<Finding> {
        self.for_any(|registry| {
            let found = self.credential(registry)?;
            match found.shape {
                Shape::Placeholder => Some(Finding::new(format!("the {} in {} is a placeholder", kind_name(found.kind), found.place))),
                Shape::UnbracedVariable => Some(Finding::new(format!(
                    "{} names a variable without braces; only ${{NAME}} is filled in, so the name itself was sent",
                    found.place
                ))),
                _ => None,
            }
        })
    }
}

/// The sentence on a variable that is not there.
pub(super) fn missing(place: &Place, variable: &Variable) -> Finding {
    let name = &variable.name;
    let how = if variable.is_empty { "empty" } else { "not set" };
    Finding::new(format!("{place} refers to ${{{name}}}, which is {how}")).with("variable", name.clone())
}

/// What people call it.
pub(super) fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Token => "token",
        Kind::Basic | Kind::Password => "password",
        Kind::Username => "user name",
        Kind::Certificate => "client certificate",
    }
}

/// The spelling that clients know.
pub(super) fn right_name(name: &str) -> &'static str {
    NAMES.iter().find(|known| known.eq_ignore_ascii_case(name)).copied().unwrap_or("_authToken")
}
