//! Whether the cache is there, and what could not be written beside what users asked for.

use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;

use crate::error::Result;
use crate::send_cache::SendCache;
use crate::tokens::Refusal;

/// How the cache is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "admin", derive(utoipa::ToSchema))]
pub struct Health {
    /// Whether its storage reads and writes.
    pub healthy: bool,
    /// Why not, such as `the cache is unavailable`; the log says more.
    pub reason: Option<String>,
    /// What was lost since the start.
    #[serde(flatten)]
    pub lost: Lost,
}

/// What could not be written beside what users asked for. No user was told; the log says why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "admin", derive(utoipa::ToSchema))]
pub struct Lost {
    /// Events of analytics.
    pub analytics_events: u64,
    /// Events of transfers.
    pub transfer_events: u64,
    /// Events of refused uses of tokens. Those of uses that were granted are never lost: they wait in the token.
    pub token_events: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) analytics_events: AtomicU64,
    pub(crate) transfer_events: AtomicU64,
    pub(crate) token_events: AtomicU64,
    /// Uses of tokens that were decided: granted ones, and refused ones in the order of [`Refusal`](crate::tokens::Refusal).
    pub(crate) uses: [AtomicU64; 5],
}

impl SendCache {
    /// Looks at the cache: one call, within the time an operation may take. A cache that is down is an answer, not an error.
    pub async fn health_check(&self) -> Health {
        let ready: Result<_> = self.within(async { Ok(self.cache.info().ready().await?) }).await;
        if let Err(error) = &ready {
            tracing::warn!(error = describe(error), "the cache is not healthy");
        }
        Health { healthy: ready.is_ok(), reason: ready.err().map(|error| error.to_string()), lost: self.lost() }
    }

    /// How many uses of tokens were decided by this process since the start, by what was decided: `granted`, or why not.
    pub fn decided_uses(&self) -> [(&'static str, u64); 5] {
        let uses = &self.shared.counters.uses;
        std::array::from_fn(|place| {
            let name = place.checked_sub(1).map_or("granted", |refusal| Refusal::ALL[refusal].as_str());
            (name, uses[place].load(Ordering::Relaxed))
        })
    }

    /// What could not be written since the start.
    pub fn lost(&self) -> Lost {
        let Counters { analytics_events, transfer_events, token_events, uses: _ } = &self.shared.counters;
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Lost {
            analytics_events: read(analytics_events),
            transfer_events: read(transfer_events),
            token_events: read(token_events),
        }
    }
}

/// An error with what caused it.
pub(crate) fn describe(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// Counts and logs what could not be written.
pub(crate) fn lost(counter: &AtomicU64, what: &str, error: &crate::Error) {
    counter.fetch_add(1, Ordering::Relaxed);
    tracing::warn!(error = describe(error), "{what} could not be recorded");
}
