//! Parts of content: which bytes, and what is answered.

use std::ops::{Range, RangeFrom, RangeInclusive};

use bytes::Bytes;
use reqwest::header::{CONTENT_RANGE, HeaderMap};

use super::{Attempt, Tag};
use crate::error::{Error, Result};
use crate::generated::{ByteStream, ResponseValue};

/// Which bytes of a content: `0..100`, `0..=99`, `100..`, or the [`last`](Self::last) ones.
#[derive(Debug, Clone)]
pub struct ByteRange {
    /// As `Range` has it; `None` for a range without bytes.
    text: Option<String>,
    /// The content that is meant.
    of: Option<Tag>,
}

impl ByteRange {
    /// The last bytes, so many at most.
    pub fn last(bytes: u64) -> Self {
        Self { text: (bytes > 0).then(|| format!("bytes=-{bytes}")), of: None }
    }

    /// Only when the content still has this tag; if it has another one, all of it is answered.
    pub fn of(self, tag: &Tag) -> Self {
        Self { of: Some(tag.clone()), ..self }
    }

    /// What goes into `If-Range` and `Range`.
    pub(super) fn headers(&self) -> Result<(Option<&str>, Option<&str>)> {
        let text = self.text.as_deref().ok_or_else(|| Error::invalid("range", "has no bytes"))?;
        Ok((self.of.as_ref().map(Tag::as_str), Some(text)))
    }
}

impl From<RangeInclusive<u64>> for ByteRange {
    fn from(range: RangeInclusive<u64>) -> Self {
        let text = (!range.is_empty()).then(|| format!("bytes={}-{}", range.start(), range.end()));
        Self { text, of: None }
    }
}

impl From<Range<u64>> for ByteRange {
    fn from(range: Range<u64>) -> Self {
        let text = (!range.is_empty()).then(|| format!("bytes={}-{}", range.start, range.end - 1));
        Self { text, of: None }
    }
}

impl From<RangeFrom<u64>> for ByteRange {
    fn from(range: RangeFrom<u64>) -> Self {
        Self { text: Some(format!("bytes={}-", range.start)), of: None }
    }
}

/// Part of a content, or all of it.
#[derive(Debug, Clone)]
pub struct Part {
    /// The bytes.
    pub bytes: Bytes,
    /// Where in the content they begin.
    pub first: u64,
    /// The length of the whole content.
    pub total: u64,
    /// The tag of the content, where the way to it has tags.
    pub tag: Option<Tag>,
}

impl Part {
    pub(super) async fn read(attempt: &Attempt, answer: ResponseValue<ByteStream>) -> Result<Self> {
        let tag = Tag::of(answer.headers());
        let unknown = || Error::Protocol {
            reason: "a part of a content does not say which".to_owned(),
            request_id: attempt.api.inner.request_id(),
            source: None,
        };
        let is_part = answer.status().as_u16() == 206;
        let place = is_part.then(|| place(answer.headers()).ok_or_else(unknown)).transpose()?;
        let bytes = attempt.bytes(answer).await?;
        let (first, total) = place.unwrap_or((0, bytes.len() as u64));
        Ok(Self { bytes, first, total, tag })
    }
}

/// Where a part begins, and the length of the whole: of `bytes 0-99/1000`, 0 and 1000.
fn place(headers: &HeaderMap) -> Option<(u64, u64)> {
    let (range, total) = headers.get(CONTENT_RANGE)?.to_str().ok()?.strip_prefix("bytes ")?.split_once('/')?;
    Some((range.split_once('-')?.0.parse().ok()?, total.parse().ok()?))
}
