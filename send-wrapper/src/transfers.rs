//! Transfers, and what happens to them.

mod page;
mod summary;

use cache_client::CacheId;
use serde::{Deserialize, Serialize};

use crate::analytics::{Client, Event, Recorder};
use crate::entries::{Entries, UNFINISHED};
use crate::error::{Error, Result};
use crate::health;
use crate::journal::GRACE;
use crate::keys::{DataPath, EntryKey};
use crate::names::{EventId, TransferId};
use crate::namespaces;
use crate::send_cache::SendCache;
use crate::time::Timestamp;

pub use page::{TransferEventsPage, TransferRow};
use summary::TransferTotals;

pub use summary::Summary;

/// The transfers.
///
/// A transfer has an entry of its own, which its first event creates, and under it a file for each event.
#[derive(Debug, Clone)]
pub struct Transfers {
    send: SendCache,
    entries: Entries,
    recorder: Option<Recorder>,
}

/// The entry of a transfer.
#[derive(Debug, Serialize, Deserialize)]
struct Transfer {
    transfer_id: TransferId,
    created_at: Timestamp,
}

/// Where an event is now. What is missing was counted and logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The event, the same in both places.
    pub event_id: EventId,
    /// Whether it is among the events of the site, or waits in the [recorder](Transfers::recorded_by) to be.
    pub in_analytics: bool,
    /// Whether it is among the transfer's events.
    pub in_transfer: bool,
}

impl Transfers {
    pub(crate) fn new(send: &SendCache) -> Self {
        Self { send: send.clone(), entries: send.own_entries(namespaces::TRANSFERS), recorder: None }
    }

    /// Leaves the analytics' side of events to this recorder, which makes one entry of many.
    pub fn recorded_by(self, recorder: &Recorder) -> Self {
        Self { recorder: Some(recorder.clone()), ..self }
    }

    /// Records what happened to a transfer: once in analytics and once under the transfer, with one `event_id` and the
    /// `transfer_id`. Both happen at the same time: four calls for the first event, two for others.
    ///
    /// It never fails: what the user asked for has happened already. What could not be written is [counted](SendCache::lost) and
    /// logged, and missing in the answer.
    pub async fn record_event(&self, transfer_id: &TransferId, event: Event) -> Recorded {
        let event = event.transfer_id(transfer_id.clone());
        let nowhere = Recorded { event_id: event.event_id.clone(), in_analytics: false, in_transfer: false };
        let (transfers, transfer_id) = (self.clone(), transfer_id.clone());
        // On its own: what is dropped half way would be lost and not counted.
        let recorded = self.send.apart(async move { transfers.record_twice(&transfer_id, event).await });
        recorded.await.unwrap_or(nowhere)
    }

    async fn record_twice(&self, transfer_id: &TransferId, event: Event) -> Recorded {
        let for_the_site = async {
            match &self.recorder {
                // It counts its losses itself.
                Some(recorder) => Ok(recorder.record(event.clone(), Client::default())),
                None => self.send.analytics().record_event(&event).await.map(|_| true),
            }
        };
        let (in_analytics, in_transfer) =
            futures::join!(for_the_site, self.send.within(self.write(transfer_id, &event)));
        let counters = &self.send.shared.counters;
        if let Err(error) = &in_analytics {
            health::lost(&counters.analytics_events, "an event of analytics", error);
        }
        if let Err(error) = &in_transfer {
            health::lost(&counters.transfer_events, "an event of a transfer", error);
        }
        Recorded {
            event_id: event.event_id,
            in_analytics: in_analytics.unwrap_or(false),
            in_transfer: in_transfer.is_ok(),
        }
    }

    async fn write(&self, transfer_id: &TransferId, event: &Event) -> Result<()> {
        let (key, now) = (key(transfer_id), self.send.now());
        let path = path(event, now);
        loop {
            let cache_id = self.ensure(&key, transfer_id, now).await?;
            match self.entries.data(cache_id).store_json(&path, event).await {
                // Deleted since this process saw it.
                Err(Error::NotFound { .. }) => self.entries.forget(&key),
                Err(error) => return Err(error),
                Ok(()) => {
                    self.entries.journal(cache_id).written::<TransferTotals>(&key);
                    return Ok(());
                }
            }
        }
    }

    /// The id of a transfer's entry, which is created when it is not there.
    async fn ensure(&self, key: &EntryKey, transfer_id: &TransferId, now: Timestamp) -> Result<CacheId> {
        loop {
            if let Some(cache_id) = self.entries.id_of(key).await? {
                return Ok(cache_id);
            }
            let transfer = Transfer { transfer_id: transfer_id.clone(), created_at: now };
            match self.entries.create(key, &transfer).await {
                // Somebody else's, who has not come to its end.
                Err(Error::AlreadyExists { .. }) => tokio::time::sleep(UNFINISHED).await,
                other => return other,
            }
        }
    }
}

/// A transfer is kept under its id.
fn key(transfer_id: &TransferId) -> EntryKey {
    EntryKey::parse(transfer_id.as_str()).expect("a transfer's id is a key")
}

/// Where the file of an event lies below its transfer. One that happened long ago is filed as if it had happened a minute ago, since
/// what happened before is counted once and for all.
fn path(event: &Event, now: Timestamp) -> DataPath {
    let at = event.timestamp.max(now.minus(GRACE)).min(now);
    let path = format!("{}/{:013}-{}", at.day().events_folder(), at.millis(), event.event_id);
    DataPath::parse(&path).expect("a day, a number and an event's id make a path")
}
