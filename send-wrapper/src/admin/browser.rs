//! `/cache`: the cache, to look at.

use actix_web::web;
use cache_client::client::Content;
use cache_client::{CacheId, Namespace};
use http_service::Call;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::Admin;
use super::problem::{Refused, Result};
use crate::error::Error;
use crate::names::Invalid;

/// The most paths an answer has.
const MOST: usize = 1000;

/// The namespaces.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CacheNamespaces {
    /// In the order of the alphabet.
    namespaces: Vec<String>,
}

/// List the namespaces of the cache
#[utoipa::path(
    get,
    path = "",
    tag = "cache",
    responses((status = 200, description = "The namespaces.", body = CacheNamespaces), Refused)
)]
pub(super) async fn cache_namespaces(admin: web::Data<Admin>) -> Result<web::Json<CacheNamespaces>> {
    let listing = admin.send.cache.namespaces().list();
    let namespaces = admin.send.within(async { Ok(listing.all().await?) }).await?;
    Ok(web::Json(CacheNamespaces { namespaces }))
}

/// From where on.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct After {
    /// `next` of the answer before.
    cursor: Option<String>,
}

/// Paths of the cache.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CachePaths {
    /// In their order; 1,000 at most.
    paths: Vec<String>,
    /// Where to go on; null at the end.
    next: Option<String>,
}

/// A path below a namespace; nothing leads out of it.
fn below_a_namespace(path: &str) -> Result<String> {
    let refused = |reason: &str| Err(Invalid::new("path", reason).into());
    let path = path.trim_end_matches('/');
    if path.is_empty() {
        return refused("is empty");
    }
    if path.split(['/', '\\']).any(|segment| matches!(segment, "" | "." | "..")) || path.contains('\\') {
        return refused("has a segment that is empty, \".\" or \"..\"");
    }
    if path.chars().any(char::is_control) || path.len() > 1024 {
        return refused("holds a control character or is longer than 1024 bytes");
    }
    Ok(path.to_owned())
}

/// List the folders in a folder of the cache
#[utoipa::path(
    get,
    path = "",
    tag = "cache",
    params(("path" = String, Path, description = "The folder, such as `tokens/data`."), After),
    responses((status = 200, description = "The folders.", body = CachePaths), Refused)
)]
pub(super) async fn cache_folders(
    admin: web::Data<Admin>,
    call: Call,
    after: web::Query<After>,
) -> Result<web::Json<CachePaths>> {
    let listing = admin.browser.admin_storage().folders(below_a_namespace(call.param("path"))?);
    page(&admin, listing, after.into_inner()).await
}

/// List the files below a folder of the cache
#[utoipa::path(
    get,
    path = "",
    tag = "cache",
    params(("path" = String, Path, description = "The folder, such as `tokens/data`."), After),
    responses((status = 200, description = "The files.", body = CachePaths), Refused)
)]
pub(super) async fn cache_files(
    admin: web::Data<Admin>,
    call: Call,
    after: web::Query<After>,
) -> Result<web::Json<CachePaths>> {
    let listing = admin.browser.admin_storage().files(below_a_namespace(call.param("path"))?);
    page(&admin, listing, after.into_inner()).await
}

async fn page(
    admin: &Admin,
    listing: cache_client::client::Listing<String>,
    After { cursor }: After,
) -> Result<web::Json<CachePaths>> {
    let listing = cursor.into_iter().fold(listing.page_size(MOST as u32), |listing, cursor| listing.cursor(cursor));
    // The path was checked before: what the cache refuses is the cursor.
    let refused = |error| match error {
        cache_client::Error::InvalidInput { .. } => Invalid::new("cursor", "is none of this listing").into(),
        other => Error::from(other),
    };
    let page = admin.send.within(async { listing.page().await.map_err(refused) }).await?;
    Ok(web::Json(CachePaths { paths: page.items, next: page.next }))
}

/// An entry of the cache.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CacheEntry {
    /// What is known of it.
    metadata: Value,
    /// Its content: JSON, or a text; null for bytes.
    content: Value,
    /// The paths of its data files; 1,000 at most.
    data_files: Vec<String>,
}

/// Show an entry of the cache
#[utoipa::path(
    get,
    path = "",
    tag = "cache",
    params(
        ("namespace" = String, Path, description = "The namespace."),
        ("cache_id" = String, Path, description = "The id of the entry.")
    ),
    responses((status = 200, description = "The entry.", body = CacheEntry), Refused)
)]
pub(super) async fn cache_entry(admin: web::Data<Admin>, call: Call) -> Result<web::Json<CacheEntry>> {
    let namespace = call.param("namespace");
    let parsed = Namespace::parse(namespace).ok().filter(|parsed| parsed.as_str() == namespace);
    let namespace = parsed.ok_or_else(|| Invalid::new("namespace", "is no namespace"))?;
    let id = CacheId::parse(call.param("cache_id")).map_err(|_| Invalid::new("cache_id", "is no id of an entry"))?;
    let read = async {
        let cache = &admin.send.cache;
        let Some(entry) = cache.retrieve().by_id(&namespace, id).send().await? else { return Ok(None) };
        let files = cache.data().list(&namespace, id).files().page_size(MOST as u32).page().await?;
        let content = match &entry.content {
            Content::String(text) => Value::String(text.clone()),
            Content::Json(document) => document.parse().unwrap_or_default(),
            Content::Binary => Value::Null,
        };
        let metadata = serde_json::to_value(&entry.metadata).unwrap_or_default();
        let data_files = files.items.into_iter().map(|file| file.file_path).collect();
        Ok(Some(CacheEntry { metadata, content, data_files }))
    };
    let entry = admin.send.within(read).await?;
    Ok(web::Json(entry.ok_or_else(|| Error::missing(format!("entry {id} in {namespace}")))?))
}
