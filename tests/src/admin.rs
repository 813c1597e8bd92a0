//! `send-admin` on a free port, with a clock that stands still.

use std::sync::Arc;
use std::time::Duration;

use cache_client::CacheClient;
use clap::Parser;
use send_wrapper::admin::{self, CommandLine};
use send_wrapper::costs::CostExplorer;
use send_wrapper::{Clock, ManualClock, SendCache, Timestamp};
use serde_json::Value;

/// The service on a free port of this machine; it ends with the runtime of the test.
#[derive(Debug)]
pub struct TestAdmin {
    /// The client it is asked with.
    pub http: reqwest::Client,
    /// Where it serves.
    pub url: String,
    /// The key it is asked with.
    pub key: Option<&'static str>,
    /// Its clock.
    pub clock: Arc<ManualClock>,
    /// The cache it uses, with its clock.
    pub send: SendCache,
}

impl TestAdmin {
    /// When its clock begins: 2026-02-13T14:00:00Z.
    pub const BEGINS: u64 = 1_770_991_200_000;

    /// One of this cache, whose key is `secret`.
    pub fn of(client: CacheClient) -> Self {
        Self::with(client, &["--api-key", "secret", "--analytics-secret", "a secret for these tests"])
    }

    /// One with flags of its own.
    pub fn with(client: CacheClient, flags: &[&str]) -> Self {
        Self::charged_by(None, client, flags)
    }

    /// One that collects costs from there.
    pub fn charged_by(costs: Option<CostExplorer>, client: CacheClient, flags: &[&str]) -> Self {
        let flags = ["send-admin", "--port", "0", "--workers", "1"].iter().chain(flags);
        let config = CommandLine::try_parse_from(flags).unwrap().config;
        let clock = Arc::new(ManualClock::at(Self::BEGINS));
        let send = SendCache::new(client.clone()).clock(Arc::clone(&clock) as Arc<_>);
        let send = send.time_limit(Duration::from_secs(60));
        let bound = admin::bind_to(&config, send.clone(), client, costs).unwrap();
        let url = format!("http://{}", bound.address());
        tokio::spawn(bound.run());
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { http, url, key: Some("secret"), clock, send }
    }

    /// The moment so many milliseconds from now.
    pub fn send_time(&self, later: u64) -> Timestamp {
        Timestamp::from_millis(self.clock.now() + later)
    }

    /// Asks.
    pub async fn ask(&self, method: &str, path: &str, body: impl Into<reqwest::Body>) -> reqwest::Response {
        let request = self.http.request(method.parse().unwrap(), format!("{}{path}", self.url)).body(body);
        let request = self.key.into_iter().fold(request, |request, key| request.header("x-api-key", key));
        request.send().await.unwrap()
    }

    /// Asks for JSON, which must be answered with 200.
    pub async fn get(&self, path: &str) -> Value {
        json_of(self.ask("GET", path, "").await).await
    }

    /// Sends JSON, or nothing for null, which must be answered with 200.
    pub async fn post(&self, path: &str, body: Value) -> Value {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        json_of(self.ask("POST", path, body).await).await
    }

    /// The status and body of a refusal, which has the one shape that refusals have.
    pub async fn refused(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let answer = self.ask(method, path, body.to_owned()).await;
        let status = answer.status().as_u16();
        assert_eq!(answer.headers()["content-type"], "application/problem+json", "{method} {path}: {status}");
        let problem: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        assert_eq!(problem["status"], status, "{problem}");
        assert!(problem["title"].is_string() && problem["detail"].is_string(), "{problem}");
        (status, problem)
    }

    /// The status and code of a refusal.
    pub async fn code(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let (status, problem) = self.refused(method, path, body).await;
        (status, problem["code"].as_str().unwrap().to_owned())
    }
}

/// The JSON of an answer, which must be 200.
async fn json_of(answer: reqwest::Response) -> Value {
    let (status, url) = (answer.status().as_u16(), answer.url().clone());
    let body = answer.bytes().await.unwrap();
    assert_eq!(status, 200, "{url}: {}", String::from_utf8_lossy(&body));
    serde_json::from_slice(&body).unwrap()
}
