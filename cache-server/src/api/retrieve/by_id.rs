//! Entries by their id, with their content in any form.

use actix_web::http::header::{AcceptEncoding, ETAG};
use actix_web::{HttpResponse, web};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::{MISSING, RetrieveResponse, TEXT, as_json, as_text, binary, generic, json_text, room_to_unpack};
use crate::api::conditional::{ReadConditions, content_tag, owned_tag};
use crate::api::error::{Error, Refused, Result};
use crate::api::params::{ById, Params};
use crate::api::range::{PartOfBytes, RangeHeaders, RangeOf};
use crate::api::store::Bytes;
use crate::cache::{Cache, Entry, Parts};

async fn form_by_id(cache: &Cache, at: &ById) -> Result<Entry> {
    let found = cache.by_id(&at.namespace, at.cache_id, Parts::Content).await?;
    let entry = found.ok_or_else(|| Error::NotFound(MISSING.to_owned()))?;
    room_to_unpack(&entry).await?;
    Ok(entry)
}

/// Retrieve an entry by its id
///
/// Strings and JSON come with their content; bytes with the URL of the binary route.
#[utoipa::path(
    get,
    path = "",
    tag = "retrieve",
    params(ById, ReadConditions),
    responses(
        (
            status = 200, description = "The entry.", body = RetrieveResponse,
            headers(("ETag" = String, description = "The tag of the content and of the entry that owns it."))
        ),
        (status = 304, description = "The client has it: `If-None-Match` holds."),
        Refused
    )
)]
pub(crate) async fn retrieve_by_id(cache: web::Data<Cache>, Params(at): Params<ById>) -> Result<HttpResponse> {
    let found = cache.by_id(&at.namespace, at.cache_id, Parts::All).await?;
    let entry = found.ok_or_else(|| Error::no_entry(&at.namespace, at.cache_id))?;
    room_to_unpack(&entry).await?;
    let body = generic(&entry, || format!("/{}/retrieve/{}/binary", at.namespace, at.cache_id)).await?;
    let tag = owned_tag(&entry.version, entry.owner.cache_id);
    Ok(json_text(HttpResponse::Ok().insert_header((ETAG, tag)), body))
}

/// Retrieve the content of an entry as text
///
/// JSON as Python writes it, bytes as base64.
#[utoipa::path(
    get,
    path = "",
    tag = "retrieve",
    params(ById, ReadConditions),
    responses(
        (
            status = 200, description = "The text.", body = String, content_type = "text/plain",
            headers(("ETag" = String, description = "The tag of the content."))
        ),
        (status = 304, description = "The client has it: `If-None-Match` holds."),
        Refused
    )
)]
pub(crate) async fn retrieve_string(cache: web::Data<Cache>, Params(at): Params<ById>) -> Result<HttpResponse> {
    let entry = form_by_id(&cache, &at).await?;
    let text = as_text(&entry, |bytes| BASE64_STANDARD.encode(bytes)).await?;
    Ok(HttpResponse::Ok().insert_header((ETAG, content_tag(&entry.version))).content_type(TEXT).body(text))
}

/// Retrieve the content of an entry as JSON
///
/// A string is answered when it holds JSON, else refused with 415; bytes are wrapped as base64.
#[utoipa::path(
    get,
    path = "",
    tag = "retrieve",
    params(ById, ReadConditions),
    responses(
        (
            status = 200, description = "The JSON.", body = serde_json::Value,
            headers(("ETag" = String, description = "The tag of the content."))
        ),
        (status = 304, description = "The client has it: `If-None-Match` holds."),
        Refused
    )
)]
pub(crate) async fn retrieve_json(cache: web::Data<Cache>, Params(at): Params<ById>) -> Result<HttpResponse> {
    let entry = form_by_id(&cache, &at).await?;
    let body = as_json(&entry).await?;
    Ok(json_text(HttpResponse::Ok().insert_header((ETAG, content_tag(&entry.version))), body))
}

/// Retrieve the content of an entry as bytes
///
/// Strings as UTF-8, JSON as Python writes it, gzip unpacked. Bytes of another coding are answered as they are stored, which
/// `Content-Encoding` names when the client takes that coding, else `x-stored-content-encoding`.
#[utoipa::path(
    get,
    path = "",
    tag = "retrieve",
    params(ById, ReadConditions, RangeHeaders),
    responses(
        (
            status = 200, description = "The bytes.", body = Bytes, content_type = "application/octet-stream",
            headers(("ETag" = String, description = "The tag of the content."))
        ),
        PartOfBytes,
        (status = 304, description = "The client has it: `If-None-Match` holds."),
        Refused
    )
)]
pub(crate) async fn retrieve_binary(
    cache: web::Data<Cache>,
    Params(at): Params<ById>,
    accepted: Option<web::Header<AcceptEncoding>>,
    range: RangeOf,
) -> Result<HttpResponse> {
    let entry = form_by_id(&cache, &at).await?;
    binary(&entry, Some(&content_tag(&entry.version)), &range, accepted.as_deref()).await
}
