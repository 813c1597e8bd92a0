//! Conditions of a batch: they hold at the moment of the commit, or nothing is written.

use cache_server::storage::{self, Error, ObjectPath, Outcome, Require, SharedStorage, Version};
use futures::future::join_all;

use crate::support::{commit, commit_absent, delete, get, names, path, put};

/// The object whose condition failed.
fn refused(result: storage::Result<Vec<Outcome>>) -> ObjectPath {
    match result {
        Err(Error::Precondition { path }) => path,
        other => panic!("{other:?}"),
    }
}

async fn update(storage: &SharedStorage, at: &str, from: Version, to: String) -> storage::Result<Vec<Outcome>> {
    commit(storage, |batch| {
        batch.require(Require::Version(path(at), from)).put(path(at), to);
    })
    .await
}

pub(crate) async fn absent_holds_only_where_nothing_is(storage: &SharedStorage) {
    commit_absent(storage, "absent/one").await.unwrap();
    assert_eq!(refused(commit_absent(storage, "absent/one").await), path("absent/one"));
    assert_eq!(delete(storage, "absent/one").await, Outcome::Deleted);
    commit_absent(storage, "absent/one").await.unwrap();
    // A condition may be on an object that is not written, and a folder is no object.
    let outcomes = commit(storage, |batch| {
        batch.require(Require::Absent(path("absent/none"))).require(Require::Absent(path("absent")));
        batch.require(Require::Absent(path("absent/one/below"))).put(path("absent/two"), "2");
    });
    outcomes.await.unwrap();
}

pub(crate) async fn a_version_holds_until_the_next_write(storage: &SharedStorage) {
    let at = "version/one";
    let first = put(storage, at, "A").await;
    let second = put(storage, at, "B").await;
    let third = put(storage, at, "a").await;
    for old in [first.clone(), second] {
        assert_eq!(refused(update(storage, at, old, "C".into()).await), path(at));
    }
    update(storage, at, third.clone(), "C".into()).await.unwrap();
    assert_eq!(refused(update(storage, at, third, "D".into()).await), path(at));
    assert_eq!(get(storage, at).await.unwrap(), "C");
    // What is not there has no version, not even one that no object has.
    assert_eq!(refused(update(storage, "version/none", first, "D".into()).await), path("version/none"));
    let none = Version::parse("not a version");
    assert_eq!(refused(update(storage, "version/none", none.clone(), "D".into()).await), path("version/none"));
    assert_eq!(refused(update(storage, at, none, "D".into()).await), path(at));
    // The text of a version stands for it.
    let now = storage.get(&path(at)).await.unwrap().unwrap().version;
    update(storage, at, Version::parse(&now.to_string()), "E".into()).await.unwrap();
}

pub(crate) async fn a_batch_whose_condition_fails_writes_nothing(storage: &SharedStorage) {
    let old = put(storage, "nothing/kept", "1").await;
    let kept = put(storage, "nothing/kept", "2").await;
    let doomed = put(storage, "nothing/doomed", "3").await;
    let conditions = [
        vec![Require::Version(path("nothing/kept"), old)],
        vec![Require::Version(path("nothing/kept"), kept.clone()), Require::Absent(path("nothing/doomed"))],
        vec![Require::Absent(path("nothing/new")), Require::Version(path("nothing/new"), kept.clone())],
    ];
    for requires in conditions {
        let result = commit(storage, |batch| {
            batch.put(path("nothing/new"), "n").put(path("nothing/kept"), "n").then();
            batch.delete(path("nothing/doomed")).then().put(path("nothing/deep/er"), "n");
            for require in requires {
                batch.require(require);
            }
        });
        refused(result.await);
        assert_eq!(names(storage, "nothing").await, ["nothing/doomed", "nothing/kept"]);
        let found = storage.get_many(&[path("nothing/doomed"), path("nothing/kept")]).await.unwrap();
        let versions: Vec<_> = found.into_iter().map(|object| object.unwrap().version).collect();
        assert_eq!(versions, [doomed.clone(), kept.clone()]);
    }
    // Nor what would be written together with the object of the condition.
    for _ in 0..8 {
        let result = commit(storage, |batch| {
            batch.require(Require::Absent(path("nothing/kept"))).put(path("nothing/kept"), "n");
            for other in 0..12 {
                batch.put(path(&format!("nothing/beside/{other}")), "n");
            }
        });
        assert_eq!(refused(result.await), path("nothing/kept"));
        assert_eq!(names(storage, "nothing").await, ["nothing/doomed", "nothing/kept"]);
    }
}

pub(crate) async fn of_many_creates_of_one_object_one_wins(storage: &SharedStorage) {
    for round in 0..4 {
        let at = format!("create/{round}");
        let create = |number: usize| {
            let (storage, at) = (storage.clone(), at.clone());
            tokio::spawn(async move {
                let mark = path(&format!("{at}-winner-{number}"));
                let create = commit(&storage, |batch| {
                    batch.require(Require::Absent(path(&at))).put(path(&at), number.to_string()).then();
                    batch.put(mark, "won");
                });
                create.await.is_ok()
            })
        };
        let won: Vec<_> = join_all((0..64).map(create)).await.into_iter().map(Result::unwrap).collect();
        let winners: Vec<_> = (0..64).filter(|number| won[*number]).collect();
        let [winner] = winners.as_slice() else { panic!("{} creates won", winners.len()) };
        assert_eq!(get(storage, &at).await.unwrap(), winner.to_string());
        assert!(get(storage, &format!("{at}-winner-{winner}")).await.is_some());
    }
    assert_eq!(names(storage, "create").await.len(), 8, "the losers wrote nothing");
}

pub(crate) async fn of_many_updates_of_one_version_one_wins(storage: &SharedStorage) {
    let mut now = put(storage, "update/one", "start").await;
    for round in 0..4 {
        let update = |number: usize| {
            let (storage, from) = (storage.clone(), now.clone());
            tokio::spawn(async move { update(&storage, "update/one", from, format!("{round}-{number}")).await.ok() })
        };
        let updated: Vec<_> = join_all((0..32).map(update)).await.into_iter().filter_map(Result::unwrap).collect();
        let [winner] = updated.as_slice() else { panic!("{} updates won", updated.len()) };
        let [Outcome::Written(version)] = winner.as_slice() else { panic!("{winner:?}") };
        now = version.clone();
        assert_eq!(storage.get(&path("update/one")).await.unwrap().unwrap().version, now);
    }
}

pub(crate) async fn what_is_there_exists(storage: &SharedStorage) {
    put(storage, "there/one", "1").await;
    put(storage, "there/large", vec![0; 300 << 10]).await;
    for (at, is_there) in [("there/one", true), ("there/large", true), ("there", false), ("there/none", false)] {
        assert_eq!(storage.exists(&path(at)).await.unwrap(), is_there, "{at}");
    }
    assert_eq!(delete(storage, "there/one").await, Outcome::Deleted);
    assert!(!storage.exists(&path("there/one")).await.unwrap());
}

/// Where a batch is atomic, whoever only wants an object to be there loses against nobody.
pub(crate) async fn presence_holds_whoever_wrote_meanwhile(storage: &SharedStorage) {
    let at = "present/one";
    let seen = put(storage, at, "1").await;
    put(storage, at, "2").await;
    let replace = |text: String| {
        let seen = seen.clone();
        commit(storage, move |batch| {
            batch.require(Require::Present(path(at), seen)).put(path(at), text);
        })
    };
    for outcomes in join_all((0..64).map(|n| replace(format!("{n}")))).await {
        assert!(matches!(outcomes.unwrap().as_slice(), [Outcome::Written(_)]));
    }
    assert_eq!(delete(storage, at).await, Outcome::Deleted);
    assert_eq!(refused(replace("late".into()).await), path(at));
    assert_eq!(get(storage, at).await, None);
}
