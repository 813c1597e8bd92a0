//! Failures of a bucket: what a log may say of them, and which of them leave open whether a write happened.

use std::error::Error as StdError;

use object_store::client::{HttpError, HttpErrorKind};

use super::super::Error;

/// Why a bucket did not do what it was asked. An S3 server may repeat a request with its headers, tokens among them,
/// in the body of a refusal; only the code and the message are kept.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Reason(String);

/// The bucket does not serve now.
pub(super) fn unavailable(doing: &'static str, reason: impl Into<String>) -> Error {
    Error::Unavailable { doing, source: Box::new(Reason(reason.into())) }
}

/// What a failed request of `object_store` means to the engine.
pub(super) fn failed(doing: &'static str) -> impl Fn(object_store::Error) -> Error {
    move |error| {
        let text = error.to_string();
        refused(doing, element(&text, "Code"), status(&error), reason(&error))
    }
}

/// What a refusal means, by S3's code first and then by its status: one that does not pass by itself is a failure of this
/// program or of its configuration, everything else that the bucket does not serve now.
pub(super) fn refused(doing: &'static str, code: Option<&str>, status: Option<u16>, reason: String) -> Error {
    let is_ours = match code {
        Some("RequestTimeout" | "IncompleteBody" | "BadDigest" | "ExpiredToken" | "NoSuchBucket") => false,
        Some(
            "InvalidArgument" | "InvalidRequest" | "EntityTooLarge" | "MetadataTooLarge" | "NotImplemented"
            | "KeyTooLongError",
        ) => true,
        Some(_) | None => matches!(status, Some(400 | 405 | 411 | 413 | 501)),
    };
    match is_ours {
        true => Error::Failed { doing, source: Box::new(Reason(reason)) },
        false => unavailable(doing, reason),
    }
}

/// Tells whether a code is of a refusal that passes by itself, though its status is 400.
pub(super) fn is_passing_code(code: &str) -> bool {
    matches!(code, "RequestTimeout" | "IncompleteBody" | "BadDigest")
}

/// What happened, without secrets: the code and the message of the server, or why there was no answer.
pub(super) fn reason(error: &object_store::Error) -> String {
    reason_in(&error.to_string()).unwrap_or_else(|| match status(error) {
        Some(status) => format!("the server answered status {status}, without the error document of S3"),
        None => innermost(error),
    })
}

/// The code of an S3 error document.
pub(super) fn code_in(text: &str) -> Option<&str> {
    element(text, "Code")
}

/// The code and the message of an S3 error document.
pub(super) fn reason_in(text: &str) -> Option<String> {
    let code = code_in(text)?;
    Some(element(text, "Message").map_or(code.to_owned(), |message| format!("{code}: {message}")))
}

/// The status a server refused a request with, where it answered at all.
pub(super) fn status(error: &object_store::Error) -> Option<u16> {
    let text = error.to_string();
    let (_, after) = text.split_once("status code: ")?;
    after.get(..3)?.parse().ok()
}

/// Tells whether a write that failed like this may have happened all the same.
pub(super) fn is_uncertain(error: &object_store::Error) -> bool {
    match status(error) {
        // Refused before anything was done.
        Some(503 | 429) => false,
        Some(status) => status >= 500 || status == 408,
        None => !matches!(transport(error), Some(HttpErrorKind::Connect)),
    }
}

/// Tells whether a request that failed like this is worth another try.
pub(super) fn is_passing(error: &object_store::Error) -> bool {
    match status(error) {
        Some(501) => false,
        Some(400) => element(&error.to_string(), "Code").is_some_and(is_passing_code),
        Some(status) => status >= 500 || matches!(status, 408 | 409 | 429),
        None => transport(error).is_some(),
    }
}

/// Tells whether an answer began and did not end.
pub(super) fn is_cut_off(error: &object_store::Error) -> bool {
    matches!(transport(error), Some(HttpErrorKind::Interrupted | HttpErrorKind::Decode | HttpErrorKind::Unknown))
}

/// Tells a bucket that is not there from an object that is not there.
pub(super) fn is_no_bucket(error: &object_store::Error) -> bool {
    element(&error.to_string(), "Code") == Some("NoSuchBucket")
}

fn transport(error: &object_store::Error) -> Option<HttpErrorKind> {
    sources(error).find_map(|source| source.downcast_ref::<HttpError>()).map(HttpError::kind)
}

fn sources(error: &object_store::Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    std::iter::successors(error.source(), |source| (*source).source())
}

fn innermost(error: &object_store::Error) -> String {
    sources(error).last().map_or_else(|| "no answer".to_owned(), ToString::to_string)
}

/// The text of an XML element of an S3 error document.
fn element<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (_, after) = text.split_once(&format!("<{name}>"))?;
    Some(after.split_once(&format!("</{name}>"))?.0)
}
