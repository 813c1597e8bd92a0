//! `store`: new entries of strings, JSON and bytes.

use actix_web::http::header::ETAG;
use actix_web::{HttpResponse, web};
use cache_client::{CacheHash, CacheId, Namespace};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::body::Body;
use super::conditional::{StoreConditions, content_tag};
use super::error::{Refused, Result};
use super::params::{FileName, HashField, Keyed, Params, WithStrategy};
use crate::cache::{Cache, Content, NewEntry, Stored};
use crate::records::AllPaths;

/// A stored entry.
#[derive(Debug, Serialize, ToSchema)]
struct StoreResponse {
    /// The new entry's id.
    #[schema(value_type = String, format = "uuid")]
    cache_id: CacheId,
    /// The hash of its content.
    #[schema(value_type = String, example = "6f2ccfd14a41898d")]
    cache_hash: CacheHash,
    /// Its namespace, as it is stored.
    #[schema(value_type = String)]
    namespace: Namespace,
    /// Every file that was written.
    #[schema(value_type = Paths)]
    paths: AllPaths,
    /// The length of the content file in bytes.
    size: u64,
}

/// Every file of an entry, by what it is for.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the record that is answered")]
pub(super) struct Paths {
    /// Content files and their sidecars, sorted.
    data: Vec<String>,
    /// The hash reference.
    by_hash: Vec<String>,
    /// The id reference.
    by_id: Vec<String>,
}

impl From<Stored> for HttpResponse {
    fn from(stored: Stored) -> Self {
        let Stored { cache_id, cache_hash, namespace, paths, size, version } = stored;
        let body = StoreResponse { cache_id, cache_hash, namespace, paths, size };
        Self::Ok().insert_header((ETAG, content_tag(&version))).json(body)
    }
}

/// An entry without a key or file id.
fn unkeyed(at: WithStrategy, content: Content, StoreConditions { when, .. }: StoreConditions) -> NewEntry {
    let WithStrategy { namespace, strategy } = at;
    NewEntry { namespace, strategy, cache_key: None, file_id: None, content, when }
}

/// Store a string
///
/// The body is a JSON string when its content type is JSON, else UTF-8 text. Every store makes a new entry.
#[utoipa::path(
    post,
    path = "",
    tag = "store",
    params(WithStrategy),
    request_body(content = String, content_type = "text/plain", description = "The string.", example = "some text"),
    responses(
        (
            status = 200, description = "The entry was stored.", body = StoreResponse,
            headers(("ETag" = String, description = "The tag of the content."))
        ),
        Refused
    )
)]
pub(crate) async fn store_string(
    cache: web::Data<Cache>,
    Params(at): Params<WithStrategy>,
    conditions: StoreConditions,
    body: Body,
) -> Result<HttpResponse> {
    let entry = unkeyed(at, Content::String(body.some_text().await?), conditions);
    Ok(cache.store(entry).await?.into())
}

/// Store a string under a key
///
/// With `If-None-Match: *` (`key_based` only) the store is refused with 412 when the key and file id have content, with
/// `If-Match` when they have none or one of another tag.
#[utoipa::path(
    post,
    path = "",
    tag = "store",
    params(WithStrategy, Keyed, FileName, StoreConditions),
    request_body(content = String, content_type = "text/plain", description = "The string.", example = "some text"),
    responses(
        (
            status = 200, description = "The entry was stored.", body = StoreResponse,
            headers(("ETag" = String, description = "The tag of the content."))
        ),
        Refused
    )
)]
pub(crate) async fn store_string_with_key(
    cache: web::Data<Cache>,
    Params((at, key, file)): Params<(WithStrategy, Keyed, FileName)>,
    conditions: StoreConditions,
    body: Body,
) -> Result<HttpResponse> {
    let entry = unkeyed(at, Content::String(body.some_text().await?), conditions);
    let entry = NewEntry { cache_key: Some(key.cache_key), file_id: file.file_id, ..entry };
    Ok(cache.store(entry).await?.into())
}

/// Store a JSON object
///
/// Keys keep their order and numbers their value; the entry is hashed by the object with sorted keys.
#[utoipa::path(
    post,
    path = "",
    tag = "store",
    params(WithStrategy),
    request_body(content = Object, description = "The object.", example = json!({"name": "value", "count": 1})),
    responses(
        (
            status = 200, description = "The entry was stored.", body = StoreResponse,
            headers(("ETag" = String, description = "The tag of the content."))
        ),
        Refused
    )
)]
pub(crate) async fn store_json(
    cache: web::Data<Cache>,
    Params(at): Params<WithStrategy>,
    conditions: StoreConditions,
    body: Body,
) -> Result<HttpResponse> {
    let entry = unkeyed(at, Content::Json { value: body.object().await?, field: None }, conditions);
    Ok(cache.store(entry).await?.into())
}

/// Store a JSON object under a key
///
/// `json_field_path` names the field the entry is hashed by. With `If-None-Match: *` (`key_based` only) the store is
/// refused with 412 when the key and file id have content, with `If-Match` when they have none or one of another tag.
#[utoipa::path(
    post,
    path = "",
    tag = "store",
    params(WithStrategy, Keyed, FileName, HashField, StoreConditions),
    request_body(content = Object, description = "The object.", example = json!({"name": "value", "count": 1})),
    responses(
        (
            status = 200, description = "The entry was stored.", body = StoreResponse,
            headers(("ETag" = String, description = "The tag of the content."))
        ),
        Refused
    )
)]
pub(crate) async fn store_json_with_key(
    cache: web::Data<Cache>,
    Params((at, key, file, hash)): Params<(WithStrategy, Keyed, FileName, HashField)>,
    conditions: StoreConditions,
    body: Body,
) -> Result<HttpResponse> {
    let content = Content::Json { value: body.object().await?, field: hash.json_field_path };
    let entry = unkeyed(at, content, conditions);
    let entry = NewEntry { cache_key: Some(key.cache_key), file_id: file.file_id, ..entry };
    Ok(cache.store(entry).await?.into())
}

/// Store bytes
///
/// With `Content-Encoding: gzip` they are stored as sent, hashed unpacked, and unpacked when retrieved. Bytes of another known
/// coding are kept as they are, and their coding is named when they are retrieved.
#[utoipa::path(
    post,
    path = "",
    tag = "store",
    params(WithStrategy, ContentEncoding),
    request_body(content = Bytes, content_type = "application/octet-stream", description = "The bytes."),
    responses(
        (
            status = 200, description = "The entry was stored.", body = StoreResponse,
            headers(("ETag" = String, description = "The tag of the content."))
        ),
        Refused
    )
)]
pub(crate) async fn store_binary(
    cache: web::Data<Cache>,
    Params(at): Params<WithStrategy>,
    conditions: StoreConditions,
    body: Body,
) -> Result<HttpResponse> {
    let (bytes, coding) = body.some_bytes().await?;
    let entry = unkeyed(at, Content::Binary { bytes, coding }, conditions);
    Ok(cache.store(entry).await?.into())
}

/// Store bytes under a key
///
/// With `If-None-Match: *` (`key_based` only) the store is refused with 412 when the key and file id have content, with
/// `If-Match` when they have none or one of another tag.
#[utoipa::path(
    post,
    path = "",
    tag = "store",
    params(WithStrategy, Keyed, FileName, StoreConditions, ContentEncoding),
    request_body(content = Bytes, content_type = "application/octet-stream", description = "The bytes."),
    responses(
        (
            status = 200, description = "The entry was stored.", body = StoreResponse,
            headers(("ETag" = String, description = "The tag of the content."))
        ),
        Refused
    )
)]
pub(crate) async fn store_binary_with_key(
    cache: web::Data<Cache>,
    Params((at, key, file)): Params<(WithStrategy, Keyed, FileName)>,
    conditions: StoreConditions,
    body: Body,
) -> Result<HttpResponse> {
    let (bytes, coding) = body.some_bytes().await?;
    let entry = unkeyed(at, Content::Binary { bytes, coding }, conditions);
    let entry = NewEntry { cache_key: Some(key.cache_key), file_id: file.file_id, ..entry };
    Ok(cache.store(entry).await?.into())
}

/// How the bytes of a store are packed.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes a header that `Body` reads")]
pub(super) struct ContentEncoding {
    /// `gzip` for bytes that are packed: they are hashed and retrieved unpacked. `br`, `deflate`, `zstd` and `compress` are kept
    /// as they are; any other coding is refused with 415.
    #[param(rename = "Content-Encoding")]
    content_encoding: Option<String>,
}

/// Bytes of any kind.
#[derive(Debug, ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "describes bodies of bytes")]
pub(super) struct Bytes(Vec<u8>);
