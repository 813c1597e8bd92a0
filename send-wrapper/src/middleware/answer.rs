//! The body of an answer, which records its request when it is done.

use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::web::Bytes;

use super::Begun;
use crate::analytics::Recorder;

/// A body. Whoever sends it drops it when its last byte was handed over, or the client is gone.
#[derive(Debug)]
pub struct Answer {
    body: BoxBody,
    /// What is recorded then.
    pending: Option<Pending>,
}

#[derive(Debug)]
struct Pending {
    recorder: Recorder,
    begun: Begun,
    status: u16,
    /// How many bytes of a stream were sent, whose length nobody knows before; `None` for other bodies.
    streamed: Option<u64>,
}

impl Answer {
    pub(super) fn unrecorded(body: impl MessageBody + 'static) -> Self {
        Self { body: BoxBody::new(body), pending: None }
    }

    pub(super) fn recorded(body: impl MessageBody + 'static, recorder: Recorder, begun: Begun, status: u16) -> Self {
        let streamed = matches!(body.size(), BodySize::Stream).then_some(0);
        Self { body: BoxBody::new(body), pending: Some(Pending { recorder, begun, status, streamed }) }
    }
}

impl MessageBody for Answer {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let polled = Pin::new(&mut self.body).poll_next(context);
        if let Poll::Ready(Some(Ok(bytes))) = &polled
            && let Some(Pending { streamed: Some(streamed), .. }) = &mut self.pending
        {
            *streamed += bytes.len() as u64;
        }
        polled
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        let Some(Pending { recorder, begun, status, streamed }) = self.pending.take() else { return };
        let (event, client) = begun.answered(status, recorder.now());
        // What finds the queue full is counted there.
        recorder.record(streamed.into_iter().fold(event, crate::analytics::Event::content_bytes), client);
    }
}
