//! Writing single objects of an engine, on conditions: all that copying and repairing do to one.

use anyhow::{Context, Result, ensure};
use md5::{Digest as _, Md5};

use super::store::{Piece, Seen};
use crate::records::Owned;
use crate::storage::{Batch, Change, Error, Mark, ObjectPath, Outcome, Require, SharedStorage};

/// Writes objects whatever is there, and proves that they are what was sent: by the digest that the engine answered, or by
/// reading them back.
pub(super) async fn put_all(storage: &SharedStorage, pieces: Vec<Piece>) -> Result<()> {
    let mut batch = Batch::new();
    for Piece { path, bytes, mark } in &pieces {
        batch.put_content(path.clone(), bytes.clone(), *mark);
    }
    let outcomes = storage.commit(batch).await?;
    let (mut unproved, mut sent) = (Vec::new(), Vec::new());
    for (piece, outcome) in pieces.into_iter().zip(outcomes) {
        let digest = || format!("{:032x}", u128::from_be_bytes(Md5::digest(&piece.bytes).into()));
        // Of most S3 servers, the version is the MD5 of what they have.
        let is_proved = matches!(&outcome, Outcome::Written(version) if version.to_string().len() == 32
            && version.to_string() == digest());
        if !is_proved {
            unproved.push(piece.path);
            sent.push(piece.bytes);
        }
    }
    if unproved.is_empty() {
        return Ok(());
    }
    let found = storage.get_many(&unproved).await?;
    for ((path, sent), found) in unproved.iter().zip(sent).zip(found) {
        ensure!(
            found.is_some_and(|found| found.bytes == sent),
            "{path:?} is not what was written there: somebody else writes to the target, or it loses data"
        );
    }
    Ok(())
}

/// Writes an object that is no content if there is still what was seen; `false` when there is something else.
pub(super) async fn put_if(storage: &SharedStorage, piece: Piece, seen: &Seen) -> Result<bool> {
    let (path, bytes) = (piece.path.clone(), piece.bytes.clone());
    if put_beside(storage, piece, seen, None).await? {
        return Ok(true);
    }
    if let Seen::Version(_) = seen {
        return Ok(false);
    }
    // There may be a tombstone, which reads as nothing: an edit waits until it may be replaced.
    let mut batch = Batch::new();
    batch.edit(path, move |now| if now.is_none() { Change::Put(bytes.clone()) } else { Change::Keep });
    Ok(matches!(storage.commit(batch).await?.as_slice(), [Outcome::Written(_)]))
}

/// Writes an object if there is still what was seen, and one more condition holds.
pub(super) async fn put_beside(
    storage: &SharedStorage,
    piece: Piece,
    seen: &Seen,
    also: Option<Require>,
) -> Result<bool> {
    let Piece { path, bytes, mark } = piece;
    let mut batch = Batch::new();
    batch.require(condition(&path, seen)).put_content(path, bytes, mark);
    if let Some(also) = also {
        batch.require(also);
    }
    happened(storage.commit(batch).await)
}

/// Removes an object if there is still what was seen; `false` when there is something else.
///
/// Seeing nothing at a path that is listed is seeing the tombstone that a crash left there.
pub(super) async fn remove_if(storage: &SharedStorage, path: ObjectPath, seen: &Seen) -> Result<bool> {
    let mut batch = Batch::new();
    match seen {
        Seen::Version(_) => batch.require(condition(&path, seen)).delete(path),
        Seen::Nothing => batch.edit(path, |now| if now.is_none() { Change::Delete } else { Change::Keep }),
    };
    happened(storage.commit(batch).await)
}

fn condition(path: &ObjectPath, seen: &Seen) -> Require {
    match seen {
        Seen::Nothing => Require::Absent(path.clone()),
        Seen::Version(version) => Require::Version(path.clone(), version.clone()),
    }
}

fn happened(outcome: Result<Vec<Outcome>, Error>) -> Result<bool> {
    match outcome {
        Ok(_) => Ok(true),
        Err(Error::Precondition { .. }) => Ok(false),
        Err(error) => Err(error).context("a write failed"),
    }
}

/// Whose content it is, as its metadata says.
pub(super) fn mark_in(metadata: &[u8]) -> Option<Mark> {
    let owner = serde_json::from_slice::<Owned>(metadata).ok()?.data;
    Some(Mark { cache_id: owner.cache_id, coding: owner.coding() })
}
