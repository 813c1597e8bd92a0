//! A bucket that allows so many requests a second below one prefix, as S3 does: what gets hot, and that nothing is lost by it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use cache_tests::{Engine, Stored, TestServer};
use futures::stream::{self, StreamExt as _};
use test_buckets::{Fault, Product, Proxy, Request, Rule};

/// S3 allows 3,500 writes and 5,500 reads a second below a prefix; here it is a hundredth.
const WRITES: u32 = 35;
const READS: u32 = 55;
/// How many stores, and how many at a time.
const STORES: usize = 60;
const AT_ONCE: usize = 16;
/// How often a client tries.
const TRIES: usize = 40;

/// Counts requests by folder and second, and those that were too many by folder.
#[derive(Debug, Default)]
struct Prefixes {
    requests: HashMap<(String, bool, u64), u32>,
    refused: BTreeMap<String, u32>,
}

impl Prefixes {
    fn is_too_much(&mut self, request: &Request, second: u64) -> bool {
        let Some((folder, _)) = request.path.rsplit_once('/') else { return false };
        let is_write = request.method != "GET" && request.method != "HEAD";
        let most = if is_write { WRITES } else { READS };
        let count = self.requests.entry((folder.to_owned(), is_write, second)).or_default();
        *count += 1;
        let is_too_much = *count > most;
        if is_too_much {
            *self.refused.entry(folder.to_owned()).or_default() += 1;
        }
        is_too_much
    }
}

/// Stores so many entries, by clients that try again when they are told to; answers them with their texts, and how many 503 there
/// were.
async fn store(server: &TestServer, path: &str) -> (Vec<(Stored, String)>, usize) {
    let one = async |n: usize| {
        let text = format!("{path} {n}");
        for refused in 0..TRIES {
            let answer = server.post(path).text(&text).any().await;
            match answer.status() {
                200 => return ((Stored::from(answer), text), refused),
                503 => assert!(answer.header("retry-after").is_some(), "{}", answer.text()),
                other => panic!("{other}: {}", answer.text()),
            }
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        panic!("{path} is refused for ever")
    };
    let stored: Vec<_> = stream::iter((0..STORES).map(one)).buffer_unordered(AT_ONCE).collect().await;
    let refused = stored.iter().map(|(_, refused)| refused).sum();
    (stored.into_iter().map(|(stored, _)| stored).collect(), refused)
}

#[tokio::test]
async fn what_gets_hot_first_is_the_folder_of_a_minute_or_of_a_key_and_nothing_is_lost_by_it() {
    let Some(s3) = Product::Moto.shared() else { return };
    let proxy = Proxy::to(s3.endpoint());
    let server = Engine::S3.setup().on_bucket(&proxy.endpoint(), "hot").clock_at(1_800_000_000_000).start();
    let prefixes: Arc<Mutex<Prefixes>> = Arc::default();
    for (path, hot) in [
        ("/ns/direct/store/string", None),
        ("/ns/temporal/store/string", Some("/hot/ns/data/temporal/2027/01/15/08/00")),
        ("/ns/key_based/store/string/k", Some("/hot/ns/data/key-based/k")),
    ] {
        *prefixes.lock().unwrap() = Prefixes::default();
        let (counted, begun) = (Arc::clone(&prefixes), Instant::now());
        proxy.set([Rule::new(Fault::SlowDown)
            .when(move |request| counted.lock().unwrap().is_too_much(request, begun.elapsed().as_secs()))]);
        let (acknowledged, again) = store(&server, path).await;
        proxy.heal();
        let refused = prefixes.lock().unwrap().refused.clone();
        assert_eq!(refused.keys().map(String::as_str).collect::<Vec<_>>(), Vec::from_iter(hot), "{path}: {refused:?}");
        for (entry, text) in &acknowledged {
            assert_eq!(server.get(format!("/ns/retrieve/{}/string", entry.cache_id)).ok().await.text(), *text);
            server.get(format!("/ns/retrieve/hash/{}", entry.cache_hash)).ok().await;
        }
        // It serves again at once.
        server.post(path).text("after").stored().await;
        println!(
            "{path}: {STORES} stores in {:?}, 503 to clients {again} times, by the bucket {refused:?}",
            begun.elapsed()
        );
    }
}
