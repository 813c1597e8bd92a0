//! Replacing the content of an entry; its hash, references and metadata keep describing what was stored first.

use bytes::Bytes;
use cache_client::{CacheHash, CacheId, Json, Namespace, Strategy};

use super::{Cache, Error, RACES, Result, gzip, lost_race};
use crate::blocking;
use crate::coding::Coding;
use crate::layout;
use crate::records::{FileKind, Located};
use crate::storage::{self, Done, Intent, Mark, ObjectPath, Update, Version};

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
        // Mostly it is packed as it was.
        let (mut bytes, mut packed) = (new.clone(), (kind == FileKind::Binary).then_some(coding));
        let mut is_checked = coding != Some(Coding::Gzip);
        for _ in 0..RACES {
            let Some(known) = self.known_reference(namespace, id).await? else { return Ok(None) };
            let reference = &known.reference;
            check_kind(reference, kind, sent)?;
            if !is_checked {
                let new = new.clone();
                bytes = blocking::run(new.len(), move || repacked(&new, coding, coding)).await?;
                is_checked = true;
            }
            let update = Update {
                entry: entry_of(namespace, reference, known.version, known.exclusive),
                content: bytes.clone(),
                packed,
                if_version: if_match.map(<[_]>::to_vec),
            };
            match lost_race(self.storage.apply(Intent::Update(update)).await)? {
                Some(Done::Written { paths, version }) => {
                    let (cache_hash, size) = (reference.cache_hash.clone(), bytes.len() as u64);
                    return Ok(Some(Updated { cache_hash, paths, size, version }));
                }
                Some(Done::Packed(stored)) => {
                    let new = new.clone();
                    let length = if stored == Some(Coding::Gzip) { new.len() } else { 0 };
                    bytes = blocking::run(length, move || repacked(&new, coding, stored)).await?;
                    packed = Some(stored);
                }
                Some(Done::Changed) => return Err(Error::Changed),
                Some(_) => return Ok(None),
                None => self.forget_reference(namespace, id),
            }
        }
        Err(Error::Busy)
    }
}

/// An entry as storage knows it, by its id reference.
pub(super) fn entry_of(
    namespace: &Namespace,
    reference: &Located,
    found: Version,
    exclusive: Option<Mark>,
) -> storage::Entry {
    storage::Entry {
        cache_id: reference.cache_id,
        reference: layout::by_id(namespace, reference.cache_id),
        found,
        exclusive,
        copies: reference.file_paths.content_files.clone(),
        is_versioned: reference.strategy == Strategy::TemporalVersioned,
    }
}

fn check_kind(reference: &Located, kind: FileKind, sent: &'static str) -> Result<()> {
    match (reference.file_type, kind) {
        (FileKind::Json, FileKind::Json) | (FileKind::Binary, FileKind::Binary) => Ok(()),
        (FileKind::Json, FileKind::Binary) => Err(Error::TypeMismatch { sent, stored: "string or JSON" }),
        (FileKind::Binary, FileKind::Json) => Err(Error::TypeMismatch { sent, stored: "binary" }),
    }
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
