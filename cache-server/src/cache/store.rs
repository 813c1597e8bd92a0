//! Storing an entry: its content, sidecars and references, in the order that keeps every reference whole.

use bytes::Bytes;
use cache_client::{CacheHash, CacheHashGenerator, CacheId, CacheKey, FieldPath, FileId, Json, Namespace, Strategy};

use super::{Cache, Error, RACES, Result, gzip, lost_race};
use crate::blocking;
use crate::coding::Coding;
use crate::layout::{self, Kind, Name, Place};
use crate::records::{
    AllPaths, Config, FilePaths, HashEntry, IdReference, Metadata, Owner, content_hash, exact, reference_bytes,
    sidecar_bytes,
};
use crate::storage::{self, Done, Intent, Mark, ObjectPath, Require, Share, Version};

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
    /// What has to be there for it to be stored.
    pub when: StoreWhen,
}

/// What has to lie at the place of a new entry for it to be stored; only `key_based` entries have a place of their own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum StoreWhen {
    /// Anything or nothing.
    #[default]
    Always,
    /// Nothing; an entry that is there is told in the refusal.
    Absent,
    /// Some content.
    Present,
    /// Content in one of these versions.
    Version(Vec<Version>),
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
    /// Bytes, stored as sent; gzip is hashed unpacked.
    Binary {
        /// The bytes as sent.
        bytes: Bytes,
        /// How they are packed.
        coding: Option<Coding>,
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
    fn length(&self) -> usize {
        match self {
            Self::String(text) => text.len(),
            Self::Json { value, .. } => blocking::length_of(value),
            Self::Binary { bytes, .. } | Self::Archive { bytes, .. } => bytes.len(),
        }
    }

    /// Hashes the content and writes it as it is stored.
    fn written(self, hashes: &CacheHashGenerator, is_keyed: bool) -> Result<Written> {
        let (mut coding, mut json_field_path) = (None, None);
        let (kind, hash, bytes) = match self {
            Self::String(text) => {
                let hash = hashes.from_string(&text).map_err(|error| Error::invalid("data", error))?;
                (Kind::Json, hash, exact(Json::String(text).dumps()))
            }
            Self::Json { value, field } => {
                let hash = match &field {
                    Some(field) => hashes.from_json_field(&value, field)?,
                    None => hashes.from_json(&value),
                };
                // Python writes an empty field path for a keyed JSON entry without one.
                json_field_path = field.map(|field| field.to_string()).or_else(|| is_keyed.then(String::new));
                (Kind::Json, hash, exact(value.dumps_indented(2)))
            }
            Self::Binary { bytes, coding: sent } => {
                coding = sent;
                let hash = match sent {
                    Some(Coding::Gzip) => {
                        gzip::hash(&bytes, hashes).map_err(|reason| Error::invalid("body", reason))?
                    }
                    _ => hashes.from_bytes(&bytes),
                };
                (Kind::Binary, hash, bytes)
            }
            Self::Archive { bytes, hash } => (Kind::Binary, hash, bytes),
        };
        Ok(Written { kind, hash, coding, json_field_path, digest: content_hash(&bytes), bytes })
    }
}

/// Content as it is stored, and what its records say of it.
struct Written {
    kind: Kind,
    hash: CacheHash,
    coding: Option<Coding>,
    json_field_path: Option<String>,
    /// What the metadata says of the bytes.
    digest: String,
    bytes: Bytes,
}

/// An entry on its way into storage: everything but where it lies.
pub(super) struct Draft {
    pub(super) namespace: Namespace,
    strategy: Strategy,
    cache_key: Option<CacheKey>,
    when: StoreWhen,
    cache_id: CacheId,
    pub(super) file_id: FileId,
    /// Whether the file id was given.
    pub(super) is_named: bool,
    pub(super) stored_at: u64,
    content: Written,
}

impl Cache {
    /// Stores an entry and gives it a new id, whatever was stored before.
    ///
    /// When it answers, the entry is found by id and by hash. Storing to a path that has content replaces the content;
    /// the earlier entry then reads the newer content. Costs one commit; `temporal_versioned` with a file id of its
    /// own also
    /// costs the reads that find the next version.
    pub async fn store(&self, entry: NewEntry) -> Result<Stored> {
        if entry.when != StoreWhen::Always && entry.strategy != Strategy::KeyBased {
            let field = if entry.when == StoreWhen::Absent { "if-none-match" } else { "if-match" };
            return Err(Error::invalid(field, "only key_based entries can be stored conditionally"));
        }
        let draft = self.draft(entry).await?;
        self.is_nobodys_place(&draft).await?;
        match draft.strategy {
            Strategy::TemporalVersioned => self.store_version(&draft).await,
            Strategy::KeyBased => self.store_at(&draft).await,
            Strategy::Direct | Strategy::Temporal | Strategy::TemporalLatest => {
                let stored = self.write(&draft, draft.place(1), Vec::new()).await?;
                stored.ok_or(Error::Busy)
            }
        }
    }

    /// Refuses a file id that is the id of an entry that lies at the same place, which is that one's alone. Costs a read where
    /// the file id has the form of an id.
    async fn is_nobodys_place(&self, draft: &Draft) -> Result<()> {
        let Some(id) = CacheId::parse(draft.file_id.as_str()).ok().filter(|_| draft.is_named) else { return Ok(()) };
        let Some(entry) = self.reference(&draft.namespace, id).await? else { return Ok(()) };
        let place = draft.place(1);
        let is_there = |content: &&ObjectPath| {
            entry.file_paths.content_files.iter().any(|other| layout::stem(other) == layout::stem(content))
        };
        match place.content_files.iter().find(is_there) {
            Some(path) => Err(Error::PathConflict { path: path.clone(), of: "another entry" }),
            None => Ok(()),
        }
    }

    /// Stores an entry that has an id already, which is its file id as well.
    pub(super) async fn store_as(&self, entry: NewEntry, id: CacheId) -> Result<Stored> {
        let draft = Draft { cache_id: id, file_id: id.into(), is_named: true, ..self.draft(entry).await? };
        self.write(&draft, draft.place(1), Vec::new()).await?.ok_or(Error::Busy)
    }

    async fn draft(&self, entry: NewEntry) -> Result<Draft> {
        let NewEntry { namespace, strategy, cache_key, file_id, content, when } = entry;
        let (hashes, is_keyed, length) = (self.hashes, cache_key.is_some(), content.length());
        let content = blocking::run(length, move || content.written(&hashes, is_keyed)).await?;
        let cache_id = CacheId::random();
        let is_named = file_id.is_some();
        let file_id = file_id.unwrap_or_else(|| cache_id.into());
        Ok(Draft { namespace, strategy, cache_key, when, cache_id, file_id, is_named, stored_at: self.now(), content })
    }

    /// Stores a key-based entry where its condition holds, and where no child file of another entry lies.
    async fn store_at(&self, draft: &Draft) -> Result<Stored> {
        let content = draft.place(1).content_files[0].clone();
        let is_among_children = layout::parents(&content).next().is_some();
        // A create mostly finds nothing, which need not be looked at before.
        let mut conditions = match draft.when {
            StoreWhen::Always if !is_among_children => Vec::new(),
            StoreWhen::Absent => vec![Require::Absent(content.clone())],
            StoreWhen::Always | StoreWhen::Present | StoreWhen::Version(_) => {
                self.conditions(draft, &content, is_among_children).await?
            }
        };
        for _ in 0..RACES {
            if let Some(stored) = self.write(draft, draft.place(1), conditions).await? {
                return Ok(stored);
            }
            conditions = self.conditions(draft, &content, is_among_children).await?;
        }
        Err(Error::Busy)
    }

    /// What has to be there still when an entry is written, by what is there now.
    async fn conditions(&self, draft: &Draft, content: &ObjectPath, is_among_children: bool) -> Result<Vec<Require>> {
        let head = self.storage.head(content).await?;
        let mut conditions = Vec::new();
        // A mark says that it is an entry's.
        if is_among_children && let Some(head) = head.as_ref().filter(|head| head.mark.is_none()) {
            let sidecar = layout::metadata_of(content);
            match self.storage.head(&sidecar).await? {
                Some(record) => conditions.push(Require::Present(sidecar, record.version)),
                None if self.is_any_owned(layout::parents(content)).await? => {
                    return Err(Error::PathConflict { path: content.clone(), of: "a child file" });
                }
                None => conditions.push(Require::Version(content.clone(), head.version.clone())),
            }
        }
        match (&draft.when, head) {
            (StoreWhen::Always, None) if is_among_children => conditions.push(Require::Absent(content.clone())),
            (StoreWhen::Always, _) => {}
            (StoreWhen::Absent, None) => conditions.push(Require::Absent(content.clone())),
            (StoreWhen::Absent, Some(head)) => {
                conditions = self.cut_off(&draft.namespace, content, head).await?;
            }
            (StoreWhen::Present, Some(head)) => conditions.push(Require::Present(content.clone(), head.version)),
            (StoreWhen::Version(versions), Some(head)) if versions.contains(&head.version) => {
                conditions.push(Require::Version(content.clone(), head.version));
            }
            (StoreWhen::Present | StoreWhen::Version(_), _) => return Err(Error::Changed),
        }
        Ok(conditions)
    }

    /// Tells whether one of these contents is an entry's, by the record beside it.
    pub(super) async fn is_any_owned(&self, contents: impl Iterator<Item = ObjectPath>) -> Result<bool> {
        for content in contents {
            if self.storage.exists(&layout::metadata_of(&content)).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Writes an entry to its place; `None` when a condition does not hold.
    pub(super) async fn write(&self, draft: &Draft, place: Place, conditions: Vec<Require>) -> Result<Option<Stored>> {
        let paths = draft.all_paths(&place);
        let config = sidecar_bytes(&draft.config(&place));
        let metadata = sidecar_bytes(&draft.metadata());
        let id_reference = reference_bytes(&draft.id_reference(&place, paths.clone()));
        let intent = storage::Store {
            copies: place.content_files,
            content: draft.content.bytes.clone(),
            mark: draft.mark(),
            config,
            metadata,
            reference: paths.by_id[0].clone(),
            reference_bytes: id_reference,
            share: draft.share(paths.by_hash[0].clone()),
            conditions,
            is_exclusive: !draft.is_named && layout::is_exclusive(draft.cache_id, &draft.file_id, draft.folder_key()),
        };
        let Some(done) = lost_race(self.storage.apply(Intent::Store(intent)).await)? else { return Ok(None) };
        let Done::Written { version, .. } = done else { return Err(Error::Busy) };
        Ok(Some(Stored {
            cache_id: draft.cache_id,
            cache_hash: draft.content.hash.clone(),
            namespace: draft.namespace.clone(),
            paths,
            size: draft.content.bytes.len() as u64,
            version,
        }))
    }
}

impl Draft {
    pub(super) fn kind(&self) -> Kind {
        self.content.kind
    }

    pub(super) fn name(&self, kind: Kind) -> Name<'_> {
        Name {
            namespace: &self.namespace,
            strategy: self.strategy,
            cache_key: self.cache_key.as_ref(),
            file_id: &self.file_id,
            kind,
        }
    }

    pub(super) fn place(&self, version: u32) -> Place {
        self.name(self.content.kind).place(self.stored_at, version)
    }

    fn mark(&self) -> Mark {
        Mark { cache_id: self.cache_id, coding: self.content.coding }
    }

    fn cache_key(&self) -> String {
        self.cache_key.as_ref().map(ToString::to_string).unwrap_or_default()
    }

    fn all_paths(&self, place: &Place) -> AllPaths {
        let mut data: Vec<_> = place.content_files.iter().flat_map(layout::with_sidecars).collect();
        data.sort_unstable();
        AllPaths {
            data,
            by_hash: vec![layout::by_hash(&self.namespace, &self.content.hash)],
            by_id: vec![layout::by_id(&self.namespace, self.cache_id)],
        }
    }

    fn config(&self, place: &Place) -> Config {
        Config {
            exists_strategy: "first".to_owned(),
            file_id: self.file_id.to_string(),
            file_key: self.cache_key(),
            file_paths: place.folders.clone(),
            file_type: self.content.kind.into(),
        }
    }

    fn metadata(&self) -> Metadata {
        Metadata {
            content_hash: self.content.digest.clone(),
            chain_hash: None,
            previous_version_path: None,
            content_size: self.content.bytes.len() as u64,
            tags: Vec::new(),
            timestamp: self.stored_at,
            data: Owner {
                cache_hash: self.content.hash.clone(),
                cache_key: self.cache_key(),
                cache_id: self.cache_id,
                content_encoding: self.content.coding.map(|coding| coding.name().to_owned()),
                file_id: self.file_id.to_string(),
                file_type: self.content.kind.into(),
                json_field_path: self.content.json_field_path.clone(),
                namespace: self.namespace.to_string(),
                stored_at: self.stored_at,
                strategy: self.strategy,
            },
        }
    }

    fn id_reference(&self, place: &Place, all_paths: AllPaths) -> IdReference {
        IdReference {
            all_paths,
            cache_id: self.cache_id,
            cache_hash: self.content.hash.clone(),
            file_paths: FilePaths {
                content_files: place.content_files.clone(),
                data_folders: place.data_folders.clone(),
            },
            file_type: self.content.kind.into(),
            namespace: self.namespace.to_string(),
            strategy: self.strategy,
            timestamp: self.stored_at,
        }
    }

    /// The share of this entry in the reference of its hash.
    fn share(&self, path: ObjectPath) -> Share {
        let entry = HashEntry { cache_id: self.cache_id, timestamp: self.stored_at };
        Share { path, hash: self.content.hash.clone(), entry }
    }

    /// The key whose folder the entry lies in.
    fn folder_key(&self) -> Option<&CacheKey> {
        self.cache_key.as_ref().filter(|_| self.strategy == Strategy::KeyBased)
    }
}
