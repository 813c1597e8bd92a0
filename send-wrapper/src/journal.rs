//! The journal of a record: its events, a child file each, and the child file `summary`, which says what they come to.
//!
//! Files of events lie in the folder of their day, named by their time, so that they are listed in their order. The summary counts
//! all events up to one, and holds the newest 50 of them: what is newest is read without listing what is old, which matters where
//! a store lists forwards only.
//!
//! 1. A reader retrieves the summary, and reads the files after its cursor, page by page.
//! 2. Events that are old enough to be *settled* go into the summary: nothing can be filed before them any more. Younger ones count in
//!    the answer alone, and so do those after an event that its record still holds for want of a file.
//! 3. The cursor moves to the end of each full page of settled events. The summary is saved when that is worth it, and now and then
//!    on a long way, so that a reader who is cut off has not worked for nothing. It is saved only over the one that was read.
//! 4. Whoever has written a hundred events of a record catches up, detached: so the way of readers is short.

mod expire;
mod summary;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use cache_client::client::{ChildEntry, Items, Page};
use cache_client::{CacheId, Namespace};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use crate::error::Result;
use crate::health::describe;
use crate::keys::EntryKey;
use crate::names::EventId;
use crate::send_cache::SendCache;
use crate::time::Timestamp;

pub(crate) use expire::Expired;
pub(crate) use summary::Sum;

/// How many of the newest events a summary holds.
pub(crate) const RECENT: usize = 50;
/// How many events come with one call.
const PAGE: u32 = 200;
/// How many events one process writes before it catches up: so few that what a reader finds beyond the summary fits on two pages.
const CATCHES_UP_AFTER: u32 = 100;
/// How many files have to be settled before a summary is saved, if they do not fill a page.
const WORTH_SAVING: u64 = 20;
/// How long before now an event may be filed.
pub(crate) const GRACE: Duration = Duration::from_secs(60);
/// How long the write of an event may take, with what clocks are apart.
const WRITTEN: Duration = Duration::from_secs(60);

/// What the events of a kind of record come to.
pub(crate) trait Totals: Default + Clone + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The events.
    type Event: Clone + Serialize + DeserializeOwned + Send + Sync;

    /// Counts an event.
    fn add(&mut self, event: &Self::Event);

    /// The identifier of an event: what is recorded twice has the same.
    fn id(event: &Self::Event) -> &EventId;

    /// When it happened.
    fn at(event: &Self::Event) -> Timestamp;

    /// The record, as far as a summary of its events needs it.
    type Record: DeserializeOwned + Send;

    /// What the record says of its events.
    fn known(record: &Self::Record) -> Known;
}

/// What a record says of its events.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    /// When the record was created.
    pub(crate) since: Timestamp,
    /// The files of events that may not be written yet: nothing that comes after one of them is settled before it is there.
    pub(crate) pending: BTreeSet<String>,
}

/// How far a reader has come.
#[derive(Debug)]
pub(crate) struct CaughtUp<T: Totals> {
    settled: Sum<T>,
    fresh: Vec<Option<T::Event>>,
    /// Whether no event is missing.
    pub(crate) is_complete: bool,
}

impl<T: Totals> Default for CaughtUp<T> {
    fn default() -> Self {
        Self { settled: Sum::default(), fresh: Vec::new(), is_complete: false }
    }
}

impl<T: Totals> CaughtUp<T> {
    /// What all events that were read come to.
    pub(crate) fn sum(self) -> Sum<T> {
        let Self { mut settled, fresh, .. } = self;
        fresh.into_iter().for_each(|event| settled.add(event));
        settled
    }
}

/// How far a reader goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// To the newest event.
    Newest,
    /// To the newest event, if it comes with so many calls; nothing is saved.
    Calls(usize),
    /// To the newest settled event.
    Settled,
    /// To the newest event, and all that is settled is saved.
    Everything,
}

/// The journal of one record.
#[derive(Debug)]
pub(crate) struct Journal<'a> {
    send: &'a SendCache,
    namespace: &'a Namespace,
    cache_id: CacheId,
}

/// How many events this process has written to a record since it caught up last.
#[derive(Debug, Clone, Default)]
pub(crate) struct Written(Arc<WrittenHere>);

#[derive(Debug, Default)]
struct WrittenHere {
    events: AtomicU32,
    catching_up: AtomicBool,
}

impl Drop for CatchingUp {
    fn drop(&mut self) {
        self.0.0.catching_up.store(false, Ordering::Relaxed);
    }
}

/// A task that catches up; one at a time.
struct CatchingUp(Written);

impl<'a> Journal<'a> {
    pub(crate) fn new(send: &'a SendCache, namespace: &'a Namespace, cache_id: CacheId) -> Self {
        Self { send, namespace, cache_id }
    }

    /// The events from the newest to the oldest. On `s3` the service lists all of them before it answers the first.
    pub(crate) fn newest(&self, folder: String, page: u32) -> Items<ChildEntry> {
        let children = self.send.cache.data().read(self.namespace, self.cache_id).key(folder);
        children.descending().page_size(page.min(1000)).stream()
    }

    /// Reads what the events come to. Two calls, and one more for each 200 events that are not in the summary, and one to save it.
    ///
    /// What is `known` has to be read before, so that it names all pending events that are old enough to be settled.
    pub(crate) async fn catch_up<T: Totals>(&self, reach: Reach, known: &Known) -> Result<CaughtUp<T>> {
        let (mut sum, mut version) = self.saved::<T>(known.since).await?;
        let mut pending = known.pending.iter().filter(|file| **file > sum.up_to).cloned().collect::<BTreeSet<_>>();
        let (mut fresh, mut is_complete) = (Vec::new(), false);
        let settled_before = self.settled_before();
        let (mut saved_place, mut saved_files, mut saved_at) = (sum.place(), sum.files(), Instant::now());
        let mut cursor = sum.cursor.clone();
        for pages in 1.. {
            let page = match self.page(cursor.as_deref()).await {
                // Given out by a service that did so in another way.
                Err(cache_client::Error::InvalidInput { .. }) if cursor.is_some() => {
                    cursor = None;
                    fresh.clear();
                    continue;
                }
                page => page?,
            };
            for child in page.items {
                let file = format!("{}/{}", child.key, child.file_id);
                if file <= sum.up_to {
                    continue;
                }
                // What is no event, or one of another version, must not cost the others.
                let event = child.json().ok();
                pending.remove(&file);
                let waits = pending.first().is_some_and(|missing| *missing < file);
                if file < settled_before && !waits {
                    sum.add(event);
                    sum.up_to = file;
                } else {
                    fresh.push(event);
                }
            }
            let Some(next) = page.next else {
                is_complete = true;
                break;
            };
            if fresh.is_empty() {
                sum.cursor = Some(next.clone());
            }
            cursor = Some(next);
            match reach {
                Reach::Calls(most) if pages >= most => break,
                Reach::Settled if !fresh.is_empty() => break,
                Reach::Newest | Reach::Calls(_) | Reach::Settled | Reach::Everything => {}
            }
            // Soon enough that one that is slow comes on as well, also where it only steps over files.
            let is_time = saved_at.elapsed() >= self.send.longest_operation() / 4;
            if is_time && sum.place() != saved_place && !matches!(reach, Reach::Calls(_)) {
                version = self.save(&sum, version).await;
                (saved_place, saved_files, saved_at) = (sum.place(), sum.files(), Instant::now());
            }
        }
        let has_moved = sum.cursor != saved_place.1;
        let worth_saving = match reach {
            Reach::Newest | Reach::Settled => has_moved || sum.files() >= saved_files + WORTH_SAVING,
            Reach::Everything => sum.place() != saved_place,
            Reach::Calls(_) => false,
        };
        if worth_saving {
            self.save(&sum, version).await;
        }
        Ok(CaughtUp { settled: sum, fresh, is_complete })
    }

    /// Counts an event that was written here. After a hundred of them the summary catches up, detached, with what is settled by then.
    pub(crate) fn written<T: Totals>(&self, key: &EntryKey) {
        let written = self.send.shared.written.get_or_insert_with(&self.cache_id, || Ok(Written::default()));
        let Ok::<Written, std::convert::Infallible>(written) = written;
        let WrittenHere { events, catching_up } = &*written.0;
        let enough = events.fetch_add(1, Ordering::Relaxed) + 1 >= CATCHES_UP_AFTER;
        if !enough || catching_up.swap(true, Ordering::Relaxed) {
            return;
        }
        events.store(0, Ordering::Relaxed);
        let (send, entries, key) = (self.send.clone(), self.send.own_entries(self.namespace.as_str()), key.clone());
        tokio::spawn(async move {
            let _catching_up = CatchingUp(written);
            let caught_up = async {
                let Some((cache_id, record)) = entries.look::<T::Record>(&key).await? else { return Ok(()) };
                entries.journal(cache_id).catch_up::<T>(Reach::Settled, &T::known(&record)).await.map(drop)
            };
            // What fails is done by whoever writes the next page, or reads.
            if let Err(error) = send.within(caught_up).await {
                tracing::warn!(%key, error = describe(&error), "a summary could not catch up");
            }
        });
    }

    /// What lies before this is settled.
    fn settled_before(&self) -> String {
        let at = self.send.now().minus(GRACE + WRITTEN.max(self.send.longest_operation()));
        format!("{}/{:013}", at.day().events_folder(), at.millis())
    }

    async fn page(&self, cursor: Option<&str>) -> cache_client::Result<Page<ChildEntry>> {
        let children = self.send.cache.data().read(self.namespace, self.cache_id).key("events").page_size(PAGE);
        cursor.into_iter().fold(children, |children, cursor| children.cursor(cursor)).page().await
    }
}
