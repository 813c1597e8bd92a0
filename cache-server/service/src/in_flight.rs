//! Bytes in flight: how much memory the bodies of all requests and answers together may take.
//!
//! Whoever needs memory reserves it first. When all of it is taken, requests wait in the order they came, for as long as
//! the server has patience; then they are refused. While others wait, no address gets more than a quarter, so that one
//! client that uploads without end does not keep the rest out.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::limits::ReportOnly;
use crate::metrics::{Durations, Reasons};
use crate::refusal::Refusal;

/// How long a request waits for memory.
const PATIENCE: Duration = Duration::from_secs(5);

/// Which part of all memory is next to nothing: 64 KiB of 256 MiB.
const SMALL_PART: u64 = 4096;

/// The memory of all requests together.
#[derive(Debug, Clone)]
pub(crate) struct InFlight(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    limit: u64,
    report_only: bool,
    /// Told when a request would have waited, were the limit not only reported.
    reasons: Arc<Reasons>,
    /// How long those waited that did.
    waits: Durations,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    used: u64,
    by_address: HashMap<Option<IpAddr>, u64>,
    waiting: VecDeque<Waiter>,
}

#[derive(Debug)]
struct Waiter {
    address: Option<IpAddr>,
    /// What its request has taken already.
    held: u64,
    bytes: u64,
    grant: oneshot::Sender<Held>,
}

/// Memory that is taken; it is given back when this is dropped.
#[derive(Debug, Default)]
pub(crate) struct Held {
    of: Option<Arc<Shared>>,
    address: Option<IpAddr>,
    bytes: u64,
}

impl Held {
    /// How much it is.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Holds more of the same address's.
    pub(crate) fn add(&mut self, mut more: Self) {
        if self.of.is_none() {
            *self = more;
        } else {
            self.bytes += std::mem::take(&mut more.bytes);
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let Some(shared) = self.of.take().filter(|_| self.bytes > 0) else { return };
        let granted = {
            let mut state = shared.state.lock();
            state.used -= self.bytes;
            if let Some(held) = state.by_address.get_mut(&self.address) {
                *held -= self.bytes;
                if *held == 0 {
                    state.by_address.remove(&self.address);
                }
            }
            shared.grant(&mut state)
        };
        send(granted);
    }
}

/// Tells waiters what they have got. One that has gone gives it back, which takes the lock: so this is done without it.
fn send(granted: Vec<(oneshot::Sender<Held>, Held)>) {
    for (waiter, held) in granted {
        drop(waiter.send(held));
    }
}

impl InFlight {
    pub(crate) fn new(limit: u64, report_only: bool) -> Self {
        let (reasons, waits) = (Arc::default(), Durations::default());
        Self(Arc::new(Shared { limit, report_only, reasons, waits, state: Mutex::default() }))
    }

    /// The bytes that are taken.
    pub(crate) fn used(&self) -> u64 {
        self.0.state.lock().used
    }

    /// The bytes that are taken, and how many requests wait.
    pub(crate) fn now(&self) -> (u64, usize) {
        let state = self.0.state.lock();
        (state.used, state.waiting.len())
    }

    /// Whom it tells what it does not refuse.
    pub(crate) fn reasons(&self) -> Arc<Reasons> {
        Arc::clone(&self.0.reasons)
    }

    /// How long requests waited, of those that did.
    pub(crate) fn waits(&self) -> &Durations {
        &self.0.waits
    }

    /// Takes memory for a request that has taken `held` already, or waits for it.
    pub(crate) async fn reserve(&self, address: Option<IpAddr>, held: u64, bytes: u64) -> Result<Held, Refusal> {
        let (shared, address) = (&self.0, network(address));
        if bytes == 0 {
            return Ok(Held::default());
        }
        if held + bytes > shared.limit && !shared.report_only {
            return Err(Refusal::NeedsTooMuch { needs: held + bytes, limit: shared.limit });
        }
        let (granted, grant) = {
            let mut state = shared.state.lock();
            let fits = state.waiting.is_empty() && shared.fits(&state, held, bytes);
            if !fits && shared.report_only {
                shared.reasons.report(ReportOnly::InFlight);
                tracing::warn!(bytes, used = state.used, "report only: this request would have waited for memory");
            }
            if fits || shared.report_only {
                return Ok(shared.take(&mut state, address, bytes));
            }
            let (sender, grant) = oneshot::channel();
            let waiter = Waiter { address, held, bytes, grant: sender };
            // Who holds some goes first, since that is given back only when it goes on.
            let holders = state.waiting.iter().take_while(|other| other.held > 0).count();
            let place = if held > 0 { holders } else { state.waiting.len() };
            state.waiting.insert(place, waiter);
            (shared.grant(&mut state), grant)
        };
        send(granted);
        // Whoever stops waiting, for whatever reason, may have been in the way of others.
        let _waiting = Waiting { shared, since: Instant::now() };
        let granted = tokio::time::timeout(PATIENCE, grant).await;
        granted.ok().and_then(Result::ok).ok_or(Refusal::NoMemory)
    }

    /// Takes memory for what is there already, even if it is too much: others wait the longer.
    pub(crate) fn overdraw(&self, address: Option<IpAddr>, bytes: u64) -> Held {
        self.0.take(&mut self.0.state.lock(), network(address), bytes)
    }

    /// Waits until not all memory is taken, for work whose need is not known before it is done.
    pub(crate) async fn some_left(&self, address: Option<IpAddr>) -> Result<(), Refusal> {
        if self.used() < self.0.limit || self.0.report_only {
            return Ok(());
        }
        self.reserve(address, 0, 1).await.map(drop)
    }

    /// Whether others wait for memory while this address has more than its part.
    pub(crate) fn is_pressed(&self, address: Option<IpAddr>) -> bool {
        let (state, address) = (self.0.state.lock(), network(address));
        state.held_by(address) > self.0.limit / 4 && state.waiting.iter().any(|waiter| !waiter.grant.is_closed())
    }
}

/// Whose address it is: of IPv6 the network, of which one client has all addresses.
pub(crate) fn network(address: Option<IpAddr>) -> Option<IpAddr> {
    address.map(|address| match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() >> 64 << 64).into()),
    })
}

/// A request that waits; when it is dropped, those behind it go on.
struct Waiting<'a> {
    shared: &'a Arc<Shared>,
    since: Instant,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.shared.waits.observe(self.since.elapsed());
        let granted = self.shared.grant(&mut self.shared.state.lock());
        send(granted);
    }
}

impl Shared {
    /// Whether there is room. A quarter is kept for those who hold some already, so that they can go on and give it back.
    fn fits(&self, state: &State, held: u64, bytes: u64) -> bool {
        let limit = if held > 0 || state.used == 0 { self.limit } else { self.limit / 4 * 3 };
        state.used + bytes <= limit
    }

    fn take(self: &Arc<Self>, state: &mut State, address: Option<IpAddr>, bytes: u64) -> Held {
        state.used += bytes;
        *state.by_address.entry(address).or_default() += bytes;
        Held { of: Some(Arc::clone(self)), address, bytes }
    }

    /// Takes what fits for those who wait.
    fn grant(self: &Arc<Self>, state: &mut State) -> Vec<(oneshot::Sender<Held>, Held)> {
        let mut granted = Vec::new();
        state.waiting.retain(|waiter| !waiter.grant.is_closed());
        while let Some(next) = self.next(state) {
            let fits = self.fits(state, state.waiting[next].held, state.waiting[next].bytes);
            let Some(next) = fits.then_some(next).or_else(|| self.next_small(state)) else { break };
            let Some(Waiter { address, bytes, grant, .. }) = state.waiting.remove(next) else { break };
            granted.push((grant, self.take(state, address, bytes)));
        }
        granted
    }

    /// Whose turn it is: who holds some already, or else the first whose address would not have more than a quarter, or else
    /// the first of all.
    fn next(&self, state: &State) -> Option<usize> {
        let first = state.waiting.front()?;
        if first.held > 0 || state.waiting.iter().all(|waiter| waiter.address == first.address) {
            return Some(0);
        }
        let is_fair = |waiter: &Waiter| {
            let held = state.held_by(waiter.address);
            held == 0 || held + waiter.bytes <= self.limit / 4
        };
        Some(state.waiting.iter().position(is_fair).unwrap_or(0))
    }

    /// Who wants next to nothing, and whose address has little: nobody need wait longer for it.
    fn next_small(&self, state: &State) -> Option<usize> {
        let small = self.limit / SMALL_PART;
        let is_small = |waiter: &Waiter| {
            let fits = state.used + waiter.bytes <= self.limit;
            waiter.bytes <= small && fits && state.held_by(waiter.address) + waiter.bytes <= self.limit / 4
        };
        state.waiting.iter().position(is_small)
    }
}

impl State {
    fn held_by(&self, address: Option<IpAddr>) -> u64 {
        self.by_address.get(&address).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]
    use std::net::Ipv4Addr;

    use futures::FutureExt;
    use futures::future::join_all;

    use super::*;

    fn address(last: u8) -> Option<IpAddr> {
        Some(Ipv4Addr::new(127, 0, 0, last).into())
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_waits_too_long_is_refused_and_what_is_given_back_goes_on() {
        let memory = InFlight::new(100, false);
        let first = memory.reserve(address(1), 0, 80).await.unwrap();
        assert_eq!(memory.reserve(address(1), 0, 30).await.unwrap_err(), Refusal::NoMemory);
        let mut waits = Box::pin(memory.reserve(address(1), 0, 30));
        assert!(waits.as_mut().now_or_never().is_none());
        // Nobody overtakes.
        let mut behind = Box::pin(memory.reserve(address(1), 0, 1));
        assert!(behind.as_mut().now_or_never().is_none());
        drop(first);
        let (waited, behind) = (waits.await.unwrap(), behind.await.unwrap());
        assert_eq!(memory.used(), 31);
        drop((waited, behind));
        assert_eq!(memory.used(), 0);
        assert!(memory.0.state.lock().by_address.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn more_than_there_is_is_refused_at_once() {
        let memory = InFlight::new(100, false);
        let refusal = memory.reserve(None, 0, 101).now_or_never().unwrap().unwrap_err();
        assert_eq!(refusal, Refusal::NeedsTooMuch { needs: 101, limit: 100 });
        assert_eq!(InFlight::new(100, true).reserve(None, 0, 101).await.unwrap().bytes, 101);
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_with_a_quarter_lets_others_go_first() {
        let memory = InFlight::new(100, false);
        let mut greedy: Vec<Held> =
            join_all((0..7).map(|_| memory.reserve(address(1), 0, 10))).await.into_iter().map(Result::unwrap).collect();
        let mut more = Box::pin(memory.reserve(address(1), 0, 10));
        assert!(more.as_mut().now_or_never().is_none());
        let mut other = Box::pin(memory.reserve(address(2), 0, 10));
        assert!(other.as_mut().now_or_never().is_none());
        greedy.pop();
        // What was given back is the other's, although it came later.
        assert!(more.as_mut().now_or_never().is_none());
        assert_eq!(other.await.unwrap().bytes, 10);
        greedy.pop();
        assert_eq!(more.await.unwrap().bytes, 10);
    }

    #[tokio::test(start_paused = true)]
    async fn who_wants_next_to_nothing_waits_for_no_other_address() {
        let memory = InFlight::new(100_000, false);
        let _others = memory.reserve(address(3), 0, 20_000).await.unwrap();
        let _held = memory.reserve(address(1), 0, 50_000).await.unwrap();
        let mut more = Box::pin(memory.reserve(address(1), 50_000, 40_000));
        assert!(more.as_mut().now_or_never().is_none());
        let mut own = Box::pin(memory.reserve(address(1), 0, 1));
        assert!(own.as_mut().now_or_never().is_none(), "its own address has most of it");
        let mut other = Box::pin(memory.reserve(address(2), 0, 1));
        assert_eq!(other.as_mut().now_or_never().unwrap().unwrap().bytes, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_goes_away_holds_nothing_up() {
        let memory = InFlight::new(100, false);
        let first = memory.reserve(None, 0, 100).await.unwrap();
        let mut gone = Box::pin(memory.reserve(None, 0, 100));
        assert!(gone.as_mut().now_or_never().is_none());
        drop(gone);
        drop(first);
        assert_eq!(memory.used(), 0);
        memory.reserve(None, 0, 100).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn who_holds_some_goes_first_and_is_told_when_it_cannot_have_more() {
        let memory = InFlight::new(100, false);
        let body = memory.reserve(None, 0, 40).await.unwrap();
        let refusal = memory.reserve(None, 40, 61).await.unwrap_err();
        assert_eq!(refusal, Refusal::NeedsTooMuch { needs: 101, limit: 100 });
        let other = memory.reserve(None, 0, 35).await.unwrap();
        let mut new = Box::pin(memory.reserve(None, 0, 10));
        assert!(new.as_mut().now_or_never().is_none(), "a quarter is kept");
        let mut more = Box::pin(memory.reserve(None, 40, 50));
        assert!(more.as_mut().now_or_never().is_none());
        drop(other);
        let more = more.await.unwrap();
        assert!(new.as_mut().now_or_never().is_none());
        drop((body, more));
        assert_eq!(new.await.unwrap().bytes, 10);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_stops_waiting_lets_those_behind_go_on() {
        let memory = InFlight::new(100, false);
        let _first = memory.reserve(None, 0, 60).await.unwrap();
        let mut large = Box::pin(memory.reserve(None, 0, 50));
        assert!(large.as_mut().now_or_never().is_none());
        let mut small = Box::pin(memory.reserve(None, 0, 10));
        assert!(small.as_mut().now_or_never().is_none());
        drop(large);
        assert_eq!(small.now_or_never().unwrap().unwrap().bytes, 10);
    }
}
