//! New content for one child file.

use bytes::Bytes;
use serde::Serialize;

use super::{Attempt, CacheClient, Child, Parsed, Repeat, in_folder};
use crate::client::body::{Sent, take};
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
}

impl ChildUpdate {
    pub(super) fn new(client: CacheClient, child: Parsed<Child>) -> Self {
        Self { client, child }
    }

    /// Looks in this folder below the entry.
    pub fn key(self, key: impl Name<DataKey>) -> Self {
        Self { child: in_folder(self.child, key), ..self }
    }

    /// Replaces the content of a JSON file by a value that is an object.
    pub async fn json(self, value: &(impl Serialize + ?Sized)) -> Result<ChildUpdateResponse> {
        let sent = RawJson::object(value).map(Sent::Json);
        self.send(sent?).await
    }

    /// Replaces the content of a string file.
    pub async fn string(self, text: impl Into<String>) -> Result<ChildUpdateResponse> {
        let sent = Sent::text(text.into());
        self.send(sent?).await
    }

    /// Replaces the content of a binary file.
    pub async fn binary(self, bytes: impl Into<Bytes>) -> Result<ChildUpdateResponse> {
        let sent = Sent::bytes(bytes.into());
        self.send(sent?).await
    }

    async fn send(self, sent: Sent) -> Result<ChildUpdateResponse> {
        let (child, sent) = (&self.child?, &sent);
        let call = |attempt: Attempt| async move {
            let (Child { namespace, id, key, file }, api) = (child, &attempt.api);
            attempt.answer(match (key, sent) {
                (Some(key), Sent::Json(value)) => api.update_child_json_under(namespace, id, key, file, value).await,
                (Some(key), Sent::Text(text)) => {
                    api.update_child_string_under(namespace, id, key, file, text.clone()).await
                }
                (Some(key), Sent::Bytes(bytes)) => {
                    api.update_child_binary_under(namespace, id, key, file, bytes.clone()).await
                }
                (Some(key), Sent::Stream(body)) => {
                    api.update_child_binary_under(namespace, id, key, file, take(body)).await
                }
                (None, Sent::Json(value)) => api.update_child_json(namespace, id, file, value).await,
                (None, Sent::Text(text)) => api.update_child_string(namespace, id, file, text.clone()).await,
                (None, Sent::Bytes(bytes)) => api.update_child_binary(namespace, id, file, bytes.clone()).await,
                (None, Sent::Stream(body)) => api.update_child_binary(namespace, id, file, take(body)).await,
            })
        };
        Ok(self.client.call(Repeat::Always, call).await?.into_inner())
    }
}
