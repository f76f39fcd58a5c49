//! The triage table.
//!
//! May import: `triage`, `report::{escape, style}`.

use std::fmt::Write as _;

use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{CellAlignment, ContentArrangement, Table};

use super::escape::terminal_safe;
use super::style::Style;
use crate::triage::Triage;

/// The table of causes, then the logs that failed without a known one, then the counts.
pub(super) fn triage_table(triage: &Triage, style: Style) -> String {
    let mut out = String::new();
    let rows = triage.rows();
    if !rows.is_empty() {
        let mut table = Table::new();
        table.load_style(UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic).set_width(columns(style.width));
        table.set_header(["logs", "share", "cause", "first seen", "last seen", "retry", "who", "example"]);
        for row in &rows {
            table.add_row([
                row.logs.to_string(),
                format!("{}%", row.share_percent),
                format!("{}\n{}", terminal_safe(&row.title), terminal_safe(&row.id)),
                day(row.first_seen.as_deref()),
                day(row.last_seen.as_deref()),
                row.transient.to_string(),
                row.owner.to_string(),
                terminal_safe(&row.example).into_owned(),
            ]);
        }
        for column in [0, 1] {
            if let Some(column) = table.column_mut(column) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        let _ = writeln!(out, "{table}");
    }
    let unknown = triage.unknown();
    if !unknown.is_empty() {
        let _ = writeln!(out, "\n{}", style.head("Failed, and no rule knows why"));
        for log in unknown {
            out.push_str(&style.wrap("  - ", "    ", &terminal_safe(&format!("{}:{}  {}", log.path, log.line, log.text))));
        }
    }
    let summary = triage.summary();
    let _ = writeln!(
        out,
        "\n{} logs: {} failed, {} succeeded, {} do not tell",
        summary.logs, summary.failed, summary.succeeded, summary.unknown
    );
    out
}

fn columns(width: usize) -> u16 {
    u16::try_from(width).unwrap_or(u16::MAX)
}

/// The day of a time stamp.
fn day(stamp: Option<&str>) -> String {
    stamp.and_then(|stamp| stamp.get(..10)).unwrap_or("-").to_owned()
}
