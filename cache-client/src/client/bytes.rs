//! Bodies that are read as they come.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures::stream::{BoxStream, Stream, StreamExt, try_unfold};

use crate::error::{Error, RequestId, Result};
use crate::refusal;
use crate::retry::Repeat;

/// The parts of a body, in order, as they come from the server.
///
/// A pause longer than the limit of an attempt, and a body that is cut off, end it with [`Error::Unavailable`]: a stream
/// that ends without an error is complete.
pub struct Chunks {
    parts: BoxStream<'static, Result<Bytes>>,
}

impl fmt::Debug for Chunks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chunks").finish_non_exhaustive()
    }
}

impl Chunks {
    pub(super) fn new(
        body: impl Stream<Item = reqwest::Result<Bytes>> + Send + Unpin + 'static,
        pause: Duration,
        request_id: Option<RequestId>,
    ) -> Self {
        let parts = try_unfold((body, request_id), move |(mut body, request_id)| async move {
            match tokio::time::timeout(pause, body.next()).await {
                Ok(Some(Ok(part))) => Ok(Some((part, (body, request_id)))),
                Ok(Some(Err(error))) => Err(refusal::cut_off(error, Repeat::Always, request_id)),
                Ok(None) => Ok(None),
                Err(_) => Err(refusal::too_slow(pause, Repeat::Always, request_id)),
            }
        });
        Self { parts: parts.boxed() }
    }
}

impl Stream for Chunks {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.parts.poll_next_unpin(context)
    }
}
