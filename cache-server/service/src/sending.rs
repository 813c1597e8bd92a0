//! The end of a request: its answer is being sent, and then was, or was not taken to its end. It is counted and logged then.

use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use crate::call::Call;
use crate::log::escaped;

/// A request whose answer is being sent.
#[derive(Debug)]
pub(crate) struct Sending {
    pub(crate) call: Call,
    /// As the client sent it.
    pub(crate) method: &'static str,
    pub(crate) status: u16,
    /// How long it took until the answer began.
    pub(crate) took: Duration,
}

impl Sending {
    /// Ends it: so many bytes of the body were taken from the answer, all of them or not.
    pub(crate) fn end(self, bytes: u64, is_whole: bool) {
        let Self { call, method, status, took } = self;
        let service = call.service();
        // The body of an answer to HEAD is thrown away.
        let sent = if method == "HEAD" { 0 } else { bytes };
        if sent > 0 {
            service.counts.sent_bytes.fetch_add(sent, Relaxed);
        }
        if call.has_failed() {
            // It was logged with its reason.
            service.counts.failed_answers.fetch_add(1, Relaxed);
        } else if !is_whole {
            service.counts.broken_answers.fetch_add(1, Relaxed);
            tracing::info!(request_id = %call.id(), sent, "an answer broke off: the client did not take it to its end");
        }
        if !service.logging.is_on() {
            return;
        }
        let total = call.begun().elapsed();
        if service.logging.access {
            log_access(&call, method, Some(status), sent, total);
        }
        if service.logging.slow.is_some_and(|slow| total >= slow) {
            log_slow(&call, method, status, took, total);
        }
    }
}

/// Logs a request whose client went away before the answer.
pub(crate) fn log_abandoned(call: &Call, method: &'static str) {
    if call.is_reading() {
        log_broken_body(call, "the client went away");
    }
    if call.service().logging.access {
        log_access(call, method, None, 0, call.begun().elapsed());
    }
}

/// Logs a body that did not come to its end.
pub(crate) fn log_broken_body(call: &Call, reason: &str) {
    tracing::info!(request_id = %call.id(), received = call.received(), "a body broke off: {reason}");
}

/// The line of a request in the access log; without a status when its client went away.
fn log_access(call: &Call, method: &'static str, status: Option<u16>, sent: u64, total: Duration) {
    let trace_id = call.trace_id();
    tracing::info!(
        target: "http_service::access",
        request_id = %call.id(),
        trace_id = trace_id.as_ref().map(|id| id.as_str()),
        key = call.key().map(|key| key.name.as_str()),
        method,
        route = call.entry().map(|entry| entry.path),
        path = &*escaped(call.path()),
        address = call.address().map(tracing::field::display),
        status,
        received = call.received(),
        sent,
        micros = micros(total),
        "request"
    );
}

/// Tells where the time of a slow request went.
fn log_slow(call: &Call, method: &'static str, status: u16, took: Duration, total: Duration) {
    let (waiting, reading) = call.spent();
    let trace_id = call.trace_id();
    tracing::info!(
        request_id = %call.id(),
        trace_id = trace_id.as_ref().map(|id| id.as_str()),
        key = call.key().map(|key| key.name.as_str()),
        method,
        route = call.entry().map(|entry| entry.path),
        status,
        micros = micros(total),
        waiting = micros(waiting),
        reading = micros(reading),
        work = micros(took.saturating_sub(waiting + reading)),
        sending = micros(total.saturating_sub(took)),
        "a slow request"
    );
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
