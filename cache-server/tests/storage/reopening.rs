//! Engines that keep a folder: it is theirs alone while they run, and opening it again shows everything.

use std::path::Path;
use std::sync::Arc;

use cache_client::clock::{Clock, ManualClock};
use cache_server::storage::{Error, Outcome, Require, Result, SharedStorage, Version};

use crate::support::{commit, delete, fill, get, names, path, put};

pub(crate) async fn everything_is_kept(open: impl Fn(&Path) -> Result<SharedStorage>) {
    let folder = tempfile::tempdir().unwrap();
    let large = vec![7_u8; 300 << 10];
    let mut versions: Vec<(String, Version)> = Vec::new();
    // Again and again, so that a folder that is let go too late is noticed.
    for round in 0..8 {
        let storage = open(folder.path()).unwrap();
        for (at, version) in &versions {
            let object = storage.get(&path(at)).await.unwrap().unwrap();
            assert_eq!(object.version, *version, "{at:?} is the same object");
        }
        for known in 0..round {
            assert_eq!(get(&storage, &format!("large/{known}")).await.unwrap(), large);
            assert_eq!(get(&storage, &format!("gone/{known}/x")).await, None, "what was deleted stays deleted");
        }
        let at = format!("small/{round}");
        versions.push((at.clone(), put(&storage, &at, at.clone()).await));
        put(&storage, &format!("large/{round}"), large.clone()).await;
        fill(&storage, &[&format!("gone/{round}/x")]).await;
        assert_eq!(delete(&storage, &format!("gone/{round}/x")).await, Outcome::Deleted);
        assert_eq!(names(&storage, "").await.len(), 2 * (round + 1));
        if round % 2 == 0 {
            storage.flush().await.unwrap();
        }
    }
    let storage = open(folder.path()).unwrap();
    let stale = commit(&storage, |batch| {
        let (at, version) = &versions[0];
        batch.require(Require::Version(path(at), version.clone())).put(path(at), "new");
    });
    stale.await.unwrap();
}

pub(crate) async fn a_second_open_is_refused(open: impl Fn(&Path) -> Result<SharedStorage>) {
    let folder = tempfile::tempdir().unwrap();
    let first = open(folder.path()).unwrap();
    put(&first, "a/b", "1").await;
    for _ in 0..3 {
        assert!(matches!(open(folder.path()), Err(Error::Failed { .. })));
    }
    put(&first, "a/c", "2").await;
    assert_eq!(names(&first, "").await, ["a/b", "a/c"], "the first one works on");
    drop(first);
    assert_eq!(names(&open(folder.path()).unwrap(), "").await, ["a/b", "a/c"]);
}

pub(crate) async fn no_version_is_repeated_when_the_clock_was_set_back(
    open: impl Fn(&Path, Arc<dyn Clock>) -> Result<SharedStorage>,
) {
    const NOW: u64 = 1_795_365_584_245;
    let folder = tempfile::tempdir().unwrap();
    let mut drawn: Vec<Version> = Vec::new();
    for earlier in [0, 1, 3_600_000, 1_000, 86_400_000] {
        let storage = open(folder.path(), Arc::new(ManualClock::at(NOW - earlier))).unwrap();
        for _ in 0..50 {
            let version = put(&storage, "one/path", "the same bytes").await;
            assert!(!drawn.contains(&version), "{version} of a clock {earlier} ms back");
            drawn.push(version);
        }
        let late = commit(&storage, |batch| {
            batch.require(Require::Version(path("one/path"), drawn[0].clone())).put(path("one/path"), "late");
        });
        late.await.unwrap_err();
    }
}
