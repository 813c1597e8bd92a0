//! Tokens as rows of a table: what a listing shows of them, without their metadata and history.

use cache_client::{CacheId, Strategy};
use futures::TryStreamExt;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::Tokens;
use super::details::TokenDetails;
use super::record::{Status, UsageLimit};
use crate::error::Result;
use crate::names::TokenName;
use crate::namespaces;
use crate::time::Timestamp;

/// How many tokens come with one call, and are held in memory as they are stored.
const PAGE: u32 = 500;
/// How much of a note a row shows, in characters.
const NOTE: usize = 200;

/// What a listing shows of a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "admin", derive(utoipa::ToSchema))]
pub struct TokenRow {
    /// The id of its entry.
    #[cfg_attr(feature = "admin", schema(value_type = String))]
    pub cache_id: CacheId,
    /// Its name.
    pub token_name: TokenName,
    /// How often it can be used.
    pub usage_limit: UsageLimit,
    /// How often it was used.
    pub usage_count: u64,
    /// How often it can be used from now on, by its limit alone; -1 for any number.
    pub remaining: i64,
    /// What can be done with it.
    pub status: Status,
    /// When it was created.
    pub created_at: Timestamp,
    /// Who created it.
    pub created_by: Box<str>,
    /// When it expires; 0 for never.
    pub expires_at: Timestamp,
    /// When it was revoked; 0 when it is not.
    pub revoked_at: Timestamp,
    /// When it was used last; 0 for not yet.
    pub last_used_at: Timestamp,
    /// The text `note` of its metadata, cut to 200 characters.
    pub note: Option<Box<str>>,
    /// How many times the record was written: of two rows of a token the one with more is newer.
    #[serde(skip)]
    #[cfg_attr(feature = "admin", schema(ignore))]
    pub(crate) written: u64,
}

/// A token as it is stored, as far as a row needs it.
#[derive(Deserialize)]
struct Stored {
    token_name: TokenName,
    usage_limit: UsageLimit,
    usage_count: u64,
    status: Status,
    created_at: Timestamp,
    created_by: Box<str>,
    #[serde(default)]
    expires_at: Timestamp,
    #[serde(default)]
    revoked_at: Timestamp,
    #[serde(default)]
    last_used_at: Timestamp,
    #[serde(default)]
    metadata: Noted,
    #[serde(default)]
    revision: u64,
}

#[derive(Default, Deserialize)]
struct Noted {
    #[serde(default, deserialize_with = "note")]
    note: Option<Box<str>>,
}

/// A note of any other kind than text is none.
fn note<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Box<str>>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(value.as_str().map(shortened))
}

fn shortened(text: &str) -> Box<str> {
    text.chars().take(NOTE).collect::<String>().into()
}

impl TokenRow {
    fn of(cache_id: CacheId, stored: Stored) -> Self {
        let Stored { token_name, usage_limit, usage_count, status, created_at, created_by, .. } = stored;
        let Stored { expires_at, revoked_at, last_used_at, metadata, revision, .. } = stored;
        Self {
            cache_id,
            token_name,
            usage_limit,
            usage_count,
            remaining: remaining(usage_limit, usage_count),
            status,
            created_at,
            created_by,
            expires_at,
            revoked_at,
            last_used_at,
            note: metadata.note,
            written: revision,
        }
    }

    /// What can be done with it at this moment.
    pub fn status_at(&self, now: Timestamp) -> Status {
        let is_over = !self.expires_at.is_never() && self.expires_at <= now;
        match self.status {
            Status::Active | Status::Exhausted | Status::Expired if is_over => Status::Expired,
            Status::Expired => Status::Active,
            status @ (Status::Active | Status::Exhausted | Status::Revoked) => status,
        }
    }

    /// Counts a use that was granted.
    pub fn used(&mut self, usage_count: u64, now: Timestamp) {
        self.usage_count = self.usage_count.max(usage_count);
        self.last_used_at = self.last_used_at.max(now);
        self.remaining = remaining(self.usage_limit, self.usage_count);
        if self.remaining == 0 && self.status == Status::Active {
            self.status = Status::Exhausted;
        }
    }
}

fn remaining(limit: UsageLimit, count: u64) -> i64 {
    limit.uses().map_or(-1, |uses| i64::try_from(uses.saturating_sub(count)).unwrap_or(i64::MAX))
}

impl From<&TokenDetails> for TokenRow {
    fn from(details: &TokenDetails) -> Self {
        let TokenDetails { cache_id, remaining, token, written, .. } = details;
        Self {
            cache_id: *cache_id,
            token_name: token.token_name.clone(),
            usage_limit: token.usage_limit,
            usage_count: token.usage_count,
            remaining: *remaining,
            status: token.status,
            created_at: token.created_at,
            created_by: token.created_by.as_str().into(),
            expires_at: token.expires_at,
            revoked_at: token.revoked_at,
            last_used_at: token.last_used_at,
            note: token.metadata.get("note").and_then(Value::as_str).map(shortened),
            written: *written,
        }
    }
}

/// The rows of all tokens.
#[derive(Debug, Clone, Default)]
pub struct TokenRows {
    /// In no order.
    pub rows: Vec<TokenRow>,
    /// How many records could not be read.
    pub unreadable: u64,
    /// Whether these are all.
    pub is_complete: bool,
}

impl Tokens {
    /// Reads the rows of all tokens, `most` at most: a call for every 500 of them. Records that cannot be read are counted.
    /// It ends within the [long time limit](crate::SendCache::long_time_limit).
    pub async fn rows(&self, most: usize) -> Result<TokenRows> {
        self.send.within_long(self.read_rows(most)).await
    }

    async fn read_rows(&self, most: usize) -> Result<TokenRows> {
        let entries = self.send.cache.namespace().entries(namespaces::TOKENS);
        let mut entries = entries.strategy(Strategy::KeyBased).page_size(PAGE).stream();
        let mut found = TokenRows { is_complete: true, ..TokenRows::default() };
        while let Some(entry) = self.send.within(async { Ok(entries.try_next().await?) }).await? {
            if found.rows.len() >= most {
                found.is_complete = false;
                break;
            }
            match entry.json::<Stored>() {
                Ok(stored) => found.rows.push(TokenRow::of(entry.cache_id, stored)),
                Err(_) => found.unreadable += 1,
            }
        }
        Ok(found)
    }
}
