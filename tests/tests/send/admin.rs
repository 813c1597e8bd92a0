//! `send-admin`: every operation over HTTP, who may call, and what refusals say.

use cache_client::Strategy;
use cache_server::in_process::InProcess;
use cache_tests::{
    Act, Bill, Engine, Faulty, Reply, Still, TestAdmin, TestCostExplorer, World, each_engine, each_transport,
};
use clap::Parser;
use send_wrapper::admin::{self, CommandLine};
use send_wrapper::analytics::{Event, EventType, Source};
use send_wrapper::costs::CostExplorer;
use send_wrapper::{SendCache, Timestamp, TransferId};
use serde_json::{Value, json};

each_transport!(
    tokens_are_created_used_and_taken_back,
    what_is_old_is_deleted_only_when_that_is_said,
    what_it_costs_is_recorded_and_summed_up,
    the_cache_can_be_looked_at_and_nothing_else,
);

each_engine!(what_happens_is_summed_up);

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi/send-admin.json");
const TWO: u64 = TestAdmin::BEGINS;
const MINUTE: u64 = 60_000;

fn refusal(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

async fn tokens_are_created_used_and_taken_back(World { client, .. }: World) {
    let admin = TestAdmin::of(client);
    let new = json!({
        "token_name": "Friends", "usage_limit": 2, "created_by": "alice", "metadata": { "for": "a party" },
        "expires_at": "2026-03-01T00:00:00Z",
    });
    let created = admin.post("/tokens/create", new.clone()).await;
    assert_eq!((&created["token_name"], created["cache_hash"].as_str().unwrap().len()), (&"friends".into(), 16));
    assert_eq!(admin.code("POST", "/tokens/create", &new.to_string()).await, refusal(409, "ALREADY_EXISTS"));
    let token = admin.get("/tokens/lookup/FRIENDS").await;
    assert_eq!((&token["created_by"], &token["metadata"]["for"]), (&"alice".into(), &"a party".into()));
    assert_eq!((&token["expires_at"], &token["status"]), (&1_772_323_200_000_u64.into(), &"active".into()));
    assert!(token.get("recent_uses").is_none() && token.get("unrecorded").is_none(), "{token}");

    // The same use twice counts once; a body may be left out.
    let once = json!({ "use_id": "u1", "action": "page_opened", "transfer_id": "t-1", "ip_hash": "ab12" });
    for _ in 0..2 {
        let used = admin.post("/tokens/use/friends", once.clone()).await;
        assert_eq!(used, json!({ "success": true, "usage_count": 1, "remaining": 1 }));
    }
    admin.clock.advance(MINUTE);
    assert_eq!(
        admin.post("/tokens/use/friends", Value::Null).await,
        json!({ "success": true, "usage_count": 2, "remaining": 0 })
    );
    let refused = admin.post("/tokens/use/friends", Value::Null).await;
    assert_eq!(refused, json!({ "success": false, "reason": "exhausted" }));
    let unknown = admin.post("/tokens/use/nobody", Value::Null).await;
    assert_eq!(unknown, json!({ "success": false, "reason": "not_found" }));
    let usage = admin.get("/tokens/usage/friends").await;
    let seen: Vec<_> = usage["events"].as_array().unwrap().iter().map(|event| event["success"].clone()).collect();
    assert_eq!((seen.len(), seen.iter().filter(|success| **success == true).count()), (3, 2), "{usage}");
    assert_eq!(usage["events"][2]["transfer_id"], "t-1");
    for (query, count) in [("?limit=1", 1), ("?from=2026-02-14", 0), ("?to=2026-02-13T23:00:00Z&from=1770940800000", 3)]
    {
        let events = admin.get(&format!("/tokens/usage/friends{query}")).await;
        assert_eq!(events["events"].as_array().unwrap().len(), count, "{query}");
    }

    // Who used it: as much as is kept.
    assert_eq!(usage["events"][2]["ip_hash"], "ab12");
    let safari =
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1";
    let who = json!({ "address": "192.0.2.7", "user_agent": safari, "country": "PT" });
    admin.clock.advance(MINUTE);
    assert_eq!(admin.post("/tokens/use/friends", who).await["reason"], "exhausted");
    let used = admin.get("/tokens/usage/friends?limit=1").await["events"][0].clone();
    assert_eq!(used["ip_hash"].as_str().unwrap().len(), 64);
    assert_eq!((&used["user_agent"], &used["country"]), (&"Safari on iOS".into(), &"PT".into()));
    let nowhere = r#"{ "address": "example.org" }"#;
    assert_eq!(admin.code("POST", "/tokens/use/friends", nowhere).await, refusal(400, "INVALID_INPUT"));

    // Exhausted: needs a limit that leaves uses.
    assert_eq!(admin.code("POST", "/tokens/reactivate/friends", "").await, refusal(409, "CONFLICT"));
    let token = admin.post("/tokens/update-limit/friends", json!({ "usage_limit": 5 })).await;
    assert_eq!((&token["status"], &token["usage_limit"]), (&"active".into(), &5.into()));
    assert_eq!(admin.post("/tokens/revoke/friends", Value::Null).await["status"], "revoked");
    assert_eq!(admin.post("/tokens/use/friends", Value::Null).await["reason"], "revoked");
    let token = admin.post("/tokens/reactivate/friends", json!({ "usage_limit": 3 })).await;
    assert_eq!(
        (&token["status"], &token["usage_limit"], &token["revoked_at"]),
        (&"active".into(), &3.into(), &0.into())
    );

    admin.post("/tokens/create", json!({ "token_name": "any" })).await;
    admin.post("/tokens/revoke/any", Value::Null).await;
    assert_eq!(
        admin.get("/tokens/list").await,
        json!({ "tokens": ["any", "friends"], "next": null, "unreadable": 0, "complete": true })
    );
    let details = admin.get("/tokens/list-details").await;
    assert_eq!((&details["total"], &details["active"]), (&2.into(), &1.into()));
    assert_eq!((&details["tokens"][0]["usage_limit"], &details["tokens"][1]["usage_count"]), (&50.into(), &2.into()));
    let stats = admin.get("/admin/stats").await;
    assert_eq!((&stats["tokens"], &stats["active_tokens"], &stats["token_uses"]), (&2.into(), &1.into(), &2.into()));
    let of_tokens = stats["namespaces"].as_array().unwrap().iter().find(|of| of["namespace"] == "tokens").unwrap();
    assert_eq!(of_tokens["entries"], 2);

    for (method, path, body, status, code, field) in [
        ("GET", "/tokens/lookup/nobody", "", 404, "NOT_FOUND", None),
        ("GET", "/tokens/lookup/no%20name", "", 400, "INVALID_INPUT", Some("token_name")),
        ("POST", "/tokens/revoke/nobody", "", 404, "NOT_FOUND", None),
        ("POST", "/tokens/update-limit/nobody", r#"{"usage_limit":1}"#, 404, "NOT_FOUND", None),
        (
            "POST",
            "/tokens/update-limit/friends",
            r#"{"usage_limit":9999999999}"#,
            400,
            "INVALID_INPUT",
            Some("usage_limit"),
        ),
        ("POST", "/tokens/update-limit/friends", r#"{"usage_limit":-1}"#, 400, "INVALID_INPUT", None),
        ("POST", "/tokens/update-limit/friends", "", 400, "INVALID_INPUT", None),
        ("POST", "/tokens/create", r#"{"token_name":"x","usage_limt":1}"#, 400, "INVALID_INPUT", None),
        ("POST", "/tokens/create", r#"{"token_name":"../x"}"#, 400, "INVALID_INPUT", Some("token_name")),
        ("POST", "/tokens/create", r#"{"token_name":"x","expires_at":1}"#, 400, "INVALID_INPUT", Some("expires_at")),
        ("POST", "/tokens/create", "nonsense", 400, "INVALID_INPUT", None),
        ("POST", "/tokens/create", r#"["x"]"#, 400, "INVALID_INPUT", None),
        ("POST", "/tokens/use/friends", r#"{"use_id":"a b"}"#, 400, "INVALID_INPUT", None),
        ("GET", "/tokens/usage/friends?limit=0", "", 400, "INVALID_INPUT", Some("limit")),
        ("GET", "/tokens/usage/friends?limit=x", "", 400, "INVALID_INPUT", None),
        ("GET", "/tokens/usage/friends?from=yesterday", "", 400, "INVALID_INPUT", Some("from")),
        ("GET", "/tokens/usage/nobody", "", 404, "NOT_FOUND", None),
    ] {
        let (answered, problem) = admin.refused(method, path, body).await;
        assert_eq!((answered, &problem["code"]), (status, &code.into()), "{method} {path} {body}");
        assert_eq!(problem["field"].as_str(), field, "{method} {path} {body}: {problem}");
    }
}

async fn what_happens_is_summed_up(engine: Engine) {
    let still = Still::at(engine, TWO);
    let admin = TestAdmin::of(still.client());
    let now = Timestamp::from_millis(TWO);
    let transfer = TransferId::parse("t-1").unwrap();
    let view = Event::new(EventType::PageView, now).source(Source::Http).request("GET", "/a").answer(200, 5);
    admin.send.analytics().record_event(&view).await.unwrap();
    admin.send.transfers().record_event(&transfer, Event::new(EventType::FileDownload, now).content_bytes(7)).await;

    for path in ["/analytics/pulse", "/health/pulse?window_minutes=60"] {
        let pulse = admin.get(path).await;
        assert_eq!((&pulse["active_requests"], &pulse["active_transfers"]), (&1.into(), &1.into()), "{path}");
    }
    let summary = admin.get("/transfers/t-1/summary").await;
    assert_eq!((&summary["total_downloads"], summary["events"].as_array().unwrap().len()), (&1.into(), 1));
    let events = admin.get("/transfers/t-1/events?limit=5").await;
    assert_eq!(events["events"][0]["event_type"], "file_download");
    for kind in ["30min", "hourly", "daily", "monthly", "yearly"] {
        let latest = admin.get(&format!("/analytics/latest/{kind}")).await;
        assert_eq!((&latest["event_count"], &latest["window_type"]), (&2.into(), &kind.into()));
        assert_eq!((&latest["sealed"], &latest["total_bytes"]), (&false.into(), &7.into()));
        let key = latest["window_key"].as_str().unwrap();
        assert_eq!(admin.get(&format!("/analytics/{kind}/{key}")).await["event_count"], 2);
        let series = admin.get(&format!("/analytics/series/{kind}?from={key}&to={key}")).await;
        assert_eq!(series["windows"][0]["event_count"], 2);
        assert!(series["windows"][0].get("merge_state").is_none());
    }
    // What is over is answered as it is stored.
    let over = "/analytics/hourly/2026-02-13T10";
    let [first, second] = [admin.ask("GET", over, "").await, admin.ask("GET", over, "").await];
    let first = first.bytes().await.unwrap();
    assert_eq!(first, second.bytes().await.unwrap());
    assert_eq!(serde_json::from_slice::<Value>(&first).unwrap()["sealed"], true);
    let series = admin.get("/analytics/series/daily?from=2026-02-10&to=2026-02-13").await;
    let keys: Vec<_> = series["windows"].as_array().unwrap().iter().map(|window| &window["window_key"]).collect();
    assert_eq!(keys, ["2026-02-10", "2026-02-11", "2026-02-12", "2026-02-13"]);

    for (path, status, field) in [
        ("/analytics/pulse?window_minutes=0", 400, Some("window_minutes")),
        ("/analytics/pulse?window_minutes=1441", 400, Some("window_minutes")),
        ("/analytics/pulse?window_minutes=x", 400, None),
        ("/analytics/latest/weekly", 400, Some("window_type")),
        ("/analytics/hourly/2026-02-13", 400, Some("window_key")),
        ("/analytics/series/daily?from=2026-02-13&to=2026-02-12", 400, Some("from")),
        ("/analytics/series/daily?from=2026-02-13&to=x", 400, Some("to")),
        ("/analytics/series/30min?from=2026-01-01-00-00&to=2026-12-01-00-00", 400, Some("to")),
        ("/analytics/series/daily?from=2026-02-13", 400, Some("to")),
        ("/transfers/nobody/summary", 404, None),
        ("/transfers/nobody/events", 404, None),
        ("/transfers/a%00b/events", 400, Some("transfer_id")),
        ("/transfers/t-1/events?limit=0", 400, Some("limit")),
    ] {
        let (answered, problem) = admin.refused("GET", path, "").await;
        assert_eq!((answered, problem["field"].as_str()), (status, field), "{path}: {problem}");
    }
}

async fn what_is_old_is_deleted_only_when_that_is_said(World { client, .. }: World) {
    let admin = TestAdmin::of(client);
    let now = cache_client::clock::Clock::now(&send_wrapper::SystemClock);
    let event = Event::new(EventType::PageView, Timestamp::from_millis(now));
    admin.send.analytics().record_event(&event).await.unwrap();
    // Forty days later.
    admin.clock.advance(now - TWO + 40 * 24 * 60 * MINUTE);
    let only_raw = json!({ "half_hours": null, "hours": null, "days": null });
    for path in ["/admin/retention", "/admin/retention?dry_run=true"] {
        let run = admin.post(path, only_raw.clone()).await;
        assert_eq!((&run["dry_run"], &run["levels"][0]["deleted"]), (&true.into(), &1.into()), "{run}");
    }
    let run = admin.post("/admin/retention?dry_run=false", only_raw.clone()).await;
    assert_eq!(
        (&run["dry_run"], &run["levels"][0]["deleted"], &run["failed"]),
        (&false.into(), &1.into(), &Value::Null)
    );
    let run = admin.post("/admin/retention?dry_run=false", only_raw).await;
    assert_eq!(run["levels"][0]["deleted"], 0);
    let runs = admin.get("/admin/retention?limit=3").await;
    assert_eq!(runs["runs"].as_array().unwrap().len(), 3);
    assert_eq!(admin.code("POST", "/admin/retention?dry_run=perhaps", "").await, refusal(400, "INVALID_INPUT"));
    let nothing = r#"{"raw":0}"#;
    assert_eq!(admin.refused("POST", "/admin/retention", nothing).await.1["field"], "raw");
}

async fn what_it_costs_is_recorded_and_summed_up(World { client, .. }: World) {
    let charges = |amount| vec![["Amazon S3", "Requests-Tier1", amount, "20000", "Requests"]];
    let days = [("2026-02-11", charges("0.3")), ("2026-02-12", charges("0.2"))];
    let bill = Bill::from(days.map(|(day, charges)| (day.to_owned(), charges)));
    let aws = TestCostExplorer::with(bill, 100, |request| match request {
        1 => Reply::Refuse(400, "AccessDeniedException", "not allowed"),
        _ => Reply::Page,
    });
    let explorer = CostExplorer::with_key(aws.url(), "AKIDEXAMPLE", "a-very-secret-access-key").attempts(1);
    let admin = TestAdmin::charged_by(Some(explorer), client, &["--api-key", "secret"]);
    let day = json!({
        "date": "2026-02-12", "currency": "USD", "total": 0.1, "collected_at": "2026-02-13T01:00:00Z",
        "by_service": { "Amazon S3": { "amount": "0.1", "usage_quantity": 20000, "usage_unit": "Requests" } },
    });
    assert_eq!(admin.post("/costs/2026-02-12", day.clone()).await, json!({ "recorded": "created" }));
    assert_eq!(admin.post("/costs/2026-02-12", day.clone()).await, json!({ "recorded": "unchanged" }));
    let recorded = admin.get("/costs/records/2026-02-12").await;
    assert_eq!((&recorded["total"], &recorded["by_service"]["Amazon S3"]["amount"]), (&"0.1".into(), &"0.1".into()));

    let (status, problem) = admin.refused("POST", "/costs/collect", "").await;
    assert_eq!((status, &problem["code"]), (502, &"COST_SOURCE".into()));
    assert!(
        !problem.to_string().contains("secret") && problem["detail"].as_str().unwrap().contains("AccessDenied"),
        "{problem}"
    );
    let collected = admin.post("/costs/collect", Value::Null).await;
    assert_eq!((&collected["created"], &collected["changed"]), (&1.into(), &1.into()), "{collected}");
    let again = admin.post("/costs/collect", Value::Null).await;
    assert_eq!((&again["from"], &again["requests"]), (&Value::Null, &0.into()));

    let again = admin.post("/costs/collect?from=2026-02-11", Value::Null).await;
    assert_eq!((&again["days"], &again["changed"], &again["requests"]), (&2.into(), &0.into(), &1.into()));
    assert_eq!(admin.refused("POST", "/costs/collect?from=2026-02-13", "").await.1["field"], "from");

    let week = admin.get("/costs/weekly/2026-W07").await;
    assert_eq!(week["total_cost"], "0.5", "what AWS says of a day is newer than what somebody recorded: {week}");
    let month = admin.get("/costs/monthly/2026-02").await;
    assert_eq!((&month["currency"], &month["top_cost_drivers"][0]["name"]), (&"USD".into(), &"Amazon S3".into()));
    assert_eq!(admin.get("/costs/daily/2026-02-11").await["complete"], true);
    assert_eq!(admin.get("/costs/alerts/current").await["alerts"], json!([]));
    let alerts = admin.get("/costs/alerts/current?day=0.2&week=0.49&month=1000").await;
    let over: Vec<_> = alerts["alerts"].as_array().unwrap().iter().map(|alert| &alert["window_type"]).collect();
    assert_eq!(over, ["weekly"], "{alerts}");

    let body = day.to_string();
    for (method, path, body, status, field) in [
        ("POST", "/costs/2026-02-30", body.as_str(), 400, Some("day")),
        ("POST", "/costs/2026-02-11", &body, 400, Some("date")),
        ("POST", "/costs/2026-02-12", "{}", 400, None),
        ("POST", "/costs/2026-02-12", r#"{"currency":"USD","total":"1","by_servce":{}}"#, 400, None),
        ("POST", "/costs/2026-02-12", r#"{"date":"2026-02-12","currency":"USD","total":"1e99"}"#, 400, None),
        ("GET", "/costs/hourly/2026-02-12", "", 400, Some("window_type")),
        ("GET", "/costs/weekly/2026-W54", "", 400, Some("window_key")),
        ("GET", "/costs/records/2026-02-01", "", 404, None),
        ("GET", "/costs/alerts/current?day=much", "", 400, Some("day")),
    ] {
        let (answered, problem) = admin.refused(method, path, body).await;
        assert_eq!((answered, problem["field"].as_str()), (status, field), "{method} {path}: {problem}");
    }
}

async fn the_cache_can_be_looked_at_and_nothing_else(World { client, .. }: World) {
    let stored = client.store().json("notes", Strategy::KeyBased, &json!({ "a": 1 })).key("k").file_id("f");
    let stored = stored.send().await.unwrap();
    let text = client.store().string("texts", Strategy::Direct, "a text").send().await.unwrap();
    let admin = TestAdmin::of(client.clone());
    assert_eq!(admin.get("/cache/namespaces").await, json!({ "namespaces": ["notes", "texts"], "next": null }));
    let folders = admin.get("/cache/folders/notes").await;
    assert_eq!(folders["paths"].as_array().unwrap().len(), 2, "{folders}");
    let files = admin.get("/cache/files/notes/data/").await;
    let file = json!({ "path": "notes/data/key-based/k/f.json", "cache_id": stored.cache_id.to_string() });
    assert!(files["files"].as_array().unwrap().contains(&file), "{files}");
    let entry = admin.get(&format!("/cache/entry/notes/{}", stored.cache_id)).await;
    assert_eq!((&entry["content"], &entry["metadata"]["cache_key"]), (&json!({ "a": 1 }), &"k".into()));
    let entry = admin.get(&format!("/cache/entry/texts/{}", text.cache_id)).await;
    assert_eq!((&entry["content"], &entry["too_long"]), (&"a text".into(), &false.into()));
    let long = client.store().string("texts", Strategy::Direct, "x".repeat((256 << 10) + 1)).send().await.unwrap();
    let entry = admin.get(&format!("/cache/entry/texts/{}", long.cache_id)).await;
    assert_eq!((&entry["content"], &entry["too_long"]), (&Value::Null, &true.into()));
    let absent = "/cache/entry/notes/00000000-0000-4000-8000-000000000000";
    assert_eq!(admin.code("GET", absent, "").await, refusal(404, "NOT_FOUND"));
    for path in [
        "/cache/files/notes%2F%2e%2e%2Fuser",
        "/cache/files/..%2Fuser",
        "/cache/files/notes%2F..%2F..%2Fuser",
        "/cache/files/notes%5C..%5Cuser",
        "/cache/folders/notes%2F%2e",
        "/cache/folders/notes//data",
        "/cache/folders/",
        "/cache/files/notes%00",
        "/cache/entry/notes/none",
        "/cache/folders/notes?cursor=..%2F..",
        "/cache/folders/notes?cursor=%C2%9A",
    ] {
        assert_eq!(admin.code("GET", path, "").await, refusal(400, "INVALID_INPUT"), "{path}");
    }
    // What stands for a slash is one.
    let path = "/cache/entry/..%2Fnotes/00000000-0000-4000-8000-000000000000";
    assert_eq!(admin.code("GET", path, "").await, refusal(404, "NOT_FOUND"));
    for method in ["PUT", "POST", "DELETE", "PATCH"] {
        assert_eq!(admin.code(method, "/cache/files/notes", "").await, refusal(405, "METHOD_NOT_ALLOWED"), "{method}");
    }
}

#[tokio::test]
async fn nobody_comes_in_without_the_key() {
    let service = InProcess::in_memory().unwrap();
    let mut admin = TestAdmin::of(service.client());
    let document: Value = serde_json::from_str(&admin::openapi()).unwrap();
    for key in [None, Some("wrong"), Some("")] {
        admin.key = key;
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, about) in item.as_object().unwrap() {
                if about["security"] == json!([{}]) {
                    continue;
                }
                let path = path.replace(['{', '}'], "");
                let code = admin.code(&method.to_uppercase(), &path, "").await;
                assert_eq!(code, refusal(401, "UNAUTHORIZED"), "{method} {path}");
            }
        }
        assert_eq!(admin.code("GET", "/no/such/path", "").await.0, 401);
        for path in ["/docs/", "/api-docs", "/info/health", "/health/live", "/health/ready"] {
            assert_eq!(admin.ask("GET", path, "").await.status(), 200, "{path}");
        }
    }
    let cookie = admin.http.get(format!("{}/tokens/list", admin.url)).header("cookie", "x-api-key=secret");
    assert_eq!(cookie.send().await.unwrap().status(), 200);
}

/// A file of keys with every scope of its own, and one key with all.
fn keys_file(folder: &std::path::Path) -> String {
    use sha2::{Digest as _, Sha256};
    use std::os::unix::fs::PermissionsExt as _;
    let line = |name: &str, scopes: &str| {
        let digest: String = Sha256::digest(name).iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{name} = {{ sha256 = \"{digest}\", scopes = [{scopes}] }}\n")
    };
    let single = ["read", "write", "delete", "admin"].map(|scope| line(scope, &format!("\"{scope}\"")));
    let file = folder.join("keys.toml");
    std::fs::write(&file, single.concat() + &line("secret", "\"read\", \"write\", \"delete\", \"admin\"")).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    file.to_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_key_does_what_its_scopes_say_however_the_path_is_written() {
    let service = InProcess::in_memory().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut admin = TestAdmin::with(service.client(), &["--keys-file", &keys_file(folder.path())]);
    let document: Value = serde_json::from_str(&admin::openapi()).unwrap();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, about) in item.as_object().unwrap() {
            let Some(needed) = about["x-scope"].as_str() else { continue };
            let path = path.replace(['{', '}'], "");
            // The last letter escaped, and every letter.
            let escaped: String =
                path.bytes().map(|byte| if byte == b'/' { "/".to_owned() } else { format!("%{byte:02x}") }).collect();
            let (but_one, last) = path.split_at(path.len() - 1);
            for path in [path.clone(), escaped, format!("{but_one}%{:02X}", last.as_bytes()[0])] {
                for scope in ["read", "write", "delete", "admin"] {
                    admin.key = Some(scope);
                    let status = admin.ask(&method.to_uppercase(), &path, "").await.status().as_u16();
                    assert_eq!(status != 403, scope == needed, "{method} {path} with {scope}: {status}");
                }
                admin.key = None;
                assert_eq!(admin.code(&method.to_uppercase(), &path, "").await.0, 401, "{method} {path}");
            }
        }
    }
    admin.key = Some("read");
    let refusal = admin.refused("GET", "/metrics", "").await.1;
    assert!(refusal["detail"].as_str().unwrap().contains("admin") && refusal["request_id"].is_string(), "{refusal}");
    let head = admin.ask("HEAD", "/tokens/list", "").await;
    assert_eq!((head.status().as_u16(), head.headers().contains_key("x-request-id")), (200, true));
    // There are no namespaces that a key could be for.
    let file = folder.path().join("keys.toml");
    let lines = std::fs::read_to_string(&file).unwrap();
    let limited = lines.replace("[\"read\"] }", "[\"read\"], namespaces = [\"x\"] }");
    assert_ne!(limited, lines);
    std::fs::write(&file, limited).unwrap();
    let file = file.to_str().unwrap();
    let config = CommandLine::try_parse_from(["send-admin", "--port", "0", "--keys-file", file]).unwrap().config;
    let refused = admin::bind_to(&config, admin.send.clone(), service.client(), None).unwrap_err().to_string();
    assert!(refused.contains("line 1") && refused.contains("namespaces"), "{refused}");
}

#[tokio::test]
async fn a_session_of_a_browser_is_one_of_this_service() {
    let service = InProcess::in_memory().unwrap();
    let admin = TestAdmin::of(service.client());
    let sign_in = admin.ask("POST", "/auth/session", json!({ "key": "secret", "path": "/admin/" }).to_string()).await;
    let cookie = sign_in.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.starts_with("send-admin-session=") && cookie.contains("Path=/admin/"), "{cookie}");
    let ticket = cookie.split(';').next().unwrap();
    let list = || admin.http.get(format!("{}/tokens/list", admin.url)).header("cookie", ticket);
    assert_eq!(list().send().await.unwrap().status(), 200);
    assert_eq!(list().header("origin", "https://evil.example").send().await.unwrap().status(), 403);
    assert_eq!(admin.code("POST", "/auth/session", r#"{"key": "wrong"}"#).await, refusal(401, "UNAUTHORIZED"));
}

#[tokio::test]
async fn without_a_key_only_this_machine_is_served() {
    let service = InProcess::in_memory().unwrap();
    let mut admin = TestAdmin::with(service.client(), &[]);
    admin.key = None;
    assert_eq!(
        admin.get("/tokens/list").await,
        json!({ "tokens": [], "next": null, "unreadable": 0, "complete": true })
    );
    // An empty key is none.
    for flags in [&["--host", "0.0.0.0"][..], &["--host", "0.0.0.0", "--api-key", ""]] {
        let flags = ["send-admin", "--port", "0"].iter().chain(flags);
        let config = CommandLine::try_parse_from(flags).unwrap().config;
        let refused = admin::bind_to(&config, SendCache::new(service.client()), service.client(), None).unwrap_err();
        assert!(refused.to_string().contains("FAST_API__AUTH__API_KEY__VALUE"), "{refused}");
    }
}

#[tokio::test]
async fn pages_of_others_cannot_ask() {
    let service = InProcess::in_memory().unwrap();
    let mut admin = TestAdmin::with(service.client(), &[]);
    admin.key = None;
    let host = admin.url.strip_prefix("http://").unwrap().to_owned();
    let ask = async |name: &str, value: &str| {
        let request = admin.http.post(format!("{}/tokens/use/nobody", admin.url)).header(name, value);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(ask("origin", &admin.url).await, 200);
    assert_eq!(ask("sec-fetch-site", "same-origin").await, 200);
    assert_eq!(ask("host", "localhost:1").await, 200);
    for (name, value) in [
        ("origin", "https://example.org"),
        ("origin", "null"),
        ("origin", "http://127.0.0.1:1"),
        ("sec-fetch-site", "cross-site"),
        // A name that leads here.
        ("host", "example.org"),
        ("host", &host.replace("127.0.0.1", "example.org")),
    ] {
        assert_eq!(ask(name, value).await, 403, "{name}: {value}");
    }
    // With a key, any name may lead here.
    let with_key = TestAdmin::of(service.client());
    let named = with_key.http.get(format!("{}/tokens/list", with_key.url)).header("host", "admin.example.org");
    assert_eq!(named.header("x-api-key", "secret").send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn one_run_at_a_time() {
    let service = InProcess::in_memory().unwrap();
    let aws = TestCostExplorer::with(Bill::new(), 100, |_| Reply::Hang);
    let explorer = CostExplorer::with_key(aws.url(), "AKIDEXAMPLE", "a-very-secret-access-key").attempts(1);
    let admin = TestAdmin::charged_by(Some(explorer), service.client(), &["--api-key", "secret"]);
    let (http, url) = (admin.http.clone(), format!("{}/costs/collect", admin.url));
    let first = tokio::spawn(http.post(url).header("x-api-key", "secret").send());
    while aws.asked().is_empty() {
        tokio::task::yield_now().await;
    }
    // Also when whoever began it goes away.
    first.abort();
    assert_eq!(admin.code("POST", "/costs/collect", "").await, refusal(409, "CONFLICT"));
}

#[tokio::test]
async fn every_operation_of_the_document_is_served_and_it_is_the_one_in_git() {
    expectorate::assert_contents(FILE, &admin::openapi());
    let service = InProcess::in_memory().unwrap();
    let admin = TestAdmin::of(service.client());
    let served: Value = admin.get("/api-docs").await;
    assert_eq!(served, serde_json::from_str::<Value>(&admin::openapi()).unwrap());
    let mut names = std::collections::BTreeSet::new();
    for (path, item) in served["paths"].as_object().unwrap() {
        for (method, about) in item.as_object().unwrap() {
            assert!(names.insert(about["operationId"].as_str().unwrap().to_owned()), "{path}");
            let path = path.replace(['{', '}'], "");
            let answer = admin.ask(&method.to_uppercase(), &path, "").await;
            let (status, body) = (answer.status().as_u16(), answer.text().await.unwrap());
            assert!(status != 405 && !body.contains("nothing at this path"), "{method} {path}: {status} {body}");
        }
    }
    let paths: String = served["paths"].as_object().unwrap().keys().map(|path| format!("{path}\n")).collect();
    assert!(names.len() >= 25, "{paths}");
    assert_eq!(admin.code("GET", "/no/such/path", "").await, refusal(404, "NOT_FOUND"));
    let answer = admin.ask("DELETE", "/tokens/list", "").await;
    assert_eq!((answer.status().as_u16(), answer.headers()["allow"].to_str().unwrap()), (405, "GET, HEAD"));
}

#[tokio::test]
async fn of_a_cache_that_is_away_only_that_is_said() {
    let service = InProcess::in_memory().unwrap();
    let admin = TestAdmin::of(Faulty::new(&service, |_, _| Act::Refuse).client());
    for path in ["/tokens/list", "/analytics/pulse", "/transfers/t/summary", "/cache/namespaces", "/admin/stats"] {
        let answer = admin.ask("GET", path, "").await;
        assert_eq!((answer.status().as_u16(), answer.headers()["retry-after"].to_str().unwrap()), (503, "1"), "{path}");
        let problem: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        assert_eq!(
            (&problem["code"], &problem["detail"]),
            (&"UNAVAILABLE".into(), &"the cache does not answer".into())
        );
    }
    assert_eq!(admin.ask("GET", "/info/health", "").await.status(), 503);
    let status = admin.get("/info/status").await;
    assert_eq!(
        (&status["cache"]["healthy"], &status["cache"]["reason"]),
        (&false.into(), &"the cache does not answer".into())
    );
    assert_eq!(admin.get("/info/versions").await["cache_service"], Value::Null);
}

#[tokio::test]
async fn it_says_what_it_is_and_counts_what_it_did() {
    let service = InProcess::in_memory().unwrap();
    let admin = TestAdmin::of(service.client());
    assert_eq!(admin.get("/info/health").await, json!({ "status": "ok" }));
    let status = admin.get("/info/status").await;
    assert_eq!((&status["name"], &status["cache"]["healthy"]), (&"send-admin".into(), &true.into()));
    assert!(admin.get("/info/versions").await["cache_service"].is_string());
    admin.refused("GET", "/tokens/lookup/nobody", "").await;
    let metrics = admin.ask("GET", "/metrics", "").await.text().await.unwrap();
    let line = r#"http_requests_total{method="GET",route="/tokens/lookup/{name}",status="404"} 1"#;
    assert!(metrics.contains(line) && metrics.ends_with("# EOF\n"), "{metrics}");
    // Whoever makes methods up makes no counters.
    for method in ["A1", "A2"] {
        admin.refused(method, "/tokens/list", "").await;
    }
    let metrics = admin.ask("GET", "/metrics", "").await.text().await.unwrap();
    assert!(metrics.contains(r#"method="other""#) && !metrics.contains("A1"), "{metrics}");
    let large = "x".repeat(3 << 20);
    assert_eq!(admin.code("POST", "/tokens/create", &large).await, refusal(413, "TOO_LARGE"));
}
