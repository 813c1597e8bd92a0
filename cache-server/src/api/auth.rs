//! Who may call: one API key in a header or a cookie, optionally another one for administrators.

use actix_web::body::{EitherBody, MessageBody};
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{HttpResponse, ResponseError, get, post, web};
use serde::Serialize;
use subtle::ConstantTimeEq;
use utoipa::ToSchema;

use super::Settings;
use super::body::Body;
use super::docs;
use super::error::{Error, Refused, Result};
use crate::api::operations::operations;

const MISSING: &str = "Client API key is missing, you need to set it on a header or cookie";
const WRONG: &str = "Invalid API key value";

operations!(set_cookie_form, set_auth_cookie,);

/// Refuses a request without the right key; the documentation, the cookie form and the probes are free.
pub(super) async fn check(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> std::result::Result<ServiceResponse<EitherBody<impl MessageBody>>, actix_web::Error> {
    if let Err(error) = allowed(&request) {
        return Ok(request.into_response(error.error_response()).map_into_right_body());
    }
    Ok(next.call(request).await?.map_into_left_body())
}

fn is_free(path: &str) -> bool {
    matches!(
        path,
        "/docs"
            | "/openapi.json"
            | "/auth/set-cookie-form"
            | "/auth/set-auth-cookie"
            | "/health/live"
            | "/health/ready"
    ) || path.strip_prefix("/docs/").is_some_and(docs::is_page)
}

fn allowed(request: &ServiceRequest) -> Result<()> {
    let Some(settings) = request.app_data::<web::Data<Settings>>() else { return Err(Error::Unauthorized(MISSING)) };
    let Some(key) = &settings.api_key else { return Ok(()) };
    // The path as operations are looked up by, where escaped letters are letters.
    let path = request.match_info().as_str();
    if is_free(path) {
        return Ok(());
    }
    let admin = path.starts_with("/admin/storage");
    let expected = settings.admin_key.as_ref().filter(|_| admin).unwrap_or(&key.value);
    let header = request.headers().get(key.name.as_str()).map(|value| value.as_bytes().to_vec());
    let given = header.or_else(|| request.cookie(&key.name).map(|cookie| cookie.value().as_bytes().to_vec()));
    match given {
        None => Err(Error::Unauthorized(MISSING)),
        Some(given) if bool::from(given.ct_eq(expected.as_bytes())) => Ok(()),
        Some(_) => Err(Error::Unauthorized(WRONG)),
    }
}

fn cookie_name(settings: &Settings) -> &str {
    settings.api_key.as_ref().map_or("auth-cookie", |key| &key.name)
}

/// Show a form that sets the API key as a cookie
#[utoipa::path(
    operation_id = "set_cookie_form",
    tag = "auth",
    responses((status = 200, description = "The form.", body = String, content_type = "text/html"), Refused),
    security(())
)]
#[get("/auth/set-cookie-form")]
async fn set_cookie_form() -> HttpResponse {
    HttpResponse::Ok().content_type("text/html; charset=utf-8").body(include_str!("cookie_form.html"))
}

/// What was set.
#[derive(Debug, Serialize, ToSchema)]
struct CookieSet {
    /// `Cookie set successfully`.
    message: &'static str,
    /// The cookie's name.
    cookie_name: String,
    /// The cookie's value.
    cookie_value: String,
}

/// The value the cookie gets.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes a body that is read leniently, as the Python service does")]
struct SetCookie {
    /// The API key; empty when not given.
    cookie_value: Option<String>,
}

/// Set the API key as a cookie of the browser that asks
#[utoipa::path(
    operation_id = "set_auth_cookie",
    tag = "auth",
    request_body(content = SetCookie, description = "The API key."),
    responses((status = 200, description = "The cookie was set.", body = CookieSet), Refused),
    security(())
)]
#[post("/auth/set-auth-cookie")]
async fn set_auth_cookie(settings: web::Data<Settings>, body: Body) -> Result<HttpResponse> {
    let cookie_value = match body.object()?.get("cookie_value") {
        Some(cache_client::Json::String(value)) => value.clone(),
        Some(other) if *other != cache_client::Json::Null => {
            return Err(Error::body("string_type", "cookie_value: Input should be a valid string", &other.dumps()));
        }
        _ => String::new(),
    };
    if cookie_value.chars().any(|c| c.is_control() || !c.is_ascii() || matches!(c, ';' | ',' | '"' | '\\' | ' ')) {
        return Err(Error::required("cookie_value", "The value cannot be sent as a cookie", "cookie_value"));
    }
    let cookie_name = cookie_name(&settings).to_owned();
    let mut cookie = Cookie::new(cookie_name.clone(), cookie_value.clone());
    cookie.set_http_only(true);
    cookie.set_same_site(SameSite::Strict);
    cookie.set_path("/");
    let set = CookieSet { message: "Cookie set successfully", cookie_name, cookie_value };
    Ok(HttpResponse::Ok().cookie(cookie).json(set))
}
