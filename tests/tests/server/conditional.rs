//! Tags and conditions: what a client has is not sent again, and nobody overwrites what they have not seen.

use cache_server::clock::{Clock, SystemClock};
use cache_tests::{Engine, Stored, TestServer, each_engine, each_open_engine};
use futures::future::join_all;
use serde_json::json;

const CONTENT: [&str; 3] = ["/string", "/json", "/binary"];

/// An entry whose content is a text, a number in JSON and bytes alike.
async fn store(server: &TestServer) -> Stored {
    server.post("/ns/direct/store/string").text("1").stored().await
}

fn id_reference(entry: &Stored) -> String {
    let id = &entry.cache_id;
    format!("ns/refs/by-id/{}/{}/{id}.json", &id[..2], &id[2..4])
}

fn hash_reference(entry: &Stored) -> String {
    let hash = &entry.cache_hash;
    format!("ns/refs/by-hash/{}/{}/{hash}.json", &hash[..2], &hash[2..4])
}

each_engine!(a_child_file_that_a_copy_of_the_entry_has_is_not_created);
async fn a_child_file_that_a_copy_of_the_entry_has_is_not_created(engine: Engine) {
    let server = engine.setup().clock_at(1_800_000_000_000).start();
    let store = || server.post("/ns/temporal_latest/store/string/k?file_id=f").text("x");
    let first = store().stored().await;
    let child = format!("/ns/cache/{}/data/store/string/c", first.cache_id);
    server.post(&child).text("child").ok().await;
    server.advance(60_000);
    // The latest folder, and with it one of the copies of the child file, goes with the newer entry.
    let second = store().stored().await;
    server.delete(format!("/ns/delete/{}", second.cache_id)).ok().await;
    server.post(&child).text("another").header("if-none-match", "*").refused(412).await;
    assert_eq!(server.get(format!("/ns/cache/{}/data/string/c", first.cache_id)).ok().await.text(), "child");
}

each_engine!(the_tag_of_a_store_is_that_of_the_content);
async fn the_tag_of_a_store_is_that_of_the_content(engine: Engine) {
    let server = engine.start();
    let entry = store(&server).await;
    for path in CONTENT {
        let answer = server.get(format!("/ns/retrieve/{}{path}", entry.cache_id)).ok().await;
        assert_eq!(answer.tag(), entry.tag, "{path}");
    }
    assert!(entry.tag.starts_with('"') && entry.tag.ends_with('"'), "{} is not strong", entry.tag);
}

each_engine!(answers_with_metadata_have_the_tag_of_the_content_and_its_owner);
async fn answers_with_metadata_have_the_tag_of_the_content_and_its_owner(engine: Engine) {
    let server = engine.start();
    let entry = store(&server).await;
    let owned = format!("\"{}.{}\"", entry.tag.trim_matches('"'), entry.cache_id);
    for path in ["", "/metadata"] {
        assert_eq!(server.get(format!("/ns/retrieve/{}{path}", entry.cache_id)).ok().await.tag(), owned, "{path}");
    }
}

each_engine!(answers_by_hash_have_no_tag);
async fn answers_by_hash_have_no_tag(engine: Engine) {
    let server = engine.start();
    let entry = store(&server).await;
    for path in ["", "/string", "/json", "/binary", "/metadata", "/refs-hash", "/cache-id"] {
        let answer = server.get(format!("/ns/retrieve/hash/{}{path}", entry.cache_hash)).ok().await;
        assert_eq!(answer.header("etag"), None, "{path}");
    }
}

each_engine!(what_the_client_has_is_not_sent_again);
async fn what_the_client_has_is_not_sent_again(engine: Engine) {
    let server = engine.start();
    let entry = store(&server).await;
    for path in ["", "/string", "/json", "/binary", "/metadata"] {
        let path = format!("/ns/retrieve/{}{path}", entry.cache_id);
        let tag = server.get(&path).ok().await.tag();
        for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
            for request in [server.get(&path), server.head(&path)] {
                let answer = request.header("if-none-match", &known).await;
                assert_eq!((answer.status(), answer.bytes().len()), (304, 0), "{path} {known}");
                assert_eq!(answer.tag(), tag, "{path} {known}");
            }
        }
        let answer = server.get(&path).header("if-none-match", "\"other\"").ok().await;
        assert_eq!(answer.tag(), tag);
    }
}

each_engine!(every_other_content_has_another_tag);
async fn every_other_content_has_another_tag(engine: Engine) {
    three_writes_have_three_tags(engine, ["one", "two", "three"]).await;
}

/// On `s3` the tag is made of the content alone.
#[tokio::test]
async fn every_write_gives_the_content_a_new_tag() {
    for engine in [Engine::Memory, Engine::LocalDisk, Engine::Embedded] {
        three_writes_have_three_tags(engine, ["same"; 3]).await;
    }
}

async fn three_writes_have_three_tags(engine: Engine, [first, second, third]: [&str; 3]) {
    let server = engine.start();
    let entry = server.post("/ns/key_based/store/string/k?file_id=f").text(first).stored().await;
    let update = server.post(format!("/ns/update/{}/string", entry.cache_id)).text(second).ok().await.tag();
    let again = server.post("/ns/key_based/store/string/k?file_id=f").text(third).stored().await;
    assert!(entry.tag != update && update != again.tag && again.tag != entry.tag);
    let read = server.get(format!("/ns/retrieve/{}/string", entry.cache_id)).header("if-none-match", &entry.tag);
    assert_eq!(read.ok().await.tag(), again.tag);
}

each_engine!(a_new_owner_of_the_same_path_has_a_new_tag);
async fn a_new_owner_of_the_same_path_has_a_new_tag(engine: Engine) {
    let server = engine.start();
    let older = server.post("/ns/key_based/store/string/k?file_id=f").text("same").stored().await;
    let path = format!("/ns/retrieve/{}", older.cache_id);
    let tag = server.get(&path).ok().await.tag();
    let newer = server.post("/ns/key_based/store/string/k?file_id=f").text("same").stored().await;
    let answer = server.get(&path).header("if-none-match", tag).ok().await;
    assert_eq!(answer.json()["metadata"]["cache_id"], newer.cache_id.as_str());
    assert!(answer.tag().contains(&newer.cache_id));
}

each_engine!(an_update_of_what_the_client_has_not_seen_is_refused);
async fn an_update_of_what_the_client_has_not_seen_is_refused(engine: Engine) {
    let server = engine.start();
    let entry = store(&server).await;
    let update = format!("/ns/update/{}/string", entry.cache_id);
    let weak = format!("W/{}", entry.tag);
    for tag in ["\"other\"", "\"\"", "nonsense", "\"0000000000000000\"", &weak, "\"a\", \"b\"", "\"*\""] {
        let refusal = server.post(&update).text("new").header("if-match", tag).refused(412).await;
        assert_eq!(refusal["detail"]["error_type"], "PRECONDITION_FAILED", "{tag}");
    }
    assert_eq!(server.get(format!("/ns/retrieve/{}/string", entry.cache_id)).ok().await.text(), "1");
    let tag = server.post(&update).text("2").header("if-match", &entry.tag).ok().await.tag();
    server.post(&update).text("3").header("if-match", &entry.tag).refused(412).await;
    let read = server.get(format!("/ns/retrieve/{}/string", entry.cache_id)).ok().await;
    assert_eq!((read.text().as_str(), read.tag()), ("2", tag));
}

each_engine!(an_update_may_name_several_tags_or_any);
async fn an_update_may_name_several_tags_or_any(engine: Engine) {
    let server = engine.start();
    let entry = store(&server).await;
    let update = format!("/ns/update/{}/string", entry.cache_id);
    let several = format!("\"other\", {},\"another\"", entry.tag);
    server.post(&update).text("2").header("if-match", several).ok().await;
    server.post(&update).text("3").header("if-match", "*").ok().await;
    // The tag of an answer with metadata is as good: its content part counts.
    let owned = server.get(format!("/ns/retrieve/{}", entry.cache_id)).ok().await.tag();
    server.post(&update).text("4").header("if-match", owned).ok().await;
    assert_eq!(server.get(format!("/ns/retrieve/{}/string", entry.cache_id)).ok().await.text(), "4");
}

each_engine!(a_delete_of_what_the_client_has_not_seen_is_refused);
async fn a_delete_of_what_the_client_has_not_seen_is_refused(engine: Engine) {
    let server = engine.start();
    for strategy in ["direct", "temporal", "temporal_latest", "temporal_versioned", "key_based"] {
        let entry = server.post(format!("/ns/{strategy}/store/string")).text("1").stored().await;
        let path = format!("/ns/delete/{}", entry.cache_id);
        let refusal = server.delete(&path).header("if-match", "\"other\"").refused(412).await;
        assert_eq!(refusal["detail"]["error_type"], "PRECONDITION_FAILED");
        server.get(format!("/ns/retrieve/{}", entry.cache_id)).ok().await;
        let gone = server.delete(&path).header("if-match", &entry.tag).value().await;
        assert_eq!(gone["status"], "success", "{strategy}");
        server.get(format!("/ns/retrieve/{}", entry.cache_id)).refused(404).await;
    }
}

/// Reads a number, adds one and writes it unless somebody was faster, until it is written.
async fn increment(server: &TestServer, id: &str) {
    loop {
        let read = server.get(format!("/ns/retrieve/{id}/json")).ok().await;
        let next = read.json()["n"].as_u64().unwrap() + 1;
        let update = server.post(format!("/ns/update/{id}/json")).json(json!({ "n": next }));
        let answer = update.header("if-match", read.tag()).await;
        match answer.status() {
            200 => return,
            412 => {}
            status => panic!("{status}: {}", answer.text()),
        }
    }
}

each_engine!(fifty_concurrent_increments_end_at_fifty);
async fn fifty_concurrent_increments_end_at_fifty(engine: Engine) {
    let server = engine.start();
    let entry = server.post("/ns/key_based/store/json/a/counter?file_id=n").json(json!({"n": 0})).stored().await;
    join_all((0..50).map(|_| increment(&server, &entry.cache_id))).await;
    let end = server.get(format!("/ns/retrieve/{}/json", entry.cache_id)).value().await;
    assert_eq!(end, json!({"n": 50}));
}

each_engine!(of_twenty_concurrent_creates_one_wins);
async fn of_twenty_concurrent_creates_one_wins(engine: Engine) {
    let server = engine.start();
    let create = |n: usize| {
        let create = server.post("/ns/key_based/store/string/tokens/name?file_id=f").text(format!("creator {n}"));
        create.header("if-none-match", "*").into_future()
    };
    let answers = join_all((0..20).map(create)).await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status() == 200);
    assert_eq!((won.len(), lost.len()), (1, 19));
    for refusal in lost {
        assert_eq!(refusal.status(), 412);
        assert_eq!(refusal.json()["detail"]["error_type"], "ALREADY_EXISTS");
    }
    let ids = server.get("/ns/file-ids").value().await;
    assert_eq!(ids, json!([won[0].json()["cache_id"]]));
    let files = server.get("/admin/storage/files/all/ns").value().await;
    assert_eq!(files["file_count"], 5, "the losers left something behind: {files}");
}

each_engine!(a_create_is_about_one_key_file_id_and_kind);
async fn a_create_is_about_one_key_file_id_and_kind(engine: Engine) {
    let server = engine.start();
    let create = |kind: &str, path: &str| {
        let request = server.post(format!("/{path}")).header("if-none-match", "*");
        match kind {
            "json" => request.json("{}"),
            _ => request.bytes("x"),
        }
    };
    create("string", "ns/key_based/store/string/k?file_id=f").stored().await;
    create("string", "ns/key_based/store/string/k?file_id=f").refused(412).await;
    // A string is a JSON document: the same file.
    create("json", "ns/key_based/store/json/k?file_id=f").refused(412).await;
    create("binary", "ns/key_based/store/binary/k?file_id=f").stored().await;
    create("string", "ns/key_based/store/string/k?file_id=g").stored().await;
    create("string", "ns/key_based/store/string/k/f?file_id=f").stored().await;
    create("string", "other/key_based/store/string/k?file_id=f").stored().await;
}

each_engine!(what_was_deleted_can_be_created_again_at_once);
async fn what_was_deleted_can_be_created_again_at_once(engine: Engine) {
    let server = engine.start();
    let create = || server.post("/ns/key_based/store/string/k?file_id=f").text("x").header("if-none-match", "*");
    let entry = create().stored().await;
    create().refused(412).await;
    server.delete(format!("/ns/delete/{}", entry.cache_id)).ok().await;
    create().stored().await;
}

#[tokio::test]
async fn other_strategies_have_no_conditional_create() {
    let server = Engine::Memory.start();
    for strategy in ["direct", "temporal", "temporal_latest", "temporal_versioned"] {
        for path in ["store/string", "store/string/k?file_id=f", "store/binary", "store/binary/k?file_id=f"] {
            let request = server.post(format!("/ns/{strategy}/{path}")).text("x").header("if-none-match", "*");
            let refusal = request.refused(400).await;
            assert_eq!(refusal["detail"]["field_name"], "if-none-match", "{refusal}");
            assert!(refusal["detail"]["message"].as_str().unwrap().contains("key_based"), "{refusal}");
        }
    }
    assert_eq!(server.get("/ns/file-ids").value().await, json!([]));
}

/// Checks that a create is refused within a minute of what was cut off, and succeeds after it.
async fn is_created_after_a_minute(server: &TestServer) -> Stored {
    let create = || server.post("/ns/key_based/store/string/k?file_id=f").text("new").header("if-none-match", "*");
    create().refused(412).await;
    // The clock stood still while the content was written: its minute began then, or, by a file system's coarser clock,
    // some milliseconds before.
    server.advance(59_000);
    let refusal = create().refused(412).await;
    assert_eq!(refusal["detail"]["error_type"], "ALREADY_EXISTS");
    server.advance(60_000);
    let entry = create().stored().await;
    create().refused(412).await;
    assert_eq!(server.get(format!("/ns/retrieve/{}/string", entry.cache_id)).ok().await.text(), "new");
    entry
}

each_engine!(a_create_that_was_cut_off_blocks_its_name_for_a_minute);
async fn a_create_that_was_cut_off_blocks_its_name_for_a_minute(engine: Engine) {
    let server = engine.setup().clock_at(SystemClock.now()).start();
    let cut_off = server.post("/ns/key_based/store/string/k?file_id=f").text("cut off").stored().await;
    let reference = id_reference(&cut_off);
    let gone = server.delete(format!("/admin/storage/file/delete/{reference}")).value().await;
    assert_eq!(gone["deleted"], true, "{reference}");
    let entry = is_created_after_a_minute(&server).await;
    // Of the one that was cut off, nothing is found any more.
    server.get(format!("/ns/retrieve/{}", cut_off.cache_id)).refused(404).await;
    let found = server.get(format!("/ns/retrieve/hash/{}/cache-id", entry.cache_hash)).value().await;
    assert_eq!(found["cache_id"], entry.cache_id.as_str());
}

each_engine!(a_create_whose_hash_was_cut_off_is_completed_by_a_create_a_minute_later);
async fn a_create_whose_hash_was_cut_off_is_completed_by_a_create_a_minute_later(engine: Engine) {
    let server = engine.setup().clock_at(SystemClock.now()).start();
    let cut_off = server.post("/ns/key_based/store/string/k?file_id=f").text("cut off").stored().await;
    let by_hash = hash_reference(&cut_off);
    let create = || server.post("/ns/key_based/store/string/k?file_id=f").text("new").header("if-none-match", "*");
    let ids = async || {
        let reference = server.get(format!("/ns/retrieve/hash/{}/refs-hash", cut_off.cache_hash)).value().await;
        let ids = reference["cache_ids"].as_array().unwrap().iter().map(|id| id["cache_id"].clone());
        let ids: Vec<_> = ids.collect();
        assert_eq!((&reference["latest_id"], &reference["total_versions"]), (&ids[ids.len() - 1], &json!(ids.len())));
        ids
    };
    server.delete(format!("/admin/storage/file/delete/{by_hash}")).ok().await;
    server.advance(120_000);
    // Its minute is over: the clock of the storage counts.
    create().refused(412).await;
    assert_eq!(ids().await, [cut_off.cache_id.as_str()]);
    create().refused(412).await;
    assert_eq!(ids().await, [cut_off.cache_id.as_str()], "once is enough");

    // Others have stored the same content since.
    server.delete(format!("/admin/storage/file/delete/{by_hash}")).ok().await;
    let later = server.post("/ns/direct/store/string").text("cut off").stored().await;
    create().refused(412).await;
    assert_eq!(ids().await, [cut_off.cache_id.as_str(), later.cache_id.as_str()]);
}

each_open_engine!(a_content_file_alone_blocks_its_name_for_a_minute);
async fn a_content_file_alone_blocks_its_name_for_a_minute(engine: Engine) {
    let server = engine.setup().clock_at(SystemClock.now()).start();
    server.plant("ns/data/key-based/k/f.json", b"\"cut").await;
    is_created_after_a_minute(&server).await;
}

/// On `s3` the clock of the S3 server counts, which a test cannot set.
#[tokio::test]
async fn of_twenty_creates_over_what_was_cut_off_one_wins() {
    for engine in [Engine::Memory, Engine::LocalDisk, Engine::Embedded] {
        one_creates_over_what_was_cut_off(engine).await;
    }
}

async fn one_creates_over_what_was_cut_off(engine: Engine) {
    let server = engine.setup().clock_at(SystemClock.now()).start();
    let cut_off = server.post("/ns/key_based/store/string/k?file_id=f").text("cut off").stored().await;
    server.delete(format!("/admin/storage/file/delete/{}", id_reference(&cut_off))).ok().await;
    server.advance(120_000);
    let create = |n: usize| {
        let create = server.post("/ns/key_based/store/string/k?file_id=f").text(format!("creator {n}"));
        create.header("if-none-match", "*").into_future()
    };
    let answers = join_all((0..20).map(create)).await;
    assert_eq!(answers.iter().filter(|answer| answer.status() == 200).count(), 1);
    assert_eq!(answers.iter().filter(|answer| answer.status() == 412).count(), 19);
}

each_engine!(an_entry_with_an_owner_is_not_taken_over_however_old);
async fn an_entry_with_an_owner_is_not_taken_over_however_old(engine: Engine) {
    let server = engine.setup().clock_at(SystemClock.now()).start();
    server.post("/ns/key_based/store/string/k?file_id=f").text("whole").stored().await;
    server.advance(365 * 24 * 3_600_000);
    let create = server.post("/ns/key_based/store/string/k?file_id=f").text("new").header("if-none-match", "*");
    create.refused(412).await;
}

each_engine!(a_store_over_what_the_client_has_not_seen_is_refused);
async fn a_store_over_what_the_client_has_not_seen_is_refused(engine: Engine) {
    let server = engine.start();
    let store = |text: &str| server.post("/ns/key_based/store/string/k?file_id=f").text(text);
    for tag in ["*", "\"other\""] {
        let refusal = store("nothing is there").header("if-match", tag).refused(412).await;
        assert_eq!(refusal["detail"]["error_type"], "PRECONDITION_FAILED", "{tag}: {refusal}");
    }
    let first = store("first").stored().await;
    store("other").header("if-match", "\"other\"").refused(412).await;
    let second = store("second").header("if-match", format!("\"other\", {}", first.tag)).stored().await;
    store("third").header("if-match", &first.tag).refused(412).await;
    let third = store("third").header("if-match", "*").stored().await;
    assert!(second.cache_id != third.cache_id && second.tag != third.tag);
    assert_eq!(server.get(format!("/ns/retrieve/{}/string", first.cache_id)).ok().await.text(), "third");
    // Of many that have seen the same, one replaces it.
    let all = (0..20).map(|n| store(&format!("writer {n}")).header("if-match", &third.tag).into_future());
    let answers = join_all(all).await;
    assert_eq!(answers.iter().filter(|answer| answer.status() == 200).count(), 1);
    assert_eq!(answers.iter().filter(|answer| answer.status() == 412).count(), 19);
    assert_eq!(server.get("/ns/file-ids").value().await.as_array().unwrap().len(), 4);
}

each_engine!(a_refused_create_tells_what_is_there);
async fn a_refused_create_tells_what_is_there(engine: Engine) {
    let server = engine.start();
    let create = || server.post("/ns/key_based/store/string/k?file_id=f").text("x").header("if-none-match", "*");
    let entry = create().stored().await;
    let refusal = create().refused(412).await;
    assert_eq!(refusal["detail"]["cache_id"], entry.cache_id.as_str(), "{refusal}");
}

each_engine!(a_child_file_has_a_tag);
async fn a_child_file_has_a_tag(engine: Engine) {
    let server = engine.start();
    for strategy in ["direct", "temporal_latest", "temporal_versioned", "key_based"] {
        let entry = server.post(format!("/ns/{strategy}/store/string/k?file_id=f")).text("entry").stored().await;
        let data = format!("/ns/cache/{}/data", entry.cache_id);
        for (kind, body) in [("string", "text"), ("json", "{}"), ("binary", "bytes")] {
            let send = |verb: &str, body: &str| {
                let request = server.post(format!("{data}/{verb}/{kind}/a/folder/f"));
                if kind == "json" { request.json(body) } else { request.bytes(body) }
            };
            let stored = send("store", body).ok().await.tag();
            let path = format!("{data}/{kind}/a/folder/f");
            assert_eq!(server.get(&path).ok().await.tag(), stored, "{kind}");
            for known in [&stored, &format!("W/{stored}"), "*"] {
                let answer = server.get(&path).header("if-none-match", known).await;
                assert_eq!((answer.status(), answer.bytes().len(), answer.tag()), (304, 0, stored.clone()), "{kind}");
            }
            server.get(&path).header("if-match", &stored).ok().await;
            server.get(&path).header("if-match", "\"other\"").refused(412).await;

            let update = |tag: &str| send("update", r#"{"an": "update"}"#).header("if-match", tag);
            update("\"other\"").refused(412).await;
            let updated = update(&stored).ok().await.tag();
            assert_ne!(updated, stored);
            update(&stored).refused(412).await;
            update("*").ok().await;
            let current = server.get(&path).ok().await.tag();

            let delete = |tag: &str| server.delete(format!("{data}/delete/{kind}/a/folder/f")).header("if-match", tag);
            delete(&stored).refused(412).await;
            delete(&current).ok().await;
            delete(&current).refused(404).await;

            let create = || send("store", body).header("if-none-match", "*");
            create().ok().await;
            let refusal = create().refused(412).await;
            assert_eq!(refusal["detail"]["error_type"], "ALREADY_EXISTS", "{refusal}");
            assert_eq!(refusal["detail"]["cache_id"], entry.cache_id.as_str());
        }
    }
}

each_engine!(of_many_conditional_writes_of_a_child_file_one_wins_each_round);
async fn of_many_conditional_writes_of_a_child_file_one_wins_each_round(engine: Engine) {
    let server = engine.start();
    let entry = server.post("/ns/temporal_latest/store/string").text("entry").stored().await;
    let data = format!("/ns/cache/{}/data", entry.cache_id);
    let winners = |answers: Vec<cache_tests::Answer>| {
        assert!(answers.iter().all(|answer| matches!(answer.status(), 200 | 412)));
        answers.into_iter().filter(|answer| answer.status() == 200).collect::<Vec<_>>()
    };
    let create = |n: usize| server.post(format!("{data}/store/string/f")).text(format!("creator {n}"));
    let created = join_all((0..20).map(|n| create(n).header("if-none-match", "*").into_future())).await;
    let mut won = winners(created);
    for round in 0..3 {
        assert_eq!(won.len(), 1);
        let tag = won[0].tag();
        // On `s3` the tag is made of the content: nobody writes what is there.
        let update = |n: usize| server.post(format!("{data}/update/string/f")).text(format!("writer {n} of {round}"));
        won = winners(join_all((0..20).map(|n| update(n).header("if-match", &tag).into_future())).await);
    }
    assert_eq!(won.len(), 1);
    assert_eq!(server.get(format!("{data}/string/f")).ok().await.tag(), won[0].tag());
}

each_engine!(a_read_of_another_tag_is_refused);
async fn a_read_of_another_tag_is_refused(engine: Engine) {
    let server = engine.start();
    let entry = store(&server).await;
    for path in ["", "/string", "/json", "/binary", "/metadata"] {
        let path = format!("/ns/retrieve/{}{path}", entry.cache_id);
        let tag = server.get(&path).ok().await.tag();
        for tags in [tag.clone(), format!("\"other\", {tag}"), "*".to_owned()] {
            server.get(&path).header("if-match", tags).ok().await;
        }
        let weak = format!("W/{tag}");
        for tags in ["\"other\"", &weak, "nonsense", "\"*\""] {
            assert_eq!(server.head(&path).header("if-match", tags).await.status(), 412, "{path} {tags}");
            let refusal = server.get(&path).header("if-match", tags).refused(412).await;
            assert_eq!(refusal["detail"]["error_type"], "PRECONDITION_FAILED", "{path} {tags}");
        }
        // Nothing here has a time of modification.
        server.get(&path).header("if-modified-since", "Fri, 27 Nov 2099 00:00:00 GMT").ok().await;
        server.get(&path).header("if-unmodified-since", "Fri, 27 Nov 1999 00:00:00 GMT").ok().await;
    }
    // By hash there is no tag, so that no tag matches.
    let by_hash = format!("/ns/retrieve/hash/{}/string", entry.cache_hash);
    server.get(&by_hash).header("if-match", &entry.tag).refused(412).await;
    server.get(&by_hash).header("if-none-match", &entry.tag).ok().await;
    assert_eq!(server.get(&by_hash).header("if-none-match", "*").await.status(), 304);
    server.get(format!("/ns/retrieve/{}x", entry.cache_id)).header("if-match", "\"other\"").refused(400).await;
    server.get("/ns/retrieve/00000000-0000-4000-8000-000000000000").header("if-none-match", "*").refused(404).await;
}

/// Every operation that writes, from the document; one that takes a condition says so there.
#[tokio::test]
async fn a_write_refuses_every_condition_that_it_does_not_know() {
    let server = Engine::Memory.start();
    let entry = store(&server).await;
    let document: serde_json::Value = serde_json::from_str(&cache_server::openapi()).unwrap();
    let mut tried = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            if method == "get" {
                continue;
            }
            let known = |name: &str| {
                let parameters = operation["parameters"].as_array().into_iter().flatten();
                parameters.into_iter().any(|parameter| parameter["name"] == name)
            };
            let path = path.replace("{namespace}", "ns").replace("{cache_id}", &entry.cache_id);
            let path = path.replace("{strategy}", "key_based").replace("{data_type}", "string").replace(['{', '}'], "");
            for (header, name) in [
                ("if-match", "If-Match"),
                ("if-none-match", "If-None-Match"),
                ("if-modified-since", "If-Modified-Since"),
                ("if-unmodified-since", "If-Unmodified-Since"),
            ] {
                if known(name)
                    || (path.ends_with("/store/string")
                        || path.ends_with("/store/json")
                        || path.ends_with("/store/binary"))
                {
                    continue;
                }
                let request = server.request(method.to_uppercase().parse().unwrap(), &path).json("{}");
                let refusal = request.header(header, "\"any\"").refused(400).await;
                let named = [&refusal["detail"][0]["loc"][1], &refusal["detail"]["field_name"]];
                assert!(named.contains(&&json!(header)), "{method} {path}: {refusal}");
                tried += 1;
            }
        }
    }
    assert!(tried > 60, "{tried}");
    // Without a key there is nothing that a condition could be about.
    for (header, value) in [("if-none-match", "*"), ("if-match", "*"), ("if-none-match", "\"tag\"")] {
        server.post("/ns/direct/store/string").text("x").header(header, value).refused(400).await;
    }
    assert_eq!(server.get("/ns/file-ids").value().await, json!([entry.cache_id]));
}
