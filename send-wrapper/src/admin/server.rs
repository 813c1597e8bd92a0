//! Starting the service: from a configuration to a bound server that can be run and stopped.

use std::net::SocketAddr;
use std::sync::Arc;

use actix_web::dev::{Server, ServerHandle};
use actix_web::{HttpServer, web};
use anyhow::{Context, bail};
use cache_client::CacheClient;
use clap::Parser;

use super::auth::ApiKey;
use super::{Admin, Config, app, metrics};
use crate::costs::CostExplorer;
use crate::send_cache::SendCache;

/// A server that has its port and waits to be run.
pub struct Bound {
    server: Server,
    address: SocketAddr,
}

impl std::fmt::Debug for Bound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bound").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Bound {
    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A handle to stop it with.
    pub fn handle(&self) -> ServerHandle {
        self.server.handle()
    }

    /// Serves until SIGTERM, SIGINT or a stop through the handle.
    pub async fn run(self) -> anyhow::Result<()> {
        self.server.await.context("the server failed")
    }
}

/// Opens the cache and takes the port.
pub fn bind(config: &Config) -> anyhow::Result<Bound> {
    let client = |key: Option<&String>| {
        let Some(url) = given(config.cache_url.as_ref()) else { return Ok(None) };
        let builder = CacheClient::builder(url);
        let builder = key.into_iter().fold(builder, |builder, key| builder.api_key(&config.cache_api_key_name, key));
        builder.build().map(Some).context("the cache server cannot be used")
    };
    let key = given(config.cache_api_key.as_ref());
    let cache = match client(key)? {
        Some(client) => client,
        None => in_process()?,
    };
    let browser = match given(config.cache_admin_api_key.as_ref()) {
        Some(key) => client(Some(key))?.unwrap_or_else(|| cache.clone()),
        None => cache.clone(),
    };
    bind_to(config, SendCache::new(cache), browser, None)
}

/// Takes the port, for a service of this cache. Its files are looked at with `browser`, whose key may be another one; costs are
/// collected from `cost_explorer`, or from the one of the environment.
///
/// Fails closed: without an API key nothing but loopback is served.
pub fn bind_to(
    config: &Config,
    send: SendCache,
    browser: CacheClient,
    cost_explorer: Option<CostExplorer>,
) -> anyhow::Result<Bound> {
    let key = given(config.api_key.as_ref());
    if key.is_none() && !config.host.is_loopback() {
        bail!("refusing to listen on {} without an API key: set FAST_API__AUTH__API_KEY__VALUE", config.host);
    }
    if key.is_none() {
        tracing::warn!("no API key is configured: everybody on this machine is an administrator");
    }
    let started_at = send.now();
    let key = key.map(|value| ApiKey { name: config.api_key_name.clone(), value: value.clone() });
    let admin = web::Data::new(Admin {
        send,
        browser,
        cost_explorer,
        key,
        started_at,
        deleting: Arc::default(),
        collecting: Arc::default(),
        metrics: metrics::Metrics::new(),
    });
    let mut server = HttpServer::new(move || app(admin.clone())).shutdown_timeout(config.shutdown_seconds);
    if let Some(workers) = config.workers {
        server = server.workers(workers.max(1));
    }
    let address = (config.host, config.port);
    let server = server.bind(address).with_context(|| format!("cannot listen on {}:{}", config.host, config.port))?;
    let address = *server.addrs().first().context("no address was bound")?;
    Ok(Bound { server: server.run(), address })
}

/// A cache in this process, set up by the variables of the cache server.
fn in_process() -> anyhow::Result<CacheClient> {
    let line = cache_server::config::CommandLine::try_parse_from(["cache"]).context("the cache cannot be set up")?;
    // Nobody else comes in there.
    let config = cache_server::config::Config { api_key: None, admin_api_key: None, ..line.config };
    Ok(cache_server::in_process::InProcess::start(&config)?.client())
}

/// What was given: env files and compose files set variables to nothing.
fn given(value: Option<&String>) -> Option<&String> {
    value.filter(|value| !value.is_empty())
}
