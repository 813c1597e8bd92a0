//! The members of an archive: listed, retrieved, added and removed.

use actix_web::{HttpResponse, web};
use cache_client::{CacheId, MemberPath};
use serde::Serialize;
use utoipa::ToSchema;

use super::{NO_ARCHIVE, message, nothing_to_change};
use crate::api::body::Body;
use crate::api::error::{Error, Refused, Result};
use crate::api::params::{ById, MemberName, NewMember, Params};
use crate::api::store::Bytes;
use crate::archive;
use crate::cache::{self, Cache, StoredArchive, Unpacked};

/// What was done with an archive, or what is in it.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct ZipOperationResponse {
    /// Always true: a refusal has another status.
    success: bool,
    /// `list`, `add` or `remove`.
    operation: &'static str,
    /// The archive; of a change the new one.
    #[schema(value_type = Option<String>, format = "uuid")]
    cache_id: Option<CacheId>,
    /// The archive that was changed, which is left as it was.
    #[schema(value_type = Option<String>, format = "uuid")]
    original_cache_id: Option<CacheId>,
    /// What was done.
    message: String,
    /// The names of the members, sorted; of `list` alone.
    file_list: Vec<String>,
    /// Always empty: members are retrieved by another operation.
    file_content: &'static str,
    /// Always 0: members are retrieved by another operation.
    file_size: u64,
    /// The members that were added or removed.
    files_affected: Vec<String>,
    /// Always empty: a refusal has another status.
    error_details: &'static str,
}

/// Looks at an archive; what is none is not there, as in the Python service.
fn looked_at<T>(result: cache::Result<T>) -> Result<T> {
    result.map_err(|error| match error {
        cache::Error::Archive(archive::Error::NotZip(_)) => Error::NotFound("File is not a zip file".to_owned()),
        other => other.into(),
    })
}

fn changed(
    stored: Option<StoredArchive>,
    original: CacheId,
    (operation, done, name): (&'static str, &str, String),
) -> Result<web::Json<ZipOperationResponse>> {
    let StoredArchive { entry, .. } = stored.ok_or_else(nothing_to_change)?;
    let new = entry.cache_id;
    Ok(web::Json(ZipOperationResponse {
        success: true,
        operation,
        cache_id: Some(new),
        original_cache_id: Some(original),
        message: message(&format!("{done} '{name}' {} zip (new cache_id: {new})", direction(operation))),
        files_affected: vec![name],
        ..Default::default()
    }))
}

fn direction(operation: &str) -> &'static str {
    if operation == "add" { "to" } else { "from" }
}

/// List the members of an archive
#[utoipa::path(
    get,
    path = "",
    tag = "zip",
    params(ById),
    responses((status = 200, description = "The names of the members.", body = ZipOperationResponse), Refused)
)]
pub(crate) async fn zip_files_list(cache: web::Data<Cache>, Params(at): Params<ById>) -> Result<HttpResponse> {
    let found = looked_at(cache.archive_members(&at.namespace, at.cache_id).await)?;
    let file_list = found.ok_or_else(|| Error::NotFound(NO_ARCHIVE.to_owned()))?;
    Ok(HttpResponse::Ok().json(ZipOperationResponse {
        success: true,
        operation: "list",
        cache_id: Some(at.cache_id),
        message: format!("Found {} files in zip", file_list.len()),
        file_list,
        ..Default::default()
    }))
}

/// Retrieve a member of an archive
///
/// That member alone is unpacked.
#[utoipa::path(
    get,
    path = "",
    tag = "zip",
    params(ById, MemberName),
    responses(
        (status = 200, description = "The member.", body = Bytes, content_type = "application/octet-stream"),
        Refused
    )
)]
pub(crate) async fn zip_file_retrieve(
    cache: web::Data<Cache>,
    Params((at, member)): Params<(ById, MemberName)>,
) -> Result<HttpResponse> {
    let name = member.file_path;
    match looked_at(cache.archive_member(&at.namespace, at.cache_id, name.clone()).await)? {
        Unpacked::Member(bytes) => Ok(HttpResponse::Ok().content_type("application/octet-stream").body(bytes)),
        Unpacked::NoMember => Err(Error::NotFound(message(&format!("File '{name}' not found in zip")))),
        Unpacked::NoArchive => Err(Error::NotFound(NO_ARCHIVE.to_owned())),
    }
}

/// Add a text to an archive
///
/// The body is a JSON string when its content type is JSON, else UTF-8 text. A member of that name is replaced. The
/// archive is left as it is; the answer names the new one.
#[utoipa::path(
    post,
    path = "",
    tag = "zip",
    params(ById, NewMember),
    request_body(content = String, content_type = "text/plain", description = "The text.", example = "some text"),
    responses((status = 200, description = "The member was added.", body = ZipOperationResponse), Refused)
)]
pub(crate) async fn zip_file_add_from_string(
    cache: web::Data<Cache>,
    Params((at, member)): Params<(ById, NewMember)>,
    body: Body,
) -> Result<web::Json<ZipOperationResponse>> {
    add(&cache, at, member.file_path, body.text().await?.into()).await
}

/// Add bytes to an archive
///
/// A member of that name is replaced. The archive is left as it is; the answer names the new one.
#[utoipa::path(
    post,
    path = "",
    tag = "zip",
    params(ById, NewMember),
    request_body(content = Bytes, content_type = "application/octet-stream", description = "The bytes."),
    responses((status = 200, description = "The member was added.", body = ZipOperationResponse), Refused)
)]
pub(crate) async fn zip_file_add_from_bytes(
    cache: web::Data<Cache>,
    Params((at, member)): Params<(ById, NewMember)>,
    body: Body,
) -> Result<web::Json<ZipOperationResponse>> {
    add(&cache, at, member.file_path, body.bytes().await?).await
}

async fn add(
    cache: &Cache,
    at: ById,
    member: MemberPath,
    content: bytes::Bytes,
) -> Result<web::Json<ZipOperationResponse>> {
    let name = member.to_string();
    let stored = cache.add_to_archive(&at.namespace, at.cache_id, member, content).await?;
    changed(stored, at.cache_id, ("add", "Added", name))
}

/// Remove a member from an archive
///
/// It need not be there. The archive is left as it is; the answer names the new one.
#[utoipa::path(
    delete,
    path = "",
    tag = "zip",
    params(ById, MemberName),
    responses((status = 200, description = "The member is not there.", body = ZipOperationResponse), Refused)
)]
pub(crate) async fn zip_file_delete(
    cache: web::Data<Cache>,
    Params((at, member)): Params<(ById, MemberName)>,
) -> Result<web::Json<ZipOperationResponse>> {
    let name = member.file_path;
    let stored = cache.remove_from_archive(&at.namespace, at.cache_id, name.clone()).await?;
    changed(stored, at.cache_id, ("remove", "Removed", name))
}
