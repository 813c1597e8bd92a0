//! What is going on right now.

use std::collections::{BTreeSet, HashSet};
use std::time::Duration;

use cache_client::Strategy;
use serde::{Deserialize, Serialize};

use super::Analytics;
use super::event::{EventType, Source};
use super::stored::{APART, each_event};
use crate::entries::{Change, with_key};
use crate::error::Result;
use crate::keys::EntryKey;
use crate::names::{Country, EventId, Invalid, IpHash, TransferId};
use crate::namespaces;
use crate::time::Timestamp;

/// How many events a pulse shows.
const RECENT: usize = 10;
/// How far back the last events are looked for, and in which steps: each is six times as long as the one before.
const LOOKED_BACK: Duration = Duration::from_secs(86_400);
const FIRST_STEP: Duration = Duration::from_secs(300);
/// How many entries come with one call: whoever waits for a pulse waits for few.
const PAGE: u32 = 250;

/// What is going on: what happened in a window that ends now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "admin", derive(utoipa::ToSchema))]
pub struct Pulse {
    /// When it was computed.
    pub computed_at: Timestamp,
    /// How many minutes it covers.
    pub window_minutes: u32,
    /// How many requests of people were answered.
    pub active_requests: u64,
    /// How many requests of bots were answered. They are in no other figure.
    #[serde(default)]
    pub bot_requests: u64,
    /// How many people there were. One that was there on both sides of midnight counts twice, since its hash changes with the day.
    pub active_visitors: u64,
    /// How many transfers something happened to.
    pub active_transfers: u64,
    /// The newest events, the last one first; 10 at most.
    pub recent_events: Vec<RecentEvent>,
}

/// An event without what would tell visitors and transfers apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "admin", derive(utoipa::ToSchema))]
pub struct RecentEvent {
    /// When it happened.
    pub timestamp: Timestamp,
    /// Its identifier.
    pub event_id: EventId,
    /// What kind of thing happened.
    pub event_type: EventType,
    /// The method of the request.
    pub method: Option<String>,
    /// The path of the request.
    pub path: Option<String>,
    /// The status of the answer.
    pub status_code: Option<u16>,
    /// Where the client was.
    pub country: Option<Country>,
}

/// The newest of many events, each once.
#[derive(Default)]
struct Newest(BTreeSet<RecentEvent>);

impl Newest {
    fn add(&mut self, event: RecentEvent) {
        self.0.insert(event);
        if self.0.len() > RECENT {
            self.0.pop_first();
        }
    }

    fn is_full(&self) -> bool {
        self.0.len() == RECENT
    }

    /// The newest first.
    fn into_events(self) -> Vec<RecentEvent> {
        self.0.into_iter().rev().collect()
    }
}

/// What a pulse needs of an event.
#[derive(Deserialize)]
struct Seen {
    event_id: EventId,
    event_type: EventType,
    source: Source,
    timestamp: Timestamp,
    ip_hash: Option<IpHash>,
    #[serde(default)]
    is_bot: bool,
    transfer_id: Option<TransferId>,
    method: Option<String>,
    path: Option<String>,
    status_code: Option<u16>,
    country: Option<Country>,
}

impl From<Seen> for RecentEvent {
    fn from(seen: Seen) -> Self {
        let Seen { event_id, event_type, timestamp, method, path, status_code, country, .. } = seen;
        Self { timestamp, event_id, event_type, method, path, status_code, country }
    }
}

fn is_request(seen: &Seen) -> bool {
    seen.source != Source::Application && matches!(seen.event_type, EventType::PageView | EventType::ApiCall)
}

/// Where the latest pulse is found.
fn latest() -> EntryKey {
    EntryKey::parse("pulse/latest").expect("it is a key")
}

impl Analytics {
    /// Says what is going on: computes the events with `now - window < timestamp <= now`, every time anew.
    ///
    /// The window has 1 to 1,440 minutes. One call for 250 entries of up to 500 events each; events that still wait to be recorded
    /// are not in it.
    pub async fn pulse(&self, window_minutes: u32) -> Result<Pulse> {
        if !(1..=1440).contains(&window_minutes) {
            return Err(Invalid::new("window_minutes", "is not between 1 and 1440").into());
        }
        self.send.within(self.compute_pulse(window_minutes)).await
    }

    /// Keeps a pulse as the latest one, unless a later one is kept already; for those who show it without computing it. Three calls at most,
    /// if nobody else does the same.
    pub async fn keep_pulse(&self, pulse: &Pulse) -> Result<()> {
        let (entries, key) = (self.send.own_entries(namespaces::ANALYTICS), latest());
        let renew = |kept: &mut Pulse| {
            if kept.computed_at >= pulse.computed_at {
                return Change::Keep(());
            }
            kept.clone_from(pulse);
            Change::Write(())
        };
        let kept = async {
            if entries.change(&key, renew).await?.is_some() {
                return Ok(());
            }
            let body = with_key(&key, pulse)?;
            let store = self.send.cache.store().json(namespaces::ANALYTICS, Strategy::TemporalLatest, &body);
            let store = store.key(key.as_str()).file_id("pulse").hash_field("cache_key");
            Ok(store.send().await.map(drop)?)
        };
        self.send.within(kept).await
    }

    /// The pulse that was kept last. One call.
    pub async fn kept_pulse(&self) -> Result<Option<Pulse>> {
        self.send.own_entries(namespaces::ANALYTICS).retrieve(&latest()).await
    }

    async fn compute_pulse(&self, window_minutes: u32) -> Result<Pulse> {
        let now = self.send.now();
        let begin = now.minus(Duration::from_secs(60) * window_minutes);
        let (mut requests, mut bot_requests) = (0, 0);
        let (mut visitors, mut transfers) = (HashSet::new(), HashSet::new());
        let mut recent = Newest::default();
        // Clocks may be apart. Whatever is stored is stored by now.
        each_event(&self.send, begin.minus(APART), now.plus(APART), PAGE, |_, mut seen: Seen| {
            if seen.timestamp <= begin || seen.timestamp > now {
                return;
            }
            // What the application says of a request is said of one that the server has counted.
            let counted = if seen.is_bot { &mut bot_requests } else { &mut requests };
            *counted += u64::from(is_request(&seen));
            visitors.extend(seen.ip_hash.take().filter(|_| !seen.is_bot));
            transfers.extend(seen.transfer_id.take());
            recent.add(seen.into());
        })
        .await?;
        Ok(Pulse {
            computed_at: now,
            window_minutes,
            active_requests: requests,
            bot_requests,
            active_visitors: visitors.len() as u64,
            active_transfers: transfers.len() as u64,
            recent_events: recent.into_events(),
        })
    }

    /// The last events before and in a pulse, of 24 hours at most, the newest first; 10 at most.
    ///
    /// Looks back from the pulse in up to five steps until there are enough: one call at least for each.
    pub(crate) async fn last_events(&self, pulse: &Pulse) -> Result<Vec<RecentEvent>> {
        let mut recent = Newest::default();
        pulse.recent_events.iter().cloned().for_each(|event| recent.add(event));
        let end = pulse.computed_at.minus(LOOKED_BACK);
        let mut to = pulse.computed_at.minus(Duration::from_secs(60) * pulse.window_minutes).plus(APART);
        let mut step = FIRST_STEP;
        while !recent.is_full() && to > end {
            let from = to.minus(step).max(end);
            each_event(&self.send, from, to, PAGE, |_, seen: Seen| {
                if seen.timestamp <= pulse.computed_at {
                    recent.add(seen.into());
                }
            })
            .await?;
            (to, step) = (from, step * 6);
        }
        Ok(recent.into_events())
    }
}
