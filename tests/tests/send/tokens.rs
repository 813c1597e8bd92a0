//! Invitation tokens: created once, used exactly as often as they allow. One suite over both transports and every engine.

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use cache_tests::{Engine, Still, World, each_transport, request_at};
use futures::future::join_all;
use send_wrapper::analytics::{Event, EventType, Secret, WindowType};
use send_wrapper::tokens::{Action, Refusal, Remaining, Status, Token, UsageLimit, UsageQuery, Use, Used};
use send_wrapper::{
    Country, Day, Error, IpHash, ManualClock, SendCache, Timestamp, TokenName, TransferId, UseId, namespaces,
};

each_transport!(
    a_token_is_found_by_its_name_in_any_case,
    of_many_who_create_a_name_one_does,
    the_last_use_exhausts_the_token_and_the_next_is_refused,
    concurrent_uses_are_granted_exactly_as_often_as_allowed,
    a_use_that_is_asked_for_again_counts_once,
    an_unlimited_token_is_never_exhausted,
    a_revoked_token_is_refused_until_it_is_given_back,
    a_new_limit_takes_effect_at_once,
    a_token_expires,
    refusals_come_in_the_specified_order,
    lists_show_all_tokens,
    usage_is_read_by_days_newest_first,
);

/// 2026-02-13T14:30:00Z.
const NOON: u64 = 1_770_993_000_000;
const DAY: u64 = 86_400_000;

/// The tokens of a world, at a time that stands still. What is slow here is the S3 server of the tests, which all share.
fn send_at(world: &World) -> (SendCache, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::at(NOON));
    let send = SendCache::new(world.client.clone()).clock(Arc::clone(&clock) as Arc<_>);
    (send.time_limit(Duration::from_secs(120)), clock)
}

fn name(text: &str) -> TokenName {
    TokenName::parse(text).unwrap()
}

async fn token(send: &SendCache, of: &TokenName) -> Token {
    send.tokens().lookup(of).await.unwrap().unwrap()
}

async fn use_once(send: &SendCache, of: &TokenName) -> Used {
    send.tokens().use_once(of, Use::default()).await.unwrap()
}

async fn successes(send: &SendCache, of: &TokenName) -> usize {
    let events = send.tokens().usage(of, &UsageQuery::default()).await.unwrap();
    let ids: HashSet<_> = events.iter().map(|event| &event.event_id).collect();
    assert_eq!(ids.len(), events.len(), "no event is there twice");
    events.iter().filter(|event| event.success).count()
}

async fn a_token_is_found_by_its_name_in_any_case(world: World) {
    let (send, _) = send_at(&world);
    assert!(send.tokens().lookup(&name("community-x")).await.unwrap().is_none());
    let create =
        send.tokens().create(&name("Community-X")).usage_limit(3).created_by("alice").metadata("for", "friends");
    let created = create.send().await.unwrap();
    assert_eq!(created.token_name.as_str(), "community-x");
    assert_eq!(created.cache_hash.as_str(), "6849a71fcf48b141");
    let found = token(&send, &name("COMMUNITY-x")).await;
    assert_eq!((found.usage_limit.uses(), found.usage_count, found.status), (Some(3), 0, Status::Active));
    assert_eq!((found.created_by.as_str(), &found.metadata["for"]), ("alice", &"friends".into()));
    assert_eq!((found.created_at.millis(), found.expires_at.millis()), (NOON, 0));

    // Where the specification says, with what it says.
    let path = "tokens/data/key-based/community-x/community-x.json";
    let stored: serde_json::Value = world.client.admin_storage().json(path).await.unwrap().unwrap();
    assert_eq!((&stored["cache_key"], &stored["token_name"]), (&"community-x".into(), &"community-x".into()));
    assert_eq!(stored["expires_at"], 0);
}

async fn of_many_who_create_a_name_one_does(world: World) {
    let (send, _) = send_at(&world);
    let creates = (0..20).map(|_| send.tokens().create(&name("popular")).send());
    let outcomes = join_all(creates).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert!(outcomes.iter().flat_map(|outcome| outcome.as_ref().err()).all(|error| error.code() == "ALREADY_EXISTS"));
    assert_eq!(send.tokens().list().await.unwrap().items, [name("popular")]);
}

async fn the_last_use_exhausts_the_token_and_the_next_is_refused(world: World) {
    let (send, clock) = send_at(&world);
    let of = name("two");
    assert_eq!(use_once(&send, &of).await, Used::Refused(Refusal::NotFound));
    send.tokens().create(&of).usage_limit(2).send().await.unwrap();
    for (count, remaining, status) in [(1, 1, Status::Active), (2, 0, Status::Exhausted)] {
        clock.advance(1000);
        let granted = Used::Granted { usage_count: count, remaining: Remaining::Uses(remaining) };
        assert_eq!(use_once(&send, &of).await, granted);
        let token = token(&send, &of).await;
        assert_eq!(
            (token.usage_count, token.status, token.last_used_at.millis()),
            (count, status, NOON + count * 1000)
        );
    }
    // The same use again, refused again: one event.
    let late = UseId::random();
    for _ in 0..2 {
        clock.advance(1000);
        let refused = send.tokens().use_once(&of, Use::default().use_id(late.clone())).await.unwrap();
        assert_eq!(refused, Used::Refused(Refusal::Exhausted));
    }
    let events = send.tokens().usage(&of, &UsageQuery::default()).await.unwrap();
    assert_eq!(events.iter().filter(|event| event.success).count(), 2);
    let refused: Vec<_> = events.iter().filter_map(|event| event.rejection_reason).collect();
    assert_eq!(refused, [Refusal::Exhausted]);
}

async fn concurrent_uses_are_granted_exactly_as_often_as_allowed(world: World) {
    let (send, _) = send_at(&world);
    let of = name("ten");
    send.tokens().create(&of).usage_limit(10).send().await.unwrap();
    // Two handles that know nothing of each other, as in two processes.
    let (other, _) = send_at(&world);
    let many = world.engine.of_many(200);
    let uses = (0..many).map(|number| {
        let (send, of) = (if number % 2 == 0 { &send } else { &other }, &of);
        async move { use_once(send, of).await }
    });
    let outcomes = join_all(uses).await;
    assert_eq!(outcomes.iter().filter(|used| used.is_granted()).count(), 10);
    assert_eq!(outcomes.iter().filter(|used| **used == Used::Refused(Refusal::Exhausted)).count(), many - 10);
    let counts: HashSet<_> = outcomes
        .iter()
        .filter_map(|used| match used {
            Used::Granted { usage_count, .. } => Some(*usage_count),
            Used::Refused(_) => None,
        })
        .collect();
    assert_eq!(counts.len(), 10, "every grant has a number of its own");
    let token = token(&send, &of).await;
    assert_eq!((token.usage_count, token.status), (10, Status::Exhausted));
    assert_eq!(successes(&send, &of).await, 10);
}

async fn a_use_that_is_asked_for_again_counts_once(world: World) {
    let (send, _) = send_at(&world);
    let (other, _) = send_at(&world);
    let of = name("once");
    send.tokens().create(&of).usage_limit(1).send().await.unwrap();
    let the_same = Use::default().use_id(UseId::parse("payment-7").unwrap());
    let uses = [&send, &other, &send, &other].map(|send| send.tokens());
    for used in join_all(uses.iter().map(|tokens| tokens.use_once(&of, the_same.clone()))).await {
        assert_eq!(used.unwrap(), Used::Granted { usage_count: 1, remaining: Remaining::Uses(0) });
    }
    assert_eq!(use_once(&send, &of).await, Used::Refused(Refusal::Exhausted));
    assert!(send.tokens().use_once(&of, the_same).await.unwrap().is_granted());
    assert_eq!(successes(&send, &of).await, 1);
}

async fn an_unlimited_token_is_never_exhausted(world: World) {
    let (send, _) = send_at(&world);
    let of = name("open");
    send.tokens().create(&of).usage_limit(0).send().await.unwrap();
    for count in 1..=3 {
        let Used::Granted { usage_count, remaining } = use_once(&send, &of).await else { panic!("refused") };
        assert_eq!((usage_count, remaining.as_number()), (count, -1));
    }
}

async fn a_revoked_token_is_refused_until_it_is_given_back(world: World) {
    let (send, _) = send_at(&world);
    let (tokens, of) = (send.tokens(), name("gone"));
    assert_eq!(tokens.revoke(&of).await.unwrap_err().code(), "NOT_FOUND");
    tokens.create(&of).usage_limit(1).send().await.unwrap();
    let revoked = tokens.revoke(&of).await.unwrap();
    assert_eq!((revoked.status, revoked.revoked_at.millis()), (Status::Revoked, NOON));
    assert_eq!(tokens.revoke(&of).await.unwrap(), revoked, "twice is once");
    assert_eq!(use_once(&send, &of).await, Used::Refused(Refusal::Revoked));
    // A limit takes nothing of a revocation back.
    let limited = tokens.update_limit(&of, UsageLimit::new(5).unwrap()).await.unwrap();
    assert_eq!((limited.status, limited.usage_limit.uses()), (Status::Revoked, Some(5)));
    let active = tokens.reactivate(&of, None).await.unwrap();
    assert_eq!((active.status, active.revoked_at.millis()), (Status::Active, 0));
    assert!(use_once(&send, &of).await.is_granted());
}

async fn a_new_limit_takes_effect_at_once(world: World) {
    let (send, _) = send_at(&world);
    let (tokens, of) = (send.tokens(), name("limited"));
    let limit = |uses| UsageLimit::new(uses).unwrap();
    assert_eq!(tokens.update_limit(&of, limit(1)).await.unwrap_err().code(), "NOT_FOUND");
    tokens.create(&of).usage_limit(1).send().await.unwrap();
    assert!(use_once(&send, &of).await.is_granted());
    // An exhausted token needs uses to become active.
    let error = tokens.reactivate(&of, None).await.unwrap_err();
    assert_eq!(error.code(), "CONFLICT");
    assert!(error.to_string().contains("usage_limit"), "{error}");
    assert_eq!(tokens.reactivate(&of, Some(limit(1))).await.unwrap_err().code(), "CONFLICT");
    assert_eq!(tokens.reactivate(&of, Some(limit(2))).await.unwrap().status, Status::Active);
    assert!(use_once(&send, &of).await.is_granted());
    assert_eq!(tokens.update_limit(&of, limit(1)).await.unwrap().status, Status::Exhausted);
    assert_eq!(tokens.update_limit(&of, limit(2)).await.unwrap().status, Status::Exhausted);
    assert_eq!(tokens.update_limit(&of, UsageLimit::UNLIMITED).await.unwrap().status, Status::Active);
    assert!(use_once(&send, &of).await.is_granted());
}

async fn a_token_expires(world: World) {
    let (send, clock) = send_at(&world);
    let (tokens, of) = (send.tokens(), name("short"));
    let past = tokens.create(&of).expires_at(Timestamp::from_millis(NOON)).send().await.unwrap_err();
    assert!(matches!(past, Error::Invalid(ref invalid) if invalid.field == "expires_at"), "{past}");
    tokens.create(&of).expires_at(Timestamp::from_millis(NOON + 1000)).send().await.unwrap();
    clock.advance(999);
    assert!(use_once(&send, &of).await.is_granted());
    clock.advance(1);
    assert_eq!(use_once(&send, &of).await, Used::Refused(Refusal::Expired));
    assert_eq!(token(&send, &of).await.status, Status::Expired);
    assert_eq!(tokens.list_details().await.unwrap()[0].status, Status::Expired);
    assert_eq!(tokens.reactivate(&of, None).await.unwrap_err().code(), "CONFLICT");
}

async fn refusals_come_in_the_specified_order(world: World) {
    let (send, clock) = send_at(&world);
    let (tokens, of) = (send.tokens(), name("all"));
    let create = tokens.create(&of).usage_limit(1).expires_at(Timestamp::from_millis(NOON + 1000));
    create.send().await.unwrap();
    assert!(use_once(&send, &of).await.is_granted());
    assert_eq!(use_once(&send, &of).await, Used::Refused(Refusal::Exhausted));
    clock.advance(1000);
    assert_eq!(use_once(&send, &of).await, Used::Refused(Refusal::Expired));
    tokens.revoke(&of).await.unwrap();
    assert_eq!(use_once(&send, &of).await, Used::Refused(Refusal::Revoked));
}

async fn lists_show_all_tokens(world: World) {
    let (send, _) = send_at(&world);
    assert!(send.tokens().list_details().await.unwrap().is_empty());
    for token in ["zebra", "apple", "mango"] {
        send.tokens().create(&name(token)).usage_limit(1).send().await.unwrap();
    }
    use_once(&send, &name("mango")).await;
    assert_eq!(send.tokens().list().await.unwrap().items, ["apple", "mango", "zebra"].map(name));
    let details = send.tokens().list_details().await.unwrap();
    let seen: Vec<_> = details.iter().map(|token| (token.token_name.as_str(), token.status)).collect();
    assert_eq!(seen, [("apple", Status::Active), ("mango", Status::Exhausted), ("zebra", Status::Active)]);
}

async fn usage_is_read_by_days_newest_first(world: World) {
    let (send, clock) = send_at(&world);
    let (tokens, of) = (send.tokens(), name("used"));
    let transfer = TransferId::parse("t-1").unwrap();
    tokens.create(&of).usage_limit(0).send().await.unwrap();
    for day in 0..3 {
        for action in ["page_opened", "upload_completed"] {
            clock.advance(60_000);
            let wanted = Use::default().action(Action::parse(action).unwrap()).transfer_id(transfer.clone());
            tokens.use_once(&of, wanted.user_agent("Firefox on Linux")).await.unwrap();
        }
        if day < 2 {
            clock.advance(DAY);
        }
    }
    let read = async |query: UsageQuery| tokens.usage(&of, &query).await.unwrap().items;
    let all = read(UsageQuery::default()).await;
    assert_eq!(all.len(), 6);
    assert!(all.is_sorted_by(|a, b| a.timestamp > b.timestamp));
    assert_eq!((all[0].action.as_str(), &all[0].transfer_id), ("upload_completed", &Some(transfer)));
    assert_eq!(all[0].user_agent.as_deref(), Some("Firefox on Linux"));
    let day = |text| Day::parse(text).unwrap();
    assert_eq!(read(UsageQuery::default().limit(4)).await, all[..4]);
    assert_eq!(read(UsageQuery::default().from(day("2026-02-14")).to(day("2026-02-14"))).await, all[2..4]);
    assert_eq!(read(UsageQuery::default().from(day("2026-02-14"))).await, all[..4]);
    assert_eq!(read(UsageQuery::default().from(day("2025-12-31")).to(day("2026-02-14"))).await, all[2..]);
    assert_eq!(read(UsageQuery::default().to(day("2026-01-31"))).await, []);
    for query in [UsageQuery::default().limit(0), UsageQuery::default().limit(10_001)] {
        assert_eq!(tokens.usage(&of, &query).await.unwrap_err().code(), "INVALID_INPUT");
    }
    let reversed = UsageQuery::default().from(day("2026-02-15")).to(day("2026-02-14"));
    assert_eq!(tokens.usage(&of, &reversed).await.unwrap_err().code(), "INVALID_INPUT");
    assert_eq!(tokens.usage(&name("nobody"), &UsageQuery::default()).await.unwrap_err().code(), "NOT_FOUND");
}

#[tokio::test]
async fn what_cannot_be_used_is_refused_before_any_call() {
    let service = cache_server::in_process::InProcess::in_memory().unwrap();
    let counting = cache_tests::Faulty::counting(&service);
    let send = SendCache::new(counting.client());
    let (tokens, of) = (send.tokens(), name("x"));
    let refused = [
        tokens.create(&of).usage_limit(1_000_000_001).send().await.unwrap_err(),
        tokens.create(&of).created_by("").send().await.unwrap_err(),
        tokens.create(&of).created_by("a\nb").send().await.unwrap_err(),
        tokens.create(&of).expires_at(Timestamp::from_millis(u64::MAX)).send().await.unwrap_err(),
        tokens.create(&of).expires_at(Timestamp::from_millis(253_402_300_800_000)).send().await.unwrap_err(),
        tokens.create(&of).metadata("m", "x".repeat(9000)).send().await.unwrap_err(),
    ];
    let fields = ["usage_limit", "created_by", "created_by", "expires_at", "expires_at", "metadata"];
    for (error, field) in refused.iter().zip(fields) {
        assert!(matches!(error, Error::Invalid(invalid) if invalid.field == field), "{field}: {error}");
    }
    assert_eq!(counting.calls(), 0);
    // What is before 1970 is no moment, and after the year 9999 there is no day.
    let negative = serde_json::from_str::<Timestamp>("-5").unwrap_err().to_string();
    assert!(negative.contains("invalid value: integer `-5`"), "{negative}");
    for day in ["10000-01-01", "-0001-01-01", "1969-12-31"] {
        assert_eq!(Day::parse(day).unwrap_err().to_string(), "day is no day such as 2026-02-13");
    }
}

#[tokio::test]
async fn events_of_absurd_times_spoil_nothing() {
    let still = Still::at(Engine::Memory, NOON);
    let transfer = TransferId::parse("t-1").unwrap();
    for at in [0, 253_402_300_800_000, u64::MAX, NOON] {
        let event = Event::new(EventType::FileDownload, Timestamp::from_millis(at));
        let recorded = still.send.transfers().record_event(&transfer, event).await;
        assert!(recorded.in_transfer && recorded.in_analytics, "{at}");
    }
    let summary = still.send.transfers().summary(&transfer).await.unwrap().unwrap();
    assert_eq!((summary.total_downloads, summary.unreadable_events), (4, 0));
    // Never after now.
    assert_eq!(summary.last_activity_at.millis(), NOON);
    still.set(NOON + DAY);
    let half = still.aggregation(WindowType::HalfHour, "2026-02-13-14-30").await;
    assert_eq!((half.file_downloads, half.early_events, half.late_events), (1, 2, 1));
}

#[tokio::test]
async fn an_event_says_who_as_the_recorder_would() {
    const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    let address: IpAddr = "192.0.2.7".parse().unwrap();
    let still = Still::at(Engine::Memory, NOON);
    // The secret and the visitor of what the recorder records.
    let send = still.other().secret(Secret::new("a secret for these tests").unwrap());
    still.record([(request_at(NOON), 7)]).await;
    let recorded = still.client().namespace().ids(namespaces::ANALYTICS).all().await.unwrap()[0];
    let recorded: Event =
        still.client().retrieve().by_id(namespaces::ANALYTICS, recorded).json().await.unwrap().unwrap();
    let (tokens, of) = (send.tokens(), name("who"));
    tokens.create(&of).usage_limit(0).send().await.unwrap();
    let portugal = Country::parse("PT").unwrap();
    let long = format!("{FIREFOX} {}", "x".repeat(10_000));
    let wanted = Use::default().client(address, Some(&long), Some(portugal.clone()));
    assert!(!format!("{wanted:?}").contains("192.0.2.7"));
    tokens.use_once(&of, wanted).await.unwrap();
    let used = tokens.usage(&of, &UsageQuery::default()).await.unwrap().items.remove(0);
    assert_eq!((&used.ip_hash, used.ip_hash.is_some()), (&recorded.ip_hash, true));
    assert_eq!((used.user_agent.as_deref(), used.country), (Some("Firefox on Linux"), Some(portugal)));

    // Without a secret nothing of an address is kept; what was shortened elsewhere is cut.
    let tokens = still.send.tokens();
    still.clock.advance(1);
    tokens.use_once(&of, Use::default().client(address, None, None).user_agent("é\n".repeat(9000))).await.unwrap();
    let used = tokens.usage(&of, &UsageQuery::default()).await.unwrap().items.remove(0);
    assert_eq!((used.ip_hash, used.user_agent), (None, Some("é".repeat(256))));
    // Whoever has hashed the address already says so.
    still.clock.advance(1);
    let hash = IpHash::parse("ab12").unwrap();
    send.tokens().use_once(&of, Use::default().client(address, None, None).ip_hash(hash.clone())).await.unwrap();
    let used = tokens.usage(&of, &UsageQuery::default()).await.unwrap().items.remove(0);
    assert_eq!(used.ip_hash, Some(hash));
}

#[tokio::test]
async fn what_operations_cost_is_what_the_documentation_says() {
    let service = Engine::Memory.setup().start_in_process().service;
    let counting = cache_tests::Faulty::new(&service, |_, _| cache_tests::Act::Pass);
    let builder = cache_client::CacheClient::over(counting.clone()).api_key("x-api-key", cache_tests::KEY);
    let client = builder.build().unwrap();
    let (send, of) = (SendCache::new(client.clone()), name("counted"));
    let tokens = send.tokens();
    tokens.create(&of).send().await.unwrap();
    assert_eq!(counting.calls(), 1, "create");
    for _ in 0..3 {
        use_once(&send, &of).await;
        assert_eq!(counting.calls(), 3, "a use");
    }
    tokens.lookup(&of).await.unwrap();
    assert_eq!(counting.calls(), 1, "lookup");
    tokens.update_limit(&of, UsageLimit::new(7).unwrap()).await.unwrap();
    assert_eq!(counting.calls(), 2, "a new limit");
    tokens.list_details().await.unwrap();
    assert_eq!(counting.calls(), 1, "list_details");

    // Another process: it has to find the token, and cannot know whether the last use has its event.
    let other = SendCache::new(client);
    use_once(&other, &of).await;
    assert_eq!(counting.calls(), 5, "the first use of another process");
    use_once(&other, &of).await;
    assert_eq!(counting.calls(), 3, "its next use");
}
