//! A kill between any two writes of an operation on `local_disk`: the folder is made for every prefix of the writes.
//!
//! Whatever the prefix is, no reference dangles, what was there before is whole, and the same operation can be done
//! again.

use std::collections::BTreeSet;

use bytes::Bytes;
use cache_client::{CacheHash, CacheId, CacheKey, DataKey, FileId, Strategy};
use cache_server::cache::{
    ChildContent, Content, EntryFilter, Error, NewContent, NewEntry, StoreWhen, Stored, TemporalScan,
};

use crate::opened::{Opened, namespace};
use crate::tree::Files;

/// A text to be stored somewhere.
#[derive(Debug, Clone, Copy)]
struct New {
    strategy: Strategy,
    file: Option<&'static str>,
    text: &'static str,
    binary: bool,
    only_if_absent: bool,
}

impl New {
    const fn at(strategy: Strategy, file: Option<&'static str>, text: &'static str) -> Self {
        Self { strategy, file, text, binary: false, only_if_absent: false }
    }

    fn entry(self) -> NewEntry {
        let content = match self.binary {
            true => Content::Binary { bytes: Bytes::from_static(self.text.as_bytes()), coding: None },
            false => Content::String(self.text.to_owned()),
        };
        NewEntry {
            namespace: namespace(),
            strategy: self.strategy,
            cache_key: Some(CacheKey::parse("a/key").unwrap()),
            file_id: self.file.map(|file| FileId::parse(file).unwrap()),
            content,
            when: if self.only_if_absent { StoreWhen::Absent } else { StoreWhen::Always },
        }
    }
}

const SHARED: &str = "two entries have this text";

/// What is there before the operation.
const BEFORE: [New; 7] = [
    New::at(Strategy::Direct, None, SHARED),
    New::at(Strategy::Direct, None, SHARED),
    New::at(Strategy::KeyBased, Some("old"), "of a key"),
    New::at(Strategy::Temporal, None, "of a minute"),
    New::at(Strategy::TemporalLatest, Some("f"), "the latest"),
    New::at(Strategy::TemporalVersioned, Some("f"), "version one"),
    New { binary: true, ..New::at(Strategy::Direct, Some("with-children"), "some bytes") },
];

#[derive(Debug, Clone, Copy)]
enum Operation {
    Store(New),
    /// Of one of `BEFORE`.
    Update(usize, &'static str),
    Delete(usize),
}

/// An operation that was done: the folder before and after, and what was written in which order.
struct Scene {
    operation: Operation,
    earlier: Vec<Stored>,
    new: Option<Stored>,
    before: Files,
    after: Files,
    writes: Vec<String>,
}

async fn play(operation: Operation) -> Scene {
    let opened = Opened::on(&Files::new());
    let mut earlier = Vec::new();
    for new in BEFORE {
        earlier.push(opened.cache.store(new.entry()).await.unwrap());
    }
    for key in [None, Some(DataKey::parse("below").unwrap())] {
        let (id, file) = (earlier[6].cache_id, FileId::parse("child").unwrap());
        let child = ChildContent::String("a child".to_owned());
        opened.cache.store_child(&namespace(), id, key, file, child, false).await.unwrap().unwrap();
    }
    let before = opened.files();
    opened.clock.advance(1);
    let mut new = None;
    let mut writes = Vec::new();
    match operation {
        Operation::Store(entry) => new = Some(opened.cache.store(entry.entry()).await.unwrap()),
        Operation::Update(at, text) => {
            let content = NewContent::String(text.to_owned());
            opened.cache.update(&namespace(), earlier[at].cache_id, content, None).await.unwrap().unwrap();
        }
        Operation::Delete(at) => {
            let deleted = opened.cache.delete(&namespace(), earlier[at].cache_id, None).await.unwrap().unwrap();
            assert_eq!(deleted.missing, []);
            // The hash reference comes first; a shared one is written and not deleted.
            let hash_reference = earlier[at].paths.by_hash[0].to_string();
            let deleted = deleted.paths.iter().map(ToString::to_string).filter(|path| *path != hash_reference);
            writes = std::iter::once(hash_reference.clone()).chain(deleted).collect();
        }
    }
    let after = opened.files();
    if writes.is_empty() {
        // The time of a file is its version, which grows with every write: it tells the order.
        let mut written: Vec<_> = after.iter().filter(|(path, file)| before.get(*path) != Some(*file)).collect();
        written.sort_by_key(|(_, (_, modified))| *modified);
        writes.extend(written.into_iter().map(|(path, _)| path.clone()));
    }
    let all: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let changed = all.into_iter().filter(|path| before.get(*path) != after.get(*path));
    assert_eq!(changed.cloned().collect::<BTreeSet<_>>(), writes.iter().cloned().collect(), "every write is known");
    Scene { operation, earlier, new, before, after, writes }
}

impl Scene {
    /// The folder when the process is killed after that many writes.
    fn cut_off_after(&self, writes: usize) -> Files {
        let mut files = self.before.clone();
        for path in &self.writes[..writes] {
            match self.after.get(path) {
                Some(file) => drop(files.insert(path.clone(), file.clone())),
                None => drop(files.remove(path)),
            }
        }
        files
    }

    /// What one of `BEFORE` may read once the operation has begun; deleted ones may be gone.
    fn may_read(&self, at: usize) -> Vec<Option<&'static str>> {
        let old = BEFORE[at];
        let mut may = vec![Some(old.text)];
        match self.operation {
            // Where a file id is given, the file is taken over, but a version is not.
            Operation::Store(new) => {
                let same_file = new.file == old.file && new.file.is_some() && new.strategy == old.strategy;
                if same_file && new.strategy != Strategy::TemporalVersioned {
                    may.push(Some(new.text));
                }
            }
            Operation::Update(updated, text) if updated == at => may.push(Some(text)),
            Operation::Delete(deleted) if deleted == at => may.push(None),
            Operation::Update(..) | Operation::Delete(_) => {}
        }
        may
    }

    async fn earlier_entries_are_whole(&self, opened: &Opened) {
        for (at, stored) in self.earlier.iter().enumerate() {
            let may = self.may_read(at);
            let read = opened.by_id(stored.cache_id).await;
            assert!(may.contains(&read.as_deref()), "{:?} reads {read:?}", BEFORE[at]);
            let by_hash = opened.by_hash(&stored.cache_hash).await;
            assert!(may.contains(&by_hash.as_deref()), "{:?} by its hash reads {by_hash:?}", BEFORE[at]);
            if BEFORE[at].text == SHARED {
                assert_eq!(by_hash.as_deref(), Some(SHARED), "the other entry of the hash is there");
            }
        }
    }

    async fn can_be_done_again(&self, opened: &Opened, writes: usize) {
        match self.operation {
            Operation::Store(new) => self.can_be_stored_again(opened, new, writes).await,
            Operation::Update(at, text) => {
                let content = NewContent::String(text.to_owned());
                let id = self.earlier[at].cache_id;
                opened.cache.update(&namespace(), id, content, None).await.unwrap().unwrap();
                assert_eq!(opened.by_id(id).await.as_deref(), Some(text));
            }
            Operation::Delete(at) => {
                let Stored { cache_id, cache_hash, .. } = &self.earlier[at];
                let was_there = opened.by_id(*cache_id).await.is_some();
                let deleted = opened.cache.delete(&namespace(), *cache_id, None).await.unwrap();
                assert_eq!(deleted.is_some(), was_there);
                assert!(deleted.is_none_or(|deleted| deleted.missing.is_empty()), "it was there as a whole");
                assert_eq!(opened.by_id(*cache_id).await, None);
                let left = (BEFORE[at].text == SHARED).then_some(SHARED);
                assert_eq!(opened.by_hash(cache_hash).await.as_deref(), left);
                self.can_be_stored_again(opened, BEFORE[at], 0).await;
            }
        }
    }

    async fn can_be_stored_again(&self, opened: &Opened, new: New, writes: usize) {
        let mut again = opened.cache.store(new.entry()).await;
        if new.only_if_absent && writes > 0 {
            assert!(
                matches!(again, Err(Error::AlreadyExists { .. })),
                "the name is taken, for a while at least: {again:?}"
            );
            opened.clock.advance(61_000);
            again = opened.cache.store(new.entry()).await;
            let first = self.new.as_ref().unwrap();
            if opened.by_id(first.cache_id).await.is_some() {
                assert!(matches!(again, Err(Error::AlreadyExists { .. })), "it was created before the kill: {again:?}");
                return;
            }
        }
        let again = again.unwrap();
        assert_eq!(opened.by_id(again.cache_id).await.as_deref(), Some(new.text));
        assert_eq!(opened.by_hash(&again.cache_hash).await.as_deref(), Some(new.text));
    }
}

/// Every reference leads to something whole, and bulk reads get through.
async fn nothing_dangles(opened: &Opened) {
    let files = opened.files();
    let references = |kind: &str| {
        let folder = format!("ns/refs/{kind}/");
        let name = move |path: &String| {
            let (_, name) = path.strip_prefix(&folder)?.rsplit_once('/')?;
            name.strip_suffix(".json").map(str::to_owned)
        };
        files.keys().filter_map(name).collect::<Vec<_>>()
    };
    let ids = references("by-id");
    for id in &ids {
        let id = CacheId::parse(id).unwrap();
        assert!(opened.by_id(id).await.is_some(), "{id} has no content");
        assert!(opened.cache.metadata(&namespace(), id).await.unwrap().is_some(), "{id} has no metadata");
        assert!(opened.cache.config(&namespace(), id).await.unwrap().is_some(), "{id} has no config");
    }
    for hash in references("by-hash") {
        let hash = CacheHash::parse(&hash).unwrap();
        let reference = opened.cache.hash_reference(&namespace(), &hash).await.unwrap().unwrap();
        assert!(opened.by_hash(&hash).await.is_some(), "{hash} leads nowhere");
        for entry in reference.cache_ids {
            assert!(ids.contains(&entry.cache_id.to_string()), "{hash} names {}, which is not there", entry.cache_id);
        }
    }
    let (entries, _) = opened.cache.entries(&namespace(), &EntryFilter::default(), None, 1000).await.unwrap();
    let contents: Vec<_> = entries.into_iter().map(|found| found.content).collect();
    let texts = opened.cache.texts(&contents).await.unwrap();
    assert_eq!(texts.iter().flatten().count(), ids.len());
    let scan = TemporalScan { from: 0, to: opened.cache.now() + 1000, after: None, limit: 1000 };
    let found = opened.cache.temporal(&namespace(), scan).await.unwrap();
    let texts = opened.cache.temporal_texts(&namespace(), &found).await.unwrap();
    for (found, text) in found.iter().zip(texts) {
        assert!(text.is_none() || ids.contains(&found.at.cache_id.to_string()));
    }
}

/// Kills the operation after each of its writes, and before the first.
async fn every_prefix_is_whole(operation: Operation) {
    let scene = play(operation).await;
    for writes in 0..=scene.writes.len() {
        let opened = Opened::on(&scene.cut_off_after(writes));
        println!("{operation:?}: killed after {writes} of {} writes", scene.writes.len());
        nothing_dangles(&opened).await;
        scene.earlier_entries_are_whole(&opened).await;
        if let Some(new) = &scene.new {
            let Operation::Store(New { text, .. }) = operation else { unreachable!("only stores make entries") };
            let read = opened.by_id(new.cache_id).await;
            assert!(read.is_none() || read.as_deref() == Some(text), "{read:?}");
        }
        scene.can_be_done_again(&opened, writes).await;
        nothing_dangles(&opened).await;
        scene.earlier_entries_are_whole(&opened).await;
    }
}

#[tokio::test]
async fn a_store_that_is_cut_off_leaves_nothing_half_there() {
    for strategy in [Strategy::Direct, Strategy::Temporal, Strategy::TemporalLatest, Strategy::TemporalVersioned] {
        every_prefix_is_whole(Operation::Store(New::at(strategy, None, "a new text"))).await;
        every_prefix_is_whole(Operation::Store(New::at(strategy, None, SHARED))).await;
    }
    let binary = New { binary: true, ..New::at(Strategy::KeyBased, Some("new"), "new bytes") };
    every_prefix_is_whole(Operation::Store(binary)).await;
}

#[tokio::test]
async fn a_store_over_another_one_that_is_cut_off_leaves_one_of_them() {
    every_prefix_is_whole(Operation::Store(New::at(Strategy::KeyBased, Some("old"), "a new text"))).await;
    every_prefix_is_whole(Operation::Store(New::at(Strategy::TemporalLatest, Some("f"), "a newer one"))).await;
    every_prefix_is_whole(Operation::Store(New::at(Strategy::TemporalVersioned, Some("f"), "version two"))).await;
}

#[tokio::test]
async fn a_create_that_is_cut_off_blocks_its_name_for_a_minute_at_most() {
    let create = New { only_if_absent: true, ..New::at(Strategy::KeyBased, Some("new"), "created once") };
    every_prefix_is_whole(Operation::Store(create)).await;
    every_prefix_is_whole(Operation::Store(New { text: SHARED, ..create })).await;
}

#[tokio::test]
async fn an_update_that_is_cut_off_leaves_the_old_content_or_the_new() {
    for at in [2, 3, 4, 5] {
        every_prefix_is_whole(Operation::Update(at, "updated")).await;
    }
}

#[tokio::test]
async fn a_delete_that_is_cut_off_leaves_all_of_the_entry_or_no_reference_to_it() {
    for at in 0..BEFORE.len() {
        every_prefix_is_whole(Operation::Delete(at)).await;
    }
}
