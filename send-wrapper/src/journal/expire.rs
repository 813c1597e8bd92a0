//! Deleting old events of a record, once its summary counts them.

use std::collections::BTreeMap;

use futures::TryStreamExt;

use super::{Journal, Reach, Totals};
use crate::error::{Error, Result};
use crate::time::Day;

/// How many files were deleted of each day, or would have been.
pub(crate) type Expired = BTreeMap<Day, u64>;

impl Journal<'_> {
    /// Deletes the events filed on days before this one. One call where there are none; else some ten, and two for each day.
    ///
    /// What they come to is saved in the summary first, for good; of the events that the summary holds itself, old ones go as well.
    pub(crate) async fn expire<T: Totals>(&self, before: Day, dry_run: bool) -> Result<Expired> {
        let mut expired = Expired::new();
        if self.oldest().await?.is_none_or(|day| day >= before) {
            return Ok(expired);
        }
        if dry_run {
            return self.files_before(before).await;
        }
        let counted = self.catch_up::<T>(Reach::Everything).await?.settled;
        if self.saved::<T>().await?.0.up_to < counted.up_to {
            return Err(Error::Conflict { reason: "what old events come to could not be saved".to_owned() });
        }
        while let Some(day) = self.oldest().await?
            && day < before
        {
            let files = self.send.cache.data().list(self.namespace, self.cache_id).key(day.events_folder());
            let deleted = self.send.within(async { Ok(files.delete().await?) }).await?;
            if deleted == 0 {
                break;
            }
            *expired.entry(day).or_default() += deleted;
        }
        let (mut sum, version) = self.saved::<T>().await?;
        sum.recent.retain(|event| T::at(event).day() >= before);
        self.save(&sum, version).await;
        Ok(expired)
    }

    /// The day of the oldest event.
    async fn oldest(&self) -> Result<Option<Day>> {
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
