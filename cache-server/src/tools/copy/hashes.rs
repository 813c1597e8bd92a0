//! References by hash: where both sides have one, the target keeps the entries of both.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::Ordering::Relaxed;

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use cache_client::{CacheId, Namespace};
use futures::{StreamExt, TryStreamExt, stream};
use md5::{Digest as _, Md5};

use super::super::store::{Content, Piece, Seen};
use super::source::read;
use super::transfer::{Candidate, Transfer};
use crate::layout;
use crate::records::{HashEntry, HashReference, reference_bytes};
use crate::storage::ObjectPath;

/// How often a reference that others write at the same time is looked at again.
const RACES: usize = 64;
/// How many references are put together at the same time.
const AT_ONCE: usize = 8;

impl Transfer {
    /// Copies references by hash.
    pub(super) async fn hashes(&self, chunk: Vec<Candidate>) -> Result<()> {
        // New ones in a store that nobody else writes to are plain objects.
        let is_plain = self.to.store.is_still();
        let (new, others): (Vec<_>, Vec<_>) = chunk.into_iter().partition(|of| is_plain && of.there.is_none());
        let mut pieces = Vec::with_capacity(new.len());
        for Piece { path, bytes, mark } in self.differing(new).await? {
            match self.without_fresh(&path, bytes).await? {
                Some(bytes) => pieces.push(Piece { path, bytes, mark }),
                None => drop(self.counts.same.fetch_add(1, Relaxed)),
            }
        }
        self.write(pieces).await?;
        let paths: Vec<ObjectPath> = others.iter().map(|of| of.item.path.clone()).collect();
        let source = read(&*self.from.store, &paths).await.context("reading the source")?;
        let mut unsure = Vec::new();
        for (of, source) in others.into_iter().zip(source) {
            let digest = of.there.as_ref().and_then(|there| there.md5);
            let is_same =
                |source: &Content| digest.is_some_and(|md5| md5 == <[u8; 16]>::from(Md5::digest(&source.bytes)));
            if source.as_ref().is_some_and(is_same) {
                self.counts.same.fetch_add(1, Relaxed);
            } else {
                unsure.push((of, source));
            }
        }
        let known: Vec<ObjectPath> =
            unsure.iter().filter(|(of, _)| of.there.is_some()).map(|(of, _)| of.item.path.clone()).collect();
        let target = read(&*self.to.store, &known).await.context("reading the target")?;
        let mut target: HashMap<ObjectPath, Option<Content>> = known.into_iter().zip(target).collect();
        let mut work = Vec::with_capacity(unsure.len());
        for (of, source) in unsure {
            let there = target.remove(&of.item.path).flatten();
            work.push(self.hash(of.item.path, source, there));
        }
        stream::iter(work).buffer_unordered(AT_ONCE).try_for_each(|()| async { Ok(()) }).await
    }

    /// Adds an entry to the reference of its hash at the target.
    pub(super) async fn share(&self, path: ObjectPath, alone: Bytes) -> Result<()> {
        // Not every store can make a write conditional.
        let _one_at_a_time = self.sharing.lock().await;
        let target = read(&*self.to.store, std::slice::from_ref(&path)).await.context("reading the target")?.pop();
        let source = Content { bytes: alone, modified: 0, mark: None, version: None };
        self.hash(path, Some(source), target.flatten()).await
    }

    async fn hash(&self, path: ObjectPath, source: Option<Content>, mut target: Option<Content>) -> Result<()> {
        let Some(source) = source else {
            self.counts.vanished.fetch_add(1, Relaxed);
            return Ok(());
        };
        let source = self.without_fresh(&path, source.bytes).await?;
        for _ in 0..RACES {
            let there = target.as_ref().map(|target| &target.bytes);
            let Some(bytes) = source.as_ref().and_then(|source| together(source, there)) else {
                self.counts.same.fetch_add(1, Relaxed);
                return Ok(());
            };
            let seen = match target.as_ref() {
                Some(Content { version: Some(version), .. }) => Some(Seen::Version(version.clone())),
                Some(_) => None,
                None => Some(Seen::Nothing),
            };
            let is_merged = there.is_some();
            let piece = Piece { path: path.clone(), bytes, mark: None };
            let is_written = match seen {
                _ if self.dry_run => true,
                Some(seen) => self.to.store.write_if(piece.clone(), &seen).await.context("writing the target")?,
                None => {
                    self.to.store.write(vec![piece.clone()]).await.context("writing the target")?;
                    true
                }
            };
            if is_written {
                self.counts.copied.fetch_add(1, Relaxed);
                self.counts.copied_bytes.fetch_add(piece.bytes.len() as u64, Relaxed);
                self.counts.merged.fetch_add(u64::from(is_merged), Relaxed);
                return Ok(());
            }
            target = read(&*self.to.store, std::slice::from_ref(&path)).await?.pop().flatten();
        }
        bail!("others write the reference {path:?} all the time")
    }

    /// A reference of the source without entries that were stored after the walk through the references by id; `None` when none is
    /// left.
    async fn without_fresh(&self, path: &ObjectPath, bytes: Bytes) -> Result<Option<Bytes>> {
        let parsed = serde_json::from_slice::<HashReference>(&bytes).ok();
        let namespace = path.as_str().split('/').next().and_then(|name| Namespace::parse(name).ok());
        let (Some(mut reference), Some(namespace)) = (parsed, namespace) else { return Ok(Some(bytes)) };
        let fresh = reference.cache_ids.iter().filter(|entry| entry.timestamp >= self.fresh_since);
        let fresh: Vec<CacheId> = fresh.map(|entry| entry.cache_id).collect();
        if fresh.is_empty() {
            return Ok(Some(bytes));
        }
        let paths: Vec<ObjectPath> = fresh.iter().map(|id| layout::by_id(&namespace, *id)).collect();
        let mut there = self.to.store.exist(&paths).await?;
        if self.dry_run {
            // All would be there by then but those that are left out.
            let dropped = self.dropped.lock();
            there.iter_mut().zip(&fresh).for_each(|(is_there, id)| *is_there |= !dropped.contains(id));
        }
        for (id, _) in fresh.into_iter().zip(there).filter(|(_, is_there)| !is_there) {
            match reference.without(id) {
                Some(left) => reference = left,
                None => return Ok(None),
            }
        }
        let left = reference_bytes(&reference);
        // As it was written, where nothing was left out.
        Ok(Some(match serde_json::from_slice::<HashReference>(&bytes) {
            Ok(before) if before == reference => bytes,
            _ => left,
        }))
    }
}

/// What the target is to have: the entries of both. `None` when it has that already.
fn together(source: &Bytes, target: Option<&Bytes>) -> Option<Bytes> {
    let Some(there) = target else { return Some(source.clone()) };
    if there == source {
        return None;
    }
    let (Ok(from), Ok(to)) =
        (serde_json::from_slice::<HashReference>(source), serde_json::from_slice::<HashReference>(there))
    else {
        // One that cannot be read replaces none that can.
        return serde_json::from_slice::<HashReference>(source).is_ok().then(|| source.clone());
    };
    let known: HashSet<CacheId> = from.cache_ids.iter().map(|entry| entry.cache_id).collect();
    let more: Vec<HashEntry> = to.cache_ids.iter().filter(|entry| !known.contains(&entry.cache_id)).cloned().collect();
    if more.is_empty() {
        return Some(source.clone());
    }
    let hash = from.cache_hash.clone();
    let mut merged = from;
    for entry in more {
        merged = HashReference::with_left_out(Some(merged), &hash, entry);
    }
    let merged = reference_bytes(&merged);
    (merged != *there).then_some(merged)
}
