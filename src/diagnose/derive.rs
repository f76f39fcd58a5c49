//! Works out captures that no line spells: host, registry, package and scope from a URL.
//!
//! May import: `catalog`.

use std::collections::BTreeMap;

use regex::Regex;

use crate::catalog::Provider;

/// A URL cut into what rules need.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Parts<'a> {
    scheme: &'a str,
    authority: &'a str,
    path: &'a str,
}

fn parts(url: &str) -> Option<Parts<'_>> {
    let (scheme, rest) = url.split_once("://")?;
    let rest = rest.split(['?', '#']).next().unwrap_or(rest);
    let (authority, path) = match rest.find('/') {
        Some(at) => (&rest[..at], &rest[at..]),
        None => (rest, "/"),
    };
    let authority = authority.rsplit('@').next().unwrap_or(authority);
    (!authority.is_empty()).then_some(Parts { scheme, authority, path })
}

/// The host of a URL, without port.
///
/// An IPv6 address keeps its brackets.
pub(super) fn host(url: &str) -> Option<&str> {
    let authority = parts(url)?.authority;
    if authority.starts_with('[') {
        return authority.split_inclusive(']').next();
    }
    authority.split(':').next()
}

/// The registry and the package that a request's URL names.
///
/// npm's requests are `<registry><package>`, `<registry><package>/-/<file>.tgz` and `<registry>-/<endpoint>`; the slash of a
/// scoped package is written as `%2f` in the first and as it is in the second.
fn registry_and_package(url: &str) -> Option<(String, Option<String>)> {
    let parts = parts(url)?;
    let path = parts.path.replace("%2F", "/").replace("%2f", "/").replace("%40", "@");
    let origin = format!("{}://{}", parts.scheme, parts.authority);
    let (before, is_endpoint) = match path.find("/-/") {
        Some(at) => (&path[..at], true),
        None => (path.trim_end_matches('/'), false),
    };
    let segments: Vec<&str> = before.split('/').filter(|segment| !segment.is_empty()).collect();
    // `/-/whoami`: everything before is the registry.
    if is_endpoint && !path.ends_with(".tgz") {
        let base = if segments.is_empty() { "/".to_owned() } else { format!("/{}/", segments.join("/")) };
        return Some((format!("{origin}{base}"), None));
    }
    // GitHub serves tarballs under another path than packages.
    let (base, name): (&[&str], Option<String>) = if let Some(at) = segments.iter().position(|segment| segment.starts_with('@')) {
        let name = segments.get(at + 1).map(|name| format!("{}/{name}", segments[at]));
        (&segments[..at], name)
    } else if let Some((name, base)) = segments.split_last() {
        (base, Some((*name).to_owned()))
    } else {
        (&[], None)
    };
    let base = if base == ["download"] { &[] } else { base };
    let base = if base.is_empty() { "/".to_owned() } else { format!("/{}/", base.join("/")) };
    let name = name.filter(|name| !name.is_empty() && !name.ends_with(".tgz"));
    Some((format!("{origin}{base}"), name))
}

/// Fills in what can be worked out. Nothing that a line spelt is overwritten.
pub(super) fn derive(captures: &mut BTreeMap<String, String>, provider: Option<(&Provider, &Option<Regex>)>) {
    if let Some(spec) = captures.get("spec").cloned() {
        let at = spec.char_indices().skip(1).find(|(_, c)| *c == '@').map(|(at, _)| at);
        let (name, range) = match at {
            Some(at) => (&spec[..at], Some(spec[at + 1..].trim_start_matches("npm:"))),
            None => (spec.as_str(), None),
        };
        put(captures, "package", name);
        if let Some(range) = range.filter(|range| !range.is_empty()) {
            put(captures, "range", range);
        }
    }
    if let Some(package) = captures.get_mut("package") {
        *package = package.replace("%2F", "/").replace("%2f", "/");
    }
    if let Some(url) = captures.get("url").cloned() {
        let is_registry = captures.get("url_kind").is_none_or(|kind| kind != "other");
        if let Some((registry, package)) = registry_and_package(&url).filter(|_| is_registry) {
            let base = provider.and_then(|(_, base)| base.as_ref()).and_then(|base| base.captures(&url));
            match base.and_then(|found| found.get(1).map(|group| group.as_str().to_owned())) {
                Some(base) => put(captures, "registry", &base),
                None => put(captures, "registry", &registry),
            }
            if let Some(package) = package {
                put(captures, "package", &package);
            }
        }
        if let Some(host) = host(&url) {
            put(captures, "host", host);
        }
    }
    if let Some(registry) = captures.get("registry").cloned() {
        if let Some(host) = host(&registry) {
            put(captures, "host", host);
        }
        if let Some((_, rest)) = registry.split_once("://") {
            put(captures, "registry_key", &format!("//{}/", rest.trim_end_matches('/')));
        }
    }
    if let Some(package) = captures.get("package").cloned() {
        if let Some((scope, _)) = package.split_once('/').filter(|(scope, _)| scope.starts_with('@')) {
            put(captures, "scope", scope);
        }
    }
}

fn put(captures: &mut BTreeMap<String, String>, name: &str, value: &str) {
    if !value.is_empty() {
        captures.entry(name.to_owned()).or_insert_with(|| value.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::{derive, host};
    use std::collections::BTreeMap;

    fn of(name: &str, value: &str) -> BTreeMap<String, String> {
        let mut captures = BTreeMap::from([(name.to_owned(), value.to_owned())]);
        derive(&mut captures, None);
        captures
    }

    #[test]
    fn cuts_request_urls() {
        for (url, registry, package) in [
            ("https://npm.pkg.github.com/@acme%2fui", "https://npm.pkg.github.com/", Some("@acme/ui")),
            ("https://h:8081/repository/g/@acme%2fui", "https://h:8081/repository/g/", Some("@acme/ui")),
            ("https://h/api/npm/r/left-pad/-/left-pad-1.0.0.tgz", "https://h/api/npm/r/", Some("left-pad")),
            ("https://h/api/npm/r/@a/b/-/b-1.0.0.tgz", "https://h/api/npm/r/", Some("@a/b")),
            ("https://h/r/-/whoami", "https://h/r/", None),
            ("https://npm.pkg.github.com/download/@a/b/1.0.0/abc", "https://npm.pkg.github.com/", Some("@a/b")),
            ("https://registry.npmjs.org/express", "https://registry.npmjs.org/", Some("express")),
        ] {
            let captures = of("url", url);
            assert_eq!(captures.get("registry").map(String::as_str), Some(registry), "{url}");
            assert_eq!(captures.get("package").map(String::as_str), package, "{url}");
        }
    }

    #[test]
    fn cuts_specs_and_hosts() {
        let captures = of("spec", "@acme/ui@^1.2.0");
        assert_eq!((captures["package"].as_str(), captures["range"].as_str(), captures["scope"].as_str()), ("@acme/ui", "^1.2.0", "@acme"));
        assert_eq!(host("https://bob:x@h.example:8080/p"), Some("h.example"));
        assert_eq!(host("http://[::1]:4873/"), Some("[::1]"));
        assert_eq!(of("registry", "https://h/p")["registry_key"], "//h/p/");
    }
}
