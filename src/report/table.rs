//! The triage for people: the table of causes, what nobody knows, what is new, what to do first.
//!
//! May import: `triage`, `report::{escape, style, triage}`.

use std::fmt::Write as _;

use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table};

use super::escape::terminal_safe;
use super::style::Style;
use super::triage::day;
use crate::catalog::Transience;
use crate::triage::{Cluster, Entry, Period, State, Triage, TriageRow, sparkline};

/// From this width on every fact has a column of its own.
const WIDE: usize = 110;
/// Rows that people look at.
const ROWS: usize = 15;
/// Clusters, and failures that are new or gone, that are shown.
const SHOWN: usize = 5;

/// The whole report. `style.width` is the terminal's; prose stays narrower.
pub(super) fn triage_table(triage: &Triage, style: Style) -> String {
    let mut out = String::new();
    if triage.is_partial() {
        let _ = writeln!(out, "{}\n", style.warn("Interrupted: this is what was known so far, and not all logs were read."));
    }
    let wide = style.width >= WIDE;
    // One bar shows no trend.
    let period = triage.period(if wide { 20 } else { 10 }).filter(|period| period.buckets > 1);
    let rows = triage.rows_by(period);
    if !rows.is_empty() {
        let _ = writeln!(out, "{}", table(triage, &rows, period, style));
        if rows.len() > ROWS {
            let _ = writeln!(out, "and {} more rows (--format json has them all)", rows.len() - ROWS);
        }
    }
    let prose = Style { width: style.width.min(100), ..style };
    counts(triage, prose, period, &mut out);
    unknown(triage, prose, &mut out);
    baseline(triage, prose, &mut out);
    first_step(&rows, prose, &mut out);
    out
}

/// One column of the table.
struct Column<'a> {
    name: &'a str,
    /// Numbers stand to the right.
    right: bool,
    /// Days, bars and numbers are never broken; titles are.
    rigid: bool,
    cell: Box<dyn Fn(&TriageRow) -> String + 'a>,
}

impl<'a> Column<'a> {
    fn new(name: &'a str, cell: impl Fn(&TriageRow) -> String + 'a) -> Self {
        Self { name, right: false, rigid: false, cell: Box::new(cell) }
    }

    fn right(self) -> Self {
        Self { right: true, rigid: true, ..self }
    }

    fn rigid(self) -> Self {
        Self { rigid: true, ..self }
    }
}

fn table(triage: &Triage, rows: &[TriageRow], period: Option<Period>, style: Style) -> Table {
    let dated = triage.period(1).is_some();
    let what = triage.group_by().name();
    let has_states = triage.standing().is_some();
    // What the other columns leave.
    let others = if dated { 42 } else { 30 } + if has_states { 7 } else { 0 };
    let path_width = if style.width >= WIDE { (style.width / 4).min(60) } else { style.width.saturating_sub(others).max(16) };
    let mut columns: Vec<Column<'_>> = Vec::new();
    if has_states {
        columns.push(Column::new("", |row| row.state.map_or("", state_mark).to_owned()).rigid());
    }
    if style.width >= WIDE {
        columns.push(Column::new("logs", |row| row.logs.to_string()).right());
        columns.push(Column::new("share", |row| format!("{}%", row.share_percent)).right());
        columns.push(Column::new(what, named));
        if dated {
            columns.push(Column::new("seen", days).rigid());
        }
    } else {
        columns.push(Column::new("logs", |row| format!("{}\n{}%", row.logs, row.share_percent)).right());
        columns.push(Column::new(what, move |row| format!("{}\n{}", named(row), path_end(&row.example, path_width))));
        if dated {
            columns.push(Column::new("seen", seen).rigid());
        }
    }
    if period.is_some() && style.width >= WIDE {
        columns.push(Column::new("trend", bars).rigid());
    }
    columns.push(Column::new("who must act", |row| format!("{}\n{}", row.owner.to_string().replace('-', " "), retry(row))).rigid());
    if style.width >= WIDE {
        columns.push(Column::new("example", move |row| path_end(&row.example, path_width)).rigid());
    }
    fill(&columns, rows, style)
}

fn fill(columns: &[Column<'_>], rows: &[TriageRow], style: Style) -> Table {
    let mut table = Table::new();
    let width = u16::try_from(style.width).unwrap_or(u16::MAX);
    table.load_style(UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    table.set_header(columns.iter().map(|column| column.name));
    for row in rows.iter().take(ROWS) {
        table.add_row(columns.iter().map(|column| (column.cell)(row)));
    }
    for (at, column) in columns.iter().enumerate() {
        let Some(shown) = table.column_mut(at) else { continue };
        if column.right {
            shown.set_cell_alignment(CellAlignment::Right);
        }
        if column.rigid {
            shown.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    table
}

/// The first and the last day.
fn days(row: &TriageRow) -> String {
    let (first, last) = (day(&row.first_seen).unwrap_or("-"), day(&row.last_seen).unwrap_or("-"));
    if first == last { first.to_owned() } else { format!("{first}\n{last}") }
}

/// The days, and the trend below them where it has no column of its own.
fn seen(row: &TriageRow) -> String {
    let (days, bars) = (days(row), bars(row));
    if bars.is_empty() { days } else { format!("{days}\n{bars}") }
}

/// The trend; nothing for what has no date, or where there is only one bar.
fn bars(row: &TriageRow) -> String {
    if row.trend.iter().all(|count| *count == 0) { String::new() } else { sparkline(&row.trend) }
}

/// The end of a path, which tells most; a path that is broken over lines can be neither read nor copied.
fn path_end(path: &str, width: usize) -> String {
    let path = terminal_safe(path);
    let length = path.chars().count();
    if length <= width {
        return path.into_owned();
    }
    std::iter::once('\u{2026}').chain(path.chars().skip(length - width + 1)).collect()
}

fn named(row: &TriageRow) -> String {
    format!("{}\n{}", terminal_safe(&row.title), terminal_safe(&row.id))
}

/// What a retry is worth.
fn retry(row: &TriageRow) -> String {
    match (row.transient, row.transient_percent) {
        (Transience::No, _) => "retry: no".to_owned(),
        (Transience::Yes, _) => "retry: yes".to_owned(),
        (Transience::Depends, 0) => "retry: perhaps".to_owned(),
        (Transience::Depends, share) => format!("retry: {share}%"),
    }
}

fn state_mark(state: State) -> &'static str {
    match state {
        State::New => "new",
        State::Expired => "over",
        State::Known | State::Gone => "",
    }
}

fn counts(triage: &Triage, style: Style, period: Option<Period>, out: &mut String) {
    let summary = triage.summary();
    let mut text =
        format!("{} logs: {} failed, {} succeeded, {} do not tell", summary.logs, summary.failed, summary.succeeded, summary.unknown);
    if triage.transient() > 0 {
        let _ = write!(text, "; a retry may cure {} of {}", triage.transient(), summary.failed);
    }
    if let Some(whole) = triage.period(1) {
        let _ = match (whole.from.date(), whole.until.date()) {
            (from, until) if from == until => write!(text, "; {from}"),
            (from, until) => write!(text, "; {from} to {until}"),
        };
        if whole.outside > 0 {
            let _ = write!(text, " without {} far off", whole.outside);
        }
    }
    if let Some(period) = period {
        let unit = match period.bucket_days {
            1 => "day".to_owned(),
            7 => "week".to_owned(),
            days => format!("{} weeks", days / 7),
        };
        let _ = write!(text, ", one bar a {unit}");
    }
    if triage.without_date() > 0 && triage.period(1).is_some() {
        let _ = write!(text, "; {} without a date", triage.without_date());
    }
    if triage.left_out() > 0 {
        let _ = write!(text, "; {} of another time or without a date left out", triage.left_out());
    }
    let gap = if out.is_empty() { "" } else { "\n" };
    let _ = write!(out, "{gap}{}", style.wrap("", "  ", &text));
}

fn unknown(triage: &Triage, style: Style, out: &mut String) {
    let clusters = triage.clusters();
    if clusters.is_empty() {
        return;
    }
    let logs = triage.unknown_logs();
    let head =
        format!("Failed, and no rule knows why: {logs} {}, {} {}", plural(logs, "log"), clusters.len(), plural(clusters.len(), "kind"));
    let _ = writeln!(out, "\n{}", style.head(&head));
    for cluster in clusters.iter().take(SHOWN) {
        let mark = cluster.state.map_or("", state_mark);
        let text = format!("{}{}", if mark.is_empty() { String::new() } else { format!("({mark}) ") }, said(cluster));
        out.push_str(&style.wrap(&format!("  {:>5}  ", cluster.logs), "         ", &terminal_safe(&text)));
        let place = cluster.places.first().map(String::as_str).unwrap_or_default();
        out.push_str(&style.wrap(&format!("         {} ", cluster.id), "           ", &terminal_safe(place)));
    }
    if clusters.len() > SHOWN {
        let _ = writeln!(out, "         and {} more kinds", clusters.len() - SHOWN);
    }
    if let Some(cluster) = clusters.first() {
        let command = format!("lognosis rules new --from-cluster {} --cases PATH..", cluster.id);
        let _ = writeln!(out, "  To make a rule of one: {}", style.command(&command));
    }
}

/// What a cluster's logs say: the line itself where they all say the same.
fn said(cluster: &Cluster) -> String {
    let text = match cluster.samples.as_slice() {
        [only] => only,
        _ => &cluster.template,
    };
    shorten(text, 200)
}

fn baseline(triage: &Triage, style: Style, out: &mut String) {
    let Some(standing) = triage.standing() else { return };
    let (new, expired, gone) = (standing.new.len(), standing.expired.len(), standing.gone.len());
    let head = format!("Against the baseline: {new} new, {} known, {expired} expired, {gone} gone", standing.known);
    let _ = writeln!(out, "\n{}", style.head(&head));
    for (word, entries) in [("new", &standing.new), ("expired", &standing.expired), ("gone", &standing.gone)] {
        for entry in entries.iter().take(SHOWN) {
            out.push_str(&style.wrap(&format!("  {word:<8} "), "           ", &terminal_safe(&about(entry))));
        }
        if entries.len() > SHOWN {
            let _ = writeln!(out, "           and {} more", entries.len() - SHOWN);
        }
    }
}

fn about(entry: &Entry) -> String {
    let mut text = format!("{} ({} {}", shorten(&entry.title, 160), entry.count, plural(entry.count, "log"));
    if let Some(day) = day(&entry.last_seen) {
        let _ = write!(text, ", last {day}");
    }
    if let Some(day) = &entry.expires {
        let _ = write!(text, ", accepted up to {day}");
    }
    if let Some(owner) = &entry.owner {
        let _ = write!(text, ", {owner}");
    }
    text.push(')');
    if let Some(note) = &entry.note {
        let _ = write!(text, ": {note}");
    }
    text
}

fn first_step(rows: &[TriageRow], style: Style, out: &mut String) {
    let Some((row, step)) = rows.iter().find_map(|row| Some((row, row.first_step.as_ref()?))) else { return };
    let _ = writeln!(out, "\n{}", style.head("What to do first"));
    let time = match row.seconds / 60 {
        0 => String::new(),
        minutes if minutes < 120 => format!(", {minutes} minutes of running time"),
        minutes => format!(", {} hours of running time", minutes / 60),
    };
    let text = format!("{} ({} {}{time})", row.title, row.logs, plural(row.logs, "log"));
    out.push_str(&style.wrap("  ", "  ", &terminal_safe(&text)));
    out.push_str(&style.wrap("  1. ", "     ", &terminal_safe(&step.text)));
    for line in step.command.iter().flat_map(|command| command.lines()) {
        let _ = writeln!(out, "       {}", style.command(&terminal_safe(line)));
    }
    if let Some(danger) = &step.danger {
        out.push_str(&style.wrap("     careful: ", "     ", &terminal_safe(danger)));
    }
    let command = format!("lognosis scan '{}'", row.places.first().map_or("", |place| place.path.as_str()));
    let _ = writeln!(out, "  The whole answer: {}", style.command(&terminal_safe(&command)));
}

fn plural(count: usize, word: &str) -> String {
    if count == 1 { word.to_owned() } else { format!("{word}s") }
}

fn shorten(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most).chain(std::iter::once('\u{2026}')).collect()
}
