//! Checks on the project's own files: lockfile, package.json, node_modules.
//!
//! May import: nothing of ours.

use super::check::{Finding, Look};
use super::url::{host_of, is_public};
use super::{FileState, LockedHost, Lockfile};

impl<'a> Look<'a> {
    /// The lockfile of the client in question, else any.
    fn lockfile(&self) -> Option<&'a Lockfile> {
        let mut lockfiles = self.facts.lockfiles.iter();
        match self.subject.client {
            Some(client) => lockfiles.find(|lockfile| lockfile.client == client),
            None => lockfiles.next(),
        }
    }

    pub(super) fn lockfile_missing(&self) -> Option<Finding> {
        if self.lockfile().is_some() {
            return None;
        }
        let folder = &self.facts.folder;
        Some(Finding::new(match self.subject.client {
            Some(client) => format!("there is no lockfile of {client} in {folder}"),
            None => format!("there is no lockfile in {folder}"),
        }))
    }

    pub(super) fn lockfile_not_json(&self) -> Option<Finding> {
        let lockfile = self.lockfile()?;
        let FileState::NotJson(why) = &lockfile.state else { return None };
        Some(Finding::new(format!("{} is not JSON: {why}", lockfile.name)))
    }

    pub(super) fn lockfile_conflict(&self) -> Option<Finding> {
        let lockfile = self.lockfile()?;
        let FileState::Conflict(line) = &lockfile.state else { return None };
        Some(Finding::new(format!("{}:{line} holds a merge conflict marker", lockfile.name)))
    }

    /// A host that the lockfile fetches from and that no registry in force has; of the registry asked, if that is known.
    pub(super) fn differing_host(&self) -> Option<(&'a Lockfile, &'a LockedHost)> {
        let lockfile = self.lockfile()?;
        let asked = self.subject.registry.and_then(host_of);
        let configured: Vec<String> = self.facts.registries(self.dialect).iter().filter_map(|known| host_of(&known.url)).collect();
        let uses_public = configured.iter().any(|host| is_public(host));
        let host = lockfile.hosts.iter().find(|locked| {
            let is_asked = asked.as_ref().is_none_or(|asked| *asked == locked.host);
            // Clients put the configured registry in the place of the public one by themselves.
            let is_replaced = is_public(&locked.host) && (uses_public || asked.is_none());
            is_asked && !is_replaced && !configured.contains(&locked.host)
        })?;
        Some((lockfile, host))
    }

    pub(super) fn lockfile_host_differs(&self) -> Option<Finding> {
        let (lockfile, locked) = self.differing_host()?;
        let default = self.facts.registries(self.dialect).swap_remove(0);
        let packages = if locked.packages == 1 { "1 package".to_owned() } else { format!("{} packages", locked.packages) };
        let reason = format!(
            "{}:{} takes {packages} from {}, and the registry in force is {} ({})",
            lockfile.name, locked.line, locked.host, default.url, default.place
        );
        Some(Finding::new(reason).with("host", locked.host.split(':').next().unwrap_or_default()))
    }

    /// Nothing but the lockfile leads to the registry that was asked, or that can have been asked.
    pub(super) fn registry_is_only_in_the_lockfile(&self) -> bool {
        let follows_lockfile = self.subject.client.unwrap_or("npm") != "npm" || self.major().is_none_or(|major| major >= 7);
        let may_be_it = self.subject.registry.is_some() || self.subject.package.is_none();
        may_be_it && follows_lockfile && self.differing_host().is_some()
    }

    pub(super) fn lockfile_of_other_client(&self) -> Option<Finding> {
        let client = self.subject.client?;
        let other = self.facts.lockfiles.iter().find(|lockfile| lockfile.client != client)?;
        Some(Finding::new(format!("{} is the lockfile of {}", other.name, other.client)).with("other_client", other.client))
    }

    pub(super) fn package_missing(&self) -> Option<Finding> {
        self.facts.manifest.is_none().then(|| Finding::new(format!("there is no package.json in {}", self.facts.folder)))
    }

    pub(super) fn package_conflict(&self) -> Option<Finding> {
        let manifest = self.facts.manifest.as_ref()?;
        let FileState::Conflict(line) = &manifest.state else { return None };
        Some(Finding::new(format!("{}:{line} holds a merge conflict marker", manifest.name)))
    }

    pub(super) fn workspace_protocol(&self) -> Option<Finding> {
        let manifest = self.facts.manifest.as_ref()?;
        let (package, line) = manifest.workspace_protocol.as_ref()?;
        let reason = format!("{}:{line} asks for {package} with the workspace: protocol", manifest.name);
        Some(Finding::new(reason).with("package", package.clone()))
    }

    pub(super) fn package_private(&self) -> Option<Finding> {
        let manifest = self.facts.manifest.as_ref().filter(|manifest| manifest.is_private)?;
        Some(Finding::new(format!("{} says \"private\": true", manifest.name)))
    }

    pub(super) fn node_modules_missing(&self) -> Option<Finding> {
        self.facts.node_modules.is_none().then(|| Finding::new(format!("there is no node_modules in {}", self.facts.folder)))
    }

    pub(super) fn node_modules_foreign(&self) -> Option<Finding> {
        let client = self.subject.client?;
        let (maker, sign) = self.facts.node_modules.as_ref()?.made_by.as_ref()?;
        (*maker != client).then(|| Finding::new(format!("node_modules was made by {maker} ({sign})")).with("other_client", *maker))
    }
}
