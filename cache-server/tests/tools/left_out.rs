//! What a copy leaves out, since it cannot be held or is not there: never without telling, and never with a reference to it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use rusqlite::Connection;
use serde_json::Value;
use test_buckets::{Product, Proxy};

use crate::fill::{self, Stored};
use crate::program::{Said, Server, copied, copy, run, s3_flags};
use crate::tree::{pack, plant, tree};

fn url(kind: &str, path: &Path) -> String {
    format!("{kind}:{}", path.display())
}

/// Asserts that all was copied but some of it, of which this is told.
fn without_some(said: &Said, names: &[&str]) {
    said.refused("without some of it");
    for name in names {
        assert!(said.err.contains(name), "{name:?} is not in {said:?}");
    }
    assert!(said.summary()["copied"].as_u64().unwrap() > 0);
}

/// Asserts that a folder has neither the reference of an entry nor its id in the reference of its hash.
fn has_no_reference(folder: &Path, entry: &Stored) {
    assert!(!folder.join(entry.by_id()).exists());
    let by_hash = fs::read_to_string(folder.join(entry.by_hash())).unwrap_or_default();
    assert!(!by_hash.contains(&entry.id), "{by_hash}");
}

/// The names of a content and its sidecars.
fn trio(entry: &Stored) -> [String; 3] {
    ["", ".config", ".metadata"].map(|suffix| entry.content_file() + suffix)
}

#[tokio::test]
async fn behind_a_link_to_a_folder_lies_what_references_name_and_nothing_that_is_removed() {
    let root = tempfile::tempdir().unwrap();
    let (a, b, elsewhere) = (root.path().join("a"), root.path().join("b"), root.path().join("elsewhere"));
    let entries = fill::folder("local_disk", &a, 5).await;
    let folder = a.join(entries[4].content_file()).parent().unwrap().to_owned();
    fs::rename(&folder, &elsewhere).unwrap();
    symlink(&elsewhere, &folder).unwrap();
    let behind = tree(&elsewhere);
    assert!(!behind.is_empty());
    let name = folder.strip_prefix(&a).unwrap().to_str().unwrap();
    without_some(&copy(&url("disk", &a), &url("disk", &b), &[]), &[name]);
    fill::all_read(&Server::on("local_disk", &b), &entries).await;
    // Neither a repair nor the deletion of the namespace reaches what lies there.
    run(&["verify", &url("disk", &a), "--repair", "--json"]);
    assert_eq!(tree(&elsewhere), behind);
    Server::on("local_disk", &a).ask("DELETE", "/many?confirm=many", "text/plain", "").await;
    assert_eq!(tree(&elsewhere), behind);
}

#[tokio::test]
async fn a_link_that_leads_nowhere_or_upwards_is_told_and_nothing_refers_to_it() {
    let root = tempfile::tempdir().unwrap();
    let (a, b) = (root.path().join("a"), root.path().join("b"));
    let entries = fill::folder("local_disk", &a, 5).await;
    let (gone, kept) = entries.split_last().unwrap();
    fs::remove_file(a.join(gone.content_file())).unwrap();
    symlink("/nowhere/at/all", a.join(gone.content_file())).unwrap();
    symlink("..", a.join("many/data/upwards")).unwrap();
    let said = copy(&url("disk", &a), &url("disk", &b), &[]);
    without_some(&said, &[&gone.content_file(), "many/data/upwards"]);
    has_no_reference(&b, gone);
    fill::all_read(&Server::on("local_disk", &b), kept).await;
}

#[tokio::test]
async fn names_that_cannot_be_held_are_told_and_nothing_refers_to_them() {
    let root = tempfile::tempdir().unwrap();
    let place = |name: &str| root.path().join(name);
    let entries = fill::folder("local_disk", &place("a"), 5).await;
    let (lost, kept) = entries.split_last().unwrap();
    // As the Python service stores a key with an empty segment.
    copied(&url("disk", &place("a")), &url("sqlite", &place("s")), &[]);
    let table = Connection::open(place("s")).unwrap();
    for name in trio(lost) {
        let odd = name.replacen("/data/direct/", "/data/direct//", 1);
        let changed = table.execute("UPDATE memory_fs_files SET path = ?2 WHERE path = ?1", [&name, &odd]).unwrap();
        assert_eq!(changed, 1);
    }
    drop(table);
    fs::rename(place("a").join(lost.content_file()), place("a/many/data/direct/with\u{1}control")).unwrap();
    pack(&place("a"), &place("z.zip"));
    for (kind, name, odd) in [("sqlite", "s", "many/data/direct//"), ("zip", "z.zip", "u{1}"), ("disk", "a", "u{1}")] {
        let to = place(&format!("of-{kind}"));
        without_some(&copy(&url(kind, &place(name)), &url("disk", &to), &[]), &[odd]);
        has_no_reference(&to, lost);
        let said = run(&["verify", &url("disk", &to), "--json"]);
        let kinds = said.summary()["damage"].clone();
        assert!(kinds.get("dangling-reference").is_none(), "{said:?}");
        fill::all_read(&Server::on("local_disk", &to), kept).await;
    }
}

#[test]
fn a_name_that_cannot_be_held_ends_no_page_of_names() {
    let root = tempfile::tempdir().unwrap();
    let (file, to) = (root.path().join("s"), root.path().join("to"));
    let table = Connection::open(&file).unwrap();
    table
        .execute_batch(
            "CREATE TABLE memory_fs_files (id INTEGER PRIMARY KEY, path TEXT, data BLOB, created_at INTEGER, updated_at INTEGER);
             WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 1499)
             INSERT INTO memory_fs_files (path, data) SELECT printf('n%04d/f', i), x'00' FROM n;
             INSERT INTO memory_fs_files (path, data) VALUES ('n0000' || char(1) || '/f', x'00'), ('n0001//f', x'00')",
        )
        .unwrap();
    drop(table);
    let said = copy(&url("sqlite", &file), &url("disk", &to), &[]);
    without_some(&said, &["2: ", "n0001//f"]);
    assert_eq!(tree(&to).len(), 1500);
}

#[tokio::test]
async fn an_archive_keeps_what_is_not_replaced_whatever_its_name_is() {
    let root = tempfile::tempdir().unwrap();
    let (a, zip) = (root.path().join("a"), root.path().join("z.zip"));
    fill::folder("local_disk", &a, 1).await;
    plant(&root.path().join("z"), "ns/data/direct/of\u{1}nobody", b"kept");
    plant(&root.path().join("z"), "only/here", b"kept");
    pack(&root.path().join("z"), &zip);
    copied(&url("disk", &a), &url("zip", &zip), &[]);
    let mut archive = zip::ZipArchive::new(fs::File::open(&zip).unwrap()).unwrap();
    assert_eq!(archive.len(), tree(&a).len() + 2);
    for name in ["ns/data/direct/of\u{1}nobody", "only/here"] {
        assert_eq!(std::io::read_to_string(archive.by_name(name).unwrap()).unwrap(), "kept");
    }
}

#[tokio::test]
async fn a_folder_with_an_old_lock_may_be_written_to_and_a_young_reference_without_content_stays() {
    let root = tempfile::tempdir().unwrap();
    let (a, b) = (root.path().join("a"), root.path().join("b"));
    let entries = fill::folder("local_disk", &a, 3).await;
    assert!(a.join(".lock").exists());
    let (young, kept) = entries.split_last().unwrap();
    for name in trio(young) {
        fs::remove_file(a.join(name)).unwrap();
    }
    let summary = copied(&url("disk", &a), &url("disk", &b), &[]);
    assert_eq!(summary["vanished"], 1, "{summary}");
    has_no_reference(&b, young);
    fill::all_read(&Server::on("local_disk", &b), kept).await;
}

#[tokio::test]
async fn a_copy_by_the_beginning_of_keys_names_entries_whose_key_nobody_can_tell() {
    let root = tempfile::tempdir().unwrap();
    let (a, b) = (root.path().join("a"), root.path().join("b"));
    let entries = fill::folder("local_disk", &a, 2).await;
    let keyed: Vec<&Stored> = entries.iter().filter(|entry| entry.namespace == "ns-direct").collect();
    fs::remove_file(a.join(keyed[1].content_file() + ".metadata")).unwrap();
    fs::write(a.join(keyed[2].by_id()), b"{\"cache_id\": \"to").unwrap();
    let said = copy(&url("disk", &a), &url("disk", &b), &["--prefix".to_owned(), "a/k".to_owned()]);
    without_some(&said, &[&keyed[1].by_id(), &keyed[2].by_id()]);
    has_no_reference(&b, keyed[1]);
    has_no_reference(&b, keyed[2]);
    fill::all_read(&Server::on("local_disk", &b), &[keyed[3].clone()]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_by_the_beginning_of_keys_adds_no_id_of_an_entry_that_is_deleted_meanwhile() {
    let Some(s3) = Product::SeaweedFs.shared() else { return };
    let root = tempfile::tempdir().unwrap();
    let (a, b) = (root.path().join("a"), root.path().join("b"));
    let entries = fill::folder("local_disk", &a, 0).await;
    let entry = entries.iter().find(|entry| entry.namespace == "ns-direct" && entry.content.starts_with(b"{")).unwrap();
    // One that was stored long ago.
    for name in [entry.by_id(), entry.by_hash()] {
        let mut document: Value = serde_json::from_slice(&fs::read(a.join(&name)).unwrap()).unwrap();
        let of_entry = if document["cache_ids"].is_array() { &mut document["cache_ids"][0] } else { &mut document };
        of_entry["timestamp"] = 1.into();
        fs::write(a.join(name), document.to_string()).unwrap();
    }
    copied(&url("disk", &a), "s3://deleted", &s3_flags(s3.endpoint()));
    let proxy = Proxy::to(s3.endpoint());
    let content = format!("/{}", entry.content_file());
    let mut hold = proxy.hold_before(move |request| request.path.ends_with(&content));
    let mut flags = s3_flags(&proxy.endpoint());
    flags.extend(["--prefix", "a/ke"].map(str::to_owned));
    let to = url("disk", &b);
    let copying = tokio::task::spawn_blocking(move || copied("s3://deleted", &to, &flags));
    hold.arrived().await;
    s3.bucket("deleted").delete(&entry.by_id()).await;
    hold.release();
    copying.await.unwrap();
    has_no_reference(&b, entry);
}
