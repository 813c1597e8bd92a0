//! A server on a free port of this machine, for as long as somebody holds on to it.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};

use actix_web::dev::ServerHandle;
use anyhow::Context;
use cache_client::CacheClient;
use cache_client::client::Builder;

use super::memory_config;
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::server;

/// A server on a free loopback port, stopped when it is dropped.
///
/// Other processes of this machine can use it too. It leaves the signals of the program alone.
#[derive(Debug)]
pub struct LocalServer {
    address: SocketAddr,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
    key: Option<(String, Key)>,
}

/// The key of a server, which is never printed.
struct Key(String);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

impl LocalServer {
    /// Starts a server in memory, whatever the environment says.
    pub fn in_memory() -> anyhow::Result<Self> {
        Self::start(&memory_config())
    }

    /// Starts a server with this configuration, but on a free loopback port.
    pub fn start(config: &Config) -> anyhow::Result<Self> {
        Self::start_with(config, Arc::new(SystemClock))
    }

    /// Starts a server with a clock of one's own.
    pub fn start_with(config: &Config, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        let mut config = config.clone();
        (config.serving.host, config.serving.port) = (Ipv4Addr::LOCALHOST.into(), 0);
        let key = config.serving.key().map(|value| (config.serving.api_key_name.clone(), Key(value.to_owned())));
        let (started, start) = mpsc::channel();
        let thread =
            thread::Builder::new().name("cache-server".to_owned()).spawn(move || run(&config, clock, &started))?;
        match start.recv().context("the server's thread ended before it began").flatten() {
            Ok((address, handle)) => Ok(Self { address, handle, thread: Some(thread), key }),
            Err(error) => {
                // It is about to end, and nobody else waits for it.
                let _ = thread.join();
                Err(error)
            }
        }
    }

    /// The URL it serves, such as `http://127.0.0.1:49152`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A client of this server, with its key.
    pub fn client(&self) -> CacheClient {
        self.builder().build().expect("the server took the key, so a header can carry it")
    }

    /// Begins a client of this server that is not the usual one.
    pub fn builder(&self) -> Builder {
        let builder = CacheClient::builder(self.url());
        match &self.key {
            Some((name, Key(value))) => builder.api_key(name, value),
            None => builder,
        }
    }
}

type Started = anyhow::Result<(SocketAddr, ServerHandle)>;

fn run(config: &Config, clock: Arc<dyn Clock>, started: &mpsc::Sender<Started>) {
    actix_web::rt::System::new().block_on(async {
        match server::bind_until(config, clock, |_| std::future::pending()) {
            // The starter waits for one of these.
            Err(error) => drop(started.send(Err(error))),
            Ok(bound) => {
                let _ = started.send(Ok((bound.address(), bound.handle())));
                if let Err(error) = bound.run().await {
                    tracing::error!(%error, "the server ended with an error");
                }
            }
        }
    });
}

impl Drop for LocalServer {
    fn drop(&mut self) {
        // The command is sent by the call; the thread ends when it is carried out.
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            // A panic was reported where it happened.
            let _ = thread.join();
        }
    }
}
