//! What analytics cost, with the cache in this process on the embedded engine: `cargo bench -p cache-tests --bench analytics`.
//!
//! Recording, a pulse over 100,000 events, and half an hour of 1,000,000 events. Ends with 1 when recording takes 5 µs or more on the
//! thread of a request, an event costs 0.05 files or more at 1,000 a second, one of 20,000 a second is dropped, a pulse takes more than
//! one call or 500 ms, or the half hour takes 10 s or 200 MB.

#![expect(clippy::unwrap_used, reason = "a benchmark stops at its first surprise")]

use std::fs;
use std::net::IpAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cache_client::CacheClient;
use cache_server::config::{Config, StorageMode};
use cache_server::in_process::{InProcess, memory_config};
use cache_tests::Faulty;
use send_wrapper::analytics::{
    Aggregation, Client, Event, EventType, Recorder, RecorderSettings, Secret, Source, Window, WindowType,
};
use send_wrapper::{Clock, ManualClock, SendCache, SystemClock, Timestamp};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// 2026-02-13T14:00:00Z.
const TWO: u64 = 1_770_991_200_000;
/// How many files an entry is.
const FILES: f64 = 5.0;

fn request(number: u64, at: u64) -> Event {
    let event = Event::new(EventType::ApiCall, Timestamp::from_millis(at)).source(Source::Http);
    let event = event.request("GET", &format!("/transfers/{}/payload", number % 1000)).answer(200, number % 500);
    event.content_bytes(number)
}

fn client(number: u64) -> Client {
    let [.., a, b, c] = (number % 50_000).to_be_bytes();
    Client {
        address: Some(IpAddr::from([10, a, b, c])),
        user_agent: Some("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0".into()),
    }
}

/// A cache on the embedded engine, in a folder of its own.
struct World {
    calls: Faulty,
    send: SendCache,
    _folder: tempfile::TempDir,
}

impl World {
    fn at(clock: Arc<dyn Clock>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config =
            Config { storage_mode: Some(StorageMode::Embedded), path: Some(folder.path().into()), ..memory_config() };
        let calls = Faulty::counting(&InProcess::start_with(&config, Arc::clone(&clock)).unwrap());
        let client = CacheClient::over(calls.clone()).attempt_timeout(Duration::from_secs(60)).build().unwrap();
        Self { send: SendCache::new(client).clock(clock), calls, _folder: folder }
    }

    fn recorder(&self, queue: usize) -> Recorder {
        let secret = Secret::new("the same for all of them").unwrap();
        Recorder::start(&self.send, secret, RecorderSettings { queue, ..RecorderSettings::default() })
    }
}

/// Records so many events a second for some seconds; answers the microseconds a record takes on this thread.
async fn record(recorder: &Recorder, rate: u64, seconds: u64) -> f64 {
    let mut spent = Duration::ZERO;
    let mut tick = tokio::time::interval(Duration::from_millis(10));
    for round in 0..seconds * 100 {
        tick.tick().await;
        let begun = Instant::now();
        for number in 0..rate / 100 {
            recorder.record(request(round + number, SystemClock.now()), client(number));
        }
        spent += begun.elapsed();
    }
    recorder.flush().await;
    spent.as_secs_f64() * 1e6 / (rate * seconds) as f64
}

/// The memory of this process, in MB.
fn memory() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
}

/// Records so many events at one moment.
async fn fill(world: &World, clock: &ManualClock, events: u64) {
    let recorder = world.recorder(20_000);
    for number in 0..events {
        recorder.record(request(number, clock.now()), client(number));
        if number % 10_000 == 9_999 {
            recorder.flush().await;
        }
    }
    recorder.flush().await;
    assert_eq!(recorder.health().recorded, events);
}

#[tokio::main]
async fn main() -> ExitCode {
    let mut holds = true;
    let mut report = |what: &str, figure: String, good: bool| {
        println!("| {what} | {figure} |{}", if good { "" } else { " **missed**" });
        holds &= good;
    };
    println!("| analytics, `embedded`, in process | |\n|---|---|");

    let world = World::at(Arc::new(SystemClock));
    let recorder = world.recorder(20_000);
    let micros = record(&recorder, 1000, 5).await;
    let health = recorder.health();
    let files = health.entries as f64 * FILES / health.recorded as f64;
    report("recording on the thread of a request, at 1,000/s", format!("{micros:.1} µs"), micros < 5.0);
    report("files for an event, at 1,000/s", format!("{files:.3}"), files < 0.05);
    let before = recorder.health();
    record(&recorder, 20_000, 5).await;
    let (recorded, dropped) = (recorder.health().recorded - before.recorded, recorder.health().dropped);
    let good = recorded == 100_000 && dropped == 0;
    report("20,000 events/s for 5 s: recorded, dropped", format!("{recorded}, {dropped}"), good);

    let clock = Arc::new(ManualClock::at(TWO + 60_000));
    let world = World::at(Arc::clone(&clock) as Arc<_>);
    fill(&world, &clock, 100_000).await;
    let mut times = Vec::new();
    world.calls.calls();
    for _ in 0..5 {
        let begun = Instant::now();
        assert_eq!(world.send.analytics().pulse(5).await.unwrap().active_requests, 100_000);
        times.push(begun.elapsed());
    }
    times.sort();
    let (median, calls) = (times[2], world.calls.calls() as f64 / 5.0);
    let good = median < Duration::from_millis(500) && calls <= 1.0;
    report("a pulse over 100,000 events", format!("{:.0} ms, {calls} call", median.as_secs_f64() * 1e3), good);

    fill(&world, &clock, 900_000).await;
    clock.advance(3_600_000);
    let (before, peak) = (memory(), Arc::new(std::sync::Mutex::new(0.0f64)));
    let watched = Arc::clone(&peak);
    let watch = std::thread::spawn(move || {
        while Arc::strong_count(&watched) > 1 {
            let mut peak = watched.lock().unwrap();
            *peak = peak.max(memory());
            drop(peak);
            std::thread::sleep(Duration::from_millis(5));
        }
    });
    let begun = Instant::now();
    let window = Window::parse(WindowType::HalfHour, "2026-02-13-14-00").unwrap();
    let text = world.send.analytics().aggregation_json(window).await.unwrap();
    let took = begun.elapsed();
    let grown = *peak.lock().unwrap() - before;
    drop(peak);
    watch.join().unwrap();
    let half: Aggregation = serde_json::from_str(text.get()).unwrap();
    assert_eq!(half.event_count, 1_000_000);
    assert!(half.unique_visitors.abs_diff(50_000) <= 1000, "{}", half.unique_visitors);
    let good = took < Duration::from_secs(10) && grown < 200.0;
    report("half an hour of 1,000,000 events", format!("{:.1} s, {grown:.0} MB", took.as_secs_f64()), good);
    if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
