//! Child files: what lies in the data folders of entries, and where an entry of its own may lie among them.

use std::collections::BTreeSet;

use super::intent::PutChild;
use super::{Folder, ObjectPath, Result, Storage};
use crate::layout;

/// How many objects one page of a listing has.
const PAGE: usize = 1000;

/// The child files in a data folder: everything but entries that lie in it, and their child files.
///
/// Another entry's key may name a folder in here. A file with a `.metadata` beside it is somebody's content.
pub async fn child_files(storage: &(impl Storage + ?Sized), folder: &Folder) -> Result<Vec<ObjectPath>> {
    let mut files = Vec::new();
    let mut after = None;
    loop {
        let page = storage.list(folder, after.as_deref(), PAGE).await?;
        let is_full = page.len() == PAGE;
        files.extend(page.into_iter().map(|listed| listed.path));
        after = files.last().map(ToString::to_string);
        if !is_full {
            break;
        }
    }
    Ok(without_entries(&files))
}

/// Of files in data folders, those that are not entries, nor child files of entries that lie in there.
pub(super) fn without_entries(files: &[ObjectPath]) -> Vec<ObjectPath> {
    let contents: BTreeSet<&str> = files.iter().filter_map(|file| file.as_str().strip_suffix(".metadata")).collect();
    let stems: Vec<String> =
        contents.iter().filter_map(|content| Some(format!("{}/data/", content.rsplit_once('.')?.0))).collect();
    let somebodys = |file: &ObjectPath| {
        let file = file.as_str();
        let base = file.strip_suffix(".metadata").or_else(|| file.strip_suffix(".config")).unwrap_or(file);
        contents.contains(base) || stems.iter().any(|stem| file.starts_with(stem))
    };
    files.iter().filter(|file| !somebodys(file)).cloned().collect()
}

/// Tells whether no content of the other kind shares the stem, and so the child files, of a content file.
pub(super) async fn stem_is_free(storage: &(impl Storage + ?Sized), content: &ObjectPath) -> Result<bool> {
    match layout::sibling(content) {
        Some(sibling) => Ok(!storage.exists(&sibling).await?),
        None => Ok(true),
    }
}

/// The path of a child file at which another entry lies, where one may.
pub(super) async fn entry_at(storage: &(impl Storage + ?Sized), put: &PutChild) -> Result<Option<ObjectPath>> {
    for path in put.copies.iter().filter(|_| put.may_be_content) {
        if storage.exists(&layout::metadata_of(path)).await? {
            return Ok(Some(path.clone()));
        }
    }
    Ok(None)
}
