//! Sidecars of contents that references name: those that are missing, torn, or another entry's are made again.

use anyhow::Result;

use super::damage::{Damage, Fate};
use super::groups::Group;
use super::rebuild;
use super::references::parse;
use super::{Known, Verify};
use crate::layout;
use crate::records::{Config, Owned};
use crate::storage::{Mark, ObjectPath};
use crate::tools::documents::{mark_in, put_if};
use crate::tools::store::{Content, Piece, Seen};

/// A document as it was found.
#[derive(Debug)]
pub(super) struct Found<T> {
    document: Option<T>,
    /// What was judged.
    pub(super) seen: Option<Content>,
}

impl<T: serde::de::DeserializeOwned> Found<T> {
    pub(super) fn of(seen: Option<Content>) -> Self {
        Self { document: seen.as_ref().and_then(|seen| serde_json::from_slice(&seen.bytes).ok()), seen }
    }
}

impl<T> Found<T> {
    pub(super) fn whole(&self) -> Option<&T> {
        self.document.as_ref()
    }

    /// When it was written; 0 when it is not there.
    pub(super) fn modified(&self) -> u64 {
        self.seen.as_ref().map_or(0, |seen| seen.modified)
    }

    /// The damage that it is, when it is none that can be read.
    fn damage(&self) -> Option<Damage> {
        match (&self.document, &self.seen) {
            (Some(_), _) => None,
            (None, Some(_)) => Some(Damage::TornSidecar),
            (None, None) => Some(Damage::MissingSidecar),
        }
    }
}

impl Verify {
    /// Sidecars of a content that references name, which are missing, torn, or another entry's that is gone.
    pub(super) async fn sidecars(
        &self,
        known: &Known,
        group: &Group,
        config: &Found<Config>,
        metadata: &Found<Owned>,
    ) -> Result<()> {
        let Some(content) = self.read_one(&group.path).await? else { return Ok(()) };
        let owner = metadata.whole().map(|owned| &owned.data);
        let is_named = owner.is_some_and(|owner| group.named_by.iter().any(|named| named.id == owner.cache_id));
        if let Some(owner) = owner.filter(|_| !is_named) {
            let by_id = layout::by_id(&known.namespace, owner.cache_id);
            if known.rebuilt.lock().contains(&owner.cache_id) {
                return Ok(());
            }
            if known.unreadable.lock().contains_key(&owner.cache_id)
                && let Some(config) = config.whole()
            {
                return self.rebuild_reference(known, owner, config, &by_id).await;
            }
            let reference = self.read_one(&by_id).await?.and_then(|content| parse(&content.bytes));
            if reference.is_some_and(|reference| reference.file_paths.content_files.contains(&group.path)) {
                return Ok(());
            }
        }
        // The entry that was stored last has the path.
        let Some(newest) = group.named_by.iter().max_by_key(|named| named.timestamp) else { return Ok(()) };
        let by_id = layout::by_id(&known.namespace, newest.id);
        let Some(reference) = self.read_one(&by_id).await?.and_then(|content| parse(&content.bytes)) else {
            return Ok(());
        };
        let youngest = [content.modified, config.modified(), metadata.modified()].into_iter().max().unwrap_or(0);
        let made = rebuild::Sidecars::of(&reference, &group.path, owner, config.whole(), &content);
        let made_mark = made.metadata.as_deref().and_then(mark_in);
        let of_metadata = metadata.damage().or((!is_named).then_some(Damage::StaleSidecar));
        let both = [
            (of_metadata, layout::metadata_of(&group.path), made.metadata, &metadata.seen),
            (config.damage(), layout::config_of(&group.path), Some(made.config), &config.seen),
        ];
        let mut is_marked = true;
        for (damage, path, bytes, seen) in both {
            let Some(damage) = damage else { continue };
            let fate = match bytes {
                _ if self.is_young(youngest) => Fate::Young,
                None => Fate::Left,
                Some(bytes) => {
                    if damage == Damage::TornSidecar
                        && let Some(torn) = seen
                    {
                        self.keep(&path, torn).await?;
                    }
                    self.put_beside(&path, bytes, seen.as_ref(), (&group.path, &content)).await?
                }
            };
            self.found(damage, &path, fate);
            is_marked &= fate != Fate::Mended || path != layout::metadata_of(&group.path);
        }
        if !is_marked {
            self.mark(&group.path, &content, made_mark).await?;
        }
        Ok(())
    }

    /// Keeps with a content, in a bucket, whose it is by now.
    async fn mark(&self, path: &ObjectPath, content: &Content, mark: Option<Mark>) -> Result<()> {
        let (Some(storage), Some(version)) = (&self.repairs, &content.version) else { return Ok(()) };
        if self.side.store.keeps_marks() && content.mark != mark {
            let piece = Piece { path: path.clone(), bytes: content.bytes.clone(), mark };
            put_if(storage, piece, &Seen::Version(version.clone())).await?;
        }
        Ok(())
    }
}
