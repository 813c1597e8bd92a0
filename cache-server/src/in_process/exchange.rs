//! Requests of the client as the application takes them, and its answers as the client takes them.
//!
//! The two are built on different versions of the `http` crate, so methods, URIs, headers and statuses go over as bytes.

use std::io;
use std::pin::{Pin, pin};
use std::sync::{Arc, Weak};

use actix_web::HttpResponse;
use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header::{CONTENT_LENGTH, HOST, HeaderName, HeaderValue};
use actix_web::http::{Method, Uri};
use actix_web::test::TestRequest;
use bytes::Bytes;
use cache_client::transport::reqwest::ResponseBuilderExt;
use cache_client::transport::{Failure, reqwest};
use futures::FutureExt;
use futures::stream::{self, Stream, StreamExt};
use http_body::Body as _;
use tokio::sync::mpsc;

use super::Service;

/// What the application takes.
pub(super) type HttpRequest = actix_http::Request;

/// The request as the application takes it.
pub(super) fn request(mut request: reqwest::Request) -> Result<HttpRequest, Failure> {
    let unusable = |what: &str| Failure::not_sent(format!("the request has an unusable {what}"));
    let method = Method::from_bytes(request.method().as_str().as_bytes()).map_err(|_| unusable("method"))?;
    let url = request.url();
    let target = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    let uri: Uri = target.parse().map_err(|_| unusable("path"))?;
    let host = HeaderValue::from_str(url.host_str().unwrap_or_default()).map_err(|_| unusable("host"))?;
    let body = request.body_mut().take().unwrap_or_default();
    let whole = body.as_bytes().map(<[u8]>::len);

    let mut converted = match whole {
        Some(0) => TestRequest::default().to_request(),
        Some(length) => {
            let bytes = parts(body).next().now_or_never().flatten().and_then(Result::ok).unwrap_or_default();
            debug_assert_eq!(bytes.len(), length, "a body that is there comes in one part");
            TestRequest::default().set_payload(bytes).to_request()
        }
        None => {
            let payload: Pin<Box<dyn Stream<Item = Result<Bytes, PayloadError>>>> = Box::pin(parts(body));
            TestRequest::default().to_request().replace_payload(Payload::from(payload)).0
        }
    };
    let head = converted.head_mut();
    (head.method, head.uri) = (method, uri);
    for (name, value) in request.headers() {
        let name = HeaderName::from_bytes(name.as_str().as_bytes()).map_err(|_| unusable("header"))?;
        let value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| unusable("header"))?;
        head.headers.append(name, value);
    }
    head.headers.insert(HOST, host);
    if let Some(length) = whole {
        head.headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    Ok(converted)
}

/// The parts of a request's body.
fn parts(body: reqwest::Body) -> impl Stream<Item = Result<Bytes, PayloadError>> + Unpin {
    stream::unfold(body, |mut body| {
        Box::pin(async move {
            loop {
                let frame = std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await?;
                match frame.map(http_body::Frame::into_data) {
                    Ok(Ok(part)) => return Some((Ok(part), body)),
                    // Trailers, which the service does not read.
                    Ok(Err(_)) => {}
                    Err(error) => return Some((Err(PayloadError::Io(io::Error::other(error))), body)),
                }
            }
        })
    })
}

/// What goes through the channel of a streamed body.
pub(super) enum Part {
    /// The next part.
    Bytes(Bytes),
    /// The service could not go on.
    Failed,
    /// The end. Without it the body was cut off: the task that made it panicked or was ended.
    End,
}

/// How many parts of a body wait to be read.
const PARTS: usize = 4;

/// What the application answered.
pub(super) struct Answered<B> {
    /// The answer as the client takes it.
    pub(super) answer: Result<reqwest::Response, Failure>,
    /// The body that has to be pumped to whoever reads the answer, when it is not in it already.
    pub(super) rest: Option<(mpsc::Sender<Part>, B)>,
}

/// The answer as the client takes it.
pub(super) fn answer<B: MessageBody + 'static>(
    response: HttpResponse<B>,
    head_only: bool,
    url: reqwest::Url,
    service: &Weak<Service>,
) -> Answered<B> {
    let (response, body) = response.into_parts();
    let status = response.status().as_u16();
    let empty = head_only || matches!(status, 204 | 304) || matches!(body.size(), BodySize::None | BodySize::Sized(0));
    let (whole, rest) = match (empty, body.try_into_bytes()) {
        (true, _) => (reqwest::Body::default(), None),
        (false, Ok(bytes)) => (bytes.into(), None),
        (false, Err(body)) => {
            let (sender, receiver) = mpsc::channel(PARTS);
            (reqwest::Body::wrap_stream(received(receiver, service.upgrade())), Some((sender, body)))
        }
    };
    let mut converted = http::Response::builder().status(status).url(url);
    for (name, value) in response.headers() {
        converted = converted.header(name.as_str(), value.as_bytes());
    }
    let converted = converted.body(whole).map(reqwest::Response::from);
    let answer = converted.map_err(|error| Failure::lost("the answer is unusable").caused_by(error));
    Answered { answer, rest }
}

/// Reads a body until it ends, fails, or nobody wants it any more.
pub(super) async fn pump(body: impl MessageBody, parts: mpsc::Sender<Part>) {
    let mut body = pin!(body);
    loop {
        let part = tokio::select! {
            biased;
            () = parts.closed() => return,
            part = std::future::poll_fn(|context| body.as_mut().poll_next(context)) => part,
        };
        let (part, is_last) = match part {
            Some(Ok(bytes)) => (Part::Bytes(bytes), false),
            Some(Err(_)) => (Part::Failed, true),
            None => (Part::End, true),
        };
        if parts.send(part).await.is_err() || is_last {
            return;
        }
    }
}

/// The body as the client reads it; it keeps the service running.
fn received(
    parts: mpsc::Receiver<Part>,
    service: Option<Arc<Service>>,
) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    stream::unfold(Some((parts, service)), |state| async move {
        let (mut parts, service) = state?;
        match parts.recv().await {
            Some(Part::Bytes(bytes)) => Some((Ok(bytes), Some((parts, service)))),
            Some(Part::End) => None,
            Some(Part::Failed) => Some((Err(io::Error::other("the service failed in mid-answer")), None)),
            None => Some((Err(io::Error::other("the service panicked or stopped in mid-answer")), None)),
        }
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]
    use std::task::{Context, Poll};

    use super::*;

    /// Gives one part, and then does not go on as it should.
    struct Breaks {
        given: bool,
        panics: bool,
    }

    impl MessageBody for Breaks {
        type Error = actix_web::Error;

        fn size(&self) -> BodySize {
            BodySize::Stream
        }

        fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, actix_web::Error>>> {
            if !self.given {
                self.given = true;
                return Poll::Ready(Some(Ok(Bytes::from_static(b"begun"))));
            }
            assert!(!self.panics, "the body panics, as it was told to");
            Poll::Ready(Some(Err(actix_web::error::ErrorInternalServerError("broken"))))
        }
    }

    #[tokio::test]
    async fn a_body_that_panics_or_fails_is_no_whole_body() {
        for panics in [true, false] {
            let tasks = tokio::task::LocalSet::new();
            let url = "http://cache.invalid".parse().unwrap();
            let response = HttpResponse::Ok().message_body(Breaks { given: false, panics }).unwrap();
            let answered = answer(response, false, url, &Weak::new());
            let (parts, body) = answered.rest.unwrap();
            tasks.spawn_local(pump(body, parts));
            let read = async {
                let mut response = answered.answer.unwrap();
                assert_eq!(response.chunk().await.unwrap().unwrap(), "begun");
                response.chunk().await.unwrap_err()
            };
            let error = tasks.run_until(tokio::time::timeout(std::time::Duration::from_secs(5), read)).await.unwrap();
            assert!(!error.is_timeout());
        }
    }
}
