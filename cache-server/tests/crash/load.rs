//! Load on a server: tasks that store, update and delete, each keeping a ledger of what was acknowledged.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

use crate::server::{Answer, Ask, Http};
use crate::values::{Content, Kind, Random};

pub(crate) const NAMESPACE: &str = "crash";
/// Contents that many tasks store, so that many entries share a hash.
const SHARED: u64 = 4;

/// What one task knows of the server: what was acknowledged, and what was asked for and not answered.
#[derive(Debug)]
pub(crate) struct Ledger {
    task: usize,
    random: Random,
    next: u64,
    pub(crate) entries: Vec<Entry>,
    /// What may be in each content file: what was acknowledged, then what was sent without an answer.
    pub(crate) files: Vec<Vec<Content>>,
    pub(crate) creates: Vec<Create>,
    /// The file this task stores over and over.
    over: Option<usize>,
}

/// An acknowledged entry.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) id: String,
    pub(crate) hash: String,
    pub(crate) kind: Kind,
    /// The file it reads, as a place in [`Ledger::files`].
    pub(crate) file: usize,
    pub(crate) life: Life,
    pub(crate) sharing: Sharing,
}

/// What else is at the entry's hash or in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sharing {
    Nothing,
    /// Other entries have the same hash.
    Hash,
    /// Other entries have, or may want, the same file.
    File,
    /// Newer versions have the same copies.
    Copies,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Life {
    Live,
    /// Its deletion was asked for and not answered.
    Unsure,
    Deleted,
}

/// A conditional create: of one name, by one task, with one content.
#[derive(Debug, Clone)]
pub(crate) struct Create {
    pub(crate) name: String,
    pub(crate) content: Content,
    pub(crate) acknowledged: bool,
}

/// Counts what is acknowledged down to the end of a load.
#[derive(Debug)]
pub(crate) struct Limit {
    left: AtomicUsize,
    reached: Notify,
}

impl Limit {
    pub(crate) fn after(requests: usize) -> Arc<Self> {
        Arc::new(Self { left: AtomicUsize::new(requests), reached: Notify::new() })
    }

    /// Waits until that many requests were acknowledged.
    pub(crate) async fn reached(&self) {
        self.reached.notified().await;
    }

    pub(crate) fn count(&self) {
        if self.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.reached.notify_one();
        }
    }
}

impl Create {
    pub(crate) fn ask(&self) -> Ask {
        let path = format!("/{NAMESPACE}/key_based/store/string/created?file_id={}", self.name);
        Ask { only_if_absent: true, ..Ask::post(path, Kind::String.media(), self.content.text()) }
    }
}

impl Ledger {
    pub(crate) fn new(task: usize, seed: u64) -> Self {
        let random = Random::seeded(seed ^ ((task as u64) << 32));
        Self { task, random, next: 0, entries: Vec::new(), files: Vec::new(), creates: Vec::new(), over: None }
    }

    /// Sends request after request until the server is gone.
    pub(crate) async fn load(mut self, http: Http, limit: Arc<Limit>) -> Self {
        loop {
            let answered = match self.random.below(16) {
                0..=3 => self.store_new(&http).await,
                4 | 5 => self.store_shared(&http).await,
                6 => self.store_version(&http).await,
                7 | 8 => self.store_over(&http).await,
                9..=11 => self.update(&http).await,
                12 | 13 => self.delete(&http).await,
                14 => self.create(&http).await,
                _ => self.create_again(&http).await,
            };
            if answered.is_none() {
                return self;
            }
            limit.count();
        }
    }

    fn content(&mut self) -> Content {
        self.next += 1;
        let length = match self.random.below(20) {
            0 => 20_000 + self.random.below(60_000),
            1..=4 => 30,
            _ => 30 + self.random.below(3000),
        };
        // Numbers below SHARED are the shared contents.
        Content { number: ((self.task as u64 + 1) << 32) | self.next, length }
    }

    fn kind(&mut self) -> Kind {
        [Kind::String, Kind::Json, Kind::Binary][self.random.below(3)]
    }

    /// Stores and notes the new entry.
    async fn store(
        &mut self,
        http: &Http,
        at: &str,
        kind: Kind,
        content: Content,
        file: usize,
        sharing: Sharing,
    ) -> Option<()> {
        let (strategy, key) = at.split_once(' ').unwrap_or((at, ""));
        let path = format!("/{NAMESPACE}/{strategy}/store/{}{key}", kind.name());
        let stored = http.try_send(Ask::post(path, kind.media(), content.body(kind))).await?;
        assert_eq!(stored.status, 200, "{stored:?}");
        self.files[file] = vec![content];
        self.entries.push(entry(&stored, kind, file, sharing));
        Some(())
    }

    fn new_file(&mut self) -> usize {
        self.files.push(Vec::new());
        self.files.len() - 1
    }

    async fn store_new(&mut self, http: &Http) -> Option<()> {
        let (kind, content, file) = (self.kind(), self.content(), self.new_file());
        let key = format!("key_based /new/{}/{}", self.task, self.next);
        let at = ["direct", "temporal", "temporal_latest", key.as_str()][self.random.below(4)].to_owned();
        self.store(http, &at, kind, content, file, Sharing::Nothing).await
    }

    async fn store_shared(&mut self, http: &Http) -> Option<()> {
        let content = Content { number: self.random.next() % SHARED, length: 200 };
        let file = self.new_file();
        self.store(http, "direct", Kind::String, content, file, Sharing::Hash).await
    }

    async fn store_version(&mut self, http: &Http) -> Option<()> {
        let (content, file) = (self.content(), self.new_file());
        let at = format!("temporal_versioned /versions?file_id=of-{}", self.task);
        self.store(http, &at, Kind::String, content, file, Sharing::Copies).await
    }

    /// Stores where this task has stored before; the earlier entries read the newer content.
    async fn store_over(&mut self, http: &Http) -> Option<()> {
        let content = self.content();
        let file = self.over.unwrap_or_else(|| self.new_file());
        self.over = Some(file);
        self.files[file].push(content);
        let at = format!("key_based /over?file_id=of-{}", self.task);
        self.store(http, &at, Kind::String, content, file, Sharing::File).await
    }

    /// A live entry, as its place; `None` when there is none to be found quickly.
    fn some_live(&mut self, wanted: impl Fn(&Entry) -> bool) -> Option<usize> {
        if self.entries.is_empty() {
            return None;
        }
        let tries: Vec<_> = (0..8).map(|_| self.random.below(self.entries.len())).collect();
        tries.into_iter().find(|at| self.entries[*at].life == Life::Live && wanted(&self.entries[*at]))
    }

    async fn update(&mut self, http: &Http) -> Option<()> {
        let Some(at) = self.some_live(|entry| entry.sharing != Sharing::Hash) else {
            return self.store_new(http).await;
        };
        let content = self.content();
        let Entry { id, kind, file, .. } = self.entries[at].clone();
        self.files[file].push(content);
        let path = format!("/{NAMESPACE}/update/{id}/{}", kind.name());
        let updated = http.try_send(Ask::post(path, kind.media(), content.body(kind))).await?;
        assert_eq!(updated.status, 200, "{updated:?}");
        self.files[file] = vec![content];
        Some(())
    }

    async fn delete(&mut self, http: &Http) -> Option<()> {
        let Some(at) = self.some_live(|entry| entry.sharing != Sharing::File) else {
            return self.store_new(http).await;
        };
        self.entries[at].life = Life::Unsure;
        let path = format!("/{NAMESPACE}/delete/{}", self.entries[at].id);
        let deleted = http.try_send(Ask::delete(path)).await?;
        assert_eq!(deleted.status, 200, "{deleted:?}");
        assert!(was_whole(&self.entries[at], &deleted), "{deleted:?}");
        self.entries[at].life = Life::Deleted;
        Some(())
    }

    async fn create(&mut self, http: &Http) -> Option<()> {
        let content = self.content();
        let create = Create { name: format!("of-{}-{}", self.task, self.next), content, acknowledged: false };
        self.creates.push(create.clone());
        let created = http.try_send(create.ask()).await?;
        assert_eq!(created.status, 200, "{created:?}");
        self.created(self.creates.len() - 1, &created);
        Some(())
    }

    /// Notes that a create was acknowledged.
    pub(crate) fn created(&mut self, at: usize, created: &Answer) {
        let file = self.new_file();
        self.files[file] = vec![self.creates[at].content];
        self.creates[at].acknowledged = true;
        self.entries.push(entry(created, Kind::String, file, Sharing::File));
    }

    async fn create_again(&mut self, http: &Http) -> Option<()> {
        let Some(create) = self.creates.last().filter(|create| create.acknowledged) else {
            return self.store_new(http).await;
        };
        let refused = http.try_send(create.ask()).await?;
        assert_eq!(refused.status, 412, "{refused:?}");
        Some(())
    }
}

/// Tells from the answer to a delete whether everything that was the entry's alone was there.
pub(crate) fn was_whole(entry: &Entry, deleted: &Answer) -> bool {
    match deleted.json()["status"].as_str() {
        Some("success") => true,
        // The copies went with a newer version that was deleted before.
        Some("partial") => entry.sharing == Sharing::Copies,
        _ => false,
    }
}

fn entry(stored: &Answer, kind: Kind, file: usize, sharing: Sharing) -> Entry {
    let stored = stored.json();
    let text = |field: &str| stored[field].as_str().unwrap().to_owned();
    Entry { id: text("cache_id"), hash: text("cache_hash"), kind, file, life: Life::Live, sharing }
}
