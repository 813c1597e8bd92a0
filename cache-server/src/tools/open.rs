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
    Read,
    Write,
}

/// Opens a store. `None` for one that is not there and is only to be read; with [`Access::Write`] it is made.
pub(super) async fn open(place: &Place, access: Access, reach: &Reach) -> Result<Option<Box<dyn Store>>> {
    let opening = || format!("cannot open {place}");
    if access == Access::Read
        && let Some(path) = place.path()
        && !fs::exists(path).with_context(opening)?
    {
        return Ok(None);
    }
    let store: Box<dyn Store> = match place {
        Place::Embedded(path, prefix) => Box::new(embedded(path, prefix).with_context(opening)?),
        Place::Disk(path, prefix) => Box::new(disk(path, prefix, access).with_context(opening)?),
        Place::S3 { bucket, prefix, endpoint } => {
            let (bucket, prefix, endpoint) = (bucket.clone(), prefix.clone(), endpoint.clone());
            let mut config = reach.s3.clone();
            config.bucket = Some(bucket);
            config.endpoint = endpoint.or(config.endpoint);
            let opened = tokio::task::spawn_blocking(move || {
                let connection = config.connection(prefix.clone())?;
                let s3 = if access == Access::Read { S3::open_reading(&connection) } else { S3::open(&connection) };
                anyhow::Ok(part(Arc::new(s3?), &prefix))
            });
            let storage = opened.await?.with_context(opening)?;
            let names = Names { path: Some(1024 - prefix_length(place)), reserved: &[".probe"], ..Names::default() };
            let shape = Shape { objects: 64, at_once: 4 };
            Box::new(Engine { storage, shape, names, is_still: false, keeps_marks: true })
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

/// How many bytes a place adds to every path.
fn prefix_length(place: &Place) -> usize {
    match place {
        Place::Embedded(_, prefix) | Place::Disk(_, prefix) | Place::S3 { prefix, .. } => prefix.prefix().len(),
        Place::Sqlite(_) | Place::Zip(_) | Place::Http(_) => 0,
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
fn embedded(path: &Path, prefix: &Folder) -> Result<Engine> {
    let is_there = is_embedded(path);
    ensure!(is_there || is_empty(path)?, "the folder is not one of the embedded engine; files are disk:PATH");
    let storage = Embedded::open(path).map_err(anyhow::Error::from).map_err(|error| match format!("{error:#}") {
        text if text.contains("Locked") => anyhow::anyhow!(
            "a running server has it open: stop that, or copy from its address, http://…, to which this needs its API key"
        ),
        _ => error,
    })?;
    Ok(Engine {
        storage: part(Arc::new(storage), prefix),
        shape: Shape { objects: 512, at_once: 4 },
        names: Names::default(),
        is_still: true,
        keeps_marks: false,
    })
}

fn disk(path: &Path, prefix: &Folder, access: Access) -> Result<Engine> {
    ensure!(!is_embedded(path), "the folder is one of the embedded engine: embedded:PATH");
    // The Python service does not look at the lock, and may be running.
    let is_still = access == Access::Write;
    let storage = match access {
        Access::Read => LocalDisk::open_reading(path),
        Access::Write => LocalDisk::open(path),
    };
    Ok(Engine {
        storage: part(Arc::new(storage?), prefix),
        shape: Shape { objects: 16, at_once: 24 },
        names: Names {
            segment: Some(255),
            reserved: &[".lock", ".tmp"],
            files_and_folders: true,
            path: Some(4095_usize.saturating_sub(path.as_os_str().len() + 1)),
        },
        is_still,
        keeps_marks: false,
    })
}
