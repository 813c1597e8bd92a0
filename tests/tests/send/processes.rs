//! Several processes on one token, through two servers over one bucket.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use cache_client::CacheClient;
use cache_tests::{Engine, KEY, TestServer};
use send_wrapper::tokens::{Status, UsageQuery, Use};
use send_wrapper::{SendCache, TokenName};
use test_buckets::Product;

/// Two servers over one bucket; `None` without an S3 server.
async fn two_servers() -> Option<[TestServer; 2]> {
    let s3 = Product::Moto.shared()?;
    let bucket = s3.new_bucket().await;
    Some([(); 2].map(|()| Engine::S3.setup().on_bucket(s3.endpoint(), bucket.name()).start()))
}

/// As patient as the processes are: all of them share one S3 server, and what is looked at are counts.
fn send(server: &TestServer) -> SendCache {
    let client = CacheClient::builder(server.url()).api_key("x-api-key", KEY).build().unwrap();
    SendCache::new(client).time_limit(Duration::from_secs(60))
}

/// Four processes of 50 uses each, two to a server.
fn four_processes(servers: &[TestServer; 2], name: &TokenName) -> Vec<Child> {
    let user = |server: &TestServer| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_use_token"));
        command.args([&server.url(), name.as_str(), "50"]).stdout(Stdio::piped()).spawn().unwrap()
    };
    servers.iter().cycle().take(4).map(user).collect()
}

/// What a process was told until its end.
fn answers(process: &mut Child) -> Vec<String> {
    let mut output = String::new();
    process.stdout.take().unwrap().read_to_string(&mut output).unwrap();
    process.wait().unwrap();
    output.lines().map(str::to_owned).collect()
}

async fn successes(send: &SendCache, name: &TokenName) -> usize {
    let events = send.tokens().usage(name, &UsageQuery::default()).await.unwrap();
    events.iter().filter(|event| event.success).count()
}

#[tokio::test]
async fn four_processes_on_two_servers_get_exactly_what_the_token_allows() {
    let Some(servers) = two_servers().await else { return };
    let send = send(&servers[0]);
    for round in 0..3 {
        let name = TokenName::parse(&format!("shared-{round}")).unwrap();
        send.tokens().create(&name).usage_limit(10).send().await.unwrap();
        let mut processes = four_processes(&servers, &name);
        let answers: Vec<_> = processes.iter_mut().flat_map(answers).collect();
        assert_eq!(answers.len(), 200);
        assert_eq!(answers.iter().filter(|answer| *answer == "granted").count(), 10);
        let token = send.tokens().lookup(&name).await.unwrap().unwrap();
        assert_eq!((token.usage_count, token.status), (10, Status::Exhausted));
        assert_eq!(successes(&send, &name).await, 10);
    }
}

#[tokio::test]
async fn processes_that_are_killed_take_no_use_that_is_not_counted() {
    let Some(servers) = two_servers().await else { return };
    let send = send(&servers[1]);
    let name = TokenName::parse("deadly").unwrap();
    send.tokens().create(&name).usage_limit(60).send().await.unwrap();
    let mut acknowledged = 0;
    for _ in 0..2 {
        let mut processes = four_processes(&servers, &name);
        // Two are killed with their first answer, in the middle of everything.
        for process in &mut processes[..2] {
            let mut first = [0; 8];
            process.stdout.as_mut().unwrap().read_exact(&mut first).unwrap();
            acknowledged += usize::from(&first == b"granted\n");
            process.kill().unwrap();
        }
        let answers = processes.iter_mut().flat_map(answers);
        acknowledged += answers.filter(|answer| answer == "granted").count();
    }
    let token = send.tokens().lookup(&name).await.unwrap().unwrap();
    let counted = usize::try_from(token.usage_count).unwrap();
    assert!(acknowledged <= counted && counted <= 60, "{acknowledged} acknowledged, {counted} counted");
    assert_eq!(successes(&send, &name).await, counted);
    // Nobody can get more than what is left.
    let mut left = 0;
    while send.tokens().use_once(&name, Use::default()).await.unwrap().is_granted() {
        left += 1;
    }
    assert_eq!(counted + left, 60);
}
