//! Many writers at once: no id is lost, no reference dangles, and every path has one owner.

use std::cell::RefCell;
use std::collections::BTreeSet;

use cache_tests::{Engine, TestServer, each_engine};
use futures::future::join_all;
use serde_json::{Value, json};

/// The texts of a list.
fn texts(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|item| item.as_str().unwrap().to_owned()).collect()
}

each_engine!(two_hundred_concurrent_stores_of_one_content_lose_no_id);
async fn two_hundred_concurrent_stores_of_one_content_lose_no_id(engine: Engine) {
    let server = engine.start();
    let store = |_| server.post("/ns/direct/store/string").text("the same").stored();
    let stored = join_all((0..200).map(store)).await;
    let expected: BTreeSet<String> = stored.iter().map(|entry| entry.cache_id.clone()).collect();
    let address = format!("/ns/retrieve/hash/{}", stored[0].cache_hash);
    let refs = server.get(format!("{address}/refs-hash")).value().await;
    let listed: Vec<&str> =
        refs["cache_ids"].as_array().unwrap().iter().map(|entry| entry["cache_id"].as_str().unwrap()).collect();
    assert_eq!(listed.len(), 200);
    assert_eq!(listed.iter().map(|id| (*id).to_owned()).collect::<BTreeSet<_>>(), expected);
    assert_eq!(refs["total_versions"], 200);
    assert_eq!(refs["latest_id"], *listed.last().unwrap());
    assert_eq!(texts(&server.get("/ns/file-ids").value().await), expected.into_iter().collect::<Vec<_>>());
}

each_engine!(concurrent_deletes_of_one_content_leave_nothing);
async fn concurrent_deletes_of_one_content_leave_nothing(engine: Engine) {
    let server = engine.start();
    let store = |_| server.post("/ns/temporal_latest/store/string").text("the same").stored();
    let stored = join_all((0..60).map(store)).await;
    let delete = |entry: &cache_tests::Stored| server.delete(format!("/ns/delete/{}", entry.cache_id)).value();
    let answers = join_all(stored.iter().map(delete)).await;
    for answer in answers {
        assert_eq!(answer["status"], "success", "{answer}");
    }
    assert_eq!(server.get("/admin/storage/files/all/").value().await["files"], json!([]));
}

each_engine!(of_concurrent_deletes_of_one_entry_one_finds_it);
async fn of_concurrent_deletes_of_one_entry_one_finds_it(engine: Engine) {
    let server = engine.start();
    let entry = server.post("/ns/temporal_versioned/store/string").text("text").stored().await;
    let delete = |_| server.delete(format!("/ns/delete/{}", entry.cache_id)).value();
    let answers = join_all((0..20).map(delete)).await;
    assert_eq!(answers.iter().filter(|answer| answer["status"] == "success").count(), 1);
    assert_eq!(answers.iter().filter(|answer| answer["status"] == "not_found").count(), 19);
    assert_eq!(server.get("/admin/storage/files/all/").value().await["files"], json!([]));
}

each_engine!(concurrent_versions_of_one_file_are_numbered_without_a_gap);
async fn concurrent_versions_of_one_file_are_numbered_without_a_gap(engine: Engine) {
    let server = engine.start();
    let store =
        |n: usize| server.post("/ns/temporal_versioned/store/string/k?file_id=f").text(format!("version {n}")).stored();
    let stored = join_all((0..30).map(store)).await;
    for (n, entry) in stored.iter().enumerate() {
        let read = server.get(format!("/ns/retrieve/{}/string", entry.cache_id)).ok().await.text();
        assert_eq!(read, format!("version {n}"));
    }
    let folders = texts(&server.get("/admin/storage/folders/ns/data/temporal-versioned/versions").value().await);
    let expected: BTreeSet<String> = (1..=30).map(|n| format!("v{n}")).collect();
    assert_eq!(folders.into_iter().collect::<BTreeSet<_>>(), expected);
}

/// What is in a namespace, checked as a whole.
struct Whole {
    files: BTreeSet<String>,
}

impl Whole {
    async fn read(server: &TestServer) -> Self {
        let listed = server.get("/admin/storage/files/all/ns").value().await;
        Self { files: texts(&listed["files"]).into_iter().collect() }
    }

    async fn document(server: &TestServer, path: &str) -> Value {
        server.get(format!("/admin/storage/file/json/{path}")).value().await
    }

    fn below(&self, folder: &str) -> Vec<String> {
        self.files.iter().filter(|file| file.starts_with(folder)).cloned().collect()
    }

    /// Every id of every hash has its reference, and every reference is one of its hash's.
    async fn hashes_and_ids_agree(&self, server: &TestServer) {
        let mut of_hashes = BTreeSet::new();
        for file in self.below("ns/refs/by-hash/") {
            let reference = Self::document(server, &file).await;
            let ids = reference["cache_ids"].as_array().unwrap();
            assert!(!ids.is_empty(), "{file} names no entry");
            assert_eq!(reference["total_versions"], ids.len(), "{file}");
            assert_eq!(reference["latest_id"], ids.last().unwrap()["cache_id"], "{file}");
            for id in ids {
                let id = id["cache_id"].as_str().unwrap().to_owned();
                assert!(of_hashes.insert(id.clone()), "{id} is named twice");
            }
        }
        let ids: BTreeSet<String> = texts(&server.get("/ns/file-ids").value().await).into_iter().collect();
        assert_eq!(of_hashes, ids, "ids named by hashes, and id references");
    }

    /// Every content has both sidecars and an owner with a reference, and there is nothing beside that.
    async fn contents_have_owners(&self, server: &TestServer) {
        for file in self.below("ns/data/") {
            let content = file.trim_end_matches(".config").trim_end_matches(".metadata");
            for suffix in ["", ".config", ".metadata"] {
                assert!(self.files.contains(&format!("{content}{suffix}")), "{file} without {content}{suffix}");
            }
            let metadata = Self::document(server, &format!("{content}.metadata")).await;
            let owner = metadata["data"]["cache_id"].as_str().unwrap();
            let reference = server.get(format!("/ns/retrieve/{owner}/refs")).value().await;
            let files = texts(&reference["file_paths"]["content_files"]);
            assert!(files.iter().any(|file| file == content), "{owner} does not name {content}");
            assert_eq!(reference["cache_hash"], metadata["data"]["cache_hash"], "{content}");
        }
    }
}

/// Numbers that look random and are the same on every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// Stores, updates and deletes entries of one path, some of them by others' ids.
async fn storm(server: &TestServer, store: &str, seed: u64, ids: &RefCell<Vec<String>>) {
    let mut dice = Dice(seed);
    for _ in 0..12 {
        let some_id = |dice: &mut Dice| {
            let ids = ids.borrow();
            (!ids.is_empty()).then(|| ids[usize::try_from(dice.roll(ids.len() as u64)).unwrap()].clone())
        };
        match (dice.roll(4), some_id(&mut dice)) {
            (0, Some(id)) => {
                let answer = server.delete(format!("/ns/delete/{id}")).await;
                assert_eq!(answer.status(), 200, "{}", answer.text());
            }
            (1, Some(id)) => {
                let answer = server.post(format!("/ns/update/{id}/json")).json(json!({"updated": seed})).await;
                assert!(matches!(answer.status(), 200 | 404), "{}", answer.text());
            }
            _ => {
                // A few different contents, so that entries share hashes and do not.
                let entry = server.post(store).json(json!({"content": dice.roll(3)})).stored().await;
                ids.borrow_mut().push(entry.cache_id);
            }
        }
    }
}

async fn is_whole_after_a_storm(engine: Engine, store: &str) {
    let server = engine.start();
    let ids = RefCell::new(Vec::new());
    join_all((1..=10).map(|seed| storm(&server, store, seed, &ids))).await;
    let whole = Whole::read(&server).await;
    whole.hashes_and_ids_agree(&server).await;
    whole.contents_have_owners(&server).await;
    // Whatever was deleted last: with one more store, every entry that is left reads the content of the one owner.
    let last = server.post(store).json(json!({"content": "the last"})).stored().await;
    for id in texts(&server.get("/ns/file-ids").value().await) {
        let read = server.get(format!("/ns/retrieve/{id}")).value().await;
        if !store.contains("versioned") {
            assert_eq!(read["data"], json!({"content": "the last"}), "{id}");
            assert_eq!(read["metadata"]["cache_id"], last.cache_id.as_str(), "{id}");
        }
    }
    // And when all are deleted, nothing is left.
    for id in texts(&server.get("/ns/file-ids").value().await) {
        server.delete(format!("/ns/delete/{id}")).ok().await;
    }
    assert_eq!(server.get("/admin/storage/files/all/").value().await["files"], json!([]));
}

each_engine!(a_storm_over_one_key_leaves_everything_whole);
async fn a_storm_over_one_key_leaves_everything_whole(engine: Engine) {
    is_whole_after_a_storm(engine, "/ns/key_based/store/json/hot/key?file_id=f").await;
}

each_engine!(a_storm_over_one_latest_file_leaves_everything_whole);
async fn a_storm_over_one_latest_file_leaves_everything_whole(engine: Engine) {
    is_whole_after_a_storm(engine, "/ns/temporal_latest/store/json/hot/key?file_id=f").await;
}

each_engine!(a_storm_over_one_versioned_file_leaves_everything_whole);
async fn a_storm_over_one_versioned_file_leaves_everything_whole(engine: Engine) {
    is_whole_after_a_storm(engine, "/ns/temporal_versioned/store/json/hot/key?file_id=f").await;
}

each_engine!(children_stored_while_their_entry_is_deleted_do_not_outlive_it);
async fn children_stored_while_their_entry_is_deleted_do_not_outlive_it(engine: Engine) {
    let server = engine.start();
    for round in 0..5 {
        let entry = server.post("/ns/key_based/store/string/k?file_id=f").text(format!("{round}")).stored().await;
        let child = |n: usize| {
            let route = format!("/ns/cache/{}/data/store/string/child-{n}", entry.cache_id);
            server.post(route).text("child").into_future()
        };
        let delete = server.delete(format!("/ns/delete/{}", entry.cache_id)).into_future();
        let mut requests: Vec<_> = (0..15).map(child).collect();
        requests.insert(7, delete);
        for answer in join_all(requests).await {
            assert!(matches!(answer.status(), 200 | 404), "{}", answer.text());
        }
        let left = server.get("/admin/storage/files/all/").value().await;
        assert_eq!(left["files"], json!([]), "round {round}");
    }
}

/// So many clients ask at once, each with its own number; all of them must be answered with 200.
async fn all_at_once(engine: Engine, ask: impl Fn(usize) -> cache_tests::Request) {
    let clients = engine.of_many(256);
    for answer in join_all((0..clients).map(|n| ask(n).into_future())).await {
        assert_eq!(answer.status(), 200, "{}", answer.text());
    }
}

each_engine!(of_many_updates_of_one_entry_none_is_refused);
async fn of_many_updates_of_one_entry_none_is_refused(engine: Engine) {
    // On a bucket an update is a condition on what it replaces, which the others keep changing.
    if engine == Engine::S3 {
        return;
    }
    let server = engine.start();
    for strategy in ["direct", "temporal_latest", "temporal_versioned", "key_based"] {
        let entry = server.post(format!("/ns/{strategy}/store/string/k?file_id=f")).text("first").stored().await;
        let update = |n| server.post(format!("/ns/update/{}/string", entry.cache_id)).text(format!("update {n}"));
        all_at_once(engine, update).await;
        let last = server.get(format!("/ns/retrieve/{}/string", entry.cache_id)).ok().await.text();
        assert!(last.starts_with("update "), "{last}");
        // Every copy is of the same update.
        for file in texts(&server.get("/admin/storage/files/all/ns/data").value().await["files"]) {
            if file.contains(&strategy.replace('_', "-")) && file.ends_with(".json") {
                let copy = server.get(format!("/admin/storage/file/json/{file}")).value().await;
                assert_eq!(copy, last.as_str(), "{file}");
            }
        }
    }
}

each_engine!(of_many_updates_of_one_child_file_none_is_refused);
async fn of_many_updates_of_one_child_file_none_is_refused(engine: Engine) {
    if engine == Engine::S3 {
        return;
    }
    let server = engine.start();
    let entry = server.post("/ns/temporal_latest/store/string/k?file_id=f").text("entry").stored().await;
    let child = format!("/ns/cache/{}/data", entry.cache_id);
    server.post(format!("{child}/store/string/c")).text("first").ok().await;
    all_at_once(engine, |n| server.post(format!("{child}/update/string/c")).text(format!("update {n}"))).await;
    assert!(server.get(format!("{child}/string/c")).ok().await.text().starts_with("update "));
}

each_engine!(of_many_stores_of_one_versioned_file_none_is_refused);
async fn of_many_stores_of_one_versioned_file_none_is_refused(engine: Engine) {
    let server = engine.start();
    let store = |n: usize| match n % 2 {
        0 => server.post("/ns/temporal_versioned/store/string/k?file_id=f").text(format!("version {n}")),
        _ => server.post("/ns/temporal_versioned/store/binary/k?file_id=f").bytes(format!("version {n}")),
    };
    all_at_once(engine, store).await;
    let folders = texts(&server.get("/admin/storage/folders/ns/data/temporal-versioned/versions").value().await);
    let expected: BTreeSet<String> = (1..=engine.of_many(256)).map(|n| format!("v{n}")).collect();
    assert_eq!(folders.into_iter().collect::<BTreeSet<_>>(), expected);
}

each_engine!(of_many_conditional_updates_one_wins_each_round);
async fn of_many_conditional_updates_one_wins_each_round(engine: Engine) {
    let server = engine.start();
    let entry = server.post("/ns/key_based/store/string/k?file_id=f").text("first").stored().await;
    for round in 0..3 {
        let tag = server.get(format!("/ns/retrieve/{}/string", entry.cache_id)).ok().await.tag();
        let update = |n| {
            let update = server.post(format!("/ns/update/{}/string", entry.cache_id)).text(format!("{round}: {n}"));
            update.header("if-match", tag.clone())
        };
        let answers = join_all((0..engine.of_many(256)).map(|n| update(n).into_future())).await;
        let winners: Vec<usize> = (0..answers.len()).filter(|n| answers[*n].status() == 200).collect();
        assert_eq!(winners.len(), 1, "round {round}");
        assert!(answers.iter().all(|answer| matches!(answer.status(), 200 | 412)));
        let last = server.get(format!("/ns/retrieve/{}/string", entry.cache_id)).ok().await.text();
        assert_eq!(last, format!("{round}: {}", winners[0]));
    }
}

/// What is known of the versions of a file: number and kind of those that are there.
type Known = std::collections::BTreeMap<u32, (&'static str, String)>;

/// Stores and deletes versions of one file id in an order that looks random; every store must get the number after the highest
/// that is there.
async fn versions_follow_the_model(server: &TestServer, seed: u64, steps: usize) {
    let mut dice = Dice(seed);
    let mut model = Known::new();
    let path = format!("/ns/temporal_versioned/store/{{}}/k?file_id=f{seed}");
    for step in 0..steps {
        // Mostly stores at first, mostly deletions at last, of the newest more often than of others.
        let deletes = dice.roll(steps as u64) < step as u64 * 3 / 4;
        if deletes && !model.is_empty() {
            let newest = model.len() - 1;
            let at = if dice.roll(2) == 0 { newest } else { usize::try_from(dice.roll(model.len() as u64)).unwrap() };
            let version = *model.keys().nth(at).unwrap();
            let (_, id) = model.remove(&version).unwrap();
            server.delete(format!("/ns/delete/{id}")).ok().await;
            continue;
        }
        let kind = ["string", "json", "binary"][usize::try_from(dice.roll(3)).unwrap()];
        let store = server.post(path.replace("{}", kind));
        let stored = match kind {
            "string" => store.text(format!("{seed} {step}")).stored().await,
            "json" => store.json(json!({ "step": step })).stored().await,
            _ => store.bytes(format!("{seed} {step}")).stored().await,
        };
        let refs = server.get(format!("/ns/retrieve/{}/refs", stored.cache_id)).value().await;
        let first = texts(&refs["file_paths"]["content_files"]).remove(0);
        let expected = model.keys().next_back().map_or(1, |highest| highest + 1);
        assert!(first.contains(&format!("/versions/v{expected}/")), "step {step} of {seed}: {first}, not {expected}");
        model.insert(expected, (kind, stored.cache_id));
    }
}

each_engine!(a_version_follows_the_highest_of_any_kind_whatever_was_deleted);
async fn a_version_follows_the_highest_of_any_kind_whatever_was_deleted(engine: Engine) {
    let server = engine.start();
    for seed in 1..=engine.of_many(12) as u64 / 2 {
        versions_follow_the_model(&server, seed, 40).await;
    }
}

each_engine!(versions_go_on_when_the_newest_of_one_kind_is_deleted);
async fn versions_go_on_when_the_newest_of_one_kind_is_deleted(engine: Engine) {
    let server = engine.start();
    let store = || server.post("/ns/temporal_versioned/store/json/k?file_id=f").json(json!({"a": 1})).stored();
    server.post("/ns/temporal_versioned/store/binary/k?file_id=f").bytes("first").stored().await;
    let mut newest = store().await;
    for _ in 0..69 {
        newest = store().await;
    }
    server.delete(format!("/ns/delete/{}", newest.cache_id)).ok().await;
    let next = store().await;
    let refs = server.get(format!("/ns/retrieve/{}/refs", next.cache_id)).value().await;
    assert!(texts(&refs["file_paths"]["content_files"])[0].contains("/versions/v71/"), "{refs}");
}

each_engine!(deleting_a_child_spares_an_entry_of_its_name);
async fn deleting_a_child_spares_an_entry_of_its_name(engine: Engine) {
    let server = engine.start();
    let parent = server.post("/ns/key_based/store/json/k?file_id=f").json(json!({"a": 1})).stored().await;
    let other = server.post("/ns/key_based/store/json/k/f/data?file_id=c").json(json!({"b": 2})).stored().await;
    let deleted = server.delete(format!("/ns/cache/{}/data/delete/json/c", parent.cache_id)).await;
    assert_eq!(deleted.status(), 404, "{}", deleted.text());
    assert_eq!(server.get(format!("/ns/retrieve/{}/json", other.cache_id)).value().await, json!({"b": 2}));
}
