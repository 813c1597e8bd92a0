//! Which calls are made again, when, and how often.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};

/// How far a call may be repeated without doing anything twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Always: reads, deletes, and writes that leave the same behind however often they are done.
    Always,
    /// Unless it may have been carried out: a store makes a new entry each time.
    UnlessDone,
    /// Only when the server certainly did not try: the answer to a condition changes once it was carried out.
    UnlessTried,
}

impl Repeat {
    /// After an answer was lost on its way, so that nobody knows what was done.
    pub(crate) fn after_loss(self) -> bool {
        match self {
            Self::Always => true,
            Self::UnlessDone | Self::UnlessTried => false,
        }
    }

    /// After a 503: the server tried and says that it did not succeed.
    pub(crate) fn after_failed_try(self) -> bool {
        match self {
            Self::Always | Self::UnlessDone => true,
            Self::UnlessTried => false,
        }
    }

    /// After a 429: the server did not even try.
    pub(crate) fn after_refusal(self) -> bool {
        match self {
            Self::Always | Self::UnlessDone | Self::UnlessTried => true,
        }
    }
}

/// How often calls are repeated, and how long the client waits in between.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Retries {
    /// How many times a call is repeated at most.
    pub(crate) times: usize,
    /// The first wait; each further one is twice as long, and each is lengthened at random up to double.
    pub(crate) first_wait: Duration,
    /// The longest wait, and the longest a server may ask for.
    pub(crate) longest_wait: Duration,
}

impl Default for Retries {
    fn default() -> Self {
        Self { times: 3, first_wait: Duration::from_millis(100), longest_wait: Duration::from_secs(5) }
    }
}

impl Retries {
    /// The waits of one call.
    pub(crate) fn waits(&self) -> impl Iterator<Item = Duration> + Send + use<> {
        ExponentialBuilder::new()
            .with_min_delay(self.first_wait)
            .with_max_delay(self.longest_wait)
            .with_max_times(self.times)
            .with_jitter()
            .build()
    }

    /// The wait before a repetition: what the server asks for when it is longer, `None` when it is too long.
    pub(crate) fn wait(&self, backoff: Duration, asked_for: Option<Duration>) -> Option<Duration> {
        match asked_for {
            Some(asked_for) if asked_for > self.longest_wait => None,
            Some(asked_for) => Some(asked_for.max(backoff)),
            None => Some(backoff),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_vary_and_end() {
        let retries = Retries { times: 6, ..Retries::default() };
        let waits: Vec<Duration> = retries.waits().collect();
        assert_eq!(waits.len(), 6);
        for (wait, least) in waits.iter().zip([100, 200, 400, 800, 1600, 3200]) {
            let least = Duration::from_millis(least);
            assert!((least..=least * 2).contains(wait), "{waits:?}");
        }
        assert_ne!(waits, retries.waits().collect::<Vec<_>>());
    }

    #[test]
    fn a_server_may_ask_for_a_longer_wait_within_bounds() {
        let (retries, backoff) = (Retries::default(), Duration::from_millis(100));
        assert_eq!(retries.wait(backoff, None), Some(backoff));
        assert_eq!(retries.wait(backoff, Some(Duration::ZERO)), Some(backoff));
        assert_eq!(retries.wait(backoff, Some(Duration::from_secs(2))), Some(Duration::from_secs(2)));
        assert_eq!(retries.wait(backoff, Some(Duration::from_secs(60))), None);
    }
}
