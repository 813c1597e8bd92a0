//! Entries to try things out with: test data, fixtures, and the removal of all of a namespace.

use cache_tests::{Engine, TestServer, each_engine};
use serde_json::{Value, json};

async fn files(server: &TestServer, namespace: &str) -> usize {
    let listed = server.get(format!("/admin/storage/files/all/{namespace}")).value().await;
    listed["files"].as_array().unwrap().len()
}

each_engine!(test_data_is_stored_read_and_cleared);
async fn test_data_is_stored_read_and_cleared(engine: Engine) {
    let server = engine.start();
    let made = server.post("/test-data/create/in/default-namespaces/minimal").value().await;
    assert_eq!((&made["entries_created"], &made["namespaces"]), (&json!(3), &json!(["default"])));
    let made = server.post("/test-data/create/in/new-namespace/default").value().await;
    let entries = made["entries"].as_array().unwrap();
    assert_eq!((entries.len(), &made["entries_created"]), (39, &json!(39)));
    let id = |entry: &Value| entry["cache_id"].as_str().unwrap().to_owned();
    for entry in entries {
        server.get(format!("/default/retrieve/{}", id(entry))).ok().await;
    }
    let document = server.get(format!("/default/retrieve/{}/json", id(&entries[3]))).value().await;
    assert_eq!(document["settings"], json!({ "max_size": 1024, "ttl": 3600, "compression": true }));
    let (parent, zip) = (&entries[37], &entries[38]);
    assert_eq!(parent["children"][2], json!({ "data_key": "metadata", "data_file_id": "file-metadata" }));
    let child = format!("/default/cache/{}/data/json/analysis/sentiment/sentiment-v1", id(parent));
    assert_eq!(server.get(child).value().await["positive"], 0.72);
    assert_eq!((&zip["data_type"], &zip["cache_key"]), (&json!("zip"), &json!("packages/sample-app")));
    let listed = server.get(format!("/default/zip/{}/files/list", id(zip))).value().await;
    assert_eq!(listed["file_list"], json!(["README.md", "config.json", "src/main.py", "src/utils.py"]));

    let all = files(&server, "default").await;
    server.post("/other/direct/store/string").text("stays").stored().await;
    server.post("/default-2/direct/store/string").text("stays").stored().await;
    let cleared = server.delete("/test-data/clear/default").value().await;
    assert_eq!((&cleared["files_deleted"], &cleared["success"]), (&json!(all), &json!(true)));
    assert_eq!(server.delete("/test-data/clear/default").value().await["files_deleted"], 0);
    assert_eq!(files(&server, "default").await, 0);
    server.get(format!("/default/retrieve/{}", id(parent))).refused(404).await;
    assert_eq!((files(&server, "other").await, files(&server, "default-2").await), (5, 5));
}

each_engine!(a_namespace_of_more_than_a_page_is_cleared);
async fn a_namespace_of_more_than_a_page_is_cleared(engine: Engine) {
    let server = engine.start();
    let parent = server.post("/test-1/direct/store/string").text("parent").stored().await;
    let child = |number| {
        let path = format!("/test-1/cache/{}/data/store/string/{number}", parent.cache_id);
        server.post(path).text("x").ok()
    };
    // More files than are deleted together.
    for first in (0..1_010).step_by(101) {
        futures::future::join_all((first..first + 101).map(child)).await;
    }
    let cleared = server.delete("/test-data/clear/test-1").value().await;
    assert_eq!(cleared["files_deleted"], 1_010 + 5);
    assert_eq!(files(&server, "test-1").await, 0);
}

each_engine!(fixtures_are_stored_once);
async fn fixtures_are_stored_once(engine: Engine) {
    let server = engine.start();
    let first = server.get("/server/create/test-fixtures").value().await;
    assert_eq!(server.get("/server/create/test-fixtures").value().await, first);
    assert_eq!(first["metadata"]["cache_id"], "00000000-0000-0000-0000-000000000001");
    let fixtures = first["data"]["fixtures"].as_object().unwrap();
    assert_eq!(fixtures.len(), 9);
    for (name, view, content) in [
        ("string_medium", "string", json!("test data ".repeat(50))),
        (
            "json_complex",
            "json",
            json!({
                "nested": { "data": [1, 2, 3], "more": { "level": 3 } }, "flag": true, "count": 100,
                "tags": ["test", "fixture", "cache"],
            }),
        ),
    ] {
        let path = format!("/default/retrieve/{}/{view}", fixtures[name]["cache_id"].as_str().unwrap());
        let answer = server.get(path).ok().await;
        assert_eq!(if view == "json" { answer.json() } else { json!(answer.text()) }, content);
    }
    let bytes = format!("/default/retrieve/{}/binary", fixtures["binary_large"]["cache_id"].as_str().unwrap());
    let expected: Vec<u8> = (0..=255).collect::<Vec<u8>>().repeat(4);
    assert_eq!(server.get(bytes).ok().await.bytes(), &expected);
}
