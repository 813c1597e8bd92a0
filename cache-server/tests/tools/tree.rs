//! Folders as they are on the disk.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;

/// All files below a folder, with their contents; without what the engine keeps for itself.
pub(crate) fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let (mut files, mut folders) = (BTreeMap::new(), vec![folder.to_owned()]);
    while let Some(here) = folders.pop() {
        for entry in fs::read_dir(here).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
            if name != ".lock" {
                files.insert(name, fs::read(path).unwrap());
            }
        }
    }
    files
}

/// Copies a folder.
pub(crate) fn clone(from: &Path, to: &Path) {
    for (name, bytes) in tree(from) {
        plant(to, &name, &bytes);
    }
}

/// Packs a folder into an archive of the Python service.
pub(crate) fn pack(from: &Path, to: &Path) {
    let mut writer = zip::ZipWriter::new(fs::File::create(to).unwrap());
    for (name, bytes) in tree(from) {
        writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(&bytes).unwrap();
    }
    writer.finish().unwrap();
}

/// Writes a file.
pub(crate) fn plant(folder: &Path, name: &str, bytes: &[u8]) {
    let file = folder.join(name);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, bytes).unwrap();
}
