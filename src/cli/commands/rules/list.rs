//! `lognosis rules list`.
//!
//! May import: everything.

use std::io::Write;

use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};

use crate::catalog::{FAMILIES, Rule, closest, template};
use crate::cli::args::RulesListArgs;
use crate::cli::exit::Exit;
use crate::cli::settings::Settings;
use crate::cli::ui::{CommandError, Ui};
use crate::report::Format;

pub(super) fn run(args: &RulesListArgs, settings: &Settings, ui: &Ui) -> Result<Exit, CommandError> {
    settings.only_formats(&[Format::Human, Format::Json, Format::Ndjson])?;
    let (family, tool) = (args.family.as_deref(), args.tool.as_deref());
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
    let rules: Vec<&Rule> = catalog.rules().iter().map(|rule| &**rule).filter(wanted).collect();
    let mut out = ui.out();
    if settings.format.is_json() {
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
