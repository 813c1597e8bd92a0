//! What comes in: bodies, queries, moments.

use actix_web::web;
use chrono::DateTime;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::problem::{Problem, Result};
use crate::names::Invalid;
use crate::time::{Day, Timestamp};

/// The longest body, in bytes; the costs of a day are the longest there are.
const LONGEST: usize = 2 << 20;

/// Limits bodies, and answers what the framework refuses as everything else is.
pub(super) fn limits(config: &mut web::ServiceConfig) {
    let form = |error: &dyn std::fmt::Display| Problem::Form(error.to_string());
    config
        .app_data(web::PayloadConfig::new(LONGEST))
        .app_data(web::QueryConfig::default().error_handler(move |error, _| form(&error).into()))
        .app_data(web::PathConfig::default().error_handler(move |error, _| form(&error).into()));
}

/// A body that may have come.
pub(super) type Body = std::result::Result<web::Bytes, actix_web::Error>;

/// Reads a body that is an object of JSON; what it must not have is refused as well.
pub(super) fn json<T: DeserializeOwned>(body: Body) -> Result<T> {
    let bytes = bytes(body)?;
    // A list of the fields would be read as well.
    if !bytes.trim_ascii_start().starts_with(b"{") {
        return Err(Problem::Form("the body is no JSON object".to_owned()));
    }
    serde_json::from_slice(&bytes).map_err(|error| Problem::Form(format!("the body cannot be used: {error}")))
}

/// Reads a body of JSON that may be left out.
pub(super) fn json_or_nothing<T: DeserializeOwned + Default>(body: Body) -> Result<T> {
    let bytes = bytes(body)?;
    if bytes.trim_ascii().is_empty() { Ok(T::default()) } else { json(Ok(bytes)) }
}

fn bytes(body: Body) -> Result<web::Bytes> {
    body.map_err(|error| match error.as_response_error().status_code().as_u16() {
        413 => Problem::TooLarge(LONGEST),
        _ => Problem::Form("the body was cut off".to_owned()),
    })
}

/// A moment: milliseconds since 1970, or RFC 3339.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(try_from = "Written")]
pub(super) struct Moment(pub(super) Timestamp);

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Millis(u64),
    Text(String),
}

impl TryFrom<Written> for Moment {
    type Error = Invalid;

    fn try_from(written: Written) -> std::result::Result<Self, Invalid> {
        let millis = match written {
            Written::Millis(millis) => Some(millis),
            Written::Text(text) => text.parse().ok().or_else(|| {
                let moment = DateTime::parse_from_rfc3339(&text).ok()?;
                u64::try_from(moment.timestamp_millis()).ok()
            }),
        };
        let refused = || Invalid::new("moment", "is neither milliseconds since 1970 nor RFC 3339");
        millis.map(|millis| Self(Timestamp::from_millis(millis))).ok_or_else(refused)
    }
}

/// A day such as `2026-02-13`, or the day of a moment, of a query.
pub(super) fn day(field: &'static str, text: Option<&str>) -> Result<Option<Day>> {
    let Some(text) = text else { return Ok(None) };
    let day = Day::parse(text).ok().or_else(|| {
        let Moment(moment) = Moment::try_from(Written::Text(text.to_owned())).ok()?;
        Some(moment.day())
    });
    let refused = || Invalid::new(field, "is neither a day such as 2026-02-13 nor a moment");
    Ok(Some(day.ok_or_else(refused)?))
}
