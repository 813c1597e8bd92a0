//! Entries whose files the walk through the contents may not have met as their references say: those that were stored while the
//! copy was under way, and those whose files have names that are left out.

use std::sync::atomic::Ordering::Relaxed;

use anyhow::{Context, Result};
use cache_client::CacheId;

use super::super::budget::MOST;
use super::super::documents::mark_in;
use super::super::sections::{Kind, Section};
use super::super::store::{Item, Piece};
use super::source::read;
use super::transfer::{Candidate, Transfer};
use crate::layout;
use crate::records::Located;
use crate::storage::ObjectPath;

impl Transfer {
    /// Sees to it that the contents of fresh references are at the target; leaves out those of entries that are gone.
    pub(super) async fn with_contents(&self, pieces: Vec<Piece>) -> Result<Vec<Piece>> {
        let mut kept = Vec::with_capacity(pieces.len());
        for piece in pieces {
            let reference = serde_json::from_slice::<Located>(&piece.bytes).ok();
            let fresh = reference.filter(|reference| reference.timestamp >= self.fresh_since);
            if match &fresh {
                Some(reference) => self.has_content(reference).await?,
                None => true,
            } {
                kept.push(piece);
                continue;
            }
            self.dropped.lock().extend(fresh.map(|reference| reference.cache_id));
            if self.from.store.is_still() {
                self.left_out.note(piece.path.as_str());
            } else {
                self.counts.vanished.fetch_add(1, Relaxed);
            }
        }
        Ok(kept)
    }

    /// Copies what is not at the target of an entry, or is another entry's there; `false` when the source has no content of it.
    async fn has_content(&self, reference: &Located) -> Result<bool> {
        let (contents, to) = (&reference.file_paths.content_files, &*self.to.store);
        if self.dry_run {
            return Ok(self.from.store.exist(contents).await.context("reading the source")?.contains(&true));
        }
        let owners: Vec<ObjectPath> = contents.iter().map(layout::metadata_of).collect();
        let owners = read(to, &owners).await.context("reading the target")?;
        let others: Vec<ObjectPath> =
            contents.iter().flat_map(|content| [content.clone(), layout::config_of(content)]).collect();
        let others = to.exist(&others).await?;
        let owner = |of: usize| -> Option<CacheId> { Some(mark_in(&owners[of].as_ref()?.bytes)?.cache_id) };
        let is_right = |of: &usize| owner(*of) == Some(reference.cache_id) && others[2 * of] && others[2 * of + 1];
        let (right, wrong): (Vec<usize>, Vec<usize>) = (0..contents.len()).partition(is_right);
        if wrong.is_empty() {
            return Ok(true);
        }
        let mut is_any = !right.is_empty();
        for of in wrong {
            is_any |= self.content(&contents[of], None).await?;
        }
        self.children(reference).await?;
        Ok(is_any && to.exist(contents).await?.contains(&true))
    }

    /// Copies what differs of a content and its sidecars; `false` when the source has no such content. Up to `size` bytes are held;
    /// where that is not known, nothing else is held beside it.
    pub(super) async fn content(&self, content: &ObjectPath, size: Option<u64>) -> Result<bool> {
        let files = [content.clone(), layout::config_of(content), layout::metadata_of(content)];
        let source = self.from.store.exist(&files).await.context("reading the source")?;
        let target = self.to.store.exist(&files).await.context("reading the target")?;
        let item = |path: &ObjectPath| Item { path: path.clone(), size: None, md5: None, modified: None };
        let chunk = files.iter().zip(&source).zip(target).filter(|((_, is_there), _)| **is_there);
        let chunk = chunk.map(|((path, _), there)| Candidate { item: item(path), there: there.then(|| item(path)) });
        let _room = self.room.take(size.map_or(MOST, |size| 2 * size)).await?;
        let pieces = self.differing(chunk.collect()).await?;
        self.write(pieces).await?;
        Ok(source[0])
    }

    /// Copies what differs of the child files of an entry.
    pub(super) async fn children(&self, reference: &Located) -> Result<()> {
        for folder in &reference.file_paths.data_folders {
            let section = Section { folder: folder.clone(), kind: Kind::Data, is_deep: true };
            Box::pin(self.section(&section)).await?;
        }
        Ok(())
    }
}
