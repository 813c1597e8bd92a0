//! `namespace` and `namespaces`: what a namespace holds, and bulk reads of it.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::listing::{At, items, next_cursor};
use super::{Attempt, CacheClient, Content, Items, Listing, Page, group, lines};
use crate::error::Result;
use crate::generated::ResponseValue;
use crate::generated::types::StatsResponse;
use crate::ids::{CacheHash, CacheId, Invalid, Name, Namespace, Strategy};
use crate::raw_json::RawJson;
use crate::retry::Repeat;

group! {
    /// The namespaces.
    Namespaces
}

impl Namespaces {
    /// Lists the namespaces, sorted.
    pub fn list(&self) -> Listing<String> {
        let client = self.client.clone();
        Listing::new(move |at| {
            let client = client.clone();
            async move {
                let at = &at;
                let call = |attempt: Attempt| async move {
                    attempt.answer(attempt.api.list_namespaces(at.cursor(), at.limit()).await)
                };
                Ok(names(client.call(Repeat::Always, call).await?, Some))
            }
        })
    }
}

/// A page of what was answered. Files that people left among the references, and that name nothing, are left out.
pub(super) fn names<T>(answer: ResponseValue<Vec<String>>, parse: impl Fn(String) -> Option<T>) -> Page<T> {
    let next = next_cursor(answer.headers());
    Page { items: answer.into_inner().into_iter().filter_map(parse).collect(), next }
}

group! {
    /// What a namespace holds.
    OfNamespace
}

impl OfNamespace {
    /// Lists the ids of the entries of a namespace, sorted.
    pub fn ids(&self, namespace: impl Name<Namespace>) -> Listing<CacheId> {
        let (client, namespace) = (self.client.clone(), namespace.named());
        Listing::new(move |at| {
            let (client, namespace) = (client.clone(), namespace.clone());
            async move {
                let (namespace, at) = (&namespace?, &at);
                let call = |attempt: Attempt| async move {
                    attempt.answer(attempt.api.list_ids(namespace, at.cursor(), at.limit()).await)
                };
                Ok(names(client.call(Repeat::Always, call).await?, |name| CacheId::parse(&name).ok()))
            }
        })
    }

    /// Lists the hashes of a namespace, sorted.
    pub fn hashes(&self, namespace: impl Name<Namespace>) -> Listing<CacheHash> {
        let (client, namespace) = (self.client.clone(), namespace.named());
        Listing::new(move |at| {
            let (client, namespace) = (client.clone(), namespace.clone());
            async move {
                let (namespace, at) = (&namespace?, &at);
                let call = |attempt: Attempt| async move {
                    attempt.answer(attempt.api.list_hashes(namespace, at.cursor(), at.limit()).await)
                };
                Ok(names(client.call(Repeat::Always, call).await?, |name| CacheHash::parse(&name).ok()))
            }
        })
    }

    /// Counts the files of a namespace.
    pub async fn stats(&self, namespace: impl Name<Namespace>) -> Result<StatsResponse> {
        let namespace = &namespace.named()?;
        let call = |attempt: Attempt| async move { attempt.answer(attempt.api.namespace_stats(namespace).await) };
        Ok(self.client.call(Repeat::Always, call).await?.into_inner())
    }

    /// Reads the entries of a namespace with their content, in the order of their ids.
    pub fn entries(&self, namespace: impl Name<Namespace>) -> Entries {
        let (client, namespace) = (self.client.clone(), namespace.named());
        Entries { client, namespace, strategy: None, key_prefix: None, at: At::default() }
    }
}

/// A bulk read of entries that is being described.
#[derive(Debug, Clone)]
#[must_use = "nothing is read until a page or the stream is asked for"]
pub struct Entries {
    client: CacheClient,
    namespace: Result<Namespace, Invalid>,
    strategy: Option<Strategy>,
    key_prefix: Option<String>,
    at: At,
}

/// An entry of a bulk read.
#[derive(Debug, Clone)]
pub struct BulkEntry {
    /// Its id.
    pub cache_id: CacheId,
    /// How it is laid out.
    pub strategy: Strategy,
    /// Its key; empty without one.
    pub cache_key: String,
    /// The name of its content file.
    pub file_id: String,
    /// When it was stored, in milliseconds since 1970.
    pub stored_at: u64,
    /// Its content; bytes are not in it.
    pub content: Content,
}

impl BulkEntry {
    /// Reads the content as a `T`; other content than JSON, and JSON that does not fit, is
    /// [`Protocol`](crate::Error::Protocol).
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        self.content.json()
    }
}

#[derive(Deserialize)]
struct Line {
    cache_id: CacheId,
    strategy: Strategy,
    cache_key: String,
    file_id: String,
    stored_at: u64,
    data: Option<RawJson>,
}

impl TryFrom<Line> for BulkEntry {
    type Error = crate::Error;

    fn try_from(line: Line) -> Result<Self> {
        let Line { cache_id, strategy, cache_key, file_id, stored_at, data } = line;
        Ok(Self { cache_id, strategy, cache_key, file_id, stored_at, content: Content::of_line(data)? })
    }
}

/// The entry of a line.
pub(super) fn entry_of_line(line: &RawJson) -> Result<BulkEntry> {
    line.parse::<Line>()?.try_into()
}

impl Entries {
    /// Only entries of this strategy.
    pub fn strategy(self, strategy: Strategy) -> Self {
        Self { strategy: Some(strategy), ..self }
    }

    /// Only entries whose key begins with this text.
    pub fn key_prefix(self, prefix: impl Into<String>) -> Self {
        Self { key_prefix: Some(prefix.into()), ..self }
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

    /// Reads one page.
    pub async fn page(self) -> Result<Page<BulkEntry>> {
        let namespace = &self.namespace?;
        let (at, prefix, strategy) = (&self.at, self.key_prefix.as_deref(), self.strategy.as_ref());
        let lines = self.client.call(Repeat::Always, |attempt: Attempt| async move {
            let answer = attempt.api.read_entries(namespace, at.cursor(), prefix, at.limit(), strategy);
            lines::read::<Line>(&attempt, attempt.answer(answer.await)?).await
        });
        lines.await?.try_map(BulkEntry::try_from)
    }

    /// Reads all entries as a stream.
    pub fn stream(self) -> Items<BulkEntry> {
        items(self.at.clone(), move |at| Self { at, ..self.clone() }.page())
    }
}
