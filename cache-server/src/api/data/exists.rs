//! Whether there is a child file.

use actix_web::{HttpResponse, web};
use cache_client::{CacheId, DataKey, DataType, FileId, Namespace};
use serde::Serialize;
use utoipa::ToSchema;

use super::echo;
use crate::api::error::{Refused, Result};
use crate::api::params::{ById, ChildFileId, ChildType, FileFolder, Params};
use crate::cache::{Cache, ChildName};

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
    let name = ChildName { key, file_id: file.data_file_id, data_type: kind.data_type };
    let exists = cache.child_exists(&at.namespace, at.cache_id, &name).await?;
    let (cache_id, data_type, namespace) = (at.cache_id, kind.data_type, at.namespace);
    Ok(HttpResponse::Ok().json(ChildExistsResponse { cache_id, data_type, data_key, data_file_id, exists, namespace }))
}

/// Tell whether there is a child file
#[utoipa::path(
    get,
    path = "",
    tag = "data",
    params(ById, ChildType, ChildFileId),
    responses((status = 200, description = "Whether there is one.", body = ChildExistsResponse), Refused)
)]
pub(crate) async fn child_exists(
    cache: web::Data<Cache>,
    Params((at, kind, file)): Params<(ById, ChildType, ChildFileId)>,
) -> Result<HttpResponse> {
    exists(&cache, at, None, kind, file).await
}

/// Tell whether there is a child file in a folder
#[utoipa::path(
    get,
    path = "",
    tag = "data",
    params(ById, ChildType, FileFolder, ChildFileId),
    responses((status = 200, description = "Whether there is one.", body = ChildExistsResponse), Refused)
)]
pub(crate) async fn child_exists_under(
    cache: web::Data<Cache>,
    Params((at, kind, folder, file)): Params<(ById, ChildType, FileFolder, ChildFileId)>,
) -> Result<HttpResponse> {
    exists(&cache, at, folder.data_key, kind, file).await
}
