//! What the wrapper does when the cache is down, slow, cut off, or answers nonsense; and when its own process is killed.

use std::time::{Duration, Instant};

use cache_client::transport::reqwest;
use cache_client::{CacheHashGenerator, CacheId};
use cache_server::in_process::InProcess;
use cache_tests::{Act, Faulty};
use futures::future::{BoxFuture, FutureExt, join_all};
use send_wrapper::analytics::{
    Event, EventType, Instance, Pulse, Recorder, RecorderSettings, Retention, Secret, Window, WindowType,
};
use send_wrapper::costs::{self, CostDay, Limits};
use send_wrapper::tokens::{Revision, Status, TokenChange, UsageLimit, UsagePageQuery, UsageQuery, Use, Used};
use send_wrapper::{
    Change, Currency, DataPath, Day, EntryKey, Gate, SendCache, Timestamp, TokenName, TransferId, UseId, Verdict,
    namespaces,
};

const CLIENT: std::net::IpAddr = std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

fn name(text: &str) -> TokenName {
    TokenName::parse(text).unwrap()
}

fn use_of(id: &str) -> Use {
    Use::default().use_id(UseId::parse(id).unwrap())
}

/// A service in memory, and a handle that nothing happens to.
fn world() -> (InProcess, SendCache) {
    let service = InProcess::in_memory().unwrap();
    let send = SendCache::new(service.client());
    (service, send)
}

fn over(faulty: &Faulty) -> SendCache {
    SendCache::new(faulty.client())
}

async fn successes(send: &SendCache, of: &TokenName) -> usize {
    let events = send.tokens().usage(of, &UsageQuery::default()).await.unwrap();
    events.iter().filter(|event| event.success).count()
}

/// The files of events below a token.
async fn event_files(send: &SendCache, of: &TokenName) -> usize {
    let tokens = send.entries(namespaces::TOKENS).unwrap();
    let id = tokens.cache_id_from_key(&EntryKey::parse(of.as_str()).unwrap()).await.unwrap().unwrap();
    tokens.data(id).list().await.unwrap().len()
}

fn is_update(request: &reqwest::Request) -> bool {
    request.headers().contains_key("if-match")
}

fn is_event(request: &reqwest::Request) -> bool {
    request.url().path().contains("/data/store/")
}

/// The error that an operation gave, and how long it took.
async fn tried<T>(operation: impl Future<Output = send_wrapper::Result<T>>) -> (Option<send_wrapper::Error>, Duration) {
    let begun = Instant::now();
    let error = operation.await.err();
    (error, begun.elapsed())
}

/// An operation that was tried: the error that it gave, and how long it took.
type Tried = (&'static str, Option<send_wrapper::Error>, Duration);

/// Tries operations at once.
macro_rules! all {
    ($($what:literal: $operation:expr),* $(,)?) => {{
        let tries: Vec<(&'static str, BoxFuture<'_, _>)> = vec![$(($what, async { tried($operation).await }.boxed())),*];
        let tries = tries.into_iter().map(async |(what, tried)| {
            let (error, took) = tried.await;
            (what, error, took)
        });
        join_all(tries).await
    }};
}

/// Everything that can be asked, asked at once; each with the error it gave and how long it took.
async fn errors_of_everything(send: &SendCache) -> Vec<Tried> {
    // Apart, since each holds all of its operations on the stack.
    let (operations, sums) = futures::join!(errors_of_operations(send).boxed(), errors_of_lists_and_sums(send).boxed());
    operations.into_iter().chain(sums).collect()
}

/// What administrators look at.
async fn errors_of_lists_and_sums(send: &SendCache) -> Vec<Tried> {
    let (tokens, transfers, of, id) = (send.tokens(), send.transfers(), name("x"), CacheId::random());
    let (analytics, costs, transfer) = (send.analytics(), send.costs(), TransferId::parse("t").unwrap());
    let day = Day::parse("2026-02-13").unwrap();
    let (page, settings) = (UsagePageQuery::default(), TokenChange::default());
    let revision = Revision::parse("0123456789abcdef").unwrap();
    let recorder = Recorder::start(send, Secret::random(), RecorderSettings::default());
    let mut heartbeats = recorder.heartbeats(Instance::parse("x").unwrap());
    all![
        "usage_page": tokens.usage_page(&of, &page),
        "usage_counts": tokens.usage_counts(&of),
        "usage_summary": tokens.usage_summary(&of, None, None),
        "usage_summary of days": tokens.usage_summary(&of, Some(day), Some(day)),
        "rows": tokens.rows(10),
        "details": tokens.details(&of),
        "details_of": tokens.details_of([id]),
        "update": tokens.update(&of, &revision, &settings),
        "each": transfers.each(|_| {}),
        "events_page": transfers.events_page(&transfer, 10, None),
        "recorders": analytics.recorders(),
        "heartbeat": heartbeats.beat(),
        "month_so_far": costs.month_so_far(),
    ]
}

async fn errors_of_operations(send: &SendCache) -> Vec<Tried> {
    let (tokens, of) = (send.tokens(), name("x"));
    let entries = send.entries(namespaces::COSTS).unwrap();
    let key = EntryKey::parse("daily/2026-02-13").unwrap();
    let transfer = TransferId::parse("t").unwrap();
    let document = serde_json::json!({});
    let (transfers, analytics, costs) = (send.transfers(), send.analytics(), send.costs());
    let (id, path) = (CacheId::random(), DataPath::parse("a/b").unwrap());
    let (data, hash) = (entries.data(id), CacheHashGenerator::default().from_string("x").unwrap());
    let event = Event::new(EventType::ApiCall, Timestamp::default());
    let (day, dollars) = (Day::parse("2026-02-13").unwrap(), Currency::parse("USD").unwrap());
    let cost = CostDay::new(day, dollars, "1".parse().unwrap());
    let (usage, limits, retention) = (UsageQuery::default(), Limits::default(), Retention::default());
    let hour = Window::parse(WindowType::Hourly, "2026-02-13-14").unwrap();
    let month = costs::Window::parse(costs::WindowType::Monthly, "2026-02").unwrap();
    let pulse = r#"{"computed_at":1,"window_minutes":5,"active_requests":0,"active_visitors":0,"active_transfers":0,"recent_events":[]}"#;
    let pulse: Pulse = serde_json::from_str(pulse).unwrap();
    let change = |_: &mut serde_json::Value| Change::Write(());
    all![
        "create": tokens.create(&of).send(),
        "lookup": tokens.lookup(&of),
        "use": tokens.use_once(&of, Use::default()),
        "revoke": tokens.revoke(&of),
        "update_limit": tokens.update_limit(&of, UsageLimit::UNLIMITED),
        "reactivate": tokens.reactivate(&of, None),
        "list": tokens.list(),
        "list_details": tokens.list_details(),
        "usage": tokens.usage(&of, &usage),
        "summary": transfers.summary(&transfer),
        "events": transfers.events(&transfer, 10),
        "record": analytics.record_event(&event),
        "pulse": analytics.pulse(5),
        "keep_pulse": analytics.keep_pulse(&pulse),
        "kept_pulse": analytics.kept_pulse(),
        "aggregation": analytics.aggregation(hour),
        "retention": analytics.plan_retention(&retention),
        "retention_runs": analytics.retention_runs(10),
        "costs record": costs.record(day, cost),
        "costs day": costs.day(day),
        "costs aggregation": costs.aggregation(month),
        "alerts": costs.alerts(&limits),
        "entry create": entries.create(&key, &document),
        "entry store": entries.store(&key, &document),
        "entry retrieve": entries.retrieve::<serde_json::Value>(&key),
        "entry exists": entries.exists(&key),
        "entry update": entries.update(&key, &document),
        "entry change": entries.change(&key, change),
        "entry delete": entries.delete(&key),
        "entry id": entries.cache_id_from_hash(&hash),
        "entry by id": entries.entry(id),
        "entry refs": entries.entry_refs(id),
        "data store_json": data.store_json(&path, &document),
        "data string": data.string(&path),
        "data update_json": data.update_json(&path, &document),
        "data list": data.list(),
        "data delete_all": data.delete_all(),
    ]
}

#[tokio::test]
async fn a_cache_that_is_down_is_an_error_everywhere_and_the_gate_stays_shut() {
    let (service, _) = world();
    let send = over(&Faulty::new(&service, |_, _| Act::Refuse));
    for (what, error, _) in errors_of_everything(&send).await {
        assert!(error.as_ref().is_some_and(send_wrapper::Error::is_unavailable), "{what}: {error:?}");
    }
    let gate = Gate::new(&send);
    assert_eq!(gate.check("x", CLIENT).await, Verdict::Unavailable);
    let transfer = TransferId::random();
    assert_eq!(gate.consume("x", &transfer, CLIENT, Use::default()).await, Verdict::Unavailable);
    let health = send.health_check().await;
    // What stands behind it is for the log.
    assert_eq!((health.healthy, health.reason.as_deref()), (false, Some("the cache is unavailable")));
}

#[tokio::test]
async fn a_cache_that_is_slow_ends_every_operation_in_its_time() {
    let (service, _) = world();
    let limit = Duration::from_millis(50);
    let send = over(&Faulty::new(&service, |_, _| Act::Hang)).time_limit(limit).long_time_limit(limit);
    for (what, error, took) in errors_of_everything(&send).await {
        assert!(matches!(error, Some(send_wrapper::Error::TimedOut { .. })), "{what}: {error:?}");
        // Generous: what is shown is that nothing waits for ever.
        assert!(took < limit * 20, "{what}: {took:?}");
    }
    assert_eq!(Gate::new(&send).check("x", CLIENT).await, Verdict::Unavailable);
    let event = Event::new(EventType::FileUpload, Timestamp::from_millis(1));
    let recorded = send.transfers().record_event(&TransferId::random(), event).await;
    assert!(!recorded.in_analytics && !recorded.in_transfer);
    assert_eq!((send.lost().analytics_events, send.lost().transfer_events), (1, 1));
}

/// As a cache that answers after 9 s where operations may take 10 s, in a twentieth of the time.
#[tokio::test]
async fn an_operation_of_several_late_calls_ends_when_its_time_is_over() {
    let (service, sound) = world();
    // What is there takes more calls than what is not.
    sound.tokens().create(&name("x")).usage_limit(0).send().await.unwrap();
    let event = Event::new(EventType::FileUpload, Timestamp::from_millis(1_770_993_000_000));
    sound.transfers().record_event(&TransferId::parse("t").unwrap(), event.clone()).await;
    let (limit, late) = (Duration::from_millis(500), Duration::from_millis(450));
    let in_time = |what: &str, took: Duration| assert!(took < limit + late / 2, "{what}: {took:?}");
    let send = over(&Faulty::new(&service, move |_, _| Act::Delay(late))).time_limit(limit).long_time_limit(limit);
    for (what, error, took) in errors_of_everything(&send).await {
        // A run has an hour.
        if what != "retention" {
            in_time(what, took);
        }
        let expected =
            |error: send_wrapper::Error| ["UNAVAILABLE", "NOT_FOUND", "ALREADY_EXISTS"].contains(&error.code());
        assert!(error.is_none_or(expected), "{what}");
    }
    let (gate, transfer) = (Gate::new(&send), TransferId::random());
    let (transfers, begun) = (send.transfers(), Instant::now());
    let asked = futures::join!(
        gate.check("x", CLIENT),
        gate.consume("x", &transfer, CLIENT, Use::default()),
        transfers.record_event(&transfer, event),
        send.health_check()
    );
    in_time("the gate and others", begun.elapsed());
    assert_eq!(asked.1, Verdict::Unavailable);
}

/// The time is that of the whole use: the events have what is left when it is decided.
#[tokio::test]
async fn the_events_of_a_use_are_written_within_its_time() {
    let (service, sound) = world();
    let of = name("late");
    sound.tokens().create(&of).usage_limit(0).send().await.unwrap();
    let limit = Duration::from_millis(600);
    let slow = Faulty::new(&service, move |_, request| match is_event(request) {
        true => Act::Hang,
        false => Act::Delay(limit / 4),
    });
    let send = over(&slow).time_limit(limit);
    let begun = Instant::now();
    assert!(send.tokens().use_once(&of, Use::default()).await.unwrap().is_granted());
    let took = begun.elapsed();
    assert!(took < limit + limit / 4, "{took:?}");
    assert_eq!(successes(&sound, &of).await, 1);
}

#[tokio::test]
async fn with_every_other_call_failing_nothing_is_granted_twice_and_nothing_acknowledged_is_lost() {
    for act in [Act::Refuse, Act::LoseAnswer, Act::Say412] {
        let (service, sound) = world();
        let of = name("ten");
        sound.tokens().create(&of).usage_limit(10).send().await.unwrap();
        let faulty = Faulty::new(&service, move |call, request| match act {
            Act::Say412 if !is_update(request) => Act::Pass,
            _ if call % 2 == 0 => act,
            _ => Act::Pass,
        });
        let (one, two) = (over(&faulty), over(&faulty));
        let uses = (0..20).map(|number| {
            let (send, of) = (if number % 2 == 0 { &one } else { &two }, &of);
            let wanted = use_of(&format!("use-{number}"));
            async move {
                // As callers do who want to know: the same use again until there is an answer.
                loop {
                    match send.tokens().use_once(of, wanted.clone()).await {
                        Ok(used) => return used,
                        Err(error) => assert!(error.is_unavailable(), "{error:?}"),
                    }
                }
            }
        });
        let outcomes = join_all(uses).await;
        assert_eq!(outcomes.iter().filter(|used| used.is_granted()).count(), 10, "{act:?}");
        let token = sound.tokens().lookup(&of).await.unwrap().unwrap();
        assert_eq!((token.usage_count, token.status), (10, Status::Exhausted), "{act:?}");
        assert_eq!(successes(&sound, &of).await, 10, "{act:?}");
    }
}

#[tokio::test]
async fn a_write_that_is_answered_412_although_it_was_done_is_recognised() {
    let (service, sound) = world();
    let of = name("mine");
    sound.tokens().create(&of).usage_limit(2).send().await.unwrap();
    let send = over(&Faulty::new(&service, |call, request| match is_update(request) && call < 4 {
        true => Act::Say412,
        false => Act::Pass,
    }));
    let used = send.tokens().use_once(&of, Use::default()).await.unwrap();
    assert!(matches!(used, Used::Granted { usage_count: 1, .. }));
    assert_eq!(sound.tokens().lookup(&of).await.unwrap().unwrap().usage_count, 1);
    assert_eq!(event_files(&sound, &of).await, 1);
}

#[tokio::test]
async fn a_creation_whose_answer_was_lost_is_recognised() {
    let (service, sound) = world();
    let send = over(&Faulty::new(&service, |call, _| if call == 1 { Act::LoseAnswer } else { Act::Pass }));
    let created = send.tokens().create(&name("mine")).send().await.unwrap();
    let again = send.tokens().create(&name("mine")).send().await.unwrap_err();
    assert_eq!((created.token_name, again.code()), (name("mine"), "ALREADY_EXISTS"));
    assert_eq!(sound.tokens().list().await.unwrap().len(), 1);
}

#[tokio::test]
async fn of_twenty_who_create_a_name_one_does_also_when_some_are_killed_half_way() {
    for killed in [Act::Hang, Act::HangAfter] {
        let (service, sound) = world();
        let of = name("popular");
        // Each makes one call; every third is killed before or after the service has carried it out.
        let faulty = Faulty::new(&service, move |call, _| if call % 3 == 0 { killed } else { Act::Pass });
        let send = over(&faulty).time_limit(Duration::from_millis(200));
        let tokens = send.tokens();
        let outcomes = join_all((0..20).map(|_| tokens.create(&of).send())).await;
        let created = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        assert!(created <= 1, "{killed:?}: {created}");
        let refused = |error: &send_wrapper::Error| error.code() == "ALREADY_EXISTS" || error.is_unavailable();
        assert!(outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).all(refused), "{killed:?}");
        assert_eq!(sound.tokens().list().await.unwrap().items, [of], "{killed:?}");
    }
}

/// Uses a token of limit 3 again and again, killed at one call or another; then asks for the killed use again.
#[tokio::test]
async fn a_user_that_is_killed_between_any_two_calls_costs_no_use_and_grants_none() {
    for act in [Act::Hang, Act::HangAfter] {
        for killed_at in 1..=5 {
            let (service, sound) = world();
            let of = name("three");
            sound.tokens().create(&of).usage_limit(3).send().await.unwrap();
            // A use before by somebody else, so that there is a foreign event to be looked after.
            sound.tokens().use_once(&of, use_of("first")).await.unwrap();
            let faulty = Faulty::new(&service, move |call, _| if call == killed_at { act } else { Act::Pass });
            let send = over(&faulty).time_limit(Duration::from_millis(30));
            let killed = send.tokens().use_once(&of, use_of("killed")).await;
            assert!(killed.is_err() || killed_at > 3, "{killed_at}: {killed:?}");

            // Another process goes on.
            let other = SendCache::new(service.client());
            let again = other.tokens().use_once(&of, use_of("killed")).await.unwrap();
            assert!(again.is_granted());
            assert!(other.tokens().use_once(&of, use_of("third")).await.unwrap().is_granted());
            assert!(!other.tokens().use_once(&of, use_of("fourth")).await.unwrap().is_granted());
            let token = other.tokens().lookup(&of).await.unwrap().unwrap();
            assert_eq!((token.usage_count, token.status), (3, Status::Exhausted), "{act:?} {killed_at}");
            assert_eq!(successes(&other, &of).await, 3, "{act:?} {killed_at}");
            assert_eq!(event_files(&other, &of).await, 4, "{act:?} {killed_at}: three granted and a refused one");
        }
    }
}

#[tokio::test]
async fn a_use_that_is_decided_is_answered_however_slow_the_events_are() {
    let (service, sound) = world();
    let of = name("slow");
    sound.tokens().create(&of).usage_limit(3).send().await.unwrap();
    let slow = Faulty::new(&service, |_, request| if is_event(request) { Act::Hang } else { Act::Pass });
    let send = over(&slow).time_limit(Duration::from_millis(50));
    for count in 1..=3 {
        let used = send.tokens().use_once(&of, Use::default()).await.unwrap();
        assert!(matches!(used, Used::Granted { usage_count, .. } if usage_count == count), "{used:?}");
    }
    assert_eq!(successes(&sound, &of).await, 3);
}

#[tokio::test]
async fn an_event_that_got_no_file_is_shown_and_gets_one_with_the_next_use() {
    let (service, sound) = world();
    let of = name("unlucky");
    sound.tokens().create(&of).usage_limit(0).send().await.unwrap();
    let unlucky = over(&Faulty::new(&service, |_, request| if is_event(request) { Act::Refuse } else { Act::Pass }));
    for number in 0..3 {
        let used = unlucky.tokens().use_once(&of, use_of(&format!("unlucky-{number}"))).await.unwrap();
        assert!(used.is_granted(), "the use was counted, so it is granted");
    }
    assert_eq!((event_files(&sound, &of).await, successes(&sound, &of).await), (0, 3));
    sound.tokens().use_once(&of, use_of("lucky")).await.unwrap();
    assert_eq!((event_files(&sound, &of).await, successes(&sound, &of).await), (4, 4));
}

#[tokio::test]
async fn a_token_does_not_collect_events_without_end() {
    let (service, sound) = world();
    let of = name("full");
    sound.tokens().create(&of).usage_limit(0).send().await.unwrap();
    let unlucky = over(&Faulty::new(&service, |_, request| if is_event(request) { Act::Refuse } else { Act::Pass }));
    let mut granted = 0;
    while unlucky.tokens().use_once(&of, Use::default()).await.is_ok() {
        granted += 1;
        assert!(granted <= 192);
    }
    assert_eq!(sound.tokens().lookup(&of).await.unwrap().unwrap().usage_count, granted, "no grant without an answer");
    sound.tokens().use_once(&of, Use::default()).await.unwrap();
    assert_eq!(event_files(&sound, &of).await as u64, granted + 1);
}

#[tokio::test]
async fn a_transfer_goes_on_when_one_of_two_places_fails() {
    for (failing, in_analytics, in_transfer) in [("/store/", false, true), ("/data/store/", true, false)] {
        let (service, sound) = world();
        let transfer = TransferId::parse("t-1").unwrap();
        let now = Timestamp::from_millis(1_770_993_000_000);
        sound.transfers().record_event(&transfer, Event::new(EventType::FileUpload, now)).await;
        let send = over(&Faulty::new(&service, move |_, request| {
            let path = request.url().path();
            let is_child = path.contains("/data/store/");
            let fails = if failing == "/data/store/" { is_child } else { !is_child && path.contains("/temporal/") };
            if fails { Act::Refuse } else { Act::Pass }
        }));
        let recorded = send.transfers().record_event(&transfer, Event::new(EventType::FileDownload, now)).await;
        assert_eq!((recorded.in_analytics, recorded.in_transfer), (in_analytics, in_transfer));
        let lost = send.lost();
        assert_eq!((lost.analytics_events == 0, lost.transfer_events == 0), (in_analytics, in_transfer));
        let summary = sound.transfers().summary(&transfer).await.unwrap().unwrap();
        assert_eq!(summary.total_downloads, u64::from(in_transfer));
    }
}
