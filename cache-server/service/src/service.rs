//! A service: its routes and everything a request passes on its way to a handler.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use actix_cors::Cors;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse, fn_service};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::{Condition, Next, from_fn};
use actix_web::web::ServiceConfig;
use actix_web::{App, HttpResponse};
use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use uuid::Uuid;

use crate::call::Call;
use crate::dispatch::serve;
use crate::in_flight::InFlight;
use crate::keys::Keys;
use crate::limits::{Limits, ReportOnly};
use crate::log::Logging;
use crate::metrics::{self, Answered, Counts, Metrics};
use crate::refusal::Refusal;
use crate::routes::Routes;
use crate::session::Sessions;
use crate::start::Stopping;

/// What a service looks like from outside, beside its operations.
#[derive(Debug, Clone)]
pub struct Shape {
    /// The header of every answer that carries the identifier of the request.
    pub request_id: HeaderName,
    /// Media type and body of a refusal.
    pub refusal: fn(&Refusal) -> (&'static str, String),
    /// Which namespace a parameter of a path stands for, as it is stored; `None` for one that is none, and for a service
    /// without namespaces.
    pub namespace: Option<fn(&str) -> Option<String>>,
}

/// The parameter of paths that names the namespace of an operation.
pub(crate) const NAMESPACE: &str = "namespace";

/// A service.
pub struct Service {
    pub(crate) routes: Routes,
    pub(crate) keys: Arc<Keys>,
    pub(crate) sessions: Sessions,
    pub(crate) limits: Limits,
    pub(crate) origins: Vec<String>,
    pub(crate) shape: Shape,
    pub(crate) in_flight: InFlight,
    pub(crate) counts: Arc<Counts>,
    pub(crate) logging: Logging,
    metrics: Metrics,
    pub(crate) stopping: Arc<Stopping>,
    pub(crate) is_reached_by_socket: bool,
    now: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>,
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service").field("routes", &self.routes.entries().len()).finish_non_exhaustive()
    }
}

impl Service {
    /// A service of these operations.
    pub fn new(routes: Routes, shape: Shape, keys: Keys, sessions: Sessions, limits: Limits) -> Self {
        let (keys, in_flight) =
            (Arc::new(keys), InFlight::new(limits.in_flight, limits.only_reports(ReportOnly::InFlight)));
        let counts = Arc::new(Counts::new(&routes, Arc::clone(&keys), limits.clone(), in_flight.clone()));
        Self {
            in_flight,
            metrics: Metrics::new(Arc::clone(&counts)),
            counts,
            logging: Logging::default(),
            routes,
            keys,
            sessions,
            limits,
            origins: Vec::new(),
            shape,
            stopping: Arc::default(),
            is_reached_by_socket: true,
            now: Arc::new(Utc::now),
        }
    }

    /// Says which requests are logged; by default none.
    #[must_use]
    pub fn logging(self, logging: Logging) -> Self {
        Self { logging, ..self }
    }

    /// Lets pages of these origins, such as `https://app.example.org`, call the service; by default no page of another
    /// origin may.
    #[must_use]
    pub fn origins(self, origins: Vec<String>) -> Self {
        Self { origins, ..self }
    }

    /// Takes the time from somewhere else.
    #[must_use]
    pub fn clock(self, now: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        Self { now: Arc::new(now), ..self }
    }

    /// Its metrics.
    pub fn metrics(&self) -> Metrics {
        self.metrics.clone()
    }

    /// What its routes have answered.
    pub fn answered(&self) -> Answered {
        Answered(Arc::clone(&self.counts))
    }

    /// A service that shows the metrics of this one, and nothing else, to whoever asks; on loopback, not to pages of browsers.
    pub(crate) fn metrics_alone(&self, address: IpAddr) -> anyhow::Result<Self> {
        let routes = Routes::new(metrics::open_routes(address.is_loopback()));
        let keys = Keys::new("", Vec::new(), None);
        let sessions = Sessions::new("", None)?;
        let alone = Self::new(routes, self.shape.clone(), keys, sessions, self.limits.clone());
        Ok(Self { metrics: self.metrics(), stopping: self.stopping(), ..alone })
    }

    /// Says that no socket leads here: only this process calls, and no browser.
    #[must_use]
    pub fn without_socket(self) -> Self {
        Self { is_reached_by_socket: false, ..self }
    }

    /// Tells whether the service is about to end.
    pub fn stopping(&self) -> Arc<Stopping> {
        Arc::clone(&self.stopping)
    }

    /// Grants memory to the request that a task serves, for what is read on its behalf; without a request, any.
    pub fn room(&self) -> impl Fn(u64) -> BoxFuture<'static, bool> + Send + Sync + use<> {
        let in_flight = self.in_flight.clone();
        move |bytes| {
            let Some((address, held)) = Call::current().map(|call| (call.address(), call.held())) else {
                return Box::pin(std::future::ready(true));
            };
            let in_flight = in_flight.clone();
            Box::pin(async move {
                let (begun, reserved) = (Instant::now(), in_flight.reserve(address, held, bytes).await);
                let Some(call) = Call::current() else { return reserved.is_ok() };
                call.waited(begun.elapsed());
                match reserved {
                    Ok(more) => call.hold(more),
                    Err(refusal) => {
                        // It is answered by whoever wanted to read.
                        call.service().counts.reasons.refuse(&refusal);
                        return false;
                    }
                }
                true
            })
        }
    }

    /// Tells whether more than a quarter of the memory is taken, so that it is worth asking for what is read.
    pub fn is_tight(&self) -> impl Fn() -> bool + Send + Sync + use<> {
        let (in_flight, quarter) = (self.in_flight.clone(), self.limits.in_flight / 4);
        move || in_flight.used() > quarter
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        (self.now)()
    }

    /// A refusal in the shape of the service.
    pub(crate) fn refuse(&self, refusal: &Refusal) -> HttpResponse {
        self.counts.reasons.refuse(refusal);
        let mut response = HttpResponse::build(refusal.status());
        if let Some(seconds) = refusal.retry_after() {
            response.insert_header((header::RETRY_AFTER, seconds));
        }
        if let Refusal::Method(methods) = refusal {
            // HEAD is served wherever GET is.
            let with_head = |method: &Method| [Some(method.clone()), (*method == Method::GET).then_some(Method::HEAD)];
            let methods: Vec<Method> = methods.iter().flat_map(with_head).flatten().collect();
            let names: Vec<&str> = methods.iter().map(Method::as_str).collect();
            response.insert_header((header::ALLOW, names.join(", ")));
        }
        let (media_type, body) = (self.shape.refusal)(refusal);
        response.content_type(media_type).body(body)
    }
}

/// Builds the application of a service; `configure` adds what its handlers take by type.
pub fn app(
    service: Arc<Service>,
    configure: impl FnOnce(&mut ServiceConfig),
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = actix_web::Error,
        InitError = (),
    >,
> {
    let has_origins = !service.origins.is_empty();
    let (cors, request_id) = (cors(&service.origins), service.shape.request_id.clone());
    App::new()
        .configure(configure)
        .default_service(fn_service(move |request: ServiceRequest| serve(Arc::clone(&service), request)))
        .wrap(cors)
        .wrap(Condition::new(has_origins, from_fn(move |request, next| identified(request_id.clone(), request, next))))
}

/// Gives an identifier to answers that have none: of preflights, which never get to an operation.
async fn identified<B: MessageBody>(
    name: HeaderName,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let mut answer = next.call(request).await?;
    if !answer.headers().contains_key(&name) {
        answer.headers_mut().insert(name, id_value(Uuid::new_v4()));
    }
    Ok(answer)
}

/// Lets pages of the listed origins call the service; with none listed, no page of another origin.
fn cors(origins: &[String]) -> Condition<Cors> {
    let cors = Cors::default().allow_any_method().allow_any_header().expose_any_header().supports_credentials();
    let cors = origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin));
    Condition::new(!origins.is_empty(), cors)
}

/// The identifier of a request as a header.
pub(crate) fn id_value(id: Uuid) -> HeaderValue {
    let mut buffer = Uuid::encode_buffer();
    let text = id.as_hyphenated().encode_lower(&mut buffer);
    HeaderValue::from_str(text).expect("digits and hyphens are a header")
}
