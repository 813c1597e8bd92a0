//! Accuracy: what aggregations say of generated traffic with heavy tails, against exact counts.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use cache_tests::{Engine, Still, request_at};
use send_wrapper::analytics::{Aggregation, Recorder, RecorderSettings, Secret, WindowType};
use send_wrapper::{Clock, Timestamp};
use serde_json::{Value, json};

/// 2026-02-13T00:00:00Z.
const MIDNIGHT: u64 = 1_770_940_800_000;
const HALF_HOUR: u64 = 30 * 60_000;
const SECRET: &str = "a secret for these tests";

/// Numbers that look random, the same ones every time: splitmix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// At least 0 and less than 1.
    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// Numbers of which the *n*th is drawn in proportion to `1 / n^exponent`.
struct Zipf(Vec<f64>);

impl Zipf {
    fn new(numbers: usize, exponent: f64) -> Self {
        let weights = (1..=numbers).map(|number| (number as f64).powf(-exponent));
        Self(
            weights
                .scan(0.0, |sum, weight| {
                    *sum += weight;
                    Some(*sum)
                })
                .collect(),
        )
    }

    fn draw(&self, random: &mut Random) -> usize {
        let at = random.share() * self.0.last().unwrap();
        self.0.partition_point(|sum| *sum <= at).min(self.0.len() - 1)
    }
}

/// How much there is.
struct Traffic {
    events: usize,
    visitors: usize,
    paths: usize,
    half_hours: u64,
}

/// What happened, exactly.
#[derive(Default)]
struct Exact {
    visitors: HashSet<u32>,
    paths: HashMap<u32, u64>,
    durations: Vec<u32>,
}

impl Exact {
    fn quantile(&self, share: f64) -> u64 {
        self.durations[(share * (self.durations.len() - 1) as f64) as usize].into()
    }
}

fn path(number: u32) -> String {
    format!("/p/{number}")
}

fn address(visitor: u32) -> IpAddr {
    IpAddr::from((0x0a00_0000 + visitor).to_be_bytes())
}

/// Records traffic, half hour by half hour from midnight on, and lets the windows close.
async fn record(still: &Still, traffic: &Traffic) -> Exact {
    let recorder = Recorder::start(&still.send, Secret::new(SECRET).unwrap(), RecorderSettings::default());
    let mut random = Random(7);
    let (visitors, paths) = (Zipf::new(traffic.visitors, 0.5), Zipf::new(traffic.paths, 1.0));
    let mut exact = Exact::default();
    for half_hour in 0..traffic.half_hours {
        let start = MIDNIGHT + half_hour * HALF_HOUR;
        still.set(start + HALF_HOUR);
        for number in 0..traffic.events / traffic.half_hours as usize {
            let (visitor, page) = (visitors.draw(&mut random) as u32, paths.draw(&mut random) as u32);
            // A Pareto tail from 5 ms on: one in a hundred takes more than 0.8 s, one in a million more than 20 minutes.
            let duration = (5.0 / (1.0 - random.share()).powf(1.0 / 0.9)).min(86_400_000.0) as u32;
            exact.visitors.insert(visitor);
            *exact.paths.entry(page).or_default() += 1;
            exact.durations.push(duration);
            let event = request_at(start + random.next() % HALF_HOUR).request("GET", &path(page));
            recorder.record(event.answer(200, duration.into()), Some(address(visitor)));
            if number % 10_000 == 9_999 {
                recorder.flush().await;
            }
        }
        recorder.flush().await;
    }
    assert_eq!(recorder.health().recorded, exact.durations.len() as u64);
    still.set(still.clock.now() + HALF_HOUR);
    exact.durations.sort_unstable();
    exact
}

/// The largest errors, in percent.
fn check(said: &Aggregation, exact: &Exact) -> Value {
    let percent = |said: u64, exact: u64| said.abs_diff(exact) as f64 * 100.0 / exact as f64;
    assert_eq!(said.total_requests, exact.durations.len() as u64);
    let visitors = percent(said.unique_visitors, exact.visitors.len() as u64);
    assert!(visitors <= 2.0, "{} visitors of {}", said.unique_visitors, exact.visitors.len());
    let percentiles = [(said.p50_duration_ms, 0.5), (said.p95_duration_ms, 0.95), (said.p99_duration_ms, 0.99)];
    let percentiles = percentiles.map(|(said, share)| percent(said, exact.quantile(share)));
    assert!(percentiles.iter().all(|error| *error <= 1.0), "{percentiles:?}");

    let counts: HashMap<String, u64> = exact.paths.iter().map(|(number, count)| (path(*number), *count)).collect();
    let error = said.top_paths_error;
    for top in &said.top_paths {
        let exact = counts[&top.value];
        assert!(
            (exact..=exact + error).contains(&top.count),
            "{} was there {exact} times, not {}",
            top.value,
            top.count
        );
    }
    // Nothing is missing that was there more often.
    let last = said.top_paths[19].count;
    let missing =
        counts.iter().filter(|(path, count)| **count > last && said.top_paths.iter().all(|top| top.value != **path));
    assert_eq!(missing.count(), 0);
    json!({
        "visitors": visitors, "p50, p95, p99": percentiles, "top_paths_error": error, "the 20th path": last,
        "exact": { "visitors": exact.visitors.len(), "paths": counts.len(), "events": said.total_requests },
    })
}

#[tokio::test]
async fn an_hour_of_heavy_tails_is_within_what_is_promised() {
    let still = Still::at(Engine::Memory, MIDNIGHT);
    let traffic = Traffic { events: 60_000, visitors: 30_000, paths: 60_000, half_hours: 2 };
    let exact = record(&still, &traffic).await;
    assert!(exact.visitors.len() > 10_000 && exact.paths.len() > 10_000, "more than sketches count exactly");
    let hour = still.aggregation(WindowType::Hourly, "2026-02-13-00").await;
    assert!(hour.top_paths_error > 0, "{hour:?}");
    check(&hour, &exact);
}

/// `cargo test -p cache-tests --test send accuracy -- --ignored --nocapture`: 25 minutes, and 6 GB on the disk.
#[tokio::test]
#[ignore = "takes minutes and gigabytes"]
async fn a_day_of_ten_million_events_is_within_what_is_promised() {
    let still = Still::at(Engine::Embedded, MIDNIGHT);
    let traffic = Traffic { events: 10_000_000, visitors: 1_000_000, paths: 200_000, half_hours: 48 };
    let exact = record(&still, &traffic).await;
    let begun = std::time::Instant::now();
    let day = still.aggregation(WindowType::Daily, "2026-02-13").await;
    println!("summed up in {:?}: {:#}", begun.elapsed(), check(&day, &exact));
}

/// Two hours as they are stored, for `tests/compat/sketches.py`: one of few visitors, and one of more than are counted exactly.
#[tokio::test]
async fn stored_sketches_are_those_that_other_languages_read() {
    let mut hours = Vec::new();
    for visitors in [5, 20_000] {
        let still = Still::at(Engine::Memory, MIDNIGHT);
        let recorder = Recorder::start(&still.send, Secret::new(SECRET).unwrap(), RecorderSettings::default());
        for half_hour in 0..2 {
            let of_this_half: Vec<u32> = (half_hour..visitors).step_by(2).collect();
            // An entry a minute: those of one minute are read in any order, which sketches with too many values are not immune to.
            for (minute, together) in (0..).zip(of_this_half.chunks(500)) {
                still.set(MIDNIGHT + u64::from(half_hour) * HALF_HOUR + minute * 60_000);
                for visitor in together {
                    // Thirty paths that many visitors share, and one for each of the others.
                    let page = if visitor % 3 == 0 { visitor % 30 } else { *visitor };
                    let event = request_at(still.clock.now()).request("GET", &path(page));
                    recorder.record(event.answer(200, u64::from(*visitor) * 7 % 9000), Some(address(*visitor)));
                }
                recorder.flush().await;
            }
        }
        still.set(MIDNIGHT + 4 * HALF_HOUR);
        let text = still.text(WindowType::Hourly, "2026-02-13-00").await;
        hours.push(json!({ "visitors": visitors, "stored": serde_json::from_str::<Value>(&text).unwrap() }));
    }
    let day = Timestamp::from_millis(MIDNIGHT).day().to_string();
    let fixture = json!({ "secret": SECRET, "day": day, "first_address": address(0).to_string(), "hours": hours });
    expectorate::assert_contents("fixtures/sketches.json", &format!("{fixture:#}\n"));
}
