//! Stores a file and reads it back in parts, without ever holding all of it.
//!
//! `cargo run -p cache-client --example large_file [FILE] [URL]`; without them, a made file and a service in this process.

use std::path::{Path, PathBuf};
use std::time::Duration;

use cache_client::{CacheClient, Strategy};
use futures::TryStreamExt;
use tokio::io::AsyncWriteExt;
use tokio_util::io::ReaderStream;

async fn copy_there_and_back(client: &CacheClient, from: &Path, to: &Path) -> anyhow::Result<u64> {
    // A large body may take longer than the limit of other calls. It cannot be sent again, so it is never repeated.
    let patient = client.with_attempt_timeout(Duration::from_secs(600));
    let file = tokio::fs::File::open(from).await?;
    let stored = patient.store().stream("files", Strategy::Direct, ReaderStream::new(file)).send().await?;

    let parts = client.retrieve().by_id("files", stored.cache_id).stream().await?;
    let mut parts = parts.expect("it was stored");
    let mut file = tokio::fs::File::create(to).await?;
    // A stream that ends without an error is complete: one that was cut off ends with an error.
    while let Some(part) = parts.try_next().await? {
        file.write_all(&part).await?;
    }
    file.flush().await?;
    Ok(stored.size)
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let mut arguments = std::env::args().skip(1);
    let from = match arguments.next() {
        Some(file) => PathBuf::from(file),
        None => {
            let file = folder.path().join("made");
            tokio::fs::write(&file, vec![7; 16 << 20]).await?;
            file
        }
    };
    let client = match arguments.next() {
        Some(url) => CacheClient::builder(url).build()?,
        None => cache_server::in_process::InProcess::in_memory()?.client(),
    };

    let to = folder.path().join("back");
    let size = copy_there_and_back(&client, &from, &to).await?;
    println!("{size} bytes went there and back");
    assert_eq!(tokio::fs::read(&from).await?, tokio::fs::read(&to).await?);
    Ok(())
}
