//! `data_store`: new child files of an entry.

use bytes::Bytes;
use futures::Stream;
use serde::Serialize;

use super::body::{Sent, take};
use super::{Attempt, CacheClient, Tag, group};
use crate::error::{Cause, Error, Result};
use crate::generated::types::ChildStoreResponse;
use crate::ids::{CacheId, DataKey, FileId, Invalid, Name, Namespace};
use crate::raw_json::RawJson;
use crate::refusal::Outcome;
use crate::retry::Repeat;

group! {
    /// New child files of an entry, which are deleted with it.
    DataStore
}

impl DataStore {
    /// Stores a value that is a JSON object.
    pub fn json(
        &self,
        namespace: impl Name<Namespace>,
        id: impl Name<CacheId>,
        value: &(impl Serialize + ?Sized),
    ) -> ChildStore {
        self.child(namespace, id, RawJson::object(value).map(Sent::Json))
    }

    /// Stores text.
    pub fn string(
        &self,
        namespace: impl Name<Namespace>,
        id: impl Name<CacheId>,
        text: impl Into<String>,
    ) -> ChildStore {
        self.child(namespace, id, Sent::text(text.into()))
    }

    /// Stores bytes.
    pub fn binary(
        &self,
        namespace: impl Name<Namespace>,
        id: impl Name<CacheId>,
        bytes: impl Into<Bytes>,
    ) -> ChildStore {
        self.child(namespace, id, Sent::bytes(bytes.into()))
    }

    /// Stores bytes as they are made, without holding all of them. Such a store is never sent again.
    pub fn stream<S, E>(&self, namespace: impl Name<Namespace>, id: impl Name<CacheId>, stream: S) -> ChildStore
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<Cause> + 'static,
    {
        self.child(namespace, id, Ok(Sent::stream(stream)))
    }

    fn child(&self, namespace: impl Name<Namespace>, id: impl Name<CacheId>, sent: Result<Sent>) -> ChildStore {
        let target = || Ok((namespace.named()?, id.named()?, sent?));
        ChildStore { client: self.client.clone(), target: target(), key: None, file_id: None, if_absent: false }
    }
}

/// A store of a child file that is being described.
#[derive(Debug)]
#[must_use = "nothing is stored until it is sent"]
pub struct ChildStore {
    client: CacheClient,
    target: Result<(Namespace, CacheId, Sent)>,
    key: Option<Result<DataKey, Invalid>>,
    file_id: Option<Result<FileId, Invalid>>,
    if_absent: bool,
}

/// A child file that was written.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct StoredChild {
    /// Its name without the extension.
    pub file_id: String,
    /// The folder below the entry; empty for none.
    pub key: String,
    /// Every copy that was written.
    pub paths: Vec<String>,
    /// Its length in bytes.
    pub size: u64,
    /// The version of its content, for `if_match`.
    pub tag: Option<Tag>,
}

impl ChildStore {
    /// Puts the file into this folder below the entry. Needs a file id.
    pub fn key(self, key: impl Name<DataKey>) -> Self {
        Self { key: Some(key.named()), ..self }
    }

    /// Names the file; a name that is taken already gets the new content. The server draws a name when none is given.
    pub fn file_id(self, file_id: impl Name<FileId>) -> Self {
        Self { file_id: Some(file_id.named()), ..self }
    }

    /// Stores only when there is no file of that name yet; else [`PreconditionFailed`](Error::PreconditionFailed), atomically
    /// against every other writer. Needs a file id.
    ///
    /// Such a store whose answer was lost is not sent again.
    pub fn if_absent(self) -> Self {
        Self { if_absent: true, ..self }
    }

    /// Stores. An entry that is not there is [`NotFound`](Error::NotFound).
    ///
    /// Only a store with a file id is sent again when its answer was lost: without one it would make a second file.
    pub async fn send(self) -> Result<StoredChild> {
        let (namespace, id, sent) = &self.target?;
        let (key, file) = (&self.key.transpose()?, &self.file_id.transpose()?);
        if key.is_some() && file.is_none() {
            return Err(Error::invalid("file_id", "is needed with a key"));
        }
        if self.if_absent && file.is_none() {
            return Err(Error::invalid("file_id", "is needed with if_absent"));
        }
        let absent = self.if_absent.then_some("*");
        let call = |attempt: Attempt| async move {
            let outcome = match (key, file) {
                (Some(key), Some(file)) => under(&attempt, (namespace, id), (key, file), absent, sent).await,
                (_, Some(file)) => named(&attempt, (namespace, id), file, absent, sent).await,
                (_, None) => unnamed(&attempt, (namespace, id), sent).await,
            };
            attempt.answer(outcome)
        };
        let stored = match (sent.is_stream(), file.is_some(), self.if_absent) {
            (true, _, _) => self.client.call_once(call).await?,
            (false, true, true) => self.client.call(Repeat::UnlessTried, call).await?,
            (false, true, false) => self.client.call(Repeat::Always, call).await?,
            (false, false, _) => self.client.call(Repeat::UnlessDone, call).await?,
        };
        let tag = Tag::of(stored.headers());
        let ChildStoreResponse { file_id, data_key, data_files_created, file_size, .. } = stored.into_inner();
        Ok(StoredChild { file_id, key: data_key, paths: data_files_created, size: file_size, tag })
    }
}

type Entry<'a> = (&'a Namespace, &'a CacheId);

async fn under(
    attempt: &Attempt,
    (namespace, id): Entry<'_>,
    (key, file): (&DataKey, &FileId),
    absent: Option<&str>,
    sent: &Sent,
) -> Outcome<ChildStoreResponse> {
    let api = &attempt.api;
    match sent {
        Sent::Json(value) => api.store_child_json_under(namespace, id, key, file, absent, value).await,
        Sent::Text(text) => api.store_child_string_under(namespace, id, key, file, absent, text.clone()).await,
        Sent::Bytes(bytes) => api.store_child_binary_under(namespace, id, key, file, absent, bytes.clone()).await,
        Sent::Stream(body) => api.store_child_binary_under(namespace, id, key, file, absent, take(body)).await,
    }
}

async fn named(
    attempt: &Attempt,
    (namespace, id): Entry<'_>,
    file: &FileId,
    absent: Option<&str>,
    sent: &Sent,
) -> Outcome<ChildStoreResponse> {
    let api = &attempt.api;
    match sent {
        Sent::Json(value) => api.store_child_json_as(namespace, id, file, absent, value).await,
        Sent::Text(text) => api.store_child_string_as(namespace, id, file, absent, text.clone()).await,
        Sent::Bytes(bytes) => api.store_child_binary_as(namespace, id, file, absent, bytes.clone()).await,
        Sent::Stream(body) => api.store_child_binary_as(namespace, id, file, absent, take(body)).await,
    }
}

async fn unnamed(attempt: &Attempt, (namespace, id): Entry<'_>, sent: &Sent) -> Outcome<ChildStoreResponse> {
    let api = &attempt.api;
    match sent {
        Sent::Json(value) => api.store_child_json(namespace, id, None, value).await,
        Sent::Text(text) => api.store_child_string(namespace, id, None, text.clone()).await,
        Sent::Bytes(bytes) => api.store_child_binary(namespace, id, None, bytes.clone()).await,
        Sent::Stream(body) => api.store_child_binary(namespace, id, None, take(body)).await,
    }
}
