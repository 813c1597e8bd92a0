//! Conditional requests: tags in answers, and the conditions of writes.
//!
//! The tag of content is its version in storage, which no two writes share, but on `s3` those of equal content. Answers that also
//! show whose content it is join the owner's id to it: `"{version}.{cache id}"`. Conditions of reads are applied to every answer
//! alike, in `http_service`, which also refuses those of writes that take none. A write that is `conditional` in the route table
//! takes the conditions that it knows and refuses every other one with 400.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{HeaderName, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_UNMODIFIED_SINCE};
use actix_web::{FromRequest, HttpRequest};
use cache_client::CacheId;
use utoipa::IntoParams;

use super::error::{Error, Result};
use crate::cache::StoreWhen;
use crate::storage::Version;

/// The tag of content alone.
pub(crate) fn content_tag(version: &Version) -> String {
    format!("\"{version}\"")
}

/// The tag of content shown with its owner.
pub(crate) fn owned_tag(version: &Version, owner: CacheId) -> String {
    format!("\"{version}.{owner}\"")
}

/// The conditions of a read.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes headers that are applied to the answer")]
pub(crate) struct ReadConditions {
    /// Tags that the client has: 304 without a body when one of them is that of the answer.
    #[param(rename = "If-None-Match")]
    if_none_match: Option<String>,
    /// Only when the answer has one of these tags; else 412.
    #[param(rename = "If-Match")]
    if_match: Option<String>,
}

/// The condition of an update or a deletion.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
pub(crate) struct IfMatch {
    /// Only when the content has one of these tags; else 412. `*` is any content.
    #[param(rename = "If-Match", value_type = Option<String>)]
    pub(crate) versions: Option<Vec<Version>>,
}

/// The condition of a store under a key.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
pub(crate) struct StoreConditions {
    /// `*`, for `key_based` entries: only when there is no content of that key, file id and kind; else 412.
    #[param(rename = "If-None-Match", value_type = Option<String>)]
    pub(crate) when: StoreWhen,
    /// For `key_based` entries: only when there is content of that key, file id and kind with one of these tags, or with
    /// any for `*`; else 412.
    #[param(rename = "If-Match", value_type = Option<String>)]
    _if_match: (),
}

/// The condition of a store of a child file.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
pub(crate) struct IfAbsent {
    /// `*`: only when there is no such child file; else 412.
    #[param(rename = "If-None-Match", value_type = Option<String>)]
    pub(crate) only_if_absent: bool,
}

impl FromRequest for IfMatch {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(only(request, &[IF_MATCH]).map(|()| {
            let tags = list(request, IF_MATCH).filter(|tags| tags.trim() != "*");
            Self { versions: tags.as_deref().map(versions) }
        }))
    }
}

impl FromRequest for StoreConditions {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(store_when(request).map(|when| Self { when, _if_match: () }))
    }
}

impl FromRequest for IfAbsent {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let only_if_absent = || Ok(Self { only_if_absent: is_any(request)? });
        ready(only(request, &[IF_NONE_MATCH]).and_then(|()| only_if_absent()))
    }
}

fn store_when(request: &HttpRequest) -> Result<StoreWhen> {
    only(request, &[IF_MATCH, IF_NONE_MATCH])?;
    let if_match = list(request, IF_MATCH);
    match (is_any(request)?, if_match.as_deref().map(str::trim)) {
        (false, None) => Ok(StoreWhen::Always),
        (true, None) => Ok(StoreWhen::Absent),
        (false, Some("*")) => Ok(StoreWhen::Present),
        (false, Some(tags)) => Ok(StoreWhen::Version(versions(tags))),
        (true, Some(tags)) => Err(Error::parameter("header", "if-match", "contradicts if-none-match", tags)),
    }
}

/// Refuses every condition but those that the operation knows.
fn only(request: &HttpRequest, known: &[HeaderName]) -> Result<()> {
    const CONDITIONS: [(HeaderName, &str); 4] = [
        (IF_MATCH, "if-match"),
        (IF_NONE_MATCH, "if-none-match"),
        (IF_MODIFIED_SINCE, "if-modified-since"),
        (IF_UNMODIFIED_SINCE, "if-unmodified-since"),
    ];
    for (header, name) in CONDITIONS {
        if !known.contains(&header) && request.headers().contains_key(&header) {
            let value = list(request, header).unwrap_or_default();
            return Err(Error::parameter("header", name, "is no condition of this operation", &value));
        }
    }
    Ok(())
}

/// Tells whether something new was asked for: `If-None-Match: *`. What the client has is no condition of a write.
fn is_any(request: &HttpRequest) -> Result<bool> {
    match list(request, IF_NONE_MATCH) {
        None => Ok(false),
        Some(tags) if tags.trim() == "*" => Ok(true),
        Some(tags) => Err(Error::parameter("header", "if-none-match", "is not * on a write", &tags)),
    }
}

/// The values of a header, as one list; what is not ASCII is no tag.
fn list(request: &HttpRequest, name: HeaderName) -> Option<String> {
    let values: Vec<_> = request.headers().get_all(name).map(|value| value.to_str().unwrap_or_default()).collect();
    (!values.is_empty()).then(|| values.join(","))
}

/// The versions that tags stand for. Weak tags, and tags this service did not make, match nothing.
fn versions(tags: &str) -> Vec<Version> {
    let strong = |tag: &str| {
        let tag = tag.trim().strip_prefix('"')?.strip_suffix('"')?;
        Some(Version::parse(tag.split('.').next()?))
    };
    tags.split(',').map(|tag| strong(tag).unwrap_or(Version::parse(""))).collect()
}
