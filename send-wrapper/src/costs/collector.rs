//! The collector: asks AWS for the days that are not recorded yet, or not for good.

use std::time::Duration;

use chrono::Months;
use futures::stream::{StreamExt, TryStreamExt, iter};
use serde::{Deserialize, Serialize};

use super::charges::unusable;
use super::cost_explorer::CostExplorer;
use super::day::CostDay;
use super::keep::{Recorded, keep};
use super::{AT_ONCE, Costs};
use crate::error::{Error, Result};
use crate::keys::EntryKey;
use crate::names::Invalid;
use crate::send_cache::{SendCache, in_time};
use crate::time::{Day, Timestamp};

/// How far back AWS is asked at most.
const MOST_MONTHS: u32 = 12;
/// How long AWS may go on changing a day.
const MOST_UNSETTLED: u32 = 31;

/// How long a run may take.
const LONGEST_RUN: Duration = Duration::from_secs(60 * 60);

/// How a [`Collector`] works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CollectorSettings {
    /// How many months the first run goes back, 1 to 12; 12 when not given.
    pub back_fill_months: u32,
    /// For how many days AWS goes on changing a day, 31 at most; 3 when not given. They are asked for again, with one
    /// request.
    pub settled_after_days: u32,
    /// How long what is known of such days is good enough; 8 hours when not given.
    pub refresh_after: Duration,
}

impl Default for CollectorSettings {
    fn default() -> Self {
        let refresh_after = Duration::from_secs(8 * 60 * 60);
        Self { back_fill_months: MOST_MONTHS, settled_after_days: 3, refresh_after }
    }
}

/// Records what AWS charges. Whoever runs it decides when: nothing happens in between.
///
/// What was collected is kept as `collector/mark` in the [namespace](crate::namespaces::COSTS) of costs; with that
/// record deleted, the next run begins as the first one did.
///
/// ```no_run
/// use send_wrapper::SendCache;
/// use send_wrapper::costs::{Collector, CollectorSettings, CostExplorer};
/// # async fn run(send: SendCache) -> anyhow::Result<()> {
/// let collector = Collector::new(&send, CostExplorer::from_env().await, CollectorSettings::default())?;
/// let collected = collector.run().await?;
/// println!("{} days for {} requests to AWS", collected.days, collected.requests);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Collector {
    costs: Costs,
    source: CostExplorer,
    settings: CollectorSettings,
}

/// What a run has done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "admin", derive(utoipa::ToSchema))]
pub struct Collected {
    /// The first day AWS was asked for; `None` when nothing was to be asked.
    pub from: Option<Day>,
    /// The last one.
    pub to: Option<Day>,
    /// How many days AWS knew of these: all of them, but for those before the account was there.
    pub days: u32,
    /// How many of them were recorded the first time.
    pub created: u32,
    /// How many of them were recorded, and AWS says something else now.
    pub changed: u32,
    /// How many requests AWS got, repetitions among them. Each costs $0.01.
    pub requests: u64,
}

/// How far it has come.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Mark {
    /// The last day that is recorded.
    collected_to: Day,
    /// The first day that may have changed since.
    unsettled_from: Day,
    /// When AWS was asked.
    collected_at: Timestamp,
}

impl Collector {
    /// Makes a collector. Settings out of their range are refused.
    pub fn new(send: &SendCache, source: CostExplorer, settings: CollectorSettings) -> Result<Self, Invalid> {
        if !(1..=MOST_MONTHS).contains(&settings.back_fill_months) {
            return Err(Invalid::new("back_fill_months", format!("is not between 1 and {MOST_MONTHS}")));
        }
        if settings.settled_after_days > MOST_UNSETTLED {
            return Err(Invalid::new("settled_after_days", format!("is more than {MOST_UNSETTLED}")));
        }
        Ok(Self { costs: send.costs(), source, settings })
    }

    /// Records the days up to yesterday that are missing, and those that AWS may have changed.
    ///
    /// AWS is asked once for each page of all these days together, and not at all when nothing is missing and the last
    /// run was less than [`refresh_after`](CollectorSettings::refresh_after) ago. Everything is read before anything is
    /// recorded. A run that fails, be it half-way, leaves the mark where it was, and the next one repeats it. Of
    /// several that run at the same time, each asks AWS; their records are the same.
    ///
    /// After a pause of more than 12 months the days before stay missing. One call to the cache for each new day and
    /// three or four for a day that was there, five at most for the mark. A run ends within an hour.
    ///
    /// [`CostSource`](Error::CostSource) when AWS could not be asked, or has answered what cannot be used.
    pub async fn run(&self) -> Result<Collected> {
        let now = self.costs.send.now();
        let mark: Option<Mark> = self.costs.entries.retrieve(&mark_key()).await?;
        match self.settings.missing(mark.as_ref(), now) {
            Some((first, last)) => self.collect(first, last, now).await,
            None => Ok(Collected::default()),
        }
    }

    /// Asks again for all days from one on, whatever was collected before: AWS may have changed days that were settled, at the end of a
    /// month for example.
    ///
    /// Costs what [`run`](Self::run) costs for these days. The first one lies at most 12 months back, and before today.
    pub async fn run_from(&self, first: Day) -> Result<Collected> {
        let now = self.costs.send.now();
        let (earliest, yesterday) = (months_before(now.day(), MOST_MONTHS), now.day().minus_days(1));
        if !(earliest..=yesterday).contains(&first) {
            return Err(Invalid::new("from", format!("is not between {earliest} and {yesterday}")).into());
        }
        self.collect(first, yesterday, now).await
    }

    async fn collect(&self, first: Day, last: Day, now: Timestamp) -> Result<Collected> {
        in_time(LONGEST_RUN, self.collect_all(first, last, now)).await
    }

    async fn collect_all(&self, first: Day, last: Day, now: Timestamp) -> Result<Collected> {
        let (charges, requests) = self.source.charges(first, last).await?;
        let days = charges.into_days(first, last, now)?;
        let mut collected = Collected { from: Some(first), to: Some(last), requests, ..Collected::default() };
        let mut records = iter(days.into_iter().map(|day| self.record(day))).buffered(AT_ONCE);
        while let Some(recorded) = records.try_next().await? {
            collected.days += 1;
            match recorded {
                Recorded::Created => collected.created += 1,
                Recorded::Changed => collected.changed += 1,
                Recorded::Unchanged => {}
            }
        }
        let mark = Mark {
            collected_to: last,
            unsettled_from: now.day().minus_days(self.settings.settled_after_days),
            collected_at: now,
        };
        let stays =
            |stored: &Mark| (stored.collected_to, stored.collected_at) >= (mark.collected_to, mark.collected_at);
        self.costs.send.within(keep(&self.costs.entries, &mark_key(), &mark, stays)).await?;
        Ok(collected)
    }

    async fn record(&self, day: CostDay) -> Result<Recorded> {
        let date = day.date;
        match self.costs.record(date, day).await {
            // It was AWS that said so.
            Err(Error::Invalid(error)) => Err(unusable(format!("says of {date} what cannot be recorded: {error}"))),
            other => other,
        }
    }
}

impl CollectorSettings {
    /// The first and the last day to ask for, if there is any.
    fn missing(&self, mark: Option<&Mark>, now: Timestamp) -> Option<(Day, Day)> {
        let (today, yesterday) = (now.day(), now.day().minus_days(1));
        let first = match mark {
            None => months_before(today, self.back_fill_months),
            Some(mark) if mark.collected_to < yesterday || mark.collected_at.plus(self.refresh_after) <= now => {
                mark.unsettled_from.min(mark.collected_to.plus_days(1)).max(months_before(today, MOST_MONTHS))
            }
            Some(_) => return None,
        };
        (first < today).then_some((first, yesterday))
    }
}

/// The same day this many months earlier, or the last one of that month; or the first day there is.
fn months_before(day: Day, months: u32) -> Day {
    let earlier = day.date().checked_sub_months(Months::new(months)).and_then(Day::of);
    earlier.unwrap_or(Timestamp::default().day())
}

fn mark_key() -> EntryKey {
    EntryKey::parse("collector/mark").expect("two words with a slash between them make a key")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]
    use super::*;

    const HOUR: u64 = 3_600_000;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn at(text: &str, hour: u64) -> Timestamp {
        Timestamp::from_millis(day(text).start().millis() + hour * HOUR)
    }

    #[test]
    fn what_is_missing_is_asked_for_and_what_is_unsettled_again() {
        let settings = CollectorSettings::default();
        let mark = |to, from, at| Some(Mark { collected_to: day(to), unsettled_from: day(from), collected_at: at });
        let collected = mark("2026-02-12", "2026-02-10", at("2026-02-13", 6));
        let long_ago = mark("2024-02-12", "2024-02-10", at("2024-02-13", 6));
        let ahead = mark("2030-01-01", "2029-12-30", at("2030-01-02", 6));
        for (mark, now, missing) in [
            (&None, at("2026-02-13", 0), Some(("2025-02-13", "2026-02-12"))),
            (&collected, at("2026-02-13", 6), None),
            (&collected, at("2026-02-13", 13), None),
            (&collected, at("2026-02-13", 14), Some(("2026-02-10", "2026-02-12"))),
            (&collected, at("2026-02-14", 0), Some(("2026-02-10", "2026-02-13"))),
            (&collected, at("2026-06-01", 0), Some(("2026-02-10", "2026-05-31"))),
            (&long_ago, at("2026-02-13", 6), Some(("2025-02-13", "2026-02-12"))),
            (&ahead, at("2026-02-13", 6), None),
        ] {
            let missing = missing.map(|(first, last)| (day(first), day(last)));
            assert_eq!(settings.missing(mark.as_ref(), now), missing, "{mark:?} {now:?}");
        }
        // What is settled at once is asked for once.
        let settings = CollectorSettings { settled_after_days: 0, back_fill_months: 1, ..settings };
        assert_eq!(settings.missing(None, at("2026-03-31", 1)), Some((day("2026-02-28"), day("2026-03-30"))));
        let collected = mark("2026-02-12", "2026-02-13", at("2026-02-13", 6));
        assert_eq!(settings.missing(collected.as_ref(), at("2026-02-13", 23)), None);
        assert_eq!(
            settings.missing(collected.as_ref(), at("2026-02-14", 0)),
            Some((day("2026-02-13"), day("2026-02-13")))
        );
        // Before there is a yesterday.
        assert_eq!(settings.missing(None, Timestamp::from_millis(5)), None);
    }
}
