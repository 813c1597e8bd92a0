//! A process that uses a token: `use_token URL NAME TIMES`. It asks for all uses at once, each until there is an answer, and
//! prints `granted` or `refused` for every one.

#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use std::env;
use std::io::Write;
use std::time::Duration;

use cache_client::CacheClient;
use futures::future::join_all;
use send_wrapper::tokens::Use;
use send_wrapper::{SendCache, TokenName, UseId};

#[tokio::main]
async fn main() {
    let [url, name, times] = env::args().skip(1).collect::<Vec<_>>().try_into().unwrap();
    let client = CacheClient::builder(url).api_key("x-api-key", cache_tests::KEY).build().unwrap();
    let send = SendCache::new(client).time_limit(Duration::from_secs(60));
    let name = TokenName::parse(&name).unwrap();
    join_all((0..times.parse().unwrap()).map(|_: u32| async {
        let wanted = Use::default().use_id(UseId::random());
        loop {
            if let Ok(used) = send.tokens().use_once(&name, wanted.clone()).await {
                // Written at once: what is read from a killed process was acknowledged.
                let line = if used.is_granted() { "granted\n" } else { "refused\n" };
                return std::io::stdout().write_all(line.as_bytes()).unwrap();
            }
        }
    }))
    .await;
}
