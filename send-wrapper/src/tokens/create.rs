//! Creating tokens.

use std::collections::BTreeMap;

use cache_client::{CacheHash, CacheId};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::details::TokenDetails;
use super::record::{Record, Status, Token, UsageLimit};
use super::{Tokens, key};
use crate::error::{Error, Result};
use crate::names::{Invalid, TokenName, plain_text};
use crate::time::Timestamp;

/// The most a token's metadata may take as JSON.
const MOST_METADATA: usize = 8 << 10;

impl Tokens {
    /// Begins the description of a new token.
    pub fn create(&self, name: &TokenName) -> Create {
        Create {
            tokens: self.clone(),
            name: name.clone(),
            usage_limit: Ok(UsageLimit::default()),
            created_by: "admin".to_owned(),
            expires_at: Timestamp::default(),
            metadata: BTreeMap::new(),
        }
    }
}

/// A token that is being described.
#[derive(Debug)]
#[must_use = "nothing is created until it is sent"]
pub struct Create {
    tokens: Tokens,
    name: TokenName,
    usage_limit: Result<UsageLimit, Invalid>,
    created_by: String,
    expires_at: Timestamp,
    metadata: BTreeMap<String, Value>,
}

/// A new token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "admin", derive(utoipa::ToSchema))]
pub struct Created {
    /// The id of its entry.
    #[cfg_attr(feature = "admin", schema(value_type = String))]
    pub cache_id: CacheId,
    /// The hash of its name.
    #[cfg_attr(feature = "admin", schema(value_type = String))]
    pub cache_hash: CacheHash,
    /// Its name.
    pub token_name: TokenName,
}

impl Create {
    /// Allows this many uses, at most a thousand million; 50 when not given, any number with 0.
    pub fn usage_limit(self, uses: u64) -> Self {
        Self { usage_limit: UsageLimit::new(uses), ..self }
    }

    /// Says who creates it; `admin` when not given.
    pub fn created_by(self, who: impl Into<String>) -> Self {
        Self { created_by: who.into(), ..self }
    }

    /// Lets it expire at this moment, which has to come.
    pub fn expires_at(self, moment: Timestamp) -> Self {
        Self { expires_at: moment, ..self }
    }

    /// Adds something to its metadata, which has at most 8 KiB as JSON.
    pub fn metadata(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.metadata.insert(name.into(), value.into());
        self
    }

    /// Creates it. Of several that create one name at the same time, one succeeds; the others get
    /// [`AlreadyExists`](Error::AlreadyExists).
    pub async fn send(self) -> Result<Created> {
        self.create().await.map(|(created, _)| created)
    }

    /// Creates it as [`send`](Self::send) does, and answers the token with the revision of its settings as well.
    pub async fn send_detailed(self) -> Result<(Created, TokenDetails)> {
        let now = self.tokens.send.now();
        let (created, record) = self.create().await?;
        let details = TokenDetails::of(created.cache_id, &record, now);
        Ok((created, details))
    }

    /// Refuses what [`send`](Self::send) would refuse whatever there is, without a call.
    pub fn check_only(&self) -> Result<()> {
        self.usage_limit.clone()?;
        Ok(self.check(self.tokens.send.now())?)
    }

    async fn create(self) -> Result<(Created, Record)> {
        let now = self.tokens.send.now();
        self.check(now)?;
        let Self { tokens, name, usage_limit, created_by, expires_at, metadata } = self;
        let token = Token {
            token_name: name.clone(),
            usage_limit: usage_limit?,
            usage_count: 0,
            status: Status::Active,
            created_at: now,
            created_by,
            expires_at,
            revoked_at: Timestamp::default(),
            last_used_at: Timestamp::default(),
            metadata,
        };
        let record = Record {
            cache_key: name.clone(),
            token,
            recent_uses: Default::default(),
            unrecorded: Vec::new(),
            creation: Uuid::new_v4().to_string(),
            revision: 0,
        };
        Ok((tokens.send.within(tokens.create_record(&name, &record)).await?, record))
    }

    fn check(&self, now: Timestamp) -> Result<(), Invalid> {
        plain_text("created_by", &self.created_by, 128)?;
        check_expiry(self.expires_at, now)?;
        check_metadata(&self.metadata)
    }
}

/// Refuses an end that is not to come.
pub(super) fn check_expiry(expires: Timestamp, now: Timestamp) -> Result<(), Invalid> {
    if !expires.is_never() && (expires <= now || expires.is_after_the_year_9999()) {
        return Err(Invalid::new("expires_at", "is not in the future, in milliseconds since 1970"));
    }
    Ok(())
}

/// Refuses metadata that is too long.
pub(super) fn check_metadata(metadata: &BTreeMap<String, Value>) -> Result<(), Invalid> {
    let metadata = serde_json::to_vec(metadata).map_err(|error| Invalid::new("metadata", error.to_string()))?;
    if metadata.len() > MOST_METADATA {
        return Err(Invalid::new("metadata", format!("is longer than {MOST_METADATA} bytes")));
    }
    Ok(())
}

impl Tokens {
    async fn create_record(&self, name: &TokenName, record: &Record) -> Result<Created> {
        let key = key(name);
        let created =
            |cache_id| Ok(Created { cache_id, cache_hash: self.entries.hash(&key), token_name: name.clone() });
        let exists = || Err(Error::AlreadyExists { what: format!("token {:?}", name.as_str()) });
        match self.entries.create_now(&key, record).await {
            Ok(stored) => created(stored.cache_id),
            Err(Error::AlreadyExists { .. }) => exists(),
            Err(Error::Unavailable(error)) => {
                // Whether it was created is unknown: it is ours if it says so.
                match self.entries.find::<Record>(&key).await? {
                    Some(found) if found.value.creation == record.creation => created(found.cache_id),
                    Some(_) => exists(),
                    None => Err(Error::Unavailable(error)),
                }
            }
            Err(error) => Err(error),
        }
    }
}
