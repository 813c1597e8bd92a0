//! A part of another storage: every path lies below one folder of it, and nothing outside can be reached.

use super::{
    Batch, Child, Done, Error, Facts, Folder, Head, Intent, Listed, Object, ObjectPath, Outcome, Result, SharedStorage,
    Skipped, Storage, Write,
};
use async_trait::async_trait;

/// Another storage, seen from one of its folders (`CACHE__SERVICE__STORAGE_PREFIX`).
#[derive(Debug)]
pub struct Prefixed {
    inner: SharedStorage,
    folder: Folder,
}

impl Prefixed {
    /// Shows `inner` from `folder`.
    pub fn new(inner: SharedStorage, folder: Folder) -> Self {
        Self { inner, folder }
    }

    fn outer(&self, path: &ObjectPath) -> ObjectPath {
        ObjectPath::from_parsed(self.folder.join(path.as_str()))
    }

    fn outer_folder(&self, folder: &Folder) -> Folder {
        match folder.as_str() {
            "" => self.folder.clone(),
            below => Folder::from_parsed(self.folder.join(below)),
        }
    }

    fn inner_path(&self, path: &ObjectPath) -> ObjectPath {
        let prefix = self.folder.prefix();
        ObjectPath::from_parsed(path.as_str().strip_prefix(&prefix).unwrap_or(path.as_str()).to_owned())
    }

    fn inner_listed(&self, mut listed: Vec<Listed>) -> Vec<Listed> {
        for object in &mut listed {
            object.path = self.inner_path(&object.path);
        }
        listed
    }

    fn inner_error(&self, error: Error) -> Error {
        match error {
            Error::Precondition { path } => Error::Precondition { path: self.inner_path(&path) },
            Error::PathConflict { path } => Error::PathConflict { path: self.inner_path(&path) },
            Error::PathTooLong { path } => Error::PathTooLong { path: self.inner_path(&path) },
            other @ (Error::Full(_) | Error::NoRoom | Error::Unavailable { .. } | Error::Failed { .. }) => other,
        }
    }

    fn outer_write(&self, write: Write) -> Write {
        match write {
            Write::Put(path, bytes, mark) => Write::Put(self.outer(&path), bytes, mark),
            Write::Delete(path) => Write::Delete(self.outer(&path)),
            Write::Edit(path, edit) => Write::Edit(self.outer(&path), edit),
        }
    }
}

#[async_trait]
impl Storage for Prefixed {
    async fn get_many(&self, paths: &[ObjectPath]) -> Result<Vec<Option<Object>>> {
        let paths: Vec<ObjectPath> = paths.iter().map(|path| self.outer(path)).collect();
        self.inner.get_many(&paths).await
    }

    async fn head(&self, path: &ObjectPath) -> Result<Option<Head>> {
        self.inner.head(&self.outer(path)).await
    }

    async fn exists(&self, path: &ObjectPath) -> Result<bool> {
        self.inner.exists(&self.outer(path)).await
    }

    async fn exist(&self, paths: &[ObjectPath]) -> Result<Vec<bool>> {
        let paths: Vec<ObjectPath> = paths.iter().map(|path| self.outer(path)).collect();
        self.inner.exist(&paths).await
    }

    async fn list(&self, folder: &Folder, after: Option<&str>, limit: usize) -> Result<Vec<Listed>> {
        let after = after.map(|after| self.folder.join(after));
        let listed = self.inner.list(&self.outer_folder(folder), after.as_deref(), limit).await?;
        Ok(self.inner_listed(listed))
    }

    async fn inventory(&self, folder: &Folder, after: Option<&str>, limit: usize) -> Result<Vec<(Listed, Facts)>> {
        let after = after.map(|after| self.folder.join(after));
        let mut listed = self.inner.inventory(&self.outer_folder(folder), after.as_deref(), limit).await?;
        for (object, _) in &mut listed {
            object.path = self.inner_path(&object.path);
        }
        Ok(listed)
    }

    fn skipped(&self) -> Option<&Skipped> {
        self.inner.skipped()
    }

    async fn list_back(&self, folder: &Folder, before: Option<&str>, limit: usize) -> Result<Vec<Listed>> {
        let before = before.map(|before| self.folder.join(before));
        let listed = self.inner.list_back(&self.outer_folder(folder), before.as_deref(), limit).await?;
        Ok(self.inner_listed(listed))
    }

    async fn children(&self, folder: &Folder, after: Option<&str>, limit: usize) -> Result<Vec<Child>> {
        self.inner.children(&self.outer_folder(folder), after, limit).await
    }

    async fn apply(&self, intent: Intent) -> Result<Done> {
        let intent = intent.map_paths(&|path| self.outer(path), &|folder| self.outer_folder(folder));
        let done = self.inner.apply(intent).await.map_err(|error| self.inner_error(error))?;
        Ok(done.map_paths(&|path| self.inner_path(path)))
    }

    async fn commit(&self, batch: Batch) -> Result<Vec<Outcome>> {
        let stages = batch.stages.into_iter().map(|stage| stage.into_iter().map(|w| self.outer_write(w)).collect());
        let requires = batch.requires.into_iter().map(|require| require.map_path(&|path| self.outer(path)));
        let batch = Batch { requires: requires.collect(), stages: stages.collect() };
        self.inner.commit(batch).await.map_err(|error| self.inner_error(error))
    }

    async fn flush(&self) -> Result<()> {
        self.inner.flush().await
    }

    async fn check(&self) -> Result<()> {
        self.inner.check().await
    }
}
