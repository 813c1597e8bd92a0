//! `zip`: archives, their members, and changes of them.

use bytes::Bytes;

use super::{Attempt, CacheClient, Tag, group};
use crate::error::{Error, Result};
use crate::generated::types::{
    ZipAction, ZipBatchOperation, ZipBatchRequest, ZipCondition, ZipOperationResponse, ZipStoreResponse,
};
use crate::generated::{ByteStream, ResponseValue};
use crate::ids::{CacheHash, CacheId, CacheKey, FileId, Invalid, MemberPath, Name, Namespace, Strategy};
use crate::retry::Repeat;

pub use crate::generated::types::ZipBatchResponse as ZipBatchDone;

group! {
    /// Zip archives. They are hashed by the names and contents of their members, whenever and however they were packed.
    ///
    /// A change leaves an archive as it is and makes a new entry, of the same strategy and named by its own id.
    ///
    /// ```
    /// use cache_client::Strategy;
    /// use cache_client::client::ZipChange;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> anyhow::Result<()> {
    /// # let client = cache_server::in_process::InProcess::in_memory()?.client();
    /// let empty = client.zip().create("apps", Strategy::KeyBased, "packages/hello", "v1").send().await?;
    /// let first = client.zip().archive("apps", empty.cache_id).add("src/main.py", "print('hello')").await?;
    ///
    /// let changes = [
    ///     ZipChange::add("README.md", "# Hello"),
    ///     ZipChange::rename("src/main.py", "src/hello.py"),
    ///     ZipChange::remove_matching("*.tmp").if_exists(),
    /// ];
    /// let done = client.zip().archive("apps", first).batch(changes).atomic(false).send().await?;
    ///
    /// let archive = client.zip().archive("apps", done.cache_id);
    /// assert_eq!(archive.files().await?, Some(vec!["README.md".to_owned(), "src/hello.py".to_owned()]));
    /// assert_eq!(archive.file("README.md").await?.as_deref(), Some(b"# Hello".as_slice()));
    /// assert_eq!(client.zip().archive("apps", first).files().await?, Some(vec!["src/main.py".to_owned()]));
    /// # Ok(())
    /// # }
    /// ```
    Zip
}

impl Zip {
    /// Stores an archive without members under a key.
    pub fn create(
        &self,
        namespace: impl Name<Namespace>,
        strategy: Strategy,
        key: impl Name<CacheKey>,
        file_id: impl Name<FileId>,
    ) -> StoreZip {
        self.entry((namespace, strategy, key, file_id), None)
    }

    /// Stores an archive under a key. One that the server does not take is [`InvalidInput`](Error::InvalidInput), or
    /// [`TooLarge`](Error::TooLarge), for the reason that the error says.
    pub fn store(
        &self,
        namespace: impl Name<Namespace>,
        strategy: Strategy,
        key: impl Name<CacheKey>,
        file_id: impl Name<FileId>,
        archive: impl Into<Bytes>,
    ) -> StoreZip {
        self.entry((namespace, strategy, key, file_id), Some(archive.into()))
    }

    fn entry(
        &self,
        (namespace, strategy, key, file_id): (impl Name<Namespace>, Strategy, impl Name<CacheKey>, impl Name<FileId>),
        archive: Option<Bytes>,
    ) -> StoreZip {
        let named = || Ok((namespace.named()?, strategy, key.named()?, file_id.named()?));
        StoreZip { client: self.client.clone(), target: named(), archive }
    }

    /// An archive that is stored, by its id.
    pub fn archive(&self, namespace: impl Name<Namespace>, id: impl Name<CacheId>) -> Archive {
        let target = namespace.named().and_then(|namespace| Ok((namespace, id.named()?)));
        Archive { client: self.client.clone(), target }
    }
}

/// A store of an archive that is being described.
#[derive(Debug)]
#[must_use = "nothing is stored until it is sent"]
pub struct StoreZip {
    client: CacheClient,
    target: Result<(Namespace, Strategy, CacheKey, FileId), Invalid>,
    archive: Option<Bytes>,
}

/// A new archive.
#[derive(Debug, Clone)]
pub struct StoredZip {
    /// Its id.
    pub cache_id: CacheId,
    /// The hash of its members.
    pub cache_hash: CacheHash,
    /// Its length in bytes.
    pub size: u64,
    /// How many members it has.
    pub file_count: u64,
    /// The version of its content.
    pub tag: Option<Tag>,
}

impl StoreZip {
    /// Stores. A store whose answer was lost is not sent again, because it may have been carried out.
    pub async fn send(self) -> Result<StoredZip> {
        let ((namespace, strategy, key, file), archive) = (&self.target?, &self.archive);
        let call = |attempt: Attempt| async move {
            let api = &attempt.api;
            attempt.answer(match archive {
                Some(archive) => api.zip_store(namespace, strategy, key, file, archive.clone()).await,
                None => api.zip_create(namespace, strategy, key, file).await,
            })
        };
        Ok(StoredZip::from(self.client.call(Repeat::UnlessDone, call).await?))
    }
}

impl From<ResponseValue<ZipStoreResponse>> for StoredZip {
    fn from(answer: ResponseValue<ZipStoreResponse>) -> Self {
        let tag = Tag::of(answer.headers());
        let ZipStoreResponse { cache_id, cache_hash, size, file_count, .. } = answer.into_inner();
        Self { cache_id, cache_hash, size, file_count, tag }
    }
}

/// An archive that is stored: what is in it, and changes of it.
///
/// Reads answer what is not there with `None`. A change of an archive that is not there is
/// [`NotFound`](Error::NotFound); one whose answer was lost is not sent again, because it may have been carried out.
#[derive(Debug, Clone)]
pub struct Archive {
    client: CacheClient,
    target: Result<(Namespace, CacheId), Invalid>,
}

impl Archive {
    /// Retrieves the archive itself.
    pub async fn bytes(&self) -> Result<Option<Bytes>> {
        let (namespace, id) = &self.target.clone()?;
        let call = |attempt: Attempt| async move {
            let found = attempt.found(attempt.api.zip_retrieve(namespace, id, None, None).await)?;
            whole(&attempt, found).await
        };
        self.client.call(Repeat::Always, call).await
    }

    /// Lists the names of the members, sorted.
    pub async fn files(&self) -> Result<Option<Vec<String>>> {
        let (namespace, id) = &self.target.clone()?;
        let call = |attempt: Attempt| async move { attempt.found(attempt.api.zip_files_list(namespace, id).await) };
        Ok(self.client.call(Repeat::Always, call).await?.map(|answer| answer.into_inner().file_list))
    }

    /// Retrieves one member, which alone is unpacked.
    pub async fn file(&self, path: impl Name<MemberPath>) -> Result<Option<Bytes>> {
        let ((namespace, id), path) = (&self.target.clone()?, &path.named()?);
        let call = |attempt: Attempt| async move {
            let found = attempt.found(attempt.api.zip_file_retrieve(namespace, id, path).await)?;
            whole(&attempt, found).await
        };
        self.client.call(Repeat::Always, call).await
    }

    /// Adds a member, instead of the one that has this name, and returns the id of the new archive.
    pub async fn add(&self, path: impl Name<MemberPath>, content: impl Into<Bytes>) -> Result<CacheId> {
        let ((namespace, id), path, content) = (&self.target.clone()?, &path.named()?, &content.into());
        if content.is_empty() {
            return Err(Error::invalid("content", "is empty"));
        }
        let call = |attempt: Attempt| async move {
            let added = attempt.api.zip_file_add_from_bytes(namespace, id, path, content.clone()).await;
            attempt.answer(added)
        };
        made(self.client.call(Repeat::UnlessDone, call).await)
    }

    /// Removes a member, which need not be there, and returns the id of the new archive.
    pub async fn remove(&self, path: impl Name<MemberPath>) -> Result<CacheId> {
        let ((namespace, id), path) = (&self.target.clone()?, &path.named()?);
        let call =
            |attempt: Attempt| async move { attempt.answer(attempt.api.zip_file_delete(namespace, id, path).await) };
        made(self.client.call(Repeat::UnlessDone, call).await)
    }

    /// Several changes, which make one new archive.
    pub fn batch(&self, changes: impl IntoIterator<Item = ZipChange>) -> ZipBatch {
        let changes = changes.into_iter().map(|change| change.0).collect();
        ZipBatch { client: self.client.clone(), target: self.target.clone(), changes, atomic: true }
    }
}

async fn whole(attempt: &Attempt, found: Option<ResponseValue<ByteStream>>) -> Result<Option<Bytes>> {
    match found {
        Some(answer) => attempt.bytes(answer).await.map(Some),
        None => Ok(None),
    }
}

/// What the server calls an archive that is not there.
const NO_ARCHIVE: &str = "Zip file not found in cache";

/// The archive that a change made. The Python service, and so the server, answers 400 where there is none to change.
fn made(answer: Result<ResponseValue<ZipOperationResponse>>) -> Result<CacheId> {
    let answer = answer.map_err(|error| match error {
        Error::InvalidInput { reason, request_id, .. } if reason == NO_ARCHIVE => {
            Error::NotFound { message: reason, request_id }
        }
        other => other,
    })?;
    answer.into_inner().cache_id.ok_or_else(|| Error::Protocol {
        reason: "a change made no archive".to_owned(),
        request_id: None,
        source: None,
    })
}

/// A change of an archive.
#[derive(Debug, Clone)]
pub struct ZipChange(Result<ZipBatchOperation, Invalid>);

impl ZipChange {
    fn new(action: ZipAction, path: impl Name<MemberPath>) -> Self {
        let operation = |path: MemberPath| ZipBatchOperation {
            action,
            path: Some(path.to_string()),
            content: None,
            new_path: None,
            condition: None,
            pattern: None,
        };
        Self(path.named().map(operation))
    }

    fn with(self, set: impl FnOnce(&mut ZipBatchOperation)) -> Self {
        Self(self.0.map(|mut operation| {
            set(&mut operation);
            operation
        }))
    }

    /// Adds a text, which may not be empty, instead of the member that has this name.
    pub fn add(path: impl Name<MemberPath>, text: impl Into<String>) -> Self {
        Self::new(ZipAction::Add, path).with(|operation| operation.content = Some(text.into()))
    }

    /// The same as [`ZipChange::add`], reported as a change of the member.
    pub fn replace(path: impl Name<MemberPath>, text: impl Into<String>) -> Self {
        Self::new(ZipAction::Replace, path).with(|operation| operation.content = Some(text.into()))
    }

    /// Removes a member; fails when it is not there.
    pub fn remove(path: impl Name<MemberPath>) -> Self {
        Self::new(ZipAction::Remove, path)
    }

    /// Removes the members whose names match: `*` stands for anything, slashes included. Fails when
    /// there are none.
    pub fn remove_matching(pattern: impl Into<String>) -> Self {
        Self(Ok(ZipBatchOperation {
            action: ZipAction::Remove,
            path: None,
            content: None,
            new_path: None,
            condition: None,
            pattern: Some(pattern.into()),
        }))
    }

    /// Gives a member another name, instead of the member that has it already; fails when it is not there.
    pub fn rename(path: impl Name<MemberPath>, new_path: impl Name<MemberPath>) -> Self {
        match new_path.named() {
            Ok(new) => Self::new(ZipAction::Rename, path).with(|operation| operation.new_path = Some(new.to_string())),
            Err(error) => Self(Err(error)),
        }
    }

    /// Only when there is a member of this name; else nothing is done, and nothing fails.
    pub fn if_exists(self) -> Self {
        self.with(|operation| operation.condition = Some(ZipCondition::IfExists))
    }

    /// Only when there is no member of this name; else nothing is done, and nothing fails.
    pub fn if_not_exists(self) -> Self {
        self.with(|operation| operation.condition = Some(ZipCondition::IfNotExists))
    }
}

/// Several changes of an archive that are being described.
#[derive(Debug)]
#[must_use = "nothing is changed until it is sent"]
pub struct ZipBatch {
    client: CacheClient,
    target: Result<(Namespace, CacheId), Invalid>,
    changes: Result<Vec<ZipBatchOperation>, Invalid>,
    atomic: bool,
}

impl ZipBatch {
    /// Whether a change that fails undoes the others; it does when not said otherwise.
    pub fn atomic(self, atomic: bool) -> Self {
        Self { atomic, ..self }
    }

    /// Makes the changes. Those that failed are said in the answer, whose `success` is false then.
    pub async fn send(self) -> Result<ZipBatchDone> {
        let (namespace, id) = &self.target?;
        let request = &ZipBatchRequest { atomic: Some(self.atomic), operations: Some(self.changes?) };
        let call = |attempt: Attempt| async move {
            let done = attempt.answer(attempt.api.zip_batch_operations(namespace, id, request).await)?.into_inner();
            if done.error_message == NO_ARCHIVE {
                let request_id = attempt.api.inner.request_id();
                return Err(Error::NotFound { message: done.error_message, request_id });
            }
            Ok(done)
        };
        self.client.call(Repeat::UnlessDone, call).await
    }
}
