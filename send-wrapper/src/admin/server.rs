//! Starting the service: from a configuration to a bound server that can be run and stopped.

use std::sync::Arc;

use actix_web::http::header::HeaderName;
use actix_web::web;
use anyhow::{Context, bail};
use cache_client::CacheClient;
use cache_server::in_process::{InProcess, memory_config};
use clap::Parser;
use http_service::{Bound, Service, Shape};

use super::overview::Overviews;
use super::token_table::TokenTable;
use super::{Admin, Config, demo, input, metrics, problem, routes, transfers};
use crate::analytics::Secret;
use crate::audit::Audit;
use crate::costs::CostExplorer;
use crate::send_cache::SendCache;

/// Opens the cache, or fills the store of a demonstration, and takes the port.
pub async fn start(config: &Config) -> anyhow::Result<Bound> {
    if !config.demo {
        return bind(config);
    }
    if given(config.cache_url.as_ref()).is_some() {
        bail!("a demonstration is in memory: it takes no --cache-url, nor SEND_ADMIN__CACHE_URL");
    }
    if !config.serving.host.is_loopback() {
        bail!("a demonstration is for this machine alone: it takes no --host but loopback");
    }
    let clock = demo::clock();
    let cache = InProcess::start_with(&memory_config(), Arc::clone(&clock) as Arc<_>)?.client();
    let send = SendCache::new(cache.clone()).clock(Arc::clone(&clock) as Arc<_>);
    let demo = demo::fill(&send, &clock, config.still_at, config.seed).await?;
    let bound = bind_to(config, send, cache, None)?;
    demo.live()?;
    Ok(bound)
}

/// Opens the cache and takes the port.
fn bind(config: &Config) -> anyhow::Result<Bound> {
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
    let serving = &config.serving;
    let send = match given(config.analytics_secret.as_ref()) {
        Some(secret) => send.secret(Secret::new(secret.as_bytes())?),
        None => send,
    };
    let shape =
        Shape { request_id: HeaderName::from_static("x-request-id"), refusal: problem::refusal, namespace: None };
    let (keys, sessions) = (serving.keys(None, false)?, serving.sessions("send-admin-session")?);
    let service = Service::new(routes::routes(serving.ui), shape, keys, sessions, serving.limits()?)
        .origins(serving.origins())
        .logging(serving.logging());
    service.metrics().build("send-admin", env!("CARGO_PKG_VERSION"));
    service.metrics().add(metrics::Shown::new(&send));
    let admin = web::Data::new(Admin {
        started_at: send.now(),
        tokens: TokenTable::new(&send),
        transfers: transfers::newest(&send),
        overview: Overviews::new(&send, config.limits()),
        audit: Audit::new(&send),
        limits: config.limits(),
        send,
        browser,
        cost_explorer,
        deleting: Arc::default(),
        collecting: Arc::default(),
    });
    let configure = move |app: &mut web::ServiceConfig| {
        app.configure(input::queries).app_data(admin.clone());
    };
    let end = http_service::until_asked_to_stop(service.stopping(), serving.drain());
    http_service::bind(service, &serving.listen()?, configure, end)
}

/// A cache in this process, set up by the variables of the cache server.
fn in_process() -> anyhow::Result<CacheClient> {
    let line = cache_server::config::CommandLine::try_parse_from(["cache"]).context("the cache cannot be set up")?;
    // Nobody else comes in there.
    let mut config = cache_server::config::Config { admin_api_key: None, ..line.config };
    (config.serving.api_key, config.serving.keys_file) = (None, None);
    Ok(InProcess::start(&config)?.client())
}

/// What was given: env files and compose files set variables to nothing.
fn given(value: Option<&String>) -> Option<&String> {
    value.filter(|value| !value.is_empty())
}
