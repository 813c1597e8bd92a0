//! Costs: days are recorded once, windows add up exactly, and what is too much is told.

use std::net::IpAddr;
use std::sync::Arc;

use cache_client::{Namespace, Strategy};
use cache_tests::{Engine, Still, World, each_engine, each_transport};
use futures::future::join_all;
use send_wrapper::analytics::{Event, EventType, Recorder, RecorderSettings, Retention, Secret, Source};
use send_wrapper::costs::{Aggregation, Alert, Cost, CostDay, Decimal, Limits, Recorded, Window, WindowType};
use send_wrapper::{Clock, Currency, Day, EntryKey, ManualClock, SendCache, Timestamp, namespaces};
use serde_json::{Value, json};

each_transport!(a_day_is_recorded_once_whoever_records_it);

each_engine!(
    days_weeks_and_months_add_up_exactly,
    costs_are_divided_by_what_happened_in_the_same_time,
    a_window_is_compared_with_as_much_of_the_one_before,
    a_window_is_stored_when_it_has_ended_and_once,
    a_record_that_cannot_be_read_spoils_nothing_and_is_replaced,
    what_exceeds_its_limit_is_told,
);

const HOUR: u64 = 3_600_000;

/// The costs of a cache of which time stands still.
struct Books {
    still: Still,
}

impl Books {
    /// At noon of a day.
    fn at(engine: Engine, today: &str) -> Self {
        Self { still: Still::at(engine, noon(today)) }
    }

    /// Records days of one service.
    async fn record(&self, days: &[(&str, &str)]) {
        for (date, amount) in days {
            self.still.send.costs().record(day(date), of_s3(date, amount)).await.unwrap();
        }
    }

    async fn window(&self, kind: WindowType, key: &str) -> Aggregation {
        self.still.send.costs().aggregation(Window::parse(kind, key).unwrap()).await.unwrap()
    }

    async fn alerts(&self, day: &str, week: &str, month: &str) -> Vec<(String, String)> {
        let limits = Limits { day: number(day), week: number(week), month: number(month) };
        let alerts = self.still.send.costs().alerts(&limits).await.unwrap();
        alerts.into_iter().map(|Alert { window_key, amount, .. }| (window_key, amount.to_string())).collect()
    }

    async fn stored(&self, key: &str) -> Option<Value> {
        let entries = self.still.send.entries(namespaces::COSTS).unwrap();
        entries.retrieve(&EntryKey::parse(key).unwrap()).await.unwrap()
    }

    /// How many entries there are.
    async fn entries(&self) -> usize {
        self.still.send.entries(namespaces::COSTS).unwrap().namespace_files().all().await.unwrap().len()
    }
}

fn day(date: &str) -> Day {
    Day::parse(date).unwrap()
}

fn noon(date: &str) -> u64 {
    day(date).start().millis() + 12 * HOUR
}

fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn usd(date: &str, total: &str) -> CostDay {
    CostDay::new(day(date), Currency::parse("USD").unwrap(), number(total))
}

fn of_s3(date: &str, amount: &str) -> CostDay {
    usd(date, amount).service("Amazon S3", Cost::new(number(amount)))
}

#[tokio::test]
async fn what_happened_stays_known_when_its_analytics_are_deleted() {
    let books = Books::at(Engine::Memory, "2026-02-13");
    for _ in 0..4 {
        let view = Event::new(EventType::PageView, Timestamp::from_millis(noon("2026-02-13"))).source(Source::Http);
        books.still.send.analytics().record_event(&view).await.unwrap();
    }
    books.record(&[("2026-02-12", "1"), ("2026-02-13", "1")]).await;
    books.still.set(noon("2026-02-20"));
    let one = books.window(WindowType::Daily, "2026-02-13").await;
    assert_eq!((one.total_requests, one.cost_per_request), (4, number("0.25")));
    books.still.set(noon("2026-04-20"));
    let one_day = Some(1);
    let policy = Retention { raw: one_day, half_hours: one_day, hours: one_day, days: one_day, ..Retention::default() };
    let run = books.still.send.analytics().apply_retention(&policy).await.unwrap();
    assert_eq!(run.failed, None);
    assert_eq!(books.window(WindowType::Daily, "2026-02-13").await, one);
    // What was never asked for is not known; its costs are.
    let week = books.window(WindowType::Weekly, "2026-W07").await;
    assert_eq!((week.total_cost, week.total_requests), (number("2"), 0));
}

async fn a_day_is_recorded_once_whoever_records_it(world: World) {
    let clock = Arc::new(ManualClock::at(noon("2026-02-13")));
    let handles = [(); 3].map(|()| SendCache::new(world.client.clone()).clock(Arc::clone(&clock) as Arc<_>));
    let date = day("2026-02-12");
    let records = (0..12).map(|number| {
        let costs = handles[number % 3].costs();
        async move { costs.record(date, of_s3("2026-02-12", "1.50")).await.unwrap() }
    });
    let mut recorded = join_all(records).await;
    recorded.retain(|recorded| *recorded != Recorded::Unchanged);
    assert_eq!(recorded, [Recorded::Created]);

    // The same again, known later and written differently, changes nothing; something else does.
    let costs = handles[0].costs();
    let first = costs.day(date).await.unwrap().unwrap();
    clock.advance(HOUR);
    assert_eq!(costs.record(date, of_s3("2026-02-12", "1.5")).await.unwrap(), Recorded::Unchanged);
    assert_eq!(costs.day(date).await.unwrap().unwrap(), first);
    assert_eq!((first.collected_at.millis(), first.total), (noon("2026-02-13"), number("1.5")));
    assert_eq!(costs.record(date, of_s3("2026-02-12", "1.51")).await.unwrap(), Recorded::Changed);
    let changed = handles[1].costs().day(date).await.unwrap().unwrap();
    assert_eq!((changed.collected_at.millis(), changed.total), (noon("2026-02-13") + HOUR, number("1.51")));
    assert_eq!(costs.day(day("2026-02-11")).await.unwrap(), None);

    let entries = handles[2].entries(namespaces::COSTS).unwrap();
    let ids = entries.namespace_files().all().await.unwrap();
    assert_eq!(ids.len(), 1);
    let refs = entries.entry_refs(ids[0]).await.unwrap().unwrap();
    let path = "costs/data/key-based/records/2026-02-12.json";
    assert!(refs.file_paths.content_files.iter().any(|file| file.ends_with(path)), "{refs:?}");
    let stored: Value = entries.retrieve(&EntryKey::parse("records/2026-02-12").unwrap()).await.unwrap().unwrap();
    let fields: Vec<_> = stored.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(fields, ["cache_key", "date", "collected_at", "currency", "total", "by_service", "by_usage_type"]);
    assert_eq!((&stored["cache_key"], &stored["total"]), (&json!("records/2026-02-12"), &json!("1.51")));
    let part = json!({ "amount": "1.51", "usage_quantity": null, "usage_unit": null });
    assert_eq!(stored["by_service"], json!({ "Amazon S3": part }));
}

async fn days_weeks_and_months_add_up_exactly(engine: Engine) {
    let books = Books::at(engine, "2026-03-05");
    let lambda = of_s3("2026-02-10", "0.2").service("Amazon S3", Cost::new(number("0.15")));
    let lambda = lambda.service("AWS Lambda", Cost::new(number("0.05")));
    books.still.send.costs().record(day("2026-02-10"), lambda).await.unwrap();
    let odd = usd("2026-02-28", "1.0000000001").service("Amazon EC2", Cost::new(number("1.0000000001")));
    books.still.send.costs().record(day("2026-02-28"), odd).await.unwrap();
    books.record(&[("2026-02-09", "0.1"), ("2026-02-11", "-0.05")]).await;

    let one = books.window(WindowType::Daily, "2026-02-10").await;
    assert_eq!((one.cache_key.as_str(), one.total_cost, one.complete), ("daily/2026-02-10", number("0.2"), true));
    assert_eq!((one.delta_previous_pct, one.projected_month), (Some(number("100")), number("5.6")));
    let week = books.window(WindowType::Weekly, "2026-W07").await;
    assert_eq!((week.total_cost.to_string().as_str(), week.days_recorded, week.days_expected), ("0.25", 3, 7));
    assert_eq!((week.complete, week.delta_previous_pct), (false, None));
    assert_eq!(week.projected_month, number("2.33333333"), "7 / 3, halves away from zero");
    let month = books.window(WindowType::Monthly, "2026-02").await;
    assert_eq!((month.total_cost.to_string().as_str(), month.days_recorded), ("1.2500000001", 4));
    assert_eq!((month.window_start, month.window_end), (day("2026-02-01").start(), day("2026-03-01").start()));
    assert_eq!(month.projected_month, number("8.75"));
    let drivers = month.top_cost_drivers.iter().map(|driver| format!("{} {}", driver.name, driver.percent));
    assert_eq!(drivers.collect::<Vec<_>>(), ["Amazon EC2 80", "Amazon S3 16", "AWS Lambda 4"]);
    assert_eq!(month.cost_by_service["Amazon S3"], number("0.2"));
    // Nothing recorded, and nothing happened.
    let none = books.window(WindowType::Daily, "2026-02-20").await;
    assert_eq!((none.total_cost, none.currency, none.days_recorded, none.days_expected), (Decimal::ZERO, None, 0, 1));
    assert_eq!((none.projected_month, none.cost_per_request, none.complete), (Decimal::ZERO, Decimal::ZERO, false));
}

async fn costs_are_divided_by_what_happened_in_the_same_time(engine: Engine) {
    let books = Books::at(engine, "2026-02-13");
    let recorder =
        Recorder::start(&books.still.send, Secret::new("a secret for tests").unwrap(), RecorderSettings::default());
    let happens = |event_type: EventType, source: Source, visitor: u8| {
        let event = Event::new(event_type, Timestamp::from_millis(books.still.clock.now())).source(source);
        recorder.record(event, Some(IpAddr::from([192, 0, 2, visitor])));
    };
    happens(EventType::ApiCall, Source::Http, 1);
    happens(EventType::ApiCall, Source::Http, 2);
    happens(EventType::PageView, Source::Http, 2);
    // Three transfers of which two are complete, one after two attempts, and one is downloaded.
    let (upload, complete) = (EventType::FileUpload, EventType::TransferComplete);
    for event_type in [upload, upload, complete, upload, upload, complete, EventType::FileDownload] {
        happens(event_type, Source::Application, 1);
    }
    recorder.flush().await;
    books.still.set(noon("2026-02-14"));
    happens(EventType::ApiCall, Source::Http, 1);
    recorder.flush().await;
    books.still.set(day("2026-02-16").start().millis() + HOUR);
    books.record(&[("2026-02-12", "2"), ("2026-02-13", "1"), ("2026-02-14", "0.5")]).await;

    let per = |window: &Aggregation| {
        [window.cost_per_request, window.cost_per_transfer, window.cost_per_active_user].map(|cost| cost.to_string())
    };
    let counts = |window: &Aggregation| (window.total_requests, window.total_transfers, window.unique_visitors);
    let one = books.window(WindowType::Daily, "2026-02-13").await;
    assert_eq!((counts(&one), per(&one)), ((3, 2, 2), ["0.33333333", "0.5", "0.5"].map(str::to_owned)));
    for (kind, key) in [(WindowType::Weekly, "2026-W07"), (WindowType::Monthly, "2026-02")] {
        let window = books.window(kind, key).await;
        assert_eq!((counts(&window), window.total_cost), ((4, 2, 3), number("3.5")), "{key}");
        assert_eq!(per(&window), ["0.875", "1.75", "1.16666667"].map(str::to_owned), "{key}");
    }
    let quiet = books.window(WindowType::Daily, "2026-02-12").await;
    assert_eq!((counts(&quiet), per(&quiet)), ((0, 0, 0), ["0", "0", "0"].map(str::to_owned)));
    // An ended day whose parts are there is a handful of calls.
    books.still.calls.calls();
    books.window(WindowType::Daily, "2026-02-13").await;
    assert_eq!(books.still.calls.calls(), 4);
}

async fn a_window_is_compared_with_as_much_of_the_one_before(engine: Engine) {
    let books = Books::at(engine, "2026-02-18");
    books.record(&[("2026-02-09", "1"), ("2026-02-10", "2"), ("2026-02-11", "4"), ("2026-02-15", "8")]).await;
    books.record(&[("2026-02-16", "2"), ("2026-02-17", "4")]).await;
    // Monday and Tuesday with Monday and Tuesday; today is not expected.
    let week = books.window(WindowType::Weekly, "2026-W08").await;
    assert_eq!((week.days_recorded, week.days_expected, week.complete), (2, 2, false));
    assert_eq!((week.delta_previous_pct, week.projected_month), (Some(number("100")), number("84")));
    // Unless it is there.
    books.record(&[("2026-02-18", "1")]).await;
    let week = books.window(WindowType::Weekly, "2026-W08").await;
    assert_eq!((week.days_expected, week.delta_previous_pct), (3, Some(Decimal::ZERO)));
    books.still.set(noon("2026-02-24"));
    let week = books.window(WindowType::Weekly, "2026-W08").await;
    assert_eq!((week.days_expected, week.delta_previous_pct), (7, Some(number("-53.33"))), "7 instead of 15");
    // After credits, after nothing, and after what is in another currency.
    books.record(&[("2026-02-19", "-4"), ("2026-02-20", "2"), ("2026-02-21", "0"), ("2026-02-22", "3")]).await;
    let euros = CostDay::new(day("2026-02-23"), Currency::parse("EUR").unwrap(), number("3"));
    books.still.send.costs().record(day("2026-02-23"), euros).await.unwrap();
    for (key, delta) in
        [("2026-02-20", Some("150")), ("2026-02-21", Some("-100")), ("2026-02-22", None), ("2026-02-23", None)]
    {
        let one = books.window(WindowType::Daily, key).await;
        assert_eq!(one.delta_previous_pct, delta.map(number), "{key}");
    }
    // Several currencies cannot be added up.
    let month = Window::parse(WindowType::Monthly, "2026-02").unwrap();
    let error = books.still.send.costs().aggregation(month).await.unwrap_err();
    assert_eq!(error.code(), "CONFLICT");
    assert_eq!(error.to_string(), "costs of 2026-02 are in USD and, on 2026-02-23, in EUR");
}

async fn a_window_is_stored_when_it_has_ended_and_once(engine: Engine) {
    let books = Books::at(engine, "2027-01-01");
    books.record(&[("2026-12-27", "8"), ("2026-12-31", "1"), ("2027-01-01", "2")]).await;
    let running = books.window(WindowType::Weekly, "2026-W53").await;
    assert_eq!((running.total_cost, running.days_expected), (number("3"), 5));
    let future = books.window(WindowType::Weekly, "2027-W01").await;
    assert_eq!((future.total_cost, future.days_expected, future.projected_month), Default::default());
    assert_eq!(books.entries().await, 3, "the records");

    // A week belongs to the year of its Thursday.
    books.still.set(noon("2027-01-12"));
    books.record(&[("2027-01-04", "4")]).await;
    let week = Window::parse(WindowType::Weekly, "2026-W53").unwrap();
    let handles = [(); 4].map(|()| books.still.other().costs());
    let answers = join_all(handles.iter().map(|costs| costs.aggregation(week))).await;
    let stored = answers.into_iter().next().unwrap().unwrap();
    assert_eq!((stored.total_cost, stored.cache_key.as_str()), (number("3"), "weekly/2026-W53"));
    assert_eq!(books.window(WindowType::Weekly, "2027-W01").await.delta_previous_pct, Some(number("33.33")));
    assert_eq!(books.window(WindowType::Monthly, "2026-12").await.total_cost, number("9"));
    assert_eq!(books.entries().await, 7, "the records, two weeks and a month");

    // Later it is what was stored, until a record is corrected.
    books.still.set(noon("2027-01-13"));
    assert_eq!(books.window(WindowType::Weekly, "2026-W53").await, stored);
    books.record(&[("2026-12-31", "1.5")]).await;
    let corrected = books.window(WindowType::Weekly, "2026-W53").await;
    assert_eq!((corrected.total_cost, corrected.computed_at.millis()), (number("3.5"), noon("2027-01-13")));
    assert_eq!(books.stored("weekly/2026-W53").await.unwrap()["total_cost"], "3.5");
    assert_eq!((books.entries().await, books.stored("weekly/2027-W02").await), (7, None));
}

async fn a_record_that_cannot_be_read_spoils_nothing_and_is_replaced(engine: Engine) {
    let books = Books::at(engine, "2026-02-14");
    books.record(&[("2026-02-09", "1"), ("2026-02-11", "2")]).await;
    let entries = books.still.send.entries(namespaces::COSTS).unwrap();
    for key in ["records/2026-02-10", "daily/2026-02-11"] {
        entries.store(&EntryKey::parse(key).unwrap(), &json!({ "total": { "not": "ours" } })).await.unwrap();
    }
    // A text has the hash of the key that it says.
    let namespace = Namespace::parse(namespaces::COSTS).unwrap();
    books.still.client().store().string(&namespace, Strategy::Direct, "records/2026-02-12").send().await.unwrap();
    let week = books.window(WindowType::Weekly, "2026-W07").await;
    assert_eq!((week.total_cost, week.days_recorded, week.days_expected, week.days_unreadable), (number("3"), 2, 5, 2));
    let month = books.still.send.costs().month_so_far().await.unwrap();
    assert_eq!((month.total_cost, month.days_recorded, month.days_unreadable), (number("3"), 2, 2));
    let over = ["2026-02-11", "2026-W07", "2026-02"].map(str::to_owned);
    assert_eq!(books.alerts("0", "0", "0").await.into_iter().map(|(key, _)| key).collect::<Vec<_>>(), over);
    assert_eq!(books.window(WindowType::Daily, "2026-02-11").await.total_cost, number("2"));
    assert_eq!(books.stored("daily/2026-02-11").await.unwrap()["total_cost"], "2");

    let again = books.still.send.costs().record(day("2026-02-10"), of_s3("2026-02-10", "4")).await.unwrap();
    assert_eq!(again, Recorded::Changed);
    let week = books.window(WindowType::Weekly, "2026-W07").await;
    assert_eq!((week.total_cost, week.days_recorded, week.days_unreadable), (number("7"), 3, 1));
}

async fn what_exceeds_its_limit_is_told(engine: Engine) {
    let books = Books::at(engine, "2026-02-18");
    let told = |alerts: &[(&str, &str)]| {
        alerts.iter().map(|(key, amount)| (key.to_string(), amount.to_string())).collect::<Vec<_>>()
    };
    assert_eq!(books.alerts("0", "0", "0").await, told(&[]), "nothing is recorded");
    // Two of 28 days cost 5: the month is projected to 70.
    books.record(&[("2026-02-10", "3"), ("2026-02-17", "2")]).await;
    assert_eq!(books.alerts("2", "3", "70").await, told(&[]), "as much as may be");
    let (one, week, last_week, month) = (("2026-02-17", "2"), ("2026-W08", "2"), ("2026-W07", "3"), ("2026-02", "70"));
    assert_eq!(books.alerts("1.99", "2.99", "69.99").await, told(&[one, last_week, month]));
    assert_eq!(books.alerts("1", "1", "1").await, told(&[one, last_week, week, month]));
    assert_eq!(books.still.send.costs().alerts(&Limits::default()).await.unwrap(), []);
    books.record(&[("2026-02-17", "5.01")]).await;
    let alerts = books.still.send.costs().alerts(&Limits::default()).await.unwrap();
    let daily = json!({ "window_type": "daily", "window_key": "2026-02-17", "limit": "5", "amount": "5.01", "currency": "USD" });
    assert_eq!(serde_json::to_value(&alerts[0]).unwrap(), daily);
    assert_eq!(alerts[1].window_type, WindowType::Monthly);
    assert_eq!((alerts.len(), alerts[1].amount), (2, number("112.14")));
    // A day of long ago is no news.
    books.still.set(noon("2026-02-24"));
    assert_eq!(books.alerts("1", "99", "999").await, told(&[]));
}

#[tokio::test]
async fn a_month_that_is_recorded_whole_is_projected_as_what_it_was() {
    let books = Books::at(Engine::Memory, "2026-03-02");
    for number in 1..=28 {
        books.record(&[(&format!("2026-02-{number:02}"), "0.0000000003")]).await;
    }
    let month = books.window(WindowType::Monthly, "2026-02").await;
    assert_eq!((month.total_cost, month.projected_month), (number("0.0000000084"), number("0.0000000084")));
    assert!(month.complete);
}

#[tokio::test]
async fn what_is_absurd_is_refused_by_name() {
    let books = Books::at(Engine::Memory, "2026-02-13");
    let with = |name: String, cost: Cost| usd("2026-02-12", "1").service(name, cost);
    let many = (0..10_001).fold(usd("2026-02-12", "1"), |day, name| day.usage_type(name.to_string(), one()));
    fn one() -> Cost {
        Cost::new(Decimal::ONE)
    }
    let late = CostDay { collected_at: Timestamp::from_millis(u64::MAX), ..usd("2026-02-12", "1") };
    for (date, refused, field) in [
        ("2026-02-12", usd("2026-02-11", "1"), "date"),
        ("2026-02-14", usd("2026-02-14", "1"), "date"),
        ("2026-02-12", late, "collected_at"),
        ("2026-02-12", usd("2026-02-12", "1000000000000.01"), "total"),
        ("2026-02-12", usd("2026-02-12", "-79228162514264337593543950335"), "total"),
        ("2026-02-12", with("x".repeat(257), one()), "by_service"),
        ("2026-02-12", with(String::new(), one()), "by_service"),
        ("2026-02-12", with("a\nb".to_owned(), one()), "by_service"),
        ("2026-02-12", with("a".to_owned(), Cost::new(Decimal::MIN)), "by_service"),
        ("2026-02-12", with("a".to_owned(), one().usage(Decimal::MAX, "GB")), "by_service"),
        ("2026-02-12", with("a".to_owned(), one().usage(Decimal::ONE, "x".repeat(65))), "by_service"),
        ("2026-02-12", many, "by_usage_type"),
    ] {
        let error = books.still.send.costs().record(day(date), refused).await.unwrap_err();
        assert_eq!(error.code(), "INVALID_INPUT");
        assert!(error.to_string().starts_with(field), "{error}");
    }
    assert_eq!(books.still.calls.calls(), 0);
    // At the edge of what is taken, from numbers as they are written.
    let edge = json!({ "date": "2026-02-12", "currency": "EUR", "total": -1_000_000_000_000_i64, "by_service":
        { "x".repeat(256): { "amount": 0.1, "usage_quantity": "1e18", "usage_unit": "GB-Mo" } } });
    let edge: CostDay = serde_json::from_str(&edge.to_string()).unwrap();
    assert_eq!(books.still.send.costs().record(day("2026-02-12"), edge.clone()).await.unwrap(), Recorded::Created);
    let stored = books.still.send.costs().day(day("2026-02-12")).await.unwrap().unwrap();
    assert_eq!((stored.total, stored.by_service), (number("-1000000000000"), edge.by_service));
    assert!(serde_json::from_value::<CostDay>(json!({ "date": "2026-02-12", "currency": "eur", "total": 1 })).is_err());
}
