//! Tests on versions: `npm >= 7`, `< 6.8`.
//!
//! May import: nothing of ours.

use semver::{Version, VersionReq};

/// A client's name and a requirement on its version.
///
/// ```
/// use lognosis::catalog::VersionTest;
/// let test = VersionTest::parse("npm < 6.8").unwrap();
/// assert_eq!(test.client, "npm");
/// assert!(test.holds_for("6.7.0") && !test.holds_for("6.14.18"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionTest {
    /// The client.
    pub client: String,
    requirement: Option<VersionReq>,
}

impl VersionTest {
    /// Reads `npm`, `npm >= 7` or `npm >= 7, < 9`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (client, rest) = match text.trim().split_once(' ') {
            Some((client, rest)) => (client, Some(rest)),
            None => (text.trim(), None),
        };
        if client.is_empty() || !client.bytes().all(|b| b.is_ascii_lowercase() || b == b'-') {
            return None;
        }
        let requirement = match rest {
            Some(rest) => Some(version_requirement(rest)?),
            None => None,
        };
        Some(Self { client: client.to_owned(), requirement })
    }

    /// Whether the test asks for a version at all.
    #[must_use]
    pub fn needs_version(&self) -> bool {
        self.requirement.is_some()
    }

    /// Whether a version passes.
    #[must_use]
    pub fn holds_for(&self, version: &str) -> bool {
        match &self.requirement {
            None => true,
            Some(requirement) => parse_version(version).is_some_and(|version| requirement.matches(&version)),
        }
    }
}

/// A requirement such as `>= 7, < 9`.
#[must_use]
pub fn version_requirement(text: &str) -> Option<VersionReq> {
    VersionReq::parse(text.trim()).ok()
}

/// A version as logs print it: with or without `v`, one to three numbers. Pre-release marks are dropped, because
/// `10.0.0-beta` behaves as 10 for all that rules ask.
#[must_use]
pub fn parse_version(text: &str) -> Option<Version> {
    let text = text.trim().trim_start_matches('v');
    let core = text.split(['-', '+']).next()?;
    let mut numbers = core.split('.').map(str::parse::<u64>);
    let major = numbers.next()?.ok()?;
    let minor = numbers.next().unwrap_or(Ok(0)).ok()?;
    let patch = numbers.next().unwrap_or(Ok(0)).ok()?;
    Some(Version::new(major, minor, patch))
}
