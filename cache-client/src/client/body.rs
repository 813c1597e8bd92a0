//! What calls send, and whole bodies of answers.

use std::fmt;
use std::sync::Mutex;

use bytes::{Bytes, BytesMut};
use futures::stream::{Stream, TryStreamExt};

use crate::error::{Error, Result};
use crate::raw_json::RawJson;

/// What a store or an update sends.
pub(super) enum Sent {
    /// An object.
    Json(RawJson),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Bytes),
    /// Bytes as they are made; they can be sent once.
    Stream(Mutex<Option<reqwest::Body>>),
}

impl fmt::Debug for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Json(_) => "Json",
            Self::Text(_) => "Text",
            Self::Bytes(_) => "Bytes",
            Self::Stream(_) => "Stream",
        })
    }
}

impl Sent {
    pub(super) fn text(text: String) -> Result<Self> {
        if text.is_empty() {
            return Err(Error::invalid("value", "is empty"));
        }
        Ok(Self::Text(text))
    }

    pub(super) fn bytes(bytes: Bytes) -> Result<Self> {
        if bytes.is_empty() {
            return Err(Error::invalid("value", "is empty"));
        }
        Ok(Self::Bytes(bytes))
    }

    pub(super) fn stream<S, E>(stream: S) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<crate::error::Cause> + 'static,
    {
        Self::Stream(Mutex::new(Some(reqwest::Body::wrap_stream(stream.map_err(Into::into)))))
    }

    /// Tells whether it can be sent once only.
    pub(super) fn is_stream(&self) -> bool {
        matches!(self, Self::Stream(_))
    }
}

/// Takes the body of the one attempt there is.
pub(super) fn take(stream: &Mutex<Option<reqwest::Body>>) -> reqwest::Body {
    let mut stream = stream.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    stream.take().unwrap_or_default()
}

/// Reads a body to its end.
pub(super) async fn collect(mut body: impl Stream<Item = reqwest::Result<Bytes>> + Unpin) -> reqwest::Result<Bytes> {
    let Some(first) = body.try_next().await? else { return Ok(Bytes::new()) };
    let Some(second) = body.try_next().await? else { return Ok(first) };
    let mut all = BytesMut::from(first);
    all.extend_from_slice(&second);
    while let Some(part) = body.try_next().await? {
        all.extend_from_slice(&part);
    }
    Ok(all.freeze())
}
