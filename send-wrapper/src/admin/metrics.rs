//! Metrics of what this service alone does; those of requests are the frame's.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http_service::metrics::show::{counters, gauge, gauges};
use http_service::metrics::{Collector, DescriptorEncoder};
use parking_lot::Mutex;
use tokio::runtime::Handle;

use crate::analytics::RecorderSeen;
use crate::health::Lost;
use crate::send_cache::SendCache;

/// How old what the recorders said may be before they are asked again. Each speaks once a minute.
const FRESH: Duration = Duration::from_secs(10);

/// Shows what was decided and lost here, and how the recorders of the applications are.
///
/// The recorders are read in the background, for the next answer: a cache that is slow or down keeps no metrics back.
#[derive(Debug)]
pub(super) struct Shown {
    send: SendCache,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Debug, Default)]
struct Seen {
    asked: Option<Instant>,
    recorders: Vec<RecorderSeen>,
}

impl Shown {
    pub(super) fn new(send: &SendCache) -> Self {
        Self { send: send.clone(), seen: Arc::default() }
    }

    /// Has the recorders read again, if that was some time ago.
    fn refresh(&self) {
        let mut seen = self.seen.lock();
        let (true, Ok(runtime)) = (seen.asked.is_none_or(|asked| asked.elapsed() >= FRESH), Handle::try_current())
        else {
            return;
        };
        seen.asked = Some(Instant::now());
        let (send, seen) = (self.send.clone(), Arc::clone(&self.seen));
        drop(runtime.spawn(async move {
            // What was seen last stays, where the cache does not answer.
            if let Ok(recorders) = send.analytics().recorders().await {
                seen.lock().recorders = recorders;
            }
        }));
    }
}

/// How a recorder is.
fn state(recorder: &RecorderSeen) -> &'static str {
    match recorder {
        _ if recorder.heartbeat.ended => "ended",
        _ if recorder.silent => "silent",
        _ if recorder.heartbeat.degraded => "degraded",
        _ => "recording",
    }
}

impl Collector for Shown {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        self.refresh();
        let encoder = &mut encoder;
        let Lost { analytics_events, transfer_events, token_events } = self.send.lost();
        let lost = [("analytics", analytics_events), ("transfer", transfer_events), ("token", token_events)];
        counters(encoder, "send_lost_events", "Events that could not be recorded.", "kind", lost)?;
        let about = "Uses of tokens that were decided.";
        counters(encoder, "send_token_uses", about, "decision", self.send.decided_uses())?;

        let seen = self.seen.lock();
        let states = ["recording", "degraded", "silent", "ended"];
        let of = |wanted| (wanted, seen.recorders.iter().filter(|recorder| state(recorder) == wanted).count() as u64);
        gauges(encoder, "send_recorders", "Recorders of the applications.", "state", states.map(of))?;
        let sum = |of: fn(&RecorderSeen) -> u64| seen.recorders.iter().map(of).sum::<u64>();
        for (name, about, events) in [
            (
                "send_recorder_queued_events",
                "Events that wait in queues of recorders.",
                sum(|seen| seen.heartbeat.queued),
            ),
            ("send_recorder_recorded_events", "Events that recorders stored.", sum(|seen| seen.heartbeat.recorded)),
            ("send_recorder_dropped_events", "Events that found a queue full.", sum(|seen| seen.heartbeat.dropped)),
            ("send_recorder_lost_events", "Events that recorders gave up.", sum(|seen| seen.heartbeat.lost)),
        ] {
            gauge(encoder, name, about, events)?;
        }
        Ok(())
    }
}
