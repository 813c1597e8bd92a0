//! Storing an entry: its content, sidecars and references, in the order that keeps every reference whole.

use bytes::Bytes;
use cache_client::{CacheHash, CacheId, CacheKey, FieldPath, FileId, Json, Namespace, Strategy};

use super::{Cache, Error, RACES, Result, gzip, lost_race, parse_hash_reference};
use crate::layout::{self, Kind, Name, Place};
use crate::records::{
    AllPaths, Config, FilePaths, HashEntry, HashReference, IdReference, Metadata, Owner, content_hash, exact,
    reference_bytes, sidecar_bytes,
};
use crate::storage::{Batch, Change, Mark, ObjectPath, Outcome, Require, Version};

/// What is to be stored.
#[derive(Debug)]
pub struct NewEntry {
    /// The namespace.
    pub namespace: Namespace,
    /// The strategy.
    pub strategy: Strategy,
    /// The cache key: the folder of a `key_based` entry, metadata of the others.
    pub cache_key: Option<CacheKey>,
    /// The file id; the entry's own id when not given.
    pub file_id: Option<FileId>,
    /// The content.
    pub content: Content,
    /// Refuse when content of that key, file id and kind exists (`key_based` only).
    pub only_if_absent: bool,
}

/// The content of a new entry.
#[derive(Debug)]
pub enum Content {
    /// A text; stored as a JSON string.
    String(String),
    /// A JSON object, hashed whole or by one field.
    Json {
        /// The object.
        value: Json,
        /// The field to hash by.
        field: Option<FieldPath>,
    },
    /// Bytes, with the `Content-Encoding` they were sent with; gzip is hashed unpacked and stored as sent.
    Binary {
        /// The bytes as sent.
        bytes: Bytes,
        /// The encoding, cleaned as an id.
        encoding: Option<FileId>,
    },
    /// The bytes of an archive, which is hashed by its members.
    Archive {
        /// The bytes.
        bytes: Bytes,
        /// The hash.
        hash: CacheHash,
    },
}

/// What was stored.
#[derive(Debug)]
pub struct Stored {
    /// The new entry's id.
    pub cache_id: CacheId,
    /// Its hash.
    pub cache_hash: CacheHash,
    /// Its namespace.
    pub namespace: Namespace,
    /// Every file that was written.
    pub paths: AllPaths,
    /// The length of the content file in bytes.
    pub size: u64,
    /// The version of the content.
    pub version: Version,
}

impl Content {
    fn kind(&self) -> Kind {
        match self {
            Self::String(_) | Self::Json { .. } => Kind::Json,
            Self::Binary { .. } | Self::Archive { .. } => Kind::Binary,
        }
    }

    fn is_gzip(encoding: Option<&FileId>) -> bool {
        encoding.is_some_and(|encoding| encoding.as_str() == "gzip")
    }
}

/// An entry on its way into storage: everything but where it lies.
pub(super) struct Draft {
    pub(super) entry: NewEntry,
    cache_id: CacheId,
    cache_hash: CacheHash,
    pub(super) file_id: FileId,
    pub(super) kind: Kind,
    pub(super) stored_at: u64,
    bytes: Bytes,
}

impl Cache {
    /// Stores an entry and gives it a new id, whatever was stored before.
    ///
    /// When it answers, the entry is found by id and by hash. Storing to a path that has content replaces the content;
    /// the earlier entry then reads the newer content. Costs one commit; `temporal_versioned` with a file id of its
    /// own also
    /// costs the reads that find the next version.
    pub async fn store(&self, entry: NewEntry) -> Result<Stored> {
        if entry.only_if_absent && entry.strategy != Strategy::KeyBased {
            return Err(Error::invalid("if-none-match", "only key_based entries can be created conditionally"));
        }
        let draft = self.draft(entry)?;
        match draft.entry.strategy {
            Strategy::TemporalVersioned => self.store_version(&draft).await,
            Strategy::KeyBased if draft.entry.only_if_absent => self.create(&draft).await,
            Strategy::Direct | Strategy::Temporal | Strategy::TemporalLatest | Strategy::KeyBased => {
                let stored = self.write(&draft, draft.place(1), Vec::new()).await?;
                stored.ok_or(Error::Busy)
            }
        }
    }

    /// Stores an entry that has an id already, which is its file id as well.
    pub(super) async fn store_as(&self, entry: NewEntry, id: CacheId) -> Result<Stored> {
        let draft = Draft { cache_id: id, file_id: id.into(), ..self.draft(entry)? };
        self.write(&draft, draft.place(1), Vec::new()).await?.ok_or(Error::Busy)
    }

    fn draft(&self, entry: NewEntry) -> Result<Draft> {
        let (cache_hash, bytes) = match &entry.content {
            Content::String(text) => {
                let hash = self.hashes.from_string(text).map_err(|error| Error::invalid("data", error))?;
                (hash, exact(Json::String(text.clone()).dumps()))
            }
            Content::Json { value, field } => {
                let hash = match field {
                    Some(field) => self.hashes.from_json_field(value, field)?,
                    None => self.hashes.from_json(value),
                };
                (hash, exact(value.dumps_indented(2)))
            }
            Content::Binary { bytes, encoding } if Content::is_gzip(encoding.as_ref()) => {
                let hash = gzip::hash(bytes, &self.hashes).map_err(|reason| Error::invalid("body", reason))?;
                (hash, bytes.clone())
            }
            Content::Binary { bytes, .. } => (self.hashes.from_bytes(bytes), bytes.clone()),
            Content::Archive { bytes, hash } => (hash.clone(), bytes.clone()),
        };
        let cache_id = CacheId::random();
        let file_id = entry.file_id.clone().unwrap_or_else(|| cache_id.into());
        let kind = entry.content.kind();
        Ok(Draft { entry, cache_id, cache_hash, file_id, kind, stored_at: self.now(), bytes })
    }

    /// Creates a key-based entry where there is none, taking over or completing what a crash left of another create.
    async fn create(&self, draft: &Draft) -> Result<Stored> {
        let content = draft.place(1).content_files[0].clone();
        let mut conditions = vec![Require::Absent(content.clone())];
        for _ in 0..RACES {
            if let Some(stored) = self.write(draft, draft.place(1), conditions).await? {
                return Ok(stored);
            }
            conditions = match self.storage.head(&content).await? {
                None => vec![Require::Absent(content.clone())],
                Some(head) => {
                    self.cut_off(&draft.entry.namespace, &content, head).await?.ok_or(Error::AlreadyExists)?
                }
            };
        }
        Err(Error::Busy)
    }

    /// Writes an entry to its place; `None` when a condition does not hold.
    pub(super) async fn write(&self, draft: &Draft, place: Place, conditions: Vec<Require>) -> Result<Option<Stored>> {
        let paths = draft.all_paths(&place);
        let config = sidecar_bytes(&draft.config(&place));
        let metadata = sidecar_bytes(&draft.metadata());
        let id_reference = reference_bytes(&draft.id_reference(&place, paths.clone()));
        let mut batch = Batch::new();
        for condition in conditions {
            batch.require(condition);
        }
        let (first, copies) = place.content_files.split_first().expect("every strategy has a content file");
        batch.put_content(first.clone(), draft.bytes.clone(), Some(draft.mark())).then();
        for copy in copies {
            batch.put_content(copy.clone(), draft.bytes.clone(), Some(draft.mark()));
        }
        for content in &place.content_files {
            batch.put(layout::config_of(content), config.clone());
            batch.put(layout::metadata_of(content), metadata.clone());
            batch.own(content.clone(), layout::config_of(content), layout::metadata_of(content));
        }
        batch.then().put(paths.by_id[0].clone(), id_reference);
        batch.then().edit(paths.by_hash[0].clone(), draft.share_in_hash());
        let Some(outcomes) = lost_race(self.storage.commit(batch).await)? else { return Ok(None) };
        let Some(Outcome::Written(version)) = outcomes.into_iter().next() else { return Err(Error::Busy) };
        Ok(Some(Stored {
            cache_id: draft.cache_id,
            cache_hash: draft.cache_hash.clone(),
            namespace: draft.entry.namespace.clone(),
            paths,
            size: draft.bytes.len() as u64,
            version,
        }))
    }
}

impl Draft {
    pub(super) fn name(&self, kind: Kind) -> Name<'_> {
        Name {
            namespace: &self.entry.namespace,
            strategy: self.entry.strategy,
            cache_key: self.entry.cache_key.as_ref(),
            file_id: &self.file_id,
            kind,
        }
    }

    pub(super) fn place(&self, version: u32) -> Place {
        self.name(self.kind).place(self.stored_at, version)
    }

    fn mark(&self) -> Mark {
        let gzip = match &self.entry.content {
            Content::Binary { encoding, .. } => Content::is_gzip(encoding.as_ref()),
            Content::String(_) | Content::Json { .. } | Content::Archive { .. } => false,
        };
        Mark { cache_id: self.cache_id, gzip }
    }

    fn cache_key(&self) -> String {
        self.entry.cache_key.as_ref().map(ToString::to_string).unwrap_or_default()
    }

    fn all_paths(&self, place: &Place) -> AllPaths {
        let with_sidecars =
            |content: &ObjectPath| [content.clone(), layout::config_of(content), layout::metadata_of(content)];
        let mut data: Vec<_> = place.content_files.iter().flat_map(with_sidecars).collect();
        data.sort_unstable();
        AllPaths {
            data,
            by_hash: vec![layout::by_hash(&self.entry.namespace, &self.cache_hash)],
            by_id: vec![layout::by_id(&self.entry.namespace, self.cache_id)],
        }
    }

    fn config(&self, place: &Place) -> Config {
        Config {
            exists_strategy: "first".to_owned(),
            file_id: self.file_id.to_string(),
            file_key: self.cache_key(),
            file_paths: place.folders.clone(),
            file_type: self.kind.into(),
        }
    }

    fn metadata(&self) -> Metadata {
        let (content_encoding, json_field_path) = match &self.entry.content {
            Content::String(_) | Content::Archive { .. } => (None, None),
            // Python writes an empty field path for a keyed JSON entry without one.
            Content::Json { field, .. } if self.entry.cache_key.is_some() => {
                (None, Some(field.as_ref().map(ToString::to_string).unwrap_or_default()))
            }
            Content::Json { field, .. } => (None, field.as_ref().map(ToString::to_string)),
            Content::Binary { encoding, .. } => (encoding.as_ref().map(ToString::to_string), None),
        };
        Metadata {
            content_hash: content_hash(&self.bytes),
            chain_hash: None,
            previous_version_path: None,
            content_size: self.bytes.len() as u64,
            tags: Vec::new(),
            timestamp: self.stored_at,
            data: Owner {
                cache_hash: self.cache_hash.clone(),
                cache_key: self.cache_key(),
                cache_id: self.cache_id,
                content_encoding,
                file_id: self.file_id.to_string(),
                file_type: self.kind.into(),
                json_field_path,
                namespace: self.entry.namespace.to_string(),
                stored_at: self.stored_at,
                strategy: self.entry.strategy,
            },
        }
    }

    fn id_reference(&self, place: &Place, all_paths: AllPaths) -> IdReference {
        IdReference {
            all_paths,
            cache_id: self.cache_id,
            cache_hash: self.cache_hash.clone(),
            file_paths: FilePaths {
                content_files: place.content_files.clone(),
                data_folders: place.data_folders.clone(),
            },
            file_type: self.kind.into(),
            namespace: self.entry.namespace.to_string(),
            strategy: self.entry.strategy,
            timestamp: self.stored_at,
        }
    }

    /// Adds this entry to the reference of its hash.
    fn share_in_hash(&self) -> impl Fn(Option<&[u8]>) -> Change + Send + Sync + 'static {
        let (hash, entry) = (self.cache_hash.clone(), HashEntry { cache_id: self.cache_id, timestamp: self.stored_at });
        move |now| {
            if let Some(appended) = now.and_then(|now| HashReference::append(now, &entry)) {
                return Change::Put(appended.into());
            }
            let reference = now.and_then(parse_hash_reference);
            Change::Put(reference_bytes(&HashReference::with(reference, &hash, entry.clone())))
        }
    }
}
