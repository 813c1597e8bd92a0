//! The last events of the overview: those of the pulse, and what happened before it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::analytics::{Pulse, RecentEvent};
use crate::health::describe;
use crate::send_cache::{SendCache, in_time};
use crate::time::Timestamp;

/// How many events are shown.
const MOST: usize = 10;

/// The last events that are known. Clones share them.
#[derive(Debug, Clone, Default)]
pub(super) struct Recent(Arc<Mutex<Known>>);

#[derive(Debug, Default)]
struct Known {
    /// The newest first.
    events: Vec<RecentEvent>,
    /// Up to when nothing is missing.
    until: Timestamp,
    is_looking: bool,
}

impl Recent {
    /// The last events up to a pulse, the newest first.
    ///
    /// Where it has too few, those of the pulses before it are known; only when there was none for as long as a pulse covers, they are looked
    /// for. What is not found within `longest`, as on a site that was busy and falls silent, is there a pulse later.
    pub(super) async fn with(&self, send: &SendCache, pulse: &Pulse, longest: Duration) -> Vec<RecentEvent> {
        let begin = pulse.computed_at.minus(Duration::from_secs(60) * pulse.window_minutes);
        let is_all = pulse.recent_events.len() == MOST;
        if !is_all && self.is_unknown(begin) {
            let (recent, of, before) = (self.clone(), send.clone(), pulse.clone());
            // To the end, also when nobody waits for it any more.
            let looking = send.apart(async move {
                let found = of.analytics().last_events(&before).await;
                let mut known = recent.known();
                known.is_looking = false;
                known.add(found?);
                known.until = known.until.max(before.computed_at);
                Ok(())
            });
            let looked = in_time(longest, async { looking.await.unwrap_or(Ok(())) }).await;
            if let Err(error) = looked {
                tracing::warn!(error = describe(&error), "the last events could not be looked for in time");
            }
        }
        let mut known = self.known();
        known.add(pulse.recent_events.clone());
        if is_all || known.until > begin {
            known.until = known.until.max(pulse.computed_at);
        }
        known.events.clone()
    }

    /// Tells whether there is something to be looked for, by this caller.
    fn is_unknown(&self, begin: Timestamp) -> bool {
        let mut known = self.known();
        let is_unknown = known.until <= begin && !known.is_looking;
        known.is_looking |= is_unknown;
        is_unknown
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn add(&mut self, events: Vec<RecentEvent>) {
        self.events.extend(events);
        self.events.sort_unstable_by(|one, other| other.cmp(one));
        self.events.dedup();
        self.events.truncate(MOST);
    }
}
