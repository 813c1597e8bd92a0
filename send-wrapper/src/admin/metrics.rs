//! Counters of requests, as Prometheus reads them.

use std::sync::Arc;

use http_service::Served;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use crate::health::Lost;

/// What was asked for, and what was answered.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    method: &'static str,
    /// The path of the route, as the table has it.
    route: &'static str,
    status: u16,
}

/// Counters of requests, and of what was lost beside them.
#[derive(Debug, Clone)]
pub(super) struct Metrics {
    requests: Family<Request, Counter>,
    durations: Histogram,
    analytics_lost: Gauge,
    transfers_lost: Gauge,
    tokens_lost: Gauge,
    registry: Arc<Registry>,
}

impl Metrics {
    pub(super) fn new() -> Self {
        let requests = Family::default();
        // From a millisecond to eight seconds.
        let durations = Histogram::new(exponential_buckets(0.001, 2.0, 14));
        let lost = || Gauge::default();
        let (analytics_lost, transfers_lost, tokens_lost) = (lost(), lost(), lost());
        let mut registry = Registry::with_prefix("send_admin");
        registry.register("requests", "Requests by route and status", requests.clone());
        registry.register("request_duration_seconds", "How long answers took", durations.clone());
        registry.register("lost_analytics_events", "Events of analytics not recorded", analytics_lost.clone());
        registry.register("lost_transfer_events", "Events of transfers not recorded", transfers_lost.clone());
        registry.register("lost_token_events", "Refused uses of tokens not recorded", tokens_lost.clone());
        let registry = Arc::new(registry);
        Self { requests, durations, analytics_lost, transfers_lost, tokens_lost, registry }
    }

    /// Counts a request.
    pub(super) fn count(&self, served: &Served<'_>) {
        let route = served.route.unwrap_or("(unmatched)");
        let request = Request { method: served.method, route, status: served.status };
        self.requests.get_or_create(&request).inc();
        self.durations.observe(served.took.as_secs_f64());
    }

    /// The counters as text.
    pub(super) fn text(&self, lost: Lost) -> String {
        for (gauge, value) in [
            (&self.analytics_lost, lost.analytics_events),
            (&self.transfers_lost, lost.transfer_events),
            (&self.tokens_lost, lost.token_events),
        ] {
            gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
        }
        let mut text = String::new();
        // A string takes whatever is written.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
