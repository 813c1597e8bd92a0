//! A copy that is killed at any moment: no reference dangles at the target, and the next copy makes it equal.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::figures::entries;
use crate::fill;
use crate::program::{Server, command, copied, copy, equal, run};
use crate::tree::{plant, tree};

/// How many entries are copied, and how many kills there are; more by hand.
fn many(name: &str, usual: usize) -> usize {
    std::env::var(name).map_or(usual, |number| number.parse().unwrap())
}

/// Every file that a reference of the folder names is there.
fn nothing_dangles(folder: &Path) {
    let files = tree(folder);
    for (name, bytes) in files.iter().filter(|(name, _)| name.contains("/refs/by-id/")) {
        let reference: Value = serde_json::from_slice(bytes).unwrap();
        for path in reference["file_paths"]["content_files"].as_array().unwrap() {
            assert!(files.contains_key(path.as_str().unwrap()), "{name} names {path}, which is not there");
        }
    }
    for (name, bytes) in files.iter().filter(|(name, _)| name.contains("/refs/by-hash/")) {
        let reference: Value = serde_json::from_slice(bytes).unwrap();
        for entry in reference["cache_ids"].as_array().unwrap() {
            let id = entry["cache_id"].as_str().unwrap();
            let by_id = format!("/refs/by-id/{}/{}/{id}.json", &id[..2], &id[2..4]);
            assert!(files.keys().any(|file| file.ends_with(&by_id)), "{name} names {id}, which is not there");
        }
    }
}

/// What is there is whole: nothing but contents that no reference names yet, and ids that are not in the reference of their hash.
fn is_whole(place: &str) {
    let said = run(&["verify", place, "--json"]);
    if said.status == 2 {
        return said.refused(&format!("there is nothing at {place}"));
    }
    for kind in said.summary()["damage"].as_object().unwrap().keys() {
        assert!(["orphaned-content", "hash-reference-misses-id"].contains(&kind.as_str()), "{said:?}");
    }
}

/// Kills copies at moments of their whole length, looks at what they leave, and copies to the end.
fn kill_and_resume(from: &str, to: &Path, kind: &str, kills: usize) {
    let begun = Instant::now();
    let all = copied(from, &format!("{kind}:{}", to.with_extension("first").display()), &[])["copied"].clone();
    let (all, length) = (all.as_u64().unwrap(), begun.elapsed());
    let url = format!("{kind}:{}", to.display());
    let (mut killed, mut partial) = (0, 0);
    for cycle in 0..kills {
        let mut copying = command();
        copying.args(["copy", "--from", from, "--to", &url]).stdout(Stdio::null()).stderr(Stdio::null());
        let mut copying = copying.spawn().unwrap();
        // Another moment each time.
        let part = (cycle * 7 % 10 + 1) as f64 / 11.0;
        std::thread::sleep(Duration::from_secs_f64(length.as_secs_f64() * part));
        copying.kill().unwrap();
        killed += usize::from(!copying.wait().unwrap().success());
        if !to.exists() {
            continue;
        }
        match kind {
            "disk" => nothing_dangles(to),
            _ => is_whole(&url),
        }
        let left = copy(from, &url, &["--dry-run".to_owned()]).summary()["copied"].as_u64().unwrap();
        partial += usize::from(left > 0 && left < all);
        if left == 0 {
            fs::remove_dir_all(to).unwrap();
        }
    }
    copied(from, &url, &[]);
    equal(from, &url, &[]);
    println!("{from} to {url}: {killed} of {kills} were killed, which left a part of {all} objects {partial} times");
    assert!(killed > 0 && partial > 0, "no copy was met while it was under way");
}

#[tokio::test]
async fn a_killed_copy_to_files_goes_on() {
    let root = tempfile::tempdir().unwrap();
    let a = root.path().join("a");
    fill::folder("embedded", &a, many("COPY_ENTRIES", 150)).await;
    let (from, to) = (format!("embedded:{}", a.display()), root.path().join("b"));
    tokio::task::spawn_blocking(move || kill_and_resume(&from, &to, "disk", many("COPY_KILLS", 10))).await.unwrap();
}

#[tokio::test]
async fn a_killed_copy_to_the_embedded_engine_goes_on() {
    let root = tempfile::tempdir().unwrap();
    let a = root.path().join("a");
    fill::folder("local_disk", &a, many("COPY_ENTRIES", 150)).await;
    let (from, to) = (format!("disk:{}", a.display()), root.path().join("b"));
    tokio::task::spawn_blocking(move || kill_and_resume(&from, &to, "embedded", many("COPY_KILLS", 10))).await.unwrap();
}

#[tokio::test]
async fn a_folder_that_was_being_made_at_a_kill_is_made() {
    let root = tempfile::tempdir().unwrap();
    let (a, b) = (root.path().join("a"), root.path().join("b"));
    let entries = fill::folder("local_disk", &a, 1).await;
    // The marker that the folder is a database would be written last.
    fs::create_dir_all(b.join("keyspaces")).unwrap();
    plant(&b, "lock", b"");
    plant(&b, "0.jnl", &[0; 4096]);
    let to = format!("embedded:{}", b.display());
    run(&["verify", &to, "--repair"]).refused(&format!("there is nothing at {to}"));
    copied(&format!("disk:{}", a.display()), &to, &[]);
    fill::all_read(&Server::on("embedded", &b), &entries).await;
}

#[test]
fn a_killed_copy_of_many_entries_goes_on() {
    let root = tempfile::tempdir().unwrap();
    let (file, to) = (root.path().join("many"), root.path().join("b"));
    let count = many("COPY_MANY", 20_000) as u64;
    entries(&file, count);
    let (from, to) = (format!("sqlite:{}", file.display()), format!("embedded:{}", to.display()));
    for quarters in [1, 3] {
        let mut copying = command();
        copying.args(["copy", "--json", "--from", &from, "--to", &to]).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut copying = copying.spawn().unwrap();
        let lines = BufReader::new(copying.stdout.take().unwrap()).lines();
        let mut progress = lines.map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap());
        let is_there = |line: &Value| Some(line["objects"].as_u64()? * 4 >= line["of_objects"].as_u64()? * quarters);
        assert!(progress.any(|line| is_there(&line) == Some(true)), "it ended without being so far");
        copying.kill().unwrap();
        assert!(!copying.wait().unwrap().success());
        is_whole(&to);
    }
    let summary = copied(&from, &to, &[]);
    let [rest, same] = ["copied", "same"].map(|name| summary[name].as_u64().unwrap());
    assert!(rest > 0 && same > count && rest + same == 5 * count, "{summary}");
    let said = run(&["verify", &to, "--json"]);
    assert_eq!(said.status, 0, "{said:?}");
}
