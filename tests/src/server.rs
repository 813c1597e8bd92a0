//! A real server in this process: on a port and a folder of its own, stopped when it is dropped.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};

use actix_web::dev::ServerHandle;
use cache_server::clock::{Clock, ManualClock, SystemClock};
use cache_server::config::Config;
use cache_server::in_process::InProcess;
use cache_server::server;
use clap::builder::Resettable;
use clap::{Args, FromArgMatches};
use tempfile::TempDir;
use test_buckets::{Bucket, Product};

use crate::files::Files;

/// The API key of every test server; its header is `x-api-key`.
pub const KEY: &str = "test-key";
/// The key a test gives a server that is to have one for administrators.
pub const ADMIN_KEY: &str = "test-admin-key";

/// The storage engines every suite runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// In memory.
    Memory,
    /// One file per object.
    LocalDisk,
    /// The embedded database.
    Embedded,
    /// A bucket of its own, of a server all tests of a process share.
    S3,
}

impl Engine {
    /// Starts a server on an empty storage.
    pub fn start(self) -> TestServer {
        self.setup().start()
    }

    /// Begins the description of a server that is not the usual one.
    pub fn setup(self) -> Setup {
        Setup {
            engine: self,
            clock: None,
            flags: Vec::new(),
            folder: None,
            copy_of: None,
            bucket: None,
            without_key: false,
        }
    }

    /// The value of `--storage-mode`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::LocalDisk => "local_disk",
            Self::Embedded => "embedded",
            Self::S3 => "s3",
        }
    }

    /// How many of so many things a test makes, or tries: half of them where each costs requests to the S3 server of the
    /// tests, which answers some 350 a second.
    pub fn of_many(self, things: usize) -> usize {
        if self == Self::S3 { things / 2 } else { things }
    }

    /// The sizes of pages a test tries: fewer where a page costs such requests.
    pub fn of_pages(self, sizes: &[usize]) -> Vec<usize> {
        sizes.iter().copied().step_by(if self == Self::S3 { 3 } else { 1 }).collect()
    }

    /// Whether what the engine needs is installed; what is not is printed.
    pub fn is_there(self) -> bool {
        self != Self::S3 || Product::Moto.shared().is_some()
    }
}

/// What a test wants of its server.
#[derive(Debug)]
pub struct Setup {
    engine: Engine,
    clock: Option<Arc<ManualClock>>,
    flags: Vec<String>,
    folder: Option<PathBuf>,
    copy_of: Option<PathBuf>,
    bucket: Option<(String, String)>,
    without_key: bool,
}

/// Where a server is to keep its objects.
struct Prepared {
    own_folder: TempDir,
    folder: PathBuf,
    files: Files,
    /// The flags that name the bucket.
    storage: Vec<String>,
}

impl Setup {
    /// Gives the server a clock that stands at `now` (ms since 1970) until [`TestServer::advance`] moves it.
    pub fn clock_at(self, now: u64) -> Self {
        Self { clock: Some(Arc::new(ManualClock::at(now))), ..self }
    }

    /// Adds a flag of the command line, such as `--body-limit`, and its value.
    pub fn flag(mut self, flag: &str, value: &str) -> Self {
        self.flags.extend([flag.to_owned(), value.to_owned()]);
        self
    }

    /// Starts on this folder instead of an empty one of its own; the folder outlives the server.
    pub fn on(self, folder: &Path) -> Self {
        Self { folder: Some(folder.to_owned()), ..self }
    }

    /// Starts on this bucket of this S3 server, or proxy.
    pub fn on_bucket(self, endpoint: &str, bucket: &str) -> Self {
        Self { bucket: Some((endpoint.to_owned(), bucket.to_owned())), ..self }
    }

    /// Starts on a copy of this folder.
    pub fn on_copy_of(self, folder: impl Into<PathBuf>) -> Self {
        Self { copy_of: Some(folder.into()), ..self }
    }

    /// Configures no API key.
    pub fn without_key(self) -> Self {
        Self { without_key: true, ..self }
    }

    /// Starts the server.
    pub fn start(self) -> TestServer {
        self.try_start().expect("the server should start")
    }

    /// Starts the service in this process, without a socket.
    pub fn start_in_process(self) -> TestInProcess {
        let prepared = self.prepared();
        let service =
            InProcess::start_with(&self.config(&prepared), self.the_clock()).expect("the service should start");
        TestInProcess { service, clock: self.clock, _own_folder: prepared.own_folder }
    }

    fn prepared(&self) -> Prepared {
        let own_folder = temporary_folder();
        let folder = self.folder.clone().unwrap_or_else(|| own_folder.path().to_owned());
        let (files, storage) = match self.engine {
            Engine::S3 => {
                let own = || {
                    let s3 = Product::Moto.shared().expect("the S3 server of the tests is installed");
                    (s3.endpoint().to_owned(), bucket_name())
                };
                let (endpoint, bucket) = self.bucket.clone().unwrap_or_else(own);
                (Files::Bucket(Bucket::at(&endpoint, &bucket)), s3_flags(&endpoint, &bucket))
            }
            Engine::Memory | Engine::LocalDisk | Engine::Embedded => (Files::Folder(folder.clone()), Vec::new()),
        };
        if let Some(original) = &self.copy_of {
            let copy = || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(files.copy_from(original));
            };
            thread::scope(|scope| scope.spawn(copy).join().unwrap());
        }
        Prepared { own_folder, folder, files, storage }
    }

    fn the_clock(&self) -> Arc<dyn Clock> {
        match &self.clock {
            Some(clock) => Arc::clone(clock) as Arc<dyn Clock>,
            None => Arc::new(SystemClock),
        }
    }

    /// Starts the server, or tells why it refused to.
    pub fn try_start(self) -> Result<TestServer, String> {
        let prepared = self.prepared();
        let (config, clock) = (self.config(&prepared), self.the_clock());
        let Prepared { own_folder, folder, files, .. } = prepared;
        let (sender, receiver) = mpsc::channel();
        let thread = thread::spawn(move || serve(&config, clock, &sender));
        let (address, metrics_address, handle) = receiver.recv().expect("the thread says what became of the server")?;
        // The environment's proxies must not see this traffic.
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Ok(TestServer {
            http,
            address,
            metrics_address,
            folder,
            files,
            clock: self.clock,
            handle,
            thread: Some(thread),
            _own_folder: own_folder,
        })
    }

    /// The configuration; nothing of the developer's environment gets into it.
    fn config(&self, prepared: &Prepared) -> Config {
        let folder = prepared.folder.to_str().unwrap();
        let mut flags = vec!["--port", "0", "--workers", "2", "--storage-mode", self.engine.as_str(), "--path", folder];
        if !self.without_key {
            flags.extend(["--api-key", KEY]);
        }
        flags.extend(prepared.storage.iter().chain(&self.flags).map(String::as_str));
        let command = Config::augment_args(clap::Command::new("cache-server").no_binary_name(true));
        let command = command.args_override_self(true).mut_args(|flag| flag.env(Resettable::Reset));
        Config::from_arg_matches(&command.get_matches_from(flags)).unwrap()
    }
}

type Started = Result<(SocketAddr, Option<SocketAddr>, ServerHandle), String>;

/// Runs a server on this thread until it is stopped.
fn serve(config: &Config, clock: Arc<dyn Clock>, started: &mpsc::Sender<Started>) {
    actix_web::rt::System::new().block_on(async {
        match server::bind_with(config, clock) {
            Err(error) => started.send(Err(format!("{error:#}"))).unwrap(),
            Ok(bound) => {
                started.send(Ok((bound.address(), bound.metrics_address(), bound.handle()))).unwrap();
                bound.run().await.unwrap();
            }
        }
    });
}

/// A folder that is removed with its owner; in memory where there is such a place, since every store flushes its files.
fn temporary_folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let parent = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    tempfile::Builder::new().prefix("cache-tests-").tempdir_in(parent).unwrap()
}

/// The name of a bucket that no other server uses.
fn bucket_name() -> String {
    static BUCKETS: AtomicU32 = AtomicU32::new(1);
    format!("server-{}", BUCKETS.fetch_add(1, Ordering::Relaxed))
}

/// The flags of a server on a bucket of one of the S3 servers of the tests.
pub fn s3_flags(endpoint: &str, bucket: &str) -> Vec<String> {
    let flags = [
        ("--s3-endpoint", endpoint),
        ("--bucket", bucket),
        ("--s3-region", test_buckets::REGION),
        ("--s3-access-key-id", test_buckets::KEY),
        ("--s3-secret-access-key", test_buckets::SECRET),
    ];
    let flags = flags.into_iter().flat_map(|(flag, value)| [flag.to_owned(), value.to_owned()]);
    flags.chain(["--s3-allow-http".to_owned()]).collect()
}

/// A service in this process, on a folder of its own. It is reached through its transport alone.
#[derive(Debug)]
pub struct TestInProcess {
    /// The service.
    pub service: InProcess,
    /// The clock that [`Setup::clock_at`] gave it.
    pub clock: Option<Arc<ManualClock>>,
    // Removed after the service has ended.
    _own_folder: TempDir,
}

/// A running server. [`TestServer::get`] and the like begin requests to it.
#[derive(Debug)]
pub struct TestServer {
    pub(crate) http: reqwest::Client,
    pub(crate) address: SocketAddr,
    metrics_address: Option<SocketAddr>,
    pub(crate) folder: PathBuf,
    pub(crate) files: Files,
    clock: Option<Arc<ManualClock>>,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
    _own_folder: TempDir,
}

impl TestServer {
    /// The folder the storage lies in.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where it serves, such as `http://127.0.0.1:49152`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where it shows metrics without a key, such as `http://127.0.0.1:49152`.
    pub fn metrics_url(&self) -> String {
        format!("http://{}", self.metrics_address.expect("the test asked for such an address"))
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Moves the clock that [`Setup::clock_at`] gave the server.
    pub fn advance(&self, milliseconds: u64) {
        self.clock.as_ref().expect("a clock of the test's own").advance(milliseconds);
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        // The command is sent by the call; the thread ends when it is carried out.
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
            && !thread::panicking()
        {
            panic!("the server's thread panicked");
        }
        self.wait_for_locks();
    }
}

impl TestServer {
    /// Waits until the folder can be opened again: the threads that served requests let go of it a little later.
    fn wait_for_locks(&self) {
        // Where `local_disk` and the embedded engine keep their lock.
        for name in [".lock", "lock"] {
            if let Ok(file) = fs::File::open(self.folder.join(name)) {
                let _ = file.lock();
            }
        }
    }
}
