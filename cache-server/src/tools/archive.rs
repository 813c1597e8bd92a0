//! Zip archives of the Python service: a member for each object.
//!
//! Its directory is kept in memory, as every program does that reads an archive. A target is written beside the old archive and
//! takes its place at the end, so a copy that is killed has changed nothing, and begins again.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use async_trait::async_trait;
use bytes::Bytes;
use parking_lot::Mutex;
use rusqlite::{Connection, OptionalExtension as _, params};
use tempfile::NamedTempFile;
use zip::read::ZipFile;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::open::Access;
use super::sqlite::told;
use super::store::{Content, Item, Piece, Seen, Shape, Store};
use crate::storage::{Child, Folder, ObjectPath, Skipped};

/// Objects in an archive.
#[derive(Debug, Clone)]
pub(super) struct Archive {
    path: PathBuf,
    /// Where each object is in the archive, and how large.
    index: Arc<BTreeMap<ObjectPath, (usize, u64)>>,
    inner: Arc<Mutex<Inner>>,
    skipped: Arc<Skipped>,
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

/// An archive that takes the place of another one. An object may be written several times, and a member of an archive once: all
/// are kept in a temporary database until the end.
struct New {
    file: NamedTempFile,
    pieces: Connection,
}

impl New {
    fn open(file: NamedTempFile) -> rusqlite::Result<Self> {
        // Without a name, the database is a file that nobody else sees and that goes with the connection.
        let pieces = Connection::open("")?;
        pieces.execute_batch(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; CREATE TABLE pieces (path TEXT PRIMARY KEY, data BLOB)",
        )?;
        Ok(Self { file, pieces })
    }

    fn read(&self, path: &ObjectPath) -> rusqlite::Result<Option<Bytes>> {
        let mut select = self.pieces.prepare_cached("SELECT data FROM pieces WHERE path = ?1")?;
        Ok(select.query_row([path.as_str()], |row| row.get::<_, Vec<u8>>(0)).optional()?.map(Bytes::from))
    }

    fn has(&self, path: &ObjectPath) -> rusqlite::Result<bool> {
        self.pieces.prepare_cached("SELECT 1 FROM pieces WHERE path = ?1")?.exists([path.as_str()])
    }

    fn write(&mut self, pieces: &[Piece]) -> rusqlite::Result<()> {
        let transaction = self.pieces.transaction()?;
        for Piece { path, bytes, .. } in pieces {
            let mut put = transaction.prepare_cached("INSERT OR REPLACE INTO pieces (path, data) VALUES (?1, ?2)")?;
            put.execute(params![path.as_str(), bytes.as_ref()])?;
        }
        transaction.commit()
    }

    /// Writes the archive: what is new, and what the old one has beside it. Returns how many members that are; none when nothing is
    /// new.
    fn pack(&self, old: Option<&mut ZipArchive<File>>) -> Result<usize> {
        let (mut writer, mut count) = (ZipWriter::new(self.file.as_file()), 0);
        let mut select = self.pieces.prepare("SELECT path, data FROM pieces ORDER BY rowid").map_err(told)?;
        let mut rows = select.query([]).map_err(told)?;
        while let Some(row) = rows.next().map_err(told)? {
            let (path, bytes): (String, Vec<u8>) = row.try_into().map_err(told)?;
            let options = SimpleFileOptions::default().large_file(bytes.len() as u64 > u64::from(u32::MAX));
            writer.start_file(path, options)?;
            writer.write_all(&bytes)?;
            count += 1;
        }
        if let Some(old) = old.filter(|_| count > 0) {
            for number in 0..old.len() {
                let member = old.by_index_raw(number)?;
                let is_replaced = object(&member).map(|path| self.has(&path)).transpose().map_err(told)?;
                if is_replaced != Some(true) {
                    writer.raw_copy_file(member)?;
                    count += 1;
                }
            }
        }
        writer.finish()?.sync_all()?;
        Ok(count)
    }
}

impl Archive {
    /// Opens an archive.
    pub(super) fn open(path: &Path, access: Access) -> Result<Self> {
        let is_there = path.exists() && (access != Access::Write || fs::metadata(path)?.len() > 0);
        let mut old = match is_there {
            true => Some(ZipArchive::new(File::open(path)?).context("it is no zip archive, or is damaged")?),
            false => None,
        };
        let (mut index, skipped) = (BTreeMap::new(), Skipped::default());
        if let Some(old) = &mut old {
            for number in 0..old.len() {
                let member = old.by_index_raw(number)?;
                match object(&member) {
                    Some(path) => drop(index.insert(path, (number, member.size()))),
                    // A folder is no object.
                    None if member.is_dir() => {}
                    None => skipped.note(String::from_utf8_lossy(member.name_raw())),
                }
            }
        }
        let new = match access {
            Access::Read | Access::Repair => None,
            Access::Write => {
                let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
                fs::create_dir_all(folder)?;
                let file = tempfile::Builder::new().prefix(".copy-").suffix(".zip").tempfile_in(folder)?;
                Some(New::open(file).map_err(told)?)
            }
        };
        let (index, inner) = (Arc::new(index), Arc::new(Mutex::new(Inner { old, new })));
        Ok(Self { path: path.to_owned(), index, inner, skipped: Arc::new(skipped) })
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce(&mut Inner) -> Result<T> + Send + 'static) -> Result<T> {
        let inner = Arc::clone(&self.inner);
        let done = tokio::task::spawn_blocking(move || work(&mut inner.lock())).await?;
        done.with_context(|| format!("the archive {:?}", self.path))
    }
}

/// The object that a member is.
fn object(member: &ZipFile<'_, File>) -> Option<ObjectPath> {
    ObjectPath::parse(&member.name().ok()?).ok()
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
                let written = inner.new.as_ref().map(|new| new.read(path)).transpose().map_err(told)?.flatten();
                if let Some(bytes) = written {
                    return Ok(Some(content(bytes)));
                }
                let (Some((number, size)), Some(old)) = (index.get(path), &mut inner.old) else { return Ok(None) };
                let mut bytes = Vec::with_capacity(usize::try_from(*size).unwrap_or(0).min(1 << 20));
                let mut member = old.by_index(*number)?;
                // Reading to the end checks the sum that the archive has; past the size that it tells, nothing is unpacked.
                let damaged = || format!("the member {path:?} is damaged");
                member.by_ref().take(size.saturating_add(1)).read_to_end(&mut bytes).with_context(damaged)?;
                ensure!(bytes.len() as u64 == *size, "{}: it has another size than the archive tells", damaged());
                Ok(Some(content(bytes.into())))
            };
            paths.iter().map(&mut read).collect()
        })
        .await
    }

    async fn exist(&self, paths: &[ObjectPath]) -> Result<Vec<bool>> {
        let (paths, index) = (paths.to_vec(), Arc::clone(&self.index));
        self.run(move |inner| {
            let is_new = |path| inner.new.as_ref().map(|new| new.has(path)).transpose();
            let exists = |path| anyhow::Ok(index.contains_key(path) || is_new(path).map_err(told)? == Some(true));
            paths.iter().map(exists).collect()
        })
        .await
    }

    async fn write(&self, pieces: Vec<Piece>) -> Result<()> {
        self.run(move |inner| inner.new.as_mut().context("it was opened to be read")?.write(&pieces).map_err(told))
            .await
    }

    async fn write_if(&self, piece: Piece, _: &Seen) -> Result<bool> {
        self.write(vec![piece]).await.map(|()| true)
    }

    /// Adds what only the old archive has, reads the new one through, and puts it in the place of the old one.
    async fn finish(&self) -> Result<()> {
        let path = self.path.clone();
        self.run(move |inner| {
            let Some(new) = inner.new.take() else { return Ok(()) };
            let count = new.pack(inner.old.as_mut())?;
            if count == 0 && inner.old.is_some() {
                return Ok(());
            }
            let file = new.file;
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

    fn skipped(&self) -> Option<&Skipped> {
        Some(&self.skipped)
    }

    fn is_still(&self) -> bool {
        true
    }
}

fn item((path, (_, size)): (&ObjectPath, &(usize, u64))) -> Item {
    Item { path: path.clone(), size: Some(*size), md5: None, modified: None }
}
