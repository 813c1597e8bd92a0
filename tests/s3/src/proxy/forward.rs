//! One connection of the proxy: reads requests, forwards them, and answers, or does not.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use futures::stream::{self, StreamExt};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::client::conn::http1::{self as client, SendRequest};
use hyper::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue, IF_MATCH, TRANSFER_ENCODING};
use hyper::server::conn::http1 as server;
use hyper::service::service_fn;
use hyper::{Method, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::sync::Mutex;

use super::{Fault, REMEMBERED, Request, State, hold};

type Outgoing = hyper::Request<Full<Bytes>>;
type Answer = Response<UnsyncBoxBody<Bytes, io::Error>>;

/// The connection to the server that belongs to a client's; none before the first request, and after an end.
type Upstream = Arc<Mutex<Option<SendRequest<Full<Bytes>>>>>;

/// Serves a client until it goes, or until a fault closes the connection.
pub(super) async fn connection(client: TcpStream, state: Arc<State>) {
    let Ok((client, twin)) = twins(client) else { return };
    let upstream = Upstream::default();
    let reset = Arc::new(AtomicBool::new(false));
    let service = service_fn(|request: hyper::Request<Incoming>| {
        let (state, upstream, reset) = (Arc::clone(&state), Arc::clone(&upstream), Arc::clone(&reset));
        async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
            // In a task of its own, so that it is carried out though the client be gone.
            let exchange = tokio::spawn(async move { exchange(&state, &upstream, &reset, head, body).await });
            exchange.await.map_err(io::Error::other)?
        }
    });
    // An error is a fault, or a client that is gone.
    let _ = server::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(client), service).await;
    if reset.load(Ordering::Relaxed) {
        let _ = twin.set_zero_linger();
    }
}

/// A second handle on a connection, which stays open until both are dropped.
fn twins(client: TcpStream) -> io::Result<(TcpStream, TcpStream)> {
    client.set_nodelay(true)?;
    let client = client.into_std()?;
    let twin = client.try_clone()?;
    Ok((TcpStream::from_std(client)?, TcpStream::from_std(twin)?))
}

/// Carries one request out, with what is to go wrong; an error closes the connection.
async fn exchange(
    state: &State,
    upstream: &Upstream,
    reset: &AtomicBool,
    head: hyper::http::request::Parts,
    body: Bytes,
) -> io::Result<Answer> {
    let request = Request::read(&head, &body);
    let fault = state.arrived(&request);
    if !hold::pass(&state.gates, false, &request).await {
        return Err(io::Error::other("discarded"));
    }
    if let Some(Fault::Reset | Fault::ResetAfter) = fault {
        reset.store(true, Ordering::Relaxed);
    }
    if let Some(Fault::Delay(time)) = fault {
        tokio::time::sleep(time).await;
    }
    let forwarded = match fault {
        Some(fault) if !fault.is_forwarded() => None,
        _ => {
            let mut head = head;
            if fault == Some(Fault::WithoutCondition) {
                head.headers.remove(IF_MATCH);
            }
            let answer = forward(state, upstream, outgoing(head, body)).await?;
            if !hold::pass(&state.gates, true, &request).await {
                return Err(io::Error::other("discarded"));
            }
            Some(answer)
        }
    };
    match (fault, forwarded) {
        (Some(Fault::CloseInBody), Some((head, body))) if !body.is_empty() => {
            Ok(Response::from_parts(head, half(&body)))
        }
        (None | Some(Fault::Delay(_) | Fault::WithoutCondition), Some((head, body))) => {
            Ok(Response::from_parts(head, whole(body)))
        }
        (Some(fault), _) => refusal(fault, request.method == Method::HEAD.as_str()),
        (None, None) => unreachable!("only a fault keeps a request from being forwarded"),
    }
}

impl State {
    /// Notes a request, and tells what is to go wrong with it.
    fn arrived(&self, request: &Request) -> Option<Fault> {
        {
            let mut log = self.log.lock();
            if log.len() == REMEMBERED {
                log.pop_front();
            }
            log.push_back(request.clone());
        }
        let (rules, luck) = &mut *self.rules.lock();
        rules.iter_mut().find_map(|rule| rule.befalls(request, || luck.draw()))
    }
}

fn outgoing(mut head: hyper::http::request::Parts, body: Bytes) -> Outgoing {
    between_neighbours(&mut head.headers);
    hyper::Request::from_parts(head, Full::new(body))
}

/// Drops what is said about one connection only.
fn between_neighbours(headers: &mut HeaderMap) {
    for name in ["connection", "keep-alive", "transfer-encoding"] {
        headers.remove(name);
    }
}

async fn forward(
    state: &State,
    upstream: &Upstream,
    request: Outgoing,
) -> io::Result<(hyper::http::response::Parts, Bytes)> {
    let mut connection = upstream.lock().await;
    let mut request = request;
    loop {
        let kept = connection.take();
        let is_new = kept.is_none();
        let mut sender = match kept {
            Some(sender) => sender,
            None => connect(state).await?,
        };
        let answer = match sender.try_send_request(request).await {
            Ok(answer) => answer,
            // A kept connection may have been closed meanwhile: nothing was sent.
            Err(mut error) => match error.take_message() {
                Some(unsent) if !is_new => {
                    request = unsent;
                    continue;
                }
                _ => return Err(io::Error::other(error.into_error())),
            },
        };
        let (mut head, body) = answer.into_parts();
        let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
        let closes = head.headers.get(CONNECTION).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"close"));
        if !closes && sender.ready().await.is_ok() {
            *connection = Some(sender);
        }
        if head.headers.contains_key(TRANSFER_ENCODING) {
            head.headers.insert(CONTENT_LENGTH, body.len().into());
        }
        between_neighbours(&mut head.headers);
        return Ok((head, body));
    }
}

async fn connect(state: &State) -> io::Result<SendRequest<Full<Bytes>>> {
    let stream = TcpStream::connect(state.upstream).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = client::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
    tokio::spawn(connection);
    Ok(sender)
}

fn whole(body: Bytes) -> UnsyncBoxBody<Bytes, io::Error> {
    Full::new(body).map_err(|never: Infallible| match never {}).boxed_unsync()
}

/// The first half of a body, after which the connection is closed.
fn half(body: &Bytes) -> UnsyncBoxBody<Bytes, io::Error> {
    let first = body.slice(..body.len() / 2);
    let cut = stream::once(async {
        // Until now the first half is sent.
        tokio::task::yield_now().await;
        Err(io::Error::other("cut off"))
    });
    StreamBody::new(stream::once(async { Ok(Frame::data(first)) }).chain(cut)).boxed_unsync()
}

/// The answer of a fault; none, which closes the connection, for those that are not answered.
fn refusal(fault: Fault, without_body: bool) -> io::Result<Answer> {
    let Some((status, code)) = fault.answer() else { return Err(io::Error::other("closed")) };
    let text = format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>by the proxy</Message></Error>");
    let body = if without_body { Bytes::new() } else { Bytes::from(text) };
    let answer = Response::builder().status(status).header(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    answer.body(whole(body)).map_err(io::Error::other)
}
