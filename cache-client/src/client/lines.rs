//! Bulk reads: lines of JSON, the last of which may say where the next page begins.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{Attempt, Page};
use crate::error::{Error, Result};
use crate::generated::{ByteStream, ResponseValue};

/// The last line of a page that is not the last one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Next {
    next: String,
}

/// Reads a page of lines.
pub(super) async fn read<T: DeserializeOwned>(attempt: &Attempt, answer: ResponseValue<ByteStream>) -> Result<Page<T>> {
    let body = attempt.bytes(answer).await?;
    let mut page = Page { items: Vec::new(), next: None };
    for line in body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        match serde_json::from_slice(line) {
            Ok(item) => page.items.push(item),
            Err(source) => match serde_json::from_slice::<Next>(line) {
                Ok(last) => page.next = Some(last.next),
                Err(_) => {
                    return Err(Error::Protocol {
                        reason: "a line is not what the contract says".to_owned(),
                        request_id: attempt.api.inner.request_id(),
                        source: Some(source.into()),
                    });
                }
            },
        }
    }
    Ok(page)
}

impl<T> Page<T> {
    /// The page with other items.
    pub(super) fn try_map<U>(self, change: impl Fn(T) -> Result<U>) -> Result<Page<U>> {
        let items = self.items.into_iter().map(change).collect::<Result<_>>()?;
        Ok(Page { items, next: self.next })
    }
}
