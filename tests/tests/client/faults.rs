//! The client against servers that are down, slow, cut off or talk nonsense: the error, the time it takes, and what was sent
//! again.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use cache_client::{CacheClient, CacheId, DataType, Error, Strategy};
use cache_tests::Engine;
use flate2::{Compression, write::GzEncoder};
use futures::{StreamExt, stream};
use serde_json::{Value, json};
use std::io::Write;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;

/// What a fake server does with a request it has read.
#[derive(Clone)]
enum Does {
    /// Sends these bytes and closes.
    Answers(Vec<u8>),
    /// Sends these bytes and keeps silent.
    Stalls(Vec<u8>),
    /// Closes without a word.
    Closes,
}

/// A server on a real socket that does one thing after another, and the last one for ever.
struct Fake {
    address: SocketAddr,
    requests: Arc<AtomicUsize>,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Fake {
    async fn start(script: impl IntoIterator<Item = Does>) -> Self {
        let script: Vec<Does> = script.into_iter().collect();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (requests, seen) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(Vec::new())));
        let (counter, log) = (Arc::clone(&requests), Arc::clone(&seen));
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (script, counter, log) = (script.clone(), Arc::clone(&counter), Arc::clone(&log));
                tokio::spawn(serve(stream, script, counter, log));
            }
        });
        Self { address, requests, seen }
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A client that waits little.
    fn client(&self) -> CacheClient {
        patient(&self.url(), Duration::from_millis(300))
    }

    fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

fn patient(url: &str, limit: Duration) -> CacheClient {
    let builder = CacheClient::builder(url).api_key("x-api-key", "the-secret-key").attempt_timeout(limit).retries(2);
    builder.waits(Duration::from_millis(1), Duration::from_millis(1500)).build().unwrap()
}

async fn serve(mut stream: TcpStream, script: Vec<Does>, counter: Arc<AtomicUsize>, log: Arc<Mutex<Vec<String>>>) {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    // The head, and as much of the body as it announces.
    loop {
        match stream.read(&mut buffer).await {
            Ok(read) if read > 0 => request.extend_from_slice(&buffer[..read]),
            _ => return,
        }
        let text = String::from_utf8_lossy(&request).to_ascii_lowercase();
        let Some(end) = text.find("\r\n\r\n") else { continue };
        let length = text.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next()?.parse().ok());
        let streamed = text[..end].contains("transfer-encoding: chunked");
        if (streamed && text.ends_with("0\r\n\r\n")) || (!streamed && text.len() >= end + 4 + length.unwrap_or(0)) {
            break;
        }
    }
    log.lock().await.push(String::from_utf8_lossy(&request).into_owned());
    let turn = counter.fetch_add(1, Ordering::SeqCst);
    match &script[turn.min(script.len() - 1)] {
        Does::Answers(bytes) => drop(stream.write_all(bytes).await),
        Does::Stalls(bytes) => {
            let _ = stream.write_all(bytes).await;
            // Until the client gives up.
            let _ = stream.read(&mut buffer).await;
        }
        Does::Closes => {}
    }
}

const ID: &str = "00000000-0000-4000-8000-000000000000";
const REQUEST_ID: &str = "11111111-1111-4111-8111-111111111111";

fn answer(status: &str, headers: &str, body: &str) -> Does {
    Does::Answers(
        format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\nfast-api-request-id: {REQUEST_ID}\r\n{headers}\
             content-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        )
        .into_bytes(),
    )
}

fn exists() -> Does {
    answer("200 OK", "", &json!({ "exists": true, "namespace": "ns", "cache_id": ID }).to_string())
}

fn stored() -> Does {
    let paths = json!({ "data": [], "by_hash": [], "by_id": [] });
    let body = json!({ "cache_id": ID, "cache_hash": "0123456789", "namespace": "ns", "size": 1, "paths": paths });
    answer("200 OK", "", &body.to_string())
}

fn retryable(error: &Error) -> bool {
    let Error::Unavailable { retryable, .. } = error else { panic!("not unavailable: {error:?}") };
    *retryable
}

async fn read(client: &CacheClient) -> Result<bool, Error> {
    client.exists().by_id("ns", ID).await
}

async fn store(client: &CacheClient) -> Result<CacheId, Error> {
    Ok(client.store().string("ns", Strategy::Direct, "text").send().await?.cache_id)
}

#[tokio::test]
async fn a_server_that_is_down_is_unavailable_and_everything_may_be_tried_again() {
    // The port was free a moment ago, and nobody listens.
    let address = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let client = patient(&format!("http://{address}"), Duration::from_millis(300));
    let begun = Instant::now();
    for error in [read(&client).await.unwrap_err(), store(&client).await.unwrap_err()] {
        assert!(retryable(&error) && error.request_id().is_none(), "{error:?}");
        assert_eq!(error.to_string(), "the service is unavailable: no connection to the server");
    }
    let create = client.store().string("ns", Strategy::KeyBased, "text").key("k").if_absent().send().await.unwrap_err();
    assert!(retryable(&create));
    assert!(begun.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn a_server_that_keeps_silent_is_given_up_in_time() {
    let fake = Fake::start([Does::Stalls(Vec::new())]).await;
    let begun = Instant::now();
    let error = read(&fake.client()).await.unwrap_err();
    assert!(retryable(&error) && error.to_string().contains("no answer within 300 ms"), "{error}");
    assert_eq!(fake.requests(), 3, "one attempt and two repetitions");
    assert!((Duration::from_millis(900)..Duration::from_secs(4)).contains(&begun.elapsed()), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_store_whose_answer_is_lost_is_not_sent_again() {
    for does in [Does::Stalls(Vec::new()), Does::Closes, Does::Answers(b"HTTP/1.1 200 OK\r\ncontent-le".to_vec())] {
        let fake = Fake::start([does, stored()]).await;
        let error = store(&fake.client()).await.unwrap_err();
        assert!(!retryable(&error), "{error:?}");
        assert_eq!(fake.requests(), 1);
    }
}

#[tokio::test]
async fn only_what_is_safe_is_sent_again() {
    let (lost, failed, limited) =
        (Does::Closes, answer("503 Service Unavailable", "", "{}"), answer("429 Too Many Requests", "", "{}"));
    let tag = &cache_client::client::Tag::parse("\"1\"").unwrap();
    // How many requests are made when each answer is the same: after a loss, a 503, a 429.
    for (what, expected) in [
        ("read", [3, 3, 3]),
        ("delete", [3, 3, 3]),
        ("update", [3, 3, 3]),
        ("update if match", [1, 1, 3]),
        ("store", [1, 3, 3]),
        ("store if absent", [1, 1, 3]),
        ("store a stream", [1, 1, 1]),
        ("store child", [1, 3, 3]),
        ("store named child", [3, 3, 3]),
        ("delete child", [3, 3, 3]),
    ] {
        for (does, expected) in [&lost, &failed, &limited].into_iter().zip(expected) {
            let fake = Fake::start([does.clone()]).await;
            let client = fake.client();
            let (update, data) =
                (client.update().string("ns", ID, "text"), client.data_store().string("ns", ID, "text"));
            let entry = client.store().string("ns", Strategy::KeyBased, "text").key("key");
            let parts = stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"bytes"))]);
            let result = match what {
                "read" => read(&client).await.map(drop),
                "delete" => client.delete().by_id("ns", ID).send().await.map(drop),
                "update" => update.send().await.map(drop),
                "update if match" => update.if_match(tag).send().await.map(drop),
                "store" => entry.send().await.map(drop),
                "store if absent" => entry.if_absent().send().await.map(drop),
                "store a stream" => client.store().stream("ns", Strategy::Direct, parts).send().await.map(drop),
                "store child" => data.send().await.map(drop),
                "store named child" => data.file_id("f").send().await.map(drop),
                _ => client.data().delete("ns", ID, DataType::Json, "f").send().await.map(drop),
            };
            assert!(matches!(result, Err(Error::Unavailable { .. })), "{what}: {result:?}");
            assert_eq!(fake.requests(), expected, "{what}");
        }
    }
}

#[tokio::test]
async fn what_comes_back_in_time_is_a_success() {
    let fake = Fake::start([Does::Closes, answer("503 Service Unavailable", "", "<html>"), exists()]).await;
    assert!(read(&fake.client()).await.unwrap());
    assert_eq!(fake.requests(), 3);
    let fake = Fake::start([answer("429 Too Many Requests", "retry-after: 0\r\n", "{}"), stored()]).await;
    assert_eq!(store(&fake.client()).await.unwrap().to_string(), ID);
}

#[tokio::test]
async fn a_server_that_asks_for_a_wait_gets_it_within_bounds() {
    let busy =
        |seconds| answer("503 Service Unavailable", &format!("retry-after: {seconds}\r\n"), r#"{"detail":"busy"}"#);
    let fake = Fake::start([busy(1), exists()]).await;
    let begun = Instant::now();
    assert!(read(&fake.client()).await.unwrap());
    assert!(begun.elapsed() >= Duration::from_secs(1));

    let fake = Fake::start([busy(3600), exists()]).await;
    let begun = Instant::now();
    let error = read(&fake.client()).await.unwrap_err();
    assert!(begun.elapsed() < Duration::from_secs(1), "it did not wait for an hour, nor a little");
    let Error::Unavailable { retryable, retry_after, reason, .. } = &error else { panic!("{error:?}") };
    assert_eq!((*retryable, *retry_after), (true, Some(Duration::from_secs(3600))));
    assert_eq!(reason, "status 503: busy");
    assert_eq!(error.request_id().unwrap().as_str(), REQUEST_ID);
}

#[tokio::test]
async fn an_answer_that_is_cut_off_is_no_answer() {
    let head = format!("HTTP/1.1 200 OK\r\nfast-api-request-id: {REQUEST_ID}\r\n");
    let short = format!("{head}content-type: application/json\r\ncontent-length: 100\r\n\r\n{{\"exists\": true");
    let fake = Fake::start([Does::Answers(short.into_bytes())]).await;
    let error = read(&fake.client()).await.unwrap_err();
    assert!(retryable(&error) && fake.requests() == 3, "{error:?}");
    assert_eq!(error.request_id().unwrap().as_str(), REQUEST_ID);

    // A chunked body without its end: as a whole, as a stream, as lines.
    let chunked = format!("{head}transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n");
    let fake = Fake::start([Does::Answers(chunked.clone().into_bytes())]).await;
    assert!(retryable(&fake.client().retrieve().by_id("ns", ID).binary().await.unwrap_err()));
    assert!(retryable(&fake.client().namespace().entries("ns").page().await.unwrap_err()));
    let mut parts = fake.client().retrieve().by_id("ns", ID).stream().await.unwrap().unwrap();
    assert_eq!(parts.next().await.unwrap().unwrap(), "hello");
    let error = parts.next().await.unwrap().unwrap_err();
    assert!(retryable(&error) && error.request_id().is_some(), "{error:?}");
    assert!(parts.next().await.is_none());

    // One that stops coming, and does not end.
    let fake = Fake::start([Does::Stalls(chunked.into_bytes())]).await;
    let begun = Instant::now();
    let mut parts = fake.client().retrieve().by_id("ns", ID).stream().await.unwrap().unwrap();
    assert_eq!(parts.next().await.unwrap().unwrap(), "hello");
    assert!(parts.next().await.unwrap().unwrap_err().to_string().contains("no answer within 300 ms"));
    assert!(begun.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn nonsense_is_a_protocol_error_and_is_not_asked_for_again() {
    let elsewhere = |status: &str| {
        Does::Answers(
            format!("HTTP/1.1 {status}\r\ncontent-length: 5\r\nlocation: /x\r\nconnection: close\r\n\r\nhello").into(),
        )
    };
    for does in [
        answer("200 OK", "", "<html>welcome</html>"),
        answer("200 OK", "", r#"{"exists": "perhaps"}"#),
        answer("204 No Content", "", ""),
        answer("418 I'm a teapot", "", "{}"),
        answer("404 Not Found", "", r#"{"detail":"Not Found"}"#),
        elsewhere("302 Found"),
        elsewhere("404 Not Found"),
    ] {
        let fake = Fake::start([does]).await;
        let error = read(&fake.client()).await.unwrap_err();
        assert!(matches!(error, Error::Protocol { .. }), "{error:?}");
        assert_eq!(fake.requests(), 1);
    }
    // What is no HTTP at all could be a connection that went wrong.
    let fake = Fake::start([Does::Answers(b"SSH-2.0-OpenSSH_9.7\r\n".to_vec())]).await;
    assert!(retryable(&read(&fake.client()).await.unwrap_err()));
    // A miss is a miss only when a cache service says so.
    let fake = Fake::start([elsewhere("404 Not Found")]).await;
    let error = fake.client().retrieve().by_id("ns", ID).string().await.unwrap_err();
    assert!(matches!(error, Error::Protocol { .. }), "{error:?}");
}

#[tokio::test]
async fn every_refusal_has_its_meaning() {
    for (status, body, expected) in [
        (
            "400 Bad Request",
            json!({ "detail": [{ "loc": ["path", "cache_id"], "msg": "is wrong" }] }),
            "cache_id is wrong",
        ),
        (
            "400 Bad Request",
            json!({ "detail": { "error_type": "INVALID_INPUT", "field_name": "data", "message": "is empty" } }),
            "data is empty",
        ),
        ("401 Unauthorized", json!({ "message": "no key", "status": "error" }), "unauthorized: no key"),
        ("403 Forbidden", Value::Null, "unauthorized: "),
        (
            "409 Conflict",
            json!({ "detail": { "error_type": "X", "message": "no" } }),
            "in conflict with what is stored: no",
        ),
        ("412 Precondition Failed", json!({ "detail": { "message": "changed" } }), "precondition failed: changed"),
        ("413 Payload Too Large", json!({ "detail": { "message": "limit" } }), "too large: limit"),
        ("500 Internal Server Error", json!({ "detail": "oops" }), "the service is unavailable: status 500: oops"),
        ("507 Insufficient Storage", json!({}), "the service is unavailable: status 507"),
    ] {
        let fake = Fake::start([answer(status, "", &body.to_string())]).await;
        let error = read(&fake.client()).await.unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert_eq!(error.request_id().unwrap().as_str(), REQUEST_ID);
        assert_eq!(fake.requests(), 1, "{status}");
    }
    for (status, requests) in [("502 Bad Gateway", 3), ("504 Gateway Timeout", 3), ("408 Request Timeout", 3)] {
        let fake = Fake::start([answer(status, "", "<html>")]).await;
        assert!(retryable(&read(&fake.client()).await.unwrap_err()));
        assert_eq!(fake.requests(), requests, "{status}");
        let fake = Fake::start([answer(status, "", "<html>")]).await;
        assert!(!retryable(&store(&fake.client()).await.unwrap_err()));
        assert_eq!(fake.requests(), 1, "{status}");
    }
}

#[tokio::test]
async fn invalid_names_are_refused_before_a_request_is_made() {
    let fake = Fake::start([exists()]).await;
    let client = fake.client();
    let long = "x".repeat(129);
    let store = || client.store().string("ns", Strategy::KeyBased, "text");
    let json = || client.store().json("ns", Strategy::KeyBased, &json!({}));
    let errors = [
        ("namespace", client.exists().by_id(" ", ID).await.unwrap_err()),
        ("namespace", client.store().string(&long, Strategy::Direct, "text").send().await.unwrap_err()),
        ("namespace", client.namespace().ids("").all().await.unwrap_err()),
        ("namespace", client.temporal().entries("\n").page().await.unwrap_err()),
        ("cache_id", client.retrieve().by_id("ns", "no-uuid").string().await.unwrap_err()),
        ("cache_id", client.delete().by_id("ns", "").send().await.unwrap_err()),
        ("cache_id", client.update().string("ns", "x", "text").send().await.unwrap_err()),
        ("cache_hash", client.retrieve().by_hash("ns", "XYZ").send().await.unwrap_err()),
        ("cache_key", store().key("a/../b").send().await.unwrap_err()),
        ("cache_key", store().file_id("f").send().await.unwrap_err()),
        ("file_id", store().key("a").file_id(&long).send().await.unwrap_err()),
        ("field_path", json().key("a").hash_field("a..b").send().await.unwrap_err()),
        ("field_path", store().key("a").hash_field("a").send().await.unwrap_err()),
        ("value", client.store().string("ns", Strategy::Direct, "").send().await.unwrap_err()),
        ("value", client.store().json("ns", Strategy::Direct, "text").send().await.unwrap_err()),
        ("strategy", client.store().string("ns", Strategy::Direct, "t").key("k").if_absent().send().await.unwrap_err()),
        ("data_key", client.data_store().string("ns", ID, "t").key("").file_id("f").send().await.unwrap_err()),
        ("file_id", client.data_store().string("ns", ID, "t").key("k").send().await.unwrap_err()),
        ("file_id", client.data().retrieve("ns", ID, "").string().await.unwrap_err()),
        ("path", client.admin_storage().files("a/../b").all().await.unwrap_err()),
    ];
    for (expected, error) in errors {
        let Error::InvalidInput { field, request_id: None, .. } = &error else { panic!("{error:?}") };
        assert_eq!(field, expected);
    }
    assert_eq!(fake.requests(), 0);
    for url in ["", "cache.example.org", "ftp://host", "http://user:word@host", "http://host/?q"] {
        assert!(matches!(CacheClient::builder(url).build(), Err(Error::InvalidInput { .. })), "{url}");
    }
    assert!(CacheClient::builder(fake.url()).api_key("x-api-key", "line\nbreak").build().is_err());
}

#[tokio::test]
async fn the_key_is_sent_and_never_printed() {
    let fake =
        Fake::start([answer("500 Internal Server Error", "x-echo: the-secret-key\r\n", "{}"), Does::Closes]).await;
    let client = fake.client();
    let mut printed = format!("{client:?} {:?}", client.operations());
    for error in [read(&client).await.unwrap_err(), read(&client).await.unwrap_err()] {
        printed += &format!("{error:?} {error}");
        let mut cause = std::error::Error::source(&error);
        while let Some(error) = cause {
            printed += &format!("{error:?} {error}");
            cause = error.source();
        }
    }
    printed += &format!("{:?}", CacheClient::builder(fake.url()).api_key("x-api-key", "the-secret-key"));
    printed += &format!("{:?}", client.store().string("ns", Strategy::Direct, "a private text"));
    assert!(!printed.contains("the-secret-key") && !printed.contains("a private text"), "{printed}");
    assert!(fake.seen.lock().await[0].contains("x-api-key: the-secret-key\r\n"));

    let server = Engine::Memory.start();
    let client = CacheClient::builder(server.url()).api_key("x-api-key", "a-wrong-key").build().unwrap();
    let error = read(&client).await.unwrap_err();
    assert!(matches!(error, Error::Unauthorized { .. }) && error.request_id().is_some(), "{error:?}");
}

#[tokio::test]
async fn connections_are_used_again_and_gzip_is_unpacked() {
    // One connection that answers request after request.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(br#"{"exists": true, "namespace": "ns"}"#).unwrap();
        let body = gzip.finish().unwrap();
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        for _ in 0..3 {
            let mut request = vec![0; 4096];
            let read = stream.read(&mut request).await.unwrap();
            assert!(String::from_utf8_lossy(&request[..read]).contains("accept-encoding: gzip"));
            stream.write_all(head.as_bytes()).await.unwrap();
            stream.write_all(&body).await.unwrap();
        }
    });
    let client = patient(&url, Duration::from_secs(5));
    for _ in 0..3 {
        assert!(read(&client).await.unwrap());
    }
    server.await.unwrap();
}
