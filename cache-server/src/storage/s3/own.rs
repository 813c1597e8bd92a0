//! A content and the record beside it that says whose it is.
//!
//! A content and its record ([`Batch::own`]) stay together: the record, which no two writers write alike, decides whose
//! the content is.
//!
//! - Who writes a content where none is (`If-None-Match: *`) then creates the record. Two requests, and the usual case.
//! - Who replaces a content reads the record, writes the content, and swaps the record if it is as it was read; if not, it
//!   looks again. Who finds its content replaced by a later writer leaves the record to that one. At the end it looks at the
//!   content, which an update of the entry before may have replaced.
//! - Who removes a content puts a stand-in in the place of the record, if that is as it was read; deletes everything
//!   else, then the stand-in. Writers that come meanwhile wait for the end of it, and write again what was deleted.
//! - Who takes over what a crash left swaps the record first: of several, one can.
//!
//! A removal on the condition that the content has a certain version puts a stand-in in the place of the content as well,
//! after that of the record, which is put back if the content differs. Any other object that is deleted on a condition is
//! replaced by a stand-in, too, so that of several who delete it one does.

use bytes::Bytes;

use super::super::batch::{Owned, Write};
use super::super::{Error, Mark, Outcome, Result};
use super::bucket::{If, Put, pauses};
use super::commit::{Commit, refused};
use super::error::unavailable;
use super::stand_in::{StandIn, both_settled, settled};

/// How often a writer that lost a race looks again.
const RACES: usize = 64;
impl Commit<'_> {
    /// Writes a content and its record; answers the tag of the content.
    pub(super) async fn own(&self, own: &Owned, bytes: &Bytes, mark: Option<Mark>) -> Result<String> {
        let condition = self.condition(&own.content);
        if let Some(unfinished) = self.condition(&own.record) {
            return self.take_over(own, bytes, mark, &unfinished).await;
        }
        let first = self.bucket.put_if(&own.content, bytes, mark, condition.as_ref().unwrap_or(&If::Absent)).await?;
        let mut written = match first {
            Put::Written(tag) => match self.record(own, &If::Absent).await? {
                Put::Written(_) => {
                    self.config(own).await?;
                    return Ok(tag);
                }
                Put::Refused(_) => Some(tag),
            },
            Put::Refused(Some(seen)) if condition.is_some() && !seen.gone => return Err(refused(&own.content)),
            Put::Refused(_) => None,
        };
        // Before the content, so that who is overtaken leaves none, and record and content are written close together.
        self.config(own).await?;
        for pause in pauses(RACES) {
            // In this order: a record that is as it was before our content was there belongs to an earlier writer.
            let (record, now) = both_settled(self.bucket, own).await?;
            written = match (written, now) {
                (Some(tag), Some(now)) if !now.gone && now.mark != mark => return Ok(tag),
                (Some(_), Some(now)) if !now.gone && now.mark == mark => Some(now.tag),
                (written, now) => {
                    let is_there = now.as_ref().is_some_and(|now| !now.gone);
                    if condition == Some(If::Absent) && written.is_none() && is_there {
                        return Err(refused(&own.content));
                    }
                    if !is_there {
                        self.config(own).await?;
                    }
                    match self.bucket.put_if(&own.content, bytes, mark, &If::still(now.as_ref())).await? {
                        Put::Written(tag) => Some(tag),
                        Put::Refused(_) => None,
                    }
                }
            };
            if let Some(tag) = &written
                && let Put::Written(record) = self.record(own, &If::still(record.as_ref())).await?
            {
                return self.keep(own, bytes, mark, tag.clone(), &record).await;
            }
            tokio::time::sleep(pause).await;
        }
        Err(contended())
    }

    async fn config(&self, own: &Owned) -> Result<()> {
        self.bucket.put(&own.config, self.bytes_of(&own.config), None).await?;
        Ok(())
    }

    async fn record(&self, own: &Owned, condition: &If) -> Result<Put> {
        self.bucket.put_if(&own.record, &self.bytes_of(&own.record), None, condition).await
    }

    /// Sees to a content that was replaced before its record was there: by an update of the entry before, which becomes
    /// this entry's, or by a later entry that is deleted by now. Answers the tag of the content.
    async fn keep(&self, own: &Owned, bytes: &Bytes, mark: Option<Mark>, tag: String, record: &str) -> Result<String> {
        for _ in 0..RACES {
            let now = self.bucket.head(&own.content).await?;
            let is_lost = now.as_ref().is_none_or(|now| now.updated && now.mark != mark);
            let (true, Some(mark)) = (is_lost, mark) else { return Ok(tag) };
            if self.bucket.head(&own.record).await?.is_none_or(|seen| seen.tag != record) {
                return Ok(tag);
            }
            let (bytes, mark) = match self.bucket.get(&own.content).await? {
                Some((seen, updated)) if now.as_ref().is_some_and(|now| now.tag == seen.tag) => {
                    (updated, Mark { coding: seen.mark.and_then(|mark| mark.coding), ..mark })
                }
                None if now.is_none() => {
                    self.config(own).await?;
                    (bytes.clone(), mark)
                }
                _ => continue,
            };
            let still = If::still(now.as_ref());
            if let Put::Written(tag) = self.bucket.update_if(&own.content, &bytes, mark, &still).await? {
                return Ok(tag);
            }
        }
        Err(contended())
    }

    /// Replaces what a crash left of a content: the record first, which only one of several can swap.
    async fn take_over(&self, own: &Owned, bytes: &Bytes, mark: Option<Mark>, unfinished: &If) -> Result<String> {
        let Put::Written(_) = self.record(own, unfinished).await? else {
            return Err(refused(&own.record));
        };
        self.config(own).await?;
        for pause in pauses(RACES) {
            let now = settled(self.bucket, &own.content).await?;
            let still = If::still(now.as_ref());
            if let Put::Written(tag) = self.bucket.put_if(&own.content, bytes, mark, &still).await? {
                return Ok(tag);
            }
            tokio::time::sleep(pause).await;
        }
        Err(contended())
    }

    /// Removes a content with all that is deleted in one stage with it, unless its record has changed.
    pub(super) async fn remove(&self, own: &Owned, writes: &[Write]) -> Result<Vec<Outcome>> {
        let paths: Vec<_> = writes.iter().map(|write| write.path().clone()).collect();
        let outcomes = self.there(&paths).await?;
        let stand_in = match self.removing.iter().find(|stand_in| stand_in.path == own.record) {
            Some(begun) => Some(begun.clone()),
            None => self.begin_removal(own).await?,
        };
        let Some(stand_in) = stand_in else { return Ok(vec![Outcome::Unchanged; paths.len()]) };
        let files = paths.into_iter().filter(|path| *path != own.record).collect();
        stand_in.remove(self.bucket, files).await?;
        Ok(outcomes)
    }

    /// Puts a stand-in in the place of a record; `None` when that has changed.
    async fn begin_removal(&self, own: &Owned) -> Result<Option<StandIn>> {
        let condition = match self.condition(&own.record) {
            Some(condition) => condition,
            None => If::still(settled(self.bucket, &own.record).await?.as_ref()),
        };
        StandIn::put(self.bucket, &own.record, &condition).await
    }

    /// Begins the removal of a content that is as the condition says: whoever changes it first wins.
    pub(super) async fn begin_removal_if(&self, own: &Owned, condition: &If) -> Result<StandIn> {
        let record = self.bucket.get(&own.record).await?;
        let Some(stand_in) = self.begin_removal(own).await? else { return Err(refused(&own.record)) };
        if let Put::Written(_) = stand_in.protect(self.bucket.put_stand_in(&own.content, condition)).await? {
            return Ok(stand_in);
        }
        match record.filter(|(seen, _)| !seen.gone) {
            Some((_, bytes)) => drop(self.bucket.put_if(&own.record, &bytes, None, &If::Tag(stand_in.tag)).await?),
            None => stand_in.finish(self.bucket).await,
        }
        Err(refused(&own.content))
    }
}

fn contended() -> Error {
    unavailable("writing objects", "other servers wrote them all the time")
}
