//! `delete`: entries with everything they own.

use super::{Tag, group};
use crate::error::Result;
use crate::ids::{CacheId, Invalid, Name, Namespace};
use crate::retry::Repeat;

pub use crate::generated::types::DeleteResponse as Deleted;

group! {
    /// Entries with everything they own.
    Delete
}

impl Delete {
    /// Deletes the entry of this id, its references and its child files.
    pub fn by_id(&self, namespace: impl Name<Namespace>, id: impl Name<CacheId>) -> DeleteById {
        let target = namespace.named().and_then(|namespace| Ok((namespace, id.named()?)));
        DeleteById { client: self.client.clone(), target, if_match: None }
    }
}

/// A deletion that is being described.
#[derive(Debug)]
#[must_use = "nothing is deleted until it is sent"]
pub struct DeleteById {
    client: super::CacheClient,
    target: Result<(Namespace, CacheId), Invalid>,
    if_match: Option<Tag>,
}

impl DeleteById {
    /// Deletes only when the content still has this tag; else [`PreconditionFailed`](crate::Error::PreconditionFailed).
    pub fn if_match(self, tag: &Tag) -> Self {
        Self { if_match: Some(tag.clone()), ..self }
    }

    /// Deletes. `None` when there is no such entry, also when an attempt whose answer was lost deleted it.
    pub async fn send(self) -> Result<Option<Deleted>> {
        let (namespace, id) = &self.target?;
        let if_match = self.if_match.as_ref().map(Tag::as_str);
        // What is gone stays gone: ids are never used again.
        let deleted = self.client.call(Repeat::Always, |attempt| async move {
            attempt.found(attempt.api.delete_by_id(namespace, id, if_match).await)
        });
        let deleted = deleted.await?.map(super::ResponseValue::into_inner);
        Ok(deleted.filter(|deleted| deleted.status != "not_found"))
    }
}
