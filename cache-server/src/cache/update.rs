//! Replacing the content of an entry; its hash, references and metadata keep describing what was stored first.

use bytes::Bytes;
use cache_client::{CacheHash, CacheId, Json, Namespace, Strategy};

use super::{Cache, Error, RACES, Result, gzip, lost_race};
use crate::layout;
use crate::records::{FileKind, IdReference, Metadata};
use crate::storage::{Batch, ObjectPath, Outcome, Require, Version};

/// The content an entry gets.
#[derive(Debug, Clone)]
pub enum NewContent {
    /// A text.
    String(String),
    /// A JSON document.
    Json(Json),
    /// Bytes.
    Binary(Bytes),
}

/// What was updated.
#[derive(Debug)]
pub struct Updated {
    /// The entry's hash, which an update does not change.
    pub cache_hash: CacheHash,
    /// The content files that were written.
    pub paths: Vec<ObjectPath>,
    /// The number of bytes written to each.
    pub size: u64,
    /// The version of the content.
    pub version: Version,
}

impl NewContent {
    fn name(&self) -> &'static str {
        match self {
            Self::String(_) => "a string",
            Self::Json(_) => "JSON",
            Self::Binary(_) => "bytes",
        }
    }

    /// The bytes as Python's update writes them.
    fn bytes(&self) -> Bytes {
        match self {
            Self::String(text) => Json::String(text.clone()).dumps().into(),
            Self::Json(value) => value.dumps_indented(4).into(),
            Self::Binary(bytes) => bytes.clone(),
        }
    }
}

impl Cache {
    /// Replaces the content of an entry, where `if_match` is given only in one of those versions; `None` when there is
    /// no such entry.
    ///
    /// Strings and JSON may replace one another; bytes may replace bytes only.
    pub async fn update(
        &self,
        namespace: &Namespace,
        id: CacheId,
        content: NewContent,
        if_match: Option<&[Version]>,
    ) -> Result<Option<Updated>> {
        for _ in 0..RACES {
            let Some((reference, found)) = self.versioned_reference(namespace, id).await? else { return Ok(None) };
            check_kind(&reference, &content)?;
            let owners = self.owners(&reference).await?;
            let bytes = match &content {
                NewContent::Binary(bytes) if owners.first().is_some_and(Owned::is_gzip) => stay_gzip(bytes),
                other => other.bytes(),
            };
            let paths = own_copies(&reference, &owners);
            let Some((first, copies)) = paths.split_first() else { return Ok(None) };
            let mut batch = Batch::new();
            batch.require(Require::Version(layout::by_id(namespace, id), found));
            if let Some(versions) = if_match {
                batch.require(self.one_of(first, versions).await?);
            } else if self.storage.get(first).await?.is_none() {
                // An older entry whose path was taken over has no content once the newer one is deleted.
                return Ok(None);
            }
            batch.require(owners[0].unchanged());
            batch.put(first.clone(), bytes.clone()).then();
            for copy in copies {
                batch.put(copy.clone(), bytes.clone());
            }
            if let Some(outcomes) = lost_race(self.storage.commit(batch).await)? {
                let Some(Outcome::Written(version)) = outcomes.into_iter().next() else { return Err(Error::Busy) };
                let size = bytes.len() as u64;
                return Ok(Some(Updated { cache_hash: reference.cache_hash, paths, size, version }));
            }
        }
        Err(Error::Busy)
    }

    /// The condition that content is in one of some versions; fails with [`Error::Changed`] when it is not now.
    pub(super) async fn one_of(&self, content: &ObjectPath, versions: &[Version]) -> Result<Require> {
        let now = self.storage.get(content).await?.map(|object| object.version);
        let now = now.filter(|now| versions.contains(now)).ok_or(Error::Changed)?;
        Ok(Require::Version(content.clone(), now))
    }

    /// Whose content each content file of an entry is, in the order of the reference.
    pub(super) async fn owners(&self, reference: &IdReference) -> Result<Vec<Owned>> {
        let contents = &reference.file_paths.content_files;
        let sidecars: Vec<_> = contents.iter().map(layout::metadata_of).collect();
        let found = self.storage.get_many(&sidecars).await?;
        let owned = |(content, (sidecar, object)): (&ObjectPath, (ObjectPath, Option<crate::storage::Object>))| {
            let metadata: Option<Metadata> =
                object.as_ref().and_then(|object| serde_json::from_slice(&object.bytes).ok());
            Owned { content: content.clone(), sidecar, version: object.map(|object| object.version), metadata }
        };
        Ok(contents.iter().zip(sidecars.into_iter().zip(found)).map(owned).collect())
    }
}

/// A content file and what its metadata says.
#[derive(Debug)]
pub(super) struct Owned {
    pub(super) content: ObjectPath,
    pub(super) sidecar: ObjectPath,
    pub(super) version: Option<Version>,
    pub(super) metadata: Option<Metadata>,
}

impl Owned {
    /// Tells whether the content is this entry's. Content nobody claims counts as its, save the later copies of a
    /// version:
    /// `latest/` and the time copy are the newest version's, and gone with it.
    pub(super) fn by(&self, reference: &IdReference) -> bool {
        let first = reference.file_paths.content_files.first() == Some(&self.content);
        match &self.metadata {
            Some(metadata) => metadata.data.cache_id == reference.cache_id,
            None => first || reference.strategy != Strategy::TemporalVersioned,
        }
    }

    fn is_gzip(&self) -> bool {
        self.metadata.as_ref().is_some_and(|metadata| metadata.data.content_encoding.as_deref() == Some("gzip"))
    }
}

fn check_kind(reference: &IdReference, content: &NewContent) -> Result<()> {
    match (reference.file_type, content) {
        (FileKind::Json, NewContent::String(_) | NewContent::Json(_)) | (FileKind::Binary, NewContent::Binary(_)) => {
            Ok(())
        }
        (FileKind::Json, NewContent::Binary(_)) => {
            Err(Error::TypeMismatch { sent: content.name(), stored: "string or JSON" })
        }
        (FileKind::Binary, NewContent::String(_) | NewContent::Json(_)) => {
            Err(Error::TypeMismatch { sent: content.name(), stored: "binary" })
        }
    }
}

/// The content files an update writes. A versioned entry leaves `latest/` and the time copy to a newer version.
fn own_copies(reference: &IdReference, owners: &[Owned]) -> Vec<ObjectPath> {
    let versioned = reference.strategy == Strategy::TemporalVersioned;
    let own = |(at, owned): &(usize, &Owned)| *at == 0 || !versioned || owned.by(reference);
    owners.iter().enumerate().filter(own).map(|(_, owned)| owned.content.clone()).collect()
}

/// New bytes for an entry whose metadata says gzip: packed, unless they are gzip already.
fn stay_gzip(bytes: &Bytes) -> Bytes {
    match gzip::unpack_stored(bytes) {
        Ok(_) => bytes.clone(),
        Err(_) => gzip::pack(bytes).into(),
    }
}
