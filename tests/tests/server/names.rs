//! Names: what they are stored as, that nobody is told another name silently, and that no two things lie at one path.

use cache_client::{CacheKey, Error, Strategy};
use cache_tests::{Engine, Stored, TestServer, World, each_engine, each_transport};
use futures::future::join_all;
use serde_json::{Value, json};

const MAPPED: &str = "x-cache-name-mapped";

each_engine!(an_answer_tells_which_name_became_another_one);
async fn an_answer_tells_which_name_became_another_one(engine: Engine) {
    let server = engine.start();
    let parent = server.post("/ns/direct/store/string").text("parent").stored().await.cache_id;
    let cases = [
        ("/ns/key_based/store/string/%C3%A9t%C3%A9?file_id=f", "cache_key=_t_"),
        ("/ns/key_based/store/string/a%3Ab?file_id=f", "cache_key=a_b"),
        ("/ns/key_based/store/string/a//b/?file_id=f", "cache_key=a/b"),
        ("/ns/key_based/store/string/k?file_id=a.b", "file_id=a_b"),
        ("/n%20s/direct/store/string", "namespace=n_s"),
        (&format!("/ns/cache/{parent}/data/store/string/a%20b/f"), "data_key=a-b"),
        (&format!("/ns/cache/{parent}/data/store/string/a.b"), "data_file_id=a_b"),
    ];
    for (path, mapped) in cases {
        assert_eq!(server.post(path).text("x").ok().await.header(MAPPED), Some(mapped), "{path}");
    }
    server.post("/ns/key_based/store/json/k?file_id=f&json_field_path=a%20b").json(r#"{"a_b": "x"}"#).ok().await;
    let read = server.get("/n%20s/file-ids").ok().await;
    assert_eq!((read.header(MAPPED), read.json().as_array().unwrap().len()), (Some("namespace=n_s"), 1));
    for path in ["/ns/key_based/store/string/a%20b/c.d?file_id=f-1_2", "/ns/key_based/store/string/k?file_id="] {
        assert_eq!(server.post(path).text("x").ok().await.header(MAPPED), None, "{path}");
    }
}

each_engine!(a_strict_server_refuses_names_that_would_become_others);
async fn a_strict_server_refuses_names_that_would_become_others(engine: Engine) {
    let server = engine.setup().flag("--names", "strict").start();
    let parent = server.post("/ns/direct/store/string").text("parent").stored().await.cache_id;
    let paths = [
        ("/ns/key_based/store/string/%C3%A9t%C3%A9?file_id=f", "cache_key", "_t_"),
        ("/ns/key_based/store/string/a//b?file_id=f", "cache_key", "a/b"),
        ("/ns/key_based/store/string/k?file_id=a%3Fb", "file_id", "a_b"),
        ("/n%20s/direct/store/string", "namespace", "n_s"),
        (&format!("/ns/cache/{parent}/data/store/string/a%20b/f"), "data_key", "a-b"),
    ];
    for (path, field, stored) in paths {
        let refusal = server.post(path).text("x").refused(400).await;
        let about = &refusal["detail"][0];
        assert_eq!(about["loc"][1], field, "{refusal}");
        assert_eq!(about["msg"], format!("would be stored as {stored:?}"), "{refusal}");
    }
    server.get("/n%20s/file-ids").refused(400).await;
    assert_eq!(server.get("/ns/file-ids").value().await, json!([parent]));
    server.post("/ns/key_based/store/string/a%20b/c.d?file_id=f-1").text("x").stored().await;
}

each_transport!(the_client_sends_no_name_that_would_become_another);
async fn the_client_sends_no_name_that_would_become_another(world: World) {
    let store = |key: &str| world.client.store().string("ns", Strategy::KeyBased, "x").key(key);
    let error = store("été").send().await.unwrap_err();
    assert!(matches!(error, Error::InvalidInput { .. }) && error.to_string().contains(r#""_t_""#), "{error}");
    let ids: Vec<_> = world.client.namespace().ids("ns").all().await.unwrap();
    assert!(ids.is_empty());
    let parsed = CacheKey::parse("été").unwrap();
    world.client.store().string("ns", Strategy::KeyBased, "x").key(parsed).send().await.unwrap();
}

/// The parent, with the key `album` and the file id `one`.
async fn parent(server: &TestServer) -> Stored {
    server.post("/ns/key_based/store/string/album?file_id=one").text("parent").stored().await
}

const INSIDE: &str = "/ns/key_based/store/json/album/one/data/notes?file_id=first";

fn is_conflict(refusal: &Value) {
    assert_eq!(refusal["detail"]["error_type"], "PATH_CONFLICT", "{refusal}");
    assert!(refusal["detail"]["message"].as_str().unwrap().contains("album/one/data/notes/first.json"), "{refusal}");
}

each_engine!(a_child_file_does_not_replace_an_entry_at_its_path);
async fn a_child_file_does_not_replace_an_entry_at_its_path(engine: Engine) {
    for prefix in ["", "below/here"] {
        keeps_entry(&engine.setup().flag("--storage-prefix", prefix).start()).await;
    }
}

async fn keeps_entry(server: &TestServer) {
    let parent = parent(server).await;
    let entry = server.post(INSIDE).json(r#"{"entry": 1}"#).stored().await;
    let data = format!("/ns/cache/{}/data", parent.cache_id);
    is_conflict(&server.post(format!("{data}/store/json/notes/first")).json("{}").refused(409).await);
    server.post(format!("{data}/update/json/notes/first")).json("{}").refused(404).await;
    server.delete(format!("{data}/delete/json/notes/first")).refused(404).await;
    server.delete(format!("{data}/delete/all")).ok().await;
    let read = server.get(format!("/ns/retrieve/{}/json", entry.cache_id)).value().await;
    assert_eq!(read, json!({"entry": 1}));
    // Others have paths of their own.
    server.post(format!("{data}/store/string/notes/first")).text("x").ok().await;
    server.post(format!("{data}/store/binary/notes/first")).bytes("x").ok().await;
    server.delete(format!("/ns/delete/{}", entry.cache_id)).ok().await;
    server.post(format!("{data}/store/json/notes/first")).json("{}").ok().await;
}

each_engine!(an_entry_does_not_replace_a_child_file_at_its_path);
async fn an_entry_does_not_replace_a_child_file_at_its_path(engine: Engine) {
    let server = engine.setup().clock_at(1_800_000_000_000).start();
    let parent = parent(&server).await;
    let data = format!("/ns/cache/{}/data", parent.cache_id);
    server.post(format!("{data}/store/json/notes/first")).json(r#"{"child": 1}"#).ok().await;
    server.post(format!("{data}/store/binary/direct")).bytes("child").ok().await;
    // A create may take over what a crash left, but no child file.
    server.advance(3_600_000);
    is_conflict(&server.post(INSIDE).json("{}").refused(409).await);
    is_conflict(&server.post(INSIDE).json("{}").header("if-none-match", "*").refused(409).await);
    is_conflict(&server.post(INSIDE).json("{}").header("if-match", "*").refused(409).await);
    server.post("/ns/key_based/store/binary/album/one/data?file_id=direct").bytes("x").refused(409).await;
    assert_eq!(server.get(format!("{data}/json/notes/first")).value().await, json!({"child": 1}));
    assert_eq!(server.get(format!("{data}/binary/direct")).ok().await.text(), "child");
    assert_eq!(server.get("/ns/file-ids").value().await, json!([parent.cache_id]));
    server.delete(format!("{data}/delete/json/notes/first")).ok().await;
    let entry = server.post(INSIDE).json("{}").stored().await;
    // It is the entry's place now, which later stores may take.
    server.post(INSIDE).json("{}").stored().await;
    server.delete(format!("/ns/delete/{}", entry.cache_id)).ok().await;
}

each_engine!(of_an_entry_and_a_child_file_for_one_path_one_is_refused);
async fn of_an_entry_and_a_child_file_for_one_path_one_is_refused(engine: Engine) {
    let server = engine.start();
    let parent = parent(&server).await;
    for round in 0..engine.of_many(10) {
        let child = format!("/ns/cache/{}/data/store/json/r{round}/f", parent.cache_id);
        let entry = format!("/ns/key_based/store/json/album/one/data/r{round}?file_id=f");
        let (a, b) = (server.post(&child).json(r#"{"by": "child"}"#), server.post(&entry).json(r#"{"by": "entry"}"#));
        let answers = join_all([a.into_future(), b.into_future()]).await;
        let statuses: Vec<_> = answers.iter().map(cache_tests::Answer::status).collect();
        assert!(matches!(statuses[..], [200, 409] | [409, 200]), "{statuses:?}");
        let stored = match statuses[0] {
            200 => server.get(format!("/ns/cache/{}/data/json/r{round}/f", parent.cache_id)).value().await,
            _ => {
                server
                    .get(format!("/ns/retrieve/{}/json", answers[1].json()["cache_id"].as_str().unwrap()))
                    .value()
                    .await
            }
        };
        let winner = if statuses[0] == 200 { "child" } else { "entry" };
        assert_eq!(stored["by"], winner);
    }
}

each_engine!(child_files_of_two_entries_do_not_share_a_path);
async fn child_files_of_two_entries_do_not_share_a_path(engine: Engine) {
    let server = engine.start();
    let outer = parent(&server).await;
    let data = |entry: &Stored| format!("/ns/cache/{}/data", entry.cache_id);
    let inner = server.post("/ns/key_based/store/string/album/one/data?file_id=a").text("inner").stored().await;
    server.post(format!("{}/store/string/b/f", data(&inner))).text("of the inner one").ok().await;
    for (kind, path) in [("string", "a/data/b/f"), ("string", "a/data/f"), ("json", "a/data/b/f")] {
        let store = server.post(format!("{}/store/{kind}/{path}", data(&outer)));
        let refusal = if kind == "json" { store.json("{}") } else { store.text("x") }.refused(409).await;
        assert_eq!(refusal["detail"]["error_type"], "PATH_CONFLICT", "{refusal}");
    }
    server.post(format!("{}/store/string/a/b/f", data(&outer))).text("of the outer one").ok().await;
    for key in ["/a/data", "/a/data/b"] {
        let gone = server.delete(format!("{}/delete/all{key}", data(&outer))).value().await;
        assert_eq!(gone["deleted_count"], 0, "{key}: {gone}");
    }
    server.delete(format!("{}/delete/all", data(&outer))).ok().await;
    assert_eq!(server.get(format!("{}/string/b/f", data(&inner))).ok().await.text(), "of the inner one");
}

each_engine!(a_child_file_is_not_stored_where_a_sidecar_of_an_entry_lies);
async fn a_child_file_is_not_stored_where_a_sidecar_of_an_entry_lies(engine: Engine) {
    let server = engine.start();
    let parent = parent(&server).await;
    server.post(INSIDE).json("{}").stored().await;
    server.delete("/admin/storage/file/delete/ns/data/key-based/album/one/data/notes/first.json").ok().await;
    let store = || server.post(format!("/ns/cache/{}/data/store/json/notes/first", parent.cache_id)).json("{}");
    is_conflict(&store().refused(409).await);
    is_conflict(&store().header("if-none-match", "*").refused(409).await);
}
