//! A token as it is stored, and as it is shown.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::UsageEvent;
use crate::names::{Invalid, TokenName, UseId};
use crate::time::Timestamp;

/// How many uses a token remembers, so that one that is asked for again counts once.
pub(super) const RECENT: usize = 256;

/// How often a token can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "admin", derive(utoipa::ToSchema))]
pub struct UsageLimit(u64);

impl UsageLimit {
    /// As often as anybody likes; `0` in documents.
    pub const UNLIMITED: Self = Self(0);
    const MOST: u64 = 1_000_000_000;

    /// Takes a number of uses, at most a thousand million; 0 is [unlimited](Self::UNLIMITED).
    pub fn new(uses: u64) -> Result<Self, Invalid> {
        if uses > Self::MOST {
            return Err(Invalid::new("usage_limit", format!("is more than {}", Self::MOST)));
        }
        Ok(Self(uses))
    }

    /// The number of uses; `None` for unlimited.
    pub fn uses(self) -> Option<u64> {
        (self.0 > 0).then_some(self.0)
    }

    /// Tells whether a token that was used this often can be used again.
    pub(super) fn leaves_uses_after(self, count: u64) -> bool {
        self.uses().is_none_or(|uses| uses > count)
    }
}

impl Default for UsageLimit {
    fn default() -> Self {
        Self(50)
    }
}

/// What can be done with a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "admin", derive(utoipa::ToSchema))]
pub enum Status {
    /// It can be used.
    Active,
    /// It was used as often as it allows.
    Exhausted,
    /// Somebody took it back.
    Revoked,
    /// Its time is over.
    Expired,
}

/// An invitation token.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "admin", derive(utoipa::ToSchema))]
pub struct Token {
    /// Its name.
    pub token_name: TokenName,
    /// How often it can be used.
    pub usage_limit: UsageLimit,
    /// How often it was used.
    pub usage_count: u64,
    /// What can be done with it.
    pub status: Status,
    /// When it was created.
    pub created_at: Timestamp,
    /// Who created it.
    pub created_by: String,
    /// When it expires; 0 for never.
    #[serde(default)]
    pub expires_at: Timestamp,
    /// When it was revoked; 0 when it is not.
    #[serde(default)]
    pub revoked_at: Timestamp,
    /// When it was used last; 0 for not yet.
    #[serde(default)]
    pub last_used_at: Timestamp,
    /// Whatever its creator wants to know about it.
    #[serde(default)]
    pub metadata: BTreeMap<String, Value>,
}

/// A token as it is stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Record {
    /// Its key, by which its hash is made.
    pub(super) cache_key: TokenName,
    #[serde(flatten)]
    pub(super) token: Token,
    /// The newest uses, the last one at the end.
    #[serde(default)]
    pub(super) recent_uses: VecDeque<RecentUse>,
    /// Events of granted uses of which the last writer did not know whether they have files.
    #[serde(default)]
    pub(super) unrecorded: Vec<UsageEvent>,
    /// Who created it: after a lost answer its creator recognises it by this.
    #[serde(default)]
    pub(super) creation: String,
    /// Counts the writes, so that no two states have the same bytes.
    #[serde(default)]
    pub(super) revision: u64,
}

/// A use that was granted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct RecentUse {
    pub(super) use_id: UseId,
    pub(super) at: Timestamp,
}

impl Token {
    /// The token as it is at this moment.
    pub(super) fn at(self, now: Timestamp) -> Self {
        Self { status: self.status_at(now), ..self }
    }

    /// What can be done with it at this moment.
    pub(super) fn status_at(&self, now: Timestamp) -> Status {
        match self.status {
            Status::Revoked => Status::Revoked,
            _ if !self.expires_at.is_never() && self.expires_at <= now => Status::Expired,
            Status::Exhausted => Status::Exhausted,
            Status::Active | Status::Expired => Status::Active,
        }
    }
}

impl Record {
    /// Tells whether this use was granted.
    pub(super) fn was_used_by(&self, use_id: &UseId) -> bool {
        self.recent_uses.iter().any(|recent| recent.use_id == *use_id)
    }
}
