//! `retrieve`: entries by id and by hash, their content in any form, and the documents about them.

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::{Attempt, ByteRange, CacheClient, Change, Chunks, Entry, Owner, Part, Tag, group};
use crate::error::Result;
use crate::generated::ResponseValue;
use crate::generated::types::{
    ConfigResponse, HashRefsResponse, MetadataResponse, RefsAllResponse, RefsResponse, RetrieveResponse,
};
use crate::ids::{CacheHash, CacheId, Invalid, Name, Namespace};
use crate::retry::Repeat;

group! {
    /// Entries by id, by hash and by key. What is not there is `None`.
    Retrieve
}

impl Retrieve {
    /// The entry of this id.
    pub fn by_id(&self, namespace: impl Name<Namespace>, id: impl Name<CacheId>) -> ById {
        let target = namespace.named().and_then(|namespace| Ok((namespace, id.named()?)));
        ById { client: self.client.clone(), target }
    }

    /// The newest entry of this hash.
    pub fn by_hash(&self, namespace: impl Name<Namespace>, hash: impl Name<CacheHash>) -> ByHash {
        let target = namespace.named().and_then(|namespace| Ok((namespace, hash.named()?)));
        ByHash { client: self.client.clone(), target }
    }
}

/// What both ways to an entry have in common: the content in any form.
macro_rules! forms {
    ($way:ident: $entry:ident, $json:ident, $string:ident, $binary:ident $(, $condition:expr)*) => {
        impl $way {
            /// Retrieves the entry: content, metadata and tag in one answer. Bytes are not in it.
            pub async fn send(self) -> Result<Option<Entry>> {
                let (namespace, name) = &self.target?;
                let call = |attempt: Attempt| async move {
                    attempt.found(attempt.api.$entry(namespace, name $(, $condition)*).await)
                };
                self.client.call(Repeat::Always, call).await?.map(entry).transpose()
            }

            /// Retrieves the content of a JSON entry, or of a string that holds JSON, as a `T`.
            ///
            /// A string that holds none is [`Conflict`](crate::Error::Conflict); JSON that does not fit is
            /// [`Protocol`](crate::Error::Protocol).
            pub async fn json<T: DeserializeOwned>(self) -> Result<Option<T>> {
                let (namespace, name) = &self.target?;
                let call = |attempt: Attempt| async move {
                    attempt.found(attempt.api.$json(namespace, name $(, $condition)*).await)
                };
                self.client.call(Repeat::Always, call).await?.map(|answer| answer.parse()).transpose()
            }

            /// Retrieves the content as text: JSON as Python writes it, bytes that are no text as base64.
            pub async fn string(self) -> Result<Option<String>> {
                let (namespace, name) = &self.target?;
                let call = |attempt: Attempt| async move {
                    match attempt.found(attempt.api.$string(namespace, name $(, $condition)*).await)? {
                        Some(answer) => attempt.text(answer).await.map(Some),
                        None => Ok(None),
                    }
                };
                self.client.call(Repeat::Always, call).await
            }

            /// Retrieves the content as bytes, unpacked.
            pub async fn binary(self) -> Result<Option<Bytes>> {
                let (namespace, name) = &self.target?;
                let call = |attempt: Attempt| async move {
                    match attempt.found(attempt.api.$binary(namespace, name $(, $condition)*, None, None).await)? {
                        Some(answer) => attempt.bytes(answer).await.map(Some),
                        None => Ok(None),
                    }
                };
                self.client.call(Repeat::Always, call).await
            }

            /// Retrieves some of the bytes of the content.
            ///
            /// A range that begins after the last byte is [`Conflict`](crate::Error::Conflict).
            pub async fn part(self, range: impl Into<ByteRange>) -> Result<Option<Part>> {
                let (namespace, name) = &self.target?;
                let range = &range.into();
                let (if_range, range) = range.headers()?;
                let call = |attempt: Attempt| async move {
                    let answer = attempt.api.$binary(namespace, name $(, $condition)?, if_range, range).await;
                    match attempt.found(answer)? {
                        Some(answer) => Part::read(&attempt, answer).await.map(Some),
                        None => Ok(None),
                    }
                };
                self.client.call(Repeat::Always, call).await
            }

            /// Retrieves the content as bytes as they come, without holding all of them.
            pub async fn stream(self) -> Result<Option<Chunks>> {
                let (namespace, name) = &self.target?;
                let call = |attempt: Attempt| async move {
                    let found = attempt.found(attempt.api.$binary(namespace, name $(, $condition)*, None, None).await)?;
                    Ok(found.map(|answer| (answer, attempt.api.inner.request_id())))
                };
                let pause = self.client.attempt_timeout;
                let found = self.client.call(Repeat::Always, call).await?;
                Ok(found.map(|(answer, id)| Chunks::new(answer.into_inner_stream(), pause, id)))
            }
        }
    };
}

/// The documents about an entry.
macro_rules! documents {
    ($way:ident: $($(#[$about:meta])* $method:ident -> $document:ty = $operation:ident($($condition:expr),*);)+) => {
        impl $way {
            $(
                $(#[$about])*
                pub async fn $method(self) -> Result<Option<$document>> {
                    let (namespace, name) = &self.target?;
                    let call = |attempt: Attempt| async move {
                        attempt.found(attempt.api.$operation(namespace, name $(, $condition)*).await)
                    };
                    Ok(self.client.call(Repeat::Always, call).await?.map(ResponseValue::into_inner))
                }
            )+
        }
    };
}

fn entry(answer: ResponseValue<RetrieveResponse>) -> Result<Entry> {
    let tag = Tag::of(answer.headers());
    Entry::new(answer.into_inner(), tag)
}

/// An entry to be retrieved by its id.
#[derive(Debug)]
#[must_use = "nothing is retrieved until a form is asked for"]
pub struct ById {
    client: CacheClient,
    target: Result<(Namespace, CacheId), Invalid>,
}

forms!(ById: retrieve_by_id, retrieve_json, retrieve_string, retrieve_binary, None, None);

documents!(ById:
    /// Retrieves what is stored about the entry beside its content.
    metadata -> MetadataResponse = retrieve_metadata(None, None);
    /// Retrieves how the entry is laid out in storage.
    config -> ConfigResponse = retrieve_config();
    /// Retrieves the entry's reference: where its files lie.
    refs -> RefsResponse = retrieve_refs();
    /// Retrieves the entry's reference and every document it names.
    refs_all -> RefsAllResponse = retrieve_refs_all();
);

impl ById {
    /// Retrieves the entry only when its tag is another one by now; the unchanged content is not sent.
    pub async fn if_changed(self, since: &Tag) -> Result<Change> {
        let (namespace, id) = &self.target?;
        let call = |attempt: Attempt| async move {
            let outcome = attempt.api.retrieve_by_id(namespace, id, None, Some(since.as_str())).await;
            if let Err(crate::generated::Error::UnexpectedResponse(answer)) = &outcome
                && answer.status().as_u16() == 304
            {
                return Ok(Change::Same);
            }
            Ok(match attempt.found(outcome)?.map(entry).transpose()? {
                Some(entry) => Change::New(Box::new(entry)),
                None => Change::Gone,
            })
        };
        self.client.call(Repeat::Always, call).await
    }
}

/// An entry to be retrieved by its hash.
#[derive(Debug)]
#[must_use = "nothing is retrieved until a form is asked for"]
pub struct ByHash {
    client: CacheClient,
    target: Result<(Namespace, CacheHash), Invalid>,
}

forms!(ByHash: retrieve_by_hash, retrieve_json_by_hash, retrieve_string_by_hash, retrieve_binary_by_hash);

documents!(ByHash:
    /// Retrieves what is known of the newest entry.
    metadata -> Owner = retrieve_metadata_by_hash();
    /// Retrieves the ids of all entries of the hash, oldest first.
    refs -> HashRefsResponse = retrieve_refs_by_hash();
);

impl ByHash {
    /// Retrieves the id of the newest entry.
    pub async fn cache_id(self) -> Result<Option<CacheId>> {
        let (namespace, hash) = &self.target?;
        let call = |attempt: Attempt| async move {
            attempt.found(attempt.api.retrieve_cache_id_by_hash(namespace, hash).await)
        };
        Ok(self.client.call(Repeat::Always, call).await?.map(|found| found.cache_id))
    }
}
