//! What is known of this machine: configuration, lockfile, environment, as plain data without secrets.
//!
//! May import: nothing of ours.

/// What a check is about: the registry and package of the diagnosis that asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Subject<'a> {
    /// The registry's URL.
    pub registry: Option<&'a str>,
    /// The package's name.
    pub package: Option<&'a str>,
}

/// Facts of one project folder on this machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {}

impl Facts {
    /// The reason why a check holds, or nothing where it does not.
    #[must_use]
    pub fn check(&self, _name: &str, _subject: &Subject<'_>) -> Option<String> {
        None
    }
}
