//! About the service: `/info`, and probes.

use actix_web::{HttpResponse, web};
use http_service::Call;
use serde::Serialize;
use utoipa::ToSchema;

use super::Admin;
use super::problem::{Refused, Result};
use crate::analytics::RecorderSeen;
use crate::health::Health;
use crate::time::Timestamp;

/// That the process lives.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Live {
    /// `ok`.
    status: &'static str,
}

/// Tell that the process lives, without a key
#[utoipa::path(
    get,
    path = "",
    tag = "info",
    responses((status = 200, description = "It lives.", body = Live))
)]
pub(super) async fn live() -> web::Json<Live> {
    web::Json(Live { status: "ok" })
}

/// Tell whether requests can be served, without a key
///
/// 503 when the cache does not answer, and while the service is about to end. Costs one call.
#[utoipa::path(
    get,
    path = "",
    tag = "info",
    responses((status = 200, description = "They can.", body = Alive), (status = 503, description = "They cannot.", body = Alive))
)]
pub(super) async fn ready(admin: web::Data<Admin>, call: Call) -> HttpResponse {
    if call.is_stopping() {
        return HttpResponse::ServiceUnavailable().json(Alive { status: "draining" });
    }
    health(admin).await
}

/// Whether the service can do its work.
#[derive(Debug, Serialize, ToSchema)]
struct Alive {
    /// `ok`, or `unavailable` when the cache does not answer.
    status: &'static str,
}

/// Tell whether the cache answers, without a key
///
/// 503 when it does not. Costs one call.
#[utoipa::path(
    get,
    path = "",
    tag = "info",
    responses((status = 200, description = "It does.", body = Alive), (status = 503, description = "It does not.", body = Alive))
)]
pub(super) async fn health(admin: web::Data<Admin>) -> HttpResponse {
    match admin.send.health_check().await.healthy {
        true => HttpResponse::Ok().json(Alive { status: "ok" }),
        false => HttpResponse::ServiceUnavailable().json(Alive { status: "unavailable" }),
    }
}

/// How the service is.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ServiceStatus {
    /// `send-admin`.
    name: &'static str,
    /// Its version.
    version: &'static str,
    /// When it was started.
    started_at: Timestamp,
    /// What time it is here.
    now: Timestamp,
    /// How the cache is.
    cache: Health,
}

/// Tell how the service and its cache are
#[utoipa::path(
    get,
    path = "",
    tag = "info",
    responses((status = 200, description = "So.", body = ServiceStatus), Refused)
)]
pub(super) async fn status(admin: web::Data<Admin>) -> web::Json<ServiceStatus> {
    let cache = admin.send.health_check().await;
    // Why is for the log: it may name what is inside.
    let reason = cache.reason.as_ref().map(|_| "the cache does not answer".to_owned());
    if let Some(reason) = &cache.reason {
        tracing::warn!(reason, "the cache is not healthy");
    }
    web::Json(ServiceStatus {
        name: "send-admin",
        version: env!("CARGO_PKG_VERSION"),
        started_at: admin.started_at,
        now: admin.send.now(),
        cache: Health { reason, ..cache },
    })
}

/// Versions.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Versions {
    /// Of this service.
    send_admin: &'static str,
    /// Of the cache service; null when it does not say.
    cache_service: Option<String>,
}

/// Tell the versions of the service and its cache
#[utoipa::path(
    get,
    path = "",
    tag = "info",
    responses((status = 200, description = "These.", body = Versions), Refused)
)]
pub(super) async fn versions(admin: web::Data<Admin>) -> web::Json<Versions> {
    let cache = admin.send.cache.info().versions().await;
    let cache_service = cache.ok().map(|versions| versions.cache_server.clone());
    web::Json(Versions { send_admin: env!("CARGO_PKG_VERSION"), cache_service })
}

/// The recorders of the applications.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Recorders {
    /// What each said of itself last, by their names; those that have ended are `silent`.
    recorders: Vec<RecorderSeen>,
}

/// List what the recorders of the applications say of themselves
///
/// Each says so every minute. Two calls to the cache.
#[utoipa::path(
    get,
    path = "",
    tag = "info",
    responses((status = 200, description = "The recorders.", body = Recorders), Refused)
)]
pub(super) async fn recorders(admin: web::Data<Admin>) -> Result<web::Json<Recorders>> {
    Ok(web::Json(Recorders { recorders: admin.send.analytics().recorders().await? }))
}
