//! What an application on actix-web needs: who is asking, and a record of every request.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Instant;

use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CONTENT_TYPE, HeaderName, HeaderValue, REFERER, USER_AGENT};
use actix_web::middleware::Next;
use actix_web::{HttpRequest, web};

use crate::analytics::{Client, Event, EventType, Recorder, Source};

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

/// Records every request to a [`Recorder`]. Put it into the application's data, and [`record_requests`] around its routes:
///
/// ```
/// use actix_web::middleware::from_fn;
/// use actix_web::{App, HttpResponse, test, web};
/// use send_wrapper::SendCache;
/// use send_wrapper::analytics::{Recorder, RecorderSettings, Secret};
/// use send_wrapper::middleware::{Requests, record_requests};
///
/// # #[actix_web::main]
/// # async fn main() -> anyhow::Result<()> {
/// # let send = SendCache::new(cache_server::in_process::InProcess::in_memory()?.client());
/// let recorder = Recorder::start(&send, Secret::random(), RecorderSettings::default());
/// let app = App::new()
///     .app_data(web::Data::new(Requests::in_background(&recorder)))
///     .wrap(from_fn(record_requests))
///     .route("/", web::get().to(HttpResponse::Ok));
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
pub struct Requests {
    recorder: Recorder,
    inline: bool,
    trusted_proxies: usize,
    country: Option<HeaderName>,
}

impl Requests {
    /// Records in the background: a request costs some microseconds more.
    pub fn in_background(recorder: &Recorder) -> Self {
        Self { recorder: recorder.clone(), inline: false, trusted_proxies: 0, country: None }
    }

    /// Records before each answer is given, for hosts that freeze a program between requests: a request waits for the cache.
    pub fn inline(recorder: &Recorder) -> Self {
        Self { inline: true, ..Self::in_background(recorder) }
    }

    /// Believes `X-Forwarded-For` as far as [`client_address`] does.
    pub fn trusted_proxies(self, trusted_proxies: usize) -> Self {
        Self { trusted_proxies, ..self }
    }

    /// Takes the country from this header, which a proxy of your own sets, such as `cloudfront-viewer-country`.
    pub fn country_header(self, name: HeaderName) -> Self {
        Self { country: Some(name), ..self }
    }

    /// What is known of a request before it is answered.
    fn begun(&self, request: &HttpRequest) -> (Event, Client) {
        let text = |name: &HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
        // The pattern, not the path: that may name a transfer or a token, or whatever somebody has thought up.
        let path = request.match_pattern().unwrap_or_else(|| "(unmatched)".to_owned());
        let event = Event::new(EventType::ApiCall, self.recorder.now()).source(Source::Http);
        let event = event.request(request.method().as_str(), &path);
        let event = text(&REFERER).into_iter().fold(event, Event::referrer);
        let country = self.country.as_ref().and_then(text).and_then(|text| crate::Country::parse(text).ok());
        let client = Client {
            address: Some(client_address(request, self.trusted_proxies)),
            // More of it is not looked at.
            user_agent: text(&USER_AGENT).map(|text| text.chars().take(512).collect()),
        };
        (country.into_iter().fold(event, Event::country), client)
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

/// Records a request when it is answered, by the pattern of its route, such as `/transfers/{id}`: as `page_view` where a page was shown, as
/// `api_call` else, also where a middleware inside answers with an error. Uploads, downloads and uses of tokens are recorded by the
/// application itself, so that nothing counts twice.
///
/// Without [`Requests`] in the application's data, or when the cache is away, requests are answered as ever.
pub async fn record_requests(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let begun = Instant::now();
    let Some(requests) = request.app_data::<web::Data<Requests>>().cloned() else { return next.call(request).await };
    let (mut event, client) = requests.begun(request.request());
    let answered = next.call(request).await;
    let status = match &answered {
        Ok(answered) => answered.status(),
        Err(error) => error.as_response_error().status_code(),
    };
    event = event.answer(status.as_u16(), u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX));
    if let Ok(answered) = &answered {
        let response = answered.response();
        let is_page = |value: &HeaderValue| value.as_bytes().starts_with(b"text/html");
        if status.is_success() && response.headers().get(CONTENT_TYPE).is_some_and(is_page) {
            event.event_type = EventType::PageView;
        }
        event = match response.body().size() {
            BodySize::Sized(bytes) => event.content_bytes(bytes),
            BodySize::None | BodySize::Stream => event,
        };
    }
    requests.record(event, client).await;
    answered
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
