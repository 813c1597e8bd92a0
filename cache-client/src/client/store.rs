//! `store`: new entries.

use bytes::Bytes;
use futures::Stream;
use serde::Serialize;

use super::body::{Sent, take};
use super::{Attempt, Tag, group};
use crate::error::{Cause, Error, Result};
use crate::generated::ResponseValue;
use crate::generated::types::{Paths, StoreResponse};
use crate::ids::{CacheHash, CacheId, CacheKey, FieldPath, FileId, Invalid, Name, Namespace, Strategy};
use crate::raw_json::RawJson;
use crate::retry::Repeat;

group! {
    /// New entries. Every store makes one, with an id of its own.
    Store
}

impl Store {
    /// Stores a value that is a JSON object.
    pub fn json(
        &self,
        namespace: impl Name<Namespace>,
        strategy: Strategy,
        value: &(impl Serialize + ?Sized),
    ) -> StoreEntry {
        self.entry(namespace, strategy, RawJson::object(value).map(Sent::Json))
    }

    /// Stores text.
    pub fn string(&self, namespace: impl Name<Namespace>, strategy: Strategy, text: impl Into<String>) -> StoreEntry {
        self.entry(namespace, strategy, Sent::text(text.into()))
    }

    /// Stores bytes.
    pub fn binary(&self, namespace: impl Name<Namespace>, strategy: Strategy, bytes: impl Into<Bytes>) -> StoreEntry {
        self.entry(namespace, strategy, Sent::bytes(bytes.into()))
    }

    /// Stores bytes as they are made, without holding all of them. Such a store is never sent again.
    pub fn stream<S, E>(&self, namespace: impl Name<Namespace>, strategy: Strategy, stream: S) -> StoreEntry
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<Cause> + 'static,
    {
        self.entry(namespace, strategy, Ok(Sent::stream(stream)))
    }

    fn entry(&self, namespace: impl Name<Namespace>, strategy: Strategy, sent: Result<Sent>) -> StoreEntry {
        StoreEntry {
            client: self.client.clone(),
            namespace: namespace.named(),
            strategy,
            sent,
            key: None,
            file_id: None,
            hash_field: None,
            condition: Condition::None,
            gzip: false,
        }
    }
}

/// A store that is being described.
#[derive(Debug)]
#[must_use = "nothing is stored until it is sent"]
pub struct StoreEntry {
    client: super::CacheClient,
    namespace: Result<Namespace, Invalid>,
    strategy: Strategy,
    sent: Result<Sent>,
    key: Option<Result<CacheKey, Invalid>>,
    file_id: Option<Result<FileId, Invalid>>,
    hash_field: Option<Result<FieldPath, Invalid>>,
    condition: Condition,
    gzip: bool,
}

/// What has to lie under the key and file id of a new entry.
#[derive(Debug)]
enum Condition {
    None,
    Absent,
    Tag(Tag),
}

/// A new entry.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Its id.
    pub cache_id: CacheId,
    /// Its hash.
    pub cache_hash: CacheHash,
    /// Every file of it, by what it is for.
    pub paths: Paths,
    /// The length of its content in bytes, as stored.
    pub size: u64,
    /// The version of its content, for `if_match`.
    pub tag: Option<Tag>,
}

impl StoreEntry {
    /// Files the entry under this key; with [`Strategy::KeyBased`] it is the folder of the content.
    pub fn key(self, key: impl Name<CacheKey>) -> Self {
        Self { key: Some(key.named()), ..self }
    }

    /// Names the content file; the entry's id when not given. Needs a key.
    pub fn file_id(self, file_id: impl Name<FileId>) -> Self {
        Self { file_id: Some(file_id.named()), ..self }
    }

    /// Hashes the entry by this field of its JSON, such as `meta.id`, instead of all of it. Needs a key.
    pub fn hash_field(self, field: impl Name<FieldPath>) -> Self {
        Self { hash_field: Some(field.named()), ..self }
    }

    /// Stores only when the key and file id have no content yet; else
    /// [`PreconditionFailed`](Error::PreconditionFailed), atomically against every other writer. Needs a key and
    /// [`Strategy::KeyBased`].
    pub fn if_absent(self) -> Self {
        Self { condition: Condition::Absent, ..self }
    }

    /// Stores only when the key and file id have content with this tag; else [`PreconditionFailed`](Error::PreconditionFailed),
    /// atomically against every other writer. Needs a key and [`Strategy::KeyBased`].
    pub fn if_match(self, tag: &Tag) -> Self {
        Self { condition: Condition::Tag(tag.clone()), ..self }
    }

    /// Says that the bytes are packed with gzip: they are stored as they are, and hashed and retrieved unpacked.
    pub fn gzip(self) -> Self {
        Self { gzip: true, ..self }
    }

    /// Stores.
    ///
    /// A store whose answer was lost is not sent again, because it may have been carried out: with
    /// [`Unavailable { retryable: false, .. }`](Error::Unavailable), look for the entry by its hash first.
    pub async fn send(self) -> Result<Stored> {
        let (client, parts) = &self.checked()?;
        let call = |attempt: Attempt| async move { attempt.answer(parts.attempt(&attempt).await) };
        let stored = match (parts.sent.is_stream(), parts.is_conditional()) {
            (true, _) => client.call_once(call).await?,
            (false, true) => client.call(Repeat::UnlessTried, call).await?,
            (false, false) => client.call(Repeat::UnlessDone, call).await?,
        };
        Ok(Stored::from(stored))
    }

    fn checked(self) -> Result<(super::CacheClient, Parts)> {
        let parts = Parts {
            namespace: self.namespace?,
            strategy: self.strategy,
            sent: self.sent?,
            key: self.key.transpose()?,
            file_id: self.file_id.transpose()?,
            hash_field: self.hash_field.transpose()?,
            condition: self.condition,
            gzip: self.gzip,
        };
        parts.fit_together()?;
        Ok((self.client, parts))
    }
}

/// A store whose names are valid.
struct Parts {
    namespace: Namespace,
    strategy: Strategy,
    sent: Sent,
    key: Option<CacheKey>,
    file_id: Option<FileId>,
    hash_field: Option<FieldPath>,
    condition: Condition,
    gzip: bool,
}

impl Parts {
    fn is_conditional(&self) -> bool {
        !matches!(self.condition, Condition::None)
    }

    fn fit_together(&self) -> Result<()> {
        if self.key.is_none() && (self.file_id.is_some() || self.hash_field.is_some() || self.is_conditional()) {
            return Err(Error::invalid("cache_key", "is needed with file_id, hash_field, if_absent or if_match"));
        }
        if self.is_conditional() && self.strategy != Strategy::KeyBased {
            return Err(Error::invalid("strategy", "has to be key_based with if_absent or if_match"));
        }
        if self.hash_field.is_some() && !matches!(self.sent, Sent::Json(_)) {
            return Err(Error::invalid("field_path", "is for JSON alone"));
        }
        if self.gzip && !matches!(self.sent, Sent::Bytes(_) | Sent::Stream(_)) {
            return Err(Error::invalid("gzip", "is for bytes alone"));
        }
        Ok(())
    }

    async fn attempt(&self, attempt: &Attempt) -> crate::refusal::Outcome<StoreResponse> {
        let Self { namespace, strategy, .. } = self;
        let encoding = self.gzip.then_some("gzip");
        let api = &attempt.api;
        let Some(key) = &self.key else {
            return match &self.sent {
                Sent::Json(value) => api.store_json(namespace, strategy, value).await,
                Sent::Text(text) => api.store_string(namespace, strategy, text.clone()).await,
                Sent::Bytes(bytes) => api.store_binary(namespace, strategy, encoding, bytes.clone()).await,
                Sent::Stream(body) => api.store_binary(namespace, strategy, encoding, take(body)).await,
            };
        };
        let (file, field) = (self.file_id.as_ref(), self.hash_field.as_ref());
        let (tag, absent) = match &self.condition {
            Condition::None => (None, None),
            Condition::Absent => (None, Some("*")),
            Condition::Tag(tag) => (Some(tag.as_str()), None),
        };
        match &self.sent {
            Sent::Json(value) => {
                api.store_json_with_key(namespace, strategy, key, file, field, tag, absent, value).await
            }
            Sent::Text(text) => {
                api.store_string_with_key(namespace, strategy, key, file, tag, absent, text.clone()).await
            }
            Sent::Bytes(bytes) => {
                api.store_binary_with_key(namespace, strategy, key, file, encoding, tag, absent, bytes.clone()).await
            }
            Sent::Stream(body) => {
                api.store_binary_with_key(namespace, strategy, key, file, encoding, tag, absent, take(body)).await
            }
        }
    }
}

impl From<ResponseValue<StoreResponse>> for Stored {
    fn from(answer: ResponseValue<StoreResponse>) -> Self {
        let tag = Tag::of(answer.headers());
        let StoreResponse { cache_id, cache_hash, paths, size, .. } = answer.into_inner();
        Self { cache_id, cache_hash, paths, size, tag }
    }
}
