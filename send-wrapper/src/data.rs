//! The data files of a record, which go with it.

use cache_client::generated::types::ChildFileResponse;
use cache_client::{CacheId, DataType, Namespace};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};
use crate::keys::DataPath;
use crate::send_cache::SendCache;

/// The data files of one entry. Every operation is one call, and ends within the [time limit](SendCache::time_limit).
///
/// Writing below an entry that is not there is [`NotFound`](Error::NotFound).
#[derive(Debug, Clone)]
pub struct DataFiles {
    send: SendCache,
    namespace: Namespace,
    cache_id: CacheId,
}

/// Puts a call into the folder of a path, if it has one. The calls have no type in common.
macro_rules! in_folder {
    ($call:ident, $path:ident) => {
        match $path.folder() {
            Some(folder) => $call.key(folder),
            None => $call,
        }
    };
}

impl DataFiles {
    pub(crate) fn new(send: &SendCache, namespace: &Namespace, cache_id: CacheId) -> Self {
        Self { send: send.clone(), namespace: namespace.clone(), cache_id }
    }

    /// Stores a JSON object; a file that is there gets the new content.
    pub async fn store_json(&self, path: &DataPath, value: &impl Serialize) -> Result<()> {
        let store = self.send.cache.data_store().json(&self.namespace, self.cache_id, value).file_id(path.file());
        let store = in_folder!(store, path);
        self.send.within(async { store.send().await.map(drop).map_err(refused) }).await
    }

    /// Stores text; a file that is there gets the new content.
    pub async fn store_string(&self, path: &DataPath, text: impl Into<String>) -> Result<()> {
        let store = self.send.cache.data_store().string(&self.namespace, self.cache_id, text).file_id(path.file());
        let store = in_folder!(store, path);
        self.send.within(async { store.send().await.map(drop).map_err(refused) }).await
    }

    /// Retrieves a JSON file.
    pub async fn json<T: DeserializeOwned>(&self, path: &DataPath) -> Result<Option<T>> {
        let retrieve = self.send.cache.data().retrieve(&self.namespace, self.cache_id, path.file());
        let retrieve = in_folder!(retrieve, path);
        self.send.within(async { Ok(retrieve.json().await?) }).await
    }

    /// Retrieves a text file.
    pub async fn string(&self, path: &DataPath) -> Result<Option<String>> {
        let retrieve = self.send.cache.data().retrieve(&self.namespace, self.cache_id, path.file());
        let retrieve = in_folder!(retrieve, path);
        self.send.within(async { Ok(retrieve.string().await?) }).await
    }

    /// Gives a JSON file that is there new content; else [`NotFound`](Error::NotFound).
    pub async fn update_json(&self, path: &DataPath, value: &impl Serialize) -> Result<()> {
        let update = self.send.cache.data().update(&self.namespace, self.cache_id, path.file());
        let update = in_folder!(update, path);
        self.send.within(async { update.json(value).await.map(drop).map_err(refused) }).await
    }

    /// Gives a text file that is there new content; else [`NotFound`](Error::NotFound).
    pub async fn update_string(&self, path: &DataPath, text: impl Into<String>) -> Result<()> {
        let update = self.send.cache.data().update(&self.namespace, self.cache_id, path.file());
        let update = in_folder!(update, path);
        self.send.within(async { update.string(text).await.map(drop).map_err(refused) }).await
    }

    /// Tells whether there is a file of this type.
    pub async fn exists(&self, path: &DataPath, data_type: DataType) -> Result<bool> {
        let exists = self.send.cache.data().exists(&self.namespace, self.cache_id, data_type, path.file());
        let exists = in_folder!(exists, path);
        self.send.within(async { Ok(exists.send().await?) }).await
    }

    /// Lists all files, in the order of their paths.
    pub async fn list(&self) -> Result<Vec<ChildFileResponse>> {
        let listing = self.send.cache.data().list(&self.namespace, self.cache_id).files();
        self.send.within(async { listing.all().await.map_err(refused) }).await
    }

    /// Deletes a file of this type. `false` when it is not there.
    pub async fn delete(&self, path: &DataPath, data_type: DataType) -> Result<bool> {
        let delete = self.send.cache.data().delete(&self.namespace, self.cache_id, data_type, path.file());
        let delete = in_folder!(delete, path);
        self.send.within(async { Ok(delete.send().await?) }).await
    }

    /// Deletes all files, and tells how many are gone.
    pub async fn delete_all(&self) -> Result<u64> {
        let files = self.send.cache.data().list(&self.namespace, self.cache_id);
        self.send.within(async { files.delete().await.map_err(refused) }).await
    }

    /// Deletes all files in a folder such as `events/2026`, and tells how many are gone.
    pub async fn delete_all_with_key(&self, folder: &str) -> Result<u64> {
        let inside = DataPath::parse(&format!("{folder}/file"))?;
        let files = self.send.cache.data().list(&self.namespace, self.cache_id);
        let files = files.key(inside.folder().expect("the path has a folder"));
        self.send.within(async { files.delete().await.map_err(refused) }).await
    }
}

/// The error for an entry that is not there.
fn refused(error: cache_client::Error) -> Error {
    match error {
        cache_client::Error::NotFound { .. } => Error::missing("such entry or data file"),
        error => error.into(),
    }
}
