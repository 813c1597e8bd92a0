//! Bodies of unknown length that are not read to their end: their connection closes with the answer.
//!
//! Left to itself, the server takes what comes of such a body for as long as it comes, without a limit of time or size, when nobody holds
//! the body any more; with a body that somebody holds, it closes the connection. So the answer holds it.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::HttpResponse;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use bytes::Bytes;
use futures::Stream;

use crate::connection::Turn;

/// A body that a handler reads and the answer holds.
pub(crate) struct Unread {
    _body: Rc<RefCell<Payload>>,
}

impl Unread {
    /// Takes a body; the other one reads it, and tells the connection what it has taken.
    pub(crate) fn of(body: Payload, turn: Option<Rc<Turn>>) -> (Self, Payload) {
        let body = Rc::new(RefCell::new(body));
        let reader: Pin<Box<dyn Stream<Item = _>>> = Box::pin(Reader { body: Rc::clone(&body), turn });
        (Self { _body: body }, Payload::Stream { payload: reader })
    }

    /// Holds it as long as the answer is being sent.
    pub(crate) fn held_by(self, answer: HttpResponse) -> HttpResponse {
        answer.map_body(|_, body| Holder { body, _unread: self }.boxed())
    }
}

struct Reader {
    body: Rc<RefCell<Payload>>,
    turn: Option<Rc<Turn>>,
}

impl Stream for Reader {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = Pin::new(&mut *self.body.borrow_mut()).poll_next(context);
        if let Some(turn) = &self.turn {
            turn.took(match &next {
                Poll::Ready(Some(Ok(piece))) => Some(piece.len()),
                Poll::Ready(Some(Err(_)) | None) | Poll::Pending => None,
            });
        }
        next
    }
}

struct Holder {
    body: BoxBody,
    _unread: Unread,
}

impl MessageBody for Holder {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(context)
    }
}
