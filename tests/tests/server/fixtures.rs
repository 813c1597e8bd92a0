//! A folder the Python service left behind is served whole: every entry, every child file, every listing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use cache_client::Json;
use cache_tests::{Engine, TestServer, each_open_engine, files_below};
use serde_json::Value;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/python-folder");

fn serve_the_folder(engine: Engine) -> TestServer {
    engine.setup().on_copy_of(FOLDER).start()
}

/// What a correct server answers; `record_folder.py` beside the file says what the fields are.
fn expected(list: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("../../fixtures/python-folder.json")).unwrap();
    all[list].as_array().unwrap().clone()
}

fn text<'a>(of: &'a Value, name: &str) -> &'a str {
    of[name].as_str().unwrap_or_else(|| panic!("{name} of {of}"))
}

fn bytes(of: &Value, name: &str) -> Option<Vec<u8>> {
    of[name].as_str().map(|encoded| BASE64_STANDARD.decode(encoded).unwrap())
}

fn json(text: &[u8]) -> Json {
    Json::parse(text).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(text)))
}

/// The expected entries of each namespace.
fn by_namespace() -> BTreeMap<String, Vec<Value>> {
    let mut entries: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for entry in expected("entries") {
        entries.entry(text(&entry, "namespace").to_owned()).or_default().push(entry);
    }
    entries
}

/// Checks the generic answer below `address` against what an entry is expected to hold.
async fn is_retrieved(server: &TestServer, address: &str, entry: &Value) {
    let answer = server.get(address).ok().await;
    let body = answer.json();
    match (text(entry, "kind"), entry["expect_json"].as_str()) {
        ("string", _) => {
            assert_eq!(body["data"], entry["expect_string"], "{entry}");
            assert_eq!(body["data_type"], "string", "{entry}");
        }
        (_, Some(expected)) => {
            assert_eq!(json(answer.bytes()).get("data"), Some(&json(expected.as_bytes())), "{entry}");
            assert_eq!(body["data_type"], "json", "{entry}");
        }
        _ => {
            assert_eq!(body["data_type"], "binary", "{entry}");
            let content = server.get(text(&body, "binary_url")).ok().await;
            assert_eq!(Some(content.bytes().to_vec()), bytes(entry, "expect_base64"), "{entry}");
        }
    }
}

each_open_engine!(every_entry_is_retrieved_by_its_id);
async fn every_entry_is_retrieved_by_its_id(engine: Engine) {
    let server = serve_the_folder(engine);
    for entry in expected("entries") {
        let address = format!("/{}/retrieve/{}", text(&entry, "namespace"), text(&entry, "cache_id"));
        is_retrieved(&server, &address, &entry).await;
    }
}

each_open_engine!(every_entry_reads_as_a_string);
async fn every_entry_reads_as_a_string(engine: Engine) {
    let server = serve_the_folder(engine);
    for entry in expected("entries") {
        let address = format!("/{}/retrieve/{}/string", text(&entry, "namespace"), text(&entry, "cache_id"));
        let answered = server.get(address).ok().await.text();
        let expected = ["expect_string", "expect_json", "expect_base64"].map(|name| entry[name].as_str());
        assert_eq!(Some(answered.as_str()), expected.into_iter().flatten().next(), "{entry}");
    }
}

each_open_engine!(every_entry_reads_as_json_unless_it_is_another_text);
async fn every_entry_reads_as_json_unless_it_is_another_text(engine: Engine) {
    let server = serve_the_folder(engine);
    for entry in expected("entries") {
        let address = format!("/{}/retrieve/{}/json", text(&entry, "namespace"), text(&entry, "cache_id"));
        let answer = server.get(address).await;
        match (text(&entry, "kind"), entry["expect_json"].as_str()) {
            (_, Some(expected)) => assert_eq!(json(answer.bytes()), json(expected.as_bytes()), "{entry}"),
            ("string", None) => match Json::parse(text(&entry, "expect_string").as_bytes()) {
                Ok(expected) => assert_eq!(json(answer.bytes()), expected, "{entry}"),
                Err(_) => assert_eq!(answer.status(), 415, "{entry}"),
            },
            _ => {
                assert_eq!(answer.json()["data"], entry["expect_base64"], "{entry}");
                assert_eq!(answer.json()["encoding"], "base64", "{entry}");
            }
        }
    }
}

each_open_engine!(every_entry_reads_as_bytes);
async fn every_entry_reads_as_bytes(engine: Engine) {
    let server = serve_the_folder(engine);
    for entry in expected("entries") {
        let address = format!("/{}/retrieve/{}/binary", text(&entry, "namespace"), text(&entry, "cache_id"));
        let answered = server.get(address).ok().await.bytes().to_vec();
        let as_text = ["expect_string", "expect_json"].map(|name| entry[name].as_str());
        let as_text = as_text.into_iter().flatten().next().map(|text| text.as_bytes().to_vec());
        assert_eq!(Some(answered), as_text.or_else(|| bytes(&entry, "expect_base64")), "{entry}");
    }
}

each_open_engine!(every_entry_has_its_documents);
async fn every_entry_has_its_documents(engine: Engine) {
    let server = serve_the_folder(engine);
    for entry in expected("entries") {
        let (namespace, id) = (text(&entry, "namespace"), text(&entry, "cache_id"));
        let about = |what: &str| format!("/{namespace}/retrieve/{id}{what}");
        let refs = server.get(about("/refs")).value().await;
        assert_eq!((&refs["cache_id"], &refs["cache_hash"]), (&entry["cache_id"], &entry["cache_hash"]));
        assert_eq!(refs["strategy"], entry["strategy"], "{entry}");
        let metadata = server.get(about("/metadata")).value().await;
        assert_eq!(metadata["data"]["file_id"], entry["file_id"], "{entry}");
        assert_eq!(server.get(about("/config")).value().await["file_id"], entry["file_id"], "{entry}");
        assert_eq!(server.get(about("/refs/all")).value().await["by_id"], refs, "{entry}");
        let exists = server.get(format!("/{namespace}/exists/id/{id}")).value().await;
        assert_eq!(exists["exists"], true, "{entry}");
    }
}

each_open_engine!(the_newest_entry_of_every_hash_is_found_by_it);
async fn the_newest_entry_of_every_hash_is_found_by_it(engine: Engine) {
    let server = serve_the_folder(engine);
    for (namespace, entries) in by_namespace() {
        let newest: BTreeMap<&str, &Value> = entries.iter().map(|entry| (text(entry, "cache_hash"), entry)).collect();
        for (hash, entry) in newest {
            let address = format!("/{namespace}/retrieve/hash/{hash}");
            is_retrieved(&server, &address, entry).await;
            let found = server.get(format!("{address}/cache-id")).value().await;
            assert_eq!(found["cache_id"], entry["cache_id"], "{entry}");
            let refs = server.get(format!("{address}/refs-hash")).value().await;
            let ids = entries.iter().filter(|entry| entry["cache_hash"] == hash).map(|entry| &entry["cache_id"]);
            let listed = refs["cache_ids"].as_array().unwrap().iter().map(|listed| &listed["cache_id"]);
            assert!(listed.eq(ids), "{refs}");
            let exists = server.get(format!("/{namespace}/exists/hash/{hash}")).value().await;
            assert_eq!(exists["exists"], true, "{entry}");
        }
    }
}

each_open_engine!(every_child_file_is_retrieved);
async fn every_child_file_is_retrieved(engine: Engine) {
    let server = serve_the_folder(engine);
    for child in expected("children") {
        let (kind, expected) = (text(&child, "data_type"), bytes(&child, "base64").unwrap());
        let key = match text(&child, "data_key") {
            "" => String::new(),
            key => format!("{key}/"),
        };
        let entry = format!("/{}/cache/{}/data", text(&child, "namespace"), text(&child, "cache_id"));
        let file = format!("{kind}/{key}{}", text(&child, "data_file_id"));
        let answered = server.get(format!("{entry}/{file}")).ok().await.bytes().to_vec();
        match kind {
            "json" => assert_eq!(json(&answered), json(&expected), "{child}"),
            _ => assert_eq!(answered, expected, "{child}"),
        }
        assert_eq!(server.get(format!("{entry}/exists/{file}")).value().await["exists"], true, "{child}");
    }
}

each_open_engine!(every_child_file_is_listed);
async fn every_child_file_is_listed(engine: Engine) {
    let server = serve_the_folder(engine);
    for child in expected("children") {
        let entry = format!("/{}/cache/{}/data", text(&child, "namespace"), text(&child, "cache_id"));
        let listed = server.get(format!("{entry}/list")).value().await;
        let files = listed["files"].as_array().unwrap();
        assert_eq!(listed["file_count"], files.len(), "{listed}");
        let total: u64 = files.iter().map(|file| file["file_size"].as_u64().unwrap()).sum();
        assert_eq!(listed["total_size"], total, "{listed}");
        let same = |file: &&Value| ["data_type", "data_file_id"].iter().all(|name| file[name] == child[name]);
        let key = text(&child, "data_key").replace(' ', "-").replace('$', "_");
        let found = files.iter().filter(same).filter(|file| file["data_key"] == key).count();
        assert!(found >= 1, "{child} is not in {listed}");
    }
}

each_open_engine!(the_namespaces_and_their_ids_and_hashes_are_listed);
async fn the_namespaces_and_their_ids_and_hashes_are_listed(engine: Engine) {
    let (server, entries) = (serve_the_folder(engine), by_namespace());
    let namespaces: Vec<&String> = entries.keys().collect();
    assert_eq!(server.get("/namespaces/list").value().await, serde_json::json!(namespaces));
    for (namespace, entries) in &entries {
        for (route, name) in [("file-ids", "cache_id"), ("file-hashes", "cache_hash")] {
            let expected: BTreeSet<&str> = entries.iter().map(|entry| text(entry, name)).collect();
            let listed = server.get(format!("/{namespace}/{route}")).value().await;
            assert_eq!(listed, serde_json::json!(expected), "{route} of {namespace}");
        }
    }
}

/// The entry whose key Python stored with an empty segment, for which it wrote `""` as the data folder.
fn entry_without_a_data_folder() -> Value {
    let mut entries = expected("entries").into_iter();
    entries.find(|entry| entry["cache_key"] == "a//b").unwrap()
}

each_open_engine!(child_files_of_an_entry_without_a_data_folder_stay_with_the_entry);
async fn child_files_of_an_entry_without_a_data_folder_stay_with_the_entry(engine: Engine) {
    let (server, entry) = (serve_the_folder(engine), entry_without_a_data_folder());
    let data = format!("/names/cache/{}/data", text(&entry, "cache_id"));
    assert_eq!(server.get(format!("{data}/list")).value().await["file_count"], 0);
    assert_eq!(server.get(format!("{data}/entries")).ok().await.lines().len(), 0);
    let child = server.post(format!("{data}/store/string/child")).text("a child").value().await;
    for file in child["data_files_created"].as_array().unwrap() {
        assert!(file.as_str().unwrap().starts_with("names/data/key-based/a/b/f/"), "{child}");
    }
}

each_open_engine!(deleting_all_children_of_an_entry_without_a_data_folder_deletes_no_other_file);
async fn deleting_all_children_of_an_entry_without_a_data_folder_deletes_no_other_file(engine: Engine) {
    let (server, entry) = (serve_the_folder(engine), entry_without_a_data_folder());
    let all = format!("/names/cache/{}/data/delete/all", text(&entry, "cache_id"));
    assert_eq!(server.delete(all).value().await["deleted_count"], 0);
    let files = files_below(Path::new(FOLDER));
    assert_eq!(server.get("/admin/storage/files/all/").value().await["files"], serde_json::json!(files));
}

each_open_engine!(deleting_an_entry_without_a_data_folder_deletes_no_other_file);
async fn deleting_an_entry_without_a_data_folder_deletes_no_other_file(engine: Engine) {
    let (server, entry) = (serve_the_folder(engine), entry_without_a_data_folder());
    server.delete(format!("/names/delete/{}", text(&entry, "cache_id"))).ok().await;
    let mut files = files_below(Path::new(FOLDER));
    files.retain(|file| {
        let of_the_entry = ["cache_id", "cache_hash"].iter().any(|name| file.contains(text(&entry, name)));
        !of_the_entry && !file.starts_with("names/data/key-based/a/b/f.json")
    });
    assert_eq!(server.get("/admin/storage/files/all/").value().await["files"], serde_json::json!(files));
}

each_open_engine!(every_file_is_listed_and_read_and_none_else);
async fn every_file_is_listed_and_read_and_none_else(engine: Engine) {
    let server = serve_the_folder(engine);
    let files = files_below(Path::new(FOLDER));
    let listed = server.get("/admin/storage/files/all/").value().await;
    assert_eq!(listed["files"], serde_json::json!(files));
    assert_eq!(listed["file_count"], files.len());
    for file in files {
        let content = fs::read(Path::new(FOLDER).join(&file)).unwrap();
        assert_eq!(server.get(format!("/admin/storage/file/bytes/{file}")).ok().await.bytes(), &content, "{file}");
    }
}

each_open_engine!(reading_leaves_the_folder_as_it_was);
async fn reading_leaves_the_folder_as_it_was(engine: Engine) {
    let server = serve_the_folder(engine);
    for entry in expected("entries") {
        server.get(format!("/{}/retrieve/{}", text(&entry, "namespace"), text(&entry, "cache_id"))).ok().await;
    }
    assert_eq!(server.all_stored().await, files_below(Path::new(FOLDER)));
}

each_open_engine!(every_entry_can_be_deleted_until_nothing_is_left_but_what_nobody_owns);
async fn every_entry_can_be_deleted_until_nothing_is_left_but_what_nobody_owns(engine: Engine) {
    let server = serve_the_folder(engine);
    for entry in expected("entries") {
        let gone = server.delete(format!("/{}/delete/{}", text(&entry, "namespace"), text(&entry, "cache_id")));
        let gone = gone.value().await;
        assert!(gone["status"] == "success" || gone["status"] == "partial", "{entry}: {gone}");
    }
    for (namespace, _) in by_namespace() {
        assert_eq!(server.get(format!("/{namespace}/file-ids")).value().await, serde_json::json!([]), "{namespace}");
        assert_eq!(server.get(format!("/{namespace}/file-hashes")).value().await, serde_json::json!([]), "{namespace}");
    }
    let left = server.get("/admin/storage/files/all/").value().await;
    let contents = left["files"].as_array().unwrap().iter().filter(|file| file.as_str().unwrap().contains(".metadata"));
    assert_eq!(contents.count(), 0, "{left}");
}
