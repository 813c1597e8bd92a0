//! The real program on a bucket, killed when it is dropped, and an HTTP client for it.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use tempfile::TempDir;
use test_buckets::{KEY, REGION, SECRET};

const API_KEY: &str = "a key of the tests of several servers";
/// No request may take longer, whatever happens to the server.
const PATIENCE: Duration = Duration::from_secs(120);

/// A running server.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    http: Http,
    log: PathBuf,
    /// Holds the log.
    _folder: TempDir,
}

impl Server {
    /// Starts a server and waits until it listens; nothing of the environment's configuration gets into it.
    pub(crate) fn start(endpoint: &str, bucket: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let mut command = Command::new(env!("CARGO_BIN_EXE_cache-server"));
        command.args(["--port", "0", "--workers", "2", "--storage-mode", "s3", "--s3-allow-http"]);
        // What is right is tested here, and not how fast it is when the S3 server has more to do than it can.
        command.args(["--s3-operation-timeout-ms", "100000", "--s3-attempt-timeout-ms", "30000"]);
        command.args(["--s3-endpoint", endpoint, "--bucket", bucket, "--s3-region", REGION]);
        command.args(["--s3-access-key-id", KEY, "--s3-secret-access-key", SECRET]);
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            if ["CACHE", "AWS", "FAST_API"].iter().any(|prefix| name.starts_with(prefix)) {
                command.env_remove(name);
            }
        }
        command.env("FAST_API__AUTH__API_KEY__VALUE", API_KEY);
        let errors = File::create(&log).unwrap();
        let mut child = command.stdout(Stdio::piped()).stderr(errors).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let mut server = Self { child, http: Http::new(""), log, _folder: folder };
        let Some(base) = line.trim().strip_prefix("listening on ") else {
            let status = server.child.wait().unwrap();
            panic!("the server did not start ({status}): {}", server.log());
        };
        server.http = Http::new(base);
        server
    }

    /// Starts two servers on one bucket.
    pub(crate) fn start_two(endpoint: &str, bucket: &str) -> [Self; 2] {
        std::thread::scope(|scope| {
            let other = scope.spawn(|| Self::start(endpoint, bucket));
            let one = Self::start(endpoint, bucket);
            [one, other.join().unwrap()]
        })
    }

    pub(crate) fn http(&self) -> Http {
        self.http.clone()
    }

    /// Ends the process without a warning, as a crash does.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let log = self.log();
        if std::thread::panicking() {
            eprintln!("the log of {}:\n{log}", self.http.base);
        } else {
            assert!(!log.contains("panicked"), "the server panicked:\n{log}");
        }
    }
}

/// A client of one server.
#[derive(Debug, Clone)]
pub(crate) struct Http {
    client: reqwest::Client,
    base: String,
}

impl Http {
    fn new(base: &str) -> Self {
        let client = reqwest::Client::builder().timeout(PATIENCE).no_proxy().build().unwrap();
        Self { client, base: base.to_owned() }
    }

    pub(crate) fn get(&self, path: &str) -> Ask {
        self.ask(Method::GET, path)
    }

    pub(crate) fn delete(&self, namespace: &str, id: &str) -> Ask {
        self.ask(Method::DELETE, &format!("/{namespace}/delete/{id}"))
    }

    /// A text on its way to this path.
    pub(crate) fn post(&self, path: &str, text: &str) -> Ask {
        let ask = self.ask(Method::POST, path);
        Ask { request: ask.request.header("content-type", "text/plain").body(text.to_owned()), ..ask }
    }

    /// A JSON document on its way to this path.
    pub(crate) fn post_json(&self, path: &str, value: &Value) -> Ask {
        let ask = self.ask(Method::POST, path);
        Ask { request: ask.request.json(value), ..ask }
    }

    fn ask(&self, method: Method, path: &str) -> Ask {
        let what = format!("{method} {path} at {}", self.base);
        let request = self.client.request(method, format!("{}{path}", self.base)).header("x-api-key", API_KEY);
        Ask { request, what }
    }

    /// The text an entry reads by its id; `None` when there is no such entry.
    pub(crate) async fn text_of(&self, namespace: &str, id: &str) -> Option<String> {
        let answer = self.get(&format!("/{namespace}/retrieve/{id}/string")).send().await;
        assert!(matches!(answer.status, 200 | 404), "{id}: {answer:?}");
        (answer.status == 200).then(|| answer.text())
    }

    /// The text of a hash.
    pub(crate) async fn text_of_hash(&self, namespace: &str, hash: &str) -> Option<String> {
        self.text_of(namespace, &format!("hash/{hash}")).await
    }
}

/// A request that was not sent yet.
#[derive(Debug)]
pub(crate) struct Ask {
    request: RequestBuilder,
    what: String,
}

impl Ask {
    pub(crate) fn header(self, name: &str, value: &str) -> Self {
        Self { request: self.request.header(name, value), what: self.what }
    }

    pub(crate) fn only_if_absent(self) -> Self {
        self.header("if-none-match", "*")
    }

    /// Sends it; `None` when no full answer came because the server is gone. A server that hangs is a failure.
    pub(crate) async fn try_send(self) -> Option<Answer> {
        let answer = async {
            let response = self.request.send().await?;
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            Ok(Answer { status, headers, body: response.bytes().await? })
        };
        let answer: reqwest::Result<Answer> = answer.await;
        match answer {
            Ok(answer) => {
                assert_ne!(answer.status, 500, "{}: {answer:?}", self.what);
                Some(answer)
            }
            Err(error) => {
                assert!(!error.is_timeout(), "{} has no answer after {PATIENCE:?}", self.what);
                None
            }
        }
    }

    /// Sends it to a server that is there.
    pub(crate) async fn send(self) -> Answer {
        let what = self.what.clone();
        self.try_send().await.unwrap_or_else(|| panic!("{what} has no answer"))
    }

    /// Sends it, which must be answered with 200.
    pub(crate) async fn ok(self) -> Answer {
        let what = self.what.clone();
        let answer = self.send().await;
        assert_eq!(answer.status, 200, "{what}: {answer:?}");
        answer
    }
}

/// A full answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{self:?} is JSON"))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.to_vec()).unwrap()
    }

    pub(crate) fn tag(&self) -> String {
        self.headers["etag"].to_str().unwrap().to_owned()
    }

    /// A text of a JSON answer.
    pub(crate) fn field(&self, name: &str) -> String {
        self.json()[name].as_str().unwrap_or_else(|| panic!("{name} of {self:?}")).to_owned()
    }

    pub(crate) fn id(&self) -> String {
        self.field("cache_id")
    }

    pub(crate) fn hash(&self) -> String {
        self.field("cache_hash")
    }

    /// Tells whether a deletion found its entry.
    pub(crate) fn has_deleted(&self) -> bool {
        self.status == 200 && self.json()["status"] != "not_found"
    }
}
