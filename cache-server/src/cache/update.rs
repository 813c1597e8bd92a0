//! Replacing the content of an entry; its hash, references and metadata keep describing what was stored first.

use bytes::Bytes;
use cache_client::{CacheHash, CacheId, Json, Namespace, Strategy};

use super::{Cache, Error, RACES, Result, gzip, lost_race};
use crate::blocking;
use crate::coding::Coding;
use crate::layout;
use crate::records::{FileKind, Located, Metadata};
use crate::storage::{Batch, Head, Mark, ObjectPath, Outcome, Require, Update, Version};

/// The content an entry gets.
#[derive(Debug, Clone)]
pub enum NewContent {
    /// A text.
    String(String),
    /// A JSON document.
    Json(Json),
    /// Bytes, and how they are packed.
    Binary {
        /// The bytes as sent.
        bytes: Bytes,
        /// How they are packed.
        coding: Option<Coding>,
    },
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
    fn kind(&self) -> FileKind {
        match self {
            Self::String(_) | Self::Json(_) => FileKind::Json,
            Self::Binary { .. } => FileKind::Binary,
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::String(_) => "a string",
            Self::Json(_) => "JSON",
            Self::Binary { .. } => "bytes",
        }
    }

    /// The bytes as Python's update writes them, and how they are packed.
    async fn written(self) -> (Bytes, Option<Coding>) {
        match self {
            Self::String(text) => (blocking::run(text.len(), move || Json::String(text).dumps().into()).await, None),
            Self::Json(value) => {
                let length = blocking::length_of(&value);
                (blocking::run(length, move || value.dumps_indented(4).into()).await, None)
            }
            Self::Binary { bytes, coding } => (bytes, coding),
        }
    }
}

impl Cache {
    /// Replaces the content of an entry, where `if_match` is given only in one of those versions; `None` when there is
    /// no such entry.
    ///
    /// Strings and JSON may replace one another; bytes may replace bytes only. Without `if_match`, of any number of writers none
    /// loses against another one, but on `s3`.
    pub async fn update(
        &self,
        namespace: &Namespace,
        id: CacheId,
        content: NewContent,
        if_match: Option<&[Version]>,
    ) -> Result<Option<Updated>> {
        let (kind, sent) = (content.kind(), content.name());
        let (new, coding) = content.written().await;
        for _ in 0..RACES {
            let Some(known) = self.known_reference(namespace, id).await? else { return Ok(None) };
            let reference = &known.reference;
            check_kind(reference, kind, sent)?;
            let owners = self.owners(reference, Records::WhereUnmarked).await?;
            let own = own_copies(reference, &owners);
            let Some((first, copies)) = own.split_first() else { return Ok(None) };
            let mut batch = Batch::new();
            match (&first.head, if_match) {
                // An older entry whose path was taken over has no content once the newer one is deleted.
                (None, None) => return Ok(None),
                (Some(head), Some(versions)) if !versions.contains(&head.version) => return Err(Error::Changed),
                (None, Some(_)) => return Err(Error::Changed),
                (Some(head), Some(_)) => {
                    batch.require(Require::Version(first.content.clone(), head.version.clone()));
                }
                (Some(head), None) => {
                    batch.require(Require::Present(first.content.clone(), head.version.clone()));
                }
            }
            let bytes = match kind {
                FileKind::Binary => {
                    let (bytes, stored) = (new.clone(), first.coding());
                    let length = if stored == Some(Coding::Gzip) { bytes.len() } else { 0 };
                    blocking::run(length, move || repacked(&bytes, coding, stored)).await?
                }
                FileKind::Json => new.clone(),
            };
            if !first.is_marked(id) {
                // Nothing but its reference tells that the entry is still there.
                batch.require(Require::Version(layout::by_id(namespace, id), known.version.clone()));
            }
            batch.requires(first.unchanged());
            for copy in copies {
                // A copy that a newer version has taken meanwhile is left alone.
                batch.requires(copy.unchanged());
                batch.require(match &copy.head {
                    Some(head) => Require::Present(copy.content.clone(), head.version.clone()),
                    None => Require::Absent(copy.content.clone()),
                });
            }
            for owned in std::iter::once(first).chain(copies) {
                // A newer version has its own copies.
                let is_shared = std::ptr::eq(owned, first) || reference.strategy != Strategy::TemporalVersioned;
                batch.update(Update {
                    content: owned.content.clone(),
                    record: owned.sidecar.clone(),
                    marked: layout::by_id(namespace, owned.owner().map_or(id, |owner| owner.cache_id)),
                    reference: is_shared.then(|| layout::by_id(namespace, id)),
                    replaced: owned.replaced.clone(),
                    owner: recorded_owner,
                });
                batch.put_content(owned.content.clone(), bytes.clone(), owned.owner()).then();
            }
            if let Some(outcomes) = lost_race(self.storage.commit(batch).await)? {
                let Some(Outcome::Written(version)) = outcomes.into_iter().next() else { return Err(Error::Busy) };
                return Ok(Some(Updated {
                    cache_hash: reference.cache_hash.clone(),
                    paths: own.iter().map(|owned| owned.content.clone()).collect(),
                    size: bytes.len() as u64,
                    version,
                }));
            }
            self.forget_reference(namespace, id);
        }
        Err(Error::Busy)
    }

    /// Whose content each content file of an entry is, in the order of the reference.
    pub(super) async fn owners(&self, reference: &Located, records: Records) -> Result<Vec<Owned>> {
        let mut owners = Vec::new();
        for content in &reference.file_paths.content_files {
            let sidecar = layout::metadata_of(content);
            let (head, replaced) = match records {
                Records::WhereUnmarked => self.storage.before_update(content).await?.unzip(),
                Records::All => (self.storage.head(content).await?, None),
            };
            let is_marked = head.as_ref().is_some_and(|head| head.mark.is_some());
            let record = match records {
                Records::WhereUnmarked if is_marked => None,
                Records::WhereUnmarked | Records::All => Some(self.storage.get(&sidecar).await?),
            };
            let record = record.map(|object| Record {
                metadata: object.as_ref().and_then(|object| serde_json::from_slice(&object.bytes).ok()),
                version: object.map(|object| object.version),
            });
            owners.push(Owned { content: content.clone(), sidecar, head, replaced: replaced.flatten(), record });
        }
        Ok(owners)
    }
}

/// Which ownership sidecars are read: all, or, before an update, only those of contents whose mark does not tell the
/// owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Records {
    All,
    WhereUnmarked,
}

/// A content file and what is known of its owner.
#[derive(Debug)]
pub(super) struct Owned {
    pub(super) content: ObjectPath,
    pub(super) sidecar: ObjectPath,
    pub(super) head: Option<Head>,
    /// The content, where an update may have to put it back.
    replaced: Option<Bytes>,
    /// The ownership sidecar, where it was read.
    record: Option<Record>,
}

#[derive(Debug)]
struct Record {
    version: Option<Version>,
    metadata: Option<Metadata>,
}

impl Owned {
    /// Tells whether the content is this entry's. The sidecar decides, where there is one: no two writers write it alike.
    /// Content nobody claims counts as the entry's, save the later copies of a version: `latest/` and the time copy are the
    /// newest version's, and gone with it.
    pub(super) fn by(&self, reference: &Located) -> bool {
        let first = reference.file_paths.content_files.first() == Some(&self.content);
        let recorded = self.metadata().map(|metadata| metadata.data.cache_id);
        match recorded.or(self.mark().map(|mark| mark.cache_id)) {
            Some(owner) => owner == reference.cache_id,
            None => first || reference.strategy != Strategy::TemporalVersioned,
        }
    }

    /// The condition that nobody has taken the content over since its sidecar was read.
    pub(super) fn unchanged(&self) -> Option<Require> {
        let record = self.record.as_ref()?;
        Some(match &record.version {
            Some(version) => Require::Version(self.sidecar.clone(), version.clone()),
            None => Require::Absent(self.sidecar.clone()),
        })
    }

    fn mark(&self) -> Option<Mark> {
        self.head.as_ref()?.mark
    }

    /// Whose content it is, by the content itself or else by the sidecar.
    fn owner(&self) -> Option<Mark> {
        self.mark().or_else(|| self.metadata().map(mark_of))
    }

    fn metadata(&self) -> Option<&Metadata> {
        self.record.as_ref()?.metadata.as_ref()
    }

    /// Tells whether the content itself says that it is this entry's.
    fn is_marked(&self, id: CacheId) -> bool {
        self.mark().is_some_and(|mark| mark.cache_id == id)
    }

    /// How the content is packed.
    fn coding(&self) -> Option<Coding> {
        let recorded = self.metadata().and_then(|metadata| metadata.data.coding());
        recorded.or(self.mark().and_then(|mark| mark.coding))
    }
}

/// The mark of a content whose sidecar this is.
fn recorded_owner(sidecar: &[u8]) -> Option<Mark> {
    Some(mark_of(&serde_json::from_slice(sidecar).ok()?))
}

fn mark_of(metadata: &Metadata) -> Mark {
    Mark { cache_id: metadata.data.cache_id, coding: metadata.data.coding() }
}

fn check_kind(reference: &Located, kind: FileKind, sent: &'static str) -> Result<()> {
    match (reference.file_type, kind) {
        (FileKind::Json, FileKind::Json) | (FileKind::Binary, FileKind::Binary) => Ok(()),
        (FileKind::Json, FileKind::Binary) => Err(Error::TypeMismatch { sent, stored: "string or JSON" }),
        (FileKind::Binary, FileKind::Json) => Err(Error::TypeMismatch { sent, stored: "binary" }),
    }
}

/// The content files an update writes. A versioned entry leaves `latest/` and the time copy to a newer version.
fn own_copies<'a>(reference: &Located, owners: &'a [Owned]) -> Vec<&'a Owned> {
    let versioned = reference.strategy == Strategy::TemporalVersioned;
    let own = |(at, owned): &(usize, &Owned)| *at == 0 || !versioned || owned.by(reference);
    owners.iter().enumerate().filter(own).map(|(_, owned)| owned).collect()
}

/// New bytes for an entry, in the coding that its metadata names: plain ones are packed where that is gzip.
fn repacked(bytes: &Bytes, sent: Option<Coding>, stored: Option<Coding>) -> Result<Bytes> {
    let name = |coding: Option<Coding>, none| coding.map_or(none, Coding::name);
    let too_large = |reason| Error::invalid("body", reason);
    match (sent, stored) {
        (Some(Coding::Gzip), Some(Coding::Gzip)) => gzip::check(bytes).map_err(too_large)?,
        (None, Some(Coding::Gzip)) => match gzip::check(bytes) {
            Ok(()) => {}
            Err(gzip::Refused::NotGzip(_)) => return gzip::pack(bytes).map(Bytes::from).map_err(too_large),
            Err(refused) => return Err(too_large(refused)),
        },
        // The Python service takes any bytes for these.
        (None, None | Some(Coding::IdentityGzip)) => {}
        (sent, stored) if sent == stored => {}
        (sent, stored) => {
            return Err(Error::TypeMismatch {
                sent: name(sent, "bytes of no coding"),
                stored: name(stored, "not packed"),
            });
        }
    }
    Ok(bytes.clone())
}
