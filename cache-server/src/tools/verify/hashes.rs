//! References by hash: ids that miss in them, ids in them that name nothing, and what cannot be read.

use std::collections::{HashMap, HashSet};

use anyhow::Result;
use bytes::Bytes;
use cache_client::{CacheHash, CacheId};
use futures::{TryStreamExt, stream};

use super::damage::{Damage, Fate};
use super::references::Named;
use super::{AT_ONCE, Known, PAGE, Verify};
use crate::layout;
use crate::records::{HashEntry, HashReference, reference_bytes};
use crate::storage::ObjectPath;
use crate::tools::documents::{put_if, remove_if};
use crate::tools::listing::Walk;
use crate::tools::sorter::Sorted;
use crate::tools::store::{Content, Piece, Seen};

/// A reference by hash, and the entries that should be in it.
#[derive(Debug)]
struct Expected {
    path: ObjectPath,
    is_listed: bool,
    ids: Vec<Named>,
}

impl Verify {
    /// Reads all references by hash beside what the references by id say.
    pub(super) async fn hashes(&self, known: &Known, named: Sorted) -> Result<()> {
        let section = Self::section(&known.namespace, "refs/by-hash")?;
        let state = (self.side.walk(&section).await?, named);
        let pages = stream::try_unfold(state, |(mut walk, mut named)| async move {
            let page = next(&mut walk, &mut named).await?;
            anyhow::Ok((!page.is_empty()).then_some((page, (walk, named))))
        });
        let work = pages.map_ok(|page| async move {
            let listed: Vec<ObjectPath> = page.iter().filter(|of| of.is_listed).map(|of| of.path.clone()).collect();
            let mut found = self.read(&listed).await?.into_iter();
            self.progress.add(listed.len() as u64, 0);
            for expected in page {
                let content = if expected.is_listed { found.next().flatten() } else { None };
                self.hash(known, expected, content).await?;
            }
            anyhow::Ok(())
        });
        work.try_buffer_unordered(AT_ONCE).try_for_each(|()| async { Ok(()) }).await
    }

    async fn hash(&self, known: &Known, expected: Expected, content: Option<Content>) -> Result<()> {
        let Expected { path, is_listed, mut ids } = expected;
        {
            let gone = known.gone.lock();
            if !gone.is_empty() {
                ids.retain(|named| !gone.contains(&named.id));
            }
        }
        if is_listed && content.is_none() {
            self.tombstone(&path).await?;
        }
        let parsed = content.as_ref().map(|content| serde_json::from_slice::<HashReference>(&content.bytes));
        let reference = match parsed {
            None => None,
            Some(Ok(reference)) => Some(reference),
            Some(Err(_)) => return self.unreadable_hash(&path, content, &ids).await,
        };
        if let Some(reference) = &reference {
            if reference.cache_ids.is_empty() && ids.is_empty() {
                return self.take_away(Damage::EmptyHashReference, &path).await;
            }
            // Nearly all are as they should be.
            if let ([entry], [named]) = (reference.cache_ids.as_slice(), ids.as_slice())
                && entry.cache_id == named.id
                && is_consistent(reference)
            {
                return Ok(());
            }
        }
        let listed: HashSet<CacheId> =
            reference.iter().flat_map(|reference| &reference.cache_ids).map(|entry| entry.cache_id).collect();
        let alive: HashSet<CacheId> = ids.iter().map(|named| named.id).collect();
        let missing: Vec<Named> = ids.iter().filter(|named| !listed.contains(&named.id)).copied().collect();
        let dead: Vec<CacheId> = listed.difference(&alive).copied().collect();
        let missing = self.still_missing(known, missing).await?;
        let dead = self.still_dead(known, dead).await?;
        let is_wrong = reference.as_ref().is_some_and(|reference| !is_consistent(reference));
        if missing.is_empty() && dead.is_empty() && !is_wrong {
            return Ok(());
        }
        let modified = content.as_ref().map_or(0, |content| content.modified);
        let latest = missing.iter().map(|named| named.timestamp).max().unwrap_or(0);
        let fate = if self.is_young(modified.max(latest)) {
            Fate::Young
        } else {
            self.write_hash(known, &path, &missing, &dead).await?
        };
        for _ in &missing {
            self.found(Damage::HashReferenceMissesId, &path, fate);
        }
        for _ in &dead {
            self.found(Damage::HashReferenceNamesDeadId, &path, fate);
        }
        if is_wrong && missing.is_empty() && dead.is_empty() {
            self.found(Damage::WrongHashReference, &path, fate);
        }
        Ok(())
    }

    /// Those whose reference by id is still there.
    async fn still_missing(&self, known: &Known, missing: Vec<Named>) -> Result<Vec<Named>> {
        if missing.is_empty() {
            return Ok(missing);
        }
        let paths: Vec<_> = missing.iter().map(|named| layout::by_id(&known.namespace, named.id)).collect();
        let there = self.side.store.exist(&paths).await?;
        Ok(missing.into_iter().zip(there).filter_map(|(named, is_there)| is_there.then_some(named)).collect())
    }

    /// Those without a reference by id, or whose reference was taken away, or would be.
    async fn still_dead(&self, known: &Known, ids: Vec<CacheId>) -> Result<Vec<CacheId>> {
        if ids.is_empty() {
            return Ok(ids);
        }
        let paths: Vec<_> = ids.iter().map(|id| layout::by_id(&known.namespace, *id)).collect();
        let there = self.side.store.exist(&paths).await?;
        let gone = known.gone.lock();
        Ok(ids.into_iter().zip(there).filter_map(|(id, there)| (!there || gone.contains(&id)).then_some(id)).collect())
    }

    /// Writes what a reference should be.
    async fn write_hash(&self, known: &Known, path: &ObjectPath, missing: &[Named], dead: &[CacheId]) -> Result<Fate> {
        let Some(storage) = &self.repairs else { return Ok(if self.would { Fate::Mended } else { Fate::Left }) };
        let Some(hash) = hash_of(path).filter(|hash| layout::by_hash(&known.namespace, hash) == *path) else {
            return Ok(Fate::Left);
        };
        let content = self.read_one(path).await?;
        let mut reference =
            content.as_ref().and_then(|content| serde_json::from_slice::<HashReference>(&content.bytes).ok());
        if let Some(reference) = &mut reference {
            let mut seen = HashSet::new();
            reference.cache_ids.retain(|entry| !dead.contains(&entry.cache_id) && seen.insert(entry.cache_id));
        }
        for named in missing {
            let entry = HashEntry { cache_id: named.id, timestamp: named.timestamp };
            if !reference.as_ref().is_some_and(|reference| reference.names(named.id)) {
                reference = Some(HashReference::with_left_out(reference, &hash, entry));
            }
        }
        let seen = match content {
            Some(Content { version: Some(version), .. }) => Seen::Version(version),
            _ => Seen::Nothing,
        };
        let done = match reference.filter(|reference| !reference.cache_ids.is_empty()) {
            None => remove_if(storage, path.clone(), &seen).await?,
            Some(mut reference) => {
                reference.total_versions = reference.cache_ids.len() as u64;
                if let Some(last) = reference.cache_ids.last() {
                    reference.latest_id = last.cache_id;
                }
                put_if(storage, Piece { path: path.clone(), bytes: reference_bytes(&reference), mark: None }, &seen)
                    .await?
            }
        };
        Ok(if done { Fate::Mended } else { Fate::Left })
    }

    /// Makes a reference again that cannot be read, of the entries that have its hash.
    async fn unreadable_hash(&self, path: &ObjectPath, content: Option<Content>, ids: &[Named]) -> Result<()> {
        let Some(content) = content else { return Ok(()) };
        let fate = match (rebuilt(path, ids), ids.is_empty()) {
            (Some(bytes), false) => self.replace(path, &content, bytes, None).await?,
            _ => self.move_away(path).await?,
        };
        self.found(Damage::UnreadableHashReference, path, fate);
        Ok(())
    }
}

/// The next references by hash, with the entries that should be in them; also those that are named and not listed.
async fn next(walk: &mut Walk<'_>, named: &mut Sorted) -> Result<Vec<Expected>> {
    let mut page: Vec<Expected> = Vec::with_capacity(PAGE);
    while page.len() < PAGE {
        let listed = walk.peek().await?.map(|item| item.path.clone());
        let said = named.peek().map(|(path, _)| path.to_vec());
        let path = match (&listed, said) {
            (None, None) => break,
            (Some(listed), Some(said)) if said.as_slice() < listed.as_str().as_bytes() => {
                ObjectPath::parse(std::str::from_utf8(&said)?)?
            }
            (Some(listed), _) => listed.clone(),
            (None, Some(said)) => ObjectPath::parse(std::str::from_utf8(&said)?)?,
        };
        let is_listed = listed.as_ref() == Some(&path);
        if is_listed {
            walk.next().await?;
        }
        let mut ids = Vec::new();
        while named.peek().is_some_and(|(said, _)| said == path.as_str().as_bytes()) {
            ids.extend(named.next()?.and_then(|(_, value)| Named::parse(&value)));
        }
        page.push(Expected { path, is_listed, ids });
    }
    Ok(page)
}

/// Whether what a reference says of its entries is so.
fn is_consistent(reference: &HashReference) -> bool {
    let mut seen: HashMap<CacheId, ()> = HashMap::new();
    let is_unique = match reference.cache_ids.as_slice() {
        [_] => true,
        ids => ids.iter().all(|entry| seen.insert(entry.cache_id, ()).is_none()),
    };
    is_unique && reference.total_versions == reference.cache_ids.len() as u64 && reference.names(reference.latest_id)
}

fn hash_of(path: &ObjectPath) -> Option<CacheHash> {
    CacheHash::parse(path.name().strip_suffix(".json")?).ok()
}

fn rebuilt(path: &ObjectPath, ids: &[Named]) -> Option<Bytes> {
    let hash = hash_of(path)?;
    let entry = |named: &Named| HashEntry { cache_id: named.id, timestamp: named.timestamp };
    let all = ids.iter().fold(None, |all, named| Some(HashReference::with_left_out(all, &hash, entry(named))))?;
    Some(reference_bytes(&all))
}
