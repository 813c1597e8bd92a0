//! Whose a content is: what is copied and mended keeps it with its metadata, whoever writes meanwhile.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use object_store::{Attribute, Attributes, GetOptions, ObjectStore as _, PutOptions};
use serde_json::Value;
use test_buckets::{Bucket, Product, Proxy};

use crate::fill;
use crate::program::{Server, copied, run, s3_flags};

fn url(kind: &str, path: &Path) -> String {
    format!("{kind}:{}", path.display())
}

/// Whose a content of a bucket is, as the bucket says and as the metadata beside it says.
pub(crate) async fn owners(bucket: &Bucket, content: &str) -> (String, String) {
    let head = GetOptions { head: true, ..GetOptions::default() };
    let found = bucket.store().get_opts(&content.into(), head).await.unwrap();
    let mark = found.attributes.get(&Attribute::Metadata("cache-id".into())).map(|id| id.as_ref().to_owned());
    let metadata: Value = serde_json::from_slice(&bucket.get(&format!("{content}.metadata")).await.unwrap()).unwrap();
    (mark.unwrap_or_default(), metadata["data"]["cache_id"].as_str().unwrap().to_owned())
}

async fn store(server: &Server, text: &str) -> (String, String) {
    let stored = server.ask("POST", "/ns/key_based/store/string/k?file_id=f", "text/plain", text.to_owned()).await;
    let id = stored["cache_id"].as_str().unwrap().to_owned();
    let content = stored["paths"]["data"][0].as_str().unwrap().to_owned();
    (id, content)
}

/// A server on a bucket.
fn serving(bucket: &str, endpoint: &str) -> Server {
    let mut flags = s3_flags(endpoint);
    flags.extend(["--storage-mode", "s3", "--bucket", bucket].map(str::to_owned));
    Server::start(&flags)
}

#[tokio::test]
async fn a_content_that_stays_is_written_again_when_another_entry_has_it() {
    let Some(s3) = Product::SeaweedFs.shared() else { return };
    let root = tempfile::tempdir().unwrap();
    let a = root.path().join("a");
    let flags = s3_flags(s3.endpoint());
    for round in 0..2 {
        let server = Server::on("local_disk", &a);
        let (id, content) = store(&server, "the same text").await;
        server.kill();
        copied(&url("disk", &a), "s3://marks", &flags);
        assert_eq!(owners(&s3.bucket("marks"), &content).await, (id.clone(), id.clone()), "round {round}");
        let server = serving("marks", s3.endpoint());
        assert_eq!(server.get(&format!("/ns/retrieve/{id}/string")).await, (200, "the same text".into()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_entry_that_takes_over_a_path_during_a_copy_is_copied_as_a_whole() {
    let Some(s3) = Product::SeaweedFs.shared() else { return };
    let root = tempfile::tempdir().unwrap();
    let b = root.path().join("b");
    let server = serving("taken", s3.endpoint());
    store(&server, "before").await;
    let proxy = Proxy::to(s3.endpoint());
    // Its references are listed once to be counted and once to be copied: then the contents have been copied.
    let listed = AtomicUsize::new(0);
    let mut hold = proxy.hold_before(move |request| {
        let is_listing = request.query.contains("list-type") && request.query.contains("by-id");
        is_listing && listed.fetch_add(1, Relaxed) > 0
    });
    let (to, flags) = (url("disk", &b), s3_flags(&proxy.endpoint()));
    let copying = tokio::task::spawn_blocking(move || copied("s3://taken", &to, &flags));
    hold.arrived().await;
    let (id, content) = store(&server, "after").await;
    hold.release();
    copying.await.unwrap();
    assert_eq!(fs::read_to_string(b.join(&content)).unwrap(), "\"after\"");
    let metadata: Value = serde_json::from_slice(&fs::read(b.join(content + ".metadata")).unwrap()).unwrap();
    assert_eq!(metadata["data"]["cache_id"], id.as_str());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repair_leaves_the_metadata_of_an_entry_that_takes_over_the_path_meanwhile() {
    let Some(s3) = Product::SeaweedFs.shared() else { return };
    let server = serving("raced", s3.endpoint());
    let (_, content) = store(&server, "before").await;
    let bucket = s3.bucket("raced");
    bucket.delete(&format!("{content}.metadata")).await;
    let proxy = Proxy::to(s3.endpoint());
    let path = format!("/raced/{content}");
    // The content is read after its metadata was judged.
    let mut hold = proxy.hold_before(move |request| request.method == "GET" && request.path == path);
    let mut flags =
        ["verify", "s3://raced", "--repair", "--json", "--now", "33000000000000"].map(str::to_owned).to_vec();
    flags.extend(s3_flags(&proxy.endpoint()));
    let repairing = tokio::task::spawn_blocking(move || run(&flags));
    hold.arrived().await;
    let (id, _) = store(&server, "after").await;
    hold.release();
    let said = repairing.await.unwrap();
    assert_eq!(owners(&bucket, &content).await, (id.clone(), id), "{said:?}");
}

/// Puts what a server that was killed while it removed an object leaves there.
async fn tombstone(bucket: &Bucket, key: &str) {
    let gone = Attributes::from_iter([(Attribute::Metadata("cache-gone".into()), "true")]);
    let body = "{\n  \"cache_hash\": \"\",\n  \"cache_ids\": [],\n  \"latest_id\": \"00000000-0000-4000-8000-000000000000\",\n  \
                \"total_versions\": 0\n}";
    let options = PutOptions { attributes: gone, ..PutOptions::default() };
    bucket.store().put_opts(&key.into(), body.into(), options).await.unwrap();
}

#[tokio::test]
async fn tombstones_at_the_target_do_not_stop_a_copy() {
    let Some(s3) = Product::SeaweedFs.shared() else { return };
    let root = tempfile::tempdir().unwrap();
    let (a, flags) = (root.path().join("a"), s3_flags(s3.endpoint()));
    let entries = fill::folder("local_disk", &a, 2).await;
    copied(&url("disk", &a), "s3://tombs", &flags);
    let last = entries.last().unwrap();
    let bucket = s3.bucket("tombs");
    for key in [last.by_hash(), last.by_id(), last.content_file()] {
        tombstone(&bucket, &key).await;
    }
    copied(&url("disk", &a), "s3://tombs", &flags);
    fill::all_read(&serving("tombs", s3.endpoint()), &entries).await;
}

#[tokio::test]
async fn tombstones_are_found_among_many_objects_and_in_the_place_of_a_content() {
    let Some(s3) = Product::SeaweedFs.shared() else { return };
    let root = tempfile::tempdir().unwrap();
    let (a, mut flags) = (root.path().join("a"), s3_flags(s3.endpoint()));
    let entries = fill::folder("local_disk", &a, 1).await;
    copied(&url("disk", &a), "s3://found", &flags);
    let bucket = s3.bucket("found");
    let puts = (0..1100).map(|number| format!("many/refs/by-id/zz/zz/a{number:04}")).map(|key| {
        let bucket = &bucket;
        async move { bucket.put(&key, "nobody's").await }
    });
    futures::StreamExt::collect::<Vec<()>>(futures::StreamExt::buffer_unordered(futures::stream::iter(puts), 32)).await;
    let last = entries.last().unwrap();
    tombstone(&bucket, "many/refs/by-id/zz/zz/b.json").await;
    tombstone(&bucket, &last.content_file()).await;
    flags.extend(["--now", "33000000000000"].map(str::to_owned));
    let arguments = |more: &[&str]| {
        let base = ["verify", "s3://found", "--json"].iter().chain(more).map(|flag| (*flag).to_owned());
        base.chain(flags.iter().cloned()).collect::<Vec<_>>()
    };
    let said = run(&arguments(&[]));
    let paths: Vec<(String, String)> = said
        .lines("damage")
        .iter()
        .map(|line| (line["damage"].as_str().unwrap().to_owned(), line["path"].as_str().unwrap().to_owned()))
        .collect();
    for (damage, path) in [
        ("leftover-tombstone", "many/refs/by-id/zz/zz/b.json".to_owned()),
        ("leftover-tombstone", last.content_file()),
        ("dangling-reference", last.by_id()),
    ] {
        assert!(paths.contains(&(damage.to_owned(), path.clone())), "{damage} {path} {said:?}");
    }
    run(&arguments(&["--repair"]));
    let said = run(&arguments(&[]));
    assert_eq!(said.status, 0, "{said:?}");
}
