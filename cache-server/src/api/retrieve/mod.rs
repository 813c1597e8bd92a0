//! `retrieve`: entries by id, by hash and by key, their content in any form, and the documents about them.

pub(super) mod by_hash;
pub(super) mod by_id;
pub(super) mod by_key;
pub(super) mod documents;

use actix_web::HttpResponse;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use cache_client::{CacheHash, CacheId, Json, Strategy};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::error::{Error, Result};
use crate::cache::{self, Compact, Entry, Value};
use crate::records::FileKind;

pub(super) const MISSING: &str = "Cache entry not found";

/// About an entry.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EntryMetadata<'a> {
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
pub(crate) struct RetrieveResponse {
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
pub(super) fn generic(entry: &Entry, binary_url: impl FnOnce() -> String) -> Result<String> {
    let metadata = EntryMetadata::from(entry);
    let about = || serde_json::to_string(&metadata).expect("metadata is plain fields");
    let (data, data_type) = match entry.compact()? {
        Compact::String(text) => (Json::String(text).dumps_compact(), "string"),
        Compact::Json(text) => (text, "json"),
        Compact::Binary(_) => {
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

pub(super) fn json_text(response: &mut actix_web::HttpResponseBuilder, body: String) -> HttpResponse {
    response.content_type("application/json").body(body)
}

/// The content as text; bytes as base64.
pub(super) fn as_text(entry: &Entry, bytes_as_text: impl FnOnce(&[u8]) -> String) -> Result<String> {
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
pub(super) fn as_json(entry: &Entry) -> Result<String> {
    match entry.compact()? {
        Compact::Json(text) => Ok(text),
        Compact::String(text) => match Json::parse(text.as_bytes()) {
            Ok(value) => Ok(value.dumps_compact()),
            Err(_) => {
                let start: String = text.chars().take(100).collect();
                Err(Error::NotJson(format!("Data is string, not JSON: {start}")))
            }
        },
        Compact::Binary(bytes) => {
            let data = BASE64_STANDARD.encode(&bytes);
            Ok(json!({ "data_type": "binary", "encoding": "base64", "data": data }).to_string())
        }
    }
}

/// The content as bytes.
pub(super) fn as_bytes(entry: &Entry) -> Result<bytes::Bytes> {
    match entry.value() {
        Ok(Value::Binary(bytes)) => Ok(bytes),
        Ok(Value::String(text)) => Ok(text.into()),
        Ok(Value::Json(value)) => Ok(value.dumps().into()),
        Err(cache::Error::Unreadable { .. }) => Ok(entry.content.clone()),
        Err(error) => Err(error.into()),
    }
}

pub(super) const TEXT: &str = "text/plain; charset=utf-8";
pub(super) const BYTES: &str = "application/octet-stream";
