//! The arguments as clap reads them. Doc comments here are the help text.
//!
//! May import: `report`, `text` and `triage` (lists of names), `input` (the limits).

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Parser, Subcommand, ValueEnum};
use regex::Regex;

use super::output::OutputFile;
use crate::input::{Limits, parse_size};
use crate::report::Format;
use crate::text;
use crate::triage::{GroupBy, META_NAMES, Moment};

/// Tells why an npm command or a CI job failed, how sure it is, and what to do.
///
/// Reads npm, pnpm, yarn and bun output, npm's debug logs and CI logs. Everything runs on this machine; nothing is sent
/// anywhere, nothing of yours is changed.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, after_help = EXAMPLES, args_conflicts_with_subcommands = false)]
pub(super) struct Args {
    #[command(subcommand)]
    pub(super) command: Option<Command>,

    /// Logs to diagnose: the same as `lognosis scan PATH`
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<String>,

    #[command(flatten)]
    pub(super) common: Common,
}

const EXAMPLES: &str = "\
Examples:
  npm install 2>&1 | lognosis          pass the output through, then tell why it failed
  lognosis run -- npm ci               the same with terminal, colours and exit code kept
  lognosis                             the newest failed run in npm's log folder
  lognosis build.log 'logs/**/*.txt'   files, folders and patterns
  lognosis logs_4711.zip               all logs of an archive, without unpacking it
  lognosis triage ci-logs/             what breaks most often in many logs
  lognosis diff good.log bad.log       what only the failing log says
  lognosis explain E401                what a code means and what cures it
  lognosis doctor                      a look at .npmrc, lockfile and environment

Exit codes: 0 no failure found, 1 a failure was found, 2 lognosis could not do its work,
130 a triage was interrupted and is not whole; with --transient-exit N, N where a second
try may be enough.";

/// Options that every command takes.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Common {
    /// How to print the report
    #[arg(long, global = true, value_name = "FORMAT", default_value = "human", value_parser = format_parser())]
    pub(super) format: Format,

    /// Also write the report to this file; its ending tells the format, or FORMAT: before it (repeatable)
    #[arg(short, long, global = true, value_name = "[FORMAT:]FILE", value_parser = OutputFile::parse)]
    pub(super) output: Vec<OutputFile>,

    /// Also use the rules in this file or folder; they win over built-in ones of the same id (repeatable)
    #[arg(long, global = true, value_name = "PATH")]
    pub(super) rules: Vec<PathBuf>,

    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(super) color: ColorWhen,

    /// Print the diagnosis only: no pass-through, no notes
    #[arg(short, long, global = true)]
    pub(super) quiet: bool,

    /// Logs that are read at the same time [default: one per processor]
    #[arg(short, long, global = true, value_name = "N")]
    pub(super) jobs: Option<std::num::NonZeroUsize>,

    /// Do not look at this machine's configuration: .npmrc, lockfile, environment, own rules
    #[arg(long, global = true)]
    pub(super) no_local: bool,

    /// The project that the log is about, for a look at its .npmrc, package.json and lockfile
    #[arg(long, global = true, value_name = "FOLDER", conflicts_with = "no_local")]
    pub(super) project: Option<PathBuf>,

    /// Show tokens and passwords of the log as they are
    #[arg(long, global = true)]
    pub(super) no_redact: bool,

    /// The least severity that makes the exit code 1
    #[arg(long, global = true, value_name = "LEVEL", default_value = "error")]
    pub(super) fail_on: FailOn,

    /// The exit code where running the same again is enough for all that failed, so that a job can retry on it; with `run`
    /// too, in place of the command's own
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u8).range(3..))]
    pub(super) transient_exit: Option<u8>,

    /// The system that wrote the logs, where it is not told right by itself
    #[arg(long, global = true, value_name = "FORMAT", value_parser = log_format_parser())]
    pub(super) log_format: Option<text::Format>,

    /// Show the causes that the evidence rules out, too
    #[arg(long, global = true)]
    pub(super) all_causes: bool,

    #[command(flatten)]
    pub(super) archives: ArchiveLimits,
}

/// What archives may cost.
#[derive(Clone, Copy, Debug, clap::Args)]
#[command(next_help_heading = "Limits for archives and compressed logs")]
pub(super) struct ArchiveLimits {
    /// Archives inside archives that are looked into
    #[arg(long, global = true, hide_short_help = true, value_name = "N", default_value_t = Limits::default().depth)]
    max_depth: u32,

    /// Members of one archive
    #[arg(long, global = true, hide_short_help = true, value_name = "N", default_value_t = Limits::default().members)]
    max_members: u64,

    /// Unpacked bytes of one archive: bytes, 500M, 10G
    #[arg(long, global = true, hide_short_help = true, value_name = "BYTES", default_value = "64G", value_parser = parse_size)]
    max_size: u64,

    /// Unpacked bytes for each packed one, after the first 10 MiB
    #[arg(long, global = true, hide_short_help = true, value_name = "N", default_value_t = Limits::default().ratio)]
    max_ratio: u64,
}

impl From<ArchiveLimits> for Limits {
    fn from(args: ArchiveLimits) -> Self {
        Self { depth: args.max_depth, members: args.max_members, size: args.max_size, ratio: args.max_ratio }
    }
}

fn format_parser() -> impl TypedValueParser<Value = Format> {
    let names = Format::ALL.iter().map(|(_, name, _)| *name);
    PossibleValuesParser::new(names).map(|name| Format::from_name(&name).unwrap_or(Format::Human))
}

fn log_format_parser() -> impl TypedValueParser<Value = text::Format> {
    let names = text::Format::ALL.iter().map(|(_, name)| *name);
    PossibleValuesParser::new(names).map(|name| text::Format::from_name(&name).unwrap_or(text::Format::Plain))
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ColorWhen {
    /// On a terminal, unless `NO_COLOR` is set; `CLICOLOR_FORCE` forces them
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What makes the exit code 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOn {
    /// Any diagnosis, warnings too
    Warning,
    /// A failed log
    Error,
    /// In a triage with a baseline, a failure that is not in it or has expired; elsewhere a failed log
    New,
    /// Nothing: 0 unless lognosis itself has trouble
    Never,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run a command as it is, and tell why it failed if it did
    ///
    /// Its output, prompts, colours and exit code (128 and the signal's number for a signal) stay as they are. The
    /// diagnosis goes to stderr, after the output, and only if the command failed. Options of lognosis stand before it.
    /// With --transient-exit N the exit code of a failure that a second try can cure is N.
    Run(RunArgs),
    /// Diagnose logs: files, archives, folders, patterns, `-` for stdin
    Scan(ScanArgs),
    /// Rank what breaks most often in many logs
    Triage(TriageArgs),
    /// Show what a failing log says that passing ones never do
    Diff(DiffArgs),
    /// Tell what a code or rule means, and what cures it
    Explain(ExplainArgs),
    /// Look at .npmrc, lockfile and environment for what is wrong; changes nothing
    Doctor(DoctorArgs),
    /// List, check and test rules
    Rules(RulesArgs),
}

#[derive(Debug, clap::Args)]
pub(super) struct RunArgs {
    /// The command and its arguments
    #[arg(value_name = "COMMAND", required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    pub(super) words: Vec<OsString>,
}

#[derive(Debug, clap::Args)]
pub(super) struct DoctorArgs {
    /// The project's folder [default: the current one]
    #[arg(value_name = "FOLDER", conflicts_with = "project")]
    pub(super) folder: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(super) struct ScanArgs {
    /// Files, archives (.zip, .tar, .gz, .zst, .xz, .bz2), folders (with all below), quoted patterns such as
    /// 'logs/**/*.log', or - for stdin
    /// [default: npm's own log folder]
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<String>,

    /// Also read the files that this file lists, one a line or separated by NUL; - for a list on stdin (repeatable)
    #[arg(long, value_name = "FILE")]
    pub(super) files_from: Vec<PathBuf>,
}

/// Rank what breaks most often in many logs.
///
/// Failures that no rule knows are brought together by what their logs say and others do not. Ctrl-C ends the reading and
/// shows what is known so far, with exit code 130; a second one ends at once.
#[derive(Debug, clap::Args)]
#[command(after_help = TRIAGE_EXAMPLES)]
pub(super) struct TriageArgs {
    /// Files, archives (.zip, .tar, .gz, .zst, .xz, .bz2), folders (with all below), quoted patterns such as
    /// 'logs/**/*.log', or - for stdin
    #[arg(value_name = "PATH", required_unless_present = "files_from")]
    pub(super) paths: Vec<String>,

    /// Also read the files that this file lists, one a line or separated by NUL; - for a list on stdin (repeatable)
    #[arg(long, value_name = "FILE")]
    pub(super) files_from: Vec<PathBuf>,
    /// What to count failures by
    #[arg(long, value_name = "WHAT", default_value = "cause", value_parser = group_parser())]
    pub(super) group_by: GroupBy,
    /// Only logs that ended on this day (2026-11-20) or at this time (2026-11-20T10:00:00Z) or later, by their own time stamps
    #[arg(long, value_name = "TIME", value_parser = |text: &str| bound(text, false))]
    pub(super) since: Option<Moment>,
    /// Only logs that began before this time, or on this day or before
    #[arg(long, value_name = "TIME", value_parser = |text: &str| bound(text, true))]
    pub(super) until: Option<Moment>,
    /// A pattern on paths whose named groups are facts of the log: repo, workflow, job, step, branch, commit, runner,
    /// client, day
    #[arg(long, value_name = "REGEX", value_parser = meta)]
    pub(super) meta: Option<Regex>,
    /// Failures that are known: tell the new ones from them
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,
    /// Write the failures of these logs as a baseline; notes, owners and days of expiry that the file has are kept
    #[arg(long, value_name = "FILE")]
    pub(super) write_baseline: Option<PathBuf>,
}

const TRIAGE_EXAMPLES: &str = "\
Examples:
  lognosis triage 'archive/**/*.log' --since 2026-11-01
  lognosis triage ci/ --meta 'ci/(?<repo>[^/]+)/(?<job>[^/]+)/' --group-by repo
  lognosis triage ci/ --write-baseline known.json
  lognosis triage ci/ --baseline known.json --fail-on new";

fn group_parser() -> impl TypedValueParser<Value = GroupBy> {
    let names = GroupBy::ALL.iter().map(|(_, name)| *name);
    PossibleValuesParser::new(names).map(|name| GroupBy::from_name(&name).unwrap_or_default())
}

fn bound(text: &str, is_end: bool) -> Result<Moment, String> {
    Moment::of_bound(text, is_end).ok_or_else(|| "write a day such as 2026-11-20 or a time such as 2026-11-20T10:00:00Z".to_owned())
}

fn meta(pattern: &str) -> Result<Regex, String> {
    let regex = Regex::new(pattern).map_err(|error| error.to_string())?;
    let names: Vec<&str> = regex.capture_names().flatten().collect();
    if let Some(strange) = names.iter().find(|name| !META_NAMES.contains(name)) {
        return Err(format!("no fact is called '{strange}'; there are: {}", META_NAMES.join(", ")));
    }
    if names.is_empty() {
        return Err("it has no named group such as (?<repo>[^/]+)".to_owned());
    }
    Ok(regex)
}

/// Show what a failing log says that passing ones never do.
///
/// Numbers, hashes, paths, times, versions and URLs do not count as differences.
#[derive(Debug, clap::Args)]
pub(super) struct DiffArgs {
    /// Passing logs (files, folders, quoted patterns), and last the failing one
    #[arg(value_name = "LOG", required = true)]
    pub(super) paths: Vec<String>,
    /// A passing log, or a folder of them; then LOG is the failing one (repeatable)
    #[arg(long, value_name = "LOG")]
    pub(super) good: Vec<String>,
    /// Lines to show
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(super) lines: usize,
}

#[derive(Debug, clap::Args)]
pub(super) struct ExplainArgs {
    /// A code (E401), a rule (npm/e401), or words of a title
    #[arg(value_name = "CODE|RULE|WORDS", required = true)]
    pub(super) query: Vec<String>,
}

#[derive(Debug, clap::Args)]
pub(super) struct RulesArgs {
    #[command(subcommand)]
    pub(super) command: RulesCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum RulesCommand {
    /// List the rules
    List(RulesListArgs),
    /// Check rule files and show every mistake with its place and the way out
    Check(RulesCheckArgs),
    /// Run the examples of rules, or score the answers on labelled logs
    Test(RulesTestArgs),
    /// Draft a rule from a line of a log, or from a kind of failure that a triage found
    New(RulesNewArgs),
    /// Show every log whose answer a change of rules changes
    Diff(RulesDiffArgs),
    /// Show what each rule costs on logs: lines that come near it, hits, time
    Profile(RulesProfileArgs),
    /// Write the catalogue as Markdown: one page a rule, and an index
    Docs(RulesDocsArgs),
}

#[derive(Debug, clap::Args)]
pub(super) struct RulesListArgs {
    /// Only this family (auth, network, tls, ..)
    #[arg(long)]
    pub(super) family: Option<String>,
    /// Only what this tool prints (npm, pnpm, docker, ..)
    #[arg(long)]
    pub(super) tool: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(super) struct RulesCheckArgs {
    /// Rule files, or folders with .toml files
    #[arg(required = true)]
    pub(super) paths: Vec<PathBuf>,
    /// Take warnings for mistakes
    #[arg(long)]
    pub(super) deny_warnings: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct RulesTestArgs {
    /// Rule files, or folders with .toml files, on top of the built-in rules [default: the built-in rules]
    pub(super) paths: Vec<PathBuf>,
    /// Score the answers on the labelled logs below this folder: label.json beside log.txt, console.txt or debug.log
    ///
    /// top-1 is how often the first answer is right, top-3 how often one of the first three is; cause top-1 how often the
    /// first cause is right, too, where the label names one. "where told" leaves out the logs that cannot tell the cause:
    /// what was wrong stands outside of the log (`local_state` of the label), no capture that points at it is seen in the
    /// log (`captures_seen_in`), and no line speaks for or against any cause of the rule.
    #[arg(long, value_name = "FOLDER")]
    pub(super) cases: Option<PathBuf>,
    /// What the labels mean in terms of rules and causes [default: the built-in vocabulary; a label may be a rule's id]
    #[arg(long, value_name = "FILE", requires = "cases")]
    pub(super) vocabulary: Option<PathBuf>,
}

/// Draft a rule from a line of a log, or from a kind of failure that a triage found.
///
/// The draft passes `rules check` and `rules test`; what is marked with TODO is for you to say. It goes to stdout, or to
/// the file of -o.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("origin").required(true).args(["from", "from_cluster"])))]
pub(super) struct RulesNewArgs {
    /// The line to draft it from
    #[arg(long, value_name = "LOG:LINE")]
    pub(super) from: Option<String>,
    /// The cluster to draft it from, by the id that `triage` shows
    #[arg(long, value_name = "ID", requires = "cases")]
    pub(super) from_cluster: Option<String>,
    /// The logs of the triage that shows the cluster
    #[arg(long, value_name = "PATH", num_args = 1.., requires = "from_cluster")]
    pub(super) cases: Vec<String>,
    /// The rule's id [default: local/ and the line's first words]
    #[arg(long, value_name = "ID")]
    pub(super) id: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(super) struct RulesDiffArgs {
    /// The new rules: files or folders on top of the built-in ones
    pub(super) paths: Vec<PathBuf>,
    /// Logs, labelled or not
    #[arg(long, value_name = "FOLDER")]
    pub(super) cases: PathBuf,
    /// The old rules, all of them [default: the built-in ones]
    #[arg(long, value_name = "PATH")]
    pub(super) against: Option<PathBuf>,
    /// What the labels mean in terms of rules and causes [default: the built-in vocabulary]
    #[arg(long, value_name = "FILE")]
    pub(super) vocabulary: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(super) struct RulesProfileArgs {
    /// Logs, folders, archives or globs; ordinary logs tell the most
    #[arg(required = true)]
    pub(super) paths: Vec<String>,
    /// Rules that are shown, the most expensive first
    #[arg(long, value_name = "N", default_value_t = 30)]
    pub(super) limit: usize,
}

#[derive(Debug, clap::Args)]
pub(super) struct RulesDocsArgs {
    /// The folder to write to; pages of the same name are replaced
    #[arg(long, value_name = "FOLDER")]
    pub(super) out: PathBuf,
}
