//! Contents with their sidecars, and child files: what no reference names, what is torn, what is below nothing.

use std::collections::HashMap;

use anyhow::Result;
use cache_client::CacheId;
use futures::{TryStreamExt, stream};
use parking_lot::Mutex;

use super::damage::{Damage, Fate};
use super::groups::{Group, Groups};
use super::rebuild;
use super::references::parse;
use super::{AT_ONCE, Known, PAGE, Verify};
use crate::layout;
use crate::records::{Config, Owned};
use crate::storage::ObjectPath;
use crate::tools::sorter::Sorted;
use crate::tools::store::Content;

/// How many contents of an entry are missing, of how many.
type Missing = Mutex<HashMap<CacheId, (u8, u8)>>;

/// A document as it was found.
#[derive(Debug)]
pub(super) enum Found<T> {
    Missing,
    Torn(u64),
    Whole(T, u64),
}

impl<T: serde::de::DeserializeOwned> Found<T> {
    fn of(content: Option<&Content>) -> Self {
        match content {
            None => Self::Missing,
            Some(content) => match serde_json::from_slice(&content.bytes) {
                Ok(document) => Self::Whole(document, content.modified),
                Err(_) => Self::Torn(content.modified),
            },
        }
    }
}

impl<T> Found<T> {
    pub(super) fn whole(&self) -> Option<&T> {
        match self {
            Self::Whole(document, _) => Some(document),
            Self::Missing | Self::Torn(_) => None,
        }
    }

    fn modified(&self) -> u64 {
        match self {
            Self::Whole(_, modified) | Self::Torn(modified) => *modified,
            Self::Missing => 0,
        }
    }
}

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
            paths.extend(self.is_read(group).then(|| group.path.clone()));
        }
        let mut found = self.read(&paths).await?.into_iter();
        self.progress.add(page.iter().map(|group| group.objects).sum(), 0);
        for group in page {
            let config = if group.has_config { found.next().flatten() } else { None };
            let metadata = if group.has_metadata { found.next().flatten() } else { None };
            let content = if self.is_read(&group) { found.next().flatten() } else { None };
            if group.has_metadata && metadata.is_none() {
                self.tombstone(&layout::metadata_of(&group.path)).await?;
            }
            let config = Found::of(config.as_ref());
            let metadata = Found::of(metadata.as_ref());
            if !group.has_content {
                for named in &group.named_by {
                    missing.lock().entry(named.id).or_insert((0, named.copies)).0 += 1;
                }
                self.without_content(&group, &config, &metadata).await?;
            } else {
                self.group(known, &group, config, metadata, content).await?;
            }
        }
        Ok(())
    }

    fn is_read(&self, group: &Group) -> bool {
        group.has_content && self.read_data.is_some_and(|share| share.has(group.path.as_str()))
    }

    /// Sidecars without a content.
    async fn without_content(&self, group: &Group, config: &Found<Config>, metadata: &Found<Owned>) -> Result<()> {
        let beside = [
            (layout::config_of(&group.path), config.modified(), !matches!(config, Found::Missing)),
            (layout::metadata_of(&group.path), metadata.modified(), !matches!(metadata, Found::Missing)),
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

    /// Sidecars of a content that references name, which are missing, torn, or another entry's that is gone.
    async fn sidecars(
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
        let files = rebuild::Sidecars::of(&reference, &group.path, owner, config.whole(), &content.bytes);
        let metadata_path = layout::metadata_of(&group.path);
        let config_path = layout::config_of(&group.path);
        let kind = |found: Option<u64>| match found {
            None => Damage::MissingSidecar,
            Some(_) => Damage::TornSidecar,
        };
        let youngest = [content.modified, config.modified(), metadata.modified()].into_iter().max().unwrap_or(0);
        let is_young = self.is_young(youngest);
        match metadata {
            Found::Whole(..) if is_named => {}
            Found::Whole(..) => {
                let fate = self.put_sidecar(&metadata_path, files.metadata.clone(), is_young, false).await?;
                self.found(Damage::StaleSidecar, &metadata_path, fate);
            }
            Found::Missing => {
                let fate = self.put_sidecar(&metadata_path, files.metadata.clone(), is_young, false).await?;
                self.found(kind(None), &metadata_path, fate);
            }
            Found::Torn(_) => {
                let fate = self.put_sidecar(&metadata_path, files.metadata.clone(), is_young, true).await?;
                self.found(kind(Some(0)), &metadata_path, fate);
            }
        }
        match config {
            Found::Whole(..) => {}
            Found::Missing => {
                let fate = self.put_sidecar(&config_path, files.config.clone(), is_young, false).await?;
                self.found(kind(None), &config_path, fate);
            }
            Found::Torn(_) => {
                let fate = self.put_sidecar(&config_path, files.config.clone(), is_young, true).await?;
                self.found(kind(Some(0)), &config_path, fate);
            }
        }
        Ok(())
    }
}
