//! Starting the service: from a configuration to a bound server that can be run and stopped.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::{HttpServer, web};
use anyhow::{Context, bail};
use cache_client::CacheHashGenerator;
use cache_client::hash::Algorithm;
use uuid::Uuid;

use crate::api::{self, ApiKey, Settings};
use crate::cache::Cache;
use crate::clock::{Clock, SystemClock};
use crate::config::{Config, HashAlgorithm, StorageMode};
use crate::storage::{Embedded, Folder, LocalDisk, Memory, Prefixed, S3, SharedStorage};

/// A server that has its port and waits to be run.
pub struct Bound {
    server: Server,
    cache: Cache,
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
    pub fn handle(&self) -> actix_web::dev::ServerHandle {
        self.server.handle()
    }

    /// Serves until SIGTERM, SIGINT or a stop through the handle; finishes requests in flight and flushes.
    pub async fn run(self) -> anyhow::Result<()> {
        self.server.await.context("the server failed")?;
        self.cache.flush().await.context("the storage could not be flushed")
    }
}

/// Opens the storage and takes the port.
pub fn bind(config: &Config) -> anyhow::Result<Bound> {
    bind_with(config, Arc::new(SystemClock))
}

/// Opens the storage and takes the port, with a clock of one's own.
pub fn bind_with(config: &Config, clock: Arc<dyn Clock>) -> anyhow::Result<Bound> {
    let drain = Duration::from_secs(config.drain_seconds);
    bind_until(config, clock, |draining| asked_to_end(draining, drain))
}

/// Opens the storage and takes the port; serves until what `end` makes ends, or a stop through the handle. `end` gets what
/// tells the probe that the server is about to end.
pub(crate) fn bind_until<End: Future<Output = ()> + Send + 'static>(
    config: &Config,
    clock: Arc<dyn Clock>,
    end: impl FnOnce(Arc<AtomicBool>) -> End,
) -> anyhow::Result<Bound> {
    check_reach(config)?;
    let (cache, settings) = open(config, clock)?;
    let end = end(Arc::clone(&settings.draining));
    let (shared_cache, settings) = (web::Data::new(cache.clone()), web::Data::new(settings));
    let mut server = HttpServer::new(move || api::app(shared_cache.clone(), settings.clone()))
        // Else every further part of a streamed answer waits 40 ms for the client's acknowledgement.
        .tcp_nodelay(true)
        .shutdown_timeout(config.shutdown_seconds)
        .shutdown_signal(end);
    if let Some(workers) = config.workers {
        server = server.workers(workers.max(1));
    }
    let server = server.bind(config.address()).with_context(|| format!("cannot listen on {}", config.address()))?;
    let address = *server.addrs().first().context("no address was bound")?;
    Ok(Bound { server: server.run(), cache, address })
}

/// Opens the storage, and tells the application what it has to know.
pub(crate) fn open(config: &Config, clock: Arc<dyn Clock>) -> anyhow::Result<(Cache, Settings)> {
    let settings = settings(config, clock.now())?;
    let cache = Cache::new(open_storage(config)?, clock, hashes(config)?);
    let cache = match config.storage_mode() {
        StorageMode::S3 => cache.remembering(config.s3.read_cache_bytes),
        StorageMode::Memory | StorageMode::LocalDisk | StorageMode::Embedded => cache,
    };
    Ok((cache, settings))
}

/// Waits for SIGTERM or SIGINT, and then as long as it takes to be told so by the probe. Left to itself, actix-web cuts
/// requests in flight off at SIGINT.
async fn asked_to_end(draining: Arc<AtomicBool>, drain: Duration) {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        tracing::error!("signals cannot be waited for");
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    draining.store(true, Ordering::Relaxed);
    tokio::select! {
        () = tokio::time::sleep(drain) => {}
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

/// Opens the engine the configuration names; nothing else asks which one runs.
fn open_storage(config: &Config) -> anyhow::Result<SharedStorage> {
    let path = |default: &std::path::PathBuf| config.path.clone().unwrap_or_else(|| default.clone());
    let prefix = Folder::parse(&config.storage_prefix).context("the storage prefix is not usable")?;
    let storage: SharedStorage = match config.storage_mode() {
        StorageMode::Memory => Arc::new(Memory::new()),
        StorageMode::LocalDisk => Arc::new(LocalDisk::open(&path(&config.local_disk_path))?),
        StorageMode::Embedded => Arc::new(Embedded::open(&path(&config.embedded_path))?),
        StorageMode::S3 => Arc::new(S3::open(&config.s3.connection(prefix.clone())?)?),
    };
    if prefix == Folder::root() {
        return Ok(storage);
    }
    Ok(Arc::new(Prefixed::new(storage, prefix)))
}

fn hashes(config: &Config) -> anyhow::Result<CacheHashGenerator> {
    let algorithm = match config.hash_algorithm {
        HashAlgorithm::Md5 => Algorithm::Md5,
        HashAlgorithm::Sha256 => Algorithm::Sha256,
        HashAlgorithm::Sha384 => Algorithm::Sha384,
    };
    Ok(CacheHashGenerator::new(algorithm, config.hash_length)?)
}

/// The key every request must carry; an empty one is none.
pub(crate) fn api_key(config: &Config) -> Option<&str> {
    config.api_key.as_deref().filter(|value| !value.is_empty())
}

/// Refuses to be open to everybody on a network.
fn check_reach(config: &Config) -> anyhow::Result<()> {
    if api_key(config).is_none() && !config.host.is_loopback() {
        bail!("refusing to listen on {} without an API key: set FAST_API__AUTH__API_KEY__VALUE", config.host);
    }
    if api_key(config).is_none() {
        tracing::warn!("no API key is configured: everybody on this machine can read and write");
    }
    Ok(())
}

fn settings(config: &Config, boot_time: u64) -> anyhow::Result<Settings> {
    let api_key = api_key(config).map(str::to_owned);
    // An empty key would let in whoever sends an empty one; env files and compose files set variables to nothing.
    let admin_key = config.admin_api_key.clone().filter(|value| !value.is_empty());
    if api_key.is_none() && admin_key.is_some() {
        bail!("CACHE_SERVER__ADMIN_API_KEY needs FAST_API__AUTH__API_KEY__VALUE");
    }
    Ok(Settings {
        api_key: api_key.map(|value| ApiKey { name: config.api_key_name.clone(), value }),
        admin_key,
        body_limit: config.body_limit,
        body_pause: Duration::from_secs(config.body_pause_seconds),
        cors_origins: config.cors_origins.iter().filter(|origin| !origin.is_empty()).cloned().collect(),
        storage_mode: config.storage_mode().as_str(),
        bucket: config.s3.bucket.clone().filter(|_| config.storage_mode() == StorageMode::S3),
        default_ttl_hours: config.default_ttl_hours,
        instance_id: Uuid::new_v4(),
        boot_time,
        draining: Arc::default(),
    })
}
