//! `update`: new content for an entry.

use actix_web::http::header::ETAG;
use actix_web::{HttpResponse, web};
use cache_client::{CacheHash, CacheId, Namespace};
use serde::Serialize;
use utoipa::ToSchema;

use super::body::Body;
use super::conditional::{IfMatch, content_tag};
use super::error::{Error, Refused, Result};
use super::params::{ById, Params};
use super::store::{Bytes, ContentEncoding};
use crate::cache::{Cache, NewContent};
use crate::storage::ObjectPath;

/// An updated entry.
#[derive(Debug, Serialize, ToSchema)]
struct UpdateResponse {
    /// The entry's id.
    #[schema(value_type = String, format = "uuid")]
    cache_id: CacheId,
    /// Its hash, which stays that of the content stored first.
    #[schema(value_type = String)]
    cache_hash: CacheHash,
    /// Its namespace.
    #[schema(value_type = String)]
    namespace: Namespace,
    /// The content files that were written.
    #[schema(value_type = Vec<String>)]
    paths: Vec<ObjectPath>,
    /// The number of bytes written to each.
    size: u64,
    /// When, in milliseconds since 1970.
    timestamp: u64,
    /// Always true.
    updated_content: bool,
    /// Always false.
    updated_hash: bool,
    /// Always false.
    updated_metadata: bool,
    /// Always false.
    updated_id_ref: bool,
}

async fn update(cache: &Cache, at: ById, content: NewContent, if_match: &IfMatch) -> Result<HttpResponse> {
    let ById { namespace, cache_id } = at;
    let updated = cache.update(&namespace, cache_id, content, if_match.versions.as_deref()).await?;
    let updated = updated.ok_or_else(|| Error::no_entry(&namespace, cache_id))?;
    let tag = content_tag(&updated.version);
    let body = UpdateResponse {
        cache_id,
        cache_hash: updated.cache_hash,
        namespace,
        paths: updated.paths,
        size: updated.size,
        timestamp: cache.now(),
        updated_content: true,
        updated_hash: false,
        updated_metadata: false,
        updated_id_ref: false,
    };
    Ok(HttpResponse::Ok().insert_header((ETAG, tag)).json(body))
}

/// Replace the content of an entry by a string
///
/// `If-Match` makes it conditional: 412 when the content's tag is another one, atomically against every other writer.
#[utoipa::path(
    post,
    path = "",
    tag = "update",
    params(ById, IfMatch),
    request_body(content = String, content_type = "text/plain", description = "The string.", example = "new text"),
    responses(
        (
            status = 200, description = "The content was replaced.", body = UpdateResponse,
            headers(("ETag" = String, description = "The tag of the content."))
        ),
        Refused
    )
)]
pub(crate) async fn update_string(
    cache: web::Data<Cache>,
    Params(at): Params<ById>,
    if_match: IfMatch,
    body: Body,
) -> Result<HttpResponse> {
    update(&cache, at, NewContent::String(body.some_text().await?), &if_match).await
}

/// Replace the content of an entry by a JSON object
///
/// `If-Match` makes it conditional: 412 when the content's tag is another one, atomically against every other writer.
#[utoipa::path(
    post,
    path = "",
    tag = "update",
    params(ById, IfMatch),
    request_body(content = Object, description = "The object.", example = json!({"name": "value", "count": 2})),
    responses(
        (
            status = 200, description = "The content was replaced.", body = UpdateResponse,
            headers(("ETag" = String, description = "The tag of the content."))
        ),
        Refused
    )
)]
pub(crate) async fn update_json(
    cache: web::Data<Cache>,
    Params(at): Params<ById>,
    if_match: IfMatch,
    body: Body,
) -> Result<HttpResponse> {
    update(&cache, at, NewContent::Json(body.object().await?), &if_match).await
}

/// Replace the content of a binary entry
///
/// `If-Match` makes it conditional. The bytes of an entry stored as gzip are packed, unless they are gzip already. Bytes of another
/// coding than the entry's are refused with 409.
#[utoipa::path(
    post,
    path = "",
    tag = "update",
    params(ById, IfMatch, ContentEncoding),
    request_body(content = Bytes, content_type = "application/octet-stream", description = "The bytes."),
    responses(
        (
            status = 200, description = "The content was replaced.", body = UpdateResponse,
            headers(("ETag" = String, description = "The tag of the content."))
        ),
        Refused
    )
)]
pub(crate) async fn update_binary(
    cache: web::Data<Cache>,
    Params(at): Params<ById>,
    if_match: IfMatch,
    body: Body,
) -> Result<HttpResponse> {
    let (bytes, coding) = body.some_bytes().await?;
    update(&cache, at, NewContent::Binary { bytes, coding }, &if_match).await
}
