//! The service in this process: many side by side, from any runtime, and what happens when something ends in mid-call.

#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use std::fs;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use cache_client::transport::{Transport, reqwest};
use cache_client::{CacheClient, Error, Strategy};
use cache_server::clock::{Clock, SystemClock};
use cache_server::config::{Config, StorageMode};
use cache_server::in_process::{InProcess, LocalServer, memory_config};
use futures::stream;

/// Tests run one after another, because some count threads.
static THREADS: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    THREADS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The threads of services in this process.
fn service_threads() -> usize {
    let tasks = fs::read_dir("/proc/self/task").unwrap().filter_map(Result::ok);
    let names = tasks.filter_map(|task| fs::read_to_string(task.path().join("comm")).ok());
    names.filter(|name| name.starts_with("cache-inproc") || name.starts_with("cache-server")).count()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn is_unavailable(error: &Error) -> bool {
    matches!(error, Error::Unavailable { .. })
}

/// A clock that panics, or keeps everybody waiting, when it is told to.
#[derive(Debug, Default)]
struct Moody {
    mood: AtomicU8,
}

const PANICS: u8 = 1;

impl Clock for Moody {
    fn now(&self) -> u64 {
        match self.mood.load(Ordering::SeqCst) {
            PANICS => panic!("the clock panics, as it was told to"),
            _ => SystemClock.now(),
        }
    }
}

fn moody() -> (InProcess, Arc<Moody>) {
    let clock = Arc::new(Moody::default());
    let service = InProcess::start_with(&memory_config(), Arc::clone(&clock) as Arc<dyn Clock>).unwrap();
    (service, clock)
}

#[test]
fn services_live_side_by_side_and_leave_no_thread() {
    let _alone = alone();
    runtime().block_on(async {
        let services: Vec<InProcess> = (0..8).map(|_| InProcess::in_memory().unwrap()).collect();
        assert_eq!(service_threads(), 8);
        for (number, service) in services.iter().enumerate() {
            let text = format!("service {number}");
            service.client().store().string("ns", Strategy::Direct, text).send().await.unwrap();
        }
        for service in &services {
            assert_eq!(service.client().namespace().ids("ns").all().await.unwrap().len(), 1);
        }
    });
    assert_eq!(service_threads(), 0);
}

#[test]
fn a_client_keeps_its_service_running() {
    let _alone = alone();
    let client = InProcess::in_memory().unwrap().client();
    runtime().block_on(async {
        let id = client.store().string("ns", Strategy::Direct, "text").send().await.unwrap().cache_id;
        let clone = client.clone();
        drop(client);
        assert_eq!(clone.retrieve().by_id("ns", id).string().await.unwrap().as_deref(), Some("text"));
    });
    assert_eq!(service_threads(), 0);
}

#[test]
fn callers_come_from_any_runtime() {
    let _alone = alone();
    let service = InProcess::in_memory().unwrap();
    let client = service.client();
    let many = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    many.block_on(async {
        let calls = (0..200).map(|number| {
            let client = client.clone();
            tokio::spawn(async move { client.store().string("ns", Strategy::Direct, number.to_string()).send().await })
        });
        for call in calls.collect::<Vec<_>>() {
            call.await.unwrap().unwrap();
        }
    });
    drop(many);
    let local = tokio::task::LocalSet::new();
    let ids = local.block_on(&runtime(), async move {
        tokio::task::spawn_local(async move { client.namespace().ids("ns").all().await }).await.unwrap().unwrap()
    });
    assert_eq!(ids.len(), 200);
    let client = service.client();
    let from_actix =
        actix_web::rt::System::new().block_on(async move { client.namespace().stats("ns").await.unwrap() });
    assert_eq!(from_actix.refs_id_files, 200);
}

#[test]
fn a_panic_of_a_handler_ends_its_call_alone() {
    let _alone = alone();
    runtime().block_on(async {
        let (service, clock) = moody();
        let client = service.client();
        clock.mood.store(PANICS, Ordering::SeqCst);
        let begun = Instant::now();
        let error = client.store().string("ns", Strategy::Direct, "text").send().await.unwrap_err();
        assert!(matches!(error, Error::Unavailable { retryable: false, .. }), "{error:?}");
        assert!(error.to_string().contains("panicked"), "{error}");
        assert!(begun.elapsed() < Duration::from_secs(5));
        // Others are served, and so is the next one.
        assert_eq!(client.info().health().await.unwrap().status, "ok");
        clock.mood.store(0, Ordering::SeqCst);
        client.store().string("ns", Strategy::Direct, "text").send().await.unwrap();
    });
    assert_eq!(service_threads(), 0);
}

#[test]
fn a_stop_in_mid_call_is_an_error_and_not_a_hang() {
    let _alone = alone();
    runtime().block_on(async {
        let service = InProcess::in_memory().unwrap();
        let client = service.builder().retries(0).build().unwrap();
        // A store whose body never ends is under way.
        let (begun, waiting) = tokio::sync::oneshot::channel();
        let mut begun = Some(begun);
        let parts = stream::poll_fn(move |_| {
            if let Some(begun) = begun.take() {
                let _ = begun.send(());
            }
            std::task::Poll::<Option<std::io::Result<Bytes>>>::Pending
        });
        let call = tokio::spawn(client.store().stream("ns", Strategy::Direct, parts).send());
        waiting.await.unwrap();
        service.stop();
        assert_eq!(service_threads(), 0, "the thread has ended when the stop returns");
        let error = tokio::time::timeout(Duration::from_secs(5), call).await.unwrap().unwrap().unwrap_err();
        assert!(matches!(error, Error::Unavailable { retryable: false, .. }), "{error:?}");
        // Those that come later are told so as well, and may go elsewhere.
        let error = client.info().health().await.unwrap_err();
        assert!(matches!(error, Error::Unavailable { retryable: true, .. }), "{error:?}");
        service.stop();
    });
}

#[test]
fn a_stop_in_mid_answer_is_an_error_of_its_stream() {
    let _alone = alone();
    runtime().block_on(async {
        let service = InProcess::in_memory().unwrap();
        let client = service.client();
        // More than the parts that may be on their way.
        for number in 0..2000 {
            client.store().string("ns", Strategy::Direct, number.to_string()).send().await.unwrap();
        }
        let url = "http://cache.invalid/ns/entries?limit=2000".parse().unwrap();
        let mut answer = service.send(reqwest::Request::new(reqwest::Method::GET, url)).await.unwrap();
        assert!(!answer.chunk().await.unwrap().unwrap().is_empty());
        service.stop();
        let rest = tokio::time::timeout(Duration::from_secs(5), answer.bytes()).await.unwrap();
        assert!(rest.is_err(), "an answer without its end is not taken for a whole one");
    });
    assert_eq!(service_threads(), 0);
}

#[test]
fn a_runtime_that_goes_in_mid_call_leaves_nothing_behind() {
    let _alone = alone();
    let service = InProcess::in_memory().unwrap();
    let client = service.client();
    let going = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (begun, waiting) = std::sync::mpsc::channel();
    for _ in 0..32 {
        let (client, begun) = (client.clone(), begun.clone());
        let parts = stream::once(async move {
            begun.send(()).unwrap();
            std::future::pending::<std::io::Result<Bytes>>().await
        });
        going.spawn(client.store().stream("ns", Strategy::Direct, parts).send());
    }
    for _ in 0..32 {
        waiting.recv_timeout(Duration::from_secs(10)).unwrap();
    }
    drop(going);
    // Its handlers are cancelled: each held the body, and with it the sender.
    drop(begun);
    assert_eq!(waiting.recv_timeout(Duration::from_secs(10)), Err(std::sync::mpsc::RecvTimeoutError::Disconnected));
    runtime().block_on(async {
        client.store().string("ns", Strategy::Direct, "served").send().await.unwrap();
    });
    drop(client);
    drop(service);
    assert_eq!(service_threads(), 0);
}

#[test]
fn a_service_that_is_too_slow_is_given_up() {
    let _alone = alone();
    runtime().block_on(async {
        let service = InProcess::in_memory().unwrap();
        let client = service.builder().attempt_timeout(Duration::from_millis(50)).retries(0).build().unwrap();
        let parts = stream::pending::<std::io::Result<Bytes>>();
        let error = client.store().stream("ns", Strategy::Direct, parts).send().await.unwrap_err();
        assert!(is_unavailable(&error) && error.to_string().contains("50 ms"), "{error}");
        // The limit of a request is kept as well, for those who use the transport directly.
        let url = "http://cache.invalid/ns/direct/store/binary".parse().unwrap();
        let mut request = reqwest::Request::new(reqwest::Method::POST, url);
        *request.body_mut() = Some(reqwest::Body::wrap_stream(stream::pending::<std::io::Result<Bytes>>()));
        *request.timeout_mut() = Some(Duration::from_millis(50));
        assert!(!service.send(request).await.unwrap_err().is_not_sent());
    });
}

#[test]
fn an_answer_without_a_body_has_none() {
    let _alone = alone();
    runtime().block_on(async {
        let service = InProcess::in_memory().unwrap();
        let url: reqwest::Url = "http://cache.invalid/info/health".parse().unwrap();
        let head = service.send(reqwest::Request::new(reqwest::Method::HEAD, url.clone())).await.unwrap();
        assert!(head.status().is_success() && head.bytes().await.unwrap().is_empty());
        let get = service.send(reqwest::Request::new(reqwest::Method::GET, url)).await.unwrap();
        assert_eq!(get.text().await.unwrap(), r#"{"status":"ok"}"#);
    });
}

#[test]
fn a_folder_is_free_when_its_service_has_gone() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    for (mode, name) in [(StorageMode::Embedded, "embedded"), (StorageMode::LocalDisk, "files")] {
        let config = Config { storage_mode: Some(mode), path: Some(folder.path().join(name)), ..memory_config() };
        runtime().block_on(async {
            for round in 0..4 {
                // Waits for the thread before, so that its lock is free.
                let client = InProcess::start(&config).unwrap().client();
                assert_eq!(client.namespace().ids("ns").all().await.unwrap().len(), round);
                client.store().string("ns", Strategy::Direct, round.to_string()).send().await.unwrap();
            }
        });
    }
}

#[test]
fn a_service_that_cannot_start_says_why() {
    let _alone = alone();
    let file = tempfile::NamedTempFile::new().unwrap();
    let config =
        Config { storage_mode: Some(StorageMode::LocalDisk), path: Some(file.path().to_owned()), ..memory_config() };
    assert!(InProcess::start(&config).is_err());
    assert!(LocalServer::start(&config).is_err());
    let config = Config { admin_api_key: Some("key".to_owned()), ..memory_config() };
    assert!(InProcess::start(&config).unwrap_err().to_string().contains("CACHE_SERVER__ADMIN_API_KEY"));
    assert_eq!(service_threads(), 0);
}

#[test]
fn the_key_of_a_configuration_is_used_and_not_printed() {
    let _alone = alone();
    let mut config = memory_config();
    config.serving.api_key = Some("a-secret".to_owned());
    let (service, server) = (InProcess::start(&config).unwrap(), LocalServer::start(&config).unwrap());
    assert!(!format!("{service:?} {server:?} {:?} {:?}", service.client(), server.client()).contains("a-secret"));
    runtime().block_on(async {
        service.client().info().health().await.unwrap();
        server.client().info().health().await.unwrap();
        let without = CacheClient::over(service.clone()).build().unwrap();
        assert!(matches!(without.info().health().await.unwrap_err(), Error::Unauthorized { .. }));
        let without = CacheClient::builder(server.url()).build().unwrap();
        assert!(matches!(without.info().health().await.unwrap_err(), Error::Unauthorized { .. }));
    });
}

#[test]
fn a_local_server_serves_on_a_port_of_its_own_until_it_is_dropped() {
    let _alone = alone();
    let (one, two) = (LocalServer::in_memory().unwrap(), LocalServer::in_memory().unwrap());
    assert_ne!(one.url(), two.url());
    let client = one.builder().retries(0).build().unwrap();
    runtime().block_on(async {
        client.store().string("ns", Strategy::Direct, "text").send().await.unwrap();
        assert!(two.client().namespaces().list().all().await.unwrap().is_empty());
        drop((one, two));
        assert_eq!(service_threads(), 0);
        let error = client.info().health().await.unwrap_err();
        assert!(is_unavailable(&error), "{error:?}");
    });
}
