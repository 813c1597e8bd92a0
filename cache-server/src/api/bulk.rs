//! Many entries by their ids: read, or deleted, in one request, one line of JSON each.

use std::collections::VecDeque;

use actix_web::{HttpResponse, web};
use cache_client::{CacheId, Json, Namespace};
use futures::{StreamExt, TryStreamExt, stream as streams};
use serde_json::json;
use tokio::task::JoinError;
use utoipa::ToSchema;

use super::body::Body;
use super::delete::DeleteResponse;
use super::error::{Error, Refused, Result};
use super::params::{InNamespace, Params};
use super::{stream, temporal};
use crate::cache::{self, Cache, Compact, EntryFound, together};
use crate::storage;

/// How many ids a request may name.
const MOST_IDS: usize = 1000;
/// How many entries are found together.
const REFERENCES: usize = 200;
/// How many entries are deleted at the same time.
const AT_ONCE: usize = 8;

/// The ids of entries.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes a body that is read as JSON, of which a list alone is taken, too")]
struct Ids {
    /// Up to 1000 UUIDs.
    #[schema(max_items = 1000)]
    ids: Vec<String>,
}

/// The ids that a body names.
async fn ids(body: Body) -> Result<Vec<CacheId>> {
    let list = body.list("ids").await?;
    if list.len() > MOST_IDS {
        let reason = format!("has {} ids; a request may name {MOST_IDS}", list.len());
        return Err(Error::body("too_long", reason, ""));
    }
    let parse = |(at, item): (usize, &Json)| {
        let id = match item {
            Json::String(text) => CacheId::parse(text).map_err(|error| (error.to_string(), text.clone())),
            other => Err(("cache id is not a string".to_owned(), other.dumps_compact())),
        };
        id.map_err(|(reason, input)| Error::body("value_error", format!("ids[{at}]: {reason}"), &input))
    };
    list.iter().enumerate().map(parse).collect()
}

/// A bulk read that is on its way.
struct Reading {
    cache: web::Data<Cache>,
    namespace: Namespace,
    ids: VecDeque<CacheId>,
    /// Those that were looked for and are not read yet.
    found: VecDeque<(CacheId, Option<EntryFound>)>,
}

impl Reading {
    /// Reads the next entries and gives their lines; `None` when there are no more.
    async fn lines(&mut self) -> Result<Option<String>> {
        if self.found.is_empty() {
            let ids: Vec<_> = self.ids.drain(..self.ids.len().min(REFERENCES)).collect();
            let found = self.cache.entries_of(&self.namespace, &ids).await?;
            self.found = ids.into_iter().zip(found).collect();
        }
        let size = |(_, found): &(CacheId, Option<EntryFound>)| found.as_ref().map_or(0, |found| found.content.size);
        let part: Vec<_> = self.found.drain(..together(self.found.iter().map(size))).collect();
        if part.is_empty() {
            return Ok(None);
        }
        let contents: Vec<_> = part.iter().filter_map(|(_, found)| Some(found.as_ref()?.content.clone())).collect();
        let mut texts = self.cache.texts(&contents).await?.into_iter();
        let mut lines = String::new();
        for (id, found) in part {
            let found = found.and_then(|found| Some((found, texts.next().flatten()?)));
            lines += &match found {
                Some((found, text)) => self.line(&found, text),
                None => format!("{}\n", json!({ "cache_id": id, "status": "not_found" })),
            };
        }
        Ok(Some(lines))
    }

    fn line(&self, found: &EntryFound, text: Compact) -> String {
        let data_type = match &text {
            Compact::String(_) => "string",
            Compact::Json(_) => "json",
            Compact::Binary(_) => "binary",
        };
        let EntryFound { reference, owner, .. } = found;
        let about = json!({
            "cache_id": reference.cache_id, "strategy": reference.strategy, "cache_key": owner.cache_key,
            "file_id": owner.file_id, "stored_at": reference.timestamp, "data_type": data_type,
        });
        temporal::line(&about, &self.namespace, reference.cache_id, text)
    }
}

/// Retrieve many entries by their ids
///
/// One line of JSON for each id, in the order they were asked for:
/// `{cache_id, strategy, cache_key, file_id, stored_at, data_type, data}`, or `binary_url` in place of `data` for bytes. The line of
/// an entry that is not there, or whose documents cannot be read, is `{cache_id, status}` with the status `not_found`. A bare JSON
/// array of ids is taken as well.
#[utoipa::path(
    post,
    path = "",
    tag = "retrieve",
    params(InNamespace),
    request_body(content = Ids, description = "The ids."),
    responses(
        (status = 200, description = "The entries.", body = String, content_type = "application/x-ndjson"),
        Refused
    )
)]
pub(crate) async fn retrieve_ids(
    cache: web::Data<Cache>,
    Params(at): Params<InNamespace>,
    body: Body,
) -> Result<HttpResponse> {
    let ids = ids(body).await?.into();
    let mut reading = Reading { cache, namespace: at.namespace, ids, found: VecDeque::new() };
    // The first lines are read before the answer begins, so that a failure still has a status.
    let first = reading.lines().await?.unwrap_or_default();
    let rest = streams::try_unfold(reading, |mut reading| async move {
        Ok::<_, Error>(reading.lines().await?.map(|lines| (lines, reading)))
    });
    Ok(stream::lines(None, streams::once(async { Ok(first) }).chain(rest)))
}

/// Delete many entries by their ids, with their child files
///
/// One line of JSON for each id, in the order they were named: what deleting the entry alone answers, with its `cache_id` also where
/// `status` is `not_found`. Lines come as entries are deleted; when the answer is cut off, the rest may be there still, and the same
/// request deletes it. A bare JSON array of ids is taken as well.
#[utoipa::path(
    post,
    path = "",
    tag = "delete",
    params(InNamespace),
    request_body(content = Ids, description = "The ids."),
    responses(
        (status = 200, description = "What was deleted.", body = String, content_type = "application/x-ndjson"),
        Refused
    )
)]
pub(crate) async fn delete_ids(
    cache: web::Data<Cache>,
    Params(at): Params<InNamespace>,
    body: Body,
) -> Result<HttpResponse> {
    let delete = move |id| {
        let (cache, namespace) = (cache.clone(), at.namespace.clone());
        // Spawned, so that a client that reads slowly holds up nobody who waits for what is being deleted.
        let deletion = actix_web::rt::spawn(async move { cache.delete(&namespace, id, None).await });
        async move {
            let lost = |source: JoinError| storage::Error::Failed { doing: "deleting", source: source.into() };
            let deleted = DeleteResponse::one_of_many(id, deletion.await.map_err(lost).map_err(cache::Error::from)??);
            Ok::<_, Error>(serde_json::to_string(&deleted).expect("the answer is plain fields") + "\n")
        }
    };
    let mut lines = Box::pin(streams::iter(ids(body).await?).map(delete).buffered(AT_ONCE));
    let first = lines.try_next().await?.unwrap_or_default();
    Ok(stream::lines(None, streams::once(async { Ok(first) }).chain(lines)))
}
