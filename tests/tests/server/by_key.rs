//! `key_based` entries by their key: found without a detour over a hash, and never taken for another one.

use std::future::IntoFuture as _;
use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};

use cache_server::clock::{Clock, SystemClock};
use cache_tests::{Engine, Stored, TestServer, each_engine, each_open_engine};
use serde_json::{Value, json};
use test_buckets::{Product, Proxy, Request};

async fn store(server: &TestServer, key: &str, file_id: &str, text: &str) -> Stored {
    server.post(format!("/ns/key_based/store/string/{key}?file_id={file_id}")).text(text).stored().await
}

fn id_reference(entry: &Stored) -> String {
    let id = &entry.cache_id;
    format!("ns/refs/by-id/{}/{}/{id}.json", &id[..2], &id[2..4])
}

/// Takes the reference of an entry away, as a crash in a store or a deletion leaves it.
async fn cut_off(server: &TestServer, entry: &Stored) {
    server.delete(format!("/admin/storage/file/delete/{}", id_reference(entry))).ok().await;
}

async fn is_missing(server: &TestServer, path: &str) {
    let refusal = server.get(path).refused(404).await;
    assert_eq!(refusal["detail"]["error_type"], "NOT_FOUND", "{path}: {refusal}");
    assert_eq!(refusal["detail"]["resource_type"], "cache_entry", "{path}: {refusal}");
}

/// Asks for what is refused as ambiguous; answers the names, and whether there are more.
async fn ambiguous(server: &TestServer, path: &str) -> (Vec<(String, String)>, bool) {
    let refusal = server.get(path).refused(409).await;
    let detail = &refusal["detail"];
    assert_eq!(detail["error_type"], "AMBIGUOUS", "{path}: {refusal}");
    assert!(detail["message"].as_str().unwrap().contains("'file_id' and 'kind'"), "{path}: {refusal}");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let names =
        detail["entries"].as_array().unwrap().iter().map(|entry| (text(&entry["file_id"]), text(&entry["kind"])));
    (names.collect(), detail["has_more"].as_bool().unwrap())
}

each_engine!(an_entry_is_found_by_its_key_as_it_is_by_its_id);
async fn an_entry_is_found_by_its_key_as_it_is_by_its_id(engine: Engine) {
    let server = engine.start();
    let entries = [
        store(&server, "a/text", "f", "42").await,
        server.post("/ns/key_based/store/json/a/json?file_id=f").json(r#"{"z": 1e22, "a": "é"}"#).stored().await,
        server.post("/ns/key_based/store/binary/a/binary?file_id=f").bytes(b"\x00\xff".to_vec()).stored().await,
    ];
    for (entry, (key, kind)) in entries.iter().zip([("text", "json"), ("json", "json"), ("binary", "binary")]) {
        for name in [String::new(), "file_id=f".into(), format!("kind={kind}"), format!("file_id=f&kind={kind}")] {
            for (form, by_id) in [("", ""), ("string", "/string"), ("json", "/json"), ("binary", "/binary")] {
                let by_id = server.get(format!("/ns/retrieve/{}{by_id}", entry.cache_id)).ok().await;
                let form = if form.is_empty() { String::new() } else { format!("&as={form}") };
                let by_key = server.get(format!("/ns/retrieve/key/a/{key}?{name}{form}")).ok().await;
                assert_eq!(by_key.bytes(), by_id.bytes(), "{key} {name} {form}");
                assert_eq!(by_key.tag(), by_id.tag(), "{key} {name} {form}");
                assert_eq!(by_key.header("content-type"), by_id.header("content-type"), "{key} {name} {form}");
            }
            let path = format!("/ns/retrieve/key/a/{key}?{name}&as=");
            let whole = server.get(format!("/ns/retrieve/{}", entry.cache_id)).ok().await;
            let metadata = server.get(format!("{path}metadata")).ok().await;
            assert_eq!(
                (metadata.json(), metadata.tag()),
                (whole.json()["metadata"].clone(), whole.tag()),
                "{key} {name}"
            );
            let id = json!({
                "namespace": "ns", "cache_key": format!("a/{key}"), "file_id": "f", "cache_hash": entry.cache_hash,
                "cache_id": entry.cache_id,
            });
            assert_eq!(server.get(format!("{path}cache-id")).value().await, id, "{key} {name}");
        }
    }
    // A text that is no JSON is refused as by its id.
    store(&server, "a/words", "f", "some words").await;
    let refusal = server.get("/ns/retrieve/key/a/words?as=json").refused(415).await;
    assert!(refusal["detail"].as_str().unwrap().contains("some words"), "{refusal}");
}

each_engine!(packed_bytes_are_unpacked_by_key_too);
async fn packed_bytes_are_unpacked_by_key_too(engine: Engine) {
    let server = engine.start();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(b"plain\xff").unwrap();
    let packed = packed.finish().unwrap();
    let store = server.post("/ns/key_based/store/binary/k?file_id=f").bytes(packed.clone());
    store.header("content-encoding", "gzip").stored().await;
    // The same bytes, stored as they are.
    server.post("/ns/key_based/store/binary/raw?file_id=f").bytes(packed.clone()).stored().await;
    for name in ["", "&file_id=f", "&file_id=f&kind=binary"] {
        let read = async |key: &str| server.get(format!("/ns/retrieve/key/{key}?as=binary{name}")).ok().await;
        assert_eq!(read("k").await.bytes(), b"plain\xff".as_slice(), "{name}");
        assert_eq!(read("raw").await.bytes(), packed.as_slice(), "{name}");
    }
}

each_engine!(what_a_client_has_by_key_is_not_sent_again);
async fn what_a_client_has_by_key_is_not_sent_again(engine: Engine) {
    let server = engine.start();
    store(&server, "k", "f", "1").await;
    for form in ["", "?as=string", "?as=json", "?as=binary", "?as=metadata"] {
        let path = format!("/ns/retrieve/key/k{form}");
        let tag = server.get(&path).ok().await.tag();
        for request in [server.get(&path), server.head(&path)] {
            let answer = request.header("if-none-match", &tag).await;
            assert_eq!((answer.status(), answer.bytes().len(), answer.tag()), (304, 0, tag.clone()), "{form}");
        }
        server.get(&path).header("if-none-match", "\"other\"").ok().await;
    }
    let newer = store(&server, "k", "f", "2").await;
    let answer = server.get("/ns/retrieve/key/k").ok().await;
    assert_eq!(answer.json()["metadata"]["cache_id"], newer.cache_id.as_str());
    assert_eq!(answer.tag(), format!("\"{}.{}\"", newer.tag.trim_matches('"'), newer.cache_id));
}

each_engine!(several_entries_of_a_key_are_told_and_none_is_guessed);
async fn several_entries_of_a_key_are_told_and_none_is_guessed(engine: Engine) {
    let server = engine.start();
    store(&server, "k", "a", "text of a").await;
    store(&server, "k", "b", "text of b").await;
    server.post("/ns/key_based/store/binary/k?file_id=b").bytes("bytes of b").stored().await;
    let of = |names: &[(&str, &str)]| {
        (names.iter().map(|(file, kind)| ((*file).to_owned(), (*kind).to_owned())).collect::<Vec<_>>(), false)
    };
    for form in ["", "as=string", "as=metadata", "as=cache-id"] {
        let path = |name: &str| format!("/ns/retrieve/key/k?{name}&{form}");
        let mut all = ambiguous(&server, &path("")).await;
        all.0.sort();
        assert_eq!(all, of(&[("a", "json"), ("b", "binary"), ("b", "json")]), "{form}");
        assert_eq!(ambiguous(&server, &path("kind=json")).await, of(&[("a", "json"), ("b", "json")]), "{form}");
        assert_eq!(ambiguous(&server, &path("file_id=b")).await, of(&[("b", "json"), ("b", "binary")]), "{form}");
        for name in ["file_id=a", "file_id=b&kind=json", "file_id=b&kind=binary", "kind=binary"] {
            server.get(path(name)).ok().await;
        }
        is_missing(&server, &path("file_id=a&kind=binary")).await;
        is_missing(&server, &path("file_id=c")).await;
    }
    let text = async |name: &str| server.get(format!("/ns/retrieve/key/k?as=binary&{name}")).ok().await.text();
    assert_eq!(text("file_id=a").await, "text of a");
    assert_eq!(text("file_id=b&kind=json").await, "text of b");
    assert_eq!(text("kind=binary").await, "bytes of b");
}

#[tokio::test]
async fn a_refusal_names_a_hundred_entries_at_most() {
    let server = Engine::Memory.start();
    for n in 0..100 {
        store(&server, "k", &format!("f{n}"), "text").await;
    }
    let (names, has_more) = ambiguous(&server, "/ns/retrieve/key/k").await;
    assert_eq!((names.len(), has_more), (100, false));
    store(&server, "k", "f100", "text").await;
    let (names, has_more) = ambiguous(&server, "/ns/retrieve/key/k").await;
    assert_eq!((names.len(), has_more), (100, true));
    assert_eq!(server.get("/ns/retrieve/key/k?file_id=f100&as=string").ok().await.text(), "text");
}

each_engine!(longer_keys_and_child_files_are_no_entries_of_a_key);
async fn longer_keys_and_child_files_are_no_entries_of_a_key(engine: Engine) {
    let server = engine.start();
    let entry = store(&server, "album", "one", "the entry").await;
    let other = store(&server, "album/deeper", "one", "of a longer key").await;
    for kind in ["json", "binary", "string"] {
        for path in ["child", "notes/child", "data/child"] {
            let child = server.post(format!("/ns/cache/{}/data/store/{kind}/{path}", entry.cache_id));
            if kind == "json" { child.json("{}") } else { child.text("child") }.ok().await;
        }
    }
    assert_eq!(server.get("/ns/retrieve/key/album?as=string").ok().await.text(), "the entry");
    for key in ["album/one", "album/one/data", "album/one/data/notes", "album/one/data/data", "alb", "album/deep"] {
        for name in ["", "?file_id=child", "?file_id=child&kind=json", "?file_id=child&kind=binary"] {
            for form in ["", "cache-id", "binary"] {
                let form = if form.is_empty() { String::new() } else { format!("as={form}") };
                let separator = if name.is_empty() { '?' } else { '&' };
                is_missing(&server, &format!("/ns/retrieve/key/{key}{name}{separator}{form}")).await;
            }
        }
    }
    is_missing(&server, "/other/retrieve/key/album").await;
    server.delete(format!("/ns/delete/{}", other.cache_id)).ok().await;
    is_missing(&server, "/ns/retrieve/key/album/deeper").await;
    server.delete(format!("/ns/delete/{}", entry.cache_id)).ok().await;
    is_missing(&server, "/ns/retrieve/key/album?file_id=one").await;
}

each_engine!(what_has_no_reference_is_no_entry_of_its_key);
async fn what_has_no_reference_is_no_entry_of_its_key(engine: Engine) {
    let server = engine.setup().clock_at(SystemClock.now()).start();
    let kept = store(&server, "k", "kept", "kept").await;
    let lost = store(&server, "k", "lost", "lost").await;
    server.post("/ns/key_based/store/binary/k?file_id=kept").bytes("lost too").stored().await;
    let bytes = server.get("/ns/retrieve/key/k?file_id=kept&kind=binary&as=cache-id").value().await;
    let bytes = Stored { cache_id: bytes["cache_id"].as_str().unwrap().to_owned(), ..lost.clone() };
    assert_eq!(ambiguous(&server, "/ns/retrieve/key/k").await.0.len(), 3);
    // Everything was read before: what is remembered is not believed either.
    server.get("/ns/retrieve/key/k?file_id=lost&as=string").ok().await;
    cut_off(&server, &bytes).await;
    server.delete(format!("/ns/delete/{}", lost.cache_id)).ok().await;
    server.advance(120_000);
    for name in ["", "file_id=kept", "kind=json"] {
        for form in ["as=string", "as=cache-id", ""] {
            let found = server.get(format!("/ns/retrieve/key/k?{name}&{form}")).ok().await;
            assert!(found.text().contains(if form == "as=string" { "kept" } else { kept.cache_id.as_str() }), "{name}");
        }
    }
    is_missing(&server, "/ns/retrieve/key/k?file_id=lost&kind=json&as=string").await;
}

each_open_engine!(content_without_its_documents_is_no_entry_of_its_key);
async fn content_without_its_documents_is_no_entry_of_its_key(engine: Engine) {
    let server = engine.setup().clock_at(SystemClock.now()).start();
    server.plant("ns/data/key-based/k/f.json", b"\"planted\"").await;
    server.advance(120_000);
    for name in ["", "file_id=f", "file_id=f&kind=json"] {
        for form in ["", "as=string", "as=cache-id"] {
            is_missing(&server, &format!("/ns/retrieve/key/k?{name}&{form}")).await;
        }
    }
    store(&server, "k", "f", "stored").await;
    assert_eq!(server.get("/ns/retrieve/key/k?as=string").ok().await.text(), "stored");
}

each_engine!(an_entry_that_is_stored_over_is_never_missing);
async fn an_entry_that_is_stored_over_is_never_missing(engine: Engine) {
    let server = engine.start();
    store(&server, "k", "f", "text").await;
    let is_over = AtomicBool::new(false);
    let stores = async {
        for n in 0..engine.of_many(40) {
            store(&server, "k", "f", &format!("text {n}")).await;
        }
        is_over.store(true, Ordering::SeqCst);
    };
    let reads = async {
        let names = ["file_id=f&kind=json&as=string", "file_id=f&as=string", "as=string", "file_id=f", "as=cache-id"];
        for name in names.iter().cycle() {
            let found = server.get(format!("/ns/retrieve/key/k?{name}")).ok().await.text();
            assert!(found.contains("text") || found.contains("cache_id"), "{name}: {found}");
            if is_over.load(Ordering::SeqCst) {
                return;
            }
        }
    };
    futures::join!(stores, reads);
}

/// On `s3`, where one server sees the parts of another one's store come one by one.
#[tokio::test]
async fn an_entry_is_waited_for_while_a_store_over_it_is_under_way() {
    let Some(s3) = Product::Moto.shared() else { return };
    let [of_writer, of_reader] = [Proxy::to(s3.endpoint()), Proxy::to(s3.endpoint())];
    let writer = Engine::S3.setup().on_bucket(&of_writer.endpoint(), "stored-over").start();
    let reader = Engine::S3.setup().on_bucket(&of_reader.endpoint(), "stored-over").start();
    store(&writer, "k", "f", "first").await;
    for (n, name) in ["file_id=f&kind=json", "file_id=f", "kind=json", ""].into_iter().enumerate() {
        let text = format!("text {n}");
        let is_of_reference =
            |request: &Request, method: &str| request.method == method && request.touches("/refs/by-id/");
        let mut stored = of_writer.hold_before(move |request| is_of_reference(request, "PUT"));
        let mut missed = of_reader.hold_after(move |request| is_of_reference(request, "GET"));
        let read = async {
            stored.arrived().await;
            let read = reader.get(format!("/ns/retrieve/key/k?{name}&as=string")).into_future();
            let (answer, ()) = futures::join!(read, async {
                // The content is there already, and its reference was looked for in vain.
                missed.arrived().await;
                stored.release();
                missed.release();
            });
            assert_eq!((answer.status(), answer.text()), (200, text.clone()), "{name}");
        };
        futures::join!(store(&writer, "k", "f", &text), read);
    }
}

each_engine!(a_key_may_be_named_like_a_route);
async fn a_key_may_be_named_like_a_route(engine: Engine) {
    let server = engine.start();
    let keys = [
        "string",
        "json",
        "binary",
        "metadata",
        "refs/all",
        "hash/0123456789abcdef",
        "retrieve/hash/0123456789abcdef/string",
        "key/k",
        "ids",
        "00000000-0000-4000-8000-000000000000/string",
    ];
    for key in keys {
        store(&server, key, "f", key).await;
    }
    for key in keys {
        assert_eq!(server.get(format!("/ns/retrieve/key/{key}?file_id=f&as=string")).ok().await.text(), key);
        let escaped = key.replace('/', "%2F");
        assert_eq!(server.get(format!("/ns/retrieve/key/{escaped}?as=string")).ok().await.text(), key);
    }
    // Names are mapped as a store maps them.
    store(&server, "a:b//c", "x.y", "mapped").await;
    assert_eq!(server.get("/ns/retrieve/key/a:b//c?file_id=x.y&as=string").ok().await.text(), "mapped");
    assert_eq!(server.get("/ns/retrieve/key/a_b/c?file_id=x_y&as=string").ok().await.text(), "mapped");
}

#[tokio::test]
async fn names_and_forms_that_are_none_are_refused() {
    let server = Engine::Memory.start();
    for (path, field) in [
        ("key/a%2F..%2Fb", "cache_key"),
        ("key/..%2F..%2Fsecret", "cache_key"),
        ("key/a%00b", "cache_key"),
        ("key/k?file_id=%0A", "file_id"),
        ("key/k?kind=string", "kind"),
        ("key/k?kind=", "kind"),
        ("key/k?as=xml", "as"),
        ("key/k?as=", "as"),
    ] {
        let refusal = server.get(format!("/ns/retrieve/{path}")).refused(400).await;
        assert_eq!(refusal["detail"][0]["loc"][1], field, "{path}: {refusal}");
    }
    let refusal = server.get("/ns/retrieve/key/").refused(400).await;
    assert_eq!(refusal["detail"]["error_type"], "INVALID_INPUT", "{refusal}");
    server.get("/%00/retrieve/key/k").refused(400).await;
}

#[tokio::test]
async fn a_key_with_too_many_longer_keys_wants_a_file_id() {
    let server = Engine::Memory.start();
    for n in 0..10_000 {
        server.post(format!("/ns/key_based/store/string/k/{n}?file_id=f")).text("deeper").ok().await;
    }
    is_missing(&server, "/ns/retrieve/key/k?file_id=f").await;
    assert_eq!(ambiguous(&server, "/ns/retrieve/key/k").await, (Vec::new(), true));
    store(&server, "k", "f", "text").await;
    assert_eq!(server.get("/ns/retrieve/key/k?file_id=f&as=string").ok().await.text(), "text");
}
