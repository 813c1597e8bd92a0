//! The client: one suite over both transports and every engine.

use bytes::Bytes;
use cache_client::client::{Change, ChildContent, Content, Tag};
use cache_client::{CacheHashGenerator, CacheId, CacheKey, DataKey, DataType, Error, Json, Strategy};
use cache_tests::{World, each_transport};
use futures::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};

each_transport!(
    what_was_stored_is_retrieved_in_every_form,
    what_is_absent_is_none,
    a_key_names_a_place_and_a_field_the_hash,
    compare_and_swap_lets_one_writer_win,
    a_conditional_create_happens_once,
    an_unchanged_entry_is_not_sent_again,
    large_bodies_stream_both_ways,
    child_files_are_stored_read_updated_and_deleted,
    a_time_range_is_read_page_by_page,
    listings_come_in_pages_and_as_a_whole,
    administrators_see_the_stored_files,
    the_service_tells_about_itself,
    refusals_have_a_meaning_and_a_request_id,
    numbers_keep_their_digits,
    any_name_finds_its_way,
);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Note {
    cache_key: String,
    stars: u32,
}

fn note(key: &str, stars: u32) -> Note {
    Note { cache_key: key.to_owned(), stars }
}

async fn what_was_stored_is_retrieved_in_every_form(World { client, .. }: World) {
    let (store, retrieve) = (client.store(), client.retrieve());
    for strategy in Strategy::ALL {
        let key = format!("{strategy}/key");
        let json = store.json("ns", strategy, &note(&key, 5)).key(&key).send().await.unwrap();
        assert_eq!(retrieve.by_id("ns", json.cache_id).json().await.unwrap(), Some(note(&key, 5)));
        assert_eq!(retrieve.by_hash("ns", &json.cache_hash).json().await.unwrap(), Some(note(&key, 5)));
        assert!(!json.paths.data.is_empty() && json.tag.is_some());
        let entry = retrieve.by_id("ns", json.cache_id).send().await.unwrap().unwrap();
        assert_eq!((entry.metadata.strategy, entry.metadata.cache_id), (strategy, json.cache_id));
        assert_eq!(entry.json::<Note>().unwrap(), note(&key, 5));
        assert_eq!(
            entry.tag.as_ref().unwrap().as_str().split('.').next(),
            json.tag.unwrap().as_str().strip_suffix('"')
        );
    }

    let text = store.string("ns", Strategy::Direct, "some téxt").send().await.unwrap();
    assert_eq!(retrieve.by_id("ns", text.cache_id).string().await.unwrap().unwrap(), "some téxt");
    assert_eq!(retrieve.by_hash("ns", &text.cache_hash).string().await.unwrap().unwrap(), "some téxt");
    assert_eq!(text.cache_hash, CacheHashGenerator::default().from_string("some téxt").unwrap());
    let entry = retrieve.by_hash("ns", &text.cache_hash).send().await.unwrap().unwrap();
    assert_eq!((entry.content.as_str(), entry.tag), (Some("some téxt"), None));

    let bytes = store.binary("ns", Strategy::Direct, Bytes::from_static(b"\0\xff")).send().await.unwrap();
    assert_eq!(retrieve.by_id("ns", bytes.cache_id).binary().await.unwrap().unwrap(), b"\0\xff".as_slice());
    assert_eq!(retrieve.by_hash("ns", bytes.cache_hash).binary().await.unwrap().unwrap(), b"\0\xff".as_slice());
    let entry = retrieve.by_id("ns", bytes.cache_id).send().await.unwrap().unwrap();
    assert!(matches!(entry.content, Content::Binary) && entry.metadata.content_size == 2);

    assert!(client.exists().by_id("ns", text.cache_id).await.unwrap());
    assert!(client.exists().by_hash("ns", &text.cache_hash).await.unwrap());
    let deleted = client.delete().by_id("ns", text.cache_id).send().await.unwrap().unwrap();
    assert_eq!(deleted.status, "success");
    assert!(!client.exists().by_id("ns", text.cache_id).await.unwrap());
}

async fn what_is_absent_is_none(World { client, .. }: World) {
    let (id, hash) = (CacheId::random(), "0123456789abcdef");
    let retrieve = client.retrieve();
    assert!(retrieve.by_id("ns", id).send().await.unwrap().is_none());
    assert!(retrieve.by_id("ns", id).json::<Note>().await.unwrap().is_none());
    assert!(retrieve.by_id("ns", id).string().await.unwrap().is_none());
    assert!(retrieve.by_id("ns", id).binary().await.unwrap().is_none());
    assert!(retrieve.by_id("ns", id).stream().await.unwrap().is_none());
    assert!(retrieve.by_id("ns", id).metadata().await.unwrap().is_none());
    assert!(retrieve.by_id("ns", id).config().await.unwrap().is_none());
    assert!(retrieve.by_id("ns", id).refs().await.unwrap().is_none());
    assert!(retrieve.by_id("ns", id).refs_all().await.unwrap().is_none());
    assert!(retrieve.by_hash("ns", hash).send().await.unwrap().is_none());
    assert!(retrieve.by_hash("ns", hash).json::<Note>().await.unwrap().is_none());
    assert!(retrieve.by_hash("ns", hash).string().await.unwrap().is_none());
    assert!(retrieve.by_hash("ns", hash).binary().await.unwrap().is_none());
    assert!(retrieve.by_hash("ns", hash).cache_id().await.unwrap().is_none());
    assert!(retrieve.by_hash("ns", hash).metadata().await.unwrap().is_none());
    assert!(retrieve.by_hash("ns", hash).refs().await.unwrap().is_none());
    assert!(!client.exists().by_id("ns", id).await.unwrap());
    assert!(!client.exists().by_hash("ns", hash).await.unwrap());
    assert!(client.delete().by_id("ns", id).send().await.unwrap().is_none());

    let entry = client.store().string("ns", Strategy::Direct, "parent").send().await.unwrap().cache_id;
    let data = client.data();
    assert!(data.retrieve("ns", entry, "file").json::<Note>().await.unwrap().is_none());
    assert!(data.retrieve("ns", entry, "file").key("a/b").string().await.unwrap().is_none());
    assert!(data.retrieve("ns", entry, "file").binary().await.unwrap().is_none());
    assert!(data.retrieve("ns", id, "file").string().await.unwrap().is_none());
    assert!(!data.exists("ns", entry, DataType::Json, "file").send().await.unwrap());
    assert!(!data.delete("ns", entry, DataType::Json, "file").key("a").send().await.unwrap());
    assert_eq!(data.list("ns", entry).delete().await.unwrap(), 0);
    assert!(client.admin_storage().bytes("ns/none").await.unwrap().is_none());
    assert!(client.admin_storage().json::<Note>("ns/none.json").await.unwrap().is_none());
    assert!(!client.admin_storage().exists("ns/none").await.unwrap());
    assert!(!client.admin_storage().delete("ns/none").await.unwrap());

    // What a write builds on is something else.
    let update = client.update().string("ns", id, "new").send().await.unwrap_err();
    assert!(matches!(update, Error::NotFound { .. }), "{update:?}");
    let child = client.data_store().string("ns", id, "text").send().await.unwrap_err();
    assert!(matches!(child, Error::NotFound { .. }), "{child:?}");
    let child = data.update("ns", entry, "file").string("new").await.unwrap_err();
    assert!(matches!(child, Error::NotFound { .. }) && child.request_id().is_some(), "{child:?}");
}

async fn a_key_names_a_place_and_a_field_the_hash(World { client, .. }: World) {
    let store = client.store();
    let entry =
        store.json("ns", Strategy::KeyBased, &note("a/b", 1)).key("a/b").file_id("root").hash_field("cache_key");
    let entry = entry.send().await.unwrap();
    assert_eq!(entry.paths.data[0], "ns/data/key-based/a/b/root.json");
    let hash = CacheHashGenerator::default().from_string("a/b").unwrap();
    assert_eq!(entry.cache_hash, hash);
    assert_eq!(client.retrieve().by_hash("ns", &hash).cache_id().await.unwrap(), Some(entry.cache_id));
    let refs = client.retrieve().by_hash("ns", &hash).refs().await.unwrap().unwrap();
    assert_eq!((refs.latest_id, refs.total_versions), (entry.cache_id, 1));
    let metadata = client.retrieve().by_hash("ns", &hash).metadata().await.unwrap().unwrap();
    assert_eq!((metadata.cache_key.as_str(), metadata.file_id.as_str()), ("a/b", "root"));
    let refs = client.retrieve().by_id("ns", entry.cache_id).refs().await.unwrap().unwrap();
    assert_eq!(refs.strategy, Strategy::KeyBased);
    assert!(client.retrieve().by_id("ns", entry.cache_id).refs_all().await.unwrap().is_some());
    let metadata = client.retrieve().by_id("ns", entry.cache_id).metadata().await.unwrap().unwrap();
    assert_eq!(metadata.data.json_field_path.as_deref(), Some("cache_key"));
    assert!(client.retrieve().by_id("ns", entry.cache_id).config().await.unwrap().is_some());
    // The field counts, not the rest.
    let without = Json::parse(br#"{"cache_key": "a/b", "stars": 1}"#).unwrap();
    let with = Json::parse(br#"{"cache_key": "a/b", "stars": 1, "at": 7}"#).unwrap();
    let hashes = CacheHashGenerator::default();
    assert_eq!(hashes.from_json_without(&with, &["at"]), hashes.from_json(&without));
}

async fn compare_and_swap_lets_one_writer_win(World { client, .. }: World) {
    let stored =
        client.store().json("ns", Strategy::KeyBased, &note("counter", 0)).key("counter").send().await.unwrap();
    let id = stored.cache_id;
    // Eight writers add one, eight times each.
    let writers = (0..8).map(|_| {
        let client = client.clone();
        tokio::spawn(async move {
            for _ in 0..8 {
                loop {
                    let entry = client.retrieve().by_id("ns", id).send().await.unwrap().unwrap();
                    let mut note: Note = entry.json().unwrap();
                    note.stars += 1;
                    match client.update().json("ns", id, &note).if_match(&entry.tag.unwrap()).send().await {
                        Ok(_) => break,
                        Err(Error::PreconditionFailed { code, .. }) => assert_eq!(code, "PRECONDITION_FAILED"),
                        Err(Error::Unavailable { retryable: true, .. }) => {}
                        Err(error) => panic!("{error:?}"),
                    }
                }
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    let note: Note = client.retrieve().by_id("ns", id).json().await.unwrap().unwrap();
    assert_eq!(note.stars, 64);
    let stale = client.delete().by_id("ns", id).if_match(&stored.tag.unwrap()).send().await.unwrap_err();
    assert!(matches!(stale, Error::PreconditionFailed { .. }) && !stale.is_already_exists());
    let entry = client.retrieve().by_id("ns", id).send().await.unwrap().unwrap();
    assert!(client.delete().by_id("ns", id).if_match(&entry.tag.unwrap()).send().await.unwrap().is_some());
}

async fn a_conditional_create_happens_once(World { client, .. }: World) {
    let creates = (0..16).map(|stars| {
        let client = client.clone();
        async move {
            let store = client.store().json("ns", Strategy::KeyBased, &note("name", stars)).key("name").file_id("name");
            store.if_absent().send().await
        }
    });
    let results: Vec<_> = stream::iter(creates).buffer_unordered(16).collect().await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    for error in results.into_iter().filter_map(Result::err) {
        assert!(error.is_already_exists() && error.request_id().is_some(), "{error:?}");
    }
}

async fn an_unchanged_entry_is_not_sent_again(World { client, .. }: World) {
    let id = client.store().string("ns", Strategy::Direct, "first").send().await.unwrap().cache_id;
    let entry = client.retrieve().by_id("ns", id).send().await.unwrap().unwrap();
    let tag = entry.tag.unwrap();
    assert!(matches!(client.retrieve().by_id("ns", id).if_changed(&tag).await.unwrap(), Change::Same));
    let updated = client.update().string("ns", id, "second").send().await.unwrap();
    assert!(updated.size > 0 && updated.tag.is_some() && !updated.paths.is_empty());
    let Change::New(entry) = client.retrieve().by_id("ns", id).if_changed(&tag).await.unwrap() else {
        panic!("it changed")
    };
    assert_eq!(entry.content.as_str(), Some("second"));
    client.delete().by_id("ns", id).send().await.unwrap().unwrap();
    assert!(matches!(client.retrieve().by_id("ns", id).if_changed(&tag).await.unwrap(), Change::Gone));
}

async fn large_bodies_stream_both_ways(World { client, .. }: World) {
    const PARTS: usize = 64;
    let parts = (0..PARTS).map(|part| Ok::<_, std::io::Error>(Bytes::from(vec![part as u8; 64 << 10])));
    let stored = client.store().stream("ns", Strategy::Direct, stream::iter(parts)).send().await.unwrap();
    assert_eq!(stored.size, (PARTS << 16) as u64);
    let parts = client.retrieve().by_id("ns", stored.cache_id).stream().await.unwrap().unwrap();
    let all: Vec<Bytes> = parts.try_collect().await.unwrap();
    let all = all.concat();
    assert_eq!(all.len(), PARTS << 16);
    assert!(all.chunks(64 << 10).enumerate().all(|(part, bytes)| bytes.iter().all(|byte| *byte == part as u8)));
    assert_eq!(client.retrieve().by_id("ns", stored.cache_id).binary().await.unwrap().unwrap(), all);

    // A stream that fails stores nothing.
    let parts = [Ok(Bytes::from_static(b"begun")), Err(std::io::Error::other("the disk is gone"))];
    let error = client.store().stream("broken", Strategy::Direct, stream::iter(parts)).send().await.unwrap_err();
    assert!(matches!(error, Error::Unavailable { retryable: false, .. } | Error::InvalidInput { .. }), "{error:?}");
    assert!(client.namespace().ids("broken").all().await.unwrap().is_empty());

    let parts = stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"child"))]);
    client.data_store().stream("ns", stored.cache_id, parts).file_id("part").send().await.unwrap();
    let child = client.data().retrieve("ns", stored.cache_id, "part").stream().await.unwrap().unwrap();
    assert_eq!(child.try_collect::<Vec<_>>().await.unwrap().concat(), b"child");
}

async fn child_files_are_stored_read_updated_and_deleted(World { client, .. }: World) {
    let id = client.store().json("ns", Strategy::KeyBased, &note("k", 1)).key("k").send().await.unwrap().cache_id;
    let (store, data) = (client.data_store(), client.data());
    store.json("ns", id, &note("child", 2)).key("a/b").file_id("one").send().await.unwrap();
    store.string("ns", id, "text").key("a").file_id("two").send().await.unwrap();
    store.binary("ns", id, b"\0\x01".as_slice()).file_id("three").send().await.unwrap();
    let drawn = store.string("ns", id, "unnamed").send().await.unwrap();
    assert_eq!(data.retrieve("ns", id, &drawn.file_id).string().await.unwrap().as_deref(), Some("unnamed"));
    assert_eq!(data.retrieve("ns", id, "one").key("a/b").json().await.unwrap(), Some(note("child", 2)));
    assert_eq!(data.retrieve("ns", id, "two").key("a").string().await.unwrap().as_deref(), Some("text"));
    assert_eq!(data.retrieve("ns", id, "three").binary().await.unwrap().unwrap(), b"\0\x01".as_slice());
    assert!(data.exists("ns", id, DataType::Json, "one").key("a/b").send().await.unwrap());

    data.update("ns", id, "one").key("a/b").json(&note("child", 3)).await.unwrap();
    data.update("ns", id, "three").binary(b"\x02".as_slice()).await.unwrap();
    let (one, tag) = data.retrieve("ns", id, "one").key("a/b").json_with_tag::<Note>().await.unwrap().unwrap();
    assert_eq!(one, note("child", 3));

    let two = data.update("ns", id, "two").key("a").string("new text").await.unwrap();
    let stale = |result: cache_client::Result<_>| matches!(result, Err(Error::PreconditionFailed { .. }));
    let update = |tag: &Tag| data.update("ns", id, "two").key("a").if_match(tag).string("newer text");
    update(two.tag.as_ref().unwrap()).await.unwrap();
    assert!(stale(update(&tag.unwrap()).await));
    let create = || store.string("ns", id, "text").file_id("once").if_absent().send();
    let once = create().await.unwrap();
    assert!(stale(create().await));
    let delete = |tag: &Tag| data.delete("ns", id, DataType::String, "once").if_match(tag).send();
    assert!(delete(two.tag.as_ref().unwrap()).await.is_err());
    assert!(delete(once.tag.as_ref().unwrap()).await.unwrap());

    assert_eq!(data.list("ns", id).files().all().await.unwrap().len(), 4);
    let below_a = data.list("ns", id).key("a").files().page_size(1).all().await.unwrap();
    assert_eq!(below_a.iter().map(|file| file.data_file_id.as_str()).collect::<Vec<_>>(), ["one", "two"]);
    assert_eq!(data.list("ns", id).key("a").recursive(false).files().all().await.unwrap().len(), 1);

    let read: Vec<_> = data.read("ns", id).page_size(1).stream().try_collect().await.unwrap();
    assert_eq!(read.len(), 4);
    let one = read.iter().find(|child| child.file_id == "one").unwrap();
    assert_eq!((one.key.as_str(), one.json::<Note>().unwrap()), ("a/b", note("child", 3)));
    assert!(read.iter().any(|child| matches!(&child.content, ChildContent::Binary(bytes) if **bytes == [2])));
    let last = data.read("ns", id).descending().page_size(1).page().await.unwrap();
    assert!(last.next.is_some() && last.items.len() == 1);

    assert!(data.delete("ns", id, DataType::Json, "one").key("a/b").send().await.unwrap());
    assert_eq!(data.list("ns", id).key("a").delete().await.unwrap(), 1);
    assert_eq!(data.list("ns", id).delete().await.unwrap(), 2);
}

async fn a_time_range_is_read_page_by_page(World { client, .. }: World) {
    for stars in 0..5 {
        client.store().json("events", Strategy::Temporal, &note("e", stars)).send().await.unwrap();
    }
    client.store().string("events", Strategy::Temporal, "text").send().await.unwrap();
    client.store().binary("events", Strategy::Temporal, b"\xff".as_slice()).send().await.unwrap();
    let entries: Vec<_> = client.temporal().entries("events").page_size(2).stream().try_collect().await.unwrap();
    assert_eq!(entries.len(), 7);
    assert!(entries.is_sorted_by_key(|entry| (entry.stored_at, entry.cache_id)));
    let mut stars: Vec<u32> = entries.iter().filter_map(|entry| entry.json::<Note>().ok()).map(|n| n.stars).collect();
    stars.sort_unstable();
    assert_eq!(stars, [0, 1, 2, 3, 4]);
    assert_eq!(entries.iter().filter_map(|entry| entry.content.as_str()).collect::<Vec<_>>(), ["text"]);
    let (first, last) = (entries[0].stored_at, entries[6].stored_at);
    let range = client.temporal().entries("events").from(first).to(last + 1);
    assert_eq!(range.stream().count().await, 7);
    assert_eq!(client.temporal().entries("events").to(first).page().await.unwrap().items.len(), 0);
    let page = client.temporal().entries("events").page_size(3).page().await.unwrap();
    let rest = client.temporal().entries("events").cursor(page.next.unwrap()).stream().count().await;
    assert_eq!((page.items.len(), rest), (3, 4));
}

async fn listings_come_in_pages_and_as_a_whole(World { client, .. }: World) {
    for stars in 0..5 {
        let key = format!("k/{stars}");
        client.store().json("many", Strategy::KeyBased, &note(&key, stars)).key(&key).send().await.unwrap();
    }
    client.store().string("other", Strategy::Direct, "text").send().await.unwrap();
    assert_eq!(client.namespaces().list().all().await.unwrap(), ["many", "other"]);
    let namespace = client.namespace();
    let ids = namespace.ids("many").page_size(2).all().await.unwrap();
    assert_eq!(ids.len(), 5);
    let page = namespace.ids("many").page_size(2).page().await.unwrap();
    let rest = namespace.ids("many").cursor(page.next.unwrap()).all().await.unwrap();
    assert_eq!([page.items, rest].concat(), ids);
    assert_eq!(namespace.hashes("many").all().await.unwrap().len(), 5);
    assert_eq!(namespace.stats("many").await.unwrap().refs_id_files, 5);
    let entries: Vec<_> = namespace.entries("many").page_size(2).stream().try_collect().await.unwrap();
    assert_eq!(entries.iter().map(|entry| entry.cache_id).collect::<Vec<_>>(), ids);
    for entry in &entries {
        assert_eq!(entry.json::<Note>().unwrap().cache_key, entry.cache_key);
    }
    let some = namespace.entries("many").key_prefix("k/3").strategy(Strategy::KeyBased).page().await.unwrap();
    assert_eq!(some.items.len(), 1);
    assert_eq!(namespace.entries("many").strategy(Strategy::Direct).page().await.unwrap().items.len(), 0);
}

async fn administrators_see_the_stored_files(World { client, .. }: World) {
    let stored =
        client.store().json("ns", Strategy::KeyBased, &note("k", 1)).key("k").file_id("f").send().await.unwrap();
    let (admin, path) = (client.admin_storage(), stored.paths.data[0].as_str());
    assert!(admin.exists(path).await.unwrap());
    assert_eq!(admin.json::<Note>(path).await.unwrap(), Some(note("k", 1)));
    assert!(admin.bytes(path).await.unwrap().unwrap().starts_with(b"{"));
    let files = admin.files("ns").page_size(2).all().await.unwrap();
    assert!(files.iter().any(|file| file == path) && files.len() == 5, "{files:?}");
    assert_eq!(admin.folders("ns").all().await.unwrap(), ["ns/data", "ns/refs"]);
    assert_eq!(admin.folders("").all().await.unwrap(), ["ns"]);
    assert!(!admin.bucket_name().await.unwrap().is_empty());
    assert!(admin.delete(path).await.unwrap());
    let error = admin.bytes("ns/../other").await.unwrap_err();
    assert!(matches!(error, Error::InvalidInput { ref field, request_id: None, .. } if field == "path"), "{error:?}");
}

async fn the_service_tells_about_itself(World { client, engine, .. }: World) {
    let info = client.info();
    assert_eq!(info.health().await.unwrap().status, "ok");
    assert_eq!(info.live().await.unwrap().status, "ok");
    assert_eq!(info.ready().await.unwrap().status, "ok");
    assert_eq!(info.status().await.unwrap().status, "operational");
    assert!(!info.versions().await.unwrap().cache_server.is_empty());
    assert!(info.server().await.unwrap().server_boot_time > 0);
    assert_eq!(client.server().storage_info().await.unwrap().storage_mode, engine.as_str());
}

async fn refusals_have_a_meaning_and_a_request_id(World { client, .. }: World) {
    let text = client.store().string("ns", Strategy::Direct, "text").send().await.unwrap();
    let error = client.update().binary("ns", text.cache_id, b"\xff".as_slice()).send().await.unwrap_err();
    assert!(matches!(&error, Error::Conflict { code, .. } if code == "TYPE_MISMATCH"), "{error:?}");
    assert_eq!(error.request_id().unwrap().as_str().len(), 36);
    let error = client.retrieve().by_id("ns", text.cache_id).json::<Note>().await.unwrap_err();
    assert!(matches!(error, Error::Conflict { .. }), "{error:?}");
    let error = client.store().binary("ns", Strategy::Direct, vec![0; 33 << 20]).send().await.unwrap_err();
    assert!(matches!(error, Error::TooLarge { .. }) && error.request_id().is_some(), "{error:?}");
    let error = client.store().binary("ns", Strategy::Direct, b"no gzip".as_slice()).gzip().send().await.unwrap_err();
    assert!(matches!(error, Error::InvalidInput { .. }) && error.request_id().is_some(), "{error:?}");
    let list = client.store().json("ns", Strategy::Direct, &["a", "list"]).send().await.unwrap_err();
    assert_eq!(list.to_string(), "value is not a JSON object");
    let json = client.store().json("ns", Strategy::Direct, &note("k", 1)).send().await.unwrap();
    let error = client.retrieve().by_id("ns", json.cache_id).json::<Vec<u8>>().await.unwrap_err();
    assert!(matches!(error, Error::Protocol { .. }), "{error:?}");
}

async fn numbers_keep_their_digits(World { client, .. }: World) {
    let text = r#"{"z":123456789012345678901234567890,"a":1.0,"b":1e300}"#;
    let value: Box<serde_json::value::RawValue> = serde_json::from_str(text).unwrap();
    let id = client.store().json("ns", Strategy::Direct, &value).send().await.unwrap().cache_id;
    let read: cache_client::RawJson = client.retrieve().by_id("ns", id).json().await.unwrap().unwrap();
    assert_eq!(Json::parse(read.as_str().as_bytes()).unwrap(), Json::parse(text.as_bytes()).unwrap());
    assert!(read.as_str().starts_with(r#"{"z":123456789012345678901234567890"#), "{}", read.as_str());
}

async fn any_name_finds_its_way(World { client, .. }: World) {
    // What a URL would change, and what the service does.
    for key in ["a b/c", "a%2Fb", "Q1 2026/v1.2.final", "é/ü", "a?b#c", "x/y/z", "a+b&c=d", "{k}", "..a/b", "a[0]"] {
        // Parsed, it may become another name.
        let parsed = CacheKey::parse(key).unwrap();
        let store = client.store().json("names", Strategy::KeyBased, &note(key, 1)).key(&parsed).file_id("f");
        let stored = store.send().await.unwrap();
        let owner = client.retrieve().by_id("names", stored.cache_id).send().await.unwrap().unwrap().metadata;
        assert_eq!(owner.cache_key, parsed.as_str(), "{key}");
    }
    let id = client.store().string("names", Strategy::Direct, "parent").send().await.unwrap().cache_id;
    for key in ["a b/c", "../../up", "..", "é/x", r"a\b", "a%2Fb"] {
        let parsed = DataKey::parse(key).unwrap();
        client.data_store().string("names", id, key).key(&parsed).file_id("f").send().await.unwrap();
        let text = client.data().retrieve("names", id, "f").key(parsed).string().await.unwrap();
        assert_eq!(text.as_deref(), Some(key));
    }
}
