//! Tags of content, for conditional calls.

use std::fmt;

use reqwest::header::{ETAG, HeaderMap};

use crate::error::{Error, Result};

/// The version of the content of an entry or child file, as the server names it: no two writes share one, but on `s3` those of
/// equal content.
///
/// [`Entry::tag`](super::Entry::tag), [`Stored::tag`](super::Stored::tag), [`Updated::tag`](super::Updated::tag) and
/// [`StoredChild::tag`](super::StoredChild::tag) carry it; `if_match` takes it. It is opaque; keep its text to use it in another process.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Tag(Box<str>);

impl Tag {
    /// Takes the text of a tag; one that no header can carry is refused.
    pub fn parse(text: &str) -> Result<Self> {
        if text.is_empty() || !text.bytes().all(|byte| (0x21..=0x7e).contains(&byte)) {
            return Err(Error::invalid("tag", "is no tag of a cache service"));
        }
        Ok(Self(text.into()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        headers.get(ETAG)?.to_str().ok().and_then(|text| Self::parse(text).ok())
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
