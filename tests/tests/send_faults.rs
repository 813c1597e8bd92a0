//! What the wrapper does when the cache is down, slow, cut off, or answers nonsense; and when its own process is killed.

#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use std::time::{Duration, Instant};

use cache_client::transport::reqwest;
use cache_server::in_process::InProcess;
use cache_tests::{Act, Faulty};
use futures::future::join_all;
use send_wrapper::analytics::{Event, EventType};
use send_wrapper::tokens::{Status, UsageLimit, UsageQuery, Use, Used};
use send_wrapper::{EntryKey, Gate, SendCache, Timestamp, TokenName, TransferId, UseId, Verdict, namespaces};

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

/// Everything that can be asked, each with the error it gave.
async fn errors_of_everything(send: &SendCache) -> Vec<(&'static str, Option<send_wrapper::Error>)> {
    let (tokens, of) = (send.tokens(), name("x"));
    let entries = send.entries(namespaces::COSTS).unwrap();
    let key = EntryKey::parse("daily/2026-02-13").unwrap();
    let transfer = TransferId::parse("t").unwrap();
    let document = serde_json::json!({});
    vec![
        ("create", tokens.create(&of).send().await.err()),
        ("lookup", tokens.lookup(&of).await.err()),
        ("use", tokens.use_once(&of, Use::default()).await.err()),
        ("revoke", tokens.revoke(&of).await.err()),
        ("update_limit", tokens.update_limit(&of, UsageLimit::UNLIMITED).await.err()),
        ("reactivate", tokens.reactivate(&of, None).await.err()),
        ("list", tokens.list().await.err()),
        ("list_details", tokens.list_details().await.err()),
        ("usage", tokens.usage(&of, &UsageQuery::default()).await.err()),
        ("summary", send.transfers().summary(&transfer).await.err()),
        ("events", send.transfers().events(&transfer, 10).await.err()),
        ("record", send.analytics().record_event(&Event::new(EventType::ApiCall, Timestamp::default())).await.err()),
        ("entry create", entries.create(&key, &document).await.err()),
        ("entry store", entries.store(&key, &document).await.err()),
        ("entry retrieve", entries.retrieve::<serde_json::Value>(&key).await.err()),
        ("entry exists", entries.exists(&key).await.err()),
        ("entry update", entries.update(&key, &document).await.err()),
        ("entry delete", entries.delete(&key).await.err()),
    ]
}

#[tokio::test]
async fn a_cache_that_is_down_is_an_error_everywhere_and_the_gate_stays_shut() {
    let (service, _) = world();
    let send = over(&Faulty::new(&service, |_, _| Act::Refuse));
    for (what, error) in errors_of_everything(&send).await {
        assert!(error.as_ref().is_some_and(send_wrapper::Error::is_unavailable), "{what}: {error:?}");
    }
    let gate = Gate::new(&send);
    assert_eq!(gate.check("x", CLIENT).await, Verdict::Unavailable);
    let transfer = TransferId::random();
    assert_eq!(gate.consume("x", &transfer, CLIENT, Use::default()).await, Verdict::Unavailable);
    let health = send.health_check().await;
    assert!(!health.healthy && health.reason.unwrap().contains("the test refuses it"));
}

#[tokio::test]
async fn a_cache_that_is_slow_ends_every_operation_in_its_time() {
    let (service, _) = world();
    let limit = Duration::from_millis(50);
    let send = over(&Faulty::new(&service, |_, _| Act::Hang)).time_limit(limit);
    let begun = Instant::now();
    let errors = errors_of_everything(&send).await;
    // Generous: what is shown is that nothing waits for ever.
    assert!(begun.elapsed() < limit * 20 * u32::try_from(errors.len()).unwrap());
    for (what, error) in errors {
        assert!(matches!(error, Some(send_wrapper::Error::TimedOut { .. })), "{what}: {error:?}");
    }
    assert_eq!(Gate::new(&send).check("x", CLIENT).await, Verdict::Unavailable);
    let event = Event::new(EventType::FileUpload, Timestamp::from_millis(1));
    let recorded = send.transfers().record_event(&TransferId::random(), event).await;
    assert!(!recorded.in_analytics && !recorded.in_transfer);
    assert_eq!((send.lost().analytics_events, send.lost().transfer_events), (1, 1));
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
        assert_eq!(sound.tokens().list().await.unwrap(), [of], "{killed:?}");
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
