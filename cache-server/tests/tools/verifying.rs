//! Each kind of damage is found by its name on every engine that can hold it, and mended; what is younger than an hour is not touched.

use std::fs;
use std::path::Path;

use object_store::{Attribute, Attributes, ObjectStore as _, PutOptions};
use serde_json::{Value, json};
use test_buckets::Product;

use crate::fill::{self, Stored};
use crate::owners::owners;
use crate::program::{Said, Server, copied, run, s3_flags};
use crate::tree::{clone, pack, plant, tree};

/// A time after which nothing is young.
const LATER: [&str; 2] = ["--now", "33000000000000"];

fn verify(url: &str, more: &[&str], flags: &[String]) -> Said {
    let mut arguments = vec!["verify".to_owned(), url.to_owned(), "--json".to_owned()];
    arguments.extend(more.iter().map(|flag| (*flag).to_owned()));
    arguments.extend(flags.iter().cloned());
    run(&arguments)
}

/// What was found, by name.
fn found(said: &Said) -> Vec<(String, u64)> {
    let summary = said.summary();
    let kinds = summary["damage"].as_object().unwrap().iter();
    let mut kinds: Vec<_> = kinds.map(|(name, of)| (name.clone(), of["found"].as_u64().unwrap())).collect();
    kinds.sort();
    kinds
}

fn cut(folder: &Path, name: &str) {
    let bytes = fs::read(folder.join(name)).unwrap();
    fs::write(folder.join(name), &bytes[..bytes.len() / 2]).unwrap();
}

fn change(folder: &Path, name: &str, change: impl FnOnce(&mut Value)) {
    let mut document: Value = serde_json::from_slice(&fs::read(folder.join(name)).unwrap()).unwrap();
    change(&mut document);
    fs::write(folder.join(name), serde_json::to_vec_pretty(&document).unwrap()).unwrap();
}

const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

/// Plants one of each kind of damage into a folder.
fn damage(folder: &Path, entries: &[Stored]) -> Vec<(String, u64)> {
    let of = |number: usize| &entries[entries.len() - 1 - number];
    let remove = |name: &str| fs::remove_file(folder.join(name)).unwrap();
    for suffix in ["", ".config", ".metadata"] {
        remove(&(of(0).content_file() + suffix));
    }
    cut(folder, &of(1).by_id());
    remove(&of(2).by_id());
    remove(&of(2).by_hash());
    remove(&(of(3).content_file() + ".config"));
    cut(folder, &(of(4).content_file() + ".metadata"));
    change(folder, &(of(5).content_file() + ".metadata"), |metadata| metadata["data"]["cache_id"] = NOBODY.into());
    plant(folder, "many/data/direct/zz/zz/zzzz.json.config", b"{}");
    plant(folder, "many/data/direct/yy/yy/yyyy/data/k/f.txt", b"child");
    cut(folder, &of(8).content_file());
    remove(&of(9).by_hash());
    let dead = json!({ "cache_id": NOBODY, "timestamp": 1 });
    change(folder, &of(10).by_hash(), |hash| {
        hash["cache_ids"].as_array_mut().unwrap().insert(0, dead);
        hash["total_versions"] = 2.into();
    });
    cut(folder, &of(11).by_hash());
    change(folder, &of(12).by_hash(), |hash| hash["total_versions"] = 7.into());
    let empty = json!({ "cache_hash": "abcdabcdabcdabcd", "cache_ids": [], "latest_id": NOBODY, "total_versions": 0 });
    plant(folder, "many/refs/by-hash/ab/cd/abcdabcdabcdabcd.json", empty.to_string().as_bytes());
    plant(folder, &format!("many/refs/by-expiry/2026/01/01/00/{NOBODY}.json"), b"{}");
    change(folder, &of(16).by_id(), |reference| reference["expires_at"] = 1.into());
    let kinds = [
        "dangling-reference",
        "unreadable-reference",
        "orphaned-content",
        "missing-sidecar",
        "torn-sidecar",
        "stale-sidecar",
        "orphaned-sidecar",
        "orphaned-child",
        "unreadable-content",
        "hash-reference-misses-id",
        "hash-reference-names-dead-id",
        "unreadable-hash-reference",
        "wrong-hash-reference",
        "empty-hash-reference",
        "leftover-marker",
        "expired-entry",
    ];
    let mut kinds: Vec<_> = kinds.map(|kind| (kind.to_owned(), 1)).into();
    kinds.sort();
    kinds
}

/// Finds all of it, tells what it would do, does it, and finds nothing but what cannot be mended.
async fn found_and_mended(url: &str, planted: &[(String, u64)], flags: &[String]) {
    let said = verify(url, &["--read-data", LATER[0], LATER[1]], flags);
    assert_eq!((said.status, found(&said).as_slice()), (3, planted), "{said:?}");
    assert!(said.lines("damage").iter().all(|line| line["path"].as_str().is_some()));
    let would = verify(url, &["--read-data", "--repair", "--dry-run", LATER[0], LATER[1]], flags);
    assert_eq!(would.status, 3, "{would:?}");
    let said = verify(url, &["--read-data", "--repair", LATER[0], LATER[1]], flags);
    // A content that was cut off, with no copy, stays.
    let left = said.lines("damage").into_iter().filter(|line| line["fate"] == "left");
    let left: Vec<String> = left.map(|line| line["damage"].as_str().unwrap().to_owned()).collect();
    assert_eq!((said.status, left), (3, vec!["unreadable-content".to_owned()]), "{said:?}");
    assert_eq!(found(&would), found(&said));
    let said = verify(url, &LATER, flags);
    assert_eq!(said.status, 0, "{said:?}");
}

/// Whether what can still be there is.
async fn the_rest_is_served(server: &Server, entries: &[Stored]) {
    let lost = [0, 2, 8, 16].map(|number| entries.len() - 1 - number);
    let kept: Vec<Stored> =
        entries.iter().enumerate().filter(|(at, _)| !lost.contains(at)).map(|(_, e)| e.clone()).collect();
    fill::all_read(server, &kept).await;
    for at in [lost[0], lost[1], lost[3]] {
        assert_eq!(
            server.get(&format!("/many/retrieve/{}", entries[at].id)).await.0,
            404,
            "{}",
            entries.len() - 1 - at
        );
    }
}

#[tokio::test]
async fn every_kind_of_damage_to_files_is_found_by_its_name_and_mended() {
    let root = tempfile::tempdir().unwrap();
    let a = root.path().join("a");
    let entries = fill::folder("local_disk", &a, 24).await;
    let url = format!("disk:{}", a.display());
    let whole = verify(&url, &["--read-data"], &[]);
    assert_eq!((whole.status, found(&whole)), (0, vec![]), "{whole:?}");
    let planted = damage(&a, &entries);
    let before = tree(&a);
    found_and_mended(&url, &planted, &[]).await;
    // Nothing is thrown away but what says nothing.
    let after = tree(&a);
    for (name, bytes) in before {
        let is_kept = after.iter().any(|(_, kept)| *kept == bytes);
        let says_nothing = ["by-hash", "by-expiry"].iter().any(|part| name.contains(part));
        let is_of = |number: usize| name.contains(&entries[entries.len() - 1 - number].id);
        assert!(is_kept || says_nothing || is_of(5) || is_of(16), "{name}");
    }
    the_rest_is_served(&Server::on("local_disk", &a), &entries).await;
}

#[tokio::test]
async fn every_kind_of_damage_in_the_embedded_engine_is_found_by_its_name_and_mended() {
    let root = tempfile::tempdir().unwrap();
    let (a, b) = (root.path().join("a"), root.path().join("b"));
    let entries = fill::folder("local_disk", &a, 24).await;
    let planted = damage(&a, &entries);
    let url = format!("embedded:{}", b.display());
    // A copy of a folder that may be written to leaves out what is young and has no content.
    pack(&a, &root.path().join("a.zip"));
    copied(&format!("zip:{}", root.path().join("a.zip").display()), &url, &[]);
    found_and_mended(&url, &planted, &[]).await;
    the_rest_is_served(&Server::on("embedded", &b), &entries).await;
}

async fn in_a_bucket(product: Product) {
    let Some(s3) = product.shared() else { return };
    let root = tempfile::tempdir().unwrap();
    let a = root.path().join("a");
    let entries = fill::folder("local_disk", &a, 24).await;
    let mut planted = damage(&a, &entries);
    let flags = s3_flags(s3.endpoint());
    pack(&a, &root.path().join("a.zip"));
    copied(&format!("zip:{}", root.path().join("a.zip").display()), "s3://damaged/below", &flags);
    // What a server that was killed while it removed an object leaves there.
    let mut gone = Attributes::new();
    gone.insert(Attribute::Metadata("cache-gone".into()), "true".into());
    let options = PutOptions { attributes: gone, ..PutOptions::default() };
    let key = "below/many/refs/by-hash/12/34/1234123412341234.json".into();
    s3.bucket("damaged").store().put_opts(&key, "{}".into(), options).await.unwrap();
    planted.push(("leftover-tombstone".to_owned(), 1));
    planted.sort();
    found_and_mended("s3://damaged/below", &planted, &flags).await;
    let stale = &entries[entries.len() - 6];
    let owners = owners(&s3.bucket("damaged"), &format!("below/{}", stale.content_file())).await;
    assert_eq!(owners, (stale.id.clone(), stale.id.clone()));
    let mut serving = flags.clone();
    serving.extend(["--storage-mode", "s3", "--bucket", "damaged", "--storage-prefix", "below"].map(str::to_owned));
    the_rest_is_served(&Server::start(&serving), &entries).await;
}

#[tokio::test]
async fn every_kind_of_damage_in_a_bucket_that_lists_by_bytes_is_found_and_mended() {
    in_a_bucket(Product::Moto).await;
}

#[tokio::test]
async fn every_kind_of_damage_in_a_bucket_that_lists_folder_by_folder_is_found_and_mended() {
    in_a_bucket(Product::SeaweedFs).await;
}

#[tokio::test]
async fn what_is_younger_than_an_hour_is_told_apart_and_never_touched() {
    let root = tempfile::tempdir().unwrap();
    let a = root.path().join("a");
    let entries = fill::folder("local_disk", &a, 24).await;
    damage(&a, &entries);
    let before = tree(&a);
    let url = format!("disk:{}", a.display());
    for flags in [&["--read-data"][..], &["--read-data", "--repair"]] {
        let said = verify(&url, flags, &[]);
        let summary = said.summary();
        // A missing reference has no age but that of its entry, a missing content that of its reference.
        assert_eq!((said.status, &summary["young"]), (1, &summary["found"]), "{said:?}");
        assert!(before == tree(&a), "something was touched");
    }
}

#[tokio::test]
async fn copies_of_an_entry_mend_each_other_and_a_part_of_the_contents_is_read_each_day() {
    let root = tempfile::tempdir().unwrap();
    let a = root.path().join("a");
    let entries = fill::folder("local_disk", &a, 3).await;
    let entry = entries
        .iter()
        .find(|entry| entry.namespace == "ns-temporal_versioned" && entry.content.starts_with(b"{"))
        .unwrap();
    let content = fs::read(a.join(entry.content_file())).unwrap();
    cut(&a, &entry.content_file());
    let url = format!("disk:{}", a.display());
    // Without contents it is not seen; of seven parts one has it.
    assert_eq!(verify(&url, &LATER, &[]).status, 0);
    let parts = (1..=7).map(|part| verify(&url, &[&format!("--read-data={part}/7"), LATER[0], LATER[1]], &[]).status);
    assert_eq!(parts.sum::<i32>(), 3);
    let said = verify(&url, &["--read-data", "--repair", LATER[0], LATER[1]], &[]);
    assert_eq!((said.status, found(&said)), (1, vec![("unreadable-content".to_owned(), 1)]), "{said:?}");
    assert!(fs::read(a.join(entry.content_file())).unwrap() == content);
}

#[tokio::test]
async fn what_the_python_service_left_is_whole_and_a_folder_of_it_is_left_as_it_is() {
    let root = tempfile::tempdir().unwrap();
    let a = root.path().join("a");
    clone(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/python-folder")), &a);
    let before = tree(&a);
    let said = verify(&format!("disk:{}", a.display()), &["--read-data", LATER[0], LATER[1]], &[]);
    assert_eq!((said.status, found(&said)), (0, vec![]), "{said:?}");
    assert!(before == tree(&a));
}

#[tokio::test]
async fn a_store_that_cannot_be_verified_is_told() {
    let root = tempfile::tempdir().unwrap();
    let a = root.path().join("a");
    let server = Server::on("local_disk", &a);
    verify(&format!("disk:{}", a.display()), &[], &[]).refused("another server has open");
    verify(&format!("disk:{}", root.path().join("b").display()), &[], &[]).refused("there is nothing at disk:");
    drop(server);
    assert!(verify(&format!("disk:{}", a.display()), &["--read-data=8/7"], &[]).status == 2);
}
