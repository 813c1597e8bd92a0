//! Replacing the content of an entry; its sidecars and references stay.
//!
//! **Exclusive places**, on one known version (1 request): PUT content on the tag. Otherwise (2 requests for each copy):
//! HEAD content, PUT content on its tag. A content that was deleted is not brought back.
//!
//! **Shared places** (3 requests for each copy): GET content, PUT content on its tag, GET `.metadata`.
//!
//! The tag of a content is made of its bytes: it tells that they are the same, not that nobody wrote them again. So a write
//! that goes by the tag can land on the content of a later entry with the same bytes at the same path. Two look for that:
//! the update looks at the sidecar after its write; a store that replaces a content looks at that after the sidecar
//! ([`store`](super::store)). What is left is an updater that ends between its write and its look.

use std::collections::HashMap;

use bytes::Bytes;

use super::super::copies::{Copy, Sidecar, owner_of, written_by};
use super::super::intent::{Done, Entry, Update};
use super::super::{Head, Mark, ObjectPath, Result};
use super::bucket::{If, Put, Seen, Writing, pauses};
use super::{RACES, S3, head, refused, tag, version};
use crate::layout;

/// How often a sidecar that is not there yet is looked at.
const LOOKS: usize = 12;
/// What an update replaces is read up to this size, in bytes, since it may have to be put back.
const PUT_BACK: u64 = 1 << 20;

/// A copy that is updated, and what it held.
struct Replaced {
    copy: Copy,
    content: Option<Bytes>,
}

impl S3 {
    pub(super) async fn update(&self, update: Update) -> Result<Done> {
        match update.entry.exclusive {
            Some(mark) => self.update_exclusive(&update, mark).await,
            None => self.update_shared(&update).await,
        }
    }

    async fn update_exclusive(&self, update: &Update, mark: Mark) -> Result<Done> {
        let Update { entry, content, packed, if_version } = update;
        if packed.is_some_and(|packed| packed != mark.coding) {
            return Ok(Done::Packed(mark.coding));
        }
        let Some((first, later)) = entry.copies.split_first() else { return Ok(Done::Absent) };
        // The content of another entry, under a file id that was this one's id, is not updated.
        let look = async |copy: &ObjectPath| {
            let is_own = |seen: &Seen| !seen.gone && seen.mark.is_none_or(|owner| owner.cache_id == mark.cache_id);
            Ok(self.bucket.head(copy).await?.filter(is_own).map(|seen| seen.tag))
        };
        let write = async |copy, seen| self.bucket.put_if(copy, content, Writing::Update(mark), &If::Tag(seen)).await;
        let seen = match if_version.as_deref() {
            Some([only]) => Some(tag(only)).filter(|_| !only.is_empty()),
            Some(versions) => look(first).await?.filter(|seen| versions.contains(&version(seen))),
            None => look(first).await?,
        };
        let Some(seen) = seen else { return Ok(if if_version.is_some() { Done::Changed } else { Done::Absent }) };
        let Some(ours) = write(first, seen).await?.written() else {
            return if if_version.is_some() { Ok(Done::Changed) } else { Err(refused(first)) };
        };
        let mut paths = vec![first.clone()];
        for copy in later {
            // Whoever has written the first copy last writes the others last.
            for _ in 0..RACES {
                let Some(seen) = look(copy).await? else { break };
                if write(copy, seen).await?.written().is_some() {
                    paths.push(copy.clone());
                    break;
                }
                if look(first).await?.is_none_or(|now| now != ours) {
                    break;
                }
            }
        }
        Ok(Done::Written { paths, version: version(&ours) })
    }

    async fn update_shared(&self, update: &Update) -> Result<Done> {
        let Update { entry, content, packed, if_version } = update;
        let (mut copies, mut contents) = (Vec::new(), HashMap::new());
        for path in &entry.copies {
            let Replaced { copy, content } = self.before_update(path).await?;
            copies.push(copy);
            contents.insert(path, content);
        }
        let copies = written_by(entry, copies);
        let Some(first) = copies.first() else { return Ok(Done::Absent) };
        if !first.is_in(if_version.as_deref()) {
            return Ok(Done::Changed);
        }
        if first.head.is_none() {
            return Ok(Done::Absent);
        }
        if packed.is_some_and(|packed| packed != first.coding()) {
            return Ok(Done::Packed(first.coding()));
        }
        let is_marked = first.mark().is_some_and(|mark| mark.cache_id == entry.cache_id);
        // Nothing but its reference tells that the entry is still there.
        if !is_marked && self.bucket.head(&entry.reference).await?.and_then(head).is_none() {
            return Err(refused(&entry.reference));
        }
        let update_of = |copy: &Copy, replaced: Option<Bytes>, keeps_reference: bool| UpdateOf {
            s3: self,
            entry,
            copy: copy.clone(),
            replaced,
            keeps_reference,
            by_older: !is_marked,
        };
        let replaced = contents.get_mut(&first.content).and_then(Option::take);
        let Some(ours) = update_of(first, replaced, true).write(content).await? else {
            return Err(refused(&first.content));
        };
        let mut paths = vec![first.content.clone()];
        for copy in &copies[1..] {
            // A newer version has its own copies.
            let keeps_reference = !entry.is_versioned;
            let replaced = contents.get_mut(&copy.content).and_then(Option::take);
            let mut update = update_of(copy, replaced, keeps_reference);
            for _ in 0..RACES {
                if update.write(content).await?.is_some() {
                    paths.push(copy.content.clone());
                    break;
                }
                // Whoever has written the first copy last writes the others last.
                if entry.is_versioned || self.bucket.head(&first.content).await?.is_none_or(|now| now.tag != ours) {
                    break;
                }
                let Replaced { copy, content } = self.before_update(&copy.content).await?;
                if copy.head.is_none() {
                    break;
                }
                update = update_of(&copy, content, keeps_reference);
            }
        }
        Ok(Done::Written { paths, version: version(&ours) })
    }

    /// Looks at a copy; its sidecar is read only where the content does not say whose it is.
    async fn before_update(&self, path: &ObjectPath) -> Result<Replaced> {
        let found = self.bucket.get_small(path, PUT_BACK).await?;
        let (found, content): (Option<Head>, _) = match found {
            Some((seen, bytes)) => match head(seen) {
                Some(head) => (Some(head), bytes),
                None => (None, None),
            },
            None => (None, None),
        };
        let metadata = layout::metadata_of(path);
        let sidecar = if found.as_ref().is_some_and(|head| head.mark.is_some()) {
            None
        } else {
            let object = self.object(&metadata).await?;
            let owner = object.as_ref().and_then(|object| owner_of(&object.bytes));
            Some(Sidecar { owner, version: object.map(|object| object.version) })
        };
        Ok(Replaced { copy: Copy { content: path.clone(), metadata, head: found, sidecar }, content })
    }
}

/// The update of one copy at a shared place.
struct UpdateOf<'a> {
    s3: &'a S3,
    entry: &'a Entry,
    copy: Copy,
    replaced: Option<Bytes>,
    /// Whether a content that another entry has taken over is replaced, too, as long as the updated entry is there.
    keeps_reference: bool,
    /// Whether the content is marked as another entry's.
    by_older: bool,
}

impl UpdateOf<'_> {
    /// Writes the content; `None` when the condition does not hold, or the content is another entry's by now.
    async fn write(&self, bytes: &Bytes) -> Result<Option<String>> {
        let (bucket, path) = (&self.s3.bucket, &self.copy.content);
        let condition = self.copy.head.as_ref().map_or(If::Absent, |head| If::Tag(tag(&head.version)));
        let mark = self.copy.owner().unwrap_or(Mark { cache_id: self.entry.cache_id, coding: None });
        let Put::Written(tag) = bucket.put_if(path, bytes, Writing::Update(mark), &condition).await? else {
            return Ok(None);
        };
        // An older entry than the marked one: that may be a store on its way, whose sidecar follows.
        let by_older = self.keeps_reference && self.by_older;
        for pause in pauses(LOOKS) {
            let sidecar = self.s3.object(&self.copy.metadata).await?;
            let owner = sidecar.and_then(|object| owner_of(&object.bytes));
            if owner.is_some_and(|owner| owner.cache_id == mark.cache_id) {
                return Ok(Some(tag));
            }
            if by_older && !self.is_there(&self.reference_of(mark)).await? {
                return Ok(Some(tag));
            }
            let keeps = by_older || self.keeps_reference && self.is_there(&self.entry.reference).await?;
            // Without an owner it is being removed, or has no sidecar at all.
            if keeps && owner.is_none() {
                return Ok(Some(tag));
            }
            let is_ours = |now: &Seen| now.updated && now.tag == tag && now.mark == Some(mark);
            if !bucket.head(path).await?.is_some_and(|now| is_ours(&now)) {
                return Ok(Some(tag));
            }
            let Some(owner) = owner else {
                // The content of a store that has not come to its sidecar yet, or of nobody.
                tokio::time::sleep(pause).await;
                continue;
            };
            let new = (bytes, Mark { cache_id: owner.cache_id, ..mark });
            let (bytes, mark) = match &self.replaced {
                _ if keeps => new,
                Some(replaced) => (replaced, owner),
                // All that can be given back is whose it is.
                None => new,
            };
            bucket.put_if(path, bytes, Writing::Update(mark), &If::Tag(tag.clone())).await?;
            return Ok(keeps.then_some(tag));
        }
        Ok(None)
    }

    /// Where the id reference of a marked entry lies, which is in the same namespace.
    fn reference_of(&self, mark: Mark) -> ObjectPath {
        layout::by_id_beside(&self.entry.reference, mark.cache_id)
    }

    async fn is_there(&self, path: &ObjectPath) -> Result<bool> {
        Ok(self.s3.bucket.head(path).await?.is_some_and(|seen| !seen.gone))
    }
}
