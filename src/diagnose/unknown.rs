//! A failed log that no rule knows: the lines that look most like the failure, and their template.
//!
//! May import: `catalog` (levels), `engine`, `text` (masks), `diagnose::model`.

use super::model::{EvidenceLine, Unknown};
use crate::catalog::Level;
use crate::engine::{Context, ContextLine, Engine, Scan, Suspects};
use crate::text::mask;

/// Lines that are shown.
const SHOWN: usize = 5;
/// Suspicious lines before a failure among which the most telling one is looked for.
const LOOKED_AT: usize = 16;
/// Suspicious lines of a log that is no unknown failure.
const REMEMBERED: usize = 16;

/// Finds the lines to show: of the step that failed last, the one that looks most like the failure and its neighbours.
/// Those up to `excused_until` tell of a failure that did not matter: they are shown only where there are no others.
pub(super) fn unknown(engine: &Engine<'_>, scan: &Scan, excused_until: u64) -> Vec<Unknown> {
    let suspects = engine.suspects();
    let contexts = || scan.contexts.iter().rev().chain(std::iter::once(&scan.tail));
    let pick = |after: u64| contexts().map(|context| suspicious(suspects, context, after)).find(|lines| !lines.is_empty());
    let picked = pick(excused_until).or_else(|| pick(0));
    let (lines, best) = match picked {
        Some(lines) => around_best(&lines),
        None => {
            // Nothing looks like an error: the last words before the failure have to do.
            let last = scan.contexts.last().filter(|context| !context.lines.is_empty()).unwrap_or(&scan.tail);
            last_words(suspects, last)
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

/// The lines of the context's last step, behind the line `after`, that look like a failure, with their weights.
fn suspicious<'s>(suspects: Suspects<'_>, context: &'s Context, after: u64) -> Vec<(&'s ContextLine, u32)> {
    let step = context.lines.iter().rposition(|line| suspects.starts_step(&line.text)).map_or(0, |at| at + 1);
    let mut lines: Vec<(&ContextLine, u32)> = context.lines[step..]
        .iter()
        .filter(|line| line.line > after)
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

/// The last lines of a context, without those of which it is known that they tell nothing, where others are left.
fn last_words<'s>(suspects: Suspects<'_>, context: &'s Context) -> (Vec<&'s ContextLine>, usize) {
    // Even an error's level gives noise no weight.
    let tells = |line: &&ContextLine| suspects.weight(&line.text, Level::Error) > 0;
    let mut lines: Vec<&ContextLine> = context.lines.iter().filter(tells).collect();
    if lines.is_empty() {
        lines = context.lines.iter().collect();
    }
    lines.drain(..lines.len().saturating_sub(SHOWN));
    let best = lines.len().saturating_sub(1);
    (lines, best)
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
