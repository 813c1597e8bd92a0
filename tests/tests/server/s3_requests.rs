//! What each operation costs on `s3`, in requests to the S3 server: the numbers of the README.

use cache_tests::{Engine, Request, Stored, TestServer};
use test_buckets::{Product, Proxy};

/// A server behind a proxy that counts.
struct Counted {
    proxy: Proxy,
    server: TestServer,
}

impl Counted {
    /// Starts on a bucket; `None` where the S3 server is not installed.
    fn start(bucket: &str, flags: &[(&str, &str)]) -> Option<Self> {
        let proxy = Proxy::to(Product::Moto.shared()?.endpoint());
        let setup = Engine::S3.setup().on_bucket(&proxy.endpoint(), bucket);
        let server = flags.iter().fold(setup, |setup, (flag, value)| setup.flag(flag, value)).start();
        Some(Self { proxy, server })
    }

    /// How many requests it takes to answer this one, which must succeed.
    async fn cost(&self, request: Request) -> usize {
        self.proxy.take_log();
        request.ok().await;
        let log = self.proxy.take_log();
        log.iter().for_each(|request| println!("    {request}"));
        log.len()
    }

    async fn store(&self, path: &str, text: &str) -> Stored {
        self.server.post(path).text(text).stored().await
    }
}

#[tokio::test]
async fn a_store_of_new_content_costs_six() {
    let Some(counted) = Counted::start("cost-of-a-store", &[]) else { return };
    let server = &counted.server;
    for strategy in ["direct", "temporal", "key_based"] {
        let path = |kind: &str| format!("/ns/{strategy}/store/{kind}/k/{kind}?file_id={kind}");
        let stores = [
            server.post(path("string")).text(strategy),
            server.post(path("json")).json(format!(r#"{{"a": "{strategy}"}}"#)),
            server.post(path("binary")).bytes(format!("\0{strategy}")),
        ];
        for store in stores {
            assert_eq!(counted.cost(store).await, 6, "{strategy}");
        }
    }
    assert_eq!(counted.cost(server.post("/ns/temporal_latest/store/string").text("latest")).await, 9);
    assert_eq!(counted.cost(server.post("/ns/temporal_versioned/store/string").text("versioned")).await, 12);
}

#[tokio::test]
async fn a_store_over_an_entry_costs_eleven_and_a_create_six() {
    let Some(counted) = Counted::start("cost-of-a-store-over", &[]) else { return };
    let server = &counted.server;
    let create = || server.post("/ns/key_based/store/string/k?file_id=f").text("first").header("if-none-match", "*");
    assert_eq!(counted.cost(create()).await, 6);
    assert_eq!(counted.cost(server.post("/ns/key_based/store/string/k?file_id=f").text("second")).await, 11);
    create().refused(412).await;
}

#[tokio::test]
async fn a_retrieve_by_id_costs_two_and_then_one_and_by_hash_three_and_then_two() {
    let Some(counted) = Counted::start("cost-of-a-retrieve", &[]) else { return };
    let entry = counted.store("/ns/direct/store/string", "text").await;
    let forms = ["/string", "/binary", ""];
    // Another server has not seen the entry yet.
    for form in forms {
        let generic = usize::from(form.is_empty());
        let cold = Counted::start("cost-of-a-retrieve", &[]).unwrap();
        let by_id = || cold.server.get(format!("/ns/retrieve/{}{form}", entry.cache_id));
        assert_eq!(cold.cost(by_id()).await, 2 + generic, "{form}");
        assert_eq!(cold.cost(by_id()).await, 1 + generic, "{form}");
        let cold = Counted::start("cost-of-a-retrieve", &[]).unwrap();
        let by_hash = || cold.server.get(format!("/ns/retrieve/hash/{}{form}", entry.cache_hash));
        assert_eq!(cold.cost(by_hash()).await, 3 + generic, "{form}");
        assert_eq!(cold.cost(by_hash()).await, 2 + generic, "{form}");
    }
    let counters = counted.server.get("/server/storage/read-cache").value().await;
    assert_eq!((&counters["enabled"], &counters["references"]), (&true.into(), &0.into()));
}

#[tokio::test]
async fn a_retrieve_by_key_costs_one_less_than_by_hash() {
    let Some(counted) = Counted::start("cost-by-key", &[]) else { return };
    let entry = counted.store("/ns/key_based/store/string/k?file_id=f", "text").await;
    for (form, by_hash) in [("&as=string", "/string"), ("&as=binary", "/binary"), ("", "")] {
        let cold = Counted::start("cost-by-key", &[]).unwrap();
        let by_hash = || cold.server.get(format!("/ns/retrieve/hash/{}{by_hash}", entry.cache_hash));
        let first = cold.cost(by_hash()).await;
        let later = cold.cost(by_hash()).await;
        // What is not said about the entry has to be looked for.
        for (name, more) in [("file_id=f&kind=json", 0), ("file_id=f", 1), ("kind=json", 1), ("", 1)] {
            let cold = Counted::start("cost-by-key", &[]).unwrap();
            let by_key = || cold.server.get(format!("/ns/retrieve/key/k?{name}{form}"));
            assert_eq!(cold.cost(by_key()).await, first - 1 + more, "{name}{form}");
            assert_eq!(cold.cost(by_key()).await, later - 1 + more, "{name}{form}");
        }
    }
    let cache_id = counted.server.get("/ns/retrieve/key/k?file_id=f&kind=json&as=cache-id");
    assert_eq!(counted.cost(cache_id).await, 2);
}

#[tokio::test]
async fn a_bulk_read_costs_three_an_entry_and_the_deletion_of_a_namespace_three_more_than_those_of_its_entries() {
    let Some(counted) = Counted::start("cost-of-many", &[]) else { return };
    let mut ids = Vec::new();
    for n in 0..3 {
        ids.push(counted.store("/ns/direct/store/string", &format!("text {n}")).await.cache_id);
    }
    let ids = serde_json::json!(ids);
    assert_eq!(counted.cost(counted.server.post("/ns/retrieve/ids").json(&ids)).await, 3 * 3);
    assert_eq!(counted.cost(counted.server.delete("/ns?confirm=ns")).await, 3 * 6 + 3);
}

#[tokio::test]
async fn without_the_read_cache_every_retrieve_by_id_costs_two() {
    let Some(counted) = Counted::start("cost-uncached", &[("--s3-read-cache-bytes", "0")]) else { return };
    let entry = counted.store("/ns/direct/store/string", "text").await;
    for _ in 0..2 {
        let retrieve = counted.server.get(format!("/ns/retrieve/{}/string", entry.cache_id));
        assert_eq!(counted.cost(retrieve).await, 2);
    }
    assert_eq!(counted.server.get("/server/storage/read-cache").value().await["enabled"], false);
}

#[tokio::test]
async fn the_read_cache_counts_and_is_bounded_in_bytes() {
    let Some(counted) = Counted::start("cost-bounded", &[("--s3-read-cache-bytes", "20000")]) else { return };
    let mut ids = Vec::new();
    for n in 0..40 {
        ids.push(counted.store("/ns/direct/store/string", &format!("text {n}")).await.cache_id);
    }
    for id in ids.iter().chain(&ids) {
        counted.server.get(format!("/ns/retrieve/{id}/string")).ok().await;
    }
    let counters = counted.server.get("/server/storage/read-cache").value().await;
    let number = |name: &str| counters[name].as_u64().unwrap();
    assert_eq!(number("hits") + number("misses"), 80, "{counters}");
    assert!((1..=20_000).contains(&number("bytes")) && number("references") < 40, "{counters}");
}

#[tokio::test]
async fn exists_costs_one_an_update_four_at_most_and_a_page_of_a_listing_one() {
    let Some(counted) = Counted::start("cost-of-others", &[]) else { return };
    let server = &counted.server;
    let entry = counted.store("/ns/key_based/store/string/k?file_id=f", "text").await;
    for path in [format!("id/{}", entry.cache_id), format!("hash/{}", entry.cache_hash)] {
        assert_eq!(counted.cost(server.get(format!("/ns/exists/{path}"))).await, 1, "{path}");
    }
    let update = |text: &str| server.post(format!("/ns/update/{}/string", entry.cache_id)).text(text);
    assert_eq!(counted.cost(update("once")).await, 4);
    assert_eq!(counted.cost(update("twice")).await, 3);
    let tag = server.get(format!("/ns/retrieve/{}/string", entry.cache_id)).ok().await.tag();
    assert_eq!(counted.cost(update("conditional").header("if-match", tag)).await, 3);
    let entry = server.post("/ns/direct/store/json").json(r#"{"a": 1}"#).stored().await;
    let update = |text: &str| server.post(format!("/ns/update/{}/json", entry.cache_id)).json(text.to_owned());
    assert_eq!(counted.cost(update(r#"{"a": 2}"#)).await, 3);
    assert_eq!(counted.cost(update(r#"{"a": 3}"#)).await, 2);
    let tag = server.get(format!("/ns/retrieve/{}/json", entry.cache_id)).ok().await.tag();
    assert_eq!(counted.cost(update(r#"{"a": 4}"#).header("if-match", tag)).await, 1);
    let child = |what: &str| format!("/ns/cache/{}/data/{what}", entry.cache_id);
    assert_eq!(counted.cost(server.post(child("store/string/c")).text("one")).await, 3);
    assert_eq!(counted.cost(server.post(child("update/string/c")).text("two")).await, 4);
    assert_eq!(counted.cost(server.delete(child("delete/string/c"))).await, 3);
    for page in ["/ns/file-ids?limit=10", "/ns/file-hashes?limit=10", "/admin/storage/files/all/ns?limit=10"] {
        assert_eq!(counted.cost(server.get(page)).await, 1, "{page}");
    }
    assert_eq!(counted.cost(server.get("/namespaces/list?limit=10")).await, 1);
}

#[tokio::test]
async fn a_delete_costs_six_and_of_an_entry_with_a_file_id_twelve() {
    let Some(counted) = Counted::start("cost-of-a-delete", &[]) else { return };
    let delete = |entry: &Stored| counted.server.delete(format!("/ns/delete/{}", entry.cache_id));
    for (path, cost) in [
        ("/ns/direct/store/string", 6),
        ("/ns/key_based/store/string/k", 6),
        ("/ns/temporal_latest/store/string", 7),
        ("/ns/direct/store/string/k?file_id=f", 12),
        // Its path may be one of a child file.
        ("/ns/key_based/store/string/x/data/k", 12),
    ] {
        let entry = counted.store(path, "text").await;
        assert_eq!(counted.cost(delete(&entry)).await, cost, "{path}");
    }
    let entry = counted.store("/ns/direct/store/string", "text").await;
    let tag = counted.server.get(format!("/ns/retrieve/{}/string", entry.cache_id)).ok().await.tag();
    assert_eq!(counted.cost(delete(&entry).header("if-match", tag)).await, 7);
}
