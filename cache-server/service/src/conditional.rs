//! Conditions: of reads, `If-Match` and `If-None-Match` against the tag of the answer, as RFC 9110, section 13, has them; of writes
//! that take none, a refusal.
//!
//! Answers have no modification time, so conditions on one are ignored, as the RFC asks for.

use actix_web::HttpResponse;
use actix_web::http::header::{
    ETAG, HeaderMap, HeaderName, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_UNMODIFIED_SINCE,
};
use actix_web::http::{Method, StatusCode};

use crate::refusal::Refusal;

/// Applies the conditions of a read to its answer: 412 when `If-Match` names another tag, 304 without a body when
/// `If-None-Match` names this one.
pub(crate) fn apply(method: &Method, conditions: &HeaderMap, answer: HttpResponse) -> Result<HttpResponse, Refusal> {
    let is_conditional = conditions.contains_key(IF_MATCH) || conditions.contains_key(IF_NONE_MATCH);
    let is_content = answer.status().is_success() || answer.status() == StatusCode::RANGE_NOT_SATISFIABLE;
    if !is_conditional || !is_content || method != Method::GET {
        return Ok(answer);
    }
    let tag = answer.headers().get(ETAG).and_then(|tag| tag.to_str().ok());
    if any(conditions, IF_MATCH, |known| known == "*" || Some(known) == tag) == Some(false) {
        return Err(Refusal::Precondition);
    }
    let weak = |known: &str| Some(known.strip_prefix("W/").unwrap_or(known)) == tag;
    if any(conditions, IF_NONE_MATCH, |known| known == "*" || weak(known)) == Some(true) {
        let mut unchanged = answer.set_body(actix_web::body::BoxBody::new(()));
        *unchanged.status_mut() = StatusCode::NOT_MODIFIED;
        unchanged.headers_mut().remove(actix_web::http::header::CONTENT_TYPE);
        return Ok(unchanged);
    }
    Ok(answer)
}

/// Refuses the conditions of a write that takes none.
pub(crate) fn none(conditions: &HeaderMap) -> Result<(), Refusal> {
    let headers = [IF_MATCH, IF_NONE_MATCH, IF_MODIFIED_SINCE, IF_UNMODIFIED_SINCE];
    let fields = ["if-match", "if-none-match", "if-modified-since", "if-unmodified-since"];
    match headers.iter().position(|header| conditions.contains_key(header)) {
        Some(at) => Err(Refusal::Field { field: fields[at], reason: "is no condition of this operation" }),
        None => Ok(()),
    }
}

/// Tells whether a tag of a header is as wanted; `None` without the header. What is not ASCII is no tag.
fn any(conditions: &HeaderMap, header: HeaderName, wanted: impl Fn(&str) -> bool) -> Option<bool> {
    let mut values = conditions.get_all(header).map(|value| value.to_str().unwrap_or_default()).peekable();
    values.peek()?;
    Some(values.flat_map(|value| value.split(',')).any(|tag| wanted(tag.trim())))
}
