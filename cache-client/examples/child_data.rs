//! Keeps an order under a key of its own, with its events as child files.
//!
//! `cargo run -p cache-client --example child_data [URL]`; without a URL, against a service in this process.

use cache_client::{CacheClient, CacheHashGenerator, Strategy};
use futures::TryStreamExt;
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
struct Order {
    cache_key: String,
    total: u32,
}

#[derive(Debug, Serialize, Deserialize)]
struct Event {
    what: String,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let client = match std::env::args().nth(1) {
        Some(url) => CacheClient::builder(url).build()?,
        None => cache_server::in_process::InProcess::in_memory()?.client(),
    };

    // The folder is the key, the file has a name, and the hash is that of one field.
    let order = Order { cache_key: "orders/4711".to_owned(), total: 99 };
    let store = client.store().json("shop", Strategy::KeyBased, &order).key("orders/4711").file_id("order");
    store.hash_field("cache_key").send().await?;

    // Whoever knows the field's value finds the entry, without having kept its id.
    let hash = CacheHashGenerator::default().from_string("orders/4711")?;
    let id = client.retrieve().by_hash("shop", &hash).cache_id().await?.expect("it was stored");

    for (number, what) in ["placed", "paid", "sent"].iter().enumerate() {
        let event = Event { what: (*what).to_owned() };
        client.data_store().json("shop", id, &event).key("events/2026").file_id(format!("{number:03}")).send().await?;
    }

    // All of them with one call, the newest first.
    let mut events = client.data().read("shop", id).key("events").descending().stream();
    while let Some(event) = events.try_next().await? {
        println!("{}/{}: {}", event.key, event.file_id, event.json::<Event>()?.what);
    }

    // They go with their entry.
    let deleted = client.delete().by_id("shop", id).send().await?.expect("it was there");
    println!("{} files are gone", deleted.deleted_count.unwrap_or_default());
    Ok(())
}
