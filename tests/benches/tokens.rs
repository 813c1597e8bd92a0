//! What tokens cost, with the cache in this process: `cargo bench -p cache-tests --bench tokens`.
//!
//! Uses of one token by one caller and by 64; the list of 1,000 tokens, fresh and after 1,000 uses of each. On the embedded engine and
//! in memory, one after the other. Ends with 1 when 64 callers get fewer than 500 uses a second decided on one token, or the list
//! of used tokens takes 150 ms or more.

#![expect(clippy::unwrap_used, reason = "a benchmark stops at its first surprise")]

use std::process::ExitCode;
use std::time::{Duration, Instant};

use cache_server::config::{Config, StorageMode};
use cache_server::in_process::{InProcess, memory_config};
use cache_tests::Faulty;
use futures::StreamExt;
use futures::future::join_all;
use futures::stream::iter;
use send_wrapper::tokens::{UsageQuery, Use};
use send_wrapper::{DataPath, EntryKey, SendCache, TokenName, namespaces};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const CALLERS: usize = 64;
const TOKENS: usize = 1000;
const USES: usize = 1000;
const REMEMBERED: usize = 256;

fn name(text: &str) -> TokenName {
    TokenName::parse(text).unwrap()
}

async fn create(send: &SendCache, name: &TokenName) {
    send.tokens().create(name).usage_limit(0).send().await.unwrap();
}

/// Uses a token so often by so many callers; answers how long it took.
async fn uses(send: &SendCache, name: &TokenName, times: usize, callers: usize) -> Duration {
    let begun = Instant::now();
    let tasks = (0..callers).map(|_| {
        let (send, name) = (send.clone(), name.clone());
        tokio::spawn(async move {
            for _ in 0..times / callers {
                assert!(send.tokens().use_once(&name, Use::default()).await.unwrap().is_granted());
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    begun.elapsed()
}

/// The median of the times a list takes.
async fn list(send: &SendCache) -> Duration {
    let mut times = Vec::new();
    for _ in 0..7 {
        let begun = Instant::now();
        assert!(send.tokens().list_details().await.unwrap().len() >= TOKENS);
        times.push(begun.elapsed());
    }
    times.sort();
    times[times.len() / 2]
}

/// Measures one engine; answers the uses per second of 64 callers and the time of the list of used tokens.
async fn measure(engine: &str, config: &Config) -> (f64, Duration) {
    let service = InProcess::start(config).unwrap();
    let counting = Faulty::counting(&service);
    let send = SendCache::new(counting.client()).time_limit(Duration::from_secs(60));
    let one = name("one");
    create(&send, &one).await;
    uses(&send, &one, 100, 1).await;
    counting.calls();
    let alone = uses(&send, &one, 2000, 1).await;
    let calls = counting.calls() as f64 / 2000.0;
    let together = uses(&send, &one, 64 * 200, CALLERS).await;

    let names: Vec<_> = (0..TOKENS).map(|number| name(&format!("token-{number:04}"))).collect();
    iter(&names).for_each_concurrent(CALLERS, |name| create(&send, name)).await;
    let fresh = list(&send).await;
    let entries = send.entries(namespaces::TOKENS).unwrap();
    let used = async |name: &TokenName| {
        // As many as a token remembers, then the rest as the files they leave.
        let tokens = send.tokens();
        join_all((0..REMEMBERED).map(|_| async { tokens.use_once(name, Use::default()).await.unwrap() })).await;
        // One alone clears away what those together have left in the token.
        send.tokens().use_once(name, Use::default()).await.unwrap();
        let id = entries.cache_id_from_key(&EntryKey::parse(name.as_str()).unwrap()).await.unwrap().unwrap();
        let event = send.tokens().usage(name, &UsageQuery::default().limit(1)).await.unwrap().items.remove(0);
        for number in REMEMBERED..USES {
            let path = DataPath::parse(&format!("events/2026/02/13/{number:013}-{}", event.event_id)).unwrap();
            entries.data(id).store_json(&path, &event).await.unwrap();
        }
    };
    iter(&names).for_each_concurrent(CALLERS, used).await;
    counting.calls();
    let after = list(&send).await;
    assert_eq!(counting.calls(), 7, "a list is one call");
    let rate = (64 * 200) as f64 / together.as_secs_f64();
    println!(
        "| {engine} | {:.0} µs, {calls:.2} calls | {rate:.0} | {:.0} ms | {:.0} ms |",
        alone.as_secs_f64() * 1e6 / 2000.0,
        fresh.as_secs_f64() * 1e3,
        after.as_secs_f64() * 1e3,
    );
    (rate, after)
}

#[tokio::main]
async fn main() -> ExitCode {
    println!(
        "| | a use, one caller | uses/s of one token, 64 callers | list of {TOKENS} tokens | … each used {USES} times |"
    );
    println!("|---|---|---|---|---|");
    let folder = tempfile::tempdir().unwrap();
    let embedded =
        Config { storage_mode: Some(StorageMode::Embedded), path: Some(folder.path().into()), ..memory_config() };
    let mut holds = true;
    for (engine, config) in [("memory", memory_config()), ("embedded", embedded)] {
        let (rate, after) = measure(engine, &config).await;
        holds &= rate >= 500.0 && after < Duration::from_millis(150);
    }
    if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
