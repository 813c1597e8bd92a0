//! Bulk reads of child files.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{Attempt, CacheClient, Parsed, Repeat};
use crate::client::listing::{At, items};
use crate::client::{Items, Page, lines};
use crate::error::{Error, Result};
use crate::generated::types::OrderName;
use crate::ids::{CacheId, DataKey, DataType, Name, Namespace};
use crate::raw_json::RawJson;

/// A bulk read of child files that is being described.
#[derive(Debug, Clone)]
#[must_use = "nothing is read until a page or the stream is asked for"]
pub struct Children {
    client: CacheClient,
    target: Parsed<(Namespace, CacheId)>,
    key: Option<Parsed<DataKey>>,
    order: OrderName,
    at: At,
}

/// A child file with its content.
#[derive(Debug, Clone)]
pub struct ChildEntry {
    /// Its name without the extension.
    pub file_id: String,
    /// Its folder below the entry; empty for none.
    pub key: String,
    /// Its content.
    pub content: ChildContent,
}

/// The content of a child file.
#[derive(Debug, Clone)]
pub enum ChildContent {
    /// Text.
    String(String),
    /// An object, unparsed.
    Json(RawJson),
    /// Bytes.
    Binary(Bytes),
}

impl ChildEntry {
    /// Reads a JSON file as a `T`; another file, and JSON that does not fit, is [`Error::Protocol`].
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        match &self.content {
            ChildContent::Json(value) => value.parse(),
            ChildContent::String(_) => Err(unfit("a string, not JSON")),
            ChildContent::Binary(_) => Err(unfit("bytes, not JSON")),
        }
    }
}

fn unfit(what: &str) -> Error {
    Error::Protocol { reason: format!("the child file is {what}"), request_id: None, source: None }
}

#[derive(Deserialize)]
struct Line {
    data_file_id: String,
    data_key: String,
    data_type: DataType,
    data: RawJson,
}

impl TryFrom<Line> for ChildEntry {
    type Error = Error;

    fn try_from(line: Line) -> Result<Self> {
        let content = match line.data_type {
            DataType::String => ChildContent::String(line.data.parse()?),
            DataType::Json => ChildContent::Json(line.data),
            DataType::Binary => {
                let bytes = BASE64_STANDARD.decode(line.data.parse::<String>()?);
                ChildContent::Binary(bytes.map_err(|_| unfit("not base64"))?.into())
            }
        };
        Ok(Self { file_id: line.data_file_id, key: line.data_key, content })
    }
}

impl Children {
    pub(super) fn new(client: CacheClient, target: Parsed<(Namespace, CacheId)>) -> Self {
        Self { client, target, key: None, order: OrderName::Asc, at: At::default() }
    }

    /// Only those in this folder.
    pub fn key(self, key: impl Name<DataKey>) -> Self {
        Self { key: Some(key.named()), ..self }
    }

    /// Reads the last names first.
    pub fn descending(self) -> Self {
        Self { order: OrderName::Desc, ..self }
    }

    /// Begins where a page before said.
    pub fn cursor(mut self, cursor: impl Into<String>) -> Self {
        self.at.cursor = Some(cursor.into());
        self
    }

    /// Makes pages of this many files, 1 to 10,000; 1,000 when not given. A page is held in memory.
    pub fn page_size(mut self, files: u32) -> Self {
        self.at.limit = Some(files);
        self
    }

    /// Reads one page. An entry that is not there is [`Error::NotFound`].
    pub async fn page(self) -> Result<Page<ChildEntry>> {
        let ((namespace, id), key) = (&self.target?, &self.key.transpose()?);
        let (at, order) = (&self.at, Some(self.order));
        let lines = self.client.call(Repeat::Always, |attempt: Attempt| async move {
            let api = &attempt.api;
            let outcome = match key {
                Some(key) => api.read_children_under(namespace, id, key, at.cursor(), at.limit(), order).await,
                None => api.read_children(namespace, id, at.cursor(), at.limit(), order).await,
            };
            lines::read::<Line>(&attempt, attempt.answer(outcome)?).await
        });
        lines.await?.try_map(ChildEntry::try_from)
    }

    /// Reads all files as a stream, in the order of their names.
    pub fn stream(self) -> Items<ChildEntry> {
        items(self.at.clone(), move |at| Self { at, ..self.clone() }.page())
    }
}
