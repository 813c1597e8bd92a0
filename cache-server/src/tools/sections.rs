//! The parts of a store in the order in which they are copied: of each namespace contents before references by id, and those
//! before references by hash, so that no reference ever points to what is not there.

use anyhow::{Result, ensure};
use cache_client::Namespace;

use super::store::Store;
use crate::storage::{Child, Folder};

/// Where repairs move what they cannot mend; it is no namespace and is not copied.
pub(super) const DAMAGED: &str = ".damaged";

/// How many names are read together.
const PAGE: usize = 1000;

/// What lies in a part of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Contents, sidecars, child files, and whatever is none of the others.
    Data,
    /// References by id.
    ById,
    /// References by hash.
    ByHash,
}

/// A part of a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Section {
    pub(super) folder: Folder,
    pub(super) kind: Kind,
    /// Whether what lies in folders below it is part of it.
    pub(super) is_deep: bool,
}

/// The names of all namespaces, and of whatever else lies at the root, in order; or those that are wanted, which have to be there.
pub(super) async fn namespaces(store: &dyn Store, wanted: &[Namespace]) -> Result<Vec<String>> {
    if !wanted.is_empty() {
        let mut names: Vec<String> = wanted.iter().map(ToString::to_string).collect();
        names.sort();
        names.dedup();
        for name in &names {
            let is_there = !store.children(&Folder::parse(name)?, None, 1).await?.is_empty();
            ensure!(is_there, "there is no namespace {name:?}");
        }
        return Ok(names);
    }
    let (folders, _) = names(store, &Folder::root()).await?;
    Ok(folders.into_iter().filter(|name| name != DAMAGED).collect())
}

/// The part that is no namespace's: files at the root.
pub(super) fn root() -> Section {
    Section { folder: Folder::root(), kind: Kind::Data, is_deep: false }
}

/// The parts of a namespace.
pub(super) async fn of_namespace(store: &dyn Store, name: &str) -> Result<Vec<Section>> {
    let namespace = Folder::parse(name)?;
    let section = |folder: String, kind, is_deep| Section { folder: Folder::from_parsed(folder), kind, is_deep };
    let mut sections = Vec::new();
    let (folders, has_files) = names(store, &namespace).await?;
    if has_files {
        sections.push(section(name.to_owned(), Kind::Data, false));
    }
    let mut references = Vec::new();
    for folder in folders {
        let path = namespace.join(&folder);
        if folder != "refs" {
            sections.push(section(path, Kind::Data, true));
            continue;
        }
        let refs = Folder::parse(&path)?;
        let (folders, has_files) = names(store, &refs).await?;
        if has_files {
            sections.push(section(path, Kind::Data, false));
        }
        for folder in folders {
            let path = refs.join(&folder);
            match folder.as_str() {
                "by-id" => references.insert(0, section(path, Kind::ById, true)),
                "by-hash" => references.push(section(path, Kind::ByHash, true)),
                _ => sections.push(section(path, Kind::Data, true)),
            }
        }
    }
    Ok(sections.into_iter().chain(references).collect())
}

/// The folders in a folder, and whether there are files.
async fn names(store: &dyn Store, folder: &Folder) -> Result<(Vec<String>, bool)> {
    let (mut folders, mut has_files, mut after) = (Vec::new(), false, None::<String>);
    loop {
        let page = store.children(folder, after.as_deref(), PAGE).await?;
        let is_last = page.len() < PAGE;
        after = page.last().map(Child::sort_key);
        for child in page {
            match child {
                Child::Folder(name) => folders.push(name),
                Child::File(_) => has_files = true,
            }
        }
        if is_last {
            return Ok((folders, has_files));
        }
    }
}
