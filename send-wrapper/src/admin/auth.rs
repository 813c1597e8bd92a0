//! Who may call: one API key in a header or a cookie.

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
    if is_free(request.path()) || is_allowed(&request) {
        return Ok(next.call(request).await?.map_into_left_body());
    }
    Ok(request.into_response(Problem::Unauthorized.error_response()).map_into_right_body())
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
