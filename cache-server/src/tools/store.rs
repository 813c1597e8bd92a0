//! What can be copied from, copied to and verified: anything that keeps bytes under paths.

use std::fmt;

use anyhow::Result;
use async_trait::async_trait;
use bytes::Bytes;

use crate::storage::{Child, Folder, Mark, ObjectPath, SharedStorage, Skipped, Version};

/// An object as a listing shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) path: ObjectPath,
    /// The length of its content in bytes; `None` where the listing does not tell.
    pub(super) size: Option<u64>,
    /// The MD5 of its content, where the listing tells it.
    pub(super) md5: Option<[u8; 16]>,
    /// When it was written, in milliseconds since 1970, where the listing tells it.
    pub(super) modified: Option<u64>,
}

/// An object as it was read.
#[derive(Debug, Clone)]
pub(super) struct Content {
    pub(super) bytes: Bytes,
    /// When it was written, in milliseconds since 1970; 0 where that is not known.
    pub(super) modified: u64,
    pub(super) mark: Option<Mark>,
    /// Which write made it, where a write can be made conditional on that.
    pub(super) version: Option<Version>,
}

/// An object to be written.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub(super) path: ObjectPath,
    pub(super) bytes: Bytes,
    /// Whose content it is, for stores that keep that with it.
    pub(super) mark: Option<Mark>,
}

/// The condition of a write: what was seen at its path.
#[derive(Debug, Clone)]
pub(super) enum Seen {
    Nothing,
    Version(Version),
}

/// How much of a store's work is done together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    /// How many objects are read or written in one call.
    pub(super) objects: usize,
    /// How many calls are made at the same time.
    pub(super) at_once: usize,
}

/// What names a store can hold.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Names {
    /// The longest path in bytes.
    pub(super) path: Option<usize>,
    /// The longest part of a path between slashes in bytes.
    pub(super) segment: Option<usize>,
    /// First segments that the store keeps for itself.
    pub(super) reserved: &'static [&'static str],
    /// Whether nothing can lie below the path of an object.
    pub(super) files_and_folders: bool,
}

impl Names {
    /// Why a path cannot be held.
    pub(super) fn refuse(&self, path: &ObjectPath) -> Option<String> {
        let text = path.as_str();
        if let Some(most) = self.path.filter(|most| text.len() > *most) {
            return Some(format!("is longer than {most} bytes"));
        }
        let longest = text.split('/').map(str::len).max().unwrap_or(0);
        if let Some(most) = self.segment.filter(|most| longest > *most) {
            return Some(format!("has a part of more than {most} bytes"));
        }
        let first = text.split('/').next().unwrap_or(text);
        self.reserved.contains(&first).then(|| format!("begins with {first:?}, which the store keeps for itself"))
    }
}

/// Anything that keeps bytes under paths.
#[async_trait]
pub(super) trait Store: fmt::Debug + Send + Sync {
    /// Lists objects below a folder at any depth, after the path `after`: at most `limit`, and fewer only at the end.
    async fn list(&self, folder: &Folder, after: Option<&str>, limit: usize) -> Result<Vec<Item>>;

    /// Lists what lies directly in a folder, in the order of [`Child::sort_key`], after that key.
    async fn children(&self, folder: &Folder, after: Option<&str>, limit: usize) -> Result<Vec<Child>>;

    /// Reads objects, in the order asked for; `None` for one that is not there.
    async fn read(&self, paths: &[ObjectPath]) -> Result<Vec<Option<Content>>>;

    /// Tells of objects whether they are there.
    async fn exist(&self, paths: &[ObjectPath]) -> Result<Vec<bool>> {
        Ok(self.read(paths).await?.into_iter().map(|found| found.is_some()).collect())
    }

    /// Writes objects, whatever is there. When it returns they are durable, and were found to be what was sent.
    async fn write(&self, pieces: Vec<Piece>) -> Result<()>;

    /// Writes an object if there is still what was seen; `false` when there is something else.
    async fn write_if(&self, piece: Piece, seen: &Seen) -> Result<bool>;

    /// Makes everything durable. Called once, at the end.
    async fn finish(&self) -> Result<()>;

    /// How work is divided for it.
    fn shape(&self) -> Shape;

    /// What names it can hold.
    fn names(&self) -> Names {
        Names::default()
    }

    /// Whether nobody else writes to it as long as it is open.
    fn is_still(&self) -> bool;

    /// What its listings left out so far, since no object can have that name here.
    fn skipped(&self) -> Option<&Skipped> {
        None
    }

    /// Whether it keeps with an object whose content that is.
    fn keeps_marks(&self) -> bool {
        false
    }

    /// The engine behind it, where it has one: what a repair works on.
    fn storage(&self) -> Option<SharedStorage> {
        None
    }
}
