//! Reading recorded events back, whatever shape they were stored in.

use std::collections::HashSet;
use std::time::Duration;

use cache_client::RawJson;
use cache_client::client::{Content, TemporalEntry};
use futures::TryStreamExt;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::Result;
use crate::namespaces;
use crate::send_cache::SendCache;
use crate::time::Timestamp;

/// How far the clocks of the cache and of those who record may be apart.
pub(crate) const APART: Duration = Duration::from_secs(60);

/// What an entry says about itself: a batch says that it is one.
#[derive(Deserialize)]
struct Kind {
    #[serde(default)]
    kind: Option<String>,
    #[serde(default)]
    batch_id: Option<String>,
    #[serde(default)]
    event_id: Option<String>,
}

#[derive(Deserialize)]
struct Batch<E> {
    events: Vec<E>,
}

/// The events stored in `[from, to)`, as far as an `E` knows them, with the time they were stored. Each is seen once, however often
/// its entry was stored; what is no event is stepped over.
///
/// One call for a page of entries, whose content is held at once; an entry has up to 500 events, some 200 KB.
pub(crate) async fn each_event<E: DeserializeOwned>(
    send: &SendCache,
    from: Timestamp,
    to: Timestamp,
    page: u32,
    mut see: impl FnMut(Timestamp, E),
) -> Result<()> {
    let range = send.cache.temporal().entries(namespaces::ANALYTICS).from(from.millis()).to(to.millis());
    let mut entries = range.page_size(page).stream();
    let mut known = HashSet::new();
    while let Some(TemporalEntry { stored_at, content, .. }) = entries.try_next().await? {
        let Content::Json(document) = content else { continue };
        let stored_at = Timestamp::from_millis(stored_at);
        let Ok(Kind { kind, batch_id, event_id }) = document.parse() else { continue };
        if batch_id.or(event_id).is_some_and(|id| !known.insert(id)) {
            continue;
        }
        if kind.as_deref() == Some("event_batch") {
            match document.parse::<Batch<E>>() {
                Ok(batch) => batch.events.into_iter().for_each(|event| see(stored_at, event)),
                // One of another version must not cost the others.
                Err(_) => {
                    let Ok(batch) = document.parse::<Batch<RawJson>>() else { continue };
                    batch.events.iter().filter_map(|event| event.parse().ok()).for_each(|event| see(stored_at, event));
                }
            }
        } else if let Ok(event) = document.parse() {
            see(stored_at, event);
        }
    }
    Ok(())
}

/// How many events an entry holds; `None` for what is no entry of events.
pub(crate) fn events_in(document: &RawJson) -> Option<u64> {
    let Kind { kind, event_id, .. } = document.parse().ok()?;
    if kind.as_deref() == Some("event_batch") {
        return document.parse::<Batch<serde::de::IgnoredAny>>().ok().map(|batch| batch.events.len() as u64);
    }
    event_id.map(|_| 1)
}

/// Tells whether anything was stored in `[from, to)`.
pub(crate) async fn any_event(send: &SendCache, from: Timestamp, to: Timestamp) -> Result<bool> {
    let range = send.cache.temporal().entries(namespaces::ANALYTICS).from(from.millis()).to(to.millis());
    send.within(async { Ok(!range.page_size(1).page().await?.items.is_empty()) }).await
}
