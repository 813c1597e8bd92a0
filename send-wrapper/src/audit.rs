//! What administrators do: a record of each operation, and reading them back, newest first.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cache_client::Strategy;
use cache_client::client::TemporalEntry;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::health::describe;
use crate::names::Invalid;
use crate::namespaces;
use crate::send_cache::SendCache;
use crate::time::Timestamp;

/// How long the first range of time is that is looked through. Each one before it is four times as long.
const FIRST_RANGE: Duration = Duration::from_secs(600);
const SHORTEST_RANGE: Duration = Duration::from_millis(1);
/// How many records of one range are held at most; a range with more is cut into shorter ones.
const HELD: usize = 2000;
/// How many records come with one call.
const PAGE: u32 = 500;
/// How many records a page has at most.
const MOST: usize = 500;
/// How far the clock of the cache may be ahead of the one here.
const AHEAD: Duration = Duration::from_secs(60);

/// What somebody did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "admin", derive(utoipa::ToSchema))]
pub struct AuditRecord {
    /// When it was done.
    pub at: Timestamp,
    /// The name of the API key it was asked for with; null where the service has no keys.
    pub key: Option<String>,
    /// What was done, such as `update_token`.
    pub operation: String,
    /// What it was done to, such as the name of a token.
    pub target: Option<String>,
    /// What came of it: `done`, or the code of the refusal or failure; where many were asked for at once and not all were done, such as
    /// `2 created, 1 refused`.
    pub outcome: String,
    /// The identifier of the request, as in its answer and the log.
    pub request_id: Option<String>,
}

/// The records of what administrators did: entries of the namespace `audit`, strategy `temporal`.
///
/// A record is written when the operation has come to its end; one that cannot be written is counted and logged, and the operation
/// stands.
#[derive(Debug, Clone)]
pub struct Audit {
    send: SendCache,
    lost: Arc<AtomicU64>,
}

/// A page of records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditPage {
    /// The newest first.
    pub records: Vec<AuditRecord>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<String>,
    /// How many records of this page could not be read.
    pub unreadable: u64,
}

/// The place of a record in the order they were stored.
type Place = (u64, String);
/// A record in its place; `None` for one that cannot be read.
type Placed = (Place, Option<AuditRecord>);

impl Audit {
    /// The records in this cache.
    pub fn new(send: &SendCache) -> Self {
        Self { send: send.clone(), lost: Arc::default() }
    }

    /// Writes a record. One call, five files.
    pub async fn record(&self, record: &AuditRecord) {
        let store = self.send.cache.store().json(namespaces::AUDIT, Strategy::Temporal, record);
        let written: Result<()> = self.send.within(async { Ok(store.send().await.map(drop)?) }).await;
        if let Err(error) = written {
            self.lost.fetch_add(1, Ordering::Relaxed);
            tracing::warn!(error = describe(&error), ?record, "what an administrator did could not be recorded");
        }
    }

    /// How many records could not be written since the start.
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    /// Reads a page of records, newest first; `limit` is 1 to 500.
    ///
    /// Looks through ranges of time, each longer than the one after it, until the page is full: one call for a page of the last ten
    /// minutes, and some twelve where there is nothing at all.
    pub async fn page(&self, limit: usize, cursor: Option<&str>) -> Result<AuditPage> {
        if !(1..=MOST).contains(&limit) {
            return Err(Invalid::new("limit", format!("is not between 1 and {MOST}")).into());
        }
        let before = cursor.map(place).transpose()?;
        self.send.within(self.read(limit, before)).await
    }

    async fn read(&self, limit: usize, before: Option<Place>) -> Result<AuditPage> {
        let end = before.as_ref().map_or(self.send.now().plus(AHEAD).millis(), |(at, _)| at.saturating_add(1));
        let is_wanted = |at: &Place| before.as_ref().is_none_or(|before| at < before);
        let (mut found, mut end) = (Vec::new(), Timestamp::from_millis(end));
        let mut length = FIRST_RANGE;
        // One more than the page has, to know whether there is another page.
        while found.len() <= limit && end.millis() > 0 {
            let begin = end.minus(length);
            // What was written within a millisecond is not cut any further.
            let most = if length > SHORTEST_RANGE { HELD } else { usize::MAX };
            match self.range(begin, end, most).await? {
                Some(records) => {
                    found.extend(records.into_iter().rev().filter(|(at, _)| is_wanted(at)));
                    (end, length) = (begin, length.saturating_mul(4));
                }
                None => length = (length / 8).max(SHORTEST_RANGE),
            }
        }
        let has_more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| has_more).map(|((at, id), _)| format!("{at:013}-{id}"));
        let read = found.len();
        let records: Vec<AuditRecord> = found.into_iter().filter_map(|(_, record)| record).collect();
        let unreadable = (read - records.len()) as u64;
        Ok(AuditPage { records, next, unreadable })
    }

    /// The records of a range, the first one first; `None` when there are too many to be held.
    async fn range(&self, from: Timestamp, to: Timestamp, most: usize) -> Result<Option<Vec<Placed>>> {
        let mut found = Vec::new();
        let mut cursor = None;
        loop {
            let range = self.send.cache.temporal().entries(namespaces::AUDIT).from(from.millis()).to(to.millis());
            let range = cursor.into_iter().fold(range.page_size(PAGE), |range, cursor: String| range.cursor(cursor));
            let page = range.page().await?;
            let record = |entry: TemporalEntry| ((entry.stored_at, entry.cache_id.to_string()), entry.json().ok());
            found.extend(page.items.into_iter().map(record));
            cursor = page.next;
            if cursor.is_none() {
                return Ok(Some(found));
            }
            if found.len() >= most {
                return Ok(None);
            }
        }
    }
}

/// Parses the place of a record.
fn place(cursor: &str) -> Result<Place, Error> {
    let parsed = cursor.split_once('-').and_then(|(at, id)| Some((at.parse().ok()?, id.to_owned())));
    parsed.ok_or_else(|| Invalid::new("cursor", "is none of this listing").into())
}
