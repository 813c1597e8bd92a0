//! A store that is not there: what a dry run compares with.

use anyhow::{Result, bail};
use async_trait::async_trait;

use super::store::{Content, Item, Names, Piece, Seen, Shape, Store};
use crate::storage::{Child, Folder, ObjectPath};

/// A store without anything in it that can hold these names.
#[derive(Debug)]
pub(super) struct Nothing(pub(super) Names);

#[async_trait]
impl Store for Nothing {
    async fn list(&self, _: &Folder, _: Option<&str>, _: usize) -> Result<Vec<Item>> {
        Ok(Vec::new())
    }

    async fn children(&self, _: &Folder, _: Option<&str>, _: usize) -> Result<Vec<Child>> {
        Ok(Vec::new())
    }

    async fn read(&self, paths: &[ObjectPath]) -> Result<Vec<Option<Content>>> {
        Ok(paths.iter().map(|_| None).collect())
    }

    async fn write(&self, _: Vec<Piece>) -> Result<()> {
        bail!("there is no store to write to")
    }

    async fn write_if(&self, _: Piece, _: &Seen) -> Result<bool> {
        bail!("there is no store to write to")
    }

    async fn finish(&self) -> Result<()> {
        Ok(())
    }

    fn shape(&self) -> Shape {
        Shape { objects: 512, at_once: 1 }
    }

    fn names(&self) -> Names {
        self.0
    }

    fn is_still(&self) -> bool {
        true
    }
}
