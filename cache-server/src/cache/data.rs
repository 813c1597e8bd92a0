//! Child files of an entry: small files in its data folders, found by the entry's id; they have no references.

use bytes::Bytes;
use cache_client::{CacheId, DataKey, DataType, FileId, Json, Namespace};

use super::{Cache, Error, RACES, Result, lost_race};
use crate::blocking;
use crate::layout;
use crate::records::Located;
use crate::storage::{
    self, Batch, ChildCondition, Done, Folder, Intent, Listed, Object, ObjectPath, Outcome, PutChild, Require, Version,
};

/// Which child file of an entry.
#[derive(Debug, Clone)]
pub struct ChildName {
    /// The folder below the entry.
    pub key: Option<DataKey>,
    /// The name without the extension.
    pub file_id: FileId,
    /// The type, which decides the extension.
    pub data_type: DataType,
}

/// What a child file is to hold.
#[derive(Debug, Clone)]
pub enum ChildContent {
    /// A text, stored as UTF-8.
    String(String),
    /// A JSON object, indented by four as Python writes it.
    Json(Json),
    /// Bytes.
    Binary(Bytes),
}

impl ChildContent {
    /// The type of file that holds it.
    pub fn data_type(&self) -> DataType {
        match self {
            Self::String(_) => DataType::String,
            Self::Json(_) => DataType::Json,
            Self::Binary(_) => DataType::Binary,
        }
    }

    async fn into_bytes(self) -> Bytes {
        match self {
            Self::String(text) => text.into(),
            Self::Json(value) => {
                let length = blocking::length_of(&value);
                blocking::run(length, move || value.dumps_indented(4).into()).await
            }
            Self::Binary(bytes) => bytes,
        }
    }
}

/// What was stored.
#[derive(Debug)]
pub struct StoredChild {
    /// Every copy that was written.
    pub paths: Vec<ObjectPath>,
    /// The length of the file in bytes.
    pub size: u64,
    /// The version of the first copy.
    pub version: Version,
}

/// What was updated.
#[derive(Debug)]
pub struct UpdatedChild {
    /// The first copy.
    pub path: ObjectPath,
    /// The length of the file in bytes.
    pub size: u64,
    /// The version of the first copy.
    pub version: Version,
}

/// A child file as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChildFile {
    /// Where it lies.
    pub path: ObjectPath,
    /// The folder below the entry; empty for none.
    pub data_key: String,
    /// The name without the extension.
    pub data_file_id: String,
    /// The extension without the dot.
    pub extension: String,
    /// The length in bytes.
    pub size: u64,
}

impl ChildFile {
    /// The type of the file, by its extension.
    pub fn data_type(&self) -> DataType {
        DataType::of_extension(&self.extension)
    }
}

impl Cache {
    /// Stores a child file in every data folder of an entry, replacing what is there unless it is to be new; `None` when there
    /// is no such entry.
    ///
    /// Fails with [`Error::PathConflict`] where another entry, whose key names a folder in here, lies at its path.
    pub async fn store_child(
        &self,
        namespace: &Namespace,
        id: CacheId,
        key: Option<DataKey>,
        file_id: FileId,
        content: ChildContent,
        only_if_absent: bool,
    ) -> Result<Option<StoredChild>> {
        let name = ChildName { key, file_id, data_type: content.data_type() };
        let bytes = content.into_bytes().await;
        let condition = if only_if_absent { ChildCondition::Absent } else { ChildCondition::Anyway };
        let size = bytes.len() as u64;
        match self.put_child(namespace, id, &name, bytes, condition).await? {
            Done::Written { paths, version } => Ok(Some(StoredChild { paths, size, version })),
            Done::OfEntry(path) => Err(of_entry(&path)),
            Done::Exists => Err(Error::AlreadyExists { what: "a child file of that name", cache_id: Some(id) }),
            _ => Ok(None),
        }
    }

    /// Writes a child file; [`Done::Absent`] also when there is no such entry.
    async fn put_child(
        &self,
        namespace: &Namespace,
        id: CacheId,
        name: &ChildName,
        bytes: Bytes,
        condition: ChildCondition,
    ) -> Result<Done> {
        for _ in 0..RACES {
            let Some((reference, found, _)) = self.versioned_reference(namespace, id).await? else {
                return Ok(Done::Absent);
            };
            let copies = name.copies(&reference);
            if !matches!(condition, ChildCondition::Present(_)) {
                self.is_nearest(&reference, &copies).await?;
            }
            let reference = layout::by_id(namespace, id);
            let may_be_content = copies.iter().any(layout::may_be_content);
            let (bytes, condition) = (bytes.clone(), condition.clone());
            let put = PutChild { reference, found, copies, may_be_content, bytes, condition };
            if let Some(done) = lost_race(self.storage.apply(Intent::PutChild(put)).await)? {
                return Ok(done);
            }
        }
        Err(Error::Busy)
    }

    /// The path of a child file at which another entry lies.
    async fn entry_at<'a>(&self, paths: &'a [ObjectPath]) -> Result<Option<&'a ObjectPath>> {
        for path in paths.iter().filter(|path| layout::may_be_content(path)) {
            if self.storage.exists(&layout::metadata_of(path)).await? {
                return Ok(Some(path));
            }
        }
        Ok(None)
    }

    /// Fails when a path is one of child files of another entry, which lies in the data folder of this one.
    async fn is_nearest(&self, reference: &Located, paths: &[ObjectPath]) -> Result<()> {
        for (folder, path) in reference.file_paths.data_folders.iter().zip(paths) {
            if self.lies_below_another(folder, path).await? {
                return Err(Error::PathConflict { path: path.clone(), of: "a child file of another entry" });
            }
        }
        Ok(())
    }

    /// Tells whether a path in a data folder is also in the data folder of an entry that lies in there.
    async fn lies_below_another(&self, data_folder: &Folder, path: &ObjectPath) -> Result<bool> {
        let inside = data_folder.prefix();
        self.is_any_owned(layout::parents(path).filter(|parent| parent.as_str().starts_with(&inside))).await
    }

    /// Reads a child file.
    pub async fn child(&self, namespace: &Namespace, id: CacheId, name: &ChildName) -> Result<Option<Object>> {
        let Some(reference) = self.reference(namespace, id).await? else { return Ok(None) };
        let found = self.storage.get_many(&name.copies(&reference)).await?;
        Ok(found.into_iter().flatten().next())
    }

    /// Tells whether there is a child file, without reading it.
    pub async fn child_exists(&self, namespace: &Namespace, id: CacheId, name: &ChildName) -> Result<bool> {
        let Some(reference) = self.reference(namespace, id).await? else { return Ok(false) };
        for copy in name.copies(&reference) {
            if self.storage.exists(&copy).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Replaces a child file wherever it is, where `if_match` is given only in one of those versions; `None` when it is
    /// nowhere. Another entry's content at its path is no child file.
    pub async fn update_child(
        &self,
        namespace: &Namespace,
        id: CacheId,
        key: Option<DataKey>,
        file_id: FileId,
        content: ChildContent,
        if_match: Option<&[Version]>,
    ) -> Result<Option<UpdatedChild>> {
        let name = ChildName { key, file_id, data_type: content.data_type() };
        let bytes = content.into_bytes().await;
        let size = bytes.len() as u64;
        let condition = ChildCondition::Present(if_match.map(<[_]>::to_vec));
        match self.put_child(namespace, id, &name, bytes, condition).await? {
            Done::Written { mut paths, version } => {
                Ok(Some(UpdatedChild { path: paths.swap_remove(0), size, version }))
            }
            Done::Changed => Err(Error::Changed),
            _ => Ok(None),
        }
    }

    /// Deletes every copy of a child file, where `if_match` is given only with the first one in one of those versions; tells
    /// whether there was one.
    ///
    /// A file with a `.metadata` beside it is another entry's content, whose key names a folder in here, and stays.
    pub async fn delete_child(
        &self,
        namespace: &Namespace,
        id: CacheId,
        name: &ChildName,
        if_match: Option<&[Version]>,
    ) -> Result<bool> {
        for _ in 0..RACES {
            let Some(reference) = self.reference(namespace, id).await? else { return Ok(false) };
            let copies = name.copies(&reference);
            let (mut batch, mut wanted) = (Batch::new(), if_match);
            for path in &copies {
                if layout::may_be_content(path) || if_match.is_some() {
                    let Some(head) = self.storage.head(path).await? else { continue };
                    if layout::may_be_content(path) && head.mark.is_some() {
                        continue;
                    }
                    batch.require(match wanted.take() {
                        Some(versions) if !versions.contains(&head.version) => return Err(Error::Changed),
                        Some(_) => Require::Version(path.clone(), head.version),
                        None => Require::Present(path.clone(), head.version),
                    });
                }
                batch.requires(no_entry(path)).delete(path.clone());
            }
            if let Some(outcomes) = lost_race(self.storage.commit(batch).await)? {
                return Ok(outcomes.contains(&Outcome::Deleted));
            }
            if self.entry_at(&copies).await?.is_some() {
                return Ok(false);
            }
        }
        Err(Error::Busy)
    }

    /// Deletes all child files of an entry, or those below one key; answers the paths that are gone.
    pub async fn delete_children(
        &self,
        namespace: &Namespace,
        id: CacheId,
        key: Option<&DataKey>,
    ) -> Result<Vec<ObjectPath>> {
        let Some(reference) = self.reference(namespace, id).await? else { return Ok(Vec::new()) };
        let mut gone = Vec::new();
        for folder in &reference.file_paths.data_folders {
            let below = layout::child_folder(folder, key);
            if self.lies_below_another(folder, &ObjectPath::from_parsed(below.join("any"))).await? {
                continue;
            }
            let files = storage::child_files(&*self.storage, &below).await?;
            for chunk in files.chunks(1000) {
                gone.extend(self.delete_files(chunk.to_vec()).await?);
            }
        }
        Ok(gone)
    }

    /// Lists the child files in all data folders of an entry (in order, every copy) after the path `after`.
    ///
    /// Looks at `limit` files at most; answers those that are wanted and where the next page begins.
    pub async fn all_children(
        &self,
        data_folders: &[Folder],
        key: Option<&DataKey>,
        recursive: bool,
        after: Option<String>,
        limit: usize,
    ) -> Result<(Vec<ChildFile>, Option<String>)> {
        let mut files = Vec::new();
        let mut left = limit;
        for folder in data_folders {
            if left == 0 {
                let reached = files.last().map(|file: &ChildFile| file.path.to_string());
                return Ok((files, reached));
            }
            let (more, next) = self.children(folder, key, recursive, after.as_deref(), left).await?;
            left = left.saturating_sub(more.len());
            files.extend(more);
            if next.is_some() {
                return Ok((files, next));
            }
        }
        Ok((files, None))
    }

    /// Lists the child files in one data folder of an entry, after the path `after`.
    ///
    /// Looks at `limit` files at most; answers those that are wanted and where the next page begins.
    pub(super) async fn children(
        &self,
        data_folder: &Folder,
        key: Option<&DataKey>,
        recursive: bool,
        after: Option<&str>,
        limit: usize,
    ) -> Result<(Vec<ChildFile>, Option<String>)> {
        let folder = layout::child_folder(data_folder, key);
        let page = self.storage.list(&folder, after, limit).await?;
        Ok(child_files(data_folder, &folder, recursive, page, limit))
    }

    /// Lists the child files at any depth in one data folder of an entry from the last to the first, before the path `before`.
    ///
    /// Answers `limit` files and where the next page begins; fewer, and nothing, on the last page.
    pub(super) async fn children_back(
        &self,
        data_folder: &Folder,
        key: Option<&DataKey>,
        before: Option<&str>,
        limit: usize,
    ) -> Result<(Vec<ChildFile>, Option<String>)> {
        let folder = layout::child_folder(data_folder, key);
        let mut before = before.map(str::to_owned);
        let mut files = Vec::new();
        loop {
            let page = self.storage.list_back(&folder, before.as_deref(), limit + 1).await?;
            let is_last = page.len() <= limit;
            before = page.last().map(|listed| listed.path.to_string());
            files.extend(child_files(data_folder, &folder, true, page, usize::MAX).0);
            if files.len() > limit {
                files.truncate(limit);
                let next = files.last().map(|file: &ChildFile| file.path.to_string());
                return Ok((files, next));
            }
            if is_last {
                return Ok((files, None));
            }
        }
    }
}

/// The child files of a page of at most `limit` objects, and where the next page begins.
fn child_files(
    data_folder: &Folder,
    folder: &Folder,
    recursive: bool,
    page: Vec<Listed>,
    limit: usize,
) -> (Vec<ChildFile>, Option<String>) {
    let next = if page.len() == limit { page.last().map(|listed| listed.path.to_string()) } else { None };
    let prefix = folder.prefix();
    let wanted = |path: &ObjectPath| {
        let direct = || path.as_str().strip_prefix(&prefix).is_some_and(|name| !name.contains('/'));
        !path.name().ends_with(".config") && !path.name().ends_with(".metadata") && (recursive || direct())
    };
    let files = page.into_iter().filter(|listed| wanted(&listed.path));
    (files.map(|listed| child_file(data_folder, listed.path, listed.size)).collect(), next)
}

impl ChildName {
    /// The file in every data folder of an entry.
    fn copies(&self, reference: &Located) -> Vec<ObjectPath> {
        let in_folder = |folder| layout::child(folder, self.key.as_ref(), &self.file_id, self.data_type);
        reference.file_paths.data_folders.iter().map(in_folder).collect()
    }
}

fn of_entry(path: &ObjectPath) -> Error {
    Error::PathConflict { path: path.clone(), of: "another entry" }
}

/// The condition that no entry's content lies at the path of a child file, where one could.
fn no_entry(path: &ObjectPath) -> Option<Require> {
    layout::may_be_content(path).then(|| Require::Absent(layout::metadata_of(path)))
}

fn child_file(data_folder: &Folder, path: ObjectPath, size: u64) -> ChildFile {
    let (stem, extension) = path.name().rsplit_once('.').unwrap_or((path.name(), ""));
    let below = path.as_str().strip_prefix(&data_folder.prefix()).unwrap_or(path.name());
    let data_key = below.rsplit_once('/').map_or("", |(key, _)| key);
    ChildFile {
        data_key: data_key.to_owned(),
        data_file_id: stem.to_owned(),
        extension: extension.to_owned(),
        size,
        path: path.clone(),
    }
}
