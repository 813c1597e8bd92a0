//! The versions of a file id: which number the next `temporal_versioned` entry gets.

use std::fmt;
use std::hash::{BuildHasher as _, RandomState};

use cache_client::{FileId, Namespace};
use quick_cache::sync::Cache as Remembered;
use tokio::sync::{Mutex, MutexGuard};

use super::entries::readable;
use super::store::Draft;
use super::{Cache, Error, RACES, Result, Stored, document};
use crate::layout::{self, Kind};
use crate::records::Owned;
use crate::storage::{Object, ObjectPath, Require};

/// How many objects of the version folders are looked at together.
const PAGE: usize = 1000;
/// Stores under different file ids rarely wait for each other at one of so many turns.
const TURNS: usize = 256;
/// Of how many file ids the highest version is remembered.
const REMEMBERED: usize = 10_000;

/// The versions that `latest/` holds, of JSON and of bytes; `None` where it holds none.
type Latest = [Option<u32>; 2];

/// Whose turn it is to store a version, and the highest versions this process has found.
pub(super) struct Versions {
    hasher: RandomState,
    turns: Vec<Mutex<()>>,
    /// The version that was stored last by this process, which is the highest one as long as `latest/` is what that store has left.
    highest: Remembered<(Namespace, FileId), (Latest, u32)>,
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
        if !draft.is_named {
            // Its own id, which nothing else has.
            let claim = Require::Absent(content_of(draft, draft.kind(), 1));
            return self.write(draft, draft.place(1), vec![claim]).await?.ok_or(Error::Busy);
        }
        let name = (draft.namespace.clone(), draft.file_id.clone());
        // In this process they take turns; against other servers on one bucket the claim decides.
        let _turn = self.versions.turn(&name).await;
        let mut taken = 0;
        for _ in 0..RACES {
            let mut latest = self.latest(draft).await?;
            let highest = self.highest_version(draft, &name, latest).await?;
            // Whatever comes now, it is found out anew, but for what is stored here.
            self.versions.highest.remove(&name);
            let version = highest.max(taken).checked_add(1).ok_or(Error::Busy)?;
            let free = [Kind::Json, Kind::Binary].map(|kind| Require::Absent(content_of(draft, kind, version)));
            if let Some(stored) = self.write(draft, draft.place(version), free.into()).await? {
                latest[usize::from(draft.kind() == Kind::Binary)] = Some(version);
                self.versions.highest.insert(name, (latest, version));
                return Ok(stored);
            }
            // By another server; or by a store that was cut off, which `latest/` does not tell.
            taken = version;
        }
        Err(Error::Busy)
    }

    /// The highest version of a file id, of either kind; 0 when there is none.
    ///
    /// `latest/` tells it of each kind that it holds. Where it does not hold one, because none was ever stored or the newest was
    /// deleted, costs a listing of all version folders, unless `latest/` is what the last store of this process has left.
    async fn highest_version(&self, draft: &Draft, name: &(Namespace, FileId), latest: Latest) -> Result<u32> {
        if let [Some(json), Some(binary)] = latest {
            return Ok(json.max(binary));
        }
        if let Some((_, highest)) = self.versions.highest.get(name).filter(|(then, _)| *then == latest) {
            return Ok(highest);
        }
        self.listed_version(draft).await
    }

    async fn latest(&self, draft: &Draft) -> Result<Latest> {
        let sidecars = [Kind::Json, Kind::Binary].map(|kind| {
            let copies = draft.name(kind).place(draft.stored_at, 1).content_files;
            layout::metadata_of(copies.last().expect("latest/ is the last copy"))
        });
        let mut latest = Latest::default();
        let found = self.storage.get_many(&sidecars).await?;
        for ((path, object), version) in sidecars.iter().zip(found).zip(&mut latest) {
            *version = self.version_in_latest(draft, path, object).await?;
        }
        Ok(latest)
    }

    /// The version that a copy in `latest/` is; `None` when its entry was deleted, or cannot be read.
    async fn version_in_latest(&self, draft: &Draft, path: &ObjectPath, object: Option<Object>) -> Result<Option<u32>> {
        let owned = object.map(|object| document::<Owned>(path, &object)).transpose();
        let Some(owned) = readable(path, owned)? else { return Ok(None) };
        let owner = readable(path, self.reference(&draft.namespace, owned.data.cache_id).await)?;
        Ok(owner.and_then(|owner| owner.file_paths.content_files.iter().find_map(layout::version_of)))
    }

    /// The highest version of a file id among all objects of the version folders of its namespace.
    async fn listed_version(&self, draft: &Draft) -> Result<u32> {
        let folder = layout::versions_folder(&draft.namespace);
        let (mut highest, mut after) = (0, None::<String>);
        loop {
            let page = self.storage.list(&folder, after.as_deref(), PAGE).await?;
            for listed in &page {
                let version = layout::version_of(&listed.path).unwrap_or(0);
                let is_ours = |kind| content_of(draft, kind, version) == listed.path;
                if version > highest && (is_ours(Kind::Json) || is_ours(Kind::Binary)) {
                    highest = version;
                }
            }
            match page.last() {
                Some(last) if page.len() == PAGE => after = Some(last.path.to_string()),
                _ => return Ok(highest),
            }
        }
    }
}

/// Where a version's content lies.
fn content_of(draft: &Draft, kind: Kind, version: u32) -> ObjectPath {
    draft.name(kind).place(draft.stored_at, version).content_files.swap_remove(0)
}
