//! The time-range scan: entries of the temporal strategies in the order they were stored, read from the time folders
//! only.
//!
//! Folders end with the UTC minute. The Python service wrote hour folders in its own local time; those within
//! fourteen hours of the range are read too, and filtered by what their metadata says.

use std::collections::BinaryHeap;
use std::fmt;
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
use std::sync::Arc;
use std::time::{Duration, Instant};

use cache_client::{CacheId, Namespace, Strategy};
use quick_cache::Weighter;
use quick_cache::sync::Cache as Remembered;

use super::entries::readable;
use super::{Cache, Compact, ContentFile, Result, document};
use crate::layout;
use crate::records::{Located, Metadata};
use crate::storage::{Child, Folder, ObjectPath};

/// No time zone is further from UTC than this, in milliseconds.
const FURTHEST_ZONE: u64 = 14 * 3_600_000;
/// How many sidecars are read together.
const PAGE: usize = 1000;
/// How many entries of hour folders are remembered; each takes some 300 bytes.
const HOUR_ENTRIES: u64 = 100_000;
/// How long an hour folder is remembered.
const HOUR_LIFETIME: Duration = Duration::from_secs(10);
const TEMPORAL: [Strategy; 3] = [Strategy::Temporal, Strategy::TemporalLatest, Strategy::TemporalVersioned];

/// Which entries: those stored from `from` up to, but not at, `to`, in milliseconds since 1970.
#[derive(Debug, Clone, Copy)]
pub struct TemporalScan {
    /// The first instant.
    pub from: u64,
    /// The instant after the last one.
    pub to: u64,
    /// Only entries after this one.
    pub after: Option<TemporalCursor>,
    /// How many entries at most.
    pub limit: usize,
}

/// The place of an entry in the order of the scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TemporalCursor {
    /// When the entry was stored.
    pub stored_at: u64,
    /// Its id.
    pub cache_id: CacheId,
}

/// An entry of the scan before its content is read. Ordered by its place in the scan.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TemporalFound {
    /// Its place.
    pub at: TemporalCursor,
    /// The copy of its content that lies in the time folder.
    pub content: ContentFile,
}

/// The earliest `limit` entries seen so far.
struct Earliest {
    scan: TemporalScan,
    found: BinaryHeap<TemporalFound>,
}

impl Earliest {
    fn add(&mut self, found: TemporalFound) {
        let inside = (self.scan.from..self.scan.to).contains(&found.at.stored_at);
        if !inside || self.scan.after.is_some_and(|after| found.at <= after) {
            return;
        }
        self.found.push(found);
        if self.found.len() > self.scan.limit {
            self.found.pop();
        }
    }

    /// Tells whether an entry comes before all that are wanted.
    fn is_past(&self, found: &TemporalFound) -> bool {
        found.at.stored_at < self.scan.from || self.scan.after.is_some_and(|after| found.at <= after)
    }

    /// Tells whether nothing in this minute, or in a later one, can be among the earliest.
    fn ends_before(&self, minute: &str) -> bool {
        let latest = self.found.peek().filter(|_| self.found.len() >= self.scan.limit);
        latest.is_some_and(|latest| minute > layout::minute_folder(latest.at.stored_at).as_str())
    }
}

impl Cache {
    /// Finds the places of the first entries of a range, in the order they were stored.
    ///
    /// Costs a listing of the range's folders and one read of a sidecar for each entry in the minutes that are reached, and in
    /// hour folders, which are remembered for some seconds; holds at most `limit` places in memory beside those.
    pub async fn temporal(&self, namespace: &Namespace, scan: TemporalScan) -> Result<Vec<TemporalFound>> {
        let mut earliest = Earliest { scan, found: BinaryHeap::new() };
        if scan.limit == 0 || scan.from >= scan.to {
            return Ok(Vec::new());
        }
        let start = scan.after.map_or(scan.from, |after| after.stored_at.max(scan.from));
        for strategy in TEMPORAL {
            self.hour_folders(&layout::strategy_folder(namespace, strategy), start, &mut earliest).await?;
        }
        for strategy in TEMPORAL {
            self.minute_folders(&layout::strategy_folder(namespace, strategy), start, &mut earliest).await?;
        }
        Ok(earliest.found.into_sorted_vec())
    }

    /// Reads what entries of the scan hold; `None` for one that is gone or cannot be read.
    ///
    /// Reads the copies that the scan has found: `latest/` may hold a newer entry.
    pub async fn temporal_texts(&self, namespace: &Namespace, found: &[TemporalFound]) -> Result<Vec<Option<Compact>>> {
        let references: Vec<_> = found.iter().map(|found| layout::by_id(namespace, found.at.cache_id)).collect();
        let objects = self.storage.get_many(&references).await?;
        let mut is_there = Vec::with_capacity(found.len());
        for ((found, path), object) in found.iter().zip(&references).zip(objects) {
            let reference = object.map(|object| document::<Located>(path, &object)).transpose();
            let reference = readable(path, reference)?;
            is_there.push(reference.is_some_and(|entry| entry.file_paths.content_files.contains(&found.content.path)));
        }
        let files: Vec<_> = found.iter().map(|found| found.content.clone()).collect();
        let texts = self.texts(&files).await?;
        Ok(texts.into_iter().zip(is_there).map(|(text, is_there)| text.filter(|_| is_there)).collect())
    }

    /// Adds the entries in minute folders, minute by minute, until no later minute can add any.
    async fn minute_folders(&self, data: &Folder, start: u64, earliest: &mut Earliest) -> Result<()> {
        let last_minute = layout::minute_folder(earliest.scan.to - 1);
        // Whatever else lies in the folder, `latest/` and `versions/` among it, comes after this.
        let end = format!("{last_minute}/{}", char::MAX);
        let mut minute: Option<String> = None;
        let mut after = data.join(&layout::minute_folder(start));
        let mut pending = Vec::new();
        loop {
            let page = self.storage.list(data, Some(&after), PAGE).await?;
            let full = page.len() == PAGE;
            for listed in page {
                after = listed.path.to_string();
                let below = after.strip_prefix(&data.prefix()).unwrap_or_default();
                if below > end.as_str() {
                    return self.add_sidecars(&mut pending, earliest).await;
                }
                let Some((folder, name)) = minute_of(below) else { continue };
                if minute.as_deref() != Some(folder) {
                    self.add_sidecars(&mut pending, earliest).await?;
                    if earliest.ends_before(folder) {
                        return Ok(());
                    }
                    minute = Some(folder.to_owned());
                }
                if is_sidecar(name) {
                    pending.push(listed.path);
                    if pending.len() == PAGE {
                        self.add_sidecars(&mut pending, earliest).await?;
                    }
                }
            }
            if !full {
                return self.add_sidecars(&mut pending, earliest).await;
            }
        }
    }

    /// Adds the entries in Python's hour folders around the range.
    async fn hour_folders(&self, data: &Folder, start: u64, earliest: &mut Earliest) -> Result<()> {
        let hour = |time: u64| layout::minute_folder(time)[..13].to_owned();
        let first = hour(start.saturating_sub(FURTHEST_ZONE));
        let last = hour(earliest.scan.to.saturating_add(FURTHEST_ZONE));
        let mut folders = vec![(0, data.clone())];
        while let Some((depth, folder)) = folders.pop() {
            let mut sidecars = Vec::new();
            let mut after = None;
            loop {
                let page = self.storage.children(&folder, after.as_deref(), PAGE).await?;
                after = if page.len() == PAGE { page.last().map(Child::sort_key) } else { None };
                for child in page {
                    match child {
                        Child::Folder(name) if depth < 4 && name.bytes().all(|b| b.is_ascii_digit()) => {
                            let below = Folder::from_parsed(folder.join(&name));
                            let text = below.as_str().strip_prefix(&data.prefix()).unwrap_or_default();
                            // Compare as much of `2026/02/13/14` as this folder's path has.
                            if (&first[..text.len().min(13)]..=&last[..text.len().min(13)]).contains(&text) {
                                folders.push((depth + 1, below));
                            }
                        }
                        Child::File(name) if depth == 4 && is_sidecar(&name) => {
                            sidecars.push(ObjectPath::from_parsed(folder.join(&name)));
                        }
                        Child::Folder(_) | Child::File(_) => {}
                    }
                }
                if after.is_none() {
                    break;
                }
            }
            if !sidecars.is_empty() {
                let hour = self.hour(&folder, &sidecars).await?;
                let from = hour.found.partition_point(|found| earliest.is_past(found));
                hour.found[from..].iter().take(earliest.scan.limit).for_each(|found| earliest.add(found.clone()));
            }
        }
        Ok(())
    }

    /// What lies in an hour folder with these sidecars, in the order of the scan: remembered, so that not every page of a scan reads
    /// all of it.
    async fn hour(&self, folder: &Folder, sidecars: &[ObjectPath]) -> Result<Arc<Hour>> {
        if let Some(hour) = self.hours.get(folder, sidecars) {
            return Ok(hour);
        }
        let read = Instant::now();
        let mut found = Vec::new();
        for page in sidecars.chunks(PAGE) {
            found.extend(self.described(page).await?);
        }
        found.sort_unstable();
        Ok(self.hours.remember(folder, sidecars, Hour { found, read }))
    }

    /// Reads sidecars and adds the entries they describe.
    async fn add_sidecars(&self, sidecars: &mut Vec<ObjectPath>, earliest: &mut Earliest) -> Result<()> {
        self.described(sidecars).await?.into_iter().for_each(|found| earliest.add(found));
        sidecars.clear();
        Ok(())
    }

    /// Reads sidecars and gives the entries they describe.
    async fn described(&self, sidecars: &[ObjectPath]) -> Result<Vec<TemporalFound>> {
        let objects = self.storage.get_many(sidecars).await?;
        let mut entries = Vec::with_capacity(sidecars.len());
        for (path, object) in sidecars.iter().zip(objects) {
            let Some(object) = object else { continue };
            let Some(metadata) = readable(path, document::<Metadata>(path, &object).map(Some))? else { continue };
            let content = path.as_str().trim_end_matches(".metadata").to_owned();
            entries.push(TemporalFound {
                at: TemporalCursor { stored_at: metadata.data.stored_at, cache_id: metadata.data.cache_id },
                content: ContentFile::new(ObjectPath::from_parsed(content), metadata.content_size, &metadata.data),
            });
        }
        Ok(entries)
    }
}

/// Hour folders as they were read last.
pub(super) struct Hours(Remembered<(Folder, u64), Arc<Hour>, ByEntries>);

/// What lies in an hour folder, in the order of the scan.
#[derive(Debug)]
pub(super) struct Hour {
    found: Vec<TemporalFound>,
    read: Instant,
}

#[derive(Clone)]
struct ByEntries;

impl Weighter<(Folder, u64), Arc<Hour>> for ByEntries {
    fn weight(&self, _: &(Folder, u64), hour: &Arc<Hour>) -> u64 {
        hour.found.len() as u64 + 1
    }
}

impl fmt::Debug for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hours")
    }
}

impl Default for Hours {
    fn default() -> Self {
        // So few that they are in one part, which has room for all entries.
        Self(Remembered::with_weighter(16, HOUR_ENTRIES, ByEntries))
    }
}

impl Hours {
    /// What a folder with these sidecars holds, unless that was read too long ago: the Python service may have replaced one.
    fn get(&self, folder: &Folder, sidecars: &[ObjectPath]) -> Option<Arc<Hour>> {
        self.0.get(&(folder.clone(), names(sidecars))).filter(|hour| hour.read.elapsed() < HOUR_LIFETIME)
    }

    fn remember(&self, folder: &Folder, sidecars: &[ObjectPath], hour: Hour) -> Arc<Hour> {
        let hour = Arc::new(hour);
        self.0.insert((folder.clone(), names(sidecars)), Arc::clone(&hour));
        hour
    }
}

/// Stands for all names together.
fn names(sidecars: &[ObjectPath]) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(sidecars)
}

/// Takes `2026/02/13/14/30/name` apart; `None` for anything else, such as child files or `latest/`.
fn minute_of(below: &str) -> Option<(&str, &str)> {
    let (folder, name) = below.split_at_checked(16)?;
    let name = name.strip_prefix('/')?;
    let digits = folder.split('/').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    (digits && folder.split('/').count() == 5 && !name.contains('/')).then_some((folder, name))
}

fn is_sidecar(name: &str) -> bool {
    name.ends_with(".metadata")
}
