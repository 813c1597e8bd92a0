//! What the program does beside serving, and what it tells those who run it.

use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixDatagram;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use crate::program::{Program, command};

fn port(program: &Program) -> &str {
    program.address().rsplit_once(':').unwrap().1
}

fn health(flags: &[&str]) -> (bool, String) {
    let Output { status, stderr, .. } = command().arg("health").args(flags).output().unwrap();
    (status.success(), String::from_utf8(stderr).unwrap())
}

#[test]
fn a_health_check_tells_a_server_that_is_ready_from_one_that_ends_and_from_none() {
    let program = Program::start(&["--storage-mode", "memory", "--drain-seconds", "60"]);
    assert_eq!(health(&["--port", port(&program)]), (true, String::new()));
    program.signal("TERM");
    // Its end begins when the signal has come.
    let begun = Instant::now();
    let reason = loop {
        let (is_ready, reason) = health(&["--port", port(&program)]);
        if !is_ready {
            break reason;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "it never says that it ends");
    };
    assert!(reason.contains("not ready: HTTP/1.1 503"), "{reason}");

    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (is_ready, reason) = health(&["--port", &nobody.port().to_string()]);
    assert!(!is_ready && reason.contains(&format!("no answer from {nobody}")), "{reason}");
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let program = Program::start(&["--storage-mode", "memory", "--drain-seconds", "600", "--shutdown-seconds", "600"]);
    let begun = Instant::now();
    program.signal("TERM");
    while health(&["--port", port(&program)]).0 {
        assert!(begun.elapsed() < Duration::from_secs(30), "it never says that it ends");
    }
    program.signal("INT");
    assert!(program.ended().success());
    assert!(begun.elapsed() < Duration::from_secs(60), "it took {:?}", begun.elapsed());
}

#[test]
fn a_server_on_every_address_is_reached_by_both_families() {
    let program = Program::start(&["--storage-mode", "memory", "--host", "::"]);
    let port = port(&program);
    for host in ["127.0.0.1", "::1"] {
        TcpStream::connect((host, port.parse().unwrap())).unwrap();
        assert_eq!(health(&["--port", port, "--host", host]), (true, String::new()), "{host}");
    }
    assert_eq!(health(&["--port", port, "--host", "::"]), (true, String::new()));
}

#[test]
fn a_service_manager_is_told_when_it_serves_and_when_it_ends() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("notify");
    let manager = UnixDatagram::bind(&socket).unwrap();
    manager.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let said = || {
        let mut message = [0; 100];
        let length = manager.recv(&mut message).unwrap();
        String::from_utf8_lossy(&message[..length]).trim().to_owned()
    };
    let mut server = command();
    server.args(["--port", "0", "--storage-mode", "memory"]).env("NOTIFY_SOCKET", &socket).stdout(Stdio::null());
    let server = Program::of(server.stderr(Stdio::null()).spawn().unwrap());
    assert_eq!(said(), "READY=1");
    server.signal("TERM");
    assert_eq!(said(), "STOPPING=1");
    assert!(server.ended().success());
}

#[test]
fn shells_complete_flags_and_commands() {
    for shell in ["bash", "zsh", "fish"] {
        let Output { status, stdout, .. } = command().args(["completions", shell]).output().unwrap();
        let script = String::from_utf8(stdout).unwrap();
        assert!(status.success() && script.contains("storage-mode") && script.contains("openapi"), "{shell}");
    }
}
