//! The real program, and what the operating system knows of it.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

pub(crate) const KEY: &str = "a key of the tests of limits";

/// A running server; it is killed when dropped.
#[derive(Debug)]
pub(crate) struct Program {
    child: Child,
    address: String,
}

/// The program with nothing of the environment's configuration.
pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cache-server"));
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if ["CACHE", "AWS", "FAST_API"].iter().any(|prefix| text.starts_with(prefix)) {
            command.env_remove(&name);
        }
    }
    command
}

impl Program {
    /// Starts with a key.
    pub(crate) fn start(flags: &[&str]) -> Self {
        Self::start_with(flags, Some(KEY))
    }

    pub(crate) fn start_with(flags: &[&str], key: Option<&str>) -> Self {
        Self::start_as(flags, key, Stdio::null())
    }

    /// Starts with a key, and writes the log to a file.
    pub(crate) fn start_logged(flags: &[&str], log: &Path) -> Self {
        Self::start_as(flags, Some(KEY), fs::File::create(log).unwrap().into())
    }

    fn start_as(flags: &[&str], key: Option<&str>, log: Stdio) -> Self {
        let mut command = command();
        command.args(["--port", "0", "--workers", "2"]).args(flags).stdout(Stdio::piped()).stderr(log);
        if let Some(key) = key {
            command.env("FAST_API__AUTH__API_KEY__VALUE", key);
        }
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on http://").expect("the server starts").to_owned();
        Self { child, address }
    }

    /// One that was started already, with an address that nobody knows.
    pub(crate) fn of(child: Child) -> Self {
        Self { child, address: String::new() }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// A GET with the key: status and body.
    pub(crate) fn get(&self, path: &str) -> (u16, String) {
        self.get_with(path, KEY)
    }

    pub(crate) fn get_with(&self, path: &str, key: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let host = &self.address;
        let head = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nx-api-key: {key}\r\nconnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let text = String::from_utf8_lossy(&answer);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_default();
        (head.get(9..12).and_then(|status| status.parse().ok()).unwrap_or(0), body.to_owned())
    }

    /// The memory that is resident now, in bytes.
    pub(crate) fn resident(&self) -> u64 {
        self.memory("VmRSS:")
    }

    /// The most memory that was resident at any time, in bytes.
    pub(crate) fn peak(&self) -> u64 {
        self.memory("VmHWM:")
    }

    /// The bytes read so far, from files and connections, cached or not.
    pub(crate) fn bytes_read(&self) -> u64 {
        let io = fs::read_to_string(format!("/proc/{}/io", self.child.id())).unwrap();
        let line = io.lines().find_map(|line| line.strip_prefix("rchar: ")).unwrap();
        line.parse().unwrap()
    }

    fn memory(&self, name: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
    }

    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    pub(crate) fn ended(mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
