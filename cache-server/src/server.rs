//! Starting the service: from a configuration to a bound server that can be run and stopped.

use std::net::SocketAddr;
use std::sync::Arc;

use actix_web::web;
use actix_web::web::ServiceConfig;
use anyhow::Context;
use cache_client::CacheHashGenerator;
use cache_client::hash::Algorithm;
use chrono::{DateTime, Utc};
use http_service::metrics::Metrics;
use http_service::{Service, Stopping};
use uuid::Uuid;

use crate::api::{self, Settings};
use crate::cache::Cache;
use crate::clock::{Clock, SystemClock};
use crate::config::{Config, HashAlgorithm, StorageMode};
use crate::measured::{self, Measured};
use crate::metrics::Shown;
use crate::storage::{
    Embedded, Folder, LocalDisk, Memory, Prefixed, Room, S3, SharedStorage, ShownCommits, ShownRequests,
};

/// A server that has its port and waits to be run.
#[derive(Debug)]
pub struct Bound {
    bound: http_service::Bound,
    cache: Cache,
}

impl Bound {
    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.bound.address()
    }

    /// The other address it shows metrics on.
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.bound.metrics_address()
    }

    /// A handle to stop it with.
    pub fn handle(&self) -> actix_web::dev::ServerHandle {
        self.bound.handle()
    }

    /// Serves until SIGTERM, SIGINT or a stop through the handle; finishes requests in flight and flushes.
    pub async fn run(self) -> anyhow::Result<()> {
        self.bound.run().await?;
        self.cache.flush().await.context("the storage could not be flushed")
    }
}

/// Opens the storage and takes the port.
pub fn bind(config: &Config) -> anyhow::Result<Bound> {
    bind_with(config, Arc::new(SystemClock))
}

/// Opens the storage and takes the port, with a clock of one's own.
pub fn bind_with(config: &Config, clock: Arc<dyn Clock>) -> anyhow::Result<Bound> {
    let drain = config.serving.drain();
    bind_until(config, clock, |stopping| http_service::until_asked_to_stop(stopping, drain))
}

/// Opens the storage and takes the port; serves until what `end` makes ends, or a stop through the handle. `end` gets what
/// tells the service that it is about to end.
pub(crate) fn bind_until<End: Future<Output = ()> + Send + 'static>(
    config: &Config,
    clock: Arc<dyn Clock>,
    end: impl FnOnce(Arc<Stopping>) -> End,
) -> anyhow::Result<Bound> {
    let (cache, service, configure) = open(config, clock)?;
    let end = end(service.stopping());
    let bound = http_service::bind(service, &config.serving.listen()?, configure, end)?;
    Ok(Bound { bound, cache })
}

/// Opens the storage, and makes the service with what its operations take by type.
pub(crate) fn open(
    config: &Config,
    clock: Arc<dyn Clock>,
) -> anyhow::Result<(Cache, Service, impl Fn(&mut ServiceConfig) + Clone + Send + use<>)> {
    let serving = &config.serving;
    let (keys, sessions) = (serving.keys(config.admin_key(), true)?, serving.sessions("cache-server-session")?);
    let settings = Settings {
        key_name: if keys.is_open() { "auth-cookie".to_owned() } else { serving.api_key_name.clone() },
        storage_mode: config.storage_mode().as_str(),
        bucket: config.s3.bucket.clone().filter(|_| config.storage_mode() == StorageMode::S3),
        default_ttl_hours: config.default_ttl_hours,
        names: config.names,
        instance_id: Uuid::new_v4(),
        boot_time: clock.now(),
        shown: config.shown(),
    };
    let time = Arc::clone(&clock);
    let now = move || DateTime::<Utc>::from_timestamp_millis(i64::try_from(time.now()).unwrap_or(i64::MAX));
    let service = api::service(keys, sessions, serving.limits()?, serving.ui)
        .origins(serving.origins())
        .logging(serving.logging())
        .clock(move || now().unwrap_or(DateTime::<Utc>::MAX_UTC));
    service.metrics().build("cache-server", env!("CARGO_PKG_VERSION"));
    let room = Room::granted_by(service.room()).tight_when(service.is_tight());
    let cache = Cache::new(open_storage(config, room, &service.metrics())?, clock, hashes(config)?);
    let cache = match config.storage_mode() {
        StorageMode::S3 => cache.remembering(config.s3.read_cache_bytes),
        StorageMode::Memory | StorageMode::LocalDisk | StorageMode::Embedded => cache,
    };
    service.metrics().add(Shown { cache: cache.clone(), answered: service.answered(), retrieves: api::RETRIEVES });
    let (shared, settings) = (web::Data::new(cache.clone()), web::Data::new(settings));
    let configure = move |app: &mut ServiceConfig| {
        app.app_data(shared.clone()).app_data(settings.clone());
    };
    Ok((cache, service, configure))
}

/// Opens the engine the configuration names; nothing else asks which one runs. What it does is counted.
fn open_storage(config: &Config, room: Room, metrics: &Metrics) -> anyhow::Result<SharedStorage> {
    let path = |default: &std::path::PathBuf| config.path.clone().unwrap_or_else(|| default.clone());
    let prefix = Folder::parse(&config.storage_prefix).context("the storage prefix is not usable")?;
    let storage: SharedStorage = match config.storage_mode() {
        StorageMode::Memory => Arc::new(Memory::new()),
        StorageMode::LocalDisk => Arc::new(LocalDisk::open(&path(&config.local_disk_path))?.with_room(room)),
        StorageMode::Embedded => {
            let storage = Embedded::open(&path(&config.embedded_path))?.with_room(room);
            metrics.add(ShownCommits(storage.commits()));
            Arc::new(storage)
        }
        StorageMode::S3 => {
            let storage = S3::open(&config.s3.connection(prefix.clone())?)?.with_room(room);
            metrics.add(ShownRequests(storage.requests()));
            Arc::new(storage)
        }
    };
    let mode = config.storage_mode();
    let measured = Measured::new(storage, mode.as_str(), mode == StorageMode::Memory);
    metrics.add(measured::Shown(measured.operations()));
    let storage: SharedStorage = Arc::new(measured);
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
