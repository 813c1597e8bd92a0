//! Uses that wait for their token: whoever's turn it is decides for all of them in one write.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::Use;
use super::spend::Decided;
use crate::names::{EventId, TokenName, UseId};

/// How many uses one write decides.
const AT_ONCE: usize = 64;

/// A use that is asked for.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) use_id: UseId,
    pub(super) details: Use,
    /// What became of it, once somebody has decided it.
    pub(super) decided: OnceLock<Decided>,
}

/// The uses that wait in this process, and the events that it is writing.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    asked: Mutex<HashMap<TokenName, Vec<Arc<Asked>>>>,
    writing: Mutex<HashSet<EventId>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Queue {
    /// Lets a use wait, as long as the place is held: nobody decides for somebody who has gone.
    pub(super) fn wait<'a>(&'a self, name: &'a TokenName, asked: &Arc<Asked>) -> Place<'a> {
        locked(&self.asked).entry(name.clone()).or_default().push(Arc::clone(asked));
        Place { queue: self, name, asked: Arc::clone(asked) }
    }

    /// Takes the uses that wait, this one among them.
    pub(super) fn take(&self, name: &TokenName, own: &Arc<Asked>) -> Vec<Arc<Asked>> {
        let mut all = locked(&self.asked);
        let mut taken = vec![Arc::clone(own)];
        if let Some(waiting) = all.get_mut(name) {
            waiting.retain(|asked| !Arc::ptr_eq(asked, own));
            let more = waiting.len().min(AT_ONCE - 1);
            taken.extend(waiting.drain(..more));
            if waiting.is_empty() {
                all.remove(name);
            }
        }
        taken
    }

    /// Begins to write an event; `None` when somebody in this process does so already.
    pub(super) fn begin_writing(&self, event: &EventId) -> Option<Writing<'_>> {
        let is_new = locked(&self.writing).insert(event.clone());
        is_new.then(|| Writing { queue: self, event: event.clone() })
    }
}

/// A place in the queue.
pub(super) struct Place<'a> {
    queue: &'a Queue,
    name: &'a TokenName,
    asked: Arc<Asked>,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut all = locked(&self.queue.asked);
        if let Some(waiting) = all.get_mut(self.name) {
            waiting.retain(|asked| !Arc::ptr_eq(asked, &self.asked));
            if waiting.is_empty() {
                all.remove(self.name);
            }
        }
    }
}

/// An event that is being written.
pub(super) struct Writing<'a> {
    queue: &'a Queue,
    event: EventId,
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        locked(&self.queue.writing).remove(&self.event);
    }
}
