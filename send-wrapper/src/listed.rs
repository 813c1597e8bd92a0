//! A list that says what it had to leave out.

use std::ops::Deref;

/// What a list has found.
///
/// A record that cannot be read, because somebody else has written it or another version of this crate, is stepped over and counted: it
/// does not spoil the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed<T> {
    /// What was found.
    pub items: Vec<T>,
    /// How many records could not be read.
    pub unreadable: u64,
}

impl<T> Listed<T> {
    /// An empty list.
    pub(crate) fn new() -> Self {
        Self { items: Vec::new(), unreadable: 0 }
    }

    /// Adds what was read, or counts that it could not be.
    pub(crate) fn add<E: std::error::Error>(&mut self, read: Result<T, E>) {
        match read {
            Ok(item) => self.items.push(item),
            Err(error) => {
                tracing::warn!(error = crate::health::describe(&error), "a record is stepped over: it cannot be read");
                self.unreadable += 1;
            }
        }
    }
}

impl<T> Deref for Listed<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.items
    }
}

impl<T> IntoIterator for Listed<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}
