//! Many entries by their ids: read and deleted in one request, in the order they were named.

use cache_tests::{Engine, Stored, TestServer, each_engine};
use serde_json::{Value, json};

/// 2026-11-22T16:39:44.245Z
const NOW: u64 = 1_795_365_584_245;
const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

/// Entries of every strategy and kind; answers them with the lines that a read answers.
async fn store_everywhere(server: &TestServer, each: usize) -> Vec<(Stored, Value)> {
    let mut stored = Vec::new();
    for strategy in ["direct", "temporal", "temporal_latest", "temporal_versioned", "key_based"] {
        for n in 0..each {
            let key = format!("users/{n}");
            let path = |kind: &str| format!("/ns/{strategy}/store/{kind}/{key}?file_id=f{n}");
            let (entry, kind, data) = match n % 3 {
                0 => {
                    let text = format!("{strategy} é {n}");
                    (server.post(path("string")).text(&text).stored().await, "string", json!(text))
                }
                1 => (server.post(path("json")).json(json!({ "n": n })).stored().await, "json", json!({ "n": n })),
                _ => (server.post(path("binary")).bytes(b"\x00\xff".to_vec()).stored().await, "binary", Value::Null),
            };
            let mut line = json!({
                "cache_id": entry.cache_id, "strategy": strategy, "cache_key": key, "file_id": format!("f{n}"),
                "stored_at": NOW, "data_type": kind,
            });
            match kind {
                "binary" => line["binary_url"] = json!(format!("/ns/retrieve/{}/binary", entry.cache_id)),
                _ => line["data"] = data,
            }
            stored.push((entry, line));
        }
    }
    stored
}

fn missing(id: &str) -> Value {
    json!({ "cache_id": id, "status": "not_found" })
}

each_engine!(entries_are_read_in_the_order_of_the_ids);
async fn entries_are_read_in_the_order_of_the_ids(engine: Engine) {
    let server = engine.setup().clock_at(NOW).start();
    let stored = store_everywhere(&server, 3).await;
    let mut ids = vec![NOBODY.to_owned()];
    let mut lines = vec![missing(NOBODY)];
    for (entry, line) in stored.iter().rev().chain(&stored[..1]) {
        ids.push(entry.cache_id.clone());
        lines.push(line.clone());
    }
    ids.push(stored[0].0.cache_id.to_uppercase());
    lines.push(stored[0].1.clone());
    for body in [json!(ids), json!({ "ids": ids })] {
        let answer = server.post("/ns/retrieve/ids").json(body).ok().await;
        assert_eq!(answer.header("content-type"), Some("application/x-ndjson"));
        assert_eq!(answer.lines(), lines);
    }
    // But for the type of the data, the lines are those of the bulk read of the namespace.
    let mut all = server.get("/ns/entries").ok().await.lines();
    for line in &mut all {
        let of_id = server.post("/ns/retrieve/ids").json(json!([line["cache_id"]])).ok().await.lines().remove(0);
        line["data_type"] = of_id["data_type"].clone();
        assert_eq!(*line, of_id);
    }
    let url = lines[1]["binary_url"].as_str().or(lines[2]["binary_url"].as_str()).or(lines[3]["binary_url"].as_str());
    assert_eq!(server.get(url.unwrap()).ok().await.bytes(), b"\x00\xff".as_slice());
    // Of another namespace there is none.
    let others = server.post("/other/retrieve/ids").json(json!(ids)).ok().await.lines();
    assert!(others.iter().all(|line| line["status"] == "not_found") && others.len() == ids.len());
    assert_eq!(server.post("/ns/retrieve/ids").json("[]").ok().await.text(), "");
}

each_engine!(what_lost_its_content_is_told_as_missing);
async fn what_lost_its_content_is_told_as_missing(engine: Engine) {
    let server = engine.start();
    let entry = server.post("/ns/direct/store/string").text("text").stored().await;
    let other = server.post("/ns/direct/store/binary").bytes("bytes").stored().await;
    for entry in [&entry, &other] {
        server.delete(format!("/admin/storage/file/delete/{}", entry.files[0])).ok().await;
    }
    let kept = server.post("/ns/direct/store/string").text("kept").stored().await;
    let ids = json!([entry.cache_id, other.cache_id, kept.cache_id]);
    let lines = server.post("/ns/retrieve/ids").json(ids).ok().await.lines();
    assert_eq!(lines[..2], [missing(&entry.cache_id), missing(&other.cache_id)]);
    assert_eq!(lines[2]["data"], "kept");
}

#[tokio::test]
async fn a_thousand_large_entries_are_streamed() {
    let server = Engine::Memory.start();
    let text = "x".repeat(200_000);
    let mut ids = Vec::new();
    for n in 0..10 {
        ids.push(server.post("/ns/direct/store/string").text(format!("{n}{text}")).stored().await.cache_id);
    }
    let ids: Vec<_> = ids.iter().cycle().take(1000).collect();
    let lines = server.post("/ns/retrieve/ids").json(json!(ids)).ok().await.lines();
    assert_eq!(lines.len(), 1000);
    for (n, (line, id)) in lines.iter().zip(ids).enumerate() {
        assert_eq!((&line["cache_id"], line["data"].as_str().unwrap().len()), (&json!(id), 200_001), "{n}");
    }
}

each_engine!(entries_are_deleted_with_all_they_own);
async fn entries_are_deleted_with_all_they_own(engine: Engine) {
    let server = engine.start();
    let stored = store_everywhere(&server, 2).await;
    let kept = server.post("/ns/direct/store/string").text("direct é 0").stored().await;
    let child = server.post(format!("/ns/cache/{}/data/store/string/a/child", stored[1].0.cache_id));
    child.text("child").ok().await;
    let mut ids: Vec<&str> = stored.iter().map(|(entry, _)| entry.cache_id.as_str()).collect();
    ids.insert(1, NOBODY);
    ids.push(stored[0].0.cache_id.as_str());
    let lines = server.post("/ns/delete/ids").json(json!({ "ids": ids })).ok().await.lines();
    assert_eq!(lines.iter().map(|line| line["cache_id"].as_str().unwrap()).collect::<Vec<_>>(), ids);
    let nobody = json!({
        "status": "not_found", "message": format!("Cache ID {NOBODY} not found"), "cache_id": NOBODY,
    });
    assert_eq!(lines[1], nobody);
    // The first one was named twice: one of the two has deleted it.
    let twice = [&lines[0]["status"], &lines[lines.len() - 1]["status"]];
    assert!(twice.contains(&&json!("success")) && twice.contains(&&json!("not_found")), "{twice:?}");
    for line in &lines[2..lines.len() - 1] {
        assert_eq!((&line["status"], &line["failed_count"]), (&json!("success"), &json!(0)), "{line}");
        assert_eq!(line["deleted_count"], line["deleted_paths"].as_array().unwrap().len());
    }
    assert!(lines[2]["deleted_paths"].to_string().contains("/data/a/child.txt"));
    let files = server.get("/admin/storage/files/all/ns").value().await;
    assert_eq!(files["file_count"], 5, "{files}");
    assert_eq!(server.get(format!("/ns/retrieve/{}/string", kept.cache_id)).ok().await.text(), "direct é 0");
    let again = server.post("/ns/delete/ids").json(json!(ids)).ok().await.lines();
    assert!(again.iter().all(|line| line["status"] == "not_found"));
}

each_engine!(entries_of_one_hash_are_deleted_together);
async fn entries_of_one_hash_are_deleted_together(engine: Engine) {
    let server = engine.start();
    let mut ids = Vec::new();
    for _ in 0..engine.of_many(20) {
        ids.push(server.post("/ns/direct/store/string").text("the same").stored().await.cache_id);
    }
    let lines = server.post("/ns/delete/ids").json(json!(ids)).ok().await.lines();
    assert!(lines.iter().all(|line| line["status"] == "success"), "{lines:?}");
    assert_eq!(server.get("/admin/storage/files/all/ns").value().await["file_count"], 0);
}

#[tokio::test]
async fn bodies_that_name_no_ids_are_refused() {
    let server = Engine::Memory.start();
    let entry = server.post("/ns/direct/store/string").text("text").stored().await;
    for path in ["/ns/retrieve/ids", "/ns/delete/ids"] {
        let many = |count: usize| json!(vec![entry.cache_id.as_str(); count]);
        for (body, words) in [
            (many(1001), "has 1001 ids; a request may name 1000"),
            (many(10_001), "has 10001 ids; a request may name 1000"),
            (json!({ "ids": many(1001) }), "has 1001 ids"),
            (json!([entry.cache_id, "no-uuid"]), "ids[1]: cache id is not a UUID"),
            (json!([entry.cache_id, entry.cache_id, ""]), "ids[2]: cache id is not a UUID"),
            (json!([7]), "ids[0]: cache id is not a string"),
            (json!([null]), "ids[0]: cache id is not a string"),
            (json!([["a"]]), "ids[0]: cache id is not a string"),
            (json!({ "ids": { "a": 1 } }), "valid list"),
            (json!({ "id": [] }), "valid list, or an object with one in 'ids'"),
            (json!("text"), "valid list"),
        ] {
            let refusal = server.post(path).json(body).refused(400).await;
            assert_eq!(refusal["detail"][0]["loc"][0], "body", "{refusal}");
            assert!(refusal["detail"][0]["msg"].as_str().unwrap().contains(words), "{words}: {refusal}");
        }
        let refusal = server.post(path).text(format!("[\"{}\"]", entry.cache_id)).refused(400).await;
        assert!(refusal["detail"][0]["msg"].as_str().unwrap().contains("application/json"), "{refusal}");
        server.post(path).json("[").refused(400).await;
        server.post(path).refused(400).await;
    }
    // Nothing of a refused request is done.
    assert_eq!(server.get(format!("/ns/retrieve/{}/string", entry.cache_id)).ok().await.text(), "text");
    assert_eq!(server.post("/ns/retrieve/ids").json(json!(vec![&entry.cache_id; 1000])).ok().await.lines().len(), 1000);
}
