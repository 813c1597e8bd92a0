//! What happens to every request before and after the operation: its identifier, its method and path, the log line.

use std::time::Instant;

use actix_cors::Cors;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::{Method, Uri};
use actix_web::middleware::Next;
use uuid::Uuid;

use super::request_id;

const REQUEST_ID: HeaderName = HeaderName::from_static("fast-api-request-id");

/// Gives the request an identifier, serves HEAD as GET, and logs what came of it.
pub(super) async fn request(
    mut request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let id = Uuid::new_v4();
    let start = Instant::now();
    if request.method() == Method::HEAD {
        // The server leaves the body out by itself.
        request.head_mut().method = Method::GET;
    }
    decode_slashes(&mut request);
    let mut response = request_id::scope(id, next.call(request)).await?;
    let text = id.as_hyphenated().encode_lower(&mut Uuid::encode_buffer()).to_owned();
    if let Ok(value) = HeaderValue::from_str(&text) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    tracing::debug!(
        request_id = %id,
        method = %response.request().method(),
        path = response.request().path(),
        status = response.status().as_u16(),
        micros = start.elapsed().as_micros(),
        "served"
    );
    Ok(response)
}

/// Makes `%2F` a slash before the operation is looked up, as the Python service does.
fn decode_slashes(request: &mut ServiceRequest) {
    let path = request.uri().path();
    if !path.contains("%2F") && !path.contains("%2f") {
        return;
    }
    let path = path.replace("%2F", "/").replace("%2f", "/");
    let target = match request.uri().query() {
        Some(query) => format!("{path}?{query}"),
        None => path,
    };
    let mut parts = request.uri().clone().into_parts();
    parts.path_and_query = target.parse().ok();
    if let Ok(uri) = Uri::from_parts(parts) {
        request.match_info_mut().get_mut().update(&uri);
        request.head_mut().uri = uri;
    }
}

/// Lets pages of the listed origins call the service; with none listed, no page of another origin.
pub(super) fn cors(origins: &[String]) -> actix_web::middleware::Condition<Cors> {
    let cors = Cors::default().allow_any_method().allow_any_header().expose_any_header().supports_credentials();
    let cors = origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin));
    actix_web::middleware::Condition::new(!origins.is_empty(), cors)
}
