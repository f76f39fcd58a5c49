//! What a team knows already: fingerprints of failures with notes, owners and dates of expiry. The file is
//! `lognosis.baseline/1`; its JSON Schema is `docs/baseline-1.schema.json`.
//!
//! May import: `triage`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::cluster::matches;
use super::moment::Moment;
use super::unknowns::Cluster;

/// The name and version of the file format.
pub const BASELINE_SCHEMA: &str = "lognosis.baseline/1";

/// How a failure stands to a baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It is in the baseline.
    Known,
    /// It is in the baseline, and the day up to which it was to be accepted is over.
    Expired,
    /// It is not in the baseline.
    New,
    /// It is in the baseline and in no log.
    Gone,
}

impl State {
    /// The word in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Known => "known",
            Self::Expired => "expired",
            Self::New => "new",
            Self::Gone => "gone",
        }
    }
}

/// One failure that is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// A diagnosis' fingerprint, or an unknown failure's cluster id.
    pub fingerprint: String,
    /// What it is: rule and cause, or the template of an unknown failure's line.
    #[serde(default)]
    pub title: String,
    /// No rule knows it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub unknown: bool,
    /// When it was first seen.
    #[serde(default)]
    pub first_seen: Option<String>,
    /// When it was last seen.
    #[serde(default)]
    pub last_seen: Option<String>,
    /// In how many logs the triage that last saw it did.
    #[serde(default)]
    pub count: usize,
    /// Whatever people want to say of it.
    #[serde(default)]
    pub note: Option<String>,
    /// Who takes care of it.
    #[serde(default)]
    pub owner: Option<String>,
    /// The last day on which it is accepted: `2026-12-31`.
    #[serde(default)]
    pub expires: Option<String>,
    /// What other programs have added.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands on a reference")]
fn is_false(value: &bool) -> bool {
    !*value
}

/// All failures that are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    entries: BTreeMap<String, Entry>,
    more: Map<String, Value>,
}

#[derive(Serialize, Deserialize)]
struct File {
    schema: String,
    entries: Vec<Entry>,
    #[serde(flatten)]
    more: Map<String, Value>,
}

/// Why a baseline cannot be read, with the place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaselineError(String);

impl fmt::Display for BaselineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BaselineError {}

impl Baseline {
    /// Reads a baseline. `name` is used in the message.
    ///
    /// ```
    /// use lognosis::triage::Baseline;
    /// let text = r#"{"schema": "lognosis.baseline/1", "entries": [{"fingerprint": "00ab", "expires": "soon"}]}"#;
    /// let error = Baseline::parse("base.json", text).unwrap_err();
    /// assert_eq!(error.to_string(), "base.json: entries[0].expires is 'soon' and no day such as 2026-12-31");
    /// ```
    ///
    /// # Errors
    ///
    /// When the text is no JSON, of another schema, or when an entry has no or another's fingerprint or a wrong day.
    pub fn parse(name: &str, text: &str) -> Result<Self, BaselineError> {
        let file: File = serde_json::from_str(text).map_err(|error| {
            let what = error.to_string();
            let what = what.rsplit_once(" at line ").map_or(what.as_str(), |(what, _)| what);
            BaselineError(format!("{name}:{}:{}: {what}", error.line(), error.column()))
        })?;
        if file.schema != BASELINE_SCHEMA {
            return Err(BaselineError(format!("{name}: schema is '{}' and not '{BASELINE_SCHEMA}'", file.schema)));
        }
        let mut entries = BTreeMap::new();
        for (at, entry) in file.entries.into_iter().enumerate() {
            let place = format!("{name}: entries[{at}]");
            if entry.fingerprint.is_empty() {
                return Err(BaselineError(format!("{place}.fingerprint is empty")));
            }
            if let Some(day) = entry.expires.as_deref().filter(|day| day.len() != 10 || Moment::of_bound(day, true).is_none()) {
                return Err(BaselineError(format!("{place}.expires is '{day}' and no day such as 2026-12-31")));
            }
            let fingerprint = entry.fingerprint.clone();
            if entries.insert(fingerprint.clone(), entry).is_some() {
                return Err(BaselineError(format!("{place}.fingerprint '{fingerprint}' stands twice")));
            }
        }
        Ok(Self { entries, more: file.more })
    }

    /// The file's text.
    #[must_use]
    pub fn to_json(&self) -> String {
        let file = File { schema: BASELINE_SCHEMA.to_owned(), entries: self.entries.values().cloned().collect(), more: self.more.clone() };
        // Nothing in it can fail to be written: keys are strings, and no map has any others.
        let mut text = serde_json::to_string_pretty(&file).unwrap_or_default();
        text.push('\n');
        text
    }

    /// The entries, by fingerprint.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// The entry of a failure: by its fingerprint, else, for an unknown one, by what its line says.
    fn find(&self, seen: &Entry) -> Option<&Entry> {
        self.entries.get(&seen.fingerprint).or_else(|| {
            let unknown = || self.entries.values().filter(|entry| entry.unknown);
            unknown().find(|entry| seen.unknown && matches(&entry.title, &seen.title))
        })
    }

    /// Takes in what a triage has seen. Notes, owners and days of expiry stay, and so do failures that it has not seen.
    pub fn update(&mut self, seen: &[Entry]) {
        for seen in seen {
            let key = self.find(seen).map_or_else(|| seen.fingerprint.clone(), |known| known.fingerprint.clone());
            let entry = self.entries.entry(key).or_insert_with(|| seen.clone());
            entry.count = seen.count;
            entry.title.clone_from(&seen.title);
            if let Some(first) = &seen.first_seen {
                if entry.first_seen.as_ref().is_none_or(|known| first < known) {
                    entry.first_seen = Some(first.clone());
                }
            }
            if let Some(last) = &seen.last_seen {
                if entry.last_seen.as_ref().is_none_or(|known| last > known) {
                    entry.last_seen = Some(last.clone());
                }
            }
        }
    }

    /// Compares what a triage has seen with what is known, on a given day.
    #[must_use]
    pub fn compare(&self, seen: &[Entry], today: Moment) -> Standing {
        let mut standing = Standing::default();
        let mut found: BTreeSet<&str> = BTreeSet::new();
        for seen in seen {
            let known = self.find(seen);
            if let Some(known) = known {
                found.insert(&known.fingerprint);
            }
            let is_over = |day: &String| Moment::of_bound(day, true).is_some_and(|end| today >= end);
            let state = match known {
                None => State::New,
                Some(known) if known.expires.as_ref().is_some_and(is_over) => State::Expired,
                Some(_) => State::Known,
            };
            standing.states.insert(seen.fingerprint.clone(), state);
            match (state, known) {
                (State::New, _) => standing.new.push(seen.clone()),
                (State::Expired, Some(known)) => standing.expired.push(Entry { count: seen.count, ..known.clone() }),
                _ => standing.known += 1,
            }
        }
        standing.gone = self.entries.values().filter(|entry| !found.contains(entry.fingerprint.as_str())).cloned().collect();
        standing.new.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.fingerprint.cmp(&b.fingerprint)));
        standing
    }
}

/// How the failures of a triage stand to a baseline.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// Not in the baseline, the most frequent first.
    pub new: Vec<Entry>,
    /// In the baseline, but accepted only up to a day that is over.
    pub expired: Vec<Entry>,
    /// In the baseline, and in no log.
    pub gone: Vec<Entry>,
    /// How many are in both.
    pub known: usize,
    #[serde(skip)]
    states: BTreeMap<String, State>,
}

impl Standing {
    /// The state of a failure by its fingerprint.
    pub(super) fn state(&self, fingerprint: &str) -> Option<State> {
        self.states.get(fingerprint).copied()
    }

    /// Whether something is there that is not accepted.
    #[must_use]
    pub fn is_worse(&self) -> bool {
        !self.new.is_empty() || !self.expired.is_empty()
    }
}

impl From<&Cluster> for Entry {
    fn from(cluster: &Cluster) -> Self {
        Self {
            fingerprint: cluster.id.clone(),
            title: cluster.template.clone(),
            unknown: true,
            first_seen: cluster.first_seen.clone(),
            last_seen: cluster.last_seen.clone(),
            count: cluster.logs,
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Baseline, Entry, Moment};

    fn entry(fingerprint: &str, count: usize) -> Entry {
        let seen = Some("2026-11-20T00:00:00Z".to_owned());
        Entry { fingerprint: fingerprint.to_owned(), count, first_seen: seen.clone(), last_seen: seen, ..Entry::default() }
    }

    const KNOWN: &str = r#"{"schema": "lognosis.baseline/1", "team": "web", "entries": [
        {"fingerprint": "aa", "note": "the proxy again", "owner": "net", "expires": "2026-11-30", "ticket": 7, "count": 1},
        {"fingerprint": "bb", "count": 2, "first_seen": "2026-11-21T00:00:00Z"},
        {"fingerprint": "cc", "unknown": true, "title": "could not read module <*> from disk"}]}"#;

    #[test]
    fn new_known_expired_and_gone_are_told_apart() {
        let known = Baseline::parse("b", KNOWN).unwrap();
        let unknown = Entry { unknown: true, title: "could not read module foo from disk".to_owned(), ..entry("dd", 1) };
        let seen = [entry("aa", 3), entry("ee", 4), unknown];
        for (today, expired) in [("2026-11-30", 0), ("2026-12-01", 1)] {
            let standing = known.compare(&seen, Moment::of_bound(today, false).unwrap());
            assert_eq!((standing.new.len(), standing.expired.len(), standing.known), (1, expired, 2 - expired), "{today}");
            assert_eq!(standing.new[0].fingerprint, "ee");
            assert_eq!(standing.gone.iter().map(|entry| entry.fingerprint.as_str()).collect::<Vec<_>>(), ["bb"]);
        }
    }

    #[test]
    fn what_people_wrote_is_kept() {
        let mut known = Baseline::parse("b", KNOWN).unwrap();
        known.update(&[entry("aa", 3), entry("bb", 9), entry("ee", 4)]);
        let again = Baseline::parse("b", &known.to_json()).unwrap();
        assert_eq!(again, known);
        let entries: Vec<&Entry> = again.entries().collect();
        assert_eq!(entries.len(), 4);
        assert_eq!((entries[0].note.as_deref(), entries[0].owner.as_deref(), entries[0].count), (Some("the proxy again"), Some("net"), 3));
        assert_eq!((entries[0].expires.as_deref(), &entries[0].more["ticket"]), (Some("2026-11-30"), &7.into()));
        assert_eq!(entries[1].first_seen.as_deref(), Some("2026-11-20T00:00:00Z"));
        assert!(known.to_json().contains("\"team\": \"web\""));
    }

    #[test]
    fn a_damaged_file_is_refused_with_its_place() {
        for (text, part) in [
            ("", "b:1:0: "),
            ("{\"schema\": \"lognosis.baseline/1\",\n \"entries\": [}", "b:2:14: "),
            ("{\"schema\": \"lognosis.baseline/2\", \"entries\": []}", "lognosis.baseline/2"),
            ("{\"schema\": \"lognosis.baseline/1\", \"entries\": [{}]}", "missing field `fingerprint`"),
            ("{\"schema\": \"lognosis.baseline/1\", \"entries\": [{\"fingerprint\": \"a\"}, {\"fingerprint\": \"a\"}]}", "entries[1]"),
        ] {
            let error = Baseline::parse("b", text).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
    }
}
