//! Random concurrent requests about one name, written down, and then explained.
//!
//! `S3_HISTORIES` sets how many histories each test makes; `S3_SEED` with which it begins. A history is made of its seed
//! up to the order in which the servers get its requests.

use futures::stream::{self, StreamExt as _};
use test_buckets::Product;

use crate::history::{History, Kind, Paths};
use crate::server::Server;

fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).map_or(otherwise, |number| number.parse().unwrap())
}

const ONE_KEY: Kind = Kind {
    strategy: "key_based",
    values: 1000,
    updates: true,
    tags: true,
    paths: Paths::Shared,
    early_stores: false,
    clients: 4,
    many: 6,
    at_once: 3,
};

const LATEST: Kind = Kind { strategy: "temporal_latest", ..ONE_KEY };
const VERSIONS: Kind = Kind { strategy: "temporal_versioned", paths: Paths::Own, ..ONE_KEY };

/// Makes histories and explains them.
async fn histories(s3: Option<&test_buckets::Server>, kind: Kind) {
    let Some(s3) = s3 else { return };
    let Kind { strategy, many, at_once, .. } = kind;
    let bucket = s3.new_bucket().await;
    let servers = Server::start_two(s3.endpoint(), bucket.name());
    let first = number("S3_SEED", 1);
    let history = |seed: u64| History::make(kind, seed, servers.each_ref().map(Server::http), &bucket);
    let seeds = first..first + number("S3_HISTORIES", many);
    println!("seeds {seeds:?}");
    let events: Vec<usize> = stream::iter(seeds).map(history).buffer_unordered(at_once).collect().await;
    println!("{strategy}: {} histories, {} events explained", events.len(), events.iter().sum::<usize>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn histories_of_one_key_are_explained_by_an_order() {
    histories(Product::Moto.shared(), ONE_KEY).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stores_and_deletes_of_equal_contents_are_explained_by_an_order() {
    histories(Product::Moto.shared(), Kind { values: 2, updates: false, tags: false, ..ONE_KEY }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn histories_of_one_key_with_equal_contents_are_explained_by_an_order() {
    histories(Product::Moto.shared(), Kind { values: 2, ..ONE_KEY }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stores_and_deletes_of_the_latest_are_explained_by_an_order() {
    histories(Product::Moto.shared(), Kind { updates: false, many: 4, ..LATEST }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn histories_of_the_latest_are_explained_by_an_order() {
    histories(Product::Moto.shared(), LATEST).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stores_and_deletes_of_versions_are_explained_by_an_order() {
    histories(Product::Moto.shared(), Kind { updates: false, many: 4, ..VERSIONS }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn histories_of_versions_are_explained_by_an_order() {
    histories(Product::Moto.shared(), VERSIONS).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_requests_to_servers_on_seaweedfs_are_explained_by_an_order() {
    // So many at once meet what the README says of stores over an entry that are not answered yet.
    let kind = Kind { clients: 8, many: 36, at_once: 4, early_stores: true, ..ONE_KEY };
    histories(Product::SeaweedFs.shared(), kind).await;
}
