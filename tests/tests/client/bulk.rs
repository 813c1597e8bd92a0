//! The client, where one call stands for several: by key, by many ids, whole namespaces, and parts of content.

use bytes::Bytes;
use cache_client::client::{ByteRange, Change, Content, EntryKind};
use cache_client::{CacheClient, CacheId, Error, Strategy};
use cache_tests::{World, each_transport};
use futures::TryStreamExt;
use serde_json::{Value, json};

each_transport!(
    an_entry_is_retrieved_by_its_key_in_every_form,
    a_key_of_several_entries_is_a_conflict,
    many_entries_are_retrieved_and_deleted_by_their_ids,
    a_namespace_is_deleted_with_all_it_holds,
    content_is_read_in_parts,
);

async fn an_entry_is_retrieved_by_its_key_in_every_form(World { client, .. }: World) {
    let key = "a/key of mine";
    let by_key = || client.retrieve().by_key("ns", key);
    assert!(by_key().send().await.unwrap().is_none());
    assert!(by_key().file_id("f").kind(EntryKind::Json).string().await.unwrap().is_none());
    assert!(by_key().cache_id().await.unwrap().is_none());
    let stored = client.store().json("ns", Strategy::KeyBased, &json!({ "n": 1 })).key(key).file_id("f");
    let stored = stored.send().await.unwrap();
    let entry = by_key().send().await.unwrap().unwrap();
    assert_eq!((entry.metadata.cache_id, entry.json::<Value>().unwrap()), (stored.cache_id, json!({ "n": 1 })));
    let tag = entry.tag.unwrap();
    assert_eq!(client.retrieve().by_id("ns", stored.cache_id).send().await.unwrap().unwrap().tag, Some(tag.clone()));
    assert_eq!(by_key().json::<Value>().await.unwrap(), Some(json!({ "n": 1 })));
    assert_eq!(by_key().file_id("f").string().await.unwrap().as_deref(), Some("{\"n\": 1}"));
    assert_eq!(by_key().kind(EntryKind::Json).binary().await.unwrap().unwrap(), "{\"n\": 1}");
    let parts: Vec<Bytes> = by_key().stream().await.unwrap().unwrap().try_collect().await.unwrap();
    assert_eq!(parts.concat(), b"{\"n\": 1}");
    assert_eq!(by_key().metadata().await.unwrap().unwrap().cache_key, key);
    assert_eq!(by_key().cache_id().await.unwrap(), Some(stored.cache_id));
    assert!(matches!(by_key().if_changed(&tag).await.unwrap(), Change::Same));
    client.update().json("ns", stored.cache_id, &json!({ "n": 2 })).send().await.unwrap();
    let Change::New(newer) = by_key().if_changed(&tag).await.unwrap() else { panic!("it is new") };
    assert_eq!(newer.json::<Value>().unwrap(), json!({ "n": 2 }));
    client.delete().by_id("ns", stored.cache_id).send().await.unwrap();
    assert!(matches!(by_key().if_changed(&tag).await.unwrap(), Change::Gone));
    // Calls may be made on any thread.
    let other = client.clone();
    let found = tokio::spawn(async move { other.retrieve().by_key("ns", "a").send().await });
    assert!(found.await.unwrap().unwrap().is_none());
    let error = client.retrieve().by_key("ns", "../secret").send().await.unwrap_err();
    assert!(
        matches!(error, Error::InvalidInput { ref field, request_id: None, .. } if field == "cache_key"),
        "{error}"
    );
}

async fn a_key_of_several_entries_is_a_conflict(World { client, .. }: World) {
    for file in ["a", "b"] {
        client.store().string("ns", Strategy::KeyBased, file).key("k").file_id(file).send().await.unwrap();
    }
    client.store().binary("ns", Strategy::KeyBased, "bytes").key("k").file_id("b").send().await.unwrap();
    let by_key = || client.retrieve().by_key("ns", "k");
    for refused in [by_key().string().await, by_key().file_id("b").string().await] {
        let error = refused.unwrap_err();
        assert!(matches!(error, Error::Conflict { ref code, .. } if code == "AMBIGUOUS"), "{error}");
    }
    assert_eq!(by_key().file_id("a").string().await.unwrap().unwrap(), "a");
    assert_eq!(by_key().file_id("b").kind(EntryKind::Json).string().await.unwrap().unwrap(), "b");
    assert_eq!(by_key().kind(EntryKind::Binary).binary().await.unwrap().unwrap(), "bytes");
    let entry = by_key().kind(EntryKind::Binary).send().await.unwrap().unwrap();
    assert!(matches!(entry.content, Content::Binary));
}

async fn many_entries_are_retrieved_and_deleted_by_their_ids(World { client, engine, .. }: World) {
    let mut ids = vec![CacheId::random()];
    // More than one call deletes.
    for n in 0..engine.of_many(130) {
        ids.push(client.store().string("ns", Strategy::Direct, format!("text {n}")).send().await.unwrap().cache_id);
    }
    ids.push(client.store().binary("ns", Strategy::Direct, "bytes").send().await.unwrap().cache_id);
    ids.push(
        client.store().json("ns", Strategy::KeyBased, &json!({ "n": 1e22 })).key("k").send().await.unwrap().cache_id,
    );
    let found = client.retrieve().by_ids("ns", &ids).send().await.unwrap();
    assert_eq!(found.len(), ids.len());
    assert!(found[0].is_none());
    for (n, (found, id)) in found.iter().zip(&ids).enumerate().skip(1).take(ids.len() - 3) {
        let found = found.as_ref().unwrap();
        assert_eq!((found.cache_id, found.content.as_str()), (*id, Some(format!("text {}", n - 1).as_str())));
    }
    let [bytes, json] = [&found[found.len() - 2], &found[found.len() - 1]].map(|found| found.as_ref().unwrap());
    assert!(matches!(bytes.content, Content::Binary));
    assert_eq!((json.cache_key.as_str(), json.json::<Value>().unwrap()), ("k", json!({ "n": 1e22 })));
    assert_eq!(client.retrieve().by_ids("ns", Vec::<CacheId>::new()).send().await.unwrap().len(), 0);
    let error = client.retrieve().by_ids("ns", ["no-uuid"]).send().await.unwrap_err();
    assert!(matches!(error, Error::InvalidInput { ref field, .. } if field == "cache_id"), "{error}");

    let deleted = client.delete().by_ids("ns", &ids).send().await.unwrap();
    assert_eq!((deleted.len(), deleted[0].is_none()), (ids.len(), true));
    assert!(deleted[1..].iter().all(|deleted| deleted.as_ref().is_some_and(|deleted| deleted.status == "success")));
    let again = client.delete().by_ids("ns", &ids).send().await.unwrap();
    assert!(again.iter().all(Option::is_none));
    assert_eq!(client.namespace().ids("ns").all().await.unwrap(), []);
}

/// The files of a namespace.
async fn files(client: &CacheClient, namespace: &str) -> Vec<String> {
    client.admin_storage().files(namespace).all().await.unwrap()
}

async fn a_namespace_is_deleted_with_all_it_holds(World { client, .. }: World) {
    for n in 0..10 {
        let store = client.store().string("ns", Strategy::KeyBased, format!("text {n}"));
        let stored = store.key(format!("users/{n}")).send().await.unwrap();
        client.data_store().string("ns", stored.cache_id, "child").file_id("child").send().await.unwrap();
        client.store().string("ns2", Strategy::Direct, format!("text {n}")).send().await.unwrap();
    }
    client.store().string("ns", Strategy::Direct, "other").send().await.unwrap();
    let others = files(&client, "ns2").await;
    let cleared = client.delete().namespace("ns").key_prefix("users/1").send().await.unwrap();
    assert_eq!((cleared.entries, cleared.files), (1, 6));
    let cleared = client.delete().namespace("ns").page_size(3).send().await.unwrap();
    assert_eq!((cleared.entries, cleared.files), (10, 9 * 6 + 5));
    assert_eq!(files(&client, "ns").await, Vec::<String>::new());
    assert_eq!(files(&client, "ns2").await, others);
    assert_eq!(client.delete().namespace("ns").send().await.unwrap().entries, 0);
    assert!(matches!(client.delete().namespace("").send().await, Err(Error::InvalidInput { .. })));
}

async fn content_is_read_in_parts(World { client, .. }: World) {
    let bytes = Bytes::from_static(b"0123456789");
    let store = client.store().binary("ns", Strategy::KeyBased, bytes.clone()).key("k").file_id("f");
    let stored = store.send().await.unwrap();
    client.data_store().binary("ns", stored.cache_id, bytes.clone()).file_id("child").send().await.unwrap();
    let by_id = || client.retrieve().by_id("ns", stored.cache_id);
    let by_hash = || client.retrieve().by_hash("ns", &stored.cache_hash);
    let by_key = || client.retrieve().by_key("ns", "k");
    let child = || client.data().retrieve("ns", stored.cache_id, "child");
    for (range, first, text) in [
        (ByteRange::from(2..5), 2, "234"),
        (ByteRange::from(2..=5), 2, "2345"),
        (ByteRange::from(7..), 7, "789"),
        (ByteRange::from(9..100), 9, "9"),
        (ByteRange::last(3), 7, "789"),
        (ByteRange::last(99), 0, "0123456789"),
    ] {
        let parts = [
            by_id().part(range.clone()).await,
            by_hash().part(range.clone()).await,
            by_key().part(range.clone()).await,
            child().part(range.clone()).await,
        ];
        for part in parts {
            let part = part.unwrap().unwrap();
            assert_eq!((part.bytes.as_ref(), part.first, part.total), (text.as_bytes(), first, 10), "{range:?}");
        }
    }
    let tag = by_id().part(0..1).await.unwrap().unwrap().tag.unwrap();
    assert_eq!(Some(&tag), stored.tag.as_ref());
    assert_eq!(by_key().part(ByteRange::from(4..6).of(&tag)).await.unwrap().unwrap().bytes, "45");
    client.update().binary("ns", stored.cache_id, "abcdefghijkl").send().await.unwrap();
    let whole = by_id().part(ByteRange::from(4..6).of(&tag)).await.unwrap().unwrap();
    assert_eq!((whole.bytes.as_ref(), whole.first, whole.total), (b"abcdefghijkl".as_slice(), 0, 12));

    assert!(client.retrieve().by_id("ns", CacheId::random()).part(0..1).await.unwrap().is_none());
    assert!(client.data().retrieve("ns", stored.cache_id, "none").part(0..1).await.unwrap().is_none());
    let error = by_id().part(12..).await.unwrap_err();
    assert!(matches!(error, Error::Conflict { ref code, .. } if code == "RANGE_NOT_SATISFIABLE"), "{error}");
    for empty in [ByteRange::from(3..3), ByteRange::last(0)] {
        let error = child().part(empty).await.unwrap_err();
        assert!(
            matches!(error, Error::InvalidInput { ref field, request_id: None, .. } if field == "range"),
            "{error}"
        );
    }
}
