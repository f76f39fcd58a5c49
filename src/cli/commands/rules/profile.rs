//! `lognosis rules profile`: what each rule costs on these logs.
//!
//! May import: everything.

use std::collections::BTreeMap;
use std::io::Write;

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};
use serde::Serialize;

use crate::catalog::{Catalog, Purpose};
use crate::cli::args::RulesProfileArgs;
use crate::cli::exit::Exit;
use crate::cli::settings::Settings;
use crate::cli::ui::{CommandError, Ui};
use crate::engine::{Engine, PatternCost};
use crate::input::discover;
use crate::report::Format;
use crate::session::Session;

/// What the patterns of one rule, marker or provider cost together.
#[derive(Debug, Default, Serialize)]
struct Row {
    rule: String,
    guarded: u64,
    candidates: u64,
    hits: u64,
    microseconds: u128,
}

pub(super) fn run(args: &RulesProfileArgs, settings: &Settings, ui: &mut Ui) -> Result<Exit, CommandError> {
    settings.only_formats(&[Format::Human, Format::Json, Format::Ndjson])?;
    let found = discover(&args.paths);
    let mut exit = Exit::Fine;
    for error in &found.errors {
        ui.error(&error.to_string(), error.hint().as_deref());
        exit = Exit::Trouble;
    }
    let catalog = settings.catalog()?;
    let engine = Engine::new(&catalog)?.with_profile();
    let mut logs = 0u64;
    Session::new(&engine, settings.session()).report_all(&found.sources, |_, result| match result {
        Ok(_) => logs += 1,
        Err(error) => {
            ui.error(&error.to_string(), error.hint().as_deref());
            exit = Exit::Trouble;
        }
    });
    let mut rows = rows(&catalog, &engine.profile());
    rows.sort_by(|a, b| (b.microseconds, b.guarded, &a.rule).cmp(&(a.microseconds, a.guarded, &b.rule)));
    rows.truncate(args.limit);
    let mut out = ui.out();
    if settings.format.is_json() {
        for row in &rows {
            serde_json::to_writer(&mut out, row).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
        return Ok(exit);
    }
    let mut table = Table::new();
    table.load_style(NOTHING);
    table.set_header(["rule", "guarded lines", "candidates", "hits", "time"]);
    for row in &rows {
        let time = format!("{}.{:03} ms", row.microseconds / 1000, row.microseconds % 1000);
        table.add_row([row.rule.clone(), row.guarded.to_string(), row.candidates.to_string(), row.hits.to_string(), time]);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let noun = if logs == 1 { "log" } else { "logs" };
    writeln!(
        out,
        "{table}\n\n{logs} {noun}. A guarded line holds a text by which a rule is found, a candidate all that the rule demands."
    )?;
    Ok(exit)
}

fn rows(catalog: &Catalog, costs: &[PatternCost]) -> Vec<Row> {
    let mut all: BTreeMap<String, PatternCost> = BTreeMap::new();
    for (pattern, cost) in catalog.patterns().iter().zip(costs).filter(|(_, cost)| cost.guarded + cost.candidates > 0) {
        let name = match pattern.purpose {
            Purpose::Signature { rule, .. } => catalog.rules()[rule as usize].id.to_string(),
            Purpose::Marker(marker) => format!("marker {}", catalog.markers()[marker as usize].id),
            Purpose::Provider(provider) | Purpose::ProviderUrl(provider) => {
                format!("provider {}", catalog.providers()[provider as usize].id)
            }
            Purpose::Condition => format!("condition {}", pattern.form.source),
        };
        let sum = all.entry(name).or_default();
        sum.guarded += cost.guarded;
        sum.candidates += cost.candidates;
        sum.hits += cost.hits;
        sum.time += cost.time;
    }
    let row = |(rule, sum): (String, PatternCost)| Row {
        rule,
        guarded: sum.guarded,
        candidates: sum.candidates,
        hits: sum.hits,
        microseconds: sum.time.as_micros(),
    };
    all.into_iter().map(row).collect()
}
