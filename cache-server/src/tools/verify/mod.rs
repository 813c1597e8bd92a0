//! `verify`: every object of a store against every other that it belongs with.
//!
//! Each namespace is walked through once, in the order of the paths. What belongs together and lies apart is joined by sorting
//! (`sorter`), so that memory stays flat and no object is looked up for another one:
//!
//! 1. The references by id are read. Where each says its contents are, and which hash it has, goes into two sorters.
//! 2. The contents, sidecars and child files are listed beside the first of them, and the sidecars are read: a content that no
//!    reference names is orphaned, a reference without a content dangles.
//! 3. The references by hash are read beside the second one: ids that miss, and ids that name nothing.
//! 4. Markers of entries that end are looked at.
//!
//! Whatever is found this way is looked at once more by itself before it counts, since others may write meanwhile. What is younger
//! than an hour is told apart and never touched: a store or a deletion may be under way.

mod contents;
mod damage;
mod groups;
mod hashes;
mod reading;
mod rebuild;
mod references;
mod repair;
mod sidecars;

use std::collections::HashMap;
use std::collections::HashSet;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use cache_client::{CacheHashGenerator, CacheId, Namespace};
use parking_lot::Mutex;
use serde_json::json;

use self::damage::{Damage, Fate, Findings};
use super::Verdict;
use super::budget::Budget;
use super::config::{Share, VerifyConfig};
use super::listing::{Side, Unsorted};
use super::open::{Access, open_there};
use super::progress::Progress;
use super::sections::{self, Kind, Section};
use super::sorter::{Sorted, Sorter};
use super::store::Content;
use crate::cache::Cache;
use crate::clock::{Clock as _, ManualClock, SystemClock};
use crate::layout;
use crate::storage::{Folder, ObjectPath, SharedStorage};

/// What is younger is left alone, in milliseconds: it may be part of a store or a deletion that is under way.
const YOUNG: u64 = 3_600_000;
/// How many objects are read together.
const PAGE: usize = 256;
/// How many pages are read at the same time.
const AT_ONCE: usize = 4;

/// A verification that is under way.
#[derive(Debug)]
struct Verify {
    side: Side,
    /// What repairs work on; `None` when nothing is to be written.
    repairs: Option<SharedStorage>,
    /// Whether to tell what a repair would do.
    would: bool,
    now: u64,
    read_data: Option<Share>,
    /// Room for contents.
    budget: Budget,
    findings: Findings,
    progress: Progress,
}

/// What is known of a namespace while it is walked through.
#[derive(Debug)]
struct Known {
    namespace: Namespace,
    /// Where references say that contents are.
    contents: Sorter,
    /// Which ids should be in which reference by hash.
    hashes: Sorter,
    /// References by id that cannot be read: where they are.
    unreadable: Mutex<HashMap<CacheId, ObjectPath>>,
    /// References by id that could not be read and were made again, or would be.
    rebuilt: Mutex<HashSet<CacheId>>,
    /// References by id that were taken away, or would be.
    gone: Mutex<HashSet<CacheId>>,
}

/// Verifies, and tells what that came to.
pub(super) async fn run(config: VerifyConfig) -> Result<Verdict> {
    let VerifyConfig { place, namespace, read_data, repair, dry_run, json, now, reach } = config;
    let writes = repair && !dry_run;
    let store = open_there(&place, if writes { Access::Repair } else { Access::Read }, &reach).await?;
    let repairs = store.storage().filter(|_| writes);
    ensure!(!writes || repairs.is_some(), "{place} can be verified and not repaired: copy it to disk:PATH first");
    let verify = Verify {
        side: Side::new(store),
        repairs,
        would: repair,
        now: now.unwrap_or_else(|| SystemClock.now()),
        read_data,
        budget: Budget::new(),
        findings: Findings::new(writes),
        progress: Progress::new(json),
    };
    let store = &*verify.side.store;
    let mut namespaces = Vec::new();
    for name in sections::namespaces(store, &namespace).await? {
        // What is no namespace has no entries.
        namespaces.extend(Namespace::parse(&name).ok().filter(|parsed| parsed.as_str() == name));
    }
    if verify.progress.is_watched() {
        let objects = verify.count(&namespaces).await?;
        verify.progress.known(objects, 0);
    }
    for namespace in namespaces {
        verify.namespace(&namespace).await.with_context(|| format!("verifying {namespace}"))?;
    }
    verify.side.store.finish().await?;
    Ok(verify.summary())
}

impl Verify {
    async fn count(&self, namespaces: &[Namespace]) -> Result<u64> {
        let mut objects = 0;
        for namespace in namespaces {
            let section = Section { folder: layout::namespace_folder(namespace), kind: Kind::Data, is_deep: true };
            let mut after: Option<String> = None;
            loop {
                let page = self.side.store.list(&section.folder, after.as_deref(), 4000).await?;
                objects += page.len() as u64;
                self.progress.add(page.len() as u64, 0);
                match page.last() {
                    Some(last) if page.len() == 4000 => after = Some(last.path.to_string()),
                    _ => break,
                }
            }
        }
        Ok(objects)
    }

    async fn namespace(&self, namespace: &Namespace) -> Result<()> {
        loop {
            let before = self.findings.all();
            match self.try_namespace(namespace).await {
                // From now on, its listings are sorted; what was found so far is found again, but for what was mended.
                Err(error) if error.is::<Unsorted>() => self.findings.begin_again(before),
                done => return done,
            }
        }
    }

    async fn try_namespace(&self, namespace: &Namespace) -> Result<()> {
        let mut known = Known {
            namespace: namespace.clone(),
            contents: Sorter::new(),
            hashes: Sorter::new(),
            unreadable: Mutex::default(),
            rebuilt: Mutex::default(),
            gone: Mutex::default(),
        };
        self.references(&mut known).await.context("references by id")?;
        let contents = std::mem::replace(&mut known.contents, Sorter::new()).finish()?;
        self.contents(&known, contents).await.context("contents")?;
        self.unmended_references(&known).await?;
        let hashes: Sorted = std::mem::replace(&mut known.hashes, Sorter::new()).finish()?;
        self.hashes(&known, hashes).await.context("references by hash")?;
        self.markers(&known).await.context("markers")
    }

    /// A part of a namespace.
    fn section(namespace: &Namespace, below: &str) -> Result<Section> {
        let folder = Folder::parse(&layout::namespace_folder(namespace).join(below))?;
        Ok(Section { folder, kind: Kind::Data, is_deep: true })
    }

    /// Whether what was written at this time is too young to be judged.
    fn is_young(&self, modified: u64) -> bool {
        modified != 0 && modified.saturating_add(YOUNG) > self.now
    }

    fn found(&self, damage: Damage, path: &ObjectPath, fate: Fate) {
        self.findings.add(&self.progress, damage, path, fate);
    }

    async fn read(&self, paths: &[ObjectPath]) -> Result<Vec<Option<Content>>> {
        let mut contents = Vec::with_capacity(paths.len());
        for some in paths.chunks(self.side.store.shape().objects.max(1)) {
            contents.extend(self.side.store.read(some).await?);
        }
        Ok(contents)
    }

    async fn read_one(&self, path: &ObjectPath) -> Result<Option<Content>> {
        Ok(self.side.store.read(std::slice::from_ref(path)).await?.pop().flatten())
    }

    async fn exists(&self, path: &ObjectPath) -> Result<bool> {
        Ok(self.side.store.exist(std::slice::from_ref(path)).await? == [true])
    }

    /// Looks for markers whose entry is gone.
    async fn markers(&self, known: &Known) -> Result<()> {
        let section = Self::section(&known.namespace, "refs/by-expiry")?;
        let mut walk = self.side.walk(&section).await?;
        while let Some(item) = walk.next().await? {
            self.progress.add(1, 0);
            let id = item.path.name().strip_suffix(".json").and_then(|name| CacheId::parse(name).ok());
            let is_there = match id {
                Some(id) => self.exists(&layout::by_id(&known.namespace, id)).await?,
                None => true,
            };
            if !is_there {
                self.take_away(Damage::LeftoverMarker, &item.path).await?;
            }
        }
        Ok(())
    }

    /// The cache over what is repaired, with a clock that stands at the time of the verification.
    fn cache(&self) -> Option<Cache> {
        let storage = self.repairs.clone()?;
        Some(Cache::new(storage, Arc::new(ManualClock::at(self.now)), CacheHashGenerator::default()))
    }

    fn summary(self) -> Verdict {
        let (found, young, seen_to) = self.findings.totals();
        let (mut text, kinds) = self.findings.shown();
        let seen_to = if self.repairs.is_some() { seen_to } else { 0 };
        text += &match found {
            0 => format!("nothing is wrong; {} s", self.progress.seconds()),
            found => format!(
                "{found} found, {young} of them younger than an hour, {seen_to} mended or moved; {} s",
                self.progress.seconds()
            ),
        };
        let document = json!({
            "found": found, "young": young, "seen_to": seen_to, "repair": self.repairs.is_some(), "damage": kinds,
        });
        self.progress.end(&text, document);
        match found - young - seen_to {
            0 if found == 0 => Verdict::Fine,
            0 => Verdict::Differences,
            _ => Verdict::Damage,
        }
    }
}
