//! Transfers, and the events of one, page by page.

use cache_client::{CacheId, Strategy};
use futures::TryStreamExt;
use serde::{Deserialize, Serialize};

use super::summary::{NewestEvents, unless_gone};
use super::{Transfer, Transfers, key};
use crate::analytics::Event;
use crate::error::Result;
use crate::journal::RECENT;
use crate::names::{EventId, Invalid, TransferId};
use crate::namespaces;
use crate::time::Timestamp;

/// How many transfers come with one call.
const PAGE: u32 = 1000;
/// How many events a page has at most.
const MOST: usize = 1000;
/// How many pages of files are looked through for the event that was shown last.
const MOST_CALLS: usize = 10;

/// A transfer, as a listing knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferRow {
    /// The transfer.
    pub transfer_id: TransferId,
    /// The id of its entry.
    pub cache_id: CacheId,
    /// When its first event was recorded.
    pub created_at: Timestamp,
}

/// A page of the events of a transfer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferEventsPage {
    /// The newest first.
    pub events: Vec<Event>,
    /// Where the next page begins; `None` at the end. A page may have no events and a next one.
    pub next: Option<String>,
    /// How many events of this page could not be read.
    pub unreadable: u64,
}

/// Where a page begins. It is a cursor as JSON.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Begin {
    /// The page of files; `None` for the first.
    files: Option<String>,
    /// The event that was shown last, if it lies in these files or further back.
    after: Option<EventId>,
}

impl Begin {
    fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// The first page. Files that cannot be read count on the pages that come to them: here, if there is no other one.
fn first_page(newest: NewestEvents, limit: usize) -> TransferEventsPage {
    let NewestEvents { mut events, has_older, unreadable } = newest;
    let has_more = has_older || events.len() > limit;
    events.truncate(limit);
    let after = events.last().map(|event| event.event_id.clone()).filter(|_| has_more);
    let next = after.map(|last| Begin { files: None, after: Some(last) }.to_text());
    TransferEventsPage { events, unreadable: if has_more { 0 } else { unreadable }, next }
}

fn wrong_cursor() -> Invalid {
    Invalid::new("cursor", "is none of this listing")
}

impl Transfers {
    /// Shows every transfer to `see`, in no order: a call for every 1,000 of them. Answers how many records could not be read.
    /// It ends within the [long time limit](crate::SendCache::long_time_limit).
    pub async fn each(&self, see: impl FnMut(TransferRow)) -> Result<u64> {
        self.send.within_long(self.read_each(see)).await
    }

    async fn read_each(&self, mut see: impl FnMut(TransferRow)) -> Result<u64> {
        let entries = self.send.cache.namespace().entries(namespaces::TRANSFERS);
        let mut entries = entries.strategy(Strategy::KeyBased).page_size(PAGE).stream();
        let mut unreadable = 0;
        while let Some(entry) = self.send.within(async { Ok(entries.try_next().await?) }).await? {
            match entry.json::<Transfer>() {
                Ok(Transfer { transfer_id, created_at }) => {
                    see(TransferRow { transfer_id, cache_id: entry.cache_id, created_at })
                }
                Err(_) => unreadable += 1,
            }
        }
        Ok(unreadable)
    }

    /// Reads a page of the events of a transfer, newest first; `None` when there is no such transfer. `limit` is 1 to 1,000.
    ///
    /// The first page of up to 50 events is four calls at most, however many events there are, once they were counted. Others are two or three,
    /// for which the service on `s3` lists all events.
    pub async fn events_page(
        &self,
        transfer_id: &TransferId,
        limit: usize,
        cursor: Option<String>,
    ) -> Result<Option<TransferEventsPage>> {
        if !(1..=MOST).contains(&limit) {
            return Err(Invalid::new("limit", format!("is not between 1 and {MOST}")).into());
        }
        let begin: Option<Begin> =
            cursor.as_deref().map(|cursor| serde_json::from_str(cursor).map_err(|_| wrong_cursor())).transpose()?;
        let read = async {
            // Whatever is remembered of it, it may have been deleted and created again.
            let found = self.entries.look::<Transfer>(&key(transfer_id)).await?;
            let Some((cache_id, transfer)) = found else { return Ok(None) };
            if begin.is_none()
                && limit <= RECENT
                && let Some(newest) = self.newest_events(cache_id, &transfer).await?
            {
                return Ok(Some(first_page(newest, limit)));
            }
            self.read_events_page(cache_id, limit, begin.unwrap_or_default()).await.map(Some)
        };
        unless_gone(self.send.within(read).await)
    }

    /// Reads a page from the files of events.
    async fn read_events_page(
        &self,
        cache_id: CacheId,
        limit: usize,
        Begin { mut files, mut after }: Begin,
    ) -> Result<TransferEventsPage> {
        let mut page = TransferEventsPage { events: Vec::new(), next: None, unreadable: 0 };
        for _ in 0..MOST_CALLS {
            let children = self.send.cache.data().read(namespaces::TRANSFERS, cache_id).key("events").descending();
            let children = children.page_size(u32::try_from(limit).unwrap_or(1));
            let children = files.take().into_iter().fold(children, |children, cursor| children.cursor(cursor));
            let read = match children.page().await {
                // Everything else was checked before.
                Err(cache_client::Error::InvalidInput { .. }) => return Err(wrong_cursor().into()),
                read => read?,
            };
            let events = read.items.iter().filter_map(|child| child.json::<Event>().ok());
            let mut events: Vec<Event> = events.collect();
            page.unreadable += (read.items.len() - events.len()) as u64;
            if let Some(last) = &after {
                let shown = events.iter().position(|event| event.event_id == *last);
                events.drain(..shown.map_or(events.len(), |last| last + 1));
                after = after.filter(|_| shown.is_none());
            }
            let next = read.next.clone().map(|files| Begin { files: Some(files), after: after.clone() });
            page.next = next.map(|next| next.to_text());
            page.events = events;
            files = read.next;
            if !page.events.is_empty() || files.is_none() {
                break;
            }
        }
        Ok(page)
    }
}
