//! The log of the real program: a line for each request, where the time of slow ones went, and nothing that paints a terminal.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::program::{KEY, Program};
use crate::{begin, finish};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// Waits for a line of the log that has this in it.
fn line(log: &Path, part: &str) -> String {
    let begun = Instant::now();
    loop {
        let text = fs::read_to_string(log).unwrap();
        // The last one may not be written yet.
        let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
        if let Some(line) = whole.lines().find(|line| line.contains(part)) {
            return line.to_owned();
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "no line with {part}: {text}");
    }
}

/// The fields of a line of JSON.
fn fields(line: &str) -> Value {
    serde_json::from_str::<Value>(line).unwrap()["fields"].take()
}

fn ask(program: &Program, head: &str) -> String {
    let mut stream = TcpStream::connect(program.address()).unwrap();
    let host = program.address();
    let head = format!("{head} HTTP/1.1\r\nhost: {host}\r\nx-api-key: {KEY}\r\nconnection: close\r\n");
    // The head of a test may end with headers of its own.
    let head = match head.split_once(" with ") {
        Some((start, rest)) => {
            let (header, rest) = rest.split_once(" HTTP/1.1").unwrap();
            format!("{start} HTTP/1.1{rest}{header}\r\n\r\n")
        }
        None => head + "\r\n",
    };
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn the_access_log_has_a_line_for_each_request_whatever_the_filter_says() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let flags = ["--storage-mode", "memory", "--access-log", "--log", "warn", "--log-format", "json"];
    let program = Program::start_logged(&flags, &log);
    let body = finish(begin(&program, "/ns/direct/store/string", "text/plain", 4), b"text");
    assert_eq!(body, 200);
    let stored = fields(&line(&log, "/{namespace}/{strategy}/store/string"));
    assert_eq!((&stored["method"], &stored["status"]), (&"POST".into(), &200.into()), "{stored}");
    assert_eq!((&stored["key"], &stored["received"]), (&"default".into(), &4.into()), "{stored}");
    assert_eq!(stored["path"], "/ns/direct/store/string");
    assert!(stored["sent"].as_u64().unwrap() > 100 && stored["micros"].as_u64().unwrap() > 0, "{stored}");
    assert!(stored.get("trace_id").is_none(), "{stored}");

    let answer = ask(&program, &format!("GET /info/status?secret=1 with traceparent: 00-{TRACE}-00f067aa0ba902b7-01"));
    let traced = fields(&line(&log, "/info/status"));
    assert_eq!(traced["trace_id"], TRACE);
    let id = traced["request_id"].as_str().unwrap();
    assert!(answer.contains(&format!("fast-api-request-id: {id}")), "{answer}: {traced}");
    assert_eq!(traced["sent"], answer.split_once("\r\n\r\n").unwrap().1.len(), "{answer}: {traced}");
    ask(&program, "GET /info/versions with traceparent: 00-made-up-01");
    assert!(fields(&line(&log, "/info/versions")).get("trace_id").is_none());

    // What is no route has none, and what a client makes up stays in its line.
    ask(&program, "GET /a%0a%1b%5b31m%c2%9b/b/c/d");
    let made_up = line(&log, "/b/c/d");
    assert!(fields(&made_up).get("route").is_none(), "{made_up}");
    assert_eq!(fields(&made_up)["path"], "/a\\n\\u{1b}[31m\\u{9b}/b/c/d");
    let text = fs::read_to_string(&log).unwrap();
    assert_eq!(text.lines().filter(|line| line.contains("http_service::access")).count(), 4, "{text}");
    assert!(!text.contains("secret=1") && !text.contains(KEY), "{text}");
    assert!(text.lines().all(|line| !line.contains(|c: char| c.is_control())), "{text}");
}

#[test]
fn a_pretty_log_escapes_what_clients_send() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let program = Program::start_logged(&["--storage-mode", "memory", "--access-log"], &log);
    ask(&program, "GET /a%0a%1b%5b31m%c2%9b/b/c/d");
    let written = line(&log, "/b/c/d");
    assert!(written.contains("http_service::access: request request_id="), "{written}");
    assert!(written.contains("status=404") && !written.contains(|c: char| c.is_control()), "{written}");
}

#[test]
fn without_the_flag_requests_have_no_lines_but_slow_ones() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let flags = ["--storage-mode", "memory", "--slow-request-ms", "50", "--log-format", "json"];
    let program = Program::start_logged(&flags, &log);
    assert_eq!(program.get("/info/health").0, 200);
    let mut upload = begin(&program, "/ns/direct/store/string", "text/plain", 8);
    upload.write_all(b"half").unwrap();
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_millis(80) {
        std::thread::yield_now();
    }
    assert_eq!(finish(upload, b"half"), 200);
    let slow = fields(&line(&log, "a slow request"));
    let micros = |name: &str| slow[name].as_u64().unwrap();
    assert!(micros("reading") >= 50_000 && micros("waiting") < 50_000, "{slow}");
    let parts = micros("waiting") + micros("reading") + micros("work") + micros("sending");
    assert!(parts.abs_diff(micros("micros")) <= 4, "the parts are all of it: {slow}");
    assert_eq!(slow["route"], "/{namespace}/{strategy}/store/string");
    let text = fs::read_to_string(&log).unwrap();
    assert!(!text.contains("/info/health") && !text.contains("http_service::access"), "{text}");
}

#[test]
fn a_body_that_breaks_off_is_logged_with_the_id_of_its_request() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let program = Program::start_logged(&["--storage-mode", "memory", "--access-log", "--log-format", "json"], &log);
    let mut upload = begin(&program, "/ns/direct/store/string", "text/plain", 100);
    upload.write_all(b"only this").unwrap();
    drop(upload);
    let broken = fields(&line(&log, "a body broke off"));
    assert_eq!(broken["received"], 9, "{broken}");
    let id = broken["request_id"].as_str().unwrap();
    let request = fields(&line(&log, "http_service::access"));
    assert_eq!(request["request_id"], id, "{request}");
    assert!(request.get("status").is_none_or(|status| status == 400), "{request}");
}
