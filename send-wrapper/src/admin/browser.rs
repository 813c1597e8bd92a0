//! `/cache`: the cache, to look at.

mod owners;

use actix_web::web;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http_service::Call;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Admin;
use super::cursor::Listing;
use super::problem::{Refused, Result};
use crate::error::Error;
use crate::names::Invalid;

/// The most paths an answer has.
pub(super) const MOST: usize = 1000;
/// How many bytes of a file are answered, and how many at most.
pub(super) const USUAL_BYTES: usize = 256 << 10;
const MOST_BYTES: usize = 1 << 20;

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

/// The namespaces.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CacheNamespaces {
    /// In the order of the alphabet; 1,000 at most.
    namespaces: Vec<String>,
    /// Where to go on; null at the end.
    next: Option<String>,
}

/// List the namespaces of the cache
#[utoipa::path(
    get,
    path = "",
    tag = "cache",
    params(After),
    responses((status = 200, description = "The namespaces.", body = CacheNamespaces), Refused)
)]
pub(super) async fn cache_namespaces(
    admin: web::Data<Admin>,
    after: web::Query<After>,
) -> Result<web::Json<CacheNamespaces>> {
    let (paths, next) = page(&admin, admin.send.cache.namespaces().list(), "namespaces", "", MOST, &after).await?;
    Ok(web::Json(CacheNamespaces { namespaces: paths, next }))
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
    let path = below_a_namespace(call.param("path"))?;
    let listing = admin.browser.admin_storage().folders(path.clone());
    let (paths, next) = page(&admin, listing, "folders", &path, MOST, &after).await?;
    Ok(web::Json(CachePaths { paths, next }))
}

/// Files of the cache.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CacheFiles {
    /// In the order of their paths.
    files: Vec<CacheFile>,
    /// Where to go on; null at the end.
    next: Option<String>,
}

/// A file of the cache.
#[derive(Debug, Serialize, ToSchema)]
struct CacheFile {
    /// Where it lies.
    path: String,
    /// The id of the entry it belongs to; null for references by hash, which belong to several, and where nothing says so.
    cache_id: Option<String>,
}

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct FilesQuery {
    /// How many files a page has, 1 to 1,000; 200 when not given.
    limit: Option<usize>,
    /// `next` of the answer before.
    cursor: Option<String>,
}

/// List the files below a folder of the cache
#[utoipa::path(
    get,
    path = "",
    tag = "cache",
    params(("path" = String, Path, description = "The folder, such as `tokens/data`."), FilesQuery),
    responses((status = 200, description = "The files.", body = CacheFiles), Refused)
)]
pub(super) async fn cache_files(
    admin: web::Data<Admin>,
    call: Call,
    query: web::Query<FilesQuery>,
) -> Result<web::Json<CacheFiles>> {
    let path = below_a_namespace(call.param("path"))?;
    let FilesQuery { limit, cursor } = query.into_inner();
    let limit = limit.unwrap_or(200);
    if !(1..=MOST).contains(&limit) {
        return Err(Invalid::new("limit", format!("is not between 1 and {MOST}")).into());
    }
    let listing = admin.browser.admin_storage().files(path.clone());
    let (paths, next) = page(&admin, listing, "files", &path, limit, &After { cursor }).await?;
    let ids = admin.send.within(owners::of(&admin.browser, &paths)).await?;
    let files = paths.into_iter().zip(ids).map(|(path, cache_id)| CacheFile { path, cache_id }).collect();
    Ok(web::Json(CacheFiles { files, next }))
}

/// A page of a listing of the cache, and the cursor of the next one.
async fn page(
    admin: &Admin,
    listing: cache_client::client::Listing<String>,
    kind: &str,
    path: &str,
    limit: usize,
    After { cursor }: &After,
) -> Result<(Vec<String>, Option<String>)> {
    let own = Listing::of(&["/cache", kind, path]);
    let place = own.place(cursor.as_deref())?;
    let listing = listing.page_size(u32::try_from(limit).unwrap_or(1));
    let listing = place.into_iter().fold(listing, |listing, cursor| listing.cursor(cursor));
    // The path was checked before: what the cache refuses is the cursor.
    let refused = |error| match error {
        cache_client::Error::InvalidInput { .. } => Invalid::new("cursor", "is none of this listing").into(),
        other => Error::from(other),
    };
    let page = admin.send.within(async { listing.page().await.map_err(refused) }).await?;
    Ok((page.items, page.next.map(|place| own.cursor(&place))))
}

/// How many bytes of a file.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Cap {
    /// At most so many of its first bytes, 1 to 1,048,576; 262,144 when not given.
    limit: Option<usize>,
}

/// What a file holds.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CacheFileContent {
    /// Where it lies.
    path: String,
    /// The id of the entry it belongs to, as in the listing.
    cache_id: Option<String>,
    /// Its first bytes: as text where `encoding` is `utf-8`, else in base64.
    content: String,
    /// `utf-8`, or `base64` for what is no text.
    encoding: &'static str,
    /// How many bytes of the file these are.
    bytes: usize,
    /// Whether the file has more.
    truncated: bool,
}

/// Read the first bytes of a file of the cache
///
/// Always as JSON, so that no browser takes what users stored for a page.
#[utoipa::path(
    get,
    path = "",
    tag = "cache",
    params(("path" = String, Path, description = "The file, such as `tokens/data/key-based/community-x/community-x.json`."), Cap),
    responses((status = 200, description = "What it holds.", body = CacheFileContent), Refused)
)]
pub(super) async fn cache_file(
    admin: web::Data<Admin>,
    call: Call,
    cap: web::Query<Cap>,
) -> Result<web::Json<CacheFileContent>> {
    let path = below_a_namespace(call.param("path"))?;
    let most = cap.limit.unwrap_or(USUAL_BYTES);
    if !(1..=MOST_BYTES).contains(&most) {
        return Err(Invalid::new("limit", format!("is not between 1 and {MOST_BYTES}")).into());
    }
    // In base64, and as JSON.
    call.reserve(3 * most as u64).await?;
    let read = async {
        let storage = admin.browser.admin_storage();
        let Some(first) = storage.first_bytes(path.as_str(), most).await? else { return Ok(None) };
        let owners = owners::of(&admin.browser, std::slice::from_ref(&path)).await?;
        Ok(Some((first, owners.into_iter().flatten().next())))
    };
    let found = admin.send.within(read).await?;
    let ((bytes, truncated), cache_id) = found.ok_or_else(|| Error::missing(format!("file {path:?}")))?;
    let length = bytes.len();
    let (content, encoding) = match text(&bytes, truncated) {
        Some(text) => (text.to_owned(), "utf-8"),
        None => (BASE64_STANDARD.encode(&bytes), "base64"),
    };
    Ok(web::Json(CacheFileContent { path, cache_id, content, encoding, bytes: length, truncated }))
}

/// The bytes as text; a letter that is cut at the end is left out.
fn text(bytes: &[u8], truncated: bool) -> Option<&str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(error) if truncated && error.error_len().is_none() => {
            std::str::from_utf8(&bytes[..error.valid_up_to()]).ok()
        }
        Err(_) => None,
    }
}
