//! Windows of whole days with names: days, weeks, months.

use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use crate::keys::EntryKey;
use crate::names::Invalid;
use crate::time::{Day, Timestamp};

/// How long a window is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "admin", derive(utoipa::ToSchema), schema(as = CostWindowType))]
pub enum WindowType {
    /// A day.
    Daily,
    /// A week of ISO 8601: from Monday to Sunday, and of the year that has its Thursday.
    Weekly,
    /// A month.
    Monthly,
}

impl WindowType {
    /// All of them, the shortest first.
    pub const ALL: [Self; 3] = [Self::Daily, Self::Weekly, Self::Monthly];

    /// As keys and addresses name it: `daily`, `weekly`, `monthly`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
        }
    }

    /// Parses its name.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let found = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        found.ok_or_else(|| Invalid::new("window_type", "is none of daily, weekly and monthly"))
    }
}

/// One window, such as the week `2026-W07`. Years are 1970 to 9998.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Window {
    kind: WindowType,
    first: Day,
    last: Day,
}

impl Window {
    /// Parses a key: `2026-02-13`, `2026-W07`, `2026-02`.
    pub fn parse(kind: WindowType, text: &str) -> Result<Self, Invalid> {
        let first = match kind {
            WindowType::Daily => NaiveDate::parse_from_str(text, "%Y-%m-%d").ok(),
            WindowType::Weekly => monday(text),
            WindowType::Monthly => NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").ok(),
        };
        let window = first.and_then(Day::of).map(|day| Self::at(kind, day));
        let window = window.filter(|window| window.key() == text && window.last.date().year() <= 9998);
        window.ok_or_else(|| Invalid::new("window_key", format!("is no {} window", kind.as_str())))
    }

    /// The window a day lies in.
    pub fn at(kind: WindowType, day: Day) -> Self {
        let date = day.date();
        let (first, last) = match kind {
            WindowType::Daily => (day, day),
            WindowType::Weekly => {
                let first = day.minus_days(date.weekday().num_days_from_monday());
                // In the week in which 1970 begins, there are no days before Thursday.
                (first, day.plus_days(6 - date.weekday().num_days_from_monday()))
            }
            WindowType::Monthly => {
                let first = day.minus_days(date.day0());
                (first, first.plus_days(u32::from(date.num_days_in_month()) - 1))
            }
        };
        Self { kind, first, last }
    }

    /// How long it is.
    pub fn kind(self) -> WindowType {
        self.kind
    }

    /// Its key, such as `2026-W07`.
    pub fn key(self) -> String {
        let date = self.last.date();
        match self.kind {
            WindowType::Daily => date.format("%Y-%m-%d").to_string(),
            WindowType::Weekly => date.format("%G-W%V").to_string(),
            WindowType::Monthly => date.format("%Y-%m").to_string(),
        }
    }

    /// Its first day.
    pub fn first(self) -> Day {
        self.first
    }

    /// Its last day.
    pub fn last(self) -> Day {
        self.last
    }

    /// Its days, in order.
    pub fn days(self) -> impl Iterator<Item = Day> {
        self.first.up_to(self.last)
    }

    /// When it begins.
    pub fn start(self) -> Timestamp {
        self.first.start()
    }

    /// When it has ended: the beginning of the next one.
    pub fn end(self) -> Timestamp {
        self.last.plus_days(1).start()
    }

    /// The one before it; `None` before the first one of 1970.
    pub fn previous(self) -> Option<Self> {
        let before = self.first.minus_days(1);
        (before < self.first).then(|| Self::at(self.kind, before))
    }

    /// Whether a day lies in it.
    pub(super) fn has(self, day: Day) -> bool {
        (self.first..=self.last).contains(&day)
    }

    /// Where its aggregation lies.
    pub(super) fn entry_key(self) -> EntryKey {
        let key = format!("{}/{}", self.kind.as_str(), self.key());
        EntryKey::parse(&key).expect("a window's key is digits, dashes and W")
    }
}

/// The first day of a week such as `2026-W07`.
fn monday(text: &str) -> Option<NaiveDate> {
    let (year, week) = text.split_once("-W")?;
    NaiveDate::from_isoywd_opt(year.parse().ok()?, week.parse().ok()?, Weekday::Mon)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]
    use super::*;

    fn window(kind: WindowType, key: &str) -> Window {
        Window::parse(kind, key).unwrap()
    }

    #[test]
    fn windows_have_the_specified_names() {
        let day = Day::parse("2026-02-13").unwrap();
        for (kind, key, first, last, days, previous) in [
            (WindowType::Daily, "2026-02-13", "2026-02-13", "2026-02-13", 1, "2026-02-12"),
            (WindowType::Weekly, "2026-W07", "2026-02-09", "2026-02-15", 7, "2026-W06"),
            (WindowType::Monthly, "2026-02", "2026-02-01", "2026-02-28", 28, "2026-01"),
        ] {
            let found = Window::at(kind, day);
            assert_eq!((found, found.key().as_str()), (window(kind, key), key));
            assert_eq!((found.first().to_string().as_str(), found.last().to_string().as_str()), (first, last));
            assert_eq!(found.days().count(), days);
            assert_eq!(found.end().millis() - found.start().millis(), days as u64 * 86_400_000);
            assert_eq!(found.previous().unwrap().key(), previous);
            assert_eq!(found.entry_key().as_str(), format!("{}/{key}", kind.as_str()));
            assert_eq!(WindowType::parse(kind.as_str()).unwrap(), kind);
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("{:?}", kind.as_str()));
        }
    }

    #[test]
    fn weeks_are_those_of_iso_8601() {
        // 2026 has 53 weeks, and the last one ends in 2027.
        let last = window(WindowType::Weekly, "2026-W53");
        assert_eq!((last.first().to_string(), last.last().to_string()), ("2026-12-28".into(), "2027-01-03".into()));
        assert_eq!(Window::at(WindowType::Weekly, Day::parse("2027-01-01").unwrap()), last);
        let next = window(WindowType::Weekly, "2027-W01");
        assert_eq!((next.first().to_string(), next.previous().unwrap()), ("2027-01-04".into(), last));
        assert!(Window::parse(WindowType::Weekly, "2027-W53").is_err());
        // 2025 begins in its first week, on a Wednesday after two days of 2024.
        assert_eq!(Window::at(WindowType::Weekly, Day::parse("2024-12-30").unwrap()).key(), "2025-W01");
    }

    #[test]
    fn the_first_windows_have_none_before_them() {
        for (kind, key) in [(WindowType::Daily, "1970-01-01"), (WindowType::Monthly, "1970-01")] {
            assert_eq!(window(kind, key).previous(), None);
        }
        let first = window(WindowType::Weekly, "1970-W02").previous().unwrap();
        assert_eq!((first.key().as_str(), first.days().count(), first.previous()), ("1970-W01", 4, None));
    }

    #[test]
    fn what_is_no_window_is_refused() {
        for (kind, text) in [
            (WindowType::Daily, "2026-02-30"),
            (WindowType::Daily, "2026-2-3"),
            (WindowType::Daily, "9999-01-01"),
            (WindowType::Weekly, "2026-W7"),
            (WindowType::Weekly, "2026-W00"),
            (WindowType::Weekly, "2026-W54"),
            (WindowType::Weekly, "2026-07"),
            (WindowType::Weekly, "+2026-W07"),
            (WindowType::Weekly, "2026-W+7"),
            (WindowType::Weekly, "1969-W50"),
            (WindowType::Weekly, "1970-W01"),
            (WindowType::Weekly, "99999999999-W01"),
            (WindowType::Weekly, "ä-W01"),
            (WindowType::Monthly, "2026-13"),
            (WindowType::Monthly, "2026-1"),
            (WindowType::Monthly, "2026-01-01"),
            (WindowType::Monthly, ""),
        ] {
            assert!(Window::parse(kind, text).is_err(), "{text}");
        }
        assert!(WindowType::parse("hourly").is_err());
    }
}
