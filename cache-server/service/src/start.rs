//! Start and stop: taking the port, serving, and ending without cutting anybody off.

use std::net::{IpAddr, Ipv6Addr, SocketAddr, TcpListener};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use actix_http::error::DispatchError;
use actix_http::{HttpService, Request};
use actix_server::{Server, ServerBuilder, ServerHandle};
use actix_service::{IntoServiceFactory as _, Service as _, ServiceFactoryExt as _};
use actix_service::{apply_fn_factory, fn_service, map_config};
use actix_web::dev::AppConfig;
use actix_web::rt::net::TcpStream;
use actix_web::web::ServiceConfig;
use anyhow::{Context, bail};
use sd_notify::NotifyState;
use socket2::{Domain, SockRef, Socket, Type};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{Notify, watch};

use crate::connection::{Answer, Connection, HEAD, Turn, TurnEnd};
use crate::metrics::Open;
use crate::service::{Service, app};

/// How long a connection is read from after an answer that refuses what is still being sent, so that the client reads the answer.
const LINGER: Duration = Duration::from_secs(1);

/// How many connections are open at once to the address that metrics have of their own; and how long one without a request.
const METRICS_READERS: usize = 32;
const METRICS_KEEP_ALIVE: Duration = Duration::from_secs(75);

/// How many connections may wait to be taken.
const BACKLOG: i32 = 1024;

/// Where and how to listen.
#[derive(Debug, Clone)]
pub struct Listen {
    /// The address; any other than loopback needs a key.
    pub host: IpAddr,
    /// The port; 0 picks a free one.
    pub port: u16,
    /// How many threads serve requests; one for each core when not given.
    pub workers: Option<usize>,
    /// How many connections are taken; those beyond wait.
    pub connections: usize,
    /// How long a connection without a request stays open. Longer than a balancer keeps its own, or requests that it sends
    /// at that moment are lost.
    pub keep_alive: Duration,
    /// How long requests in flight may take to finish at the end.
    pub shutdown: Duration,
    /// Where else the metrics are shown, to whoever gets there.
    pub metrics: Option<SocketAddr>,
}

/// How far a service is with its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    Serving,
    /// It still serves, and says that it wants no more requests.
    Draining,
    /// Requests in flight may finish.
    Stopping,
}

/// Whether a service is about to end.
#[derive(Debug)]
pub struct Stopping {
    phase: watch::Sender<Phase>,
    /// Told when keys are to be read again.
    reload: Notify,
    /// Told when nothing is to be waited for any more.
    at_once: Notify,
}

impl Default for Stopping {
    fn default() -> Self {
        Self { phase: watch::Sender::new(Phase::Serving), reload: Notify::new(), at_once: Notify::new() }
    }
}

impl Stopping {
    /// Whether it wants no more requests.
    pub fn has_begun(&self) -> bool {
        *self.phase.borrow() >= Phase::Draining
    }

    /// Returns once the service has been stopping for this long.
    pub(crate) async fn for_longer_than(&self, time: Duration) {
        // The sender lives as long as the service.
        let _ = self.phase.subscribe().wait_for(|phase| *phase == Phase::Stopping).await;
        tokio::time::sleep(time).await;
    }
}

/// Waits for the signals of the program: at SIGHUP keys are read again; SIGTERM and SIGINT end it, after as long as it takes
/// to be told so by the probe; a second one ends it at once. Left to itself, actix-web cuts requests in flight off at
/// SIGINT. From the call on no signal is missed; it has to be made within a runtime.
pub fn until_asked_to_stop(stopping: Arc<Stopping>, drain: Duration) -> impl Future<Output = ()> + Send + 'static {
    let signals = [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()].map(signal);
    async move {
        match signals {
            [Ok(terminate), Ok(interrupt), Ok(hangup)] => {
                stop_at(stopping, drain, terminate, interrupt, hangup).await;
            }
            _ => {
                tracing::error!("signals cannot be waited for");
                std::future::pending().await
            }
        }
    }
}

async fn stop_at(
    stopping: Arc<Stopping>,
    drain: Duration,
    mut terminate: Signal,
    mut interrupt: Signal,
    mut hangup: Signal,
) {
    loop {
        tokio::select! {
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
            _ = hangup.recv() => stopping.reload.notify_one(),
        }
    }
    stopping.phase.send_replace(Phase::Draining);
    tell_manager(NotifyState::Stopping);
    let told = Arc::clone(&stopping);
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        told.at_once.notify_one();
    });
    tokio::time::sleep(drain).await;
    stopping.phase.send_replace(Phase::Stopping);
}

/// A server that has its port and waits to be run.
pub struct Bound {
    server: Server,
    service: Arc<Service>,
    address: SocketAddr,
    /// What shows metrics on an address of its own, and that address.
    metrics: Option<(Server, SocketAddr)>,
}

impl std::fmt::Debug for Bound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bound").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Bound {
    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The other address it shows metrics on.
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics.as_ref().map(|(_, address)| *address)
    }

    /// A handle to stop it with.
    pub fn handle(&self) -> ServerHandle {
        self.server.handle()
    }

    /// Serves until it is asked to stop, and finishes requests in flight. Tells a service manager that waits for it (systemd's
    /// `Type=notify`) when it begins and when it is about to end.
    pub async fn run(self) -> anyhow::Result<()> {
        tell_manager(NotifyState::Ready);
        let metrics = self.metrics.map(|(server, _)| server);
        let handle = metrics.as_ref().map(Server::handle);
        let metrics = metrics.map(tokio::spawn);
        let stopping = &self.service.stopping;
        let served = tokio::select! {
            served = self.server => served.context("the server failed"),
            () = stopping.at_once.notified() => Ok(()),
            () = self.service.keys.follow(&stopping.reload) => unreachable!("keys are followed for ever"),
        };
        if let (Some(handle), Some(metrics)) = (handle, metrics) {
            handle.stop(false).await;
            metrics.abort();
        }
        served
    }
}

/// Tells the service manager, if there is one.
fn tell_manager(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(%error, "the service manager could not be told");
    }
}

/// Has a connection break whose client takes nothing of what is sent for this long, whatever waits to be sent.
#[cfg_attr(not(target_os = "linux"), expect(unused_variables, reason = "only Linux has this limit"))]
fn give_up_on(socket: &TcpStream, patience: Duration) {
    #[cfg(target_os = "linux")]
    if let Err(error) = SockRef::from(socket).set_tcp_user_timeout(Some(patience)) {
        tracing::warn!(%error, "a connection has no limit for a client that takes nothing");
    }
}

fn listen_on(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    if address.ip() == IpAddr::V6(Ipv6Addr::UNSPECIFIED) {
        // Whatever the system's default is, `::` is every address, those of IPv4 too.
        socket.set_only_v6(false)?;
    }
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// Takes the port; `configure` adds what handlers take by type. Serves until `end`, or a stop through the handle.
///
/// Fails closed: without a key nothing but loopback is served.
pub fn bind(
    service: Service,
    listen: &Listen,
    configure: impl Fn(&mut ServiceConfig) + Clone + Send + 'static,
    end: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<Bound> {
    if service.keys.is_open() {
        if !listen.host.is_loopback() {
            bail!(
                "refusing to listen on {} without an API key: set FAST_API__AUTH__API_KEY__VALUE or a keys file",
                listen.host
            );
        }
        tracing::warn!("no API key is configured: every program on this machine may do everything");
    } else if service.sessions.is_drawn {
        tracing::warn!("no session secret is configured: sessions of browsers end with this process");
    }
    let service = Arc::new(service);
    service.counts.connections.limit.store(listen.connections as u64, Relaxed);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let workers = listen.workers.unwrap_or(cores).max(1);
    let builder = ServerBuilder::default()
        .workers(workers)
        .max_concurrent_connections(listen.connections.div_ceil(workers).max(1))
        .shutdown_timeout(listen.shutdown.as_secs())
        .shutdown_signal(end);
    let wanted = SocketAddr::from((listen.host, listen.port));
    let (builder, address) = listening(builder, wanted, &service, listen.keep_alive, configure)?;
    let metrics = listen.metrics.map(|wanted| {
        // Nobody who reads metrics takes a connection or a thread of those who use the service, nor the other way round.
        let builder = ServerBuilder::default().workers(1).max_concurrent_connections(METRICS_READERS).disable_signals();
        let alone = Arc::new(service.metrics_alone(wanted.ip())?);
        let (builder, address) = listening(builder, wanted, &alone, METRICS_KEEP_ALIVE, |_| {})?;
        anyhow::Ok((builder.run(), address))
    });
    Ok(Bound { server: builder.run(), service, address, metrics: metrics.transpose()? })
}

/// Has a server listen on this address, for this service; returns the address with the port that it got.
fn listening(
    builder: ServerBuilder,
    address: SocketAddr,
    service: &Arc<Service>,
    keep_alive: Duration,
    configure: impl Fn(&mut ServiceConfig) + Clone + Send + 'static,
) -> anyhow::Result<(ServerBuilder, SocketAddr)> {
    let (shared, patience) = (Arc::clone(service), service.limits.body_pause);
    let stop = builder.graceful_shutdown_signal();
    let factory = move || {
        let app = app(Arc::clone(&shared), configure.clone()).into_factory();
        let app = map_config(app.map_err(|error| error.error_response()), |()| AppConfig::default());
        // Outermost, so that every request ends its turn, whoever answers it.
        let app = apply_fn_factory(app, |request: Request, app| {
            let turn = request.conn_data::<Rc<Turn>>().map(Rc::clone);
            turn.iter().for_each(|turn| turn.begin(request.head()));
            let (answer, end) = (app.call(request), TurnEnd::of(turn));
            async move { answer.await.map(|answer| answer.map_body(|_, body| Answer::new(body, end))) }
        });
        let (stop, counts) = (stop.clone(), Arc::clone(&shared.counts));
        let http = HttpService::build()
            .graceful_shutdown_signal(move || {
                let stop = stop.clone();
                async move { stop.notified().await }
            })
            .keep_alive(keep_alive)
            .client_request_timeout(HEAD)
            .client_disconnect_timeout(LINGER)
            .on_connect_ext(|connection: &Connection, data| drop(data.insert(connection.turn())))
            .h1(app);
        let accept = move |socket: TcpStream| {
            let peer = socket.peer_addr().ok();
            // Else every further part of a streamed answer waits 40 ms for the client's acknowledgement.
            let ready = socket.set_nodelay(true);
            give_up_on(&socket, patience);
            let connection = Connection::new(socket, Open::count(Arc::clone(&counts)));
            std::future::ready(ready.map(|()| (connection, peer)).map_err(DispatchError::Io))
        };
        fn_service(accept).and_then(http)
    };
    let listener = listen_on(address).with_context(|| format!("cannot listen on {address}"))?;
    let bound = listener.local_addr().context("no address was bound")?;
    let builder = builder.listen("http", listener, factory).with_context(|| format!("cannot listen on {address}"))?;
    Ok((builder, bound))
}
