//! The triage for people: the table of causes, what nobody knows, what is new, what to do first.
//!
//! May import: `triage`, `report::{escape, style}`.

use std::fmt::Write as _;

use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, Width};

use super::escape::terminal_safe;
use super::style::Style;
use crate::catalog::Transience;
use crate::triage::{Cluster, Entry, GroupBy, Period, State, Triage, TriageRow, sparkline};

/// From this width on every fact has a column of its own.
const WIDE: usize = 110;
/// Rows that people look at.
const ROWS: usize = 25;
/// Clusters, and failures that are new or gone, that are shown.
const SHOWN: usize = 5;

/// The whole report. `style.width` is the terminal's; prose stays narrower.
pub(super) fn triage_table(triage: &Triage, style: Style) -> String {
    let mut out = String::new();
    if triage.is_partial() {
        let _ = writeln!(out, "{}\n", style.warn("Interrupted: this is what was known so far, and not all logs were read."));
    }
    let wide = style.width >= WIDE;
    let period = triage.period(if wide { 20 } else { 10 });
    let rows = triage.rows_by(period);
    if !rows.is_empty() {
        let _ = writeln!(out, "{}", table(triage, &rows, period, style));
        if rows.len() > ROWS {
            let _ = writeln!(out, "and {} more rows (--format json has them all)", rows.len() - ROWS);
        }
    }
    let prose = Style { width: style.width.min(100), ..style };
    counts(triage, period, prose, &mut out);
    unknown(triage, prose, &mut out);
    baseline(triage, prose, &mut out);
    first_step(&rows, prose, &mut out);
    out
}

fn table(triage: &Triage, rows: &[TriageRow], period: Option<Period>, style: Style) -> Table {
    let wide = style.width >= WIDE;
    let has_states = triage.standing().is_some();
    let mut table = Table::new();
    table.load_style(UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic).set_width(columns(style.width));
    let what = triage.group_by().name();
    let mut header = if wide {
        vec!["logs", "share", what, "first seen", "last seen", "trend", "retry", "who must act", "example"]
    } else {
        vec!["logs", what, "seen", "trend", "who must act"]
    };
    if period.is_none() {
        header.retain(|name| *name != "trend");
    }
    if has_states {
        header.insert(0, "");
    }
    table.set_header(header);
    for row in rows.iter().take(ROWS) {
        let mut cells = if wide { wide_cells(row) } else { narrow_cells(triage, row) };
        if period.is_none() {
            cells.remove(if wide { 5 } else { 3 });
        }
        if has_states {
            cells.insert(0, row.state.map_or("", state_mark).to_owned());
        }
        table.add_row(cells);
    }
    let offset = usize::from(has_states);
    for column in if wide { vec![offset, offset + 1] } else { vec![offset] } {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    // Days, bars and numbers are never broken; titles and paths are.
    let rigid: &[usize] = if wide { &[0, 1, 3, 4] } else { &[0, 2] };
    for column in rigid {
        if let Some(column) = table.column_mut(offset + column) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    if let Some(period) = period {
        let bars = u16::try_from(period.buckets.max(5) + 2).unwrap_or(22);
        if let Some(column) = table.column_mut(offset + if wide { 5 } else { 3 }) {
            column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(bars)));
        }
    }
    table
}

fn wide_cells(row: &TriageRow) -> Vec<String> {
    vec![
        row.logs.to_string(),
        format!("{}%", row.share_percent),
        named(row),
        day(row.first_seen.as_deref()),
        day(row.last_seen.as_deref()),
        sparkline(&row.trend),
        retry(row),
        row.owner.to_string().replace('-', " "),
        terminal_safe(&row.example).into_owned(),
    ]
}

fn narrow_cells(triage: &Triage, row: &TriageRow) -> Vec<String> {
    let (first, last) = (day(row.first_seen.as_deref()), day(row.last_seen.as_deref()));
    let seen = if first == last || triage.group_by() == GroupBy::Day { first } else { format!("{first}\n{last}") };
    vec![
        format!("{}\n{}%", row.logs, row.share_percent),
        format!("{}\n{}", named(row), terminal_safe(&row.example)),
        seen,
        sparkline(&row.trend),
        format!("{}\n{}", row.owner.to_string().replace('-', " "), retry(row)),
    ]
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

fn counts(triage: &Triage, period: Option<Period>, style: Style, out: &mut String) {
    let summary = triage.summary();
    let mut text =
        format!("{} logs: {} failed, {} succeeded, {} do not tell", summary.logs, summary.failed, summary.succeeded, summary.unknown);
    if let Some(period) = period {
        let unit = match period.bucket_days {
            1 => "day".to_owned(),
            7 => "week".to_owned(),
            days => format!("{} weeks", days / 7),
        };
        let _ = write!(text, "; {} to {}, one bar a {unit}", period.from.date(), period.until.date());
    }
    if triage.without_date() > 0 && period.is_some() {
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
    if let Some(day) = entry.last_seen.as_deref().and_then(|stamp| stamp.get(..10)) {
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

fn columns(width: usize) -> u16 {
    u16::try_from(width).unwrap_or(u16::MAX)
}

/// The day of a time stamp.
fn day(stamp: Option<&str>) -> String {
    stamp.and_then(|stamp| stamp.get(..10)).unwrap_or("-").to_owned()
}
