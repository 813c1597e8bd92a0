//! What happened to a transfer, in one document.

use std::collections::{BTreeSet, VecDeque};

use cache_client::CacheId;
use cache_client::client::{ChildEntry, Items};
use futures::TryStreamExt;
use serde::{Deserialize, Serialize};

use super::{GRACE, Transfer, Transfers, key};
use crate::analytics::{Event, EventType};
use crate::error::{Error, Result};
use crate::health::describe;
use crate::keys::DataPath;
use crate::names::{Country, TransferId};
use crate::namespaces;
use crate::time::Timestamp;

/// How many of the newest events a summary shows.
const RECENT: usize = 50;
/// How many events have to be settled before what they come to is saved.
const WORTH_SAVING: usize = 20;
/// How many events come with one call.
const PAGE: u32 = 1000;

/// What happened to a transfer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "admin", derive(utoipa::ToSchema))]
pub struct Summary {
    /// The transfer.
    pub transfer_id: TransferId,
    /// The id of its entry.
    #[cfg_attr(feature = "admin", schema(value_type = String))]
    pub cache_id: CacheId,
    /// How often its page was shown.
    pub total_views: u64,
    /// How often it was downloaded.
    pub total_downloads: u64,
    /// When its first event was recorded.
    pub created_at: Timestamp,
    /// When something happened last; 0 for never.
    pub last_activity_at: Timestamp,
    /// The newest events, the last one first; 50 at most.
    pub events: Vec<Event>,
    /// The hours of the day in which something happened, 0 to 23.
    pub active_hours: BTreeSet<u8>,
    /// Where something happened.
    pub active_countries: BTreeSet<Country>,
}

/// What events come to. It is saved as the transfer's data file `summary`, for all events up to one.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Totals {
    /// The newest file of an event that is counted; none below it can come any more.
    up_to: String,
    events: usize,
    total_views: u64,
    total_downloads: u64,
    last_activity_at: Timestamp,
    active_hours: BTreeSet<u8>,
    active_countries: BTreeSet<Country>,
    /// The newest events, the last one at the end.
    recent: VecDeque<Event>,
}

impl Totals {
    fn add(&mut self, event: Event) {
        self.events += 1;
        match event.event_type {
            EventType::PageView => self.total_views += 1,
            EventType::FileDownload => self.total_downloads += 1,
            EventType::ApiCall | EventType::FileUpload | EventType::TransferComplete | EventType::TokenUse => {}
        }
        self.last_activity_at = self.last_activity_at.max(event.timestamp);
        self.active_hours.insert(event.timestamp.hour());
        self.active_countries.extend(event.country.clone());
        self.recent.push_back(event);
        if self.recent.len() > RECENT {
            self.recent.pop_front();
        }
    }

    fn summary(self, transfer_id: &TransferId, cache_id: CacheId, created_at: Timestamp) -> Summary {
        Summary {
            transfer_id: transfer_id.clone(),
            cache_id,
            total_views: self.total_views,
            total_downloads: self.total_downloads,
            created_at,
            last_activity_at: self.last_activity_at,
            events: self.recent.into_iter().rev().collect(),
            active_hours: self.active_hours,
            active_countries: self.active_countries,
        }
    }
}

impl Transfers {
    /// Says what happened to a transfer; `None` when there is no such transfer.
    ///
    /// Three calls and one more for each 1,000 events since the last summary. What older events come to is saved now and then, as
    /// one call more.
    pub async fn summary(&self, transfer_id: &TransferId) -> Result<Option<Summary>> {
        self.send.within(self.summarise(transfer_id)).await
    }

    /// The newest events of a transfer, the last one first; `None` when there is no such transfer. At most 10,000 are given.
    pub async fn events(&self, transfer_id: &TransferId, limit: usize) -> Result<Option<Vec<Event>>> {
        if !(1..=10_000).contains(&limit) {
            return Err(crate::Invalid::new("limit", "is not between 1 and 10000").into());
        }
        let read = async {
            let key = key(transfer_id);
            let Some(cache_id) = self.entries.id_of(&key).await? else { return Ok(None) };
            let mut events = Vec::new();
            let mut children = self.newest(cache_id, u32::try_from(limit).unwrap_or(PAGE));
            while events.len() < limit
                && let Some(child) = children.try_next().await.map_err(gone)?
            {
                events.push(child.json()?);
            }
            Ok(Some(events))
        };
        match self.send.within(read).await {
            Err(Error::NotFound { .. }) => Ok(None),
            other => other,
        }
    }

    async fn summarise(&self, transfer_id: &TransferId) -> Result<Option<Summary>> {
        let key = key(transfer_id);
        let Some(found) = self.entries.find::<Transfer>(&key).await? else { return Ok(None) };
        let (cache_id, data) = (found.cache_id, self.entries.data(found.cache_id));
        let path = DataPath::parse("summary")?;
        let mut totals: Totals = data.json(&path).await?.unwrap_or_default();
        let before = totals.events;
        let mut newer = Vec::new();
        let mut children = self.newest(cache_id, PAGE);
        while let Some(child) = children.try_next().await.map_err(gone)? {
            let file = format!("{}/{}", child.key, child.file_id);
            if file <= totals.up_to {
                break;
            }
            newer.push((file, child.json::<Event>()?));
        }
        newer.reverse();
        // Events of the last minutes may still get company.
        let settled = self.send.now().minus(GRACE);
        let settled = format!("{}/{:013}", settled.day().events_folder(), settled.millis());
        let fresh = newer.split_off(newer.partition_point(|(file, _)| *file < settled));
        for (file, event) in newer {
            totals.add(event);
            totals.up_to = file;
        }
        if totals.events >= before + WORTH_SAVING
            && let Err(error) = data.store_json(&path, &totals).await
        {
            tracing::warn!(%transfer_id, error = describe(&error), "what the events of a transfer come to could not be saved");
        }
        for (_, event) in fresh {
            totals.add(event);
        }
        Ok(Some(totals.summary(transfer_id, cache_id, found.value.created_at)))
    }

    fn newest(&self, cache_id: CacheId, page: u32) -> Items<ChildEntry> {
        let children = self.send.cache.data().read(namespaces::TRANSFERS, cache_id).key("events");
        children.descending().page_size(page.min(PAGE)).stream()
    }
}

fn gone(error: cache_client::Error) -> Error {
    match error {
        cache_client::Error::NotFound { .. } => Error::missing("such transfer"),
        error => error.into(),
    }
}
