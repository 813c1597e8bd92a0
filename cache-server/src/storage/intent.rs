//! What is to happen to an entry, as plain data: how it is carried out is the engine's business.
//!
//! The order that keeps every reference whole, whichever engine runs:
//!
//! 1. A store writes contents and sidecars, then the id reference, then its share in the hash reference.
//! 2. A removal runs backwards: share in the hash reference, id reference, then files and child files. On `s3` alone one with a
//!    condition decides on the content, and removes that first.

use bytes::Bytes;
use cache_client::{CacheHash, CacheId};

use super::{Change, Folder, Mark, ObjectPath, Require, Version};
use crate::coding::Coding;
use crate::records::{HashEntry, HashReference, Removal, reference_bytes};

/// What is to happen.
#[derive(Debug, Clone)]
pub enum Intent {
    /// A new entry.
    Store(Store),
    /// New content of an entry.
    Update(Update),
    /// The removal of an entry with what is its own.
    Remove(Remove),
    /// A child file of an entry.
    PutChild(PutChild),
}

/// A new entry; it is found when all of it is written.
#[derive(Debug, Clone)]
pub struct Store {
    /// The content files; the first one decides.
    pub copies: Vec<ObjectPath>,
    /// The content.
    pub content: Bytes,
    /// Whose content it is.
    pub mark: Mark,
    /// The layout sidecar of each copy.
    pub config: Bytes,
    /// The ownership sidecar of each copy.
    pub metadata: Bytes,
    /// Where the id reference lies.
    pub reference: ObjectPath,
    /// The id reference.
    pub reference_bytes: Bytes,
    /// The share in the hash reference.
    pub share: Share,
    /// What must hold, or nothing is written. A condition on the first copy's sidecar takes over what a crash left.
    pub conditions: Vec<Require>,
    /// Whether nobody else writes to these paths.
    pub is_exclusive: bool,
}

/// The share of an entry in the reference of its hash.
#[derive(Debug, Clone)]
pub struct Share {
    /// Where the hash reference lies.
    pub path: ObjectPath,
    /// The hash.
    pub hash: CacheHash,
    /// The entry.
    pub entry: HashEntry,
}

/// New content of an entry; its sidecars and references stay.
#[derive(Debug, Clone)]
pub struct Update {
    /// The entry.
    pub entry: Entry,
    /// The content.
    pub content: Bytes,
    /// How the content is packed; `None` where that does not matter.
    pub packed: Option<Option<Coding>>,
    /// The versions one of which the content must have.
    pub if_version: Option<Vec<Version>>,
}

/// The removal of an entry: its references, the files that are its own, and their child files.
#[derive(Debug, Clone)]
pub struct Remove {
    /// The entry.
    pub entry: Entry,
    /// The folder of the child files of each copy.
    pub data_folders: Vec<Folder>,
    /// Where the hash reference lies.
    pub hash_reference: ObjectPath,
    /// The versions one of which the content must have.
    pub if_version: Option<Vec<Version>>,
}

/// An entry, as its id reference tells.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The id.
    pub cache_id: CacheId,
    /// Where the id reference lies.
    pub reference: ObjectPath,
    /// The version in which the id reference was read.
    pub found: Version,
    /// What the id reference says of the content. Only one of an entry whose places are its own says it.
    pub exclusive: Option<Mark>,
    /// The content files.
    pub copies: Vec<ObjectPath>,
    /// Whether the later copies are the newest version's, whichever that is.
    pub is_versioned: bool,
}

/// A child file, written to every data folder of an entry.
#[derive(Debug, Clone)]
pub struct PutChild {
    /// Where the id reference of the entry lies.
    pub reference: ObjectPath,
    /// The version in which the id reference was read.
    pub found: Version,
    /// The copies, one in each data folder.
    pub copies: Vec<ObjectPath>,
    /// Whether another entry's content may lie at these paths.
    pub may_be_content: bool,
    /// The content.
    pub bytes: Bytes,
    /// What has to be there.
    pub condition: ChildCondition,
}

/// What has to lie at the paths of a child file. Another entry's content must never.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChildCondition {
    /// Anything or nothing.
    Anyway,
    /// Nothing.
    Absent,
    /// The child file, the first copy in one of these versions where some are given; copies that are not there stay so.
    Present(Option<Vec<Version>>),
}

/// What became of an intent. That a condition did not hold, or a race was lost, is [`Error::Precondition`](super::Error).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// It is written.
    Written {
        /// The copies that were written.
        paths: Vec<ObjectPath>,
        /// The version of the first one.
        version: Version,
    },
    /// It is removed.
    Removed {
        /// The objects that are gone.
        paths: Vec<ObjectPath>,
        /// The files of the entry that were not there.
        missing: Vec<ObjectPath>,
    },
    /// There is nothing to update.
    Absent,
    /// The content is in none of the versions asked for.
    Changed,
    /// The content is packed like this, and the new one is not.
    Packed(Option<Coding>),
    /// A child file lies there already.
    Exists,
    /// Another entry's content lies there.
    OfEntry(ObjectPath),
}

impl Share {
    /// The hash reference with this entry.
    pub(super) fn join(&self, now: Option<&[u8]>) -> Change {
        if let Some(appended) = now.and_then(|now| HashReference::append(now, &self.entry)) {
            return Change::Put(appended.into());
        }
        let reference = now.and_then(HashReference::parse);
        Change::Put(reference_bytes(&HashReference::with(reference, &self.hash, self.entry.clone())))
    }
}

/// The hash reference without an entry; the reference goes with the last one.
pub fn leave_hash(id: CacheId, now: Option<&[u8]>) -> Change {
    match now.map(|now| HashReference::remove(now, id)) {
        None | Some(Removal::NotThere) => Change::Keep,
        Some(Removal::Left(text)) => Change::Put(text.into()),
        // The text is not as references are written, or the entry is the last one.
        Some(Removal::Unclear) => match now.and_then(HashReference::parse).map(|reference| reference.without(id)) {
            None => Change::Keep,
            Some(Some(left)) => Change::Put(reference_bytes(&left)),
            Some(None) => Change::Delete,
        },
    }
}

impl Intent {
    /// The intent with every path changed.
    pub(super) fn map_paths(
        self,
        path: &impl Fn(&ObjectPath) -> ObjectPath,
        folder: &impl Fn(&Folder) -> Folder,
    ) -> Self {
        let all = |paths: Vec<ObjectPath>| paths.iter().map(path).collect();
        let of_entry = |entry: Entry| Entry { reference: path(&entry.reference), copies: all(entry.copies), ..entry };
        match self {
            Self::Store(store) => Self::Store(Store {
                copies: all(store.copies),
                reference: path(&store.reference),
                share: Share { path: path(&store.share.path), ..store.share },
                conditions: store.conditions.into_iter().map(|condition| condition.map_path(path)).collect(),
                ..store
            }),
            Self::Update(update) => Self::Update(Update { entry: of_entry(update.entry), ..update }),
            Self::Remove(remove) => Self::Remove(Remove {
                entry: of_entry(remove.entry),
                data_folders: remove.data_folders.iter().map(folder).collect(),
                hash_reference: path(&remove.hash_reference),
                ..remove
            }),
            Self::PutChild(put) => {
                Self::PutChild(PutChild { reference: path(&put.reference), copies: all(put.copies), ..put })
            }
        }
    }
}

impl Done {
    /// What was done, with every path changed.
    pub(super) fn map_paths(self, path: &impl Fn(&ObjectPath) -> ObjectPath) -> Self {
        let all = |paths: Vec<ObjectPath>| paths.iter().map(path).collect();
        match self {
            Self::Written { paths, version } => Self::Written { paths: all(paths), version },
            Self::Removed { paths, missing } => Self::Removed { paths: all(paths), missing: all(missing) },
            Self::OfEntry(at) => Self::OfEntry(path(&at)),
            other @ (Self::Absent | Self::Changed | Self::Packed(_) | Self::Exists) => other,
        }
    }
}
