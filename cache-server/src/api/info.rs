//! `info` and `server`: about this service, and the probes for machines.

use actix_web::{HttpResponse, web};
use http_service::Call;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Settings;
use super::error::{Refused, Result};
use crate::cache::{Cache, ReadCacheStats};

/// That the service answers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok`.
    status: &'static str,
}

/// Tell that the service answers
#[utoipa::path(
    get,
    path = "",
    tag = "info",
    responses((status = 200, description = "It does.", body = Health), Refused)
)]
pub(crate) async fn health() -> web::Json<Health> {
    web::Json(Health { status: "ok" })
}

/// Tell that the process lives, without a key
#[utoipa::path(
    get,
    path = "",
    tag = "info",
    responses((status = 200, description = "It lives.", body = Health), Refused)
)]
pub(crate) async fn live() -> web::Json<Health> {
    web::Json(Health { status: "ok" })
}

/// Tell whether requests can be served, without a key
///
/// Reads from the storage and makes it flush: one that can do neither, or that a failed write has closed to writers, is
/// answered with a 5xx.
#[utoipa::path(
    get,
    path = "",
    tag = "info",
    responses((status = 200, description = "They can.", body = Health), Refused)
)]
pub(crate) async fn ready(cache: web::Data<Cache>, call: Call) -> Result<HttpResponse> {
    if call.is_stopping() {
        return Ok(HttpResponse::ServiceUnavailable().json(Health { status: "draining" }));
    }
    cache.check().await?;
    Ok(HttpResponse::Ok().json(Health { status: "ok" }))
}

/// This process.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServerInfo {
    /// Always null.
    server_id: Option<String>,
    /// Always null.
    server_name: Option<String>,
    /// Drawn when the process started.
    #[schema(value_type = String, format = "uuid")]
    server_instance_id: Uuid,
    /// When the process started, in milliseconds since 1970.
    server_boot_time: u64,
}

/// Tell which process answers
#[utoipa::path(
    get,
    path = "",
    tag = "info",
    responses((status = 200, description = "This process.", body = ServerInfo), Refused)
)]
pub(crate) async fn server_info(settings: web::Data<Settings>) -> web::Json<ServerInfo> {
    web::Json(ServerInfo {
        server_id: None,
        server_name: None,
        server_instance_id: settings.instance_id,
        server_boot_time: settings.boot_time,
    })
}

/// The state of the service.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServiceStatus {
    /// The service's name.
    name: &'static str,
    /// Its version.
    version: &'static str,
    /// `operational`.
    status: &'static str,
    /// `local`.
    environment: &'static str,
}

/// Tell the state of the service
#[utoipa::path(
    get,
    path = "",
    tag = "info",
    responses((status = 200, description = "The state.", body = ServiceStatus), Refused)
)]
pub(crate) async fn service_status() -> web::Json<ServiceStatus> {
    let (name, version) = (env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
    web::Json(ServiceStatus { name, version, status: "operational", environment: "local" })
}

/// The versions of the service.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Versions {
    /// The version of this service.
    cache_server: &'static str,
}

/// Tell the versions of the service
#[utoipa::path(
    get,
    path = "",
    tag = "info",
    responses((status = 200, description = "The versions.", body = Versions), Refused)
)]
pub(crate) async fn versions() -> web::Json<Versions> {
    web::Json(Versions { cache_server: env!("CARGO_PKG_VERSION") })
}

/// Where entries are kept.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StorageInfo {
    /// `memory`, `local_disk`, `embedded` or `s3`.
    storage_mode: &'static str,
    /// Reported and not enforced.
    ttl_hours: u32,
}

/// Tell where entries are kept
#[utoipa::path(
    get,
    path = "",
    tag = "server",
    responses((status = 200, description = "The storage.", body = StorageInfo), Refused)
)]
pub(crate) async fn storage_info(settings: web::Data<Settings>) -> web::Json<StorageInfo> {
    web::Json(StorageInfo { storage_mode: settings.storage_mode, ttl_hours: settings.default_ttl_hours })
}

/// How the read cache of id references does.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReadCache {
    /// Whether there is one.
    enabled: bool,
    /// The most it holds, in bytes.
    capacity_bytes: u64,
    /// What it holds, in bytes.
    bytes: u64,
    /// How many id references it holds.
    references: u64,
    /// How many references were answered from it.
    hits: u64,
    /// How many had to be read.
    misses: u64,
}

impl From<ReadCacheStats> for ReadCache {
    fn from(stats: ReadCacheStats) -> Self {
        let ReadCacheStats { enabled, capacity_bytes, bytes, references, hits, misses } = stats;
        Self { enabled, capacity_bytes, bytes, references, hits, misses }
    }
}

/// Tell how the read cache of id references does
///
/// There is one with the `s3` storage only; it is this server's own.
#[utoipa::path(
    get,
    path = "",
    tag = "server",
    responses((status = 200, description = "Its size and its counters.", body = ReadCache), Refused)
)]
pub(crate) async fn read_cache(cache: web::Data<Cache>) -> web::Json<ReadCache> {
    web::Json(cache.read_cache().into())
}
