//! Figures for the documentation. Not run with the other tests:
//!
//! ```text
//! cargo test --workspace --release --locked --test tools -- --ignored --nocapture figures
//! ```
//!
//! `FIGURES_COPIED` entries are copied (20,000), and `FIGURES_VERIFIED` verified (1,000,000).

use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

use cache_server::storage::{Batch, Embedded, Folder, LocalDisk, ObjectPath, Storage};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use rusqlite::{Connection, params};

use crate::program::{command, copied, equal};

fn many(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |number| number.parse().unwrap())
}

/// Writes entries of 1 KiB into an `SQLite` file, as the Python service lays them out.
pub(crate) fn entries(file: &Path, count: u64) {
    let connection = Connection::open(file).unwrap();
    connection
        .execute_batch(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;
             CREATE TABLE memory_fs_files (id INTEGER PRIMARY KEY, path TEXT, data BLOB, created_at INTEGER, updated_at INTEGER)",
        )
        .unwrap();
    let mut insert = connection
        .prepare("INSERT INTO memory_fs_files (path, data, created_at, updated_at) VALUES (?1, ?2, 1, 1)")
        .unwrap();
    for number in 0..count {
        // Ids and hashes as they are by chance.
        let random = (u128::from(number) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
        let id = uuid::Builder::from_random_bytes(random.to_be_bytes()).into_uuid().to_string();
        let hash = format!("{:016x}", (random >> 17) as u64);
        let (a, b) = (&id[..2], &id[2..4]);
        let content = format!("ns/data/direct/{a}/{b}/{id}.json");
        let by_id = format!("ns/refs/by-id/{a}/{b}/{id}.json");
        let by_hash = format!("ns/refs/by-hash/{}/{}/{hash}.json", &hash[..2], &hash[2..4]);
        let text = format!("\"{number} {}\"", "x".repeat(1000));
        let reference = format!(
            r#"{{"all_paths": {{"data": ["{content}", "{content}.config", "{content}.metadata"], "by_hash": ["{by_hash}"],
            "by_id": ["{by_id}"]}}, "cache_id": "{id}", "cache_hash": "{hash}", "file_paths": {{"content_files": ["{content}"],
            "data_folders": ["ns/data/direct/{a}/{b}/{id}/data"]}}, "file_type": "json", "namespace": "ns", "strategy": "direct",
            "timestamp": 1700000000000}}"#
        );
        let config = format!(
            r#"{{"exists_strategy": "first", "file_id": "{id}", "file_key": "", "file_paths": ["ns/data/direct/{a}/{b}"], "file_type":
            {{"name": "json", "content_type": "application/json; charset=utf-8", "file_extension": "json", "encoding": "utf-8",
            "serialization": "json"}}}}"#
        );
        let metadata = format!(
            r#"{{"content__hash": "0123456789", "chain_hash": null, "previous_version_path": null, "content__size": 1000, "tags": [],
            "timestamp": 1700000000000, "data": {{"cache_hash": "{hash}", "cache_key": "", "cache_id": "{id}", "content_encoding": null,
            "file_id": "{id}", "file_type": "json", "json_field_path": null, "namespace": "ns", "stored_at": 1700000000000,
            "strategy": "direct"}}}}"#
        );
        let ids = format!(
            r#"{{"cache_hash": "{hash}", "cache_ids": [{{"cache_id": "{id}", "timestamp": 1700000000000}}], "latest_id": "{id}",
            "total_versions": 1}}"#
        );
        for (path, data) in [
            (content.clone(), text),
            (format!("{content}.config"), config),
            (format!("{content}.metadata"), metadata),
            (by_id, reference),
            (by_hash, ids),
        ] {
            insert.execute(params![path, data.as_bytes()]).unwrap();
        }
    }
    drop(insert);
    connection.execute_batch("COMMIT; CREATE INDEX idx__memory_fs_files__path ON memory_fs_files(path)").unwrap();
}

/// How many objects an engine writes in a second, when it does nothing else.
async fn ceiling(
    storage: &dyn Storage,
    objects: &[(ObjectPath, bytes::Bytes)],
    together: usize,
    at_once: usize,
) -> f64 {
    let begun = Instant::now();
    let work = objects.chunks(together).map(|some| {
        let mut batch = Batch::new();
        for (path, bytes) in some {
            batch.put(path.clone(), bytes.clone());
        }
        storage.commit(batch)
    });
    stream::iter(work).buffer_unordered(at_once).try_for_each(|_| async { Ok(()) }).await.unwrap();
    objects.len() as f64 / begun.elapsed().as_secs_f64()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it measures"]
async fn figures_of_copies() {
    let root = tempfile::tempdir().unwrap();
    let place = |name: &str| root.path().join(name);
    let url = |kind: &str, name: &str| format!("{kind}:{}", place(name).display());
    let count = many("FIGURES_COPIED", 20_000);
    entries(&place("entries"), count);
    copied(&url("sqlite", "entries"), &url("embedded", "a"), &[]);
    let mut objects = Vec::new();
    {
        let source = Embedded::open(&place("a")).unwrap();
        let listed = source.list(&Folder::root(), None, usize::MAX).await.unwrap();
        for page in listed.chunks(1000) {
            let paths: Vec<_> = page.iter().map(|listed| listed.path.clone()).collect();
            let found = source.get_many(&paths).await.unwrap();
            objects.extend(paths.into_iter().zip(found.into_iter().map(|found| found.unwrap().bytes)));
        }
    }
    let disk = ceiling(&LocalDisk::open(&place("ceiling-disk")).unwrap(), &objects, 16, 24).await;
    let embedded = ceiling(&Embedded::open(&place("ceiling-embedded")).unwrap(), &objects, 512, 4).await;
    println!("{count} entries, {} objects; ceilings: local_disk {disk:.0}/s, embedded {embedded:.0}/s", objects.len());
    drop(objects);
    for (from, to) in [(url("embedded", "a"), url("disk", "b")), (url("disk", "b"), url("embedded", "c"))] {
        let begun = Instant::now();
        let summary = copied(&from, &to, &[]);
        let rate = summary["copied"].as_f64().unwrap() / begun.elapsed().as_secs_f64();
        println!("{from} to {to}: {rate:.0} objects/s, {:.2} of the slower one's ceiling", rate / disk.min(embedded));
        let begun = Instant::now();
        equal(&from, &to, &[]);
        println!("  compared in {:.1?}", begun.elapsed());
    }
}

#[test]
#[ignore = "it measures"]
fn figures_of_a_verification() {
    let root = tempfile::tempdir().unwrap();
    let place = |name: &str| root.path().join(name);
    for count in [many("FIGURES_VERIFIED", 1_000_000) / 10, many("FIGURES_VERIFIED", 1_000_000)] {
        let _ = std::fs::remove_file(place("entries"));
        entries(&place("entries"), count);
        let url = format!("embedded:{}", place(&format!("{count}")).display());
        copied(&format!("sqlite:{}", place("entries").display()), &url, &[]);
        let mut verify = command();
        let begun = Instant::now();
        let mut verify = verify.args(["verify", &url]).stdout(Stdio::null()).spawn().unwrap();
        let status = format!("/proc/{}/status", verify.id());
        let mut peak = String::new();
        let ended = loop {
            if let Some(ended) = verify.try_wait().unwrap() {
                break ended;
            }
            let text = std::fs::read_to_string(&status).unwrap_or_default();
            if let Some(line) = text.lines().find(|line| line.starts_with("VmHWM")) {
                peak = line.to_owned();
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        };
        println!("{count} entries verified in {:.1?}, {ended}, {peak}", begun.elapsed());
    }
}
