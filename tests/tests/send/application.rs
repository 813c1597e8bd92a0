//! The small transfer service of `send-wrapper/examples/send_app.rs`, driven over HTTP.

#[path = "../../../send-wrapper/examples/send_app.rs"]
mod send_app;

use std::sync::Arc;

use actix_web::{App, HttpServer};
use cache_server::config::{Config, StorageMode};
use cache_server::in_process::{InProcess, memory_config};
use cache_tests::{Act, Faulty};
use futures::TryStreamExt;
use futures::future::join_all;
use object_store::ObjectStore;
use object_store::memory::InMemory;
use send_app::{Service, Settings};
use send_wrapper::analytics::Secret;
use send_wrapper::{SendCache, TokenName, namespaces};
use serde_json::Value;
use test_buckets::{Bucket, Product};

/// The service on a free port of this machine; it ends with the runtime of the test.
struct Client {
    http: reqwest::Client,
    url: String,
}

impl Client {
    fn of(service: Service) -> Self {
        let server = HttpServer::new(move || App::new().configure(|app| service.configure(app)));
        let server = server.workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", server.addrs()[0]);
        tokio::spawn(server.run());
        Self { http: reqwest::Client::builder().no_proxy().build().unwrap(), url }
    }

    /// The status and body of an answer. The path is sent as it is.
    async fn ask(&self, method: &str, path: &str, body: impl Into<reqwest::Body>) -> (u16, Vec<u8>) {
        let request = self.http.request(method.parse().unwrap(), format!("{}{path}", self.url)).body(body);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.bytes().await.unwrap().to_vec())
    }

    async fn json(&self, method: &str, path: &str) -> (u16, Value) {
        let (status, body) = self.ask(method, path, "").await;
        (status, serde_json::from_slice(&body).unwrap())
    }

    /// Begins a transfer with this token, and uploads a file.
    async fn upload(&self, token: &str, file: &'static [u8]) -> String {
        let (status, begun) = self.json("POST", &format!("/transfers?token={token}")).await;
        assert_eq!(status, 201, "{begun}");
        let id = begun["transfer_id"].as_str().unwrap().to_owned();
        assert_eq!(self.ask("PUT", &format!("/transfers/{id}/payload"), file).await.0, 204);
        id
    }
}

/// A service on one kind of storage; and everything that is stored, by its whole name.
struct World {
    client: Client,
    service: Service,
    storage: Stored,
    _folder: tempfile::TempDir,
}

fn settings(cache: Config) -> Settings {
    Settings { trusted_proxies: 0, analytics_secret: None, instance: "send-app".to_owned(), cache }
}

enum Stored {
    Folder(std::path::PathBuf),
    Bucket(Bucket),
}

impl World {
    fn on_disk() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = Some(folder.path().to_owned());
        let cache = Config { storage_mode: Some(StorageMode::LocalDisk), path, ..memory_config() };
        let service = Service::open(&settings(cache)).unwrap();
        let storage = Stored::Folder(folder.path().to_owned());
        Self { client: Client::of(service.clone()), service, storage, _folder: folder }
    }

    async fn on_s3() -> Option<Self> {
        let s3 = Product::Moto.shared()?;
        let bucket = s3.new_bucket().await;
        let mut cache = Config { storage_mode: Some(StorageMode::S3), ..memory_config() };
        cache.s3.endpoint = Some(s3.endpoint().to_owned());
        cache.s3.bucket = Some(bucket.name().to_owned());
        cache.s3.region = Some(test_buckets::REGION.to_owned());
        cache.s3.access_key_id = Some(test_buckets::KEY.to_owned());
        cache.s3.secret_access_key = Some(test_buckets::SECRET.to_owned());
        cache.s3.allow_http = true;
        let service = Service::open(&settings(cache)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let storage = Stored::Bucket(bucket);
        Some(Self { client: Client::of(service.clone()), service, storage, _folder: folder })
    }

    async fn all(&self) -> Vec<String> {
        let mut names = match &self.storage {
            Stored::Folder(folder) => cache_tests::files_below(folder),
            Stored::Bucket(bucket) => {
                let objects = bucket.store().list(None).map_ok(|object| object.location.to_string());
                objects.try_collect().await.unwrap()
            }
        };
        names.sort();
        names
    }
}

/// Runs a test on a folder and on a bucket.
macro_rules! each_storage {
    ($($test:ident),+ $(,)?) => {$(
        mod $test {
            #[tokio::test]
            async fn disk() {
                super::$test(super::World::on_disk()).await;
            }

            #[tokio::test]
            async fn s3() {
                if let Some(world) = super::World::on_s3().await {
                    super::$test(world).await;
                }
            }
        }
    )+};
}

each_storage!(
    a_file_is_sent_with_a_token_and_fetched,
    a_token_pays_for_each_transfer_once,
    what_comes_while_a_transfer_is_completed_changes_nothing_of_it,
    neither_prefix_can_reach_the_other,
    who_holds_no_token_begins_no_transfer,
);

async fn a_file_is_sent_with_a_token_and_fetched(world: World) {
    let client = &world.client;
    assert_eq!(client.json("POST", "/tokens/friends?uses=1").await.0, 201);
    assert_eq!(client.json("POST", "/tokens/Friends?uses=1").await.0, 409);
    let id = client.upload("Friends", b"a file").await;
    let (status, info) = client.json("GET", &format!("/transfers/{id}")).await;
    assert_eq!((status, &info["bytes"], &info["complete"], &info["views"]), (200, &6.into(), &false.into(), &1.into()));
    assert_eq!(client.json("GET", &format!("/transfers/{id}/payload")).await.0, 409, "not complete yet");
    assert_eq!(client.json("POST", &format!("/transfers/{id}/complete")).await.0, 200);
    for _ in 0..2 {
        let fetched = client.ask("GET", &format!("/transfers/{id}/payload"), "").await;
        assert_eq!(fetched, (200, b"a file".to_vec()));
    }
    let (_, info) = client.json("GET", &format!("/transfers/{id}")).await;
    assert_eq!((&info["complete"], &info["views"], &info["downloads"]), (&true.into(), &2.into(), &2.into()));
    assert_eq!(client.ask("PUT", &format!("/transfers/{id}/payload"), "another").await.0, 409);

    // Everything lies where it belongs: the file below user/, the rest below admin/, each event in two places.
    // Nothing is being written any more.
    world.service.recorder.flush().await;
    let all = world.all().await;
    assert!(all.iter().any(|name| name.starts_with(&format!("user/transfers/{id}/payload-"))), "{all:?}");
    let of_events =
        |folder: &str| all.iter().filter(|name| name.starts_with(folder) && name.contains("/events/")).count();
    assert_eq!(of_events(&format!("admin/transfers/data/key-based/{id}/{id}/data/events/")), 6);
    assert_eq!(of_events("admin/tokens/data/key-based/friends/friends/data/events/"), 1);
    assert!(all.iter().all(|name| ["user/", "admin/", ".lock"].iter().any(|top| name.starts_with(top))), "{all:?}");

    // Each request was recorded once, and each event of the transfer, and the use of the token.
    world.service.recorder.flush().await;
    let (_, health) = client.json("GET", "/health").await;
    assert_eq!((&health["analytics"]["recorded"], &health["cache"]["healthy"]), (&18.into(), &true.into()), "{health}");
    // But probes.
    assert_eq!(health["analytics"]["left_out"], 1);
    world.service.recorder.flush().await;
    let (status, pulse) = client.json("GET", "/pulse").await;
    assert_eq!((status, &pulse["active_requests"], &pulse["active_visitors"]), (200, &11.into(), &1.into()), "{pulse}");
    let recent = pulse["recent_events"].as_array().unwrap();
    assert_eq!((&pulse["active_transfers"], recent.len()), (&1.into(), 10));
    assert!(recent.iter().all(|event| event["path"] != "/health"), "{pulse}");
    assert!(world.all().await.iter().any(|name| name.starts_with("admin/analytics/data/temporal/")));
    assert_eq!(client.json("GET", "/pulse?window_minutes=0").await.0, 400);
}

async fn a_token_pays_for_each_transfer_once(world: World) {
    let client = &world.client;
    assert_eq!(client.json("POST", "/tokens/two?uses=2").await.0, 201);
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(client.upload("two", b"x").await);
    }
    // Each is completed several times at once; two of three can be paid for.
    let completions = ids
        .iter()
        .flat_map(|id| [id; 3])
        .map(|id| async move { (id, client.json("POST", &format!("/transfers/{id}/complete")).await.0) });
    let answers = join_all(completions).await;
    let complete: std::collections::HashSet<_> =
        answers.iter().filter(|(_, status)| *status == 200).map(|(id, _)| id).collect();
    assert_eq!(complete.len(), 2, "{answers:?}");
    assert!(answers.iter().all(|(id, status)| complete.contains(id) == (*status == 200)), "{answers:?}");
    let (status, refusal) = client.json("POST", "/transfers?token=two").await;
    assert_eq!((status, &refusal["reason"]), (403, &"exhausted".into()));
}

async fn what_comes_while_a_transfer_is_completed_changes_nothing_of_it(world: World) {
    let client = &world.client;
    assert_eq!(client.json("POST", "/tokens/friends?uses=9").await.0, 201);
    let id = &client.upload("friends", b"first").await;
    let files: [&'static [u8]; 4] = [b"a", b"bc", b"def", b"ghij"];
    let uploads = files.map(|file| async move { client.ask("PUT", &format!("/transfers/{id}/payload"), file).await.0 });
    let complete = async { client.json("POST", &format!("/transfers/{id}/complete")).await.0 };
    let (uploads, complete) = futures::join!(join_all(uploads), complete);
    assert!(uploads.iter().all(|status| matches!(status, 204 | 409)), "{uploads:?}");
    assert_eq!(complete, 200);
    let (status, file) = client.ask("GET", &format!("/transfers/{id}/payload"), "").await;
    let (_, info) = client.json("GET", &format!("/transfers/{id}")).await;
    assert_eq!((status, &info["complete"], &info["bytes"]), (200, &true.into(), &file.len().into()));
    assert!(file == b"first" || files.iter().any(|sent| *sent == file), "{file:?}");
}

async fn neither_prefix_can_reach_the_other(world: World) {
    let client = &world.client;
    assert_eq!(client.json("POST", "/tokens/friends?uses=9").await.0, 201);
    let id = client.upload("friends", b"a file").await;
    let mut before = world.all().await;
    before.retain(|name| !name.starts_with("admin/analytics/"));
    // From the transfers to the cache.
    let token = "admin/tokens/data/key-based/friends/friends.json";
    assert!(before.iter().any(|name| name == token), "{before:?}");
    for way in [
        "..",
        "%2e%2e",
        "%2e%2e%2fadmin",
        "..%2f..%2fadmin%2ftokens",
        "%2fadmin",
        "a%2f..%2f..%2fadmin",
        "%5c..%5cadmin",
        "%00",
        "..%252fadmin",
        "%c0%ae%c0%ae",
        "admin%2ftokens",
        ".%2f..%2f..",
        "~",
        "-",
        "a.b",
    ] {
        for (method, end) in [("GET", ""), ("GET", "/payload"), ("PUT", "/payload"), ("POST", "/complete")] {
            let (status, body) = client.ask(method, &format!("/transfers/{way}{end}"), "evil").await;
            assert!((400..500).contains(&status), "{method} {way}{end}: {status}");
            assert!(!String::from_utf8_lossy(&body).contains("usage_limit"), "{method} {way}{end}");
        }
        let (status, _) = client.ask("POST", &format!("/tokens/{way}?uses=1"), "").await;
        assert!((400..500).contains(&status), "{way}: {status}");
        let (status, _) = client.ask("POST", &format!("/transfers?token={way}"), "").await;
        assert!([403, 429].contains(&status), "{way}: {status}");
    }
    let beside_analytics = async || {
        let mut all = world.all().await;
        all.retain(|name| !name.starts_with("admin/analytics/"));
        all
    };
    assert_eq!(beside_analytics().await, before, "nothing was written anywhere, but that there were requests");

    // Names that look like places of the other are names like any other, and stay on their side.
    for name in ["user", "admin", "transfers"] {
        assert_eq!(client.json("POST", &format!("/tokens/{name}?uses=1")).await.0, 201);
    }
    let after = world.all().await;
    let of_user = |names: &[String]| names.iter().filter(|name| name.starts_with("user/")).cloned().collect::<Vec<_>>();
    assert_eq!(of_user(&after), of_user(&before));
    assert_eq!(client.ask("GET", &format!("/transfers/{id}"), "").await.0, 200);
}

#[tokio::test]
async fn the_cache_cannot_name_a_file_of_a_transfer() {
    let Some(s3) = Product::Moto.shared() else { return };
    let bucket = s3.new_bucket().await;
    let admin =
        cache_tests::Engine::S3.setup().on_bucket(s3.endpoint(), bucket.name()).flag("--storage-prefix", "admin/");
    let server = admin.start();
    bucket.put("user/transfers/t/payload", "a file").await;
    for way in ["../user", "%2e%2e/user", "..%2fuser", "/user", "user", "a/../../user", "..%5cuser", "%252e%252e/user"]
    {
        let file = format!("{way}/transfers/t/payload");
        for path in ["file/bytes", "file/exists", "file/json"].map(|get| format!("/admin/storage/{get}/{file}")) {
            let answer = server.get(path.clone()).await;
            assert!(!answer.text().contains("a file") && !answer.text().contains("\"exists\":true"), "{path}");
        }
        for path in ["files/all", "files/in", "folders"].map(|list| format!("/admin/storage/{list}/{way}/transfers")) {
            assert!(!server.get(path.clone()).await.text().contains("payload"), "{path}");
        }
        server.delete(format!("/admin/storage/file/delete/{file}")).await;
        server.post(format!("/{way}/key_based/store/string/transfers/t?file_id=payload")).text("evil").await;
        server.post(format!("/ns/key_based/store/string/{way}/transfers/t?file_id=payload")).text("evil").await;
    }
    assert_eq!(bucket.get("user/transfers/t/payload").await.unwrap(), "a file");
    let mut outside = bucket.keys("").await;
    outside.retain(|key| !key.starts_with("admin/"));
    assert_eq!(outside, ["user/transfers/t/payload"]);
}

async fn who_holds_no_token_begins_no_transfer(world: World) {
    let client = &world.client;
    let mut shapes = Vec::new();
    for token in ["nobody", "not%20a%20name", ""] {
        let (status, refusal) = client.json("POST", &format!("/transfers?token={token}")).await;
        shapes.push((status, refusal.to_string()));
    }
    assert_eq!(shapes[0].0, 403);
    assert!(shapes.iter().all(|shape| *shape == shapes[0]), "one shape: {shapes:?}");
    // Who goes on guessing is turned away.
    let guesses =
        (0..40).map(|number| async move { client.json("POST", &format!("/transfers?token=guess-{number}")).await.0 });
    let statuses = join_all(guesses).await;
    assert!(statuses.contains(&429) && statuses.iter().all(|status| [403, 429].contains(status)), "{statuses:?}");
    assert!(world.all().await.iter().all(|name| !name.starts_with("user/")));
}

#[tokio::test]
async fn the_token_knows_who_completed_a_transfer() {
    let send = SendCache::in_memory().unwrap();
    let secret = Secret::new("a secret for these tests").unwrap();
    let client = Client::of(Service::new(Arc::new(InMemory::new()), send.clone(), secret, 0));
    assert_eq!(client.json("POST", "/tokens/one?uses=1").await.0, 201);
    let id = client.upload("one", b"x").await;
    let complete = client.http.post(format!("{}/transfers/{id}/complete", client.url));
    let agent = format!("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0 {}", "x".repeat(2000));
    assert_eq!(complete.header("user-agent", agent).send().await.unwrap().status(), 200);
    let events = send.tokens().usage(&TokenName::parse("one").unwrap(), &Default::default()).await.unwrap();
    assert_eq!((events.len(), events[0].user_agent.as_deref()), (1, Some("Firefox on Linux")));
    assert_eq!(events[0].ip_hash.as_ref().unwrap().as_str().len(), 64);
}

#[tokio::test]
async fn with_the_cache_out_of_reach_nobody_is_let_in_and_what_is_there_can_be_fetched() {
    let cache = InProcess::in_memory().unwrap();
    let storage: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    let sound = Client::of(Service::new(Arc::clone(&storage), SendCache::new(cache.client()), Secret::random(), 0));
    assert_eq!(sound.json("POST", "/tokens/friends?uses=9").await.0, 201);
    let (complete, open) = (sound.upload("friends", b"a file").await, sound.upload("friends", b"another").await);
    assert_eq!(sound.json("POST", &format!("/transfers/{complete}/complete")).await.0, 200);

    for act in [Act::Refuse, Act::LoseAnswer] {
        let broken = SendCache::new(Faulty::new(&cache, move |_, _| act).client());
        let client = Client::of(Service::new(Arc::clone(&storage), broken, Secret::random(), 0));
        assert_eq!(client.json("POST", "/transfers?token=friends").await.0, 503);
        assert_eq!(client.json("POST", &format!("/transfers/{open}/complete")).await.0, 503);
        assert_eq!(client.json("GET", &format!("/transfers/{open}/payload")).await.0, 409);
        assert_eq!(client.ask("GET", &format!("/transfers/{complete}/payload"), "").await, (200, b"a file".to_vec()));
        assert_eq!(client.json("GET", &format!("/transfers/{complete}")).await.0, 200);
        let (status, health) = client.json("GET", "/health").await;
        assert_eq!((status, &health["cache"]["healthy"]), (503, &false.into()));
        assert!(health["cache"]["transfer_events"].as_u64().unwrap() >= 2, "{health}");
    }
    // When it is back, the transfer is completed with one use, however often it was tried.
    assert_eq!(sound.json("POST", &format!("/transfers/{open}/complete")).await.0, 200);
    let token = SendCache::new(cache.client()).tokens().lookup(&TokenName::parse("friends").unwrap()).await.unwrap();
    assert_eq!(token.unwrap().usage_count, 2);
    let entries = SendCache::new(cache.client()).entries(namespaces::TRANSFERS).unwrap();
    assert_eq!(entries.namespace_files().all().await.unwrap().len(), 2);
    let fetched = sound.ask("GET", &format!("/transfers/{open}/payload"), "").await;
    assert_eq!(fetched, (200, b"another".to_vec()));
}
