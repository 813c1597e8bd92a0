//! What an application on actix-web needs: who is asking, and a record of every request.

mod answer;

use std::future::{Ready, ready};
use std::net::{IpAddr, Ipv4Addr};
use std::rc::Rc;

use actix_web::HttpRequest;
use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::http::header::{CONTENT_TYPE, HOST, HeaderName, HeaderValue, REFERER, USER_AGENT};
use futures::future::LocalBoxFuture;

use crate::analytics::{Client, Event, EventType, Recorder, Source};
use crate::time::Timestamp;

pub use answer::Answer;

/// The address of the client that made a request.
///
/// Behind no proxy it is the peer's. Behind a number of proxies of your own, each of which adds the address it sees to
/// `X-Forwarded-For`, it is the one that the outermost of them added; what the client wrote into that header itself is never
/// believed. A header with fewer addresses, or something else in that place, gives the peer's address.
pub fn client_address(request: &HttpRequest, trusted_proxies: usize) -> IpAddr {
    let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
    if trusted_proxies == 0 {
        return peer;
    }
    let lines = request.headers().get_all("x-forwarded-for").filter_map(|line| line.to_str().ok());
    let addresses: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    let outermost = addresses.len().checked_sub(trusted_proxies).and_then(|place| addresses.get(place));
    outermost.and_then(|address| address.parse().ok()).unwrap_or(peer)
}

/// Records every request to a [`Recorder`] when its answer is done, by the pattern of its route, such as `/transfers/{id}`: as `page_view`
/// where a page was shown, as `api_call` else, also where a middleware inside answers with an error. Uploads, downloads and uses of
/// tokens are recorded by the application itself, so that nothing counts twice.
///
/// An answer is done when its last byte was handed over, or the client is gone: that is the event's time, and its duration is the
/// time since the request came. When the cache is away, requests are answered as ever.
///
/// ```
/// use actix_web::{App, HttpResponse, test, web};
/// use send_wrapper::SendCache;
/// use send_wrapper::analytics::{Recorder, RecorderSettings, Secret};
/// use send_wrapper::middleware::RecordRequests;
///
/// # #[actix_web::main]
/// # async fn main() -> anyhow::Result<()> {
/// # let send = SendCache::new(cache_server::in_process::InProcess::in_memory()?.client());
/// let recorder = Recorder::start(&send, Secret::random(), RecorderSettings::default());
/// let app = App::new().wrap(RecordRequests::new(&recorder)).route("/", web::get().to(HttpResponse::Ok));
/// let app = test::init_service(app).await;
/// test::call_service(&app, test::TestRequest::get().uri("/?secret=7").to_request()).await;
///
/// recorder.flush().await;
/// let pulse = send.analytics().pulse(5).await?;
/// assert_eq!((pulse.active_requests, pulse.recent_events[0].path.as_deref()), (1, Some("/")));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct RecordRequests {
    recorder: Recorder,
    inline: bool,
    trusted_proxies: usize,
    country: Option<HeaderName>,
    left_out: Vec<Box<str>>,
    own_sites: Vec<Box<str>>,
}

impl RecordRequests {
    /// Records in the background: a request costs some microseconds more.
    pub fn new(recorder: &Recorder) -> Self {
        Self {
            recorder: recorder.clone(),
            inline: false,
            trusted_proxies: 0,
            country: None,
            left_out: Vec::new(),
            own_sites: Vec::new(),
        }
    }

    /// Records before each answer is given, for hosts that freeze a program between requests: a request waits for the cache. An answer
    /// that is streamed is recorded when it begins.
    pub fn inline(self) -> Self {
        Self { inline: true, ..self }
    }

    /// Believes `X-Forwarded-For` as far as [`client_address`] does.
    pub fn trusted_proxies(self, trusted_proxies: usize) -> Self {
        Self { trusted_proxies, ..self }
    }

    /// Takes the country from this header, which a proxy of your own sets, such as `cloudfront-viewer-country`.
    pub fn country_header(self, name: HeaderName) -> Self {
        Self { country: Some(name), ..self }
    }

    /// Leaves out requests to these paths, such as `/health`: probes of load balancers and monitors, which nobody wants to see among
    /// what people do. [`RecorderHealth::left_out`](crate::analytics::RecorderHealth::left_out) counts them.
    pub fn leave_out<'a>(self, paths: impl IntoIterator<Item = &'a str>) -> Self {
        Self { left_out: paths.into_iter().map(Box::from).collect(), ..self }
    }

    /// Says by which other hosts the site is known, such as `www.example.org`. A page of one of these, or of the host a request
    /// was sent to, is no referrer: the request came from the site itself.
    pub fn own_sites<'a>(self, hosts: impl IntoIterator<Item = &'a str>) -> Self {
        Self { own_sites: hosts.into_iter().map(|host| host.to_ascii_lowercase().into()).collect(), ..self }
    }

    /// What is known of a request before it is answered; `None` when it is left out.
    fn begun(&self, request: &HttpRequest) -> Option<Begun> {
        if self.left_out.iter().any(|path| **path == *request.path()) {
            self.recorder.leave_out();
            return None;
        }
        let text = |name: &HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
        // The pattern, not the path: that may name a transfer or a token, or whatever somebody has thought up.
        let path = request.match_pattern().unwrap_or_else(|| "(unmatched)".to_owned());
        let at = self.recorder.now();
        let event = Event::new(EventType::ApiCall, at).source(Source::Http);
        let event = event.request(request.method().as_str(), &path);
        let mut event = text(&REFERER).into_iter().fold(event, Event::referrer);
        // HTTP/2 has it in the address.
        let asked = text(&HOST).or_else(|| request.uri().host());
        if event.referrer_domain.as_deref().is_some_and(|referrer| self.is_own(referrer, asked)) {
            event = event.from_own_site();
        }
        let country = self.country.as_ref().and_then(text).and_then(|text| crate::Country::parse(text).ok());
        let client = Client {
            address: Some(client_address(request, self.trusted_proxies)),
            // More of it is not looked at.
            user_agent: text(&USER_AGENT).map(|text| text.chars().take(512).collect()),
        };
        Some(Begun { event: country.into_iter().fold(event, Event::country), client, at })
    }

    /// Whether a host is the site itself, whatever the port.
    fn is_own(&self, host: &str, asked: Option<&str>) -> bool {
        let name = without_port(host);
        let is = |own: &str| own.eq_ignore_ascii_case(name);
        asked.map(without_port).is_some_and(is) || self.own_sites.iter().any(|own| is(own))
    }

    /// Records an answer, or the error in its place, now or when it is done.
    async fn answered(
        &self,
        mut begun: Begun,
        answered: Result<ServiceResponse<impl MessageBody + 'static>, actix_web::Error>,
    ) -> Result<ServiceResponse<Answer>, actix_web::Error> {
        let answered = match answered {
            Ok(answered) => answered,
            Err(error) => {
                let status = error.as_response_error().status_code();
                let (event, client) = begun.answered(status.as_u16(), self.recorder.now());
                self.record(event, client).await;
                return Err(error);
            }
        };
        let response = answered.response();
        let status = response.status();
        let is_page = |value: &HeaderValue| value.as_bytes().starts_with(b"text/html");
        if status.is_success() && response.headers().get(CONTENT_TYPE).is_some_and(is_page) {
            begun.event.event_type = EventType::PageView;
        }
        begun.event = match response.body().size() {
            BodySize::Sized(bytes) => begun.event.content_bytes(bytes),
            BodySize::None | BodySize::Stream => begun.event,
        };
        if self.inline {
            let (event, client) = begun.answered(status.as_u16(), self.recorder.now());
            self.record(event, client).await;
            return Ok(answered.map_body(|_, body| Answer::unrecorded(body)));
        }
        let recorder = self.recorder.clone();
        Ok(answered.map_body(|_, body| Answer::recorded(body, recorder, begun, status.as_u16())))
    }

    async fn record(&self, event: Event, client: Client) {
        // What is lost is counted by the recorder; the answer is given whatever becomes of it.
        if self.inline {
            let _ = self.recorder.record_now(event, client).await;
        } else {
            self.recorder.record(event, client);
        }
    }
}

fn without_port(host: &str) -> &str {
    host.rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()))
        .map_or(host, |(name, _)| name)
}

/// A request that is not answered yet.
#[derive(Debug)]
struct Begun {
    event: Event,
    client: Client,
    at: Timestamp,
}

impl Begun {
    /// The event of the request, now that it is answered.
    fn answered(self, status: u16, now: Timestamp) -> (Event, Client) {
        let took = now.millis().saturating_sub(self.at.millis());
        (Event { timestamp: now, ..self.event.answer(status, took) }, self.client)
    }
}

/// An application's service, around which requests are recorded.
#[derive(Debug)]
pub struct Recording<S> {
    service: S,
    requests: Rc<RecordRequests>,
}

impl<S, B> Transform<S, ServiceRequest> for RecordRequests
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = actix_web::Error>,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<Answer>;
    type Error = actix_web::Error;
    type Transform = Recording<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, Self::InitError>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(Recording { service, requests: Rc::new(self.clone()) }))
    }
}

impl<S, B> Service<ServiceRequest> for Recording<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = actix_web::Error>,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<Answer>;
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self::Response, Self::Error>>;

    forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let (requests, begun) = (Rc::clone(&self.requests), self.requests.begun(request.request()));
        let answered = self.service.call(request);
        Box::pin(async move {
            match begun {
                Some(begun) => requests.answered(begun, answered.await).await,
                None => Ok(answered.await?.map_body(|_, body| Answer::unrecorded(body))),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]
    use actix_web::test::TestRequest;

    use super::*;

    fn address(forwarded: &[&str], trusted: usize) -> String {
        let mut request = TestRequest::default().peer_addr("10.0.0.1:1234".parse().unwrap());
        for line in forwarded {
            request = request.append_header(("x-forwarded-for", *line));
        }
        client_address(&request.to_http_request(), trusted).to_string()
    }

    #[test]
    fn a_header_is_believed_as_far_as_proxies_are_trusted() {
        assert_eq!(address(&["192.0.2.1"], 0), "10.0.0.1");
        assert_eq!(address(&["192.0.2.1"], 1), "192.0.2.1");
        assert_eq!(address(&["6.6.6.6, 192.0.2.1"], 1), "192.0.2.1");
        assert_eq!(address(&["6.6.6.6", "192.0.2.1, 10.0.0.9"], 2), "192.0.2.1");
        assert_eq!(address(&["192.0.2.1"], 2), "10.0.0.1");
        assert_eq!(address(&["nonsense"], 1), "10.0.0.1");
        assert_eq!(address(&[], 1), "10.0.0.1");
        assert_eq!(address(&["2001:db8::7"], 1), "2001:db8::7");
    }
}
