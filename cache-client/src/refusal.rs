//! From what the generated code calls errors to what they mean.

use std::time::Duration;

use reqwest::header::RETRY_AFTER;
use serde_json::Value;

use crate::error::{Cause, Error, RequestId};
use crate::generated::types::ErrorBody;
use crate::generated::{self, ResponseValue};
use crate::retry::Repeat;
use crate::transport::Failure;

/// What an operation of the generated client answers.
pub(crate) type Outcome<T> = Result<ResponseValue<T>, generated::Error<ErrorBody>>;

/// Tells whether a refusal only says that what was asked for is not there.
///
/// A 404 of another server, or for a path this one does not serve, says nothing about entries.
pub(crate) fn is_miss(refused: &generated::Error<ErrorBody>, request_id: Option<&RequestId>) -> bool {
    let generated::Error::ErrorResponse(answer) = refused else { return false };
    let missing = matches!(answer.status().as_u16(), 404 | 410);
    missing && request_id.is_some() && !is_unknown_path(answer)
}

fn is_unknown_path(body: &ErrorBody) -> bool {
    body.detail.as_ref().is_some_and(|detail| detail == "Not Found")
}

/// The error a refusal or a failure means, for a call that may be repeated as far as `repeat` says.
pub(crate) fn error(refused: generated::Error<ErrorBody>, repeat: Repeat, request_id: Option<RequestId>) -> Error {
    match refused {
        generated::Error::ErrorResponse(answer) => refusal(&answer, repeat, request_id),
        generated::Error::CommunicationError(error) => failure(error, repeat),
        generated::Error::ResponseBodyError(error) => cut_off(error, repeat, request_id),
        generated::Error::InvalidResponsePayload(_, source) => {
            protocol("the body is not what the contract says", request_id, Some(source.into()))
        }
        generated::Error::UnexpectedResponse(answer) => {
            let reason = format!("status {} is not in the contract", answer.status().as_u16());
            protocol(reason, request_id, None)
        }
        generated::Error::InvalidRequest(reason) | generated::Error::Custom(reason) => {
            Error::invalid("request", reason)
        }
        generated::Error::InvalidUpgrade(source) => {
            protocol("the connection was upgraded", request_id, Some(source.without_url().into()))
        }
    }
}

fn protocol(reason: impl Into<String>, request_id: Option<RequestId>, source: Option<Cause>) -> Error {
    Error::Protocol { reason: reason.into(), request_id, source }
}

/// No answer came.
fn failure(error: reqwest::Error, repeat: Repeat) -> Error {
    if error.is_builder() {
        return Error::invalid("request", error.without_url().to_string());
    }
    let failure = Failure::within(&error);
    let not_sent = failure.is_some_and(Failure::is_not_sent);
    Error::Unavailable {
        retryable: not_sent || repeat.after_loss(),
        retry_after: None,
        reason: failure.map_or_else(|| "no answer came".to_owned(), ToString::to_string),
        request_id: None,
        source: Some(error.without_url().into()),
    }
}

/// The answer began and did not end.
pub(crate) fn cut_off(error: reqwest::Error, repeat: Repeat, request_id: Option<RequestId>) -> Error {
    Error::Unavailable {
        retryable: repeat.after_loss(),
        retry_after: None,
        reason: "the answer was cut off".to_owned(),
        request_id,
        source: Some(error.without_url().into()),
    }
}

/// Nothing came within the time of one attempt.
pub(crate) fn too_slow(limit: Duration, repeat: Repeat, request_id: Option<RequestId>) -> Error {
    Error::Unavailable {
        retryable: repeat.after_loss(),
        retry_after: None,
        reason: format!("no answer within {} ms", limit.as_millis()),
        request_id,
        source: None,
    }
}

fn refusal(answer: &ResponseValue<ErrorBody>, repeat: Repeat, request_id: Option<RequestId>) -> Error {
    let Said { code, field, message } = Said::by(answer);
    let status = answer.status();
    let unavailable = |retryable: bool| Error::Unavailable {
        retryable,
        retry_after: retry_after(answer),
        reason: match message.is_empty() {
            true => format!("status {}", status.as_u16()),
            false => format!("status {}: {message}", status.as_u16()),
        },
        request_id: request_id.clone(),
        source: None,
    };
    match status.as_u16() {
        400 => {
            Error::InvalidInput { field: field.unwrap_or_else(|| "request".to_owned()), reason: message, request_id }
        }
        401 | 403 => Error::Unauthorized { message, request_id },
        404 | 410 if request_id.is_none() || is_unknown_path(answer) => {
            protocol("there is no cache service at this URL", request_id, None)
        }
        404 | 410 => Error::NotFound { message, request_id },
        408 | 502 | 504 => unavailable(repeat.after_loss()),
        409 | 415 | 416 | 422 => Error::Conflict { code: code.unwrap_or_default(), message, request_id },
        412 => Error::PreconditionFailed { code: code.unwrap_or_default(), message, request_id },
        413 => Error::TooLarge { message, request_id },
        429 => unavailable(repeat.after_refusal()),
        503 => unavailable(repeat.after_failed_try()),
        500..=599 => unavailable(false),
        other => protocol(format!("status {other} is not in the contract"), request_id, None),
    }
}

fn retry_after(answer: &ResponseValue<ErrorBody>) -> Option<Duration> {
    let seconds = answer.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// What a refusal says, whichever of its shapes it has.
struct Said {
    code: Option<String>,
    field: Option<String>,
    message: String,
}

impl Said {
    fn by(body: &ErrorBody) -> Self {
        let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        let mut said = Self { code: body.error_type.clone(), field: None, message: String::new() };
        match &body.detail {
            Some(Value::String(detail)) => said.message.clone_from(detail),
            Some(Value::Array(items)) => {
                if let Some(first) = items.first() {
                    let place = first.get("loc").and_then(Value::as_array).and_then(|loc| loc.last());
                    said.field = place.and_then(Value::as_str).map(str::to_owned);
                    said.message = text(first, "msg").unwrap_or_default();
                }
            }
            Some(detail @ Value::Object(_)) => {
                said.code = text(detail, "error_type").or(said.code);
                said.field = text(detail, "field_name");
                said.message = text(detail, "message").unwrap_or_default();
            }
            None | Some(Value::Null | Value::Bool(_) | Value::Number(_)) => {
                said.message = body.message.clone().unwrap_or_default();
            }
        }
        said
    }
}
