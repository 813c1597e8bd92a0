//! Changing what can be done with a token: its limit, taking it back, giving it back.

use super::record::{Record, Status, Token, UsageLimit};
use super::{TokenDetails, Tokens, key, no_token};
use crate::entries::Change;
use crate::error::{Error, Result};
use crate::names::TokenName;
use crate::time::Timestamp;

impl Tokens {
    /// Takes a token back: nobody can use it any more. One that is revoked already stays as it is.
    pub async fn revoke(&self, name: &TokenName) -> Result<TokenDetails> {
        self.change(name, |record, now| {
            if record.token.status == Status::Revoked {
                return Ok(Change::Keep(()));
            }
            record.token.status = Status::Revoked;
            record.token.revoked_at = now;
            Ok(Change::Write(()))
        })
        .await
    }

    /// Sets how often a token can be used in all. An exhausted token becomes active when that leaves uses, an active one
    /// exhausted when it leaves none; a revoked one stays revoked.
    pub async fn update_limit(&self, name: &TokenName, limit: UsageLimit) -> Result<TokenDetails> {
        self.change(name, |record, _| {
            let token = &mut record.token;
            if token.usage_limit == limit {
                return Ok(Change::Keep(()));
            }
            token.usage_limit = limit;
            if token.status != Status::Revoked {
                token.status = by_uses(token);
            }
            Ok(Change::Write(()))
        })
        .await
    }

    /// Makes a revoked or exhausted token active again, with another limit if one is given; an active one stays so.
    ///
    /// A token without uses left needs a limit that leaves some; without it, and for a token whose time is over, the answer is
    /// [`Conflict`](Error::Conflict), and nothing is changed.
    pub async fn reactivate(&self, name: &TokenName, limit: Option<UsageLimit>) -> Result<TokenDetails> {
        self.change(name, |record, now| {
            if !record.token.expires_at.is_never() && record.token.expires_at <= now {
                return Err("has expired".to_owned());
            }
            let token = &mut record.token;
            let limit = limit.unwrap_or(token.usage_limit);
            if !limit.leaves_uses_after(token.usage_count) {
                let used = token.usage_count;
                return Err(format!("has no uses left: it needs a usage_limit of 0 or more than {used}"));
            }
            if token.status == Status::Active && token.usage_limit == limit {
                return Ok(Change::Keep(()));
            }
            token.usage_limit = limit;
            token.status = Status::Active;
            token.revoked_at = Timestamp::default();
            Ok(Change::Write(()))
        })
        .await
    }

    /// Changes a token, and answers it as it was written; `decide` says what stands against it.
    async fn change(
        &self,
        name: &TokenName,
        mut decide: impl FnMut(&mut Record, Timestamp) -> Result<Change<()>, String>,
    ) -> Result<TokenDetails> {
        let now = self.send.now();
        let key = key(name);
        let changed = self.entries.change(&key, |record: &mut Record| match decide(record, now) {
            Ok(Change::Write(())) => {
                record.revision += 1;
                Change::Write(Ok(record.clone()))
            }
            Ok(Change::Keep(())) => Change::Keep(Ok(record.clone())),
            Err(reason) => Change::Keep(Err(reason)),
        });
        let decided = changed.await?.ok_or_else(|| no_token(name))?;
        let record =
            decided.map_err(|reason| Error::Conflict { reason: format!("token {:?} {reason}", name.as_str()) })?;
        self.details_of_record(&key, &record, now).await
    }
}

pub(super) fn by_uses(token: &Token) -> Status {
    if token.usage_limit.leaves_uses_after(token.usage_count) { Status::Active } else { Status::Exhausted }
}
