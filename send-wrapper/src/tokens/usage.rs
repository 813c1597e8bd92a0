//! What is known of the uses of a token.

use std::collections::HashSet;

use cache_client::client::ChildEntry;
use futures::TryStreamExt;
use serde::{Deserialize, Serialize};

use super::record::Record;
use super::{Refusal, Tokens, key, no_token};
use crate::error::Result;
use crate::keys::DataPath;
use crate::names::{Country, EventId, Invalid, IpHash, TokenName, TransferId, plain_text};
use crate::namespaces;
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
    pub(super) fn check_user_agent(text: &str) -> Result<(), Invalid> {
        plain_text("user_agent", text, 256)
    }

    /// Where its file lies below the token.
    pub(super) fn path(&self) -> DataPath {
        let Self { timestamp, event_id, .. } = self;
        let folder = timestamp.day().events_folder();
        let path = DataPath::parse(&format!("{folder}/{:013}-{event_id}", timestamp.millis()));
        path.expect("a day, a number and an event's id make a path")
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

    fn wants(&self, event: &UsageEvent) -> bool {
        let day = event.timestamp.day();
        self.from.is_none_or(|from| day >= from) && self.to.is_none_or(|to| day <= to)
    }
}

impl Tokens {
    /// Reads what is known of the uses of a token, newest first.
    ///
    /// Reads the events of the days asked for and, where they lie in several months or years, those around them: two calls for
    /// each 1,000.
    pub async fn usage(&self, name: &TokenName, query: &UsageQuery) -> Result<Vec<UsageEvent>> {
        query.check()?;
        self.send.within(self.read_usage(name, query)).await
    }

    async fn read_usage(&self, name: &TokenName, query: &UsageQuery) -> Result<Vec<UsageEvent>> {
        let found = self.entries.find::<Record>(&key(name)).await?.ok_or_else(|| no_token(name))?;
        let folder = events_folder(query.from, query.to);
        let children = self.send.cache.data().read(namespaces::TOKENS, found.cache_id).key(folder).descending();
        let page = u32::try_from(query.limit).unwrap_or(1000).min(1000);
        let mut children = children.page_size(page).stream();
        // What has no file of its own yet is among the newest.
        let waiting = found.value.unrecorded.into_iter().filter(|event| query.wants(event));
        let mut events: Vec<UsageEvent> = waiting.collect();
        let waiting = events.len();
        let mut known: HashSet<EventId> = events.iter().map(|event| event.event_id.clone()).collect();
        while events.len() < query.limit + waiting
            && let Some(child) = children.try_next().await?
        {
            let event: UsageEvent = child.json()?;
            if query.from.is_some_and(|from| is_before(&child, from)) {
                break;
            }
            // A use that was refused whenever it was asked for has a file for each time.
            if query.wants(&event) && known.insert(event.event_id.clone()) {
                events.push(event);
            }
        }
        events.sort_by(|a, b| (b.timestamp, &b.event_id).cmp(&(a.timestamp, &a.event_id)));
        events.truncate(query.limit);
        Ok(events)
    }
}

/// Tells whether a file is of a day before this one.
fn is_before(child: &ChildEntry, day: Day) -> bool {
    child.key.as_str() < day.events_folder().as_str()
}
