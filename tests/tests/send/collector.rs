//! The collector of costs, against a Cost Explorer on this machine: what it asks for, records, and does when that
//! fails.

use std::sync::Arc;
use std::time::Duration;

use cache_client::CacheClient;
use cache_tests::{Act, Asked, Bill, Engine, Faulty, KEY, Reply, TestCostExplorer, TestInProcess, each_engine};
use send_wrapper::costs::{
    Collected, Collector, CollectorSettings, CostDay, CostExplorer, Costs, Decimal, Window, WindowType,
};
use send_wrapper::{Clock, Day, EntryKey, Error, ManualClock, SendCache, Timestamp, namespaces};
use serde_json::{Value, json};
use test_buckets::Product;

each_engine!(a_first_run_goes_back_and_the_next_ones_ask_for_what_is_missing);

const HOUR: u64 = 3_600_000;
const DAY: u64 = 24 * HOUR;
const SECRET: &str = "a-very-secret-access-key";
const SHORT: CollectorSettings =
    CollectorSettings { back_fill_months: 1, settled_after_days: 3, refresh_after: Duration::from_secs(8 * 60 * 60) };

/// A cache whose clock stands still: at 2026-02-13T12:00:00Z, until it is moved.
struct Books {
    clock: Arc<ManualClock>,
    service: TestInProcess,
    send: SendCache,
}

impl Books {
    fn new(engine: Engine) -> Self {
        let service = engine.setup().clock_at(day("2026-02-13").start().millis() + 12 * HOUR).start_in_process();
        let clock = service.clock.clone().unwrap();
        let send = Self::over(&Faulty::counting(&service.service), &clock);
        Self { clock, service, send }
    }

    fn over(calls: &Faulty, clock: &Arc<ManualClock>) -> SendCache {
        let client = CacheClient::over(calls.clone()).api_key("x-api-key", KEY).retries(0).build().unwrap();
        SendCache::new(client).clock(Arc::clone(clock) as Arc<_>)
    }

    fn collector(&self, source: &TestCostExplorer) -> Collector {
        Collector::new(&self.send, once(source), SHORT).unwrap()
    }

    async fn day(&self, date: &str) -> CostDay {
        self.send.costs().day(day(date)).await.unwrap().unwrap()
    }

    async fn mark(&self) -> Option<Value> {
        let entries = self.send.entries(namespaces::COSTS).unwrap();
        entries.retrieve(&EntryKey::parse("collector/mark").unwrap()).await.unwrap()
    }
}

/// Makes each request once.
fn once(source: &TestCostExplorer) -> CostExplorer {
    CostExplorer::with_key(source.url(), "AKIDEXAMPLE", SECRET).attempts(1)
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// Two usage types of S3 and one of Lambda on every day, and nothing on the tenth of a month.
fn bill(first: &str, last: &str) -> Bill {
    let days = (0..).map(|number| Timestamp::from_millis(day(first).start().millis() + number * DAY).day());
    let charges = |date: Day| match date.to_string().ends_with("-10") {
        true => vec![],
        false => vec![
            ["Amazon S3", "Requests-Tier1", "0.1", "1000", "Requests"],
            ["Amazon S3", "TimedStorage", "0.2", "1.5", "GB-Mo"],
            ["AWS Lambda", "Requests", "0.0000000016", "3", "Requests"],
        ],
    };
    days.take_while(|date| *date <= day(last)).map(|date| (date.to_string(), charges(date))).collect()
}

fn ranges(asked: &[Asked]) -> Vec<(&str, &str)> {
    asked.iter().map(|asked| (asked.start.as_str(), asked.end.as_str())).collect()
}

#[tokio::test]
async fn what_had_settled_is_asked_for_again_when_somebody_says_so() {
    let books = Books::new(Engine::Memory);
    let source = TestCostExplorer::start(bill("2025-02-13", "2026-02-20"), 100);
    let collector = books.collector(&source);
    collector.run().await.unwrap();
    source.restate("2026-01-31", &[["Tax", "Tax", "7", "1", "N/A"]]);
    source.asked();
    let run = collector.run_from(day("2026-01-30")).await.unwrap();
    assert_eq!((run.days, run.created, run.changed), (14, 0, 1));
    assert!(ranges(&source.asked()).iter().all(|range| *range == ("2026-01-30", "2026-02-13")));
    assert_eq!(books.day("2026-01-31").await.total, number("7"));
    // What is missing is known as before.
    assert_eq!(collector.run().await.unwrap(), Collected::default());
    for outside in ["2026-02-13", "2025-02-12"] {
        assert_eq!(collector.run_from(day(outside)).await.unwrap_err().code(), "INVALID_INPUT", "{outside}");
    }
}

async fn a_first_run_goes_back_and_the_next_ones_ask_for_what_is_missing(engine: Engine) {
    // A year takes its time on S3.
    let (months, first, days) = match engine {
        Engine::S3 => (1, "2026-01-13", 31),
        Engine::Memory | Engine::LocalDisk | Engine::Embedded => (12, "2025-02-13", 365),
    };
    let books = Books::new(engine);
    let source = TestCostExplorer::start(bill("2025-02-13", "2026-02-20"), 100);
    let settings = CollectorSettings { back_fill_months: months, ..SHORT };
    let collector = Collector::new(&books.send, once(&source), settings).unwrap();

    // Whole days only, and a request for each page of all of them.
    let run = collector.run().await.unwrap();
    let groups: usize = bill(first, "2026-02-12").values().map(Vec::len).sum();
    let (from, to) = (Some(day(first)), Some(day("2026-02-12")));
    let requests = groups.div_ceil(100) as u64;
    assert_eq!(run, Collected { from, to, days, created: days, changed: 0, requests });
    let asked = source.asked();
    assert_eq!(asked.len() as u64, requests);
    assert!(asked.iter().all(|asked| (asked.start.as_str(), asked.end.as_str()) == (first, "2026-02-13")));
    let window = Window::parse(WindowType::Monthly, "2026-02").unwrap();
    let month = books.send.costs().aggregation(window).await.unwrap();
    assert_eq!((month.days_recorded, month.days_expected), (12, 12));
    assert_eq!(month.total_cost, number("3.3000000176"), "11 days of 0.3000000016");
    let one = books.day("2026-02-12").await;
    assert_eq!((one.currency.as_str(), one.total), ("USD", number("0.3000000016")));
    let s3 = &one.by_service["Amazon S3"];
    assert_eq!((s3.amount, s3.usage_quantity, &s3.usage_unit), (number("0.3"), None, &None));
    let storage = &one.by_usage_type["TimedStorage"];
    assert_eq!((storage.usage_quantity, storage.usage_unit.as_deref()), (Some(number("1.5")), Some("GB-Mo")));
    assert_eq!(books.day("2026-02-10").await.total, Decimal::ZERO);

    // Right after, AWS is not asked; a day later for that day and those before it that may have changed.
    assert_eq!(collector.run().await.unwrap(), Collected::default());
    assert_eq!(source.asked(), []);
    books.clock.advance(DAY);
    source.restate("2026-02-11", &[["Amazon S3", "TimedStorage", "0.25", "1.5", "GB-Mo"]]);
    source.restate("2026-02-09", &[]);
    let run = collector.run().await.unwrap();
    assert_eq!((run.days, run.created, run.changed, run.requests), (4, 1, 1, 1));
    assert_eq!(ranges(&source.asked()), [("2026-02-10", "2026-02-14")]);
    assert_eq!(books.day("2026-02-11").await.total, number("0.25"));
    assert_eq!(books.day("2026-02-09").await.total, number("0.3000000016"), "it had settled");

    // Unsettled days are asked for again after eight hours, and nothing is written when nothing has changed.
    books.clock.advance(7 * HOUR);
    assert_eq!(collector.run().await.unwrap().requests, 0);
    books.clock.advance(HOUR);
    let run = collector.run().await.unwrap();
    assert_eq!((run.days, run.created, run.changed, run.requests), (3, 0, 0, 1));
    assert_eq!(ranges(&source.asked()), [("2026-02-11", "2026-02-14")]);
    assert_eq!(books.mark().await.unwrap()["collected_at"], books.clock.now());
}

#[tokio::test]
async fn a_run_that_fails_half_way_is_repeated_by_the_next_one() {
    let fails = [
        Reply::Refuse(400, "ThrottlingException", "Rate exceeded"),
        Reply::Refuse(500, "InternalServerException", "something broke"),
        Reply::Refuse(400, "AccessDeniedException", "User: me is not authorized to perform: ce:GetCostAndUsage"),
        Reply::Refuse(403, "InvalidSignatureException", "the string to sign has x-amz-security-token: a secret"),
        Reply::Refuse(502, "", "a proxy broke"),
        Reply::Garbage,
        Reply::SameToken,
        Reply::NewToken,
        Reply::Say(r#"{"ResultsByTime":[{"TimePeriod":{"Start":"yesterday","End":"today"}}]}"#),
        Reply::Say(r#"{"ResultsByTime":[{"TimePeriod":{"Start":"2026-03-01","End":"2026-03-02"}}]}"#),
        Reply::Say(r#"{"ResultsByTime":[]}"#),
        Reply::Hang,
    ];
    let says = [
        "refused: ThrottlingException: Rate exceeded",
        "refused: InternalServerException",
        "refused: AccessDeniedException: User: me is not authorized to perform: ce:GetCostAndUsage",
        "refused: InvalidSignatureException",
        "answered with status 502",
        "gave an answer that cannot be read",
        "names a page again that was read already",
        "has more than 1000 pages",
        "speaks of a day \"yesterday\"",
        "speaks of 2026-03-01, asked for the days from 2026-01-13 to 2026-02-12",
        "says nothing of 2026-01-20, but of days before it",
        "did not answer within 100ms",
    ];
    for (reply, says) in fails.into_iter().zip(says) {
        let books = Books::new(Engine::Memory);
        // The first page is right, those after it are not.
        let source = TestCostExplorer::with(bill("2026-01-13", "2026-02-12"), 20, move |request| match request {
            1 => Reply::Page,
            _ => reply,
        });
        let hasty = once(&source).time_limit(Duration::from_millis(if reply == Reply::Hang { 100 } else { 30_000 }));
        let error = Collector::new(&books.send, hasty, SHORT).unwrap().run().await.unwrap_err();
        assert_eq!(error.to_string(), format!("the source of costs {says}"));
        assert_eq!((error.code(), error.is_unavailable()), ("COST_SOURCE", false));
        assert!(!format!("{error:?}").contains("secret"), "{error:?}");
        assert_eq!(books.mark().await, None);

        let source = TestCostExplorer::start(bill("2026-01-13", "2026-02-12"), 20);
        let run = books.collector(&source).run().await.unwrap();
        assert_eq!((run.days, run.created, run.requests), (31, 31, 5));
    }
}

#[tokio::test]
async fn what_fails_for_a_moment_is_tried_again_and_counted() {
    let books = Books::new(Engine::Memory);
    let source = TestCostExplorer::with(bill("2026-01-13", "2026-02-12"), 1000, |request| match request {
        1 => Reply::Refuse(500, "InternalServerException", "try again"),
        _ => Reply::Page,
    });
    let patient = CostExplorer::with_key(source.url(), "AKIDEXAMPLE", SECRET);
    assert!(!format!("{patient:?}").contains(SECRET));
    let run = Collector::new(&books.send, patient, SHORT).unwrap().run().await.unwrap();
    assert_eq!((run.created, run.requests, source.asked().len()), (31, 2, 2));
}

#[tokio::test]
async fn nobody_there_is_an_error_and_not_a_day_without_costs() {
    let books = Books::new(Engine::Memory);
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (endpoint, says) in [
        (format!("http://{closed}"), "cannot be reached"),
        ("no address".to_owned(), "cannot be asked: are there credentials, and is the endpoint a URL?"),
    ] {
        let source = CostExplorer::with_key(&endpoint, "AKIDEXAMPLE", SECRET).attempts(1);
        let error = Collector::new(&books.send, source, SHORT).unwrap().run().await.unwrap_err();
        assert_eq!(error.to_string(), format!("the source of costs {says}"));
    }
    assert_eq!(books.send.costs().day(day("2026-02-12")).await.unwrap(), None);
}

#[tokio::test]
async fn a_cache_that_fails_half_way_leaves_the_mark_where_it_was() {
    let books = Books::new(Engine::Memory);
    let source = TestCostExplorer::start(bill("2026-01-13", "2026-02-12"), 1000);
    let failing = Faulty::new(&books.service.service, |call, _| if call == 12 { Act::LoseAnswer } else { Act::Pass });
    let send = Books::over(&failing, &books.clock);
    let error = Collector::new(&send, once(&source), SHORT).unwrap().run().await.unwrap_err();
    assert!(matches!(error, Error::Unavailable(_)), "{error:?}");
    assert_eq!(books.mark().await, None);
    let run = books.collector(&source).run().await.unwrap();
    assert_eq!((run.days, run.changed), (31, 0));
    assert!((1..31).contains(&run.created), "some were there: {run:?}");
}

#[tokio::test]
async fn two_collectors_at_once_end_with_the_same_records() {
    let books = Books::new(Engine::Memory);
    let source = TestCostExplorer::start(bill("2026-01-13", "2026-02-12"), 1000);
    let other = Books::over(&Faulty::counting(&books.service.service), &books.clock);
    let collectors = [books.collector(&source), Collector::new(&other, once(&source), SHORT).unwrap()];
    let runs = futures::future::join_all(collectors.iter().map(Collector::run)).await;
    let runs: Vec<_> = runs.into_iter().map(Result::unwrap).collect();
    assert_eq!(runs.iter().map(|run| (run.days, run.changed)).collect::<Vec<_>>(), [(31, 0), (31, 0)]);
    assert_eq!(runs.iter().map(|run| run.created).sum::<u32>(), 31);
    let ids = books.send.entries(namespaces::COSTS).unwrap().namespace_files().all().await.unwrap();
    assert_eq!(ids.len(), 32, "31 days and the mark");
    let mark = books.mark().await.unwrap();
    let (to, from) = ("2026-02-12", "2026-02-10");
    let cache_key = "collector/mark";
    let now = books.clock.now();
    let expected = json!({ "cache_key": cache_key, "collected_to": to, "unsettled_from": from, "collected_at": now });
    assert_eq!(mark, expected);
}

#[tokio::test]
async fn a_pause_of_years_is_filled_as_far_as_aws_remembers() {
    let books = Books::new(Engine::Memory);
    let source = TestCostExplorer::start(bill("2026-02-01", "2028-06-01"), 100_000);
    books.collector(&source).run().await.unwrap();
    // AWS knew nothing of the first days, before there was an account.
    assert_eq!(books.send.costs().day(day("2026-01-31")).await.unwrap(), None);
    source.asked();
    books.clock.advance(2 * 365 * DAY);
    let run = books.collector(&source).run().await.unwrap();
    assert_eq!((run.from, run.to), (Some(day("2027-02-13")), Some(day("2028-02-12"))));
    assert_eq!((run.created, run.requests, source.asked().len()), (365, 1, 1));
}

#[tokio::test]
async fn settings_out_of_their_range_are_refused() {
    let send = SendCache::in_memory().unwrap();
    for (settings, field) in [
        (CollectorSettings { back_fill_months: 13, ..SHORT }, "back_fill_months"),
        (CollectorSettings { back_fill_months: 0, ..SHORT }, "back_fill_months"),
        (CollectorSettings { settled_after_days: 32, ..SHORT }, "settled_after_days"),
    ] {
        let source = CostExplorer::with_key("http://127.0.0.1:1", "AKIDEXAMPLE", SECRET);
        assert_eq!(Collector::new(&send, source, settings).unwrap_err().field, field);
    }
}

/// Another implementation of the protocol than the one these tests come with.
#[tokio::test]
async fn what_moto_answers_is_recorded() {
    let Some(moto) = Product::Moto.shared() else { return };
    let books = Books::new(Engine::Memory);
    let days = bill("2026-01-13", "2026-02-12").into_keys().map(|date| {
        let cost = json!({ "UnblendedCost": { "Amount": "0.75", "Unit": "USD" }, "UsageQuantity": { "Amount": "2", "Unit": "N/A" } });
        let group = json!({ "Keys": ["AmazonCloudWatch", "CW:Requests"], "Metrics": cost });
        json!({ "TimePeriod": { "Start": date, "End": date }, "Total": {}, "Groups": [group], "Estimated": false })
    });
    let result =
        json!({ "ResultsByTime": days.collect::<Vec<_>>(), "GroupDefinitions": [], "DimensionValueAttributes": [] });
    let queue = format!("{}/moto-api/static/ce/cost-and-usage-results", moto.endpoint());
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let queued = http.post(queue).body(json!({ "results": [result] }).to_string()).send().await.unwrap();
    assert_eq!(queued.status(), 201);
    let source = CostExplorer::with_key(moto.endpoint(), test_buckets::KEY, test_buckets::SECRET).attempts(1);
    let run = Collector::new(&books.send, source, SHORT).unwrap().run().await.unwrap();
    assert_eq!((run.created, run.requests), (31, 1));
    let costs: Costs = books.send.costs();
    let cost = costs.day(day("2026-02-12")).await.unwrap().unwrap().by_usage_type["CW:Requests"].clone();
    assert_eq!(
        (cost.amount, cost.usage_quantity, cost.usage_unit.as_deref()),
        (number("0.75"), Some(number("2")), Some("N/A"))
    );
}
