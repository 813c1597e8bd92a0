//! Large contents are not all in memory at once.

use std::fs::{self, File};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use crate::program::command;
use crate::tree::plant;

/// So many contents of [`LARGE`] bytes are copied or verified; all of them together are several times what may be held.
const COUNT: usize = 24;
const LARGE: u64 = 16 << 20;
const MIB: u64 = 1 << 20;

/// Contents without data blocks, with their sidecars and references.
fn large_contents(folder: &Path) {
    for number in 0..COUNT {
        let name = format!("ns/data/direct/aa/bb/{number}.bin");
        plant(folder, &name, b"");
        File::options().write(true).open(folder.join(&name)).unwrap().set_len(LARGE).unwrap();
    }
}

/// Runs a subcommand; returns the most memory it had, in MiB.
fn most_memory(arguments: &[&str]) -> u64 {
    let mut child = command().args(arguments).stdout(Stdio::null()).spawn().unwrap();
    let (status, mut peak) = (format!("/proc/{}/status", child.id()), 0);
    while child.try_wait().unwrap().is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        peak = peak.max(kib.unwrap_or(0) * 1024 / MIB);
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(peak > 0);
    peak
}

#[test]
fn a_copy_and_a_verification_of_large_contents_hold_few_of_them() {
    let root = tempfile::tempdir().unwrap();
    let (a, b) = (root.path().join("a"), root.path().join("b"));
    large_contents(&a);
    let (from, to) = (format!("disk:{}", a.display()), format!("disk:{}", b.display()));
    for arguments in [
        &["copy", "--from", &from, "--to", &to][..],
        &["copy", "--from", &from, "--to", &to, "--dry-run"],
        &["verify", &from, "--read-data"],
    ] {
        let peak = most_memory(arguments);
        println!("{}: {peak} MiB", arguments.join(" "));
        // What may be held, once more to be read back, and the program itself.
        assert!(peak < 224, "{arguments:?}: {peak} MiB");
    }
    assert_eq!(fs::read_dir(b.join("ns/data/direct/aa/bb")).unwrap().count(), COUNT);
}
