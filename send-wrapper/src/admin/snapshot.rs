//! Snapshots: what many administrators look at is read once for all of them, and is five seconds old at most.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use futures::future::BoxFuture;

use crate::error::{Error, Result};
use crate::send_cache::SendCache;
use crate::time::Timestamp;

/// How old a snapshot may be.
const OLDEST: Duration = Duration::from_secs(5);
/// How long after one the next is taken, while somebody looks.
const RENEWED_AFTER: Duration = Duration::from_millis(2500);
/// How long after somebody has looked it is renewed.
const LOOKED_AT: Duration = Duration::from_secs(30);

/// Something that is read now and then. Clones share it.
///
/// While somebody looks, it is renewed in the background. Whoever looks first waits for it to be read; several wait for the same.
pub(super) struct Snapshot<T>(Arc<Inner<T>>);

type Read<T> = dyn Fn() -> BoxFuture<'static, Result<T>> + Send + Sync;

struct Inner<T> {
    send: SendCache,
    read: Box<Read<T>>,
    /// Brings what was read up to date with what was written meanwhile.
    settle: Box<dyn Fn(&mut T) + Send + Sync>,
    held: RwLock<Option<Held<T>>>,
    /// Held by who reads.
    turn: tokio::sync::Mutex<()>,
    /// How often something was written that is not in what was read before.
    writes: AtomicU64,
    looked_at: Mutex<Instant>,
    is_renewed: AtomicBool,
}

struct Held<T> {
    value: T,
    taken_at: Timestamp,
    /// How many writes there were when it began to be read.
    writes: u64,
}

impl<T> Clone for Snapshot<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> std::fmt::Debug for Snapshot<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Snapshot").finish_non_exhaustive()
    }
}

impl<T: Send + Sync + 'static> Snapshot<T> {
    /// A snapshot of what `read` reads.
    pub(super) fn new<F>(send: &SendCache, read: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<T>> + Send + 'static,
    {
        Self::settled(send, read, |_| {})
    }

    /// A snapshot that `settle` brings up to date with what was [changed](Self::change) while it was read.
    pub(super) fn settled<F>(
        send: &SendCache,
        read: impl Fn() -> F + Send + Sync + 'static,
        settle: impl Fn(&mut T) + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<T>> + Send + 'static,
    {
        Self(Arc::new(Inner {
            send: send.clone(),
            read: Box::new(move || Box::pin(read())),
            settle: Box::new(settle),
            held: RwLock::default(),
            turn: tokio::sync::Mutex::default(),
            writes: AtomicU64::new(0),
            looked_at: Mutex::new(Instant::now()),
            is_renewed: AtomicBool::new(false),
        }))
    }

    /// Shows the snapshot and when it was taken; it is read first when it is too old.
    pub(super) async fn show<R>(&self, show: impl FnOnce(&T, Timestamp) -> R) -> Result<R> {
        *self.0.looked_at.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        self.keep_renewing();
        if !self.0.is_fresh() {
            let inner = Arc::clone(&self.0);
            // It is read to the end, also when nobody waits for it any more.
            let read = self.0.send.apart(async move {
                let _turn = inner.turn.lock().await;
                // Somebody else may have read it meanwhile.
                if inner.is_fresh() { Ok(()) } else { inner.renew().await }
            });
            read.await.unwrap_or_else(|| Err(Error::Conflict { reason: "reading was interrupted".to_owned() }))?;
        }
        let held = self.0.held.read().unwrap_or_else(PoisonError::into_inner);
        let Held { value, taken_at, .. } = held.as_ref().expect("it was read before, and nobody takes it away");
        Ok(show(value, *taken_at))
    }

    /// Changes what is held, if anything is.
    pub(super) fn change(&self, change: impl FnOnce(&mut T)) {
        let mut held = self.0.held.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(held) = held.as_mut() {
            change(&mut held.value);
        }
    }

    /// Says that something was written: whoever looks next sees it.
    pub(super) fn is_outdated(&self) {
        self.0.writes.fetch_add(1, Ordering::SeqCst);
    }

    /// Renews it in the background as long as somebody looks.
    fn keep_renewing(&self) {
        if self.0.is_renewed.swap(true, Ordering::SeqCst) {
            return;
        }
        let inner = Arc::downgrade(&self.0);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(RENEWED_AFTER).await;
                let Some(inner) = inner.upgrade() else { return };
                let looked_at = *inner.looked_at.lock().unwrap_or_else(PoisonError::into_inner);
                if looked_at.elapsed() > LOOKED_AT {
                    inner.is_renewed.store(false, Ordering::SeqCst);
                    return;
                }
                let _turn = inner.turn.lock().await;
                // By the clock that its age is told by, which may stand still.
                if inner.is_younger_than(RENEWED_AFTER) {
                    continue;
                }
                if let Err(error) = inner.renew().await {
                    tracing::debug!(%error, "a snapshot could not be renewed");
                }
            }
        });
    }
}

impl<T> Inner<T> {
    fn is_fresh(&self) -> bool {
        self.is_younger_than(OLDEST)
    }

    /// Tells whether what is held was read so short a time ago, and has all that was written since.
    fn is_younger_than(&self, age: Duration) -> bool {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        let now = self.send.now();
        held.as_ref().is_some_and(|held| {
            let ages = held.taken_at.plus(age);
            held.writes == self.writes.load(Ordering::SeqCst) && held.taken_at <= now && now <= ages
        })
    }

    /// Reads it, by whoever's turn it is.
    async fn renew(&self) -> Result<()> {
        let (writes, taken_at) = (self.writes.load(Ordering::SeqCst), self.send.now());
        let mut value = (self.read)().await?;
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        (self.settle)(&mut value);
        *held = Some(Held { value, taken_at, writes });
        Ok(())
    }
}
