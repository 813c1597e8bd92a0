//! What the real program takes on: memory is measured, not assumed; and keys as an operator handles them.

#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

mod commands;
mod keys;
mod logs;
mod program;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use program::{KEY, Program};

const MB: u64 = 1_000_000;
const MIB: usize = 1 << 20;

/// A connection whose request has been sent but for its body.
fn begin(program: &Program, path: &str, media_type: &str, length: usize) -> TcpStream {
    begin_with(program, path, media_type, length, &format!("x-api-key: {KEY}\r\n"))
}

fn begin_with(program: &Program, path: &str, media_type: &str, length: usize, key: &str) -> TcpStream {
    let mut stream = TcpStream::connect(program.address()).unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {}\r\n{key}content-type: {media_type}\r\ncontent-length: {length}\r\n\
         connection: close\r\n\r\n",
        program.address()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

/// Sends a body and reads the status; the server may refuse before it has read it all.
fn finish(mut stream: TcpStream, body: &[u8]) -> u16 {
    let _ = stream.write_all(body);
    status(&mut stream)
}

fn status(stream: &mut TcpStream) -> u16 {
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let mut line = [0; 12];
    stream.read_exact(&mut line).unwrap();
    String::from_utf8_lossy(&line[9..]).parse().unwrap()
}

/// Does the same at once, as often as told.
fn together<T: Send>(times: usize, work: impl Fn() -> T + Sync) -> Vec<T> {
    thread::scope(|scope| {
        let threads: Vec<_> = (0..times).map(|_| scope.spawn(&work)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

#[track_caller]
fn peaks_below(program: &Program, idle: u64, limit: u64, what: &str) {
    let peak = program.peak();
    println!("{what}: {} MB over idle", peak.saturating_sub(idle) / MB);
    assert!(peak <= idle + limit, "{what}: {} MB, of {} MB when idle", peak / MB, idle / MB);
}

#[test]
fn bodies_of_whoever_has_no_key_take_no_memory() {
    let program = Program::start(&["--storage-mode", "memory"]);
    let idle = program.resident();
    let body = "[[],".to_owned() + &"[],".repeat(31 * MIB / 3) + "1]";
    for path in ["/auth/set-auth-cookie", "/auth/session", "/no/such/path", "/ns/direct/store/json"] {
        let send = || finish(begin_with(&program, path, "application/json", body.len(), ""), body.as_bytes());
        let statuses = together(4, send);
        assert!(statuses.iter().all(|status| matches!(status, 401 | 413)), "{path}: {statuses:?}");
    }
    peaks_below(&program, idle, 64 * MB, "bodies of 31 MiB without a key");
}

#[test]
fn uploads_at_once_take_no_more_than_the_limit() {
    let program = Program::start(&["--storage-mode", "memory"]);
    let idle = program.resident();
    let body = vec![b'x'; 16 * MIB];
    let statuses = together(48, || {
        let mut stream = begin(&program, "/ns/direct/store/binary", "application/octet-stream", body.len());
        // The last byte is missing until the others have got as far as they get.
        let _ = stream.write_all(&body[1..]);
        stream.set_read_timeout(Some(Duration::from_secs(7))).unwrap();
        let mut refused = [0; 12];
        match stream.read_exact(&mut refused) {
            Ok(()) => String::from_utf8_lossy(&refused[9..]).parse().unwrap(),
            Err(_) => 0,
        }
    });
    // Three quarters of the limit, since a quarter is kept for those who hold some.
    assert_eq!(statuses.iter().filter(|status| **status == 0).count(), 12, "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 0 | 503)), "{statuses:?}");
    peaks_below(&program, idle, 256 * (1 << 20) + 100 * MB, "48 uploads of 16 MiB");
}

#[test]
fn json_takes_no_more_than_the_limit() {
    let program = Program::start(&["--storage-mode", "memory"]);
    let idle = program.resident();
    let many =
        |item: &str, length: usize| format!("{{\"a\":[{}1]}}", format!("{item},").repeat(length / (item.len() + 1)));
    let deep = format!("{{\"a\":{}{}1{}}}", "[".repeat(125), "1,".repeat(2 * MIB), "]".repeat(125));
    let bodies = [many("[]", 31 * MIB), many("{}", 31 * MIB), many("{\"b\":1}", 31 * MIB), many("1e9", 31 * MIB), deep];
    for body in bodies {
        let statuses = together(4, || {
            finish(begin(&program, "/ns/direct/store/json", "application/json", body.len()), body.as_bytes())
        });
        assert_eq!(statuses, [413; 4], "{}", &body[..20]);
    }
    // What an honest client may send is stored, one after the other when it has to be.
    let text = many("\"some text\"", 8 * MIB);
    let record = many(r#"{"id": 12345, "name": "somebody", "tags": ["a", "b"], "score": 0.25}"#, 8 * MIB);
    for body in [text, record, many("0.12345678", 8 * MIB)] {
        let statuses = together(3, || {
            finish(begin(&program, "/ns/direct/store/json", "application/json", body.len()), body.as_bytes())
        });
        assert!(statuses.iter().all(|status| matches!(status, 200 | 503)) && statuses.contains(&200), "{statuses:?}");
    }
    // What was stored stays in memory: nine documents at most, of some 12 MiB with their indentation.
    peaks_below(&program, idle, 256 * (1 << 20) + 100 * MB + 9 * 14 * (1 << 20), "JSON of 31 MiB");
}

#[test]
fn requests_sent_ahead_wait_outside_of_memory() {
    let program = Program::start(&["--storage-mode", "memory"]);
    let idle = program.resident();
    let head = "GET / HTTP/1.1\r\nhost:a\r\n\r\n";
    let page = "GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nhost:a\r\n\r\n";
    let sent = [page.repeat(20), head.repeat(16_000)].concat();
    let clients = together(300, || {
        let mut stream = TcpStream::connect(program.address()).unwrap();
        stream.set_write_timeout(Some(Duration::from_millis(500))).unwrap();
        // No answer is read, so the server stops taking more.
        let _ = stream.write_all(sent.as_bytes());
        assert_eq!(status(&mut stream), 200);
        stream
    });
    assert_eq!(program.get("/info/health").0, 200);
    peaks_below(&program, idle, 64 * MB, "300 connections that send 16,000 requests ahead");
    drop(clients);
}

#[test]
fn bodies_in_chunks_of_a_byte_take_no_more_than_others() {
    let program = Program::start(&["--storage-mode", "memory"]);
    let idle = program.resident();
    let head = format!(
        "POST /ns/direct/store/string HTTP/1.1\r\nhost: a\r\nx-api-key: {KEY}\r\ntransfer-encoding: chunked\r\n\r\n"
    );
    let sent = [head, "1\r\na\r\n".repeat(100_000)].concat();
    let clients = together(300, || {
        let mut stream = TcpStream::connect(program.address()).unwrap();
        stream.set_write_timeout(Some(Duration::from_secs(5))).unwrap();
        let _ = stream.write_all(sent.as_bytes());
        stream
    });
    peaks_below(&program, idle, 256 * (1 << 20) + 100 * MB, "300 bodies in chunks of a byte");
    drop(clients);
}

/// Answers of 16 MiB that nobody reads.
fn slow_readers(mode: &str) {
    let folder = tempfile::tempdir().unwrap();
    let flags = ["--storage-mode", mode, "--path", folder.path().to_str().unwrap(), "--body-pause-seconds", "3"];
    let program = Program::start(&flags);
    let body = vec![b'x'; 16 * MIB];
    let store = begin(&program, "/ns/key_based/store/binary/k?file_id=f", "application/octet-stream", body.len());
    assert_eq!(finish(store, &body), 200);
    let id = program.get("/ns/file-ids").1;
    let path = format!("/ns/retrieve/{}/binary", id.trim_matches(['[', ']', '"']));
    let idle = program.resident();
    let readers = together(48, || {
        let mut stream = TcpStream::connect(program.address()).unwrap();
        let head = format!("GET {path} HTTP/1.1\r\nhost: {}\r\nx-api-key: {KEY}\r\n\r\n", program.address());
        stream.write_all(head.as_bytes()).unwrap();
        (status(&mut stream), stream)
    });
    let answered = readers.iter().filter(|(status, _)| *status == 200).count();
    assert!(answered >= 8 && readers.iter().all(|(status, _)| matches!(status, 200 | 503)), "{answered}");
    peaks_below(&program, idle, 256 * (1 << 20) + 100 * MB, &format!("{mode}: 48 answers of 16 MiB that nobody reads"));
    // Nobody waits for those who do not read: their answers are let go of.
    let begun = Instant::now();
    while program.get(&path).0 != 200 {
        assert!(begun.elapsed() < Duration::from_secs(30), "the answers that nobody reads are kept");
    }
    drop(readers);
}

#[test]
fn answers_that_nobody_reads_take_no_more_than_the_limit_on_embedded() {
    slow_readers("embedded");
}

#[test]
fn answers_that_nobody_reads_take_no_more_than_the_limit_in_memory() {
    slow_readers("memory");
}

#[test]
fn answers_that_nobody_reads_take_no_more_than_the_limit_on_local_disk() {
    slow_readers("local_disk");
}

#[test]
fn an_upload_that_stalls_does_not_hold_a_stop() {
    let program = Program::start(&["--storage-mode", "memory"]);
    let mut stalled = begin(&program, "/ns/direct/store/binary", "application/octet-stream", 1000);
    stalled.write_all(b"some").unwrap();
    // An idle connection does not hold it either.
    let idle = TcpStream::connect(program.address()).unwrap();
    assert_eq!(program.get("/info/health").0, 200);
    let begun = Instant::now();
    program.signal("TERM");
    assert!(program.ended().success());
    println!("ended after {:.1?}", begun.elapsed());
    assert!(begun.elapsed() < Duration::from_secs(10), "the stalled upload held the stop for {:?}", begun.elapsed());
    drop((idle, stalled));
}

/// Everything that lists or reads in bulk, four at a time, over forty binaries of 16 MiB: as entries, and as their child files.
#[test]
fn listings_read_no_content_that_they_do_not_send() {
    let folder = tempfile::tempdir().unwrap();
    let flags = ["--storage-mode", "embedded", "--path", folder.path().to_str().unwrap()];
    let body = vec![b'x'; 16 * MIB];
    {
        let program = Program::start(&flags);
        for n in 0..40 {
            let path = format!("/ns/temporal_latest/store/binary/k?file_id=f{n}");
            let mut different = body.clone();
            different[0] = n;
            assert_eq!(finish(begin(&program, &path, "application/octet-stream", body.len()), &different), 200);
        }
        program.signal("TERM");
        assert!(program.ended().success());
    }
    let program = Program::start(&flags);
    let ids = program.get("/ns/file-ids").1;
    let id = ids.trim_start_matches("[\"").split('"').next().unwrap().to_owned();
    let idle = program.resident();
    for path in [
        "/ns/stats".to_owned(),
        "/ns/entries".to_owned(),
        "/ns/temporal/entries?from=0".to_owned(),
        "/ns/file-ids".to_owned(),
        "/ns/file-hashes".to_owned(),
        "/namespaces/list".to_owned(),
        "/admin/storage/files/all/".to_owned(),
        "/admin/storage/folders/?recursive=true".to_owned(),
        format!("/ns/cache/{id}/data/list"),
        format!("/ns/cache/{id}/data/entries"),
        format!("/ns/retrieve/{id}/refs/all"),
    ] {
        let read_before = program.bytes_read();
        for (status, answer) in together(4, || program.get(&path)) {
            assert_eq!(status, 200, "{path}: {answer}");
        }
        let read = program.bytes_read() - read_before;
        assert!(read < 8 * MB, "{path} reads {} MB", read / MB);
    }
    peaks_below(&program, idle, 100 * MB, "listings over 40 binaries of 16 MiB");
}
