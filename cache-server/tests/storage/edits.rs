//! Edits: read-modify-writes that lose nothing, whoever else writes.

use bytes::Bytes;
use cache_server::storage::{Change, Outcome, SharedStorage};
use futures::future::join_all;

use crate::support::{commit, get, path, put};

async fn edit(
    storage: &SharedStorage,
    at: &str,
    edit: impl Fn(Option<&[u8]>) -> Change + Send + Sync + 'static,
) -> Outcome {
    commit(storage, |batch| {
        batch.edit(path(at), edit);
    })
    .await
    .unwrap()
    .pop()
    .unwrap()
}

pub(crate) async fn an_edit_puts_deletes_or_keeps(storage: &SharedStorage) {
    let at = "edit/one";
    assert_eq!(edit(storage, at, |now| if now.is_none() { Change::Keep } else { Change::Delete }).await, {
        Outcome::Unchanged
    });
    assert_eq!(edit(storage, at, |_| Change::Delete).await, Outcome::Unchanged, "nothing was there to delete");
    assert_eq!(get(storage, at).await, None);
    let created = edit(storage, at, |now| Change::Put([now.unwrap_or(b"new"), b"!"].concat().into())).await;
    assert_eq!(get(storage, at).await.unwrap(), "new!");
    let kept = edit(storage, at, |now| if now == Some(b"new!") { Change::Keep } else { Change::Delete }).await;
    assert_eq!(kept, Outcome::Unchanged);
    assert_eq!(Outcome::Written(storage.get(&path(at)).await.unwrap().unwrap().version), created);
    let changed = edit(storage, at, |now| Change::Put([now.unwrap_or(b"new"), b"!"].concat().into())).await;
    assert_ne!(changed, created);
    assert_eq!(get(storage, at).await.unwrap(), "new!!");
    // An empty object is there: an edit sees it.
    put(storage, at, "").await;
    assert_eq!(edit(storage, at, |now| if now == Some(b"") { Change::Delete } else { Change::Keep }).await, {
        Outcome::Deleted
    });
    assert_eq!(get(storage, at).await, None);
}

/// Adds a line to what is there.
fn add_line(line: String) -> impl Fn(Option<&[u8]>) -> Change + Send + Sync + 'static {
    move |now| Change::Put(Bytes::from([now.unwrap_or_default(), line.as_bytes(), b"\n"].concat()))
}

pub(crate) async fn concurrent_edits_of_one_object_lose_nothing(storage: &SharedStorage) {
    let one_edit = |number: usize| {
        let storage = storage.clone();
        tokio::spawn(async move {
            let add = commit(&storage, |batch| {
                batch.put(path(&format!("shared/own-{number}")), "own").then();
                batch.edit(path("shared/all"), add_line(number.to_string()));
            });
            add.await.unwrap();
        })
    };
    join_all((0..64).map(one_edit)).await.into_iter().for_each(Result::unwrap);
    let all = get(storage, "shared/all").await.unwrap();
    let mut lines: Vec<usize> = std::str::from_utf8(&all).unwrap().lines().map(|line| line.parse().unwrap()).collect();
    lines.sort_unstable();
    assert_eq!(lines, (0..64).collect::<Vec<_>>());
}

pub(crate) async fn batches_that_cross_each_other_do_not_block(storage: &SharedStorage) {
    let one_batch = |number: usize| {
        let storage = storage.clone();
        tokio::spawn(async move {
            let names = ["cross/a", "cross/b", "cross/c"];
            let both = commit(&storage, |batch| {
                for at in 0..3 {
                    let at = if number.is_multiple_of(2) { at } else { 2 - at };
                    batch.edit(path(names[(number + at) % 3]), add_line(number.to_string())).then();
                }
            });
            both.await.unwrap();
        })
    };
    join_all((0..64).map(one_batch)).await.into_iter().for_each(Result::unwrap);
    for at in ["cross/a", "cross/b", "cross/c"] {
        assert_eq!(get(storage, at).await.unwrap().iter().filter(|byte| **byte == b'\n').count(), 64);
    }
}
