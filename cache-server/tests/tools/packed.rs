//! Contents that are packed: how they are is neither lost nor guessed, and a copy of them mends another one.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

use crate::program::{KEY, Said, Server, run};

fn packed(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// Sends bytes, maybe as packed ones.
async fn send(server: &Server, path: &str, body: Vec<u8>, is_packed: bool) -> Value {
    let request = reqwest::Client::builder().no_proxy().build().unwrap().post(format!("{}{path}", server.base));
    let request = request.header("x-api-key", KEY).header("content-type", "application/octet-stream").body(body);
    let request = if is_packed { request.header("content-encoding", "gzip") } else { request };
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
}

fn contents(stored: &Value) -> Vec<String> {
    let files = stored["paths"]["data"].as_array().unwrap().iter().map(|path| path.as_str().unwrap().to_owned());
    files.filter(|path| path.ends_with(".bin")).collect()
}

fn repair(folder: &Path) -> Said {
    let url = format!("disk:{}", folder.display());
    run(&["verify", &url, "--repair", "--read-data", "--json", "--now", "33000000000000"])
}

#[tokio::test]
async fn lost_metadata_is_made_again_with_the_right_coding_or_not_at_all() {
    let root = tempfile::tempdir().unwrap();
    let server = Server::on("local_disk", root.path());
    let mut stored = Vec::new();
    for (text, is_packed) in
        [("a file that is an archive", false), ("packed on the way", true), ("to be updated", true)]
    {
        stored.push(send(&server, "/ns/direct/store/binary", packed(text), is_packed).await);
    }
    let update = format!("/ns/update/{}/binary", stored[2]["cache_id"].as_str().unwrap());
    send(&server, &update, packed("updated"), true).await;
    server.kill();
    for stored in &stored {
        fs::remove_file(root.path().join(contents(stored)[0].clone() + ".metadata")).unwrap();
    }
    let said = repair(root.path());
    let left: Vec<Value> = said.lines("damage").into_iter().filter(|line| line["fate"] == "left").collect();
    // Nothing tells of the third one any more whether it is packed.
    assert_eq!((said.status, left.len()), (3, 1), "{said:?}");
    assert_eq!(left[0]["path"], contents(&stored[2])[0].clone() + ".metadata");
    let server = Server::on("local_disk", root.path());
    for (stored, content) in stored.iter().zip([packed("a file that is an archive"), b"packed on the way".to_vec()]) {
        let (status, body) = server.get(&format!("/ns/retrieve/{}/binary", stored["cache_id"].as_str().unwrap())).await;
        assert!(status == 200 && body == content, "{status} {body:?}");
    }
}

#[tokio::test]
async fn a_content_that_an_entry_left_which_is_gone_stays_packed() {
    let root = tempfile::tempdir().unwrap();
    let server = Server::on("local_disk", root.path());
    let path = "/ns/key_based/store/binary/k?file_id=f";
    let first = send(&server, path, packed("first"), true).await;
    let second = send(&server, path, packed("second"), true).await;
    server.kill();
    for reference in ["by_id", "by_hash"] {
        fs::remove_file(root.path().join(second["paths"][reference][0].as_str().unwrap())).unwrap();
    }
    let said = repair(root.path());
    let found: Vec<Value> = said.lines("damage").into_iter().map(|line| line["damage"].clone()).collect();
    assert_eq!((said.status, found), (1, vec![Value::from("stale-sidecar")]), "{said:?}");
    let server = Server::on("local_disk", root.path());
    let answer = server.get(&format!("/ns/retrieve/{}/binary", first["cache_id"].as_str().unwrap())).await;
    assert_eq!(answer, (200, "second".into()));
}

#[tokio::test]
async fn a_broken_gzip_is_mended_from_another_copy_of_the_entry() {
    let root = tempfile::tempdir().unwrap();
    let server = Server::on("local_disk", root.path());
    let content = packed("in two places");
    let stored = send(&server, "/ns/temporal_latest/store/binary", content.clone(), true).await;
    server.kill();
    let files = contents(&stored);
    assert_eq!(files.len(), 2);
    fs::write(root.path().join(&files[0]), &content[..content.len() / 2]).unwrap();
    let said = repair(root.path());
    assert_eq!(said.status, 1, "{said:?}");
    assert!(fs::read(root.path().join(&files[0])).unwrap() == content);
    // With both of them broken, nothing is made up.
    for file in &files {
        fs::write(root.path().join(file), b"\x1f\x8bbroken").unwrap();
    }
    assert_eq!(repair(root.path()).status, 3);
}
