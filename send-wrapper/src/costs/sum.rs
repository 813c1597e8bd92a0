//! What several days come to.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::day::CostDay;
use super::decimal::{quotient, rounded};
use super::window::{Window, WindowType};
use crate::error::{Error, Result};
use crate::names::Currency;
use crate::time::Day;

/// How many places after the point what was divided has.
pub(super) const PLACES: u32 = 8;

/// What the recorded days of a window come to.
#[derive(Debug, Default)]
pub(super) struct Sum {
    /// How many days there are.
    pub(super) days: u32,
    pub(super) total: Decimal,
    /// `None` without any day.
    pub(super) currency: Option<Currency>,
    pub(super) by_service: BTreeMap<String, Decimal>,
}

impl Sum {
    /// Adds up days of a window, which have to be in one currency.
    pub(super) fn of<'a>(window: Window, days: impl IntoIterator<Item = &'a CostDay>) -> Result<Self> {
        let mut sum = Self::default();
        for day in days {
            let currency = sum.currency.get_or_insert_with(|| day.currency.clone());
            if *currency != day.currency {
                let (key, other) = (window.key(), &day.currency);
                let reason = format!("costs of {key} are in {currency} and, on {}, in {other}", day.date);
                return Err(Error::Conflict { reason });
            }
            sum.days += 1;
            sum.total = sum.total.saturating_add(day.total);
            for (service, cost) in &day.by_service {
                let amount = sum.by_service.entry(service.clone()).or_default();
                *amount = amount.saturating_add(cost.amount);
            }
        }
        Ok(sum)
    }

    /// What the month of the window's last begun day comes to at the average of the recorded days; 0 without any.
    pub(super) fn projected_month(&self, last_begun: Day) -> Decimal {
        let month = Window::at(WindowType::Monthly, last_begun);
        let days = u32::try_from(month.days().count()).unwrap_or_default();
        if self.days == days {
            return self.total;
        }
        quotient(self.total.saturating_mul(days.into()), self.days.into(), PLACES)
    }
}

/// How many percent one amount is of another, with two places after the point; 0 of 0.
pub(super) fn percent(part: Decimal, whole: Decimal) -> Decimal {
    quotient(part.saturating_mul(Decimal::ONE_HUNDRED), whole, 2)
}

/// By how many percent an amount is more than an earlier one, with two places after the point; `None` when that one was
/// 0.
pub(super) fn change(amount: Decimal, before: Decimal) -> Option<Decimal> {
    let change = amount.saturating_sub(before).saturating_mul(Decimal::ONE_HUNDRED);
    Some(rounded(change.checked_div(before.abs())?, 2))
}
