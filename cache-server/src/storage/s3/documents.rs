//! Single documents: a batch in its stages, one after another, so that a crash leaves a prefix of it.
//!
//! 1. Conditions that no write carries are looked at.
//! 2. The first write carries the condition on its object: nothing is written beside it.
//! 3. A later write of an object with a condition is left out if that does not hold any more.

use std::collections::HashSet;

use futures::FutureExt;

use super::super::batch::{Batch, Require, Write};
use super::super::{ObjectPath, Outcome, Result};
use super::bucket::If;
use super::{FAN_OUT, S3, at_most, check, edit, refused, tag, version};

/// Up to this many objects are looked at before they are deleted, to tell which were there; more come from a listing.
const LOOKED_AT: usize = 16;

impl S3 {
    pub(super) async fn write_documents(&self, batch: Batch) -> Result<Vec<Outcome>> {
        let Batch { requires, stages } = batch;
        let first = stages.iter().flatten().next();
        let carries = |require: &&Require| match first {
            Some(Write::Put(path, ..)) => path == require.path(),
            Some(Write::Delete(path)) => path == require.path() && require.seen().is_some(),
            Some(Write::Edit(..)) | None => false,
        };
        let carried = requires.iter().find(carries);
        let looked_at =
            requires.iter().filter(|require| !carried.is_some_and(|carried| std::ptr::eq(carried, *require)));
        at_most(FAN_OUT, looked_at.map(|require| check(&self.bucket, require).boxed()).collect()).await?;
        let mut conditions: Vec<(ObjectPath, If)> = Vec::new();
        for require in &requires {
            let condition = require.seen().map_or(If::Absent, |version| If::Tag(tag(version)));
            conditions.push((require.path().clone(), condition));
        }
        let mut outcomes = Vec::with_capacity(8);
        for stage in &stages {
            let decides = outcomes.is_empty() && carried.is_some() && !stage.is_empty();
            outcomes.extend(self.stage(stage, &mut conditions, decides).await?);
        }
        Ok(outcomes)
    }

    /// Writes a stage; `decides` says that the first write may be refused.
    async fn stage(
        &self,
        writes: &[Write],
        conditions: &mut Vec<(ObjectPath, If)>,
        decides: bool,
    ) -> Result<Vec<Outcome>> {
        let mut paths = HashSet::new();
        // Writes of one object follow each other.
        let at_once = if writes.iter().all(|write| paths.insert(write.path())) { FAN_OUT } else { 1 };
        // A condition is on the first write of its object.
        let mut take = |path: &ObjectPath| {
            let condition = conditions.iter().find(|(at, _)| at == path).map(|(_, condition)| condition.clone());
            conditions.retain(|(at, _)| at != path);
            condition
        };
        let mut writes: Vec<_> = writes.iter().map(|write| (write, take(write.path()))).collect();
        if at_once > 1
            && writes.iter().all(|(write, condition)| matches!(write, Write::Delete(_)) && condition.is_none())
        {
            return self.delete(&writes.iter().map(|(write, _)| write.path().clone()).collect::<Vec<_>>()).await;
        }
        let mut outcomes = Vec::with_capacity(writes.len());
        if decides {
            let (write, condition) = writes.remove(0);
            let outcome = self.write(write, condition).await?;
            outcomes.push(outcome.ok_or_else(|| refused(write.path()))?);
        }
        let others = writes.into_iter().map(|(write, condition)| self.write(write, condition).boxed());
        let written = at_most(at_once, others.collect()).await?;
        outcomes.extend(written.into_iter().map(|outcome| outcome.unwrap_or(Outcome::Unchanged)));
        Ok(outcomes)
    }

    /// Makes one write; `None` when its condition does not hold.
    async fn write(&self, write: &Write, condition: Option<If>) -> Result<Option<Outcome>> {
        let bucket = &self.bucket;
        Ok(match (write, condition) {
            (Write::Edit(path, edit), _) => {
                let _turn = self.edits.turn(path).await;
                Some(edit::apply(bucket, path, &|now| edit.apply(now), None).await?)
            }
            (Write::Delete(path), Some(If::Tag(tag))) => {
                bucket.remove_if(path, &tag).await?.then_some(Outcome::Deleted)
            }
            (Write::Delete(path), None) => self.delete(std::slice::from_ref(path)).await?.pop(),
            // It was looked at.
            (Write::Delete(_), Some(If::Absent)) => Some(Outcome::Unchanged),
            (Write::Put(path, bytes, mark), None) => {
                Some(Outcome::Written(version(&bucket.put(path, bytes.clone(), *mark).await?)))
            }
            (Write::Put(path, bytes, mark), Some(condition)) => {
                let written = bucket.create_or_put(path, bytes, *mark, &condition).await?;
                written.map(|tag| Outcome::Written(version(&tag)))
            }
        })
    }

    /// Deletes objects; where there are few, tells which were there.
    async fn delete(&self, paths: &[ObjectPath]) -> Result<Vec<Outcome>> {
        let outcomes = if paths.len() > LOOKED_AT {
            vec![Outcome::Deleted; paths.len()]
        } else {
            at_most(FAN_OUT, paths.iter().map(|path| self.deletes(path).boxed()).collect()).await?
        };
        self.bucket.delete(paths).await?;
        Ok(outcomes)
    }

    /// What becomes of an object that is deleted.
    async fn deletes(&self, path: &ObjectPath) -> Result<Outcome> {
        let is_there = self.bucket.head(path).await?.is_some_and(|seen| !seen.gone);
        Ok(if is_there { Outcome::Deleted } else { Outcome::Unchanged })
    }
}
