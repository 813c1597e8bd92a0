//! `send-admin`: the table of tokens, many at once, two administrators changing one, and who used it.

use std::collections::HashSet;

use cache_client::Strategy;
use cache_server::in_process::InProcess;
use cache_tests::{TestAdmin, World, each_transport};
use send_wrapper::tokens::{Action, UsageLimit, Use};
use send_wrapper::{Country, EntryKey, IpHash, SendCache, TokenName, UseId, namespaces};
use serde_json::{Value, json};

each_transport!(the_table_is_filtered_sorted_and_paged, uses_are_paged_and_summed_up);

const MINUTE: u64 = 60_000;
const DAY: u64 = 24 * 60 * MINUTE;

fn name(text: &str) -> TokenName {
    TokenName::parse(text).unwrap()
}

fn names(page: &Value) -> Vec<&str> {
    page["tokens"].as_array().unwrap().iter().map(|row| row["token_name"].as_str().unwrap()).collect()
}

async fn the_table_is_filtered_sorted_and_paged(World { client, .. }: World) {
    let admin = TestAdmin::of(client.clone());
    let tokens = admin.send.tokens();
    for (number, text) in ["delta", "alpha", "echo", "bravo", "charlie"].iter().enumerate() {
        let limit = [3, 0, 1, 10, 2][number];
        let create = tokens.create(&name(text)).usage_limit(limit).created_by(if number < 2 { "Anna" } else { "ben" });
        let create = if *text == "echo" { create.metadata("note", "for the Übung") } else { create };
        let create = if *text == "bravo" { create.expires_at(admin.send_time(DAY)) } else { create };
        create.send().await.unwrap();
        for _ in 0..number {
            tokens.use_once(&name(text), Use::default()).await.unwrap();
        }
        admin.clock.advance(1000);
    }
    tokens.revoke(&name("delta")).await.unwrap();
    // A record that is none of ours spoils nothing.
    client
        .store()
        .json("tokens", Strategy::KeyBased, &json!({ "other": 1 }))
        .key("k")
        .file_id("f")
        .send()
        .await
        .unwrap();

    let page = admin.get("/tokens/page").await;
    assert_eq!(names(&page), ["alpha", "bravo", "charlie", "delta", "echo"]);
    assert_eq!((&page["total"], &page["active"], &page["unreadable"]), (&5.into(), &2.into(), &1.into()), "{page}");
    assert_eq!((&page["complete"], &page["next"], &page["age_ms"]), (&true.into(), &Value::Null, &0.into()));
    assert_eq!(page["by_status"], json!({ "active": 2, "exhausted": 2, "revoked": 1 }));
    let alpha = &page["tokens"][0];
    assert_eq!(
        (&alpha["remaining"], &alpha["usage_count"], &alpha["created_by"]),
        (&(-1).into(), &1.into(), &"Anna".into())
    );
    assert_eq!(admin.get("/tokens/lookup/alpha").await["cache_id"], alpha["cache_id"]);
    for (query, found) in [
        ("status=exhausted", &["charlie", "echo"][..]),
        ("q=ANNA", &["alpha", "delta"]),
        ("q=%C3%9Cbung", &["echo"]),
        ("q=r&status=active", &["bravo"]),
        ("q=nobody", &[]),
        ("sort=-name", &["echo", "delta", "charlie", "bravo", "alpha"]),
        ("sort=remaining", &["charlie", "echo", "delta", "bravo", "alpha"]),
        ("sort=-usage_count", &["bravo", "charlie", "echo", "alpha", "delta"]),
        ("sort=created_at", &["delta", "alpha", "echo", "bravo", "charlie"]),
        ("sort=expires_at&limit=1", &["bravo"]),
        ("sort=created_by", &["alpha", "delta", "bravo", "charlie", "echo"]),
    ] {
        assert_eq!(names(&admin.get(&format!("/tokens/page?{query}")).await), found, "{query}");
    }
    // Page by page, whatever the order, nothing is left out or shown twice.
    for sort in ["name", "-name", "status", "-usage_limit", "created_by", "-last_used_at"] {
        let whole = admin.get(&format!("/tokens/page?sort={sort}")).await;
        let (mut walked, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = admin.get(&format!("/tokens/page?sort={sort}&limit=2{cursor}")).await;
            walked.extend(names(&page).into_iter().map(str::to_owned));
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(walked, names(&whole), "{sort}");
    }
    for (path, shown) in [("list", None), ("list-details", Some("token_name"))] {
        let (mut walked, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = admin.get(&format!("/tokens/{path}?limit=2{cursor}")).await;
            for token in page["tokens"].as_array().unwrap() {
                walked.push(shown.map_or(token, |name| &token[name]).as_str().unwrap().to_owned());
            }
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(walked, ["alpha", "bravo", "charlie", "delta", "echo"], "{path}");
        assert_eq!(admin.refused("GET", &format!("/tokens/{path}?limit=10001"), "").await.1["field"], "limit");
        assert_eq!(admin.refused("GET", &format!("/tokens/{path}?cursor=x"), "").await.1["field"], "cursor");
    }
    // What others wrote is seen five seconds later, what was written here at once.
    tokens.create(&name("foxtrot")).send().await.unwrap();
    assert_eq!(admin.get("/tokens/page").await["total"], 5);
    admin.post("/tokens/create", json!({ "token_name": "golf", "usage_limit": 1 })).await;
    let golf = async || admin.get("/tokens/page?q=golf").await["tokens"][0].clone();
    assert_eq!(golf().await["status"], "active");
    admin.post("/tokens/use/golf", Value::Null).await;
    assert_eq!((&golf().await["status"], &golf().await["usage_count"]), (&"exhausted".into(), &1.into()));
    admin.post("/tokens/update-limit/golf", json!({ "usage_limit": 9 })).await;
    assert_eq!((&golf().await["status"], &golf().await["remaining"]), (&"active".into(), &8.into()));
    admin.post("/tokens/revoke/golf", Value::Null).await;
    assert_eq!(golf().await["status"], "revoked");
    admin.clock.advance(5001);
    let later = admin.get("/tokens/page").await;
    assert_eq!((&later["total"], &later["by_status"]["revoked"]), (&7.into(), &2.into()), "{later}");
    // The time of a token ends without anybody writing it.
    admin.clock.advance(DAY);
    assert_eq!(names(&admin.get("/tokens/page?status=expired").await), ["bravo"]);

    let of_active = admin.get("/tokens/page?limit=1&status=active").await["next"].as_str().unwrap().to_owned();
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("sort=colour", "sort"),
        ("sort=--name", "sort"),
        ("cursor=x", "cursor"),
        (&format!("cursor={of_active}"), "cursor"),
        (&format!("status=active&q=a&cursor={of_active}"), "cursor"),
        (&format!("status=active&sort=-name&cursor={of_active}"), "cursor"),
        (&format!("q={}", "x".repeat(129)), "q"),
    ] {
        let (status, problem) = admin.refused("GET", &format!("/tokens/page?{query}"), "").await;
        assert_eq!(
            (status, &problem["code"], &problem["field"]),
            (400, &"INVALID_INPUT".into(), &field.into()),
            "{query}"
        );
    }
    assert_eq!(admin.refused("GET", "/tokens/page?status=happy", "").await.0, 400);
    let (status, problem) = admin.refused("GET", &format!("/audit?cursor={of_active}"), "").await;
    assert_eq!((status, &problem["field"]), (400, &"cursor".into()));
}

async fn uses_are_paged_and_summed_up(World { client, .. }: World) {
    let admin = TestAdmin::of(client);
    let tokens = admin.send.tokens();
    tokens.create(&name("t")).usage_limit(20).send().await.unwrap();
    for number in 0..25_u64 {
        if number % 10 == 9 {
            admin.clock.advance(DAY);
        }
        admin.clock.advance(1 + number % 2);
        let wanted = Use::default().use_id(UseId::parse(&format!("u{number}")).unwrap());
        let wanted = wanted.ip_hash(IpHash::parse(if number % 5 == 0 { "aa" } else { "bb" }).unwrap());
        let wanted = wanted.country(Country::parse("DE").unwrap()).user_agent("Firefox on Linux");
        tokens.use_once(&name("t"), wanted.action(Action::parse("page_opened").unwrap())).await.unwrap();
    }
    let all = admin.get("/tokens/usage/t?limit=1000").await;
    let ids = |page: &Value| -> Vec<String> {
        page["events"].as_array().unwrap().iter().map(|event| event["event_id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!((ids(&all).len(), &all["next"], &all["unreadable"]), (25, &Value::Null, &0.into()));
    for limit in [1, 4, 7, 24, 25] {
        let (mut walked, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = admin.get(&format!("/tokens/usage/t?limit={limit}{cursor}")).await;
            assert!(ids(&page).len() <= limit, "{limit}");
            walked.extend(ids(&page));
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(walked, ids(&all), "{limit}");
    }
    let day = |query: &str| format!("/tokens/usage/t?{query}");
    let of_one_day = admin.get(&day("from=2026-02-14&to=2026-02-14&limit=3")).await;
    assert_eq!(ids(&of_one_day).len(), 3);
    let next = of_one_day["next"].as_str().unwrap();
    assert_eq!(ids(&admin.get(&day(&format!("from=2026-02-14&to=2026-02-14&cursor={next}"))).await).len(), 7);

    let sum = admin.get("/tokens/usage-summary/t").await;
    assert_eq!(sum["token"], admin.get("/tokens/lookup/t").await);
    assert_eq!((&sum["granted"], &sum["refused"], &sum["complete"]), (&20.into(), &5.into(), &true.into()));
    assert_eq!(sum["by_day"][0], json!({ "day": "2026-02-13", "granted": 9, "refused": 0 }));
    assert_eq!(sum["by_day"][2], json!({ "day": "2026-02-15", "granted": 1, "refused": 5 }));
    assert_eq!((&sum["by_reason"], &sum["by_action"]), (&json!({ "exhausted": 5 }), &json!({ "page_opened": 20 })));
    assert_eq!((&sum["visitors"], sum["by_visitor"].as_array().unwrap().len()), (&2.into(), 2));
    let most = &sum["by_visitor"][0];
    assert_eq!(
        (&most["ip_hash"], &most["country"], &most["user_agent"]),
        (&"bb".into(), &"DE".into(), &"Firefox on Linux".into())
    );
    assert_eq!(most["granted"].as_u64().unwrap() + most["refused"].as_u64().unwrap(), 20);
    let one = admin.get("/tokens/usage-summary/t?from=2026-02-15&to=2026-02-15").await;
    assert_eq!((&one["granted"], &one["refused"]), (&1.into(), &5.into()));

    tokens.create(&name("other")).send().await.unwrap();
    let next = admin.get("/tokens/usage/t?limit=1").await["next"].as_str().unwrap().to_owned();
    for (path, status, field) in [
        (format!("/tokens/usage/other?cursor={next}"), 400, Some("cursor")),
        (format!("/tokens/usage/t?from=2026-02-14&cursor={next}"), 400, Some("cursor")),
        ("/tokens/usage/t?cursor=AAAA".to_owned(), 400, Some("cursor")),
        ("/tokens/usage/t?limit=1001".to_owned(), 400, Some("limit")),
        ("/tokens/usage/t?from=2026-02-15&to=2026-02-14".to_owned(), 400, Some("from")),
        ("/tokens/usage/t?from=10000-01-01T00:00:00Z".to_owned(), 400, Some("from")),
        ("/tokens/usage/t?to=-1".to_owned(), 400, Some("to")),
        ("/tokens/usage-summary/nobody".to_owned(), 404, None),
        ("/tokens/usage-summary/t?from=x".to_owned(), 400, Some("from")),
    ] {
        let (answered, problem) = admin.refused("GET", &path, "").await;
        assert_eq!((answered, problem["field"].as_str()), (status, field), "{path}: {problem}");
    }
}

fn in_memory() -> (InProcess, TestAdmin) {
    let service = InProcess::in_memory().unwrap();
    let admin = TestAdmin::of(service.client());
    (service, admin)
}

#[tokio::test]
async fn of_two_administrators_the_second_is_told_what_changed() {
    let (_service, admin) = in_memory();
    admin.post("/tokens/create", json!({ "token_name": "t", "usage_limit": 5, "metadata": { "note": "old" } })).await;
    let seen = admin.get("/tokens/lookup/t").await;
    let revision = seen["revision"].as_str().unwrap();
    // Uses in between do not matter.
    admin.post("/tokens/use/t", Value::Null).await;
    let first = json!({ "revision": revision, "usage_limit": 7, "expires_at": "2026-03-01T00:00:00Z" });
    let changed = admin.post("/tokens/update/t", first.clone()).await;
    assert_eq!(
        (&changed["usage_limit"], &changed["usage_count"], &changed["remaining"]),
        (&7.into(), &1.into(), &6.into())
    );
    assert_eq!(
        (&changed["expires_at"], &changed["metadata"]),
        (&1_772_323_200_000_u64.into(), &json!({ "note": "old" }))
    );
    assert_ne!(changed["revision"], revision);
    assert_eq!(changed["cache_id"], seen["cache_id"]);
    // One whose answer was lost may be sent again.
    assert_eq!(admin.post("/tokens/update/t", first).await["revision"], changed["revision"]);

    let second = json!({ "revision": revision, "metadata": { "note": "mine" } });
    let (status, problem) = admin.refused("POST", "/tokens/update/t", &second.to_string()).await;
    assert_eq!((status, &problem["code"], &problem["field"]), (409, &"STALE_REVISION".into(), &"revision".into()));
    assert_eq!(
        (&problem["current"]["usage_limit"], &problem["current"]["metadata"]["note"]),
        (&7.into(), &"old".into())
    );
    let again = json!({ "revision": problem["current"]["revision"], "metadata": { "note": "mine" }, "expires_at": 0 });
    let changed = admin.post("/tokens/update/t", again).await;
    assert_eq!((&changed["metadata"]["note"], &changed["expires_at"]), (&"mine".into(), &0.into()));
    // The note alone, beside what only a program knows.
    let exact = json!({ "note": "old", "number": 9_007_199_254_740_993_u64 });
    let body = json!({ "revision": changed["revision"], "metadata": exact });
    let changed = admin.post("/tokens/update/t", body).await;
    let changed = admin.post("/tokens/update/t", json!({ "revision": changed["revision"], "note": "new" })).await;
    assert_eq!(changed["metadata"], json!({ "note": "new", "number": 9_007_199_254_740_993_u64 }));
    let changed = admin.post("/tokens/update/t", json!({ "revision": changed["revision"], "note": "" })).await;
    assert_eq!(changed["metadata"], json!({ "number": 9_007_199_254_740_993_u64 }));
    // Taking it back is a change as well.
    let revoked = admin.post("/tokens/revoke/t", Value::Null).await;
    let late = json!({ "revision": changed["revision"], "usage_limit": 50 });
    assert_eq!(admin.refused("POST", "/tokens/update/t", &late.to_string()).await.0, 409);
    // A limit is no way back, and one that is used up exhausts.
    let with = |revision: &Value, limit: u64| json!({ "revision": revision, "usage_limit": limit });
    assert_eq!(admin.post("/tokens/update/t", with(&revoked["revision"], 1)).await["status"], "revoked");
    admin.post("/tokens/reactivate/t", json!({ "usage_limit": 3 })).await;
    let now = admin.get("/tokens/lookup/t").await;
    assert_eq!(admin.post("/tokens/update/t", with(&now["revision"], 1)).await["status"], "exhausted");

    // Of ten at the same time, one wins.
    let seen = admin.get("/tokens/lookup/t").await;
    let updates = (10..20).map(|limit| {
        let body = with(&seen["revision"], limit).to_string();
        admin.ask("POST", "/tokens/update/t", body)
    });
    let answers = futures::future::join_all(updates).await;
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status().as_u16()).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 9, "{statuses:?}");
}

#[tokio::test]
async fn what_is_absurd_is_refused_with_code_and_field() {
    let (_service, admin) = in_memory();
    admin.post("/tokens/create", json!({ "token_name": "t" })).await;
    let revision = admin.get("/tokens/lookup/t").await["revision"].clone();
    let script = "<script>alert('\u{202e}')</script>";
    let fits = json!({ "note": script, "filling": "x".repeat((8 << 10) - 90) });
    let too_long = json!({ "note": script, "filling": "x".repeat(8 << 10) });
    let update = |field: &str, value: Value| json!({ "revision": revision, field: value });
    let mut cases = Vec::new();
    for moment in [
        json!(-1),
        json!(1.5),
        json!(253_402_300_800_000_u64),
        json!(u64::MAX),
        json!("10000-01-01T00:00:00Z"),
        json!("-0001-01-01T00:00:00Z"),
        json!("1969-12-31T23:59:59Z"),
        json!("tomorrow"),
        json!(true),
        json!(1),
    ] {
        cases.push(("/tokens/update/t", update("expires_at", moment.clone()), 400, "expires_at"));
        cases.push(("/tokens/create", json!({ "token_name": "u", "expires_at": moment }), 400, "expires_at"));
        cases.push(("/tokens/create-many", json!({ "names": ["u"], "expires_at": moment }), 400, "expires_at"));
    }
    for other in ["имя", "名前", "اسم", "ｔ", "t\u{0}", "t\u{202e}", "", "-t", &"t".repeat(129)] {
        cases.push(("/tokens/create", json!({ "token_name": other }), 400, "token_name"));
    }
    cases.push(("/tokens/update/t", update("metadata", too_long.clone()), 400, "metadata"));
    cases.push(("/tokens/update/t", update("note", json!("x".repeat(8 << 10))), 400, "metadata"));
    cases.push(("/tokens/create", json!({ "token_name": "u", "metadata": too_long }), 400, "metadata"));
    cases.push(("/tokens/create-many", json!({ "names": ["u"], "metadata": too_long }), 400, "metadata"));
    cases.push(("/tokens/update/t", update("usage_limit", json!(1_000_000_001)), 400, "usage_limit"));
    cases.push(("/tokens/update/t", json!({ "revision": "old", "usage_limit": 1 }), 400, "revision"));
    cases.push(("/tokens/update/t", json!({ "revision": "0123456789abcdef", "usage_limit": 1 }), 409, "revision"));
    cases.push(("/tokens/update/%D0%B8%D0%BC%D1%8F", update("usage_limit", json!(1)), 400, "token_name"));
    cases.push(("/tokens/create-many", json!({ "names": [] }), 400, "names"));
    let many: Vec<String> = (0..10_001).map(|number| format!("n{number}")).collect();
    cases.push(("/tokens/create-many", json!({ "names": many }), 413, "names"));
    for (path, body, status, field) in cases {
        let (answered, problem) = admin.refused("POST", path, &body.to_string()).await;
        let shown: String = body.to_string().chars().take(200).collect();
        assert_eq!((answered, problem["field"].as_str()), (status, Some(field)), "{path} {shown}: {problem}");
        let code = match status {
            400 => "INVALID_INPUT",
            413 => "TOO_LARGE",
            _ => "STALE_REVISION",
        };
        assert_eq!(problem["code"], code, "{problem}");
    }
    assert_eq!(admin.code("POST", "/tokens/update/t", "{}").await.0, 400);
    assert_eq!(admin.code("POST", "/tokens/update/nobody", &update("usage_limit", json!(1)).to_string()).await.0, 404);
    // What fits is kept as it is, as text.
    let changed = admin.post("/tokens/update/t", update("metadata", fits.clone())).await;
    assert_eq!(changed["metadata"], fits);
    assert_eq!(admin.get("/tokens/page").await["tokens"][0]["note"], script);
}

#[tokio::test]
async fn a_thousand_are_created_at_once_with_a_result_for_each() {
    let (_service, admin) = in_memory();
    admin.post("/tokens/create", json!({ "token_name": "n7" })).await;
    admin.get("/tokens/page").await;
    let mut names: Vec<String> = (0..1000).map(|number| format!("N{number}")).collect();
    names.extend(["n3".to_owned(), "имя".to_owned(), "no name".to_owned()]);
    let body = json!({ "names": names, "usage_limit": 3, "created_by": "bob", "metadata": { "note": "all" } });
    let answer = admin.post("/tokens/create-many", body).await;
    assert_eq!((&answer["created"], &answer["refused"]), (&999.into(), &4.into()));
    let results = answer["results"].as_array().unwrap();
    assert_eq!(results.len(), 1003);
    assert_eq!((&results[0]["token_name"], &results[0]["created"]), (&"n0".into(), &true.into()));
    let ids: HashSet<&str> = results.iter().filter_map(|result| result["cache_id"].as_str()).collect();
    assert_eq!(ids.len(), 999);
    for (at, code) in
        [(7, "ALREADY_EXISTS"), (1000, "ALREADY_EXISTS"), (1001, "INVALID_INPUT"), (1002, "INVALID_INPUT")]
    {
        assert_eq!((&results[at]["created"], &results[at]["code"]), (&false.into(), &code.into()), "{at}");
        assert!(results[at]["detail"].is_string() && results[at].get("cache_id").is_none());
    }
    let page = admin.get("/tokens/page?q=bob&limit=1").await;
    assert_eq!((&page["total"], &page["matching"]), (&1000.into(), &999.into()), "{page}");
    assert_eq!((&page["tokens"][0]["usage_limit"], &page["tokens"][0]["note"]), (&3.into(), &"all".into()));
    let token = admin.send.tokens().lookup(&name("n999")).await.unwrap().unwrap();
    assert_eq!((token.usage_limit, token.created_by.as_str()), (UsageLimit::new(3).unwrap(), "bob"));
}

#[tokio::test]
async fn lists_say_what_they_cannot_show() {
    let (service, admin) = in_memory();
    admin.post("/tokens/create", json!({ "token_name": "t" })).await;
    for (key, record) in [
        ("foreign", json!({ "other": 1 })),
        // One of which the name can be read, and no more.
        (
            "half",
            json!({
                "token_name": "half", "usage_limit": 1, "usage_count": 0, "status": "active", "created_at": 1,
                "created_by": "x", "recent_uses": "none"
            }),
        ),
    ] {
        let tokens = SendCache::new(service.client()).entries(namespaces::TOKENS).unwrap();
        tokens.store(&EntryKey::parse(key).unwrap(), &record).await.unwrap();
    }
    admin.clock.advance(5001);
    let names = admin.get("/tokens/list").await;
    assert_eq!(names, json!({ "tokens": ["half", "t"], "next": null, "unreadable": 1, "complete": true }));
    let all = admin.get("/tokens/list-details").await;
    assert_eq!((all["tokens"].as_array().unwrap().len(), &all["unreadable"]), (1, &2.into()), "{all}");
    assert_eq!((&all["total"], &all["complete"]), (&2.into(), &true.into()));
}
