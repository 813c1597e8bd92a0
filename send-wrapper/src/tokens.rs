//! Invitation tokens: created once, used exactly as often as they allow, whoever uses them at the same time.

mod change;
mod create;
mod details;
mod expire;
mod list;
mod page;
mod queue;
mod record;
mod spend;
mod status;
mod usage;
mod usage_page;
mod usage_summary;

use crate::entries::Entries;
use crate::error::{Error, Result};
use crate::keys::EntryKey;
use crate::names::TokenName;
use crate::namespaces;
use crate::send_cache::SendCache;

pub(crate) use queue::Queue;

pub use change::{Changed, TokenChange};
pub use create::{Create, Created};
pub use details::{Revision, TokenDetails};
pub use page::{TokenRow, TokenRows};
pub use record::{Status, Token, UsageLimit};
pub use spend::{Refusal, Remaining, Use, Used};
pub use usage::{Action, UsageCounts, UsageEvent, UsageQuery};
pub use usage_page::{UsagePage, UsagePageQuery};
pub use usage_summary::{DayOfUses, UsageSummary, VisitorOfToken};

/// The tokens.
///
/// # What is promised
///
/// A use is decided by one conditional write of the token. Whatever processes and servers use a token at the same time, and
/// wherever one of them is killed, a token with limit *n* grants *n* uses; a use that is asked for again with the same
/// [`UseId`](crate::UseId) counts once (the newest 256 uses of a token are remembered).
///
/// Each use that is granted leaves a [`UsageEvent`]. It goes into the token in the write that grants the use, and then into a file
/// of its own: if that fails, or the process is killed in between, [`usage`](Self::usage) still shows it, and the next use writes
/// the file. A refused use leaves an event, too, unless there is no such token; one that cannot be written is
/// [counted](SendCache::lost).
///
/// # Cost
///
/// In calls to the cache, when nobody else uses the token at the same time: a use 3 (4 where this process has not seen the token
/// before, or another process used it last; less where one process uses it many times at once), a lookup 1, creating 1, changing the limit and the like 2 or 3, a list of up to
/// 10,000 tokens 1.
#[derive(Debug, Clone)]
pub struct Tokens {
    send: SendCache,
    entries: Entries,
}

impl Tokens {
    pub(crate) fn new(send: &SendCache) -> Self {
        Self { send: send.clone(), entries: send.own_entries(namespaces::TOKENS) }
    }

    /// Looks a token up by its name, also one that is revoked or exhausted.
    pub async fn lookup(&self, name: &TokenName) -> Result<Option<Token>> {
        let token: Option<Token> = self.entries.retrieve(&key(name)).await?;
        Ok(token.map(|token| token.at(self.send.now())))
    }
}

/// A token is kept under its name.
fn key(name: &TokenName) -> EntryKey {
    EntryKey::parse(name.as_str()).expect("a token's name is a key")
}

fn no_token(name: &TokenName) -> Error {
    Error::missing(format!("token {:?}", name.as_str()))
}
