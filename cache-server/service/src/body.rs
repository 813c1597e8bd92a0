//! Bodies of requests: read under the limits of size, speed and memory.

use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::{FromRequest, HttpRequest};
use bytes::{Bytes, BytesMut};
use futures::future::LocalBoxFuture;
use futures::{FutureExt, StreamExt};
use tokio::time::{Instant, timeout};

use crate::call::Call;
use crate::limits::{Limits, ReportOnly};
use crate::refusal::Refusal;
use crate::routes::BodySize;
use crate::sending::log_broken_body;

/// How much of a body of unknown length is reserved at a time.
const STEP: u64 = 256 << 10;
/// How long a small body may take, which comes with the head.
const SMALL_BODY_TIME: Duration = Duration::from_secs(5);
/// How long a body may pause while the server stops.
const LAST_PAUSE: Duration = Duration::from_secs(1);

/// The whole body of a request, or why it could not be read.
#[derive(Debug)]
pub struct Body(pub Result<Bytes, Refusal>);

impl FromRequest for Body {
    type Error = std::convert::Infallible;
    type Future = LocalBoxFuture<'static, Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let length = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        let payload = payload.take();
        Box::pin(async move {
            let call = Call::current().expect("handlers are called through the route table");
            let body = call.reads(read(&call, length, payload)).await;
            if let Err(refusal @ (Refusal::BrokenBody(_) | Refusal::SlowBody(_))) = &body {
                log_broken_body(&call, &refusal.to_string());
            }
            Ok(Self(body))
        })
    }
}

async fn read(call: &Call, length: Option<u64>, mut payload: Payload) -> Result<Bytes, Refusal> {
    let limits = &call.service().limits;
    let limit = match call.entry().map(|entry| entry.body) {
        Some(BodySize::Large) => limits.body,
        Some(BodySize::Small) | None => Limits::SMALL_BODY,
    };
    if length.is_some_and(|length| length > limit) {
        return Err(Refusal::TooLarge(limit));
    }
    // What is announced is there once it is reserved; what is not, grows. Small bodies are bounded by the number of requests.
    let mut capacity = length.unwrap_or(0).max(Limits::SMALL_BODY);
    if capacity > Limits::SMALL_BODY {
        call.reserve(capacity).await?;
    }
    let mut bytes = BytesMut::with_capacity(size(length.unwrap_or(0)));
    let begun = Instant::now();
    while let Some(part) = next_part(call, begun, bytes.len() as u64, &mut payload).await? {
        call.receive(part.len());
        let received = (bytes.len() + part.len()) as u64;
        if received > limit {
            return Err(Refusal::TooLarge(limit));
        }
        if received > capacity {
            let grown = received.max(2 * capacity).max(STEP).min(limit);
            call.reserve(grown - capacity).await?;
            bytes.reserve(size(grown) - bytes.len());
            capacity = grown;
        }
        bytes.extend_from_slice(&part);
    }
    Ok(bytes.freeze())
}

fn size(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

/// Waits for the next part of a body, as long as it may pause.
async fn next_part(
    call: &Call,
    begun: Instant,
    received: u64,
    payload: &mut Payload,
) -> Result<Option<Bytes>, Refusal> {
    let part = |part: Option<Result<Bytes, PayloadError>>| {
        part.transpose().map_err(|error| Refusal::BrokenBody(error.to_string()))
    };
    // A part that is there already needs no clock.
    if let Some(ready) = payload.next().now_or_never() {
        return part(ready);
    }
    let service = call.service();
    let limits = &service.limits;
    if !service.is_reached_by_socket {
        return part(payload.next().await);
    }
    let is_small = call.entry().is_none_or(|entry| entry.body == BodySize::Small);
    let most = if is_small { SMALL_BODY_TIME } else { Duration::MAX };
    let (pause, grace) = (limits.body_pause.min(most), limits.body_grace.min(most));
    // When the average falls below the rate.
    let due = grace.max(Duration::from_secs_f64(received as f64 / limits.body_rate.max(1) as f64));
    let left = due.saturating_sub(begun.elapsed());
    let report_only = limits.only_reports(ReportOnly::BodyRate);
    let (patience, refusal) = if left < pause && !report_only {
        let (rate, grace) = (limits.body_rate, grace.as_secs());
        (left, format!("the body comes with less than {rate} bytes a second after {grace} s"))
    } else {
        (pause, format!("nothing more of the body came for {} s", pause.as_secs()))
    };
    tokio::select! {
        came = timeout(patience, payload.next()) => {
            if left.is_zero() && report_only {
                service.counts.reasons.report(ReportOnly::BodyRate);
                tracing::warn!(received, "report only: this body would have been refused as too slow");
            }
            part(came.map_err(|_| Refusal::SlowBody(refusal))?)
        }
        () = service.stopping.for_longer_than(LAST_PAUSE) => {
            Err(Refusal::SlowBody("the server stops and nothing more of the body came".to_owned()))
        }
    }
}
