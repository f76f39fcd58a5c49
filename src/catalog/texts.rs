//! The texts of the catalogue that people get to read. All of them are templates.
//!
//! May import: `catalog::model`.

use super::model::{Rule, Step};

/// The texts of a rule that a report shows, each with the path of its key.
pub(super) fn rule_texts(rule: &Rule) -> Vec<(String, &str)> {
    let mut out: Vec<(String, &str)> = vec![("title".to_owned(), &rule.title), ("summary".to_owned(), &rule.summary)];
    let optional = [("code", &rule.code), ("transient_when", &rule.transient_when)];
    out.extend(optional.into_iter().filter_map(|(key, text)| Some((key.to_owned(), text.as_deref()?))));
    for (index, cause) in rule.causes.iter().enumerate() {
        let path = format!("cause.{index}");
        out.push((format!("{path}.title"), &cause.title));
        out.extend(cause.verify.as_deref().map(|verify| (format!("{path}.verify"), verify)));
        out.extend(step_texts(&cause.steps, &format!("{path}.step")));
        for (list, key) in
            [(&cause.confirmed_by, "confirmed_by"), (&cause.suggested_by, "suggested_by"), (&cause.ruled_out_by, "ruled_out_by")]
        {
            for (at, condition) in list.iter().enumerate() {
                out.extend(condition.because.as_deref().map(|because| (format!("{path}.{key}.{at}.because"), because)));
            }
        }
    }
    for (index, never) in rule.never.iter().enumerate() {
        out.push((format!("never.{index}.advice"), &never.advice));
        out.push((format!("never.{index}.because"), &never.because));
    }
    out
}

/// The same for steps; `path` is that of their list.
pub(super) fn step_texts<'a>(steps: &'a [Step], path: &str) -> Vec<(String, &'a str)> {
    let mut out: Vec<(String, &str)> = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        out.push((format!("{path}.{at}.text"), &step.text));
        let optional = [("command", &step.command), ("danger", &step.danger)];
        out.extend(optional.into_iter().filter_map(|(key, text)| Some((format!("{path}.{at}.{key}"), text.as_deref()?))));
    }
    out
}
