//! Retention: what is old goes, and nothing of what it came to.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use cache_tests::{Act, Engine, Faulty, Still, each_engine, request_at};
use send_wrapper::analytics::{Event, EventType, Retention, RetentionLevel, RetentionRun, Window, WindowType};
use send_wrapper::tokens::{Refusal, UsageQuery, Use};
use send_wrapper::{Clock, DataFiles, DataPath, EntryKey, SendCache, Timestamp, TokenName, TransferId, namespaces};
use serde_json::{Value, json};

each_engine!(
    what_is_old_goes_once_it_is_summed_up,
    a_window_that_is_not_over_keeps_what_counts_in_it,
    old_events_of_tokens_and_transfers_go_and_their_counts_stay,
);

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
/// 2026-02-13T14:00:00Z.
const TWO: u64 = 1_770_991_200_000;
const FOR_EVER: Retention = Retention {
    raw: None,
    half_hours: None,
    hours: None,
    days: None,
    months: None,
    years: None,
    token_events: None,
    transfer_events: None,
};
/// Events of tokens and transfers that there are none of.
const NO_EVENTS: [(&str, u64); 2] = [("token_events", 0), ("transfer_events", 0)];

async fn apply(send: &SendCache, policy: Retention, dry_run: bool) -> RetentionRun {
    let analytics = send.analytics();
    let run = if dry_run { analytics.plan_retention(&policy).await } else { analytics.apply_retention(&policy).await };
    let run = run.unwrap();
    assert_eq!((run.failed.as_deref(), run.dry_run, run.policy), (None, dry_run, policy));
    run
}

fn level<'a>(run: &'a RetentionRun, name: &str) -> &'a RetentionLevel {
    run.levels.iter().find(|level| level.level == name).unwrap()
}

fn deleted(run: &RetentionRun) -> Vec<(&str, u64)> {
    run.levels.iter().map(|level| (level.level.as_str(), level.deleted)).collect()
}

/// How many entries there are.
async fn entries(send: &SendCache) -> usize {
    send.entries(namespaces::ANALYTICS).unwrap().namespace_files().all().await.unwrap().len()
}

async fn code(send: &SendCache, kind: WindowType, key: &str) -> &'static str {
    let window = Window::parse(kind, key).unwrap();
    send.analytics().aggregation(window).await.map_or_else(|error| error.code(), |_| "OK")
}

async fn what_is_old_goes_once_it_is_summed_up(engine: Engine) {
    let still = Still::at(engine, TWO + MINUTE);
    still.record([(request_at(TWO), 1), (request_at(TWO), 2)]).await;
    still.set(TWO + DAY + MINUTE);
    still.record([(request_at(TWO + DAY), 3)]).await;
    // One of today is no older than it may be.
    still.set(TWO + 32 * DAY);
    still.record([(request_at(TWO + 32 * DAY), 1), (request_at(TWO + 32 * DAY), 1)]).await;

    // Nothing was ever asked for: a dry run says that days would be computed first, and changes nothing.
    let before = entries(&still.send).await;
    let dry = apply(&still.send, Retention::default(), true).await;
    let raw = level(&dry, "raw");
    assert_eq!((raw.deleted, raw.events, raw.sealed_first), (2, 3, 4));
    assert_eq!(raw.range, Some(("2026-02-13".to_owned(), "2026-02-14".to_owned())));
    assert_eq!(raw.before.millis(), TWO + 2 * DAY - 14 * HOUR);
    assert!(raw.reason.contains("30 days"), "{}", raw.reason);
    assert_eq!(entries(&still.send).await, before + 1, "the record of runs");

    let run = apply(&still.send, Retention::default(), false).await;
    let halves = level(&run, "30min");
    assert_eq!((level(&run, "raw").deleted, level(&run, "raw").sealed_first), (2, 4));
    assert_eq!((halves.deleted, halves.sealed_first), (8, 0), "halves of an hour, and of that before, on two days");
    let range = Some(("2026-02-13-13-00".to_owned(), "2026-02-14-14-30".to_owned()));
    assert_eq!((&halves.range, level(&run, "hourly").deleted, level(&run, "daily").deleted), (&range, 0, 0));
    // What they came to is there; what is gone is not taken for nothing.
    let day = still.aggregation(WindowType::Daily, "2026-02-13").await;
    assert_eq!((day.event_count, day.unique_visitors, day.sealed), (2, 2, true));
    assert_eq!(still.aggregation(WindowType::Hourly, "2026-02-14-14").await.event_count, 1);
    assert_eq!(code(&still.send, WindowType::HalfHour, "2026-02-13-14-00").await, "NOT_FOUND");
    assert_eq!(still.aggregation(WindowType::HalfHour, "2026-02-13-12-00").await.event_count, 0, "there was nothing");
    assert_eq!(still.send.analytics().pulse(5).await.unwrap().active_requests, 2);

    let again = apply(&still.other(), Retention::default(), false).await;
    assert_eq!(deleted(&again)[..4], [("raw", 0), ("30min", 0), ("hourly", 0), ("daily", 0)]);
    assert_eq!(deleted(&again)[4..], NO_EVENTS);
    let recorded = still.send.analytics().retention_runs(10).await.unwrap().items;
    let mut runs = [dry, run, again];
    runs.sort_by_key(|run| run.dry_run);
    assert!(recorded.len() == 3 && runs.iter().all(|run| recorded.contains(run)), "{recorded:#?}");
}

async fn a_window_that_is_not_over_keeps_what_counts_in_it(engine: Engine) {
    let still = Still::at(engine, TWO);
    still.record([(request_at(TWO), 1)]).await;
    // Two days later, but the one between may still get events.
    still.set(TWO + DAY + 10 * HOUR + MINUTE);
    let raw = Retention { raw: Some(1), ..FOR_EVER };
    let run = apply(&still.send, raw, false).await;
    assert_eq!(deleted(&run), [("raw", 0)]);
    assert_eq!(level(&run, "raw").held_by.as_deref(), Some("the daily window 2026-02-14 is not over"));
    still.set(TWO + DAY + 10 * HOUR + 5 * MINUTE);
    assert_eq!(deleted(&apply(&still.send, raw, false).await), [("raw", 1)]);
    // A day counts in its month.
    let days = Retention { days: Some(1), ..FOR_EVER };
    let run = apply(&still.send, days, false).await;
    assert_eq!((deleted(&run), level(&run, "daily").sealed_first), (vec![("daily", 0)], 0));
    assert_eq!(level(&run, "daily").held_by.as_deref(), Some("the monthly window 2026-02 is not over"));
    assert_eq!(still.aggregation(WindowType::Daily, "2026-02-13").await.event_count, 1);
}

async fn old_events_of_tokens_and_transfers_go_and_their_counts_stay(engine: Engine) {
    let still = Still::at(engine, TWO);
    let (old, young) = (TokenName::parse("old").unwrap(), TokenName::parse("young").unwrap());
    let transfer = TransferId::parse("t-1").unwrap();
    let happen = async |token: &TokenName| {
        still.send.tokens().use_once(token, Use::default()).await.unwrap();
        let event = Event::new(EventType::FileDownload, Timestamp::from_millis(still.clock.now()));
        still.send.transfers().record_event(&transfer, event).await;
    };
    still.send.tokens().create(&old).usage_limit(7).send().await.unwrap();
    for day in [0, 0, 1, 1, 3] {
        still.set(TWO + day * DAY + MINUTE * u64::try_from(entries(&still.send).await).unwrap());
        happen(&old).await;
    }
    still.send.tokens().revoke(&old).await.unwrap();
    happen(&old).await;
    let now = TWO + 368 * DAY;
    still.set(now);
    still.send.tokens().create(&young).send().await.unwrap();
    happen(&young).await;
    // What is no token must not keep the events of the others.
    let tokens = still.send.entries(namespaces::TOKENS).unwrap();
    tokens.store(&EntryKey::parse("foreign").unwrap(), &json!({ "created_at": 1 })).await.unwrap();

    let policy = Retention { token_events: Some(365), transfer_events: Some(365), ..FOR_EVER };
    let usage = async |token| still.other().tokens().usage(token, &UsageQuery::default()).await.unwrap().items;
    for dry_run in [true, false] {
        assert_eq!(usage(&old).await.len(), 6);
        let run = apply(&still.send, policy, dry_run).await;
        // The refused use is filed with the last of those that were granted: on a day that is kept until tomorrow.
        assert_eq!(deleted(&run), [("token_events", 4), ("transfer_events", 4)]);
        let range = Some(("2026-02-13".to_owned(), "2026-02-14".to_owned()));
        assert_eq!((&level(&run, "token_events").range, level(&run, "transfer_events").skipped), (&range, 0));
    }
    still.set(now + DAY);
    let run = apply(&still.send, policy, false).await;
    assert_eq!(deleted(&run), [("token_events", 2), ("transfer_events", 2)]);
    assert_eq!(deleted(&apply(&still.send, policy, false).await), NO_EVENTS);

    // Neither the files nor what was made of them say who it was; how much it was stays.
    assert_eq!((usage(&old).await.len(), usage(&young).await.len()), (0, 1));
    let counts = still.other().tokens().usage_counts(&old).await.unwrap();
    assert_eq!((counts.granted, counts.refused[&Refusal::Revoked]), (5, 1));
    let newest = still.other().tokens().usage(&old, &UsageQuery::default().limit(5)).await.unwrap();
    assert_eq!((newest.len(), newest.unreadable), (0, 0));
    let summary = still.other().transfers().summary(&transfer).await.unwrap().unwrap();
    assert_eq!((summary.total_downloads, summary.events.len()), (7, 1));
    assert_eq!(still.other().transfers().events(&transfer, 100).await.unwrap().unwrap().items, summary.events);
}

/// The summary of the events of a token, as it is stored.
async fn stored_summary(send: &SendCache, of: &TokenName) -> (DataFiles, Value) {
    let tokens = send.entries(namespaces::TOKENS).unwrap();
    let id = tokens.cache_id_from_key(&EntryKey::parse(of.as_str()).unwrap()).await.unwrap().unwrap();
    let data = tokens.data(id);
    let summary = data.json(&DataPath::parse("summary").unwrap()).await.unwrap().unwrap();
    (data, summary)
}

#[tokio::test]
async fn what_a_summary_holds_of_visitors_goes_before_their_events_do() {
    let still = Still::at(Engine::Memory, TWO);
    let of = TokenName::parse("old").unwrap();
    still.send.tokens().create(&of).usage_limit(0).send().await.unwrap();
    for second in 0..30 {
        still.set(TWO + second * 1000);
        still.send.tokens().use_once(&of, Use::default()).await.unwrap();
    }
    still.set(TWO + HOUR);
    still.send.tokens().usage_counts(&of).await.unwrap();
    let (data, before) = stored_summary(&still.send, &of).await;
    assert_eq!(before["recent"].as_array().unwrap().len(), 30);
    still.set(TWO + 366 * DAY);
    // Whoever cannot save the summary deletes nothing, and says so.
    let no_updates = Faulty::new(still.service(), |_, request| match request.url().path().contains("/data/update/") {
        true => Act::Refuse,
        false => Act::Pass,
    });
    let policy = Retention { token_events: Some(365), ..FOR_EVER };
    let run = still.over(&no_updates).analytics().apply_retention(&policy).await.unwrap();
    assert!(run.failed.is_some(), "{run:?}");
    assert_eq!(deleted(&run), [("token_events", 0)]);
    assert_eq!(deleted(&apply(&still.send, policy, false).await), [("token_events", 30)]);
    let held = async || stored_summary(&still.send, &of).await.1["recent"].as_array().unwrap().len();
    assert_eq!(held().await, 0);
    // Nor do they stay where the files are gone already.
    data.store_json(&DataPath::parse("summary").unwrap(), &before).await.unwrap();
    assert_eq!(held().await, 30);
    assert_eq!(deleted(&apply(&still.send, policy, false).await), [("token_events", 0)]);
    assert_eq!(held().await, 0);
    assert_eq!(still.other().tokens().usage_counts(&of).await.unwrap().granted, 30);
    // The figures of all days say so; those of days that are gone say that they are not all.
    let tokens = still.other().tokens();
    let all = tokens.usage_summary(&of, None, None).await.unwrap();
    assert_eq!((all.granted, all.by_day.len(), all.complete), (30, 0, false));
    let day = |ago: u64| Some(Timestamp::from_millis(still.clock.now() - ago * DAY).day());
    for (from, is_kept) in [(day(366), false), (day(365), true), (day(0), true)] {
        assert_eq!(tokens.usage_summary(&of, from, None).await.unwrap().complete, is_kept, "{from:?}");
    }
    assert!(!tokens.usage_summary(&of, None, day(0)).await.unwrap().complete);
}

#[tokio::test]
async fn a_summary_that_cannot_be_read_is_kept_when_its_events_are_gone() {
    let still = Still::at(Engine::Memory, TWO);
    let transfer = TransferId::parse("old").unwrap();
    let happen = async || {
        let event = Event::new(EventType::FileDownload, Timestamp::from_millis(still.clock.now()));
        still.send.transfers().record_event(&transfer, event).await;
    };
    for day in [0, 0, 365] {
        still.set(TWO + day * DAY + MINUTE * still.calls.calls() as u64);
        happen().await;
    }
    still.set(TWO + 366 * DAY);
    let policy = Retention { transfer_events: Some(365), ..FOR_EVER };
    assert_eq!(deleted(&apply(&still.send, policy, false).await), [("transfer_events", 2)]);
    let transfers = still.send.entries(namespaces::TRANSFERS).unwrap();
    let id = transfers.cache_id_from_key(&EntryKey::parse("old").unwrap()).await.unwrap().unwrap();
    let (data, summary) = (transfers.data(id), DataPath::parse("summary").unwrap());
    // As a version of this crate to come may leave it.
    let foreign = json!({ "events": "three" });
    data.store_json(&summary, &foreign).await.unwrap();
    for _ in 0..25 {
        still.clock.advance(1000);
        happen().await;
    }
    still.clock.advance(5 * MINUTE);
    // What is left is answered, and nothing is made of it for good.
    let read = still.other().transfers().summary(&transfer).await.unwrap().unwrap();
    assert_eq!(read.total_downloads, 26);
    assert_eq!(data.json::<Value>(&summary).await.unwrap(), Some(foreign));
}

#[tokio::test]
async fn a_day_of_very_many_events_goes_page_by_page() {
    let still = Still::at(Engine::Memory, TWO);
    let of = TransferId::parse("busy").unwrap();
    still.send.transfers().record_event(&of, Event::new(EventType::PageView, Timestamp::from_millis(TWO))).await;
    let transfers = still.send.entries(namespaces::TRANSFERS).unwrap();
    let id = transfers.cache_id_from_key(&EntryKey::parse("busy").unwrap()).await.unwrap().unwrap();
    let data = transfers.data(id);
    for number in 1..1100_u64 {
        let at = TWO + number;
        let event = json!({
            "event_id": format!("{number:016x}"), "event_type": "page_view", "timestamp": at, "source": "application"
        });
        let path = DataPath::parse(&format!("events/2026/02/13/{at:013}-{number:016x}")).unwrap();
        data.store_json(&path, &event).await.unwrap();
    }
    still.set(TWO + 366 * DAY);
    // As where deleting a folder of more than a few files takes longer than an operation may.
    let slow = {
        let deletions = AtomicUsize::new(0);
        Faulty::new(still.service(), move |_, request| {
            let is_folder = *request.method() == "DELETE" && !request.url().path().contains("/json/");
            let deleted = match *request.method() == "DELETE" {
                true => deletions.fetch_add(1, Ordering::SeqCst),
                false => 0,
            };
            if is_folder && deleted < 1000 { Act::Refuse } else { Act::Pass }
        })
    };
    let policy = Retention { transfer_events: Some(365), ..FOR_EVER };
    let run = still.over(&slow).analytics().apply_retention(&policy).await.unwrap();
    assert_eq!((run.failed.as_deref(), deleted(&run)), (None, vec![("transfer_events", 1100)]));
    assert_eq!(still.other().transfers().summary(&of).await.unwrap().unwrap().total_views, 1100);
}

#[tokio::test]
async fn an_event_that_got_no_file_goes_with_the_others() {
    let still = Still::at(Engine::Memory, TWO);
    let of = TokenName::parse("unlucky").unwrap();
    still.send.tokens().create(&of).send().await.unwrap();
    let no_events = Faulty::new(still.service(), |_, request| match request.url().path().contains("/data/store/") {
        true => Act::Refuse,
        false => Act::Pass,
    });
    still.over(&no_events).tokens().use_once(&of, Use::default()).await.unwrap();
    still.set(TWO + 366 * DAY);
    let used = async || still.other().tokens().usage(&of, &UsageQuery::default()).await.unwrap().len();
    assert_eq!(used().await, 1);
    apply(&still.send, Retention { token_events: Some(365), ..FOR_EVER }, false).await;
    assert_eq!(used().await, 0);
    assert_eq!(still.other().tokens().lookup(&of).await.unwrap().unwrap().usage_count, 1);
}

#[tokio::test]
async fn years_later_months_are_left() {
    let still = Still::at(Engine::Memory, TWO);
    still.record([(request_at(TWO), 1)]).await;
    still.set(TWO + 2 * DAY);
    still.record([(request_at(TWO + 2 * DAY), 1)]).await;
    still.set(TWO + 400 * DAY);
    let run = apply(&still.send, Retention::default(), false).await;
    // Up to the end of the last day that is too old: the rest of its month is younger.
    assert_eq!(level(&run, "daily").held_by, None);
    assert_eq!(still.aggregation(WindowType::Monthly, "2026-02").await.event_count, 2);
    assert_eq!(still.aggregation(WindowType::Yearly, "2026").await.event_count, 2);
    for (kind, key) in [
        (WindowType::HalfHour, "2026-02-13-14-00"),
        (WindowType::Hourly, "2026-02-13-14"),
        (WindowType::Daily, "2026-02-13"),
    ] {
        assert_eq!(code(&still.send, kind, key).await, "NOT_FOUND", "{key}");
    }
    // The next run looks at no more than what has become too old since.
    still.set(TWO + 401 * DAY);
    still.calls.calls();
    apply(&still.send, Retention::default(), false).await;
    let calls = still.calls.calls();
    assert!(calls < 75 + 4 * 40, "{calls}");
    let years = Retention { months: Some(1), ..FOR_EVER };
    assert_eq!(deleted(&apply(&still.send, years, false).await)[0].0, "monthly");
    assert_eq!(code(&still.send, WindowType::Monthly, "2026-02").await, "NOT_FOUND");
    assert_eq!(still.aggregation(WindowType::Yearly, "2026").await.event_count, 2);
}

#[tokio::test]
async fn what_is_left_of_a_window_that_was_taken_away_is_not_taken_for_all_of_it() {
    let midnight = TWO + 10 * HOUR;
    let still = Still::at(Engine::Memory, midnight - MINUTE);
    still.record((0..5).map(|_| (request_at(midnight - MINUTE), 1))).await;
    // Of the same half hour, stored on the next day.
    still.set(midnight + MINUTE);
    still.record([(request_at(midnight - MINUTE), 2)]).await;
    still.set(midnight + 30 * DAY + HOUR);
    let half = "2026-02-13-23-30";
    assert_eq!(still.aggregation(WindowType::HalfHour, half).await.event_count, 6);
    let run = apply(&still.send, Retention::default(), false).await;
    assert_eq!((level(&run, "raw").deleted, level(&run, "30min").deleted > 0), (1, true));
    for _ in 0..2 {
        assert_eq!(code(&still.send, WindowType::HalfHour, half).await, "NOT_FOUND");
    }
    assert_eq!(still.aggregation(WindowType::Daily, "2026-02-13").await.event_count, 6);
    // What goes before its events do is not computed again either, so that it does not stay for ever.
    let short = Retention { raw: None, hours: Some(20), days: Some(20), ..Retention::default() };
    still.set(midnight + 60 * DAY);
    assert!(level(&apply(&still.send, short, false).await, "daily").deleted > 0);
    assert_eq!(code(&still.send, WindowType::Hourly, "2026-02-14-00").await, "NOT_FOUND");
    let run = apply(&still.send, Retention { raw: Some(20), ..short }, false).await;
    assert_eq!(deleted(&run)[..4], [("raw", 1), ("30min", 0), ("hourly", 0), ("daily", 0)]);
}

#[tokio::test]
async fn a_run_is_recorded_also_when_the_cache_goes_away_in_it() {
    let still = Still::at(Engine::Memory, TWO);
    still.record([(request_at(TWO), 1)]).await;
    still.set(TWO + 40 * DAY);
    let away = Arc::new(AtomicBool::new(false));
    let is_away = Arc::clone(&away);
    // From the first deletion on.
    let faulty = Faulty::new(still.service(), move |_, request| {
        if *request.method() == "DELETE" {
            is_away.store(true, Ordering::SeqCst);
        }
        if is_away.load(Ordering::SeqCst) { Act::Refuse } else { Act::Pass }
    });
    let run = still.over(&faulty).analytics().apply_retention(&Retention::default()).await.unwrap();
    assert!(run.failed.is_some());
    let recorded = still.send.analytics().retention_runs(5).await.unwrap().items;
    assert_eq!((recorded.len(), recorded[0].finished_at.millis(), recorded[0].dry_run), (1, 0, false));
}

#[test]
fn a_policy_says_what_differs_from_the_defaults() {
    let policy: Retention = serde_json::from_str(r#"{"raw":7,"hours":null}"#).unwrap();
    assert_eq!(policy, Retention { raw: Some(7), hours: None, ..Retention::default() });
    assert!(serde_json::from_str::<Retention>(r#"{"half_hour":7}"#).is_err());
}

#[tokio::test]
async fn a_run_that_fails_says_what_it_did_and_the_next_goes_on() {
    let still = Still::at(Engine::Memory, TWO);
    for number in 0..20 {
        still.set(TWO + number * MINUTE);
        still.record([(request_at(TWO), 1)]).await;
    }
    still.set(TWO + 40 * DAY);
    let away = Arc::new(AtomicBool::new(true));
    let is_away = Arc::clone(&away);
    let deletions = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let faulty = Faulty::new(still.service(), move |_, request| {
        let deletes = *request.method() == "DELETE";
        match deletes && is_away.load(Ordering::SeqCst) && deletions.fetch_add(1, Ordering::SeqCst) >= 8 {
            true => Act::Refuse,
            false => Act::Pass,
        }
    });
    let send = still.over(&faulty);
    let run = send.analytics().apply_retention(&Retention::default()).await.unwrap();
    // What stands behind it is for the log.
    assert_eq!(run.failed.as_deref(), Some("the cache is unavailable"));
    assert_eq!((run.levels.len(), level(&run, "raw").deleted), (1, 8));
    assert_eq!(send.analytics().retention_runs(1).await.unwrap().items, [run]);
    away.store(false, Ordering::SeqCst);
    assert_eq!(level(&apply(&send, Retention::default(), false).await, "raw").deleted, 12);
    assert_eq!(still.aggregation(WindowType::Daily, "2026-02-13").await.event_count, 20);
}

#[tokio::test]
async fn two_runs_at_once_delete_what_one_would() {
    let still = Still::at(Engine::Memory, TWO);
    for number in 0..30 {
        still.set(TWO + number * HOUR);
        still.record([(request_at(TWO + number * HOUR), 1)]).await;
    }
    still.set(TWO + 40 * DAY);
    let (one, other) = (still.other(), still.other());
    let runs = futures::join!(apply(&one, Retention::default(), false), apply(&other, Retention::default(), false));
    assert_eq!(level(&runs.0, "raw").deleted + level(&runs.1, "raw").deleted, 30, "{runs:#?}");
    assert_eq!(still.aggregation(WindowType::Daily, "2026-02-13").await.event_count, 10);
    assert_eq!(still.aggregation(WindowType::Monthly, "2026-02").await.event_count, 30);
}

#[tokio::test]
async fn a_policy_that_keeps_nothing_is_refused() {
    let still = Still::at(Engine::Memory, TWO);
    for policy in [
        Retention { raw: Some(0), ..FOR_EVER },
        Retention { years: Some(0), ..FOR_EVER },
        Retention { token_events: Some(0), ..FOR_EVER },
        Retention { transfer_events: Some(0), ..FOR_EVER },
    ] {
        let refused = still.send.analytics().apply_retention(&policy).await.unwrap_err();
        assert_eq!(refused.code(), "INVALID_INPUT");
    }
    assert_eq!(still.send.analytics().retention_runs(0).await.unwrap_err().code(), "INVALID_INPUT");
    assert_eq!(still.send.analytics().retention_runs(5).await.unwrap().items, []);
    // What is kept for ever is not looked at; nothing is there to be deleted.
    let run = apply(&still.send, FOR_EVER, false).await;
    assert_eq!(run.levels, []);
    let all = Retention { months: Some(u32::MAX), years: Some(1), ..Retention::default() };
    assert!(deleted(&apply(&still.send, all, false).await).iter().all(|(_, deleted)| *deleted == 0));
}
