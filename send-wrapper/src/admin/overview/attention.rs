//! Tokens that need attention.

use std::cmp::Reverse;
use std::time::Duration;

use serde::Serialize;
use utoipa::ToSchema;

use crate::admin::token_table::Table;
use crate::time::Timestamp;
use crate::tokens::{Status, TokenRow};

/// How many tokens each list shows.
const SHOWN: usize = 10;
/// A token is nearly used up when at most a tenth of its uses are left.
const NEARLY: u64 = 10;
/// A token expires soon when it does within seven days.
const SOON: Duration = Duration::from_secs(7 * 86_400);

/// Tokens, in short.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TokensInShort {
    /// How many there are.
    total: usize,
    /// How many can be used.
    active: usize,
    /// How many can be used, and have a tenth of their uses left at most.
    nearly_used_up_count: usize,
    /// Those, with the fewest uses left first; 10 at most.
    nearly_used_up: Vec<TokenRow>,
    /// How many can be used, and expire within seven days.
    expiring_count: usize,
    /// Those, the next one first; 10 at most.
    expiring: Vec<TokenRow>,
}

impl TokensInShort {
    pub(super) fn of(table: &Table, now: Timestamp) -> Self {
        let active = || table.rows.values().filter(|row| row.status_at(now) == Status::Active);
        let is_nearly = |row: &&TokenRow| {
            row.usage_limit.uses().is_some_and(|limit| row.remaining.unsigned_abs() * NEARLY <= limit)
        };
        let mut nearly: Vec<&TokenRow> = active().filter(is_nearly).collect();
        nearly.sort_by_key(|row| (row.remaining, Reverse(row.last_used_at)));
        let soon = now.plus(SOON);
        let mut expiring: Vec<&TokenRow> =
            active().filter(|row| !row.expires_at.is_never() && row.expires_at <= soon).collect();
        expiring.sort_by_key(|row| row.expires_at);
        let first = |rows: &[&TokenRow]| rows.iter().take(SHOWN).map(|row| (*row).clone()).collect();
        Self {
            total: table.rows.len(),
            active: active().count(),
            nearly_used_up_count: nearly.len(),
            nearly_used_up: first(&nearly),
            expiring_count: expiring.len(),
            expiring: first(&expiring),
        }
    }
}
