//! Reading the source: contents with the metadata that belongs to them, whoever writes meanwhile.

use std::collections::{HashMap, HashSet};

use anyhow::{Context, Result};

use super::super::store::{Content, Store};
use super::transfer::Transfer;
use crate::storage::ObjectPath;

/// How names of ownership sidecars end.
pub(super) const METADATA: &str = ".metadata";
/// How often a content that others write is read again.
const RACES: usize = 8;

impl Transfer {
    /// Reads objects of the source, and of a content what belongs to the metadata that is read with it: where others write
    /// meanwhile, that is read before the content, and once more after it.
    pub(super) async fn source(&self, paths: &[ObjectPath]) -> Result<Vec<Option<Content>>> {
        const READING: &str = "reading the source";
        let store = &*self.from.store;
        let is_metadata = |path: &ObjectPath| path.as_str().ends_with(METADATA);
        if store.is_still() || !paths.iter().any(is_metadata) {
            return read(store, paths).await.context(READING);
        }
        let (mut found, mut left) = (HashMap::new(), paths.to_vec());
        for _ in 0..RACES {
            let (owners, others): (Vec<_>, Vec<_>) = std::mem::take(&mut left).into_iter().partition(is_metadata);
            let before = read(store, &owners).await.context(READING)?;
            let contents = read(store, &others).await.context(READING)?;
            let after = read(store, &owners).await.context(READING)?;
            let bytes = |content: &Option<Content>| content.as_ref().map(|content| content.bytes.clone());
            let both = owners.iter().zip(before.iter().zip(&after));
            let changed = both.filter(|(_, (before, after))| bytes(before) != bytes(after));
            let changed: HashSet<String> = changed.map(|(path, _)| base(path).to_owned()).collect();
            for (path, content) in owners.into_iter().zip(after).chain(others.into_iter().zip(contents)) {
                match changed.contains(base(&path)) {
                    true => left.push(path),
                    false => drop(found.insert(path, content)),
                }
            }
            if left.is_empty() {
                break;
            }
        }
        // What others write all the time is left to the next copy.
        Ok(paths.iter().map(|path| found.remove(path).flatten()).collect())
    }
}

/// The path of the content that a path, or the sidecar at it, is of.
pub(super) fn base(path: &ObjectPath) -> &str {
    let text = path.as_str();
    text.strip_suffix(".config").or_else(|| text.strip_suffix(METADATA)).unwrap_or(text)
}

/// Reads objects, as many together as the store takes.
pub(super) async fn read(store: &dyn Store, paths: &[ObjectPath]) -> Result<Vec<Option<Content>>> {
    let mut contents = Vec::with_capacity(paths.len());
    for some in paths.chunks(store.shape().objects.max(1)) {
        contents.extend(store.read(some).await?);
    }
    Ok(contents)
}
