//! `key_based` entries by their key, in any form.

use bytes::Bytes;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{Attempt, ByteRange, CacheClient, Change, Chunks, Entry, Owner, Part, Retrieve, Tag};
use crate::error::{Error, RequestId, Result};
use crate::generated::types::{FormName, RetrieveResponse};
use crate::generated::{ByteStream, ResponseValue};
use crate::ids::{CacheId, CacheKey, FileId, Invalid, Name, Namespace};
use crate::refusal::Outcome;
use crate::retry::Repeat;

pub use crate::generated::types::KindName as EntryKind;

impl Retrieve {
    /// The `key_based` entry of this key.
    ///
    /// A key may have entries of several file ids, and a file id content of both kinds; a call that does not say which one it means is
    /// [`Conflict`](Error::Conflict) with the code `AMBIGUOUS` then.
    pub fn by_key(&self, namespace: impl Name<Namespace>, key: impl Name<CacheKey>) -> ByKey {
        let target = namespace.named().and_then(|namespace| Ok((namespace, key.named()?)));
        ByKey { client: self.client.clone(), target, file_id: None, kind: None }
    }
}

/// An entry to be retrieved by its key.
#[derive(Debug)]
#[must_use = "nothing is retrieved until a form is asked for"]
pub struct ByKey {
    client: CacheClient,
    target: Result<(Namespace, CacheKey), Invalid>,
    file_id: Option<Result<FileId, Invalid>>,
    kind: Option<EntryKind>,
}

impl ByKey {
    /// The entry of this file id.
    pub fn file_id(self, file_id: impl Name<FileId>) -> Self {
        Self { file_id: Some(file_id.named()), ..self }
    }

    /// The entry of this kind of content. Said together with the file id, it spares the service a look.
    pub fn kind(self, kind: EntryKind) -> Self {
        Self { kind: Some(kind), ..self }
    }

    /// Retrieves the entry: content, metadata and tag in one answer. Bytes are not in it.
    pub async fn send(self) -> Result<Option<Entry>> {
        self.whole(None).await?.map(Whole::entry).transpose()
    }

    /// Retrieves the entry only when its tag is another one by now; the unchanged content is not sent.
    pub async fn if_changed(self, since: &Tag) -> Result<Change> {
        let (client, asked) = self.asked(None)?;
        let asked = &Asked { since: Some(since.clone()), ..asked };
        let call = |attempt: Attempt| async move {
            let outcome = asked.of(&attempt).await?;
            if let Err(crate::generated::Error::UnexpectedResponse(answer)) = &outcome
                && answer.status().as_u16() == 304
            {
                return Ok(Change::Same);
            }
            match attempt.found(outcome)? {
                Some(answer) => Ok(Change::New(Box::new(Whole::read(&attempt, answer).await?.entry()?))),
                None => Ok(Change::Gone),
            }
        };
        client.call(Repeat::Always, call).await
    }

    /// Retrieves the content of a JSON entry, or of a string that holds JSON, as a `T`.
    ///
    /// A string that holds none is [`Conflict`](Error::Conflict); JSON that does not fit is [`Protocol`](Error::Protocol).
    pub async fn json<T: DeserializeOwned>(self) -> Result<Option<T>> {
        self.whole(Some(FormName::Json)).await?.map(Whole::json).transpose()
    }

    /// Retrieves the content as text: JSON as Python writes it, bytes as base64.
    pub async fn string(self) -> Result<Option<String>> {
        let (client, asked) = self.asked(Some(FormName::String))?;
        let asked = &asked;
        let call = |attempt: Attempt| async move {
            match attempt.found(asked.of(&attempt).await?)? {
                Some(answer) => attempt.text(answer).await.map(Some),
                None => Ok(None),
            }
        };
        client.call(Repeat::Always, call).await
    }

    /// Retrieves the content as bytes, unpacked.
    pub async fn binary(self) -> Result<Option<Bytes>> {
        Ok(self.whole(Some(FormName::Binary)).await?.map(|whole| whole.bytes))
    }

    /// Retrieves some of the bytes of the content.
    ///
    /// A range that begins after the last byte is [`Conflict`](Error::Conflict).
    pub async fn part(self, range: impl Into<ByteRange>) -> Result<Option<Part>> {
        let (client, asked) = self.asked(Some(FormName::Binary))?;
        let asked = &Asked { range: Some(range.into()), ..asked };
        let call = |attempt: Attempt| async move {
            match attempt.found(asked.of(&attempt).await?)? {
                Some(answer) => Part::read(&attempt, answer).await.map(Some),
                None => Ok(None),
            }
        };
        client.call(Repeat::Always, call).await
    }

    /// Retrieves the content as bytes as they come, without holding all of them.
    pub async fn stream(self) -> Result<Option<Chunks>> {
        let (client, asked) = self.asked(Some(FormName::Binary))?;
        let asked = &asked;
        let call = |attempt: Attempt| async move {
            let found = attempt.found(asked.of(&attempt).await?)?;
            Ok(found.map(|answer| (answer, attempt.api.inner.request_id())))
        };
        let found = client.call(Repeat::Always, call).await?;
        Ok(found.map(|(answer, id)| Chunks::new(answer.into_inner_stream(), client.attempt_timeout, id)))
    }

    /// Retrieves what is known of the entry.
    pub async fn metadata(self) -> Result<Option<Owner>> {
        self.whole(Some(FormName::Metadata)).await?.map(Whole::json).transpose()
    }

    /// Retrieves the id of the entry.
    pub async fn cache_id(self) -> Result<Option<CacheId>> {
        #[derive(Deserialize)]
        struct Id {
            cache_id: CacheId,
        }
        let id = self.whole(Some(FormName::CacheId)).await?.map(Whole::json::<Id>).transpose()?;
        Ok(id.map(|id| id.cache_id))
    }

    /// Retrieves a form as a whole.
    async fn whole(self, form: Option<FormName>) -> Result<Option<Whole>> {
        let (client, asked) = self.asked(form)?;
        let asked = &asked;
        let call = |attempt: Attempt| async move {
            match attempt.found(asked.of(&attempt).await?)? {
                Some(answer) => Whole::read(&attempt, answer).await.map(Some),
                None => Ok(None),
            }
        };
        client.call(Repeat::Always, call).await
    }

    fn asked(self, form: Option<FormName>) -> Result<(CacheClient, Asked)> {
        let ((namespace, key), file_id) = (self.target?, self.file_id.transpose()?);
        Ok((self.client, Asked { namespace, key, file_id, kind: self.kind, form, since: None, range: None }))
    }
}

/// What is asked for.
struct Asked {
    namespace: Namespace,
    key: CacheKey,
    file_id: Option<FileId>,
    kind: Option<EntryKind>,
    form: Option<FormName>,
    since: Option<Tag>,
    range: Option<ByteRange>,
}

impl Asked {
    async fn of(&self, attempt: &Attempt) -> Result<Outcome<ByteStream>> {
        let Self { namespace, key, file_id, kind, form, since, range } = self;
        let (if_range, range) = range.as_ref().map(ByteRange::headers).transpose()?.unwrap_or_default();
        let (file_id, since) = (file_id.as_ref(), since.as_ref().map(Tag::as_str));
        Ok(attempt.api.retrieve_by_key(namespace, key, *form, file_id, *kind, None, since, if_range, range).await)
    }
}

/// An answer that was read to its end.
struct Whole {
    bytes: Bytes,
    tag: Option<Tag>,
    request_id: Option<RequestId>,
}

impl Whole {
    async fn read(attempt: &Attempt, answer: ResponseValue<ByteStream>) -> Result<Self> {
        let tag = Tag::of(answer.headers());
        Ok(Self { bytes: attempt.bytes(answer).await?, tag, request_id: attempt.api.inner.request_id() })
    }

    fn json<T: DeserializeOwned>(self) -> Result<T> {
        serde_json::from_slice(&self.bytes).map_err(|error| Error::Protocol {
            reason: "the JSON does not fit the type it is read as".to_owned(),
            request_id: self.request_id,
            source: Some(error.into()),
        })
    }

    fn entry(self) -> Result<Entry> {
        let tag = self.tag.clone();
        Entry::new(self.json::<RetrieveResponse>()?, tag)
    }
}
