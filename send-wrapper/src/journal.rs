//! The journal of a record: its events, a child file each, and the child file `summary`, which says what they come to.
//!
//! Files of events lie in the folder of their day, named by their time, so that they are listed in their order. The summary counts
//! all events up to one, and holds the newest 50 of them: what is newest is read without listing what is old, which matters where
//! a store lists forwards only.
//!
//! 1. A reader retrieves the summary, and reads the files after its cursor, page by page.
//! 2. Events that are old enough to be *settled* go into the summary: nothing can be filed before them any more. Younger ones count in
//!    the answer alone.
//! 3. The cursor moves to the end of each full page of settled events. The summary is saved when that is worth it, and now and then
//!    on a long way, so that a reader who is cut off has not worked for nothing. It is saved only over the one that was read.
//! 4. Whoever has written a hundred events of a record catches up, detached: so the way of readers is short.

mod expire;

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use cache_client::client::{ChildEntry, Items, Page, Tag};
use cache_client::{CacheId, Namespace};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::error::Result;
use crate::health::describe;
use crate::names::EventId;
use crate::send_cache::SendCache;
use crate::time::Timestamp;

pub(crate) use expire::Expired;

/// How many of the newest events a summary holds.
pub(crate) const RECENT: usize = 50;
/// How many events come with one call.
const PAGE: u32 = 200;
/// How many events one process writes before it catches up: so few that what a reader finds beyond the summary fits on two pages.
const CATCHES_UP_AFTER: u32 = 100;
/// How many events have to be settled before a summary is saved.
const WORTH_SAVING: u64 = 20;
/// How long before now an event may be filed.
pub(crate) const GRACE: Duration = Duration::from_secs(60);
/// How long the write of an event may take, with what clocks are apart.
const WRITTEN: Duration = Duration::from_secs(60);
/// The file of the summary.
const SUMMARY: &str = "summary";

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
}

/// What all events up to one come to; the document of the summary.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound = "T: Totals", default)]
pub(crate) struct Sum<T: Totals> {
    /// The newest file that is counted.
    up_to: String,
    /// Where the listing goes on, at that file or a little before it.
    cursor: Option<String>,
    /// How many events are counted.
    pub(crate) events: u64,
    /// How many files hold no event that can be read.
    pub(crate) unreadable_events: u64,
    /// The newest events, the last one at the end.
    pub(crate) recent: VecDeque<T::Event>,
    #[serde(flatten)]
    pub(crate) totals: T,
}

impl<T: Totals> Default for Sum<T> {
    fn default() -> Self {
        let (up_to, recent, totals) = Default::default();
        Self { up_to, cursor: None, events: 0, unreadable_events: 0, recent, totals }
    }
}

impl<T: Totals> Sum<T> {
    fn add(&mut self, event: Option<T::Event>) {
        let Some(event) = event else {
            self.unreadable_events += 1;
            return;
        };
        let known = self.recent.iter().position(|recent| T::id(recent) == T::id(&event));
        match known {
            Some(known) => drop(self.recent.remove(known)),
            None => {
                self.events += 1;
                self.totals.add(&event);
            }
        }
        self.recent.push_back(event);
        if self.recent.len() > RECENT {
            self.recent.pop_front();
        }
    }
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

/// The version of the summary that was read.
enum Version {
    None,
    Tagged(Tag),
    /// That of one that could not be read: it is replaced.
    Unreadable,
    /// Somebody else has saved one, or nobody knows.
    Lost,
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
    pub(crate) async fn catch_up<T: Totals>(&self, reach: Reach) -> Result<CaughtUp<T>> {
        let (mut sum, mut version) = self.saved::<T>().await?;
        let saved_up_to = sum.up_to.clone();
        let (mut fresh, mut is_complete) = (Vec::new(), false);
        let settled_before = self.settled_before();
        let (mut saved_events, mut saved_at) = (sum.events, Instant::now());
        let mut cursor = sum.cursor.clone();
        for pages in 1.. {
            let page = match self.page(cursor.as_deref()).await {
                // Given out by a service that did so in another way.
                Err(cache_client::Error::InvalidInput { .. }) if cursor.is_some() => {
                    cursor = None;
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
                if file < settled_before {
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
            // Soon enough that one that is slow comes on as well.
            let is_time = saved_at.elapsed() >= self.send.longest_operation() / 4;
            if is_time && sum.events > saved_events && !matches!(reach, Reach::Calls(_)) {
                version = self.save(&sum, version).await;
                (saved_events, saved_at) = (sum.events, Instant::now());
            }
        }
        let worth_saving = match reach {
            Reach::Newest | Reach::Settled => sum.events >= saved_events + WORTH_SAVING,
            Reach::Everything => sum.up_to > saved_up_to,
            Reach::Calls(_) => false,
        };
        if worth_saving {
            self.save(&sum, version).await;
        }
        Ok(CaughtUp { settled: sum, fresh, is_complete })
    }

    /// Counts an event that was written here. After a hundred of them the summary catches up, detached, with what is settled by then.
    pub(crate) fn written<T: Totals>(&self) {
        let written = self.send.shared.written.get_or_insert_with(&self.cache_id, || Ok(Written::default()));
        let Ok::<Written, std::convert::Infallible>(written) = written;
        let WrittenHere { events, catching_up } = &*written.0;
        let enough = events.fetch_add(1, Ordering::Relaxed) + 1 >= CATCHES_UP_AFTER;
        if !enough || catching_up.swap(true, Ordering::Relaxed) {
            return;
        }
        events.store(0, Ordering::Relaxed);
        let (send, namespace, cache_id) = (self.send.clone(), self.namespace.clone(), self.cache_id);
        tokio::spawn(async move {
            let _catching_up = CatchingUp(written);
            let journal = Journal::new(&send, &namespace, cache_id);
            // What fails is done by whoever writes the next page, or reads.
            if let Err(error) = send.within(journal.catch_up::<T>(Reach::Settled)).await {
                tracing::warn!(%cache_id, error = describe(&error), "a summary could not catch up");
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

    async fn saved<T: Totals>(&self) -> Result<(Sum<T>, Version)> {
        let saved = self.send.cache.data().retrieve(self.namespace, self.cache_id, SUMMARY).json_with_tag().await;
        match saved {
            Ok(Some((sum, tag))) => Ok((sum, tag.map_or(Version::Unreadable, Version::Tagged))),
            Ok(None) => Ok((Sum::default(), Version::None)),
            // Not of ours: the events say what it said.
            Err(error @ cache_client::Error::Protocol { .. }) => {
                tracing::warn!(cache_id = %self.cache_id, error = describe(&error), "a summary is made anew");
                Ok((Sum::default(), Version::Unreadable))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Saves a summary over the version it was made from. What fails is logged: the next reader does the work again.
    async fn save<T: Totals>(&self, sum: &Sum<T>, version: Version) -> Version {
        let store = || self.send.cache.data_store().json(self.namespace, self.cache_id, sum).file_id(SUMMARY);
        let saved = match version {
            Version::None => store().if_absent().send().await,
            Version::Tagged(tag) => {
                self.send.cache.data().update(self.namespace, self.cache_id, SUMMARY).if_match(&tag).json(sum).await
            }
            Version::Unreadable => store().send().await,
            Version::Lost => return Version::Lost,
        };
        match saved {
            Ok(stored) => stored.tag.map_or(Version::Lost, Version::Tagged),
            Err(error) => {
                if !matches!(error, cache_client::Error::PreconditionFailed { .. }) {
                    tracing::warn!(cache_id = %self.cache_id, error = describe(&error), "a summary could not be saved");
                }
                Version::Lost
            }
        }
    }
}
