//! What it costs: recorded day by day, and summed up by days, weeks and months.

mod aggregation;
mod alerts;
#[cfg(feature = "aws")]
mod charges;
#[cfg(feature = "aws")]
mod collector;
#[cfg(feature = "aws")]
mod cost_explorer;
mod day;
pub(crate) mod decimal;
mod keep;
mod month;
mod sum;
mod units;
mod window;

use futures::stream::{StreamExt, TryStreamExt, iter};

use self::keep::{Stored, keep};
use crate::entries::Entries;
use crate::error::{Error, Result};
use crate::keys::EntryKey;
use crate::listed::Listed;
use crate::namespaces;
use crate::send_cache::SendCache;
use crate::time::Day;

pub use aggregation::{Aggregation, Driver};
pub use alerts::{Alert, Limits};
#[cfg(feature = "aws")]
pub use collector::{Collected, Collector, CollectorSettings};
#[cfg(feature = "aws")]
pub use cost_explorer::CostExplorer;
pub use day::{Cost, CostDay};
pub use keep::Recorded;
pub use month::MonthSoFar;
pub use rust_decimal::Decimal;
pub use window::{Window, WindowType};

/// How many records are read or written at once.
const AT_ONCE: usize = 8;

/// What it costs.
///
/// Every amount is a decimal number, in documents a text: 0.1 and 0.2 are 0.3. Sums are exact as long as 28 digits hold
/// them.
///
/// ```
/// use std::sync::Arc;
///
/// use send_wrapper::costs::{Cost, CostDay, Decimal, Window, WindowType};
/// use send_wrapper::{Currency, Day, ManualClock, SendCache};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> anyhow::Result<()> {
/// # let client = cache_server::in_process::InProcess::in_memory()?.client();
/// // On 13 February 2026, at noon.
/// let send = SendCache::new(client).clock(Arc::new(ManualClock::at(1_770_984_000_000)));
/// for (date, amount) in [("2026-02-09", "0.1"), ("2026-02-10", "0.2")] {
///     let (date, amount) = (Day::parse(date)?, amount.parse()?);
///     let day = CostDay::new(date, Currency::parse("USD")?, amount);
///     send.costs().record(date, day.service("Amazon S3", Cost::new(amount))).await?;
/// }
/// let week = send.costs().aggregation(Window::parse(WindowType::Weekly, "2026-W07")?).await?;
/// assert_eq!(week.total_cost, "0.3".parse::<Decimal>()?);
/// assert_eq!((week.days_recorded, week.days_expected), (2, 4));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Costs {
    send: SendCache,
    entries: Entries,
}

impl Costs {
    pub(crate) fn new(send: &SendCache) -> Self {
        Self { send: send.clone(), entries: send.own_entries(namespaces::COSTS) }
    }

    /// Records what a day cost, or corrects what was recorded of it.
    ///
    /// Recording the same again writes nothing, whenever it was collected. Of several who record one day at the same
    /// time, the last one wins, and the day has one entry. JSON that somebody else has stored in its place is replaced. One call for a new day, four at most for one that is there,
    /// if nobody else writes it.
    ///
    /// `total` need not be the sum of the services: what somebody records by hand may know no parts. Refused as
    /// [`Invalid`](crate::Error::Invalid) are days to come, a `date` that is not the day's own, amounts beyond 10^12 in
    /// either direction (credits are negative), quantities beyond 10^18, more than 10,000 services or usage types, and
    /// names that are empty, longer than 256 bytes or hold control characters.
    pub async fn record(&self, date: Day, day: CostDay) -> Result<Recorded> {
        let now = self.send.now();
        let day = day.checked(date, now)?;
        let same = |stored: &CostDay| stored.says_the_same_as(&day);
        let (recorded, _) = self.send.within(keep(&self.entries, &record_key(date), &day, same)).await?;
        Ok(recorded)
    }

    /// What was recorded of a day. One call.
    pub async fn day(&self, date: Day) -> Result<Option<CostDay>> {
        self.entries.retrieve(&record_key(date)).await
    }

    /// What was recorded of these days, in their order, without those of which there is nothing. One call for each.
    async fn days(&self, dates: impl Iterator<Item = Day>) -> Result<Listed<CostDay>> {
        let read = |date| async move {
            let stored: Option<Stored<CostDay>> = match self.entries.retrieve(&record_key(date)).await {
                // A text or bytes in its place.
                Err(Error::Cache(cache_client::Error::Conflict { .. } | cache_client::Error::Protocol { .. })) => {
                    return Ok(Some(Err(Unreadable(date))));
                }
                stored => stored?,
            };
            Ok::<_, Error>(stored.map(|stored| stored.readable().ok_or(Unreadable(date))))
        };
        let days: Vec<Option<_>> = iter(dates.map(read)).buffered(AT_ONCE).try_collect().await?;
        let mut listed = Listed::new();
        days.into_iter().flatten().for_each(|day| listed.add(day));
        Ok(listed)
    }
}

/// What is stored in the place of a day is no record of one.
#[derive(Debug, thiserror::Error)]
#[error("what is stored as the costs of {0} is none of our records")]
struct Unreadable(Day);

/// Where the record of a day lies.
fn record_key(date: Day) -> EntryKey {
    EntryKey::parse(&format!("records/{date}")).expect("a day is digits and dashes")
}
