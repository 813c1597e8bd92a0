//! What goes wrong, and for which requests.

use std::fmt;
use std::time::Duration;

use crate::Request;

/// What happens to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is forwarded later.
    Delay(Duration),
    /// The connection is closed, and the server never sees the request.
    Close,
    /// The server does what was asked, and the connection is closed without the answer.
    CloseAfter,
    /// As [`Fault::Close`], with a reset. Clients may treat it otherwise: `object_store` takes a closed connection for a
    /// request that was not sent, and repeats even a conditional write.
    Reset,
    /// As [`Fault::CloseAfter`], with a reset.
    ResetAfter,
    /// The connection is closed in the middle of the answer's body. An answer without a body is lost as a whole.
    CloseInBody,
    /// 500 `InternalError`; the server never sees the request.
    InternalError,
    /// 500 `InternalError`, although the server did what was asked.
    InternalErrorAfter,
    /// 503 `SlowDown`; the server never sees the request.
    SlowDown,
    /// 409 `ConditionalRequestConflict`; the server never sees the request.
    Conflict,
    /// 403 `AccessDenied`; the server never sees the request.
    AccessDenied,
    /// 404 `NoSuchBucket`; the server never sees the request.
    NoSuchBucket,
    /// 403 `RequestTimeTooSkewed`; the server never sees the request.
    SkewedClock,
    /// This status and code; the server never sees the request.
    Refuse(u16, &'static str),
    /// The server does not see the condition, as one that ignores it.
    WithoutCondition,
}

impl Fault {
    /// The status and the code of an answer that the proxy gives by itself.
    pub(super) fn answer(self) -> Option<(u16, &'static str)> {
        match self {
            Self::Delay(_)
            | Self::Close
            | Self::CloseAfter
            | Self::Reset
            | Self::ResetAfter
            | Self::CloseInBody
            | Self::WithoutCondition => None,
            Self::InternalError | Self::InternalErrorAfter => Some((500, "InternalError")),
            Self::SlowDown => Some((503, "SlowDown")),
            Self::Conflict => Some((409, "ConditionalRequestConflict")),
            Self::AccessDenied => Some((403, "AccessDenied")),
            Self::NoSuchBucket => Some((404, "NoSuchBucket")),
            Self::SkewedClock => Some((403, "RequestTimeTooSkewed")),
            Self::Refuse(status, code) => Some((status, code)),
        }
    }

    /// Whether the server sees the request.
    pub(super) fn is_forwarded(self) -> bool {
        match self {
            Self::Delay(_)
            | Self::CloseAfter
            | Self::ResetAfter
            | Self::CloseInBody
            | Self::InternalErrorAfter
            | Self::WithoutCondition => true,
            Self::Close
            | Self::Reset
            | Self::InternalError
            | Self::SlowDown
            | Self::Conflict
            | Self::AccessDenied
            | Self::NoSuchBucket
            | Self::SkewedClock
            | Self::Refuse(..) => false,
        }
    }
}

type Choice = Box<dyn Fn(&Request) -> bool + Send + Sync>;

/// A fault, and the requests it befalls: all of them, until told otherwise.
pub struct Rule {
    fault: Fault,
    choice: Choice,
    /// How many of the chosen requests pass before the first that fails.
    passing: usize,
    /// How many fail then.
    failing: usize,
    chance: f64,
}

impl Rule {
    /// Every request has this fault.
    pub fn new(fault: Fault) -> Self {
        Self { fault, choice: Box::new(|_| true), passing: 0, failing: usize::MAX, chance: 1.0 }
    }

    /// Only these requests.
    pub fn when(self, choice: impl Fn(&Request) -> bool + Send + Sync + 'static) -> Self {
        Self { choice: Box::new(choice), ..self }
    }

    /// Only the `n`th of them, counted from 1 since the rule was set.
    pub fn nth(self, n: usize) -> Self {
        Self { passing: n.saturating_sub(1), failing: 1, ..self }
    }

    /// Only the first `n` of them.
    pub fn first(self, n: usize) -> Self {
        Self { passing: 0, failing: n, ..self }
    }

    /// Only with this probability, from 0 to 1, each.
    pub fn chance(self, chance: f64) -> Self {
        Self { chance, ..self }
    }

    /// The fault of this request, if it has one; `luck` is a number from 0 to 1 that is drawn where chance decides.
    pub(super) fn befalls(&mut self, request: &Request, luck: impl FnOnce() -> f64) -> Option<Fault> {
        if self.failing == 0 || !(self.choice)(request) {
            return None;
        }
        if self.passing > 0 {
            self.passing -= 1;
            return None;
        }
        if self.chance < 1.0 && luck() >= self.chance {
            return None;
        }
        self.failing -= 1;
        Some(self.fault)
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { fault, passing, failing, chance, .. } = self;
        write!(out, "Rule({fault:?}, after {passing}, at most {failing}, chance {chance})")
    }
}

/// Numbers from 0 to 1 that look random and are the same for the same seed (`SplitMix64`).
#[derive(Debug)]
pub(super) struct Luck(pub(super) u64);

impl Luck {
    pub(super) fn draw(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        // 53 bits are what the fraction of an f64 holds.
        (bits >> 11) as f64 / (1_u64 << 53) as f64
    }
}
