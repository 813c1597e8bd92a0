//! Loads an S3 server with the requests the cache server makes, and nothing around them: the ceiling of the benchmark.
//!
//! `raw_load ENDPOINT BUCKET store|retrieve SECONDS CONNECTIONS` prints a line of JSON like that of `bench/common.lua`. One
//! operation is a store's six requests, or a retrieve's two.

#![expect(clippy::unwrap_used, reason = "a benchmark stops at its first surprise")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use futures::future::join_all;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutOptions};
use test_buckets::Bucket;

/// About what a content of 1 KiB, its sidecars and its references have.
const SIZES: [usize; 5] = [1_050, 650, 420, 1_000, 300];
/// How many objects the retrieves go round.
const RETRIEVED: u64 = 1_000;

async fn put(bucket: &Bucket, key: &str, size: usize, mode: PutMode) {
    let options = PutOptions { mode, ..PutOptions::default() };
    bucket.store().put_opts(&Path::from(key), vec![b'x'; size].into(), options).await.unwrap();
}

/// Content and record where nothing is, sidecar, reference by id; the reference by hash is looked at first.
async fn store(bucket: &Bucket, n: u64) {
    let key = |kind: &str| format!("raw/{kind}/{:02x}/{n}", n % 256);
    put(bucket, &key("content"), SIZES[0], PutMode::Create).await;
    put(bucket, &key("record"), SIZES[1], PutMode::Create).await;
    put(bucket, &key("config"), SIZES[2], PutMode::Overwrite).await;
    put(bucket, &key("by-id"), SIZES[3], PutMode::Overwrite).await;
    assert!(bucket.get(&key("by-hash")).await.is_none());
    put(bucket, &key("by-hash"), SIZES[4], PutMode::Create).await;
}

async fn retrieve(bucket: &Bucket, n: u64) {
    let key = |kind: &str| Path::from(format!("read/{kind}/{}", n % RETRIEVED));
    let read = async |key: Path| bucket.store().get(&key).await.unwrap().bytes().await.unwrap();
    futures::future::join(read(key("content")), read(key("record"))).await;
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [endpoint, bucket, operation, seconds, connections] = arguments.as_slice() else { panic!("see the source") };
    let (seconds, connections): (u64, usize) = (seconds.parse().unwrap(), connections.parse().unwrap());
    let bucket = Arc::new(Bucket::at(endpoint, bucket));
    let is_store = operation == "store";
    bucket.create().await;
    if !is_store {
        for n in 0..RETRIEVED {
            put(&bucket, &format!("read/content/{n}"), SIZES[0], PutMode::Overwrite).await;
            put(&bucket, &format!("read/record/{n}"), SIZES[1], PutMode::Overwrite).await;
        }
    }
    // Keys of a second run must be new, too.
    let next = Arc::new(AtomicU64::new(u64::from(std::process::id()) << 32));
    let began = Instant::now();
    let worker = |_| {
        let (bucket, next) = (Arc::clone(&bucket), Arc::clone(&next));
        tokio::spawn(async move {
            let mut times = Vec::new();
            while began.elapsed() < Duration::from_secs(seconds) {
                let (n, since) = (next.fetch_add(1, Relaxed), Instant::now());
                if is_store {
                    store(&bucket, n).await
                } else {
                    retrieve(&bucket, n).await
                }
                times.push(since.elapsed());
            }
            times
        })
    };
    let mut times: Vec<Duration> = Vec::new();
    for worker in join_all((0..connections).map(worker)).await {
        times.extend(worker.unwrap());
    }
    let elapsed = began.elapsed().as_secs_f64();
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    println!(
        "{{\"requests\": {}, \"seconds\": {elapsed:.6}, \"p50\": {:.3}, \"p99\": {:.3}, \"refused\": 0, \"broken\": 0}}",
        times.len(),
        at(0.5),
        at(0.99)
    );
}
