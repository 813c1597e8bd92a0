//! The request that is being served: what matched, who calls, and what it holds of the limits.

use std::cell::{Cell, OnceCell, RefCell};
use std::convert::Infallible;
use std::future::{Ready, ready};
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::dev::Payload;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{FromRequest, HttpRequest};
use chrono::{DateTime, Utc};
use futures::FutureExt as _;
use uuid::Uuid;

use crate::in_flight::Held;
use crate::keys::Key;
use crate::refusal::Refusal;
use crate::routes::{Entry, Params};
use crate::service::Service;
use crate::trace_id::TraceId;

tokio::task_local! {
    static CURRENT: Call;
}

/// A request that is being served. Handlers take it as an argument; elsewhere it is [`Call::current`].
#[derive(Clone)]
pub struct Call(Rc<Inner>);

struct Inner {
    id: Uuid,
    begun: Instant,
    /// The bytes of its body that have come.
    received: Cell<u64>,
    /// How long it waited for memory, and for parts of its body.
    waited: Cell<Duration>,
    reading: Cell<Duration>,
    /// Whether its body is being read.
    is_reading: Cell<bool>,
    has_failed: Cell<bool>,
    trace_id: Option<TraceId>,
    service: Arc<Service>,
    path: Box<str>,
    matched: OnceCell<(usize, Params)>,
    key: OnceCell<(Arc<Key>, Option<DateTime<Utc>>)>,
    address: Option<IpAddr>,
    held: RefCell<Held>,
    headers: RefCell<Vec<(HeaderName, HeaderValue)>>,
}

impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Call").field("id", &self.0.id).finish_non_exhaustive()
    }
}

impl Call {
    pub(crate) fn new(
        service: Arc<Service>,
        path: Box<str>,
        address: Option<IpAddr>,
        trace_id: Option<TraceId>,
    ) -> Self {
        Self(Rc::new(Inner {
            id: Uuid::new_v4(),
            begun: Instant::now(),
            received: Cell::new(0),
            waited: Cell::default(),
            reading: Cell::default(),
            is_reading: Cell::new(false),
            has_failed: Cell::new(false),
            trace_id,
            service,
            path,
            matched: OnceCell::new(),
            key: OnceCell::new(),
            address,
            held: RefCell::default(),
            headers: RefCell::default(),
        }))
    }

    /// The request that this task serves; `None` outside of one.
    pub fn current() -> Option<Self> {
        CURRENT.try_with(Self::clone).ok()
    }

    /// The identifier of the request that this task serves: in the answer's header, in refusals, and in the log. Nil
    /// outside of one.
    pub fn current_id() -> Uuid {
        CURRENT.try_with(|call| call.0.id).unwrap_or_default()
    }

    /// Runs what serves the request.
    pub(crate) async fn scope<F: Future>(&self, serve: F) -> F::Output {
        CURRENT.scope(self.clone(), serve).await
    }

    /// Runs a part of what serves the request, such as a part of its answer's body.
    pub(crate) fn enter<T>(&self, serve: impl FnOnce() -> T) -> T {
        CURRENT.sync_scope(self.clone(), serve)
    }

    /// Its identifier.
    pub fn id(&self) -> Uuid {
        self.0.id
    }

    pub(crate) fn service(&self) -> &Arc<Service> {
        &self.0.service
    }

    /// Its path, decoded.
    pub fn path(&self) -> &str {
        &self.0.path
    }

    pub(crate) fn matches(&self, number: usize, params: Params) {
        let _ = self.0.matched.set((number, params));
    }

    /// When it began.
    pub(crate) fn begun(&self) -> Instant {
        self.0.begun
    }

    /// Says that so many bytes of its body have come.
    pub(crate) fn receive(&self, bytes: usize) {
        self.0.received.set(self.0.received.get() + bytes as u64);
    }

    /// The bytes of its body that have come.
    pub(crate) fn received(&self) -> u64 {
        self.0.received.get()
    }

    /// The number of the line of the route table that matched.
    pub(crate) fn route(&self) -> Option<usize> {
        self.0.matched.get().map(|(number, _)| *number)
    }

    /// The line of the route table that matched.
    pub fn entry(&self) -> Option<&Entry> {
        self.0.matched.get().map(|(number, _)| self.0.service.routes.entry(*number))
    }

    /// A parameter of the path, decoded; empty when the route has none of this name.
    pub fn param(&self, name: &str) -> &str {
        let Some((_, params)) = self.0.matched.get() else { return "" };
        let place = params.iter().find(|(of, _)| *of == name).map(|(_, place)| place.clone());
        place.map_or("", |place| &self.0.path[place])
    }

    /// Tells whether the route has a parameter of this name.
    pub(crate) fn has_param(&self, name: &str) -> bool {
        self.0.matched.get().is_some_and(|(_, params)| params.iter().any(|(of, _)| *of == name))
    }

    pub(crate) fn is_called_by(&self, key: Arc<Key>, session_ends: Option<DateTime<Utc>>) {
        let _ = self.0.key.set((key, session_ends));
    }

    /// When the session ends that let it in; `None` for a key that was sent.
    pub(crate) fn session_ends(&self) -> Option<DateTime<Utc>> {
        self.0.key.get().and_then(|(_, ends)| *ends)
    }

    /// The key that let it in; `None` for services without keys and operations that need none.
    pub fn key(&self) -> Option<&Arc<Key>> {
        self.0.key.get().map(|(key, _)| key)
    }

    /// Tells whether the caller reaches a namespace. Lists show no others.
    pub fn reaches(&self, namespace: &str) -> bool {
        self.key().is_none_or(|key| key.reaches(namespace))
    }

    /// The client's address; `None` without a socket.
    pub fn address(&self) -> Option<IpAddr> {
        self.0.address
    }

    /// Tells whether the service is about to end, and wants no more requests.
    pub fn is_stopping(&self) -> bool {
        self.0.service.stopping.has_begun()
    }

    /// Takes what it needs of the memory of all requests together, for as long as it is served; waits for others when
    /// that is used up, and is refused after a while.
    pub async fn reserve(&self, bytes: u64) -> Result<(), Refusal> {
        let more = self.waits(self.0.service.in_flight.reserve(self.0.address, self.held(), bytes)).await?;
        self.hold(more);
        Ok(())
    }

    /// Waits for a place, and counts how long that takes.
    pub(crate) async fn waits<F: Future>(&self, place: F) -> F::Output {
        let mut place = std::pin::pin!(place);
        // Hardly anybody waits, and a look at the clock costs something.
        if let Some(got) = place.as_mut().now_or_never() {
            return got;
        }
        let since = Instant::now();
        let got = place.await;
        self.waited(since.elapsed());
        got
    }

    /// Adds what was waited for memory.
    pub(crate) fn waited(&self, time: Duration) {
        self.0.waited.set(self.0.waited.get() + time);
    }

    /// Says that the rest of its answer could not be made.
    pub(crate) fn fails(&self) {
        self.0.has_failed.set(true);
    }

    /// Whether the rest of its answer could not be made.
    pub(crate) fn has_failed(&self) -> bool {
        self.0.has_failed.get()
    }

    /// Reads its body, and counts how long that takes, without the waits for memory.
    pub(crate) async fn reads<F: Future>(&self, body: F) -> F::Output {
        self.0.is_reading.set(true);
        let (since, waited) = (Instant::now(), self.0.waited.get());
        let read = body.await;
        let spent = since.elapsed().saturating_sub(self.0.waited.get() - waited);
        self.0.reading.set(self.0.reading.get() + spent);
        self.0.is_reading.set(false);
        read
    }

    /// Whether its body is being read.
    pub(crate) fn is_reading(&self) -> bool {
        self.0.is_reading.get()
    }

    /// How long it waited for memory, and how long its body took to come.
    pub(crate) fn spent(&self) -> (Duration, Duration) {
        (self.0.waited.get(), self.0.reading.get())
    }

    /// The trace it belongs to.
    pub(crate) fn trace_id(&self) -> Option<TraceId> {
        self.0.trace_id
    }

    /// Adds a header to the answer, whatever that is.
    pub fn add_header(&self, name: HeaderName, value: HeaderValue) {
        self.0.headers.borrow_mut().push((name, value));
    }

    pub(crate) fn take_headers(&self) -> Vec<(HeaderName, HeaderValue)> {
        self.0.headers.take()
    }

    pub(crate) fn hold(&self, more: Held) {
        self.0.held.borrow_mut().add(more);
    }

    pub(crate) fn held(&self) -> u64 {
        self.0.held.borrow().bytes()
    }

    /// Takes what it holds, for whoever sends the answer.
    pub(crate) fn take_held(&self) -> Held {
        self.0.held.take()
    }
}

impl FromRequest for Call {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(_: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::current().expect("handlers are called through the route table")))
    }
}
