//! What goes on now, what the limits are, and what was counted of all requests together.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;

use super::Counts;
use super::show::{counter, counters, durations, gauge, gauges};

/// Shows what is counted beside routes.
#[derive(Debug)]
pub(super) struct Shown(pub(super) Arc<Counts>);

impl Collector for Shown {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let Counts { reasons, in_work, open_in_work, in_flight, connections, keys, limits, .. } = &*self.0;
        let encoder = &mut encoder;

        let by_key = keys.requests().into_iter().chain([("(none)".to_owned(), self.0.keyless.load(Relaxed))]);
        counters(encoder, "http_key_requests", "Requests by the name of their key.", "key", by_key)?;
        counters(encoder, "http_refusals", "Requests that were refused.", "reason", reasons.refused())?;
        let about = "Requests that a limit would have refused, were it not only reported.";
        counters(encoder, "http_reported", about, "limit", reasons.reported())?;
        for (name, about, count) in [
            ("http_abandoned", "Requests whose client went away before the answer.", &self.0.abandoned),
            ("http_broken_answers", "Answers that were not taken to their end.", &self.0.broken_answers),
            (
                "http_failed_answers",
                "Answers that had begun and could not be made to their end.",
                &self.0.failed_answers,
            ),
            ("http_received_bytes", "Bytes of bodies that were read.", &self.0.received_bytes),
            ("http_sent_bytes", "Bytes of bodies that were sent.", &self.0.sent_bytes),
            ("http_connections_taken", "Connections that were taken.", &connections.taken),
        ] {
            counter(encoder, name, about, count.load(Relaxed))?;
        }

        let in_work = [("key", in_work.now() as u64), ("open", open_in_work.now() as u64)];
        gauges(encoder, "http_requests_in_work", "Requests that are worked on.", "access", in_work)?;
        let (used, waiting) = in_flight.now();
        let open = connections.taken.load(Relaxed).saturating_sub(connections.closed.load(Relaxed));
        let limit = |limit: usize| u64::try_from(limit).unwrap_or(u64::MAX);
        for (name, about, value) in [
            ("http_in_flight_bytes", "Memory that bodies and large answers take.", used),
            ("http_in_flight_limit_bytes", "Memory that bodies and large answers may take.", limits.in_flight),
            ("http_memory_waiting", "Requests that wait for memory.", limit(waiting)),
            ("http_requests_in_work_limit", "Requests with a key that may be worked on.", limit(limits.requests)),
            ("http_body_limit_bytes", "The largest body of a request that stores.", limits.body),
            ("http_connections", "Connections that are open.", open),
            ("http_connections_limit", "Connections that may be open.", connections.limit.load(Relaxed)),
            ("http_keys", "API keys that are known.", limit(keys.known())),
        ] {
            gauge(encoder, name, about, value)?;
        }

        let about = "How long requests waited for memory, of those that did.";
        durations(encoder, "http_memory_wait_seconds", about, in_flight.waits())
    }
}
