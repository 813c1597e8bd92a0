//! `delete`: entries with everything they own.

use actix_web::{HttpResponse, web};
use cache_client::CacheId;
use serde::Serialize;
use utoipa::ToSchema;

use super::conditional::IfMatch;
use super::error::{Refused, Result};
use super::params::{ById, Params};
use crate::cache::{Cache, Deleted};
use crate::storage::ObjectPath;

/// What was deleted. An entry that is not there is answered with `status` and `message` alone.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(super) struct DeleteResponse {
    /// `success`, `partial` when a file of the entry was missing, `not_found`.
    status: &'static str,
    /// Why nothing was deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    /// The entry's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "uuid")]
    cache_id: Option<CacheId>,
    /// How many files are gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    deleted_count: Option<u64>,
    /// How many files were missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    failed_count: Option<u64>,
    /// The files that are gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<String>>)]
    deleted_paths: Option<Vec<ObjectPath>>,
    /// The files that were missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<String>>)]
    failed_paths: Option<Vec<ObjectPath>>,
}

/// Delete an entry with its child files
///
/// Files that a newer entry has taken over stay. An entry that is not there is no error: `status` is `not_found`.
/// `If-Match` makes it conditional on the content.
#[utoipa::path(
    delete,
    path = "",
    tag = "delete",
    params(ById, IfMatch),
    responses((status = 200, description = "What was deleted.", body = DeleteResponse), Refused)
)]
pub(crate) async fn delete_by_id(
    cache: web::Data<Cache>,
    Params(ById { namespace, cache_id }): Params<ById>,
    if_match: IfMatch,
) -> Result<HttpResponse> {
    let deleted = cache.delete(&namespace, cache_id, if_match.versions.as_deref()).await?;
    Ok(HttpResponse::Ok().json(DeleteResponse::of(cache_id, deleted)))
}

impl DeleteResponse {
    fn of(cache_id: CacheId, deleted: Option<Deleted>) -> Self {
        let Some(deleted) = deleted else {
            let message = Some(format!("Cache ID {cache_id} not found"));
            return Self { status: "not_found", message, ..Self::default() };
        };
        Self {
            status: if deleted.missing.is_empty() { "success" } else { "partial" },
            message: None,
            cache_id: Some(cache_id),
            deleted_count: Some(deleted.paths.len() as u64),
            failed_count: Some(deleted.missing.len() as u64),
            deleted_paths: Some(deleted.paths),
            failed_paths: Some(deleted.missing),
        }
    }

    /// One of several, which says also of an entry that is not there which one it is.
    pub(super) fn one_of_many(cache_id: CacheId, deleted: Option<Deleted>) -> Self {
        Self { cache_id: Some(cache_id), ..Self::of(cache_id, deleted) }
    }
}
