//! What only `local_disk` has: real files and folders, with what people and other programs do to them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cache_server::storage::{Error, LocalDisk, Outcome, SharedStorage};
use futures::future::join_all;

use crate::support::{commit, delete, fill, get, keys_after, local_disk, names, path, put};

/// Called by the suite: both directions of a conflict are refused and change nothing.
pub(crate) async fn a_file_and_a_folder_of_one_name_are_refused(storage: &SharedStorage) {
    fill(storage, &["conflict/file", "conflict/folder/file", "conflict/deep/er/file"]).await;
    for at in ["conflict/file/below", "conflict/file/be/low", "conflict/folder", "conflict/deep", "conflict"] {
        let refused = commit(storage, |batch| {
            batch.put(path(at), "new");
        })
        .await;
        let Err(Error::PathConflict { path: named }) = refused else { panic!("{at:?}: {refused:?}") };
        assert_eq!(named, path(at));
        assert_eq!(get(storage, at).await, None);
    }
    let there = ["conflict/deep/er/file", "conflict/file", "conflict/folder/file"];
    assert_eq!(names(storage, "conflict").await, there);
    for at in there {
        assert_eq!(get(storage, at).await.unwrap(), at);
        delete(storage, at).await;
    }
    put(storage, "conflict", "a folder without files is none").await;
    delete(storage, "conflict").await;
}

/// Every folder below the root, but not the storage's own.
fn folders(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() && entry.file_name() != ".tmp" {
                open.push(entry.path());
                found.push(entry.path());
            }
        }
    }
    found
}

#[tokio::test]
async fn no_empty_folder_is_left() {
    let (storage, folder) = local_disk();
    let paths = ["a/b/c/d", "a/b/c/e", "a/b/x", "f/g"];
    fill(&storage, &paths).await;
    assert_eq!(delete(&storage, "a/b/c/d").await, Outcome::Deleted);
    assert_eq!(folders(folder.path()).len(), 4, "folders with files stay");
    let all = commit(&storage, |batch| {
        paths.iter().for_each(|at| {
            batch.delete(path(at));
        })
    });
    all.await.unwrap();
    assert_eq!(folders(folder.path()), Vec::<PathBuf>::new());
    assert!(keys_after(&storage, "", None, 10).await.is_empty());
    drop(storage);
    let storage: SharedStorage = Arc::new(LocalDisk::open(folder.path()).unwrap());
    assert!(names(&storage, "").await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_folder_that_empties_while_it_fills_loses_no_file() {
    let (storage, folder) = local_disk();
    let one = |number: usize| {
        let storage = storage.clone();
        tokio::spawn(async move {
            let at = format!("deep/er/and/deeper/{number}");
            for _ in 0..40 {
                put(&storage, &at, at.clone()).await;
                assert_eq!(get(&storage, &at).await.unwrap(), at);
                assert_eq!(delete(&storage, &at).await, Outcome::Deleted);
            }
        })
    };
    join_all((0..12).map(one)).await.into_iter().for_each(Result::unwrap);
    assert_eq!(folders(folder.path()), Vec::<PathBuf>::new());
}

#[tokio::test]
async fn a_refused_second_open_takes_nothing_from_the_first() {
    let (storage, folder) = local_disk();
    let half_written = folder.path().join(".tmp/half-written");
    fs::write(&half_written, "by the first").unwrap();
    assert!(LocalDisk::open(folder.path()).is_err());
    assert!(half_written.exists(), "the first one is still writing this file");
    put(&storage, "a", "1").await;
}

#[tokio::test]
async fn what_a_killed_server_was_writing_is_gone_with_the_next_start() {
    let (storage, folder) = local_disk();
    put(&storage, "a", "1").await;
    drop(storage);
    fs::write(folder.path().join(".tmp/half-written"), "x").unwrap();
    let storage: SharedStorage = Arc::new(LocalDisk::open(folder.path()).unwrap());
    assert_eq!(fs::read_dir(folder.path().join(".tmp")).unwrap().count(), 0);
    assert_eq!(names(&storage, "").await, ["a"]);
}

#[tokio::test]
async fn the_files_the_storage_keeps_for_itself_are_no_objects() {
    let (storage, folder) = local_disk();
    put(&storage, "a", "1").await;
    assert_eq!(get(&storage, ".lock").await, None);
    assert_eq!(delete(&storage, ".lock").await, Outcome::Unchanged);
    fs::write(folder.path().join(".tmp/half-written"), "x").unwrap();
    assert_eq!(get(&storage, ".tmp/half-written").await, None);
    assert_eq!(delete(&storage, ".tmp/half-written").await, Outcome::Unchanged);
    assert_eq!(names(&storage, ".tmp").await, [""; 0]);
    assert!(LocalDisk::open(folder.path()).is_err(), "the folder is still locked");
}

#[tokio::test]
async fn names_that_no_object_can_have_are_left_out_of_listings() {
    let (storage, folder) = local_disk();
    fill(&storage, &["a/x", "z/x"]).await;
    fs::create_dir_all(folder.path().join("control\ncharacter/deep")).unwrap();
    fs::write(folder.path().join("control\ncharacter/deep/file"), "x").unwrap();
    fs::write(folder.path().join("a/tab\there"), "x").unwrap();
    assert_eq!(names(&storage, "").await, ["a/x", "z/x"]);
    assert_eq!(keys_after(&storage, "", None, 10).await, ["a/", "z/"]);
    assert_eq!(keys_after(&storage, "a", None, 10).await, ["x"]);
}

#[tokio::test]
async fn a_name_the_file_system_cannot_hold_is_refused() {
    let (storage, _folder) = local_disk();
    let long = format!("a/{}", "x".repeat(256));
    let refused = commit(&storage, |batch| {
        batch.put(path(&long), "new");
    })
    .await;
    assert!(matches!(refused, Err(Error::PathTooLong { path: named }) if named == path(&long)));
    assert_eq!(get(&storage, &long).await, None);
    assert_eq!(delete(&storage, &long).await, Outcome::Unchanged);
    assert_eq!(delete(&storage, &format!("{long}/b")).await, Outcome::Unchanged);
}

#[tokio::test]
async fn a_file_somebody_else_wrote_is_an_object() {
    let (storage, folder) = local_disk();
    fs::create_dir_all(folder.path().join("ns/data")).unwrap();
    fs::write(folder.path().join("ns/data/f.json"), "{}").unwrap();
    assert_eq!(names(&storage, "ns").await, ["ns/data/f.json"]);
    assert_eq!(get(&storage, "ns/data/f.json").await.unwrap(), "{}");
    let version = storage.get(&path("ns/data/f.json")).await.unwrap().unwrap().version;
    let update = commit(&storage, |batch| {
        batch.require(cache_server::storage::Require::Version(path("ns/data/f.json"), version));
        batch.put(path("ns/data/f.json"), "[]");
    });
    update.await.unwrap();
    assert_eq!(fs::read_to_string(folder.path().join("ns/data/f.json")).unwrap(), "[]");
}
