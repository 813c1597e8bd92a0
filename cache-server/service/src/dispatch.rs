//! The way of a request: from its path to a handler, past everything that may refuse it, and back.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use actix_web::body::{BodySize, BoxBody, MessageBody as _};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse};
use percent_encoding::percent_decode_str;

use crate::call::Call;
use crate::conditional;
use crate::connection::Turn;
use crate::guard;
use crate::keys::Key;
use crate::limits::Limits;
use crate::metrics::known;
use crate::refusal::Refusal;
use crate::response_body;
use crate::routes::{Access, Found, Handle, Scope};
use crate::sending::{Sending, log_abandoned};
use crate::service::{NAMESPACE, Service, id_value};
use crate::trace_id::TraceId;
use crate::unread::Unread;

/// Answers of this size are held in memory until they are sent; smaller ones are bounded by the number of requests.
const LARGE_ANSWER: u64 = 64 << 10;

/// Serves a request.
pub(crate) async fn serve(
    service: Arc<Service>,
    mut request: ServiceRequest,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let method = known(request.method());
    if method == "HEAD" {
        // The server leaves the body out by itself. Ranges are parts of what a GET answers.
        request.head_mut().method = Method::GET;
        request.headers_mut().remove(header::RANGE);
    }
    let raw = request.uri().path();
    // Decoded once: what stands for a slash is one, as in the Python service.
    let path: Box<str> =
        if raw.contains('%') { percent_decode_str(raw).decode_utf8_lossy().into() } else { raw.into() };
    let address = request.peer_addr().map(|address| address.ip().to_canonical());
    let trace_id = if service.logging.is_on() { TraceId::of(request.headers()) } else { None };
    let call = Call::new(service, path, address, trace_id);
    let mut unanswered = Unanswered { call: &call, method, is_answered: false };
    let (request, payload) = request.into_parts();
    let turn = request.conn_data::<Rc<Turn>>().cloned();
    let (unread, payload) = match payload {
        Payload::None => (None, payload),
        body => {
            let is_endless = request.headers().contains_key(header::TRANSFER_ENCODING);
            let (unread, payload) = Unread::of(body, turn.clone());
            (is_endless.then_some(unread), payload)
        }
    };
    let answer = call.scope(answer(&call, request.clone(), payload)).await;
    unanswered.is_answered = true;
    let answer = finalize(&call, answer);
    let answer = match unread {
        Some(unread) => unread.held_by(answer),
        None => answer,
    };
    let took = call.begun().elapsed();
    report(&call, &request, method, answer.status(), took);
    let sending = Sending { call: call.clone(), method, status: answer.status().as_u16(), took };
    match (turn, answer.body().size()) {
        (Some(turn), _) => turn.sends(sending),
        (None, BodySize::Sized(size)) => sending.end(size, true),
        (None, BodySize::None | BodySize::Stream) => sending.end(0, true),
    }
    Ok(ServiceResponse::new(request, answer))
}

async fn answer(call: &Call, request: HttpRequest, payload: Payload) -> HttpResponse {
    let service = call.service();
    let handle = match authorize(call, &request) {
        Ok(handle) => handle,
        Err(refusal) => return service.refuse(&refusal),
    };
    if call.entry().is_some_and(|entry| entry.access == Access::Probe) {
        return handle(request, payload).await;
    }
    // Whoever has no key takes no place of those who have one.
    let is_open = call.entry().is_some_and(|entry| entry.access == Access::Open);
    let (in_work, most) = match is_open {
        true => (&service.counts.open_in_work, service.limits.requests.div_ceil(8)),
        false => (&service.counts.in_work, service.limits.requests),
    };
    let _working = match in_work.begin(most, &service.limits, &service.counts) {
        Ok(working) => working,
        Err(refusal) => return service.refuse(&refusal),
    };
    let is_write = request.method() != Method::GET;
    if is_write
        && !call.entry().is_some_and(|entry| entry.conditional)
        && let Err(refusal) = conditional::none(request.headers())
    {
        return service.refuse(&refusal);
    }
    // The HTTP library would take all that still comes on the connection for its body.
    let upgrade = request.headers().get(header::UPGRADE);
    if is_write && upgrade.is_some_and(|protocol| protocol.as_bytes().eq_ignore_ascii_case(b"websocket")) {
        return service.refuse(&Refusal::Field { field: "upgrade", reason: "there is no protocol but HTTP here" });
    }
    if let Err(refusal) = call.waits(service.in_flight.some_left(call.address())).await {
        return service.refuse(&refusal);
    }
    let answer = handle(request.clone(), payload).await;
    conditional::apply(request.method(), request.headers(), answer).unwrap_or_else(|refusal| service.refuse(&refusal))
}

/// Finds the handler of a request, and lets it in or refuses it.
fn authorize<'a>(call: &'a Call, request: &HttpRequest) -> Result<&'a Handle, Refusal> {
    let service = call.service();
    let found = service.routes.find(request.method(), call.path());
    let access = match &found {
        Found::Entry(number, _) => service.routes.entry(*number).access,
        // Nobody without a key learns what there is.
        Found::OtherMethods(_) | Found::Nothing => Access::Key(Scope::Read),
    };
    let page = access == Access::Open && request.method() == Method::GET;
    if access != Access::Probe && service.is_reached_by_socket && service.keys.is_open() {
        guard::only_local(request.head(), &service.origins, page)?;
    }
    let length = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
    if access != Access::Probe && length > Limits::URI {
        return Err(Refusal::UriTooLong(Limits::URI));
    }
    let key = match access {
        Access::Probe => None,
        Access::Open => {
            // What sets a cookie is for the service's own pages.
            if request.method() != Method::GET {
                guard::same_origin(request.head(), &service.origins)?;
            }
            None
        }
        Access::AnyKey | Access::Key(_) => authenticate(call, request)?,
    };
    match found {
        Found::Nothing => return Err(Refusal::NotFound),
        Found::OtherMethods(methods) => return Err(Refusal::Method(methods)),
        Found::Entry(number, params) => call.matches(number, params),
    }
    if let (Some(key), Access::Key(scope)) = (&key, access) {
        if !key.has(scope) {
            return Err(Refusal::Scope(scope));
        }
        if call.has_param(NAMESPACE) && !key.namespaces.is_empty() {
            let namespace = service.shape.namespace.and_then(|stored| stored(call.param(NAMESPACE)));
            if !namespace.is_some_and(|namespace| key.reaches(&namespace)) {
                return Err(Refusal::Namespace);
            }
        }
    }
    Ok(&call.entry().expect("the entry was found").handle)
}

/// Finds the key of a request: in the header, in the cookie of the same name, or behind a session's ticket.
fn authenticate(call: &Call, request: &HttpRequest) -> Result<Option<Arc<Key>>, Refusal> {
    let service = call.service();
    if service.keys.is_open() {
        return Ok(None);
    }
    let (keys, now) = (&service.keys, service.now());
    let header = request.headers().get(keys.header.as_str()).filter(|value| !value.is_empty());
    let (key, ends) = match header {
        Some(value) => (keys.find(value.as_bytes(), now).ok_or(Refusal::WrongKey)?, None),
        None => {
            let cookie = |name: &str| request.cookie(name).filter(|cookie| !cookie.value().is_empty());
            let (cookie, ticket) = (cookie(&keys.header), cookie(service.sessions.cookie));
            let is_none = cookie.is_none() && ticket.is_none();
            let key = cookie.and_then(|cookie| Some((keys.find(cookie.value().as_bytes(), now)?, None)));
            // A key that was set as a cookie long ago, or by another service of this host, hides no session.
            let session = || service.sessions.key(ticket?.value(), keys, now).map(|(key, ends)| (key, Some(ends)));
            let found = key.or_else(session).ok_or(if is_none { Refusal::NoKey } else { Refusal::WrongKey })?;
            // A browser sends cookies with what pages of others tell it to ask for.
            guard::same_origin(request.head(), &service.origins)?;
            found
        }
    };
    call.is_called_by(Arc::clone(&key), ends);
    key.count(&service.limits, &service.counts.reasons)?;
    Ok(Some(key))
}

/// Adds what every answer carries, and holds memory for a large one until it is sent.
fn finalize(call: &Call, mut answer: HttpResponse) -> HttpResponse {
    let service = call.service();
    let has_key = matches!(call.entry().map(|entry| entry.access), Some(Access::Key(_)));
    let headers = answer.headers_mut();
    headers.insert(service.shape.request_id.clone(), id_value(call.id()));
    for (name, value) in call.take_headers() {
        headers.append(name, value);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private"));
    }
    let active =
        |media_type: &[u8]| media_type.starts_with(b"text/html") || media_type.windows(3).any(|part| part == b"xml");
    if has_key && headers.get(header::CONTENT_TYPE).is_some_and(|value| active(value.as_bytes())) {
        // What users stored must not run as a script of this origin.
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox"));
    }
    let held = call.take_held();
    match answer.body().size() {
        // In process nobody is slow.
        BodySize::Sized(size) if size > LARGE_ANSWER && service.is_reached_by_socket => {
            // What was asked for may be given back, now that it is answered.
            drop(held);
            // Pages are in memory anyhow.
            let counted = if has_key { size } else { 0 };
            let held = service.in_flight.overdraw(call.address(), counted);
            answer.map_body(|_, body| response_body::large(call, body, held))
        }
        BodySize::Stream => answer.map_body(|_, body| response_body::streamed(call, body, held)),
        BodySize::None | BodySize::Sized(_) => answer,
    }
}

/// A request whose client may go away before there is an answer.
struct Unanswered<'a> {
    call: &'a Call,
    method: &'static str,
    is_answered: bool,
}

impl Drop for Unanswered<'_> {
    fn drop(&mut self) {
        if !self.is_answered {
            let counts = &self.call.service().counts;
            counts.abandoned.fetch_add(1, Relaxed);
            counts.received_bytes.fetch_add(self.call.received(), Relaxed);
            log_abandoned(self.call, self.method);
        }
    }
}

/// Tells the log and the counters what came of a request.
fn report(call: &Call, request: &HttpRequest, method: &'static str, status: StatusCode, took: Duration) {
    let entry = call.entry();
    let route = entry.map(|entry| entry.path);
    let key = call.key().map(|key| key.name.as_str());
    let (path, status) = (request.uri().path(), status.as_u16());
    let counts = &call.service().counts;
    // How fast a client sends says nothing of the service.
    let (_, reading) = call.spent();
    counts.requests.count(call.route(), method, status, took.saturating_sub(reading));
    if key.is_none() {
        counts.keyless.fetch_add(1, Relaxed);
    }
    if call.received() > 0 {
        counts.received_bytes.fetch_add(call.received(), Relaxed);
    }
    if entry.is_some_and(|entry| entry.access == Access::Key(Scope::Admin) && !entry.routine) {
        tracing::info!(request_id = %call.id(), key, method, path, status, "an administrator's request");
    }
    tracing::debug!(request_id = %call.id(), key, method, route, path, status, micros = took.as_micros(), "served");
}
