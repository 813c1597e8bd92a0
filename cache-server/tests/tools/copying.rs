//! What is copied between folders is equal, is served, and is copied once.

use crate::fill;
use crate::program::{Server, copied, copy, equal};
use crate::tree::tree;

#[tokio::test]
async fn a_store_comes_back_as_it_was_over_both_engines_with_folders() {
    let root = tempfile::tempdir().unwrap();
    let place = |name: &str| root.path().join(name);
    let entries = fill::folder("embedded", &place("a"), 60).await;
    let url = |kind: &str, name: &str| format!("{kind}:{}", place(name).display());
    let summary = copied(&url("embedded", "a"), &url("disk", "b"), &[]);
    assert_eq!(summary["copied"].as_u64().unwrap(), tree(&place("b")).len() as u64);
    copied(&url("disk", "b"), &url("embedded", "c"), &[]);
    copied(&url("embedded", "c"), &url("disk", "d"), &[]);
    assert!(tree(&place("b")) == tree(&place("d")), "the trees differ");
    equal(&url("embedded", "a"), &url("disk", "d"), &[]);
    for (mode, name) in [("embedded", "c"), ("local_disk", "d")] {
        let server = Server::on(mode, &place(name));
        fill::all_read(&server, &entries).await;
    }
}

#[tokio::test]
async fn a_second_copy_copies_what_is_new_and_what_has_changed() {
    let root = tempfile::tempdir().unwrap();
    let (a, b) = (root.path().join("a"), root.path().join("b"));
    let (from, to) = (format!("disk:{}", a.display()), format!("embedded:{}", b.display()));
    let entries = fill::folder("local_disk", &a, 10).await;
    let dry = ["--dry-run".to_owned()];
    let said = copy(&from, &to, &dry);
    assert_eq!(said.status, 1, "{said:?}");
    assert!(!b.exists(), "a dry run makes nothing");
    let all = said.summary()["copied"].as_u64().unwrap();
    assert_eq!(copied(&from, &to, &[])["copied"], all);
    let again = copied(&from, &to, &[]);
    assert_eq!((again["copied"].as_u64(), again["same"].as_u64()), (Some(0), Some(all)));
    // An update that keeps the length, and one entry more.
    let server = Server::on("local_disk", &a);
    let last = entries.last().unwrap();
    let path = format!("/{}/update/{}/string", last.namespace, last.id);
    let text: String = String::from_utf8(last.content.clone()).unwrap().replace('x', "y");
    server.ask("POST", &path, "text/plain", text).await;
    server.ask("POST", "/many/direct/store/string", "text/plain", "one more").await;
    server.kill();
    let changed = copied(&from, &to, &[]);
    assert_eq!((changed["copied"].as_u64(), changed["replaced"].as_u64()), (Some(6), Some(1)), "{changed}");
    equal(&from, &to, &[]);
}

#[tokio::test]
async fn entries_of_both_sides_stay_in_references_by_hash() {
    let root = tempfile::tempdir().unwrap();
    let (a, b) = (root.path().join("a"), root.path().join("b"));
    let one = fill::folder("embedded", &a, 3).await;
    let other = fill::folder("embedded", &b, 3).await;
    let summary = copied(&format!("embedded:{}", a.display()), &format!("embedded:{}", b.display()), &[]);
    assert!(summary["merged"].as_u64().unwrap() > 3, "{summary}");
    let server = Server::on("embedded", &b);
    let keyed = |entry: &fill::Stored| entry.content_file().contains("/many/");
    fill::all_read(&server, &one).await;
    for entry in other.iter().filter(|entry| keyed(entry)) {
        fill::all_read(&server, std::slice::from_ref(entry)).await;
    }
    let last = one.last().unwrap();
    let refs = server.ask("GET", &format!("/many/retrieve/hash/{}/refs-hash", last.hash), "text/plain", "").await;
    let ids: Vec<&str> =
        refs["cache_ids"].as_array().unwrap().iter().map(|e| e["cache_id"].as_str().unwrap()).collect();
    assert_eq!(ids, [last.id.as_str(), other.last().unwrap().id.as_str()]);
}

#[tokio::test]
async fn one_namespace_is_copied_alone_and_entries_by_the_beginning_of_their_key() {
    let root = tempfile::tempdir().unwrap();
    let place = |name: &str| root.path().join(name);
    let url = |name: &str| format!("disk:{}", place(name).display());
    let entries = fill::folder("local_disk", &place("a"), 5).await;
    copied(&url("a"), &url("one"), &["--namespace", "ns-key_based"].map(str::to_owned));
    let whole = tree(&place("a"));
    let wanted: Vec<_> = whole.into_iter().filter(|(name, _)| name.starts_with("ns-key_based/")).collect();
    assert!(wanted == tree(&place("one")).into_iter().collect::<Vec<_>>());
    let flags = ["--namespace", "ns-direct", "--namespace", "ns-key_based", "--prefix", "a/ke"].map(str::to_owned);
    copied(&url("a"), &url("keyed"), &flags);
    let server = Server::on("local_disk", &place("keyed"));
    let (chosen, others): (Vec<_>, Vec<_>) = entries.into_iter().partition(|entry| {
        ["ns-direct", "ns-key_based"].contains(&entry.namespace.as_str()) && entry.content.starts_with(b"{")
    });
    assert_eq!(chosen.len(), 4);
    fill::all_read(&server, &chosen).await;
    for entry in others {
        let (status, _) = server.get(&format!("/{}/retrieve/{}", entry.namespace, entry.id)).await;
        assert_eq!(status, 404);
    }
    let children = server.ask("GET", &format!("/ns-direct/cache/{}/data/list", chosen[0].id), "text/plain", "").await;
    assert_eq!(children["file_count"], 3);
    server.kill();
    assert_eq!(copied(&url("a"), &url("keyed"), &flags)["copied"], 0);
}
