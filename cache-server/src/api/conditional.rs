//! Conditional requests: tags in answers, and the conditions of `If-Match` and `If-None-Match`.
//!
//! The tag of an entry's content is its version in storage, which no two writes share. Answers that also show whose
//! content it
//! is join the owner's id to it: `"{version}.{cache id}"`.

use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{ETAG, HeaderName, IF_MATCH, IF_NONE_MATCH};
use actix_web::{FromRequest, HttpRequest, HttpResponse, HttpResponseBuilder};
use cache_client::CacheId;
use utoipa::IntoParams;

use crate::storage::Version;

/// The tag of content alone.
pub(crate) fn content_tag(version: &Version) -> String {
    format!("\"{version}\"")
}

/// The tag of content shown with its owner.
pub(crate) fn owned_tag(version: &Version, owner: CacheId) -> String {
    format!("\"{version}.{owner}\"")
}

/// A condition on the content that is there.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes a header that `Conditions` reads")]
pub(crate) struct IfMatch {
    /// Only when the content has one of these tags; else 412.
    #[param(rename = "If-Match")]
    if_match: Option<String>,
}

/// A condition on what the client has, or on there being nothing yet.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes a header that `Conditions` reads")]
pub(crate) struct IfNoneMatch {
    /// When retrieving, tags the client has: 304 when one of them is current. When storing, `*`: only when there is no
    /// content
    /// of that key, file id and kind; else 412.
    #[param(rename = "If-None-Match")]
    if_none_match: Option<String>,
}

/// The conditions of a request.
#[derive(Debug)]
pub(crate) struct Conditions {
    if_match: Option<String>,
    if_none_match: Option<String>,
}

impl FromRequest for Conditions {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let all = |name: HeaderName| {
            let values: Vec<_> = request.headers().get_all(name).filter_map(|value| value.to_str().ok()).collect();
            (!values.is_empty()).then(|| values.join(","))
        };
        ready(Ok(Self { if_match: all(IF_MATCH), if_none_match: all(IF_NONE_MATCH) }))
    }
}

impl Conditions {
    /// Tells whether something new was asked for: `If-None-Match: *`.
    pub(crate) fn only_if_absent(&self) -> bool {
        self.if_none_match.as_deref().is_some_and(|tags| tags.trim() == "*")
    }

    /// The versions of the content that may be there. `If-Match: *` asks for any, which is no condition on a version.
    ///
    /// Weak tags, and tags this service did not make, match nothing.
    pub(crate) fn if_match(&self) -> Option<Vec<Version>> {
        let tags = self.if_match.as_deref().filter(|tags| tags.trim() != "*")?;
        let strong = |tag: &str| {
            let tag = tag.trim().strip_prefix('"')?.strip_suffix('"')?;
            Some(Version::parse(tag.split('.').next()?))
        };
        Some(tags.split(',').map(|tag| strong(tag).unwrap_or(Version::parse(""))).collect())
    }

    /// Tells whether the client has what this tag stands for.
    fn has(&self, tag: &str) -> bool {
        let Some(tags) = self.if_none_match.as_deref() else { return false };
        tags.split(',').map(str::trim).any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
    }

    /// Answers with a tag: 304 without a body when the client has it, else what `body` makes.
    pub(crate) fn tagged(
        &self,
        tag: &str,
        body: impl FnOnce(&mut HttpResponseBuilder) -> HttpResponse,
    ) -> HttpResponse {
        if self.has(tag) {
            return HttpResponse::NotModified().insert_header((ETAG, tag)).finish();
        }
        body(HttpResponse::Ok().insert_header((ETAG, tag)))
    }
}
