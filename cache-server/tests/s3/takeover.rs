//! Creators of a name whose creator was killed a minute ago.
//!
//! The times of objects are the S3 server's and cannot be set. So the creators here are two caches of the library in this
//! process, to which the objects of the killed one look older than they are.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use cache_client::hash::Algorithm;
use cache_client::{CacheHashGenerator, CacheKey, FileId, Namespace, Strategy};
use cache_server::cache::{Cache, Content, Error, NewEntry, StoreWhen};
use cache_server::clock::{Clock as _, SystemClock};
use cache_server::storage::{
    Batch, Child, Connection, Done, Folder, Head, Intent, Listed, Object, ObjectPath, Outcome, Result, S3, Storage,
};
use futures::future::join_all;
use object_store::aws::AmazonS3Builder;
use object_store::path::Path;
use object_store::{ClientOptions, ObjectStoreExt as _};
use test_buckets::{Bucket, KEY, Product, Proxy, REGION, Request, SECRET};

use crate::rest::{Orphans, Rest};
use crate::server::Server;

/// The engine, to which what was written up to a moment looks two minutes older.
#[derive(Debug)]
struct Aged {
    engine: S3,
    until: u64,
}

impl Aged {
    fn open(endpoint: &str, bucket: &str, until: u64) -> Self {
        let builder = AmazonS3Builder::new().with_endpoint(endpoint).with_region(REGION);
        let builder = builder.with_access_key_id(KEY).with_secret_access_key(SECRET);
        let connection = Connection {
            builder: builder.with_client_options(ClientOptions::new().with_allow_http(true)),
            bucket: bucket.to_owned(),
            region: None,
            folder: Folder::root(),
            attempt_timeout: Duration::from_secs(30),
            retries: 4,
            operation_timeout: Duration::from_secs(100),
        };
        Self { engine: S3::open(&connection).unwrap(), until }
    }

    fn aged(&self, modified: u64) -> u64 {
        if modified <= self.until { modified - 120_000 } else { modified }
    }
}

#[async_trait]
impl Storage for Aged {
    async fn get_many(&self, paths: &[ObjectPath]) -> Result<Vec<Option<Object>>> {
        let objects = self.engine.get_many(paths).await?.into_iter();
        let aged = |object: Object| Object { modified: self.aged(object.modified), ..object };
        Ok(objects.map(|object| object.map(aged)).collect())
    }

    async fn head(&self, path: &ObjectPath) -> Result<Option<Head>> {
        let head = self.engine.head(path).await?;
        Ok(head.map(|head| Head { modified: self.aged(head.modified), ..head }))
    }

    async fn list(&self, folder: &Folder, after: Option<&str>, limit: usize) -> Result<Vec<Listed>> {
        self.engine.list(folder, after, limit).await
    }

    async fn children(&self, folder: &Folder, after: Option<&str>, limit: usize) -> Result<Vec<Child>> {
        self.engine.children(folder, after, limit).await
    }

    async fn apply(&self, intent: Intent) -> Result<Done> {
        self.engine.apply(intent).await
    }

    async fn commit(&self, batch: Batch) -> Result<Vec<Outcome>> {
        self.engine.commit(batch).await
    }

    async fn flush(&self) -> Result<()> {
        self.engine.flush().await
    }

    async fn check(&self) -> Result<()> {
        self.engine.check().await
    }
}

/// Two caches, each with connections of its own.
fn caches(endpoint: &str, bucket: &str, until: u64) -> [Cache; 2] {
    [0, 1].map(|_| {
        let hashes = CacheHashGenerator::new(Algorithm::Sha256, 16).unwrap();
        let storage = Arc::new(Aged::open(endpoint, bucket, until));
        Cache::new(storage, Arc::new(SystemClock), hashes).remembering(1 << 20)
    })
}

fn entry(text: String) -> NewEntry {
    NewEntry {
        namespace: Namespace::parse("ns").unwrap(),
        strategy: Strategy::KeyBased,
        cache_key: Some(CacheKey::parse("k").unwrap()),
        file_id: Some(FileId::parse("f").unwrap()),
        content: Content::String(text),
        when: StoreWhen::Absent,
    }
}

/// Kills a server in a create, before one of its writes.
async fn kill_creator(endpoint: &str, bucket: &str, before: usize) {
    let proxy = Proxy::to(endpoint);
    let victim = Server::start(&proxy.endpoint(), bucket);
    let writes = AtomicUsize::new(0);
    let mut hold = proxy.hold_before(move |request: &Request| {
        request.method == "PUT" && writes.fetch_add(1, Ordering::SeqCst) + 1 >= before
    });
    let create = victim.http().post("/ns/key_based/store/string/k?file_id=f", "creator").only_if_absent();
    let killed = tokio::spawn(create.try_send());
    hold.arrived().await;
    victim.kill();
    hold.discard();
    assert!(killed.await.unwrap().is_none());
}

/// Waits until what is written has another time, of whole seconds, than what was written before; answers the moment in
/// between.
async fn next_second(bucket: &Bucket) -> u64 {
    let until = SystemClock.now();
    loop {
        bucket.put("tick", "").await;
        let written = bucket.store().head(&Path::from("tick")).await.unwrap().last_modified;
        if u64::try_from(written.timestamp_millis()).unwrap() > until {
            return until;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_twenty_creates_one_takes_over_what_a_killed_one_left_a_minute_ago() {
    let Some(s3) = Product::Moto.shared() else { return };
    // The content alone is there; its record; its `.config`; its reference by hash is not.
    for (before, same) in [(2, true), (3, false), (4, true)] {
        let bucket = s3.new_bucket().await;
        kill_creator(s3.endpoint(), bucket.name(), before).await;
        let create = async |caches: &[Cache; 2], who: usize| {
            let text = if same { "creator".to_owned() } else { format!("creator {who}") };
            caches[who % 2].store(entry(text)).await
        };
        let young = caches(s3.endpoint(), bucket.name(), 0);
        for answer in join_all((0..4).map(|who| create(&young, who))).await {
            assert!(matches!(answer, Err(Error::AlreadyExists { .. })), "killed before {before}: {answer:?}");
        }
        let until = next_second(&bucket).await;
        let old = caches(s3.endpoint(), bucket.name(), until);
        let answers = join_all((0..20).map(|who| create(&old, who))).await;
        for answer in &answers {
            assert!(matches!(answer, Ok(_) | Err(Error::AlreadyExists { .. })), "killed before {before}: {answer:?}");
        }
        let won: Vec<_> = answers.iter().filter_map(|answer| answer.as_ref().ok()).collect();
        assert_eq!(won.len(), 1, "killed before {before}: {won:?}");
        let rest = Rest::of(&bucket, "ns").await;
        rest.check(Orphans::None);
        assert_eq!(rest.ids(), [won[0].cache_id.to_string()].into());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_twenty_creates_none_wins_over_a_killed_one_that_is_found_then() {
    let Some(s3) = Product::Moto.shared() else { return };
    let bucket = s3.new_bucket().await;
    // Only its reference by hash is not there.
    kill_creator(s3.endpoint(), bucket.name(), 5).await;
    let left = Rest::of(&bucket, "ns").await.ids();
    let old = caches(s3.endpoint(), bucket.name(), next_second(&bucket).await);
    let answers = join_all((0..20).map(|who| old[who % 2].store(entry("creator".to_owned())))).await;
    for answer in answers {
        assert!(matches!(answer, Err(Error::AlreadyExists { .. })), "{answer:?}");
    }
    let rest = Rest::of(&bucket, "ns").await;
    rest.check(Orphans::None);
    assert_eq!(rest.ids(), left);
    let namespace = Namespace::parse("ns").unwrap();
    let hash = CacheHashGenerator::new(Algorithm::Sha256, 16).unwrap().from_string("creator").unwrap();
    let found = old[0].newest_of(&namespace, &hash).await.unwrap().unwrap();
    assert!(left.contains(&found.cache_id.to_string()));
}
