//! The documents about an entry: layout, metadata, references.

use actix_web::http::header::ETAG;
use actix_web::{HttpResponse, web};
use cache_client::Json;
use utoipa::ToSchema;

use super::json_text;
use crate::api::conditional::{ReadConditions, owned_tag};
use crate::api::error::{Error, Refused, Result};
use crate::api::params::{ById, Params};
use crate::api::store::Paths;
use crate::cache::Cache;

/// How an entry's copies are laid out.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the record that is answered")]
struct ConfigResponse {
    /// Always `first`.
    exists_strategy: String,
    /// The file id.
    file_id: String,
    /// The cache key; empty without one.
    file_key: String,
    /// The folder of each copy.
    file_paths: Vec<String>,
    /// How the content is written.
    file_type: FileType,
}

/// How a content file is written.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the record that is answered")]
struct FileType {
    /// `json` or `binary`.
    name: String,
    /// The media type.
    content_type: String,
    /// The extension without the dot.
    file_extension: String,
    /// The character set of text.
    encoding: Option<String>,
    /// `json` or `binary`.
    serialization: String,
}

/// Retrieve how an entry is laid out
#[utoipa::path(
    get,
    path = "",
    tag = "retrieve",
    params(ById),
    responses((status = 200, description = "The layout.", body = ConfigResponse), Refused)
)]
pub(crate) async fn retrieve_config(cache: web::Data<Cache>, Params(at): Params<ById>) -> Result<HttpResponse> {
    let config = cache.config(&at.namespace, at.cache_id).await?;
    let config = config.ok_or_else(|| Error::no_entry(&at.namespace, at.cache_id))?;
    Ok(HttpResponse::Ok().json(config))
}

/// What is stored about an entry beside its content.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the record that is answered")]
struct MetadataResponse {
    /// The first 10 digits of the MD5 of the content that was stored first.
    #[schema(rename = "content__hash")]
    content_hash: String,
    /// The length of the content that was stored first.
    #[schema(rename = "content__size")]
    content_size: u64,
    /// Always null.
    chain_hash: Option<String>,
    /// Always null.
    previous_version_path: Option<String>,
    /// Always empty.
    tags: Vec<String>,
    /// When it was written, in milliseconds since 1970.
    timestamp: u64,
    /// Whose content it is.
    data: OwnerResponse,
}

/// The entry a content file belongs to.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the record that is answered")]
struct OwnerResponse {
    /// The hash it was stored under.
    cache_hash: String,
    /// The cache key; empty without one.
    cache_key: String,
    /// The entry's id.
    #[schema(format = "uuid")]
    cache_id: String,
    /// How the content is packed, such as `gzip`; null when it is not.
    content_encoding: Option<String>,
    /// The file id.
    file_id: String,
    /// `json` or `binary`.
    file_type: String,
    /// The field the entry is hashed by.
    json_field_path: Option<String>,
    /// The namespace.
    namespace: String,
    /// When it was stored, in milliseconds since 1970.
    stored_at: u64,
    /// The strategy.
    strategy: String,
}

/// Retrieve the metadata of an entry
#[utoipa::path(
    get,
    path = "",
    tag = "retrieve",
    params(ById, ReadConditions),
    responses(
        (
            status = 200, description = "The metadata.", body = MetadataResponse,
            headers(("ETag" = String, description = "The tag of the content and of the entry that owns it."))
        ),
        (status = 304, description = "The client has it: `If-None-Match` holds."),
        Refused
    )
)]
pub(crate) async fn retrieve_metadata(cache: web::Data<Cache>, Params(at): Params<ById>) -> Result<HttpResponse> {
    let found = cache.metadata(&at.namespace, at.cache_id).await?;
    let (metadata, version) = found.ok_or_else(|| Error::no_entry(&at.namespace, at.cache_id))?;
    let Some(version) = version else { return Ok(HttpResponse::Ok().json(metadata)) };
    let tag = owned_tag(&version, metadata.data.cache_id);
    Ok(HttpResponse::Ok().insert_header((ETAG, tag)).json(&metadata))
}

/// The reference of an entry.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the record that is answered")]
struct RefsResponse {
    /// Every file of the entry.
    all_paths: Paths,
    /// The entry's id.
    #[schema(format = "uuid")]
    cache_id: String,
    /// The hash it was stored under.
    cache_hash: String,
    /// Where its copies lie.
    file_paths: FilePaths,
    /// `json` or `binary`.
    file_type: String,
    /// The namespace.
    namespace: String,
    /// The strategy.
    strategy: String,
    /// When it was stored, in milliseconds since 1970.
    timestamp: u64,
}

/// Where an entry's copies lie, the one that is read first.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the record that is answered")]
struct FilePaths {
    /// The content files.
    content_files: Vec<String>,
    /// The folders of the child files.
    data_folders: Vec<String>,
}

/// Retrieve the reference of an entry
#[utoipa::path(
    get,
    path = "",
    tag = "retrieve",
    params(ById),
    responses((status = 200, description = "The reference.", body = RefsResponse), Refused)
)]
pub(crate) async fn retrieve_refs(cache: web::Data<Cache>, Params(at): Params<ById>) -> Result<HttpResponse> {
    let reference = cache.whole_reference(&at.namespace, at.cache_id).await?;
    let reference = reference.ok_or_else(|| Error::no_entry(&at.namespace, at.cache_id))?;
    Ok(HttpResponse::Ok().json(reference))
}

/// The reference of an entry and the documents it names.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes a body that is written as text")]
struct RefsAllResponse {
    /// The reference.
    by_id: RefsResponse,
    /// Each document by its path.
    #[schema(value_type = Object)]
    details: serde_json::Value,
}

/// Retrieve the reference of an entry and every document it names
#[utoipa::path(
    get,
    path = "",
    tag = "retrieve",
    params(ById),
    responses((status = 200, description = "The reference and the documents.", body = RefsAllResponse), Refused)
)]
pub(crate) async fn retrieve_refs_all(cache: web::Data<Cache>, Params(at): Params<ById>) -> Result<HttpResponse> {
    let found = cache.details(&at.namespace, at.cache_id).await?;
    let found = found.ok_or_else(|| Error::no_entry(&at.namespace, at.cache_id))?;
    let by_path =
        found.documents.into_iter().map(|(path, document)| (path.to_string(), document.unwrap_or(Json::Null)));
    let details = Json::Object(Box::new(by_path.collect())).dumps_compact();
    let by_id = serde_json::to_string(&found.by_id).expect("a reference is plain fields");
    Ok(json_text(&mut HttpResponse::Ok(), format!("{{\"by_id\":{by_id},\"details\":{details}}}")))
}
