//! Requests by route, method and status, and how long their answers took.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use actix_web::http::Method;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;

use super::{Counts, Durations};
use crate::routes::Entry;

/// The label of requests that got to no route: unknown paths and methods, and those without a valid key.
const NO_ROUTE: &str = "(none)";

/// The methods that are counted apart.
const METHODS: [&str; 8] = ["GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "other"];

/// The statuses that are counted apart, the usual ones first.
const STATUSES: [u16; 29] = [
    200, 404, 401, 400, 304, 201, 204, 206, 307, 308, 403, 405, 406, 408, 409, 410, 412, 413, 414, 415, 416, 422, 429,
    500, 502, 503, 507, 501, 504,
];
/// All others.
const OTHER: &str = "other";

/// The name of a method; what anybody may make up is one.
pub(crate) fn known(method: &Method) -> &'static str {
    METHODS.into_iter().find(|known| *known == method.as_str()).unwrap_or(OTHER)
}

/// A counter for each status, and one for the others.
#[derive(Debug, Default)]
struct ByStatus([AtomicU64; STATUSES.len() + 1]);

impl ByStatus {
    fn count(&self, status: u16) {
        let place = STATUSES.iter().position(|known| *known == status).unwrap_or(STATUSES.len());
        self.0[place].fetch_add(1, Relaxed);
    }

    fn of(&self, status: u16) -> u64 {
        STATUSES.iter().position(|known| *known == status).map_or(0, |place| self.0[place].load(Relaxed))
    }

    /// The statuses that were answered, with their counts.
    fn counted(&self) -> impl Iterator<Item = (String, u64)> {
        let statuses = STATUSES.iter().map(u16::to_string).chain([OTHER.to_owned()]);
        let counts = self.0.iter().map(|count| count.load(Relaxed));
        statuses.zip(counts).filter(|(_, count)| *count > 0)
    }
}

/// What is counted of a route.
#[derive(Debug)]
struct Route {
    method: &'static str,
    path: &'static str,
    answers: ByStatus,
    /// Of requests with the method HEAD.
    heads: ByStatus,
    durations: Durations,
}

/// The requests of a service.
#[derive(Debug)]
pub(crate) struct Requests {
    routes: Vec<Route>,
    unrouted: [ByStatus; METHODS.len()],
    unrouted_durations: Durations,
}

impl Requests {
    pub(crate) fn new(entries: &[Entry]) -> Self {
        let route = |entry: &Entry| Route {
            method: known(&entry.method),
            path: entry.path,
            answers: ByStatus::default(),
            heads: ByStatus::default(),
            durations: Durations::default(),
        };
        Self {
            routes: entries.iter().map(route).collect(),
            unrouted: Default::default(),
            unrouted_durations: Durations::default(),
        }
    }

    /// Counts a request of the route with this number, or of none.
    pub(crate) fn count(&self, route: Option<usize>, method: &'static str, status: u16, took: Duration) {
        match route.map(|number| &self.routes[number]) {
            Some(route) => {
                if method == "HEAD" { &route.heads } else { &route.answers }.count(status);
                route.durations.observe(took);
            }
            None => {
                let place = METHODS.iter().position(|known| *known == method).unwrap_or(METHODS.len() - 1);
                self.unrouted[place].count(status);
                self.unrouted_durations.observe(took);
            }
        }
    }

    /// How many GETs of routes whose path begins like this were answered with this status.
    fn answered(&self, path: &str, status: u16) -> u64 {
        let routes = self.routes.iter().filter(|route| route.method == "GET" && route.path.starts_with(path));
        routes.map(|route| route.answers.of(status)).sum()
    }
}

/// The answers of all routes, for a service that makes more of them.
#[derive(Debug, Clone)]
pub struct Answered(pub(crate) Arc<Counts>);

impl Answered {
    /// How many GETs of routes whose path begins like this were answered with this status.
    pub fn with(&self, path: &str, status: u16) -> u64 {
        self.0.requests.answered(path, status)
    }
}

/// How requests are shown. A route appears with its first request; two lines of the table with one path are told apart by
/// their methods, and their durations are not.
#[derive(Debug)]
pub(super) struct Shown(pub(super) Arc<Counts>);

impl Collector for Shown {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let Requests { routes, unrouted, unrouted_durations } = &self.0.requests;
        let about = "Requests that were answered, by the route that matched.";
        let mut requests = encoder.encode_descriptor("http_requests", about, None, MetricType::Counter)?;
        let mut write = |method: &str, route: &str, answers: &ByStatus| {
            for (status, count) in answers.counted() {
                let labels = [("method", method), ("route", route), ("status", status.as_str())];
                requests.encode_family(&labels)?.encode_counter::<NoLabelSet, _, u64>(&count, None)?;
            }
            Ok::<_, fmt::Error>(())
        };
        for Route { method, path, answers, heads, .. } in routes {
            write(method, path, answers)?;
            write("HEAD", path, heads)?;
        }
        for (method, answers) in METHODS.iter().zip(unrouted) {
            write(method, NO_ROUTE, answers)?;
        }
        let about = "How long requests took until their answer began.";
        let name = "http_request_duration_seconds";
        let mut durations = encoder.encode_descriptor(name, about, None, MetricType::Histogram)?;
        let mut write = |method: &str, route: &str, taken: &Durations| {
            let labels = [("method", method), ("route", route)];
            if taken.count() > 0 { taken.encode(&mut durations.encode_family(&labels)?) } else { Ok(()) }
        };
        for Route { method, path, durations, .. } in routes {
            write(method, path, durations)?;
        }
        write("other", NO_ROUTE, unrouted_durations)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]
    use super::*;

    #[test]
    fn methods_and_statuses_that_somebody_made_up_are_one() {
        let requests = Requests::new(&[]);
        for (method, status) in [("BREW", 418), ("FETCH", 599), ("GET", 404)] {
            requests.count(None, known(&method.parse().unwrap()), status, Duration::from_millis(1));
        }
        let [get, .., other] = &requests.unrouted;
        assert_eq!(get.counted().collect::<Vec<_>>(), [("404".to_owned(), 1)]);
        assert_eq!(other.counted().collect::<Vec<_>>(), [("other".to_owned(), 2)]);
        assert_eq!(requests.unrouted_durations.count(), 3);
    }
}
