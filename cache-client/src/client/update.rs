//! `update`: new content for an entry.

use bytes::Bytes;
use serde::Serialize;

use super::body::{Sent, take};
use super::{Tag, group};
use crate::error::Result;
use crate::generated::types::UpdateResponse;
use crate::ids::{CacheId, Name, Namespace};
use crate::raw_json::RawJson;
use crate::retry::Repeat;

group! {
    /// New content for an entry. Its hash, references and metadata keep describing what was stored first.
    Update
}

impl Update {
    /// Replaces the content by a value that is a JSON object.
    pub fn json(
        &self,
        namespace: impl Name<Namespace>,
        id: impl Name<CacheId>,
        value: &(impl Serialize + ?Sized),
    ) -> UpdateEntry {
        self.entry(namespace, id, RawJson::object(value).map(Sent::Json))
    }

    /// Replaces the content by text.
    pub fn string(
        &self,
        namespace: impl Name<Namespace>,
        id: impl Name<CacheId>,
        text: impl Into<String>,
    ) -> UpdateEntry {
        self.entry(namespace, id, Sent::text(text.into()))
    }

    /// Replaces the content of a binary entry.
    pub fn binary(
        &self,
        namespace: impl Name<Namespace>,
        id: impl Name<CacheId>,
        bytes: impl Into<Bytes>,
    ) -> UpdateEntry {
        self.entry(namespace, id, Sent::bytes(bytes.into()))
    }

    fn entry(&self, namespace: impl Name<Namespace>, id: impl Name<CacheId>, sent: Result<Sent>) -> UpdateEntry {
        let target = || Ok((namespace.named()?, id.named()?, sent?));
        UpdateEntry { client: self.client.clone(), target: target(), if_match: None }
    }
}

/// An update that is being described.
#[derive(Debug)]
#[must_use = "nothing is updated until it is sent"]
pub struct UpdateEntry {
    client: super::CacheClient,
    target: Result<(Namespace, CacheId, Sent)>,
    if_match: Option<Tag>,
}

/// What an update wrote.
#[derive(Debug, Clone)]
pub struct Updated {
    /// The version of the new content.
    pub tag: Option<Tag>,
    /// Its length in bytes.
    pub size: u64,
    /// The content files that were written.
    pub paths: Vec<String>,
}

impl UpdateEntry {
    /// Updates only when the content still has this tag; else [`PreconditionFailed`](crate::Error::PreconditionFailed),
    /// atomically against every other writer.
    pub fn if_match(self, tag: &Tag) -> Self {
        Self { if_match: Some(tag.clone()), ..self }
    }

    /// Updates. An entry that is not there is [`NotFound`](crate::Error::NotFound).
    ///
    /// With `if_match`, an update whose answer was lost is not sent again: it may have been carried out, and would then be
    /// refused for having changed the tag itself.
    pub async fn send(self) -> Result<Updated> {
        let (namespace, id, sent) = &self.target?;
        let if_match = self.if_match.as_ref().map(Tag::as_str);
        let repeat = if if_match.is_some() { Repeat::UnlessTried } else { Repeat::Always };
        let updated = self.client.call(repeat, |attempt| async move {
            let api = &attempt.api;
            attempt.answer(match sent {
                Sent::Json(value) => api.update_json(namespace, id, if_match, value).await,
                Sent::Text(text) => api.update_string(namespace, id, if_match, text.clone()).await,
                Sent::Bytes(bytes) => api.update_binary(namespace, id, None, if_match, bytes.clone()).await,
                Sent::Stream(body) => api.update_binary(namespace, id, None, if_match, take(body)).await,
            })
        });
        let updated = updated.await?;
        let tag = Tag::of(updated.headers());
        let UpdateResponse { size, paths, .. } = updated.into_inner();
        Ok(Updated { tag, size, paths })
    }
}
