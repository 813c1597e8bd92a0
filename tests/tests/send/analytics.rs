//! Analytics: what is recorded, and what a pulse says about it.

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::body::MessageBody as _;
use actix_web::dev::Service as _;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::{App, HttpResponse, web};
use cache_client::CacheClient;
use cache_server::in_process::InProcess;
use cache_tests::{Act, Engine, Faulty, KEY, TestServer, World, each_engine, each_transport};
use send_wrapper::analytics::{Client, Event, EventType, Recorder, RecorderSettings, Secret, Source, WindowType};
use send_wrapper::middleware::RecordRequests;
use send_wrapper::{Clock, EventId, ManualClock, SendCache, SystemClock, Timestamp, TransferId, namespaces};
use serde_json::Value;

each_transport!(many_events_become_few_entries_and_none_is_lost, an_event_that_is_alone_is_an_entry_of_its_own);
each_engine!(
    a_pulse_covers_its_window_and_nothing_else,
    a_pulse_crosses_hours_and_days,
    a_pulse_of_nothing_is_empty,
    the_latest_pulse_is_kept_when_somebody_asks_for_that,
    whatever_else_lies_there_is_stepped_over,
);

/// 2026-02-13T23:58:00Z.
const LATE: u64 = 1_771_027_080_000;
const MINUTE: u64 = 60_000;
const A: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
const B: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));

fn secret() -> Secret {
    Secret::new("a secret for these tests").unwrap()
}

fn request_at(now: u64) -> Event {
    Event::new(EventType::ApiCall, Timestamp::from_millis(now)).source(Source::Http).request("GET", "/a").answer(200, 3)
}

fn settings() -> RecorderSettings {
    RecorderSettings::default()
}

async fn entries(client: &CacheClient) -> usize {
    client.namespace().ids(namespaces::ANALYTICS).all().await.unwrap().len()
}

async fn many_events_become_few_entries_and_none_is_lost(World { client, .. }: World) {
    let send = SendCache::new(client.clone());
    let recorder = Recorder::start(&send, secret(), settings());
    for number in 0..1200 {
        let address = if number % 2 == 0 { A } else { B };
        recorder.record(request_at(SystemClock.now()), Some(address));
    }
    recorder.flush().await;
    let health = recorder.health();
    assert_eq!(
        (health.recorded, health.dropped, health.given_up, health.queued, health.degraded),
        (1200, 0, 0, 0, false)
    );
    assert_eq!(entries(&client).await as u64, health.entries);
    assert!((3..=8).contains(&health.entries), "{health:?}");
    let pulse = send.analytics().pulse(1).await.unwrap();
    assert_eq!((pulse.active_requests, pulse.active_visitors, pulse.recent_events.len()), (1200, 2, 10));
}

async fn an_event_that_is_alone_is_an_entry_of_its_own(World { client, .. }: World) {
    let send = SendCache::new(client.clone());
    let recorder = Recorder::start(&send, secret(), settings());
    let event = request_at(SystemClock.now()).user_agent("Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0");
    recorder.record(event.clone(), Some(A));
    recorder.flush().await;
    let id = client.namespace().ids(namespaces::ANALYTICS).all().await.unwrap()[0];
    let stored: Event = client.retrieve().by_id(namespaces::ANALYTICS, id).json().await.unwrap().unwrap();
    let hash = stored.ip_hash.clone().unwrap();
    assert_eq!(stored, event.ip_hash(hash.clone()));
    assert_eq!((hash.as_str().len(), stored.user_agent.as_deref()), (64, Some("Firefox on Linux")));

    // Two together are a batch.
    for _ in 0..2 {
        recorder.record(request_at(SystemClock.now()), Client::default());
    }
    recorder.flush().await;
    let ids = client.namespace().ids(namespaces::ANALYTICS).all().await.unwrap();
    let other = ids.into_iter().find(|other| *other != id).unwrap();
    let batch: Value = client.retrieve().by_id(namespaces::ANALYTICS, other).json().await.unwrap().unwrap();
    assert_eq!((&batch["kind"], batch["events"].as_array().unwrap().len()), (&"event_batch".into(), 2));
    assert_eq!(batch["batch_id"].as_str().unwrap().len(), 36);
}

/// A server whose clock, and a handle whose clock, stand still together.
struct Still {
    server: TestServer,
    send: SendCache,
    clock: Arc<ManualClock>,
}

impl Still {
    fn at(engine: Engine, now: u64) -> Self {
        let server = engine.setup().clock_at(now).start();
        let client = CacheClient::builder(server.url()).api_key("x-api-key", KEY).build().unwrap();
        let clock = Arc::new(ManualClock::at(now));
        let send = SendCache::new(client).clock(Arc::clone(&clock) as Arc<_>);
        Self { server, send, clock }
    }

    fn advance(&self, milliseconds: u64) -> u64 {
        self.server.advance(milliseconds);
        self.clock.advance(milliseconds);
        self.clock.now()
    }

    async fn requests(&self, minutes: u32) -> u64 {
        self.send.analytics().pulse(minutes).await.unwrap().active_requests
    }
}

async fn a_pulse_covers_its_window_and_nothing_else(engine: Engine) {
    let still = Still::at(engine, LATE - 10 * MINUTE);
    let recorder = Recorder::start(&still.send, secret(), settings());
    let transfer = TransferId::parse("t").unwrap();
    // The first at the very edge: it is out when the window is five minutes, since the edge does not count.
    for (milliseconds, event_type) in [
        (0, EventType::ApiCall),
        (1, EventType::PageView),
        (4 * MINUTE, EventType::FileDownload),
        (MINUTE - 2, EventType::ApiCall),
    ] {
        let now = still.advance(milliseconds);
        let event = Event::new(event_type, Timestamp::from_millis(now))
            .source(Source::Http)
            .request("GET", "/b")
            .answer(200, 1);
        recorder.record(event.transfer_id(transfer.clone()), Some(A));
        recorder.flush().await;
    }
    still.advance(1);
    let pulse = still.send.analytics().pulse(5).await.unwrap();
    assert_eq!((pulse.active_requests, pulse.active_visitors, pulse.active_transfers), (2, 1, 1));
    assert_eq!((pulse.window_minutes, pulse.computed_at.millis()), (5, LATE - 5 * MINUTE));
    let shown: Vec<_> = pulse.recent_events.iter().map(|event| event.event_type).collect();
    assert_eq!(shown, [EventType::ApiCall, EventType::FileDownload, EventType::PageView]);
    let text = serde_json::to_string(&pulse).unwrap();
    assert!(!text.contains("ip_hash") && !text.contains("transfer_id\""), "{text}");
    assert_eq!(still.requests(6).await, 3);
    for minutes in [0, 1441] {
        assert_eq!(still.send.analytics().pulse(minutes).await.unwrap_err().code(), "INVALID_INPUT");
    }
}

async fn a_pulse_crosses_hours_and_days(engine: Engine) {
    let still = Still::at(engine, LATE);
    let recorder = Recorder::start(&still.send, secret(), settings());
    for _ in 0..5 {
        // 23:59 to 00:03 of the next day.
        let now = still.advance(MINUTE);
        recorder.record(request_at(now), Some(A));
        recorder.flush().await;
    }
    let pulse = still.send.analytics().pulse(5).await.unwrap();
    // The salt has turned at midnight.
    assert_eq!((pulse.active_requests, pulse.active_visitors), (5, 2));
    assert_eq!(still.requests(3).await, 3);
    assert_eq!(still.requests(1440).await, 5);
    still.advance(2 * MINUTE);
    assert_eq!(still.requests(5).await, 3);
}

async fn the_latest_pulse_is_kept_when_somebody_asks_for_that(engine: Engine) {
    let still = Still::at(engine, LATE);
    let analytics = still.send.analytics();
    assert_eq!(analytics.kept_pulse().await.unwrap(), None);
    let first = analytics.pulse(5).await.unwrap();
    analytics.keep_pulse(&first).await.unwrap();
    assert_eq!(analytics.kept_pulse().await.unwrap().unwrap(), first);
    still.advance(MINUTE);
    analytics.record_event(&request_at(still.clock.now())).await.unwrap();
    let second = analytics.pulse(5).await.unwrap();
    // One that was computed before, by somebody slow, does not replace it.
    for pulse in [&second, &first] {
        analytics.keep_pulse(pulse).await.unwrap();
        assert_eq!(analytics.kept_pulse().await.unwrap().unwrap(), second);
    }
    // It is one entry, and no event.
    assert_eq!(still.send.entries(namespaces::ANALYTICS).unwrap().namespace_files().all().await.unwrap().len(), 2);
    assert_eq!(analytics.pulse(5).await.unwrap(), second);
}

async fn a_pulse_of_nothing_is_empty(engine: Engine) {
    let still = Still::at(engine, LATE);
    let pulse = still.send.analytics().pulse(1440).await.unwrap();
    assert_eq!((pulse.active_requests, pulse.active_visitors, pulse.active_transfers), (0, 0, 0));
    assert!(pulse.recent_events.is_empty());
}

async fn whatever_else_lies_there_is_stepped_over(engine: Engine) {
    let still = Still::at(engine, LATE);
    let store = still.send.analytics();
    for document in ["{\"kind\": \"event_batch\"}", "{\"kind\": 5}", "{\"event_type\": \"unheard_of\"}", "{}"] {
        still.server.post("/analytics/temporal/store/json").json(document).await;
    }
    still.server.post("/analytics/temporal/store/string").text("a text").await;
    still.server.post("/analytics/temporal/store/binary").bytes(b"bytes".to_vec()).await;
    store.record_event(&request_at(LATE)).await.unwrap();
    assert_eq!(still.requests(5).await, 1);
}

#[tokio::test]
async fn an_entry_whose_answer_was_lost_counts_once() {
    let service = InProcess::in_memory().unwrap();
    let faulty = Faulty::new(&service, |call, _| if call <= 2 { Act::LoseAnswer } else { Act::Pass });
    let send = SendCache::new(faulty.client());
    let recorder = Recorder::start(&send, secret(), settings());
    for _ in 0..3 {
        recorder.record(request_at(SystemClock.now()), Some(A));
    }
    recorder.flush().await;
    assert_eq!((recorder.health().recorded, recorder.health().entries), (3, 1));
    assert_eq!(entries(&service.client()).await, 3, "it was stored three times");
    assert_eq!(SendCache::new(service.client()).analytics().pulse(1).await.unwrap().active_requests, 3);
}

#[tokio::test]
async fn what_a_cache_that_is_away_costs_is_counted_and_ends_by_itself() {
    let service = InProcess::in_memory().unwrap();
    let away = Arc::new(AtomicBool::new(true));
    let is_away = Arc::clone(&away);
    let faulty =
        Faulty::new(&service, move |_, _| if is_away.load(Ordering::SeqCst) { Act::Refuse } else { Act::Pass });
    let clock = Arc::new(ManualClock::at(LATE));
    let send = SendCache::new(faulty.client()).clock(Arc::clone(&clock) as Arc<_>);
    let few = RecorderSettings { queue: 10, batch: 5, window: Duration::from_millis(1), ..settings() };
    let recorder = Recorder::start(&send, secret(), few);
    // More than the queue and all entries on their way can hold; nobody has to wait for that.
    for _ in 0..100 {
        recorder.record(request_at(LATE), Some(A));
        tokio::task::yield_now().await;
    }
    let health = recorder.health();
    assert!(health.dropped >= 60 && health.degraded, "{health:?}");
    assert_eq!((health.recorded, health.given_up), (0, 0));

    away.store(false, Ordering::SeqCst);
    recorder.flush().await;
    let health = recorder.health();
    assert_eq!((health.recorded + health.dropped, health.given_up), (100, 0));
    assert!(health.degraded, "what was lost shows for a minute");
    clock.advance(MINUTE);
    assert!(!recorder.health().degraded);
}

#[tokio::test]
async fn an_event_of_a_transfer_that_finds_the_queue_full_is_not_said_to_be_recorded() {
    let service = InProcess::in_memory().unwrap();
    let slow = Faulty::new(&service, |_, request| match request.url().path().contains("/temporal/") {
        true => Act::Hang,
        false => Act::Pass,
    });
    let send = SendCache::new(slow.client());
    let one = RecorderSettings { queue: 1, batch: 1, ..settings() };
    let recorder = Recorder::start(&send, secret(), one);
    // Until all entries that may be on their way are, and the queue is full.
    for _ in 0..200 {
        recorder.record(request_at(SystemClock.now()), Client::default());
        tokio::task::yield_now().await;
    }
    let dropped = recorder.health().dropped;
    let recorded = send.transfers().recorded_by(&recorder).record_event(&TransferId::random(), request_at(LATE)).await;
    assert_eq!((recorded.in_analytics, recorded.in_transfer, recorder.health().dropped), (false, true, dropped + 1));
}

#[tokio::test]
async fn what_the_cache_never_takes_is_given_up_and_counted() {
    let service = InProcess::in_memory().unwrap();
    let send = SendCache::new(Faulty::new(&service, |_, _| Act::Refuse).client());
    let short = RecorderSettings { give_up: Duration::from_millis(150), ..settings() };
    let recorder = Recorder::start(&send, secret(), short);
    for _ in 0..7 {
        recorder.record(request_at(SystemClock.now()), Client::default());
    }
    recorder.flush().await;
    assert_eq!((recorder.health().given_up, recorder.health().recorded), (7, 0));
    assert!(recorder.health().degraded);
    assert!(recorder.record_now(request_at(SystemClock.now()), Client::default()).await.is_err());
    assert_eq!(recorder.health().given_up, 8);
}

#[tokio::test]
async fn what_waits_is_stored_when_nobody_records_any_more() {
    let service = InProcess::in_memory().unwrap();
    let send = SendCache::new(service.client());
    let patient = RecorderSettings { window: Duration::from_secs(3600), ..settings() };
    let recorder = Recorder::start(&send, secret(), patient);
    let ids: HashSet<EventId> = (0..100)
        .map(|_| {
            let event = request_at(SystemClock.now());
            recorder.record(event.clone(), Some(A));
            event.event_id
        })
        .collect();
    assert_eq!(ids.len(), 100, "every event has an id of its own");
    recorder.flush().await;
    assert_eq!(send.analytics().pulse(1).await.unwrap().active_requests, 100);
}

/// An application with the middleware around a page, a call and what is not there.
macro_rules! application {
    ($requests:expr) => {
        init_service(
            App::new()
                .wrap($requests)
                .route("/page", web::get().to(|| async { HttpResponse::Ok().content_type("text/html").body("<p>") }))
                .route("/call", web::post().to(HttpResponse::NoContent)),
        )
        .await
    };
}

fn from(address: IpAddr) -> TestRequest {
    TestRequest::get().peer_addr((address, 1234).into())
}

#[actix_web::test]
async fn every_request_is_recorded_once_without_what_would_tell_who_made_it() {
    let service = InProcess::in_memory().unwrap();
    let send = SendCache::new(service.client());
    let recorder = Recorder::start(&send, secret(), settings());
    let country = "x-country".parse().unwrap();
    let app = application!(RecordRequests::new(&recorder).trusted_proxies(1).country_header(country));
    let agent = "Mozilla/5.0 (Windows NT 10.0; serial 7) Chrome/140.0 Safari/537.36";
    for request in [
        from(A).uri("/page?token=secret").insert_header(("referer", "https://example.org/private?q=1")),
        from(A).uri("/call").method(actix_web::http::Method::POST).insert_header(("x-country", "PT")),
        from(A).uri("/absent").insert_header(("x-forwarded-for", "203.0.113.9, 198.51.100.7")),
    ] {
        call_service(&app, request.insert_header(("user-agent", agent)).insert_header(("cookie", "id=1")).to_request())
            .await;
    }
    recorder.flush().await;
    let ids = service.client().namespace().ids(namespaces::ANALYTICS).all().await.unwrap();
    let batch: Value = service.client().retrieve().by_id(namespaces::ANALYTICS, ids[0]).json().await.unwrap().unwrap();
    let events: Vec<Event> = serde_json::from_value(batch["events"].clone()).unwrap();
    let seen: Vec<_> = events
        .iter()
        .map(|event| (event.event_type, event.method.as_deref(), event.path.as_deref(), event.status_code))
        .collect();
    let expected = [
        (EventType::PageView, Some("GET"), Some("/page"), Some(200)),
        (EventType::ApiCall, Some("POST"), Some("/call"), Some(204)),
        (EventType::ApiCall, Some("GET"), Some("(unmatched)"), Some(404)),
    ];
    assert_eq!(seen, expected);
    assert_eq!(events[0].referrer_domain.as_deref(), Some("example.org"));
    assert_eq!((events[0].content_bytes, events[0].user_agent.as_deref()), (Some(3), Some("Chrome on Windows")));
    assert_eq!(events[1].country.as_ref().map(|country| country.as_str()), Some("PT"));
    assert_eq!(events[0].ip_hash, events[1].ip_hash);
    assert_ne!(events[0].ip_hash, events[2].ip_hash, "the proxy's header tells the client");
    let stored = batch.to_string();
    for private in ["192.0.2.1", "203.0.113.9", "198.51.100.7", "secret", "serial", "cookie", "private", "id=1"] {
        assert!(!stored.contains(private), "{private}: {stored}");
    }
    let pulse = send.analytics().pulse(1).await.unwrap();
    assert_eq!((pulse.active_requests, pulse.active_visitors), (3, 2));
}

#[actix_web::test]
async fn an_upload_of_ten_minutes_counts_when_it_is_done_with_its_duration() {
    // 2026-02-13T13:55:00Z, so that it ends at 14:05.
    let still = cache_tests::Still::at(Engine::Memory, 1_770_990_900_000);
    let recorder = Recorder::start(&still.send, secret(), settings());
    let clock = Arc::clone(&still.clock);
    let upload = move || {
        clock.advance(10 * MINUTE);
        async { HttpResponse::NoContent().finish() }
    };
    let app = App::new().wrap(RecordRequests::new(&recorder)).route("/upload", web::put().to(upload));
    let app = init_service(app).await;
    call_service(&app, from(A).uri("/upload").method(actix_web::http::Method::PUT).to_request()).await;
    recorder.flush().await;
    assert_eq!(still.send.analytics().pulse(5).await.unwrap().active_requests, 1);
    let half = still.aggregation(WindowType::HalfHour, "2026-02-13-14-00").await;
    assert_eq!((half.total_requests, half.avg_duration_ms), (1, 600_000.0));
    assert!(half.p50_duration_ms.abs_diff(600_000) <= 6_000, "{}", half.p50_duration_ms);
    let before = still.aggregation(WindowType::HalfHour, "2026-02-13-13-30").await;
    assert_eq!((before.event_count, half.late_events), (0, 0));
}

#[actix_web::test]
async fn an_answer_that_is_streamed_is_recorded_when_it_was_sent_or_given_up() {
    let still = cache_tests::Still::at(Engine::Memory, LATE);
    let recorder = Recorder::start(&still.send, secret(), settings());
    let clock = Arc::clone(&still.clock);
    let download = move || {
        let clock = Arc::clone(&clock);
        let parts = futures::stream::repeat_with(move || {
            clock.advance(1000);
            Ok::<_, actix_web::Error>(web::Bytes::from_static(b"0123456789"))
        });
        async { HttpResponse::Ok().streaming(futures::StreamExt::take(parts, 3)) }
    };
    let app = App::new().wrap(RecordRequests::new(&recorder)).route("/download", web::get().to(download));
    let app = init_service(app).await;
    let whole = call_service(&app, from(A).uri("/download").to_request()).await;
    recorder.flush().await;
    assert_eq!(recorder.health().recorded, 0, "nothing was sent yet");
    assert_eq!(actix_web::test::read_body(whole).await.len(), 30);
    let mut part = call_service(&app, from(A).uri("/download").to_request()).await.into_body();
    let begun = futures::future::poll_fn(|context| std::pin::Pin::new(&mut part).poll_next(context)).await;
    assert!(begun.is_some_and(|bytes| bytes.is_ok()));
    drop(part);
    recorder.flush().await;
    let ids = still.client().namespace().ids(namespaces::ANALYTICS).all().await.unwrap();
    let batch: Value = still.client().retrieve().by_id(namespaces::ANALYTICS, ids[0]).json().await.unwrap().unwrap();
    let events: Vec<Event> = serde_json::from_value(batch["events"].clone()).unwrap();
    let seen = events.iter().map(|event| (event.content_bytes, event.duration_ms, event.timestamp.millis() - LATE));
    assert_eq!(seen.collect::<Vec<_>>(), [(Some(30), Some(3000), 3000), (Some(10), Some(1000), 4000)]);
}

#[actix_web::test]
async fn probes_are_left_out_and_pages_of_the_own_site_are_no_referrer() {
    let still = cache_tests::Still::at(Engine::Memory, LATE);
    let recorder = Recorder::start(&still.send, secret(), settings());
    let requests = RecordRequests::new(&recorder).leave_out(["/call"]).own_sites(["WWW.send.example"]);
    let app = application!(requests);
    for referrer in
        ["https://send.example/a", "http://SEND.example:8080/b", "https://www.send.example", "https://example.org/"]
    {
        let asked = from(A).uri("/page").insert_header(("host", "send.example:443"));
        call_service(&app, asked.insert_header(("referer", referrer)).to_request()).await;
    }
    call_service(&app, from(B).uri("/call").method(actix_web::http::Method::POST).to_request()).await;
    call_service(&app, from(A).uri("/call/").to_request()).await;
    recorder.flush().await;
    let health = recorder.health();
    assert_eq!((health.recorded, health.left_out, health.dropped), (5, 1, 0));
    let half = still.aggregation(WindowType::HalfHour, "2026-02-13-23-30").await;
    assert_eq!((half.total_requests, half.unique_visitors, half.own_site_requests), (5, 1, 3));
    let referrers: Vec<_> = half.top_referrers.iter().map(|top| (top.value.as_str(), top.count)).collect();
    assert_eq!(referrers, [("example.org", 1)]);
}

#[actix_web::test]
async fn what_a_middleware_inside_refuses_is_recorded() {
    let service = InProcess::in_memory().unwrap();
    let send = SendCache::new(service.client());
    let recorder = Recorder::start(&send, secret(), settings());
    let refuse = |_, _: actix_web::middleware::Next<actix_web::body::BoxBody>| async {
        Err::<actix_web::dev::ServiceResponse, _>(actix_web::error::ErrorUnauthorized("no key"))
    };
    let app = App::new()
        .wrap(from_fn(refuse))
        .wrap(RecordRequests::new(&recorder))
        .route("/page", web::get().to(HttpResponse::Ok));
    let refused = init_service(app).await.call(from(A).uri("/page").to_request()).await.err().unwrap();
    assert_eq!(refused.as_response_error().status_code(), 401);
    recorder.flush().await;
    let pulse = send.analytics().pulse(1).await.unwrap();
    assert_eq!((pulse.active_requests, pulse.active_visitors), (1, 1));
    assert_eq!(pulse.recent_events[0].status_code, Some(401));
    assert_eq!(pulse.recent_events[0].path.as_deref(), Some("/page"));
}

#[tokio::test]
async fn an_event_is_recorded_or_counted_when_nobody_waits_for_it_any_more() {
    let service = InProcess::in_memory().unwrap();
    let send = SendCache::new(Faulty::new(&service, |_, _| Act::Hang).client()).time_limit(Duration::from_millis(20));
    let recorder = Recorder::start(&send, secret(), settings());
    let mut recording = Box::pin(recorder.record_now(request_at(SystemClock.now()), Some(A)));
    assert!(futures::poll!(&mut recording).is_pending());
    drop(recording);
    while recorder.health().given_up == 0 {
        tokio::task::yield_now().await;
    }
    let transfers = send.transfers();
    let transfer = TransferId::random();
    let mut recording = Box::pin(transfers.record_event(&transfer, request_at(SystemClock.now())));
    assert!(futures::poll!(&mut recording).is_pending());
    drop(recording);
    while send.lost().transfer_events == 0 || send.lost().analytics_events == 0 {
        tokio::task::yield_now().await;
    }
}

#[actix_web::test]
async fn inline_a_request_is_recorded_before_it_is_answered() {
    let service = InProcess::in_memory().unwrap();
    let send = SendCache::new(service.client());
    let app = application!(RecordRequests::new(&Recorder::start(&send, secret(), settings())).inline());
    for count in 1..=3 {
        call_service(&app, from(A).uri("/page").to_request()).await;
        assert_eq!(send.analytics().pulse(1).await.unwrap().active_requests, count);
    }
}

#[actix_web::test]
async fn requests_are_answered_whatever_becomes_of_their_record() {
    let service = InProcess::in_memory().unwrap();
    let send = SendCache::new(Faulty::new(&service, |_, _| Act::Hang).client()).time_limit(Duration::from_millis(20));
    let recorder = Recorder::start(&send, secret(), settings());
    for requests in [RecordRequests::new(&recorder), RecordRequests::new(&recorder).inline()] {
        let app = application!(requests);
        assert_eq!(call_service(&app, from(A).uri("/page").to_request()).await.status(), 200);
    }
}
