//! What each strategy writes, overwrites, numbers and deletes, down to the bytes the Python service writes.

use std::io::Write as _;

use cache_tests::{Engine, Stored, TestServer, each_engine};
use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};

const STRATEGIES: [&str; 5] = ["direct", "temporal", "temporal_latest", "temporal_versioned", "key_based"];
/// 2026-11-22T16:39:44.245Z
const NOW: u64 = 1_795_365_584_245;
const MINUTE_OF_NOW: &str = "2026/11/22/16/39";
const MINUTE: u64 = 60_000;

fn start(engine: Engine) -> TestServer {
    engine.setup().clock_at(NOW).start()
}

/// Stores a text under the key `a/key` and the file id `f`.
async fn store(server: &TestServer, strategy: &str, text: &str) -> Stored {
    server.post(format!("/ns/{strategy}/store/string/a/key?file_id=f")).text(text).stored().await
}

async fn read(server: &TestServer, entry: &Stored) -> String {
    server.get(format!("/ns/retrieve/{}/string", entry.cache_id)).ok().await.text()
}

async fn owner(server: &TestServer, entry: &Stored) -> Value {
    server.get(format!("/ns/retrieve/{}/metadata", entry.cache_id)).value().await["data"]["cache_id"].clone()
}

async fn delete(server: &TestServer, entry: &Stored) -> Value {
    server.delete(format!("/ns/delete/{}", entry.cache_id)).value().await
}

async fn files(server: &TestServer, folder: &str) -> Vec<String> {
    let listed = server.get(format!("/admin/storage/files/all/{folder}")).value().await;
    listed["files"].as_array().unwrap().iter().map(|file| file.as_str().unwrap().to_owned()).collect()
}

// `captured/*.txt` is what the Python service 0.14.0 was seen to write, with the id, the times and the time folder
// masked.
// Only `temporal_versioned.txt` was changed: there the version's own folder comes first, as it does here.

/// Renders every stored file of a namespace, with the id, the time and what is made of them masked.
async fn rendered(server: &TestServer, namespace: &str, entry: &Stored) -> String {
    let mut text = String::new();
    for file in files(server, namespace).await {
        let content = server.get(format!("/admin/storage/file/bytes/{file}")).ok().await;
        let content = match file.rsplit('.').next() {
            Some("bin") => "{bytes}".to_owned(),
            _ => content.text(),
        };
        text += &format!("=== {file}\n{content}\n");
    }
    let shards = format!("{}/{}", &entry.cache_id[..2], &entry.cache_id[2..4]);
    text.replace(&entry.cache_id, "{id}")
        .replace(&shards, "{shards}")
        .replace(MINUTE_OF_NOW, "{folder}")
        .replace(&NOW.to_string(), "{time}")
}

each_engine!(stored_bytes_are_those_the_python_service_writes);
async fn stored_bytes_are_those_the_python_service_writes(engine: Engine) {
    let captured = [
        ("direct", include_str!("../../captured/direct.txt")),
        ("temporal", include_str!("../../captured/temporal.txt")),
        ("temporal_latest", include_str!("../../captured/temporal_latest.txt")),
        ("temporal_versioned", include_str!("../../captured/temporal_versioned.txt")),
        ("key_based", include_str!("../../captured/key_based.txt")),
    ];
    let server = start(engine);
    for (strategy, expected) in captured {
        let path = format!("/n-{strategy}/{strategy}/store/json/an/key?file_id=my-file&json_field_path=a");
        let entry = server.post(path).json(r#"{"b": 1, "a": "xé"}"#).stored().await;
        assert_eq!((entry.cache_hash.as_str(), entry.size), ("3c862eca78c03d61", 30));
        assert_eq!(rendered(&server, &format!("n-{strategy}"), &entry).await, expected, "{strategy}");
    }
}

each_engine!(strings_and_bytes_without_a_name_are_stored_as_python_stores_them);
async fn strings_and_bytes_without_a_name_are_stored_as_python_stores_them(engine: Engine) {
    let server = start(engine);
    let entry = server.post("/n-str/direct/store/string").json(r#""plain \u00e9 text""#).stored().await;
    assert_eq!(rendered(&server, "n-str", &entry).await, include_str!("../../captured/string.txt"));

    let entry = server.post("/n-bin/direct/store/binary").bytes(b"\x00\x01\xff".to_vec()).stored().await;
    assert_eq!(rendered(&server, "n-bin", &entry).await, include_str!("../../captured/binary.txt"));
    let content = server.get(format!("/admin/storage/file/bytes/{}", entry.files[0])).ok().await;
    assert_eq!(content.bytes(), b"\x00\x01\xff".as_slice());

    let packed = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xabV\xaaR\xb2R0\xac\x05\x00\xcf|\xb0\x92\x08\x00\x00\x00";
    let request = server.post("/n-gz/direct/store/binary").bytes(packed.to_vec()).header("content-encoding", "gzip");
    let entry = request.stored().await;
    assert_eq!(rendered(&server, "n-gz", &entry).await, include_str!("../../captured/gzip.txt"));
    let content = server.get(format!("/admin/storage/file/bytes/{}", entry.files[0])).ok().await;
    assert_eq!(content.bytes(), packed.as_slice());
}

each_engine!(gzip_is_stored_as_sent_and_retrieved_unpacked);
async fn gzip_is_stored_as_sent_and_retrieved_unpacked(engine: Engine) {
    let server = start(engine);
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(b"community-x").unwrap();
    let packed = encoder.finish().unwrap();
    let request = server.post("/ns/key_based/store/binary/k?file_id=f").bytes(packed.clone());
    let entry = request.header("content-encoding", "gzip").stored().await;
    assert_eq!((entry.cache_hash.as_str(), entry.size), ("6849a71fcf48b141", packed.len() as u64));
    let read = server.get(format!("/ns/retrieve/{}/binary", entry.cache_id)).ok().await;
    assert_eq!((read.bytes().as_ref(), read.header("content-encoding")), (b"community-x".as_slice(), None));
    let generic = server.get(format!("/ns/retrieve/{}", entry.cache_id)).value().await;
    assert_eq!(generic["metadata"]["content_encoding"], "gzip");
    assert_eq!(generic["metadata"]["content_size"], packed.len());
}

each_engine!(updates_and_children_have_the_bytes_python_writes);
async fn updates_and_children_have_the_bytes_python_writes(engine: Engine) {
    let server = start(engine);
    for strategy in STRATEGIES {
        let entry = store(&server, strategy, "first").await;
        let contents: Vec<_> = entry.files.iter().filter(|file| file.ends_with(".json")).collect();
        let update = |kind: &str| server.post(format!("/ns/update/{}/{kind}", entry.cache_id));
        for (request, expected) in [
            (update("json").json(r#"{"updated": true}"#), "{\n    \"updated\": true\n}"),
            (update("string").text("é"), r#""\u00e9""#),
        ] {
            let answer = request.value().await;
            assert_eq!(answer["size"], expected.len(), "{strategy}");
            assert_eq!(answer["paths"].as_array().unwrap().len(), contents.len(), "{strategy}");
            for file in &contents {
                let stored = server.get(format!("/admin/storage/file/bytes/{file}")).ok().await.text();
                assert_eq!(stored, expected, "{file}");
            }
        }
        let data = format!("/ns/cache/{}/data/store", entry.cache_id);
        for (request, file, expected) in [
            (
                server.post(format!("{data}/json/k1/k2/d-json")).json(r#"{"d": 1}"#),
                "k1/k2/d-json.json",
                "{\n    \"d\": 1\n}",
            ),
            (server.post(format!("{data}/string/d-str")).json("\"child é\""), "d-str.txt", "child é"),
            (server.post(format!("{data}/binary/d-bin")).bytes(b"\x00\x02".to_vec()), "d-bin.bin", "\u{0}\u{2}"),
        ] {
            let answer = request.value().await;
            let created = answer["data_files_created"].as_array().unwrap();
            assert_eq!(created.len(), contents.len(), "{strategy} has a copy in every data folder");
            for (created, content) in
                created.iter().map(|file| file.as_str().unwrap()).zip(retrieved(&server, &entry).await)
            {
                assert_eq!(created, format!("{}/data/{file}", content.trim_end_matches(".json")));
                let stored = server.get(format!("/admin/storage/file/bytes/{created}")).ok().await.text();
                assert_eq!(stored, expected, "{created}");
            }
        }
    }
}

/// The content files of an entry, in the order of its reference.
async fn retrieved(server: &TestServer, entry: &Stored) -> Vec<String> {
    let refs = server.get(format!("/ns/retrieve/{}/refs", entry.cache_id)).value().await;
    let files = refs["file_paths"]["content_files"].as_array().unwrap();
    files.iter().map(|file| file.as_str().unwrap().to_owned()).collect()
}

each_engine!(a_later_store_to_the_same_path_takes_it_over);
async fn a_later_store_to_the_same_path_takes_it_over(engine: Engine) {
    let server = start(engine);
    for strategy in ["direct", "temporal", "temporal_latest", "key_based"] {
        let older = store(&server, strategy, "older").await;
        let newer = store(&server, strategy, "newer").await;
        assert_ne!(older.cache_id, newer.cache_id);
        assert_eq!(older.files, newer.files, "{strategy}");
        for entry in [&older, &newer] {
            assert_eq!(read(&server, entry).await, "newer", "{strategy}");
            assert_eq!(owner(&server, entry).await, newer.cache_id.as_str(), "{strategy}");
        }
        let refs = server.get(format!("/ns/retrieve/{}/refs", older.cache_id)).value().await;
        assert_eq!(refs["cache_hash"], older.cache_hash.as_str(), "the reference keeps what was stored first");
    }
}

each_engine!(the_config_of_an_overwritten_path_is_the_newer_entrys);
async fn the_config_of_an_overwritten_path_is_the_newer_entrys(engine: Engine) {
    let server = start(engine);
    server.post("/ns/direct/store/string/first/key?file_id=f").text("older").stored().await;
    let newer = server.post("/ns/direct/store/string/second/key?file_id=f").text("newer").stored().await;
    let config = server.get(format!("/ns/retrieve/{}/config", newer.cache_id)).value().await;
    assert_eq!(config["file_key"], "second/key");
}

each_engine!(in_another_minute_temporal_entries_have_paths_of_their_own);
async fn in_another_minute_temporal_entries_have_paths_of_their_own(engine: Engine) {
    let server = start(engine);
    let older = store(&server, "temporal", "older").await;
    let older_latest = store(&server, "temporal_latest", "older").await;
    server.advance(MINUTE);
    let newer = store(&server, "temporal", "newer").await;
    let newer_latest = store(&server, "temporal_latest", "newer").await;
    assert_eq!(older.files[0], "ns/data/temporal/2026/11/22/16/39/f.json");
    assert_eq!(newer.files[0], "ns/data/temporal/2026/11/22/16/40/f.json");
    assert_eq!((read(&server, &older).await, read(&server, &newer).await), ("older".to_owned(), "newer".to_owned()));
    // `latest/` is what both read first.
    assert_eq!(read(&server, &older_latest).await, "newer");
    assert_eq!(read(&server, &newer_latest).await, "newer");
    let copy = "/admin/storage/file/json/ns/data/temporal-latest/2026/11/22/16/39/f.json";
    assert_eq!(server.get(copy).value().await, "older");
}

each_engine!(deleting_an_overwritten_entry_leaves_the_newer_one_whole);
async fn deleting_an_overwritten_entry_leaves_the_newer_one_whole(engine: Engine) {
    let server = start(engine);
    for strategy in STRATEGIES {
        let older = store(&server, strategy, "older").await;
        let newer = store(&server, strategy, "newer").await;
        let child = format!("/ns/cache/{}/data/store/string/child", newer.cache_id);
        server.post(child).text("of the newer").ok().await;
        assert_eq!(delete(&server, &older).await["status"], "success", "{strategy}");
        server.get(format!("/ns/retrieve/{}", older.cache_id)).refused(404).await;
        assert_eq!(read(&server, &newer).await, "newer", "{strategy}");
        for path in ["metadata", "config", "refs", "refs/all"] {
            server.get(format!("/ns/retrieve/{}/{path}", newer.cache_id)).ok().await;
        }
        let child = server.get(format!("/ns/cache/{}/data/string/child", newer.cache_id)).ok().await;
        assert_eq!(child.text(), "of the newer", "{strategy}");
        for file in retrieved(&server, &newer).await {
            assert_eq!(server.get(format!("/admin/storage/file/json/{file}")).value().await, "newer", "{file}");
        }
        assert_eq!(delete(&server, &newer).await["status"], "success", "{strategy}");
        assert!(files(&server, "ns").await.is_empty(), "{strategy}: {:?}", files(&server, "ns").await);
    }
}

each_engine!(deleting_an_older_latest_entry_removes_its_own_copy_only);
async fn deleting_an_older_latest_entry_removes_its_own_copy_only(engine: Engine) {
    let server = start(engine);
    let older = store(&server, "temporal_latest", "older").await;
    server.advance(MINUTE);
    let newer = store(&server, "temporal_latest", "newer").await;
    delete(&server, &older).await;
    assert_eq!(read(&server, &newer).await, "newer");
    assert_eq!(files(&server, "ns/data/temporal-latest").await.len(), 6);
    assert!(files(&server, "ns/data/temporal-latest/2026/11/22/16/39").await.is_empty());
}

each_engine!(an_overwritten_entry_outlives_the_newer_one_without_content);
async fn an_overwritten_entry_outlives_the_newer_one_without_content(engine: Engine) {
    let server = start(engine);
    for strategy in ["direct", "temporal", "temporal_latest", "key_based"] {
        let older = store(&server, strategy, "older").await;
        let newer = store(&server, strategy, "newer").await;
        delete(&server, &newer).await;
        for path in ["", "/string", "/json", "/binary", "/metadata", "/config"] {
            server.get(format!("/ns/retrieve/{}{path}", older.cache_id)).refused(404).await;
        }
        server.post(format!("/ns/update/{}/string", older.cache_id)).text("new").refused(404).await;
        delete(&server, &older).await;
        assert!(files(&server, "").await.is_empty(), "{strategy}: {:?}", files(&server, "").await);
    }
}

each_engine!(a_hash_is_answered_while_one_of_its_entries_has_content);
async fn a_hash_is_answered_while_one_of_its_entries_has_content(engine: Engine) {
    let server = start(engine);
    let whole = server.post("/ns/direct/store/string").text("the same").stored().await;
    store(&server, "key_based", "the same").await;
    let over_it = store(&server, "key_based", "another").await;
    delete(&server, &over_it).await;
    let address = format!("/ns/retrieve/hash/{}", whole.cache_hash);
    assert_eq!(server.get(format!("{address}/string")).ok().await.text(), "the same");
    assert_eq!(server.get(&address).value().await["metadata"]["cache_id"], whole.cache_id.as_str());
}

each_engine!(a_hash_forgets_an_entry_with_its_deletion_and_goes_with_the_last);
async fn a_hash_forgets_an_entry_with_its_deletion_and_goes_with_the_last(engine: Engine) {
    let server = start(engine);
    let mut entries = Vec::new();
    for strategy in STRATEGIES {
        entries.push(store(&server, strategy, "the same").await);
    }
    let address = format!("/ns/retrieve/hash/{}", entries[0].cache_hash);
    while let Some(newest) = entries.pop() {
        let found = server.get(format!("{address}/cache-id")).value().await;
        assert_eq!(found["cache_id"], newest.cache_id.as_str());
        let refs = server.get(format!("{address}/refs-hash")).value().await;
        assert_eq!(refs["total_versions"], entries.len() + 1);
        delete(&server, &newest).await;
    }
    server.get(&address).refused(404).await;
    assert!(files(&server, "").await.is_empty());
}

each_engine!(every_version_keeps_its_own_content);
async fn every_version_keeps_its_own_content(engine: Engine) {
    let server = start(engine);
    let mut entries = Vec::new();
    for version in 1..=12 {
        let entry = store(&server, "temporal_versioned", &format!("version {version}")).await;
        let first = retrieved(&server, &entry).await.remove(0);
        assert_eq!(first, format!("ns/data/temporal-versioned/versions/v{version}/f.json"));
        entries.push(entry);
        server.advance(MINUTE / 3);
    }
    for (version, entry) in (1..).zip(&entries) {
        assert_eq!(read(&server, entry).await, format!("version {version}"));
        assert_eq!(owner(&server, entry).await, entry.cache_id.as_str());
        let found = server.get(format!("/ns/retrieve/hash/{}/string", entry.cache_hash)).ok().await.text();
        assert_eq!(found, format!("version {version}"));
    }
    let latest = server.get("/admin/storage/file/json/ns/data/temporal-versioned/latest/f.json").value().await;
    assert_eq!(latest, "version 12");
}

each_engine!(versions_count_for_each_file_id);
async fn versions_count_for_each_file_id(engine: Engine) {
    let server = start(engine);
    for version in 1..=3 {
        for name in ["string/k?file_id=one", "string/other/key?file_id=two", "binary/k?file_id=three"] {
            let entry = server.post(format!("/ns/temporal_versioned/store/{name}")).bytes("text").stored().await;
            let first = retrieved(&server, &entry).await.remove(0);
            assert!(first.contains(&format!("/versions/v{version}/")), "{first}");
        }
        // Without a file id of its own every entry is its first version.
        let entry = server.post("/ns/temporal_versioned/store/string").text("text").stored().await;
        assert!(retrieved(&server, &entry).await[0].contains("/versions/v1/"));
    }
}

each_engine!(deleting_the_newest_version_removes_latest_and_the_next_one_counts_on);
async fn deleting_the_newest_version_removes_latest_and_the_next_one_counts_on(engine: Engine) {
    let server = start(engine);
    let latest = "ns/data/temporal-versioned/latest";
    let one = store(&server, "temporal_versioned", "one").await;
    let two = store(&server, "temporal_versioned", "two").await;
    delete(&server, &two).await;
    assert!(files(&server, latest).await.is_empty(), "there is no roll-back");
    assert_eq!(read(&server, &one).await, "one");
    let next = store(&server, "temporal_versioned", "next").await;
    assert_eq!(retrieved(&server, &next).await[0], "ns/data/temporal-versioned/versions/v2/f.json");
    let three = store(&server, "temporal_versioned", "three").await;
    delete(&server, &one).await;
    let four = store(&server, "temporal_versioned", "four").await;
    assert_eq!(
        retrieved(&server, &four).await[0],
        "ns/data/temporal-versioned/versions/v4/f.json",
        "the highest and one"
    );
    assert_eq!((read(&server, &next).await, read(&server, &three).await), ("next".to_owned(), "three".to_owned()));
    assert_eq!(server.get(format!("/admin/storage/file/json/{latest}/f.json")).value().await, "four");
}

each_engine!(an_update_of_an_older_version_leaves_latest_to_the_newest);
async fn an_update_of_an_older_version_leaves_latest_to_the_newest(engine: Engine) {
    let server = start(engine);
    let latest = "/admin/storage/file/json/ns/data/temporal-versioned/latest/f.json";
    let one = store(&server, "temporal_versioned", "one").await;
    let two = store(&server, "temporal_versioned", "two").await;
    server.post(format!("/ns/update/{}/string", one.cache_id)).text("one, updated").ok().await;
    assert_eq!((read(&server, &one).await, read(&server, &two).await), ("one, updated".to_owned(), "two".to_owned()));
    assert_eq!(server.get(latest).value().await, "two");
    server.post(format!("/ns/update/{}/string", two.cache_id)).text("two, updated").ok().await;
    assert_eq!(server.get(latest).value().await, "two, updated");
    delete(&server, &one).await;
    assert_eq!(server.get(latest).value().await, "two, updated");
}

/// Stores a child file of each type, and one in a folder.
async fn store_children(server: &TestServer, entry: &Stored) {
    let data = format!("/ns/cache/{}/data/store", entry.cache_id);
    server.post(format!("{data}/string/child")).text("text").ok().await;
    server.post(format!("{data}/json/child")).json("{}").ok().await;
    server.post(format!("{data}/binary/child")).bytes("bytes").ok().await;
    server.post(format!("{data}/string/a/folder/child")).text("in a folder").ok().await;
}

each_engine!(child_files_go_with_their_entry);
async fn child_files_go_with_their_entry(engine: Engine) {
    let server = start(engine);
    for strategy in STRATEGIES {
        let entry = store(&server, strategy, "parent").await;
        store_children(&server, &entry).await;
        let before = files(&server, "ns").await.len();
        let gone = delete(&server, &entry).await;
        assert_eq!(gone["status"], "success", "{strategy}: {gone}");
        assert_eq!(gone["deleted_count"], before, "{strategy}: {gone}");
        assert!(files(&server, "").await.is_empty(), "{strategy}: {:?}", files(&server, "").await);
    }
}

each_engine!(child_files_stay_while_content_of_the_other_kind_has_their_stem);
async fn child_files_stay_while_content_of_the_other_kind_has_their_stem(engine: Engine) {
    let server = start(engine);
    let string = store(&server, "key_based", "a string").await;
    let bytes = server.post("/ns/key_based/store/binary/a/key?file_id=f").bytes("bytes").stored().await;
    store_children(&server, &bytes).await;
    delete(&server, &string).await;
    let listed = server.get(format!("/ns/cache/{}/data/list", bytes.cache_id)).value().await;
    assert_eq!(listed["file_count"], 4, "{listed}");
    delete(&server, &bytes).await;
    assert!(files(&server, "").await.is_empty());
}

each_engine!(an_entry_among_the_child_files_of_another_survives_it);
async fn an_entry_among_the_child_files_of_another_survives_it(engine: Engine) {
    let server = start(engine);
    let named = server.post("/ns/key_based/store/string/family?file_id=parent").text("parent").stored().await;
    survives(&server, &named, "parent").await;
}

each_engine!(an_entry_among_the_child_files_of_one_without_a_file_id_survives_it);
async fn an_entry_among_the_child_files_of_one_without_a_file_id_survives_it(engine: Engine) {
    let server = start(engine);
    let parent = server.post("/ns/key_based/store/string/family").text("parent").stored().await;
    survives(&server, &parent, &parent.cache_id).await;
}

/// Deletes an entry with others among its child files.
async fn survives(server: &TestServer, parent: &Stored, name: &str) {
    let below = format!("key_based/store/string/family/{name}/data");
    store_children(server, parent).await;
    let inside = server.post(format!("/ns/{below}?file_id=inside")).text("inside").stored().await;
    let deeper = server.post(format!("/ns/{below}/a/folder?file_id=deeper")).text("deeper").stored().await;
    store_children(server, &inside).await;
    store_children(server, &deeper).await;
    delete(server, parent).await;
    server.get(format!("/ns/retrieve/{}", parent.cache_id)).refused(404).await;
    assert_eq!(read(server, &inside).await, "inside");
    for entry in [&inside, &deeper] {
        for path in ["", "/metadata", "/config", "/refs/all"] {
            server.get(format!("/ns/retrieve/{}{path}", entry.cache_id)).ok().await;
        }
        let listed = server.get(format!("/ns/cache/{}/data/list", entry.cache_id)).value().await;
        assert_eq!(listed["file_count"], 4, "{listed}");
        assert_eq!(server.get(format!("/ns/cache/{}/data/string/child", entry.cache_id)).ok().await.text(), "text");
    }
    // Content, two sidecars, four children and two references each; the parent's children are gone.
    let left = files(server, "ns").await;
    assert_eq!(left.len(), 2 * 9, "{left:#?}");
}

each_engine!(deleting_all_children_spares_an_entry_among_them);
async fn deleting_all_children_spares_an_entry_among_them(engine: Engine) {
    let server = start(engine);
    let parent = server.post("/ns/key_based/store/string/family?file_id=parent").text("parent").stored().await;
    let inside =
        server.post("/ns/key_based/store/string/family/parent/data?file_id=inside").text("inside").stored().await;
    store_children(&server, &parent).await;
    store_children(&server, &inside).await;
    let gone = server.delete(format!("/ns/cache/{}/data/delete/all", parent.cache_id)).value().await;
    assert_eq!(gone["deleted_count"], 4, "{gone}");
    assert_eq!(read(&server, &inside).await, "inside");
    assert_eq!(server.get(format!("/ns/cache/{}/data/string/child", inside.cache_id)).ok().await.text(), "text");
}

each_engine!(deleting_what_is_not_there_is_no_error);
async fn deleting_what_is_not_there_is_no_error(engine: Engine) {
    let server = start(engine);
    let entry = store(&server, "direct", "text").await;
    assert_eq!(delete(&server, &entry).await["status"], "success");
    let again = delete(&server, &entry).await;
    let expected = json!({ "status": "not_found", "message": format!("Cache ID {} not found", entry.cache_id) });
    assert_eq!(again, expected);
}

each_engine!(names_are_mapped_as_python_maps_them);
async fn names_are_mapped_as_python_maps_them(engine: Engine) {
    let server = start(engine);
    for (path, file) in [
        ("a%20b/c%24d?file_id=f.x%20y", "a b/c_d/f_x_y.json"),
        ("a%2Fb?file_id=f.x%20y", "a/b/f_x_y.json"),
        ("x/y/?file_id=f.x%20y", "x/y/f_x_y.json"),
        ("x//y?file_id=f", "x/y/f.json"),
        ("v1.2-final/Q1?file_id=F", "v1.2-final/Q1/F.json"),
        ("a%5Cb?file_id=f", "a\\b/f.json"),
    ] {
        let entry = server.post(format!("/ns/key_based/store/string/{path}")).text("text").stored().await;
        assert_eq!(entry.files[0], format!("ns/data/key-based/{file}"), "{path}");
        assert_eq!(read(&server, &entry).await, "text", "{path}");
    }
    let entry = server.post("/a.b%20c/direct/store/string").text("text").stored().await;
    assert!(entry.files[0].starts_with("a_b_c/data/direct/"), "{:?}", entry.files);
    server.get(format!("/a.b%20c/retrieve/{}", entry.cache_id)).ok().await;
    server.get(format!("/a_b_c/retrieve/{}", entry.cache_id)).ok().await;
}

each_engine!(namespaces_do_not_see_each_other);
async fn namespaces_do_not_see_each_other(engine: Engine) {
    let server = start(engine);
    let entry = store(&server, "key_based", "text").await;
    let other = server.post("/other/key_based/store/string/a/key?file_id=f").text("other").stored().await;
    server.get(format!("/other/retrieve/{}", entry.cache_id)).refused(404).await;
    server.get(format!("/other/retrieve/hash/{}", entry.cache_hash)).refused(404).await;
    let gone = server.delete(format!("/other/delete/{}", entry.cache_id)).value().await;
    assert_eq!(gone["status"], "not_found");
    server.delete(format!("/other/delete/{}", other.cache_id)).ok().await;
    assert_eq!(read(&server, &entry).await, "text");
    assert_eq!(server.get("/namespaces/list").value().await, json!(["ns"]));
}

each_engine!(a_namespace_counts_its_own_files_by_strategy);
async fn a_namespace_counts_its_own_files_by_strategy(engine: Engine) {
    let server = start(engine);
    for strategy in STRATEGIES {
        store(&server, strategy, "the same").await;
    }
    server.post("/other/direct/store/string").text("another").stored().await;
    let stats = server.get("/ns/stats").value().await;
    let expected = json!({
        "namespace": "ns", "ttl_hours": 24, "direct_files": 3, "temporal_files": 3, "temporal_latest_files": 6,
        "temporal_versioned_files": 9, "key_based_files": 3, "refs_hash_files": 1, "refs_id_files": 5, "total_files": 30,
    });
    assert_eq!(stats, expected);
}

each_engine!(an_earlier_version_leaves_alone_what_was_the_newest_ones);
async fn an_earlier_version_leaves_alone_what_was_the_newest_ones(engine: Engine) {
    let server = engine.start();
    let store = |text: &'static str| server.post("/ns/temporal_versioned/store/string/k?file_id=f").text(text).stored();
    let (first, second) = (store("one").await, store("two").await);
    server.delete(format!("/ns/delete/{}", second.cache_id)).ok().await;
    let updated = server.post(format!("/ns/update/{}/string", first.cache_id)).text("other").value().await;
    assert_eq!(updated["paths"], serde_json::json!(["ns/data/temporal-versioned/versions/v1/f.json"]));
    let deleted = server.delete(format!("/ns/delete/{}", first.cache_id)).value().await;
    assert_eq!((&deleted["status"], &deleted["failed_paths"]), (&"success".into(), &serde_json::json!([])));
    assert_eq!(server.get("/admin/storage/files/all/ns").value().await["file_count"], 0);
}

each_engine!(an_empty_data_key_is_no_key);
/// A program that has no data key asks with two slashes.
async fn an_empty_data_key_is_no_key(engine: Engine) {
    let server = start(engine);
    let entry = server.post("/ns/key_based/store/json/k?file_id=f").json(json!({"a": 1})).stored().await;
    let data = format!("/ns/cache/{}/data", entry.cache_id);
    for (kind, bytes) in [("string", "a text"), ("json", r#"{"b":2}"#), ("binary", "bytes")] {
        let missing = server.get(format!("{data}/{kind}//c")).await;
        assert_eq!(missing.status(), server.get(format!("{data}/{kind}/c")).await.status(), "{kind}");
        assert_eq!(missing.status(), 404, "{kind}");
        let send = |path: String, bytes: &str| match kind {
            "string" => server.post(path).text(bytes),
            "json" => server.post(path).json(bytes),
            _ => server.post(path).bytes(bytes),
        };
        let stored = send(format!("{data}/store/{kind}//c"), bytes).value().await;
        assert_eq!(stored["data_key"], "", "{stored}");
        let file = stored["data_files_created"][0].as_str().unwrap();
        assert!(file.starts_with("ns/data/key-based/k/f/data/c."), "{file}");
        for path in [format!("{data}/{kind}//c"), format!("{data}/{kind}/c")] {
            assert_eq!(server.get(path).ok().await.text(), bytes);
        }
        let exists = server.get(format!("{data}/exists/{kind}//c")).value().await;
        assert_eq!((&exists["exists"], &exists["data_key"]), (&json!(true), &json!("")), "{exists}");
        send(format!("{data}/update/{kind}//c"), bytes).ok().await;
        let deleted = server.delete(format!("{data}/delete/{kind}//c")).value().await;
        assert_eq!((&deleted["status"], &deleted["data_key"]), (&json!("success"), &Value::Null), "{deleted}");
        assert_eq!(server.get(format!("{data}/{kind}/c")).await.status(), 404);
    }
    // Listing and deleting all of them have a route without a key, and none with an empty one.
    server.post(format!("{data}/store/string/kept")).text("kept").ok().await;
    for refused in [server.delete(format!("{data}/delete/all/")), server.delete(format!("{data}/delete/all//"))] {
        let status = refused.await.status();
        assert!(matches!(status, 400 | 404), "{status}");
    }
    assert_eq!(server.get(format!("{data}/string/kept")).ok().await.text(), "kept");
}
