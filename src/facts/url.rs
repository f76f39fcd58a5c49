//! Registry URLs and the keys that .npmrc files have for them.
//!
//! May import: nothing of ours.
//!
//! Source: `nerf-dart.js` and `set-path.js` of npm's @npmcli/config, `auth.js` of npm-registry-fetch.

/// A URL cut up: host with port in lower case (a scheme's own port left out), and the path, `/` at least.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) scheme: String,
    pub(super) host: String,
    pub(super) path: String,
}

impl Address {
    pub(super) fn parse(url: &str) -> Option<Self> {
        let (scheme, rest) = url.trim().split_once("://")?;
        let scheme = scheme.to_ascii_lowercase();
        if scheme != "http" && scheme != "https" {
            return None;
        }
        let rest = rest.split(['?', '#']).next().unwrap_or(rest);
        let (authority, path) = rest.find('/').map_or((rest, "/"), |at| rest.split_at(at));
        let host = authority.rsplit('@').next().unwrap_or(authority).to_ascii_lowercase();
        let own_port = if scheme == "http" { ":80" } else { ":443" };
        let host = host.strip_suffix(own_port).map_or(host.clone(), str::to_owned);
        let is_plausible = !host.is_empty() && !host.contains(|c: char| c.is_whitespace() || "${}<>\"'\\".contains(c));
        is_plausible.then(|| Self { scheme, host, path: path.to_owned() })
    }

    /// The key's path and host as a request for a package of that registry has them: `//host/path/`.
    pub(super) fn full_key(&self) -> String {
        format!("//{}{}/", self.host, self.path.trim_end_matches('/'))
    }
}

/// The key that npm looks for when it publishes: `//host/folder/`. What stands behind the last slash does not count.
///
/// ```
/// use lognosis::facts::nerf_dart;
/// assert_eq!(nerf_dart("https://h.example:8443/npm/group/").as_deref(), Some("//h.example:8443/npm/group/"));
/// assert_eq!(nerf_dart("https://h.example/npm/group").as_deref(), Some("//h.example/npm/"));
/// assert_eq!(nerf_dart("https://H.example:443").as_deref(), Some("//h.example/"));
/// ```
#[must_use]
pub fn nerf_dart(registry: &str) -> Option<String> {
    let address = Address::parse(registry)?;
    let folder = address.path.rfind('/').map_or("/", |at| &address.path[..=at]);
    Some(format!("//{}{folder}", address.host))
}

/// The host of a URL or key, with its port.
///
/// ```
/// use lognosis::facts::host_of;
/// assert_eq!(host_of("https://bob@h.example:8443/npm/").as_deref(), Some("h.example:8443"));
/// assert_eq!(host_of("//h.example/npm/").as_deref(), Some("h.example"));
/// ```
#[must_use]
pub fn host_of(url: &str) -> Option<String> {
    match url.strip_prefix("//") {
        Some(rest) => Some(rest.split('/').next().unwrap_or(rest).to_ascii_lowercase()).filter(|host| !host.is_empty()),
        None => Address::parse(url).map(|address| address.host),
    }
}

/// Whether it is a URL that a registry or proxy can have.
///
/// ```
/// use lognosis::facts::is_http_url;
/// assert!(is_http_url("https://h.example/npm/"));
/// assert!(!is_http_url("registry.npmjs.org") && !is_http_url("https:/h.example") && !is_http_url("https://${HOST}/"));
/// ```
#[must_use]
pub fn is_http_url(text: &str) -> bool {
    Address::parse(text).is_some()
}

/// The URL without `user:password@`.
///
/// ```
/// use lognosis::facts::without_userinfo;
/// assert_eq!(without_userinfo("http://bob:s3cr3t@proxy.example:8080"), "http://***@proxy.example:8080");
/// assert_eq!(without_userinfo("bob:s3cr3t@proxy.example:8080"), "***@proxy.example:8080");
/// ```
#[must_use]
pub fn without_userinfo(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").map_or(("", url), |(scheme, rest)| (scheme, rest));
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    // A password may hold a slash that nobody escaped: `bob:pass/word@host`. A port is digits.
    let after_colon = rest[..end].split_once(':').map_or("", |(_, after)| after);
    let is_cut_password = after_colon.contains(|c: char| !c.is_ascii_digit());
    let at = rest[..end].rfind('@').or_else(|| rest.rfind('@').filter(|_| is_cut_password));
    let Some(at) = at else { return url.to_owned() };
    let separator = if url.contains("://") { "://" } else { "" };
    format!("{scheme}{separator}***{}", &rest[at..])
}

/// Whether a host is one of the public registry's names. npm, pnpm and yarn take them for one another.
pub(super) fn is_public(host: &str) -> bool {
    matches!(host, "registry.npmjs.org" | "registry.yarnpkg.com" | "registry.npmmirror.com")
}
