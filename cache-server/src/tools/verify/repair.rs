//! Mending: each change on the condition that what was seen is still there, and never of what is younger than an hour.

use anyhow::Result;
use bytes::Bytes;

use super::damage::{Damage, Fate};
use super::references::parse;
use super::{Known, Verify, rebuild};
use crate::records::{Config, Owner};
use crate::storage::{Mark, ObjectPath, Require};
use crate::tools::documents::{put_beside, put_if, remove_if};
use crate::tools::sections::DAMAGED;
use crate::tools::store::{Content, Piece, Seen};

impl Verify {
    /// Removes what nobody reads any more.
    pub(super) async fn take_away(&self, damage: Damage, path: &ObjectPath) -> Result<()> {
        let content = self.read_one(path).await?;
        let seen = match content.as_ref().map(|content| (content.version.clone(), content.modified)) {
            // A tombstone.
            None => Seen::Nothing,
            Some((_, modified)) if self.is_young(modified) => {
                self.found(damage, path, Fate::Young);
                return Ok(());
            }
            Some((Some(version), _)) => Seen::Version(version),
            Some((None, _)) => Seen::Nothing,
        };
        let fate = match &self.repairs {
            None if self.would => Fate::Mended,
            None => Fate::Left,
            Some(storage) => match remove_if(storage, path.clone(), &seen).await? {
                true => Fate::Mended,
                false => Fate::Left,
            },
        };
        self.found(damage, path, fate);
        Ok(())
    }

    /// Moves an object below `.damaged/`.
    pub(super) async fn move_away(&self, path: &ObjectPath) -> Result<Fate> {
        let Some(content) = self.read_one(path).await? else { return Ok(Fate::Left) };
        if self.is_young(content.modified) {
            return Ok(Fate::Young);
        }
        let (Some(storage), Some(version)) = (&self.repairs, content.version.clone()) else {
            return Ok(if self.would { Fate::Moved } else { Fate::Left });
        };
        self.keep(path, &content).await?;
        let moved = remove_if(storage, path.clone(), &Seen::Version(version)).await?;
        Ok(if moved { Fate::Moved } else { Fate::Left })
    }

    /// Keeps a copy below `.damaged/`; what is there already is never replaced.
    pub(super) async fn keep(&self, path: &ObjectPath, content: &Content) -> Result<()> {
        let Some(storage) = &self.repairs else { return Ok(()) };
        for attempt in 0..1000_u32 {
            let suffix = if attempt == 0 { String::new() } else { format!("~{attempt}") };
            let kept = ObjectPath::parse(&format!("{DAMAGED}/{path}{suffix}"))?;
            if let Some(there) = self.read_one(&kept).await? {
                if there.bytes == content.bytes {
                    return Ok(());
                }
                continue;
            }
            let piece = Piece { path: kept, bytes: content.bytes.clone(), mark: None };
            if put_if(storage, piece, &Seen::Nothing).await? {
                return Ok(());
            }
        }
        anyhow::bail!("there are too many copies of {path:?} below {DAMAGED}/")
    }

    /// Replaces an object by what it should be, and keeps what it was.
    pub(super) async fn replace(
        &self,
        path: &ObjectPath,
        seen: &Content,
        bytes: Bytes,
        mark: Option<Mark>,
    ) -> Result<Fate> {
        if self.is_young(seen.modified) {
            return Ok(Fate::Young);
        }
        let (Some(storage), Some(version)) = (&self.repairs, seen.version.clone()) else {
            return Ok(if self.would { Fate::Mended } else { Fate::Left });
        };
        self.keep(path, seen).await?;
        let written = put_if(storage, Piece { path: path.clone(), bytes, mark }, &Seen::Version(version)).await?;
        Ok(if written { Fate::Mended } else { Fate::Left })
    }

    /// Writes an object beside a content, while what was seen of both is still there.
    pub(super) async fn put_beside(
        &self,
        path: &ObjectPath,
        bytes: Bytes,
        seen: Option<&Content>,
        (content_path, content): (&ObjectPath, &Content),
    ) -> Result<Fate> {
        let (Some(storage), Some(version)) = (&self.repairs, &content.version) else {
            return Ok(if self.would { Fate::Mended } else { Fate::Left });
        };
        let seen = match seen.and_then(|seen| seen.version.clone()) {
            Some(version) => Seen::Version(version),
            None => Seen::Nothing,
        };
        let also = Require::Version(content_path.clone(), version.clone());
        let piece = Piece { path: path.clone(), bytes, mark: None };
        let written = put_beside(storage, piece, &seen, Some(also)).await?;
        Ok(if written { Fate::Mended } else { Fate::Left })
    }

    /// Makes a reference again whose bytes cannot be read, of the sidecars of its content.
    pub(super) async fn rebuild_reference(
        &self,
        known: &Known,
        owner: &Owner,
        config: &Config,
        path: &ObjectPath,
    ) -> Result<()> {
        // Its other copies say the same.
        if known.unreadable.lock().get(&owner.cache_id).is_none() {
            return Ok(());
        }
        let Some(seen) = self.read_one(path).await? else { return Ok(()) };
        if parse(&seen.bytes).is_some_and(|reference| reference.cache_id == owner.cache_id) {
            return Ok(());
        }
        let bytes = rebuild::reference(&known.namespace, owner, config);
        let fate = self.replace(path, &seen, bytes, None).await?;
        if known.unreadable.lock().remove(&owner.cache_id).is_some() {
            self.found(Damage::UnreadableReference, path, fate);
            known.rebuilt.lock().insert(owner.cache_id);
        }
        Ok(())
    }
}
