//! A disk that fails to flush: what was not made durable is not acknowledged, and what was acknowledged stays.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::server::{Ask, Http, Server, command};
use crate::values::Content;

/// Stands before the system's flushes; they fail while the file `BROKEN_DISK` names is there.
const SHIM: &str = r#"
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static int flush(long call, int file) {
    const char *broken = getenv("BROKEN_DISK");
    if (broken && access(broken, F_OK) == 0) {
        errno = EIO;
        return -1;
    }
    return (int)syscall(call, file);
}

int fsync(int file) { return flush(SYS_fsync, file); }
int fdatasync(int file) { return flush(SYS_fdatasync, file); }
"#;

/// Builds the shim with the compiler that also links Rust programs.
fn shim(folder: &Path) -> std::path::PathBuf {
    let (source, library) = (folder.join("shim.c"), folder.join("shim.so"));
    fs::write(&source, SHIM).unwrap();
    let built = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source).status().unwrap();
    assert!(built.success());
    library
}

async fn store(http: &Http, number: u64) -> (u16, Option<String>) {
    let content = Content { number, length: 1000 }.text();
    let answer = http.send(Ask::post("/flush/direct/store/string", "text/plain", content)).await;
    let id = (answer.status == 200).then(|| answer.json()["cache_id"].as_str().unwrap().to_owned());
    (answer.status, id)
}

async fn reads(http: &Http, id: &str) -> bool {
    http.get(format!("/flush/retrieve/{id}/string")).await.status == 200
}

/// Stores, breaks the disk, is refused, and finds after a restart what was acknowledged; `recovers` without one.
async fn break_the_disk(mode: &str, recovers: bool) {
    let (tools, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let broken = tools.path().join("broken");
    let mut with_shim = command(mode, folder.path());
    with_shim.env("LD_PRELOAD", shim(tools.path())).env("BROKEN_DISK", &broken);
    let server = Server::run(with_shim);
    let http = server.http();

    let mut acknowledged = vec![store(&http, 1).await.1.expect("the disk is whole")];
    fs::write(&broken, "").unwrap();
    for number in 2..6 {
        assert_eq!(store(&http, number).await.0, 500, "{}", server.log());
    }
    assert!(reads(&http, &acknowledged[0]).await, "reads go on");
    if mode == "embedded" {
        assert_eq!(http.get("/health/ready").await.status, 500);
    }
    fs::remove_file(&broken).unwrap();
    let (status, id) = store(&http, 6).await;
    assert_eq!(status, if recovers { 200 } else { 500 });
    acknowledged.extend(id);
    server.kill();

    let server = Server::start(mode, folder.path());
    let http = server.http();
    acknowledged.extend(store(&http, 7).await.1);
    for id in &acknowledged {
        assert!(reads(&http, id).await, "{id} was acknowledged");
    }
    let ids: Vec<String> = serde_json::from_slice(&http.get("/flush/file-ids").await.body).unwrap();
    for id in ids {
        assert!(reads(&http, &id).await, "{id} is whole");
    }
    server.kill();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn embedded_acknowledges_nothing_that_was_not_flushed() {
    break_the_disk("embedded", false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn local_disk_acknowledges_nothing_that_was_not_flushed() {
    break_the_disk("local_disk", true).await;
}

/// The folder is taken away, as an unmounted disk is, and comes back.
async fn take_the_folder_away(mode: &str) {
    let root = tempfile::tempdir().unwrap();
    let (folder, away) = (root.path().join("data"), root.path().join("away"));
    let server = Server::start(mode, &folder);
    let http = server.http();
    store(&http, 1).await.1.unwrap();
    // What was found holds for half a second.
    let ready_is = async |status: u16, when: &str| {
        let begun = Instant::now();
        while http.get("/health/ready").await.status != status {
            assert!(begun.elapsed() < Duration::from_secs(1), "{mode} does not answer {status} {when}");
        }
    };
    ready_is(200, "at the start").await;
    for _ in 0..3 {
        fs::rename(&folder, &away).unwrap();
        ready_is(500, "without its folder").await;
        assert_eq!(http.get("/health/live").await.status, 200);
        fs::rename(&away, &folder).unwrap();
        ready_is(200, "with its folder back").await;
    }
    server.kill();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn embedded_says_that_its_folder_is_gone() {
    take_the_folder_away("embedded").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn local_disk_says_that_its_folder_is_gone() {
    take_the_folder_away("local_disk").await;
}
