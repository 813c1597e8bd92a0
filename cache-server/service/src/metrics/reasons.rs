//! Why requests were refused, and which limits were only reported.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use crate::limits::ReportOnly;
use crate::refusal::Refusal;

/// The reasons of refusals, as [`reason`] numbers them.
const REASONS: [&str; 18] = [
    "no_key",
    "wrong_key",
    "scope",
    "namespace",
    "foreign",
    "not_found",
    "method",
    "slow_body",
    "precondition",
    "too_large",
    "needs_too_much_memory",
    "broken_body",
    "uri_too_long",
    "key_rate",
    "sign_in_rate",
    "memory",
    "requests",
    "field",
];

/// The limits that can be reported only.
const REPORTED: [&str; 4] = ["in-flight", "requests", "rate", "body-rate"];

/// Counters by reason.
#[derive(Debug, Default)]
pub(crate) struct Reasons {
    refused: [AtomicU64; REASONS.len()],
    reported: [AtomicU64; REPORTED.len()],
}

impl Reasons {
    /// Counts a refusal.
    pub(crate) fn refuse(&self, refusal: &Refusal) {
        self.refused[reason(refusal)].fetch_add(1, Relaxed);
    }

    /// Counts what would have been refused, were the limit not only reported.
    pub(crate) fn report(&self, limit: ReportOnly) {
        let place = match limit {
            ReportOnly::InFlight => 0,
            ReportOnly::Requests => 1,
            ReportOnly::Rate => 2,
            ReportOnly::BodyRate => 3,
        };
        self.reported[place].fetch_add(1, Relaxed);
    }

    /// Refusals by reason.
    pub(super) fn refused(&self) -> impl Iterator<Item = (&'static str, u64)> {
        REASONS.into_iter().zip(self.refused.iter().map(|count| count.load(Relaxed)))
    }

    /// What would have been refused, by limit.
    pub(super) fn reported(&self) -> impl Iterator<Item = (&'static str, u64)> {
        REPORTED.into_iter().zip(self.reported.iter().map(|count| count.load(Relaxed)))
    }
}

fn reason(refusal: &Refusal) -> usize {
    match refusal {
        Refusal::NoKey => 0,
        Refusal::WrongKey => 1,
        Refusal::Scope(_) => 2,
        Refusal::Namespace => 3,
        Refusal::Foreign(_) => 4,
        Refusal::NotFound => 5,
        Refusal::Method(_) => 6,
        Refusal::SlowBody(_) => 7,
        Refusal::Precondition => 8,
        Refusal::TooLarge(_) => 9,
        Refusal::NeedsTooMuch { .. } => 10,
        Refusal::BrokenBody(_) => 11,
        Refusal::UriTooLong(_) => 12,
        Refusal::KeyRate { .. } => 13,
        Refusal::SignInRate { .. } => 14,
        Refusal::NoMemory => 15,
        Refusal::TooManyRequests => 16,
        Refusal::Field { .. } => 17,
    }
}
