//! The service inside another program: [`InProcess`] without a socket, [`LocalServer`] on a free port of this machine.
//!
//! Both run the same application as the server does, over any storage, and give a [`CacheClient`] for it; any number of
//! them may run side by side. They are what the Python client calls `IN_MEMORY` and `LOCAL_SERVER`.
//!
//! ```
//! use cache_client::Strategy;
//! use cache_server::in_process::InProcess;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> anyhow::Result<()> {
//! let cache = InProcess::in_memory()?;
//! let client = cache.client();
//! let stored = client.store().string("notes", Strategy::Direct, "hello").send().await?;
//! let text = client.retrieve().by_id("notes", stored.cache_id).string().await?;
//! assert_eq!(text.as_deref(), Some("hello"));
//! # Ok(())
//! # }
//! ```

mod exchange;
mod local_server;
mod worker;

use std::fmt;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use anyhow::Context;
use cache_client::CacheClient;
use cache_client::client::Builder;
use cache_client::transport::{Answer, Failure, Transport, reqwest};
use clap::builder::Resettable;
use clap::{Args, FromArgMatches};
use parking_lot::Mutex;
use tokio::sync::{mpsc, oneshot};

pub use local_server::LocalServer;

use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use worker::Job;

/// How many calls may wait for the service to take them.
const INBOX: usize = 1024;

/// The service on a thread of its own, without a socket.
///
/// It runs as long as this handle, a clone of it, a client made from it, or the body of an answer is there; the last one to
/// go waits for the thread to end. It serves callers on any tokio runtime. Calls that are under way when it ends, or whose
/// handler panics, fail with [`Unavailable`](cache_client::Error::Unavailable); those that come later do so as well.
#[derive(Clone)]
pub struct InProcess {
    service: Arc<Service>,
}

impl fmt::Debug for InProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InProcess").finish_non_exhaustive()
    }
}

/// The thread, and what leads to it.
struct Service {
    inbox: mpsc::Sender<Job>,
    stop: Mutex<Option<oneshot::Sender<()>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    key: Option<(String, String)>,
}

impl InProcess {
    /// Starts a service in memory, whatever the environment says.
    pub fn in_memory() -> anyhow::Result<Self> {
        Self::start(&memory_config())
    }

    /// Starts a service with this configuration; what it says about host, port and workers does not matter here.
    pub fn start(config: &Config) -> anyhow::Result<Self> {
        Self::start_with(config, Arc::new(SystemClock))
    }

    /// Starts a service with a clock of one's own.
    pub fn start_with(config: &Config, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        let (inbox, jobs) = mpsc::channel(INBOX);
        let (stop, stopped) = oneshot::channel();
        let (started, start) = std::sync::mpsc::channel();
        let settings = config.clone();
        let thread = thread::Builder::new()
            .name("cache-inprocess".to_owned())
            .spawn(move || worker::run(&settings, clock, jobs, stopped, &started))?;
        let start = start.recv().context("the service's thread ended before it began").flatten();
        if let Err(error) = start {
            // It is about to end, and nobody else waits for it.
            let _ = thread.join();
            return Err(error);
        }
        let key = config.serving.key().map(|value| (config.serving.api_key_name.clone(), value.to_owned()));
        let service = Service { inbox, stop: Mutex::new(Some(stop)), thread: Mutex::new(Some(thread)), key };
        Ok(Self { service: Arc::new(service) })
    }

    /// A client of this service, with its key.
    pub fn client(&self) -> CacheClient {
        self.builder().build().expect("the service took the key, so a header can carry it")
    }

    /// Begins a client of this service that is not the usual one.
    pub fn builder(&self) -> Builder {
        let builder = CacheClient::over(self.clone());
        match &self.service.key {
            Some((name, value)) => builder.api_key(name, value),
            None => builder,
        }
    }

    /// Stops the service and waits until its thread has ended and its storage is closed. Calls under way fail.
    pub fn stop(&self) {
        self.service.stop();
    }
}

impl Service {
    fn stop(&self) {
        // Dropping it is the signal.
        drop(self.stop.lock().take());
        let thread = self.thread.lock().take();
        if let Some(thread) = thread.filter(|thread| thread.thread().id() != thread::current().id()) {
            // A panic was reported where it happened.
            let _ = thread.join();
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Transport for InProcess {
    fn send(&self, request: reqwest::Request) -> Answer<'_> {
        Box::pin(async move {
            let limit = request.timeout().copied();
            let exchange = async {
                let (reply, answer) = oneshot::channel();
                let job = Job { request, reply, service: Arc::downgrade(&self.service) };
                let sent = self.service.inbox.send(job).await;
                sent.map_err(|_| Failure::not_sent("the service in this process has stopped"))?;
                answer.await.unwrap_or_else(|_| Err(Failure::lost("the service in this process panicked or stopped")))
            };
            match limit {
                Some(limit) => tokio::time::timeout(limit, exchange)
                    .await
                    .unwrap_or_else(|_| Err(Failure::lost("no answer within the time of the request"))),
                None => exchange.await,
            }
        })
    }
}

/// The configuration of a service in memory, without a key, whatever the environment says.
///
/// It is a beginning for others: change its fields, such as the storage mode and path.
pub fn memory_config() -> Config {
    let command = Config::augment_args(clap::Command::new("in-process").no_binary_name(true));
    let command = command.mut_args(|flag| flag.env(Resettable::Reset));
    let matches = command.try_get_matches_from(["--storage-mode", "memory"]).expect("memory is a storage mode");
    Config::from_arg_matches(&matches).expect("every flag has a default")
}
