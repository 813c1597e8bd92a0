//! Short words for what the suite does all the time.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use cache_server::storage::{
    Batch, Child, Connection, Embedded, Folder, LocalDisk, Memory, ObjectPath, Outcome, Require, Result, S3,
    SharedStorage, Version,
};
use object_store::aws::AmazonS3Builder;
use tempfile::TempDir;
use test_buckets::{KEY, Product, REGION, SECRET};

pub(crate) fn memory() -> SharedStorage {
    Arc::new(Memory::new())
}

pub(crate) fn embedded() -> (SharedStorage, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (Arc::new(Embedded::open(folder.path()).unwrap()), folder)
}

pub(crate) fn local_disk() -> (SharedStorage, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (Arc::new(LocalDisk::open(folder.path()).unwrap()), folder)
}

/// A bucket of its own, which is created; `None` where the server is not installed.
pub(crate) async fn s3(product: Product, bucket: &str, prefix: &str) -> Option<SharedStorage> {
    let endpoint = product.shared()?.endpoint();
    let builder = AmazonS3Builder::new()
        .with_endpoint(endpoint)
        .with_allow_http(true)
        .with_region(REGION)
        .with_access_key_id(KEY)
        .with_secret_access_key(SECRET);
    let connection = Connection {
        builder,
        bucket: bucket.to_owned(),
        region: None,
        folder: folder(prefix),
        attempt_timeout: Duration::from_secs(10),
        retries: 4,
        operation_timeout: Duration::from_secs(60),
    };
    Some(Arc::new(S3::open(&connection).unwrap()))
}

pub(crate) fn path(text: &str) -> ObjectPath {
    ObjectPath::parse(text).unwrap()
}

pub(crate) fn folder(text: &str) -> Folder {
    Folder::parse(text).unwrap()
}

/// Commits what `build` puts into a batch.
pub(crate) async fn commit(storage: &SharedStorage, build: impl FnOnce(&mut Batch)) -> Result<Vec<Outcome>> {
    let mut batch = Batch::new();
    build(&mut batch);
    storage.commit(batch).await
}

pub(crate) async fn put(storage: &SharedStorage, at: &str, bytes: impl Into<Bytes>) -> Version {
    let bytes = bytes.into();
    let outcomes = commit(storage, |batch| {
        batch.put(path(at), bytes);
    })
    .await
    .unwrap();
    let [Outcome::Written(version)] = outcomes.as_slice() else { panic!("{outcomes:?}") };
    version.clone()
}

/// Writes `new` where nothing is.
pub(crate) async fn commit_absent(storage: &SharedStorage, at: &str) -> Result<Vec<Outcome>> {
    commit(storage, |batch| {
        batch.require(Require::Absent(path(at))).put(path(at), "new");
    })
    .await
}

pub(crate) async fn delete(storage: &SharedStorage, at: &str) -> Outcome {
    commit(storage, |batch| {
        batch.delete(path(at));
    })
    .await
    .unwrap()
    .pop()
    .unwrap()
}

pub(crate) async fn get(storage: &SharedStorage, at: &str) -> Option<Bytes> {
    storage.get(&path(at)).await.unwrap().map(|object| object.bytes)
}

/// Puts an object with its own path as content at each of the paths.
pub(crate) async fn fill(storage: &SharedStorage, paths: &[&str]) {
    let put_all = |batch: &mut Batch| {
        for at in paths {
            batch.put(path(at), (*at).to_owned());
        }
    };
    commit(storage, put_all).await.unwrap();
}

/// The paths of a whole listing.
pub(crate) async fn names(storage: &SharedStorage, below: &str) -> Vec<String> {
    names_after(storage, below, None, usize::MAX).await
}

pub(crate) async fn names_after(
    storage: &SharedStorage,
    below: &str,
    after: Option<&str>,
    limit: usize,
) -> Vec<String> {
    let listed = storage.list(&folder(below), after, limit).await.unwrap();
    listed.into_iter().map(|listed| listed.path.to_string()).collect()
}

/// The sort keys of children: names, with a slash behind folders.
pub(crate) async fn keys_after(storage: &SharedStorage, below: &str, after: Option<&str>, limit: usize) -> Vec<String> {
    let children = storage.children(&folder(below), after, limit).await.unwrap();
    children.iter().map(Child::sort_key).collect()
}
