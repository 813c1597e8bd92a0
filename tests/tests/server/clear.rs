//! The deletion of a namespace: everything of it goes, nothing of another one, wherever it was interrupted.

use std::future::IntoFuture as _;
use std::sync::atomic::{AtomicUsize, Ordering};

use cache_server::clock::{Clock, SystemClock};
use cache_tests::{Engine, Setup, Stored, TestServer, each_engine, each_open_engine};
use futures::future::join_all;
use futures::stream::{self, StreamExt as _};
use serde_json::{Value, json};
use test_buckets::{Fault, Product, Proxy, Request, Rule};

const STRATEGIES: [&str; 5] = ["direct", "temporal", "temporal_latest", "temporal_versioned", "key_based"];

/// A server whose clock can be moved past the minute that files of nobody stay.
fn setup(engine: Engine) -> Setup {
    engine.setup().clock_at(SystemClock.now())
}

/// Entries of every strategy, with child files, some of which share a hash or a path.
async fn fill(server: &TestServer, namespace: &str) -> Vec<Stored> {
    let mut stored = Vec::new();
    for strategy in STRATEGIES {
        for text in ["first", "second"] {
            let path = format!("/{namespace}/{strategy}/store/string/users/{text}?file_id=f");
            stored.push(server.post(path).text(text).stored().await);
        }
        let bytes = server.post(format!("/{namespace}/{strategy}/store/binary")).bytes(strategy).stored().await;
        let child = format!("/{namespace}/cache/{}/data/store/json/a/b/child", bytes.cache_id);
        server.post(child).json("{}").ok().await;
        stored.push(bytes);
    }
    stored
}

async fn files(server: &TestServer, namespace: &str) -> Value {
    server.get(format!("/admin/storage/files/all/{namespace}")).value().await["files"].clone()
}

fn encoded(cursor: &str) -> String {
    cursor.replace('%', "%25")
}

/// Deletes page after page, until the end; answers how many entries and files are gone, and how many pages it took.
async fn clear(server: &TestServer, query: &str) -> (u64, u64, usize) {
    let (mut entries, mut files, mut pages, mut cursor) = (0, 0, 0, String::new());
    loop {
        let page = server.delete(format!("/ns?confirm=ns{query}&cursor={}", encoded(&cursor))).value().await;
        entries += page["deleted"].as_u64().unwrap();
        files += page["deleted_files"].as_u64().unwrap();
        pages += 1;
        assert!(pages < 1000, "the deletion does not end: {page}");
        match page["next"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => return (entries, files, pages),
        }
    }
}

each_engine!(a_namespace_is_deleted_in_pages_until_nothing_is_left);
async fn a_namespace_is_deleted_in_pages_until_nothing_is_left(engine: Engine) {
    let server = setup(engine).start();
    let stored = fill(&server, "ns").await;
    for other in ["n", "ns2", "ns-2"] {
        server.post(format!("/{other}/key_based/store/string/ns/k?file_id=f")).text("kept").stored().await;
    }
    let others = [files(&server, "n").await, files(&server, "ns2").await, files(&server, "ns-2").await];
    let count = files(&server, "ns").await.as_array().unwrap().len() as u64;
    let (entries, gone, pages) = clear(&server, "&limit=4").await;
    assert_eq!(entries, stored.len() as u64);
    // Each page deletes up to four; what the entries of one hash share is written anew, and not always deleted.
    assert!(pages >= 4 && gone >= count - 5 && gone <= count, "{pages} pages, {gone} of {count}");
    assert_eq!(files(&server, "ns").await, json!([]));
    assert_eq!([files(&server, "n").await, files(&server, "ns2").await, files(&server, "ns-2").await], others);
    assert_eq!(server.get("/namespaces/list").value().await, json!(["n", "ns-2", "ns2"]));
    for entry in &stored {
        server.get(format!("/ns/retrieve/{}", entry.cache_id)).refused(404).await;
        server.get(format!("/ns/retrieve/hash/{}", entry.cache_hash)).refused(404).await;
    }
    // It is as if it had never been there.
    assert_eq!(clear(&server, "").await, (0, 0, 1));
    for strategy in STRATEGIES {
        let again = server.post(format!("/ns/{strategy}/store/string/k?file_id=f")).text("again").stored().await;
        assert_eq!(server.get(format!("/ns/retrieve/{}/string", again.cache_id)).ok().await.text(), "again");
        assert!(strategy != "temporal_versioned" || again.files.iter().any(|file| file.contains("/versions/v1/")));
    }
    assert_eq!(clear(&server, "").await.0, 5);
    assert_eq!(files(&server, "ns").await, json!([]));
}

each_engine!(only_entries_of_the_prefix_are_deleted);
async fn only_entries_of_the_prefix_are_deleted(engine: Engine) {
    let server = setup(engine).start();
    for limit in engine.of_pages(&[1, 2, 100]) {
        for strategy in STRATEGIES {
            for key in ["users/1", "users/12", "tokens"] {
                let file = key.replace('/', "-");
                let path = format!("/ns/{strategy}/store/string/{key}?file_id={file}");
                server.post(path).text(key).stored().await;
            }
        }
        let chosen = server.get("/ns/entries?key_prefix=users/1").ok().await.lines().len() as u64;
        assert_eq!(chosen, 10);
        assert_eq!(clear(&server, &format!("&key_prefix=nobody&limit={limit}")).await.0, 0);
        assert_eq!(clear(&server, &format!("&key_prefix=users/1&limit={limit}")).await.0, 10, "{limit}");
        let keys = server.get("/ns/entries").ok().await.lines();
        assert!(keys.len() == 5 && keys.iter().all(|line| line["cache_key"] == "tokens"), "{keys:?}");
        // An empty prefix is that of every key.
        assert_eq!(clear(&server, &format!("&key_prefix=&limit={limit}")).await.0, 5, "{limit}");
    }
}

/// Takes references away, as crashes leave entries.
async fn cut_off(server: &TestServer, entries: &[Stored]) {
    for (n, entry) in entries.iter().enumerate() {
        let (id, hash) = (&entry.cache_id, &entry.cache_hash);
        let by_id = format!("ns/refs/by-id/{}/{}/{id}.json", &id[..2], &id[2..4]);
        let by_hash = format!("ns/refs/by-hash/{}/{}/{hash}.json", &hash[..2], &hash[2..4]);
        server.delete(format!("/admin/storage/file/delete/{by_id}")).ok().await;
        if n % 2 == 0 {
            server.delete(format!("/admin/storage/file/delete/{by_hash}")).ok().await;
        }
    }
}

each_engine!(what_crashes_left_goes_once_no_store_can_be_under_way);
async fn what_crashes_left_goes_once_no_store_can_be_under_way(engine: Engine) {
    let server = setup(engine).start();
    let stored = fill(&server, "ns").await;
    cut_off(&server, &stored[3..10]).await;
    let page = server.delete("/ns?confirm=ns&limit=1000").value().await;
    assert_eq!((&page["deleted"], page["next"].is_string()), (&json!(8), true), "{page}");
    // It may be part of a store that is under way.
    let left = files(&server, "ns").await;
    assert!(left.as_array().unwrap().len() > 7, "{left}");
    let page = server.delete("/ns?confirm=ns&limit=1000").value().await;
    assert_eq!((&page["deleted"], &page["deleted_files"], page["next"].is_string()), (&json!(0), &json!(0), true));
    assert_eq!(files(&server, "ns").await, left);
    // A deletion of a prefix is about entries, and does not wait for it.
    assert_eq!(clear(&server, "&key_prefix=users").await, (0, 0, 1));
    server.advance(120_000);
    let new = server.post("/ns/direct/store/string").text("new").stored().await;
    let (entries, gone, _) = clear(&server, "&limit=3").await;
    assert_eq!((entries, gone), (1, left.as_array().unwrap().len() as u64 + 5), "{}", new.cache_id);
    assert_eq!(files(&server, "ns").await, json!([]));
    assert_eq!(server.get("/namespaces/list").value().await, json!([]));
}

each_open_engine!(files_of_other_hands_go_too);
async fn files_of_other_hands_go_too(engine: Engine) {
    let server = setup(engine).start();
    let stored = fill(&server, "ns").await;
    let unreadable = &stored[0].cache_id;
    for path in [
        "ns/notes.txt",
        "ns/refs/by-id/00/00/readme.json",
        "ns/refs/by-id/.x",
        "ns/refs/by-hash/ab/cd/abcd.json",
        "ns/data/key-based/k/f.json",
        "ns2/refs/by-id/notes.txt",
        "ns.txt",
        &format!("ns/refs/by-id/{}/{}/{unreadable}.json", &unreadable[..2], &unreadable[2..4]),
    ] {
        server.plant(path, b"no document").await;
    }
    server.advance(120_000);
    for limit in [1, 1000] {
        clear(&server, &format!("&limit={limit}")).await;
        assert_eq!(files(&server, "ns").await, json!([]), "{limit}");
    }
    for path in ["ns2/refs/by-id/notes.txt", "ns.txt"] {
        assert!(server.stored(path).await.is_some(), "{path}");
    }
}

each_engine!(what_is_stored_meanwhile_is_whole_or_gone);
async fn what_is_stored_meanwhile_is_whole_or_gone(engine: Engine) {
    let server = setup(engine).start();
    fill(&server, "ns").await;
    let stores = (0..engine.of_many(40)).map(|n| {
        let strategy = STRATEGIES[n % 5];
        server.post(format!("/ns/{strategy}/store/string/users/{n}?file_id=f{n}")).text("meanwhile").into_future()
    });
    let clears = (0..4).map(|_| server.delete("/ns?confirm=ns&limit=7").into_future());
    let (stored, _) = futures::join!(join_all(stores), join_all(clears));
    assert!(stored.iter().all(|answer| answer.status() == 200));
    for answer in stored {
        let id = Stored::from(answer).cache_id;
        let is_there = server.get(format!("/ns/exists/id/{id}")).value().await["exists"] == true;
        let status = server.get(format!("/ns/retrieve/{id}")).await.status();
        assert_eq!(status, if is_there { 200 } else { 404 }, "{id}");
    }
    server.advance(120_000);
    clear(&server, "").await;
    assert_eq!(files(&server, "ns").await, json!([]));
}

#[tokio::test]
async fn a_namespace_is_deleted_only_by_its_name() {
    let server = Engine::Memory.start();
    server.post("/a_b/direct/store/string").text("kept").stored().await;
    server.post("/ns/direct/store/string").text("kept").stored().await;
    for query in ["", "?confirm=", "?confirm=ns2", "?confirm=NS", "?confirm=ns/", "?confirm=%20ns", "?key_prefix=a"] {
        let refusal = server.delete(format!("/ns{query}")).refused(400).await;
        assert_eq!(refusal["detail"][0]["loc"], json!(["query", "confirm"]), "{query}");
        assert!(refusal["detail"][0]["msg"].as_str().unwrap().contains("'ns'"), "{query}: {refusal}");
    }
    // The name that counts is the one that is stored.
    let refusal = server.delete("/a:b?confirm=a:b").refused(400).await;
    assert!(refusal["detail"][0]["msg"].as_str().unwrap().contains("'a_b'"), "{refusal}");
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=x", "limit"),
        ("cursor=x", "cursor"),
        ("cursor=ns2%252Frefs%252Fby-id", "cursor"),
        ("cursor=ns%2Frefs%2Fby-ids", "cursor"),
        ("cursor=..%252F..%252Fetc", "cursor"),
    ] {
        let refusal = server.delete(format!("/ns?confirm=ns&{query}")).refused(400).await;
        assert_eq!(refusal["detail"][0]["loc"], json!(["query", field]), "{query}");
    }
    assert_eq!(server.get("/namespaces/list").value().await, json!(["a_b", "ns"]));
    assert_eq!(server.delete("/a:b?confirm=a_b").value().await["deleted"], 1);
    assert_eq!(server.get("/namespaces/list").value().await, json!(["ns"]));
    server.delete("/%00?confirm=x").refused(400).await;
}

#[tokio::test]
async fn a_thousand_entries_take_ten_pages() {
    let server = Engine::Memory.start();
    for n in 0..1000 {
        server.post("/ns/direct/store/string").text(format!("{n}")).ok().await;
    }
    let page = server.delete("/ns?confirm=ns").value().await;
    assert_eq!(
        (&page["deleted"], &page["deleted_files"], &page["namespace"]),
        (&json!(100), &json!(500), &json!("ns"))
    );
    assert_eq!(clear(&server, "").await, (900, 4500, 10));
}

/// What is deleted, what stays, and the server that deletes.
struct Victim {
    server: TestServer,
    proxy: Proxy,
    kept: Stored,
}

impl Victim {
    async fn start(endpoint: &str, bucket: &str) -> Self {
        let proxy = Proxy::to(endpoint);
        let server = Engine::S3.setup().on_bucket(&proxy.endpoint(), bucket).start();
        let entry = server.post("/ns/temporal_latest/store/string/k?file_id=f").text("text").stored().await;
        server.post("/ns/key_based/store/binary/k?file_id=f").bytes("bytes").stored().await;
        let child = format!("/ns/cache/{}/data/store/string/a/child", entry.cache_id);
        server.post(child).text("child").ok().await;
        let kept = server.post("/ns2/direct/store/string").text("text").stored().await;
        proxy.take_log();
        Self { server, proxy, kept }
    }

    /// Loses the bucket at the `n`th request of a deletion, and ends; another server finds what is left, and goes on.
    async fn loses_the_bucket(self, endpoint: &str, bucket: &str, n: usize) {
        let Self { server, proxy, kept } = self;
        let seen = AtomicUsize::new(0);
        let is_late = move |_: &Request| seen.fetch_add(1, Ordering::SeqCst) + 1 >= n;
        proxy.set([Rule::new(Fault::AccessDenied).when(is_late)]);
        assert_ne!(server.delete("/ns?confirm=ns").any().await.status(), 200, "cut off at request {n}");
        drop(server);
        let heir = Engine::S3.setup().on_bucket(endpoint, bucket).clock_at(SystemClock.now() + 120_000).start();
        for id in heir.get("/ns/file-ids").value().await.as_array().unwrap() {
            // What stands in for a reference that was being removed is listed, too.
            let is_there = heir.get(format!("/ns/exists/id/{}", id.as_str().unwrap())).value().await["exists"] == true;
            let status = heir.get(format!("/ns/retrieve/{}", id.as_str().unwrap())).await.status();
            assert_eq!(status, if is_there { 200 } else { 404 }, "cut off at request {n}");
        }
        clear(&heir, "").await;
        assert_eq!(files(&heir, "ns").await, json!([]), "cut off at request {n}");
        assert_eq!(heir.get(format!("/ns2/retrieve/{}/string", kept.cache_id)).ok().await.text(), "text");
    }
}

#[tokio::test]
async fn a_deletion_that_was_cut_off_anywhere_is_finished_by_another_server() {
    let Some(s3) = Product::Moto.shared() else { return };
    let whole = Victim::start(s3.endpoint(), "whole-deletion").await;
    whole.server.delete("/ns?confirm=ns").ok().await;
    let requests = whole.proxy.count();
    assert!(requests > 30, "only {requests} requests");
    let cut_off = |n: usize| async move {
        let bucket = format!("cut-off-deletion-{n}");
        Victim::start(s3.endpoint(), &bucket).await.loses_the_bucket(s3.endpoint(), &bucket, n).await;
    };
    // What is left may have to be waited for.
    stream::iter((1..=requests).step_by(3)).map(cut_off).buffer_unordered(8).collect::<Vec<()>>().await;
}
