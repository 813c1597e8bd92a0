//! Comparing the two sides in step, and copying what differs.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use anyhow::{Context, Result};
use bytes::Bytes;
use futures::{TryStreamExt, stream};
use indicatif::{HumanBytes, HumanCount};
use md5::{Digest as _, Md5};
use serde_json::json;

use super::super::Verdict;
use super::super::listing::{Side, Unsorted, Walk};
use super::super::progress::Progress;
use super::super::sections::{Kind, Section};
use super::super::store::{Content, Item, Piece, Store};
use super::Counts;
use crate::layout;
use crate::records::Owned;
use crate::storage::{Mark, ObjectPath};

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
            bytes += item.size.unwrap_or(SMALLEST).max(SMALLEST);
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
            Kind::Data | Kind::ById => {
                let pieces = self.differing(chunk).await?;
                let pieces = if kind == Kind::ById { self.with_contents(pieces).await? } else { pieces };
                self.write(pieces).await?;
            }
            Kind::ByHash => self.hashes(chunk).await?,
        }
        self.progress.add(objects, bytes);
        Ok(())
    }

    /// Reads what differs, and counts what is the same.
    pub(super) async fn differing(&self, chunk: Vec<Candidate>) -> Result<Vec<Piece>> {
        let total = chunk.len();
        // What the listings say of both is enough for some.
        let unsure = chunk.iter().filter(|of| {
            let same = of.there.as_ref().is_some_and(|there| there.md5.is_some() && there.md5 == of.item.md5);
            !(same && of.item.size == of.there.as_ref().and_then(|there| there.size))
        });
        let unsure: Vec<&Candidate> = unsure.collect();
        let paths: Vec<ObjectPath> = unsure.iter().map(|of| of.item.path.clone()).collect();
        let source = read(&*self.from.store, &paths).await.context("reading the source")?;
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
        let mut pieces = Vec::new();
        let mut marks = Vec::new();
        let (mut vanished, mut replaced) = (0, 0);
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
            if is_same {
                continue;
            }
            replaced += u64::from(of.there.is_some());
            marks.push(content.mark);
            pieces.push(Piece { path: of.item.path.clone(), bytes: content.bytes, mark: content.mark });
        }
        self.counts.vanished.fetch_add(vanished, Relaxed);
        self.counts.replaced.fetch_add(replaced, Relaxed);
        self.counts.same.fetch_add(total as u64 - vanished - pieces.len() as u64, Relaxed);
        if self.to.store.keeps_marks() && marks.iter().any(Option::is_none) {
            self.mark(&mut pieces, &chunk).await?;
        }
        Ok(pieces)
    }

    /// Adds to contents whose they are, as their sidecars say: a target that keeps it with a content answers with one read less.
    async fn mark(&self, pieces: &mut [Piece], chunk: &[Candidate]) -> Result<()> {
        let sidecar = |path: &ObjectPath| layout::metadata_of(path);
        let mut known: HashMap<ObjectPath, Option<Mark>> = HashMap::new();
        for piece in pieces.iter().filter(|piece| piece.path.as_str().ends_with(METADATA)) {
            known.insert(piece.path.clone(), mark_in(&piece.bytes));
        }
        let unread: Vec<ObjectPath> = chunk
            .iter()
            .map(|of| &of.item.path)
            .filter(|path| path.as_str().ends_with(METADATA) && !known.contains_key(*path))
            .filter(|path| pieces.iter().any(|piece| piece.mark.is_none() && sidecar(&piece.path) == **path))
            .cloned()
            .collect();
        for (path, content) in unread.iter().zip(read(&*self.from.store, &unread).await?) {
            known.insert(path.clone(), content.and_then(|content| mark_in(&content.bytes)));
        }
        for piece in pieces.iter_mut().filter(|piece| piece.mark.is_none()) {
            piece.mark = known.get(&sidecar(&piece.path)).copied().flatten();
        }
        Ok(())
    }

    pub(super) async fn write(&self, pieces: Vec<Piece>) -> Result<()> {
        let bytes: u64 = pieces.iter().map(|piece| piece.bytes.len() as u64).sum();
        let count = pieces.len() as u64;
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

/// How names of ownership sidecars end.
pub(super) const METADATA: &str = ".metadata";

/// Whether a path is that of a sidecar of the content at, or beside, another path.
fn is_sidecar_beside(path: &ObjectPath, other: &ObjectPath) -> bool {
    let content = |path: &ObjectPath| -> Option<String> {
        let path = path.as_str();
        Some(path.strip_suffix(".config").or_else(|| path.strip_suffix(METADATA))?.to_owned())
    };
    content(path).is_some_and(|of| of == other.as_str() || content(other).as_ref() == Some(&of))
}

fn mark_in(metadata: &[u8]) -> Option<Mark> {
    let owner = serde_json::from_slice::<Owned>(metadata).ok()?.data;
    Some(Mark { cache_id: owner.cache_id, coding: owner.coding() })
}

/// Reads objects, as many together as the store takes.
pub(super) async fn read(store: &dyn Store, paths: &[ObjectPath]) -> Result<Vec<Option<Content>>> {
    let mut contents = Vec::with_capacity(paths.len());
    for some in paths.chunks(store.shape().objects.max(1)) {
        contents.extend(store.read(some).await?);
    }
    Ok(contents)
}
