//! The service for administrators: tokens, analytics, transfers, costs and the cache over HTTP, described by OpenAPI.

mod analytics;
mod audited;
mod browser;
mod cache_entry;
mod config;
mod costs;
mod create_many;
mod cursor;
mod demo;
mod docs;
mod info;
mod input;
mod metrics;
mod overview;
mod problem;
mod routes;
mod server;
mod shown;
mod snapshot;
mod token_lists;
mod token_page;
mod token_settings;
mod token_table;
mod token_usage;
mod tokens;
mod transfers;
mod ui;
mod upkeep;

use std::sync::Arc;

use cache_client::CacheClient;
use tokio::sync::Mutex;

use crate::audit::Audit;
use crate::costs::{CostExplorer, Limits};
use crate::send_cache::SendCache;
use crate::time::Timestamp;

pub use config::{Command, CommandLine, Config, Serving};
pub use http_service::Bound;
pub use server::{bind_to, start};

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
    tokens: token_table::TokenTable,
    transfers: snapshot::Snapshot<transfers::Newest>,
    overview: overview::Overviews,
    audit: Audit,
    /// What may be spent without an alert.
    limits: Limits,
}

/// The OpenAPI document of the service, as JSON that ends with a line break.
pub fn openapi() -> String {
    let mut document = docs::document().to_pretty_json().expect("the document is plain JSON");
    document.push('\n');
    document
}
