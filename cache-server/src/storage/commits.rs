//! Group commits: how large they are, how long they take, and what waits for them.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use http_service::metrics::show::{durations, gauge, sizes};
use http_service::metrics::{Collector, DescriptorEncoder, Durations, Sizes};

/// What is counted of group commits.
#[derive(Debug, Default)]
pub(crate) struct Commits {
    /// How many batches shared one flush.
    pub(super) groups: Sizes,
    /// How long writing and flushing a group took.
    pub(super) writes: Durations,
    waiting: AtomicU64,
    waiting_bytes: AtomicU64,
}

/// A batch that waits for the committer; it waits no more when this is dropped.
#[derive(Debug)]
pub(super) struct InQueue {
    commits: Arc<Commits>,
    bytes: u64,
}

impl InQueue {
    pub(super) fn new(commits: &Arc<Commits>, bytes: usize) -> Self {
        let bytes = bytes as u64;
        commits.waiting.fetch_add(1, Relaxed);
        commits.waiting_bytes.fetch_add(bytes, Relaxed);
        Self { commits: Arc::clone(commits), bytes }
    }
}

impl Drop for InQueue {
    fn drop(&mut self) {
        self.commits.waiting.fetch_sub(1, Relaxed);
        self.commits.waiting_bytes.fetch_sub(self.bytes, Relaxed);
    }
}

/// Shows group commits.
#[derive(Debug)]
pub(crate) struct ShownCommits(pub(crate) Arc<Commits>);

impl Collector for ShownCommits {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let Commits { groups, writes, waiting, waiting_bytes } = &*self.0;
        let encoder = &mut encoder;
        sizes(encoder, "storage_commit_group_size", "How many batches were written and flushed together.", groups)?;
        let about = "How long it took to write and flush a group of batches.";
        durations(encoder, "storage_commit_flush_seconds", about, writes)?;
        gauge(encoder, "storage_commit_queue", "Batches that wait for the committer.", waiting.load(Relaxed))?;
        let about = "Bytes of batches that wait for the committer.";
        gauge(encoder, "storage_commit_queue_bytes", about, waiting_bytes.load(Relaxed))
    }
}
