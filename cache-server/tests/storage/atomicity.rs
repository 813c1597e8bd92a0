//! Batches that are atomic: a read of several objects sees all of a batch or nothing of it.

use cache_server::storage::{ObjectPath, Outcome, SharedStorage};

use crate::support::{commit, path};

const BATCHES: usize = 150;
const READS: usize = 600;

async fn read_all(storage: &SharedStorage, paths: &[ObjectPath]) -> Vec<Option<bytes::Bytes>> {
    let found = storage.get_many(paths).await.unwrap();
    found.into_iter().map(|object| object.map(|object| object.bytes)).collect()
}

pub(crate) async fn no_read_sees_half_a_batch(storage: &SharedStorage) {
    let paths = ["whole/a", "whole/b/c", "whole/z"].map(path);
    let writer = tokio::spawn({
        let (storage, paths) = (storage.clone(), paths.clone());
        async move {
            for number in 0..BATCHES {
                let write = commit(&storage, |batch| {
                    for at in &paths {
                        batch.put(at.clone(), number.to_string()).then();
                    }
                });
                write.await.unwrap();
            }
        }
    });
    let mut last = None;
    for _ in 0..READS {
        let found = read_all(storage, &paths).await;
        assert!(found.iter().all(|value| *value == found[0]), "{found:?} are of one batch");
        let number = found[0].as_ref().map(|value| std::str::from_utf8(value).unwrap().parse::<usize>().unwrap());
        assert!(number >= last, "what was seen stays seen");
        last = number;
    }
    writer.await.unwrap();
    assert_eq!(read_all(storage, &paths).await, vec![Some((BATCHES - 1).to_string().into()); 3]);
}

pub(crate) async fn no_read_sees_half_a_removal(storage: &SharedStorage) {
    let paths = ["going/a", "going/b", "going/c/d"].map(path);
    let writer = tokio::spawn({
        let (storage, paths) = (storage.clone(), paths.clone());
        async move {
            for _ in 0..BATCHES / 2 {
                let create = commit(&storage, |batch| {
                    paths.iter().for_each(|at| {
                        batch.put(at.clone(), "1");
                    })
                });
                create.await.unwrap();
                let remove = commit(&storage, |batch| {
                    paths.iter().for_each(|at| {
                        batch.delete(at.clone());
                    })
                });
                assert_eq!(remove.await.unwrap(), vec![Outcome::Deleted; 3]);
            }
        }
    });
    for _ in 0..READS {
        let there = read_all(storage, &paths).await.iter().filter(|value| value.is_some()).count();
        assert!(there == 0 || there == 3, "{there} of 3 objects are there");
    }
    writer.await.unwrap();
}
