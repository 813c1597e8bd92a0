//! `retrieve`: entries by id and by hash, their content in any form, and the documents about them.

use actix_web::{HttpResponse, get, web};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use cache_client::{CacheHash, CacheId, Json, Namespace, Strategy};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::conditional::{Conditions, content_tag, owned_tag};
use super::error::{Error, Refused, Result};
use super::params::{ByHash, ById, Params};
use super::store::{Bytes, Paths};
use crate::cache::{self, Cache, Entry, Value};
use crate::records::FileKind;

pub(super) fn operations(config: &mut ServiceConfig<'_>) {
    config
        .service(retrieve_by_id)
        .service(retrieve_config)
        .service(retrieve_metadata)
        .service(retrieve_refs)
        .service(retrieve_refs_all)
        .service(retrieve_string)
        .service(retrieve_json)
        .service(retrieve_binary)
        .service(retrieve_by_hash)
        .service(retrieve_string_by_hash)
        .service(retrieve_json_by_hash)
        .service(retrieve_binary_by_hash)
        .service(retrieve_metadata_by_hash)
        .service(retrieve_refs_by_hash)
        .service(retrieve_cache_id_by_hash);
}

const MISSING: &str = "Cache entry not found";

/// About an entry.
#[derive(Debug, Serialize, ToSchema)]
struct EntryMetadata<'a> {
    /// The entry whose content this is; a later store to the same path takes it over.
    #[schema(value_type = String, format = "uuid")]
    cache_id: CacheId,
    /// The hash it was stored under.
    #[schema(value_type = String)]
    cache_hash: &'a CacheHash,
    /// The cache key; empty without one.
    cache_key: &'a str,
    /// The file id.
    file_id: &'a str,
    /// The namespace.
    namespace: &'a str,
    /// The strategy.
    #[schema(value_type = String)]
    strategy: Strategy,
    /// When it was stored, in milliseconds since 1970.
    stored_at: u64,
    /// `json` or `binary`.
    #[schema(value_type = String)]
    file_type: FileKind,
    /// `gzip` when the content is stored compressed.
    content_encoding: Option<&'a str>,
    /// The length of the content file in bytes.
    content_size: u64,
}

impl<'a> From<&'a Entry> for EntryMetadata<'a> {
    fn from(entry: &'a Entry) -> Self {
        let owner = &entry.owner;
        Self {
            cache_id: owner.cache_id,
            cache_hash: &owner.cache_hash,
            cache_key: &owner.cache_key,
            file_id: &owner.file_id,
            namespace: &owner.namespace,
            strategy: owner.strategy,
            stored_at: owner.stored_at,
            file_type: owner.file_type,
            content_encoding: owner.content_encoding.as_deref(),
            content_size: entry.content.len() as u64,
        }
    }
}

/// An entry with its content; for bytes, with where they are instead.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes a body that is written as text, so that numbers keep their digits")]
struct RetrieveResponse {
    /// `string`, `json` or `binary`.
    data_type: String,
    /// The content of a string or JSON entry.
    #[schema(value_type = Option<serde_json::Value>)]
    data: Option<Json>,
    /// About the entry.
    metadata: EntryMetadata<'static>,
    /// For bytes: why they are not here.
    message: Option<String>,
    /// For bytes: the route that answers them.
    binary_url: Option<String>,
    /// For bytes: their length as stored.
    size: Option<u64>,
    /// For bytes: the entry's hash.
    cache_hash: Option<String>,
    /// For bytes: the entry's id.
    cache_id: Option<String>,
    /// For bytes: the namespace.
    namespace: Option<String>,
}

/// The generic answer: content and metadata, or for bytes where they are.
fn generic(entry: &Entry, binary_url: impl FnOnce() -> String) -> Result<String> {
    let metadata = EntryMetadata::from(entry);
    let about = || serde_json::to_string(&metadata).expect("metadata is plain fields");
    let (data, data_type) = match entry.value()? {
        Value::String(text) => (Json::String(text).dumps_compact(), "string"),
        Value::Json(value) => (value.dumps_compact(), "json"),
        Value::Binary(_) => {
            let body = json!({
                "message": "Binary data requires separate endpoint", "data_type": "binary",
                "size": metadata.content_size, "cache_hash": metadata.cache_hash, "cache_id": metadata.cache_id,
                "namespace": metadata.namespace, "binary_url": binary_url(), "metadata": metadata,
            });
            return Ok(body.to_string());
        }
    };
    Ok(format!("{{\"data\":{data},\"metadata\":{},\"data_type\":\"{data_type}\"}}", about()))
}

fn json_text(response: &mut actix_web::HttpResponseBuilder, body: String) -> HttpResponse {
    response.content_type("application/json").body(body)
}

/// The content as text; bytes as base64.
fn as_text(entry: &Entry, bytes_as_text: impl FnOnce(&[u8]) -> String) -> Result<String> {
    match entry.value() {
        Ok(Value::String(text)) => Ok(text),
        Ok(Value::Json(value)) => Ok(value.dumps()),
        Ok(Value::Binary(bytes)) => Ok(bytes_as_text(&bytes)),
        // Python may have stored what is no valid JSON: its text is served as it is.
        Err(error @ cache::Error::Unreadable { .. }) => {
            String::from_utf8(entry.content.to_vec()).map_err(|_| error.into())
        }
        Err(error) => Err(error.into()),
    }
}

/// The content as JSON; bytes wrapped as base64, a string only when it holds JSON.
fn as_json(entry: &Entry) -> Result<String> {
    match entry.value()? {
        Value::Json(value) => Ok(value.dumps_compact()),
        Value::String(text) => match Json::parse(text.as_bytes()) {
            Ok(value) => Ok(value.dumps_compact()),
            Err(_) => {
                let start: String = text.chars().take(100).collect();
                Err(Error::NotJson(format!("Data is string, not JSON: {start}")))
            }
        },
        Value::Binary(bytes) => {
            let data = BASE64_STANDARD.encode(&bytes);
            Ok(json!({ "data_type": "binary", "encoding": "base64", "data": data }).to_string())
        }
    }
}

/// The content as bytes.
fn as_bytes(entry: &Entry) -> Result<bytes::Bytes> {
    match entry.value() {
        Ok(Value::Binary(bytes)) => Ok(bytes),
        Ok(Value::String(text)) => Ok(text.into()),
        Ok(Value::Json(value)) => Ok(value.dumps().into()),
        Err(cache::Error::Unreadable { .. }) => Ok(entry.content.clone()),
        Err(error) => Err(error.into()),
    }
}

const TEXT: &str = "text/plain; charset=utf-8";
const BYTES: &str = "application/octet-stream";

async fn by_id(cache: &Cache, at: &ById) -> Result<Option<Entry>> {
    Ok(cache.by_id(&at.namespace, at.cache_id).await?)
}

async fn form_by_id(cache: &Cache, at: &ById) -> Result<Entry> {
    by_id(cache, at).await?.ok_or_else(|| Error::NotFound(MISSING.to_owned()))
}

async fn form_by_hash(cache: &Cache, at: &ByHash) -> Result<Entry> {
    let found = cache.by_hash(&at.namespace, &at.cache_hash).await?;
    found.ok_or_else(|| Error::NotFound(MISSING.to_owned()))
}

/// Retrieve an entry by its id
///
/// Strings and JSON come with their content; bytes with the URL of the binary route.
#[utoipa::path(
    operation_id = "retrieve_by_id",
    tag = "retrieve",
    params(ById),
    responses(
        (status = 200, description = "The entry.", body = RetrieveResponse),
        (status = 304, description = "The client has it: `If-None-Match` holds."),
        Refused
    )
)]
#[get("/{namespace}/retrieve/{cache_id}")]
async fn retrieve_by_id(
    cache: web::Data<Cache>,
    Params(at): Params<ById>,
    conditions: Conditions,
) -> Result<HttpResponse> {
    let entry = by_id(&cache, &at).await?.ok_or_else(|| Error::no_entry(&at.namespace, at.cache_id))?;
    let body = generic(&entry, || format!("/{}/retrieve/{}/binary", at.namespace, at.cache_id))?;
    let tag = owned_tag(&entry.version, entry.owner.cache_id);
    Ok(conditions.tagged(&tag, |response| json_text(response, body)))
}

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
    operation_id = "retrieve_config",
    tag = "retrieve",
    params(ById),
    responses((status = 200, description = "The layout.", body = ConfigResponse), Refused)
)]
#[get("/{namespace}/retrieve/{cache_id}/config")]
async fn retrieve_config(cache: web::Data<Cache>, Params(at): Params<ById>) -> Result<HttpResponse> {
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
    /// `gzip` when the content is stored compressed.
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
    operation_id = "retrieve_metadata",
    tag = "retrieve",
    params(ById),
    responses(
        (status = 200, description = "The metadata.", body = MetadataResponse),
        (status = 304, description = "The client has it: `If-None-Match` holds."),
        Refused
    )
)]
#[get("/{namespace}/retrieve/{cache_id}/metadata")]
async fn retrieve_metadata(
    cache: web::Data<Cache>,
    Params(at): Params<ById>,
    conditions: Conditions,
) -> Result<HttpResponse> {
    let found = cache.metadata(&at.namespace, at.cache_id).await?;
    let (metadata, version) = found.ok_or_else(|| Error::no_entry(&at.namespace, at.cache_id))?;
    let Some(version) = version else { return Ok(HttpResponse::Ok().json(metadata)) };
    Ok(conditions.tagged(&owned_tag(&version, metadata.data.cache_id), |response| response.json(&metadata)))
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
    operation_id = "retrieve_refs",
    tag = "retrieve",
    params(ById),
    responses((status = 200, description = "The reference.", body = RefsResponse), Refused)
)]
#[get("/{namespace}/retrieve/{cache_id}/refs")]
async fn retrieve_refs(cache: web::Data<Cache>, Params(at): Params<ById>) -> Result<HttpResponse> {
    let reference = cache.reference(&at.namespace, at.cache_id).await?;
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
    operation_id = "retrieve_refs_all",
    tag = "retrieve",
    params(ById),
    responses((status = 200, description = "The reference and the documents.", body = RefsAllResponse), Refused)
)]
#[get("/{namespace}/retrieve/{cache_id}/refs/all")]
async fn retrieve_refs_all(cache: web::Data<Cache>, Params(at): Params<ById>) -> Result<HttpResponse> {
    let found = cache.details(&at.namespace, at.cache_id).await?;
    let found = found.ok_or_else(|| Error::no_entry(&at.namespace, at.cache_id))?;
    let by_path =
        found.documents.into_iter().map(|(path, document)| (path.to_string(), document.unwrap_or(Json::Null)));
    let details = Json::Object(by_path.collect()).dumps_compact();
    let by_id = serde_json::to_string(&found.by_id).expect("a reference is plain fields");
    Ok(json_text(&mut HttpResponse::Ok(), format!("{{\"by_id\":{by_id},\"details\":{details}}}")))
}

/// Retrieve the content of an entry as text
///
/// JSON as Python writes it, bytes as base64.
#[utoipa::path(
    operation_id = "retrieve_string",
    tag = "retrieve",
    params(ById),
    responses(
        (status = 200, description = "The text.", body = String, content_type = "text/plain"),
        (status = 304, description = "The client has it: `If-None-Match` holds."),
        Refused
    )
)]
#[get("/{namespace}/retrieve/{cache_id}/string")]
async fn retrieve_string(
    cache: web::Data<Cache>,
    Params(at): Params<ById>,
    conditions: Conditions,
) -> Result<HttpResponse> {
    let entry = form_by_id(&cache, &at).await?;
    let text = as_text(&entry, |bytes| BASE64_STANDARD.encode(bytes))?;
    Ok(conditions.tagged(&content_tag(&entry.version), |response| response.content_type(TEXT).body(text)))
}

/// Retrieve the content of an entry as JSON
///
/// A string is answered when it holds JSON, else refused with 415; bytes are wrapped as base64.
#[utoipa::path(
    operation_id = "retrieve_json",
    tag = "retrieve",
    params(ById),
    responses(
        (status = 200, description = "The JSON.", body = serde_json::Value),
        (status = 304, description = "The client has it: `If-None-Match` holds."),
        Refused
    )
)]
#[get("/{namespace}/retrieve/{cache_id}/json")]
async fn retrieve_json(
    cache: web::Data<Cache>,
    Params(at): Params<ById>,
    conditions: Conditions,
) -> Result<HttpResponse> {
    let entry = form_by_id(&cache, &at).await?;
    let body = as_json(&entry)?;
    Ok(conditions.tagged(&content_tag(&entry.version), |response| json_text(response, body)))
}

/// Retrieve the content of an entry as bytes
///
/// Strings as UTF-8, JSON as Python writes it, gzip unpacked.
#[utoipa::path(
    operation_id = "retrieve_binary",
    tag = "retrieve",
    params(ById),
    responses(
        (status = 200, description = "The bytes.", body = Bytes, content_type = "application/octet-stream"),
        (status = 304, description = "The client has it: `If-None-Match` holds."),
        Refused
    )
)]
#[get("/{namespace}/retrieve/{cache_id}/binary")]
async fn retrieve_binary(
    cache: web::Data<Cache>,
    Params(at): Params<ById>,
    conditions: Conditions,
) -> Result<HttpResponse> {
    let entry = form_by_id(&cache, &at).await?;
    let bytes = as_bytes(&entry)?;
    Ok(conditions.tagged(&content_tag(&entry.version), |response| response.content_type(BYTES).body(bytes)))
}

/// Retrieve the newest entry of a hash
#[utoipa::path(
    operation_id = "retrieve_by_hash",
    tag = "retrieve",
    params(ByHash),
    responses((status = 200, description = "The entry.", body = RetrieveResponse), Refused)
)]
#[get("/{namespace}/retrieve/hash/{cache_hash}")]
async fn retrieve_by_hash(cache: web::Data<Cache>, Params(at): Params<ByHash>) -> Result<HttpResponse> {
    let found = cache.by_hash(&at.namespace, &at.cache_hash).await?;
    let entry = found.ok_or_else(|| Error::no_hash(&at.namespace, &at.cache_hash))?;
    let body = generic(&entry, || format!("/{}/retrieve/hash/{}/binary", at.namespace, at.cache_hash))?;
    Ok(json_text(&mut HttpResponse::Ok(), body))
}

/// Retrieve the content of the newest entry of a hash as text
///
/// Bytes are answered as text when they are UTF-8, else as base64.
#[utoipa::path(
    operation_id = "retrieve_string_by_hash",
    tag = "retrieve",
    params(ByHash),
    responses((status = 200, description = "The text.", body = String, content_type = "text/plain"), Refused)
)]
#[get("/{namespace}/retrieve/hash/{cache_hash}/string")]
async fn retrieve_string_by_hash(cache: web::Data<Cache>, Params(at): Params<ByHash>) -> Result<HttpResponse> {
    let entry = form_by_hash(&cache, &at).await?;
    let text =
        as_text(&entry, |bytes| String::from_utf8(bytes.to_vec()).unwrap_or_else(|_| BASE64_STANDARD.encode(bytes)))?;
    Ok(HttpResponse::Ok().content_type(TEXT).body(text))
}

/// Retrieve the content of the newest entry of a hash as JSON
#[utoipa::path(
    operation_id = "retrieve_json_by_hash",
    tag = "retrieve",
    params(ByHash),
    responses((status = 200, description = "The JSON.", body = serde_json::Value), Refused)
)]
#[get("/{namespace}/retrieve/hash/{cache_hash}/json")]
async fn retrieve_json_by_hash(cache: web::Data<Cache>, Params(at): Params<ByHash>) -> Result<HttpResponse> {
    let body = as_json(&form_by_hash(&cache, &at).await?)?;
    Ok(json_text(&mut HttpResponse::Ok(), body))
}

/// Retrieve the content of the newest entry of a hash as bytes
#[utoipa::path(
    operation_id = "retrieve_binary_by_hash",
    tag = "retrieve",
    params(ByHash),
    responses(
        (status = 200, description = "The bytes.", body = Bytes, content_type = "application/octet-stream"),
        Refused
    )
)]
#[get("/{namespace}/retrieve/hash/{cache_hash}/binary")]
async fn retrieve_binary_by_hash(cache: web::Data<Cache>, Params(at): Params<ByHash>) -> Result<HttpResponse> {
    let bytes = as_bytes(&form_by_hash(&cache, &at).await?)?;
    Ok(HttpResponse::Ok().content_type(BYTES).body(bytes))
}

/// Retrieve what is known of the newest entry of a hash
#[utoipa::path(
    operation_id = "retrieve_metadata_by_hash",
    tag = "retrieve",
    params(ByHash),
    responses((status = 200, description = "About the entry.", body = EntryMetadata), Refused)
)]
#[get("/{namespace}/retrieve/hash/{cache_hash}/metadata")]
async fn retrieve_metadata_by_hash(cache: web::Data<Cache>, Params(at): Params<ByHash>) -> Result<HttpResponse> {
    let entry = form_by_hash(&cache, &at).await?;
    Ok(HttpResponse::Ok().json(EntryMetadata::from(&entry)))
}

/// All entries of a hash.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the record that is answered")]
struct HashRefsResponse {
    /// The hash.
    cache_hash: String,
    /// The entries, oldest first.
    cache_ids: Vec<HashEntryResponse>,
    /// The newest entry.
    #[schema(format = "uuid")]
    latest_id: String,
    /// How many there are.
    total_versions: u64,
}

/// One entry of a hash.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the record that is answered")]
struct HashEntryResponse {
    /// The entry's id.
    #[schema(format = "uuid")]
    cache_id: String,
    /// When it was stored, in milliseconds since 1970.
    timestamp: u64,
}

/// Retrieve the ids of all entries of a hash
#[utoipa::path(
    operation_id = "retrieve_refs_by_hash",
    tag = "retrieve",
    params(ByHash),
    responses((status = 200, description = "The entries.", body = HashRefsResponse), Refused)
)]
#[get("/{namespace}/retrieve/hash/{cache_hash}/refs-hash")]
async fn retrieve_refs_by_hash(cache: web::Data<Cache>, Params(at): Params<ByHash>) -> Result<HttpResponse> {
    let reference = cache.hash_reference(&at.namespace, &at.cache_hash).await?;
    Ok(HttpResponse::Ok().json(reference.ok_or_else(|| Error::NotFound(MISSING.to_owned()))?))
}

/// The newest entry of a hash.
#[derive(Debug, Serialize, ToSchema)]
struct CacheIdResponse {
    /// The namespace.
    #[schema(value_type = String)]
    namespace: Namespace,
    /// The hash.
    #[schema(value_type = String)]
    cache_hash: CacheHash,
    /// The newest entry's id.
    #[schema(value_type = String, format = "uuid")]
    cache_id: CacheId,
}

/// Retrieve the id of the newest entry of a hash
#[utoipa::path(
    operation_id = "retrieve_cache_id_by_hash",
    tag = "retrieve",
    params(ByHash),
    responses((status = 200, description = "The id.", body = CacheIdResponse), Refused)
)]
#[get("/{namespace}/retrieve/hash/{cache_hash}/cache-id")]
async fn retrieve_cache_id_by_hash(cache: web::Data<Cache>, Params(at): Params<ByHash>) -> Result<HttpResponse> {
    let newest = cache.newest_of(&at.namespace, &at.cache_hash).await?;
    let cache_id = newest.ok_or_else(|| Error::NotFound(MISSING.to_owned()))?.cache_id;
    Ok(HttpResponse::Ok().json(CacheIdResponse { namespace: at.namespace, cache_hash: at.cache_hash, cache_id }))
}
