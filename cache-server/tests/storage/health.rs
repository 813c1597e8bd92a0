//! What an engine says of itself: it is well as long as it can be read and written, and not a moment longer.

use std::fs;
use std::path::Path;
use std::time::Duration;

use cache_server::storage::SharedStorage;

use crate::support::{commit, get, path, put};

pub(crate) async fn a_folder_that_is_gone_is_told(storage: &SharedStorage, folder: &Path) {
    storage.check().await.unwrap();
    put(storage, "kept", "1").await;
    storage.check().await.unwrap();
    fs::remove_dir_all(folder).unwrap();
    storage.check().await.unwrap_err();
    // Another folder in its place is not the one that is in use.
    fs::create_dir_all(folder.join(".tmp")).unwrap();
    storage.check().await.unwrap_err();
}

/// The thread that writes ends with a panic, here in an edit; what was written before can still be read.
pub(crate) async fn a_dead_committer_is_told(storage: &SharedStorage) {
    put(storage, "kept", "1").await;
    storage.check().await.unwrap();
    let deadly = commit(storage, |batch| {
        batch.edit(path("deadly"), |_| panic!("this edit ends the committer"));
    });
    deadly.await.unwrap_err();
    // The thread may still be on its way out.
    let told = async {
        while storage.check().await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(1), told).await.unwrap();
    commit(storage, |batch| {
        batch.put(path("more"), "2");
    })
    .await
    .unwrap_err();
    assert_eq!(get(storage, "kept").await.unwrap(), "1");
}
