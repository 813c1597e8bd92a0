//! Single objects and batches: what is read is what was written, and outcomes tell what became of each write.

use std::collections::HashSet;

use bytes::Bytes;
use cache_server::storage::{Change, Outcome, SharedStorage};

use crate::support::{commit, delete, get, names, path, put};

pub(crate) async fn values_of_every_size_come_back(storage: &SharedStorage) {
    // Around the sizes at which engines change how they store a value, and one far beyond.
    for size in [0, 1, 7, 8, 9, 4095, 4096, 16 << 10, (16 << 10) + 1, 1 << 20, 5 << 20] {
        let value: Bytes = (0..size).map(|at: usize| (at * 31 + at / 251) as u8).collect();
        let at = format!("sizes/{size}");
        let version = put(storage, &at, value.clone()).await;
        let object = storage.get(&path(&at)).await.unwrap().unwrap();
        assert!(object.bytes == value, "{size} bytes come back");
        assert_eq!(object.version, version);
        let since = cache_server::clock::Clock::now(&cache_server::clock::SystemClock).abs_diff(object.modified);
        assert!(since < 60_000, "the object was written {since} ms from now");
        let listed = storage.list(&cache_server::storage::Folder::parse("sizes").unwrap(), None, 100).await.unwrap();
        let listed = listed.into_iter().find(|listed| listed.path == path(&at)).unwrap();
        assert_eq!(listed.size, size as u64);
    }
}

pub(crate) async fn odd_names_are_names_like_others(storage: &SharedStorage) {
    let mut odd = [
        "odd/with a blank",
        "odd/ blanks around ",
        "odd/back\\slash/x\\",
        "odd/.hidden",
        "odd/..two",
        "odd/three...",
        "odd/.tmp/.lock",
        "odd/a%2Fb%00%",
        "odd/q?x=1&y#z",
        "odd/*~$'\"<>|:;",
        "odd/ünïcödé/日本語/😀.json",
        "odd/u\u{308}",
        "odd/-",
        "odd/{}",
    ];
    for at in odd {
        put(storage, at, at.to_owned()).await;
    }
    for at in odd {
        assert_eq!(get(storage, at).await.unwrap(), at);
    }
    odd.sort_unstable();
    assert_eq!(names(storage, "odd").await, odd);
    for at in odd {
        assert_eq!(delete(storage, at).await, Outcome::Deleted, "{at:?}");
    }
    assert!(names(storage, "odd").await.is_empty());
}

pub(crate) async fn reads_are_answered_in_the_order_asked(storage: &SharedStorage) {
    put(storage, "asked/1", "one").await;
    put(storage, "asked/2", "two").await;
    let asked = ["asked/2", "asked/none", "asked/1", "asked/2", "asked/1/below", "asked"].map(path);
    let found = storage.get_many(&asked).await.unwrap();
    let found: Vec<_> = found.iter().map(|object| object.as_ref().map(|object| object.bytes.as_ref())).collect();
    assert_eq!(found, [Some(b"two".as_ref()), None, Some(b"one"), Some(b"two"), None, None]);
    assert!(storage.get_many(&[]).await.unwrap().is_empty());
}

pub(crate) async fn a_write_of_other_bytes_makes_a_new_version(storage: &SharedStorage) {
    let mut seen = HashSet::new();
    for value in ["A", "B", "C"] {
        let version = put(storage, "versions/other", value).await;
        let object = storage.get(&path("versions/other")).await.unwrap().unwrap();
        assert_eq!((object.bytes.as_ref(), &object.version), (value.as_bytes(), &version));
        let head = storage.head(&path("versions/other")).await.unwrap().unwrap();
        assert_eq!((head.version, head.modified), (object.version, object.modified));
        assert!(seen.insert(version.to_string()), "version {version} was used before");
    }
    assert_eq!(storage.head(&path("versions/none")).await.unwrap(), None);
}

/// For engines whose versions are not made of the content.
pub(crate) async fn every_write_makes_a_new_version(storage: &SharedStorage) {
    let mut seen = HashSet::new();
    for value in ["A", "B", "A", "A", "B"] {
        let version = put(storage, "versions/one", value).await;
        let object = storage.get(&path("versions/one")).await.unwrap().unwrap();
        assert_eq!((object.bytes.as_ref(), &object.version), (value.as_bytes(), &version));
        assert!(seen.insert(version.to_string()), "version {version} was used before");
    }
    for _ in 0..20 {
        assert_eq!(delete(storage, "versions/one").await, Outcome::Deleted);
        let version = put(storage, "versions/one", "A").await;
        assert!(seen.insert(version.to_string()), "version {version} was used before the object was deleted");
    }
}

pub(crate) async fn deleting_what_is_not_there_changes_nothing(storage: &SharedStorage) {
    put(storage, "missing/there", "1").await;
    assert_eq!(delete(storage, "missing/not-there").await, Outcome::Unchanged);
    assert_eq!(delete(storage, "missing/no/such/folder").await, Outcome::Unchanged);
    assert_eq!(delete(storage, "missing").await, Outcome::Unchanged, "a folder is no object");
    assert_eq!(delete(storage, "missing/there/below").await, Outcome::Unchanged);
    assert_eq!(names(storage, "missing").await, ["missing/there"]);
    assert_eq!(delete(storage, "missing/there").await, Outcome::Deleted);
    assert_eq!(delete(storage, "missing/there").await, Outcome::Unchanged);
}

pub(crate) async fn outcomes_are_in_the_order_of_the_writes(storage: &SharedStorage) {
    put(storage, "outcomes/old", "1").await;
    put(storage, "outcomes/kept", "1").await;
    let outcomes = commit(storage, |batch| {
        batch.delete(path("outcomes/none")).put(path("outcomes/z"), "z").then();
        batch.delete(path("outcomes/old")).edit(path("outcomes/kept"), |_| Change::Keep).then();
        batch.edit(path("outcomes/a"), |_| Change::Put(Bytes::from_static(b"a")));
    });
    let outcomes = outcomes.await.unwrap();
    let [Outcome::Unchanged, Outcome::Written(z), Outcome::Deleted, Outcome::Unchanged, Outcome::Written(a)] =
        outcomes.as_slice()
    else {
        panic!("{outcomes:?}")
    };
    assert_eq!(storage.get(&path("outcomes/z")).await.unwrap().unwrap().version, *z);
    assert_eq!(storage.get(&path("outcomes/a")).await.unwrap().unwrap().version, *a);
    assert!(commit(storage, |_| {}).await.unwrap().is_empty(), "an empty batch has no outcomes");
}

pub(crate) async fn later_stages_see_what_earlier_ones_wrote(storage: &SharedStorage) {
    let add = |now: Option<&[u8]>| Change::Put([now.unwrap_or(b"none"), b"+"].concat().into());
    let outcomes = commit(storage, |batch| {
        batch.put(path("stages/edited"), "1").put(path("stages/gone"), "1").then();
        batch.edit(path("stages/edited"), add).delete(path("stages/gone")).then();
        batch.edit(path("stages/edited"), add).delete(path("stages/gone")).edit(path("stages/gone"), add);
    });
    let outcomes = outcomes.await.unwrap();
    assert_eq!(get(storage, "stages/edited").await.unwrap(), "1++");
    assert_eq!(outcomes[3], Outcome::Deleted, "an object of an earlier stage can be deleted");
    assert_eq!(outcomes[5], Outcome::Unchanged, "an object is deleted once");
    assert_eq!(get(storage, "stages/gone").await.unwrap(), "none+");
}

pub(crate) async fn writes_of_one_object_in_one_stage_follow_each_other(storage: &SharedStorage) {
    let outcomes = commit(storage, |batch| {
        batch.put(path("stage/one"), "1").put(path("stage/one"), "2");
        batch.put(path("stage/two"), "1").delete(path("stage/two")).delete(path("stage/two"));
    });
    let outcomes = outcomes.await.unwrap();
    let object = storage.get(&path("stage/one")).await.unwrap().unwrap();
    assert_eq!(object.bytes, "2");
    assert_eq!(outcomes[1], Outcome::Written(object.version));
    assert_eq!(get(storage, "stage/two").await, None);
    assert_eq!(outcomes[3..], [Outcome::Deleted, Outcome::Unchanged]);
}
