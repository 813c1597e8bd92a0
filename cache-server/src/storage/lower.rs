//! Intents as batches, for engines that apply a batch as a whole or in its order.
//!
//! What a batch depends on is read first, and is a condition of it; who loses a race reads again.

use super::children::{child_files, entry_at, stem_is_free};
use super::copies::{Copy, written_by};
use super::intent::{ChildCondition, Done, Entry, Intent, PutChild, Remove, Store, Update, leave_hash};
use super::{Batch, Error, Folder, Head, ObjectPath, Outcome, Require, Result, Storage};
use crate::layout;

/// How often a race may be lost.
pub(super) const RACES: usize = 64;
/// How many files one batch deletes; an entry with more child files takes more batches.
const BATCH: usize = 10_000;

/// Carries an intent out.
pub(super) async fn apply(storage: &(impl Storage + ?Sized), intent: Intent) -> Result<Done> {
    match intent {
        Intent::Store(intent) => store(storage, intent).await,
        Intent::Update(intent) => update(storage, &intent).await,
        Intent::Remove(intent) => remove(storage, &intent).await,
        Intent::PutChild(intent) => put_child(storage, &intent).await,
    }
}

async fn store(storage: &(impl Storage + ?Sized), store: Store) -> Result<Done> {
    let Store { copies, content, config, metadata, reference, reference_bytes, share, conditions, .. } = store;
    let mut batch = Batch::new();
    batch.requires(conditions);
    for (at, copy) in copies.iter().enumerate() {
        batch.put(copy.clone(), content.clone());
        if at == 0 {
            batch.then();
        }
    }
    for copy in &copies {
        batch.put(layout::config_of(copy), config.clone()).put(layout::metadata_of(copy), metadata.clone());
    }
    batch.then().put(reference, reference_bytes);
    batch.then().edit(share.path.clone(), move |now| share.join(now));
    written(copies, storage.commit(batch).await?)
}

async fn update(storage: &(impl Storage + ?Sized), update: &Update) -> Result<Done> {
    let Update { entry, content, packed, if_version } = update;
    for _ in 0..RACES {
        let copies = written_by(entry, Copy::all(storage, entry).await?);
        let Some(first) = copies.first() else { return Ok(Done::Absent) };
        if !first.is_in(if_version.as_deref()) {
            return Ok(Done::Changed);
        }
        // An older entry whose path was taken over has no content once the newer one is deleted.
        let Some(head) = &first.head else { return Ok(Done::Absent) };
        if packed.is_some_and(|packed| packed != first.coding()) {
            return Ok(Done::Packed(first.coding()));
        }
        let mut batch = Batch::new();
        batch.require(match if_version {
            Some(_) => Require::Version(first.content.clone(), head.version.clone()),
            None => Require::Present(first.content.clone(), head.version.clone()),
        });
        batch.require(Require::Version(entry.reference.clone(), entry.found.clone())).requires(first.unchanged());
        batch.put(first.content.clone(), content.clone()).then();
        for copy in &copies[1..] {
            // A copy that a newer version has taken meanwhile is left alone.
            batch.requires(copy.unchanged()).require(still(&copy.content, copy.head.clone()));
            batch.put(copy.content.clone(), content.clone()).then();
        }
        match storage.commit(batch).await {
            Err(Error::Precondition { path }) if path != entry.reference => {}
            result => return written(copies.into_iter().map(|copy| copy.content).collect(), result?),
        }
    }
    Err(Error::Precondition { path: entry.reference.clone() })
}

async fn remove(storage: &(impl Storage + ?Sized), remove: &Remove) -> Result<Done> {
    let Remove { entry, data_folders, hash_reference, if_version } = remove;
    for _ in 0..RACES {
        let copies = Copy::all(storage, entry).await?;
        let mut batch = Batch::new();
        batch.require(Require::Version(entry.reference.clone(), entry.found.clone()));
        if let (Some(_), Some(first)) = (if_version, copies.first()) {
            let Some(head) = first.head.as_ref().filter(|_| first.is_in(if_version.as_deref())) else {
                return Ok(Done::Changed);
            };
            batch.require(Require::Version(first.content.clone(), head.version.clone()));
        }
        let id = entry.cache_id;
        batch.edit(hash_reference.clone(), move |now| leave_hash(id, now)).then();
        batch.delete(entry.reference.clone());
        let mut files = vec![hash_reference.clone(), entry.reference.clone()];
        let own: Vec<_> = copies.iter().zip(data_folders).filter(|(copy, _)| copy.is_of(entry)).collect();
        for (copy, folder) in &own {
            let mut children = match stem_is_free(storage, &copy.content).await? {
                true => child_files(storage, folder).await?,
                false => Vec::new(),
            };
            if !children.is_empty() {
                batch.requires(layout::sibling(&copy.content).map(Require::Absent));
            }
            // What lies beyond is left to the sweep: another entry may take the path from now on.
            children.truncate(BATCH);
            batch.requires(copy.unchanged()).then();
            let with_sidecars = [copy.content.clone(), layout::config_of(&copy.content), copy.metadata.clone()];
            for file in with_sidecars.into_iter().chain(children) {
                batch.delete(file.clone());
                files.push(file);
            }
        }
        match storage.commit(batch).await {
            Err(Error::Precondition { path }) if path != entry.reference => continue,
            Err(error) => return Err(error),
            Ok(outcomes) => {
                let (mut paths, mut missing) = (Vec::new(), Vec::new());
                for (file, outcome) in files.into_iter().zip(outcomes) {
                    match outcome {
                        Outcome::Deleted => paths.push(file),
                        // A child file may have gone, too.
                        Outcome::Unchanged if is_named(entry, &file) => missing.push(file),
                        Outcome::Unchanged | Outcome::Written(_) => {}
                    }
                }
                for (copy, folder) in own {
                    paths.extend(sweep(storage, &copy.content, folder).await?);
                }
                return Ok(Done::Removed { paths, missing });
            }
        }
    }
    Err(Error::Precondition { path: entry.reference.clone() })
}

/// Whether the id reference of an entry names a file.
pub(super) fn is_named(entry: &Entry, file: &ObjectPath) -> bool {
    entry
        .copies
        .iter()
        .any(|copy| *file == *copy || *file == layout::config_of(copy) || *file == layout::metadata_of(copy))
}

/// Deletes child files that were stored while their entry was being deleted; those of an entry that has taken the path
/// meanwhile stay. Since the id reference is gone, one that still comes is taken back by who stores it.
async fn sweep(storage: &(impl Storage + ?Sized), content: &ObjectPath, folder: &Folder) -> Result<Vec<ObjectPath>> {
    if !stem_is_free(storage, content).await? {
        return Ok(Vec::new());
    }
    let mut gone = Vec::new();
    for chunk in child_files(storage, folder).await?.chunks(BATCH) {
        let mut batch = Batch::new();
        batch.require(Require::Absent(content.clone())).requires(layout::sibling(content).map(Require::Absent));
        for file in chunk {
            batch.delete(file.clone());
        }
        let outcomes = match storage.commit(batch).await {
            Err(Error::Precondition { .. }) => break,
            result => result?,
        };
        let deleted = chunk.iter().zip(outcomes).filter(|(_, outcome)| *outcome == Outcome::Deleted);
        gone.extend(deleted.map(|(file, _)| file.clone()));
    }
    Ok(gone)
}

async fn put_child(storage: &(impl Storage + ?Sized), put: &PutChild) -> Result<Done> {
    for _ in 0..RACES {
        let mut batch = Batch::new();
        batch.require(Require::Version(put.reference.clone(), put.found.clone()));
        let mut paths = Vec::new();
        for copy in &put.copies {
            let may_be_content = put.may_be_content;
            let is_first = paths.is_empty();
            match &put.condition {
                ChildCondition::Absent => drop(batch.require(Require::Absent(copy.clone()))),
                ChildCondition::Anyway if !may_be_content => {}
                ChildCondition::Anyway => drop(batch.require(still(copy, storage.head(copy).await?))),
                ChildCondition::Present(versions) => {
                    let Some(head) = storage.head(copy).await? else { continue };
                    match versions {
                        Some(versions) if is_first && !versions.contains(&head.version) => return Ok(Done::Changed),
                        Some(_) if is_first => drop(batch.require(Require::Version(copy.clone(), head.version))),
                        _ => drop(batch.require(still(copy, Some(head)))),
                    }
                }
            }
            if may_be_content {
                batch.require(Require::Absent(layout::metadata_of(copy)));
            }
            batch.put(copy.clone(), put.bytes.clone());
            paths.push(copy.clone());
        }
        if paths.is_empty() {
            return Ok(Done::Absent);
        }
        match storage.commit(batch).await {
            Err(Error::Precondition { path }) if path != put.reference => {}
            result => return written(paths, result?),
        }
        if let Some(path) = entry_at(storage, put).await? {
            return Ok(Done::OfEntry(path));
        }
        if put.condition == ChildCondition::Absent && storage.exist(&put.copies).await?.contains(&true) {
            return Ok(Done::Exists);
        }
    }
    Err(Error::Precondition { path: put.reference.clone() })
}

/// The condition that an object is there, or not, as it was seen.
fn still(path: &ObjectPath, seen: Option<Head>) -> Require {
    match seen {
        Some(head) => Require::Present(path.clone(), head.version),
        None => Require::Absent(path.clone()),
    }
}

fn written(paths: Vec<ObjectPath>, outcomes: Vec<Outcome>) -> Result<Done> {
    match outcomes.into_iter().next() {
        Some(Outcome::Written(version)) => Ok(Done::Written { paths, version }),
        _ => unreachable!("the first write of an intent is a put"),
    }
}
