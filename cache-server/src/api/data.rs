//! `data`: child files of an entry.

use actix_web::{HttpResponse, delete, get, post, web};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use cache_client::{CacheId, DataKey, DataType, FileId, Json, Namespace};
use futures::{StreamExt, stream as streams};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::body::Body;
use super::error::{Error, Refused, Result};
use super::params::{ById, ChildFileId, ChildFolder, ChildType, Ordering, Page, Params, Recursive};
use super::store::Bytes;
use super::stream::{self, Frame, Item};
use crate::cache::{Cache, ChildContent, ChildFile, ChildName};
use crate::storage::ObjectPath;

pub(super) fn operations(config: &mut ServiceConfig<'_>) {
    config
        .service(store_child_binary)
        .service(store_child_binary_as)
        .service(store_child_binary_under)
        .service(store_child_json)
        .service(store_child_json_as)
        .service(store_child_json_under)
        .service(store_child_string)
        .service(store_child_string_as)
        .service(store_child_string_under)
        .service(retrieve_child_json)
        .service(retrieve_child_json_under)
        .service(retrieve_child_string)
        .service(retrieve_child_string_under)
        .service(retrieve_child_binary)
        .service(retrieve_child_binary_under)
        .service(update_child_string)
        .service(update_child_string_under)
        .service(update_child_json)
        .service(update_child_json_under)
        .service(update_child_binary)
        .service(update_child_binary_under)
        .service(child_exists)
        .service(child_exists_under)
        .service(list_children)
        .service(list_children_under)
        .service(read_children)
        .service(read_children_under)
        .service(delete_children)
        .service(delete_children_under)
        .service(delete_child)
        .service(delete_child_under);
}

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

impl From<(ChildFolder, ChildFileId)> for Target {
    fn from((folder, file): (ChildFolder, ChildFileId)) -> Self {
        Self { key: Some(folder.data_key), file_id: Some(file.data_file_id) }
    }
}

fn echo(key: Option<&DataKey>) -> String {
    key.map(DataKey::echo).unwrap_or_default().to_owned()
}

async fn store(cache: &Cache, at: ById, target: Target, content: ChildContent) -> Result<HttpResponse> {
    let ById { namespace, cache_id } = at;
    let (data_type, data_key) = (content.data_type(), echo(target.key.as_ref()));
    let file_id = target.file_id.unwrap_or_else(|| CacheId::random().into());
    let stored = cache.store_child(&namespace, cache_id, target.key, file_id.clone(), content).await?;
    let stored = stored.ok_or_else(|| Error::NoChild {
        message: format!("Cache entry '{cache_id}' in namespace '{namespace}' not found"),
        cache_id,
        file_id: None,
    })?;
    Ok(HttpResponse::Ok().json(ChildStoreResponse {
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
    operation_id = "store_child_binary",
    tag = "data",
    params(ById),
    request_body(content = Bytes, content_type = "application/octet-stream", description = "The bytes."),
    responses((status = 200, description = "The child file was stored.", body = ChildStoreResponse), Refused)
)]
#[post("/{namespace}/cache/{cache_id}/data/store/binary")]
async fn store_child_binary(cache: web::Data<Cache>, Params(at): Params<ById>, body: Body) -> Result<HttpResponse> {
    store(&cache, at, Target::default(), ChildContent::Binary(body.some_bytes()?.0)).await
}

/// Store bytes as a child file
#[utoipa::path(
    operation_id = "store_child_binary_as",
    tag = "data",
    params(ById, ChildFileId),
    request_body(content = Bytes, content_type = "application/octet-stream", description = "The bytes."),
    responses((status = 200, description = "The child file was stored.", body = ChildStoreResponse), Refused)
)]
#[post("/{namespace}/cache/{cache_id}/data/store/binary/{data_file_id}")]
async fn store_child_binary_as(
    cache: web::Data<Cache>,
    Params((at, file)): Params<(ById, ChildFileId)>,
    body: Body,
) -> Result<HttpResponse> {
    store(&cache, at, file.into(), ChildContent::Binary(body.some_bytes()?.0)).await
}

/// Store bytes as a child file in a folder
#[utoipa::path(
    operation_id = "store_child_binary_under",
    tag = "data",
    params(ById, ChildFolder, ChildFileId),
    request_body(content = Bytes, content_type = "application/octet-stream", description = "The bytes."),
    responses((status = 200, description = "The child file was stored.", body = ChildStoreResponse), Refused)
)]
#[post("/{namespace}/cache/{cache_id}/data/store/binary/{data_key:.*}/{data_file_id}")]
async fn store_child_binary_under(
    cache: web::Data<Cache>,
    Params((at, folder, file)): Params<(ById, ChildFolder, ChildFileId)>,
    body: Body,
) -> Result<HttpResponse> {
    store(&cache, at, (folder, file).into(), ChildContent::Binary(body.some_bytes()?.0)).await
}

/// Store a JSON object as a child file with a name of its own
#[utoipa::path(
    operation_id = "store_child_json",
    tag = "data",
    params(ById),
    request_body(content = Object, description = "The object.", example = json!({"line": 1})),
    responses((status = 200, description = "The child file was stored.", body = ChildStoreResponse), Refused)
)]
#[post("/{namespace}/cache/{cache_id}/data/store/json")]
async fn store_child_json(cache: web::Data<Cache>, Params(at): Params<ById>, body: Body) -> Result<HttpResponse> {
    store(&cache, at, Target::default(), ChildContent::Json(body.object()?)).await
}

/// Store a JSON object as a child file
#[utoipa::path(
    operation_id = "store_child_json_as",
    tag = "data",
    params(ById, ChildFileId),
    request_body(content = Object, description = "The object.", example = json!({"line": 1})),
    responses((status = 200, description = "The child file was stored.", body = ChildStoreResponse), Refused)
)]
#[post("/{namespace}/cache/{cache_id}/data/store/json/{data_file_id}")]
async fn store_child_json_as(
    cache: web::Data<Cache>,
    Params((at, file)): Params<(ById, ChildFileId)>,
    body: Body,
) -> Result<HttpResponse> {
    store(&cache, at, file.into(), ChildContent::Json(body.object()?)).await
}

/// Store a JSON object as a child file in a folder
#[utoipa::path(
    operation_id = "store_child_json_under",
    tag = "data",
    params(ById, ChildFolder, ChildFileId),
    request_body(content = Object, description = "The object.", example = json!({"line": 1})),
    responses((status = 200, description = "The child file was stored.", body = ChildStoreResponse), Refused)
)]
#[post("/{namespace}/cache/{cache_id}/data/store/json/{data_key:.*}/{data_file_id}")]
async fn store_child_json_under(
    cache: web::Data<Cache>,
    Params((at, folder, file)): Params<(ById, ChildFolder, ChildFileId)>,
    body: Body,
) -> Result<HttpResponse> {
    store(&cache, at, (folder, file).into(), ChildContent::Json(body.object()?)).await
}

/// Store a string as a child file with a name of its own
#[utoipa::path(
    operation_id = "store_child_string",
    tag = "data",
    params(ById),
    request_body(content = String, content_type = "text/plain", description = "The string.", example = "a line"),
    responses((status = 200, description = "The child file was stored.", body = ChildStoreResponse), Refused)
)]
#[post("/{namespace}/cache/{cache_id}/data/store/string")]
async fn store_child_string(cache: web::Data<Cache>, Params(at): Params<ById>, body: Body) -> Result<HttpResponse> {
    store(&cache, at, Target::default(), ChildContent::String(body.text()?)).await
}

/// Store a string as a child file
#[utoipa::path(
    operation_id = "store_child_string_as",
    tag = "data",
    params(ById, ChildFileId),
    request_body(content = String, content_type = "text/plain", description = "The string.", example = "a line"),
    responses((status = 200, description = "The child file was stored.", body = ChildStoreResponse), Refused)
)]
#[post("/{namespace}/cache/{cache_id}/data/store/string/{data_file_id}")]
async fn store_child_string_as(
    cache: web::Data<Cache>,
    Params((at, file)): Params<(ById, ChildFileId)>,
    body: Body,
) -> Result<HttpResponse> {
    store(&cache, at, file.into(), ChildContent::String(body.text()?)).await
}

/// Store a string as a child file in a folder
#[utoipa::path(
    operation_id = "store_child_string_under",
    tag = "data",
    params(ById, ChildFolder, ChildFileId),
    request_body(content = String, content_type = "text/plain", description = "The string.", example = "a line"),
    responses((status = 200, description = "The child file was stored.", body = ChildStoreResponse), Refused)
)]
#[post("/{namespace}/cache/{cache_id}/data/store/string/{data_key:.*}/{data_file_id}")]
async fn store_child_string_under(
    cache: web::Data<Cache>,
    Params((at, folder, file)): Params<(ById, ChildFolder, ChildFileId)>,
    body: Body,
) -> Result<HttpResponse> {
    store(&cache, at, (folder, file).into(), ChildContent::String(body.text()?)).await
}

async fn content(
    cache: &Cache,
    at: &ById,
    key: Option<DataKey>,
    file: ChildFileId,
    data_type: DataType,
) -> Result<Option<bytes::Bytes>> {
    let name = ChildName { key, file_id: file.data_file_id, data_type };
    Ok(cache.child(&at.namespace, at.cache_id, &name).await?.map(|object| object.bytes))
}

async fn json_content(cache: &Cache, at: ById, key: Option<DataKey>, file: ChildFileId) -> Result<HttpResponse> {
    let file_id = file.data_file_id.clone();
    let Some(bytes) = content(cache, &at, key, file, DataType::Json).await? else {
        let message = "Data file not found".to_owned();
        return Err(Error::NoChild { message, cache_id: at.cache_id, file_id: Some(file_id) });
    };
    let value = Json::parse(&bytes).map_err(|error| crate::cache::Error::unreadable_child(&file_id, error))?;
    Ok(HttpResponse::Ok().content_type("application/json").body(value.dumps_compact()))
}

async fn raw_content(
    cache: &Cache,
    at: ById,
    key: Option<DataKey>,
    file: ChildFileId,
    data_type: DataType,
) -> Result<HttpResponse> {
    let bytes = content(cache, &at, key, file, data_type).await?.ok_or(Error::NoChildBytes)?;
    let media_type = match data_type {
        DataType::String => "text/plain; charset=utf-8",
        DataType::Json | DataType::Binary => "application/octet-stream",
    };
    Ok(HttpResponse::Ok().content_type(media_type).body(bytes))
}

/// Retrieve a JSON child file
#[utoipa::path(
    operation_id = "retrieve_child_json",
    tag = "data",
    params(ById, ChildFileId),
    responses((status = 200, description = "The object.", body = serde_json::Value), Refused)
)]
#[get("/{namespace}/cache/{cache_id}/data/json/{data_file_id}")]
async fn retrieve_child_json(
    cache: web::Data<Cache>,
    Params((at, file)): Params<(ById, ChildFileId)>,
) -> Result<HttpResponse> {
    json_content(&cache, at, None, file).await
}

/// Retrieve a JSON child file from a folder
#[utoipa::path(
    operation_id = "retrieve_child_json_under",
    tag = "data",
    params(ById, ChildFolder, ChildFileId),
    responses((status = 200, description = "The object.", body = serde_json::Value), Refused)
)]
#[get("/{namespace}/cache/{cache_id}/data/json/{data_key:.*}/{data_file_id}")]
async fn retrieve_child_json_under(
    cache: web::Data<Cache>,
    Params((at, folder, file)): Params<(ById, ChildFolder, ChildFileId)>,
) -> Result<HttpResponse> {
    json_content(&cache, at, Some(folder.data_key), file).await
}

/// Retrieve a string child file
#[utoipa::path(
    operation_id = "retrieve_child_string",
    tag = "data",
    params(ById, ChildFileId),
    responses((status = 200, description = "The string.", body = String, content_type = "text/plain"), Refused)
)]
#[get("/{namespace}/cache/{cache_id}/data/string/{data_file_id}")]
async fn retrieve_child_string(
    cache: web::Data<Cache>,
    Params((at, file)): Params<(ById, ChildFileId)>,
) -> Result<HttpResponse> {
    raw_content(&cache, at, None, file, DataType::String).await
}

/// Retrieve a string child file from a folder
#[utoipa::path(
    operation_id = "retrieve_child_string_under",
    tag = "data",
    params(ById, ChildFolder, ChildFileId),
    responses((status = 200, description = "The string.", body = String, content_type = "text/plain"), Refused)
)]
#[get("/{namespace}/cache/{cache_id}/data/string/{data_key:.*}/{data_file_id}")]
async fn retrieve_child_string_under(
    cache: web::Data<Cache>,
    Params((at, folder, file)): Params<(ById, ChildFolder, ChildFileId)>,
) -> Result<HttpResponse> {
    raw_content(&cache, at, Some(folder.data_key), file, DataType::String).await
}

/// Retrieve a binary child file
#[utoipa::path(
    operation_id = "retrieve_child_binary",
    tag = "data",
    params(ById, ChildFileId),
    responses(
        (status = 200, description = "The bytes.", body = Bytes, content_type = "application/octet-stream"),
        Refused
    )
)]
#[get("/{namespace}/cache/{cache_id}/data/binary/{data_file_id}")]
async fn retrieve_child_binary(
    cache: web::Data<Cache>,
    Params((at, file)): Params<(ById, ChildFileId)>,
) -> Result<HttpResponse> {
    raw_content(&cache, at, None, file, DataType::Binary).await
}

/// Retrieve a binary child file from a folder
#[utoipa::path(
    operation_id = "retrieve_child_binary_under",
    tag = "data",
    params(ById, ChildFolder, ChildFileId),
    responses(
        (status = 200, description = "The bytes.", body = Bytes, content_type = "application/octet-stream"),
        Refused
    )
)]
#[get("/{namespace}/cache/{cache_id}/data/binary/{data_key:.*}/{data_file_id}")]
async fn retrieve_child_binary_under(
    cache: web::Data<Cache>,
    Params((at, folder, file)): Params<(ById, ChildFolder, ChildFileId)>,
) -> Result<HttpResponse> {
    raw_content(&cache, at, Some(folder.data_key), file, DataType::Binary).await
}

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
) -> Result<HttpResponse> {
    let (ById { namespace, cache_id }, data_file_id) = (at, file.data_file_id);
    let (data_type, data_key) = (content.data_type(), echo(key.as_ref()));
    let updated = cache.update_child(&namespace, cache_id, key, data_file_id.clone(), content).await?;
    let updated = updated.ok_or_else(|| Error::NoChild {
        message: format!("Data file '{data_file_id}' not found in cache entry '{cache_id}'"),
        cache_id,
        file_id: Some(data_file_id.clone()),
    })?;
    Ok(HttpResponse::Ok().json(ChildUpdateResponse {
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
    operation_id = "update_child_string",
    tag = "data",
    params(ById, ChildFileId),
    request_body(content = String, content_type = "text/plain", description = "The string.", example = "a new line"),
    responses((status = 200, description = "The child file was replaced.", body = ChildUpdateResponse), Refused)
)]
#[post("/{namespace}/cache/{cache_id}/data/update/string/{data_file_id}")]
async fn update_child_string(
    cache: web::Data<Cache>,
    Params((at, file)): Params<(ById, ChildFileId)>,
    body: Body,
) -> Result<HttpResponse> {
    update(&cache, at, None, file, ChildContent::String(body.some_text()?)).await
}

/// Replace a string child file in a folder
#[utoipa::path(
    operation_id = "update_child_string_under",
    tag = "data",
    params(ById, ChildFolder, ChildFileId),
    request_body(content = String, content_type = "text/plain", description = "The string.", example = "a new line"),
    responses((status = 200, description = "The child file was replaced.", body = ChildUpdateResponse), Refused)
)]
#[post("/{namespace}/cache/{cache_id}/data/update/string/{data_key:.*}/{data_file_id}")]
async fn update_child_string_under(
    cache: web::Data<Cache>,
    Params((at, folder, file)): Params<(ById, ChildFolder, ChildFileId)>,
    body: Body,
) -> Result<HttpResponse> {
    update(&cache, at, Some(folder.data_key), file, ChildContent::String(body.some_text()?)).await
}

/// Replace a JSON child file
#[utoipa::path(
    operation_id = "update_child_json",
    tag = "data",
    params(ById, ChildFileId),
    request_body(content = Object, description = "The object.", example = json!({"line": 2})),
    responses((status = 200, description = "The child file was replaced.", body = ChildUpdateResponse), Refused)
)]
#[post("/{namespace}/cache/{cache_id}/data/update/json/{data_file_id}")]
async fn update_child_json(
    cache: web::Data<Cache>,
    Params((at, file)): Params<(ById, ChildFileId)>,
    body: Body,
) -> Result<HttpResponse> {
    update(&cache, at, None, file, ChildContent::Json(body.object()?)).await
}

/// Replace a JSON child file in a folder
#[utoipa::path(
    operation_id = "update_child_json_under",
    tag = "data",
    params(ById, ChildFolder, ChildFileId),
    request_body(content = Object, description = "The object.", example = json!({"line": 2})),
    responses((status = 200, description = "The child file was replaced.", body = ChildUpdateResponse), Refused)
)]
#[post("/{namespace}/cache/{cache_id}/data/update/json/{data_key:.*}/{data_file_id}")]
async fn update_child_json_under(
    cache: web::Data<Cache>,
    Params((at, folder, file)): Params<(ById, ChildFolder, ChildFileId)>,
    body: Body,
) -> Result<HttpResponse> {
    update(&cache, at, Some(folder.data_key), file, ChildContent::Json(body.object()?)).await
}

/// Replace a binary child file
#[utoipa::path(
    operation_id = "update_child_binary",
    tag = "data",
    params(ById, ChildFileId),
    request_body(content = Bytes, content_type = "application/octet-stream", description = "The bytes."),
    responses((status = 200, description = "The child file was replaced.", body = ChildUpdateResponse), Refused)
)]
#[post("/{namespace}/cache/{cache_id}/data/update/binary/{data_file_id}")]
async fn update_child_binary(
    cache: web::Data<Cache>,
    Params((at, file)): Params<(ById, ChildFileId)>,
    body: Body,
) -> Result<HttpResponse> {
    update(&cache, at, None, file, ChildContent::Binary(body.some_bytes()?.0)).await
}

/// Replace a binary child file in a folder
#[utoipa::path(
    operation_id = "update_child_binary_under",
    tag = "data",
    params(ById, ChildFolder, ChildFileId),
    request_body(content = Bytes, content_type = "application/octet-stream", description = "The bytes."),
    responses((status = 200, description = "The child file was replaced.", body = ChildUpdateResponse), Refused)
)]
#[post("/{namespace}/cache/{cache_id}/data/update/binary/{data_key:.*}/{data_file_id}")]
async fn update_child_binary_under(
    cache: web::Data<Cache>,
    Params((at, folder, file)): Params<(ById, ChildFolder, ChildFileId)>,
    body: Body,
) -> Result<HttpResponse> {
    update(&cache, at, Some(folder.data_key), file, ChildContent::Binary(body.some_bytes()?.0)).await
}

/// Whether there is a child file.
#[derive(Debug, Serialize, ToSchema)]
struct ChildExistsResponse {
    /// The entry.
    #[schema(value_type = String, format = "uuid")]
    cache_id: CacheId,
    /// `string`, `json` or `binary`.
    #[schema(value_type = String)]
    data_type: DataType,
    /// The folder below the entry; empty for none.
    data_key: String,
    /// The name without the extension.
    #[schema(value_type = String)]
    data_file_id: FileId,
    /// Whether there is one.
    exists: bool,
    /// The namespace.
    #[schema(value_type = String)]
    namespace: Namespace,
}

async fn exists(
    cache: &Cache,
    at: ById,
    key: Option<DataKey>,
    kind: ChildType,
    file: ChildFileId,
) -> Result<HttpResponse> {
    let data_key = echo(key.as_ref());
    let data_file_id = file.data_file_id.clone();
    let exists = content(cache, &at, key, file, kind.data_type).await?.is_some();
    let (cache_id, data_type, namespace) = (at.cache_id, kind.data_type, at.namespace);
    Ok(HttpResponse::Ok().json(ChildExistsResponse { cache_id, data_type, data_key, data_file_id, exists, namespace }))
}

/// Tell whether there is a child file
#[utoipa::path(
    operation_id = "child_exists",
    tag = "data",
    params(ById, ChildType, ChildFileId),
    responses((status = 200, description = "Whether there is one.", body = ChildExistsResponse), Refused)
)]
#[get("/{namespace}/cache/{cache_id}/data/exists/{data_type}/{data_file_id}")]
async fn child_exists(
    cache: web::Data<Cache>,
    Params((at, kind, file)): Params<(ById, ChildType, ChildFileId)>,
) -> Result<HttpResponse> {
    exists(&cache, at, None, kind, file).await
}

/// Tell whether there is a child file in a folder
#[utoipa::path(
    operation_id = "child_exists_under",
    tag = "data",
    params(ById, ChildType, ChildFolder, ChildFileId),
    responses((status = 200, description = "Whether there is one.", body = ChildExistsResponse), Refused)
)]
#[get("/{namespace}/cache/{cache_id}/data/exists/{data_type}/{data_key:.*}/{data_file_id}")]
async fn child_exists_under(
    cache: web::Data<Cache>,
    Params((at, kind, folder, file)): Params<(ById, ChildType, ChildFolder, ChildFileId)>,
) -> Result<HttpResponse> {
    exists(&cache, at, Some(folder.data_key), kind, file).await
}

/// The child files of an entry.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes a body that is streamed")]
struct ChildListResponse {
    /// The entry.
    #[schema(format = "uuid")]
    cache_id: String,
    /// The namespace.
    namespace: String,
    /// The folder that was listed; empty for all.
    data_key: String,
    /// The child files, every copy.
    files: Vec<ChildFileResponse>,
    /// How many.
    file_count: u64,
    /// Their lengths added, in bytes.
    total_size: u64,
}

/// A child file as it is listed.
#[derive(Debug, Serialize, ToSchema)]
struct ChildFileResponse {
    /// The name without the extension.
    data_file_id: String,
    /// The folder below the entry; empty for none.
    data_key: String,
    /// `string`, `json` or `binary`.
    #[schema(value_type = String)]
    data_type: DataType,
    /// The extension without the dot.
    extension: String,
    /// Where it lies.
    #[schema(value_type = String)]
    file_path: ObjectPath,
    /// The length in bytes.
    file_size: u64,
}

impl From<ChildFile> for ChildFileResponse {
    fn from(file: ChildFile) -> Self {
        Self {
            data_type: file.data_type(),
            data_file_id: file.data_file_id,
            data_key: file.data_key,
            extension: file.extension,
            file_path: file.path,
            file_size: file.size,
        }
    }
}

impl Item for ChildFileResponse {
    fn size(&self) -> u64 {
        self.file_size
    }
}

async fn list(
    cache: web::Data<Cache>,
    at: ById,
    key: Option<DataKey>,
    recursive: Recursive,
    page: Page,
) -> Result<HttpResponse> {
    let ById { namespace, cache_id } = at;
    let reference = cache.reference(&namespace, cache_id).await?.ok_or_else(|| Error::NoChild {
        message: format!("Cache entry '{cache_id}' not found"),
        cache_id,
        file_id: None,
    })?;
    let mut folders = reference.file_paths.data_folders;
    folders.sort_unstable();
    let about = json!({ "cache_id": cache_id, "namespace": namespace, "data_key": echo(key.as_ref()) }).to_string();
    let frame = Frame {
        before: format!("{},\"files\":[", about.trim_end_matches('}')),
        after: |totals: &stream::Totals| format!("],\"file_count\":{},\"total_size\":{}}}", totals.count, totals.size),
    };
    let recursive = recursive.recursive.unwrap_or(true);
    stream::listing(page, frame, move |after, limit| {
        let (cache, folders, key) = (cache.clone(), folders.clone(), key.clone());
        async move {
            let (files, next) = cache.all_children(&folders, key.as_ref(), recursive, after, limit).await?;
            Ok((files.into_iter().map(ChildFileResponse::from).collect::<Vec<_>>(), next))
        }
    })
    .await
}

/// List the child files of an entry
#[utoipa::path(
    operation_id = "list_children",
    tag = "data",
    params(ById, Recursive, Page),
    responses((status = 200, description = "The child files.", body = ChildListResponse), Refused)
)]
#[get("/{namespace}/cache/{cache_id}/data/list")]
async fn list_children(
    cache: web::Data<Cache>,
    Params((at, recursive, page)): Params<(ById, Recursive, Page)>,
) -> Result<HttpResponse> {
    list(cache, at, None, recursive, page).await
}

/// List the child files in a folder of an entry
#[utoipa::path(
    operation_id = "list_children_under",
    tag = "data",
    params(ById, ChildFolder, Recursive, Page),
    responses((status = 200, description = "The child files.", body = ChildListResponse), Refused)
)]
#[get("/{namespace}/cache/{cache_id}/data/list/{data_key:.*}")]
async fn list_children_under(
    cache: web::Data<Cache>,
    Params((at, folder, recursive, page)): Params<(ById, ChildFolder, Recursive, Page)>,
) -> Result<HttpResponse> {
    list(cache, at, Some(folder.data_key), recursive, page).await
}

/// A child file with its content, as one line.
fn line(file: &ChildFile, bytes: &[u8]) -> String {
    let about = json!({
        "data_file_id": file.data_file_id, "data_key": file.data_key, "data_type": file.data_type(),
    });
    let data = match file.data_type() {
        DataType::Json => Json::parse(bytes).map(|value| value.dumps_compact()),
        DataType::String => Ok(Json::String(String::from_utf8_lossy(bytes).into_owned()).dumps_compact()),
        DataType::Binary => Ok(Json::String(BASE64_STANDARD.encode(bytes)).dumps_compact()),
    };
    format!("{},\"data\":{}}}\n", about.to_string().trim_end_matches('}'), data.unwrap_or_else(|_| "null".to_owned()))
}

async fn read(
    cache: web::Data<Cache>,
    at: ById,
    key: Option<DataKey>,
    order: Ordering,
    page: Page,
) -> Result<HttpResponse> {
    let ById { namespace, cache_id } = at;
    let (order, limit) = (order.order.unwrap_or_default(), page.limit.unwrap_or(1000));
    let after = page.cursor.as_deref().map(stream::place);
    let found = cache.child_files_of(&namespace, cache_id, key.as_ref(), order, after.as_deref(), limit).await?;
    let (files, next) = found.ok_or_else(|| Error::no_entry(&namespace, cache_id))?;
    let next = next.map(|place| stream::cursor(&place));
    let last = stream::last_line(next.as_deref());
    let chunks: Vec<Vec<ChildFile>> = files.chunks(100).map(<[ChildFile]>::to_vec).collect();
    let lines = streams::iter(chunks).then(move |files| {
        let cache = cache.clone();
        async move {
            let objects = cache.contents(&files).await?;
            let lines = files.iter().zip(objects).filter_map(|(file, object)| Some(line(file, &object?.bytes)));
            Ok(lines.collect::<String>())
        }
    });
    Ok(stream::lines(next.as_deref(), lines.chain(streams::once(async { Ok(last) }))))
}

/// Read all child files of an entry with their content
///
/// One line of JSON for each, in path order: `{data_file_id, data_key, data_type, data}`, bytes as base64.
#[utoipa::path(
    operation_id = "read_children",
    tag = "data",
    params(ById, Ordering, Page),
    responses(
        (status = 200, description = "The child files.", body = String, content_type = "application/x-ndjson"),
        Refused
    )
)]
#[get("/{namespace}/cache/{cache_id}/data/entries")]
async fn read_children(
    cache: web::Data<Cache>,
    Params((at, order, page)): Params<(ById, Ordering, Page)>,
) -> Result<HttpResponse> {
    read(cache, at, None, order, page).await
}

/// Read the child files in a folder of an entry with their content
///
/// One line of JSON for each, in path order: `{data_file_id, data_key, data_type, data}`, bytes as base64.
#[utoipa::path(
    operation_id = "read_children_under",
    tag = "data",
    params(ById, ChildFolder, Ordering, Page),
    responses(
        (status = 200, description = "The child files.", body = String, content_type = "application/x-ndjson"),
        Refused
    )
)]
#[get("/{namespace}/cache/{cache_id}/data/entries/{data_key:.*}")]
async fn read_children_under(
    cache: web::Data<Cache>,
    Params((at, folder, order, page)): Params<(ById, ChildFolder, Ordering, Page)>,
) -> Result<HttpResponse> {
    read(cache, at, Some(folder.data_key), order, page).await
}

/// Which child files were deleted.
#[derive(Debug, Serialize, ToSchema)]
struct ChildrenDeleteResponse {
    /// Always `success`.
    status: &'static str,
    /// What was done.
    message: String,
    /// The entry.
    #[schema(value_type = String, format = "uuid")]
    cache_id: CacheId,
    /// How many files are gone.
    deleted_count: u64,
    /// The files that are gone; left out when there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>, required = false)]
    deleted_files: Vec<ObjectPath>,
    /// The folder that was emptied; null for all.
    data_key: Option<String>,
    /// The namespace.
    #[schema(value_type = String)]
    namespace: Namespace,
}

async fn delete_all(cache: &Cache, at: ById, key: Option<DataKey>) -> Result<HttpResponse> {
    let ById { namespace, cache_id } = at;
    let deleted_files = cache.delete_children(&namespace, cache_id, key.as_ref()).await?;
    let message = match deleted_files.len() {
        0 => "No data files to delete".to_owned(),
        count => format!("Deleted {count} data files"),
    };
    Ok(HttpResponse::Ok().json(ChildrenDeleteResponse {
        status: "success",
        message,
        cache_id,
        deleted_count: deleted_files.len() as u64,
        deleted_files,
        data_key: key.map(|key| key.echo().to_owned()),
        namespace,
    }))
}

/// Delete all child files of an entry
#[utoipa::path(
    operation_id = "delete_children",
    tag = "data",
    params(ById),
    responses((status = 200, description = "What was deleted.", body = ChildrenDeleteResponse), Refused)
)]
#[delete("/{namespace}/cache/{cache_id}/data/delete/all")]
async fn delete_children(cache: web::Data<Cache>, Params(at): Params<ById>) -> Result<HttpResponse> {
    delete_all(&cache, at, None).await
}

/// Delete all child files in a folder of an entry
#[utoipa::path(
    operation_id = "delete_children_under",
    tag = "data",
    params(ById, ChildFolder),
    responses((status = 200, description = "What was deleted.", body = ChildrenDeleteResponse), Refused)
)]
#[delete("/{namespace}/cache/{cache_id}/data/delete/all/{data_key:.*}")]
async fn delete_children_under(
    cache: web::Data<Cache>,
    Params((at, folder)): Params<(ById, ChildFolder)>,
) -> Result<HttpResponse> {
    delete_all(&cache, at, Some(folder.data_key)).await
}

/// A deleted child file.
#[derive(Debug, Serialize, ToSchema)]
struct ChildDeleteResponse {
    /// Always `success`.
    status: &'static str,
    /// What was done.
    message: &'static str,
    /// The entry.
    #[schema(value_type = String, format = "uuid")]
    cache_id: CacheId,
    /// The name without the extension.
    #[schema(value_type = String)]
    data_file_id: FileId,
    /// `string`, `json` or `binary`.
    #[schema(value_type = String)]
    data_type: DataType,
    /// The folder below the entry; null for none.
    data_key: Option<String>,
    /// The namespace.
    #[schema(value_type = String)]
    namespace: Namespace,
}

async fn delete_one(
    cache: &Cache,
    at: ById,
    key: Option<DataKey>,
    kind: ChildType,
    file: ChildFileId,
) -> Result<HttpResponse> {
    let ById { namespace, cache_id } = at;
    let data_key = key.as_ref().map(|key| key.echo().to_owned());
    let name = ChildName { key, file_id: file.data_file_id, data_type: kind.data_type };
    if !cache.delete_child(&namespace, cache_id, &name).await? {
        let message = format!("Data file {} not found", name.file_id);
        return Err(Error::NoChild { message, cache_id, file_id: Some(name.file_id) });
    }
    Ok(HttpResponse::Ok().json(ChildDeleteResponse {
        status: "success",
        message: "Data file deleted successfully",
        cache_id,
        data_file_id: name.file_id,
        data_type: name.data_type,
        data_key,
        namespace,
    }))
}

/// Delete a child file
#[utoipa::path(
    operation_id = "delete_child",
    tag = "data",
    params(ById, ChildType, ChildFileId),
    responses((status = 200, description = "The child file is gone.", body = ChildDeleteResponse), Refused)
)]
#[delete("/{namespace}/cache/{cache_id}/data/delete/{data_type}/{data_file_id}")]
async fn delete_child(
    cache: web::Data<Cache>,
    Params((at, kind, file)): Params<(ById, ChildType, ChildFileId)>,
) -> Result<HttpResponse> {
    delete_one(&cache, at, None, kind, file).await
}

/// Delete a child file in a folder
#[utoipa::path(
    operation_id = "delete_child_under",
    tag = "data",
    params(ById, ChildType, ChildFolder, ChildFileId),
    responses((status = 200, description = "The child file is gone.", body = ChildDeleteResponse), Refused)
)]
#[delete("/{namespace}/cache/{cache_id}/data/delete/{data_type}/{data_key:.*}/{data_file_id}")]
async fn delete_child_under(
    cache: web::Data<Cache>,
    Params((at, kind, folder, file)): Params<(ById, ChildType, ChildFolder, ChildFileId)>,
) -> Result<HttpResponse> {
    delete_one(&cache, at, Some(folder.data_key), kind, file).await
}
