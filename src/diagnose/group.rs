//! Hits of one rule in one run become one draft of a diagnosis.
//!
//! May import: `catalog`, `engine` (marks), `diagnose::timeline`.

use std::collections::BTreeMap;

use super::timeline::Timeline;
use crate::catalog::{Catalog, Purpose, Rule, SignatureRole, Strength};
use crate::engine::Scan;

/// Captures that differ although the failure is the same: places, times, sizes, one item of a list.
const VOLATILE: &[&str] =
    &["line", "column", "position", "file", "path", "dest", "ms", "bytes", "message", "attempt", "got", "errno", "text"];

/// Those of them that differ although package and failure are the same.
const PLACE_IN_FILE: &[&str] = &["line", "column", "position", "ms", "bytes", "attempt", "got", "errno"];

/// A diagnosis in the making.
#[derive(Clone, Debug)]
pub(super) struct Draft<'c> {
    pub(super) rule: &'c Rule,
    pub(super) run: usize,
    /// Lines that start it, as indices into the scan's marks.
    pub(super) starts: Vec<usize>,
    /// Lines that add to it.
    pub(super) details: Vec<usize>,
    /// Only weak signatures were found.
    pub(super) is_weak: bool,
    /// .. and some of them are weak only because they stand indented.
    pub(super) is_quoted: bool,
    /// A line was found that no good word behind it takes back.
    pub(super) is_fatal: bool,
    pub(super) captures: BTreeMap<String, String>,
    pub(super) first_line: u64,
    pub(super) last_line: u64,
    pub(super) count: u64,
}

/// Collects the hits of a scan into drafts, in the order of their first line.
pub(super) fn drafts<'c>(catalog: &'c Catalog, scan: &Scan, timeline: &Timeline) -> Vec<Draft<'c>> {
    let mut out: Vec<Draft<'c>> = Vec::new();
    // Draft by rule and run, and how often each signature of it was found.
    let mut index: BTreeMap<(u32, usize), usize> = BTreeMap::new();
    let mut seen: BTreeMap<(usize, u16), u64> = BTreeMap::new();
    let mut details: Vec<(usize, u32)> = Vec::new();
    for (number, mark) in scan.marks.iter().enumerate() {
        let Purpose::Signature { rule: rule_index, signature } = catalog.patterns()[mark.pattern as usize].purpose else { continue };
        let rule = &catalog.rules()[rule_index as usize];
        let definition = &rule.signatures[signature as usize];
        if definition.role == SignatureRole::Detail {
            details.push((number, rule_index));
            continue;
        }
        let run = timeline.run_of[number];
        let at = *index.entry((rule_index, run)).or_insert_with(|| {
            out.push(Draft {
                rule,
                run,
                starts: Vec::new(),
                details: Vec::new(),
                is_weak: true,
                is_quoted: false,
                is_fatal: false,
                captures: BTreeMap::new(),
                first_line: mark.line,
                last_line: mark.last_line,
                count: 0,
            });
            out.len() - 1
        });
        let draft = &mut out[at];
        draft.starts.push(number);
        // What stands indented may be quoted; the end of the run or step must tell that it is not.
        draft.is_fatal |= definition.strength == Strength::Fatal;
        draft.is_weak &= definition.strength == Strength::Weak || mark.indented;
        draft.is_quoted |= definition.strength != Strength::Weak && mark.indented;
        draft.last_line = draft.last_line.max(mark.last_line);
        take(&mut draft.captures, &mark.captures);
        let times = seen.entry((at, signature)).or_default();
        *times += 1;
        draft.count = draft.count.max(*times);
    }
    for (number, rule_index) in details {
        let mark = &scan.marks[number];
        let run = timeline.run_of[number];
        // The run's own draft, else the nearest one of the rule in the same lane: a debug log excerpt, a second stream.
        let own = index.get(&(rule_index, run)).copied();
        let near = || {
            index
                .range((rule_index, 0)..=(rule_index, usize::MAX))
                .map(|(_, at)| *at)
                .min_by_key(|at| out[*at].first_line.abs_diff(mark.line))
                .filter(|at| out[*at].first_line.abs_diff(mark.line) <= 400)
        };
        let Some(at) = own.or_else(near) else { continue };
        let draft = &mut out[at];
        draft.details.push(number);
        take(&mut draft.captures, &mark.captures);
        draft.last_line = draft.last_line.max(mark.last_line);
    }
    merge(out, timeline)
}

/// The first word on a capture stands.
fn take(captures: &mut BTreeMap<String, String>, found: &[(String, String)]) {
    for (name, value) in found {
        if !value.is_empty() {
            captures.entry(name.clone()).or_insert_with(|| value.clone());
        }
    }
}

/// Drafts of one rule that say the same are one: a retry that failed again, the tail that a container build prints
/// twice. The run of the later one counts, for it is the one that decided; unless it is only told again outside of its lane.
fn merge<'c>(drafts: Vec<Draft<'c>>, timeline: &Timeline) -> Vec<Draft<'c>> {
    let job = |draft: &Draft<'_>| timeline.steps[timeline.runs[draft.run].step].job.as_str();
    let lane = |draft: &Draft<'_>| timeline.runs[draft.run].lane.as_str();
    let mut out: Vec<Draft<'c>> = Vec::new();
    for draft in drafts {
        let is_same = |known: &&mut Draft<'_>| {
            if !std::ptr::eq(known.rule, draft.rule) || job(known) != job(&draft) {
                return false;
            }
            // Packages that are built side by side fail each for itself, where anything tells their failures apart.
            let may_differ = if timeline.side_by_side(known.run, draft.run) { PLACE_IN_FILE } else { VOLATILE };
            compatible(&known.captures, &draft.captures, may_differ)
        };
        match out.iter_mut().find(is_same) {
            Some(known) => {
                if lane(known).is_empty() || !lane(&draft).is_empty() {
                    known.run = draft.run;
                }
                known.starts.extend(draft.starts);
                known.details.extend(draft.details);
                known.is_weak &= draft.is_weak;
                known.is_quoted |= draft.is_quoted;
                known.is_fatal |= draft.is_fatal;
                known.last_line = known.last_line.max(draft.last_line);
                known.count += draft.count;
                for (name, value) in draft.captures {
                    known.captures.entry(name).or_insert(value);
                }
            }
            None => out.push(draft),
        }
    }
    out.sort_by_key(|draft| draft.first_line);
    out
}

fn compatible(a: &BTreeMap<String, String>, b: &BTreeMap<String, String>, may_differ: &[&str]) -> bool {
    a.iter().all(|(name, value)| may_differ.contains(&name.as_str()) || b.get(name).is_none_or(|other| other == value))
}
