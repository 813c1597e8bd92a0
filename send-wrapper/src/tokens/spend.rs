//! Using tokens: who may, and how it is counted.

use std::net::IpAddr;
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};

use futures::stream::{StreamExt, TryStreamExt, iter};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::queue::Asked;
use super::record::{RECENT, RecentUse, Record, Status, Token};
use super::usage::{Action, UsageEvent, UsageTotals};
use super::{Tokens, key};
use crate::analytics::{Client, UserAgent, bounded};
use crate::entries::Change;
use crate::error::Result;
use crate::health;
use crate::keys::EntryKey;
use crate::names::{Country, EventId, IpHash, TokenName, TransferId, UseId};
use crate::time::Timestamp;

/// The most events that may wait in a token for files of their own.
const MOST_WAITING: usize = 192;
/// How many events of others are written at once.
const AT_ONCE: usize = 16;

/// A use of a token: who asks for it, and what for.
#[derive(Debug, Clone, Default)]
pub struct Use {
    use_id: Option<UseId>,
    action: Action,
    /// Who asks, as long as that is not hashed.
    client: Client,
    ip_hash: Option<IpHash>,
    user_agent: Option<String>,
    country: Option<Country>,
    transfer_id: Option<TransferId>,
}

impl Use {
    /// Makes it the same use as every other one of this identifier: it counts once. One is drawn when none is given.
    pub fn use_id(self, use_id: UseId) -> Self {
        Self { use_id: Some(use_id), ..self }
    }

    /// What it is for; `use` when not given.
    pub fn action(self, action: Action) -> Self {
        Self { action, ..self }
    }

    /// Who asks for it, as far as it is known; [`Gate::consume`](crate::Gate::consume) knows the address.
    ///
    /// What is kept is what a [recorder](crate::analytics::Recorder) keeps: of the address a hash that changes with the day, if there is a
    /// [secret](crate::SendCache::secret), and of the user agent its family and system, such as `Firefox on Linux`.
    pub fn client(
        self,
        address: impl Into<Option<IpAddr>>,
        user_agent: Option<&str>,
        country: Option<Country>,
    ) -> Self {
        let user_agent = user_agent.map(|text| UserAgent::of(text).family_and_system);
        let client = Client::from(address.into());
        Self { client, user_agent: user_agent.or(self.user_agent), country: country.or(self.country), ..self }
    }

    /// What stands for the client's address, for those who have hashed it themselves.
    pub fn ip_hash(self, ip_hash: IpHash) -> Self {
        Self { ip_hash: Some(ip_hash), ..self }
    }

    /// The client's family and system, for those who have shortened the user agent themselves; cut to 256 characters.
    pub fn user_agent(self, user_agent: impl AsRef<str>) -> Self {
        Self { user_agent: Some(bounded(user_agent.as_ref(), 256)), ..self }
    }

    /// Says where it comes from, unless that is known.
    pub(crate) fn coming_from(mut self, address: IpAddr) -> Self {
        self.client.address.get_or_insert(address);
        self
    }

    /// Where the client is.
    pub fn country(self, country: Country) -> Self {
        Self { country: Some(country), ..self }
    }

    /// The transfer it is for.
    pub fn transfer_id(self, transfer_id: TransferId) -> Self {
        Self { transfer_id: Some(transfer_id), ..self }
    }
}

/// What became of a use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Used {
    /// It was granted, now or when the same use was asked for before.
    Granted {
        /// How often the token was used, with this one.
        usage_count: u64,
        /// How often it can be used from now on.
        remaining: Remaining,
    },
    /// It was refused.
    Refused(Refusal),
}

impl Used {
    /// Tells whether it was granted.
    pub fn is_granted(&self) -> bool {
        matches!(self, Self::Granted { .. })
    }
}

/// How often a token can still be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remaining {
    /// So many times.
    Uses(u64),
    /// As often as anybody likes.
    Unlimited,
}

impl Remaining {
    pub(crate) fn of(token: &Token) -> Self {
        match token.usage_limit.uses() {
            Some(limit) => Self::Uses(limit.saturating_sub(token.usage_count)),
            None => Self::Unlimited,
        }
    }

    /// As documents say it: -1 for unlimited.
    pub fn as_number(self) -> i64 {
        match self {
            Self::Uses(uses) => i64::try_from(uses).unwrap_or(i64::MAX),
            Self::Unlimited => -1,
        }
    }
}

/// Why a token cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "admin", derive(utoipa::ToSchema))]
pub enum Refusal {
    /// There is no such token.
    NotFound,
    /// Somebody took it back.
    Revoked,
    /// Its time is over.
    Expired,
    /// It was used as often as it allows.
    Exhausted,
}

impl Refusal {
    /// All reasons.
    pub const ALL: [Self; 4] = [Self::NotFound, Self::Revoked, Self::Expired, Self::Exhausted];

    /// As documents say it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::Exhausted => "exhausted",
        }
    }

    /// Why a token in this state cannot be used.
    pub(crate) fn of(status: Status) -> Option<Self> {
        match status {
            Status::Active => None,
            Status::Revoked => Some(Self::Revoked),
            Status::Expired => Some(Self::Expired),
            Status::Exhausted => Some(Self::Exhausted),
        }
    }
}

/// What was decided about a use.
#[derive(Debug, Clone)]
pub(super) struct Decided {
    used: Used,
    /// What is to be recorded of it; nothing when it was granted before, or there is no token.
    event: Option<UsageEvent>,
}

impl Tokens {
    /// Uses a token.
    ///
    /// Uses of one token that are asked for at the same time in one process are decided together, in one write. An error says
    /// nothing about whether the use was counted: ask again with the same [`Use::use_id`].
    pub async fn use_once(&self, name: &TokenName, mut wanted: Use) -> Result<Used> {
        let address = wanted.client.address.take();
        wanted.ip_hash = wanted.ip_hash.or_else(|| address.and_then(|address| self.send.ip_hash(address)));
        let key = key(name);
        let deadline = self.send.deadline();
        let decided = self.send.until(deadline, self.decided(name, &key, wanted));
        let (Decided { used, event }, left_behind) = decided.await?;
        let place = match &used {
            Used::Granted { .. } => 0,
            Used::Refused(refusal) => 1 + *refusal as usize,
        };
        self.send.shared.counters.uses[place].fetch_add(1, Ordering::Relaxed);
        // What is decided is answered, however slow the cache takes the events of it: they have what is left of the time.
        let events = event.into_iter().chain(left_behind).collect::<Vec<_>>();
        if !events.is_empty() {
            let tokens = self.clone();
            let recorded = async move {
                iter(&events).for_each_concurrent(AT_ONCE, |event| tokens.record(&key, event, deadline)).await;
            };
            // On their own: an event that is dropped half way would be lost and not counted.
            self.send.apart(recorded).await;
        }
        Ok(used)
    }

    /// Waits until the use is decided, by whoever's turn it is first. Answers the events as well that others have left without files.
    async fn decided(&self, name: &TokenName, key: &EntryKey, wanted: Use) -> Result<(Decided, Vec<UsageEvent>)> {
        let use_id = wanted.use_id.clone().unwrap_or_else(UseId::random);
        let asked = Arc::new(Asked { use_id, details: wanted, decided: OnceLock::new() });
        let queue = &self.send.shared.uses;
        let _place = queue.wait(name, &asked);
        let _turn = self.entries.turn(key).await;
        loop {
            if let Some(decided) = asked.decided.get() {
                return Ok((decided.clone(), Vec::new()));
            }
            // Those who are taken along and not decided, because this one fails or ends, ask again when it is their turn.
            let together = queue.take(name, &asked);
            let now = self.send.now();
            let decide = |record: &mut Record| self.decide(record, &together, now);
            let outcome = self.entries.change_in_turn(key, decide).await?;
            let (decided, left_behind) = match outcome {
                None => {
                    let nothing = Decided { used: Used::Refused(Refusal::NotFound), event: None };
                    (vec![nothing; together.len()], Vec::new())
                }
                Some(Ok(decided)) => decided,
                // No more fit into the token: they have to get their files first.
                Some(Err(waiting)) => {
                    iter(waiting)
                        .map(Ok)
                        .try_for_each_concurrent(AT_ONCE, async |event| self.write(key, &event).await)
                        .await?;
                    continue;
                }
            };
            let mut decided = decided.into_iter();
            // The own one is the first of those that were taken.
            let own = decided.next().expect("the own use was taken");
            for (asked, decided) in together.iter().skip(1).zip(decided) {
                // Nobody else decides while it is this one's turn.
                let _ = asked.decided.set(decided);
            }
            return Ok((own, left_behind));
        }
    }

    /// Decides uses one after the other, and changes the token accordingly. Answers the events as well that others have left without
    /// files; `Err` with those that have to be written before.
    fn decide(&self, record: &mut Record, together: &[Arc<Asked>], now: Timestamp) -> Change<Outcome> {
        let recorded = &self.send.shared.recorded;
        record.unrecorded.retain(|event| recorded.get(&event.event_id).is_none());
        if record.unrecorded.len() + together.len() > MOST_WAITING {
            return Change::Keep(Err(record.unrecorded.clone()));
        }
        let left_behind = record.unrecorded.clone();
        let (count, mut decided) = (record.token.usage_count, Vec::with_capacity(together.len()));
        for asked in together {
            decided.push(decide_one(record, asked, now));
        }
        if record.token.usage_count == count {
            return Change::Keep(Ok((decided, left_behind)));
        }
        record.revision += 1;
        Change::Write(Ok((decided, left_behind)))
    }

    /// Writes the file of an event. What fails is counted for a refused use; that of a granted one waits in the token.
    async fn record(&self, key: &EntryKey, event: &UsageEvent, deadline: Instant) {
        if let Err(error) = self.send.until(deadline, self.write(key, event)).await {
            if event.success {
                tracing::warn!(%key, error = health::describe(&error), "the event of a use waits in its token");
            } else {
                health::lost(&self.send.shared.counters.token_events, "a refused use", &error);
            }
        }
    }

    async fn write(&self, key: &EntryKey, event: &UsageEvent) -> Result<()> {
        let Some(_writing) = self.send.shared.uses.begin_writing(&event.event_id) else { return Ok(()) };
        let Some(cache_id) = self.entries.id_of(key).await? else { return Ok(()) };
        self.entries.data(cache_id).store_json(&event.path(), event).await?;
        self.entries.journal(cache_id).written::<UsageTotals>(key);
        if event.success {
            self.send.shared.recorded.insert(event.event_id.clone(), ());
        }
        Ok(())
    }
}

/// What was decided about several uses, and the events that others have left without files; or events that have to be written first.
type Outcome = Result<(Vec<Decided>, Vec<UsageEvent>), Vec<UsageEvent>>;

fn decide_one(record: &mut Record, asked: &Asked, now: Timestamp) -> Decided {
    if record.was_used_by(&asked.use_id) {
        return Decided { used: granted(record), event: None };
    }
    if let Some(refusal) = Refusal::of(record.token.status_at(now)) {
        let event = event(record, asked, now, Some(refusal));
        return Decided { used: Used::Refused(refusal), event: Some(event) };
    }
    let event = event(record, asked, now, None);
    record.unrecorded.push(event.clone());
    let token = &mut record.token;
    token.usage_count += 1;
    token.last_used_at = token.last_used_at.max(now);
    if !token.usage_limit.leaves_uses_after(token.usage_count) {
        token.status = Status::Exhausted;
    }
    record.recent_uses.push_back(RecentUse { use_id: asked.use_id.clone(), at: now });
    if record.recent_uses.len() > RECENT {
        record.recent_uses.pop_front();
    }
    Decided { used: granted(record), event: Some(event) }
}

fn granted(record: &Record) -> Used {
    Used::Granted { usage_count: record.token.usage_count, remaining: Remaining::of(&record.token) }
}

fn event(record: &Record, asked: &Asked, now: Timestamp, refusal: Option<Refusal>) -> UsageEvent {
    let outcome = refusal.map_or("granted", Refusal::as_str);
    // A name that was deleted and created again is another token.
    let token = format!("{}/{}", record.token.token_name, record.creation);
    let Use { action, ip_hash, user_agent, country, transfer_id, .. } = asked.details.clone();
    UsageEvent {
        event_id: EventId::of([&token, asked.use_id.as_str(), outcome]),
        timestamp: now,
        ip_hash,
        user_agent,
        country,
        action,
        transfer_id,
        success: refusal.is_none(),
        rejection_reason: refusal,
    }
}
