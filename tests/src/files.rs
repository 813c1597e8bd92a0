//! What a server has stored, seen past it: files of its folder, or objects of its bucket.

use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use test_buckets::Bucket;

use crate::TestServer;

/// Where a server keeps its objects.
#[derive(Debug)]
pub(crate) enum Files {
    /// In a folder; one file per object on `local_disk` only.
    Folder(PathBuf),
    /// In a bucket.
    Bucket(Bucket),
}

impl TestServer {
    /// Writes an object past the server: what a crash or the Python service may leave.
    pub async fn plant(&self, path: &str, content: &[u8]) {
        self.files.put(path, content).await;
    }

    /// Reads an object past the server.
    pub async fn stored(&self, path: &str) -> Option<Bytes> {
        match &self.files {
            Files::Folder(folder) => fs::read(folder.join(path)).ok().map(Bytes::from),
            Files::Bucket(bucket) => bucket.get(path).await,
        }
    }

    /// Removes an object past the server.
    pub async fn remove(&self, path: &str) {
        match &self.files {
            Files::Folder(folder) => fs::remove_file(folder.join(path)).unwrap(),
            Files::Bucket(bucket) => bucket.delete(path).await,
        }
    }

    /// The paths of all objects, sorted.
    pub async fn all_stored(&self) -> Vec<String> {
        match &self.files {
            Files::Folder(folder) => {
                let mut files = files_below(folder);
                files.retain(|file| file != ".lock");
                files
            }
            Files::Bucket(bucket) => bucket.keys("").await,
        }
    }
}

impl Files {
    async fn put(&self, path: &str, content: &[u8]) {
        match self {
            Self::Folder(folder) => {
                let file = folder.join(path);
                fs::create_dir_all(file.parent().unwrap()).unwrap();
                fs::write(file, content).unwrap();
            }
            Self::Bucket(bucket) => bucket.put(path, content.to_vec()).await,
        }
    }

    /// Fills an empty storage with the files of a folder.
    pub(crate) async fn copy_from(&self, original: &Path) {
        if let Self::Bucket(bucket) = self {
            bucket.create().await;
        }
        for path in files_below(original) {
            self.put(&path, &fs::read(original.join(&path)).unwrap()).await;
        }
    }
}

/// The paths of all files below a folder, relative to it and sorted.
pub fn files_below(folder: &Path) -> Vec<String> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(here) = folders.pop() {
        for entry in fs::read_dir(here).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false => files.push(path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned()),
            }
        }
    }
    files.sort_unstable();
    files
}
