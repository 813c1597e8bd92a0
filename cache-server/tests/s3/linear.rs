//! Whether the answers of concurrent requests about one path can be explained by some order of the requests.
//!
//! A request that was answered happened at one moment between its sending and its answer. The search tries every order
//! that agrees with that, remembering the states it has been in (Wing and Gong, "Testing and verifying concurrent
//! objects").

use std::collections::HashSet;

/// A request that was answered, and when: numbers of one counter.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) sent: u64,
    pub(crate) answered: u64,
    pub(crate) what: What,
}

/// What was done. Entries and contents are numbers. Refusals are not looked at: another request under way may cause them.
#[derive(Debug, Clone, Copy)]
pub(crate) enum What {
    Store {
        id: usize,
        value: usize,
    },
    Create {
        id: usize,
        value: usize,
    },
    Read {
        id: usize,
        value: usize,
    },
    Update {
        id: usize,
        from: Option<usize>,
        value: usize,
    },
    /// An update by an id that is being deleted: of another entry's content it may be written just after that.
    LateUpdate {
        from: Option<usize>,
        value: usize,
    },
    Delete {
        id: usize,
        from: Option<usize>,
    },
}

/// A path: the entry that owns it and its content, and the entries that have a reference.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) struct State {
    pub(crate) owner: Option<usize>,
    pub(crate) value: Option<usize>,
    pub(crate) live: u128,
}

impl State {
    fn is_live(&self, id: usize) -> bool {
        self.live & (1 << id) != 0
    }

    /// The state after this; `None` when it would have been answered otherwise.
    fn after(self, what: What) -> Option<Self> {
        let is = |from: Option<usize>| from.is_none() || from == self.value;
        match what {
            What::Create { .. } if self.value.is_some() => None,
            What::Store { id, value } | What::Create { id, value } => {
                Some(Self { owner: Some(id), value: Some(value), live: self.live | 1 << id })
            }
            What::Read { id, value } => (self.is_live(id) && self.value == Some(value)).then_some(self),
            What::Update { id, from, value } => {
                let done = self.is_live(id) && self.value.is_some() && is(from);
                done.then_some(Self { value: Some(value), ..self })
            }
            What::LateUpdate { from, value } => {
                (self.value.is_some() && is(from)).then_some(Self { value: Some(value), ..self })
            }
            What::Delete { id, from } => {
                let live = self.live & !(1 << id);
                let left =
                    if self.owner == Some(id) { Self { live, ..Self::default() } } else { Self { live, ..self } };
                // Of an entry whose path was taken over only the references are deleted, after a look at the content.
                (self.is_live(id) && (is(from) || self.owner != Some(id))).then_some(left)
            }
        }
    }
}

/// Tells whether some order of the events explains them and the state at the end.
pub(crate) fn explains(events: &[Event], end: State) -> bool {
    assert!(events.len() <= 128, "too many events for a search");
    search(events, end, 0, State::default(), &mut HashSet::new())
}

fn search(events: &[Event], end: State, done: u128, state: State, seen: &mut HashSet<(u128, State)>) -> bool {
    if done.count_ones() as usize == events.len() {
        return state == end;
    }
    if !seen.insert((done, state)) {
        return false;
    }
    let open = || events.iter().enumerate().filter(|(at, _)| done & (1 << at) == 0);
    let first_answer = open().map(|(_, event)| event.answered).min().unwrap_or(u64::MAX);
    open()
        .filter(|(_, event)| event.sent < first_answer)
        .any(|(at, event)| state.after(event.what).is_some_and(|next| search(events, end, done | 1 << at, next, seen)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(sent: u64, answered: u64, what: What) -> Event {
        Event { sent, answered, what }
    }

    const ONE_OF_FIRST: State = State { owner: Some(0), value: Some(1), live: 1 };

    #[test]
    fn an_order_that_agrees_with_the_answers_is_found() {
        let store = event(0, 5, What::Store { id: 0, value: 1 });
        let read = event(1, 4, What::Read { id: 0, value: 1 });
        let update = event(2, 3, What::Update { id: 0, from: Some(1), value: 2 });
        assert!(explains(&[store.clone(), read.clone()], ONE_OF_FIRST));
        assert!(explains(&[update, read, store], State { value: Some(2), ..ONE_OF_FIRST }));
    }

    #[test]
    fn a_lost_update_is_not_explained() {
        let store = event(0, 1, What::Store { id: 0, value: 1 });
        let update = event(2, 3, What::Update { id: 0, from: None, value: 2 });
        assert!(!explains(&[store, update], ONE_OF_FIRST));
    }

    #[test]
    fn two_creates_are_explained_by_a_delete_in_between_only() {
        let first = event(0, 3, What::Create { id: 0, value: 1 });
        let second = event(1, 4, What::Create { id: 1, value: 2 });
        let end = State { owner: Some(1), value: Some(2), live: 2 };
        assert!(!explains(&[first.clone(), second.clone()], State { live: 3, ..end }));
        let delete = |sent, answered| event(sent, answered, What::Delete { id: 0, from: None });
        assert!(explains(&[first.clone(), second.clone(), delete(2, 5)], end));
        assert!(!explains(&[first, second, delete(5, 6)], end));
    }
}
