//! Which causes the evidence confirms, suggests or rules out, and because of what.
//!
//! May import: `catalog`, `engine`, `facts`, `diagnose::{model, timeline}`.

use std::collections::BTreeMap;

use regex::Regex;

use super::model::Verdict;
use super::timeline::{RunState, Timeline};
use crate::catalog::{Cause, Condition, Provider, Rule, VersionTest, parse_version, template, version_requirement};
use crate::engine::{Engine, Scan};
use crate::facts::{Facts, Finding, Subject};

/// Everything that conditions can ask about.
pub(super) struct Witness<'a> {
    pub(super) engine: &'a Engine<'a>,
    pub(super) scan: &'a Scan,
    pub(super) timeline: &'a Timeline,
    pub(super) run: usize,
    pub(super) captures: &'a BTreeMap<String, String>,
    /// How often the failure was seen.
    pub(super) count: u64,
    pub(super) provider: Option<&'a Provider>,
    /// Rules that fired in the run or in the log.
    pub(super) fired: &'a [&'a str],
    pub(super) facts: Option<&'a Facts>,
}

/// A cause and what was found about it.
#[derive(Clone, Debug)]
pub(super) struct Weighed<'c> {
    pub(super) cause: &'c Cause,
    pub(super) verdict: Verdict,
    pub(super) because: Vec<String>,
    /// Marks that the reasons rest on.
    pub(super) marks: Vec<usize>,
    /// Captures that the reasons brought.
    pub(super) captures: BTreeMap<String, String>,
    suggestions: usize,
}

/// One condition that holds.
#[derive(Clone, Debug, Default)]
struct Reason {
    sentence: String,
    marks: Vec<usize>,
    captures: BTreeMap<String, String>,
}

/// Weighs all causes of a rule: confirmed first, then likely by the number of suggestions, then possible in the rule's
/// order, ruled out last.
pub(super) fn weigh<'c>(rule: &'c Rule, witness: &Witness<'_>) -> Vec<Weighed<'c>> {
    let mut out: Vec<Weighed<'c>> = rule.causes.iter().map(|cause| weigh_one(cause, witness)).collect();
    // What proves one cause leaves the others possible at best, but does not make them wrong: the sort is stable.
    out.sort_by(|a, b| a.verdict.cmp(&b.verdict).then(b.suggestions.cmp(&a.suggestions)));
    out
}

fn weigh_one<'c>(cause: &'c Cause, witness: &Witness<'_>) -> Weighed<'c> {
    let confirmed = witness.hold(&cause.confirmed_by);
    let excluded = witness.hold(&cause.ruled_out_by);
    let suggested = witness.hold(&cause.suggested_by);
    let (verdict, reasons) = if !confirmed.is_empty() {
        let mut reasons = confirmed;
        reasons.extend(suggested.iter().cloned());
        (Verdict::Confirmed, reasons)
    } else if !excluded.is_empty() {
        (Verdict::RuledOut, excluded)
    } else if !suggested.is_empty() {
        (Verdict::Likely, suggested.clone())
    } else {
        (Verdict::Possible, Vec::new())
    };
    let mut weighed = Weighed {
        cause,
        verdict,
        because: Vec::new(),
        marks: Vec::new(),
        captures: BTreeMap::new(),
        suggestions: if verdict == Verdict::Likely { suggested.len() } else { 0 },
    };
    for reason in reasons {
        if !weighed.because.contains(&reason.sentence) {
            weighed.because.push(reason.sentence);
        }
        weighed.marks.extend(reason.marks);
        for (name, value) in reason.captures {
            weighed.captures.entry(name).or_insert(value);
        }
    }
    weighed
}

impl Witness<'_> {
    fn hold(&self, conditions: &[Condition]) -> Vec<Reason> {
        conditions.iter().filter_map(|condition| self.holds(condition)).collect()
    }

    fn state(&self) -> &RunState {
        &self.timeline.runs[self.run]
    }

    /// The reason, if every part of the condition holds.
    fn holds(&self, condition: &Condition) -> Option<Reason> {
        let mut reason = Reason::default();
        let mut parts: Vec<String> = Vec::new();
        if let Some(log) = &condition.log {
            let mark = self.find(log, condition.whole_log)?;
            reason.marks.push(mark);
            reason.captures.extend(self.scan.marks[mark].captures.iter().cloned());
            parts.push(format!("line {} says: {}", self.scan.marks[mark].line, self.scan.marks[mark].text));
        }
        if let Some(absent) = &condition.absent {
            if self.find(absent, condition.whole_log).is_some() {
                return None;
            }
        }
        if let Some(client) = &condition.client {
            parts.push(self.client_is(client)?);
        }
        if let Some(node) = &condition.node {
            let version = self.state().run.node.as_deref()?;
            if !version_requirement(node)?.matches(&parse_version(version)?) {
                return None;
            }
            parts.push(format!("node is {version}"));
        }
        if !condition.os.is_empty() {
            let os = self.state().run.os.filter(|os| condition.os.contains(os))?;
            parts.push(format!("it ran on {os}"));
        }
        if !condition.ci.is_empty() {
            parts.push(self.ci_is(condition)?);
        }
        if !condition.provider.is_empty() {
            let provider = self.provider.filter(|provider| condition.provider.contains(&provider.id))?;
            parts.push(format!("the registry is {}", provider.name));
        }
        if let Some(name) = &condition.capture {
            parts.push(self.capture_is(name, condition, &reason)?);
        }
        if let Some(check) = &condition.check {
            let finding = self.check(check)?;
            reason.captures.extend(finding.captures.into_iter().map(|(name, value)| (name.to_owned(), value)));
            parts.push(finding.reason);
        }
        if let Some(rule) = &condition.rule {
            if !self.fired.contains(&&**rule) {
                return None;
            }
            parts.push(format!("{rule} was found too"));
        }
        if let Some(since) = &condition.since {
            let day = self.state().day.as_deref().or_else(|| self.scan.last_stamp.as_deref().and_then(|stamp| stamp.get(..10)))?;
            if day < &**since {
                return None;
            }
            parts.push(format!("it ran on {day}"));
        }
        reason.sentence = match &condition.because {
            Some(because) => {
                let text = template::fill(because, |name| {
                    reason.captures.get(name).or_else(|| self.captures.get(name)).cloned().or_else(|| self.fact(name))
                });
                match reason.marks.first() {
                    Some(mark) => format!("{text} (line {})", self.scan.marks[*mark].line),
                    None => text,
                }
            }
            None if parts.is_empty() => "no line of the run says otherwise".to_owned(),
            None => parts.join(", and "),
        };
        Some(reason)
    }

    /// A fact of the run by the name that templates use.
    pub(super) fn fact(&self, name: &str) -> Option<String> {
        let run = &self.state().run;
        match name {
            "client" => run.client.clone(),
            "client_version" => run.client_version.clone(),
            "node" => run.node.clone(),
            "command" => run.command.clone(),
            "cwd" => run.cwd.clone(),
            "registry" => run.registry.clone(),
            "count" => Some(self.count.to_string()),
            "provider.name" => self.provider.map(|provider| provider.name.to_string()),
            "provider.credentials" => self.provider.map(|provider| provider.credentials.to_string()),
            _ => None,
        }
    }

    /// The first mark of a condition's pattern in the run, or in the log.
    fn find(&self, regex: &str, whole_log: bool) -> Option<usize> {
        let pattern = self.engine.catalog().condition_pattern(regex)?;
        let all = self.scan.marks.iter().enumerate().filter(|(_, mark)| mark.pattern == pattern);
        let mut all = all.filter(|(number, _)| whole_log || self.timeline.run_of[*number] == self.run);
        all.next().map(|(number, _)| number)
    }

    fn client_is(&self, test: &str) -> Option<String> {
        let test = VersionTest::parse(test)?;
        let state = self.state();
        let client = state.run.client.as_deref()?;
        if client != test.client {
            return None;
        }
        if let Some(version) = &state.run.client_version {
            return test.holds_for(version).then(|| format!("{client} is {version}"));
        }
        // The look of the lines gives bounds: `npm error` is 10.6 or later, `npm ERR!` is earlier.
        if !test.needs_version() {
            return Some(format!("it is {client}"));
        }
        let bound = state.implied.iter().find(|bound| implies(bound, &test))?;
        Some(format!("the look of its lines is that of {bound}"))
    }

    fn ci_is(&self, condition: &Condition) -> Option<String> {
        let ci = self.timeline.ci.as_deref();
        let wants = |name: &str| condition.ci.iter().any(|known| &**known == name);
        match ci {
            Some(ci) if wants("any") || wants(ci) => Some(format!("it ran in {ci}")),
            None if wants("none") => Some("it did not run in CI".to_owned()),
            _ => None,
        }
    }

    fn capture_is(&self, name: &str, condition: &Condition, reason: &Reason) -> Option<String> {
        let value = reason.captures.get(name).or_else(|| self.captures.get(name)).cloned().or_else(|| self.fact(name))?;
        let fits = |pattern: &str| Regex::new(pattern).is_ok_and(|regex| regex.is_match(&value));
        if condition.matches.as_deref().is_some_and(|pattern| !fits(pattern)) || condition.differs.as_deref().is_some_and(fits) {
            return None;
        }
        Some(format!("{name} is {value}"))
    }

    fn check(&self, name: &str) -> Option<Finding> {
        let run = &self.state().run;
        let subject = Subject {
            registry: self.captures.get("registry").map(String::as_str).or(run.registry.as_deref()),
            package: self.captures.get("package").map(String::as_str),
            client: run.client.as_deref().filter(|client| *client != "node"),
            client_version: run.client_version.as_deref(),
            command: run.command.as_deref(),
        };
        self.facts?.check(name, &subject)
    }
}

/// Whether a bound such as `npm >= 10.6` settles a test such as `npm >= 7`.
fn implies(bound: &str, test: &VersionTest) -> bool {
    let Some((client, requirement)) = bound.split_once(' ') else { return false };
    if client != test.client {
        return false;
    }
    let number = requirement.trim_start_matches(['<', '>', '=', ' ']);
    // At the bound itself and far on its open side the answer must be yes.
    let (near, far) = if requirement.starts_with('>') { (number.to_owned(), "999.0.0") } else { (just_below(number), "0.0.1") };
    test.holds_for(&near) && test.holds_for(far)
}

/// The last version before `10.6`, near enough for requirements on majors and minors.
fn just_below(version: &str) -> String {
    let Some(version) = parse_version(version) else { return version.to_owned() };
    if version.minor > 0 {
        format!("{}.{}.999", version.major, version.minor - 1)
    } else {
        format!("{}.999.999", version.major.saturating_sub(1))
    }
}
