//! Buckets a server does not start on, and what it says then: the cause, and nothing secret.

use cache_tests::{Engine, Setup};
use test_buckets::{Fault, Product, Proxy, Rule, SECRET};

/// The reason a server refuses to start for, which must contain these words.
fn refuses(setup: Setup, words: &[&str]) {
    let reason = setup.flag("--s3-retries", "1").try_start().unwrap_err();
    for word in words {
        assert!(reason.contains(word), "{word:?} is missing: {reason}");
    }
    for secret in ["not-the-secret", "Signature=", "X-Amz", "Credential="] {
        assert!(!reason.contains(secret), "{secret:?} is told: {reason}");
    }
}

fn through(proxy: &Proxy, bucket: &str) -> Setup {
    Engine::S3.setup().on_bucket(&proxy.endpoint(), bucket)
}

#[tokio::test]
async fn a_missing_bucket_is_created_and_one_that_is_there_is_used() {
    let Some(s3) = Product::Moto.shared() else { return };
    for _ in 0..2 {
        let server = Engine::S3.setup().on_bucket(s3.endpoint(), "made-at-the-start").start();
        server.post("/ns/direct/store/string?file_id=f").text("text").stored().await;
        assert_eq!(server.get("/namespaces/list").value().await, serde_json::json!(["ns"]));
    }
}

#[tokio::test]
async fn what_a_start_that_was_cut_off_left_is_not_shown() {
    for product in [Product::Moto, Product::SeaweedFs] {
        let Some(s3) = product.shared() else { return };
        let server = Engine::S3.setup().on_bucket(s3.endpoint(), "cut-off-at-the-start").start();
        assert_eq!(server.get("/namespaces/list").value().await, serde_json::json!([]));
        server.plant(".probe/00000000-0000-4000-8000-000000000000/a-b", b"1").await;
        for path in ["/namespaces/list", "/admin/storage/folders/", "/admin/storage/files/in/"] {
            assert_eq!(server.get(path).value().await, serde_json::json!([]), "{path}");
        }
        assert_eq!(server.get("/admin/storage/files/all/").value().await["file_count"], 0);
    }
}

#[tokio::test]
async fn a_bucket_that_ignores_conditions_is_refused_with_what_to_do() {
    let Some(s3) = Product::S3rver.shared() else { return };
    let setup = Engine::S3.setup().on_bucket(s3.endpoint(), "ignores-conditions");
    refuses(setup, &["conditional writes", "If-None-Match", "use an S3 server that does"]);
}

#[tokio::test]
async fn wrong_credentials_are_named() {
    let Some(s3) = Product::SeaweedFs.shared() else { return };
    let bucket = s3.new_bucket().await;
    let setup = || Engine::S3.setup().on_bucket(s3.endpoint(), bucket.name());
    refuses(
        setup().flag("--s3-secret-access-key", "not-the-secret"),
        &["SignatureDoesNotMatch", "AWS_SECRET_ACCESS_KEY"],
    );
    refuses(setup().flag("--s3-access-key-id", "nobody"), &["InvalidAccessKeyId", "AWS_ACCESS_KEY_ID"]);
    assert!(!setup().flag("--s3-access-key-id", "nobody").try_start().unwrap_err().contains(SECRET));
}

#[tokio::test]
async fn a_bucket_that_may_not_be_created_listed_or_written_is_refused() {
    let Some(s3) = Product::Moto.shared() else { return };
    let proxy = Proxy::to(s3.endpoint());
    proxy.set([Rule::new(Fault::AccessDenied).when(|request| request.path == "/forbidden/")]);
    refuses(through(&proxy, "forbidden"), &["\"forbidden\"", "does not exist and cannot be created", "AccessDenied"]);
    for (method, what) in [("GET", "cannot list"), ("PUT", "cannot write"), ("POST", "cannot delete")] {
        proxy.set([Rule::new(Fault::AccessDenied).when(move |request| {
            request.method == method && request.path != "/readable/" && !request.path.is_empty()
        })]);
        refuses(through(&proxy, "readable"), &["\"readable\"", what, "AccessDenied", "s3:PutObject"]);
        proxy.heal();
        through(&proxy, "readable").start();
    }
}

#[tokio::test]
async fn credentials_for_one_folder_of_a_bucket_are_enough() {
    let Some(s3) = Product::Moto.shared() else { return };
    Engine::S3.setup().on_bucket(s3.endpoint(), "limited").start();
    let proxy = Proxy::to(s3.endpoint());
    // What the policy of docs/operations.md allows: GET, HEAD, PUT and DELETE of objects there, and listings of what is there.
    proxy.set([Rule::new(Fault::AccessDenied).when(|request| {
        let is_inside = |key: &str| key.starts_with("caches/one/");
        let key = request.path.strip_prefix("/limited").unwrap_or_default().trim_start_matches('/');
        let prefix = request.query.split('&').find_map(|part| part.strip_prefix("prefix="));
        let is_listing = request.method == "GET" && prefix.is_some_and(|prefix| is_inside(&prefix.replace("%2F", "/")));
        let deletes_inside = !request.deletes.is_empty() && request.deletes.iter().all(|key| is_inside(key));
        let is_object = is_inside(key) && !request.query.contains("upload") && !request.query.contains("acl");
        !(is_object || key.is_empty() && (is_listing || deletes_inside))
    })]);
    let server = through(&proxy, "limited").flag("--storage-prefix", "caches/one").start();
    for path in ["/ns/temporal_versioned/store/string/k?file_id=f", "/ns/direct/store/string"] {
        for _ in 0..2 {
            let entry = server.post(path).text("text").stored().await;
            server.post(format!("/ns/update/{}/string", entry.cache_id)).text("new").ok().await;
            server.post(format!("/ns/cache/{}/data/store/string/c", entry.cache_id)).text("child").ok().await;
            assert_eq!(server.get(format!("/ns/retrieve/{}/string", entry.cache_id)).ok().await.text(), "new");
            server.delete(format!("/ns/delete/{}", entry.cache_id)).ok().await;
        }
    }
    server.post("/ns/direct/store/string").text("text").stored().await;
    assert_eq!(server.get("/namespaces/list").value().await, serde_json::json!(["ns"]));
    server.delete("/ns?confirm=ns").ok().await;
    server.get("/health/ready").ok().await;
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_named() {
    let Some(s3) = Product::Moto.shared() else { return };
    let proxy = Proxy::to(s3.endpoint());
    proxy.set([Rule::new(Fault::SkewedClock)]);
    refuses(through(&proxy, "skewed"), &["RequestTimeTooSkewed", "clock"]);
}

#[tokio::test]
async fn an_endpoint_that_is_no_s3_server_is_named() {
    let other = Engine::Memory.start();
    let endpoint = format!("http://127.0.0.1:{}", other.port());
    refuses(Engine::S3.setup().on_bucket(&endpoint, "nowhere"), &["cannot list", "AWS_ENDPOINT_URL"]);
    drop(other);
    refuses(Engine::S3.setup().on_bucket(&endpoint, "nowhere"), &["cannot list", "refused", "AWS_ENDPOINT_URL"]);
}

#[test]
fn settings_that_cannot_be_meant_are_refused() {
    let setup = |endpoint: &str, bucket: &str| Engine::S3.setup().on_bucket(endpoint, bucket);
    refuses(setup("http://127.0.0.1:1", ""), &["CACHE__SERVICE__BUCKET_NAME"]);
    refuses(setup("http://127.0.0.1:1", "b").flag("--s3-allow-http", "false"), &["TLS", "AWS_ALLOW_HTTP"]);
}
