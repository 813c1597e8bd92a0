//! Bulk reads of a namespace: the entries of a time range, and all entries, one line of JSON each.

use std::collections::VecDeque;

use actix_web::{HttpResponse, web};
use cache_client::{CacheId, Json, Namespace};
use futures::{StreamExt, stream as streams};
use serde_json::json;

use super::cursor::Listing;
use super::error::{Error, Refused, Result};
use super::params::{EntrySelection, InNamespace, Page, Params, TimeRange};
use super::stream;
use crate::cache::{Cache, Compact, EntryFilter, EntryFound, TemporalCursor, TemporalScan, together};

/// How many entries a page has when no limit is given.
const DEFAULT_LIMIT: usize = 1000;
/// Ends an object of metadata with the content, or for bytes with where it is.
pub(super) fn line(about: &serde_json::Value, namespace: &Namespace, id: CacheId, content: Compact) -> String {
    let (name, content) = match content {
        Compact::String(text) => ("data", Json::String(text).dumps_compact()),
        Compact::Json(text) => ("data", text),
        Compact::Binary(_) => ("binary_url", format!("\"/{namespace}/retrieve/{id}/binary\"")),
    };
    format!("{},\"{name}\":{content}}}\n", about.to_string().trim_end_matches('}'))
}

/// Read the entries stored in a time range
///
/// Entries of the temporal strategies stored in `[from, to)`, ordered by `(stored_at, cache_id)`, one line of JSON
/// each:
/// `{cache_id, stored_at, data}`, or `binary_url` in place of `data` for bytes. When there are more, the next cursor
/// is in the header `x-next-cursor` and in a last line `{"next": …}`.
#[utoipa::path(
    get,
    path = "",
    tag = "namespace",
    params(InNamespace, TimeRange, Page),
    responses(
        (
            status = 200, description = "The entries.", body = String, content_type = "application/x-ndjson",
            headers(("x-next-cursor" = String, description = "Where the next page begins; absent on the last one."))
        ),
        Refused
    )
)]
pub(crate) async fn read_temporal_entries(
    cache: web::Data<Cache>,
    Params((at, range, page)): Params<(InNamespace, TimeRange, Page)>,
) -> Result<HttpResponse> {
    let after = page.cursor.as_deref().map(parse_place).transpose()?;
    let from = range.from.unwrap_or(0);
    let to = range.to.unwrap_or_else(|| cache.now() + 1);
    if from > to {
        return Err(Error::parameter("query", "from", "is after 'to'", &from.to_string()));
    }
    let limit = page.limit.unwrap_or(DEFAULT_LIMIT);
    // One more than asked for tells whether there is a next page.
    let mut found = cache.temporal(&at.namespace, TemporalScan { from, to, after, limit: limit + 1 }).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|last| format!("{}.{}", last.at.stored_at, last.at.cache_id));
    let next = next.map(|place| page.listing.cursor(&place));
    let last = stream::last_line(next.as_deref());
    let parts = streams::try_unfold(VecDeque::from(found), move |mut left| {
        let (cache, namespace) = (cache.clone(), at.namespace.clone());
        async move {
            let part: Vec<_> = left.drain(..together(left.iter().map(|found| found.content.size))).collect();
            if part.is_empty() {
                return Ok(None);
            }
            let texts = cache.temporal_texts(&namespace, &part).await?;
            let lines = part.iter().zip(texts).filter_map(|(found, text)| {
                let TemporalCursor { stored_at, cache_id } = found.at;
                Some(line(&json!({ "cache_id": cache_id, "stored_at": stored_at }), &namespace, cache_id, text?))
            });
            Ok::<_, Error>(Some((lines.collect::<String>(), left)))
        }
    });
    Ok(stream::lines(next.as_deref(), parts.chain(streams::once(async { Ok(last) }))))
}

fn parse_place(place: &str) -> Result<TemporalCursor> {
    let parse = || {
        let (stored_at, cache_id) = place.split_once('.')?;
        Some(TemporalCursor { stored_at: stored_at.parse().ok()?, cache_id: CacheId::parse(cache_id).ok()? })
    };
    parse().ok_or_else(|| stream::no_cursor(place))
}

/// A bulk read of entries that is on its way.
struct Walk {
    cache: web::Data<Cache>,
    namespace: Namespace,
    filter: EntryFilter,
    /// Entries that are found and not read yet, and where the next ones are to be found.
    found: VecDeque<EntryFound>,
    next: Option<String>,
    /// After which reference a next page goes on.
    after: Option<String>,
    listing: Listing,
    left: usize,
    ended: bool,
}

impl Walk {
    /// Finds the next entries.
    async fn find(&mut self) -> Result<()> {
        const REFERENCES: usize = 200;
        // Where every entry is wanted, one more than is left tells whether there is a next page.
        let all_wanted = self.filter == EntryFilter::default();
        let references = if all_wanted { REFERENCES.min(self.left.saturating_add(1)) } else { REFERENCES };
        let found = self.cache.entries(&self.namespace, &self.filter, self.after.as_deref(), references).await?;
        (self.found, self.next) = (found.0.into(), found.1);
        Ok(())
    }

    /// Reads the next entries and gives their lines, with the last line of all when there is nothing more to read.
    async fn lines(&mut self) -> Result<String> {
        if self.found.is_empty() {
            self.find().await?;
        }
        let part = together(self.found.iter().map(|found| found.content.size)).min(self.left);
        let part: Vec<_> = self.found.drain(..part).collect();
        let contents: Vec<_> = part.iter().map(|found| found.content.clone()).collect();
        let texts = self.cache.texts(&contents).await?;
        let mut lines = String::new();
        for (found, text) in part.into_iter().zip(texts) {
            self.after = Some(found.at);
            let Some(text) = text else { continue };
            self.left -= 1;
            let EntryFound { reference, owner, .. } = found;
            let about = json!({
                "cache_id": reference.cache_id, "strategy": reference.strategy, "cache_key": owner.cache_key,
                "file_id": owner.file_id, "stored_at": reference.timestamp,
            });
            lines += &line(&about, &self.namespace, reference.cache_id, text);
        }
        let page_is_read = self.found.is_empty();
        if page_is_read && self.left > 0 {
            self.after = self.next.clone();
        }
        let is_last = page_is_read && self.next.is_none();
        self.ended = self.left == 0 || is_last;
        if self.ended && !is_last {
            let next = self.after.as_deref().map(|place| self.listing.cursor(place));
            lines += &stream::last_line(next.as_deref());
        }
        Ok(lines)
    }
}

/// Read the entries of a namespace
///
/// One line of JSON each: `{cache_id, strategy, cache_key, file_id, stored_at, data}`, or `binary_url` in place of
/// `data`
/// for bytes, in the order of their ids. When there are more, the next cursor is in a last line `{"next": …}`.
#[utoipa::path(
    get,
    path = "",
    tag = "namespace",
    params(InNamespace, EntrySelection, Page),
    responses(
        (status = 200, description = "The entries.", body = String, content_type = "application/x-ndjson"),
        Refused
    )
)]
pub(crate) async fn read_entries(
    cache: web::Data<Cache>,
    Params((at, selection, page)): Params<(InNamespace, EntrySelection, Page)>,
) -> Result<HttpResponse> {
    let mut walk = Walk {
        cache,
        namespace: at.namespace,
        filter: EntryFilter { strategy: selection.strategy, key_prefix: selection.key_prefix },
        found: VecDeque::new(),
        next: None,
        after: page.cursor,
        listing: page.listing,
        left: page.limit.unwrap_or(DEFAULT_LIMIT),
        ended: false,
    };
    // The first lines are read before the answer begins, so that a failure still has a status.
    let first = walk.lines().await?;
    let rest = streams::try_unfold(walk, |mut walk| async move {
        if walk.ended {
            return Ok(None);
        }
        let text = walk.lines().await?;
        Ok::<_, Error>(Some((text, walk)))
    });
    Ok(stream::lines(None, streams::once(async { Ok(first) }).chain(rest)))
}
