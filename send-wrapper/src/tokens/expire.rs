//! Deleting old events of tokens: they hold what stands for visitors.

use cache_client::client::BulkEntry;

use super::record::Record;
use super::usage::{UsageEvent, UsageTotals};
use super::{Tokens, key};
use crate::entries::Change;
use crate::error::Result;
use crate::journal::{Expired, Totals};
use crate::time::Day;

impl Tokens {
    /// Deletes the events of a token that are older than this day. What is no token is left alone.
    pub(crate) async fn expire(&self, entry: &BulkEntry, before: Day, dry_run: bool) -> Result<Expired> {
        let Ok(mut record) = entry.json::<Record>() else { return Ok(Expired::new()) };
        if record.token.created_at.day() >= before {
            return Ok(Expired::new());
        }
        // Events that got no file, since whoever was to write them was killed and nobody has used the token since.
        let is_old = |event: &UsageEvent| event.timestamp.day() < before;
        if !dry_run && record.unrecorded.iter().any(is_old) {
            let forget = |record: &mut Record| {
                record.unrecorded.retain(|event| !is_old(event));
                record.revision += 1;
                Change::Write(())
            };
            self.entries.change(&key(&record.cache_key), forget).await?;
            record.unrecorded.retain(|event| !is_old(event));
        }
        let known = UsageTotals::known(&record);
        self.entries.journal(entry.cache_id).expire::<UsageTotals>(&known, before, dry_run).await
    }
}
