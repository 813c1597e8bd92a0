//! Bulk reads of a namespace: the entries of a time range, and all entries, one line of JSON each.

use actix_web::{HttpResponse, web};
use cache_client::{CacheId, Json, Namespace};
use futures::{StreamExt, stream as streams};
use serde_json::json;

use super::error::{Error, Refused, Result};
use super::params::{EntrySelection, InNamespace, Page, Params, TimeRange};
use super::stream;
use crate::cache::{Cache, Compact, Entry, EntryFilter, TemporalCursor, TemporalScan};

/// How many entries a page has when no limit is given.
const DEFAULT_LIMIT: usize = 1000;
/// How many entries are read at a time.
const AT_ONCE: usize = 8;

/// Ends an object of metadata with the content, or for bytes with where it is. `None` for unreadable content.
fn with_content(about: &serde_json::Value, entry: &Entry, namespace: &Namespace) -> Option<String> {
    let (name, content) = match entry.compact() {
        Ok(Compact::String(text)) => ("data", Json::String(text).dumps_compact()),
        Ok(Compact::Json(text)) => ("data", text),
        Ok(Compact::Binary(_)) => {
            ("binary_url", format!("\"/{namespace}/retrieve/{}/binary\"", entry.reference.cache_id))
        }
        Err(error) => {
            tracing::warn!(%error, "left out of a bulk read");
            return None;
        }
    };
    Some(format!("{},\"{name}\":{content}}}\n", about.to_string().trim_end_matches('}')))
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
    let after = page.cursor.as_deref().map(parse_cursor).transpose()?;
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
    let next = found.last().filter(|_| more).map(|(at, _)| format!("{}.{}", at.stored_at, at.cache_id));
    let next = next.map(|place| stream::cursor(&place));
    let last = stream::last_line(next.as_deref());
    let lines = streams::iter(found).map(move |(place, content)| {
        let (cache, namespace) = (cache.clone(), at.namespace.clone());
        async move {
            let entry = cache.temporal_entry(&namespace, place, &content).await?;
            let about = json!({ "cache_id": place.cache_id, "stored_at": place.stored_at });
            Ok(entry.and_then(|entry| with_content(&about, &entry, &namespace)).unwrap_or_default())
        }
    });
    let lines = lines.buffered(AT_ONCE);
    Ok(stream::lines(next.as_deref(), lines.chain(streams::once(async { Ok(last) }))))
}

fn parse_cursor(cursor: &str) -> Result<TemporalCursor> {
    let place = stream::place(cursor);
    let parse = || {
        let (stored_at, cache_id) = place.split_once('.')?;
        Some(TemporalCursor { stored_at: stored_at.parse().ok()?, cache_id: CacheId::parse(cache_id).ok()? })
    };
    parse().ok_or_else(|| stream::no_cursor(cursor))
}

/// A bulk read of entries that is on its way.
struct Walk {
    cache: web::Data<Cache>,
    namespace: Namespace,
    filter: EntryFilter,
    after: Option<String>,
    left: usize,
    ended: bool,
}

impl Walk {
    /// Reads the next entries and gives their lines, with the last line of all when there is nothing more to read.
    async fn lines(&mut self) -> Result<String> {
        const REFERENCES: usize = 200;
        // Where every entry is wanted, one more than is left tells whether there is a next page.
        let all_wanted = self.filter == EntryFilter::default();
        let references = if all_wanted { REFERENCES.min(self.left.saturating_add(1)) } else { REFERENCES };
        let mut text = String::new();
        let (lines, next) =
            self.cache.entries(&self.namespace, &self.filter, self.after.as_deref(), references).await?;
        let more_than_left = lines.len() > self.left;
        for line in lines.into_iter().take(self.left) {
            self.left -= 1;
            self.after = Some(line.at);
            let (owner, reference) = (&line.entry.owner, &line.entry.reference);
            let about = json!({
                "cache_id": reference.cache_id, "strategy": reference.strategy, "cache_key": owner.cache_key,
                "file_id": owner.file_id, "stored_at": reference.timestamp,
            });
            text.extend(with_content(&about, &line.entry, &self.namespace));
        }
        if !more_than_left && self.left > 0 {
            self.after = next.clone();
        }
        self.ended = self.left == 0 || next.is_none();
        if self.left == 0 && (more_than_left || next.is_some()) {
            text += &stream::last_line(self.after.as_deref().map(stream::cursor).as_deref());
        }
        Ok(text)
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
        after: page.cursor.as_deref().map(stream::place),
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
