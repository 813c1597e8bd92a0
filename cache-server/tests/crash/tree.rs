//! Folders as they are on disk, to be looked at, changed and made again.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};

/// Every file of a storage: its path, content and time, which is its version.
pub(crate) type Files = BTreeMap<String, (Vec<u8>, SystemTime)>;

/// Reads all objects of a `local_disk` storage.
pub(crate) fn read(root: &Path) -> Files {
    let mut files = Files::new();
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            let below = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            match entry.metadata().unwrap() {
                _ if matches!(below.as_str(), ".lock" | ".tmp") => {}
                about if about.is_dir() => open.push(path),
                about => drop(files.insert(below, (fs::read(&path).unwrap(), about.modified().unwrap()))),
            }
        }
    }
    files
}

/// Makes a folder of files.
pub(crate) fn write(files: &Files, root: &Path) {
    for (path, (bytes, modified)) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        File::open(path).unwrap().set_modified(*modified).unwrap();
    }
}

/// Makes all files two minutes older.
pub(crate) fn make_older(root: &Path) {
    for (path, (_, modified)) in read(root) {
        File::open(root.join(path)).unwrap().set_modified(modified - Duration::from_secs(120)).unwrap();
    }
}
