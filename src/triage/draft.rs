//! A rule drafted from lines that no rule knows: complete for `rules check` and `rules test`, for a person to finish.
//!
//! May import: `catalog` (literals), `text` (masks), `triage::cluster`.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use regex::Regex;

use super::cluster::{ANY, matches};
use crate::catalog::required_literals;
use crate::text::{Mask, mask, pieces};

/// Words of a line that go into the signature.
const WORDS: usize = 24;
/// Characters of a title.
const TITLE: usize = 100;

/// Why no rule can be drafted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DraftError;

impl fmt::Display for DraftError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the line has no word of three letters that is the same in every log, so that nothing tells it from others")
    }
}

impl std::error::Error for DraftError {}

/// What a rule is drafted from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft<'a> {
    /// The rule's id; without one it is made of the line's first words.
    pub id: Option<&'a str>,
    /// Lines that the rule shall find: cleaned, secrets taken out.
    pub samples: &'a [String],
    /// The template of the cluster that they are of.
    pub template: Option<&'a str>,
    /// Where they come from, for the comment.
    pub origin: &'a str,
    /// The version of lognosis.
    pub since: &'a str,
}

/// A signature with its captures.
#[derive(Debug, Default)]
struct Shape {
    pattern: String,
    title: String,
    /// Names of the captures and what may stand there instead.
    captures: Vec<(String, &'static str)>,
    /// The line with other values.
    other: String,
    counts: BTreeMap<&'static str, usize>,
}

impl Draft<'_> {
    /// Writes the rule.
    ///
    /// ```
    /// use lognosis::triage::Draft;
    /// let samples = ["vault at /srv/a is sealed, 3 keys missing".to_owned()];
    /// let draft = Draft { id: None, samples: &samples, template: None, origin: "a.log:7", since: "0.1.0" };
    /// let toml = draft.to_toml().unwrap();
    /// assert!(toml.contains(r"pattern = '^vault\s+at\s+(?P<path>\S+)\s+is\s+sealed,\s+(?P<number>\d+(?:[.,]\d+)*)\s+keys\s+missing$'"));
    /// ```
    ///
    /// # Errors
    ///
    /// When the line has nothing to tell it by.
    pub fn to_toml(&self) -> Result<String, DraftError> {
        let first = self.samples.first().ok_or(DraftError)?;
        let shape = Shape::of(first, self.template);
        let regex = Regex::new(&shape.pattern).map_err(|_| DraftError)?;
        if required_literals(&shape.pattern).is_none() || !regex.is_match(first) {
            return Err(DraftError);
        }
        let mut examples: Vec<String> = self.samples.iter().filter(|sample| regex.is_match(sample)).take(2).cloned().collect();
        if examples.len() < 2 {
            // The same failure with other values; or, without any, as a CI system writes it down.
            let other = if shape.captures.is_empty() { format!("2026-01-15T10:20:30.0000000Z {first}") } else { shape.other.clone() };
            examples.push(other);
        }
        Ok(self.write(&shape, &regex, &examples))
    }

    fn write(&self, shape: &Shape, regex: &Regex, examples: &[String]) -> String {
        let id = self.id.map_or_else(|| default_id(&shape.title), str::to_owned);
        let title = text(&cut(&shape.title));
        let mut out = format!(
            "# Drafted from {}. What is marked with TODO is for you to say; rules/README.md tells how.\n\
             schema = 1\n\n\
             [[rule]]\n\
             id        = {}\n\
             title     = {title}  # TODO: name the problem in one clear sentence\n\
             summary   = \"TODO: what it means, in one to three sentences.\"\n\
             tool      = [\"script\"]  # TODO: who prints it\n\
             family    = \"script\"  # TODO: auth network resolution build test deploy ..\n\
             owner     = \"you\"  # you, registry-admin, network-team, package-author, ci-provider, nobody\n\
             transient = \"no\"  # yes: running it again can be enough\n\
             since     = {}\n\n\
             [[rule.signature]]\n\
             pattern = {}\n\n\
             [[rule.cause]]\n\
             id    = \"unknown\"\n\
             title = \"TODO: why it happens\"\n\
             [[rule.cause.step]]\n\
             text = \"TODO: what to do first\"\n",
            self.origin,
            text(&id),
            text(self.since),
            literal(&shape.pattern),
        );
        for example in examples {
            let _ = write!(out, "\n[[rule.example]]\nlog = {}\n", text(&format!("{example}\n")));
            // A frame in front of an example is taken off before the pattern runs.
            let bare = example.strip_prefix("2026-01-15T10:20:30.0000000Z ").unwrap_or(example);
            let captures: Vec<String> = regex
                .captures(bare)
                .iter()
                .flat_map(|found| {
                    let named = shape.captures.iter().filter_map(|(name, _)| found.name(name).map(|value| (name, value.as_str())));
                    named.map(|(name, value)| format!("{name} = {}", text(value.trim()))).collect::<Vec<_>>()
                })
                .collect();
            if !captures.is_empty() {
                let _ = writeln!(out, "captures = {{ {} }}", captures.join(", "));
            }
        }
        let quoted = format!("ok 1 - a test about the message: {}\n", examples.first().map_or("", String::as_str));
        let _ = write!(out, "\n[[rule.counter_example]]\nlog = {}\nwhy = \"somebody quotes the message\"\n", text(&quoted));
        out
    }
}

impl Shape {
    fn of(line: &str, template: Option<&str>) -> Self {
        let masked = mask(line);
        let template: Vec<&str> = template.filter(|template| matches(template, &masked)).unwrap_or(&masked).split(' ').collect();
        let mut shape = Self { pattern: "^".to_owned(), ..Self::default() };
        let words: Vec<&str> = line.split_whitespace().collect();
        for (at, word) in words.iter().take(WORDS).enumerate() {
            if at > 0 {
                shape.pattern.push_str(r"\s+");
                shape.title.push(' ');
                shape.other.push(' ');
            }
            if template.get(at) == Some(&ANY) {
                shape.capture("value", r"\S+", "another");
            } else {
                shape.word(word);
            }
        }
        if words.len() <= WORDS {
            shape.pattern.push('$');
        }
        shape
    }

    fn word(&mut self, word: &str) {
        pieces(word, |piece| match piece.mask {
            None => {
                self.pattern.push_str(&regex::escape(piece.text));
                // Braces mean captures in a title.
                self.title.extend(piece.text.chars().filter(|c| !"{}".contains(*c)));
                self.other.push_str(piece.text);
            }
            Some(Mask::Number) => self.capture("number", r"\d+(?:[.,]\d+)*", "7"),
            Some(Mask::Hash) => self.capture("hash", r"[\w+/=:-]+", "0a1b2c3d4e5f"),
            Some(Mask::Path) => self.capture("path", r"\S+", "/srv/other/place.txt"),
            Some(Mask::Url) => self.capture("url", r"\S+", "https://registry.example.com/other"),
            Some(Mask::Uuid) => self.capture("uuid", r"[0-9A-Fa-f-]{36}", "0f8fad5b-d9cb-469f-a165-70867728950e"),
            Some(Mask::Time) => self.capture("time", r"\S+", "2026-02-03T04:05:06Z"),
            Some(Mask::Version) => self.capture("version", r"[\w.+-]+", "9.8.7"),
            Some(Mask::Address) => self.capture("ip", r"[\d.:]+", "192.0.2.7"),
        });
    }

    fn capture(&mut self, kind: &'static str, pattern: &str, other: &'static str) {
        let count = self.counts.entry(kind).or_default();
        *count += 1;
        let name = if *count == 1 { kind.to_owned() } else { format!("{kind}_{count}") };
        let _ = write!(self.pattern, "(?P<{name}>{pattern})");
        let _ = write!(self.title, "{{{name}}}");
        self.other.push_str(other);
        self.captures.push((name, other));
    }
}

/// A title of a line's length. Captures have no blanks, so none is cut in two.
fn cut(title: &str) -> String {
    let mut out = String::new();
    for word in title.split_whitespace() {
        if out.len() + word.len() >= TITLE && !out.is_empty() {
            out.push_str(" ..");
            break;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// `local/vault-is-sealed`.
fn default_id(title: &str) -> String {
    let mut plain = String::new();
    let mut depth = 0;
    for c in title.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            c if depth == 0 => plain.push(if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { ' ' }),
            _ => {}
        }
    }
    let words: Vec<&str> = plain.split_whitespace().filter(|word| word.len() > 1).take(5).collect();
    format!("local/{}", if words.is_empty() { "unnamed".to_owned() } else { words.join("-") })
}

/// A TOML string on one line.
fn text(value: &str) -> String {
    let mut out = String::from("\"");
    for c in value.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            // Marks that turn the writing direction would hide what stands in the file.
            c if c.is_control() || ('\u{200e}'..='\u{202e}').contains(&c) || ('\u{2066}'..='\u{2069}').contains(&c) => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A pattern as TOML: as it stands where that is possible.
fn literal(pattern: &str) -> String {
    let fits = !pattern.contains('\'') && !pattern.chars().any(|c| c.is_control() || ('\u{200e}'..='\u{202e}').contains(&c));
    if fits { format!("'{pattern}'") } else { text(pattern) }
}

#[cfg(test)]
mod tests {
    use super::{Draft, DraftError, default_id};

    fn draft(samples: &[&str], template: Option<&str>) -> Result<String, DraftError> {
        let samples: Vec<String> = samples.iter().map(|sample| (*sample).to_owned()).collect();
        Draft { id: None, samples: &samples, template, origin: "x", since: "0.1.0" }.to_toml()
    }

    #[test]
    fn words_that_differ_in_the_cluster_are_captures() {
        let toml = draft(
            &["could not read module foo from disk", "could not read module bar from disk"],
            Some("could not read module <*> from disk"),
        );
        let toml = toml.unwrap();
        assert!(toml.contains(r"module\s+(?P<value>\S+)\s+from"), "{toml}");
        assert!(toml.contains("captures = { value = \"foo\" }") && toml.contains("captures = { value = \"bar\" }"), "{toml}");
        assert!(toml.contains("id        = \"local/could-not-read-module-from\""), "{toml}");
    }

    #[test]
    fn what_tells_nothing_makes_no_rule() {
        assert_eq!(draft(&["12 34 /a/b"], None), Err(DraftError));
        assert_eq!(draft(&[], None), Err(DraftError));
        assert_eq!(default_id("{a} {b}"), "local/unnamed");
    }
}
