//! Stores a document, and finds it by its id, by its hash, and in a listing.
//!
//! `cargo run -p cache-client --example store_and_retrieve [URL]`; without a URL, against a service in this process.

use cache_client::{CacheClient, Strategy};
use serde::{Deserialize, Serialize};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Note {
    title: String,
    stars: u32,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let client = match std::env::args().nth(1) {
        Some(url) => CacheClient::builder(url).build()?,
        None => cache_server::in_process::InProcess::in_memory()?.client(),
    };

    let note = Note { title: "hello".to_owned(), stars: 5 };
    let stored = client.store().json("notes", Strategy::Direct, &note).send().await?;
    println!("stored {} with hash {}", stored.cache_id, stored.cache_hash);

    let by_id: Option<Note> = client.retrieve().by_id("notes", stored.cache_id).json().await?;
    let by_hash: Option<Note> = client.retrieve().by_hash("notes", &stored.cache_hash).json().await?;
    assert_eq!(by_id.as_ref(), Some(&note));
    assert_eq!(by_hash, by_id);

    // The entry with what is known about it.
    let entry = client.retrieve().by_id("notes", stored.cache_id).send().await?.expect("it was stored");
    println!("{} bytes, stored at {}", entry.metadata.content_size, entry.metadata.stored_at);

    for id in client.namespace().ids("notes").all().await? {
        println!("the namespace holds {id}");
    }
    client.delete().by_id("notes", stored.cache_id).send().await?;
    assert!(!client.exists().by_id("notes", stored.cache_id).await?);
    Ok(())
}
