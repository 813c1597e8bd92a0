//! What a day, a week or a month came to: its costs, and what they are for each request, transfer and visitor.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::Costs;
use super::decimal::quotient;
use super::keep::{Stored, keep};
use super::sum::{PLACES, Sum, change, percent};
use super::units::Units;
use super::window::{Window, WindowType};
use crate::error::{Error, Result};
use crate::names::Currency;
#[cfg(doc)]
use crate::send_cache::SendCache;
use crate::time::Timestamp;

/// How many services a list of the most expensive ones shows.
const TOP: usize = 10;

/// What a window came to. Amounts are in the window's currency, and texts in documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "admin", derive(utoipa::ToSchema), schema(as = CostAggregation))]
pub struct Aggregation {
    /// Its key: the type and the key of the window.
    pub cache_key: String,
    /// How long the window is.
    pub window_type: WindowType,
    /// The window.
    pub window_key: String,
    /// When it begins.
    pub window_start: Timestamp,
    /// When it has ended.
    pub window_end: Timestamp,
    /// When this was computed first as it is.
    pub computed_at: Timestamp,
    /// Whether the window has ended and each of its days is recorded.
    pub complete: bool,
    /// How many of its days are recorded, those to come not among them.
    pub days_recorded: u32,
    /// How many of its days should be: those that are over, and today when it is recorded. A running day usually is
    /// not.
    pub days_expected: u32,
    /// How many records of its days cannot be read, and count as not recorded: recording the day again replaces them.
    #[serde(default)]
    pub days_unreadable: u32,
    /// What the amounts are in; `None` when no day is recorded.
    pub currency: Option<Currency>,
    /// What it cost.
    pub total_cost: Decimal,
    /// What each service cost.
    pub cost_by_service: BTreeMap<String, Decimal>,
    /// The most expensive services, the first one the most; 10 at most.
    pub top_cost_drivers: Vec<Driver>,
    /// The total for each request, with 8 places after the point, halves rounded away from zero; 0 without requests. So
    /// are the next two.
    pub cost_per_request: Decimal,
    /// The total for each transfer that got all its files.
    pub cost_per_transfer: Decimal,
    /// The total for each visitor.
    pub cost_per_active_user: Decimal,
    /// How many requests people made in the window.
    pub total_requests: u64,
    /// How many transfers got all their files in the window. What becomes of them later is not counted again.
    pub total_transfers: u64,
    /// How many visitors there were, added up from day to day.
    pub unique_visitors: u64,
    /// What the month of the window's last begun day comes to, if each of its days costs what the recorded days of the
    /// window cost on average; for a month of which all days are recorded, its total; 0 when none is. With 8 places
    /// after the point.
    pub projected_month: Decimal,
    /// By how many percent the total is more than that of the window before, with two places after the point.
    ///
    /// A window that has ended is compared with the whole one before, a running one with as many of its first days as
    /// are [expected](Self::days_expected) of this one. `None` when nothing is recorded on either side, while a
    /// day of a running window is missing, when what was before is 0, and when it is in another currency or in several.
    pub delta_previous_pct: Option<Decimal>,
}

/// A service, and its part in the costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "admin", derive(utoipa::ToSchema))]
pub struct Driver {
    /// The service.
    pub name: String,
    /// What it cost.
    pub amount: Decimal,
    /// How many percent of the total that is, with two places after the point, halves rounded away from zero; 0 when
    /// the total is 0.
    pub percent: Decimal,
}

impl Costs {
    /// What a window came to, computed from the records of its days and from the [analytics](crate::analytics) of the
    /// same time.
    ///
    /// - A window that has **ended** is stored. When it is computed again and comes to the same, what is stored stays
    ///   and is the answer; when records or analytics have changed, it is replaced. Of several who compute it at the
    ///   same time, all leave one entry.
    /// - A **running** window is computed from the days that have begun, and not stored.
    /// - A **future** window has zeros, and is not stored.
    ///
    /// One call for each day of the window and of the one before, one for what is stored, and those of the analytics:
    /// one for each [aggregation](crate::analytics::Analytics::aggregation) that is stored already, of which a week
    /// needs seven. So a day costs 4 calls, a week 22, a month about 64, and one more when it is stored the first time.
    /// All of them end within the [limit of computations](SendCache::long_time_limit). [`Conflict`](Error::Conflict) when
    /// the days are in several currencies.
    pub async fn aggregation(&self, window: Window) -> Result<Aggregation> {
        self.send.within_long(self.sum_up(window)).await
    }

    async fn sum_up(&self, window: Window) -> Result<Aggregation> {
        let now = self.send.now();
        let computed = self.compute(window, now).await?;
        if window.end() > now {
            return Ok(computed);
        }
        let key = window.entry_key();
        let stays = |stored: &Aggregation| stored.says_the_same_as(&computed);
        let stored: Option<Stored<Aggregation>> = self.entries.retrieve(&key).await?;
        if let Some(stored) = stored.and_then(Stored::readable).filter(stays) {
            return Ok(stored);
        }
        let (_, kept) = self.send.within(keep(&self.entries, &key, &computed, stays)).await?;
        Ok(kept)
    }

    async fn compute(&self, window: Window, now: Timestamp) -> Result<Aggregation> {
        let today = now.day();
        let begun = window.days().filter(|day| *day <= today);
        let (days, units) = futures::try_join!(self.days(begun), Units::of(&self.send, window, now))?;
        let recorded_today = days.last().is_some_and(|day| day.date == today);
        let over = window.days().filter(|day| *day < today).count();
        let expected = over + usize::from(recorded_today);
        let units = match units {
            Some(units) => units,
            None => self.units_as_stored(window).await?,
        };
        let sum = Sum::of(window, &days.items)?;
        let ended = window.end() <= now;
        let compared = if ended { usize::MAX } else { expected };
        let delta = match &sum.currency {
            Some(currency) if ended || sum.days as usize == expected => {
                self.delta(window, compared, sum.total, currency).await?
            }
            Some(_) | None => None,
        };
        Ok(Aggregation {
            computed_at: now,
            complete: ended && sum.days as usize == expected,
            days_expected: u32::try_from(expected).unwrap_or(u32::MAX),
            days_unreadable: u32::try_from(days.unreadable).unwrap_or(u32::MAX),
            projected_month: sum.projected_month(window.last().min(today)),
            delta_previous_pct: delta,
            ..Aggregation::of(window, sum, units)
        })
    }

    /// What happened in a window of which the analytics are not kept any more, as it was known when the window was stored; nothing when it
    /// was not.
    async fn units_as_stored(&self, window: Window) -> Result<Units> {
        let stored: Option<Stored<Aggregation>> = self.entries.retrieve(&window.entry_key()).await?;
        Ok(stored.and_then(Stored::readable).map_or_else(Units::default, |stored| Units {
            requests: stored.total_requests,
            transfers: stored.total_transfers,
            visitors: stored.unique_visitors,
        }))
    }

    /// How much more it is than so many days of the window before came to.
    async fn delta(&self, window: Window, days: usize, total: Decimal, currency: &Currency) -> Result<Option<Decimal>> {
        let Some(before) = window.previous() else { return Ok(None) };
        let days = self.days(before.days().take(days)).await?;
        match Sum::of(before, &days.items) {
            Ok(sum) if sum.currency.as_ref() == Some(currency) => Ok(change(total, sum.total)),
            Ok(_) | Err(Error::Conflict { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl Aggregation {
    /// What is known of a window from its days alone, and from what happened in it.
    fn of(window: Window, sum: Sum, units: Units) -> Self {
        let per = |divisor: u64| quotient(sum.total, divisor.into(), PLACES);
        Self {
            cache_key: window.entry_key().to_string(),
            window_type: window.kind(),
            window_key: window.key(),
            window_start: window.start(),
            window_end: window.end(),
            computed_at: Timestamp::default(),
            complete: false,
            days_recorded: sum.days,
            days_expected: 0,
            days_unreadable: 0,
            total_cost: sum.total,
            top_cost_drivers: drivers(&sum),
            cost_per_request: per(units.requests),
            cost_per_transfer: per(units.transfers),
            cost_per_active_user: per(units.visitors),
            total_requests: units.requests,
            total_transfers: units.transfers,
            unique_visitors: units.visitors,
            projected_month: Decimal::ZERO,
            delta_previous_pct: None,
            currency: sum.currency,
            cost_by_service: sum.by_service,
        }
    }

    /// Whether it says the same, whenever it was computed.
    fn says_the_same_as(&self, other: &Self) -> bool {
        Self { computed_at: other.computed_at, ..self.clone() } == *other
    }
}

/// The most expensive services, by name where they cost the same.
fn drivers(sum: &Sum) -> Vec<Driver> {
    let drivers = sum.by_service.iter().map(|(name, amount)| Driver {
        name: name.clone(),
        amount: *amount,
        percent: percent(*amount, sum.total),
    });
    let mut drivers: Vec<_> = drivers.collect();
    drivers.sort_by(|a, b| b.amount.cmp(&a.amount).then_with(|| a.name.cmp(&b.name)));
    drivers.truncate(TOP);
    drivers
}
