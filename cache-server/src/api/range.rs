//! `Range`: a part of the bytes that a request would be answered with (RFC 9110, section 14).
//!
//! One range is answered with 206, or with 416 when nothing of it is there. Several ranges, and a header that is not well formed,
//! are answered with the whole, as is every request whose `If-Range` is not the strong tag of the bytes.

use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{
    ACCEPT_RANGES, ByteRangeSpec, ContentRange, ContentRangeSpec, ETAG, HeaderMap, HeaderValue, IF_RANGE, RANGE, Range,
};
use actix_web::{FromRequest, HttpRequest, HttpResponse, HttpResponseBuilder};
use bytes::Bytes;
use utoipa::{IntoParams, IntoResponses};

use super::error::Error;
use super::retrieve::BYTES;
use super::store;

/// Which part of the bytes.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes headers that `RangeOf` reads")]
pub(crate) struct RangeHeaders {
    /// The part that is asked for: `bytes=0-99`, `bytes=100-` or `bytes=-100`.
    #[param(rename = "Range")]
    range: Option<String>,
    /// The tag of the bytes that the client has a part of; when they have another one, all of them are answered.
    #[param(rename = "If-Range")]
    if_range: Option<String>,
}

/// The answer to a range.
#[derive(Debug, IntoResponses)]
#[expect(dead_code, reason = "describes the response that `RangeOf` builds")]
pub(crate) enum PartOfBytes {
    /// The part of the bytes that `Content-Range` names.
    #[response(status = 206, content_type = "application/octet-stream")]
    Part(store::Bytes),
}

/// The range that a request asks for, if it asks for a single one.
#[derive(Debug)]
pub(crate) struct RangeOf {
    range: Option<ByteRangeSpec>,
    if_range: Option<String>,
}

impl FromRequest for RangeOf {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let headers = request.headers();
        let if_range = headers.get(IF_RANGE).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        ready(Ok(Self { range: single(headers), if_range }))
    }
}

/// The range of the headers, when they have one that is well formed.
fn single(headers: &HeaderMap) -> Option<ByteRangeSpec> {
    let mut values = headers.get_all(RANGE);
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    // The parser leaves out what it cannot read of a list, and takes a sign for a part of a number.
    let text = value.to_str().ok().filter(|text| !text.contains([',', '+']))?;
    match text.parse() {
        Ok(Range::Bytes(mut ranges)) => ranges.pop(),
        Ok(Range::Unregistered(..)) | Err(_) => None,
    }
}

impl RangeOf {
    /// Answers bytes that have this tag, or the part of them that is asked for.
    pub(crate) fn bytes(&self, bytes: Bytes, tag: Option<&str>) -> HttpResponse {
        // A date is no tag, and a weak tag is never the one of these bytes.
        let is_same = self.if_range.as_deref().is_none_or(|known| Some(known.trim()) == tag);
        let Some(range) = self.range.as_ref().filter(|_| is_same) else {
            return answer(&mut HttpResponse::Ok(), bytes, tag);
        };
        let length = bytes.len() as u64;
        let Some((first, last)) = range.to_satisfiable_range(length) else {
            let mut refusal = HttpResponse::from_error(Error::Range { length });
            if let Some(tag) = tag.and_then(|tag| HeaderValue::from_str(tag).ok()) {
                // The conditions of the request go before its range.
                refusal.headers_mut().insert(ETAG, tag);
            }
            return refusal;
        };
        let spec = ContentRangeSpec::Bytes { range: Some((first, last)), instance_length: Some(length) };
        let mut response = HttpResponse::PartialContent();
        response.insert_header(ContentRange(spec));
        answer(&mut response, part(&bytes, first, last), tag)
    }
}

fn answer(response: &mut HttpResponseBuilder, bytes: Bytes, tag: Option<&str>) -> HttpResponse {
    if let Some(tag) = tag {
        response.insert_header((ETAG, tag));
    }
    response.insert_header((ACCEPT_RANGES, "bytes")).content_type(BYTES).body(bytes)
}

/// The bytes from `first` to `last`, which are there. A small part is copied, so that it does not keep the whole in memory.
fn part(bytes: &Bytes, first: u64, last: u64) -> Bytes {
    let at = |place: u64| usize::try_from(place).expect("what is in memory has an address");
    let part = at(first)..at(last) + 1;
    if part.len() < bytes.len() / 2 { Bytes::copy_from_slice(&bytes[part]) } else { bytes.slice(part) }
}
