//! The content of one child file.

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::{Attempt, CacheClient, Child, Parsed, Repeat, in_folder};
use crate::client::{ByteRange, Chunks, Part, Tag};
use crate::error::Result;
use crate::generated::{ByteStream, ResponseValue};
use crate::ids::{DataKey, Name};

/// A child file to be retrieved. What is not there is `None`.
#[derive(Debug)]
#[must_use = "nothing is retrieved until a form is asked for"]
pub struct ChildRetrieve {
    client: CacheClient,
    child: Parsed<Child>,
}

impl ChildRetrieve {
    pub(super) fn new(client: CacheClient, child: Parsed<Child>) -> Self {
        Self { client, child }
    }

    /// Looks in this folder below the entry.
    pub fn key(self, key: impl Name<DataKey>) -> Self {
        Self { child: in_folder(self.child, key), ..self }
    }

    /// Retrieves a JSON file as a `T`; one that does not fit is [`Protocol`](crate::Error::Protocol).
    pub async fn json<T: DeserializeOwned>(self) -> Result<Option<T>> {
        Ok(self.json_with_tag().await?.map(|(value, _)| value))
    }

    /// Retrieves a JSON file as a `T`, with the version of its content for `if_match`.
    pub async fn json_with_tag<T: DeserializeOwned>(self) -> Result<Option<(T, Option<Tag>)>> {
        let Child { namespace, id, key, file } = &self.child?;
        let call = |attempt: Attempt| async move {
            let api = &attempt.api;
            attempt.found(match key {
                Some(key) => api.retrieve_child_json_under(namespace, id, key, file, None, None).await,
                None => api.retrieve_child_json(namespace, id, file, None, None).await,
            })
        };
        let Some(answer) = self.client.call(Repeat::Always, call).await? else { return Ok(None) };
        let tag = Tag::of(answer.headers());
        Ok(Some((answer.parse()?, tag)))
    }

    /// Retrieves a string file.
    pub async fn string(self) -> Result<Option<String>> {
        Ok(self.string_with_tag().await?.map(|(text, _)| text))
    }

    /// Retrieves a string file, with the version of its content for `if_match`.
    pub async fn string_with_tag(self) -> Result<Option<(String, Option<Tag>)>> {
        let Child { namespace, id, key, file } = &self.child?;
        let call = |attempt: Attempt| async move {
            let api = &attempt.api;
            let found = attempt.found(match key {
                Some(key) => api.retrieve_child_string_under(namespace, id, key, file, None, None).await,
                None => api.retrieve_child_string(namespace, id, file, None, None).await,
            })?;
            let Some(answer) = found else { return Ok(None) };
            let tag = Tag::of(answer.headers());
            Ok(Some((attempt.text(answer).await?, tag)))
        };
        self.client.call(Repeat::Always, call).await
    }

    /// Retrieves a binary file.
    pub async fn binary(self) -> Result<Option<Bytes>> {
        Ok(self.binary_with_tag().await?.map(|(bytes, _)| bytes))
    }

    /// Retrieves a binary file, with the version of its content for `if_match`.
    pub async fn binary_with_tag(self) -> Result<Option<(Bytes, Option<Tag>)>> {
        let child = &self.child?;
        let call = |attempt: Attempt| async move {
            let Some(answer) = bytes(&attempt, child, (None, None)).await? else { return Ok(None) };
            let tag = Tag::of(answer.headers());
            Ok(Some((attempt.bytes(answer).await?, tag)))
        };
        self.client.call(Repeat::Always, call).await
    }

    /// Retrieves some of the bytes of a binary file.
    pub async fn part(self, range: impl Into<ByteRange>) -> Result<Option<Part>> {
        let (child, range) = (&self.child?, &range.into());
        let range = range.headers()?;
        let call = |attempt: Attempt| async move {
            match bytes(&attempt, child, range).await? {
                Some(answer) => Part::read(&attempt, answer).await.map(Some),
                None => Ok(None),
            }
        };
        self.client.call(Repeat::Always, call).await
    }

    /// Retrieves a binary file as its bytes come, without holding all of them.
    pub async fn stream(self) -> Result<Option<Chunks>> {
        let child = &self.child?;
        let call = |attempt: Attempt| async move {
            let found = bytes(&attempt, child, (None, None)).await?;
            Ok(found.map(|answer| (answer, attempt.api.inner.request_id())))
        };
        let pause = self.client.attempt_timeout;
        let found = self.client.call(Repeat::Always, call).await?;
        Ok(found.map(|(answer, id)| Chunks::new(answer.into_inner_stream(), pause, id)))
    }
}

async fn bytes(
    attempt: &Attempt,
    child: &Child,
    (if_range, range): (Option<&str>, Option<&str>),
) -> Result<Option<ResponseValue<ByteStream>>> {
    let Child { namespace, id, key, file } = child;
    let api = &attempt.api;
    attempt.found(match key {
        Some(key) => api.retrieve_child_binary_under(namespace, id, key, file, None, None, if_range, range).await,
        None => api.retrieve_child_binary(namespace, id, file, None, None, if_range, range).await,
    })
}
