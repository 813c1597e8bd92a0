//! `key_based` entries by their key, with their content in any form.

use actix_web::http::header::{AcceptEncoding, ETAG};
use actix_web::{HttpResponse, web};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use cache_client::{CacheHash, CacheId, CacheKey, FileId, Namespace};
use serde::Serialize;

use super::{EntryMetadata, RetrieveResponse, TEXT, as_json, as_text, binary, generic, json_text, room_to_unpack};
use crate::api::conditional::{ReadConditions, content_tag, owned_tag};
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
    params(InNamespace, Keyed, KeyedSelection, ReadConditions, RangeHeaders),
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
    accepted: Option<web::Header<AcceptEncoding>>,
    range: RangeOf,
) -> Result<HttpResponse> {
    let KeyedSelection { file_id, kind, form } = selection;
    let name = KeyedName { namespace: at.namespace, cache_key: key.cache_key, file_id, kind };
    let missing = || Error::no_key(&name.namespace);
    let found = async |parts| {
        let entry = cache.by_key(&name, parts).await?.ok_or_else(missing)?;
        room_to_unpack(&entry).await?;
        Ok::<_, Error>(entry)
    };
    let tagged = |tag: String| {
        let mut response = HttpResponse::Ok();
        response.insert_header((ETAG, tag));
        response
    };
    Ok(match form {
        Form::Entry => {
            let entry = found(Parts::All).await?;
            let url = || format!("/{}/retrieve/{}/binary", name.namespace, entry.reference.cache_id);
            let body = generic(&entry, url).await?;
            json_text(&mut tagged(owned_tag(&entry.version, entry.owner.cache_id)), body)
        }
        Form::Metadata => {
            let entry = found(Parts::All).await?;
            tagged(owned_tag(&entry.version, entry.owner.cache_id)).json(EntryMetadata::from(&entry))
        }
        Form::String => {
            let entry = found(Parts::Content).await?;
            let text = as_text(&entry, |bytes| BASE64_STANDARD.encode(bytes)).await?;
            tagged(content_tag(&entry.version)).content_type(TEXT).body(text)
        }
        Form::Json => {
            let entry = found(Parts::Content).await?;
            let body = as_json(&entry).await?;
            json_text(&mut tagged(content_tag(&entry.version)), body)
        }
        Form::Binary => {
            let entry = found(Parts::Content).await?;
            binary(&entry, Some(&content_tag(&entry.version)), &range, accepted.as_deref()).await?
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
