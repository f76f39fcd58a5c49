//! The integration tests, one binary. What each module holds:

/// The one-way flow between the library's modules, and what the pure ones may touch.
mod architecture;
/// Logs in archives, compressed logs: names, order, limits, damage.
#[cfg(feature = "archives")]
mod archives;
/// The built-in catalogue: no mistake, all examples, every literal found, a vocabulary without holes.
mod catalogue;
/// The program: pipes, paths, exit codes, messages.
mod cli;
/// From logs to answers: runs and roots, attempts that were tolerated, logs that people paste, monorepos.
mod diagnosis;
/// The fast engine against a slow and simple one.
mod engine;
/// Recorded logs of real clients, with the answers that are expected.
mod fixtures;
/// Report formats against their schemas.
mod formats;
/// The HTML report: its structure, and how a browser shows it.
mod html;
/// The rule language: what `rules check` objects to, what texts and steps become.
mod language;
/// Archives and compressed files for other tests.
#[cfg(feature = "archives")]
mod packing;
/// Reports as Apache Parquet.
#[cfg(feature = "parquet")]
mod parquet;
/// The look at this machine: configuration as clients read it, checks, the doctor.
mod probe;
/// Commands and claims of README.md and docs/triage.md.
mod readme;
/// The CI recipes: YAML that parses, commands that work.
mod recipes;
/// Reports for issues, CI systems and spreadsheets: their bytes, their structure, text that stays text.
mod report_formats;
/// `lognosis run`: streams, exit codes and the terminal are the command's own.
mod run;
/// The SARIF report against the standard's schema.
mod sarif;
/// Triage of many logs, comparison of two, rules drafted from what no rule knows.
mod triage;
/// Shared helpers.
mod util;
