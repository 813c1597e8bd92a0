//! `exists`: whether there is an entry.

use actix_web::web;
use cache_client::{CacheHash, CacheId, Namespace};
use serde::Serialize;
use utoipa::ToSchema;

use super::error::{Refused, Result};
use super::params::{ByHash, ById, Params};
use crate::cache::Cache;

/// Whether there is an entry.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExistsResponse {
    /// Whether there is one.
    exists: bool,
    /// The id that was asked for.
    #[schema(value_type = Option<String>, format = "uuid")]
    cache_id: Option<CacheId>,
    /// The hash that was asked for.
    #[schema(value_type = Option<String>)]
    cache_hash: Option<CacheHash>,
    /// Where it was looked for.
    #[schema(value_type = String)]
    namespace: Namespace,
}

/// Tell whether there is an entry of an id
#[utoipa::path(
    get,
    path = "",
    tag = "exists",
    params(ById),
    responses((status = 200, description = "Whether there is one.", body = ExistsResponse), Refused)
)]
pub(crate) async fn exists_by_id(
    cache: web::Data<Cache>,
    Params(at): Params<ById>,
) -> Result<web::Json<ExistsResponse>> {
    let exists = cache.reference(&at.namespace, at.cache_id).await?.is_some();
    let answer = ExistsResponse { exists, cache_id: Some(at.cache_id), cache_hash: None, namespace: at.namespace };
    Ok(web::Json(answer))
}

/// Tell whether there is an entry of a hash
#[utoipa::path(
    get,
    path = "",
    tag = "exists",
    params(ByHash),
    responses((status = 200, description = "Whether there is one.", body = ExistsResponse), Refused)
)]
pub(crate) async fn exists_by_hash(
    cache: web::Data<Cache>,
    Params(at): Params<ByHash>,
) -> Result<web::Json<ExistsResponse>> {
    let exists = cache.hash_reference(&at.namespace, &at.cache_hash).await?.is_some();
    let answer = ExistsResponse { exists, cache_id: None, cache_hash: Some(at.cache_hash), namespace: at.namespace };
    Ok(web::Json(answer))
}
