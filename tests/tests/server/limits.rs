//! What the server takes on, and how it says that it does not.

use std::time::{Duration, Instant};

use cache_tests::{Answer, Engine, KEY, TestServer};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A request whose body does not end.
async fn upload(server: &TestServer, path: &str, length: usize, sent: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", server.port())).await.unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nx-api-key: {KEY}\r\ncontent-type: application/octet-stream\r\n\
         content-length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(sent).await.unwrap();
    stream
}

async fn answer_of(mut stream: TcpStream) -> String {
    let mut text = String::new();
    let _ = stream.read_to_string(&mut text).await;
    text
}

#[track_caller]
fn is_refusal(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status(), status, "{}", answer.text());
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let detail = &answer.json()["detail"];
    assert_eq!(detail["error_type"], code, "{}", answer.text());
    assert!(detail["message"].as_str().is_some_and(|message| !message.is_empty()));
    assert_eq!(detail["request_id"], answer.header("fast-api-request-id").unwrap());
}

#[tokio::test]
async fn more_requests_than_are_worked_on_are_sent_away_and_probes_are_not() {
    let server = Engine::Memory.setup().flag("--request-limit", "2").start();
    let one = upload(&server, "/ns/direct/store/binary", 10, b"x").await;
    let two = upload(&server, "/ns/direct/store/binary", 10, b"x").await;
    let refused = loop {
        let answer = server.get("/info/health").any().await;
        if answer.status() != 200 {
            break answer;
        }
    };
    is_refusal(&refused, 503, "BUSY");
    assert_eq!(refused.header("retry-after"), Some("1"));
    server.get("/health/live").ok().await;
    server.get("/health/ready").ok().await;
    drop(one);
    while server.get("/info/health").any().await.status() != 200 {}
    drop(two);
    let reporting = Engine::Memory.setup().flag("--request-limit", "0").flag("--report-only", "requests").start();
    reporting.get("/info/health").ok().await;
}

#[tokio::test]
async fn uploads_wait_for_memory_and_are_sent_away_after_a_while() {
    let server = Engine::Memory.setup().flag("--in-flight-limit", "1000000").start();
    let held = upload(&server, "/ns/direct/store/binary", 600_000, &[b'x'; 1000]).await;
    // What fits goes on, what does not waits; a body that is never sent is refused all the same.
    while server.post("/ns/direct/store/binary").bytes(vec![b'y'; 90_000]).any().await.status() != 200 {}
    let waiting = upload(&server, "/ns/direct/store/binary", 200_000, &[b'z'; 1000]).await;
    let refused = answer_of(waiting).await;
    assert!(
        refused.starts_with("HTTP/1.1 503") && refused.contains("retry-after: 1") && refused.contains("BUSY"),
        "{refused}"
    );
    let mut next = upload(&server, "/ns/direct/store/binary", 200_000, &[b'z'; 200_000]).await;
    drop(held);
    // Once the first has gone, whoever waits goes on.
    let mut answer = vec![0; 12];
    next.read_exact(&mut answer).await.unwrap();
    assert_eq!(String::from_utf8(answer).unwrap(), "HTTP/1.1 200");
}

#[tokio::test]
async fn json_counts_by_what_it_takes_to_read_it() {
    let server = Engine::Memory.setup().flag("--in-flight-limit", "4000000").start();
    let many = |item: &str, count: usize| format!("{{\"a\":[{}0]}}", format!("{item},").repeat(count));
    server.post("/ns/direct/store/json").json(many("1", 10_000)).stored().await;
    for item in ["[]", "{}", "{\"b\":0}"] {
        let answer = server.post("/ns/direct/store/json").json(many(item, 60_000)).await;
        is_refusal(&answer, 413, "TOO_LARGE");
        assert!(answer.text().contains("memory"), "{}", answer.text());
    }
    // Written with an indentation, a deep list is a hundred times as long.
    let deep = format!(
        "{{\"a\":{}{}{}}}",
        "[".repeat(120),
        many("1", 30_000).trim_start_matches("{\"a\":").trim_end_matches('}'),
        "]".repeat(120)
    );
    is_refusal(&server.post("/ns/direct/store/json").json(deep).await, 413, "TOO_LARGE");
}

#[tokio::test]
async fn small_operations_take_small_bodies() {
    let server = Engine::Memory.start();
    let body = json!({ "cookie_value": "x".repeat(5000) });
    is_refusal(&server.post("/auth/set-auth-cookie").without_key().json(body).await, 413, "TOO_LARGE");
    let head = ["content-type: application/json", "content-length: 99999999"];
    is_refusal(&server.raw_with("POST /auth/set-auth-cookie", &head).await, 413, "TOO_LARGE");
    let chunked = ["content-type: application/json", "transfer-encoding: chunked"];
    let chunk = format!("1000\r\n{}\r\n", "x".repeat(0x1000));
    let answer = server.raw("POST /auth/set-auth-cookie", &chunked, (chunk.repeat(2) + "0\r\n\r\n").as_bytes()).await;
    is_refusal(&answer, 413, "TOO_LARGE");
}

#[tokio::test]
async fn a_path_that_is_too_long_is_refused() {
    let server = Engine::Memory.start();
    is_refusal(&server.get(format!("/ns/file-ids?cursor={}", "x".repeat(20_000))).await, 414, "URI_TOO_LONG");
    is_refusal(&server.get(format!("/{}", "x".repeat(20_000))).await, 414, "URI_TOO_LONG");
}

#[tokio::test]
async fn a_body_that_comes_too_slowly_is_refused() {
    let flags = |server: cache_tests::Setup| server.flag("--body-grace-seconds", "1").flag("--body-rate", "1000000");
    let server = flags(Engine::Memory.setup()).start();
    let answer = answer_of(upload(&server, "/ns/direct/store/binary", 1000, &[b'x'; 10]).await).await;
    assert!(
        answer.starts_with("HTTP/1.1 408") && answer.contains("SLOW_BODY") && answer.contains("bytes a second"),
        "{answer}"
    );
    // What comes fast enough is not, however long it takes.
    server.post("/ns/direct/store/binary").bytes(vec![b'x'; 4_000_000]).stored().await;
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_until_one_is_closed() {
    let server = Engine::Memory.setup().flag("--connection-limit", "2").start();
    let open = async || {
        let mut stream = TcpStream::connect(("127.0.0.1", server.port())).await.unwrap();
        stream.write_all(b"GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
        stream
    };
    let answered = async |stream: &mut TcpStream| {
        let mut status = [0; 12];
        stream.read_exact(&mut status).await.map(|_| status)
    };
    let (mut one, mut two) = (open().await, open().await);
    assert!(answered(&mut one).await.is_ok() && answered(&mut two).await.is_ok());
    let mut three = open().await;
    let waits = tokio::time::timeout(Duration::from_millis(500), answered(&mut three)).await;
    assert!(waits.is_err(), "a third connection was served");
    drop(one);
    assert_eq!(&answered(&mut three).await.unwrap(), b"HTTP/1.1 200");
}

#[tokio::test]
async fn a_head_that_does_not_end_is_given_up() {
    let server = Engine::Memory.start();
    let mut stream = TcpStream::connect(("127.0.0.1", server.port())).await.unwrap();
    stream.write_all(b"GET /health/live HTTP/1.1\r\nhost: localhost\r\n").await.unwrap();
    let begun = Instant::now();
    let answer = answer_of(stream).await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(begun.elapsed() < Duration::from_secs(15), "after {:?}", begun.elapsed());
}

#[tokio::test]
async fn a_later_head_that_does_not_end_is_given_up_too() {
    let server = Engine::Memory.start();
    let whole = "GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let answers = all_of(&server, &format!("{whole}{whole}GET /health/live HTTP/1.1\r\nhost: loc")).await;
    assert_eq!(answers.matches("HTTP/1.1 200").count(), 2, "{answers}");
}

#[tokio::test]
async fn bodies_with_trailers_are_read_and_other_protocols_refused() {
    let server = Engine::Memory.start();
    let head = format!("POST /ns/direct/store/string HTTP/1.1\r\nhost: a\r\nx-api-key: {KEY}\r\n");
    let last = "GET /health/live HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    let body = "transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nx-one: 1\r\nx-two: 2\r\n\r\n";
    let answers = all_of(&server, &format!("{head}{body}{head}{body}{last}")).await;
    assert_eq!(answers.matches("HTTP/1.1 200").count(), 3, "{answers}");
    for length in ["content-length: 5\r\n\r\nhello", "content-length: 0\r\n\r\n", "\r\nhello"] {
        let answers = all_of(&server, &format!("{head}upgrade: websocket\r\n{length}{last}")).await;
        assert!(answers.starts_with("HTTP/1.1 400") && answers.contains("upgrade"), "{answers}");
        assert_eq!(answers.matches("HTTP/1.1").count(), 1, "{answers}");
    }
}

#[tokio::test]
async fn an_answer_is_finished_although_the_next_head_comes_slowly() {
    let server = Engine::Memory.start();
    let stored = server.post("/ns/direct/store/binary").bytes(vec![b'x'; 8 << 20]).stored().await;
    let mut stream = TcpStream::connect(("127.0.0.1", server.port())).await.unwrap();
    let get = format!("GET /ns/retrieve/{}/binary HTTP/1.1\r\nhost: a\r\nx-api-key: {KEY}\r\n\r\n", stored.cache_id);
    stream.write_all(format!("{get}GET /health/li").as_bytes()).await.unwrap();
    // The limit of a head passes before the rest of the answer is taken.
    let mut other = TcpStream::connect(("127.0.0.1", server.port())).await.unwrap();
    other.write_all(b"GET /health/li").await.unwrap();
    assert!(answer_of(other).await.starts_with("HTTP/1.1 408"));
    let (mut taken, mut part) = (0, vec![0; 64 << 10]);
    while taken < 8 << 20 {
        let read = stream.read(&mut part).await.unwrap();
        assert!(read > 0, "the answer was cut off after {taken} bytes");
        taken += read;
    }
}

#[tokio::test]
async fn empty_lines_after_an_answer_keep_no_connection_open() {
    let server = Engine::Memory.setup().flag("--keep-alive-seconds", "1").start();
    let whole = "GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let answers = all_of(&server, &format!("{whole}\r\n\r\n")).await;
    assert_eq!(answers.matches("HTTP/1.1 200").count(), 1, "{answers}");
}

#[tokio::test]
async fn requests_sent_ahead_are_answered_one_after_the_other() {
    let server = Engine::Memory.start();
    let key = format!("host: 127.0.0.1\r\nx-api-key: {KEY}");
    let lines = "\r\n\r\n".repeat(500);
    let sized = format!("content-length: {}\r\n\r\n{lines}", lines.len());
    let chunked = "transfer-encoding: chunked\r\n\r\n4\r\n\r\n\r\n\r\n00c8;x=0\r\n".to_owned()
        + &"\n".repeat(0xc8)
        + "\r\n0\r\n\r\n";
    let store =
        |rest: &str| format!("POST /ns/direct/store/string HTTP/1.1\r\n{key}\r\ncontent-type: text/plain\r\n{rest}");
    let round = [
        "\r\n\n".to_owned(),
        store(&sized),
        store(&chunked),
        format!("GET /ns/file-ids HTTP/1.1\r\n{key}\r\n\r\n"),
        "\r\nHEAD /health/live HTTP/1.1\nhost: 127.0.0.1\n\n".to_owned(),
        store("content-length: 0\r\n\r\n"),
        store(&format!("expect: 100-continue\r\n{sized}")),
        format!("GET /nothing HTTP/1.1\r\n{key}\r\n\r\n"),
    ];
    let expected =
        ["200 OK", "200 OK", "200 OK", "200 OK", "400 Bad Request", "100 Continue", "200 OK", "404 Not Found"];
    let mut stream = TcpStream::connect(("127.0.0.1", server.port())).await.unwrap();
    let (mut read, mut write) = stream.split();
    let rounds = 40;
    let sent = async {
        write.write_all(round.concat().repeat(rounds).as_bytes()).await.unwrap();
        // What was sent before the end is answered.
        write.shutdown().await.unwrap();
    };
    let mut answers = Vec::new();
    let (taken, ()) = tokio::join!(tokio::time::timeout(Duration::from_secs(60), read.read_to_end(&mut answers)), sent);
    taken.expect("every request is answered").unwrap();
    let answers = String::from_utf8_lossy(&answers);
    let lines = answers.split("HTTP/1.1 ").skip(1).map(|answer| answer.lines().next().unwrap());
    assert_eq!(lines.collect::<Vec<_>>(), expected.repeat(rounds));
}

/// Which part of the time of a large request a small one had to wait at most, on a server with one worker.
async fn longest_wait(server: &TestServer, request: cache_tests::Request) -> f64 {
    let begun = Instant::now();
    let large = request.ok();
    tokio::pin!(large);
    let mut longest = Duration::ZERO;
    loop {
        let asked = Instant::now();
        tokio::select! {
            biased;
            _ = &mut large => return longest.max(asked.elapsed()).as_secs_f64() / begun.elapsed().as_secs_f64(),
            _ = server.get("/info/health").ok() => longest = longest.max(asked.elapsed()),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn work_on_large_documents_stops_nobody_else() {
    for engine in [Engine::Memory, Engine::Embedded, Engine::LocalDisk] {
        let server = engine.setup().flag("--workers", "1").start();
        let text = "some words in a text \u{e9} ".repeat(200_000);
        let items = vec![json!({"id": 1, "name": "somebody", "tags": ["a", "b"]}); 40_000];
        let document = json!({ "items": items }).to_string();
        let entry = server.post("/ns/direct/store/json").json(document.clone()).stored().await;
        let string = server.post("/ns/direct/store/string").text(text.clone()).stored().await;
        let bytes = vec![b'x'; 6_000_000];
        let binary = server.post("/ns/direct/store/binary").bytes(bytes).stored().await;
        let url = format!("/ns/retrieve/{}", entry.cache_id);
        let child = format!("/ns/cache/{}/data", entry.cache_id);
        let requests: [(&str, &dyn Fn() -> cache_tests::Request); 11] = [
            ("store JSON", &|| server.post("/ns/direct/store/json").json(document.clone())),
            ("store a string", &|| server.post("/ns/direct/store/string").text(text.clone())),
            ("retrieve", &|| server.get(&url)),
            ("retrieve JSON", &|| server.get(format!("{url}/json"))),
            ("retrieve text", &|| server.get(format!("{url}/string"))),
            ("retrieve a string", &|| server.get(format!("/ns/retrieve/{}", string.cache_id))),
            ("update", &|| server.post(format!("/ns/update/{}/json", entry.cache_id)).json(document.clone())),
            ("store a child", &|| server.post(format!("{child}/store/json/file")).json(document.clone())),
            ("retrieve bytes as JSON", &|| server.get(format!("/ns/retrieve/{}/json", binary.cache_id))),
            ("find a value", &|| server.post("/server/find").text(document.clone())),
            ("retrieve a child", &|| server.get(format!("{child}/json/file"))),
        ];
        for (what, request) in requests {
            // Whoever works on it lets nobody in, every time; a busy machine does so now and then.
            let mut waits = Vec::new();
            while waits.len() < 5 && waits.iter().all(|wait| *wait > 0.5) {
                waits.push(longest_wait(&server, request()).await);
            }
            assert!(waits.iter().any(|wait| *wait <= 0.5), "{engine:?}: {what}: others waited {waits:.2?} of its time");
        }
    }
}

#[tokio::test]
async fn keys_have_the_configured_rate_and_probes_have_none() {
    let server = Engine::Memory.setup().flag("--rate-limit", "3").start();
    let refused = loop {
        let answer = server.get("/info/health").await;
        if answer.status() != 200 {
            break answer;
        }
    };
    is_refusal(&refused, 429, "TOO_MANY_REQUESTS");
    assert_eq!(refused.header("retry-after"), Some("1"));
    for _ in 0..10 {
        server.get("/health/live").ok().await;
    }
}

/// What comes until the server closes the connection.
async fn all_of(server: &TestServer, sent: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", server.port())).await.unwrap();
    stream.write_all(sent.as_bytes()).await.unwrap();
    tokio::time::timeout(Duration::from_secs(20), answer_of(stream)).await.expect("the connection is closed")
}

#[tokio::test]
async fn a_body_of_unknown_length_that_nobody_reads_closes_its_connection() {
    let server = Engine::Memory.start();
    let chunked = "host: 127.0.0.1\r\ncontent-type: application/octet-stream\r\ntransfer-encoding: chunked";
    let part = "5\r\nbytes\r\n";
    for (line, key, status) in [
        ("POST /ns/direct/store/binary", String::new(), "401"),
        ("GET /health/live", String::new(), "200"),
        ("GET /openapi.json", String::new(), "200"),
        ("GET /ns/file-ids", format!("\r\nx-api-key: {KEY}"), "200"),
        ("POST /nothing/here", format!("\r\nx-api-key: {KEY}"), "404"),
    ] {
        let answer = all_of(&server, &format!("{line} HTTP/1.1\r\n{chunked}{key}\r\n\r\n{part}")).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{line}: {answer}");
    }
    // One that is read keeps it open.
    let store =
        format!("POST /ns/direct/store/binary HTTP/1.1\r\n{chunked}\r\nx-api-key: {KEY}\r\n\r\n{part}0\r\n\r\n");
    let last = "GET /health/live HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n";
    let answers = all_of(&server, &format!("{store}{store}{last}")).await;
    assert_eq!(answers.matches("HTTP/1.1 200").count(), 3, "{answers}");
}

#[tokio::test]
async fn operations_without_a_key_take_no_place_of_those_with_one() {
    let server = Engine::Memory.setup().flag("--request-limit", "8").start();
    let other = async || server.post("/auth/session").without_key().json("{}").any().await;
    // The first of them to arrive has the place, which need not be the one that keeps it.
    let sign_in = 'kept: loop {
        let sign_in = upload(&server, "/auth/session", 10, b"{").await;
        for _ in 0..20 {
            let refused = other().await;
            if refused.status() == 503 {
                is_refusal(&refused, 503, "BUSY");
                break 'kept sign_in;
            }
        }
    };
    server.get("/info/health").ok().await;
    drop(sign_in);
    while other().await.status() == 503 {}
}

#[tokio::test]
async fn a_client_that_takes_no_answers_loses_its_connection() {
    let flags = [("--body-pause-seconds", "1"), ("--workers", "1"), ("--connection-limit", "1")];
    let server = flags.into_iter().fold(Engine::Memory.setup(), |setup, (flag, value)| setup.flag(flag, value)).start();
    let mut stream = TcpStream::connect(("127.0.0.1", server.port())).await.unwrap();
    let pages = "GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n".repeat(100);
    stream.write_all(pages.as_bytes()).await.unwrap();
    stream.read_exact(&mut [0; 12]).await.unwrap();
    // There is one place, which that client has until the server gives it up.
    let next = tokio::time::timeout(Duration::from_secs(20), server.get("/health/live").ok()).await;
    assert_eq!(next.expect("the place is free again").status(), 200);
}

#[tokio::test]
async fn packed_entries_take_the_memory_that_they_unpack_to() {
    use std::io::Write as _;
    let server = Engine::Embedded.setup().flag("--in-flight-limit", "20000000").start();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    // A hundred times as long unpacked, at most.
    gzip.write_all(&vec![0; 12 << 20]).unwrap();
    gzip.write_all(&(0..300_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()).collect::<Vec<_>>())
        .unwrap();
    let store = server.post("/ns/direct/store/binary").bytes(gzip.finish().unwrap());
    let entry = store.header("content-encoding", "gzip").stored().await;
    for form in ["", "/string", "/json", "/binary"] {
        let answer = server.get(format!("/ns/retrieve/{}{form}", entry.cache_id)).any().await;
        is_refusal(&answer, 413, "TOO_LARGE");
        let answer = server.get(format!("/ns/retrieve/hash/{}{form}", entry.cache_hash)).any().await;
        is_refusal(&answer, 413, "TOO_LARGE");
    }
    server.get(format!("/ns/retrieve/{}/metadata", entry.cache_id)).ok().await;
}
