//! `admin_storage`: the stored objects themselves, for administrators.

use bytes::{Bytes, BytesMut};
use futures::TryStreamExt;
use serde::de::DeserializeOwned;

use super::listing::next_cursor;
use super::namespace::names;
use super::{Attempt, Chunks, Listing, Page, group};
use crate::error::{Error, Result};
use crate::retry::Repeat;

group! {
    /// The stored objects themselves, for administrators; the server may want another key for them.
    ///
    /// Paths are those below the storage prefix, such as `ns/refs/by-id/ce/3d/….json`; the empty path is the whole storage.
    AdminStorage
}

/// Refuses paths a URL would change.
fn checked(path: impl Into<String>) -> Result<String> {
    let path = path.into();
    if path.split(['/', '\\']).any(|segment| matches!(segment, "." | "..")) {
        return Err(Error::invalid("path", "contains a \".\" or \"..\" segment"));
    }
    if path.chars().any(char::is_control) {
        return Err(Error::invalid("path", "contains a control character"));
    }
    Ok(path)
}

impl AdminStorage {
    /// Asks for the bucket's name; `NA` for storage that has none.
    pub async fn bucket_name(&self) -> Result<String> {
        let call = |attempt: Attempt| async move { attempt.answer(attempt.api.bucket_name().await) };
        Ok(self.client.call(Repeat::Always, call).await?.into_inner().bucket_name)
    }

    /// Tells whether there is a file.
    pub async fn exists(&self, path: impl Into<String>) -> Result<bool> {
        let path = &checked(path)?;
        let call = |attempt: Attempt| async move { attempt.answer(attempt.api.stored_file_exists(path).await) };
        Ok(self.client.call(Repeat::Always, call).await?.exists)
    }

    /// Retrieves a file.
    pub async fn bytes(&self, path: impl Into<String>) -> Result<Option<Bytes>> {
        let path = &checked(path)?;
        let call = |attempt: Attempt| async move {
            match attempt.found(attempt.api.stored_file_bytes(path).await)? {
                Some(answer) => attempt.bytes(answer).await.map(Some),
                None => Ok(None),
            }
        };
        self.client.call(Repeat::Always, call).await
    }

    /// Retrieves the first bytes of a file, `most` at most, and tells whether it has more. No more than that is held.
    pub async fn first_bytes(&self, path: impl Into<String>, most: usize) -> Result<Option<(Bytes, bool)>> {
        let path = &checked(path)?;
        let call = |attempt: Attempt| async move {
            let found = attempt.found(attempt.api.stored_file_bytes(path).await)?;
            Ok(found.map(|answer| (answer, attempt.api.inner.request_id())))
        };
        let Some((answer, id)) = self.client.call(Repeat::Always, call).await? else { return Ok(None) };
        let mut chunks = Chunks::new(answer.into_inner_stream(), self.client.attempt_timeout, id);
        let mut first = BytesMut::new();
        while first.len() <= most
            && let Some(chunk) = chunks.try_next().await?
        {
            first.extend_from_slice(&chunk[..chunk.len().min(most + 1 - first.len())]);
        }
        let has_more = first.len() > most;
        first.truncate(most);
        Ok(Some((first.freeze(), has_more)))
    }

    /// Retrieves a JSON file.
    pub async fn json<T: DeserializeOwned>(&self, path: impl Into<String>) -> Result<Option<T>> {
        let path = &checked(path)?;
        let call = |attempt: Attempt| async move { attempt.found(attempt.api.stored_file_json(path).await) };
        self.client.call(Repeat::Always, call).await?.map(|answer| answer.parse()).transpose()
    }

    /// Deletes a file; `false` when there is none. References to it are not looked after.
    pub async fn delete(&self, path: impl Into<String>) -> Result<bool> {
        let path = &checked(path)?;
        let call = |attempt: Attempt| async move { attempt.found(attempt.api.delete_stored_file(path).await) };
        Ok(self.client.call(Repeat::Always, call).await?.is_some_and(|answer| answer.deleted))
    }

    /// Lists the paths of all files below a folder, sorted.
    pub fn files(&self, folder: impl Into<String>) -> Listing<String> {
        let (client, folder) = (self.client.clone(), folder.into());
        Listing::new(move |at| {
            let (client, folder) = (client.clone(), checked(folder.clone()));
            async move {
                let (folder, at) = (&folder?, &at);
                let call = |attempt: Attempt| async move {
                    attempt.answer(attempt.api.list_all_stored_files(folder, at.cursor(), at.limit()).await)
                };
                let answer = client.call(Repeat::Always, call).await?;
                let next = next_cursor(answer.headers());
                Ok(Page { items: answer.into_inner().files, next })
            }
        })
    }

    /// Lists the paths of the folders in a folder, sorted.
    pub fn folders(&self, folder: impl Into<String>) -> Listing<String> {
        let (client, folder) = (self.client.clone(), folder.into());
        Listing::new(move |at| {
            let (client, folder) = (client.clone(), checked(folder.clone()));
            async move {
                let (folder, at) = (&folder?, &at);
                let call = |attempt: Attempt| async move {
                    let folders =
                        attempt.api.list_stored_folders(folder, at.cursor(), at.limit(), Some(false), Some(true));
                    attempt.answer(folders.await)
                };
                Ok(names(client.call(Repeat::Always, call).await?, Some))
            }
        })
    }
}
