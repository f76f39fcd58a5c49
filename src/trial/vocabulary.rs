//! What the words of people who label logs mean in terms of rules and causes.
//!
//! May import: `catalog`, `error`.

use std::collections::BTreeMap;

use toml::de::DeTable;

use crate::catalog::Catalog;
use crate::error::Error;

/// The vocabulary that is part of the program.
static BUILTIN: &str = include_str!("../../fixtures/vocabulary.toml");

/// A rule, or one cause of a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// The rule's id.
    pub rule: String,
    /// The cause's id, where the label means just that one.
    pub cause: Option<String>,
}

impl Target {
    /// Reads `npm/e401` or `npm/e401/token-missing`.
    ///
    /// ```
    /// use lognosis::trial::Target;
    /// assert_eq!(Target::parse("npm/e401/token-missing").cause.as_deref(), Some("token-missing"));
    /// assert_eq!(Target::parse("npm/e401").rule, "npm/e401");
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text.match_indices('/').nth(1) {
            Some((at, _)) => Self { rule: text[..at].to_owned(), cause: Some(text[at + 1..].to_owned()) },
            None => Self { rule: text.to_owned(), cause: None },
        }
    }
}

/// Labels and the rules or causes that they stand for. Letter case and punctuation of a label do not count.
///
/// ```
/// use lognosis::trial::Vocabulary;
/// let words = Vocabulary::parse("mine.toml", "[label]\n\"NO-TOKEN\" = [\"npm/e401/token-missing\"]\n")?;
/// assert_eq!(words.targets("no token")[0].rule, "npm/e401");
/// assert_eq!(words.targets("npm/e404")[0].rule, "npm/e404"); // a rule's id needs no entry
/// # Ok::<(), lognosis::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vocabulary {
    labels: BTreeMap<String, Vec<Target>>,
}

impl Vocabulary {
    /// The vocabulary that is part of the program.
    ///
    /// # Errors
    ///
    /// Never in a released program: a test reads it.
    pub fn builtin() -> Result<Self, Error> {
        Self::parse("fixtures/vocabulary.toml", BUILTIN)
    }

    /// Reads `[label]` with a list of `rule` or `rule/cause` for each label.
    ///
    /// # Errors
    ///
    /// When the text is no TOML, or an entry is no list of strings; the message names the label.
    pub fn parse(name: &str, text: &str) -> Result<Self, Error> {
        let wrong = |what: String| {
            Error::nothing(format!("{name}: {what}"), "write it as \"LABEL\" = [\"rule/id\", \"rule/id/cause\"] below [label]")
        };
        let table = DeTable::parse(text).map_err(|error| wrong(error.message().to_owned()))?;
        let labels = table.get_ref().get("label").and_then(|label| label.get_ref().as_table());
        let mut out = Self::default();
        for (label, value) in labels.ok_or_else(|| wrong("there is no table [label]".to_owned()))? {
            let items = value.get_ref().as_array().ok_or_else(|| wrong(format!("`{}` is no list", label.get_ref())))?;
            let entry = out.labels.entry(normal(label.get_ref())).or_default();
            for item in items {
                let text =
                    item.get_ref().as_str().ok_or_else(|| wrong(format!("`{}` holds something that is no string", label.get_ref())))?;
                entry.push(Target::parse(text));
            }
        }
        Ok(out)
    }

    /// What a label stands for; empty where it is unknown.
    #[must_use]
    pub fn targets(&self, label: &str) -> Vec<Target> {
        match self.labels.get(&normal(label)) {
            Some(targets) => targets.clone(),
            None if label.contains('/') => vec![Target::parse(label)],
            None => Vec::new(),
        }
    }

    /// Entries that name a rule or cause which the catalogue does not have.
    #[must_use]
    pub fn dangling(&self, catalog: &Catalog) -> Vec<String> {
        let known = |target: &Target| {
            catalog
                .rule(&target.rule)
                .is_some_and(|rule| target.cause.as_ref().is_none_or(|cause| rule.causes.iter().any(|known| *known.id == **cause)))
        };
        let all = self.labels.values().flatten().filter(|target| !known(target));
        all.map(|target| format!("{}{}", target.rule, target.cause.as_ref().map(|cause| format!("/{cause}")).unwrap_or_default())).collect()
    }
}

/// A label without what people write differently.
fn normal(label: &str) -> String {
    label.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}
