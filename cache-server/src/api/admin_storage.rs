//! `admin_storage`: the stored objects themselves, for administrators.

use actix_web::{HttpResponse, web};
use cache_client::Json;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::Settings;
use super::error::{Error, Refused, Result};
use super::params::{FullPath, Page, Params, Recursive, StoredFile, StoredFolder};
use super::store::Bytes;
use super::stream::{self, Frame, Item, Totals};
use crate::cache::Cache;
use crate::storage::{Child, Folder, Listed, ObjectPath};

/// The bucket of the storage.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BucketName {
    /// The bucket's name; `NA` for storage that has none.
    #[serde(rename = "bucket-name")]
    bucket_name: String,
}

/// Tell the bucket of the storage
#[utoipa::path(
    get,
    path = "",
    tag = "admin_storage",
    responses((status = 200, description = "The bucket's name.", body = BucketName), Refused)
)]
pub(crate) async fn bucket_name(settings: web::Data<Settings>) -> web::Json<BucketName> {
    web::Json(BucketName { bucket_name: settings.bucket.clone().unwrap_or_else(|| "NA".to_owned()) })
}

/// Whether there is a stored file.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StoredFileExists {
    /// Whether there is one.
    exists: bool,
    /// The path that was asked for.
    #[schema(value_type = String)]
    path: ObjectPath,
}

/// Tell whether there is a stored file
#[utoipa::path(
    get,
    path = "",
    tag = "admin_storage",
    params(StoredFile),
    responses((status = 200, description = "Whether there is one.", body = StoredFileExists), Refused)
)]
pub(crate) async fn stored_file_exists(
    cache: web::Data<Cache>,
    Params(StoredFile { path }): Params<StoredFile>,
) -> Result<web::Json<StoredFileExists>> {
    let exists = cache.object_exists(&path).await?;
    Ok(web::Json(StoredFileExists { exists, path }))
}

async fn bytes(cache: &Cache, path: &ObjectPath) -> Result<bytes::Bytes> {
    let object = cache.object(path).await?;
    Ok(object.ok_or_else(|| Error::NoFile(path.to_string()))?.bytes)
}

/// Read a stored file as bytes
#[utoipa::path(
    get,
    path = "",
    tag = "admin_storage",
    params(StoredFile),
    responses(
        (status = 200, description = "The bytes.", body = Bytes, content_type = "application/octet-stream"),
        Refused
    )
)]
pub(crate) async fn stored_file_bytes(cache: web::Data<Cache>, Params(at): Params<StoredFile>) -> Result<HttpResponse> {
    let object = cache.object(&at.path).await?;
    let object = object.ok_or_else(|| Error::NotFound("The requested file does not exist in storage".to_owned()))?;
    Ok(HttpResponse::Ok().content_type("application/octet-stream").body(object.bytes))
}

/// Read a stored file with the media type of its extension
#[utoipa::path(
    get,
    path = "",
    tag = "admin_storage",
    params(StoredFile),
    responses(
        (status = 200, description = "The content.", body = Bytes, content_type = "application/octet-stream"),
        Refused
    )
)]
pub(crate) async fn stored_file_content(
    cache: web::Data<Cache>,
    Params(at): Params<StoredFile>,
) -> Result<HttpResponse> {
    let bytes = bytes(&cache, &at.path).await?;
    let media_type = match at.path.name().rsplit_once('.').map(|(_, extension)| extension) {
        Some("txt") => "text/plain; charset=utf-8",
        Some("json") => "application/json",
        _ => "application/octet-stream",
    };
    Ok(HttpResponse::Ok().content_type(media_type).body(bytes))
}

async fn parsed(cache: &Cache, path: &ObjectPath) -> Result<Json> {
    let bytes = bytes(cache, path).await?;
    Json::parse(&bytes).map_err(|error| Error::NotJson(format!("The file is not JSON: {error}")))
}

/// Read a stored JSON file
#[utoipa::path(
    get,
    path = "",
    tag = "admin_storage",
    params(StoredFile),
    responses((status = 200, description = "The document.", body = serde_json::Value), Refused)
)]
pub(crate) async fn stored_file_json(cache: web::Data<Cache>, Params(at): Params<StoredFile>) -> Result<HttpResponse> {
    let document = parsed(&cache, &at.path).await?;
    Ok(HttpResponse::Ok().content_type("application/json").body(document.dumps_compact()))
}

/// Show the field `html` of a stored JSON file as a page
#[utoipa::path(
    get,
    path = "",
    tag = "admin_storage",
    params(StoredFile),
    responses((status = 200, description = "The page.", body = String, content_type = "text/html"), Refused)
)]
pub(crate) async fn stored_file_html(cache: web::Data<Cache>, Params(at): Params<StoredFile>) -> Result<HttpResponse> {
    if !cache.object_exists(&at.path).await? {
        return Err(Error::NoPage);
    }
    let page = match parsed(&cache, &at.path).await? {
        object @ Json::Object(_) => match object.get("html") {
            Some(Json::String(page)) => page.clone(),
            _ => String::new(),
        },
        _ => return Err(Error::NotJson("The file is not a JSON object".to_owned())),
    };
    Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(page))
}

/// Lists the paths of all files below a folder.
async fn all_files(
    cache: web::Data<Cache>,
    folder: Folder,
    page: Page,
    frame: Frame<impl Fn(&Totals) -> String + 'static>,
) -> Result<HttpResponse> {
    stream::listing(page, frame, move |after, limit| {
        let (cache, folder) = (cache.clone(), folder.clone());
        async move {
            let files = cache.files(&folder, after.as_deref(), limit).await?;
            let paths: Vec<String> = files.into_iter().map(|listed| listed.path.to_string()).collect();
            let next = paths.last().filter(|_| paths.len() == limit).cloned();
            Ok((paths, next))
        }
    })
    .await
}

/// List the stored files in a folder
#[utoipa::path(
    get,
    path = "",
    tag = "admin_storage",
    params(StoredFolder, FullPath, Recursive, Page),
    responses(
        (
            status = 200, description = "Their names, or whole paths.", body = Vec<String>,
            headers(("x-next-cursor" = String, description = "Where the next page begins; absent on the last one."))
        ),
        Refused
    )
)]
pub(crate) async fn list_stored_files(
    cache: web::Data<Cache>,
    Params((at, full, recursive, page)): Params<(StoredFolder, FullPath, Recursive, Page)>,
) -> Result<HttpResponse> {
    if recursive.recursive.unwrap_or_default() {
        return all_files(cache, at.path, page, Frame::list()).await;
    }
    let full = full.return_full_path.unwrap_or_default();
    stream::listing(page, Frame::list(), move |after, limit| {
        let (cache, folder) = (cache.clone(), at.path.clone());
        async move {
            let children = cache.folder(&folder, after.as_deref(), limit).await?;
            let next = children.last().filter(|_| children.len() == limit).map(Child::sort_key);
            let files = children.into_iter().filter_map(|child| match child {
                Child::File(name) => Some(if full { folder.join(&name) } else { name }),
                Child::Folder(_) => None,
            });
            Ok((files.collect::<Vec<_>>(), next))
        }
    })
    .await
}

/// All stored files below a folder.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes a body that is streamed")]
struct AllStoredFiles {
    /// Their paths, sorted.
    files: Vec<String>,
    /// How many.
    file_count: u64,
    /// When they were listed, in milliseconds since 1970.
    timestamp: u64,
}

/// List all stored files below a folder
#[utoipa::path(
    get,
    path = "",
    tag = "admin_storage",
    params(StoredFolder, Page),
    responses(
        (
            status = 200, description = "Their paths.", body = AllStoredFiles,
            headers(("x-next-cursor" = String, description = "Where the next page begins; absent on the last one."))
        ),
        Refused
    )
)]
pub(crate) async fn list_all_stored_files(
    cache: web::Data<Cache>,
    Params((at, page)): Params<(StoredFolder, Page)>,
) -> Result<HttpResponse> {
    let before = json!({ "timestamp": cache.now() }).to_string();
    let frame = Frame {
        before: format!("{},\"files\":[", before.trim_end_matches('}')),
        after: |totals: &Totals| format!("],\"file_count\":{}}}", totals.count),
    };
    all_files(cache, at.path, page, frame).await
}

/// A stored file and its size.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StoredFileSize {
    /// Its path.
    path: String,
    /// Its length in bytes.
    size: u64,
}

impl Item for StoredFileSize {
    fn size(&self) -> u64 {
        self.size
    }
}

/// List all stored files below a folder with their sizes
///
/// What `cache-server copy` reads a running server by.
#[utoipa::path(
    get,
    path = "",
    tag = "admin_storage",
    params(StoredFolder, Page),
    responses(
        (
            status = 200, description = "Their paths and sizes.", body = Vec<StoredFileSize>,
            headers(("x-next-cursor" = String, description = "Where the next page begins; absent on the last one."))
        ),
        Refused
    )
)]
pub(crate) async fn list_stored_file_sizes(
    cache: web::Data<Cache>,
    Params((at, page)): Params<(StoredFolder, Page)>,
) -> Result<HttpResponse> {
    stream::listing(page, Frame::list(), move |after, limit| {
        let (cache, folder) = (cache.clone(), at.path.clone());
        async move {
            let files = cache.files(&folder, after.as_deref(), limit).await?;
            let next = files.last().filter(|_| files.len() == limit).map(|last| last.path.to_string());
            let files = files.into_iter().map(|Listed { path, size }| StoredFileSize { path: path.to_string(), size });
            Ok((files.collect::<Vec<_>>(), next))
        }
    })
    .await
}

/// List the folders in a folder
#[utoipa::path(
    get,
    path = "",
    tag = "admin_storage",
    params(StoredFolder, FullPath, Recursive, Page),
    responses(
        (
            status = 200, description = "Their names, or whole paths.", body = Vec<String>,
            headers(("x-next-cursor" = String, description = "Where the next page begins; absent on the last one."))
        ),
        Refused
    )
)]
pub(crate) async fn list_stored_folders(
    cache: web::Data<Cache>,
    Params((at, full, recursive, page)): Params<(StoredFolder, FullPath, Recursive, Page)>,
) -> Result<HttpResponse> {
    let deep = recursive.recursive.unwrap_or_default();
    let full = full.return_full_path.unwrap_or_default();
    stream::listing(page, Frame::list(), move |after, limit| {
        let (cache, folder) = (cache.clone(), at.path.clone());
        async move {
            // A folder below this one: the cursor of a client must not lead anywhere else.
            let below = |place: &str| Folder::parse(place).ok().filter(|folder| *folder != Folder::root());
            let after = after.as_deref().map(|place| below(place).ok_or_else(|| stream::no_cursor(place)));
            let after = after.transpose()?;
            let folders = cache.folders(&folder, deep, after.as_ref(), limit).await?;
            let next = folders.last().filter(|_| folders.len() == limit).cloned();
            let shown = folders.into_iter().map(|path| if full { folder.join(&path) } else { path });
            Ok((shown.collect::<Vec<_>>(), next))
        }
    })
    .await
}

/// Whether a stored file was deleted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StoredFileDeleted {
    /// The path that was asked for.
    #[schema(value_type = String)]
    path: ObjectPath,
    /// Whether it was there.
    deleted: bool,
}

/// Delete a stored file
///
/// References to it are not changed: an entry whose content is deleted this way is found by id and has no content.
#[utoipa::path(
    delete,
    path = "",
    tag = "admin_storage",
    params(StoredFile),
    responses((status = 200, description = "Whether it was there.", body = StoredFileDeleted), Refused)
)]
pub(crate) async fn delete_stored_file(
    cache: web::Data<Cache>,
    Params(StoredFile { path }): Params<StoredFile>,
) -> Result<web::Json<StoredFileDeleted>> {
    let deleted = cache.delete_object(path.clone()).await?;
    Ok(web::Json(StoredFileDeleted { path, deleted }))
}
