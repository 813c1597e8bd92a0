//! Storing child files.

use actix_web::http::header::ETAG;
use actix_web::{HttpResponse, web};
use cache_client::{CacheId, DataKey, DataType, FileId, Namespace};
use serde::Serialize;
use utoipa::ToSchema;

use super::echo;
use crate::api::body::Body;
use crate::api::conditional::{IfAbsent, content_tag};
use crate::api::error::{Error, Refused, Result};
use crate::api::params::{ById, ChildFileId, FileFolder, Params};
use crate::api::store::Bytes;
use crate::cache::{Cache, ChildContent};
use crate::storage::ObjectPath;

/// A stored child file.
#[derive(Debug, Serialize, ToSchema)]
struct ChildStoreResponse {
    /// The entry.
    #[schema(value_type = String, format = "uuid")]
    cache_id: CacheId,
    /// Every copy that was written.
    #[schema(value_type = Vec<String>)]
    data_files_created: Vec<ObjectPath>,
    /// The folder below the entry; empty for none.
    data_key: String,
    /// `string`, `json` or `binary`.
    #[schema(value_type = String)]
    data_type: DataType,
    /// The extension without the dot.
    extension: &'static str,
    /// The name without the extension.
    #[schema(value_type = String)]
    file_id: FileId,
    /// The length in bytes.
    file_size: u64,
    /// The namespace.
    #[schema(value_type = String)]
    namespace: Namespace,
    /// When, in milliseconds since 1970.
    timestamp: u64,
}

/// Where a child file goes: its folder and name, both optional.
#[derive(Default)]
struct Target {
    key: Option<DataKey>,
    file_id: Option<FileId>,
}

impl From<ChildFileId> for Target {
    fn from(file: ChildFileId) -> Self {
        Self { key: None, file_id: Some(file.data_file_id) }
    }
}

impl From<(FileFolder, ChildFileId)> for Target {
    fn from((folder, file): (FileFolder, ChildFileId)) -> Self {
        Self { key: folder.data_key, file_id: Some(file.data_file_id) }
    }
}

async fn store(
    cache: &Cache,
    at: ById,
    target: Target,
    content: ChildContent,
    IfAbsent { only_if_absent }: IfAbsent,
) -> Result<HttpResponse> {
    let ById { namespace, cache_id } = at;
    let (data_type, data_key) = (content.data_type(), echo(target.key.as_ref()));
    let file_id = target.file_id.unwrap_or_else(|| CacheId::random().into());
    let stored = cache.store_child(&namespace, cache_id, target.key, file_id.clone(), content, only_if_absent).await?;
    let stored = stored.ok_or_else(|| Error::NoChild {
        message: format!("Cache entry '{cache_id}' in namespace '{namespace}' not found"),
        cache_id,
        file_id: None,
        data_type: None,
    })?;
    Ok(HttpResponse::Ok().insert_header((ETAG, content_tag(&stored.version))).json(ChildStoreResponse {
        cache_id,
        data_files_created: stored.paths,
        data_key,
        data_type,
        extension: data_type.extension(),
        file_id,
        file_size: stored.size,
        namespace,
        timestamp: cache.now(),
    }))
}

/// Store bytes as a child file with a name of its own
#[utoipa::path(
    post,
    path = "",
    tag = "data",
    params(ById, IfAbsent),
    request_body(content = Bytes, content_type = "application/octet-stream", description = "The bytes."),
    responses(
        (
            status = 200, description = "The child file was stored.", body = ChildStoreResponse,
            headers(("ETag" = String, description = "The tag of the child file."))
        ),
        Refused
    )
)]
pub(crate) async fn store_child_binary(
    cache: web::Data<Cache>,
    Params(at): Params<ById>,
    if_absent: IfAbsent,
    body: Body,
) -> Result<HttpResponse> {
    store(&cache, at, Target::default(), ChildContent::Binary(body.bytes().await?), if_absent).await
}

/// Store bytes as a child file
#[utoipa::path(
    post,
    path = "",
    tag = "data",
    params(ById, ChildFileId, IfAbsent),
    request_body(content = Bytes, content_type = "application/octet-stream", description = "The bytes."),
    responses(
        (
            status = 200, description = "The child file was stored.", body = ChildStoreResponse,
            headers(("ETag" = String, description = "The tag of the child file."))
        ),
        Refused
    )
)]
pub(crate) async fn store_child_binary_as(
    cache: web::Data<Cache>,
    Params((at, file)): Params<(ById, ChildFileId)>,
    if_absent: IfAbsent,
    body: Body,
) -> Result<HttpResponse> {
    store(&cache, at, file.into(), ChildContent::Binary(body.bytes().await?), if_absent).await
}

/// Store bytes as a child file in a folder
#[utoipa::path(
    post,
    path = "",
    tag = "data",
    params(ById, FileFolder, ChildFileId, IfAbsent),
    request_body(content = Bytes, content_type = "application/octet-stream", description = "The bytes."),
    responses(
        (
            status = 200, description = "The child file was stored.", body = ChildStoreResponse,
            headers(("ETag" = String, description = "The tag of the child file."))
        ),
        Refused
    )
)]
pub(crate) async fn store_child_binary_under(
    cache: web::Data<Cache>,
    Params((at, folder, file)): Params<(ById, FileFolder, ChildFileId)>,
    if_absent: IfAbsent,
    body: Body,
) -> Result<HttpResponse> {
    store(&cache, at, (folder, file).into(), ChildContent::Binary(body.bytes().await?), if_absent).await
}

/// Store a JSON object as a child file with a name of its own
#[utoipa::path(
    post,
    path = "",
    tag = "data",
    params(ById, IfAbsent),
    request_body(content = Object, description = "The object.", example = json!({"line": 1})),
    responses(
        (
            status = 200, description = "The child file was stored.", body = ChildStoreResponse,
            headers(("ETag" = String, description = "The tag of the child file."))
        ),
        Refused
    )
)]
pub(crate) async fn store_child_json(
    cache: web::Data<Cache>,
    Params(at): Params<ById>,
    if_absent: IfAbsent,
    body: Body,
) -> Result<HttpResponse> {
    store(&cache, at, Target::default(), ChildContent::Json(body.object().await?), if_absent).await
}

/// Store a JSON object as a child file
#[utoipa::path(
    post,
    path = "",
    tag = "data",
    params(ById, ChildFileId, IfAbsent),
    request_body(content = Object, description = "The object.", example = json!({"line": 1})),
    responses(
        (
            status = 200, description = "The child file was stored.", body = ChildStoreResponse,
            headers(("ETag" = String, description = "The tag of the child file."))
        ),
        Refused
    )
)]
pub(crate) async fn store_child_json_as(
    cache: web::Data<Cache>,
    Params((at, file)): Params<(ById, ChildFileId)>,
    if_absent: IfAbsent,
    body: Body,
) -> Result<HttpResponse> {
    store(&cache, at, file.into(), ChildContent::Json(body.object().await?), if_absent).await
}

/// Store a JSON object as a child file in a folder
#[utoipa::path(
    post,
    path = "",
    tag = "data",
    params(ById, FileFolder, ChildFileId, IfAbsent),
    request_body(content = Object, description = "The object.", example = json!({"line": 1})),
    responses(
        (
            status = 200, description = "The child file was stored.", body = ChildStoreResponse,
            headers(("ETag" = String, description = "The tag of the child file."))
        ),
        Refused
    )
)]
pub(crate) async fn store_child_json_under(
    cache: web::Data<Cache>,
    Params((at, folder, file)): Params<(ById, FileFolder, ChildFileId)>,
    if_absent: IfAbsent,
    body: Body,
) -> Result<HttpResponse> {
    store(&cache, at, (folder, file).into(), ChildContent::Json(body.object().await?), if_absent).await
}

/// Store a string as a child file with a name of its own
#[utoipa::path(
    post,
    path = "",
    tag = "data",
    params(ById, IfAbsent),
    request_body(content = String, content_type = "text/plain", description = "The string.", example = "a line"),
    responses(
        (
            status = 200, description = "The child file was stored.", body = ChildStoreResponse,
            headers(("ETag" = String, description = "The tag of the child file."))
        ),
        Refused
    )
)]
pub(crate) async fn store_child_string(
    cache: web::Data<Cache>,
    Params(at): Params<ById>,
    if_absent: IfAbsent,
    body: Body,
) -> Result<HttpResponse> {
    store(&cache, at, Target::default(), ChildContent::String(body.text().await?), if_absent).await
}

/// Store a string as a child file
#[utoipa::path(
    post,
    path = "",
    tag = "data",
    params(ById, ChildFileId, IfAbsent),
    request_body(content = String, content_type = "text/plain", description = "The string.", example = "a line"),
    responses(
        (
            status = 200, description = "The child file was stored.", body = ChildStoreResponse,
            headers(("ETag" = String, description = "The tag of the child file."))
        ),
        Refused
    )
)]
pub(crate) async fn store_child_string_as(
    cache: web::Data<Cache>,
    Params((at, file)): Params<(ById, ChildFileId)>,
    if_absent: IfAbsent,
    body: Body,
) -> Result<HttpResponse> {
    store(&cache, at, file.into(), ChildContent::String(body.text().await?), if_absent).await
}

/// Store a string as a child file in a folder
#[utoipa::path(
    post,
    path = "",
    tag = "data",
    params(ById, FileFolder, ChildFileId, IfAbsent),
    request_body(content = String, content_type = "text/plain", description = "The string.", example = "a line"),
    responses(
        (
            status = 200, description = "The child file was stored.", body = ChildStoreResponse,
            headers(("ETag" = String, description = "The tag of the child file."))
        ),
        Refused
    )
)]
pub(crate) async fn store_child_string_under(
    cache: web::Data<Cache>,
    Params((at, folder, file)): Params<(ById, FileFolder, ChildFileId)>,
    if_absent: IfAbsent,
    body: Body,
) -> Result<HttpResponse> {
    store(&cache, at, (folder, file).into(), ChildContent::String(body.text().await?), if_absent).await
}
