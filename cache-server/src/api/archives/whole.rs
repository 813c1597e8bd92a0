//! Archives as a whole: created, stored and retrieved.

use actix_web::http::header::{CONTENT_DISPOSITION, ETAG};
use actix_web::{HttpResponse, web};
use cache_client::{CacheHash, CacheId, Namespace};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::body::Body;
use crate::api::conditional::{ReadConditions, content_tag};
use crate::api::error::{Error, Refused, Result};
use crate::api::params::{ById, Keyed, NamedFile, Params, WithStrategy};
use crate::api::store::{Bytes, Paths};
use crate::blocking;
use crate::cache::{Cache, NewArchive, Parts, StoredArchive, Value};
use crate::records::{AllPaths, FileKind};

/// A stored archive.
#[derive(Debug, Serialize, ToSchema)]
struct ZipStoreResponse {
    /// The new entry's id.
    #[schema(value_type = String, format = "uuid")]
    cache_id: CacheId,
    /// The hash of its members.
    #[schema(value_type = String, example = "ce061ae4244079c0")]
    cache_hash: CacheHash,
    /// Its namespace, as it is stored.
    #[schema(value_type = String)]
    namespace: Namespace,
    /// Every file that was written.
    #[schema(value_type = Paths)]
    paths: AllPaths,
    /// The length of the archive in bytes.
    size: u64,
    /// How many members it has.
    file_count: u64,
    /// When it was stored, in milliseconds since 1970.
    stored_at: u64,
    /// Always null: a refusal has another status.
    error_type: Option<String>,
    /// Always null: a refusal has another status.
    error_message: Option<String>,
    /// Always true: a refusal has another status.
    success: bool,
}

fn stored(stored: StoredArchive, stored_at: u64) -> HttpResponse {
    let StoredArchive { entry, count } = stored;
    let tag = content_tag(&entry.version);
    HttpResponse::Ok().insert_header((ETAG, tag)).json(ZipStoreResponse {
        cache_id: entry.cache_id,
        cache_hash: entry.cache_hash,
        namespace: entry.namespace,
        paths: entry.paths,
        size: entry.size,
        file_count: count as u64,
        stored_at,
        error_type: None,
        error_message: None,
        success: true,
    })
}

type Named = (WithStrategy, Keyed, NamedFile);

fn at((WithStrategy { namespace, strategy }, key, file): Named) -> NewArchive {
    NewArchive { namespace, strategy, cache_key: key.cache_key, file_id: file.file_id }
}

/// Store an archive without members
#[utoipa::path(
    post,
    path = "",
    tag = "zip",
    params(WithStrategy, Keyed, NamedFile),
    responses(
        (
            status = 200, description = "The archive was stored.", body = ZipStoreResponse,
            headers(("ETag" = String, description = "The tag of the content."))
        ),
        Refused
    )
)]
pub(crate) async fn zip_create(cache: web::Data<Cache>, Params(named): Params<Named>) -> Result<HttpResponse> {
    Ok(stored(cache.create_archive(at(named)).await?, cache.now()))
}

/// Store an archive
///
/// It is stored as sent and hashed by the names and contents of its members, each of which is unpacked once. Refused are
/// names that are absolute, have `..` segments or come twice, symbolic links, encrypted members and damaged ones, with
/// 400; more than 100,000 members, members of more than 100 MiB, more than 1 GiB in all, and what unpacks to more than a
/// hundred times its size and a MiB, with 413.
#[utoipa::path(
    post,
    path = "",
    tag = "zip",
    params(WithStrategy, Keyed, NamedFile),
    request_body(content = Bytes, content_type = "application/octet-stream", description = "The archive."),
    responses(
        (
            status = 200, description = "The archive was stored.", body = ZipStoreResponse,
            headers(("ETag" = String, description = "The tag of the content."))
        ),
        Refused
    )
)]
pub(crate) async fn zip_store(
    cache: web::Data<Cache>,
    Params(named): Params<Named>,
    body: Body,
) -> Result<HttpResponse> {
    let (bytes, coding) = body.some_bytes().await?;
    if let Some(coding) = coding {
        let reason = "archives are packed already, and are not taken in another coding";
        return Err(Error::parameter("header", "content-encoding", reason, coding.name()));
    }
    Ok(stored(cache.store_archive(at(named), bytes).await?, cache.now()))
}

/// Retrieve an archive
#[utoipa::path(
    get,
    path = "",
    tag = "zip",
    params(ById, ReadConditions),
    responses(
        (
            status = 200, description = "The archive.", body = Bytes, content_type = "application/zip",
            headers(("ETag" = String, description = "The tag of the content."))
        ),
        (status = 304, description = "The client has it: `If-None-Match` holds."),
        Refused
    )
)]
pub(crate) async fn zip_retrieve(cache: web::Data<Cache>, Params(at): Params<ById>) -> Result<HttpResponse> {
    let found = cache.by_id(&at.namespace, at.cache_id, Parts::Content).await?;
    let entry = found.ok_or_else(|| Error::NotFound("Zip file not found".to_owned()))?;
    let (tag, work) = (content_tag(&entry.version), entry.work());
    let is_binary = entry.reference.file_type == FileKind::Binary;
    let value = if is_binary { Some(blocking::run(work, move || entry.value()).await?) } else { None };
    let Some(Value::Binary(bytes)) = value else {
        return Err(Error::Rejected("Cached item is not a binary file".to_owned()));
    };
    let name = format!("attachment; filename={}.zip", at.cache_id);
    let mut response = HttpResponse::Ok();
    response.insert_header((ETAG, tag)).insert_header((CONTENT_DISPOSITION, name));
    Ok(response.content_type("application/zip").body(bytes))
}
