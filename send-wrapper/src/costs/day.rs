//! What one day cost.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::decimal;
use crate::names::{Currency, Invalid, plain_text};
use crate::time::{Day, Timestamp};

/// How large an amount may be, in either direction.
const MOST_AMOUNT: i64 = 1_000_000_000_000;
/// How large a quantity may be.
const MOST_QUANTITY: i64 = 1_000_000_000_000_000_000;
/// How many services a day may have, and how many usage types.
const MOST_PARTS: usize = 10_000;
/// How long the name of a service or a usage type may be, in bytes.
const LONGEST_NAME: usize = 256;
/// How long a unit may be, in bytes.
const LONGEST_UNIT: usize = 64;

/// What one day cost.
///
/// Amounts are read from texts and from numbers, digit by digit, and written as texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "admin", derive(utoipa::ToSchema))]
pub struct CostDay {
    /// The day, of UTC.
    pub date: Day,
    /// When this became known; the moment it is recorded when it is 0 or missing.
    #[serde(default)]
    pub collected_at: Timestamp,
    /// What all amounts are in.
    pub currency: Currency,
    /// What all of it cost; negative when credits were more.
    #[serde(deserialize_with = "decimal::exact")]
    pub total: Decimal,
    /// What each service cost, such as `Amazon Simple Storage Service`.
    #[serde(default)]
    pub by_service: BTreeMap<String, Cost>,
    /// What each kind of use cost, such as `EU-Requests-Tier1`.
    #[serde(default)]
    pub by_usage_type: BTreeMap<String, Cost>,
}

/// What a part of it cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "admin", derive(utoipa::ToSchema))]
pub struct Cost {
    /// How much; negative for credits and refunds.
    #[serde(deserialize_with = "decimal::exact")]
    pub amount: Decimal,
    /// How much was used; `None` when what was used has different units, or it is not known.
    #[serde(default, deserialize_with = "decimal::optional")]
    pub usage_quantity: Option<Decimal>,
    /// The unit of the quantity, such as `GB-Mo`.
    #[serde(default)]
    pub usage_unit: Option<String>,
}

impl CostDay {
    /// A day of this total, without parts.
    pub fn new(date: Day, currency: Currency, total: Decimal) -> Self {
        let (by_service, by_usage_type) = Default::default();
        Self { date, collected_at: Timestamp::default(), currency, total, by_service, by_usage_type }
    }

    /// Says what a service cost.
    pub fn service(mut self, name: impl Into<String>, cost: Cost) -> Self {
        self.by_service.insert(name.into(), cost);
        self
    }

    /// Says what a kind of use cost.
    pub fn usage_type(mut self, name: impl Into<String>, cost: Cost) -> Self {
        self.by_usage_type.insert(name.into(), cost);
        self
    }

    /// The day as it is recorded under this date, if it can be.
    pub(super) fn checked(mut self, date: Day, now: Timestamp) -> Result<Self, Invalid> {
        if self.date != date {
            return Err(Invalid::new("date", format!("is {} in the day that is recorded as {date}", self.date)));
        }
        if date > now.day() {
            return Err(Invalid::new("date", format!("{date} is yet to come")));
        }
        if self.collected_at.is_after_the_year_9999() {
            return Err(Invalid::new("collected_at", "is after the year 9999, in milliseconds since 1970"));
        }
        self.total = amount("total", "is", self.total)?;
        for (field, parts) in [("by_service", &mut self.by_service), ("by_usage_type", &mut self.by_usage_type)] {
            if parts.len() > MOST_PARTS {
                return Err(Invalid::new(field, format!("has more than {MOST_PARTS} names")));
            }
            for (name, cost) in parts {
                plain_text(field, name, LONGEST_NAME).map_err(|error| part(field, "a name", &error))?;
                cost.check(field, name)?;
            }
        }
        if self.collected_at.is_never() {
            self.collected_at = now;
        }
        Ok(self)
    }

    /// Whether it says the same, whenever that became known.
    pub(super) fn says_the_same_as(&self, other: &Self) -> bool {
        let Self { date, collected_at: _, currency, total, by_service, by_usage_type } = self;
        (date, currency, total) == (&other.date, &other.currency, &other.total)
            && (by_service, by_usage_type) == (&other.by_service, &other.by_usage_type)
    }
}

impl Cost {
    /// A cost without a quantity.
    pub fn new(amount: Decimal) -> Self {
        Self { amount, usage_quantity: None, usage_unit: None }
    }

    /// Says how much was used, and in what unit.
    pub fn usage(self, quantity: Decimal, unit: impl Into<String>) -> Self {
        Self { usage_quantity: Some(quantity), usage_unit: Some(unit.into()), ..self }
    }

    fn check(&mut self, field: &'static str, name: &str) -> Result<(), Invalid> {
        self.amount = amount(field, &format!("has {name:?} at"), self.amount)?;
        if let Some(quantity) = &mut self.usage_quantity {
            if quantity.abs() > Decimal::from(MOST_QUANTITY) {
                return Err(Invalid::new(field, format!("has {name:?} with a quantity beyond {MOST_QUANTITY}")));
            }
            *quantity = quantity.normalize();
        }
        if let Some(unit) = &self.usage_unit {
            plain_text(field, unit, LONGEST_UNIT)
                .map_err(|error| part(field, &format!("the unit of {name:?}"), &error))?;
        }
        Ok(())
    }
}

/// The amount in its shortest form, if it is not absurd.
fn amount(field: &'static str, has: &str, amount: Decimal) -> Result<Decimal, Invalid> {
    if amount.abs() > Decimal::from(MOST_AMOUNT) {
        return Err(Invalid::new(field, format!("{has} {amount}, beyond {MOST_AMOUNT}")));
    }
    Ok(amount.normalize())
}

/// A refusal of what is in a field.
fn part(field: &'static str, what: &str, error: &Invalid) -> Invalid {
    Invalid::new(field, format!("has {what} that {}", error.reason))
}
