//! The newest events of a record cost what they show, however many are older.

use std::time::{Duration, Instant};

use cache_client::CacheId;
use cache_tests::{Engine, Faulty, Still, each_engine};
use futures::StreamExt;
use futures::stream::iter;
use send_wrapper::analytics::{Event, EventType};
use send_wrapper::tokens::{Refusal, UsageLimit, UsagePageQuery, UsageQuery, Use};
use send_wrapper::{Clock, DataPath, EntryKey, EventId, SendCache, Timestamp, TokenName, TransferId, namespaces};
use serde_json::{Value, json};
use test_buckets::Product;

each_engine!(the_newest_events_of_many_are_few_calls);

/// 2026-02-13T14:30:00Z.
const NOON: u64 = 1_770_993_000_000;
const MINUTE: u64 = 60_000;
/// The most calls that a summary, or a page of the newest events, may be.
const MOST_CALLS: usize = 5;

fn token() -> TokenName {
    TokenName::parse("busy").unwrap()
}

fn transfer() -> TransferId {
    TransferId::parse("busy").unwrap()
}

fn an_event(number: u64, at: u64) -> (String, String) {
    let id = EventId::parse(&format!("{number:016x}")).unwrap();
    (format!("events/2026/02/13/{at:013}-{id}"), id.to_string())
}

async fn id_of(send: &SendCache, namespace: &str) -> CacheId {
    let entries = send.entries(namespace).unwrap();
    entries.cache_id_from_key(&EntryKey::parse("busy").unwrap()).await.unwrap().unwrap()
}

/// A token and a transfer with so many events each, one a millisecond, the last one at noon; as processes have left them that end.
async fn with_events(send: &SendCache, events: u64) {
    send.tokens().create(&token()).usage_limit(0).send().await.unwrap();
    send.transfers().record_event(&transfer(), Event::new(EventType::PageView, Timestamp::from_millis(NOON))).await;
    let (used, happened) = (id_of(send, namespaces::TOKENS).await, id_of(send, namespaces::TRANSFERS).await);
    let [tokens, transfers] = [namespaces::TOKENS, namespaces::TRANSFERS].map(|name| send.entries(name).unwrap());
    let writes = iter(0..events).for_each_concurrent(64, async |number| {
        let at = NOON - events + number + 1;
        let (path, id) = an_event(number, at);
        let path = DataPath::parse(&path).unwrap();
        let usage = json!({ "event_id": id, "timestamp": at, "action": "use", "success": true });
        let event = json!({
            "event_id": id, "event_type": "file_download", "timestamp": at, "source": "application", "country": "PT"
        });
        tokens.data(used).store_json(&path, &usage).await.unwrap();
        transfers.data(happened).store_json(&path, &event).await.unwrap();
    });
    writes.await;
}

/// Reads what is newest as a process does that has read nothing yet; answers the calls and the time of each.
async fn read_newest(send: &SendCache, calls: &Faulty, events: u64) -> Vec<(&'static str, usize, Duration)> {
    let query = UsageQuery::default().limit(50);
    let mut costs = Vec::new();
    let mut measure = |what, begun: Instant| costs.push((what, calls.calls(), begun.elapsed()));
    calls.calls();
    let begun = Instant::now();
    let summary = send.transfers().summary(&transfer()).await.unwrap().unwrap();
    measure("summary", begun);
    let begun = Instant::now();
    let happened = send.transfers().events(&transfer(), 50).await.unwrap().unwrap();
    measure("events", begun);
    let begun = Instant::now();
    let used = send.tokens().usage(&token(), &query).await.unwrap();
    measure("usage", begun);
    let begun = Instant::now();
    let page = send.transfers().events_page(&transfer(), 50, None).await.unwrap().unwrap();
    measure("a page of events", begun);
    assert_eq!((&page.events, page.next.is_some(), page.unreadable), (&happened.items, true, 0));
    let begun = Instant::now();
    let page = send.tokens().usage_page(&token(), &UsagePageQuery::default()).await.unwrap();
    measure("a page of uses", begun);
    assert_eq!((&page.events, page.next.is_some(), page.unreadable), (&used.items, true, 0));
    assert_eq!((summary.total_downloads, summary.total_views, summary.unreadable_events), (events, 1, 0));
    assert_eq!((summary.events.len(), happened.items == summary.events), (50, true));
    let newest: Vec<_> = (0..50).map(|back| NOON - back).collect();
    assert_eq!(used.iter().map(|event| event.timestamp.millis()).collect::<Vec<_>>(), newest);
    costs
}

async fn the_newest_events_of_many_are_few_calls(engine: Engine) {
    let events = engine.of_many(1000) as u64;
    let still = Still::at(engine, NOON);
    with_events(&still.send, events).await;
    still.set(NOON + 5 * MINUTE);
    // Whoever reads them first has to read them all.
    still.send.transfers().summary(&transfer()).await.unwrap();
    still.send.tokens().usage_counts(&token()).await.unwrap();
    for _ in 0..2 {
        for (what, calls, _) in read_newest(&still.other(), &still.calls, events).await {
            assert!(calls <= MOST_CALLS, "{what}: {calls} calls");
        }
    }
    // What is asked for beyond them, or by days, is what it is without a summary.
    let read = async |query: UsageQuery| still.send.tokens().usage(&token(), &query).await.unwrap().items;
    assert_eq!(read(UsageQuery::default().limit(60)).await[..50], read(UsageQuery::default().limit(50)).await);
    assert_eq!(read(UsageQuery::default().limit(10_000)).await.len() as u64, events);
    walk_pages(&still.send, events).await;
}

/// Walks all pages after the first one, which is that of the summary.
async fn walk_pages(send: &SendCache, events: u64) {
    let (mut query, mut uses, mut unreadable) = (UsagePageQuery::default(), Vec::new(), 0);
    for _ in 0..=events {
        let page = send.tokens().usage_page(&token(), &query).await.unwrap();
        uses.extend(page.events.iter().map(|event| event.timestamp.millis()));
        (query.cursor, unreadable) = (page.next, unreadable + page.unreadable);
        if query.cursor.is_none() {
            break;
        }
    }
    assert!(query.cursor.is_none());
    assert_eq!((uses, unreadable), ((0..events).map(|back| NOON - back).collect(), 0));
    let (mut cursor, mut happened) = (None, Vec::new());
    for _ in 0..=events {
        let page = send.transfers().events_page(&transfer(), 50, cursor).await.unwrap().unwrap();
        happened.extend(page.events.into_iter().map(|event| event.event_id));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    let all = send.transfers().events(&transfer(), 10_000).await.unwrap().unwrap();
    assert_eq!(happened, all.iter().map(|event| event.event_id.clone()).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_file_that_cannot_be_read_counts_on_one_page() {
    let still = Still::at(Engine::Memory, NOON);
    with_events(&still.send, 9).await;
    let data = still.send.entries(namespaces::TOKENS).unwrap().data(id_of(&still.send, namespaces::TOKENS).await);
    let path = DataPath::parse(&an_event(99, NOON - 4).0).unwrap();
    data.store_json(&path, &json!({ "not": "ours" })).await.unwrap();
    // Events that wait for files lie between the others, so that pages are split.
    let unlucky = Faulty::new(still.service(), |_, request| match request.url().path().contains("/data/store/") {
        true => cache_tests::Act::Refuse,
        false => cache_tests::Act::Pass,
    });
    for back in [6, 5, 3, 2, 1] {
        let clock = std::sync::Arc::new(send_wrapper::ManualClock::at(NOON - back));
        let send = still.over(&unlucky).clock(clock);
        assert!(send.tokens().use_once(&token(), Use::default()).await.unwrap().is_granted());
    }
    for limit in [1, 2, 3, 5, 10, 50, 60] {
        let mut query = UsagePageQuery { limit: Some(limit), ..UsagePageQuery::default() };
        let (mut events, mut unreadable) = (0, 0);
        for _ in 0..100 {
            let page = still.other().tokens().usage_page(&token(), &query).await.unwrap();
            (events, unreadable) = (events + page.events.len(), unreadable + page.unreadable);
            query.cursor = page.next;
            if query.cursor.is_none() {
                break;
            }
        }
        assert_eq!((events, unreadable), (14, 1), "{limit}");
    }
}

#[tokio::test]
async fn a_transfer_that_was_created_again_shows_its_own_events() {
    let still = Still::at(Engine::Memory, NOON);
    let record = async |send: &SendCache| {
        let event = Event::new(EventType::PageView, Timestamp::from_millis(still.clock.now()));
        send.transfers().record_event(&transfer(), event).await.event_id
    };
    record(&still.send).await;
    let shown = async || {
        let page = still.send.transfers().events_page(&transfer(), 50, None).await.unwrap();
        page.map(|page| page.events.into_iter().map(|event| event.event_id).collect::<Vec<_>>())
    };
    assert_eq!(shown().await.map(|events| events.len()), Some(1));
    // By another process, so that this one remembers what is gone.
    let other = still.other();
    let key = EntryKey::parse("busy").unwrap();
    assert!(other.entries(namespaces::TRANSFERS).unwrap().delete(&key).await.unwrap());
    assert_eq!(shown().await, None);
    let again = record(&other).await;
    assert_eq!(shown().await, Some(vec![again]));
}

#[tokio::test]
async fn whoever_writes_many_events_keeps_the_way_of_readers_short() {
    let still = Still::at(Engine::Memory, NOON);
    let (tokens, name, transfers) = (still.send.tokens(), token(), still.send.transfers());
    tokens.create(&name).usage_limit(0).send().await.unwrap();
    for round in 0..6 {
        for _ in 0..100 {
            still.clock.advance(10);
            tokens.use_once(&name, Use::default()).await.unwrap();
            let event = Event::new(EventType::FileDownload, Timestamp::from_millis(NOON + round * 3 * MINUTE));
            transfers.record_event(&transfer(), event).await;
        }
        // What is written in the background is there before it is settled.
        still.clock.advance(3 * MINUTE);
        for namespace in [namespaces::TOKENS, namespaces::TRANSFERS] {
            let data = still.send.entries(namespace).unwrap().data(id_of(&still.send, namespace).await);
            let summary = DataPath::parse("summary").unwrap();
            // The summary of the round before is on its way.
            let events = async || {
                let saved = data.json::<Value>(&summary).await.unwrap();
                saved.map_or(0, |saved| saved["events"].as_u64().unwrap())
            };
            let saved = async {
                while events().await < round * 100 {
                    tokio::task::yield_now().await;
                }
            };
            tokio::time::timeout(Duration::from_secs(60), saved).await.unwrap();
        }
    }
    // Counted apart from what is still written in the background.
    let calls = Faulty::counting(still.service());
    let other = still.over(&calls);
    assert_eq!(other.transfers().summary(&transfer()).await.unwrap().unwrap().total_downloads, 600);
    assert!(calls.calls() <= MOST_CALLS);
    assert_eq!(other.tokens().usage(&name, &UsageQuery::default().limit(50)).await.unwrap().len(), 50);
    assert!(calls.calls() <= MOST_CALLS);
}

#[tokio::test]
async fn a_summary_that_runs_out_of_time_goes_on_where_it_was() {
    let events = 2500;
    let still = Still::at(Engine::Memory, NOON);
    with_events(&still.send, events).await;
    still.set(NOON + 5 * MINUTE);
    // Pages take so long that no reader comes to the end.
    let slow = Faulty::new(still.service(), |_, request| match request.url().path().contains("/data/entries/") {
        true => cache_tests::Act::Delay(Duration::from_millis(60)),
        false => cache_tests::Act::Pass,
    });
    let send = still.over(&slow).time_limit(Duration::from_millis(450));
    let mut tries = 0;
    let summary = loop {
        tries += 1;
        match send.transfers().summary(&transfer()).await {
            Ok(summary) => break summary.unwrap(),
            Err(error) => assert!(error.is_unavailable() && tries < 10, "{tries}: {error}"),
        }
    };
    assert!(tries > 1);
    assert_eq!((summary.total_downloads, summary.events.len()), (events, 50));
}

/// A reader whose pages take so long that it has to try several times; answers how often.
async fn tries_of_a_slow_reader(still: &Still) -> usize {
    let slow = Faulty::new(still.service(), |_, request| match request.url().path().contains("/data/entries/") {
        true => cache_tests::Act::Delay(Duration::from_millis(60)),
        false => cache_tests::Act::Pass,
    });
    let send = still.over(&slow).time_limit(Duration::from_millis(450));
    for tries in 1..10 {
        match send.transfers().summary(&transfer()).await {
            Ok(summary) => {
                assert!(summary.is_some());
                return tries;
            }
            Err(error) => assert!(error.is_unavailable(), "{error}"),
        }
    }
    panic!("it never comes to the end");
}

#[tokio::test]
async fn a_summary_goes_on_also_where_it_only_steps_over_files() {
    let still = Still::at(Engine::Memory, NOON);
    with_events(&still.send, 0).await;
    let summary = DataPath::parse("summary").unwrap();
    let data = still.send.entries(namespaces::TRANSFERS).unwrap().data(id_of(&still.send, namespaces::TRANSFERS).await);
    // Files that nobody can read.
    let writes = iter(0..2500_u64).for_each_concurrent(64, async |number| {
        let path = DataPath::parse(&an_event(number, NOON - 1 - number).0).unwrap();
        data.store_json(&path, &json!({ "not": "ours" })).await.unwrap();
    });
    writes.await;
    still.set(NOON + 5 * MINUTE);
    assert!(tries_of_a_slow_reader(&still).await > 1);
    // Files that are counted already, with no place to go on from.
    let mut saved: Value = data.json(&summary).await.unwrap().unwrap();
    assert_eq!(saved["unreadable_events"], 2500);
    saved.as_object_mut().unwrap().remove("cursor");
    data.store_json(&summary, &saved).await.unwrap();
    assert!(tries_of_a_slow_reader(&still).await > 1);
    let read = still.send.transfers().summary(&transfer()).await.unwrap().unwrap();
    assert_eq!((read.total_views, read.unreadable_events), (1, 2500));
}

#[tokio::test]
async fn what_cannot_be_read_is_counted_and_spoils_nothing() {
    let still = Still::at(Engine::Memory, NOON);
    with_events(&still.send, 20).await;
    let foreign = json!({ "not": "ours" });
    for namespace in [namespaces::TOKENS, namespaces::TRANSFERS] {
        let entries = still.send.entries(namespace).unwrap();
        let data = entries.data(id_of(&still.send, namespace).await);
        data.store_json(&DataPath::parse(&an_event(98, NOON - 2).0).unwrap(), &foreign).await.unwrap();
        data.store_string(&DataPath::parse(&an_event(99, NOON - 1).0).unwrap(), "text").await.unwrap();
        entries.store(&EntryKey::parse("foreign").unwrap(), &foreign).await.unwrap();
        entries.store(&EntryKey::parse("older").unwrap(), &json!({ "token_name": 7 })).await.unwrap();
    }
    still.send.tokens().create(&TokenName::parse("another").unwrap()).send().await.unwrap();
    for minutes in [0, 5] {
        still.set(NOON + minutes * MINUTE);
        let (tokens, transfers) = (still.send.tokens(), still.send.transfers());
        let names = tokens.list().await.unwrap();
        assert_eq!((names.len(), names.unreadable), (2, 2));
        let details = tokens.list_details().await.unwrap();
        assert_eq!((details.len(), details.unreadable), (2, 2));
        for limit in [50, 1000] {
            let used = tokens.usage(&token(), &UsageQuery::default().limit(limit)).await.unwrap();
            assert_eq!((used.len(), used.unreadable), (20, 2), "{limit}");
            let events = transfers.events(&transfer(), limit).await.unwrap().unwrap();
            assert_eq!((events.len(), events.unreadable), (21, 2), "{limit}");
        }
        let summary = transfers.summary(&transfer()).await.unwrap().unwrap();
        assert_eq!((summary.total_downloads, summary.unreadable_events), (20, 2));
        assert_eq!(tokens.usage_counts(&token()).await.unwrap().unreadable, 2);
        // One summary that is none of ours is made anew.
        let entries = still.send.entries(namespaces::TRANSFERS).unwrap();
        let data = entries.data(id_of(&still.send, namespaces::TRANSFERS).await);
        data.store_json(&DataPath::parse("summary").unwrap(), &json!({ "events": "many" })).await.unwrap();
        assert_eq!(transfers.summary(&transfer()).await.unwrap(), Some(summary));
    }
}

#[tokio::test]
async fn a_use_whose_event_gets_its_file_late_is_shown_and_counted() {
    let still = Still::at(Engine::Memory, NOON);
    let name = token();
    still.send.tokens().create(&name).usage_limit(32).send().await.unwrap();
    // The event of the first use gets no file for a long time.
    let unlucky = Faulty::new(still.service(), |_, request| match request.url().path().contains(&NOON.to_string()) {
        true => cache_tests::Act::Refuse,
        false => cache_tests::Act::Pass,
    });
    let send = still.over(&unlucky);
    for second in 0..32 {
        still.set(NOON + second * 1000);
        assert!(send.tokens().use_once(&name, Use::default()).await.unwrap().is_granted());
    }
    let shown = async |send: &SendCache| {
        let used = send.tokens().usage(&name, &UsageQuery::default().limit(50)).await.unwrap();
        (used.len(), used.items.last().unwrap().timestamp.millis())
    };
    still.set(NOON + 5 * MINUTE);
    still.other().tokens().usage_counts(&name).await.unwrap();
    assert_eq!(shown(&still.other()).await, (32, NOON));
    // A use that is refused writes it; one that is granted takes it out of the token.
    still.send.tokens().use_once(&name, Use::default()).await.unwrap();
    assert_eq!(shown(&still.other()).await, (33, NOON));
    still.send.tokens().update_limit(&name, UsageLimit::UNLIMITED).await.unwrap();
    still.send.tokens().use_once(&name, Use::default()).await.unwrap();
    for minutes in [0, 10] {
        still.set(NOON + (5 + minutes) * MINUTE);
        still.other().tokens().usage_counts(&name).await.unwrap();
        assert_eq!(shown(&still.other()).await, (34, NOON), "{minutes}");
    }
    let data = still.send.entries(namespaces::TOKENS).unwrap().data(id_of(&still.send, namespaces::TOKENS).await);
    let saved: Value = data.json(&DataPath::parse("summary").unwrap()).await.unwrap().unwrap();
    assert_eq!((&saved["granted"], &saved["events"]), (&32.into(), &32.into()), "all that were settled at once");
}

#[tokio::test]
async fn refused_uses_are_counted_by_their_reason() {
    let still = Still::at(Engine::Memory, NOON);
    let (tokens, name) = (still.send.tokens(), token());
    assert_eq!(tokens.usage_counts(&name).await.unwrap_err().code(), "NOT_FOUND");
    tokens.create(&name).usage_limit(2).send().await.unwrap();
    for _ in 0..5 {
        tokens.use_once(&name, Use::default()).await.unwrap();
    }
    tokens.revoke(&name).await.unwrap();
    tokens.use_once(&name, Use::default()).await.unwrap();
    for minutes in [0, 5] {
        still.set(NOON + minutes * MINUTE);
        let counts = tokens.usage_counts(&name).await.unwrap();
        let refused: Vec<_> = counts.refused.into_iter().collect();
        assert_eq!((counts.granted, refused), (2, vec![(Refusal::Revoked, 1), (Refusal::Exhausted, 3)]));
    }
}

/// `cargo test -p cache-tests --test send newest -- --ignored --nocapture`: with 200,000 events, on `embedded` and over SeaweedFS.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes"]
async fn the_newest_of_200_000_events_are_there_at_once() {
    let events = 200_000;
    let seaweed = Product::SeaweedFs
        .shared()
        .map(|server| (Engine::S3, Engine::S3.setup().on_bucket(server.endpoint(), "newest"), Duration::from_secs(1)));
    let embedded = (Engine::Embedded, Engine::Embedded.setup(), Duration::from_millis(100));
    for (engine, setup, limit) in [Some(embedded), seaweed].into_iter().flatten() {
        let service = setup.clock_at(NOON).start_in_process();
        let calls = Faulty::counting(&service.service);
        let clock = service.clock.clone().unwrap();
        let client =
            || cache_client::CacheClient::over(calls.clone()).api_key("x-api-key", cache_tests::KEY).build().unwrap();
        let handle = || SendCache::new(client()).clock(std::sync::Arc::clone(&clock) as std::sync::Arc<_>);
        let begun = Instant::now();
        with_events(&handle(), events).await;
        println!("{engine:?}: written in {:?}", begun.elapsed());
        clock.advance(5 * MINUTE);
        for (what, calls, took) in read_without_summary(&handle(), &calls).await {
            println!("{engine:?} without a summary: {what}: {calls} calls, {took:?}");
        }
        let (begun, send) = (Instant::now(), handle());
        let caught_up = async {
            while send.transfers().summary(&transfer()).await.is_err() {}
            while send.tokens().usage_counts(&token()).await.is_err() {}
        };
        tokio::time::timeout(Duration::from_secs(600), caught_up).await.unwrap();
        println!("{engine:?}: caught up in {:?}, {} calls", begun.elapsed(), calls.calls());
        for _ in 0..3 {
            for (what, calls, took) in read_newest(&handle(), &calls, events).await {
                println!("{engine:?}: {what}: {calls} calls, {took:?}");
                assert!(calls <= MOST_CALLS && took < limit, "{what}: {calls} calls, {took:?}");
            }
        }
    }
}

async fn read_without_summary(send: &SendCache, calls: &Faulty) -> Vec<(&'static str, usize, Duration)> {
    calls.calls();
    let begun = Instant::now();
    let used = send.tokens().usage(&token(), &UsageQuery::default().limit(50)).await;
    assert!(used.is_err() || used.is_ok_and(|used| used.len() == 50));
    vec![("usage", calls.calls(), begun.elapsed())]
}
