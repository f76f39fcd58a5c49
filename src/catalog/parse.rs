//! TOML text to the model. Collects every mistake of a file; what needs other files is left to `catalog::check`.
//!
//! May import: `catalog::{model, mistake, reader}`.

use toml::de::DeTable;

use super::mistake::{Mistake, MistakeKind};
use super::model::{
    Cause, Condition, CounterExample, Example, Level, Marker, MarkerKind, Neighbour, Never, Origin, Os, Owner, Place, Provider, Reach,
    Rule, Severity, Shell, Signature, SignatureRole, Standing, Status, Step, Strength, Text, Transience, Where,
};
use super::reader::{Notes, Spans, Table};

/// The version of the rule file format that this program reads.
pub const SCHEMA_VERSION: &str = "1";

/// A thing of the catalogue and where its parts stand in the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Item<T> {
    /// The thing.
    pub value: T,
    /// Where its keys stand.
    pub spans: Spans,
}

/// What one file holds.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// `[[rule]]` entries in file order.
    pub rules: Vec<Item<Rule>>,
    /// `[[marker]]` entries in file order.
    pub markers: Vec<Item<Marker>>,
    /// `[[provider]]` entries in file order.
    pub providers: Vec<Item<Provider>>,
    /// What is wrong with the file by itself.
    pub mistakes: Vec<Mistake>,
}

/// Reads one rule file. `name` is what messages and `rules list` call it.
///
/// ```
/// let parsed = lognosis::catalog::parse("mine.toml", "schema = 1\n[[rule]]\nidd = 'x'");
/// assert!(parsed.mistakes.iter().any(|m| m.help.as_deref() == Some("did you mean `id`?")));
/// ```
#[must_use]
pub fn parse(name: &str, source: &str) -> Parsed {
    let (document, errors) = DeTable::parse_recoverable(source);
    let mut parsed = Parsed::default();
    for error in errors {
        let span = error.span().unwrap_or(0..0);
        parsed.mistakes.push(Mistake {
            kind: MistakeKind::Syntax,
            title: "this is not TOML".to_owned(),
            span,
            label: error.message().to_owned(),
            help: None,
        });
    }
    let file = Text::from(name.to_owned());
    let span = document.span();
    let mut notes = Notes::default();
    let mut top = Table::new(document.get_ref(), span, String::new(), "a rule file", &mut notes);
    read_schema(document.get_ref(), &mut notes);
    top.number("schema", 0, &mut notes);
    for mut table in top.tables("rule", "a rule", &mut notes) {
        let mut notes = Notes::default();
        let value = rule(&mut table, &file, &mut notes);
        table.finish(&mut notes);
        parsed.mistakes.append(&mut notes.mistakes);
        parsed.rules.push(Item { value, spans: relative(notes.spans) });
    }
    for mut table in top.tables("marker", "a marker", &mut notes) {
        let mut notes = Notes::default();
        let value = marker(&mut table, &file, &mut notes);
        table.finish(&mut notes);
        parsed.mistakes.append(&mut notes.mistakes);
        parsed.markers.push(Item { value, spans: relative(notes.spans) });
    }
    for mut table in top.tables("provider", "a provider", &mut notes) {
        let mut notes = Notes::default();
        let value = provider(&mut table, &file, &mut notes);
        table.finish(&mut notes);
        parsed.mistakes.append(&mut notes.mistakes);
        parsed.providers.push(Item { value, spans: relative(notes.spans) });
    }
    top.finish(&mut notes);
    parsed.mistakes.append(&mut notes.mistakes);
    parsed.mistakes.sort_by_key(|mistake| (mistake.span.start, mistake.kind));
    parsed
}

/// Item spans are recorded under `rule.3.signature.0`; the item itself wants `signature.0`.
fn relative(spans: Spans) -> Spans {
    spans.without_leading(2)
}

fn read_schema(document: &DeTable<'_>, notes: &mut Notes) {
    let help = Some(format!("write `schema = {SCHEMA_VERSION}` as the first line"));
    match document.get("schema") {
        None => notes.mistake(MistakeKind::Schema, 0..0, "the file does not say its schema version", "here", help),
        Some(value) => {
            if value.get_ref().as_integer().map(toml::de::DeInteger::as_str) != Some(SCHEMA_VERSION) {
                notes.mistake(
                    MistakeKind::Schema,
                    value.span(),
                    "this schema version is not known",
                    format!("this program reads version {SCHEMA_VERSION}"),
                    help,
                );
            }
        }
    }
}

fn rule(table: &mut Table<'_, '_>, file: &Text, notes: &mut Notes) -> Rule {
    let rule = Rule {
        id: table.need_text("id", notes),
        code: table.text("code", notes),
        aliases: table.texts("aliases", notes),
        title: table.need_text("title", notes),
        summary: table.need_text("summary", notes),
        tools: table.texts("tool", notes),
        family: table.need_text("family", notes),
        severity: table.word("severity", Severity::ALL, notes).unwrap_or(Severity::Error),
        status: table.word("status", Status::ALL, notes).unwrap_or(Status::Stable),
        since: table.need_text("since", notes),
        owner: table.need_word("owner", Owner::ALL, notes).unwrap_or(Owner::You),
        transient: table.need_word("transient", Transience::ALL, notes).unwrap_or(Transience::No),
        transient_when: table.text("transient_when", notes),
        standing: table.word("standing", Standing::ALL, notes).unwrap_or(Standing::Specific),
        consequence_of: table.texts("consequence_of", notes),
        docs: table.texts("docs", notes),
        signatures: each(table, "signature", "a signature", notes, signature),
        causes: each(table, "cause", "a cause", notes, cause),
        never: each(table, "never", "a warning against folk advice", notes, |t, notes| Never {
            advice: t.need_text("advice", notes),
            because: t.need_text("because", notes),
        }),
        examples: each(table, "example", "an example", notes, |t, notes| Example {
            log: t.need_text("log", notes),
            captures: t.string_map("captures", notes),
            cause: t.text("cause", notes),
            verdict: t.text("verdict", notes),
        }),
        counter_examples: each(table, "counter_example", "a counter-example", notes, |t, notes| CounterExample {
            log: t.need_text("log", notes),
            why: t.need_text("why", notes),
        }),
        file: file.clone(),
    };
    if rule.signatures.is_empty() {
        let span = table.span();
        notes.mistake(
            MistakeKind::MissingKey,
            span.start..span.start + 1,
            format!("rule `{}` has no signature", rule.id),
            "in this table",
            Some("add a [[rule.signature]] with a `pattern`".to_owned()),
        );
    }
    rule
}

fn each<T, L: From<Vec<T>>>(
    table: &mut Table<'_, '_>,
    key: &'static str,
    what: &'static str,
    notes: &mut Notes,
    read: impl Fn(&mut Table<'_, '_>, &mut Notes) -> T,
) -> L {
    let mut out = Vec::new();
    for mut child in table.tables(key, what, notes) {
        out.push(read(&mut child, notes));
        child.finish(notes);
    }
    L::from(out)
}

fn signature(table: &mut Table<'_, '_>, notes: &mut Notes) -> Signature {
    Signature {
        pattern: table.need_text("pattern", notes),
        role: table.word("role", SignatureRole::ALL, notes).unwrap_or(SignatureRole::Start),
        strength: table.word("strength", Strength::ALL, notes).unwrap_or(Strength::Strong),
        levels: table.words("level", Level::ALL, notes),
        origins: table.words("origin", Origin::ALL, notes),
        near: each(table, "near", "a neighbour", notes, neighbour),
        unless: each(table, "unless", "a neighbour", notes, neighbour),
        last: table.flag("last", notes),
    }
}

fn neighbour(table: &mut Table<'_, '_>, notes: &mut Notes) -> Neighbour {
    Neighbour {
        pattern: table.need_text("pattern", notes),
        within: table.number("within", 10, notes),
        place: table.word("place", Place::ALL, notes).unwrap_or(Place::Around),
    }
}

fn cause(table: &mut Table<'_, '_>, notes: &mut Notes) -> Cause {
    Cause {
        id: table.need_text("id", notes),
        title: table.need_text("title", notes),
        confirmed_by: each(table, "confirmed_by", "a condition", notes, condition),
        suggested_by: each(table, "suggested_by", "a condition", notes, condition),
        ruled_out_by: each(table, "ruled_out_by", "a condition", notes, condition),
        owner: table.word("owner", Owner::ALL, notes),
        transient: table.word("transient", Transience::ALL, notes),
        steps: each(table, "step", "a step", notes, step),
        verify: table.text("verify", notes),
    }
}

fn condition(table: &mut Table<'_, '_>, notes: &mut Notes) -> Condition {
    Condition {
        log: table.text("log", notes),
        whole_log: table.flag("whole_log", notes),
        absent: table.text("absent", notes),
        client: table.text("client", notes),
        node: table.text("node", notes),
        os: table.words("os", Os::ALL, notes),
        ci: table.texts("ci", notes),
        provider: table.texts("provider", notes),
        capture: table.text("capture", notes),
        matches: table.text("matches", notes),
        differs: table.text("differs", notes),
        check: table.text("check", notes),
        rule: table.text("rule", notes),
        since: table.text("since", notes),
        because: table.text("because", notes),
    }
}

fn step(table: &mut Table<'_, '_>, notes: &mut Notes) -> Step {
    Step {
        text: table.need_text("text", notes),
        command: table.text("command", notes),
        os: table.words("os", Os::ALL, notes),
        shell: table.word("shell", Shell::ALL, notes),
        place: table.words("place", Where::ALL, notes),
        client: table.text("client", notes),
        provider: table.texts("provider", notes),
        unless_provider: table.texts("unless_provider", notes),
        danger: table.text("danger", notes),
    }
}

fn marker(table: &mut Table<'_, '_>, file: &Text, notes: &mut Notes) -> Marker {
    Marker {
        id: table.need_text("id", notes),
        kind: table.need_word("kind", MarkerKind::ALL, notes).unwrap_or(MarkerKind::Fact),
        pattern: table.need_text("pattern", notes),
        levels: table.words("level", Level::ALL, notes),
        origins: table.words("origin", Origin::ALL, notes),
        unless: each(table, "unless", "a neighbour", notes, neighbour),
        reach: table.word("reach", Reach::ALL, notes).unwrap_or(Reach::Run),
        client: table.text("client", notes),
        ci: table.text("ci", notes),
        implies: table.text("implies", notes),
        file: file.clone(),
    }
}

fn provider(table: &mut Table<'_, '_>, file: &Text, notes: &mut Notes) -> Provider {
    Provider {
        id: table.need_text("id", notes),
        name: table.need_text("name", notes),
        urls: table.texts("url", notes),
        lines: table.texts("line", notes),
        base: table.text("base", notes),
        developer: each(table, "developer", "a step", notes, step),
        ci: each(table, "ci", "a step", notes, step),
        credentials: table.need_text("credentials", notes),
        docs: table.texts("docs", notes),
        file: file.clone(),
    }
}
