//! The service around the operations: keys, identifiers of requests, HEAD, unknown paths, and when it refuses to start.

use std::collections::BTreeSet;

use cache_tests::{ADMIN_KEY, Engine, KEY, each_engine};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn the_key_is_taken_from_a_header_of_any_case_or_a_cookie() {
    let server = Engine::Memory.start();
    let plain = || server.get("/info/status").without_key();
    plain().header("x-api-key", KEY).ok().await;
    plain().header("cookie", format!("x-api-key={KEY}")).ok().await;
    plain().header("cookie", format!("other=1; x-api-key={KEY}; more=2")).ok().await;
    for name in ["x-api-key", "X-API-Key", "X-Api-KEY"] {
        let answer = server.raw_with("GET /info/status", &[&format!("{name}: {KEY}")]).await;
        assert_eq!(answer.status(), 200, "{name}");
    }
}

#[tokio::test]
async fn a_request_without_the_right_key_is_refused() {
    let server = Engine::Memory.start();
    let wrong = [KEY.to_uppercase(), format!("{KEY}x"), KEY[1..].to_owned(), " ".to_owned(), "x".repeat(4000)];
    for path in ["/info/status", "/namespaces/list", "/ns/file-ids", "/admin/storage/files/all/", "/nothing/here"] {
        let refusal = server.get(path).without_key().refused(401).await;
        let expected = "Client API key is missing, you need to set it on a header or cookie";
        assert_eq!(refusal, json!({"data": null, "error": null, "message": expected, "status": "error"}), "{path}");
        for key in &wrong {
            let refusal = server.get(path).header("x-api-key", key).await;
            assert_eq!(refusal.status(), 401, "{path} with {key:?}: {}", refusal.text());
            assert_eq!(refusal.json()["status"], "error");
        }
        let refusal = server.get(path).without_key().header("cookie", "x-api-key=wrong").refused(401).await;
        assert_eq!(refusal["message"], "Invalid API key value", "{path}");
    }
    // Nothing is done before the key is checked.
    server.post("/ns/direct/store/string").text("text").without_key().refused(401).await;
    assert_eq!(server.get("/namespaces/list").value().await, json!([]));
}

#[tokio::test]
async fn the_name_of_the_key_is_configured() {
    let server = Engine::Memory.setup().flag("--api-key-name", "x-secret").start();
    server.get("/info/status").refused(401).await;
    server.get("/info/status").without_key().header("x-secret", KEY).ok().await;
    server.get("/info/status").without_key().header("cookie", format!("x-secret={KEY}")).ok().await;
}

#[tokio::test]
async fn documentation_probes_and_the_cookie_form_need_no_key() {
    let server = Engine::Memory.start();
    for path in ["/docs/", "/openapi.json", "/auth/set-cookie-form", "/health/live", "/health/ready"] {
        server.get(path).without_key().ok().await;
    }
    let page = server.get("/docs/").without_key().ok().await;
    let page = page.text();
    let loaded = page.split("src=\"").chain(page.split("href=\"")).skip(1).map(|rest| rest.split('"').next().unwrap());
    let loaded: BTreeSet<&str> = loaded.filter(|name| name.starts_with("./") || name.ends_with(".js")).collect();
    assert!(!loaded.is_empty(), "{page}");
    for file in loaded {
        server.get(format!("/docs/{}", file.trim_start_matches("./"))).without_key().ok().await;
    }
    for path in ["/docs/../ns/file-ids", "/docsx", "/openapi.json/x", "/health/live/x", "//docs"] {
        let answer = server.raw_with(&format!("GET {path}"), &[]).await;
        assert!(matches!(answer.status(), 401 | 404), "{path}: {} {}", answer.status(), answer.text());
    }
}

#[tokio::test]
async fn a_free_path_is_free_only_as_a_whole() {
    let server = Engine::Memory.start();
    let entry = server.post("/ns/direct/store/string").text("secret").stored().await;
    for path in [
        format!("/docs/../ns/retrieve/{}/string", entry.cache_id),
        format!("/docs/%2e%2e/ns/retrieve/{}/string", entry.cache_id),
        format!("/docs%2f..%2fns/retrieve/{}/string", entry.cache_id),
        format!("/ns/retrieve/{}/string?x=/docs/", entry.cache_id),
        format!("/ns/retrieve/{}/string#/docs/", entry.cache_id),
    ] {
        let answer = server.raw_with(&format!("GET {path}"), &[]).await;
        assert!(answer.status() >= 400, "{path}: {}", answer.status());
        assert!(!answer.text().contains("secret"), "{path}");
    }
}

#[tokio::test]
async fn a_key_for_administrators_opens_the_storage_and_nothing_else() {
    let server = Engine::Memory.setup().flag("--admin-api-key", ADMIN_KEY).start();
    for path in ["/admin/storage/files/all/", "/admin/storage/bucket-name", "/admin/storage/folders/"] {
        server.get(path).refused(403).await;
        server.get(path).header("x-api-key", ADMIN_KEY).ok().await;
    }
    for path in ["/admin%2fstorage/files/all/", "//admin/storage/files/all/", "/admin/./storage/files/all/"] {
        let answer = server.raw(&format!("GET {path}"), &[], b"").await;
        assert!(answer.status() >= 400, "{path}: {}", answer.text());
    }
    server.get("/info/status").ok().await;
    server.get("/info/status").header("x-api-key", ADMIN_KEY).refused(403).await;
}

#[tokio::test]
async fn a_path_with_escaped_letters_is_the_path_it_stands_for() {
    let server = Engine::Memory.setup().flag("--admin-api-key", ADMIN_KEY).start();
    for path in ["/%61dmin/storage/files/all/", "/admin/%73torage/bucket-name", "/%61%64%6d%69%6e%2f%73torage/folders/"]
    {
        let key = [&*format!("x-api-key: {KEY}")];
        let answer = server.raw_with(&format!("GET {path}"), &key).await;
        assert!(matches!(answer.status(), 401 | 403), "{path}: {} {}", answer.status(), answer.text());
    }
}

#[tokio::test]
async fn namespaces_named_like_a_page_need_a_key() {
    let server = Engine::Memory.start();
    for namespace in ["docs", "health", "auth", "metrics", "console", "openapi.json"] {
        let entry = server.post(format!("/{namespace}/direct/store/string")).text("secret").stored().await;
        let id = &entry.cache_id;
        server.post(format!("/{namespace}/direct/store/string")).text("x").without_key().refused(401).await;
        server.delete(format!("/{namespace}/delete/{id}")).without_key().refused(401).await;
        for path in ["file-ids", "file-hashes", "stats", "entries", &format!("retrieve/{id}/string")] {
            server.get(format!("/{namespace}/{path}")).without_key().refused(401).await;
            server.get(format!("/{namespace}/{path}")).ok().await;
        }
    }
}

#[tokio::test]
async fn without_a_key_everything_is_open_on_loopback() {
    let server = Engine::Memory.setup().without_key().start();
    server.get("/info/status").without_key().ok().await;
    server.get("/admin/storage/files/all/").without_key().ok().await;
    server.post("/ns/direct/store/string").text("text").without_key().stored().await;
}

#[test]
fn without_a_key_it_does_not_start_on_another_address() {
    for host in ["0.0.0.0", "::", "192.0.2.1"] {
        let refusal = Engine::Memory.setup().without_key().flag("--host", host).try_start().unwrap_err();
        assert!(refusal.contains("without an API key") && refusal.contains(host), "{refusal}");
    }
    let empty = Engine::Memory.setup().without_key().flag("--host", "0.0.0.0").flag("--api-key", "");
    assert!(empty.try_start().unwrap_err().contains("without an API key"));
}

#[test]
fn a_key_for_administrators_alone_is_refused() {
    let refusal = Engine::Memory.setup().without_key().flag("--admin-api-key", ADMIN_KEY).try_start().unwrap_err();
    assert!(refusal.contains("CACHE_SERVER__ADMIN_API_KEY"), "{refusal}");
    assert!(!refusal.contains(ADMIN_KEY), "{refusal}");
}

#[test]
fn a_hash_that_cannot_be_made_is_refused() {
    for (algorithm, length) in [("md5", "64"), ("sha256", "96"), ("sha256", "12"), ("sha384", "0")] {
        let setup = Engine::Memory.setup().flag("--hash-algorithm", algorithm).flag("--hash-length", length);
        let refusal = setup.try_start().unwrap_err();
        assert!(refusal.contains(&format!("no hash of {length} digits")), "{refusal}");
    }
}

#[tokio::test]
async fn hashes_have_the_configured_digest_and_length() {
    for (algorithm, length, expected) in [
        ("md5", "10", "5d41402abc"),
        ("md5", "32", "5d41402abc4b2a76b9719d911017c592"),
        ("sha256", "64", "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"),
        (
            "sha384",
            "96",
            "59e1748777448c69de6b800d7a33bbfb9ff1b463e44354c3553bcdb9c666fa90125a3c79f90397bdf5f6a13de828684f",
        ),
    ] {
        let server = Engine::Memory.setup().flag("--hash-algorithm", algorithm).flag("--hash-length", length).start();
        let entry = server.post("/ns/direct/store/string").text("hello").stored().await;
        assert_eq!(entry.cache_hash, expected);
        server.get(format!("/ns/retrieve/hash/{expected}")).ok().await;
    }
}

#[tokio::test]
async fn every_answer_has_an_identifier_of_its_own() {
    let server = Engine::Memory.start();
    let requests = [
        server.get("/info/status"),
        server.get("/info/status").without_key(),
        server.get("/nothing/at/all/here"),
        server.post("/info/status"),
        server.head("/info/status"),
        server.get("/ns/retrieve/x"),
        server.get("/docs/").without_key(),
        server.get("/docs").without_key(),
        server.get("/openapi.json"),
        server.get("/ns/entries"),
    ];
    let mut ids = BTreeSet::new();
    for request in requests {
        let id = request.await.header("fast-api-request-id").unwrap().to_owned();
        assert!(cache_client::CacheId::parse(&id).is_ok_and(|parsed| parsed.to_string() == id), "{id}");
        assert!(ids.insert(id));
    }
}

#[tokio::test]
async fn a_refusal_names_the_identifier_of_its_answer() {
    let server = Engine::Memory.start();
    let answer = server.get("/ns/retrieve/00000000-0000-4000-8000-000000000000").await;
    assert_eq!(answer.json()["detail"]["request_id"], answer.header("fast-api-request-id").unwrap());
}

#[tokio::test]
async fn an_unknown_path_is_a_404_in_json() {
    let server = Engine::Memory.start();
    for path in ["/nothing", "/ns/nothing", "/ns/direct/store", "/ns/direct/store/number", "/info", "/favicon.ico"] {
        for method in [Method::GET, Method::POST, Method::DELETE, Method::PUT] {
            // A path of one segment names a namespace, which can be deleted.
            if method == Method::DELETE && path.rfind('/') == Some(0) && path.len() > 1 {
                continue;
            }
            let answer = server.request(method.clone(), path).await;
            assert_eq!(
                (answer.status(), answer.header("content-type")),
                (404, Some("application/json")),
                "{method} {path}"
            );
            assert_eq!(answer.json(), json!({"detail": "Not Found"}));
        }
    }
}

#[tokio::test]
async fn a_wrong_method_is_a_405_in_json_that_names_the_right_ones() {
    let server = Engine::Memory.start();
    let id = "00000000-0000-4000-8000-000000000000";
    for (method, path, allowed) in [
        (Method::POST, "/info/status".to_owned(), "GET"),
        (Method::GET, "/ns/direct/store/string".to_owned(), "POST"),
        (Method::GET, "/ns/direct/store/json/a/key".to_owned(), "POST"),
        (Method::GET, format!("/ns/delete/{id}"), "DELETE"),
        (Method::PUT, format!("/ns/update/{id}/json"), "POST"),
        (Method::DELETE, format!("/ns/retrieve/{id}"), "GET"),
        (Method::POST, "/admin/storage/files/all/a/b".to_owned(), "GET"),
        (Method::PATCH, "/namespaces/list".to_owned(), "GET"),
    ] {
        let answer = server.request(method.clone(), &path).await;
        assert_eq!(answer.status(), 405, "{method} {path}: {}", answer.text());
        let allow = answer.header("allow").unwrap();
        let names: Vec<&str> = allow.split(", ").collect();
        assert!(names.contains(&allowed), "{method} {path}: {allow}");
        assert_eq!(names.contains(&"HEAD"), names.contains(&"GET"), "{method} {path}: {allow}");
        assert_eq!(answer.json(), json!({"detail": "Method Not Allowed"}));
    }
}

/// The paths of all operations that are read with GET, made concrete for an entry with a child.
fn readable_paths(id: &str, hash: &str) -> Vec<String> {
    let document: Value = serde_json::from_str(&cache_server::openapi()).unwrap();
    let paths = document["paths"].as_object().unwrap().iter().filter(|(_, item)| item.get("get").is_some());
    let concrete = paths.map(|(path, _)| {
        let path = path.replace("{namespace}", "ns").replace("{cache_id}", id).replace("{cache_hash}", hash);
        let path = path.replace("{data_type}", "string").replace("{data_key}", "folder");
        path.replace("{data_file_id}", "child")
            .replace("{strategy}", "key_based")
            .replace("{file_path}", "a.txt")
            .replace("{path}", "ns/refs")
            .replace("{cache_key}", "a/key")
    });
    concrete.collect()
}

each_engine!(head_is_answered_wherever_get_is);
async fn head_is_answered_wherever_get_is(engine: Engine) {
    let server = engine.start();
    let entry = server.post("/ns/temporal/store/json").json("{}").stored().await;
    server.post("/ns/key_based/store/string/a/key?file_id=f").text("text").stored().await;
    for path in ["child", "folder/child"] {
        server.post(format!("/ns/cache/{}/data/store/string/{path}", entry.cache_id)).text("text").ok().await;
    }
    let paths = readable_paths(&entry.cache_id, &entry.cache_hash);
    assert!(paths.len() > 40, "{paths:?}");
    for path in paths {
        assert!(!path.contains('{'), "{path}");
        let (get, head) = (server.get(&path).await, server.head(&path).await);
        assert_eq!((head.status(), head.bytes().len()), (get.status(), 0), "{path}");
        assert_ne!(get.status(), 405, "{path}");
        for header in ["content-type", "content-length", "etag", "x-next-cursor"] {
            // The length of an answer with the time in it may differ, and of what counts this request.
            if header != "content-length" || !(get.text().contains("timestamp") || path == "/metrics") {
                assert_eq!(head.header(header), get.header(header), "{header} of {path}");
            }
        }
    }
    server.head("/nothing").await;
    assert_eq!(server.head("/ns/direct/store/string").await.status(), 405);
}

each_engine!(the_service_tells_about_itself);
async fn the_service_tells_about_itself(engine: Engine) {
    let server = engine.setup().clock_at(1_000).flag("--default-ttl-hours", "48").start();
    let info = server.get("/server/storage/info").value().await;
    assert_eq!(info, json!({"storage_mode": engine.as_str(), "ttl_hours": 48}));
    assert_eq!(server.get("/info/health").value().await, json!({"status": "ok"}));
    let about = server.get("/info/server").value().await;
    assert_eq!(about["server_boot_time"], 1_000);
    assert!(cache_client::CacheId::parse(about["server_instance_id"].as_str().unwrap()).is_ok());
    assert_eq!(server.get("/info/status").value().await["status"], "operational");
    let bucket = server.get("/admin/storage/bucket-name").value().await["bucket-name"].as_str().unwrap().to_owned();
    assert!(if engine == Engine::S3 { bucket.starts_with("server-") } else { bucket == "NA" }, "{bucket}");
}

#[tokio::test]
async fn the_documentation_is_below_a_slash() {
    let server = Engine::Memory.start();
    let answer = server.raw("GET /docs", &[], b"").await;
    assert_eq!((answer.status(), answer.header("location")), (308, Some("docs/")));
}

#[tokio::test]
async fn pages_of_other_origins_may_call_only_when_listed() {
    let server = Engine::Memory.setup().flag("--cors-origins", "https://a.example,https://b.example").start();
    let allowed = |origin: &'static str| server.get("/info/status").header("origin", origin);
    for origin in ["https://a.example", "https://b.example"] {
        assert_eq!(allowed(origin).ok().await.header("access-control-allow-origin"), Some(origin));
    }
    assert_eq!(allowed("https://c.example").await.header("access-control-allow-origin"), None);
    let preflight = server.request(Method::OPTIONS, "/ns/direct/store/json").without_key();
    let preflight = preflight.header("origin", "https://a.example").header("access-control-request-method", "POST");
    let preflight = preflight.header("access-control-request-headers", "x-api-key,content-type").ok().await;
    assert_eq!(preflight.header("access-control-allow-origin"), Some("https://a.example"));

    let closed = Engine::Memory.start();
    let answer = closed.get("/info/status").header("origin", "https://a.example").ok().await;
    assert_eq!(answer.header("access-control-allow-origin"), None);
}

#[tokio::test]
async fn the_cookie_form_sets_the_key_as_a_cookie() {
    let server = Engine::Memory.start();
    let set = server.post("/auth/set-auth-cookie").without_key().json(json!({"cookie_value": KEY})).ok().await;
    let cookie = set.header("set-cookie").unwrap();
    assert!(cookie.starts_with(&format!("x-api-key={KEY};")) && cookie.contains("HttpOnly"), "{cookie}");
    assert_eq!(set.json()["cookie_name"], "x-api-key");
    for value in ["a;b", "a\r\nset-cookie: b", "a b", "é", "a\"b"] {
        let request = server.post("/auth/set-auth-cookie").without_key().json(json!({"cookie_value": value}));
        request.refused(400).await;
    }
}

#[tokio::test]
async fn a_folder_serves_one_server_at_a_time() {
    for engine in [Engine::LocalDisk, Engine::Embedded] {
        let first = engine.start();
        let entry = first.post("/ns/direct/store/string").text("text").stored().await;
        let refusal = engine.setup().on(first.folder()).try_start().unwrap_err();
        assert!(refusal.contains("another server") || refusal.to_lowercase().contains("lock"), "{engine:?}: {refusal}");
        // The first one is none the worse for it.
        first.get(format!("/ns/retrieve/{}", entry.cache_id)).ok().await;
        first.post("/ns/direct/store/string").text("more").stored().await;
    }
}

#[tokio::test]
async fn what_was_stored_is_there_after_a_restart() {
    for engine in [Engine::LocalDisk, Engine::Embedded] {
        let folder = tempfile::tempdir().unwrap();
        let first = engine.setup().on(folder.path()).start();
        let entry = first.post("/ns/key_based/store/string/k?file_id=f").text("text").stored().await;
        let deleted = first.post("/ns/key_based/store/string/k?file_id=g").text("gone").stored().await;
        first.delete(format!("/ns/delete/{}", deleted.cache_id)).ok().await;
        let files = first.get("/admin/storage/files/all/").value().await["files"].clone();
        drop(first);
        let second = engine.setup().on(folder.path()).start();
        let read = second.get(format!("/ns/retrieve/{}/string", entry.cache_id)).ok().await;
        assert_eq!((read.text().as_str(), read.tag()), ("text", entry.tag), "{engine:?}");
        assert_eq!(second.get("/admin/storage/files/all/").value().await["files"], files, "{engine:?}");
        second.get(format!("/ns/retrieve/{}", deleted.cache_id)).refused(404).await;
    }
}

#[tokio::test]
async fn a_storage_prefix_keeps_everything_below_it() {
    for engine in [Engine::LocalDisk, Engine::Embedded] {
        let folder = tempfile::tempdir().unwrap();
        let outside = engine.setup().on(folder.path()).start();
        let entry = outside.post("/ns/key_based/store/string/k?file_id=f").text("outside").stored().await;
        drop(outside);

        let inside = engine.setup().on(folder.path()).flag("--storage-prefix", "admin/part").start();
        assert_eq!(inside.get("/namespaces/list").value().await, json!([]), "{engine:?}");
        assert_eq!(inside.get("/admin/storage/files/all/").value().await["files"], json!([]));
        inside.get(format!("/ns/retrieve/{}", entry.cache_id)).refused(404).await;
        let own = inside.post("/ns/key_based/store/string/k?file_id=f").text("inside").stored().await;
        assert_eq!(own.files[0], "ns/data/key-based/k/f.json", "paths are told without the prefix");
        for path in ["../../ns/data/key-based/k/f.json", "%2e%2e/%2e%2e/ns/data/key-based/k/f.json", "..%2f..%2fns"] {
            for route in
                ["GET /admin/storage/file/bytes", "DELETE /admin/storage/file/delete", "GET /admin/storage/files/all"]
            {
                let answer = inside.raw(&format!("{route}/{path}"), &[], b"").await;
                assert_eq!(answer.status(), 400, "{route} {path}: {}", answer.text());
            }
        }
        let absolute = inside.raw("GET /admin/storage/files/all//ns", &[], b"").await;
        assert!(!absolute.text().contains(&entry.cache_id), "{}", absolute.text());
        let listed = inside.get("/admin/storage/files/all/?limit=2").ok().await;
        let cursor = listed.next_cursor().unwrap().replace('%', "%25");
        let rest = inside.get(format!("/admin/storage/files/all/?cursor={cursor}")).value().await;
        assert_eq!(rest["file_count"], 3, "{rest}");
        inside.get("/admin/storage/files/all/?cursor=..%2F..%2F").refused(400).await;
        drop(inside);

        let outside = engine.setup().on(folder.path()).start();
        let read = outside.get(format!("/ns/retrieve/{}/string", entry.cache_id)).ok().await;
        assert_eq!(read.text(), "outside", "{engine:?}");
        let files = outside.get("/admin/storage/files/all/admin/part/ns").value().await;
        assert_eq!(files["file_count"], 5, "{engine:?}: {files}");
    }
}

#[test]
fn a_storage_prefix_that_leaves_the_folder_is_refused() {
    for prefix in ["..", "a/../..", "./a", "a//b", "a\nb"] {
        let refusal = Engine::Memory.setup().flag("--storage-prefix", prefix).try_start().unwrap_err();
        assert!(refusal.contains("storage prefix"), "{prefix:?}: {refusal}");
    }
}

#[tokio::test]
async fn a_port_that_is_taken_is_told() {
    let first = Engine::Memory.start();
    let refusal = Engine::Memory.setup().flag("--port", &first.port().to_string()).try_start().unwrap_err();
    assert!(refusal.contains("cannot listen on 127.0.0.1"), "{refusal}");
}

#[tokio::test]
async fn a_client_that_stops_in_the_middle_of_a_body_is_not_waited_for() {
    let server = Engine::Memory.setup().flag("--body-pause-seconds", "0").start();
    let headers = ["content-type: text/plain", "content-length: 100"];
    let answer = server.raw("POST /ns/direct/store/string", &headers, b"half a body").await;
    assert_eq!(answer.status(), 408);
    assert_eq!(answer.json()["detail"]["error_type"], "SLOW_BODY");
    assert_eq!(server.get("/namespaces/list").value().await, json!([]));
}
