//! `SQLite` files of the Python service: the table `memory_fs_files`, a row for each object.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use async_trait::async_trait;
use bytes::Bytes;
use parking_lot::Mutex;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension as _, params};
use tempfile::TempPath;

use super::open::Access;
use super::store::{Content, Item, Piece, Seen, Shape, Store};
use crate::clock::{Clock as _, SystemClock};
use crate::storage::{Child, Folder, ObjectPath, Skipped};

/// How long another program that has the file locked is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// As the Python service makes it.
const TABLE: &str = "CREATE TABLE memory_fs_files (id INTEGER PRIMARY KEY, path TEXT, data BLOB, created_at INTEGER, updated_at INTEGER)";
const INDEX: &str = "CREATE INDEX idx__memory_fs_files__path ON memory_fs_files(path)";

/// Objects in a table. Of several rows with one path the first one counts, as it does for the Python service.
#[derive(Debug, Clone)]
pub(super) struct Sqlite {
    path: PathBuf,
    connection: Arc<Mutex<Connection>>,
    is_written: bool,
    skipped: Arc<Skipped>,
    _snapshot: Option<Arc<TempPath>>,
}

impl Sqlite {
    /// Opens a file; for writing it is made, with the table, where it is not there or is empty.
    pub(super) fn open(path: &Path, access: Access) -> Result<Self> {
        let is_written = access == Access::Write;
        let flags = match is_written {
            false => OpenFlags::SQLITE_OPEN_READ_ONLY,
            true => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
        };
        let open = || {
            let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
            connection.busy_timeout(PATIENCE)?;
            let tables: Vec<String> = connection
                .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")?
                .query_map([], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            rusqlite::Result::Ok((connection, tables))
        };
        let (connection, tables) = open().map_err(told)?;
        if !tables.iter().any(|name| name == "memory_fs_files") {
            ensure!(
                is_written && tables.is_empty(),
                "it has no table memory_fs_files{}",
                if tables.is_empty() { String::new() } else { format!(", but {}", tables.join(", ")) }
            );
            connection.execute_batch(&format!("BEGIN IMMEDIATE; {TABLE}; {INDEX}; COMMIT")).map_err(told)?;
        }
        let columns = connection.prepare("SELECT path, data FROM memory_fs_files LIMIT 1");
        columns.map(drop).map_err(told).context("the table memory_fs_files is another one")?;
        let (connection, snapshot) = if is_written { (connection, None) } else { snapshot(connection)? };
        let connection = Arc::new(Mutex::new(connection));
        Ok(Self { path: path.to_owned(), connection, is_written, skipped: Arc::default(), _snapshot: snapshot })
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T> {
        let connection = Arc::clone(&self.connection);
        let done = tokio::task::spawn_blocking(move || work(&mut connection.lock())).await?;
        done.map_err(told).with_context(|| format!("the SQLite file {:?}", self.path))
    }
}

/// What all reads are of, whoever writes meanwhile: a transaction where readers and writers of the file do not wait for each other,
/// else a temporary copy, since the service that writes would wait until the end.
fn snapshot(connection: Connection) -> Result<(Connection, Option<Arc<TempPath>>)> {
    let mode: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0)).map_err(told)?;
    if mode == "wal" {
        connection.execute_batch("BEGIN; SELECT count(*) FROM sqlite_schema").map_err(told)?;
        return Ok((connection, None));
    }
    let copying = "it cannot be copied into a temporary file, beside which the service may go on";
    let copy = tempfile::NamedTempFile::new().context(copying)?.into_temp_path();
    let name = copy.to_str().context("the folder of temporary files has a name that is no text")?;
    connection.execute("VACUUM INTO ?1", [name]).map_err(told).context(copying)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Ok((Connection::open_with_flags(name, flags).map_err(told)?, Some(Arc::new(copy))))
}

/// What `SQLite` says, in words of an operator.
pub(super) fn told(error: rusqlite::Error) -> anyhow::Error {
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
            anyhow::anyhow!("it is no SQLite file, or is damaged: {error}")
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            anyhow::anyhow!("another program has it locked: {error}")
        }
        Some(ErrorCode::DiskFull) => anyhow::anyhow!("no space left: {error}"),
        _ => error.into(),
    }
}

/// The texts between which everything below a folder is.
fn range(folder: &Folder) -> (String, String) {
    match folder.as_str() {
        "" => (String::new(), char::MAX.to_string()),
        below => (format!("{below}/"), format!("{below}0")),
    }
}

#[async_trait]
impl Store for Sqlite {
    async fn list(&self, folder: &Folder, after: Option<&str>, limit: usize) -> Result<Vec<Item>> {
        let (first, last) = range(folder);
        let mut after = after.map(str::to_owned).unwrap_or_default();
        let skipped = Arc::clone(&self.skipped);
        self.run(move |connection| {
            let mut listed = Vec::with_capacity(limit.min(4096));
            let mut select = connection.prepare_cached(
                "SELECT path, length(CAST(data AS BLOB)), min(id) FROM memory_fs_files \
                 WHERE path > ?1 AND path >= ?2 AND path < ?3 GROUP BY path ORDER BY path LIMIT ?4",
            )?;
            // What nobody can address is left out, and the page filled up.
            while listed.len() < limit {
                let most = i64::try_from(limit - listed.len()).unwrap_or(i64::MAX);
                let rows = select.query_map(params![after, first, last, most], |row| {
                    Ok((row.get::<_, String>(0)?, row.get::<_, Option<i64>>(1)?))
                })?;
                let rows: Vec<_> = rows.collect::<Result<_, _>>()?;
                let Some((path, _)) = rows.last() else { break };
                after.clone_from(path);
                listed.extend(rows.into_iter().filter_map(|(path, size)| {
                    let size = size.and_then(|size| u64::try_from(size).ok());
                    let parsed = ObjectPath::parse(&path);
                    if parsed.is_err() {
                        skipped.note(path);
                    }
                    Some(Item { path: parsed.ok()?, size, md5: None, modified: None })
                }));
            }
            Ok(listed)
        })
        .await
    }

    async fn children(&self, folder: &Folder, after: Option<&str>, limit: usize) -> Result<Vec<Child>> {
        let (first, last) = range(folder);
        let prefix = folder.prefix();
        let mut seek = match after {
            None => first,
            // Past everything in the folder.
            Some(after) => match after.strip_suffix('/') {
                Some(name) => format!("{prefix}{name}0"),
                None => format!("{prefix}{after}\u{1}"),
            },
        };
        let skipped = Arc::clone(&self.skipped);
        self.run(move |connection| {
            let mut children = Vec::new();
            let mut select = connection.prepare_cached(
                "SELECT path FROM memory_fs_files WHERE path >= ?1 AND path < ?2 ORDER BY path LIMIT 1",
            )?;
            while children.len() < limit {
                let next = select.query_row(params![seek, last], |row| row.get::<_, String>(0)).optional()?;
                let Some(path) = next else { break };
                let rest = path.strip_prefix(&prefix).unwrap_or(&path);
                let child = match rest.split_once('/') {
                    Some((name, _)) => {
                        seek = format!("{prefix}{name}0");
                        Child::Folder(name.to_owned())
                    }
                    None => {
                        seek = format!("{path}\u{1}");
                        Child::File(rest.to_owned())
                    }
                };
                match ObjectPath::parse(child.name()) {
                    Ok(_) => children.push(child),
                    Err(_) => skipped.note(path),
                }
            }
            Ok(children)
        })
        .await
    }

    async fn read(&self, paths: &[ObjectPath]) -> Result<Vec<Option<Content>>> {
        let paths = paths.to_vec();
        self.run(move |connection| {
            let mut select = connection.prepare_cached(
                "SELECT CAST(data AS BLOB), updated_at FROM memory_fs_files WHERE path = ?1 ORDER BY id LIMIT 1",
            )?;
            let mut read = |path: &ObjectPath| {
                select
                    .query_row([path.as_str()], |row| {
                        let bytes = row.get::<_, Option<Vec<u8>>>(0)?.unwrap_or_default();
                        let modified = row.get::<_, Option<i64>>(1).ok().flatten();
                        let modified = modified.and_then(|modified| u64::try_from(modified).ok()).unwrap_or(0);
                        Ok(Content { bytes: Bytes::from(bytes), modified, mark: None, version: None })
                    })
                    .optional()
            };
            paths.iter().map(&mut read).collect()
        })
        .await
    }

    async fn write(&self, pieces: Vec<Piece>) -> Result<()> {
        let now = i64::try_from(SystemClock.now()).unwrap_or(i64::MAX);
        self.run(move |connection| {
            let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            for Piece { path, bytes, .. } in &pieces {
                let (path, bytes) = (path.as_str(), bytes.as_ref());
                let changed = transaction
                    .prepare_cached("UPDATE memory_fs_files SET data = ?2, updated_at = ?3 WHERE path = ?1")?
                    .execute(params![path, bytes, now])?;
                if changed == 0 {
                    transaction
                        .prepare_cached(
                            "INSERT INTO memory_fs_files (path, data, created_at, updated_at) VALUES (?1, ?2, ?3, ?3)",
                        )?
                        .execute(params![path, bytes, now])?;
                }
            }
            for Piece { path, bytes, .. } in &pieces {
                let is_there: bool = transaction
                    .prepare_cached("SELECT data = ?2 FROM memory_fs_files WHERE path = ?1")?
                    .query_row(params![path.as_str(), bytes.as_ref()], |row| row.get(0))?;
                if !is_there {
                    return Err(rusqlite::Error::StatementChangedRows(0));
                }
            }
            transaction.commit()
        })
        .await
    }

    async fn write_if(&self, piece: Piece, _: &Seen) -> Result<bool> {
        self.write(vec![piece]).await.map(|()| true)
    }

    async fn finish(&self) -> Result<()> {
        if !self.is_written {
            return Ok(());
        }
        let check: String =
            self.run(|connection| connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))).await?;
        if check != "ok" {
            bail!("the SQLite file {:?} is damaged: {check}", self.path);
        }
        Ok(())
    }

    fn shape(&self) -> Shape {
        Shape { objects: 512, at_once: 1 }
    }

    fn skipped(&self) -> Option<&Skipped> {
        Some(&self.skipped)
    }

    /// Reads are of one moment, and a file that is written to is locked for each write.
    fn is_still(&self) -> bool {
        true
    }
}
