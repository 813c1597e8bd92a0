//! New content for one child file.

use bytes::Bytes;
use serde::Serialize;

use super::{Attempt, CacheClient, Child, Parsed, Repeat, in_folder};
use crate::client::body::{Sent, take};
use crate::client::{StoredChild, Tag};
use crate::error::Result;
use crate::generated::types::ChildUpdateResponse;
use crate::ids::{DataKey, Name};
use crate::raw_json::RawJson;

/// A child file to be updated. One that is not there is [`NotFound`](crate::Error::NotFound).
#[derive(Debug)]
#[must_use = "nothing is updated until content is given"]
pub struct ChildUpdate {
    client: CacheClient,
    child: Parsed<Child>,
    if_match: Option<Tag>,
}

impl ChildUpdate {
    pub(super) fn new(client: CacheClient, child: Parsed<Child>) -> Self {
        Self { client, child, if_match: None }
    }

    /// Looks in this folder below the entry.
    pub fn key(self, key: impl Name<DataKey>) -> Self {
        Self { child: in_folder(self.child, key), ..self }
    }

    /// Updates only when the content still has this tag; else [`PreconditionFailed`](crate::Error::PreconditionFailed),
    /// atomically against every other writer.
    ///
    /// Such an update whose answer was lost is not sent again.
    pub fn if_match(self, tag: &Tag) -> Self {
        Self { if_match: Some(tag.clone()), ..self }
    }

    /// Replaces the content of a JSON file by a value that is an object.
    pub async fn json(self, value: &(impl Serialize + ?Sized)) -> Result<StoredChild> {
        let sent = RawJson::object(value).map(Sent::Json);
        self.send(sent?).await
    }

    /// Replaces the content of a string file.
    pub async fn string(self, text: impl Into<String>) -> Result<StoredChild> {
        let sent = Sent::text(text.into());
        self.send(sent?).await
    }

    /// Replaces the content of a binary file.
    pub async fn binary(self, bytes: impl Into<Bytes>) -> Result<StoredChild> {
        let sent = Sent::bytes(bytes.into());
        self.send(sent?).await
    }

    async fn send(self, sent: Sent) -> Result<StoredChild> {
        let (child, sent, if_match) = (&self.child?, &sent, self.if_match.as_ref().map(Tag::as_str));
        let call = |attempt: Attempt| async move {
            let (Child { namespace, id, key, file }, api) = (child, &attempt.api);
            attempt.answer(match (key, sent) {
                (Some(key), Sent::Json(value)) => {
                    api.update_child_json_under(namespace, id, key, file, if_match, value).await
                }
                (Some(key), Sent::Text(text)) => {
                    api.update_child_string_under(namespace, id, key, file, if_match, text.clone()).await
                }
                (Some(key), Sent::Bytes(bytes)) => {
                    api.update_child_binary_under(namespace, id, key, file, if_match, bytes.clone()).await
                }
                (Some(key), Sent::Stream(body)) => {
                    api.update_child_binary_under(namespace, id, key, file, if_match, take(body)).await
                }
                (None, Sent::Json(value)) => api.update_child_json(namespace, id, file, if_match, value).await,
                (None, Sent::Text(text)) => api.update_child_string(namespace, id, file, if_match, text.clone()).await,
                (None, Sent::Bytes(bytes)) => {
                    api.update_child_binary(namespace, id, file, if_match, bytes.clone()).await
                }
                (None, Sent::Stream(body)) => api.update_child_binary(namespace, id, file, if_match, take(body)).await,
            })
        };
        let repeat = if if_match.is_some() { Repeat::UnlessTried } else { Repeat::Always };
        let updated = self.client.call(repeat, call).await?;
        let tag = Tag::of(updated.headers());
        let ChildUpdateResponse { data_file_id, data_key, file_path, file_size, .. } = updated.into_inner();
        Ok(StoredChild { file_id: data_file_id, key: data_key, paths: vec![file_path], size: file_size, tag })
    }
}
