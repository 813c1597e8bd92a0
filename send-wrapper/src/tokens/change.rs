//! Changing the settings of a token, by administrators who may do so at the same time.

use std::collections::BTreeMap;

use serde_json::Value;

use super::create::{check_expiry, check_metadata};
use super::details::{Revision, TokenDetails};
use super::record::{Record, UsageLimit};
use super::status::by_uses;
use super::{Status, Tokens, key, no_token};
use crate::entries::Change;
use crate::error::Result;
use crate::names::{Invalid, TokenName};
use crate::time::Timestamp;

/// The member of the metadata that says what a token is for.
const NOTE: &str = "note";

/// What is to be changed; what is `None` stays as it is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TokenChange {
    /// How often it can be used in all.
    pub usage_limit: Option<UsageLimit>,
    /// When it expires, in the future; 0 for never.
    pub expires_at: Option<Timestamp>,
    /// All of its metadata, at most 8 KiB as JSON.
    pub metadata: Option<BTreeMap<String, Value>>,
    /// The text `note` of its metadata, all else of which stays as it is; an empty one takes it away.
    pub note: Option<String>,
}

/// What became of a change.
#[derive(Debug, Clone, PartialEq)]
pub enum Changed {
    /// The token is as it was to be.
    Done(TokenDetails),
    /// Somebody else has changed the token's settings since: nothing was changed. The token as it is now.
    Stale(TokenDetails),
}

/// How the record was left.
enum Decided {
    Done,
    Stale,
}

impl TokenChange {
    fn check(&self, now: Timestamp) -> Result<()> {
        // One that is over already may stay: whether it moves is seen when it is compared with what is stored.
        if let Some(expires) = self.expires_at.filter(|expires| expires.is_after_the_year_9999()) {
            check_expiry(expires, now)?;
        }
        self.metadata.iter().try_for_each(check_metadata)?;
        Ok(())
    }

    fn apply(&self, record: &mut Record) -> Result<(), Invalid> {
        let token = &mut record.token;
        if let Some(limit) = self.usage_limit {
            token.usage_limit = limit;
            if token.status != Status::Revoked {
                token.status = by_uses(token);
            }
        }
        token.expires_at = self.expires_at.unwrap_or(token.expires_at);
        self.metadata.iter().for_each(|metadata| token.metadata.clone_from(metadata));
        match self.note.as_deref() {
            None => {}
            Some("") => drop(token.metadata.remove(NOTE)),
            Some(note) => {
                token.metadata.insert(NOTE.to_owned(), note.into());
                check_metadata(&token.metadata)?;
            }
        }
        Ok(())
    }
}

impl Tokens {
    /// Changes the settings of a token, unless somebody has changed them since `revision`. Two calls when nobody else writes the
    /// token.
    ///
    /// A token whose settings are as they are to be already is [`Done`](Changed::Done), whatever the revision: so a change whose
    /// answer was lost may be repeated.
    pub async fn update(&self, name: &TokenName, revision: &Revision, change: &TokenChange) -> Result<Changed> {
        let now = self.send.now();
        change.check(now)?;
        let key = key(name);
        let decide = |record: &mut Record| {
            let before = Revision::of(record);
            let mut changed = record.clone();
            if let Err(refused) = change.apply(&mut changed) {
                return Change::Keep(Err(refused));
            }
            let is_moved = changed.token.expires_at != record.token.expires_at;
            let refused = is_moved.then(|| check_expiry(changed.token.expires_at, now).err()).flatten();
            if Revision::of(&changed) == before {
                return Change::Keep(Ok((Decided::Done, record.clone())));
            }
            if before != *revision {
                return Change::Keep(Ok((Decided::Stale, record.clone())));
            }
            if let Some(refused) = refused {
                return Change::Keep(Err(refused));
            }
            changed.revision += 1;
            record.clone_from(&changed);
            Change::Write(Ok((Decided::Done, changed)))
        };
        let (decided, record) = self.entries.change(&key, decide).await?.ok_or_else(|| no_token(name))??;
        let details = self.details_of_record(&key, &record, now).await?;
        Ok(match decided {
            Decided::Done => Changed::Done(details),
            Decided::Stale => Changed::Stale(details),
        })
    }
}
