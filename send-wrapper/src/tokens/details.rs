//! A token with what an administrator needs to change it: the id of its entry, and the revision of its settings.

use std::fmt;
use std::ops::Deref;

use cache_client::CacheId;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::record::{Record, Status, Token};
use super::{Remaining, Tokens, key, no_token};
use crate::error::Result;
use crate::keys::EntryKey;
use crate::listed::Listed;
use crate::names::{Invalid, TokenName};
use crate::namespaces;
use crate::time::Timestamp;

/// The revision of a token's settings: 16 hexadecimal digits.
///
/// It is made from the limit, the expiry, the metadata and whether the token is revoked. Uses of the token do not change it, so an
/// administrator can change a token that is used all the time.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "admin", derive(utoipa::ToSchema), schema(value_type = String))]
pub struct Revision(Box<str>);

impl Revision {
    /// Parses a revision.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        match text.len() == 16 && text.bytes().all(is_digit) {
            true => Ok(Self(text.into())),
            false => Err(Invalid::new("revision", "is not 16 hexadecimal digits")),
        }
    }

    pub(super) fn of(record: &Record) -> Self {
        let Record { token, creation, .. } = record;
        let is_revoked = token.status == Status::Revoked;
        let settings = (creation, token.usage_limit, token.expires_at, &token.metadata, is_revoked);
        let text = serde_json::to_vec(&settings).unwrap_or_default();
        Self(cache_client::hash::hex_prefix(&Sha256::digest(text), 16).into())
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Revision {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        Self::parse(&text)
    }
}

impl From<Revision> for String {
    fn from(revision: Revision) -> Self {
        revision.0.into()
    }
}

/// A token, the id of its entry, and the revision of its settings.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "admin", derive(utoipa::ToSchema))]
pub struct TokenDetails {
    /// The id of its entry.
    #[cfg_attr(feature = "admin", schema(value_type = String))]
    pub cache_id: CacheId,
    /// The revision of its settings, which a change of them has to name. Uses do not change it.
    pub revision: Revision,
    /// How often it can be used from now on, by its limit alone; -1 for any number.
    pub remaining: i64,
    /// The token.
    #[serde(flatten)]
    pub token: Token,
    /// How many times the record was written.
    #[serde(skip)]
    #[cfg_attr(feature = "admin", schema(ignore))]
    pub(crate) written: u64,
}

impl TokenDetails {
    pub(super) fn of(cache_id: CacheId, record: &Record, now: Timestamp) -> Self {
        let token = record.token.clone().at(now);
        let remaining = Remaining::of(&token).as_number();
        Self { cache_id, revision: Revision::of(record), remaining, token, written: record.revision }
    }
}

impl Deref for TokenDetails {
    type Target = Token;

    fn deref(&self) -> &Token {
        &self.token
    }
}

impl Tokens {
    /// What was written, or read to be. The id is remembered since then: no call.
    pub(super) async fn details_of_record(
        &self,
        key: &EntryKey,
        record: &Record,
        now: Timestamp,
    ) -> Result<TokenDetails> {
        let cache_id = self.send.within(self.entries.id_of(key)).await?;
        let cache_id = cache_id.ok_or_else(|| no_token(&record.token.token_name))?;
        Ok(TokenDetails::of(cache_id, record, now))
    }

    /// Looks a token up with the id of its entry and the revision of its settings; `None` when there is none. One call when this
    /// process has seen the token before, else two.
    pub async fn details(&self, name: &TokenName) -> Result<Option<TokenDetails>> {
        let now = self.send.now();
        let found = self.send.within(self.entries.find::<Record>(&key(name))).await?;
        Ok(found.map(|found| TokenDetails::of(found.cache_id, &found.value, now)))
    }

    /// Reads the tokens of these entries, in their order, without those that are not there any more. One call for 1,000.
    pub async fn details_of(&self, ids: impl IntoIterator<Item = CacheId>) -> Result<Listed<TokenDetails>> {
        let now = self.send.now();
        let ids: Vec<CacheId> = ids.into_iter().collect();
        let found = self.send.cache.retrieve().by_ids(namespaces::TOKENS, ids);
        let found = self.send.within(async { Ok(found.send().await?) }).await?;
        let mut details = Listed::new();
        for entry in found.into_iter().flatten() {
            details.add(entry.json().map(|record| TokenDetails::of(entry.cache_id, &record, now)));
        }
        Ok(details)
    }
}
