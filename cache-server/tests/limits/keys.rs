//! Keys as an operator makes and replaces them.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::program::{Program, command};

/// Runs `keys new`: the line for the file, and the key.
fn new_key(flags: &[&str]) -> (String, String) {
    let made = command().args(["keys", "new"]).args(flags).output().unwrap();
    assert!(made.status.success(), "{made:?}");
    let told = String::from_utf8(made.stderr).unwrap();
    let key = told.trim().rsplit(' ').next().unwrap().to_owned();
    let line = String::from_utf8(made.stdout).unwrap();
    assert!(!line.contains(&key) && line.lines().count() == 1, "{line}");
    (line, key)
}

fn write(file: &Path, text: &str) {
    fs::write(file, text).unwrap();
    fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn a_key_that_was_made_comes_in_and_is_replaced_at_a_signal() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("keys.toml");
    let (line, key) =
        new_key(&["--scopes", "read,write", "--namespaces", "send-*,notes", "--name", "app", "--rate", "500"]);
    assert!(line.starts_with("app = { sha256 = ") && line.contains("namespaces = [\"send-*\", \"notes\"]"), "{line}");
    write(&file, &line);
    let flags = ["--storage-mode", "memory", "--keys-file", file.to_str().unwrap()];
    let program = Program::start_with(&flags, None);
    assert_eq!(program.get_with("/send-1/file-ids", &key).0, 200);
    assert_eq!(program.get_with("/other/file-ids", &key).0, 403);
    assert_eq!(program.get_with("/server/storage/info", &key).0, 403);
    let (line, next) = new_key(&["--scopes", "admin"]);
    write(&file, &line);
    program.signal("HUP");
    let begun = Instant::now();
    while program.get_with("/server/storage/info", &next).0 != 200 {
        assert!(begun.elapsed() < Duration::from_secs(10), "the new key does not come in");
    }
    assert_eq!(program.get_with("/send-1/file-ids", &key).0, 401);
    // What is broken changes nothing, and does not end the program.
    write(&file, "a = 1");
    program.signal("HUP");
    assert_eq!(program.get_with("/server/storage/info", &next).0, 200);
}

#[test]
fn a_signal_to_read_keys_again_does_not_end_a_program_without_a_file() {
    let program = Program::start(&["--storage-mode", "memory"]);
    assert_eq!(program.get("/info/health").0, 200);
    program.signal("HUP");
    for _ in 0..50 {
        assert_eq!(program.get("/info/health").0, 200);
    }
}

#[test]
fn a_key_that_could_not_come_in_is_not_made() {
    for flags in [
        &["--scopes", "reed"][..],
        &["--scopes", "admin", "--namespaces", "x"],
        &["--scopes", "read", "--expires", "soon"],
        &["--scopes", "read", "--namespaces", "a*b"],
        &["--scopes", "read", "--name", "two words"],
        &["--scopes", "read", "--rate", "0"],
        &[],
    ] {
        let refused = command().args(["keys", "new"]).args(flags).output().unwrap();
        assert!(!refused.status.success() && refused.stdout.is_empty(), "{flags:?}: {refused:?}");
        assert!(!refused.stderr.is_empty(), "{flags:?}");
    }
}
