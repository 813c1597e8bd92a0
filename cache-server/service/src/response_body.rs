//! Bodies of answers: large ones in parts, while memory is held for them, and what is made while it is sent.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use bytes::Bytes;

use crate::call::Call;
use crate::in_flight::Held;

/// The parts of a large answer. The server copies a part when it sends it, and asks for the next one when that is gone.
const PART: usize = 64 << 10;

type Broken = Box<dyn std::error::Error>;

/// A large answer: memory is held until the last part is sent, or the client takes it too slowly.
pub(crate) fn large(call: &Call, body: BoxBody, held: Held) -> BoxBody {
    match body.try_into_bytes() {
        Ok(bytes) => {
            let size = bytes.len() as u64;
            let left = Rc::new(RefCell::new(Some(Left { bytes, _held: held })));
            actix_web::rt::spawn(give_up(Rc::downgrade(&left), call.clone()));
            Parts { left, size }.boxed()
        }
        Err(body) => streamed(call, body, held),
    }
}

/// What is not sent yet.
struct Left {
    bytes: Bytes,
    _held: Held,
}

struct Parts {
    left: Rc<RefCell<Option<Left>>>,
    size: u64,
}

impl MessageBody for Parts {
    type Error = Broken;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.size)
    }

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Broken>>> {
        let mut left = self.left.borrow_mut();
        let Some(Left { bytes, .. }) = left.as_mut() else {
            return Poll::Ready(Some(Err("nothing of the answer was taken for too long".into())));
        };
        if bytes.is_empty() {
            return Poll::Ready(None);
        }
        Poll::Ready(Some(Ok(bytes.split_to(bytes.len().min(PART)))))
    }
}

/// Lets go of an answer that the client takes more slowly than a body may come; or of which nothing is taken for a moment,
/// while others wait for memory and the client's address has more than its part. The connection breaks when the client wants
/// to go on.
async fn give_up(answer: Weak<RefCell<Option<Left>>>, call: Call) {
    let (service, look) = (call.service(), Duration::from_secs(1));
    let limits = &service.limits;
    let least = usize::try_from(limits.body_rate.saturating_mul(limits.body_pause.as_secs())).unwrap_or(usize::MAX);
    // What was left when the pause began, and at the last look.
    let (mut since, mut then, mut before) = (Duration::ZERO, None, None);
    loop {
        tokio::time::sleep(look).await;
        let Some(answer) = answer.upgrade() else { return };
        let Some(now) = answer.borrow().as_ref().map(|left| left.bytes.len()) else { return };
        let then_left: usize = *then.get_or_insert(now);
        since += look;
        let is_over = since >= limits.body_pause;
        let is_slow = is_over && then_left - now < least.min(then_left);
        let is_still = before == Some(now);
        if is_slow || (is_still && service.in_flight.is_pressed(call.address())) {
            tracing::info!(request_id = %call.id(), left = now, "an answer is taken too slowly and was dropped");
            answer.borrow_mut().take();
            return;
        }
        if is_over {
            (since, then) = (Duration::ZERO, Some(now));
        }
        before = Some(now);
    }
}

/// An answer that is made while it is sent: still on behalf of the request.
pub(crate) fn streamed(call: &Call, body: BoxBody, held: Held) -> BoxBody {
    Streamed { body, call: call.clone(), part: held }.boxed()
}

struct Streamed {
    body: BoxBody,
    call: Call,
    /// The memory of the part that is being sent.
    part: Held,
}

impl MessageBody for Streamed {
    type Error = Broken;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Broken>>> {
        let call = self.call.clone();
        // The part before is sent.
        self.part = Held::default();
        let next = call.enter(|| Pin::new(&mut self.body).poll_next(context));
        if next.is_ready() {
            self.part = call.take_held();
        }
        if let Poll::Ready(Some(Err(error))) = &next {
            call.fails();
            tracing::warn!(request_id = %call.id(), "an answer broke off: {error}");
        }
        next
    }
}
