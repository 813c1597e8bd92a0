//! Contents with their sidecars, and child files: what no reference names, what is torn, what is below nothing.

use std::collections::HashMap;

use anyhow::Result;
use cache_client::CacheId;
use futures::{TryStreamExt, stream};
use parking_lot::Mutex;

use super::damage::{Damage, Fate};
use super::groups::{Group, Groups};
use super::references::parse;
use super::sidecars::Found;
use super::{AT_ONCE, Known, PAGE, Verify};
use crate::layout;
use crate::records::{Config, Owned};
use crate::storage::{ObjectPath, TOMBSTONE};
use crate::tools::budget::MOST;
use crate::tools::sorter::Sorted;
use crate::tools::store::Content;

/// Contents of so many bytes are read together; a larger one alone.
const TOGETHER: u64 = 4 << 20;

/// How many contents of an entry are missing, of how many.
type Missing = Mutex<HashMap<CacheId, (u8, u8)>>;

/// A group with its sidecars as they were found.
type Judged = (Group, Found<Config>, Found<Owned>);

impl Verify {
    /// Looks at all contents of a namespace beside what its references say of them.
    pub(super) async fn contents(&self, known: &Known, named: Sorted) -> Result<()> {
        let section = Self::section(&known.namespace, "data")?;
        let groups = Groups::new(self.side.walk(&section).await?, named, section.folder.as_str());
        let pages = stream::try_unfold(groups, |mut groups| async move {
            let page = groups.next(PAGE).await?;
            anyhow::Ok((!page.is_empty()).then_some((page, groups)))
        });
        let missing = Missing::default();
        let missing_of = &missing;
        let work = pages.map_ok(|page| async move { self.page(known, page, missing_of).await });
        work.try_buffer_unordered(AT_ONCE).try_for_each(|()| async { Ok(()) }).await?;
        for (id, (found, of)) in missing.into_inner() {
            if found >= of {
                self.dangling(known, id).await?;
            }
        }
        Ok(())
    }

    async fn page(&self, known: &Known, page: Vec<Group>, missing: &Missing) -> Result<()> {
        let mut paths = Vec::new();
        for group in &page {
            paths.extend(group.has_config.then(|| layout::config_of(&group.path)));
            paths.extend(group.has_metadata.then(|| layout::metadata_of(&group.path)));
        }
        let mut found = self.read(&paths).await?.into_iter();
        self.progress.add(page.iter().map(|group| group.objects).sum(), 0);
        let (mut some, mut bytes) = (Vec::new(), 0);
        for group in page {
            let config = if group.has_config { found.next().flatten() } else { None };
            let metadata = if group.has_metadata { found.next().flatten() } else { None };
            if group.has_metadata && metadata.is_none() {
                self.tombstone(&layout::metadata_of(&group.path)).await?;
            }
            // Each content is read twice before it counts as damaged.
            bytes += if self.is_read(&group) { 2 * group.size.unwrap_or(MOST) } else { 0 };
            some.push((group, Found::of(config), Found::of(metadata)));
            if bytes > TOGETHER {
                self.groups(known, std::mem::take(&mut some), bytes, missing).await?;
                bytes = 0;
            }
        }
        self.groups(known, some, bytes, missing).await
    }

    /// Looks at groups whose contents are together not much larger than [`TOGETHER`].
    async fn groups(&self, known: &Known, groups: Vec<Judged>, bytes: u64, missing: &Missing) -> Result<()> {
        let _room = self.budget.take(bytes).await?;
        let read = groups.iter().map(|(group, ..)| group).filter(|group| self.is_read(group));
        let read: Vec<ObjectPath> = read.map(|group| group.path.clone()).collect();
        let mut found = self.read(&read).await?.into_iter();
        for (group, config, metadata) in groups {
            let content = if self.is_read(&group) { Some(found.next().flatten()) } else { None };
            if group.has_content && !matches!(content, Some(None)) {
                let content = content.flatten().filter(|_| self.reads_data(&group));
                self.group(known, &group, config, metadata, content).await?;
                continue;
            }
            if group.has_content {
                self.tombstone(&group.path).await?;
            }
            for named in &group.named_by {
                missing.lock().entry(named.id).or_insert((0, named.copies)).0 += 1;
            }
            self.without_content(&group, &config, &metadata).await?;
        }
        Ok(())
    }

    fn reads_data(&self, group: &Group) -> bool {
        self.read_data.is_some_and(|share| share.has(group.path.as_str()))
    }

    /// Whether a content is read: to look into it, or since it is as long as a tombstone.
    fn is_read(&self, group: &Group) -> bool {
        let may_be_tombstone = self.side.store.keeps_marks() && group.size == Some(TOMBSTONE);
        group.has_content && (may_be_tombstone || self.reads_data(group))
    }

    /// Sidecars without a content.
    async fn without_content(&self, group: &Group, config: &Found<Config>, metadata: &Found<Owned>) -> Result<()> {
        let beside = [
            (layout::config_of(&group.path), config.modified(), config.seen.is_some()),
            (layout::metadata_of(&group.path), metadata.modified(), metadata.seen.is_some()),
        ];
        for (path, ..) in beside.into_iter().filter(|(.., is_there)| *is_there) {
            if !self.exists(&group.path).await? {
                let fate = self.move_away(&path).await?;
                self.found(Damage::OrphanedSidecar, &path, fate);
            }
        }
        Ok(())
    }

    async fn group(
        &self,
        known: &Known,
        group: &Group,
        config: Found<Config>,
        metadata: Found<Owned>,
        content: Option<Content>,
    ) -> Result<()> {
        let owner = metadata.whole().map(|owned| &owned.data);
        if let Some(content) = &content {
            self.content(group, owner, content).await?;
        }
        let is_bare = !group.has_config && !group.has_metadata;
        if group.named_by.is_empty() {
            return match (is_bare, group.has_parent) {
                (true, Some(true)) => Ok(()),
                (true, Some(false)) => self.orphaned_child(&group.path).await,
                _ => self.orphaned(known, group, config, metadata).await,
            };
        }
        let is_right = owner.is_some_and(|owner| group.named_by.iter().any(|named| named.id == owner.cache_id));
        if is_right && config.whole().is_some() {
            return Ok(());
        }
        self.sidecars(known, group, &config, &metadata).await
    }

    /// A content that no reference names.
    async fn orphaned(
        &self,
        known: &Known,
        group: &Group,
        config: Found<Config>,
        metadata: Found<Owned>,
    ) -> Result<()> {
        let owner = metadata.whole().map(|owned| &owned.data);
        if let Some(owner) = owner {
            let by_id = layout::by_id(&known.namespace, owner.cache_id);
            if known.rebuilt.lock().contains(&owner.cache_id) {
                return Ok(());
            }
            let is_unreadable = known.unreadable.lock().contains_key(&owner.cache_id);
            if is_unreadable && let Some(config) = config.whole() {
                return self.rebuild_reference(known, owner, config, &by_id).await;
            }
            // It may have been stored meanwhile.
            let reference = self.read_one(&by_id).await?.and_then(|content| parse(&content.bytes));
            if reference.is_some_and(|reference| reference.file_paths.content_files.contains(&group.path)) {
                return Ok(());
            }
        }
        let Some(content) = self.read_one(&group.path).await? else { return self.tombstone(&group.path).await };
        let youngest = [content.modified, config.modified(), metadata.modified()].into_iter().max().unwrap_or(0);
        let mut fate = if self.is_young(youngest) { Fate::Young } else { Fate::Left };
        if fate == Fate::Left {
            // The sidecar that says whose it is goes last: a repair that is ended goes on.
            for path in [group.path.clone(), layout::config_of(&group.path), layout::metadata_of(&group.path)] {
                if self.would && self.exists(&path).await? {
                    fate = self.move_away(&path).await?;
                }
            }
        }
        self.found(Damage::OrphanedContent, &group.path, fate);
        Ok(())
    }

    async fn orphaned_child(&self, path: &ObjectPath) -> Result<()> {
        // Its parent may have been stored meanwhile.
        let stems = path.as_str().match_indices("/data/").map(|(at, _)| &path.as_str()[..at]);
        for stem in stems {
            for extension in ["json", "bin"] {
                if let Ok(parent) = ObjectPath::parse(&format!("{stem}.{extension}"))
                    && self.exists(&parent).await?
                {
                    return Ok(());
                }
            }
        }
        let fate = self.move_away(path).await?;
        self.found(Damage::OrphanedChild, path, fate);
        Ok(())
    }

    /// An entry none of whose contents is there.
    async fn dangling(&self, known: &Known, id: CacheId) -> Result<()> {
        let path = layout::by_id(&known.namespace, id);
        let Some(content) = self.read_one(&path).await? else { return Ok(()) };
        let Some(reference) = parse(&content.bytes) else { return Ok(()) };
        if self.side.store.exist(&reference.file_paths.content_files).await?.contains(&true) {
            return Ok(());
        }
        let fate = self.move_away(&path).await?;
        self.found(Damage::DanglingReference, &path, fate);
        if fate == Fate::Moved {
            known.gone.lock().insert(id);
        }
        Ok(())
    }
}
