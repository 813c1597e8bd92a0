//! Where the time comes from: the system, or a test.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// Tells the time in milliseconds since 1970, UTC.
pub trait Clock: fmt::Debug + Send + Sync {
    /// The time now.
    fn now(&self) -> u64;
}

/// The system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> u64 {
        u64::try_from(chrono::Utc::now().timestamp_millis()).unwrap_or(0)
    }
}

/// A clock that moves only when told to.
#[derive(Debug)]
pub struct ManualClock {
    now: AtomicU64,
}

impl ManualClock {
    /// Makes a clock that stands at `now`.
    pub fn at(now: u64) -> Self {
        Self { now: AtomicU64::new(now) }
    }

    /// Moves the clock on.
    pub fn advance(&self, milliseconds: u64) {
        self.now.fetch_add(milliseconds, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> u64 {
        self.now.load(Ordering::SeqCst)
    }
}
