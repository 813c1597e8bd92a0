//! Comparing the two sides in step, and copying what differs.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use anyhow::{Context, Result, bail, ensure};
use bytes::Bytes;
use cache_client::CacheId;
use futures::{TryStreamExt, stream};
use indicatif::{HumanBytes, HumanCount};
use md5::{Digest as _, Md5};
use parking_lot::Mutex;
use serde_json::json;

use super::super::Verdict;
use super::super::budget::{Budget, MOST};
use super::super::documents::mark_in;
use super::super::listing::{Side, Unsorted, Walk};
use super::super::progress::Progress;
use super::super::sections::{Kind, Section};
use super::super::store::{Content, Item, Piece};
use super::Counts;
use super::source::{METADATA, base, read};
use crate::storage::{Mark, ObjectPath, Skipped};

/// Up to so many bytes are copied in one call.
const CHUNK: u64 = 4 << 20;
/// Objects up to this size are counted as this large, since their length is not all they cost.
const SMALLEST: u64 = 512;

/// A copy that is under way.
#[derive(Debug)]
pub(super) struct Transfer {
    pub(super) from: Side,
    pub(super) to: Side,
    pub(super) dry_run: bool,
    /// Entries that were stored from then on may have been on their way when the copy began; in milliseconds since 1970.
    pub(super) fresh_since: u64,
    pub(super) counts: Counts,
    pub(super) progress: Arc<Progress>,
    /// Held while an entry is added to the reference of its hash.
    pub(super) sharing: tokio::sync::Mutex<()>,
    /// The bytes that may still be held.
    pub(super) room: Budget,
    /// Entries whose reference was not copied, since their content is gone.
    pub(super) dropped: Mutex<HashSet<CacheId>>,
    /// References that were not copied, since what they name is not there or cannot be told.
    pub(super) left_out: Skipped,
}

/// An object of the source, and what the target has at its path.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) item: Item,
    pub(super) there: Option<Item>,
}

impl Transfer {
    /// Copies what differs of a part of the source.
    pub(super) async fn section(&self, section: &Section) -> Result<()> {
        loop {
            let before = self.counts.all();
            match self.try_section(section).await {
                // From now on, the listing of that side is sorted.
                Err(error) if error.is::<Unsorted>() => self.counts.begin_again(before, self.dry_run),
                done => return done,
            }
        }
    }

    async fn try_section(&self, section: &Section) -> Result<()> {
        let (objects, at_once) = self.shape();
        let state = (self.from.walk(section).await?, self.to.walk(section).await?);
        let chunks = stream::try_unfold(state, |(mut from, mut to)| async move {
            let chunk = self.chunk(&mut from, &mut to, objects).await?;
            anyhow::Ok((!chunk.is_empty()).then_some((chunk, (from, to))))
        });
        let work = chunks.map_ok(|chunk| self.chunk_of(section.kind, chunk)).try_buffer_unordered(at_once);
        work.try_for_each(|()| async { Ok(()) }).await
    }

    /// How many objects are copied in one call, and how many calls are made at the same time.
    pub(super) fn shape(&self) -> (usize, usize) {
        let (from, to) = (self.from.store.shape(), self.to.store.shape());
        (from.objects.min(to.objects), from.at_once.max(to.at_once))
    }

    /// The next objects of the source, with what the target has. A content and its sidecars stay together.
    async fn chunk(&self, from: &mut Walk<'_>, to: &mut Walk<'_>, objects: usize) -> Result<Vec<Candidate>> {
        let (mut chunk, mut bytes): (Vec<Candidate>, u64) = (Vec::new(), 0);
        while let Some(item) = from.peek().await? {
            let is_full = chunk.len() >= objects || bytes >= CHUNK;
            if is_full && !chunk.last().is_some_and(|last| is_sidecar_beside(&item.path, &last.item.path)) {
                break;
            }
            let Some(item) = from.next().await? else { break };
            let mut there = None;
            while let Some(next) = to.peek().await? {
                if next.path > item.path {
                    break;
                }
                let next = to.next().await?;
                match next.filter(|next| next.path == item.path) {
                    Some(same) => there = Some(same),
                    None => drop(self.counts.only_target.fetch_add(1, Relaxed)),
                }
            }
            bytes += item.size.unwrap_or(CHUNK).max(SMALLEST);
            chunk.push(Candidate { item, there });
        }
        if chunk.is_empty() {
            while to.next().await?.is_some() {
                self.counts.only_target.fetch_add(1, Relaxed);
            }
        }
        Ok(chunk)
    }

    async fn chunk_of(&self, kind: Kind, chunk: Vec<Candidate>) -> Result<()> {
        let (objects, bytes) = (chunk.len() as u64, chunk.iter().map(|of| of.item.size.unwrap_or(0)).sum());
        match kind {
            Kind::Data => {
                let size = |item: &Item| item.size.unwrap_or(MOST);
                let held = chunk.iter().map(|of| size(&of.item) + of.there.as_ref().map_or(0, size)).sum();
                let _room = self.room.take(held).await?;
                let pieces = self.differing(chunk).await?;
                self.write(pieces).await?;
            }
            Kind::ById => {
                let pieces = self.differing(chunk).await?;
                self.write(self.with_contents(pieces).await?).await?;
            }
            Kind::ByHash => self.hashes(chunk).await?,
        }
        self.progress.add(objects, bytes);
        Ok(())
    }

    /// Reads what differs, and counts what is the same.
    ///
    /// A content is read with its metadata. A target that keeps with a content whose it is gets both when the metadata differs.
    pub(super) async fn differing(&self, chunk: Vec<Candidate>) -> Result<Vec<Piece>> {
        let total = chunk.len() as u64;
        // What the listings say of both is enough for some.
        let is_unsure = |of: &&Candidate| {
            let same = of.there.as_ref().is_some_and(|there| there.md5.is_some() && there.md5 == of.item.md5);
            !(same && of.item.size == of.there.as_ref().and_then(|there| there.size))
        };
        let groups: HashSet<&str> = chunk.iter().filter(is_unsure).map(|of| base(&of.item.path)).collect();
        let unsure: Vec<&Candidate> = chunk.iter().filter(|of| groups.contains(base(&of.item.path))).collect();
        let paths: Vec<ObjectPath> = unsure.iter().map(|of| of.item.path.clone()).collect();
        let source = self.source(&paths).await?;
        // Only of the same length, and where no listing tells more, the target has to be read.
        let must_read = |of: &&Candidate, content: &Option<Content>| {
            let (Some(there), Some(content)) = (&of.there, content) else { return false };
            there.md5.is_none() && there.size.is_none_or(|size| size == content.bytes.len() as u64)
        };
        let compared: Vec<ObjectPath> = unsure
            .iter()
            .zip(&source)
            .filter(|(of, content)| must_read(of, content))
            .map(|(of, _)| of.item.path.clone())
            .collect();
        let mut there: HashMap<ObjectPath, Bytes> = HashMap::new();
        for (path, content) in
            compared.iter().zip(read(&*self.to.store, &compared).await.context("reading the target")?)
        {
            there.extend(content.map(|content| (path.clone(), content.bytes)));
        }
        let (mut read, mut vanished) = (Vec::new(), 0);
        let mut owners: HashMap<&str, (Option<Mark>, bool)> = HashMap::new();
        for (of, content) in unsure.into_iter().zip(source) {
            let Some(content) = content else {
                vanished += 1;
                continue;
            };
            let is_same = match (&of.there, there.get(&of.item.path)) {
                (None, _) => false,
                (Some(_), Some(bytes)) => *bytes == content.bytes,
                (Some(there), None) => {
                    there.md5.is_some_and(|md5| md5 == <[u8; 16]>::from(Md5::digest(&content.bytes)))
                }
            };
            if self.to.store.keeps_marks() && of.item.path.as_str().ends_with(METADATA) {
                owners.insert(base(&of.item.path), (mark_in(&content.bytes), !is_same));
            }
            read.push((of, content, is_same));
        }
        let mut pieces = Vec::new();
        let mut replaced = 0;
        for (of, content, is_same) in read {
            let (mark, is_anothers) = owners.get(of.item.path.as_str()).copied().unwrap_or_default();
            if !is_same || is_anothers {
                replaced += u64::from(of.there.is_some());
                let mark = content.mark.or(mark);
                pieces.push(Piece { path: of.item.path.clone(), bytes: content.bytes, mark });
            }
        }
        self.counts.vanished.fetch_add(vanished, Relaxed);
        self.counts.replaced.fetch_add(replaced, Relaxed);
        self.counts.same.fetch_add(total - vanished - pieces.len() as u64, Relaxed);
        Ok(pieces)
    }

    /// Fails when a source that nobody writes to does not have what it lists.
    pub(super) fn nothing_vanished(&self) -> Result<()> {
        let vanished = self.counts.vanished.load(Relaxed);
        ensure!(
            vanished == 0 || !self.from.store.is_still(),
            "{vanished} objects that the source lists are not there when they are read"
        );
        Ok(())
    }

    pub(super) async fn write(&self, pieces: Vec<Piece>) -> Result<()> {
        let bytes: u64 = pieces.iter().map(|piece| piece.bytes.len() as u64).sum();
        let count = pieces.len() as u64;
        let names = self.to.store.names();
        if let Some(reason) =
            pieces.iter().find_map(|Piece { path, .. }| Some(format!("{path:?} {}", names.refuse(path)?)))
        {
            bail!("the target cannot hold a name of the source: {reason}");
        }
        if !self.dry_run && count > 0 {
            self.to.store.write(pieces).await.context("writing the target")?;
        }
        self.counts.copied.fetch_add(count, Relaxed);
        self.counts.copied_bytes.fetch_add(bytes, Relaxed);
        Ok(())
    }

    /// Tells what the copy came to.
    pub(super) fn summary(&self) -> Verdict {
        let [copied, bytes, replaced, same, merged, vanished, only_target] = self.counts.all();
        let would = if self.dry_run { "to copy" } else { "copied" };
        let mut text = format!("{} objects {would} ({})", HumanCount(copied), HumanBytes(bytes));
        let more = [
            (replaced, "of them replace another one"),
            (merged, "of them references by hash that were put together"),
            (same, "were there already"),
            (vanished, "were gone when they were read"),
            (only_target, "are at the target only"),
        ];
        for (count, what) in more.into_iter().filter(|(count, _)| *count > 0) {
            text += &format!(", {} {what}", HumanCount(count));
        }
        text += &format!("; {} s", self.progress.seconds());
        let document = json!({
            "dry_run": self.dry_run, "copied": copied, "copied_bytes": bytes, "replaced": replaced, "merged": merged,
            "same": same, "vanished": vanished, "only_at_target": only_target,
        });
        self.progress.end(&text, document);
        if self.dry_run && copied > 0 { Verdict::Differences } else { Verdict::Fine }
    }
}

/// Whether a path is that of a sidecar of the content at, or beside, another path.
fn is_sidecar_beside(path: &ObjectPath, other: &ObjectPath) -> bool {
    base(path) != path.as_str() && base(path) == base(other)
}
