//! Failures that did not matter, and those that only seem so.
//!
//! May import: `catalog`, `diagnose::{group, model, settle, timeline}`.

use std::collections::BTreeSet;

use super::group::Draft;
use super::model::Role;
use super::settle::Court;
use super::timeline::Ended;
use crate::catalog::Severity;

impl Court<'_, '_> {
    /// A run's failure was made good by a later run of the same client in the same job: the line that says so.
    pub(super) fn cured(&self, run: usize) -> Option<u64> {
        let client = self.timeline.runs[run].run.client.as_deref();
        let Some((line, Ended::Badly)) = self.ended[run] else { return None };
        self.timeline.runs.iter().enumerate().find_map(|(other, state)| {
            let good = self.good_word(other).filter(|good| *good > line && state.run.first_line > line)?;
            let is_same = self.job_of(other) == self.job_of(run) && (client.is_none() || state.run.client.as_deref() == client);
            is_same.then_some(good)
        })
    }

    /// The line that says that a run ended well.
    fn good_word(&self, run: usize) -> Option<u64> {
        self.ended[run].filter(|(_, ended)| *ended == Ended::Well).map(|(line, _)| line)
    }

    /// Its run ended well after it, or a later run made it good, or the run around its lane ended well all the same: the
    /// line that says so.
    pub(super) fn tolerated(&self, at: usize) -> Option<u64> {
        let draft = &self.drafts[at];
        match self.ended[draft.run] {
            Some((line, Ended::Well)) => Some(line).filter(|line| *line >= draft.last_line),
            Some((_, Ended::Badly)) => self.made_good[draft.run],
            None => self.inside_a_good_run(draft.run),
        }
    }

    /// A step that failed failed of something: where nothing else is left in its job, it was of what a good word behind it
    /// seemed to excuse. Unless something behind the good word looks like a failure that no rule knows.
    pub(super) fn recall(&self, roles: &mut [Option<Role>]) {
        let roots = self.drafts.iter().zip(roles.iter()).filter(|(_, role)| **role == Some(Role::Root));
        let explained: BTreeSet<&str> = roots.map(|(draft, _)| self.job_of(draft.run)).collect();
        for (at, draft) in self.drafts.iter().enumerate() {
            if explained.contains(self.job_of(draft.run)) {
                continue;
            }
            let Some(good_word) = self.tolerated(at) else { continue };
            if draft.rule.severity == Severity::Error
                && self.outer_end(draft.run) == Some(Ended::Badly)
                && !self.surroundings.says_more(good_word)
            {
                roles[at] = Some(Role::Root);
            }
        }
    }

    /// Whether npm's indented lines are all that a log has to tell: somebody pasted them. Where anything says how it ended,
    /// or that a program ran, what is indented may be a test's fixture.
    pub(super) fn is_pasted(&self, at: usize) -> bool {
        let nothing_ended = self.ended.iter().all(Option::is_none) && self.timeline.steps.iter().all(|step| step.ended.is_none());
        let is_of_ci = !self.timeline.jobs.is_empty() || self.timeline.ci.is_some();
        self.drafts[at].is_quoted && nothing_ended && !is_of_ci && self.surroundings.is_excerpt()
    }

    /// pnpm prints what a dependency's script says in a lane of its own, and goes on if the dependency is optional.
    pub(super) fn inside_a_good_run(&self, run: usize) -> Option<u64> {
        let inner = &self.timeline.runs[run];
        if !inner.lane.rsplit('/').any(|part| part == "node_modules") {
            return None;
        }
        let outer = self.timeline.runs.iter().enumerate().filter(|(other, outer)| {
            outer.lane.len() < inner.lane.len() && inner.lane.starts_with(&outer.lane) && self.job_of(*other) == self.job_of(run)
        });
        outer.filter_map(|(other, _)| self.good_word(other)).find(|line| *line >= inner.run.last_line)
    }

    /// A command that says itself that its failure does not matter is no cause, where the step went on and something else
    /// that is left made it fail; unless something followed from it.
    pub(super) fn excuse(&self, roles: &mut [Option<Role>], parents: &[Option<usize>]) {
        for (at, draft) in self.drafts.iter().enumerate() {
            let run = &self.timeline.runs[draft.run];
            if roles[at] != Some(Role::Root) || !run.run.command.as_deref().is_some_and(tolerates) || parents.contains(&Some(at)) {
                continue;
            }
            let failed_later = self.drafts.iter().enumerate().any(|(other, later)| {
                roles[other] == Some(Role::Root)
                    && later.first_line > draft.last_line
                    && later.run != draft.run
                    && self.timeline.runs[later.run].step == run.step
            });
            if failed_later {
                roles[at] = Some(Role::Warning);
            }
        }
    }

    /// What fails while a job cleans up fails nothing, where the job failed of something before; GitLab's after_script never
    /// does.
    pub(super) fn put_clean_up_last(&self, roles: &mut [Option<Role>], parents: &[Option<usize>]) {
        let step = |draft: &Draft<'_>| &self.timeline.steps[self.timeline.runs[draft.run].step];
        let mut before = self.drafts.iter().zip(roles.iter());
        let failed_before = before.any(|(draft, role)| *role == Some(Role::Root) && !step(draft).cleans_up());
        for (at, draft) in self.drafts.iter().enumerate() {
            let fails_nothing = step(draft).cleans_up() && failed_before || step(draft).is_after_script();
            if roles[at] == Some(Role::Root) && fails_nothing {
                roles[at] = Some(Role::Warning);
            }
        }
        for (at, parent) in parents.iter().enumerate() {
            if parent.is_some_and(|parent| roles[parent] == Some(Role::Warning)) {
                roles[at] = Some(Role::Warning);
            }
        }
    }
}

/// `npm audit || true`, `npm audit || echo "never mind"`
fn tolerates(command: &str) -> bool {
    let behind = command.rsplit_once("||").map(|(_, behind)| behind.trim());
    behind.is_some_and(|behind| matches!(behind.split(' ').next(), Some("true" | ":" | "echo" | "exit")) && !behind.starts_with("exit 1"))
}
