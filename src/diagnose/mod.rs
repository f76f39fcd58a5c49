//! From marks to an answer: runs, roots, causes, verdicts, steps. Pure.
//!
//! May import: `catalog`, `text`, `engine`, `facts`.

mod derive;
mod evidence;
mod fingerprint;
mod group;
mod model;
mod remedy;
mod sections;
mod settle;
mod surroundings;
mod timeline;
mod tolerate;
mod unknown;

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;

use crate::catalog::{Provider, Purpose, Transience, template};
use crate::engine::{Engine, Scan};
use crate::facts::Facts;
use evidence::{Weighed, Witness, weigh};
use group::{Draft, drafts};
use remedy::Setting;
use surroundings::Surroundings;
use timeline::Timeline;

pub use model::{Diagnosis, EvidenceLine, Job, LogReport, Outcome, RankedCause, ReportStep, Role, Run, Summary, Unknown, Verdict, Warning};

/// Lines of evidence that a diagnosis quotes.
const QUOTED: usize = 8;

/// How a log is to be diagnosed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'a> {
    /// What is known of this machine, where the log is this machine's.
    pub facts: Option<&'a Facts>,
    /// Show the causes that the evidence rules out, too.
    pub ruled_out: bool,
    /// How the command that wrote the log ended, where that is known from elsewhere.
    pub exit_code: Option<i32>,
    /// Keep what only looks like a failure (`LogReport::alarming`).
    pub alarming: bool,
}

/// Diagnoses a scanned log.
///
/// ```
/// use lognosis::catalog::Catalog;
/// use lognosis::diagnose::{Options, Outcome, diagnose};
/// use lognosis::engine::{Engine, LogScanner};
/// let engine = Engine::new(Catalog::builtin())?;
/// let mut scanner = LogScanner::new(&engine);
/// scanner.push(b"npm error code E404\nnpm error 404 Not Found - GET https://registry.npmjs.org/lodahs - Not found\n");
/// let report = diagnose(&engine, "install.log", &scanner.finish(), &Options::default());
/// assert_eq!(report.outcome, Outcome::Failed);
/// assert_eq!(report.answer().unwrap().captures["package"], "lodahs");
/// # Ok::<(), lognosis::Error>(())
/// ```
#[must_use]
pub fn diagnose(engine: &Engine<'_>, path: &str, scan: &Scan, options: &Options<'_>) -> LogReport {
    let catalog = engine.catalog();
    let mut timeline = Timeline::new(catalog, scan);
    if let Some(code) = options.exit_code {
        timeline.end(scan.lines, code);
    }
    let mut drafts = drafts(catalog, scan, &timeline);
    let providers: Vec<Option<&Provider>> = drafts.iter().map(|draft| provider_of(engine, scan, &timeline, draft)).collect();
    for (draft, provider) in drafts.iter_mut().zip(&providers) {
        let base = provider.map(|provider| provider.base.as_ref().and_then(|base| Regex::new(base).ok()));
        derive::derive(&mut draft.captures, provider.zip(base.as_ref()));
    }
    let settled = settle::settle(&drafts, &timeline, Surroundings::new(engine, scan));
    let fired: Vec<BTreeSet<&str>> = fired_by_run(&drafts, &timeline);
    let mut diagnoses = Vec::new();
    for at in settled.order.iter().copied() {
        let draft = &drafts[at];
        let Some(role) = settled.roles[at] else { continue };
        let fired: Vec<&str> = fired[draft.run].iter().copied().collect();
        let witness = Witness {
            engine,
            scan,
            timeline: &timeline,
            run: draft.run,
            captures: &draft.captures,
            count: draft.count,
            provider: providers[at],
            fired: &fired,
            facts: options.facts,
        };
        let consequences: BTreeSet<&str> =
            (0..drafts.len()).filter(|other| settled.parents[*other] == Some(at)).map(|other| &*drafts[other].rule.id).collect();
        let consequences = consequences.into_iter().map(str::to_owned).collect();
        diagnoses.push(write_up(draft, role, consequences, &witness, options));
    }
    let knows = diagnoses.iter().any(|diagnosis| diagnosis.role == Role::Root);
    LogReport {
        path: path.to_owned(),
        format: scan.format.name().to_owned(),
        lines: scan.lines,
        bytes: scan.bytes,
        outcome: settled.outcome,
        retry: retry(settled.outcome, &diagnoses),
        runs: timeline.runs.iter().map(|state| state.run.clone()).collect(),
        diagnoses,
        unknown: if settled.outcome == Outcome::Failed && !knows {
            unknown::unknown(engine, scan, settled.excused_until)
        } else {
            Vec::new()
        },
        first_seen: scan.first_stamp.clone(),
        last_seen: scan.last_stamp.clone(),
        job: timeline.job.clone(),
        alarming: if options.alarming && (settled.outcome != Outcome::Failed || knows) {
            unknown::alarming(engine, scan)
        } else {
            Vec::new()
        },
    }
}

/// Whether a retry can cure a log: it must cure every root, or the same command fails again.
fn retry(outcome: Outcome, diagnoses: &[Diagnosis]) -> Option<Transience> {
    let roots = diagnoses.iter().filter(|diagnosis| diagnosis.role == Role::Root && outcome == Outcome::Failed);
    roots.map(|root| root.transient).min()
}

/// Rules that fired in each run; what no run began may have fired anywhere.
fn fired_by_run<'c>(drafts: &[Draft<'c>], timeline: &Timeline) -> Vec<BTreeSet<&'c str>> {
    let mut fired: Vec<BTreeSet<&str>> = vec![BTreeSet::new(); timeline.runs.len()];
    for draft in drafts {
        fired[draft.run].insert(&draft.rule.id);
    }
    fired
}

/// The registry product that the draft's URLs or its run's lines show.
fn provider_of<'c>(engine: &Engine<'c>, scan: &Scan, timeline: &Timeline, draft: &Draft<'_>) -> Option<&'c Provider> {
    let catalog = engine.catalog();
    let urls = ["url", "registry", "host"].iter().filter_map(|name| draft.captures.get(*name));
    if let Some(found) = urls.into_iter().find_map(|url| engine.provider_of_url(url)) {
        return Some(found);
    }
    let mut lines = scan.marks.iter().enumerate().filter(|(number, _)| timeline.run_of[*number] == draft.run);
    lines.find_map(|(_, mark)| match catalog.patterns()[mark.pattern as usize].purpose {
        Purpose::Provider(index) => catalog.providers().get(index as usize),
        _ => None,
    })
}

/// Turns a settled draft into what the report shows.
fn write_up(draft: &Draft<'_>, role: Role, consequences: Vec<String>, witness: &Witness<'_>, options: &Options<'_>) -> Diagnosis {
    let rule = draft.rule;
    let weighed = weigh(rule, witness);
    let mut captures = draft.captures.clone();
    if let Some(first) = weighed.first().filter(|first| first.verdict < Verdict::Possible) {
        for (name, value) in &first.captures {
            captures.entry(name.clone()).or_insert_with(|| value.clone());
        }
    }
    let fill = |text: &str| template::fill(text, |name| captures.get(name).cloned().or_else(|| witness.fact(name)));
    let run = &witness.timeline.runs[draft.run].run;
    let setting = Setting {
        os: run.os,
        ci: witness.timeline.ci.as_deref(),
        client: run.client.as_deref(),
        client_version: run.client_version.as_deref(),
        provider: witness.provider,
    };
    let causes: Vec<RankedCause> = weighed
        .iter()
        .filter(|weighed| options.ruled_out || weighed.verdict != Verdict::RuledOut)
        .map(|weighed| write_cause(draft, weighed, &captures, &setting, witness))
        .collect();
    let first = causes.first();
    let cause_is_known = first.is_some_and(|cause| cause.verdict < Verdict::Possible) || causes.len() == 1;
    let decided = first.filter(|_| cause_is_known);
    Diagnosis {
        rule: rule.id.to_string(),
        code: rule.code.as_ref().map(|code| fill(code)).filter(|code| !code.contains('<')),
        title: fill(&rule.title),
        family: rule.family.to_string(),
        severity: rule.severity,
        role,
        transient: decided.map_or(rule.transient, |cause| cause.transient),
        owner: decided.map_or(rule.owner, |cause| cause.owner),
        run: Some(draft.run),
        count: draft.count,
        first_line: draft.first_line,
        last_line: draft.last_line,
        evidence: evidence_of(draft, &weighed, witness),
        fingerprint: fingerprint::fingerprint(&rule.id, first.map(|cause| cause.id.as_str()), &captures),
        causes,
        consequences,
        docs: rule.docs.iter().map(ToString::to_string).collect(),
        never: rule.never.iter().map(|never| Warning { advice: fill(&never.advice), because: fill(&never.because) }).collect(),
        transient_when: rule.transient_when.as_ref().map(|when| fill(when)),
        captures,
    }
}

fn write_cause(
    draft: &Draft<'_>,
    weighed: &Weighed<'_>,
    captures: &BTreeMap<String, String>,
    setting: &Setting<'_>,
    witness: &Witness<'_>,
) -> RankedCause {
    let mut captures = captures.clone();
    captures.extend(weighed.captures.iter().map(|(name, value)| (name.clone(), value.clone())));
    let cause = weighed.cause;
    RankedCause {
        id: cause.id.to_string(),
        title: template::fill(&cause.title, |name| captures.get(name).cloned().or_else(|| witness.fact(name))),
        verdict: weighed.verdict,
        because: weighed.because.clone(),
        steps: remedy::steps(&cause.steps, setting, &captures, witness),
        verify: cause.verify.as_ref().map(|verify| remedy::fill_command(verify, &captures, witness)),
        owner: cause.owner.unwrap_or(draft.rule.owner),
        transient: cause.transient.unwrap_or(draft.rule.transient),
    }
}

/// The lines that tell: those that started the diagnosis, those that the first cause rests on, then details.
fn evidence_of(draft: &Draft<'_>, weighed: &[Weighed<'_>], witness: &Witness<'_>) -> Vec<EvidenceLine> {
    let mut chosen: Vec<usize> = Vec::new();
    let reasons = weighed.first().map(|first| first.marks.as_slice()).unwrap_or_default();
    let mut lines: BTreeSet<u64> = BTreeSet::new();
    for mark in draft.starts.iter().chain(reasons).chain(&draft.details) {
        if lines.insert(witness.scan.marks[*mark].line) && chosen.len() < QUOTED {
            chosen.push(*mark);
        }
    }
    chosen.sort_by_key(|mark| witness.scan.marks[*mark].line);
    chosen
        .into_iter()
        .map(|mark| &witness.scan.marks[mark])
        .map(|mark| EvidenceLine { line: mark.line, offset: mark.offset, text: mark.text.clone() })
        .collect()
}
