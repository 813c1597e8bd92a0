//! Metrics of what this service alone does; those of requests are the frame's.

use std::fmt;

use http_service::metrics::show::counters;
use http_service::metrics::{Collector, DescriptorEncoder};

use crate::health::Lost;
use crate::send_cache::SendCache;

/// Shows what was lost beside requests.
#[derive(Debug)]
pub(super) struct Shown(pub(super) SendCache);

impl Collector for Shown {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let Lost { analytics_events, transfer_events, token_events } = self.0.lost();
        let lost = [("analytics", analytics_events), ("transfer", transfer_events), ("token", token_events)];
        counters(&mut encoder, "send_lost_events", "Events that could not be recorded.", "kind", lost)
    }
}
