//! Runs the examples and counter-examples of a catalogue.
//!
//! May import: `catalog`, `engine`, `diagnose`.

use crate::catalog::{Rule, Severity};
use crate::diagnose::{Diagnosis, LogReport, Options, Role, diagnose};
use crate::engine::{Engine, LogScanner};

/// An example that did not come out as its rule says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Surprise {
    /// The rule.
    pub rule: String,
    /// `example 1`, `counter-example 2`.
    pub which: String,
    /// What came out in place of what was wanted.
    pub what: String,
}

/// Runs all examples of a rule. An empty answer is success.
///
/// ```
/// use lognosis::catalog::Catalog;
/// use lognosis::engine::Engine;
/// let engine = Engine::new(Catalog::builtin())?;
/// assert_eq!(lognosis::trial::try_rule(&engine, Catalog::builtin().rule("npm/e401").unwrap()), []);
/// # Ok::<(), lognosis::Error>(())
/// ```
#[must_use]
pub fn try_rule(engine: &Engine<'_>, rule: &Rule) -> Vec<Surprise> {
    let mut surprises = Vec::new();
    for (number, example) in (1..).zip(&rule.examples) {
        let report = run(engine, &example.log);
        let mut push = |what: String| {
            surprises.push(Surprise { rule: rule.id.to_string(), which: format!("example {number}"), what });
        };
        let Some(diagnosis) = wanted(&report, rule) else {
            push(format!("gives {}", answers(&report)));
            continue;
        };
        for (name, value) in &example.captures {
            match diagnosis.captures.get(&**name) {
                Some(found) if **found == **value => {}
                found => push(format!("captures {name} = {found:?} and not {value:?}")),
            }
        }
        let first = diagnosis.causes.first();
        if let Some(cause) = &example.cause {
            if first.is_none_or(|first| *first.id != **cause) {
                push(format!("has the cause {:?} first and not {cause:?}", first.map(|first| first.id.as_str())));
            }
        }
        if let Some(verdict) = &example.verdict {
            if first.is_none_or(|first| *first.verdict.name() != **verdict) {
                push(format!("gives the verdict {:?} and not {verdict:?}", first.map(|first| first.verdict.name())));
            }
        }
    }
    for (number, example) in (1..).zip(&rule.counter_examples) {
        let report = run(engine, &example.log);
        let hit = if rule.severity == Severity::Error {
            report.roots().any(|root| *root.rule == *rule.id)
        } else {
            report.diagnoses.iter().any(|diagnosis| *diagnosis.rule == *rule.id)
        };
        if hit {
            let which = format!("counter-example {number}");
            surprises.push(Surprise { rule: rule.id.to_string(), which, what: format!("fires all the same, though: {}", example.why) });
        }
    }
    surprises
}

fn run(engine: &Engine<'_>, log: &str) -> LogReport {
    let mut scanner = LogScanner::new(engine);
    scanner.push(log.as_bytes());
    diagnose(engine, "example", &scanner.finish(), &Options::default())
}

/// The rule's diagnosis, where it stands as it should: an error as the answer, a warning anywhere.
fn wanted<'r>(report: &'r LogReport, rule: &Rule) -> Option<&'r Diagnosis> {
    if rule.severity == Severity::Error {
        return report.answer().filter(|answer| *answer.rule == *rule.id);
    }
    report.diagnoses.iter().find(|diagnosis| *diagnosis.rule == *rule.id)
}

fn answers(report: &LogReport) -> String {
    let found: Vec<String> = report
        .diagnoses
        .iter()
        .map(|d| match d.role {
            Role::Root => d.rule.clone(),
            Role::Consequence => format!("{} (consequence)", d.rule),
            Role::Warning => format!("{} (warning)", d.rule),
        })
        .collect();
    if found.is_empty() { "nothing".to_owned() } else { found.join(", ") }
}
