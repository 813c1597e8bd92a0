//! Metrics: what a service counts of every request, and the answer that Prometheus reads.
//!
//! Counting has to be cheap, so a request finds its counters by the number of its route: a few atomic additions, no lock and no
//! hash. Labels are bounded whatever a client sends: routes are those of the table, methods and statuses are known ones or
//! `other`, keys are those of the configuration. A service adds what it counts itself with [`Metrics::add`].

mod histogram;
mod process;
mod reasons;
mod requests;
pub mod show;
mod state;
mod text;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use actix_web::http::header::{self, HeaderMap};
use actix_web::{HttpRequest, HttpResponse};
use parking_lot::Mutex;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use crate::call::Call;
use crate::in_flight::InFlight;
use crate::keys::Keys;
use crate::limits::{InWork, Limits};
use crate::routes::{Access, Entry, Routes};

pub use prometheus_client::collector::Collector;
pub use prometheus_client::encoding::DescriptorEncoder;

pub use histogram::{Durations, Sizes};
pub(crate) use reasons::Reasons;
pub use requests::Answered;
pub(crate) use requests::known;
pub use text::plain;

/// The media types of the answer.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const PLAIN: &str = "text/plain; version=0.0.4; charset=utf-8";

/// All metrics of a service. Clones share them.
#[derive(Debug, Clone)]
pub struct Metrics(Arc<Mutex<Registry>>);

impl Metrics {
    pub(crate) fn new(counts: Arc<Counts>) -> Self {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(requests::Shown(Arc::clone(&counts))));
        registry.register_collector(Box::new(state::Shown(counts)));
        registry.register_collector(Box::new(process::Process::default()));
        Self(Arc::new(Mutex::new(registry)))
    }

    /// Adds metrics of the service itself.
    pub fn add(&self, collector: impl Collector) {
        self.0.lock().register_collector(Box::new(collector));
    }

    /// Says which program this is, and of which version: the labels of `build_info`.
    pub fn build(&self, service: &'static str, version: &'static str) {
        let labels = vec![("service", service), ("version", version)];
        self.0.lock().register("build", "The program and its version", Info::new(labels));
    }

    /// The metrics as OpenMetrics text. Reads `/proc`, so it may wait.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // A string takes whatever is written.
        let _ = encode(&mut text, &self.0.lock());
        text
    }
}

/// What the frame counts of every request.
#[derive(Debug)]
pub(crate) struct Counts {
    pub(crate) requests: requests::Requests,
    pub(crate) reasons: Arc<Reasons>,
    /// Requests that are worked on: with a key, and of operations that need none.
    pub(crate) in_work: InWork,
    pub(crate) open_in_work: InWork,
    pub(crate) in_flight: InFlight,
    /// Requests whose client went before there was an answer.
    pub(crate) abandoned: AtomicU64,
    /// Answers that were not taken to their end.
    pub(crate) broken_answers: AtomicU64,
    /// Answers that the service could not make to their end.
    pub(crate) failed_answers: AtomicU64,
    pub(crate) received_bytes: AtomicU64,
    pub(crate) sent_bytes: AtomicU64,
    pub(crate) connections: Connections,
    /// Requests without a key.
    pub(crate) keyless: AtomicU64,
    keys: Arc<Keys>,
    limits: Limits,
}

impl Counts {
    pub(crate) fn new(routes: &Routes, keys: Arc<Keys>, limits: Limits, in_flight: InFlight) -> Self {
        Self {
            requests: requests::Requests::new(routes.entries()),
            reasons: in_flight.reasons(),
            in_work: InWork::default(),
            open_in_work: InWork::default(),
            in_flight,
            abandoned: AtomicU64::new(0),
            broken_answers: AtomicU64::new(0),
            failed_answers: AtomicU64::new(0),
            received_bytes: AtomicU64::new(0),
            sent_bytes: AtomicU64::new(0),
            connections: Connections::default(),
            keyless: AtomicU64::new(0),
            keys,
            limits,
        }
    }
}

/// The connections of clients.
#[derive(Debug, Default)]
pub(crate) struct Connections {
    pub(crate) taken: AtomicU64,
    pub(crate) closed: AtomicU64,
    /// How many may be open; 0 without a socket.
    pub(crate) limit: AtomicU64,
}

/// A connection that is open.
#[derive(Debug)]
pub(crate) struct Open(Arc<Counts>);

impl Open {
    pub(crate) fn count(counts: Arc<Counts>) -> Self {
        counts.connections.taken.fetch_add(1, Relaxed);
        Self(counts)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.connections.closed.fetch_add(1, Relaxed);
    }
}

/// The operation that shows the metrics.
pub fn routes() -> Vec<Entry> {
    crate::routes! {
        GET "/metrics" admin metrics, small, routine;
    }
}

/// The same for a port of its own, where nobody needs a key: on loopback for programs of this machine, else for whoever gets there.
pub(crate) fn open_routes(is_loopback: bool) -> Vec<Entry> {
    let access = if is_loopback { Access::Open } else { Access::Probe };
    routes().into_iter().map(|entry| Entry { access, described: None, ..entry }).collect()
}

/// Show the metrics, as Prometheus reads them
///
/// OpenMetrics text; with `Accept: text/plain` the older text format of Prometheus. The documentation lists all names.
#[utoipa::path(
    get,
    path = "",
    tag = "info",
    responses((status = 200, description = "The metrics.", body = String, content_type = "application/openmetrics-text"))
)]
async fn metrics(call: Call, request: HttpRequest) -> HttpResponse {
    let metrics = call.service().metrics();
    let is_plain = wants_plain(request.headers());
    // Reading about the process may wait, and there may be many routes.
    let made = tokio::task::spawn_blocking(move || {
        let text = metrics.text();
        if is_plain { plain(&text) } else { text }
    });
    let Ok(text) = made.await else { return HttpResponse::InternalServerError().finish() };
    let media_type = if is_plain { PLAIN } else { OPEN_METRICS };
    HttpResponse::Ok().content_type(media_type).insert_header((header::CACHE_CONTROL, "no-store")).body(text)
}

/// Whether a client asks for the older format, and not for OpenMetrics.
fn wants_plain(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    accepted.contains("text/plain") && !accepted.contains("application/openmetrics-text")
}
