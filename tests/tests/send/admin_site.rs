//! `send-admin`: the overview, transfers page by page, series for charts, recorders, and what is counted in time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use cache_client::Strategy;
use cache_server::in_process::InProcess;
use cache_tests::{Act, Engine, Faulty, Still, TestAdmin, World, each_engine, each_transport};
use send_wrapper::admin;
use send_wrapper::analytics::{Event, EventType, Instance, Recorder, RecorderSettings, Retention, Secret, Source};
use send_wrapper::costs::{CostDay, Decimal};
use send_wrapper::tokens::Use;
use send_wrapper::{Currency, Day, SendCache, Timestamp, TokenName, TransferId, namespaces};
use serde_json::{Value, json};

each_transport!(transfers_and_their_events_are_paged);
each_engine!(one_answer_says_what_an_operator_asks_first);

const MINUTE: u64 = 60_000;
const DAY: u64 = 24 * 60 * MINUTE;
const TWO: u64 = TestAdmin::BEGINS;

async fn record(send: &SendCache, kind: EventType, at: u64) {
    let event = Event::new(kind, Timestamp::from_millis(at)).source(Source::Http).request("GET", "/a").answer(200, 5);
    send.analytics().record_event(&event).await.unwrap();
}

async fn cost(send: &SendCache, date: &str, cents: i64) {
    let date = Day::parse(date).unwrap();
    let day = CostDay::new(date, Currency::parse("USD").unwrap(), Decimal::new(cents, 2));
    send.costs().record(date, day).await.unwrap();
}

async fn one_answer_says_what_an_operator_asks_first(engine: Engine) {
    let still = Still::at(engine, TWO - 7 * DAY);
    for (ago, requests) in [(7, 1), (1, 2), (0, 3)] {
        still.set(TWO - ago * DAY);
        for _ in 0..requests {
            record(&still.send, EventType::PageView, TWO - ago * DAY).await;
        }
    }
    let flags = ["--api-key", "secret", "--cost-limit-month", "30", "--cost-limit-day", "1.5"];
    let admin = TestAdmin::with(still.client(), &flags);
    for (name, limit, uses, ends) in
        [("nearly", 10, 9, 0), ("half", 10, 5, 0), ("free", 0, 3, 0), ("soon", 5, 0, 6 * DAY), ("later", 5, 0, 8 * DAY)]
    {
        let name = TokenName::parse(name).unwrap();
        let create = admin.send.tokens().create(&name).usage_limit(limit);
        let create = if ends > 0 { create.expires_at(admin.send_time(ends)) } else { create };
        create.send().await.unwrap();
        for _ in 0..uses {
            admin.send.tokens().use_once(&name, Use::default()).await.unwrap();
        }
    }
    cost(&admin.send, "2026-02-11", 100).await;
    cost(&admin.send, "2026-02-12", 200).await;

    let mut overview = admin.get("/overview").await;
    // Where days take longer to be added up than anybody waits, they come later.
    for _ in 0..60 {
        if overview["missing"] == json!([]) {
            break;
        }
        overview = admin.get("/overview").await;
    }
    assert_eq!(overview["missing"], json!([]), "{overview}");
    assert_eq!(overview["degraded"], json!([]), "{overview}");
    // What happened before the pulse is told of, too; where looking for it takes long, a pulse later.
    let times = |of: &Value| -> Vec<u64> {
        of["recent_events"].as_array().unwrap().iter().map(|event| event["timestamp"].as_u64().unwrap()).collect()
    };
    for _ in 0..30 {
        if times(&overview).len() == 5 {
            break;
        }
        admin.clock.advance(5001);
        overview = admin.get("/overview").await;
    }
    assert_eq!(times(&overview), [TWO, TWO, TWO, TWO - DAY, TWO - DAY]);
    assert_eq!((&overview["pulse"]["active_requests"], &overview["age_ms"]), (&3.into(), &0.into()));
    assert_eq!(overview["pulse"]["recent_events"].as_array().unwrap().len(), 3);
    for (day, key, requests) in
        [("today", "2026-02-13", 3), ("yesterday", "2026-02-12", 2), ("week_ago", "2026-02-06", 1)]
    {
        let figures = &overview[day];
        assert_eq!((&figures["window_key"], &figures["total_requests"]), (&key.into(), &requests.into()), "{overview}");
    }
    let tokens = &overview["tokens"];
    assert_eq!((&tokens["total"], &tokens["active"]), (&5.into(), &5.into()));
    assert_eq!(
        (&tokens["nearly_used_up_count"], &tokens["nearly_used_up"][0]["token_name"]),
        (&1.into(), &"nearly".into())
    );
    assert_eq!((&tokens["expiring_count"], &tokens["expiring"][0]["token_name"]), (&1.into(), &"soon".into()));
    let costs = &overview["costs"];
    assert_eq!(
        (&costs["month"]["total_cost"], &costs["month"]["projected_month"]),
        (&"3".into(), &"42".into()),
        "{costs}"
    );
    assert_eq!(costs["limits"], json!({ "day": "1.5", "week": "25", "month": "30" }));
    assert_eq!(costs["alerts"].as_array().unwrap().len(), 2, "{costs}");

    // It is read once for everybody, and again after five seconds.
    still.calls.calls();
    for _ in 0..20 {
        assert_eq!(admin.get("/overview").await["tokens"], *tokens);
    }
    assert_eq!(still.calls.calls(), 0, "what was read once is shown twenty times");
    record(&admin.send, EventType::PageView, TWO).await;
    assert_eq!(admin.get("/overview").await["pulse"]["active_requests"], 3);
    // What is written here is seen at once.
    admin.post("/tokens/use/nearly", Value::Null).await;
    admin.post("/costs/2026-02-10", json!({ "currency": "USD", "total": "4" })).await;
    let overview = admin.get("/overview").await;
    assert_eq!((&overview["tokens"]["active"], &overview["tokens"]["nearly_used_up_count"]), (&4.into(), &0.into()));
    assert_eq!(overview["costs"]["month"]["total_cost"], "7");
    admin.clock.advance(5001);
    assert_eq!(admin.get("/overview").await["pulse"]["active_requests"], 4);
}

async fn transfers_and_their_events_are_paged(World { client, .. }: World) {
    let admin = TestAdmin::of(client.clone());
    let id = |number: u64| TransferId::parse(&format!("t-{number}")).unwrap();
    for number in 0..7 {
        admin.clock.advance(1000);
        for kind in [EventType::FileUpload, EventType::PageView, EventType::FileDownload, EventType::FileDownload] {
            admin.clock.advance(10);
            let event = Event::new(kind, admin.send_time(0));
            admin.send.transfers().record_event(&id(number), event).await;
        }
    }
    client
        .store()
        .json("transfers", Strategy::KeyBased, &json!({ "other": 1 }))
        .key("k")
        .file_id("f")
        .send()
        .await
        .unwrap();
    let page = admin.get("/transfers").await;
    let ids = |page: &Value| -> Vec<String> {
        page["transfers"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["transfer_id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(ids(&page), ["t-6", "t-5", "t-4", "t-3", "t-2", "t-1", "t-0"]);
    assert_eq!((&page["total"], &page["unreadable"], &page["next"]), (&7.into(), &1.into(), &Value::Null));
    let row = &page["transfers"][0];
    assert_eq!((&row["total_views"], &row["total_downloads"]), (&1.into(), &2.into()));
    assert_eq!(row["last_activity_at"], admin.send_time(0).millis());
    let entry = admin.get(&format!("/cache/entry/transfers/{}", row["cache_id"].as_str().unwrap())).await;
    assert_eq!(entry["content"]["transfer_id"], "t-6");
    let (mut walked, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = admin.get(&format!("/transfers?limit=3{cursor}")).await;
        walked.extend(ids(&page));
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(walked, ids(&page));

    let whole = admin.get("/transfers/t-3/events").await;
    assert_eq!((whole["events"].as_array().unwrap().len(), &whole["next"]), (4, &Value::Null));
    let first = admin.get("/transfers/t-3/events?limit=3").await;
    let next = first["next"].as_str().unwrap();
    let rest = admin.get(&format!("/transfers/t-3/events?limit=3&cursor={next}")).await;
    assert_eq!((&rest["events"], &rest["next"]), (&json!([whole["events"][3]]), &Value::Null));
    for (path, field) in [
        (format!("/transfers/t-4/events?cursor={next}"), "cursor"),
        (format!("/transfers?cursor={next}"), "cursor"),
        ("/transfers?limit=0".to_owned(), "limit"),
        ("/transfers?limit=101".to_owned(), "limit"),
        ("/transfers/t-4/events?limit=1001".to_owned(), "limit"),
    ] {
        let (status, problem) = admin.refused("GET", &path, "").await;
        assert_eq!((status, &problem["field"]), (400, &field.into()), "{path}: {problem}");
    }
}

#[tokio::test]
async fn the_last_windows_are_a_series_without_what_longer_ones_need() {
    let still = Still::at(Engine::Memory, TWO - 2 * DAY);
    record(&still.send, EventType::PageView, TWO - 2 * DAY).await;
    let admin = TestAdmin::of(still.client());
    let keys = |series: &Value| -> Vec<String> {
        series["windows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|window| window["window_key"].as_str().unwrap().to_owned())
            .collect()
    };
    let days = admin.get("/analytics/series/daily?last=3").await;
    assert_eq!(keys(&days), ["2026-02-11", "2026-02-12", "2026-02-13"]);
    let same = admin.get("/analytics/series/daily?from=2026-02-11&to=2026-02-12").await;
    assert_eq!(same["windows"].as_array().unwrap()[..], days["windows"].as_array().unwrap()[..2]);
    assert_eq!(keys(&admin.get("/analytics/series/30min?last=2").await), ["2026-02-13-13-30", "2026-02-13-14-00"]);
    assert_eq!(keys(&admin.get("/analytics/series/yearly?last=400").await).first().unwrap(), "1970");
    for path in ["/analytics/daily/2026-02-11", "/analytics/latest/daily", "/analytics/series/hourly?last=2"] {
        let text = admin.get(path).await.to_string();
        assert!(!text.contains("merge_state") && text.contains("top_paths"), "{path}: {text}");
    }
    assert!(!admin::openapi().contains("merge_state"));

    cost(&admin.send, "2026-02-11", 150).await;
    let costs = admin.get("/costs/series/daily?from=2026-02-10&to=2026-02-12").await;
    assert_eq!(keys(&costs), ["2026-02-10", "2026-02-11", "2026-02-12"]);
    assert_eq!((&costs["windows"][1]["total_cost"], &costs["limits"]["month"]), (&"1.5".into(), &"100".into()));
    assert_eq!(keys(&admin.get("/costs/series/weekly?last=2").await), ["2026-W06", "2026-W07"]);
    for (path, field) in [
        ("/analytics/series/daily", "from"),
        ("/analytics/series/daily?last=0", "last"),
        ("/analytics/series/daily?last=401", "last"),
        ("/analytics/series/daily?last=3&from=2026-02-11", "last"),
        ("/analytics/series/weekly?last=3", "window_type"),
        ("/costs/series/hourly?last=3", "window_type"),
        ("/costs/series/daily?from=2026-02-12&to=2026-02-11", "from"),
        ("/costs/series/daily?from=10000-01-01&to=2026-02-11", "from"),
        ("/costs/series/daily?from=2020-01-01&to=2026-02-11", "to"),
        ("/costs/series/daily?to=2026-02-11", "from"),
    ] {
        let (status, problem) = admin.refused("GET", path, "").await;
        assert_eq!((status, &problem["field"]), (400, &field.into()), "{path}: {problem}");
    }
    assert_eq!(admin.code("GET", "/analytics/series/daily?last=-1", "").await.0, 400);
}

#[tokio::test]
async fn the_recorders_of_two_applications_say_how_they_are() {
    let service = InProcess::in_memory().unwrap();
    let admin = TestAdmin::of(service.client());
    assert_eq!(admin.get("/info/recorders").await, json!({ "recorders": [] }));
    let is_away = Arc::new(AtomicBool::new(false));
    let away = Arc::clone(&is_away);
    let faulty = Faulty::new(&service, move |_, request| {
        let is_store = request.url().path().contains("/store/") && !request.url().path().contains("recorder");
        if is_store && away.load(Ordering::SeqCst) { Act::Refuse } else { Act::Pass }
    });
    let second = SendCache::new(faulty.client()).clock(Arc::clone(&admin.clock) as Arc<_>);
    let settings = RecorderSettings { give_up: Duration::from_millis(50), ..RecorderSettings::default() };
    let secret = || Secret::new("a secret for these tests").unwrap();
    let recorders = [("shop-2", &second), ("app-1", &admin.send)]
        .map(|(name, send)| (name, Recorder::start(send, secret(), settings)));
    let mut heartbeats: Vec<_> =
        recorders.iter().map(|(name, recorder)| recorder.heartbeats(Instance::parse(name).unwrap())).collect();
    for heartbeat in &mut heartbeats {
        assert!(heartbeat.beat().await.unwrap());
    }
    let entries =
        async || admin.send.entries(namespaces::ANALYTICS).unwrap().namespace_files().all().await.unwrap().len();
    let before = entries().await;
    admin.clock.advance(MINUTE);
    let event = || Event::new(EventType::PageView, Timestamp::from_millis(TWO));
    recorders[1].1.record(event(), None);
    recorders[1].1.flush().await;
    is_away.store(true, Ordering::SeqCst);
    recorders[0].1.record(event(), None);
    recorders[0].1.flush().await;
    for heartbeat in &mut heartbeats {
        assert!(heartbeat.beat().await.unwrap());
    }
    assert_eq!(entries().await, before + 1, "an event, and no further heartbeat");
    let seen = admin.get("/info/recorders").await;
    let [app, shop] = &seen["recorders"].as_array().unwrap()[..] else { panic!("{seen}") };
    assert_eq!((&app["instance"], &app["recorded"], &app["degraded"]), (&"app-1".into(), &1.into(), &false.into()));
    assert_eq!((&app["started_at"], &app["beat_at"]), (&TWO.into(), &(TWO + MINUTE).into()));
    assert_eq!((&shop["instance"], &shop["lost"], &shop["degraded"]), (&"shop-2".into(), &1.into(), &true.into()));
    assert!(shop["reason"].as_str().unwrap().contains("lost"), "{shop}");
    let degraded = admin.get("/overview").await["degraded"].clone();
    assert_eq!((&degraded[0]["what"], &degraded[0]["instance"]), (&"recorder".into(), &"shop-2".into()), "{degraded}");
    admin.clock.advance(3 * MINUTE + 1);
    let silent = admin.get("/info/recorders").await;
    assert_eq!((&silent["recorders"][0]["silent"], &silent["recorders"][1]["silent"]), (&true.into(), &true.into()));
    assert_eq!(admin.get("/overview").await["degraded"].as_array().unwrap().len(), 2);
    // A recorder that has ended says so, and nothing more; nobody misses it.
    drop(recorders);
    assert!(!heartbeats[1].beat().await.unwrap());
    admin.clock.advance(5 * MINUTE);
    let seen = admin.get("/info/recorders").await;
    let [app, shop] = &seen["recorders"].as_array().unwrap()[..] else { panic!("{seen}") };
    assert_eq!((&app["ended"], &app["silent"], &app["recorded"]), (&true.into(), &false.into(), &1.into()));
    assert_eq!((&shop["ended"], &shop["silent"]), (&false.into(), &true.into()));
    let degraded = admin.get("/overview").await["degraded"].clone();
    assert_eq!((degraded.as_array().unwrap().len(), &degraded[0]["instance"]), (1, &"shop-2".into()), "{degraded}");
    // Nor, after a day, one that was killed.
    admin.clock.advance(DAY);
    assert_eq!(admin.get("/overview").await["degraded"], json!([]));
    let seen = admin.get("/info/recorders").await;
    assert_eq!((&seen["recorders"][0]["forgotten"], &seen["recorders"][1]["forgotten"]), (&false.into(), &true.into()));
    for name in ["", "a/b", "../a", "ä", &"x".repeat(65)] {
        assert!(Instance::parse(name).is_err(), "{name}");
    }
}

#[tokio::test]
async fn what_cannot_be_counted_in_two_seconds_is_said() {
    let service = InProcess::in_memory().unwrap();
    let hangs =
        Faulty::new(
            &service,
            |_, request| {
                if request.url().path().contains("analytics/stats") { Act::Hang } else { Act::Pass }
            },
        );
    let admin = TestAdmin::of(hangs.client());
    admin.post("/tokens/create", json!({ "token_name": "t" })).await;
    let begun = Instant::now();
    let stats = admin.get("/admin/stats").await;
    assert!(begun.elapsed() < Duration::from_millis(2500), "{:?}", begun.elapsed());
    assert_eq!((&stats["tokens"], &stats["missing"]), (&1.into(), &json!(["analytics"])), "{stats}");
    assert_eq!(stats["namespaces"].as_array().unwrap().len(), 4);

    // Of the overview, the parts that can be read are answered.
    let no_time =
        Faulty::new(
            &service,
            |_, request| {
                if request.url().path().contains("temporal") { Act::Refuse } else { Act::Pass }
            },
        );
    let admin = TestAdmin::of(no_time.client());
    let overview = admin.get("/overview").await;
    assert_eq!((&overview["pulse"], &overview["tokens"]["total"]), (&Value::Null, &1.into()), "{overview}");
    assert!(overview["missing"].as_array().unwrap().contains(&"pulse".into()), "{overview}");
    // A pulse that is slow costs the pulse, and does not say that the cache is down.
    let slow = Faulty::new(&service, |_, request| match request.url().path().contains("temporal") {
        true => Act::Hang,
        false => Act::Pass,
    });
    let overview = TestAdmin::of(slow.client()).get("/overview").await;
    assert_eq!((&overview["pulse"], &overview["degraded"]), (&Value::Null, &json!([])), "{overview}");
    let missing = overview["missing"].as_array().unwrap();
    assert!(missing.contains(&"pulse".into()) && !missing.contains(&"health".into()), "{overview}");
    assert!(!missing.contains(&"recorders".into()), "{overview}");
    let away = TestAdmin::of(Faulty::new(&service, |_, _| Act::Refuse).client());
    for path in ["/overview", "/tokens/page", "/transfers", "/audit", "/info/recorders", "/costs/series/daily?last=2"] {
        assert_eq!(away.code("GET", path, "").await, (503, "UNAVAILABLE".to_owned()), "{path}");
    }
}

#[tokio::test]
async fn a_day_that_is_not_kept_is_absent() {
    let still = Still::at(Engine::Memory, TWO - 9 * DAY);
    for ago in [9, 0] {
        still.set(TWO - ago * DAY);
        record(&still.send, EventType::PageView, TWO - ago * DAY).await;
    }
    // In the next month, so that days may go.
    still.set(TWO + 16 * DAY);
    let policy = Retention { raw: Some(1), days: Some(1), months: None, ..Retention::default() };
    assert_eq!(still.send.analytics().apply_retention(&policy).await.unwrap().failed, None);
    let admin = TestAdmin::of(still.client());
    admin.clock.advance(16 * DAY);
    still.set(TWO + 16 * DAY + 1);
    let overview = admin.get("/overview").await;
    assert_eq!((&overview["week_ago"], &overview["missing"]), (&Value::Null, &json!([])), "{overview}");
    assert_eq!(overview["today"]["total_requests"], 0);
}
