//! Bulk reads of child files with their content.

use std::collections::VecDeque;

use actix_web::{HttpResponse, web};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use cache_client::json as documents;
use cache_client::{DataKey, DataType, Json};
use futures::{StreamExt, stream as streams};
use serde_json::json;

use crate::api::error::{Error, Refused, Result};
use crate::api::params::{ById, ChildFolder, Ordering, Page, Params};
use crate::api::stream;
use crate::cache::{Cache, ChildFile, together};

/// A child file with its content, as one line.
fn line(file: &ChildFile, bytes: &[u8]) -> String {
    let about = json!({
        "data_file_id": file.data_file_id, "data_key": file.data_key, "data_type": file.data_type(),
    });
    let data = match file.data_type() {
        DataType::Json => {
            documents::compact(bytes).map_or_else(|| Json::parse(bytes).map(|value| value.dumps_compact()), Ok)
        }
        DataType::String => Ok(Json::String(String::from_utf8_lossy(bytes).into_owned()).dumps_compact()),
        DataType::Binary => Ok(Json::String(BASE64_STANDARD.encode(bytes)).dumps_compact()),
    };
    format!("{},\"data\":{}}}\n", about.to_string().trim_end_matches('}'), data.unwrap_or_else(|_| "null".to_owned()))
}

async fn read(
    cache: web::Data<Cache>,
    at: ById,
    key: Option<DataKey>,
    order: Ordering,
    page: Page,
) -> Result<HttpResponse> {
    let ById { namespace, cache_id } = at;
    let (order, limit) = (order.order.unwrap_or_default(), page.limit.unwrap_or(1000));
    let after = page.cursor.as_deref();
    let found = cache.child_files_of(&namespace, cache_id, key.as_ref(), order, after, limit).await?;
    let (files, next) = found.ok_or_else(|| Error::no_entry(&namespace, cache_id))?;
    let next = next.map(|place| page.listing.cursor(&place));
    let last = stream::last_line(next.as_deref());
    let parts = streams::try_unfold(VecDeque::from(files), move |mut left| {
        let cache = cache.clone();
        async move {
            let part: Vec<_> = left.drain(..together(left.iter().map(|file| file.size))).collect();
            if part.is_empty() {
                return Ok(None);
            }
            let objects = cache.contents(&part).await?;
            let lines = part.iter().zip(objects).filter_map(|(file, object)| Some(line(file, &object?.bytes)));
            Ok::<_, Error>(Some((lines.collect::<String>(), left)))
        }
    });
    Ok(stream::lines(next.as_deref(), parts.chain(streams::once(async { Ok(last) }))))
}

/// Read all child files of an entry with their content
///
/// One line of JSON for each, in path order: `{data_file_id, data_key, data_type, data}`, bytes as base64.
#[utoipa::path(
    get,
    path = "",
    tag = "data",
    params(ById, Ordering, Page),
    responses(
        (
            status = 200, description = "The child files.", body = String, content_type = "application/x-ndjson",
            headers(("x-next-cursor" = String, description = "Where the next page begins; absent on the last one."))
        ),
        Refused
    )
)]
pub(crate) async fn read_children(
    cache: web::Data<Cache>,
    Params((at, order, page)): Params<(ById, Ordering, Page)>,
) -> Result<HttpResponse> {
    read(cache, at, None, order, page).await
}

/// Read the child files in a folder of an entry with their content
///
/// One line of JSON for each, in path order: `{data_file_id, data_key, data_type, data}`, bytes as base64.
#[utoipa::path(
    get,
    path = "",
    tag = "data",
    params(ById, ChildFolder, Ordering, Page),
    responses(
        (
            status = 200, description = "The child files.", body = String, content_type = "application/x-ndjson",
            headers(("x-next-cursor" = String, description = "Where the next page begins; absent on the last one."))
        ),
        Refused
    )
)]
pub(crate) async fn read_children_under(
    cache: web::Data<Cache>,
    Params((at, folder, order, page)): Params<(ById, ChildFolder, Ordering, Page)>,
) -> Result<HttpResponse> {
    read(cache, at, Some(folder.data_key), order, page).await
}
