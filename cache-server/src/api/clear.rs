//! Deleting a whole namespace, or its entries under a key prefix, in pages.

use actix_web::web;
use cache_client::Namespace;
use serde::Serialize;
use utoipa::ToSchema;

use super::error::{Error, Refused, Result};
use super::params::{Clearance, InNamespace, Params};
use super::stream;
use crate::cache::{Cache, Cleared};
use crate::layout;

/// What a page of the deletion of a namespace has deleted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NamespaceClearResponse {
    /// The namespace.
    #[schema(value_type = String)]
    namespace: Namespace,
    /// How many entries are gone.
    deleted: u64,
    /// How many files are gone, of these entries and beside them.
    deleted_files: u64,
    /// The cursor of the next page; null when the deletion is done.
    next: Option<String>,
}

/// Delete a namespace, or its entries under a key prefix
///
/// Each call deletes up to `limit` entries with all they own. Repeat it with `cursor` until `next` is null; a deletion that was
/// interrupted at any moment is begun again without a cursor. `confirm` must be the name of the namespace.
///
/// Without `key_prefix` nothing of the namespace is left at the end, files without an entry included; such a file stays until it is
/// a minute old, since a store may be under way, and until then there is a next page. With `key_prefix`, only entries whose cache key
/// begins with it are deleted. Entries that are stored meanwhile may stay.
#[utoipa::path(
    delete,
    path = "",
    tag = "namespace",
    params(InNamespace, Clearance),
    responses((status = 200, description = "What this call has deleted.", body = NamespaceClearResponse), Refused)
)]
pub(crate) async fn delete_namespace(
    cache: web::Data<Cache>,
    Params((at, clearance)): Params<(InNamespace, Clearance)>,
) -> Result<web::Json<NamespaceClearResponse>> {
    let namespace = at.namespace;
    let Clearance { confirm, key_prefix, limit, cursor, listing } = clearance;
    if confirm != namespace.as_str() {
        let reason = format!("is not the name of the namespace, '{namespace}'");
        return Err(Error::parameter("query", "confirm", reason, &confirm));
    }
    let after = cursor.map(|place| of_namespace(&namespace, place)).transpose()?;
    let Cleared { entries, files, next } = match key_prefix {
        Some(prefix) => cache.clear_prefix(&namespace, prefix, after.as_deref(), limit).await?,
        // Begins where entries are left: at the first one.
        None => cache.clear(&namespace, limit).await?,
    };
    let next = next.map(|place| listing.cursor(&place));
    Ok(web::Json(NamespaceClearResponse { namespace, deleted: entries as u64, deleted_files: files, next }))
}

/// Refuses a place that is not among the references of the namespace.
fn of_namespace(namespace: &Namespace, place: String) -> Result<String> {
    let folder = layout::references_folder(namespace, "by-id");
    let is_inside = place.strip_prefix(folder.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if is_inside { Ok(place) } else { Err(stream::no_cursor(&place)) }
}
