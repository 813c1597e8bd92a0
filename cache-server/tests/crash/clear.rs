//! The deletion of a namespace, killed in the middle again and again: what is left is whole, and the next one goes on.

use std::path::Path;

use serde_json::{Value, json};

use crate::server::{Ask, Http, Server};
use crate::tree;

const ENTRIES: usize = 120;
/// After so many deletions the server is killed.
const KILLED_AFTER: [usize; 4] = [1, 10, 40, 70];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn embedded_goes_on_with_a_deletion_that_was_killed() {
    killed_while_deleting("embedded", |_| {}).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn local_disk_goes_on_with_a_deletion_that_was_killed() {
    // What has lost its reference stays for a minute. Its files are made older instead of waiting.
    killed_while_deleting("local_disk", tree::make_older).await;
}

async fn killed_while_deleting(mode: &str, before_restart: impl Fn(&Path)) {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(mode, folder.path());
    let kept = store(&server.http(), "ns2", 0).await;
    for n in 0..ENTRIES {
        store(&server.http(), "ns", n).await;
    }
    for after in KILLED_AFTER {
        let http = server.http();
        let deletion = tokio::spawn(async move { http.try_send(Ask::delete("/ns?confirm=ns&limit=1000")).await });
        while ids(&server.http()).await.len() > ENTRIES - after && !deletion.is_finished() {}
        server.kill();
        drop(deletion.await.unwrap());
        before_restart(folder.path());
        server = Server::start(mode, folder.path());
        for id in ids(&server.http()).await {
            let text = server.http().get(format!("/ns/retrieve/{id}/string")).await;
            assert_eq!((text.status, text.text().as_str()), (200, "text"), "{mode}: {id}");
        }
    }
    let http = server.http();
    let mut pages = 0;
    while http.send(Ask::delete("/ns?confirm=ns&limit=50")).await.json()["next"] != Value::Null {
        pages += 1;
        assert!(pages < 100, "{mode}: the deletion does not end");
    }
    assert_eq!(http.get("/admin/storage/files/all/ns").await.json()["files"], json!([]), "{mode}");
    assert_eq!(http.get(format!("/ns2/retrieve/{kept}/string")).await.text(), "text");
    let child = http.get(format!("/ns2/cache/{kept}/data/string/child")).await;
    assert_eq!((child.status, child.text().as_str()), (200, "child"));
    server.kill();
}

/// Stores an entry with a child file.
async fn store(http: &Http, namespace: &str, n: usize) -> String {
    let strategy = ["direct", "temporal_latest", "key_based"][n % 3];
    let path = format!("/{namespace}/{strategy}/store/string/k?file_id=f{n}");
    let stored = http.send(Ask::post(path, "text/plain", "text")).await.json();
    let id = stored["cache_id"].as_str().unwrap().to_owned();
    let child = format!("/{namespace}/cache/{id}/data/store/string/child");
    assert_eq!(http.send(Ask::post(child, "text/plain", "child")).await.status, 200);
    id
}

async fn ids(http: &Http) -> Vec<String> {
    serde_json::from_slice(&http.get("/ns/file-ids").await.body).unwrap()
}
