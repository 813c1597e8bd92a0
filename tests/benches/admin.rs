//! What administrators wait for: `cargo bench -p cache-tests --bench admin`.
//!
//! `send-admin` on a port, with the cache in this process, on the embedded engine and in memory, one after the other: 10,000 tokens and a
//! fortnight of events (500 to each half hour, added up). Then 50 administrators for ten seconds, each asking for the next page as soon
//! as the one before is there: the overview, the table of tokens in several orders, tokens, their uses, series; one of twenty changes a
//! token. Ends with 1 when an answer is no 200, when of a hundred answers one takes 200 ms or more, or when the overview, asked for by one alone, takes 20 ms
//! or more (the 99th of a hundred).

#![expect(clippy::unwrap_used, reason = "a benchmark stops at its first surprise")]

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cache_server::config::{Config, StorageMode};
use cache_server::in_process::{InProcess, memory_config};
use clap::Parser;
use futures::StreamExt;
use futures::stream::iter;
use send_wrapper::admin::{self, CommandLine};
use send_wrapper::analytics::{Event, EventType, Recorder, RecorderSettings, Secret, Source, Window, WindowType};
use send_wrapper::tokens::Use;
use send_wrapper::{ManualClock, SendCache, SystemClock, Timestamp, TokenName};
use serde_json::{Value, json};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const TOKENS: usize = 10_000;
const ADMINISTRATORS: usize = 50;
const LASTS: Duration = Duration::from_secs(10);
const HALF_HOUR: u64 = 30 * 60_000;
const HALF_HOURS: u64 = 14 * 48;
const EVENTS: u64 = 500;

fn name(number: usize) -> TokenName {
    TokenName::parse(&format!("token-{number:05}")).unwrap()
}

/// Fills a store; the clock ends at the present.
async fn fill(send: &SendCache, clock: &ManualClock, now: u64) {
    let secret = Secret::new("a secret for benchmarks").unwrap();
    let recorder = Recorder::start(send, secret, RecorderSettings::default());
    for half_hour in 0..HALF_HOURS {
        let at = now - (HALF_HOURS - half_hour) * HALF_HOUR;
        clock.advance(at - send_wrapper::Clock::now(clock));
        for number in 0..EVENTS {
            let event = Event::new(EventType::PageView, Timestamp::from_millis(at - number)).source(Source::Http);
            let event = event.request("GET", &format!("/page/{}", number % 40)).answer(200, number % 90);
            recorder.record(event, Some([198, 18, (half_hour % 7) as u8, (number % 250) as u8].into()));
        }
        recorder.flush().await;
    }
    clock.advance(now - send_wrapper::Clock::now(clock));
    iter(0..TOKENS)
        .for_each_concurrent(32, async |number| {
            send.tokens().create(&name(number)).usage_limit(20).send().await.unwrap();
            for _ in 0..number % 4 {
                send.tokens().use_once(&name(number), Use::default()).await.unwrap();
            }
        })
        .await;
    for ago in 0..15 {
        let day = Window::at(WindowType::Daily, Timestamp::from_millis(now - ago * 48 * HALF_HOUR));
        send.analytics().aggregation(day).await.unwrap();
    }
}

/// What an administrator asks for, by the number of the question.
async fn ask(http: &reqwest::Client, url: &str, number: usize) {
    let token = name(number * 7919 % TOKENS);
    let path = match number % 20 {
        0..6 => "/overview".to_owned(),
        6..9 => "/tokens/page?limit=50".to_owned(),
        9 => "/tokens/page?limit=50&sort=-last_used_at".to_owned(),
        10 => "/tokens/page?limit=50&status=active&q=99".to_owned(),
        11..14 => format!("/tokens/lookup/{token}"),
        14..16 => format!("/tokens/usage/{token}?limit=50"),
        16 => format!("/tokens/usage-summary/{token}"),
        17 => "/analytics/series/daily?last=14".to_owned(),
        18 => "/info/recorders".to_owned(),
        _ => format!("/tokens/update-limit/{token}"),
    };
    let request = match path.contains("update-limit") {
        true => http.post(format!("{url}{path}")).body(json!({ "usage_limit": 20 + number % 50 }).to_string()),
        false => http.get(format!("{url}{path}")),
    };
    let answer = request.header("x-api-key", "secret").send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.bytes().await.unwrap();
}

fn quantile(times: &mut [Duration], share: f64) -> f64 {
    times.sort_unstable();
    times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3
}

/// Measures one engine; answers whether it holds what is promised.
async fn measure(engine: &str, config: &Config) -> bool {
    let now = send_wrapper::Clock::now(&SystemClock);
    let clock = Arc::new(ManualClock::at(now - (HALF_HOURS + 1) * HALF_HOUR));
    let service = InProcess::start_with(config, Arc::clone(&clock) as Arc<_>).unwrap();
    let send = SendCache::new(service.client()).clock(Arc::clone(&clock) as Arc<_>);
    fill(&send, &clock, now).await;
    // From now on time goes on, so that what is held grows old.
    let moves = tokio::spawn({
        let clock = Arc::clone(&clock);
        async move {
            loop {
                tokio::time::sleep(Duration::from_millis(10)).await;
                clock.advance(10);
            }
        }
    });
    let flags = ["send-admin", "--port", "0", "--api-key", "secret"];
    let config = CommandLine::try_parse_from(flags).unwrap().config;
    let bound = admin::bind_to(&config, send.clone(), service.client(), None).unwrap();
    let url = format!("http://{}", bound.address());
    tokio::spawn(bound.run());
    let http = reqwest::Client::builder().no_proxy().build().unwrap();

    let begun = Instant::now();
    ask(&http, &url, 0).await;
    let first = begun.elapsed();
    let overview = http.get(format!("{url}/overview")).header("x-api-key", "secret").send().await.unwrap();
    let overview: Value = serde_json::from_slice(&overview.bytes().await.unwrap()).unwrap();
    assert_eq!((&overview["tokens"]["total"], &overview["missing"]), (&TOKENS.into(), &json!([])));
    let mut alone = Vec::new();
    let begun = Instant::now();
    while begun.elapsed() < LASTS {
        let asked = Instant::now();
        ask(&http, &url, 0).await;
        alone.push(asked.elapsed());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    let end = Instant::now() + LASTS;
    let administrators = (0..ADMINISTRATORS).map(|administrator| {
        let (http, url) = (http.clone(), url.clone());
        tokio::spawn(async move {
            let mut times = Vec::new();
            let mut number = administrator * 1009;
            while Instant::now() < end {
                let asked = Instant::now();
                ask(&http, &url, number).await;
                times.push(asked.elapsed());
                number += 1;
            }
            times
        })
    });
    let mut times = Vec::new();
    for administrator in administrators.collect::<Vec<_>>() {
        times.extend(administrator.await.unwrap());
    }
    moves.abort();
    let rate = times.len() as f64 / LASTS.as_secs_f64();
    let (overview, together) = (quantile(&mut alone, 0.99), quantile(&mut times, 0.99));
    println!(
        "| {engine} | {:.0} ms | {:.1} ms, {overview:.1} ms | {rate:.0} | {:.0} ms, {together:.0} ms |",
        first.as_secs_f64() * 1e3,
        quantile(&mut alone, 0.5),
        quantile(&mut times, 0.5),
    );
    overview < 20.0 && together < 200.0
}

#[tokio::main]
async fn main() -> ExitCode {
    println!("| | first overview | overview, p50 and p99 | answers/s, {ADMINISTRATORS} administrators | p50 and p99 |");
    println!("|---|---|---|---|---|");
    let folder = tempfile::tempdir().unwrap();
    let embedded =
        Config { storage_mode: Some(StorageMode::Embedded), path: Some(folder.path().into()), ..memory_config() };
    let mut holds = true;
    for (engine, config) in [("memory", memory_config()), ("embedded", embedded)] {
        holds &= measure(engine, &config).await;
    }
    if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
