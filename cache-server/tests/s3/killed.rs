//! A server that is killed between any two of its writes leaves orphans at most, and names that can be used.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures::FutureExt as _;
use futures::stream::{self, StreamExt as _};
use test_buckets::{Bucket, Product, Proxy, Request};

use crate::rest::{Orphans, Rest};
use crate::server::{Ask, Http, Server};

/// How many servers are started, killed and looked after at a time.
const AT_ONCE: usize = 6;
/// What another server does at once takes no longer, on a busy machine.
const AT_ONCE_TAKES: Duration = Duration::from_secs(9);
/// How long others wait for a removal, whatever is being removed.
const LEASE: Duration = Duration::from_secs(10);

/// What the server is killed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Store,
    Create,
    /// A store to a path that has an entry.
    Overwrite,
    Update,
    Delete,
    DeleteOnTag,
}

/// What becomes of the writes that the killed server had sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sent {
    Lost,
    Late,
}

#[derive(Debug, Clone, Copy)]
struct Case {
    act: Act,
    strategy: &'static str,
    sent: Sent,
    /// Before which of its writes it is killed, from 1.
    before: usize,
}

/// What was there before the kill.
struct Earlier {
    /// Shares the hash of the entry, and nothing else.
    companion: String,
    entry: Option<(String, String)>,
}

impl Case {
    fn namespace(&self) -> String {
        format!("{:?}-{}-{:?}-{}", self.act, self.strategy, self.sent, self.before).to_lowercase()
    }

    fn store(&self) -> String {
        let name = if matches!(self.strategy, "direct" | "temporal") { "" } else { "/k?file_id=f" };
        format!("/{}/{}/store/string{name}", self.namespace(), self.strategy)
    }

    async fn prepare(&self, http: &Http) -> Earlier {
        let companion = http.post(&format!("/{}/direct/store/string", self.namespace()), "old").ok().await.id();
        let entry = match self.act {
            Act::Store | Act::Create => None,
            Act::Overwrite | Act::Update | Act::Delete | Act::DeleteOnTag => {
                let stored = http.post(&self.store(), "old").ok().await;
                Some((stored.id(), stored.tag()))
            }
        };
        Earlier { companion, entry }
    }

    fn ask(&self, http: &Http, earlier: &Earlier) -> Ask {
        let (id, tag) = earlier.entry.clone().unwrap_or_default();
        match self.act {
            Act::Store | Act::Overwrite => http.post(&self.store(), "new"),
            Act::Create => http.post(&self.store(), "new").only_if_absent(),
            Act::Update => http.post(&format!("/{}/update/{id}/string", self.namespace()), "new"),
            Act::Delete => http.delete(&self.namespace(), &id),
            Act::DeleteOnTag => http.delete(&self.namespace(), &id).header("if-match", &tag),
        }
    }

    /// Counts the writes.
    async fn writes(&self, endpoint: &str, bucket: &Bucket) -> usize {
        let proxy = Proxy::to(endpoint);
        let server = start(&proxy, bucket).await;
        let http = server.http();
        let earlier = self.prepare(&http).await;
        proxy.take_log();
        self.ask(&http, &earlier).ok().await;
        proxy.take_log().iter().filter(|request| is_write(request)).count()
    }

    /// Kills a server before one of its writes, and looks at what another one finds.
    async fn run(&self, endpoint: &str, bucket: &Bucket, other: &Http) -> Duration {
        let proxy = Proxy::to(endpoint);
        let victim = start(&proxy, bucket).await;
        let earlier = self.prepare(other).await;
        let writes = Arc::new(AtomicUsize::new(0));
        let (before, counted) = (self.before, Arc::clone(&writes));
        let choice = move |request: &Request| is_write(request) && counted.fetch_add(1, Ordering::SeqCst) + 1 >= before;
        let mut hold = proxy.hold_before(choice);
        let answer = tokio::spawn(self.ask(&victim.http(), &earlier).try_send());
        hold.arrived().await;
        victim.kill();
        assert!(answer.await.unwrap().is_none(), "{self:?} was answered");
        match self.sent {
            Sent::Lost => hold.discard(),
            Sent::Late => {
                let mut held = 1;
                while hold.arrived().now_or_never().is_some() {
                    held += 1;
                }
                let mut landed = proxy.hold_after(is_write);
                hold.release();
                for _ in 0..held {
                    landed.arrived().await;
                }
            }
        }
        self.check(bucket, other, &earlier).await
    }

    async fn check(&self, bucket: &Bucket, other: &Http, earlier: &Earlier) -> Duration {
        let namespace = &self.namespace();
        let left = Rest::of(bucket, namespace).await;
        let without_content = left.check(Orphans::Allowed);
        // A delete on a tag makes the content unreadable before it takes the references away.
        let may_dangle = self.act == Act::DeleteOnTag;
        assert!(without_content.is_empty() || may_dangle, "{self:?}: {without_content:?} dangle: {left:#?}");
        for id in left.ids().difference(&without_content) {
            let text = other.text_of(namespace, id).await;
            assert!(matches!(text.as_deref(), Some("old" | "new")), "{self:?}: {id} reads {text:?}");
        }
        self.companion_is_there(other, earlier).await;
        if let Some((id, _)) = &earlier.entry {
            self.earlier_is_whole(other, id).await;
        }
        self.name_is_usable(bucket, other, &left, earlier).await
    }

    /// An entry that was acknowledged before, of the same hash, is what it was.
    async fn companion_is_there(&self, other: &Http, earlier: &Earlier) {
        let (namespace, id) = (&self.namespace(), &earlier.companion);
        assert_eq!(other.text_of(namespace, id).await.as_deref(), Some("old"), "{self:?}");
        let hash = other.get(&format!("/{namespace}/retrieve/{id}")).ok().await.json();
        let hash = hash["metadata"]["cache_hash"].as_str().unwrap().to_owned();
        let by_hash = other.text_of_hash(namespace, &hash).await;
        // An overwritten or updated entry of the same hash is newer.
        assert!(matches!(by_hash.as_deref(), Some("old" | "new")), "{self:?}: {by_hash:?}");
        let listed = other.get(&format!("/{namespace}/retrieve/hash/{hash}/refs-hash")).ok().await.text();
        assert!(listed.contains(id), "{self:?}: {id} is lost from {listed}");
    }

    /// The entry that was overwritten, updated or deleted reads one or the other, and can be deleted for good.
    async fn earlier_is_whole(&self, other: &Http, id: &str) {
        let namespace = &self.namespace();
        let text = other.text_of(namespace, id).await;
        let deletes = matches!(self.act, Act::Delete | Act::DeleteOnTag);
        match text.as_deref() {
            Some("old") => {}
            Some("new") if !deletes => {}
            None if deletes => {}
            text => panic!("{self:?}: {id} reads {text:?}"),
        }
        if deletes {
            other.delete(namespace, id).ok().await;
            assert_eq!(other.text_of(namespace, id).await, None, "{self:?}");
        }
    }

    /// Another server stores under the name, deletes that, and creates. Answers how long the store took.
    async fn name_is_usable(&self, bucket: &Bucket, other: &Http, left: &Rest, earlier: &Earlier) -> Duration {
        let namespace = &self.namespace();
        let named = self.strategy == "key_based";
        if named && earlier.entry.is_none() {
            let status = other.post(&self.store(), "created").only_if_absent().send().await.status;
            let has_content = left.contents().iter().any(|content| content.contains("key-based"));
            assert!(status == 200 || status == 412 && has_content, "{self:?}: {status}: {left:#?}");
        }
        let since = Instant::now();
        let stored = other.post(&self.store(), "later").ok().await;
        let took = since.elapsed();
        let waits = if left.has_leases() { LEASE } else { Duration::ZERO };
        assert!(took < waits + AT_ONCE_TAKES, "{self:?} made a store wait {took:?}");
        assert_eq!(other.text_of(namespace, &stored.id()).await.as_deref(), Some("later"), "{self:?}");
        assert_eq!(other.text_of_hash(namespace, &stored.hash()).await.as_deref(), Some("later"), "{self:?}");
        if named {
            assert_eq!(other.post(&self.store(), "created").only_if_absent().send().await.status, 412, "{self:?}");
            assert!(other.delete(namespace, &stored.id()).ok().await.has_deleted());
            other.post(&self.store(), "created").only_if_absent().ok().await;
        }
        // Nothing dangles now either.
        let taken_over = Rest::of(bucket, namespace).await.check(Orphans::Allowed);
        for id in &taken_over {
            assert_eq!(other.text_of(namespace, id).await, None, "{self:?}");
        }
        took
    }
}

/// Starts a server while others go on: a server closes a connection on which nothing comes for some seconds.
async fn start(proxy: &Proxy, bucket: &Bucket) -> Server {
    let (endpoint, bucket) = (proxy.endpoint(), bucket.name().to_owned());
    tokio::task::spawn_blocking(move || Server::start(&endpoint, &bucket)).await.unwrap()
}

fn is_write(request: &Request) -> bool {
    matches!(request.method.as_str(), "PUT" | "POST" | "DELETE")
}

/// Kills a server before each write of each act.
async fn killed_before_each_write(acts: &[(Act, &'static str, Sent)]) {
    let Some(s3) = Product::Moto.shared() else { return };
    let bucket = s3.new_bucket().await;
    let server = Server::start(s3.endpoint(), bucket.name());
    let other = server.http();
    let (bucket, other) = (&bucket, &other);
    let mut counted = Vec::new();
    for (act, strategy, sent) in acts {
        let case = Case { act: *act, strategy, sent: *sent, before: 0 };
        counted.push((case, case.writes(s3.endpoint(), bucket).await));
    }
    let cases: Vec<Case> = counted
        .into_iter()
        .inspect(|(case, writes)| println!("{:?} {}: {writes} writes", case.act, case.strategy))
        .flat_map(|(case, writes)| (1..=writes).map(move |before| Case { before, ..case }))
        .collect();
    let kills = cases.len();
    let run = |case: Case| async move { (case.run(s3.endpoint(), bucket, other).await, case) };
    let took: Vec<_> = stream::iter(cases).map(run).buffer_unordered(AT_ONCE).collect().await;
    let slowest = took.iter().max_by_key(|(took, _)| *took).unwrap();
    println!("{kills} kills; the slowest store after one took {slowest:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_killed_in_a_store_leaves_orphans_at_most() {
    let strategies = ["direct", "temporal", "temporal_latest", "temporal_versioned", "key_based"];
    killed_before_each_write(&strategies.map(|strategy| (Act::Store, strategy, Sent::Lost))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_killed_in_a_create_leaves_orphans_at_most() {
    let both = [Sent::Lost, Sent::Late];
    killed_before_each_write(&both.map(|sent| (Act::Create, "key_based", sent))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_killed_in_an_overwriting_store_leaves_orphans_at_most() {
    let acts = [
        (Act::Overwrite, "key_based", Sent::Lost),
        (Act::Overwrite, "key_based", Sent::Late),
        (Act::Overwrite, "temporal_latest", Sent::Lost),
    ];
    killed_before_each_write(&acts).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_killed_in_an_update_leaves_the_old_or_the_new_content() {
    let acts = [
        (Act::Update, "key_based", Sent::Lost),
        (Act::Update, "key_based", Sent::Late),
        (Act::Update, "temporal_latest", Sent::Lost),
        (Act::Update, "temporal_versioned", Sent::Late),
    ];
    killed_before_each_write(&acts).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_killed_in_a_delete_leaves_orphans_at_most() {
    let acts = [
        (Act::Delete, "key_based", Sent::Lost),
        (Act::Delete, "key_based", Sent::Late),
        (Act::DeleteOnTag, "key_based", Sent::Lost),
        (Act::Delete, "temporal_latest", Sent::Lost),
    ];
    killed_before_each_write(&acts).await;
}
