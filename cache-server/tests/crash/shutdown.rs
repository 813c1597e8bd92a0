//! An orderly end: whatever was begun is finished and answered, and what is not answered was never begun.

use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;

use crate::load::Limit;
use crate::server::{Ask, Http, Server};
use crate::values::Content;

const TASKS: u64 = 12;

/// What one task stored, and what it had sent when the server was gone.
#[derive(Debug, Default)]
struct Sent {
    acknowledged: Vec<(String, Content)>,
    unanswered: Vec<Content>,
}

async fn store_until_the_end(task: u64, http: Http, limit: Arc<Limit>) -> Sent {
    let mut sent = Sent::default();
    for number in 1.. {
        let content = Content { number: (task << 32) | number, length: 2000 };
        let path = format!("/end/key_based/store/string/key?file_id={task}-{number}");
        let Some(answer) = http.try_send(Ask::post(path, "text/plain", content.text())).await else {
            sent.unanswered.push(content);
            break;
        };
        assert_eq!(answer.status, 200, "{answer:?}");
        sent.acknowledged.push((answer.json()["cache_id"].as_str().unwrap().to_owned(), content));
        limit.count();
    }
    sent
}

async fn end_under_load(mode: &str, signal: &str, reuse: bool) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(mode, folder.path());
    let http = if reuse { server.http() } else { server.http().without_reuse() };
    let limit = Limit::after(150);
    let load = |task| tokio::spawn(store_until_the_end(task, http.clone(), Arc::clone(&limit)));
    let loads: Vec<_> = (1..=TASKS).map(load).collect();
    limit.reached().await;
    let asked = Instant::now();
    server.signal(signal);
    let mut all = Sent::default();
    for load in loads {
        let sent = load.await.unwrap();
        all.acknowledged.extend(sent.acknowledged);
        all.unanswered.extend(sent.unanswered);
    }
    let status = tokio::task::spawn_blocking(move || server.ended()).await.unwrap();
    let ended = asked.elapsed();
    assert!(status.success(), "{status}");

    let server = Server::start(mode, folder.path());
    let http = server.http();
    for (id, content) in &all.acknowledged {
        let answer = http.get(format!("/end/retrieve/{id}/string")).await;
        assert_eq!((answer.status, answer.text()), (200, content.text()));
    }
    // A connection may be closed before its request is read, but not after.
    let ids: Vec<Value> = serde_json::from_slice(&http.get("/end/file-ids").await.body).unwrap();
    println!(
        "{mode}: ended {ended:.1?} after SIG{signal}, {} requests answered, {} not",
        all.acknowledged.len(),
        all.unanswered.len()
    );
    assert_eq!(ids.len(), all.acknowledged.len(), "what is not answered was not done");
    server.kill();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn embedded_answers_everything_it_began_before_it_ends() {
    end_under_load("embedded", "TERM", true).await;
    end_under_load("embedded", "TERM", false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn local_disk_answers_everything_it_began_before_it_ends() {
    end_under_load("local_disk", "TERM", true).await;
    end_under_load("local_disk", "TERM", false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupt_from_the_keyboard_cuts_nothing_off_either() {
    end_under_load("embedded", "INT", true).await;
}
