//! Aggregations: what the events of windows come to, once and for all.

use cache_tests::{Act, Engine, Faulty, Still, each_engine, request_at as request};
use send_wrapper::analytics::{
    Client, Event, EventType, Recorder, RecorderSettings, Secret, Source, Window, WindowType,
};
use send_wrapper::{Clock, Country, EntryKey, SendCache, Timestamp, namespaces};
use serde_json::{Value, json};

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
/// 2026-02-13T14:00:00Z.
const TWO: u64 = 1_770_991_200_000;

each_engine!(
    half_an_hour_equals_a_count_by_hand,
    an_hour_merges_its_halves_and_a_day_its_hours,
    a_month_adds_the_visitors_of_its_days,
    a_live_window_is_computed_every_time,
    what_has_not_begun_or_stayed_empty_is_zeros,
    an_event_is_late_when_its_window_was_closed,
    of_two_who_compute_a_window_both_answer_what_is_stored,
    a_batch_that_was_stored_twice_counts_once,
    clocks_that_are_a_minute_wrong_lose_nothing,
    an_event_long_before_its_window_is_early,
    bots_are_counted_apart,
    what_the_application_says_of_a_request_as_well_counts_once,
    a_window_of_the_first_form_is_computed_again,
    what_cannot_be_computed_again_keeps_its_figures_and_costs_longer_windows_no_error,
    a_damaged_window_is_computed_again,
);

async fn half_an_hour_equals_a_count_by_hand(engine: Engine) {
    let still = Still::at(engine, TWO + 5 * MINUTE);
    let at = |minutes: u64| Timestamp::from_millis(TWO + minutes * MINUTE);
    let http = |event_type, minutes| Event::new(event_type, at(minutes)).source(Source::Http);
    let page = http(EventType::PageView, 1).request("GET", "/b").answer(200, 20).content_bytes(100);
    still
        .record([
            (request(TWO), 1),
            (request(TWO + MINUTE), 1),
            (page.referrer("https://example.org/x"), 2),
            (
                http(EventType::ApiCall, 2).request("GET", "/c").answer(404, 30).country(Country::parse("PT").unwrap()),
                3,
            ),
            (http(EventType::ApiCall, 3).request("POST", "/c").answer(500, 1000), 3),
            (Event::new(EventType::FileUpload, at(3)).content_bytes(50), 3),
            (Event::new(EventType::FileDownload, at(3)).content_bytes(7), 4),
            (Event::new(EventType::TokenUse, at(4)), 4),
            (Event::new(EventType::TransferComplete, at(4)), 4),
            // Of the half hour before, which is closed by now: late.
            (request(TWO - MINUTE), 9),
        ])
        .await;
    // At the very end, and at the beginning of the next.
    still.set(TWO + 30 * MINUTE);
    still.record([(request(TWO + 30 * MINUTE - 1), 1), (request(TWO + 30 * MINUTE), 5)]).await;
    still.set(TWO + 33 * MINUTE);

    let half = still.aggregation(WindowType::HalfHour, "2026-02-13T14:00").await;
    assert_eq!((half.cache_key.as_str(), half.sealed), ("aggregations/30min/2026-02-13-14-00", true));
    assert_eq!((half.window_start.millis(), half.window_end.millis()), (TWO, TWO + 30 * MINUTE));
    assert_eq!((half.event_count, half.total_requests, half.page_views, half.api_calls), (10, 6, 1, 5));
    assert_eq!((half.file_uploads, half.completed_transfers, half.file_downloads, half.token_uses), (1, 1, 1, 1));
    assert_eq!((half.unique_visitors, half.error_count, half.total_bytes, half.late_events), (4, 2, 57, 1));
    assert!((half.avg_duration_ms - 1080.0 / 6.0).abs() < 1e-9, "{}", half.avg_duration_ms);
    // Within one percent.
    let near = |percentile: u64, exact: u64| percentile.abs_diff(exact) <= exact / 100 + 1;
    assert!(near(half.p50_duration_ms, 10) && near(half.p99_duration_ms, 30), "{half:?}");
    let top = |list: &[send_wrapper::analytics::Top]| {
        list.iter().map(|top| format!("{} {}", top.value, top.count)).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(top(&half.top_paths), "/a 3, /c 2, /b 1");
    assert_eq!((top(&half.top_countries), top(&half.top_referrers)), ("PT 1".to_owned(), "example.org 1".to_owned()));
    assert_eq!(top(&half.status_codes), "200 4, 404 1, 500 1");
}

async fn an_hour_merges_its_halves_and_a_day_its_hours(engine: Engine) {
    let still = Still::at(engine, TWO + 10 * MINUTE);
    still.record([(request(TWO), 1), (request(TWO + 1), 2)]).await;
    still.set(TWO + 40 * MINUTE);
    still.record([(request(TWO + 40 * MINUTE), 2), (request(TWO + 40 * MINUTE), 3)]).await;
    still.set(TWO + HOUR + 10 * MINUTE);
    still.record([(request(TWO + HOUR + MINUTE), 3)]).await;
    still.set(TWO + DAY);

    let hour = still.aggregation(WindowType::Hourly, "2026-02-13-14").await;
    assert_eq!((hour.event_count, hour.unique_visitors, hour.sealed), (4, 3, true));
    assert_eq!(still.stored().await, 3, "the hour and its halves");
    let day = still.aggregation(WindowType::Daily, "2026-02-13").await;
    assert_eq!((day.event_count, day.unique_visitors, day.top_paths[0].count), (5, 3, 5));
    assert_eq!(still.stored().await, 1 + 24 + 4, "the day, its hours, and the halves of those with events");

    // A sealed window is one call, whatever lies below it, and says the same for ever.
    still.calls.calls();
    let text = still.text(WindowType::Daily, "2026-02-13").await;
    assert_eq!(still.calls.calls(), 1);
    still.record([(request(TWO), 7)]).await;
    assert_eq!(still.text(WindowType::Daily, "2026-02-13").await, text);
    // A month needs its days, not their events.
    still.set(TWO + 40 * DAY);
    still.calls.calls();
    let month = still.aggregation(WindowType::Monthly, "2026-02").await;
    assert_eq!((month.event_count, month.unique_visitors), (5, 3));
    // 28 days to look for; of each that is empty its 24 hours, and whether there is anything; of the one in which the late event was
    // stored the halves of its hours, too.
    let calls = still.calls.calls();
    assert!(calls <= 28 + 27 * 28 + 24 * 6 + 8, "{calls}");
}

async fn a_month_adds_the_visitors_of_its_days(engine: Engine) {
    let still = Still::at(engine, TWO);
    for day in 0..3 {
        still.set(TWO + day * DAY + MINUTE);
        still.record([(request(TWO + day * DAY), 1), (request(TWO + day * DAY), 2)]).await;
    }
    // Live: nothing is stored but what is closed.
    let month = still.aggregation(WindowType::Monthly, "2026-02").await;
    assert_eq!((month.event_count, month.unique_visitors, month.sealed), (6, 6, false));
    let year = still.aggregation(WindowType::Yearly, "2026").await;
    assert_eq!((year.event_count, year.unique_visitors, year.sealed), (6, 6, false));
    let day = still.aggregation(WindowType::Daily, "2026-02-13").await;
    assert_eq!((day.event_count, day.unique_visitors, day.sealed), (2, 2, true));
}

async fn a_live_window_is_computed_every_time(engine: Engine) {
    let still = Still::at(engine, TWO + MINUTE);
    for count in 1..=3 {
        still.record([(request(TWO), 1)]).await;
        let half = still.aggregation(WindowType::HalfHour, "2026-02-13-14-00").await;
        assert_eq!((half.event_count, half.sealed), (count, false));
        let hour = still.aggregation(WindowType::Hourly, "2026-02-13-14").await;
        assert_eq!((hour.event_count, hour.sealed), (count, false));
    }
    assert_eq!(still.stored().await, 0);
    // Over, but within its grace.
    still.set(TWO + 31 * MINUTE);
    still.record([(request(TWO + 29 * MINUTE), 1)]).await;
    assert!(!still.aggregation(WindowType::HalfHour, "2026-02-13-14-00").await.sealed);
    // Nothing more counts, but what was stored a moment ago may not be readable yet.
    still.set(TWO + 33 * MINUTE - 1);
    let half = still.aggregation(WindowType::HalfHour, "2026-02-13-14-00").await;
    assert_eq!((half.event_count, half.sealed), (4, false));
    still.set(TWO + 33 * MINUTE);
    let half = still.aggregation(WindowType::HalfHour, "2026-02-13-14-00").await;
    assert_eq!((half.event_count, half.sealed), (4, true));
    // The hour goes on, and takes what is sealed from where it is stored.
    still.record([(request(TWO + 31 * MINUTE), 1)]).await;
    let hour = still.aggregation(WindowType::Hourly, "2026-02-13-14").await;
    assert_eq!((hour.event_count, hour.sealed), (5, false));
    assert_eq!(still.stored().await, 1);
}

async fn what_has_not_begun_or_stayed_empty_is_zeros(engine: Engine) {
    let still = Still::at(engine, TWO);
    for (kind, key) in [
        (WindowType::HalfHour, "2026-02-13-14-30"),
        (WindowType::Hourly, "2026-02-13-15"),
        (WindowType::Daily, "2026-02-14"),
        (WindowType::Monthly, "2026-03"),
        (WindowType::Yearly, "2027"),
    ] {
        let future = still.aggregation(kind, key).await;
        assert_eq!((future.event_count, future.sealed, future.top_paths.len()), (0, false, 0), "{key}");
    }
    assert_eq!(still.stored().await, 0);
    for (kind, key) in [(WindowType::HalfHour, "2026-02-13-13-00"), (WindowType::Daily, "2026-02-12")] {
        let empty = still.aggregation(kind, key).await;
        assert_eq!((empty.event_count, empty.unique_visitors, empty.sealed), (0, 0, true), "{key}");
    }
    assert_eq!(still.stored().await, 2);
}

async fn an_event_is_late_when_its_window_was_closed(engine: Engine) {
    let still = Still::at(engine, TWO + 31 * MINUTE);
    // In the grace of its window: it counts.
    still.record([(request(TWO), 1)]).await;
    still.set(TWO + 33 * MINUTE);
    assert_eq!(still.aggregation(WindowType::HalfHour, "2026-02-13-14-00").await.event_count, 1);
    // After it: it is late in the window it is stored in, and no event of that one.
    still.record([(request(TWO), 1), (request(TWO + 33 * MINUTE), 1)]).await;
    still.set(TWO + 2 * HOUR);
    assert_eq!(still.aggregation(WindowType::HalfHour, "2026-02-13-14-00").await.event_count, 1);
    let next = still.aggregation(WindowType::HalfHour, "2026-02-13-14-30").await;
    assert_eq!((next.event_count, next.late_events), (1, 1));
    let hour = still.aggregation(WindowType::Hourly, "2026-02-13-14").await;
    assert_eq!((hour.event_count, hour.late_events), (2, 1));
}

async fn of_two_who_compute_a_window_both_answer_what_is_stored(engine: Engine) {
    let still = Still::at(engine, TWO + MINUTE);
    still.record((0..20).map(|number| (request(TWO + number), number as u8))).await;
    still.set(TWO + 3 * HOUR);
    let others = [(); 4].map(|()| still.other());
    let hour = Window::parse(WindowType::Hourly, "2026-02-13-14").unwrap();
    let analytics = others.each_ref().map(SendCache::analytics);
    let answers = futures::future::join_all(analytics.iter().map(|analytics| analytics.aggregation_json(hour))).await;
    let answers: Vec<_> = answers.into_iter().map(|answer| answer.unwrap().get().to_owned()).collect();
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(still.stored().await, 3);
    assert_eq!(still.text(WindowType::Hourly, "2026-02-13-14").await, answers[0]);
}

async fn a_batch_that_was_stored_twice_counts_once(engine: Engine) {
    let still = Still::at(engine, TWO + MINUTE);
    let lost = Faulty::new(still.service(), |call, _| match call {
        1 => Act::LoseAnswer,
        _ => Act::Pass,
    });
    let send = still.over(&lost);
    for events in [1, 5] {
        let recorder = Recorder::start(&send, Secret::random(), RecorderSettings::default());
        for _ in 0..events {
            recorder.record(request(TWO), Client::default());
        }
        recorder.flush().await;
    }
    still.set(TWO + HOUR);
    assert_eq!(still.aggregation(WindowType::HalfHour, "2026-02-13-14-00").await.event_count, 6);
}

async fn clocks_that_are_a_minute_wrong_lose_nothing(engine: Engine) {
    let half = 30 * MINUTE;
    let still = Still::at(engine, TWO);
    // Two recorders, one of which is a minute fast and one a minute slow, on both edges of a half hour.
    for at in [TWO - MINUTE, TWO, TWO + half - 1, TWO + half, TWO + half + MINUTE - 1] {
        still.set(at.max(still.clock.now()));
        let now = still.clock.now();
        still.record([(request(now + MINUTE), 1), (request(now - MINUTE), 2)]).await;
    }
    still.set(TWO + 3 * HOUR);
    let mut counted = 0;
    for key in ["2026-02-13-13-30", "2026-02-13-14-00", "2026-02-13-14-30"] {
        let window = still.aggregation(WindowType::HalfHour, key).await;
        assert_eq!((window.late_events, window.early_events), (0, 0), "{key}");
        counted += window.event_count;
    }
    assert_eq!(counted, 10);
    let middle = still.aggregation(WindowType::HalfHour, "2026-02-13-14-00").await;
    assert_eq!((middle.event_count, middle.unique_visitors), (5, 2));
}

async fn an_event_long_before_its_window_is_early(engine: Engine) {
    let still = Still::at(engine, TWO + 10 * MINUTE);
    let absurd = [TWO + 30 * MINUTE + 1, TWO + DAY, 253_402_300_800_000, u64::MAX];
    still.record([(request(TWO + 10 * MINUTE), 1)]).await;
    still.record(absurd.map(|at| (request(at), 2))).await;
    // A minute before its window it counts there.
    still.set(TWO + 29 * MINUTE);
    still.record([(request(TWO + 30 * MINUTE), 3)]).await;
    still.set(TWO + 2 * DAY);
    let here = still.aggregation(WindowType::HalfHour, "2026-02-13-14-00").await;
    assert_eq!((here.event_count, here.early_events, here.unique_visitors), (1, 4, 1));
    let next = still.aggregation(WindowType::HalfHour, "2026-02-13-14-30").await;
    assert_eq!((next.event_count, next.early_events), (1, 0));
    let day = still.aggregation(WindowType::Daily, "2026-02-13").await;
    assert_eq!((day.event_count, day.early_events), (2, 4));
}

async fn bots_are_counted_apart(engine: Engine) {
    let still = Still::at(engine, TWO + MINUTE);
    let bot =
        |event: Event| event.user_agent("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)");
    let crawled = request(TWO).request("GET", "/crawled").answer(404, 5000).referrer("https://example.org/");
    still
        .record([
            (request(TWO), 1),
            (bot(crawled), 2),
            (bot(request(TWO)), 3),
            // A program that sends files is no person, but its files are files.
            (
                Event::new(EventType::FileUpload, Timestamp::from_millis(TWO))
                    .user_agent("curl/8.5.0")
                    .content_bytes(9),
                4,
            ),
        ])
        .await;
    let half = still.aggregation(WindowType::HalfHour, "2026-02-13-14-00").await;
    assert_eq!((half.event_count, half.bot_requests), (4, 2));
    assert_eq!((half.total_requests, half.unique_visitors, half.error_count), (1, 1, 0));
    assert_eq!((half.file_uploads, half.total_bytes, half.p99_duration_ms), (1, 9, 10));
    assert_eq!((half.top_paths.len(), half.top_referrers.len(), half.status_codes.len()), (1, 0, 1));
    let pulse = still.send.analytics().pulse(5).await.unwrap();
    assert_eq!((pulse.active_requests, pulse.active_visitors, pulse.bot_requests), (1, 1, 2));
}

async fn what_the_application_says_of_a_request_as_well_counts_once(engine: Engine) {
    let still = Still::at(engine, TWO + MINUTE);
    let said = |event: Event| {
        let event = event.request("PUT", "/transfers/{id}/payload").answer(500, 90);
        event.country(Country::parse("PT").unwrap()).referrer("https://example.org/")
    };
    let at = Timestamp::from_millis(TWO);
    let server = said(Event::new(EventType::ApiCall, at).source(Source::Http));
    still.record([(server, 1), (said(Event::new(EventType::FileUpload, at)), 1)]).await;
    let half = still.aggregation(WindowType::HalfHour, "2026-02-13-14-00").await;
    assert_eq!((half.event_count, half.total_requests, half.file_uploads, half.error_count), (2, 1, 1, 1));
    let lists = [&half.top_paths, &half.top_countries, &half.top_referrers, &half.status_codes];
    assert!(lists.iter().all(|list| list.len() == 1 && list[0].count == 1), "{half:?}");
}

/// A document as the first version stored it.
fn of_the_first_form(kind: &str, key: &str, events: u64, visitors: u64) -> (EntryKey, Value) {
    let cache_key = format!("aggregations/{kind}/{key}");
    let mut document = json!({
        "cache_key": cache_key, "window_type": kind, "window_key": key,
        "window_start": TWO, "window_end": TWO + HOUR, "computed_at": TWO + 2 * HOUR, "sealed": true,
        "event_count": events, "total_requests": events, "unique_visitors": visitors, "page_views": 0, "api_calls": events,
        "file_uploads": 3, "file_downloads": 0, "token_uses": 0, "error_count": 0, "avg_duration_ms": 10.0,
        "p50_duration_ms": 10, "p95_duration_ms": 10, "p99_duration_ms": 10, "late_events": 0, "total_bytes": 77,
        "top_paths": [{ "value": "/old", "count": events }], "top_countries": [], "top_referrers": [],
        "status_codes": [{ "value": "200", "count": events }],
    });
    let sketch = "{\"config\":{\"max_num_bins\":2048,\"gamma\":1.02},\"store\":{\"bins\":[1]}}";
    document["merge_state"] = json!({
        "event_count": events, "total_requests": events, "page_views": 0, "api_calls": events, "file_uploads": 3,
        "file_downloads": 0, "token_uses": 0, "error_count": 0, "late_events": 0, "total_bytes": 77,
        "duration_sum": 10 * events, "duration_count": events, "visitors_of_days": 0,
        "visitors": "{\"data\":140233172041731}", "durations": sketch, "paths": { "/old": events }, "countries": {},
        "referrers": {}, "status_codes": { "200": events },
    });
    (EntryKey::parse(&cache_key).unwrap(), document)
}

async fn a_window_of_the_first_form_is_computed_again(engine: Engine) {
    let still = Still::at(engine, TWO + MINUTE);
    still.record((0..4).map(|visitor| (request(TWO), visitor))).await;
    still.set(TWO + 3 * HOUR);
    let entries = still.send.entries(namespaces::ANALYTICS).unwrap();
    for (kind, key) in [("30min", "2026-02-13-14-00"), ("hourly", "2026-02-13-14")] {
        let (key, document) = of_the_first_form(kind, key, 4, 4);
        entries.store(&key, &document).await.unwrap();
    }
    let hour = still.text(WindowType::Hourly, "2026-02-13-14").await;
    let read: Value = serde_json::from_str(&hour).unwrap();
    assert_eq!((&read["event_count"], &read["unique_visitors"]), (&4.into(), &4.into()));
    assert_eq!((&read["top_paths"][0]["value"], &read["unreadable_parts"]), (&"/a".into(), &0.into()));
    // It is stored like that, below as well, and is one call from then on.
    still.calls.calls();
    assert_eq!(still.text(WindowType::Hourly, "2026-02-13-14").await, hour);
    assert_eq!(still.calls.calls(), 1);
    let half: Value = serde_json::from_str(&still.text(WindowType::HalfHour, "2026-02-13-14-00").await).unwrap();
    assert_eq!((&half["top_paths"][0]["value"], &half["merge_state"]["format"]), (&"/a".into(), &2.into()));
    // The other half had no events, and no document: none was made.
    assert_eq!(still.stored().await, 2);
}

async fn what_cannot_be_computed_again_keeps_its_figures_and_costs_longer_windows_no_error(engine: Engine) {
    // A day of which nothing is left but its document, and one with an event.
    let still = Still::at(engine, TWO + DAY);
    still.record([(request(TWO + DAY), 1)]).await;
    let entries = still.send.entries(namespaces::ANALYTICS).unwrap();
    let (key, document) = of_the_first_form("daily", "2026-02-13", 1000, 40);
    entries.store(&key, &document).await.unwrap();
    still.set(TWO + 40 * DAY);

    let month = still.aggregation(WindowType::Monthly, "2026-02").await;
    assert_eq!((month.event_count, month.unique_visitors, month.unreadable_parts), (1001, 41, 1));
    assert_eq!((month.total_bytes, month.completed_transfers), (77, 3));
    assert_eq!((month.status_codes[0].count, month.avg_duration_ms), (1001, 10.0));
    let year = still.aggregation(WindowType::Yearly, "2026").await;
    assert_eq!((year.event_count, year.unique_visitors, year.unreadable_parts), (1001, 41, 1));
    let day: Value = serde_json::from_str(&still.text(WindowType::Daily, "2026-02-13").await).unwrap();
    for (field, was) in document.as_object().unwrap().iter().filter(|(field, _)| *field != "merge_state") {
        assert_eq!(&day[field], was, "{field}");
    }
    assert_eq!((&day["unreadable_parts"], &day["merge_state"]["format"]), (&1.into(), &2.into()));
    assert!(!day.to_string().contains("140233172041731"), "no address of memory is kept");
}

async fn a_damaged_window_is_computed_again(engine: Engine) {
    let still = Still::at(engine, TWO + MINUTE);
    still.record([(request(TWO), 1), (request(TWO), 2)]).await;
    still.set(TWO + 3 * HOUR);
    let whole = still.text(WindowType::HalfHour, "2026-02-13-14-00").await;
    let entries = still.send.entries(namespaces::ANALYTICS).unwrap();
    let key = EntryKey::parse("aggregations/30min/2026-02-13-14-00").unwrap();
    let mut damaged: Value = serde_json::from_str(&whole).unwrap();
    damaged["merge_state"]["visitors"] = "AAAA".into();
    for document in [damaged, json!({ "something": "else" })] {
        entries.store(&key, &document).await.unwrap();
        let hour = Window::parse(WindowType::Hourly, "2026-02-13-14").unwrap();
        let send = still.other();
        let read: Value = serde_json::from_str(send.analytics().aggregation_json(hour).await.unwrap().get()).unwrap();
        assert_eq!((&read["event_count"], &read["unique_visitors"]), (&2.into(), &2.into()));
        assert_eq!(still.aggregation(WindowType::HalfHour, "2026-02-13-14-00").await.unique_visitors, 2);
        entries.delete(&EntryKey::parse("aggregations/hourly/2026-02-13-14").unwrap()).await.unwrap();
    }
}
