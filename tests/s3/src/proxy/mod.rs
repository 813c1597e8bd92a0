//! A proxy between a server under test and S3, which counts requests, breaks some, and holds others.

mod forward;
mod hold;
mod request;
mod rule;

use std::collections::VecDeque;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};

use parking_lot::Mutex;
use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime;
use tokio::sync::mpsc as commands;
use tokio::task::JoinSet;

use hold::Gate;
use rule::Luck;

pub use hold::Hold;
pub use request::{Request, tally};
pub use rule::{Fault, Rule};

/// As many requests are remembered; older ones are forgotten.
const REMEMBERED: usize = 100_000;
/// As many connections may wait to be accepted.
const BACKLOG: u32 = 1024;

/// An HTTP proxy on a free port of the loopback interface, with a thread of its own, until it is dropped.
///
/// It forwards what it gets as it is, the host that was signed included, over one connection for each of its clients'.
/// Bodies are kept whole on the way. What it has begun it carries out, though the client be gone: as a network does.
/// Passes some 12,000 small requests a second in a build for tests.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    state: Arc<State>,
    /// Asks the thread to listen or not; it answers when that is so.
    listen: Option<commands::UnboundedSender<(bool, mpsc::Sender<()>)>>,
    thread: Option<JoinHandle<()>>,
}

/// What the test and the thread share.
#[derive(Debug)]
struct State {
    upstream: SocketAddr,
    log: Mutex<VecDeque<Request>>,
    rules: Mutex<(Vec<Rule>, Luck)>,
    gates: Mutex<Vec<Arc<Gate>>>,
}

impl Proxy {
    /// Starts a proxy to this endpoint, an address such as `http://127.0.0.1:40001`.
    pub fn to(endpoint: &str) -> Self {
        let upstream = endpoint.trim_start_matches("http://").trim_end_matches('/').parse().unwrap();
        let state = Arc::new(State {
            upstream,
            log: Mutex::default(),
            rules: Mutex::new((Vec::new(), Luck(1))),
            gates: Mutex::default(),
        });
        let (listen, orders) = commands::unbounded_channel();
        let (sender, started) = mpsc::channel();
        let shared = Arc::clone(&state);
        let thread = thread::spawn(move || {
            let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                // Never listens, and keeps the port while nothing else does.
                let port = bind(0).unwrap();
                let address = port.local_addr().unwrap();
                let listener = start_listening(address.port());
                sender.send(address).unwrap();
                serve(listener, address.port(), orders, &shared).await;
            });
        });
        let address = started.recv().expect("the proxy starts");
        Self { address, state, listen: Some(listen), thread: Some(thread) }
    }

    /// Its own address, to be given to the server under test.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests that came since the log was taken last, in the order of their arrival; of very many, the last.
    pub fn take_log(&self) -> Vec<Request> {
        std::mem::take(&mut *self.state.log.lock()).into()
    }

    /// How many requests the log holds.
    pub fn count(&self) -> usize {
        self.state.log.lock().len()
    }

    /// Replaces all rules. Of those that fit a request, the first counts.
    pub fn set(&self, rules: impl IntoIterator<Item = Rule>) {
        self.state.rules.lock().0 = rules.into_iter().collect();
    }

    /// Takes all rules away.
    pub fn heal(&self) {
        self.set([]);
    }

    /// Begins the random numbers of [`Rule::chance`] anew; they begin with 1 otherwise.
    pub fn seed(&self, seed: u64) {
        self.state.rules.lock().1 = Luck(seed);
    }

    /// Holds requests before they are forwarded.
    pub fn hold_before(&self, choice: impl Fn(&Request) -> bool + Send + Sync + 'static) -> Hold {
        self.hold(false, choice)
    }

    /// Holds the answers of requests that the server has carried out.
    pub fn hold_after(&self, choice: impl Fn(&Request) -> bool + Send + Sync + 'static) -> Hold {
        self.hold(true, choice)
    }

    fn hold(&self, after: bool, choice: impl Fn(&Request) -> bool + Send + Sync + 'static) -> Hold {
        let (gate, hold) = Gate::new(after, Box::new(choice));
        self.state.gates.lock().push(Arc::new(gate));
        hold
    }

    /// Refuses connections, and closes those there are, until [`Proxy::appear`].
    pub fn vanish(&self) {
        self.order(false);
    }

    /// Listens again, on the same port.
    pub fn appear(&self) {
        self.order(true);
    }

    fn order(&self, open: bool) {
        let (done, wait) = mpsc::channel();
        self.listen.as_ref().expect("taken by the drop alone").send((open, done)).unwrap();
        wait.recv().expect("the proxy's thread lives");
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        drop(self.listen.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
            && !thread::panicking()
        {
            panic!("the proxy's thread panicked");
        }
    }
}

/// Accepts connections as ordered, until there is nobody left to give orders.
async fn serve(
    listener: TcpListener,
    port: u16,
    mut orders: commands::UnboundedReceiver<(bool, mpsc::Sender<()>)>,
    state: &Arc<State>,
) {
    let mut listener = Some(listener);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            order = orders.recv() => {
                let Some((open, done)) = order else { return };
                if !open {
                    listener = None;
                    connections.shutdown().await;
                } else if listener.is_none() {
                    listener = Some(start_listening(port));
                }
                // Whoever ordered it may have stopped waiting.
                let _ = done.send(());
            }
            Ok(client) = accept(listener.as_ref()), if listener.is_some() => {
                connections.spawn(forward::connection(client, Arc::clone(state)));
            }
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
        }
    }
}

async fn accept(listener: Option<&TcpListener>) -> io::Result<tokio::net::TcpStream> {
    match listener {
        Some(listener) => Ok(listener.accept().await?.0),
        None => std::future::pending().await,
    }
}

fn start_listening(port: u16) -> TcpListener {
    bind(port).unwrap().listen(BACKLOG).unwrap()
}

/// A socket that shares its port with others of this kind; connections go to those that listen.
fn bind(port: u16) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseport(true)?;
    socket.bind((Ipv4Addr::LOCALHOST, port).into())?;
    Ok(socket)
}
