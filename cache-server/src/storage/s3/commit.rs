//! What a batch promises in a bucket, where no batch is atomic.
//!
//! Stages are written one after another, so that a crash leaves a prefix of them. A condition on the first object that is
//! written is carried by that write itself; other conditions are looked at before anything is written, and a later write
//! of such an object is left out if its condition does not hold any more. Contents and their records are in `own`.

use std::collections::HashSet;

use bytes::Bytes;
use futures::FutureExt;

use super::super::batch::{Batch, Owned, Require, Update, Write};
use super::super::{Error, ObjectPath, Outcome, Result};
use super::bucket::{Bucket, If};
use super::edit::Edits;
use super::stand_in::StandIn;
use super::{FAN_OUT, at_most, tag, version};

/// Up to this many objects are looked at before they are deleted, to tell which were there; more come from a listing.
const LOOKED_AT: usize = 16;

/// A batch on its way into the bucket.
pub(super) struct Commit<'a> {
    pub(super) bucket: &'a Bucket,
    edits: &'a Edits,
    requires: Vec<Require>,
    owned: Vec<Owned>,
    pub(super) updates: Vec<Update>,
    part_of: Option<ObjectPath>,
    stages: Vec<Vec<Write>>,
    /// The stand-ins of this batch in the place of records.
    pub(super) removing: Vec<StandIn>,
}

impl<'a> Commit<'a> {
    pub(super) fn new(bucket: &'a Bucket, edits: &'a Edits, batch: Batch) -> Self {
        let Batch { requires, stages, owned, updates, part_of } = batch;
        Self { bucket, edits, requires, owned, updates, part_of, stages, removing: Vec::new() }
    }

    pub(super) async fn run(mut self) -> Result<Vec<Outcome>> {
        self.check_conditions().await?;
        let removed: Vec<Owned> = self.owned.iter().filter(|own| self.removes(&own.record)).cloned().collect();
        for own in removed {
            if let Some(condition) = self.condition(&own.content) {
                let stand_in = self.begin_removal_if(&own, &condition).await?;
                self.removing.push(stand_in);
            }
        }
        let mut outcomes = Vec::with_capacity(8);
        let mut refusal = None;
        for stage in &self.stages {
            match self.stage(stage).await {
                Ok(done) => outcomes.extend(done),
                // Another one deletes the entry, too, and has left to this batch what it has begun to remove.
                Err(error @ Error::Precondition { .. }) if !self.removing.is_empty() => refusal = Some(error),
                Err(error) => return Err(error),
            }
        }
        if let Some(error) = refusal {
            return Err(error);
        }
        if let Some(reference) = &self.part_of {
            self.still_part_of(reference, &outcomes).await?;
        }
        Ok(outcomes)
    }

    /// Takes back what was written if the entry it is part of is gone: another entry may have the path by now.
    async fn still_part_of(&self, reference: &ObjectPath, outcomes: &[Outcome]) -> Result<()> {
        if self.bucket.head(reference).await?.is_some_and(|seen| !seen.gone) {
            return Ok(());
        }
        for (write, outcome) in self.stages.iter().flatten().zip(outcomes) {
            let Outcome::Written(version) = outcome else { continue };
            match self.delete_if(write.path(), &If::Tag(tag(version))).await {
                Ok(_) | Err(Error::Precondition { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Err(refused(reference))
    }

    fn removes(&self, path: &ObjectPath) -> bool {
        self.stages.iter().flatten().any(|write| matches!(write, Write::Delete(deleted) if deleted == path))
    }

    /// The condition the batch has on an object.
    pub(super) fn condition(&self, path: &ObjectPath) -> Option<If> {
        let require = self.requires.iter().find(|require| require.path() == path)?;
        Some(match require {
            Require::Absent(_) => If::Absent,
            Require::Version(_, version) | Require::Present(_, version) => If::Tag(tag(version)),
        })
    }

    /// Tells whether a condition on this object is carried by the write of it.
    fn is_carried(&self, path: &ObjectPath) -> bool {
        let first = match self.stages.iter().flatten().next() {
            Some(Write::Put(first, ..)) => Some(first),
            _ => None,
        };
        let of_own = |own: &Owned| {
            let decides = Some(&own.content) == first || self.removes(&own.record);
            decides && [&own.content, &own.record].contains(&path)
        };
        first == Some(path) || self.owned.iter().any(of_own)
    }

    /// Tells whether a write is the first one of its object.
    fn is_first_of(&self, path: &ObjectPath, write: &Write) -> bool {
        let first = self.stages.iter().flatten().find(|write| write.path() == path);
        first.is_some_and(|first| std::ptr::eq(first, write))
    }

    fn is_first(&self, write: &Write) -> bool {
        self.stages.iter().flatten().next().is_some_and(|first| std::ptr::eq(first, write))
    }

    /// Looks at the objects with conditions that no write carries.
    async fn check_conditions(&self) -> Result<()> {
        let carried = |require: &Require| {
            let first = self.requires.iter().find(|other| other.path() == require.path());
            self.is_carried(require.path()) && first.is_some_and(|first| std::ptr::eq(first, require))
        };
        let looked_at = self.requires.iter().filter(|require: &&Require| !carried(require));
        at_most(FAN_OUT, looked_at.map(|require| self.check(require).boxed()).collect()).await?;
        Ok(())
    }

    async fn check(&self, require: &Require) -> Result<()> {
        let seen = match require {
            Require::Absent(path) => self.bucket.look(path).await?,
            Require::Version(path, _) | Require::Present(path, _) => self.bucket.head(path).await?,
        };
        let seen = seen.filter(|seen| !seen.gone);
        match seen.map(|seen| version(&seen.tag)).as_ref() == require.seen() {
            true => Ok(()),
            false => Err(refused(require.path())),
        }
    }

    async fn stage(&self, writes: &[Write]) -> Result<Vec<Outcome>> {
        if let Some(own) = self.owned.iter().find(|own| writes.iter().any(|write| is_delete_of(write, &own.record))) {
            return self.remove(own, writes).await;
        }
        let mut paths = HashSet::new();
        // Writes of one object follow each other.
        let at_once = if writes.iter().all(|write| paths.insert(write.path())) { FAN_OUT } else { 1 };
        let is_plain = |write: &Write| matches!(write, Write::Delete(path) if self.condition(path).is_none());
        if at_once > 1 && writes.len() > 1 && writes.iter().all(is_plain) {
            return self.delete(writes.iter().map(|write| write.path().clone()).collect()).await;
        }
        // Nothing is written beside the one that may be refused.
        let (first, others) = match writes {
            [first, others @ ..] if self.is_first(first) && self.condition(first.path()).is_some() => {
                (Some(first), others)
            }
            all => (None, all),
        };
        let mut outcomes = Vec::with_capacity(writes.len());
        if let Some(first) = first {
            outcomes.push(self.write(first).await?);
        }
        outcomes.extend(at_most(at_once, others.iter().map(|write| self.write(write).boxed()).collect()).await?);
        Ok(outcomes)
    }

    async fn write(&self, write: &Write) -> Result<Outcome> {
        match write {
            Write::Edit(path, edit) => self.edits.apply(self.bucket, path, edit).await,
            Write::Delete(path) => match self.condition(path).filter(|_| self.is_first_of(path, write)) {
                Some(condition) => self.delete_if(path, &condition).await,
                None => Ok(self.delete(vec![path.clone()]).await?.remove(0)),
            },
            Write::Put(path, bytes, mark) => {
                let written = if let Some(own) = self.owned.iter().find(|own| own.content == *path) {
                    self.own(own, bytes, *mark).await?
                } else if self.owned.iter().any(|own| [&own.config, &own.record].contains(&path)) {
                    // Written together with its content.
                    String::new()
                } else if let Some(condition) = self.condition(path).filter(|_| self.is_first_of(path, write)) {
                    let written = match (self.update_of(path), mark) {
                        (Some(update), Some(mark)) => self.update(update, bytes, *mark, &condition).await?,
                        _ => self.bucket.put_if(path, bytes, *mark, &condition).await?.written(),
                    };
                    match written {
                        Some(tag) => tag,
                        None if self.is_first(write) => return Err(refused(path)),
                        None => return Ok(Outcome::Unchanged),
                    }
                } else {
                    self.bucket.put(path, bytes.clone(), *mark).await?
                };
                Ok(Outcome::Written(version(&written)))
            }
        }
    }

    /// Deletes an object that is as the condition says.
    async fn delete_if(&self, path: &ObjectPath, condition: &If) -> Result<Outcome> {
        let Some(stand_in) = StandIn::put(self.bucket, path, condition).await? else { return Err(refused(path)) };
        stand_in.finish(self.bucket).await;
        Ok(match condition {
            If::Absent => Outcome::Unchanged,
            If::Tag(_) => Outcome::Deleted,
        })
    }

    /// Deletes objects; where there are few, tells which were there.
    async fn delete(&self, paths: Vec<ObjectPath>) -> Result<Vec<Outcome>> {
        let outcomes = self.there(&paths).await?;
        self.bucket.delete(paths).await?;
        Ok(outcomes)
    }

    /// What becomes of objects that are deleted.
    pub(super) async fn there(&self, paths: &[ObjectPath]) -> Result<Vec<Outcome>> {
        if paths.len() > LOOKED_AT {
            return Ok(vec![Outcome::Deleted; paths.len()]);
        }
        at_most(FAN_OUT, paths.iter().map(|path| self.deletes(path).boxed()).collect()).await
    }

    async fn deletes(&self, path: &ObjectPath) -> Result<Outcome> {
        let is_there = self.bucket.head(path).await?.is_some();
        Ok(if is_there { Outcome::Deleted } else { Outcome::Unchanged })
    }

    /// What the batch writes to an object.
    pub(super) fn bytes_of(&self, path: &ObjectPath) -> Bytes {
        let bytes = self.stages.iter().flatten().find_map(|write| match write {
            Write::Put(at, bytes, _) if at == path => Some(bytes.clone()),
            _ => None,
        });
        bytes.unwrap_or_default()
    }
}

fn is_delete_of(write: &Write, path: &ObjectPath) -> bool {
    matches!(write, Write::Delete(deleted) if deleted == path)
}

pub(super) fn refused(path: &ObjectPath) -> Error {
    Error::Precondition { path: path.clone() }
}
