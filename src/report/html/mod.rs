//! One self-contained page for a browser: readable on a phone and on paper, without scripts, in the dark. Nothing is
//! loaded from anywhere; the page's own policy lets only its own style and script run.
//!
//! May import: `catalog` (the word lists), `diagnose` and `triage` (the models), `report`.

mod chart;
mod scan;
mod triage;

use std::fmt;
use std::io::{self, Write};

use askama::filters::Escaper;

use super::escape::{is_harmful, terminal_safe};
use super::{Report, TriageReport, human};
use crate::catalog::{Owner, Transience};
use crate::diagnose::Verdict;

const STYLE: &str = include_str!("../templates/style.css");
const SCRIPT: &str = include_str!("../templates/script.js");
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What the page may do: nothing but its own style and script, named by their hashes. Hence no attribute of the
/// templates may hold a style or a handler. A test tells the hashes when one of the two changes.
const POLICY: &str = "default-src 'none'; img-src data:; \
    style-src 'sha256-vOfCftKHvgf7AO/YRz5P+8E55Bs5WElnyMUWMkUTz84='; \
    script-src 'sha256-qUIkc66Vz/Ci28VHtp/E7TCI+8p7syfp23oTyM6ED2k='; \
    base-uri 'none'; form-action 'none'";

/// Writes a scan as a page.
pub(super) fn write_scan(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    scan::write(report, out)
}

/// Writes a triage as a page.
pub(super) fn write_triage(report: &TriageReport<'_>, out: &mut dyn Write) -> io::Result<()> {
    triage::write(report, out)
}

/// What askama.toml names to escape every value of every template: control characters and marks that turn the writing
/// direction are shown as elsewhere, and nothing can end the text or the attribute that it stands in. A page that a CI
/// job prints gives no commands to the CI system either (`::error::`, `##vso[..]`), and still shows them as they are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Escape;

impl Escaper for Escape {
    fn write_escaped_str<W: fmt::Write>(&self, mut dest: W, text: &str) -> fmt::Result {
        let (mut written, mut before) = (0, ' ');
        for (at, c) in text.char_indices() {
            let entity = match c {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '"' => "&quot;",
                '\'' => "&#39;",
                '`' => "&#96;",
                ':' if before == ':' => "&#58;",
                '#' if before == '#' => "&#35;",
                _ => "",
            };
            before = c;
            if entity.is_empty() && !is_harmful(c) {
                continue;
            }
            dest.write_str(&text[written..at])?;
            written = at + c.len_utf8();
            match entity {
                "" => dest.write_str(&terminal_safe(&text[at..written]))?,
                entity => dest.write_str(entity)?,
            }
        }
        dest.write_str(&text[written..])
    }
}

/// Templates hand on references.
fn advice(transient: &Transience, when: &Option<String>, owner: &Owner) -> String {
    human::retry_and_owner(*transient, when.as_deref(), *owner)
}

fn sureness(verdict: &Verdict) -> &'static str {
    human::verdict_words(*verdict)
}

/// In words, which may be broken between them only.
fn who(owner: &Owner) -> String {
    owner.name().replace('-', " ")
}

/// Whether an address may become a link: no `javascript:` of a rule file shall run.
fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

/// One of the page's filters.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Choice {
    /// The data attribute that it compares with.
    name: &'static str,
    label: &'static str,
    values: Vec<String>,
}

impl Choice {
    /// A filter over the values that there are; none for a single one.
    fn new(name: &'static str, label: &'static str, values: impl Iterator<Item = String>) -> Option<Self> {
        let values: std::collections::BTreeSet<String> = values.filter(|value| !value.is_empty()).collect();
        (values.len() > 1).then(|| Self { name, label, values: values.into_iter().collect() })
    }
}

#[cfg(test)]
mod tests {
    use askama::filters::Escaper;
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use sha2::{Digest, Sha256};

    use super::{Escape, POLICY, SCRIPT, STYLE, is_web};

    #[test]
    fn the_policy_names_the_hashes_of_style_and_script() {
        for (source, text) in [("style-src", STYLE), ("script-src", SCRIPT)] {
            let wanted = format!("{source} 'sha256-{}';", STANDARD.encode(Sha256::digest(text)));
            assert!(POLICY.contains(&wanted), "write into POLICY: {wanted}");
        }
    }

    #[test]
    fn style_and_script_cannot_end_their_elements() {
        assert!(!STYLE.contains("</") && !SCRIPT.contains("</") && !SCRIPT.contains("<!--"));
    }

    #[test]
    fn everything_that_could_leave_its_place_is_escaped() {
        let mut out = String::new();
        Escape.write_escaped_str(&mut out, "</pre><script>alert('1')</script>&amp;\" onload=`x` \u{1b}[2J\u{202e}\0 ::x ##vso[y").unwrap();
        assert_eq!(
            out,
            "&lt;/pre&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;amp;&quot; onload=&#96;x&#96; \\x1b[2J\\u{202e}\\x00 :&#58;x #&#35;vso[y"
        );
    }

    #[test]
    fn only_web_addresses_become_links() {
        assert!(is_web("https://docs.npmjs.com/"));
        assert!(!is_web("javascript:alert(1)") && !is_web("data:text/html,x") && !is_web("//x"));
    }
}
