//! A real server in this process: on a port and a folder of its own, stopped when it is dropped.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
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
}

impl Engine {
    /// Starts a server on an empty storage.
    pub fn start(self) -> TestServer {
        self.setup().start()
    }

    /// Begins the description of a server that is not the usual one.
    pub fn setup(self) -> Setup {
        Setup { engine: self, clock: None, flags: Vec::new(), folder: None, copy_of: None, without_key: false }
    }

    /// The value of `--storage-mode`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::LocalDisk => "local_disk",
            Self::Embedded => "embedded",
        }
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
    without_key: bool,
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
        let (own_folder, folder) = self.prepared();
        let service = InProcess::start_with(&self.config(&folder), self.the_clock()).expect("the service should start");
        TestInProcess { service, _own_folder: own_folder }
    }

    fn prepared(&self) -> (TempDir, PathBuf) {
        let own_folder = temporary_folder();
        let folder = self.folder.clone().unwrap_or_else(|| own_folder.path().to_owned());
        if let Some(original) = &self.copy_of {
            copy(original, &folder);
        }
        (own_folder, folder)
    }

    fn the_clock(&self) -> Arc<dyn Clock> {
        match &self.clock {
            Some(clock) => Arc::clone(clock) as Arc<dyn Clock>,
            None => Arc::new(SystemClock),
        }
    }

    /// Starts the server, or tells why it refused to.
    pub fn try_start(self) -> Result<TestServer, String> {
        let (own_folder, folder) = self.prepared();
        let (config, clock) = (self.config(&folder), self.the_clock());
        let (sender, receiver) = mpsc::channel();
        let thread = thread::spawn(move || serve(&config, clock, &sender));
        let (address, handle) = receiver.recv().expect("the thread says what became of the server")?;
        // The environment's proxies must not see this traffic.
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Ok(TestServer {
            http,
            address,
            folder,
            clock: self.clock,
            handle,
            thread: Some(thread),
            _own_folder: own_folder,
        })
    }

    /// The configuration; nothing of the developer's environment gets into it.
    fn config(&self, folder: &Path) -> Config {
        let folder = folder.to_str().unwrap();
        let mut flags = vec!["--port", "0", "--workers", "2", "--storage-mode", self.engine.as_str(), "--path", folder];
        if !self.without_key {
            flags.extend(["--api-key", KEY]);
        }
        flags.extend(self.flags.iter().map(String::as_str));
        let command = Config::augment_args(clap::Command::new("cache-server").no_binary_name(true));
        let command = command.args_override_self(true).mut_args(|flag| flag.env(Resettable::Reset));
        Config::from_arg_matches(&command.get_matches_from(flags)).unwrap()
    }
}

type Started = Result<(SocketAddr, ServerHandle), String>;

/// Runs a server on this thread until it is stopped.
fn serve(config: &Config, clock: Arc<dyn Clock>, started: &mpsc::Sender<Started>) {
    actix_web::rt::System::new().block_on(async {
        match server::bind_with(config, clock) {
            Err(error) => started.send(Err(format!("{error:#}"))).unwrap(),
            Ok(bound) => {
                started.send(Ok((bound.address(), bound.handle()))).unwrap();
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

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(fs::copy(entry.path(), target).unwrap()),
        }
    }
}

/// A service in this process, on a folder of its own. It is reached through its transport alone.
#[derive(Debug)]
pub struct TestInProcess {
    /// The service.
    pub service: InProcess,
    // Removed after the service has ended.
    _own_folder: TempDir,
}

/// A running server. [`TestServer::get`] and the like begin requests to it.
#[derive(Debug)]
pub struct TestServer {
    pub(crate) http: reqwest::Client,
    pub(crate) address: SocketAddr,
    pub(crate) folder: PathBuf,
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

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Moves the clock that [`Setup::clock_at`] gave the server.
    pub fn advance(&self, milliseconds: u64) {
        self.clock.as_ref().expect("a clock of the test's own").advance(milliseconds);
    }

    /// Writes a file below the storage folder, past the server: what a crash or the Python service may leave.
    pub fn plant(&self, path: &str, content: &[u8]) {
        let file = self.folder.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, content).unwrap();
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
