//! Much data at once: the embedded engine fills one memory table after another, is killed, and takes as much again.
//!
//! fjall once stopped writing forever after such a kill (its issue 257: "4+ sealed memtables queued up").

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use futures::future::join_all;

use crate::load::Limit;
use crate::server::{Ask, Http, Server};
use crate::values::Random;

const TASKS: u64 = 8;
/// Far more than four tables of 64 MiB, which is when writers are made to wait.
const BEFORE: usize = 320 << 20;
const AFTER: usize = 96 << 20;

/// Bytes nobody can compress, found again by their number.
fn bytes(number: u64) -> Vec<u8> {
    let mut random = Random::seeded(number);
    let words = (64 << 10) / 8 + random.below((192 << 10) / 8);
    (0..words).flat_map(|_| random.next().to_le_bytes()).collect()
}

/// Stores until that many bytes were acknowledged, or the server is gone; tells the ids by their numbers.
async fn store(http: &Http, first: u64, total: usize, limit: Arc<Limit>) -> Vec<(u64, String)> {
    let stored = Arc::new(AtomicUsize::new(0));
    let task = |task: u64| {
        let (http, stored, limit) = (http.clone(), Arc::clone(&stored), Arc::clone(&limit));
        tokio::spawn(async move {
            let mut acknowledged = Vec::new();
            for number in (first + task..).step_by(TASKS as usize) {
                if stored.load(Ordering::SeqCst) >= total {
                    break;
                }
                let bytes = bytes(number);
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
                assert!(answer.body == bytes(number), "{id} reads what was stored");
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
    // The tasks are given more than they may write, so that the kill comes in the middle of it.
    let load = tokio::spawn({
        let limit = Arc::clone(&limit);
        async move {
            let all = store(&http, 1 << 20, BEFORE, Arc::clone(&limit));
            all.await
        }
    });
    limit.reached().await;
    server.kill();
    let mut all = load.await.unwrap();
    let loaded = begun.elapsed();

    let again = Instant::now();
    let server = Server::start("embedded", folder.path());
    let recovered = again.elapsed();
    let again = Instant::now();
    all.extend(store(&server.http(), 2 << 20, AFTER, Limit::after(1)).await);
    let reloaded = again.elapsed();
    let again = Instant::now();
    read(&server.http(), &all).await;
    println!(
        "embedded: {} MiB in {loaded:.1?}, up again in {recovered:.1?}, {} MiB more in {reloaded:.1?}, {} values read in {:.1?}",
        BEFORE >> 20,
        AFTER >> 20,
        all.len(),
        again.elapsed()
    );
    server.kill();
}
