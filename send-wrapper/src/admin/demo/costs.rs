//! What the site of the demonstration costs, day by day.

use super::random::Random;
use crate::costs::{Cost, CostDay, Decimal};
use crate::error::Result;
use crate::names::Currency;
use crate::send_cache::SendCache;
use crate::time::{Day, Timestamp};

/// How many days are recorded.
const DAYS: u32 = 62;
/// Services, and what a usual day of each costs, in cents.
const SERVICES: [(&str, u64); 6] = [
    ("Amazon CloudFront", 92),
    ("Amazon Simple Storage Service", 78),
    ("AWS Lambda", 41),
    ("Amazon Elastic Compute Cloud - Compute", 66),
    ("AmazonCloudWatch", 17),
    ("AWS Cost Explorer", 3),
];
/// How many days before the end the launch was, which cost more.
const LAUNCH: u32 = 9;

/// Records what the days before the end cost.
pub(super) async fn record(send: &SendCache, end: Timestamp, random: &mut Random) -> Result<()> {
    let costs = send.costs();
    for ago in (1..=DAYS).rev() {
        let date = end.day().minus_days(ago);
        costs.record(date, day(date, ago, random)).await?;
    }
    Ok(())
}

fn day(date: Day, ago: u32, random: &mut Random) -> CostDay {
    let growth = 70 + u64::from(DAYS - ago) * 70 / u64::from(DAYS);
    let launch = match ago {
        LAUNCH => 230,
        ago if ago + 1 == LAUNCH => 150,
        _ => 100,
    };
    let cents = |usual: u64, random: &mut Random| usual * growth * launch * (90 + random.below(21)) / 1_000_000;
    let parts: Vec<(&str, u64)> = SERVICES.iter().map(|(name, usual)| (*name, cents(*usual, random))).collect();
    let amount = |cents: u64| Decimal::new(i64::try_from(cents).unwrap_or_default(), 2);
    let currency = Currency::parse("USD").expect("three capital letters are a currency");
    let total = amount(parts.iter().map(|(_, cents)| cents).sum());
    let of_day = CostDay { collected_at: date.plus_days(1).start(), ..CostDay::new(date, currency, total) };
    parts.into_iter().fold(of_day, |day, (name, cents)| day.service(name, Cost::new(amount(cents))))
}
