//! A batch of writes: what a commit applies, in which order, and on which conditions.

use std::fmt;

use bytes::Bytes;

use super::{Mark, ObjectPath, Version};

/// Writes in stages, and what must hold for any of them to happen.
///
/// Engines that cannot apply a batch atomically finish one stage before they begin the next.
#[derive(Debug, Default)]
pub struct Batch {
    pub(super) requires: Vec<Require>,
    pub(super) stages: Vec<Vec<Write>>,
}

/// A condition on an object at the moment of the commit.
#[derive(Debug, Clone)]
pub enum Require {
    /// There is no such object.
    Absent(ObjectPath),
    /// The object is there, in this version.
    Version(ObjectPath, Version),
    /// The object is there, in whatever version; it was seen in this one.
    ///
    /// `s3`, where nothing but a version can be made the condition of a write, wants that version.
    Present(ObjectPath, Version),
}

/// One write.
#[derive(Debug)]
pub enum Write {
    /// Creates or replaces an object; with the mark of the entry whose content it is.
    Put(ObjectPath, Bytes, Option<Mark>),
    /// Removes an object, if it is there.
    Delete(ObjectPath),
    /// Derives an object from what it is now.
    Edit(ObjectPath, Edit),
}

/// A read-modify-write of one object, atomic against every other writer; it may be run more than once.
pub struct Edit(Box<Derive>);

/// What an object becomes, from what it is now.
type Derive = dyn Fn(Option<&[u8]>) -> Change + Send + Sync;

/// What an [`Edit`] makes of an object.
#[derive(Debug, PartialEq, Eq)]
pub enum Change {
    /// The new content.
    Put(Bytes),
    /// Remove it.
    Delete,
    /// Leave it as it is.
    Keep,
}

/// What became of one write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The object was created or replaced.
    Written(Version),
    /// The object was removed.
    Deleted,
    /// There was nothing to do: nothing to delete, or an edit that kept what is there.
    Unchanged,
}

impl Batch {
    /// Makes an empty batch.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a condition on the whole batch.
    ///
    /// On `s3` the first write of a batch carries the conditions on what it writes; other objects with conditions are
    /// looked at before it.
    pub fn require(&mut self, condition: Require) -> &mut Self {
        self.requires.push(condition);
        self
    }

    /// Adds conditions on the whole batch.
    pub fn requires(&mut self, conditions: impl IntoIterator<Item = Require>) -> &mut Self {
        self.requires.extend(conditions);
        self
    }

    /// Adds a write of an object to the current stage.
    pub fn put(&mut self, path: ObjectPath, bytes: impl Into<Bytes>) -> &mut Self {
        self.push(Write::Put(path, bytes.into(), None))
    }

    /// Adds a write of an entry's content to the current stage.
    pub fn put_content(&mut self, path: ObjectPath, bytes: impl Into<Bytes>, mark: Option<Mark>) -> &mut Self {
        self.push(Write::Put(path, bytes.into(), mark))
    }

    /// Adds the removal of an object to the current stage.
    pub fn delete(&mut self, path: ObjectPath) -> &mut Self {
        self.push(Write::Delete(path))
    }

    /// Adds a read-modify-write of an object to the current stage.
    pub fn edit(
        &mut self,
        path: ObjectPath,
        edit: impl Fn(Option<&[u8]>) -> Change + Send + Sync + 'static,
    ) -> &mut Self {
        self.push(Write::Edit(path, Edit(Box::new(edit))))
    }

    /// Begins the next stage: what follows is written after what came before.
    pub fn then(&mut self) -> &mut Self {
        self.stages.push(Vec::new());
        self
    }

    fn push(&mut self, write: Write) -> &mut Self {
        if self.stages.is_empty() {
            self.stages.push(Vec::new());
        }
        if let Some(stage) = self.stages.last_mut() {
            stage.push(write);
        }
        self
    }

    /// Every write, in order.
    pub(super) fn writes(&self) -> impl Iterator<Item = &Write> {
        self.stages.iter().flatten()
    }

    /// How many bytes it writes, edits aside.
    pub(super) fn bytes(&self) -> usize {
        let of = |write: &Write| match write {
            Write::Put(_, bytes, _) => bytes.len(),
            Write::Delete(_) | Write::Edit(..) => 0,
        };
        self.writes().map(of).sum()
    }

    /// Every path the batch reads or writes.
    pub(super) fn paths(&self) -> impl Iterator<Item = &ObjectPath> {
        self.requires.iter().map(Require::path).chain(self.writes().map(Write::path))
    }
}

impl Require {
    /// The object the condition is on.
    pub fn path(&self) -> &ObjectPath {
        match self {
            Self::Absent(path) | Self::Version(path, _) | Self::Present(path, _) => path,
        }
    }

    /// The same condition on another path.
    pub(super) fn map_path(self, map: &impl Fn(&ObjectPath) -> ObjectPath) -> Self {
        match self {
            Self::Absent(path) => Self::Absent(map(&path)),
            Self::Version(path, version) => Self::Version(map(&path), version),
            Self::Present(path, version) => Self::Present(map(&path), version),
        }
    }

    /// The version the object was seen in; `None` where none was.
    pub(super) fn seen(&self) -> Option<&Version> {
        match self {
            Self::Absent(_) => None,
            Self::Version(_, version) | Self::Present(_, version) => Some(version),
        }
    }

    /// Whether the condition holds for what is there now, where a batch is atomic.
    pub(super) fn holds(&self, now: Option<&Version>) -> bool {
        match self {
            Self::Absent(_) => now.is_none(),
            Self::Version(_, expected) => now == Some(expected),
            Self::Present(..) => now.is_some(),
        }
    }
}

impl Write {
    /// The object that is written.
    pub fn path(&self) -> &ObjectPath {
        match self {
            Self::Put(path, ..) | Self::Delete(path) | Self::Edit(path, _) => path,
        }
    }
}

impl Edit {
    /// Runs the edit on what is there now.
    pub(super) fn apply(&self, now: Option<&[u8]>) -> Change {
        (self.0)(now)
    }
}

impl fmt::Debug for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Edit")
    }
}
