//! `data`: the child files of an entry.

mod read;
mod retrieve;
mod update;

use super::listing::next_cursor;
use super::{Attempt, CacheClient, Listing, Page, Tag, group};
use crate::error::Result;
use crate::generated::types::ChildFileResponse;
use crate::ids::{CacheId, DataKey, DataType, FileId, Invalid, Name, Namespace};
use crate::retry::Repeat;

pub use read::{ChildContent, ChildEntry, Children};
pub use retrieve::ChildRetrieve;
pub use update::ChildUpdate;

group! {
    /// The child files of an entry.
    Data
}

/// Which child file: the entry, the name, and the folder below the entry if there is one.
#[derive(Debug, Clone)]
struct Child {
    namespace: Namespace,
    id: CacheId,
    key: Option<DataKey>,
    file: FileId,
}

type Parsed<T> = Result<T, Invalid>;

fn child(namespace: impl Name<Namespace>, id: impl Name<CacheId>, file: impl Name<FileId>) -> Parsed<Child> {
    Ok(Child { namespace: namespace.named()?, id: id.named()?, key: None, file: file.named()? })
}

fn in_folder(child: Parsed<Child>, key: impl Name<DataKey>) -> Parsed<Child> {
    Ok(Child { key: Some(key.named()?), ..child? })
}

impl Data {
    /// The content of a child file.
    pub fn retrieve(
        &self,
        namespace: impl Name<Namespace>,
        id: impl Name<CacheId>,
        file_id: impl Name<FileId>,
    ) -> ChildRetrieve {
        ChildRetrieve::new(self.client.clone(), child(namespace, id, file_id))
    }

    /// New content for a child file.
    pub fn update(
        &self,
        namespace: impl Name<Namespace>,
        id: impl Name<CacheId>,
        file_id: impl Name<FileId>,
    ) -> ChildUpdate {
        ChildUpdate::new(self.client.clone(), child(namespace, id, file_id))
    }

    /// Whether there is a child file of this type.
    pub fn exists(
        &self,
        namespace: impl Name<Namespace>,
        id: impl Name<CacheId>,
        data_type: DataType,
        file_id: impl Name<FileId>,
    ) -> ChildTarget<Exists> {
        ChildTarget { client: self.client.clone(), child: child(namespace, id, file_id), data_type, verb: Exists }
    }

    /// The deletion of a child file of this type.
    pub fn delete(
        &self,
        namespace: impl Name<Namespace>,
        id: impl Name<CacheId>,
        data_type: DataType,
        file_id: impl Name<FileId>,
    ) -> ChildTarget<Delete> {
        ChildTarget {
            client: self.client.clone(),
            child: child(namespace, id, file_id),
            data_type,
            verb: Delete { if_match: None },
        }
    }

    /// The child files of an entry, or those in a folder of it.
    pub fn list(&self, namespace: impl Name<Namespace>, id: impl Name<CacheId>) -> ChildListing {
        let target = namespace.named().and_then(|namespace| Ok((namespace, id.named()?)));
        ChildListing { client: self.client.clone(), target, key: None, recursive: true }
    }

    /// The child files of an entry with their content, or those in a folder of it.
    pub fn read(&self, namespace: impl Name<Namespace>, id: impl Name<CacheId>) -> Children {
        let target = namespace.named().and_then(|namespace| Ok((namespace, id.named()?)));
        Children::new(self.client.clone(), target)
    }
}

/// What is asked of a child file: whether it is there.
#[derive(Debug)]
pub struct Exists;

/// What is asked of a child file: that it goes.
#[derive(Debug)]
pub struct Delete {
    if_match: Option<Tag>,
}

/// A child file of a type, and what is asked of it.
#[derive(Debug)]
#[must_use = "nothing happens until it is sent"]
pub struct ChildTarget<Verb> {
    client: CacheClient,
    child: Parsed<Child>,
    data_type: DataType,
    verb: Verb,
}

impl<Verb> ChildTarget<Verb> {
    /// Looks in this folder below the entry.
    pub fn key(self, key: impl Name<DataKey>) -> Self {
        Self { child: in_folder(self.child, key), ..self }
    }
}

impl ChildTarget<Exists> {
    /// Tells whether it is there.
    pub async fn send(self) -> Result<bool> {
        let Self { client, child, data_type, verb: Exists } = self;
        let Child { namespace, id, key, file } = &child?;
        let call = |attempt: Attempt| async move {
            let api = &attempt.api;
            attempt.answer(match key {
                Some(key) => api.child_exists_under(namespace, id, &data_type, key, file).await,
                None => api.child_exists(namespace, id, &data_type, file).await,
            })
        };
        Ok(client.call(Repeat::Always, call).await?.exists)
    }
}

impl ChildTarget<Delete> {
    /// Deletes it only when its content still has this tag; else [`PreconditionFailed`](crate::Error::PreconditionFailed).
    pub fn if_match(self, tag: &Tag) -> Self {
        Self { verb: Delete { if_match: Some(tag.clone()) }, ..self }
    }

    /// Deletes it. `false` when it is not there, also when an attempt whose answer was lost deleted it.
    pub async fn send(self) -> Result<bool> {
        let Self { client, child, data_type, verb: Delete { if_match } } = self;
        let if_match = if_match.as_ref().map(Tag::as_str);
        let Child { namespace, id, key, file } = &child?;
        let call = |attempt: Attempt| async move {
            let api = &attempt.api;
            attempt.found(match key {
                Some(key) => api.delete_child_under(namespace, id, &data_type, key, file, if_match).await,
                None => api.delete_child(namespace, id, &data_type, file, if_match).await,
            })
        };
        let repeat = if if_match.is_some() { Repeat::UnlessTried } else { Repeat::Always };
        Ok(client.call(repeat, call).await?.is_some())
    }
}

/// The child files of an entry, to be listed or deleted.
#[derive(Debug, Clone)]
#[must_use = "nothing is listed until a page or the stream is asked for"]
pub struct ChildListing {
    client: CacheClient,
    target: Parsed<(Namespace, CacheId)>,
    key: Option<Parsed<DataKey>>,
    recursive: bool,
}

impl ChildListing {
    /// Only those in this folder.
    pub fn key(self, key: impl Name<DataKey>) -> Self {
        Self { key: Some(key.named()), ..self }
    }

    /// Whether to go into sub-folders; it does when not said otherwise.
    pub fn recursive(self, recursive: bool) -> Self {
        Self { recursive, ..self }
    }

    /// Lists the files, every copy, in the order of their paths.
    ///
    /// An entry that is not there is [`NotFound`](crate::Error::NotFound).
    pub fn files(self) -> Listing<ChildFileResponse> {
        Listing::new(move |at| {
            let Self { client, target, key, recursive } = self.clone();
            async move {
                let ((namespace, id), key, at) = (&target?, &key.transpose()?, &at);
                let call = |attempt: Attempt| async move {
                    let (api, cursor, limit, deep) = (&attempt.api, at.cursor(), at.limit(), Some(recursive));
                    attempt.answer(match key {
                        Some(key) => api.list_children_under(namespace, id, key, cursor, limit, deep).await,
                        None => api.list_children(namespace, id, cursor, limit, deep).await,
                    })
                };
                let answer = client.call(Repeat::Always, call).await?;
                let next = next_cursor(answer.headers());
                Ok(Page { items: answer.into_inner().files, next })
            }
        })
    }

    /// Deletes all of them, with sub-folders, and tells how many files are gone.
    pub async fn delete(self) -> Result<u64> {
        let ((namespace, id), key) = (&self.target?, &self.key.transpose()?);
        let call = |attempt: Attempt| async move {
            let api = &attempt.api;
            attempt.answer(match key {
                Some(key) => api.delete_children_under(namespace, id, key).await,
                None => api.delete_children(namespace, id).await,
            })
        };
        Ok(self.client.call(Repeat::Always, call).await?.deleted_count)
    }
}
