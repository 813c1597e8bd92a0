//! Deleting old events of a record, once its summary counts them.

use std::collections::BTreeMap;

use cache_client::generated::types::ChildFileResponse;
use futures::stream::{StreamExt, TryStreamExt, iter};

use super::{Journal, Known, Reach, Totals};
use crate::error::{Error, Result};
use crate::time::{Day, Timestamp};

/// How many files of a day are deleted with one call; of more, each has a call of its own.
const AT_ONCE: u32 = 1000;
/// How many such calls are made at the same time.
const TOGETHER: usize = 16;

/// How many files were deleted of each day, or would have been.
pub(crate) type Expired = BTreeMap<Day, u64>;

impl Journal<'_> {
    /// Deletes the events filed on days before this one. Two calls where there are none; else some ten, and three for each day,
    /// or one for each file of a day that has more than a thousand.
    ///
    /// What they come to is saved in the summary first, for good. Then the summary forgets the old events that it holds itself, and
    /// only then their files go: a run that fails in between leaves files that the next one finds.
    pub(crate) async fn expire<T: Totals>(&self, known: &Known, before: Day, dry_run: bool) -> Result<Expired> {
        let mut expired = Expired::new();
        let has_old = self.oldest().await?.is_some_and(|day| day < before);
        if dry_run {
            return if has_old { self.files_before(before).await } else { Ok(expired) };
        }
        if has_old {
            let counted = self.catch_up::<T>(Reach::Everything, known).await?.settled;
            if self.saved::<T>(known.since).await?.0.up_to < counted.up_to {
                return Err(Error::Conflict { reason: "what old events come to could not be saved".to_owned() });
            }
        }
        // Also where no old file is left: one that was saved by somebody else meanwhile may hold what the files said.
        self.forget::<T>(known.since, before, has_old).await?;
        while has_old
            && let Some(day) = self.oldest().await?
            && day < before
        {
            let deleted = self.delete_some(day).await?;
            if deleted == 0 {
                break;
            }
            *expired.entry(day).or_default() += deleted;
        }
        Ok(expired)
    }

    /// Deletes the files of a day, or a thousand of them where it has more: so that a day of very many ends in time, page by page.
    async fn delete_some(&self, day: Day) -> Result<u64> {
        let folder = || self.send.cache.data().list(self.namespace, self.cache_id).key(day.events_folder());
        let page = self.send.within(async { Ok(folder().files().page_size(AT_ONCE).page().await?) }).await?;
        if page.next.is_none() {
            return self.send.within(async { Ok(folder().delete().await?) }).await;
        }
        let delete = |file: ChildFileResponse| async move {
            let ChildFileResponse { data_type, data_file_id, .. } = file;
            let delete = self.send.cache.data().delete(self.namespace, self.cache_id, data_type, data_file_id);
            self.send.within(async { Ok(delete.key(file.data_key).send().await?) }).await
        };
        let mut gone = iter(page.items).map(delete).buffer_unordered(TOGETHER);
        let mut deleted = 0;
        while let Some(is_gone) = gone.try_next().await? {
            deleted += u64::from(is_gone);
        }
        Ok(deleted)
    }

    /// Takes old events out of those that the summary holds. What they came to stays.
    async fn forget<T: Totals>(&self, since: Timestamp, before: Day, has_old: bool) -> Result<()> {
        let (mut sum, version) = self.send.within(self.saved::<T>(since)).await?;
        let held = sum.recent.len();
        sum.recent.retain(|event| T::at(event).day() >= before);
        if has_old || sum.recent.len() < held {
            sum.expired_before = sum.expired_before.max(Some(before));
            self.send.within(self.replace(&sum, version)).await?;
        }
        Ok(())
    }

    /// The day of the oldest event.
    pub(super) async fn oldest(&self) -> Result<Option<Day>> {
        let files = self.send.cache.data().list(self.namespace, self.cache_id).key("events").files().page_size(1);
        let page = self.send.within(async { Ok(files.page().await?) }).await?;
        Ok(page.items.first().and_then(|file| Day::of_events_folder(&file.data_key)))
    }

    async fn files_before(&self, before: Day) -> Result<Expired> {
        let mut expired = Expired::new();
        let mut files = self.send.cache.data().list(self.namespace, self.cache_id).key("events").files().stream();
        while let Some(file) = files.try_next().await? {
            match Day::of_events_folder(&file.data_key) {
                Some(day) if day < before => *expired.entry(day).or_default() += 1,
                Some(_) => break,
                None => {}
            }
        }
        Ok(expired)
    }
}
