//! What is known of the uses of a token.

use std::collections::{BTreeMap, HashSet};

use cache_client::CacheId;
use cache_client::client::ChildEntry;
use futures::TryStreamExt;
use serde::{Deserialize, Serialize};

use super::record::Record;
use super::{Refusal, Tokens, key, no_token};
use crate::error::Result;
use crate::journal::{Known, RECENT, Reach, Sum, Totals};
use crate::keys::DataPath;
use crate::listed::Listed;
use crate::names::{Country, EventId, Invalid, IpHash, TokenName, TransferId};
use crate::time::{Day, Timestamp, events_folder};

/// What a token was used for: `page_opened`, `upload_initiated`, `upload_completed`, `download_completed`, or a word of your own of up
/// to 64 letters, digits, `_` and `-`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "admin", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "admin", schema(value_type = String))]
pub struct Action(Box<str>);

impl Action {
    /// Parses a word.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        if text.is_empty() || text.len() > 64 || !text.bytes().all(allowed) {
            return Err(Invalid::new("action", "is not 1 to 64 letters, digits, _ and -"));
        }
        Ok(Self(text.into()))
    }

    /// The word.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Action {
    fn default() -> Self {
        Self("use".into())
    }
}

impl TryFrom<String> for Action {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        Self::parse(&text)
    }
}

impl From<Action> for String {
    fn from(action: Action) -> Self {
        action.0.into()
    }
}

/// One use of a token, granted or refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "admin", derive(utoipa::ToSchema))]
pub struct UsageEvent {
    /// Its identifier; the same use has the same one, however often it was asked for.
    pub event_id: EventId,
    /// When it was decided.
    pub timestamp: Timestamp,
    /// What stands for the client's address.
    pub ip_hash: Option<IpHash>,
    /// The client's family and system.
    pub user_agent: Option<String>,
    /// Where the client is.
    pub country: Option<Country>,
    /// What it was for.
    pub action: Action,
    /// The transfer it was for.
    pub transfer_id: Option<TransferId>,
    /// Whether it was granted.
    pub success: bool,
    /// Why not.
    pub rejection_reason: Option<Refusal>,
}

impl UsageEvent {
    /// Where its file lies below the token.
    pub(super) fn path(&self) -> DataPath {
        DataPath::parse(&self.file()).expect("a day, a number and an event's id make a path")
    }

    fn file(&self) -> String {
        let Self { timestamp, event_id, .. } = self;
        format!("{}/{:013}-{event_id}", timestamp.day().events_folder(), timestamp.millis())
    }
}

/// Which events are wanted; all of them unless something is said.
#[derive(Debug, Clone)]
pub struct UsageQuery {
    from: Option<Day>,
    to: Option<Day>,
    limit: usize,
}

impl Default for UsageQuery {
    fn default() -> Self {
        Self { from: None, to: None, limit: 1000 }
    }
}

impl UsageQuery {
    /// Only events of this day and later.
    pub fn from(self, day: Day) -> Self {
        Self { from: Some(day), ..self }
    }

    /// Only events of this day and earlier.
    pub fn to(self, day: Day) -> Self {
        Self { to: Some(day), ..self }
    }

    /// At most this many, 1 to 10,000; 1,000 when not given.
    pub fn limit(self, events: usize) -> Self {
        Self { limit: events, ..self }
    }

    fn check(&self) -> Result<(), Invalid> {
        if !(1..=10_000).contains(&self.limit) {
            return Err(Invalid::new("limit", "is not between 1 and 10000"));
        }
        if let (Some(from), Some(to)) = (self.from, self.to)
            && from > to
        {
            return Err(Invalid::new("from", "is after to"));
        }
        Ok(())
    }

    /// Whether the newest events are wanted, and no more than a summary holds.
    fn is_of_the_newest(&self) -> bool {
        (self.from, self.to) == (None, None) && self.limit <= RECENT
    }

    fn wants(&self, event: &UsageEvent) -> bool {
        let day = event.timestamp.day();
        self.from.is_none_or(|from| day >= from) && self.to.is_none_or(|to| day <= to)
    }
}

/// What the events of a token come to, beside what the token itself counts.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct UsageTotals {
    /// How many uses were granted.
    granted: u64,
    /// How many were refused, by the reason.
    pub(super) refused: BTreeMap<Refusal, u64>,
}

impl Totals for UsageTotals {
    type Event = UsageEvent;

    fn add(&mut self, event: &UsageEvent) {
        match event.rejection_reason {
            Some(reason) => *self.refused.entry(reason).or_default() += 1,
            None => self.granted += 1,
        }
    }

    fn id(event: &UsageEvent) -> &EventId {
        &event.event_id
    }

    fn at(event: &UsageEvent) -> Timestamp {
        event.timestamp
    }

    type Record = Record;

    fn known(record: &Record) -> Known {
        Known { since: record.token.created_at, pending: record.unrecorded.iter().map(UsageEvent::file).collect() }
    }
}

/// How often a token was used, whether or not the events are still kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageCounts {
    /// How many uses were granted.
    pub granted: u64,
    /// How many were refused, by the reason. A use that was refused again and again may count more than once.
    pub refused: BTreeMap<Refusal, u64>,
    /// How many events could not be read.
    pub unreadable: u64,
}

impl Tokens {
    /// Reads what is known of the uses of a token, newest first.
    ///
    /// The newest 50 are four calls, however many there are. Others are read from the events of the days asked for and, where they lie in
    /// several months or years, those around them: one call for each 1,000, for which the service on `s3` lists the whole folder.
    pub async fn usage(&self, name: &TokenName, query: &UsageQuery) -> Result<Listed<UsageEvent>> {
        query.check()?;
        self.send.within(self.read_usage(name, query)).await
    }

    /// Counts the uses of a token. Two calls, and one more for each 200 events since they were counted last.
    pub async fn usage_counts(&self, name: &TokenName) -> Result<UsageCounts> {
        let count = async {
            let found = self.entries.look::<Record>(&key(name)).await?;
            let (cache_id, record) = found.ok_or_else(|| no_token(name))?;
            let known = UsageTotals::known(&record);
            let Sum { totals, unreadable_events, .. } =
                self.entries.journal(cache_id).catch_up::<UsageTotals>(Reach::Newest, &known).await?.sum();
            let UsageTotals { refused, .. } = totals;
            Ok(UsageCounts { granted: record.token.usage_count, refused, unreadable: unreadable_events })
        };
        self.send.within(count).await
    }

    async fn read_usage(&self, name: &TokenName, query: &UsageQuery) -> Result<Listed<UsageEvent>> {
        let found = self.entries.look::<Record>(&key(name)).await?;
        let (cache_id, record) = found.ok_or_else(|| no_token(name))?;
        if query.is_of_the_newest()
            && let Some(NewestUses { mut events, unreadable, .. }) = self.newest_uses(cache_id, &record).await?
        {
            events.truncate(query.limit);
            return Ok(Listed { items: events, unreadable });
        }
        let journal = self.entries.journal(cache_id);
        // What has no file of its own yet is among the newest.
        let waiting = record.unrecorded.into_iter().filter(|event| query.wants(event));
        let mut events: Listed<UsageEvent> = Listed { items: waiting.collect(), unreadable: 0 };
        let mut shown: HashSet<EventId> = events.iter().map(|event| event.event_id.clone()).collect();
        let wanted = query.limit + events.len();
        let page = u32::try_from(query.limit).unwrap_or(1000);
        let mut children = journal.newest(events_folder(query.from, query.to), page);
        while events.len() < wanted
            && let Some(child) = children.try_next().await?
            && !query.from.is_some_and(|from| is_before(&child, from))
        {
            match child.json::<UsageEvent>() {
                // A use that was refused whenever it was asked for has a file for each time.
                Ok(event) if !query.wants(&event) || !shown.insert(event.event_id.clone()) => {}
                read => events.add(read),
            }
        }
        sort(&mut events.items);
        events.items.truncate(query.limit);
        Ok(events)
    }

    /// The newest uses, from the summary and what comes after it; `None` when that takes more than two pages.
    pub(super) async fn newest_uses(&self, cache_id: CacheId, record: &Record) -> Result<Option<NewestUses>> {
        let journal = self.entries.journal(cache_id);
        let newest = journal.catch_up::<UsageTotals>(Reach::Calls(2), &UsageTotals::known(record)).await?;
        if !newest.is_complete {
            return Ok(None);
        }
        let Sum { events: counted, unreadable_events: unreadable, recent, .. } = newest.sum();
        let has_older = counted > recent.len() as u64;
        // What has no file of its own yet is among the newest.
        let mut events = record.unrecorded.clone();
        let shown: HashSet<EventId> = events.iter().map(|event| event.event_id.clone()).collect();
        events.extend(recent.into_iter().filter(|event| !shown.contains(&event.event_id)));
        sort(&mut events);
        Ok(Some(NewestUses { events, has_older, unreadable }))
    }
}

/// The newest uses of a token.
pub(super) struct NewestUses {
    /// The newest first; all that wait for files, and 50 others at most.
    pub(super) events: Vec<UsageEvent>,
    /// Whether there are, or were, older ones.
    pub(super) has_older: bool,
    /// How many files of all events could not be read.
    pub(super) unreadable: u64,
}

/// The newest first.
fn sort(events: &mut [UsageEvent]) {
    events.sort_by(|a, b| (b.timestamp, &b.event_id).cmp(&(a.timestamp, &a.event_id)));
}

/// Tells whether a file is of a day before this one.
fn is_before(child: &ChildEntry, day: Day) -> bool {
    child.key.as_str() < day.events_folder().as_str()
}
