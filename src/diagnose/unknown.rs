//! A failed log that no rule knows: the lines that look most like the failure, and their template.
//!
//! May import: `engine`, `text` (masks), `diagnose::model`.

use super::model::{EvidenceLine, Unknown};
use crate::engine::{Context, ContextLine, Engine, Scan, Suspects};
use crate::text::mask;

/// Lines that are shown.
const SHOWN: usize = 5;
/// Suspicious lines before a failure among which the most telling one is looked for.
const LOOKED_AT: usize = 16;
/// Suspicious lines of a log that is no unknown failure.
const REMEMBERED: usize = 16;

/// Finds the lines to show: of the step that failed last, the one that looks most like the failure and its neighbours.
pub(super) fn unknown(engine: &Engine<'_>, scan: &Scan) -> Vec<Unknown> {
    let suspects = engine.suspects();
    let contexts = scan.contexts.iter().rev().chain(std::iter::once(&scan.tail));
    let picked = contexts.map(|context| suspicious(suspects, context)).find(|lines| !lines.is_empty());
    let (lines, best) = match picked {
        Some(lines) => around_best(&lines),
        None => {
            // Nothing looks like an error: the last words before the failure have to do.
            let last = scan.contexts.last().filter(|context| !context.lines.is_empty()).unwrap_or(&scan.tail);
            let from = last.lines.len().saturating_sub(SHOWN);
            let lines: Vec<&ContextLine> = last.lines[from..].iter().collect();
            let best = lines.len().saturating_sub(1);
            (lines, best)
        }
    };
    let (Some(first), Some(last)) = (lines.first(), lines.last()) else { return Vec::new() };
    let template = mask(&lines[best].text);
    vec![Unknown { first_line: first.line, last_line: last.line, template, lines: lines.into_iter().map(evidence).collect() }]
}

/// Lines that look like a failure in a log that has none, or whose failure is known: what they say tells nothing of the
/// failures that nobody knows.
pub(super) fn alarming(engine: &Engine<'_>, scan: &Scan) -> Vec<String> {
    let suspects = engine.suspects();
    let contexts = scan.contexts.iter().rev().take(2).chain(std::iter::once(&scan.tail));
    let lines = contexts.flat_map(|context| &context.lines).filter(|line| suspects.weight(&line.text, line.level) > 0);
    lines.take(REMEMBERED).map(|line| line.text.clone()).collect()
}

/// The lines of the context's last step that look like a failure, with their weights.
fn suspicious<'s>(suspects: &Suspects, context: &'s Context) -> Vec<(&'s ContextLine, u32)> {
    let step = context.lines.iter().rposition(|line| suspects.starts_step(&line.text)).map_or(0, |at| at + 1);
    let mut lines: Vec<(&ContextLine, u32)> = context.lines[step..]
        .iter()
        .map(|line| (line, suspects.weight(&line.text, line.level)))
        .filter(|(_, weight)| *weight > 0)
        .collect();
    lines.drain(..lines.len().saturating_sub(LOOKED_AT));
    lines
}

/// The heaviest line with those behind it, and its place among them. Of equal ones the first: it is nearer to the cause
/// than those that came after it.
fn around_best<'s>(lines: &[(&'s ContextLine, u32)]) -> (Vec<&'s ContextLine>, usize) {
    let heaviest = lines.iter().map(|(_, weight)| *weight).max().unwrap_or(0);
    let best = lines.iter().position(|(_, weight)| *weight == heaviest).unwrap_or(0);
    let from = best.min(lines.len().saturating_sub(SHOWN));
    (lines[from..].iter().take(SHOWN).map(|(line, _)| *line).collect(), best - from)
}

fn evidence(line: &ContextLine) -> EvidenceLine {
    EvidenceLine { line: line.line, offset: line.offset, text: line.text.clone() }
}

#[cfg(test)]
mod tests {
    use super::around_best;
    use crate::catalog::Level;
    use crate::engine::ContextLine;

    #[test]
    fn the_heaviest_line_is_shown_with_what_follows() {
        let lines: Vec<ContextLine> =
            (1..=9).map(|line| ContextLine { line, offset: 0, text: format!("line {line}"), level: Level::None }).collect();
        let shown = |weights: [u32; 9]| {
            let weighed: Vec<(&ContextLine, u32)> = lines.iter().zip(weights).collect();
            let (shown, best) = around_best(&weighed);
            (shown.iter().map(|line| line.line).collect::<Vec<_>>(), shown[best].line)
        };
        assert_eq!(shown([1, 1, 3, 1, 3, 1, 1, 1, 1]), (vec![3, 4, 5, 6, 7], 3));
        assert_eq!(shown([1, 1, 1, 1, 1, 1, 1, 1, 2]), (vec![5, 6, 7, 8, 9], 9));
    }
}
