//! The copies of an entry's content as they are found, and whose each of them is.

use futures::future::try_join_all;

use super::intent::Entry;
use super::{Head, Mark, ObjectPath, Require, Result, Storage, Version};
use crate::coding::Coding;
use crate::layout;
use crate::records;

/// A content file and what is known of its owner.
#[derive(Debug, Clone)]
pub(super) struct Copy {
    pub(super) content: ObjectPath,
    pub(super) metadata: ObjectPath,
    pub(super) head: Option<Head>,
    /// The ownership sidecar, where it was read.
    pub(super) sidecar: Option<Sidecar>,
}

/// What was found at the path of an ownership sidecar.
#[derive(Debug, Clone)]
pub(super) struct Sidecar {
    pub(super) version: Option<Version>,
    pub(super) owner: Option<Mark>,
}

/// Reads the mark of the owner from an ownership sidecar.
pub(super) fn owner_of(sidecar: &[u8]) -> Option<Mark> {
    let metadata: records::Owned = serde_json::from_slice(sidecar).ok()?;
    Some(Mark { cache_id: metadata.data.cache_id, coding: metadata.data.coding() })
}

impl Copy {
    /// Looks at every copy of an entry and at the sidecar beside it.
    pub(super) async fn all(storage: &(impl Storage + ?Sized), entry: &Entry) -> Result<Vec<Self>> {
        let look = async |content: &ObjectPath| {
            let metadata = layout::metadata_of(content);
            let head = storage.head(content).await?;
            let object = storage.get(&metadata).await?;
            let owner = object.as_ref().and_then(|object| owner_of(&object.bytes));
            let sidecar = Some(Sidecar { owner, version: object.map(|object| object.version) });
            Ok(Self { content: content.clone(), metadata, head, sidecar })
        };
        try_join_all(entry.copies.iter().map(look)).await
    }

    /// Tells whether the content is this entry's. The sidecar decides, where there is one: no two writers write it alike.
    /// Content nobody claims counts as the entry's, save the later copies of a version: `latest/` and the time copy are the
    /// newest version's, and gone with it.
    pub(super) fn is_of(&self, entry: &Entry) -> bool {
        let recorded = self.sidecar.as_ref().and_then(|sidecar| sidecar.owner);
        match recorded.or(self.mark()) {
            Some(owner) => owner.cache_id == entry.cache_id,
            None => !entry.is_versioned || entry.copies.first() == Some(&self.content),
        }
    }

    /// The condition that nobody has taken the content over since its sidecar was read.
    pub(super) fn unchanged(&self) -> Option<Require> {
        Some(match &self.sidecar.as_ref()?.version {
            Some(version) => Require::Version(self.metadata.clone(), version.clone()),
            None => Require::Absent(self.metadata.clone()),
        })
    }

    pub(super) fn mark(&self) -> Option<Mark> {
        self.head.as_ref()?.mark
    }

    /// Whose content it is, by the content itself or else by the sidecar.
    pub(super) fn owner(&self) -> Option<Mark> {
        self.mark().or(self.sidecar.as_ref().and_then(|sidecar| sidecar.owner))
    }

    /// How the content is packed.
    pub(super) fn coding(&self) -> Option<Coding> {
        let recorded = self.sidecar.as_ref().and_then(|sidecar| sidecar.owner);
        recorded.and_then(|owner| owner.coding).or(self.mark().and_then(|mark| mark.coding))
    }

    /// Whether it has one of these versions, where some are asked for.
    pub(super) fn is_in(&self, versions: Option<&[Version]>) -> bool {
        versions.is_none_or(|versions| self.head.as_ref().is_some_and(|head| versions.contains(&head.version)))
    }
}

/// The copies an update writes: a versioned entry leaves `latest/` and the time copy to a newer version.
pub(super) fn written_by(entry: &Entry, copies: Vec<Copy>) -> Vec<Copy> {
    let first = entry.copies.first();
    let writes = |copy: &Copy| first == Some(&copy.content) || !entry.is_versioned || copy.is_of(entry);
    copies.into_iter().filter(writes).collect()
}
