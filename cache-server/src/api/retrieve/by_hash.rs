//! The newest entry of a hash, with its content in any form.

use actix_web::http::header::AcceptEncoding;
use actix_web::{HttpResponse, web};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use cache_client::{CacheHash, CacheId, Namespace};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    EntryMetadata, MISSING, RetrieveResponse, TEXT, as_json, as_text, binary, generic, json_text, room_to_unpack,
};
use crate::api::error::{Error, Refused, Result};
use crate::api::params::{ByHash, Params};
use crate::api::range::{PartOfBytes, RangeHeaders, RangeOf};
use crate::api::store::Bytes;
use crate::cache::{Cache, Entry, Parts};

async fn form_by_hash(cache: &Cache, at: &ByHash) -> Result<Entry> {
    let found = cache.by_hash(&at.namespace, &at.cache_hash, Parts::Content).await?;
    let entry = found.ok_or_else(|| Error::NotFound(MISSING.to_owned()))?;
    room_to_unpack(&entry).await?;
    Ok(entry)
}

/// Retrieve the newest entry of a hash
#[utoipa::path(
    get,
    path = "",
    tag = "retrieve",
    params(ByHash),
    responses((status = 200, description = "The entry.", body = RetrieveResponse), Refused)
)]
pub(crate) async fn retrieve_by_hash(cache: web::Data<Cache>, Params(at): Params<ByHash>) -> Result<HttpResponse> {
    let found = cache.by_hash(&at.namespace, &at.cache_hash, Parts::All).await?;
    let entry = found.ok_or_else(|| Error::no_hash(&at.namespace, &at.cache_hash))?;
    room_to_unpack(&entry).await?;
    let body = generic(&entry, || format!("/{}/retrieve/hash/{}/binary", at.namespace, at.cache_hash)).await?;
    Ok(json_text(&mut HttpResponse::Ok(), body))
}

/// Retrieve the content of the newest entry of a hash as text
///
/// Bytes are answered as text when they are UTF-8, else as base64.
#[utoipa::path(
    get,
    path = "",
    tag = "retrieve",
    params(ByHash),
    responses((status = 200, description = "The text.", body = String, content_type = "text/plain"), Refused)
)]
pub(crate) async fn retrieve_string_by_hash(
    cache: web::Data<Cache>,
    Params(at): Params<ByHash>,
) -> Result<HttpResponse> {
    let entry = form_by_hash(&cache, &at).await?;
    let as_is = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap_or_else(|_| BASE64_STANDARD.encode(bytes));
    let text = as_text(&entry, as_is).await?;
    Ok(HttpResponse::Ok().content_type(TEXT).body(text))
}

/// Retrieve the content of the newest entry of a hash as JSON
#[utoipa::path(
    get,
    path = "",
    tag = "retrieve",
    params(ByHash),
    responses((status = 200, description = "The JSON.", body = serde_json::Value), Refused)
)]
pub(crate) async fn retrieve_json_by_hash(cache: web::Data<Cache>, Params(at): Params<ByHash>) -> Result<HttpResponse> {
    let body = as_json(&form_by_hash(&cache, &at).await?).await?;
    Ok(json_text(&mut HttpResponse::Ok(), body))
}

/// Retrieve the content of the newest entry of a hash as bytes
///
/// As by id; see there for bytes of another coding than gzip.
#[utoipa::path(
    get,
    path = "",
    tag = "retrieve",
    params(ByHash, RangeHeaders),
    responses(
        (status = 200, description = "The bytes.", body = Bytes, content_type = "application/octet-stream"),
        PartOfBytes,
        Refused
    )
)]
pub(crate) async fn retrieve_binary_by_hash(
    cache: web::Data<Cache>,
    Params(at): Params<ByHash>,
    accepted: Option<web::Header<AcceptEncoding>>,
    range: RangeOf,
) -> Result<HttpResponse> {
    binary(&form_by_hash(&cache, &at).await?, None, &range, accepted.as_deref()).await
}

/// Retrieve what is known of the newest entry of a hash
#[utoipa::path(
    get,
    path = "",
    tag = "retrieve",
    params(ByHash),
    responses((status = 200, description = "About the entry.", body = EntryMetadata), Refused)
)]
pub(crate) async fn retrieve_metadata_by_hash(
    cache: web::Data<Cache>,
    Params(at): Params<ByHash>,
) -> Result<HttpResponse> {
    let found = cache.by_hash(&at.namespace, &at.cache_hash, Parts::All).await?;
    let entry = found.ok_or_else(|| Error::NotFound(MISSING.to_owned()))?;
    Ok(HttpResponse::Ok().json(EntryMetadata::from(&entry)))
}

/// All entries of a hash.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the record that is answered")]
struct HashRefsResponse {
    /// The hash.
    cache_hash: String,
    /// The entries, oldest first.
    cache_ids: Vec<HashEntryResponse>,
    /// The newest entry.
    #[schema(format = "uuid")]
    latest_id: String,
    /// How many there are.
    total_versions: u64,
}

/// One entry of a hash.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the record that is answered")]
struct HashEntryResponse {
    /// The entry's id.
    #[schema(format = "uuid")]
    cache_id: String,
    /// When it was stored, in milliseconds since 1970.
    timestamp: u64,
}

/// Retrieve the ids of all entries of a hash
#[utoipa::path(
    get,
    path = "",
    tag = "retrieve",
    params(ByHash),
    responses((status = 200, description = "The entries.", body = HashRefsResponse), Refused)
)]
pub(crate) async fn retrieve_refs_by_hash(cache: web::Data<Cache>, Params(at): Params<ByHash>) -> Result<HttpResponse> {
    let reference = cache.hash_reference(&at.namespace, &at.cache_hash).await?;
    Ok(HttpResponse::Ok().json(reference.ok_or_else(|| Error::NotFound(MISSING.to_owned()))?))
}

/// The newest entry of a hash.
#[derive(Debug, Serialize, ToSchema)]
struct CacheIdResponse {
    /// The namespace.
    #[schema(value_type = String)]
    namespace: Namespace,
    /// The hash.
    #[schema(value_type = String)]
    cache_hash: CacheHash,
    /// The newest entry's id.
    #[schema(value_type = String, format = "uuid")]
    cache_id: CacheId,
}

/// Retrieve the id of the newest entry of a hash
#[utoipa::path(
    get,
    path = "",
    tag = "retrieve",
    params(ByHash),
    responses((status = 200, description = "The id.", body = CacheIdResponse), Refused)
)]
pub(crate) async fn retrieve_cache_id_by_hash(
    cache: web::Data<Cache>,
    Params(at): Params<ByHash>,
) -> Result<HttpResponse> {
    let newest = cache.newest_of(&at.namespace, &at.cache_hash).await?;
    let cache_id = newest.ok_or_else(|| Error::NotFound(MISSING.to_owned()))?.cache_id;
    Ok(HttpResponse::Ok().json(CacheIdResponse { namespace: at.namespace, cache_hash: at.cache_hash, cache_id }))
}
