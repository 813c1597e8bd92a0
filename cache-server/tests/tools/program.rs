//! The program: as a server to fill stores with, and as a subcommand that ends.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use bytes::Bytes;
use serde_json::Value;
use tempfile::TempDir;
use test_buckets::{KEY as S3_KEY, REGION, SECRET};

pub(crate) const KEY: &str = "a key of the tests of subcommands";

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

/// The flags by which buckets of this server are reached.
pub(crate) fn s3_flags(endpoint: &str) -> Vec<String> {
    let flags = ["--s3-endpoint", endpoint, "--s3-region", REGION, "--s3-access-key-id", S3_KEY];
    let more = ["--s3-secret-access-key", SECRET, "--s3-allow-http"];
    flags.into_iter().chain(more).map(str::to_owned).collect()
}

/// What a subcommand said, and how it ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    /// The JSON lines of one event.
    pub(crate) fn lines(&self, event: &str) -> Vec<Value> {
        let lines = self.out.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        lines.filter(|line| line["event"] == event).collect()
    }

    /// The summary.
    pub(crate) fn summary(&self) -> Value {
        let lines = self.lines("summary");
        assert_eq!(lines.len(), 1, "{self:?}");
        lines[0].clone()
    }

    /// Asserts that it could not be done, and why.
    pub(crate) fn refused(&self, why: &str) {
        assert_eq!(self.status, 2, "{self:?}");
        assert!(self.err.starts_with("error: ") && self.err.contains(why), "{why:?} is not in {self:?}");
        assert_eq!(self.err.lines().count(), 1, "{self:?}");
    }
}

/// Runs a subcommand to its end.
pub(crate) fn run<S: AsRef<str>>(arguments: &[S]) -> Said {
    said(command().args(arguments.iter().map(AsRef::as_ref)))
}

pub(crate) fn said(command: &mut Command) -> Said {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let said = Said { status: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) };
    assert!(!said.err.contains("panicked"), "{said:?}");
    said
}

/// Copies, with more flags.
pub(crate) fn copy(from: &str, to: &str, more: &[String]) -> Said {
    let mut arguments: Vec<String> = ["copy", "--json", "--from", from, "--to", to].map(str::to_owned).into();
    arguments.extend(more.iter().cloned());
    run(&arguments)
}

/// Copies, and asserts that it was done.
pub(crate) fn copied(from: &str, to: &str, more: &[String]) -> Value {
    let said = copy(from, to, more);
    assert_eq!(said.status, 0, "{said:?}");
    said.summary()
}

/// Asserts that nothing would be copied.
pub(crate) fn equal(from: &str, to: &str, more: &[String]) {
    let said = copy(from, to, &[more, &["--dry-run".to_owned()]].concat());
    assert_eq!((said.status, said.summary()["copied"].as_u64()), (0, Some(0)), "{said:?}");
}

/// A running server; it is killed when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    http: reqwest::Client,
    pub(crate) base: String,
    log: PathBuf,
    _folder: TempDir,
}

impl Server {
    pub(crate) fn on(mode: &str, folder: &Path) -> Self {
        Self::start(&["--storage-mode", mode, "--path", folder.to_str().unwrap()].map(str::to_owned))
    }

    pub(crate) fn start(flags: &[String]) -> Self {
        Self::with_key(flags, Some(KEY))
    }

    /// Starts without the usual key: the flags name a file with others.
    pub(crate) fn without_key(flags: &[String]) -> Self {
        Self::with_key(flags, None)
    }

    fn with_key(flags: &[String], key: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let mut command = command();
        command.args(["--port", "0", "--workers", "2"]).args(flags);
        if let Some(key) = key {
            command.env("FAST_API__AUTH__API_KEY__VALUE", key);
        }
        let mut child = command.stdout(Stdio::piped()).stderr(File::create(&log).unwrap()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let base = line.trim().strip_prefix("listening on ");
        let base = base.unwrap_or_else(|| panic!("{}", fs::read_to_string(&log).unwrap())).to_owned();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { child, http, base, log, _folder: folder }
    }

    /// Sends a request: status and body.
    pub(crate) async fn send(&self, method: &str, path: &str, media: &str, body: impl Into<Bytes>) -> (u16, Bytes) {
        let request = self.http.request(method.parse().unwrap(), format!("{}{path}", self.base));
        let request = request.header("x-api-key", KEY).header("content-type", media).body(body.into());
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.bytes().await.unwrap())
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, Bytes) {
        self.send("GET", path, "text/plain", "").await
    }

    /// Sends a request that is answered 200 with JSON.
    pub(crate) async fn ask(&self, method: &str, path: &str, media: &str, body: impl Into<Bytes>) -> Value {
        let (status, body) = self.send(method, path, media, body).await;
        assert_eq!(status, 200, "{method} {path}: {body:?} {}", fs::read_to_string(&self.log).unwrap());
        serde_json::from_slice(&body).unwrap()
    }

    /// Ends it without a warning, as a crash does.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
