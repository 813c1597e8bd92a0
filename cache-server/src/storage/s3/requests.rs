//! Requests to the S3 server: every attempt is counted where it goes out, by its kind and what was answered, and priced.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use async_trait::async_trait;
use http_service::metrics::show::{amount, counters_by};
use http_service::metrics::{Collector, DescriptorEncoder};
use object_store::ClientOptions;
use object_store::client::{HttpClient, HttpConnector, HttpError, HttpRequest, HttpResponse, HttpService};

/// The kinds of requests, as [`kind`] numbers them, and what AWS asks for a thousand of each in us-east-1, in dollars, of
/// its class Standard. What was answered with 5xx costs nothing there.
const KINDS: [(&str, f64); 7] = [
    ("get", 0.0004),
    ("head", 0.0004),
    ("list", 0.005),
    ("put", 0.005),
    ("delete", 0.0),
    ("delete_many", 0.0),
    ("other", 0.005),
];

/// What was answered, as [`result`] numbers it.
const RESULTS: [&str; 6] = ["ok", "not_found", "refused", "slow_down", "failed", "lost"];

/// Which results are charged for.
const CHARGED: usize = 3;
/// The result of an attempt without an answer.
const LOST: usize = 5;

fn kind(request: &HttpRequest) -> usize {
    let has = |name: &str| {
        request.uri().query().unwrap_or_default().split('&').any(|part| part.split('=').next() == Some(name))
    };
    match request.method().as_str() {
        "GET" if has("list-type") => 2,
        "GET" => 0,
        "HEAD" => 1,
        "PUT" => 3,
        "DELETE" => 4,
        "POST" if has("delete") => 5,
        _ => 6,
    }
}

fn result(answered: &Result<HttpResponse, HttpError>) -> usize {
    match answered.as_ref().map(|answer| answer.status().as_u16()) {
        Ok(0..400) => 0,
        Ok(404) => 1,
        Ok(429 | 503) => 3,
        Ok(400..500) => 2,
        Ok(500..) => 4,
        Err(_) => LOST,
    }
}

/// The requests of an engine.
#[derive(Debug, Default)]
pub(crate) struct Requests([[AtomicU64; RESULTS.len()]; KINDS.len()]);

/// Makes clients whose requests are counted.
#[derive(Debug)]
pub(super) struct Counted<C> {
    pub(super) connector: C,
    pub(super) requests: Arc<Requests>,
}

impl<C: HttpConnector> HttpConnector for Counted<C> {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        let (client, requests) = (self.connector.connect(options)?, Arc::clone(&self.requests));
        Ok(HttpClient::new(CountedClient { client, requests }))
    }
}

#[derive(Debug)]
struct CountedClient {
    client: HttpClient,
    requests: Arc<Requests>,
}

/// An attempt, which is counted when it ends; one that is given up half-way is lost.
struct Attempt<'a> {
    counts: &'a [AtomicU64; RESULTS.len()],
    result: usize,
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        self.counts[self.result].fetch_add(1, Relaxed);
    }
}

#[async_trait]
impl HttpService for CountedClient {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let mut attempt = Attempt { counts: &self.requests.0[kind(&request)], result: LOST };
        let answered = self.client.execute(request).await;
        attempt.result = result(&answered);
        answered
    }
}

/// Shows the requests of an engine.
#[derive(Debug)]
pub(crate) struct ShownRequests(pub(crate) Arc<Requests>);

impl Collector for ShownRequests {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let by_kind = || KINDS.into_iter().zip(&self.0.0);
        let counted = by_kind().flat_map(|((kind, _), counts)| {
            let counts = RESULTS.into_iter().zip(counts);
            counts.map(move |(result, count)| ([("kind", kind), ("result", result)], count.load(Relaxed)))
        });
        counters_by(&mut encoder, "s3_requests", "Requests to the S3 server, every attempt.", counted)?;
        let price = by_kind().map(|((_, price), counts)| {
            price / 1000.0 * counts[..CHARGED].iter().map(|count| count.load(Relaxed)).sum::<u64>() as f64
        });
        let about = "What AWS would ask for these requests, at the prices of us-east-1.";
        amount(&mut encoder, "s3_requests_cost_dollars", about, price.sum())
    }
}
