//! The API key as a cookie, as the Python service sets it for browsers.

use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::Settings;
use super::body::Body;
use super::error::{Error, Refused, Result};

/// Show a form that sets the API key as a cookie
#[utoipa::path(
    get,
    path = "",
    tag = "auth",
    responses((status = 200, description = "The form.", body = String, content_type = "text/html"), Refused)
)]
pub(crate) async fn set_cookie_form() -> HttpResponse {
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
    post,
    path = "",
    tag = "auth",
    request_body(content = SetCookie, description = "The API key."),
    responses((status = 200, description = "The cookie was set.", body = CookieSet), Refused)
)]
pub(crate) async fn set_auth_cookie(settings: web::Data<Settings>, body: Body) -> Result<HttpResponse> {
    let cookie_value = match body.object().await?.get("cookie_value") {
        Some(cache_client::Json::String(value)) => value.clone(),
        Some(other) if *other != cache_client::Json::Null => {
            return Err(Error::body("string_type", "cookie_value: Input should be a valid string", &other.dumps()));
        }
        _ => String::new(),
    };
    if cookie_value.chars().any(|c| c.is_control() || !c.is_ascii() || matches!(c, ';' | ',' | '"' | '\\' | ' ')) {
        return Err(Error::required("cookie_value", "The value cannot be sent as a cookie", "cookie_value"));
    }
    let cookie_name = settings.key_name.clone();
    let mut cookie = Cookie::new(cookie_name.clone(), cookie_value.clone());
    cookie.set_http_only(true);
    cookie.set_same_site(SameSite::Strict);
    cookie.set_path("/");
    let set = CookieSet { message: "Cookie set successfully", cookie_name, cookie_value };
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).cookie(cookie).json(set))
}
