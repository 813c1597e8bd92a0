//! What happened to a transfer, in one document.

use std::collections::BTreeSet;

use cache_client::CacheId;
use cache_client::client::BulkEntry;
use futures::TryStreamExt;
use serde::{Deserialize, Serialize};

use super::{Transfer, Transfers, key};
use crate::analytics::{Event, EventType};
use crate::error::{Error, Result};
use crate::journal::{Expired, Known, RECENT, Reach, Sum, Totals};
use crate::listed::Listed;
use crate::names::{Country, EventId, TransferId};
use crate::time::{Day, Timestamp};

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
    /// How many events could not be read. They are in no other figure.
    #[serde(default)]
    pub unreadable_events: u64,
    /// The hours of the day in which something happened, 0 to 23.
    pub active_hours: BTreeSet<u8>,
    /// Where something happened.
    pub active_countries: BTreeSet<Country>,
}

/// What the events of a transfer come to.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct TransferTotals {
    total_views: u64,
    total_downloads: u64,
    last_activity_at: Timestamp,
    active_hours: BTreeSet<u8>,
    active_countries: BTreeSet<Country>,
}

impl Totals for TransferTotals {
    type Event = Event;

    fn add(&mut self, event: &Event) {
        match event.event_type {
            EventType::PageView => self.total_views += 1,
            EventType::FileDownload => self.total_downloads += 1,
            EventType::ApiCall | EventType::FileUpload | EventType::TransferComplete | EventType::TokenUse => {}
        }
        self.last_activity_at = self.last_activity_at.max(event.timestamp);
        self.active_hours.insert(event.timestamp.hour());
        self.active_countries.extend(event.country.clone());
    }

    fn id(event: &Event) -> &EventId {
        &event.event_id
    }

    fn at(event: &Event) -> Timestamp {
        event.timestamp
    }

    type Record = Transfer;

    fn known(transfer: &Transfer) -> Known {
        Known { since: transfer.created_at, ..Known::default() }
    }
}

impl Transfers {
    /// Says what happened to a transfer; `None` when there is no such transfer.
    ///
    /// Two calls, one more for each 200 events that are not in the saved summary yet, and one to save it: five at most where the
    /// events were written by this version of the crate and none in the last two minutes. A summary that has a longer way saves what it has
    /// got, so that one that ran out of time goes on when it is asked for again.
    pub async fn summary(&self, transfer_id: &TransferId) -> Result<Option<Summary>> {
        let summary = async {
            let found = self.entries.look::<Transfer>(&key(transfer_id)).await?;
            let Some((cache_id, transfer)) = found else { return Ok(None) };
            let known = TransferTotals::known(&transfer);
            let sum = self.entries.journal(cache_id).catch_up::<TransferTotals>(Reach::Newest, &known).await?.sum();
            let Sum { recent, unreadable_events, totals, .. } = sum;
            Ok(Some(Summary {
                transfer_id: transfer_id.clone(),
                cache_id,
                total_views: totals.total_views,
                total_downloads: totals.total_downloads,
                created_at: transfer.created_at,
                // A clock that is wrong does not make it later than now.
                last_activity_at: totals.last_activity_at.min(self.send.now()),
                events: recent.into_iter().rev().collect(),
                unreadable_events,
                active_hours: totals.active_hours,
                active_countries: totals.active_countries,
            }))
        };
        unless_gone(self.send.within(summary).await)
    }

    /// The newest events of a transfer, the last one first; `None` when there is no such transfer. At most 10,000 are given.
    ///
    /// The newest 50 are four calls, however many there are. More are one call for each 1,000, for which the service on `s3` lists all of
    /// them.
    pub async fn events(&self, transfer_id: &TransferId, limit: usize) -> Result<Option<Listed<Event>>> {
        if !(1..=10_000).contains(&limit) {
            return Err(crate::Invalid::new("limit", "is not between 1 and 10000").into());
        }
        let read = async {
            let found = self.entries.look::<Transfer>(&key(transfer_id)).await?;
            let Some((cache_id, transfer)) = found else { return Ok(None) };
            if limit <= RECENT
                && let Some(newest) = self.newest_events(cache_id, &transfer).await?
            {
                let NewestEvents { events: mut items, unreadable, .. } = newest;
                items.truncate(limit);
                return Ok(Some(Listed { items, unreadable }));
            }
            let journal = self.entries.journal(cache_id);
            let mut events = Listed::new();
            let mut children = journal.newest("events".to_owned(), u32::try_from(limit).unwrap_or(1000));
            while events.len() < limit
                && let Some(child) = children.try_next().await?
            {
                events.add(child.json());
            }
            Ok(Some(events))
        };
        unless_gone(self.send.within(read).await)
    }

    /// The newest events, from the summary and what comes after it; `None` when that takes more than two pages.
    pub(super) async fn newest_events(&self, cache_id: CacheId, transfer: &Transfer) -> Result<Option<NewestEvents>> {
        let (journal, known) = (self.entries.journal(cache_id), TransferTotals::known(transfer));
        let newest = journal.catch_up::<TransferTotals>(Reach::Calls(2), &known).await?;
        if !newest.is_complete {
            return Ok(None);
        }
        let Sum { events, unreadable_events: unreadable, recent, .. } = newest.sum();
        let has_older = events > recent.len() as u64;
        Ok(Some(NewestEvents { events: recent.into_iter().rev().collect(), has_older, unreadable }))
    }
}

/// The newest events of a transfer.
pub(super) struct NewestEvents {
    /// The newest first; 50 at most.
    pub(super) events: Vec<Event>,
    /// Whether there are, or were, older ones.
    pub(super) has_older: bool,
    /// How many files of all events could not be read.
    pub(super) unreadable: u64,
}

impl Transfers {
    /// Deletes the events of a transfer that are older than this day. What is no transfer is left alone.
    pub(crate) async fn expire(&self, entry: &BulkEntry, before: Day, dry_run: bool) -> Result<Expired> {
        match entry.json::<Transfer>() {
            Ok(transfer) if transfer.created_at.day() < before => {
                let known = TransferTotals::known(&transfer);
                self.entries.journal(entry.cache_id).expire::<TransferTotals>(&known, before, dry_run).await
            }
            Ok(_) | Err(_) => Ok(Expired::new()),
        }
    }
}

/// A transfer that was deleted while it was read is none.
pub(super) fn unless_gone<T>(read: Result<Option<T>>) -> Result<Option<T>> {
    match read {
        Err(Error::Cache(cache_client::Error::NotFound { .. })) => Ok(None),
        other => other,
    }
}
