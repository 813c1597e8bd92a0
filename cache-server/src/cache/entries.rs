//! Bulk reads: the entries of a namespace, and the child files of a key, with their content.

use std::collections::HashMap;

use bytes::Bytes;
use cache_client::{CacheId, DataKey, Namespace, Strategy};

use super::retrieve::{Stored, unknown_owner};
use super::{Cache, ChildFile, Compact, Error, Result};
use crate::blocking;
use crate::layout;
use crate::records::{FileKind, Located, Metadata, Owner};
use crate::storage::{Object, ObjectPath};

/// How many contents are read together at most, and how many bytes, by the lengths they were stored with, unless one alone has more.
const TOGETHER: (usize, u64) = (16, 1 << 20);

/// How many of these sizes, from the first on, make a part of an answer that is read together.
pub fn together(sizes: impl IntoIterator<Item = u64>) -> usize {
    let (most, bytes) = TOGETHER;
    let mut sum = 0;
    let fits = |(at, size): &(usize, u64)| {
        sum += size;
        *at == 0 || sum <= bytes
    };
    sizes.into_iter().take(most).enumerate().take_while(fits).count()
}

/// Which entries of a namespace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EntryFilter {
    /// Only those of this strategy.
    pub strategy: Option<Strategy>,
    /// Only those whose cache key begins with this.
    pub key_prefix: Option<String>,
}

/// An entry of a bulk read before its content is read.
#[derive(Debug, Clone)]
pub struct EntryFound {
    /// Its reference.
    pub reference: Located,
    /// Whose content it is.
    pub owner: Owner,
    /// Where its content lies.
    pub content: ContentFile,
    /// The path of its id reference, after which the next page goes on.
    pub at: String,
}

/// A content file and what its sidecar says of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContentFile {
    /// Where it lies.
    pub path: ObjectPath,
    /// Its length in bytes when it was stored; an update may have made it longer.
    pub size: u64,
    /// What it holds.
    pub kind: FileKind,
    /// Whether it is packed.
    pub is_gzip: bool,
}

impl ContentFile {
    pub(super) fn new(path: ObjectPath, size: u64, owner: &Owner) -> Self {
        Self { path, size, kind: owner.file_type, is_gzip: owner.is_gzip() }
    }

    /// Whether it may be text. Bytes that are stored as they are need not be read to know that they are none.
    fn is_text(&self) -> bool {
        self.kind == FileKind::Json || self.is_gzip
    }
}

/// In which order child files are read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// By name.
    #[default]
    Ascending,
    /// By name, from the last to the first.
    Descending,
}

impl Cache {
    /// Finds entries by walking the id references from `after` on: up to `limit` references, so possibly fewer entries.
    ///
    /// Answers the entries that match and where the next page begins. Costs a listing and two small reads an entry.
    pub async fn entries(
        &self,
        namespace: &Namespace,
        filter: &EntryFilter,
        after: Option<&str>,
        limit: usize,
    ) -> Result<(Vec<EntryFound>, Option<String>)> {
        let folder = layout::references_folder(namespace, "by-id");
        let page = self.storage.list(&folder, after, limit).await?;
        let next = if page.len() == limit { page.last().map(|listed| listed.path.to_string()) } else { None };
        let paths: Vec<_> = page.into_iter().map(|listed| listed.path).collect();
        let references = self.located(paths).await?;
        let is_wanted = |(_, reference): &(ObjectPath, Located)| {
            filter.strategy.is_none_or(|strategy| strategy == reference.strategy)
        };
        let mut found = self.with_sidecars(references.into_iter().filter(is_wanted).collect()).await?;
        if let Some(prefix) = &filter.key_prefix {
            found.retain(|found| found.owner.cache_key.starts_with(prefix.as_str()));
        }
        Ok((found, next))
    }

    /// Finds entries by their ids; `None` for one that is not there, or cannot be read. Costs two small reads an entry.
    pub async fn entries_of(&self, namespace: &Namespace, ids: &[CacheId]) -> Result<Vec<Option<EntryFound>>> {
        let paths: Vec<_> = ids.iter().map(|id| layout::by_id(namespace, *id)).collect();
        let references = self.located(paths.clone()).await?;
        let found = self.with_sidecars(references).await?.into_iter().map(|found| (found.at.clone(), found));
        let found: HashMap<String, EntryFound> = found.collect();
        Ok(paths.iter().map(|path| found.get(path.as_str()).cloned()).collect())
    }

    /// Reads id references; those that are not there, or cannot be read, are left out.
    async fn located(&self, paths: Vec<ObjectPath>) -> Result<Vec<(ObjectPath, Located)>> {
        let objects = self.storage.get_many(&paths).await?;
        let read = |(path, object): (ObjectPath, Option<Object>)| {
            let reference = parse_reference(&path, &object?)?;
            Some((path, reference))
        };
        Ok(paths.into_iter().zip(objects).filter_map(read).collect())
    }

    /// Reads what the sidecars say of entries; those whose sidecar cannot be read are left out.
    async fn with_sidecars(&self, references: Vec<(ObjectPath, Located)>) -> Result<Vec<EntryFound>> {
        let content = |(at, reference): (ObjectPath, Located)| {
            let content = reference.file_paths.content_files.first().cloned()?;
            Some((at, reference, content))
        };
        let entries: Vec<_> = references.into_iter().filter_map(content).collect();
        let sidecars: Vec<_> = entries.iter().map(|(_, _, content)| layout::metadata_of(content)).collect();
        let objects = self.storage.get_many(&sidecars).await?;
        let mut found = Vec::new();
        for (((at, reference, path), sidecar), object) in entries.into_iter().zip(&sidecars).zip(objects) {
            let (owner, size) = match object {
                Some(object) => {
                    let metadata = super::document::<Metadata>(sidecar, &object).map(Some);
                    let Some(metadata) = readable(sidecar, metadata)? else { continue };
                    (metadata.data, metadata.content_size)
                }
                None => (unknown_owner(&reference, None), 0),
            };
            let content = ContentFile::new(path, size, &owner);
            found.push(EntryFound { reference, owner, content, at: at.to_string() });
        }
        Ok(found)
    }

    /// Reads what content files hold, where it may be text; `None` for one that is gone or cannot be read.
    ///
    /// Bytes are answered without any. Whoever asks for many files asks for [as many as make a small answer](together).
    pub async fn texts(&self, files: &[ContentFile]) -> Result<Vec<Option<Compact>>> {
        let texts: Vec<_> = files.iter().filter(|file| file.is_text()).map(|file| file.path.clone()).collect();
        let others: Vec<_> = files.iter().filter(|file| !file.is_text()).map(|file| file.path.clone()).collect();
        let mut objects = self.storage.get_many(&texts).await?.into_iter();
        let mut others = self.storage.exist(&others).await?.into_iter();
        let mut answers = Vec::with_capacity(files.len());
        for file in files {
            let answer = if file.is_text() {
                let ContentFile { path, kind, is_gzip, .. } = file;
                match objects.next().flatten() {
                    Some(object) => {
                        let (path, kind, is_gzip) = (path.clone(), *kind, *is_gzip);
                        let work = Stored { path: &path, bytes: &object.bytes, kind, is_gzip }.work();
                        let compact = move || Stored { path: &path, bytes: &object.bytes, kind, is_gzip }.compact();
                        readable(&file.path, blocking::run(work, compact).await.map(Some))?
                    }
                    None => None,
                }
            } else {
                others.next().filter(|is_there| *is_there).map(|_| Compact::Binary(Bytes::new()))
            };
            answers.push(answer);
        }
        Ok(answers)
    }

    /// Finds child files of a key in path order, after (or, descending, before) the path `after`.
    ///
    /// Answers the files and where the next page begins; `None` when there is no such entry. Costs a listing of what it
    /// answers; descending on `s3`, of the whole folder.
    pub async fn child_files_of(
        &self,
        namespace: &Namespace,
        id: CacheId,
        key: Option<&DataKey>,
        order: Order,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Option<(Vec<ChildFile>, Option<String>)>> {
        let Some(reference) = self.reference(namespace, id).await? else { return Ok(None) };
        let Some(folder) = reference.file_paths.data_folders.first() else { return Ok(Some((Vec::new(), None))) };
        let page = match order {
            Order::Ascending => self.children(folder, key, true, after, limit).await?,
            Order::Descending => self.children_back(folder, key, after, limit).await?,
        };
        Ok(Some(page))
    }

    /// Reads the content of child files; `None` for one that is gone.
    pub async fn contents(&self, files: &[ChildFile]) -> Result<Vec<Option<Object>>> {
        let paths: Vec<_> = files.iter().map(|file| file.path.clone()).collect();
        Ok(self.storage.get_many(&paths).await?)
    }
}

/// A reference of a bulk read; one that cannot be read is logged and left out, so that it does not hide the others.
fn parse_reference(path: &ObjectPath, object: &Object) -> Option<Located> {
    readable(path, super::document(path, object).map(Some)).ok().flatten()
}

/// Leaves out, with a warning, what cannot be read; other failures end the bulk read.
pub(super) fn readable<T>(path: &ObjectPath, result: Result<Option<T>>) -> Result<Option<T>> {
    match result {
        Err(Error::Unreadable { reason, .. }) => {
            tracing::warn!(%path, reason, "left out of a bulk read: cannot be read");
            Ok(None)
        }
        other => other,
    }
}
