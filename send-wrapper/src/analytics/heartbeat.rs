//! Heartbeats: what each recorder says of itself every minute, so that administrators see all of them in one place.
//!
//! | key in the namespace `analytics` | document | changed by |
//! |---|---|---|
//! | `recorders/{instance}` | [`Heartbeat`] | its recorder, every minute, in place |
//! | `recorder-index/all` | which instances there are, with the ids of their entries | a recorder that begins |

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use cache_client::CacheId;
use cache_client::client::Content;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::Analytics;
use super::recorder::{Recorder, RecorderHealth, WeakRecorder};
use crate::entries::{Change, Entries};
use crate::error::{Error, Result};
use crate::health::describe;
use crate::keys::EntryKey;
use crate::names::Invalid;
use crate::namespaces;
use crate::send_cache::SendCache;
use crate::time::Timestamp;

/// How often a recorder says how it is.
const EVERY: Duration = Duration::from_secs(60);
/// After how long without a word a recorder counts as silent.
const SILENT_AFTER: Duration = Duration::from_secs(180);
/// After how long without a word a recorder is taken for one that does not come back.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(86_400);
/// How many instances are remembered; of more, those that began first are forgotten.
const MOST: usize = 500;

/// The name of a recorder, such as `send-app-1`: 1 to 64 letters, digits, `_`, `.` and `-`, the first one a letter or digit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "admin", derive(utoipa::ToSchema), schema(value_type = String))]
pub struct Instance(Box<str>);

impl Instance {
    /// Parses a name.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let is_one = text.len() <= 64 && !text.contains('/') && EntryKey::parse(&format!("recorders/{text}")).is_ok();
        let refused =
            || Invalid::new("instance", "is not 1 to 64 letters, digits, _, . and -, a letter or digit first");
        is_one.then(|| Self(text.into())).ok_or_else(refused)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn key(&self) -> EntryKey {
        EntryKey::parse(&format!("recorders/{}", self.0)).expect("the name was parsed as a part of it")
    }
}

impl TryFrom<String> for Instance {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        Self::parse(&text)
    }
}

impl From<Instance> for String {
    fn from(instance: Instance) -> Self {
        instance.0.into()
    }
}

/// What a recorder says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "admin", derive(utoipa::ToSchema))]
pub struct Heartbeat {
    /// Which recorder.
    pub instance: Instance,
    /// Since when it records.
    pub started_at: Timestamp,
    /// When it said so.
    pub beat_at: Timestamp,
    /// How many events wait in its queue.
    pub queued: u64,
    /// How many events it has stored.
    pub recorded: u64,
    /// How many events found the queue full.
    pub dropped: u64,
    /// How many events the cache did not take for too long.
    pub lost: u64,
    /// How many requests it was told to leave out, such as probes.
    pub left_out: u64,
    /// Whether the cache refuses entries, or something was lost in the last minute.
    pub degraded: bool,
    /// Why it is degraded.
    pub reason: Option<String>,
    /// Whether it has ended as it should: this is the last it says.
    #[serde(default)]
    pub ended: bool,
}

/// A recorder, and whether it still speaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "admin", derive(utoipa::ToSchema))]
pub struct RecorderSeen {
    /// What it said last.
    #[serde(flatten)]
    pub heartbeat: Heartbeat,
    /// Whether it has said nothing for three minutes: it was killed, or does not reach the cache. One that has ended is not silent.
    pub silent: bool,
    /// Whether it has been silent for a day: it was killed and does not come back, and nobody has to be told of it any more.
    pub forgotten: bool,
}

/// Which instances there are.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Index {
    instances: BTreeMap<Instance, Known>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Known {
    cache_id: CacheId,
    since: Timestamp,
}

fn index_key() -> EntryKey {
    EntryKey::parse("recorder-index/all").expect("two words with a slash between them make a key")
}

/// A recorder that says how it is.
#[derive(Debug)]
pub struct Heartbeats {
    recorder: WeakRecorder,
    send: SendCache,
    entries: Entries,
    instance: Instance,
    started_at: Timestamp,
    is_known: bool,
    /// What it said last.
    last: Option<Heartbeat>,
}

/// Heartbeats that go on in the background, also when this is dropped.
#[derive(Debug)]
pub struct Beating {
    ends: Arc<Notify>,
    task: JoinHandle<()>,
}

impl Beating {
    /// Says that the recorder ends, for a program that ends; waits until that is written.
    pub async fn end(self) {
        self.ends.notify_one();
        // The task answers, or has ended with its runtime.
        let _ = self.task.await;
    }
}

impl Recorder {
    /// Prepares heartbeats under this name, which no other recorder has at the same time. They begin with
    /// [`start`](Heartbeats::start).
    pub fn heartbeats(&self, instance: Instance) -> Heartbeats {
        let send = self.send().clone();
        let (entries, started_at) = (send.own_entries(namespaces::ANALYTICS), send.now());
        Heartbeats { recorder: self.downgrade(), send, entries, instance, started_at, is_known: false, last: None }
    }
}

impl Heartbeats {
    /// Says how the recorder is, now and every minute, until the recorder ends, or the program [says so](Beating::end). What cannot be
    /// written is logged, and said a minute later.
    pub fn start(mut self) -> Beating {
        let ends = Arc::new(Notify::new());
        let is_ended = Arc::clone(&ends);
        let task = tokio::spawn(async move {
            let mut ticks = tokio::time::interval(EVERY);
            ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            loop {
                let said = tokio::select! {
                    _ = ticks.tick() => self.beat().await,
                    () = is_ended.notified() => self.end().await.map(|()| false),
                };
                match said {
                    Ok(true) => {}
                    Ok(false) => break,
                    Err(error) => tracing::warn!(error = describe(&error), "a heartbeat could not be written"),
                }
            }
        });
        Beating { ends, task }
    }

    /// Says once how the recorder is; `false` when it has ended, which is said as well. One call, and some five the first time.
    pub async fn beat(&mut self) -> Result<bool> {
        let Some(heartbeat) = self.heartbeat() else {
            self.end().await?;
            return Ok(false);
        };
        self.say(heartbeat).await?;
        Ok(true)
    }

    /// Says that the recorder has ended, with the figures of now, or those it had last; nothing when it has never said anything.
    async fn end(&mut self) -> Result<()> {
        let Some(last) = self.last.as_ref().and_then(|last| self.heartbeat().or_else(|| Some(last.clone()))) else {
            return Ok(());
        };
        self.say(Heartbeat { beat_at: self.send.now(), degraded: false, reason: None, ended: true, ..last }).await
    }

    /// What the recorder says of itself now; `None` when it has ended.
    fn heartbeat(&self) -> Option<Heartbeat> {
        let (health, reason) = self.recorder.health()?;
        let RecorderHealth { degraded, recorded, queued, dropped, given_up, left_out, .. } = health;
        Some(Heartbeat {
            instance: self.instance.clone(),
            started_at: self.started_at,
            beat_at: self.send.now(),
            queued,
            recorded,
            dropped,
            lost: given_up,
            left_out,
            degraded,
            reason: reason.map(str::to_owned),
            ended: false,
        })
    }

    async fn say(&mut self, heartbeat: Heartbeat) -> Result<()> {
        let send = self.send.clone();
        send.within(self.write(heartbeat)).await
    }

    async fn write(&mut self, heartbeat: Heartbeat) -> Result<()> {
        let key = self.instance.key();
        if self.is_known {
            match self.entries.update(&key, &heartbeat).await {
                Err(Error::NotFound { .. }) => {}
                Err(error) => return Err(error),
                Ok(_) => {
                    self.last = Some(heartbeat);
                    return Ok(());
                }
            }
        }
        let cache_id = self.entries.store(&key, &heartbeat).await?;
        self.enter(cache_id).await?;
        (self.is_known, self.last) = (true, Some(heartbeat));
        Ok(())
    }

    /// Enters the recorder into the index.
    async fn enter(&self, cache_id: CacheId) -> Result<()> {
        let known = Known { cache_id, since: self.started_at };
        let new = Index { instances: BTreeMap::from([(self.instance.clone(), known.clone())]) };
        let add = |index: &mut Index| {
            let instances = &mut index.instances;
            instances.insert(self.instance.clone(), known.clone());
            while instances.len() > MOST {
                let first = instances.iter().min_by_key(|(_, known)| known.since).map(|(name, _)| name.clone());
                first.and_then(|name| instances.remove(&name));
            }
            Change::Write(())
        };
        self.entries.create_or_change(&index_key(), &new, add).await.map(drop)
    }
}

impl Analytics {
    /// What recorders said of themselves last, by their names; those that ended are among them. Two calls for 500 recorders.
    pub async fn recorders(&self) -> Result<Vec<RecorderSeen>> {
        self.send.within(self.read_recorders()).await
    }

    async fn read_recorders(&self) -> Result<Vec<RecorderSeen>> {
        let entries = self.send.own_entries(namespaces::ANALYTICS);
        let index: Option<Index> = entries.retrieve(&index_key()).await?;
        let ids: Vec<CacheId> =
            index.into_iter().flat_map(|index| index.instances).map(|(_, known)| known.cache_id).collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let now = self.send.now();
        let found = self.send.cache.retrieve().by_ids(namespaces::ANALYTICS, ids).send().await?;
        let seen = found.into_iter().flatten().filter(|entry| matches!(entry.content, Content::Json(_)));
        let seen = seen.filter_map(|entry| entry.json::<Heartbeat>().ok());
        let is_over = |heartbeat: &Heartbeat, after| !heartbeat.ended && heartbeat.beat_at.plus(after) < now;
        let seen = seen.map(|heartbeat| RecorderSeen {
            silent: is_over(&heartbeat, SILENT_AFTER),
            forgotten: is_over(&heartbeat, FORGOTTEN_AFTER),
            heartbeat,
        });
        Ok(seen.collect())
    }
}
