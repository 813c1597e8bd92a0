//! Finding an entry by id or by hash, and reading what it holds.

use bytes::Bytes;
use cache_client::{CacheHash, CacheId, Json, Namespace, json};

use super::references::Known;
use super::{Cache, Error, Result, document, gzip};
use crate::layout;
use crate::records::{Config, FileKind, IdReference, Located, Metadata, Owned, Owner};
use crate::storage::{Mark, Object, ObjectPath, Version};

/// What is read of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parts {
    /// The content, and of its owner only what is needed to unpack it: one read fewer.
    Content,
    /// The content and its owner.
    All,
}

/// An entry as it was found: its reference, whose content lies there now, and the content.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The reference it was found by.
    pub reference: Located,
    /// The entry that owns the content, where it was asked for; a later store to the same path takes it over.
    pub owner: Owner,
    /// The content file.
    pub path: ObjectPath,
    /// Its bytes.
    pub content: Bytes,
    /// Its version.
    pub version: Version,
    /// The entry the content itself says it belongs to, on engines that keep that with the content.
    marked: Option<CacheId>,
}

/// What an entry holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A text.
    String(String),
    /// A JSON document.
    Json(Json),
    /// Bytes, unpacked.
    Binary(Bytes),
}

/// What an entry holds, as answers carry it.
#[derive(Debug)]
pub enum Compact {
    /// A text.
    String(String),
    /// The shortest text of a JSON document.
    Json(String),
    /// Bytes, unpacked.
    Binary(Bytes),
}

/// Everything about an entry but its content: its reference and the documents the reference names.
#[derive(Debug)]
pub struct Details {
    /// The id reference.
    pub by_id: IdReference,
    /// Each document by its path; `None` for one that is missing.
    pub documents: Vec<(ObjectPath, Option<Json>)>,
}

impl Cache {
    /// Finds an entry by its id. Costs three reads, or two for [`Parts::Content`].
    pub async fn by_id(&self, namespace: &Namespace, id: CacheId, parts: Parts) -> Result<Option<Entry>> {
        match self.known_reference(namespace, id).await? {
            Some(known) => self.entry_of(namespace, known, parts).await,
            None => Ok(None),
        }
    }

    /// Finds the newest entry of a hash. Costs one read more than [`Cache::by_id`].
    pub async fn by_hash(&self, namespace: &Namespace, hash: &CacheHash, parts: Parts) -> Result<Option<Entry>> {
        let Some(newest) = self.newest_known(namespace, hash).await? else { return Ok(None) };
        if let Some(entry) = self.entry_of(namespace, newest, parts).await? {
            return Ok(Some(entry));
        }
        // Another entry took the newest one's path over and is deleted: an earlier one may have its content.
        let Some(reference) = self.hash_reference(namespace, hash).await? else { return Ok(None) };
        for earlier in reference.cache_ids.iter().rev() {
            if let Some(entry) = self.by_id(namespace, earlier.cache_id, parts).await? {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }

    /// Reads the content of an entry whose reference may be an old one: if the content does not say itself that it is the
    /// entry's, the entry may have been deleted by another server since.
    async fn entry_of(&self, namespace: &Namespace, known: Known, parts: Parts) -> Result<Option<Entry>> {
        let id = known.reference.cache_id;
        let entry = self.entry(known.reference, parts).await?;
        if !known.remembered || entry.as_ref().is_some_and(|entry| entry.marked == Some(id)) {
            return Ok(entry);
        }
        self.forget_reference(namespace, id);
        match (self.reference(namespace, id).await?, entry) {
            (Some(_), Some(entry)) => Ok(Some(entry)),
            (Some(reference), None) => self.entry(reference, parts).await,
            (None, _) => Ok(None),
        }
    }

    /// Reads the content a reference points to.
    pub(super) async fn entry(&self, reference: Located, parts: Parts) -> Result<Option<Entry>> {
        let Some(path) = reference.file_paths.content_files.first().cloned() else { return Ok(None) };
        let sidecar = layout::metadata_of(&path);
        let (content, metadata) = match parts {
            Parts::All => {
                let mut found = self.storage.get_many(&[path.clone(), sidecar.clone()]).await?.into_iter();
                (found.next().flatten(), found.next().flatten())
            }
            Parts::Content => {
                let content = self.storage.get(&path).await?;
                // Only the owner's record, or a mark, tells packed bytes from bytes that were stored as they are.
                let is_unmarked = content.as_ref().is_some_and(|content| content.mark.is_none());
                let unsure = is_unmarked && reference.file_type == FileKind::Binary;
                (content, if unsure { self.storage.get(&sidecar).await? } else { None })
            }
        };
        let Some(content) = content else { return Ok(None) };
        let owner = match metadata {
            Some(object) => document::<Owned>(&sidecar, &object)?.data,
            None => unknown_owner(&reference, content.mark),
        };
        Ok(Some(Entry::new(reference, owner, path, content)))
    }

    /// The layout sidecar of an entry's first content file.
    pub async fn config(&self, namespace: &Namespace, id: CacheId) -> Result<Option<Config>> {
        self.sidecar(namespace, id, layout::config_of).await.map(|found| found.map(|(config, _)| config))
    }

    /// The ownership sidecar of an entry's first content file, and the version of the content.
    pub async fn metadata(&self, namespace: &Namespace, id: CacheId) -> Result<Option<(Metadata, Option<Version>)>> {
        self.sidecar(namespace, id, layout::metadata_of).await
    }

    async fn sidecar<T: serde::de::DeserializeOwned>(
        &self,
        namespace: &Namespace,
        id: CacheId,
        of: fn(&ObjectPath) -> ObjectPath,
    ) -> Result<Option<(T, Option<Version>)>> {
        let Some(reference) = self.reference(namespace, id).await? else { return Ok(None) };
        let Some(content) = reference.file_paths.content_files.first() else { return Ok(None) };
        let paths = [of(content), content.clone()];
        let mut found = self.storage.get_many(&paths).await?.into_iter();
        let (Some(sidecar), content) = (found.next().flatten(), found.next().flatten()) else { return Ok(None) };
        Ok(Some((document(&paths[0], &sidecar)?, content.map(|content| content.version))))
    }

    /// The reference of an entry and every document it names but the content.
    pub async fn details(&self, namespace: &Namespace, id: CacheId) -> Result<Option<Details>> {
        let Some(by_id) = self.whole_reference(namespace, id).await? else { return Ok(None) };
        let all = &by_id.all_paths;
        let named = all.data.iter().chain(&all.by_hash).chain(&all.by_id);
        let paths: Vec<_> = named.filter(|path| !by_id.file_paths.content_files.contains(path)).cloned().collect();
        let objects = self.storage.get_many(&paths).await?;
        let parse = |object: Object| Json::parse(&object.bytes).ok();
        let documents = paths.into_iter().zip(objects.into_iter().map(|object| object.and_then(parse))).collect();
        Ok(Some(Details { by_id, documents }))
    }
}

/// What a reference and a mark tell of an entry whose metadata is missing, or was not asked for.
pub(super) fn unknown_owner(reference: &Located, mark: Option<Mark>) -> Owner {
    Owner {
        cache_hash: reference.cache_hash.clone(),
        cache_key: String::new(),
        cache_id: reference.cache_id,
        content_encoding: mark.and_then(|mark| mark.coding).map(|coding| coding.name().to_owned()),
        file_id: reference.cache_id.to_string(),
        file_type: reference.file_type,
        json_field_path: None,
        namespace: reference.namespace.clone(),
        stored_at: reference.timestamp,
        strategy: reference.strategy,
    }
}

/// The bytes of a content file, and what is needed to read them.
pub(super) struct Stored<'a> {
    pub(super) path: &'a ObjectPath,
    pub(super) bytes: &'a Bytes,
    pub(super) kind: FileKind,
    pub(super) is_gzip: bool,
}

impl Stored<'_> {
    /// How many bytes are worked on to read it.
    pub(super) fn work(&self) -> usize {
        /// How many times as long it is unpacked, mostly.
        const UNPACKED: usize = 10;
        match self.kind {
            FileKind::Json => self.bytes.len(),
            FileKind::Binary if self.is_gzip => UNPACKED * self.bytes.len(),
            FileKind::Binary => 0,
        }
    }

    fn value(&self) -> Result<Value> {
        match self.kind {
            FileKind::Json => {
                let parsed = Json::parse(self.bytes);
                let parsed =
                    parsed.map_err(|error| Error::Unreadable { path: self.path.clone(), reason: error.to_string() })?;
                Ok(value_of(parsed))
            }
            // An update through the Python service may have left plain bytes under a gzip entry.
            FileKind::Binary if self.is_gzip => {
                Ok(Value::Binary(gzip::unpack_stored(self.bytes).map_or_else(|_| self.bytes.clone(), Bytes::from)))
            }
            FileKind::Binary => Ok(Value::Binary(self.bytes.clone())),
        }
    }

    /// JSON that was packed is answered as JSON, as in the Python service.
    pub(super) fn compact(&self) -> Result<Compact> {
        if let (FileKind::Json, Some(text)) = (self.kind, json::compact(self.bytes)) {
            return Ok(Compact::Json(text));
        }
        Ok(match self.value()? {
            Value::String(text) => Compact::String(text),
            Value::Json(value) => Compact::Json(value.dumps_compact()),
            Value::Binary(bytes) if self.is_gzip => match json_of(&bytes) {
                Some(text) => Compact::Json(text),
                None => Compact::Binary(bytes),
            },
            Value::Binary(bytes) => Compact::Binary(bytes),
        })
    }
}

impl Entry {
    pub(super) fn new(reference: Located, owner: Owner, path: ObjectPath, content: Object) -> Self {
        let Object { bytes: content, version, mark, .. } = content;
        Self { reference, owner, path, content, version, marked: mark.map(|mark| mark.cache_id) }
    }

    /// What the entry holds: JSON parsed, gzip unpacked.
    ///
    /// Fails with [`Error::Unreadable`] for content Python wrote that is no valid JSON.
    pub fn value(&self) -> Result<Value> {
        self.stored().value()
    }

    /// How many bytes [`Entry::value`] and [`Entry::compact`] work on: nothing for bytes that are not packed.
    pub fn work(&self) -> usize {
        self.stored().work()
    }

    /// What the entry holds, JSON as its shortest text. Most documents need not be read into memory for that.
    pub fn compact(&self) -> Result<Compact> {
        self.stored().compact()
    }

    /// How many bytes it unpacks to; its length for content that is not packed. Costs the time of unpacking it.
    pub fn unpacked_size(&self) -> u64 {
        if self.owner.is_gzip() { gzip::unpacked_size(&self.content) } else { self.content.len() as u64 }
    }

    fn stored(&self) -> Stored<'_> {
        let Self { reference, path, content, .. } = self;
        Stored { path, bytes: content, kind: reference.file_type, is_gzip: self.owner.is_gzip() }
    }
}

/// The shortest text of a JSON document; `None` for bytes that are none.
fn json_of(bytes: &[u8]) -> Option<String> {
    Json::parse(bytes).ok().map(|value| value.dumps_compact())
}

fn value_of(json: Json) -> Value {
    match json {
        Json::String(text) => Value::String(text),
        other => Value::Json(other),
    }
}
