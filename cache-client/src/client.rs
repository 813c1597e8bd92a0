//! The client: built once, cheap to clone, with the groups of operations as methods.

mod admin_storage;
mod body;
mod build;
mod by_ids;
mod by_key;
mod bytes;
mod clear;
mod data;
mod data_store;
mod delete;
mod entry;
mod exists;
mod info;
mod lines;
mod listing;
mod namespace;
mod range;
mod retrieve;
mod store;
mod tag;
mod temporal;
mod update;
mod zip;

use std::time::Duration;

use crate::error::{Error, Result};
use crate::generated::{self, ByteStream, ResponseValue};
use crate::refusal::{self, Outcome};
use crate::retry::{Repeat, Retries};

pub use admin_storage::AdminStorage;
pub use build::Builder;
pub use by_ids::{DeleteByIds, RetrieveByIds};
pub use by_key::{ByKey, EntryKind};
pub use bytes::Chunks;
pub use clear::{Cleared, DeleteNamespace};
pub use data::{ChildContent, ChildEntry, ChildListing, ChildRetrieve, ChildTarget, ChildUpdate, Children, Data};
pub use data_store::{ChildStore, DataStore, StoredChild};
pub use delete::{Delete, DeleteById, Deleted};
pub use entry::{Change, Content, Entry, Owner};
pub use exists::Exists;
pub use info::{Info, Server};
pub use listing::{Items, Listing, Page};
pub use namespace::{BulkEntry, Entries, Namespaces, OfNamespace};
pub use range::{ByteRange, Part};
pub use retrieve::{ByHash, ById, Retrieve};
pub use store::{Store, StoreEntry, Stored};
pub use tag::Tag;
pub use temporal::{Temporal, TemporalEntry, TimeRange};
pub use update::{Update, UpdateEntry, Updated};
pub use zip::{Archive, StoreZip, StoredZip, Zip, ZipBatch, ZipBatchDone, ZipChange};

/// A client of one cache service.
///
/// Clones share connections; a clone costs a few reference counts. Calls need a tokio runtime with timers, and may come from
/// any. See the [crate] for a tour.
#[derive(Debug, Clone)]
pub struct CacheClient {
    api: generated::Client,
    attempt_timeout: Duration,
    retries: Retries,
}

impl CacheClient {
    /// New entries.
    pub fn store(&self) -> Store {
        Store::new(self)
    }

    /// Entries by id, by hash and by key, in any form.
    pub fn retrieve(&self) -> Retrieve {
        Retrieve::new(self)
    }

    /// Whether there is an entry.
    pub fn exists(&self) -> Exists {
        Exists::new(self)
    }

    /// New content for an entry.
    pub fn update(&self) -> Update {
        Update::new(self)
    }

    /// Entries with everything they own.
    pub fn delete(&self) -> Delete {
        Delete::new(self)
    }

    /// New child files of an entry.
    pub fn data_store(&self) -> DataStore {
        DataStore::new(self)
    }

    /// The child files of an entry.
    pub fn data(&self) -> Data {
        Data::new(self)
    }

    /// Zip archives.
    pub fn zip(&self) -> Zip {
        Zip::new(self)
    }

    /// What a namespace holds.
    pub fn namespace(&self) -> OfNamespace {
        OfNamespace::new(self)
    }

    /// The namespaces.
    pub fn namespaces(&self) -> Namespaces {
        Namespaces::new(self)
    }

    /// Entries by the time they were stored.
    pub fn temporal(&self) -> Temporal {
        Temporal::new(self)
    }

    /// The stored objects themselves, for administrators.
    pub fn admin_storage(&self) -> AdminStorage {
        AdminStorage::new(self)
    }

    /// The server's storage.
    pub fn server(&self) -> Server {
        Server::new(self)
    }

    /// The service, and its health.
    pub fn info(&self) -> Info {
        Info::new(self)
    }

    /// The same client with another limit for each attempt at a call, such as one for large uploads.
    pub fn with_attempt_timeout(&self, limit: Duration) -> Self {
        Self { attempt_timeout: limit, ..self.clone() }
    }

    /// Every operation of the contract with positional arguments, for what this client has no method for.
    ///
    /// These calls go over the same transport with the same key, but have neither a time limit nor repetitions.
    pub fn operations(&self) -> generated::Client {
        generated::Client {
            baseurl: self.api.baseurl.clone(),
            client: self.api.client.clone(),
            inner: self.api.inner.again(),
        }
    }
}

/// One attempt at a call.
pub(crate) struct Attempt {
    pub(crate) api: generated::Client,
    repeat: Repeat,
}

impl CacheClient {
    /// Makes a call: attempts it, each time within the limit, and again as far as it is safe.
    async fn call<T, F>(&self, repeat: Repeat, operation: impl Fn(Attempt) -> F) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        let mut waits = self.retries.waits();
        loop {
            let error = match self.attempt(repeat, &operation).await {
                Err(error) if error.is_retryable() => error,
                other => return other,
            };
            let wait = waits.next().and_then(|backoff| self.retries.wait(backoff, error.retry_after()));
            let Some(wait) = wait else { return Err(error) };
            tokio::time::sleep(wait).await;
        }
    }

    /// Makes a call once, for bodies that cannot be sent again.
    async fn call_once<T, F>(&self, operation: impl Fn(Attempt) -> F) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        self.attempt(Repeat::UnlessTried, &operation).await
    }

    async fn attempt<T, F>(&self, repeat: Repeat, operation: &impl Fn(Attempt) -> F) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        let api = self.operations();
        let call = api.inner.clone();
        // Pinned where it is: these futures are large, and moving them would cost more than the rest of this function.
        let attempt = std::pin::pin!(operation(Attempt { api, repeat }));
        match tokio::time::timeout(self.attempt_timeout, attempt).await {
            Ok(result) => result,
            Err(_) => Err(refusal::too_slow(self.attempt_timeout, repeat, call.request_id())),
        }
    }
}

impl Attempt {
    /// What was answered, or what the refusal means.
    fn answer<T>(&self, outcome: Outcome<T>) -> Result<ResponseValue<T>> {
        outcome.map_err(|refused| refusal::error(refused, self.repeat, self.api.inner.request_id()))
    }

    /// What was answered; `None` when there is nothing.
    fn found<T>(&self, outcome: Outcome<T>) -> Result<Option<ResponseValue<T>>> {
        match outcome {
            Err(refused) if refusal::is_miss(&refused, self.api.inner.request_id().as_ref()) => Ok(None),
            other => self.answer(other).map(Some),
        }
    }

    /// A whole body.
    async fn bytes(&self, answer: ResponseValue<ByteStream>) -> Result<::bytes::Bytes> {
        body::collect(answer.into_inner_stream())
            .await
            .map_err(|error| refusal::cut_off(error, self.repeat, self.api.inner.request_id()))
    }

    /// A whole body as text.
    async fn text(&self, answer: ResponseValue<ByteStream>) -> Result<String> {
        String::from_utf8(self.bytes(answer).await?.into()).map_err(|error| Error::Protocol {
            reason: "the text is not UTF-8".to_owned(),
            request_id: self.api.inner.request_id(),
            source: Some(error.into()),
        })
    }
}

/// Makes a group of operations: a handle that keeps its client.
macro_rules! group {
    ($(#[$about:meta])* $name:ident) => {
        $(#[$about])*
        #[derive(Debug, Clone)]
        pub struct $name {
            pub(super) client: $crate::CacheClient,
        }

        impl $name {
            pub(super) fn new(client: &$crate::CacheClient) -> Self {
                Self { client: client.clone() }
            }
        }
    };
}
pub(crate) use group;
