//! Much data at once: the embedded engine fills one memory table after another, is killed, and takes as much again.
//!
//! fjall once stopped writing forever after such a kill (its issue 257: "4+ sealed memtables queued up").

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use futures::future::join_all;

use crate::load::Limit;
use crate::server::{Ask, Http, Server};
use crate::values::{Random, noise};

const TASKS: u64 = 8;
/// Far more than four tables of 64 MiB, which is when writers are made to wait.
const BEFORE: usize = 320 << 20;
const AFTER: usize = 96 << 20;

/// A value of 64 to 256 KiB, found again by its number.
fn value(number: u64) -> Vec<u8> {
    noise(number, (64 << 10) + Random::seeded(number).below(192 << 10))
}

/// Stores until the server is gone, and tells `limit` when that many bytes were acknowledged; tells the ids by their
/// numbers.
async fn store(http: Http, first: u64, total: usize, limit: Arc<Limit>) -> Vec<(u64, String)> {
    let stored = Arc::new(AtomicUsize::new(0));
    let task = |task: u64| {
        let (http, stored, limit) = (http.clone(), Arc::clone(&stored), Arc::clone(&limit));
        tokio::spawn(async move {
            let mut acknowledged = Vec::new();
            for number in (first + task..).step_by(TASKS as usize) {
                let bytes = value(number);
                let size = bytes.len();
                let ask = Ask::post("/big/direct/store/binary", "application/octet-stream", bytes);
                let Some(answer) = http.try_send(ask).await else { break };
                assert_eq!(answer.status, 200, "{answer:?}");
                acknowledged.push((number, answer.json()["cache_id"].as_str().unwrap().to_owned()));
                if stored.fetch_add(size, Ordering::SeqCst) + size >= total {
                    limit.count();
                }
            }
            acknowledged
        })
    };
    join_all((0..TASKS).map(task)).await.into_iter().flat_map(Result::unwrap).collect()
}

async fn read(http: &Http, all: &[(u64, String)]) {
    let share = all.len().div_ceil(TASKS as usize).max(1);
    let reads = all.chunks(share).map(|share| {
        let (http, share) = (http.clone(), share.to_vec());
        tokio::spawn(async move {
            for (number, id) in share {
                let answer = http.get(format!("/big/retrieve/{id}/binary")).await;
                assert_eq!(answer.status, 200, "{id}: {answer:?}");
                assert!(answer.body == value(number), "{id} reads what was stored");
            }
        })
    });
    join_all(reads).await.into_iter().for_each(Result::unwrap);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writes_go_on_after_a_kill_with_many_full_memory_tables() {
    let folder = tempfile::tempdir().unwrap();
    let begun = Instant::now();
    let server = Server::start("embedded", folder.path());
    let limit = Limit::after(1);
    let http = server.http();
    // The tasks may write more than that, so that the kill comes in the middle of it.
    let load = tokio::spawn(store(http, 1 << 20, BEFORE, Arc::clone(&limit)));
    limit.reached().await;
    server.kill();
    let mut all = load.await.unwrap();
    println!("embedded: {} MiB in {:.1?}", BEFORE >> 20, begun.elapsed());

    for total in [AFTER, 0] {
        let again = Instant::now();
        let server = Server::start("embedded", folder.path());
        let recovered = again.elapsed();
        let again = Instant::now();
        let some: Vec<_> = if total == 0 { all.clone() } else { all.iter().step_by(7).cloned().collect() };
        read(&server.http(), &some).await;
        println!("embedded: up again in {recovered:.1?}, {} values read in {:.1?}", some.len(), again.elapsed());
        let again = Instant::now();
        let limit = Limit::after(1);
        let load = tokio::spawn(store(server.http(), (2 << 20) + total as u64, total, Arc::clone(&limit)));
        limit.reached().await;
        server.kill();
        all.extend(load.await.unwrap());
        println!("embedded: {} MiB more in {:.1?}", total >> 20, again.elapsed());
    }
}
