//! What comes in: bodies, queries, moments.

use actix_web::dev::Payload;
use actix_web::web;
use actix_web::{FromRequest, HttpRequest};
use cache_client::json::Memory;
use chrono::DateTime;
use futures::future::LocalBoxFuture;
use http_service::Call;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::problem::{Problem, Result};
use crate::names::Invalid;
use crate::time::{Day, Timestamp};

/// Answers a query that the framework refuses as every refusal is answered.
pub(super) fn queries(config: &mut web::ServiceConfig) {
    config.app_data(web::QueryConfig::default().error_handler(|error, _| Problem::Form(error.to_string()).into()));
}

/// The body of a request, which is JSON if there is one: the memory to read it is taken.
pub(super) struct Body(Result<web::Bytes>);

impl FromRequest for Body {
    type Error = std::convert::Infallible;
    type Future = LocalBoxFuture<'static, std::result::Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (call, body) = (Call::from_request(request, payload), http_service::Body::from_request(request, payload));
        Box::pin(async move {
            let (call, http_service::Body(body)) = (call.await?, body.await?);
            let body = match body {
                // Values of serde_json take some three times those of the cache.
                Ok(body) => call.reserve(3 * Memory::of(&body).parsed).await.map(|()| body),
                refused => refused,
            };
            Ok(Self(body.map_err(Problem::from)))
        })
    }
}

/// Reads a body that is an object of JSON; what it must not have is refused as well.
pub(super) fn json<T: DeserializeOwned>(Body(body): Body) -> Result<T> {
    object(&body?)
}

/// Reads a body of JSON that may be left out.
pub(super) fn json_or_nothing<T: DeserializeOwned + Default>(Body(body): Body) -> Result<T> {
    let bytes = body?;
    if bytes.trim_ascii().is_empty() { Ok(T::default()) } else { object(&bytes) }
}

fn object<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    // A list of the fields would be read as well.
    if !bytes.trim_ascii_start().starts_with(b"{") {
        return Err(Problem::Form("the body is no JSON object".to_owned()));
    }
    serde_json::from_slice(bytes).map_err(|error| Problem::Form(format!("the body cannot be used: {error}")))
}

/// A moment: milliseconds since 1970, or RFC 3339. What it is about is known to who [reads](Moment::read) it.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub(super) struct Moment(serde_json::Value);

impl Moment {
    /// The moment, of a field.
    pub(super) fn read(&self, field: &'static str) -> std::result::Result<Timestamp, Invalid> {
        let millis = match &self.0 {
            serde_json::Value::Number(number) => number.as_u64(),
            serde_json::Value::String(text) => millis(text),
            _ => None,
        };
        let moment = millis.map(Timestamp::from_millis).filter(|moment| !moment.is_after_the_year_9999());
        let refused = "is neither milliseconds since 1970 nor RFC 3339, from 1970 to 9999";
        moment.ok_or_else(|| Invalid::new(field, refused))
    }
}

/// Milliseconds since 1970, of a number or RFC 3339.
pub(super) fn millis(text: &str) -> Option<u64> {
    text.parse().ok().or_else(|| {
        let moment = DateTime::parse_from_rfc3339(text).ok()?;
        u64::try_from(moment.timestamp_millis()).ok()
    })
}

/// A day such as `2026-02-13`, or the day of a moment, of a query.
pub(super) fn day(field: &'static str, text: Option<&str>) -> Result<Option<Day>> {
    let Some(text) = text else { return Ok(None) };
    let day = Day::parse(text).ok().or_else(|| {
        let moment = Timestamp::from_millis(millis(text)?);
        (!moment.is_after_the_year_9999()).then(|| moment.day())
    });
    let refused = || Invalid::new(field, "is neither a day such as 2026-02-13 nor a moment");
    Ok(Some(day.ok_or_else(refused)?))
}
