//! Counters of requests, as Prometheus reads them.

use std::sync::Arc;
use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::web;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use super::Admin;
use crate::health::Lost;

/// What was asked for, and what was answered.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    method: &'static str,
    /// The pattern of the route.
    route: String,
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

/// The name of a method; what anybody may make up is one.
fn known(method: &Method) -> &'static str {
    let known = [Method::GET, Method::POST, Method::HEAD, Method::OPTIONS, Method::PUT, Method::DELETE, Method::PATCH];
    let names = ["GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"];
    known.iter().position(|known| known == method).map_or("other", |at| names[at])
}

/// Counts a request.
pub(super) async fn count(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let Some(admin) = request.app_data::<web::Data<Admin>>().cloned() else { return next.call(request).await };
    let begun = Instant::now();
    let method = known(request.method());
    let route = request.match_pattern().unwrap_or_else(|| "(unmatched)".to_owned());
    let answered = next.call(request).await?;
    let counted = Request { method, route, status: answered.status().as_u16() };
    admin.metrics.requests.get_or_create(&counted).inc();
    admin.metrics.durations.observe(begun.elapsed().as_secs_f64());
    Ok(answered)
}
