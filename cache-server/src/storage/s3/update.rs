//! Replacing a content whose record stays.
//!
//! The tag of a content is made of its bytes: it tells that they are the same, not that nobody wrote them again. So a write
//! that goes by the tag can land on the content of a later entry with the same bytes at the same path. Two look for that:
//! the update looks at the record after its write; a store that replaces a content looks at that after the record
//! ([`own`](super::own)). What is left is an updater that ends between its write and its look.

use bytes::Bytes;

use super::super::batch::Update;
use super::super::{Mark, ObjectPath, Result};
use super::bucket::{If, Put, pauses};
use super::commit::Commit;

/// How often a record that is not there yet is looked at.
const LOOKS: usize = 12;

impl Commit<'_> {
    /// Writes the content of an update; `None` when the condition does not hold, or the content is another entry's by now.
    pub(super) async fn update(
        &self,
        update: &Update,
        bytes: &Bytes,
        mark: Mark,
        condition: &If,
    ) -> Result<Option<String>> {
        let Put::Written(tag) = self.bucket.update_if(&update.content, bytes, mark, condition).await? else {
            return Ok(None);
        };
        for pause in pauses(LOOKS) {
            let record = self.bucket.get(&update.record).await?.filter(|(seen, _)| !seen.gone);
            let owner = record.and_then(|(_, bytes)| (update.owner)(&bytes));
            if owner.is_some_and(|owner| owner.cache_id == mark.cache_id) {
                return Ok(Some(tag));
            }
            // An older entry than the marked one: that may be a store on its way, whose record follows.
            let by_older = update.reference.as_ref().is_some_and(|reference| self.condition(reference).is_some());
            if by_older && !self.is_there(&update.marked).await? {
                return Ok(Some(tag));
            }
            let keeps = by_older
                || match &update.reference {
                    Some(reference) => self.is_there(reference).await?,
                    None => false,
                };
            // Without an owner it is being removed, or has no record at all.
            if keeps && owner.is_none() {
                return Ok(Some(tag));
            }
            let now = self.bucket.head(&update.content).await?;
            if now.is_none_or(|now| !now.updated || now.tag != tag || now.mark != Some(mark)) {
                return Ok(Some(tag));
            }
            let Some(owner) = owner else {
                // The content of a store that has not come to its record yet, or of nobody.
                tokio::time::sleep(pause).await;
                continue;
            };
            let new = (bytes, Mark { cache_id: owner.cache_id, ..mark });
            let (bytes, mark) = match &update.replaced {
                _ if keeps => new,
                Some(replaced) => (replaced, owner),
                // All that can be given back is whose it is.
                None => new,
            };
            self.bucket.update_if(&update.content, bytes, mark, &If::Tag(tag.clone())).await?;
            return Ok(keeps.then_some(tag));
        }
        Ok(None)
    }

    async fn is_there(&self, path: &ObjectPath) -> Result<bool> {
        Ok(self.bucket.head(path).await?.is_some_and(|seen| !seen.gone))
    }

    /// The update of the batch that writes this object.
    pub(super) fn update_of(&self, path: &ObjectPath) -> Option<&Update> {
        self.updates.iter().find(|update| update.content == *path)
    }
}
