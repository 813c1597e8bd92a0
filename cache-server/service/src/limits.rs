//! What the server takes on.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::metrics::Counts;
use crate::refusal::Refusal;

/// How much the server takes on at once. The defaults are such that no honest client notices them.
#[derive(Debug, Clone)]
pub struct Limits {
    /// The largest body of an operation that stores what is sent, in bytes.
    pub body: u64,
    /// The memory that all bodies together may take, in bytes.
    pub in_flight: u64,
    /// How many requests are worked on at once; those beyond are answered 503. Operations that need no key have an eighth as many
    /// places, of their own.
    pub requests: usize,
    /// How long a client may pause in the middle of a body.
    pub body_pause: Duration,
    /// How many bytes a second a body has to come with, on average, after [`Limits::body_grace`].
    pub body_rate: u64,
    /// How long a body may come at any speed.
    pub body_grace: Duration,
    /// Limits that are only reported, in the log.
    pub report_only: Vec<ReportOnly>,
}

impl Limits {
    /// The body of an operation that takes no content, in bytes.
    pub const SMALL_BODY: u64 = 4 << 10;
    /// The path and query, in bytes.
    pub const URI: usize = 16 << 10;

    /// Tells whether a limit is only reported.
    pub fn only_reports(&self, limit: ReportOnly) -> bool {
        self.report_only.contains(&limit)
    }
}

/// Limits that can be tried out before they are set: what would have been refused is logged and served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportOnly {
    /// The memory of bodies.
    InFlight,
    /// Requests that are worked on at once.
    Requests,
    /// Requests of a key in a second.
    Rate,
    /// The speed of bodies.
    BodyRate,
}

impl std::str::FromStr for ReportOnly {
    type Err = &'static str;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "in-flight" => Ok(Self::InFlight),
            "requests" => Ok(Self::Requests),
            "rate" => Ok(Self::Rate),
            "body-rate" => Ok(Self::BodyRate),
            _ => Err("is none of in-flight, requests, rate, body-rate"),
        }
    }
}

/// How many requests are worked on.
#[derive(Debug, Default)]
pub(crate) struct InWork(AtomicUsize);

/// A request that is worked on.
#[derive(Debug)]
pub(crate) struct Working<'a>(&'a AtomicUsize);

impl Drop for Working<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl InWork {
    /// Begins a request, or refuses it when there are too many.
    pub(crate) fn begin(&self, most: usize, limits: &Limits, counts: &Counts) -> Result<Working<'_>, Refusal> {
        let before = self.0.fetch_add(1, Ordering::Relaxed);
        let working = Working(&self.0);
        if before < most {
            return Ok(working);
        }
        if limits.only_reports(ReportOnly::Requests) {
            counts.reasons.report(ReportOnly::Requests);
            tracing::warn!(in_work = before + 1, "report only: this request would have been refused");
            return Ok(working);
        }
        Err(Refusal::TooManyRequests)
    }

    /// How many there are.
    pub(crate) fn now(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}
