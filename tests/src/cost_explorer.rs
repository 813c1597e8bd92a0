//! A Cost Explorer of the test's own, on a port of its own: it speaks the protocol of AWS and answers from a bill.

use std::collections::BTreeMap;
use std::future::pending;
use std::net::TcpListener;
use std::sync::{Mutex, mpsc};
use std::thread::{self, JoinHandle};

use actix_web::dev::ServerHandle;
use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use serde_json::{Value, json};

/// What is charged on a day: service, usage type, amount, quantity, unit of the quantity.
pub type Bill = BTreeMap<String, Vec<[&'static str; 5]>>;

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// It is answered.
    Page,
    /// It is refused with this status, error and message; without an error, as a proxy does.
    Refuse(u16, &'static str, &'static str),
    /// It is never answered.
    Hang,
    /// The answer is no JSON.
    Garbage,
    /// The answer is empty, and names a next page that is always the same.
    SameToken,
    /// The answer is empty, and names a next page that is always another one.
    NewToken,
    /// The answer is this.
    Say(&'static str),
}

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The first day.
    pub start: String,
    /// The day after the last one.
    pub end: String,
    /// The page.
    pub token: Option<String>,
}

/// What a test says of a request, by its number, counted from 1.
type Script = dyn Fn(usize) -> Reply + Send + Sync;

struct State {
    bill: Mutex<Bill>,
    /// How many groups a page has.
    page: usize,
    script: Box<Script>,
    asked: Mutex<Vec<Asked>>,
}

/// A running Cost Explorer; it ends when it is dropped.
pub struct TestCostExplorer {
    state: Data<State>,
    url: String,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl std::fmt::Debug for TestCostExplorer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TestCostExplorer").field("url", &self.url).finish_non_exhaustive()
    }
}

impl TestCostExplorer {
    /// Answers from this bill, so many groups to a page.
    pub fn start(bill: Bill, page: usize) -> Self {
        Self::with(bill, page, |_| Reply::Page)
    }

    /// Does with each request, counted from 1, what `script` says.
    pub fn with(bill: Bill, page: usize, script: impl Fn(usize) -> Reply + Send + Sync + 'static) -> Self {
        let state =
            Data::new(State { bill: Mutex::new(bill), page, script: Box::new(script), asked: Mutex::default() });
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (sender, receiver) = mpsc::channel();
        let served = state.clone();
        let thread = thread::spawn(move || {
            actix_web::rt::System::new().block_on(async {
                let app = move || App::new().app_data(served.clone()).default_service(web::to(answer));
                let server = HttpServer::new(app).workers(1).disable_signals().shutdown_timeout(0);
                let server = server.listen(listener).unwrap().run();
                sender.send(server.handle()).unwrap();
                server.await.unwrap();
            });
        });
        Self { state, url, handle: receiver.recv().unwrap(), thread: Some(thread) }
    }

    /// Where it is, such as `http://127.0.0.1:49152`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What was asked for since this was last asked.
    pub fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.state.asked.lock().unwrap())
    }

    /// Charges something else on a day.
    pub fn restate(&self, day: &str, charges: &[[&'static str; 5]]) {
        self.state.bill.lock().unwrap().insert(day.to_owned(), charges.to_vec());
    }
}

impl Drop for TestCostExplorer {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
            && !thread::panicking()
        {
            panic!("the thread of the Cost Explorer panicked");
        }
    }
}

async fn answer(request: HttpRequest, body: Bytes, state: Data<State>) -> HttpResponse {
    let asked: Value = match serde_json::from_slice(&body) {
        Ok(asked) => asked,
        Err(_) => return refuse(400, "SerializationException", "no JSON"),
    };
    if let Err(reason) = check(&request, &asked) {
        return refuse(400, "ValidationException", &reason);
    }
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let asked = Asked {
        start: text(&asked["TimePeriod"]["Start"]).unwrap(),
        end: text(&asked["TimePeriod"]["End"]).unwrap(),
        token: text(&asked["NextPageToken"]),
    };
    let number = {
        let mut all = state.asked.lock().unwrap();
        all.push(asked.clone());
        all.len()
    };
    match (state.script)(number) {
        Reply::Page => ok(page(&state.bill.lock().unwrap(), &asked, state.page)),
        Reply::Refuse(status, code, message) => refuse(status, code, message),
        Reply::Hang => pending().await,
        Reply::Garbage => HttpResponse::Ok().content_type(JSON).body("{\"ResultsByTime\": [{"),
        Reply::SameToken => ok(json!({ "ResultsByTime": [], "NextPageToken": "again" })),
        Reply::NewToken => ok(json!({ "ResultsByTime": [], "NextPageToken": number.to_string() })),
        Reply::Say(body) => HttpResponse::Ok().content_type(JSON).body(body),
    }
}

const JSON: &str = "application/x-amz-json-1.1";

fn ok(body: Value) -> HttpResponse {
    HttpResponse::Ok().content_type(JSON).body(body.to_string())
}

fn refuse(status: u16, code: &str, message: &str) -> HttpResponse {
    let status = actix_web::http::StatusCode::from_u16(status).unwrap();
    if code.is_empty() {
        return HttpResponse::build(status).body(message.to_owned());
    }
    HttpResponse::build(status).content_type(JSON).body(json!({ "__type": code, "message": message }).to_string())
}

/// Refuses what AWS would.
fn check(request: &HttpRequest, asked: &Value) -> Result<(), String> {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let expect = |right: bool, what: &str| if right { Ok(()) } else { Err(format!("{what}: {asked}")) };
    expect(request.method() == "POST" && header("content-type") == JSON, "method or content type")?;
    expect(header("x-amz-target") == "AWSInsightsIndexService.GetCostAndUsage", "target")?;
    let signed = header("authorization");
    expect(signed.starts_with("AWS4-HMAC-SHA256 Credential=") && signed.contains("/us-east-1/ce/aws4_request"), "key")?;
    expect(signed.contains("Signature=") && !header("x-amz-date").is_empty(), "signature")?;
    let day = |name: &str| asked["TimePeriod"][name].as_str().is_some_and(|day| day.len() == 10);
    expect(day("Start") && day("End"), "time period")?;
    expect(asked["TimePeriod"]["Start"].as_str() < asked["TimePeriod"]["End"].as_str(), "start after end")?;
    expect(asked["Granularity"] == "DAILY", "granularity")?;
    expect(asked["Metrics"] == json!(["UnblendedCost", "UsageQuantity"]), "metrics")?;
    let groups = ["SERVICE", "USAGE_TYPE"].map(|key| json!({ "Type": "DIMENSION", "Key": key }));
    expect(asked["GroupBy"] == json!(groups), "groups")
}

/// A page: from the group that the token names, as many groups as a page has. Days without groups come with the group
/// before them.
fn page(bill: &Bill, asked: &Asked, size: usize) -> Value {
    let from: usize = asked.token.as_deref().map_or(0, |token| token.strip_prefix("page-").unwrap().parse().unwrap());
    let mut results = Vec::<Value>::new();
    let mut seen = 0;
    let mut next = None;
    for (day, charges) in bill.range(asked.start.clone()..asked.end.clone()) {
        let mut groups = Vec::new();
        for [service, usage_type, amount, quantity, unit] in charges {
            if (from..from + size).contains(&seen) {
                groups.push(json!({
                    "Keys": [service, usage_type],
                    "Metrics": {
                        "UnblendedCost": { "Amount": amount, "Unit": "USD" },
                        "UsageQuantity": { "Amount": quantity, "Unit": unit },
                    },
                }));
            } else if seen >= from + size {
                next = Some(format!("page-{}", from + size));
            }
            seen += 1;
        }
        let is_here = charges.is_empty() && next.is_none() && (seen > from || from == 0);
        if is_here || !groups.is_empty() {
            let total = if charges.is_empty() {
                json!({ "UnblendedCost": { "Amount": "0", "Unit": "USD" } })
            } else {
                json!({})
            };
            let period = json!({ "Start": day, "End": day });
            results.push(json!({ "TimePeriod": period, "Total": total, "Groups": groups, "Estimated": true }));
        }
    }
    json!({
        "GroupDefinitions": [{ "Type": "DIMENSION", "Key": "SERVICE" }, { "Type": "DIMENSION", "Key": "USAGE_TYPE" }],
        "ResultsByTime": results,
        "NextPageToken": next,
        "DimensionValueAttributes": [],
    })
}
