//! What can be wrong with a catalogue beyond its shape: regexes, ids, references, captures, missing examples.
//!
//! May import: the other files of `catalog`.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::literal::required_literals;
use super::mistake::{FileMistakes, Mistake, MistakeKind, closest};
use super::model::{Condition, Marker, MarkerKind, Neighbour, Provider, Rule, Signature, SignatureRole, Step, Text};
use super::parse::{Item, Parsed};
use super::reader::Spans;
use super::search::search_form;
use super::template::{broken_fallback, captures};
use super::texts::{rule_texts, step_texts};
use super::version::{VersionTest, version_requirement};
use super::vocabulary::{CI_SYSTEMS, DERIVED_CAPTURES, FAMILIES, LOCAL_CHECKS};

/// Ids that other files of the same catalogue define.
#[derive(Debug, Default)]
pub(super) struct Known<'a> {
    rules: BTreeMap<&'a str, &'a Rule>,
    /// Signatures that start a diagnosis, by their pattern.
    signatures: BTreeMap<&'a str, Vec<(&'a Rule, &'a Signature)>>,
    providers: BTreeSet<&'a str>,
}

impl<'a> Known<'a> {
    pub(super) fn new(rules: impl IntoIterator<Item = &'a Rule>, providers: impl IntoIterator<Item = &'a Provider>) -> Self {
        let rules: BTreeMap<&str, &Rule> = rules.into_iter().map(|rule| (&*rule.id, rule)).collect();
        let mut signatures: BTreeMap<&str, Vec<(&Rule, &Signature)>> = BTreeMap::new();
        for rule in rules.values().copied() {
            for signature in rule.signatures.iter().filter(|signature| signature.role == SignatureRole::Start) {
                signatures.entry(&signature.pattern).or_default().push((rule, signature));
            }
        }
        Self { rules, signatures, providers: providers.into_iter().map(|provider| &*provider.id).collect() }
    }
}

/// Which file defines an id last.
#[derive(Debug, Default)]
pub(super) struct Elsewhere<'a> {
    last: BTreeMap<(&'static str, &'a str), &'a str>,
}

impl<'a> Elsewhere<'a> {
    pub(super) fn new(files: impl IntoIterator<Item = (&'a str, &'a Parsed)>) -> Self {
        let mut last = BTreeMap::new();
        for (name, parsed) in files {
            let rules = parsed.rules.iter().map(|item| ("rule", &*item.value.id));
            let markers = parsed.markers.iter().map(|item| ("marker", &*item.value.id));
            last.extend(rules.chain(markers).map(|id| (id, name)));
        }
        Self { last }
    }
}

/// Checks one parsed file against the ids of the whole catalogue and adds what it finds to the file's own mistakes.
pub(super) fn check(path: &str, source: &str, parsed: &Parsed, known: &Known<'_>, elsewhere: &Elsewhere<'_>) -> FileMistakes {
    let mut checker = Checker { known, source, mistakes: parsed.mistakes.clone() };
    checker.unique(parsed.rules.iter().map(|item| (&item.value.id, &item.spans)), "rule");
    checker.unique(parsed.markers.iter().map(|item| (&item.value.id, &item.spans)), "marker");
    checker.unique(parsed.providers.iter().map(|item| (&item.value.id, &item.spans)), "provider");
    let rules = parsed.rules.iter().map(|item| ("rule", &item.value.id, &item.spans));
    for (kind, id, spans) in rules.chain(parsed.markers.iter().map(|item| ("marker", &item.value.id, &item.spans))) {
        if let Some(other) = elsewhere.last.get(&(kind, &**id)).filter(|other| **other != path) {
            let help = Some("drop one of them, or give it an id of its own".to_owned());
            checker.push(
                MistakeKind::Overridden,
                spans.of("id"),
                format!("`{id}` stands in {other} too, which wins"),
                "this one is lost",
                help,
            );
        }
    }
    for item in &parsed.rules {
        checker.rule(item);
    }
    for item in &parsed.markers {
        checker.marker(item);
    }
    for item in &parsed.providers {
        checker.provider(item);
    }
    let mut mistakes = checker.mistakes;
    mistakes.sort_by_key(|mistake| (mistake.span.start, mistake.kind));
    mistakes.dedup();
    FileMistakes { path: path.to_owned(), source: source.to_owned(), mistakes }
}

struct Checker<'a> {
    known: &'a Known<'a>,
    source: &'a str,
    mistakes: Vec<Mistake>,
}

impl Checker<'_> {
    fn push(&mut self, kind: MistakeKind, span: Range<usize>, title: String, label: &str, help: Option<String>) {
        self.mistakes.push(Mistake { kind, title, span, label: label.to_owned(), help });
    }

    fn unique<'b>(&mut self, ids: impl Iterator<Item = (&'b Text, &'b Spans)>, what: &str) {
        let mut seen = BTreeSet::new();
        for (id, spans) in ids {
            if !id.is_empty() && !seen.insert(id.to_string()) {
                let help = Some("an id stands for one thing for ever; take another one".to_owned());
                self.push(MistakeKind::DuplicateId, spans.of("id"), format!("{what} `{id}` stands twice"), "the second one", help);
            }
        }
    }

    fn rule(&mut self, item: &Item<Rule>) {
        let (rule, spans) = (&item.value, &item.spans);
        self.rule_header(rule, spans);
        let mut names: BTreeSet<String> = derived_names().map(str::to_owned).collect();
        let mut own: Vec<(String, String)> = Vec::new();
        for (index, signature) in rule.signatures.iter().enumerate() {
            let path = format!("signature.{index}");
            for name in self.regex(&signature.pattern, &spans.of(&format!("{path}.pattern"))) {
                own.push((name.clone(), format!("{path}.pattern")));
                names.insert(name);
            }
            if signature.role == SignatureRole::Start && !signature.last && required_literals(&signature.pattern).is_none() {
                self.no_literal(&signature.pattern, spans.of(&format!("{path}.pattern")));
            }
            self.dead(&signature.pattern, spans.of(&format!("{path}.pattern")));
            self.shadowed(rule, signature, spans.of(&format!("{path}.pattern")));
            self.neighbours(&signature.near, spans, &format!("{path}.near"), &mut names);
            self.neighbours(&signature.unless, spans, &format!("{path}.unless"), &mut names);
        }
        for (index, cause) in rule.causes.iter().enumerate() {
            for (list, key) in
                [(&cause.confirmed_by, "confirmed_by"), (&cause.suggested_by, "suggested_by"), (&cause.ruled_out_by, "ruled_out_by")]
            {
                for (at, condition) in list.iter().enumerate() {
                    let path = format!("cause.{index}.{key}.{at}");
                    names.extend(self.condition(condition, spans, &path));
                }
            }
        }
        self.templates(rule, spans, &names);
        self.causes(rule, spans);
        self.examples(rule, spans, &names, &own);
    }

    /// A signature is searched on a cleaned line: without the client's prefix, without white space at its ends.
    fn dead(&mut self, pattern: &str, span: Range<usize>) {
        let Ok(hir) = regex_syntax::parse(pattern) else { return };
        let prefix = search_form(pattern).prefix;
        let taken_off = ["npm ERR!", "npm error ", "npm WARN ", "npm warn ", "npm notice ", " "];
        let why = if hir.properties().minimum_len().is_none() {
            "no text fits this regex"
        } else if taken_off.iter().any(|start| prefix.starts_with(start)) {
            "this is taken off a line before it is searched"
        } else {
            return;
        };
        let help =
            Some("a signature is searched on the cleaned line (rules/README.md); `level` and `origin` ask for the prefix".to_owned());
        self.push(MistakeKind::DeadSignature, span, "this signature can never match".to_owned(), why, help);
    }

    /// Two rules with the same signature are both found, and only their order tells which one is the answer.
    fn shadowed(&mut self, rule: &Rule, signature: &Signature, span: Range<usize>) {
        if signature.role != SignatureRole::Start {
            return;
        }
        let others = self.known.signatures.get(&*signature.pattern).into_iter().flatten();
        let same = |other: &&(&Rule, &Signature)| {
            other.0.id != rule.id && Signature { strength: signature.strength, ..other.1.clone() } == *signature
        };
        let Some((other, _)) = others.into_iter().find(same) else { return };
        let help = Some("tell the two apart by `near`, `unless`, `level` or a longer pattern, or make them causes of one rule".to_owned());
        self.push(MistakeKind::ShadowedSignature, span, format!("`{}` has the same signature", other.id), "found by both", help);
    }

    fn rule_header(&mut self, rule: &Rule, spans: &Spans) {
        if !rule.family.is_empty() && !FAMILIES.iter().any(|(name, _)| *name == &*rule.family) {
            let names = FAMILIES.iter().map(|(name, _)| *name);
            self.unknown("family", &rule.family, spans.of("family"), names);
        }
        if !rule.id.is_empty() && !well_formed_id(&rule.id) {
            let help = Some("lower case, digits and dashes in parts divided by `/`: `npm/e401`".to_owned());
            self.push(MistakeKind::Malformed, spans.of("id"), format!("`{}` is no rule id", rule.id), "not a rule id", help);
        }
        for (index, url) in rule.docs.iter().enumerate() {
            if !url.starts_with("https://") {
                let help = Some("link to the authoritative page by https".to_owned());
                self.push(MistakeKind::Malformed, spans.of(&format!("docs.{index}")), format!("`{url}` is no https URL"), "", help);
            }
        }
        for (index, edge) in rule.consequence_of.iter().enumerate() {
            let span = spans.of(&format!("consequence_of.{index}"));
            match edge.strip_prefix("family:") {
                Some(family) if !FAMILIES.iter().any(|(name, _)| *name == family) => {
                    self.unknown("family", family, span, FAMILIES.iter().map(|(name, _)| *name));
                }
                Some(_) => {}
                None => self.rule_reference(edge, span),
            }
        }
        if rule.consequence_of.iter().any(|edge| self.leads_back(edge, &rule.id)) {
            let help = Some("one of two failures is the cause; drop one of the edges".to_owned());
            self.push(
                MistakeKind::Cycle,
                spans.of("consequence_of"),
                format!("rule `{}` follows from itself", rule.id),
                "this leads back to the rule",
                help,
            );
        }
    }

    /// Whether following rule-to-rule edges from `start` arrives at `target`.
    fn leads_back(&self, start: &str, target: &str) -> bool {
        let mut todo = vec![start.to_owned()];
        let mut seen = BTreeSet::new();
        while let Some(id) = todo.pop() {
            if id == target {
                return true;
            }
            if !seen.insert(id.clone()) {
                continue;
            }
            if let Some(rule) = self.known.rules.get(&*id) {
                todo.extend(rule.consequence_of.iter().filter(|edge| !edge.contains(':')).map(ToString::to_string));
            }
        }
        false
    }

    fn unknown<'b>(&mut self, what: &str, word: &str, span: Range<usize>, known: impl IntoIterator<Item = &'b str>) {
        let known: Vec<&str> = known.into_iter().collect();
        let help = match closest(word, known.iter().copied()) {
            Some(meant) => Some(format!("did you mean `{meant}`?")),
            None if known.len() <= 40 => Some(format!("there are: {}", known.join(", "))),
            None => None,
        };
        self.push(MistakeKind::UnknownReference, span, format!("there is no {what} `{word}`"), "refers to nothing", help);
    }

    /// A rule may be named that another catalogue brings, so this is no mistake that keeps a file from loading.
    fn rule_reference(&mut self, id: &str, span: Range<usize>) {
        if self.known.rules.contains_key(id) {
            return;
        }
        let help = closest(id, self.known.rules.keys().copied()).map(|meant| format!("did you mean `{meant}`?"));
        self.push(MistakeKind::DanglingRule, span, format!("there is no rule `{id}`"), "refers to nothing", help);
    }

    /// Checks a regex and gives its named groups.
    fn regex(&mut self, pattern: &str, span: &Range<usize>) -> Vec<String> {
        match regex_syntax::parse(pattern) {
            Ok(hir) => group_names(&hir),
            Err(error) => {
                let detail = match &error {
                    regex_syntax::Error::Parse(e) => e.kind().to_string(),
                    regex_syntax::Error::Translate(e) => e.kind().to_string(),
                    _ => error.to_string(),
                };
                let help = Some("the syntax is that of the regex crate: no look-around, no back-references".to_owned());
                self.push(MistakeKind::Regex, span.clone(), "this regex does not compile".to_owned(), &detail, help);
                Vec::new()
            }
        }
    }

    fn no_literal(&mut self, pattern: &str, span: Range<usize>) {
        if regex_syntax::parse(pattern).is_ok() {
            let help = Some("give it a word of three letters or more that every match holds".to_owned());
            let title = "no literal guards this signature, so it runs on every line of every log".to_owned();
            self.push(MistakeKind::NoLiteral, span, title, "matches without any fixed word", help);
        }
    }

    fn neighbours(&mut self, list: &[Neighbour], spans: &Spans, path: &str, names: &mut BTreeSet<String>) {
        for (index, neighbour) in list.iter().enumerate() {
            names.extend(self.regex(&neighbour.pattern, &spans.of(&format!("{path}.{index}.pattern"))));
        }
    }

    fn condition(&mut self, condition: &Condition, spans: &Spans, path: &str) -> Vec<String> {
        let at = |key: &str| spans.of(&format!("{path}.{key}"));
        let mut names = Vec::new();
        for (pattern, key) in
            [(&condition.log, "log"), (&condition.absent, "absent"), (&condition.matches, "matches"), (&condition.differs, "differs")]
        {
            let Some(pattern) = pattern else { continue };
            let groups = self.regex(pattern, &at(key));
            if key == "log" {
                names = groups;
            }
            if (key == "log" || key == "absent") && required_literals(pattern).is_none() {
                self.no_literal(pattern, at(key));
            }
        }
        if let Some(check) = &condition.check {
            if !LOCAL_CHECKS.iter().any(|(name, _)| *name == &**check) {
                self.unknown("check", check, at("check"), LOCAL_CHECKS.iter().map(|(name, _)| *name));
            }
        }
        if let Some(rule) = &condition.rule {
            self.rule_reference(rule, at("rule"));
        }
        for (index, ci) in condition.ci.iter().enumerate() {
            if !["any", "none"].contains(&&**ci) && !CI_SYSTEMS.contains(&&**ci) {
                self.unknown("CI system", ci, spans.of(&format!("{path}.ci.{index}")), CI_SYSTEMS.iter().copied());
            }
        }
        self.providers(&condition.provider, &[], spans, &format!("{path}.provider"));
        self.client(condition.client.as_ref(), at("client"));
        if let Some(node) = &condition.node {
            if version_requirement(node).is_none() {
                self.malformed_version(node, at("node"), ">= 17");
            }
        }
        if let Some(since) = &condition.since {
            if !is_date(since) {
                let help = Some("write a day as 2025-12-09".to_owned());
                self.push(MistakeKind::Malformed, at("since"), format!("`{since}` is no day"), "", help);
            }
        }
        names
    }

    fn providers(&mut self, providers: &[Text], words: &[&str], spans: &Spans, path: &str) {
        for (index, provider) in providers.iter().enumerate() {
            if !words.contains(&&**provider) && !self.known.providers.contains(&**provider) {
                let known: Vec<&str> = self.known.providers.iter().copied().chain(words.iter().copied()).collect();
                self.unknown("provider", provider, spans.of(&format!("{path}.{index}")), known);
            }
        }
    }

    fn client(&mut self, client: Option<&Text>, span: Range<usize>) {
        if let Some(client) = client {
            if VersionTest::parse(client).is_none() {
                self.malformed_version(client, span, "npm >= 7");
            }
        }
    }

    fn malformed_version(&mut self, text: &str, span: Range<usize>, model: &str) {
        self.push(MistakeKind::Malformed, span, format!("`{text}` is no version test"), "", Some(format!("write it like `{model}`")));
    }

    /// Checks every text of a rule that people get to read.
    fn templates(&mut self, rule: &Rule, spans: &Spans, names: &BTreeSet<String>) {
        for (path, text) in rule_texts(rule) {
            self.template(text, spans.of(&path), names);
        }
        for (index, cause) in rule.causes.iter().enumerate() {
            let path = format!("cause.{index}");
            for (list, key) in
                [(&cause.confirmed_by, "confirmed_by"), (&cause.suggested_by, "suggested_by"), (&cause.ruled_out_by, "ruled_out_by")]
            {
                for (at, condition) in list.iter().enumerate() {
                    if let Some(capture) = &condition.capture {
                        self.template(&format!("{{{capture}}}"), spans.of(&format!("{path}.{key}.{at}.capture")), names);
                    }
                }
            }
            self.steps(&cause.steps, spans, &format!("{path}.step"));
        }
    }

    fn template(&mut self, template: &str, span: Range<usize>, names: &BTreeSet<String>) {
        if let Some(broken) = broken_fallback(template) {
            let help = Some("the first `}` ends a fallback: write it without braces, or make it two texts".to_owned());
            let title = format!("the fallback of `{broken}` does not end where it should");
            self.push(MistakeKind::BrokenFallback, self.part(span, broken), title, "a brace too few or too many", help);
            return;
        }
        for name in captures(template).filter(|name| !names.contains(*name)) {
            let help = closest(name, names.iter().map(String::as_str)).map(|meant| format!("did you mean `{{{meant}}}`?")).or_else(|| {
                Some("name a group of a signature or of a condition's `log`, or one that is derived (rules/README.md)".to_owned())
            });
            let title = format!("nothing captures `{{{name}}}`");
            self.push(MistakeKind::UnknownCapture, span.clone(), title, "unknown capture in here", help);
        }
    }

    /// The place of `part` in the value at `span`; the whole value where an escape hides it.
    fn part(&self, span: Range<usize>, part: &str) -> Range<usize> {
        match self.source.get(span.clone()).and_then(|value| value.find(part)) {
            Some(at) => span.start + at..span.start + at + part.len(),
            None => span,
        }
    }

    fn steps(&mut self, steps: &[Step], spans: &Spans, path: &str) {
        for (at, step) in steps.iter().enumerate() {
            let path = format!("{path}.{at}");
            self.client(step.client.as_ref(), spans.of(&format!("{path}.client")));
            for (providers, key) in [(&step.provider, "provider"), (&step.unless_provider, "unless_provider")] {
                self.providers(providers, &["any"], spans, &format!("{path}.{key}"));
            }
        }
    }

    fn causes(&mut self, rule: &Rule, spans: &Spans) {
        let mut seen = BTreeSet::new();
        for (index, cause) in rule.causes.iter().enumerate() {
            if !seen.insert(&*cause.id) {
                let span = spans.of(&format!("cause.{index}.id"));
                let title = format!("cause `{}` stands twice in rule `{}`", cause.id, rule.id);
                self.push(MistakeKind::DuplicateId, span, title, "the second one", None);
            }
            if cause.steps.is_empty() {
                let span = spans.of(&format!("cause.{index}.id"));
                let help = Some("add a [[rule.cause.step]]: what is the person to do?".to_owned());
                self.push(MistakeKind::MissingKey, span, format!("cause `{}` has no step", cause.id), "nothing to do", help);
            }
        }
        if rule.causes.is_empty() && !rule.id.is_empty() {
            let help = Some("add a [[rule.cause]]: why does it happen, and what cures it?".to_owned());
            self.push(MistakeKind::MissingKey, spans.of("id"), format!("rule `{}` has no cause", rule.id), "this rule", help);
        }
    }

    fn examples(&mut self, rule: &Rule, spans: &Spans, names: &BTreeSet<String>, own: &[(String, String)]) {
        if rule.examples.is_empty() {
            let help = Some("add a [[rule.example]] with a piece of a real log".to_owned());
            self.push(MistakeKind::NoExample, spans.of("id"), format!("rule `{}` has no example", rule.id), "this rule", help);
        }
        if rule.counter_examples.is_empty() {
            let help = Some("add a [[rule.counter_example]]: a line that looks alike and is harmless".to_owned());
            self.push(MistakeKind::NoExample, spans.of("id"), format!("rule `{}` has no counter-example", rule.id), "this rule", help);
        }
        for (index, example) in rule.examples.iter().enumerate() {
            for (name, _) in &example.captures {
                if !names.contains(&**name) {
                    let span = spans.of(&format!("example.{index}.captures.{name}"));
                    self.push(MistakeKind::UnknownCapture, span, format!("nothing captures `{name}`"), "unknown capture", None);
                }
            }
            if let Some(cause) = &example.cause {
                if !rule.causes.iter().any(|known| known.id == *cause) {
                    let ids: Vec<&str> = rule.causes.iter().map(|cause| &*cause.id).collect();
                    self.unknown("cause", cause, spans.of(&format!("example.{index}.cause")), ids);
                }
            }
        }
        for (name, path) in own {
            if !is_used(rule, name) {
                let help = Some("use it in a title, a step or a condition, or make it a `(?:..)` group".to_owned());
                self.push(MistakeKind::UnusedCapture, spans.of(path), format!("nothing uses the capture `{name}`"), "captured here", help);
            }
        }
    }

    fn marker(&mut self, item: &Item<Marker>) {
        let (marker, spans) = (&item.value, &item.spans);
        self.regex(&marker.pattern, &spans.of("pattern"));
        // Suspects and noise are looked for in a few lines only, not by the gate.
        let gated = !matches!(marker.kind, MarkerKind::Suspect | MarkerKind::Noise);
        if gated && required_literals(&marker.pattern).is_none() {
            self.no_literal(&marker.pattern, spans.of("pattern"));
        }
        self.neighbours(&marker.unless, spans, "unless", &mut BTreeSet::new());
        self.client(marker.implies.as_ref(), spans.of("implies"));
        if let Some(ci) = &marker.ci {
            if !CI_SYSTEMS.contains(&&**ci) {
                self.unknown("CI system", ci, spans.of("ci"), CI_SYSTEMS.iter().copied());
            }
        }
    }

    fn provider(&mut self, item: &Item<Provider>) {
        let (provider, spans) = (&item.value, &item.spans);
        for (index, pattern) in provider.urls.iter().enumerate() {
            self.regex(pattern, &spans.of(&format!("url.{index}")));
        }
        for (index, pattern) in provider.lines.iter().enumerate() {
            self.regex(pattern, &spans.of(&format!("line.{index}")));
            if required_literals(pattern).is_none() {
                self.no_literal(pattern, spans.of(&format!("line.{index}")));
            }
        }
        if let Some(base) = &provider.base {
            self.regex(base, &spans.of("base"));
        }
        self.steps(&provider.developer, spans, "developer");
        self.steps(&provider.ci, spans, "ci");
        // Its steps stand in any rule, so they may only ask for what any rule may have.
        let names: BTreeSet<String> = ["url"].into_iter().chain(derived_names()).map(str::to_owned).collect();
        for (steps, key) in [(&provider.developer, "developer"), (&provider.ci, "ci")] {
            for (path, text) in step_texts(steps, key) {
                self.template(text, spans.of(&path), &names);
            }
        }
        for (text, key) in [(&provider.name, "name"), (&provider.credentials, "credentials")] {
            if let Some(capture) = captures(text).next() {
                let title = format!("`{{{capture}}}` stays as it is in a provider's {key}");
                let help = Some("what `{provider.name}` and `{provider.credentials}` stand for is written as it is".to_owned());
                self.push(MistakeKind::UnknownCapture, spans.of(key), title, "no capture is filled in here", help);
            }
        }
    }
}

/// Whether a rule, its causes, steps or conditions mention a capture. `url`, `code` and the parts of a package spec feed
/// the derived captures, and what an example demands is wanted in the report.
fn is_used(rule: &Rule, name: &str) -> bool {
    if derived_names().any(|derived| derived == name) || ["url", "code", "spec", "message"].contains(&name) {
        return true;
    }
    let conditions = rule.causes.iter().flat_map(|cause| [&cause.confirmed_by, &cause.suggested_by, &cause.ruled_out_by]).flatten();
    rule_texts(rule).iter().any(|(_, text)| captures(text).any(|capture| capture == name))
        || rule.examples.iter().any(|example| example.captures.iter().any(|(capture, _)| &**capture == name))
        || conditions.into_iter().any(|condition| condition.capture.as_deref() == Some(name))
}

fn derived_names() -> impl Iterator<Item = &'static str> {
    DERIVED_CAPTURES.iter().map(|(name, _)| *name)
}

fn group_names(hir: &regex_syntax::hir::Hir) -> Vec<String> {
    use regex_syntax::hir::HirKind;
    match hir.kind() {
        HirKind::Capture(capture) => {
            let mut names: Vec<String> = capture.name.iter().map(ToString::to_string).collect();
            names.extend(group_names(&capture.sub));
            names
        }
        HirKind::Repetition(repetition) => group_names(&repetition.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().flat_map(group_names).collect(),
        _ => Vec::new(),
    }
}

fn well_formed_id(id: &str) -> bool {
    let parts: Vec<&str> = id.split('/').collect();
    parts.len() >= 2
        && parts
            .iter()
            .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_'))
}

fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 10 && bytes.iter().enumerate().all(|(i, b)| if i == 4 || i == 7 { *b == b'-' } else { b.is_ascii_digit() })
}
