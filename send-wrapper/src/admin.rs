//! The service for administrators: tokens, analytics, transfers, costs and the cache over HTTP, described by OpenAPI.

mod analytics;
mod browser;
mod config;
mod costs;
mod docs;
mod info;
mod input;
mod metrics;
mod problem;
mod routes;
mod server;
mod tokens;
mod transfers;
mod ui;
mod upkeep;

use std::sync::Arc;

use cache_client::CacheClient;
use tokio::sync::Mutex;

use crate::costs::CostExplorer;
use crate::send_cache::SendCache;
use crate::time::Timestamp;

pub use config::{Command, CommandLine, Config, Serving};
pub use http_service::Bound;
pub use server::{bind, bind_to};

/// What requests work with.
#[derive(Debug, Clone)]
struct Admin {
    send: SendCache,
    /// The cache for those who look at its files, which may want another key.
    browser: CacheClient,
    /// Who says what AWS charges; found by the environment when not given.
    cost_explorer: Option<CostExplorer>,
    started_at: Timestamp,
    /// Held while old things are deleted, and while costs are collected: once at a time.
    deleting: Arc<Mutex<()>>,
    collecting: Arc<Mutex<()>>,
    metrics: metrics::Metrics,
}

/// The OpenAPI document of the service, as JSON that ends with a line break.
pub fn openapi() -> String {
    let mut document = docs::document().to_pretty_json().expect("the document is plain JSON");
    document.push('\n');
    document
}
