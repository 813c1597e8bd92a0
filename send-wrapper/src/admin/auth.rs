//! Who may call: one API key in a header or a cookie.

use std::net::IpAddr;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{ResponseError, web};
use subtle::ConstantTimeEq;

use super::Admin;
use super::problem::Problem;

/// The name and value of the header (or cookie) that lets a request in.
#[derive(Clone)]
pub(super) struct ApiKey {
    pub(super) name: String,
    pub(super) value: String,
}

impl std::fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApiKey").field("name", &self.name).field("value", &"[redacted]").finish()
    }
}

/// Refuses a request without the right key; the documentation and the probe are free.
pub(super) async fn check(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<EitherBody<impl MessageBody>>, actix_web::Error> {
    let problem = match is_free(request.path()) {
        true => None,
        false if is_foreign(&request) => Some(Problem::Foreign),
        false if !is_allowed(&request) => Some(Problem::Unauthorized),
        false => None,
    };
    match problem {
        None => Ok(next.call(request).await?.map_into_left_body()),
        Some(problem) => Ok(request.into_response(problem.error_response()).map_into_right_body()),
    }
}

/// Whether a browser asks for a page of somebody else: such a page can send requests with the cookies of the browser, and to services
/// that only this machine reaches.
fn is_foreign(request: &ServiceRequest) -> bool {
    let header = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap_or_default());
    let host = header("host").unwrap_or_default();
    let other_origin = header("origin").is_some_and(|origin| origin.split_once("://").is_none_or(|(_, of)| of != host));
    // Without a key, a name that somebody made to lead here is as foreign.
    let keyless = request.app_data::<web::Data<Admin>>().is_some_and(|admin| admin.key.is_none());
    let name = host
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()))
        .map_or(host, |(name, _)| name);
    let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    let is_here = name == "localhost" || address.is_ok_and(|address| address.is_loopback());
    other_origin || header("sec-fetch-site") == Some("cross-site") || (keyless && !is_here)
}

fn is_free(path: &str) -> bool {
    matches!(path, "/docs" | "/api-docs" | "/info/health") || path.starts_with("/docs/")
}

fn is_allowed(request: &ServiceRequest) -> bool {
    let Some(admin) = request.app_data::<web::Data<Admin>>() else { return false };
    let Some(key) = &admin.key else { return true };
    let header = request.headers().get(key.name.as_str()).map(|value| value.as_bytes().to_vec());
    let given = header.or_else(|| request.cookie(&key.name).map(|cookie| cookie.value().as_bytes().to_vec()));
    given.is_some_and(|given| bool::from(given.ct_eq(key.value.as_bytes())))
}
