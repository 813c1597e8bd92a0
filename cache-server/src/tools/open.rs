//! Opening stores: to be read, which writes nothing, or to be written to.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};

use super::archive::Archive;
use super::config::Reach;
use super::engine::Engine;
use super::place::Place;
use super::remote::Remote;
use super::sqlite::Sqlite;
use super::store::{Names, Shape, Store};
use crate::storage::{Embedded, Folder, LocalDisk, Prefixed, S3, SharedStorage};

/// What a store is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Nothing is written.
    Read,
    /// What is there is changed; nothing is made that is not.
    Repair,
    /// It is made where it is not there.
    Write,
}

/// Opens a store that has something in it: an empty folder or bucket may as well be another one than was meant. What only a store
/// has proves that it is one.
pub(super) async fn open_there(place: &Place, access: Access, reach: &Reach) -> Result<Box<dyn Store>> {
    let is_proved = match place {
        Place::Embedded(_, prefix) => *prefix == Folder::root(),
        Place::Disk(path, prefix) => *prefix == Folder::root() && path.join(".lock").exists(),
        Place::S3 { .. } => false,
        Place::Sqlite(_) | Place::Zip(_) | Place::Http(_) => true,
    };
    let store = open(place, access, reach).await?;
    let store = store.with_context(|| format!("there is nothing at {place}"))?;
    let is_there = is_proved || !store.children(&Folder::root(), None, 1).await?.is_empty();
    ensure!(is_there, "there is nothing at {place}");
    Ok(store)
}

/// Opens a store. `None` for one that is not there; with [`Access::Write`] it is made.
pub(super) async fn open(place: &Place, access: Access, reach: &Reach) -> Result<Option<Box<dyn Store>>> {
    let opening = || format!("cannot open {place}");
    if access != Access::Write
        && let Some(path) = place.path()
        && !fs::exists(path).with_context(opening)?
    {
        return Ok(None);
    }
    let store: Box<dyn Store> = match place {
        Place::Embedded(path, prefix) => match embedded(path, prefix, access).with_context(opening)? {
            Some(engine) => Box::new(engine),
            None => return Ok(None),
        },
        Place::Disk(path, _) if access != Access::Write && is_empty(path).with_context(opening)? => return Ok(None),
        Place::Disk(path, prefix) => Box::new(disk(path, prefix, names(place), access).with_context(opening)?),
        Place::S3 { bucket, prefix, endpoint } => {
            let (bucket, prefix, endpoint) = (bucket.clone(), prefix.clone(), endpoint.clone());
            let mut config = reach.s3.clone();
            config.bucket = Some(bucket);
            config.endpoint = endpoint.or(config.endpoint);
            let opened = tokio::task::spawn_blocking(move || {
                let connection = config.connection(prefix.clone())?;
                let s3 = match access {
                    Access::Read => S3::open_reading(&connection)?,
                    Access::Repair => S3::open_reading(&connection).and_then(|_| S3::open(&connection))?,
                    Access::Write => S3::open(&connection)?,
                };
                anyhow::Ok(part(Arc::new(s3), &prefix))
            });
            let storage = opened.await?.with_context(opening)?;
            let shape = Shape { objects: 64, at_once: 4 };
            Box::new(Engine { storage, shape, names: names(place), is_still: false, keeps_marks: true })
        }
        Place::Sqlite(path) => Box::new(Sqlite::open(path, access).with_context(opening)?),
        Place::Zip(path) => Box::new(Archive::open(path, access).with_context(opening)?),
        Place::Http(_) if access == Access::Write => bail!(
            "{place} is a running server, which can be copied from and not to: copy to its folder while it does not run, or to \
             its bucket"
        ),
        Place::Http(url) => Box::new(Remote::open(url, reach).await.with_context(opening)?),
    };
    Ok(Some(store))
}

/// What names a store at a place can hold.
pub(super) fn names(place: &Place) -> Names {
    match place {
        Place::Disk(path, prefix) => Names {
            segment: Some(255),
            reserved: &[".lock", ".tmp"],
            files_and_folders: true,
            path: Some(4095_usize.saturating_sub(path.as_os_str().len() + 1 + prefix.prefix().len())),
        },
        Place::S3 { prefix, .. } => Names {
            path: Some(1024_usize.saturating_sub(prefix.prefix().len())),
            reserved: &[".probe"],
            ..Names::default()
        },
        Place::Embedded(..) | Place::Sqlite(_) | Place::Zip(_) | Place::Http(_) => Names::default(),
    }
}

fn part(storage: SharedStorage, prefix: &Folder) -> SharedStorage {
    match *prefix == Folder::root() {
        true => storage,
        false => Arc::new(Prefixed::new(storage, prefix.clone())),
    }
}

/// A file that every folder of the `embedded` engine has.
const EMBEDDED: &str = "version";
/// A folder that every folder of the `embedded` engine has.
const KEYSPACES: &str = "keyspaces";

fn is_embedded(path: &Path) -> bool {
    path.join(EMBEDDED).is_file() && path.join(KEYSPACES).is_dir()
}

fn is_empty(path: &Path) -> Result<bool> {
    match fs::read_dir(path) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error.into()),
    }
}

/// Opens the one folder there is, since the engine cannot be read without being recovered first.
fn embedded(path: &Path, prefix: &Folder, access: Access) -> Result<Option<Engine>> {
    if !is_embedded(path) {
        ensure!(Embedded::is_unmade(path)?, "the folder is not one of the embedded engine; files are disk:PATH");
        if access != Access::Write {
            return Ok(None);
        }
    }
    let storage = Embedded::open(path).map_err(anyhow::Error::from).map_err(|error| match format!("{error:#}") {
        text if text.contains("Locked") => anyhow::anyhow!(
            "a running server has it open: stop that, or copy from its address, http://…, to which this needs its API key"
        ),
        _ => error,
    })?;
    Ok(Some(Engine {
        storage: part(Arc::new(storage), prefix),
        shape: Shape { objects: 512, at_once: 4 },
        names: Names::default(),
        is_still: true,
        keeps_marks: false,
    }))
}

fn disk(path: &Path, prefix: &Folder, names: Names, access: Access) -> Result<Engine> {
    ensure!(!is_embedded(path), "the folder is one of the embedded engine: embedded:PATH");
    // The Python service does not look at the lock, and may be running.
    let is_still = access != Access::Read;
    let storage = match access {
        Access::Read => LocalDisk::open_reading(path),
        Access::Repair | Access::Write => LocalDisk::open(path),
    };
    Ok(Engine {
        storage: part(Arc::new(storage?), prefix),
        shape: Shape { objects: 16, at_once: 24 },
        names,
        is_still,
        keeps_marks: false,
    })
}
