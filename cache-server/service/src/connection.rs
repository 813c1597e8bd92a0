//! A connection hands one request at a time to the HTTP server: what a client sends ahead waits until the request before is
//! answered.
//!
//! Left to itself, actix-http decodes whatever has arrived: thousands of pipelined heads, each 7 KiB of memory, before it answers the
//! first; and only the first head of a connection has a time limit. Here it is given bytes like this:
//!
//! | state            | what it is given                                     | what ends the state                   |
//! |------------------|------------------------------------------------------|---------------------------------------|
//! | between requests | up to the end of one head, which must come within 5 s | the end of the head                   |
//! | head handed over | nothing                                              | [`Turn::begin`]                       |
//! | in work          | up to the end of the body, as it is read             | the end of the answer: [`Turn::end`]  |
//! | answered         | what is left of a body that was not read             | the end of the body                   |
//!
//! What has arrived beyond that stays here, at most [`READ`] bytes; the rest stays with the kernel, and then with the client.

use std::cell::{Cell, RefCell};
use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::RequestHead;
use actix_web::http::{Version, header};
use actix_web::rt::net::TcpStream;
use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

use self::framing::{Body, Head};
use crate::metrics::Open;
use crate::sending::Sending;

mod framing;

/// How many bytes are read at once.
const READ: usize = 16 << 10;

/// How many bytes of a body, and in how many pieces, are handed over before whoever reads the body has taken them. Pieces take
/// memory however small they are.
const UNREAD: Unread = Unread { bytes: 32 << 10, pieces: 64 };

/// How long a head may take to arrive, from its first byte.
pub(crate) const HEAD: Duration = Duration::from_secs(5);

/// Where a connection is.
#[derive(Debug, Clone, Copy)]
enum State {
    BetweenRequests(Head),
    HeadHandedOver,
    InWork(Body),
    /// The request was answered before its body had come. The rest is for the HTTP server, which may throw it away.
    Answered(Body),
}

/// What the one who serves requests tells their connection.
#[derive(Debug)]
pub(crate) struct Turn {
    state: Cell<State>,
    /// The task that reads, when it waits for the state to change.
    reader: RefCell<Option<Waker>>,
    /// Whether it holds something back, and so does not wait for the socket as well.
    holds_back: Cell<bool>,
    unread: Cell<Unread>,
    /// The request whose answer is being sent.
    sending: RefCell<Option<Sending>>,
}

/// What of a body was handed over and not taken yet, at most.
#[derive(Debug, Clone, Copy, Default)]
struct Unread {
    bytes: usize,
    pieces: usize,
}

impl Unread {
    fn is_full(self) -> bool {
        self.bytes >= UNREAD.bytes || self.pieces >= UNREAD.pieces
    }
}

impl Turn {
    /// A request with this head is in work; its body may be read.
    pub(crate) fn begin(&self, head: &RequestHead) {
        let body = body(head);
        self.state.set(State::InWork(body));
        self.unread.set(Unread::default());
        if !body.is_complete() {
            self.wake();
        }
    }

    /// Whoever reads the body has taken a piece of so many bytes; or, without any, all that there was.
    pub(crate) fn took(&self, piece: Option<usize>) {
        let unread = self.unread.get();
        let left = piece.map_or(Unread::default(), |bytes| Unread {
            bytes: unread.bytes.saturating_sub(bytes),
            pieces: unread.pieces.saturating_sub(1),
        });
        self.unread.set(left);
        if unread.is_full() && !left.is_full() {
            self.wake();
        }
    }

    /// An answer to this request is about to be sent.
    pub(crate) fn sends(&self, request: Sending) {
        *self.sending.borrow_mut() = Some(request);
    }

    /// The answer has been sent, or will not be.
    fn end(&self) {
        if let State::InWork(body) = self.state.get() {
            self.state.set(answered(body));
        }
        if self.holds_back.get() {
            self.wake();
        }
    }

    fn wake(&self) {
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
    }
}

/// The state after an answer.
fn answered(left: Body) -> State {
    if left.is_complete() { State::BetweenRequests(Head::default()) } else { State::Answered(left) }
}

/// Ends the turn of a request when it goes.
pub(crate) struct TurnEnd {
    turn: Option<Rc<Turn>>,
    /// The bytes of the answer's body that were taken to be sent.
    sent: u64,
    /// Whether that is all of it.
    is_whole: bool,
}

impl TurnEnd {
    pub(crate) fn of(turn: Option<Rc<Turn>>) -> Self {
        Self { turn, sent: 0, is_whole: false }
    }
}

impl Drop for TurnEnd {
    fn drop(&mut self) {
        let Some(turn) = &self.turn else { return };
        turn.end();
        let sending = turn.sending.take();
        if let Some(sending) = sending {
            sending.end(self.sent, self.is_whole);
        }
    }
}

pin_project_lite::pin_project! {
    /// The body of an answer, which goes when it has been sent.
    pub(crate) struct Answer<B> {
        #[pin]
        body: B,
        end: TurnEnd,
    }
}

impl<B: MessageBody> Answer<B> {
    pub(crate) fn new(body: B, mut end: TurnEnd) -> Self {
        // The HTTP server asks for nothing of a body that is empty.
        end.is_whole = matches!(body.size(), BodySize::None | BodySize::Sized(0));
        Self { body, end }
    }
}

impl<B: MessageBody> MessageBody for Answer<B> {
    type Error = B::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, B::Error>>> {
        let this = self.project();
        let next = this.body.poll_next(context);
        match &next {
            Poll::Ready(Some(Ok(part))) => this.end.sent += part.len() as u64,
            Poll::Ready(None) => this.end.is_whole = true,
            Poll::Ready(Some(Err(_))) | Poll::Pending => {}
        }
        next
    }
}

/// How the end of a request's body is told, as actix-http sees it.
fn body(head: &RequestHead) -> Body {
    let text = |name| Some(head.headers().get(name)?.to_str().ok()?.trim());
    let is_chunked = text(header::TRANSFER_ENCODING).is_some_and(|coding| coding.eq_ignore_ascii_case("chunked"));
    if is_chunked && head.version == Version::HTTP_11 {
        return Body::chunked();
    }
    Body::Sized(text(header::CONTENT_LENGTH).and_then(|length| length.parse().ok()).unwrap_or(0))
}

/// The connection of a client.
#[derive(Debug)]
pub(crate) struct Connection {
    socket: TcpStream,
    turn: Rc<Turn>,
    /// What has arrived before its turn.
    ahead: Vec<u8>,
    /// Whether the client has sent all it will.
    has_ended: bool,
    /// The limit of a head that has arrived in part.
    limit: Option<Pin<Box<Sleep>>>,
    /// Counted as long as it is there.
    _open: Open,
}

impl Connection {
    pub(crate) fn new(socket: TcpStream, open: Open) -> Self {
        let turn = Rc::new(Turn {
            state: Cell::new(State::BetweenRequests(Head::default())),
            reader: RefCell::default(),
            holds_back: Cell::new(false),
            unread: Cell::default(),
            sending: RefCell::default(),
        });
        Self { socket, turn, ahead: Vec::new(), has_ended: false, limit: None, _open: open }
    }

    /// Whoever serves its requests tells it here.
    pub(crate) fn turn(&self) -> Rc<Turn> {
        Rc::clone(&self.turn)
    }

    /// How many of these bytes may be handed over.
    fn may_take(&mut self, bytes: &[u8]) -> usize {
        let (taken, state) = match self.turn.state.get() {
            State::BetweenRequests(mut head) => {
                let taken = head.take(bytes);
                if head.is_complete() {
                    self.limit = None;
                }
                (taken, if head.is_complete() { State::HeadHandedOver } else { State::BetweenRequests(head) })
            }
            State::HeadHandedOver => (0, State::HeadHandedOver),
            State::InWork(mut body) => {
                let unread = self.turn.unread.get();
                let most = UNREAD.pieces - unread.pieces;
                let mut pieces = most;
                let taken = body.take(&bytes[..bytes.len().min(UNREAD.bytes - unread.bytes)], &mut pieces);
                let (bytes, pieces) = (unread.bytes + taken, unread.pieces + most - pieces);
                self.turn.unread.set(Unread { bytes, pieces });
                (taken, State::InWork(body))
            }
            State::Answered(mut body) => {
                let taken = body.take(bytes, &mut usize::MAX.clone());
                (taken, answered(body))
            }
        };
        self.turn.state.set(state);
        taken
    }

    /// Hands over what may be, and keeps the rest.
    fn hand_over(&mut self, bytes: &[u8], buffer: &mut ReadBuf<'_>) {
        // Empty lines before a head mean nothing, but would end the time that a connection may be idle.
        let is_idle = matches!(self.turn.state.get(), State::BetweenRequests(head) if !head.has_begun());
        let is_text = |byte: &u8| !matches!(byte, b'\r' | b'\n');
        let skipped = if is_idle { bytes.iter().position(is_text).unwrap_or(bytes.len()) } else { 0 };
        let bytes = &bytes[skipped..];
        let taken = self.may_take(&bytes[..bytes.len().min(buffer.remaining())]);
        buffer.put_slice(&bytes[..taken]);
        self.ahead = bytes[taken..].to_vec();
    }

    /// Whether nothing may be handed over before the state changes.
    fn is_held(&self) -> bool {
        match self.turn.state.get() {
            State::BetweenRequests(_) | State::Answered(_) => false,
            State::HeadHandedOver => true,
            State::InWork(body) => body.is_complete() || self.turn.unread.get().is_full(),
        }
    }

    /// Refuses a head that has been arriving for too long.
    fn poll_limit(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        let is_partial = matches!(self.turn.state.get(), State::BetweenRequests(head) if head.has_begun());
        if !is_partial {
            return Ok(());
        }
        let limit = self.limit.get_or_insert_with(|| Box::pin(tokio::time::sleep(HEAD)));
        match limit.as_mut().poll(context) {
            Poll::Ready(()) => Err(io::Error::new(io::ErrorKind::TimedOut, "the head of a request takes too long")),
            Poll::Pending => Ok(()),
        }
    }

    /// Reads from the socket; nothing when the client has sent all it will.
    fn poll_socket<'a>(&mut self, context: &mut Context<'_>, bytes: &mut ReadBuf<'a>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.socket).poll_read(context, bytes))?;
        self.has_ended = bytes.filled().is_empty();
        Poll::Ready(Ok(()))
    }

    /// Waits for the state to change, and looks at the socket meanwhile: it tells when the client is gone.
    fn poll_held(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut reader = self.turn.reader.borrow_mut();
        if !reader.as_ref().is_some_and(|reader| reader.will_wake(context.waker())) {
            *reader = Some(context.waker().clone());
        }
        drop(reader);
        if self.ahead.is_empty() && !self.has_ended {
            self.turn.holds_back.set(false);
            let mut bytes = [MaybeUninit::uninit(); READ];
            let mut bytes = ReadBuf::uninit(&mut bytes);
            ready!(self.poll_socket(context, &mut bytes))?;
            self.ahead = bytes.filled().to_vec();
        }
        self.turn.holds_back.set(true);
        match self.ahead.is_empty() {
            true => Poll::Ready(Ok(())),
            false => Poll::Pending,
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let (this, before) = (self.get_mut(), buffer.filled().len());
        loop {
            if this.is_held() {
                return this.poll_held(context);
            }
            if !this.ahead.is_empty() {
                let ahead = std::mem::take(&mut this.ahead);
                this.hand_over(&ahead, buffer);
            } else if !this.has_ended {
                let mut bytes = [MaybeUninit::uninit(); READ];
                let mut bytes = ReadBuf::uninit(&mut bytes);
                if this.poll_socket(context, &mut bytes)?.is_pending() {
                    this.poll_limit(context)?;
                    return Poll::Pending;
                }
                this.hand_over(bytes.filled(), buffer);
            }
            if this.has_ended && this.ahead.is_empty() || buffer.filled().len() > before {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().socket).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().socket).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().socket).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().socket).poll_shutdown(context)
    }
}
