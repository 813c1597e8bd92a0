//! `key_based` entries by their key, with their content in any form.

use actix_web::{HttpResponse, web};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use cache_client::{CacheHash, CacheId, CacheKey, FileId, Namespace};
use serde::Serialize;

use super::{EntryMetadata, RetrieveResponse, TEXT, as_bytes, as_json, as_text, generic, json_text};
use crate::api::conditional::{Conditions, IfNoneMatch, content_tag, owned_tag};
use crate::api::error::{Error, Refused, Result};
use crate::api::params::{Form, InNamespace, Keyed, KeyedSelection, Params};
use crate::api::range::{PartOfBytes, RangeHeaders, RangeOf};
use crate::api::store::Bytes;
use crate::cache::{Cache, KeyedName, Parts};

/// The id of an entry of a key.
#[derive(Debug, Serialize)]
struct KeyedIdResponse<'a> {
    namespace: &'a Namespace,
    cache_key: &'a CacheKey,
    file_id: &'a FileId,
    cache_hash: &'a CacheHash,
    cache_id: CacheId,
}

/// Retrieve a `key_based` entry by its key
///
/// Without `as`, what retrieving by id answers. `as=string`, `json` and `binary` answer the content, converted as by id;
/// `as=metadata` answers the `metadata` of the entry alone; `as=cache-id` answers
/// `{namespace, cache_key, file_id, cache_hash, cache_id}`.
///
/// Without `file_id` the key must have one entry, and without `kind` the file id: several are refused with 409, whose
/// `detail` has the `error_type` `AMBIGUOUS` and lists up to 100 `entries` as `{file_id, kind}`; `has_more` says that there may be more.
/// Entries of longer keys are not looked at.
#[utoipa::path(
    get,
    path = "",
    tag = "retrieve",
    params(InNamespace, Keyed, KeyedSelection, IfNoneMatch, RangeHeaders),
    responses(
        (
            status = 200, description = "The entry in the form that was asked for.",
            content(
                (RetrieveResponse = "application/json"),
                (String = "text/plain"),
                (Bytes = "application/octet-stream"),
            ),
            headers((
                "ETag" = String,
                description = "The tag of the content; with metadata, also of the entry that owns it. None for an id."
            ))
        ),
        PartOfBytes,
        (status = 304, description = "The client has it: `If-None-Match` holds."),
        Refused
    )
)]
pub(crate) async fn retrieve_by_key(
    cache: web::Data<Cache>,
    Params((at, key, selection)): Params<(InNamespace, Keyed, KeyedSelection)>,
    conditions: Conditions,
    range: RangeOf,
) -> Result<HttpResponse> {
    let KeyedSelection { file_id, kind, form } = selection;
    let name = KeyedName { namespace: at.namespace, cache_key: key.cache_key, file_id, kind };
    let missing = || Error::no_key(&name.namespace);
    let found = async |parts| cache.by_key(&name, parts).await?.ok_or_else(missing);
    Ok(match form {
        Form::Entry => {
            let entry = found(Parts::All).await?;
            let url = || format!("/{}/retrieve/{}/binary", name.namespace, entry.reference.cache_id);
            let body = generic(&entry, url)?;
            conditions.tagged(&owned_tag(&entry.version, entry.owner.cache_id), |response| json_text(response, body))
        }
        Form::Metadata => {
            let entry = found(Parts::All).await?;
            let tag = owned_tag(&entry.version, entry.owner.cache_id);
            conditions.tagged(&tag, |response| response.json(EntryMetadata::from(&entry)))
        }
        Form::String => {
            let entry = found(Parts::Content).await?;
            let text = as_text(&entry, |bytes| BASE64_STANDARD.encode(bytes))?;
            conditions.tagged(&content_tag(&entry.version), |response| response.content_type(TEXT).body(text))
        }
        Form::Json => {
            let entry = found(Parts::Content).await?;
            let body = as_json(&entry)?;
            conditions.tagged(&content_tag(&entry.version), |response| json_text(response, body))
        }
        Form::Binary => {
            let entry = found(Parts::Content).await?;
            let (bytes, tag) = (as_bytes(&entry)?, content_tag(&entry.version));
            conditions.tagged(&tag, |_| range.bytes(bytes, Some(&tag)))
        }
        Form::CacheId => {
            let (keyed, reference) = cache.id_by_key(&name).await?.ok_or_else(missing)?;
            HttpResponse::Ok().json(KeyedIdResponse {
                namespace: &name.namespace,
                cache_key: &name.cache_key,
                file_id: &keyed.file_id,
                cache_hash: &reference.cache_hash,
                cache_id: reference.cache_id,
            })
        }
    })
}
