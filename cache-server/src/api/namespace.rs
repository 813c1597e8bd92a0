//! `namespace` and `namespaces`: what a namespace holds.

use actix_web::{HttpResponse, web};
use cache_client::Namespace;
use http_service::Call;
use serde::Serialize;
use utoipa::ToSchema;

use super::Settings;
use super::error::{Refused, Result};
use super::params::{InNamespace, Page, Params};
use super::stream::{self, Frame};
use crate::cache::Cache;
use crate::layout;
use crate::storage::{Child, Folder};

/// Lists the names of the references of a namespace, in order.
async fn references(cache: web::Data<Cache>, folder: Folder, page: Page) -> Result<HttpResponse> {
    stream::listing(page, Frame::list(), move |after, limit| {
        let (cache, folder) = (cache.clone(), folder.clone());
        async move {
            let files = cache.files(&folder, after.as_deref(), limit).await?;
            let next = files.last().filter(|_| files.len() == limit).map(|listed| listed.path.to_string());
            let names = files.iter().filter_map(|listed| listed.path.name().strip_suffix(".json"));
            Ok((names.map(str::to_owned).collect::<Vec<_>>(), next))
        }
    })
    .await
}

/// List the hashes of a namespace
#[utoipa::path(
    get,
    path = "",
    tag = "namespace",
    params(InNamespace, Page),
    responses(
        (
            status = 200, description = "The hashes, sorted.", body = Vec<String>,
            headers(("x-next-cursor" = String, description = "Where the next page begins; absent on the last one."))
        ),
        Refused
    )
)]
pub(crate) async fn list_hashes(
    cache: web::Data<Cache>,
    Params((at, page)): Params<(InNamespace, Page)>,
) -> Result<HttpResponse> {
    references(cache, layout::references_folder(&at.namespace, "by-hash"), page).await
}

/// List the ids of the entries of a namespace
#[utoipa::path(
    get,
    path = "",
    tag = "namespace",
    params(InNamespace, Page),
    responses(
        (
            status = 200, description = "The ids, sorted.", body = Vec<String>,
            headers(("x-next-cursor" = String, description = "Where the next page begins; absent on the last one."))
        ),
        Refused
    )
)]
pub(crate) async fn list_ids(
    cache: web::Data<Cache>,
    Params((at, page)): Params<(InNamespace, Page)>,
) -> Result<HttpResponse> {
    references(cache, layout::references_folder(&at.namespace, "by-id"), page).await
}

/// How many files a namespace has: content, sidecars and child files by strategy, and references.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StatsResponse {
    /// The namespace.
    #[schema(value_type = String)]
    namespace: Namespace,
    /// Reported and not enforced.
    ttl_hours: u32,
    /// Files of `direct` entries.
    direct_files: u64,
    /// Files of `temporal` entries.
    temporal_files: u64,
    /// Files of `temporal_latest` entries.
    temporal_latest_files: u64,
    /// Files of `temporal_versioned` entries.
    temporal_versioned_files: u64,
    /// Files of `key_based` entries.
    key_based_files: u64,
    /// Hash references.
    refs_hash_files: u64,
    /// Id references.
    refs_id_files: u64,
    /// All together.
    total_files: u64,
}

/// Count the files of a namespace
#[utoipa::path(
    get,
    path = "",
    tag = "namespace",
    params(InNamespace),
    responses((status = 200, description = "The counts.", body = StatsResponse), Refused)
)]
pub(crate) async fn namespace_stats(
    cache: web::Data<Cache>,
    settings: web::Data<Settings>,
    Params(at): Params<InNamespace>,
) -> Result<web::Json<StatsResponse>> {
    let stats = cache.stats(&at.namespace).await?;
    let [direct_files, temporal_files, temporal_latest_files, temporal_versioned_files, key_based_files] = stats.files;
    Ok(web::Json(StatsResponse {
        namespace: at.namespace,
        ttl_hours: settings.default_ttl_hours,
        direct_files,
        temporal_files,
        temporal_latest_files,
        temporal_versioned_files,
        key_based_files,
        refs_hash_files: stats.by_hash,
        refs_id_files: stats.by_id,
        total_files: stats.total(),
    }))
}

/// How many namespaces are looked at together, whoever may see them.
const AT_ONCE: usize = 1000;

/// List the namespaces
#[utoipa::path(
    get,
    path = "",
    tag = "namespaces",
    params(Page),
    responses(
        (
            status = 200, description = "The namespaces, sorted.", body = Vec<String>,
            headers(("x-next-cursor" = String, description = "Where the next page begins; absent on the last one."))
        ),
        Refused
    )
)]
pub(crate) async fn list_namespaces(
    cache: web::Data<Cache>,
    call: Call,
    Params(page): Params<Page>,
) -> Result<HttpResponse> {
    stream::listing(page, Frame::list(), move |after, limit| {
        let (cache, call) = (cache.clone(), call.clone());
        async move {
            let (mut names, mut reached) = (Vec::new(), after);
            loop {
                let children = cache.folder(&Folder::root(), reached.as_deref(), AT_ONCE).await?;
                let is_last = children.len() < AT_ONCE;
                for child in children {
                    reached = Some(child.sort_key());
                    // A key learns of no namespace that it does not reach, not even by the cursor.
                    let Child::Folder(name) = child else { continue };
                    if call.reaches(&name) {
                        names.push(name);
                    }
                    if names.len() == limit {
                        return Ok((names, reached));
                    }
                }
                if is_last {
                    return Ok((names, None));
                }
            }
        }
    })
    .await
}
