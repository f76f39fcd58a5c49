//! Time stamps of logs as moments, days and buckets of a period.
//!
//! May import: nothing of ours.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use regex::Regex;
use serde::{Serialize, Serializer};

const DAY: i64 = 86_400;
/// Days of one row that are told apart. Ten years are enough; a hostile log may claim any.
const MAX_DAYS: usize = 4096;
/// Logs from which on a few of them can be told from the others, and the part that counts as a few.
const ENOUGH: u32 = 20;
const FEW: u32 = 50;
/// How much shorter the period must be without the few.
const SHORTER: i64 = 3;

/// A second in time. A stamp without a zone is taken for UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(i64);

impl Moment {
    /// Reads a log's time stamp.
    ///
    /// ```
    /// use lognosis::triage::Moment;
    /// let moment = Moment::of_stamp("2026-11-20T10:11:12.1234567+02:00").unwrap();
    /// assert_eq!(moment.to_string(), "2026-11-20T08:11:12Z");
    /// assert_eq!(Moment::of_stamp("2026/11/20 10:11:12,5").unwrap().to_string(), "2026-11-20T10:11:12Z");
    /// assert_eq!(Moment::of_stamp("10:11:12"), None);
    /// ```
    #[must_use]
    pub fn of_stamp(stamp: &str) -> Option<Self> {
        // The looks that `text` peels off a line, made into the one that is a standard.
        let mut text = String::with_capacity(stamp.len());
        for (at, c) in stamp.trim().char_indices() {
            text.push(match (at, c) {
                (4 | 7, '/') => '-',
                (10, ' ' | '_') => 'T',
                (_, ',') => '.',
                _ => c,
            });
        }
        if let Ok(moment) = text.parse::<Timestamp>() {
            return Some(Self(moment.as_second()));
        }
        // A day alone would do for the parser, and is no time stamp of a line.
        let moment = text.parse::<DateTime>().ok().filter(|_| text.len() > 10)?;
        utc(moment)
    }

    /// Reads the time that a path tells: `2026-01-15T10_20_30_123Z-debug-0.log`, `2026/11/20/`, `build-20261120.log`.
    ///
    /// ```
    /// use lognosis::triage::Moment;
    /// let moment = Moment::of_path("_logs/2026-01-15T10_20_30_123Z-debug-0.log").unwrap();
    /// assert_eq!(moment.to_string(), "2026-01-15T10:20:30Z");
    /// assert_eq!(Moment::of_path("ci/2026/11/20/a.log").unwrap().to_string(), "2026-11-20T00:00:00Z");
    /// assert_eq!(Moment::of_path("run-20269912345.log"), None);
    /// ```
    #[must_use]
    pub fn of_path(path: &str) -> Option<Self> {
        static SHAPE: LazyLock<Option<Regex>> = LazyLock::new(|| {
            Regex::new(r"(?:^|\D)(20\d\d)[-_/\\.]?(\d\d)[-_/\\.]?(\d\d)(?:[T_ -](\d\d)[-_:.]?(\d\d)[-_:.]?(\d\d))?(?:\D|$)").ok()
        });
        let shape = SHAPE.as_ref()?;
        // The last one is the nearest to the file.
        shape
            .captures_iter(path)
            .filter_map(|found| {
                let number = |at: usize| found.get(at).and_then(|group| group.as_str().parse::<i8>().ok());
                let year = found.get(1)?.as_str().parse().ok()?;
                let date = Date::new(year, number(2)?, number(3)?).ok()?;
                let clock = (number(4).unwrap_or(0), number(5).unwrap_or(0), number(6).unwrap_or(0));
                utc(DateTime::new(date.year(), date.month(), date.day(), clock.0, clock.1, clock.2, 0).ok()?)
            })
            .last()
    }

    /// Reads a bound that a person writes: a day or an RFC 3339 time stamp. A day that ends a period is in it.
    ///
    /// ```
    /// use lognosis::triage::Moment;
    /// assert_eq!(Moment::of_bound("2026-11-20", false).unwrap().to_string(), "2026-11-20T00:00:00Z");
    /// assert_eq!(Moment::of_bound("2026-11-20", true).unwrap().to_string(), "2026-11-21T00:00:00Z");
    /// assert_eq!(Moment::of_bound("yesterday", true), None);
    /// ```
    #[must_use]
    pub fn of_bound(text: &str, is_end: bool) -> Option<Self> {
        if text.len() == 10 {
            let day = text.parse::<Date>().ok()?;
            return utc(day.at(0, 0, 0, 0)).map(|moment| Self(moment.0 + if is_end { DAY } else { 0 }));
        }
        Self::of_stamp(text)
    }

    /// The moment that many seconds after 1970 began.
    #[must_use]
    pub fn of_seconds(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Seconds after 1970 began.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.0
    }

    /// Seconds from an earlier moment to this one.
    #[must_use]
    pub fn since(self, earlier: Self) -> u64 {
        u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0)
    }

    /// The day it is in, counted from 1970.
    #[must_use]
    pub fn day(self) -> i64 {
        self.0.div_euclid(DAY)
    }

    /// The beginning of a day that is counted from 1970.
    #[must_use]
    pub fn of_day(day: i64) -> Self {
        Self(day.saturating_mul(DAY))
    }

    /// The day as people write it: `2026-11-20`.
    #[must_use]
    pub fn date(self) -> String {
        self.to_string().chars().take(10).collect()
    }
}

fn utc(moment: DateTime) -> Option<Moment> {
    TimeZone::UTC.to_timestamp(moment).ok().map(|moment| Moment(moment.as_second()))
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Timestamp::from_second(self.0) {
            Ok(moment) => moment.fmt(f),
            Err(_) => f.write_str("-"),
        }
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// How often something happened on which day.
///
/// ```
/// use lognosis::triage::{Days, Moment};
/// let mut days = Days::default();
/// days.add(Moment::of_bound("2026-11-20", false).unwrap());
/// assert_eq!(days.iter().map(|(day, count)| (Moment::of_day(day).date(), count)).collect::<Vec<_>>(), [("2026-11-20".to_owned(), 1)]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Days(BTreeMap<i64, u32>);

impl Days {
    /// Counts one more time.
    pub fn add(&mut self, at: Moment) {
        self.count(at.day(), 1);
    }

    /// Takes in what was counted elsewhere.
    pub fn merge(&mut self, other: &Self) {
        other.iter().for_each(|(day, count)| self.count(day, count));
    }

    /// The days, counted from 1970, and how often; in order.
    pub fn iter(&self) -> impl Iterator<Item = (i64, u32)> {
        self.0.iter().map(|(day, count)| (*day, *count))
    }

    /// The shortest time that holds all but a few: its first and its last day, and how many are outside. One log that
    /// lies years off, or claims to, would leave a single bar to all others.
    fn core(&self) -> Option<(i64, i64, u32)> {
        let days: Vec<(i64, u32)> = self.iter().collect();
        let (first, last) = (days.first()?.0, days.last()?.0);
        let total: u32 = days.iter().map(|(_, count)| count).sum();
        let few = if total < ENOUGH { 0 } else { (total / FEW).max(1) };
        let (mut best, mut end, mut held) = ((first, last, 0), 0, 0);
        for (start, (from, count)) in days.iter().enumerate() {
            while held < total - few && end < days.len() {
                held += days[end].1;
                end += 1;
            }
            if held < total - few {
                break;
            }
            let until = days[end.max(start + 1) - 1].0;
            if until - from < best.1 - best.0 {
                best = (*from, until, total - held);
            }
            held -= count;
        }
        // Where it makes little difference nothing is left out.
        Some(if (best.1 - best.0 + 1) * SHORTER <= last - first + 1 { best } else { (first, last, 0) })
    }

    fn count(&mut self, day: i64, count: u32) {
        if self.0.len() < MAX_DAYS || self.0.contains_key(&day) {
            *self.0.entry(day).or_default() += count;
        }
    }
}

/// When something was first and last seen, as far as logs tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Times {
    pub(super) first: Option<Moment>,
    pub(super) last: Option<Moment>,
}

impl Times {
    pub(super) fn add(&mut self, at: Option<Moment>) {
        self.first = self.first.into_iter().chain(at).min();
        self.last = self.last.into_iter().chain(at).max();
    }

    /// As reports have it.
    pub(super) fn texts(self) -> (Option<String>, Option<String>) {
        let text = |moment: Option<Moment>| moment.map(|moment| moment.to_string());
        (text(self.first), text(self.last))
    }
}

/// A span of days cut into buckets of equal length, so that a trend fits its place.
///
/// ```
/// use lognosis::triage::{Moment, Period};
/// let day = |text| Moment::of_bound(text, false).unwrap();
/// let period = Period::new(day("2026-09-01"), day("2026-11-20"), 20);
/// assert_eq!((period.bucket_days, period.buckets), (7, 12));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Period {
    /// The first moment.
    pub from: Moment,
    /// The last moment.
    pub until: Moment,
    /// Days in one bucket: 1, 7 or whole weeks.
    pub bucket_days: i64,
    /// How many buckets there are.
    pub buckets: usize,
    /// Logs of times so far off that no bucket is theirs.
    #[serde(skip_serializing_if = "is_zero")]
    pub outside: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands on a reference")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

impl Period {
    /// Cuts a span into at most `most` buckets: days where they fit, else weeks, else several weeks.
    #[must_use]
    pub fn new(from: Moment, until: Moment, most: usize) -> Self {
        let days = until.day() - from.day() + 1;
        let most = i64::try_from(most.max(1)).unwrap_or(i64::MAX);
        let bucket_days = if days <= most { 1 } else { (days + most * 7 - 1) / (most * 7) * 7 };
        let buckets = usize::try_from((days + bucket_days - 1) / bucket_days).unwrap_or(1);
        Self { from, until, bucket_days, buckets, outside: 0 }
    }

    /// The period of logs: from the first to the last one, without the few that lie far off.
    pub(super) fn of(days: &Days, times: Times, most: usize) -> Option<Self> {
        let (first, last) = times.first.zip(times.last)?;
        let (from, until, outside) = days.core()?;
        let (from, until) = (first.max(Moment::of_day(from)), last.min(Moment(Moment::of_day(until + 1).0 - 1)));
        Some(Self { outside, ..Self::new(from, until, most) })
    }

    /// Counts by bucket.
    pub(super) fn trend(&self, days: &Days) -> Vec<u32> {
        let mut out = vec![0; self.buckets];
        for (day, count) in days.iter() {
            let bucket = usize::try_from((day - self.from.day()).div_euclid(self.bucket_days)).ok();
            if let Some(slot) = bucket.and_then(|bucket| out.get_mut(bucket)) {
                *slot += count;
            }
        }
        out
    }
}

/// A trend as bars: the lowest is none.
///
/// ```
/// assert_eq!(lognosis::triage::sparkline(&[0, 1, 5, 10]), "\u{2581}\u{2582}\u{2583}\u{2587}");
/// ```
#[must_use]
pub fn sparkline(counts: &[u32]) -> String {
    const BARS: [char; 5] = ['\u{2581}', '\u{2582}', '\u{2583}', '\u{2585}', '\u{2587}'];
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let bar = |count: &u32| match count {
        0 => BARS[0],
        count => {
            // Rounded up: what happened at all is to be seen.
            let height = (u64::from(*count) * 4).div_ceil(u64::from(most));
            BARS[usize::try_from(height).unwrap_or(4).min(4)]
        }
    };
    counts.iter().map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::{Days, Moment, Period, Times, sparkline};

    fn day(text: &str) -> Moment {
        Moment::of_bound(text, false).unwrap()
    }

    #[test]
    fn stamps_of_all_looks_are_read() {
        for stamp in [
            "2026-11-20T10:11:12.1234567Z",
            "2026-11-20 10:11:12",
            "2026/11/20 10:11:12.678464",
            "2026-11-20T12:11:12+0200",
            "2026-11-20_10:11:12",
            "2026-11-20T10:11:12,123Z",
        ] {
            assert_eq!(Moment::of_stamp(stamp).map(|moment| moment.to_string()).as_deref(), Some("2026-11-20T10:11:12Z"), "{stamp}");
        }
        for stamp in ["", "10:11:12.345", "2026-11-20", "2026-13-41T10:11:12Z", "1:39:49 PM:"] {
            assert_eq!(Moment::of_stamp(stamp), None, "{stamp}");
        }
    }

    #[test]
    fn paths_tell_days() {
        for (path, date) in [
            ("a/2026-11-20/b.log", Some("2026-11-20")),
            ("a/build_20261120_101112.log", Some("2026-11-20")),
            ("2025-01-01/x/2026.11.20.txt", Some("2026-11-20")),
            ("logs_20261120345678.zip!a.txt", None),
            ("2026-99-99.log", None),
        ] {
            assert_eq!(Moment::of_path(path).map(Moment::date).as_deref(), date, "{path}");
        }
    }

    #[test]
    fn buckets_fit_the_place_and_lose_nothing() {
        for (until, most, bucket_days) in [("2026-01-01", 8, 1), ("2026-01-08", 8, 1), ("2026-01-09", 8, 7), ("2026-12-31", 8, 49)] {
            let mut counts = Days::default();
            counts.add(day("2026-01-01"));
            counts.add(day(until));
            let period = Period::new(day("2026-01-01"), day(until), most);
            let trend = period.trend(&counts);
            assert_eq!((period.bucket_days, trend.iter().sum::<u32>()), (bucket_days, 2), "{until}");
            assert!(trend.len() <= most && trend.last() >= Some(&1));
        }
    }

    #[test]
    fn a_few_logs_far_off_do_not_make_the_period() {
        let mut days = Days::default();
        let mut times = Times::default();
        let mut add = |text: &str, count: usize| {
            (0..count).for_each(|_| {
                days.add(day(text));
                times.add(Some(day(text)));
            });
            let period = Period::of(&days, times, 60).unwrap();
            (period.from.date(), period.until.date(), period.outside)
        };
        let told = |from: &str, until: &str, outside| (from.to_owned(), until.to_owned(), outside);
        assert_eq!(add("1999-01-01", 1), told("1999-01-01", "1999-01-01", 0));
        assert_eq!(add("2026-11-01", 10), told("1999-01-01", "2026-11-01", 0));
        assert_eq!(add("2026-11-20", 40), told("2026-11-01", "2026-11-20", 1));
        assert_eq!(add("9998-12-31", 1), told("1999-01-01", "2026-11-20", 1));
        assert_eq!(add("2026-11-25", 60), told("2026-11-01", "2026-11-25", 2));
        assert_eq!(add("2026-09-01", 3), told("2026-09-01", "2026-11-25", 2));
    }

    #[test]
    fn bars_rise_with_counts() {
        assert_eq!(sparkline(&[1, 2, 3, 4]), "\u{2582}\u{2583}\u{2585}\u{2587}");
        assert_eq!(sparkline(&[0, 0]), "\u{2581}\u{2581}");
        assert_eq!(sparkline(&[u32::MAX, 1]), "\u{2587}\u{2582}");
    }
}
