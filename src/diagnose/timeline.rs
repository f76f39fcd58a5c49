//! Which marks belong to which run and step, and how these ended.
//!
//! May import: `catalog`, `engine` (marks), `diagnose::model`.
//!
//! A run begins where a marker says so, or silently with the first mark behind a finished run; it ends at its end
//! marker, at the next run's start in the same lane, or with its CI step. Lanes keep interleaved outputs apart.

use std::collections::BTreeMap;

use super::model::{Job, Run};
use super::sections;
use crate::catalog::{Catalog, Level, MarkerKind, Origin, Os, Purpose, Reach};
use crate::engine::{Mark, Scan};
use crate::text::Format;

/// How a run, step or job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    Well,
    Badly,
}

/// A client's run with what only the diagnosis needs.
#[derive(Clone, Debug, Default)]
pub(super) struct RunState {
    pub(super) run: Run,
    /// What tells its output from others that are interleaved with it.
    pub(super) lane: String,
    /// A marker began it, so that what stands before it is another run's.
    pub(super) explicit: bool,
    /// Its command as an echo or a step header showed it.
    pub(super) step: usize,
    /// Its last word on how it went, with the line.
    pub(super) ended: Option<(u64, Ended)>,
    pub(super) closed: bool,
    /// Version bounds that the look of its lines implies: `npm >= 10.6`.
    pub(super) implied: Vec<String>,
    /// The day it ran, `2026-11-22`.
    pub(super) day: Option<String>,
}

/// A step of a CI job. Step 0 is what comes before the first one, or the whole of a log without steps.
#[derive(Clone, Debug, Default)]
pub(super) struct StepState {
    pub(super) name: Option<String>,
    pub(super) job: String,
    pub(super) ended: Option<(u64, Ended)>,
}

/// How steps are called that run whatever happened before: GitLab's sections and their headers, GitHub's last step.
const CLEAN_UP: &[&str] = &[
    "after_script",
    "Running after_script",
    "Post job cleanup",
    "archive_cache",
    "upload_artifacts",
    "cleanup_file_variables",
    "Saving cache for ",
    "Uploading artifacts for ",
    "Cleaning up ",
];

impl StepState {
    /// Whether a CI system runs the step after the job's own ones, to clean up or to keep what is there.
    pub(super) fn cleans_up(&self) -> bool {
        self.name.as_deref().is_some_and(|name| CLEAN_UP.iter().any(|start| name.starts_with(start)))
    }

    pub(super) fn is_after_script(&self) -> bool {
        self.name.as_deref().is_some_and(|name| name.ends_with("after_script"))
    }
}

/// The log, cut into runs and steps.
#[derive(Clone, Debug, Default)]
pub(super) struct Timeline {
    pub(super) runs: Vec<RunState>,
    pub(super) steps: Vec<StepState>,
    /// Run of each mark.
    pub(super) run_of: Vec<usize>,
    /// How each job ended, by lane of the job, with the line.
    pub(super) jobs: BTreeMap<String, (u64, Ended)>,
    /// The CI system that markers or the format tell.
    pub(super) ci: Option<String>,
    /// What lines tell of the CI job as a whole.
    pub(super) job: Job,
}

struct Builder<'a> {
    catalog: &'a Catalog,
    format: Format,
    out: Timeline,
    open: BTreeMap<String, usize>,
    step: BTreeMap<String, usize>,
}

impl Timeline {
    /// Cuts a log into runs and steps.
    pub(super) fn new(catalog: &Catalog, scan: &Scan) -> Self {
        let mut builder = Builder {
            catalog,
            format: scan.format,
            out: Self { steps: vec![StepState::default()], ci: scan.format.ci().map(str::to_owned), ..Self::default() },
            open: BTreeMap::new(),
            step: BTreeMap::new(),
        };
        for mark in &scan.marks {
            let run = builder.place(mark);
            if builder.is_failure(mark) {
                take_facts(&mut builder.out.runs[run], &sections::facts(scan, mark));
            }
            builder.out.run_of.push(run);
        }
        let mut out = builder.out;
        if let Some(first) = out.runs.first_mut() {
            if !first.explicit && out.steps.len() == 1 {
                first.run.first_line = 1;
            }
        }
        out
    }

    /// Whether two runs wrote at the same time, each in a lane of its own: packages of a monorepo, layers of an image.
    pub(super) fn side_by_side(&self, one: usize, other: usize) -> bool {
        let (one, other) = (&self.runs[one], &self.runs[other]);
        one.run.first_line <= other.run.last_line
            && other.run.first_line <= one.run.last_line
            && !one.lane.starts_with(&*other.lane)
            && !other.lane.starts_with(&*one.lane)
    }

    /// Takes in how the command that wrote the log ended: the last word on it, whatever its lines say.
    pub(super) fn end(&mut self, line: u64, exit_code: i32) {
        let ended = if exit_code == 0 { Ended::Well } else { Ended::Badly };
        self.jobs.clear();
        for job in self.steps.iter().map(|step| step.job.clone()) {
            self.jobs.insert(job, (line, ended));
        }
        if let [only] = self.runs.as_mut_slice() {
            only.run.exit_code.get_or_insert(i64::from(exit_code));
        }
    }
}

impl Builder<'_> {
    /// The lane in which steps and job results count: the job and step columns of `gh run view`, else one for all.
    fn job_lane(&self, mark: &Mark) -> String {
        if self.format == Format::GhRunView {
            return mark.lane.split('/').take(1).collect();
        }
        String::new()
    }

    fn current_step(&mut self, mark: &Mark) -> usize {
        let job = self.job_lane(mark);
        if let Some(step) = self.step.get(&job) {
            return *step;
        }
        let step = if job.is_empty() {
            0
        } else {
            self.out.steps.push(StepState { job: job.clone(), ..StepState::default() });
            self.out.steps.len() - 1
        };
        self.step.insert(job, step);
        step
    }

    fn open_run(&mut self, mark: &Mark, explicit: bool) -> usize {
        let step = self.current_step(mark);
        let name = self.out.steps[step].name.clone();
        let run = Run { first_line: mark.line, last_line: mark.last_line, step: name, ..Run::default() };
        self.out.runs.push(RunState { run, lane: mark.lane.clone(), explicit, step, ..RunState::default() });
        let index = self.out.runs.len() - 1;
        self.open.insert(mark.lane.clone(), index);
        index
    }

    fn run_for(&mut self, mark: &Mark) -> usize {
        match self.open.get(&mark.lane) {
            // What else the line says that closed a run is the run's, too.
            Some(run) if !self.out.runs[*run].closed || mark.line <= self.out.runs[*run].run.last_line => *run,
            _ => self.open_run(mark, false),
        }
    }

    /// Finds the run of a mark, and takes in what a marker says.
    fn place(&mut self, mark: &Mark) -> usize {
        let Purpose::Marker(index) = self.catalog.patterns()[mark.pattern as usize].purpose else {
            let run = self.run_for(mark);
            let state = &mut self.out.runs[run];
            state.run.last_line = state.run.last_line.max(mark.last_line);
            take_look(state, mark);
            return run;
        };
        let marker = &self.catalog.markers()[index as usize];
        if let Some(ci) = &marker.ci {
            self.out.ci.get_or_insert_with(|| ci.to_string());
        }
        if marker.kind == MarkerKind::Fact && self.take_job(mark) {
            // It is no run's, so it begins none.
            let open = self.open.get(&mark.lane).copied();
            return open.or_else(|| self.out.runs.len().checked_sub(1)).unwrap_or(0);
        }
        if marker.kind == MarkerKind::StepStart {
            return self.start_step(mark);
        }
        let ended = self.ended(mark, marker.kind);
        if let (Some(ended), Reach::Step | Reach::Job) = (ended, marker.reach) {
            return self.end_outer(mark, marker.reach, ended);
        }
        let run = match marker.kind {
            MarkerKind::RunStart => {
                // A banner that repeats what is known (npm's script echo inside `npm run`) begins nothing new.
                let known = self.open.get(&mark.lane).copied().filter(|run| self.is_fresh(*run, mark.line));
                known.unwrap_or_else(|| self.open_run(mark, true))
            }
            _ => self.run_for(mark),
        };
        let state = &mut self.out.runs[run];
        take_look(state, mark);
        state.explicit |= marker.kind == MarkerKind::RunStart;
        state.run.last_line = state.run.last_line.max(mark.last_line);
        if let Some(client) = &marker.client {
            if state.run.client.as_deref().is_none_or(|known| known == "node") {
                state.run.client = Some(client.to_string());
            }
        }
        if let Some(implied) = &marker.implies {
            if !state.implied.iter().any(|known| **known == **implied) {
                state.implied.push(implied.to_string());
            }
        }
        take_facts(state, &mark.captures);
        if let Some(ended) = ended {
            state.ended = Some((mark.line, ended));
        }
        if marker.kind == MarkerKind::RunEnd {
            state.closed = true;
        }
        run
    }

    fn is_failure(&self, mark: &Mark) -> bool {
        let pattern = &self.catalog.patterns()[mark.pattern as usize];
        self.catalog.marker(pattern).is_some_and(|marker| marker.kind == MarkerKind::Failure)
    }

    /// Takes in what a marker tells of the job. False where it tells of a run. The first word on a fact stands.
    fn take_job(&mut self, mark: &Mark) -> bool {
        let mut found = false;
        for (name, value) in &mark.captures {
            let Some(slot) = self.out.job.slot(name) else { continue };
            found = true;
            let value = value.trim();
            if !value.is_empty() {
                slot.get_or_insert_with(|| value.to_owned());
            }
        }
        found
    }

    /// Whether a run has only just begun, so that a second start marker is the same start.
    fn is_fresh(&self, run: usize, line: u64) -> bool {
        let state = &self.out.runs[run];
        !state.closed && state.ended.is_none() && state.explicit && line <= state.run.first_line + 3
    }

    /// What a success or failure marker says. An exit code of zero is never a failure.
    fn ended(&self, mark: &Mark, kind: MarkerKind) -> Option<Ended> {
        let code = capture(mark, "exit_code").and_then(|code| code.parse::<i64>().ok());
        match (kind, code) {
            (MarkerKind::Failure | MarkerKind::Success, Some(0)) | (MarkerKind::Success, None) => Some(Ended::Well),
            (MarkerKind::Failure, _) | (MarkerKind::Success, Some(_)) => Some(Ended::Badly),
            // npm names its log file among its errors only when it failed.
            (MarkerKind::RunEnd, None) if mark.level == Level::Error => Some(Ended::Badly),
            (MarkerKind::RunEnd | MarkerKind::Fact, Some(code)) => Some(if code == 0 { Ended::Well } else { Ended::Badly }),
            _ => None,
        }
    }

    fn start_step(&mut self, mark: &Mark) -> usize {
        let job = self.job_lane(mark);
        let name = capture(mark, "name").map(str::to_owned);
        self.out.steps.push(StepState { name, job: job.clone(), ended: None });
        let step = self.out.steps.len() - 1;
        self.step.insert(job.clone(), step);
        let lane_of_job = |lane: &str| job.is_empty() || lane.starts_with(&*job);
        self.open.retain(|lane, _| !lane_of_job(lane));
        let run = self.open_run(mark, true);
        take_facts(&mut self.out.runs[run], &mark.captures);
        run
    }

    fn end_outer(&mut self, mark: &Mark, reach: Reach, ended: Ended) -> usize {
        let step = self.current_step(mark);
        if reach == Reach::Job {
            let job = self.job_lane(mark);
            // A later word on the same job stands, but no good word takes back a bad one of the same system.
            let entry = self.out.jobs.entry(job).or_insert((mark.line, ended));
            if entry.1 == Ended::Well || ended == Ended::Badly {
                *entry = (mark.line, ended);
            }
        } else if self.out.steps[step].ended.is_none() || ended == Ended::Badly {
            self.out.steps[step].ended = Some((mark.line, ended));
        }
        let run = self.open.get(&mark.lane).copied().or_else(|| self.out.runs.len().checked_sub(1));
        let run = run.unwrap_or_else(|| self.open_run(mark, false));
        if let Some(code) = capture(mark, "exit_code").and_then(|code| code.parse().ok()) {
            self.out.runs[run].run.exit_code.get_or_insert(code);
        }
        run
    }
}

/// The text of a named group.
pub(super) fn capture<'m>(mark: &'m Mark, name: &str) -> Option<&'m str> {
    mark.captures.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// npm's prefix tells its age: `npm ERR!` up to 10.5, `npm error` from 10.6.
fn take_look(state: &mut RunState, mark: &Mark) {
    // People quote with blanks, `> ` and bars.
    let text = mark.text.trim_start_matches(|c: char| !c.is_alphanumeric());
    let bound = if mark.origin != Origin::Npm {
        return;
    } else if text.starts_with("npm ERR!") || text.starts_with("npm WARN") {
        "npm < 10.6"
    } else if text.starts_with("npm error") || text.starts_with("npm warn") {
        "npm >= 10.6"
    } else {
        return;
    };
    if state.run.client.as_deref().is_none_or(|client| client == "node") {
        state.run.client = Some("npm".to_owned());
    }
    if !state.implied.iter().any(|known| known == bound) {
        state.implied.push(bound.to_owned());
    }
}

/// Copies the groups that name facts into the run. The first word on a fact stands.
fn take_facts(state: &mut RunState, captures: &[(String, String)]) {
    let run = &mut state.run;
    for (name, value) in captures {
        let value = value.trim();
        if value.is_empty() {
            continue;
        }
        let slot = match name.as_str() {
            "client" => &mut run.client,
            "version" => &mut run.client_version,
            "node" => &mut run.node,
            "command" => &mut run.command,
            "registry" => &mut run.registry,
            "cwd" => &mut run.cwd,
            "day" => &mut state.day,
            "exit_code" => {
                if let Ok(code) = value.parse() {
                    run.exit_code.get_or_insert(code);
                }
                continue;
            }
            "os" => {
                run.os = run.os.or_else(|| os_of(value));
                continue;
            }
            _ => continue,
        };
        let value = if matches!(name.as_str(), "version" | "node") { value.trim_start_matches('v') } else { value };
        slot.get_or_insert_with(|| value.to_owned());
    }
}

/// The operating system that a word of the log names: `Linux 6.8.0`, `Windows_NT`, `darwin`, `C:\Users`.
fn os_of(text: &str) -> Option<Os> {
    let text = text.to_ascii_lowercase();
    if text.contains("darwin") || text.contains("macos") || text.starts_with("/users/") {
        Some(Os::Macos)
    } else if text.contains("windows") || text.contains("win32") || text.contains(":\\") {
        Some(Os::Windows)
    } else if text.contains("linux") || text.contains("ubuntu") || text.starts_with('/') {
        Some(Os::Linux)
    } else {
        None
    }
}
