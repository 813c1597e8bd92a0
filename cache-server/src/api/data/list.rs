//! Listing child files.

use actix_web::{HttpResponse, web};
use cache_client::{DataKey, DataType};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::echo;
use crate::api::error::{Error, Refused, Result};
use crate::api::params::{ById, ChildFolder, Page, Params, Recursive};
use crate::api::stream::{self, Frame, Item};
use crate::cache::{Cache, ChildFile};
use crate::storage::ObjectPath;

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
        data_type: None,
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
    get,
    path = "",
    tag = "data",
    params(ById, Recursive, Page),
    responses(
        (
            status = 200, description = "The child files.", body = ChildListResponse,
            headers(("x-next-cursor" = String, description = "Where the next page begins; absent on the last one."))
        ),
        Refused
    )
)]
pub(crate) async fn list_children(
    cache: web::Data<Cache>,
    Params((at, recursive, page)): Params<(ById, Recursive, Page)>,
) -> Result<HttpResponse> {
    list(cache, at, None, recursive, page).await
}

/// List the child files in a folder of an entry
#[utoipa::path(
    get,
    path = "",
    tag = "data",
    params(ById, ChildFolder, Recursive, Page),
    responses(
        (
            status = 200, description = "The child files.", body = ChildListResponse,
            headers(("x-next-cursor" = String, description = "Where the next page begins; absent on the last one."))
        ),
        Refused
    )
)]
pub(crate) async fn list_children_under(
    cache: web::Data<Cache>,
    Params((at, folder, recursive, page)): Params<(ById, ChildFolder, Recursive, Page)>,
) -> Result<HttpResponse> {
    list(cache, at, Some(folder.data_key), recursive, page).await
}
