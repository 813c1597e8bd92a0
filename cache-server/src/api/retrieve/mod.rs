//! `retrieve`: entries by id, by hash and by key, their content in any form, and the documents about them.

pub(super) mod by_hash;
pub(super) mod by_id;
pub(super) mod by_key;
pub(super) mod documents;

use actix_web::http::header::{
    AcceptEncoding, CONTENT_ENCODING, Encoding, HeaderName, HeaderValue, Preference, Quality, QualityItem, VARY,
};
use actix_web::{HttpResponse, HttpResponseBuilder};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use cache_client::{CacheHash, CacheId, Json, Strategy, json};
use http_service::Call;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::error::{Error, Result};
use super::range::RangeOf;
use crate::blocking;
use crate::cache::{self, Compact, Entry, Value};
use crate::coding::Coding;
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
    /// How the content is packed, such as `gzip`; null when it is not.
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
pub(super) async fn generic(entry: &Entry, binary_url: impl FnOnce() -> String) -> Result<String> {
    let with_content = |entry: &Entry| {
        let (data, data_type) = match entry.compact()? {
            Compact::String(text) => (Json::String(text).dumps_compact(), "string"),
            Compact::Json(text) => (text, "json"),
            Compact::Binary(_) => return Ok(None),
        };
        let about = serde_json::to_string(&EntryMetadata::from(entry)).expect("metadata is plain fields");
        Ok::<_, Error>(Some(format!("{{\"data\":{data},\"metadata\":{about},\"data_type\":\"{data_type}\"}}")))
    };
    if let Some(body) = read(entry, with_content).await? {
        return Ok(body);
    }
    let metadata = EntryMetadata::from(entry);
    let body = json!({
        "message": "Binary data requires separate endpoint", "data_type": "binary",
        "size": metadata.content_size, "cache_hash": metadata.cache_hash, "cache_id": metadata.cache_id,
        "namespace": metadata.namespace, "binary_url": binary_url(), "metadata": metadata,
    });
    Ok(body.to_string())
}

/// Works on the content of an entry.
async fn read<T: Send + 'static>(entry: &Entry, work: impl FnOnce(&Entry) -> T + Send + 'static) -> T {
    read_all(entry, entry.work(), work).await
}

/// Works on so many bytes of the content of an entry.
async fn read_all<T: Send + 'static>(
    entry: &Entry,
    bytes: usize,
    work: impl FnOnce(&Entry) -> T + Send + 'static,
) -> T {
    if bytes <= blocking::SMALL {
        return work(entry);
    }
    let entry = entry.clone();
    blocking::run(bytes, move || work(&entry)).await
}

/// Takes the memory that a large packed entry needs unpacked, and once more as it is answered.
pub(super) async fn room_to_unpack(entry: &Entry) -> Result<()> {
    if entry.owner.is_gzip() && entry.content.len() > blocking::SMALL {
        let call = Call::current().expect("handlers are called through the route table");
        call.reserve(2 * read(entry, Entry::unpacked_size).await).await?;
    }
    Ok(())
}

pub(super) fn json_text(response: &mut HttpResponseBuilder, body: String) -> HttpResponse {
    response.content_type("application/json").body(body)
}

/// The content as text; bytes as base64.
pub(super) async fn as_text(entry: &Entry, bytes_as_text: fn(&[u8]) -> String) -> Result<String> {
    // Bytes become text as well.
    let length = entry.work().max(entry.content.len());
    read_all(entry, length, move |entry| text(entry, bytes_as_text)).await
}

fn text(entry: &Entry, bytes_as_text: fn(&[u8]) -> String) -> Result<String> {
    match entry.value() {
        Ok(Value::String(text)) => Ok(text),
        Ok(Value::Json(value)) => Ok(value.dumps()),
        // JSON that was packed is text, character by character.
        Ok(Value::Binary(bytes)) => match std::str::from_utf8(&bytes) {
            Ok(text) if entry.owner.is_gzip() && json::is_json(text) => Ok(text.to_owned()),
            _ => Ok(bytes_as_text(&bytes)),
        },
        // Python may have stored what is no valid JSON: its text is served as it is.
        Err(error @ cache::Error::Unreadable { .. }) => {
            String::from_utf8(entry.content.to_vec()).map_err(|_| error.into())
        }
        Err(error) => Err(error.into()),
    }
}

/// The content as JSON; bytes wrapped as base64, a string only when it holds JSON.
pub(super) async fn as_json(entry: &Entry) -> Result<String> {
    read_all(entry, entry.work().max(entry.content.len()), json).await
}

fn json(entry: &Entry) -> Result<String> {
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
fn bytes(entry: &Entry) -> Result<bytes::Bytes> {
    match entry.value() {
        Ok(Value::Binary(bytes)) => Ok(bytes),
        Ok(Value::String(text)) => Ok(text.into()),
        Ok(Value::Json(value)) => Ok(value.dumps().into()),
        Err(cache::Error::Unreadable { .. }) => Ok(entry.content.clone()),
        Err(error) => Err(error.into()),
    }
}

/// Answers the content as bytes, and says how they are packed where this service did not unpack them: in `Content-Encoding` when
/// the client takes that coding, else in a header that changes nothing.
pub(super) async fn binary(
    entry: &Entry,
    tag: Option<&str>,
    range: &RangeOf,
    accepted: Option<&AcceptEncoding>,
) -> Result<HttpResponse> {
    let bytes = read(entry, bytes).await?;
    // What Python packed may be too large to be unpacked here.
    let is_unpacked = entry.owner.is_gzip() && !(bytes.starts_with(&[0x1f, 0x8b]) && bytes == entry.content);
    let stored = entry.owner.content_encoding.as_deref().filter(|name| !is_unpacked && *name != "identity");
    let mut answer = range.bytes(bytes, tag);
    if let Some(stored) = stored {
        let can_be_named = entry.owner.coding().filter(|coding| *coding != Coding::IdentityGzip);
        let is_taken = can_be_named.zip(accepted).is_some_and(|(coding, accepted)| accepts(accepted, coding));
        let stored = can_be_named.map_or(stored, |coding| coding.name());
        let header = if is_taken { CONTENT_ENCODING } else { STORED_CONTENT_ENCODING };
        if let Ok(stored) = HeaderValue::from_str(stored) {
            answer.headers_mut().insert(header, stored);
        }
        answer.headers_mut().insert(VARY, HeaderValue::from_static("accept-encoding"));
    }
    Ok(answer)
}

/// Tells whether a client takes bytes of a coding.
fn accepts(accepted: &AcceptEncoding, coding: Coding) -> bool {
    let named = |name: &str| {
        let of_name = |item: &&QualityItem<Preference<Encoding>>| item.item.to_string() == name;
        accepted.iter().find(of_name).map(|item| item.quality > Quality::ZERO)
    };
    named(coding.name()).or_else(|| named("*")).unwrap_or(false)
}

/// The coding of bytes that the client did not say it takes.
const STORED_CONTENT_ENCODING: HeaderName = HeaderName::from_static("x-stored-content-encoding");

pub(super) const TEXT: &str = "text/plain; charset=utf-8";
pub(super) const BYTES: &str = "application/octet-stream";
