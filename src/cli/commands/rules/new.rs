//! `lognosis rules new --from LOG:LINE` or `--from-cluster ID --cases PATH..`: a rule drafted from what no rule knows.
//!
//! May import: everything.

use std::io::Write;

use crate::catalog::CatalogBuilder;
use crate::cli::args::RulesNewArgs;
use crate::cli::commands::bare::engine;
use crate::cli::commands::diff;
use crate::cli::exit::Exit;
use crate::cli::output::write_file;
use crate::cli::progress::Progress;
use crate::cli::settings::Settings;
use crate::cli::ui::{CommandError, Ui};
use crate::diagnose::Outcome;
use crate::engine::Engine;
use crate::error::Error;
use crate::input::discover;
use crate::report::terminal_safe;
use crate::session::{Session, SessionOptions};
use crate::text::redact;
use crate::triage::{Cluster, Draft, Triage};
use crate::trial::try_rule;

/// What a rule is drafted from.
struct Origin {
    samples: Vec<String>,
    template: Option<String>,
    name: String,
}

pub(super) fn run(args: &RulesNewArgs, settings: &Settings, ui: &Ui) -> Result<Exit, CommandError> {
    let catalog = settings.catalog()?;
    let engine = engine(&catalog, settings)?;
    let origin = match (&args.from, &args.from_cluster) {
        (Some(place), _) => of_line(place, &engine, settings)?,
        (None, Some(id)) => of_cluster(id, &args.cases, &engine, settings, ui)?,
        (None, None) => return Err(CommandError::usage("there is nothing to draft a rule from", "name a line: --from build.log:123")),
    };
    let draft = Draft {
        id: args.id.as_deref(),
        samples: &origin.samples,
        template: origin.template.as_deref(),
        origin: &origin.name,
        since: env!("CARGO_PKG_VERSION"),
    };
    let toml = draft.to_toml().map_err(|error| CommandError::usage(error.to_string(), "name a line that says what went wrong"))?;
    prove(&toml, &catalog, settings, ui)?;
    if settings.outputs.is_empty() {
        let mut out = ui.out();
        out.write_all(toml.as_bytes())?;
        out.flush()?;
    }
    for file in &settings.outputs {
        write_file(&file.path, |out| out.write_all(toml.as_bytes()))?;
    }
    Ok(Exit::Fine)
}

/// Says what `rules test` will say of the draft.
fn prove(toml: &str, catalog: &crate::catalog::Catalog, settings: &Settings, ui: &Ui) -> Result<(), CommandError> {
    let mut builder = CatalogBuilder::extending(catalog);
    builder.add("the draft", toml);
    let (catalog, _) = builder.finish().map_err(Error::catalog)?;
    let engine = engine(&catalog, settings)?;
    for rule in catalog.rules().iter().filter(|rule| *rule.file == *"the draft") {
        for surprise in try_rule(&engine, rule) {
            ui.note(&format!("{}: {} {}; see which of the two rules is right", surprise.rule, surprise.which, surprise.what));
        }
    }
    Ok(())
}

/// `build.log:123`
fn of_line(place: &str, engine: &Engine<'_>, settings: &Settings) -> Result<Origin, CommandError> {
    let wrong = || CommandError::usage(format!("'{place}' is no line of a log"), "write the log and the line's number: build.log:123");
    let (log, number) = place.rsplit_once(':').ok_or_else(wrong)?;
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let mut found = discover(&[log.to_owned()]);
    if let Some(error) = found.errors.pop() {
        return Err(error.into());
    }
    let source = found.sources.pop().filter(|_| found.sources.is_empty()).ok_or_else(wrong)?;
    let session = Session::new(engine, settings.session());
    let (mut text, mut last) = (String::new(), 0);
    diff::read(&source, &session, settings, &mut |at, line| {
        last = at;
        if at == number && !line.text().is_empty() {
            line.text().clone_into(&mut text);
        }
    })?;
    if text.is_empty() {
        let message = if last < number { format!("{log} has {last} lines") } else { format!("line {number} of {log} is empty") };
        return Err(CommandError::usage(message, "name a line that says what went wrong"));
    }
    let text = if settings.redact { redact(&text).into_owned() } else { text };
    Ok(Origin { samples: vec![text], template: None, name: terminal_safe(place).into_owned() })
}

/// The cluster of that id in a triage of these logs.
fn of_cluster(id: &str, cases: &[String], engine: &Engine<'_>, settings: &Settings, ui: &Ui) -> Result<Origin, CommandError> {
    let mut found = discover(cases);
    for error in &found.errors {
        ui.error(&error.to_string(), error.hint().as_deref());
    }
    let session = Session::new(engine, SessionOptions { alarming: true, ..settings.session() });
    let mut triage = Triage::default();
    let mut progress = Progress::new(&mut found, settings);
    session.report_all(&found.sources, |_, result| match result {
        Ok(log) => {
            triage.add(&log);
            progress.log(log.outcome == Outcome::Failed);
        }
        Err(error) => progress.aside(|| ui.error(&error.to_string(), error.hint().as_deref())),
    });
    progress.finish();
    let clusters = triage.clusters();
    let mut fitting = clusters.iter().filter(|cluster| cluster.id.starts_with(id));
    let (Some(cluster), None) = (fitting.next(), fitting.next()) else {
        let known: Vec<&str> = clusters.iter().take(8).map(|cluster| cluster.id.as_str()).collect();
        let hint = if known.is_empty() {
            "no log there failed of something unknown".to_owned()
        } else {
            format!("there are: {}", known.join(", "))
        };
        return Err(CommandError::usage(format!("there is no cluster '{id}' in these logs"), hint));
    };
    Ok(origin(cluster))
}

fn origin(cluster: &Cluster) -> Origin {
    let place = cluster.places.first().map(String::as_str).unwrap_or_default();
    let name = terminal_safe(&format!("cluster {} ({} logs), {place}", cluster.id, cluster.logs)).into_owned();
    Origin { samples: cluster.samples.clone(), template: Some(cluster.template.clone()), name }
}
