//! What a retrieve costs in this process and over loopback: `cargo bench -p cache-tests --bench transports`.
//!
//! Both run in one process, so its processor time holds the client's and the server's share alike. The services keep a
//! document of 1 KiB in memory; 64 callers retrieve it by id, the transports taking turns. Ends with 1 when an in-process
//! retrieve costs more than half of one over loopback.

#![expect(clippy::unwrap_used, reason = "a benchmark stops at its first surprise")]

use std::fs;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use cache_client::{CacheClient, CacheId, Strategy};
use cache_server::in_process::{InProcess, LocalServer};
use serde_json::{Value, json};

// The allocator the server's program has.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const CALLERS: usize = 64;
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(3);

/// What a transport did in all its rounds.
#[derive(Default)]
struct Cost {
    calls: u64,
    cpu: Duration,
    elapsed: Duration,
}

impl Cost {
    fn micros(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / self.calls as f64
    }

    fn rate(&self) -> f64 {
        self.calls as f64 / self.elapsed.as_secs_f64()
    }
}

/// The processor time of this process, in user and system mode. The kernel counts in hundredths of a second.
fn cpu() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let after_name = stat.rsplit_once(')').unwrap().1;
    let ticks = after_name.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap());
    Duration::from_millis(ticks.sum::<u64>() * 10)
}

async fn store(client: &CacheClient) -> CacheId {
    let document = json!({ "text": "x".repeat(1000) });
    client.store().json("bench", Strategy::Direct, &document).send().await.unwrap().cache_id
}

/// Retrieves with all callers for one round.
async fn round(client: &CacheClient, id: CacheId, cost: &mut Cost) {
    let (begun, cpu_before) = (Instant::now(), cpu());
    let callers: Vec<_> = (0..CALLERS)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move {
                let mut calls = 0;
                while begun.elapsed() < ROUND {
                    let found: Option<Value> = client.retrieve().by_id("bench", id).json().await.unwrap();
                    assert!(found.is_some());
                    calls += 1;
                }
                calls
            })
        })
        .collect();
    for caller in callers {
        cost.calls += caller.await.unwrap();
    }
    cost.cpu += cpu() - cpu_before;
    cost.elapsed += begun.elapsed();
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> ExitCode {
    let (service, server) = (InProcess::in_memory().unwrap(), LocalServer::in_memory().unwrap());
    let (near, far) = (service.client(), server.client());
    let (near_id, far_id) = (store(&near).await, store(&far).await);
    // The first round opens connections and is not counted.
    for client in [(&near, near_id), (&far, far_id)] {
        round(client.0, client.1, &mut Cost::default()).await;
    }
    let (mut in_process, mut loopback) = (Cost::default(), Cost::default());
    for _ in 0..ROUNDS {
        round(&near, near_id, &mut in_process).await;
        round(&far, far_id, &mut loopback).await;
    }
    println!("| {CALLERS} callers, 1 KiB of JSON | retrieves, 1/s | processor time of a retrieve, µs |");
    println!("|---|---|---|");
    for (name, cost) in [("in process", &in_process), ("loopback", &loopback)] {
        println!("| {name} | {:.0} | {:.1} |", cost.rate(), cost.micros());
    }
    let share = in_process.micros() / loopback.micros();
    println!("\nan in-process retrieve costs {share:.2} of one over loopback");
    if share <= 0.5 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
