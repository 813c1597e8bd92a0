//! What a client does wrong is answered with a 4xx that names the field and the reason, and nothing is stored.
//!
//! That no refusal tells anything about the server's inside is checked by the harness, for every answer of every suite.

use std::io::Write as _;

use cache_tests::{Engine, TestServer, each_engine, each_open_engine};
use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};

const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

/// Checks that a refusal says these words.
#[track_caller]
fn says(refusal: &Value, words: &[&str]) {
    let text = refusal.to_string();
    for word in words {
        assert!(text.contains(word), "{word:?} is not in {text}");
    }
}

/// Checks that a refusal is FastAPI's list, about this place (such as `path` and `cache_id`), with a reason.
#[track_caller]
fn is_about(refusal: &Value, location: &[&str]) {
    let first = &refusal["detail"][0];
    assert_eq!(first["loc"], json!(location), "{refusal}");
    assert!(first["msg"].as_str().is_some_and(|reason| !reason.is_empty()), "{refusal}");
    assert!(first["type"].is_string(), "{refusal}");
}

async fn nothing_is_stored(server: &TestServer) {
    assert_eq!(server.get("/admin/storage/files/all/").value().await["files"], json!([]));
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn an_unknown_strategy_is_refused() {
    let server = Engine::Memory.start();
    for kind in ["string", "json", "binary"] {
        let refusal = server.post(format!("/ns/sideways/store/{kind}")).json("{}").refused(400).await;
        is_about(&refusal, &["path", "strategy"]);
        let refusal = server.post(format!("/ns/Direct/store/{kind}/a/key")).json("{}").refused(400).await;
        is_about(&refusal, &["path", "strategy"]);
    }
    is_about(&server.get("/ns/entries?strategy=sideways").refused(400).await, &["query", "strategy"]);
    nothing_is_stored(&server).await;
}

#[tokio::test]
async fn a_malformed_id_is_refused() {
    let server = Engine::Memory.start();
    for id in ["x", "123", "00000000-0000-4000-8000-00000000000g", "{00000000-0000-4000-8000-000000000000}"] {
        for path in ["", "/string", "/json", "/binary", "/metadata", "/config", "/refs", "/refs/all"] {
            is_about(&server.get(format!("/ns/retrieve/{id}{path}")).refused(400).await, &["path", "cache_id"]);
        }
        for path in ["exists/id/{}", "cache/{}/data/list", "cache/{}/data/entries", "cache/{}/data/json/f"] {
            let path = path.replace("{}", id);
            is_about(&server.get(format!("/ns/{path}")).refused(400).await, &["path", "cache_id"]);
        }
        is_about(&server.delete(format!("/ns/delete/{id}")).refused(400).await, &["path", "cache_id"]);
        let update = server.post(format!("/ns/update/{id}/string")).text("new");
        is_about(&update.refused(400).await, &["path", "cache_id"]);
        let child = server.post(format!("/ns/cache/{id}/data/store/string/f")).text("child");
        is_about(&child.refused(400).await, &["path", "cache_id"]);
    }
}

#[tokio::test]
async fn an_id_in_upper_case_finds_its_entry() {
    let server = Engine::Memory.start();
    let entry = server.post("/ns/direct/store/string").text("text").stored().await;
    let id = entry.cache_id.to_uppercase();
    assert_eq!(server.get(format!("/ns/retrieve/{id}/string")).ok().await.text(), "text");
}

#[tokio::test]
async fn a_malformed_hash_is_refused() {
    let server = Engine::Memory.start();
    let long = "a".repeat(97);
    for hash in ["x", "123456789", "6849A71FCF48B141", "6849a71fcf48b14g", &long] {
        for path in ["", "/string", "/json", "/binary", "/metadata", "/refs-hash", "/cache-id"] {
            let refusal = server.get(format!("/ns/retrieve/hash/{hash}{path}")).refused(400).await;
            is_about(&refusal, &["path", "cache_hash"]);
        }
        is_about(&server.get(format!("/ns/exists/hash/{hash}")).refused(400).await, &["path", "cache_hash"]);
    }
}

#[tokio::test]
async fn an_empty_body_is_refused() {
    let server = Engine::Memory.start();
    let entry = server.post("/other/direct/store/string").text("text").stored().await;
    let routes = ["ns/direct/store", "ns/key_based/store", &format!("other/update/{}", entry.cache_id)]
        .iter()
        .flat_map(|route| ["string", "json", "binary"].map(|kind| format!("/{route}/{kind}")))
        .collect::<Vec<_>>();
    for route in routes {
        is_about(&server.post(&route).refused(400).await, &["body"]);
        is_about(&server.post(&route).json("").refused(400).await, &["body"]);
        is_about(&server.post(&route).bytes("").refused(400).await, &["body"]);
    }
    let refusal = server.post("/ns/direct/store/string").json("\"\"").refused(400).await;
    says(&refusal, &["INVALID_INPUT", "\"data\"", "cannot be empty"]);
    let refusal = server.post("/ns/direct/store/binary").json("\"\"").refused(400).await;
    says(&refusal, &["INVALID_INPUT", "\"body\"", "cannot be empty"]);
    assert_eq!(server.get("/ns/file-ids").value().await, json!([]));
}

#[tokio::test]
async fn a_body_past_the_limit_is_refused_and_one_at_it_is_not() {
    let server = Engine::Memory.setup().flag("--body-limit", "1000").start();
    server.post("/ns/direct/store/string").text("x".repeat(1000)).stored().await;
    for kind in ["string", "binary"] {
        let refusal = server.post(format!("/ns/direct/store/{kind}")).bytes(vec![b'x'; 1001]).refused(413).await;
        says(&refusal, &["TOO_LARGE", "body", "1000 bytes"]);
    }
    let refusal = server.post("/ns/direct/store/json").json(json!({"a": "x".repeat(1000)})).refused(413).await;
    says(&refusal, &["TOO_LARGE"]);
}

#[tokio::test]
async fn a_body_that_announces_too_much_is_refused_before_it_arrives() {
    let server = Engine::Memory.setup().flag("--body-limit", "1000").start();
    let announced = ["content-type: text/plain", "content-length: 99999999999"];
    let answer = server.raw("POST /ns/direct/store/string", &announced, b"only this").await;
    assert_eq!(answer.status(), 413, "{}", answer.text());
}

#[tokio::test]
async fn a_body_of_unknown_length_is_refused_past_the_limit() {
    let server = Engine::Memory.setup().flag("--body-limit", "1000").start();
    let chunked = ["content-type: text/plain", "transfer-encoding: chunked"];
    let chunk = format!("190\r\n{}\r\n", "x".repeat(0x190));
    let answer = server.raw("POST /ns/direct/store/string", &chunked, (chunk.repeat(3) + "0\r\n\r\n").as_bytes()).await;
    assert_eq!(answer.status(), 413, "{}", answer.text());
    let answer = server.raw("POST /ns/direct/store/string", &chunked, (chunk.repeat(2) + "0\r\n\r\n").as_bytes()).await;
    assert_eq!(answer.status(), 200, "{}", answer.text());
}

#[tokio::test]
async fn invalid_json_is_refused() {
    let server = Engine::Memory.start();
    let invalid = [
        "{",
        "{\"a\":}",
        "nul",
        "{\"a\": 1} {}",
        "{'a': 1}",
        "{\"a\": 01}",
        "{\"a\": 1,}",
        "{a: 1}",
        "\"open",
        "[",
        "{\"a\": NaN}",
        "{\"a\": Infinity}",
        "{\"a\": -Infinity}",
        "{\"a\": 1e999}",
        "NaN",
        "-Infinity",
    ];
    for body in invalid {
        for kind in ["string", "json", "binary"] {
            let refusal = server.post(format!("/ns/direct/store/{kind}")).json(body).refused(400).await;
            is_about(&refusal, &["body"]);
        }
    }
    nothing_is_stored(&server).await;
}

#[tokio::test]
async fn lone_surrogates_are_refused() {
    let server = Engine::Memory.start();
    for text in [r#""\ud800""#, r#""\udc00 tail""#, r#""\ud83dx""#, r#""\ud800\ud800""#] {
        is_about(&server.post("/ns/direct/store/string").json(text).refused(400).await, &["body"]);
        let object = format!("{{\"a\": [{text}]}}");
        is_about(&server.post("/ns/direct/store/json").json(object).refused(400).await, &["body"]);
        let key = format!("{{{text}: 1}}");
        is_about(&server.post("/ns/direct/store/json").json(key).refused(400).await, &["body"]);
    }
    nothing_is_stored(&server).await;
}

#[tokio::test]
async fn json_nested_more_than_128_deep_is_refused() {
    let server = Engine::Memory.start();
    let nested = |depth: usize| "{\"a\":".repeat(depth) + "1" + &"}".repeat(depth);
    server.post("/ns/direct/store/json").json(nested(128)).stored().await;
    let refusal = server.post("/ns/direct/store/json").json(nested(129)).refused(400).await;
    is_about(&refusal, &["body"]);
    says(&refusal, &["128"]);
    let lists = "{\"a\":".to_owned() + &"[".repeat(100_000);
    is_about(&server.post("/ns/direct/store/json").json(lists).refused(400).await, &["body"]);
}

#[tokio::test]
async fn json_that_is_no_object_is_refused() {
    let server = Engine::Memory.start();
    for body in ["[1]", "\"text\"", "1", "true", "null", "1.5"] {
        let refusal = server.post("/ns/direct/store/json").json(body).refused(400).await;
        is_about(&refusal, &["body"]);
        says(&refusal, &["valid dictionary"]);
    }
    for body in ["[1]", "{}", "1", "null"] {
        is_about(&server.post("/ns/direct/store/string").json(body).refused(400).await, &["body"]);
        is_about(&server.post("/ns/direct/store/binary").json(body).refused(400).await, &["body"]);
    }
    nothing_is_stored(&server).await;
}

#[tokio::test]
async fn text_that_is_no_utf_8_is_refused() {
    let server = Engine::Memory.start();
    let request = server.post("/ns/direct/store/string").bytes(b"caf\xe9".to_vec());
    is_about(&request.refused(400).await, &["body"]);
    let request = server.post("/ns/direct/store/json").bytes(b"{\"a\": \"\xff\"}".to_vec());
    // In the words of the Python service.
    let refusal = request.header("content-type", "application/json").refused(400).await;
    assert_eq!(refusal["detail"], "There was an error parsing the body");
    nothing_is_stored(&server).await;
}

#[tokio::test]
async fn json_sent_as_something_else_is_refused() {
    let server = Engine::Memory.start();
    for media_type in ["text/plain", "application/octet-stream", "application/x-json", "text/json", "nonsense"] {
        let request = server.post("/ns/direct/store/json").json("{}").header("content-type", media_type);
        let refusal = request.refused(400).await;
        is_about(&refusal, &["body"]);
        says(&refusal, &["application/json"]);
    }
    for media_type in ["application/json; charset=utf-8", "APPLICATION/JSON", "application/merge-patch+json"] {
        server.post("/ns/direct/store/json").json("{}").header("content-type", media_type).stored().await;
    }
}

#[tokio::test]
async fn broken_gzip_is_refused() {
    let server = Engine::Memory.start();
    let whole = gzip(b"some text that is long enough to be cut");
    for body in [b"no gzip".to_vec(), whole[..whole.len() - 9].to_vec(), whole[..5].to_vec()] {
        let request = server.post("/ns/direct/store/binary").bytes(body).header("content-encoding", "gzip");
        says(&request.refused(400).await, &["INVALID_INPUT", "\"body\"", "gzip"]);
    }
    nothing_is_stored(&server).await;
}

#[tokio::test]
async fn explosive_gzip_is_refused() {
    let server = Engine::Memory.start();
    let request = server.post("/ns/direct/store/binary").bytes(gzip(&vec![0; 16 << 20]));
    let refusal = request.header("content-encoding", "gzip").refused(400).await;
    says(&refusal, &["INVALID_INPUT", "\"body\"", "unpacks to more than"]);
    nothing_is_stored(&server).await;
}

#[tokio::test]
async fn dot_segments_of_cache_keys_are_refused() {
    let server = Engine::Memory.start();
    let keys =
        ["a/../b", "..", ".", "a/.", "./a", "../../a", "a%2f..%2fb", "%2e%2e/a", "a/%2E%2e", "%2e", "..%2F..%2Fa"];
    for key in keys {
        for strategy in ["key_based", "direct"] {
            let request = format!("POST /ns/{strategy}/store/string/{key}?file_id=f");
            let answer = server.raw(&request, &["content-type: text/plain", "content-length: 1"], b"x").await;
            assert_eq!(answer.status(), 400, "{key}: {}", answer.text());
            is_about(&answer.json(), &["path", "cache_key"]);
            says(&answer.json(), &["segment"]);
        }
    }
    nothing_is_stored(&server).await;
}

#[tokio::test]
async fn dot_segments_of_stored_paths_are_refused() {
    let server = Engine::LocalDisk.start();
    let paths =
        ["../x", "%2e%2e/x", "..%2fx", "a/../../x", "a/%2e%2e/%2e%2e/x", "..", "%2e%2e", "./x", ".%2Fx", "a/.."];
    for path in paths {
        for route in
            ["file/exists", "file/bytes", "file/content", "file/json", "file/html", "files/in", "files/all", "folders"]
        {
            let answer = server.raw(&format!("GET /admin/storage/{route}/{path}"), &[], b"").await;
            assert_eq!(answer.status(), 400, "{route} {path}: {}", answer.text());
            is_about(&answer.json(), &["path", "path"]);
        }
        let answer = server.raw(&format!("DELETE /admin/storage/file/delete/{path}"), &[], b"").await;
        assert_eq!(answer.status(), 400, "{path}: {}", answer.text());
    }
}

#[tokio::test]
async fn cursors_that_lead_out_of_the_storage_are_refused() {
    let server = Engine::LocalDisk.start();
    server.post("/ns/direct/store/string").text("text").stored().await;
    for cursor in ["..%2F..", "%2E%2E", "a%2F..%2F..", "%2F", ".", "a%2F.%2Fb", "a%2F%2Fb", "%252E%252E%252F%252E%252E"]
    {
        for recursive in [true, false] {
            let path = format!("/admin/storage/folders/?recursive={recursive}&cursor={cursor}");
            is_about(&server.get(&path).refused(400).await, &["query", "cursor"]);
        }
        for path in ["/admin/storage/files/all/", "/admin/storage/files/in/ns", "/ns/file-ids", "/ns/entries"] {
            is_about(&server.get(format!("{path}?cursor={cursor}")).refused(400).await, &["query", "cursor"]);
        }
    }
}

#[tokio::test]
async fn dots_of_data_keys_stay_below_the_entry() {
    let server = Engine::Memory.start();
    let entry = server.post("/ns/direct/store/string/k?file_id=parent").text("text").stored().await;
    let route = format!("POST /ns/cache/{}/data/store/string", entry.cache_id);
    let text = ["content-type: text/plain", "content-length: 1"];
    for key in ["..", "../../..", "..%2f..%2f..", "%2e%2e/a", "a/..b/c"] {
        let answer = server.raw(&format!("{route}/{key}/f"), &text, b"x").await;
        assert_eq!(answer.status(), 200, "{key}: {}", answer.text());
        for file in answer.json()["data_files_created"].as_array().unwrap() {
            let file = file.as_str().unwrap();
            assert!(file.starts_with("ns/data/direct/pa/re/parent/data/") && !file.contains(".."), "{key}: {file}");
        }
    }
    let answer = server.raw(&format!("{route}/a/./b/f"), &text, b"x").await;
    assert_eq!(answer.status(), 400, "{}", answer.text());
    is_about(&answer.json(), &["path", "data_key"]);
}

#[tokio::test]
async fn over_long_names_are_refused_and_the_longest_are_not() {
    let server = Engine::Memory.start();
    let entry = server.post("/ns/direct/store/string").text("text").stored().await;
    let data = format!("/ns/cache/{}/data/store/string", entry.cache_id);
    let name = |length: usize| "n".repeat(length);
    // Of whole segments, and one more character at its end: a slash there would not count.
    let key =
        |length: usize| "segment/".repeat(length / 8)[..length / 8 * 8 - 1].to_owned() + &"x".repeat(length % 8 + 1);
    for (longest, location, path) in [
        (128, ["path", "namespace"], [128, 129].map(|n| format!("/{}/direct/store/string", name(n)))),
        (1024, ["path", "cache_key"], [1024, 1025].map(|n| format!("/ns/direct/store/string/{}", key(n)))),
        (128, ["query", "file_id"], [128, 129].map(|n| format!("/ns/direct/store/string/k?file_id={}", name(n)))),
        (1024, ["path", "data_key"], [1024, 1025].map(|n| format!("{data}/{}/f", key(n)))),
        (128, ["path", "data_file_id"], [128, 129].map(|n| format!("{data}/{}", name(n)))),
    ] {
        let [longest_path, too_long] = path;
        server.post(longest_path).text("x").ok().await;
        let refusal = server.post(too_long).text("x").refused(400).await;
        is_about(&refusal, &location);
        says(&refusal, &["longer than", &longest.to_string()]);
    }
    for far_too_long in [format!("/{}/direct/store/string", name(20_000)), format!("{data}/{}/f", key(20_000))] {
        let answer = server.post(far_too_long).text("x").await;
        assert!(matches!(answer.status(), 400 | 414), "{}", answer.text());
    }
    let refusal =
        server.post(format!("/ns/direct/store/json/k?json_field_path={}", name(257))).json("{}").refused(400).await;
    is_about(&refusal, &["query", "json_field_path"]);
}

#[tokio::test]
async fn a_path_the_disk_cannot_hold_is_refused() {
    let server = Engine::LocalDisk.start();
    let key = "k".repeat(300);
    let refusal = server.post(format!("/ns/key_based/store/string/{key}")).text("x").refused(400).await;
    says(&refusal, &["PATH_TOO_LONG", "too long"]);
    assert_eq!(server.get(format!("/admin/storage/file/exists/{key}")).value().await["exists"], false);
}

#[tokio::test]
async fn names_of_nothing_and_control_characters_are_refused() {
    let server = Engine::Memory.start();
    for namespace in ["%20", "%20%20", "a%00b", "a%0Ab", "%7f", "a%C2%85b"] {
        let refusal = server.post(format!("/{namespace}/direct/store/string")).text("x").refused(400).await;
        is_about(&refusal, &["path", "namespace"]);
    }
    for key in ["a%00b", "a/%0d%0ab", "%F0%9F%98%80", "$", "%1b"] {
        let refusal = server.post(format!("/ns/key_based/store/string/{key}")).text("x").refused(400).await;
        is_about(&refusal, &["path", "cache_key"]);
    }
    for file_id in ["%00", "a%0ab", "%20"] {
        let refusal =
            server.post(format!("/ns/key_based/store/string/k?file_id={file_id}")).text("x").refused(400).await;
        is_about(&refusal, &["query", "file_id"]);
    }
    let refusal = server.post("/ns/direct/store/string/").text("x").refused(400).await;
    says(&refusal, &["INVALID_INPUT", "cache_key", "required"]);
    let refusal = server.post("/ns/direct/store/string/%20/").text("x").refused(400).await;
    says(&refusal, &["cache_key"]);
    nothing_is_stored(&server).await;
}

#[tokio::test]
async fn a_field_that_is_not_there_cannot_be_hashed() {
    let server = Engine::Memory.start();
    for (path, document) in
        [("b", json!({"a": 1})), ("a.b", json!({"a": 1})), ("a", json!({"a": null})), ("a", json!({"a": ""}))]
    {
        let request = server.post(format!("/ns/direct/store/json/k?json_field_path={path}")).json(document);
        says(&request.refused(400).await, &["INVALID_INPUT", "json_field_path"]);
    }
    for path in ["a..b", ".a", "a."] {
        let request = server.post(format!("/ns/direct/store/json/k?json_field_path={path}")).json("{}");
        is_about(&request.refused(400).await, &["query", "json_field_path"]);
    }
    nothing_is_stored(&server).await;
}

#[tokio::test]
async fn wrong_values_of_the_query_are_refused() {
    let server = Engine::Memory.start();
    let entry = server.post("/ns/direct/store/string").text("text").stored().await;
    let data = format!("/ns/cache/{}/data", entry.cache_id);
    for path in ["/ns/file-ids", "/ns/entries", "/ns/temporal/entries", "/namespaces/list", "/admin/storage/files/all/"]
    {
        for limit in ["0", "10001", "-1", "x", "1.5", "99999999999999999999"] {
            is_about(&server.get(format!("{path}?limit={limit}")).refused(400).await, &["query", "limit"]);
        }
    }
    for (path, field) in [
        ("/ns/temporal/entries?from=yesterday".to_owned(), "from"),
        ("/ns/temporal/entries?to=2026-13-01".to_owned(), "to"),
        ("/ns/temporal/entries?from=5&to=3".to_owned(), "from"),
        ("/ns/temporal/entries?cursor=nonsense".to_owned(), "cursor"),
        ("/admin/storage/files/in/ns?recursive=maybe".to_owned(), "recursive"),
        ("/admin/storage/folders/ns?return_full_path=2".to_owned(), "return_full_path"),
        (format!("{data}/entries?order=sideways"), "order"),
    ] {
        is_about(&server.get(path).refused(400).await, &["query", field]);
    }
}

each_engine!(what_is_not_there_is_told_by_a_404_that_names_it);
async fn what_is_not_there_is_told_by_a_404_that_names_it(engine: Engine) {
    let server = engine.start();
    let refusal = server.get(format!("/ns/retrieve/{NOBODY}")).refused(404).await;
    says(&refusal, &["NOT_FOUND", NOBODY, "\"ns\""]);
    let refusal = server.get("/ns/retrieve/hash/0123456789abcdef").refused(404).await;
    says(&refusal, &["NOT_FOUND", "0123456789abcdef"]);
    for path in ["string", "json", "binary", "metadata", "config", "refs", "refs/all"] {
        server.get(format!("/ns/retrieve/{NOBODY}/{path}")).refused(404).await;
    }
    for kind in ["string", "json", "binary"] {
        let child = server.post(format!("/ns/cache/{NOBODY}/data/store/{kind}/a/key/f")).json(match kind {
            "json" => "{}",
            _ => "\"x\"",
        });
        says(&child.refused(404).await, &["NOT_FOUND", NOBODY]);
        let update =
            server.post(format!("/ns/update/{NOBODY}/{kind}")).json(if kind == "json" { "{}" } else { "\"x\"" });
        says(&update.refused(404).await, &["NOT_FOUND", NOBODY]);
    }
    server.get(format!("/ns/cache/{NOBODY}/data/list")).refused(404).await;
    server.get(format!("/ns/cache/{NOBODY}/data/entries")).refused(404).await;
    server.get("/admin/storage/file/json/ns/nothing.json").refused(404).await;
    nothing_is_stored(&server).await;
}

#[tokio::test]
async fn a_file_where_a_folder_is_needed_is_a_conflict_on_disk() {
    let server = Engine::LocalDisk.start();
    server.post("/ns/key_based/store/string/k?file_id=f").text("a file").stored().await;
    let refusal =
        server.post("/ns/key_based/store/string/k/f.json?file_id=g").text("needs a folder").refused(409).await;
    says(&refusal, &["PATH_CONFLICT", "ns/data/key-based/k/f.json"]);
    server.post("/ns/key_based/store/string/x/y.json?file_id=f").text("a folder").stored().await;
    let refusal = server.post("/ns/key_based/store/string/x?file_id=y").text("needs a file").refused(409).await;
    says(&refusal, &["PATH_CONFLICT", "ns/data/key-based/x/y.json"]);
    // What was refused left no trace: both entries read, and nothing else is there.
    let ids = server.get("/ns/file-ids").value().await;
    assert_eq!(ids.as_array().unwrap().len(), 2, "{ids}");
    let files = server.get("/admin/storage/files/all/ns/data").value().await;
    assert_eq!(files["file_count"], 6, "{files}");
}

#[tokio::test]
async fn a_child_where_a_folder_is_needed_is_a_conflict_on_disk() {
    let server = Engine::LocalDisk.start();
    let entry = server.post("/ns/key_based/store/string/k?file_id=f").text("parent").stored().await;
    let data = format!("/ns/cache/{}/data/store/string", entry.cache_id);
    server.post(format!("{data}/a")).text("a file").ok().await;
    let refusal = server.post(format!("{data}/a.txt/b")).text("needs a folder").refused(409).await;
    says(&refusal, &["PATH_CONFLICT"]);
}

each_engine!(bytes_and_documents_cannot_replace_one_another);
async fn bytes_and_documents_cannot_replace_one_another(engine: Engine) {
    let server = engine.start();
    let string = server.post("/ns/direct/store/string").text("text").stored().await;
    let document = server.post("/ns/direct/store/json").json("{}").stored().await;
    let bytes = server.post("/ns/direct/store/binary").bytes("bytes").stored().await;
    for entry in [&string, &document] {
        let refusal = server.post(format!("/ns/update/{}/binary", entry.cache_id)).bytes("new").refused(409).await;
        says(&refusal, &["TYPE_MISMATCH", "bytes"]);
    }
    for kind in ["string", "json"] {
        let update = server.post(format!("/ns/update/{}/{kind}", bytes.cache_id));
        let refusal = update.json(if kind == "json" { "{}" } else { "\"x\"" }).refused(409).await;
        says(&refusal, &["TYPE_MISMATCH", "binary"]);
    }
    assert_eq!(server.get(format!("/ns/retrieve/{}/string", string.cache_id)).ok().await.text(), "text");
    assert_eq!(server.get(format!("/ns/retrieve/{}/binary", bytes.cache_id)).ok().await.bytes(), "bytes");
}

each_engine!(strings_and_json_may_replace_one_another);
async fn strings_and_json_may_replace_one_another(engine: Engine) {
    let server = engine.start();
    let entry = server.post("/ns/direct/store/string").text("text").stored().await;
    let of = |what: &str| format!("/ns/{what}/{}", entry.cache_id);
    let updated = server.post(of("update") + "/json").json(r#"{"é": 1e22}"#).value().await;
    assert_eq!(server.get(of("retrieve") + "/json").ok().await.text(), r#"{"é":1e+22}"#);
    assert_eq!(updated["size"], "{\n    \"\\u00e9\": 1e+22\n}".len());
    server.post(of("update") + "/string").text("again a text").ok().await;
    assert_eq!(server.get(of("retrieve")).value().await["data"], "again a text");
}

each_open_engine!(what_python_wrote_and_is_no_json_is_served_as_bytes_only);
async fn what_python_wrote_and_is_no_json_is_served_as_bytes_only(engine: Engine) {
    let server = engine.start();
    let content = br#"{"a": NaN, "b": "\ud800"}"#;
    let entry = server.post("/ns/direct/store/json").json("{}").stored().await;
    server.plant(&entry.files[0], content).await;
    for address in [format!("/ns/retrieve/{}", entry.cache_id), format!("/ns/retrieve/hash/{}", entry.cache_hash)] {
        for path in ["", "/json"] {
            let refusal = server.get(format!("{address}{path}")).refused(422).await;
            says(&refusal, &["UNREADABLE_CONTENT", "not valid JSON", "binary"]);
        }
        assert_eq!(server.get(format!("{address}/binary")).ok().await.bytes(), content.as_slice());
        assert_eq!(server.get(format!("{address}/string")).ok().await.bytes(), content.as_slice());
        server.get(format!("{address}/metadata")).ok().await;
    }
    // It can be replaced and deleted like any other.
    server.post(format!("/ns/update/{}/json", entry.cache_id)).json(r#"{"now": "valid"}"#).ok().await;
    assert_eq!(server.get(format!("/ns/retrieve/{}/json", entry.cache_id)).value().await, json!({"now": "valid"}));
}

each_open_engine!(a_child_that_is_no_json_is_told_by_a_422);
async fn a_child_that_is_no_json_is_told_by_a_422(engine: Engine) {
    let server = engine.start();
    let entry = server.post("/ns/key_based/store/string/k?file_id=f").text("parent").stored().await;
    server.plant("ns/data/key-based/k/f/data/bad.json", b"{\"a\": Infinity}").await;
    let data = format!("/ns/cache/{}/data", entry.cache_id);
    says(&server.get(format!("{data}/json/bad")).refused(422).await, &["UNREADABLE_CONTENT"]);
    assert_eq!(server.get(format!("{data}/list")).value().await["file_count"], 1);
}

each_open_engine!(documents_that_cannot_be_read_are_told_by_a_4xx_and_hide_no_others);
async fn documents_that_cannot_be_read_are_told_by_a_4xx_and_hide_no_others(engine: Engine) {
    let server = engine.start();
    let whole = server.post("/ns/temporal/store/string").text("whole").stored().await;
    let broken = server.post("/ns/temporal/store/string").text("broken").stored().await;
    let reference =
        format!("ns/refs/by-id/{}/{}/{}.json", &broken.cache_id[..2], &broken.cache_id[2..4], broken.cache_id);
    server.plant(&reference, b"{\"cut").await;
    server.plant(&broken.files[2], b"not JSON").await;
    for path in ["", "/string", "/metadata", "/refs"] {
        let answer = server.get(format!("/ns/retrieve/{}{path}", broken.cache_id)).await;
        assert_eq!(answer.status(), 422, "{path}: {}", answer.text());
    }
    for route in ["entries", "temporal/entries"] {
        let lines = server.get(format!("/ns/{route}")).ok().await.lines();
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert_eq!(lines[0]["cache_id"], whole.cache_id.as_str());
    }
}
