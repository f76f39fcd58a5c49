//! The report for people: the answer first, then why, what to do, the evidence, and what was folded.
//!
//! May import: `diagnose` (the model), `report::{escape, style}`.

use std::io::{self, Write};

use super::Report;
use super::escape::terminal_safe;
use super::style::Style;
use crate::catalog::{Os, Owner, Transience};
use crate::diagnose::{Diagnosis, LogReport, Outcome, RankedCause, ReportStep, Role, Summary, Unknown, Verdict};

/// Writes all logs: those that failed in full, the others in a line each, and the counts.
pub(super) fn write(report: &Report<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let human = HumanReport::new(style);
    let several = report.logs.len() > 1;
    for log in report.logs {
        human.write_one_of(log, several, out)?;
    }
    if several { human.write_counts(report.summary(), out) } else { Ok(()) }
}

/// Writes reports for people.
#[derive(Clone, Copy, Debug)]
pub struct HumanReport {
    style: Style,
    /// Name the log above its diagnosis: there are several.
    named: bool,
}

impl HumanReport {
    /// A writer of that style.
    #[must_use]
    pub fn new(style: Style) -> Self {
        Self { style, named: true }
    }

    /// Leaves the log's name out.
    #[must_use]
    pub fn unnamed(mut self) -> Self {
        self.named = false;
        self
    }

    /// Writes one of `several` logs: in full if it failed, else in a line.
    ///
    /// # Errors
    ///
    /// When the writer fails.
    pub fn write_one_of(&self, log: &LogReport, several: bool, out: &mut dyn Write) -> io::Result<()> {
        if several && log.outcome != Outcome::Failed {
            return self.one_line(log, out);
        }
        self.write(log, out)?;
        if several { writeln!(out) } else { Ok(()) }
    }

    /// A log without a failure among many.
    fn one_line(&self, log: &LogReport, out: &mut dyn Write) -> io::Result<()> {
        let (mark, text) = match log.outcome {
            Outcome::Succeeded => (self.style.good("\u{2714}"), "no failure"),
            _ if log.bytes == 0 => (self.style.warn("?"), "empty"),
            _ => (self.style.warn("?"), "no known failure"),
        };
        writeln!(out, "{mark} {}: {text}", terminal_safe(&log.path))
    }

    /// The counts below a report on several logs.
    ///
    /// # Errors
    ///
    /// When the writer fails.
    pub fn write_counts(&self, summary: Summary, out: &mut dyn Write) -> io::Result<()> {
        let Summary { logs, failed, succeeded, unknown } = summary;
        writeln!(out, "{logs} logs: {failed} failed, {succeeded} succeeded, {unknown} do not tell")
    }

    /// Writes one log.
    ///
    /// # Errors
    ///
    /// When the writer fails.
    pub fn write(&self, log: &LogReport, out: &mut dyn Write) -> io::Result<()> {
        let style = self.style;
        if self.named {
            writeln!(out, "{}", style.head(&terminal_safe(&log.path)))?;
        }
        let roots: Vec<&Diagnosis> = log.roots().collect();
        if roots.is_empty() {
            self.without_root(log, out)?;
        }
        for (at, root) in roots.iter().enumerate() {
            if at > 0 {
                writeln!(out)?;
            }
            // The first root is the answer; the others stand beside it, in short.
            if at == 0 { self.answer(root, out)? } else { self.other_root(root, out)? }
        }
        self.warnings(log, out)
    }

    fn without_root(&self, log: &LogReport, out: &mut dyn Write) -> io::Result<()> {
        let style = self.style;
        match log.outcome {
            Outcome::Succeeded => writeln!(out, "{} No failure in this log.", style.good("\u{2714}")),
            Outcome::Unknown if log.bytes == 0 => writeln!(out, "{} The log is empty: nothing can be told from it.", style.warn("?")),
            Outcome::Unknown => {
                let text = "No known failure in this log, and nothing in it says how the command ended.";
                write!(out, "{}", style.wrap(&format!("{} ", style.warn("?")), "  ", text))
            }
            Outcome::Failed => {
                let text = "It failed, and no rule knows why.";
                writeln!(out, "{} {}", style.bad("\u{2718}"), style.head(text))?;
                for unknown in &log.unknown {
                    self.unknown(unknown, out)?;
                }
                Ok(())
            }
        }
    }

    fn unknown(&self, unknown: &Unknown, out: &mut dyn Write) -> io::Result<()> {
        let style = self.style;
        writeln!(out, "\n{}", style.head("The lines that look most like the failure"))?;
        for line in &unknown.lines {
            self.quote(line.line, &line.text, out)?;
        }
        Ok(())
    }

    fn answer(&self, root: &Diagnosis, out: &mut dyn Write) -> io::Result<()> {
        let style = self.style;
        self.headline(root, out)?;
        if let Some(cause) = root.causes.first() {
            writeln!(out, "\n{}", style.head("Why"))?;
            self.why(cause, out)?;
            if !cause.steps.is_empty() {
                writeln!(out, "\n{}", style.head("What to do now"))?;
                self.steps(cause, out)?;
            }
        }
        self.retry_and_owner(root, out)?;
        if root.causes.len() > 1 {
            writeln!(out, "\n{}", style.head("If that is not it"))?;
            for cause in &root.causes[1..] {
                let text = format!("{} ({}){}", cause.title, cause.verdict.name(), first_step(cause));
                write!(out, "{}", style.wrap("  - ", "    ", &terminal_safe(&text)))?;
            }
        }
        if !root.never.is_empty() {
            writeln!(out, "\n{}", style.head("What not to do"))?;
            for never in &root.never {
                write!(out, "{}", style.wrap("  - ", "    ", &terminal_safe(&format!("{}: {}", never.advice, never.because))))?;
            }
        }
        writeln!(out, "\n{}", style.head("Evidence"))?;
        for line in &root.evidence {
            self.quote(line.line, &line.text, out)?;
        }
        if !root.consequences.is_empty() {
            let text = format!("Only a consequence of this: {}", root.consequences.join(", "));
            write!(out, "\n{}", style.wrap("", "  ", &terminal_safe(&text)))?;
        }
        let more = format!("lognosis explain {}", root.rule);
        match root.docs.first() {
            Some(url) => writeln!(out, "\nMore: {}\n      {}", style.command(&more), terminal_safe(url)),
            None => writeln!(out, "\nMore: {}", style.command(&more)),
        }
    }

    fn other_root(&self, root: &Diagnosis, out: &mut dyn Write) -> io::Result<()> {
        let style = self.style;
        writeln!(out, "{}", style.head("Also failed"))?;
        self.headline(root, out)?;
        if let Some(cause) = root.causes.first() {
            self.why(cause, out)?;
            self.steps(cause, out)?;
        }
        for line in root.evidence.iter().take(2) {
            self.quote(line.line, &line.text, out)?;
        }
        Ok(())
    }

    fn headline(&self, root: &Diagnosis, out: &mut dyn Write) -> io::Result<()> {
        let style = self.style;
        let wrapped = style.wrap("\u{2718} ", "  ", &terminal_safe(&headline(root)));
        for (at, line) in wrapped.lines().enumerate() {
            match line.strip_prefix("\u{2718} ") {
                Some(rest) if at == 0 => writeln!(out, "{} {}", style.bad("\u{2718}"), style.head(rest))?,
                _ => writeln!(out, "{}", style.head(line))?,
            }
        }
        Ok(())
    }

    fn why(&self, cause: &RankedCause, out: &mut dyn Write) -> io::Result<()> {
        let style = self.style;
        let text = format!("{} ({})", cause.title, verdict_words(cause.verdict));
        write!(out, "{}", style.wrap("  ", "  ", &terminal_safe(&text)))?;
        for reason in &cause.because {
            write!(out, "{}", style.wrap("  because ", "    ", &terminal_safe(reason)))?;
        }
        Ok(())
    }

    fn steps(&self, cause: &RankedCause, out: &mut dyn Write) -> io::Result<()> {
        let style = self.style;
        for (number, step) in (1..).zip(&cause.steps) {
            let text = format!("{}{}", step_tag(step), terminal_safe(&step.text));
            let first = format!("  {number}. ");
            write!(out, "{}", style.wrap(&first, "     ", &text))?;
            if let Some(command) = &step.command {
                for line in command.lines() {
                    writeln!(out, "       {}", style.command(&terminal_safe(line)))?;
                }
            }
            if let Some(danger) = &step.danger {
                write!(out, "{}", style.wrap("     careful: ", "     ", &terminal_safe(danger)))?;
            }
        }
        if let Some(verify) = &cause.verify {
            writeln!(out, "  Check that it worked:")?;
            writeln!(out, "       {}", style.command(&terminal_safe(verify)))?;
        }
        Ok(())
    }

    fn retry_and_owner(&self, root: &Diagnosis, out: &mut dyn Write) -> io::Result<()> {
        let text = retry_and_owner(root.transient, root.transient_when.as_deref(), root.owner);
        if text.is_empty() { Ok(()) } else { write!(out, "\n{}", self.style.wrap("", "", &terminal_safe(&text))) }
    }

    fn warnings(&self, log: &LogReport, out: &mut dyn Write) -> io::Result<()> {
        let style = self.style;
        let warnings: Vec<&Diagnosis> = log.diagnoses.iter().filter(|diagnosis| diagnosis.role == Role::Warning).collect();
        if warnings.is_empty() {
            return Ok(());
        }
        writeln!(out, "\n{}", style.warn("Seen as well, and not why it failed"))?;
        let head = if log.outcome == Outcome::Failed { "" } else { "harmless here: " };
        for warning in warnings.iter().take(5) {
            let text = format!("{head}{} (line {})", warning.title, warning.first_line);
            write!(out, "{}", style.wrap("  - ", "    ", &terminal_safe(&text)))?;
        }
        if warnings.len() > 5 {
            writeln!(out, "  - and {} more", warnings.len() - 5)?;
        }
        Ok(())
    }

    /// A line of the log with its number, cut to the width: it is evidence, not prose.
    fn quote(&self, line: u64, text: &str, out: &mut dyn Write) -> io::Result<()> {
        let number = format!("  {line:>6} | ");
        let shown = self.style.cut(&terminal_safe(text), number.len());
        writeln!(out, "{}{shown}", self.style.faint(&number))
    }
}

/// The failure in one line, as the log has it: nothing is escaped.
pub(super) fn headline(root: &Diagnosis) -> String {
    let text = match &root.code {
        Some(code) if !root.title.contains(&**code) => format!("{code}: {}", root.title),
        _ => root.title.clone(),
    };
    if root.count > 1 { format!("{text} ({} times)", root.count) } else { text }
}

/// How sure a cause is, in words.
pub(super) fn verdict_words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Possible => "possible: the log does not tell",
        verdict => verdict.name(),
    }
}

/// Whether to run it again, and who must act if not the reader; empty if there is nothing to say.
pub(super) fn retry_and_owner(transient: Transience, when: Option<&str>, owner: Owner) -> String {
    let retry = match (transient, when) {
        (Transience::Yes, _) => Some("Running it again may be enough.".to_owned()),
        (Transience::Depends, Some(when)) => Some(format!("Running it again may help: {when}.")),
        (Transience::Depends, None) => None,
        (Transience::No, _) => Some("Running it again will not help.".to_owned()),
    };
    let owner = match owner {
        Owner::You | Owner::Nobody => None,
        Owner::RegistryAdmin => Some("Whoever runs the registry must act."),
        Owner::NetworkTeam => Some("Whoever runs the network must act."),
        Owner::PackageAuthor => Some("The author of the package must act."),
        Owner::CiProvider => Some("Whoever runs the CI machines must act."),
    };
    let text: Vec<String> = retry.into_iter().chain(owner.map(str::to_owned)).collect();
    text.join(" ")
}

/// Where a step is to be done: `(in CI, Linux) `, or nothing.
pub(super) fn step_tag(step: &ReportStep) -> String {
    let mut tags: Vec<&str> = Vec::new();
    tags.extend(step.place.map(|place| match place {
        crate::catalog::Where::Developer => "at your machine",
        crate::catalog::Where::Ci => "in CI",
        crate::catalog::Where::Docker => "in Docker",
    }));
    tags.extend(step.os.iter().map(|os| match os {
        Os::Linux => "Linux",
        Os::Macos => "macOS",
        Os::Windows => "Windows",
    }));
    tags.extend(step.shell.map(crate::catalog::Shell::name));
    if tags.is_empty() { String::new() } else { format!("({}) ", tags.join(", ")) }
}

fn first_step(cause: &RankedCause) -> String {
    match cause.steps.first() {
        Some(step) => match &step.command {
            Some(command) => format!(": {}: {command}", step.text.trim_end_matches([':', '.'])),
            None => format!(": {}", step.text),
        },
        None => String::new(),
    }
}
