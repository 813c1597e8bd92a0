//! An entry as it is retrieved: its content, whose it is, and its tag.

use serde::de::DeserializeOwned;

use super::Tag;
use crate::error::{Error, Result};
use crate::generated::types::RetrieveResponse;
use crate::ids::DataType;
use crate::raw_json::RawJson;

pub use crate::generated::types::EntryMetadata as Owner;

/// An entry with its content.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The content; for bytes, only their length.
    pub content: Content,
    /// Whose content it is: a later store to the same path takes it over.
    pub metadata: Owner,
    /// The version of the content, for `if_match`; entries retrieved by hash have none.
    pub tag: Option<Tag>,
}

/// The content of an entry.
#[derive(Debug, Clone)]
pub enum Content {
    /// Text.
    String(String),
    /// An object, unparsed.
    Json(RawJson),
    /// Bytes, which have calls of their own: `binary()` and `stream()`.
    Binary,
}

impl Entry {
    /// Reads a JSON entry as a `T`; other content, and JSON that does not fit, is [`Error::Protocol`].
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        self.content.json()
    }

    pub(super) fn new(answer: RetrieveResponse, tag: Option<Tag>) -> Result<Self> {
        let content = Content::new(answer.data_type, answer.data)?;
        Ok(Self { content, metadata: answer.metadata, tag })
    }
}

impl Content {
    /// Reads JSON as a `T`; other content, and JSON that does not fit, is [`Error::Protocol`].
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        match self {
            Self::Json(value) => value.parse(),
            Self::String(_) => Err(unfit("a string, not JSON")),
            Self::Binary => Err(unfit("bytes, not JSON")),
        }
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            Self::Json(_) | Self::Binary => None,
        }
    }

    fn new(data_type: DataType, data: Option<RawJson>) -> Result<Self> {
        match (data_type, data) {
            (DataType::String, Some(data)) => Ok(Self::String(data.parse()?)),
            (DataType::Json, Some(data)) => Ok(Self::Json(data)),
            (DataType::Binary, _) => Ok(Self::Binary),
            (DataType::String | DataType::Json, None) => Err(unfit("without a content")),
        }
    }

    /// The content of a line of a bulk read: text is a JSON string there, and bytes have no `data`.
    pub(super) fn of_line(data: Option<RawJson>) -> Result<Self> {
        match data {
            Some(data) if data.as_str().starts_with('"') => Self::new(DataType::String, Some(data)),
            Some(data) => Self::new(DataType::Json, Some(data)),
            None => Ok(Self::Binary),
        }
    }
}

fn unfit(what: &str) -> Error {
    Error::Protocol { reason: format!("the entry is {what}"), request_id: None, source: None }
}

/// What became of an entry since a tag.
#[derive(Debug, Clone)]
pub enum Change {
    /// There is no such entry any more.
    Gone,
    /// It is the same.
    Same,
    /// It has this content now.
    New(Box<Entry>),
}
