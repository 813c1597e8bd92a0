//! The engines of the server as stores.

use anyhow::Result;
use async_trait::async_trait;

use super::documents;
use super::store::{Content, Item, Names, Piece, Seen, Shape, Store};
use crate::storage::{Child, Facts, Folder, Listed, ObjectPath, SharedStorage, Skipped};

/// An engine, and what is known of its kind.
#[derive(Debug)]
pub(super) struct Engine {
    pub(super) storage: SharedStorage,
    pub(super) shape: Shape,
    pub(super) names: Names,
    pub(super) is_still: bool,
    pub(super) keeps_marks: bool,
}

#[async_trait]
impl Store for Engine {
    async fn list(&self, folder: &Folder, after: Option<&str>, limit: usize) -> Result<Vec<Item>> {
        let listed = self.storage.inventory(folder, after, limit).await?;
        let item = |(listed, facts): (Listed, Facts)| Item {
            path: listed.path,
            size: Some(listed.size),
            md5: facts.md5,
            modified: facts.modified,
        };
        Ok(listed.into_iter().map(item).collect())
    }

    async fn children(&self, folder: &Folder, after: Option<&str>, limit: usize) -> Result<Vec<Child>> {
        Ok(self.storage.children(folder, after, limit).await?)
    }

    async fn read(&self, paths: &[ObjectPath]) -> Result<Vec<Option<Content>>> {
        if paths.is_empty() {
            return Ok(Vec::new());
        }
        let objects = self.storage.get_many(paths).await?.into_iter();
        let content = objects.map(|object| {
            object.map(|object| Content {
                bytes: object.bytes,
                modified: object.modified,
                mark: object.mark,
                version: Some(object.version),
            })
        });
        Ok(content.collect())
    }

    async fn exist(&self, paths: &[ObjectPath]) -> Result<Vec<bool>> {
        Ok(self.storage.exist(paths).await?)
    }

    async fn write(&self, pieces: Vec<Piece>) -> Result<()> {
        documents::put_all(&self.storage, pieces).await
    }

    async fn write_if(&self, piece: Piece, seen: &Seen) -> Result<bool> {
        documents::put_if(&self.storage, piece, seen).await
    }

    async fn finish(&self) -> Result<()> {
        Ok(self.storage.flush().await?)
    }

    fn shape(&self) -> Shape {
        self.shape
    }

    fn names(&self) -> Names {
        self.names
    }

    fn is_still(&self) -> bool {
        self.is_still
    }

    fn skipped(&self) -> Option<&Skipped> {
        self.storage.skipped()
    }

    fn keeps_marks(&self) -> bool {
        self.keeps_marks
    }

    fn storage(&self) -> Option<SharedStorage> {
        Some(SharedStorage::clone(&self.storage))
    }
}
