//! `temporal`: entries by the time they were stored.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::listing::{At, items};
use super::{Attempt, CacheClient, Content, Items, Page, group, lines};
use crate::error::Result;
use crate::ids::{CacheId, Invalid, Name, Namespace};
use crate::raw_json::RawJson;
use crate::retry::Repeat;

group! {
    /// Entries of the temporal strategies by the time they were stored.
    Temporal
}

impl Temporal {
    /// The entries of a namespace; all of them until now unless a range is given.
    pub fn entries(&self, namespace: impl Name<Namespace>) -> TimeRange {
        TimeRange { client: self.client.clone(), namespace: namespace.named(), from: None, to: None, at: At::default() }
    }
}

/// A range of time that is to be read.
#[derive(Debug, Clone)]
#[must_use = "nothing is read until a page or the stream is asked for"]
pub struct TimeRange {
    client: CacheClient,
    namespace: Result<Namespace, Invalid>,
    from: Option<u64>,
    to: Option<u64>,
    at: At,
}

/// An entry of a temporal strategy.
#[derive(Debug, Clone)]
pub struct TemporalEntry {
    /// Its id.
    pub cache_id: CacheId,
    /// When it was stored, in milliseconds since 1970.
    pub stored_at: u64,
    /// Its content; bytes are not in it.
    pub content: Content,
}

impl TemporalEntry {
    /// Reads the content as a `T`; other content than JSON, and JSON that does not fit, is
    /// [`Protocol`](crate::Error::Protocol).
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        self.content.json()
    }
}

#[derive(Deserialize)]
struct Line {
    cache_id: CacheId,
    stored_at: u64,
    data: Option<RawJson>,
}

impl TryFrom<Line> for TemporalEntry {
    type Error = crate::Error;

    fn try_from(line: Line) -> Result<Self> {
        let Line { cache_id, stored_at, data } = line;
        Ok(Self { cache_id, stored_at, content: Content::of_line(data)? })
    }
}

impl TimeRange {
    /// Only entries stored at this time or later, in milliseconds since 1970.
    pub fn from(self, milliseconds: u64) -> Self {
        Self { from: Some(milliseconds), ..self }
    }

    /// Only entries stored before this time, in milliseconds since 1970.
    ///
    /// Give one when reading a range that still grows: without it every page ends at its own now.
    pub fn to(self, milliseconds: u64) -> Self {
        Self { to: Some(milliseconds), ..self }
    }

    /// Begins where a page before said.
    pub fn cursor(mut self, cursor: impl Into<String>) -> Self {
        self.at.cursor = Some(cursor.into());
        self
    }

    /// Makes pages of this many entries, 1 to 10,000; 1,000 when not given. A page is held in memory.
    pub fn page_size(mut self, entries: u32) -> Self {
        self.at.limit = Some(entries);
        self
    }

    /// Reads one page, ordered by time and id.
    pub async fn page(self) -> Result<Page<TemporalEntry>> {
        let namespace = &self.namespace?;
        let (from, to) = (&self.from.map(|from| from.to_string()), &self.to.map(|to| to.to_string()));
        let at = &self.at;
        let lines = self.client.call(Repeat::Always, |attempt: Attempt| async move {
            let answer =
                attempt.api.read_temporal_entries(namespace, at.cursor(), from.as_deref(), at.limit(), to.as_deref());
            lines::read::<Line>(&attempt, attempt.answer(answer.await)?).await
        });
        lines.await?.try_map(TemporalEntry::try_from)
    }

    /// Reads the range as a stream, ordered by time and id.
    pub fn stream(self) -> Items<TemporalEntry> {
        items(self.at.clone(), move |at| Self { at, ..self.clone() }.page())
    }
}
