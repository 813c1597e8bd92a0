//! What is refused, with what it says; nothing is lost on either side.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::fill;
use crate::program::{Server, command, copy, equal, run, said};
use crate::tree::{plant, tree};

fn url(kind: &str, folder: &Path) -> String {
    format!("{kind}:{}", folder.display())
}

#[tokio::test]
async fn a_copy_onto_itself_or_into_itself_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let a = root.path().join("a");
    fill::folder("local_disk", &a, 1).await;
    let before = tree(&a);
    let link = root.path().join("link");
    std::os::unix::fs::symlink(&a, &link).unwrap();
    for (to, why) in [
        (url("disk", &a), "are the same"),
        (url("disk", &link), "are the same"),
        (url("disk", &a.join("./../a")), "are the same"),
        (url("disk", &a.join("b/c")), "lies within the other"),
        (url("embedded", &a.join("b")), "lies within the other"),
        (url("disk", root.path()), "lies within the other"),
    ] {
        copy(&url("disk", &a), &to, &[]).refused(why);
    }
    assert!(before == tree(&a));
    copy("s3://b/x", "s3://b/x/y", &[]).refused("lies within the other");
    copy(&url("disk", &a), "ftp://x", &[]).status.eq(&2).then_some(()).unwrap();
}

#[tokio::test]
async fn a_store_that_a_server_has_open_is_neither_read_nor_written() {
    let root = tempfile::tempdir().unwrap();
    for (mode, kind) in [("local_disk", "disk"), ("embedded", "embedded")] {
        let (held, other) = (root.path().join(mode), root.path().join(format!("{mode}-other")));
        fill::folder("local_disk", &other, 1).await;
        let before = tree(&other);
        let server = Server::on(mode, &held);
        let entries = fill::all(&server, 1).await;
        for (from, to) in [(url("disk", &other), url(kind, &held)), (url(kind, &held), url("disk", &other))] {
            let said = copy(&from, &to, &[]);
            said.refused(if kind == "disk" { "another server has open" } else { "a running server has it open" });
        }
        fill::all_read(&server, &entries).await;
        assert!(before == tree(&other));
    }
}

#[tokio::test]
async fn what_is_no_store_is_told() {
    let root = tempfile::tempdir().unwrap();
    let (files, tables, nothing) = (root.path().join("f"), root.path().join("t"), root.path().join("n"));
    fill::folder("local_disk", &files, 1).await;
    fill::folder("embedded", &tables, 1).await;
    let to = url("disk", &root.path().join("to"));
    copy(&url("embedded", &files), &to, &[]).refused("not one of the embedded engine");
    copy(&url("disk", &tables), &to, &[]).refused("is one of the embedded engine");
    copy(&url("disk", &nothing), &to, &[]).refused("there is nothing at disk:");
    copy(&url("embedded", &nothing), &to, &[]).refused("there is nothing at embedded:");
    copy(&url("disk", &tables), &url("embedded", &files), &[]).refused("embedded");
    assert!(!nothing.exists());
    let mistaken = ["copy", "--from", "disk:a", "--to", "disk:b", "--namespace", "é"];
    assert!(run(&mistaken).err.contains("no namespace has this name"), "{:?}", run(&mistaken));
}

#[tokio::test]
async fn names_that_the_target_cannot_hold_end_a_copy_before_it_begins() {
    let root = tempfile::tempdir().unwrap();
    let (a, b) = (root.path().join("a"), root.path().join("b"));
    let server = Server::on("embedded", &a);
    // On `embedded`, what is a file there may be a folder here.
    for key in ["x", "x/f.json", "x/f.json/deep"] {
        let path = format!("/ns/key_based/store/string/{key}?file_id=f");
        server.ask("POST", &path, "text/plain", "text").await;
    }
    let long = "k".repeat(300);
    server.ask("POST", &format!("/ns/key_based/store/string/{long}"), "text/plain", "text").await;
    server.kill();
    let said = copy(&url("embedded", &a), &url("disk", &b), &[]);
    said.refused("the target cannot hold");
    assert!(said.err.contains("has a part of more than 255 bytes"), "{said:?}");
    assert!(said.err.contains("which is no folder"), "{said:?}");
    assert!(tree(&b).is_empty());
    let nowhere = url("disk", &root.path().join("nowhere"));
    copy(&url("embedded", &a), &nowhere, &["--dry-run".to_owned()]).refused("the target cannot hold");
}

#[tokio::test]
async fn a_full_disk_ends_a_copy_that_goes_on_when_there_is_room() {
    let root = tempfile::tempdir().unwrap();
    let (a, small) = (root.path().join("a"), root.path().join("small"));
    fs::create_dir(&small).unwrap();
    fill::folder("embedded", &a, 0).await;
    let server = Server::on("embedded", &a);
    for number in 0..60 {
        // Nothing that an engine could compress.
        let mut random = number + 1_u64;
        let digits = (0..8_000).map(|_| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            format!("{:08x}", random >> 32)
        });
        let text: String = digits.collect();
        server.ask("POST", "/ns/direct/store/string", "text/plain", text).await;
    }
    server.kill();
    for kind in ["disk", "embedded"] {
        // A disk of its own for the copy, which ends with it; a second copy finds more room.
        let script = r#"
            mount -t tmpfs -o size=$2 tmpfs "$1" || exit 77
            small=$1; shift 2
            "$@"; echo "status $?"
            mount -o remount,size=512m "$small" || exit 77
            "$@"; echo "status $?"
            "$@" --dry-run; echo "status $?"
        "#;
        let mut both = Command::new("unshare");
        both.args(["-rm", "--pid", "--fork", "--kill-child", "sh", "-c", script, "sh"]).arg(&small).arg("3m");
        both.arg(command().get_program());
        both.args(["copy", "--from", &url("embedded", &a), "--to", &url(kind, &small.join("to"))]);
        let said = said(&mut both);
        if said.status == 77 || !said.out.contains("status") {
            println!("skipped: `unshare -rm` and `mount -t tmpfs` are not permitted here");
            return;
        }
        let ends: Vec<&str> = said.out.lines().filter(|line| line.starts_with("status")).collect();
        assert_eq!(ends, ["status 2", "status 0", "status 0"], "{kind}: {said:?}");
        assert!(said.err.contains("no space left") && said.err.contains("goes on from there"), "{said:?}");
    }
}

#[tokio::test]
async fn a_folder_without_rights_is_told() {
    let root = tempfile::tempdir().unwrap();
    let a = root.path().join("a");
    fill::folder("local_disk", &a, 1).await;
    plant(root.path(), "file", b"a file where a folder is wanted");
    copy(&url("disk", &a), &url("disk", &root.path().join("file/x")), &[]).refused("cannot open");
    // Nobody may write into this folder, not even root.
    copy(&url("disk", &a), "disk:/proc/nobody", &[]).refused("cannot open disk:/proc/nobody");
    copy(&url("disk", &root.path().join("file")), &url("disk", &root.path().join("b")), &[]).refused("file");
}

#[tokio::test]
async fn a_source_on_a_disk_that_is_read_only_is_copied_and_left_as_it_is() {
    let root = tempfile::tempdir().unwrap();
    let (a, b) = (root.path().join("a"), root.path().join("b"));
    plant(&a, "ns/data/direct/ab/cd/abcd.json", b"{}");
    plant(&a, "ns/refs/by-id/ab/cd/abcd.json", b"{}");
    assert_eq!(copy(&url("disk", &a), &url("disk", &b), &[]).status, 0);
    let names: Vec<_> = fs::read_dir(&a).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["ns"], "nothing is written into a source");
    equal(&url("disk", &a), &url("disk", &b), &[]);
}
