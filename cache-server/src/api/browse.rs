//! Looking through a namespace, without the contents of its entries.

use actix_web::web;
use cache_client::{CacheHash, CacheId, Namespace, Strategy};
use serde::Serialize;
use utoipa::ToSchema;

use super::error::{Error, Refused, Result};
use super::params::{EntrySelection, InNamespace, Page, Params, Shelf, StrategyName, WithStrategy};
use crate::cache::{Browse, Cache, EntryFilter, Summary};
use crate::records::FileKind;

/// How many folders and entries a page has when no limit is given, and at most.
const PAGE: (usize, usize) = (50, 200);

/// An entry without its content.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EntrySummary {
    /// The entry's id.
    #[schema(value_type = String, format = "uuid")]
    cache_id: CacheId,
    /// The hash it was stored under.
    #[schema(value_type = String)]
    cache_hash: CacheHash,
    /// The cache key; empty without one.
    cache_key: String,
    /// The file id.
    file_id: String,
    /// `json`, also for a string, or `binary`.
    #[schema(value_type = String)]
    file_type: FileKind,
    /// The length of the content in bytes when it was stored.
    size: u64,
    /// When it was stored, in milliseconds since 1970.
    stored_at: u64,
}

impl From<Summary> for EntrySummary {
    fn from(entry: Summary) -> Self {
        let Summary { cache_id, cache_hash, cache_key, file_id, kind, size, stored_at } = entry;
        Self { cache_id, cache_hash, cache_key, file_id, file_type: kind, size, stored_at }
    }
}

/// A page of what a strategy holds in a namespace.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BrowseResponse {
    /// The namespace.
    #[schema(value_type = String)]
    namespace: Namespace,
    /// The strategy.
    #[schema(value_type = StrategyName)]
    strategy: Strategy,
    /// The folder; empty for the first one.
    folder: String,
    /// The folders in it, of `key_based` only: next segments of keys.
    folders: Vec<String>,
    /// The entries.
    entries: Vec<EntrySummary>,
    /// The cursor of the next page; null on the last one.
    next: Option<String>,
}

/// Look through what a strategy holds
///
/// Entries without their contents, 50 folders and entries a page when no `limit` is given, 200 at most. `key_based` entries are
/// shown folder by folder of their keys, in the order of their names; those of the temporal strategies from the newest minute back;
/// `direct` ones in the order of their stored paths. A page may have fewer than its limit, even none, and still a next one.
#[utoipa::path(
    get,
    path = "",
    tag = "namespace",
    params(WithStrategy, Shelf, Page),
    responses((status = 200, description = "The folders and entries.", body = BrowseResponse), Refused)
)]
pub(crate) async fn browse_entries(
    cache: web::Data<Cache>,
    Params((at, shelf, page)): Params<(WithStrategy, Shelf, Page)>,
) -> Result<web::Json<BrowseResponse>> {
    let WithStrategy { namespace, strategy } = at;
    let Shelf { folder, prefix } = shelf;
    let prefix = prefix.unwrap_or_default();
    if strategy != Strategy::KeyBased && (folder.is_some() || !prefix.is_empty()) {
        let reason = "is for 'key_based' entries: others do not lie under their keys";
        let field = if folder.is_some() { "folder" } else { "prefix" };
        return Err(Error::parameter("query", field, reason, strategy.as_str()));
    }
    let (usual, most) = PAGE;
    let browsed = cache
        .browse(Browse {
            namespace: &namespace,
            strategy,
            folder: folder.as_ref(),
            prefix: &prefix,
            after: page.cursor.as_deref(),
            limit: page.limit.unwrap_or(usual).min(most),
        })
        .await?;
    let next = browsed.next.map(|place| page.listing.cursor(&place));
    let entries = browsed.entries.into_iter().map(EntrySummary::from).collect();
    let folder = folder.map(|folder| folder.to_string()).unwrap_or_default();
    Ok(web::Json(BrowseResponse { namespace, strategy, folder, folders: browsed.folders, entries, next }))
}

/// How many entries are looked at for a page of a count, and how many of them together.
const COUNTED: (usize, usize) = (10_000, 1000);

/// How many entries were counted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CountResponse {
    /// The namespace.
    #[schema(value_type = String)]
    namespace: Namespace,
    /// How many entries of this page are as wanted.
    entries: u64,
    /// The lengths of their contents added, as they were when they were stored.
    bytes: u64,
    /// The cursor with which to count on; null when all were looked at.
    next: Option<String>,
}

/// Count the entries of a namespace
///
/// Those that a bulk read with the same parameters answers, and a deletion with the same `key_prefix` deletes. Looks at up to 10,000
/// entries, or `limit` if that is less, and costs two small reads for each.
#[utoipa::path(
    get,
    path = "",
    tag = "namespace",
    params(InNamespace, EntrySelection, Page),
    responses((status = 200, description = "The count.", body = CountResponse), Refused)
)]
pub(crate) async fn count_entries(
    cache: web::Data<Cache>,
    Params((at, selection, page)): Params<(InNamespace, EntrySelection, Page)>,
) -> Result<web::Json<CountResponse>> {
    let filter = EntryFilter { strategy: selection.strategy, key_prefix: selection.key_prefix };
    let (most, together) = COUNTED;
    let mut left = page.limit.unwrap_or(most).min(most);
    let (mut entries, mut bytes, mut after) = (0, 0, page.cursor);
    while left > 0 {
        let limit = left.min(together);
        let (found, next) = cache.entries(&at.namespace, &filter, after.as_deref(), limit).await?;
        entries += found.len() as u64;
        bytes += found.iter().map(|entry| entry.content.size).sum::<u64>();
        left -= limit;
        after = next;
        if after.is_none() {
            break;
        }
    }
    let next = after.map(|place| page.listing.cursor(&place));
    Ok(web::Json(CountResponse { namespace: at.namespace, entries, bytes, next }))
}
