//! A cache of the library over a `local_disk` folder that was made of files, with a clock that is moved by hand.

use std::sync::Arc;

use cache_client::hash::Algorithm;
use cache_client::{CacheHash, CacheHashGenerator, CacheId, Namespace};
use cache_server::cache::{Cache, Parts, Value};
use cache_server::clock::{Clock as _, ManualClock, SystemClock};
use cache_server::storage::LocalDisk;
use tempfile::TempDir;

use crate::tree::{self, Files};

pub(crate) fn namespace() -> Namespace {
    Namespace::parse("ns").unwrap()
}

/// A cache over a folder that was made of files.
pub(crate) struct Opened {
    pub(crate) cache: Cache,
    pub(crate) clock: Arc<ManualClock>,
    folder: TempDir,
}

impl Opened {
    pub(crate) fn on(files: &Files) -> Self {
        let folder = tempfile::tempdir().unwrap();
        tree::write(files, folder.path());
        let clock = Arc::new(ManualClock::at(SystemClock.now()));
        let storage = Arc::new(LocalDisk::open(folder.path()).unwrap());
        let hashes = CacheHashGenerator::new(Algorithm::Sha256, 16).unwrap();
        Self { cache: Cache::new(storage, Arc::<ManualClock>::clone(&clock), hashes), clock, folder }
    }

    pub(crate) fn files(&self) -> Files {
        tree::read(self.folder.path())
    }

    /// The text an entry reads; `None` when it is not there.
    pub(crate) async fn by_id(&self, id: CacheId) -> Option<String> {
        let entry = self.cache.by_id(&namespace(), id, Parts::All).await.unwrap()?;
        Some(text(entry.value().unwrap()))
    }

    pub(crate) async fn by_hash(&self, hash: &CacheHash) -> Option<String> {
        let entry = self.cache.by_hash(&namespace(), hash, Parts::All).await.unwrap()?;
        Some(text(entry.value().unwrap()))
    }
}

fn text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        Value::Binary(bytes) => String::from_utf8(bytes.to_vec()).unwrap(),
        Value::Json(value) => value.dumps(),
    }
}
