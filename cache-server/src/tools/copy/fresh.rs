//! Entries that were stored while the copy was under way: the walk through the contents may have been past theirs.

use std::sync::atomic::Ordering::Relaxed;

use anyhow::Result;

use super::super::sections::{Kind, Section};
use super::super::store::Piece;
use super::transfer::{Candidate, Transfer, read};
use crate::layout;
use crate::records::Located;
use crate::storage::{Mark, ObjectPath};

impl Transfer {
    /// Sees to it that the contents of fresh references are at the target; leaves out those of entries that are gone.
    pub(super) async fn with_contents(&self, pieces: Vec<Piece>) -> Result<Vec<Piece>> {
        let mut kept = Vec::with_capacity(pieces.len());
        for piece in pieces {
            let reference = serde_json::from_slice::<Located>(&piece.bytes).ok();
            let fresh = reference.filter(|reference| reference.timestamp >= self.fresh_since);
            if match &fresh {
                Some(reference) if !self.dry_run => self.has_content(reference).await?,
                _ => true,
            } {
                kept.push(piece);
            } else {
                self.counts.vanished.fetch_add(1, Relaxed);
            }
        }
        Ok(kept)
    }

    /// Copies what is missing at the target of an entry; `false` when the source has no content of it any more.
    async fn has_content(&self, reference: &Located) -> Result<bool> {
        let contents = &reference.file_paths.content_files;
        let beside = |content: &ObjectPath| [content.clone(), layout::config_of(content), layout::metadata_of(content)];
        let files: Vec<ObjectPath> = contents.iter().flat_map(beside).collect();
        let there = self.to.store.exist(&files).await?;
        let missing: Vec<ObjectPath> =
            files.iter().zip(&there).filter(|(_, is_there)| !**is_there).map(|(path, _)| path.clone()).collect();
        if missing.is_empty() {
            return Ok(true);
        }
        let mark = Mark { cache_id: reference.cache_id, coding: None };
        let found = read(&*self.from.store, &missing).await?;
        let pieces: Vec<Piece> = missing
            .into_iter()
            .zip(found)
            .filter_map(|(path, content)| {
                let content = content?;
                // Without a mark of the source's, how it is packed is only in the sidecar.
                let mark = content.mark.or_else(|| (path.as_str().ends_with(".json")).then_some(mark));
                Some(Piece { path, bytes: content.bytes, mark })
            })
            .collect();
        let is_there = |path: &ObjectPath| {
            files.iter().zip(&there).any(|(file, there)| file == path && *there)
                || pieces.iter().any(|piece| piece.path == *path)
        };
        if !contents.iter().any(is_there) {
            return Ok(false);
        }
        self.write(pieces).await?;
        for folder in &reference.file_paths.data_folders {
            let section = Section { folder: folder.clone(), kind: Kind::Data, is_deep: true };
            let (mut walk, mut chunk) = (self.from.walk(&section).await?, Vec::new());
            while let Some(item) = walk.next().await? {
                chunk.push(Candidate { item, there: None });
            }
            let pieces = self.differing(chunk).await?;
            self.write(pieces).await?;
        }
        Ok(true)
    }
}
