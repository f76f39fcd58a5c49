//! Checks on options: registries, scopes, proxies, certificates, switches.
//!
//! May import: nothing of ours.

use super::check::{Finding, Look};
use super::url::{Address, host_of, is_http_url, is_public};
use super::{Dialect, Setting};

/// The levels that npm knows, those of older versions too.
const LOG_LEVELS: &[&str] = &["silent", "error", "warn", "notice", "http", "timing", "info", "verbose", "silly"];
/// Scopes that everybody can install from the public registry. A package of theirs that is not found is misspelt.
const PUBLIC_SCOPES: &[&str] = &[
    "@angular",
    "@angular-devkit",
    "@angular-eslint",
    "@ant-design",
    "@apollo",
    "@astrojs",
    "@aws-sdk",
    "@azure",
    "@babel",
    "@biomejs",
    "@capacitor",
    "@changesets",
    "@chakra-ui",
    "@commitlint",
    "@cypress",
    "@date-io",
    "@docusaurus",
    "@electron",
    "@emotion",
    "@esbuild",
    "@eslint",
    "@eslint-community",
    "@expo",
    "@fastify",
    "@floating-ui",
    "@fontsource",
    "@google-cloud",
    "@graphql-codegen",
    "@graphql-tools",
    "@headlessui",
    "@heroicons",
    "@hookform",
    "@img",
    "@ionic",
    "@istanbuljs",
    "@jest",
    "@jridgewell",
    "@lerna",
    "@lit",
    "@mantine",
    "@mdx-js",
    "@mui",
    "@nestjs",
    "@next",
    "@ngrx",
    "@nodelib",
    "@npmcli",
    "@nrwl",
    "@nuxt",
    "@nx",
    "@octokit",
    "@parcel",
    "@playwright",
    "@pnpm",
    "@popperjs",
    "@prisma",
    "@radix-ui",
    "@react-native",
    "@react-navigation",
    "@reduxjs",
    "@remix-run",
    "@rollup",
    "@semantic-release",
    "@sentry",
    "@sindresorhus",
    "@storybook",
    "@stripe",
    "@supabase",
    "@sveltejs",
    "@svgr",
    "@swc",
    "@tailwindcss",
    "@tanstack",
    "@testing-library",
    "@trpc",
    "@tsconfig",
    "@turf",
    "@types",
    "@typescript-eslint",
    "@vercel",
    "@vitejs",
    "@vitest",
    "@vue",
    "@webassemblyjs",
    "@webpack-cli",
    "@wordpress",
    "@yarnpkg",
];

impl<'a> Look<'a> {
    fn setting(&self, key: &str) -> Option<&'a Setting> {
        self.facts.setting(self.dialect, key)
    }

    /// An option that is on.
    fn switched_on(&self, key: &str) -> Option<Finding> {
        let setting = self.setting(key).filter(|setting| is_true(&setting.value))?;
        Some(Finding::new(format!("{} sets {key}", setting.place)))
    }

    pub(super) fn registry_without_slash(&self) -> Option<Finding> {
        self.for_any(|registry| {
            let wanted = Address::parse(registry)?.full_key();
            self.facts.registries(self.dialect).into_iter().find_map(|known| {
                let address = Address::parse(&known.url)?;
                let is_bare = address.path.len() > 1 && !address.path.ends_with('/');
                let is_it = is_bare && address.full_key() == wanted;
                is_it.then(|| Finding::new(format!("{} sets the registry {} without a slash at its end", known.place, known.url)))
            })
        })
    }

    pub(super) fn scope_not_mapped(&self) -> Option<Finding> {
        let scope = self.scope()?;
        let asked = self.subject.registry.map_or_else(|| self.facts.registries(self.dialect).swap_remove(0).url, str::to_owned);
        let is_asked_in_public = host_of(&asked).is_some_and(|host| is_public(&host));
        let is_mapped = self.setting(&format!("{scope}:registry")).is_some() || self.scope_typo().is_some();
        if is_mapped || !is_asked_in_public || self.is_public_scope(scope) {
            return None;
        }
        // Where the default registry is a private one, the log's request to the public one needs another explanation.
        let default = self.facts.registries(self.dialect).swap_remove(0);
        if !host_of(&default.url).is_some_and(|host| is_public(&host)) {
            return None;
        }
        let file = if self.dialect == Dialect::Berry { ".yarnrc.yml" } else { ".npmrc" };
        Some(Finding::new(format!("no {file} in force sets a registry for {scope}")).with("scope", scope))
    }

    /// Scopes that are known to be public, or of which the lockfile has packages from the public registry.
    fn is_public_scope(&self, scope: &str) -> bool {
        let mut hosts = self.facts.lockfiles.iter().flat_map(|lockfile| &lockfile.hosts);
        PUBLIC_SCOPES.contains(&scope) || hosts.any(|host| is_public(&host.host) && host.scopes.contains(scope))
    }

    pub(super) fn scope_typo(&self) -> Option<Finding> {
        let scope = self.scope()?;
        if self.setting(&format!("{scope}:registry")).is_some() {
            return None;
        }
        let bare = scope.trim_start_matches('@').to_lowercase();
        self.facts.settings.iter().filter(|setting| setting.dialect == self.dialect).find_map(|setting| {
            let name = setting.key.strip_suffix(":registry")?;
            let known = name.trim_start_matches('@').to_lowercase();
            // `a` and `b` are different, not misspelt.
            let allowed = if bare.chars().count() > 3 { 2 } else { 1 };
            let is_near = bare.chars().count() > 2 && strsim::damerau_levenshtein(&bare, &known) <= allowed;
            is_near.then(|| {
                Finding::new(format!("{} sets a registry for {name}, and the package's scope is {scope}", setting.place))
                    .with("scope", scope)
            })
        })
    }

    pub(super) fn always_auth(&self) -> Option<Finding> {
        let is_it = |setting: &&Setting| setting.key == "always-auth" || setting.key.ends_with(":always-auth");
        let setting = self.facts.settings.iter().filter(|setting| setting.dialect == Dialect::Npm).find(is_it)?;
        Some(Finding::new(format!("{} sets always-auth", setting.place)))
    }

    pub(super) fn proxy_set(&self) -> Option<Finding> {
        let (what, value) = self.proxies().into_iter().next()?;
        Some(Finding::new(format!("{what} is {value}")).with("proxy", value))
    }

    pub(super) fn no_proxy_set(&self) -> Option<Finding> {
        self.proxies().is_empty().then(|| Finding::new("no proxy is configured in .npmrc or in the environment"))
    }

    /// Proxies in force, with what names them.
    fn proxies(&self) -> Vec<(String, String)> {
        let keys = ["https-proxy", "proxy", "http-proxy"].into_iter();
        let mut out: Vec<(String, String)> = keys
            .filter_map(|key| self.setting(key).map(|setting| (key, setting)))
            .filter(|(_, setting)| !matches!(setting.value.as_str(), "" | "null" | "false"))
            .map(|(key, setting)| (format!("{key} of {}", setting.place), setting.value.clone()))
            .collect();
        let names = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "PROXY", "proxy"].into_iter();
        out.extend(names.filter_map(|name| {
            let value = self.facts.environment.get(name)?;
            Some((format!("the environment variable {name}"), value.clone()))
        }));
        out
    }

    pub(super) fn strict_ssl_false(&self) -> Option<Finding> {
        let keys = ["strict-ssl", "enableStrictSsl"].into_iter();
        if let Some(setting) = keys.filter_map(|key| self.setting(key)).find(|setting| setting.value == "false") {
            return Some(Finding::new(format!("{} switches certificate checks off ({}=false)", setting.place, setting.key)));
        }
        let value = self.facts.environment.get("NODE_TLS_REJECT_UNAUTHORIZED").filter(|value| *value == "0")?;
        Some(Finding::new(format!("NODE_TLS_REJECT_UNAUTHORIZED={value} switches certificate checks off")))
    }

    pub(super) fn cafile_missing(&self) -> Option<Finding> {
        let missing = self.facts.missing_files.first()?;
        let what = if missing.place.to_string().ends_with(&missing.option) {
            missing.option.clone()
        } else {
            format!("{} of {}", missing.option, missing.place)
        };
        Some(Finding::new(format!("{what} names {}, which does not exist", missing.path)).with("path", missing.path.clone()))
    }

    pub(super) fn invalid_registry(&self) -> Option<Finding> {
        let mut registries = self.facts.settings.iter().filter(|setting| setting.dialect == self.dialect);
        let found = registries.find(|setting| {
            let is_registry = setting.key == "registry" || setting.key.ends_with(":registry");
            is_registry && setting.missing.is_empty() && !is_http_url(&setting.value)
        })?;
        Some(Finding::new(format!("{} sets {} to '{}', which is no URL", found.place, found.key, found.value)))
    }

    pub(super) fn invalid_loglevel(&self) -> Option<Finding> {
        let setting = self.setting("loglevel").filter(|setting| !LOG_LEVELS.contains(&setting.value.as_str()))?;
        Some(Finding::new(format!("{} sets loglevel to '{}', which npm does not know", setting.place, setting.value)))
    }

    pub(super) fn engine_strict(&self) -> Option<Finding> {
        self.switched_on("engine-strict")
    }

    pub(super) fn legacy_peer_deps(&self) -> Option<Finding> {
        self.switched_on("legacy-peer-deps")
    }

    pub(super) fn min_release_age(&self) -> Option<Finding> {
        let keys = ["min-release-age", "before", "minimum-release-age", "minimumReleaseAge", "npmMinimalAgeGate"];
        let is_set = |setting: &&Setting| keys.contains(&setting.key.as_str()) && !matches!(setting.value.as_str(), "" | "0" | "null");
        let setting = self.facts.settings.iter().find(is_set)?;
        Some(Finding::new(format!("{} sets {} to {}", setting.place, setting.key, setting.value)))
    }

    pub(super) fn offline(&self) -> Option<Finding> {
        self.switched_on("offline")
    }
}

/// As npm reads a switch: the key alone means yes.
fn is_true(value: &str) -> bool {
    matches!(value, "true" | "" | "1" | "yes")
}
