//! Retrieving child files.

use actix_web::http::header::ETAG;
use actix_web::{HttpResponse, web};
use cache_client::{DataKey, DataType, Json};

use super::content;
use crate::api::conditional::{ReadConditions, content_tag};
use crate::api::error::{Error, Refused, Result};
use crate::api::params::{ById, ChildFileId, FileFolder, Params};
use crate::api::range::{PartOfBytes, RangeHeaders, RangeOf};
use crate::api::store::Bytes;
use crate::blocking;
use crate::cache::Cache;

async fn json_content(cache: &Cache, at: ById, key: Option<DataKey>, file: ChildFileId) -> Result<HttpResponse> {
    let file_id = file.data_file_id.clone();
    let Some(found) = content(cache, &at, key, file, DataType::Json).await? else {
        let message = "Data file not found".to_owned();
        return Err(Error::NoChild { message, cache_id: at.cache_id, file_id: Some(file_id), data_type: None });
    };
    let bytes = found.bytes.clone();
    let compact = move || Json::parse(&bytes).map(|value| value.dumps_compact());
    let text = blocking::run(found.bytes.len(), compact).await;
    let text = text.map_err(|error| crate::cache::Error::unreadable_child(&file_id, error))?;
    let mut response = HttpResponse::Ok();
    response.insert_header((ETAG, content_tag(&found.version))).content_type("application/json");
    Ok(response.body(text))
}

async fn string_content(cache: &Cache, at: ById, key: Option<DataKey>, file: ChildFileId) -> Result<HttpResponse> {
    let found = content(cache, &at, key, file, DataType::String).await?.ok_or(Error::NoChildBytes)?;
    let mut response = HttpResponse::Ok();
    response.insert_header((ETAG, content_tag(&found.version))).content_type("text/plain; charset=utf-8");
    Ok(response.body(found.bytes))
}

async fn binary_content(
    cache: &Cache,
    at: ById,
    key: Option<DataKey>,
    file: ChildFileId,
    range: &RangeOf,
) -> Result<HttpResponse> {
    let found = content(cache, &at, key, file, DataType::Binary).await?.ok_or(Error::NoChildBytes)?;
    Ok(range.bytes(found.bytes, Some(&content_tag(&found.version))))
}

/// Retrieve a JSON child file
#[utoipa::path(
    get,
    path = "",
    tag = "data",
    params(ById, ChildFileId, ReadConditions),
    responses(
        (
            status = 200, description = "The object.", body = serde_json::Value,
            headers(("ETag" = String, description = "The tag of the child file."))
        ),
        (status = 304, description = "The client has it: `If-None-Match` holds."),
        Refused
    )
)]
pub(crate) async fn retrieve_child_json(
    cache: web::Data<Cache>,
    Params((at, file)): Params<(ById, ChildFileId)>,
) -> Result<HttpResponse> {
    json_content(&cache, at, None, file).await
}

/// Retrieve a JSON child file from a folder
#[utoipa::path(
    get,
    path = "",
    tag = "data",
    params(ById, FileFolder, ChildFileId, ReadConditions),
    responses(
        (
            status = 200, description = "The object.", body = serde_json::Value,
            headers(("ETag" = String, description = "The tag of the child file."))
        ),
        (status = 304, description = "The client has it: `If-None-Match` holds."),
        Refused
    )
)]
pub(crate) async fn retrieve_child_json_under(
    cache: web::Data<Cache>,
    Params((at, folder, file)): Params<(ById, FileFolder, ChildFileId)>,
) -> Result<HttpResponse> {
    json_content(&cache, at, folder.data_key, file).await
}

/// Retrieve a string child file
#[utoipa::path(
    get,
    path = "",
    tag = "data",
    params(ById, ChildFileId, ReadConditions),
    responses(
        (
            status = 200, description = "The string.", body = String, content_type = "text/plain",
            headers(("ETag" = String, description = "The tag of the child file."))
        ),
        (status = 304, description = "The client has it: `If-None-Match` holds."),
        Refused
    )
)]
pub(crate) async fn retrieve_child_string(
    cache: web::Data<Cache>,
    Params((at, file)): Params<(ById, ChildFileId)>,
) -> Result<HttpResponse> {
    string_content(&cache, at, None, file).await
}

/// Retrieve a string child file from a folder
#[utoipa::path(
    get,
    path = "",
    tag = "data",
    params(ById, FileFolder, ChildFileId, ReadConditions),
    responses(
        (
            status = 200, description = "The string.", body = String, content_type = "text/plain",
            headers(("ETag" = String, description = "The tag of the child file."))
        ),
        (status = 304, description = "The client has it: `If-None-Match` holds."),
        Refused
    )
)]
pub(crate) async fn retrieve_child_string_under(
    cache: web::Data<Cache>,
    Params((at, folder, file)): Params<(ById, FileFolder, ChildFileId)>,
) -> Result<HttpResponse> {
    string_content(&cache, at, folder.data_key, file).await
}

/// Retrieve a binary child file
#[utoipa::path(
    get,
    path = "",
    tag = "data",
    params(ById, ChildFileId, ReadConditions, RangeHeaders),
    responses(
        (
            status = 200, description = "The bytes.", body = Bytes, content_type = "application/octet-stream",
            headers(("ETag" = String, description = "The tag of the child file."))
        ),
        PartOfBytes,
        (status = 304, description = "The client has it: `If-None-Match` holds."),
        Refused
    )
)]
pub(crate) async fn retrieve_child_binary(
    cache: web::Data<Cache>,
    Params((at, file)): Params<(ById, ChildFileId)>,
    range: RangeOf,
) -> Result<HttpResponse> {
    binary_content(&cache, at, None, file, &range).await
}

/// Retrieve a binary child file from a folder
#[utoipa::path(
    get,
    path = "",
    tag = "data",
    params(ById, FileFolder, ChildFileId, ReadConditions, RangeHeaders),
    responses(
        (
            status = 200, description = "The bytes.", body = Bytes, content_type = "application/octet-stream",
            headers(("ETag" = String, description = "The tag of the child file."))
        ),
        PartOfBytes,
        (status = 304, description = "The client has it: `If-None-Match` holds."),
        Refused
    )
)]
pub(crate) async fn retrieve_child_binary_under(
    cache: web::Data<Cache>,
    Params((at, folder, file)): Params<(ById, FileFolder, ChildFileId)>,
    range: RangeOf,
) -> Result<HttpResponse> {
    binary_content(&cache, at, folder.data_key, file, &range).await
}
