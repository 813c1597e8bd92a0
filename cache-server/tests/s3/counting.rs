//! Many writers of one content and of one hash, spread over two servers.

use std::collections::BTreeSet;

use futures::future::join_all;
use serde_json::{Value, json};
use test_buckets::{Bucket, Product};

use crate::rest::{Orphans, Rest};
use crate::server::{Http, Server};

async fn two() -> Option<(Bucket, [Server; 2])> {
    let s3 = Product::Moto.shared()?;
    let bucket = s3.new_bucket().await;
    let servers = Server::start_two(s3.endpoint(), bucket.name());
    Some((bucket, servers))
}

/// Reads a number, adds one and writes it unless somebody was faster, until it is there. Who added is written with it, so
/// that an answer that leaves open what happened does no harm.
async fn increment(http: &Http, id: &str, who: usize) -> usize {
    for attempt in 1.. {
        let read = http.get(&format!("/ns/retrieve/{id}/json")).ok().await;
        let mut next = read.json();
        let by = next["by"].as_array_mut().unwrap();
        if by.contains(&json!(who)) {
            return attempt;
        }
        by.push(json!(who));
        next["n"] = json!(next["n"].as_u64().unwrap() + 1);
        let update = http.post_json(&format!("/ns/update/{id}/json"), &next).header("if-match", &read.tag());
        match update.send().await.status {
            200 => return attempt,
            412 | 503 => {}
            status => panic!("{status}"),
        }
    }
    unreachable!("attempts have no end")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_concurrent_increments_over_two_servers_end_at_fifty() {
    let Some((bucket, servers)) = two().await else { return };
    let https = servers.each_ref().map(Server::http);
    let store = https[0].post_json("/ns/key_based/store/json/a/counter?file_id=n", &json!({"n": 0, "by": []}));
    let id = store.ok().await.id();
    let attempts = join_all((0..50).map(|who| increment(&https[who % 2], &id, who))).await;
    println!("50 increments in {} attempts", attempts.iter().sum::<usize>());
    for http in &https {
        let end = http.get(&format!("/ns/retrieve/{id}/json")).ok().await.json();
        assert_eq!(end["n"], 50);
        let by: BTreeSet<u64> = end["by"].as_array().unwrap().iter().filter_map(Value::as_u64).collect();
        assert_eq!(by, (0..50).collect());
    }
    assert!(Rest::of(&bucket, "ns").await.check(Orphans::None).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_concurrent_stores_of_one_content_over_two_servers_lose_no_id() {
    let Some((bucket, servers)) = two().await else { return };
    let https = servers.each_ref().map(Server::http);
    let store = |who: usize| {
        let http = &https[who % 2];
        async move { http.post("/ns/direct/store/string", "the same").ok().await }
    };
    let stored = join_all((0..200).map(store)).await;
    let hash = stored[0].hash();
    let ids: BTreeSet<String> = stored.iter().map(|answer| answer.id()).collect();
    assert_eq!(ids.len(), 200);
    for http in &https {
        let reference = http.get(&format!("/ns/retrieve/hash/{hash}/refs-hash")).ok().await.json();
        let listed = reference["cache_ids"].as_array().unwrap().iter();
        let listed: Vec<String> = listed.map(|entry| entry["cache_id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(listed.len(), 200);
        assert_eq!(listed.iter().cloned().collect::<BTreeSet<_>>(), ids);
        assert_eq!((&reference["total_versions"], &reference["latest_id"]), (&json!(200), &json!(listed[199])));
        assert_eq!(http.text_of_hash("ns", &hash).await.unwrap(), "the same");
    }
    // By the server that has not stored it.
    let read = |(at, answer): (usize, &crate::server::Answer)| {
        let (http, id) = (&https[(at + 1) % 2], answer.id());
        async move { assert_eq!(http.text_of("ns", &id).await.unwrap(), "the same") }
    };
    join_all(stored.iter().enumerate().map(read)).await;
    assert!(Rest::of(&bucket, "ns").await.check(Orphans::None).is_empty());
}
