//! Transfers, and the events of one, page by page.

use cache_client::{CacheId, Strategy};
use futures::TryStreamExt;

use super::{Transfer, Transfers, key};
use crate::analytics::Event;
use crate::error::{Error, Result};
use crate::names::{Invalid, TransferId};
use crate::namespaces;
use crate::time::Timestamp;

/// How many transfers come with one call.
const PAGE: u32 = 1000;
/// How many events a page has at most.
const MOST: usize = 1000;

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
    /// Where the next page begins; `None` at the end.
    pub next: Option<String>,
    /// How many events of this page could not be read.
    pub unreadable: u64,
}

impl Transfers {
    /// Shows every transfer to `see`, in no order: a call for every 1,000 of them. Answers how many records could not be read.
    pub async fn each(&self, mut see: impl FnMut(TransferRow)) -> Result<u64> {
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

    /// Reads a page of the events of a transfer, newest first; `None` when there is no such transfer. `limit` is 1 to 1,000. Two
    /// calls, or one when this process knows the transfer.
    pub async fn events_page(
        &self,
        transfer_id: &TransferId,
        limit: usize,
        cursor: Option<String>,
    ) -> Result<Option<TransferEventsPage>> {
        if !(1..=MOST).contains(&limit) {
            return Err(Invalid::new("limit", format!("is not between 1 and {MOST}")).into());
        }
        let read = async {
            let Some(cache_id) = self.entries.id_of(&key(transfer_id)).await? else { return Ok(None) };
            let children = self.send.cache.data().read(namespaces::TRANSFERS, cache_id).key("events").descending();
            let children = children.page_size(u32::try_from(limit).unwrap_or(1));
            let children = cursor.into_iter().fold(children, |children, cursor| children.cursor(cursor));
            let page = match children.page().await {
                Ok(page) => page,
                // Deleted since this process saw it.
                Err(cache_client::Error::NotFound { .. }) => return Ok(None),
                // Everything else was checked before.
                Err(cache_client::Error::InvalidInput { .. }) => {
                    return Err(Invalid::new("cursor", "is none of this listing").into());
                }
                Err(error) => return Err(Error::from(error)),
            };
            let read = page.items.len();
            let events: Vec<Event> = page.items.iter().filter_map(|child| child.json().ok()).collect();
            let unreadable = (read - events.len()) as u64;
            Ok(Some(TransferEventsPage { events, next: page.next, unreadable }))
        };
        self.send.within(read).await
    }
}
