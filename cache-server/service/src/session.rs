//! Sessions: a key is checked once, and a ticket in a cookie stands for it in a browser.
//!
//! A ticket is the key's name, when it ends, and a MAC over both and the key's hash: whoever replaces or takes away a key
//! ends its sessions. What the key may do is looked up at every request. Nothing is kept in the server, so that any server
//! with the same secret takes the ticket.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::cookie::time::Duration as CookieAge;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header::{CACHE_CONTROL, HeaderName, ORIGIN};
use actix_web::web::Query;
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use tokio::time::Instant;
use utoipa::{IntoParams, ToSchema};

use crate::body::Body;
use crate::call::Call;
use crate::keys::{Key, Keys};
use crate::refusal::Refusal;
use crate::routes::{Entry, Scope};

/// What nobody may keep a copy of.
const NO_STORE: (HeaderName, &str) = (CACHE_CONTROL, "no-store");
/// How long a session lasts.
const LASTS: Duration = Duration::from_secs(12 * 60 * 60);

/// What tickets are made with.
pub struct Sessions {
    /// The name of the cookie; each service has one of its own.
    pub(crate) cookie: &'static str,
    secret: [u8; 32],
    /// Whether the secret is this process's alone.
    pub(crate) is_drawn: bool,
    failures: Failures,
}

impl std::fmt::Debug for Sessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sessions").field("cookie", &self.cookie).finish_non_exhaustive()
    }
}

impl Sessions {
    /// Sessions with a secret that servers share, or one that is drawn and ends with the process.
    pub fn new(cookie: &'static str, secret: Option<&str>) -> anyhow::Result<Self> {
        let mut drawn = [0; 32];
        match secret {
            Some(secret) if secret.len() < 16 => anyhow::bail!("the session secret is shorter than 16 characters"),
            Some(secret) => drawn.copy_from_slice(crate::keys::Digest::of(secret.as_bytes()).bytes()),
            None => getrandom::fill(&mut drawn)?,
        }
        Ok(Self { cookie, secret: drawn, is_drawn: secret.is_none(), failures: Failures::default() })
    }

    /// The MAC of a ticket.
    fn mac(&self, name: &str, ends: i64, key: &Key) -> Vec<u8> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret).expect("a secret of any length will do");
        // Of this service alone; a cookie's name has no NUL.
        mac.update(self.cookie.as_bytes());
        mac.update(b"\0");
        mac.update(&ends.to_be_bytes());
        mac.update(key.digest.bytes());
        mac.update(name.as_bytes());
        mac.finalize().into_bytes().to_vec()
    }

    fn ticket(&self, key: &Key, ends: DateTime<Utc>) -> String {
        let ends = ends.timestamp();
        format!("{}.{ends}.{}", BASE64.encode(&key.name), BASE64.encode(self.mac(&key.name, ends, key)))
    }

    /// The key a ticket stands for, and when the session ends; `None` when it is over, forged, or of a key that is no more.
    pub(crate) fn key(&self, ticket: &str, keys: &Keys, now: DateTime<Utc>) -> Option<(Arc<Key>, DateTime<Utc>)> {
        let mut parts = ticket.split('.');
        let (name, ends, mac) = (parts.next()?, parts.next()?, parts.next()?);
        let name = String::from_utf8(BASE64.decode(name).ok()?).ok()?;
        let ends: i64 = ends.parse().ok()?;
        let mac = BASE64.decode(mac).ok()?;
        let key = keys.named(&name, now)?;
        let is_right = bool::from(self.mac(&name, ends, &key).ct_eq(&mac));
        let is_over = ends <= now.timestamp();
        (is_right && parts.next().is_none() && !is_over).then_some((key, DateTime::from_timestamp(ends, 0)?))
    }
}

/// Failed sign-ins by address: ten at once, and one more every six seconds.
#[derive(Debug, Default)]
struct Failures(Mutex<HashMap<Option<IpAddr>, (f64, Instant)>>);

impl Failures {
    const MOST: f64 = 10.0;
    const A_SECOND: f64 = 1.0 / 6.0;
    /// How many addresses are remembered.
    const ADDRESSES: usize = 10_000;

    /// The failures that still count.
    fn left((failures, at): (f64, Instant), now: Instant) -> f64 {
        (failures - now.duration_since(at).as_secs_f64() * Self::A_SECOND).max(0.0)
    }

    fn check(&self, address: Option<IpAddr>) -> Result<(), Refusal> {
        let known = self.0.lock().get(&crate::in_flight::network(address)).copied();
        let over = known.map_or(0.0, |known| Self::left(known, Instant::now())) + 1.0 - Self::MOST;
        if over <= 0.0 {
            return Ok(());
        }
        Err(Refusal::SignInRate { wait: Duration::from_secs_f64((over / Self::A_SECOND).ceil()) })
    }

    fn add(&self, address: Option<IpAddr>) {
        let (mut all, now) = (self.0.lock(), Instant::now());
        if all.len() >= Self::ADDRESSES {
            all.retain(|_, known| Self::left(*known, now) > 0.0);
        }
        if all.len() >= Self::ADDRESSES {
            // So many addresses at once are an attack: begin anew rather than grow.
            all.clear();
        }
        let known = all.entry(crate::in_flight::network(address)).or_insert((0.0, now));
        *known = (Self::left(*known, now) + 1.0, now);
    }
}

/// What begins a session.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SignIn {
    /// The API key.
    key: String,
    /// The path that the service has for the browser, such as `/console/`, for the cookie: letters, digits, `-_.~` and slashes,
    /// up to 256 characters, without dot segments. `/` when not given.
    path: Option<String>,
}

/// A session.
#[derive(Debug, Serialize, ToSchema)]
struct Session {
    /// The name of its key.
    name: String,
    /// What the key is good for: `read`, `write`, `delete`, `admin`.
    #[schema(value_type = Vec<String>)]
    scopes: Vec<Scope>,
    /// When the session ends, in milliseconds since 1970; null for one that has no end, as of a program with a key.
    ends_at: Option<i64>,
}

impl Session {
    fn of(key: &Key, ends: Option<DateTime<Utc>>) -> Self {
        let ends_at = ends.map(|ends| ends.timestamp_millis());
        Self { name: key.name.clone(), scopes: key.scopes.clone(), ends_at }
    }
}

fn path(given: Option<&str>) -> Result<String, Refusal> {
    let path = given.unwrap_or("/");
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '.' | '~');
    let has_dots = path.split('/').any(|segment| matches!(segment, "." | ".."));
    if !path.starts_with('/') || path.contains("//") || has_dots || path.len() > 256 || !path.chars().all(is_plain) {
        return Err(Refusal::Field { field: "path", reason: "is not the plain absolute path of a page" });
    }
    Ok(path.to_owned())
}

/// The cookie, for a page at `path` that was loaded with TLS or without.
fn cookie(request: &HttpRequest, name: &'static str, value: String, path: String) -> Cookie<'static> {
    let origin = request.headers().get(ORIGIN).and_then(|origin| origin.to_str().ok());
    Cookie::build(name, value)
        .path(path)
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(origin.is_some_and(|origin| origin.starts_with("https://")))
        .finish()
}

/// The operations of sessions.
pub fn routes() -> Vec<Entry> {
    crate::routes! {
        POST   "/auth/session" open begin_session, small;
        GET    "/auth/session" any  show_session,  small;
        DELETE "/auth/session" open end_session,   small;
    }
}

/// Begin a session of a browser
///
/// Checks a key, and sets a cookie that stands for it for 12 hours.
#[utoipa::path(
    post,
    path = "",
    tag = "auth",
    request_body(content = SignIn, description = "The key."),
    responses((status = 200, description = "The cookie was set.", body = Session))
)]
async fn begin_session(call: Call, request: HttpRequest, body: Body) -> HttpResponse {
    begin(&call, &request, body).unwrap_or_else(|refusal| refusal.response())
}

fn begin(call: &Call, request: &HttpRequest, Body(body): Body) -> Result<HttpResponse, Refusal> {
    let service = call.service();
    crate::guard::same_origin(request.head(), &service.origins)?;
    let wanted: SignIn = serde_json::from_slice(&body?)
        .map_err(|_| Refusal::Field { field: "body", reason: "is no JSON object with the field \"key\"" })?;
    let path = path(wanted.path.as_deref())?;
    service.sessions.failures.check(call.address())?;
    let now = service.now();
    let Some(key) = service.keys.find(wanted.key.as_bytes(), now) else {
        service.sessions.failures.add(call.address());
        tracing::warn!(address = ?call.address(), "a sign-in failed");
        return Err(Refusal::WrongKey);
    };
    let most = now + LASTS;
    let ends = key.expires.map_or(most, |ends| ends.min(most));
    let mut cookie = cookie(request, service.sessions.cookie, service.sessions.ticket(&key, ends), path);
    cookie.set_max_age(CookieAge::seconds((ends - now).num_seconds().max(0)));
    tracing::info!(key = key.name, address = ?call.address(), "a session begins");
    Ok(HttpResponse::Ok().insert_header(NO_STORE).cookie(cookie).json(Session::of(&key, Some(ends))))
}

/// Show whose key a request is let in by
#[utoipa::path(
    get,
    path = "",
    tag = "auth",
    responses((status = 200, description = "The key, by its name.", body = Session))
)]
async fn show_session(call: Call) -> HttpResponse {
    // Of a service without keys, whoever reaches it may do everything.
    let everybody = || Session { name: String::new(), scopes: Scope::ALL.to_vec(), ends_at: None };
    let session = call.key().map_or_else(everybody, |key| Session::of(key, call.session_ends().or(key.expires)));
    HttpResponse::Ok().insert_header(NO_STORE).json(session)
}

/// The page whose session ends.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SignOut {
    /// The path that the session was begun with; `/` when not given.
    path: Option<String>,
}

/// That there is no session any more.
#[derive(Debug, Serialize, ToSchema)]
struct Ended {
    /// `ended`.
    status: &'static str,
}

/// End the session of a browser
///
/// Takes the cookie away.
#[utoipa::path(
    delete,
    path = "",
    tag = "auth",
    params(SignOut),
    responses((status = 200, description = "There is no session any more.", body = Ended))
)]
async fn end_session(call: Call, request: HttpRequest) -> HttpResponse {
    end(&call, &request).unwrap_or_else(|refusal| refusal.response())
}

fn end(call: &Call, request: &HttpRequest) -> Result<HttpResponse, Refusal> {
    crate::guard::same_origin(request.head(), &call.service().origins)?;
    let wanted = Query::<SignOut>::from_query(request.query_string());
    let wanted = wanted.map_err(|_| Refusal::Field { field: "query", reason: "has nothing but \"path\"" })?;
    let mut cookie = cookie(request, call.service().sessions.cookie, String::new(), path(wanted.path.as_deref())?);
    cookie.make_removal();
    Ok(HttpResponse::Ok().insert_header(NO_STORE).cookie(cookie).json(Ended { status: "ended" }))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]
    use super::*;
    use crate::keys::Digest;

    #[test]
    fn a_ticket_ends_with_its_time_its_key_and_its_secret() {
        let (now, key) = (Utc::now(), |value: &[u8]| Key::new("ann", Digest::of(value), vec![Scope::Read]));
        let keys = |value: &[u8]| Keys::new("x-api-key", vec![key(value)], None);
        let sessions = Sessions::new("s", Some("a secret of servers")).unwrap();
        let ticket = sessions.ticket(&key(b"one"), now + LASTS);
        assert_eq!(sessions.key(&ticket, &keys(b"one"), now).unwrap().0.name, "ann");
        let same = Sessions::new("s", Some("a secret of servers")).unwrap();
        assert!(same.key(&ticket, &keys(b"one"), now).is_some());
        assert!(sessions.key(&ticket, &keys(b"two"), now).is_none(), "the key was replaced");
        assert!(sessions.key(&ticket, &keys(b"one"), now + LASTS).is_none(), "it is over");
        assert!(Sessions::new("s", None).unwrap().key(&ticket, &keys(b"one"), now).is_none(), "another secret");
        let other = Sessions::new("other", Some("a secret of servers")).unwrap();
        assert!(other.key(&ticket, &keys(b"one"), now).is_none(), "another service");
        let (name, rest) = ticket.split_once('.').unwrap();
        let later = rest.split_once('.').unwrap().0.parse::<i64>().unwrap() + 1;
        let mac = rest.split_once('.').unwrap().1;
        for forged in [
            format!("{}.{rest}", BASE64.encode("bob")),
            format!("{name}.{later}.{mac}"),
            format!("{ticket}x"),
            format!("{ticket}.x"),
            name.to_owned(),
            String::new(),
            "..".to_owned(),
        ] {
            assert!(sessions.key(&forged, &keys(b"one"), now).is_none(), "{forged}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn failed_sign_ins_of_an_address_are_limited_for_a_while() {
        let failures = Failures::default();
        let (one, other) = (Some("192.0.2.1".parse().unwrap()), Some("192.0.2.2".parse().unwrap()));
        for _ in 0..10 {
            failures.check(one).unwrap();
            failures.add(one);
        }
        let refusal = failures.check(one).unwrap_err();
        assert_eq!(refusal.retry_after(), Some(6), "{refusal}");
        failures.check(other).unwrap();
        tokio::time::advance(Duration::from_secs(6)).await;
        failures.check(one).unwrap();
    }

    #[test]
    fn the_path_of_a_cookie_is_one_of_a_page() {
        for good in ["/", "/console/", "/a/b-c_d.e/"] {
            assert_eq!(path(Some(good)).unwrap(), good);
        }
        for bad in ["", "console", "//evil", "/a;domain=evil", "/a/../b", "/a b", "/a\n"] {
            path(Some(bad)).unwrap_err();
        }
    }
}
