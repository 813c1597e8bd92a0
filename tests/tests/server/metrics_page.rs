//! The documentation page of metrics and the running services tell of the same ones.

use std::collections::{BTreeMap, BTreeSet};

use cache_server::in_process::InProcess;
use cache_tests::{Engine, TestAdmin};

/// Type and labels of metrics by name.
type Known = BTreeMap<String, (String, BTreeSet<String>)>;

const PAGE: &str = include_str!("../../../cache-server/docs/metrics.md");

/// The metrics of an answer. Names are those of the samples, without the suffixes of histograms.
fn shown(text: &str) -> Known {
    let mut known = Known::new();
    for line in text.lines() {
        if let Some((name, kind)) = line.strip_prefix("# TYPE ").and_then(|line| line.split_once(' ')) {
            let suffix = match kind {
                "counter" => "_total",
                "info" => "_info",
                _ => "",
            };
            known.insert(format!("{name}{suffix}"), (kind.to_owned(), BTreeSet::new()));
        } else if !line.starts_with('#') {
            let (name, labels) = parts(line);
            let of_histogram = ["_bucket", "_sum", "_count"].into_iter().find_map(|part| name.strip_suffix(part));
            let known = match (known.get_mut(&name), of_histogram) {
                (None, Some(name)) => known.entry(name.to_owned()).or_default(),
                (Some(known), _) => known,
                (None, None) => panic!("{line} has no type"),
            };
            known.1.extend(labels);
        }
    }
    known
}

/// The name and the names of the labels of a sample; those of buckets are told by its type.
fn parts(sample: &str) -> (String, BTreeSet<String>) {
    let (name, rest) = sample.split_once(['{', ' ']).unwrap();
    let mut labels = BTreeSet::new();
    // Values of labels have no quotes here.
    for (place, part) in rest.rsplit_once('}').map_or("", |(labels, _)| labels).split('"').enumerate() {
        if place % 2 == 0 && !part.is_empty() {
            labels.insert(part.trim_matches([',', '=']).to_owned());
        }
    }
    labels.remove("le");
    (name.to_owned(), labels)
}

/// The metrics of those parts of the page whose title says this.
fn documented(about: &[&str]) -> Known {
    let mut known = Known::new();
    for section in PAGE.split("\n## ").skip(1) {
        let title = section.lines().next().unwrap();
        let rows = section.lines().filter(|line| line.starts_with("| `"));
        for row in rows.filter(|_| about.iter().any(|about| title.contains(about))) {
            let cells: Vec<&str> =
                row.trim_matches('|').split(" |").map(|cell| cell.trim_matches([' ', '|'])).collect();
            let [name, kind, labels, meaning, sample] = cells[..] else { panic!("{row}: {cells:?}") };
            let [name, sample] = [name, sample].map(|cell| cell.trim_matches('`'));
            let labels: BTreeSet<String> = labels
                .split(", ")
                .filter(|label| !label.is_empty())
                .map(|label| label.trim_matches('`').to_owned())
                .collect();
            assert!(meaning.ends_with('.') && meaning.len() > 10, "{row}");
            let (of_sample, labels_of_sample) = parts(sample);
            assert!(of_sample.starts_with(name) && sample.rsplit_once(' ').unwrap().1.parse::<f64>().is_ok(), "{row}");
            assert_eq!(labels_of_sample, labels, "{row}");
            assert!(known.insert(name.to_owned(), (kind.to_owned(), labels)).is_none(), "{name} is there twice");
        }
    }
    known
}

#[track_caller]
fn are_the_same(shown: &Known, documented: &Known) {
    let missing: Vec<_> = shown.iter().filter(|(name, _)| !documented.contains_key(*name)).collect();
    assert!(missing.is_empty(), "the page does not tell of {missing:?}");
    let gone: Vec<_> = documented.keys().filter(|name| !shown.contains_key(*name)).collect();
    assert!(gone.is_empty(), "no service shows {gone:?}");
    for (name, documented) in documented {
        assert_eq!(&shown[name], documented, "{name}");
    }
}

#[tokio::test]
async fn the_page_has_every_metric_of_the_cache_server_and_no_other() {
    let mut all = Known::new();
    for engine in [Engine::Memory, Engine::Embedded, Engine::S3] {
        if !engine.is_there() {
            return;
        }
        let server = engine.start();
        let entry = server.post("/ns/direct/store/string").text("text").stored().await;
        server.get(format!("/ns/retrieve/{}/string", entry.cache_id)).ok().await;
        all.extend(shown(&server.get("/metrics").ok().await.text()));
    }
    are_the_same(&all, &documented(&["in both services", "in `cache-server`"]));
}

#[tokio::test]
async fn the_page_has_every_metric_of_send_admin_and_no_other() {
    let service = InProcess::in_memory().unwrap();
    let admin = TestAdmin::of(service.client());
    admin.ask("GET", "/info/status", "").await;
    let text = admin.ask("GET", "/metrics", "").await.text().await.unwrap();
    are_the_same(&shown(&text), &documented(&["in both services", "in `send-admin`"]));
}

#[test]
fn every_reason_of_a_refusal_is_on_the_page() {
    let service = InProcess::in_memory().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let text = runtime.block_on(async {
        let admin = TestAdmin::of(service.client());
        admin.ask("GET", "/metrics", "").await.text().await.unwrap()
    });
    let reasons: Vec<&str> =
        text.lines().filter_map(|line| line.strip_prefix("http_refusals_total{reason=\"")?.split('"').next()).collect();
    assert!(reasons.len() > 10, "{text}");
    for reason in reasons {
        assert!(PAGE.contains(&format!("`{reason}`")), "{reason}");
    }
}

#[test]
fn alerts_are_about_metrics_of_the_page_and_operators_are_told_what_to_do() {
    const ALERTS: &str = include_str!("../../../cache-server/deploy/alerts.yml");
    const OPERATIONS: &str = include_str!("../../../cache-server/docs/operations.md");
    const TESTS: &str = include_str!("../../alerts/alerts_test.yml");
    let known = documented(&["in both services", "in `cache-server`", "in `send-admin`"]);
    let words = |text: &'static str| text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let code = ALERTS.lines().filter(|line| !line.trim().starts_with(['#', 's'])).flat_map(words);
    let named: BTreeSet<&str> = code
        .filter(|word| ["http_", "process_", "cache_", "storage_", "s3_", "send_"].iter().any(|p| word.starts_with(p)))
        .collect();
    assert!(named.len() > 5, "{named:?}");
    for name in named {
        assert!(known.contains_key(name.strip_suffix("_bucket").unwrap_or(name)), "{name} is not on the page");
    }
    let alerts: Vec<&str> = ALERTS.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    assert!(!alerts.is_empty());
    for alert in alerts {
        assert!(OPERATIONS.contains(&format!("| `{alert}` |")), "{alert} is not told of");
        assert!(TESTS.contains(&format!("alertname: {alert}")), "{alert} is not tested");
    }
}
