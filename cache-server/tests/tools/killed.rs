//! A copy that is killed at any moment: no reference dangles at the target, and the next copy makes it equal.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;

use crate::fill;
use crate::program::{command, equal};
use crate::tree::tree;

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

async fn kill_and_resume(from: (&str, &str), to: &str) {
    let root = tempfile::tempdir().unwrap();
    let (a, b) = (root.path().join("a"), root.path().join("b"));
    fill::folder(from.0, &a, many("COPY_ENTRIES", 150)).await;
    let (from, to_url) = (format!("{}:{}", from.1, a.display()), format!("{to}:{}", b.display()));
    let mut killed = 0;
    for cycle in 0..many("COPY_KILLS", 12) as u64 {
        let mut copy = command();
        copy.args(["copy", "--from", &from, "--to", &to_url]).stdout(Stdio::null()).stderr(Stdio::null());
        let mut copy = copy.spawn().unwrap();
        // Somewhere in the middle, another moment each time.
        std::thread::sleep(Duration::from_millis(15 + cycle * 37 % 250));
        copy.kill().unwrap();
        let ended = copy.wait().unwrap();
        killed += usize::from(!ended.success());
        if to == "disk" && b.exists() {
            nothing_dangles(&b);
        }
    }
    let mut copy = command();
    assert!(copy.args(["copy", "--from", &from, "--to", &to_url]).stdout(Stdio::null()).status().unwrap().success());
    equal(&from, &to_url, &[]);
    println!("{from} to {to}: killed {killed} times");
}

#[tokio::test]
async fn a_killed_copy_to_files_goes_on() {
    kill_and_resume(("embedded", "embedded"), "disk").await;
}

#[tokio::test]
async fn a_killed_copy_to_the_embedded_engine_goes_on() {
    kill_and_resume(("local_disk", "disk"), "embedded").await;
}
