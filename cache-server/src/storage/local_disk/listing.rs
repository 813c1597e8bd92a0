//! Listing folders: in the order of the paths, forwards and backwards, without reading a large folder for every page.

use std::collections::VecDeque;
use std::fs;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use parking_lot::Mutex;

use super::super::{Child, Folder, Listed, ObjectPath, Result};
use super::{Disk, failed, is_absent, is_own};

/// How many large folders are remembered.
const LISTINGS: usize = 4;
/// From so many files and folders on, a folder is remembered: reading it takes longer than a page.
const LARGE_FOLDER: usize = 500;
/// Up to so many, which take some 20 MB.
const HUGE_FOLDER: usize = 250_000;
/// More than a step of any file system's clock.
const CLOCK_STEP: Duration = Duration::from_millis(50);

impl Disk {
    /// The files and folders directly in a folder, in the order of their sort keys.
    pub(super) fn sorted_children(&self, folder: &Folder) -> Result<Arc<Vec<Child>>> {
        let listing = failed("listing a folder");
        let at = self.root.join(folder.as_str());
        let read = || {
            let modified = fs::metadata(&at)?.modified()?;
            Ok((modified, self.listings.get(folder, modified), fs::read_dir(&at)?))
        };
        let (modified, entries) = match read() {
            Ok((_, Some(known), _)) => return Ok(known),
            Ok((modified, None, entries)) => (modified, entries),
            Err(error) if is_absent(&error) => return Ok(Arc::default()),
            Err(error) => return Err(listing(error)),
        };
        let begun = SystemTime::now();
        let mut children = Vec::new();
        for entry in entries {
            let entry = entry.map_err(&listing)?;
            // A name that is no text, or that nobody can address, was not written by this service.
            let name = match entry.file_name().into_string() {
                Ok(name) if is_own(&folder.join(&name)) => continue,
                Ok(name) if ObjectPath::parse(&name).is_ok() => name,
                Ok(name) => {
                    self.skipped.note(folder.join(&name));
                    continue;
                }
                Err(name) => {
                    self.skipped.note(folder.join(&name.to_string_lossy()));
                    continue;
                }
            };
            let kind = entry.file_type().map_err(&listing)?;
            // A link to a folder is not followed: what lies behind it is somebody else's, and what goes by listings deletes.
            if kind.is_symlink() && !fs::metadata(entry.path()).is_ok_and(|target| target.is_file()) {
                self.skipped.note(folder.join(&name));
            }
            let is_folder = kind.is_dir();
            children.push(if is_folder { Child::Folder(name) } else { Child::File(name) });
        }
        children.sort_by_cached_key(Child::sort_key);
        let children = Arc::new(children);
        self.listings.remember(folder, modified, begun, &children);
        Ok(children)
    }

    /// Adds the files below a folder that come after `after`, until there are `limit`.
    pub(super) fn walk(
        &self,
        folder: &Folder,
        after: Option<&str>,
        limit: usize,
        listed: &mut Vec<Listed>,
    ) -> Result<()> {
        let children = self.sorted_children(folder)?;
        // All that is in a folder comes before `after` if the folder does and `after` is not in it.
        let is_before = |child: &Child| {
            let path = folder.join(&child.sort_key());
            after.is_some_and(|after| *path <= *after && (matches!(child, Child::File(_)) || !after.starts_with(&path)))
        };
        for child in &children[children.partition_point(is_before)..] {
            if listed.len() >= limit {
                break;
            }
            self.visit(folder, child, listed, |below, listed| self.walk(below, after, limit, listed))?;
        }
        Ok(())
    }

    /// Adds the files below a folder that come before `before`, from the last to the first, until there are `limit`.
    pub(super) fn walk_back(
        &self,
        folder: &Folder,
        before: Option<&str>,
        limit: usize,
        listed: &mut Vec<Listed>,
    ) -> Result<()> {
        let children = self.sorted_children(folder)?;
        let is_wanted = |child: &Child| before.is_none_or(|before| *folder.join(&child.sort_key()) < *before);
        for child in children[..children.partition_point(is_wanted)].iter().rev() {
            if listed.len() >= limit {
                break;
            }
            self.visit(folder, child, listed, |below, listed| self.walk_back(below, before, limit, listed))?;
        }
        Ok(())
    }

    /// Adds a file, or walks through a folder; leaves out what nobody can address, and a file that was deleted meanwhile.
    fn visit(
        &self,
        folder: &Folder,
        child: &Child,
        listed: &mut Vec<Listed>,
        walk: impl FnOnce(&Folder, &mut Vec<Listed>) -> Result<()>,
    ) -> Result<()> {
        let path = folder.join(child.name());
        match child {
            Child::Folder(_) => Folder::parse(&path).map_or(Ok(()), |below| walk(&below, listed)),
            Child::File(_) => {
                let about =
                    ObjectPath::parse(&path).ok().and_then(|path| Some((fs::metadata(self.file(&path)).ok()?, path)));
                listed.extend(about.map(|(about, path)| Listed { path, size: about.len() }));
                Ok(())
            }
        }
    }
}

/// Large folders as they were read last, so that page after page of one is not read and sorted again.
#[derive(Debug, Default)]
pub(super) struct Listings(Mutex<VecDeque<Listing>>);

#[derive(Debug)]
struct Listing {
    folder: Folder,
    modified: SystemTime,
    children: Arc<Vec<Child>>,
}

impl Listings {
    /// What a folder held when it was last modified at this time.
    fn get(&self, folder: &Folder, modified: SystemTime) -> Option<Arc<Vec<Child>>> {
        let listings = self.0.lock();
        let known = listings.iter().find(|known| known.folder == *folder && known.modified == modified)?;
        Some(Arc::clone(&known.children))
    }

    /// Remembers a large folder that was modified well before it was read: the clock of a file system moves in steps of some
    /// milliseconds, and in one step the folder may have changed again.
    fn remember(&self, folder: &Folder, modified: SystemTime, read: SystemTime, children: &Arc<Vec<Child>>) {
        let age = read.duration_since(modified).unwrap_or_default();
        if !(LARGE_FOLDER..=HUGE_FOLDER).contains(&children.len()) || age < CLOCK_STEP {
            return;
        }
        let mut listings = self.0.lock();
        listings.retain(|known| known.folder != *folder);
        listings.truncate(LISTINGS.saturating_sub(1));
        listings.push_front(Listing { folder: folder.clone(), modified, children: Arc::clone(children) });
    }
}
