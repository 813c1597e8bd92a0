//! Zip archives of the Python service: a member for each object.
//!
//! Its directory is kept in memory, as every program does that reads an archive. A target is written beside the old archive and
//! takes its place at the end, so a copy that is killed has changed nothing, and begins again.

use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use async_trait::async_trait;
use bytes::Bytes;
use parking_lot::Mutex;
use tempfile::NamedTempFile;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::open::Access;
use super::store::{Content, Item, Piece, Seen, Shape, Store};
use crate::storage::{Child, Folder, ObjectPath};

/// Objects in an archive.
#[derive(Debug, Clone)]
pub(super) struct Archive {
    path: PathBuf,
    /// Where each object is in the archive, and how large.
    index: Arc<BTreeMap<ObjectPath, (usize, u64)>>,
    inner: Arc<Mutex<Inner>>,
}

struct Inner {
    old: Option<ZipArchive<File>>,
    new: Option<New>,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Inner")
    }
}

/// An archive that takes the place of another one.
struct New {
    writer: ZipWriter<NamedTempFile>,
    written: HashSet<ObjectPath>,
    /// References that may be written several times: only the last of each goes into the archive, at its end.
    late: BTreeMap<ObjectPath, Bytes>,
}

impl Archive {
    /// Opens an archive.
    pub(super) fn open(path: &Path, access: Access) -> Result<Self> {
        let is_there = path.exists() && (access == Access::Read || fs::metadata(path)?.len() > 0);
        let mut old = match is_there {
            true => Some(ZipArchive::new(File::open(path)?).context("it is no zip archive, or is damaged")?),
            false => None,
        };
        let mut index = BTreeMap::new();
        if let Some(old) = &mut old {
            for number in 0..old.len() {
                let member = old.by_index_raw(number)?;
                // A folder is no object, and what nobody can address is none either.
                if let Some(path) = member.name().ok().and_then(|name| ObjectPath::parse(&name).ok()) {
                    index.insert(path, (number, member.size()));
                }
            }
        }
        let new = match access {
            Access::Read => None,
            Access::Write => {
                let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
                fs::create_dir_all(folder)?;
                let file = tempfile::Builder::new().prefix(".copy-").suffix(".zip").tempfile_in(folder)?;
                Some(New { writer: ZipWriter::new(file), written: HashSet::new(), late: BTreeMap::new() })
            }
        };
        Ok(Self { path: path.to_owned(), index: Arc::new(index), inner: Arc::new(Mutex::new(Inner { old, new })) })
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce(&mut Inner) -> Result<T> + Send + 'static) -> Result<T> {
        let inner = Arc::clone(&self.inner);
        let done = tokio::task::spawn_blocking(move || work(&mut inner.lock())).await?;
        done.with_context(|| format!("the archive {:?}", self.path))
    }
}

fn put(writer: &mut ZipWriter<NamedTempFile>, path: &ObjectPath, bytes: &[u8]) -> Result<()> {
    let options = SimpleFileOptions::default().large_file(bytes.len() as u64 > u64::from(u32::MAX));
    writer.start_file(path.as_str(), options)?;
    Ok(writer.write_all(bytes)?)
}

#[async_trait]
impl Store for Archive {
    async fn list(&self, folder: &Folder, after: Option<&str>, limit: usize) -> Result<Vec<Item>> {
        let prefix = folder.prefix();
        let from = after.filter(|after| **after > *prefix).unwrap_or(&prefix);
        let start = match ObjectPath::parse(from.trim_end_matches('/')) {
            Ok(path) if after == Some(path.as_str()) => Bound::Excluded(path),
            Ok(path) => Bound::Included(path),
            Err(_) => return Ok(self.index.iter().take(limit).map(item).collect()),
        };
        let below = self.index.range((start, Bound::Unbounded)).filter(|(path, _)| path.as_str() >= from);
        let below =
            below.skip_while(|(path, _)| !path.as_str().starts_with(&prefix) && path.as_str() < prefix.as_str());
        Ok(below.take_while(|(path, _)| path.as_str().starts_with(&prefix)).take(limit).map(item).collect())
    }

    async fn children(&self, folder: &Folder, after: Option<&str>, limit: usize) -> Result<Vec<Child>> {
        let prefix = folder.prefix();
        let mut children: Vec<Child> = Vec::new();
        for rest in self.index.keys().filter_map(|path| path.as_str().strip_prefix(&prefix)) {
            let child = match rest.split_once('/') {
                Some((name, _)) => Child::Folder(name.to_owned()),
                None => Child::File(rest.to_owned()),
            };
            if children.last() != Some(&child) {
                children.push(child);
            }
        }
        children.sort_by_cached_key(Child::sort_key);
        children.dedup();
        Ok(children
            .into_iter()
            .filter(|child| after.is_none_or(|after| *child.sort_key() > *after))
            .take(limit)
            .collect())
    }

    async fn read(&self, paths: &[ObjectPath]) -> Result<Vec<Option<Content>>> {
        let (paths, index) = (paths.to_vec(), Arc::clone(&self.index));
        self.run(move |inner| {
            let mut read = |path: &ObjectPath| -> Result<Option<Content>> {
                let content = |bytes| Content { bytes, modified: 0, mark: None, version: None };
                if let Some(bytes) = inner.new.as_ref().and_then(|new| new.late.get(path)) {
                    return Ok(Some(content(bytes.clone())));
                }
                let (Some((number, size)), Some(old)) = (index.get(path), &mut inner.old) else { return Ok(None) };
                let mut bytes = Vec::with_capacity(usize::try_from(*size).unwrap_or(0).min(1 << 20));
                let mut member = old.by_index(*number)?;
                // Reading to the end checks the sum that the archive has.
                member.read_to_end(&mut bytes).with_context(|| format!("the member {path:?} is damaged"))?;
                Ok(Some(content(bytes.into())))
            };
            paths.iter().map(&mut read).collect()
        })
        .await
    }

    async fn write(&self, pieces: Vec<Piece>) -> Result<()> {
        self.run(move |inner| {
            let new = inner.new.as_mut().context("it was opened to be read")?;
            for Piece { path, bytes, .. } in pieces {
                if path.as_str().contains("/refs/by-hash/") {
                    new.late.insert(path, bytes);
                } else if new.written.insert(path.clone()) {
                    put(&mut new.writer, &path, &bytes)?;
                }
            }
            Ok(())
        })
        .await
    }

    async fn write_if(&self, piece: Piece, _: &Seen) -> Result<bool> {
        self.write(vec![piece]).await.map(|()| true)
    }

    /// Adds what only the old archive has, reads the new one through, and puts it in the place of the old one.
    async fn finish(&self) -> Result<()> {
        let (index, path) = (Arc::clone(&self.index), self.path.clone());
        self.run(move |inner| {
            let Some(mut new) = inner.new.take() else { return Ok(()) };
            if new.written.is_empty() && new.late.is_empty() && inner.old.is_some() {
                return Ok(());
            }
            for (path, bytes) in &new.late {
                put(&mut new.writer, path, bytes)?;
            }
            let mut count = new.written.len() + new.late.len();
            if let Some(old) = &mut inner.old {
                let kept =
                    index.iter().filter(|(path, _)| !new.written.contains(*path) && !new.late.contains_key(*path));
                for (_, (number, _)) in kept {
                    new.writer.raw_copy_file(old.by_index_raw(*number)?)?;
                    count += 1;
                }
            }
            let file = new.writer.finish()?;
            file.as_file().sync_all()?;
            let mut archive = ZipArchive::new(File::open(file.path())?)?;
            ensure!(archive.len() == count, "it has {} members instead of {count}", archive.len());
            for number in 0..archive.len() {
                io::copy(&mut archive.by_index(number)?, &mut io::sink())?;
            }
            let permissions = match fs::metadata(&path) {
                Ok(about) => about.permissions(),
                Err(_) => std::os::unix::fs::PermissionsExt::from_mode(0o644),
            };
            fs::set_permissions(file.path(), permissions)?;
            file.persist(&path).map_err(|error| error.error)?;
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            Ok(File::open(folder)?.sync_all()?)
        })
        .await
    }

    fn shape(&self) -> Shape {
        Shape { objects: 256, at_once: 1 }
    }

    fn is_still(&self) -> bool {
        true
    }
}

fn item((path, (_, size)): (&ObjectPath, &(usize, u64))) -> Item {
    Item { path: path.clone(), size: Some(*size), md5: None, modified: None }
}
