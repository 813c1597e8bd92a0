//! What AWS charged, put together from however many pages it came in.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use rust_decimal::Decimal;

use super::day::{Cost, CostDay};
use super::decimal;
use crate::error::{Error, Result};
use crate::names::Currency;
use crate::time::{Day, Timestamp};

/// What a service or a usage type without a name is called.
const NAMELESS: &str = "(none)";
/// What a day is in of which nobody says it.
const USUAL_CURRENCY: &str = "USD";

/// What was charged on each day that AWS knows.
#[derive(Debug, Default)]
pub(super) struct Charges {
    days: BTreeMap<Day, Charged>,
}

/// What was charged on a day.
#[derive(Debug, Default)]
struct Charged {
    currency: Option<Currency>,
    total: Decimal,
    by_service: BTreeMap<String, Cost>,
    by_usage_type: BTreeMap<String, Cost>,
}

/// A number and its unit, as AWS writes them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Metric<'a> {
    pub(super) amount: &'a str,
    pub(super) unit: &'a str,
}

/// One charge: for a usage type of a service.
#[derive(Debug, Clone, Copy)]
pub(super) struct Charge<'a> {
    pub(super) service: &'a str,
    pub(super) usage_type: &'a str,
    pub(super) cost: Metric<'a>,
    pub(super) usage: Option<Metric<'a>>,
}

impl Charges {
    /// Takes note of a day, of which there may be nothing else to say.
    pub(super) fn know(&mut self, day: Day) {
        self.days.entry(day).or_default();
    }

    /// Takes note of what a day without any charge comes to.
    pub(super) fn set_total(&mut self, day: Day, cost: Metric<'_>) -> Result<()> {
        let charged = self.days.entry(day).or_default();
        charged.be_in(day, cost.unit)?;
        charged.total = number(cost.amount)?;
        Ok(())
    }

    /// Adds a charge to its day.
    pub(super) fn add(&mut self, day: Day, charge: Charge<'_>) -> Result<()> {
        let charged = self.days.entry(day).or_default();
        charged.be_in(day, charge.cost.unit)?;
        let mut cost = Cost::new(number(charge.cost.amount)?);
        if let Some(usage) = charge.usage.filter(|usage| !usage.unit.is_empty()) {
            cost = cost.usage(number(usage.amount)?, usage.unit);
        }
        charged.total = sum(charged.total, cost.amount)?;
        for (costs, name) in
            [(&mut charged.by_service, charge.service), (&mut charged.by_usage_type, charge.usage_type)]
        {
            let name = if name.is_empty() { NAMELESS } else { name };
            match costs.entry(name.to_owned()) {
                Entry::Vacant(vacant) => drop(vacant.insert(cost.clone())),
                Entry::Occupied(mut occupied) => merge(occupied.get_mut(), &cost)?,
            }
        }
        Ok(())
    }

    /// The days, which have to be all of those that were asked for, but for those before the first one that AWS knows:
    /// the account is no older.
    pub(super) fn into_days(self, first: Day, last: Day, now: Timestamp) -> Result<Vec<CostDay>> {
        let Some((&known, _)) = self.days.first_key_value() else {
            return Err(unusable(format!("says nothing of the days from {first} to {last}")));
        };
        let asked = first..=last;
        if let Some(other) = self.days.keys().find(|day| !asked.contains(day)) {
            return Err(unusable(format!("speaks of {other}, asked for the days from {first} to {last}")));
        }
        if let Some(missing) = known.up_to(last).find(|day| !self.days.contains_key(day)) {
            return Err(unusable(format!("says nothing of {missing}, but of days before it")));
        }
        let usual = self.days.values().find_map(|charged| charged.currency.clone());
        let usual = usual.map_or_else(|| Currency::parse(USUAL_CURRENCY), Ok)?;
        let days = self.days.into_iter().map(|(date, charged)| CostDay {
            date,
            collected_at: now,
            currency: charged.currency.unwrap_or_else(|| usual.clone()),
            total: charged.total,
            by_service: charged.by_service,
            by_usage_type: charged.by_usage_type,
        });
        Ok(days.collect())
    }
}

impl Charged {
    fn be_in(&mut self, day: Day, currency: &str) -> Result<()> {
        let currency = Currency::parse(currency)
            .map_err(|error| unusable(format!("charges {day} in {currency:?}, which {}", error.reason)))?;
        match &self.currency {
            Some(other) if *other != currency => {
                Err(unusable(format!("charges {day} in several currencies, {other} and {currency}")))
            }
            Some(_) => Ok(()),
            None => {
                self.currency = Some(currency);
                Ok(())
            }
        }
    }
}

/// Adds a cost to another. What has different units has no quantity.
fn merge(into: &mut Cost, cost: &Cost) -> Result<()> {
    into.amount = sum(into.amount, cost.amount)?;
    let quantities = into.usage_quantity.zip(cost.usage_quantity).filter(|_| into.usage_unit == cost.usage_unit);
    into.usage_quantity = quantities.map(|(one, other)| sum(one, other)).transpose()?;
    if into.usage_quantity.is_none() {
        into.usage_unit = None;
    }
    Ok(())
}

fn number(text: &str) -> Result<Decimal> {
    decimal::parse(text).ok_or_else(|| unusable(format!("says {text:?}, which is no decimal number")))
}

fn sum(one: Decimal, other: Decimal) -> Result<Decimal> {
    one.checked_add(other).ok_or_else(|| unusable("charges more than can be counted"))
}

/// The error for an answer that cannot be used.
pub(super) fn unusable(does: impl Into<String>) -> Error {
    // An answer says what it likes; an error is bounded.
    Error::CostSource { reason: does.into().chars().filter(|character| !character.is_control()).take(400).collect() }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn charge<'a>(service: &'a str, usage_type: &'a str, amount: &'a str, usage: (&'a str, &'a str)) -> Charge<'a> {
        let usage = Some(Metric { amount: usage.0, unit: usage.1 });
        Charge { service, usage_type, cost: Metric { amount, unit: "USD" }, usage }
    }

    fn days(charges: Charges) -> Result<Vec<CostDay>> {
        charges.into_days(day("2026-02-01"), day("2026-02-03"), Timestamp::from_millis(1))
    }

    #[test]
    fn charges_add_up_by_service_and_by_usage_type() {
        let mut charges = Charges::default();
        let first = day("2026-02-01");
        charges.add(first, charge("S3", "Requests", "0.1", ("10", "Requests"))).unwrap();
        charges.add(first, charge("S3", "Requests", "0.2", ("5", "Requests"))).unwrap();
        charges.know(day("2026-02-02"));
        // Of the first day again, on a page that came later.
        charges.add(first, charge("S3", "Storage", "1E-7", ("2.5", "GB-Mo"))).unwrap();
        charges.add(first, charge("S3", "Storage", "0", ("2.5", "GB-Mo"))).unwrap();
        charges.add(first, charge("", "", "-0.3", ("", ""))).unwrap();
        charges.set_total(day("2026-02-03"), Metric { amount: "0", unit: "USD" }).unwrap();

        let days = days(charges).unwrap();
        assert_eq!((days.len(), days[0].total.to_string().as_str()), (3, "0.0000001"));
        let cost = |amount: &str| Cost::new(amount.parse().unwrap());
        let with = |amount: &str, quantity: &str, unit| cost(amount).usage(quantity.parse().unwrap(), unit);
        assert_eq!(days[0].by_service["S3"], cost("0.3000001"));
        assert_eq!(days[0].by_service["(none)"], cost("-0.3"));
        assert_eq!(days[0].by_usage_type["Requests"], with("0.3", "15", "Requests"));
        assert_eq!(days[0].by_usage_type["Storage"], with("0.0000001", "5", "GB-Mo"));
        assert_eq!((days[1].total, days[1].currency.as_str(), days[1].by_service.len()), (Decimal::ZERO, "USD", 0));
        assert_eq!(days[2].total, Decimal::ZERO);
    }

    #[test]
    fn days_before_the_first_known_one_are_left_out_and_no_others() {
        let mut charges = Charges::default();
        charges.know(day("2026-02-02"));
        charges.know(day("2026-02-03"));
        assert_eq!(days(charges).unwrap()[0].date, day("2026-02-02"));
        for known in [&["2026-02-01", "2026-02-03"][..], &["2026-02-01"], &["2026-01-31"], &[]] {
            let mut charges = Charges::default();
            known.iter().for_each(|known| charges.know(day(known)));
            assert_eq!(days(charges).unwrap_err().code(), "COST_SOURCE", "{known:?}");
        }
    }

    #[test]
    fn what_cannot_be_counted_is_refused() {
        let mut charges = Charges::default();
        let mut refused = |amount, unit| {
            let cost = Metric { amount, unit };
            charges.set_total(day("2026-02-01"), cost).unwrap_err().to_string()
        };
        assert_eq!(refused("a lot", "USD"), "the source of costs says \"a lot\", which is no decimal number");
        assert!(refused("1", "dollars").contains("is not three capital letters"));
        assert!(refused("1", "EUR").contains("several currencies"));
        let most = Decimal::MAX.to_string();
        charges.add(day("2026-02-02"), charge("S3", "Requests", &most, ("1", "Requests"))).unwrap();
        assert!(charges.add(day("2026-02-02"), charge("S3", "Storage", &most, ("1", "GB-Mo"))).is_err());
    }
}
