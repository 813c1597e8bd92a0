//! What happens on the site, event by event.

mod aggregation;
mod event;
mod heartbeat;
mod pulse;
mod recorder;
mod sketches;
pub(crate) mod stored;
mod totals;
mod unreadable;
mod user_agent;
mod visitor;
mod window;
pub(crate) mod windows;

use cache_client::{CacheId, Strategy};

use crate::error::Result;
use crate::namespaces;
use crate::send_cache::SendCache;

pub use aggregation::{Aggregation, Top};
pub(crate) use event::bounded;
pub use event::{Event, EventType, Source};
pub use heartbeat::{Beating, Heartbeat, Heartbeats, Instance, RecorderSeen};
pub use pulse::{Pulse, RecentEvent};
pub use recorder::{Client, Recorder, RecorderHealth, RecorderSettings};
pub(crate) use user_agent::UserAgent;
pub use visitor::Secret;
pub(crate) use visitor::Visitors;
pub use window::{Window, WindowType};

pub use crate::retention::{Retention, RetentionLevel, RetentionRun};

/// The events of the site.
#[derive(Debug, Clone)]
pub struct Analytics {
    pub(crate) send: SendCache,
}

impl Analytics {
    pub(crate) fn new(send: &SendCache) -> Self {
        Self { send: send.clone() }
    }

    /// Stores an event as an entry of its own, filed under the minute it is stored in. One call, five files.
    ///
    /// An event whose answer was lost is not stored again, since it may be there already.
    pub async fn record_event(&self, event: &Event) -> Result<CacheId> {
        let store = self.send.cache.store().json(namespaces::ANALYTICS, Strategy::Temporal, event);
        self.send.within(async { Ok(store.send().await?.cache_id) }).await
    }
}
