//! `send-admin demo`: a believable fortnight, the same for the same seed.

use std::collections::BTreeSet;

use clap::Parser;
use send_wrapper::admin::{self, CommandLine};
use serde_json::Value;

/// A demonstration that stands still, on a free port.
async fn demo(flags: &[&str]) -> String {
    let flags = ["send-admin", "--demo", "--port", "0", "--workers", "1"].iter().chain(flags);
    let config = CommandLine::try_parse_from(flags).unwrap().config;
    let bound = admin::start(&config).await.unwrap();
    let url = format!("http://{}", bound.address());
    tokio::spawn(bound.run());
    url
}

async fn get(url: &str, path: &str) -> Value {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = http.get(format!("{url}{path}")).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
}

fn numbers(series: &Value, field: &str) -> Vec<u64> {
    series["windows"].as_array().unwrap().iter().map(|window| window[field].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn a_seed_gives_the_same_fortnight_with_everything_there_is_to_see() {
    let still = ["--still-at", "2026-03-12T15:20:00Z"];
    let first = demo(&[&still[..], &["--seed", "7"]].concat()).await;

    let page = get(&first, "/tokens/page?limit=100").await;
    assert_eq!((&page["total"], &page["unreadable"]), (&40.into(), &0.into()));
    for status in ["active", "exhausted", "revoked", "expired"] {
        assert!(page["by_status"][status].as_u64() >= Some(4), "{}", page["by_status"]);
    }
    let overview = get(&first, "/overview").await;
    assert_eq!((&overview["missing"], &overview["degraded"]), (&Value::Array(vec![]), &Value::Array(vec![])));
    assert_eq!(overview["pulse"]["recent_events"].as_array().unwrap().len(), 10, "{overview}");
    assert!(overview["tokens"]["nearly_used_up_count"].as_u64() >= Some(3), "{overview}");
    assert!(overview["tokens"]["expiring_count"].as_u64() >= Some(3), "{overview}");
    assert_eq!(overview["costs"]["month"]["days_recorded"], 11);

    let days = get(&first, "/analytics/series/daily?last=15").await;
    let requests = numbers(&days, "total_requests");
    let (busiest, _) = requests.iter().enumerate().max_by_key(|(_, requests)| **requests).unwrap();
    assert_eq!(days["windows"][busiest]["window_key"], "2026-03-03", "the launch: {requests:?}");
    // The eighth of March is a Sunday.
    let of = |key: &str| {
        let windows = days["windows"].as_array().unwrap();
        windows.iter().find(|window| window["window_key"] == key).unwrap()["total_requests"].as_u64().unwrap()
    };
    assert!(of("2026-03-07") + of("2026-03-01") < of("2026-03-06"), "weekends are quiet: {requests:?}");
    let errors = numbers(&days, "error_count");
    let worst = errors.iter().enumerate().max_by_key(|(_, errors)| **errors).unwrap();
    assert_eq!(days["windows"][worst.0]["window_key"], "2026-03-08", "the night with errors: {errors:?}");
    assert_eq!(numbers(&days, "late_events").iter().sum::<u64>(), 0);
    assert_eq!(get(&first, "/info/recorders").await["recorders"].as_array().unwrap().len(), 2);
    assert_eq!(get(&first, "/transfers?limit=5").await["transfers"].as_array().unwrap().len(), 5);
    assert!(get(&first, "/audit").await["records"][0]["key"].is_string());

    let second = demo(&[&still[..], &["--seed", "7"]].concat()).await;
    assert_eq!(
        get(&second, "/analytics/series/daily?last=15").await["windows"][3]["top_paths"],
        days["windows"][3]["top_paths"]
    );
    assert_eq!(get(&second, "/analytics/pulse").await, get(&first, "/analytics/pulse").await);
    let names = |page: &Value| -> BTreeSet<String> {
        let row = |row: &Value| format!("{} {} {}", row["token_name"], row["usage_count"], row["last_used_at"]);
        page["tokens"].as_array().unwrap().iter().map(row).collect()
    };
    assert_eq!(names(&get(&second, "/tokens/page?limit=100").await), names(&page));
    let other = demo(&[&still[..], &["--seed", "8"]].concat()).await;
    assert_ne!(get(&other, "/analytics/pulse").await, get(&first, "/analytics/pulse").await);
}

#[tokio::test]
async fn a_demonstration_is_in_memory_and_for_this_machine_alone() {
    for (flags, reason) in [
        (&["--cache-url", "http://127.0.0.1:1"][..], "--cache-url"),
        (&["--host", "0.0.0.0", "--api-key", "secret"], "loopback"),
    ] {
        let flags = ["send-admin", "--demo", "--port", "0"].iter().chain(flags);
        let config = CommandLine::try_parse_from(flags).unwrap().config;
        let refused = admin::start(&config).await.unwrap_err().to_string();
        assert!(refused.contains(reason), "{refused}");
    }
    for moment in ["yesterday", "-1", "5", "10000-01-01T00:00:00Z", "253402300800000"] {
        let flags = ["send-admin", "demo", "--still-at", moment];
        assert!(CommandLine::try_parse_from(flags).is_err(), "{moment}");
    }
    let line = CommandLine::try_parse_from(["send-admin", "demo", "--seed", "3", "--port", "0"]).unwrap();
    assert!(matches!(line.command, Some(admin::Command::Demo(config)) if config.seed == 3));
}
