//! Finding a `key_based` entry by what it was stored under: its key, its file id and its kind.
//!
//! 1. Where the file id is not given, the folder of the key is listed: each ownership sidecar in it names an entry there may be.
//! 2. The content is read. The content itself, where the engine marks it, and else its sidecar says whose it is.
//! 3. The owner's id reference is looked for. Content without one is no entry: a store or a deletion was cut off.
//!
//! A store may be under way, too, even one over an entry that was there before. So where content that may be young has no
//! reference, it is looked for again, for a second.

use std::time::Duration;

use cache_client::{CacheKey, FileId, Namespace, Strategy};

use super::entries::readable;
use super::retrieve::unknown_owner;
use super::{Cache, Entry, Error, Parts, Result, document};
use crate::layout::{self, Kind, Name};
use crate::records::{Located, Owned};
use crate::storage::{Child, Object, ObjectPath};

/// How many names of a folder are looked at together.
const PAGE: usize = 1000;
/// How many names of a folder are looked at to find the only entry of a key: entries, and keys and child files below it.
const MOST_NAMES: usize = 10_000;
/// How many entries a refusal names.
const MOST_NAMED: usize = 100;

/// What a `key_based` entry was stored under.
#[derive(Debug, Clone)]
pub struct KeyedName {
    /// The namespace.
    pub namespace: Namespace,
    /// The key.
    pub cache_key: CacheKey,
    /// The file id; `None` for the only one of the key.
    pub file_id: Option<FileId>,
    /// The kind of content; `None` for the only one of the file id.
    pub kind: Option<Kind>,
}

/// One of the entries of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyed {
    /// Its file id.
    pub file_id: FileId,
    /// Its kind of content.
    pub kind: Kind,
}

impl Cache {
    /// Finds an entry by its key. Fails with [`Error::Ambiguous`] when several have the name.
    ///
    /// With file id and kind, costs the reads of [`Cache::by_id`], and one for the owner where the engine does not keep that with the
    /// content. Without the kind, one more; without the file id, a listing more.
    pub async fn by_key(&self, name: &KeyedName, parts: Parts) -> Result<Option<Entry>> {
        until_sure(async |look| self.look_for_entry(name, parts, look).await).await
    }

    /// Finds the id of an entry by its key, without reading its content. Fails as [`Cache::by_key`] does.
    pub async fn id_by_key(&self, name: &KeyedName) -> Result<Option<(Keyed, Located)>> {
        until_sure(async |look| {
            let all: Vec<Keyed> = match &name.file_id {
                Some(file_id) => {
                    let kinds = [Kind::Json, Kind::Binary].into_iter();
                    let kinds = kinds.filter(|kind| name.kind.is_none_or(|wanted| wanted == *kind));
                    kinds.map(|kind| Keyed { file_id: file_id.clone(), kind }).collect()
                }
                None => self.only_one(name, look).await?.into_iter().collect(),
            };
            only(self.with_owners(name, all, look).await?, true)
        })
        .await
    }

    async fn look_for_entry(&self, name: &KeyedName, parts: Parts, look: &mut Look) -> Result<Option<Entry>> {
        let keyed = match (&name.file_id, name.kind) {
            (Some(file_id), Some(kind)) => Keyed { file_id: file_id.clone(), kind },
            (Some(file_id), None) => return self.of_either_kind(name, file_id, parts, look).await,
            (None, _) => match self.only_one(name, look).await? {
                Some(keyed) => keyed,
                None => return Ok(None),
            },
        };
        let path = name.content(&keyed);
        if parts == Parts::Content {
            let Some(content) = self.storage.get(&path).await? else { return Ok(None) };
            return self.owned(name, path, content, Sidecar::IfNeeded, look).await;
        }
        let sidecar = layout::metadata_of(&path);
        let mut found = self.storage.get_many(&[path.clone(), sidecar]).await?.into_iter();
        let (Some(content), sidecar) = (found.next().flatten(), found.next().flatten()) else { return Ok(None) };
        self.owned(name, path, content, Sidecar::Read(sidecar), look).await
    }

    /// Finds the entry of a file id whose kind is not given.
    async fn of_either_kind(
        &self,
        name: &KeyedName,
        file_id: &FileId,
        parts: Parts,
        look: &mut Look,
    ) -> Result<Option<Entry>> {
        let both = [Kind::Json, Kind::Binary].map(|kind| Keyed { file_id: file_id.clone(), kind });
        let paths = both.each_ref().map(|keyed| name.content(keyed));
        let contents = self.storage.get_many(&paths).await?;
        let mut found = Vec::new();
        for ((keyed, path), content) in both.into_iter().zip(paths).zip(contents) {
            let Some(content) = content else { continue };
            let sidecar = match parts {
                Parts::Content => Sidecar::IfNeeded,
                Parts::All => Sidecar::Read(self.storage.get(&layout::metadata_of(&path)).await?),
            };
            let entry = self.owned(name, path, content, sidecar, look).await?;
            found.extend(entry.map(|entry| (keyed, entry)));
        }
        Ok(only(found, true)?.map(|(_, entry)| entry))
    }

    /// The entry that a content belongs to; `None` when its owner has no id reference.
    async fn owned(
        &self,
        name: &KeyedName,
        path: ObjectPath,
        content: Object,
        sidecar: Sidecar,
        look: &mut Look,
    ) -> Result<Option<Entry>> {
        let marked = content.mark.map(|mark| mark.cache_id);
        // A remembered reference is as good as one that is read, since the content itself says that it is the entry's.
        let mut reference = match marked {
            Some(id) => self.known_reference(&name.namespace, id).await?.map(|known| known.reference),
            None => None,
        };
        let sidecar_path = layout::metadata_of(&path);
        let sidecar = match sidecar {
            Sidecar::Read(sidecar) => sidecar,
            Sidecar::IfNeeded if reference.is_some() => None,
            Sidecar::IfNeeded => self.storage.get(&sidecar_path).await?,
        };
        let is_young = self.may_be_under_way(content.modified)
            || sidecar.as_ref().is_some_and(|sidecar| self.may_be_under_way(sidecar.modified));
        let recorded = match sidecar {
            Some(object) => Some(document::<Owned>(&sidecar_path, &object)?.data),
            None => None,
        };
        if let (None, Some(owner)) = (&reference, &recorded)
            && marked != Some(owner.cache_id)
        {
            reference = self.reference(&name.namespace, owner.cache_id).await?;
        }
        let Some(reference) = reference else {
            look.may_change |= is_young;
            return Ok(None);
        };
        let owner = recorded.unwrap_or_else(|| unknown_owner(&reference, content.mark));
        Ok(Some(Entry::new(reference, owner, path, content)))
    }

    /// Finds the only entry that lies under a key.
    async fn only_one(&self, name: &KeyedName, look: &mut Look) -> Result<Option<Keyed>> {
        let (named, is_all) = self.named(name).await?;
        if is_all && named.len() <= 1 {
            return Ok(named.into_iter().next());
        }
        let there = self.with_owners(name, named, look).await?;
        Ok(only(there, is_all)?.map(|(keyed, _)| keyed))
    }

    /// The entries that lie under a key by the names in its folder, and whether these are all; what lies deeper is not looked at.
    async fn named(&self, name: &KeyedName) -> Result<(Vec<Keyed>, bool)> {
        let folder = layout::key_folder(&name.namespace, &name.cache_key);
        let (mut named, mut looked_at, mut after) = (Vec::new(), 0, None::<String>);
        while named.len() <= MOST_NAMED && looked_at < MOST_NAMES {
            let page = self.storage.children(&folder, after.as_deref(), PAGE).await?;
            looked_at += page.len();
            after = page.last().map(Child::sort_key);
            named.extend(page.iter().filter_map(|child| name.keyed(child)));
            if page.len() < PAGE {
                return Ok((named, true));
            }
        }
        Ok((named, false))
    }

    /// Those of the entries whose owner has an id reference, with that; what cannot be read is left out.
    async fn with_owners(&self, name: &KeyedName, named: Vec<Keyed>, look: &mut Look) -> Result<Vec<(Keyed, Located)>> {
        let sidecars: Vec<_> = named.iter().map(|keyed| layout::metadata_of(&name.content(keyed))).collect();
        let objects = self.storage.get_many(&sidecars).await?;
        let mut owned = Vec::new();
        for ((keyed, path), object) in named.into_iter().zip(&sidecars).zip(objects) {
            let Some(object) = object else { continue };
            let Some(owner) = readable(path, document::<Owned>(path, &object).map(Some))? else { continue };
            let reference = layout::by_id(&name.namespace, owner.data.cache_id);
            owned.push((keyed, reference, self.may_be_under_way(object.modified)));
        }
        let paths: Vec<_> = owned.iter().map(|(_, path, _)| path.clone()).collect();
        let objects = self.storage.get_many(&paths).await?;
        let mut there = Vec::new();
        for ((keyed, path, is_young), object) in owned.into_iter().zip(objects) {
            let Some(object) = object else {
                look.may_change |= is_young;
                continue;
            };
            let reference = readable(&path, document(&path, &object).map(Some))?;
            there.extend(reference.map(|reference| (keyed, reference)));
        }
        Ok(there)
    }
}

/// What a look at the storage has come across.
#[derive(Debug, Default)]
struct Look {
    /// Content that becomes an entry if a store is under way.
    may_change: bool,
}

/// Looks until nothing that was come across may become an entry, or long enough for a store.
async fn until_sure<T>(look: impl AsyncFn(&mut Look) -> Result<T>) -> Result<T> {
    for pause in [10, 20, 40, 80, 160, 320, 400] {
        let mut seen = Look::default();
        let found = look(&mut seen).await?;
        if !seen.may_change {
            return Ok(found);
        }
        tokio::time::sleep(Duration::from_millis(pause)).await;
    }
    look(&mut Look::default()).await
}

/// The ownership sidecar of a content.
enum Sidecar {
    /// It was read.
    Read(Option<Object>),
    /// It is read where the content does not tell its owner.
    IfNeeded,
}

impl KeyedName {
    /// Where the content of an entry of the key lies.
    fn content(&self, keyed: &Keyed) -> ObjectPath {
        let name = Name {
            namespace: &self.namespace,
            strategy: Strategy::KeyBased,
            cache_key: Some(&self.cache_key),
            file_id: &keyed.file_id,
            kind: keyed.kind,
        };
        // Neither the time nor a version is part of it.
        name.place(0, 1).content_files.swap_remove(0)
    }

    /// The entry whose ownership sidecar this is, if it has the kind that is asked for. Child files have no such sidecar.
    fn keyed(&self, child: &Child) -> Option<Keyed> {
        let Child::File(file) = child else { return None };
        let (stem, extension) = file.strip_suffix(".metadata")?.rsplit_once('.')?;
        let kind = [Kind::Json, Kind::Binary].into_iter().find(|kind| kind.extension() == extension)?;
        let file_id = FileId::parse(stem).ok().filter(|file_id| file_id.as_str() == stem)?;
        self.kind.is_none_or(|wanted| wanted == kind).then_some(Keyed { file_id, kind })
    }
}

/// The only one of what was found, which `is_all` there is.
fn only<T>(found: Vec<(Keyed, T)>, is_all: bool) -> Result<Option<(Keyed, T)>> {
    if is_all && found.len() <= 1 {
        return Ok(found.into_iter().next());
    }
    let is_cut = !is_all || found.len() > MOST_NAMED;
    let found = found.into_iter().take(MOST_NAMED).map(|(keyed, _)| keyed).collect();
    Err(Error::Ambiguous { found, is_cut })
}
