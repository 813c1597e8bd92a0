//! Counts with many writers and loses no count: each write names the version it builds on.
//!
//! `cargo run -p cache-client --example compare_and_swap [URL]`; without a URL, against a service in this process.

use cache_client::{CacheClient, CacheId, Error, Strategy};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
struct Counter {
    count: u32,
}

/// Adds one, again and again until nobody was faster.
async fn add_one(client: &CacheClient, id: CacheId) -> anyhow::Result<()> {
    loop {
        let entry = client.retrieve().by_id("counters", id).send().await?.expect("the counter was stored");
        let mut counter: Counter = entry.json()?;
        counter.count += 1;
        let tag = entry.tag.expect("entries found by id have tags");
        match client.update().json("counters", id, &counter).if_match(&tag).send().await {
            Ok(_) => return Ok(()),
            // Somebody wrote in between: read again.
            Err(Error::PreconditionFailed { .. }) => {}
            // A lost answer says nothing about the write; a program that must not count twice keeps the ids of its
            // additions in the document, and looks for its own before it adds again.
            Err(error) => return Err(error.into()),
        }
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let client = match std::env::args().nth(1) {
        Some(url) => CacheClient::builder(url).build()?,
        None => cache_server::in_process::InProcess::in_memory()?.client(),
    };

    // Of several programs that create the counter at the same time, one succeeds; the others find it.
    let key = format!("visits-{}", CacheId::random());
    let create =
        client.store().json("counters", Strategy::KeyBased, &Counter { count: 0 }).key(&key).file_id("counter");
    let id = create.if_absent().send().await?.cache_id;

    let writers: Vec<_> = (0..10)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { add_one(&client, id).await })
        })
        .collect();
    for writer in writers {
        writer.await??;
    }

    let counter: Counter = client.retrieve().by_id("counters", id).json().await?.expect("the counter was stored");
    println!("counted to {}", counter.count);
    assert_eq!(counter.count, 10);
    Ok(())
}
