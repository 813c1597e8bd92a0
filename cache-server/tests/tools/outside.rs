//! Files of the Python service that are no engine here, and running servers.

use std::fs;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use cache_client::CacheHashGenerator;
use rusqlite::Connection;
use serde_json::Value;

use crate::fill;
use crate::program::{KEY, Server, copied, copy, equal, run};
use crate::tree::tree;

#[tokio::test]
async fn a_store_goes_through_an_sqlite_file_and_an_archive_and_comes_back() {
    let root = tempfile::tempdir().unwrap();
    let place = |name: &str| root.path().join(name);
    let url = |kind: &str, name: &str| format!("{kind}:{}", place(name).display());
    let entries = fill::folder("local_disk", &place("a"), 20).await;
    let before = tree(&place("a"));
    for (from, to) in [
        (url("disk", "a"), url("sqlite", "b.sqlite")),
        (url("sqlite", "b.sqlite"), url("zip", "below/c.zip")),
        (url("zip", "below/c.zip"), url("embedded", "d")),
        (url("embedded", "d"), url("zip", "e.zip")),
        (url("zip", "e.zip"), url("disk", "f")),
    ] {
        assert_eq!(copied(&from, &to, &[])["copied"], before.len(), "{from} {to}");
        equal(&from, &to, &[]);
        let again = copied(&from, &to, &[]);
        assert_eq!((again["copied"].as_u64(), again["same"].as_u64()), (Some(0), Some(before.len() as u64)));
        equal(&url("disk", "a"), &to, &[]);
        let verified = run(&["verify", &to, "--json", "--read-data"]);
        assert_eq!(verified.status, 0, "{verified:?}");
    }
    assert!(before == tree(&place("f")));
    let server = Server::on("local_disk", &place("f"));
    fill::all_read(&server, &entries).await;
    // What is new goes into both, beside what is there.
    server.ask("POST", "/many/direct/store/string", "text/plain", "entry 0 ").await;
    server.kill();
    for to in [url("sqlite", "b.sqlite"), url("zip", "e.zip")] {
        let summary = copied(&url("disk", "f"), &to, &[]);
        assert_eq!((summary["copied"].as_u64(), summary["merged"].as_u64()), (Some(5), Some(1)), "{summary}");
        equal(&url("disk", "f"), &to, &[]);
    }
    let repair = run(&["verify", &url("zip", "e.zip"), "--repair"]);
    repair.refused("can be verified and not repaired");
}

#[test]
fn an_sqlite_file_that_is_none_or_locked_or_has_another_table_is_told() {
    let root = tempfile::tempdir().unwrap();
    let file = |name: &str| root.path().join(name);
    let url = |name: &str| format!("sqlite:{}", file(name).display());
    let to = format!("disk:{}", file("to").display());
    fs::write(file("text"), "this is a text and no database, although it is rather long; ".repeat(40)).unwrap();
    let other = Connection::open(file("other")).unwrap();
    other.execute_batch("CREATE TABLE people (name TEXT); CREATE TABLE places (name TEXT)").unwrap();
    let columns = Connection::open(file("columns")).unwrap();
    columns.execute_batch("CREATE TABLE memory_fs_files (name TEXT)").unwrap();
    let locked = Connection::open(file("locked")).unwrap();
    let table = "CREATE TABLE memory_fs_files (id INTEGER PRIMARY KEY, path TEXT, data BLOB, created_at INTEGER, updated_at INTEGER)";
    locked
        .execute_batch(&format!(
            "{table}; INSERT INTO memory_fs_files VALUES (1, 'ns/x', x'00', 1, 1), (2, 'ns/x', x'01', 1, 1)"
        ))
        .unwrap();
    copy(&url("locked"), &to, &[]).status.eq(&0).then_some(()).unwrap();
    assert_eq!(fs::read(file("to/ns/x")).unwrap(), [0], "the first of two rows counts");
    locked.execute_batch("BEGIN EXCLUSIVE").unwrap();
    copy(&url("text"), &to, &[]).refused("it is no SQLite file, or is damaged");
    copy(&url("other"), &to, &[]).refused("it has no table memory_fs_files, but people, places");
    copy(&url("columns"), &to, &[]).refused("the table memory_fs_files is another one");
    copy(&url("locked"), &to, &[]).refused("another program has it locked");
    // Reading the file here would end the lock, which belongs to this process.
    copy(&to, &url("locked"), &[]).refused("another program has it locked");
    for target in ["text", "other", "columns"] {
        let before = fs::read(file(target)).unwrap();
        copy(&to, &url(target), &[]).refused("cannot open sqlite:");
        assert!(before == fs::read(file(target)).unwrap(), "{target} was changed");
    }
    fs::write(file("no.zip"), "no archive").unwrap();
    copy(&format!("zip:{}", file("no.zip").display()), &to, &[]).refused("it is no zip archive");
    copy(&to, &format!("zip:{}", file("no.zip").display()), &[]).refused("it is no zip archive");
    assert_eq!(fs::read(file("no.zip")).unwrap(), b"no archive");
}

#[tokio::test]
async fn a_damaged_member_of_an_archive_ends_the_copy() {
    let root = tempfile::tempdir().unwrap();
    let (zip, to) = (root.path().join("a.zip"), format!("disk:{}", root.path().join("to").display()));
    let mut writer = zip::ZipWriter::new(fs::File::create(&zip).unwrap());
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    writer.start_file("ns/data/direct/ab/cd/abcd.json", stored).unwrap();
    writer.write_all(b"\"a content to be damaged\"").unwrap();
    writer.finish().unwrap();
    let mut bytes = fs::read(&zip).unwrap();
    let at = bytes.windows(7).position(|window| window == b"content").unwrap();
    bytes[at] = b'k';
    fs::write(&zip, bytes).unwrap();
    copy(&format!("zip:{}", zip.display()), &to, &[]).refused("is damaged");
    assert!(!root.path().join("to/ns").exists());
}

/// Stores, updates and deletes through a server until it is told to end.
async fn load(server: Arc<Server>, ended: Arc<AtomicBool>) -> u64 {
    let mut number = 0_u64;
    while !ended.load(Relaxed) {
        let text = format!("under load {}", number / 2);
        let path = format!("/load/direct/store/string/k?file_id=f{}", number % 7);
        let stored = server.ask("POST", &path, "text/plain", text.clone()).await;
        server.ask("POST", "/load/temporal_latest/store/string", "text/plain", text).await;
        if number % 5 == 4 {
            let path = format!("/load/delete/{}", stored["cache_id"].as_str().unwrap());
            server.ask("DELETE", &path, "text/plain", "").await;
        }
        number += 1;
    }
    number
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_running_server_is_backed_up_under_load_and_restored() {
    let root = tempfile::tempdir().unwrap();
    let place = |name: &str| root.path().join(name);
    let url = |kind: &str, name: &str| format!("{kind}:{}", place(name).display());
    let server = Arc::new(Server::on("embedded", &place("live")));
    let entries = fill::all(&server, 40).await;
    let (ended, key) = (Arc::new(AtomicBool::new(false)), ["--api-key".to_owned(), KEY.to_owned()]);
    let loading = tokio::spawn(load(Arc::clone(&server), Arc::clone(&ended)));
    let (base, backup) = (server.base.clone(), url("disk", "backup"));
    let flags = key.clone();
    tokio::task::spawn_blocking(move || copied(&base, &backup, &flags)).await.unwrap();
    ended.store(true, Relaxed);
    println!("{} rounds of the load beside the copy", loading.await.unwrap());
    // No reference of the backup dangles; what was stored or deleted beside it may have left some of its parts.
    let said = run(&["verify", &url("disk", "backup"), "--json", "--read-data", "--now", "33000000000000"]);
    let kinds = said.summary()["damage"].clone();
    for kind in kinds.as_object().unwrap().keys() {
        let allowed = ["orphaned-content", "orphaned-sidecar", "stale-sidecar", "hash-reference-misses-id"];
        assert!(allowed.contains(&kind.as_str()), "{said:?}");
    }
    let of_before =
        said.lines("damage").into_iter().filter(|line| !line["path"].as_str().unwrap().starts_with("load/"));
    assert_eq!(of_before.count(), 0, "{said:?}");
    // Each content is of the entry that its metadata names.
    let files = tree(&place("backup"));
    let is_content = |name: &str| name.starts_with("load/data/") && name.ends_with(".json");
    for (name, content) in files.iter().filter(|(name, _)| is_content(name)) {
        let Some(metadata) = files.get(&format!("{name}.metadata")) else { continue };
        let metadata: Value = serde_json::from_slice(metadata).unwrap();
        let text: String = serde_json::from_slice(content).unwrap();
        let hash = CacheHashGenerator::default().from_string(&text).unwrap();
        assert_eq!(metadata["data"]["cache_hash"], hash.as_str(), "{name}");
    }
    // And back, into an engine that takes the place of the one before.
    copied(&url("disk", "backup"), &url("embedded", "restored"), &[]);
    let restored = Server::on("embedded", &place("restored"));
    fill::all_read(&restored, &entries).await;
    // When nobody writes any more, what is left to copy is copied, and the two are equal but for what was deleted since.
    copied(&server.base, &url("disk", "backup"), &key);
    equal(&server.base, &url("disk", "backup"), &key);
}

#[tokio::test]
async fn a_running_server_tells_who_may_not_copy_and_is_no_target() {
    let root = tempfile::tempdir().unwrap();
    let to = format!("disk:{}", root.path().join("to").display());
    let keys = root.path().join("keys.toml");
    let made = |scopes: &str| {
        let made =
            crate::program::command().args(["keys", "new", "--scopes", scopes, "--name", scopes]).output().unwrap();
        let told = String::from_utf8(made.stderr).unwrap();
        (String::from_utf8(made.stdout).unwrap(), told.trim().rsplit(' ').next().unwrap().to_owned())
    };
    let ((reads, reader), (admins, admin)) = (made("read"), made("admin"));
    fs::write(&keys, reads + &admins).unwrap();
    fs::set_permissions(&keys, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let flags = ["--storage-mode", "memory", "--keys-file", keys.to_str().unwrap()].map(str::to_owned);
    let server = Server::without_key(&flags);
    let key = |key: &str| ["--api-key".to_owned(), key.to_owned()];
    copy(&server.base, &to, &[]).refused("wants an API key");
    copy(&server.base, &to, &key("wrong")).refused("wants an API key, or another one");
    copy(&server.base, &to, &key(&reader)).refused("has no scope `admin`");
    assert_eq!(copied(&server.base, &to, &key(&admin))["copied"], 0);
    copy(&to, &server.base, &key(&admin)).refused("can be copied from and not to");
    copy("http://127.0.0.1:1", &to, &[]).refused("the server does not serve");
}
