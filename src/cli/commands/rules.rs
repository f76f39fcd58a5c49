//! `lognosis rules list|check|test`: for those who write rules.
//!
//! May import: everything.

use std::io::Write;
use std::path::PathBuf;

use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};

use super::bare::engine;
use crate::catalog::{Catalog, CatalogBuilder, FAMILIES, FileMistakes, Rule, closest, render_mistakes, template};
use crate::cli::args::RulesCommand;
use crate::cli::exit::Exit;
use crate::cli::settings::{Settings, extended, rule_files};
use crate::cli::ui::{CommandError, Ui};
use crate::error::Error;
use crate::trial::try_rule;

pub(in crate::cli) fn run(command: &RulesCommand, settings: &Settings, ui: &mut Ui) -> Result<Exit, CommandError> {
    match command {
        RulesCommand::List { family, tool } => list(family.as_deref(), tool.as_deref(), settings, ui),
        RulesCommand::Check { paths, deny_warnings } => check(paths, *deny_warnings, ui),
        RulesCommand::Test { paths } => test(paths, settings, ui),
    }
}

fn list(family: Option<&str>, tool: Option<&str>, settings: &Settings, ui: &Ui) -> Result<Exit, CommandError> {
    let catalog = settings.catalog()?;
    if let Some(family) = family.filter(|family| !FAMILIES.iter().any(|(name, _)| name == family)) {
        return Err(no_such("family", family, FAMILIES.iter().map(|(name, _)| *name)));
    }
    let tools: std::collections::BTreeSet<&str> = catalog.rules().iter().flat_map(|rule| rule.tools.iter().map(|tool| &**tool)).collect();
    if let Some(tool) = tool.filter(|tool| !tools.contains(tool)) {
        return Err(no_such("tool", tool, tools.iter().copied()));
    }
    let wanted = |rule: &&Rule| {
        family.is_none_or(|family| *rule.family == *family) && tool.is_none_or(|tool| rule.tools.iter().any(|known| **known == *tool))
    };
    let rules: Vec<&Rule> = catalog.rules().iter().filter(wanted).collect();
    let mut out = ui.out();
    if settings.format.is_machine() {
        for rule in rules {
            serde_json::to_writer(&mut out, rule).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
        return Ok(Exit::Fine);
    }
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(settings.columns).unwrap_or(u16::MAX));
    table.set_header(["rule", "code", "family", "title"]);
    for rule in &rules {
        let code = rule.code.as_deref().filter(|code| !code.contains('{')).unwrap_or_default();
        table.add_row([&*rule.id, code, &*rule.family, &template::fill(&rule.title, |_| None)]);
    }
    writeln!(out, "{table}\n\n{} rules", rules.len())?;
    Ok(Exit::Fine)
}

fn no_such<'a>(what: &str, word: &str, known: impl Iterator<Item = &'a str> + Clone) -> CommandError {
    let hint = match closest(word, known.clone()) {
        Some(meant) => format!("did you mean {meant}?"),
        None => format!("there are: {}", known.collect::<Vec<_>>().join(", ")),
    };
    CommandError::usage(format!("there is no {what} '{word}'"), hint)
}

fn files_of(paths: &[PathBuf]) -> Result<Vec<PathBuf>, CommandError> {
    let mut files = Vec::new();
    for path in paths {
        files.extend(rule_files(path)?);
    }
    if files.is_empty() {
        let list: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        return Err(CommandError::usage(format!("no rule file in {}", list.join(", ")), "rule files end in .toml"));
    }
    Ok(files)
}

fn check(paths: &[PathBuf], deny_warnings: bool, ui: &Ui) -> Result<Exit, CommandError> {
    let files = files_of(paths)?;
    let mut builder = CatalogBuilder::extending(Catalog::builtin());
    for path in &files {
        let source = std::fs::read_to_string(path).map_err(|error| Error::read(path, error))?;
        builder.add(path.display().to_string(), source);
    }
    let (mistaken, fatal): (Vec<FileMistakes>, bool) = match builder.finish() {
        Ok((_, warnings)) => (warnings, false),
        Err(mistaken) => (mistaken, true),
    };
    let mut out = ui.out();
    let mut count = 0;
    for file in &mistaken {
        count += file.mistakes.len();
        write!(out, "{}", render_mistakes(file, ui.style.coloured))?;
    }
    writeln!(out, "{} files checked, {count} mistakes or warnings", files.len())?;
    Ok(if fatal || deny_warnings && count > 0 { Exit::Trouble } else { Exit::Fine })
}

fn test(paths: &[PathBuf], settings: &Settings, ui: &Ui) -> Result<Exit, CommandError> {
    let own;
    let (catalog, only): (&Catalog, Option<Vec<String>>) = if paths.is_empty() {
        (Catalog::builtin(), None)
    } else {
        let files = files_of(paths)?;
        own = extended(&files)?.0;
        (&own, Some(files.iter().map(|path| path.display().to_string()).collect()))
    };
    let engine = engine(catalog, settings)?;
    let mut out = ui.out();
    let (mut rules, mut examples, mut surprises) = (0, 0, 0);
    for rule in catalog.rules() {
        if only.as_ref().is_some_and(|files| !files.iter().any(|file| **file == *rule.file)) {
            continue;
        }
        rules += 1;
        examples += rule.examples.len() + rule.counter_examples.len();
        for surprise in try_rule(&engine, rule) {
            surprises += 1;
            writeln!(out, "{} {}, {} {}", ui.style.bad("\u{2718}"), surprise.rule, surprise.which, surprise.what)?;
        }
    }
    writeln!(out, "{rules} rules, {examples} examples, {surprises} surprises")?;
    Ok(if surprises > 0 { Exit::Trouble } else { Exit::Fine })
}
