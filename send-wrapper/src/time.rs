//! Moments and days, all in UTC.

use std::time::Duration;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};

pub use cache_client::clock::{Clock, ManualClock, SystemClock};

use crate::names::Invalid;

/// A moment, in milliseconds since 1970; in documents a number. `0` stands for never where a document says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "admin", derive(utoipa::ToSchema))]
pub struct Timestamp(u64);

impl Timestamp {
    /// The last moment of the year 9999.
    const LAST: u64 = 253_402_300_799_999;

    /// The moment this many milliseconds after 1970.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970.
    pub const fn millis(self) -> u64 {
        self.0
    }

    pub(crate) fn is_never(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn is_after_the_year_9999(self) -> bool {
        self.0 > Self::LAST
    }

    pub(crate) fn minus(self, time: Duration) -> Self {
        Self(self.0.saturating_sub(u64::try_from(time.as_millis()).unwrap_or(u64::MAX)))
    }

    pub(crate) fn plus(self, time: Duration) -> Self {
        Self(self.0.saturating_add(u64::try_from(time.as_millis()).unwrap_or(u64::MAX)))
    }

    fn date_time(self) -> DateTime<Utc> {
        let millis = i64::try_from(self.0.min(Self::LAST)).unwrap_or_default();
        DateTime::from_timestamp_millis(millis).unwrap_or_default()
    }

    /// The day it lies in.
    pub fn day(self) -> Day {
        Day(self.date_time().date_naive())
    }

    /// The hour of the day, 0 to 23.
    pub(crate) fn hour(self) -> u8 {
        u8::try_from(self.0 / 3_600_000 % 24).unwrap_or_default()
    }
}

/// A day, such as `2026-02-13`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "admin", derive(utoipa::ToSchema), schema(value_type = String))]
pub struct Day(NaiveDate);

impl TryFrom<String> for Day {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        Self::parse(&text)
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Day {
    /// Parses a day such as `2026-02-13`.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let form = || Invalid::new("day", "is no day such as 2026-02-13");
        let parsed = NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| form())?;
        let in_range = (1970..=9999).contains(&parsed.year());
        (in_range && parsed.to_string() == text).then_some(Self(parsed)).ok_or_else(form)
    }

    /// When it begins.
    pub fn start(self) -> Timestamp {
        let millis = self.0.and_time(NaiveTime::MIN).and_utc().timestamp_millis();
        Timestamp(u64::try_from(millis).unwrap_or_default())
    }

    /// The day of the calendar, unless it is before 1970 or after 9999.
    pub(crate) fn of(date: NaiveDate) -> Option<Self> {
        (1970..=9999).contains(&date.year()).then_some(Self(date))
    }

    /// The day of the calendar.
    pub(crate) fn date(self) -> NaiveDate {
        self.0
    }

    /// The day this many days later, or the last one there is.
    pub(crate) fn plus_days(self, days: u32) -> Self {
        let later = self.0.checked_add_days(Days::new(days.into()));
        later.and_then(Self::of).unwrap_or(Self(NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or(self.0)))
    }

    /// The day this many days earlier, or the first one there is.
    pub(crate) fn minus_days(self, days: u32) -> Self {
        let earlier = self.0.checked_sub_days(Days::new(days.into()));
        earlier.and_then(Self::of).unwrap_or(Self(NaiveDate::default()))
    }

    /// This day and all up to another one.
    pub(crate) fn up_to(self, last: Self) -> impl Iterator<Item = Self> {
        self.0.iter_days().take_while(move |date| *date <= last.0).map(Self)
    }

    /// The day of such a folder as [`events_folder`](Self::events_folder) makes.
    pub(crate) fn of_events_folder(folder: &str) -> Option<Self> {
        Self::parse(&folder.strip_prefix("events/")?.replace('/', "-")).ok()
    }

    /// The folder of its events, such as `events/2026/02/13`.
    pub(crate) fn events_folder(self) -> String {
        self.0.format("events/%Y/%m/%d").to_string()
    }
}

/// The folder that holds the events of all days in a range, and as few others as a folder can.
pub(crate) fn events_folder(first: Option<Day>, last: Option<Day>) -> String {
    let whole = || "events".to_owned();
    let (Some(Day(first)), Some(Day(last))) = (first, last) else { return whole() };
    if first == last {
        Day(first).events_folder()
    } else if (first.year(), first.month()) == (last.year(), last.month()) {
        first.format("events/%Y/%m").to_string()
    } else if first.year() == last.year() {
        first.format("events/%Y").to_string()
    } else {
        whole()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]
    use super::*;

    #[test]
    fn days_are_days_of_utc() {
        let noon = Timestamp::from_millis(1_770_984_000_000);
        assert_eq!((noon.day(), noon.hour()), (Day::parse("2026-02-13").unwrap(), 12));
        assert_eq!(noon.day().events_folder(), "events/2026/02/13");
        assert_eq!(Day::of_events_folder("events/2026/02/13"), Some(noon.day()));
        assert_eq!(Day::of_events_folder("events/2026/02-13/a"), None);
        assert_eq!(noon.day().start().millis(), 1_770_940_800_000);
        assert_eq!(Timestamp::from_millis(u64::MAX).day(), Day::parse("9999-12-31").unwrap());
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in [
            "-0001-01-01",
            "२०२६-०२-१३",
            "",
            "2026-2-13",
            "2026-02-30",
            "1969-12-31",
            "10000-01-01",
            "2026-02-13T00",
            "+2026-02-13",
        ] {
            assert!(Day::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn days_are_counted_within_what_is_there() {
        let day = |text| Day::parse(text).unwrap();
        assert_eq!(day("2026-02-28").plus_days(1), day("2026-03-01"));
        assert_eq!(day("2026-03-01").minus_days(1), day("2026-02-28"));
        assert_eq!(day("1970-01-01").minus_days(1), day("1970-01-01"));
        assert_eq!(day("9999-12-31").plus_days(1), day("9999-12-31"));
        assert_eq!(day("2026-02-27").up_to(day("2026-03-02")).count(), 4);
        assert_eq!(day("2026-02-27").up_to(day("2026-02-26")).count(), 0);
        assert_eq!(serde_json::to_string(&day("2026-02-13")).unwrap(), "\"2026-02-13\"");
        assert!(serde_json::from_str::<Day>("\"2026-02-30\"").is_err());
    }

    #[test]
    fn a_range_is_read_from_the_smallest_folder_that_holds_it() {
        let day = |text| Some(Day::parse(text).unwrap());
        for (first, last, folder) in [
            (day("2026-02-13"), day("2026-02-13"), "events/2026/02/13"),
            (day("2026-02-01"), day("2026-02-28"), "events/2026/02"),
            (day("2026-01-31"), day("2026-02-01"), "events/2026"),
            (day("2025-12-31"), day("2026-01-01"), "events"),
            (None, day("2026-02-13"), "events"),
        ] {
            assert_eq!(events_folder(first, last), folder);
        }
    }
}
