//! Roots, consequences, warnings; and how the log ended.
//!
//! May import: `catalog`, `diagnose::{group, model, surroundings, timeline, tolerate}`.
//!
//! The order of thought: did each run end well or badly? A failure in a run that ended well, or that a later run of
//! the same client made good, was tolerated. Did the log fail? If not, nothing in it is a root. If it did, drafts that
//! follow from others are folded under them, and what remains are the roots, ranked.

use std::cmp::Reverse;

use super::group::Draft;
use super::model::{Outcome, Role};
use super::surroundings::Surroundings;
use super::timeline::{Ended, Timeline};
use crate::catalog::{Severity, Standing};

/// What a draft turned out to be.
#[derive(Clone, Debug)]
pub(super) struct Settled {
    pub(super) outcome: Outcome,
    /// Role of each draft; `None` drops it.
    pub(super) roles: Vec<Option<Role>>,
    /// The root that each consequence follows from.
    pub(super) parents: Vec<Option<usize>>,
    /// Drafts in the order of the report.
    pub(super) order: Vec<usize>,
    /// The last line that says of a failure before it that it did not matter; 0 without one.
    pub(super) excused_until: u64,
}

/// What is known of a log whose drafts are judged.
pub(super) struct Court<'a, 'c> {
    pub(super) drafts: &'a [Draft<'c>],
    pub(super) timeline: &'a Timeline,
    pub(super) surroundings: Surroundings<'a>,
    /// How each run ended, with its last line of failure or success.
    pub(super) ended: Vec<Option<(u64, Ended)>>,
    /// The line that says of each run that its failure did not matter.
    pub(super) made_good: Vec<Option<u64>>,
}

/// Settles the roles of all drafts of a log.
pub(super) fn settle(drafts: &[Draft<'_>], timeline: &Timeline, surroundings: Surroundings<'_>) -> Settled {
    let mut court = Court { drafts, timeline, surroundings, ended: run_ends(drafts, timeline), made_good: Vec::new() };
    court.made_good = (0..timeline.runs.len()).map(|run| court.cured(run).or_else(|| court.inside_a_good_run(run))).collect();
    let outcome = court.outcome();
    let mut roles: Vec<Option<Role>> = drafts.iter().enumerate().map(|(at, _)| court.first_role(at, outcome)).collect();
    if outcome == Outcome::Failed {
        court.recall(&mut roles);
    }
    court.drop_generic(&mut roles);
    let parents = court.parents(&mut roles);
    court.excuse(&mut roles, &parents);
    court.put_clean_up_last(&mut roles, &parents);
    let mut order: Vec<usize> = (0..drafts.len()).filter(|at| roles[*at].is_some()).collect();
    order.sort_by_cached_key(|at| court.rank(*at, roles[*at]));
    let outcome = match outcome {
        // Without a word on how it ended, a root is the word.
        Outcome::Unknown if roles.contains(&Some(Role::Root)) => Outcome::Failed,
        other => other,
    };
    let excused_until = (0..drafts.len()).filter_map(|at| court.tolerated(at)).max().unwrap_or(0);
    Settled { outcome, roles, parents, order, excused_until }
}

/// The last word of each run: its markers' and its strong errors'.
fn run_ends(drafts: &[Draft<'_>], timeline: &Timeline) -> Vec<Option<(u64, Ended)>> {
    let mut ends: Vec<Option<(u64, Ended)>> = timeline.runs.iter().map(|run| run.ended).collect();
    for draft in drafts {
        if draft.is_weak || draft.rule.severity != Severity::Error {
            continue;
        }
        let end = &mut ends[draft.run];
        if end.is_none_or(|(line, _)| draft.last_line > line) {
            *end = Some((draft.last_line, Ended::Badly));
        } else if draft.is_fatal {
            *end = end.map(|(line, _)| (line, Ended::Badly));
        }
    }
    ends
}

impl Court<'_, '_> {
    pub(super) fn job_of(&self, run: usize) -> &str {
        &self.timeline.steps[self.timeline.runs[run].step].job
    }

    fn is_made_good(&self, run: usize) -> bool {
        self.made_good[run].is_some()
    }

    fn outcome(&self) -> Outcome {
        let timeline = self.timeline;
        if !timeline.jobs.is_empty() {
            let failed = timeline.jobs.values().any(|(_, ended)| *ended == Ended::Badly);
            return if failed { Outcome::Failed } else { Outcome::Succeeded };
        }
        if timeline.steps.iter().any(|step| matches!(step.ended, Some((_, Ended::Badly)))) {
            return Outcome::Failed;
        }
        let last = self.ended.iter().flatten().max_by_key(|(line, _)| *line);
        let uncured = (0..self.ended.len()).any(|run| matches!(self.ended[run], Some((_, Ended::Badly))) && !self.is_made_good(run));
        match last {
            Some((_, Ended::Badly)) => Outcome::Failed,
            // Some other client's or step's failure stands beside a last good word.
            Some((_, Ended::Well)) if uncured && self.uncured_outweighs() => Outcome::Failed,
            Some((_, Ended::Well)) => Outcome::Succeeded,
            None => Outcome::Unknown,
        }
    }

    /// Several lanes run side by side: one that ends well says nothing of another that did not.
    fn uncured_outweighs(&self) -> bool {
        let lanes: std::collections::BTreeSet<usize> = (0..self.ended.len()).filter(|run| self.ended[*run].is_some()).collect();
        lanes.iter().any(|run| {
            matches!(self.ended[*run], Some((line, Ended::Badly)) if !self.is_made_good(*run)
                && !lanes.iter().any(|other| self.timeline.runs[*other].run.first_line > line
                    && matches!(self.ended[*other], Some((_, Ended::Well)))))
        })
    }

    fn first_role(&self, at: usize, outcome: Outcome) -> Option<Role> {
        let draft = &self.drafts[at];
        if outcome == Outcome::Succeeded || draft.rule.severity != Severity::Error {
            return Some(Role::Warning);
        }
        if self.tolerated(at).is_some() {
            return Some(Role::Warning);
        }
        if draft.is_weak && !self.is_backed(at, outcome) && !self.is_pasted(at) {
            return Some(Role::Warning);
        }
        Some(Role::Root)
    }

    /// How the run's step ended, or else its job.
    pub(super) fn outer_end(&self, run: usize) -> Option<Ended> {
        let step = self.timeline.steps[self.timeline.runs[run].step].ended;
        step.or_else(|| self.timeline.jobs.get(self.job_of(run)).copied()).map(|(_, ended)| ended)
    }

    /// Whether something beside the weak hit itself says that this part of the log failed.
    fn is_backed(&self, at: usize, outcome: Outcome) -> bool {
        let draft = &self.drafts[at];
        if matches!(self.ended[draft.run], Some((_, Ended::Badly))) {
            return true;
        }
        if let Some(ended) = self.outer_end(draft.run) {
            return ended == Ended::Badly;
        }
        outcome == Outcome::Failed && self.ended[draft.run].is_none()
    }

    /// A catch-all goes where anything in its run says more that counts as much as it.
    fn drop_generic(&self, roles: &mut [Option<Role>]) {
        let says_more = |draft: &Draft<'_>| draft.rule.standing < Standing::Wrapper && draft.rule.severity == Severity::Error;
        for at in 0..self.drafts.len() {
            if self.drafts[at].rule.standing != Standing::Generic {
                continue;
            }
            let run = self.drafts[at].run;
            let covered = self.drafts.iter().enumerate().any(|(other, draft)| {
                (roles[other] == Some(Role::Root) || roles[other] == roles[at]) && says_more(draft) && draft.run == run
            });
            if covered {
                roles[at] = None;
            }
        }
    }

    /// Folds what follows from something else. Gives the root of each consequence.
    fn parents(&self, roles: &mut [Option<Role>]) -> Vec<Option<usize>> {
        let mut parents: Vec<Option<usize>> = vec![None; self.drafts.len()];
        for at in 0..self.drafts.len() {
            if roles[at] == Some(Role::Root) {
                parents[at] = self.parent(at, roles);
            }
        }
        for at in 0..parents.len() {
            if let Some(first) = self.first_of_circle(at, &parents) {
                parents[first] = None;
            }
        }
        // Nobody stands in a circle any more, so each chain has a top.
        for at in 0..parents.len() {
            while let Some(grandparent) = parents[at].and_then(|parent| parents[parent]) {
                parents[at] = Some(grandparent);
            }
        }
        for (at, parent) in parents.iter().enumerate() {
            if parent.is_some() {
                roles[at] = Some(Role::Consequence);
            }
        }
        parents
    }

    /// The draft that is to be the root of the circle in which `at` stands, if it stands in one: families that name each
    /// other's rules make circles. The most specific one, then the earliest.
    fn first_of_circle(&self, at: usize, parents: &[Option<usize>]) -> Option<usize> {
        let mut circle = vec![at];
        let mut next = parents[at]?;
        while next != at {
            if circle.contains(&next) {
                // The chain runs into a circle further up.
                return None;
            }
            circle.push(next);
            next = parents[next]?;
        }
        circle.into_iter().min_by_key(|member| (self.drafts[*member].rule.standing, self.drafts[*member].first_line))
    }

    fn parent(&self, at: usize, roles: &[Option<Role>]) -> Option<usize> {
        let draft = &self.drafts[at];
        let candidates = self.drafts.iter().enumerate().filter(|(other, _)| *other != at && roles[*other] == Some(Role::Root));
        let by_edge = candidates.clone().filter(|(_, other)| follows(draft, other) && self.in_reach(draft, other));
        if let Some((other, _)) = by_edge.min_by_key(|(_, other)| self.nearness(draft, other)) {
            return Some(other);
        }
        if draft.rule.standing < Standing::Wrapper {
            return None;
        }
        // A wrapper yields to whatever in its run says more, an outer wrapper to the inner one, which comes first; one that
        // stands in a run that nothing began, to what came last before it.
        let is_inner = |other: &Draft<'_>| {
            other.rule.standing == draft.rule.standing
                && draft.rule.standing == Standing::Wrapper
                && other.run == draft.run
                && !std::ptr::eq(other.rule, draft.rule)
                && !follows(other, draft)
                && (other.first_line, &other.rule.id) < (draft.first_line, &draft.rule.id)
        };
        let better = candidates.filter(|(_, other)| other.rule.standing < draft.rule.standing || is_inner(other));
        let own = better.clone().filter(|(_, other)| other.run == draft.run);
        if let Some((other, _)) = own.min_by_key(|(_, other)| (other.rule.standing, self.nearness(draft, other))) {
            return Some(other);
        }
        let state = &self.timeline.runs[draft.run];
        if state.explicit && state.run.command.is_some() && draft.rule.standing == Standing::Wrapper && !self.is_nested(draft) {
            return None;
        }
        better
            .filter(|(_, other)| self.comes_before(other, draft))
            .max_by_key(|(_, other)| (Reverse(other.rule.standing), other.last_line))
            .map(|(other, _)| other)
    }

    /// Whether a wrapper's run holds the run of something else: an outer `npm run` around an inner one.
    fn is_nested(&self, draft: &Draft<'_>) -> bool {
        let first = self.timeline.runs[draft.run].run.first_line;
        self.drafts.iter().any(|other| other.run != draft.run && other.first_line >= first && other.first_line <= draft.first_line)
    }

    /// An edge counts within a run, and across runs from earlier to later in the same job.
    fn in_reach(&self, draft: &Draft<'_>, other: &Draft<'_>) -> bool {
        draft.run == other.run || self.comes_before(other, draft)
    }

    /// Whether something may have made another run of the same job fail: not where the two wrote side by side.
    fn comes_before(&self, first: &Draft<'_>, second: &Draft<'_>) -> bool {
        first.first_line <= second.last_line
            && self.job_of(first.run) == self.job_of(second.run)
            && !self.timeline.side_by_side(first.run, second.run)
    }

    fn nearness(&self, draft: &Draft<'_>, other: &Draft<'_>) -> (bool, bool, u64) {
        (other.run != draft.run, other.first_line > draft.last_line, draft.first_line.abs_diff(other.first_line))
    }

    /// The order of the report: roots, then consequences, then warnings; the failure that decided the log first.
    fn rank(&self, at: usize, role: Option<Role>) -> (u8, bool, Standing, Reverse<Severity>, bool, bool, bool, u64) {
        let draft = &self.drafts[at];
        let class = match role {
            Some(Role::Root) => 0,
            Some(Role::Consequence) => 1,
            _ => 2,
        };
        (
            class,
            !self.is_decisive(draft),
            draft.rule.standing,
            Reverse(draft.rule.severity),
            draft.is_weak,
            !self.ended[draft.run].is_some_and(|(_, ended)| ended == Ended::Badly),
            self.went_on(draft.run),
            draft.first_line,
        )
    }

    /// Whether another run of the same step and lane failed behind this one: the step went on, so it did not fail of this.
    fn went_on(&self, run: usize) -> bool {
        let Some((line, _)) = self.ended[run] else { return false };
        let state = &self.timeline.runs[run];
        // Runs stand in the order of their first lines.
        let later = self.timeline.runs.iter().zip(&self.ended).skip(run + 1);
        later.take_while(|(other, _)| other.run.first_line <= line || other.step <= state.step).any(|(other, ended)| {
            other.step == state.step && other.run.first_line > line && other.lane == state.lane && matches!(ended, Some((_, Ended::Badly)))
        })
    }

    /// Whether the draft stands in the run, or else the step, whose failure ended the log.
    fn is_decisive(&self, draft: &Draft<'_>) -> bool {
        let job = self.job_of(draft.run);
        let last_step = self
            .timeline
            .steps
            .iter()
            .enumerate()
            .filter(|(_, step)| step.job == job && matches!(step.ended, Some((_, Ended::Badly))) && !step.cleans_up())
            .map(|(at, _)| at)
            .next_back();
        if let Some(step) = last_step {
            return self.timeline.runs[draft.run].step == step;
        }
        let last_run = (0..self.ended.len())
            .filter(|run| self.job_of(*run) == job && matches!(self.ended[*run], Some((_, Ended::Badly))))
            .filter(|run| !self.timeline.steps[self.timeline.runs[*run].step].cleans_up())
            .max_by_key(|run| self.ended[*run].map(|(line, _)| line));
        last_run.is_none_or(|run| run == draft.run)
    }
}

/// Whether the rule of `draft` names the other's rule or family among what it follows from.
fn follows(draft: &Draft<'_>, other: &Draft<'_>) -> bool {
    draft.rule.consequence_of.iter().any(|edge| match edge.strip_prefix("family:") {
        Some(family) => *family == *other.rule.family && other.rule.id != draft.rule.id,
        None => **edge == *other.rule.id,
    })
}
