//! `/cache/entry`: an entry with all that is known of it.

use actix_web::web;
use cache_client::client::Content;
use cache_client::{CacheId, Namespace};
use http_service::Call;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::Admin;
use super::browser::{MOST, USUAL_BYTES};
use super::problem::{Refused, Result};
use crate::error::Error;
use crate::names::Invalid;

/// An entry of the cache.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CacheEntry {
    /// What is known of it.
    metadata: Value,
    /// Its content: JSON, or a text; null for bytes, and for what is longer than 262,144 bytes.
    content: Value,
    /// Whether it is left out since it is that long: its file has it.
    too_long: bool,
    /// The paths of its data files; 1,000 at most.
    data_files: Vec<String>,
}

/// Show an entry of the cache
#[utoipa::path(
    get,
    path = "",
    tag = "cache",
    params(
        ("namespace" = String, Path, description = "The namespace."),
        ("cache_id" = String, Path, description = "The id of the entry.")
    ),
    responses((status = 200, description = "The entry.", body = CacheEntry), Refused)
)]
pub(super) async fn cache_entry(admin: web::Data<Admin>, call: Call) -> Result<web::Json<CacheEntry>> {
    let namespace = call.param("namespace");
    let parsed = Namespace::parse(namespace).ok().filter(|parsed| parsed.as_str() == namespace);
    let namespace = parsed.ok_or_else(|| Invalid::new("namespace", "is no namespace"))?;
    let id = CacheId::parse(call.param("cache_id")).map_err(|_| Invalid::new("cache_id", "is no id of an entry"))?;
    let read = async {
        let cache = &admin.send.cache;
        let Some(entry) = cache.retrieve().by_id(&namespace, id).send().await? else { return Ok(None) };
        let files = cache.data().list(&namespace, id).files().page_size(MOST as u32).page().await?;
        let (content, too_long) = match &entry.content {
            Content::String(text) if text.len() > USUAL_BYTES => (Value::Null, true),
            Content::Json(document) if document.as_str().len() > USUAL_BYTES => (Value::Null, true),
            Content::String(text) => (Value::String(text.clone()), false),
            Content::Json(document) => (document.parse().unwrap_or_default(), false),
            Content::Binary => (Value::Null, false),
        };
        let metadata = serde_json::to_value(&entry.metadata).unwrap_or_default();
        let data_files = files.items.into_iter().map(|file| file.file_path).collect();
        Ok(Some(CacheEntry { metadata, content, too_long, data_files }))
    };
    let entry = admin.send.within(read).await?;
    Ok(web::Json(entry.ok_or_else(|| Error::missing(format!("entry {id} in {namespace}")))?))
}
