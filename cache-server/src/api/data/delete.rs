//! Deleting child files.

use actix_web::{HttpResponse, web};
use cache_client::{CacheId, DataKey, DataType, FileId, Namespace};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::conditional::IfMatch;
use crate::api::error::{Error, Refused, Result};
use crate::api::params::{ById, ChildFileId, ChildFolder, ChildType, FileFolder, Params};
use crate::cache::{Cache, ChildName};
use crate::storage::ObjectPath;

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
    delete,
    path = "",
    tag = "data",
    params(ById),
    responses((status = 200, description = "What was deleted.", body = ChildrenDeleteResponse), Refused)
)]
pub(crate) async fn delete_children(cache: web::Data<Cache>, Params(at): Params<ById>) -> Result<HttpResponse> {
    delete_all(&cache, at, None).await
}

/// Delete all child files in a folder of an entry
#[utoipa::path(
    delete,
    path = "",
    tag = "data",
    params(ById, ChildFolder),
    responses((status = 200, description = "What was deleted.", body = ChildrenDeleteResponse), Refused)
)]
pub(crate) async fn delete_children_under(
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
    if_match: IfMatch,
) -> Result<HttpResponse> {
    let ById { namespace, cache_id } = at;
    let data_key = key.as_ref().map(|key| key.echo().to_owned());
    let name = ChildName { key, file_id: file.data_file_id, data_type: kind.data_type };
    if !cache.delete_child(&namespace, cache_id, &name, if_match.versions.as_deref()).await? {
        let message = format!("Data file {} not found", name.file_id);
        return Err(Error::NoChild { message, cache_id, file_id: Some(name.file_id), data_type: Some(name.data_type) });
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
    delete,
    path = "",
    tag = "data",
    params(ById, ChildType, ChildFileId, IfMatch),
    responses((status = 200, description = "The child file is gone.", body = ChildDeleteResponse), Refused)
)]
pub(crate) async fn delete_child(
    cache: web::Data<Cache>,
    Params((at, kind, file)): Params<(ById, ChildType, ChildFileId)>,
    if_match: IfMatch,
) -> Result<HttpResponse> {
    delete_one(&cache, at, None, kind, file, if_match).await
}

/// Delete a child file in a folder
#[utoipa::path(
    delete,
    path = "",
    tag = "data",
    params(ById, ChildType, FileFolder, ChildFileId, IfMatch),
    responses((status = 200, description = "The child file is gone.", body = ChildDeleteResponse), Refused)
)]
pub(crate) async fn delete_child_under(
    cache: web::Data<Cache>,
    Params((at, kind, folder, file)): Params<(ById, ChildType, FileFolder, ChildFileId)>,
    if_match: IfMatch,
) -> Result<HttpResponse> {
    delete_one(&cache, at, folder.data_key, kind, file, if_match).await
}
