//! The logs that failed without a known cause, brought together by what they say and other logs do not.
//!
//! May import: `diagnose` (the model), `text` (masks), `triage`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::baseline::State;
use super::cluster::Templates;
use super::facts::LogFacts;
use super::moment::{Moment, Times};
use crate::diagnose::LogReport;
use crate::text::mask;

/// Lines of one log that may be what it failed of.
const CANDIDATES: usize = 6;
/// Logs that are kept to be brought together in the end.
const LOGS: usize = 200_000;
/// Different lines of a template that are kept.
const SAMPLES: usize = 3;
/// Places of a cluster that are kept.
const PLACES: usize = 5;
/// Characters of a sample.
const SAMPLE_LENGTH: usize = 400;

/// Failures that no rule knows and that say the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cluster {
    /// Eight hex digits: the same for the same failure in other logs.
    pub id: String,
    /// What they say, with what differs masked.
    pub template: String,
    /// How many logs.
    pub logs: usize,
    /// Lines that say it, as they stand; different ones.
    pub samples: Vec<String>,
    /// Where: `path:line`.
    pub places: Vec<String>,
    /// When it was first seen.
    pub first_seen: Option<String>,
    /// When it was last seen.
    pub last_seen: Option<String>,
    /// How it stands to the baseline, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
}

/// Collects unknown failures, and what is said in logs that are none.
#[derive(Clone, Debug, Default)]
pub(super) struct Unknowns {
    templates: Templates,
    about: Vec<About>,
    logs: Vec<Pending>,
    /// Logs beyond what is kept.
    pub(super) beyond: usize,
}

/// What is known of a template.
#[derive(Clone, Debug, Default)]
struct About {
    samples: Vec<String>,
    /// Logs that say it and did not fail, or of something that is known.
    elsewhere: u32,
    /// Logs of unknown failures that say it.
    here: u32,
}

#[derive(Clone, Debug)]
struct Pending {
    path: String,
    seen: Option<Moment>,
    /// Template and line, the most telling one first.
    candidates: Vec<(u32, u64)>,
}

impl Unknowns {
    /// Takes in a log that is no unknown failure.
    pub(super) fn ordinary(&mut self, log: &LogReport) {
        let mut seen = Vec::new();
        for text in &log.alarming {
            let Some(at) = self.template(text) else { continue };
            if !seen.contains(&at) {
                self.about[at].elsewhere += 1;
                seen.push(at);
            }
        }
    }

    /// Takes in a log that failed and nobody knows why.
    pub(super) fn failed(&mut self, log: &LogReport, facts: &LogFacts) {
        if self.logs.len() >= LOGS {
            self.beyond += 1;
            return;
        }
        let mut candidates: Vec<(u32, u64)> = Vec::new();
        for unknown in &log.unknown {
            // The line that the template is of goes first.
            let (first, others): (Vec<_>, Vec<_>) = unknown.lines.iter().partition(|line| mask(&line.text) == unknown.template);
            for line in first.into_iter().chain(others).take(CANDIDATES) {
                let Some(at) = self.template(&line.text) else { continue };
                let number = u32::try_from(at).unwrap_or(u32::MAX);
                if candidates.iter().any(|(known, _)| *known == number) {
                    continue;
                }
                candidates.push((number, line.line));
                let about = &mut self.about[at];
                about.here += 1;
                let sample: String = line.text.chars().take(SAMPLE_LENGTH).collect();
                if about.samples.len() < SAMPLES && !about.samples.contains(&sample) {
                    about.samples.push(sample);
                }
            }
        }
        self.logs.push(Pending { path: log.path.clone(), seen: facts.last_seen, candidates });
    }

    fn template(&mut self, text: &str) -> Option<usize> {
        let at = self.templates.add(&mask(text))?;
        if self.about.len() <= at {
            self.about.resize(at + 1, About::default());
        }
        Some(at)
    }

    /// The clusters, the largest first.
    pub(super) fn clusters(&self) -> Vec<Cluster> {
        let mut found: BTreeMap<Option<u32>, Cluster> = BTreeMap::new();
        let mut times: BTreeMap<Option<u32>, Times> = BTreeMap::new();
        for log in &self.logs {
            let chosen = self.choose(log);
            let key = chosen.map(|(template, _)| template);
            let cluster = found.entry(key).or_insert_with(|| self.empty(key));
            cluster.logs += 1;
            if cluster.places.len() < PLACES {
                cluster.places.push(format!("{}:{}", log.path, chosen.map_or(0, |(_, line)| line)));
            }
            times.entry(key).or_default().add(log.seen);
        }
        let mut clusters: Vec<Cluster> = found
            .into_iter()
            .map(|(key, cluster)| {
                let (first_seen, last_seen) = times.get(&key).copied().unwrap_or_default().texts();
                Cluster { first_seen, last_seen, ..cluster }
            })
            .collect();
        clusters.sort_by(|a, b| b.logs.cmp(&a.logs).then_with(|| a.id.cmp(&b.id)));
        clusters
    }

    /// What a log failed of, most probably: a line that only unknown failures have; of several the most telling one.
    fn choose(&self, log: &Pending) -> Option<(u32, u64)> {
        let common = |template: u32| {
            let about = self.about.get(template as usize);
            about.map_or(0, |about| u64::from(about.elsewhere) * 10 / u64::from(about.elsewhere + about.here).max(1))
        };
        log.candidates.iter().copied().min_by_key(|(template, _)| common(*template))
    }

    fn empty(&self, key: Option<u32>) -> Cluster {
        let at = key.map(|key| key as usize);
        let template = at.and_then(|at| self.templates.get(at));
        Cluster {
            id: format!("{:08x}", template.map_or(0, super::cluster::Template::id)),
            template: template.map_or_else(|| "(the log has no line that tells)".to_owned(), super::cluster::Template::text),
            logs: 0,
            samples: at.and_then(|at| self.about.get(at)).map(|about| about.samples.clone()).unwrap_or_default(),
            places: Vec::new(),
            first_seen: None,
            last_seen: None,
            state: None,
        }
    }
}
