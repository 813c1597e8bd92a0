//! What must hold after a crash, whenever it came.

use std::collections::{HashMap, HashSet};

use futures::future::join_all;
use futures::stream::{self, StreamExt as _};

use crate::load::{Entry, Ledger, Life, NAMESPACE, Sharing, was_whole};
use crate::server::{Answer, Ask, Http};
use crate::values::{Content, Kind};

/// How many requests are sent at a time.
const AT_ONCE: usize = 16;

/// Checks everything, and finishes what the crash left unsure, so that the ledgers are sure again.
pub(crate) async fn all(http: &Http, ledgers: &mut [Ledger]) {
    let there = references_are_whole(http).await;
    join_all(ledgers.iter_mut().map(|ledger| ledger_holds(http, ledger, &there))).await;
}

/// What the server holds: the entry of each name that was created conditionally.
#[derive(Debug, Default)]
struct There {
    created: HashMap<String, Content>,
}

/// Every id reference leads to content and sidecars that are whole, and every hash reference to ids that are there.
async fn references_are_whole(http: &Http) -> There {
    let names = |answer: Answer| -> Vec<String> {
        assert_eq!(answer.status, 200, "{answer:?}");
        serde_json::from_slice(&answer.body).unwrap()
    };
    let ids = names(http.get(format!("/{NAMESPACE}/file-ids")).await);
    let whole: Vec<_> = stream::iter(&ids).map(|id| id_is_whole(http, id)).buffer_unordered(AT_ONCE).collect().await;
    let mut there = There::default();
    there.created.extend(whole.into_iter().flatten());

    let ids: HashSet<String> = ids.into_iter().collect();
    let hashes = names(http.get(format!("/{NAMESPACE}/file-hashes")).await);
    let leads = |hash: &String| {
        let path = format!("/{NAMESPACE}/retrieve/hash/{hash}");
        let ids = &ids;
        async move {
            let reference = http.get(format!("{path}/refs-hash")).await;
            assert_eq!(reference.status, 200, "{path}: {reference:?}");
            for entry in reference.json()["cache_ids"].as_array().unwrap() {
                let id = entry["cache_id"].as_str().unwrap();
                assert!(ids.contains(id), "{path} names {id}, which has no id reference");
            }
            assert_eq!(http.get(path).await.status, 200);
        }
    };
    stream::iter(&hashes).map(leads).buffer_unordered(AT_ONCE).collect::<Vec<()>>().await;
    there
}

/// Checks one id, and tells the name and content of an entry that was created conditionally.
async fn id_is_whole(http: &Http, id: &str) -> Option<(String, Content)> {
    let path = format!("/{NAMESPACE}/retrieve/{id}");
    let config = http.get(format!("{path}/config")).await;
    assert_eq!(config.status, 200, "{path}/config: {config:?}");
    let metadata = http.get(format!("{path}/metadata")).await;
    assert_eq!(metadata.status, 200, "{path}/metadata: {metadata:?}");
    let metadata = metadata.json();
    let generic = http.get(path.clone()).await;
    assert_eq!(generic.status, 200, "{path}: {generic:?}");
    let generic = generic.json();
    let text = match generic["data_type"].as_str().unwrap() {
        "string" => generic["data"].as_str().unwrap().to_owned(),
        "json" => generic["data"]["text"].as_str().unwrap().to_owned(),
        _ => http.get(format!("{path}/binary")).await.text(),
    };
    let Some(content) = Content::whole(&text) else { panic!("{path} is torn: {text:.100}") };
    let is_created = metadata["data"]["cache_key"] == "created";
    is_created.then(|| (metadata["data"]["file_id"].as_str().unwrap().to_owned(), content))
}

/// Everything that was acknowledged to one task is there.
async fn ledger_holds(http: &Http, ledger: &mut Ledger, there: &There) {
    for at in 0..ledger.entries.len() {
        let entry = ledger.entries[at].clone();
        match entry.life {
            Life::Live => {
                let seen = is_live(http, &entry, &ledger.files[entry.file]).await;
                // From now on it is known what an update without an answer has done.
                ledger.files[entry.file] = vec![seen];
            }
            Life::Unsure => {
                finish_delete(http, &entry).await;
                is_gone(http, &entry).await;
                ledger.entries[at].life = Life::Deleted;
            }
            Life::Deleted => is_gone(http, &entry).await,
        }
    }
    for at in 0..ledger.creates.len() {
        let create = ledger.creates[at].clone();
        let again = http.send(create.ask()).await;
        let content = there.created.get(&create.name);
        match content {
            Some(content) => {
                assert_eq!(again.status, 412, "{create:?} is there: {again:?}");
                assert!(create.acknowledged || *content == create.content, "{create:?} reads {content:?}");
            }
            None => {
                assert!(!create.acknowledged, "{create:?} is lost");
                assert_eq!(again.status, 200, "{create:?} was cut off: {again:?}");
                ledger.created(at, &again);
            }
        }
        if !create.acknowledged {
            ledger.creates[at].acknowledged = true;
        }
    }
}

async fn read(http: &Http, path: String, kind: Kind) -> (u16, Option<Content>) {
    let answer = http.get(format!("{path}/{}", kind.name())).await;
    if answer.status != 200 {
        return (answer.status, None);
    }
    let text = match kind {
        Kind::String | Kind::Binary => answer.text(),
        Kind::Json => answer.json()["text"].as_str().unwrap().to_owned(),
    };
    let Some(content) = Content::whole(&text) else { panic!("{path} is torn: {text:.100}") };
    (200, Some(content))
}

fn by_id(entry: &Entry) -> String {
    format!("/{NAMESPACE}/retrieve/{}", entry.id)
}

fn by_hash(entry: &Entry) -> String {
    format!("/{NAMESPACE}/retrieve/hash/{}", entry.hash)
}

/// The entry reads by id and by hash what it may read; tells what that is.
async fn is_live(http: &Http, entry: &Entry, may: &[Content]) -> Content {
    let (status, seen) = read(http, by_id(entry), entry.kind).await;
    let Some(seen) = seen else { panic!("{entry:?} was acknowledged and is answered {status}") };
    assert!(may.contains(&seen), "{entry:?} reads {seen:?} and not one of {may:?}");
    let at_hash = read(http, by_hash(entry), entry.kind).await;
    assert_eq!(at_hash, (200, Some(seen)), "{entry:?} by its hash");
    seen
}

/// A delete without an answer has happened, or can be done again.
async fn finish_delete(http: &Http, entry: &Entry) {
    let before = read(http, by_id(entry), entry.kind).await;
    let again = http.send(Ask::delete(format!("/{NAMESPACE}/delete/{}", entry.id))).await;
    assert_eq!(again.status, 200, "{again:?}");
    let is_right = if before.0 == 200 { was_whole(entry, &again) } else { again.json()["status"] == "not_found" };
    assert!(is_right, "{entry:?}, which was answered {}: {again:?}", before.0);
}

async fn is_gone(http: &Http, entry: &Entry) {
    assert_eq!(http.get(by_id(entry)).await.status, 404, "{entry:?} was deleted");
    if entry.sharing != Sharing::Hash {
        assert_eq!(http.get(by_hash(entry)).await.status, 404, "{entry:?} was deleted");
    }
}
