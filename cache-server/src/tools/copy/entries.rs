//! Copying only entries whose cache key begins with a text: entry by entry, since most paths do not tell the key.

use anyhow::{Context, Result};
use cache_client::Namespace;
use futures::{StreamExt, TryStreamExt, stream};
use serde::Deserialize;

use super::super::listing::Unsorted;
use super::super::sections::{self, Kind, Section};
use super::super::store::Item;
use super::source::read;
use super::transfer::{Candidate, Transfer};
use crate::layout;
use crate::records::{HashEntry, HashReference, Located, Owner, reference_bytes};
use crate::storage::ObjectPath;

/// How many references are looked at together.
const PAGE: usize = 512;
/// How many entries are copied at the same time.
const AT_ONCE: usize = 8;

/// What is needed of a sidecar.
#[derive(Deserialize)]
struct Sidecar {
    data: Owner,
    /// How long the content was when it was stored.
    #[serde(rename = "content__size", default)]
    size: u64,
}

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
        let (mut references, mut unclear) = (Vec::new(), Vec::new());
        for (path, content) in page.iter().zip(&found) {
            // One that is not there any more was deleted.
            let Some(content) = content else { continue };
            let reference = serde_json::from_slice::<Located>(&content.bytes).ok();
            let sidecar =
                reference.as_ref().and_then(|of| of.file_paths.content_files.first().map(layout::metadata_of));
            match reference.zip(sidecar) {
                Some((reference, sidecar)) => references.push((path.clone(), reference, sidecar)),
                None => unclear.push(path.clone()),
            }
        }
        let sidecars: Vec<ObjectPath> = references.iter().map(|(.., sidecar)| sidecar.clone()).collect();
        let owners = read(&*transfer.from.store, &sidecars).await?;
        let mut chosen = Vec::new();
        for ((path, reference, _), owner) in references.into_iter().zip(owners) {
            match owner.and_then(|owner| serde_json::from_slice::<Sidecar>(&owner.bytes).ok()) {
                Some(owner) if owner.data.cache_key.starts_with(prefix) => chosen.push((path, reference, owner.size)),
                Some(_) => {}
                None => unclear.push(path),
            }
        }
        // Nobody can tell the key of an entry that is there and has no sidecar.
        let there = transfer.from.store.exist(&unclear).await?;
        for (path, _) in unclear.iter().zip(there).filter(|(_, is_there)| *is_there) {
            transfer.left_out.note(path.as_str());
        }
        let copied =
            chosen.into_iter().map(|(path, reference, size)| entry(transfer, namespace, path, reference, size));
        stream::iter(copied).buffer_unordered(AT_ONCE).try_for_each(|()| async { Ok(()) }).await?;
        transfer.progress.add(page.len() as u64, 0);
    }
}

/// Copies an entry: its files, its reference, and its share in the reference by hash.
async fn entry(
    transfer: &Transfer,
    namespace: &Namespace,
    path: ObjectPath,
    reference: Located,
    size: u64,
) -> Result<()> {
    for content in &reference.file_paths.content_files {
        transfer.content(content, Some(size)).await?;
    }
    transfer.children(&reference).await?;
    let there = transfer.to.store.exist(std::slice::from_ref(&path)).await.context("reading the target")?;
    let item = Item { path, size: None, md5: None, modified: None };
    let there = there.contains(&true).then(|| item.clone());
    let pieces = transfer.differing(vec![Candidate { item, there }]).await?;
    transfer.write(transfer.with_contents(pieces).await?).await?;
    let share = HashEntry { cache_id: reference.cache_id, timestamp: reference.timestamp };
    let alone = HashReference::with(None, &reference.cache_hash, share);
    transfer.share(layout::by_hash(namespace, &reference.cache_hash), reference_bytes(&alone)).await
}
