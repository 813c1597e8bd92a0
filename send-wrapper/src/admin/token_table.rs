//! The table of all tokens, held in memory for listings and the overview.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::snapshot::Snapshot;
use crate::error::Result;
use crate::names::TokenName;
use crate::send_cache::SendCache;
use crate::time::Timestamp;
use crate::tokens::{TokenDetails, TokenRow, TokenRows};

/// How many tokens are held, some 300 bytes each.
const MOST: usize = 200_000;

/// How long reading the table takes at most.
const LONGEST_READ: Duration = Duration::from_secs(120);

/// All tokens, as they were five seconds ago at most, and as this process has written them since.
#[derive(Debug, Clone)]
pub(super) struct TokenTable {
    table: Snapshot<Table>,
    own: Arc<Mutex<VecDeque<Own>>>,
}

/// A row that this process has written.
#[derive(Debug)]
struct Own {
    written_at: Instant,
    row: TokenRow,
}

/// All tokens.
pub(super) struct Table {
    /// By their names.
    pub(super) rows: BTreeMap<TokenName, TokenRow>,
    /// How many records could not be read.
    pub(super) unreadable: u64,
    /// Whether these are all.
    pub(super) is_complete: bool,
    /// When they began to be read.
    begun: Instant,
}

impl Table {
    fn of(TokenRows { rows, unreadable, is_complete }: TokenRows, begun: Instant) -> Self {
        let rows = rows.into_iter().map(|row| (row.token_name.clone(), row)).collect();
        Self { rows, unreadable, is_complete, begun }
    }

    /// Puts a row in, unless the one that is there is newer.
    fn put(&mut self, row: &TokenRow) {
        let age = |row: &TokenRow| (row.created_at, row.written, row.usage_count);
        if self.rows.get(&row.token_name).is_none_or(|held| age(held) <= age(row)) {
            self.rows.insert(row.token_name.clone(), row.clone());
        }
    }
}

impl TokenTable {
    pub(super) fn new(send: &SendCache) -> Self {
        let own: Arc<Mutex<VecDeque<Own>>> = Arc::default();
        let (tokens, written) = (send.tokens(), Arc::clone(&own));
        let read = move || {
            let tokens = tokens.clone();
            async move {
                let begun = Instant::now();
                Ok(Table::of(tokens.rows(MOST).await?, begun))
            }
        };
        let settle = move |table: &mut Table| {
            let mut written = written.lock().unwrap_or_else(PoisonError::into_inner);
            // What was written before the table began to be read is in it.
            written.retain(|own| own.written_at >= table.begun);
            written.iter().for_each(|own| table.put(&own.row));
        };
        Self { table: Snapshot::settled(send, read, settle), own }
    }

    /// Shows the table and when it was taken.
    pub(super) async fn show<R>(&self, show: impl FnOnce(&Table, Timestamp) -> R) -> Result<R> {
        self.table.show(show).await
    }

    /// Takes in a token that this process has written: it is seen at once.
    pub(super) fn written(&self, details: &TokenDetails) {
        self.take(TokenRow::from(details));
    }

    /// Takes in a use that was granted. A table that does not have the token, or is being read for the first time, is read again before it
    /// is shown.
    pub(super) fn used(&self, name: &TokenName, usage_count: u64, now: Timestamp) {
        let mut used = None;
        self.table.change(|table| {
            used = table.rows.get_mut(name).map(|row| {
                row.used(usage_count, now);
                row.clone()
            });
        });
        match used {
            Some(row) => self.take(row),
            None => self.table.is_outdated(),
        }
    }

    fn take(&self, row: TokenRow) {
        // First here: a table that is read right now gets it when it is done.
        let own = Own { written_at: Instant::now(), row: row.clone() };
        let mut written = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        while written.front().is_some_and(|own| own.written_at.elapsed() > LONGEST_READ) {
            written.pop_front();
        }
        written.push_back(own);
        drop(written);
        self.table.change(|table| table.put(&row));
    }
}
