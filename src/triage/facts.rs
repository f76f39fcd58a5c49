//! Where a log comes from: repository, job, step, branch, when; from what it says, and from its path.
//!
//! May import: `diagnose` (the model), `triage::moment`.

use std::sync::LazyLock;

use regex::Regex;
use serde::Serialize;

use super::moment::Moment;
use crate::diagnose::LogReport;

/// Groups that a path's pattern may have.
pub const META_NAMES: &[&str] = &["repo", "repository", "workflow", "job", "step", "branch", "commit", "runner", "client", "day"];

/// Where a log comes from. Its fields are those of a place in `lognosis.triage/1`, where the job's name is `job`; what the
/// log itself tells is `diagnose::Job`, whose fields are those of `lognosis.report/1`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LogFacts {
    /// `acme/shop`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// The workflow or pipeline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workflow: Option<String>,
    /// The job.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job: Option<String>,
    /// The step that failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// The branch, tag or pull request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// The commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runner: Option<String>,
    /// The client that failed: npm, pnpm ..
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// When it began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_seen: Option<Moment>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<Moment>,
    /// Seconds from the first to the last time stamp.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u64>,
}

impl LogFacts {
    /// Collects what `meta`'s groups find in the path, then what the log itself says, then what the usual layouts of
    /// archives tell. The first word on a fact stands.
    #[must_use]
    pub fn of(log: &LogReport, meta: Option<&Regex>) -> Self {
        let mut facts = Self::default();
        let day = meta.and_then(|meta| facts.take_meta(meta, &log.path));
        let job = &log.job;
        let repository = job.repository.as_deref().map(short_repository);
        put(&mut facts.repository, repository.as_deref());
        put(&mut facts.workflow, job.workflow.as_deref());
        put(&mut facts.job, job.name.as_deref());
        put(&mut facts.branch, job.branch.as_deref());
        put(&mut facts.commit, job.commit.as_deref());
        put(&mut facts.runner, job.runner.as_deref());
        let run = log.answer().and_then(|answer| answer.run).and_then(|run| log.runs.get(run));
        put(&mut facts.step, run.and_then(|run| run.step.as_deref()));
        let client = run.and_then(|run| run.client.as_deref());
        put(&mut facts.client, client.or_else(|| log.runs.iter().rev().find_map(|run| run.client.as_deref())));
        facts.take_layout(log);
        facts.take_times(log, day);
        facts
    }

    fn take_meta(&mut self, meta: &Regex, path: &str) -> Option<Moment> {
        // A pattern written with `/` shall fit on every system.
        let path = path.replace('\\', "/");
        let found = meta.captures(&path)?;
        let group = |name: &str| found.name(name).map(|group| group.as_str()).filter(|text| !text.is_empty());
        put(&mut self.repository, group("repo").or_else(|| group("repository")));
        put(&mut self.workflow, group("workflow"));
        put(&mut self.job, group("job"));
        put(&mut self.step, group("step"));
        put(&mut self.branch, group("branch"));
        put(&mut self.commit, group("commit"));
        put(&mut self.runner, group("runner"));
        put(&mut self.client, group("client"));
        group("day").and_then(|day| Moment::of_stamp(day).or_else(|| Moment::of_path(day)))
    }

    /// `logs.zip!build (20)/3_npm ci.txt`, `logs.zip!0_build (20).txt` of GitHub; `jobs/<job>/builds/<n>/log` of Jenkins.
    fn take_layout(&mut self, log: &LogReport) {
        static STEP: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?:^|[/!])([^/!]+)/\d{1,3}_([^/!]+)\.txt$").ok());
        static JOB: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"!-?\d+_([^/!]+)\.txt$").ok());
        static BUILD: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?:^|/)jobs/([^/]+)/builds/\d+/(?:console)?[lL]og").ok());
        let path = log.path.replace('\\', "/");
        let found = |shape: &LazyLock<Option<Regex>>| shape.as_ref().and_then(|shape| shape.captures(&path));
        let group = |captures: &regex::Captures<'_>, at: usize| captures.get(at).map(|group| group.as_str().to_owned());
        if log.format == "github-actions" || path.contains('!') {
            if let Some(captures) = found(&STEP) {
                put(&mut self.job, group(&captures, 1).as_deref());
                put(&mut self.step, group(&captures, 2).as_deref());
            }
        }
        for shape in [&JOB, &BUILD] {
            if let Some(captures) = found(shape) {
                put(&mut self.job, group(&captures, 1).as_deref());
            }
        }
    }

    fn take_times(&mut self, log: &LogReport, day: Option<Moment>) {
        let stamp = |stamp: &Option<String>| stamp.as_deref().and_then(Moment::of_stamp);
        let (first, last) = (stamp(&log.first_seen), stamp(&log.last_seen));
        self.seconds = first.zip(last).map(|(first, last)| last.since(first));
        let elsewhere = || day.or_else(|| Moment::of_path(&log.path));
        self.first_seen = first.or(last).or_else(elsewhere);
        self.last_seen = last.or(self.first_seen);
    }
}

fn put(slot: &mut Option<String>, value: Option<&str>) {
    if slot.is_none() {
        *slot = value.map(str::trim).filter(|value| !value.is_empty()).map(str::to_owned);
    }
}

/// `acme/shop` of `https://github.com/acme/shop.git` and of `git@github.com:acme/shop`.
fn short_repository(repository: &str) -> String {
    let rest = repository.split_once("://").map_or(repository, |(_, rest)| rest);
    let is_url = rest.len() != repository.len();
    let path = match rest.split_once(':').filter(|(host, _)| host.contains('@') && !host.contains('/')) {
        Some((_, path)) => path,
        // `github.com/acme/shop` of Vercel has a host, too.
        None => match rest.split_once('/') {
            Some((host, path)) if is_url || host.contains('.') && path.contains('/') => path,
            _ => rest,
        },
    };
    path.trim_end_matches('/').trim_end_matches(".git").to_owned()
}

#[cfg(test)]
mod tests {
    use super::short_repository;

    #[test]
    fn repositories_have_one_name() {
        for url in [
            "https://github.com/acme/shop.git",
            "git@github.com:acme/shop.git",
            "ssh://git@git.example.com/acme/shop",
            "github.com/acme/shop",
            "acme/shop",
            "https://***@github.com/acme/shop/",
        ] {
            assert_eq!(short_repository(url), "acme/shop", "{url}");
        }
        assert_eq!(short_repository("group/sub/project"), "group/sub/project");
    }
}
