//! A bucket that is slow, broken or gone: bounded answers, nothing wrong, nothing lost, and no restart needed.

use std::time::{Duration, Instant};

use cache_tests::{Engine, TestServer};
use futures::future::join_all;
use test_buckets::{Fault, Product, Proxy, Rule};

/// A server behind a proxy; it does not wait long.
fn behind_a_proxy(bucket: &str) -> Option<(Proxy, TestServer)> {
    waiting_for(bucket, "2000")
}

/// A server behind a proxy that waits so many milliseconds for an answer of the bucket.
fn waiting_for(bucket: &str, attempt: &str) -> Option<(Proxy, TestServer)> {
    let proxy = Proxy::to(Product::Moto.shared()?.endpoint());
    let setup = Engine::S3.setup().on_bucket(&proxy.endpoint(), bucket);
    let setup = setup.flag("--s3-attempt-timeout-ms", attempt).flag("--s3-retries", "3");
    let server = setup.flag("--s3-operation-timeout-ms", "8000").start();
    Some((proxy, server))
}

/// Everything that passes by itself.
const PASSING: [Fault; 9] = [
    Fault::Close,
    Fault::CloseAfter,
    Fault::Reset,
    Fault::ResetAfter,
    Fault::CloseInBody,
    Fault::InternalError,
    Fault::InternalErrorAfter,
    Fault::SlowDown,
    Fault::Conflict,
];

#[tokio::test]
async fn one_failure_at_any_request_of_an_operation_is_not_noticed() {
    let Some((proxy, server)) = behind_a_proxy("one-failure") else { return };
    for (n, fault) in PASSING.into_iter().enumerate() {
        // The sixth request is the last of a store.
        for at in 1..=6 {
            let text = format!("{n} {at}");
            // Only conditional writes are answered so.
            let fits = move |request: &test_buckets::Request| request.conditional || fault != Fault::Conflict;
            proxy.set([Rule::new(fault).when(fits).nth(at)]);
            let store = server.post(format!("/ns/key_based/store/string/k/{n}/{at}?file_id=f")).text(&text);
            let answer = store.any().await;
            assert_eq!(answer.status(), 200, "{fault:?} at {at}: {}", answer.text());
            let entry = cache_tests::Stored::from(answer);
            proxy.heal();
            let read = server.get(format!("/ns/retrieve/{}/string", entry.cache_id)).ok().await;
            assert_eq!(read.text(), text, "{fault:?} at {at}");
            let found = server.get(format!("/ns/retrieve/hash/{}/cache-id", entry.cache_hash)).value().await;
            assert_eq!(found["cache_id"], entry.cache_id.as_str(), "{fault:?} at {at}");
            let ids = server.get(format!("/ns/retrieve/hash/{}/refs-hash", entry.cache_hash)).value().await;
            assert_eq!(ids["cache_ids"].as_array().unwrap().len(), 1, "{fault:?} at {at}: {ids}");
        }
    }
    assert_eq!(server.get("/ns/file-ids").value().await.as_array().unwrap().len(), 6 * PASSING.len());
}

#[tokio::test]
async fn one_failure_of_a_read_an_update_or_a_delete_is_not_noticed() {
    let Some((proxy, server)) = behind_a_proxy("one-failure-later") else { return };
    for fault in PASSING.into_iter().filter(|fault| *fault != Fault::Conflict) {
        for at in 1..=3 {
            let entry = server.post("/ns/direct/store/string").text("first").stored().await;
            let broken = || proxy.set([Rule::new(fault).nth(at)]);
            broken();
            let read = server.get(format!("/ns/retrieve/{}", entry.cache_id)).value().await;
            assert_eq!(read["data"], "first", "{fault:?} at {at}");
            broken();
            server.post(format!("/ns/update/{}/string", entry.cache_id)).text("second").ok().await;
            proxy.heal();
            let read = server.get(format!("/ns/retrieve/{}/string", entry.cache_id)).ok().await;
            assert_eq!(read.text(), "second", "{fault:?} at {at}");
            broken();
            let gone = server.delete(format!("/ns/delete/{}", entry.cache_id)).value().await;
            assert_eq!(gone["status"], "success", "{fault:?} at {at}: {gone}");
            proxy.heal();
            server.get(format!("/ns/retrieve/{}", entry.cache_id)).refused(404).await;
        }
    }
    assert_eq!(server.all_stored().await, [""; 0]);
}

/// Asks until the probe says so: what the server found of its storage holds for half a second.
async fn ready_is(server: &TestServer, status: u16) {
    let asked = Instant::now();
    while server.get("/health/ready").any().await.status() != status {
        assert!(asked.elapsed() < Duration::from_secs(30), "ready never answers {status}");
    }
}

#[tokio::test]
async fn a_bucket_that_stays_broken_is_answered_with_503_until_it_is_whole() {
    let Some((proxy, server)) = behind_a_proxy("stays-broken") else { return };
    let entry = server.post("/ns/direct/store/string").text("kept").stored().await;
    let warm = || server.get(format!("/ns/retrieve/{}/string", entry.cache_id));
    for fault in [
        Fault::SlowDown,
        Fault::InternalError,
        Fault::Close,
        Fault::Reset,
        Fault::AccessDenied,
        Fault::NoSuchBucket,
        Fault::SkewedClock,
        Fault::Delay(Duration::from_secs(3600)),
    ] {
        proxy.set([Rule::new(fault)]);
        let since = Instant::now();
        join_all([
            server.post("/ns/direct/store/string").text("new").unavailable(),
            server.post(format!("/ns/update/{}/string", entry.cache_id)).text("changed").unavailable(),
            server.delete(format!("/ns/delete/{}", entry.cache_id)).unavailable(),
            warm().unavailable(),
            server.get(format!("/ns/retrieve/hash/{}", entry.cache_hash)).unavailable(),
            server.get(format!("/ns/exists/id/{}", entry.cache_id)).unavailable(),
            server.get("/ns/exists/id/00000000-0000-4000-8000-000000000000").unavailable(),
            server.get("/ns/file-ids").unavailable(),
        ])
        .await;
        ready_is(&server, 503).await;
        // The longest waits for one operation, with time to spare for a busy machine.
        assert!(since.elapsed() < Duration::from_secs(30), "{fault:?} took {:?}", since.elapsed());
        proxy.heal();
        assert_eq!(warm().ok().await.text(), "kept", "{fault:?}");
        ready_is(&server, 200).await;
    }
    proxy.vanish();
    warm().unavailable().await;
    proxy.appear();
    assert_eq!(warm().ok().await.text(), "kept");
    server.post("/ns/direct/store/string").text("new").stored().await;
}

#[tokio::test]
async fn under_random_failures_what_is_acknowledged_is_stored_and_no_answer_is_wrong() {
    let Some((proxy, server)) = behind_a_proxy("random-failures") else { return };
    proxy.seed(7);
    proxy.set(PASSING.map(|fault| {
        let fits = move |request: &test_buckets::Request| fault != Fault::Conflict || request.conditional;
        Rule::new(fault).when(fits).chance(0.02)
    }));
    let writer = async |writer: usize| {
        let mut acknowledged = Vec::new();
        for n in 0..12 {
            let text = format!("{writer} {n}");
            let answer = server.post("/ns/direct/store/string").text(&text).any().await;
            match answer.status() {
                200 => acknowledged.push((answer.json()["cache_id"].as_str().unwrap().to_owned(), text)),
                503 => {}
                other => panic!("{other}: {}", answer.text()),
            }
            let Some((id, text)) = acknowledged.last() else { continue };
            let answer = server.get(format!("/ns/retrieve/{id}/string")).any().await;
            assert!(answer.status() == 503 || answer.text() == *text, "{}: {}", answer.status(), answer.text());
        }
        acknowledged
    };
    let all: Vec<_> = join_all((0..8).map(writer)).await.into_iter().flatten().collect();
    proxy.heal();
    assert!(all.len() > 48, "only {} of 96 stores were acknowledged", all.len());
    for (id, text) in all {
        assert_eq!(server.get(format!("/ns/retrieve/{id}/string")).ok().await.text(), text);
        assert_eq!(server.get(format!("/ns/exists/id/{id}")).value().await["exists"], true);
    }
}

/// One failure of each sort, and how it is answered where trying again does not help.
const REFUSALS: [(Fault, u16); 9] = [
    (Fault::Delay(Duration::from_secs(3600)), 503),
    (Fault::InternalError, 503),
    (Fault::Close, 503),
    (Fault::CloseAfter, 503),
    (Fault::Refuse(400, "RequestTimeout"), 503),
    (Fault::Refuse(400, "ExpiredToken"), 503),
    (Fault::AccessDenied, 503),
    (Fault::Refuse(400, "InvalidArgument"), 500),
    (Fault::Refuse(501, "NotImplemented"), 500),
];

#[tokio::test]
async fn one_failing_request_at_any_place_of_any_operation_hides_and_loses_nothing() {
    join_all(REFUSALS.into_iter().enumerate().map(|(sort, (fault, answer))| fail_everywhere(sort, fault, answer)))
        .await;
}

async fn fail_everywhere(sort: usize, fault: Fault, answer: u16) {
    let attempt = if matches!(fault, Fault::Delay(_)) { "500" } else { "2000" };
    let Some((proxy, server)) = waiting_for(&format!("one-refusal-{sort}"), attempt) else { return };
    for place in ["key_based/store/string/k?file_id=f", "direct/store/string"] {
        for what in ["store", "update", "child", "child-update", "child-delete", "delete", "delete-on-a-tag"] {
            // Until no request fails, since the operation has fewer.
            for at in 1.. {
                let namespace = format!("{}-{what}-{at}", &place[..3]);
                let path = format!("/{namespace}/{place}");
                let old = server.post(&path).text("old").stored().await;
                let id = &old.cache_id;
                let read = || server.get(format!("/{namespace}/retrieve/{id}/string"));
                let tag = read().ok().await.tag();
                let delete = || server.delete(format!("/{namespace}/delete/{id}"));
                let child = |act: &str| format!("/{namespace}/cache/{id}/data/{act}/string/c");
                if what.starts_with("child-") {
                    server.post(child("store")).text("old").ok().await;
                }
                let request = match what {
                    "store" => server.post(&path).text("new"),
                    "update" => server.post(format!("/{namespace}/update/{id}/string")).text("new"),
                    "child" => server.post(child("store")).text("new"),
                    "child-update" => server.post(child("update")).text("new"),
                    "child-delete" => server.delete(child("delete")),
                    "delete" => delete(),
                    _ => delete().header("if-match", &tag),
                };
                proxy.take_log();
                proxy.set([Rule::new(fault).nth(at)]);
                let status = request.any().await.status();
                let is_over = proxy.take_log().len() < at;
                proxy.heal();
                let about = format!("{fault:?} at {at} of {what}, {place}");
                assert!(status == 200 || status == answer && !is_over, "{about}: {status}");
                let left = read().any().await;
                let is_deleted = what.starts_with("delete") && left.status() == 404;
                if !is_deleted {
                    let may_be_new = matches!(what, "store" | "update");
                    let text = left.text();
                    assert!(text == "old" || may_be_new && text == "new", "{about}: {}: {text}", left.status());
                    server.get(format!("/{namespace}/retrieve/{id}/metadata")).ok().await;
                }
                if what.starts_with("child") {
                    let left = server.get(format!("/{namespace}/cache/{id}/data/string/c")).any().await;
                    let may_be = match (what, left.status()) {
                        ("child-update", 200) => ["old", "new"].contains(&&*left.text()),
                        ("child-delete", 200) => status != 200 && left.text() == "old",
                        ("child", 200) => left.text() == "new",
                        (_, missing) => missing == 404 && (what == "child-delete" || what == "child" && status != 200),
                    };
                    assert!(may_be, "{about}: {status}, then {}: {}", left.status(), left.text());
                }
                if what.starts_with("delete") {
                    delete().ok().await;
                    read().refused(404).await;
                    server.get(format!("/{namespace}/retrieve/hash/{}", old.cache_hash)).refused(404).await;
                }
                if is_over {
                    break;
                }
            }
        }
    }
}

#[tokio::test]
async fn a_bucket_that_does_not_delete_on_a_tag_keeps_tombstones_that_read_as_absent() {
    let Some(s3) = Product::Moto.shared() else { return };
    let proxy = Proxy::to(s3.endpoint());
    proxy.set([Rule::new(Fault::WithoutCondition).when(|request| request.method == "DELETE")]);
    let server = Engine::S3.setup().on_bucket(&proxy.endpoint(), "no-conditional-delete").start();
    for path in ["/ns/key_based/store/string/k?file_id=f", "/ns/direct/store/string"] {
        for _ in 0..3 {
            let entry = server.post(path).text("text").stored().await;
            let tag = server.get(format!("/ns/retrieve/{}/string", entry.cache_id)).ok().await.tag();
            let delete = || server.delete(format!("/ns/delete/{}", entry.cache_id));
            assert_eq!(delete().header("if-match", "\"another\"").any().await.status(), 412);
            let gone = delete().header("if-match", tag).value().await;
            assert_eq!(gone["status"], "success", "{gone}");
            assert_eq!(delete().value().await["status"], "not_found");
            server.get(format!("/ns/retrieve/{}", entry.cache_id)).refused(404).await;
            server.get(format!("/ns/retrieve/hash/{}", entry.cache_hash)).refused(404).await;
        }
    }
    let create = || server.post("/ns/key_based/store/string/k?file_id=f").text("text").header("if-none-match", "*");
    let entry = cache_tests::Stored::from(create().ok().await);
    create().refused(412).await;
    let data = format!("/ns/cache/{}/data", entry.cache_id);
    for name in ["a", "b"] {
        server.post(format!("{data}/store/string/{name}")).text("child").ok().await;
    }
    let tag = server.get(format!("{data}/string/a")).ok().await.tag();
    server.delete(format!("{data}/delete/string/a")).header("if-match", tag).ok().await;
    let listed = server.get(format!("{data}/list")).value().await;
    assert_eq!(listed["file_count"], 1, "what reads as absent is not listed: {listed}");
    // However many tombstones there are, a deletion in small steps comes to its end and leaves none.
    for _ in 0..20 {
        if server.delete("/ns?confirm=ns&limit=2").value().await["next"].is_null() {
            break;
        }
    }
    assert_eq!(server.all_stored().await, [""; 0]);
    assert_eq!(server.get("/namespaces/list").value().await, serde_json::json!([]));
}

#[tokio::test]
async fn a_key_of_1024_bytes_is_stored_and_one_more_is_refused_before_anything_is_written() {
    let Some((proxy, server)) = behind_a_proxy("long-keys") else { return };
    // `ns/data/key-based/{key}/f.json.metadata`
    let rest = "ns/data/key-based//f.json.metadata".len();
    let key = |length: usize| {
        let mut key = "k".repeat(length);
        (1..=length / 200).for_each(|at| key.replace_range(at * 200 - 1..at * 200, "/"));
        key
    };
    let store =
        |length: usize| server.post(format!("/ns/key_based/store/string/{}?file_id=f", key(length))).text("text");
    store(1024 - rest).ok().await;
    proxy.take_log();
    store(1024 - rest + 1).refused(400).await;
    assert!(proxy.take_log().iter().all(|request| request.method == "GET"), "nothing is written");
    // Nothing lies at such a path, which the bucket need not be asked.
    server.get(format!("/ns/retrieve/key/{}?file_id=f", key(1000))).refused(404).await;
}

#[tokio::test]
async fn a_file_id_that_is_the_id_of_the_entry_at_that_place_is_refused() {
    let Some((_proxy, server)) = behind_a_proxy("anothers-id") else { return };
    let entry = server.post("/ns/direct/store/string").text("text").stored().await;
    let id = &entry.cache_id;
    server.post(format!("/ns/direct/store/string/k?file_id={id}")).text("other").refused(409).await;
    // The child files would be shared.
    server.post(format!("/ns/direct/store/binary/k?file_id={id}")).bytes("other").refused(409).await;
    server.post(format!("/ns/key_based/store/string/k?file_id={id}")).text("other").ok().await;
    assert_eq!(server.get(format!("/ns/retrieve/{id}/string")).ok().await.text(), "text");
}
