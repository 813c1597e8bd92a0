//! Copying only entries whose cache key begins with a text: entry by entry, since most paths do not tell the key.

use anyhow::{Context, Result};
use cache_client::Namespace;
use futures::{StreamExt, TryStreamExt, stream};

use super::super::listing::Unsorted;
use super::super::sections::{self, Kind, Section};
use super::super::store::Item;
use super::transfer::{Candidate, Transfer, read};
use crate::layout;
use crate::records::{HashEntry, HashReference, Located, Owned, reference_bytes};
use crate::storage::{Folder, ObjectPath};

/// How many references are looked at together.
const PAGE: usize = 512;
/// How many entries are copied at the same time.
const AT_ONCE: usize = 8;

/// Copies the entries of the namespaces whose key begins with a text, with their child files.
///
/// Costs a listing of the references by id, and two reads for each that is looked at.
pub(super) async fn copy(transfer: &Transfer, wanted: &[Namespace], prefix: &str) -> Result<()> {
    for namespace in sections::namespaces(&*transfer.from.store, wanted).await? {
        // What is no namespace has no entries.
        let Some(namespace) = Namespace::parse(&namespace).ok().filter(|parsed| parsed.as_str() == namespace) else {
            continue;
        };
        let folder = layout::references_folder(&namespace, "by-id");
        let section = Section { folder, kind: Kind::ById, is_deep: true };
        loop {
            match references(transfer, &namespace, &section, prefix).await {
                Err(error) if error.is::<Unsorted>() => {}
                done => break done?,
            }
        }
    }
    Ok(())
}

async fn references(transfer: &Transfer, namespace: &Namespace, section: &Section, prefix: &str) -> Result<()> {
    let mut walk = transfer.from.walk(section).await?;
    loop {
        let mut page = Vec::new();
        while page.len() < PAGE
            && let Some(item) = walk.next().await?
        {
            page.push(item.path);
        }
        if page.is_empty() {
            return Ok(());
        }
        let found = read(&*transfer.from.store, &page).await?;
        let parsed = found.iter().map(|content| serde_json::from_slice::<Located>(&content.as_ref()?.bytes).ok());
        let references: Vec<(ObjectPath, Located)> =
            page.iter().zip(parsed).filter_map(|(path, reference)| Some((path.clone(), reference?))).collect();
        let first = |reference: &Located| reference.file_paths.content_files.first().map(layout::metadata_of);
        let sidecars: Vec<ObjectPath> = references.iter().filter_map(|(_, reference)| first(reference)).collect();
        let mut owners = read(&*transfer.from.store, &sidecars).await?.into_iter();
        let mut chosen = Vec::new();
        for (path, reference) in references {
            let owner = if first(&reference).is_some() { owners.next().flatten() } else { None };
            let owner = owner.and_then(|owner| serde_json::from_slice::<Owned>(&owner.bytes).ok());
            if owner.is_some_and(|owner| owner.data.cache_key.starts_with(prefix)) {
                chosen.push((path, reference));
            }
        }
        let copied = chosen.into_iter().map(|(path, reference)| entry(transfer, namespace, path, reference));
        stream::iter(copied).buffer_unordered(AT_ONCE).try_for_each(|()| async { Ok(()) }).await?;
        transfer.progress.add(page.len() as u64, 0);
    }
}

/// Copies an entry: its files, its reference, and its share in the reference by hash.
async fn entry(transfer: &Transfer, namespace: &Namespace, path: ObjectPath, reference: Located) -> Result<()> {
    let mut files: Vec<ObjectPath> = Vec::new();
    for content in &reference.file_paths.content_files {
        files.extend([content.clone(), layout::config_of(content), layout::metadata_of(content)]);
    }
    for folder in &reference.file_paths.data_folders {
        files.extend(below(transfer, folder).await?);
    }
    for files in [files, vec![path]] {
        let names = transfer.to.store.names();
        if let Some(reason) = files.iter().find_map(|path| Some(format!("{path:?} {}", names.refuse(path)?))) {
            anyhow::bail!("the target cannot hold a name of the source: {reason}");
        }
        let found = read(&*transfer.to.store, &files).await.context("reading the target")?;
        let item = |path: ObjectPath, size: Option<u64>| Item { path, size, md5: None, modified: None };
        let chunk = files.into_iter().zip(found).map(|(path, there)| Candidate {
            there: there.map(|there| item(path.clone(), Some(there.bytes.len() as u64))),
            item: item(path, None),
        });
        let pieces = transfer.differing(chunk.collect()).await?;
        transfer.write(pieces).await?;
    }
    let share = HashEntry { cache_id: reference.cache_id, timestamp: reference.timestamp };
    let alone = HashReference::with(None, &reference.cache_hash, share);
    transfer.share(layout::by_hash(namespace, &reference.cache_hash), reference_bytes(&alone)).await
}

async fn below(transfer: &Transfer, folder: &Folder) -> Result<Vec<ObjectPath>> {
    let section = Section { folder: folder.clone(), kind: Kind::Data, is_deep: true };
    loop {
        let (mut walk, mut files) = (transfer.from.walk(&section).await?, Vec::new());
        let walked: Result<()> = async {
            while let Some(item) = walk.next().await? {
                files.push(item.path);
            }
            Ok(())
        }
        .await;
        match walked {
            Err(error) if error.is::<Unsorted>() => {}
            Err(error) => return Err(error),
            Ok(()) => return Ok(files),
        }
    }
}
