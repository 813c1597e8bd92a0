//! Entries by their id, with their content in any form.

use actix_web::{HttpResponse, web};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::{MISSING, RetrieveResponse, TEXT, as_bytes, as_json, as_text, generic, json_text};
use crate::api::conditional::{Conditions, IfNoneMatch, content_tag, owned_tag};
use crate::api::error::{Error, Refused, Result};
use crate::api::params::{ById, Params};
use crate::api::range::{PartOfBytes, RangeHeaders, RangeOf};
use crate::api::store::Bytes;
use crate::cache::{Cache, Entry, Parts};

async fn form_by_id(cache: &Cache, at: &ById) -> Result<Entry> {
    let found = cache.by_id(&at.namespace, at.cache_id, Parts::Content).await?;
    found.ok_or_else(|| Error::NotFound(MISSING.to_owned()))
}

/// Retrieve an entry by its id
///
/// Strings and JSON come with their content; bytes with the URL of the binary route.
#[utoipa::path(
    get,
    path = "",
    tag = "retrieve",
    params(ById, IfNoneMatch),
    responses(
        (
            status = 200, description = "The entry.", body = RetrieveResponse,
            headers(("ETag" = String, description = "The tag of the content and of the entry that owns it."))
        ),
        (status = 304, description = "The client has it: `If-None-Match` holds."),
        Refused
    )
)]
pub(crate) async fn retrieve_by_id(
    cache: web::Data<Cache>,
    Params(at): Params<ById>,
    conditions: Conditions,
) -> Result<HttpResponse> {
    let found = cache.by_id(&at.namespace, at.cache_id, Parts::All).await?;
    let entry = found.ok_or_else(|| Error::no_entry(&at.namespace, at.cache_id))?;
    let body = generic(&entry, || format!("/{}/retrieve/{}/binary", at.namespace, at.cache_id))?;
    let tag = owned_tag(&entry.version, entry.owner.cache_id);
    Ok(conditions.tagged(&tag, |response| json_text(response, body)))
}

/// Retrieve the content of an entry as text
///
/// JSON as Python writes it, bytes as base64.
#[utoipa::path(
    get,
    path = "",
    tag = "retrieve",
    params(ById, IfNoneMatch),
    responses(
        (
            status = 200, description = "The text.", body = String, content_type = "text/plain",
            headers(("ETag" = String, description = "The tag of the content."))
        ),
        (status = 304, description = "The client has it: `If-None-Match` holds."),
        Refused
    )
)]
pub(crate) async fn retrieve_string(
    cache: web::Data<Cache>,
    Params(at): Params<ById>,
    conditions: Conditions,
) -> Result<HttpResponse> {
    let entry = form_by_id(&cache, &at).await?;
    let text = as_text(&entry, |bytes| BASE64_STANDARD.encode(bytes))?;
    Ok(conditions.tagged(&content_tag(&entry.version), |response| response.content_type(TEXT).body(text)))
}

/// Retrieve the content of an entry as JSON
///
/// A string is answered when it holds JSON, else refused with 415; bytes are wrapped as base64.
#[utoipa::path(
    get,
    path = "",
    tag = "retrieve",
    params(ById, IfNoneMatch),
    responses(
        (
            status = 200, description = "The JSON.", body = serde_json::Value,
            headers(("ETag" = String, description = "The tag of the content."))
        ),
        (status = 304, description = "The client has it: `If-None-Match` holds."),
        Refused
    )
)]
pub(crate) async fn retrieve_json(
    cache: web::Data<Cache>,
    Params(at): Params<ById>,
    conditions: Conditions,
) -> Result<HttpResponse> {
    let entry = form_by_id(&cache, &at).await?;
    let body = as_json(&entry)?;
    Ok(conditions.tagged(&content_tag(&entry.version), |response| json_text(response, body)))
}

/// Retrieve the content of an entry as bytes
///
/// Strings as UTF-8, JSON as Python writes it, gzip unpacked.
#[utoipa::path(
    get,
    path = "",
    tag = "retrieve",
    params(ById, IfNoneMatch, RangeHeaders),
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
    conditions: Conditions,
    range: RangeOf,
) -> Result<HttpResponse> {
    let entry = form_by_id(&cache, &at).await?;
    let bytes = as_bytes(&entry)?;
    let tag = content_tag(&entry.version);
    Ok(conditions.tagged(&tag, |_| range.bytes(bytes, Some(&tag))))
}
