//! Markdown for an issue, a pull request or a step summary: the answer first, what is long folded.
//!
//! May import: `diagnose` (the model), `catalog` (the word lists), `triage` (the model), `report::{escape, finding, human, triage}`.

mod text;

use std::borrow::Cow;
use std::io::{self, Write};

use super::finding::{one_line, quotes, undecided};
use super::human::{headline, retry_and_owner, step_tag, verdict_words};
use super::triage::day;
use super::{InputError, Report, TriageReport};
use crate::catalog::{Shell, Transience};
use crate::diagnose::{Diagnosis, LogReport, Outcome, RankedCause, ReportStep, Role, Run, Summary};
use crate::triage::{Cluster, Standing, State};
use text::{code, fence, link, prose};

/// Bytes of a step summary that GitHub takes; of a larger one it shows nothing.
pub const STEP_SUMMARY: usize = 1024 * 1024;
/// Logs in a table or list: more are not read.
const LISTED: usize = 100;
/// Warnings that are listed.
const WARNINGS: usize = 10;
const LEFT_OUT: &str = "\n_The rest is left out: a step summary holds no more._\n";

/// Writes a scan: how the logs ended, then a section for each that failed, then the others in a line each.
pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let failed = || report.logs.iter().filter(|log| log.outcome == Outcome::Failed);
    match report.logs {
        [] => writeln!(out, "No logs.")?,
        [log] if log.outcome != Outcome::Failed => other(log, out)?,
        [_] => {}
        _ => overview(report.summary(), failed(), out)?,
    }
    for (at, log) in failed().enumerate() {
        if at > 0 || report.logs.len() > 1 {
            writeln!(out)?;
        }
        section(log, out)?;
    }
    if report.logs.len() > 1 {
        let others: Vec<&LogReport> = report.logs.iter().filter(|log| log.outcome != Outcome::Failed).collect();
        if !others.is_empty() {
            writeln!(out, "\n<details>\n<summary>Logs without a known failure: {}</summary>\n", others.len())?;
            others.iter().take(LISTED).try_for_each(|log| writeln!(out, "- {}", other_text(log)))?;
            and_more(others.len(), out)?;
            writeln!(out, "\n</details>")?;
        }
    }
    unreadable(report.errors, out)
}

/// As much of a report in Markdown as `limit` bytes hold, cut between sections.
///
/// ```
/// use lognosis::report::step_summary;
/// assert_eq!(step_summary("## a\n\nb\n", 100), "## a\n\nb\n");
/// let long = format!("## a\n\nb\n\n## c\n{}\n", "d".repeat(100));
/// let cut = step_summary(&long, 80);
/// assert!(cut.starts_with("## a\n\nb\n\n_The rest is left out"));
/// ```
#[must_use]
pub fn step_summary(markdown: &str, limit: usize) -> Cow<'_, str> {
    if markdown.len() <= limit {
        return Cow::Borrowed(markdown);
    }
    let room = limit.saturating_sub(LEFT_OUT.len());
    // No text of a log starts a line: it stands behind a number, a sign or an indent.
    let fits = markdown.match_indices("\n## ").map(|(at, _)| at).take_while(|at| *at <= room).last().unwrap_or(0);
    if limit < LEFT_OUT.len() { Cow::Borrowed("") } else { Cow::Owned(format!("{}{LEFT_OUT}", &markdown[..fits])) }
}

/// Several logs: the counts, and what failed why.
fn overview<'a>(summary: Summary, failed: impl Iterator<Item = &'a LogReport>, out: &mut dyn Write) -> io::Result<()> {
    counts(summary, out)?;
    if summary.failed < 2 {
        return Ok(());
    }
    writeln!(out, "\n| log | why it failed | retry |\n| --- | --- | --- |")?;
    for log in failed.take(LISTED) {
        let why = log.answer().map_or_else(|| "no rule knows why".to_owned(), headline);
        writeln!(out, "| {} | {} | {} |", prose(&log.path), prose(&why), log.retry.map_or("", Transience::name))?;
    }
    and_more(summary.failed, out)
}

fn and_more(logs: usize, out: &mut dyn Write) -> io::Result<()> {
    if logs > LISTED { writeln!(out, "\nand {} more", logs - LISTED) } else { Ok(()) }
}

fn counts(summary: Summary, out: &mut dyn Write) -> io::Result<()> {
    let Summary { logs, failed, succeeded, unknown } = summary;
    writeln!(out, "**{logs} logs: {failed} failed, {succeeded} succeeded, {unknown} do not tell**")
}

/// The only log of a report, if it did not fail.
fn other(log: &LogReport, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", other_text(log))?;
    warnings(log, out)
}

fn other_text(log: &LogReport) -> String {
    let (mark, text) = match log.outcome {
        Outcome::Unknown => ("\u{2753}", undecided(log)),
        _ => ("\u{2705}", "No failure in this log."),
    };
    if log.path == "-" { format!("{mark} {text}") } else { format!("{mark} {}: {text}", code(&log.path)) }
}

/// A log that failed.
fn section(log: &LogReport, out: &mut dyn Write) -> io::Result<()> {
    let roots: Vec<&Diagnosis> = log.roots().collect();
    let Some((answer, rest)) = roots.split_first() else {
        return unknown_section(log, out);
    };
    writeln!(out, "## \u{274c} {}\n\n{}\n", prose(&headline(answer)), place(log, answer))?;
    root(answer, out)?;
    for also in rest {
        writeln!(out, "\n### Also failed: {}\n\n{}\n", prose(&headline(also)), place(log, also))?;
        root(also, out)?;
    }
    warnings(log, out)
}

fn unknown_section(log: &LogReport, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "## \u{274c} It failed, and no rule knows why\n\n{}", code(&log.path))?;
    for unknown in &log.unknown {
        writeln!(out, "\nThe lines that look most like the failure:\n\n{}", fence("text", &quotes(&unknown.lines), ""))?;
    }
    warnings(log, out)
}

/// Where it failed, and with what: whoever reads an issue asks for the versions first.
fn place(log: &LogReport, root: &Diagnosis) -> String {
    let mut parts =
        vec![if log.path == "-" { format!("line {}", root.first_line) } else { format!("{} line {}", code(&log.path), root.first_line) }];
    if let Some(run) = root.run.and_then(|run| log.runs.get(run)) {
        parts.extend(facts(run));
    }
    parts.join(" \u{b7} ")
}

fn facts(run: &Run) -> Vec<String> {
    let named = |name: &str, version: &Option<String>| version.as_ref().map(|version| prose(&format!("{name} {version}")));
    let mut parts = Vec::new();
    parts.extend(named(run.client.as_deref().unwrap_or("client"), &run.client_version));
    parts.extend(named("node", &run.node));
    parts.extend(run.os.map(|os| os.to_string()));
    parts.extend(run.command.as_deref().map(|command| code(&one_line(command))));
    parts
}

/// Why, what to do, and what else may be looked at.
fn root(root: &Diagnosis, out: &mut dyn Write) -> io::Result<()> {
    if let Some(cause) = root.causes.first() {
        why(cause, out)?;
        steps(cause, out)?;
    }
    let again = retry_and_owner(root.transient, root.transient_when.as_deref(), root.owner);
    if !again.is_empty() {
        writeln!(out, "\n{}", prose(&again))?;
    }
    folded(&format!("Evidence: {} lines of the log", root.evidence.len()), &fence("text", &quotes(&root.evidence), ""), out)?;
    let others: Vec<String> = root.causes.iter().skip(1).map(other_cause).collect();
    if !others.is_empty() {
        folded("If that is not it", &others.join("\n"), out)?;
    }
    let never: Vec<String> = root.never.iter().map(|never| format!("- {}: {}", prose(&never.advice), prose(&never.because))).collect();
    if !never.is_empty() {
        folded("What not to do", &never.join("\n"), out)?;
    }
    if !root.consequences.is_empty() {
        writeln!(out, "\nOnly a consequence of this: {}", prose(&root.consequences.join(", ")))?;
    }
    let mut more = vec![code(&format!("lognosis explain {}", root.rule))];
    more.extend(root.docs.iter().map(|url| link(url)));
    writeln!(out, "\nMore: {}", more.join(" \u{b7} "))
}

fn why(cause: &RankedCause, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "**Why:** {} ({})", prose(&cause.title), verdict_words(cause.verdict))?;
    for (at, reason) in cause.because.iter().enumerate() {
        writeln!(out, "{}- because {}", if at == 0 { "\n" } else { "" }, prose(reason))?;
    }
    Ok(())
}

fn steps(cause: &RankedCause, out: &mut dyn Write) -> io::Result<()> {
    if !cause.steps.is_empty() {
        writeln!(out, "\n**What to do now**\n")?;
    }
    for (number, step) in (1..).zip(&cause.steps) {
        let mark = format!("{number}. ");
        // A step that ended in a fence needs a line before the next.
        if number > 1 {
            writeln!(out)?;
        }
        let indent = " ".repeat(mark.len());
        writeln!(out, "{mark}{}{}", step_tag(step), prose(&step.text))?;
        if let Some(command) = &step.command {
            writeln!(out, "\n{}", fence(language(step), &lines(command), &indent))?;
        }
        if let Some(danger) = &step.danger {
            writeln!(out, "\n{indent}**Careful:** {}", prose(danger))?;
        }
    }
    match &cause.verify {
        Some(verify) => writeln!(out, "\nCheck that it worked:\n\n{}", fence("sh", &lines(verify), "")),
        None => Ok(()),
    }
}

fn lines(command: &str) -> Vec<String> {
    command.lines().map(str::to_owned).collect()
}

fn language(step: &ReportStep) -> &'static str {
    match step.shell {
        Some(Shell::Powershell) => "powershell",
        Some(Shell::Cmd) => "bat",
        _ => "sh",
    }
}

fn other_cause(cause: &RankedCause) -> String {
    let mut text = format!("- {} ({})", prose(&cause.title), cause.verdict.name());
    if let Some(step) = cause.steps.first() {
        text.push_str(&format!(": {}", prose(step.text.trim_end_matches([':', '.']))));
        if let Some(command) = &step.command {
            text.push_str(&format!(": {}", code(&one_line(command))));
        }
    }
    text
}

fn warnings(log: &LogReport, out: &mut dyn Write) -> io::Result<()> {
    let warnings: Vec<&Diagnosis> = log.diagnoses.iter().filter(|diagnosis| diagnosis.role == Role::Warning).collect();
    if warnings.is_empty() {
        return Ok(());
    }
    let mut items: Vec<String> =
        warnings.iter().take(WARNINGS).map(|warning| format!("- {} (line {})", prose(&warning.title), warning.first_line)).collect();
    if warnings.len() > WARNINGS {
        items.push(format!("- and {} more", warnings.len() - WARNINGS));
    }
    folded(&format!("Seen as well, and not why it failed: {}", warnings.len()), &items.join("\n"), out)
}

/// A part that is folded; its summary is ours, for in there Markdown is not read.
fn folded(summary: &str, body: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n<details>\n<summary>{summary}</summary>\n\n{body}\n\n</details>")
}

fn unreadable(errors: &[InputError], out: &mut dyn Write) -> io::Result<()> {
    if !errors.is_empty() {
        writeln!(out, "\n**Could not be read: {}**\n", errors.len())?;
    }
    errors.iter().try_for_each(|error| writeln!(out, "- {}", prose(&error.message)))
}

/// Writes a triage: the counts, the table of causes, and the logs that nobody knows.
pub(super) fn write_triage(report: &TriageReport<'_>, out: &mut dyn Write) -> io::Result<()> {
    let triage = report.triage;
    if triage.is_partial() {
        writeln!(out, "**Interrupted: not all logs were read.**\n")?;
    }
    counts(triage.summary(), out)?;
    if triage.transient() > 0 {
        writeln!(out, "\nRunning them again may cure {} of {}.", triage.transient(), triage.summary().failed)?;
    }
    let rows = triage.rows();
    if !rows.is_empty() {
        writeln!(out, "\n## What breaks most often\n\n| logs | share | cause | first seen | last seen | retry | who | example |")?;
        writeln!(out, "| ---: | ---: | --- | --- | --- | --- | --- | --- |")?;
    }
    for row in rows.iter().take(LISTED) {
        let seen = |stamp: &Option<String>| prose(day(stamp).unwrap_or_default());
        let (first, last, example) = (seen(&row.first_seen), seen(&row.last_seen), prose(&row.example));
        let state = row.state.filter(|state| *state != State::Known).map_or_else(String::new, |state| format!("**{}** ", state.name()));
        let cause = format!("{state}{}<br>{}", prose(&row.title), prose(&row.id));
        writeln!(
            out,
            "| {} | {}% | {cause} | {first} | {last} | {} | {} | {example} |",
            row.logs, row.share_percent, row.transient, row.owner
        )?;
    }
    and_more(rows.len(), out)?;
    let clusters = triage.clusters();
    if !clusters.is_empty() {
        writeln!(out, "\n## Failed, and no rule knows why: {}\n", triage.unknown_logs())?;
    }
    clusters.iter().take(LISTED).try_for_each(|cluster| writeln!(out, "{}", unknown_kind(cluster)))?;
    and_more(clusters.len(), out)?;
    if let Some(standing) = triage.standing() {
        baseline(standing, out)?;
    }
    unreadable(report.errors, out)
}

/// One kind of unknown failure.
fn unknown_kind(cluster: &Cluster) -> String {
    let state = cluster.state.filter(|state| *state != State::Known).map_or_else(String::new, |state| format!(" ({})", state.name()));
    let text = match cluster.samples.as_slice() {
        [only] => only,
        _ => &cluster.template,
    };
    let place = cluster.places.first().map(|place| format!(", first {}", code(place))).unwrap_or_default();
    let logs = if cluster.logs == 1 { "log" } else { "logs" };
    format!("- **{} {logs}**{state}: {} ({}{place})", cluster.logs, code(text), code(&cluster.id))
}

/// What is new, and what is gone.
fn baseline(standing: &Standing, out: &mut dyn Write) -> io::Result<()> {
    let Standing { new, expired, gone, known, .. } = standing;
    writeln!(out, "\n## Against the baseline: {} new, {known} known, {} expired, {} gone", new.len(), expired.len(), gone.len())?;
    for (word, entries) in [("New", new), ("Expired", expired), ("Gone", gone)] {
        if !entries.is_empty() {
            writeln!(out, "\n{word}:\n")?;
        }
        for entry in entries.iter().take(LISTED) {
            let owner = entry.owner.as_ref().map(|owner| format!(", {}", prose(owner))).unwrap_or_default();
            let note = entry.note.as_ref().map(|note| format!(": {}", prose(note))).unwrap_or_default();
            writeln!(out, "- {} ({} logs{owner}){note}", code(&entry.title), entry.count)?;
        }
        and_more(entries.len(), out)?;
    }
    Ok(())
}
