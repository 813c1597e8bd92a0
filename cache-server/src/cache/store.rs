//! Storing an entry: its content, sidecars and references, in the order that keeps every reference whole.

use bytes::Bytes;
use cache_client::{CacheHash, CacheId, CacheKey, FieldPath, FileId, Json, Namespace, Strategy};

use super::{Cache, Error, RACES, Result, gzip, lost_race, parse_hash_reference};
use crate::coding::Coding;
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
    fn kind(&self) -> Kind {
        match self {
            Self::String(_) | Self::Json { .. } => Kind::Json,
            Self::Binary { .. } | Self::Archive { .. } => Kind::Binary,
        }
    }

    fn coding(&self) -> Option<Coding> {
        match self {
            Self::Binary { coding, .. } => *coding,
            Self::String(_) | Self::Json { .. } | Self::Archive { .. } => None,
        }
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
        if entry.when != StoreWhen::Always && entry.strategy != Strategy::KeyBased {
            let field = if entry.when == StoreWhen::Absent { "if-none-match" } else { "if-match" };
            return Err(Error::invalid(field, "only key_based entries can be stored conditionally"));
        }
        let draft = self.draft(entry)?;
        match draft.entry.strategy {
            Strategy::TemporalVersioned => self.store_version(&draft).await,
            Strategy::KeyBased => self.store_at(&draft).await,
            Strategy::Direct | Strategy::Temporal | Strategy::TemporalLatest => {
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
            Content::Binary { bytes, coding: Some(Coding::Gzip) } => {
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

    /// Stores a key-based entry where its condition holds, and where no child file of another entry lies.
    async fn store_at(&self, draft: &Draft) -> Result<Stored> {
        let content = draft.place(1).content_files[0].clone();
        let is_among_children = layout::parents(&content).next().is_some();
        // A create mostly finds nothing, which need not be looked at before.
        let mut conditions = match draft.entry.when {
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
        match (&draft.entry.when, head) {
            (StoreWhen::Always, None) if is_among_children => conditions.push(Require::Absent(content.clone())),
            (StoreWhen::Always, _) => {}
            (StoreWhen::Absent, None) => conditions.push(Require::Absent(content.clone())),
            (StoreWhen::Absent, Some(head)) => {
                conditions = self.cut_off(&draft.entry.namespace, content, head).await?;
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
        Mark { cache_id: self.cache_id, coding: self.entry.content.coding() }
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
        let json_field_path = match &self.entry.content {
            // Python writes an empty field path for a keyed JSON entry without one.
            Content::Json { field, .. } if self.entry.cache_key.is_some() => {
                Some(field.as_ref().map(ToString::to_string).unwrap_or_default())
            }
            Content::Json { field, .. } => field.as_ref().map(ToString::to_string),
            Content::String(_) | Content::Binary { .. } | Content::Archive { .. } => None,
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
                content_encoding: self.entry.content.coding().map(|coding| coding.name().to_owned()),
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
