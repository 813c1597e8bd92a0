//! Looking through what a strategy holds, a page at a time and without the contents: `key_based` entries folder by folder, the
//! temporal strategies from the newest minute back, `direct` in the order of the stored paths.

use cache_client::{CacheHash, CacheId, CacheKey, Namespace, Strategy};

use super::entries::readable;
use super::{Cache, Error, Result, document};
use crate::layout::{self, Kind};
use crate::records::{FileKind, Metadata};
use crate::storage::{Child, Folder, ObjectPath};

/// How many names of a folder are looked at together.
const PAGE: usize = 500;
/// How many names are looked at for a page at most: entries, child files and sidecars.
const MOST_NAMES: usize = 10_000;
/// As how many names a listing of a minute counts: with few in each, a page is short instead of slow.
const LISTING: usize = 50;
/// How deep the time folders are: year, month, day, hour, minute.
const MINUTES: usize = 5;
/// How deep the folders of hours are, in which the Python service has written.
const HOURS: usize = 4;

/// An entry without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Its id.
    pub cache_id: CacheId,
    /// The hash it was stored under.
    pub cache_hash: CacheHash,
    /// Its key; empty without one.
    pub cache_key: String,
    /// Its file id.
    pub file_id: String,
    /// What it holds.
    pub kind: FileKind,
    /// The length of its content in bytes when it was stored.
    pub size: u64,
    /// When it was stored, in milliseconds since 1970.
    pub stored_at: u64,
}

/// A page of what a strategy holds.
#[derive(Debug, Default)]
pub struct Browsed {
    /// The names of folders: next segments of keys.
    pub folders: Vec<String>,
    /// The entries.
    pub entries: Vec<Summary>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// What is to be looked through.
#[derive(Debug)]
pub struct Browse<'a> {
    /// The namespace.
    pub namespace: &'a Namespace,
    /// The strategy.
    pub strategy: Strategy,
    /// Of `key_based`: the folder, which is the beginning of keys; `None` for the first one.
    pub folder: Option<&'a CacheKey>,
    /// Of `key_based`: only names in the folder that begin so.
    pub prefix: &'a str,
    /// Where to go on.
    pub after: Option<&'a str>,
    /// How many folders and entries at most.
    pub limit: usize,
}

/// Names that were found, and where to go on.
#[derive(Default)]
struct Names {
    folders: Vec<String>,
    sidecars: Vec<ObjectPath>,
    next: Option<String>,
}

impl Cache {
    /// Looks through what a strategy holds.
    ///
    /// Costs listings of what it answers, and two small reads an entry. A page may have less than `limit`, even nothing, and still a
    /// next one. Entries of one minute are in the order of their names from page to page.
    pub async fn browse(&self, what: Browse<'_>) -> Result<Browsed> {
        let names = match what.strategy {
            Strategy::KeyBased => self.key_names(&what).await?,
            Strategy::Direct => self.direct_names(&what).await?,
            Strategy::Temporal | Strategy::TemporalLatest | Strategy::TemporalVersioned => {
                self.newest_names(&what).await?
            }
        };
        let mut entries = self.summaries(what.namespace, &names.sidecars).await?;
        if matches!(what.strategy, Strategy::Temporal | Strategy::TemporalLatest | Strategy::TemporalVersioned) {
            entries.sort_by_key(|entry| std::cmp::Reverse((entry.stored_at, entry.cache_id)));
        }
        Ok(Browsed { folders: names.folders, entries, next: names.next })
    }

    /// What lies in a folder of keys.
    async fn key_names(&self, what: &Browse<'_>) -> Result<Names> {
        let folder = match what.folder {
            Some(key) => layout::key_folder(what.namespace, key),
            None => layout::strategy_folder(what.namespace, Strategy::KeyBased),
        };
        let mut after = what.after.map(str::to_owned).or_else(|| just_before(what.prefix));
        let (mut names, mut looked_at, mut stems) = (Names::default(), 0, Vec::new());
        loop {
            let page = self.storage.children(&folder, after.as_deref(), PAGE).await?;
            let is_last = page.len() < PAGE;
            for child in page {
                if names.folders.len() + names.sidecars.len() >= what.limit || looked_at >= MOST_NAMES {
                    return Ok(Names { next: after, ..names });
                }
                looked_at += 1;
                after = Some(child.sort_key());
                if !child.name().starts_with(what.prefix) {
                    if child.name() > what.prefix {
                        return Ok(names);
                    }
                    continue;
                }
                match child {
                    Child::File(name) if name.ends_with(SIDECAR) => {
                        stems.extend(
                            name.strip_suffix(SIDECAR)
                                .and_then(|name| name.rsplit_once('.'))
                                .map(|(stem, _)| stem.to_owned()),
                        );
                        names.sidecars.push(ObjectPath::from_parsed(folder.join(&name)));
                    }
                    Child::File(_) => {}
                    Child::Folder(name) => {
                        // Names that begin with the folder's and a dot come right before it, maybe on the page before.
                        let is_cut = what.after.is_some_and(|after| after.starts_with(&format!("{name}.")));
                        let is_entry = stems.contains(&name) || (is_cut && self.is_entry(&folder, &name).await?);
                        if !is_entry || !self.is_of_children(&folder, &name).await? {
                            names.folders.push(name);
                        }
                    }
                }
            }
            if is_last {
                return Ok(names);
            }
        }
    }

    /// Tells whether an entry of this file id lies in a folder.
    async fn is_entry(&self, folder: &Folder, file_id: &str) -> Result<bool> {
        let sidecar = |kind: Kind| folder.join(&format!("{file_id}.{}{SIDECAR}", kind.extension()));
        let sidecars = [Kind::Json, Kind::Binary].map(|kind| ObjectPath::from_parsed(sidecar(kind)));
        Ok(self.storage.exist(&sidecars).await?.contains(&true))
    }

    /// Tells whether a folder holds the child files of an entry, and nothing else.
    async fn is_of_children(&self, folder: &Folder, name: &str) -> Result<bool> {
        let children = self.storage.children(&Folder::from_parsed(folder.join(name)), None, 2).await?;
        Ok(children == [Child::Folder("data".to_owned())])
    }

    async fn direct_names(&self, what: &Browse<'_>) -> Result<Names> {
        let folder = layout::strategy_folder(what.namespace, Strategy::Direct);
        let (mut names, mut looked_at) = (Names::default(), 0);
        let mut after = what.after.map(|below| folder.join(below));
        loop {
            let page = self.storage.list(&folder, after.as_deref(), PAGE).await?;
            let is_last = page.len() < PAGE;
            for listed in page {
                if names.sidecars.len() >= what.limit || looked_at >= MOST_NAMES {
                    names.next = after.as_deref().and_then(|path| below(&folder, path));
                    return Ok(names);
                }
                looked_at += 1;
                after = Some(listed.path.to_string());
                if listed.path.as_str().ends_with(SIDECAR) {
                    names.sidecars.push(listed.path);
                }
            }
            if is_last {
                return Ok(names);
            }
        }
    }

    /// Walks the time folders back from the newest, or from where a page before has ended.
    async fn newest_names(&self, what: &Browse<'_>) -> Result<Names> {
        let data = layout::strategy_folder(what.namespace, what.strategy);
        let mut names = Names::default();
        let mut looked_at = 0;
        let mut steps = self.steps(&data, what.after).await?;
        while let Some(step) = steps.pop() {
            match step {
                Step::Into { below, depth } => steps.extend(self.steps_into(&data, &below, depth, None).await?),
                Step::Files { below, mut after } => {
                    let folder = Folder::from_parsed(data.join(&below));
                    loop {
                        let page = self.storage.children(&folder, after.as_deref(), PAGE).await?;
                        let is_last = page.len() < PAGE;
                        looked_at += LISTING;
                        for child in page {
                            if names.sidecars.len() >= what.limit || looked_at >= MOST_NAMES {
                                // Nothing of a folder that has just been come to is `.`.
                                let name = after.as_deref().unwrap_or(".");
                                return Ok(Names { next: Some(format!("{below}/{name}")), ..names });
                            }
                            looked_at += 1;
                            after = Some(child.sort_key());
                            if let Child::File(name) = child
                                && name.ends_with(SIDECAR)
                            {
                                names.sidecars.push(ObjectPath::from_parsed(folder.join(&name)));
                            }
                        }
                        if is_last {
                            break;
                        }
                    }
                }
            }
        }
        Ok(names)
    }

    /// What is left to do at the beginning, or where a page before has ended; the last one first.
    async fn steps(&self, data: &Folder, after: Option<&str>) -> Result<Vec<Step>> {
        let Some(after) = after else { return self.steps_into(data, "", 0, None).await };
        let parts: Vec<&str> = after.trim_end_matches('/').split('/').collect();
        let Some((name, folders)) = parts.split_last().filter(|(_, folders)| is_time(folders)) else {
            return Err(Error::invalid("cursor", "is not a cursor of this listing"));
        };
        let mut steps = Vec::new();
        for (depth, reached) in folders.iter().enumerate() {
            steps.extend(self.steps_into(data, &folders[..depth].join("/"), depth, Some(reached)).await?);
        }
        let is_folder = after.ends_with('/');
        let name = (*name != ".").then(|| if is_folder { format!("{name}/") } else { (*name).to_owned() });
        steps.push(Step::Files { below: folders.join("/"), after: name });
        Ok(steps)
    }

    /// The steps into the time folders in a folder, before one that was reached.
    async fn steps_into(&self, data: &Folder, below: &str, depth: usize, reached: Option<&str>) -> Result<Vec<Step>> {
        let folder = if below.is_empty() { data.clone() } else { Folder::from_parsed(data.join(below)) };
        let mut steps = Vec::new();
        if depth == HOURS {
            steps.push(Step::Files { below: below.to_owned(), after: None });
        }
        let mut after: Option<String> = None;
        loop {
            let page = self.storage.children(&folder, after.as_deref(), PAGE).await?;
            after = page.last().map(Child::sort_key);
            let is_last = page.len() < PAGE;
            for child in page {
                let Child::Folder(name) = child else { continue };
                let is_time = name.bytes().all(|byte| byte.is_ascii_digit());
                if !is_time || reached.is_some_and(|reached| name.as_str() >= reached) {
                    continue;
                }
                let below = if below.is_empty() { name } else { format!("{below}/{name}") };
                steps.push(match depth + 1 {
                    MINUTES => Step::Files { below, after: None },
                    depth => Step::Into { below, depth },
                });
            }
            if is_last {
                return Ok(steps);
            }
        }
    }

    /// What sidecars say of entries that are there; those that cannot be read are left out.
    pub(super) async fn summaries(&self, namespace: &Namespace, sidecars: &[ObjectPath]) -> Result<Vec<Summary>> {
        let objects = self.storage.get_many(sidecars).await?;
        let mut found = Vec::new();
        for (path, object) in sidecars.iter().zip(objects) {
            let Some(object) = object else { continue };
            let Some(metadata) = readable(path, document::<Metadata>(path, &object).map(Some))? else { continue };
            let (owner, size) = (metadata.data, metadata.content_size);
            let (cache_id, cache_hash, stored_at) = (owner.cache_id, owner.cache_hash, owner.stored_at);
            let (cache_key, file_id, kind) = (owner.cache_key, owner.file_id, owner.file_type);
            found.push(Summary { cache_id, cache_hash, cache_key, file_id, kind, size, stored_at });
        }
        // Content without a reference is no entry: a store or a deletion was cut off.
        let references: Vec<_> = found.iter().map(|entry| layout::by_id(namespace, entry.cache_id)).collect();
        let is_there = self.storage.exist(&references).await?;
        Ok(found.into_iter().zip(is_there).filter_map(|(entry, is_there)| is_there.then_some(entry)).collect())
    }
}

/// What is left of a walk through time folders.
enum Step {
    /// Into a folder of years, months, days or hours.
    Into {
        /// The folder, below that of the strategy.
        below: String,
        /// How deep it is.
        depth: usize,
    },
    /// Through the names of a folder.
    Files {
        /// The folder.
        below: String,
        /// The name after which to go on.
        after: Option<String>,
    },
}

/// How the names of ownership sidecars end.
pub(super) const SIDECAR: &str = ".metadata";

/// Whether these are the names of time folders down to an hour or a minute: they may be anybody's.
fn is_time(folders: &[&str]) -> bool {
    let is_number = |name: &&str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
    matches!(folders.len(), HOURS | MINUTES) && folders.iter().all(is_number)
}

/// A sort key after which come all names that begin with a prefix.
fn just_before(prefix: &str) -> Option<String> {
    let last = prefix.bytes().last().filter(u8::is_ascii_graphic)?;
    Some(format!("{}{}{}", &prefix[..prefix.len() - 1], char::from(last - 1), char::MAX))
}

/// A path relative to a folder.
fn below(folder: &Folder, path: &str) -> Option<String> {
    Some(path.strip_prefix(folder.as_str())?.trim_start_matches('/').to_owned())
}
