//! Recording events in the background: many in one entry, and never at the cost of a user's request.

use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use cache_client::{CacheId, Strategy};
use serde::Serialize;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};
use uuid::Uuid;

use super::event::Event;
use super::visitor::{Secret, Visitors};
use crate::error::{Error, Result};
use crate::health::describe;
#[cfg(feature = "admin")]
use crate::names::IpHash;
use crate::namespaces;
use crate::send_cache::SendCache;
use crate::time::Timestamp;

/// How many entries are on their way to the cache at once.
const AT_ONCE: usize = 4;
/// How long a loss makes the recorder say that it is degraded.
const LOSS_SHOWS: Duration = Duration::from_secs(60);

/// How events are recorded.
#[derive(Debug, Clone, Copy)]
pub struct RecorderSettings {
    /// How many events may wait; 20,000 when not given, some 12 MB.
    pub queue: usize,
    /// How many events make an entry; 500.
    pub batch: usize,
    /// How long an event waits for company; 250 ms.
    pub window: Duration,
    /// How long an entry that the cache does not take is tried again; two minutes, after which windows are closed anyway.
    pub give_up: Duration,
}

impl Default for RecorderSettings {
    fn default() -> Self {
        Self { queue: 20_000, batch: 500, window: Duration::from_millis(250), give_up: Duration::from_secs(120) }
    }
}

/// Records events in the background.
///
/// [`record`](Self::record) puts an event into a queue and returns at once, whatever the cache does. A task takes events from the queue,
/// hashes addresses, and stores up to 500 events, or those of 250 ms, as one entry; one that is alone as an entry of its own. When the
/// queue is full, events are dropped; when the cache does not take an entry for two minutes, its events are given up. Both are counted, and
/// [`health`](Self::health) says `degraded`. A process that is killed loses what was not stored yet: a quarter of a second, and
/// whatever waits for a cache that is down. A program that ends calls [`flush`](Self::flush) first.
///
/// An entry whose answer was lost is stored again; it carries a `batch_id`, by which readers count it once.
#[derive(Debug, Clone)]
pub struct Recorder {
    queue: mpsc::Sender<Message>,
    batch: usize,
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    send: SendCache,
    visitors: Visitors,
    recorded: AtomicU64,
    dropped: AtomicU64,
    given_up: AtomicU64,
    left_out: AtomicU64,
    entries: AtomicU64,
    /// How many entries are being tried again.
    failing: AtomicU64,
    /// When something was lost last; 0 for never.
    lost_at: AtomicU64,
    /// Wakes the task before the window is over. It sleeps else, since to be woken for every event would cost requests their time.
    hurry: Notify,
}

/// Who made a request, as far as it is known. It is nowhere but in the recorder's queue: an address becomes a hash, a user agent its
/// family and system.
#[derive(Clone, Default)]
pub struct Client {
    /// The address.
    pub address: Option<IpAddr>,
    /// The user agent as it was sent.
    pub user_agent: Option<Box<str>>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Client([redacted])")
    }
}

impl From<Option<IpAddr>> for Client {
    fn from(address: Option<IpAddr>) -> Self {
        Self { address, user_agent: None }
    }
}

/// What goes through the queue.
#[derive(Debug)]
enum Message {
    Event(Box<(Event, Client)>, Instant),
    /// Everything before is to be stored.
    Flush(oneshot::Sender<()>),
}

/// How recording goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RecorderHealth {
    /// Whether the cache refuses entries now, or something was lost in the last minute.
    pub degraded: bool,
    /// Events that were stored.
    pub recorded: u64,
    /// The entries they were stored in.
    pub entries: u64,
    /// Events that wait in the queue.
    pub queued: u64,
    /// Events that found the queue full.
    pub dropped: u64,
    /// Events that the cache did not take for too long.
    pub given_up: u64,
    /// Requests that the middleware was told to leave out, such as probes. They are nowhere else.
    pub left_out: u64,
}

/// Several events in one entry.
#[derive(Serialize)]
struct Batch<'a> {
    kind: &'static str,
    batch_id: String,
    events: &'a [Event],
}

impl Recorder {
    /// Starts recording, on the runtime this is called from.
    ///
    /// The secret has to be the same in all programs that record into one cache, and to outlive them; for a cache in this process
    /// [one may be drawn](Secret::random).
    pub fn start(send: &SendCache, secret: Secret, settings: RecorderSettings) -> Self {
        let (queue, messages) = mpsc::channel(settings.queue.max(1));
        let state = Arc::new(State {
            send: send.clone(),
            visitors: Visitors::new(secret),
            recorded: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
            given_up: AtomicU64::new(0),
            left_out: AtomicU64::new(0),
            entries: AtomicU64::new(0),
            failing: AtomicU64::new(0),
            lost_at: AtomicU64::new(0),
            hurry: Notify::new(),
        });
        tokio::spawn(run(Arc::clone(&state), messages, settings));
        Self { queue, batch: settings.batch, state }
    }

    /// Records an event of this client, whose address is hashed in the background. Never waits; `false` when the queue was full, and
    /// the event is dropped and counted.
    pub fn record(&self, event: Event, client: impl Into<Client>) -> bool {
        let queued = self.queue.try_send(Message::Event(Box::new((event, client.into())), Instant::now())).is_ok();
        if !queued {
            self.state.lose(&self.state.dropped, 1);
        }
        if self.queue.max_capacity() - self.queue.capacity() >= self.batch {
            self.state.hurry.notify_one();
        }
        queued
    }

    /// Records an event before it returns, as an entry of its own, for hosts that freeze a program between requests.
    ///
    /// What fails is counted as given up. It comes to its end also when nobody waits for it any more.
    pub async fn record_now(&self, event: Event, client: impl Into<Client>) -> Result<CacheId> {
        let (state, client) = (Arc::clone(&self.state), client.into());
        let stored = self.state.send.apart(async move {
            let event = state.anonymous(event, client);
            let stored = state.send.analytics().record_event(&event).await;
            match stored {
                Ok(_) => state.count(1),
                Err(_) => state.lose(&state.given_up, 1),
            }
            stored
        });
        stored.await.unwrap_or_else(|| Err(Error::Conflict { reason: "the program ends".to_owned() }))
    }

    /// Waits until everything that was recorded before is stored, or given up.
    pub async fn flush(&self) {
        let (flushed, done) = oneshot::channel();
        if self.queue.send(Message::Flush(flushed)).await.is_ok() {
            self.state.hurry.notify_one();
            // The task answers, or has ended with its runtime.
            let _ = done.await;
        }
    }

    /// How recording goes.
    pub fn health(&self) -> RecorderHealth {
        let State { recorded, dropped, given_up, left_out, entries, failing, lost_at, .. } = &*self.state;
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let shows = Timestamp::from_millis(read(lost_at)).plus(LOSS_SHOWS);
        RecorderHealth {
            degraded: read(failing) > 0 || (read(lost_at) > 0 && self.state.send.now() < shows),
            recorded: read(recorded),
            entries: read(entries),
            queued: u64::try_from(self.queue.max_capacity() - self.queue.capacity()).unwrap_or_default(),
            dropped: read(dropped),
            given_up: read(given_up),
            left_out: read(left_out),
        }
    }

    /// Why it is degraded, if it is.
    fn degraded_because(&self) -> Option<&'static str> {
        let is_failing = self.state.failing.load(Ordering::Relaxed) > 0;
        let because =
            if is_failing { "the cache does not take entries" } else { "events were lost in the last minute" };
        self.health().degraded.then_some(because)
    }

    /// What stands for an address on the day of this moment.
    #[cfg(feature = "admin")]
    pub(crate) fn hash_of(&self, address: IpAddr, at: Timestamp) -> IpHash {
        self.state.visitors.hash(address, at)
    }

    pub(super) fn send(&self) -> &SendCache {
        &self.state.send
    }

    /// A handle that does not keep it recording.
    pub(super) fn downgrade(&self) -> WeakRecorder {
        WeakRecorder { queue: self.queue.downgrade(), batch: self.batch, state: Arc::downgrade(&self.state) }
    }

    /// Counts a request that is not recorded.
    #[cfg(feature = "middleware")]
    pub(crate) fn leave_out(&self) {
        self.state.left_out.fetch_add(1, Ordering::Relaxed);
    }

    #[cfg(feature = "middleware")]
    pub(crate) fn now(&self) -> Timestamp {
        self.state.send.now()
    }
}

/// A recorder that may have ended.
#[derive(Debug)]
pub(super) struct WeakRecorder {
    queue: mpsc::WeakSender<Message>,
    batch: usize,
    state: Weak<State>,
}

impl WeakRecorder {
    /// How recording goes, and why it is degraded; `None` when nobody can record any more.
    pub(super) fn health(&self) -> Option<(RecorderHealth, Option<&'static str>)> {
        let recorder = Recorder { queue: self.queue.upgrade()?, batch: self.batch, state: self.state.upgrade()? };
        Some((recorder.health(), recorder.degraded_because()))
    }
}

impl State {
    fn anonymous(&self, event: Event, client: Client) -> Event {
        let event = match client.address {
            Some(address) => {
                let ip_hash = self.visitors.hash(address, event.timestamp);
                event.ip_hash(ip_hash)
            }
            None => event,
        };
        client.user_agent.iter().fold(event, |event, user_agent| event.user_agent(user_agent))
    }

    fn count(&self, events: usize) {
        self.recorded.fetch_add(events as u64, Ordering::Relaxed);
        self.entries.fetch_add(1, Ordering::Relaxed);
    }

    fn lose(&self, counter: &AtomicU64, events: usize) {
        let now = self.send.now().millis().max(1);
        // Once a minute is often enough for the log.
        let before = self.lost_at.swap(now, Ordering::Relaxed);
        if now.saturating_sub(before) >= 60_000 {
            tracing::warn!("events of analytics are being lost");
        }
        counter.fetch_add(events as u64, Ordering::Relaxed);
    }

    /// Stores events as one entry, again and again until the cache takes it or it is too late.
    async fn store(self: Arc<Self>, events: Vec<Event>, give_up: Instant) {
        let batch = Batch { kind: "event_batch", batch_id: Uuid::new_v4().to_string(), events: &events };
        let store = || {
            let store = self.send.cache.store();
            let store = match &events[..] {
                [alone] => store.json(namespaces::ANALYTICS, Strategy::Temporal, alone),
                _ => store.json(namespaces::ANALYTICS, Strategy::Temporal, &batch),
            };
            self.send.within(async { Ok(store.send().await.map(drop)?) })
        };
        let pauses = ExponentialBuilder::default().with_min_delay(Duration::from_millis(100));
        let pauses = pauses.with_max_delay(Duration::from_secs(5)).without_max_times().with_jitter();
        let mut pauses = pauses.build();
        let mut failing = None;
        loop {
            match timeout_at(give_up, store()).await {
                Ok(Ok(())) => return self.count(events.len()),
                Ok(Err(error)) => {
                    if failing.is_none() {
                        tracing::warn!(error = describe(&error), "events of analytics wait for the cache");
                        failing = Some(Failing::begin(&self));
                    }
                }
                Err(_) => return self.lose(&self.given_up, events.len()),
            }
            let pause = pauses.next().unwrap_or(Duration::from_secs(5));
            if Instant::now() + pause >= give_up {
                return self.lose(&self.given_up, events.len());
            }
            tokio::time::sleep(pause).await;
        }
    }
}

/// An entry that is being tried again.
struct Failing<'a>(&'a State);

impl<'a> Failing<'a> {
    fn begin(state: &'a State) -> Self {
        state.failing.fetch_add(1, Ordering::Relaxed);
        Self(state)
    }
}

impl Drop for Failing<'_> {
    fn drop(&mut self) {
        self.0.failing.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Takes events from the queue until nobody can record any more.
async fn run(state: Arc<State>, mut messages: mpsc::Receiver<Message>, settings: RecorderSettings) {
    let mut stores = JoinSet::new();
    while let Some(first) = messages.recv().await {
        // An event that is given up is given up by its own age, wherever it has waited.
        let began = match &first {
            Message::Event(_, recorded) => *recorded,
            Message::Flush(_) => Instant::now(),
        };
        if matches!(first, Message::Event(..)) && messages.len() + 1 < settings.batch {
            // Over, or in a hurry: both end the wait.
            let _ = timeout_at(Instant::now() + settings.window, state.hurry.notified()).await;
        }
        let (mut events, mut flushed) = (Vec::new(), None);
        let mut next = Some(first);
        while let Some(message) = next {
            match message {
                Message::Event(message, _) => {
                    let (event, client) = *message;
                    events.push(state.anonymous(event, client));
                }
                Message::Flush(asked) => {
                    flushed = Some(asked);
                    break;
                }
            }
            next = if events.len() < settings.batch { messages.try_recv().ok() } else { None };
        }
        if !events.is_empty() {
            while stores.len() >= AT_ONCE {
                stores.join_next().await;
            }
            stores.spawn(Arc::clone(&state).store(events, began + settings.give_up));
        }
        if let Some(flushed) = flushed {
            while stores.join_next().await.is_some() {}
            // Whoever asked may have gone.
            let _ = flushed.send(());
        }
    }
    while stores.join_next().await.is_some() {}
}
