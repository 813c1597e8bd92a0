//! Records of any kind under keys, with their data files, over both transports and every engine.

use cache_client::DataType;
use cache_tests::{World, each_transport};
use futures::future::join_all;
use send_wrapper::{Change, DataPath, EntryKey, Error, SendCache, namespaces};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

each_transport!(
    a_record_lies_where_the_specification_says,
    a_record_is_created_once_and_stored_again_and_again,
    no_change_of_a_record_is_lost,
    data_files_belong_to_their_record,
    any_namespace_can_be_used,
    health_is_up_and_nothing_is_lost,
);

fn key(text: &str) -> EntryKey {
    EntryKey::parse(text).unwrap()
}

fn path(text: &str) -> DataPath {
    DataPath::parse(text).unwrap()
}

async fn a_record_lies_where_the_specification_says(world: World) {
    let send = SendCache::new(world.client.clone());
    for (namespace, at, file) in [
        (namespaces::ANALYTICS, "aggregations/hourly/2026-02-13-14", "aggregations/hourly/2026-02-13-14.json"),
        (namespaces::COSTS, "records/2026-02-13", "records/2026-02-13.json"),
        (namespaces::COSTS, "weekly/2026-W07", "weekly/2026-W07.json"),
        (namespaces::TOKENS, "community-x", "community-x/community-x.json"),
    ] {
        let entries = send.entries(namespace).unwrap();
        let id = entries.create(&key(at), &json!({ "cache_key": "something else", "n": 1 })).await.unwrap();
        let stored: Option<Value> =
            world.client.admin_storage().json(format!("{namespace}/data/key-based/{file}")).await.unwrap();
        assert_eq!(stored.unwrap(), json!({ "cache_key": at, "n": 1 }));

        let hash = cache_client::CacheHashGenerator::default().from_string(at).unwrap();
        assert_eq!(entries.cache_id_from_key(&key(at)).await.unwrap(), Some(id));
        assert_eq!(entries.cache_id_from_hash(&hash).await.unwrap(), Some(id));
        assert!(entries.exists(&key(at)).await.unwrap() && entries.exists_by_hash(&hash).await.unwrap());
        assert_eq!(entries.entry(id).await.unwrap().unwrap().json::<Value>().unwrap()["n"], 1);
        assert_eq!(entries.entry_metadata(id).await.unwrap().unwrap().cache_hash, hash);
        assert_eq!(entries.entry_refs(id).await.unwrap().unwrap().cache_id, id);
        assert!(entries.namespace_files().all().await.unwrap().contains(&id));
    }
    // Hours share a folder, but no hash.
    let analytics = send.entries(namespaces::ANALYTICS).unwrap();
    assert!(!analytics.exists(&key("aggregations/hourly/2026-02-13-15")).await.unwrap());
}

async fn a_record_is_created_once_and_stored_again_and_again(world: World) {
    let entries = SendCache::new(world.client.clone()).entries("things").unwrap();
    let at = key("a/b");
    assert_eq!(entries.retrieve::<Value>(&at).await.unwrap(), None);
    assert!(matches!(entries.update(&at, &json!({})).await, Err(Error::NotFound { .. })));
    assert!(!entries.delete(&at).await.unwrap());
    let id = entries.create(&at, &json!({ "n": 1 })).await.unwrap();
    assert!(matches!(entries.create(&at, &json!({ "n": 2 })).await, Err(Error::AlreadyExists { .. })));
    assert_eq!(entries.store(&at, &json!({ "n": 3 })).await.unwrap(), id, "it keeps its id");
    assert_eq!(entries.retrieve::<Value>(&at).await.unwrap().unwrap()["n"], 3);
    assert_eq!(entries.update(&at, &json!({ "n": 4 })).await.unwrap(), id);
    assert_eq!(entries.retrieve::<Value>(&at).await.unwrap().unwrap()["n"], 4);
    assert_eq!(entries.namespace_files().all().await.unwrap(), [id]);
    assert!(entries.delete(&at).await.unwrap());
    assert!(!entries.exists(&at).await.unwrap());

    // Somebody else deletes it: what this handle remembers is looked at again.
    entries.store(&at, &json!({ "n": 5 })).await.unwrap();
    let other = SendCache::new(world.client.clone()).entries("things").unwrap();
    assert!(other.delete(&at).await.unwrap());
    entries.store(&at, &json!({ "n": 6 })).await.unwrap();
    assert_eq!(other.retrieve::<Value>(&at).await.unwrap().unwrap()["n"], 6);

    // Deleted and created again by somebody else: a change and a deletion are of the record that is there.
    for n in [7, 8] {
        assert!(other.delete(&at).await.unwrap());
        let id = other.create(&at, &json!({ "n": 0 })).await.unwrap();
        assert_eq!(entries.update(&at, &json!({ "n": n })).await.unwrap(), id);
        assert_eq!(other.retrieve::<Value>(&at).await.unwrap().unwrap()["n"], n);
    }
    assert!(other.delete(&at).await.unwrap());
    other.create(&at, &json!({ "n": 9 })).await.unwrap();
    assert!(entries.delete(&at).await.unwrap() && !other.exists(&at).await.unwrap());
    assert!(matches!(other.update(&at, &json!({})).await, Err(Error::NotFound { .. })));
    assert!(!other.delete(&at).await.unwrap());
    for value in [json!(1), json!([]), json!("text")] {
        assert!(matches!(entries.store(&at, &value).await, Err(Error::Invalid(_))));
    }
}

#[derive(Serialize, Deserialize)]
struct Counter {
    count: u64,
}

async fn no_change_of_a_record_is_lost(world: World) {
    let handles = [(); 2].map(|()| SendCache::new(world.client.clone()).entries("counters").unwrap());
    let at = key("visits");
    let add = |counter: &mut Counter| {
        counter.count += 1;
        Change::Write(counter.count)
    };
    assert_eq!(handles[0].change(&at, add).await.unwrap(), None);
    handles[0].create(&at, &Counter { count: 0 }).await.unwrap();
    let many = world.engine.of_many(40);
    let changes = (0..many).map(|number| handles[number % 2].change(&at, add));
    let mut counts: Vec<_> = join_all(changes).await.into_iter().map(|count| count.unwrap().unwrap()).collect();
    counts.sort_unstable();
    assert_eq!(counts, (1..=u64::try_from(many).unwrap()).collect::<Vec<_>>());
    let kept = handles[0].change(&at, |counter: &mut Counter| Change::Keep(counter.count)).await.unwrap();
    assert_eq!(kept, Some(u64::try_from(many).unwrap()));
}

async fn data_files_belong_to_their_record(world: World) {
    let entries = SendCache::new(world.client.clone()).entries("things").unwrap();
    let id = entries.create(&key("parent"), &json!({})).await.unwrap();
    let data = entries.data(id);
    let (note, log) = (path("notes/2026/first"), path("log"));
    assert!(matches!(data.update_json(&note, &json!({ "n": 1 })).await, Err(Error::NotFound { .. })));
    data.store_json(&note, &json!({ "n": 1 })).await.unwrap();
    data.store_string(&log, "one").await.unwrap();
    data.update_json(&note, &json!({ "n": 2 })).await.unwrap();
    data.update_string(&log, "two").await.unwrap();
    assert_eq!(data.json::<Value>(&note).await.unwrap(), Some(json!({ "n": 2 })));
    assert_eq!(data.string(&log).await.unwrap().as_deref(), Some("two"));
    assert_eq!(data.json::<Value>(&path("absent")).await.unwrap(), None);
    assert!(data.exists(&note, DataType::Json).await.unwrap());
    assert!(!data.exists(&note, DataType::String).await.unwrap());
    assert_eq!(data.list().await.unwrap().len(), 2);
    assert!(data.delete(&log, DataType::String).await.unwrap());
    assert!(!data.delete(&log, DataType::String).await.unwrap());
    assert_eq!(data.delete_all_with_key("notes/2025").await.unwrap(), 0);
    assert_eq!(data.delete_all_with_key("notes/2026").await.unwrap(), 1);
    data.store_string(&log, "three").await.unwrap();
    assert_eq!(data.delete_all().await.unwrap(), 1);
    assert!(matches!(data.delete_all_with_key("../other").await, Err(Error::Invalid(_))));

    data.store_string(&log, "four").await.unwrap();
    entries.delete(&key("parent")).await.unwrap();
    assert!(matches!(data.store_string(&log, "five").await, Err(Error::NotFound { .. })));
    assert_eq!(data.string(&log).await.unwrap(), None);
}

async fn any_namespace_can_be_used(world: World) {
    let send = SendCache::new(world.client.clone());
    send.entries("invoices-2026").unwrap().store(&key("a"), &json!({})).await.unwrap();
    assert!(world.client.namespaces().list().all().await.unwrap().iter().any(|name| name.as_str() == "invoices-2026"));
    // What the cache would keep under another name is refused.
    for refused in ["", "a b", "..", "a/b", "ä"] {
        assert!(matches!(send.entries(refused), Err(Error::Invalid(_))), "{refused:?}");
    }
}

async fn health_is_up_and_nothing_is_lost(world: World) {
    let send = SendCache::new(world.client.clone());
    let health = send.health_check().await;
    assert!(health.healthy && health.reason.is_none());
    assert_eq!(serde_json::to_value(health).unwrap()["token_events"], 0);
}
