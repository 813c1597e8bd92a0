//! The versions of a file id: which number the next `temporal_versioned` entry gets.

use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::pin::pin;

use cache_client::{FileId, Namespace};
use futures::{StreamExt, TryStreamExt, future, stream};
use quick_cache::sync::Cache as Remembered;
use tokio::sync::{Mutex, MutexGuard};

use super::store::Draft;
use super::{Cache, Error, RACES, Result, Stored, document};
use crate::layout::{self, Kind};
use crate::records::Metadata;
use crate::storage::{Child, ObjectPath, Require};

/// How many version folders are looked at together.
const PAGE: usize = 1000;
/// How many versions are looked for at a time.
const AT_ONCE: usize = 16;
/// Stores under different file ids rarely wait for each other at one of so many turns.
const TURNS: usize = 256;
/// Of how many file ids the highest version is remembered.
const REMEMBERED: usize = 10_000;

/// Whose turn it is to store a version, and the highest versions this process knows of.
pub(super) struct Versions {
    hasher: RandomState,
    turns: Vec<Mutex<()>>,
    highest: Remembered<(Namespace, FileId), u32>,
}

impl fmt::Debug for Versions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Versions")
    }
}

impl Default for Versions {
    fn default() -> Self {
        let turns = std::iter::repeat_with(Mutex::default).take(TURNS).collect();
        Self { hasher: RandomState::new(), turns, highest: Remembered::new(REMEMBERED) }
    }
}

impl Versions {
    /// Waits for the turn of a file id; those who wait are served in order.
    async fn turn(&self, name: &(Namespace, FileId)) -> MutexGuard<'_, ()> {
        let at = self.hasher.hash_one(name) % TURNS as u64;
        self.turns[usize::try_from(at).unwrap_or_default()].lock().await
    }
}

impl Cache {
    /// Stores the next version of a file id: one more than the highest there is, claimed by creating its content.
    pub(super) async fn store_version(&self, draft: &Draft) -> Result<Stored> {
        let claim = |version: u32| {
            let place = draft.place(version);
            let claim = Require::Absent(place.content_files[0].clone());
            self.write(draft, place, vec![claim])
        };
        if draft.entry.file_id.is_none() {
            return claim(1).await?.ok_or(Error::Busy);
        }
        let name = (draft.entry.namespace.clone(), draft.file_id.clone());
        // In this process they take turns; against other servers on one bucket the claim decides.
        let _turn = self.versions.turn(&name).await;
        let mut taken = 0;
        for _ in 0..RACES {
            let highest = match self.versions.highest.get(&name) {
                Some(highest) => highest,
                None => self.highest_version(draft).await?,
            };
            // Whatever fails, the next store looks again.
            self.versions.highest.remove(&name);
            let version = highest.max(taken) + 1;
            if let Some(stored) = claim(version).await? {
                self.versions.highest.insert(name, version);
                return Ok(stored);
            }
            // By another server; or by a store that was cut off, which `latest/` does not tell.
            taken = version;
        }
        Err(Error::Busy)
    }

    /// Forgets what is known of the versions that a deleted entry may have been the highest of.
    pub(super) fn forget_version(&self, namespace: &Namespace, content: &ObjectPath) {
        let stem = content.name().rsplit_once('.').map_or(content.name(), |(stem, _)| stem);
        if let (Some(_), Ok(file_id)) = (layout::version_of(content), FileId::parse(stem)) {
            self.versions.highest.remove(&(namespace.clone(), file_id));
        }
    }

    /// The highest version of a file id, of either kind; 0 when there is none.
    ///
    /// `latest/` tells it of each kind that it holds. Where it does not hold one, because none was ever stored or the newest was
    /// deleted, costs a listing of the version folders and a look into those above.
    async fn highest_version(&self, draft: &Draft) -> Result<u32> {
        let kinds = [Kind::Json, Kind::Binary];
        let latest = kinds.map(|kind| {
            let copies = draft.name(kind).place(draft.stored_at, 1).content_files;
            layout::metadata_of(copies.last().expect("latest/ is the last copy"))
        });
        let found = self.storage.get_many(&latest).await?;
        let (mut highest, mut unknown) = (0, Vec::new());
        for ((path, object), kind) in latest.iter().zip(found).zip(kinds) {
            match self.version_in_latest(draft, path, object).await? {
                Some(version) => highest = highest.max(version),
                None => unknown.push(kind),
            }
        }
        if unknown.is_empty() {
            return Ok(highest);
        }
        let mut above = self.versions_above(&draft.entry.namespace, highest).await?;
        above.sort_unstable_by(|a, b| b.cmp(a));
        let places = above.iter().flat_map(|version| unknown.iter().map(|kind| (*version, *kind)));
        let looked_at = places.map(|(version, kind)| async move {
            let content = draft.name(kind).place(draft.stored_at, version).content_files.swap_remove(0);
            Ok::<_, Error>(self.storage.exists(&content).await?.then_some(version))
        });
        let mut there = pin!(stream::iter(looked_at).buffered(AT_ONCE).try_filter_map(future::ok));
        Ok(there.try_next().await?.unwrap_or(highest))
    }

    /// The version that a copy in `latest/` is; `None` when its entry was deleted.
    async fn version_in_latest(
        &self,
        draft: &Draft,
        path: &ObjectPath,
        object: Option<crate::storage::Object>,
    ) -> Result<Option<u32>> {
        let Some(object) = object else { return Ok(None) };
        let metadata: Metadata = document(path, &object)?;
        let owner = self.reference(&draft.entry.namespace, metadata.data.cache_id).await?;
        Ok(owner.and_then(|owner| owner.file_paths.content_files.iter().find_map(layout::version_of)))
    }

    /// The version folders of a namespace above a number, whatever file ids lie in them.
    async fn versions_above(&self, namespace: &Namespace, least: u32) -> Result<Vec<u32>> {
        let folder = layout::versions_folder(namespace);
        let mut above = Vec::new();
        let mut after = None;
        loop {
            let page = self.storage.children(&folder, after.as_deref(), PAGE).await?;
            let numbers = page.iter().map(Child::name).filter_map(|name| name.strip_prefix('v')?.parse::<u32>().ok());
            above.extend(numbers.filter(|number| *number > least));
            match page.last() {
                Some(last) if page.len() == PAGE => after = Some(last.sort_key()),
                _ => return Ok(above),
            }
        }
    }
}
