//! Replacing child files.

use actix_web::http::header::ETAG;
use actix_web::{HttpResponse, web};
use cache_client::{CacheId, DataKey, DataType, FileId, Namespace};
use serde::Serialize;
use utoipa::ToSchema;

use super::echo;
use crate::api::body::Body;
use crate::api::conditional::{IfMatch, content_tag};
use crate::api::error::{Error, Refused, Result};
use crate::api::params::{ById, ChildFileId, FileFolder, Params};
use crate::api::store::Bytes;
use crate::cache::{Cache, ChildContent};
use crate::storage::ObjectPath;

/// An updated child file.
#[derive(Debug, Serialize, ToSchema)]
struct ChildUpdateResponse {
    /// Always true.
    success: bool,
    /// The entry.
    #[schema(value_type = String, format = "uuid")]
    cache_id: CacheId,
    /// The namespace.
    #[schema(value_type = String)]
    namespace: Namespace,
    /// `string`, `json` or `binary`.
    #[schema(value_type = String)]
    data_type: DataType,
    /// The folder below the entry; empty for none.
    data_key: String,
    /// The name without the extension.
    #[schema(value_type = String)]
    data_file_id: FileId,
    /// The first copy.
    #[schema(value_type = String)]
    file_path: ObjectPath,
    /// The length in bytes.
    file_size: u64,
}

async fn update(
    cache: &Cache,
    at: ById,
    key: Option<DataKey>,
    file: ChildFileId,
    content: ChildContent,
    if_match: IfMatch,
) -> Result<HttpResponse> {
    let (ById { namespace, cache_id }, data_file_id) = (at, file.data_file_id);
    let (data_type, data_key) = (content.data_type(), echo(key.as_ref()));
    let if_match = if_match.versions.as_deref();
    let updated = cache.update_child(&namespace, cache_id, key, data_file_id.clone(), content, if_match).await?;
    let updated = updated.ok_or_else(|| Error::NoChild {
        message: format!("Data file '{data_file_id}' not found in cache entry '{cache_id}'"),
        cache_id,
        file_id: Some(data_file_id.clone()),
        data_type: None,
    })?;
    Ok(HttpResponse::Ok().insert_header((ETAG, content_tag(&updated.version))).json(ChildUpdateResponse {
        success: true,
        cache_id,
        namespace,
        data_type,
        data_key,
        data_file_id,
        file_path: updated.path,
        file_size: updated.size,
    }))
}

/// Replace a string child file
#[utoipa::path(
    post,
    path = "",
    tag = "data",
    params(ById, ChildFileId, IfMatch),
    request_body(content = String, content_type = "text/plain", description = "The string.", example = "a new line"),
    responses(
        (
            status = 200, description = "The child file was replaced.", body = ChildUpdateResponse,
            headers(("ETag" = String, description = "The tag of the child file."))
        ),
        Refused
    )
)]
pub(crate) async fn update_child_string(
    cache: web::Data<Cache>,
    Params((at, file)): Params<(ById, ChildFileId)>,
    if_match: IfMatch,
    body: Body,
) -> Result<HttpResponse> {
    update(&cache, at, None, file, ChildContent::String(body.some_text().await?), if_match).await
}

/// Replace a string child file in a folder
#[utoipa::path(
    post,
    path = "",
    tag = "data",
    params(ById, FileFolder, ChildFileId, IfMatch),
    request_body(content = String, content_type = "text/plain", description = "The string.", example = "a new line"),
    responses(
        (
            status = 200, description = "The child file was replaced.", body = ChildUpdateResponse,
            headers(("ETag" = String, description = "The tag of the child file."))
        ),
        Refused
    )
)]
pub(crate) async fn update_child_string_under(
    cache: web::Data<Cache>,
    Params((at, folder, file)): Params<(ById, FileFolder, ChildFileId)>,
    if_match: IfMatch,
    body: Body,
) -> Result<HttpResponse> {
    update(&cache, at, folder.data_key, file, ChildContent::String(body.some_text().await?), if_match).await
}

/// Replace a JSON child file
#[utoipa::path(
    post,
    path = "",
    tag = "data",
    params(ById, ChildFileId, IfMatch),
    request_body(content = Object, description = "The object.", example = json!({"line": 2})),
    responses(
        (
            status = 200, description = "The child file was replaced.", body = ChildUpdateResponse,
            headers(("ETag" = String, description = "The tag of the child file."))
        ),
        Refused
    )
)]
pub(crate) async fn update_child_json(
    cache: web::Data<Cache>,
    Params((at, file)): Params<(ById, ChildFileId)>,
    if_match: IfMatch,
    body: Body,
) -> Result<HttpResponse> {
    update(&cache, at, None, file, ChildContent::Json(body.object().await?), if_match).await
}

/// Replace a JSON child file in a folder
#[utoipa::path(
    post,
    path = "",
    tag = "data",
    params(ById, FileFolder, ChildFileId, IfMatch),
    request_body(content = Object, description = "The object.", example = json!({"line": 2})),
    responses(
        (
            status = 200, description = "The child file was replaced.", body = ChildUpdateResponse,
            headers(("ETag" = String, description = "The tag of the child file."))
        ),
        Refused
    )
)]
pub(crate) async fn update_child_json_under(
    cache: web::Data<Cache>,
    Params((at, folder, file)): Params<(ById, FileFolder, ChildFileId)>,
    if_match: IfMatch,
    body: Body,
) -> Result<HttpResponse> {
    update(&cache, at, folder.data_key, file, ChildContent::Json(body.object().await?), if_match).await
}

/// Replace a binary child file
#[utoipa::path(
    post,
    path = "",
    tag = "data",
    params(ById, ChildFileId, IfMatch),
    request_body(content = Bytes, content_type = "application/octet-stream", description = "The bytes."),
    responses(
        (
            status = 200, description = "The child file was replaced.", body = ChildUpdateResponse,
            headers(("ETag" = String, description = "The tag of the child file."))
        ),
        Refused
    )
)]
pub(crate) async fn update_child_binary(
    cache: web::Data<Cache>,
    Params((at, file)): Params<(ById, ChildFileId)>,
    if_match: IfMatch,
    body: Body,
) -> Result<HttpResponse> {
    update(&cache, at, None, file, ChildContent::Binary(body.bytes().await?), if_match).await
}

/// Replace a binary child file in a folder
#[utoipa::path(
    post,
    path = "",
    tag = "data",
    params(ById, FileFolder, ChildFileId, IfMatch),
    request_body(content = Bytes, content_type = "application/octet-stream", description = "The bytes."),
    responses(
        (
            status = 200, description = "The child file was replaced.", body = ChildUpdateResponse,
            headers(("ETag" = String, description = "The tag of the child file."))
        ),
        Refused
    )
)]
pub(crate) async fn update_child_binary_under(
    cache: web::Data<Cache>,
    Params((at, folder, file)): Params<(ById, FileFolder, ChildFileId)>,
    if_match: IfMatch,
    body: Body,
) -> Result<HttpResponse> {
    update(&cache, at, folder.data_key, file, ChildContent::Binary(body.bytes().await?), if_match).await
}
