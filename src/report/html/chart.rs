//! Failures per day as stacked bars: the geometry, without a word of HTML.
//!
//! May import: `triage` (the model).

use std::collections::BTreeMap;

use crate::triage::{Days, Moment};

/// Bars that still can be told apart on a phone; longer times share a bar between several days.
const BARS: i64 = 60;

/// Height of the drawing in its own units.
pub(super) const HEIGHT: usize = 1000;

/// Width of a bar with its gap, in the drawing's own units.
const BAR: usize = 10;

/// One colour of the stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Series {
    /// What it stands for.
    pub(super) name: String,
    /// Failures by day.
    pub(super) days: Days,
    /// The number of its colour in the style sheet.
    pub(super) colour: usize,
    /// All failures that are drawn.
    pub(super) total: usize,
}

impl Series {
    /// A series of that colour.
    pub(super) fn new(name: String, days: Days, colour: usize) -> Self {
        Self { name, days, colour, total: 0 }
    }
}

/// A piece of a bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) y: usize,
    pub(super) height: usize,
    pub(super) colour: usize,
    /// Index into the series.
    pub(super) series: usize,
    pub(super) count: usize,
}

/// The failures of one day, or of several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bar {
    pub(super) x: usize,
    pub(super) label: String,
    pub(super) total: usize,
    pub(super) parts: Vec<Part>,
}

/// The whole drawing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chart {
    pub(super) series: Vec<Series>,
    pub(super) bars: Vec<Bar>,
    /// The highest bar.
    pub(super) peak: usize,
    /// Days that share a bar.
    pub(super) step: i64,
    pub(super) first: String,
    pub(super) last: String,
}

impl Chart {
    /// Draws the series within a time, the first one at the bottom; nothing if no failure has a day there.
    pub(super) fn new(mut series: Vec<Series>, period: (i64, i64)) -> Option<Self> {
        let drawn = |one: &Series| one.days.iter().filter(|(day, _)| (period.0..=period.1).contains(day)).collect::<Vec<_>>();
        for one in &mut series {
            one.total = drawn(one).iter().map(|(_, count)| *count as usize).sum();
        }
        series.retain(|one| one.total > 0);
        let mut bins: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
        let numbers = || series.iter().flat_map(drawn).map(|(day, _)| day);
        let (first, last) = (numbers().min()?, numbers().max()?);
        let step = ((last - first) / BARS) + 1;
        for (at, one) in series.iter().enumerate() {
            for (day, count) in drawn(one) {
                bins.entry((day - first) / step).or_insert_with(|| vec![0; series.len()])[at] += count as usize;
            }
        }
        let peak = bins.values().map(|counts| counts.iter().sum()).max().unwrap_or(0).max(1);
        let bars = (0..=(last - first) / step)
            .zip(0..)
            .map(|(bin, place): (i64, usize)| {
                let counts = bins.get(&bin).map(Vec::as_slice).unwrap_or_default();
                let from = first + bin * step;
                Bar {
                    x: place * BAR,
                    label: span(from, (from + step - 1).min(last)),
                    total: counts.iter().sum(),
                    parts: stack(counts, &series, peak),
                }
            })
            .collect();
        Some(Self { bars, peak, step, first: day_text(first), last: day_text(last), series })
    }

    /// Width of the drawing in its own units.
    pub(super) fn width(&self) -> usize {
        self.bars.len() * BAR
    }

    /// Width on a large screen: few bars do not become a wall.
    pub(super) fn pixels(&self) -> usize {
        (self.bars.len() * 56).clamp(120, 1060)
    }

    /// All failures in it.
    pub(super) fn total(&self) -> usize {
        self.series.iter().map(|one| one.total).sum()
    }
}

/// A bar's pieces from the bottom up, without gaps between them from rounding.
fn stack(counts: &[usize], series: &[Series], peak: usize) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut below = 0;
    for (at, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let bottom = below * HEIGHT / peak;
        below += count;
        let top = below * HEIGHT / peak;
        parts.push(Part { y: HEIGHT - top, height: top - bottom, colour: series[at].colour, series: at, count: *count });
    }
    parts
}

fn day_text(day: i64) -> String {
    Moment::of_day(day).date()
}

fn span(from: i64, to: i64) -> String {
    if from == to { day_text(from) } else { format!("{} to {}", day_text(from), day_text(to)) }
}

#[cfg(test)]
mod tests {
    use super::{BARS, Chart, HEIGHT, Series};
    use crate::triage::{Days, Moment};

    const EVER: (i64, i64) = (i64::MIN, i64::MAX);

    fn series(days: &[(&str, usize)]) -> Series {
        let mut counts = Days::default();
        for (day, count) in days {
            (0..*count).for_each(|_| counts.add(Moment::of_bound(day, false).unwrap()));
        }
        Series::new("x".to_owned(), counts, 0)
    }

    #[test]
    fn bars_stand_on_each_other_and_days_without_failures_have_none() {
        let chart = Chart::new(vec![series(&[("2026-11-01", 3), ("2026-11-03", 1)]), series(&[("2026-11-01", 1)])], EVER).unwrap();
        assert_eq!((chart.bars.len(), chart.peak, chart.total()), (3, 4, 5));
        assert_eq!(chart.bars[0].parts.iter().map(|part| (part.y, part.height)).collect::<Vec<_>>(), [(250, 750), (0, 250)]);
        assert!(chart.bars[1].parts.is_empty());
        assert_eq!(chart.bars[2].label, "2026-11-03");
    }

    #[test]
    fn a_stamp_far_away_makes_wide_bars_and_not_many() {
        let chart = Chart::new(vec![series(&[("0001-01-01", 1), ("9998-12-31", 1)])], EVER).unwrap();
        assert!(chart.bars.len() <= usize::try_from(BARS).unwrap() + 1);
        assert_eq!(chart.bars.iter().map(|bar| bar.total).sum::<usize>(), 2);
        assert!(chart.bars.iter().flat_map(|bar| &bar.parts).all(|part| part.y + part.height <= HEIGHT));
        assert!(Chart::new(Vec::new(), EVER).is_none());
    }

    #[test]
    fn what_is_outside_the_period_is_not_drawn() {
        let day = |text| Moment::of_bound(text, false).unwrap().day();
        let all = vec![series(&[("1999-01-01", 1)]), series(&[("2026-11-20", 2), ("9998-12-31", 1)])];
        let chart = Chart::new(all, (day("2026-01-01"), day("2026-12-31"))).unwrap();
        assert_eq!((chart.series.len(), chart.bars.len(), chart.total(), chart.first.as_str()), (1, 1, 2, "2026-11-20"));
    }
}
