//! Windows of time with names: half hours, hours, days, months, years.

use std::time::Duration;

use chrono::{DateTime, Datelike, Months, NaiveDate, NaiveDateTime, TimeDelta, Timelike};
use serde::{Deserialize, Serialize};

use crate::keys::EntryKey;
use crate::names::Invalid;
use crate::time::Timestamp;

/// How long a window is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "admin", derive(utoipa::ToSchema))]
pub enum WindowType {
    /// Half an hour.
    #[serde(rename = "30min")]
    HalfHour,
    /// An hour.
    #[serde(rename = "hourly")]
    Hourly,
    /// A day.
    #[serde(rename = "daily")]
    Daily,
    /// A month.
    #[serde(rename = "monthly")]
    Monthly,
    /// A year.
    #[serde(rename = "yearly")]
    Yearly,
}

impl WindowType {
    /// All of them, the shortest first.
    pub const ALL: [Self; 5] = [Self::HalfHour, Self::Hourly, Self::Daily, Self::Monthly, Self::Yearly];

    /// As keys and addresses name it: `30min`, `hourly`, `daily`, `monthly`, `yearly`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HalfHour => "30min",
            Self::Hourly => "hourly",
            Self::Daily => "daily",
            Self::Monthly => "monthly",
            Self::Yearly => "yearly",
        }
    }

    /// Parses its name.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let found = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        found.ok_or_else(|| Invalid::new("window_type", "is none of 30min, hourly, daily, monthly and yearly"))
    }

    /// The windows such a one is made of; `None` for the shortest.
    pub(crate) fn part(self) -> Option<Self> {
        match self {
            Self::HalfHour => None,
            Self::Hourly => Some(Self::HalfHour),
            Self::Daily => Some(Self::Hourly),
            Self::Monthly => Some(Self::Daily),
            Self::Yearly => Some(Self::Monthly),
        }
    }

    fn format(self) -> &'static str {
        match self {
            Self::HalfHour => "%Y-%m-%d-%H-%M",
            Self::Hourly => "%Y-%m-%d-%H",
            Self::Daily => "%Y-%m-%d",
            Self::Monthly => "%Y-%m",
            Self::Yearly => "%Y",
        }
    }
}

/// One window, such as the hour `2026-02-13-14`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Window {
    kind: WindowType,
    start: NaiveDateTime,
}

impl Window {
    /// Parses a key: `2026-02-13-14-30`, `2026-02-13-14`, `2026-02-13`, `2026-02`, `2026`; also `2026-02-13T14:30` and `2026-02-13T14`.
    pub fn parse(kind: WindowType, text: &str) -> Result<Self, Invalid> {
        let refused = || Invalid::new("window_key", format!("is no {} window", kind.as_str()));
        let plain: String = text.chars().map(|c| if matches!(c, 'T' | ':') { '-' } else { c }).collect();
        // Completed to a whole moment, whose key then has to be what was given.
        let whole = match kind {
            WindowType::HalfHour => plain.clone(),
            WindowType::Hourly => format!("{plain}-00"),
            WindowType::Daily => format!("{plain}-00-00"),
            WindowType::Monthly => format!("{plain}-01-00-00"),
            WindowType::Yearly => format!("{plain}-01-01-00-00"),
        };
        let start = NaiveDateTime::parse_from_str(&whole, "%Y-%m-%d-%H-%M").map_err(|_| refused())?;
        let window = Self { kind, start };
        let in_range = (1970..=9998).contains(&start.year()) && start.minute() % 30 == 0;
        let dashes = text.bytes().take(10).all(|byte| byte.is_ascii_digit() || byte == b'-');
        (in_range && dashes && window.key() == plain).then_some(window).ok_or_else(refused)
    }

    /// The window a moment lies in; the last one for what lies after the year 9998.
    pub fn at(kind: WindowType, moment: Timestamp) -> Self {
        /// 9998-12-31T23:59:59.999Z.
        const LAST: i64 = 253_370_764_799_999;
        let millis = i64::try_from(moment.millis()).unwrap_or(LAST).min(LAST);
        let moment = DateTime::from_timestamp_millis(millis).unwrap_or_default().naive_utc();
        let (day, hour) = (moment.date(), moment.hour());
        let start = match kind {
            WindowType::HalfHour => day.and_hms_opt(hour, moment.minute() / 30 * 30, 0),
            WindowType::Hourly => day.and_hms_opt(hour, 0, 0),
            WindowType::Daily => day.and_hms_opt(0, 0, 0),
            WindowType::Monthly => day.with_day(1).and_then(|first| first.and_hms_opt(0, 0, 0)),
            WindowType::Yearly => {
                NaiveDate::from_ymd_opt(day.year(), 1, 1).and_then(|first| first.and_hms_opt(0, 0, 0))
            }
        };
        Self { kind, start: start.unwrap_or_default() }
    }

    /// How long it is.
    pub fn kind(self) -> WindowType {
        self.kind
    }

    /// Its key, such as `2026-02-13-14`.
    pub fn key(self) -> String {
        self.start.format(self.kind.format()).to_string()
    }

    /// When it begins.
    pub fn start(self) -> Timestamp {
        Timestamp::from_millis(u64::try_from(self.start.and_utc().timestamp_millis()).unwrap_or_default())
    }

    /// When it has ended: the beginning of the next one.
    pub fn end(self) -> Timestamp {
        self.next().start()
    }

    /// The one before it; the first has none, and is its own.
    pub(crate) fn previous(self) -> Self {
        Self::at(self.kind, self.start().minus(Duration::from_millis(1)))
    }

    /// The one after it.
    pub fn next(self) -> Self {
        let start = match self.kind {
            WindowType::HalfHour => self.start.checked_add_signed(TimeDelta::minutes(30)),
            WindowType::Hourly => self.start.checked_add_signed(TimeDelta::hours(1)),
            WindowType::Daily => self.start.checked_add_signed(TimeDelta::days(1)),
            WindowType::Monthly => self.start.checked_add_months(Months::new(1)),
            WindowType::Yearly => self.start.checked_add_months(Months::new(12)),
        };
        Self { start: start.expect("years end at 9998"), ..self }
    }

    /// The windows it is made of, in order; none for the shortest.
    pub(crate) fn parts(self) -> Vec<Self> {
        let Some(kind) = self.kind.part() else { return Vec::new() };
        let first = Self { kind, start: self.start };
        std::iter::successors(Some(first), |part| Some(part.next()))
            .take_while(|part| part.start() < self.end())
            .collect()
    }

    /// The longer windows it lies in, the shortest first.
    pub(crate) fn around(self) -> impl Iterator<Item = Self> {
        let longer = WindowType::ALL.into_iter().skip_while(move |kind| *kind != self.kind).skip(1);
        longer.map(move |kind| Self::at(kind, self.start()))
    }

    /// Whether it ended so long ago.
    pub(crate) fn is_closed(self, now: Timestamp, grace: Duration) -> bool {
        now >= self.end().plus(grace)
    }

    /// Where its aggregation lies.
    pub(crate) fn entry_key(self) -> EntryKey {
        let key = format!("aggregations/{}/{}", self.kind.as_str(), self.key());
        EntryKey::parse(&key).expect("a window's key is digits and dashes")
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]
    use super::*;

    #[test]
    fn windows_have_the_specified_names() {
        // 2026-02-13T14:45:12Z.
        let moment = Timestamp::from_millis(1_770_993_912_000);
        for (kind, key, also, minutes, parts) in [
            (WindowType::HalfHour, "2026-02-13-14-30", "2026-02-13T14:30", 30, 0),
            (WindowType::Hourly, "2026-02-13-14", "2026-02-13T14", 60, 2),
            (WindowType::Daily, "2026-02-13", "2026-02-13", 24 * 60, 24),
            (WindowType::Monthly, "2026-02", "2026-02", 28 * 24 * 60, 28),
            (WindowType::Yearly, "2026", "2026", 365 * 24 * 60, 12),
        ] {
            let window = Window::at(kind, moment);
            assert_eq!(window.key(), key);
            assert_eq!((Window::parse(kind, key).unwrap(), Window::parse(kind, also).unwrap()), (window, window));
            assert_eq!(window.end().millis() - window.start().millis(), minutes * 60_000);
            assert!(window.start() <= moment && moment < window.end());
            let made_of = window.parts();
            assert_eq!(made_of.len(), parts);
            if let (Some(first), Some(last)) = (made_of.first(), made_of.last()) {
                assert_eq!((first.start(), last.end()), (window.start(), window.end()));
            }
            assert_eq!(WindowType::parse(kind.as_str()).unwrap(), kind);
        }
    }

    #[test]
    fn what_is_no_window_is_refused() {
        for (kind, text) in [
            (WindowType::HalfHour, "2026-02-13-14-15"),
            (WindowType::HalfHour, "2026-02-13-14"),
            (WindowType::Hourly, "2026-02-13-24"),
            (WindowType::Hourly, "2026-02-13-14-00"),
            (WindowType::Hourly, "2026T02-13-14"),
            (WindowType::Daily, "2026-02-30"),
            (WindowType::Daily, "2026-2-3"),
            (WindowType::Monthly, "2026-13"),
            (WindowType::Yearly, "0000"),
            (WindowType::Yearly, "9999"),
            (WindowType::Yearly, ""),
            (WindowType::Yearly, "20 26"),
        ] {
            assert!(Window::parse(kind, text).is_err(), "{text}");
        }
        assert!(WindowType::parse("weekly").is_err());
    }
}
