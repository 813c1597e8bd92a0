//! A disk that is full: the server says so, keeps what it acknowledged, and goes on reading.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::server::{Answer, Ask, Http, Server, arguments, command, isolate};
use crate::values::{Content, noise};

const SMALL: &str = "16m";

/// What gives a process tree mounts of its own, which end with it.
const APART: [&str; 5] = ["-rm", "--pid", "--fork", "--kill-child", "sh"];

/// Mounts a small disk and serves it; when its input ends, kills the server, and serves the same disk with more space.
const SCRIPT: &str = r#"
    folder=$1; size=$2; shift 2
    mount -t tmpfs -o size=$size tmpfs "$folder" || exit 1
    "$@" &
    read -r end_of_input
    kill -KILL $!
    wait $!
    mount -o remount,size=512m "$folder" || exit 1
    exec "$@"
"#;

/// Tells whether this process may mount a disk where nobody else sees it; says why not.
fn may_mount() -> bool {
    let folder = tempfile::tempdir().unwrap();
    let mut probe = Command::new("unshare");
    probe.args(APART).args(["-c", r#"mount -t tmpfs -o size=1m tmpfs "$0""#]).arg(folder.path());
    let may = probe.output().is_ok_and(|output| output.status.success());
    if !may {
        println!(
            "skipped: `unshare -rm` and `mount -t tmpfs` are not permitted here, so there is no small disk to fill"
        );
    }
    may
}

async fn store(http: &Http, content: Content) -> Answer {
    http.send(Ask::post("/full/direct/store/string", "text/plain", content.text())).await
}

/// What was acknowledged while a disk filled up.
#[derive(Debug, Default)]
struct Stored(Vec<(String, String, Content)>);

impl Stored {
    fn add(&mut self, answer: &Answer, content: Content) {
        let json = answer.json();
        let text = |field: &str| json[field].as_str().unwrap().to_owned();
        self.0.push((text("cache_id"), text("cache_hash"), content));
    }

    /// Stores until the server refuses, and tells the refusal.
    async fn fill(&mut self, http: &Http, length: usize) -> Answer {
        for number in 1..10_000 {
            let content = Content { number, length };
            let answer = store(http, content).await;
            if answer.status != 200 {
                return answer;
            }
            self.add(&answer, content);
        }
        panic!("the disk is never full");
    }

    async fn all_read(&self, http: &Http) {
        for (id, hash, content) in &self.0 {
            for path in [format!("/full/retrieve/{id}/string"), format!("/full/retrieve/hash/{hash}/string")] {
                let answer = http.get(path).await;
                assert_eq!((answer.status, answer.text()), (200, content.text()), "{content:?}");
            }
        }
    }
}

async fn fill_a_small_disk(mode: &str) {
    if !may_mount() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut both = Command::new("unshare");
    both.args(APART).args(["-c", SCRIPT, "sh"]).arg(folder.path()).arg(SMALL);
    both.arg(command(mode, folder.path()).get_program()).args(arguments(mode, folder.path()));
    both.stdin(Stdio::piped());
    isolate(&mut both);
    let mut server = Server::run(both);
    let http = server.http();

    let mut stored = Stored::default();
    let refused = stored.fill(&http, 100_000).await;
    println!("{mode}: {} values, then {}", stored.0.len(), refused.status);
    assert!(stored.0.len() > 20, "{refused:?}\n{}", server.log());
    assert!(matches!(refused.status, 500 | 507), "{refused:?}");
    for number in 0..20 {
        let content = Content { number: 50_000 + number, length: 100_000 };
        let answer = store(&http, content).await;
        match answer.status {
            200 => stored.add(&answer, content),
            500 | 507 => {}
            _ => panic!("{answer:?}"),
        }
    }
    stored.all_read(&http).await;
    assert_eq!(http.get("/health/live").await.status, 200);
    if mode == "embedded" {
        // The engine takes no write after one that failed, until it is opened again: whoever can restart it must know.
        assert_eq!(http.get("/health/ready").await.status, 500);
    }

    // The second server of the script has space, and the same output.
    server.end_input();
    let http = server.next();
    stored.all_read(&http).await;
    let content = Content { number: 90_000, length: 100_000 };
    let answer = store(&http, content).await;
    assert_eq!(answer.status, 200, "{answer:?}\n{}", server.log());
    stored.add(&answer, content);
    stored.all_read(&http).await;
    server.kill();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn embedded_on_a_full_disk_refuses_and_loses_nothing() {
    fill_a_small_disk("embedded").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn local_disk_on_a_full_disk_refuses_and_loses_nothing() {
    fill_a_small_disk("local_disk").await;
}

/// Starts a server that cannot make a file longer than some KiB; needs no privilege.
fn with_short_files(mode: &str, folder: &Path, kibibytes: u64) -> Server {
    let mut short = Command::new("sh");
    // Without the trap, the system would end the process. POSIX counts in blocks of 512 bytes.
    short.args(["-c", r#"trap "" XFSZ; ulimit -f "$0" || exit 1; exec "$@""#]).arg((kibibytes * 2).to_string());
    short.arg(command(mode, folder).get_program()).args(arguments(mode, folder));
    isolate(&mut short);
    Server::run(short)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn local_disk_refuses_a_file_that_cannot_be_written_and_takes_others() {
    let folder = tempfile::tempdir().unwrap();
    let server = with_short_files("local_disk", folder.path(), 256);
    let http = server.http();
    let mut stored = Stored::default();
    for number in 0..10 {
        let large = store(&http, Content { number: 100 + number, length: 1 << 20 }).await;
        assert!(matches!(large.status, 500 | 507), "{large:?}");
        let content = Content { number: 1 + number, length: 10_000 };
        let small = store(&http, content).await;
        assert_eq!(small.status, 200, "{small:?}");
        stored.add(&small, content);
    }
    stored.all_read(&http).await;
    server.kill();
    let server = Server::start("local_disk", folder.path());
    stored.all_read(&server.http()).await;
    let ids: Vec<String> = serde_json::from_slice(&server.http().get("/full/file-ids").await.body).unwrap();
    assert_eq!(ids.len(), stored.0.len(), "nothing of what was refused is there");
    server.kill();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_delete_that_cannot_write_the_hash_reference_deletes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start("local_disk", folder.path());
    let mut stored = Stored::default();
    for _ in 0..40 {
        let shared = Content { number: 1, length: 100 };
        stored.add(&store(&server.http(), shared).await, shared);
    }
    server.kill();
    // The reference that forty entries share is longer than this, and everything else is shorter.
    let server = with_short_files("local_disk", folder.path(), 3);
    let path = format!("/full/delete/{}", stored.0[20].0);
    let refused = server.http().send(Ask::delete(path.clone())).await;
    assert!(matches!(refused.status, 500 | 507), "{refused:?}");
    stored.all_read(&server.http()).await;
    server.kill();
    let server = Server::start("local_disk", folder.path());
    stored.all_read(&server.http()).await;
    let deleted = server.http().send(Ask::delete(path)).await;
    assert_eq!((deleted.status, &deleted.json()["status"]), (200, &"success".into()));
    let (gone, hash, _) = stored.0.remove(20);
    stored.all_read(&server.http()).await;
    let reference = server.http().get(format!("/full/retrieve/hash/{hash}/refs-hash")).await.text();
    assert!(!reference.contains(&gone));
    server.kill();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn embedded_whose_journal_cannot_grow_refuses_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    // The journal is made 64 MiB long at first, and grows a little beyond that before the next one is begun.
    let server = with_short_files("embedded", folder.path(), 64 << 10);
    let large = |number| Ask::post("/full/direct/store/binary", "application/octet-stream", noise(number, 4 << 20));
    let mut ids = Vec::new();
    let refused = loop {
        let answer = server.http().send(large(ids.len() as u64)).await;
        if answer.status != 200 {
            break answer;
        }
        ids.push(answer.json()["cache_id"].as_str().unwrap().to_owned());
        assert!(ids.len() < 100, "the journal cannot have grown that far");
    };
    println!("embedded: {} values of 4 MiB, then {}", ids.len(), refused.status);
    assert!(matches!(refused.status, 500 | 507), "{refused:?}");
    let small = store(&server.http(), Content { number: 1, length: 100 }).await;
    if small.status == 200 {
        ids.push(small.json()["cache_id"].as_str().unwrap().to_owned());
    }
    let all_read = async |http: Http| {
        for (number, id) in ids.iter().enumerate() {
            let answer = http.get(format!("/full/retrieve/{id}/binary")).await;
            assert_eq!(answer.status, 200, "{answer:?}");
            let is_small = answer.body == Content { number: 1, length: 100 }.text();
            assert!(is_small || answer.body == noise(number as u64, 4 << 20), "value {number} is what was stored");
        }
    };
    all_read(server.http()).await;
    server.kill();
    let server = Server::start("embedded", folder.path());
    all_read(server.http()).await;
    let answer = server.http().send(large(1000)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    server.kill();
}
