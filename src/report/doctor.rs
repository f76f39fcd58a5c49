//! What the doctor found, for people and for programs; the machine-readable one is `lognosis.doctor/1`.
//!
//! May import: `facts`, `report`.

use std::io::{self, Write};

use serde::Serialize;

use super::escape::{JsonOut, terminal_safe};
use super::{Format, Style};
use crate::facts::{Credential, Facts, FileState, Gravity, Kind, Problem, Registry, Shape};

/// The name and version of the machine-readable report.
pub const DOCTOR_SCHEMA: &str = "lognosis.doctor/1";

/// Facts and problems, ready to be written in any format.
#[derive(Clone, Copy, Debug)]
pub struct DoctorReport<'a> {
    /// What is there.
    pub facts: &'a Facts,
    /// What is wrong with it.
    pub problems: &'a [Problem],
}

#[derive(Clone, Debug, Serialize)]
struct JsonRegistry<'a> {
    #[serde(flatten)]
    registry: Registry,
    credential: Option<&'a Credential>,
}

#[derive(Clone, Debug, Serialize)]
struct JsonDoctor<'a> {
    schema: &'static str,
    client: &'a str,
    registries: Vec<JsonRegistry<'a>>,
    facts: &'a Facts,
    problems: &'a [Problem],
}

impl DoctorReport<'_> {
    /// Writes the report.
    ///
    /// # Errors
    ///
    /// When the writer fails.
    pub fn write(&self, format: Format, style: Style, out: &mut dyn Write) -> io::Result<()> {
        match format {
            Format::Json => {
                serde_json::to_writer_pretty(&mut JsonOut::new(out), &self.json())?;
                out.write_all(b"\n")
            }
            Format::Ndjson => self.problems.iter().try_for_each(|problem| {
                serde_json::to_writer(&mut JsonOut::new(out), problem)?;
                out.write_all(b"\n")
            }),
            _ => self.human(style, out),
        }
    }

    fn json(&self) -> JsonDoctor<'_> {
        let facts = self.facts;
        let registries = facts.registries(facts.own_dialect());
        let registries =
            registries.into_iter().map(|registry| JsonRegistry { credential: facts.credential_for(&registry.url), registry }).collect();
        JsonDoctor { schema: DOCTOR_SCHEMA, client: facts.client(), registries, facts, problems: self.problems }
    }

    fn human(&self, style: Style, out: &mut dyn Write) -> io::Result<()> {
        let facts = self.facts;
        writeln!(out, "{}", style.head(&terminal_safe(&facts.folder)))?;
        for (name, text) in self.rows() {
            let first = format!("  {name:<12} ");
            write!(out, "{}", style.wrap(&first, &" ".repeat(first.len()), &terminal_safe(&text)))?;
        }
        for (gravity, head) in [(Gravity::Problem, "Problems"), (Gravity::Note, "Worth knowing")] {
            let problems: Vec<&Problem> = self.problems.iter().filter(|problem| problem.gravity == gravity).collect();
            if !problems.is_empty() {
                writeln!(out, "\n{}", style.head(head))?;
            }
            for problem in problems {
                one_problem(problem, style, out)?;
            }
        }
        match self.problems.iter().filter(|problem| problem.gravity == Gravity::Problem).count() {
            0 => writeln!(out, "\n{} No problem found.", style.good("\u{2714}")),
            1 => writeln!(out, "\n1 problem"),
            count => writeln!(out, "\n{count} problems"),
        }
    }

    /// What is in force, a line each.
    fn rows(&self) -> Vec<(&'static str, String)> {
        let facts = self.facts;
        let mut rows = Vec::new();
        for registry in facts.registries(facts.own_dialect()) {
            let name = if registry.scope.is_some() { "scope" } else { "registry" };
            let scope = registry.scope.as_ref().map_or_else(String::new, |scope| format!("{scope} at "));
            let credential = facts.credential_for(&registry.url).map_or_else(|| "no credential".to_owned(), described);
            rows.push((name, format!("{scope}{} ({}), {credential}", registry.url, registry.place)));
        }
        for (name, value) in facts.environment.iter().filter(|(name, _)| name.to_lowercase().contains("proxy")) {
            rows.push(("proxy", format!("{name}={value}")));
        }
        for setting in facts.settings.iter().filter(|setting| setting.key.contains("proxy")) {
            rows.push(("proxy", format!("{}={} ({})", setting.key, setting.value, setting.place)));
        }
        let list = |names: Vec<String>| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        rows.push(("read", list(facts.files.clone())));
        rows.push(("lockfile", list(facts.lockfiles.iter().map(lockfile).collect())));
        let named = facts.manifest.as_ref().and_then(|manifest| manifest.package_manager.clone());
        let client = match (named, &facts.npm_version) {
            (Some(named), _) => format!("{named} (packageManager of package.json)"),
            (None, Some(version)) if facts.client() == "npm" => format!("npm {version}"),
            (None, _) => facts.client().to_owned(),
        };
        rows.push(("client", client));
        rows
    }
}

fn lockfile(lockfile: &crate::facts::Lockfile) -> String {
    let hosts: Vec<String> = lockfile.hosts.iter().map(|host| format!("{} from {}", host.packages, host.host)).collect();
    match (&lockfile.state, hosts.is_empty()) {
        (FileState::Fine, true) => lockfile.name.clone(),
        (FileState::Fine, false) => format!("{} ({})", lockfile.name, hosts.join(", ")),
        _ => format!("{} (damaged or unread)", lockfile.name),
    }
}

/// A credential in words: its kind, its key and its place, and never its value.
fn described(credential: &Credential) -> String {
    let kind = match credential.kind {
        Kind::Token => "token",
        Kind::Basic | Kind::Password => "password",
        Kind::Username => "user name",
        Kind::Certificate => "client certificate",
    };
    let odd = match credential.shape {
        Shape::Usable => "",
        Shape::Placeholder => ", a placeholder",
        Shape::UnbracedVariable => ", a name that is not filled in",
        Shape::Legacy => ", a classic one",
        Shape::UnsetVariable => ", its variable is not set",
        Shape::Empty => ", empty",
        Shape::NotBase64 => ", not base64",
    };
    format!("{kind} under {} ({}{odd})", credential.key, credential.place)
}

fn one_problem(problem: &Problem, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mark = if problem.gravity == Gravity::Problem { "\u{2718} " } else { "- " };
    let text = style.wrap(&format!("  {mark}"), "    ", &terminal_safe(&problem.text));
    match (problem.gravity, text.strip_prefix("  \u{2718} ")) {
        (Gravity::Problem, Some(rest)) => write!(out, "  {} {rest}", style.bad("\u{2718}"))?,
        _ => write!(out, "{text}")?,
    }
    write!(out, "{}", style.wrap("    ", "    ", &format!("{}.", terminal_safe(&problem.fix))))?;
    match &problem.command {
        Some(command) => writeln!(out, "      {}", style.command(&terminal_safe(command))),
        None => Ok(()),
    }
}
