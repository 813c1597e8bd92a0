//! What a namespace holds: its entries' ids and hashes, and how many files each strategy has.

use cache_client::{Namespace, Strategy};

use super::{Cache, Result};
use crate::layout;
use crate::storage::{Child, Folder, Listed};

/// How many files a namespace has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stats {
    /// Content, sidecars and child files by strategy, in the order of [`Strategy::ALL`].
    pub files: [u64; 5],
    /// Hash references.
    pub by_hash: u64,
    /// Id references.
    pub by_id: u64,
}

impl Stats {
    /// All files together.
    pub fn total(&self) -> u64 {
        self.files.iter().sum::<u64>() + self.by_hash + self.by_id
    }
}

/// How many objects are looked at together when counting.
const PAGE: usize = 2_000;

impl Cache {
    /// Counts the files of a namespace. Costs a listing of all of them, a page at a time.
    pub async fn stats(&self, namespace: &Namespace) -> Result<Stats> {
        let mut stats = Stats::default();
        for (at, strategy) in Strategy::ALL.into_iter().enumerate() {
            stats.files[at] = self.count(&layout::strategy_folder(namespace, strategy)).await?;
        }
        stats.by_hash = self.count(&layout::references_folder(namespace, "by-hash")).await?;
        stats.by_id = self.count(&layout::references_folder(namespace, "by-id")).await?;
        Ok(stats)
    }

    async fn count(&self, folder: &Folder) -> Result<u64> {
        let mut count = 0;
        let mut after = None;
        loop {
            let page = self.storage.list(folder, after.as_deref(), PAGE).await?;
            count += page.len() as u64;
            match page.last() {
                Some(last) if page.len() == PAGE => after = Some(last.path.to_string()),
                _ => return Ok(count),
            }
        }
    }

    /// Lists files below a folder at any depth, after the path `after`.
    pub async fn files(&self, folder: &Folder, after: Option<&str>, limit: usize) -> Result<Vec<Listed>> {
        Ok(self.storage.list(folder, after, limit).await?)
    }

    /// Lists what lies directly in a folder, after the sort key `after`.
    pub async fn folder(&self, folder: &Folder, after: Option<&str>, limit: usize) -> Result<Vec<Child>> {
        Ok(self.storage.children(folder, after, limit).await?)
    }

    /// Lists the folders in a folder, or at any depth below it, as paths relative to it, after the folder `after`.
    ///
    /// A folder is listed before what lies in it; folders in one folder are in the order of [`Child::sort_key`].
    pub async fn folders(
        &self,
        folder: &Folder,
        deep: bool,
        after: Option<&Folder>,
        limit: usize,
    ) -> Result<Vec<String>> {
        let mut found = Vec::new();
        // Each level of the walk: the folder, and the sort key of the child it has reached.
        let mut levels = vec![(String::new(), None)];
        if let Some(after) = after {
            levels = resume(after.as_str(), deep);
        }
        while let Some((below, reached)) = levels.pop() {
            let here = if below.is_empty() { folder.clone() } else { Folder::from_parsed(folder.join(&below)) };
            let children = self.storage.children(&here, reached.as_deref(), FOLDER_PAGE).await?;
            let full = children.len() == FOLDER_PAGE;
            let mut last = None;
            let mut descend = None;
            for child in children {
                last = Some(child.sort_key());
                let Child::Folder(name) = child else { continue };
                let path = if below.is_empty() { name } else { format!("{below}/{name}") };
                found.push(path.clone());
                if found.len() == limit {
                    return Ok(found);
                }
                if deep {
                    descend = Some(path);
                    break;
                }
            }
            if full || descend.is_some() {
                levels.push((below, last));
            }
            levels.extend(descend.map(|path| (path, None)));
        }
        Ok(found)
    }
}

/// How many children of a folder are looked at together when walking through folders.
const FOLDER_PAGE: usize = 200;

/// The levels of a walk that has just listed the folder `path`.
fn resume(path: &str, deep: bool) -> Vec<(String, Option<String>)> {
    let mut levels = Vec::new();
    let mut below = String::new();
    for name in path.split('/') {
        levels.push((below.clone(), Some(format!("{name}/"))));
        below = if below.is_empty() { name.to_owned() } else { format!("{below}/{name}") };
    }
    if deep {
        levels.push((below, None));
    }
    levels
}
