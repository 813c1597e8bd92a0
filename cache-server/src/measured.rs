//! A storage whose operations are counted: how many, of which kind, with which result, and how long they took.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

use async_trait::async_trait;
use bytes::Bytes;
use http_service::metrics::show::{counters_by, durations_by};
use http_service::metrics::{Collector, DescriptorEncoder, Durations};

use crate::storage::{
    Batch, Child, Error, Folder, Head, Listed, Object, ObjectPath, Outcome, Result, SharedStorage, Storage,
};

/// The kinds of operations.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Get,
    Head,
    Exists,
    List,
    Children,
    Commit,
    Flush,
    Check,
}

const KINDS: [&str; 8] = ["get", "head", "exists", "list", "children", "commit", "flush", "check"];

/// What came of operations, as [`result`] numbers them.
const RESULTS: [&str; 8] =
    ["ok", "precondition", "path_conflict", "full", "no_room", "path_too_long", "unavailable", "failed"];

fn result<T>(done: &Result<T>) -> usize {
    match done {
        Ok(_) => 0,
        Err(Error::Precondition { .. }) => 1,
        Err(Error::PathConflict { .. }) => 2,
        Err(Error::Full(_)) => 3,
        Err(Error::NoRoom) => 4,
        Err(Error::PathTooLong { .. }) => 5,
        Err(Error::Unavailable { .. }) => 6,
        Err(Error::Failed { .. }) => 7,
    }
}

/// What is counted of a kind.
#[derive(Debug, Default)]
struct Operation {
    results: [AtomicU64; RESULTS.len()],
    durations: Durations,
}

/// The operations of a storage.
#[derive(Debug)]
pub(crate) struct Operations {
    engine: &'static str,
    kinds: [Operation; KINDS.len()],
}

/// A storage that is counted. One that is dropped half way is not.
#[derive(Debug)]
pub(crate) struct Measured {
    inner: SharedStorage,
    operations: Arc<Operations>,
    is_memory: bool,
}

impl Measured {
    /// Counts the operations of an engine; looks into one that `is_memory` are not timed.
    pub(crate) fn new(inner: SharedStorage, engine: &'static str, is_memory: bool) -> Self {
        Self { inner, operations: Arc::new(Operations { engine, kinds: Default::default() }), is_memory }
    }

    /// What is counted, for the metrics.
    pub(crate) fn operations(&self) -> Arc<Operations> {
        Arc::clone(&self.operations)
    }

    async fn measure<T>(&self, kind: Kind, work: impl Future<Output = Result<T>>) -> Result<T> {
        // A look into memory takes less time than two looks at the clock.
        let is_quick = self.is_memory && matches!(kind, Kind::Get | Kind::Head | Kind::Exists);
        let begun = (!is_quick).then(Instant::now);
        let done = work.await;
        let operation = &self.operations.kinds[kind as usize];
        if let Some(begun) = begun {
            operation.durations.observe(begun.elapsed());
        }
        operation.results[result(&done)].fetch_add(1, Relaxed);
        done
    }
}

#[async_trait]
impl Storage for Measured {
    async fn get(&self, path: &ObjectPath) -> Result<Option<Object>> {
        self.measure(Kind::Get, self.inner.get(path)).await
    }

    async fn get_many(&self, paths: &[ObjectPath]) -> Result<Vec<Option<Object>>> {
        self.measure(Kind::Get, self.inner.get_many(paths)).await
    }

    async fn head(&self, path: &ObjectPath) -> Result<Option<Head>> {
        self.measure(Kind::Head, self.inner.head(path)).await
    }

    async fn exists(&self, path: &ObjectPath) -> Result<bool> {
        self.measure(Kind::Exists, self.inner.exists(path)).await
    }

    async fn exist(&self, paths: &[ObjectPath]) -> Result<Vec<bool>> {
        self.measure(Kind::Exists, self.inner.exist(paths)).await
    }

    async fn before_update(&self, path: &ObjectPath) -> Result<Option<(Head, Option<Bytes>)>> {
        self.measure(Kind::Head, self.inner.before_update(path)).await
    }

    async fn list(&self, folder: &Folder, after: Option<&str>, limit: usize) -> Result<Vec<Listed>> {
        self.measure(Kind::List, self.inner.list(folder, after, limit)).await
    }

    async fn list_back(&self, folder: &Folder, before: Option<&str>, limit: usize) -> Result<Vec<Listed>> {
        self.measure(Kind::List, self.inner.list_back(folder, before, limit)).await
    }

    async fn children(&self, folder: &Folder, after: Option<&str>, limit: usize) -> Result<Vec<Child>> {
        self.measure(Kind::Children, self.inner.children(folder, after, limit)).await
    }

    async fn commit(&self, batch: Batch) -> Result<Vec<Outcome>> {
        self.measure(Kind::Commit, self.inner.commit(batch)).await
    }

    async fn flush(&self) -> Result<()> {
        self.measure(Kind::Flush, self.inner.flush()).await
    }

    async fn check(&self) -> Result<()> {
        self.measure(Kind::Check, self.inner.check()).await
    }
}

/// Shows the operations of a storage.
#[derive(Debug)]
pub(crate) struct Shown(pub(crate) Arc<Operations>);

impl Collector for Shown {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let Operations { engine, kinds } = &*self.0;
        let named = || KINDS.into_iter().zip(kinds);
        let counted = named().flat_map(|(kind, operation)| {
            let results = RESULTS.into_iter().zip(&operation.results);
            results.map(move |(result, count)| {
                ([("engine", *engine), ("kind", kind), ("result", result)], count.load(Relaxed))
            })
        });
        counters_by(&mut encoder, "storage_operations", "Operations of the storage.", counted)?;
        let taken = named().filter(|(_, operation)| operation.durations.count() > 0);
        let taken = taken.map(|(kind, operation)| ([("engine", *engine), ("kind", kind)], &operation.durations));
        let about = "How long operations of the storage took.";
        durations_by(&mut encoder, "storage_operation_duration_seconds", about, taken)
    }
}
