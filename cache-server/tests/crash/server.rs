//! The real program, started in a folder and stopped in every way there is, and an HTTP client for it.

use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use reqwest::Method;
use serde_json::Value;
use tempfile::TempDir;

const KEY: &str = "a key of the crash tests";
/// No request may take longer, whatever happens to the server.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A running server; it is killed when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    output: BufReader<ChildStdout>,
    http: Http,
    log: PathBuf,
    /// Holds the log.
    _folder: TempDir,
}

/// The command that serves one folder on a free port, with nothing of the environment's configuration.
pub(crate) fn command(mode: &str, folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cache-server"));
    command.args(arguments(mode, folder));
    isolate(&mut command);
    command
}

pub(crate) fn arguments(mode: &str, folder: &Path) -> Vec<String> {
    let path = folder.to_str().unwrap();
    ["--port", "0", "--workers", "2", "--storage-mode", mode, "--path", path].map(str::to_owned).to_vec()
}

/// Takes the configuration out of a command's environment, and gives it the API key.
pub(crate) fn isolate(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if ["CACHE", "AWS", "FAST_API"].iter().any(|prefix| name.starts_with(prefix)) {
            command.env_remove(name);
        }
    }
    command.env("FAST_API__AUTH__API_KEY__VALUE", KEY);
}

impl Server {
    pub(crate) fn start(mode: &str, folder: &Path) -> Self {
        Self::run(command(mode, folder))
    }

    /// Runs a command that is, or becomes, a server, and waits until it listens.
    pub(crate) fn run(mut command: Command) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let errors = File::create(&log).unwrap();
        let mut child = command.stdout(Stdio::piped()).stderr(errors).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let mut server = Self { child, output, http: Http::new(""), log, _folder: folder };
        server.next();
        server
    }

    /// Waits until the process, or the one that takes its place, listens.
    pub(crate) fn next(&mut self) -> Http {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        let Some(base) = line.trim().strip_prefix("listening on ") else {
            let status = self.child.wait().unwrap();
            panic!("the server did not start ({status}): {}", self.log());
        };
        self.http = Http::new(base);
        self.http()
    }

    /// Ends the input of a process that was given one.
    pub(crate) fn end_input(&mut self) {
        drop(self.child.stdin.take());
    }

    pub(crate) fn http(&self) -> Http {
        self.http.clone()
    }

    /// Ends the process without a warning, as a crash does.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.assert_no_panic();
    }

    /// Sends a signal, such as `TERM`.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits until a process that was asked to end has ended.
    pub(crate) fn ended(mut self) -> ExitStatus {
        let Self { child, output, .. } = &mut self;
        let (sender, ended) = mpsc::channel();
        thread::scope(|scope| {
            // The output ends with the process.
            scope.spawn(move || sender.send(io::copy(output, &mut io::sink())));
            if ended.recv_timeout(PATIENCE).is_err() {
                let _ = child.kill();
                panic!("the server has not ended after {PATIENCE:?}");
            }
        });
        let status = child.wait().unwrap();
        self.assert_no_panic();
        status
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    fn assert_no_panic(&self) {
        let log = self.log();
        assert!(!log.contains("panicked"), "the server panicked:\n{log}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A full answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{self:?} is JSON"))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.to_vec()).unwrap()
    }
}

/// What one request sends.
#[derive(Debug)]
pub(crate) struct Ask {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) media: Option<&'static str>,
    pub(crate) body: Bytes,
    pub(crate) only_if_absent: bool,
}

impl Ask {
    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self { method: Method::GET, path: path.into(), media: None, body: Bytes::new(), only_if_absent: false }
    }

    pub(crate) fn delete(path: impl Into<String>) -> Self {
        Self { method: Method::DELETE, ..Self::get(path) }
    }

    pub(crate) fn post(path: impl Into<String>, media: &'static str, body: impl Into<Bytes>) -> Self {
        Self { method: Method::POST, media: Some(media), body: body.into(), ..Self::get(path) }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Http {
    client: reqwest::Client,
    base: String,
}

impl Http {
    pub(crate) fn new(base: &str) -> Self {
        let client = reqwest::Client::builder().timeout(PATIENCE).no_proxy().build().unwrap();
        Self { client, base: base.to_owned() }
    }

    /// A client that opens a connection for every request.
    pub(crate) fn without_reuse(&self) -> Self {
        let client = reqwest::Client::builder().timeout(PATIENCE).no_proxy().pool_max_idle_per_host(0);
        Self { client: client.build().unwrap(), base: self.base.clone() }
    }

    /// Sends a request; `None` when no full answer came because the server is gone. A server that hangs is a failure.
    pub(crate) async fn try_send(&self, ask: Ask) -> Option<Answer> {
        let what = format!("{} {}", ask.method, ask.path);
        let mut request = self.client.request(ask.method, format!("{}{}", self.base, ask.path));
        request = request.header("x-api-key", KEY);
        if let Some(media) = ask.media {
            request = request.header("content-type", media).body(ask.body);
        }
        if ask.only_if_absent {
            request = request.header("if-none-match", "*");
        }
        let answer = async {
            let response = request.send().await?;
            Ok(Answer { status: response.status().as_u16(), body: response.bytes().await? })
        };
        let answer: reqwest::Result<Answer> = answer.await;
        match answer {
            Ok(answer) => Some(answer),
            Err(error) => {
                assert!(!error.is_timeout(), "{what} has no answer after {PATIENCE:?}");
                None
            }
        }
    }

    /// Sends a request to a server that is there.
    pub(crate) async fn send(&self, ask: Ask) -> Answer {
        let what = format!("{} {}", ask.method, ask.path);
        self.try_send(ask).await.unwrap_or_else(|| panic!("{what} has no answer"))
    }

    pub(crate) async fn get(&self, path: impl Into<String>) -> Answer {
        self.send(Ask::get(path)).await
    }
}
