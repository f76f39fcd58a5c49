//! A failed log that no rule knows: the lines that look most like the failure, and their template.
//!
//! May import: `catalog`, `engine`, `diagnose::model`.

use regex::Regex;

use super::model::{EvidenceLine, Unknown};
use crate::catalog::{Catalog, Level, MarkerKind};
use crate::engine::{Context, ContextLine, Scan};

/// Lines that are shown.
const SHOWN: usize = 5;

/// Finds the lines to show: of the last failure's context, those that suspects match, the nearest to the failure first.
pub(super) fn unknown(catalog: &Catalog, scan: &Scan) -> Vec<Unknown> {
    let compiled = |kind: MarkerKind| -> Vec<Regex> {
        let markers = catalog.markers().iter().filter(|marker| marker.kind == kind);
        markers.filter_map(|marker| Regex::new(&marker.pattern).ok()).collect()
    };
    let (suspects, noise) = (compiled(MarkerKind::Suspect), compiled(MarkerKind::Noise));
    let looks_bad = |line: &ContextLine| {
        !noise.iter().any(|regex| regex.is_match(&line.text))
            && (line.level == Level::Error || suspects.iter().any(|regex| regex.is_match(&line.text)))
    };
    let pick = |context: &Context| -> Vec<EvidenceLine> {
        let mut lines: Vec<&ContextLine> = context.lines.iter().filter(|line| looks_bad(line)).collect();
        let skip = lines.len().saturating_sub(SHOWN);
        lines.drain(..skip);
        lines.into_iter().map(evidence).collect()
    };
    let contexts = scan.contexts.iter().rev().chain(std::iter::once(&scan.tail));
    let mut lines = contexts.map(pick).find(|lines| !lines.is_empty()).unwrap_or_default();
    if lines.is_empty() {
        // Nothing looks like an error: the last words before the failure have to do.
        let last = scan.contexts.last().filter(|context| !context.lines.is_empty()).unwrap_or(&scan.tail);
        let from = last.lines.len().saturating_sub(SHOWN);
        lines = last.lines[from..].iter().map(evidence).collect();
    }
    let (Some(first), Some(last)) = (lines.first(), lines.last()) else { return Vec::new() };
    // The first line that looks bad is nearer to the cause than those that came after it.
    let template = mask(&first.text);
    vec![Unknown { first_line: first.line, last_line: last.line, template, lines }]
}

fn evidence(line: &ContextLine) -> EvidenceLine {
    EvidenceLine { line: line.line, offset: line.offset, text: line.text.clone() }
}

/// A line with what differs from run to run masked: paths, hashes, numbers.
pub(super) fn mask(text: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        words.push(mask_word(word));
    }
    words.join(" ")
}

fn mask_word(word: &str) -> String {
    let trimmed = word.trim_matches(|c: char| "'\"`()[]{},;:.".contains(c));
    let is_hash = trimmed.len() >= 7 && trimmed.bytes().all(|b| b.is_ascii_hexdigit()) && trimmed.bytes().any(|b| b.is_ascii_digit());
    if is_hash {
        return word.replace(trimmed, "<hash>");
    }
    let is_path = trimmed.starts_with('/') || trimmed.starts_with("./") || trimmed.starts_with("../") || trimmed.get(1..3) == Some(":\\");
    if is_path && trimmed.len() > 1 {
        return word.replace(trimmed, "<path>");
    }
    let mut out = String::with_capacity(word.len());
    let mut in_number = false;
    for c in word.chars() {
        if c.is_ascii_digit() {
            if !in_number {
                out.push_str("<n>");
            }
            in_number = true;
        } else {
            in_number = false;
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::mask;

    #[test]
    fn equal_failures_have_equal_templates() {
        assert_eq!(mask("job 123 failed after 4.5s at /home/a/x.js:10"), mask("job 9 failed after 17.25s at /srv/b/y.js:2"));
        assert_eq!(mask("commit 1a2b3c4d5e broke it"), "commit <hash> broke it");
        assert_ne!(mask("could not find foo"), mask("could not find bar"));
    }
}
