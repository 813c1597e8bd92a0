//! Metrics: what is counted, with which labels, and who may see it.

use std::fs;
use std::time::{Duration, Instant};

use cache_tests::{ADMIN_KEY, Engine, KEY, TestServer, each_engine};
use reqwest::Method;
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// The metrics of a server.
async fn metrics(server: &TestServer) -> String {
    server.get("/metrics").ok().await.text()
}

/// The value of a sample; `None` when there is none.
fn sample(metrics: &str, name: &str) -> Option<f64> {
    let value = |line: &str| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok();
    metrics.lines().find_map(value)
}

/// How many samples there are.
fn series(metrics: &str) -> usize {
    metrics.lines().filter(|line| !line.starts_with('#')).count()
}

#[tokio::test]
async fn requests_are_counted_by_the_route_that_matched_their_method_and_status() {
    let server = Engine::Memory.start();
    let entry = server.post("/ns/direct/store/string").text("text").stored().await;
    for namespace in ["ns", "%6es"] {
        server.get(format!("/{namespace}/retrieve/{}/string", entry.cache_id)).ok().await;
    }
    server.head(format!("/ns/retrieve/{}/string", entry.cache_id)).ok().await;
    server.get("/ns/retrieve/00000000-0000-4000-8000-000000000000/string").refused(404).await;
    let metrics = metrics(&server).await;
    let route = r#"route="/{namespace}/retrieve/{cache_id}/string""#;
    for (labels, count) in [
        (format!(r#"method="GET",{route},status="200""#), 2.0),
        (format!(r#"method="HEAD",{route},status="200""#), 1.0),
        (format!(r#"method="GET",{route},status="404""#), 1.0),
        (r#"method="POST",route="/{namespace}/{strategy}/store/string",status="200""#.to_owned(), 1.0),
    ] {
        assert_eq!(sample(&metrics, &format!("http_requests_total{{{labels}}}")), Some(count), "{labels}: {metrics}");
    }
    let durations = format!("http_request_duration_seconds_count{{method=\"GET\",{route}}}");
    assert_eq!(sample(&metrics, &durations), Some(4.0), "{metrics}");
    let all = format!("http_request_duration_seconds_bucket{{le=\"+Inf\",method=\"GET\",{route}}}");
    assert_eq!(sample(&metrics, &all), Some(4.0), "{metrics}");
    assert_eq!(sample(&metrics, r#"cache_lookups_total{result="hit"}"#), Some(2.0));
    assert_eq!(sample(&metrics, r#"cache_lookups_total{result="miss"}"#), Some(1.0));
    assert_eq!(sample(&metrics, "http_received_bytes_total"), Some(4.0));
    assert_eq!(sample(&metrics, r#"http_requests_in_work{access="key"}"#), Some(1.0), "the one that asks");
}

#[tokio::test]
async fn the_body_that_head_leaves_out_does_not_count_as_sent() {
    let server = Engine::Memory.start();
    let entry = server.post("/ns/direct/store/binary").bytes(vec![1; 1_000_000]).stored().await;
    let path = format!("/ns/retrieve/{}/binary", entry.cache_id);
    let sent = async || sample(&metrics(&server).await, "http_sent_bytes_total").unwrap();
    let begun = sent().await;
    server.head(&path).ok().await;
    let after_head = sent().await;
    server.get(&path).ok().await;
    let after_get = sent().await;
    assert!(after_head - begun < 1e6 && after_get - after_head >= 1e6, "{begun} {after_head} {after_get}");
}

#[tokio::test]
async fn what_a_client_makes_up_makes_no_labels() {
    let server = Engine::Memory.start();
    let ask = async |made_up: &str| {
        server.request(made_up.to_uppercase().parse().unwrap(), "/info/health").await;
        server.get(format!("/{made_up}/not/{made_up}/known")).refused(404).await;
        server.get(format!("/{made_up}/count")).ok().await;
        server.get(format!("/info/{made_up}")).without_key().header("x-api-key", made_up).refused(401).await;
        metrics(&server).await
    };
    metrics(&server).await;
    let before = ask("once").await;
    let mut last = String::new();
    for id in 0..20 {
        last = ask(&format!("again{id}")).await;
    }
    assert_eq!(series(&before), series(&last), "{last}");
    assert!(!last.contains("again"), "{last}");
    assert_eq!(
        sample(&last, r#"http_requests_total{method="other",route="(none)",status="405"}"#),
        Some(21.0),
        "{last}"
    );
    assert_eq!(sample(&last, r#"http_refusals_total{reason="wrong_key"}"#), Some(21.0), "{last}");
}

#[tokio::test]
async fn metrics_need_the_scope_of_administrators() {
    let server = Engine::Memory.setup().flag("--admin-api-key", ADMIN_KEY).start();
    server.get("/metrics").without_key().refused(401).await;
    server.get("/metrics").refused(403).await;
    server.post("/metrics").header("x-api-key", ADMIN_KEY).refused(405).await;
    let answer = server.get("/metrics").header("x-api-key", ADMIN_KEY).ok().await;
    assert_eq!(answer.header("content-type"), Some("application/openmetrics-text; version=1.0.0; charset=utf-8"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert!(answer.text().ends_with("# EOF\n"), "{}", answer.text());
    assert_eq!(sample(&answer.text(), r#"http_refusals_total{reason="scope"}"#), Some(1.0), "{}", answer.text());
}

#[tokio::test]
async fn a_reader_that_knows_no_open_metrics_gets_the_older_format() {
    let server = Engine::Memory.start();
    let answer = server.get("/metrics").header("accept", "text/plain").ok().await;
    assert_eq!(answer.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    assert!(answer.text().contains("# TYPE http_refusals_total counter\n") && !answer.text().contains("EOF"));
    let prometheus = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
    assert!(server.get("/metrics").header("accept", prometheus).ok().await.text().ends_with("# EOF\n"));
}

#[tokio::test]
async fn a_port_of_its_own_shows_metrics_without_a_key_and_nothing_else() {
    let server = Engine::Memory.setup().flag("--metrics-address", "127.0.0.1:0").start();
    server.get("/info/health").ok().await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let ask = async |method: Method, path: &str| {
        let answer = http.request(method, format!("{}{path}", server.metrics_url())).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let (status, text) = ask(Method::GET, "/metrics").await;
    assert_eq!(status, 200);
    let health = r#"http_requests_total{method="GET",route="/info/health",status="200"}"#;
    assert_eq!(sample(&text, health), Some(1.0), "{text}");
    assert_eq!(ask(Method::HEAD, "/metrics").await, (200, String::new()));
    for path in ["/", "/info/health", "/health/live", "/namespaces/list", "/docs/", "/console/"] {
        let (status, text) = ask(Method::GET, path).await;
        assert_eq!(status, 404, "{path}: {text}");
    }
    assert_eq!(ask(Method::POST, "/metrics").await.0, 405);
    let refusal = Engine::Memory.setup().flag("--metrics-address", "nowhere").try_start().unwrap_err();
    assert!(refusal.contains("metrics address \"nowhere\""), "{refusal}");
}

#[tokio::test]
async fn the_port_of_metrics_on_loopback_is_for_programs_of_this_machine_alone() {
    let server = Engine::Memory.setup().flag("--metrics-address", "127.0.0.1:0").start();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    for (name, value, status) in [
        ("host", "evil.example", 403),
        ("origin", "http://evil.example", 403),
        ("sec-fetch-site", "cross-site", 403),
        ("x-forwarded-for", "10.0.0.1", 403),
        ("host", "localhost", 200),
    ] {
        let answer = http.get(format!("{}/metrics", server.metrics_url())).header(name, value).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{name}: {value}");
    }
}

#[tokio::test]
async fn connections_to_the_port_of_metrics_take_none_of_the_service() {
    let setup = Engine::Memory.setup().flag("--metrics-address", "127.0.0.1:0");
    let server = setup.flag("--connection-limit", "1").flag("--workers", "1").start();
    let address = server.metrics_url().trim_start_matches("http://").to_owned();
    let mut held = Vec::new();
    for _ in 0..20 {
        let mut connection = TcpStream::connect(&address).await.unwrap();
        connection.write_all(b"GET /metrics HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n").await.unwrap();
        connection.read_exact(&mut [0; 12]).await.unwrap();
        held.push(connection);
    }
    server.get("/info/health").ok().await;
}

#[tokio::test]
async fn a_key_that_is_over_its_rate_is_named_where_it_is_refused() {
    let server = Engine::Memory.setup().flag("--rate-limit", "1").start();
    let refused = async || server.get("/info/health").any().await.status() == 429;
    while !refused().await {}
    let text = loop {
        // The key of the metrics is over its rate, too.
        let answer = server.get("/metrics").any().await;
        if answer.status() == 200 {
            break answer.text();
        }
    };
    assert_eq!(sample(&text, r#"http_key_requests_total{key="(none)"}"#), Some(0.0), "{text}");
    assert!(sample(&text, r#"http_refusals_total{reason="key_rate"}"#).unwrap() >= 1.0, "{text}");
}

#[tokio::test]
async fn requests_are_counted_by_the_name_of_their_key_also_when_the_key_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let write = |keys: &[(&str, &str)]| {
        let line = |(name, key): &(&str, &str)| {
            let digest: String = Sha256::digest(key).iter().map(|byte| format!("{byte:02x}")).collect();
            format!("{name} = {{ sha256 = \"{digest}\", scopes = [\"read\", \"admin\"] }}\n")
        };
        let (new, file) = (folder.path().join("new"), folder.path().join("keys.toml"));
        fs::write(&new, keys.iter().map(line).collect::<String>()).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        fs::set_permissions(&new, mode).unwrap();
        fs::rename(&new, &file).unwrap();
        file
    };
    let file = write(&[("ann", "one"), ("ops", KEY)]);
    let server = Engine::Memory.setup().without_key().flag("--keys-file", file.to_str().unwrap()).start();
    let ask = |key: &'static str| server.get("/info/health").without_key().header("x-api-key", key);
    ask("one").ok().await;
    server.get("/info/health").without_key().refused(401).await;
    write(&[("ann", "two"), ("ops", KEY)]);
    while ask("two").any().await.status() != 200 {}
    let metrics = metrics(&server).await;
    assert_eq!(sample(&metrics, r#"http_key_requests_total{key="ann"}"#), Some(2.0), "{metrics}");
    assert_eq!(sample(&metrics, r#"http_key_requests_total{key="ops"}"#), Some(1.0), "{metrics}");
    assert!(sample(&metrics, r#"http_key_requests_total{key="(none)"}"#).unwrap() >= 1.0, "{metrics}");
    assert_eq!(sample(&metrics, "http_keys"), Some(2.0));
}

#[tokio::test]
async fn what_is_in_flight_and_what_broke_off_is_counted() {
    let server = Engine::Memory.setup().flag("--in-flight-limit", "100000000").start();
    let mut upload = TcpStream::connect(("127.0.0.1", server.port())).await.unwrap();
    let head = format!(
        "POST /ns/direct/store/binary HTTP/1.1\r\nhost: 127.0.0.1\r\nx-api-key: {KEY}\r\n\
         content-type: application/octet-stream\r\ncontent-length: 100000\r\n\r\nbegun"
    );
    upload.write_all(head.as_bytes()).await.unwrap();
    let becomes = async |name: &str, value: f64| {
        let begun = Instant::now();
        loop {
            let text = metrics(&server).await;
            if sample(&text, name) == Some(value) {
                return text;
            }
            assert!(begun.elapsed() < Duration::from_secs(30), "{name} does not become {value}: {text}");
        }
    };
    let text = becomes("http_in_flight_bytes", 100_000.0).await;
    assert_eq!(sample(&text, "http_in_flight_limit_bytes"), Some(1e8));
    assert_eq!(sample(&text, r#"http_requests_in_work{access="key"}"#), Some(2.0), "{text}");
    assert_eq!(sample(&text, "http_connections"), Some(2.0), "{text}");
    drop(upload);
    let text = becomes("http_in_flight_bytes", 0.0).await;
    let broken = sample(&text, r#"http_refusals_total{reason="broken_body"}"#).unwrap();
    assert_eq!(broken + sample(&text, "http_abandoned_total").unwrap(), 1.0, "{text}");
    assert_eq!(sample(&text, "http_received_bytes_total"), Some(5.0), "what has come of the upload: {text}");
    // An answer that the client does not take to its end.
    let entry = server.post("/ns/direct/store/binary").bytes(vec![1; 20_000_000]).stored().await;
    let mut download = TcpStream::connect(("127.0.0.1", server.port())).await.unwrap();
    let head = format!("GET /ns/retrieve/{}/binary HTTP/1.1\r\nhost: a\r\nx-api-key: {KEY}\r\n\r\n", entry.cache_id);
    download.write_all(head.as_bytes()).await.unwrap();
    download.read_exact(&mut [0; 100]).await.unwrap();
    drop(download);
    becomes("http_broken_answers_total", 1.0).await;
    becomes("http_connections", 1.0).await;
}

#[tokio::test]
async fn refusals_are_counted_by_reason_and_limits_that_are_only_reported_too() {
    let server = Engine::Memory.setup().flag("--request-limit", "0").flag("--report-only", "requests,rate");
    let server = server.flag("--rate-limit", "1").start();
    for _ in 0..3 {
        server.get("/info/health").ok().await;
    }
    server.get("/nothing/here/at/all").refused(404).await;
    let text = metrics(&server).await;
    assert_eq!(sample(&text, r#"http_reported_total{limit="requests"}"#), Some(4.0), "{text}");
    assert!(sample(&text, r#"http_reported_total{limit="rate"}"#).unwrap() >= 1.0, "{text}");
    assert_eq!(sample(&text, r#"http_refusals_total{reason="not_found"}"#), Some(1.0), "{text}");
    assert_eq!(
        sample(&text, r#"http_refusals_total{reason="memory"}"#),
        Some(0.0),
        "it is there from the start: {text}"
    );
}

#[tokio::test]
async fn the_process_and_its_limits_are_told() {
    let server = Engine::Memory.setup().flag("--connection-limit", "77").start();
    let text = metrics(&server).await;
    for name in ["process_cpu_seconds_total", "process_resident_memory_bytes", "process_start_time_seconds"] {
        assert!(sample(&text, name).is_some(), "{name}: {text}");
    }
    assert!(sample(&text, "process_open_fds").unwrap() < sample(&text, "process_max_fds").unwrap(), "{text}");
    assert_eq!(sample(&text, "http_connections_limit"), Some(77.0));
    assert_eq!(sample(&text, "http_requests_in_work_limit"), Some(4096.0));
    let build = format!(r#"build_info{{service="cache-server",version="{}"}}"#, env!("CARGO_PKG_VERSION"));
    assert_eq!(sample(&text, &build), Some(1.0), "{text}");
}

each_engine!(operations_of_the_storage_are_counted);
async fn operations_of_the_storage_are_counted(engine: Engine) {
    let server = engine.start();
    let name = engine.as_str();
    let text = metrics(&server).await;
    let counted = |kind: &str, result: &str| {
        format!(r#"storage_operations_total{{engine="{name}",kind="{kind}",result="{result}"}}"#)
    };
    assert_eq!(sample(&text, &counted("commit", "ok")), Some(0.0), "{text}");
    assert_eq!(sample(&text, &counted("commit", "full")), Some(0.0), "it is there from the start: {text}");
    let entry = server.post("/ns/direct/store/string").text("text").stored().await;
    server.get(format!("/ns/retrieve/{}/string", entry.cache_id)).ok().await;
    let text = metrics(&server).await;
    assert!(sample(&text, &counted("commit", "ok")) >= Some(1.0), "{text}");
    assert!(sample(&text, &counted("get", "ok")) >= Some(1.0), "{text}");
    let took = format!(r#"storage_operation_duration_seconds_sum{{engine="{name}",kind="commit"}}"#);
    assert!(sample(&text, &took) > Some(0.0), "{text}");
    assert_eq!(sample(&text, "storage_commit_group_size_count").is_some(), engine == Engine::Embedded, "{text}");
    assert_eq!(sample(&text, "s3_requests_cost_dollars_total").is_some(), engine == Engine::S3, "{text}");
    match engine {
        Engine::Embedded => {
            assert!(sample(&text, "storage_commit_group_size_sum") >= Some(1.0), "{text}");
            assert!(sample(&text, "storage_commit_flush_seconds_sum") > Some(0.0), "{text}");
            assert_eq!(sample(&text, "storage_commit_queue"), Some(0.0), "{text}");
            assert_eq!(sample(&text, "storage_commit_queue_bytes"), Some(0.0), "{text}");
        }
        Engine::S3 => {
            let puts = sample(&text, r#"s3_requests_total{kind="put",result="ok"}"#).unwrap();
            assert!(puts >= 1.0 && sample(&text, "s3_requests_cost_dollars_total").unwrap() >= puts * 5e-6, "{text}");
            assert!(sample(&text, r#"s3_requests_total{kind="list",result="ok"}"#) >= Some(1.0), "{text}");
        }
        Engine::Memory | Engine::LocalDisk => {}
    }
}

#[tokio::test]
async fn uses_of_tokens_are_counted_by_what_was_decided() {
    let service = cache_server::in_process::InProcess::in_memory().unwrap();
    let admin = cache_tests::TestAdmin::of(service.client());
    admin
        .post("/tokens/create", serde_json::json!({ "token_name": "guest", "usage_limit": 1, "created_by": "a" }))
        .await;
    for _ in 0..3 {
        admin.post("/tokens/use/guest", serde_json::Value::Null).await;
    }
    let text = admin.ask("GET", "/metrics", "").await.text().await.unwrap();
    for (decision, count) in [("granted", 1.0), ("exhausted", 2.0), ("not_found", 0.0), ("revoked", 0.0)] {
        let name = format!(r#"send_token_uses_total{{decision="{decision}"}}"#);
        assert_eq!(sample(&text, &name), Some(count), "{text}");
    }
}
