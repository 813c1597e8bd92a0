//! The end of a request: its answer is being sent, and then was, or was not taken to its end.

use std::sync::atomic::Ordering::Relaxed;

use crate::call::Call;

/// A request whose answer is being sent.
#[derive(Debug)]
pub(crate) struct Sending {
    pub(crate) call: Call,
    /// As the client sent it.
    pub(crate) method: &'static str,
}

impl Sending {
    /// Ends it: so many bytes of the body were taken from the answer, all of them or not.
    pub(crate) fn end(self, bytes: u64, is_whole: bool) {
        let counts = &self.call.service().counts;
        // The body of an answer to HEAD is thrown away.
        let sent = if self.method == "HEAD" { 0 } else { bytes };
        if sent > 0 {
            counts.sent_bytes.fetch_add(sent, Relaxed);
        }
        if !is_whole {
            counts.broken_answers.fetch_add(1, Relaxed);
        }
    }
}
