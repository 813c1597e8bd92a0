//! Keeps events by time, and reads those of a range in order.
//!
//! `cargo run -p cache-client --example time_range [URL]`; without a URL, against a service in this process.

use cache_client::{CacheClient, Strategy};
use futures::TryStreamExt;
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
struct Event {
    path: String,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let client = match std::env::args().nth(1) {
        Some(url) => CacheClient::builder(url).build()?,
        None => cache_server::in_process::InProcess::in_memory()?.client(),
    };

    for path in ["/", "/about", "/contact"] {
        let event = Event { path: path.to_owned() };
        client.store().json("visits", Strategy::Temporal, &event).send().await?;
    }

    // The last hour, a hundred events a page; the stream asks for the next page by itself.
    let now = u64::try_from(std::time::UNIX_EPOCH.elapsed()?.as_millis())? + 1;
    let range = client.temporal().entries("visits").from(now - 3_600_000).to(now).page_size(100);
    let mut visits = range.stream();
    let mut seen = 0;
    while let Some(visit) = visits.try_next().await? {
        println!("{} {}", visit.stored_at, visit.json::<Event>()?.path);
        seen += 1;
    }
    assert!(seen >= 3);
    Ok(())
}
