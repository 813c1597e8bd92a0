//! Removing an entry.
//!
//! **Exclusive places** (6 requests with the one that found the id reference, one more for each further copy):
//!
//! 1. On the condition of a version, DELETE content on its tag: this decides.
//! 2. GET hash reference, PUT it on its tag without the entry, or DELETE it on its tag. 3. DELETE id reference on its tag, which
//!    decides whose removal it is. 4. LIST what has the stem. 5. DELETE all that is listed, in one request.
//!
//! **Shared places** (12 requests with the one that found the id reference):
//!
//! 1. HEAD content, GET `.metadata`: what is another entry's by now stays.
//! 2. On the condition of a version: flag the sidecar ([`lease`](super::lease)), and PUT in the place of the content, on its tag,
//!    what reads as absent, which decides; a sidecar whose content differs is given back.
//! 3. The hash reference and the id reference, as above.
//! 4. LIST what lies beside the content: one of the other kind would share the child files. LIST child files. 5. Flag the sidecar.
//! 6. DELETE content on its tag: that of another store, which waits for us, stays, and its `.config`.
//! 7. DELETE `.config` and child files in one request. 8. DELETE `.metadata` on its tag.
//!
//! A request that is refused hides nothing: until 2 or 3 has decided, everything is there. Where DELETE on a tag is not honoured,
//! a tombstone takes the place ([`Bucket::remove_if`](super::bucket::Bucket)).

use bytes::Bytes;
use futures::future::try_join_all;
use futures::{FutureExt, try_join};

use super::super::children::{child_files, without_entries};
use super::super::copies::{Copy, Sidecar, owner_of};
use super::super::intent::{Done, Entry, Remove, leave_hash};
use super::super::{Error, Folder, ObjectPath, Outcome, Result, Storage as _, Version};
use super::bucket::{If, Put, Seen, Writing};
use super::lease::{Lease, settled};
use super::removal::nothing;
use super::store::contended;
use super::{RACES, S3, edit, head, refused, tag, version};
use crate::layout;

/// How many of an entry's child files one request deletes with the content.
const CHILDREN: usize = 10_000;

/// A copy of the content at a shared place, on its way out.
struct Going<'a> {
    copy: Copy,
    /// The content as it was found, one that reads as absent, too.
    content: Option<Seen>,
    /// The sidecar, likewise.
    sidecar: Option<(Seen, Bytes)>,
    folder: &'a Folder,
    lease: Option<Lease>,
}

impl S3 {
    pub(super) async fn remove(&self, remove: Remove) -> Result<Done> {
        match remove.entry.exclusive {
            Some(_) => self.remove_exclusive(&remove).await,
            None => self.remove_shared(&remove).await,
        }
    }

    async fn remove_exclusive(&self, remove: &Remove) -> Result<Done> {
        let entry = &remove.entry;
        if let (Some(versions), Some(content)) = (&remove.if_version, entry.copies.first())
            && !self.remove_content_if(content, versions).await?
        {
            return Ok(Done::Changed);
        }
        let mut paths = self.remove_references(remove).await?;
        // Whoever stores a child file from now on finds no entry, and takes it back.
        let listed =
            try_join_all(entry.copies.iter().map(|content| self.bucket.keys_with(layout::stem(content)))).await?;
        let begins = |path: &ObjectPath, with: &str| {
            let rest = entry.copies.iter().find_map(|content| path.as_str().strip_prefix(layout::stem(content)));
            rest.is_some_and(|rest| rest.starts_with(with))
        };
        let listed: Vec<ObjectPath> = listed.into_iter().flatten().collect();
        let (mut files, others): (Vec<_>, Vec<_>) = listed.into_iter().partition(|path| begins(path, "."));
        let in_data: Vec<ObjectPath> = others.into_iter().filter(|path| begins(path, "/data/")).collect();
        files.extend(without_entries(&in_data));
        self.bucket.delete(&files).await?;
        let first = entry.copies.first().filter(|_| remove.if_version.is_some());
        let named: Vec<_> = entry.copies.iter().flat_map(layout::with_sidecars).collect();
        let missing = named.into_iter().filter(|path| !files.contains(path) && Some(path) != first).collect();
        paths.extend(first.filter(|first| !files.contains(first)).cloned());
        paths.extend(files);
        Ok(Done::Removed { paths, missing })
    }

    async fn remove_shared(&self, remove: &Remove) -> Result<Done> {
        let entry = &remove.entry;
        let looked = entry.copies.iter().zip(&remove.data_folders).map(|(content, folder)| self.going(content, folder));
        let mut going = try_join_all(looked).await?;
        if let (Some(versions), Some(first)) = (&remove.if_version, going.first_mut()) {
            let Some(now) = first.copy.head.as_ref().filter(|_| first.copy.is_in(Some(versions))) else {
                return Ok(Done::Changed);
            };
            if first.copy.is_of(entry) {
                let now = tag(&now.version);
                let Some(lease) = self.flag(first, true).await? else { return Err(refused(&first.copy.metadata)) };
                let (nothing, on_tag) = (nothing(), If::Tag(now));
                let put = self.bucket.put_if(&first.copy.content, &nothing, Writing::RemovingNothing, &on_tag);
                match lease.protect(put).await {
                    Ok(Put::Written(_)) => {}
                    refused => {
                        lease.give_back(&self.bucket).await?;
                        return refused.map(|_| Done::Changed);
                    }
                }
                first.lease = Some(lease);
            }
        }
        let references = self.remove_references(remove).await;
        match &references {
            Ok(_) => {}
            // Another one removes the entry, too, and has left to this one what it has begun to remove.
            Err(Error::Precondition { .. }) => going.retain(|going| going.lease.is_some()),
            Err(_) => {
                for lease in going.drain(..).filter_map(|going| going.lease) {
                    lease.give_back(&self.bucket).await?;
                }
            }
        }
        let (mut removed, mut missing) = (Vec::new(), Vec::new());
        for going in going {
            let (gone, not_there) = self.remove_copy(entry, going).await?;
            removed.extend(gone);
            missing.extend(not_there);
        }
        let mut paths = references?;
        paths.extend(removed);
        Ok(Done::Removed { paths, missing })
    }

    /// Takes the entry out of the reference of its hash, and removes its id reference; answers which of the two are gone.
    async fn remove_references(&self, remove: &Remove) -> Result<Vec<ObjectPath>> {
        let Remove { entry, hash_reference, .. } = remove;
        let left = {
            let _turn = self.edits.turn(hash_reference).await;
            edit::apply(&self.bucket, hash_reference, &|now| leave_hash(entry.cache_id, now), None).await?
        };
        if !self.bucket.remove_for_good(&entry.reference, &tag(&entry.found)).await? {
            return Err(refused(&entry.reference));
        }
        let hash_reference = (left == Outcome::Deleted).then(|| hash_reference.clone());
        Ok(hash_reference.into_iter().chain([entry.reference.clone()]).collect())
    }

    /// Removes a content in one of these versions; tells whether it was.
    async fn remove_content_if(&self, content: &ObjectPath, versions: &[Version]) -> Result<bool> {
        let wanted = match versions {
            [only] => Some(tag(only)).filter(|_| !only.is_empty()),
            _ => {
                let seen = self.bucket.head(content).await?.and_then(head);
                seen.map(|head| head.version).filter(|version| versions.contains(version)).map(|version| tag(&version))
            }
        };
        match wanted {
            Some(wanted) => self.bucket.remove_if(content, &wanted).await,
            None => Ok(false),
        }
    }

    async fn going<'a>(&self, content: &ObjectPath, folder: &'a Folder) -> Result<Going<'a>> {
        let metadata = layout::metadata_of(content);
        let (now, sidecar) = try_join!(self.bucket.head(content), self.bucket.get(&metadata))?;
        let readable = sidecar.as_ref().filter(|(seen, _)| !seen.gone);
        let owner = readable.and_then(|(_, bytes)| owner_of(bytes));
        let known = Sidecar { owner, version: readable.map(|(seen, _)| version(&seen.tag)) };
        let copy = Copy { content: content.clone(), metadata, head: now.clone().and_then(head), sidecar: Some(known) };
        Ok(Going { copy, content: now, sidecar, folder, lease: None })
    }

    /// Flags the sidecar of a copy, if it is as it was; waits for another remover, and for what a crash left of one.
    ///
    /// `is_seen` says that it is still to be read. When the references are gone it need not be, and servers of the version before
    /// wait for what reads as absent alone.
    async fn flag(&self, going: &Going<'_>, is_seen: bool) -> Result<Option<Lease>> {
        let metadata = &going.copy.metadata;
        let seen = going.sidecar.as_ref().map(|(seen, _)| seen);
        if let Some(seen) = seen.filter(|seen| seen.removing) {
            let left = settled(&self.bucket, metadata).await?;
            if left.is_none_or(|left| left.tag != seen.tag) {
                return Ok(None);
            }
        }
        let document = going.sidecar.as_ref().filter(|(seen, _)| is_seen && !seen.gone).map(|(_, bytes)| bytes.clone());
        Lease::take(&self.bucket, metadata, document, &If::still(seen)).await
    }

    /// Removes the files of a copy, unless another entry has taken them over; answers those that are gone, and those that
    /// were not there.
    async fn remove_copy(&self, entry: &Entry, mut going: Going<'_>) -> Result<(Vec<ObjectPath>, Vec<ObjectPath>)> {
        let is_decided = going.lease.is_some();
        let (lease, beside, mut children) = loop {
            if !going.copy.is_of(entry) {
                return Ok((Vec::new(), Vec::new()));
            }
            // Before the flag, which does not last long. The child files of an entry that is stored meanwhile are not among
            // them: its sidecar is not the one that is flagged.
            let content = &going.copy.content;
            let beside = self.bucket.keys_with(&format!("{}.", layout::stem(content))).await?;
            let has_sibling = match layout::sibling(content) {
                Some(sibling) if beside.contains(&sibling) => self.exists(&sibling).await?,
                _ => false,
            };
            let children = if has_sibling { Vec::new() } else { child_files(self, going.folder).await? };
            let lease = match going.lease.take() {
                Some(lease) => Some(lease),
                None => self.flag(&going, false).await?,
            };
            match lease {
                Some(lease) => break (lease, beside, children),
                // Another remover has given it back, or another entry has it.
                None => going = self.going(&going.copy.content, going.folder).await?,
            }
        };
        let content = &going.copy.content;
        // What lies beyond goes after the lease: it is looked at again then.
        let beyond = children.split_off(children.len().min(CHILDREN));
        let by_tag = !is_decided && self.bucket.deleter.is_some();
        let files = || {
            let files = async {
                let mut files = children.clone();
                if !by_tag {
                    files.extend([content.clone(), layout::config_of(content)]);
                } else if self.remove_content(&going).await? {
                    files.push(layout::config_of(content));
                }
                Ok(files)
            };
            files.boxed()
        };
        lease.remove(&self.bucket, &files).await?;
        if !beyond.is_empty() && self.bucket.look(content).await?.is_none_or(|seen| seen.gone) {
            self.bucket.delete(&beyond).await?;
            children.extend(beyond);
        }
        let has_sidecar = going.copy.sidecar.as_ref().is_some_and(|sidecar| sidecar.version.is_some());
        let there = [going.copy.head.is_some(), beside.contains(&layout::config_of(content)), has_sidecar];
        let (mut gone, mut missing) = (children, Vec::new());
        for (path, is_there) in layout::with_sidecars(content).into_iter().zip(there) {
            if is_there { gone.push(path) } else { missing.push(path) }
        }
        Ok((gone, missing))
    }

    /// Removes a content on its tag, and what an update has made of it; tells whether nothing is there then. That of another
    /// store, which waits for the lease on the sidecar, stays.
    async fn remove_content(&self, going: &Going<'_>) -> Result<bool> {
        let owner_of = |seen: &Seen| seen.mark.map(|mark| mark.cache_id);
        let owner = going.content.as_ref().map(owner_of);
        let mut now = going.content.clone();
        for _ in 0..RACES {
            let Some(seen) = now else { return Ok(true) };
            if !seen.gone && owner != Some(owner_of(&seen)) {
                return Ok(false);
            }
            if self.bucket.remove_if(&going.copy.content, &seen.tag).await? {
                return Ok(true);
            }
            now = self.bucket.look(&going.copy.content).await?;
        }
        Err(contended())
    }
}
