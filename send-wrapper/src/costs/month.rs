//! What the running month costs so far, and what it will come to.

use rust_decimal::Decimal;
use serde::Serialize;

use super::Costs;
use super::sum::Sum;
use super::window::{Window, WindowType};
use crate::error::Result;
use crate::names::Currency;

/// What the running month costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "admin", derive(utoipa::ToSchema))]
pub struct MonthSoFar {
    /// The month, such as `2026-02`.
    pub window_key: String,
    /// What the amounts are in; null when no day is recorded.
    pub currency: Option<Currency>,
    /// What its recorded days cost together.
    pub total_cost: Decimal,
    /// What it comes to, if all its days cost what the recorded ones cost on average; 0 when none is recorded.
    pub projected_month: Decimal,
    /// How many of its days are recorded.
    pub days_recorded: u32,
    /// How many records of its days cannot be read, and count as not recorded.
    pub days_unreadable: u32,
    /// How many of its days are over.
    pub days_over: u32,
}

impl Costs {
    /// What the running month costs so far: one call for each of its days.
    /// [`Conflict`](crate::Error::Conflict) when its days are in several currencies.
    pub async fn month_so_far(&self) -> Result<MonthSoFar> {
        self.send.within_long(self.sum_up_so_far()).await
    }

    async fn sum_up_so_far(&self) -> Result<MonthSoFar> {
        let today = self.send.now().day();
        let month = Window::at(WindowType::Monthly, today);
        let days = self.days(month.first().up_to(today)).await?;
        let sum = Sum::of(month, &days.items)?;
        Ok(MonthSoFar {
            window_key: month.key(),
            total_cost: sum.total,
            projected_month: sum.projected_month(today),
            days_recorded: sum.days,
            days_unreadable: u32::try_from(days.unreadable).unwrap_or(u32::MAX),
            days_over: u32::try_from(month.days().filter(|day| *day < today).count()).unwrap_or_default(),
            currency: sum.currency,
        })
    }
}
