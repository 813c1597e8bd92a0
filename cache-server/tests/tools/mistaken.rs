//! Places that are not what was meant: told, and not made.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::sync::mpsc;
use std::thread;

use rusqlite::Connection;
use test_buckets::{Product, Proxy};

use crate::fill;
use crate::program::{copied, copy, run, s3_flags};
use crate::tree::tree;

fn url(kind: &str, path: &Path) -> String {
    format!("{kind}:{}", path.display())
}

#[tokio::test]
async fn what_is_mistyped_or_empty_is_no_store_without_damage_and_is_not_made() {
    let root = tempfile::tempdir().unwrap();
    let place = |name: &str| root.path().join(name);
    fs::create_dir(place("unmounted")).unwrap();
    fill::folder("local_disk", &place("a"), 1).await;
    fill::folder("embedded", &place("e"), 1).await;
    let verify = |url: &str, flags: &[&str]| run(&[&["verify", url], flags].concat());
    for flags in [&[][..], &["--repair"]] {
        for kind in ["disk", "embedded", "sqlite", "zip"] {
            let typo = url(kind, &place("typo"));
            verify(&typo, flags).refused(&format!("there is nothing at {typo}"));
        }
        for kind in ["disk", "embedded"] {
            let unmounted = url(kind, &place("unmounted"));
            verify(&unmounted, flags).refused(&format!("there is nothing at {unmounted}"));
            copy(&unmounted, &url("disk", &place("to")), &[]).refused(&format!("there is nothing at {unmounted}"));
        }
        for store in [url("disk", &place("a")), url("embedded", &place("e"))] {
            let part = format!("{store}?prefix=typo");
            verify(&part, flags).refused(&format!("there is nothing at {part}"));
            verify(&store, &[flags, &["--namespace", "typo"]].concat()).refused("there is no namespace \"typo\"");
            let namespace = ["--namespace", "typo"].map(str::to_owned);
            copy(&store, &url("disk", &place("to")), &namespace).refused("there is no namespace \"typo\"");
            assert_eq!(verify(&store, flags).status, 0);
        }
    }
    assert!(!place("typo").exists());
    assert_eq!(fs::read_dir(place("unmounted")).unwrap().count(), 0);
}

#[tokio::test]
async fn a_bucket_that_is_mistyped_or_empty_is_told_and_not_made() {
    let Some(s3) = Product::SeaweedFs.shared() else { return };
    let root = tempfile::tempdir().unwrap();
    fill::folder("local_disk", &root.path().join("a"), 1).await;
    let flags = s3_flags(s3.endpoint());
    copied(&url("disk", &root.path().join("a")), "s3://typed/well", &flags);
    for repair in [false, true] {
        let verify = |place: &str| {
            let mut arguments = vec!["verify".to_owned(), place.to_owned()];
            arguments.extend(repair.then(|| "--repair".to_owned()));
            arguments.extend(flags.iter().cloned());
            run(&arguments)
        };
        verify("s3://mistyped").refused("does not exist");
        verify("s3://typed/badly").refused("there is nothing at s3://typed/badly");
        assert_eq!(verify("s3://typed/well").status, 0);
    }
}

/// Answers every request with this, on a port of its own; tells of each what was sent.
fn answering(answer: impl Fn(&str) -> String + Send + 'static) -> (String, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        while let Ok((mut client, _)) = listener.accept() {
            let mut request = String::new();
            let mut reader = BufReader::new(client.try_clone().unwrap());
            while reader.read_line(&mut request).unwrap_or(0) > 2 {}
            client.write_all(answer(&request).as_bytes()).unwrap();
            if sender.send(request).is_err() {
                return;
            }
        }
    });
    (address, receiver)
}

#[test]
fn the_key_of_a_server_goes_nowhere_else_and_what_is_no_such_server_is_told() {
    let root = tempfile::tempdir().unwrap();
    let (to, key) = (url("disk", &root.path().join("to")), ["--api-key".to_owned(), "a secret key".to_owned()]);
    const END: &str = "content-length: 2\r\nconnection: close\r\n\r\n[]";
    let (elsewhere, heard) = answering(|_| format!("HTTP/1.1 200 OK\r\n{END}"));
    let leads = elsewhere.clone();
    let (address, _asked) =
        answering(move |_| format!("HTTP/1.1 307 Temporary Redirect\r\nlocation: {leads}/there\r\n{END}"));
    copy(&address, &to, &key).refused(&format!("leads to {elsewhere}/there"));
    assert!(heard.try_recv().is_err(), "the key was sent elsewhere");
    // One that lists objects, and knows nothing of folders.
    let (address, _asked) = answering(|request| match request.contains("/sizes/") {
        true => format!("HTTP/1.1 200 OK\r\n{END}"),
        false => format!("HTTP/1.1 404 Not Found\r\n{END}"),
    });
    copy(&address, &to, &key).refused("it is none of this kind, or an older one");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_service_whose_sqlite_file_is_copied_goes_on_writing() {
    let Some(s3) = Product::SeaweedFs.shared() else { return };
    let root = tempfile::tempdir().unwrap();
    let place = |name: &str| root.path().join(name);
    fill::folder("local_disk", &place("a"), 3).await;
    copied(&url("disk", &place("a")), &url("sqlite", &place("s")), &[]);
    let table = Connection::open(place("s")).unwrap();
    let mode: String = table.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
    assert_eq!(mode, "delete");
    let proxy = Proxy::to(s3.endpoint());
    let mut hold = proxy.hold_before(|request| request.method == "PUT" && request.path.contains("/ns-direct/"));
    let (from, flags) = (url("sqlite", &place("s")), s3_flags(&proxy.endpoint()));
    let copying = tokio::task::spawn_blocking(move || copied(&from, "s3://beside", &flags));
    hold.arrived().await;
    table.busy_timeout(std::time::Duration::ZERO).unwrap();
    table.execute("DELETE FROM memory_fs_files", []).unwrap();
    hold.release();
    // All that was there when the copy began.
    assert_eq!(copying.await.unwrap()["copied"], tree(&place("a")).len());
}
