//! Finding a rule by what a person types, and telling what it knows.
//!
//! May import: `catalog::model`, `catalog::template`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::Catalog;
use super::mistake::closest;
use super::model::{Rule, Step};
use super::template::fill;

/// What a search for a rule found.
#[derive(Clone, Debug, PartialEq)]
pub enum Explanation<'a> {
    /// The rules that fit, best first.
    Rules(Vec<&'a Rule>),
    /// None fits; these codes and ids look alike.
    Unknown(Vec<String>),
}

/// Finds rules by id (`npm/e401`), code (`E401`), alias, or words of the title.
///
/// ```
/// use lognosis::catalog::{Catalog, Explanation, find_rules};
/// let Explanation::Rules(rules) = find_rules(Catalog::builtin(), "e401") else { panic!() };
/// assert_eq!(&*rules[0].id, "npm/e401");
/// assert!(matches!(find_rules(Catalog::builtin(), "E4O1"), Explanation::Unknown(alike) if alike[0] == "E401"));
/// ```
#[must_use]
pub fn find_rules<'a>(catalog: &'a Catalog, query: &str) -> Explanation<'a> {
    let query = query.trim();
    if let Some(rule) = catalog.rule(&query.to_lowercase()) {
        return Explanation::Rules(vec![rule]);
    }
    let is = |text: &str| text.eq_ignore_ascii_case(query);
    let all = || catalog.rules().iter().map(|rule| &**rule);
    let by_code: Vec<&Rule> = all().filter(|rule| rule.code.as_deref().is_some_and(is)).collect();
    let by_alias: Vec<&Rule> =
        all().filter(|rule| rule.aliases.iter().any(|a| is(a)) && !by_code.iter().any(|known| known.id == rule.id)).collect();
    let exact: Vec<&Rule> = by_code.into_iter().chain(by_alias).collect();
    if !exact.is_empty() {
        return Explanation::Rules(exact);
    }
    let words: Vec<String> = query.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let by_words: Vec<&Rule> = all()
        .filter(|rule| {
            let text = format!("{} {} {} {}", rule.id, rule.title, rule.family, rule.tools.join_with(" ")).to_lowercase();
            !words.is_empty() && words.iter().all(|word| word.len() > 2 && text.contains(word.as_str()))
        })
        .collect();
    if !by_words.is_empty() {
        return Explanation::Rules(by_words);
    }
    let mut names: Vec<&str> = Vec::new();
    for rule in catalog.rules() {
        names.push(&rule.id);
        names.extend(rule.code.as_deref());
        names.extend(rule.aliases.iter().map(|alias| &**alias));
    }
    let mut alike: Vec<String> = Vec::new();
    while let Some(meant) = closest(query, names.iter().copied()) {
        if !alike.iter().any(|known| known == meant) {
            alike.push(meant.to_owned());
        }
        names.retain(|name| *name != meant);
        if alike.len() == 5 {
            break;
        }
    }
    Explanation::Unknown(alike)
}

trait JoinWith {
    fn join_with(&self, separator: &str) -> String;
}

impl JoinWith for Vec<super::model::Text> {
    fn join_with(&self, separator: &str) -> String {
        self.iter().map(|text| &**text).collect::<Vec<_>>().join(separator)
    }
}

/// A rule as Markdown: what it means, its causes with evidence and steps, what not to do, where to read on.
#[must_use]
pub fn explain_rule(rule: &Rule) -> String {
    let blank = |text: &str| fill(text, stand_in);
    let mut out = format!("# {} {}\n\n", rule.code.as_deref().unwrap_or(&rule.id), blank(&rule.title));
    let mut line = |text: String| {
        out.push_str(&text);
        out.push('\n');
    };
    line(blank(&rule.summary).split_whitespace().collect::<Vec<_>>().join(" "));
    line(String::new());
    line(format!("- rule: `{}` ({}, since {})", rule.id, rule.status, rule.since));
    line(format!("- family: {} · printed by: {}", rule.family, rule.tools.join_with(", ")));
    line(format!("- who must act: {}", rule.owner));
    match &rule.transient_when {
        Some(when) => line(format!("- does a retry help: {}: {}", rule.transient, blank(when))),
        None => line(format!("- does a retry help: {}", rule.transient)),
    }
    line(String::new());
    line("## Causes, most common first".to_owned());
    for (number, cause) in (1..).zip(&rule.causes) {
        line(String::new());
        line(format!("{number}. **{}** (`{}`)", blank(&cause.title), cause.id));
        for (list, word) in
            [(&cause.confirmed_by, "confirmed by"), (&cause.suggested_by, "suggested by"), (&cause.ruled_out_by, "ruled out by")]
        {
            for condition in list {
                if let Some(because) = &condition.because {
                    line(format!("   - {word}: {}", blank(because)));
                }
            }
        }
        for step in &cause.steps {
            line(format!("   - {}", step_line(step)));
        }
        if let Some(verify) = &cause.verify {
            line(format!("   - check that it worked: `{}`", blank(verify)));
        }
    }
    if !rule.never.is_empty() {
        line(String::new());
        line("## What not to do".to_owned());
        line(String::new());
        for never in &rule.never {
            line(format!("- {}: {}", blank(&never.advice), blank(&never.because)));
        }
    }
    if !rule.docs.is_empty() {
        line(String::new());
        line("## Read on".to_owned());
        line(String::new());
        for url in &rule.docs {
            line(format!("- <{url}>"));
        }
    }
    out
}

/// The index of a reference that has one page a rule, at `<rule id>.md`: by family, by code, by tool.
#[must_use]
pub fn reference_index(catalog: &Catalog) -> String {
    let mut by_code: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut by_family: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut by_tool: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for rule in catalog.rules() {
        for code in rule.code.iter().chain(&rule.aliases).filter(|code| !code.contains('{')) {
            by_code.entry(code).or_default().insert(&rule.id);
        }
        by_family.entry(&rule.family).or_default().insert(&rule.id);
        for tool in &rule.tools {
            by_tool.entry(tool).or_default().insert(&rule.id);
        }
    }
    let mut out = format!("# The rules of lognosis\n\n{} rules.\n\n## By family\n", catalog.rules().len());
    for (family, ids) in by_family {
        let _ = write!(out, "\n### {family}\n\n");
        for id in ids {
            let title = catalog.rule(id).map(|rule| fill(&rule.title, |_| None)).unwrap_or_default();
            let _ = writeln!(out, "- [{id}]({id}.md): {}", title.replace('<', "\\<"));
        }
    }
    for (heading, groups) in [("By code", by_code), ("By tool", by_tool)] {
        let _ = write!(out, "\n## {heading}\n\n");
        for (name, ids) in groups {
            let links: Vec<String> = ids.iter().map(|id| format!("[{id}]({id}.md)")).collect();
            let _ = writeln!(out, "- {name}: {}", links.join(", "));
        }
    }
    out
}

/// What a page says in place of a value that only a log has.
fn stand_in(name: &str) -> Option<String> {
    (name == "provider.name").then(|| "the registry".to_owned())
}

fn step_line(step: &Step) -> String {
    let mut text = fill(&step.text, stand_in);
    let mut notes: Vec<String> = Vec::new();
    notes.extend(step.os.iter().map(ToString::to_string));
    notes.extend(step.place.iter().map(ToString::to_string));
    notes.extend(step.shell.map(|shell| shell.to_string()));
    notes.extend(step.client.as_ref().map(ToString::to_string));
    notes.extend(step.provider.iter().map(ToString::to_string));
    notes.extend(step.unless_provider.iter().map(|provider| format!("not {provider}")));
    if !notes.is_empty() {
        text = format!("({}) {text}", notes.join(", "));
    }
    if let Some(command) = &step.command {
        text = format!("{text}: `{}`", fill(command, stand_in));
    }
    if let Some(danger) = &step.danger {
        text = format!("{text} — careful: {}", fill(danger, stand_in));
    }
    text
}
