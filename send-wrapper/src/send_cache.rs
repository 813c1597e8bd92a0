//! The cache as SGraph Send uses it: one handle, from which the operations of each domain begin.

use std::hash::BuildHasher;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use cache_client::{CacheClient, CacheHashGenerator, CacheId, Namespace};
use quick_cache::sync::Cache;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout, timeout_at};

use crate::analytics::{Analytics, Secret, Visitors};
use crate::costs::Costs;
use crate::entries::Entries;
use crate::error::{Error, Result};
use crate::journal::Written;
use crate::names::{EventId, Invalid, IpHash};
use crate::time::{Clock, SystemClock, Timestamp};
use crate::tokens::{Queue, Tokens};
use crate::transfers::Transfers;

/// How many ids of entries are remembered, and how many events known to be recorded.
const REMEMBERED: usize = 10_000;
/// How many records can be changed at once by one process.
const TURNS: usize = 64;

/// The cache, over any transport. Clones share everything.
///
/// ```
/// use send_wrapper::{SendCache, TokenName};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> anyhow::Result<()> {
/// # let client = cache_server::in_process::InProcess::in_memory()?.client();
/// let send = SendCache::new(client);
/// let name = TokenName::parse("community-x")?;
/// send.tokens().create(&name).usage_limit(3).send().await?;
/// assert!(send.tokens().lookup(&name).await?.is_some());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct SendCache {
    pub(crate) cache: CacheClient,
    pub(crate) hashes: CacheHashGenerator,
    clock: Arc<dyn Clock>,
    visitors: Option<Arc<Visitors>>,
    time_limit: Duration,
    long_time_limit: Duration,
    pub(crate) shared: Arc<Shared>,
}

/// What the clones of a handle have in common.
#[derive(Debug)]
pub(crate) struct Shared {
    /// The ids of entries, by namespace and key. They stay right until the entry is deleted.
    pub(crate) ids: Cache<(Namespace, Box<str>), CacheId>,
    /// Events this process has recorded, or seen recorded.
    pub(crate) recorded: Cache<EventId, ()>,
    /// Events this process has written, by the entry of their record.
    pub(crate) written: Cache<CacheId, Written>,
    /// Uses of tokens that wait to be decided.
    pub(crate) uses: Queue,
    /// Those of one process who want to change a record do so one after another; compare-and-swap is for the others.
    turns: [Mutex<()>; TURNS],
    pub(crate) counters: crate::health::Counters,
}

impl SendCache {
    /// Uses this cache; its server makes hashes as servers do that are not configured otherwise.
    pub fn new(cache: CacheClient) -> Self {
        let shared = Shared {
            ids: Cache::new(REMEMBERED),
            recorded: Cache::new(REMEMBERED),
            written: Cache::new(REMEMBERED),
            uses: Queue::default(),
            turns: std::array::from_fn(|_| Mutex::new(())),
            counters: Default::default(),
        };
        Self {
            cache,
            hashes: CacheHashGenerator::default(),
            clock: Arc::new(SystemClock),
            visitors: None,
            time_limit: Duration::from_secs(10),
            long_time_limit: Duration::from_secs(60),
            shared: Arc::new(shared),
        }
    }

    /// Uses a cache in memory, in this process.
    #[cfg(feature = "in-process")]
    pub fn in_memory() -> anyhow::Result<Self> {
        Ok(Self::new(cache_server::in_process::InProcess::in_memory()?.client()))
    }

    /// Uses a cache in this process that is configured like a server.
    #[cfg(feature = "in-process")]
    pub fn in_process(config: &cache_server::config::Config) -> anyhow::Result<Self> {
        Ok(Self::new(cache_server::in_process::InProcess::start(config)?.client()))
    }

    /// Makes hashes as the cache's server does.
    pub fn hashes(self, hashes: CacheHashGenerator) -> Self {
        Self { hashes, ..self }
    }

    /// Takes the time from this clock.
    pub fn clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }

    /// Hashes the addresses of those who use tokens with this secret, which is the one of the [recorder](crate::analytics::Recorder). Without
    /// it nothing of an address is kept.
    pub fn secret(self, secret: Secret) -> Self {
        Self { visitors: Some(Arc::new(Visitors::new(secret))), ..self }
    }

    /// Limits every operation to this time, 10 s when not given, whatever the client's own limits and repetitions are.
    pub fn time_limit(self, time_limit: Duration) -> Self {
        Self { time_limit, ..self }
    }

    /// Limits what may have to compute many windows to this time, 60 s when not given: [aggregations](Analytics::aggregation),
    /// [those of costs](Costs::aggregation) and [alerts](Costs::alerts). What is stored by then stays: whoever asks again goes on
    /// from there.
    pub fn long_time_limit(self, long_time_limit: Duration) -> Self {
        Self { long_time_limit, ..self }
    }

    /// Invitation tokens.
    pub fn tokens(&self) -> Tokens {
        Tokens::new(self)
    }

    /// Transfers and their events.
    pub fn transfers(&self) -> Transfers {
        Transfers::new(self)
    }

    /// What happens on the site.
    pub fn analytics(&self) -> Analytics {
        Analytics::new(self)
    }

    /// What it costs.
    pub fn costs(&self) -> Costs {
        Costs::new(self)
    }

    /// Records of any other kind, in one of the [`namespaces`](crate::namespaces) or a namespace of your own.
    pub fn entries(&self, namespace: &str) -> Result<Entries> {
        let namespace = Namespace::parse(namespace).ok().filter(|parsed| parsed.as_str() == namespace);
        let namespace = namespace.ok_or_else(|| Invalid::new("namespace", "is none the cache keeps as it is"))?;
        Ok(Entries::new(self, namespace))
    }

    pub(crate) fn own_entries(&self, namespace: &str) -> Entries {
        Entries::new(self, Namespace::parse(namespace).expect("the crate's own namespaces are valid"))
    }

    /// What stands for an address now; `None` without a secret.
    pub(crate) fn ip_hash(&self, address: IpAddr) -> Option<IpHash> {
        self.visitors.as_ref().map(|visitors| visitors.hash(address, self.now()))
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.clock.now())
    }

    /// Does something detached from the caller, to its end: whoever waits for it may go away, as a client does that hangs up. A
    /// panic of the task is one of whoever waits for it; `None` when the runtime is shut down first.
    pub(crate) async fn apart<T: Send + 'static>(&self, task: impl Future<Output = T> + Send + 'static) -> Option<T> {
        match tokio::spawn(task).await {
            Ok(done) => Some(done),
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => None,
            },
        }
    }

    /// Does something within the time an operation may take.
    pub(crate) async fn within<T>(&self, operation: impl Future<Output = Result<T>>) -> Result<T> {
        in_time(self.time_limit, operation).await
    }

    /// Does something within the time a computation may take.
    pub(crate) async fn within_long<T>(&self, computation: impl Future<Output = Result<T>>) -> Result<T> {
        in_time(self.long_time_limit, computation).await
    }

    /// How long an operation may take.
    pub(crate) fn longest_operation(&self) -> Duration {
        self.time_limit
    }

    /// When an operation that begins now has to end.
    pub(crate) fn deadline(&self) -> Instant {
        Instant::now() + self.time_limit
    }

    /// Does a part of an operation that has to end by this deadline.
    pub(crate) async fn until<T>(&self, deadline: Instant, part: impl Future<Output = Result<T>>) -> Result<T> {
        let after = self.time_limit;
        timeout_at(deadline, part).await.unwrap_or(Err(Error::TimedOut { after }))
    }
}

/// Does something within a time.
pub(crate) async fn in_time<T>(after: Duration, operation: impl Future<Output = Result<T>>) -> Result<T> {
    // One operation is made of others: together they would be too large for the stack.
    timeout(after, Box::pin(operation)).await.unwrap_or(Err(Error::TimedOut { after }))
}

impl Shared {
    /// Whose turn it is to change a record.
    pub(crate) fn turn(&self, namespace: &Namespace, key: &str) -> &Mutex<()> {
        // The same in every call of this process is enough.
        let hash = std::hash::BuildHasherDefault::<std::hash::DefaultHasher>::default().hash_one((namespace, key));
        &self.turns[usize::try_from(hash % TURNS as u64).unwrap_or_default()]
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]
    use super::*;

    #[tokio::test]
    #[should_panic(expected = "a bug")]
    async fn a_panic_of_a_detached_task_is_one_of_whoever_waits() {
        let send = SendCache::new(cache_server::in_process::InProcess::in_memory().unwrap().client());
        send.apart(async { panic!("a bug") }).await.unwrap_or(())
    }
}
