//! What the console asks for: figures of namespaces, entries without their contents, counts, and finding things anywhere.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use cache_server::clock::{Clock, SystemClock};
use cache_tests::{ADMIN_KEY, Engine, KEY, TestServer, each_engine};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const STRATEGIES: [&str; 5] = ["direct", "temporal", "temporal_latest", "temporal_versioned", "key_based"];

fn ids(page: &Value) -> Vec<String> {
    let entries = page["entries"].as_array().unwrap();
    entries.iter().map(|entry| entry["cache_id"].as_str().unwrap().to_owned()).collect()
}

/// Looks through all pages of a strategy; the ids in their order, and the folders.
async fn browse(server: &TestServer, path: &str, limit: usize) -> (Vec<String>, Vec<Value>) {
    let (mut all, mut folders, mut cursor) = (Vec::new(), Vec::new(), String::new());
    for _ in 0..1000 {
        let join = if path.contains('?') { '&' } else { '?' };
        let page = server.get(format!("{path}{join}limit={limit}&cursor={}", cursor.replace('%', "%25"))).value().await;
        let on_it = ids(&page).len() + page["folders"].as_array().unwrap().len();
        assert!(on_it <= limit, "{on_it} on a page of {limit}");
        all.extend(ids(&page));
        folders.extend(page["folders"].as_array().unwrap().clone());
        match page["next"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => return (all, folders),
        }
    }
    panic!("the pages do not end")
}

each_engine!(every_strategy_is_looked_through_without_contents);
async fn every_strategy_is_looked_through_without_contents(engine: Engine) {
    let server = engine.start();
    for strategy in STRATEGIES {
        let mut stored = BTreeSet::new();
        for number in 0..5 {
            let path = format!("/ns/{strategy}/store/string/a/key?file_id=file-{number}");
            stored.insert(server.post(path).text(format!("{number}{}", "x".repeat(90))).stored().await.cache_id);
        }
        let query = if strategy == "key_based" { "?folder=a/key" } else { "" };
        let path = format!("/ns/browse/{strategy}{query}");
        for limit in [1, 2, 5, 6] {
            let (found, folders) = browse(&server, &path, limit).await;
            assert_eq!(found.len(), 5, "{strategy} by {limit}");
            assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), stored, "{strategy} by {limit}");
            assert!(folders.is_empty());
        }
        let page = server.get(&path).value().await;
        let first = &page["entries"][0];
        assert_eq!(
            (&first["cache_key"], &first["file_type"], &first["size"]),
            (&json!("a/key"), &json!("json"), &json!(93))
        );
        assert!(!page.to_string().contains("xxx"), "no content is in it");
    }
}

each_engine!(keys_are_looked_through_folder_by_folder);
async fn keys_are_looked_through_folder_by_folder(engine: Engine) {
    let server = engine.start();
    for key in ["a", "a/b", "a/bc", "a/c/d", "ab", "b"] {
        server.post(format!("/ns/key_based/store/string/{key}?file_id=f")).text(key).stored().await;
    }
    let parent = server.post("/ns/key_based/store/string/a?file_id=with-children").text("parent").stored().await;
    server.post(format!("/ns/cache/{}/data/store/json/figures", parent.cache_id)).json("{}").ok().await;
    let page = async |query: &str| {
        let page = server.get(format!("/ns/browse/key_based{query}")).value().await;
        let names = page["entries"].as_array().unwrap().iter().map(|entry| entry["file_id"].clone());
        (page["folders"].clone(), names.collect::<Value>())
    };
    assert_eq!(page("").await, (json!(["a", "ab", "b"]), json!([])));
    assert_eq!(page("?prefix=a").await, (json!(["a", "ab"]), json!([])));
    assert_eq!(page("?prefix=ab").await, (json!(["ab"]), json!([])));
    assert_eq!(page("?prefix=c").await, (json!([]), json!([])));
    assert_eq!(
        page("?folder=a").await,
        (json!(["b", "bc", "c"]), json!(["f", "with-children"])),
        "without its child files"
    );
    for limit in 1..4 {
        let (mut folders, mut entries, mut cursor) = (Vec::new(), Vec::new(), String::new());
        loop {
            let page = server.get(format!("/ns/browse/key_based?folder=a&limit={limit}&cursor={cursor}")).value().await;
            let names = page["entries"].as_array().unwrap().iter().map(|entry| entry["file_id"].clone());
            entries.extend(names);
            folders.extend(page["folders"].as_array().unwrap().clone());
            let Some(next) = page["next"].as_str() else { break };
            next.clone_into(&mut cursor);
        }
        assert_eq!(
            (json!(folders), json!(entries)),
            (json!(["b", "bc", "c"]), json!(["f", "with-children"])),
            "by {limit}"
        );
    }
    assert_eq!(page("?folder=a&prefix=w").await, (json!([]), json!(["with-children"])));
    assert_eq!(page("?folder=a/c").await, (json!(["d"]), json!([])));
    assert_eq!(page("?folder=nowhere").await, (json!([]), json!([])));
    server.get("/ns/browse/direct?folder=a").refused(400).await;
    server.get("/ns/browse/temporal?prefix=a").refused(400).await;
    server.get("/ns/browse/other").refused(400).await;
    server.get("/ns/browse/key_based?cursor=a").refused(400).await;
}

each_engine!(temporal_entries_are_looked_through_from_the_newest_back);
async fn temporal_entries_are_looked_through_from_the_newest_back(engine: Engine) {
    let server = engine.setup().clock_at(SystemClock.now()).start();
    let mut stored = Vec::new();
    // Minutes, hours, days and years apart.
    for pause in [0, 61_000, 7_200_000, 90_000_000, 40_000_000_000, 1] {
        server.advance(pause);
        stored.push(server.post("/ns/temporal/store/string").text(format!("after {pause}")).stored().await.cache_id);
    }
    stored.reverse();
    for limit in [1, 2, 4, 50] {
        let (found, _) = browse(&server, "/ns/browse/temporal", limit).await;
        // Those of one minute are in no order from page to page.
        assert_eq!(found[2..], stored[2..], "by {limit}");
        assert_eq!(found[..2].iter().collect::<BTreeSet<_>>(), stored[..2].iter().collect(), "by {limit}");
    }
}

each_engine!(namespaces_are_shown_with_what_they_hold);
async fn namespaces_are_shown_with_what_they_hold(engine: Engine) {
    let server = engine.start();
    assert_eq!(server.get("/server/namespaces").value().await, json!({ "namespaces": [], "next": null }));
    for strategy in STRATEGIES {
        server.post(format!("/every/{strategy}/store/string")).text("some text").stored().await;
    }
    let newest = server.post("/other/direct/store/string").text("text").stored().await;
    let page = server.get("/server/namespaces?limit=1").value().await;
    let every = &page["namespaces"][0];
    assert_eq!(
        (&every["namespace"], &every["entries"], &every["entries_are_cut"]),
        (&json!("every"), &json!(5), &json!(false))
    );
    // One, one, two, three and one copies, with two sidecars each.
    let files = |strategy: &str| every["by_strategy"][strategy]["files"].as_u64().unwrap();
    assert_eq!(STRATEGIES.map(files), [3, 3, 6, 9, 3]);
    assert_eq!(every["files"], 24);
    let next = page["next"].as_str().unwrap().replace('%', "%25");
    let page = server.get(format!("/server/namespaces?limit=1&cursor={next}")).value().await;
    assert_eq!((&page["namespaces"][0]["namespace"], &page["next"]), (&json!("other"), &Value::Null));
    let stored_at = server.get(format!("/other/retrieve/{}/metadata", newest.cache_id)).value().await;
    assert_eq!(page["namespaces"][0]["newest_at"], stored_at["data"]["stored_at"]);
}

each_engine!(entries_are_counted_as_a_deletion_would_find_them);
async fn entries_are_counted_as_a_deletion_would_find_them(engine: Engine) {
    let server = engine.start();
    for key in ["a/1", "a/2", "ab", "b"] {
        for strategy in ["key_based", "direct"] {
            server.post(format!("/ns/{strategy}/store/string/{key}?file_id={key}")).text("1234").stored().await;
        }
    }
    let count = async |query: &str| {
        let count = server.get(format!("/ns/count{query}")).value().await;
        (count["entries"].as_u64().unwrap(), count["bytes"].as_u64().unwrap(), count["next"].is_null())
    };
    assert_eq!(count("").await, (8, 48, true));
    assert_eq!(count("?key_prefix=a").await, (6, 36, true));
    assert_eq!(count("?key_prefix=a/").await, (4, 24, true));
    assert_eq!(count("?key_prefix=a/&strategy=direct").await, (2, 12, true));
    assert_eq!(count("?key_prefix=c").await, (0, 0, true));
    assert!(!count("?limit=3").await.2);
}

each_engine!(an_entry_is_found_in_any_namespace_by_what_is_known_of_it);
async fn an_entry_is_found_in_any_namespace_by_what_is_known_of_it(engine: Engine) {
    let server = engine.start();
    let one = server.post("/one/key_based/store/string/a/key?file_id=f").text("a text").stored().await;
    let two = server.post("/two/direct/store/json").json(r#"{"b": 1, "a": [2]}"#).stored().await;
    server.post("/three/direct/store/string").text("another").stored().await;
    let find = async |text: &str| {
        let answer = server.post("/server/find").text(text).ok().await.json();
        let found = answer["found"].as_array().unwrap().iter();
        let of = |name: &'static str| move |entry: &Value| entry[name].as_str().unwrap().to_owned();
        found.map(|entry| (of("found_by")(entry), of("namespace")(entry), of("cache_id")(entry))).collect::<Vec<_>>()
    };
    let is = |by: &str, namespace: &str, id: &str| vec![(by.to_owned(), namespace.to_owned(), id.to_owned())];
    assert_eq!(find(&two.cache_id).await, is("cache_id", "two", &two.cache_id));
    assert_eq!(find(&format!(" {} ", one.cache_hash)).await, is("cache_hash", "one", &one.cache_id));
    assert_eq!(find("a/key").await, is("cache_key", "one", &one.cache_id));
    assert_eq!(find("a text").await, is("value", "one", &one.cache_id));
    assert_eq!(find(r#"{"b":1,"a":[2]}"#).await, is("value", "two", &two.cache_id));
    assert_eq!(find("nothing of this").await, []);
    server.post("/server/find").text("").refused(400).await;
    let page = server.post("/server/find?limit=1").text(&two.cache_id).ok().await.json();
    assert!(page["next"].is_string(), "it goes on in other namespaces");
}

#[tokio::test]
async fn a_key_learns_nothing_of_namespaces_that_it_does_not_reach() {
    let folder = tempfile::tempdir().unwrap();
    let digest = |key: &str| Sha256::digest(key).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let all =
        format!("all = {{ sha256 = \"{}\", scopes = [\"read\", \"write\", \"delete\", \"admin\"] }}\n", digest(KEY));
    let mine =
        format!("mine = {{ sha256 = \"{}\", scopes = [\"read\"], namespaces = [\"mine-*\"] }}\n", digest("mine"));
    let file = folder.path().join("keys.toml");
    fs::write(&file, all + &mine).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    let server = Engine::Memory.setup().without_key().flag("--keys-file", file.to_str().unwrap()).start();
    let mut stored = Vec::new();
    for namespace in ["a", "mine-1", "mine-2", "z"] {
        stored.push(server.post(format!("/{namespace}/key_based/store/string/k")).text("text").stored().await);
    }
    let figures = server.get("/server/namespaces").header("x-api-key", "mine").value().await;
    let names: Vec<&Value> = figures["namespaces"].as_array().unwrap().iter().map(|one| &one["namespace"]).collect();
    assert_eq!((names, &figures["next"]), (vec![&json!("mine-1"), &json!("mine-2")], &Value::Null));
    let page = server.get("/server/namespaces?limit=2").header("x-api-key", "mine").value().await;
    assert_eq!(page["next"], Value::Null, "no cursor tells of another one");
    for text in ["k", "text", stored[0].cache_hash.as_str(), stored[0].cache_id.as_str(), stored[3].cache_id.as_str()] {
        let found = server.post("/server/find").text(text).header("x-api-key", "mine").ok().await.json();
        let found = found["found"].as_array().unwrap().clone();
        assert!(text != "k" || found.len() == 2, "{text}: {found:?}");
        assert!(
            found.iter().all(|entry| entry["namespace"].as_str().unwrap().starts_with("mine-")),
            "{text}: {found:?}"
        );
    }
    for path in ["/a/browse/key_based", "/a/count"] {
        assert_eq!(server.get(path).header("x-api-key", "mine").await.status(), 403, "{path}");
    }
    assert_eq!(server.get("/server/config").header("x-api-key", "mine").await.status(), 403);
}

#[tokio::test]
async fn the_configuration_is_shown_to_administrators_without_secrets() {
    let secret = "a-secret-of-sixteen-characters";
    let setup = Engine::Memory.setup().flag("--admin-api-key", ADMIN_KEY).flag("--session-secret", secret);
    let server = setup.flag("--s3-endpoint", "https://user:password@s3.example.org").start();
    assert_eq!(server.get("/server/config").await.status(), 403);
    let config = server.get("/server/config").header("x-api-key", ADMIN_KEY).ok().await;
    let text = config.text();
    for hidden in [KEY, ADMIN_KEY, secret, "password"] {
        assert!(!text.contains(hidden), "{hidden} in {text}");
    }
    let config = config.json();
    assert_eq!(config["storage_mode"], "memory");
    let setting = |name: &str| {
        let settings = config["settings"].as_array().unwrap();
        settings.iter().find(|setting| setting["name"] == name).unwrap()["value"].clone()
    };
    let shown = ["api-key", "session-secret", "keys-file", "hash-length"].map(setting);
    assert_eq!(shown, ["set", "set", "not set", "16"].map(Value::from));
}
