//! Alerts: what costs more than it may.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::Costs;
use super::sum::Sum;
use super::window::{Window, WindowType};
use crate::error::Result;
use crate::names::Currency;

/// How many days back the newest recorded day is looked for, today among them.
const RECENT: u32 = 7;

/// What may be spent without an alert, in whatever currency costs are recorded in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "admin", derive(utoipa::ToSchema), schema(as = CostLimits))]
pub struct Limits {
    /// In a day; 5 when not given.
    pub day: Decimal,
    /// In a week; 25 when not given.
    pub week: Decimal,
    /// In a month, as it is projected; 100 when not given.
    pub month: Decimal,
}

impl Default for Limits {
    fn default() -> Self {
        Self { day: Decimal::from(5), week: Decimal::from(25), month: Decimal::ONE_HUNDRED }
    }
}

/// Something that costs more than it may.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "admin", derive(utoipa::ToSchema))]
pub struct Alert {
    /// How long the window is.
    pub window_type: WindowType,
    /// The window, such as `2026-W07`.
    pub window_key: String,
    /// What it may cost.
    pub limit: Decimal,
    /// What it costs; of a month, what it will cost if it goes on like that.
    pub amount: Decimal,
    /// What both are in.
    pub currency: Currency,
}

impl Costs {
    /// What costs more than it may; nothing that costs just as much.
    ///
    /// - The **day** is the newest recorded one of the last seven days.
    /// - The **weeks** are the last one that is over and the running one, each with what is recorded of it.
    /// - The **month** is the running one, at the average of its recorded days; without any there is no alert. The
    ///   first days of a month say little of the rest of it.
    ///
    /// One call for each day from the first one that matters until today, 37 at most.
    /// [`Conflict`](crate::Error::Conflict) when a week or the month is in several currencies.
    pub async fn alerts(&self, limits: &Limits) -> Result<Vec<Alert>> {
        self.send.within_long(self.find_alerts(limits)).await
    }

    async fn find_alerts(&self, limits: &Limits) -> Result<Vec<Alert>> {
        let today = self.send.now().day();
        let (week, month) = (Window::at(WindowType::Weekly, today), Window::at(WindowType::Monthly, today));
        let weeks = [week.previous(), Some(week)].into_iter().flatten();
        let recent = today.minus_days(RECENT - 1);
        let first = weeks.clone().map(Window::first).fold(month.first().min(recent), Ord::min);
        let days = self.days(first.up_to(today)).await?;
        let sum = |window: Window| Sum::of(window, days.iter().filter(|day| window.has(day.date)));

        let mut alerts = Vec::new();
        let mut add = |window: Window, limit, amount, currency: Option<Currency>| {
            if let Some(currency) = currency.filter(|_| amount > limit) {
                let (window_type, window_key) = (window.kind(), window.key());
                alerts.push(Alert { window_type, window_key, limit, amount, currency });
            }
        };
        if let Some(day) = days.last().filter(|day| day.date >= recent) {
            add(Window::at(WindowType::Daily, day.date), limits.day, day.total, Some(day.currency.clone()));
        }
        for week in weeks {
            let sum = sum(week)?;
            add(week, limits.week, sum.total, sum.currency);
        }
        let sum = sum(month)?;
        add(month, limits.month, sum.projected_month(today), sum.currency);
        Ok(alerts)
    }
}
