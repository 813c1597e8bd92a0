//! The `local_disk` engine: one file per object, readable by people and by the Python service.
//!
//! A file is written under `.tmp/`, flushed, and renamed into place; then its folder is flushed. Only one server may
//! have
//! the root open (`.lock`), so locks in memory make conditions and edits atomic. The version of an object is its
//! modification time, which is set to a value no other write of this server has.

mod listing;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use bytes::Bytes;
use cache_client::clock::{Clock, SystemClock};
use parking_lot::{Mutex, MutexGuard};

use self::listing::Listings;
use super::place::Place;
use super::{
    Batch, Change, Child, Error, Folder, Head, Listed, Object, ObjectPath, Outcome, Require, Result, Skipped, Storage,
    Version, Versions, Write, room,
};
use crate::storage::Room;

const LOCK: &str = ".lock";
const TEMPORARY: &str = ".tmp";
/// Writers of different paths rarely meet at one of this many locks.
const LOCKS: usize = 256;
/// How often a write is tried again when a delete removes the folder it needs.
const FOLDER_RACES: usize = 16;

/// Objects as files below a root folder, flushed to disk before a commit is answered.
#[derive(Debug)]
pub struct LocalDisk {
    disk: Arc<Disk>,
    room: Room,
}

#[derive(Debug)]
struct Disk {
    root: PathBuf,
    locks: Vec<Mutex<()>>,
    versions: Versions,
    /// Held until the process ends; the operating system releases it also after `kill -9`. Its time is ahead of all versions.
    lock: File,
    place: Place,
    listings: Listings,
    skipped: Skipped,
}

impl LocalDisk {
    /// Opens the folder, creating it if needed; refuses a folder that another server has open.
    pub fn open(root: &Path) -> Result<Self> {
        Self::open_by(root, Arc::new(SystemClock))
    }

    /// Opens the folder with versions of this clock.
    pub fn open_by(root: &Path, clock: Arc<dyn Clock>) -> Result<Self> {
        let opening = failed("opening the folder");
        fs::create_dir_all(root).map_err(&opening)?;
        let is_new = !root.join(LOCK).exists();
        let lock = File::options().create(true).truncate(false).write(true).open(root.join(LOCK)).map_err(&opening)?;
        try_lock(&lock)?;
        // What a killed server was writing was never acknowledged. Only now is it certain that none is writing.
        let temporary = root.join(TEMPORARY);
        match fs::remove_dir_all(&temporary) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(opening(error)),
            _ => {}
        }
        fs::create_dir_all(&temporary).map_err(&opening)?;
        let locks = std::iter::repeat_with(Mutex::default).take(LOCKS).collect();
        // A new lock has the time of its making, which no version depends on.
        let reserved = if is_new { 0 } else { last_version(&lock).map_err(&opening)? };
        let versions = Versions::after(reserved, clock);
        keeps_versions(&temporary, &versions.next())?;
        let place = Place::open(&temporary).map_err(&opening)?;
        let disk = Disk {
            root: root.to_owned(),
            locks,
            versions,
            lock,
            place,
            listings: Listings::default(),
            skipped: Skipped::default(),
        };
        Ok(Self { disk: Arc::new(disk), room: Room::default() })
    }

    /// Opens a folder to be read: nothing is written into it. Refuses a folder that another server has open; one without a
    /// lock is of the Python service, which may be writing.
    pub fn open_reading(root: &Path) -> Result<Self> {
        let opening = failed("opening the folder");
        let lock = match File::open(root.join(LOCK)) {
            Ok(lock) => {
                try_lock(&lock)?;
                lock
            }
            Err(error) if error.kind() == ErrorKind::NotFound => File::open(root).map_err(&opening)?,
            Err(error) => return Err(opening(error)),
        };
        let locks = std::iter::repeat_with(Mutex::default).take(LOCKS).collect();
        let place = Place::open(root).map_err(&opening)?;
        let (versions, listings, skipped) = (Versions::default(), Listings::default(), Skipped::default());
        let disk = Disk { root: root.to_owned(), locks, versions, lock, place, listings, skipped };
        Ok(Self { disk: Arc::new(disk), room: Room::default() })
    }

    /// Asks for room before it reads a large file.
    #[must_use]
    pub fn with_room(self, room: Room) -> Self {
        Self { room, ..self }
    }

    /// Runs `work` on a thread that may wait for the disk.
    async fn blocking<T: Send + 'static>(&self, work: impl FnOnce(&Disk) -> Result<T> + Send + 'static) -> Result<T> {
        let disk = Arc::clone(&self.disk);
        let done = tokio::task::spawn_blocking(move || work(&disk)).await;
        done.unwrap_or_else(|source| Err(Error::Failed { doing: "working on the disk", source: source.into() }))
    }
}

#[async_trait]
impl Storage for LocalDisk {
    async fn get_many(&self, paths: &[ObjectPath]) -> Result<Vec<Option<Object>>> {
        let paths = paths.to_vec();
        let found: Vec<Found> =
            self.blocking(move |disk| paths.iter().map(|path| disk.look(path, room::SMALL)).collect()).await?;
        let mut objects = Vec::with_capacity(found.len());
        for found in found {
            objects.push(match found {
                Found::Nothing => None,
                Found::Small(object) => Some(object),
                Found::Large(file, size) => {
                    self.room.take(size).await?;
                    Some(self.blocking(move |_| read(file)).await?)
                }
            });
        }
        Ok(objects)
    }

    async fn head(&self, path: &ObjectPath) -> Result<Option<Head>> {
        let path = path.clone();
        let version = self.blocking(move |disk| disk.version(&path)).await?;
        Ok(version.map(|version| Head { modified: version.micros() / 1000, version, mark: None }))
    }

    async fn exists(&self, path: &ObjectPath) -> Result<bool> {
        let path = path.clone();
        self.blocking(move |disk| Ok(disk.version(&path)?.is_some())).await
    }

    async fn list(&self, folder: &Folder, after: Option<&str>, limit: usize) -> Result<Vec<Listed>> {
        let (folder, after) = (folder.clone(), after.map(str::to_owned));
        self.blocking(move |disk| {
            let mut listed = Vec::new();
            disk.walk(&folder, after.as_deref(), limit, &mut listed)?;
            Ok(listed)
        })
        .await
    }

    fn skipped(&self) -> Option<&Skipped> {
        Some(&self.disk.skipped)
    }

    async fn list_back(&self, folder: &Folder, before: Option<&str>, limit: usize) -> Result<Vec<Listed>> {
        let (folder, before) = (folder.clone(), before.map(str::to_owned));
        self.blocking(move |disk| {
            let mut listed = Vec::new();
            disk.walk_back(&folder, before.as_deref(), limit, &mut listed)?;
            Ok(listed)
        })
        .await
    }

    async fn children(&self, folder: &Folder, after: Option<&str>, limit: usize) -> Result<Vec<Child>> {
        let (folder, after) = (folder.clone(), after.map(str::to_owned));
        self.blocking(move |disk| {
            let children = disk.sorted_children(&folder)?;
            let from = after.map_or(0, |after| children.partition_point(|child| child.sort_key() <= after));
            Ok(children[from..].iter().take(limit).cloned().collect())
        })
        .await
    }

    async fn commit(&self, batch: Batch) -> Result<Vec<Outcome>> {
        self.blocking(move |disk| disk.commit(batch)).await
    }

    async fn flush(&self) -> Result<()> {
        Ok(())
    }

    async fn check(&self) -> Result<()> {
        self.blocking(|disk| disk.place.check().map_err(failed("writing to the folder"))).await
    }
}

impl Disk {
    fn file(&self, path: &ObjectPath) -> PathBuf {
        self.root.join(path.as_str())
    }

    fn read(&self, path: &ObjectPath) -> Result<Option<Object>> {
        match self.look(path, u64::MAX)? {
            Found::Nothing => Ok(None),
            Found::Small(object) => Ok(Some(object)),
            Found::Large(file, _) => read(file).map(Some),
        }
    }

    /// Opens a file, and reads it if it has no more than `small` bytes.
    fn look(&self, path: &ObjectPath, small: u64) -> Result<Found> {
        if is_own(path.as_str()) {
            return Ok(Found::Nothing);
        }
        let open = || {
            let file = File::open(self.file(path))?;
            let about = file.metadata()?;
            // A folder has no content, whatever its size.
            if about.is_dir() { Err(ErrorKind::IsADirectory.into()) } else { Ok((file, about.len())) }
        };
        match open() {
            Ok((file, size)) if size > small => Ok(Found::Large(file, size)),
            Ok((file, _)) => read(file).map(Found::Small),
            Err(error) if is_absent(&error) => Ok(Found::Nothing),
            Err(error) => Err(failed("reading a file")(error)),
        }
    }

    fn version(&self, path: &ObjectPath) -> Result<Option<Version>> {
        if is_own(path.as_str()) {
            return Ok(None);
        }
        match fs::metadata(self.file(path)).and_then(|about| Ok((about.is_file(), about.modified()?))) {
            Ok((true, modified)) => Ok(Some(version_of(modified))),
            Ok((false, _)) => Ok(None),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(failed("reading a file's version")(error)),
        }
    }

    /// Takes the locks of all paths of a batch, always in the same order.
    fn lock(&self, batch: &Batch) -> Vec<MutexGuard<'_, ()>> {
        let place = |path: &ObjectPath| {
            path.as_str().bytes().fold(0_usize, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into())) % LOCKS
        };
        let places: BTreeSet<usize> = batch.paths().map(place).collect();
        places.into_iter().map(|place| self.locks[place].lock()).collect()
    }

    fn commit(&self, batch: Batch) -> Result<Vec<Outcome>> {
        let _locks = self.lock(&batch);
        for require in &batch.requires {
            if !self.holds(require)? {
                return Err(Error::Precondition { path: require.path().clone() });
            }
        }
        let mut outcomes = Vec::new();
        for stage in batch.stages {
            let mut changed_folders = BTreeSet::new();
            for write in stage {
                outcomes.push(self.apply(write, &mut changed_folders)?);
            }
            for folder in changed_folders {
                flush_folder(&folder)?;
            }
        }
        Ok(outcomes)
    }

    fn holds(&self, require: &Require) -> Result<bool> {
        Ok(require.holds(self.version(require.path())?.as_ref()))
    }

    fn apply(&self, write: Write, changed_folders: &mut BTreeSet<PathBuf>) -> Result<Outcome> {
        let (path, change) = match write {
            Write::Put(path, bytes, _) => (path, Change::Put(bytes)),
            Write::Delete(path) => (path, Change::Delete),
            Write::Edit(path, edit) => {
                let change = edit.apply(self.read(&path)?.as_ref().map(|object| object.bytes.as_ref()));
                (path, change)
            }
        };
        match change {
            Change::Put(bytes) => self.put(&path, &bytes, changed_folders),
            Change::Delete => self.delete(&path, changed_folders),
            Change::Keep => Ok(Outcome::Unchanged),
        }
    }

    fn put(&self, path: &ObjectPath, bytes: &Bytes, changed_folders: &mut BTreeSet<PathBuf>) -> Result<Outcome> {
        if is_own(path.as_str()) {
            return Err(Error::PathConflict { path: path.clone() });
        }
        let writing = |error: std::io::Error| put_failed(path, error);
        let version = self.versions.next();
        self.versions.reserve(&version, |until| set_version(&self.lock, until)).map_err(writing)?;
        let mut file = tempfile::NamedTempFile::new_in(self.root.join(TEMPORARY)).map_err(writing)?;
        file.write_all(bytes).map_err(writing)?;
        set_version(file.as_file(), version.micros()).map_err(writing)?;
        let target = self.file(path);
        let folder = target.parent().unwrap_or(&self.root).to_owned();
        for race in 0.. {
            self.create_folders(&folder, changed_folders).map_err(writing)?;
            match file.persist(&target) {
                Ok(_) => break,
                Err(error) if error.error.kind() == ErrorKind::NotFound && race < FOLDER_RACES => file = error.file,
                Err(error) => return Err(writing(error.error)),
            }
        }
        changed_folders.insert(folder);
        Ok(Outcome::Written(version))
    }

    /// Creates what is missing of a folder's path, noting the folders that got a new entry.
    fn create_folders(&self, folder: &Path, changed: &mut BTreeSet<PathBuf>) -> std::io::Result<()> {
        if folder.is_dir() {
            return Ok(());
        }
        let missing = folder.ancestors().take_while(|ancestor| *ancestor != self.root && !ancestor.is_dir());
        changed.extend(missing.filter_map(Path::parent).map(Path::to_owned));
        fs::create_dir_all(folder)
    }

    /// Removes a file and the folders that are empty then.
    fn delete(&self, path: &ObjectPath, changed_folders: &mut BTreeSet<PathBuf>) -> Result<Outcome> {
        if is_own(path.as_str()) {
            return Ok(Outcome::Unchanged);
        }
        let file = self.file(path);
        match fs::remove_file(&file) {
            Ok(()) => {}
            Err(error) if is_absent(&error) => return Ok(Outcome::Unchanged),
            Err(error) => return Err(failed("deleting a file")(error)),
        }
        for folder in file.ancestors().skip(1).take_while(|folder| *folder != self.root) {
            if fs::remove_dir(folder).is_err() {
                changed_folders.insert(folder.to_owned());
                break;
            }
        }
        Ok(Outcome::Deleted)
    }
}

fn try_lock(lock: &File) -> Result<()> {
    let held = |source: fs::TryLockError| Error::Failed {
        doing: "locking the folder, which another server has open",
        source: source.into(),
    };
    lock.try_lock().map_err(held)
}

/// What lies at a path.
enum Found {
    Nothing,
    /// An object that was read.
    Small(Object),
    /// A file that is to be read, and its size.
    Large(File, u64),
}

fn read(mut file: File) -> Result<Object> {
    let mut read = || {
        let about = file.metadata()?;
        let mut bytes = Vec::with_capacity(usize::try_from(about.len()).unwrap_or(0));
        file.read_to_end(&mut bytes)?;
        let version = version_of(about.modified()?);
        Ok(Object { bytes: bytes.into(), modified: version.millis(), version, mark: None })
    };
    read().map_err(failed("reading a file"))
}

/// Tells whether a path is a file the storage keeps for itself, which is no object.
fn is_own(path: &str) -> bool {
    let first = path.split_once('/').map_or(path, |(first, _)| first);
    matches!(first, LOCK | TEMPORARY)
}

/// Gives a file the version that is this many microseconds after 1970, and flushes it.
fn set_version(file: &File, micros: u64) -> std::io::Result<()> {
    file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_micros(micros))?;
    file.sync_all()
}

/// The latest version that may be in use, by the time of the lock.
fn last_version(lock: &File) -> std::io::Result<u64> {
    Ok(version_of(lock.metadata()?.modified()?).micros())
}

/// Refuses a folder whose files have no times in microseconds, such as one on FAT: versions would repeat there.
fn keeps_versions(folder: &Path, version: &Version) -> Result<()> {
    let probe = || {
        let file = tempfile::tempfile_in(folder)?;
        // An odd number of microseconds, which every coarser time would lose.
        set_version(&file, version.micros() | 1)?;
        Ok(last_version(&file)? == version.micros() | 1)
    };
    match probe().map_err(failed("opening the folder"))? {
        true => Ok(()),
        false => Err(Error::Failed {
            doing: "opening the folder, whose file system does not keep the times of files to the microsecond",
            source: "versions of objects would repeat there".into(),
        }),
    }
}

fn version_of(modified: SystemTime) -> Version {
    let since_1970 = modified.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Version::from_micros(u64::try_from(since_1970.as_micros()).unwrap_or(u64::MAX))
}

fn flush_folder(folder: &Path) -> Result<()> {
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(failed("flushing a folder")(error)),
        // A folder that is gone was removed by the delete that emptied it.
        _ => Ok(()),
    }
}

fn is_absent(error: &std::io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::IsADirectory | ErrorKind::InvalidFilename
    )
}

fn failed(doing: &'static str) -> impl Fn(std::io::Error) -> Error {
    move |error| match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => Error::Full(error),
        _ => Error::Failed { doing, source: error.into() },
    }
}

fn put_failed(path: &ObjectPath, error: std::io::Error) -> Error {
    match error.kind() {
        ErrorKind::NotADirectory
        | ErrorKind::IsADirectory
        | ErrorKind::AlreadyExists
        | ErrorKind::DirectoryNotEmpty => Error::PathConflict { path: path.clone() },
        ErrorKind::InvalidFilename => Error::PathTooLong { path: path.clone() },
        _ => failed("writing a file")(error),
    }
}
