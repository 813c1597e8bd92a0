//! `send-admin`: what administrators did is recorded, files lead to their entries, and HEAD is wherever GET is.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cache_client::Strategy;
use cache_server::in_process::InProcess;
use cache_tests::{Act, Faulty, TestAdmin, World, each_transport};
use send_wrapper::admin;
use send_wrapper::audit::{Audit, AuditRecord};
use serde_json::{Value, json};

each_transport!(what_was_done_is_listed_newest_first, a_file_leads_to_its_entry_and_is_read_up_to_a_cap);

async fn what_was_done_is_listed_newest_first(World { client, .. }: World) {
    let admin = TestAdmin::of(client);
    // The cache has a clock of its own: what is stored now is of now.
    let now = cache_client::clock::Clock::now(&send_wrapper::SystemClock);
    admin.clock.advance(now - TestAdmin::BEGINS);
    assert_eq!(admin.get("/audit").await, json!({ "records": [], "next": null, "unreadable": 0, "lost": 0 }));
    admin.post("/tokens/create", json!({ "token_name": "T" })).await;
    admin.refused("POST", "/tokens/create", r#"{"token_name":"t"}"#).await;
    let answer = admin.ask("POST", "/tokens/revoke/t", "").await;
    let request_id = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
    admin.post("/tokens/reactivate/t", Value::Null).await;
    admin.post("/tokens/update-limit/t", json!({ "usage_limit": 3 })).await;
    let stale = json!({ "revision": "0123456789abcdef", "usage_limit": 4 });
    admin.refused("POST", "/tokens/update/t", &stale.to_string()).await;
    admin.post("/tokens/create-many", json!({ "names": ["a", "b", "c"] })).await;
    admin.post("/costs/2026-02-01", json!({ "currency": "USD", "total": "1" })).await;
    admin.post("/admin/retention", Value::Null).await;
    // What an application asks for, and what is refused before it is begun, is not there.
    admin.post("/tokens/use/t", Value::Null).await;
    admin.refused("POST", "/tokens/revoke/no%20name", "").await;
    let log = admin.get("/audit").await;
    let records = log["records"].as_array().unwrap();
    let seen: Vec<_> = records
        .iter()
        .map(|record| {
            assert_eq!(record["key"], "default", "{record}");
            let text = |name: &str| record[name].as_str().unwrap_or("-").to_owned();
            format!("{} {} {}", text("operation"), text("target"), text("outcome"))
        })
        .collect();
    let done = [
        "plan_retention - done",
        "record_costs 2026-02-01 done",
        "create_many_tokens a and 2 more done",
        "update_token t STALE_REVISION",
        "update_token_limit t done",
        "reactivate_token t done",
        "revoke_token t done",
        "create_token t ALREADY_EXISTS",
        "create_token t done",
    ];
    assert_eq!(seen, done);
    assert_eq!(records[6]["request_id"], request_id.as_str());
    assert!(records.windows(2).all(|pair| pair[0]["at"].as_u64() >= pair[1]["at"].as_u64()), "{log}");

    let (mut walked, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = admin.get(&format!("/audit?limit=2{cursor}")).await;
        assert!(page["records"].as_array().unwrap().len() <= 2);
        walked.extend(page["records"].as_array().unwrap().iter().cloned());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(walked, *records);
    // Years later, and with one among them that is none.
    admin.clock.advance(3 * 365 * 24 * 60 * 60_000);
    assert_eq!(admin.get("/audit").await["records"], log["records"]);
    for (query, field) in [("limit=0", "limit"), ("limit=501", "limit"), ("cursor=x", "cursor")] {
        let (status, problem) = admin.refused("GET", &format!("/audit?{query}"), "").await;
        assert_eq!((status, &problem["field"]), (400, &field.into()), "{query}");
    }
}

#[tokio::test]
async fn a_change_whose_token_cannot_be_read_again_is_done_and_recorded_so() {
    let service = InProcess::in_memory().unwrap();
    // Whatever is read after the first change fails.
    let changed = Arc::new(AtomicBool::new(false));
    let faulty = Faulty::new(&service, move |_, request| {
        let path = request.url().path();
        if changed.load(Ordering::SeqCst) && !path.contains("/audit/") {
            return Act::Refuse;
        }
        changed.fetch_or(path.contains("/update/"), Ordering::SeqCst);
        Act::Pass
    });
    let admin = TestAdmin::of(faulty.client());
    let now = cache_client::clock::Clock::now(&send_wrapper::SystemClock);
    admin.clock.advance(now - TestAdmin::BEGINS);
    let created = admin.post("/tokens/create", json!({ "token_name": "t" })).await;
    let revoked = admin.post("/tokens/revoke/t", Value::Null).await;
    assert_eq!((&revoked["status"], &revoked["cache_id"]), (&"revoked".into(), &created["cache_id"]));
    let record = admin.get("/audit").await["records"][0].clone();
    assert_eq!((&record["operation"], &record["outcome"]), (&"revoke_token".into(), &"done".into()));
}

#[tokio::test]
async fn of_many_tokens_the_record_says_how_many_were_created() {
    let service = InProcess::in_memory().unwrap();
    let admin = TestAdmin::of(service.client());
    let now = cache_client::clock::Clock::now(&send_wrapper::SystemClock);
    admin.clock.advance(now - TestAdmin::BEGINS);
    admin.post("/tokens/create-many", json!({ "names": ["a", "b", "no name", "A"] })).await;
    assert_eq!(admin.get("/audit").await["records"][0]["outcome"], "2 created, 2 refused");
}

#[tokio::test]
async fn an_operation_stands_when_its_record_is_lost_and_that_is_said() {
    let service = InProcess::in_memory().unwrap();
    let faulty = Faulty::new(
        &service,
        |_, request| if request.url().path().contains("/audit/") { Act::Refuse } else { Act::Pass },
    );
    let admin = TestAdmin::of(faulty.client());
    admin.post("/tokens/create", json!({ "token_name": "t" })).await;
    assert_eq!(admin.get("/tokens/list").await["tokens"], json!(["t"]));
    let degraded = &admin.get("/overview").await["degraded"];
    assert_eq!(degraded[0]["what"], "audit", "{degraded}");
}

#[tokio::test]
async fn many_records_of_a_moment_are_paged_as_well() {
    let service = InProcess::in_memory().unwrap();
    let client = service.client();
    let admin = TestAdmin::of(client.clone());
    let now = cache_client::clock::Clock::now(&send_wrapper::SystemClock);
    admin.clock.advance(now - TestAdmin::BEGINS);
    let audit = Audit::new(&admin.send);
    let record = |number: u64| AuditRecord {
        at: send_wrapper::Timestamp::from_millis(number),
        key: None,
        operation: "create_token".to_owned(),
        target: Some(number.to_string()),
        outcome: "done".to_owned(),
        request_id: None,
    };
    futures::future::join_all((0..2500).map(|number| {
        let (audit, record) = (audit.clone(), record(number));
        async move { audit.record(&record).await }
    }))
    .await;
    client.store().string("audit", Strategy::Temporal, "none of ours").send().await.unwrap();
    let (mut seen, mut unreadable, mut cursor) = (std::collections::HashSet::new(), 0, None);
    loop {
        let page = audit.page(500, cursor.as_deref()).await.unwrap();
        unreadable += page.unreadable;
        assert!(page.records.iter().all(|record| seen.insert(record.target.clone())));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!((seen.len(), unreadable), (2500, 1));
}

async fn a_file_leads_to_its_entry_and_is_read_up_to_a_cap(World { client, .. }: World) {
    let markup = json!({ "html": "<script>alert(1)</script>", "name": "Übung ü" });
    let stored = client.store().json("notes", Strategy::KeyBased, &markup).key("k").file_id("f").send().await.unwrap();
    let child = client.data_store().string("notes", stored.cache_id, "a chüld").key("events").file_id("one");
    child.send().await.unwrap();
    let temporal = client.store().string("notes", Strategy::Temporal, "a text").send().await.unwrap();
    let bytes = client.store().binary("notes", Strategy::Direct, vec![0, 159, 146, 150]).send().await.unwrap();
    let admin = TestAdmin::of(client.clone());
    let mut files = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = admin.get(&format!("/cache/files/notes?limit=4{cursor}")).await;
        assert!(page["files"].as_array().unwrap().len() <= 4);
        files.extend(page["files"].as_array().unwrap().iter().cloned());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    for file in &files {
        let path = file["path"].as_str().unwrap();
        let owner = match path {
            _ if path.contains("/by-hash/") => Value::Null,
            _ if path.contains("/k/f") || path.contains(&stored.cache_id.to_string()) => {
                stored.cache_id.to_string().into()
            }
            _ if path.contains("/temporal/") || path.contains(&temporal.cache_id.to_string()) => {
                temporal.cache_id.to_string().into()
            }
            _ => bytes.cache_id.to_string().into(),
        };
        assert_eq!(file["cache_id"], owner, "{path}");
    }
    assert!(files.len() >= 16, "{files:?}");

    let path = "/cache/file/notes/data/key-based/k/f.json";
    let file = admin.get(path).await;
    let content: Value = serde_json::from_str(file["content"].as_str().unwrap()).unwrap();
    assert_eq!((&content, &file["encoding"], &file["truncated"]), (&markup, &"utf-8".into(), &false.into()));
    assert_eq!(file["cache_id"], stored.cache_id.to_string());
    assert_eq!(file["bytes"].as_u64().unwrap() as usize, file["content"].as_str().unwrap().len());
    // Whatever is stored, it is answered as JSON.
    let answer = admin.ask("GET", path, "").await;
    assert_eq!(answer.headers()["content-type"], "application/json");
    let capped = admin.get(&format!("{path}?limit=9")).await;
    assert_eq!((&capped["bytes"], &capped["truncated"]), (&9.into(), &true.into()));
    let path_of_child = "/cache/file/notes/data/key-based/k/f/data/events/one.txt";
    let child = admin.get(path_of_child).await;
    assert_eq!((&child["content"], &child["cache_id"]), (&"a chüld".into(), &stored.cache_id.to_string().into()));
    // A letter that is cut in two is left out.
    let capped = admin.get(&format!("{path_of_child}?limit=5")).await;
    assert_eq!((&capped["content"], &capped["encoding"]), (&"a ch".into(), &"utf-8".into()));
    let of_bytes = files.iter().map(|file| file["path"].as_str().unwrap()).find(|path| path.ends_with(".bin")).unwrap();
    let file = admin.get(&format!("/cache/file/{of_bytes}")).await;
    assert_eq!((&file["content"], &file["encoding"]), (&"AJ+Slg==".into(), &"base64".into()));

    let of_files = admin.get("/cache/files/notes?limit=1").await["next"].as_str().unwrap().to_owned();
    for (path, status, field) in [
        ("/cache/file/notes/none.json".to_owned(), 404, None),
        ("/cache/file/notes%2F..%2Fuser".to_owned(), 400, Some("path")),
        (format!("{path}?limit=0"), 400, Some("limit")),
        (format!("{path}?limit=1048577"), 400, Some("limit")),
        ("/cache/files/notes?limit=1001".to_owned(), 400, Some("limit")),
        (format!("/cache/folders/notes?cursor={of_files}"), 400, Some("cursor")),
        (format!("/cache/files/notes/data?cursor={of_files}"), 400, Some("cursor")),
        (format!("/cache/namespaces?cursor={of_files}"), 400, Some("cursor")),
    ] {
        let (answered, problem) = admin.refused("GET", &path, "").await;
        assert_eq!((answered, problem["field"].as_str()), (status, field), "{path}: {problem}");
    }
}

#[tokio::test]
async fn head_is_wherever_get_is() {
    let service = InProcess::in_memory().unwrap();
    let admin = TestAdmin::of(service.client());
    admin.post("/tokens/create", json!({ "token_name": "name" })).await;
    let document: Value = serde_json::from_str(&admin::openapi()).unwrap();
    let mut tried = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        if item.get("get").is_none() {
            continue;
        }
        let path = path.replace(['{', '}'], "");
        let [get, head] = [admin.ask("GET", &path, "").await, admin.ask("HEAD", &path, "").await];
        assert_eq!(get.status(), head.status(), "{path}");
        assert_eq!(get.headers().get("content-type"), head.headers().get("content-type"), "{path}");
        assert!(head.bytes().await.unwrap().is_empty(), "{path}");
        tried += 1;
    }
    assert!(tried > 30, "{tried}");
}
