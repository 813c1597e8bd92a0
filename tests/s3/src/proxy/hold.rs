//! Requests that wait in the proxy until the test lets them go.

use std::fmt;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::{mpsc, watch};

use crate::Request;

/// What becomes of the requests that are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Wait,
    Go,
    Close,
}

/// Holds the requests that a test chose, one after the other as they arrive.
///
/// They are held by the proxy, not by their sender: a sender that is killed meanwhile has sent them all the same, and
/// [`Hold::release`] carries them out. Dropping releases.
#[derive(Debug)]
pub struct Hold {
    arrivals: mpsc::UnboundedReceiver<Request>,
    verdict: watch::Sender<Verdict>,
}

impl Hold {
    /// Waits for the next request, which is then held.
    pub async fn arrived(&mut self) -> Request {
        self.arrivals.recv().await.expect("the proxy lives as long as what it holds")
    }

    /// Lets all requests go on, the ones held and the ones to come.
    pub fn release(self) {
        self.verdict.send_replace(Verdict::Go);
    }

    /// Closes the connections of the requests that are held, and lets the ones to come pass. One that is held before it is
    /// forwarded never reaches the server.
    pub fn discard(self) {
        self.verdict.send_replace(Verdict::Close);
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.verdict.send_if_modified(|verdict| {
            let waiting = *verdict == Verdict::Wait;
            if waiting {
                *verdict = Verdict::Go;
            }
            waiting
        });
    }
}

type Choice = Box<dyn Fn(&Request) -> bool + Send + Sync>;

/// The proxy's side of a [`Hold`].
pub(super) struct Gate {
    choice: Choice,
    arrivals: mpsc::UnboundedSender<Request>,
    verdict: watch::Receiver<Verdict>,
    /// Whether it stands behind the server: requests are forwarded, their answers held.
    after: bool,
}

impl Gate {
    pub(super) fn new(after: bool, choice: Choice) -> (Self, Hold) {
        let (sender, arrivals) = mpsc::unbounded_channel();
        let (verdict, watched) = watch::channel(Verdict::Wait);
        (Self { choice, arrivals: sender, verdict: watched, after }, Hold { arrivals, verdict })
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { verdict, after, .. } = self;
        write!(out, "Gate({:?}, after: {after})", *verdict.borrow())
    }
}

/// Waits at the gates of one side; tells whether the request goes on.
pub(super) async fn pass(gates: &Mutex<Vec<Arc<Gate>>>, after: bool, request: &Request) -> bool {
    let gate = {
        let mut gates = gates.lock();
        gates.retain(|gate| *gate.verdict.borrow() == Verdict::Wait);
        gates.iter().find(|gate| gate.after == after && (gate.choice)(request)).cloned()
    };
    let Some(gate) = gate else { return true };
    let _ = gate.arrivals.send(request.clone());
    let mut verdict = gate.verdict.clone();
    // The sender is gone when the hold is: its last word stands.
    let _ = verdict.wait_for(|verdict| *verdict != Verdict::Wait).await;
    let last = *verdict.borrow();
    last != Verdict::Close
}
