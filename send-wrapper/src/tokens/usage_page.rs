//! The uses of a token page by page, newest first.

use std::collections::HashSet;

use cache_client::CacheId;
use serde::{Deserialize, Serialize};

use super::record::Record;
use super::usage::NewestUses;
use super::{Tokens, UsageEvent, key, no_token};
use crate::error::{Error, Result};
use crate::journal::RECENT;
use crate::names::{EventId, Invalid, TokenName};
use crate::namespaces;
use crate::time::{Day, Timestamp, events_folder};

/// How many pages of files are looked through for one page of events, when the days asked for lie far back.
const MOST_CALLS: usize = 10;
/// How many events a page has at most.
const MOST: usize = 1000;

/// Which page of the events of a token.
#[derive(Debug, Clone, Default)]
pub struct UsagePageQuery {
    /// Only events of this day and later.
    pub from: Option<Day>,
    /// Only events of this day and earlier.
    pub to: Option<Day>,
    /// How many events a page has, 1 to 1,000; 50 when not given.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub cursor: Option<String>,
}

/// A page of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsagePage {
    /// The newest first.
    pub events: Vec<UsageEvent>,
    /// Where the next page begins; `None` at the end. A page may have no events and a next one.
    pub next: Option<String>,
    /// How many files could not be read.
    pub unreadable: u64,
}

/// The place of an event among all, by which they are sorted: when it happened, and its id.
type Place = (Timestamp, String);

/// Where a page begins: a page of files, and what was shown last. It is a cursor as JSON.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Begin {
    /// The page of files; `None` for the first.
    files: Option<String>,
    /// Only events before this one.
    before: Option<Place>,
    /// Whether a page of events has shown a part of these files already.
    #[serde(default)]
    is_rest: bool,
}

/// A page that was read, and where the next one begins.
pub(super) struct ReadPage {
    pub(super) events: Vec<UsageEvent>,
    pub(super) unreadable: u64,
    pub(super) next: Option<Begin>,
}

impl Tokens {
    /// Reads a page of what is known of the uses of a token, newest first.
    ///
    /// The first page of up to 50 events, of any day, is four calls at most, however many events there are, once they were counted. Others
    /// are two calls, if the days asked for begin with the newest ones; the service on `s3` lists the whole folder for them. Granted uses whose
    /// events have no file of their own yet are shown in their place.
    pub async fn usage_page(&self, name: &TokenName, query: &UsagePageQuery) -> Result<UsagePage> {
        let UsagePageQuery { from, to, limit, ref cursor } = *query;
        let limit = limit.unwrap_or(RECENT);
        if !(1..=MOST).contains(&limit) {
            return Err(Invalid::new("limit", format!("is not between 1 and {MOST}")).into());
        }
        if let (Some(from), Some(to)) = (from, to)
            && from > to
        {
            return Err(Invalid::new("from", "is after to").into());
        }
        let wrong = |_| Invalid::new("cursor", "is none of this listing");
        let begin: Option<Begin> =
            cursor.as_deref().map(|cursor| serde_json::from_str(cursor).map_err(wrong)).transpose()?;
        let read = async {
            let (cache_id, record) = self.entries.look::<Record>(&key(name)).await?.ok_or_else(|| no_token(name))?;
            let is_of_the_newest = begin.is_none() && (from, to) == (None, None) && limit <= RECENT;
            if is_of_the_newest && let Some(newest) = self.newest_uses(cache_id, &record).await? {
                return Ok(first_page(newest, limit));
            }
            self.read_usage_page(cache_id, &record, (from, to), begin.unwrap_or_default(), limit).await
        };
        let ReadPage { events, unreadable, next } = self.send.within(read).await?;
        let next = next.map(|next| serde_json::to_string(&next).unwrap_or_default());
        Ok(UsagePage { events, next, unreadable })
    }

    /// Reads a page from the files of events.
    pub(super) async fn read_usage_page(
        &self,
        cache_id: CacheId,
        record: &Record,
        (from, to): (Option<Day>, Option<Day>),
        begin: Begin,
        limit: usize,
    ) -> Result<ReadPage> {
        let wants = |event: &UsageEvent| {
            let day = event.timestamp.day();
            from.is_none_or(|from| day >= from) && to.is_none_or(|to| day <= to)
        };
        let folder = events_folder(from, to);
        let (mut page, mut next) = (ReadPage { events: Vec::new(), next: None, unreadable: 0 }, Some(begin));
        for _ in 0..MOST_CALLS {
            let Some(begin) = next.take() else { break };
            let children = self.send.cache.data().read(namespaces::TOKENS, cache_id);
            let children = children.key(folder.as_str()).descending().page_size(u32::try_from(limit).unwrap_or(1));
            let children = begin.files.iter().fold(children, |children, cursor| children.cursor(cursor));
            let read = children.page().await.map_err(refused)?;
            let is_past = |key: &str| from.is_some_and(|from| key < from.events_folder().as_str());
            let is_over = read.items.first().is_some_and(|child| is_past(&child.key));
            let last = read.items.iter().rev().find_map(|child| child.json().ok().as_ref().map(place_of));
            let events = read.items.iter().filter_map(|child| child.json::<UsageEvent>().ok());
            let mut events: Vec<UsageEvent> = events.collect();
            // Those of files that are shown in parts were counted with the first one.
            if !begin.is_rest {
                page.unreadable += (read.items.len() - events.len()) as u64;
            }
            // What waits to be written is shown with the files around it, or at the end.
            let has_more = read.next.is_some() && !is_over;
            let comes_here =
                |event: &&UsageEvent| !has_more || last.as_ref().is_some_and(|last| place_of(event) >= *last);
            events.extend(record.unrecorded.iter().filter(comes_here).cloned());
            let is_before = |event: &UsageEvent| begin.before.as_ref().is_none_or(|before| place_of(event) < *before);
            events.retain(|event| wants(event) && is_before(event));
            events.sort_by_key(|event| std::cmp::Reverse(place_of(event)));
            // A use that was refused whenever it was asked for has a file for each time.
            let mut known: HashSet<EventId> = HashSet::new();
            events.retain(|event| known.insert(event.event_id.clone()));
            let is_too_many = events.len() > limit;
            events.truncate(limit);
            let before = events.last().map(place_of).or(begin.before);
            next = match read.next.filter(|_| has_more) {
                _ if is_too_many => Some(Begin { files: begin.files, before, is_rest: true }),
                Some(files) => Some(Begin { files: Some(files), before, is_rest: false }),
                None => None,
            };
            page.events = events;
            if !page.events.is_empty() {
                break;
            }
        }
        Ok(ReadPage { next, ..page })
    }
}

/// The first page. Files that cannot be read count on the pages that come to them: here, if there is no other one.
fn first_page(newest: NewestUses, limit: usize) -> ReadPage {
    let NewestUses { mut events, has_older, unreadable } = newest;
    let has_more = has_older || events.len() > limit;
    events.truncate(limit);
    let next = has_more.then(|| Begin { before: events.last().map(place_of), ..Begin::default() });
    ReadPage { events, unreadable: if has_more { 0 } else { unreadable }, next }
}

fn place_of(event: &UsageEvent) -> Place {
    (event.timestamp, event.event_id.to_string())
}

/// What the cache refuses is the cursor: everything else was checked before.
fn refused(error: cache_client::Error) -> Error {
    match error {
        cache_client::Error::InvalidInput { .. } => Invalid::new("cursor", "is none of this listing").into(),
        error => error.into(),
    }
}
