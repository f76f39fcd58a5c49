//! Readers of the formats as strict as those that they are for. Each panics on what its reader would refuse or obey.

use std::collections::{BTreeMap, BTreeSet};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use roxmltree::{Document, Node};
use serde_json::Value;

/// What holds for all formats: no control characters but line ends, no sign that turns the writing direction.
pub(crate) fn is_plain(text: &str) {
    let harmful = |c: char| c.is_control() && c != '\n' && c != '\r' || ('\u{202a}'..='\u{202e}').contains(&c);
    assert!(!text.contains(harmful), "{text:?}");
}

/// No line that a CI system would take for a command.
pub(crate) fn commands_nothing(text: &str) {
    for line in text.lines() {
        let v2 = line.trim_start().strip_prefix("::").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()));
        assert!(!v2 && !line.contains("##[") && !line.contains("##vso["), "{line}");
    }
}

/// An annotation of GitHub.
#[derive(Debug)]
pub(crate) struct Annotation {
    pub(crate) command: String,
    pub(crate) properties: BTreeMap<String, String>,
    pub(crate) message: String,
}

/// Reads workflow commands as GitHub's runner does; every line must be one.
pub(crate) fn github(text: &str) -> Vec<Annotation> {
    let annotations: Vec<Annotation> = text.lines().map(annotation).collect();
    for (command, limit) in [("error", 10), ("warning", 10), ("notice", 1)] {
        assert!(annotations.iter().filter(|annotation| annotation.command == command).count() <= limit, "{text}");
    }
    annotations
}

fn annotation(line: &str) -> Annotation {
    let (head, data) = line.strip_prefix("::").and_then(|rest| rest.split_once("::")).unwrap_or_else(|| panic!("no command: {line}"));
    let (command, properties) = head.split_once(' ').unwrap_or((head, ""));
    assert!(["error", "warning", "notice"].contains(&command), "{line}");
    assert!(!data.is_empty() && data.encode_utf16().count() <= 4096, "{line}");
    let properties = properties.split(',').map(|property| {
        let (name, value) = property.split_once('=').unwrap_or_else(|| panic!("no property: {property} in {line}"));
        assert!(["file", "line", "title"].contains(&name), "{line}");
        assert!(name != "line" || value.parse::<u64>().is_ok_and(|number| number > 0), "{line}");
        (name.to_owned(), unescape(value, &[("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")]))
    });
    let properties: BTreeMap<String, String> = properties.collect();
    let message = unescape(data, &[("%0D", "\r"), ("%0A", "\n"), ("%25", "%")]);
    is_plain(&message);
    commands_nothing(&message);
    Annotation { command: command.to_owned(), properties, message }
}

fn unescape(text: &str, pairs: &[(&str, &str)]) -> String {
    pairs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// Reads logging commands as Azure's agent does: properties and message.
pub(crate) fn azure(text: &str) -> Vec<(BTreeMap<String, String>, String)> {
    text.lines().map(issue).collect()
}

fn issue(line: &str) -> (BTreeMap<String, String>, String) {
    let rest = line.strip_prefix("##vso[task.logissue ").unwrap_or_else(|| panic!("no command: {line}"));
    let (head, message) = rest.split_once(']').unwrap();
    assert!(!line[2..].contains("##vso["), "{line}");
    let pairs = [(";", "%3B"), ("\r", "%0D"), ("\n", "%0A"), ("]", "%5D"), ("%", "%AZP25")].map(|(to, from)| (from, to));
    let properties = head.split_terminator(';').map(|property| {
        let (name, value) = property.split_once('=').unwrap_or_else(|| panic!("no property: {property} in {line}"));
        assert!(["type", "sourcepath", "linenumber", "code"].contains(&name), "{line}");
        assert!(name != "type" || ["error", "warning"].contains(&value), "{line}");
        assert!(name != "linenumber" || value.parse::<u64>().is_ok_and(|number| number > 0), "{line}");
        (name.to_owned(), unescape(value, &pairs))
    });
    let properties: BTreeMap<String, String> = properties.collect();
    let message = unescape(message, &pairs);
    is_plain(&message);
    commands_nothing(&message);
    assert!(!message.is_empty() && properties.contains_key("type"));
    (properties, message)
}

/// Reads a code quality report; fingerprints must be unique.
pub(crate) fn gitlab(text: &str) -> Vec<Value> {
    is_plain(text);
    commands_nothing(text);
    let issues: Vec<Value> = serde_json::from_str(text).unwrap();
    let mut seen = BTreeSet::new();
    for issue in &issues {
        let text_of = |key: &str| issue[key].as_str().filter(|text| !text.is_empty()).unwrap_or_else(|| panic!("no {key} in {issue}"));
        text_of("description");
        text_of("check_name");
        assert!(["info", "minor", "major", "critical", "blocker"].contains(&text_of("severity")));
        assert!(seen.insert(text_of("fingerprint").to_owned()), "{issue} has the fingerprint of another");
        let location = &issue["location"];
        assert!(location["path"].as_str().is_some_and(|path| !path.is_empty() && !path.starts_with("./")), "{issue}");
        assert!(location["lines"]["begin"].as_u64().is_some_and(|line| line > 0), "{issue}");
    }
    issues
}

/// Reads CSV: as many cells in each row, no formula in any. Cells of formulas begin with an apostrophe.
pub(crate) fn csv(text: &str) -> Vec<Vec<String>> {
    is_plain(text);
    assert!(text.ends_with("\r\n") && text.lines().count() == text.matches("\r\n").count(), "{text:?}");
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(false).from_reader(text.as_bytes());
    let rows: Vec<Vec<String>> =
        reader.records().map(|record| record.unwrap().iter().map(ToOwned::to_owned).collect::<Vec<String>>()).collect();
    for cell in rows.iter().flatten() {
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
    }
    rows
}

/// What an element of JUnit's XML may hold, where the schemas of Jenkins and Ant agree: the stricter wins.
struct Element {
    name: &'static str,
    attributes: &'static [&'static str],
    /// Children in order, and how many of each there may be.
    children: &'static [(&'static str, usize, usize)],
    text: bool,
}

const MANY: usize = usize::MAX;
const JUNIT: &[Element] = &[
    Element { name: "testsuites", attributes: &[], children: &[("testsuite", 0, MANY)], text: false },
    Element {
        name: "testsuite",
        attributes: &["name", "package", "id", "tests", "failures", "errors", "time", "timestamp", "hostname"],
        children: &[("properties", 1, 1), ("testcase", 0, MANY), ("system-out", 1, 1), ("system-err", 1, 1)],
        text: false,
    },
    Element { name: "properties", attributes: &[], children: &[("property", 1, MANY)], text: false },
    Element { name: "property", attributes: &["name", "value"], children: &[], text: false },
    Element { name: "testcase", attributes: &["name", "classname", "time"], children: &[("error", 0, 1), ("failure", 0, 1)], text: false },
    Element { name: "error", attributes: &["type", "message"], children: &[], text: true },
    Element { name: "failure", attributes: &["type", "message"], children: &[], text: true },
    Element { name: "system-out", attributes: &[], children: &[], text: true },
    Element { name: "system-err", attributes: &[], children: &[], text: true },
];

/// Reads JUnit's XML and checks it against what is said above.
pub(crate) fn junit(text: &str) -> Document<'_> {
    is_plain(text);
    commands_nothing(text);
    let document = Document::parse(text).unwrap_or_else(|error| panic!("{error} in {text}"));
    assert_eq!(document.root_element().tag_name().name(), "testsuites");
    document.root_element().descendants().filter(Node::is_element).for_each(element);
    let suites: Vec<Node<'_, '_>> = document.root_element().children().filter(Node::is_element).collect();
    for (id, suite) in suites.iter().enumerate() {
        counts(*suite, id);
    }
    document
}

fn element(node: Node<'_, '_>) {
    let name = node.tag_name().name();
    let rule = JUNIT.iter().find(|rule| rule.name == name).unwrap_or_else(|| panic!("no element {name}"));
    let attributes: Vec<&str> = node.attributes().map(|attribute| attribute.name()).collect();
    let wanted: BTreeSet<&str> = rule.attributes.iter().copied().collect();
    assert_eq!(attributes.iter().copied().collect::<BTreeSet<_>>(), wanted, "{name}");
    let children: Vec<&str> = node.children().filter(Node::is_element).map(|child| child.tag_name().name()).collect();
    let mut rest = children.as_slice();
    for (child, least, most) in rule.children {
        let count = rest.iter().take_while(|name| *name == child).count();
        assert!((*least..=*most).contains(&count), "{count} of {child} in {name}");
        rest = &rest[count..];
    }
    assert!(rest.is_empty(), "{rest:?} in {name}");
    assert!(name != "testcase" || children.len() < 2);
    let blank = node.children().filter(Node::is_text).all(|text| text.text().unwrap_or_default().trim().is_empty());
    assert!(rule.text || blank, "text in {name}");
}

fn counts(suite: Node<'_, '_>, id: usize) {
    let attribute = |name: &str| suite.attribute(name).unwrap();
    let number = |name: &str| attribute(name).parse::<usize>().unwrap();
    let cases: Vec<Node<'_, '_>> = suite.children().filter(|node| node.has_tag_name("testcase")).collect();
    let having = |name: &str| cases.iter().filter(|case| case.children().any(|child| child.has_tag_name(name))).count();
    assert_eq!((number("id"), number("tests")), (id, cases.len()));
    assert_eq!((number("failures"), number("errors")), (having("failure"), having("error")));
    assert!(!attribute("name").is_empty() && attribute("hostname") == "localhost");
    let shape: String = attribute("timestamp").chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    assert_eq!(shape, "0000-00-00T00:00:00");
    let names: BTreeSet<(Option<&str>, Option<&str>)> =
        cases.iter().map(|case| (case.attribute("classname"), case.attribute("name"))).collect();
    assert_eq!(names.len(), cases.len(), "two test cases of one name");
}

/// What a Markdown reader sees.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) headings: usize,
    /// Texts of fenced blocks.
    pub(crate) blocks: Vec<String>,
    /// All text that is not in a block, code spans included.
    pub(crate) text: String,
    pub(crate) links: Vec<String>,
}

/// Reads Markdown as GitHub does; HTML must be ours.
pub(crate) fn markdown(text: &str) -> Seen {
    is_plain(text);
    commands_nothing(text);
    let mut seen = Seen::default();
    let mut in_block = false;
    let (mut cells, mut columns) = (0, None);
    for event in Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_MATH) {
        match event {
            Event::Html(html) | Event::InlineHtml(html) => is_ours(&html),
            Event::Start(Tag::CodeBlock(_)) => {
                in_block = true;
                seen.blocks.push(String::new());
            }
            Event::End(TagEnd::CodeBlock) => in_block = false,
            Event::Start(Tag::Heading { .. }) => seen.headings += 1,
            Event::Start(Tag::Link { dest_url, .. }) => seen.links.push(dest_url.to_string()),
            Event::Start(Tag::TableCell) => cells += 1,
            Event::End(TagEnd::TableRow | TagEnd::TableHead) => {
                assert_eq!(*columns.get_or_insert(cells), cells, "{text}");
                cells = 0;
            }
            Event::End(TagEnd::Table) => columns = None,
            Event::Start(Tag::Image { .. } | Tag::Emphasis | Tag::Strikethrough) => panic!("{event:?} in {text}"),
            Event::InlineMath(_) | Event::DisplayMath(_) => panic!("{event:?} in {text}"),
            Event::Text(text) if in_block => seen.blocks.last_mut().unwrap().push_str(&text),
            Event::Text(text) | Event::Code(text) => seen.text.push_str(&text),
            Event::SoftBreak | Event::HardBreak => seen.text.push('\n'),
            _ => {}
        }
    }
    seen
}

fn is_ours(html: &str) {
    let html = html.trim();
    let summary = html.strip_prefix("<summary>").and_then(|rest| rest.strip_suffix("</summary>"));
    let ours = ["<details>", "</details>", "<br>", ""].contains(&html) || summary.is_some_and(|text| !text.contains(['<', '&']));
    assert!(ours, "{html}");
}
