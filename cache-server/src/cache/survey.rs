//! What there is in the namespaces: figures of each, and where something is that was asked for.

use cache_client::{CacheHash, CacheId, CacheKey, Json, Namespace, Strategy};

use futures::future::try_join_all;

use super::browse::{SIDECAR, Summary};
use super::entries::readable;
use super::{Cache, Result, document};
use crate::layout;
use crate::records::Located;
use crate::storage::{Child, Folder, ObjectPath};

/// How many objects of a folder are counted.
const MOST_COUNTED: usize = 10_000;
/// How many objects are looked at together when counting.
const PAGE: usize = 2_000;
/// Of a namespace with so many entries at most, the newest is found by reading all references.
const MOST_READ: usize = 200;
/// How many entries of one key are named.
const MOST_OF_KEY: usize = 20;

/// How many objects lie in a folder, and how large they are together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Held {
    /// How many were counted.
    pub files: u64,
    /// Their sizes added, in bytes.
    pub bytes: u64,
    /// Whether there are more, which were not counted.
    pub is_cut: bool,
}

/// The figures of a namespace.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    /// Its id references: one an entry.
    pub references: Held,
    /// What each strategy holds, in the order of [`Strategy::ALL`].
    pub strategies: [Held; 5],
    /// When its newest entry was stored, in milliseconds since 1970; where it has many entries, `None`.
    pub newest_at: Option<u64>,
}

/// What is looked for in all namespaces.
#[derive(Debug, Clone)]
pub enum Wanted {
    /// The entry of this id.
    Id(CacheId),
    /// The newest entry of this hash.
    Hash(CacheHash),
    /// `key_based` entries of this key.
    Key(CacheKey),
}

impl Cache {
    /// Counts what a namespace holds, up to 10,000 objects a folder; tells also how many it has looked at.
    ///
    /// Costs a listing of what is counted, and of a namespace with up to 200 entries a small read of each.
    pub async fn figures(&self, namespace: &Namespace) -> Result<(Figures, usize)> {
        let by_id = layout::references_folder(namespace, "by-id");
        let (references, paths) = self.held(&by_id).await?;
        let mut figures = Figures { references, ..Figures::default() };
        let folders = Strategy::ALL.map(|strategy| layout::strategy_folder(namespace, strategy));
        let held = try_join_all(folders.iter().map(|folder| self.held(folder))).await?;
        for (figure, (held, _)) in figures.strategies.iter_mut().zip(held) {
            *figure = held;
        }
        if paths.len() <= MOST_READ {
            for (path, object) in paths.iter().zip(self.storage.get_many(&paths).await?) {
                let Some(object) = object else { continue };
                let reference = readable(path, document::<Located>(path, &object).map(Some))?;
                figures.newest_at = figures.newest_at.max(reference.map(|reference| reference.timestamp));
            }
        }
        let looked_at = figures.strategies.iter().map(|held| held.files).sum::<u64>() + references.files;
        Ok((figures, usize::try_from(looked_at).unwrap_or(usize::MAX)))
    }

    /// Counts the objects of a folder, and gives the first of them.
    async fn held(&self, folder: &Folder) -> Result<(Held, Vec<ObjectPath>)> {
        let (mut held, mut after, mut first) = (Held::default(), None::<String>, Vec::new());
        while held.files < MOST_COUNTED as u64 {
            let page = self.storage.list(folder, after.as_deref(), PAGE).await?;
            held.files += page.len() as u64;
            held.bytes += page.iter().map(|listed| listed.size).sum::<u64>();
            after = page.last().map(|listed| listed.path.to_string());
            let is_last = page.len() < PAGE;
            if first.len() <= MOST_READ {
                first.extend(page.into_iter().map(|listed| listed.path).take(MOST_READ + 1));
            }
            if is_last {
                return Ok((held, first));
            }
        }
        held.is_cut = !self.storage.list(folder, after.as_deref(), 1).await?.is_empty();
        Ok((held, first))
    }

    /// Looks for entries in a namespace. Costs a read or two, and for a key a listing.
    pub async fn find(&self, namespace: &Namespace, wanted: &Wanted) -> Result<Vec<(CacheId, CacheHash)>> {
        let of = |reference: Located| (reference.cache_id, reference.cache_hash);
        match wanted {
            Wanted::Id(id) => Ok(self.reference(namespace, *id).await?.map(of).into_iter().collect()),
            Wanted::Hash(hash) => Ok(self.newest_of(namespace, hash).await?.map(of).into_iter().collect()),
            Wanted::Key(key) => {
                let folder = layout::key_folder(namespace, key);
                let children = self.storage.children(&folder, None, PAGE).await?;
                let sidecar = |child: &Child| match child {
                    Child::File(name) => name.ends_with(SIDECAR).then(|| ObjectPath::from_parsed(folder.join(name))),
                    Child::Folder(_) => None,
                };
                let sidecars: Vec<_> = children.iter().filter_map(sidecar).take(MOST_OF_KEY).collect();
                let found = self.summaries(namespace, &sidecars).await?;
                Ok(found.into_iter().map(|Summary { cache_id, cache_hash, .. }| (cache_id, cache_hash)).collect())
            }
        }
    }

    /// The hashes that a text is stored under: as a string, and as JSON if it is some.
    pub fn hashes_of(&self, text: &str) -> Vec<CacheHash> {
        let string = self.hashes.from_string(text).ok();
        let json = Json::parse(text.as_bytes()).ok().map(|json| self.hashes.from_json(&json));
        let mut hashes: Vec<_> = string.into_iter().chain(json).collect();
        hashes.dedup();
        hashes
    }
}
