//! The content of one child file.

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::{Attempt, CacheClient, Child, Parsed, Repeat, in_folder};
use crate::client::{ByteRange, Chunks, Part};
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
        let Child { namespace, id, key, file } = &self.child?;
        let call = |attempt: Attempt| async move {
            let api = &attempt.api;
            attempt.found(match key {
                Some(key) => api.retrieve_child_json_under(namespace, id, key, file).await,
                None => api.retrieve_child_json(namespace, id, file).await,
            })
        };
        self.client.call(Repeat::Always, call).await?.map(|answer| answer.parse()).transpose()
    }

    /// Retrieves a string file.
    pub async fn string(self) -> Result<Option<String>> {
        let Child { namespace, id, key, file } = &self.child?;
        let call = |attempt: Attempt| async move {
            let api = &attempt.api;
            let found = attempt.found(match key {
                Some(key) => api.retrieve_child_string_under(namespace, id, key, file).await,
                None => api.retrieve_child_string(namespace, id, file).await,
            })?;
            match found {
                Some(answer) => attempt.text(answer).await.map(Some),
                None => Ok(None),
            }
        };
        self.client.call(Repeat::Always, call).await
    }

    /// Retrieves a binary file.
    pub async fn binary(self) -> Result<Option<Bytes>> {
        let child = &self.child?;
        let call = |attempt: Attempt| async move {
            match bytes(&attempt, child, (None, None)).await? {
                Some(answer) => attempt.bytes(answer).await.map(Some),
                None => Ok(None),
            }
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
        Some(key) => api.retrieve_child_binary_under(namespace, id, key, file, if_range, range).await,
        None => api.retrieve_child_binary(namespace, id, file, if_range, range).await,
    })
}
